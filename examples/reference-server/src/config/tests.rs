use super::*;
use clap::Parser as _;

fn parse(text: &str) -> Result<Config, ConfigError> {
    let config = Config::parse(text, Path::new("server.toml"))?;
    config.check()?;
    Ok(config)
}

#[test]
fn the_printed_file_says_the_defaults_and_every_key() {
    assert_eq!(parse(DEFAULT_FILE).unwrap(), Config::default());
    // Equal as tables, so a key that is missing in the file is found too.
    fn same_keys(expected: &toml::Table, printed: &toml::Table, at: &str) {
        let keys = |table: &toml::Table| table.keys().cloned().collect::<Vec<_>>();
        assert_eq!(keys(expected), keys(printed), "[{at}]");
        for (key, value) in expected {
            if let toml::Value::Table(expected) = value {
                let printed = printed[key].as_table().unwrap();
                same_keys(expected, printed, &format!("{at}.{key}"));
            }
        }
    }
    let printed: toml::Table = DEFAULT_FILE.parse().unwrap();
    let expected = toml::Table::try_from(Config::default()).unwrap();
    same_keys(&expected, &printed, "");
}

#[test]
fn larger_portions_than_the_log_may_be_copied_back() {
    let default = Config::default().journal.log_bytes;
    let config = parse("[journal]\ncheckpoint_bytes = 134217728").unwrap();
    assert!(config.journal.checkpoint_bytes > default);
    assert_eq!(config.journal.log_bytes, default);
}

#[test]
fn the_defaults_listen_on_loopback_only() {
    Config::default().check().unwrap();
    assert_eq!(Config::default().outside_loopback().count(), 0);
}

#[test]
fn an_unknown_key_is_named_with_its_line() {
    let error = parse("[scaip]\nudp = \"off\"\nport = 5060\n").unwrap_err();
    let ConfigError::File {
        line, ref message, ..
    } = error
    else {
        panic!("{error}")
    };
    assert_eq!(line, 3);
    assert!(message.contains("`port`"), "{message}");
    assert!(
        error.to_string().starts_with("server.toml:3:1: "),
        "{error}"
    );
}

#[test]
fn a_wrong_value_is_named_with_its_line() {
    for (text, word) in [
        ("\n[scaip]\nudp = \"5060\"", "127.0.0.1:5060"),
        ("\n[scaip]\nduplicate_window = \"soon\"", "length of time"),
        ("\n[scaip]\nmedia_reply = 300", "300"),
        ("\n\nnot toml", "key"),
    ] {
        let error = parse(text).unwrap_err();
        assert!(
            matches!(error, ConfigError::File { line: 3, .. }),
            "{error}"
        );
        assert!(error.to_string().contains(word), "{error}");
    }
}

#[test]
fn values_that_do_not_go_together_are_refused() {
    for (text, key) in [
        (
            "[scaip]\ncall_handling_reply = 62",
            "scaip.call_handling_reply",
        ),
        ("[scaip]\nmedia_reply = 100", "scaip.media_reply"),
        (
            "[scaip]\nstrict = true\naccept_scaip_root = true",
            "scaip.accept_scaip_root",
        ),
        ("[journal]\nqueue_entries = 0", "journal.queue_entries"),
        ("[journal]\nmax_bytes = 17", "journal.max_bytes"),
        (
            "[[controller]]\nid = \"4021x\"\nprofile = \"standard\"",
            "controller.id",
        ),
        (
            "[[controller]]\nid = \"1\"\nprofile = \"a\"\n[[controller]]\nid = \"1\"\nprofile = \"b\"",
            "controller.id",
        ),
    ] {
        let error = parse(text).unwrap_err();
        assert!(
            matches!(error, ConfigError::Value { key: found, .. } if found == key),
            "{error}"
        );
    }
}

#[test]
fn the_http_api_outside_loopback_needs_the_permission() {
    let text = "[http]\nlisten = \"[::]:8080\"";
    let error = parse(text).unwrap_err();
    assert!(matches!(error, ConfigError::NotLoopback { .. }), "{error}");
    parse(&format!("insecure_allow_non_loopback = true\n{text}")).unwrap();
}

#[test]
fn plain_sip_outside_loopback_needs_named_networks() {
    for text in [
        "udp = \"0.0.0.0:5060\"",
        "tcp = [\"127.0.0.1:5060\", \"[2001:db8::1]:5060\"]",
    ] {
        for permission in ["", "insecure_allow_non_loopback = true\n"] {
            let error = parse(&format!("{permission}[scaip]\n{text}")).unwrap_err();
            assert!(
                matches!(error, ConfigError::NoPlainNetworks { .. }),
                "{error}"
            );
        }
        let networks = "plain_networks = [\"192.0.2.0/24\", \"2001:db8::/32\"]";
        parse(&format!("[scaip]\n{text}\n{networks}")).unwrap();
    }
    parse("[scaip]\nudp = \"[::1]:5060\"\ntcp = \"127.8.8.8:5060\"").unwrap();
    let error = parse("[scaip]\nplain_networks = [\"192.0.2.0\"]").unwrap_err();
    assert!(
        matches!(error, ConfigError::File { line: 2, .. }),
        "{error}"
    );
}

#[test]
fn one_address_and_a_list_are_both_understood() {
    let addresses = |text: &str| {
        let config = parse(&format!("[scaip]\nudp = {text}")).unwrap();
        config.scaip.udp.addresses().to_vec()
    };
    assert_eq!(addresses("\"off\""), []);
    assert_eq!(addresses("[]"), []);
    let one = ["[::1]:5060".parse().unwrap()];
    assert_eq!(addresses("\"[::1]:5060\""), one);
    assert_eq!(addresses("[\"[::1]:5060\"]"), one);
    let two = ["127.0.0.1:1".parse().unwrap(), "[::1]:2".parse().unwrap()];
    assert_eq!(addresses("[\"127.0.0.1:1\", \"[::1]:2\"]"), two);
    assert_eq!(addresses("\"127.0.0.1:1, [::1]:2\""), two);
    let listen = Listen::Several(two.to_vec());
    let written = toml::Value::try_from(&listen).unwrap();
    assert_eq!(written.try_into::<Listen>().unwrap(), listen);
    for wrong in [
        "[\"off\"]",
        "[\"127.0.0.1\"]",
        "5060",
        "\"\"",
        "\"1.2.3.4:5,\"",
    ] {
        let error = parse(&format!("[scaip]\nudp = {wrong}")).unwrap_err();
        assert!(
            matches!(error, ConfigError::File { line: 2, .. }),
            "{error}"
        );
    }
}

#[test]
fn tls_and_https_need_what_they_work_with() {
    let files = "certificate = \"c.pem\"\nkey = \"k.pem\"\n";
    let token = format!(
        "bearer_tokens = [{{ name = \"a\", sha256 = \"{}\" }}]\n",
        "0a".repeat(32)
    );
    let outside = "listen = \"[::]:443\"\n";
    for (text, key) in [
        ("[scaip.tls]\nlisten = \"[::]:5061\"".into(), "scaip.tls.certificate"),
        ("[scaip.tls]\nclient_certificates = \"optional\"".into(), "scaip.tls.client_ca"),
        (format!("[scaip.https]\n{outside}{files}"), "scaip.https.listen"),
        (
            format!("[scaip.https]\n{outside}{files}client_ca = \"a\"\nclient_certificates = \"optional\""),
            "scaip.https.listen",
        ),
        ("[scaip.https]\nplain = \"0.0.0.0:80\"".into(), "scaip.https.plain"),
        ("[scaip.https]\npath = \"scaip\"".into(), "scaip.https.path"),
        ("[scaip.https]\npath = \"/{any}\"".into(), "scaip.https.path"),
        (
            "[scaip.https]\nbearer_tokens = [{ name = \"a\" }]".into(),
            "scaip.https.bearer_tokens",
        ),
        (
            "[scaip.https]\nbearer_tokens = [{ name = \"a\", sha256 = \"00\" }]".into(),
            "scaip.https.bearer_tokens.sha256",
        ),
        (
            "[scaip.https]\nbearer_tokens = [{ name = \"a\", file = \"b\" }, { name = \"a\", file = \"c\" }]".into(),
            "scaip.https.bearer_tokens.name",
        ),
        ("[scaip]\nhandshakes = 0".into(), "scaip.handshakes"),
        ("[scaip]\nsource_share = 0".into(), "scaip.source_share"),
        (
            "[scaip]\nfirst_message_timeout = \"0s\"".into(),
            "scaip.first_message_timeout",
        ),
    ] {
        let error = parse(&text).unwrap_err();
        assert!(
            matches!(error, ConfigError::Value { key: found, .. } if found == key),
            "{text}: {error}"
        );
    }
    parse(&format!("[scaip.tls]\nlisten = \"[::]:5061\"\n{files}")).unwrap();
    parse(&format!("[scaip.https]\n{outside}{files}{token}")).unwrap();
    let shown = format!("{:?}", parse(&format!("[scaip.https]\n{token}")).unwrap());
    assert!(!shown.contains("0a0a"), "{shown}");
}

#[test]
fn the_share_of_a_source_is_rounded_up_and_never_tiny() {
    for (text, expected) in [
        ("", 625),
        ("[scaip]\nsource_share = 3", 3334),
        ("[scaip]\nsource_share = 1", 10_000),
        ("[scaip]\nconnections = 64", 16),
    ] {
        let config = parse(text).unwrap();
        assert_eq!(config.scaip.connections_per_source(), expected, "{text}");
    }
}

#[test]
fn flags_win_over_the_file() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("server.toml");
    std::fs::write(
        &file,
        "[http]\nlisten = \"127.0.0.1:1\"\n[journal]\npath = \"file.sqlite\"",
    )
    .unwrap();
    let file = file.to_str().unwrap();
    let flags = Flags::parse_from([
        "reference-server",
        "--config",
        file,
        "--http",
        "off",
        "--log",
        "debug",
    ]);
    let config = Config::load(&flags).unwrap();
    assert_eq!(config.http.listen, Listen::Off);
    assert_eq!(config.log.filter, "debug");
    assert_eq!(config.journal.path, Path::new("file.sqlite"));
}

#[test]
fn each_controller_has_its_profile() {
    let config = parse("[[controller]]\nid = \"40211870\"\nprofile = \"standard\"").unwrap();
    assert_eq!(config.profile_of("40211870"), Some("standard"));
    assert_eq!(config.profile_of("40211871"), None);
}

#[test]
fn debug_hides_numbers_and_controllers() {
    let text = "[scaip]\ntransferred_number = \"tel:+4700000001\"\n\
                [[controller]]\nid = \"40211870\"\nprofile = \"standard\"";
    let shown = format!("{:?}", parse(text).unwrap());
    assert!(
        !shown.contains("4700000001") && !shown.contains("40211870"),
        "{shown}"
    );
}

#[test]
fn digest_needs_a_realm_accounts_and_secrets_of_one_form_each() {
    let account = |more: &str| {
        format!(
            "[scaip.digest]\nlisteners = [\"udp\"]\nrealm = \"r\"\n[[scaip.digest.accounts]]\n{more}"
        )
    };
    for (text, key) in [
        (
            "[scaip.digest]\nlisteners = [\"udp\"]".to_owned(),
            "scaip.digest.realm",
        ),
        (
            "[scaip.digest]\nlisteners = [\"udp\"]\nrealm = \"r\"".to_owned(),
            "scaip.digest.accounts",
        ),
        (
            account("name = \"1\"\nsecrets = []"),
            "scaip.digest.accounts.secrets",
        ),
        (
            account("name = \"1\"\nsecrets = [{ password = \"a\", file = \"b\" }]"),
            "scaip.digest.accounts.secrets",
        ),
        (
            account("name = \"gate\"\nsecrets = [{ password = \"a\" }]"),
            "scaip.digest.accounts.name",
        ),
        (
            account("name = \"1\"\nsecrets = [{ md5 = \"a\" }]"),
            "scaip.digest.accounts.secrets.md5",
        ),
    ] {
        let error = parse(&text).unwrap_err();
        assert!(
            matches!(error, ConfigError::Value { key: found, .. } if found == key),
            "{text}: {error}"
        );
    }
    let good = account("name = \"1\"\nsecrets = [{ password = \"old\" }, { file = \"new\" }]");
    let shown = format!("{:?}", parse(&good).unwrap());
    assert!(!shown.contains("old"), "{shown}");
    // What is no text is not quoted either.
    let number = account("name = \"1\"\nsecrets = [{ password = 48151623 }]");
    let error = parse(&number).unwrap_err().to_string();
    assert!(!error.contains("48151623"), "{error}");
    assert!(error.contains("quotation marks"), "{error}");
}

#[test]
fn supervision_and_calls_stay_within_what_they_can() {
    for (text, key) in [
        (
            "[scaip.supervision]\ninterval = \"9s\"",
            "scaip.supervision.interval",
        ),
        (
            "[scaip.supervision]\nmissed = 4",
            "scaip.supervision.missed",
        ),
        (
            "[scaip.supervision]\nstore_interval = \"1ms\"",
            "scaip.supervision.store_interval",
        ),
        ("[scaip.calls]\nwait = \"0s\"", "scaip.calls.wait"),
        (
            "[scaip.registration]\ndefault_expires = \"1s\"",
            "scaip.registration.default_expires",
        ),
        (
            "[[controller]]\nid = \"1\"\ninterval = \"5s\"",
            "controller.interval",
        ),
        ("[[controller]]\nid = \"1\"\nhbi = 5", "controller.hbi"),
        (
            "[[controller]]\nid = \"1\"\nmissed = 1",
            "controller.missed",
        ),
        (
            "[scaip.supervision]\nenabled = true\ncontrollers = 1\n\
             [[controller]]\nid = \"1\"\n[[controller]]\nid = \"2\"",
            "scaip.supervision.controllers",
        ),
    ] {
        let error = parse(text).unwrap_err();
        assert!(
            matches!(error, ConfigError::Value { key: found, .. } if found == key),
            "{text}: {error}"
        );
    }
    let config = parse(
        "[scaip.supervision]\nenabled = true\ninterval = \"768h\"\n\
         [[controller]]\nid = \"1\"\ninterval = \"10s\"\nmissed = 2\nhbi = 4\nknown = true",
    )
    .unwrap();
    assert_eq!(config.profile_of("1"), Some("standard"));
}

const LINE: &str = "[[inputs.espa444]]\nname = \"ward\"\n";

fn line(text: &str) -> Result<Espa444Line, ConfigError> {
    let config = parse(&format!("{LINE}{text}"))?;
    Ok(config.inputs.espa444[0].clone())
}

#[test]
fn a_line_takes_its_profile_and_changes_single_settings() {
    let line = line(
        "serial = { device = \"/dev/ttyS0\", parity = \"odd\" }\nprofile = \"autronica\"\n\
         address = \"7\"\ncharacters = \"iso646-no\"\nsupervision = \"90s\"\necho = true\n",
    )
    .unwrap();
    let profile = line.profile();
    assert_eq!(profile.name, "autronica");
    assert_eq!(profile.serial.to_string(), "9600 7O1");
    assert_eq!(profile.timers.supervision, Some(Duration::from_secs(90)));
    assert_eq!(profile.characters, ::espa444::CharacterSet::Iso646Norway);
    assert!(profile.line.echo);
    let two_characters = profile.serial.character_time() * 2;
    assert_eq!(profile.line.turnaround, two_characters);
    // Over TCP there are no character times, whatever the profile.
    let line = super::tests::line("tcp = { connect = \"panel.example.net:4001\" }").unwrap();
    assert_eq!(line.profile(), ::espa444::Profile::TCP);
}

/// The tables of the printed file from this comment to the next line that is none, without the keys
/// that begin so.
fn commented(from: &str, without: &str) -> String {
    let lines = DEFAULT_FILE.lines().skip_while(|line| *line != from);
    lines
        .take_while(|line| line.starts_with('#'))
        .filter_map(|line| line.strip_prefix("# "))
        .filter(|line| {
            line.starts_with("[[")
                || line.split_once(" = ").is_some_and(|(key, _)| {
                    key.bytes()
                        .all(|byte| byte.is_ascii_lowercase() || byte == b'_')
                })
        })
        .filter(|line| !line.starts_with(without))
        .map(|line| format!("{line}\n"))
        .collect()
}

#[test]
fn the_commented_line_of_the_printed_file_is_read_with_every_key() {
    let config = parse(&commented("# [[inputs.espa444]]", "tcp")).unwrap();
    let line = &config.inputs.espa444[0];
    let written = toml::Table::try_from(line).unwrap();
    // Everything but tcp, which excludes serial, and report_status, which is empty.
    let keys: Vec<_> = written.keys().map(String::as_str).collect();
    assert_eq!(keys.len(), 20, "{keys:?}");
    assert_eq!(line.rules.len(), 2);
    assert_eq!(line.profile(), ::espa444::Profile::FIELD);
}

#[test]
fn the_commented_receiver_of_panels_is_read_with_every_key_and_says_the_defaults() {
    let config = parse(&commented("# [[inputs.panel]]", "plain_networks")).unwrap();
    config.check().unwrap();
    let panel = &config.inputs.panel[0];
    let keys: Vec<_> = toml::Table::try_from(panel)
        .unwrap()
        .keys()
        .cloned()
        .collect();
    // Everything but plain_networks, which is empty.
    assert_eq!(keys.len(), 14, "{keys:?}");
    let mut expected = PanelConfig::new("panels", panel.tcp.clone(), panel.udp.clone());
    expected.accounts.clone_from(&panel.accounts);
    assert_eq!(*panel, expected);
    let account = &panel.accounts[0];
    let keys: Vec<_> = toml::Table::try_from(account)
        .unwrap()
        .keys()
        .cloned()
        .collect();
    // Everything but key_file, which excludes key.
    assert_eq!(keys.len(), 11, "{keys:?}");
    assert_eq!(
        account.missed,
        PanelAccount::new("1", account.profile).missed
    );
    let said = format!("{panel:?}");
    for private in ["4711", "Flat", "floor", "0001"] {
        assert!(!said.contains(private), "{private} in {said}");
    }
}

#[test]
fn the_commented_line_with_a_layout_is_read_with_every_key_and_says_the_defaults() {
    let config = parse(&commented("# [[inputs.layout]]", "tcp")).unwrap();
    config.check().unwrap();
    let line = &config.inputs.layout[0];
    assert_eq!(toml::Table::try_from(line).unwrap().len(), 5);
    let default = LayoutLine::listening("a", "b", Listen::Off);
    assert_eq!((line.away, line.repeat), (default.away, default.repeat));
    assert_eq!(line.port(), ::espa444::profile::Serial::FIELD);
}

#[test]
fn a_receiver_of_panels_that_cannot_be_meant_is_refused_with_advice() {
    let account = "[[inputs.panel.account]]\naccount = \"4711\"\n";
    for (text, advice) in [
        ("", "needs tcp"),
        ("udp = \"192.0.2.1:5000\"", "plain_networks"),
        (
            "tcp = \"127.0.0.1:1\"\nunknown_accounts = \"drop\"",
            "`accept` or `refuse`",
        ),
        (
            "tcp = \"127.0.0.1:1\"\nclock_ahead = \"25h\"",
            "at most 24h",
        ),
        (
            &format!("tcp = \"127.0.0.1:1\"\n{account}{account}"),
            "stands in two tables",
        ),
        (
            &format!("tcp = \"127.0.0.1:1\"\n{account}key = \"12\""),
            "32, 48 or 64",
        ),
        (
            &format!("tcp = \"127.0.0.1:1\"\n{account}key = 12"),
            "quotation marks",
        ),
        (
            &format!("tcp = \"127.0.0.1:1\"\n{account}require_encryption = true"),
            "needs a key",
        ),
        (
            &format!("tcp = \"127.0.0.1:1\"\n{account}profile = \"a\""),
            "care-unit-a",
        ),
        (
            &format!("tcp = \"127.0.0.1:1\"\n{account}check_in = \"0s\""),
            "1s to 768h",
        ),
    ] {
        let text = format!("[[inputs.panel]]\nname = \"north\"\n{text}\n");
        let said = match parse(&text) {
            Ok(config) => config.check().unwrap_err().to_string(),
            Err(error) => error.to_string(),
        };
        assert!(said.contains(advice), "{text}: {said}");
        assert!(!said.contains("4711"), "{said}");
    }
}

#[test]
fn a_line_that_cannot_be_meant_is_refused_with_advice() {
    let serial = "serial = { device = \"/dev/ttyS0\" }\n";
    for (text, advice) in [
        ("", "needs either serial"),
        (
            &format!("{serial}tcp = {{ connect = \"a:1\" }}"),
            "needs either serial",
        ),
        ("tcp = {}", "needs either listen or connect"),
        ("tcp = { listen = \"192.0.2.1:4444\" }", "plain_networks"),
        ("tcp = { connect = \"panel\" }", "a host and a port"),
        (
            &format!("{serial}profil = \"field\""),
            "`profil`, expected one of",
        ),
        (&format!("{serial}profile = \"sold\""), "no-ack-panel"),
        (
            &format!("{serial}profile = \"tcp\""),
            "inputs.espa444.serial.baud",
        ),
        (&format!("{serial}characters = \"norsk\""), "iso646-no"),
        (
            &format!("{serial}stations = [\"1\", \"3\"]"),
            "control-station",
        ),
        (&format!("{serial}supervision = \"often\""), "or \"off\""),
        (
            &format!("{serial}[[inputs.espa444.rules]]\nkind = \"fire\"\ntekst = []"),
            "tekst",
        ),
        (
            &format!(
                "{serial}[[inputs.espa444.rules]]\nkind = \"fire\"\ntext = [{{ pattern = \"{{x}}\" }}]"
            ),
            "no such placeholder",
        ),
        (
            &format!("{serial}[[inputs.espa444]]\nname = \"ward\"\ntcp = {{ connect = \"a:1\" }}"),
            "stands in two tables",
        ),
    ] {
        let error = line(text).unwrap_err().to_string();
        assert!(error.contains(advice), "{text}: {error}");
    }
}

/// The inputs over HTTPS and the output, with these changes.
fn partners(change: impl Fn(String) -> String) -> Result<Config, ConfigError> {
    let text = r#"
[inputs.web]
plain = "127.0.0.1:8081"
[inputs.sensio]
[[inputs.sensio.client]]
id = "nordlys-partner"
secrets = [{ file = "/etc/secret" }, { env = "SECRET" }]
[[inputs.json]]
name = "evondos"
path = "/json/evondos"
mapping = "evondos.toml"
tokens = [{ name = "vendor", file = "/etc/token" }]
[inputs.sensio_webhook]
tokens = [{ file = "/etc/hook" }]
[outputs.sensio]
endpoint = "https://unity.example.net/partner"
client_id = "nordlys-arc"
client_secret = { env = "SENSIO" }
[[outputs.sensio.device]]
controller = "40211870"
identifier = "SN-004711"
type = "fall sensor"
"#;
    parse(&change(text.to_owned()))
}

#[test]
fn partners_vendors_and_an_output_stand_in_tables_of_their_own() {
    let config = partners(|text| text).expect("good");
    assert_eq!(config.inputs.json[0].header, "Authorization");
    let output = config.outputs.sensio.as_ref().expect("there");
    let device_type = output.devices[0].device_type();
    assert_eq!(device_type, Some(sensio_partner::DeviceType::FallSensor));
    // Neither controller nor identifier shows.
    let shown = format!("{config:?}");
    assert!(
        !shown.contains("40211870") && !shown.contains("004711"),
        "{shown}"
    );
    // Written out and read again it is the same.
    let written = toml::to_string(&config).expect("TOML");
    assert_eq!(parse(&written).expect("good"), config);
}

#[test]
fn partners_vendors_and_an_output_that_do_not_hold_together_are_refused() {
    for (from, to, key) in [
        ("plain = \"127.0.0.1:8081\"", "", "inputs.web"),
        ("127.0.0.1:8081", "192.0.2.1:8081", "inputs.web.plain"),
        ("plain = ", "listen = ", "inputs.web.certificate"),
        ("{ env = \"SECRET\" }", "{}", "inputs.sensio.client.secrets"),
        (
            "{ env = \"SECRET\" }",
            "{ env = \"A\", file = \"b\" }",
            "inputs.sensio.client.secrets",
        ),
        (
            "nordlys-partner",
            "nordlys partner",
            "inputs.sensio.client.id",
        ),
        (
            "[inputs.sensio]",
            "[inputs.sensio]\nversion = \"six\"",
            "inputs.sensio.version",
        ),
        (
            "[inputs.sensio]",
            "[inputs.sensio]\nbase = \"/\"",
            "inputs.sensio.base",
        ),
        ("/json/evondos", "/partner/evondos", "inputs.json.path"),
        ("/json/evondos", "/hooks/sensio", "inputs.json.path"),
        ("/json/evondos", "json", "inputs.json.path"),
        ("\"evondos\"", "\"evon dos\"", "inputs.json.name"),
        (
            "[{ name = \"vendor\", file = \"/etc/token\" }]",
            "[]",
            "inputs.json.tokens",
        ),
        (
            "name = \"vendor\"",
            "name = \"\"",
            "inputs.json.tokens.name",
        ),
        (
            "[{ file = \"/etc/hook\" }]",
            "[]",
            "inputs.sensio_webhook.tokens",
        ),
        ("https://unity", "http://unity", "outputs.sensio.endpoint"),
        ("{ env = \"SENSIO\" }", "{}", "outputs.sensio.client_secret"),
        (
            "client_id",
            "classes = [\"urgent\"]\nclient_id",
            "outputs.sensio.classes",
        ),
        (
            "client_id",
            "kinds = [\"levitation\"]\nclient_id",
            "outputs.sensio.kinds",
        ),
        ("SN-004711", "..", "outputs.sensio.device.identifier"),
        (
            "fall sensor",
            "Falling sensor",
            "outputs.sensio.device.type",
        ),
    ] {
        let error = partners(|text| text.replacen(from, to, 1)).expect_err(key);
        assert!(
            matches!(error, ConfigError::Value { key: found, .. } if found == key),
            "{to}: {error}"
        );
    }
    let unknown = partners(|text| text.replacen("mapping", "mappings", 1));
    assert!(matches!(unknown, Err(ConfigError::File { .. })));
}
