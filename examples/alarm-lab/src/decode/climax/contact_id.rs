//! Contact ID as text: brackets, short messages, angles.

use std::collections::HashMap;
use std::ops::Range;

use alarm_codes::{EventId, Timestamp};
use climax_rf::Provenance;
use climax_rf::alarm::{Content, Report};
use climax_rf::contact_id::{
    self, Checksum, DecodeError, DecodeOptions, Form, Item as Scanned, LONGEST_MESSAGE, Scanner,
};
use climax_rf::events::Profile;
use serde::Serialize;

use super::report::{self, Meant, Reading};
use crate::decode::{Failure, Object, Reason, Warning};

/// Events of which it is remembered how often they came.
const MOST_EVENTS: usize = 100_000;

/// How to decode.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Options {
    /// Lenient or strict, and whether a wrong checksum is taken.
    pub decode: DecodeOptions,
    /// The form; `None`: found for each report.
    pub form: Option<Form>,
    /// The kind of equipment that reports.
    pub profile: Profile,
    /// Keep the raw bytes in the event.
    pub raw: bool,
    /// When the input counts as received.
    pub received: Timestamp,
}

impl Options {
    /// Lenient, any form, profile *unknown*, without raw bytes.
    #[must_use]
    pub const fn new(received: Timestamp) -> Self {
        Options {
            decode: DecodeOptions::lenient(),
            form: None,
            profile: Profile::Unknown,
            raw: false,
            received,
        }
    }
}

/// One report.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Decoded {
    /// `contact-id`.
    pub protocol: &'static str,
    /// `report`, or `ack`: the byte 06 that a station answers with.
    pub item: &'static str,
    /// Where it begins, in bytes of the input.
    pub offset: usize,
    /// Its bytes.
    pub length: usize,
    /// What a report says.
    #[serde(flatten)]
    pub report: Option<Shown>,
}

/// What a report says.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Shown {
    /// `bracket`, `sms` or `angle`.
    pub form: &'static str,
    /// How sure the form is.
    pub provenance: Provenance,
    /// Who reports.
    pub account: String,
    /// `18` or `98`.
    pub message_type: String,
    /// Qualifier, code, group and zone.
    pub event: Object,
    /// The check as received and as computed.
    pub checksum: Sum,
    /// How often this event of this account has come in the input, this time included.
    pub occurrence: u32,
    /// Every deviation that was tolerated.
    pub warnings: Vec<Warning>,
    /// What it means.
    #[serde(flatten)]
    pub meant: Meant,
}

/// A check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Sum {
    /// `fletcher` or `digit`.
    pub kind: &'static str,
    /// As received; null when missing or short.
    pub received: Option<String>,
    /// As it should be; null when it cannot be computed.
    pub computed: Option<String>,
    /// Whether it was there and right.
    pub right: bool,
}

impl Sum {
    fn of(checksum: Checksum) -> Self {
        let right = checksum.is_right();
        let digit = |digit: u8| char::from(digit).to_string();
        match checksum {
            Checksum::Fletcher { received, computed } => Sum {
                kind: "fletcher",
                received: received.map(|sum| format!("{sum:04X}")),
                computed: Some(format!("{computed:04X}")),
                right,
            },
            Checksum::Digit { received, computed } => Sum {
                kind: "digit",
                received: received.map(digit),
                computed: computed.map(digit),
                right,
            },
            _ => Sum {
                kind: "other",
                received: None,
                computed: None,
                right,
            },
        }
    }
}

/// The name of a form in JSON and on the command line.
#[must_use]
pub const fn form_name(form: Form) -> &'static str {
    match form {
        Form::Bracket => "bracket",
        Form::ShortMessage => "sms",
        Form::Angle => "angle",
        _ => "other",
    }
}

/// Decodes a capture report by report; blanks and zero bytes between them are passed over. A
/// capture that holds nothing else gives one failure.
///
/// `new_id` is asked for the id of each event.
pub fn decode<'a>(
    input: &'a [u8],
    options: &'a Options,
    mut new_id: impl FnMut() -> EventId + 'a,
) -> impl Iterator<Item = Result<Decoded, Failure<Decoded>>> + 'a {
    let mut pieces = Pieces {
        input,
        at: 0,
        form: options.form,
    };
    let mut occurrences = HashMap::new();
    let (mut any, mut over) = (false, false);
    std::iter::from_fn(move || {
        let Some(piece) = pieces.next() else {
            let nothing = !any && !over;
            over = true;
            return nothing
                .then(|| Err(Reason::new("no-message", "there is no report", "input", 0).alone()));
        };
        any = true;
        Some(match piece {
            Piece::Ack(offset) => Ok(Decoded {
                protocol: "contact-id",
                item: "ack",
                offset,
                length: 1,
                report: None,
            }),
            Piece::Open(range) => {
                let detail = "a bracket is opened and not closed";
                let code = if range.len() > LONGEST_MESSAGE {
                    "too-long"
                } else {
                    "bracket-open"
                };
                Err(Reason::new(code, detail, "report", range.start).alone())
            }
            Piece::Text(range, forms) => {
                let read = read(&input[range.clone()], forms, &options.decode);
                let read = read.map_err(|error| {
                    Reason::new(
                        error.kind.code(),
                        error.kind,
                        "report",
                        range.start + error.offset,
                    )
                    .alone()
                });
                read.map(|read| show(&read, &range, options, &mut occurrences, new_id()))
            }
        })
    })
}

type Occurrences = HashMap<(Vec<u8>, climax_rf::contact_id::ContactId), u32>;

fn show(
    read: &contact_id::Decoded<'_>,
    range: &Range<usize>,
    options: &Options,
    occurrences: &mut Occurrences,
    id: EventId,
) -> Decoded {
    let contact_id::Report {
        account,
        message_type,
        event,
    } = read.report;
    let key = (account.as_bytes().to_vec(), event);
    let occurrence = match occurrences.get_mut(&key) {
        Some(count) => {
            *count = count.saturating_add(1);
            *count
        }
        None => {
            if occurrences.len() < MOST_EVENTS {
                occurrences.insert(key, 1);
            }
            1
        }
    };
    let account = account.to_string();
    let content = Content::ContactId(event);
    let mut report = Report::new(&account, options.profile, content, read.raw);
    report.protocol = Some(match read.form {
        Form::Bracket => "contact-id",
        Form::ShortMessage => "contact-id+sms",
        _ => "contact-id+angle",
    });
    let reading = Reading {
        profile: options.profile,
        raw: options.raw,
        received: options.received,
    };
    let meant = report::meant(&report, &reading, id);
    let warnings = read.warnings.iter().map(|warning| {
        let offset = range.start + warning.offset;
        Warning::new(warning.kind.code(), warning.kind, offset)
    });
    Decoded {
        protocol: "contact-id",
        item: "report",
        offset: range.start,
        length: range.len(),
        report: Some(Shown {
            form: form_name(read.form),
            provenance: read.form.provenance(),
            message_type: message_type.digits().map(char::from).iter().collect(),
            event: report::contact_id(&event, reading.profile),
            checksum: Sum::of(read.checksum),
            occurrence,
            warnings: warnings.collect(),
            meant,
            account,
        }),
    }
}

/// Reads a text as the form that fits best: a right check first, then fewer deviations. An error is
/// that of the form that could be followed furthest.
fn read<'a>(
    text: &'a [u8],
    forms: &[Form],
    options: &DecodeOptions,
) -> Result<contact_id::Decoded<'a>, DecodeError> {
    let rank = |read: &Result<contact_id::Decoded<'_>, DecodeError>| match read {
        Ok(read) => (
            true,
            read.checksum.is_right(),
            usize::MAX - read.warnings.len(),
        ),
        Err(error) => (false, false, error.offset),
    };
    let reads = forms
        .iter()
        .map(|form| contact_id::decode(text, *form, options));
    let best = reads.reduce(|best, next| {
        if rank(&next) > rank(&best) {
            next
        } else {
            best
        }
    });
    // There is always a form.
    best.unwrap_or_else(|| contact_id::decode_bracket(text, options))
}

/// A piece of a capture.
enum Piece {
    /// A report, perhaps, in one of these forms.
    Text(Range<usize>, &'static [Form]),
    /// The byte 06.
    Ack(usize),
    /// A bracket that is opened and not closed.
    Open(Range<usize>),
}

struct Pieces<'a> {
    input: &'a [u8],
    at: usize,
    form: Option<Form>,
}

const ACK: u8 = 0x06;

impl Iterator for Pieces<'_> {
    type Item = Piece;

    fn next(&mut self) -> Option<Piece> {
        let rest = &self.input[self.at..];
        let blank = |byte: &u8| byte.is_ascii_whitespace() || *byte == 0;
        self.at += rest.iter().position(|byte| !blank(byte))?;
        let start = self.at;
        let rest = &self.input[start..];
        match (rest[0], self.form) {
            (ACK, _) => {
                self.at += 1;
                return Some(Piece::Ack(start));
            }
            (b'[', None | Some(Form::Bracket)) => return Some(self.bracket()),
            _ => {}
        }
        let line = rest
            .iter()
            .position(|&byte| matches!(byte, b'\n' | b'\r' | ACK))
            .unwrap_or(rest.len());
        let found = |mark: u8| rest[..line].iter().position(|&byte| byte == mark);
        let (length, forms): (_, &'static [Form]) = match self.form {
            Some(Form::ShortMessage) => (line, &[Form::ShortMessage]),
            Some(Form::Angle) => (found(b'>').map_or(line, |end| end + 1), &[Form::Angle]),
            Some(_) => (found(b'[').unwrap_or(line), &[Form::Bracket]),
            None if rest[0] == b'<' => (found(b'>').map_or(line, |end| end + 1), &[Form::Angle]),
            None => (
                found(b'[').unwrap_or(line),
                &[Form::ShortMessage, Form::Angle],
            ),
        };
        self.at += length.max(1);
        let end = rest[..length.max(1)]
            .iter()
            .rposition(|byte| !blank(byte))
            .map_or(start + 1, |last| start + last + 1);
        Some(Piece::Text(start..end, forms))
    }
}

impl Pieces<'_> {
    fn bracket(&mut self) -> Piece {
        let start = self.at;
        let window = LONGEST_MESSAGE + 3;
        let mut segment = &self.input[start..self.input.len().min(start + window)];
        let mut scanner = Scanner::new();
        let (length, whole) = match scanner.next(&mut segment) {
            Some(Scanned::Message(message)) => (message.len(), true),
            Some(Scanned::Junk(count) | Scanned::TooLong(count)) => (count, false),
            _ => (scanner.held(), false),
        };
        self.at += length.max(1);
        let range = start..self.at;
        if whole {
            Piece::Text(range, &[Form::Bracket])
        } else {
            Piece::Open(range)
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn all(input: &[u8]) -> Vec<Result<Decoded, Failure<Decoded>>> {
        let options = Options::new(Timestamp::UNIX_EPOCH);
        decode(input, &options, || EventId(1)).collect()
    }

    fn told(input: &[u8]) -> Vec<(&'static str, usize)> {
        all(input)
            .iter()
            .map(|item| match item {
                Ok(decoded) => match &decoded.report {
                    Some(report) => (report.form, decoded.offset),
                    None => (decoded.item, decoded.offset),
                },
                Err(failure) => (failure.error.code, failure.error.offset.unwrap()),
            })
            .collect()
    }

    #[test]
    fn the_forms_are_told_apart_in_one_capture() {
        let input = b"[4711 18110101005FF0F]\x06[4711 183101010051111]\r\n\
            4711 18 1101 01 005 C86F\n<4711 18 1101 01 005 4>\n4711 18 3401 00 001 9\n";
        let forms: Vec<_> = told(input).into_iter().map(|(form, _)| form).collect();
        assert_eq!(
            forms,
            ["bracket", "ack", "bracket", "sms", "angle", "angle"]
        );
        assert_eq!(told(input)[2].1, 23);
    }

    #[test]
    fn what_is_no_report_is_an_error_with_its_place() {
        assert_eq!(told(b""), [("no-message", 0)]);
        assert_eq!(told(b"[4711 18"), [("bracket-open", 0)]);
        assert_eq!(
            told(b"[47[4711 18110101005FF0F]"),
            [("bracket-open", 0), ("bracket", 3)]
        );
        assert_eq!(told(b"[4711 18110101005FF0E]")[0].0, "checksum-wrong");
        assert_eq!(told(b"[4711 17110101005FF0F]")[0].0, "message-type");
        let long = [b"[", &[b'7'; 200][..]].concat();
        assert_eq!(told(&long)[0].0, "too-long");
        assert_eq!(
            told(b"OK [4711 18110101005FF0F]").last(),
            Some(&("bracket", 3))
        );
    }

    #[test]
    fn the_same_event_again_is_counted() {
        let report = b"[4711 18110101005FF0F]";
        let all = all(&report.repeat(3));
        let counts: Vec<_> = all
            .iter()
            .map(|item| {
                let report = item.as_ref().unwrap().report.as_ref();
                report.unwrap().occurrence
            })
            .collect();
        assert_eq!(counts, [1, 2, 3]);
    }

    proptest! {
        #[test]
        fn any_bytes_give_items_in_order_and_an_end(
            bytes in prop::collection::vec(
                prop_oneof![any::<u8>(), prop::sample::select(&b"[]<> 18\x06\n"[..])], 0..300),
        ) {
            let places: Vec<_> = told(&bytes).into_iter().map(|(_, place)| place).collect();
            prop_assert!(!places.is_empty());
            prop_assert!(places.iter().all(|place| *place <= bytes.len()));
        }
    }
}
