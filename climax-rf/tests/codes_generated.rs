//! What follows from the data files is committed as it was generated.

#[path = "../examples/generate/generator.rs"]
mod generator;

use std::path::Path;

#[test]
fn tables_follow_the_data_files() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for (path, content) in generator::generate(root).expect("the data files are sound") {
        let committed = std::fs::read_to_string(root.join(path)).unwrap_or_default();
        assert!(
            committed.replace("\r\n", "\n") == content,
            "{path} differs from data/, rerun: cargo run -p climax-rf --example generate"
        );
    }
}
