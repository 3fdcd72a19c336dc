//! What a simulated Sensio does wrong, as the command line writes it.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use sensio_partner::server::faults::{Fault, Faults, Scope};
use sensio_partner::{Member, Members};

/// A fault of the server with the calls that it waits for: `FAULT[@CALLS][*N]`, such as
/// `503@events*2`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Planned {
    /// What goes wrong.
    pub fault: Fault,
    /// With which calls.
    pub scope: Scope,
    /// How many times; `None`: always.
    pub times: Option<usize>,
}

/// The faults of the command line, and what they do.
pub const PLANNED: &[(&str, &str)] = &[
    (
        "STATUS",
        "this status instead of taking the call, such as 503",
    ),
    (
        "429:SECONDS",
        "the status with Retry-After; with any status",
    ),
    (
        "kept-but-STATUS",
        "the call is kept, and the status answered all the same",
    ),
    (
        "cut-before-body",
        "the connection is cut when the head has come: nothing is kept",
    ),
    (
        "cut-during-body",
        "the connection is cut within the body: nothing is kept",
    ),
    (
        "cut-after-body",
        "the connection is cut after the call was kept",
    ),
    (
        "forget-tokens",
        "every token is forgotten first: the call gets 401",
    ),
    ("slow:SECONDS", "the answer takes so long"),
    (
        "redirect",
        "302 to another host, which must not be followed",
    ),
    ("html", "502 with the HTML page of a proxy"),
    (
        "refuse-unused",
        "500 to a body with a member that is not used",
    ),
    (
        "refuse:MEMBERS",
        "500 to a body with one of these, such as refuse:images+description",
    ),
];

impl Planned {
    /// Plans it.
    pub(super) fn plan(&self, faults: &Faults) {
        match self.times {
            Some(times) => faults.times(times, self.scope, self.fault.clone()),
            None => faults.always(self.scope, self.fault.clone()),
        }
    }

    /// Whether the connection is cut.
    pub(super) const fn cuts(&self) -> bool {
        matches!(
            self.fault,
            Fault::CutBeforeBody | Fault::CutDuringBody | Fault::CutAfterBody
        )
    }

    /// Whether 500 is what it answers.
    pub(super) const fn answers_500(&self) -> bool {
        matches!(
            self.fault,
            Fault::Answer { status: 500, .. }
                | Fault::KeptButAnswer { status: 500 }
                | Fault::RefuseMembers { .. }
                | Fault::RefuseUnused
        )
    }
}

/// A text that is no fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidFault {
    /// No fault of this name.
    #[error("no such fault; `alarm-lab faults sensio-server` lists them")]
    Name,
    /// No calls of this name.
    #[error("behind @ stands any, token, events or statuses")]
    Scope,
    /// No number.
    #[error("behind * stands how many times, 1 to 1000000")]
    Times,
}

impl FromStr for Planned {
    type Err = InvalidFault;

    fn from_str(text: &str) -> Result<Self, InvalidFault> {
        let (text, times) = match text.split_once('*') {
            Some((text, times)) => (text, Some(times)),
            None => (text, None),
        };
        let times = match times.map(str::parse) {
            None => None,
            Some(Ok(times @ 1..=1_000_000)) => Some(times),
            Some(_) => return Err(InvalidFault::Times),
        };
        let (name, scope) = text.split_once('@').unwrap_or((text, "any"));
        let scope = match scope {
            "any" => Scope::Any,
            "token" => Scope::Token,
            "events" => Scope::Events,
            "statuses" => Scope::Statuses,
            _ => return Err(InvalidFault::Scope),
        };
        Ok(Planned {
            fault: fault(name).ok_or(InvalidFault::Name)?,
            scope,
            times,
        })
    }
}

fn fault(text: &str) -> Option<Fault> {
    let (name, argument) = match text.split_once(':') {
        Some((name, argument)) => (name, Some(argument)),
        None => (text, None),
    };
    let seconds = |text: &str| {
        let seconds: f64 = text.parse().ok()?;
        Duration::try_from_secs_f64(seconds).ok()
    };
    Some(match (name, argument) {
        ("cut-before-body", None) => Fault::CutBeforeBody,
        ("cut-during-body", None) => Fault::CutDuringBody,
        ("cut-after-body", None) => Fault::CutAfterBody,
        ("forget-tokens", None) => Fault::ForgetTokens,
        ("refuse-unused", None) => Fault::RefuseUnused,
        ("html", None) => Fault::HtmlPage { status: 502 },
        ("redirect", None) => Fault::Redirect {
            location: "https://elsewhere.example.net/partner".to_owned(),
        },
        ("slow", Some(wait)) => Fault::Slow(seconds(wait)?),
        ("refuse", Some(names)) => Fault::RefuseMembers {
            members: members(names)?,
            status: 500,
        },
        (status, wait) => match (status.strip_prefix("kept-but-"), wait) {
            (Some(status), None) => Fault::KeptButAnswer {
                status: http_status(status)?,
            },
            (Some(_), Some(_)) => return None,
            (None, wait) => Fault::Answer {
                status: http_status(status)?,
                retry_after: match wait {
                    Some(wait) => Some(seconds(wait)?),
                    None => None,
                },
            },
        },
    })
}

fn http_status(text: &str) -> Option<u16> {
    text.parse()
        .ok()
        .filter(|status| (300..=599).contains(status))
}

fn members(names: &str) -> Option<Members> {
    names
        .split('+')
        .map(|name| Member::ALL.into_iter().find(|member| member.name() == name))
        .collect()
}

impl fmt::Display for Planned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} with {:?}", self.fault, self.scope)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_are_read_with_their_calls_and_numbers() {
        let read = |text: &str| text.parse::<Planned>();
        let two = read("503@events*2").unwrap();
        assert_eq!((two.scope, two.times), (Scope::Events, Some(2)));
        assert_eq!(two.fault, Fault::answer(503));
        let wait = Some(Duration::from_secs(7));
        let busy = Fault::Answer {
            status: 429,
            retry_after: wait,
        };
        assert_eq!(read("429:7").unwrap().fault, busy);
        let kept = Fault::KeptButAnswer { status: 500 };
        assert_eq!(read("kept-but-500@any").unwrap().fault, kept);
        assert!(matches!(
            read("refuse:images+description").unwrap().fault,
            Fault::RefuseMembers { members, .. } if members.iter().count() == 2
        ));
        for (text, error) in [
            ("", InvalidFault::Name),
            ("200", InvalidFault::Name),
            ("slow:-1", InvalidFault::Name),
            ("kept-but-500:1", InvalidFault::Name),
            ("refuse:colour", InvalidFault::Name),
            ("503@calls", InvalidFault::Scope),
            ("503*0", InvalidFault::Times),
        ] {
            assert_eq!(read(text), Err(error), "{text}");
        }
    }

    #[test]
    fn every_listed_fault_reads_when_filled_in() {
        for (name, _) in PLANNED {
            let filled = name
                .replace("SECONDS", "1")
                .replace("STATUS", "503")
                .replace("MEMBERS", "state");
            assert!(filled.parse::<Planned>().is_ok(), "{filled}");
        }
    }
}
