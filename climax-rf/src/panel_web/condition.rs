//! The state of the panel: `panelCondGet`.

use alloc::vec::Vec;
use core::fmt;

use serde_json::Value;

use super::members::Members;
use super::{Flag, Limits, Member, Read, ReadError, Text, Warnings, clean};
use crate::codes::tables;

/// The mode of an area, as `{AREA_MODE_n}` says it. To be read and never to be set: the numbers
/// of set-mode are others, and differ between generations (Climax reference 9).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "serde", serde(transparent))]
pub struct AreaMode(
    /// The number in the place holder.
    pub u16,
);

impl AreaMode {
    /// 0: disarmed.
    pub const DISARMED: Self = Self(0);
    /// 1: fully armed.
    pub const ARMED: Self = Self(1);

    /// The name; `None` when no source names it.
    #[must_use]
    pub fn name(self) -> Option<&'static str> {
        let row = match self.0 {
            0 => "{AREA_MODE_0}",
            1 => "{AREA_MODE_1}",
            2 => "{AREA_MODE_2}",
            3 => "{AREA_MODE_3}",
            4 => "{AREA_MODE_4}",
            _ => return None,
        };
        tables::PANEL_STATUS_TEXT.get(row).map(|row| row.name())
    }
}

impl fmt::Display for AreaMode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => f.pad(name),
            None => write!(f, "unknown mode {}", self.0),
        }
    }
}

/// One group of conditions of a panel, for instance the mode and faults of an area.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Conditions {
    /// Members whose value is an area mode, with their names.
    pub modes: Vec<(alloc::string::String, AreaMode)>,
    /// Mains, battery, tamper, interference and whatever else has a flag.
    pub flags: Vec<Flag>,
    /// Everything else.
    pub others: Vec<Member>,
}

impl Conditions {
    /// A flag by its name without `_ok`, and without regard to case.
    #[must_use]
    pub fn flag(&self, name: &str) -> Option<&Flag> {
        let mut flags = self.flags.iter();
        flags.find(|flag| flag.name.eq_ignore_ascii_case(name))
    }
}

/// Reads `panelCondGet`: one row for each object of the answer that holds a value of its own.
///
/// # Errors
///
/// [`ReadError`] when the answer is too large, no JSON, or holds no object.
pub fn read_conditions(answer: &[u8], limits: &Limits) -> Result<Read<Conditions>, ReadError> {
    let mut warnings = Warnings {
        limit: limits.warnings,
        ..Warnings::default()
    };
    let value = clean::read(answer, limits, &mut warnings)?;
    let mut rows = Vec::new();
    collect(value, limits.rows, &mut rows, &mut warnings)?;
    if rows.is_empty() {
        return Err(ReadError::NoRows);
    }
    Ok(Read {
        rows,
        warnings: warnings.kept,
        more_warnings: warnings.more,
    })
}

/// As deep as the answer is, which the limit bounds.
fn collect(
    value: Value,
    limit: usize,
    rows: &mut Vec<Conditions>,
    warnings: &mut Warnings,
) -> Result<(), ReadError> {
    match value {
        Value::Array(list) => {
            for value in list {
                collect(value, limit, rows, warnings)?;
            }
        }
        Value::Object(members) => {
            let (inner, own): (Vec<_>, Vec<_>) = members
                .into_iter()
                .partition(|(_, value)| value.is_object() || value.is_array());
            if !own.is_empty() {
                if rows.len() >= limit {
                    return Err(ReadError::TooManyRows { limit });
                }
                let row = conditions(&mut Members {
                    members: own.into_iter().collect(),
                    row: rows.len(),
                    warnings,
                });
                rows.push(row);
            }
            for (_, value) in inner {
                collect(value, limit, rows, warnings)?;
            }
        }
        _ => {}
    }
    Ok(())
}

fn conditions(members: &mut Members<'_>) -> Conditions {
    let flags = members.flags();
    let mut modes = Vec::new();
    members.members.retain(|name, value| {
        let mode = value
            .as_str()
            .and_then(|text| Text::new(text).number_of("AREA_MODE"));
        if let Some(number) = mode {
            modes.push((name.clone(), AreaMode(number)));
        }
        mode.is_none()
    });
    Conditions {
        modes,
        flags,
        others: members.others(),
    }
}
