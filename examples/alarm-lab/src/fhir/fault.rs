//! What a double does wrong, as the command line writes it.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use fhir_vkp::OutcomeCode;

/// Which calls a fault waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Calls {
    /// Asking for a token.
    Token,
    /// Writing to JFT or VKP.
    Write,
    /// Asking JFT for the status.
    Status,
    /// Searching in VKP.
    Search,
}

impl Calls {
    const ALL: [Self; 4] = [Self::Token, Self::Write, Self::Status, Self::Search];

    /// The name on the command line.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Token => "token",
            Self::Write => "write",
            Self::Status => "status",
            Self::Search => "search",
        }
    }
}

/// Something that goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Fault {
    /// This status instead of doing the call, with `Retry-After`.
    Status(u16, Option<Duration>),
    /// The call is done, and this status answered all the same.
    DoneBut(u16),
    /// 400 with this code of VKP.
    Refuse(OutcomeCode),
    /// Every token is forgotten first.
    ForgetTokens,
    /// Another nonce is demanded.
    NewNonce,
    /// The answer takes so long.
    Slow(Duration),
    /// 202 without `Location`.
    NoLocation,
    /// The document will never be journaled, but fail.
    Fails,
    /// The document will be registered and go no further.
    Never,
    /// 502 with the HTML page of a proxy.
    Html,
}

/// The faults of the command line, and what they do.
pub const FAULTS: &[(&str, &str)] = &[
    (
        "STATUS",
        "this status instead of doing the call, such as 503",
    ),
    ("STATUS:SECONDS", "the same with Retry-After, such as 429:7"),
    (
        "done-but-STATUS",
        "the call is done, and the status answered all the same",
    ),
    (
        "refuse:CODE",
        "400 with this code of vkp-operation-outcome, such as refuse:1.3",
    ),
    (
        "forget-tokens",
        "every token is forgotten first: the call gets 401",
    ),
    (
        "new-nonce",
        "another DPoP nonce is demanded: the call gets 401, a token call 400",
    ),
    ("slow:SECONDS", "the answer takes so long"),
    ("no-location", "202 without Location"),
    (
        "fails",
        "the document is registered, and its status says failed in the end",
    ),
    (
        "never",
        "the document is registered, and never read nor journaled",
    ),
    ("html", "502 with the HTML page of a proxy"),
];

/// No fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "write FAULT, with @token, @write, @status or @search for some calls only, with *N for so many; \
     `alarm-lab faults fhir-server` lists them"
)]
pub struct InvalidFault;

/// A fault with the calls that it waits for: `FAULT[@CALLS][*N]`, such as `503@write*2`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Planned {
    /// What goes wrong.
    pub fault: Fault,
    /// With which calls; `None`: all for which it makes sense.
    pub calls: Option<Calls>,
    /// How many times; `None`: always.
    pub times: Option<u32>,
}

impl Planned {
    /// Whether it shows with such a call; counts down if so.
    pub(super) fn takes(&mut self, calls: Calls) -> bool {
        let fitting = match self.fault {
            Fault::NoLocation | Fault::Fails | Fault::Never => calls == Calls::Write,
            Fault::ForgetTokens | Fault::Refuse(_) => calls != Calls::Token,
            _ => true,
        };
        if !fitting || self.calls.is_some_and(|wanted| wanted != calls) || self.times == Some(0) {
            return false;
        }
        self.times = self.times.map(|times| times - 1);
        true
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Fault::Status(status, None) => write!(f, "{status}"),
            Fault::Status(status, Some(pause)) => write!(f, "{status}:{}", pause.as_secs()),
            Fault::DoneBut(status) => write!(f, "done-but-{status}"),
            Fault::Refuse(code) => write!(f, "refuse:{}", code.code()),
            Fault::ForgetTokens => f.write_str("forget-tokens"),
            Fault::NewNonce => f.write_str("new-nonce"),
            Fault::Slow(time) => write!(f, "slow:{}", time.as_secs_f64()),
            Fault::NoLocation => f.write_str("no-location"),
            Fault::Fails => f.write_str("fails"),
            Fault::Never => f.write_str("never"),
            Fault::Html => f.write_str("html"),
        }
    }
}

impl FromStr for Fault {
    type Err = InvalidFault;

    fn from_str(text: &str) -> Result<Self, InvalidFault> {
        let status = |text: &str| {
            let status = text
                .parse()
                .ok()
                .filter(|status| (400..600).contains(status));
            status.ok_or(InvalidFault)
        };
        let (name, value) = match text.split_once(':') {
            Some((name, value)) => (name, Some(value)),
            None => (text, None),
        };
        Ok(match (name, value) {
            ("forget-tokens", None) => Fault::ForgetTokens,
            ("new-nonce", None) => Fault::NewNonce,
            ("no-location", None) => Fault::NoLocation,
            ("fails", None) => Fault::Fails,
            ("never", None) => Fault::Never,
            ("html", None) => Fault::Html,
            ("refuse", Some(code)) => {
                Fault::Refuse(OutcomeCode::from_code(code).ok_or(InvalidFault)?)
            }
            ("slow", Some(seconds)) => {
                let seconds = seconds.parse().ok();
                let time = seconds.and_then(|it| Duration::try_from_secs_f64(it).ok());
                Fault::Slow(time.ok_or(InvalidFault)?)
            }
            (name, None) if name.starts_with("done-but-") => {
                Fault::DoneBut(status(&name["done-but-".len()..])?)
            }
            (name, value) => {
                let pause = value.map(|value| value.parse().map_err(|_| InvalidFault));
                let pause = pause.transpose()?.map(Duration::from_secs);
                Fault::Status(status(name)?, pause)
            }
        })
    }
}

impl FromStr for Planned {
    type Err = InvalidFault;

    fn from_str(text: &str) -> Result<Self, InvalidFault> {
        let (text, times) = match text.rsplit_once('*') {
            Some((text, times)) => (text, Some(times.parse().map_err(|_| InvalidFault)?)),
            None => (text, None),
        };
        let (text, calls) = match text.rsplit_once('@') {
            Some((text, name)) => {
                let found = Calls::ALL.into_iter().find(|calls| calls.name() == name);
                (text, Some(found.ok_or(InvalidFault)?))
            }
            None => (text, None),
        };
        Ok(Planned {
            fault: text.parse()?,
            calls,
            times,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_read_as_they_print() {
        let all = [
            "503",
            "429:7",
            "done-but-500",
            "refuse:1.3",
            "forget-tokens",
            "new-nonce",
            "slow:0.5",
            "no-location",
            "fails",
            "never",
            "html",
        ];
        for text in all {
            assert_eq!(text.parse::<Fault>().unwrap().to_string(), text);
        }
        for text in [
            "",
            "200",
            "503:x",
            "refuse:9",
            "slow",
            "503@other",
            "503*x",
            "done-but-1",
        ] {
            assert_eq!(text.parse::<Planned>(), Err(InvalidFault), "{text}");
        }
    }

    #[test]
    fn a_fault_shows_with_its_calls_and_as_often_as_planned() {
        let mut planned: Planned = "503@write*1".parse().unwrap();
        assert!(!planned.takes(Calls::Status));
        assert!(planned.takes(Calls::Write));
        assert!(!planned.takes(Calls::Write));
        let mut fails: Planned = "fails".parse().unwrap();
        assert!(!fails.takes(Calls::Token) && fails.takes(Calls::Write));
    }
}
