//! What goes out, and its echo.

use alloc::collections::VecDeque;

use super::CallId;
use super::outbox::Outbox;
use crate::codes::ACK;
use crate::parity;

/// Room for control characters.
const ROOM: usize = 96;

/// The most that one step of the machine writes: EOT, two addresses of 16 with ENQ, EOT.
const STEP: usize = 40;

/// What a received byte is against the echo that is awaited.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Echo {
    /// None is awaited.
    Absent,
    /// Our own byte.
    Own,
    /// Something else came in the middle of it.
    Collision,
}

/// Control characters first, then at most one block.
pub(crate) struct Wire {
    control: [u8; ROOM],
    length: usize,
    block: Option<(CallId, usize)>,
    /// The echo that is awaited, on two-wire lines.
    echo: Option<VecDeque<u8>>,
    /// The echo has begun.
    echoed: bool,
    /// The front of what was sent last, to recognise an echo that nobody expects.
    burst: [u8; STEP],
    burst_length: usize,
    /// How much of it has come back, without another byte in between; `None` when one was.
    matched: Option<usize>,
}

impl Wire {
    pub(crate) fn new(echo: Option<usize>) -> Self {
        Wire {
            control: [0; ROOM],
            length: 0,
            block: None,
            echo: echo.map(|block| VecDeque::with_capacity(block + ROOM)),
            echoed: false,
            burst: [0; STEP],
            burst_length: 0,
            matched: None,
        }
    }

    /// Whether another step finds room.
    pub(crate) fn has_room(&self) -> bool {
        self.length + STEP <= ROOM
    }

    /// Control characters that wait.
    pub(crate) const fn len(&self) -> usize {
        self.length
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.length == 0 && self.block.is_none()
    }

    pub(crate) fn put(&mut self, bytes: &[u8], with_parity: bool) {
        let end = (self.length + bytes.len()).min(ROOM);
        let count = end - self.length;
        let added = &mut self.control[self.length..end];
        added.copy_from_slice(&bytes[..count]);
        if with_parity {
            parity::add(added);
        }
        self.length = end;
    }

    pub(crate) fn put_block(&mut self, id: CallId) {
        self.block = Some((id, 0));
    }

    /// A block that is not to be sent (on) any more.
    pub(crate) fn drop_block(&mut self) {
        self.block = None;
    }

    pub(crate) fn clear(&mut self) {
        self.length = 0;
        self.block = None;
        self.forget_echo();
        self.matched = None;
    }

    pub(crate) fn forget_echo(&mut self) {
        self.echoed = false;
        if let Some(echo) = &mut self.echo {
            echo.clear();
        }
    }

    pub(crate) fn awaits_echo(&self) -> bool {
        self.echo.as_ref().is_some_and(|echo| !echo.is_empty())
    }

    /// Fills the front of a buffer.
    pub(crate) fn take(&mut self, buffer: &mut [u8], outbox: &Outbox, with_parity: bool) -> usize {
        let count = self.length.min(buffer.len());
        buffer[..count].copy_from_slice(&self.control[..count]);
        self.control.copy_within(count..self.length, 0);
        self.length -= count;
        let mut end = count;
        if let (0, Some((id, sent))) = (self.length, self.block) {
            let rest = outbox.block(id).get(sent..).unwrap_or_default();
            let more = rest.len().min(buffer.len() - end);
            buffer[end..end + more].copy_from_slice(&rest[..more]);
            end += more;
            self.block = (more < rest.len()).then_some((id, sent + more));
        }
        if end == 0 {
            return 0;
        }
        let sent = &mut buffer[..end];
        if with_parity {
            parity::add(&mut sent[count..]);
        }
        if let Some(echo) = &mut self.echo {
            // Bounded by what can be waiting: more is no echo of anything.
            if echo.len() + sent.len() <= echo.capacity() {
                echo.extend(sent.iter().copied());
            }
        }
        // What leaves in pieces comes back as one.
        if self.matched != Some(0) {
            self.burst_length = 0;
        }
        let kept = sent.len().min(STEP - self.burst_length);
        self.burst[self.burst_length..self.burst_length + kept].copy_from_slice(&sent[..kept]);
        self.burst_length += kept;
        self.matched = Some(0);
        end
    }

    /// A byte against the echo that is awaited.
    pub(crate) fn heard(&mut self, received: u8) -> Echo {
        let Some(echo) = &mut self.echo else {
            return Echo::Absent;
        };
        match echo.pop_front() {
            None => Echo::Absent,
            Some(own) if own == received => {
                self.echoed = !echo.is_empty();
                Echo::Own
            }
            Some(_) => {
                echo.clear();
                // From the first byte on: this line has no echo.
                if core::mem::take(&mut self.echoed) {
                    Echo::Collision
                } else {
                    Echo::Absent
                }
            }
        }
    }

    /// A byte against the front of what was sent last, on a line where no echo is expected. True once
    /// for each burst, when enough of it has come back; an ACK alone is enough for a `slave`, whose
    /// master never sends one.
    pub(crate) fn looks_like_echo(&mut self, received: u8, slave: bool) -> bool {
        /// One byte proves nothing else: an ACK may well answer an ACK on a merged line.
        const PROOF: usize = 3;
        let Some(matched) = self.matched.filter(|_| self.echo.is_none()) else {
            return false;
        };
        let sent = &self.burst[..self.burst_length];
        if sent.get(matched) != Some(&received) {
            self.matched = None;
            return false;
        }
        self.matched = Some(matched + 1);
        let enough = sent.len() > 1 || slave && sent == [ACK];
        enough && matched + 1 == sent.len().min(PROOF)
    }

    /// What comes from now on is no echo of what was sent.
    pub(crate) fn no_echo(&mut self) {
        self.matched = None;
    }

    /// Whether the byte that came last is one of our own that came back, with those before it.
    pub(crate) fn is_echoing(&self) -> bool {
        self.matched.is_some_and(|matched| matched > 1)
    }
}
