//! The digits of an event, wherever they stand.

use super::{ContactId, EventCode, Group, Qualifier, Zone};

/// A deviation that a reader may tolerate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Oddity {
    Spaces,
    LowerCase,
    LetterA,
    UnusualQualifier,
}

/// Digits that cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unreadable {
    /// The bytes end before the zone does.
    Truncated(usize),
    /// Something else where a digit belongs.
    Digit(usize),
}

/// Reads `QXYZ GG CCC` at the start of the text, with so many spaces before each group, and says
/// where it ends. What `odd` refuses ends the reading.
pub(crate) fn read_event<E: From<Unreadable>>(
    text: &[u8],
    spaces: [usize; 3],
    odd: impl FnMut(Oddity, usize) -> Result<(), E>,
) -> Result<(ContactId, usize), E> {
    let mut digits = Digits { text, at: 0, odd };
    digits.spaces(spaces[0])?;
    let start = digits.at;
    let qualifier = digits.take(|[digit]: [u8; 1]| Qualifier::from_digit(digit))?;
    if !matches!(
        qualifier,
        Qualifier::EVENT | Qualifier::RESTORE | Qualifier::STATUS
    ) {
        (digits.odd)(Oddity::UnusualQualifier, start)?;
    }
    let code = digits.take(EventCode::from_digits)?;
    digits.spaces(spaces[1])?;
    let group = digits.take(Group::from_digits)?;
    digits.spaces(spaces[2])?;
    let zone = digits.take(Zone::from_digits)?;
    let event = ContactId {
        qualifier,
        code,
        group,
        zone,
    };
    Ok((event, digits.at))
}

struct Digits<'a, F> {
    text: &'a [u8],
    at: usize,
    odd: F,
}

impl<F> Digits<'_, F> {
    fn spaces<E>(&mut self, expected: usize) -> Result<(), E>
    where
        F: FnMut(Oddity, usize) -> Result<(), E>,
    {
        let start = self.at;
        while self.text.get(self.at) == Some(&b' ') {
            self.at += 1;
        }
        if self.at - start == expected {
            return Ok(());
        }
        (self.odd)(Oddity::Spaces, start)
    }

    fn take<const N: usize, T, E: From<Unreadable>>(
        &mut self,
        read: impl FnOnce([u8; N]) -> Option<T>,
    ) -> Result<T, E>
    where
        F: FnMut(Oddity, usize) -> Result<(), E>,
    {
        let start = self.at;
        let digits = *self.text[start..]
            .first_chunk::<N>()
            .ok_or(Unreadable::Truncated(start))?;
        let value = read(digits).ok_or(Unreadable::Digit(start))?;
        self.at += N;
        for (at, digit) in (start..).zip(digits) {
            if digit.is_ascii_lowercase() {
                (self.odd)(Oddity::LowerCase, at)?;
            }
            if digit.eq_ignore_ascii_case(&b'A') {
                (self.odd)(Oddity::LetterA, at)?;
            }
        }
        Ok(value)
    }
}

/// Up to four hexadecimal digits.
pub(crate) fn hexadecimal(digits: &[u8]) -> Option<u16> {
    if digits.len() > 4 {
        return None;
    }
    // One look at all of them at the end costs less than one at each.
    let mut value = 0_u16;
    let mut all = 0_u8;
    for &digit in digits {
        let digit = HEXADECIMAL[usize::from(digit)];
        all |= digit;
        value = value << 4 | u16::from(digit & 0xF);
    }
    (all <= 0xF).then_some(value)
}

/// What a character counts as a hexadecimal digit; more than 15 when it is none.
const HEXADECIMAL: [u8; 256] = {
    let mut values = [0xFF; 256];
    let mut value = 0;
    while value < 16 {
        values[b"0123456789ABCDEF"[value as usize] as usize] = value;
        values[b"0123456789abcdef"[value as usize] as usize] = value;
        value += 1;
    }
    values
};
