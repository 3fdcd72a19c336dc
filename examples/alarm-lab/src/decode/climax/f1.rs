//! F1 radio frames. The payload stays opaque: nothing here can read it.

use climax_rf::Provenance;
use climax_rf::f1::{
    self, Bits, ChipCrc, Forward, Leniency, MAX_ROW_BITS, Polarity, SearchOptions, State,
    Truncated, rows, search,
};
use serde::Serialize;

use crate::decode::{Failure, Reason, Warning, from_hex, to_hex};

/// One frame.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Frame {
    /// `climax-f1`.
    pub protocol: &'static str,
    /// The line of the file, from 1; rows and packets only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<usize>,
    /// The row within its line, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub row: Option<usize>,
    /// Where its sync word begins, in bits of the row or of the file. A chip does not say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub offset: Option<usize>,
    /// The bit behind it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end: Option<usize>,
    /// How it was met: `ok`, `unseen-length`, `bad-crc`, `truncated`, `lenient`.
    pub state: &'static str,
    /// What a receiver does with it.
    pub forward: Forward,
    /// Which leniency let it in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub leniency: Option<Leniency>,
    /// What was there of its check.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub truncated: Option<Truncated>,
    /// The family it was read as.
    pub family: String,
    /// How sure it is that frames of the family look like this.
    pub provenance: Provenance,
    /// Whether the bits came inverted.
    pub polarity: Polarity,
    /// Wrong bits in the sync word; null when a chip found it.
    pub sync_errors: Option<u8>,
    /// Bytes of the payload as the frame says.
    pub length: Option<u8>,
    /// The payload.
    pub payload: Payload,
    /// The check, where it was seen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub crc: Option<Check>,
    /// What is unusual.
    pub warnings: Vec<Warning>,
}

/// A payload that nobody here can read (Climax reference 2.3).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Payload {
    /// The bytes as hexadecimal digits.
    pub opaque: String,
}

/// A check as it came and as it should be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Check {
    /// The bits that came as hexadecimal digits, those that are missing as zeros.
    pub received: String,
    /// The whole check, computed.
    pub computed: String,
    /// How many bits came.
    pub bits: u8,
}

/// Where a frame stood.
#[derive(Clone, Copy, Default)]
struct Place {
    line: Option<usize>,
    row: Option<usize>,
    bits: Option<(usize, usize)>,
}

type Item = Result<Frame, Failure<Frame>>;

fn shown(frame: &f1::Frame, options: &SearchOptions, place: Place) -> Frame {
    let state = frame.state();
    let width = options
        .family
        .crc()
        .map_or(0, |crc| u32::from(crc.parameters.width.bits()));
    let digits = usize::try_from(width.div_ceil(4)).unwrap_or(8);
    Frame {
        protocol: "climax-f1",
        line: place.line,
        row: place.row,
        offset: place.bits.map(|(start, _)| start),
        end: place.bits.map(|(_, end)| end),
        state: state.code(),
        forward: state.forward(),
        leniency: match state {
            State::Lenient(leniency) => Some(leniency),
            _ => None,
        },
        truncated: match state {
            State::Truncated(truncated) => Some(truncated),
            _ => None,
        },
        family: options.family.name().to_owned(),
        provenance: frame.provenance(),
        polarity: frame.polarity(),
        sync_errors: frame.sync_errors(),
        length: frame.length(),
        payload: Payload {
            opaque: to_hex(frame.payload()),
        },
        crc: frame.check().map(|check| {
            let missing = width.saturating_sub(u32::from(check.bits));
            let received = u64::from(check.received) << missing;
            Check {
                received: format!("{received:0digits$x}"),
                computed: format!("{:0digits$x}", check.computed),
                bits: check.bits,
            }
        }),
        warnings: frame
            .warnings()
            .iter()
            .map(|kind| Warning::new(kind.code(), kind, None))
            .collect(),
    }
}

/// A frame that is an event or a record, or why it is neither.
fn judged(frame: &f1::Frame, options: &SearchOptions, place: Place) -> Item {
    let state = frame.state();
    let shown = shown(frame, options, place);
    if !matches!(state.forward(), Forward::Never) {
        return Ok(shown);
    }
    let offset = shown.offset;
    let reason = Reason::new(state.code(), state, "frame", offset);
    Err(match state {
        State::Truncated(_) => reason.advising(
            "Recordings often lose the last bits: --crc-cut-short takes such a frame as a record.",
        ),
        _ => reason,
    }
    .about(shown))
}

/// The frames of bits; one failure when there is none.
fn of_bits<'a>(
    bits: Bits<'a>,
    options: &'a SearchOptions,
    place: Place,
) -> impl Iterator<Item = Item> + use<'a> {
    let mut frames = search(bits, options);
    let (mut any, mut over) = (false, false);
    std::iter::from_fn(move || {
        if let Some(found) = frames.next() {
            any = true;
            let bits = Some((found.offset, found.end));
            return Some(judged(&found.frame, options, Place { bits, ..place }));
        }
        let nothing = !any && !over;
        over = true;
        nothing.then(|| Err(no_frame(bits.len(), frames.refused_length(), place)))
    })
}

fn no_frame(bits: usize, refused_length: Option<u8>, place: Place) -> Failure<Frame> {
    let at = match (place.line, place.row) {
        (Some(line), Some(row)) => format!(" (line {line}, row {row})"),
        _ => String::new(),
    };
    match refused_length {
        Some(length) => Reason::new(
            "length",
            format!("a sync word, and a payload of {length} bytes, which is refused{at}"),
            "bits",
            None,
        ),
        None => Reason::new(
            "no-sync",
            format!("no sync word in {bits} bits{at}"),
            "bits",
            None,
        )
        .advising("If this is an F1 frame, allow more wrong bits: --tolerance 3, --late-rows."),
    }
    .alone()
}

/// The frames of a run of bits, at any offset: bytes as a software radio packs them.
pub fn decode_bits<'a>(
    bytes: &'a [u8],
    options: &'a SearchOptions,
) -> impl Iterator<Item = Item> + use<'a> {
    of_bits(Bits::of_bytes(bytes), options, Place::default())
}

/// The frames of rows such as `{168}aaaa…`, wherever they stand in the lines of a text. Lines
/// without a row are passed over; a text without any gives one failure.
pub fn decode_rows<'a>(
    text: &'a str,
    options: &'a SearchOptions,
) -> impl Iterator<Item = Item> + use<'a> {
    let mut any = false;
    let mut buffer = vec![0; MAX_ROW_BITS / 8];
    let lines = text.lines().enumerate();
    let mut of_lines = lines.flat_map(|(line, text)| {
        let rows = rows(text).enumerate();
        rows.map(move |(row, found)| (line + 1, row + 1, found))
    });
    let mut of_row: std::vec::IntoIter<Item> = Vec::new().into_iter();
    let mut over = false;
    std::iter::from_fn(move || {
        loop {
            if let Some(item) = of_row.next() {
                return Some(item);
            }
            let Some((line, row, found)) = of_lines.next() else {
                let nothing = !any && !over;
                over = true;
                let detail = "there is no row: a row is {bitcount} and hexadecimal digits";
                return nothing.then(|| Err(Reason::new("no-row", detail, "row", None).alone()));
            };
            any = true;
            let place = Place {
                line: Some(line),
                row: Some(row),
                bits: None,
            };
            match found.and_then(|found| found.read_into(&mut buffer)) {
                // A row has at most 8 KiB, so its frames are few.
                Ok(bits) => {
                    let items: Vec<_> = of_bits(bits, options, place).collect();
                    of_row = items.into_iter();
                }
                Err(error) => {
                    let detail = format!("{} (line {line}, row {row})", error.kind);
                    let reason = Reason::new("row", detail, "row", error.offset);
                    return Some(Err(reason.alone()));
                }
            }
        }
    })
}

/// Packets of a chip that found the sync word by itself, one in hexadecimal digits on each line:
/// length, payload, and the check or what the chip says of it. Empty lines are passed over.
pub fn decode_packets<'a>(
    text: &'a str,
    crc: ChipCrc,
    options: &'a SearchOptions,
) -> impl Iterator<Item = Item> + use<'a> {
    let lines = text.lines().enumerate();
    lines
        .filter(|(_, text)| !text.trim().is_empty())
        .map(move |(line, text)| {
            let line = line + 1;
            let at = |error: &dyn std::fmt::Display| format!("{error} (line {line})");
            let bytes = from_hex(text.as_bytes())
                .map_err(|error| Reason::new("hex", at(&error), "packet", None).alone())?;
            match f1::packet(&bytes, crc, &options.family) {
                Ok(frame) => {
                    let place = Place {
                        line: Some(line),
                        ..Place::default()
                    };
                    judged(&frame, options, place)
                }
                Err(error) => Err(Reason::new("length", at(&error), "packet", 0).alone()),
            }
        })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn items(text: &str) -> Vec<Item> {
        decode_rows(text, &SearchOptions::new()).collect()
    }

    #[test]
    fn a_row_without_a_frame_and_a_text_without_a_row_are_failures() {
        let code = |item: &Item| item.as_ref().map_err(|failure| failure.error.code).err();
        let all = items("{16}ffff\ncomment\n{9}ff, {32}29cd29cd\n");
        let codes: Vec<_> = all.iter().map(code).collect();
        assert_eq!(codes, [Some("no-sync"), Some("row"), Some("truncated")]);
        assert_eq!(code(&items("nothing here")[0]), Some("no-row"));
        assert_eq!(items("nothing here").len(), 1);
    }

    #[test]
    fn every_frame_of_a_run_is_shown_and_an_empty_one_is_a_failure() {
        let options = SearchOptions::new();
        let frame = "29cd29cd0a00002b5a10c37e9104d824f8";
        let bytes = from_hex(frame.repeat(3).as_bytes()).unwrap();
        let all: Vec<_> = decode_bits(&bytes, &options).collect();
        let offsets: Vec<_> = all
            .iter()
            .map(|item| item.as_ref().unwrap().offset.unwrap())
            .collect();
        assert_eq!(offsets, [0, 136, 272]);
        assert!(decode_bits(&[], &options).next().unwrap().is_err());
    }

    proptest! {
        #[test]
        fn any_bits_and_any_text_give_items_and_an_end(
            bytes in prop::collection::vec(any::<u8>(), 0..300), text in ".{0,200}",
        ) {
            let options = SearchOptions::recordings();
            prop_assert!(decode_bits(&bytes, &options).count() >= 1);
            prop_assert!(decode_rows(&text, &options).count() >= 1);
            let _ = decode_packets(&text, ChipCrc::Bytes, &options).count();
        }
    }
}
