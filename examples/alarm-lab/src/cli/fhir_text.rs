//! What a FHIR document says, for people.

use std::fmt::Display;
use std::io::{self, Write};

use alarm_lab::decode::Reason;
use alarm_lab::decode::fhir::{
    Decoded, Referred, ShownAlarm, ShownBundle, ShownCode, ShownDispense, ShownFollowUp,
    ShownIdentifier, ShownIssue, ShownMeasurement, ShownNote, ShownPatient, ShownPlan,
    ShownSection, ShownService,
};

/// Lines with labels, indented below their heading.
struct Page<W> {
    out: W,
}

impl<W: Write> Page<W> {
    /// A heading: what it is, and where.
    fn heading(&mut self, what: impl Display, path: &str) -> io::Result<()> {
        writeln!(self.out, "\n{what}  [{path}]")
    }

    /// A labelled value, if it is there. Further lines of it are indented.
    fn line(&mut self, label: &str, value: Option<impl Display>) -> io::Result<()> {
        let Some(value) = value else { return Ok(()) };
        let value = value.to_string();
        let mut lines = value.lines();
        writeln!(
            self.out,
            "  {label:10} {}",
            lines.next().unwrap_or_default()
        )?;
        for line in lines {
            writeln!(self.out, "             {line}")?;
        }
        Ok(())
    }

    fn bundle(&mut self, bundle: &ShownBundle) -> io::Result<()> {
        let identifier = bundle.identifier.as_ref();
        self.line("identifier", identifier.map(|it| &it.value))?;
        self.line("timestamp", bundle.timestamp.as_ref())?;
        let entries = match bundle.total {
            Some(total) => format!("{} of {total}", bundle.entries),
            None => bundle.entries.to_string(),
        };
        self.line("entries", Some(entries))?;
        self.line("next page", bundle.next.as_ref())
    }

    fn alarm(&mut self, alarm: &ShownAlarm) -> io::Result<()> {
        self.heading(format!("Alarm: {}", alarm.kind.name), &alarm.path)?;
        self.line("code", alarm.code.as_ref().map(ShownCode::line))?;
        let severity = join([alarm.severity.as_deref(), alarm.detail.as_deref()], ", ");
        self.line("severity", severity)?;
        self.line("status", alarm.status.as_ref())?;
        self.line("at", alarm.at.as_ref())?;
        self.line("patient", alarm.patient.as_ref().map(person))?;
        if let Some(device) = &alarm.device {
            let model = [
                device.manufacturer.as_deref(),
                device.model_number.as_deref(),
            ];
            let type_ = device.type_.as_ref().map(ShownCode::line);
            let parts = [device.name.as_deref(), type_.as_deref()];
            let serial = device
                .serial_number
                .as_deref()
                .map(|it| format!("no. {it}"));
            let parts = parts.into_iter().chain(model).chain([serial.as_deref()]);
            self.line("device", join(distinct(parts), ", "))?;
        }
        self.line("author", alarm.author.as_ref().map(person))?;
        for about in &alarm.about {
            self.line("about", Some(person(about)))?;
        }
        for identifier in &alarm.identifiers {
            self.line("identifier", Some(&identifier.value))?;
        }
        for measurement in &alarm.measurements {
            self.line("measured", Some(amount(measurement)))?;
        }
        let note = Some(alarm.kind.note).filter(|note| !note.is_empty());
        self.line("note", note)
    }

    fn note(&mut self, note: &ShownNote) -> io::Result<()> {
        let what = if note.care_measures {
            "Plan of measures"
        } else {
            "Journal note"
        };
        let title = note.title.as_ref();
        let title = title.map(|title| format!(": {title}")).unwrap_or_default();
        self.heading(format!("{what}{title}"), &note.path)?;
        self.line("category", note.category)?;
        self.line("status", note.status.as_ref())?;
        self.line("saved", note.date.as_ref())?;
        self.line("patient", note.patient.as_ref().map(person))?;
        for author in &note.authors {
            self.line("author", Some(person(author)))?;
        }
        for step in &note.log {
            let code = step.code.as_ref().map(ShownCode::line);
            self.line("log", join([step.at.as_deref(), code.as_deref()], "  "))?;
        }
        for section in &note.sections {
            self.section(section)?;
        }
        Ok(())
    }

    fn section(&mut self, section: &ShownSection) -> io::Result<()> {
        let heading = section.heading.as_deref().unwrap_or("(no heading)");
        let indent = "  ".repeat(section.depth);
        let by = match section.status.as_deref() {
            Some("generated") => " (by a machine)",
            _ => "",
        };
        self.line("section", Some(format!("{indent}{heading}{by}")))?;
        self.line("", section.text.as_ref())
    }

    fn follow_up(&mut self, follow_up: &ShownFollowUp) -> io::Result<()> {
        self.heading("Follow-up", &follow_up.path)?;
        self.line("class", follow_up.class.as_ref())?;
        self.line("reason", follow_up.reason.as_ref().map(ShownCode::line))?;
        self.line("when", follow_up.period.as_ref())?;
        for one in &follow_up.participants {
            let mode = one.mode.as_ref().map(ShownCode::line);
            let who = one.individual.as_ref().map(person);
            self.line("by", join([mode.as_deref(), who.as_deref()], "  "))?;
        }
        follow_up
            .places
            .iter()
            .try_for_each(|place| self.line("where", Some(place)))
    }

    fn dispense(&mut self, dispense: &ShownDispense) -> io::Result<()> {
        let kind = dispense.kind.unwrap_or("unmapped");
        self.heading(format!("Medicine handed out: {kind}"), &dispense.path)?;
        self.line("code", dispense.event.as_ref().map(ShownCode::line))?;
        self.line("status", dispense.status.as_ref())?;
        self.line("at", dispense.at.as_ref())?;
        self.line("patient", dispense.patient.as_ref().map(person))?;
        for performer in &dispense.performers {
            self.line("by", Some(person(performer)))?;
        }
        self.line("medicine", dispense.medicine.as_ref().map(ShownCode::line))?;
        dispense
            .doses
            .iter()
            .try_for_each(|dose| self.line("dose", Some(dose)))
    }

    fn measurement(&mut self, measurement: &ShownMeasurement) -> io::Result<()> {
        self.heading("Measurement", &measurement.path)?;
        self.line("measured", Some(amount(measurement)))?;
        for part in &measurement.parts {
            self.line("part", Some(amount(part)))?;
        }
        self.line("at", measurement.at.as_ref())?;
        self.line("patient", measurement.patient.as_ref().map(person))
    }

    fn patient(&mut self, patient: &ShownPatient) -> io::Result<()> {
        self.heading("Patient", &patient.path)?;
        self.line("name", patient.name.as_ref())?;
        for identifier in &patient.identifiers {
            let warning = identifier.warning.as_ref();
            let warning = warning.map(|it| format!(" ({it})")).unwrap_or_default();
            let line = format!("{}{warning}", identifier_line(identifier));
            self.line("identifier", Some(line))?;
        }
        self.line("born", patient.birth_date.as_ref())?;
        self.line("deceased", patient.deceased.filter(|&dead| dead))?;
        self.line(
            "zone",
            join(patient.zones.iter().map(|it| Some(it.as_str())), " / "),
        )?;
        for one in &patient.telecom {
            let parts = [
                one.system.as_deref(),
                one.usage.as_deref(),
                one.value.as_deref(),
            ];
            self.line("telecom", join(parts, " "))?;
        }
        if let Some(home) = &patient.home {
            self.line("home", Some(&home.text))?;
            self.line("door", home.door_hint.as_ref())?;
            self.line("lock", home.electronic_lock.as_ref())?;
        }
        self.line("household", patient.household.as_ref())?;
        for contact in &patient.contacts {
            let numbers = contact.telecom.iter().map(|one| one.value.as_deref());
            let main = contact.main.then_some("(main contact)");
            let who = [contact.relationship.as_deref(), contact.name.as_deref()];
            let parts = who.into_iter().chain(numbers).chain([main]);
            self.line("contact", join(parts, ", "))?;
        }
        for one in &patient.general_practitioners {
            self.line("doctor", Some(person(one)))?;
        }
        Ok(())
    }

    fn service(&mut self, service: &ShownService) -> io::Result<()> {
        let active = if service.active {
            "active"
        } else {
            "not active"
        };
        self.heading(format!("Service, {active}"), &service.path)?;
        self.line("service", service.service.as_ref().map(ShownCode::line))?;
        self.line("status", service.status.as_ref())?;
        self.line("when", service.period.as_ref())?;
        self.line("patient", service.patient.as_ref().map(person))?;
        self.line("granted by", service.organisation.as_ref().map(person))
    }

    fn plan(&mut self, plan: &ShownPlan) -> io::Result<()> {
        self.heading("Plan", &plan.path)?;
        self.line("category", plan.category.as_ref().map(ShownCode::line))?;
        self.line("title", plan.title.as_ref())?;
        self.line("status", plan.status.as_ref())?;
        self.line("when", plan.period.as_ref())?;
        self.line("patient", plan.patient.as_ref().map(person))?;
        for one in &plan.activities {
            let parts = [
                one.at.as_deref(),
                one.status.as_deref(),
                one.header.as_deref(),
                one.description.as_deref(),
            ];
            self.line("activity", join(parts, "  "))?;
        }
        Ok(())
    }

    fn issue(&mut self, issue: &ShownIssue) -> io::Result<()> {
        let severity = issue.severity.as_deref().unwrap_or("issue");
        self.heading(format!("The server says: {severity}"), &issue.path)?;
        self.line("kind", issue.code.as_ref())?;
        self.line("vkp code", join([issue.vkp_code, issue.display], " "))?;
        self.line("text", issue.text.as_ref())?;
        for expression in &issue.expressions {
            self.line("at", Some(expression))?;
        }
        self.line("advice", issue.advice)
    }

    fn findings(&mut self, decoded: &Decoded) -> io::Result<()> {
        if decoded.findings.is_empty() {
            return writeln!(self.out, "\nNo findings: read as it was written.");
        }
        let all = decoded.findings.len() + decoded.more_findings;
        writeln!(self.out, "\nFindings: {all}")?;
        for finding in &decoded.findings {
            writeln!(self.out, "  {}: {}", finding.path, finding.detail)?;
        }
        if decoded.more_findings > 0 {
            writeln!(self.out, "  and {} more", decoded.more_findings)?;
        }
        Ok(())
    }
}

/// Parts that are there, with something between them.
fn join<'a>(parts: impl IntoIterator<Item = Option<&'a str>>, between: &str) -> Option<String> {
    let parts: Vec<_> = parts.into_iter().flatten().collect();
    (!parts.is_empty()).then(|| parts.join(between))
}

/// Parts without those that stand there already.
fn distinct<'a>(parts: impl Iterator<Item = Option<&'a str>>) -> Vec<Option<&'a str>> {
    let mut all: Vec<Option<&str>> = Vec::new();
    for part in parts.flatten() {
        let inner = part.strip_prefix('"').and_then(|it| it.strip_suffix('"'));
        let part = inner.unwrap_or(part);
        if !all.contains(&Some(part)) {
            all.push(Some(part));
        }
    }
    all
}

/// Kind and value; where the kind says nothing, the system.
fn identifier_line(identifier: &ShownIdentifier) -> String {
    let ShownIdentifier { kind, value, .. } = identifier;
    let system = identifier.system.as_deref().filter(|_| *kind == "other");
    format!("{} {value}", system.unwrap_or(kind))
}

fn person(referred: &Referred) -> String {
    let identifier = referred.identifier.as_ref();
    let identifier = identifier.map(identifier_line);
    let parts = [referred.name.as_deref(), identifier.as_deref()];
    let known = join(parts, ", ");
    let address = referred.reference.as_ref();
    known
        .or_else(|| address.map(|address| format!("-> {address}")))
        .unwrap_or_default()
}

fn amount(measurement: &ShownMeasurement) -> String {
    let code = measurement.code.as_ref().map(ShownCode::line);
    let what = measurement.measure.or(code.as_deref());
    let value = measurement.value.as_deref();
    join([what, value], ": ").unwrap_or_default()
}

/// Writes the summary of a document.
pub(super) fn show(file: &str, decoded: &Decoded) -> io::Result<()> {
    let mut page = Page {
        out: io::BufWriter::new(io::stdout().lock()),
    };
    let type_ = decoded.bundle.as_ref().and_then(|it| it.type_.as_deref());
    let release = decoded.release;
    let what = join([Some(decoded.item.as_str()), type_, Some(release)], ", ");
    writeln!(page.out, "{file}: {}", what.unwrap_or_default())?;
    if release == "STU3" {
        let advice = "the older interface, which this tool names and does not translate";
        page.line("release", Some(advice))?;
    }
    if let Some(bundle) = &decoded.bundle {
        page.bundle(bundle)?;
    }
    for one in &decoded.resources {
        let unknown = (!one.known).then_some("(not looked into)");
        let parts = [
            Some(one.type_.as_str()),
            one.status.as_deref(),
            one.at.as_deref(),
        ];
        let profile = one.profiles.first().map(|url| {
            let name = url.rsplit('/').next().unwrap_or(url);
            format!("profile {name}")
        });
        let parts = parts
            .into_iter()
            .chain([profile.as_deref(), one.mode, unknown]);
        page.line("resource", join(parts, ", "))?;
    }
    decoded.outcomes.iter().try_for_each(|it| page.issue(it))?;
    decoded.alarms.iter().try_for_each(|it| page.alarm(it))?;
    decoded.notes.iter().try_for_each(|it| page.note(it))?;
    let follow_ups = &decoded.follow_ups;
    follow_ups.iter().try_for_each(|it| page.follow_up(it))?;
    let dispenses = &decoded.dispenses;
    dispenses.iter().try_for_each(|it| page.dispense(it))?;
    let measurements = &decoded.measurements;
    measurements
        .iter()
        .try_for_each(|it| page.measurement(it))?;
    decoded
        .patients
        .iter()
        .try_for_each(|it| page.patient(it))?;
    decoded
        .services
        .iter()
        .try_for_each(|it| page.service(it))?;
    decoded.plans.iter().try_for_each(|it| page.plan(it))?;
    for one in &decoded.health {
        page.heading(one.type_, &one.path)?;
        page.line("code", one.code.as_ref().map(ShownCode::line))?;
        page.line("status", one.status.as_ref())?;
        page.line("since", one.since.as_ref())?;
    }
    page.findings(decoded)?;
    if decoded.masked {
        writeln!(page.out, "Persons are hidden; --reveal shows them.")?;
    }
    writeln!(page.out)?;
    page.out.flush()
}

/// Writes why a document cannot be read.
pub(super) fn show_failure(file: &str, reason: &Reason) -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "{file}: not read: {}", reason.detail)?;
    if let Some(advice) = reason.advice {
        writeln!(out, "  {advice}")?;
    }
    out.flush()
}
