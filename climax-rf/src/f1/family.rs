//! Frame families: what a frame looks like, as data.

use alloc::borrow::Cow;
use core::fmt;

use super::crc::FrameCrc;
use super::error::FamilyError;
use crate::provenance::Provenance;

/// The longest payload that a family can declare: what one length byte can say.
pub const MAX_PAYLOAD: usize = 255;

/// The bits that mark the beginning of a frame: 16 to 64 of them.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "SyncText", into = "SyncText"))]
pub struct SyncWord {
    word: u64,
    length: u8,
}

impl SyncWord {
    /// `29cd29cd`: one 16-bit word sent twice (Climax reference 2.1).
    pub const F1: SyncWord = SyncWord {
        word: 0x29CD_29CD,
        length: 32,
    };

    /// The lowest `length` bits of `word`, the highest of them first on the air.
    ///
    /// # Errors
    ///
    /// [`FamilyError::SyncLength`] for a length outside 16 to 64, [`FamilyError::SyncValue`] when
    /// `word` has bits beyond it.
    pub const fn new(word: u64, length: u8) -> Result<Self, FamilyError> {
        if length < 16 || length > 64 {
            return Err(FamilyError::SyncLength { length });
        }
        if word & !(u64::MAX >> (64 - length)) != 0 {
            return Err(FamilyError::SyncValue);
        }
        Ok(SyncWord { word, length })
    }

    /// The bits as a number, the last one lowest.
    #[must_use]
    pub const fn word(self) -> u64 {
        self.word
    }

    /// How many bits.
    #[must_use]
    #[allow(clippy::len_without_is_empty)]
    pub const fn len(self) -> u32 {
        self.length as u32
    }
}

impl fmt::Debug for SyncWord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SyncWord({:#x}, {} bits)", self.word, self.length)
    }
}

/// The form of a sync word in configuration.
#[cfg(feature = "serde")]
#[derive(serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct SyncText {
    word: u64,
    length: u8,
}

#[cfg(feature = "serde")]
impl From<SyncWord> for SyncText {
    fn from(sync: SyncWord) -> Self {
        SyncText {
            word: sync.word,
            length: sync.length,
        }
    }
}

#[cfg(feature = "serde")]
impl TryFrom<SyncText> for SyncWord {
    type Error = FamilyError;

    fn try_from(text: SyncText) -> Result<Self, FamilyError> {
        SyncWord::new(text.word, text.length)
    }
}

/// How long the payload is.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(
    feature = "serde",
    serde(rename_all = "snake_case", deny_unknown_fields)
)]
pub enum LengthRule {
    /// Always the same; no length byte on the air.
    Fixed(
        /// Bytes, 1 to 255.
        u8,
    ),
    /// A length byte in front of the payload.
    Byte {
        /// The shortest payload that is read, in bytes.
        min: u8,
        /// The longest one.
        max: u8,
        /// Lengths that were seen. Others are read, with
        /// [`State::UnseenLength`](super::State::UnseenLength).
        expected: Cow<'static, [u8]>,
    },
}

impl LengthRule {
    /// 3 to 61, and 10 in every public frame (Climax reference 2.1).
    pub const F1: LengthRule = LengthRule::Byte {
        min: 3,
        max: 61,
        expected: Cow::Borrowed(&[10]),
    };

    /// Whether a payload of that length is read at all.
    #[must_use]
    pub fn accepts(&self, length: u8) -> bool {
        match self {
            LengthRule::Fixed(fixed) => length == *fixed,
            LengthRule::Byte { min, max, .. } => (*min..=*max).contains(&length),
        }
    }

    /// Whether a payload of that length was seen before.
    #[must_use]
    pub fn expects(&self, length: u8) -> bool {
        match self {
            LengthRule::Fixed(fixed) => length == *fixed,
            LengthRule::Byte { expected, .. } => expected.contains(&length),
        }
    }

    pub(super) const fn has_byte(&self) -> bool {
        matches!(self, LengthRule::Byte { .. })
    }
}

/// Which tone is a 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum OneIs {
    /// The upper one.
    UpperTone,
    /// The lower one.
    LowerTone,
}

/// A payload byte that was always below a value; above it a frame is suspect.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct SeenBelow {
    /// Which payload byte, from 0.
    pub byte: u8,
    /// The first value that was never seen.
    pub limit: u8,
}

/// What a family says about itself. Fill one in and give it to [`Family::declare`].
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct Declaration {
    /// A short name for settings and reports.
    pub name: Cow<'static, str>,
    /// How sure all of this is.
    pub provenance: Provenance,
    /// What is sent before the sync word, at most 64 bytes. The search does not need it.
    pub preamble: Cow<'static, [u8]>,
    /// What marks the beginning.
    pub sync: SyncWord,
    /// How long the payload is.
    pub length: LengthRule,
    /// The check behind the payload, if there is one.
    pub crc: Option<FrameCrc>,
    /// Which tone is a 1. A label: the search tries both.
    pub one_is: OneIs,
    /// Bits in a second.
    pub bit_rate: u32,
    /// Nominal centre frequencies in hertz. Labels: a decoder never depends on them (Climax
    /// reference 1.1).
    pub centres: Cow<'static, [u32]>,
    /// A payload byte whose high values make a frame suspect.
    pub seen_below: Option<SeenBelow>,
}

/// A frame family: a [`Declaration`] that was checked.
///
/// ```
/// use climax_rf::f1::{Declaration, Family, SyncWord};
/// use climax_rf::Provenance;
///
/// let own = Family::declare(Declaration {
///     name: "workshop".into(),
///     provenance: Provenance::User,
///     sync: SyncWord::new(0x2DD4_2DD4_2DD4, 48)?,
///     ..Family::F1.declaration().clone()
/// })?;
/// assert_eq!(own.frame_bits(10), 32 + 48 + 8 + 80 + 16);
/// # Ok::<(), climax_rf::f1::FamilyError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(
    feature = "serde",
    serde(try_from = "Declaration", into = "Declaration")
)]
pub struct Family(Declaration);

impl Family {
    /// The frame that was captured on 433 and 868 MHz from two brands (Climax reference 2.1).
    /// That the first byte is a length and the last two a CRC is inferred, and holds in every
    /// clean frame.
    pub const F1: Family = Family(Declaration {
        name: Cow::Borrowed("f1"),
        provenance: Provenance::Confirmed,
        preamble: Cow::Borrowed(&[0xAA; 4]),
        sync: SyncWord::F1,
        length: LengthRule::F1,
        crc: Some(FrameCrc::CMS),
        one_is: OneIs::UpperTone,
        bit_rate: 10_000,
        centres: Cow::Borrowed(&[433_820_000, 868_637_500]),
        seen_below: Some(SeenBelow {
            byte: 2,
            limit: 0x40,
        }),
    });

    /// The same frame in the social alarm band. No capture shows it: that care units speak F1 on
    /// 869 MHz is stated, that the frame is equal there is inferred, and both centres come from
    /// 25 kHz channels alone (Climax reference 1.1).
    pub const F1_869: Family = Family(Declaration {
        name: Cow::Borrowed("f1-869"),
        provenance: Provenance::Inferred,
        preamble: Cow::Borrowed(&[0xAA; 4]),
        sync: SyncWord::F1,
        length: LengthRule::F1,
        crc: Some(FrameCrc::CMS),
        one_is: OneIs::UpperTone,
        bit_rate: 10_000,
        centres: Cow::Borrowed(&[869_212_500, 869_237_500]),
        seen_below: Some(SeenBelow {
            byte: 2,
            limit: 0x40,
        }),
    });

    /// The families of this crate.
    pub const ALL: &'static [Family] = &[Family::F1, Family::F1_869];

    /// The family of this crate with that name: `f1` or `f1-869`.
    #[must_use]
    pub fn named(name: &str) -> Option<&'static Family> {
        Family::ALL.iter().find(|family| family.name() == name)
    }

    /// Checks a declaration.
    ///
    /// # Errors
    ///
    /// [`FamilyError`] with the first thing that cannot be.
    pub fn declare(declaration: Declaration) -> Result<Self, FamilyError> {
        if declaration.name.is_empty() {
            return Err(FamilyError::NameMissing);
        }
        if declaration.preamble.len() > 64 {
            return Err(FamilyError::PreambleTooLong {
                length: declaration.preamble.len(),
            });
        }
        if declaration.bit_rate == 0 {
            return Err(FamilyError::BitRateZero);
        }
        let shortest = match &declaration.length {
            LengthRule::Fixed(length) => {
                if *length == 0 {
                    return Err(FamilyError::LengthRange { min: 0, max: 0 });
                }
                *length
            }
            LengthRule::Byte { min, max, expected } => {
                let (min, max) = (*min, *max);
                if min == 0 || min > max {
                    return Err(FamilyError::LengthRange { min, max });
                }
                if let Some(&length) = expected.iter().find(|length| !(min..=max).contains(length))
                {
                    return Err(FamilyError::ExpectedLength { length, min, max });
                }
                min
            }
        };
        if declaration
            .crc
            .is_some_and(|crc| !crc.parameters.is_valid())
        {
            return Err(FamilyError::Crc);
        }
        if let Some(seen) = declaration.seen_below {
            if seen.byte >= shortest {
                return Err(FamilyError::SeenBelow {
                    byte: seen.byte,
                    shortest,
                });
            }
        }
        Ok(Family(declaration))
    }

    /// What was declared.
    #[must_use]
    pub const fn declaration(&self) -> &Declaration {
        &self.0
    }

    /// The short name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.0.name
    }

    /// How sure all of it is.
    #[must_use]
    pub const fn provenance(&self) -> Provenance {
        self.0.provenance
    }

    /// What marks the beginning.
    #[must_use]
    pub const fn sync(&self) -> SyncWord {
        self.0.sync
    }

    /// How long the payload is.
    #[must_use]
    pub const fn length(&self) -> &LengthRule {
        &self.0.length
    }

    /// The check, if there is one.
    #[must_use]
    pub const fn crc(&self) -> Option<&FrameCrc> {
        self.0.crc.as_ref()
    }

    /// Bits of the check: 0 without one.
    #[must_use]
    pub(super) fn crc_bits(&self) -> u32 {
        self.0.crc.map_or(0, |crc| u32::from(crc.bits()))
    }

    /// Bits on the air of a frame whose payload has `length` bytes, preamble and check included:
    /// 168 for an F1 payload of 10.
    #[must_use]
    pub fn frame_bits(&self, length: u8) -> u32 {
        // At most 64 bytes, see `declare`.
        let preamble = u32::try_from(self.0.preamble.len()).unwrap_or(0) * 8;
        let length_byte = if self.0.length.has_byte() { 8 } else { 0 };
        preamble + self.0.sync.len() + length_byte + u32::from(length) * 8 + self.crc_bits()
    }
}

impl Default for Family {
    fn default() -> Self {
        Family::F1
    }
}

impl TryFrom<Declaration> for Family {
    type Error = FamilyError;

    fn try_from(declaration: Declaration) -> Result<Self, FamilyError> {
        Family::declare(declaration)
    }
}

impl From<Family> for Declaration {
    fn from(family: Family) -> Self {
        family.0
    }
}
