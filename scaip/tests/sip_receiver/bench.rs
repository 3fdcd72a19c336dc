//! An endpoint that takes requests, on one clock.

use std::time::Instant;

use bytes::Bytes;
use scaip::sip::{
    Config, Endpoint, Event, Message, Path, RequestId, RespondError, Response, StatusCode, Transmit,
};

use crate::sip_support::{self, unit};

pub(crate) struct Bench {
    pub(crate) endpoint: Endpoint,
    pub(crate) now: Instant,
}

impl Bench {
    pub(crate) fn new() -> Self {
        Self::with(|_| ())
    }

    /// An endpoint with settings changed.
    pub(crate) fn with(change: impl FnOnce(&mut Config)) -> Self {
        let mut config = Config::new([7; 16]);
        change(&mut config);
        Bench {
            endpoint: Endpoint::new(config).unwrap(),
            now: Instant::now(),
        }
    }

    pub(crate) fn pass_to(&mut self, at: Instant) {
        self.now = at;
        self.endpoint.handle_timeout(at);
    }

    /// A datagram of the unit arrives.
    pub(crate) fn hear(&mut self, datagram: impl Into<Bytes>) {
        self.hear_from(unit(), datagram);
    }

    pub(crate) fn hear_from(&mut self, path: Path, datagram: impl Into<Bytes>) {
        self.endpoint
            .handle_datagram(self.now, path, datagram.into());
    }

    /// The next event, which is a request.
    #[track_caller]
    pub(crate) fn take(&mut self) -> (RequestId, Message) {
        match self.endpoint.poll_event() {
            Some(Event::Request { id, message, .. }) => (id, message),
            other => panic!("no request but {other:?}"),
        }
    }

    /// A datagram of the unit arrives and is the request that comes up next.
    #[track_caller]
    pub(crate) fn receive(&mut self, datagram: impl Into<Bytes>) -> (RequestId, Message) {
        self.hear(datagram);
        self.take()
    }

    /// What a datagram of the unit is answered at once.
    #[track_caller]
    pub(crate) fn answer_to(&mut self, datagram: impl Into<Bytes>) -> String {
        self.hear(datagram);
        self.only()
    }

    pub(crate) fn respond(
        &mut self,
        id: RequestId,
        response: &Response<'_>,
    ) -> Result<(), RespondError> {
        self.endpoint.respond(self.now, id, response)
    }

    pub(crate) fn ok(&mut self, id: RequestId) {
        self.respond(id, &Response::new(StatusCode::OK)).unwrap();
    }

    /// The answer as it leaves when the caller says 200.
    #[track_caller]
    pub(crate) fn ok_to(&mut self, id: RequestId) -> String {
        self.ok(id);
        self.only()
    }

    pub(crate) fn events(&mut self) -> Vec<Event> {
        sip_support::events(&mut self.endpoint)
    }

    pub(crate) fn transmits(&mut self) -> Vec<Transmit> {
        sip_support::transmits(&mut self.endpoint)
    }

    /// The one transmit there is, as text.
    #[track_caller]
    pub(crate) fn only(&mut self) -> String {
        sip_support::only(&mut self.endpoint)
    }

    /// The first line of each transmit.
    pub(crate) fn statuses(&mut self) -> Vec<String> {
        sip_support::statuses(&mut self.endpoint)
    }
}

/// A fresh endpoint to which this datagram of the unit is a request.
#[track_caller]
pub(crate) fn heard(datagram: impl Into<Bytes>) -> (Bench, RequestId, Message) {
    let mut bench = Bench::new();
    let (id, message) = bench.receive(datagram);
    (bench, id, message)
}
