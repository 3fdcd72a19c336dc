//! A small monitoring station: takes the reports of panels over TCP and UDP, keeps them, answers.
//!
//! A report is printed, and written to a file if one is named, before its answer leaves.
//!
//! ```text
//! cargo run -p climax-rf --features aes,tokio --example station -- --tcp 127.0.0.1:5000
//! ```
#![allow(clippy::print_stdout, clippy::print_stderr)]

use std::collections::HashMap;
use std::error::Error;
use std::fs::File;
use std::io::Write;
use std::process::ExitCode;

use climax_rf::contact_id::{self, Account};
use climax_rf::dc09::{self, Body, CrcForm, Key, Refusal, Security, Unaccepted};
use climax_rf::driver::{Driver, Event, Kind, Settings};
use climax_rf::station;
use tokio::net::{TcpListener, UdpSocket};

const HELP: &str = "\
Takes the reports of panels and prints one line for each.

usage: station [--tcp HOST:PORT] [--udp HOST:PORT] [options]

  --tcp HOST:PORT       Contact ID in brackets and DC-09, whichever comes
  --udp HOST:PORT       DC-09
  --key ACCOUNT=DIGITS  this account encrypts: 32, 48 or 64 hexadecimal digits
  --store FILE          append each report to a file and sync it before the answer
  --refuse silence|nak|duh   take no report
  --nak                 answer what cannot be read or opened with NAK
  --count N             end after N reports
";

type Fallible<T = ()> = Result<T, Box<dyn Error + Send + Sync>>;

#[derive(Default)]
struct Options {
    tcp: Option<String>,
    udp: Option<String>,
    keys: HashMap<Vec<u8>, Key>,
    store: Option<File>,
    refuse: Option<Refusal>,
    nak: bool,
    count: Option<u64>,
}

fn options() -> Fallible<Option<Options>> {
    let mut options = Options::default();
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        let mut value = || words.next().ok_or_else(|| format!("{word} needs a value"));
        match word.as_str() {
            "-h" | "--help" => return Ok(None),
            "--tcp" => options.tcp = Some(value()?),
            "--udp" => options.udp = Some(value()?),
            "--key" => {
                let text = value()?;
                let (account, digits) = text.split_once('=').ok_or("--key ACCOUNT=DIGITS")?;
                let key = Key::from_hexadecimal(digits)?;
                options.keys.insert(account.as_bytes().to_vec(), key);
            }
            "--store" => {
                let open = File::options().create(true).append(true).open(value()?)?;
                options.store = Some(open);
            }
            "--refuse" => {
                options.refuse = Some(match value()?.as_str() {
                    "silence" => Refusal::Silence,
                    "nak" => Refusal::Nak,
                    "duh" => Refusal::Duh,
                    _ => return Err("--refuse: silence, nak or duh".into()),
                });
            }
            "--nak" => options.nak = true,
            "--count" => options.count = Some(value()?.parse()?),
            _ => return Err(format!("unknown option {word}; --help says which there are").into()),
        }
    }
    let nowhere = options.tcp.is_none() && options.udp.is_none();
    Ok((!nowhere).then_some(options))
}

/// One line of text for a report, nothing for what needs no decision.
fn describe(event: &station::Event) -> Fallible<Option<String>> {
    let warned = |count: usize| match count {
        0 => String::new(),
        count => format!(" warnings={count}"),
    };
    Ok(Some(match event {
        station::Event::ContactId(contact_id::Event::Report { message, .. }) => {
            let decoded = message.decode(&contact_id::DecodeOptions::lenient())?;
            let (account, event) = (decoded.report.account, decoded.report.event);
            let warnings = warned(decoded.warnings.len());
            format!("brackets account={account} event={event}{warnings}")
        }
        station::Event::Dc09(dc09::Event::Frame { message, from, .. }) => {
            let decoded = message.decode()?;
            let frame = &decoded.frame;
            let data = frame.data(&dc09::DecodeOptions::lenient())?;
            let account = match frame.reporting_account(&data) {
                Some(account) => account.to_string(),
                None => "-".into(),
            };
            let what = match data.body {
                Body::Empty => String::new(),
                Body::ContactId(event) => format!(" event={event}"),
                Body::Sia(data) => format!(" sia={}", data.as_bytes().escape_ascii()),
                _ => " other".into(),
            };
            let crc = match decoded.crc_form {
                CrcForm::Raw => "raw",
                CrcForm::Hexadecimal => "digits",
            };
            format!(
                "{} {} account={account} sequence={}{what} crc={crc} encrypted={}{}",
                if from.is_some() { "datagram" } else { "frame" },
                frame.token,
                frame.sequence,
                if decoded.encrypted { "yes" } else { "no" },
                warned(decoded.warnings.len() + data.warnings.len()),
            )
        }
        _ => return Ok(None),
    }))
}

async fn follow(
    handle: &climax_rf::driver::Handle,
    mut events: tokio::sync::mpsc::Receiver<Event>,
    options: &mut Options,
) -> Fallible {
    let mut count = 0;
    while let Some(event) = events.recv().await {
        let Kind::Station(said) = &event.kind else {
            continue;
        };
        let Some(id) = event.to_decide() else {
            eprintln!("{said:?}");
            continue;
        };
        let line = describe(said)?.unwrap_or_else(|| "a format of its own".into());
        if let Some(refusal) = options.refuse {
            eprintln!("refused: {line}");
            if let Err(error) = handle.refuse(id, refusal).await {
                eprintln!("{error}");
            }
            continue;
        }
        if let Some(file) = &mut options.store {
            // The panel waits meanwhile, for seconds if it must.
            writeln!(file, "{line}")?;
            file.sync_data()?;
        }
        println!("{line}");
        // Without the connection there is no answer, and the panel repeats the report.
        if let Err(error) = handle.accept(id).await {
            eprintln!("{error}");
        }
        count += 1;
        if options.count == Some(count) {
            break;
        }
    }
    Ok(())
}

async fn run(mut options: Options) -> Fallible {
    let keys = std::mem::take(&mut options.keys);
    let accounts = move |account: Option<Account<'_>>| {
        let key = account.and_then(|account| keys.get(account.as_bytes()));
        key.map_or(Security::Clear, |key| Security::Encrypted(key.clone()))
    };
    let mut settings = Settings::default();
    if options.nak {
        settings.station.dc09.unreadable = Unaccepted::Nak;
        settings.station.dc09.not_opened = Unaccepted::Nak;
    }
    let (driver, handle, events) = Driver::new(settings, accounts);
    if let Some(address) = &options.tcp {
        let listener = TcpListener::bind(address).await?;
        eprintln!("tcp on {}", listener.local_addr()?);
        tokio::spawn(driver.clone().listen(listener));
    }
    if let Some(address) = &options.udp {
        let socket = UdpSocket::bind(address).await?;
        eprintln!("udp on {}", socket.local_addr()?);
        tokio::spawn(driver.clone().serve_udp(socket));
    }
    drop(driver);
    follow(&handle, events, &mut options).await
}

#[tokio::main]
async fn main() -> ExitCode {
    let result = match options() {
        Ok(None) => {
            print!("{HELP}");
            return ExitCode::SUCCESS;
        }
        Ok(Some(options)) => run(options).await,
        Err(error) => Err(error),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
