//! FHIR: everybody writes and reads the same, and a large page takes little memory.

use allocation_counter::measure;
use benches::records::{
    PATIENTS, by_entry, by_tree, document, event, note, read, searchset, tree, write_event,
};
use fhir_vkp::decode::{DecodeOptions, decode};
use fhir_vkp::encode;
use serde_json::Value;

#[test]
fn the_document_is_clean_and_as_long_as_the_same_value() {
    let body = document();
    assert!(read(&body) && tree(&body));
    let value: Value = serde_json::from_slice(&body).expect("JSON");
    // The order of the members differs and nothing else.
    assert_eq!(
        serde_json::to_vec(&value).expect("written").len(),
        body.len()
    );
    assert!(body.len() > 2_000);
}

#[test]
fn the_document_of_the_event_says_what_that_of_the_note_says() {
    let (event, context) = event();
    let mut body = Vec::new();
    assert!(write_event(&event, &context, &mut body) && read(&body));
    let types = |body: &[u8]| -> Vec<String> {
        let decoded = decode(body, DecodeOptions::strict()).expect("read");
        let bundle = decoded.bundle().expect("a Bundle");
        let types = bundle.resources().map(|it| it.resource_type().to_owned());
        types.collect()
    };
    assert_eq!(types(&body), types(&document()));
    assert!(
        body.len().abs_diff(document().len()) < 800,
        "{}",
        body.len()
    );
}

#[cfg(feature = "fhir-sdk")]
#[test]
fn the_types_hold_all_of_the_document() {
    use benches::records::{read_typed, tree_and_types};
    let body = document();
    assert!(read_typed(&body) && tree_and_types(&body));
}

#[test]
fn a_page_of_ten_megabytes_is_read_within_the_memory_of_one_entry() {
    let body = searchset();
    assert!(
        (9_000_000..10_000_000).contains(&body.len()),
        "{}",
        body.len()
    );
    assert_eq!(by_tree(&body), PATIENTS);
    let mut named = 0;
    let each = measure(|| named = by_entry(&body));
    assert_eq!(named, PATIENTS);
    let whole = measure(|| drop(decode(body.as_bytes(), DecodeOptions::lenient())));
    let theirs = measure(|| drop(serde_json::from_str::<Value>(&body)));
    println!(
        "a searchset of {} bytes: peak of {} bytes entry by entry, {} bytes at once, {} bytes as a Value",
        body.len(),
        each.bytes_max,
        whole.bytes_max,
        theirs.bytes_max
    );
    assert!(each.bytes_max < 64 * 1024, "{}", each.bytes_max);
    // At most 80 bytes a value and twice the growth of a list.
    assert!(
        whole.bytes_max < 20 * body.len() as u64,
        "{}",
        whole.bytes_max
    );
}

#[test]
fn an_alarm_is_written_with_few_allocations() {
    let (note, mut out) = (note(), Vec::new());
    encode::alarm_document(&note, &mut out).expect("written");
    let asked = measure(|| {
        out.clear();
        encode::alarm_document(&note, &mut out).expect("written");
    });
    println!(
        "{} allocations to write an alarm of {} bytes",
        asked.count_total,
        out.len()
    );
    assert!(asked.count_total < 200, "{}", asked.count_total);
}
