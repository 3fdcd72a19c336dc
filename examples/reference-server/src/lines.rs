//! The lines that are open to panels and other systems: how each one is, what it has brought, and
//! what its diagnosis found. For inputs that know their peers from the configuration, as ESPA
//! lines; units that come by themselves are in [`devices`](crate::devices).

use std::borrow::Cow;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::Serialize;

use crate::time::Timestamp;

/// How a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum LineState {
    /// Nothing is known yet.
    Starting,
    /// There is a connection or a port, and nothing is missing.
    Up,
    /// Nothing valid for the time of supervision, or the connection or port is gone.
    Lost,
    /// Its work has ended although nobody asked it to.
    Failed,
}

/// What has come over a line since the start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct LineCounts {
    /// Messages that were read.
    pub received: u64,
    /// Stored and answered positively, repeats left out.
    pub accepted: u64,
    /// Repeats of something stored.
    pub repeats: u64,
    /// Answered negatively because the journal did not take them, or had no room.
    pub unavailable: u64,
    /// That could not be read.
    pub malformed: u64,
    /// Calls that no text rule knew.
    pub unmatched: u64,
    /// Ends that match no open call.
    pub unmatched_ends: u64,
    /// Messages that are known to be lost: on a line without answers, when the server fell behind.
    pub missed: u64,
    /// Times that the link was lost.
    pub losses: u64,
    /// Times that a connection came about, or a port was opened.
    pub connections: u64,
}

/// Something that is wrong with a line or its settings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct LineFinding {
    /// A stable name.
    pub code: &'static str,
    /// What to check, in one sentence.
    pub advice: &'static str,
    /// How often it was seen, when that was last told.
    pub seen: u32,
    /// When that was.
    pub at: Timestamp,
}

/// One line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Line {
    /// What it is called in the configuration.
    pub name: String,
    /// The protocol's short name.
    pub protocol: &'static str,
    /// What it runs over: `serial /dev/ttyUSB0`, `tcp listen 192.0.2.1:4444`, `tcp connect ...`.
    pub way: String,
    /// The dialect, or the name of the layout.
    pub profile: Cow<'static, str>,
    /// What the server is on it.
    pub role: &'static str,
    /// How it is.
    pub state: LineState,
    /// Since when.
    pub since: Timestamp,
    /// Whether there is a connection or an open port.
    pub connected: bool,
    /// Stations that do not answer their polls, accounts that missed their check-ins.
    pub silent_stations: Vec<String>,
    /// When the last message came.
    pub last_message: Option<Timestamp>,
    /// What has come.
    pub counts: LineCounts,
    /// What is wrong with it, each kind once.
    pub findings: Vec<LineFinding>,
}

impl Line {
    /// One that has just been configured.
    #[must_use]
    pub fn new(name: impl Into<String>, protocol: &'static str, way: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            protocol,
            way: way.into(),
            profile: Cow::Borrowed(""),
            role: "",
            state: LineState::Starting,
            since: Timestamp::now(),
            connected: false,
            silent_stations: Vec::new(),
            last_message: None,
            counts: LineCounts::default(),
            findings: Vec::new(),
        }
    }
}

/// The lines of a server, shared by those who work them and those who ask.
#[derive(Clone, Debug, Default)]
pub struct Lines(Arc<Mutex<Vec<Line>>>);

impl Lines {
    fn lock(&self) -> MutexGuard<'_, Vec<Line>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// All of them, in the order of the configuration.
    #[must_use]
    pub fn all(&self) -> Vec<Line> {
        self.lock().clone()
    }

    /// Adds one, to be changed by whoever works it.
    #[must_use]
    pub fn add(&self, line: Line) -> LineHandle {
        let mut lines = self.lock();
        lines.push(line);
        LineHandle {
            lines: self.clone(),
            index: lines.len() - 1,
        }
    }
}

/// One line of [`Lines`].
#[derive(Debug)]
pub struct LineHandle {
    lines: Lines,
    index: usize,
}

impl LineHandle {
    /// Changes it.
    pub fn change(&self, what: impl FnOnce(&mut Line)) {
        // Lines are never taken away.
        if let Some(line) = self.lines.lock().get_mut(self.index) {
            what(line);
        }
    }

    /// Changes how it is; the time moves only if that is news.
    pub fn set_state(&self, state: LineState) {
        self.change(|line| {
            if line.state != state {
                (line.state, line.since) = (state, Timestamp::now());
            }
        });
    }

    /// Keeps a finding in the place of the one before of its kind.
    pub fn found(&self, finding: LineFinding) {
        self.change(|line| {
            line.findings.retain(|known| known.code != finding.code);
            line.findings.push(finding);
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_finding_takes_the_place_of_the_one_before_and_a_state_keeps_its_time() {
        let lines = Lines::default();
        let _other = lines.add(Line::new("a", "espa444", "serial a"));
        let line = lines.add(Line::new("b", "espa444", "serial b"));
        for seen in [1, 2] {
            line.found(LineFinding {
                code: "echo",
                advice: "x",
                seen,
                at: Timestamp::now(),
            });
        }
        line.set_state(LineState::Up);
        let since = lines.all()[1].since;
        line.set_state(LineState::Up);
        let all = lines.all();
        assert_eq!(all[1].since, since);
        assert_eq!(all[1].findings.len(), 1);
        assert_eq!(all[1].findings[0].seen, 2);
        assert_eq!(all[0].state, LineState::Starting);
    }
}
