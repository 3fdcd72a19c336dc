//! What cannot be tested on every machine.

/// What a machine may lack that a test needs.
#[derive(Clone, Copy, Debug)]
#[allow(dead_code, reason = "no test needs all of them")]
pub(crate) enum Lacking {
    /// A compiler of C: wherever Rust links, there is one.
    Compiler,
    /// The right to mount a file system.
    Mount,
    /// Files that nobody may write, root neither: `chattr +i` and a file system that heeds it.
    Immutable,
    /// An address that is not loopback.
    Address,
}

/// Says that something cannot be tested here. On the machines that check every change that is a
/// failure, unless the machine was looked at first and found without it (`CI_LACKS`, the names of
/// [`Lacking`] in lower case with spaces between them).
pub(crate) fn not_tested(lacking: Lacking) {
    let variable = |name| std::env::var(name).unwrap_or_default();
    let is_failure = must_test(&variable("CI"), &variable("CI_LACKS"), lacking);
    assert!(!is_failure, "NOT TESTED: this machine lacks {lacking:?}");
    eprintln!("NOT TESTED: this machine lacks {lacking:?}");
}

fn must_test(ci: &str, lacks: &str, lacking: Lacking) -> bool {
    let name = format!("{lacking:?}").to_lowercase();
    ci == "true" && !lacks.split_whitespace().any(|word| word == name)
}

#[test]
fn a_test_that_cannot_run_fails_where_changes_are_checked_and_nothing_is_known_to_lack() {
    assert!(must_test("true", "", Lacking::Mount));
    assert!(must_test("true", "mount", Lacking::Immutable));
    assert!(!must_test("true", "mount immutable", Lacking::Immutable));
    assert!(!must_test("false", "", Lacking::Mount));
    assert!(!must_test("", "", Lacking::Mount));
}
