//! A complete receiver: takes calls on a serial line or over TCP and prints them.
//!
//! A call is printed, and written to a file if one is named, before its ACK leaves.
#![allow(clippy::print_stdout, clippy::print_stderr)]

mod common;

use std::fs::File;
use std::io::Write;
use std::process::ExitCode;
use std::time::Duration;

use common::{Fallible, LINE_HELP, LineOptions, value};
use espa444::driver::{DecideError, Decision, Driver, Event, Handle};
use espa444::link::{self, Received, Refusal};
use espa444::{BlockBuf, CallStatus, CharacterSet, Header, Role};

const HELP: &str = "\
Takes calls as a pager system does ('2'), and prints one line for each.

usage: pager (--serial PATH | --listen HOST:PORT | --connect HOST:PORT) [options]

What it does with calls:
  --store FILE            append each call to a file and sync it before the ACK
  --status                report each call as paged when the panel polls
  --busy SECONDS          answer selects with busy for so long at first
  --refuse busy|invalid   take no call
  --listen-only           beside the receiver that answers: send not a single byte
  --owner                 own the line, and poll the panel
  --count N               end after N calls
";

#[derive(Default)]
struct Options {
    line: LineOptions,
    store: Option<String>,
    status: bool,
    busy: Option<u64>,
    refuse: Option<Refusal>,
    listen_only: bool,
    owner: bool,
    count: Option<u64>,
}

fn options() -> Fallible<Option<Options>> {
    let mut options = Options::default();
    let mut words = std::env::args().skip(1).peekable();
    if words.peek().is_none() {
        return Ok(None);
    }
    while let Some(word) = words.next() {
        match word.as_str() {
            "-h" | "--help" => return Ok(None),
            "--store" => options.store = Some(value(&mut words, &word)?),
            "--status" => options.status = true,
            "--busy" => options.busy = Some(value(&mut words, &word)?),
            "--refuse" => {
                options.refuse = Some(match value::<String>(&mut words, &word)?.as_str() {
                    "busy" => Refusal::Busy,
                    "invalid" => Refusal::Invalid,
                    _ => return Err("--refuse: busy or invalid".into()),
                });
            }
            "--listen-only" => options.listen_only = true,
            "--owner" => options.owner = true,
            "--count" => options.count = Some(value(&mut words, &word)?),
            _ if options.line.take(&word, &mut words)? => {}
            _ => return Err(format!("unknown option {word}; --help says which there are").into()),
        }
    }
    Ok(Some(options))
}

/// One line of text for a call.
fn describe(received: &Received<'_>, characters: CharacterSet) -> String {
    let block = received.block.block();
    let known = |value: Option<String>| value.unwrap_or_else(|| "-".into());
    let header = block.header();
    let kind = match header {
        Header::CALL if block.is_reset() => "reset",
        Header::CALL => "call",
        Header::STATUS_INFORMATION => "status",
        Header::STATUS_REQUEST => "status request",
        Header::SUBSCRIBER_LINE_CALL => "subscriber line",
        _ => "other",
    };
    let address = block
        .call_address()
        .map(|address| String::from_utf8_lossy(address.as_bytes()).into_owned());
    let text = block.display_message();
    format!(
        "{kind} to={} priority={} type={} beep={} repeat={} warnings={} text={}",
        known(address),
        known(block.priority().map(|one| one.to_string())),
        known(block.call_type().map(|one| one.to_string())),
        known(block.beep_code().map(|one| one.to_string())),
        if received.possible_repeat.is_some() {
            "maybe"
        } else {
            "no"
        },
        received.block.warnings().len(),
        known(text.map(|text| text.decode_line(characters).into_owned())),
    )
}

/// The status goes out when the panel polls.
async fn report_paged(handle: &Handle, received: &Received<'_>) {
    let block = received.block.block();
    if block.header() != Header::CALL || block.is_reset() {
        return;
    }
    let sent = match BlockBuf::status_information(&block, CallStatus::PAGED) {
        Ok(status) => handle.send(status).await.map_err(|error| error.to_string()),
        Err(error) => Err(error.to_string()),
    };
    if let Err(error) = sent {
        eprintln!("no status: {error}");
    }
}

async fn follow(
    handle: &Handle,
    mut events: tokio::sync::mpsc::Receiver<Event>,
    options: &Options,
    file: Option<File>,
) -> Fallible {
    let characters = options.line.profile().characters;
    let mut file = file;
    let mut calls = 0;
    while let Some(event) = events.recv().await {
        match event {
            Event::Link(link::Event::Block(received)) => {
                let line = describe(&received, characters);
                if let Some(file) = &mut file {
                    // The line waits meanwhile; callers have seconds.
                    writeln!(file, "{line}")?;
                    file.sync_data()?;
                }
                println!("{line}");
                match handle.accept(received.id).await {
                    Ok(link::Accepted::Late) => eprintln!("too late: it will come again"),
                    Ok(_) => {}
                    // The next one has come, and nobody waits for an answer.
                    Err(DecideError::NotHeld(_)) if options.listen_only => {}
                    Err(error) => eprintln!("{error}"),
                }
                if options.status && !received.accepted {
                    report_paged(handle, &received).await;
                }
                calls += 1;
                if options.count == Some(calls) {
                    // Status that waits for a poll goes first.
                    handle.shut_down(Duration::from_secs(10));
                }
            }
            Event::Link(link::Event::Finding(finding)) => {
                eprintln!("finding: {finding}");
            }
            Event::Link(link::Event::LinkLost) => eprintln!("link lost"),
            Event::Link(link::Event::LinkRestored) => eprintln!("link restored"),
            other => eprintln!("{other:?}"),
        }
    }
    Ok(())
}

async fn run(options: Options) -> Fallible {
    let role = if options.listen_only {
        Role::listener()
    } else if options.owner {
        let polled = [options.line.remote.unwrap_or(espa444::Address::CALLER)];
        let own = options.line.address.unwrap_or(espa444::Address::RECEIVER);
        Role::control_station(own, &polled)
    } else {
        Role::receiver()
    };
    let file = match &options.store {
        Some(path) => Some(File::options().create(true).append(true).open(path)?),
        None => None,
    };
    let role = options.line.role(role);
    let (driver, handle, events) = Driver::new(role, &options.line.profile(), common::settings());
    // A refusal needs no thought: it is decided where the link is.
    let driver = match options.refuse {
        Some(refusal) => driver.deciding(move |_: &Received<'_>| Decision::Refuse(refusal)),
        None => driver,
    };
    if let Some(seconds) = options.busy {
        let handle = handle.clone();
        tokio::spawn(async move {
            let _ = handle.set_busy(true).await;
            tokio::time::sleep(Duration::from_secs(seconds)).await;
            let _ = handle.set_busy(false).await;
        });
    }
    let (ran, followed) = tokio::join!(
        options.line.run(driver),
        follow(&handle, events, &options, file)
    );
    ran.and(followed)
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let done = match options() {
        Ok(None) => {
            print!("{HELP}\n{LINE_HELP}");
            return ExitCode::SUCCESS;
        }
        Ok(Some(options)) => run(options).await,
        Err(error) => Err(error),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("pager: {error}");
            ExitCode::FAILURE
        }
    }
}
