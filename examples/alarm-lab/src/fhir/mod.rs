//! A double of the services of Norsk helsenett on loopback: HelseID, JFT and VKP, for whoever writes
//! to them (FHIR reference 9, 10).
//!
//! It speaks plain HTTP and keeps everything in memory. Of assertions and proofs of possession it
//! checks form and claims and **no signature**: it says what a sender forgot, not who the sender is.
//! Where the reference is silent it behaves as its documentation says, which is a guess.

mod double;
mod fault;
mod helseid;
mod journal;

pub use double::{Answered, Double, DoubleReport, StartError};
pub use fault::{Calls, FAULTS, Fault, InvalidFault, Planned};
