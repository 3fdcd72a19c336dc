#![doc = include_str!("../README.md")]
#![no_std]

extern crate alloc;
#[cfg(any(test, feature = "layout", feature = "tokio"))]
extern crate std;

pub mod codes;
pub mod contact_id;
pub mod events;
mod provenance;
mod time;

pub use provenance::Provenance;
pub use time::Time;
