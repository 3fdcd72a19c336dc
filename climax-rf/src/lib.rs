#![doc = include_str!("../README.md")]
#![no_std]

extern crate alloc;
#[cfg(any(test, feature = "layout", feature = "tokio"))]
extern crate std;

pub mod checksum;
#[cfg(feature = "tokio")]
pub mod codec;
pub mod contact_id;
pub mod dc09;
pub mod destination;
#[cfg(feature = "tokio")]
pub mod driver;
mod identifier;
mod mode;
mod provenance;
mod queue;
pub mod station;
mod time;
pub mod warnings;

pub use mode::Mode;
pub use provenance::Provenance;
pub use time::Time;
