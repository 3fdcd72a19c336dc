//! From one code system to another, with what the step loses.

use alarm_codes::{
    Code, CodeError, Encoding, Mapping, Phase, Profile, System, UnknownName, codes_of, kind_of,
};
use serde::Serialize;

/// A code as a person types it: `scaip:0003+0010`, `sensio:906`, `contact-id:3:101`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedCode {
    /// The system.
    pub system: System,
    /// The code in the notation of [`Code::parse`].
    pub text: String,
}

/// Why a text is no code.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NamedCodeError {
    /// No colon.
    #[error("write SYSTEM:CODE, such as scaip:0003+0010 or sensio:906")]
    Form,
    /// No such code system.
    #[error("no such code system; `alarm-lab systems` lists them")]
    System(#[from] UnknownName),
    /// The text cannot be a code of the system.
    #[error("{0}")]
    Code(CodeError),
}

impl std::str::FromStr for NamedCode {
    type Err = NamedCodeError;

    /// Reads `SYSTEM:CODE`. For SCAIP also the shorthand `0003+0010` and `0003+0010+019`: device
    /// type, status code, location code.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (system, code) = text.split_once(':').ok_or(NamedCodeError::Form)?;
        let system: System = system.trim().parse()?;
        let text = match system {
            System::Scaip => scaip_shorthand(code.trim()),
            _ => code.trim().to_owned(),
        };
        Code::parse(system, &text).map_err(NamedCodeError::Code)?;
        Ok(NamedCode { system, text })
    }
}

fn scaip_shorthand(text: &str) -> String {
    let plain = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    let parts: Vec<_> = text.split('+').map(str::trim).collect();
    if parts.len() > 3 || !parts.iter().all(|part| plain(part)) {
        return text.to_owned();
    }
    ["dty", "stc", "lco"]
        .iter()
        .zip(&parts)
        .map(|(name, value)| format!("{name}={value}"))
        .collect::<Vec<_>>()
        .join(";")
}

/// What a code means, and how other systems say it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Conversion {
    /// What was asked.
    pub from: Source,
    /// One for each target system, in the order asked.
    pub to: Vec<Target>,
}

/// The meaning of the code that was asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Source {
    /// The system.
    pub system: &'static str,
    /// The profile whose row answered; `any` when none did.
    pub profile: &'static str,
    /// The code, in the notation of the crosswalk.
    pub code: String,
    /// The kind; `unmapped` when no row knows the code.
    pub kind: &'static str,
    /// What the kind means.
    pub definition: &'static str,
    /// Its class.
    pub class: &'static str,
    /// Its priority when nothing else decides.
    pub priority: &'static str,
    /// Whether the code begins, goes on or ends something.
    pub phase: &'static str,
    /// What it ends, if it ends something.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub clears: Vec<&'static str>,
    /// How the code stands to the kind.
    pub relation: &'static str,
    /// True when no public source confirms the row.
    pub uncertain: bool,
    /// What is lost, or which trap to avoid.
    #[serde(skip_serializing_if = "str::is_empty")]
    pub note: &'static str,
}

/// How one system says the kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Target {
    /// The system.
    pub system: &'static str,
    /// The profile asked for.
    pub profile: &'static str,
    /// The codes, best first; empty when there is none.
    pub codes: Vec<TargetCode>,
    /// Why there is no code, with the fallback if one is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub no_code: Option<String>,
    /// Parts of an event that the system cannot carry, whatever the code (taxonomy reference
    /// section 8).
    pub fields_lost: Vec<&'static str>,
}

/// One code that says the kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct TargetCode {
    /// As the crosswalk writes it.
    pub code: &'static str,
    /// The code to send in the phase of the source; absent when the system cannot say that phase
    /// with this code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub send: Option<String>,
    /// How the code stands to the kind. Anything but `equal` is a loss.
    pub relation: &'static str,
    /// True when no public source confirms the row.
    pub uncertain: bool,
    /// What is lost, or which trap to avoid.
    #[serde(skip_serializing_if = "str::is_empty")]
    pub note: &'static str,
}

/// Looks a code up and says its kind in each of the target systems.
///
/// Never fails: an unknown code is the kind `unmapped`, which no system has a code for. A target
/// profile of `None` means the base profile of each system.
///
/// # Errors
///
/// [`CodeError`] when the text is no code of its system; not for a [`NamedCode`] that was read from
/// text.
pub fn convert(
    code: &NamedCode,
    profile: Option<Profile>,
    to: &[System],
    target_profile: Option<Profile>,
) -> Result<Conversion, CodeError> {
    let profile = profile.unwrap_or_else(|| code.system.base_profile());
    let parsed = Code::parse(code.system, &code.text)?;
    let mapping = kind_of(profile, &parsed);
    let kind = mapping.kind();
    Ok(Conversion {
        from: Source {
            system: code.system.name(),
            profile: mapping.profile().name(),
            code: parsed.to_string(),
            kind: kind.name(),
            definition: kind.definition(),
            class: kind.class().name(),
            priority: kind.default_priority().name(),
            phase: mapping.phase().name(),
            clears: mapping.clears().iter().map(|kind| kind.name()).collect(),
            relation: mapping.relation().name(),
            uncertain: mapping.uncertain(),
            note: mapping.note(),
        },
        to: to
            .iter()
            .map(|&system| target(&mapping, system, target_profile))
            .collect(),
    })
}

fn target(mapping: &Mapping, system: System, profile: Option<Profile>) -> Target {
    let profile = profile.unwrap_or_else(|| system.base_profile());
    let kind = mapping.kind();
    let encoding = codes_of(kind, system, profile);
    let no_code = match &encoding {
        Encoding::Codes(_) => None,
        Encoding::NoCode(row) if row.note().is_empty() => {
            Some(format!("{system} has no code for {kind}"))
        }
        Encoding::NoCode(row) => Some(format!("{system} has no code for {kind}: {}", row.note())),
        Encoding::NoRow => Some(format!("nothing is known about {kind} in {system}")),
    };
    Target {
        system: system.name(),
        profile: profile.name(),
        codes: encoding
            .codes()
            .map(|row| target_code(&row, mapping.phase()))
            .collect(),
        no_code,
        fields_lost: system.lost().iter().map(|part| part.name()).collect(),
    }
}

fn target_code(row: &Mapping, phase: Phase) -> TargetCode {
    TargetCode {
        code: row.code_text(),
        send: row.code(phase).map(|code| code.to_string()),
        relation: row.relation().name(),
        uncertain: row.uncertain(),
        note: row.note(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn conversion(from: &str, to: System) -> Conversion {
        convert(&from.parse().unwrap(), None, &[to], None).unwrap()
    }

    #[test]
    fn the_shorthand_of_scaip_is_read() {
        for (text, code) in [
            ("scaip:0003+0010", "dty=0003;stc=0010"),
            ("scaip:3+10", "dty=0003;stc=0010"),
            ("scaip:0004+0010+019", "dty=0004;stc=0010;lco=019"),
            ("scaip:0023", "dty=0023"),
            ("scaip:mty=RE;dty=3;stc=93", "mty=RE;dty=0003;stc=0093"),
        ] {
            let found = conversion(text, System::Sensio);
            assert_eq!(found.from.code, code, "{text}");
        }
        for text in ["scaip", "skaip:1", "scaip:1+2+3+4", "sensio:x"] {
            assert!(text.parse::<NamedCode>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_pendant_is_a_help_call_everywhere() {
        let found = conversion("scaip:0003+0010", System::Sensio);
        assert_eq!(found.from.kind, "help_call");
        assert!(!found.to[0].codes.is_empty());
        assert_eq!(found.to[0].no_code, None);
    }

    #[test]
    fn an_unknown_code_is_unmapped_and_has_no_code_anywhere() {
        let found = conversion("scaip:9999+9999", System::ContactId);
        assert_eq!(found.from.kind, "unmapped");
        assert_eq!(found.from.profile, "any");
        assert!(found.to[0].codes.is_empty());
        assert!(found.to[0].no_code.is_some());
    }

    #[test]
    fn every_row_of_the_crosswalk_converts_to_every_system() {
        for row in alarm_codes::rows() {
            let Some(code) = row.code(row.phase()) else {
                continue;
            };
            let named = NamedCode {
                system: row.system(),
                text: code.to_string(),
            };
            let found = convert(&named, Some(row.profile()), System::ALL, None).unwrap();
            for target in &found.to {
                assert_eq!(target.codes.is_empty(), target.no_code.is_some());
            }
        }
    }
}
