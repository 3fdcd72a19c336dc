//! `alarm-lab encode fhir`.

use std::io::{self, IsTerminal, Write};

use alarm_lab::encode::fhir::{Target, encode, read_event};
use alarm_lab::encode::{Context, EncodeFailure, pretty};
use clap::ValueEnum;
use fhir_vkp::identifier::Stage;

use super::decode::read;
use super::{Success, wrong_usage};

/// The exit status for what does not belong into a patient record.
const NOT_JOURNALABLE: i32 = 3;

/// The national number of the patient, where the context names none.
const PATIENT: &str = "ALARM_LAB_PATIENT";

pub(crate) const LONG: &str = "\
Writes an event of the shared model as FHIR for VKP and JFT: a document Bundle (journal note with log and texts, \
alarm, follow-up, device), or a MedicationDispense for medicine that was handed out. The JSON goes to the standard \
output, remarks go to the standard error.

EVENT is the JSON of an event, the answer of GET /api/alarms/{id} of the reference server, or a line that \
alarm-lab decode wrote. What an event does not say stands in a context, a JSON file:

  sender          an address that is always the same; every identifier is made from it
  patient         {\"number\"}: a national number, or {\"system\",\"value\"}; and \"name\". \"assigner\" for an H-number
  author          the same, of the one who wrote the note
  saved           when the note was saved [default: when the event changed last]
  offset_minutes  the offset of every time [default: that of Norway]
  alarm_system    social-alarm, digital-supervision or nurse-call: help calls are coded by it
  code            the alert code, whatever the kind
  severity        high, moderate or low [default: by a priority that is not the kind's own, else left out: unknown]
  device          {\"system\",\"name\",\"manufacturer\",\"model_name\",\"model_number\",\"serial_number\"}; its value comes from \
the event
  log             [{\"event\",\"at\",\"text\"}] beside what the event's history says
  sections        [{\"code\",\"title\",\"text\"}]
  supervision     {\"mode\",\"reason\",\"start\",\"end\",\"physical\",\"room\",\"place\"}, by the author
  dispenser       as patient, for medicine [default: the device]; medicine, doses: [\"Morgendose, 1 pose\"]

alarm-lab fhir-codes lists the codes. Without a patient in the context, a national number is taken from the \
environment variable ALARM_LAB_PATIENT. Persons are not taken from the command line, which others can read.

The same event and context always give the same bytes. An event that does not belong into a patient record \
(technical, a test, the end of another, without a code) gives status 3 and advice: no neighbouring code is ever taken.";

const EXAMPLES: &str = "\
Examples:
  alarm-lab encode fhir event.json --context context.json --pretty
  curl -s http://127.0.0.1:8080/api/alarms/$ID | alarm-lab encode fhir - --context context.json > bundle.json
  alarm-lab decode scaip alarm.xml | alarm-lab encode fhir - --context context.json --alarm-system social-alarm
  alarm-lab encode fhir co.json --context context.json --code 4     insist, with the code of the family

A context stands in examples/alarm-lab/fhir/context.json.

Exit status: 0 when it was written; 1 when it cannot be; 2 for wrong usage; 3 when there is nothing to journal.";

#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// The event, as JSON; - is the standard input
    #[arg(value_name = "EVENT")]
    event: String,
    /// What the event does not say, as JSON; - is the standard input
    #[arg(long, value_name = "FILE", help_heading = "Context")]
    context: Option<String>,
    /// The sender, in place of the context's
    #[arg(long, value_name = "ADDRESS", help_heading = "Context")]
    sender: Option<String>,
    /// The alert code, in place of the context's and of the one that the kind has
    #[arg(long, value_name = "CODE", help_heading = "Context")]
    code: Option<String>,
    /// What kind of system raised the alarm, in place of the context's
    #[arg(long, value_enum, value_name = "SYSTEM", help_heading = "Context")]
    alarm_system: Option<AlarmSystem>,
    /// What is written
    #[arg(long = "as", value_enum, default_value_t = As::Auto, help_heading = "Output")]
    target: As,
    /// Refuse a patient whom this environment of Norsk helsenett would refuse
    #[arg(long, value_enum, help_heading = "Output")]
    stage: Option<StageName>,
    /// Indented JSON, also when the output is no terminal
    #[arg(long, help_heading = "Output")]
    pretty: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum As {
    /// A MedicationDispense for medicine handed out, else a document
    Auto,
    /// A document Bundle
    Document,
    /// A MedicationDispense
    Dispense,
}

#[derive(Clone, Copy, ValueEnum)]
enum AlarmSystem {
    /// Trygghetsalarm
    SocialAlarm,
    /// Digitalt tilsyn
    DigitalSupervision,
    /// Sykesignalanlegg
    NurseCall,
}

/// An environment of Norsk helsenett.
#[derive(Clone, Copy, ValueEnum)]
pub(super) enum StageName {
    /// Takes synthetic persons only
    Test,
    /// Takes real persons only
    Production,
}

impl From<StageName> for Stage {
    fn from(name: StageName) -> Self {
        match name {
            StageName::Test => Stage::Test,
            StageName::Production => Stage::Production,
        }
    }
}

pub(crate) fn run(args: &Args) -> io::Result<Success> {
    if args.event == "-" && args.context.as_deref() == Some("-") {
        wrong_usage("event and context cannot both come from the standard input");
    }
    let context = context(args);
    let bytes = input(&args.event);
    let target = match args.target {
        As::Auto => Target::Auto,
        As::Document => Target::Document,
        As::Dispense => Target::Dispense,
    };
    let written = read_event(&bytes).and_then(|event| {
        let stage = args.stage.map(Stage::from);
        encode(&event, &context, target, stage)
    });
    match written {
        Ok(encoded) => {
            for remark in &encoded.remarks {
                eprintln!("note: {remark}");
            }
            let mut out = io::stdout().lock();
            if args.pretty || out.is_terminal() {
                out.write_all(&pretty(&encoded.json))?;
            } else {
                out.write_all(&encoded.json)?;
            }
            out.write_all(b"\n")?;
            out.flush()?;
            Ok(true)
        }
        Err(failure) => {
            eprintln!("error: {failure}");
            if let Some(advice) = failure.advice() {
                eprintln!("advice: {advice}");
            }
            if matches!(failure, EncodeFailure::NotJournalable(_)) {
                std::process::exit(NOT_JOURNALABLE);
            }
            Ok(false)
        }
    }
}

/// The bytes of a file that has to be there.
fn input(file: &str) -> Vec<u8> {
    read(file).unwrap_or_else(|error| wrong_usage(format!("{file}: {}", error.detail())))
}

fn context(args: &Args) -> Context {
    let mut context = match &args.context {
        None => Context::default(),
        Some(file) => Context::read(&input(file))
            .unwrap_or_else(|error| wrong_usage(format!("{file}: {error}"))),
    };
    let patient = &mut context.patient;
    if patient.number.is_none() && patient.system.is_none() && patient.value.is_none() {
        patient.number = std::env::var(PATIENT).ok().filter(|it| !it.is_empty());
    }
    if args.sender.is_some() {
        context.sender.clone_from(&args.sender);
    }
    if args.code.is_some() {
        context.code.clone_from(&args.code);
    }
    if let Some(system) = args.alarm_system {
        use alarm_lab::encode::AlarmSystemName;
        context.alarm_system = Some(match system {
            AlarmSystem::SocialAlarm => AlarmSystemName::SocialAlarm,
            AlarmSystem::DigitalSupervision => AlarmSystemName::DigitalSupervision,
            AlarmSystem::NurseCall => AlarmSystemName::NurseCall,
        });
    }
    context
}
