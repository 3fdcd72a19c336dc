//! Contact ID: the event that every report form of a panel carries, and the forms themselves.

mod event;

pub use event::{ContactId, EventCode, Group, Qualifier, Zone};
