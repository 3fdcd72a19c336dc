//! What follows the sync word: length, payload and check.

use super::bits::Bits;
use super::error::DecodeError;
use super::family::{Family, LengthRule, MAX_PAYLOAD};
use super::frame::{CheckBits, Forward, Frame, Leniency, Polarity, State, Truncated};
use super::options::SearchOptions;
use super::search::{Found, search};
use super::warning::{WarningKind, Warnings};

/// Who looks at the check.
#[derive(Clone, Copy)]
pub(super) enum CheckBy {
    /// Its bits follow the payload.
    Bits,
    /// A chip did, with that verdict.
    Chip(bool),
}

/// How a body is read.
pub(super) struct Reading<'a> {
    pub(super) family: &'a Family,
    pub(super) polarity: Polarity,
    pub(super) check: CheckBy,
    pub(super) last_bit_lost: bool,
    pub(super) crc_cut_short: bool,
}

/// A body, and the bit behind it.
pub(super) struct Body {
    pub(super) frame: Frame,
    pub(super) end: usize,
}

impl Reading<'_> {
    /// Reads from `at`, the first bit behind the sync word. The error is a refused length.
    pub(super) fn read(&self, bits: Bits<'_>, at: usize) -> Result<Body, u8> {
        let family = self.family;
        let inversion = match self.polarity {
            Polarity::Normal => 0,
            Polarity::Inverted => 0xFF,
        };
        let mut frame = Frame {
            state: State::Truncated(Truncated {
                crc_bits: 0,
                right: true,
            }),
            warnings: Warnings::NONE,
            provenance: family.provenance(),
            polarity: self.polarity,
            sync_errors: None,
            length: None,
            held: 0,
            check: None,
            payload: [0; MAX_PAYLOAD],
        };
        let warnings = &mut frame.warnings;
        warnings.add_if(self.polarity == Polarity::Inverted, WarningKind::Inverted);

        let (length, start) = match family.length() {
            LengthRule::Fixed(length) => (*length, at),
            rule @ LengthRule::Byte { .. } => {
                if bits.len() - at < 8 {
                    let end = bits.len();
                    return Ok(Body { frame, end });
                }
                let length = bits.byte(at) ^ inversion;
                if !rule.accepts(length) {
                    return Err(length);
                }
                (length, at + 8)
            }
        };
        frame.length = Some(length);
        let unseen = !family.length().expects(length);
        warnings.add_if(unseen, WarningKind::UnseenLength);

        let held = (bits.len() - start) / 8;
        // At most `length`, so it fits.
        frame.held = u8::try_from(held).map_or(length, |held| held.min(length));
        for (index, byte) in frame.payload[..usize::from(frame.held)]
            .iter_mut()
            .enumerate()
        {
            *byte = bits.byte(start + index * 8) ^ inversion;
        }
        if let Some(seen) = family.declaration().seen_below {
            let value = frame.payload().get(usize::from(seen.byte));
            let suspect = value.is_some_and(|value| *value >= seen.limit);
            frame.warnings.add_if(suspect, WarningKind::SuspectByte);
        }
        if frame.held < length {
            let end = bits.len();
            return Ok(Body { frame, end });
        }

        let end = start + usize::from(length) * 8;
        let right = if unseen {
            State::UnseenLength
        } else {
            State::Ok
        };
        let end = match (self.check, family.crc()) {
            (CheckBy::Chip(passed), Some(_)) => {
                frame.warnings.add(WarningKind::CrcByChip);
                frame.state = if passed { right } else { State::BadCrc };
                end
            }
            (_, None) => {
                frame.warnings.add(WarningKind::NoCrc);
                frame.state = right;
                end
            }
            (CheckBy::Bits, Some(crc)) => {
                let width = family.crc_bits();
                let there = u32::try_from(bits.len() - end).map_or(width, |there| there.min(width));
                let mut received = 0;
                if there > 0 {
                    let flip = u64::MAX.wrapping_mul(u64::from(inversion & 1)) >> (64 - there);
                    received = bits.window(end, there) ^ flip;
                }
                let sent_length = family.length().has_byte().then_some(length);
                let check = CheckBits {
                    // Both at most 32 bits.
                    bits: u8::try_from(there).unwrap_or(32),
                    received: u32::try_from(received).unwrap_or(u32::MAX),
                    computed: crc.on_air(sent_length, frame.payload()),
                };
                frame.check = Some(check);
                frame.state = self.judge(check, width, right);
                if let State::Lenient(leniency) = frame.state {
                    frame.warnings.add(match leniency {
                        Leniency::LastBitLost => WarningKind::LastBitLost,
                        Leniency::CrcCutShort => WarningKind::CrcCutShort,
                    });
                }
                end + there as usize
            }
        };
        Ok(Body { frame, end })
    }

    fn judge(&self, check: CheckBits, width: u32, right: State) -> State {
        let there = u32::from(check.bits);
        let is_right = check.is_right(width);
        if there < width {
            if self.crc_cut_short && is_right && there * 4 >= width * 3 {
                return State::Lenient(Leniency::CrcCutShort);
            }
            return State::Truncated(Truncated {
                crc_bits: check.bits,
                right: is_right,
            });
        }
        if is_right {
            right
        } else if self.last_bit_lost && check.received ^ check.computed == 1 {
            State::Lenient(Leniency::LastBitLost)
        } else {
            State::BadCrc
        }
    }
}

/// The best frame in `bytes`: a whole frame with or without its preamble, at any bit offset.
///
/// The first event counts, then the first record, then whatever else was found. For all of them,
/// and for rows whose bits are no whole bytes, see [`search`].
///
/// # Errors
///
/// [`DecodeError::Empty`] and [`DecodeError::NoSync`], or [`DecodeError::Length`] when every sync
/// word was followed by a refused length.
pub fn decode(bytes: &[u8], options: &SearchOptions) -> Result<Found, DecodeError> {
    if bytes.is_empty() {
        return Err(DecodeError::Empty);
    }
    let bits = Bits::of_bytes(bytes);
    let mut frames = search(bits, options);
    let mut best: Option<Found> = None;
    for found in frames.by_ref() {
        match found.frame.state().forward() {
            Forward::Event | Forward::MarkedEvent => return Ok(found),
            Forward::RecordOnly => {
                let first = best.is_none_or(|best| best.frame.state().forward() == Forward::Never);
                if first {
                    best = Some(found);
                }
            }
            Forward::Never => best = best.or(Some(found)),
        }
    }
    match (best, frames.refused_length()) {
        (Some(found), _) => Ok(found),
        (None, Some(length)) => Err(DecodeError::Length { length }),
        (None, None) => Err(DecodeError::NoSync { bits: bits.len() }),
    }
}
