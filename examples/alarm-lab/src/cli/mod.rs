//! The command line: arguments in, library calls, text or JSON out.

mod check_id;
mod check_vocabulary;
mod convert;
mod decode;
mod decode_espa444;
mod decode_f1;
mod decode_fhir;
mod decode_files;
mod decode_layout;
mod decode_reports;
mod decode_sensio;
mod encode_fhir;
mod espa444_line;
mod espa444_show;
mod fhir_text;
mod list;
mod list_climax;
mod list_fhir;
mod output;
mod play;
mod provisioning;
mod provisioning_text;
mod shower;
mod simulate;
mod simulate_climax;
mod simulate_espa444;
mod simulate_fhir;
mod simulate_sensio;
mod simulate_sensio_server;
mod survey;
mod tap;
mod values;

use std::process::ExitCode;

use clap::{CommandFactory, Parser, Subcommand, error::ErrorKind};

const ABOUT: &str = "Decode, convert and simulate social alarms";

const LONG_ABOUT: &str = "\
Decode, convert and simulate social alarms.

For whoever holds a capture and wants to know what it says, has a code and wants to know what \
another system calls it, or has a receiver and wants to know what it does with a thousand alarms \
a second from units that break the rules.

Output is for people on a terminal and JSON for machines: decode prints one JSON object per line \
when its output is a pipe or a file, the other commands print JSON with --json.";

const EXAMPLES: &str = "\
Examples:
  alarm-lab decode scaip capture.xml              what does this message say?
  alarm-lab decode espa444 --hex dialogue.txt     what happened on this serial line?
  alarm-lab decode contact-id capture.bin         what did this panel report?
  alarm-lab decode fhir bundle.json               what does this page of a patient record say?
  alarm-lab encode fhir event.json --context context.json   the journal note about an alarm
  alarm-lab survey frames.log                     how good is this radio link?
  alarm-lab convert --from scaip:0003+0010 --to sensio
  alarm-lab simulate scaip                        one alarm to 127.0.0.1:5060
  alarm-lab simulate scaip --fault same-branch --count 3
  alarm-lab simulate scaip --senders 256 --rate 1000 --duration 60
  alarm-lab simulate espa444 panel --fault bad-bcc   a call to a pager, damaged
  alarm-lab simulate climax-panel dc09 --to tcp://127.0.0.1:5000 --event fall
  alarm-lab simulate sensio partner --do post --do delete   an event and its end
  alarm-lab provisioning plan desired.json actual.json      what would be written?
  alarm-lab tap --serial /dev/ttyUSB0             who says what on this line, and what is wrong?
  alarm-lab play scaip                            units of eight makers, one after the other

Exit status:
  0  all went well: every message decoded, every alarm accepted
  1  a message was not decoded, an alarm not accepted, or the receiver not reached
  2  wrong usage
  3  encode: the event does not belong into a patient record";

#[derive(Parser)]
#[command(
    name = "alarm-lab",
    version,
    about = ABOUT,
    long_about = LONG_ABOUT,
    after_help = EXAMPLES,
    propagate_version = true
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Say what a captured message holds, as JSON
    #[command(
        subcommand_value_name = "PROTOCOL",
        subcommand_help_heading = "Protocols"
    )]
    Decode {
        #[command(subcommand)]
        protocol: DecodeProtocol,
    },
    /// Write an event of the shared model as another system takes it
    #[command(
        subcommand_value_name = "PROTOCOL",
        subcommand_help_heading = "Protocols"
    )]
    Encode {
        #[command(subcommand)]
        protocol: EncodeProtocol,
    },
    /// Say what a code means and what other systems call it
    Convert(convert::Args),
    /// Be a unit, or thousands: send alarms and wait for the answers, or take them
    #[command(
        subcommand_value_name = "PROTOCOL",
        subcommand_help_heading = "Protocols"
    )]
    Simulate {
        #[command(subcommand)]
        protocol: SimulateProtocol,
    },
    /// Listen to an ESPA 4.4.4 line and say what happens on it
    #[command(long_about = tap::LONG)]
    Tap(Box<tap::Args>),
    /// Say how good a radio link is, from a log of F1 frames
    #[command(long_about = survey::LONG)]
    Survey(survey::Args),
    /// Say what is wrong with a declared layout, and run its samples
    #[command(long_about = decode_layout::CHECK_LONG)]
    CheckLayout(decode_layout::CheckArgs),
    /// Say what is wrong with a file that maps a vendor's events, and read messages with it
    #[command(long_about = check_vocabulary::LONG)]
    CheckVocabulary(check_vocabulary::Args),
    /// Say what identity numbers from the standard input are, masked
    #[command(long_about = check_id::LONG)]
    CheckId(check_id::Args),
    /// Plan how an identity system's persons become employees of a Sensio server
    #[command(subcommand_value_name = "WHAT")]
    Provisioning {
        #[command(subcommand)]
        what: provisioning::Command,
    },
    /// Play a collection of makers' habits against a receiver
    #[command(
        subcommand_value_name = "PROTOCOL",
        subcommand_help_heading = "Protocols"
    )]
    Play {
        #[command(subcommand)]
        protocol: PlayProtocol,
    },
    /// List the kinds of alarms
    Kinds(list::Args),
    /// List the codes of a system and the kinds they mean
    Codes(list::CodesArgs),
    /// List the code systems and their profiles
    Systems(list::Args),
    /// List the faults that simulated units can have
    Faults(list::FaultsArgs),
    /// List what the events of panels mean, by kind of equipment
    #[command(long_about = list_climax::MEANINGS_LONG)]
    Meanings(list_climax::MeaningsArgs),
    /// List a code table of Climax equipment, or the tables
    #[command(long_about = list_climax::TABLES_LONG)]
    Tables(list_climax::TablesArgs),
    /// List the code systems of VKP, or the codes of one
    #[command(long_about = list_fhir::LONG)]
    FhirCodes(list_fhir::Args),
    /// List the families of F1 radio frames
    #[command(long_about = list_climax::FAMILIES_LONG)]
    Families(list::Args),
}

#[derive(Subcommand)]
enum DecodeProtocol {
    /// SCAIP: XML bodies or whole SIP messages
    #[command(long_about = decode::LONG)]
    Scaip(decode::Args),
    /// ESPA 4.4.4: captured lines of fire panels and nurse call systems
    #[command(long_about = decode_espa444::LONG)]
    Espa444(decode_espa444::Args),
    /// F1: radio frames of Climax transmitters, payloads opaque
    #[command(long_about = decode_f1::LONG)]
    ClimaxF1(decode_f1::Args),
    /// Contact ID: reports of panels in brackets, short messages and angles
    #[command(long_about = decode_reports::CONTACT_ID_LONG)]
    ContactId(decode_reports::ContactIdArgs),
    /// SIA DC-09: frames of panels with Contact ID or SIA events, encrypted ones too
    #[command(long_about = decode_reports::DC09_LONG)]
    Dc09(decode_reports::Dc09Args),
    /// Sensio Partner API: calls of partners, as HTTP requests or bodies
    #[command(long_about = decode_sensio::EVENT_LONG)]
    SensioEvent(decode_sensio::EventArgs),
    /// Sensio Partner API: webhooks, as HTTP requests or bodies
    #[command(long_about = decode_sensio::WEBHOOK_LONG)]
    SensioWebhook(decode_sensio::WebhookArgs),
    /// FHIR of VKP, JFT, PIT and PMD: any Bundle or resource in JSON
    #[command(long_about = decode_fhir::LONG)]
    Fhir(decode_fhir::Args),
    /// Whatever a layout declares: lines of receivers, clear payloads
    #[command(long_about = decode_layout::LONG)]
    Layout(decode_layout::Args),
}

impl DecodeProtocol {
    fn run(&self) -> std::io::Result<Success> {
        match self {
            DecodeProtocol::Scaip(args) => decode::run(args),
            DecodeProtocol::Espa444(args) => decode_espa444::run(args),
            DecodeProtocol::ClimaxF1(args) => decode_f1::run(args),
            DecodeProtocol::ContactId(args) => decode_reports::run_contact_id(args),
            DecodeProtocol::Dc09(args) => decode_reports::run_dc09(args),
            DecodeProtocol::SensioEvent(args) => decode_sensio::run_event(args),
            DecodeProtocol::SensioWebhook(args) => decode_sensio::run_webhook(args),
            DecodeProtocol::Fhir(args) => decode_fhir::run(args),
            DecodeProtocol::Layout(args) => decode_layout::run(args),
        }
    }
}

#[derive(Subcommand)]
enum EncodeProtocol {
    /// FHIR of VKP and JFT: a document Bundle, or a MedicationDispense
    #[command(long_about = encode_fhir::LONG)]
    Fhir(Box<encode_fhir::Args>),
}

#[derive(Subcommand)]
enum SimulateProtocol {
    /// SCAIP: XML in SIP MESSAGE over UDP or TCP
    #[command(long_about = simulate::LONG)]
    Scaip(Box<simulate::Args>),
    /// ESPA 4.4.4: a panel or a pager, on a serial port or over TCP
    #[command(
        long_about = simulate_espa444::LONG,
        subcommand_value_name = "SIDE",
        subcommand_help_heading = "Sides"
    )]
    Espa444 {
        #[command(subcommand)]
        side: simulate_espa444::Side,
    },
    /// A panel that reports in Contact ID or SIA DC-09, over TCP or UDP
    #[command(long_about = simulate_climax::LONG)]
    ClimaxPanel(Box<simulate_climax::Args>),
    /// FHIR: the services that journal notes are written to
    #[command(subcommand_value_name = "SIDE", subcommand_help_heading = "Sides")]
    Fhir {
        #[command(subcommand)]
        side: simulate_fhir::Side,
    },
    /// Sensio Partner API: a partner that reports, or the server that takes it
    #[command(subcommand_value_name = "SIDE", subcommand_help_heading = "Sides")]
    Sensio {
        #[command(subcommand)]
        side: simulate_sensio::Side,
    },
}

impl SimulateProtocol {
    fn run(&self) -> std::io::Result<Success> {
        match self {
            SimulateProtocol::Scaip(args) => simulate::run(args),
            SimulateProtocol::Espa444 { side } => simulate_espa444::run(side),
            SimulateProtocol::ClimaxPanel(args) => simulate_climax::run(args),
            SimulateProtocol::Fhir { side } => simulate_fhir::run(side),
            SimulateProtocol::Sensio { side } => simulate_sensio::run(side),
        }
    }
}

#[derive(Subcommand)]
enum PlayProtocol {
    /// SCAIP: XML in SIP MESSAGE over UDP or TCP
    Scaip(play::Args),
}

/// Whether everything went as asked.
pub(crate) type Success = bool;

/// Parses the arguments and does what they say.
pub(crate) fn run() -> ExitCode {
    let done = match Cli::parse().command {
        Command::Decode { protocol } => protocol.run(),
        Command::Encode {
            protocol: EncodeProtocol::Fhir(args),
        } => encode_fhir::run(&args),
        Command::CheckLayout(args) => decode_layout::run_check(&args),
        Command::CheckVocabulary(args) => check_vocabulary::run(&args),
        Command::CheckId(args) => check_id::run(&args),
        Command::Provisioning { what } => provisioning::run(&what),
        Command::Convert(args) => convert::run(&args),
        Command::Simulate { protocol } => protocol.run(),
        Command::Survey(args) => survey::run(&args),
        Command::Tap(args) => tap::run(&args),
        Command::Play {
            protocol: PlayProtocol::Scaip(args),
        } => play::run(&args),
        Command::Kinds(args) => list::kinds(&args),
        Command::Codes(args) => list::codes(&args),
        Command::Systems(args) => list::systems(&args),
        Command::Faults(args) => list::faults(&args),
        Command::Meanings(args) => list_climax::meanings(&args),
        Command::Tables(args) => list_climax::tables(&args),
        Command::FhirCodes(args) => list_fhir::run(&args),
        Command::Families(args) => list_climax::families(&args),
    };
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        // The reader of a pipe has seen enough.
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(1)
        }
    }
}

/// Ends with a message about wrong usage that the parser could not see, as it would: status 2.
fn wrong_usage(message: impl std::fmt::Display) -> ! {
    Cli::command()
        .error(ErrorKind::ValueValidation, message)
        .exit()
}

/// A runtime on this thread: the least overhead for a load generator.
fn runtime() -> std::io::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
}
