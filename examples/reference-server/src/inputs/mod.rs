//! The inputs: one module for each protocol that messages come in by.
//!
//! A protocol decides what a message means and what its sender hears. What is the same for all of
//! them is here: entries of the journal (`record`), what is told once over a crash
//! (`record::Occurrence`), lines of the log and evidence within a budget (`keeper`), networks and
//! connections (`network`, `accept`, `tls`). Lines that are known beforehand are listed in
//! [`lines`](crate::lines), units that come by themselves in [`devices`](crate::devices).

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
