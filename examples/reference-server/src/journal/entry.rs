//! What an input hands in and what it gets back.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use bytes::Bytes;
use serde::{Serialize, Serializer};
use uuid::Uuid;

use crate::time::Timestamp;

/// Identifies an event for ever and everywhere: a UUID, version 7 when made here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EventId([u8; 16]);

impl EventId {
    /// A new identifier that sorts by time (UUID version 7, RFC 9562 5.7).
    #[must_use]
    #[expect(clippy::new_without_default, reason = "each call gives another value")]
    pub fn new() -> Self {
        Self(Uuid::now_v7().into_bytes())
    }

    /// From the 16 bytes of a UUID.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// The 16 bytes of the UUID.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

impl fmt::Display for EventId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Uuid::from_bytes(self.0).as_hyphenated().fmt(f)
    }
}

/// The text is not a UUID.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an event identifier is a UUID such as 01890a5d-ac96-774b-bcce-b302099a8057")]
pub struct ParseEventIdError;

impl FromStr for EventId {
    type Err = ParseEventIdError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Uuid::try_parse(text)
            .map(|id| Self(id.into_bytes()))
            .map_err(|_| ParseEventIdError)
    }
}

impl Serialize for EventId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// The place of an entry in the journal: grows with every stored alarm, is never given twice.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Sequence(i64);

impl Sequence {
    /// Before the first entry: the cursor to start from.
    pub const START: Self = Self(0);

    /// From the number as the journal prints it.
    #[must_use]
    pub const fn new(number: i64) -> Self {
        Self(number)
    }

    /// The number.
    #[must_use]
    pub const fn get(self) -> i64 {
        self.0
    }
}

impl fmt::Display for Sequence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Tells two bodies apart: the first 128 bits of their BLAKE3 hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ContentHash([u8; 16]);

impl ContentHash {
    /// Hashes what must be equal for a repeat to count as one: the body, without the transport's
    /// headers, which change with every retransmission.
    #[must_use]
    pub fn of(body: &[u8]) -> Self {
        let mut half = [0; 16];
        half.copy_from_slice(&blake3::hash(body).as_bytes()[..16]);
        Self(half)
    }

    /// From 16 stored bytes.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// The 16 bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

/// Which queue an entry waits in. Entries of [`Lane::Care`] are committed first: of one sender,
/// an alarm can overtake a heartbeat that came before it, and only across the lanes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Lane {
    /// Alarms that somebody waits for.
    Care,
    /// Heartbeats, status reports and refused input.
    Routine,
}

/// What the input decided to answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// The sender is told that its alarm was taken.
    Accepted,
    /// The sender is told that it was not. The evidence is kept all the same.
    Refused,
}

impl Verdict {
    /// The word kept in the journal: `accepted` or `refused`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Refused => "refused",
        }
    }
}

/// How the message arrived. Addresses are text, so that a serial port has a place too.
#[derive(Clone, PartialEq, Eq)]
pub struct TransportFacts {
    /// The transport: `udp`, `tcp`, `tls`, `serial`.
    pub transport: Cow<'static, str>,
    /// The far end, for instance `127.0.0.1:5062`.
    pub peer: String,
    /// The near end, for instance `127.0.0.1:5060` or the name of a serial port.
    pub local: String,
}

impl fmt::Debug for TransportFacts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A home's address points at a person.
        f.debug_struct("TransportFacts")
            .field("transport", &self.transport)
            .field("local", &self.local)
            .finish_non_exhaustive()
    }
}

/// The answer that will be given once the entry is stored.
#[derive(Clone, PartialEq, Eq)]
pub struct Answer {
    /// The answer as the protocol carries it; given again, unchanged, to a repeat.
    pub bytes: Bytes,
    /// One short line for people, without personal data: `snu 0`.
    pub summary: Cow<'static, str>,
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answer")
            .field("bytes", &self.bytes.len())
            .field("summary", &self.summary)
            .finish()
    }
}

/// One message, as an input hands it to the journal.
///
/// `Debug` leaves out who sent it and what it says.
#[derive(Clone)]
pub struct Entry {
    /// The event's identifier; must be new.
    pub id: EventId,
    /// Which queue it waits in.
    pub lane: Lane,
    /// The protocol's short name: `scaip`.
    pub protocol: &'static str,
    /// Whether the sender will be told yes or no.
    pub verdict: Verdict,
    /// Who sent it, in the protocol's own terms; repeats are looked for per sender.
    pub sender: String,
    /// The sender's own reference. Without one, no repeat can be recognised.
    pub source_ref: Option<String>,
    /// Hash of the body.
    pub content_hash: ContentHash,
    /// How long after the first arrival an equal message counts as its repeat, counted from the
    /// first one; zero turns the search off. See [`super::DEFAULT_DUPLICATE_WINDOW`].
    pub duplicate_window: Duration,
    /// When the message was complete.
    pub received_at: Timestamp,
    /// The decoded event as one JSON value; opaque to the journal.
    pub event: String,
    /// The event's kind, when it has one.
    pub kind: Option<Cow<'static, str>>,
    /// The event's class, when it has one.
    pub class: Option<Cow<'static, str>>,
    /// The event's priority, when it has one.
    pub priority: Option<Cow<'static, str>>,
    /// The message as it came in.
    pub raw: Bytes,
    /// How it came in.
    pub transport: TransportFacts,
    /// What will be answered.
    pub answer: Answer,
}

impl Entry {
    /// Bytes of memory that the variable parts hold while the entry waits.
    pub(super) fn weight(&self) -> usize {
        size_of::<Self>()
            + self.raw.len()
            + self.event.len()
            + self.answer.bytes.len()
            + self.sender.len()
            + self.source_ref.as_ref().map_or(0, String::len)
    }
}

impl fmt::Debug for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Entry")
            .field("id", &self.id)
            .field("lane", &self.lane)
            .field("protocol", &self.protocol)
            .field("verdict", &self.verdict)
            .field("received_at", &self.received_at)
            .field("kind", &self.kind)
            .field("raw_bytes", &self.raw.len())
            .field("answer", &self.answer)
            .finish_non_exhaustive()
    }
}

/// The entry, or the one that it repeats, is on stable storage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    /// Where it is: for a repeat, the place of the first arrival.
    pub sequence: Sequence,
    /// The identifier it is kept under: for a repeat, that of the first arrival.
    pub id: EventId,
    /// New, or seen before.
    pub outcome: StoredOutcome,
}

/// Whether a stored entry was new.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum StoredOutcome {
    /// Not seen before.
    New,
    /// Same protocol, sender, reference, content and verdict within the window. Nothing new was
    /// raised; the repeat was counted. Give the stored answer again. Of a sender that uses one
    /// reference for everything, the latest 64 messages are compared.
    Duplicate {
        /// The first arrival.
        of: Sequence,
        /// The answer that was stored with it.
        answer: Bytes,
        /// How often it has been repeated by now, this time included.
        repeats: u64,
    },
    /// The sender used the reference of an earlier accepted message for other content within the
    /// window. Stored as a new event and flagged: losing an alarm is worse than raising one twice.
    ReusedReference {
        /// The latest earlier message with this reference.
        earlier: Sequence,
    },
}

/// What became of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AnswerDelivery {
    /// When that was known.
    pub at: Timestamp,
    /// Whether the sender confirmed the answer.
    pub delivered: bool,
    /// One short line, without personal data: `200`, `no answer within 32 s`.
    pub detail: Cow<'static, str>,
}

/// Something found out about an alarm after it was stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// When that was.
    pub at: Timestamp,
    /// One short line, without personal data: `no call within 60 s`.
    pub text: Cow<'static, str>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_sort_by_the_time_they_were_made() {
        let ids: Vec<EventId> = (0..100).map(|_| EventId::new()).collect();
        assert!(ids.is_sorted());
    }

    #[test]
    fn an_identifier_survives_printing_and_parsing() {
        let id = EventId::new();
        assert_eq!(id.to_string().parse(), Ok(id));
        assert_eq!("not-a-uuid".parse::<EventId>(), Err(ParseEventIdError));
    }

    #[test]
    fn debug_tells_neither_sender_nor_content() {
        let entry = Entry {
            id: EventId::new(),
            lane: Lane::Care,
            protocol: "scaip",
            verdict: Verdict::Accepted,
            sender: "SENDER-40211870".into(),
            source_ref: Some("REFERENCE".into()),
            content_hash: ContentHash::of(b"SECRET"),
            duplicate_window: Duration::ZERO,
            received_at: Timestamp::now(),
            event: "{\"SECRET\":1}".into(),
            kind: None,
            class: None,
            priority: None,
            raw: Bytes::from_static(b"SECRET"),
            transport: TransportFacts {
                transport: "udp".into(),
                peer: "192.0.2.7:5060".into(),
                local: "127.0.0.1:5060".into(),
            },
            answer: Answer {
                bytes: Bytes::from_static(b"SECRET"),
                summary: "snu 0".into(),
            },
        };
        let text = format!("{entry:?} {:?}", entry.transport);
        for private in ["SENDER", "REFERENCE", "SECRET", "192.0.2.7"] {
            assert!(!text.contains(private), "{private} in {text}");
        }
    }
}
