//! Character sets of the text (ESPA reference 9).

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;

use crate::decode::is_control;

mod tables;

use tables::{CODE_PAGE_850, CODE_PAGE_865, WINDOWS_1252};

/// How text is written in bytes. A setting of the site; the bytes themselves never say.
///
/// ```
/// use espa444::CharacterSet;
///
/// assert_eq!(CharacterSet::Iso646Norway.decode(b"R\\YK"), "RØYK");
/// assert_eq!(CharacterSet::Auto.decode(b"R\xD8YK"), "RØYK");
///
/// let mut text = Vec::new();
/// CharacterSet::Ascii.encode("RØYK", 128, &mut text);
/// assert_eq!(text, b"ROYK");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum CharacterSet {
    /// Reads what the bytes look like: below 80 ASCII without any national mapping; otherwise
    /// UTF-8 if it is valid, else Windows-1252. Writes ASCII, which every display has.
    #[default]
    Auto,
    /// ASCII; bytes from 80 on are read as U+FFFD.
    Ascii,
    /// NS 4551-1 of Norway and DS 2089 of Denmark: `[\]{|}` are ÆØÅæøå.
    Iso646Norway,
    /// SEN 85 02 00 annex B of Sweden and Finland: `[\]{|}` are ÄÖÅäöå, `$` is ¤.
    Iso646Sweden,
    /// SEN 85 02 00 annex C, for names: annex B and É for `@`, Ü for `^`, é for the grave accent,
    /// ü for `~`.
    Iso646SwedenNames,
    /// DIN 66003 of Germany: `[\]{|}~` are ÄÖÜäöüß, `@` is §.
    Iso646Germany,
    /// ISO 8859-1.
    Latin1,
    /// Windows-1252.
    Windows1252,
    /// Code page 850 of DOS.
    CodePage850,
    /// Code page 865 of DOS, Nordic.
    CodePage865,
    /// UTF-8; what is not valid is read as U+FFFD.
    Utf8,
}

/// What writing a text came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub struct Encoded {
    /// Bytes appended.
    pub length: usize,
    /// Characters the set does not have, written as something else.
    pub replaced: usize,
    /// Whether the end of the text did not fit.
    pub cut: bool,
}

/// The bytes that national versions of ISO 646 replace, each with its character.
type National = &'static [(u8, char)];

const NORWAY: National = &[
    (b'[', 'Æ'),
    (b'\\', 'Ø'),
    (b']', 'Å'),
    (b'{', 'æ'),
    (b'|', 'ø'),
    (b'}', 'å'),
];
const SWEDEN: National = &[
    (b'$', '¤'),
    (b'[', 'Ä'),
    (b'\\', 'Ö'),
    (b']', 'Å'),
    (b'{', 'ä'),
    (b'|', 'ö'),
    (b'}', 'å'),
];
const SWEDEN_NAMES: National = &[
    (b'$', '¤'),
    (b'@', 'É'),
    (b'[', 'Ä'),
    (b'\\', 'Ö'),
    (b']', 'Å'),
    (b'^', 'Ü'),
    (b'`', 'é'),
    (b'{', 'ä'),
    (b'|', 'ö'),
    (b'}', 'å'),
    (b'~', 'ü'),
];
const GERMANY: National = &[
    (b'@', '§'),
    (b'[', 'Ä'),
    (b'\\', 'Ö'),
    (b']', 'Ü'),
    (b'{', 'ä'),
    (b'|', 'ö'),
    (b'}', 'ü'),
    (b'~', 'ß'),
];

/// What a byte of an 8-bit set from 80 on stands for.
enum Upper {
    None,
    Itself,
    Windows,
    Table(&'static [u16; 128]),
}

impl CharacterSet {
    /// Every character set there is.
    pub const ALL: &'static [CharacterSet] = &[
        CharacterSet::Auto,
        CharacterSet::Ascii,
        CharacterSet::Iso646Norway,
        CharacterSet::Iso646Sweden,
        CharacterSet::Iso646SwedenNames,
        CharacterSet::Iso646Germany,
        CharacterSet::Latin1,
        CharacterSet::Windows1252,
        CharacterSet::CodePage850,
        CharacterSet::CodePage865,
        CharacterSet::Utf8,
    ];

    /// The name for settings: `auto`, `ascii`, `iso646-no`, `iso646-se`, `iso646-se-c`,
    /// `iso646-de`, `latin1`, `cp1252`, `cp850`, `cp865`, `utf-8`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            CharacterSet::Auto => "auto",
            CharacterSet::Ascii => "ascii",
            CharacterSet::Iso646Norway => "iso646-no",
            CharacterSet::Iso646Sweden => "iso646-se",
            CharacterSet::Iso646SwedenNames => "iso646-se-c",
            CharacterSet::Iso646Germany => "iso646-de",
            CharacterSet::Latin1 => "latin1",
            CharacterSet::Windows1252 => "cp1252",
            CharacterSet::CodePage850 => "cp850",
            CharacterSet::CodePage865 => "cp865",
            CharacterSet::Utf8 => "utf-8",
        }
    }

    /// The character set with this [`name`](Self::name).
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|set| set.name() == name)
    }

    /// Whether every byte written is below 80, so that a 7-bit line carries it.
    #[must_use]
    pub const fn is_seven_bit(self) -> bool {
        matches!(self.upper(), Upper::None) && !matches!(self, CharacterSet::Utf8)
    }

    const fn national(self) -> National {
        match self {
            CharacterSet::Iso646Norway => NORWAY,
            CharacterSet::Iso646Sweden => SWEDEN,
            CharacterSet::Iso646SwedenNames => SWEDEN_NAMES,
            CharacterSet::Iso646Germany => GERMANY,
            _ => &[],
        }
    }

    const fn upper(self) -> Upper {
        match self {
            CharacterSet::Latin1 => Upper::Itself,
            CharacterSet::Windows1252 => Upper::Windows,
            CharacterSet::CodePage850 => Upper::Table(&CODE_PAGE_850),
            CharacterSet::CodePage865 => Upper::Table(&CODE_PAGE_865),
            _ => Upper::None,
        }
    }

    /// Bytes to text; it never fails. Control characters other than CR, LF and TAB are left out,
    /// bytes without a meaning become U+FFFD. Borrowed when nothing is converted.
    #[must_use]
    pub fn decode(self, bytes: &[u8]) -> Cow<'_, str> {
        let set = match self {
            CharacterSet::Auto if bytes.is_ascii() => CharacterSet::Ascii,
            CharacterSet::Auto if core::str::from_utf8(bytes).is_ok() => CharacterSet::Utf8,
            CharacterSet::Auto => CharacterSet::Windows1252,
            set => set,
        };
        let controls = bytes.iter().any(|&byte| is_control(byte));
        if let CharacterSet::Utf8 = set {
            if !controls {
                return String::from_utf8_lossy(bytes);
            }
            // A control character ends a broken sequence, so it goes only after reading.
            let text = String::from_utf8_lossy(bytes);
            return Cow::Owned(text.chars().filter(|&c| !is_control_char(c)).collect());
        }
        let national = set.national();
        let plain = |byte: u8| byte < 0x80 && !national.iter().any(|&(at, _)| at == byte);
        if !controls && bytes.iter().all(|&byte| plain(byte)) {
            if let Ok(text) = core::str::from_utf8(bytes) {
                return Cow::Borrowed(text);
            }
        }
        let kept = bytes.iter().copied().filter(|&byte| !is_control(byte));
        Cow::Owned(kept.map(|byte| set.character(byte)).collect())
    }

    /// The character of one byte; not for UTF-8.
    fn character(self, byte: u8) -> char {
        if byte < 0x80 {
            let national = self.national().iter().find(|&&(at, _)| at == byte);
            return national.map_or(char::from(byte), |&(_, character)| character);
        }
        let code = match self.upper() {
            Upper::None => return char::REPLACEMENT_CHARACTER,
            Upper::Windows if byte < 0xA0 => u32::from(WINDOWS_1252[usize::from(byte - 0x80)]),
            Upper::Itself | Upper::Windows => u32::from(byte),
            Upper::Table(table) => u32::from(table[usize::from(byte - 0x80)]),
        };
        char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER)
    }

    /// The byte of one character; not for UTF-8.
    fn byte(self, character: char) -> Option<u8> {
        let national = self.national();
        if let Some(&(byte, _)) = national.iter().find(|&&(_, own)| own == character) {
            return Some(byte);
        }
        if let Ok(byte) = u8::try_from(character) {
            if byte < 0x80 {
                // The national characters have taken this place.
                let taken = national.iter().any(|&(at, _)| at == byte);
                return (!taken && !is_control(byte)).then_some(byte);
            }
        }
        // 7E is printed as an overline in Norway and in IA5.
        if character == '\u{203E}' && self == CharacterSet::Iso646Norway {
            return Some(b'~');
        }
        match self.upper() {
            Upper::None => None,
            _ => (0x80..=0xFF).find(|&byte| self.character(byte) == character),
        }
    }

    /// Appends text as bytes, at most `limit` of them, cut between two characters.
    ///
    /// What the set does not have becomes a fixed replacement (ESPA reference 9): Ø is O, Æ is AE,
    /// Å is A, the rest `?`. As additions of this crate, small letters likewise, Ä, Ö, Ü and É
    /// lose their dots and accent, and ß is ss. Control characters other than CR, LF and TAB
    /// become `?` too, so that the text always fits a record.
    pub fn encode(self, text: &str, limit: usize, out: &mut Vec<u8>) -> Encoded {
        let mut encoded = Encoded::default();
        let mut buffer = [0; 4];
        for character in text.chars() {
            let own = if self == CharacterSet::Utf8 {
                (!is_control_char(character)).then(|| character.encode_utf8(&mut buffer).as_bytes())
            } else {
                self.byte(character).map(|byte| {
                    buffer[0] = byte;
                    &buffer[..1]
                })
            };
            let bytes = own.unwrap_or_else(|| replacement(character));
            if encoded.length + bytes.len() > limit {
                encoded.cut = true;
                break;
            }
            encoded.replaced += usize::from(own.is_none());
            encoded.length += bytes.len();
            out.extend_from_slice(bytes);
        }
        encoded
    }
}

fn is_control_char(character: char) -> bool {
    u8::try_from(character).is_ok_and(is_control)
}

const fn replacement(character: char) -> &'static [u8] {
    match character {
        'Ø' | 'Ö' => b"O",
        'ø' | 'ö' => b"o",
        'Æ' => b"AE",
        'æ' => b"ae",
        'Å' | 'Ä' => b"A",
        'å' | 'ä' => b"a",
        'Ü' => b"U",
        'ü' => b"u",
        'É' => b"E",
        'é' => b"e",
        'ß' => b"ss",
        _ => b"?",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec;

    #[test]
    fn case_11_every_byte_of_a_one_byte_set_comes_back() {
        for &set in CharacterSet::ALL {
            let utf8 = set == CharacterSet::Utf8;
            let top = if utf8 || set.is_seven_bit() {
                0x7F
            } else {
                0xFF
            };
            let bytes: Vec<u8> = (0..=top).filter(|&byte| !is_control(byte)).collect();
            let text = set.decode(&bytes);
            assert_eq!(text.chars().count(), bytes.len(), "{set:?}");
            let mut back = vec![];
            let encoded = set.encode(&text, usize::MAX, &mut back);
            assert_eq!(back, bytes, "{set:?}");
            assert_eq!(encoded.replaced, 0);
        }
    }

    #[test]
    fn section_9_auto_reads_ascii_then_utf_8_then_windows_1252() {
        assert_eq!(CharacterSet::Auto.decode(b"[1] \\"), "[1] \\");
        assert_eq!(CharacterSet::Auto.decode("RØYK".as_bytes()), "RØYK");
        assert_eq!(CharacterSet::Auto.decode(b"R\xD8YK \x80"), "RØYK €");
    }

    #[test]
    fn plain_text_is_borrowed() {
        for &set in CharacterSet::ALL {
            assert!(matches!(
                set.decode(b"BRANN 3\r\n"),
                Cow::Borrowed("BRANN 3\r\n")
            ));
        }
        let utf8 = CharacterSet::Utf8.decode("RØYK".as_bytes());
        assert!(matches!(utf8, Cow::Borrowed("RØYK")));
    }

    #[test]
    fn control_characters_are_left_out_of_the_text() {
        assert_eq!(CharacterSet::Ascii.decode(b"A\0B\x1FC\tD"), "ABC\tD");
        assert_eq!(
            CharacterSet::Utf8.decode(b"R\xC3\0\x98"),
            "R\u{FFFD}\u{FFFD}"
        );
    }

    #[test]
    fn section_9_replacements() {
        let mut out = vec![];
        let encoded = CharacterSet::Ascii.encode("ØÆÅøæåÄ€\0[", 128, &mut out);
        assert_eq!(out, b"OAEAoaeaA??[");
        assert_eq!(encoded.replaced, 9);
        out.clear();
        CharacterSet::Iso646Norway.encode("[RØYK]", 128, &mut out);
        assert_eq!(out, b"?R\\YK?");
    }

    #[test]
    fn section_9_the_limit_counts_bytes_and_cuts_between_characters() {
        let mut out = vec![];
        let encoded = CharacterSet::Utf8.encode("RØYK", 2, &mut out);
        assert_eq!(
            (out.as_slice(), encoded.cut, encoded.length),
            (&b"R"[..], true, 1)
        );
        out.clear();
        let encoded = CharacterSet::Ascii.encode("ÆÆ", 3, &mut out);
        assert_eq!(
            (out.as_slice(), encoded.cut, encoded.replaced),
            (&b"AE"[..], true, 1)
        );
    }

    #[test]
    fn names_lead_back() {
        for &set in CharacterSet::ALL {
            assert_eq!(CharacterSet::from_name(set.name()), Some(set));
        }
    }
}
