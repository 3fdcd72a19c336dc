#![doc = include_str!("../README.md")]
#![no_std]

extern crate alloc;
#[cfg(any(test, feature = "layout", feature = "tokio"))]
extern crate std;

pub mod checksum;
pub mod contact_id;
pub mod dc09;
mod mode;
mod provenance;
mod time;
pub mod warnings;

pub use mode::Mode;
pub use provenance::Provenance;
pub use time::Time;
