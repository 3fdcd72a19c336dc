//! One call that is expected, and how an incoming one is named.

use std::fmt;
use std::time::{Duration, Instant};

use super::number::PhoneNumber;
use super::reply::VoiceTarget;
use crate::codes::MediaReply;
use crate::message::Request;
use crate::text::ControllerId;
use crate::voice::{CallAddress, CallScheme};

/// A mark by which the call will be known (SCAIP reference 6.4). `Debug` hides users and numbers.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ExpectedCall {
    /// An INVITE whose From has this user: the `cid`, or the user of a `crd` with one.
    FromUser(Box<str>),
    /// A call from this number.
    CallerNumber(PhoneNumber),
    /// A telephone call from a number that the device does not know itself (`gsm:`, `tel:` without
    /// a number), or by a scheme that nobody knows. Only a learned number or an address of its own
    /// tells it.
    UnknownNumber,
    /// A call to this address, which was handed out for this alarm alone.
    CalledAddress(CallAddress<'static>),
}

impl fmt::Debug for ExpectedCall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            ExpectedCall::FromUser(_) => "FromUser(hidden)",
            ExpectedCall::CallerNumber(_) => "CallerNumber(hidden)",
            ExpectedCall::UnknownNumber => "UnknownNumber",
            ExpectedCall::CalledAddress(_) => "CalledAddress(hidden)",
        })
    }
}

/// A call that should come.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Expectation<K> {
    /// The unit.
    pub controller: ControllerId<'static>,
    /// The alarm, as the caller names it.
    pub alarm: K,
    /// The speech that the response asked for.
    pub media: MediaReply,
    /// By what the call will be known.
    pub calls: Vec<ExpectedCall>,
    /// When the wait is over.
    pub until: Instant,
    /// Calls paired with it so far.
    pub attempts: u32,
}

/// A call as it comes in. What the network does not tell is `None`. `Debug` hides all of it.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub struct IncomingCall<'a> {
    /// User part of the From of an INVITE, unescaped.
    pub from_user: Option<&'a str>,
    /// The caller's number, in any spelling that [`PhoneNumber::read`] takes; `from_user` is
    /// tried if there is none.
    pub caller_number: Option<&'a str>,
    /// The address that was called: a number, a user part, or a SIP URI.
    pub called: Option<&'a str>,
}

impl fmt::Debug for IncomingCall<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hidden = |part: Option<&str>| part.map(|_| "(hidden)");
        f.debug_struct("IncomingCall")
            .field("from_user", &hidden(self.from_user))
            .field("caller_number", &hidden(self.caller_number))
            .field("called", &hidden(self.called))
            .finish()
    }
}

/// Which rule of SCAIP reference 6.4 paired a call, the strongest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum PairedBy {
    /// The From user of the INVITE is the `cid` or the user in `crd`.
    FromUser,
    /// The caller number is the one in `crd`.
    CallerNumber,
    /// The caller number was learned for the unit earlier.
    LearnedNumber,
    /// The number called was handed out for this alarm.
    CalledAddress,
}

/// A call and its alarm.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Pairing<K> {
    /// The unit.
    pub controller: ControllerId<'static>,
    /// The alarm.
    pub alarm: K,
    /// The speech that the response asked for.
    pub media: MediaReply,
    /// Which rule paired them. None of them proves anything about the caller: the security of the
    /// transport has to.
    pub by: PairedBy,
    /// 1 for the first call about this alarm, 2 when the device calls again, and so on.
    pub attempt: u32,
    /// Whether alarms of other units would have fitted as well, as when two units share a number.
    pub ambiguous: bool,
}

/// What an incoming call belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Match<K> {
    /// To an alarm, within the wait.
    Paired(Pairing<K>),
    /// To an alarm, after the wait and within the time of grace.
    Late {
        /// The alarm.
        pairing: Pairing<K>,
        /// How long after the wait.
        late_by: Duration,
    },
    /// To no alarm that waits for a call. Answer it all the same if it may be a unit's.
    Unexpected {
        /// The unit that the number was learned for, if one was.
        known: Option<ControllerId<'static>>,
    },
}

/// A mark in the form in which it is looked up.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Key {
    User(Box<str>),
    Number(PhoneNumber),
    CalledNumber(PhoneNumber),
    CalledUser(Box<str>),
}

impl Key {
    pub(super) fn user(text: &str) -> Option<Key> {
        let text = text.trim();
        (!text.is_empty()).then(|| Key::User(text.into()))
    }

    /// An address that is called: compared as a number where it is one, else by its user part,
    /// since the host changes on the way.
    pub(super) fn called(text: &str) -> Option<Key> {
        if let Some(number) = PhoneNumber::read(text) {
            return Some(Key::CalledNumber(number));
        }
        let rest = text.split_once(':').map_or(text, |(_, rest)| rest);
        let user = rest
            .split(['@', ';', '?'])
            .next()
            .unwrap_or_default()
            .trim();
        (!user.is_empty()).then(|| Key::CalledUser(user.into()))
    }
}

impl ExpectedCall {
    pub(super) fn key(&self) -> Option<Key> {
        match self {
            ExpectedCall::FromUser(user) => Key::user(user),
            ExpectedCall::CallerNumber(number) => Some(Key::Number(number.clone())),
            ExpectedCall::UnknownNumber => None,
            ExpectedCall::CalledAddress(address) => Key::called(address.as_str()),
        }
    }
}

/// Addresses of `crd` that are looked at; a request offers one or two.
const MOST_ADDRESSES: usize = 8;

/// The marks of the call about this alarm.
pub(super) fn marks(request: &Request<'_>, target: &VoiceTarget<'_>) -> Vec<ExpectedCall> {
    let cid = request.controller_id.as_str();
    // The cid always tells, whatever `crd` announces.
    let mut marks = vec![ExpectedCall::FromUser(cid.into())];
    let mut add = |mark: ExpectedCall| {
        if !marks.contains(&mark) {
            marks.push(mark);
        }
    };
    for call in request.calls().take(MOST_ADDRESSES) {
        match (call.scheme(), call.address()) {
            (CallScheme::NoVoice, _) => {}
            (CallScheme::Sip | CallScheme::SipPp, None) => {}
            (CallScheme::Sip | CallScheme::SipPp, Some(address)) => {
                if let Some((user, _)) = address.split_once('@') {
                    add(ExpectedCall::FromUser(user.trim().into()));
                }
                if let Some(number) = PhoneNumber::read(address) {
                    add(ExpectedCall::CallerNumber(number));
                }
            }
            (_, address) => add(address
                .and_then(PhoneNumber::read)
                .map_or(ExpectedCall::UnknownNumber, ExpectedCall::CallerNumber)),
        }
    }
    if let VoiceTarget::ForThisAlarm(address) = target {
        add(ExpectedCall::CalledAddress(address.clone().into_owned()));
    }
    marks
}
