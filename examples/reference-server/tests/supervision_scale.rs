//! The measuring program of the supervision works, at a small scale.
#![cfg(target_os = "linux")]

use std::process::Command;

#[test]
fn the_measure_of_the_supervision_runs_and_loses_nothing() {
    let directory = tempfile::tempdir().expect("a directory");
    let output = Command::new(env!("CARGO"))
        .args(["run", "--quiet", "-p", "reference-server"])
        .args(["--example", "supervision", "--", "--quick", "--directory"])
        .arg(directory.path())
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo runs it");
    let text = String::from_utf8_lossy(&output.stdout);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{text}\n{errors}");
    for line in [
        "| heartbeats lost | 0 of 1200 ",
        "| units supervised | ",
        ", served | 150 of 150 | all | met |",
        "| accepted and not in the journal | 0 | 0 | met |",
    ] {
        assert!(text.contains(line), "no {line:?} in {text}");
    }
}
