//! The machine that reads a line: bytes and time in, frames, answers and time-outs out.
//!
//! It holds one frame on its way in and at most [`Receiver::MOST_UNDECIDED`] that wait for the
//! application. Nothing is acknowledged before the application accepts it.

mod answers;
mod event;
mod input;
mod shadow;

pub use event::{NotHeld, Received, ReceiverEvent, Token};

use alloc::collections::VecDeque;
use alloc::vec::Vec;

use super::Layout;
use super::assemble::Assembler;
use super::framing::Framing;
use crate::Time;
use answers::Answers;
use shadow::Shadow;

/// The layout describes no line: it has no `[framing]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the layout has no [framing]")]
pub struct NoFraming;

/// Reads frames of a declared layout from a stream of bytes, and answers them.
///
/// After bytes that began like a frame and are none, the search goes on behind their first byte, so
/// that a frame among them is found. A byte is therefore read at most as often as a frame can have
/// bytes: keep `max_length` near what the line really carries.
///
/// Where the acknowledgement holds no field, it does not say which frame it is for. Then frames that
/// were sent along behind one without an answer stay without one, too
/// ([`ReceiverEvent::Withheld`]): a sender that does not wait would take theirs for the missing one.
/// What comes after a pause of `timeout_ms`, and the missing frame itself, is answered again. A sender
/// that waits for each answer does not notice.
///
/// ```
/// use climax_rf::Time;
/// use climax_rf::layout::{Layout, Receiver, ReceiverEvent};
///
/// let layout = Layout::parse(
///     r#"
///     version = 1
///     name = "example-line"
///     [framing]
///     end = { text = "\r\n" }
///     ack = "06"
///     separator = { text = "," }
///     checksum = { kind = "xor", encoding = "hex", prefix = { text = "*" } }
///     [[field]]
///     name = "device"
///     column = 0
///     encoding = "decimal"
///     role = "device"
///     "#,
/// )
/// .unwrap();
/// let mut receiver = Receiver::new(&layout, Time::ZERO)?;
/// let taken = receiver.handle_bytes(Time::ZERO, b"40211870*09\r\n");
/// # assert_eq!(taken, 13);
/// let Some(ReceiverEvent::Frame(received)) = receiver.poll_event() else { panic!() };
/// assert_eq!(received.decoded.device().unwrap().to_string(), "40211870");
/// // Stored; now it may be answered.
/// receiver.accept(Time::ZERO, received.token).unwrap();
/// let mut buffer = [0; 16];
/// let length = receiver.poll_transmit(&mut buffer);
/// assert_eq!(&buffer[..length], b"\x06");
/// # Ok::<(), climax_rf::layout::NoFraming>(())
/// ```
#[derive(Debug)]
pub struct Receiver {
    layout: Layout,
    framing: Framing,
    now: Time,
    /// When the last byte came.
    heard: Time,
    /// The line was reported silent.
    silent: bool,
    assembler: Assembler,
    /// Bytes to be read again after a frame that could not be read.
    replay: VecDeque<u8>,
    /// The time for the frame has run out: what is left in the replay is all there is.
    flushing: bool,
    /// An end mark that was kept because it can be the next start mark.
    kept_mark: bool,
    /// Only a heartbeat can still come of what has come.
    in_heartbeat: bool,
    /// A line without start mark was too long: everything up to the next end mark goes.
    overlong: bool,
    skipped: usize,
    events: VecDeque<ReceiverEvent>,
    answers: Answers,
    /// Bytes that were taken.
    received: u64,
    shadow: Option<Shadow>,
    last_frame: Vec<u8>,
}

impl Receiver {
    /// The most frames that wait for the application. With so many no more bytes are taken until
    /// one is decided or its time is over.
    pub const MOST_UNDECIDED: usize = 8;

    /// A machine for one line.
    ///
    /// # Errors
    ///
    /// [`NoFraming`] for a layout of a payload.
    pub fn new(layout: &Layout, now: Time) -> Result<Self, NoFraming> {
        let framing = layout.definition.framing().ok_or(NoFraming)?.clone();
        Ok(Receiver {
            layout: layout.clone(),
            now,
            heard: now,
            silent: false,
            assembler: Assembler::new(&framing),
            replay: VecDeque::new(),
            flushing: false,
            kept_mark: false,
            in_heartbeat: false,
            overlong: false,
            skipped: 0,
            events: VecDeque::new(),
            answers: Answers::new(framing.is_nameless()),
            received: 0,
            shadow: None,
            last_frame: Vec::new(),
            framing,
        })
    }

    /// The layout it reads by.
    #[must_use]
    pub const fn layout(&self) -> &Layout {
        &self.layout
    }

    /// A new connection, or the port was opened again: what was half read is dropped, and what
    /// waits can no longer be answered. Events that were not fetched stay.
    pub fn handle_connected(&mut self, now: Time) {
        self.now = self.now.max(now);
        self.heard = self.now;
        self.silent = false;
        self.assembler.clear();
        self.replay.clear();
        self.flushing = false;
        self.kept_mark = false;
        self.in_heartbeat = false;
        self.overlong = false;
        self.skipped = 0;
        self.answers.clear();
        self.shadow = None;
    }

    /// What has happened, oldest first.
    pub fn poll_event(&mut self) -> Option<ReceiverEvent> {
        self.pump();
        self.events.pop_front()
    }

    /// Bytes to send, written to the front of a buffer of any size; 0 when there are none.
    #[must_use]
    pub fn poll_transmit(&mut self, buffer: &mut [u8]) -> usize {
        self.answers.take(buffer)
    }

    /// The application has the frame safe: it is acknowledged, unless it is
    /// [withheld](ReceiverEvent::Withheld). Answers leave in the order of the frames.
    ///
    /// # Errors
    ///
    /// [`NotHeld`] when its time is over, or it was decided already.
    pub fn accept(&mut self, now: Time, token: Token) -> Result<(), NotHeld> {
        self.handle_timeout(now);
        self.answers.accept(token)?;
        self.release();
        Ok(())
    }

    /// The application cannot take the frame: it is answered with `nak`, or with nothing where the
    /// layout declares none.
    ///
    /// # Errors
    ///
    /// [`NotHeld`] when its time is over, or it was decided already.
    pub fn refuse(&mut self, now: Time, token: Token) -> Result<(), NotHeld> {
        self.handle_timeout(now);
        if let Some(raw) = self.answers.refuse(token)? {
            self.leave_in_shadow(Some(raw), self.position());
        }
        self.release();
        Ok(())
    }

    /// How many frames wait for the application.
    #[must_use]
    pub fn undecided(&self) -> usize {
        self.answers.undecided()
    }
}
