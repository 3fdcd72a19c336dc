//! What follows from the data file is committed as it was generated.

#[path = "../examples/generate_codes/generator.rs"]
mod generator;

use std::path::Path;

#[test]
fn the_tables_follow_the_data_file() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let (path, content) = generator::generate(root).expect("the data file is sound");
    let committed = std::fs::read_to_string(root.join(path)).unwrap_or_default();
    assert!(
        committed.replace("\r\n", "\n") == content,
        "{path} differs from data/codes.csv, rerun: \
         cargo run -p fhir-vkp --example generate_codes"
    );
}
