//! Codes as they are shown: by VKP's lists where they hold them.

use fhir_vkp::codes::SystemMatch;
use fhir_vkp::view::CodeableConcept;
use fhir_vkp::{CodeSystem, DateTime};
use serde::Serialize;

use super::mask::Mask;

/// A code, or the words that stand for one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ShownCode {
    /// The code system: its short name, else its address as written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub system: Option<String>,
    /// The code as written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// What the code system calls it; where the table holds no words, what the sender calls it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub display: Option<String>,
    /// The words of the sender beside all codes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// Other codes beside this one, as `system|code`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub also: Vec<String>,
}

impl ShownCode {
    /// One line for people.
    #[must_use]
    pub fn line(&self) -> String {
        let known = [&self.code, &self.display].into_iter().flatten();
        let mut line = known.map(String::as_str).collect::<Vec<_>>().join(" ");
        let repeats = |text: &String| Some(text) == self.display.as_ref();
        if let Some(text) = self.text.as_ref().filter(|text| !repeats(text)) {
            let open = if line.is_empty() { "" } else { " " };
            line = format!("{line}{open}\"{text}\"");
        }
        line
    }
}

/// The code of the preferred system, else the first; the rest beside it.
pub(super) fn code(
    concept: CodeableConcept<'_>,
    preferred: Option<CodeSystem>,
    mask: &Mask,
) -> ShownCode {
    let codings: Vec<_> = concept.codings().collect();
    let same = |system: &str| CodeSystem::recognise(system).and_then(SystemMatch::same_codes);
    let at = codings
        .iter()
        .position(|coding| preferred.is_some() && coding.system().and_then(same) == preferred)
        .unwrap_or(0);
    let mut shown = ShownCode {
        system: None,
        code: None,
        display: None,
        text: concept.text().map(|text| mask.text(text)),
        also: Vec::new(),
    };
    for (index, coding) in codings.iter().enumerate() {
        let known = coding.system().and_then(same);
        let system = known.map(|system| system.name().to_owned());
        let system = system.or_else(|| coding.system().map(|system| mask.plain(system)));
        let code = coding.code().map(|code| mask.plain(code));
        if index == at {
            let entry = known.and_then(|system| system.entry(coding.code()?));
            let of_table = entry
                .map(|entry| entry.display)
                .filter(|text| !text.is_empty());
            shown.display = of_table
                .map(str::to_owned)
                .or_else(|| coding.display().map(|text| mask.text(text)));
            (shown.system, shown.code) = (system, code);
        } else {
            let (system, code) = (system.unwrap_or_default(), code.unwrap_or_default());
            shown.also.push(format!("{system}|{code}"));
        }
    }
    shown
}

/// A point in time as text.
pub(super) fn at(time: Option<DateTime>) -> Option<String> {
    time.map(|time| time.to_string())
}
