//! Settings of a serial port. The port itself belongs to the caller of the crate.

use core::fmt;
use core::time::Duration;

/// Parity of a serial port.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Parity {
    /// None.
    None,
    /// Even, as the standard has it.
    Even,
    /// Odd.
    Odd,
}

/// Stop bits of a serial port. A sender may always use two.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum StopBits {
    /// One.
    One,
    /// Two, as the standard has it.
    Two,
}

/// Settings of a serial port (ESPA reference 1). It must be raw, without any flow control: a BCC
/// may be XON or XOFF.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Serial {
    /// Bits per second, 300 to 9600 by the standard. 0 where there is no port, as on TCP.
    pub baud: u32,
    /// 7 or 8.
    pub data_bits: u8,
    /// Parity.
    pub parity: Parity,
    /// Stop bits.
    pub stop_bits: StopBits,
}

impl Serial {
    /// 9600 8N1, what to try first.
    pub const FIELD: Serial = Serial::new(9600, 8, Parity::None, StopBits::One);
    /// 9600 7E2, the frame of the standard.
    pub const STANDARD: Serial = Serial::new(9600, 7, Parity::Even, StopBits::Two);
    /// No serial port: no character times.
    pub const ABSENT: Serial = Serial::new(0, 8, Parity::None, StopBits::One);

    /// Any settings.
    #[must_use]
    pub const fn new(baud: u32, data_bits: u8, parity: Parity, stop_bits: StopBits) -> Self {
        Serial {
            baud,
            data_bits,
            parity,
            stop_bits,
        }
    }

    /// Bits of one character on the line, start bit included.
    #[must_use]
    pub const fn bits(&self) -> u32 {
        let parity = match self.parity {
            Parity::None => 0,
            Parity::Even | Parity::Odd => 1,
        };
        let stop = match self.stop_bits {
            StopBits::One => 1,
            StopBits::Two => 2,
        };
        1 + self.data_bits as u32 + parity + stop
    }

    /// How long one character takes (the table of ESPA reference 5); zero without a port.
    #[must_use]
    pub const fn character_time(&self) -> Duration {
        if self.baud == 0 {
            return Duration::ZERO;
        }
        Duration::from_micros(self.bits() as u64 * 1_000_000 / self.baud as u64)
    }
}

impl fmt::Display for Serial {
    /// As installers write it: `9600 8N1`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parity = match self.parity {
            Parity::None => 'N',
            Parity::Even => 'E',
            Parity::Odd => 'O',
        };
        let stop = match self.stop_bits {
            StopBits::One => 1,
            StopBits::Two => 2,
        };
        write!(f, "{} {}{parity}{stop}", self.baud, self.data_bits)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn section_5_the_times_of_characters() {
        for (baud, micros) in [(300, 36_666), (1200, 9_166), (2400, 4_583)] {
            let serial = Serial::new(baud, 7, Parity::Even, StopBits::Two);
            assert_eq!(serial.character_time(), Duration::from_micros(micros));
        }
        assert_eq!(Serial::FIELD.character_time(), Duration::from_micros(1_041));
        assert_eq!(Serial::ABSENT.character_time(), Duration::ZERO);
        assert_eq!(std::format!("{}", Serial::STANDARD), "9600 7E2");
    }
}
