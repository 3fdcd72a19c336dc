//! SIA events, as `SIA-DCS` carries them (Climax reference 5.4).

use core::fmt;

/// The two letters of a SIA event, such as `MA`. Which of them mean what is in the code tables.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SiaCode([u8; 2]);

impl SiaCode {
    /// From two capital letters.
    #[must_use]
    pub const fn new(letters: [u8; 2]) -> Option<Self> {
        if letters[0].is_ascii_uppercase() && letters[1].is_ascii_uppercase() {
            Some(SiaCode(letters))
        } else {
            None
        }
    }

    /// The letters.
    #[must_use]
    pub fn as_str(&self) -> &str {
        // Capital letters only.
        core::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl fmt::Display for SiaCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for SiaCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SiaCode({self})")
    }
}

/// One piece of SIA data, in the order sent.
#[derive(Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum SiaItem<'a> {
    /// Two small letters and a value, such as `ri1` for area 1. It holds for the events behind it.
    Modifier([u8; 2], &'a [u8]),
    /// An event and its number: zone or user, may be empty.
    Code(SiaCode, &'a [u8]),
    /// `*name*`.
    Name(&'a [u8]),
    /// `^user^`.
    User(&'a [u8]),
    /// Anything else, up to the next piece that can be read.
    Unknown(&'a [u8]),
}

impl fmt::Debug for SiaItem<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SiaItem::Modifier(name, value) => {
                write!(
                    f,
                    "Modifier({}, {} bytes)",
                    name.escape_ascii(),
                    value.len()
                )
            }
            SiaItem::Code(code, number) => write!(f, "{code}{}", number.escape_ascii()),
            SiaItem::Name(text) => write!(f, "Name({} bytes)", text.len()),
            SiaItem::User(text) => write!(f, "User({} bytes)", text.len()),
            SiaItem::Unknown(text) => write!(f, "Unknown({} bytes)", text.len()),
        }
    }
}

/// One event with all that belongs to it.
#[derive(Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct SiaEvent<'a> {
    /// What happened.
    pub code: SiaCode,
    /// Zone or user; may be empty.
    pub number: &'a [u8],
    /// `ri`: the area.
    pub area: Option<&'a [u8]>,
    /// `ti`: the time of day, as sent.
    pub time: Option<&'a [u8]>,
    /// `id`: the user.
    pub id: Option<&'a [u8]>,
    /// `*name*`, or `*` alone before the next piece.
    pub name: Option<&'a [u8]>,
    /// `^user^`.
    pub user: Option<&'a [u8]>,
}

impl fmt::Debug for SiaEvent<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SiaEvent")
            .field("code", &self.code)
            .field("number", &self.number.len())
            .field("area", &self.area.map(<[u8]>::len))
            .finish_non_exhaustive()
    }
}

/// SIA data behind the account: a block letter and pieces.
///
/// ```
/// use climax_rf::dc09::SiaData;
///
/// let data = SiaData::new(b"Nri1/MA0005*bedroom*").unwrap();
/// let event = data.events().next().unwrap();
/// assert_eq!(event.code.as_str(), "MA");
/// assert_eq!((event.area, event.number), (Some(&b"1"[..]), &b"0005"[..]));
/// assert_eq!(event.name, Some(&b"bedroom"[..]));
/// ```
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct SiaData<'a> {
    block: Option<u8>,
    pieces: &'a [u8],
    raw: &'a [u8],
}

impl<'a> SiaData<'a> {
    /// From what stands behind the account. `None` when there is nothing.
    #[must_use]
    pub const fn new(raw: &'a [u8]) -> Option<Self> {
        let (block, pieces) = match raw {
            [] => return None,
            // One letter before a piece is a block letter, two are an event.
            [letter @ b'A'..=b'Z', pieces @ ..]
                if !matches!(pieces, [] | [b'0'..=b'9', ..])
                    && (!matches!(pieces, [b'A'..=b'Z', ..])
                        || matches!(pieces, [b'A'..=b'Z', b'A'..=b'Z', ..])) =>
            {
                (Some(*letter), pieces)
            }
            pieces => (None, pieces),
        };
        Some(SiaData { block, pieces, raw })
    }

    /// The letter in front: `N` for a new event.
    #[must_use]
    pub const fn block(&self) -> Option<u8> {
        self.block
    }

    /// Whether the letter in front is `N`.
    #[must_use]
    pub const fn is_new(&self) -> bool {
        matches!(self.block, Some(b'N'))
    }

    /// All of it, as received.
    #[must_use]
    pub const fn as_bytes(&self) -> &'a [u8] {
        self.raw
    }

    /// The pieces in the order sent; `/` and `|` between them are left out.
    #[must_use]
    pub const fn items(&self) -> SiaItems<'a> {
        SiaItems { rest: self.pieces }
    }

    /// The events, each with the modifiers before it and the texts around it.
    #[must_use]
    pub const fn events(&self) -> SiaEvents<'a> {
        SiaEvents {
            items: self.items(),
            area: None,
            time: None,
            id: None,
            name: None,
            user: None,
        }
    }
}

impl fmt::Debug for SiaData<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.events()).finish()
    }
}

/// The pieces of [`SiaData`].
#[derive(Debug, Clone)]
pub struct SiaItems<'a> {
    rest: &'a [u8],
}

impl<'a> Iterator for SiaItems<'a> {
    type Item = SiaItem<'a>;

    fn next(&mut self) -> Option<SiaItem<'a>> {
        while let [b'/' | b'|', rest @ ..] = self.rest {
            self.rest = rest;
        }
        let rest = self.rest;
        let (item, length) = match *rest {
            [] => return None,
            [mark @ (b'*' | b'^'), ..] => text(rest, mark),
            [a @ b'a'..=b'z', b @ b'a'..=b'z', ..] => {
                let value = value(&rest[2..]);
                (SiaItem::Modifier([a, b], value), 2 + value.len())
            }
            [a @ b'A'..=b'Z', b @ b'A'..=b'Z', ..] => {
                let number = &rest[2..];
                let number = &number[..run(number, |byte| byte.is_ascii_digit())];
                (SiaItem::Code(SiaCode([a, b]), number), 2 + number.len())
            }
            _ => {
                let end = 1 + run(&rest[1..], |byte| {
                    !matches!(byte, b'/' | b'|' | b'*' | b'^')
                });
                (SiaItem::Unknown(&rest[..end]), end)
            }
        };
        self.rest = &rest[length..];
        Some(item)
    }
}

/// How many bytes from the start are of a kind.
fn run(bytes: &[u8], of_kind: impl Fn(u8) -> bool) -> usize {
    let end = bytes.iter().position(|&byte| !of_kind(byte));
    end.unwrap_or(bytes.len())
}

/// The value of a modifier: digits and marks of time; or hexadecimal digits, where a separator
/// shows their end.
fn value(bytes: &[u8]) -> &[u8] {
    let plain = run(bytes, |byte| {
        matches!(byte, b'0'..=b'9' | b':' | b'.' | b',' | b'-')
    });
    let hexadecimal = run(bytes, |byte| byte.is_ascii_hexdigit());
    let separated = matches!(bytes.get(hexadecimal), Some(b'/' | b'|'));
    // Two letters behind digits are an event.
    if separated && (plain == 0 || hexadecimal == plain + 1) {
        &bytes[..hexadecimal]
    } else {
        &bytes[..plain]
    }
}

/// A text between two marks. Without the second one it reaches to the next separator.
fn text(bytes: &[u8], mark: u8) -> (SiaItem<'_>, usize) {
    let inside = &bytes[1..];
    let (text, length) = match memchr::memchr(mark, inside) {
        Some(end) => (&inside[..end], end + 2),
        None => {
            let end = run(inside, |byte| !matches!(byte, b'/' | b'|'));
            (&inside[..end], end + 1)
        }
    };
    let item = if mark == b'*' {
        SiaItem::Name(text)
    } else {
        SiaItem::User(text)
    };
    (item, length)
}

/// The events of [`SiaData`].
#[derive(Clone)]
pub struct SiaEvents<'a> {
    items: SiaItems<'a>,
    area: Option<&'a [u8]>,
    time: Option<&'a [u8]>,
    id: Option<&'a [u8]>,
    /// Texts before the event that they belong to.
    name: Option<&'a [u8]>,
    user: Option<&'a [u8]>,
}

impl fmt::Debug for SiaEvents<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.clone()).finish()
    }
}

impl<'a> Iterator for SiaEvents<'a> {
    type Item = SiaEvent<'a>;

    fn next(&mut self) -> Option<SiaEvent<'a>> {
        loop {
            match self.items.next()? {
                SiaItem::Modifier([b'r', b'i'], value) => self.area = Some(value),
                SiaItem::Modifier([b't', b'i'], value) => self.time = Some(value),
                SiaItem::Modifier([b'i', b'd'], value) => self.id = Some(value),
                SiaItem::Name(text) => self.name = Some(text),
                SiaItem::User(text) => self.user = Some(text),
                SiaItem::Modifier(..) | SiaItem::Unknown(_) => {}
                SiaItem::Code(code, number) => {
                    let mut event = SiaEvent {
                        code,
                        number,
                        area: self.area,
                        time: self.time,
                        id: self.id,
                        name: self.name.take(),
                        user: self.user.take(),
                    };
                    self.texts_behind(&mut event);
                    return Some(event);
                }
            }
        }
    }
}

impl<'a> SiaEvents<'a> {
    /// Texts right behind an event are its own.
    fn texts_behind(&mut self, event: &mut SiaEvent<'a>) {
        loop {
            let before = self.items.clone();
            match self.items.next() {
                Some(SiaItem::Name(text)) => event.name = Some(text),
                Some(SiaItem::User(text)) => event.user = Some(text),
                _ => {
                    self.items = before;
                    return;
                }
            }
        }
    }
}
