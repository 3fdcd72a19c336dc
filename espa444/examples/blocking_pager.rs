//! The smallest receiver on a serial port, without a runtime: `blocking_pager /dev/ttyUSB0`.
#![allow(clippy::print_stdout, clippy::print_stderr)]

use espa444::blocking::{Driver, Event, Settings};
use espa444::serial::{PortSettings, SerialLine};
use espa444::{Profile, Role, link};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let Some(path) = std::env::args().nth(1).filter(|path| path != "--help") else {
        println!("usage: blocking_pager PATH\n\nPrints the calls on a serial port, 9600 8N1.");
        return Ok(());
    };
    let profile = Profile::FIELD;
    let line = SerialLine::new(path, profile.serial, PortSettings::default());
    let (driver, handle, events) = Driver::new(Role::receiver(), &profile, Settings::default());
    let running = driver.spawn(line)?;
    for event in &events {
        let Event::Link(link::Event::Block(call)) = event else {
            eprintln!("{event:?}");
            continue;
        };
        let text = call.block.block().display_message();
        let text = text.map(|text| text.decode_line(profile.characters).into_owned());
        // This is where a call is kept, before it is acknowledged.
        println!("{}", text.unwrap_or_default());
        if let Err(error) = handle.accept(call.id) {
            eprintln!("{error}");
        }
    }
    running.join().map_err(|_| "the driver panicked")?;
    Ok(())
}
