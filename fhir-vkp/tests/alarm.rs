//! From and to the shared event model (FHIR reference 11).
#![cfg(feature = "alarm-codes")]

#[path = "alarm/codes.rs"]
mod codes;
#[path = "alarm/log.rs"]
mod log;
#[path = "alarm/notes.rs"]
mod notes;
#[path = "alarm/support.rs"]
mod support;
