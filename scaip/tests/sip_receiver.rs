//! The endpoint as a receiver over UDP. Numbers are those of SCAIP reference 15.
#![cfg(feature = "sip")]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on stops")]

#[path = "sip_receiver/answers.rs"]
mod answers;
#[path = "sip_receiver/bench.rs"]
mod bench;
#[path = "sip_receiver/reading.rs"]
mod reading;
#[path = "sip_receiver/settings.rs"]
mod settings;
mod sip_support;
#[path = "sip_receiver/transactions.rs"]
mod transactions;
