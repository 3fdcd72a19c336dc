//! The inputs: one module for each protocol that messages come in by.
//!
//! A protocol decides what a message means and what its sender hears. What is the same for all of
//! them is here: entries of the journal (`record`), what is told once over a crash
//! (`record::Occurrence`), lines of the log and evidence within a budget (`keeper`), networks and
//! connections (`network`, `accept`, `tls`). Lines that are known beforehand are listed in
//! [`lines`](crate::lines), units that come by themselves in [`devices`](crate::devices).

mod accept;
mod bearer;
mod certificate;
pub mod espa444;
mod handshakes;
mod keeper;
pub mod layout;
mod limiter;
mod link;
pub(crate) mod network;
pub mod panel;
mod places;
mod record;
mod repeats;
mod report;
pub mod scaip;
mod served;
mod source_filter;
mod tasks;
pub(crate) mod tls;
mod watch;
mod way;
pub mod web;
