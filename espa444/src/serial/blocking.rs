//! A port for a thread.

use core::fmt;
use std::boxed::Box;
use std::io::{self, Read, Write};

use serialport::SerialPort;

use super::{Latency, SerialLine, has_seven_bits};
use crate::blocking::Connect;
use crate::profile::Serial;

/// An open port. Reading gives up with `TimedOut` after 100 ms without a byte.
pub struct Port {
    inner: Box<dyn SerialPort>,
    serial: Serial,
    latency: Latency,
}

impl Port {
    pub(super) fn new(inner: Box<dyn SerialPort>, serial: Serial, latency: Latency) -> Self {
        Port {
            inner,
            serial,
            latency,
        }
    }

    /// What was found about the latency of the adapter.
    #[must_use]
    pub const fn latency(&self) -> Latency {
        self.latency
    }

    /// A second one, so that one thread can read and another write.
    ///
    /// # Errors
    ///
    /// What the system says.
    pub fn try_clone(&self) -> io::Result<Port> {
        let inner = self.inner.try_clone()?;
        Ok(Port::new(inner, self.serial, self.latency))
    }
}

impl Read for Port {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.inner.read(buffer)?;
        if has_seven_bits(self.serial) {
            buffer[..length].iter_mut().for_each(|byte| *byte &= 0x7F);
        }
        Ok(length)
    }
}

impl Write for Port {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if !has_seven_bits(self.serial) || bytes.is_ascii() {
            return self.inner.write(bytes);
        }
        let mut buffer = [0; 256];
        let length = bytes.len().min(buffer.len());
        for (to, from) in buffer.iter_mut().zip(bytes) {
            *to = from & 0x7F;
        }
        self.inner.write(&buffer[..length])
    }

    /// Waits until all is on the line. Answers do not need it.
    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

impl Connect for SerialLine {
    type Reader = Port;
    type Writer = Port;

    fn connect(&mut self) -> io::Result<(Port, Port)> {
        let port = self.open()?;
        Ok((port.try_clone()?, port))
    }
}

impl fmt::Debug for Port {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Port")
            .field("name", &self.inner.name())
            .field("serial", &self.serial)
            .field("latency", &self.latency)
            .finish()
    }
}
