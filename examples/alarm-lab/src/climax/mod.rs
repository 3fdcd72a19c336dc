//! Simulated panels of Climax, reporting in bracket Contact ID or SIA DC-09.
//!
//! [`Panel`] reports over TCP or UDP, waits for 06 or `ACK`, and says what became of each report.
//! It is the panel of the crate `climax-rf`; a [`Fault`] changes what goes on the wire, or how
//! many paths and segments it takes, and nothing else. Everything is told as an [`Event`], which is
//! also the JSON that the command prints.

mod event;
mod fault;
mod line;
mod machine;
mod panel;
mod path;
mod reported;

pub use event::{Event, Outcome, PanelReport, ReportOutcome};
pub use fault::{Fault, UnknownFault};
pub use line::{Address, InvalidAddress, Transport};
pub use panel::{Format, Panel, SettingsError};
pub use reported::{InvalidReport, Reported};
