//! The SIP message around a body.

use alarm_codes::EventId;
use bytes::Bytes;
use scaip::receiver::CONTENT_TYPE;
use scaip::sip::{
    Framed, HeaderName, Message, Method, Rejected, SipError, SipLimits, SipWarning, StreamFramer,
};
use serde_json::Value;

use super::{Decoded, Finding, Layer, Object, Options, message};

/// A message and where it begins in the input.
pub(super) struct Placed {
    message: Message,
    start: usize,
}

/// The messages of an input: those that can be cut by Content-Length, as from a capture of a TCP
/// stream, and one error for a rest that cannot; else the whole as one, as a datagram is.
pub(super) fn split(input: &Bytes) -> Vec<Result<Placed, Finding>> {
    let limits = SipLimits::default();
    let datagram = || {
        let message = Message::parse_datagram(input.clone(), &limits);
        let placed = message.map(|message| Placed { message, start: 0 });
        vec![placed.map_err(|rejected| failure(&rejected, 0))]
    };
    let mut framer = StreamFramer::new(limits);
    framer.push(input);
    let mut messages = Vec::new();
    let mut end = 0;
    loop {
        let start = behind_line_ends(input, end);
        match framer.poll() {
            Framed::Message(message) => {
                end = start + message.raw().len();
                messages.push(Ok(Placed { message, start }));
            }
            Framed::Unreadable(rejected) => {
                end = start + rejected.raw().len();
                messages.push(Err(failure(&rejected, start)));
            }
            Framed::KeepAlive => {}
            _ if messages.is_empty() => return datagram(),
            Framed::Wrong(rejected) => {
                if messages.len() == 1 && is_tail_of_xml(rejected.raw()) {
                    return datagram();
                }
                messages.push(Err(failure(&rejected, start)));
                return messages;
            }
            _ => {
                let rest = framer.abandon();
                if messages.len() == 1 && is_tail_of_xml(&rest) {
                    return datagram();
                }
                if !rest.trim_ascii().is_empty() {
                    let detail = format!("the last {} bytes are no whole message", rest.len());
                    let start = input.len() - rest.len();
                    messages.push(Err(finding("cut-short", detail, Some(start))));
                }
                return messages;
            }
        }
    }
}

/// Where the next message of a stream begins: the line ends before it belong to none.
fn behind_line_ends(input: &[u8], mut at: usize) -> usize {
    loop {
        at += match input.get(at..) {
            Some([b'\n', ..]) => 1,
            Some([b'\r', b'\n', ..]) => 2,
            _ => return at,
        };
    }
}

/// Whether what follows the only message is the end of its body, so that the message is a datagram
/// with too small a Content-Length (SCAIP reference 11 rule 12): no start line holds an angle
/// bracket.
fn is_tail_of_xml(rest: &[u8]) -> bool {
    let line = rest.trim_ascii_start().split(|&byte| byte == b'\n').next();
    line.is_some_and(|line| line.iter().any(|byte| matches!(byte, b'<' | b'>')))
}

pub(super) fn decode(
    placed: Result<Placed, Finding>,
    options: &Options,
    new_id: &mut impl FnMut() -> EventId,
) -> Result<Decoded, Finding> {
    let Placed { message, start } = placed?;
    let body = message.body();
    if body.is_empty() {
        let what = match message.status() {
            Some(status) => format!("a SIP response {} without a body", status.get()),
            None => "a SIP request without a body".to_owned(),
        };
        return Err(finding("no-body", what, Some(start + message.raw().len())));
    }
    // The body is the end of the message.
    let head_end = start + message.raw().len() - body.len();
    let mut decoded = message::decode(&body, head_end, options, new_id)?;
    let warnings = message.warnings().iter();
    let mut warnings: Vec<_> = warnings.map(|found| warning(*found, start)).collect();
    let like_scaip = message
        .content_type()
        .and_then(Result::ok)
        .is_some_and(|media| media.is(CONTENT_TYPE) && media.parameters.iter().next().is_none());
    if !like_scaip {
        let detail = format!("Content-Type is not {CONTENT_TYPE}");
        warnings.push(finding("content-type", detail, None));
    }
    let controller = decoded.message.get("controller_id").and_then(Value::as_str);
    if let (Some(Method::Message), Some(controller)) = (message.method(), controller) {
        let from = message.from().ok();
        if from.and_then(|from| from.uri.user).map(str::trim) != Some(controller) {
            let detail = "the user of From is not the cid; the cid counts".to_owned();
            warnings.push(finding("from-unlike-controller", detail, None));
        }
    }
    warnings.append(&mut decoded.warnings);
    decoded.warnings = warnings;
    decoded.sip = Some(head(&message));
    Ok(decoded)
}

/// The lines of the head that an engineer looks at first.
fn head(message: &Message) -> Object {
    let mut object = Object::new();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    match (message.method_text(), message.status()) {
        (Some(method), _) => {
            object.add("method", text(method));
            object.add(
                "request_uri",
                text(message.request_uri_raw().unwrap_or_default()),
            );
        }
        (None, Some(status)) => object.add("status", status.get()),
        (None, None) => {}
    }
    for (name, header) in [
        ("via", HeaderName::Via),
        ("from", HeaderName::From),
        ("to", HeaderName::To),
        ("call_id", HeaderName::CallId),
        ("cseq", HeaderName::CSeq),
        ("content_type", HeaderName::ContentType),
    ] {
        if let Some(value) = message.header(header) {
            object.add(name, text(value));
        }
    }
    object
}

fn finding(code: &'static str, detail: String, offset: Option<usize>) -> Finding {
    Finding {
        code,
        detail,
        element: None,
        layer: Layer::Sip,
        offset,
    }
}

/// Makes an offset count from the start of the input instead of that of its message; the place.
fn shift(offset: &mut u32, start: usize) -> Option<usize> {
    *offset = u32::try_from(start).ok()?.checked_add(*offset)?;
    usize::try_from(*offset).ok()
}

fn warning(mut warning: SipWarning, start: usize) -> Finding {
    let offset = match &mut warning {
        SipWarning::HeaderIgnored { offset } => shift(offset, start),
        _ => None,
    };
    finding(warning.code(), warning.to_string(), offset)
}

/// The reason why a message that begins at `start` of the input cannot be read.
fn failure(rejected: &Rejected, start: usize) -> Finding {
    let mut error = rejected.error();
    let (code, offset) = match &mut error {
        SipError::Empty => ("no-message", Some(start)),
        SipError::BadStartLine { offset } => ("bad-start-line", shift(offset, start)),
        SipError::UnsupportedVersion => ("unsupported-version", None),
        SipError::HeadUnterminated { length } => ("head-unterminated", Some(start + *length)),
        SipError::HeadTooLarge { .. } => ("head-too-large", None),
        SipError::TooManyHeaders { .. } => ("too-many-headers", None),
        SipError::BodyTooLarge { .. } => ("body-too-large", None),
        SipError::MessageTooLarge { .. } => ("message-too-large", None),
        SipError::MissingHeader { .. } => ("missing-header", None),
        SipError::BadCSeq { offset } => ("bad-cseq", shift(offset, start)),
        SipError::CSeqMethodMismatch { offset } => ("cseq-method-mismatch", shift(offset, start)),
        SipError::ContentLengthMissing => ("content-length-missing", None),
        SipError::BadContentLength { offset } => ("bad-content-length", shift(offset, start)),
        SipError::ConflictingContentLength => ("conflicting-content-length", None),
        _ => ("sip", None),
    };
    finding(code, error.to_string(), offset)
}
