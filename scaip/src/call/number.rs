//! Telephone numbers, compared.

use std::fmt;

/// A telephone number as far as it is compared: its digits, without a leading `+` or `00`, blanks
/// and punctuation. `Debug` hides it.
///
/// `+47 00 00 00 00`, `0047 00000000` and `tel:4700000000` are equal. A number without its country
/// code is another number: learn it as well where a network hands it over so.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PhoneNumber(Box<str>);

/// Digits of the longest number. E.164 has 15; prefixes of exchanges come on top.
const LONGEST: usize = 32;

impl PhoneNumber {
    /// Reads a number, bare or as the user part of a `tel:`, `gsm:`, `sip:` or `sips:` address;
    /// parameters and host are passed over. `None` when anything but digits and their usual
    /// punctuation is left, or nothing, or more than 32 digits.
    #[must_use]
    pub fn read(text: &str) -> Option<PhoneNumber> {
        let text = match text.split_once(':') {
            Some((scheme, rest)) => {
                let known = ["tel", "gsm", "sip", "sips"];
                known
                    .iter()
                    .any(|name| scheme.trim().eq_ignore_ascii_case(name))
                    .then_some(rest)?
            }
            None => text,
        };
        let end = text.find(['@', ';']).unwrap_or(text.len());
        let text = text.get(..end)?.trim();
        let international = text.strip_prefix('+');
        let text = international.unwrap_or(text);
        if text.len() > LONGEST * 4 {
            return None;
        }
        let mut digits = String::with_capacity(text.len());
        for sign in text.chars() {
            match sign {
                '0'..='9' => digits.push(sign),
                ' ' | '\u{a0}' | '-' | '.' | '(' | ')' | '/' => {}
                _ => return None,
            }
        }
        let digits = match digits.strip_prefix("00") {
            Some(behind) if international.is_none() => behind,
            _ => &digits,
        };
        if digits.is_empty() || digits.len() > LONGEST {
            return None;
        }
        Some(PhoneNumber(digits.into()))
    }

    /// The digits.
    #[must_use]
    pub fn digits(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for PhoneNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PhoneNumber(hidden)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_number_in_many_spellings_is_one_number() {
        let number = PhoneNumber::read("4700000001").unwrap();
        for text in [
            "+4700000001",
            "004700000001",
            "+47 00 00 00 01",
            " 0047-0000 0001 ",
            "tel:+4700000001",
            "TEL:+47(0000)0001;phone-context=x",
            "gsm:+4700000001",
            "sip:+4700000001@gateway.example.net;user=phone",
        ] {
            assert_eq!(PhoneNumber::read(text).as_ref(), Some(&number), "{text}");
        }
        assert_ne!(PhoneNumber::read("00000001").unwrap(), number);
    }

    #[test]
    fn what_is_no_number_is_none() {
        for text in [
            "",
            "+",
            "00",
            "gsm:",
            "gsm:+",
            "anonymous",
            "sip:desk7@example.net",
            "fax:1",
            "++47",
            "4٣",
        ] {
            assert_eq!(PhoneNumber::read(text), None, "{text}");
        }
        assert_eq!(PhoneNumber::read(&"1".repeat(33)), None);
        assert_eq!(PhoneNumber::read(&" ".repeat(1000)), None);
    }

    #[test]
    fn debug_hides_the_number() {
        let number = PhoneNumber::read("+4700000001").unwrap();
        assert!(!format!("{number:?}").contains('1'));
    }
}
