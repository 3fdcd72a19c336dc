//! From the written file to rules, collecting everything that is wrong on the way.

use core::time::Duration;
use std::collections::HashMap;

use alarm_codes::{Kind, Phase, Relation, System, UnknownName};
use toml::Spanned;

use super::file::{self, File, OneOrMany};
use super::report::{Problem, ProblemKind, Report};
use super::rules::{Action, Condition, Limits, Paths, Rule, Status, Test, Vocabulary, folded};
use super::sample;
use crate::alarm::mapping_of;
use crate::codes::EventType;
use crate::version::UnityVersion;

const FILE_LIMIT: usize = 1024 * 1024;

/// The vocabulary, if it could be put together at all, and what is wrong with it.
pub(super) fn compile(text: &str) -> (Option<Vocabulary>, Report) {
    let mut compiler = Compiler {
        text,
        report: Report::default(),
    };
    if text.len() > FILE_LIMIT {
        compiler.problem(0, ProblemKind::TooLarge { limit: FILE_LIMIT });
        return (None, compiler.report);
    }
    let file: File = match toml::from_str(text) {
        Ok(file) => file,
        Err(error) => {
            let at = error.span().map_or(0, |span| span.start);
            compiler.problem(at, ProblemKind::Syntax(error.message().to_owned()));
            return (None, compiler.report);
        }
    };
    let vocabulary = compiler.vocabulary(&file);
    if compiler.report.is_usable() {
        compiler.samples(&vocabulary, &file.samples);
    }
    let mut report = compiler.report;
    report.rows = vocabulary.rules.len();
    report.problems.sort_by_key(|problem| problem.line);
    report.warnings.sort_by_key(|warning| warning.line);
    (Some(vocabulary), report)
}

struct Compiler<'t> {
    text: &'t str,
    report: Report,
}

impl Compiler<'_> {
    fn line(&self, at: usize) -> usize {
        let before = self.text.as_bytes().iter().take(at);
        1 + before.filter(|byte| **byte == b'\n').count()
    }

    fn problem(&mut self, at: usize, kind: ProblemKind) {
        let line = self.line(at);
        self.report.problems.push(Problem { line, kind });
    }

    fn warning(&mut self, at: usize, kind: ProblemKind) {
        let line = self.line(at);
        self.report.warnings.push(Problem { line, kind });
    }

    fn vocabulary(&mut self, file: &File) -> Vocabulary {
        if *file.format.get_ref() != 1 {
            self.problem(
                file.format.span().start,
                ProblemKind::Format(*file.format.get_ref()),
            );
        }
        for (member, text) in [("name", &file.name), ("version", &file.version)] {
            if text.get_ref().trim().is_empty() {
                self.problem(text.span().start, ProblemKind::Empty(member));
            }
        }
        let status = self.named(
            &file.status,
            "status: suggestion, confirmed",
            |name| match name {
                "suggestion" => Some(Status::Suggestion),
                "confirmed" => Some(Status::Confirmed),
                _ => None,
            },
        );
        let mut states = HashMap::new();
        for (state, phase) in &file.states {
            if let Some(phase) = self.phase(Some(phase)) {
                states.insert(folded(state.get_ref()), phase);
            }
        }
        let unmatched = file.unmatched.as_ref();
        let kind = unmatched.and_then(|u| self.parsed::<Kind>(u.kind.as_ref()));
        let action = unmatched.and_then(|u| self.action(u.action.as_ref()));
        let mut vocabulary = Vocabulary {
            name: file.name.get_ref().clone(),
            version: file.version.get_ref().clone(),
            status: status.unwrap_or(Status::Suggestion),
            note: file.note.clone(),
            system: self.parsed::<System>(file.system.as_ref()),
            limits: self.limits(&file.limits),
            paths: self.paths(&file.paths),
            states,
            unmatched: (
                kind.unwrap_or(Kind::CallAlarmGeneric),
                action.unwrap_or(Action::Alarm),
            ),
            conditions: Vec::new(),
            rules: Vec::new(),
            index: HashMap::new(),
        };
        for condition in &file.conditions {
            let condition = self.condition(condition);
            vocabulary.conditions.extend(condition);
        }
        for row in &file.events {
            self.rule(row, &mut vocabulary);
        }
        self.states_are_used(file);
        vocabulary
    }

    /// A list of names of our own.
    fn named<T>(
        &mut self,
        text: &Spanned<String>,
        expected: &'static str,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Option<T> {
        let value = parse(text.get_ref());
        if value.is_none() {
            let found = text.get_ref().clone();
            self.problem(text.span().start, ProblemKind::Name { expected, found });
        }
        value
    }

    /// A name of the taxonomy.
    fn parsed<T: core::str::FromStr<Err = UnknownName>>(
        &mut self,
        text: Option<&Spanned<String>>,
    ) -> Option<T> {
        let text = text?;
        match text.get_ref().parse() {
            Ok(value) => Some(value),
            Err(UnknownName { expected }) => {
                let found = text.get_ref().clone();
                self.problem(text.span().start, ProblemKind::Name { expected, found });
                None
            }
        }
    }

    fn phase(&mut self, text: Option<&Spanned<String>>) -> Option<Phase> {
        self.parsed(text)
    }

    fn action(&mut self, text: Option<&Spanned<String>>) -> Option<Action> {
        self.named(text?, "action: alarm, log", |name| match name {
            "alarm" => Some(Action::Alarm),
            "log" => Some(Action::Log),
            _ => None,
        })
    }

    fn number(
        &mut self,
        number: Option<&Spanned<i64>>,
        member: &'static str,
        most: i64,
    ) -> Option<u64> {
        let number = number?;
        let value = *number.get_ref();
        if !(1..=most).contains(&value) {
            let range = ProblemKind::Range {
                member,
                least: 1,
                most,
            };
            self.problem(number.span().start, range);
            return None;
        }
        u64::try_from(value).ok()
    }

    fn limits(&mut self, written: &file::Limits) -> Limits {
        let mut limits = Limits::default();
        let found = [
            self.number(written.bytes.as_ref(), "bytes", 16 * 1024 * 1024),
            self.number(written.depth.as_ref(), "depth", 100),
            self.number(written.events.as_ref(), "events", 10_000),
        ];
        let slots = [&mut limits.bytes, &mut limits.depth, &mut limits.events];
        for (slot, found) in slots.into_iter().zip(found) {
            if let Some(Ok(found)) = found.map(usize::try_from) {
                *slot = found;
            }
        }
        limits
    }

    fn paths(&mut self, written: &file::Paths) -> Paths {
        let mut path = |path: &Spanned<String>| {
            let text = path.get_ref();
            let escapes = text
                .split('~')
                .skip(1)
                .all(|after| after.starts_with(['0', '1']));
            if !(text.is_empty() || text.starts_with('/')) || !escapes {
                self.problem(path.span().start, ProblemKind::Path(text.clone()));
            }
            text.clone()
        };
        Paths {
            list: written.list.as_ref().map(&mut path),
            device: path(&written.device),
            event: path(&written.event),
            time: written.time.as_ref().map(&mut path),
            state: written.state.as_ref().map(&mut path),
            reference: written.reference.as_ref().map(&mut path),
            text: written.text.as_ref().map(&mut path),
        }
    }

    fn condition(&mut self, written: &Spanned<file::Condition>) -> Option<Condition> {
        let at = written.span().start;
        let written = written.get_ref();
        let path = written.path.get_ref();
        if !path.starts_with('/') {
            self.problem(written.path.span().start, ProblemKind::Path(path.clone()));
        }
        let mut values = |values: &[toml::Value]| {
            let texts: Vec<_> = values.iter().filter_map(comparable).collect();
            if texts.len() != values.len() {
                self.problem(at, ProblemKind::ConditionValue);
            }
            texts
        };
        let test = match (&written.equals, &written.one_of, written.present) {
            (Some(value), None, None) => Some(Test::OneOf(values(core::slice::from_ref(value)))),
            (None, Some(several), None) => Some(Test::OneOf(values(several))),
            (None, None, Some(present)) => Some(Test::Present(present)),
            _ => None,
        };
        if test.is_none() {
            self.problem(at, ProblemKind::ConditionWithoutTest);
        }
        if written.action.is_none() && written.phase.is_none() {
            self.problem(at, ProblemKind::ConditionWithoutEffect);
        }
        Some(Condition {
            path: path.clone(),
            test: test?,
            action: self.action(written.action.as_ref()),
            phase: self.phase(written.phase.as_ref()),
        })
    }

    fn rule(&mut self, written: &Spanned<file::Row>, vocabulary: &mut Vocabulary) {
        let at = written.span().start;
        let row = written.get_ref();
        let action = self.action(row.action.as_ref()).unwrap_or(Action::Alarm);
        let code = self.number(row.sensio.as_ref(), "sensio", i64::from(u32::MAX));
        let event_type = code
            .and_then(|code| u32::try_from(code).ok())
            .map(EventType);
        let minutes = row.clears_within_minutes.as_ref();
        let minutes = self.number(minutes, "clears_within_minutes", 7 * 24 * 60);
        let clears = row.clears.iter().filter_map(|kind| self.parsed(Some(kind)));
        let clears = clears.collect();
        let kind = self.kind(at, row, event_type, action);
        let rule = Rule {
            line: self.line(at),
            kind,
            event_type,
            phase: self.phase(row.phase.as_ref()),
            clears,
            clears_within: minutes.map(|minutes| Duration::from_secs(minutes * 60)),
            action,
            relation: self
                .parsed(row.relation.as_ref())
                .unwrap_or(Relation::Equal),
            uncertain: row.uncertain,
            note: row.note.clone(),
        };
        let place = vocabulary.rules.len();
        vocabulary.rules.push(rule);
        let events = match &row.event {
            OneOrMany::One(event) => core::slice::from_ref(event),
            OneOrMany::Many(events) => events.as_slice(),
        };
        if events.is_empty() {
            self.problem(at, ProblemKind::Empty("event"));
        }
        for event in events {
            let key = (folded(event), row.state.as_deref().map(folded));
            if key.0.is_empty() {
                self.problem(at, ProblemKind::Empty("event"));
            }
            if let Some(first) = vocabulary.index.get(&key) {
                let first = vocabulary.rules[*first].line;
                self.problem(at, ProblemKind::DuplicateRow(first));
            } else {
                vocabulary.index.insert(key, place);
            }
        }
    }

    fn kind(
        &mut self,
        at: usize,
        row: &file::Row,
        event_type: Option<EventType>,
        action: Action,
    ) -> Kind {
        let kind = self.parsed::<Kind>(row.kind.as_ref());
        let named = row.kind.is_some();
        let Some(event_type) = event_type else {
            if !named && action != Action::Log {
                self.problem(at, ProblemKind::NoMeaning);
            }
            return kind.unwrap_or(Kind::Unmapped);
        };
        if event_type.name().is_none() {
            self.warning(at, ProblemKind::UndocumentedCode(event_type));
        }
        let means = mapping_of(event_type, None, UnityVersion::LATEST).kind();
        match kind {
            None if means == Kind::Unmapped && !named => {
                self.problem(at, ProblemKind::UnknownCode(event_type));
                means
            }
            None => means,
            Some(kind) => {
                // An uncertain row says itself that the code is not exact.
                if kind != means && !row.uncertain {
                    self.warning(
                        at,
                        ProblemKind::OtherKind {
                            event_type,
                            means,
                            kind,
                        },
                    );
                }
                kind
            }
        }
    }

    fn states_are_used(&mut self, file: &File) {
        let looked_at =
            !file.states.is_empty() || file.events.iter().any(|row| row.get_ref().state.is_some());
        match (&file.paths.state, looked_at) {
            (Some(path), false) => self.problem(
                path.span().start,
                ProblemKind::StateUnused("`paths.state` is given, and nothing looks at the state"),
            ),
            (None, true) => self.problem(
                file.paths.event.span().start,
                ProblemKind::StateUnused("states are listed, and `paths.state` is missing"),
            ),
            _ => {}
        }
    }

    fn samples(&mut self, vocabulary: &Vocabulary, samples: &[Spanned<file::Sample>]) {
        if samples.is_empty() {
            self.problem(0, ProblemKind::NoSample);
        }
        let mut shown = vec![false; vocabulary.rules.len()];
        for written in samples {
            let at = written.span().start;
            for kind in sample::check(vocabulary, written.get_ref(), &mut shown) {
                self.problem(at, kind);
            }
            self.report.samples += 1;
        }
        for (rule, shown) in vocabulary.rules.iter().zip(shown) {
            if !shown {
                self.report.warnings.push(Problem {
                    line: rule.line,
                    kind: ProblemKind::RowWithoutSample,
                });
            }
        }
    }
}

/// A value of TOML as the text that a JSON value is compared with.
fn comparable(value: &toml::Value) -> Option<String> {
    match value {
        toml::Value::String(text) => Some(folded(text)),
        toml::Value::Integer(number) => Some(number.to_string()),
        toml::Value::Boolean(truth) => Some(truth.to_string()),
        _ => None,
    }
}
