//! A tap that tells what it hears as events.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use espa444::tap::{self, Dialogue, Side};
use espa444::{
    Address, CharacterSet, DecodeError, Decoded, FindingKind, NakPrefix, Profile, Tap, Time,
};
use serde_json::json;

use super::event::{Event, Heard};
use super::findings::of_line;
use crate::decode::espa444::{ErrorShown, Finding, Sender, Warning, dialogue_shown, message_shown};

/// Hears a line, and says what it heard.
///
/// ```
/// use alarm_lab::espa444::{Event, Observer};
/// use espa444::Profile;
///
/// let mut observer = Observer::new(&Profile::FIELD);
/// observer.hear(None, b"\x041\x052\x05\x06\x04");
/// let items: Vec<_> = std::iter::from_fn(|| observer.next())
///     .filter_map(|event| match event {
///         Event::Heard(heard) => Some(heard.item),
///         _ => None,
///     })
///     .collect();
/// assert_eq!(items, ["eot", "poll", "select", "ack", "eot"]);
/// ```
#[derive(Debug)]
pub struct Observer {
    tap: Tap,
    characters: CharacterSet,
    started: Instant,
    events: VecDeque<Event>,
    unanswered: u32,
}

impl Observer {
    /// On a line of this profile.
    #[must_use]
    pub fn new(profile: &Profile) -> Self {
        Observer {
            tap: Tap::new(profile, Time::ZERO),
            characters: profile.characters,
            started: Instant::now(),
            events: VecDeque::new(),
            unanswered: 0,
        }
    }

    /// The same, knowing the address that a station of the line is set to.
    #[must_use]
    pub fn for_station(mut self, address: Address) -> Self {
        self.tap = self.tap.for_station(address);
        self
    }

    /// Bytes of one side, or of both merged.
    pub fn hear(&mut self, sender: Option<Sender>, bytes: &[u8]) {
        self.tick();
        let side = match sender {
            Some(Sender::Receiver) => Side::Other,
            _ => Side::Control,
        };
        let now = self.now();
        let mut rest = bytes;
        while !rest.is_empty() {
            let taken = self.tap.handle_bytes(now, side, rest);
            rest = &rest[taken..];
            self.drain(sender);
        }
    }

    /// Does what is due.
    pub fn tick(&mut self) {
        let now = self.now();
        self.tap.handle_timeout(now);
        self.drain(None);
    }

    /// When [`tick`](Self::tick) is to be called next.
    #[must_use]
    pub fn due(&self) -> Option<Instant> {
        let due = self.tap.poll_timeout()?;
        self.started.checked_add(due.elapsed())
    }

    /// How often something was seen, also where that is not enough for a finding.
    #[must_use]
    pub const fn evidence(&self, kind: FindingKind) -> u32 {
        self.tap.diagnosis().evidence(kind)
    }

    /// The oldest event that was not taken yet.
    #[allow(clippy::should_implement_trait)]
    pub fn next(&mut self) -> Option<Event> {
        self.events.pop_front()
    }

    fn now(&self) -> Time {
        Time::from(self.started.elapsed())
    }

    fn drain(&mut self, sender: Option<Sender>) {
        let after_ms = millis(self.started.elapsed());
        while let Some(heard) = self.tap.poll_event() {
            let mut shown = Heard {
                after_ms,
                sender,
                item: "other",
                address: None,
                prefix: None,
                message: None,
                warnings: None,
                error: None,
                dialogue: None,
            };
            let mut found = None;
            match heard {
                tap::Heard::Finding(finding) => {
                    self.events.push_back(Event::Finding(of_line(finding)));
                    continue;
                }
                tap::Heard::Poll(address) => shown.station("poll", address),
                tap::Heard::Select(address) => shown.station("select", address),
                tap::Heard::PollOrSelect(address) => shown.station("poll-or-select", address),
                tap::Heard::BareEnquiry => shown.item = "enquiry",
                tap::Heard::Acknowledgement => shown.item = "ack",
                tap::Heard::NegativeAcknowledgement(prefix) => shown.nak(prefix),
                tap::Heard::Block(decoded) => shown.block(&decoded, self.characters),
                tap::Heard::RefusedBlock(error) => {
                    shown.item = "refused-block";
                    shown.error = Some(error_shown(&error));
                }
                tap::Heard::Garbage => shown.item = "garbage",
                tap::Heard::EndOfTransmission(dialogue) => {
                    shown.item = "eot";
                    shown.dialogue = dialogue_shown(&dialogue);
                    found = unanswered(&dialogue, &mut self.unanswered);
                }
                _ => {}
            }
            self.events.push_back(Event::Heard(Box::new(shown)));
            self.events.extend(found.map(Event::Finding));
        }
    }
}

/// A select that nothing answered: the first one, and whenever there are twice as many.
fn unanswered(dialogue: &Dialogue, count: &mut u32) -> Option<Finding> {
    if !crate::decode::espa444::is_unanswered(dialogue) {
        return None;
    }
    *count = count.saturating_add(1);
    count.is_power_of_two().then(|| Finding {
        evidence: Some(*count),
        ..crate::decode::espa444::select_unanswered()
    })
}

impl Heard {
    fn station(&mut self, item: &'static str, address: Address) {
        self.item = item;
        self.address = Some(address.to_string());
    }

    fn nak(&mut self, prefix: Option<NakPrefix>) {
        self.item = "nak";
        self.prefix =
            prefix.map(|prefix| json!({ "value": prefix.to_string(), "name": prefix.name() }));
    }

    fn block(&mut self, decoded: &Decoded<'_>, characters: CharacterSet) {
        self.item = "block";
        self.message = Some(message_shown(decoded, characters));
        self.warnings = Some(Warning::of_block(decoded, 0));
    }
}

/// A block that could not be read; the offset counts from its start.
pub(super) fn error_shown(error: &DecodeError) -> ErrorShown {
    ErrorShown {
        code: error.kind.code(),
        detail: error.kind.to_string(),
        layer: "block",
        offset: error.offset,
        answer: error.answer.map(|prefix| prefix.to_string()),
    }
}

pub(super) fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}
