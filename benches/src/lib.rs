//! Samples, rivals and workloads that the criterion benches and the table of ratios share.

#![forbid(unsafe_code)]

pub mod clock;
pub mod codes;
pub mod espa;
pub mod journal;
pub mod rivals;
pub mod samples;
pub mod sip;
