//! The receiver with its services: lines 38, 40, 53 to 56, 59, 60 and 63 to 66 of the conformance list
//! (SCAIP reference 15). No socket and no clock: time is an argument.

#![cfg(feature = "sip")]
#![allow(clippy::unwrap_used)]

mod access;
mod bench;
mod chaos;
mod duplicates;
mod evidence;
mod memory;
mod registration;
mod supervised;
mod voice;
