//! The typed form of the code in a row: what it matches and what it sends.

use crate::code::{
    Code, ContactIdCode, ContactIdEvent, EspaCallType, Ieee11073Code, Qualifier, ScaipCode,
    ScaipMessageType, SensioEvent, SensioRequest, SensioState, SiaCode, SnomedConcept,
};
use crate::kind::Kind;
use crate::mapping::Phase;
use crate::system::System;

/// The typed form of the code in a row of the crosswalk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Pattern {
    /// No code: a row with relation `none`, or the row for unknown codes.
    None,
    /// SCAIP.
    Scaip(ScaipPattern),
    /// Contact ID.
    ContactId(ContactIdPattern),
    /// SIA DC-03.
    SiaDc03(SiaPattern),
    /// Sensio event.
    SensioEvent(SensioEvent),
    /// Sensio event and state.
    SensioState(SensioState),
    /// Sensio request.
    SensioRequest(SensioRequest),
    /// 11073-10471; without an event the row answers for the sensor class as a whole.
    Ieee11073(Ieee11073Code<'static>),
    /// ESPA 4.4.4 call type.
    Espa444(EspaCallType),
    /// SNOMED CT concept.
    SnomedCt(SnomedConcept),
    /// A system whose codes are plain text.
    Text(System, &'static str),
}

/// What a SCAIP row asks of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ScaipPattern {
    /// The message type, where the row is about that alone.
    pub message_type: Option<ScaipMessageType>,
    /// The device types that the row allows; empty means any.
    pub device_types: &'static [u32],
    /// The status codes that the row allows; empty means that the row does not look at it.
    pub statuses: &'static [u32],
    /// The location code that the row asks for.
    pub location: Option<u32>,
    /// The call handling that the row sends.
    pub call_handling: Option<u32>,
    /// The status code that ends the condition, from any device type.
    pub cleared_by: Option<u32>,
}

impl ScaipPattern {
    /// True when the row may be sent for a device of this type.
    #[must_use]
    pub fn allows_device_type(&self, device_type: u32) -> bool {
        self.device_types.is_empty() || self.device_types.contains(&device_type)
    }

    fn code(&self, phase: Phase) -> Option<ScaipCode> {
        let status = match phase {
            Phase::Start | Phase::Update => self.statuses.first().copied(),
            Phase::End => Some(self.cleared_by?),
        };
        let message_type = match (self.message_type, phase) {
            (Some(message_type), Phase::Start) => message_type,
            // A message type of its own has no course: nothing goes on and nothing ends.
            (Some(_), _) => return None,
            (None, Phase::Update) => ScaipMessageType::Information,
            (None, _) => ScaipMessageType::Message,
        };
        Some(ScaipCode {
            message_type,
            device_type: self.device_types.first().copied(),
            status,
            location: self.location,
            call_handling: self.call_handling,
        })
    }
}

/// What a Contact ID row asks of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ContactIdPattern {
    /// The only qualifier that has this meaning; `None` when 1 begins it and 3 ends it.
    pub qualifier: Option<Qualifier>,
    /// The events that the row allows.
    pub events: &'static [ContactIdEvent],
}

/// The two halves of an SIA row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SiaPattern {
    /// Begins the condition.
    pub raise: SiaCode,
    /// Ends it, where the list has such a code.
    pub restore: Option<SiaCode>,
}

impl Pattern {
    pub(crate) fn code(&self, kind: Kind, phase: Phase) -> Option<Code<'static>> {
        // A cancel is itself the end of something: its own code is what ends.
        let phase = match (kind, phase) {
            (Kind::Cancel, Phase::End) => Phase::Start,
            (Kind::Cancel, _) => return None,
            (_, phase) => phase,
        };
        let starts = phase == Phase::Start;
        match *self {
            Self::None => None,
            Self::Scaip(pattern) => pattern.code(phase).map(Code::Scaip),
            Self::ContactId(pattern) => {
                let qualifier = match (pattern.qualifier, phase) {
                    (Some(fixed), Phase::Start) => fixed,
                    (Some(_), _) => return None,
                    (None, Phase::Start) => Qualifier::EVENT,
                    (None, Phase::Update) => Qualifier::STATUS,
                    (None, Phase::End) => Qualifier::RESTORE,
                };
                let event = *pattern.events.first()?;
                Some(Code::ContactId(ContactIdCode { qualifier, event }))
            }
            Self::SiaDc03(pattern) => match phase {
                Phase::Start => Some(Code::SiaDc03(pattern.raise)),
                Phase::Update => None,
                Phase::End => pattern.restore.map(Code::SiaDc03),
            },
            Self::SensioEvent(code) if starts => Some(Code::SensioEvent(code)),
            Self::SensioState(code) if starts => Some(Code::SensioState(code)),
            Self::SensioRequest(request) if starts => Some(Code::SensioRequest(request)),
            Self::Ieee11073(code) if starts => Some(Code::Ieee11073(code)),
            Self::Espa444(call_type) if starts => Some(Code::Espa444(call_type)),
            Self::SnomedCt(concept) if starts => Some(Code::SnomedCt(concept)),
            Self::Text(system, text) if starts => match system {
                System::SiaDc09 => Some(Code::SiaDc09(text)),
                System::VkpAlert => Some(Code::VkpAlert(text)),
                System::VkpDispense => Some(Code::VkpDispense(text)),
                System::SafemateText => Some(Code::SafemateText(text)),
                System::CpcDigit => Some(Code::CpcDigit(text)),
                System::Ttnew => Some(Code::Ttnew(text)),
                _ => None,
            },
            _ => None,
        }
    }
}
