//! `alarm-lab check-id`.

use std::io;
use std::time::SystemTime;

use alarm_codes::Timestamp;
use alarm_codes::national_identity_number::{InvalidIdentityNumber, NationalIdentityNumber, Rule};
use fhir_vkp::identifier::{
    Admission, CheckDigit, DufNumber, HerId, HprNumber, InvalidNumber, OrganisationNumber, ReshId,
    Stage,
};
use serde::Serialize;

use super::decode::read;
use super::encode_fhir::StageName;
use super::{Success, output, wrong_usage};

pub(crate) const LONG: &str = "\
Says of national identity numbers what they were issued as, whom they may belong to, and by which rule \
their check digits fit; with --kind, the same of other numbers of the health service. The numbers come from the \
standard input, one on each line, and never from the command line, which other users and the history of the shell \
can read. Those that name a person are shown masked.

  kind        fnr, dnr, hnr, dnr-and-hnr, fhn; with --kind, that kind
  population  real, synthetic-skatteetaten, synthetic-nhn, or - where a number does not say
  rule        legacy, or rule-2032: valid only when issued from 1 January 2032, before that in practice a \
typing error
  admission   with --stage: whether that environment of Norsk helsenett (JFT and the like) takes the person: \
admitted, refused, unknown where a number does not say, or not-yet-issued: rule-2032 before that day

  --kind          form                            names
  national        11 digits, two check digits     a person
  organisation    9 digits, one check digit       an organisation
  hpr             1 to 9 digits                   health personnel
  duf             12 digits                       a person
  her-id          1 to 20 digits (a guess)        a communication party
  resh            1 to 20 digits (a guess)        a unit of specialist care

Only the check digits of national and organisation numbers are public. One of an organisation that does not fit is a \
remark and no error: test environments have such numbers.

White space, points and hyphens within a number are passed over. Numbers that are refused are told by \
their line alone.";

const EXAMPLES: &str = "\
Examples:
  alarm-lab check-id < numbers.txt
  alarm-lab check-id --stage test < numbers.txt       would the test environment take these persons?
  alarm-lab check-id --kind organisation < customers.txt
  alarm-lab check-id --json < numbers.txt | jq -r 'select(.population == \"real\").line'

Exit status: 0 when every line is a valid number that the stage neither refuses nor finds not yet issued, 1 when one \
is not or there is none, 2 for wrong usage.";

#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// What the numbers are
    #[arg(long, value_enum, default_value_t = NumberKind::National)]
    kind: NumberKind,
    /// Say of each person whether this environment of Norsk helsenett would take them
    #[arg(long, value_enum)]
    stage: Option<StageName>,
    /// One JSON object per line instead of a table
    #[arg(long)]
    json: bool,
    /// Taken so that a number here is refused without being repeated in the message
    #[arg(hide = true, allow_hyphen_values = true)]
    numbers: Vec<String>,
}

#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum NumberKind {
    /// Fødselsnummer, D-nummer, H-nummer, felles hjelpenummer
    National,
    /// Organisation number
    Organisation,
    /// Health personnel
    Hpr,
    /// Immigration authorities
    Duf,
    /// Communication party
    HerId,
    /// Unit of specialist care
    Resh,
}

#[derive(Default, Serialize)]
struct Checked {
    line: usize,
    valid: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    masked: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    number: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    kind: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    population: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rule: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    admission: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    warning: Option<Remark>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<Remark>,
}

#[derive(Serialize)]
struct Remark {
    code: &'static str,
    detail: String,
}

impl Checked {
    /// Whether the line is as it should be.
    fn is_good(&self) -> bool {
        self.valid && !matches!(self.admission, Some("refused" | "not-yet-issued"))
    }
}

fn check(line: usize, text: &str, args: &Args) -> Checked {
    let plain: String = text
        .chars()
        .filter(|c| !c.is_whitespace() && !matches!(c, '.' | '-'))
        .collect();
    let checked = match args.kind {
        NumberKind::National => national(text, args.stage.map(Stage::from)),
        NumberKind::Organisation => organisation(&plain),
        NumberKind::Hpr => person("hpr", plain.parse().map(|it: HprNumber| it.to_string())),
        NumberKind::Duf => person("duf", plain.parse().map(|it: DufNumber| it.to_string())),
        NumberKind::HerId => public("her-id", plain.parse().map(|it: HerId| it.to_string())),
        NumberKind::Resh => public("resh", plain.parse().map(|it: ReshId| it.to_string())),
    };
    Checked { line, ..checked }
}

fn national(text: &str, stage: Option<Stage>) -> Checked {
    match NationalIdentityNumber::read(text) {
        Ok(number) => Checked {
            valid: true,
            masked: Some(number.to_string()),
            kind: Some(number.kind().name()),
            population: number.population().map(|population| population.name()),
            rule: Some(number.rule().name()),
            admission: stage.map(|stage| match stage.admits_at(&number, now()) {
                Admission::Admitted => "admitted",
                Admission::Refused => "refused",
                Admission::Unknown => "unknown",
                Admission::NotYetIssued => "not-yet-issued",
            }),
            warning: (number.rule() == Rule::Rule2032).then(|| Remark {
                code: "rule-2032",
                detail: "valid only when issued from 1 January 2032: before that in practice a typing error"
                    .to_owned(),
            }),
            ..Checked::default()
        },
        Err(error) => refused(
            match error {
                InvalidIdentityNumber::NotElevenDigits => "not-eleven-digits",
                InvalidIdentityNumber::Date => "date",
                InvalidIdentityNumber::CheckDigits => "check-digits",
                _ => "invalid",
            },
            error.to_string(),
        ),
    }
}

/// The clock of the machine: whether the rule from 2032 is in force depends on it.
fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    let micros = since.ok().and_then(|it| i64::try_from(it.as_micros()).ok());
    let now = micros.and_then(Timestamp::from_micros);
    now.unwrap_or(Timestamp::UNIX_EPOCH)
}

fn refused(code: &'static str, detail: String) -> Checked {
    Checked {
        error: Some(Remark { code, detail }),
        ..Checked::default()
    }
}

fn refused_number(error: InvalidNumber) -> Checked {
    let code = match error {
        InvalidNumber::NotDigits => "not-digits",
        InvalidNumber::Length => "length",
        _ => "invalid",
    };
    refused(code, error.to_string())
}

fn organisation(plain: &str) -> Checked {
    let number = plain.parse::<OrganisationNumber>();
    let misfit = matches!(&number, Ok(number) if number.check_digit() == CheckDigit::DoesNotFit);
    let mut checked = public("organisation", number.map(|number| number.to_string()));
    checked.warning = misfit.then(|| Remark {
        code: "check-digit",
        detail: "the check digit does not fit: a typing error, or a test environment".to_owned(),
    });
    checked
}

/// A number that names a person, already masked.
fn person(kind: &'static str, masked: Result<String, InvalidNumber>) -> Checked {
    match masked {
        Ok(masked) => Checked {
            valid: true,
            masked: Some(masked),
            kind: Some(kind),
            ..Checked::default()
        },
        Err(error) => refused_number(error),
    }
}

/// A number that names no person.
fn public(kind: &'static str, number: Result<String, InvalidNumber>) -> Checked {
    let mut checked = person(kind, number);
    checked.number = checked.masked.take();
    checked
}

pub(crate) fn run(args: &Args) -> io::Result<Success> {
    if !args.numbers.is_empty() {
        wrong_usage("check-id reads the standard input alone: others can read a command line");
    }
    if args.stage.is_some() && args.kind != NumberKind::National {
        wrong_usage(
            "--stage is about national identity numbers: the others do not say whose they are",
        );
    }
    let bytes = read("-").map_err(|error| io::Error::other(error.detail().to_owned()))?;
    let text = String::from_utf8_lossy(&bytes);
    let lines = text.lines().enumerate();
    let checked: Vec<_> = lines
        .filter(|(_, line)| !line.trim().is_empty())
        .map(|(index, line)| check(index + 1, line, args))
        .collect();
    if args.json {
        for one in &checked {
            output::json(one, false)?;
        }
    } else {
        let mut head = vec!["line", "number", "kind", "population", "rule"];
        head.extend(args.stage.map(|_| "admission"));
        head.push("remark");
        let mut rows = vec![head.into_iter().map(str::to_owned).collect()];
        rows.extend(checked.iter().map(|one| row(one, args.stage.is_some())));
        output::table(&rows)?;
    }
    Ok(!checked.is_empty() && checked.iter().all(Checked::is_good))
}

fn row(checked: &Checked, staged: bool) -> Vec<String> {
    let text = |text: Option<&'static str>| text.unwrap_or("-").to_owned();
    let number = checked.masked.clone().or_else(|| checked.number.clone());
    let remark = checked.error.as_ref().or(checked.warning.as_ref());
    let mut row = vec![
        checked.line.to_string(),
        number.unwrap_or_else(|| "invalid".to_owned()),
        text(checked.kind),
        text(checked.population),
        text(checked.rule),
    ];
    row.extend(staged.then(|| text(checked.admission)));
    row.push(
        remark
            .map(|remark| remark.detail.clone())
            .unwrap_or_default(),
    );
    row
}
