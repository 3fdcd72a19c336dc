//! The outputs: one module for each system that alarms go on to.

pub mod fhir;
mod place;
pub mod sensio;
