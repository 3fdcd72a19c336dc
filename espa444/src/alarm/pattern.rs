//! Patterns with placeholders.
//!
//! A pattern is a list of stretches of fixed text with runs of any text between them. Each stretch
//! is taken at the first place where it fits, which is always right because a stretch that starts
//! later cannot end earlier. The time is bounded by the product of both lengths.

use alloc::string::String;
use alloc::vec::Vec;

use super::fold::{Folded, fold};
use super::rules::{Letters, PatternError};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Piece {
    Character(char),
    AnyOne,
    /// One digit or more, as many as there are.
    Digits,
}

/// What the text of a run is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    Location,
    Component,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Run {
    /// Characters that it takes at least.
    least: usize,
    part: Option<Part>,
    /// What follows it.
    then: Vec<Piece>,
}

/// A pattern, read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Pattern {
    first: Vec<Piece>,
    runs: Vec<Run>,
}

/// The named parts of a text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Parts {
    pub(super) location: Option<String>,
    pub(super) component: Option<String>,
}

impl Pattern {
    pub(super) fn new(text: &str, letters: Letters) -> Result<Self, PatternError> {
        if text.is_empty() {
            return Err(PatternError::Empty);
        }
        let mut pattern = Pattern {
            first: Vec::new(),
            runs: Vec::new(),
        };
        let mut rest = text;
        while let Some(character) = rest.chars().next() {
            rest = &rest[character.len_utf8()..];
            if character != '{' {
                pattern.literal(character, letters);
            } else if let Some(after) = rest.strip_prefix('{') {
                rest = after;
                pattern.literal('{', letters);
            } else {
                let (name, after) = rest.split_once('}').ok_or(PatternError::Unclosed)?;
                rest = after;
                pattern.placeholder(name)?;
            }
        }
        if letters == Letters::Folded {
            // The text has no blanks at its ends.
            let first = &mut pattern.first;
            if first.first() == Some(&Piece::Character(' ')) {
                first.remove(0);
            }
            let last = pattern.last();
            if last.last() == Some(&Piece::Character(' ')) {
                last.pop();
            }
        }
        Ok(pattern)
    }

    fn last(&mut self) -> &mut Vec<Piece> {
        match self.runs.last_mut() {
            Some(run) => &mut run.then,
            None => &mut self.first,
        }
    }

    fn literal(&mut self, character: char, letters: Letters) {
        let pieces = self.last();
        if letters == Letters::Exact {
            pieces.push(Piece::Character(character));
        } else if character.is_whitespace() {
            if pieces.last() != Some(&Piece::Character(' ')) {
                pieces.push(Piece::Character(' '));
            }
        } else {
            fold(character, |character| {
                pieces.push(Piece::Character(character));
            });
        }
    }

    fn placeholder(&mut self, name: &str) -> Result<(), PatternError> {
        let (least, part) = match name {
            "?" => {
                self.last().push(Piece::AnyOne);
                return Ok(());
            }
            "9" => {
                self.last().push(Piece::Digits);
                return Ok(());
            }
            "*" => (0, None),
            "location" => (1, Some(Part::Location)),
            "component" => (1, Some(Part::Component)),
            _ => return Err(PatternError::UnknownPlaceholder),
        };
        if self.runs.last().is_some_and(|run| run.then.is_empty()) {
            return Err(PatternError::SideBySide);
        }
        if part.is_some() && self.runs.iter().any(|run| run.part == part) {
            return Err(PatternError::Twice);
        }
        self.runs.push(Run {
            least,
            part,
            then: Vec::new(),
        });
        Ok(())
    }

    /// The named parts, if the whole text fits.
    pub(super) fn parts(&self, text: &str, folded: &Folded) -> Option<Parts> {
        let characters = folded.characters.as_slice();
        let mut parts = Parts::default();
        let mut at = stretch(&self.first, characters, 0)?;
        for (index, run) in self.runs.iter().enumerate() {
            let is_last = index + 1 == self.runs.len();
            let (start, end) = (at + run.least..=characters.len()).find_map(|start| {
                let end = stretch(&run.then, characters, start)?;
                let fits = !is_last || run.then.is_empty() || end == characters.len();
                fits.then_some((start, end))
            })?;
            let (start, end) = if is_last && run.then.is_empty() {
                (characters.len(), characters.len())
            } else {
                (start, end)
            };
            let slot = match run.part {
                Some(Part::Location) => Some(&mut parts.location),
                Some(Part::Component) => Some(&mut parts.component),
                None => None,
            };
            if let Some(slot) = slot {
                *slot = Some(folded.part(text, at, start).into());
            }
            at = end;
        }
        (at == characters.len()).then_some(parts)
    }
}

/// Where the pieces end that fit at `at`.
fn stretch(pieces: &[Piece], characters: &[char], mut at: usize) -> Option<usize> {
    for piece in pieces {
        let &character = characters.get(at)?;
        match *piece {
            Piece::Character(wanted) if wanted != character => return None,
            Piece::Character(_) | Piece::AnyOne => at += 1,
            Piece::Digits => {
                let digits = characters[at..]
                    .iter()
                    .take_while(|character| character.is_ascii_digit())
                    .count();
                if digits == 0 {
                    return None;
                }
                at += digits;
            }
        }
    }
    Some(at)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::string::ToString;

    fn parts(pattern: &str, text: &str) -> Option<(Option<String>, Option<String>)> {
        let pattern = Pattern::new(pattern, Letters::Folded).unwrap();
        let folded = Folded::new(text, Letters::Folded);
        let parts = pattern.parts(text, &folded)?;
        Some((parts.location, parts.component))
    }

    #[test]
    fn placeholders_take_what_they_say() {
        let some = |text: &str| Some(text.to_string());
        assert_eq!(
            parts(
                "{*}rom {location} seng {component}",
                "ANROP ROM 12 B  SENG 2"
            ),
            Some((some("12 B"), some("2")))
        );
        assert_eq!(
            parts("BRANN SLOYFE {9} DET {component}", "Brann sløyfe 31 det 17"),
            Some((None, some("17")))
        );
        assert_eq!(parts("A{?}C", "aøc"), Some((None, None)));
        assert_eq!(parts("{location} FEIL", "FEIL"), None);
        assert_eq!(parts("{*}FEIL", "NETTFEIL"), Some((None, None)));
        assert_eq!(parts("{*}AB", "ABAB"), Some((None, None)));
        assert_eq!(parts("{*}{9}A{*}", "x12A"), Some((None, None)));
        assert_eq!(parts("{*}{9}", "12"), Some((None, None)));
        assert_eq!(parts("{{1}", "{1}"), Some((None, None)));
        assert_eq!(parts("AB", "ABC"), None);
        assert_eq!(parts("ROM{*}", "ROM"), Some((None, None)));
    }

    #[test]
    fn patterns_that_make_no_sense_are_refused() {
        for (text, error) in [
            ("", PatternError::Empty),
            ("A{", PatternError::Unclosed),
            ("{x}", PatternError::UnknownPlaceholder),
            ("{*}{location}", PatternError::SideBySide),
            ("{location} {location}", PatternError::Twice),
        ] {
            assert_eq!(Pattern::new(text, Letters::Folded), Err(error), "{text}");
        }
    }

    /// The same by trying everything.
    fn slow(pattern: &[char], text: &[char]) -> bool {
        match pattern {
            [] => text.is_empty(),
            ['*', rest @ ..] => (0..=text.len()).any(|skip| slow(rest, &text[skip..])),
            ['?', rest @ ..] => !text.is_empty() && slow(rest, &text[1..]),
            ['9', rest @ ..] => {
                let digits = text.iter().take_while(|c| c.is_ascii_digit()).count();
                digits > 0 && slow(rest, &text[digits..])
            }
            [wanted, rest @ ..] => text.first() == Some(wanted) && slow(rest, &text[1..]),
        }
    }

    proptest! {
        #[test]
        fn the_first_place_is_always_right(pattern in "[ab*?9]{1,8}", text in "[ab12]{0,10}") {
            let mut written = String::new();
            for character in pattern.chars() {
                match character {
                    '*' if written.ends_with("{*}") => {}
                    '*' | '?' | '9' => {
                        written.push('{');
                        written.push(character);
                        written.push('}');
                    }
                    character => written.push(character),
                }
            }
            let read = Pattern::new(&written, Letters::Exact).unwrap();
            let folded = Folded::new(&text, Letters::Exact);
            let pattern: Vec<char> = pattern.chars().collect();
            let characters: Vec<char> = text.chars().collect();
            prop_assert_eq!(read.parts(&text, &folded).is_some(), slow(&pattern, &characters));
        }
    }
}
