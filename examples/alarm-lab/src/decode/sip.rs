//! The SIP message around a body.

use alarm_codes::EventId;
use bytes::Bytes;
use scaip::receiver::CONTENT_TYPE;
use scaip::sip::{
    Framed, HeaderName, Message, Method, Rejected, SipError, SipLimits, SipWarning, StreamFramer,
};
use serde_json::Value;

use super::{Decoded, Finding, Layer, Object, Options, message};

/// The messages of an input: those that can be cut by Content-Length, as from a capture of a TCP
/// stream, and one error for a rest that cannot; else the whole as one, as a datagram is.
pub(super) fn split(input: &Bytes) -> Vec<Result<Message, Finding>> {
    let limits = SipLimits::default();
    let datagram = || {
        let message = Message::parse_datagram(input.clone(), &limits);
        vec![message.map_err(|rejected| failure(&rejected))]
    };
    let mut framer = StreamFramer::new(limits);
    framer.push(input);
    let mut messages = Vec::new();
    loop {
        match framer.poll() {
            Framed::Message(message) => messages.push(Ok(message)),
            Framed::Unreadable(rejected) => messages.push(Err(failure(&rejected))),
            Framed::KeepAlive => {}
            _ if messages.is_empty() => return datagram(),
            Framed::Wrong(rejected) => {
                if messages.len() == 1 && is_tail_of_xml(rejected.raw()) {
                    return datagram();
                }
                messages.push(Err(failure(&rejected)));
                return messages;
            }
            _ => {
                let rest = framer.abandon();
                if messages.len() == 1 && is_tail_of_xml(&rest) {
                    return datagram();
                }
                if !rest.trim_ascii().is_empty() {
                    let detail = format!("the last {} bytes are no whole message", rest.len());
                    messages.push(Err(finding("cut-short", detail, Some(rest.len()))));
                }
                return messages;
            }
        }
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
    message: Result<Message, Finding>,
    options: &Options,
    new_id: &mut impl FnMut() -> EventId,
) -> Result<Decoded, Finding> {
    let message = message?;
    let body = message.body();
    if body.is_empty() {
        let what = match message.status() {
            Some(status) => format!("a SIP response {} without a body", status.get()),
            None => "a SIP request without a body".to_owned(),
        };
        return Err(finding("no-body", what, Some(message.raw().len())));
    }
    let mut decoded = message::decode(&body, options, new_id)?;
    let mut warnings: Vec<_> = message.warnings().iter().copied().map(warning).collect();
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

fn place(offset: u32) -> Option<usize> {
    usize::try_from(offset).ok()
}

fn warning(warning: SipWarning) -> Finding {
    let offset = match warning {
        SipWarning::HeaderIgnored { offset } => place(offset),
        _ => None,
    };
    finding(warning.code(), warning.to_string(), offset)
}

fn failure(rejected: &Rejected) -> Finding {
    let error = rejected.error();
    let (code, offset) = match error {
        SipError::Empty => ("no-message", Some(0)),
        SipError::BadStartLine { offset } => ("bad-start-line", place(offset)),
        SipError::UnsupportedVersion => ("unsupported-version", None),
        SipError::HeadUnterminated { length } => ("head-unterminated", Some(length)),
        SipError::HeadTooLarge { .. } => ("head-too-large", None),
        SipError::TooManyHeaders { .. } => ("too-many-headers", None),
        SipError::BodyTooLarge { .. } => ("body-too-large", None),
        SipError::MessageTooLarge { .. } => ("message-too-large", None),
        SipError::MissingHeader { .. } => ("missing-header", None),
        SipError::BadCSeq { offset } => ("bad-cseq", place(offset)),
        SipError::CSeqMethodMismatch { offset } => ("cseq-method-mismatch", place(offset)),
        SipError::ContentLengthMissing => ("content-length-missing", None),
        SipError::BadContentLength { offset } => ("bad-content-length", place(offset)),
        SipError::ConflictingContentLength => ("conflicting-content-length", None),
        _ => ("sip", None),
    };
    finding(code, error.to_string(), offset)
}
