//! Faults on the command line: a name, and how often it shows.

use std::fmt;
use std::str::FromStr;

/// The faults of one protocol.
pub trait Faults: Copy + 'static {
    /// What `alarm-lab faults` calls the protocol.
    const PROTOCOL: &'static str;
    /// Every fault; those that carry a number with any.
    const EVERY: &'static [Self];

    /// The name on the command line.
    fn name(self) -> &'static str;

    /// Whether it may show now and then; the others hold for the whole run.
    fn takes_rate(self) -> bool {
        true
    }

    /// The number that it carries instead of a rate: after how many calls.
    fn calls(self) -> Option<u32> {
        None
    }

    /// The same with this number, if it carries one.
    #[must_use]
    fn with_calls(self, _calls: u32) -> Self {
        self
    }
}

/// A fault and how often it shows: `NAME`, `NAME:PERCENT`, or `NAME:CALLS` for a fault that carries a number
/// of calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct FaultRate<F> {
    /// What.
    pub fault: F,
    /// In how many of a hundred cases; 0 to 100.
    pub percent: u8,
}

impl<F> FaultRate<F> {
    /// In every case.
    #[must_use]
    pub const fn always(fault: F) -> Self {
        FaultRate {
            fault,
            percent: 100,
        }
    }
}

impl<F: Faults> fmt::Display for FaultRate<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.fault.name();
        match (self.fault.calls(), self.percent) {
            (Some(calls), _) => write!(f, "{name}:{calls}"),
            (None, 100) => f.write_str(name),
            (None, percent) => write!(f, "{name}:{percent}"),
        }
    }
}

/// The text names no fault. Each variant holds what its message needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum UnknownFault {
    /// No fault of the protocol has this name.
    #[error("no such fault; `alarm-lab faults {0}` lists them")]
    Name(&'static str),
    /// The rate is no number from 0 to 100.
    #[error("the rate is a percentage from 0 to 100, such as {0}:30")]
    Rate(&'static str),
    /// The fault holds for the whole run.
    #[error("{0} holds for the whole run and takes no rate")]
    NoRate(&'static str),
    /// It begins after a number of calls.
    #[error("write after how many calls, such as {0}:3")]
    Calls(&'static str),
}

impl<F: Faults> FromStr for FaultRate<F> {
    type Err = UnknownFault;

    fn from_str(text: &str) -> Result<Self, UnknownFault> {
        let (name, rate) = match text.split_once([':', '=']) {
            Some((name, rate)) => (name, Some(rate)),
            None => (text, None),
        };
        let mut all = F::EVERY.iter().copied();
        let fault = all.find(|fault| fault.name() == name);
        let fault = fault.ok_or(UnknownFault::Name(F::PROTOCOL))?;
        let name = fault.name();
        if fault.calls().is_some() {
            let calls = rate.and_then(|calls| calls.parse().ok());
            return calls
                .map(|calls| FaultRate::always(fault.with_calls(calls)))
                .ok_or(UnknownFault::Calls(name));
        }
        let Some(rate) = rate else {
            return Ok(FaultRate::always(fault));
        };
        if !fault.takes_rate() {
            return Err(UnknownFault::NoRate(name));
        }
        match rate.strip_suffix('%').unwrap_or(rate).parse() {
            Ok(percent @ 0..=100) => Ok(FaultRate { fault, percent }),
            _ => Err(UnknownFault::Rate(name)),
        }
    }
}
