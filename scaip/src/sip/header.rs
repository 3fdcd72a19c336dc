//! Typed readers for header values: nom grammars over one complete value.
//!
//! Every reader borrows from the value and is lenient about white space; what it cannot read is a
//! [`HeaderError`] with a position. The raw value stays reachable in the message either way.

use core::fmt;
use core::str::from_utf8;

use nom::branch::alt;
use nom::bytes::complete::{take_while, take_while1};
use nom::character::complete::{char, digit1, one_of};
use nom::combinator::{map_res, opt, recognize};
use nom::multi::many0_count;
use nom::sequence::{delimited, preceded};
use nom::{IResult, Parser};

use super::layout::is_token;
use super::{HeaderError, HeaderName, Method};

mod address;
mod via;

pub use address::{NameAddress, Scheme, Uri};
pub use via::{ResponsePort, Via};

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
    let follows: Parsed<'_, char> = preceded(blanks, one_of("(;")).parse(rest);
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
