//! One frame out of a stream, byte by byte.

use alloc::vec::Vec;

use super::DecodeErrorKind;
use super::checksum::ChecksumPosition;
use super::framing::{Framing, Terminator};

/// What a byte has led to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// More bytes are needed.
    More,
    /// The bytes so far are no start mark.
    NotStart,
    /// [`Assembler::frame`] is whole and its check is right.
    Complete,
    /// The first `length` bytes are a frame that cannot be read.
    Bad {
        kind: DecodeErrorKind,
        length: usize,
    },
    /// The last bytes, a start mark, begin a new frame; the earlier ones are a frame cut short, or
    /// nothing but a mark of its own.
    Restarted { keep: usize, empty: bool },
}

/// A frame that does not fit its check, and may yet: its end mark may have been part of the check.
#[derive(Debug, Clone, Copy)]
struct Doubt {
    kind: DecodeErrorKind,
    length: usize,
    left: usize,
}

/// Puts one frame together.
#[derive(Debug)]
pub(super) struct Assembler {
    /// As received.
    pub(super) wire: Vec<u8>,
    /// Without escapes.
    pub(super) frame: Vec<u8>,
    escaped: bool,
    /// Bytes at the end of the frame that were sent without escape.
    plain: usize,
    total: Option<usize>,
    /// Bytes to come behind the end mark.
    behind_end: Option<usize>,
    doubt: Option<Doubt>,
    /// The wire offset of a byte that was escaped without need.
    pub(super) needless_escape: Option<usize>,
    /// Digits of the check were in lower case.
    pub(super) lower_case: bool,
}

impl Assembler {
    pub(super) fn new(framing: &Framing) -> Self {
        Assembler {
            wire: Vec::with_capacity(framing.max_wire()),
            frame: Vec::with_capacity(framing.max_length + 1),
            escaped: false,
            plain: 0,
            total: None,
            behind_end: None,
            doubt: None,
            needless_escape: None,
            lower_case: false,
        }
    }

    pub(super) fn clear(&mut self) {
        self.wire.clear();
        self.frame.clear();
        self.escaped = false;
        self.plain = 0;
        self.total = None;
        self.behind_end = None;
        self.doubt = None;
        self.needless_escape = None;
        self.lower_case = false;
    }

    /// The frame that an unfulfilled doubt leaves behind when no more bytes come.
    pub(super) fn doubtful(&self) -> Option<(DecodeErrorKind, usize)> {
        self.doubt.map(|doubt| (doubt.kind, doubt.length))
    }

    /// True while no byte of the content has come.
    pub(super) fn in_start(&self, framing: &Framing) -> bool {
        self.frame.len() <= framing.start.len() && self.wire.len() <= framing.start.len()
    }

    pub(super) fn push(&mut self, framing: &Framing, byte: u8) -> Step {
        self.wire.push(byte);
        let step = self.step(framing, byte);
        match (step, &mut self.doubt) {
            (Step::Bad { .. } | Step::Restarted { .. }, Some(doubt)) => Step::Bad {
                kind: doubt.kind,
                length: doubt.length,
            },
            (Step::More, Some(doubt)) if doubt.length < self.wire.len() => {
                doubt.left -= 1;
                if doubt.left == 0 {
                    return Step::Bad {
                        kind: doubt.kind,
                        length: doubt.length,
                    };
                }
                Step::More
            }
            (step, _) => step,
        }
    }

    fn bad(&self, kind: DecodeErrorKind) -> Step {
        Step::Bad {
            kind,
            length: self.wire.len(),
        }
    }

    fn step(&mut self, framing: &Framing, byte: u8) -> Step {
        if let Some(&expected) = framing.start.get(self.frame.len()) {
            // Nothing but the mark can come before the mark is whole.
            if expected != byte {
                return Step::NotStart;
            }
            self.frame.push(byte);
            return self.measure(framing);
        }
        if let Some(left) = self.behind_end {
            self.frame.push(byte);
            self.behind_end = Some(left - 1);
            return if left == 1 {
                self.complete(framing)
            } else {
                Step::More
            };
        }
        let in_tail = self
            .total
            .is_some_and(|total| self.frame.len() >= total.saturating_sub(framing.tail()));
        if in_tail {
            self.frame.push(byte);
            return self.measure(framing);
        }
        if let Some(step) = self.content(framing, byte) {
            return step;
        }
        if self.frame.len() > framing.max_length {
            return self.bad(DecodeErrorKind::TooLong {
                limit: framing.max_length,
            });
        }
        self.marks(framing)
    }

    /// Takes a byte of the content; a step when that is all there is to it.
    fn content(&mut self, framing: &Framing, byte: u8) -> Option<Step> {
        let Some(escape) = &framing.escape else {
            self.plain_byte(byte);
            return None;
        };
        if !self.escaped {
            if byte == escape.byte {
                self.escaped = true;
                return Some(Step::More);
            }
            self.plain_byte(byte);
            return None;
        }
        self.escaped = false;
        let pair = [escape.byte, byte];
        if framing.end == pair && framing.terminator == Terminator::Mark {
            self.frame.extend_from_slice(&pair);
            return Some(self.end(framing));
        }
        if framing.start == pair {
            return Some(Step::Restarted {
                keep: 2,
                empty: false,
            });
        }
        let Some(original) = escape.original(byte) else {
            return Some(self.bad(DecodeErrorKind::Escape));
        };
        if !escape.covers(original) {
            self.needless_escape.get_or_insert(self.wire.len() - 2);
        }
        self.frame.push(original);
        self.plain = 0;
        None
    }

    fn plain_byte(&mut self, byte: u8) {
        self.frame.push(byte);
        self.plain += 1;
    }

    /// Looks for a mark at the end of what came without escape, then at the length.
    fn marks(&mut self, framing: &Framing) -> Step {
        let ends_with = |mark: &[u8]| {
            !mark.is_empty() && self.plain >= mark.len() && self.frame.ends_with(mark)
        };
        let empty = self.frame.len() == framing.start.len() * 2;
        if framing.restarts() && ends_with(&framing.start) {
            let keep = framing.start.len();
            if framing.start != framing.end {
                return Step::Restarted { keep, empty: false };
            }
            if empty {
                return Step::Restarted { keep, empty };
            }
        }
        if framing.terminator == Terminator::Mark {
            return if ends_with(&framing.end) {
                self.end(framing)
            } else {
                Step::More
            };
        }
        self.measure(framing)
    }

    /// The end mark has come.
    fn end(&mut self, framing: &Framing) -> Step {
        match framing.after_end() {
            0 => self.complete(framing),
            count => {
                self.behind_end = Some(count);
                Step::More
            }
        }
    }

    /// Compares with the length, as soon as it is known.
    fn measure(&mut self, framing: &Framing) -> Step {
        match framing.terminator {
            Terminator::Mark => return Step::More,
            Terminator::Fixed(length) => self.total = Some(length),
            Terminator::Length(field) => {
                if self.total.is_none() && self.frame.len() >= field.end() {
                    let announced = framing.announced(&field, &self.frame);
                    let possible = framing.min_length()..=framing.max_length;
                    match announced {
                        Some(total) if possible.contains(&total) => self.total = Some(total),
                        _ => return self.bad(DecodeErrorKind::Length),
                    }
                }
            }
        }
        match self.total {
            Some(total) if self.frame.len() >= total => self.complete(framing),
            _ => Step::More,
        }
    }

    fn complete(&mut self, framing: &Framing) -> Step {
        match verify(framing, &self.frame) {
            Ok(lower_case) => {
                self.lower_case = lower_case;
                Step::Complete
            }
            Err(kind) => {
                let left = framing.doubt();
                if left == 0 || framing.terminator != Terminator::Mark {
                    return self.bad(kind);
                }
                if self.doubt.is_none() {
                    self.doubt = Some(Doubt {
                        kind,
                        length: self.wire.len(),
                        left,
                    });
                }
                Step::More
            }
        }
    }
}

/// Checks a whole frame without escapes: least length, end mark, check. Gives whether the check is
/// written in lower case.
fn verify(framing: &Framing, frame: &[u8]) -> Result<bool, DecodeErrorKind> {
    let least = framing.min_length();
    if frame.len() < least {
        return Err(DecodeErrorKind::TooShort { least });
    }
    let tail = frame.len() - framing.tail();
    if !frame[tail..].starts_with(&framing.end) {
        return Err(DecodeErrorKind::EndMissing);
    }
    let Some(check) = &framing.checksum else {
        return Ok(false);
    };
    let too_short = DecodeErrorKind::TooShort { least };
    let at = framing.check_at(frame.len()).ok_or(too_short)?;
    let covered = framing.covered(frame.len()).ok_or(too_short)?;
    if !matches!(check.position, ChecksumPosition::At(_))
        && !frame[..at.start].ends_with(&check.prefix)
    {
        return Err(DecodeErrorKind::ChecksumPrefix);
    }
    check.verify(&frame[covered], &frame[at])
}
