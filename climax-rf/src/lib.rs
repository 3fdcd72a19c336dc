#![doc = include_str!("../README.md")]
#![no_std]

extern crate alloc;
#[cfg(any(test, feature = "layout", feature = "tokio"))]
extern crate std;

#[cfg(feature = "alarm-codes")]
pub mod alarm;
pub mod codes;
pub mod contact_id;
pub mod events;
pub mod f1;
#[cfg(feature = "layout")]
pub mod layout;
#[cfg(feature = "panel-web")]
pub mod panel_web;
pub mod presence;
mod provenance;
mod time;

pub use provenance::Provenance;
pub use time::Time;
