//! Destination texts: read, written, and what must not be shown (Climax reference 5.1 and 5.7).

use climax_rf::contact_id::Account;
use climax_rf::destination::{
    Destination, DestinationError, Format, MobileReportType, Secret, WarningKind,
};

/// Reads the text, and its first bytes as the number of a mobile report type.
pub fn destination(bytes: &[u8]) {
    if let Some(&number) = bytes.first() {
        let number = MobileReportType(number);
        assert!(number.format().is_none() || number.transport().is_some());
    }
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    let parsed = match Destination::parse(text) {
        Ok(parsed) => parsed,
        Err(error) => {
            assert_eq!(
                error == DestinationError::TooLong,
                text.len() > Destination::LONGEST
            );
            assert!(!error.to_string().is_empty());
            return;
        }
    };
    let blanks = parsed.warnings.contains(WarningKind::Blanks);
    assert_eq!(blanks, text.trim() != text);
    let destination = &parsed.destination;
    let written = destination.to_text_with_secrets();
    if written.len() <= Destination::LONGEST {
        let again = Destination::parse(&written).expect("it was written");
        assert_eq!(&again.destination, destination);
        assert_eq!(again.destination.to_text_with_secrets(), written);
    }
    let shown = destination.to_string();
    let secrets = secrets(destination);
    let hidden = match secrets[..] {
        [] => String::new(),
        [user, password] => format!("{}/{}", user.expose(), password.expose()),
        [one, ..] => one.expose().to_owned(),
    };
    let stars = match (secrets.len(), hidden.starts_with('/')) {
        (0, _) => "",
        (2, _) => "***/***",
        (_, false) => "***",
        // A suffix that is not known.
        (_, true) => "/***",
    };
    let plain = written.strip_suffix(&hidden).expect("secrets come last");
    let is_key = plain.ends_with("/KEY/") || plain == "mailto:";
    let stars = if is_key { "***" } else { stars };
    assert_eq!(shown, format!("{plain}{stars}"));
    let debug = format!("{destination:?}");
    for secret in secrets {
        let text = secret.expose();
        assert_eq!(format!("{secret:?} {secret}"), "Secret(hidden) ***");
        // Other texts may be there by chance, escaped or in the program's own words.
        let plain = text.bytes().all(|byte| byte.is_ascii_alphanumeric());
        let telling = text.len() >= 16 && plain && !shown.contains(text);
        assert!(!telling || !debug.contains(text));
        assert!(secret.to_key().is_err() || matches!(text.len(), 32 | 48 | 64));
    }
    if let Destination::Report(report) = destination {
        assert!(!report.account.is_empty() && !report.host.is_empty());
        assert_ne!(report.port, Some(0));
        let port = parsed.warnings.contains(WarningKind::PortMissing);
        assert!(!port || report.port.is_none());
        let unusual = parsed.warnings.contains(WarningKind::AccountUnusual);
        assert_eq!(unusual, Account::new(&report.account).is_err());
        let format = report.effective_format();
        let _ = format.provenance();
        assert_eq!(
            report.format.is_none(),
            report.format.as_ref() != Some(&format)
        );
    }
}

fn secrets(destination: &Destination) -> Vec<&Secret> {
    let report = match destination {
        Destination::Mail(address) => return vec![address],
        Destination::Report(report) => report,
        other => panic!("{other:?}"),
    };
    match &report.format {
        Some(Format::Sia { key, .. } | Format::ContactIdOverDc09 { key, .. }) => {
            key.iter().collect()
        }
        Some(Format::Csv(Some(login))) => vec![&login.user, &login.password],
        Some(Format::Other(suffix)) => vec![suffix],
        _ => Vec::new(),
    }
}
