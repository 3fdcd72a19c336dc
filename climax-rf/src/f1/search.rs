//! Finding frames in a bit stream (Climax reference 2.7).

use core::iter::FusedIterator;

use super::bits::Bits;
use super::decode::{Body, CheckBy, Reading};
use super::frame::{Frame, Polarity, State};
use super::matcher::{Candidates, Matcher, STEP_BYTES};
use super::options::SearchOptions;
use super::warning::WarningKind;

/// A frame and where it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Found {
    /// The frame.
    pub frame: Frame,
    /// The first bit of the sync word; in a late row, of the part of it that is there.
    pub offset: usize,
    /// The first bit behind the sync word: of the length byte, if the family has one.
    pub body: usize,
    /// The first bit behind the frame.
    pub end: usize,
}

/// Frames of `bits`, in the order of the air. No heap.
///
/// Behind a frame with a right check the search goes on after it, behind any other one bit further
/// on, so that a false beginning never hides a frame.
///
/// ```
/// use climax_rf::f1::{Bits, SearchOptions, State, search};
///
/// // A frame that begins at the second bit, as a software radio sliced it: 172 bits.
/// let row = [
///     0xD5, 0x55, 0x55, 0x55, 0x14, 0xE6, 0x94, 0xE6, 0x85, 0x00, 0x00, 0x15, 0xAD, 0x08, 0x61,
///     0xBF, 0x48, 0x82, 0x6C, 0x12, 0x7C, 0x00,
/// ];
/// let options = SearchOptions::new();
/// let found = search(Bits::new(&row, 172)?, &options).next().expect("one frame");
/// assert_eq!(found.offset, 33);
/// assert_eq!(found.frame.state(), State::Ok);
/// assert_eq!(found.frame.length(), Some(10));
/// # Ok::<(), climax_rf::f1::BitsError>(())
/// ```
#[must_use]
pub fn search<'a>(bits: Bits<'a>, options: &'a SearchOptions) -> Search<'a> {
    Search {
        bits,
        options,
        matcher: Matcher::new(options.family.sync(), options.tolerance, options.polarities),
        late: if options.late_rows { 0 } else { LATE_END },
        next: 0,
        block: 0,
        pending: Candidates::NONE,
        ahead: 0,
        refused: 0,
        refused_length: None,
    }
}

/// A row that begins inside the sync word has at most seven bits in front of its last bytes; with
/// eight the whole word is there.
const LATE_END: usize = 8;

/// Iterator over the frames of a bit stream; see [`search`].
#[derive(Debug, Clone)]
pub struct Search<'a> {
    bits: Bits<'a>,
    options: &'a SearchOptions,
    matcher: Matcher,
    /// The next place of a late row.
    late: usize,
    /// No sync word begins before this bit.
    next: usize,
    /// The byte from which the candidates in `pending` count.
    block: usize,
    /// Candidates that were not compared yet.
    pending: Candidates,
    /// The byte from which candidates are looked for next.
    ahead: usize,
    refused: u64,
    refused_length: Option<u8>,
}

impl Search<'_> {
    /// Sync words so far that were followed by a refused length: mostly noise.
    #[must_use]
    pub const fn refused(&self) -> u64 {
        self.refused
    }

    /// The first refused length so far.
    #[must_use]
    pub const fn refused_length(&self) -> Option<u8> {
        self.refused_length
    }

    fn reading(&self, polarity: Polarity) -> Reading<'_> {
        Reading {
            family: &self.options.family,
            polarity,
            check: CheckBy::Bits,
            last_bit_lost: self.options.last_bit_lost,
            crc_cut_short: self.options.crc_cut_short,
        }
    }

    fn late_row(&mut self) -> Option<Found> {
        let visible = self.options.family.sync().len() as usize - 8;
        if self.options.family.crc().is_none() {
            self.late = LATE_END;
        }
        while self.late < LATE_END {
            let offset = self.late;
            self.late += 1;
            let body = offset + visible;
            if body > self.bits.len() {
                self.late = LATE_END;
                break;
            }
            let Some(polarity) = self.matcher.compare_late(self.bits, offset) else {
                continue;
            };
            let mut reading = self.reading(polarity);
            (reading.last_bit_lost, reading.crc_cut_short) = (false, false);
            match reading.read(self.bits, body) {
                Ok(Body { mut frame, end }) if frame.state == State::Ok => {
                    frame.warnings.add(WarningKind::LateRow);
                    self.late = LATE_END;
                    self.next = end;
                    return Some(Found {
                        frame,
                        offset,
                        body,
                        end,
                    });
                }
                _ => {}
            }
        }
        None
    }

    /// Reads what follows a candidate.
    fn examine(&mut self, offset: usize) -> Option<Found> {
        let (polarity, errors) = self.matcher.compare(self.bits, offset)?;
        let body = offset + self.options.family.sync().len() as usize;
        match self.reading(polarity).read(self.bits, body) {
            Ok(Body { mut frame, end }) => {
                frame.sync_errors = Some(errors);
                frame.warnings.add_if(errors > 0, WarningKind::SyncErrors);
                self.next = if frame.state.is_event() {
                    end
                } else {
                    offset + 1
                };
                Some(Found {
                    frame,
                    offset,
                    body,
                    end,
                })
            }
            Err(length) => {
                self.refused += 1;
                self.refused_length.get_or_insert(length);
                None
            }
        }
    }
}

impl Iterator for Search<'_> {
    type Item = Found;

    fn next(&mut self) -> Option<Found> {
        if let Some(found) = self.late_row() {
            return Some(found);
        }
        let length = self.options.family.sync().len() as usize;
        let last = self.bits.len().checked_sub(length)?;
        let bytes = self.bits.as_bytes();
        loop {
            while let Some(offset) = self.pending.take_first() {
                let offset = self.block * 8 + offset;
                if offset < self.next {
                    continue;
                }
                if offset > last {
                    self.pending = Candidates::NONE;
                    break;
                }
                if let Some(found) = self.examine(offset) {
                    // Nothing begins inside a frame with a right check.
                    if self.next / 8 > self.ahead {
                        self.pending = Candidates::NONE;
                        self.ahead = self.next / 8;
                    }
                    return Some(found);
                }
            }
            // The inner loop: nothing here but noise.
            loop {
                if self.ahead * 8 > last {
                    return None;
                }
                self.block = self.ahead;
                self.ahead += STEP_BYTES;
                self.pending = self.matcher.candidates(bytes, self.block);
                if !self.pending.is_empty() {
                    break;
                }
            }
        }
    }
}

impl FusedIterator for Search<'_> {}
