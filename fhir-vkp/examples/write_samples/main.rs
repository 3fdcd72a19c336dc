//! Writes a set of documents into a folder, for validators: one file for each kind of resource and each form
//! of note that this crate writes.
//!
//! `cargo run -p fhir-vkp --example write_samples -- FOLDER`

mod samples;

use std::path::PathBuf;
use std::process::ExitCode;

fn main() -> ExitCode {
    let Some(folder) = std::env::args_os().nth(1).map(PathBuf::from) else {
        eprintln!("usage: write_samples FOLDER");
        return ExitCode::from(2);
    };
    match write(&folder) {
        Ok(count) => {
            eprintln!("{count} documents in {}", folder.display());
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn write(folder: &std::path::Path) -> Result<usize, Box<dyn std::error::Error>> {
    std::fs::create_dir_all(folder)?;
    let samples = samples::all()?;
    for (name, json) in &samples {
        std::fs::write(folder.join(name).with_extension("json"), json)?;
    }
    Ok(samples.len())
}
