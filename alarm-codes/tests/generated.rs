//! What follows from the data file is committed as it was generated.

#[path = "../examples/generate/generator.rs"]
mod generator;

use std::path::Path;

#[test]
fn tables_pages_and_schema_follow_the_data_file() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for (path, content) in generator::generate(root).expect("the data file is sound") {
        let committed = std::fs::read_to_string(root.join(path)).unwrap_or_default();
        assert!(
            committed.replace("\r\n", "\n") == content,
            "{path} differs from data/alarm-taxonomy.csv, rerun: \
             cargo run -p alarm-codes --example generate"
        );
    }
}
