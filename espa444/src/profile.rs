//! Dialects as data (ESPA reference 5, 10 and 11).
//!
//! A [`Profile`] is everything in which installations differ: serial settings, timers, what is
//! tolerated, what a missing record means. A dialect that is not here is a new value: take the
//! nearest constant and change fields.
//!
//! ```
//! use core::time::Duration;
//! use espa444::{CharacterSet, Profile};
//!
//! let mut site = Profile::FIELD;
//! site.characters = CharacterSet::Iso646Norway;
//! site.timers.supervision = Some(Duration::from_secs(30));
//! site.tolerance.single_enquiry_select = true;
//! assert_ne!(site, Profile::FIELD);
//! ```

use core::time::Duration;

use crate::block::Block;
use crate::characters::CharacterSet;
use crate::codes::{BeepCode, CallType, Confidence, Header, Priority, Transmissions};
use crate::options::{DecodeOptions, EncodeOptions};
use crate::value::CallAddress;

mod dialects;
mod serial;

pub use serial::{Parity, Serial, StopBits};

/// Everything in which installations differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Profile {
    /// What it is called here.
    pub name: &'static str,
    /// How well the dialect is known. Values that its row does not give are the suggested
    /// defaults of ESPA reference 5, which are inferred.
    pub confidence: Confidence,
    /// How blocks are read; the limit of a block is here.
    pub decode: DecodeOptions,
    /// How blocks are written.
    pub encode: EncodeOptions,
    /// How long to wait for what.
    pub timers: Timers,
    /// What is tolerated on the line.
    pub tolerance: Tolerance,
    /// How calls are sent.
    pub sending: Sending,
    /// Whether answers are sent and waited for. Without, a receiver sends not a single byte, and a
    /// caller goes on by the clock.
    pub answers: bool,
    /// The character set of the text.
    pub characters: CharacterSet,
    /// What a record that is left out means.
    pub defaults: Defaults,
    /// Which headers are taken.
    pub headers: Headers,
    /// The serial port.
    pub serial: Serial,
    /// How the line behaves.
    pub line: Line,
}

/// How long to wait for what (ESPA reference 5). Times count from the last byte sent or received.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Timers {
    /// Without valid traffic until the control station takes the line back, and until any other
    /// station takes the line to be idle. 10 s by the standard.
    pub regain: Duration,
    /// For the answer to a poll; 1 s.
    pub poll_answer: Duration,
    /// For the answer to a select; 3 s.
    pub select_answer: Duration,
    /// For the answer to a block; 3 s.
    pub block_answer: Duration,
    /// From the ACK of a select to SOH; 10 s.
    pub block_start: Duration,
    /// Between two characters, and before the BCC; 1 s on a serial line. Never less than 20
    /// character times are waited.
    pub character: Duration,
    /// For the decision of the application, after which busy is answered; 500 ms. Callers wait
    /// some seconds.
    pub decision: Duration,
    /// Between two polls of a control station; 1 s. `None`: it does not poll when idle.
    pub poll_interval: Option<Duration>,
    /// For how long a silent station is left out; 60 s.
    pub park: Duration,
    /// Before a call that was refused as busy, or failed, is tried again; 1 s. Doubles each time.
    pub retry: Duration,
    /// What the doubling stops at; 30 s.
    pub longest_retry: Duration,
    /// Without valid poll, select or block until the link is reported lost; 60 s. `None`: never,
    /// for callers that do not poll when idle.
    pub supervision: Option<Duration>,
    /// For how long an equal block is marked as a possible repeat, also after an EOT; 120 s.
    pub repeat: Duration,
}

impl Timers {
    /// The suggested defaults of ESPA reference 5 for a serial line.
    pub const SERIAL: Timers = Timers {
        regain: Duration::from_secs(10),
        poll_answer: Duration::from_secs(1),
        select_answer: Duration::from_secs(3),
        block_answer: Duration::from_secs(3),
        block_start: Duration::from_secs(10),
        character: Duration::from_secs(1),
        decision: Duration::from_millis(500),
        poll_interval: Some(Duration::from_secs(1)),
        park: Duration::from_secs(60),
        retry: Duration::from_secs(1),
        longest_retry: Duration::from_secs(30),
        supervision: Some(Duration::from_secs(60)),
        repeat: Duration::from_secs(120),
    };

    /// The same for TCP, where segments come late.
    pub const TCP: Timers = Timers {
        character: Duration::from_secs(3),
        ..Timers::SERIAL
    };
}

/// What the first address and ENQ in the unknown state is taken for (ESPA reference 3.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FirstEnquiry {
    /// It may be a poll: stay silent. The strict reading.
    Ambiguous,
    /// A select: answer it. If it was a poll, the control station reads a protocol error once.
    Select,
}

/// What is tolerated on the line (ESPA reference 11); blocks have [`DecodeOptions`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Tolerance {
    /// The unknown state, at the start and after garbage.
    pub first_enquiry: FirstEnquiry,
    /// Answer NAK `'1'` to a block that begins with its STX; else it is ignored.
    pub refuse_block_without_start: bool,
    /// Take and answer a block that comes without a select.
    pub block_without_select: bool,
    /// Take ENQ without an address as a select.
    pub bare_enquiry: bool,
    /// Take our address and ENQ directly after EOT as a select rather than a poll.
    pub single_enquiry_select: bool,
    /// Take an ENQ after a pause of this length as a poll; 0.5 to 2 s, for four-wire lines on
    /// which the EOT of other stations is not heard.
    pub pause_makes_poll: Option<Duration>,
}

impl Tolerance {
    /// Nothing.
    pub const STRICT: Tolerance = Tolerance {
        first_enquiry: FirstEnquiry::Ambiguous,
        refuse_block_without_start: false,
        block_without_select: false,
        bare_enquiry: false,
        single_enquiry_select: false,
        pause_makes_poll: None,
    };

    /// What costs nothing where it is not needed.
    pub const LENIENT: Tolerance = Tolerance {
        first_enquiry: FirstEnquiry::Select,
        refuse_block_without_start: true,
        ..Tolerance::STRICT
    };
}

/// What is added behind the BCC of a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum LineEnd {
    /// Nothing, as the standard has it.
    #[default]
    None,
    /// CR. That the "extra carriage return" of one system stands here is a guess.
    CarriageReturn,
    /// CR and LF.
    CarriageReturnLineFeed,
}

impl LineEnd {
    pub(crate) const fn as_bytes(self) -> &'static [u8] {
        match self {
            LineEnd::None => b"",
            LineEnd::CarriageReturn => b"\r",
            LineEnd::CarriageReturnLineFeed => b"\r\n",
        }
    }
}

/// How calls are sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Sending {
    /// Repeats of a block after its first transmission, in one transaction; 2.
    pub repeats: u8,
    /// Blocks in one transaction; 8. Two equal ones are never in the same.
    pub blocks_per_transaction: u8,
    /// Failed transactions until a call is reported as failing; 3. It stays queued.
    pub report_after: u32,
    /// Failed transactions until a call is given up; `None`: never.
    pub give_up_after: Option<u32>,
    /// Polls missed until a station is parked; 3.
    pub misses: u8,
    /// Whether a control station polls itself before its select. One dialect leaves that out
    /// (ESPA reference 3.5, case 3; uncertain).
    pub own_poll: bool,
    /// Behind the BCC.
    pub line_end: LineEnd,
    /// Calls that may wait; 8.
    pub queue_calls: usize,
    /// Bytes that waiting calls may take together; 576, so that a link stays below 4 kB. At
    /// least one block of the limit fits.
    pub queue_bytes: usize,
}

impl Sending {
    /// The defaults.
    pub const DEFAULT: Sending = Sending {
        repeats: 2,
        blocks_per_transaction: 8,
        report_after: 3,
        give_up_after: None,
        misses: 3,
        own_poll: true,
        line_end: LineEnd::None,
        queue_calls: 8,
        queue_bytes: 576,
    };
}

/// What a record that a call leaves out means (ESPA reference 6: the receiver's default).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Defaults {
    /// Record 1.
    pub call_address: Option<CallAddress<'static>>,
    /// Record 3.
    pub beep_code: Option<BeepCode<'static>>,
    /// Record 4.
    pub call_type: Option<CallType<'static>>,
    /// Record 5.
    pub transmissions: Option<Transmissions<'static>>,
    /// Record 6.
    pub priority: Option<Priority<'static>>,
}

impl Defaults {
    /// No default at all.
    pub const NONE: Defaults = Defaults {
        call_address: None,
        beep_code: None,
        call_type: None,
        transmissions: None,
        priority: None,
    };

    /// Record 1 of the block, or the default.
    #[must_use]
    pub fn call_address<'a>(&self, block: &Block<'a>) -> Option<CallAddress<'a>> {
        block.call_address().or(self.call_address)
    }

    /// Record 3 of the block, or the default.
    #[must_use]
    pub fn beep_code<'a>(&self, block: &Block<'a>) -> Option<BeepCode<'a>> {
        block.beep_code().or(self.beep_code)
    }

    /// Record 4 of the block, or the default.
    #[must_use]
    pub fn call_type<'a>(&self, block: &Block<'a>) -> Option<CallType<'a>> {
        block.call_type().or(self.call_type)
    }

    /// Record 5 of the block, or the default.
    #[must_use]
    pub fn transmissions<'a>(&self, block: &Block<'a>) -> Option<Transmissions<'a>> {
        block.transmissions().or(self.transmissions)
    }

    /// Record 6 of the block, or the default.
    #[must_use]
    pub fn priority<'a>(&self, block: &Block<'a>) -> Option<Priority<'a>> {
        block.priority().or(self.priority)
    }
}

/// Which headers a receiver takes, and what becomes of the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Headers {
    /// Those taken; `None`: all that [`DecodeOptions`] read.
    pub taken: Option<&'static [Header<'static>]>,
    /// What becomes of the others.
    pub others: OtherHeaders,
}

/// What becomes of a block whose header is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum OtherHeaders {
    /// NAK `'3'`, as the standard has it.
    Refuse,
    /// ACK without asking, and [`Event::Ignored`](crate::link::Event::Ignored), as one large
    /// receiver does (one source).
    Ignore,
}

impl Headers {
    /// All.
    pub const ALL: Headers = Headers {
        taken: None,
        others: OtherHeaders::Refuse,
    };

    /// Whether a header is taken.
    #[must_use]
    pub fn takes(&self, header: Header<'_>) -> bool {
        self.taken.is_none_or(|taken| taken.contains(&header))
    }
}

/// How the line behaves (ESPA reference 1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Line {
    /// Own bytes are heard, as on two-wire lines: they are compared and dropped.
    pub echo: bool,
    /// Quiet between what was heard and an answer; one to two character times on two-wire lines,
    /// zero otherwise.
    pub turnaround: Duration,
}

impl Line {
    /// Point to point, or four-wire.
    pub const PLAIN: Line = Line {
        echo: false,
        turnaround: Duration::ZERO,
    };
}
