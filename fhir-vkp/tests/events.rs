//! From and to the shared event model (FHIR reference 11).
#![cfg(feature = "events")]

#[path = "events/codes.rs"]
mod codes;
#[path = "events/log.rs"]
mod log;
#[path = "events/notes.rs"]
mod notes;
#[path = "events/support.rs"]
mod support;
