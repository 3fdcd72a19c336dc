//! A relay that passes SCAIP on with its bytes unchanged.
//!
//! Requests come in over UDP and TCP and go out to the first of the next receivers that takes
//! them. A unit hears a positive answer only after the next receiver has given one, and hears what
//! that one said: `snu`, `mre`, `cre`, `tnu` and the rest, under the `ref` it sent. If nobody takes
//! a message in time the unit is told so before its own wait is over, and turns to its next
//! receiver.
//!
//! ```text
//! cargo run -p scaip --features tokio --example relay -- --next udp:127.0.0.1:5070
//! ```

#![allow(clippy::print_stdout, reason = "a program for people")]

#[path = "relay/core.rs"]
mod core;

use std::collections::VecDeque;
use std::hash::{BuildHasher, RandomState};
use std::net::SocketAddr;
use std::process::ExitCode;
use std::time::Duration;

use crate::core::{Relay, Settings};
use scaip::sender::ReceiverAddress;
use scaip::sip::Transport;

const HELP: &str = "\
Passes SCAIP on to the next receiver, byte for byte.

Usage: relay --next ADDRESS [options]

  --next TRANSPORT:HOST:PORT[/ACCOUNT]
                     a next receiver; again for the one to turn to when it fails.
                     TRANSPORT is udp or tcp; ACCOUNT is a SIP URI,
                     sip:alarm@HOST by default
  --udp IP:PORT      take requests here; again for more  [127.0.0.1:5060]
  --tcp IP:PORT      take requests here; again for more  [127.0.0.1:5060]
  --local IP:PORT    our own address towards receivers on UDP  [the system's choice]
  --patience SECONDS how long the next receivers may take together, 1 to 18  [15]
  --open NUMBER      messages in hand at once  [1000]
  --quiet            no line for each message
  --help             this text

Units wait about 20 s for their answer. Plain SIP is neither encrypted nor
authenticated: stay on loopback or on networks you trust.
";

fn parse(mut words: VecDeque<String>) -> Result<Option<Settings>, String> {
    let mut settings = Settings {
        udp: Vec::new(),
        tcp: Vec::new(),
        next: Vec::new(),
        local: SocketAddr::from(([0, 0, 0, 0], 0)),
        patience: Duration::from_secs(15),
        open: 1000,
        seeds: [seed(), seed()],
        quiet: false,
    };
    while let Some(word) = words.pop_front() {
        let mut value = || words.pop_front().ok_or(format!("{word} wants a value"));
        match word.as_str() {
            "--help" | "-h" => return Ok(None),
            "--quiet" => settings.quiet = true,
            "--next" => settings.next.push(next(&value()?)?),
            "--udp" => settings.udp.push(read(&value()?)?),
            "--tcp" => settings.tcp.push(read(&value()?)?),
            "--local" => settings.local = read(&value()?)?,
            "--open" => settings.open = read(&value()?)?,
            "--patience" => {
                let seconds: u64 = read(&value()?)?;
                if !(1..=18).contains(&seconds) {
                    return Err("--patience is 1 to 18: units wait 20 s".into());
                }
                settings.patience = Duration::from_secs(seconds);
            }
            other => return Err(format!("unknown option {other}")),
        }
    }
    if settings.next.is_empty() {
        return Err("at least one --next is needed".into());
    }
    if settings.open == 0 {
        return Err("--open is at least 1".into());
    }
    if settings.udp.is_empty() && settings.tcp.is_empty() {
        let default = SocketAddr::from(([127, 0, 0, 1], 5060));
        settings.udp.push(default);
        settings.tcp.push(default);
    }
    Ok(Some(settings))
}

fn read<T: std::str::FromStr<Err: std::fmt::Display>>(text: &str) -> Result<T, String> {
    text.parse().map_err(|error| format!("{text}: {error}"))
}

/// `udp:host:5060` or `tcp:[2001:db8::1]:5060/sip:alarm@example.net`.
fn next(text: &str) -> Result<ReceiverAddress, String> {
    let (transport, rest) = text
        .split_once(':')
        .ok_or(format!("{text}: TRANSPORT:HOST:PORT is wanted"))?;
    let transport = match transport {
        "udp" => Transport::Udp,
        "tcp" => Transport::Tcp,
        other => return Err(format!("{other} is neither udp nor tcp")),
    };
    let (place, account) = rest
        .split_once('/')
        .map_or((rest, None), |(place, account)| {
            (place, Some(account.to_owned()))
        });
    let (host, port) = place
        .rsplit_once(':')
        .ok_or(format!("{place}: a port is wanted"))?;
    let _: u16 = read(port)?;
    let account = account.unwrap_or_else(|| format!("sip:alarm@{host}"));
    Ok(match place.parse::<SocketAddr>() {
        Ok(address) => ReceiverAddress::new(text, transport, address, account),
        Err(_) => ReceiverAddress::named(text, transport, place, account),
    })
}

/// Random bytes: the keys of the standard library's hash come from the operating system.
fn seed() -> [u8; 16] {
    let half = || RandomState::new().hash_one(0_u8).to_be_bytes();
    let mut seed = [0; 16];
    seed[..8].copy_from_slice(&half());
    seed[8..].copy_from_slice(&half());
    seed
}

#[tokio::main]
async fn main() -> ExitCode {
    let settings = match parse(std::env::args().skip(1).collect()) {
        Ok(Some(settings)) => settings,
        Ok(None) => {
            print!("{HELP}");
            return ExitCode::SUCCESS;
        }
        Err(error) => {
            eprintln!("relay: {error}\n\n{HELP}");
            return ExitCode::from(2);
        }
    };
    let (relay, addresses) = match Relay::start(settings).await {
        Ok(started) => started,
        Err(error) => {
            eprintln!("relay: {error}");
            return ExitCode::FAILURE;
        }
    };
    for address in addresses {
        eprintln!("listening on {address}");
    }
    let stop = async {
        if tokio::signal::ctrl_c().await.is_err() {
            // No way to be told: run until killed.
            std::future::pending::<()>().await;
        }
        eprintln!("stopping; again to stop at once");
        tokio::spawn(async {
            let _ = tokio::signal::ctrl_c().await;
            std::process::exit(130);
        });
    };
    let counts = relay.run(stop).await;
    eprintln!(
        "accepted {} refused {} repeated {} unanswered {}",
        counts.accepted, counts.refused, counts.repeated, counts.unanswered
    );
    ExitCode::SUCCESS
}
