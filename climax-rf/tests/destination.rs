//! The destination text (Climax reference 5.1 and 5.7).

#![allow(clippy::unwrap_used)]

use climax_rf::destination::*;
use proptest::prelude::*;

const KEY: &str = "000102030405060708090A0B0C0D0E0F";

fn report(text: &str) -> Report {
    match Destination::parse(text).unwrap().destination {
        Destination::Report(report) => report,
        other => panic!("{other:?}"),
    }
}

fn warnings(text: &str) -> Vec<WarningKind> {
    let parsed = Destination::parse(text).unwrap();
    parsed.warnings.iter().map(|warning| warning.kind).collect()
}

#[test]
fn section_5_1_every_suffix_is_parsed_and_printed() {
    for suffix in [
        "/CID",
        "/SIA",
        "/SIA2",
        "/CID_SIA",
        "/CID_SIA2",
        "/SIA/KEY/000102030405060708090A0B0C0D0E0F",
        "/CID_SIA/KEY/000102030405060708090A0B0C0D0E0F1011121314151617",
        "/SIA_A",
        "/SIA2_A",
        "/CSV",
        "/CSV/user/password",
        "/MAN",
        "/MAN_TLS",
    ] {
        let text = format!("ip://4711@station.example.net:5000{suffix}");
        let parsed = Destination::parse(&text).unwrap();
        assert!(parsed.warnings.is_empty(), "{suffix}");
        assert_eq!(parsed.destination.to_text_with_secrets(), text);
        let lower = text
            .replacen("ip://", "IP://", 1)
            .replacen(suffix, &suffix.to_lowercase(), 1);
        let again = Destination::parse(&lower).unwrap().destination;
        let Destination::Report(Report { format, .. }) = again else {
            panic!()
        };
        assert!(!matches!(format, Some(Format::Other(_)) | None), "{suffix}");
    }
}

#[test]
fn section_5_1_the_account_reaches_to_the_last_at_sign() {
    assert_eq!(report("ip://a@b@192.0.2.7:5000/CID").account, "a@b");
    assert_eq!(report("ip://a/b@192.0.2.7:5000/CID").account, "a/b");
    let csv = report("ip://4711@192.0.2.7:5000/CSV/user/p@ss/word");
    assert_eq!(
        (csv.account.as_str(), csv.host.as_str()),
        ("4711", "192.0.2.7")
    );
    let Some(Format::Csv(Some(login))) = csv.format else {
        panic!()
    };
    assert_eq!(login.password.expose(), "p@ss/word");
}

#[test]
fn section_5_1_without_a_suffix_the_bracket_form_is_assumed_with_a_warning() {
    let text = "ip://4711@192.0.2.7:5000";
    assert_eq!(warnings(text), [WarningKind::FormatMissing]);
    assert_eq!(report(text).effective_format(), Format::ContactId);
    let old = "rptn://4711@192.0.2.7:5000";
    assert!(warnings(old).is_empty());
    assert_eq!(report(old).effective_format(), Format::ContactId);
}

#[test]
fn section_5_7_the_form_of_mobile_units_has_no_scheme() {
    let mobile = report("4711@192.0.2.7:5000");
    assert_eq!((mobile.scheme, mobile.port), (Scheme::Bare, Some(5000)));
    assert!(warnings("4711@192.0.2.7:5000").is_empty());
    let (first, second) = (Dialect::First, Dialect::Second);
    for (number, transport, expected) in [
        (10, Transport::Tcp, Some(Format::ContactId)),
        (
            11,
            Transport::Tcp,
            Some(Format::ContactIdOverDc09 {
                dialect: first,
                key: None,
            }),
        ),
        (
            22,
            Transport::Udp,
            Some(Format::ContactIdOverDc09 {
                dialect: second,
                key: None,
            }),
        ),
        (
            14,
            Transport::Udp,
            Some(Format::Sia {
                dialect: first,
                area_in_zone: false,
                key: None,
            }),
        ),
        (
            21,
            Transport::Tcp,
            Some(Format::Sia {
                dialect: second,
                area_in_zone: false,
                key: None,
            }),
        ),
        (30, Transport::ShortMessage, None),
        (0, Transport::Speech, None),
    ] {
        assert_eq!(MobileReportType(number).transport(), Some(transport));
        assert_eq!(MobileReportType(number).format(), expected);
    }
    assert_eq!(MobileReportType(99).transport(), None);
}

#[test]
fn secrets_are_in_neither_display_nor_debug() {
    for (text, secrets) in [
        (format!("ip://4711@192.0.2.7:5000/SIA/KEY/{KEY}"), vec![KEY]),
        (
            "ip://4711@192.0.2.7:5000/CSV/karl/hush".into(),
            vec!["karl", "hush"],
        ),
        (format!("ip://4711@192.0.2.7:5000/NEW/KEY/{KEY}"), vec![KEY]),
        ("mailto:karl@example.net".into(), vec!["karl"]),
    ] {
        let parsed = Destination::parse(&text).unwrap();
        let shown = format!("{} {parsed:?}", parsed.destination);
        for secret in secrets {
            assert!(!shown.contains(secret), "{shown}");
        }
        assert_eq!(parsed.destination.to_text_with_secrets(), text);
    }
    let hidden = Destination::parse(&format!("ip://a@192.0.2.7:1/CID_SIA/KEY/{KEY}")).unwrap();
    assert_eq!(
        hidden.destination.to_string(),
        "ip://a@192.0.2.7:1/CID_SIA/KEY/***"
    );
}

#[cfg(feature = "aes")]
#[test]
fn the_key_of_a_suffix_is_a_key() {
    let parsed = report(&format!("ip://4711@192.0.2.7:5000/SIA/KEY/{KEY}"));
    let Some(Format::Sia { key: Some(key), .. }) = parsed.format else {
        panic!()
    };
    assert_eq!(key.to_key().unwrap().bits(), 128);
}

#[test]
fn addresses_of_version_6_are_read_with_and_without_brackets() {
    let text = "ip://4711@[2001:db8::7]:5000/CID";
    let parsed = report(text);
    assert_eq!(
        (parsed.host.as_str(), parsed.port),
        ("2001:db8::7", Some(5000))
    );
    assert_eq!(Destination::Report(parsed).to_string(), text);
    let bare = "ip://4711@2001:db8::7/CID";
    assert_eq!(report(bare).host, "2001:db8::7");
    assert!(warnings(bare).contains(&WarningKind::BracketsMissing));
}

#[test]
fn oddities_are_warnings_and_nonsense_is_an_error() {
    assert_eq!(warnings(" ip://a@h:1/CID "), [WarningKind::Blanks]);
    assert_eq!(warnings("ip://a@h/CID"), [WarningKind::PortMissing]);
    assert_eq!(warnings("ip://a b@h:1/CID"), [WarningKind::AccountUnusual]);
    assert_eq!(warnings("ip://a@h:1/NEW"), [WarningKind::FormatUnknown]);
    assert_eq!(warnings("ip://a@h:1/SIA/KEY/12"), [WarningKind::KeyUnusual]);
    let error = |text: &str| Destination::parse(text).unwrap_err();
    assert_eq!(error(""), DestinationError::AccountMissing);
    assert_eq!(error("ip://h:1/CID"), DestinationError::AccountMissing);
    assert_eq!(error("ip://@h:1/CID"), DestinationError::AccountMissing);
    assert_eq!(error("ip://a@:1/CID"), DestinationError::HostMissing);
    assert_eq!(error("ip://a@h:0/CID"), DestinationError::Port);
    assert_eq!(error("ip://a@h:65536"), DestinationError::Port);
    assert_eq!(error("ip://a@h:x"), DestinationError::Port);
    assert_eq!(error("http://a@h:1/CID"), DestinationError::Scheme);
    assert_eq!(error("mailto:"), DestinationError::HostMissing);
    assert_eq!(error(&"x".repeat(1025)), DestinationError::TooLong);
}

proptest! {
    #[test]
    fn any_text_is_read_without_a_panic_and_printed_text_is_read_again(text in "\\PC{0,80}") {
        if let Ok(parsed) = Destination::parse(&text) {
            let printed = parsed.destination.to_text_with_secrets();
            let again = Destination::parse(&printed).unwrap();
            prop_assert_eq!(again.destination, parsed.destination);
        }
    }

    #[test]
    fn likely_texts_come_back(
        account in "[A-Za-z0-9-]{1,12}",
        host in "[a-z][a-z0-9.-]{0,20}",
        port in 1_u16..,
        suffix in prop::sample::select(vec!["", "/CID", "/SIA_A", "/CID_SIA2", "/CSV/a/b/c", "/X/y"]),
    ) {
        let text = format!("ip://{account}@{host}:{port}{suffix}");
        let parsed = Destination::parse(&text).unwrap();
        prop_assert_eq!(parsed.destination.to_text_with_secrets(), text);
    }
}
