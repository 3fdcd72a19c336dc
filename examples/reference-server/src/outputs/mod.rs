//! The outputs: one module for each system that alarms go on to.

pub mod fhir;
pub mod sensio;
