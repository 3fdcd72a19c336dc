//! Simulated ESPA 4.4.4 stations and a tap: what a line does when one side of it is wrong.
//!
//! [`Panel`] sends calls and says what became of each, [`Pager`] takes them and answers, well or
//! badly. Both are the stations of the crate `espa444` on whatever a [`Place`] opens, with a layer
//! between station and line that imitates a [`Fault`]; no station is made twice. [`Observer`] says
//! what is heard on a line: the simulators show their dialogue by it, and a tap is nothing else.
//!
//! Everything is told as an [`Event`], which is also the JSON that the command prints.

mod call;
mod event;
mod fault;
mod findings;
mod mischief;
mod observer;
mod pager;
mod panel;
mod place;
mod settings;
mod teller;
mod wire;

pub use call::{Call, CallError};
pub use event::{CallOutcome, Event, Heard, Outcome, Refused, Taken, Totals};
pub use fault::{Fault, FaultRate, Station};
pub use findings::{detail, of_line};
pub use observer::Observer;
pub use pager::{Pager, PagerReport};
pub use panel::{Panel, PanelReport};
pub use place::{Place, Stream};
pub use settings::{DEFAULT_PORT, LineSettings, SettingsError};
