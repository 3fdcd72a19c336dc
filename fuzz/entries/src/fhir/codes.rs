//! Addresses of code systems, codes, and identifiers (FHIR reference 3, 7, 8).

use fhir_vkp::codes::{SystemMatch, canonical_address, is_old_version, same_system};
use fhir_vkp::identifier::{HprNumber, OrganisationNumber, system};
use fhir_vkp::{
    AlertCode, CarePlanCategory, CodeSystem, DispenseEvent, EncounterMode, EncounterReason,
    Identifier, IdentifierKind, NoteCategory, NoteEvent, NoteSection, OutcomeCode,
};

/// A text up to the first line end is an address, the rest a code and the value of an identifier.
pub fn fhir_codes(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    let (address, code) = text.split_once('\n').unwrap_or((text, ""));
    addresses(address);
    codes(code);
    identifiers(address, code);
}

fn addresses(address: &str) {
    let canonical = canonical_address(address);
    assert_eq!(
        canonical_address(&canonical),
        canonical,
        "not the last word"
    );
    assert!(same_system(address, &canonical) && same_system(&canonical, address));
    match CodeSystem::recognise(address) {
        Some(SystemMatch::Canonical(system)) => assert_eq!(system.url(), address),
        Some(SystemMatch::Alias(system)) => {
            assert_ne!(system.url(), address);
            assert_eq!(system.url(), canonical);
        }
        Some(SystemMatch::OldVersion(_)) => {
            assert!(is_old_version(address));
            // Never taken for the present one.
            assert_eq!(
                CodeSystem::recognise(address).and_then(SystemMatch::same_codes),
                None
            );
            assert_eq!(canonical, address);
        }
        None => {}
    }
    // A version behind a bar changes nothing.
    if !address.contains('|') && !address.is_empty() {
        let system = |text: &str| CodeSystem::recognise(text).and_then(SystemMatch::same_codes);
        assert_eq!(system(&format!("{address}|1.0")), system(address));
    }
}

fn codes(code: &str) {
    macro_rules! list {
        ($($name:ident)*) => {$(
            if let Some(known) = $name::from_code(code) {
                assert_eq!(known.code(), code);
                let entry = $name::SYSTEM.entry(code).expect("an entry of its system");
                assert_eq!(entry.display, known.display());
                assert_eq!(known.coding().code.as_deref(), Some(code));
            } else {
                assert!($name::ALL.iter().all(|known| known.code() != code));
            }
        )*};
    }
    list!(AlertCode NoteCategory NoteEvent NoteSection EncounterMode EncounterReason);
    list!(DispenseEvent CarePlanCategory OutcomeCode);
    // Every mapping of an alert is one of the alert's own, or none.
    let _ = fhir_vkp::alarm::mapping_of_alert(code);
    let _ = fhir_vkp::alarm::mapping_of_dispense(code);
}

fn identifiers(address: &str, value: &str) {
    let _ = system::canonical(address);
    let kind = IdentifierKind::of_system(address);
    let Ok(identifier) = Identifier::new(address, value) else {
        assert!(address.is_empty() || value.is_empty());
        return;
    };
    assert_eq!(identifier.kind(), kind);
    assert_eq!((identifier.system(), identifier.reveal()), (address, value));
    let printed = format!("{identifier:?} {:?}", identifier.warning());
    if value.len() >= 8 && value.bytes().all(|b| b.is_ascii_digit()) && !address.contains(value) {
        assert!(!printed.contains(value), "an identifier is printed");
    }
    if kind.is_national() {
        let number = identifier
            .national_identity_number()
            .expect("a kind of number");
        assert!(number.is_err() || value.len() >= 11);
    }
    if let Ok(number) = OrganisationNumber::new(value) {
        assert_eq!(number.as_str().len(), 9);
        let _ = number.check_digit();
    }
    if let Ok(number) = HprNumber::new(value) {
        assert!(number.reveal().bytes().all(|b| b.is_ascii_digit()));
    }
}
