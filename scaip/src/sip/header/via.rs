//! The Via header.

use core::str::from_utf8;
use std::net::IpAddr;

use nom::Parser;
use nom::branch::alt;
use nom::bytes::complete::{tag, tag_no_case, take_while1};
use nom::character::complete::char;
use nom::combinator::{map_res, opt, recognize};
use nom::sequence::preceded;

use super::{Parameters, Parsed, blanks, is_blank, parameters, separator, token, whole};
use crate::sip::{HeaderError, HeaderName};

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

pub(super) fn host(input: &[u8]) -> Parsed<'_, &str> {
    let bracketed = recognize((
        char('['),
        take_while1(|b: u8| b.is_ascii_hexdigit() || b == b':' || b == b'.' || b == b'%'),
        char(']'),
    ));
    let plain = take_while1(|b: u8| b.is_ascii_alphanumeric() || b"-._".contains(&b));
    map_res(alt((bracketed, plain)), from_utf8).parse(input)
}

pub(super) fn port(input: &[u8]) -> Parsed<'_, u16> {
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
}
