//! What panels in the field, and paths to the station, do wrong.

use std::fmt;
use std::str::FromStr;

use super::line::Transport;
use super::panel::Format;

/// Seconds by which the clock of [`Fault::TimeOff`] is off when no number is given.
const AN_HOUR_BEHIND: i32 = -3600;

/// Something that a simulated panel does wrong (Climax reference 5.2 and 5.4).
///
/// [`FromStr`] reads its name; `time-off:120` says by how many seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Fault {
    /// One digit of the checksum, or of the CRC, is wrong.
    WrongChecksum,
    /// The checksum is left out, as made-up test tools do. Contact ID only.
    NoChecksum,
    /// It does not wait for answers: everything is sent, and the connection ended.
    NoWait,
    /// Every report goes over a second path as well.
    TwoPaths,
    /// The CRC is two raw bytes. DC-09 only.
    RawCrc,
    /// One byte in a segment. TCP only.
    Split,
    /// Four reports in a segment. TCP only.
    Glue,
    /// It encrypts with a key that nobody has. DC-09 only.
    UnknownKey,
    /// Its clock is off at the start; a `NAK` sets it. DC-09 only.
    TimeOff(
        /// Seconds; negative: behind.
        i32,
    ),
    /// Bytes without meaning behind each report. TCP only: as the first bytes of a connection they
    /// would be those of another format.
    Junk,
    /// Zero bytes behind each frame. DC-09 only.
    ZeroBytes,
}

impl Fault {
    /// Every fault, [`Fault::TimeOff`] with an hour.
    pub const ALL: &'static [Fault] = &[
        Fault::WrongChecksum,
        Fault::NoChecksum,
        Fault::NoWait,
        Fault::TwoPaths,
        Fault::RawCrc,
        Fault::Split,
        Fault::Glue,
        Fault::UnknownKey,
        Fault::TimeOff(AN_HOUR_BEHIND),
        Fault::Junk,
        Fault::ZeroBytes,
    ];

    /// The name on the command line.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Fault::WrongChecksum => "wrong-checksum",
            Fault::NoChecksum => "no-checksum",
            Fault::NoWait => "no-wait",
            Fault::TwoPaths => "two-paths",
            Fault::RawCrc => "raw-crc",
            Fault::Split => "split",
            Fault::Glue => "glue",
            Fault::UnknownKey => "unknown-key",
            Fault::TimeOff(_) => "time-off",
            Fault::Junk => "junk",
            Fault::ZeroBytes => "zero-bytes",
        }
    }

    /// One line for people: what the panel does.
    #[must_use]
    pub const fn description(self) -> &'static str {
        match self {
            Fault::WrongChecksum => "one wrong digit in checksum or CRC: no answer, or NAK",
            Fault::NoChecksum => "leaves the checksum out, as test tools do",
            Fault::NoWait => "waits for no answer, and ends the connection behind the last report",
            Fault::TwoPaths => {
                "every report over a second path too: both are answered, one is raised"
            }
            Fault::RawCrc => "the CRC in two raw bytes: the answer has them too",
            Fault::Split => "one byte in a segment",
            Fault::Glue => "four reports in a segment: each is answered",
            Fault::UnknownKey => "encrypts with a key that nobody has: no answer, or NAK",
            Fault::TimeOff(_) => "a clock an hour behind, or time-off:SECONDS: NAK with the time",
            Fault::Junk => "bytes without meaning behind each report",
            Fault::ZeroBytes => "zero bytes behind each frame",
        }
    }

    /// The format that it needs; `None`: either.
    #[must_use]
    pub const fn needs_format(self) -> Option<Format> {
        match self {
            Fault::NoChecksum => Some(Format::ContactId),
            Fault::RawCrc | Fault::UnknownKey | Fault::TimeOff(_) | Fault::ZeroBytes => {
                Some(Format::Dc09)
            }
            _ => None,
        }
    }

    /// The transport that it needs; `None`: either.
    #[must_use]
    pub const fn needs_transport(self) -> Option<Transport> {
        match self {
            Fault::Split | Fault::Glue | Fault::Junk => Some(Transport::Tcp),
            _ => None,
        }
    }

    /// The formats it is for, in a word.
    #[must_use]
    pub const fn formats(self) -> &'static str {
        match self.needs_format() {
            Some(format) => format.name(),
            None => "both",
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A text that names no fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no such fault; `alarm-lab faults climax-panel` lists them (only time-off takes a number)")]
#[non_exhaustive]
pub struct UnknownFault;

impl FromStr for Fault {
    type Err = UnknownFault;

    fn from_str(text: &str) -> Result<Self, UnknownFault> {
        if let Some(seconds) = text.strip_prefix("time-off:") {
            return seconds
                .parse()
                .map(Fault::TimeOff)
                .map_err(|_| UnknownFault);
        }
        let mut all = Fault::ALL.iter().copied();
        all.find(|fault| fault.name() == text).ok_or(UnknownFault)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fault_reads_back_from_its_name() {
        for fault in Fault::ALL {
            assert_eq!(fault.name().parse(), Ok(*fault));
        }
        assert_eq!("time-off:-7".parse(), Ok(Fault::TimeOff(-7)));
        for text in ["", "time-off:", "time-off:soon", "glue:3"] {
            assert_eq!(text.parse::<Fault>(), Err(UnknownFault), "{text}");
        }
    }
}
