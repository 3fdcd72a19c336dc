//! Codes to look up.

use alarm_codes::{Code, Mapping, Phase, Profile, ScaipCode, System, rows};

/// The code in the middle of the rows of each common system, which a walk finds after an average
/// way, and one that no row knows.
///
/// # Panics
///
/// Never: each of these systems has rows with a code.
#[must_use]
pub fn samples() -> [(&'static str, Code<'static>); 4] {
    [
        ("SCAIP", middle(System::Scaip)),
        ("SCAIP, unknown", Code::Scaip(ScaipCode::pair(9_999, 9_999))),
        ("Contact ID", middle(System::ContactId)),
        ("Sensio", middle(System::Sensio)),
    ]
}

fn middle(system: System) -> Code<'static> {
    let codes: Vec<_> = rows()
        .filter(|row| row.system() == system && row.profile() == system.base_profile())
        .filter_map(|row| row.code(Phase::Start))
        .collect();
    codes[codes.len() / 2]
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
