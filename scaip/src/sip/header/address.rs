//! URIs, and the From, To and Contact headers.

use core::fmt;
use core::str::from_utf8;

use nom::Parser;
use nom::branch::alt;
use nom::bytes::complete::{take_till, take_while, take_while1};
use nom::character::complete::char;
use nom::combinator::{map_res, opt, recognize};
use nom::sequence::{delimited, preceded, terminated};

use super::via::{host, port};
use super::{Parameters, Parsed, blanks, is_blank, parameters, quoted, whole};
use crate::sip::{HeaderError, HeaderName};

/// The scheme of a URI.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Scheme {
    /// `sip:`, or `scaip:` (SCAIP reference 5.3).
    Sip,
    /// `sips:`, or `scaips:`.
    Sips,
    /// `tel:`: the number is the user part, there is no host.
    Tel,
    /// Another scheme: everything behind the colon is the user part.
    Other,
}

impl Scheme {
    fn of(spelled: &str) -> Self {
        let is = |name: &str| spelled.eq_ignore_ascii_case(name);
        if is("sip") || is("scaip") {
            Self::Sip
        } else if is("sips") || is("scaips") {
            Self::Sips
        } else if is("tel") {
            Self::Tel
        } else {
            Self::Other
        }
    }
}

/// A URI as headers carry it (RFC 3261 19.1, RFC 3966). `Debug` hides the user part.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Uri<'a> {
    /// What the scheme means.
    pub scheme: Scheme,
    /// How the scheme is spelled.
    pub scheme_text: &'a str,
    /// The user part without password; `None` if absent or empty.
    pub user: Option<&'a str>,
    /// The host; empty where the scheme has none. An IPv6 address keeps its brackets.
    pub host: &'a str,
    /// The port.
    pub port: Option<u16>,
    /// URI parameters.
    pub parameters: Parameters<'a>,
}

impl<'a> Uri<'a> {
    /// Reads a URI without angle brackets.
    ///
    /// # Errors
    ///
    /// [`HeaderError`] if there is no scheme, or the host or port cannot be read.
    pub fn parse(value: &'a [u8]) -> Result<Self, HeaderError> {
        whole(HeaderName::Other, value, uri(value))
    }
}

impl fmt::Debug for Uri<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Uri")
            .field("scheme", &self.scheme)
            .field("user", &self.user.map(|_| "(hidden)"))
            .field("host", &self.host)
            .field("port", &self.port)
            .finish_non_exhaustive()
    }
}

fn uri(input: &[u8]) -> Parsed<'_, Uri<'_>> {
    let scheme_text = map_res(
        take_while1(|b: u8| b.is_ascii_alphanumeric() || b"+-.".contains(&b)),
        from_utf8,
    );
    let (rest, scheme_text) = terminated(scheme_text, char(':')).parse(input)?;
    let scheme = Scheme::of(scheme_text);
    let (rest, user, host, port) = match scheme {
        Scheme::Sip | Scheme::Sips => {
            let userinfo = terminated(
                take_till(|b: u8| is_blank(b) || b"@<>\"".contains(&b)),
                char('@'),
            );
            let (rest, userinfo) = opt(map_res(userinfo, from_utf8)).parse(rest)?;
            let user = userinfo.and_then(|text| text.split(':').next());
            // A lone "sip:cid@" still tells the user.
            let (rest, host) = opt(host).parse(rest)?;
            let (rest, port) = opt(port).parse(rest)?;
            (rest, user, host.unwrap_or_default(), port)
        }
        Scheme::Tel | Scheme::Other => {
            let (rest, user) = map_res(
                take_till(|b: u8| is_blank(b) || b";<>".contains(&b)),
                from_utf8,
            )
            .parse(rest)?;
            (rest, Some(user), "", None)
        }
    };
    let (rest, parameters) = parameters(rest)?;
    let (rest, _) = opt(preceded(
        char('?'),
        take_till(|b: u8| is_blank(b) || b == b'>'),
    ))
    .parse(rest)?;
    Ok((
        rest,
        Uri {
            scheme,
            scheme_text,
            user: user.filter(|user| !user.is_empty()),
            host,
            port,
            parameters,
        },
    ))
}

/// A From, To or Contact value: display name, URI and header parameters. `Debug` hides the display name.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct NameAddress<'a> {
    /// The display name as it stands, quotes included, in whatever encoding; `None` if absent.
    pub display: Option<&'a [u8]>,
    /// The URI.
    pub uri: Uri<'a>,
    /// Header parameters, `tag` among them.
    pub parameters: Parameters<'a>,
}

impl<'a> NameAddress<'a> {
    /// Reads one `"display" <uri>;params` or `uri;params`. `name` is only for the error.
    ///
    /// # Errors
    ///
    /// [`HeaderError`] if it is neither.
    pub fn parse(name: HeaderName, value: &'a [u8]) -> Result<Self, HeaderError> {
        whole(name, value, name_address(value))
    }

    /// The tag, if present and not empty.
    #[must_use]
    pub fn tag(&self) -> Option<&'a [u8]> {
        self.parameters
            .get("tag")
            .flatten()
            .filter(|tag| !tag.is_empty())
    }
}

impl fmt::Debug for NameAddress<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NameAddress")
            .field("display", &self.display.map(|_| "(hidden)"))
            .field("uri", &self.uri)
            .field("parameters", &self.parameters)
            .finish()
    }
}

fn name_address(input: &[u8]) -> Parsed<'_, NameAddress<'_>> {
    let display = alt((
        terminated(quoted, blanks),
        take_while(|b: u8| b != b'<' && b != b'"'),
    ));
    let bracketed = (
        preceded(blanks, display),
        delimited((char('<'), blanks), uri, (blanks, char('>'))),
    );
    // Without brackets the parameters belong to the header (RFC 3261 20).
    let bare = preceded(
        blanks,
        recognize(take_while1(|b: u8| !is_blank(b) && b != b';' && b != b',')),
    );
    if let Ok((rest, (display, uri))) = { bracketed }.parse(input) {
        let (rest, parameters) = parameters(rest)?;
        let display = display.trim_ascii();
        let display = Some(display).filter(|display| !display.is_empty());
        return Ok((
            rest,
            NameAddress {
                display,
                uri,
                parameters,
            },
        ));
    }
    let (rest, text) = { bare }.parse(input)?;
    let (left, uri) = uri(text)?;
    if !left.is_empty() {
        return Err(nom::Err::Error(nom::error::Error::new(
            left,
            nom::error::ErrorKind::Eof,
        )));
    }
    let (rest, parameters) = parameters(rest)?;
    Ok((
        rest,
        NameAddress {
            display: None,
            uri,
            parameters,
        },
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn name_address_reads_every_usual_form() {
        let read =
            |value: &'static str| NameAddress::parse(HeaderName::From, value.as_bytes()).unwrap();
        let full =
            read("\"A \\\"< B\" <sip:40211870:pw@example.net:5066;transport=tcp?x=y> ;tag=ab");
        assert_eq!(full.uri.user, Some("40211870"));
        assert_eq!((full.uri.host, full.uri.port), ("example.net", Some(5066)));
        assert_eq!(full.tag(), Some(&b"ab"[..]));
        let bare = read("sip:40211870@example.net;tag=7");
        assert_eq!(
            (bare.uri.user, bare.tag()),
            (Some("40211870"), Some(&b"7"[..]))
        );
        assert!(bare.uri.parameters.raw().is_empty());
        assert_eq!(read("<sip:@example.net>").uri.user, None);
        assert_eq!(read("<sip:example.net>").uri.user, None);
        assert_eq!(read("Ola <scaips:x@y>").uri.scheme, Scheme::Sips);
        assert_eq!(read("<SCAIP:x@y>").uri.scheme, Scheme::Sip);
        assert_eq!(read("<tel:+4740211870;x=1>").uri.user, Some("+4740211870"));
        assert_eq!(read("<urn:service:sos>").uri.scheme, Scheme::Other);
    }

    #[test]
    fn name_address_without_scheme_or_bracket_is_refused() {
        for value in [
            "40211870",
            "<sip:a@b",
            "sip:a@b c",
            "\"a <sip:a@b>",
            "",
            "<>",
        ] {
            assert!(
                NameAddress::parse(HeaderName::To, value.as_bytes()).is_err(),
                "{value}"
            );
        }
    }

    #[test]
    fn a_latin_1_display_name_does_not_hide_the_user() {
        let from = NameAddress::parse(HeaderName::From, b"\"\xD8st\" <sip:1@a>;tag=x").unwrap();
        assert_eq!(from.uri.user, Some("1"));
    }

    #[test]
    fn debug_output_hides_user_and_display_name() {
        let from =
            NameAddress::parse(HeaderName::From, b"\"Kari\" <sip:40211870@example.net>").unwrap();
        let text = format!("{from:?}");
        assert!(
            !text.contains("40211870") && !text.contains("Kari"),
            "{text}"
        );
        assert!(text.contains("example.net"));
    }
}
