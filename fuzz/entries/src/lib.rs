//! What the fuzz targets do, as ordinary functions: each takes the bytes of one input and panics
//! when something does not hold. The targets in `fuzz/fuzz_targets` are one line each and call
//! them, and so does the test that replays `fuzz/corpus`.

#![forbid(unsafe_code)]
// A finding is a panic.
#![allow(clippy::missing_panics_doc)]

mod alarm_codes_target;
mod call;
mod climax;
mod digest;
mod documents;
mod duplicates;
mod espa;
mod fhir;
mod https;
mod identity_number;
mod oracle;
mod receiver;
mod registrar;
mod sender;
mod sensio;
mod sip_messages;
mod supervision;
mod transactions;
mod wire;

pub use alarm_codes_target::alarm_codes;
pub use call::scaip_call;
pub use climax::{
    climax_bursts, climax_events, climax_f1, climax_layout, climax_layout_receiver, climax_panel,
    climax_panel_web, contact_id, contact_id_station, dc09, dc09_station, destination,
};
pub use digest::scaip_digest;
pub use documents::{scaip_request, scaip_response};
pub use duplicates::scaip_duplicates;
pub use espa::{
    PHRASES, espa444_block, espa444_caller, espa444_capture, espa444_codec, espa444_line,
    espa444_matching, espa444_receiver, espa444_tap, espa444_text,
};
pub use fhir::{
    DOCUMENTS, fhir_answer, fhir_codes, fhir_delivery, fhir_read, fhir_repair, fhir_text,
    fhir_time, fhir_token, fhir_write,
};
pub use https::scaip_https;
pub use identity_number::national_identity_number;
pub use receiver::scaip_receiver;
pub use registrar::scaip_registrar;
pub use sender::scaip_sender;
pub use sensio::{
    sensio_answer, sensio_correlator, sensio_event, sensio_provisioning, sensio_queue,
    sensio_server, sensio_status, sensio_token, sensio_vocabulary, sensio_webhook,
};
pub use sip_messages::{sip_datagram, sip_stream};
pub use supervision::scaip_supervision;
pub use transactions::sip_transactions;
pub use wire::{BODIES, CALLS};

/// A named entry.
pub type Target = (&'static str, fn(&[u8]));

/// Every target, by the name of its corpus folder.
pub const TARGETS: [Target; 55] = [
    ("alarm_codes", alarm_codes),
    ("climax_bursts", climax_bursts),
    ("climax_events", climax_events),
    ("climax_f1", climax_f1),
    ("climax_layout", climax_layout),
    ("climax_layout_receiver", climax_layout_receiver),
    ("climax_panel", climax_panel),
    ("climax_panel_web", climax_panel_web),
    ("contact_id", contact_id),
    ("contact_id_station", contact_id_station),
    ("dc09", dc09),
    ("dc09_station", dc09_station),
    ("destination", destination),
    ("espa444_block", espa444_block),
    ("espa444_caller", espa444_caller),
    ("espa444_capture", espa444_capture),
    ("espa444_codec", espa444_codec),
    ("espa444_line", espa444_line),
    ("espa444_matching", espa444_matching),
    ("espa444_receiver", espa444_receiver),
    ("espa444_tap", espa444_tap),
    ("espa444_text", espa444_text),
    ("fhir_answer", fhir_answer),
    ("fhir_codes", fhir_codes),
    ("fhir_delivery", fhir_delivery),
    ("fhir_read", fhir_read),
    ("fhir_repair", fhir_repair),
    ("fhir_text", fhir_text),
    ("fhir_time", fhir_time),
    ("fhir_token", fhir_token),
    ("fhir_write", fhir_write),
    ("national_identity_number", national_identity_number),
    ("scaip_call", scaip_call),
    ("scaip_digest", scaip_digest),
    ("scaip_duplicates", scaip_duplicates),
    ("scaip_https", scaip_https),
    ("scaip_receiver", scaip_receiver),
    ("scaip_registrar", scaip_registrar),
    ("scaip_request", scaip_request),
    ("scaip_response", scaip_response),
    ("scaip_sender", scaip_sender),
    ("scaip_supervision", scaip_supervision),
    ("sensio_answer", sensio_answer),
    ("sensio_correlator", sensio_correlator),
    ("sensio_event", sensio_event),
    ("sensio_provisioning", sensio_provisioning),
    ("sensio_queue", sensio_queue),
    ("sensio_server", sensio_server),
    ("sensio_status", sensio_status),
    ("sensio_token", sensio_token),
    ("sensio_vocabulary", sensio_vocabulary),
    ("sensio_webhook", sensio_webhook),
    ("sip_datagram", sip_datagram),
    ("sip_stream", sip_stream),
    ("sip_transactions", sip_transactions),
];
