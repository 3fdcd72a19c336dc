//! What was on a line, in one form for the capture scan, the tap and the codec.

use espa444::codec::Frame;
use espa444::tap::Heard;
use espa444::{Address, DecodeErrorKind, DecodeOptions, Item, NakPrefix, scan};

/// One thing on a line; what marks faults is left out where the three differ by design.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Seen {
    Poll(Address),
    Select(Address),
    Either(Address),
    Bare,
    Ack,
    Nak(Option<NakPrefix>),
    Eot,
    /// As received.
    Block(Vec<u8>),
    Refused(DecodeErrorKind),
}

impl Seen {
    pub(super) const fn is_block(&self) -> bool {
        matches!(self, Seen::Block(_) | Seen::Refused(_))
    }
}

/// Cut off blocks are told by some and not by others.
fn refused(kind: DecodeErrorKind) -> Option<Seen> {
    let complete = !matches!(
        kind,
        DecodeErrorKind::Truncated
            | DecodeErrorKind::Restarted
            | DecodeErrorKind::Aborted
            | DecodeErrorKind::SohMissing
    );
    complete.then_some(Seen::Refused(kind))
}

pub(super) fn of_tap(heard: &Heard<'_>) -> Option<Seen> {
    Some(match heard {
        Heard::Poll(address) => Seen::Poll(*address),
        Heard::Select(address) => Seen::Select(*address),
        Heard::PollOrSelect(address) => Seen::Either(*address),
        Heard::BareEnquiry => Seen::Bare,
        Heard::Acknowledgement => Seen::Ack,
        Heard::NegativeAcknowledgement(prefix) => Seen::Nak(*prefix),
        Heard::EndOfTransmission(_) => Seen::Eot,
        Heard::Block(decoded) => Seen::Block(decoded.raw().to_vec()),
        Heard::RefusedBlock(error) => return refused(error.kind),
        _ => return None,
    })
}

pub(super) fn of_codec(frame: &Frame) -> Option<Seen> {
    Some(match frame {
        Frame::Poll(address) => Seen::Poll(*address),
        Frame::Select(address) => Seen::Select(*address),
        Frame::PollOrSelect(address) => Seen::Either(*address),
        Frame::BareEnquiry => Seen::Bare,
        Frame::Acknowledgement => Seen::Ack,
        Frame::NegativeAcknowledgement(prefix) => Seen::Nak(*prefix),
        Frame::EndOfTransmission => Seen::Eot,
        Frame::Block(block) => Seen::Block(block.as_bytes().to_vec()),
        Frame::RefusedBlock(error) => return refused(error.kind),
        _ => return None,
    })
}

/// A capture as the scan has it.
pub(super) struct Scanned {
    pub(super) seen: Vec<Seen>,
    /// Nothing but what belongs on a line.
    pub(super) sound: bool,
    /// Every STX stands in a block, so that all agree about where blocks are.
    pub(super) blocks_agree: bool,
}

pub(super) fn scanned(bytes: &[u8], options: &DecodeOptions) -> Scanned {
    let mut all = Scanned {
        seen: Vec::new(),
        sound: true,
        blocks_agree: true,
    };
    for scanned in scan(bytes, options) {
        let own = &bytes[scanned.range];
        let stx = own.contains(&0x02);
        // A block beyond the limit whose BCC never came was cut off for the others.
        let cut = own.iter().position(|&byte| byte == 0x03) == own.len().checked_sub(1);
        let seen = match scanned.item {
            Item::Poll(address) => Seen::Poll(address),
            Item::Select(address) => Seen::Select(address),
            Item::PollOrSelect(address) => Seen::Either(address),
            Item::BareEnquiry => Seen::Bare,
            Item::Acknowledgement => Seen::Ack,
            Item::NegativeAcknowledgement(prefix) => Seen::Nak(prefix),
            Item::EndOfTransmission => Seen::Eot,
            Item::Block(decoded) => Seen::Block(decoded.raw().to_vec()),
            Item::RefusedBlock(error) => match refused(error.kind) {
                Some(Seen::Refused(DecodeErrorKind::TooLarge { .. })) if cut => continue,
                Some(seen) => seen,
                None => continue,
            },
            Item::Padding => continue,
            Item::TruncatedBlock => {
                all.sound = false;
                continue;
            }
            _ => {
                all.sound = false;
                all.blocks_agree &= !stx;
                continue;
            }
        };
        all.seen.push(seen);
    }
    all
}
