//! One alarm on its way, and what it waits for.

use std::time::Instant;

use bytes::Bytes;

use super::{About, AlarmId, FailureReason, ReceiverId, Refusal, Relayed};
use crate::encode::encode_request;
use crate::error::EncodeError;
use crate::message::{MessageType, Request};
use crate::options::EncodeOptions;
use crate::sip::{ConnectionId, MessageId};
use crate::text::Reference;

/// An open alarm as the caller may see it; see [`Sender::status`](super::Sender::status).
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct AlarmStatus {
    /// Its `ref`, the same in every repeat. Keep it with the alarm over a restart.
    pub reference: Reference<'static>,
    /// When it was submitted.
    pub submitted: Instant,
    /// How often the whole list has failed.
    pub rounds: u32,
    /// What it waits for.
    pub waiting: Waiting,
}

/// What an open alarm waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Waiting {
    /// For the alarm it belongs to, which nobody has accepted yet.
    Alarm(AlarmId),
    /// For a connection.
    Connection {
        /// To whom.
        receiver: ReceiverId,
        /// When the next receiver is tried.
        until: Instant,
    },
    /// For the SIP 200.
    Ok {
        /// Whose.
        receiver: ReceiverId,
        /// When the next receiver is tried.
        until: Instant,
    },
    /// For the `mrs`.
    Response {
        /// Whose.
        receiver: ReceiverId,
        /// When the next receiver is tried.
        until: Instant,
    },
    /// For the time to repeat after `snu` 4 or 6.
    Repeat {
        /// To whom.
        receiver: ReceiverId,
        /// When.
        until: Instant,
    },
    /// For the time to try all receivers again.
    BackOff {
        /// When.
        until: Instant,
    },
}

/// One SIP request with the repeats that digest challenges ask for.
pub(super) struct Exchange {
    pub(super) call_id: String,
    pub(super) from_tag: String,
    pub(super) cseq: u32,
    /// Challenges answered.
    pub(super) answers: u32,
    /// Whether the server's, and a proxy's, was among them.
    pub(super) answered: [bool; 2],
}

impl Exchange {
    /// A place holder while the next one is made.
    pub(super) fn none() -> Self {
        Exchange {
            call_id: String::new(),
            from_tag: String::new(),
            cseq: 0,
            answers: 0,
            answered: [false; 2],
        }
    }
}

pub(super) enum State {
    AfterAlarm(AlarmId),
    Connecting {
        receiver: usize,
        until: Instant,
    },
    Sent {
        receiver: usize,
        connection: Option<ConnectionId>,
        message: MessageId,
        exchange: Exchange,
        since: Instant,
        until: Instant,
    },
    Awaiting {
        receiver: usize,
        connection: Option<ConnectionId>,
        until: Instant,
    },
    Paused {
        receiver: usize,
        until: Instant,
    },
    BackingOff {
        until: Instant,
    },
}

impl State {
    pub(super) fn deadline(&self) -> Option<Instant> {
        match self {
            State::AfterAlarm(_) => None,
            State::Connecting { until, .. }
            | State::Sent { until, .. }
            | State::Awaiting { until, .. }
            | State::Paused { until, .. }
            | State::BackingOff { until } => Some(*until),
        }
    }

    /// The receiver whose response is due.
    pub(super) fn asked(&self) -> Option<usize> {
        match self {
            State::Sent { receiver, .. } | State::Awaiting { receiver, .. } => Some(*receiver),
            _ => None,
        }
    }

    /// The receiver the alarm is with, asked or to be asked.
    pub(super) fn with(&self) -> Option<usize> {
        match self {
            State::Connecting { receiver, .. } | State::Paused { receiver, .. } => Some(*receiver),
            _ => self.asked(),
        }
    }
}

/// A message of somebody else: its bytes are not touched, and its time is limited.
pub(super) struct Relaying {
    /// When it is given up.
    pub(super) until: Instant,
    /// The end of the attempt at hand.
    pub(super) attempt_until: Instant,
    pub(super) last_failure: FailureReason,
    pub(super) last_refusal: Option<Refusal>,
}

pub(super) struct Alarm {
    pub(super) request: Request<'static>,
    pub(super) about: About,
    pub(super) relaying: Option<Relaying>,
    pub(super) heartbeat: bool,
    pub(super) submitted: Instant,
    /// The one receiver it may go to; `None` for all.
    pub(super) only: Option<usize>,
    pub(super) state: State,
    /// The request as written, and without texts if it has any.
    pub(super) full: Bytes,
    pub(super) short: Option<Vec<u8>>,
    /// Whether the receiver at hand gets the short form.
    pub(super) shortened: bool,
    /// Receivers tried in this round, a bit each.
    pub(super) tried: u64,
    /// Receivers that found fault with these very bytes.
    pub(super) barred: u64,
    /// Receivers ever asked.
    pub(super) asked: u64,
    /// Repeats after `snu` 4 or 6 to the receiver at hand.
    pub(super) repeats: u32,
    pub(super) rounds: u32,
    /// Requests without a final SIP answer, at most one for each receiver.
    pub(super) outstanding: Vec<(MessageId, usize)>,
}

impl Alarm {
    pub(super) fn new(
        now: Instant,
        request: Request<'static>,
        about: About,
        only: Option<usize>,
        state: State,
        options: &EncodeOptions,
    ) -> Result<Self, EncodeError> {
        let heartbeat = about == About::New && request.message_type == MessageType::Heartbeat;
        let mut full = Vec::new();
        encode_request(&request, options, &mut full)?;
        let short = without_texts(&request)
            .map(|shorter| {
                let mut short = Vec::new();
                encode_request(&shorter, options, &mut short).map(|()| short)
            })
            .transpose()?;
        let (full, relaying) = (full.into(), None);
        Ok(Alarm {
            short,
            heartbeat,
            ..Alarm::with(now, request, about, only, state, full, relaying)
        })
    }

    /// A message whose bytes are somebody else's.
    pub(super) fn relayed(now: Instant, relayed: Relayed) -> Self {
        let until = now + relayed.time;
        let relaying = Relaying {
            until,
            attempt_until: until,
            last_failure: FailureReason::AskedToWait,
            last_refusal: None,
        };
        let about = relayed.only.map_or(About::New, About::Receiver);
        let only = relayed.only.map(|receiver| receiver.0);
        let state = State::BackingOff { until: now };
        let (request, body) = (relayed.request, relayed.body);
        Alarm::with(now, request, about, only, state, body, Some(relaying))
    }

    fn with(
        now: Instant,
        request: Request<'static>,
        about: About,
        only: Option<usize>,
        state: State,
        full: Bytes,
        relaying: Option<Relaying>,
    ) -> Self {
        Alarm {
            request,
            about,
            relaying,
            heartbeat: false,
            submitted: now,
            only,
            state,
            full,
            short: None,
            shortened: false,
            tried: 0,
            barred: 0,
            asked: 0,
            repeats: 0,
            rounds: 0,
            outstanding: Vec::new(),
        }
    }

    /// The receivers of this round that are still to be asked, among `count`.
    pub(super) fn left(&self, count: usize) -> impl Iterator<Item = usize> {
        let done = self.tried | self.barred;
        self.targets(count)
            .filter(move |receiver| done & bit(*receiver) == 0)
    }

    /// A deadline, no later than the end of the attempt if that is limited.
    pub(super) fn capped(&self, until: Instant) -> Instant {
        self.relaying
            .as_ref()
            .map_or(until, |relaying| until.min(relaying.attempt_until))
    }

    /// Whether every receiver found fault with the bytes.
    pub(super) fn is_barred_everywhere(&self, count: usize) -> bool {
        self.targets(count)
            .all(|receiver| self.barred & bit(receiver) != 0)
    }

    pub(super) fn targets(&self, count: usize) -> std::ops::Range<usize> {
        match self.only {
            Some(receiver) => receiver..receiver + 1,
            None => 0..count,
        }
    }

    pub(super) fn body(&self) -> &[u8] {
        match &self.short {
            Some(short) if self.shortened => short,
            _ => &self.full,
        }
    }

    pub(super) fn can_be_shortened(&self) -> bool {
        self.short.is_some() && !self.shortened
    }

    pub(super) fn status(&self) -> AlarmStatus {
        let waiting = match self.state {
            State::AfterAlarm(alarm) => Waiting::Alarm(alarm),
            State::Connecting { receiver, until } => Waiting::Connection {
                receiver: ReceiverId(receiver),
                until,
            },
            State::Sent {
                receiver, until, ..
            } => Waiting::Ok {
                receiver: ReceiverId(receiver),
                until,
            },
            State::Awaiting {
                receiver, until, ..
            } => Waiting::Response {
                receiver: ReceiverId(receiver),
                until,
            },
            State::Paused { receiver, until } => Waiting::Repeat {
                receiver: ReceiverId(receiver),
                until,
            },
            State::BackingOff { until } => Waiting::BackOff { until },
        };
        AlarmStatus {
            reference: self.request.reference.clone(),
            submitted: self.submitted,
            rounds: self.rounds,
            waiting,
        }
    }
}

/// The bit of a receiver; there are at most 64.
pub(super) const fn bit(receiver: usize) -> u64 {
    1 << (receiver & 63)
}

/// The request without `dte`, `stt`, `lte` and `ite`; `None` if it has none of them.
fn without_texts(request: &Request<'static>) -> Option<Request<'static>> {
    let texts = [
        &request.device_text,
        &request.status_text,
        &request.location_text,
        &request.information_text,
    ];
    texts.iter().any(|text| text.is_some()).then(|| {
        let mut shorter = request.clone();
        shorter.device_text = None;
        shorter.status_text = None;
        shorter.location_text = None;
        shorter.information_text = None;
        shorter
    })
}
