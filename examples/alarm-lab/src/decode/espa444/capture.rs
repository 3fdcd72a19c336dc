//! Captured bytes, and dumps that say who sent them.

use serde::Serialize;

/// Which side of the line sent something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Sender {
    /// `>` in a dump: the panel.
    Caller,
    /// `<` in a dump: the pager side.
    Receiver,
}

/// The bytes of a line in the order of time, both directions merged, and who sent them where that
/// is known.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Capture {
    bytes: Vec<u8>,
    /// From which byte on somebody else sends.
    turns: Vec<(usize, Option<Sender>)>,
}

/// A line of a dump that cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {kind}")]
#[non_exhaustive]
pub struct DumpError {
    /// The line, from 1.
    pub line: usize,
    /// Why.
    pub kind: DumpErrorKind,
}

/// Why a line of a dump cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DumpErrorKind {
    /// Something other than hexadecimal digits where bytes were expected.
    #[error("not hexadecimal digits; put # or two blanks before a comment")]
    Digit,
    /// Half a byte.
    #[error("an odd number of hexadecimal digits")]
    Odd,
}

impl Capture {
    /// Bytes of which nobody knows who sent them.
    #[must_use]
    pub const fn from_bytes(bytes: Vec<u8>) -> Self {
        Capture {
            bytes,
            turns: Vec::new(),
        }
    }

    /// Bytes from a dump in hexadecimal digits.
    ///
    /// `>` at the start of a line says that the caller sends, `<` the receiver; a time may stand
    /// before the mark. Blanks, `:`, `-`, `,` and `0x` between bytes are passed over, and so are
    /// the offsets and characters of `xxd` and `hexdump -C`. A comment begins with `#`, `;`, `//`
    /// or `(`, or stands two blanks behind the bytes; a line that begins with a word is one.
    ///
    /// # Errors
    ///
    /// [`DumpError`] with the line.
    pub fn from_dump(dump: &[u8]) -> Result<Self, DumpError> {
        let mut capture = Capture::default();
        let mut sender = None;
        let mut has_columns = false;
        for (number, line) in dump.split(|&byte| byte == b'\n').enumerate() {
            let line = String::from_utf8_lossy(line);
            let refuse = |kind| DumpError {
                line: number + 1,
                kind,
            };
            let (columns, text) = without_comment(&line);
            let (mark, text) = direction(text);
            sender = mark.or(sender);
            let text = match columns {
                // `hexdump -C`: offset, bytes, characters between bars.
                true => text.split_once([' ', '\t']).map_or("", |(_, bytes)| bytes),
                // Its last line is an offset alone.
                false if has_columns && text.len() == 8 && is_hexadecimal(text) => "",
                false => text,
            };
            has_columns |= columns;
            capture.turn(sender);
            capture
                .line(text, mark.is_some() || columns)
                .map_err(refuse)?;
        }
        Ok(capture)
    }

    fn turn(&mut self, sender: Option<Sender>) {
        if self.turns.last().is_none_or(|&(_, last)| last != sender) {
            self.turns.push((self.bytes.len(), sender));
        }
    }

    /// The bytes of one line; `marked` when it cannot be a line of words.
    fn line(&mut self, text: &str, marked: bool) -> Result<(), DumpErrorKind> {
        // `xxd`: an offset with a colon, bytes, two blanks, characters.
        let offset = text
            .split_once(": ")
            .filter(|(offset, _)| offset.len() >= 4 && is_hexadecimal(offset));
        let (text, is_xxd) = match offset {
            Some((_, bytes)) => (bytes, true),
            None => (text, false),
        };
        let gaps = text.replace('\t', "  ");
        let mut segments = gaps
            .split("  ")
            .map(str::trim)
            .filter(|part| !part.is_empty());
        let Some(first) = segments.next() else {
            return Ok(());
        };
        if !marked && is_word(first) {
            return Ok(());
        }
        self.segment(first)?;
        for segment in segments {
            // A comment, and all behind it.
            if is_xxd || !tokens(segment).all(|token| is_hexadecimal(token) && token.len() % 2 == 0)
            {
                break;
            }
            self.segment(segment)?;
        }
        Ok(())
    }

    fn segment(&mut self, segment: &str) -> Result<(), DumpErrorKind> {
        for token in tokens(segment) {
            if !is_hexadecimal(token) {
                return Err(DumpErrorKind::Digit);
            }
            if token.len() % 2 != 0 {
                return Err(DumpErrorKind::Odd);
            }
            for at in (0..token.len()).step_by(2) {
                let byte = u8::from_str_radix(&token[at..at + 2], 16);
                self.bytes.push(byte.map_err(|_| DumpErrorKind::Digit)?);
            }
        }
        Ok(())
    }

    /// The bytes.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Who sent a byte.
    #[must_use]
    pub fn sender(&self, offset: usize) -> Option<Sender> {
        let turn = self.turns.partition_point(|&(from, _)| from <= offset);
        turn.checked_sub(1).and_then(|turn| self.turns[turn].1)
    }

    /// Where in a range somebody else begins to send.
    #[must_use]
    pub fn turn_inside(&self, range: &std::ops::Range<usize>) -> Option<usize> {
        let turn = self.turns.partition_point(|&(from, _)| from <= range.start);
        let &(at, sender) = self.turns.get(turn)?;
        (at < range.end && sender != self.sender(range.start)).then_some(at)
    }
}

/// Whether the line has a column of characters between bars, and the line without its comment.
fn without_comment(line: &str) -> (bool, &str) {
    let line = line.trim();
    let end = ["#", ";", "//", "("]
        .iter()
        .filter_map(|mark| line.find(mark))
        .min()
        .unwrap_or(line.len());
    match line.split_once("  |") {
        Some((bytes, characters)) if characters.ends_with('|') => (true, bytes.trim()),
        _ => (false, line[..end].trim()),
    }
}

/// The mark of the direction, behind at most a date and a time, and what follows it.
fn direction(text: &str) -> (Option<Sender>, &str) {
    let mut rest = text;
    for _ in 0..3 {
        for (mark, sender) in [
            ("->", Sender::Caller),
            ("<-", Sender::Receiver),
            (">", Sender::Caller),
            ("<", Sender::Receiver),
        ] {
            if let Some(bytes) = rest.strip_prefix(mark) {
                return (Some(sender), bytes.trim_start());
            }
        }
        let Some((first, behind)) = rest.split_once([' ', '\t']) else {
            break;
        };
        if !first.contains([':', '-', '.', '/']) {
            break;
        }
        rest = behind.trim_start();
    }
    (None, text)
}

fn tokens(segment: &str) -> impl Iterator<Item = &str> {
    segment
        .split([' ', ':', '-', ','])
        .map(|token| token.strip_prefix("0x").unwrap_or(token))
        .filter(|token| !token.is_empty())
}

fn is_hexadecimal(token: &str) -> bool {
    !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Whether a line begins with a word: no bytes were meant. A digit in it may be a byte mistyped.
fn is_word(text: &str) -> bool {
    let first = text.split(' ').next().unwrap_or_default();
    let letters = first.trim_end_matches([':', '.', ',']);
    !is_hexadecimal(letters)
        && !letters.bytes().any(|byte| byte.is_ascii_digit())
        && letters.chars().any(char::is_alphabetic)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn bytes(dump: &str) -> Vec<u8> {
        Capture::from_dump(dump.as_bytes()).unwrap().bytes
    }

    #[test]
    fn bytes_are_read_as_people_write_them() {
        for dump in [
            "04 31 05",
            "043105",
            "0x04, 0x31, 0x05",
            "04:31:05",
            "04 31 05        EOT, poll '1'",
            "04 31 05\tbe careful",
            "04 # 31\n31 05 ; x\n(1 s)\n// y\n",
            "Dialogue one\n\n  04 31\n  05  ENQ\n",
            "> 04 31\n< 05",
            "04\r\n31 05\r\n",
            "00000000: 0431 05                                  .1.",
            "00000000  04 31 05                                          |.1.|\n00000003\n",
        ] {
            assert_eq!(bytes(dump), [0x04, 0x31, 0x05], "{dump}");
        }
    }

    #[test]
    fn what_cannot_be_meant_is_refused_with_its_line() {
        for (dump, line, kind) in [
            ("04\n3G", 2, DumpErrorKind::Digit),
            ("0G 31", 1, DumpErrorKind::Digit),
            ("> 01 31 02 ... 03", 1, DumpErrorKind::Digit),
            ("> EOT", 1, DumpErrorKind::Digit),
            ("04 3", 1, DumpErrorKind::Odd),
        ] {
            let error = Capture::from_dump(dump.as_bytes()).unwrap_err();
            assert_eq!((error.line, error.kind), (line, kind), "{dump}");
        }
    }

    #[test]
    fn directions_are_kept() {
        let dump = "04\n> 31 05\n32 05\n2031-02-03 04:05:06.7 < 06\n12:00:01 -> 04";
        let capture = Capture::from_dump(dump.as_bytes()).unwrap();
        assert_eq!(capture.bytes(), [0x04, 0x31, 0x05, 0x32, 0x05, 0x06, 0x04]);
        assert_eq!(capture.sender(0), None);
        assert_eq!(capture.sender(4), Some(Sender::Caller));
        assert_eq!(capture.sender(5), Some(Sender::Receiver));
        assert_eq!(capture.sender(6), Some(Sender::Caller));
        assert_eq!(capture.turn_inside(&(1..5)), None);
        assert_eq!(capture.turn_inside(&(3..6)), Some(5));
    }

    proptest! {
        #[test]
        fn what_is_dumped_reads_back(bytes: Vec<u8>) {
            let dump: String = bytes.iter().map(|byte| format!("{byte:02X} ")).collect();
            let capture = Capture::from_dump(dump.as_bytes()).unwrap();
            prop_assert_eq!(capture.bytes(), bytes);
        }

        #[test]
        fn any_dump_is_read_or_refused(dump in "[0-9A-Fx:<> |#(\n\t-]{0,60}", bytes: Vec<u8>) {
            let _ = Capture::from_dump(dump.as_bytes());
            let _ = Capture::from_dump(&bytes);
        }
    }
}
