//! How soon a receiver answers on a pseudo terminal.

use std::io::{self, Read, Write};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use espa444::link::Role;
use espa444::serial::{PortSettings, SerialLine};
use espa444::{Profile, blocking, link};
use serialport::{SerialPort, TTYPort};

const SELECT: &[u8] = b"\x041\x052\x05";
const CALL: &[u8] = b"\x011\x021\x1F31\x1E2\x1FTEST\x03\x39";
const ACK: u8 = 0x06;

/// Longer than any answer; the port gives up then.
const PATIENCE: Duration = Duration::from_secs(20);

/// Between two measurements, so that all but the last byte is with the receiver.
const PAUSE: Duration = Duration::from_millis(2);

/// Who says that a block is in safety.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DecidedBy {
    /// A closure, in the thread of the link.
    Decider,
    /// A thread of the application, through the handle.
    Handle,
}

/// From the BCC on its way to the port until the ACK is back at the other end, sorted.
///
/// # Errors
///
/// Those of the terminal, and an answer that is no ACK.
pub fn receiver(decided_by: DecidedBy, count: usize) -> io::Result<Vec<Duration>> {
    let (mut panel, port) = TTYPort::pair()?;
    let mut settings = PortSettings::default();
    // The other end of the same device is held here.
    settings.exclusive = false;
    let name = port.name().ok_or(io::ErrorKind::NotFound)?;
    let line = SerialLine::new(name, Profile::FIELD.serial, settings);
    let (driver, handle, events) = blocking::Driver::new(
        Role::receiver(),
        &Profile::FIELD,
        blocking::Settings::default(),
    );
    let by_handle = (decided_by == DecidedBy::Handle).then(|| handle.clone());
    let driver = if by_handle.is_some() {
        driver
    } else {
        driver.deciding(|_: &link::Received<'_>| blocking::Decision::Accept)
    };
    thread::spawn(move || {
        for event in &events {
            if let (Some(handle), blocking::Event::Link(link::Event::Block(block))) =
                (&by_handle, event)
            {
                let _ = handle.accept(block.id);
            }
        }
    });
    let running = driver.spawn(line)?;
    panel.set_timeout(PATIENCE)?;
    panel.write_all(SELECT)?;
    acknowledged(&mut panel)?;
    let (block, bcc) = CALL.split_at(CALL.len() - 1);
    let times = times(&mut panel, block, bcc, count);
    handle.shut_down(Duration::ZERO);
    drop(panel);
    let _ = running.join();
    times
}

/// The same from a thread that answers every byte at once: the limit of the terminal.
///
/// # Errors
///
/// Those of the terminal.
pub fn bare_terminal(count: usize) -> io::Result<Vec<Duration>> {
    let (mut panel, mut port) = TTYPort::pair()?;
    panel.set_timeout(PATIENCE)?;
    port.set_timeout(PATIENCE)?;
    let running: JoinHandle<io::Result<TTYPort>> = thread::spawn(move || {
        for _ in 0..count {
            port.read_exact(&mut [0])?;
            port.write_all(&[ACK])?;
        }
        // Closed here, it would take the last answer with it.
        Ok(port)
    });
    let times = times(&mut panel, b"", &[0x39], count)?;
    match running.join() {
        Ok(result) => result.map(|_| times),
        Err(_) => Err(io::ErrorKind::Other.into()),
    }
}

fn times(panel: &mut TTYPort, block: &[u8], bcc: &[u8], count: usize) -> io::Result<Vec<Duration>> {
    let mut times = Vec::with_capacity(count);
    for _ in 0..count {
        panel.write_all(block)?;
        thread::sleep(PAUSE);
        let sent = Instant::now();
        panel.write_all(bcc)?;
        acknowledged(panel)?;
        times.push(sent.elapsed());
    }
    times.sort();
    Ok(times)
}

fn acknowledged(panel: &mut TTYPort) -> io::Result<()> {
    let mut answer = [0];
    panel.read_exact(&mut answer)?;
    if answer == [ACK] {
        Ok(())
    } else {
        Err(io::ErrorKind::InvalidData.into())
    }
}
