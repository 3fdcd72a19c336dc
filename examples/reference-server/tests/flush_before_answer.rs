//! A positive answer leaves after the alarm's flush to disk: what a killed process cannot show,
//! because the operating system keeps what the process has written.
//!
//! The server runs with a small library in front of the system's (`support/flush_log.c`), which
//! writes down what it does to the write-ahead log and to its sockets, in order.
#![cfg(target_os = "linux")]

#[path = "support/not_tested.rs"]
mod not_tested;
#[path = "support/program.rs"]
mod program;

use std::path::Path;
use std::process::Command;

use not_tested::{Lacking, not_tested};
use program::{PROGRAM, Program, Unit};

const ALARMS: usize = 20;

/// Compiles the library; `None` with a message where there is no compiler.
fn library(directory: &Path) -> Option<std::path::PathBuf> {
    let source = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/flush_log.c");
    let library = directory.join("flush_log.so");
    let compiled = Command::new("cc")
        .args(["-shared", "-fPIC", "-O1", "-Wall", "-Werror", "-o"])
        .arg(&library)
        .args([source, "-ldl"])
        .output();
    match compiled {
        Ok(output) if output.status.success() => Some(library),
        Ok(output) => panic!("cc: {}", String::from_utf8_lossy(&output.stderr)),
        Err(_) => {
            not_tested(Lacking::Compiler);
            None
        }
    }
}

/// The place of the first such line between two places.
fn find(lines: &[&str], line: &str, after: usize, before: usize) -> Option<usize> {
    let mut found = lines.iter().take(before).skip(after + 1);
    let found = found.position(|one| *one == line);
    found.map(|place| after + 1 + place)
}

/// What is wrong with the way of this alarm, if anything is.
fn wrong_with(lines: &[&str], reference: &str) -> Option<String> {
    let place =
        |what: &str, after, before| find(lines, &format!("{what} {reference}"), after, before);
    let end = lines.len();
    // The first line is the library's own, so that nothing comes before it.
    let received = match place("received", 0, end) {
        Some(received) => received,
        None => return Some("not received".into()),
    };
    let Some(answered) = place("answered", 0, end) else {
        return Some("not answered".into());
    };
    let Some(written) = place("written", received, answered) else {
        return Some("answered before it was written".into());
    };
    let Some(flushing) = find(lines, "flushing", written, answered) else {
        return Some("answered before a flush began".into());
    };
    match find(lines, "flushed", flushing, answered) {
        Some(_) => None,
        None => Some("answered before the flush had ended".into()),
    }
}

#[test]
fn a_positive_answer_leaves_after_the_flush_of_what_was_written_for_it() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let Some(library) = library(directory.path()) else {
        return;
    };
    let log = directory.path().join("flushes");
    std::fs::write(&log, "begun\n").expect("a file");
    let mut command = Command::new(PROGRAM);
    command.env("LD_PRELOAD", &library).env("FLUSH_LOG", &log);
    let program = Program::start_by(command, directory.path(), "warn", "", "");
    let mut units = [
        Unit::udp(program.addresses["udp"], "40211870"),
        Unit::tcp(program.addresses["tcp"], "40211871"),
    ];
    let references: Vec<_> = (0..ALARMS)
        .map(|number| format!("flush{number:05}"))
        .collect();
    for (number, reference) in references.iter().enumerate() {
        let unit = &mut units[number % 2];
        let told = unit.message(reference, "<stc>0010</stc>");
        assert!(told.mrs.contains("<snu>0</snu>"), "{told:?}");
    }
    program.stop();
    let text = std::fs::read_to_string(&log).expect("the library wrote it");
    let lines: Vec<_> = text.lines().collect();
    for reference in &references {
        if let Some(wrong) = wrong_with(&lines, reference) {
            panic!("{reference}: {wrong}\n{text}");
        }
    }
}

#[test]
fn an_answer_before_its_own_flush_is_found() {
    let good = [
        "begun",
        "received a",
        "written a",
        "flushing",
        "flushed",
        "answered a",
    ];
    assert_eq!(wrong_with(&good, "a"), None);
    for (order, wrong) in [
        ([0, 1, 2, 3, 5, 4], "the flush had ended"),
        ([0, 1, 2, 5, 3, 4], "a flush began"),
        ([0, 1, 3, 4, 2, 5], "a flush began"),
        ([0, 1, 3, 2, 4, 5], "a flush began"),
        ([0, 1, 5, 2, 3, 4], "it was written"),
        ([0, 2, 3, 4, 1, 5], "it was written"),
    ] {
        let lines = order.map(|place| good[place]);
        let found = wrong_with(&lines, "a").expect("it is wrong");
        assert!(found.contains(wrong), "{lines:?}: {found}");
    }
}
