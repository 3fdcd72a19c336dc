//! Reading codes in the notation of the crosswalk.

use core::fmt;

use super::{
    Code, ContactIdCode, ContactIdEvent, EspaCallType, Ieee11073Code, Qualifier, ScaipCode,
    ScaipMessageType, SensioEvent, SensioRequest, SensioState, SiaCode, SnomedConcept,
};
use crate::system::System;

/// Why a text cannot be a code of its system.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CodeError {
    /// The text does not have the shape that the system's codes have.
    Form {
        /// The system whose notation was expected.
        system: System,
        /// The notation, by example.
        expected: &'static str,
    },
    /// A number is missing, has a sign or a letter, or is too large.
    Number {
        /// The system whose notation was expected.
        system: System,
        /// Which part holds the number.
        part: &'static str,
    },
    /// A part appears twice.
    Repeated {
        /// The system whose notation was expected.
        system: System,
        /// Which part.
        part: &'static str,
    },
}

impl fmt::Display for CodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Form { system, expected } => write!(f, "not a {system} code, write {expected}"),
            Self::Number { system, part } => {
                write!(f, "not a {system} code: {part} is not a number in range")
            }
            Self::Repeated { system, part } => {
                write!(f, "not a {system} code: {part} is given twice")
            }
        }
    }
}

impl core::error::Error for CodeError {}

/// Digits only: `str::parse` alone would also take a plus sign.
fn number<T: core::str::FromStr>(
    system: System,
    part: &'static str,
    text: &str,
) -> Result<T, CodeError> {
    let error = CodeError::Number { system, part };
    if text.is_empty() || !text.bytes().all(|b| b.is_ascii_digit()) {
        return Err(error);
    }
    text.parse().map_err(|_| error)
}

pub(super) fn parse(system: System, text: &str) -> Result<Code<'_>, CodeError> {
    match system {
        System::Scaip => scaip(text.trim()).map(Code::Scaip),
        System::Sensio => {
            let text = text.trim();
            match SensioRequest::from_text(text) {
                Some(request) => Ok(Code::SensioRequest(request)),
                None => Ok(Code::SensioEvent(SensioEvent(number(
                    system, "event", text,
                )?))),
            }
        }
        System::SensioState => {
            let (event, state) = text.trim().split_once('/').ok_or(CodeError::Form {
                system,
                expected: "event/state, such as 2/50",
            })?;
            Ok(Code::SensioState(SensioState {
                event: SensioEvent(number(system, "event", event)?),
                state: number(system, "state", state)?,
            }))
        }
        System::ContactId => contact_id(text.trim()).map(Code::ContactId),
        System::SiaDc03 => <[u8; 2]>::try_from(text.trim().as_bytes())
            .ok()
            .and_then(SiaCode::new)
            .map(Code::SiaDc03)
            .ok_or(CodeError::Form {
                system,
                expected: "two letters, such as QA",
            }),
        System::Ieee11073 => ieee(text).map(Code::Ieee11073),
        System::Espa444 => {
            let text = text.trim();
            let digits = text.strip_prefix("type=").unwrap_or(text);
            Ok(Code::Espa444(EspaCallType(number(
                system,
                "call type",
                digits,
            )?)))
        }
        System::SnomedCt => Ok(Code::SnomedCt(SnomedConcept(number(
            system,
            "concept",
            text.trim(),
        )?))),
        System::SiaDc09 => Ok(Code::SiaDc09(text)),
        System::VkpAlert => Ok(Code::VkpAlert(text)),
        System::VkpDispense => Ok(Code::VkpDispense(text)),
        System::SafemateText => Ok(Code::SafemateText(text)),
        System::CpcDigit => Ok(Code::CpcDigit(text)),
        System::Ttnew => Ok(Code::Ttnew(text)),
    }
}

fn scaip(text: &str) -> Result<ScaipCode, CodeError> {
    let system = System::Scaip;
    let form = CodeError::Form {
        system,
        expected: "dty=0004;stc=0010",
    };
    let mut code = ScaipCode::default();
    let mut message_type = None;
    for part in text.split(';') {
        let (name, value) = part.split_once('=').ok_or(form)?;
        let value = value.trim();
        let (slot, name) = match name.trim() {
            "dty" => (&mut code.device_type, "dty"),
            "stc" => (&mut code.status, "stc"),
            "lco" => (&mut code.location, "lco"),
            "cha" => (&mut code.call_handling, "cha"),
            "mty" => {
                let parsed = ScaipMessageType::from_code(value).ok_or(form)?;
                if message_type.replace(parsed).is_some() {
                    return Err(CodeError::Repeated {
                        system,
                        part: "mty",
                    });
                }
                continue;
            }
            _ => return Err(form),
        };
        if slot.replace(number(system, name, value)?).is_some() {
            return Err(CodeError::Repeated { system, part: name });
        }
    }
    code.message_type = message_type.unwrap_or_default();
    Ok(code)
}

fn contact_id(text: &str) -> Result<ContactIdCode, CodeError> {
    let error = CodeError::Form {
        system: System::ContactId,
        expected: "101, 3:101 or 3101",
    };
    let (qualifier, event) = match *text.as_bytes() {
        [a, b, c] => (b'1', [a, b, c]),
        [q, a, b, c] | [q, b':', a, b, c] => (q, [a, b, c]),
        _ => return Err(error),
    };
    let digit = (qualifier as char)
        .to_digit(16)
        .and_then(|d| u8::try_from(d).ok());
    let qualifier = digit.and_then(Qualifier::new).ok_or(error)?;
    let event = ContactIdEvent::from_digits(event).ok_or(error)?;
    Ok(ContactIdCode { qualifier, event })
}

fn ieee(text: &str) -> Result<Ieee11073Code<'_>, CodeError> {
    let system = System::Ieee11073;
    let form = CodeError::Form {
        system,
        expected: "device=FALL(1);event=fall detected",
    };
    let rest = text.trim_start().strip_prefix("device=").ok_or(form)?;
    let (device, event) = match rest.split_once(';') {
        Some((device, event)) => (device, Some(event.strip_prefix("event=").ok_or(form)?)),
        None => (rest, None),
    };
    let device = device.trim();
    // The name in front of the brackets is for people; the number decides.
    let digits = match device.split_once('(') {
        Some((_, inner)) => inner.strip_suffix(')').ok_or(form)?,
        None => device,
    };
    Ok(Ieee11073Code {
        device: number(system, "device", digits)?,
        event,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leading_zeros_and_order_of_the_parts_do_not_matter() {
        let expected = Code::Scaip(ScaipCode::pair(4, 10).with_location(19));
        for text in [
            "dty=0004;stc=0010;lco=019",
            "stc=10; lco=19; dty=4",
            " dty=04;stc=010;lco=19",
        ] {
            assert_eq!(Code::parse(System::Scaip, text), Ok(expected), "{text}");
        }
    }

    #[test]
    fn contact_id_is_read_with_and_without_qualifier() {
        for (text, qualifier, event) in [
            ("101", 1, 101),
            ("1:101", 1, 101),
            ("3:101", 3, 101),
            ("3101", 3, 101),
            ("6602", 6, 602),
        ] {
            let code = ContactIdCode::new(Qualifier::new(qualifier).unwrap(), event).unwrap();
            assert_eq!(
                Code::parse(System::ContactId, text),
                Ok(Code::ContactId(code)),
                "{text}"
            );
        }
    }

    #[test]
    fn what_is_not_a_code_gets_a_typed_error() {
        for (system, text) in [
            (System::Scaip, ""),
            (System::Scaip, "dty=4;dty=5"),
            (System::Scaip, "mty=XX"),
            (System::Scaip, "dty=+4"),
            (System::Scaip, "dty=99999999999"),
            (System::Scaip, "foo=1"),
            (System::Sensio, "-1"),
            (System::SensioState, "2"),
            (System::ContactId, "12"),
            (System::ContactId, "é1"),
            (System::ContactId, "G:101"),
            (System::SiaDc03, "Q"),
            (System::SiaDc03, "Q1"),
            (System::Ieee11073, "FALL"),
            (System::Ieee11073, "device=FALL(1"),
            (System::Espa444, "type="),
            (System::SnomedCt, "fall"),
        ] {
            assert!(Code::parse(system, text).is_err(), "{system} {text:?}");
        }
    }
}
