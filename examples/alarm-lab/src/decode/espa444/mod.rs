//! Captured ESPA 4.4.4 lines, item by item.

mod capture;
mod findings;
mod message;

use alarm_codes::{EventId, Timestamp};
use espa444::alarm::{Basis, Line, LineKind, Received, Repeat, event_of, mapping_of};
use espa444::matching::Reset;
use espa444::{DecodeOptions, Item, OpenCalls, Scan, Scanned, scan};
use serde::Serialize;
use serde_json::{Value, json};

pub use capture::{Capture, DumpError, DumpErrorKind, Sender};
pub use findings::Finding;
pub(crate) use findings::{dialogue_shown, is_unanswered, select_unanswered};
pub(crate) use message::shown as message_shown;

use super::Object;
use findings::Ear;

/// Calls of a capture that a status or reset may be about; the oldest is given up for more.
const MOST_CALLS: usize = 1_000;

/// How to decode.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Options {
    /// Lenient or strict reading of blocks.
    pub blocks: DecodeOptions,
    /// How calls are understood.
    pub line: Line,
    /// Leave out polls, selects, answers and the like.
    pub blocks_only: bool,
    /// The address that the receiver is set to: a finding when others are called and it never.
    pub station: Option<espa444::Address>,
    /// Keep the raw bytes in the event.
    pub raw: bool,
    /// When the capture counts as received.
    pub received: Timestamp,
}

impl Options {
    /// Lenient, everything shown, no rules, without raw bytes.
    #[must_use]
    pub fn new(received: Timestamp) -> Self {
        Options {
            blocks: DecodeOptions::lenient(),
            line: Line::new("capture", LineKind::Calls),
            blocks_only: false,
            station: None,
            raw: false,
            received,
        }
    }
}

/// A block, or something between blocks.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct Decoded {
    /// `espa444`.
    pub protocol: &'static str,
    /// `block`, `poll`, `select`, `poll-or-select`, `enquiry`, `ack`, `nak` or `eot`; `line` for
    /// findings at the end that belong to nothing shown.
    pub item: &'static str,
    /// Who sent it, if the dump says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sender: Option<Sender>,
    /// Where it begins, in bytes of the capture.
    pub offset: usize,
    /// Its bytes.
    pub length: usize,
    /// The station polled or selected.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// What stands before a NAK, and its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prefix: Option<Value>,
    /// Header, records and BCC of a block.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<Object>,
    /// Every deviation that was tolerated in a block.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub warnings: Option<Vec<Warning>>,
    /// What was done since the EOT before this one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dialogue: Option<Value>,
    /// What the installer should know.
    pub findings: Vec<Finding>,
    /// Why a call was given its kind, and what the event does not carry; for a status, the call it
    /// is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub interpretation: Option<Value>,
    /// The event of the shared model; calls only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alarm: Option<Value>,
}

/// A tolerated deviation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Warning {
    /// A stable name for machines.
    pub code: &'static str,
    /// One line for people; never a value of the message.
    pub detail: String,
    /// Byte offset in the capture.
    pub offset: usize,
}

impl Warning {
    /// The warnings of a block that begins there.
    pub(crate) fn of_block(decoded: &espa444::Decoded<'_>, start: usize) -> Vec<Warning> {
        let warnings = decoded.warnings().iter().map(|warning| Warning {
            code: warning.kind.code(),
            detail: warning.kind.to_string(),
            offset: start + warning.offset,
        });
        warnings.collect()
    }
}

/// Something that cannot be decoded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Failure {
    /// Why.
    pub error: ErrorShown,
    /// Who sent it, if the dump says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sender: Option<Sender>,
    /// What the installer should know.
    pub findings: Vec<Finding>,
}

/// The reason of a [`Failure`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ErrorShown {
    /// A stable name for machines.
    pub code: &'static str,
    /// One line for people; never a value of the message.
    pub detail: String,
    /// `block` or `line`: what is wrong.
    pub layer: &'static str,
    /// Byte offset in the capture.
    pub offset: usize,
    /// The prefix of the NAK that a receiver answers with; null where it answers nothing.
    pub answer: Option<String>,
}

/// Decodes a capture item by item; padding between items is passed over. A capture that holds
/// nothing else gives one failure.
///
/// `new_id` is asked for the id of each event.
pub fn decode<'a, F: FnMut() -> EventId>(
    capture: &'a Capture,
    options: &'a Options,
    new_id: F,
) -> Items<'a, F> {
    Items {
        scan: scan(capture.bytes(), &options.blocks),
        capture,
        options,
        new_id,
        calls: OpenCalls::new(MOST_CALLS),
        ear: Ear::new(&options.blocks, options.station),
        transaction: None,
        any: false,
        over: false,
    }
}

/// The items of a capture; see [`decode`].
#[derive(Debug)]
pub struct Items<'a, F> {
    scan: Scan<'a>,
    capture: &'a Capture,
    options: &'a Options,
    new_id: F,
    calls: OpenCalls<EventId>,
    ear: Ear,
    /// The last call since EOT, and its event.
    transaction: Option<(std::ops::Range<usize>, EventId)>,
    any: bool,
    over: bool,
}

impl<F: FnMut() -> EventId> Iterator for Items<'_, F> {
    type Item = Result<Decoded, Failure>;

    fn next(&mut self) -> Option<Self::Item> {
        while let Some(scanned) = self.scan.next() {
            if matches!(scanned.item, Item::EndOfTransmission) {
                self.transaction = None;
            }
            self.ear.hear(self.capture, &scanned.range);
            if let Some(mut shown) = self.show(scanned) {
                self.any = true;
                self.ear.tell(match &mut shown {
                    Ok(decoded) => &mut decoded.findings,
                    Err(failure) => &mut failure.findings,
                });
                return Some(shown);
            }
        }
        if self.any && !self.over {
            self.over = true;
            let end = self.capture.bytes().len();
            let mut line = self.decoded("line", &(end..end));
            self.ear.tell(&mut line.findings);
            if !line.findings.is_empty() {
                return Some(Ok(line));
            }
        }
        let nothing = !self.any && !self.over;
        self.over = true;
        nothing.then(|| {
            let detail = if self.options.blocks_only {
                "no block"
            } else {
                "nothing of the protocol"
            };
            Err(self.failure("no-message", detail.to_owned(), 0..0))
        })
    }
}

impl<F: FnMut() -> EventId> Items<'_, F> {
    fn show(&mut self, scanned: Scanned<'_>) -> Option<Result<Decoded, Failure>> {
        let Scanned { item, range, .. } = scanned;
        let is_link = matches!(
            item,
            Item::Poll(_)
                | Item::Select(_)
                | Item::PollOrSelect(_)
                | Item::BareEnquiry
                | Item::Acknowledgement
                | Item::NegativeAcknowledgement(_)
                | Item::EndOfTransmission
        );
        if is_link && self.options.blocks_only {
            return None;
        }
        let mut shown = self.decoded("", &range);
        match item {
            Item::Block(decoded) => {
                self.block(&mut shown, &decoded, &range);
            }
            Item::RefusedBlock(error) => {
                let code = error.kind.code();
                let mut failure = self.failure(code, error.kind.to_string(), range.clone());
                failure.error.layer = "block";
                failure.error.offset += error.offset;
                failure.error.answer = error.answer.map(|prefix| prefix.to_string());
                failure
                    .findings
                    .extend(findings::of_error(&error, range.start));
                return Some(Err(failure));
            }
            Item::TruncatedBlock => {
                let detail = "the block stops before ETX".to_owned();
                let mut failure = self.failure("truncated", detail, range);
                failure.error.layer = "block";
                return Some(Err(failure));
            }
            Item::BlockWithoutStart => {
                let detail = "records without SOH".to_owned();
                let mut failure = self.failure("soh-missing", detail, range.clone());
                failure.error.layer = "block";
                failure.findings.push(findings::without_start(range.start));
                return Some(Err(failure));
            }
            Item::Padding => return None,
            Item::Poll(address) => shown.station("poll", address),
            Item::Select(address) => shown.station("select", address),
            Item::PollOrSelect(address) => shown.station("poll-or-select", address),
            Item::BareEnquiry => shown.item = "enquiry",
            Item::Acknowledgement => shown.item = "ack",
            Item::NegativeAcknowledgement(prefix) => {
                shown.item = "nak";
                shown.prefix = prefix
                    .map(|prefix| json!({ "value": prefix.to_string(), "name": prefix.name() }));
            }
            Item::EndOfTransmission => {
                shown.item = "eot";
                shown.dialogue = self.ear.take_dialogue();
            }
            _ => {
                let detail = format!("{} bytes that are nothing of the protocol", range.len());
                return Some(Err(self.failure("garbage", detail, range)));
            }
        }
        Some(Ok(shown))
    }

    fn decoded(&self, item: &'static str, range: &std::ops::Range<usize>) -> Decoded {
        Decoded {
            protocol: "espa444",
            item,
            sender: self.capture.sender(range.start),
            offset: range.start,
            length: range.len(),
            address: None,
            prefix: None,
            message: None,
            warnings: None,
            dialogue: None,
            findings: findings::of_place(self.capture, range),
            interpretation: None,
            alarm: None,
        }
    }

    fn failure(
        &self,
        code: &'static str,
        detail: String,
        range: std::ops::Range<usize>,
    ) -> Failure {
        Failure {
            error: ErrorShown {
                code,
                detail,
                layer: "line",
                offset: range.start,
                answer: None,
            },
            sender: self.capture.sender(range.start),
            findings: findings::of_place(self.capture, &range),
        }
    }

    fn block(
        &mut self,
        shown: &mut Decoded,
        decoded: &espa444::Decoded<'_>,
        range: &std::ops::Range<usize>,
    ) {
        shown.item = "block";
        shown.message = Some(message::shown(decoded, self.options.line.characters));
        shown.warnings = Some(Warning::of_block(decoded, range.start));
        let more = findings::of_block(decoded, self.options, range.start);
        shown.findings.extend(more);
        let block = decoded.block();
        let Some(meaning) = mapping_of(&block, &self.options.line) else {
            if let Some(found) = self.calls.find(&block) {
                shown.interpretation = Some(json!({
                    "about": found.key.to_string(),
                    "basis": message::basis(found.basis),
                }));
            }
            return;
        };
        let mut received = Received::new((self.new_id)(), self.options.received);
        let bytes = self.capture.bytes();
        let earlier = self.transaction.take();
        match &earlier {
            Some((before, first)) if bytes[before.clone()] == *decoded.raw() => {
                received = received.with_repeat(Repeat::Of(*first));
                shown.findings.push(findings::repeated(range.start));
            }
            _ => match self.calls.reset(&block) {
                Reset::Closed(found) => received = received.ending(found.key),
                Reset::NoSuchCall => {
                    let finding = findings::reset_without_call(range.start);
                    shown.findings.push(finding);
                }
                _ => {
                    if self.calls.len() >= MOST_CALLS {
                        self.calls.close_oldest();
                    }
                    // There is room now.
                    let _ = self.calls.open(received.id, &block);
                }
            },
        }
        let first = match received.repeat {
            Repeat::Of(first) => first,
            _ => received.id,
        };
        self.transaction = Some((range.clone(), first));
        let (basis, rule) = match meaning.basis {
            Basis::Rule { index, rule } => ("rule", Some((index, rule.name.as_str()))),
            Basis::Reset => ("reset", None),
            _ => ("unmatched", None),
        };
        let lost: Vec<_> = meaning.lost.iter().map(|lost| lost.code()).collect();
        let mut interpretation = json!({ "basis": basis, "lost": lost });
        if let Some((index, name)) = rule {
            interpretation["rule"] = json!({ "index": index, "name": name });
        }
        shown.interpretation = Some(interpretation);
        let event = event_of(decoded, &self.options.line, &received);
        shown.alarm = event.and_then(|mut event| {
            if !self.options.raw {
                event.raw = None;
            }
            serde_json::to_value(&event).ok()
        });
    }
}

impl Decoded {
    fn station(&mut self, item: &'static str, address: espa444::Address) {
        self.item = item;
        self.address = Some(address.to_string());
    }
}
