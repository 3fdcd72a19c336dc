//! What the installer should know: the one place where findings about a line come from.
//!
//! Those here are what the codec can tell from a block and its neighbours.

use espa444::tap::{self, Dialogue, Side};
use espa444::{
    Address, BccVariant, CharacterSet, DecodeError, DecodeErrorKind, DecodeOptions, Profile, Tap,
    Time, WarningKind,
};
use serde::Serialize;
use serde_json::{Value, json};

use super::{Capture, Options, Sender};
use crate::espa444::of_line;

/// Something about the line or its settings, with advice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Finding {
    /// A stable name for machines.
    pub code: &'static str,
    /// What was seen; never a value of the message.
    pub detail: &'static str,
    /// What to do about it.
    pub advice: &'static str,
    /// Byte offset in the capture; none on a live line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub offset: Option<usize>,
    /// How often it was seen so far, where that is counted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub evidence: Option<u32>,
}

const fn finding(
    code: &'static str,
    detail: &'static str,
    advice: &'static str,
    offset: usize,
) -> Finding {
    Finding {
        code,
        detail,
        advice,
        offset: Some(offset),
        evidence: None,
    }
}

/// Hears a whole capture beside the decoder: what only a dialogue shows.
#[derive(Debug)]
pub(super) struct Ear {
    tap: Tap,
    /// Selects that nothing answered.
    unanswered: u32,
    /// Found, and not told yet.
    found: Vec<Finding>,
    /// What was done since the EOT before the last.
    dialogue: Option<Dialogue>,
}

impl Ear {
    pub(super) fn new(options: &DecodeOptions, station: Option<Address>) -> Self {
        let mut profile = Profile::FIELD;
        profile.decode = *options;
        // A capture has no clock.
        profile.timers.supervision = None;
        let tap = Tap::new(&profile, Time::ZERO);
        Ear {
            tap: match station {
                Some(address) => tap.for_station(address),
                None => tap,
            },
            unanswered: 0,
            found: Vec::new(),
            dialogue: None,
        }
    }

    /// Hears a part of the capture; the parts come in order.
    pub(super) fn hear(&mut self, capture: &Capture, range: &std::ops::Range<usize>) {
        let mut start = range.start;
        while start < range.end {
            let end = capture.turn_inside(&(start..range.end));
            let end = end.unwrap_or(range.end);
            let side = match capture.sender(start) {
                Some(Sender::Receiver) => Side::Other,
                _ => Side::Control,
            };
            let mut rest = &capture.bytes()[start..end];
            while !rest.is_empty() {
                let taken = self.tap.handle_bytes(Time::ZERO, side, rest);
                rest = &rest[taken..];
                while let Some(heard) = self.tap.poll_event() {
                    match heard {
                        tap::Heard::Finding(found) => self.found.push(Finding {
                            offset: Some(range.start),
                            ..of_line(found)
                        }),
                        tap::Heard::EndOfTransmission(dialogue) => {
                            self.dialogue = Some(dialogue);
                            self.ended(&dialogue, range.start);
                        }
                        _ => {}
                    }
                }
            }
            start = end;
        }
    }

    fn ended(&mut self, dialogue: &Dialogue, offset: usize) {
        if !is_unanswered(dialogue) {
            return;
        }
        self.unanswered = self.unanswered.saturating_add(1);
        if self.unanswered.is_power_of_two() {
            self.found.push(Finding {
                offset: Some(offset),
                evidence: Some(self.unanswered),
                ..select_unanswered()
            });
        }
    }

    /// What was done before the EOT that was heard last.
    pub(super) fn take_dialogue(&mut self) -> Option<Value> {
        self.dialogue.take().as_ref().and_then(dialogue_shown)
    }

    /// Puts what was found to what is known of an item already.
    pub(super) fn tell(&mut self, findings: &mut Vec<Finding>) {
        for found in self.found.drain(..) {
            match findings.iter_mut().find(|one| one.code == found.code) {
                Some(one) => one.evidence = found.evidence,
                None => findings.push(found),
            }
        }
    }
}

/// Whether a select went into silence.
pub(crate) fn is_unanswered(dialogue: &Dialogue) -> bool {
    let blocks = dialogue.blocks + dialogue.damaged;
    dialogue.selected.is_some() && dialogue.ready.is_none() && blocks == 0
}

pub(crate) const fn select_unanswered() -> Finding {
    Finding {
        code: "select-unanswered",
        detail: "Nothing answers a select.",
        advice: "Compare the addresses of both sides, and check that the receiver is on and that \
                 both directions are heard here.",
        offset: None,
        evidence: None,
    }
}

/// What was done in a dialogue; nothing between two EOTs is no dialogue.
pub(crate) fn dialogue_shown(dialogue: &Dialogue) -> Option<Value> {
    if *dialogue == Dialogue::default() {
        return None;
    }
    Some(json!({
        "polled": dialogue.polled.map(|address| address.to_string()),
        "selected": dialogue.selected.map(|address| address.to_string()),
        "ready": dialogue.ready,
        "blocks": dialogue.blocks,
        "damaged": dialogue.damaged,
        "acknowledged": dialogue.acknowledged,
        "refused": dialogue.refused,
        "link_test": dialogue.is_link_test(),
    }))
}

/// About a block that could be read.
pub(super) fn of_block(
    decoded: &espa444::Decoded<'_>,
    options: &Options,
    start: usize,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut add = |code, detail, advice| findings.push(finding(code, detail, advice, start));
    match decoded.bcc().variant {
        BccVariant::SevenBit => add(
            "seven-bit-bcc",
            "The BCC fits only without bit 7.",
            "Nothing to do where texts arrive whole: the sender masks it, or the line has 7 data \
             bits.",
        ),
        BccVariant::Missing => add(
            "bcc-missing",
            "The block has no BCC: nothing checks the transmission.",
            "Switch the block check character on at the caller.",
        ),
        _ => {}
    }
    if decoded.has_parity_in_data() {
        add(
            "parity-in-data",
            "Bit 7 of what comes is even parity.",
            "Set this port to 7 data bits and even parity: the line has 7 bits, the port reads 8.",
        );
    }
    let warned = |kind| {
        decoded
            .warnings()
            .iter()
            .any(|warning| warning.kind == kind)
    };
    if warned(WarningKind::RepeatedRecord) {
        add(
            "repeated-record",
            "A record comes twice.",
            "Look at the text: a damaged separator that the BCC did not show, or a caller's habit.",
        );
    }
    if let Some(text) = decoded.block().display_message() {
        let bytes = text.as_bytes();
        if text
            .decode(options.line.characters)
            .contains(char::REPLACEMENT_CHARACTER)
        {
            add(
                "unreadable-characters",
                "The character set has no character for some bytes.",
                "Try another --charset.",
            );
        }
        let plain = matches!(
            options.line.characters,
            CharacterSet::Auto | CharacterSet::Ascii
        );
        if plain && has_national_letters(bytes) {
            add(
                "national-letters",
                "[ \\ ] { | } stand beside letters: the text may be in a national set (a guess).",
                "Try --charset iso646-no, iso646-se or iso646-de.",
            );
        }
    }
    findings
}

/// About a block that could not be read.
pub(super) fn of_error(error: &DecodeError, start: usize) -> Vec<Finding> {
    match error.kind {
        DecodeErrorKind::BccMissing | DecodeErrorKind::Bcc { received: 0x04, .. } => {
            Vec::from([finding(
                "bcc-missing",
                "EOT or nothing stands where the BCC belongs.",
                "If every block is so, switch the block check character on at the caller; \
                 --accept-missing-bcc reads them.",
                start + error.offset,
            )])
        }
        DecodeErrorKind::Parity => Vec::from([finding(
            "parity-in-data",
            "Bit 7 of what comes is even parity, and one byte has it wrong.",
            "Set this port to 7 data bits and even parity, then look for noise.",
            start + error.offset,
        )]),
        _ => Vec::new(),
    }
}

/// About what was found where.
pub(super) fn of_place(capture: &Capture, range: &std::ops::Range<usize>) -> Vec<Finding> {
    capture
        .turn_inside(range)
        .map(|at| {
            finding(
                "both-sides-send",
                "The other side begins to send before this is over.",
                "Check that only one side is the control station, and that the marks of the dump \
                 are right.",
                at,
            )
        })
        .into_iter()
        .collect()
}

pub(super) fn repeated(start: usize) -> Finding {
    finding(
        "repeated-block",
        "The same block came before in this transaction.",
        "Look at the answers: an ACK was lost or refused, or the caller repeats by habit.",
        start,
    )
}

pub(super) fn reset_without_call(start: usize) -> Finding {
    finding(
        "reset-without-call",
        "The reset fits no call of this capture.",
        "Look for its call before the capture began, or for another address or text.",
        start,
    )
}

pub(super) fn without_start(start: usize) -> Finding {
    finding(
        "block-without-start",
        "Records come without SOH.",
        "Look for the NAK before: one caller repeats blocks without SOH and BCC; ask its maker for \
         an update.",
        start,
    )
}

/// A letter before and one behind, so that `[1]` is none.
fn has_national_letters(text: &[u8]) -> bool {
    text.windows(3).any(|window| {
        let national = |byte: u8| matches!(byte, b'[' | b'\\' | b']' | b'{' | b'|' | b'}');
        national(window[1])
            && (window[0].is_ascii_alphabetic() || national(window[0]))
            && (window[2].is_ascii_alphabetic() || national(window[2]))
    })
}
