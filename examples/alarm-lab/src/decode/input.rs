//! Telling what an input is.

use super::Format;

/// Whether the input is read as a bare XML body.
pub(super) fn is_xml(input: &[u8], format: Format) -> bool {
    match format {
        Format::Xml => true,
        Format::Sip => false,
        Format::Auto => {
            let text = input.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(input);
            let first = text.iter().find(|byte| !byte.is_ascii_whitespace());
            // UTF-16 is refused by the XML decoder, with a better reason than SIP could give.
            let wide = input.starts_with(b"\xFF\xFE") || input.starts_with(b"\xFE\xFF");
            first == Some(&b'<') || wide
        }
    }
}

/// Text that is not pairs of hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum HexError {
    /// A character that is neither a digit nor a blank, colon, hyphen or comma.
    #[error("byte {offset} is no hexadecimal digit")]
    Digit {
        /// Where it stands.
        offset: usize,
    },
    /// Half a byte at the end.
    #[error("an odd number of hexadecimal digits")]
    Odd,
}

/// Reads hexadecimal digits in either case; white space, `:`, `-`, `,` and `0x` between them are
/// passed over.
///
/// # Errors
///
/// [`HexError`].
pub fn from_hex(text: &[u8]) -> Result<Vec<u8>, HexError> {
    let mut bytes = Vec::with_capacity(text.len() / 2);
    let mut half: Option<u8> = None;
    let mut rest = text.iter().enumerate().peekable();
    while let Some((offset, &byte)) = rest.next() {
        if byte.is_ascii_whitespace() || matches!(byte, b':' | b'-' | b',') {
            continue;
        }
        let prefix = byte == b'0' && matches!(rest.peek(), Some((_, b'x' | b'X')));
        if prefix && half.is_none() {
            rest.next();
            continue;
        }
        let digit = char::from(byte)
            .to_digit(16)
            .and_then(|digit| u8::try_from(digit).ok())
            .ok_or(HexError::Digit { offset })?;
        match half.take() {
            Some(high) => bytes.push(high << 4 | digit),
            None => half = Some(digit),
        }
    }
    if half.is_some() {
        return Err(HexError::Odd);
    }
    Ok(bytes)
}

/// Hexadecimal digits in lower case, without blanks.
pub(crate) fn to_hex(bytes: &[u8]) -> String {
    let digit = |nibble: u8| char::from_digit(u32::from(nibble), 16).unwrap_or('0');
    let pairs = bytes
        .iter()
        .flat_map(|&byte| [digit(byte >> 4), digit(byte & 0xF)]);
    pairs.collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn hexadecimal_is_read_as_people_write_it() {
        for text in ["3c6D 72", "3C:6d:72", "0x3c, 0x6d, 0x72", "3c\n6d\n72\n"] {
            assert_eq!(from_hex(text.as_bytes()), Ok(b"<mr".to_vec()), "{text}");
        }
        assert_eq!(from_hex(b"3"), Err(HexError::Odd));
        assert_eq!(from_hex(b"3c6g"), Err(HexError::Digit { offset: 3 }));
    }

    proptest! {
        #[test]
        fn what_is_written_as_hexadecimal_reads_back(bytes: Vec<u8>) {
            let text: String = bytes.iter().map(|byte| format!("{byte:02x} ")).collect();
            prop_assert_eq!(from_hex(text.as_bytes()), Ok(bytes));
        }

        #[test]
        fn any_input_decodes_or_fails_and_never_panics(bytes: Vec<u8>) {
            let options = super::super::Options::new(alarm_codes::Timestamp::UNIX_EPOCH);
            let _ = super::super::decode(&bytes, &options, || alarm_codes::EventId(1));
            let _ = from_hex(&bytes);
        }
    }
}
