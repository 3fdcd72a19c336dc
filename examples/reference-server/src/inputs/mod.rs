//! The inputs: one module for each protocol that messages come in by.

mod accept;
mod certificate;
mod handshakes;
mod limiter;
mod link;
pub(crate) mod network;
mod places;
mod report;
pub mod scaip;
mod source_filter;
pub(crate) mod tls;
