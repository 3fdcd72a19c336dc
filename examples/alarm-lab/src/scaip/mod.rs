//! Simulated SCAIP units: habits and faults, one alarm or thousands per second.
//!
//! [`Sender`] is one unit on a socket of its own, [`LoadPlan`] many of them at a fixed rate,
//! [`habits`] a small collection of makers' habits to show, and [`Unit`] the state machine below
//! them all, without sockets and clock. Sending is simulated as SCAIP reference 5.1 and 10
//! describe it for one receiver: no second receiver is tried, and an alarm is not repeated on the
//! level of SCAIP.

mod body;
mod fault;
mod habit;
mod hand_made;
mod load;
mod outcome;
mod sender;
mod settings;
mod unit;

pub use fault::{DEFAULT_LOSS, Fault, UnknownFault};
pub use habit::{Habit, habits, play};
pub use load::{Amount, Latencies, LoadError, LoadPlan, OnOutcome, Progress, Report};
pub use outcome::{Direction, Exchange, Outcome, Silence, Verdict, WireMessage};
pub use sender::{OpenError, Sender, may_listen};
pub use settings::{DEFAULT_CONTROLLER, SenderSettings, SettingsError};
pub use unit::{Outgoing, Unit};
