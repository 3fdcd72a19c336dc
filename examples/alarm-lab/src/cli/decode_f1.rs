//! `alarm-lab decode climax-f1`.

use std::io;

use alarm_lab::decode::climax::f1::{decode_bits, decode_packets, decode_rows};
use alarm_lab::decode::climax::layout::{Unfit, decode_payload, reads_payloads};
use clap::ValueEnum;
use climax_rf::f1::{ChipCrc, Family, Polarities, SearchOptions, SyncTolerance};
use climax_rf::layout::Layout;

use super::decode_files::Files;
use super::decode_layout::{self, payloads};
use super::{Success, wrong_usage};

pub(crate) const LONG: &str = "\
Finds F1 frames of Climax transmitters in bits and prints one JSON object per frame:

  {\"file\",\"protocol\",\"line\",\"row\",\"offset\",\"end\",\"state\",\"forward\",\"family\",\"provenance\",\"polarity\",\
\"sync_errors\",\"length\",\"payload\":{\"opaque\"},\"crc\":{\"received\",\"computed\",\"bits\"},\"warnings\":[...]}

The payload stays opaque: no public source describes its inside, so there is no device, no kind of \
alarm and no battery in the output, and none should be guessed from the bytes. provenance says how sure \
it is that frames look like this. offset and end count bits of the row or of the file.

state is ok, unseen-length, lenient, bad-crc or truncated. The first two are events; lenient is a record \
that a leniency let in; the last two are no events and come with

  \"error\":{\"code\",\"detail\",\"layer\",\"offset\",\"advice\"}

as does, without a frame, what holds none.

A file is bytes as a software radio packs them, a frame at any bit. --rows reads text in which rows such \
as {168}aaaaaaaa29cd29cd... stand, whatever is around them; --packets reads what a transceiver chip in packet \
mode gives, one packet in hexadecimal digits per line.

With --clear the input is not frames but the clear bytes of payloads, that a licensed codec of yours has \
revealed; --layout says what is in them.

A recorded frame is accepted by its panel months later: treat the output as you treat the capture.";

const EXAMPLES: &str = "\
Examples:
  alarm-lab decode climax-f1 --rows rows.txt
  alarm-lab decode climax-f1 --rows --recordings rows.txt      old recordings, cut at either end
  rtl_433 ... -F json | alarm-lab decode climax-f1 --rows - | jq -c '[.state, .sync_errors]'
  echo 29cd29cd0a00002b5a10c37e9104d824f8 | alarm-lab decode climax-f1 --hex -
  alarm-lab decode climax-f1 --packets passed packets.txt
  alarm-lab decode climax-f1 --clear --layout payload.toml --hex clear.txt

`alarm-lab families` lists the families, --json as a file of your own begins. How good a link is over \
time: `alarm-lab survey`.

Exit status: 0 when every frame is an event or a record, 1 when one is not or none was found, 2 for \
wrong usage.";

/// How frames are found, for decoding and for surveys.
#[derive(clap::Args)]
pub(super) struct SearchArgs {
    /// Wrong bits allowed in the sync word, 0 to 3
    #[arg(long, value_name = "BITS", default_value_t = 2,
          value_parser = clap::value_parser!(u8).range(0..=3), help_heading = "Search")]
    tolerance: u8,
    /// Which polarity of the bits is tried
    #[arg(long, value_enum, default_value_t = PolarityName::Both, help_heading = "Search")]
    polarity: PolarityName,
    /// The frame family: a name of `alarm-lab families`, or a file: a layout with `[frame_family]`, or a
    /// declaration as JSON (`.json`)
    #[arg(
        long,
        value_name = "NAME|FILE",
        default_value = "f1",
        help_heading = "Search"
    )]
    family: String,
    /// Take frames of rows that begin inside the sync word
    #[arg(long, help_heading = "Leniencies for recordings")]
    late_rows: bool,
    /// Take frames whose CRC differs in the last bit alone, as records
    #[arg(long, help_heading = "Leniencies for recordings")]
    last_bit_lost: bool,
    /// Take frames whose CRC is right as far as it is there, 12 bits at least, as records
    #[arg(long, help_heading = "Leniencies for recordings")]
    crc_cut_short: bool,
    /// All three
    #[arg(long, help_heading = "Leniencies for recordings")]
    recordings: bool,
}

impl SearchArgs {
    pub(super) fn options(&self) -> SearchOptions {
        let mut options = SearchOptions::new().with_family(family(&self.family));
        options.tolerance = SyncTolerance::ALL[usize::from(self.tolerance.min(3))];
        options.polarities = match self.polarity {
            PolarityName::Both => Polarities::Both,
            PolarityName::Normal => Polarities::Normal,
            PolarityName::Inverted => Polarities::Inverted,
        };
        options.late_rows = self.late_rows || self.recordings;
        options.last_bit_lost = self.last_bit_lost || self.recordings;
        options.crc_cut_short = self.crc_cut_short || self.recordings;
        options
    }
}

fn family(name: &str) -> Family {
    if let Some(family) = Family::named(name) {
        return family.clone();
    }
    let refuse = |error: &dyn std::fmt::Display| -> ! {
        let names: Vec<_> = Family::ALL.iter().map(Family::name).collect();
        let names = names.join(", ");
        wrong_usage(format!(
            "--family {name}: {error}; write one of {names}, or a file with a declaration"
        ))
    };
    let text = std::fs::read_to_string(name).unwrap_or_else(|error| refuse(&error));
    if std::path::Path::new(name)
        .extension()
        .is_some_and(|extension| extension == "json")
    {
        return serde_json::from_str(&text).unwrap_or_else(|error| refuse(&error));
    }
    let layout = Layout::parse(&text).unwrap_or_else(|errors| refuse(&errors));
    let family = layout.frame_family().cloned();
    family.unwrap_or_else(|| refuse(&"this layout has no [frame_family]"))
}

#[derive(Clone, Copy, ValueEnum)]
enum PolarityName {
    /// As they are and inverted
    Both,
    /// As they are
    Normal,
    /// Inverted
    Inverted,
}

#[derive(Clone, Copy, ValueEnum)]
enum PacketCrc {
    /// Its bytes follow the payload
    Bytes,
    /// The chip passes on only what is right
    Passed,
    /// The chip says that it is wrong
    Failed,
}

#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    #[command(flatten)]
    files: Files,
    /// The files hold hexadecimal digits; blanks and colons between them are passed over
    #[arg(long, help_heading = "Input")]
    hex: bool,
    /// The files are text with rows {bitcount}hexdigits
    #[arg(long, conflicts_with = "hex", help_heading = "Input")]
    rows: bool,
    /// The files hold a packet of a chip on each line, and this is known of the CRC
    #[arg(long, value_enum, value_name = "CRC", conflicts_with_all = ["hex", "rows"],
          help_heading = "Input")]
    packets: Option<PacketCrc>,
    /// The files hold clear payload bytes: one payload, or with --hex one per line
    #[arg(long, requires = "layout", conflicts_with_all = ["rows", "packets"],
          help_heading = "Input")]
    clear: bool,
    /// What stands in clear payloads: a layout with [payload]
    #[arg(long, value_name = "FILE", requires = "clear", help_heading = "Input")]
    layout: Option<String>,
    #[command(flatten)]
    search: SearchArgs,
}

pub(crate) fn run(args: &Args) -> io::Result<Success> {
    if let Some(layout) = &args.layout {
        return clear(args, &decode_layout::load(layout));
    }
    let options = args.search.options();
    if args.rows {
        return args.files.each(false, |shown, bytes| {
            shown.all(decode_rows(&String::from_utf8_lossy(bytes), &options))
        });
    }
    if let Some(crc) = args.packets {
        let crc = match crc {
            PacketCrc::Bytes => ChipCrc::Bytes,
            PacketCrc::Passed => ChipCrc::Passed,
            PacketCrc::Failed => ChipCrc::Failed,
        };
        return args.files.each(false, |shown, bytes| {
            let text = String::from_utf8_lossy(bytes);
            shown.all(decode_packets(&text, crc, &options))
        });
    }
    args.files.each(args.hex, |shown, bytes| {
        shown.all(decode_bits(bytes, &options))
    })
}

fn clear(args: &Args, layout: &Layout) -> io::Result<Success> {
    match reads_payloads(layout) {
        Ok(true) => {}
        Ok(false) => wrong_usage(Unfit::Line),
        Err(error) => wrong_usage(error),
    }
    args.files.each(false, |shown, bytes| {
        if args.hex {
            shown.all(payloads(layout, bytes))
        } else {
            shown.all([decode_payload(layout, bytes, 1)])
        }
    })
}
