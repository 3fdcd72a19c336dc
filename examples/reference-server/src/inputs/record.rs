//! What every input writes into the journal, whatever protocol it speaks.

use std::borrow::Cow;
use std::time::Duration;

use alarm_codes::{
    Attachment, Class, Condition, Event, EventId as AlarmId, Kind, Phase, Private, Profile,
    Reference as SourceReference, Timestamp as AlarmTime,
};
use bytes::Bytes;

use crate::journal::{
    Answer, BoxFuture, ContentHash, DEFAULT_DUPLICATE_WINDOW, Entry, EventId, JournalError,
    JournalHandle, Lane, Stored, TransportFacts, Verdict,
};
use crate::time::Timestamp;

/// A message has come: its identifier and its time, for the journal and for the event model.
#[derive(Clone, Copy, Debug)]
pub(super) struct Arrival {
    pub(super) id: EventId,
    pub(super) at: Timestamp,
}

impl Arrival {
    pub(super) fn now() -> Self {
        Self {
            id: EventId::new(),
            at: Timestamp::now(),
        }
    }

    pub(super) fn alarm_id(&self) -> AlarmId {
        AlarmId(u128::from_be_bytes(*self.id.as_bytes()))
    }

    pub(super) fn alarm_time(&self) -> AlarmTime {
        AlarmTime::from_micros(self.at.as_micros()).unwrap_or(AlarmTime::UNIX_EPOCH)
    }
}

/// What of an entry the protocol decides.
#[derive(Debug)]
pub(super) struct Message {
    pub(super) protocol: &'static str,
    pub(super) sender: String,
    pub(super) source_ref: Option<String>,
    pub(super) content_hash: ContentHash,
    pub(super) duplicate_window: Duration,
    pub(super) raw: Bytes,
    pub(super) transport: TransportFacts,
    pub(super) answer: Answer,
}

/// The entry of an event that will be accepted once it is stored.
///
/// # Errors
/// When the event cannot be written, which nothing in the model can cause.
pub(super) fn accepted(
    arrival: Arrival,
    event: &mut Event,
    message: Message,
) -> Result<Entry, serde_json::Error> {
    // The journal keeps the bytes beside the event, whole, and gives them out with it.
    event.raw = None;
    let mut entry = data(
        arrival,
        Verdict::Accepted,
        serde_json::to_string(event)?,
        message,
    );
    entry.lane = lane(event);
    entry.kind = Some(Cow::Borrowed(event.kind.name()));
    entry.class = Some(Cow::Borrowed(event.class.name()));
    entry.priority = Some(Cow::Borrowed(event.priority.name()));
    Ok(entry)
}

/// The entry of something that is no event of the model: evidence of what was refused, or data.
/// `json` says what it is.
pub(super) fn data(arrival: Arrival, verdict: Verdict, json: String, message: Message) -> Entry {
    Entry {
        id: arrival.id,
        lane: Lane::Routine,
        protocol: message.protocol,
        verdict,
        sender: message.sender,
        source_ref: message.source_ref,
        content_hash: message.content_hash,
        duplicate_window: message.duplicate_window,
        received_at: arrival.at,
        event: json,
        kind: None,
        class: None,
        priority: None,
        raw: message.raw,
        transport: message.transport,
        answer: message.answer,
    }
}

/// People wait for these; the rest may wait for them.
///
/// Within a lane the order of arrival holds, so whatever speaks of an alarm goes with the alarms:
/// a reset (class control) must not come before or long after what it resets. An alarm may
/// overtake an earlier heartbeat, test or information of its sender, never another alarm or reset.
fn lane(event: &Event) -> Lane {
    match event.class {
        Class::Supervision | Class::Test | Class::Info => Lane::Routine,
        _ => Lane::Care,
    }
}

/// Something that supervision found out, its beginning or its end.
///
/// Everything that tells two of them apart follows from `sender` and `name`: whoever tells it
/// again after a crash tells the same one.
#[derive(Debug)]
pub(super) struct Occurrence<'o> {
    pub(super) protocol: &'static str,
    pub(super) kind: Kind,
    /// Who it is about: the controller of the event.
    pub(super) sender: &'o str,
    /// The part of the controller that it is about.
    pub(super) device: Option<String>,
    pub(super) profile: Option<Profile>,
    /// Its name among those of its sender, the same whenever it is told.
    pub(super) name: String,
    /// The name of the one that it ends.
    pub(super) ends: Option<String>,
    pub(super) lane: Lane,
    pub(super) evidence: serde_json::Value,
}

impl Occurrence<'_> {
    /// A UUID of version 8 (RFC 9562 5.8): the hash of sender and name.
    fn id(&self) -> EventId {
        let name = format!(
            "{} supervision/{}/{}",
            self.protocol, self.sender, self.name
        );
        let hash = ContentHash::of(name.as_bytes());
        EventId::from_bytes(
            uuid::Builder::from_custom_bytes(*hash.as_bytes())
                .into_uuid()
                .into_bytes(),
        )
    }

    pub(super) fn entry(self) -> Result<Entry, serde_json::Error> {
        let arrival = Arrival {
            id: self.id(),
            at: Timestamp::now(),
        };
        let mut event = Event::new(arrival.alarm_id(), self.kind, arrival.alarm_time());
        event.device.controller = Some(self.sender.to_owned());
        event.device.device = self.device;
        event.device.profile = self.profile;
        event.correlation.source_ref = Some(self.name.clone());
        event.correlation.dedup_key = Some(format!("{}/{}", self.sender, self.name));
        if let Some(ended) = self.ends {
            event.phase = Phase::End;
            event.condition = Condition::Cleared;
            event.correlation.clears = Some(SourceReference::SourceRef(ended));
        }
        let evidence = self.evidence.to_string();
        event.attachments = vec![Attachment::Text(Private::new(evidence.clone()))];
        let raw = Bytes::from(evidence);
        let message = Message {
            protocol: self.protocol,
            sender: self.sender.to_owned(),
            source_ref: Some(self.name),
            content_hash: ContentHash::of(&raw),
            duplicate_window: DEFAULT_DUPLICATE_WINDOW,
            raw,
            transport: TransportFacts {
                transport: Cow::Borrowed("supervision"),
                peer: String::new(),
                local: String::new(),
            },
            answer: Answer {
                bytes: Bytes::new(),
                summary: Cow::Borrowed("none, found by supervision"),
            },
        };
        let mut entry = accepted(arrival, &mut event, message)?;
        entry.lane = self.lane;
        Ok(entry)
    }
}

/// How far the telling of an [`Occurrence`] has come.
pub(super) enum Told {
    /// It is in the journal.
    Stored,
    /// It is on its way there.
    Waiting(BoxFuture<'static, Result<Stored, JournalError>>),
    /// It is to be tried again.
    Again,
}

impl Told {
    /// Hands it to the journal, unless it is there: a crash may have come between storing it and
    /// noting that it is stored.
    ///
    /// # Errors
    /// [`JournalError::Closed`]; everything else is to be tried again.
    pub(super) async fn begin(journal: &JournalHandle, entry: Entry) -> Result<Self, JournalError> {
        match journal.alarm(entry.id).await {
            Ok(Some(_)) => Ok(Self::Stored),
            Ok(None) => Ok(Self::Waiting(journal.store(entry))),
            Err(JournalError::Closed) => Err(JournalError::Closed),
            Err(_) => Ok(Self::Again),
        }
    }

    /// Whether it is told; `false` when it is to be tried again.
    ///
    /// # Errors
    /// [`JournalError::Closed`].
    pub(super) async fn end(self) -> Result<bool, JournalError> {
        match self {
            Self::Stored => Ok(true),
            Self::Again => Ok(false),
            Self::Waiting(stored) => match stored.await {
                Ok(_) => Ok(true),
                Err(JournalError::Closed) => Err(JournalError::Closed),
                // It breaks a rule, and will the next time too; the journal has logged it.
                Err(JournalError::Rejected { .. }) => Ok(true),
                Err(_) => Ok(false),
            },
        }
    }
}
