//! What cannot be tested on every machine.

/// Says that something cannot be tested here; on the machines that check every change, where it
/// can be, that is a failure.
pub(crate) fn not_tested(why: &str) {
    assert!(
        !must_test(std::env::var("CI").ok().as_deref()),
        "NOT TESTED: {why}"
    );
    eprintln!("NOT TESTED: {why}");
}

fn must_test(ci: Option<&str>) -> bool {
    ci == Some("true")
}

#[test]
fn a_test_that_cannot_run_fails_in_continuous_integration_only() {
    assert!(must_test(Some("true")));
    assert!(!must_test(Some("false")));
    assert!(!must_test(None));
}
