//! What a REGISTER asks for: its Contact and Expires headers (RFC 3261 10.3, 20.10, 20.19).

use super::outcome::{RegisterError, RegisterWarning};
use crate::sip::{HeaderName, Message, NameAddress, Scheme, Uri, parse_number};

/// Bytes of the longest contact URI that is kept.
pub(super) const LONGEST_CONTACT: usize = 256;

/// What RFC 3261 10.2.1.1 says a malformed expiry means, in seconds.
const MALFORMED: u64 = 3600;

/// One contact that a REGISTER names.
#[derive(Debug)]
pub(super) struct Wanted {
    pub(super) uri: Box<str>,
    /// Seconds; `None` if neither the contact nor the request says.
    pub(super) expires: Option<u64>,
}

/// What a REGISTER is about.
#[derive(Debug)]
pub(super) enum Wish {
    /// No Contact: it asks what is registered.
    Query,
    /// `*`: everything goes.
    RemoveAll,
    /// These contacts, each at its first mention.
    Update(Vec<Wanted>),
}

/// Reads the wish of a REGISTER, at most `most` contacts.
pub(super) fn read(
    message: &Message,
    most: usize,
    warnings: &mut Vec<RegisterWarning>,
) -> Result<Wish, RegisterError> {
    let general = message
        .header(HeaderName::Expires)
        .map(|value| seconds(value, warnings));
    let mut wanted: Vec<Wanted> = Vec::new();
    let mut star = false;
    let contacts = message
        .headers()
        .filter(|(name, _)| HeaderName::from_bytes(name) == HeaderName::Contact);
    for piece in contacts.flat_map(|(_, value)| pieces(value)) {
        if piece == b"*" {
            star = true;
            continue;
        }
        let address = NameAddress::parse(HeaderName::Contact, piece)
            .map_err(|_| RegisterError::ContactUnreadable)?;
        let uri = text(&address.uri).ok_or(RegisterError::ContactUnreadable)?;
        if uri.len() > LONGEST_CONTACT {
            return Err(RegisterError::ContactTooLong);
        }
        if wanted.iter().any(|other| same(&other.uri, &uri)) {
            continue;
        }
        if wanted.len() >= most {
            return Err(RegisterError::TooManyContacts { limit: most });
        }
        let own = address
            .parameters
            .get("expires")
            .map(|value| seconds(value.unwrap_or_default(), warnings));
        wanted.push(Wanted {
            uri: uri.into(),
            expires: own.or(general),
        });
    }
    match (star, wanted.is_empty()) {
        (false, true) => Ok(Wish::Query),
        (false, false) => Ok(Wish::Update(wanted)),
        // RFC 3261 10.3 step 6: alone, and with Expires 0.
        (true, true) if general == Some(0) => Ok(Wish::RemoveAll),
        (true, _) => Err(RegisterError::WildcardMisused),
    }
}

fn seconds(value: &[u8], warnings: &mut Vec<RegisterWarning>) -> u64 {
    parse_number(HeaderName::Expires, value).unwrap_or_else(|_| {
        if !warnings.contains(&RegisterWarning::ExpiresUnreadable) {
            warnings.push(RegisterWarning::ExpiresUnreadable);
        }
        MALFORMED
    })
}

/// Splits a header value at its commas, those in quotes and angle brackets left alone.
fn pieces(value: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = Some(value);
    std::iter::from_fn(move || {
        loop {
            let all = rest.take()?;
            let (mut quoted, mut bracketed, mut escaped) = (false, false, false);
            let comma = all.iter().position(|&byte| {
                match byte {
                    _ if escaped => escaped = false,
                    b'\\' if quoted => escaped = true,
                    b'"' if !bracketed => quoted = !quoted,
                    b'<' if !quoted => bracketed = true,
                    b'>' if !quoted => bracketed = false,
                    b',' => return !quoted && !bracketed,
                    _ => {}
                }
                false
            });
            let piece = match comma {
                Some(at) => {
                    rest = all.get(at + 1..);
                    all.get(..at).unwrap_or_default()
                }
                None => all,
            };
            let piece = piece.trim_ascii();
            if !piece.is_empty() {
                return Some(piece);
            }
        }
    })
}

/// A URI as it is kept and sent back: without password and headers. `None` when it holds what
/// would break the angle brackets around it.
fn text(uri: &Uri<'_>) -> Option<String> {
    let mut text = String::with_capacity(64);
    text.push_str(uri.scheme_text);
    text.push(':');
    text.push_str(uri.user.unwrap_or_default());
    if matches!(uri.scheme, Scheme::Sip | Scheme::Sips) {
        if uri.host.is_empty() {
            return None;
        }
        if uri.user.is_some() {
            text.push('@');
        }
        text.push_str(uri.host);
        if let Some(port) = uri.port {
            text.push(':');
            text.push_str(&port.to_string());
        }
    }
    text.push_str(std::str::from_utf8(uri.parameters.raw()).ok()?);
    let breaks = |sign: char| sign.is_control() || sign.is_whitespace() || "<>\"".contains(sign);
    (!text.contains(breaks)).then_some(text)
}

/// Whether two contacts are the same binding: scheme, user, host, port and transport, which is
/// what RFC 3261 19.1.4 comes to for the parameters that units use.
pub(super) fn same(one: &str, other: &str) -> bool {
    let (Ok(a), Ok(b)) = (Uri::parse(one.as_bytes()), Uri::parse(other.as_bytes())) else {
        return one == other;
    };
    let transport = |uri: &Uri<'_>| {
        uri.parameters
            .text("transport")
            .map(str::to_ascii_lowercase)
    };
    a.scheme == b.scheme
        && a.scheme_text.eq_ignore_ascii_case(b.scheme_text)
        && a.user == b.user
        && a.host.eq_ignore_ascii_case(b.host)
        && a.port == b.port
        && transport(&a) == transport(&b)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commas_in_quotes_and_brackets_do_not_split() {
        let value = br#""a, \"b" <sip:1,2@example.net>;x=1 , , sip:3@example.net,*"#;
        let all: Vec<_> = pieces(value).collect();
        assert_eq!(
            all,
            [
                &br#""a, \"b" <sip:1,2@example.net>;x=1"#[..],
                b"sip:3@example.net",
                b"*"
            ]
        );
        assert_eq!(pieces(b"").count(), 0);
        assert_eq!(pieces(b"\"unclosed, ").count(), 1);
    }

    #[test]
    fn contacts_are_compared_by_what_they_reach() {
        let base = "sip:40211870@example.net:5062;transport=tcp";
        assert!(same(base, "SIP:40211870@EXAMPLE.net:5062;transport=TCP;ob"));
        for other in [
            "sips:40211870@example.net:5062;transport=tcp",
            "sip:40211871@example.net:5062;transport=tcp",
            "sip:40211870@example.net;transport=tcp",
            "sip:40211870@example.net:5062",
            "sip:40211870@example.org:5062;transport=tcp",
        ] {
            assert!(!same(base, other), "{other}");
        }
        assert!(same("tel:+4700000000", "TEL:+4700000000"));
    }
}
