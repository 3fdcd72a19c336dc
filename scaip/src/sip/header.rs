//! Typed readers for header values: nom grammars over one complete value.
//!
//! Every reader borrows from the value and is lenient about white space; what it cannot read is a
//! [`HeaderError`] with a position. The raw value stays reachable in the message either way.

use core::fmt;
use core::str::from_utf8;
use std::net::IpAddr;

use nom::branch::alt;
use nom::bytes::complete::{tag, tag_no_case, take_till, take_while, take_while1};
use nom::character::complete::{char, digit1, one_of};
use nom::combinator::{map_res, opt, recognize, verify};
use nom::multi::many0_count;
use nom::sequence::{delimited, preceded, terminated};
use nom::{IResult, Parser};

use super::layout::is_token;
use super::{HeaderError, HeaderName, Method};

type Parsed<'a, O> = IResult<&'a [u8], O>;

fn is_blank(byte: u8) -> bool {
    byte == b' ' || byte == b'\t'
}

fn blanks(input: &[u8]) -> Parsed<'_, &[u8]> {
    take_while(is_blank)(input)
}

fn token(input: &[u8]) -> Parsed<'_, &str> {
    map_res(take_while1(is_token), from_utf8).parse(input)
}

fn separator<'a>(
    mark: char,
) -> impl Parser<&'a [u8], Output = char, Error = nom::error::Error<&'a [u8]>> {
    delimited(blanks, char(mark), blanks)
}

/// A quoted string with its quotes; a backslash takes the next byte with it.
fn quoted(input: &[u8]) -> Parsed<'_, &[u8]> {
    let (rest, _) = char('"')(input)?;
    let mut at = 0;
    while let Some(&byte) = rest.get(at) {
        match byte {
            b'"' => {
                let length = at + 2;
                return Ok((&input[length..], &input[..length]));
            }
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    Err(nom::Err::Error(nom::error::Error::new(
        input,
        nom::error::ErrorKind::Char,
    )))
}

fn parameter(input: &[u8]) -> Parsed<'_, (&[u8], Option<&[u8]>)> {
    let value = alt((
        quoted,
        take_while(|b: u8| !is_blank(b) && !b";,\"<>".contains(&b)),
    ));
    preceded(
        separator(';'),
        (take_while(is_token), opt(preceded(separator('='), value))),
    )
    .parse(input)
}

fn parameters(input: &[u8]) -> Parsed<'_, Parameters<'_>> {
    let (rest, raw) = recognize(many0_count(parameter)).parse(input)?;
    Ok((rest, Parameters { raw }))
}

/// Runs a reader over a whole value: what is left but blanks is an error.
fn whole<'a, O>(
    name: HeaderName,
    value: &'a [u8],
    parsed: Parsed<'a, O>,
) -> Result<O, HeaderError> {
    let offset = |rest: &[u8]| value.len() - rest.len();
    match parsed {
        Ok((rest, output)) if rest.iter().copied().all(is_blank) => Ok(output),
        Ok((rest, _)) => Err(HeaderError {
            name,
            offset: offset(rest),
        }),
        Err(nom::Err::Error(error) | nom::Err::Failure(error)) => Err(HeaderError {
            name,
            offset: offset(error.input),
        }),
        Err(nom::Err::Incomplete(_)) => Err(HeaderError {
            name,
            offset: value.len(),
        }),
    }
}

/// The `;name=value` parameters behind a header value or a URI, in order, all kept.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub struct Parameters<'a> {
    raw: &'a [u8],
}

impl<'a> Parameters<'a> {
    /// The bytes, beginning with the first semicolon; empty if there are none.
    #[must_use]
    pub fn raw(&self) -> &'a [u8] {
        self.raw
    }

    /// The parameters as (name, value); a value keeps its quotes.
    pub fn iter(&self) -> impl Iterator<Item = (&'a [u8], Option<&'a [u8]>)> + use<'a> {
        let mut rest = self.raw;
        core::iter::from_fn(move || {
            let (after, found) = parameter(rest).ok()?;
            rest = after;
            Some(found)
        })
    }

    /// The first parameter of that name, in any letter case: `Some(None)` for one without a value.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<Option<&'a [u8]>> {
        self.iter()
            .find(|(found, _)| found.eq_ignore_ascii_case(name.as_bytes()))
            .map(|(_, value)| value)
    }

    /// The value of a parameter as text; `None` if absent, without a value, or not UTF-8.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&'a str> {
        self.get(name).flatten().and_then(|v| from_utf8(v).ok())
    }
}

impl fmt::Debug for Parameters<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Parameters({} bytes)", self.raw.len())
    }
}

/// The `rport` parameter of a Via (RFC 3581).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResponsePort {
    /// Not there: normal for older senders.
    Absent,
    /// There without a value: asked for.
    Requested,
    /// Filled in.
    Port(u16),
    /// There with a value that is no port.
    Unreadable,
}

/// One Via (RFC 3261 20.42).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Via<'a> {
    /// `UDP`, `TCP`, `TLS` or another token.
    pub transport: &'a str,
    /// Host of sent-by; an IPv6 address keeps its brackets.
    pub host: &'a str,
    /// Port of sent-by.
    pub port: Option<u16>,
    /// Every parameter.
    pub parameters: Parameters<'a>,
}

impl<'a> Via<'a> {
    /// Reads the first Via of a value that may hold several, separated by commas; gives it with the bytes
    /// before its parameters and the bytes after it.
    pub(crate) fn split_first(value: &'a [u8]) -> Result<(Self, &'a [u8], &'a [u8]), HeaderError> {
        let name = HeaderName::Via;
        let parsed = via(value);
        match parsed {
            Ok((rest, found)) => {
                let after = rest.trim_ascii_start();
                if !after.is_empty() && after[0] != b',' {
                    return Err(HeaderError {
                        name,
                        offset: value.len() - after.len(),
                    });
                }
                let lead = value.len() - rest.len() - found.parameters.raw.len();
                Ok((found, &value[..lead], rest))
            }
            Err(_) => whole(name, value, parsed).map(|found| (found, value, &value[..0])),
        }
    }

    /// Reads the first Via of a header value.
    ///
    /// # Errors
    ///
    /// [`HeaderError`] if it is not `SIP/2.0/transport host[:port]` with parameters.
    pub fn parse(value: &'a [u8]) -> Result<Self, HeaderError> {
        Self::split_first(value).map(|(via, _, _)| via)
    }

    /// The branch, if present and not empty.
    #[must_use]
    pub fn branch(&self) -> Option<&'a [u8]> {
        self.parameters
            .get("branch")
            .flatten()
            .filter(|branch| !branch.is_empty())
    }

    /// The `received` parameter as an address.
    #[must_use]
    pub fn received(&self) -> Option<IpAddr> {
        let text = self.parameters.text("received")?;
        text.trim_matches(['[', ']']).parse().ok()
    }

    /// The `rport` parameter.
    #[must_use]
    pub fn rport(&self) -> ResponsePort {
        match self.parameters.get("rport") {
            None => ResponsePort::Absent,
            Some(None) => ResponsePort::Requested,
            Some(Some(value)) => from_utf8(value)
                .ok()
                .and_then(|text| text.parse().ok())
                .map_or(ResponsePort::Unreadable, ResponsePort::Port),
        }
    }

    /// Whether sent-by is this very address, so that `received` need not be added (RFC 3261 18.2.1).
    pub(crate) fn sent_by_is(&self, address: IpAddr) -> bool {
        self.host
            .trim_matches(['[', ']'])
            .parse::<IpAddr>()
            .is_ok_and(|host| host == address)
    }
}

fn host(input: &[u8]) -> Parsed<'_, &str> {
    let bracketed = recognize((
        char('['),
        take_while1(|b: u8| b.is_ascii_hexdigit() || b == b':' || b == b'.' || b == b'%'),
        char(']'),
    ));
    let plain = take_while1(|b: u8| b.is_ascii_alphanumeric() || b"-._".contains(&b));
    map_res(alt((bracketed, plain)), from_utf8).parse(input)
}

fn port(input: &[u8]) -> Parsed<'_, u16> {
    preceded(separator(':'), nom::character::complete::u16).parse(input)
}

fn via(input: &[u8]) -> Parsed<'_, Via<'_>> {
    let (rest, _) = (
        blanks,
        tag_no_case(&b"SIP"[..]),
        separator('/'),
        tag(&b"2.0"[..]),
        separator('/'),
    )
        .parse(input)?;
    let (rest, transport) = token(rest)?;
    let (rest, _) = take_while1(is_blank)(rest)?;
    let (rest, host) = host(rest)?;
    let (rest, port) = opt(port).parse(rest)?;
    let (rest, parameters) = parameters(rest)?;
    Ok((
        rest,
        Via {
            transport,
            host,
            port,
            parameters,
        },
    ))
}

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

/// A CSeq (RFC 3261 20.16).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CSeq<'a> {
    /// The number. RFC 3261 asks for less than 2^31; any `u32` is taken.
    pub number: u32,
    /// The method.
    pub method: Method,
    /// The method as written.
    pub method_text: &'a str,
}

impl<'a> CSeq<'a> {
    /// Reads `number method`.
    ///
    /// # Errors
    ///
    /// [`HeaderError`] for anything else, also for a number of 2^32 and above.
    pub fn parse(value: &'a [u8]) -> Result<Self, HeaderError> {
        let parsed = (
            delimited(blanks, nom::character::complete::u32, take_while1(is_blank)),
            token,
        )
            .parse(value)
            .map(|(rest, (number, method_text))| {
                (
                    rest,
                    CSeq {
                        number,
                        method: Method::from_token(method_text.as_bytes()),
                        method_text,
                    },
                )
            });
        whole(HeaderName::CSeq, value, parsed)
    }
}

/// A Content-Type (RFC 3261 20.15).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MediaType<'a> {
    /// `application` of `application/scaip+xml`, as written.
    pub kind: &'a str,
    /// `scaip+xml` of `application/scaip+xml`, as written.
    pub subtype: &'a str,
    /// Parameters such as `charset`.
    pub parameters: Parameters<'a>,
}

impl<'a> MediaType<'a> {
    /// Reads a media type.
    ///
    /// # Errors
    ///
    /// [`HeaderError`] if it is not `type/subtype` with parameters.
    pub fn parse(value: &'a [u8]) -> Result<Self, HeaderError> {
        let parsed = (
            preceded(blanks, token),
            preceded(separator('/'), token),
            parameters,
        )
            .parse(value)
            .map(|(rest, (kind, subtype, parameters))| {
                (
                    rest,
                    MediaType {
                        kind,
                        subtype,
                        parameters,
                    },
                )
            });
        whole(HeaderName::ContentType, value, parsed)
    }

    /// Whether this is `type/subtype`, in any letter case, whatever the parameters.
    ///
    /// ```
    /// use scaip::sip::MediaType;
    ///
    /// let media = MediaType::parse(b"Application/SCAIP+XML; charset=utf-8").unwrap();
    /// assert!(media.is("application/scaip+xml"));
    /// ```
    #[must_use]
    pub fn is(&self, name: &str) -> bool {
        name.split_once('/').is_some_and(|(kind, subtype)| {
            kind.eq_ignore_ascii_case(self.kind) && subtype.eq_ignore_ascii_case(self.subtype)
        })
    }
}

/// Reads a number of digits alone, such as Content-Length or Max-Forwards; saturates at `u64::MAX` and never
/// overflows.
///
/// # Errors
///
/// [`HeaderError`] if anything but digits and blanks around them is there.
pub fn parse_number(name: HeaderName, value: &[u8]) -> Result<u64, HeaderError> {
    let digits = whole(name, value, preceded(blanks, digit1).parse(value))?;
    Ok(digits.iter().fold(0_u64, |number, digit| {
        number
            .saturating_mul(10)
            .saturating_add(u64::from(digit - b'0'))
    }))
}

/// Reads the seconds of a Retry-After; a comment and parameters behind them are passed over (RFC 3261 20.33).
///
/// # Errors
///
/// [`HeaderError`] if it does not begin with a number.
pub fn parse_retry_after(value: &[u8]) -> Result<u64, HeaderError> {
    let name = HeaderName::RetryAfter;
    let parsed: Parsed<'_, &[u8]> = preceded(blanks, digit1).parse(value);
    let (rest, digits) = match parsed {
        Ok(found) => found,
        Err(_) => return Err(HeaderError { name, offset: 0 }),
    };
    let follows: Parsed<'_, char> =
        verify(preceded(blanks, one_of("(; \t")), |_: &char| true).parse(rest);
    if !rest.iter().copied().all(is_blank) && follows.is_err() {
        return Err(HeaderError {
            name,
            offset: digits.len(),
        });
    }
    parse_number(name, digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn via_reads_transport_address_and_parameters() {
        let via = Via::parse(
            b"SIP / 2.0 / UDP 192.0.2.7:5070 ;branch=z9hG4bK1;rport ; x=\"a;b\", SIP/2.0/TCP b",
        )
        .unwrap();
        assert_eq!(
            (via.transport, via.host, via.port),
            ("UDP", "192.0.2.7", Some(5070))
        );
        assert_eq!(via.branch(), Some(&b"z9hG4bK1"[..]));
        assert_eq!(via.rport(), ResponsePort::Requested);
        assert_eq!(via.received(), None);
        assert_eq!(via.parameters.get("x"), Some(Some(&b"\"a;b\""[..])));
    }

    #[test]
    fn via_reads_ipv6_and_filled_in_parameters() {
        let via = Via::parse(b"SIP/2.0/TLS [2001:db8::1];received=2001:db8::2;rport=5061").unwrap();
        assert_eq!((via.host, via.port), ("[2001:db8::1]", None));
        assert_eq!(via.received(), "2001:db8::2".parse().ok());
        assert_eq!(via.rport(), ResponsePort::Port(5061));
        assert_eq!(via.branch(), None);
    }

    #[test]
    fn via_of_another_protocol_or_without_host_is_refused() {
        assert!(Via::parse(b"HTTP/1.1/TCP a").is_err());
        assert!(Via::parse(b"SIP/2.0/UDP ").is_err());
        assert!(Via::parse(b"SIP/2.0/UDP a;b c").is_err());
        assert!(Via::parse(b"").is_err());
    }

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

    #[test]
    fn cseq_reads_number_and_method_and_refuses_overflow() {
        let cseq = CSeq::parse(b" 4294967295 \t MESSAGE ").unwrap();
        assert_eq!((cseq.number, cseq.method), (u32::MAX, Method::Message));
        assert!(CSeq::parse(b"4294967296 MESSAGE").is_err());
        assert!(CSeq::parse(b"1MESSAGE").is_err());
        assert!(CSeq::parse(b"1").is_err());
        assert_eq!(CSeq::parse(b"1 message").unwrap().method, Method::Other);
    }

    #[test]
    fn numbers_saturate_and_refuse_other_text() {
        let length = |value: &[u8]| parse_number(HeaderName::ContentLength, value);
        assert_eq!(length(b" 0012 "), Ok(12));
        assert_eq!(length(b"18446744073709551615"), Ok(u64::MAX));
        assert_eq!(length(b"99999999999999999999999"), Ok(u64::MAX));
        for bad in [&b""[..], b"-1", b"+1", b"1,1", b"0x10"] {
            assert!(length(bad).is_err());
        }
    }

    #[test]
    fn retry_after_reads_seconds_before_comment_and_parameters() {
        assert_eq!(parse_retry_after(b"120 (busy) ;duration=60"), Ok(120));
        assert_eq!(parse_retry_after(b"5"), Ok(5));
        assert_eq!(parse_retry_after(b"5;duration=1"), Ok(5));
        assert!(parse_retry_after(b"soon").is_err());
        assert!(parse_retry_after(b"5x").is_err());
    }

    #[test]
    fn media_type_compares_without_case_and_keeps_parameters() {
        let media = MediaType::parse(b"text / plain ; charset=\"utf-8\"").unwrap();
        assert!(media.is("TEXT/Plain") && !media.is("text/html") && !media.is("text"));
        assert_eq!(media.parameters.text("CHARSET"), Some("\"utf-8\""));
        assert!(MediaType::parse(b"text").is_err());
    }
}
