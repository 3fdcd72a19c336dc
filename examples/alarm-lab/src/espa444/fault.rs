//! What stations and lines in the field do wrong.

use crate::rate::Faults;

/// Which side a station is on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Station {
    /// The caller, such as a fire panel.
    Panel,
    /// The receiver.
    Pager,
}

/// Something that a simulated station does wrong.
///
/// [`FaultRate`] is what the command line reads: a fault and how often it shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Fault {
    /// `'1'` NAK to a good block (ESPA reference 3.2).
    Nak,
    /// `'3'` NAK to a good block (ESPA reference 3.2).
    Invalid,
    /// `'2'` NAK to a select (ESPA reference 3.2).
    Busy,
    /// Silence after a select.
    NoAnswer,
    /// A block is taken, and its ACK is not heard (ESPA reference 5, lost ACK).
    LostAck,
    /// The answer to a block comes after [`late_by`](super::LineSettings::late_by).
    LateAnswer,
    /// The pager has another address than is called, or the panel calls another.
    WrongAddress,
    /// Everything heard is sent back, as two-wire converters do (ESPA reference 1).
    Echo,
    /// Even parity left in bit 7: a 7-bit line on 8-bit ports (ESPA reference 1.1).
    BadParity,
    /// EOT is left out.
    MissingEot,
    /// A block stops in the middle.
    CutBlock,
    /// A burst of bytes that fit nothing goes before what is sent.
    Garbage,
    /// One bit of the BCC is wrong.
    BadBcc,
    /// The BCC is left out (ESPA reference 11).
    NoBcc,
    /// After a NAK the block is repeated without SOH and BCC (ESPA reference 10, hotel callers).
    NoStart,
    /// A block without poll and select: the caller opens with SOH (ESPA reference 3.5, case 4).
    NoSelect,
    /// Nothing is sent any more after so many calls.
    SilenceAfter(
        /// Blocks sent by a panel, answered by a pager.
        u32,
    ),
}

impl Fault {
    /// Every fault, [`Fault::SilenceAfter`] with one call.
    pub const ALL: &'static [Fault] = &[
        Fault::Nak,
        Fault::Invalid,
        Fault::Busy,
        Fault::NoAnswer,
        Fault::LostAck,
        Fault::LateAnswer,
        Fault::WrongAddress,
        Fault::Echo,
        Fault::BadParity,
        Fault::MissingEot,
        Fault::CutBlock,
        Fault::Garbage,
        Fault::BadBcc,
        Fault::NoBcc,
        Fault::NoStart,
        Fault::NoSelect,
        Fault::SilenceAfter(1),
    ];

    /// The name on the command line.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Fault::Nak => "nak",
            Fault::Invalid => "invalid",
            Fault::Busy => "busy",
            Fault::NoAnswer => "no-answer",
            Fault::LostAck => "lost-ack",
            Fault::LateAnswer => "late-answer",
            Fault::WrongAddress => "wrong-address",
            Fault::Echo => "echo",
            Fault::BadParity => "bad-parity",
            Fault::MissingEot => "missing-eot",
            Fault::CutBlock => "cut-block",
            Fault::Garbage => "garbage",
            Fault::BadBcc => "bad-bcc",
            Fault::NoBcc => "no-bcc",
            Fault::NoStart => "no-start",
            Fault::NoSelect => "no-select",
            Fault::SilenceAfter(_) => "silence-after",
        }
    }

    /// One line for people: what the station does.
    #[must_use]
    pub const fn description(self) -> &'static str {
        match self {
            Fault::Nak => "answers a good block with '1' NAK, transmission error",
            Fault::Invalid => "answers a good block with '3' NAK, invalid message",
            Fault::Busy => "answers a select with '2' NAK",
            Fault::NoAnswer => "answers no select",
            Fault::LostAck => "takes a block, and its ACK is lost",
            Fault::LateAnswer => "answers a block after --late-by",
            Fault::WrongAddress => "the pager has another address, the panel calls another",
            Fault::Echo => "sends back what it hears, as a two-wire converter does",
            Fault::BadParity => "even parity left in bit 7: a 7-bit line on 8-bit ports",
            Fault::MissingEot => "leaves EOT out",
            Fault::CutBlock => "stops in the middle of a block",
            Fault::Garbage => "a burst of bytes that fit nothing before what it sends",
            Fault::BadBcc => "one wrong bit in the BCC",
            Fault::NoBcc => "leaves the BCC out",
            Fault::NoStart => "repeats a block without SOH and BCC after a NAK",
            Fault::NoSelect => "sends blocks without poll and select",
            Fault::SilenceAfter(_) => "says nothing after N calls; silence-after:N",
        }
    }

    /// Whether a station of this side can have it.
    #[must_use]
    pub const fn fits(self, station: Station) -> bool {
        match self {
            Fault::Nak
            | Fault::Invalid
            | Fault::Busy
            | Fault::NoAnswer
            | Fault::LostAck
            | Fault::LateAnswer => matches!(station, Station::Pager),
            Fault::NoStart | Fault::NoSelect => matches!(station, Station::Panel),
            _ => true,
        }
    }

    /// The sides that can have it, in a word.
    #[must_use]
    pub const fn sides(self) -> &'static str {
        match (self.fits(Station::Panel), self.fits(Station::Pager)) {
            (true, true) => "both",
            (true, false) => "panel",
            _ => "pager",
        }
    }

    /// Whether it is a fault in blocks; a pager sends those only as status information.
    #[must_use]
    pub const fn is_in_blocks(self) -> bool {
        matches!(self, Fault::CutBlock | Fault::BadBcc | Fault::NoBcc)
    }

    /// Whether it may show now and then; the others hold for the whole run.
    #[must_use]
    pub const fn takes_rate(self) -> bool {
        !matches!(
            self,
            Fault::WrongAddress | Fault::Echo | Fault::SilenceAfter(_)
        )
    }
}

impl Faults for Fault {
    const PROTOCOL: &'static str = "espa444";
    const EVERY: &'static [Self] = Self::ALL;

    fn name(self) -> &'static str {
        self.name()
    }

    fn takes_rate(self) -> bool {
        self.takes_rate()
    }

    fn calls(self) -> Option<u32> {
        match self {
            Fault::SilenceAfter(calls) => Some(calls),
            _ => None,
        }
    }

    fn with_calls(self, calls: u32) -> Self {
        match self {
            Fault::SilenceAfter(_) => Fault::SilenceAfter(calls),
            other => other,
        }
    }
}

/// A fault of a station and how often it shows.
///
/// ```
/// use alarm_lab::espa444::{Fault, FaultRate};
///
/// assert_eq!("nak".parse(), Ok(FaultRate::always(Fault::Nak)));
/// let now_and_then: FaultRate = "bad-bcc:30".parse()?;
/// assert_eq!((now_and_then.fault, now_and_then.percent), (Fault::BadBcc, 30));
/// let silent: FaultRate = "silence-after:2".parse()?;
/// assert_eq!(silent.fault, Fault::SilenceAfter(2));
/// # Ok::<(), alarm_lab::UnknownFault>(())
/// ```
pub type FaultRate = crate::FaultRate<Fault>;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::UnknownFault;

    #[test]
    fn every_fault_reads_back_and_fits_a_side() {
        for &fault in Fault::ALL {
            let always = FaultRate::always(fault);
            assert_eq!(always.to_string().parse(), Ok(always));
            assert!(fault.fits(Station::Panel) || fault.fits(Station::Pager));
        }
        let mut sometimes = FaultRate::always(Fault::Nak);
        sometimes.percent = 30;
        assert_eq!("nak:30%".parse(), Ok(sometimes));
        assert_eq!("nak=30".parse(), Ok(sometimes));
        assert_eq!(sometimes.to_string(), "nak:30");
        for (text, error) in [
            ("nac", UnknownFault::Name("espa444")),
            ("nak:101", UnknownFault::Rate("nak")),
            ("echo:30", UnknownFault::NoRate("echo")),
            ("nak:", UnknownFault::Rate("nak")),
            ("silence-after", UnknownFault::Calls("silence-after")),
        ] {
            assert_eq!(text.parse::<FaultRate>(), Err(error), "{text}");
        }
    }
}
