//! x
#![forbid(unsafe_code)]
pub mod journal;
pub mod time;
