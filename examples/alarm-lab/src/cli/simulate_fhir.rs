//! `alarm-lab simulate fhir server`.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::net::SocketAddr;
use std::time::Duration;

use alarm_lab::fhir::{Answered, Double, Planned};

use super::decode::read;
use super::{Success, output, runtime, values, wrong_usage};

pub(crate) const LONG: &str = "\
Is a double of HelseID, JFT and VKP for whoever writes to them, on plain HTTP and in memory:

  GET  /.well-known/openid-configuration          where tokens are
  POST /connect/token                             a token for a client assertion: DPoP with a proof, else bearer
  POST /v1/Bundle, Composition, MedicationDispense   JFT: 202 with Location
  GET  /v1/TYPE/ID/$status                        registered, then read, then journaled
  POST /ORG/bundle, composition, medicationdispense, encounter   VKP: 200
  POST /ORG/RESOURCE/_search                      VKP: what --answer names, else an empty searchset

Documents are read strictly unless --lenient: the first deviation is 400 with its path. A repeat, known by its \
identifier, is kept once. JFT takes tokens with proofs alone, VKP bearer tokens too. Of assertions and proofs form and claims are checked (htm, htu, ath, nonce, jti used once) \
and NO SIGNATURE: this double says what a sender forgot, not who the sender is. What the services do where nothing is \
public is guessed: that a repeat keeps its id, that VKP answers 200 without a body, that every nonce holds until a \
new one is demanded. The reader's side of JFT, PIT and PMD are not simulated.

Every call is a line: method, path, status, why it was refused, which fault showed. Bodies and tokens are never \
shown; a path may hold an organisation number.";

const EXAMPLES: &str = "\
Examples:
  alarm-lab simulate fhir server
  alarm-lab simulate fhir server --no-tokens --journal-after 10
  alarm-lab simulate fhir server --fault 503@write*2 --fault new-nonce@write*1
  alarm-lab simulate fhir server --fault fails            every document fails in the end
  alarm-lab simulate fhir server --answer patient=searchset.json
  curl -i --data @bundle.json http://127.0.0.1:8190/v1/Bundle     with --no-tokens

`alarm-lab faults fhir-server` explains the faults: FAULT, with @token, @write, @status or @search for some calls only, \
with *N for so many calls; one without *N shows always.

Exit status: 0 when it served, 1 when it could not; 2 for wrong usage.";

#[derive(clap::Subcommand)]
pub(crate) enum Side {
    /// The services: HelseID, JFT and VKP
    #[command(long_about = LONG)]
    Server(Box<Args>),
}

#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// Where it listens; port 0 takes a free one
    #[arg(
        long,
        value_name = "ADDRESS",
        default_value = "127.0.0.1:8190",
        help_heading = "Server"
    )]
    listen: SocketAddr,
    /// Take every call, without token and proof
    #[arg(long, help_heading = "Server")]
    no_tokens: bool,
    /// Demand no nonce in proofs
    #[arg(long, help_heading = "Server")]
    no_nonce: bool,
    /// How long it takes until a document is journaled, in seconds
    #[arg(long, value_name = "TIME", default_value = "2", value_parser = values::seconds,
          help_heading = "Server")]
    journal_after: Duration,
    /// Read documents past their deviations, and tell them
    #[arg(long, help_heading = "Server")]
    lenient: bool,
    /// What a search in VKP is answered with: RESOURCE=FILE, such as patient=searchset.json
    #[arg(long, value_name = "ANSWER", help_heading = "Server")]
    answer: Vec<String>,
    /// A fault; may be given several times
    #[arg(long, value_name = "FAULT", help_heading = "Faults")]
    fault: Vec<Planned>,
    /// End after so many writes [default: at Ctrl-C]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..),
          help_heading = "Run")]
    writes: Option<u64>,
    /// One JSON object per line
    #[arg(long, help_heading = "Output")]
    json: bool,
}

fn answers(args: &[String]) -> BTreeMap<String, Vec<u8>> {
    let one = |text: &String| {
        let (resource, file) = text
            .split_once('=')
            .unwrap_or_else(|| wrong_usage("--answer: write RESOURCE=FILE"));
        let bytes = read(file)
            .unwrap_or_else(|error| wrong_usage(format!("--answer {file}: {}", error.detail())));
        (resource.to_ascii_lowercase(), bytes)
    };
    args.iter().map(one).collect()
}

pub(crate) fn run(side: &Side) -> io::Result<Success> {
    let Side::Server(args) = side;
    let mut double = Double::new(args.listen);
    double.tokens = !args.no_tokens;
    double.nonce = !args.no_nonce;
    double.journal_after = args.journal_after;
    double.lenient = args.lenient;
    double.answers = answers(&args.answer);
    double.faults.clone_from(&args.fault);
    double.writes = args.writes;
    let stop = async {
        // Without signals it ends by --writes, or is killed.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    let mut broken = None;
    let mut show = |line: io::Result<()>| {
        if let Err(error) = line {
            broken.get_or_insert(error);
        }
    };
    let report = runtime()?.block_on(double.serve(
        stop,
        |address| {
            if args.json {
                let line =
                    serde_json::json!({ "event": "listening", "address": address.to_string() });
                // Nothing can be told to whom does not read.
                let _ = output::json(&line, false);
            } else {
                println_to_stdout(format_args!("listening on http://{address}"));
            }
        },
        |answered| {
            if args.json {
                show(output::json(
                    &Line {
                        event: "call",
                        answered,
                    },
                    false,
                ));
            } else {
                show(line(answered));
            }
        },
    ));
    let report = report.map_err(io::Error::other)?;
    if let Some(error) = broken {
        return Err(error);
    }
    if args.json {
        let line = serde_json::json!({ "event": "summary", "report": report });
        output::json(&line, false)?;
    } else {
        println_to_stdout(format_args!(
            "{} calls, {} refused, {} writes, {} documents",
            report.calls, report.refused, report.writes, report.documents
        ));
    }
    Ok(true)
}

#[derive(serde::Serialize)]
struct Line<'a> {
    event: &'static str,
    #[serde(flatten)]
    answered: &'a Answered,
}

fn println_to_stdout(text: std::fmt::Arguments<'_>) {
    // Nothing can be told to whom does not read.
    let _ = writeln!(io::stdout().lock(), "{text}");
}

fn line(answered: &Answered) -> io::Result<()> {
    let Answered {
        method,
        path,
        status,
        ..
    } = answered;
    let mut out = io::stdout().lock();
    write!(out, "{status} {method} {path}")?;
    if let Some(id) = &answered.id {
        write!(
            out,
            "  {}{id}",
            if answered.repeat { "repeat of " } else { "" }
        )?;
    }
    if let Some(refused) = &answered.refused {
        write!(out, "  refused: {refused}")?;
    }
    if let Some(fault) = &answered.fault {
        write!(out, "  fault: {fault}")?;
    }
    writeln!(out)?;
    for finding in &answered.findings {
        writeln!(out, "    {finding}")?;
    }
    out.flush()
}
