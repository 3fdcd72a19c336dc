//! A good document with deviations put in: each is found where it was put, and undone where it can be (FHIR
//! reference 13 and 14.8).

#[path = "../../../../fhir-vkp/tests/deviations/mod.rs"]
mod deviations;

use deviations::{Bent, Deviation};
use fhir_vkp::FindingKind;
use fhir_vkp::decode::{DecodeOptions, decode};

use super::luck::Luck;

/// Documents without a deviation.
pub const DOCUMENTS: [&str; 11] = [
    include_str!("../../../../fhir-vkp/tests/documents/alarm.json"),
    include_str!("../../../../fhir-vkp/tests/documents/care_measures.json"),
    include_str!("../../../../fhir-vkp/tests/documents/care_plan.json"),
    include_str!("../../../../fhir-vkp/tests/documents/dispense.json"),
    include_str!("../../../../fhir-vkp/tests/documents/episode_of_care.json"),
    include_str!("../../../../fhir-vkp/tests/documents/measurements.json"),
    include_str!("../../../../fhir-vkp/tests/documents/outcome.json"),
    include_str!("../../../../fhir-vkp/tests/documents/patient.json"),
    include_str!("../../../../fhir-vkp/tests/golden/fall-alarm.json"),
    include_str!("../../../../fhir-vkp/tests/golden/patient.json"),
    include_str!("../../../../fhir-vkp/tests/golden/pmd-heart-rate.json"),
];

/// Puts up to eight deviations into a document. The first byte says into which one, whether a byte-order
/// mark comes first, and whether `resourceType` stands last.
pub fn fhir_repair(data: &[u8]) {
    let mut luck = Luck::new(data);
    let settings = usize::from(luck.byte());
    let (which, settings) = (settings % DOCUMENTS.len(), settings / DOCUMENTS.len());
    let (marked, type_last) = (settings % 2 == 1, settings / 2 % 2 == 1);
    let mut bent = Bent::new(DOCUMENTS[which]);
    while !luck.is_over() && bent.put().len() < 8 {
        let deviation = *luck.pick(&Deviation::ALL);
        bent.bend(deviation, luck.below(1 << 16));
    }
    let mut body = bent.to_json(type_last);
    if marked {
        body.insert(0, '\u{feff}');
    }
    let decoded = decode(body.as_bytes(), DecodeOptions::lenient()).expect("still read");
    let marks = decoded.findings().of(FindingKind::ByteOrderMark).count();
    assert_eq!(marks, usize::from(marked));
    bent.check(&decoded);
    let strict = decode(body.as_bytes(), DecodeOptions::strict());
    assert_eq!(
        strict.is_err(),
        marked || bent.deviates(),
        "{:?}",
        bent.put()
    );
}
