#![doc = include_str!("../README.md")]
#![no_std]

extern crate alloc;
#[cfg(any(test, feature = "layout", feature = "tokio"))]
extern crate std;

#[cfg(feature = "alarm-codes")]
pub mod alarm;
mod byte_order;
pub mod checksum;
#[cfg(feature = "tokio")]
pub mod codec;
pub mod codes;
pub mod contact_id;
pub mod dc09;
pub mod destination;
#[cfg(feature = "tokio")]
pub mod driver;
pub mod events;
pub mod f1;
mod identifier;
#[cfg(feature = "layout")]
pub mod layout;
mod mode;
#[cfg(feature = "panel-web")]
pub mod panel_web;
pub mod presence;
mod provenance;
mod queue;
pub mod station;
mod time;
pub mod warnings;

pub use byte_order::ByteOrder;
pub use mode::Mode;
pub use provenance::Provenance;
pub use time::Time;
