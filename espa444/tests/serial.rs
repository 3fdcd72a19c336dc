//! Both roles against each other through a real terminal device, without other programs.
#![allow(clippy::unwrap_used, clippy::print_stdout)]
#![cfg(all(unix, feature = "serial", feature = "tokio-serial"))]

use std::io::{Read, Write};
use std::time::{Duration, Instant};

use espa444::link::{self, Received, Role};
use espa444::profile::{Parity, StopBits};
use espa444::serial::{PortSettings, SerialLine};
use espa444::{BlockBuf, FindingKind, Profile, RecordId, blocking, driver, parity, profile};
use serialport::{SerialPort, TTYPort};

const SELECT: &[u8] = b"\x041\x052\x05";
const CALL: &[u8] = b"\x011\x021\x1F31\x1E2\x1FTEST\x03\x39";

/// Two terminals joined by a pair of threads, as two ports are by a cable.
struct Cable {
    ends: [TTYPort; 2],
}

impl Cable {
    fn new(change: fn(usize, &mut [u8])) -> Self {
        let (master, first) = TTYPort::pair().unwrap();
        let (other, second) = TTYPort::pair().unwrap();
        let wires = [
            (
                master.try_clone_native().unwrap(),
                other.try_clone_native().unwrap(),
            ),
            (other, master),
        ];
        for (side, (mut from, mut to)) in wires.into_iter().enumerate() {
            from.set_timeout(Duration::from_secs(600)).unwrap();
            std::thread::spawn(move || {
                let mut buffer = [0; 256];
                while let Ok(length @ 1..) = from.read(&mut buffer) {
                    change(side, &mut buffer[..length]);
                    if to.write_all(&buffer[..length]).is_err() {
                        break;
                    }
                }
            });
        }
        Cable {
            ends: [first, second],
        }
    }

    fn line(&self, end: usize, serial: profile::Serial) -> SerialLine {
        let mut settings = PortSettings::default();
        // This test holds the other end of the same device.
        settings.exclusive = false;
        SerialLine::new(self.ends[end].name().unwrap(), serial, settings)
    }
}

fn plain(_: usize, _: &mut [u8]) {}

fn seven_even() -> profile::Serial {
    profile::Serial::new(9600, 7, Parity::Even, StopBits::One)
}

fn call(text: &[u8]) -> BlockBuf {
    let mut call = BlockBuf::call(b"208").unwrap();
    call.push(RecordId::DISPLAY_MESSAGE, text).unwrap();
    call
}

/// A profile that polls often, so that a test need not wait.
fn lively() -> Profile {
    let mut profile = Profile::FIELD;
    profile.timers.poll_interval = Some(Duration::from_millis(50));
    profile
}

#[test]
fn both_roles_talk_through_terminals_without_a_runtime() {
    let cable = Cable::new(plain);
    let (pager, pager_handle, pager_events) = blocking::Driver::new(
        Role::receiver(),
        &Profile::FIELD,
        blocking::Settings::default(),
    );
    let (panel, panel_handle, panel_events) =
        blocking::Driver::new(Role::caller(), &lively(), blocking::Settings::default());
    let running = [
        pager.spawn(cable.line(0, Profile::FIELD.serial)).unwrap(),
        panel.spawn(cable.line(1, Profile::FIELD.serial)).unwrap(),
    ];
    let id = panel_handle.send(call(b"RING")).unwrap();
    for event in &pager_events {
        if let blocking::Event::Link(link::Event::Block(block)) = event {
            pager_handle.accept(block.id).unwrap();
            // The status goes back when the panel polls.
            let status =
                BlockBuf::status_information(&block.block.block(), espa444::CallStatus::PAGED);
            pager_handle.send(status.unwrap()).unwrap();
            break;
        }
    }
    let (mut delivered, mut status) = (false, false);
    while !(delivered && status) {
        match panel_events.recv_timeout(Duration::from_secs(60)).unwrap() {
            blocking::Event::Link(link::Event::Delivered { id: done, .. }) => {
                assert_eq!(done, id);
                delivered = true;
            }
            blocking::Event::Link(link::Event::Block(block)) => {
                assert!(block.block.block().call_status().is_some());
                panel_handle.accept(block.id).unwrap();
                status = true;
            }
            _ => {}
        }
    }
    panel_handle.shut_down(Duration::from_secs(5));
    pager_handle.shut_down(Duration::from_secs(5));
    for thread in running {
        thread.join().unwrap();
    }
    assert!(panel_handle.status().is_err());
}

#[test]
fn a_line_of_7e1_on_a_port_of_8n1_is_understood_answered_and_reported() {
    // The panel sends parity in bit 7 and reads only seven bits, as its port would.
    let cable = Cable::new(|from, bytes| {
        if from == 1 {
            parity::add(bytes);
        }
    });
    let (pager, _pager_handle, pager_events) = blocking::Driver::new(
        Role::receiver(),
        &Profile::FIELD,
        blocking::Settings::default(),
    );
    let pager = pager.deciding(|_: &Received<'_>| blocking::Decision::Queue);
    let (panel, panel_handle, panel_events) =
        blocking::Driver::new(Role::caller(), &lively(), blocking::Settings::default());
    pager.spawn(cable.line(0, Profile::FIELD.serial)).unwrap();
    panel.spawn(cable.line(1, seven_even())).unwrap();
    let id = panel_handle.send(call(b"PARITY")).unwrap();
    loop {
        let event = panel_events.recv_timeout(Duration::from_secs(60)).unwrap();
        if let blocking::Event::Link(link::Event::Delivered { id: done, .. }) = event {
            assert_eq!(done, id);
            break;
        }
    }
    let (mut queued, mut reported) = (false, false);
    while !(queued && reported) {
        match pager_events.recv_timeout(Duration::from_secs(60)).unwrap() {
            blocking::Event::Queued(_) => queued = true,
            blocking::Event::Link(link::Event::Finding(finding)) => {
                reported |= finding.kind == FindingKind::ParityInData;
            }
            _ => {}
        }
    }
}

#[tokio::test]
async fn both_roles_talk_through_terminals_with_tokio() {
    let cable = Cable::new(plain);
    let (pager, _, mut pager_events) = driver::Driver::new(
        Role::receiver(),
        &Profile::FIELD,
        driver::Settings::default(),
    );
    let pager = pager.deciding(|_: &Received<'_>| driver::Decision::Queue);
    let (panel, panel_handle, mut panel_events) =
        driver::Driver::new(Role::caller(), &lively(), driver::Settings::default());
    tokio::spawn(pager.run(cable.line(0, seven_even())));
    tokio::spawn(panel.run(cable.line(1, seven_even())));
    let id = panel_handle.send(call(b"RING")).await.unwrap();
    let done = async {
        loop {
            let event = panel_events.recv().await.unwrap();
            if let driver::Event::Link(link::Event::Delivered { id, .. }) = event {
                return id;
            }
        }
    };
    let done = tokio::time::timeout(Duration::from_secs(60), done).await;
    assert_eq!(done.unwrap(), id);
    while !matches!(pager_events.recv().await.unwrap(), driver::Event::Queued(_)) {}
}

#[test]
fn a_port_that_goes_away_is_opened_again_until_it_is_back() {
    let directory = std::env::temp_dir().join(format!("espa444-serial-{}", std::process::id()));
    std::fs::create_dir_all(&directory).unwrap();
    let name = directory.join("port");
    let plug = |port: &TTYPort| {
        let _ = std::fs::remove_file(&name);
        std::os::unix::fs::symlink(port.name().unwrap(), &name).unwrap();
    };
    let mut settings = blocking::Settings::default();
    settings.reconnect = Duration::from_millis(10);
    settings.longest_reconnect = Duration::from_millis(50);
    let (pager, handle, events) =
        blocking::Driver::new(Role::receiver(), &Profile::FIELD, settings);
    let pager = pager.deciding(|_: &Received<'_>| blocking::Decision::Queue);
    let mut port_settings = PortSettings::default();
    port_settings.exclusive = false;
    let line = SerialLine::new(name.to_str().unwrap(), Profile::FIELD.serial, port_settings);
    let next = || events.recv_timeout(Duration::from_secs(60)).unwrap();
    let running = pager.spawn(line).unwrap();
    // It is not there yet.
    assert_eq!(next(), blocking::Event::Link(link::Event::LinkLost));
    for _ in 0..2 {
        let (mut panel, port) = TTYPort::pair().unwrap();
        plug(&port);
        while next() != blocking::Event::Connected {}
        panel.write_all(SELECT).unwrap();
        let mut answer = [0];
        panel.set_timeout(Duration::from_secs(20)).unwrap();
        panel.read_exact(&mut answer).unwrap();
        assert_eq!(answer, [0x06]);
        panel.write_all(CALL).unwrap();
        panel.read_exact(&mut answer).unwrap();
        assert_eq!(answer, [0x06]);
        std::fs::remove_file(&name).unwrap();
        drop((panel, port));
        while !matches!(next(), blocking::Event::Disconnected(_)) {}
    }
    handle.shut_down(Duration::ZERO);
    running.join().unwrap();
    std::fs::remove_dir_all(&directory).unwrap();
}

#[test]
fn a_port_of_seven_bits_carries_no_bit_7_in_either_direction() {
    let (mut other, port) = TTYPort::pair().unwrap();
    other.set_timeout(Duration::from_secs(20)).unwrap();
    let mut settings = PortSettings::default();
    settings.exclusive = false;
    let line = SerialLine::new(port.name().unwrap(), seven_even(), settings);
    let mut port = line.open().unwrap();
    let mut buffer = [0; 3];
    other.write_all(b"\x81\xB1\x05").unwrap();
    port.read_exact(&mut buffer).unwrap();
    assert_eq!(buffer, *b"\x011\x05");
    port.write_all(b"R\xD8Y").unwrap();
    other.read_exact(&mut buffer).unwrap();
    assert_eq!(buffer, *b"RXY");
}

#[test]
fn section_1_a_port_is_raw_and_belongs_to_one_program() {
    let (mut other, port) = TTYPort::pair().unwrap();
    other.set_timeout(Duration::from_secs(20)).unwrap();
    let line = SerialLine::new(
        port.name().unwrap(),
        Profile::FIELD.serial,
        PortSettings::default(),
    );
    drop(port);
    let mut port = line.open().unwrap();
    assert!(line.open().is_err(), "opened twice");
    // Everything that a terminal would act upon: signals, XON and XOFF, CR, LF, NUL, DEL, FF.
    let all: Vec<u8> = (0..=255).collect();
    let mut heard = vec![0; all.len()];
    other.write_all(&all).unwrap();
    port.read_exact(&mut heard).unwrap();
    assert_eq!(heard, all);
    port.write_all(&all).unwrap();
    other.read_exact(&mut heard).unwrap();
    assert_eq!(heard, all);
}

/// From the BCC on its way to the port until the ACK is back at the other end.
fn answer_times(panel: &mut TTYPort) -> Vec<Duration> {
    panel.set_timeout(Duration::from_secs(20)).unwrap();
    let mut answer = [0];
    panel.write_all(SELECT).unwrap();
    panel.read_exact(&mut answer).unwrap();
    let mut times = Vec::new();
    for _ in 0..200 {
        panel.write_all(&CALL[..CALL.len() - 1]).unwrap();
        // All of the block but its last byte is with the receiver.
        std::thread::sleep(Duration::from_millis(2));
        let sent = Instant::now();
        panel.write_all(&CALL[CALL.len() - 1..]).unwrap();
        panel.read_exact(&mut answer).unwrap();
        times.push(sent.elapsed());
        assert_eq!(answer, [0x06]);
    }
    times.sort();
    times
}

fn report(who: &str, times: &[Duration]) {
    let (median, worst) = (times[times.len() / 2], times[times.len() - 1]);
    println!(
        "{who}: BCC to ACK, median {median:?}, worst of {}: {worst:?}",
        times.len()
    );
    // Generous, for machines that do other things: it is well below 1 ms on an idle one.
    assert!(median < Duration::from_millis(20), "{who}: {median:?}");
}

#[test]
fn the_answer_to_a_block_leaves_within_milliseconds_of_its_bcc() {
    for decided_by in ["a decider", "the handle"] {
        let (mut panel, port) = TTYPort::pair().unwrap();
        let mut settings = PortSettings::default();
        settings.exclusive = false;
        let line = SerialLine::new(port.name().unwrap(), Profile::FIELD.serial, settings);
        let (pager, handle, events) = blocking::Driver::new(
            Role::receiver(),
            &Profile::FIELD,
            blocking::Settings::default(),
        );
        let running = if decided_by == "a decider" {
            let pager = pager.deciding(|_: &Received<'_>| blocking::Decision::Accept);
            pager.spawn(line).unwrap()
        } else {
            let handle = handle.clone();
            std::thread::spawn(move || {
                for event in &events {
                    if let blocking::Event::Link(link::Event::Block(block)) = event {
                        let _ = handle.accept(block.id);
                    }
                }
            });
            pager.spawn(line).unwrap()
        };
        report(&format!("thread, {decided_by}"), &answer_times(&mut panel));
        handle.shut_down(Duration::ZERO);
        running.join().unwrap();
    }
}

#[test]
fn the_answer_of_the_tokio_driver_leaves_within_milliseconds_too() {
    for decided_by in ["a decider", "the handle"] {
        let (mut panel, port) = TTYPort::pair().unwrap();
        let name = port.name().unwrap();
        let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
        let running = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .unwrap();
            runtime.block_on(async move {
                let mut settings = PortSettings::default();
                settings.exclusive = false;
                let line = SerialLine::new(name, Profile::FIELD.serial, settings);
                let (pager, handle, mut events) = driver::Driver::new(
                    Role::receiver(),
                    &Profile::FIELD,
                    driver::Settings::default(),
                );
                let pager = if decided_by == "a decider" {
                    pager.deciding(|_: &Received<'_>| driver::Decision::Accept)
                } else {
                    pager
                };
                tokio::spawn(pager.run(line));
                tokio::spawn(async move {
                    while let Some(event) = events.recv().await {
                        if let driver::Event::Link(link::Event::Block(block)) = event {
                            let _ = handle.accept(block.id).await;
                        }
                    }
                });
                let _ = stopped.await;
            });
        });
        report(&format!("tokio, {decided_by}"), &answer_times(&mut panel));
        drop(stop);
        running.join().unwrap();
    }
}
