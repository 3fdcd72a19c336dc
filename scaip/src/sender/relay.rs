//! Passing on what somebody else has written.

use std::time::{Duration, Instant};

use bytes::Bytes;

use super::alarm::Alarm;
use super::{AlarmId, Event, FailureReason, ReceiverId, Refusal, Sender, SubmitError};
use crate::decode::Decoded;
use crate::message::{Request, Response};

/// The longest a relayed message may be tried: sums of times stay far from their end.
const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);

/// A message of another party that is passed on with its bytes unchanged, for a limited time; see
/// [`Sender::relay`].
///
/// ```
/// use std::time::Duration;
/// use scaip::sender::Relayed;
/// use scaip::{DecodeOptions, decode_request};
///
/// let body = b"<mrq> <ref>a1</ref><new>x</new><cid>40211870</cid><dty>3</dty></mrq>";
/// let decoded = decode_request(body, &DecodeOptions::lenient())?;
/// let relayed = Relayed::new(&decoded, Duration::from_secs(15));
/// assert_eq!(relayed.body(), body);
/// # Ok::<(), scaip::DecodeError>(())
/// ```
#[derive(Clone)]
pub struct Relayed {
    pub(super) body: Bytes,
    pub(super) request: Request<'static>,
    pub(super) only: Option<ReceiverId>,
    pub(super) time: Duration,
}

impl Relayed {
    /// Passes on what was read, for at most `time` (24 h if it is longer): the sender of the
    /// message waits for the answer, 20 s in most products (SCAIP reference 10).
    #[must_use]
    pub fn new(decoded: &Decoded<'_, Request<'_>>, time: Duration) -> Self {
        Relayed {
            body: Bytes::copy_from_slice(decoded.raw()),
            request: decoded.message().clone().into_owned(),
            only: None,
            time: time.min(LONGEST),
        }
    }

    /// The same to one receiver alone: resets and information belong to the one that accepted the
    /// alarm (SCAIP reference 10).
    #[must_use]
    pub fn only_to(mut self, receiver: ReceiverId) -> Self {
        self.only = Some(receiver);
        self
    }

    /// The bytes that leave.
    #[must_use]
    pub fn body(&self) -> &[u8] {
        &self.body
    }

    /// The message as it was read.
    #[must_use]
    pub fn request(&self) -> &Request<'static> {
        &self.request
    }
}

impl std::fmt::Debug for Relayed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Relayed")
            .field("body", &format_args!("<{} bytes>", self.body.len()))
            .field("reference", &self.request.reference)
            .field("only", &self.only)
            .field("time", &self.time)
            .finish()
    }
}

impl Sender {
    /// Passes a message of another party on, byte for byte: with its own `ref`, never shortened,
    /// never repaired. It goes once through the receivers; each gets an equal share of the time
    /// that is left. Then it ends, as [`Event::Accepted`] or as [`Event::GivenUp`] with the last
    /// refusal: `snu` 1, 4 and 6 are for the party that wrote it to act on.
    ///
    /// Messages of several units may carry the same `ref` at the same time. A response in a
    /// MESSAGE of its own is told apart by the `cid` it is addressed to (SCAIP reference 5.2). One
    /// that is addressed to nobody in particular counts only if no other message with this `ref`
    /// is open or remembered. It has to come from the host of a receiver that was asked or over our
    /// connection to it, over no weaker a transport than the request: units count their `ref`s up,
    /// so anybody could guess the next one. A message that was relayed before may be relayed again with the same
    /// `ref`: the receiver knows it as a duplicate.
    ///
    /// # Errors
    ///
    /// [`SubmitError`]; nothing was taken. [`SubmitError::ReferenceInUse`] while one with this
    /// `cid` and `ref` is open.
    pub fn relay(&mut self, now: Instant, relayed: Relayed) -> Result<AlarmId, SubmitError> {
        let request = &relayed.request;
        let same = |id: &AlarmId| {
            self.alarms
                .get(id)
                .is_some_and(|alarm| alarm.request.controller_id == request.controller_id)
        };
        let open = self.by_reference.get(&request.reference);
        if open.is_some_and(|open| open.iter().any(same)) {
            return Err(SubmitError::ReferenceInUse);
        }
        self.has_room()?;
        if relayed.only.is_some_and(|only| self.link(only).is_none()) {
            return Err(SubmitError::UnknownReceiver);
        }
        Ok(self.begin(now, Alarm::relayed(now, relayed)))
    }

    /// The bytes of an open relayed message; `None` for any other alarm.
    #[must_use]
    pub fn relayed_body(&self, id: AlarmId) -> Option<Bytes> {
        let alarm = self.alarms.get(&id)?;
        alarm.relaying.as_ref().map(|_| alarm.full.clone())
    }

    /// Gives every receiver that is left an equal share of the time that is left.
    pub(super) fn share_time(alarm: &mut Alarm, now: Instant, left: usize) {
        if let Some(relaying) = &mut alarm.relaying {
            let time = relaying.until.saturating_duration_since(now);
            let left = u32::try_from(left.max(1)).unwrap_or(u32::MAX);
            relaying.attempt_until = now + time / left;
        }
    }

    /// Keeps the last word of a receiver for whoever waits for it.
    pub(super) fn keep_refusal(
        alarm: &mut Alarm,
        receiver: usize,
        response: Decoded<'static, Response<'static>>,
    ) {
        if let Some(relaying) = &mut alarm.relaying {
            relaying.last_refusal = Some(Refusal {
                receiver: ReceiverId(receiver),
                response: Box::new(response),
            });
        }
    }

    /// Ends a relayed message that nobody took. `false` if it is none.
    pub(super) fn give_relayed_up(&mut self, now: Instant, id: AlarmId) -> bool {
        let relayed = |alarm: &Alarm| alarm.relaying.is_some();
        if !self.alarms.get(&id).is_some_and(relayed) {
            return false;
        }
        let relaying = self.finish(id, None).and_then(|alarm| alarm.relaying);
        if let Some(relaying) = relaying {
            self.events.push_back(Event::GivenUp {
                alarm: id,
                reason: relaying.last_failure,
                response: relaying.last_refusal,
            });
        }
        self.release(now, id, None);
        true
    }

    /// Notes why the last attempt failed.
    pub(super) fn keep_failure(&mut self, id: AlarmId, reason: FailureReason) {
        let alarm = self.alarms.get_mut(&id);
        if let Some(relaying) = alarm.and_then(|alarm| alarm.relaying.as_mut()) {
            relaying.last_failure = reason;
        }
    }
}
