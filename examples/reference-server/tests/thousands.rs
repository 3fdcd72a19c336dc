//! Many units at once (SCAIP reference 15, line 67).
#![cfg(unix)]

#[path = "support/program.rs"]
mod program;

use std::time::Duration;

use alarm_lab::scaip::{Amount, LoadPlan, SenderSettings};
use program::Program;

/// How long a sender waits for its `mrs` (SCAIP reference 10).
const WAIT: Duration = Duration::from_secs(20);

#[test]
fn line_67_thousands_of_units_with_one_event_each_in_the_same_second_are_all_answered_in_time() {
    const UNITS: u32 = 3000;
    let directory = tempfile::tempdir().expect("a directory");
    let program = Program::start(
        directory.path(),
        "",
        "[scaip.supervision]\nenabled = true\ninterval = \"60s\"\n",
    );
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a runtime");
    let mut settings = SenderSettings::new(program.addresses["udp"]);
    settings.timeout = WAIT;
    let plan = LoadPlan::new(
        UNITS as usize,
        f64::from(UNITS),
        Amount::Count(UNITS.into()),
    );
    let report = runtime.block_on(plan.run(&settings)).expect("loopback");
    assert!(report.is_all_accepted(), "{report:?}");
    let longest = report.latencies.max().expect("answers");
    assert!(longest <= WAIT, "{longest:?}");
    println!("{UNITS} units, longest wait {longest:?}");
    assert_eq!(
        program.metric("alarm_journal_entries_total{outcome=\"new\"}"),
        f64::from(UNITS)
    );
    assert_eq!(program.metric("alarm_scaip_supervised"), f64::from(UNITS));
    program.stop();
}
