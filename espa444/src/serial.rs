//! Serial ports as ESPA 4.4.4 needs them (ESPA reference 1), over the `serialport` crate.
//!
//! Ports are opened raw and exclusive: no flow control, since a BCC may be XON or XOFF, no
//! translation of CR and LF, no echo, no signals, no parity marks in the stream. Speed, bits and
//! parity come from [`Profile::serial`](crate::Profile::serial).
//!
//! [`SerialLine`] is what the drivers open, again and again: with feature `serial` for the
//! `blocking` driver, with feature `tokio-serial` for the
//! `driver`.
//!
//! - With 7 data bits, bit 7 is taken off in both directions, also where the port underneath
//!   carries it, as pseudo terminals do.
//! - The system does not say which character had a parity or framing error: it gives NUL for it,
//!   or leaves it out. The BCC then does not fit, and `'1'` NAK is answered. A port of your own
//!   that does know may say so by a read error of kind `InvalidData`.
//! - A serial port does not say when a cable is pulled; supervision does. It does say when a USB
//!   adapter is gone: the driver then opens it again until it is back.

#[cfg(feature = "serial")]
mod blocking;
mod latency;
#[cfg(feature = "tokio-serial")]
mod nonblocking;

use core::time::Duration;
use std::io;
use std::string::String;

use serialport::SerialPortBuilder;

use crate::profile::{Parity, Serial, StopBits};

#[cfg(feature = "serial")]
pub use blocking::Port;
pub use latency::Latency;
#[cfg(feature = "tokio-serial")]
pub use nonblocking::AsyncPort;

/// Reads of a blocking port come back after this time, so that its thread can be ended.
const READ_TIME: Duration = Duration::from_millis(100);

/// What there is to a port besides its [`Serial`] settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct PortSettings {
    /// Nobody else can open it; on by default.
    pub exclusive: bool,
    /// Set the latency timer of an FTDI adapter to 1 ms, where the system has one and allows it;
    /// on by default. It is 16 ms otherwise, for every answer.
    pub low_latency: bool,
    /// The level of DTR; as the system opens it by default. Some converters live on it.
    pub data_terminal_ready: Option<bool>,
    /// The level of RTS, likewise.
    pub request_to_send: Option<bool>,
}

impl Default for PortSettings {
    fn default() -> Self {
        PortSettings {
            exclusive: true,
            low_latency: true,
            data_terminal_ready: None,
            request_to_send: None,
        }
    }
}

/// A port by its name, to be opened as often as needed.
#[derive(Debug, Clone)]
pub struct SerialLine {
    path: String,
    serial: Serial,
    settings: PortSettings,
}

impl SerialLine {
    /// A port such as `/dev/ttyUSB0` or `COM3`.
    #[must_use]
    pub fn new(path: impl Into<String>, serial: Serial, settings: PortSettings) -> Self {
        SerialLine {
            path: path.into(),
            serial,
            settings,
        }
    }

    /// Its name.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Opens it for a thread.
    ///
    /// # Errors
    ///
    /// `InvalidInput` for settings that no port has, otherwise what the system says.
    #[cfg(feature = "serial")]
    pub fn open(&self) -> io::Result<Port> {
        let mut port = builder(&self.path, self.serial, &self.settings)?.open()?;
        set_levels(port.as_mut(), &self.settings)?;
        Ok(Port::new(port, self.serial, self.latency()))
    }

    /// Opens it for tokio, inside a runtime.
    ///
    /// # Errors
    ///
    /// `InvalidInput` for settings that no port has, otherwise what the system says.
    #[cfg(feature = "tokio-serial")]
    pub fn open_async(&self) -> io::Result<AsyncPort> {
        let builder = builder(&self.path, self.serial, &self.settings)?;
        let mut port = tokio_serial::SerialStream::open(&builder)?;
        set_levels(&mut port, &self.settings)?;
        Ok(AsyncPort::new(port, self.serial, self.latency()))
    }

    fn latency(&self) -> Latency {
        if self.settings.low_latency {
            latency::lower(&self.path)
        } else {
            Latency::Untouched
        }
    }
}

fn set_levels(port: &mut dyn serialport::SerialPort, settings: &PortSettings) -> io::Result<()> {
    if let Some(level) = settings.data_terminal_ready {
        port.write_data_terminal_ready(level)?;
    }
    if let Some(level) = settings.request_to_send {
        port.write_request_to_send(level)?;
    }
    Ok(())
}

fn builder(path: &str, serial: Serial, settings: &PortSettings) -> io::Result<SerialPortBuilder> {
    let invalid = |what| Err(io::Error::new(io::ErrorKind::InvalidInput, what));
    let data_bits = match serial.data_bits {
        7 => serialport::DataBits::Seven,
        8 => serialport::DataBits::Eight,
        _ => return invalid("a line has 7 or 8 data bits"),
    };
    if serial.baud == 0 {
        return invalid("these settings are not those of a serial port: 0 bits per second");
    }
    Ok(serialport::new(path, serial.baud)
        .data_bits(data_bits)
        .parity(match serial.parity {
            Parity::None => serialport::Parity::None,
            Parity::Even => serialport::Parity::Even,
            Parity::Odd => serialport::Parity::Odd,
        })
        .stop_bits(match serial.stop_bits {
            StopBits::One => serialport::StopBits::One,
            StopBits::Two => serialport::StopBits::Two,
        })
        .flow_control(serialport::FlowControl::None)
        .exclusive(settings.exclusive)
        .timeout(READ_TIME))
}

/// Whether bit 7 is no part of a character.
const fn has_seven_bits(serial: Serial) -> bool {
    serial.data_bits == 7
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_that_no_port_has_are_refused_before_a_port_is_touched() {
        let nine = Serial::new(9600, 9, Parity::None, StopBits::One);
        for serial in [Serial::ABSENT, nine] {
            let error = builder("nowhere", serial, &PortSettings::default()).map(drop);
            assert_eq!(
                error.map_err(|error| error.kind()),
                Err(io::ErrorKind::InvalidInput)
            );
        }
        assert!(builder("nowhere", Serial::STANDARD, &PortSettings::default()).is_ok());
    }
}
