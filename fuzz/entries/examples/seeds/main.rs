//! Writes the seed corpora, each file named after what it holds:
//! `cargo run -p fuzz-entries --example seeds`.

mod documents;
mod duplicates;
mod espa444;
mod espa_machines;
mod receiver;
mod roles;
mod sender;
mod sip;

use std::path::Path;
use std::{fs, io};

/// A name and the bytes of one input.
type Seed = (&'static str, Vec<u8>);

fn texts(seeds: &[(&'static str, &str)]) -> Vec<Seed> {
    seeds
        .iter()
        .map(|(name, text)| (*name, text.as_bytes().to_vec()))
        .collect()
}

/// Builds the bytes that `arbitrary` turns into operations: the number of the variant scaled to
/// 32 bits, then the fields in order, little-endian.
struct Operations {
    bytes: Vec<u8>,
    variants: u64,
}

impl Operations {
    fn new(settings: &[u8], variants: u64) -> Self {
        Operations {
            bytes: settings.to_vec(),
            variants,
        }
    }

    fn then(mut self, variant: u64, fields: &[u8]) -> Self {
        let scaled = ((variant << 32).div_ceil(self.variants)).to_le_bytes();
        self.bytes.extend_from_slice(&scaled[..4]);
        self.bytes.extend_from_slice(fields);
        self
    }

    fn done(self) -> Vec<u8> {
        self.bytes
    }
}

/// A field that is one of several, as `arbitrary` reads it.
fn one_of(variant: u64, variants: u64) -> Vec<u8> {
    Operations::new(&[], variants).then(variant, &[]).done()
}

fn milliseconds(time: u16) -> [u8; 2] {
    time.to_le_bytes()
}

fn main() -> io::Result<()> {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../corpus");
    for (target, seeds) in [
        ("scaip_request", documents::requests()),
        ("scaip_response", documents::responses()),
        ("sip_datagram", sip::datagrams()),
        ("sip_stream", sip::streams()),
        ("sip_transactions", sip::transactions()),
        ("scaip_https", documents::posts()),
        ("scaip_receiver", receiver::receivers()),
        ("scaip_digest", roles::digests()),
        ("scaip_duplicates", duplicates::duplicates()),
        ("scaip_sender", sender::senders()),
        ("scaip_registrar", roles::registrars()),
        ("scaip_supervision", roles::supervisors()),
        ("scaip_call", roles::calls()),
        ("alarm_codes", documents::codes()),
        ("espa444_block", espa444::blocks()),
        ("espa444_capture", espa444::captures()),
        ("espa444_text", espa444::characters()),
        ("espa444_receiver", espa_machines::receivers()),
        ("espa444_caller", espa_machines::callers()),
        ("espa444_line", espa_machines::lines()),
        ("espa444_tap", espa_machines::taps()),
        ("espa444_matching", espa_machines::matchings()),
        ("espa444_codec", espa_machines::frames(espa444::captures())),
    ] {
        let folder = corpus.join(target);
        fs::create_dir_all(&folder)?;
        for (name, bytes) in seeds {
            fs::write(folder.join(name), bytes)?;
        }
    }
    Ok(())
}
