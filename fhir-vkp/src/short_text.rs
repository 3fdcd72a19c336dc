//! Short texts kept in place.

/// A text of at most `N` bytes, `N` at most 255, that needs no heap.
///
/// What is not used stays zero, so that equal texts are equal values.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct ShortText<const N: usize> {
    bytes: [u8; N],
    length: u8,
}

impl<const N: usize> ShortText<N> {
    pub(crate) const EMPTY: Self = Self {
        bytes: [0; N],
        length: 0,
    };

    /// `None` for a text that is too long.
    pub(crate) fn new(text: &str) -> Option<Self> {
        let mut short = Self::EMPTY;
        short
            .bytes
            .get_mut(..text.len())?
            .copy_from_slice(text.as_bytes());
        short.length = u8::try_from(text.len()).ok()?;
        Some(short)
    }

    pub(crate) fn as_str(&self) -> &str {
        // UTF-8 throughout: only whole texts and ASCII are put in.
        core::str::from_utf8(&self.bytes[..usize::from(self.length)]).unwrap_or_default()
    }

    /// Puts an ASCII character at the end. Where there is no room, it is left out.
    pub(crate) fn push(&mut self, character: u8) {
        debug_assert!(character.is_ascii());
        if let Some(place) = self.bytes.get_mut(usize::from(self.length)) {
            *place = character;
            self.length += 1;
        }
    }

    /// Puts a number at the end, with all of its digits and no zero in front.
    pub(crate) fn push_whole(&mut self, number: u32) {
        #[allow(clippy::cast_possible_truncation, reason = "at most nine")]
        let more = number.checked_ilog10().unwrap_or(0) as u8;
        self.push_number(number, more + 1);
    }

    /// Puts the last `digits` digits of a number at the end, with zeros in front.
    pub(crate) fn push_number(&mut self, mut number: u32, digits: u8) {
        let start = usize::from(self.length);
        let Some(places) = self.bytes.get_mut(start..start + usize::from(digits)) else {
            return;
        };
        for place in places.iter_mut().rev() {
            *place = b"0123456789"[(number % 10) as usize];
            number /= 10;
        }
        self.length += digits;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_fits_is_kept_and_what_does_not_is_refused() {
        assert_eq!(
            ShortText::<4>::new("1234").map(|t| t.as_str().len()),
            Some(4)
        );
        assert!(ShortText::<4>::new("12345").is_none());
        assert_eq!(ShortText::<4>::new("æ").expect("fits").as_str(), "æ");
    }

    #[test]
    fn numbers_have_their_zeros_and_nothing_goes_beyond_the_end() {
        let mut text = ShortText::<5>::EMPTY;
        text.push_number(7, 2);
        text.push(b':');
        text.push_number(1_234, 3);
        assert_eq!(text.as_str(), "07:");
        text.push_number(1_234, 2);
        text.push(b'x');
        assert_eq!(text.as_str(), "07:34");
        assert!(text == ShortText::new("07:34").expect("fits"));
        for number in [0, 9, 10, 99_999, 100_000, u32::MAX] {
            let mut text = ShortText::<10>::EMPTY;
            text.push_whole(number);
            assert_eq!(text.as_str(), number.to_string());
        }
    }
}
