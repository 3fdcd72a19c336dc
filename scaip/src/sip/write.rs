//! Writing requests and responses into a reused buffer.
//!
//! No value with a control byte is ever written: headers cannot be injected. On an error the buffer is as it
//! was before the call.

use std::io::Write as _;
use std::net::SocketAddr;

use super::endpoint::{Path, Response};
use super::header::{MediaType, NameAddress, ResponsePort, Via};
use super::layout::{Head, is_control, is_token};
use super::{HeaderName, Message, Method};

/// Why something was not written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum WriteError {
    /// A control byte (CR, LF, NUL or another) in a value.
    #[error("control byte at byte {offset} of {field}")]
    ControlByte {
        /// Which value.
        field: HeaderName,
        /// Where in the value.
        offset: usize,
    },
    /// A URI without a `sip:`, `sips:` or `tel:` scheme, or with blanks, quotes or angle brackets.
    #[error("{field} is no URI that can be written")]
    BadUri {
        /// Which header; [`HeaderName::Other`] for the Request-URI.
        field: HeaderName,
    },
    /// A header name that is no token.
    #[error("a header name is no token")]
    BadHeaderName,
    /// A further header that is written by this crate itself.
    #[error("{name} is written by the endpoint itself")]
    ReservedHeader {
        /// The header.
        name: HeaderName,
    },
    /// A tag, branch, Call-ID or media type that is empty or malformed.
    #[error("the value for {field} cannot be written")]
    BadIdentifier {
        /// Which header.
        field: HeaderName,
    },
    /// The method has no text: [`Method::Other`].
    #[error("the method has no name")]
    UnnamedMethod,
}

/// The parts of a request outside a dialog. Max-Forwards is 70.
#[derive(Clone, Copy)]
pub struct RequestHead<'a> {
    /// The method.
    pub method: Method,
    /// Transport and local address go into the Via.
    pub path: &'a Path,
    /// The branch of the Via.
    pub branch: &'a [u8],
    /// Request-URI.
    pub request_uri: &'a str,
    /// URI of To.
    pub to: &'a str,
    /// URI of From.
    pub from: &'a str,
    /// Tag of From.
    pub from_tag: &'a [u8],
    /// Call-ID.
    pub call_id: &'a [u8],
    /// CSeq number.
    pub cseq: u32,
    /// Further headers.
    pub headers: &'a [(&'a str, &'a str)],
    /// Content-Type; written only with a body.
    pub content_type: &'a str,
}

impl core::fmt::Debug for RequestHead<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("RequestHead")
            .field("method", &self.method)
            .field("path", &self.path)
            .field("call_id", &format_args!("{}", self.call_id.escape_ascii()))
            .field("cseq", &self.cseq)
            .finish_non_exhaustive()
    }
}

/// Appends a request to `out`.
///
/// # Errors
///
/// [`WriteError`] for a value that cannot be written; `out` is then unchanged.
pub fn write_request(
    out: &mut Vec<u8>,
    head: &RequestHead<'_>,
    body: &[u8],
) -> Result<(), WriteError> {
    undo_on_error(out, |out| {
        let method = head.method.as_str().ok_or(WriteError::UnnamedMethod)?;
        identifier(HeaderName::Via, head.branch, is_token)?;
        identifier(HeaderName::From, head.from_tag, is_token)?;
        identifier(HeaderName::CallId, head.call_id, |b| b > b' ' && b < 0x7f)?;
        put(out, &[method.as_bytes(), b" "]);
        put_uri(out, HeaderName::Other, head.request_uri)?;
        put(out, &[b" SIP/2.0\r\nVia: SIP/2.0/"]);
        put(out, &[head.path.transport.as_str().as_bytes(), b" "]);
        let local = head.path.local;
        // A dual-stack socket gives IPv4 addresses as IPv6.
        put_display(
            out,
            SocketAddr::new(local.ip().to_canonical(), local.port()),
        );
        put(out, &[b";branch=", head.branch, b";rport\r\n"]);
        put(out, &[b"Max-Forwards: 70\r\nFrom: <"]);
        put_uri(out, HeaderName::From, head.from)?;
        put(out, &[b">;tag=", head.from_tag, b"\r\nTo: <"]);
        put_uri(out, HeaderName::To, head.to)?;
        put(out, &[b">\r\nCall-ID: ", head.call_id, b"\r\nCSeq: "]);
        put_number(out, u64::from(head.cseq));
        put(out, &[b" ", method.as_bytes(), b"\r\n"]);
        put_headers(out, head.headers)?;
        put_body(out, head.content_type, body)
    })
}

/// Appends a response to `request` to `out`: its Vias, From, To, Call-ID and CSeq as they stand, `received`
/// and `rport` of `source` added to the topmost Via (RFC 3261 18.2.1, RFC 3581), `to_tag` added to a To that
/// has no tag.
///
/// # Errors
///
/// [`WriteError`] for a value that cannot be written; `out` is then unchanged.
pub fn write_response(
    out: &mut Vec<u8>,
    request: &Message,
    source: SocketAddr,
    to_tag: &[u8],
    response: &Response<'_>,
) -> Result<(), WriteError> {
    put_response(out, request.head(), source, to_tag, response)
}

pub(crate) fn put_response(
    out: &mut Vec<u8>,
    request: &Head,
    source: SocketAddr,
    to_tag: &[u8],
    response: &Response<'_>,
) -> Result<(), WriteError> {
    undo_on_error(out, |out| {
        identifier(HeaderName::To, to_tag, is_token)?;
        put(out, &[b"SIP/2.0 "]);
        put_number(out, u64::from(response.status.get()));
        put(out, &[b" ", response.status.reason().as_bytes(), b"\r\n"]);
        let mut top = true;
        for field in &request.fields {
            if field.name == HeaderName::Via {
                put(out, &[b"Via: "]);
                if core::mem::take(&mut top) {
                    put_top_via(out, request.value(field), source);
                } else {
                    put(out, &[request.value(field)]);
                }
                put(out, &[b"\r\n"]);
            }
        }
        put_echo(out, request, HeaderName::From);
        if let Some(to) = request.first(HeaderName::To) {
            put(out, &[b"To: ", to]);
            if NameAddress::parse(HeaderName::To, to).is_ok_and(|to| to.tag().is_none()) {
                put(out, &[b";tag=", to_tag]);
            }
            put(out, &[b"\r\n"]);
        }
        put_echo(out, request, HeaderName::CallId);
        put_echo(out, request, HeaderName::CSeq);
        put_headers(out, response.headers)?;
        put_body(out, response.content_type, response.body)
    })
}

fn undo_on_error(
    out: &mut Vec<u8>,
    write: impl FnOnce(&mut Vec<u8>) -> Result<(), WriteError>,
) -> Result<(), WriteError> {
    let length = out.len();
    write(out).inspect_err(|_| out.truncate(length))
}

fn put(out: &mut Vec<u8>, parts: &[&[u8]]) {
    for part in parts {
        out.extend_from_slice(part);
    }
}

fn put_display(out: &mut Vec<u8>, value: impl core::fmt::Display) {
    // Writing to a vector does not fail.
    let _ = write!(out, "{value}");
}

fn put_number(out: &mut Vec<u8>, mut number: u64) {
    let mut digits = [0_u8; 20];
    let mut at = digits.len();
    loop {
        at -= 1;
        digits[at] = b'0' + u8::try_from(number % 10).unwrap_or(0);
        number /= 10;
        if number == 0 {
            break;
        }
    }
    out.extend_from_slice(&digits[at..]);
}

fn put_echo(out: &mut Vec<u8>, request: &Head, name: HeaderName) {
    if let (Some(value), Some(label)) = (request.first(name), name.as_str()) {
        put(out, &[label.as_bytes(), b": ", value, b"\r\n"]);
    }
}

fn put_top_via(out: &mut Vec<u8>, value: &[u8], source: SocketAddr) {
    let Ok((via, lead, rest)) = Via::split_first(value) else {
        put(out, &[value]);
        return;
    };
    put(out, &[lead]);
    for (name, value) in via.parameters.iter() {
        if name.eq_ignore_ascii_case(b"received") || name.eq_ignore_ascii_case(b"rport") {
            continue;
        }
        put(out, &[b";", name]);
        if let Some(value) = value {
            put(out, &[b"=", value]);
        }
    }
    let ports = via.rport() != ResponsePort::Absent;
    if ports || !via.sent_by_is(source.ip().to_canonical()) {
        put(out, &[b";received="]);
        put_display(out, source.ip().to_canonical());
    }
    if ports {
        put(out, &[b";rport="]);
        put_number(out, u64::from(source.port()));
    }
    put(out, &[rest]);
}

fn check(field: HeaderName, value: &[u8]) -> Result<(), WriteError> {
    match value.iter().copied().position(is_control) {
        Some(offset) => Err(WriteError::ControlByte { field, offset }),
        None => Ok(()),
    }
}

fn identifier(
    field: HeaderName,
    value: &[u8],
    allowed: impl Fn(u8) -> bool,
) -> Result<(), WriteError> {
    check(field, value)?;
    if value.is_empty() || !value.iter().copied().all(allowed) {
        return Err(WriteError::BadIdentifier { field });
    }
    Ok(())
}

/// Writes a URI, `scaip:` and `scaips:` as `sip:` and `sips:` (SCAIP reference 5.3).
fn put_uri(out: &mut Vec<u8>, field: HeaderName, uri: &str) -> Result<(), WriteError> {
    check(field, uri.as_bytes())?;
    let bad = WriteError::BadUri { field };
    let (scheme, rest) = uri.split_once(':').ok_or(bad)?;
    let scheme = match scheme.to_ascii_lowercase().as_str() {
        "sip" | "scaip" => "sip:",
        "sips" | "scaips" => "sips:",
        "tel" => "tel:",
        _ => return Err(bad),
    };
    if rest.is_empty() || rest.bytes().any(|b| b" \t<>\"".contains(&b)) {
        return Err(bad);
    }
    put(out, &[scheme.as_bytes(), rest.as_bytes()]);
    Ok(())
}

fn put_headers(out: &mut Vec<u8>, headers: &[(&str, &str)]) -> Result<(), WriteError> {
    for (label, value) in headers {
        if label.is_empty() || !label.bytes().all(is_token) {
            return Err(WriteError::BadHeaderName);
        }
        let name = HeaderName::from_bytes(label.as_bytes());
        if matches!(
            name,
            HeaderName::Via
                | HeaderName::From
                | HeaderName::To
                | HeaderName::CallId
                | HeaderName::CSeq
                | HeaderName::MaxForwards
                | HeaderName::ContentLength
                | HeaderName::ContentType
        ) {
            return Err(WriteError::ReservedHeader { name });
        }
        check(name, value.as_bytes())?;
        put(out, &[label.as_bytes(), b": ", value.as_bytes(), b"\r\n"]);
    }
    Ok(())
}

fn put_body(out: &mut Vec<u8>, content_type: &str, body: &[u8]) -> Result<(), WriteError> {
    if !body.is_empty() {
        let field = HeaderName::ContentType;
        check(field, content_type.as_bytes())?;
        if MediaType::parse(content_type.as_bytes()).is_err() {
            return Err(WriteError::BadIdentifier { field });
        }
        put(out, &[b"Content-Type: ", content_type.as_bytes(), b"\r\n"]);
    }
    put(out, &[b"Content-Length: "]);
    put_number(out, body.len() as u64);
    put(out, &[b"\r\n\r\n", body]);
    Ok(())
}
