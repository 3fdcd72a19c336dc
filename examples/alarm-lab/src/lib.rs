#![doc = include_str!("../README.md")]

pub mod climax;
pub mod convert;
pub mod decode;
pub mod encode;
pub mod espa444;
#[cfg(feature = "fhir")]
pub mod fhir;
mod finding;
mod rate;
pub mod scaip;
#[cfg(feature = "sensio")]
pub mod sensio;
pub mod survey;

pub use finding::Finding;
pub use rate::{FaultRate, Faults, UnknownFault};
