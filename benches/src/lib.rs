//! Samples, rivals and workloads that the criterion benches and the table of ratios share.

#![forbid(unsafe_code)]

pub mod calls;
pub mod climax;
pub mod clock;
pub mod codes;
pub mod digest;
pub mod espa;
pub mod journal;
pub mod partner;
pub mod records;
pub mod registrar;
pub mod rivals;
pub mod samples;
pub mod sender;
pub mod sip;
pub mod supervision;
