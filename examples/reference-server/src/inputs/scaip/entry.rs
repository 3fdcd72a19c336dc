//! What of a message goes into the journal.

use std::borrow::Cow;
use std::time::Duration;

use alarm_codes::{Kind, Profile};
use bytes::Bytes;
use scaip::receiver::{RefusalReason, RefusedRequest};
use scaip::sip::{RawBytes, SipError};
use scaip::{
    ControllerId, Decoded, EncodeOptions, Reference, Request, Response, encode_response, https,
};
use serde_json::json;

use super::super::record::{self, Arrival, Message, Occurrence};
use super::origin::Origin;
use crate::devices::Patience;
use crate::journal::{Answer, ContentHash, Entry, Lane, Verdict};
use crate::time::Timestamp;

/// What the journal calls this protocol.
const PROTOCOL: &str = "scaip";

/// The entry of an alarm that will be accepted once it is stored.
pub(super) fn accepted(
    decoded: &Decoded<'static, Request<'static>>,
    raw: Bytes,
    origin: &Origin,
    profile: Profile,
    response: &Response<'_>,
    duplicate_window: Duration,
) -> Result<Entry, serde_json::Error> {
    let arrival = Arrival::now();
    let request = decoded.message();
    let mut event =
        scaip::alarm::event_of(decoded, profile, arrival.alarm_id(), arrival.alarm_time());
    let message = Message {
        protocol: PROTOCOL,
        sender: request.controller_id.as_str().to_owned(),
        source_ref: Some(request.reference.as_str().to_owned()),
        content_hash: ContentHash::of(decoded.raw()),
        duplicate_window,
        raw,
        transport: origin.facts(),
        answer: answer(response, Cow::Borrowed("snu 0")),
    };
    record::accepted(arrival, &mut event, message)
}

/// The event of a unit that supervision found silent since then, or heard again.
pub(super) fn presence(
    controller: &str,
    since: Timestamp,
    silent: bool,
    patience: Patience,
    profile: Profile,
) -> Result<Entry, serde_json::Error> {
    let gone = format!("offline-{}", since.as_micros());
    let (name, ends) = if silent {
        (gone, None)
    } else {
        (format!("online-{}", since.as_micros()), Some(gone))
    };
    let never = since.as_micros() == 0;
    Occurrence {
        protocol: PROTOCOL,
        kind: Kind::DeviceOffline,
        sender: controller,
        device: None,
        profile: Some(profile),
        name,
        ends,
        // Thousands may go silent at once, with a network; alarms do not wait behind them.
        lane: Lane::Routine,
        evidence: json!({
            "supervision": if silent { "silent" } else { "heard again" },
            "last_heard_before": if never { None } else { Some(since.to_string()) },
            "interval_seconds": patience.interval.as_secs_f64(),
            "missed": patience.missed,
        }),
    }
    .entry()
}

/// The message without what its digest credentials prove: whoever reads the evidence must not be
/// able to try passwords on it. As long as before; unchanged where there are no credentials.
pub(super) fn without_proof(raw: Bytes) -> Bytes {
    const NAME: &[u8] = b"authorization";
    let head = raw
        .windows(4)
        .position(|four| four == b"\r\n\r\n")
        .unwrap_or(raw.len());
    let mut starts = raw[..head]
        .windows(NAME.len())
        .enumerate()
        .filter(|(_, window)| window.eq_ignore_ascii_case(NAME))
        .map(|(at, _)| at)
        .peekable();
    if starts.peek().is_none() {
        return raw;
    }
    let mut masked = raw[..].to_vec();
    for start in starts {
        let mut at = start + NAME.len();
        // To the end of the header; a line that begins with a blank belongs to it.
        while at < head {
            let rest = &raw[at..head];
            if rest.first() == Some(&b'\n') && !matches!(rest.get(1), Some(b' ' | b'\t')) {
                break;
            }
            if rest.len() >= 8 && rest[..8].eq_ignore_ascii_case(b"response") {
                at += 8;
                // Blanks, the sign and a quotation mark, then the digits themselves.
                while at < head && !raw[at].is_ascii_hexdigit() && raw[at] != b',' {
                    at += 1;
                }
                while at < head && raw[at].is_ascii_alphanumeric() {
                    masked[at] = b'x';
                    at += 1;
                }
            } else {
                at += 1;
            }
        }
    }
    masked.into()
}

/// The evidence of a SIP request that was refused.
pub(super) fn refused(refusal: &RefusedRequest, origin: &Origin) -> Entry {
    let summary = match refusal.status_number {
        Some(number) => format!("snu {}", number.number()),
        None => format!("SIP {}", refusal.status.get()),
    };
    let said = Said {
        controller: refusal.controller_id.as_ref(),
        reference: refusal.reference.as_ref(),
        answer: refusal.answer.as_ref(),
        summary,
    };
    refused_for(
        &refusal.reason,
        said,
        origin,
        without_proof(refusal.raw.0.clone()),
    )
}

/// The evidence of a posted request that was refused. `raw` is the body: the head may hold a token.
pub(super) fn refused_post(refusal: &https::RefusedPost, origin: &Origin, raw: Bytes) -> Entry {
    let summary = match refusal.status_number {
        Some(number) => format!("snu {}", number.number()),
        None => format!("HTTP {}", refusal.status.code()),
    };
    let said = Said {
        controller: refusal.controller_id.as_ref(),
        reference: refusal.reference.as_ref(),
        answer: refusal.answer.as_ref(),
        summary,
    };
    refused_for(&refusal.reason, said, origin, raw)
}

/// The evidence of a request whose client certificate speaks for somebody else.
pub(super) fn unlike_certificate(
    request: &Request<'_>,
    response: &Response<'_>,
    origin: &Origin,
    raw: Bytes,
) -> Entry {
    let event = json!({ "refused": "certificate-unlike-controller" });
    let summary = format!("snu {}", response.status_number.number());
    let mut entry = evidence(origin, &event, summary, raw);
    request.controller_id.as_str().clone_into(&mut entry.sender);
    entry.source_ref = Some(request.reference.as_str().to_owned());
    let summary = std::mem::take(&mut entry.answer.summary);
    entry.answer = answer(response, summary);
    entry
}

/// What is known of a refused request, and what its sender was told.
struct Said<'r> {
    controller: Option<&'r ControllerId<'static>>,
    reference: Option<&'r Reference<'static>>,
    answer: Option<&'r RawBytes>,
    summary: String,
}

fn refused_for(reason: &RefusalReason, said: Said<'_>, origin: &Origin, raw: Bytes) -> Entry {
    let mut event = json!({ "refused": reason.code() });
    if let RefusalReason::Decode(error) = reason {
        event["detail"] = error.kind.to_string().into();
        event["offset"] = error.offset.into();
    }
    if let RefusalReason::Credentials(refusal) = reason {
        event["detail"] = refusal.code().into();
    }
    let mut entry = evidence(origin, &event, said.summary, raw);
    if let Some(controller) = said.controller {
        controller.as_str().clone_into(&mut entry.sender);
    }
    let reference = said.reference.or(match reason {
        // What no answer may carry back is evidence all the same.
        RefusalReason::Decode(error) => error.reference.as_ref(),
        _ => None,
    });
    entry.source_ref = reference.map(|reference| reference.as_str().to_owned());
    if let Some(answer) = said.answer {
        entry.answer.bytes = answer.0.clone();
    }
    entry
}

/// The evidence of bytes that are no SIP message.
pub(super) fn bad(origin: &Origin, error: SipError, answered: Option<u16>, raw: Bytes) -> Entry {
    let event = json!({ "refused": "not-sip", "detail": error.to_string() });
    let summary = answered.map_or_else(|| "none".to_owned(), |status| format!("SIP {status}"));
    evidence(origin, &event, summary, without_proof(raw))
}

fn evidence(origin: &Origin, event: &serde_json::Value, summary: String, raw: Bytes) -> Entry {
    let message = Message {
        protocol: PROTOCOL,
        // Who it says it is may be unreadable; where it came from is known.
        sender: origin.remote.ip().to_string(),
        source_ref: None,
        content_hash: ContentHash::of(&raw),
        duplicate_window: Duration::ZERO,
        raw,
        transport: origin.facts(),
        answer: Answer {
            bytes: Bytes::new(),
            summary: summary.into(),
        },
    };
    record::data(Arrival::now(), Verdict::Refused, event.to_string(), message)
}

fn answer(response: &Response<'_>, summary: Cow<'static, str>) -> Answer {
    let mut bytes = Vec::with_capacity(128);
    // The reference is echoed outside its pattern too, so this holds for every request taken.
    let written = encode_response(response, &EncodeOptions::new(), &mut bytes);
    debug_assert!(written.is_ok(), "{written:?}");
    Answer {
        bytes: bytes.into(),
        summary,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_credentials_prove_is_not_kept_and_nothing_else_is_touched() {
        let message = |proof: &str| {
            format!(
                "REGISTER sip:arc.example.net SIP/2.0\r\nVia: SIP/2.0/UDP u;branch=z9hG4bK1\r\n\
                 aUTHORIZATION : Digest username=\"40211870\", Response = \"{proof}\",\r\n\
                 \tnc=00000001\r\nX: response=abc\r\nProxy-Authorization: Digest response={proof}\r\n\
                 \r\nAuthorization: response=abc"
            )
        };
        let masked = without_proof(message("0123456789abcdefABCDEF").into());
        assert_eq!(masked, message("xxxxxxxxxxxxxxxxxxxxxx"));
        let plain = Bytes::from_static(b"MESSAGE sip:a SIP/2.0\r\nX: response=abc\r\n\r\nabc");
        assert_eq!(without_proof(plain.clone()), plain);
        for cut in 0..message("00ff").len() {
            without_proof(message("00ff")[..cut].to_owned().into());
        }
    }

    #[test]
    fn the_event_of_a_silent_unit_is_the_same_whenever_it_is_told() {
        let patience = Patience {
            interval: Duration::from_secs(60),
            missed: 3,
        };
        let since = Timestamp::from_micros(1_700_000_000_000_000);
        let tell = |controller, since, silent| {
            presence(controller, since, silent, patience, Profile::Standard).expect("written")
        };
        let (first, again) = (tell("1", since, true), tell("1", since, true));
        assert_eq!(first.id, again.id);
        assert_eq!(first.content_hash, again.content_hash);
        assert_eq!(first.source_ref, again.source_ref);
        assert_eq!(first.kind.as_deref(), Some("device_offline"));
        assert_eq!(first.class.as_deref(), Some("technical"));
        let end = tell("1", since, false);
        let later = tell("1", Timestamp::from_micros(7), true);
        for other in [&end, &later, &tell("2", since, true)] {
            assert_ne!(first.id, other.id);
        }
        let event: serde_json::Value = serde_json::from_str(&end.event).expect("JSON");
        assert_eq!(event["phase"], "end");
        let ended = &event["correlation"]["clears"]["source_ref"];
        assert_eq!(ended.as_str(), first.source_ref.as_deref());
    }
}
