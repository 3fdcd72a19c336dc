//! Rewrites the tables that follow from the files in `data/`.
//!
//! ```sh
//! cargo run -p climax-rf --example generate
//! ```
#![allow(clippy::print_stdout, reason = "a command that reports what it wrote")]

mod generator;

use std::error::Error;
use std::path::Path;

fn main() -> Result<(), Box<dyn Error>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for (path, content) in generator::generate(root)? {
        let path = root.join(path);
        if std::fs::read_to_string(&path).is_ok_and(|old| old == content) {
            println!("unchanged {}", path.display());
        } else {
            std::fs::write(&path, content)?;
            println!("written   {}", path.display());
        }
    }
    Ok(())
}
