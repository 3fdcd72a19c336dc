//! Texts in the form in which rules compare them.

use alloc::vec::Vec;

use super::rules::Letters;

/// The characters to compare, each with the place in the text that it came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Folded {
    pub(super) characters: Vec<char>,
    /// Byte offsets; one more than there are characters.
    places: Vec<usize>,
}

impl Folded {
    pub(super) fn new(text: &str, letters: Letters) -> Self {
        let mut folded = Folded {
            characters: Vec::with_capacity(text.len()),
            places: Vec::with_capacity(text.len() + 1),
        };
        for (place, character) in text.char_indices() {
            if letters == Letters::Exact {
                folded.push(character, place);
            } else if character.is_whitespace() {
                // One blank for a run of them, none at the start.
                if folded.characters.last().is_some_and(|&last| last != ' ') {
                    folded.push(' ', place);
                }
            } else {
                fold(character, |character| folded.push(character, place));
            }
        }
        let mut end = text.len();
        if letters == Letters::Folded && folded.characters.last() == Some(&' ') {
            folded.characters.pop();
            end = folded.places.pop().unwrap_or(end);
        }
        folded.places.push(end);
        folded
    }

    fn push(&mut self, character: char, place: usize) {
        self.characters.push(character);
        self.places.push(place);
    }

    /// The part of the text that the characters `from..to` came from.
    pub(super) fn part<'t>(&self, text: &'t str, from: usize, to: usize) -> &'t str {
        let place = |at: usize| self.places.get(at).copied().unwrap_or(text.len());
        text.get(place(from)..place(to)).unwrap_or_default().trim()
    }
}

/// Small letters, those outside ASCII as `CharacterSet::encode` replaces them.
pub(super) fn fold(character: char, mut put: impl FnMut(char)) {
    for character in character.to_lowercase() {
        match character {
            'ø' | 'ö' => put('o'),
            'å' | 'ä' => put('a'),
            'ü' => put('u'),
            'é' => put('e'),
            'æ' => {
                put('a');
                put('e');
            }
            'ß' => {
                put('s');
                put('s');
            }
            character => put(character),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::String;

    fn folded(text: &str) -> String {
        Folded::new(text, Letters::Folded)
            .characters
            .iter()
            .collect()
    }

    #[test]
    fn case_national_letters_and_blanks_are_no_difference() {
        assert_eq!(folded("  RØYK \r\n  KJØKKEN  "), "royk kjokken");
        assert_eq!(folded("Båser ÆØÅ"), "baser aeoa");
        assert_eq!(folded("BRÄNDER KÖK"), "brander kok");
        assert_eq!(folded("   "), "");
        let exact = Folded::new("Aø  ", Letters::Exact);
        assert_eq!(exact.characters, ['A', 'ø', ' ', ' ']);
    }

    #[test]
    fn a_part_is_found_in_the_text_as_it_was() {
        let text = "RÆV   ROM 17 ";
        let whole = Folded::new(text, Letters::Folded);
        assert_eq!(whole.characters.len(), "raev rom 17".len());
        assert_eq!(whole.part(text, 0, 4), "RÆV");
        assert_eq!(whole.part(text, 5, 11), "ROM 17");
    }
}
