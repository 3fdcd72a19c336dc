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
    let printed: toml::Table = DEFAULT_FILE.parse().unwrap();
    assert_eq!(
        toml::Table::try_from(Config::default()).unwrap().len(),
        printed.len()
    );
    for (table, keys) in toml::Table::try_from(Config::default()).unwrap() {
        if let toml::Value::Table(keys) = keys {
            let printed: Vec<_> = printed[&table].as_table().unwrap().keys().collect();
            assert_eq!(keys.keys().collect::<Vec<_>>(), printed, "[{table}]");
        }
    }
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
fn an_address_outside_loopback_needs_the_permission() {
    for text in [
        "[scaip]\nudp = \"0.0.0.0:5060\"",
        "[http]\nlisten = \"[::]:8080\"",
    ] {
        let error = parse(text).unwrap_err();
        assert!(matches!(error, ConfigError::NotLoopback { .. }), "{error}");
        parse(&format!("insecure_allow_non_loopback = true\n{text}")).unwrap();
    }
    parse("[scaip]\nudp = \"[::1]:5060\"\ntcp = \"127.8.8.8:5060\"").unwrap();
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
