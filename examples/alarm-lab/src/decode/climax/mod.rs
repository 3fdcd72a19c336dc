//! Captures of Climax equipment: radio frames, panel reports, lines that a layout declares.
//!
//! Each decoder is an iterator over items; an item that does not count as decoded is a
//! [`Failure`](super::Failure) with whatever could be read of it.

pub mod contact_id;
pub mod dc09;
pub mod f1;
mod keys;
pub mod layout;
mod report;

pub use keys::{Keys, KeysError};
