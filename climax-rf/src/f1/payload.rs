//! The payload: opaque, unless a codec of the user's own opens it.

use core::fmt;

use super::frame::Frame;
use crate::provenance::Provenance;

/// The payload of a frame. Only [`Payload::Decoded`] has a device.
///
/// No public source describes the inside (Climax reference 2.3), so this crate has no codec.
/// Without one, every payload is [`Payload::Opaque`]: do not group devices by its bytes.
#[derive(Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Payload<'a> {
    /// Bytes that nobody here can read.
    Opaque(Opaque<'a>),
    /// What a [`PayloadCodec`] made of them.
    Decoded(Decoded),
}

impl<'a> Payload<'a> {
    /// The payload of a frame, unread.
    #[must_use]
    pub fn opaque(frame: &'a Frame) -> Self {
        Payload::Opaque(Opaque {
            bytes: frame.payload(),
            reason: OpaqueReason::NoCodec,
        })
    }

    /// The payload of a frame, read by `codec`. Frames that are no event are not shown to it.
    ///
    /// `clear` is where the codec puts the clear bytes; [`MAX_PAYLOAD`](super::MAX_PAYLOAD) bytes
    /// are always enough for a codec that does not expand them. What was in it is overwritten.
    #[must_use]
    pub fn read<C: PayloadCodec + ?Sized>(
        frame: &'a Frame,
        codec: &C,
        keys: KeyMaterial<'_>,
        clear: &mut [u8],
    ) -> Self {
        let bytes = frame.payload();
        let opaque = |reason| Payload::Opaque(Opaque { bytes, reason });
        if !frame.state().is_event() {
            return opaque(OpaqueReason::NotAnEvent);
        }
        let described = codec.reveal(bytes, keys, clear).and_then(|length| {
            let clear = clear.get(..length).ok_or(Refused::BufferTooSmall)?;
            codec.describe(clear)
        });
        match described {
            Ok(description) => Payload::Decoded(Decoded {
                description,
                provenance: codec.provenance(),
            }),
            Err(refused) => opaque(OpaqueReason::Refused(refused)),
        }
    }

    /// The device, which only a decoded payload has.
    #[must_use]
    pub const fn device(&self) -> Option<DeviceNumber> {
        match self {
            Payload::Opaque(_) => None,
            Payload::Decoded(decoded) => Some(decoded.description.device),
        }
    }
}

impl fmt::Debug for Payload<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Payload::Opaque(opaque) => opaque.fmt(f),
            Payload::Decoded(decoded) => decoded.fmt(f),
        }
    }
}

/// Bytes that were not read, and why.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Opaque<'a> {
    bytes: &'a [u8],
    reason: OpaqueReason,
}

impl<'a> Opaque<'a> {
    /// The bytes as they came.
    #[must_use]
    pub const fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// Why they were not read.
    #[must_use]
    pub const fn reason(&self) -> OpaqueReason {
        self.reason
    }
}

impl fmt::Debug for Opaque<'_> {
    /// Without the bytes, as for [`Frame`].
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Opaque({} bytes, {:?})", self.bytes.len(), self.reason)
    }
}

/// Why a payload stays opaque.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum OpaqueReason {
    /// There is no codec.
    NoCodec,
    /// The codec did not take it; the frame is still an event, marked (Climax reference 12).
    Refused(Refused),
    /// The frame is no event, so it was not shown to the codec.
    NotAnEvent,
}

/// Why a codec does not take a payload.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum Refused {
    /// It is not one of ours, or the key is another.
    #[error("the codec does not recognise the payload")]
    Foreign,
    /// The key has a form that the codec cannot use.
    #[error("the codec cannot use this key")]
    Key,
    /// A length that the codec does not know.
    #[error("the codec does not know payloads of this length")]
    Length,
    /// The clear bytes do not fit the buffer.
    #[error("the buffer for the clear bytes is too small")]
    BufferTooSmall,
}

/// A payload that a codec has read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Decoded {
    /// What it says.
    pub description: Description,
    /// How sure the codec is; as a rule [`Provenance::User`].
    pub provenance: Provenance,
}

/// What a payload says, as far as the codec knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Description {
    /// The transmitter.
    pub device: DeviceNumber,
    /// Its type, as the codec numbers types. Panel numbers are not radio numbers (Climax reference
    /// 0), so nothing is looked up.
    pub device_type: Option<u32>,
    /// What happened, as the codec numbers events; doubles are told by it.
    pub event: u32,
    /// Whether the battery is low.
    pub battery_low: Option<bool>,
    /// Whether the device was opened or torn off.
    pub tamper: Option<bool>,
    /// Whether it is the periodic sign of life.
    pub supervision: Option<bool>,
    /// The copy within the burst, or a running number, whatever is in there.
    pub sequence: Option<u32>,
}

impl Description {
    /// A device and an event, the rest unknown.
    #[must_use]
    pub const fn new(device: DeviceNumber, event: u32) -> Self {
        Description {
            device,
            device_type: None,
            event,
            battery_low: None,
            tamper: None,
            supervision: None,
            sequence: None,
        }
    }
}

/// The number of a transmitter. Panels enrol it by up to ten decimal digits and list it as `RF:`
/// with eight hexadecimal digits; how one becomes the other is unknown (Climax reference 2.3), so
/// this number is printed as neither.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct DeviceNumber(
    /// As the codec gives it.
    pub u64,
);

/// A key, lent for one call. It does not print.
#[derive(Clone, Copy)]
pub struct KeyMaterial<'a>(&'a [u8]);

impl<'a> KeyMaterial<'a> {
    /// For a codec that needs none.
    pub const NONE: KeyMaterial<'static> = KeyMaterial(&[]);

    /// The bytes of a key; they stay the caller's, who also wipes them.
    #[must_use]
    pub const fn new(bytes: &'a [u8]) -> Self {
        KeyMaterial(bytes)
    }

    /// The bytes.
    #[must_use]
    pub const fn expose(self) -> &'a [u8] {
        self.0
    }
}

impl fmt::Debug for KeyMaterial<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KeyMaterial(hidden)")
    }
}

/// What a licence of the maker would bring: the way into the payload (Climax reference 11).
///
/// ```
/// use climax_rf::f1::{
///     ChipCrc, Description, DeviceNumber, Family, KeyMaterial, Payload, PayloadCodec, Refused, packet,
/// };
///
/// /// A made-up codec, nothing like the real one.
/// struct Workshop;
///
/// impl PayloadCodec for Workshop {
///     fn reveal(&self, opaque: &[u8], key: KeyMaterial<'_>, clear: &mut [u8]) -> Result<usize, Refused> {
///         let key = *key.expose().first().ok_or(Refused::Key)?;
///         for (to, from) in clear.iter_mut().zip(opaque) {
///             *to = from ^ key;
///         }
///         Ok(opaque.len())
///     }
///
///     fn describe(&self, clear: &[u8]) -> Result<Description, Refused> {
///         match clear {
///             [0xA5, device, event] => Ok(Description::new(DeviceNumber((*device).into()), (*event).into())),
///             _ => Err(Refused::Foreign),
///         }
///     }
/// }
///
/// let frame = packet(b"\x03\xA4\x06\x03", ChipCrc::Passed, &Family::F1)?;
/// let mut clear = [0; 16];
/// let payload = Payload::read(&frame, &Workshop, KeyMaterial::new(&[1]), &mut clear);
/// assert_eq!(payload.device(), Some(DeviceNumber(7)));
/// assert_eq!(Payload::opaque(&frame).device(), None);
/// # Ok::<(), climax_rf::f1::DecodeError>(())
/// ```
pub trait PayloadCodec {
    /// Opens the payload: puts the clear bytes into `clear` and says how many.
    ///
    /// # Errors
    ///
    /// [`Refused`]; the payload then stays opaque.
    fn reveal(
        &self,
        opaque: &[u8],
        keys: KeyMaterial<'_>,
        clear: &mut [u8],
    ) -> Result<usize, Refused>;

    /// Says what clear bytes mean.
    ///
    /// # Errors
    ///
    /// [`Refused`]; the payload then stays opaque.
    fn describe(&self, clear: &[u8]) -> Result<Description, Refused>;

    /// How sure the codec is.
    fn provenance(&self) -> Provenance {
        Provenance::User
    }
}
