//! Typed code spaces: a Sensio event is not a Sensio state, a SCAIP code is not one number.

use core::fmt;

use crate::system::System;

mod contact_id;
mod parse;
mod scaip;
mod sensio;
mod sia;

pub use contact_id::{ContactIdCode, ContactIdEvent, Qualifier};
pub use parse::CodeError;
pub use scaip::{ScaipCode, ScaipMessageType};
pub use sensio::{SensioEvent, SensioRequest, SensioState};
pub use sia::SiaCode;

/// A sensor class of ISO/IEEE 11073-10471 and what it reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Ieee11073Code<'a> {
    /// Sensor class, for example 1 for the fall sensor.
    pub device: u16,
    /// The event in words, as in the crosswalk ("fall detected"); compared without regard to case.
    pub event: Option<&'a str>,
}

/// The call type of an ESPA 4.4.4 call: 1 reset, 2 speech, 3 standard; others are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EspaCallType(pub u32);

/// A SNOMED CT concept identifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SnomedConcept(pub u64);

/// A code together with the space that gives it meaning.
///
/// The code names its system, so [`kind_of`](crate::kind_of) needs no system beside it and a code
/// cannot be looked up in the wrong table.
///
/// `Display` writes the notation of the crosswalk and [`Code::parse`] reads it back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Code<'a> {
    /// SCAIP device type, status code and companions.
    Scaip(ScaipCode),
    /// Sensio event code.
    SensioEvent(SensioEvent),
    /// Sensio event code with the state beside it.
    SensioState(SensioState),
    /// A Sensio request that carries meaning by itself.
    SensioRequest(SensioRequest),
    /// Contact ID qualifier and event.
    ContactId(ContactIdCode),
    /// SIA DC-03 two-letter code.
    SiaDc03(SiaCode),
    /// SIA DC-09 message identifier such as `NULL`.
    SiaDc09(&'a str),
    /// 11073-10471 sensor class and event.
    Ieee11073(Ieee11073Code<'a>),
    /// VKP alert code such as `4.13`.
    VkpAlert(&'a str),
    /// VKP dispense event such as `1.1`.
    VkpDispense(&'a str),
    /// Safemate label such as `user alarm`.
    SafemateText(&'a str),
    /// ESPA 4.4.4 call type.
    Espa444(EspaCallType),
    /// SNOMED CT concept.
    SnomedCt(SnomedConcept),
    /// CPC digit code such as `8X`.
    CpcDigit(&'a str),
    /// Tunstall-like code such as `D#1016`.
    Ttnew(&'a str),
}

impl<'a> Code<'a> {
    /// The code system that the code belongs to.
    #[must_use]
    pub const fn system(&self) -> System {
        match self {
            Self::Scaip(_) => System::Scaip,
            Self::SensioEvent(_) | Self::SensioRequest(_) => System::Sensio,
            Self::SensioState(_) => System::SensioState,
            Self::ContactId(_) => System::ContactId,
            Self::SiaDc03(_) => System::SiaDc03,
            Self::SiaDc09(_) => System::SiaDc09,
            Self::Ieee11073(_) => System::Ieee11073,
            Self::VkpAlert(_) => System::VkpAlert,
            Self::VkpDispense(_) => System::VkpDispense,
            Self::SafemateText(_) => System::SafemateText,
            Self::Espa444(_) => System::Espa444,
            Self::SnomedCt(_) => System::SnomedCt,
            Self::CpcDigit(_) => System::CpcDigit,
            Self::Ttnew(_) => System::Ttnew,
        }
    }

    /// Reads the notation of the crosswalk, for tools and configuration files.
    ///
    /// | system | accepted |
    /// |---|---|
    /// | SCAIP | `mty=ME;dty=0004;stc=0010;lco=019;cha=1`, parts in any order, `dty` and `stc` with or without leading zeros |
    /// | Sensio | `906`, `PUT devices/{id}/status`, `PUT devices/status`, `DELETE devices/{id}/events/{eventType}` |
    /// | Sensio state | `2/50` |
    /// | Contact ID | `101` (qualifier 1), `3:101`, `3101` |
    /// | SIA DC-03 | two letters, either case |
    /// | 11073-10471 | `device=FALL(1);event=fall detected`, `device=1` |
    /// | ESPA 4.4.4 | `type=1`, `1` |
    /// | SNOMED CT | digits |
    /// | the others | any text, taken as it is |
    ///
    /// # Errors
    ///
    /// [`CodeError`] when the text cannot be a code of that system at all. A code that is well formed
    /// but unknown is not an error: looking it up answers `unmapped`.
    pub fn parse(system: System, text: &'a str) -> Result<Self, CodeError> {
        parse::parse(system, text)
    }
}

impl fmt::Display for Code<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Scaip(code) => code.fmt(f),
            Self::SensioEvent(code) => code.fmt(f),
            Self::SensioState(code) => code.fmt(f),
            Self::SensioRequest(request) => request.fmt(f),
            Self::ContactId(code) => code.fmt(f),
            Self::SiaDc03(code) => code.fmt(f),
            Self::Ieee11073(code) => code.fmt(f),
            Self::Espa444(call_type) => write!(f, "type={}", call_type.0),
            Self::SnomedCt(concept) => write!(f, "{}", concept.0),
            Self::SiaDc09(text)
            | Self::VkpAlert(text)
            | Self::VkpDispense(text)
            | Self::SafemateText(text)
            | Self::CpcDigit(text)
            | Self::Ttnew(text) => f.write_str(text),
        }
    }
}

impl fmt::Display for Ieee11073Code<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "device={}", self.device)?;
        match self.event {
            Some(event) => write!(f, ";event={event}"),
            None => Ok(()),
        }
    }
}
