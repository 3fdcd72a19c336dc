//! What a declared layout says of a recording of a line, or of clear payload bytes.

use std::time::Duration;

use climax_rf::Time;
use climax_rf::layout::{Layout, Receiver, ReceiverEvent, Shape};
use serde::Serialize;
use serde_json::Value;

use crate::decode::{Failure, Reason, Warning, to_hex};

/// Something on a line, or one payload.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Decoded {
    /// `layout`.
    pub protocol: &'static str,
    /// `frame`, `payload`, `heartbeat` or `skipped`.
    pub item: &'static str,
    /// Bytes of the input that were read when it was told; of a payload, the line it stands on.
    pub at: usize,
    /// The bytes as hexadecimal digits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bytes: Option<String>,
    /// How many bytes belong to no frame.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub skipped: Option<usize>,
    /// What the layout makes of them, with its provenance and whether its samples passed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decoded: Option<Value>,
    /// What was tolerated.
    pub warnings: Vec<Warning>,
    /// The frame before had the same bytes.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub repeats_previous: bool,
    /// What a receiver answers when the frame is safe, as hexadecimal digits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answer: Option<String>,
}

type Item = Result<Decoded, Failure<Decoded>>;

/// A layout that cannot read bytes of this sort.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Unfit {
    /// It only declares a frame family.
    #[error("the layout declares a frame family and nothing that could be decoded")]
    FrameFamily,
    /// Clear payload bytes are at hand, and the layout is about a line.
    #[error(
        "the layout has [framing]: it reads a line, use decode layout; clear bytes need [payload]"
    )]
    Line,
}

/// Whether the layout reads clear payload bytes; else it reads a line.
///
/// # Errors
///
/// [`Unfit`] when it reads neither.
pub fn reads_payloads(layout: &Layout) -> Result<bool, Unfit> {
    match layout.shape() {
        Shape::Wire(_) => Ok(false),
        Shape::Payload(_) => Ok(true),
        _ => Err(Unfit::FrameFamily),
    }
}

/// One clear payload. `at` is shown.
///
/// # Errors
///
/// A [`Failure`] when it is none of the layout.
pub fn decode_payload(layout: &Layout, bytes: &[u8], at: usize) -> Item {
    match layout.decode_frame(bytes) {
        Ok(decoded) => Ok(frame("payload", at, bytes, &decoded)),
        Err(error) => {
            Err(Reason::new(error.kind.code(), error.kind, "payload", error.offset).alone())
        }
    }
}

fn frame(
    item: &'static str,
    at: usize,
    bytes: &[u8],
    decoded: &climax_rf::layout::Decoded,
) -> Decoded {
    let warnings = decoded.warnings().iter();
    Decoded {
        protocol: "layout",
        item,
        at,
        bytes: Some(to_hex(bytes)),
        skipped: None,
        decoded: serde_json::to_value(decoded).ok(),
        warnings: warnings
            .map(|warning| Warning::new(warning.kind.code(), warning.kind, warning.offset))
            .collect(),
        repeats_previous: false,
        answer: None,
    }
}

/// A recording of a line, item by item. Every frame counts as accepted; a recording has no times,
/// so that nothing but its end is a pause. A recording in which nothing stands gives one failure.
///
/// # Errors
///
/// [`Unfit`] for a layout that is about no line.
pub fn decode_line<'a>(
    layout: &Layout,
    input: &'a [u8],
) -> Result<impl Iterator<Item = Item> + use<'a>, Unfit> {
    let mut receiver = Receiver::new(layout, Time::ZERO).map_err(|_| Unfit::FrameFamily)?;
    let (mut read, mut any, mut ended, mut over) = (0, false, false, false);
    Ok(std::iter::from_fn(move || {
        loop {
            if let Some(event) = receiver.poll_event() {
                if let Some(item) = told(&mut receiver, event, read) {
                    any = true;
                    return Some(item);
                }
            } else if let Some(byte) = input.get(read..=read) {
                // Every frame is decided at once, so that there is always room.
                read += receiver.handle_bytes(Time::ZERO, byte);
            } else if !ended {
                ended = true;
                // Longer than any time-out of a layout.
                receiver.handle_timeout(Time::from(Duration::from_secs(1 << 40)));
            } else {
                let nothing = !any && !over;
                over = true;
                let detail = "there is nothing of the layout";
                return nothing.then(|| Err(Reason::new("no-message", detail, "input", 0).alone()));
            }
        }
    }))
}

fn told(receiver: &mut Receiver, event: ReceiverEvent, at: usize) -> Option<Item> {
    let bare = |item| Decoded {
        protocol: "layout",
        item,
        at,
        bytes: None,
        skipped: None,
        decoded: None,
        warnings: Vec::new(),
        repeats_previous: false,
        answer: None,
    };
    Some(match event {
        ReceiverEvent::Frame(received) => {
            let mut shown = frame("frame", at, &received.raw, &received.decoded);
            shown.repeats_previous = received.repeats_previous;
            // It was handed out just now, so it is held.
            let _ = receiver.accept(Time::ZERO, received.token);
            let _ = answer(receiver);
            // The answer to this frame, whatever was before it.
            let own = receiver.layout().ack_for(&received.raw);
            shown.answer = own
                .filter(|bytes| !bytes.is_empty())
                .map(|bytes| to_hex(&bytes));
            Ok(shown)
        }
        ReceiverEvent::Refused { error, raw } => {
            let mut shown = bare("refused");
            shown.bytes = Some(to_hex(&raw));
            shown.answer = answer(receiver);
            let reason = Reason::new(error.kind.code(), error.kind, "frame", error.offset);
            Err(reason.about(shown))
        }
        ReceiverEvent::Skipped { bytes } => {
            let mut shown = bare("skipped");
            shown.skipped = Some(bytes);
            Ok(shown)
        }
        ReceiverEvent::Heartbeat => {
            let mut shown = bare("heartbeat");
            shown.answer = answer(receiver);
            Ok(shown)
        }
        // There is no time in a recording.
        _ => return None,
    })
}

fn answer(receiver: &mut Receiver) -> Option<String> {
    let mut buffer = [0; 4096];
    let length = receiver.poll_transmit(&mut buffer);
    (length > 0).then(|| to_hex(&buffer[..length]))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const LINE: &str = "version = 1\nname = \"example-line\"\n[framing]\n\
        start = \"02\"\nend = \"03\"\nfixed_length = 5\nack = \"06\"\n\
        checksum = { kind = \"xor\" }\nheartbeat = \"05\"\n\
        [[field]]\nname = \"device\"\noffset = 1\nbytes = 2\nrole = \"device\"\n";

    fn items(input: &[u8]) -> Vec<&'static str> {
        let layout = Layout::parse(LINE).unwrap();
        decode_line(&layout, input)
            .unwrap()
            .map(|item| match item {
                Ok(decoded) => decoded.item,
                Err(failure) => failure.error.code,
            })
            .collect()
    }

    #[test]
    fn a_recording_is_told_item_by_item_with_the_answers() {
        let layout = Layout::parse(LINE).unwrap();
        let good = [0x02, 0x01, 0x10, 0x11, 0x03];
        let frame = decode_line(&layout, &good)
            .unwrap()
            .next()
            .unwrap()
            .unwrap();
        assert_eq!(frame.answer.as_deref(), Some("06"));
        assert_eq!(frame.decoded.unwrap()["device"], 0x110);
        let input = [&[0x05][..], &good, b"zz", &good].concat();
        assert_eq!(items(&input), ["heartbeat", "frame", "skipped", "frame"]);
        assert_eq!(items(&[0x02, 0x01, 0x10, 0x12, 0x03])[0], "checksum");
        assert_eq!(items(&[]), ["no-message"]);
    }

    proptest! {
        #[test]
        fn any_bytes_give_items_and_an_end(
            bytes in prop::collection::vec(
                prop_oneof![any::<u8>(), prop::sample::select(&[2, 3, 5][..])], 0..200),
        ) {
            prop_assert!(!items(&bytes).is_empty());
        }
    }
}
