//! Frames that a layout brings along to be tried with.

use alloc::string::String;
use alloc::vec::Vec;

/// What a sample expects of a field. Never shown in [`Debug`](core::fmt::Debug).
#[derive(Clone, PartialEq)]
pub(super) enum Expected {
    /// The raw number, or the quantity of a field with a scale.
    Integer(i128),
    /// The quantity.
    Float(f64),
    /// A name of the enumeration, text, or bytes as hexadecimal pairs.
    Text(String),
}

/// One sample.
#[derive(Clone, PartialEq)]
pub(super) struct Sample {
    pub(super) name: String,
    pub(super) line: usize,
    pub(super) bytes: Vec<u8>,
    pub(super) fields: Vec<(String, Expected)>,
    pub(super) absent: Vec<String>,
    pub(super) device: Option<Expected>,
    pub(super) device_type: Option<String>,
    pub(super) events: Option<Vec<String>>,
    pub(super) battery_low: Option<bool>,
    pub(super) ack: Option<Vec<u8>>,
    pub(super) refused: Option<String>,
    pub(super) one_way: bool,
}
