#![doc = include_str!("../README.md")]
#![no_std]

#[cfg(test)]
extern crate alloc;
#[cfg(any(test, feature = "layout", feature = "tokio"))]
extern crate std;

pub mod contact_id;
mod provenance;
mod time;

pub use provenance::Provenance;
pub use time::Time;
