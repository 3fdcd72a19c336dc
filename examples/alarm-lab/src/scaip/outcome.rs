//! What became of an alarm.

use std::fmt;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use scaip::sip::StatusCode;
use scaip::{Response, StatusNumber};

/// The receiver's verdict, or why there is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Verdict {
    /// `snu` 0: the receiver has taken responsibility.
    Accepted,
    /// An `mrs` with another `snu`. 4 (hold) and 6 (busy) count here too: the simulator does not
    /// repeat.
    Refused(StatusNumber),
    /// Refused on the level of SIP, without `mrs`.
    RefusedBySip(StatusCode),
    /// No `mrs` in time, whatever SIP said.
    Unanswered(Silence),
    /// Nothing left this machine.
    NotSent,
}

/// How the silence looked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Silence {
    /// Not even a SIP answer.
    Complete,
    /// SIP said 2xx and the `mrs` never came.
    NoResponse,
    /// The connection was closed first.
    Closed,
}

impl Verdict {
    /// Whether the receiver took responsibility.
    #[must_use]
    pub const fn is_accepted(self) -> bool {
        matches!(self, Verdict::Accepted)
    }

    /// Whether the receiver said anything final.
    #[must_use]
    pub const fn is_answered(self) -> bool {
        matches!(
            self,
            Verdict::Accepted | Verdict::Refused(_) | Verdict::RefusedBySip(_)
        )
    }

    /// A stable name for machines.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Verdict::Accepted => "accepted",
            Verdict::Refused(_) => "refused",
            Verdict::RefusedBySip(_) => "refused-by-sip",
            Verdict::Unanswered(_) => "unanswered",
            Verdict::NotSent => "not-sent",
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Verdict::Accepted => f.write_str("accepted (snu 0)"),
            Verdict::Refused(number) => {
                write!(f, "refused with snu {}", number.number())?;
                match number.name() {
                    Some(name) => write!(f, " ({name})"),
                    None => Ok(()),
                }
            }
            Verdict::RefusedBySip(status) => write!(f, "refused by SIP with {status}"),
            Verdict::Unanswered(Silence::Complete) => {
                f.write_str("unanswered: not even a SIP answer came")
            }
            Verdict::Unanswered(Silence::NoResponse) => {
                f.write_str("unanswered: SIP said yes, but no mrs came")
            }
            Verdict::Unanswered(Silence::Closed) => {
                f.write_str("unanswered: the receiver closed the connection")
            }
            Verdict::NotSent => f.write_str("not sent: the receiver cannot be reached"),
        }
    }
}

/// One alarm and what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Outcome {
    /// The alarm's running number in its unit, from 0.
    pub number: u64,
    /// `cid`.
    pub controller: String,
    /// `ref`.
    pub reference: String,
    /// The verdict.
    pub verdict: Verdict,
    /// The final SIP status of the request, if it came before the verdict.
    pub sip_status: Option<StatusCode>,
    /// The `mrs`, if one came.
    pub response: Option<Response<'static>>,
    /// From the *planned* time of sending to the verdict, so that a stalled receiver or sender
    /// cannot hide behind alarms sent late (coordinated omission).
    pub latency: Duration,
    /// How long after the planned time the alarm left.
    pub lag: Duration,
}

/// Who wrote a SIP message of a conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Direction {
    /// The simulated unit.
    Sent,
    /// The receiver.
    Received,
}

/// One SIP message on the wire.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct WireMessage {
    /// Who wrote it.
    pub direction: Direction,
    /// When, after the conversation began.
    pub after: Duration,
    /// The bytes.
    pub bytes: Bytes,
}

impl WireMessage {
    pub(crate) fn new(direction: Direction, after: Duration, bytes: Bytes) -> Self {
        WireMessage {
            direction,
            after,
            bytes,
        }
    }

    /// The message as text; bytes that are not UTF-8 are read as ISO 8859-1.
    #[must_use]
    pub fn text(&self) -> String {
        match std::str::from_utf8(&self.bytes) {
            Ok(text) => text.to_owned(),
            Err(_) => self.bytes.iter().map(|&byte| char::from(byte)).collect(),
        }
    }
}

impl fmt::Debug for WireMessage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{:?} {} bytes after {:?}",
            self.direction,
            self.bytes.len(),
            self.after
        )
    }
}

/// One alarm from the request to the answer, as shown to people.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Exchange {
    /// When the conversation began.
    pub started: SystemTime,
    /// Every SIP message in order, retransmissions included.
    pub messages: Vec<WireMessage>,
    /// What became of it.
    pub outcome: Outcome,
}

impl Exchange {
    /// The request as sent, if it was.
    #[must_use]
    pub fn sent(&self) -> Option<String> {
        let sent = |message: &&WireMessage| message.direction == Direction::Sent;
        self.messages.iter().find(sent).map(WireMessage::text)
    }

    /// The SIP message that carried the `mrs`, if one came.
    #[must_use]
    pub fn answered(&self) -> Option<String> {
        self.outcome.response.as_ref()?;
        self.messages
            .iter()
            .filter(|message| message.direction == Direction::Received)
            .map(WireMessage::text)
            .find(|text| text.to_ascii_lowercase().contains("<snu>"))
    }
}
