//! The tables of ESPA reference 7.

use core::fmt;

use super::{Confidence, Direction, codes, refined, write_escaped};

codes! {
    /// The header of a block: what the block is (ESPA reference 7.1).
    Header, refined = false;
    CALL = "1", "call to pager", StandardAndPractice;
    STATUS_INFORMATION = "2", "status information", StandardAndPractice;
    STATUS_REQUEST = "3", "status request", StandardAndPractice;
    SUBSCRIBER_LINE_CALL = "4", "call to subscriber line", StandardAndPractice;
    OTHER_INFORMATION = "5", "other information", StandardAndPractice;
    /// Ascom and Ericsson dialect.
    LICENCE_REQUEST = "7", "request for licence", OneSource;
    /// Ascom and Ericsson dialect.
    MODULE_KEY_REQUEST = "9", "request for module key number", OneSource;
}

impl Header<'_> {
    /// Whether the standard defines it: `'1'` to `'5'`.
    #[must_use]
    #[inline]
    pub const fn is_standard(self) -> bool {
        matches!(self.0, [b'1'..=b'5'])
    }

    /// Which way such blocks go, `None` where no source says.
    #[must_use]
    pub const fn direction(self) -> Option<Direction> {
        match self.0 {
            b"1" | b"3" => Some(Direction::CallerToReceiver),
            b"2" => Some(Direction::ReceiverToCaller),
            b"4" => Some(Direction::ReceiverToExchange),
            b"5" => Some(Direction::Both),
            _ => None,
        }
    }
}

codes! {
    /// The identifier of a record (ESPA reference 7.2).
    RecordId, refined = false;
    CALL_ADDRESS = "1", "call address", StandardAndPractice;
    DISPLAY_MESSAGE = "2", "display message", StandardAndPractice;
    BEEP_CODING = "3", "beep coding", StandardAndPractice;
    CALL_TYPE = "4", "call type", StandardAndPractice;
    NUMBER_OF_TRANSMISSIONS = "5", "number of transmissions", StandardAndPractice;
    PRIORITY = "6", "priority", StandardAndPractice;
    CALL_STATUS = "7", "call status", StandardAndPractice;
    SYSTEM_STATUS = "8", "system status", StandardAndPractice;
    /// Ascom dialect: a reference to erase the paging by.
    PAGING_IDENTITY = "9", "identity of a paging", OneSource;
    /// Ericsson dialect.
    MAILBOX_NUMBER = "A", "mailbox number", OneSource;
    /// Ascom dialect.
    INFO_PAGE = "C", "info page", OneSource;
    /// Ascom dialect: a reference to erase the paging by.
    RUNNING_NUMBER = "D", "running number", OneSource;
}

codes! {
    /// Record 4, the type of a call (ESPA reference 7.2). Receivers without speech take `'2'` as
    /// `'3'`.
    CallType, refined = true;
    RESERVED = "0", "reserved", StandardAndPractice;
    /// Ends the call it names; see [`OpenCalls::reset`](crate::OpenCalls::reset).
    RESET = "1", "reset (cancel) call", StandardAndPractice;
    SPEECH = "2", "speech call", StandardAndPractice;
    STANDARD = "3", "standard call (no speech)", StandardAndPractice;
    /// A guess: known from another protocol of Ascom, and probably the same here.
    ALARM = "4", "alarm", Uncertain;
    /// Ascom dialect.
    REMOTE_ACKNOWLEDGE = "5", "remote acknowledge of an old paging", OneSource;
    /// Ascom dialect; needs record 9 or D.
    ERASE = "6", "erase an old paging", OneSource;
    /// Ascom dialect.
    CORDLESS = "7", "cordless phone, type not defined", OneSource;
    /// Ascom dialect. A guess: the number follows from the order of a list.
    CORDLESS_INTERNAL = "8", "cordless phone, internal", Uncertain;
    /// A guess.
    CORDLESS_OTHER = "9", "cordless phone, another type", Uncertain;
}

codes! {
    /// Record 7, what became of a call (ESPA reference 7.2).
    CallStatus, refined = true;
    RESERVED = "0", "reserved", StandardAndPractice;
    BUSY = "1", "busy", StandardAndPractice;
    IN_QUEUE = "2", "in queue", StandardAndPractice;
    PAGED = "3", "paged (transmitted)", StandardAndPractice;
    ABSENT = "4", "absent", StandardAndPractice;
    TERMINATED = "5", "call terminated", StandardAndPractice;
    ACKNOWLEDGED = "6", "acknowledgement from the called party", StandardAndPractice;
    SPEECH_CHANNEL_OPEN = "7", "speech channel open", StandardAndPractice;
    SPEECH_CHANNEL_OPEN_PAGED = "71", "speech channel open, paged", StandardAndPractice;
    SPEECH_CHANNEL_OPEN_ABSENT = "72", "speech channel open, absent", StandardAndPractice;
    FAULT = "8", "fault indication", StandardAndPractice;
}

codes! {
    /// Record 6, the priority of a call (ESPA reference 7.2). Callers differ in what they send
    /// for a fault, `'2'` or `'3'`.
    Priority, refined = true;
    RESERVED = "0", "reserved", StandardAndPractice;
    ALARM = "1", "alarm", StandardAndPractice;
    HIGH = "2", "high", StandardAndPractice;
    NORMAL = "3", "normal", StandardAndPractice;
}

codes! {
    /// Record 3, the beep of the pager (ESPA reference 7.2). `'1'` to `'9'` mean what the system
    /// says; some callers send `'0'` too.
    BeepCode, refined = true;
    RESERVED = "0", "reserved", StandardAndPractice;
}

codes! {
    /// Record 8, the state of the paging system (ESPA reference 7.2).
    SystemStatus, refined = true;
    RESERVED = "0", "reserved", StandardAndPractice;
    TRANSMITTER_FAILURE = "1", "transmitter failure", StandardAndPractice;
}

codes! {
    /// Record 5, how often to page (ESPA reference 7.2). Receivers often ignore it.
    Transmissions, refined = false;
    RESERVED = "0", "reserved", StandardAndPractice;
    ONCE = "1", "once", StandardAndPractice;
    TWICE = "2", "twice", StandardAndPractice;
}

refined!(CallType, CallStatus, Priority, BeepCode, SystemStatus);

impl Transmissions<'_> {
    /// How often, 1 or more; `None` for `'0'` and what is no number.
    ///
    /// That `'12'` means twelve, and is no refinement of `'1'`, is inferred.
    #[must_use]
    pub fn count(self) -> Option<u32> {
        let mut count = 0_u32;
        for &byte in self.0 {
            if !byte.is_ascii_digit() {
                return None;
            }
            count = count.checked_mul(10)?.checked_add(u32::from(byte - b'0'))?;
        }
        (count > 0).then_some(count)
    }
}
