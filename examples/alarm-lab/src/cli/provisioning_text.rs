//! Plans and reports of provisioning for people.

use std::collections::BTreeMap;
use std::io::{self, Write};

use sensio_partner::provisioning::{
    ActualState, AttributeSet, EmployeeRef, FailureReason, MatchAttribute, Operation, Plan, Report,
};
use serde::Serialize;

/// What a machine reads, in short: names of enums as they stand in the JSON.
fn word(value: &impl Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(text)) => text,
        Ok(other) => other.to_string(),
        Err(_) => String::new(),
    }
}

/// The plan: first what would be written, then what was left alone and what to look at.
pub(super) fn plan(plan: &Plan, actual: &ActualState) -> io::Result<()> {
    let mut out = io::BufWriter::new(io::stdout().lock());
    let read = &plan.read;
    writeln!(
        out,
        "read: {} persons wanted; {} employees, {} sites, {} groups there",
        read.persons, read.employees, read.sites, read.groups
    )?;
    let sites: BTreeMap<_, _> = actual
        .sites
        .iter()
        .map(|site| (&site.id, site.name.as_str()))
        .collect();
    let name = |site| sites.get(site).copied().unwrap_or("?");
    for operation in &plan.operations {
        match operation {
            Operation::CreateEmployee { matching, set, .. } => writeln!(
                out,
                "+ create employee by {} {}{}",
                matching.by,
                matching.value.shown(),
                attributes(set)
            )?,
            Operation::UpdateEmployee { employee, set } => {
                writeln!(out, "~ update employee {employee}{}", attributes(set))?;
            }
            Operation::AddToSite { employee, site_id } => {
                let name = name(site_id);
                writeln!(out, "+ {employee} to site {site_id} ({name})")?;
            }
            Operation::AddToGroup {
                employee,
                group_id,
                display,
            } => writeln!(out, "+ {employee} to group {group_id} ({display})")?,
            Operation::RemoveFromGroup {
                employee,
                group_id,
                display,
            } => writeln!(out, "- {employee} out of group {group_id} ({display})")?,
            Operation::RemoveFromSite { employee, site_id } => {
                let name = name(site_id);
                writeln!(out, "- {employee} out of site {site_id} ({name})")?;
            }
            other => writeln!(out, "? {}", word(other))?,
        }
    }
    if plan.is_empty() {
        writeln!(out, "nothing to write")?;
    }
    for conflict in &plan.conflicts {
        writeln!(out, "! conflict {}", rest(conflict, "reason"))?;
    }
    for skipped in &plan.skipped {
        writeln!(out, "  left alone: {}", rest(skipped, "reason"))?;
    }
    for warning in &plan.warnings {
        writeln!(out, "  warning {}", rest(warning, "warning"))?;
    }
    if let Some(brake) = &plan.brake {
        writeln!(
            out,
            "! brake: removes {} of {} memberships, {} are allowed without confirmation",
            brake.removals, brake.memberships, brake.allowed
        )?;
    }
    out.flush()
}

/// `reason: member value, member value`.
fn rest(value: &impl Serialize, first: &str) -> String {
    let Ok(serde_json::Value::Object(mut members)) = serde_json::to_value(value) else {
        return String::new();
    };
    let first = members.remove(first).as_ref().map(word).unwrap_or_default();
    let members = members
        .iter()
        .map(|(name, value)| format!("{name} {}", word(value)));
    let members: Vec<_> = members.collect();
    format!("{first}: {}", members.join(", "))
}

fn attributes(set: &AttributeSet) -> String {
    let mut text = String::new();
    if let Some(name) = &set.display_name {
        text.push_str(&format!(", name {}", name.shown()));
    }
    for by in [
        MatchAttribute::Email,
        MatchAttribute::Username,
        MatchAttribute::ExternalId,
        MatchAttribute::Pid,
    ] {
        if let Some(value) = set.value(by) {
            text.push_str(&format!(", {by} {}", value.shown()));
        }
    }
    text
}

/// That the plan was not written.
pub(super) fn refused(reason: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "not written: {reason}")?;
    out.flush()
}

/// What was written.
pub(super) fn report(report: &Report, left: usize) -> io::Result<()> {
    let mut out = io::BufWriter::new(io::stdout().lock());
    writeln!(
        out,
        "written to the directory in memory: {} created, {} updated, {} added, {} removed, {} as wanted already",
        report.created, report.updated, report.added, report.removed, report.unchanged
    )?;
    for failure in &report.failures {
        let error = match failure.error {
            FailureReason::Refused(error) => error.to_string(),
            ref other => word(other),
        };
        let employee: &EmployeeRef = &failure.employee;
        writeln!(out, "! {} of {employee} failed: {error}", word(&failure.op))?;
    }
    if let Some(stopped) = &report.stopped {
        let remaining = report.remaining;
        writeln!(
            out,
            "! stopped: {}, {remaining} operations not written",
            word(stopped)
        )?;
    }
    match left {
        0 => writeln!(out, "a second run finds nothing to write")?,
        left => writeln!(out, "! a second run finds {left} operations")?,
    }
    out.flush()
}
