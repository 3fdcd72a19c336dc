//! Codes with their system and text.

use super::{accessors, element_view};
use crate::CodeSystem;
use crate::codes::SystemMatch;

element_view! {
    /// One code of one code system.
    Coding
}

accessors! { Coding:
    /// The address of the code system, as written.
    system: text "system";
    /// The code, as written: `1.10` is not `1.1`.
    code: text "code";
    /// The text of the code. Where it differs from the code system, the code rules (FHIR
    /// reference 13 rule 5).
    display: text "display";
    /// The version of the code system.
    version: text "version";
}

impl<'r> Coding<'r> {
    /// The code, if it is one of this system by any of its addresses. Older versions are other
    /// systems: their numbers mean other things (FHIR reference 8).
    #[must_use]
    pub fn code_in(self, system: CodeSystem) -> Option<&'r str> {
        let found = CodeSystem::recognise(self.system()?).and_then(SystemMatch::same_codes);
        (found == Some(system)).then(|| self.code())?
    }

    /// The same as data of its own.
    #[must_use]
    pub fn to_coding(self) -> crate::Coding {
        crate::Coding {
            system: self.system().map(str::to_owned),
            code: self.code().map(str::to_owned),
            display: self.display().map(str::to_owned),
        }
    }
}

element_view! {
    /// A concept: any number of codes, and a text.
    CodeableConcept
}

accessors! { CodeableConcept:
    /// The codes.
    codings: many Coding "coding";
    /// The text, as people entered or saw it.
    text: text "text";
}

impl<'r> CodeableConcept<'r> {
    /// The first code of this system, by any of its addresses.
    #[must_use]
    pub fn code_in(self, system: CodeSystem) -> Option<&'r str> {
        self.codings().find_map(|coding| coding.code_in(system))
    }

    /// Something to show to people: the text, else the first display, else the first code
    /// (FHIR reference 13 rule 6: the text wins for showing).
    #[must_use]
    pub fn shown(self) -> Option<&'r str> {
        self.text()
            .or_else(|| self.codings().find_map(Coding::display))
            .or_else(|| self.codings().find_map(Coding::code))
    }
}
