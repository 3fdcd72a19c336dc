//! Metrics: which there are, and how they are rendered for Prometheus.

use std::sync::OnceLock;

use metrics::{Unit, describe_counter, describe_gauge, describe_histogram};
use metrics_exporter_prometheus::{BuildError, Matcher, PrometheusBuilder, PrometheusHandle};

/// A recorder of another program is in place already.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("metrics cannot be recorded: another recorder is installed in this process")]
pub struct TelemetryError;

/// Half a millisecond to ten seconds: a flush takes from under one millisecond (a server's disk)
/// to some tens (a memory card); the answer is wanted within 0.1 s.
const SECONDS: &[f64] = &[
    0.000_5, 0.001, 0.002, 0.003, 0.005, 0.007_5, 0.01, 0.015, 0.02, 0.03, 0.05, 0.075, 0.1, 0.15,
    0.25, 0.5, 1.0, 2.5, 5.0, 10.0,
];

const ENTRIES: &[f64] = &[
    1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0, 512.0, 1024.0,
];

static INSTALLED: OnceLock<Option<PrometheusHandle>> = OnceLock::new();

/// Installs the recorder of this process, once, and returns the handle that renders it.
///
/// # Errors
/// [`TelemetryError`] when the process has another recorder.
pub fn install() -> Result<PrometheusHandle, TelemetryError> {
    INSTALLED
        .get_or_init(|| {
            let recorder = builder().ok()?.build_recorder();
            let handle = recorder.handle();
            metrics::set_global_recorder(recorder).ok()?;
            describe();
            Some(handle)
        })
        .clone()
        .ok_or(TelemetryError)
}

fn builder() -> Result<PrometheusBuilder, BuildError> {
    PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Suffix("_seconds".into()), SECONDS)?
        .set_buckets_for_metric(Matcher::Full("alarm_journal_batch_entries".into()), ENTRIES)
}

fn describe() {
    for (name, text) in [
        (
            "alarm_input_messages_total",
            "Messages that an input received, by what became of them.",
        ),
        (
            "alarm_input_warnings_total",
            "Deviations from the protocol that an input tolerated.",
        ),
        (
            "alarm_journal_entries_total",
            "Entries handed to the journal, by outcome.",
        ),
        (
            "alarm_journal_commits_total",
            "Commits that carried entries; each is one flush.",
        ),
        (
            "alarm_journal_checkpoints_total",
            "Runs that copied the write-ahead log back.",
        ),
        (
            "alarm_journal_reused_references_total",
            "New entries whose sender had used the reference for other content before.",
        ),
        (
            "alarm_delivery_orders_total",
            "Orders of operators about dead letters, by output, action and what came of them.",
        ),
        (
            "alarm_journal_answer_records_dropped_total",
            "Records of answers that found no room or no entry.",
        ),
        (
            "alarm_scaip_refused_total",
            "Messages that were refused without asking the journal, by reason.",
        ),
        (
            "alarm_scaip_challenges_total",
            "Requests that were asked for digest credentials, by whether their nonce was too old.",
        ),
        (
            "alarm_scaip_registrations_total",
            "REGISTER requests that were carried out, by what changed.",
        ),
        (
            "alarm_scaip_supervision_total",
            "Units that went silent and that came back.",
        ),
        (
            "alarm_scaip_not_tracked_total",
            "What could not be kept in mind about a unit for want of room, by what.",
        ),
        (
            "alarm_scaip_calls_overdue_total",
            "Calls that devices were asked to set up and that nobody reported in time.",
        ),
        ("alarm_sip_total", "What the SIP layer did, by kind."),
        (
            "alarm_http_requests_total",
            "Requests to the HTTP API, by route and status.",
        ),
    ] {
        describe_counter!(name, Unit::Count, text);
    }
    for (name, unit, text) in [
        (
            "alarm_journal_healthy",
            Unit::Count,
            "1 when the last attempt to write succeeded, 0 when not.",
        ),
        (
            "alarm_journal_last_sequence",
            Unit::Count,
            "Sequence of the newest alarm stored.",
        ),
        (
            "alarm_journal_waiting_entries",
            Unit::Count,
            "Entries that wait for a flush, by lane.",
        ),
        (
            "alarm_journal_wal_bytes",
            Unit::Bytes,
            "Write-ahead log after the last commit.",
        ),
        (
            "alarm_scaip_in_hand",
            Unit::Count,
            "Alarms between their request and the end of their response.",
        ),
        (
            "alarm_scaip_supervised",
            Unit::Count,
            "Units that are supervised.",
        ),
        (
            "alarm_scaip_silent",
            Unit::Count,
            "Supervised units that are silent.",
        ),
        (
            "alarm_scaip_pending",
            Unit::Count,
            "Alarms that wait for a decision in the SIP layer.",
        ),
        (
            "alarm_line_up",
            Unit::Count,
            "1 for a line that is open and not lost, 0 for another, by protocol and line.",
        ),
        (
            "alarm_server_uptime_seconds",
            Unit::Seconds,
            "Time since the server was started.",
        ),
    ] {
        describe_gauge!(name, unit, text);
    }
    for (name, unit, text) in [
        (
            "alarm_journal_store_seconds",
            Unit::Seconds,
            "From handing an entry in until it was on stable storage.",
        ),
        (
            "alarm_journal_commit_seconds",
            Unit::Seconds,
            "One transaction with its flush.",
        ),
        (
            "alarm_journal_batch_entries",
            Unit::Count,
            "Entries that shared a flush.",
        ),
    ] {
        describe_histogram!(name, unit, text);
    }
}
