//! The inputs: one module for each protocol that messages come in by.

mod accept;
mod certificate;
mod limiter;
pub(crate) mod network;
pub mod scaip;
mod source_filter;
pub(crate) mod tls;
