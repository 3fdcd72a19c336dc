//! `alarm-lab check-id`.

use std::io;

use alarm_codes::national_identity_number::{InvalidIdentityNumber, NationalIdentityNumber};
use serde::Serialize;

use super::decode::read;
use super::{Success, output, wrong_usage};

pub(crate) const LONG: &str = "\
Says of national identity numbers what they were issued as, whom they may belong to, and by which rule \
their check digits fit. The numbers come from the standard input, one on each line, and never from the \
command line, which other users and the history of the shell can read. They are shown masked.

  kind        fnr, dnr, hnr, dnr-and-hnr, fhn
  population  real, synthetic-skatteetaten, synthetic-nhn, or - where a number does not say
  rule        legacy, or rule-2032: valid only when issued from 1 January 2032, before that in practice a \
typing error

White space, points and hyphens within a number are passed over. Numbers that are refused are told by \
their line alone.";

const EXAMPLES: &str = "\
Examples:
  alarm-lab check-id < numbers.txt
  alarm-lab check-id --json < numbers.txt | jq -r 'select(.population == \"real\").line'

Exit status: 0 when every line is a valid number, 1 when one is not or there is none, 2 for wrong usage.";

#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// One JSON object per line instead of a table
    #[arg(long)]
    json: bool,
    /// Taken so that a number here is refused without being repeated in the message
    #[arg(hide = true, allow_hyphen_values = true)]
    numbers: Vec<String>,
}

#[derive(Serialize)]
struct Checked {
    line: usize,
    valid: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    masked: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    kind: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    population: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rule: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<Refused>,
}

#[derive(Serialize)]
struct Refused {
    code: &'static str,
    detail: String,
}

fn check(line: usize, text: &str) -> Checked {
    match NationalIdentityNumber::read(text) {
        Ok(number) => Checked {
            line,
            valid: true,
            masked: Some(number.to_string()),
            kind: Some(number.kind().name()),
            population: number.population().map(|population| population.name()),
            rule: Some(number.rule().name()),
            error: None,
        },
        Err(error) => Checked {
            line,
            valid: false,
            masked: None,
            kind: None,
            population: None,
            rule: None,
            error: Some(Refused {
                code: match error {
                    InvalidIdentityNumber::NotElevenDigits => "not-eleven-digits",
                    InvalidIdentityNumber::Date => "date",
                    InvalidIdentityNumber::CheckDigits => "check-digits",
                    _ => "invalid",
                },
                detail: error.to_string(),
            }),
        },
    }
}

pub(crate) fn run(args: &Args) -> io::Result<Success> {
    if !args.numbers.is_empty() {
        wrong_usage("check-id reads the standard input alone: others can read a command line");
    }
    let bytes = read("-").map_err(|error| io::Error::other(error.detail().to_owned()))?;
    let text = String::from_utf8_lossy(&bytes);
    let lines = text.lines().enumerate();
    let checked: Vec<_> = lines
        .filter(|(_, line)| !line.trim().is_empty())
        .map(|(index, line)| check(index + 1, line))
        .collect();
    if args.json {
        for one in &checked {
            output::json(one, false)?;
        }
    } else {
        let head = ["line", "number", "kind", "population", "rule", "remark"];
        let mut rows = vec![head.map(str::to_owned).to_vec()];
        rows.extend(checked.iter().map(row));
        output::table(&rows)?;
    }
    Ok(!checked.is_empty() && checked.iter().all(|one| one.valid))
}

fn row(checked: &Checked) -> Vec<String> {
    let text = |text: Option<&'static str>| text.unwrap_or("-").to_owned();
    let masked = checked.masked.clone();
    let remark = checked.error.as_ref().map(|error| error.detail.clone());
    vec![
        checked.line.to_string(),
        masked.unwrap_or_else(|| "invalid".to_owned()),
        text(checked.kind),
        text(checked.population),
        text(checked.rule),
        remark.unwrap_or_default(),
    ]
}
