#![doc = include_str!("../README.md")]
#![no_std]

extern crate alloc;
#[cfg(any(test, feature = "layout", feature = "tokio"))]
extern crate std;

pub mod contact_id;
#[cfg(feature = "layout")]
pub mod layout;
mod provenance;
mod time;

pub use provenance::Provenance;
pub use time::Time;
