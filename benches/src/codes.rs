//! Codes to look up.

use alarm_codes::{
    Code, ContactIdCode, Mapping, Profile, Qualifier, ScaipCode, SensioEvent, System, rows,
};

/// A code of each common system, by name.
///
/// # Panics
///
/// Never: the codes are well-formed.
#[must_use]
pub fn samples() -> [(&'static str, Code<'static>); 4] {
    let contact_id = ContactIdCode::new(Qualifier::EVENT, 101).expect("a code");
    [
        ("SCAIP, pair", Code::Scaip(ScaipCode::pair(3, 10))),
        ("SCAIP, unknown", Code::Scaip(ScaipCode::pair(9_999, 9_999))),
        ("Contact ID", Code::ContactId(contact_id)),
        ("Sensio event", Code::SensioEvent(SensioEvent(2))),
    ]
}

/// What one writes without an index: a walk over the rows of the system until one says the code.
#[must_use]
pub fn walk(system: System, profile: Profile, code: &Code<'_>) -> Option<Mapping> {
    rows().find(|row| {
        row.system() == system
            && row.profile() == profile
            && row.code(row.phase()).is_some_and(|known| known == *code)
    })
}
