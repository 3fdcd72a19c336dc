//! Rewrites everything that follows from `data/alarm-taxonomy.csv`: the tables of the crate, the two
//! pages in `docs/` and the list of kinds in the JSON Schema.
//!
//! ```sh
//! cargo run -p alarm-codes --example generate
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
