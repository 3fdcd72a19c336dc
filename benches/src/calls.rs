//! Incoming calls and the alarms they belong to, with many calls expected.

use std::collections::HashMap;
use std::time::Instant;

use scaip::call::{
    CallExpectations, CallSettings, IncomingCall, Match, PairedBy, PhoneNumber, VoiceTarget,
};
use scaip::{
    CallAddress, ControllerId, DeviceType, MediaReply, Reference, Request, Response, StatusNumber,
};

/// Calls expected at a time.
pub const EXPECTED: usize = 10_000;

/// See [`crate::supervision`].
const STRIDE: usize = 7_919;

/// Ten thousand expected calls, and one that comes in.
#[derive(Debug)]
pub struct CallRound {
    calls: CallExpectations<u64>,
    units: Vec<(String, String)>,
    /// What one writes without an index: unit, number, alarm.
    list: Vec<(String, PhoneNumber, u64)>,
    /// What one writes for one rule alone.
    map: HashMap<String, u64>,
    now: Instant,
    at: usize,
}

impl Default for CallRound {
    fn default() -> Self {
        CallRound::new()
    }
}

fn alarm(unit: &str, number: &str) -> Request<'static> {
    let mut request = Request::new(
        Reference::new("a1"),
        ControllerId::new(unit.to_owned()),
        DeviceType::PERSONAL_TRIGGER,
    );
    request.caller_ids = CallAddress::new(format!("gsm:{number}")).into();
    request
}

impl CallRound {
    /// A new one: each unit is expected to call, from its own number.
    ///
    /// # Panics
    ///
    /// Never: there is room.
    #[must_use]
    pub fn new() -> Self {
        let now = Instant::now();
        let mut round = CallRound {
            calls: CallExpectations::new(CallSettings::default()),
            units: Vec::new(),
            list: Vec::new(),
            map: HashMap::new(),
            now,
            at: 0,
        };
        for number in 0..EXPECTED {
            let unit = (40_200_000 + number).to_string();
            let phone = format!("+4700{number:06}");
            let key = number as u64;
            round.expect(key, &unit, &phone);
            let read = PhoneNumber::read(&phone).expect("a number");
            round.list.push((unit.clone(), read, key));
            round.map.insert(unit.clone(), key);
            round.units.push((unit, phone));
        }
        round
    }

    fn expect(&mut self, key: u64, unit: &str, phone: &str) {
        let mut response = Response::new(Reference::new("a1"), StatusNumber::OK);
        response.media_reply = MediaReply::DUPLEX;
        let request = alarm(unit, phone);
        self.calls
            .expect(self.now, key, &request, &response, &VoiceTarget::Configured)
            .expect("there is room");
    }

    fn next_one(&mut self) -> usize {
        self.at = (self.at + STRIDE) % EXPECTED;
        self.at
    }

    /// A call whose From names the unit.
    ///
    /// # Panics
    ///
    /// When it is not paired.
    pub fn by_user(&mut self) -> u64 {
        let at = self.next_one();
        let call = IncomingCall {
            from_user: Some(&self.units[at].0),
            ..IncomingCall::default()
        };
        let Match::Paired(pairing) = self.calls.incoming(self.now, &call) else {
            panic!("not paired");
        };
        assert_eq!(pairing.by, PairedBy::FromUser);
        pairing.alarm
    }

    /// A call that shows the unit's number.
    ///
    /// # Panics
    ///
    /// When it is not paired.
    pub fn by_number(&mut self) -> u64 {
        let at = self.next_one();
        let call = IncomingCall {
            caller_number: Some(&self.units[at].1),
            ..IncomingCall::default()
        };
        let Match::Paired(pairing) = self.calls.incoming(self.now, &call) else {
            panic!("not paired");
        };
        assert_eq!(pairing.by, PairedBy::CallerNumber);
        pairing.alarm
    }

    /// A call of somebody else.
    ///
    /// # Panics
    ///
    /// When it is paired.
    pub fn by_nobody(&mut self) {
        let call = IncomingCall {
            from_user: Some("anonymous"),
            caller_number: Some("+4799999999"),
            called: Some("sip:alarm@example.net"),
        };
        let found = self.calls.incoming(self.now, &call);
        assert!(matches!(found, Match::Unexpected { known: None }));
    }

    /// An expectation is cancelled and made again.
    ///
    /// # Panics
    ///
    /// When it was not there.
    pub fn renew(&mut self) {
        let at = self.next_one();
        let (unit, phone) = self.units[at].clone();
        let key = at as u64;
        assert!(self.calls.cancel(&ControllerId::new(&*unit), &key));
        self.expect(key, &unit, &phone);
    }

    /// The alarm by a walk over the list, the number compared as it should be.
    ///
    /// # Panics
    ///
    /// When the number is not there.
    pub fn walk(&mut self) -> u64 {
        let at = self.next_one();
        let number = PhoneNumber::read(&self.units[at].1).expect("a number");
        let found = self.list.iter().find(|(_, other, _)| *other == number);
        found.expect("it is there").2
    }

    /// The alarm out of a map by the name of the unit: one rule of four, one alarm for each unit,
    /// and no time.
    ///
    /// # Panics
    ///
    /// When the unit is not there.
    pub fn map(&mut self) -> u64 {
        let at = self.next_one();
        *self.map.get(&self.units[at].0).expect("it is there")
    }
}
