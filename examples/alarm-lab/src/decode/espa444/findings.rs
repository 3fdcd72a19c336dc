//! What the installer should know: the one place where findings about a line come from.
//!
//! Those here are what the codec can tell from a block and its neighbours.

use espa444::{BccVariant, CharacterSet, DecodeError, DecodeErrorKind, WarningKind};
use serde::Serialize;

use super::{Capture, Options};

/// Something about the line or its settings, with advice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Finding {
    /// A stable name for machines.
    pub code: &'static str,
    /// What it is and what to do about it; never a value of the message.
    pub detail: &'static str,
    /// Byte offset in the capture.
    pub offset: usize,
}

const fn finding(code: &'static str, detail: &'static str, offset: usize) -> Finding {
    Finding {
        code,
        detail,
        offset,
    }
}

/// About a block that could be read.
pub(super) fn of_block(
    decoded: &espa444::Decoded<'_>,
    options: &Options,
    start: usize,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut add = |code, detail| findings.push(finding(code, detail, start));
    match decoded.bcc().variant {
        BccVariant::SevenBit => add(
            "seven-bit-bcc",
            "the BCC fits without bit 7: the sender masks it, or the line has 7 data bits",
        ),
        BccVariant::Missing => add(
            "bcc-missing",
            "the sender sends no BCC: nothing checks the transmission; ask for its BCC setting",
        ),
        _ => {}
    }
    if decoded.has_parity_in_data() {
        add(
            "parity-in-data",
            "even parity is left in bit 7: set the port to 7 data bits and even parity",
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
            "a record comes twice: a damaged separator that the BCC did not show, or a caller's habit",
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
                "the character set has no character for some bytes: try another --charset",
            );
        }
        let plain = matches!(
            options.line.characters,
            CharacterSet::Auto | CharacterSet::Ascii
        );
        if plain && has_national_letters(bytes) {
            add(
                "national-letters",
                "[ \\ ] { | } stand beside letters: the text may be in a national set; \
                 try --charset iso646-no, iso646-se or iso646-de (a guess)",
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
                "EOT or nothing stands where the BCC belongs: if every block is so, the sender \
                 sends none; --accept-missing-bcc reads them",
                start + error.offset,
            )])
        }
        DecodeErrorKind::Parity => Vec::from([finding(
            "parity-in-data",
            "even parity is left in bit 7, and one byte has it wrong: set the port to 7 data bits \
             and even parity, then look for noise",
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
                "the other side begins to send before this is over",
                at,
            )
        })
        .into_iter()
        .collect()
}

pub(super) fn repeated(start: usize) -> Finding {
    finding(
        "repeated-block",
        "the same block came before in this transaction: an ACK was lost or refused, or the \
         caller repeats by habit",
        start,
    )
}

pub(super) fn reset_without_call(start: usize) -> Finding {
    finding(
        "reset-without-call",
        "the reset fits no call of this capture",
        start,
    )
}

pub(super) fn without_start(start: usize) -> Finding {
    finding(
        "block-without-start",
        "one caller repeats a block without SOH and BCC after a NAK: look for the NAK before it",
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
