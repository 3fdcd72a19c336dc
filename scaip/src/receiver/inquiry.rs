//! What a request is worth, before anybody is asked (SCAIP reference 5.2, 5.7 and 9).

use std::fmt::Write as _;

use super::{CONTENT_TYPE, Config, ReceiverWarning, RefusalReason};
use crate::codes::StatusNumber;
use crate::decode::{Decoded, decode_request};
use crate::error::{DecodeError, DecodeErrorKind};
use crate::message::{MessageType, Request, Response};
use crate::options::Root;
use crate::sip::{self, MediaType, Path, StatusCode};
use crate::text::{ControllerId, Reference, Text};

/// What becomes of a request.
// One of these lives for a moment on the stack.
#[allow(clippy::large_enum_variant)]
pub(crate) enum Finding {
    /// The application decides.
    Good {
        decoded: Decoded<'static, Request<'static>>,
        warnings: Vec<ReceiverWarning>,
    },
    /// Refused with an `mrs`.
    Answerable {
        reason: RefusalReason,
        controller: Option<ControllerId<'static>>,
        response: Response<'static>,
        root: Root,
    },
    /// Refused by the protocol below alone.
    Unanswerable {
        reason: RefusalReason,
        status: StatusCode,
        controller: Option<ControllerId<'static>>,
    },
}

/// The settings that decide, the same whatever carries the body (SCAIP reference 13).
#[derive(Clone, Copy)]
pub(crate) struct Rules {
    pub(crate) strict_content_type: bool,
    pub(crate) accept_unknown_message_types: bool,
}

pub(super) fn examine(message: &sip::Message, body: &[u8], config: &Config) -> Finding {
    let warnings = message
        .warnings()
        .iter()
        .map(|&warning| ReceiverWarning::Sip(warning))
        .collect();
    let media = message.content_type().and_then(Result::ok);
    let rules = Rules {
        strict_content_type: config.strict_content_type,
        accept_unknown_message_types: config.accept_unknown_message_types,
    };
    let read = || decode(message, body, config);
    let mut finding = examine_body(media, body, warnings, rules, read);
    if let Finding::Good { decoded, warnings } = &mut finding {
        let from = message
            .from()
            .ok()
            .and_then(|from| from.uri.user.map(str::to_owned));
        let controller = decoded.message().controller_id.as_str();
        if from.as_deref().map(str::trim) != Some(controller) {
            warnings.push(ReceiverWarning::FromUnlikeController);
        }
    }
    finding
}

/// The same for a body and its media type, however they were carried.
pub(crate) fn examine_body(
    media: Option<MediaType<'_>>,
    body: &[u8],
    mut warnings: Vec<ReceiverWarning>,
    rules: Rules,
    read: impl FnOnce() -> Result<Decoded<'static, Request<'static>>, DecodeError>,
) -> Finding {
    if body.is_empty() {
        return refused(RefusalReason::NoBody, StatusCode::BAD_REQUEST);
    }
    if media.is_none_or(|media| !media.is(CONTENT_TYPE)) {
        if rules.strict_content_type {
            return refused(
                RefusalReason::ContentType,
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
            );
        }
        warnings.push(ReceiverWarning::ContentType);
    } else if media.is_some_and(|media| media.parameters.iter().next().is_some()) {
        // The registered type has none; charset is seen and changes nothing.
        warnings.push(ReceiverWarning::ContentType);
    }
    let foreign = media.is_none_or(|media| !media.is(CONTENT_TYPE));
    match read() {
        Ok(decoded) => accepted(decoded, warnings, rules),
        // Neither the type nor the content is ours.
        Err(error) if foreign && media.is_some() && error.reference.is_none() => refused(
            RefusalReason::ContentType,
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
        ),
        Err(error) => rejected(error),
    }
}

/// Reads the body. Of a datagram longer than its Content-Length says, the stated part counts if it
/// is a message (RFC 3261 18.3), and the whole if it is not (SCAIP reference 11 rule 12).
fn decode(
    message: &sip::Message,
    body: &[u8],
    config: &Config,
) -> Result<Decoded<'static, Request<'static>>, DecodeError> {
    let stated = message.warnings().iter().find_map(|warning| match warning {
        sip::SipWarning::ContentLengthMismatch { stated, .. } => usize::try_from(*stated).ok(),
        _ => None,
    });
    if let Some(part) = stated.and_then(|stated| body.get(..stated)) {
        if let Ok(decoded) = decode_request(part, &config.decode) {
            return Ok(decoded.into_owned());
        }
    }
    decode_request(body, &config.decode).map(Decoded::<Request<'_>>::into_owned)
}

fn accepted(
    decoded: Decoded<'static, Request<'static>>,
    warnings: Vec<ReceiverWarning>,
    rules: Rules,
) -> Finding {
    let request = decoded.message();
    if !can_be_echoed(&request.reference) {
        return refused(RefusalReason::Reference, StatusCode::BAD_REQUEST);
    }
    let unknown = matches!(request.message_type, MessageType::Other(_));
    if unknown && !rules.accept_unknown_message_types {
        let mut response =
            Response::new(request.reference.clone(), StatusNumber::WRONG_DATA_CONTENT);
        response.status_text = Some(Text::new("unknown mty"));
        let root = decoded.root();
        return Finding::Answerable {
            reason: RefusalReason::UnknownMessageType,
            controller: Some(request.controller_id.clone()),
            response,
            root,
        };
    }
    Finding::Good { decoded, warnings }
}

fn rejected(error: DecodeError) -> Finding {
    // Two receivers that answer each other's responses would never stop.
    let answerable = error.kind != DecodeErrorKind::WrongDocument
        && error.reference.as_ref().is_some_and(can_be_echoed);
    match error.refusal().filter(|_| answerable) {
        Some(response) => {
            let root = error.root;
            Finding::Answerable {
                reason: RefusalReason::Decode(error),
                controller: None,
                response,
                root,
            }
        }
        None => {
            let status = match error.kind {
                DecodeErrorKind::TooLarge { .. } => StatusCode::REQUEST_ENTITY_TOO_LARGE,
                _ => StatusCode::BAD_REQUEST,
            };
            refused(RefusalReason::Decode(error), status)
        }
    }
}

fn refused(reason: RefusalReason, status: StatusCode) -> Finding {
    Finding::Unanswerable {
        reason,
        status,
        controller: None,
    }
}

/// Whether a response can carry the reference: a character reference may smuggle in a control
/// character that cannot be written.
fn can_be_echoed(reference: &Reference<'_>) -> bool {
    !reference
        .as_str()
        .chars()
        .any(|c| c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}'))
}

/// The addresses of the way back (SCAIP reference 5.2).
#[derive(Debug)]
pub(super) struct Addresses {
    /// Request-URI and To of the `mrs`: the `cid` at the receiver's domain.
    pub(super) controller: String,
    /// From of the `mrs`: the account that the request was sent to.
    pub(super) account: String,
    domain: String,
}

impl Addresses {
    pub(super) fn of(message: &sip::Message, path: &Path) -> Addresses {
        let to = message.to().ok().map(|to| to.uri);
        // From often carries the sender's own address; To names the domain it wanted.
        let domain = match to {
            Some(uri) if !uri.host.is_empty() => uri.host.to_owned(),
            _ => path.local.ip().to_string(),
        };
        let user = to.and_then(|uri| uri.user).unwrap_or("alarm");
        let sender = message
            .from()
            .ok()
            .and_then(|from| from.uri.user.map(str::to_owned));
        Addresses {
            controller: address(sender.as_deref().unwrap_or("unknown"), &domain),
            account: address(user, &domain),
            domain,
        }
    }

    /// The same for the controller that the body names.
    pub(super) fn with_controller(mut self, controller: &ControllerId<'_>) -> Addresses {
        self.controller = address(controller.as_str(), &self.domain);
        self
    }
}

/// A SIP URI; whatever a user part may not hold is escaped (RFC 3261 25.1).
fn address(user: &str, domain: &str) -> String {
    let mut address = String::with_capacity(user.len() + domain.len() + 5);
    address.push_str("sip:");
    for &byte in user.as_bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.!~*'()&=+$,;?/%".contains(&byte) {
            address.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(address, "%{byte:02X}");
        }
    }
    address.push('@');
    address.push_str(domain);
    address
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn users_are_escaped() {
        assert_eq!(
            address("40211870", "example.net"),
            "sip:40211870@example.net"
        );
        assert_eq!(address("+47 1>", "[::1]"), "sip:+47%201%3E@[::1]");
    }
}
