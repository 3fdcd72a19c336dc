//! `alarm-lab play scaip`, and how an exchange is shown.

use std::io::{self, Write};
use std::net::SocketAddr;

use alarm_lab::scaip::{Direction, Exchange, Habit, SenderSettings, habits, may_listen, play};
use serde::Serialize;

use super::simulate::{millis, nobody_listens};
use super::{Success, output, runtime, values, wrong_usage};

const EXAMPLES: &str = "\
Examples:
  alarm-lab play scaip --list
  alarm-lab play scaip                          all of them to 127.0.0.1:5060
  alarm-lab play scaip one-branch --messages    with every SIP message

The receiver must listen on UDP and on TCP; one of the habits uses TCP.

Exit status: 0 when every alarm was accepted, 1 when one was not, 2 for wrong usage.";

#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// Habits to play; all by default
    #[arg(value_name = "HABIT")]
    habits: Vec<String>,
    /// The receiver; port 5060 unless given
    #[arg(long, value_name = "HOST[:PORT]", default_value = "127.0.0.1:5060",
          value_parser = values::receiver)]
    to: SocketAddr,
    /// Only list the habits
    #[arg(long)]
    list: bool,
    /// Show every SIP message
    #[arg(long)]
    messages: bool,
    /// One JSON object per alarm, one to a line, instead of text
    #[arg(long)]
    json: bool,
}

/// An exchange as JSON.
#[derive(Serialize)]
pub(crate) struct ShownExchange<'a> {
    controller: &'a str,
    reference: &'a str,
    verdict: &'static str,
    detail: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    status_number: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sip_status: Option<u16>,
    latency_ms: f64,
    messages: Vec<ShownMessage>,
}

#[derive(Serialize)]
struct ShownMessage {
    direction: &'static str,
    after_ms: f64,
    text: String,
}

impl<'a> ShownExchange<'a> {
    pub(crate) fn of(exchange: &'a Exchange) -> Self {
        let outcome = &exchange.outcome;
        let response = outcome.response.as_ref();
        ShownExchange {
            controller: &outcome.controller,
            reference: &outcome.reference,
            verdict: outcome.verdict.code(),
            detail: outcome.verdict.to_string(),
            status_number: response.map(|response| response.status_number.number()),
            sip_status: outcome.sip_status.map(|status| status.get()),
            latency_ms: outcome.latency.as_secs_f64() * 1e3,
            messages: exchange
                .messages
                .iter()
                .map(|message| ShownMessage {
                    direction: match message.direction {
                        Direction::Sent => "sent",
                        Direction::Received => "received",
                    },
                    after_ms: message.after.as_secs_f64() * 1e3,
                    text: message.text(),
                })
                .collect(),
        }
    }
}

#[derive(Serialize)]
struct Played<'a> {
    habit: &'a str,
    #[serde(flatten)]
    exchange: ShownExchange<'a>,
}

/// Prints every message of an exchange and its verdict.
pub(crate) fn show_exchange(exchange: &Exchange) -> io::Result<()> {
    show_messages(exchange)?;
    let outcome = &exchange.outcome;
    writeln!(
        io::stdout().lock(),
        "{} after {}; cid {}, ref {}",
        outcome.verdict,
        millis(Some(outcome.latency)),
        outcome.controller,
        outcome.reference
    )
}

fn show_messages(exchange: &Exchange) -> io::Result<()> {
    let mut out = io::BufWriter::new(io::stdout().lock());
    for message in &exchange.messages {
        let (arrow, what) = match message.direction {
            Direction::Sent => (">", "sent"),
            Direction::Received => ("<", "received"),
        };
        let after = millis(Some(message.after));
        let length = message.bytes.len();
        writeln!(out, "{arrow} {what} after {after}, {length} bytes")?;
        for line in message.text().lines() {
            writeln!(out, "  {line}")?;
        }
        writeln!(out)?;
    }
    out.flush()
}

pub(crate) fn run(args: &Args) -> io::Result<Success> {
    if args.list {
        let rows: Vec<_> = habits()
            .iter()
            .map(|habit| vec![habit.name.to_owned(), habit.description.to_owned()])
            .collect();
        output::table(&rows)?;
        return Ok(true);
    }
    let chosen: Vec<Habit> = if args.habits.is_empty() {
        habits()
    } else {
        let named = |name: &String| {
            Habit::named(name).unwrap_or_else(|| {
                wrong_usage(format!(
                    "no habit is called {name}; `alarm-lab play scaip --list` lists them"
                ))
            })
        };
        args.habits.iter().map(named).collect()
    };
    runtime()?.block_on(async {
        let mut success = true;
        for habit in &chosen {
            success &= play_one(habit, args).await?;
        }
        Ok(success)
    })
}

async fn play_one(habit: &Habit, args: &Args) -> io::Result<Success> {
    let mut settings = SenderSettings::new(args.to);
    settings.transport = habit.transport;
    if !may_listen(settings.to, settings.transport).await {
        return nobody_listens(&settings, args.json);
    }
    if !args.json {
        let (name, what) = (habit.name, habit.description);
        writeln!(io::stdout().lock(), "{name}: {what}")?;
    }
    let exchanges = play(habit, args.to).await.map_err(io::Error::other)?;
    for exchange in &exchanges {
        if args.json {
            let played = Played {
                habit: habit.name,
                exchange: ShownExchange::of(exchange),
            };
            output::json(&played, false)?;
            continue;
        }
        if args.messages {
            show_messages(exchange)?;
        }
        let (verdict, latency) = (exchange.outcome.verdict, exchange.outcome.latency);
        let after = millis(Some(latency));
        writeln!(io::stdout().lock(), "  {verdict} after {after}")?;
    }
    Ok(exchanges.iter().all(|e| e.outcome.verdict.is_accepted()))
}
