//! The inputs: one module for each protocol that messages come in by.

mod accept;
mod certificate;
pub mod espa444;
mod handshakes;
mod keeper;
mod limiter;
mod link;
pub(crate) mod network;
mod places;
mod record;
mod report;
pub mod scaip;
mod source_filter;
pub(crate) mod tls;
