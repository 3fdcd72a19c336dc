//! Writes the seed corpora, each file named after what it holds:
//! `cargo run -p fuzz-entries --example seeds`.

mod climax_machines;
mod climax_texts;
mod documents;
mod duplicates;
mod espa444;
mod espa_machines;
mod fhir;
mod receiver;
mod roles;
mod sender;
mod sensio_machines;
mod sensio_texts;
mod shape;
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
        ("climax_f1", climax_texts::f1()),
        ("climax_bursts", climax_machines::bursts()),
        ("contact_id", climax_texts::reports()),
        ("contact_id_station", climax_machines::brackets()),
        ("dc09", climax_texts::frames()),
        ("dc09_station", climax_machines::stations()),
        ("climax_panel", climax_machines::panels()),
        ("climax_layout", climax_machines::layouts()),
        ("climax_layout_receiver", climax_machines::receivers()),
        ("climax_panel_web", climax_texts::answers()),
        ("climax_events", climax_machines::events()),
        ("destination", climax_texts::destinations()),
        ("fhir_answer", fhir::answers()),
        ("fhir_codes", fhir::codes()),
        ("fhir_delivery", fhir::deliveries()),
        ("fhir_read", fhir::documents()),
        ("fhir_repair", fhir::deviations()),
        ("fhir_text", fhir::narratives()),
        ("fhir_time", fhir::times()),
        ("fhir_token", fhir::tokens()),
        ("fhir_write", fhir::notes()),
        ("national_identity_number", sensio_texts::numbers()),
        ("sensio_answer", sensio_machines::answers()),
        ("sensio_correlator", sensio_machines::correlators()),
        ("sensio_event", sensio_texts::events()),
        ("sensio_provisioning", sensio_machines::provisionings()),
        ("sensio_queue", sensio_machines::queues()),
        ("sensio_server", sensio_machines::servers()),
        ("sensio_status", sensio_texts::statuses()),
        ("sensio_token", sensio_machines::tokens()),
        ("sensio_vocabulary", sensio_texts::vocabularies()),
        ("sensio_webhook", sensio_machines::webhooks()),
    ] {
        let folder = corpus.join(target);
        fs::create_dir_all(&folder)?;
        for (name, bytes) in seeds {
            fs::write(folder.join(name), bytes)?;
        }
    }
    Ok(())
}
