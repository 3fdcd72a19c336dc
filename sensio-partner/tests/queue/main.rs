//! What the delivery queue does about each outcome (Partner API reference 4.4, 8.2, 8.3, 9 and 11).

mod bench;
mod bounds;
mod conditions;
mod dead_letters;
mod lateness;
mod limits;
mod pauses;
mod refusals;
mod statuses;
