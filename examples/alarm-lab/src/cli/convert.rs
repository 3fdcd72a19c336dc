//! `alarm-lab convert`.

use std::io::{self, Write};

use alarm_codes::{Profile, System};
use alarm_lab::convert::{Conversion, NamedCode, Source, Target, convert};

use super::{Success, output, values, wrong_usage};

const EXAMPLES: &str = "\
Codes are written SYSTEM:CODE:
  scaip:0003+0010         device type and status; a location code may follow: 0004+0010+019
  scaip:mty=RE;dty=3;stc=93
  sensio:906              sensio-state:2/50
  contact-id:101          contact-id:3:101 is the restoral
  sia-dc03:QA             vkp-alert:4.13     vkp-dispense:1.2     espa444:type=1

Examples:
  alarm-lab convert --from scaip:0003+0010 --to sensio
  alarm-lab convert --from contact-id:3:101 --profile-from climax-mp --to scaip
  alarm-lab convert --from scaip:0003+0010 --to vkp-alert   what the patient record would say
  alarm-lab convert --from sensio:906                 the meaning, and every other system

An unknown code is no error: its kind is unmapped, and nothing is invented for it.";

#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// The code
    #[arg(long, value_name = "SYSTEM:CODE")]
    from: NamedCode,
    /// The target system, may be given several times; all others by default
    #[arg(long, value_name = "SYSTEM", value_parser = values::system)]
    to: Vec<System>,
    /// The dialect of the code; `alarm-lab systems` lists them
    #[arg(long, value_name = "NAME", value_parser = values::profile)]
    profile_from: Option<Profile>,
    /// The dialect of the target
    #[arg(long, value_name = "NAME", value_parser = values::profile, requires = "to")]
    profile_to: Option<Profile>,
    /// One JSON object instead of text
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(args: &Args) -> io::Result<Success> {
    let others = || {
        let systems = System::ALL.iter().copied();
        systems
            .filter(|&system| system != args.from.system)
            .collect()
    };
    let to: Vec<System> = if args.to.is_empty() {
        others()
    } else {
        args.to.clone()
    };
    let conversion = convert(&args.from, args.profile_from, &to, args.profile_to)
        .unwrap_or_else(|error| wrong_usage(error));
    if args.json {
        output::json(&conversion, false)?;
    } else {
        show(&conversion)?;
    }
    Ok(true)
}

fn certainty(uncertain: bool) -> &'static str {
    if uncertain { "uncertain" } else { "confirmed" }
}

fn show(conversion: &Conversion) -> io::Result<()> {
    let mut out = io::BufWriter::new(io::stdout().lock());
    let Source {
        system,
        profile,
        code,
        kind,
        definition,
        class,
        priority,
        phase,
        clears,
        relation,
        uncertain,
        note,
        ..
    } = &conversion.from;
    writeln!(out, "{system} {code} (profile {profile})")?;
    writeln!(out, "  kind      {kind}: {definition}")?;
    writeln!(
        out,
        "  class     {class}, priority {priority}, phase {phase}"
    )?;
    if !clears.is_empty() {
        writeln!(out, "  ends      {}", clears.join(", "))?;
    }
    writeln!(out, "  relation  {relation}, {}", certainty(*uncertain))?;
    if !note.is_empty() {
        writeln!(out, "  note      {note}")?;
    }
    for target in &conversion.to {
        show_target(&mut out, target)?;
    }
    out.flush()
}

fn show_target(out: &mut impl Write, target: &Target) -> io::Result<()> {
    writeln!(out, "\n{} (profile {})", target.system, target.profile)?;
    for code in &target.codes {
        let send = match &code.send {
            Some(send) if send == code.code => String::new(),
            Some(send) => format!(", send {send}"),
            None => ", cannot say this phase".to_owned(),
        };
        let (relation, certain) = (code.relation, certainty(code.uncertain));
        writeln!(
            out,
            "  code      {}: {relation}, {certain}{send}",
            code.code
        )?;
        if !code.note.is_empty() {
            writeln!(out, "            {}", code.note)?;
        }
    }
    if let Some(no_code) = &target.no_code {
        writeln!(out, "  no code   {no_code}")?;
    }
    if !target.codes.is_empty() && !target.fields_lost.is_empty() {
        writeln!(out, "  lost      {}", target.fields_lost.join(", "))?;
    }
    Ok(())
}
