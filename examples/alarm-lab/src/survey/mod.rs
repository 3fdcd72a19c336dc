//! How good a radio link is, from a log of F1 frames.
//!
//! [`FrameLog`] takes the lines of a log one after the other, whatever tool has written them as long
//! as the rows stand in it as `{168}aaaa…`, and counts them into a [`LinkReport`] by
//! [`climax_rf::f1::Survey`]. What the log does not say, such as times, is left out of the report and
//! named in its findings.

mod line;
mod log;
mod report;

pub use line::StrengthUnit;
pub use log::FrameLog;
pub use report::{BurstShown, Event, LinkReport, StrengthRange, Timed};
