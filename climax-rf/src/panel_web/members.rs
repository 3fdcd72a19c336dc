//! Rows and the members of a row.

use alloc::borrow::ToOwned;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;

use serde_json::{Map, Value};

use super::{Limits, Read, ReadError, Text, Warning, Warnings, clean};

/// Text that can name a person or a home: `Debug` does not show it.
#[derive(Clone, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(transparent))]
pub struct PersonalText(String);

impl PersonalText {
    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for PersonalText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(private)")
    }
}

/// A measured number in the digits that were sent.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(transparent))]
pub struct Reading(String);

impl Reading {
    pub(super) fn new(digits: &str) -> Self {
        Self(digits.trim().to_owned())
    }

    /// The digits as the panel wrote them.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The number; a decimal comma is read like a point. `None` when it is none.
    #[must_use]
    pub fn value(&self) -> Option<f64> {
        let plain = |b: u8| b.is_ascii_digit() || matches!(b, b'.' | b',' | b'-' | b'+');
        if !self.0.bytes().all(plain) {
            return None;
        }
        let value: f64 = self.0.replacen(',', ".", 1).parse().ok()?;
        value.is_finite().then_some(value)
    }
}

/// Signal strength as panels show it, such as `Strong, 9` (Climax reference 3.4).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Signal {
    /// 0 to 9, 9 the strongest; how it relates to dBm is not known.
    pub step: Option<u8>,
    /// As the panel wrote it.
    pub text: String,
}

impl Signal {
    fn new(text: String) -> Self {
        let last = text.rsplit([',', ' ']).next().unwrap_or_default();
        let step = last.parse().ok().filter(|step| *step <= 9);
        Self { step, text }
    }
}

/// A flag `NAME_ok` with the text `NAME` beside it. On some firmware the two contradict each
/// other; the flag wins (Climax reference 8).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Flag {
    /// The name without `_ok`.
    pub name: String,
    /// `"1"` good, `"0"` not good; `None` for anything else.
    pub ok: Option<bool>,
    /// The flag as the panel wrote it.
    pub raw: String,
    /// The text beside it.
    pub text: Option<Text>,
}

/// A member that has no place of its own.
#[derive(Clone, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Member {
    /// Its name.
    pub name: String,
    /// Its value: text as it is, anything else as JSON.
    pub value: String,
}

/// The value can be anything, a person's name included.
impl fmt::Debug for Member {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Member")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

/// Reads an answer and the rows in it.
pub(super) fn read_rows<T>(
    answer: &[u8],
    limits: &Limits,
    mut row: impl FnMut(&mut Members<'_>) -> T,
) -> Result<Read<T>, ReadError> {
    let mut warnings = Warnings {
        limit: limits.warnings,
        ..Warnings::default()
    };
    let value = clean::read(answer, limits, &mut warnings)?;
    let found = find_rows(value, 3).ok_or(ReadError::NoRows)?;
    if found.len() > limits.rows {
        return Err(ReadError::TooManyRows { limit: limits.rows });
    }
    let mut rows = Vec::with_capacity(found.len());
    for (place, value) in found.into_iter().enumerate() {
        match value {
            Value::Object(members) => {
                rows.push(row(&mut Members {
                    members,
                    row: place,
                    warnings: &mut warnings,
                }));
            }
            _ => warnings.push(Warning::RowIsNoObject { row: place }),
        }
    }
    Ok(Read {
        rows,
        warnings: warnings.kept,
        more_warnings: warnings.more,
    })
}

/// The list of objects in an answer, however it is wrapped; an empty list if there is no better.
fn find_rows(value: Value, depth: usize) -> Option<Vec<Value>> {
    match value {
        Value::Array(rows) if rows.is_empty() || rows.iter().any(Value::is_object) => Some(rows),
        Value::Object(members) if depth > 0 => {
            let lists = members
                .into_iter()
                .filter_map(|(_, value)| find_rows(value, depth - 1));
            // The longest: answers hold lists of choices beside the rows.
            lists.max_by_key(Vec::len)
        }
        _ => None,
    }
}

/// The members of one row; each is taken once, and what is left is kept as it is.
pub(super) struct Members<'a> {
    pub(super) members: Map<String, Value>,
    pub(super) row: usize,
    pub(super) warnings: &'a mut Warnings,
}

fn text_of(value: Value) -> String {
    match value {
        Value::String(text) => text,
        other => other.to_string(),
    }
}

impl Members<'_> {
    /// A member by any of its names, without regard to case.
    fn find(&self, names: &[&str]) -> Option<String> {
        names.iter().find_map(|name| {
            if self.members.contains_key(*name) {
                return Some((*name).to_owned());
            }
            let mut all = self.members.keys();
            all.find(|key| key.eq_ignore_ascii_case(name)).cloned()
        })
    }

    /// The text of a member; an empty text is none.
    pub(super) fn text(&mut self, names: &[&str]) -> Option<String> {
        let name = self.find(names)?;
        let value = self.members.get(&name)?;
        let simple = value.is_string() || value.is_number() || value.is_boolean();
        if !simple {
            return None;
        }
        let text = text_of(self.members.remove(&name)?);
        (!text.trim().is_empty()).then_some(text)
    }

    pub(super) fn personal(&mut self, names: &[&str]) -> Option<PersonalText> {
        self.text(names).map(PersonalText)
    }

    pub(super) fn placeholder(&mut self, names: &[&str]) -> Option<Text> {
        self.text(names).map(Text::new)
    }

    pub(super) fn signal(&mut self, names: &[&str]) -> Option<Signal> {
        self.text(names).map(Signal::new)
    }

    /// A number that comes as a number or as text. What is neither stays among the others.
    pub(super) fn number<N: core::str::FromStr>(
        &mut self,
        name: &'static str,
        names: &[&str],
    ) -> Option<N> {
        let found = self.find(names)?;
        let value = self.members.get(&found)?;
        let read = match value {
            Value::Null => {
                self.members.remove(&found);
                return None;
            }
            Value::String(text) if text.trim().is_empty() => {
                self.members.remove(&found);
                return None;
            }
            Value::String(text) => text.trim().parse().ok(),
            Value::Number(number) => number.to_string().parse().ok(),
            _ => None,
        };
        if read.is_some() {
            self.members.remove(&found);
        } else {
            let row = self.row;
            self.warnings
                .push(Warning::Unreadable { row, member: name });
        }
        read
    }

    pub(super) fn reading(&mut self, names: &[&str]) -> Option<Reading> {
        let found = self.find(names)?;
        let text = match self.members.get(&found)? {
            Value::String(text) => text.clone(),
            Value::Number(number) => number.to_string(),
            _ => return None,
        };
        let reading = Reading::new(&text);
        reading.value()?;
        self.members.remove(&found);
        Some(reading)
    }

    /// Every flag with its text.
    pub(super) fn flags(&mut self) -> Vec<Flag> {
        let is_flag = |name: &&String| name.len() > 3 && ends_with_ok(name);
        let names: Vec<String> = self.members.keys().filter(is_flag).cloned().collect();
        let mut flags = Vec::with_capacity(names.len());
        for full in names {
            let Some(value) = self.members.remove(&full) else {
                continue;
            };
            let raw = text_of(value);
            let name = full[..full.len() - 3].to_owned();
            let ok = match raw.trim() {
                "1" | "true" => Some(true),
                "0" | "false" => Some(false),
                _ => None,
            };
            // By its exact name: a search for each of many flags would take long.
            let text = match self.members.get(&name) {
                Some(Value::String(_)) => self.members.remove(&name).map(text_of),
                _ => None,
            };
            let text = text.filter(|text| !text.trim().is_empty()).map(Text::new);
            let says = text.as_ref().and_then(|text| match text.as_str().trim() {
                "{WEB_MSG_NORMAL}" | "{WEB_MSG_HIGH_BATTERY}" => Some(true),
                "{WEB_MSG_TAMPER}" => Some(false),
                _ => None,
            });
            if ok.is_some() && says.is_some() && ok != says {
                let row = self.row;
                self.warnings.push(Warning::FlagAgainstText { row });
            }
            flags.push(Flag {
                name,
                ok,
                raw,
                text,
            });
        }
        flags
    }

    /// What nobody has taken.
    pub(super) fn others(&mut self) -> Vec<Member> {
        core::mem::take(&mut self.members)
            .into_iter()
            .map(|(name, value)| Member {
                name,
                value: text_of(value),
            })
            .collect()
    }
}

fn ends_with_ok(name: &str) -> bool {
    name.len()
        .checked_sub(3)
        .and_then(|at| name.get(at..))
        .is_some_and(|end| end.eq_ignore_ascii_case("_ok"))
}
