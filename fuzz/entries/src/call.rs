//! Calls: numbers and digits out of any text, and the pairing beside a walk over a list.

mod speech;

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use arbitrary::{Arbitrary, Unstructured};
use scaip::call::{
    CallEnd, CallError, CallExpectations, CallSettings, DuringCall, Event, ExpectedCall,
    IncomingCall, Match, PairedBy, Pairing, PhoneNumber, VoiceReply, VoiceTarget,
};
use scaip::{
    CallAddress, CallHandling, ControllerId, DeviceType, MediaReply, MediaRequest, Reference,
    Request, Response, StatusNumber,
};

const UNITS: u8 = 4;
const CALLS: usize = 8;
const LEARNED: usize = 4;
const OPERATIONS: usize = 150;
const WAIT: Duration = Duration::from_secs(60);
const GRACE: Duration = Duration::from_secs(300);
const LONGEST: Duration = Duration::from_secs(1000);

/// `crd` to choose from.
const ADDRESSES: [&str; 10] = [
    "sip:",
    "no-voice:",
    "gsm:+4700000001",
    "gsm:",
    "tel:+47 00 00 00 02",
    "sip:40211872@example.net",
    "sippp:desk7@example.net",
    "tel:",
    "fax:+4700000001",
    "40211873",
];

/// Whom a call comes from, and where to.
const NAMES: [&str; 9] = [
    "40211870",
    "40211872",
    "4700000001",
    "+4700000002",
    "sip:desk7@arc.example.net",
    "desk7",
    "anonymous",
    "",
    "sip:+4700000003@gateway.example.net;user=phone",
];

#[derive(Arbitrary, Clone, Copy, Debug)]
enum Operation {
    /// The alarm and how long its call is waited for.
    Expect {
        unit: u8,
        alarm: u8,
        address: u8,
        target: u8,
        /// What forbids the call: mostly nothing.
        forbidden: u8,
    },
    Incoming {
        from: u8,
        number: u8,
        called: u8,
    },
    Started {
        unit: u8,
    },
    Ended {
        unit: u8,
        cleared: bool,
    },
    /// One alarm, or every other one.
    Cancel {
        unit: u8,
        alarm: u8,
    },
    Learn {
        unit: u8,
        number: u8,
    },
    Unlearn {
        unit: u8,
        number: u8,
    },
    Wait {
        seconds: u16,
    },
    Poll,
}

/// Reads the bytes as a number and as digits, then runs them as operations.
pub fn scaip_call(data: &[u8]) {
    let readable = String::from_utf8_lossy(data);
    speech::number(&readable);
    speech::digits(&readable);
    let mut input = Unstructured::new(data);
    speech::speech(&mut input);
    let mut world = World::new(input.arbitrary().unwrap_or_default());
    for _ in 0..OPERATIONS {
        if input.is_empty() {
            break;
        }
        let Ok(operation) = Operation::arbitrary(&mut input) else {
            break;
        };
        world.apply(operation);
        assert_eq!(world.calls.expected(), world.model.len());
        assert!(world.model.len() <= CALLS);
    }
    world.finish();
}

/// A call that is expected, as one would keep it in a list.
#[derive(Clone)]
struct Waiting {
    number: u64,
    unit: String,
    alarm: u8,
    marks: Vec<ExpectedCall>,
    wait: Duration,
    until: Instant,
    gone: Instant,
    awaited: bool,
    late: bool,
    attempts: u32,
}

impl Waiting {
    fn timer(&self) -> Instant {
        if self.late { self.gone } else { self.until }
    }
}

struct World {
    calls: CallExpectations<u8>,
    now: Instant,
    busy: bool,
    model: Vec<Waiting>,
    last: u64,
    /// How many calls go on with a unit, and when they count as ended.
    ongoing: BTreeMap<String, (u32, Instant)>,
    learned: BTreeSet<(PhoneNumber, String)>,
}

fn unit(number: u8) -> ControllerId<'static> {
    ControllerId::new(format!("4021187{}", number % UNITS))
}

fn user(address: &str) -> &str {
    let rest = address.split_once(':').map_or(address, |(_, rest)| rest);
    let end = rest.find(['@', ';', '?']).unwrap_or(rest.len());
    rest[..end].trim()
}

/// Whether the address that was called is the one that was handed out.
fn same_called(called: &str, handed_out: &str) -> bool {
    match (PhoneNumber::read(called), PhoneNumber::read(handed_out)) {
        (Some(one), Some(other)) => one == other,
        (None, None) => !user(called).is_empty() && user(called) == user(handed_out),
        _ => false,
    }
}

impl World {
    fn new(busy: bool) -> World {
        let mut settings = CallSettings::default();
        settings.wait = WAIT;
        settings.grace = GRACE;
        settings.longest_call = LONGEST;
        settings.calls = CALLS;
        settings.learned = LEARNED;
        if busy {
            settings.during_call = DuringCall::Busy;
        }
        World {
            calls: CallExpectations::new(settings),
            now: Instant::now(),
            busy,
            model: Vec::new(),
            last: 0,
            ongoing: BTreeMap::new(),
            learned: BTreeSet::new(),
        }
    }

    fn apply(&mut self, operation: Operation) {
        let now = self.now;
        match operation {
            Operation::Expect {
                unit,
                alarm,
                address,
                target,
                forbidden,
            } => self.expect(unit, alarm, address, target, forbidden),
            Operation::Incoming {
                from,
                number,
                called,
            } => self.incoming(from, number, called),
            Operation::Started { unit: number } => {
                let controller = unit(number);
                assert_eq!(self.calls.call_started(now, &controller), Ok(()));
                let call = self.ongoing.entry(controller.as_str().to_owned());
                let call = call.or_insert((0, now));
                *call = (call.0 + 1, now + LONGEST);
            }
            Operation::Ended {
                unit: number,
                cleared,
            } => self.ended(&unit(number), cleared),
            Operation::Cancel {
                unit: number,
                alarm,
            } => {
                let controller = unit(number);
                let picked = |one: &u8| {
                    if alarm < 128 {
                        *one == alarm % 4
                    } else {
                        *one % 2 == alarm % 2
                    }
                };
                let cancelled = if alarm < 128 {
                    usize::from(self.calls.cancel(&controller, &(alarm % 4)))
                } else {
                    self.calls.cancel_where(&controller, picked)
                };
                let before = self.model.len();
                self.model.retain(|waiting| {
                    waiting.unit != controller.as_str() || !picked(&waiting.alarm)
                });
                assert_eq!(cancelled, before - self.model.len());
            }
            Operation::Learn {
                unit: number,
                number: name,
            } => {
                if let Some(phone) = PhoneNumber::read(NAMES[usize::from(name) % NAMES.len()]) {
                    let controller = unit(number);
                    let result = self.calls.learn(&controller, &phone);
                    let entry = (phone, controller.as_str().to_owned());
                    let room = self.learned.contains(&entry) || self.learned.len() < LEARNED;
                    assert_eq!(result.is_ok(), room);
                    if room {
                        self.learned.insert(entry);
                    }
                }
            }
            Operation::Unlearn {
                unit: number,
                number: name,
            } => {
                if let Some(phone) = PhoneNumber::read(NAMES[usize::from(name) % NAMES.len()]) {
                    let controller = unit(number);
                    let known = self.calls.unlearn(&controller, &phone);
                    let entry = (phone, controller.as_str().to_owned());
                    assert_eq!(known, self.learned.remove(&entry));
                }
            }
            Operation::Wait { seconds } => {
                self.now += Duration::from_secs(u64::from(seconds) % 800);
            }
            Operation::Poll => self.poll(),
        }
    }

    fn expect(&mut self, number: u8, alarm: u8, address: u8, target: u8, forbidden: u8) {
        let own_wait = match alarm / 4 % 4 {
            0 => None,
            1 => Some(Duration::ZERO),
            2 => Some(Duration::from_secs(10)),
            _ => Some(Duration::from_secs(400)),
        };
        let (alarm, wait) = (alarm % 4, own_wait.unwrap_or(WAIT));
        let controller = unit(number);
        let mut request = Request::new(
            Reference::new("a1"),
            controller.clone(),
            DeviceType::PERSONAL_TRIGGER,
        );
        let address = ADDRESSES[usize::from(address) % ADDRESSES.len()];
        request.caller_ids = CallAddress::new(address).into();
        let handed_out = CallAddress::new(NAMES[usize::from(target / 4) % NAMES.len()]);
        let target = match target % 4 {
            0 | 1 => VoiceTarget::Configured,
            2 => VoiceTarget::Shared(handed_out),
            _ => VoiceTarget::ForThisAlarm(handed_out),
        };
        let mut response = Response::new(Reference::new("a1"), StatusNumber::OK);
        let mut call = address != "no-voice:";
        match forbidden {
            250 => request.media_request = MediaRequest::NO_MEDIA,
            251 => request.call_handling = CallHandling::RECEIVER_CALLS_BACK,
            252 => response.status_number = StatusNumber::BUSY,
            _ => {}
        }
        call &= !(250..=252).contains(&forbidden);
        let reply = VoiceReply::new(MediaReply::DUPLEX, target.clone());
        let filled = reply.fill(&request, &mut response);
        let restrained = self.calls.restrain(&request, &mut response);
        assert_eq!(restrained, self.ongoing.contains_key(controller.as_str()));
        if restrained {
            call = false;
            assert_eq!(response.media_reply, MediaReply::NO_VOICE);
            assert!(!self.busy || !response.status_number.is_accepted());
        }
        // The receiver that calls back still says which speech.
        assert!(filled.is_ok() || !call);
        let now = self.now;
        let name = controller.as_str().to_owned();
        let present = self
            .model
            .iter()
            .position(|waiting| waiting.unit == name && waiting.alarm == alarm);
        let full = present.is_none() && self.model.len() >= CALLS;
        let calls = &mut self.calls;
        let result = match own_wait {
            None => calls.expect(now, alarm, &request, &response, &target),
            Some(wait) => calls.expect_within(now, wait, alarm, &request, &response, &target),
        };
        let result = result.cloned();
        match result {
            Ok(expectation) => {
                assert!(call && !full);
                assert_eq!(expectation.controller, controller);
                assert_eq!(expectation.alarm, alarm);
                if let Some(index) = present {
                    let waiting = &mut self.model[index];
                    if waiting.attempts == 0 {
                        waiting.wait = wait;
                        waiting.until = now + wait;
                        waiting.gone = now + wait + GRACE;
                        waiting.late = false;
                    }
                    return;
                }
                let own = ExpectedCall::FromUser(name.clone().into());
                assert!(expectation.calls.contains(&own));
                self.last += 1;
                self.model.push(Waiting {
                    number: self.last,
                    unit: name,
                    alarm,
                    marks: expectation.calls,
                    wait,
                    until: now + wait,
                    gone: now + wait + GRACE,
                    awaited: true,
                    late: false,
                    attempts: 0,
                });
            }
            Err(CallError::NoCall(_)) => assert!(!call),
            Err(CallError::TooManyCalls { limit }) => {
                assert!(limit == CALLS && full);
            }
            Err(error) => panic!("{error}"),
        }
    }

    fn alive(&self, waiting: &Waiting) -> bool {
        waiting.gone > self.now
            || (waiting.attempts > 0 && self.ongoing.contains_key(&waiting.unit))
    }

    fn incoming(&mut self, from: u8, number: u8, called: u8) {
        let name = |place: u8| (place < 200).then(|| NAMES[usize::from(place) % NAMES.len()]);
        let call = IncomingCall {
            from_user: name(from),
            caller_number: name(number),
            called: name(called),
        };
        assert!(!format!("{call:?}").contains("47"));
        let caller = call.caller_number.or(call.from_user);
        let caller = caller.and_then(PhoneNumber::read);
        let owners: Vec<&String> = self
            .learned
            .iter()
            .filter(|(learned, _)| Some(learned) == caller.as_ref())
            .map(|(_, unit)| unit)
            .collect();
        let is_called = |waiting: &Waiting| {
            waiting.marks.iter().any(|mark| match mark {
                ExpectedCall::CalledAddress(address) => call
                    .called
                    .is_some_and(|called| same_called(called, address.as_str())),
                _ => false,
            })
        };
        let fits = |waiting: &Waiting, by: PairedBy| match by {
            PairedBy::FromUser => waiting.marks.iter().any(|mark| match mark {
                ExpectedCall::FromUser(user) => !user.is_empty() && call.from_user == Some(&**user),
                _ => false,
            }),
            PairedBy::CallerNumber => waiting.marks.iter().any(|mark| match mark {
                ExpectedCall::CallerNumber(number) => caller.as_ref() == Some(number),
                _ => false,
            }),
            PairedBy::LearnedNumber => waiting.marks.iter().any(|mark| match mark {
                // By what its own units are called, whatever `crd` says.
                ExpectedCall::FromUser(user) => owners.iter().any(|owner| ***owner == **user),
                _ => false,
            }),
            _ => is_called(waiting),
        };
        let mut expected = None;
        for by in [
            PairedBy::FromUser,
            PairedBy::CallerNumber,
            PairedBy::LearnedNumber,
            PairedBy::CalledAddress,
        ] {
            let candidates: Vec<&Waiting> = self
                .model
                .iter()
                .filter(|waiting| self.alive(waiting) && fits(waiting, by))
                .collect();
            let best = candidates.iter().min_by_key(|waiting| {
                (
                    !is_called(waiting),
                    !waiting.awaited,
                    waiting.until <= self.now,
                    waiting.number,
                )
            });
            if let Some(best) = best {
                let ambiguous = candidates.iter().any(|other| other.unit != best.unit);
                expected = Some((best.number, by, ambiguous));
                break;
            }
        }
        let known = match owners[..] {
            [owner] => Some(owner.clone()),
            _ => None,
        };
        let found = self.calls.incoming(self.now, &call);
        let Some((number, by, ambiguous)) = expected else {
            let Match::Unexpected { known: told } = found else {
                panic!("{found:?} out of nothing");
            };
            assert_eq!(told.map(|unit| unit.as_str().to_owned()), known);
            return;
        };
        let now = self.now;
        let waiting = self
            .model
            .iter_mut()
            .find(|waiting| waiting.number == number)
            .expect("it was found");
        waiting.awaited = false;
        waiting.attempts += 1;
        let (pairing, late) = match found {
            Match::Paired(pairing) => (pairing, None),
            Match::Late { pairing, late_by } => (pairing, Some(late_by)),
            _ => panic!("a call that is expected is not paired"),
        };
        assert_eq!(late.is_some(), waiting.until <= now);
        assert!(late.is_none_or(|late| late == now - waiting.until));
        let Pairing {
            controller,
            alarm,
            attempt,
            ..
        } = &pairing;
        assert_eq!(controller.as_str(), waiting.unit);
        assert_eq!((*alarm, *attempt), (waiting.alarm, waiting.attempts));
        assert_eq!((pairing.by, pairing.ambiguous), (by, ambiguous));
    }

    fn ended(&mut self, controller: &ControllerId<'_>, cleared: bool) {
        let end = if cleared {
            CallEnd::ClearedDown
        } else {
            CallEnd::Dropped
        };
        let was = self.calls.call_ended(self.now, controller, end);
        let name = controller.as_str();
        let Some((calls, _)) = self.ongoing.get_mut(name) else {
            assert!(!was);
            return;
        };
        assert!(was);
        *calls -= 1;
        if *calls == 0 {
            self.ongoing.remove(name);
        }
        let now = self.now;
        self.model
            .retain(|waiting| !cleared || waiting.unit != name || waiting.attempts == 0);
        for waiting in &mut self.model {
            if waiting.unit == name && waiting.attempts > 0 {
                waiting.until = now + waiting.wait;
                waiting.gone = waiting.until + GRACE;
                waiting.awaited = true;
                waiting.late = false;
            }
        }
    }

    /// Takes the events that are due, one timer after the other in the order of time.
    fn poll(&mut self) {
        let now = self.now;
        let found: Vec<Event<u8>> = std::iter::from_fn(|| self.calls.poll_event(now)).collect();
        let mut expected = Vec::new();
        loop {
            let first = self
                .model
                .iter()
                .map(|waiting| (waiting.timer(), 0, waiting.number, String::new()))
                .chain(
                    self.ongoing
                        .iter()
                        .map(|(unit, (_, end))| (*end, 1, 0, unit.clone())),
                )
                .filter(|(at, ..)| *at <= now)
                .min();
            let Some((_, _, number, name)) = first else {
                break;
            };
            if !name.is_empty() {
                self.ongoing.remove(&name);
                expected.push(Event::CallOverrun {
                    controller: ControllerId::new(name),
                });
                continue;
            }
            let index = self
                .model
                .iter()
                .position(|waiting| waiting.number == number);
            let index = index.expect("it was found");
            let in_call = self.ongoing.contains_key(&self.model[index].unit);
            let waiting = &mut self.model[index];
            if !waiting.late {
                waiting.late = true;
                if waiting.awaited {
                    expected.push(Event::NotCalled {
                        controller: ControllerId::new(waiting.unit.clone()),
                        alarm: waiting.alarm,
                        attempts: waiting.attempts,
                    });
                }
            } else if in_call && waiting.attempts > 0 {
                waiting.gone = now + WAIT;
            } else {
                self.model.remove(index);
            }
        }
        assert_eq!(found, expected);
        if let Some(at) = self.calls.poll_timeout() {
            assert!(at > now, "due and not done");
        }
        for number in 0..UNITS {
            let controller = unit(number);
            let in_call = self.ongoing.contains_key(controller.as_str());
            assert_eq!(self.calls.in_call(&controller), in_call);
        }
    }

    /// Left alone, every wait and every call ends.
    fn finish(&mut self) {
        self.poll();
        while let Some(at) = self.calls.poll_timeout() {
            assert!(at - self.now <= LONGEST);
            self.now = at;
            self.poll();
        }
        assert!(self.model.is_empty() && self.ongoing.is_empty());
        assert_eq!(self.calls.expected(), 0);
    }
}
