//! Which event a webhook means, beside a list that is walked (Partner API reference 6.4).

use std::time::Duration;

use arbitrary::{Arbitrary, Unstructured};
use sensio_partner::webhook::{
    Action, Correlator, CorrelatorConfig, EventKey, EventStateChanged, NothingToDo,
    RequestDeactivateEvent, Webhook,
};
use sensio_partner::{DeviceIdentifier, EventType, ExternalEventId, Time};

const OPERATIONS: usize = 300;

#[derive(Debug, Arbitrary)]
struct Input {
    events: u8,
    /// Seconds.
    echo: u8,
    operations: Vec<Operation>,
}

#[derive(Debug, Clone, Copy, Arbitrary)]
enum Operation {
    Raised {
        place: u8,
        id: u8,
    },
    Closed {
        place: u8,
    },
    Command {
        place: u8,
        id: u8,
    },
    Changed {
        place: u8,
        id: u8,
        active: bool,
    },
    /// One of the events that are being closed is closed, or cannot be.
    Deactivated(u8),
    Failed(u8),
    Wait {
        seconds: u8,
    },
}

/// The last two are one event, renamed in 6.13.4.
const CODES: [u32; 3] = [906, 917, 923];

fn device(place: u8) -> DeviceIdentifier {
    DeviceIdentifier::new(["SN-004711", "SN-004712"][usize::from(place / 3 % 2)]).expect("valid")
}

fn code(place: u8) -> EventType {
    EventType(CODES[usize::from(place % 3)])
}

/// Device and event of a place, the two numbers as one.
fn pair(place: u8) -> (u8, u8) {
    (place / 3 % 2, (place % 3).min(1))
}

fn id(number: u8) -> Option<ExternalEventId> {
    // None at all for half of the numbers.
    let number = number % 8;
    (number < 4).then(|| ExternalEventId::new(&format!("id-{number}")).expect("not empty"))
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum State {
    Open,
    Closing { delete: bool },
    Closed,
    Superseded,
}

struct Known {
    key: EventKey,
    place: u8,
    id: Option<ExternalEventId>,
    state: State,
    echo_until: Option<Time>,
}

impl Known {
    fn is_finished(&self) -> bool {
        matches!(self.state, State::Closed | State::Superseded)
    }
}

struct Walk {
    now: Time,
    correlator: Correlator,
    limit: usize,
    echo: Duration,
    /// In the order they were raised.
    known: Vec<Known>,
    /// Who had each id last, known or forgotten.
    ids: Vec<(ExternalEventId, EventKey)>,
    deletes: Vec<EventKey>,
    last: Option<EventKey>,
}

/// Runs the operations.
pub fn sensio_correlator(data: &[u8]) {
    let Ok(input) = Input::arbitrary(&mut Unstructured::new(data)) else {
        return;
    };
    let mut config = CorrelatorConfig::default();
    config.events = usize::from(input.events % 12) + 1;
    config.echo_window = Duration::from_secs(input.echo.into());
    let mut walk = Walk {
        now: Time::ZERO,
        correlator: Correlator::new(config),
        limit: config.events,
        echo: config.echo_window,
        known: Vec::new(),
        ids: Vec::new(),
        deletes: Vec::new(),
        last: None,
    };
    for operation in input.operations.iter().take(OPERATIONS) {
        walk.run(*operation);
        let open = walk
            .known
            .iter()
            .filter(|known| !known.is_finished())
            .count();
        assert_eq!(walk.correlator.open(), open);
        assert!(walk.known.len() <= walk.limit);
    }
}

impl Walk {
    fn run(&mut self, operation: Operation) {
        match operation {
            Operation::Raised { place, id: number } => self.raised(place, id(number)),
            Operation::Closed { place } => {
                self.correlator
                    .closed(self.now, &device(place), code(place));
                if let Some(at) = self.newest(place) {
                    self.close(at, true);
                }
            }
            Operation::Command { place, id: number } => {
                let mut request = RequestDeactivateEvent::new(device(place), code(place));
                request.external_event_id = id(number);
                self.webhook(place, &request.into());
            }
            Operation::Changed {
                place,
                id: number,
                active,
            } => {
                let mut changed = EventStateChanged::inactive(device(place), code(place));
                changed.external_event_id = id(number);
                changed.is_active = active;
                self.webhook(place, &changed.into());
            }
            Operation::Deactivated(which) => self.deactivated(which),
            Operation::Failed(which) => {
                let Some(at) = self.pick(which) else { return };
                self.correlator.deactivation_failed(self.known[at].key);
                if matches!(self.known[at].state, State::Closing { .. }) {
                    self.known[at].state = State::Open;
                }
            }
            Operation::Wait { seconds } => {
                self.now = self.now + Duration::from_secs(seconds.into());
            }
        }
    }

    fn newest(&self, place: u8) -> Option<usize> {
        self.known
            .iter()
            .rposition(|known| pair(known.place) == pair(place))
    }

    fn pick(&self, which: u8) -> Option<usize> {
        let count = self.known.len();
        (count > 0).then(|| usize::from(which) % count)
    }

    fn raised(&mut self, place: u8, id: Option<ExternalEventId>) {
        let raised = self
            .correlator
            .raised(device(place), code(place), id.clone());
        let previous = self.newest(place);
        if let Some(before) = previous.map(|at| &self.known[at]) {
            if before.state != State::Closed && id.is_some() && before.id == id {
                assert_eq!(raised, Ok(before.key), "the same event");
                return;
            }
        }
        let replaces = previous.is_some_and(|at| !self.known[at].is_finished());
        let full = self.known.len() >= self.limit && !self.known.iter().any(Known::is_finished);
        if full && !replaces {
            assert!(raised.is_err(), "open events are never forgotten");
            return;
        }
        let key = raised.expect("there is room");
        assert!(
            self.last.is_none_or(|last| last < key),
            "an event of its own"
        );
        self.last = Some(key);
        let mut echo_until = None;
        if let Some(before) = previous.map(|at| &mut self.known[at]) {
            echo_until = before.echo_until;
            if before.state != State::Closed {
                before.state = State::Superseded;
            }
        }
        while self.known.len() >= self.limit {
            let oldest = self
                .known
                .iter()
                .position(Known::is_finished)
                .expect("room");
            self.known.remove(oldest);
        }
        if let Some(id) = &id {
            self.ids.retain(|(known, _)| known != id);
            self.ids.push((id.clone(), key));
        }
        self.known.push(Known {
            key,
            place,
            id,
            state: State::Open,
            echo_until,
        });
    }

    fn close(&mut self, at: usize, deletes: bool) {
        let until = self.now + self.echo;
        let known = &mut self.known[at];
        known.state = State::Closed;
        if deletes {
            known.echo_until = Some(until);
        }
    }

    fn webhook(&mut self, place: u8, webhook: &Webhook) {
        let action = self.correlator.handle_webhook(self.now, webhook);
        let expected = self.expected(place, webhook);
        match (action, expected) {
            (Action::Deactivate(key), Ok(at)) => {
                let known = &mut self.known[at];
                assert_eq!(known.key, key);
                let delete = matches!(webhook, Webhook::RequestDeactivateEvent(_));
                known.state = State::Closing { delete };
            }
            (Action::Nothing(nothing), Err(expected)) => assert_eq!(nothing, expected),
            (action, expected) => panic!("{action:?}, {expected:?} was expected"),
        }
    }

    /// The event to deactivate, or why there is nothing to do.
    fn expected(&mut self, place: u8, webhook: &Webhook) -> Result<usize, NothingToDo> {
        let id = webhook.external_event_id();
        let command = match webhook {
            Webhook::EventStateChanged(changed) if changed.is_active => {
                return Err(NothingToDo::StillActive);
            }
            Webhook::EventStateChanged(_) => false,
            _ => true,
        };
        let newest = self.newest(place);
        let by_id = id.and_then(|id| {
            let (_, key) = self.ids.iter().find(|(known, _)| known == id)?;
            self.known.iter().position(|known| known.key == *key)
        });
        let at = match (id, by_id) {
            (None, _) => newest.ok_or(NothingToDo::Unknown)?,
            (Some(_), Some(at)) if pair(self.known[at].place) != pair(place) => {
                return Err(NothingToDo::Mismatch);
            }
            (Some(_), Some(at)) if newest == Some(at) => at,
            (Some(_), Some(_)) => return Err(NothingToDo::NewerEvent),
            (Some(_), None) => match newest {
                None => return Err(NothingToDo::Unknown),
                Some(at) if self.known[at].id.is_none() => at,
                Some(_) => return Err(NothingToDo::NewerEvent),
            },
        };
        let now = self.now;
        let known = &mut self.known[at];
        let until = if !command && id.is_none() {
            known.echo_until.take()
        } else {
            None
        };
        match known.state {
            State::Open if until.is_some_and(|until| now <= until) => Err(NothingToDo::PerhapsEcho),
            State::Open => Ok(at),
            State::Closing { .. } => {
                if !command {
                    known.state = State::Closing { delete: false };
                }
                Err(NothingToDo::UnderWay)
            }
            State::Closed => Err(NothingToDo::ClosedAlready),
            State::Superseded => Err(NothingToDo::NewerEvent),
        }
    }

    fn deactivated(&mut self, which: u8) {
        let Some(at) = self.pick(which) else { return };
        let key = self.known[at].key;
        let delete = self.correlator.deactivated(self.now, key);
        let State::Closing { delete: wanted } = self.known[at].state else {
            assert_eq!(delete, None, "nothing was asked for");
            return;
        };
        assert_eq!(delete.is_some(), wanted);
        if let Some(delete) = delete {
            let known = &self.known[at];
            assert_eq!(delete.device, device(known.place));
            assert_eq!(
                delete.event_type,
                code(known.place),
                "under the number it was raised with"
            );
            assert_eq!(delete.external_event_id, known.id);
            assert_eq!(
                self.newest(known.place),
                Some(at),
                "a DELETE would close a newer event"
            );
            assert!(!self.deletes.contains(&key), "a second DELETE");
            self.deletes.push(key);
        }
        self.close(at, wanted);
    }
}
