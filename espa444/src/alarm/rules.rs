//! Ordered text rules: plain data of the installation.
//!
//! A rule holds when every condition it states holds; of the rules that hold the first one counts.
//! Records that are not sent match no condition: absence means the receiver's default (ESPA
//! reference 6). With the feature `serde` rules are read from a configuration:
//!
//! ```toml
//! [[rules]]
//! name = "fault cleared"
//! text = [{ pattern = "FEIL{*}OPPHEVET" }]
//! kind = "malfunction"
//! phase = "end"
//!
//! [[rules]]
//! name = "bell at the bed"
//! address = [{ prefix = "4" }]
//! text = [{ pattern = "ANROP ROM {location} SENG {component}" }, { word = "KALL" }]
//! priority = ["1", "2"]
//! kind = "help_call"
//! ```

use alloc::borrow::{Cow, ToOwned};
use alloc::string::String;
use alloc::vec::Vec;

use alarm_codes::{Kind, Phase, Private};

use super::fold::Folded;
use super::pattern::{Parts, Pattern};
use crate::block::Block;
use crate::characters::CharacterSet;

/// A condition on a text.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "kebab-case"))]
#[non_exhaustive]
pub enum TextMatch {
    /// The whole text.
    Equals(String),
    /// Its beginning.
    Prefix(String),
    /// Any part of it, also inside a word: `FEIL` is in `NETTFEIL`.
    Contains(String),
    /// A part of it that no letter or digit touches: `FALL` is not in `AVFALL`.
    Word(String),
    /// The whole text, with placeholders:
    ///
    /// | placeholder | stands for |
    /// |---|---|
    /// | `{*}` | any characters, or none |
    /// | `{?}` | one character |
    /// | `{9}` | one digit or more |
    /// | `{location}` | one character or more, kept as the place |
    /// | `{component}` | one character or more, kept as the part of the device |
    ///
    /// `{{` stands for `{`.
    Pattern(String),
}

/// How letters are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "kebab-case"))]
#[non_exhaustive]
pub enum Letters {
    /// Without regard to case; Ø, Æ, Å and their like equal what a sender without them writes (O,
    /// AE, A, as [`CharacterSet::encode`]); a run of blanks and line ends is one blank, at the ends
    /// none: panels pad with them.
    #[default]
    Folded,
    /// As they stand.
    Exact,
}

/// One rule. Of several matches of a condition one has to hold; an empty list is no condition.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(
    feature = "serde",
    serde(deny_unknown_fields, rename_all = "kebab-case")
)]
#[non_exhaustive]
pub struct Rule {
    /// For people: what the rule is for.
    #[cfg_attr(feature = "serde", serde(default))]
    pub name: String,
    /// Record 1.
    #[cfg_attr(
        feature = "serde",
        serde(default, skip_serializing_if = "Vec::is_empty")
    )]
    pub address: Vec<TextMatch>,
    /// Record 2.
    #[cfg_attr(
        feature = "serde",
        serde(default, skip_serializing_if = "Vec::is_empty")
    )]
    pub text: Vec<TextMatch>,
    /// Record 4. In this and the next two a value of one character stands for its refinements
    /// too: `7` for `71`.
    #[cfg_attr(
        feature = "serde",
        serde(default, skip_serializing_if = "Vec::is_empty")
    )]
    pub call_type: Vec<String>,
    /// Record 6.
    #[cfg_attr(
        feature = "serde",
        serde(default, skip_serializing_if = "Vec::is_empty")
    )]
    pub priority: Vec<String>,
    /// Record 3.
    #[cfg_attr(
        feature = "serde",
        serde(default, skip_serializing_if = "Vec::is_empty")
    )]
    pub beep: Vec<String>,
    /// How address and text are compared.
    #[cfg_attr(feature = "serde", serde(default))]
    pub letters: Letters,
    /// What the call means.
    pub kind: Kind,
    /// Whether it begins, changes or ends.
    #[cfg_attr(feature = "serde", serde(default = "start"))]
    pub phase: Phase,
    /// For an end: the kinds that are over. Empty stands for `kind` itself, and with
    /// [`Kind::Cancel`] for whatever is open, which a person then has to choose.
    #[cfg_attr(
        feature = "serde",
        serde(default, skip_serializing_if = "Vec::is_empty")
    )]
    pub clears: Vec<Kind>,
}

#[cfg(feature = "serde")]
const fn start() -> Phase {
    Phase::Start
}

impl Rule {
    /// A rule without conditions, which holds for every call: [`Phase::End`] for [`Kind::Cancel`],
    /// else [`Phase::Start`].
    #[must_use]
    pub const fn new(kind: Kind) -> Self {
        Rule {
            name: String::new(),
            address: Vec::new(),
            text: Vec::new(),
            call_type: Vec::new(),
            priority: Vec::new(),
            beep: Vec::new(),
            letters: Letters::Folded,
            kind,
            phase: if matches!(kind, Kind::Cancel) {
                Phase::End
            } else {
                Phase::Start
            },
            clears: Vec::new(),
        }
    }

    /// The same with a name.
    #[must_use]
    pub fn named(mut self, name: impl Into<String>) -> Self {
        self.name = name.into();
        self
    }

    /// The same with one more address.
    #[must_use]
    pub fn with_address(mut self, address: TextMatch) -> Self {
        self.address.push(address);
        self
    }

    /// The same with one more text.
    #[must_use]
    pub fn with_text(mut self, text: TextMatch) -> Self {
        self.text.push(text);
        self
    }

    /// The same with one more call type.
    #[must_use]
    pub fn with_call_type(mut self, value: impl Into<String>) -> Self {
        self.call_type.push(value.into());
        self
    }

    /// The same with one more priority.
    #[must_use]
    pub fn with_priority(mut self, value: impl Into<String>) -> Self {
        self.priority.push(value.into());
        self
    }

    /// The same with one more beep code.
    #[must_use]
    pub fn with_beep(mut self, value: impl Into<String>) -> Self {
        self.beep.push(value.into());
        self
    }

    /// The same with letters compared as they stand.
    #[must_use]
    pub const fn with_exact_letters(mut self) -> Self {
        self.letters = Letters::Exact;
        self
    }

    /// The same as an end of these kinds; of its own kind when there are none.
    #[must_use]
    pub fn ending(mut self, clears: &[Kind]) -> Self {
        self.phase = Phase::End;
        self.clears = clears.to_vec();
        self
    }

    fn has_conditions(&self) -> bool {
        let texts = [&self.address, &self.text];
        let values = [&self.call_type, &self.priority, &self.beep];
        texts.iter().any(|list| !list.is_empty()) || values.iter().any(|list| !list.is_empty())
    }
}

/// Why a set of rules is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("rule {rule}: {kind}")]
#[non_exhaustive]
pub struct RuleError {
    /// Its place, from 0.
    pub rule: usize,
    /// Why.
    pub kind: RuleErrorKind,
}

/// Why a rule is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RuleErrorKind {
    /// A text that would be in every text.
    #[error("an empty text")]
    EmptyText,
    /// A value that no record has.
    #[error("an empty value")]
    EmptyValue,
    /// A pattern that cannot be read.
    #[error(transparent)]
    Pattern(#[from] PatternError),
    /// A rule before it has no condition and always holds.
    #[error("never reached, a rule without conditions stands before it")]
    NeverReached,
    /// Kinds to end in a rule that ends nothing.
    #[error("kinds to clear in a rule that is no end")]
    ClearsWithoutEnd,
    /// [`Kind::Cancel`] begins nothing.
    #[error("a cancel that is no end")]
    CancelWithoutEnd,
}

/// Why a pattern cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PatternError {
    /// Nothing in it.
    #[error("an empty pattern")]
    Empty,
    /// `{` without `}`.
    #[error("a placeholder without its closing brace; write {{{{ for a brace")]
    Unclosed,
    /// Something else between the braces.
    #[error("no such placeholder: there are {{*}} {{?}} {{9}} {{location}} {{component}}")]
    UnknownPlaceholder,
    /// Nothing says where the first of the two ends.
    #[error("two placeholders of any length side by side")]
    SideBySide,
    /// A named part comes again.
    #[error("a named placeholder twice")]
    Twice,
}

/// Rules that were checked and are ready for use.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rules {
    rules: Vec<Rule>,
    prepared: Vec<Prepared>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Prepared {
    address: Vec<Test>,
    text: Vec<Test>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Test {
    Equals(Vec<char>),
    Prefix(Vec<char>),
    Contains(Vec<char>),
    Word(Vec<char>),
    Pattern(Pattern),
}

impl Rules {
    /// Checks rules.
    ///
    /// # Errors
    ///
    /// [`RuleError`] for the first rule that cannot be meant as it stands.
    pub fn new(rules: Vec<Rule>) -> Result<Self, RuleError> {
        let mut prepared = Vec::with_capacity(rules.len());
        let mut always = false;
        for (index, rule) in rules.iter().enumerate() {
            let refuse = |kind| RuleError { rule: index, kind };
            let values = rule
                .call_type
                .iter()
                .chain(&rule.priority)
                .chain(&rule.beep);
            let problem = if always {
                Some(RuleErrorKind::NeverReached)
            } else if rule.phase != Phase::End && rule.kind == Kind::Cancel {
                Some(RuleErrorKind::CancelWithoutEnd)
            } else if rule.phase != Phase::End && !rule.clears.is_empty() {
                Some(RuleErrorKind::ClearsWithoutEnd)
            } else if values.into_iter().any(String::is_empty) {
                Some(RuleErrorKind::EmptyValue)
            } else {
                None
            };
            if let Some(kind) = problem {
                return Err(refuse(kind));
            }
            always = !rule.has_conditions();
            let tests = |list: &[TextMatch]| -> Result<Vec<Test>, RuleErrorKind> {
                list.iter()
                    .map(|condition| Test::new(condition, rule.letters))
                    .collect()
            };
            prepared.push(Prepared {
                address: tests(&rule.address).map_err(refuse)?,
                text: tests(&rule.text).map_err(refuse)?,
            });
        }
        Ok(Rules { rules, prepared })
    }

    /// The rules in their order.
    #[must_use]
    pub fn as_slice(&self) -> &[Rule] {
        &self.rules
    }

    /// The first rule that holds.
    pub(super) fn find<'r>(&'r self, readings: &Readings<'_>) -> Option<Found<'r>> {
        let rules = self.rules.iter().zip(&self.prepared).enumerate();
        for (index, (rule, prepared)) in rules {
            if let Some(parts) = readings.satisfy(rule, prepared) {
                return Some(Found {
                    index,
                    rule,
                    location: parts.location.map(Private::new),
                    component: parts.component,
                });
            }
        }
        None
    }
}

impl Test {
    fn new(condition: &TextMatch, letters: Letters) -> Result<Self, RuleErrorKind> {
        let folded = |text: &str| match Folded::new(text, letters).characters {
            characters if characters.is_empty() => Err(RuleErrorKind::EmptyText),
            characters => Ok(characters),
        };
        Ok(match condition {
            TextMatch::Equals(text) => Test::Equals(folded(text)?),
            TextMatch::Prefix(text) => Test::Prefix(folded(text)?),
            TextMatch::Contains(text) => Test::Contains(folded(text)?),
            TextMatch::Word(text) => Test::Word(folded(text)?),
            TextMatch::Pattern(text) => Test::Pattern(Pattern::new(text, letters)?),
        })
    }

    fn holds(&self, text: &str, folded: &Folded) -> Option<Parts> {
        let characters = folded.characters.as_slice();
        let holds = match self {
            Test::Equals(wanted) => characters == wanted,
            Test::Prefix(wanted) => characters.starts_with(wanted),
            Test::Contains(wanted) => places(characters, wanted).next().is_some(),
            Test::Word(wanted) => places(characters, wanted).any(|at| {
                let touches =
                    |neighbour: Option<&char>| neighbour.is_some_and(|c| c.is_alphanumeric());
                let before = at.checked_sub(1).and_then(|at| characters.get(at));
                !touches(before) && !touches(characters.get(at + wanted.len()))
            }),
            Test::Pattern(pattern) => return pattern.parts(text, folded),
        };
        holds.then(Parts::default)
    }
}

fn places<'t>(characters: &'t [char], wanted: &'t [char]) -> impl Iterator<Item = usize> + 't {
    characters
        .windows(wanted.len())
        .enumerate()
        .filter_map(move |(at, window)| (window == wanted).then_some(at))
}

/// The rule that holds, and what its pattern names.
pub(super) struct Found<'r> {
    pub(super) index: usize,
    pub(super) rule: &'r Rule,
    pub(super) location: Option<Private<String>>,
    pub(super) component: Option<String>,
}

/// A call, in the forms that rules look at.
pub(super) struct Readings<'a> {
    block: &'a Block<'a>,
    /// A reset need not repeat everything of the call: conditions on what it leaves out, and on
    /// the call type, are passed over.
    reset: bool,
    address: Option<Reading<'a>>,
    text: Option<Reading<'a>>,
}

struct Reading<'a> {
    text: Cow<'a, str>,
    folded: Folded,
    exact: Folded,
}

impl<'a> Reading<'a> {
    fn new(text: Cow<'a, str>) -> Self {
        Reading {
            folded: Folded::new(&text, Letters::Folded),
            exact: Folded::new(&text, Letters::Exact),
            text,
        }
    }
}

impl<'a> Readings<'a> {
    pub(super) fn new(block: &'a Block<'a>, characters: CharacterSet, reset: bool) -> Self {
        let address = block.call_address();
        let text = block.display_message();
        Readings {
            block,
            reset,
            address: address.map(|it| Reading::new(characters.decode(it.as_bytes()))),
            text: text.map(|it| Reading::new(it.decode(characters))),
        }
    }

    fn satisfy(&self, rule: &Rule, prepared: &Prepared) -> Option<Parts> {
        let block = self.block;
        let values = [
            (
                &rule.call_type,
                block.call_type().map(|it| it.as_bytes()),
                true,
            ),
            (
                &rule.priority,
                block.priority().map(|it| it.as_bytes()),
                false,
            ),
            (&rule.beep, block.beep_code().map(|it| it.as_bytes()), false),
        ];
        for (wanted, received, is_call_type) in values {
            let holds = match received {
                _ if wanted.is_empty() || self.reset && is_call_type => true,
                None => self.reset,
                Some(received) => wanted.iter().any(|value| is_value(value, received)),
            };
            if !holds {
                return None;
            }
        }
        let mut parts = Parts::default();
        for (tests, reading) in [
            (&prepared.address, &self.address),
            (&prepared.text, &self.text),
        ] {
            if tests.is_empty() {
                continue;
            }
            let reading = reading.as_ref()?;
            let folded = match rule.letters {
                Letters::Folded => &reading.folded,
                Letters::Exact => &reading.exact,
            };
            let found = tests
                .iter()
                .find_map(|test| test.holds(&reading.text, folded))?;
            parts.location = found.location.or(parts.location);
            parts.component = found.component.or(parts.component);
        }
        Some(parts)
    }
}

/// Whether a received value is the one of a rule, or a refinement of it (ESPA reference 6).
pub(super) fn is_value(value: &str, received: &[u8]) -> bool {
    let value = value.as_bytes();
    received == value || value.len() == 1 && received.first() == value.first()
}

/// The text forms, for tables of rules in code.
pub(super) fn words(words: &[&str]) -> Vec<TextMatch> {
    words
        .iter()
        .map(|word| TextMatch::Word((*word).to_owned()))
        .collect()
}
