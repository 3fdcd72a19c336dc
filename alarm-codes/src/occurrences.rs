//! Which messages belong to which occurrence (taxonomy reference section 3, rules 5 and 6, and section 6).

use alloc::collections::{BTreeMap, VecDeque};
use alloc::string::String;
use alloc::vec::Vec;

use crate::class::Route;
use crate::event::{Event, EventId, Reference};
use crate::kind::Kind;
use crate::lifecycle::{Condition, Handling, IllegalTransition};
use crate::mapping::Phase;
use crate::priority::Priority;
use crate::time::Timestamp;

mod occurrence;
mod outcome;

pub use occurrence::Occurrence;
use occurrence::Source;
pub use outcome::{Limits, Outcome, TrackError};

/// What makes two messages the same message.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Fingerprint {
    controller: String,
    key: String,
    // Stricter than the reference: a unit that counts its references anew after a restart must not
    // have its next alarm taken for a repeat of something else.
    device: Option<String>,
    kind: Kind,
    phase: Phase,
}

/// An end that came before what it ends, kept for a reference that may still arrive.
#[derive(Clone, Debug)]
struct EarlyEnd {
    id: EventId,
    source_ref: String,
    /// True when the end named what it ends; false when the reference is its own.
    named: bool,
    source: Source,
    kinds: Vec<Kind>,
    received: Timestamp,
}

/// The active list: which occurrences are open, and which of them a message is about.
///
/// * Every start is a new occurrence, also when it looks like the last one: a second press counts.
/// * Only the sender's own reference, from the same controller and within a window, makes a duplicate.
/// * An end clears what it names by reference, otherwise the one open occurrence with the same
///   controller, device and kind. When several fit, or a `cancel` does not say what it withdraws, none
///   is touched and the answer says so. An end that is older by the device's clock than the start cannot be its end.
/// * An occurrence leaves the list when it is closed, never because its condition cleared.
///
/// Memory is bounded by [`Limits`]. Time comes with the events; there is no clock inside. Events of
/// class supervision, test, service or info with priority info are not tracked.
///
/// ```
/// use alarm_codes::{Condition, Event, EventId, Kind, Limits, Outcome, Phase, Timestamp, Tracker};
///
/// let message = |id, phase| {
///     let mut event = Event::new(EventId(id), Kind::BatteryLow, Timestamp::UNIX_EPOCH);
///     event.phase = phase;
///     event.device.controller = Some("40211870".into());
///     event
/// };
/// let mut tracker = Tracker::new(Limits::default());
/// assert_eq!(tracker.handle(&message(1, Phase::Start)), Outcome::Started);
/// let ended = tracker.handle(&message(2, Phase::End));
/// assert_eq!(ended, Outcome::Ended { cleared: vec![EventId(1)], ambiguous: vec![] });
/// assert_eq!(tracker.len(), 1); // cleared, but not closed
/// assert!(tracker.close(EventId(1)).is_ok());
/// ```
#[derive(Clone, Debug)]
pub struct Tracker {
    limits: Limits,
    open: BTreeMap<EventId, Occurrence>,
    by_device: BTreeMap<(String, Option<String>), Vec<EventId>>,
    by_ref: BTreeMap<(String, String), Vec<EventId>>,
    seen: BTreeMap<Fingerprint, (EventId, Timestamp)>,
    seen_order: VecDeque<(Timestamp, Fingerprint)>,
    early_ends: VecDeque<EarlyEnd>,
}

impl Tracker {
    /// An empty list.
    #[must_use]
    pub const fn new(limits: Limits) -> Self {
        Self {
            limits,
            open: BTreeMap::new(),
            by_device: BTreeMap::new(),
            by_ref: BTreeMap::new(),
            seen: BTreeMap::new(),
            seen_order: VecDeque::new(),
            early_ends: VecDeque::new(),
        }
    }

    /// The open occurrences in the order of their ids.
    pub fn open(&self) -> impl Iterator<Item = &Occurrence> {
        self.open.values()
    }

    /// Number of open occurrences.
    #[must_use]
    pub fn len(&self) -> usize {
        self.open.len()
    }

    /// True when nothing is open.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.open.is_empty()
    }

    /// An open occurrence.
    #[must_use]
    pub fn get(&self, id: EventId) -> Option<&Occurrence> {
        self.open.get(&id)
    }

    /// Takes a message and says what it is.
    pub fn handle(&mut self, event: &Event) -> Outcome {
        self.forget(event.times.received.at);
        if self.open.contains_key(&event.event_id) {
            return Outcome::Duplicate { of: event.event_id };
        }
        let fingerprint = fingerprint(event);
        if let Some((first, at)) = fingerprint.as_ref().and_then(|f| self.seen.get(f)).copied() {
            let apart = event.times.received.at.as_micros().abs_diff(at.as_micros());
            if apart <= self.limits.window_micros {
                if let Some(occurrence) = self.open.get_mut(&first) {
                    occurrence.repeats = occurrence.repeats.saturating_add(1);
                }
                return Outcome::Duplicate { of: first };
            }
        }
        let outcome = match (is_tracked(event), phase(event)) {
            (false, _) => Outcome::NotTracked,
            (true, Phase::Start) => self.start(event),
            (true, Phase::Update) => self.update(event),
            (true, Phase::End) => self.end(event),
        };
        // What was refused will be sent again and must not count as a repeat then. Heartbeats must not
        // push the memory of alarms out.
        let taken = !matches!(outcome, Outcome::Full | Outcome::NotTracked);
        if let (Some(fingerprint), true) = (fingerprint, taken) {
            self.remember(fingerprint, event);
        }
        outcome
    }

    /// Clears the condition of an occurrence by decision of a person or a rule.
    ///
    /// # Errors
    ///
    /// [`TrackError::NotOpen`], or [`TrackError::Condition`] when it was cleared before.
    pub fn clear(&mut self, id: EventId) -> Result<(), TrackError> {
        let occurrence = self.open.get_mut(&id).ok_or(TrackError::NotOpen)?;
        let next = occurrence.condition.advance(Condition::Cleared);
        occurrence.condition = next.map_err(TrackError::Condition)?;
        Ok(())
    }

    /// Takes a step of the handling track other than closing.
    ///
    /// # Errors
    ///
    /// [`TrackError::NotOpen`], or [`TrackError::Handling`] when the step is not legal. Closing is not
    /// legal here, because it takes the occurrence off the list: use [`Tracker::close`].
    pub fn advance(&mut self, id: EventId, to: Handling) -> Result<(), TrackError> {
        let occurrence = self.open.get_mut(&id).ok_or(TrackError::NotOpen)?;
        if to == Handling::Closed {
            let from = occurrence.handling;
            return Err(TrackError::Handling(IllegalTransition { from, to }));
        }
        let next = occurrence.handling.advance(to);
        occurrence.handling = next.map_err(TrackError::Handling)?;
        Ok(())
    }

    /// Closes an occurrence and takes it off the list. The only way off the list.
    ///
    /// # Errors
    ///
    /// [`TrackError::NotOpen`] when no open occurrence has the id.
    pub fn close(&mut self, id: EventId) -> Result<Occurrence, TrackError> {
        let mut occurrence = self.open.remove(&id).ok_or(TrackError::NotOpen)?;
        if let Some(key) = occurrence.source.device_key() {
            drop_id(&mut self.by_device, &key, id);
        }
        if let Some(key) = occurrence.ref_key() {
            drop_id(&mut self.by_ref, &key, id);
        }
        // Every open state may close, see `Handling::may_become`.
        occurrence.handling = Handling::Closed;
        Ok(occurrence)
    }

    /// Puts a closed occurrence back on the list, as reopened.
    ///
    /// # Errors
    ///
    /// [`TrackError::Full`], [`TrackError::InUse`], or [`TrackError::Handling`] when it was not closed.
    pub fn reopen(&mut self, mut occurrence: Occurrence) -> Result<(), TrackError> {
        let next = occurrence.handling.advance(Handling::Reopened);
        occurrence.handling = next.map_err(TrackError::Handling)?;
        self.insert(occurrence)
    }

    /// Puts a stored event back on the list as it stands, for example after a restart. Events that are
    /// closed or never tracked are passed over.
    ///
    /// # Errors
    ///
    /// [`TrackError::Full`] or [`TrackError::InUse`].
    pub fn restore(&mut self, event: &Event) -> Result<(), TrackError> {
        if !event.is_open() || !is_tracked(event) || phase(event) == Phase::End {
            return Ok(());
        }
        self.insert(Occurrence::new(event))?;
        if let Some(fingerprint) = fingerprint(event) {
            self.remember(fingerprint, event);
        }
        Ok(())
    }

    fn insert(&mut self, occurrence: Occurrence) -> Result<(), TrackError> {
        let id = occurrence.id;
        if self.open.contains_key(&id) {
            return Err(TrackError::InUse);
        }
        if self.open.len() >= self.limits.occurrences {
            return Err(TrackError::Full);
        }
        if let Some(key) = occurrence.source.device_key() {
            self.by_device.entry(key).or_default().push(id);
        }
        if let Some(key) = occurrence.ref_key() {
            self.by_ref.entry(key).or_default().push(id);
        }
        self.open.insert(id, occurrence);
        Ok(())
    }

    fn start(&mut self, event: &Event) -> Outcome {
        let mut occurrence = Occurrence::new(event);
        let early = self.early_ends.iter().position(|end| {
            occurrence.source_ref.as_deref() == Some(end.source_ref.as_str())
                && end.source.may_be(&occurrence.source)
                && (end.kinds.is_empty() || end.kinds.contains(&occurrence.kind))
                // A sender may use one reference for all its messages. Then only its clock can say
                // that this start is the older one.
                && if end.named {
                    !end.source.device_clock_before(&occurrence.source)
                } else {
                    occurrence.source.device_clock_before(&end.source)
                }
        });
        let by = early.map(|index| self.early_ends[index].id);
        if by.is_some() {
            occurrence.condition = Condition::Cleared;
        }
        if self.insert(occurrence).is_err() {
            return Outcome::Full;
        }
        if let Some(index) = early {
            self.early_ends.remove(index);
        }
        match by {
            Some(by) => Outcome::StartedCleared { by },
            None => Outcome::Started,
        }
    }

    fn update(&mut self, event: &Event) -> Outcome {
        let source = Source::new(event);
        let mut candidates = match &event.correlation.updates {
            Some(reference) => self.by_reference(reference, &source),
            None => {
                let own = |o: &Occurrence| o.kind == event.kind && o.may_belong_to(&source);
                let named = self.by_own_ref(event, &source, own);
                if named.is_empty() {
                    self.by_device(&source, own)
                } else {
                    named
                }
            }
        };
        match (candidates.pop(), candidates.is_empty()) {
            (None, _) => Outcome::Unmatched,
            (Some(id), true) => {
                if let Some(occurrence) = self.open.get_mut(&id) {
                    occurrence.updates = occurrence.updates.saturating_add(1);
                }
                Outcome::Updated { occurrence: id }
            }
            (Some(id), false) => {
                candidates.push(id);
                Outcome::Ambiguous { candidates }
            }
        }
    }

    fn end(&mut self, event: &Event) -> Outcome {
        let source = Source::new(event);
        let kinds = ended_kinds(event);
        let names = |o: &Occurrence| kinds.is_empty() || kinds.contains(&o.kind);
        // Groups of occurrences of which one each may be cleared.
        let mut undecided = Vec::new();
        let groups = if let Some(reference) = &event.correlation.clears {
            Vec::from([self.by_reference(reference, &source)])
        } else {
            let named = self.by_own_ref(event, &source, |o| names(o) && o.may_belong_to(&source));
            if !named.is_empty() {
                Vec::from([named])
            } else if kinds.is_empty() {
                // Neither a reference nor a kind: whatever is open there, this is no match.
                undecided = self.by_device(&source, |o| o.may_belong_to(&source));
                Vec::new()
            } else {
                let of =
                    |kind| self.by_device(&source, |o| o.kind == kind && o.may_belong_to(&source));
                kinds.iter().map(|kind| of(*kind)).collect()
            }
        };
        let (mut cleared, mut ambiguous) = (Vec::new(), undecided);
        for group in groups {
            match group[..] {
                [] => {}
                [id] => {
                    if let Some(occurrence) = self.open.get_mut(&id) {
                        occurrence.condition = Condition::Cleared;
                        cleared.push(id);
                    }
                }
                _ => ambiguous.extend(group),
            }
        }
        match (cleared.is_empty(), ambiguous.is_empty()) {
            (false, _) => Outcome::Ended { cleared, ambiguous },
            (true, false) => Outcome::Ambiguous {
                candidates: ambiguous,
            },
            (true, true) => {
                self.keep_early_end(event, source, kinds);
                Outcome::Unmatched
            }
        }
    }

    fn keep_early_end(&mut self, event: &Event, source: Source, kinds: Vec<Kind>) {
        let (source_ref, named) = match &event.correlation.clears {
            Some(Reference::SourceRef(source_ref)) => (Some(source_ref), true),
            Some(Reference::Event(_)) => (None, true),
            None => (event.correlation.source_ref.as_ref(), false),
        };
        if let (Some(source_ref), Some(_)) = (source_ref, &source.controller) {
            if self.early_ends.len() >= self.limits.remembered {
                self.early_ends.pop_front();
            }
            if self.limits.remembered > 0 {
                self.early_ends.push_back(EarlyEnd {
                    id: event.event_id,
                    source_ref: source_ref.clone(),
                    named,
                    source,
                    kinds,
                    received: event.times.received.at,
                });
            }
        }
    }

    /// Active occurrences that a message names. A name that fits nothing is not replaced by a guess.
    fn by_reference(&self, reference: &Reference, source: &Source) -> Vec<EventId> {
        match reference {
            Reference::Event(id) => {
                let known = self
                    .open
                    .get(id)
                    .filter(|o| o.condition == Condition::Active);
                known.map(|o| o.id).into_iter().collect()
            }
            Reference::SourceRef(name) => {
                let Some(controller) = &source.controller else {
                    return Vec::new();
                };
                let key = (controller.clone(), name.clone());
                self.active(self.by_ref.get(&key), |o| !source.is_before(&o.source))
            }
        }
    }

    /// Active occurrences that began with the same reference as the message carries itself.
    fn by_own_ref(
        &self,
        event: &Event,
        source: &Source,
        fits: impl Fn(&Occurrence) -> bool,
    ) -> Vec<EventId> {
        match (&source.controller, &event.correlation.source_ref) {
            (Some(controller), Some(own)) => {
                self.active(self.by_ref.get(&(controller.clone(), own.clone())), fits)
            }
            _ => Vec::new(),
        }
    }

    fn by_device(&self, source: &Source, fits: impl Fn(&Occurrence) -> bool) -> Vec<EventId> {
        match source.device_key() {
            Some(key) => self.active(self.by_device.get(&key), fits),
            None => Vec::new(),
        }
    }

    fn active(
        &self,
        ids: Option<&Vec<EventId>>,
        fits: impl Fn(&Occurrence) -> bool,
    ) -> Vec<EventId> {
        let open = ids.into_iter().flatten().filter_map(|id| self.open.get(id));
        open.filter(|o| o.condition == Condition::Active && fits(o))
            .map(|o| o.id)
            .collect()
    }

    fn remember(&mut self, fingerprint: Fingerprint, event: &Event) {
        if self.limits.remembered == 0 {
            return;
        }
        while self.seen_order.len() >= self.limits.remembered {
            self.forget_oldest();
        }
        let at = event.times.received.at;
        self.seen.insert(fingerprint.clone(), (event.event_id, at));
        self.seen_order.push_back((at, fingerprint));
    }

    fn forget_oldest(&mut self) {
        if let Some((at, fingerprint)) = self.seen_order.pop_front() {
            // A later message may have taken the place of this one.
            if self
                .seen
                .get(&fingerprint)
                .is_some_and(|(_, newest)| *newest == at)
            {
                self.seen.remove(&fingerprint);
            }
        }
    }

    fn forget(&mut self, now: Timestamp) {
        let window = self.limits.window_micros;
        let expired = |at: Timestamp| at < now && now.as_micros().abs_diff(at.as_micros()) > window;
        while self.seen_order.front().is_some_and(|(at, _)| expired(*at)) {
            self.forget_oldest();
        }
        while self
            .early_ends
            .front()
            .is_some_and(|end| expired(end.received))
        {
            self.early_ends.pop_front();
        }
    }
}

fn drop_id<K: Ord>(index: &mut BTreeMap<K, Vec<EventId>>, key: &K, id: EventId) {
    if let Some(ids) = index.get_mut(key) {
        ids.retain(|other| *other != id);
        if ids.is_empty() {
            index.remove(key);
        }
    }
}

/// A cancel ends something, whatever its phase field says.
fn phase(event: &Event) -> Phase {
    if event.kind == Kind::Cancel {
        Phase::End
    } else {
        event.phase
    }
}

fn is_tracked(event: &Event) -> bool {
    match event.class.route() {
        Route::ResponseCentre | Route::TechnicalDesk => true,
        Route::WithItsEvent => event.kind == Kind::Cancel,
        Route::SupervisionClock | Route::Log => event.priority > Priority::Info,
    }
}

/// The kinds that an end is about; empty for a cancel that does not say, and for an unknown code: two
/// unknown codes need not be the same thing.
fn ended_kinds(event: &Event) -> Vec<Kind> {
    let mut kinds = event.correlation.clears_kinds.clone();
    if !matches!(event.kind, Kind::Cancel | Kind::Unmapped) && !kinds.contains(&event.kind) {
        kinds.push(event.kind);
    }
    kinds.sort_unstable();
    kinds.dedup();
    kinds
}

/// `None` when the sender gave nothing to tell its messages apart.
fn fingerprint(event: &Event) -> Option<Fingerprint> {
    let phase = phase(event);
    // Updates under one reference are steps, not repeats; only an explicit key says otherwise.
    let own = event
        .correlation
        .source_ref
        .as_ref()
        .filter(|_| phase != Phase::Update);
    let key = event.correlation.dedup_key.as_ref().or(own)?;
    Some(Fingerprint {
        controller: event.device.controller.clone()?,
        key: key.clone(),
        device: event.device.device.clone(),
        kind: event.kind,
        phase,
    })
}
