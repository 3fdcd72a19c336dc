//! Rewrites what follows from the data file: `cargo run -p fhir-vkp --example generate_codes`.

mod generator;

use std::path::Path;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let (path, content) = generator::generate(root)?;
    std::fs::write(root.join(path), content)?;
    Ok(())
}
