//! A panel: sends reports to a station over TCP or UDP until they are answered.
//!
//! ```text
//! cargo run -p climax-rf --features aes,tokio --example panel -- \
//!     --tcp 127.0.0.1:5000 --account 4711 --event "1101 01 005"
//! ```
#![allow(clippy::print_stdout, clippy::print_stderr)]

use std::error::Error;
use std::process::ExitCode;
use std::time::Duration;

use climax_rf::contact_id::{
    self, Account, ContactId, EventCode, Group, MessageType, Qualifier, Report, Zone,
};
use climax_rf::dc09::{self, CrcForm, Key, Outgoing};
use climax_rf::driver::panel::{Machine, Outcome, PanelDriver};
use tokio::net::UdpSocket;

const HELP: &str = "\
Sends reports as a panel does, and says what became of each.

usage: panel (--tcp HOST:PORT | --udp HOST:PORT) [options]

  --tcp HOST:PORT         where the station listens
  --udp HOST:PORT         the same for datagrams
  --account ACCOUNT       4711 unless set otherwise
  --event \"QXYZ GG CCC\"   1602 00 000, a check-in, unless set otherwise
  --sia TEXT              SIA data instead, such as Nri1/MA0005
  --link-test             a link test instead
  --brackets              Contact ID in brackets; DC-09 unless set so
  --raw-crc               the CRC as two bytes
  --with-time             put the time into frames in clear
  --key DIGITS            encrypt: 32, 48 or 64 hexadecimal digits
  --answer MS             how long an answer may take, 10000 unless set otherwise
  --attempts N            how often each is sent, 3 unless set otherwise
  --count N               send it so often
";

type Failed = Box<dyn Error + Send + Sync>;
type Fallible<T> = Result<T, Failed>;

struct Options {
    tcp: Option<String>,
    udp: Option<String>,
    account: String,
    event: ContactId,
    sia: Option<String>,
    link_test: bool,
    brackets: bool,
    raw_crc: bool,
    with_time: bool,
    key: Option<Key>,
    answer: Duration,
    attempts: u32,
    count: u64,
}

/// `QXYZ GG CCC`.
fn event(text: &str) -> Option<ContactId> {
    let digits: Vec<u8> = text.bytes().filter(|&byte| byte != b' ').collect();
    let &[q, x, y, z, g, h, c, d, e] = &digits[..] else {
        return None;
    };
    Some(ContactId {
        qualifier: Qualifier::from_digit(q)?,
        code: EventCode::from_digits([x, y, z])?,
        group: Group::from_digits([g, h])?,
        zone: Zone::from_digits([c, d, e])?,
    })
}

fn options() -> Fallible<Option<Options>> {
    let mut options = Options {
        tcp: None,
        udp: None,
        account: "4711".into(),
        event: event("1602 00 000").ok_or("a check-in")?,
        sia: None,
        link_test: false,
        brackets: false,
        raw_crc: false,
        with_time: false,
        key: None,
        answer: Duration::from_secs(10),
        attempts: 3,
        count: 1,
    };
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        let mut value = || words.next().ok_or_else(|| format!("{word} needs a value"));
        match word.as_str() {
            "-h" | "--help" => return Ok(None),
            "--tcp" => options.tcp = Some(value()?),
            "--udp" => options.udp = Some(value()?),
            "--account" => options.account = value()?,
            "--event" => options.event = event(&value()?).ok_or("--event \"QXYZ GG CCC\"")?,
            "--sia" => options.sia = Some(value()?),
            "--link-test" => options.link_test = true,
            "--brackets" => options.brackets = true,
            "--raw-crc" => options.raw_crc = true,
            "--with-time" => options.with_time = true,
            "--key" => options.key = Some(Key::from_hexadecimal(&value()?)?),
            "--answer" => options.answer = Duration::from_millis(value()?.parse()?),
            "--attempts" => options.attempts = value()?.parse()?,
            "--count" => options.count = value()?.parse()?,
            _ => return Err(format!("unknown option {word}; --help says which there are").into()),
        }
    }
    let nowhere = options.tcp.is_none() && options.udp.is_none();
    Ok((!nowhere).then_some(options))
}

/// Sends one report after the other; whether all were taken.
async fn send<M, S, E>(options: &Options, machine: M, queue: S) -> Fallible<bool>
where
    M: Machine,
    S: FnMut(&mut M) -> Result<M::Id, E> + Clone + Send + 'static,
    E: Into<Failed> + Send + 'static,
{
    let (driver, handle) = PanelDriver::new(machine);
    let running = match (&options.tcp, &options.udp) {
        (Some(to), _) => tokio::spawn(driver.run_tcp(to.clone())),
        (None, Some(to)) => {
            let socket = UdpSocket::bind("0.0.0.0:0").await?;
            socket.connect(to).await?;
            tokio::spawn(driver.run_udp(socket))
        }
        (None, None) => return Err("nowhere to send to".into()),
    };
    let mut delivered = 0;
    for _ in 0..options.count {
        let mut queue = queue.clone();
        let sent = handle.send(move |panel: &mut M| queue(panel)).await?;
        match sent.map_err(Into::into)? {
            Outcome::Delivered => delivered += 1,
            outcome => eprintln!("{outcome:?}"),
        }
    }
    drop(handle);
    running.await?;
    println!("{delivered} of {} delivered", options.count);
    Ok(delivered == options.count)
}

async fn brackets(options: &Options) -> Fallible<bool> {
    let mut settings = contact_id::PanelSettings::default();
    (settings.answer, settings.attempts) = (options.answer, options.attempts);
    let (account, event) = (options.account.clone(), options.event);
    let queue = move |panel: &mut contact_id::Panel| -> Fallible<_> {
        let report = Report {
            account: Account::new(&account)?,
            message_type: MessageType::Standard,
            event,
        };
        Ok(panel.send(&report)?)
    };
    send(options, contact_id::Panel::new(settings), queue).await
}

async fn frames(options: &Options) -> Fallible<bool> {
    let mut settings = dc09::PanelSettings::new(&options.account)?;
    (settings.answer, settings.attempts) = (options.answer, options.attempts);
    settings.with_time = options.with_time;
    settings.key.clone_from(&options.key);
    if options.raw_crc {
        settings.form = CrcForm::Raw;
    }
    let content = match &options.sia {
        _ if options.link_test => Outgoing::LinkTest,
        Some(text) => Outgoing::Sia(text.clone().into_bytes()),
        None => Outgoing::ContactId(options.event),
    };
    let queue = move |panel: &mut dc09::Panel| panel.send(content.clone());
    send(options, dc09::Panel::new(settings), queue).await
}

#[tokio::main]
async fn main() -> ExitCode {
    let result = match options() {
        Ok(None) => {
            print!("{HELP}");
            return ExitCode::SUCCESS;
        }
        Ok(Some(options)) if options.brackets => brackets(&options).await,
        Ok(Some(options)) => frames(&options).await,
        Err(error) => Err(error),
    };
    match result {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
