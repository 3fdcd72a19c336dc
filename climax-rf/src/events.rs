//! What reports mean, and what belongs together.
//!
//! [`meaning`] says what a Contact ID event means for a [`Profile`] of equipment.
//! [`Visits`] follows a carer's visit as one case, [`Supervision`] notices who has gone silent and
//! [`Doubles`] knows what came before over the same or another path. None of them has a clock or
//! does I/O: time is an argument.

mod class;
mod convention;
mod doubles;
#[rustfmt::skip]
mod generated;
mod meaning;
mod position;
mod profile;
pub mod supervision;
pub mod visit;

pub use class::EventClass;
pub use convention::{
    Area, CareZone, GroupReading, ZoneReading, ZoneReadings, area_and_zone, area_in_number,
    read_group, read_zone,
};
pub use doubles::{DoubleSettings, Doubles, Seen};
pub use meaning::{Claim, Meaning, Meanings, Source, all_meanings, meaning};
pub use position::{POSITION_INTERVAL, POSITION_LIFE, PositionText};
pub use profile::{Profile, UnknownProfile};
pub use supervision::Supervision;
pub use visit::Visits;
