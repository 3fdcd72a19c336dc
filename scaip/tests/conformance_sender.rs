//! The sender over SIP: lines 46 to 52 of the conformance list (SCAIP reference 15), and line 38
//! seen from the sender. No socket and no clock: time is an argument.

#![cfg(feature = "sip")]
#![allow(clippy::unwrap_used)]

#[path = "conformance_sender/answers.rs"]
mod answers;
#[path = "conformance_sender/attempts.rs"]
mod attempts;
#[path = "conformance_sender/challenges.rs"]
mod challenges;
#[path = "conformance_sender/chaos.rs"]
mod chaos;
#[path = "conformance_sender/follow_ups.rs"]
mod follow_ups;
#[path = "conformance_sender/lossy.rs"]
mod lossy;
#[path = "conformance_sender/reach.rs"]
mod reach;
#[path = "conformance_sender/registration.rs"]
mod registration;
#[path = "conformance_sender/relay.rs"]
mod relay;
mod sender_support;
#[path = "conformance_sender/settings.rs"]
mod settings;
#[path = "conformance_sender/streams.rs"]
mod streams;
#[path = "conformance_sender/verdicts.rs"]
mod verdicts;
