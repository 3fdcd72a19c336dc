//! What the caller reaches besides messages: routes, supervision, calls, accounts, and messages
//! that came over another transport.

use std::time::Instant;

use super::{AlarmKey, Answer, Duplicates, Listener, Receiver, SharedAccounts};
use crate::call::CallExpectations;
use crate::message::{Request, Response};
use crate::registrar::{Registrar, Route};
use crate::supervision::{HeartbeatPolicy, Supervisor};
use crate::text::ControllerId;

impl Receiver {
    /// The ways to reach a unit, the best first; see [`Registrar::routes`]. Empty without
    /// [`Config::registrar`](super::Config::registrar).
    #[must_use]
    pub fn routes(&self, now: Instant, controller: &ControllerId<'_>) -> Vec<Route<'_>> {
        match &self.services.registrar {
            Some(registrar) => registrar.routes(now, controller).collect(),
            None => Vec::new(),
        }
    }

    /// What is registered and which paths are known, if it is switched on.
    #[must_use]
    pub fn registrar(&self) -> Option<&Registrar> {
        self.services.registrar.as_ref()
    }

    /// How the units stand, to ask and to store ([`Supervisor::snapshot`]), if they are
    /// supervised.
    #[must_use]
    pub fn supervisor(&self) -> Option<&Supervisor> {
        self.services.supervisor.as_ref()
    }

    /// The same, to restore, declare and forget units. Its events come out of
    /// [`poll_event`](Self::poll_event).
    pub fn supervisor_mut(&mut self) -> Option<&mut Supervisor> {
        self.services.supervisor.as_mut()
    }

    /// Which `hbi` the units are told, if there is a policy.
    pub fn heartbeat_policy_mut(&mut self) -> Option<&mut HeartbeatPolicy> {
        self.services.heartbeat_policy.as_mut()
    }

    /// The calls that are expected and going on, if they are followed.
    #[must_use]
    pub fn calls(&self) -> Option<&CallExpectations<AlarmKey>> {
        self.services.calls.as_ref()
    }

    /// The same, to pair a call that comes in, tell that one began or ended, and learn numbers.
    /// Its events come out of [`poll_event`](Self::poll_event).
    pub fn calls_mut(&mut self) -> Option<&mut CallExpectations<AlarmKey>> {
        self.services.calls.as_mut()
    }

    /// Replaces the accounts of a listener, named as in the settings: the present and the next
    /// secret of a user together while it is rotated. `false` when that listener does not
    /// challenge.
    pub fn set_accounts(&mut self, listener: Listener, accounts: SharedAccounts) -> bool {
        self.gates.set_accounts(listener, accounts)
    }

    /// Counts something else as a sign of life, such as a message that came over another
    /// transport and has no answer. Nothing without
    /// [`Config::supervision`](super::Config::supervision).
    pub fn sign_of_life(&mut self, now: Instant, controller: &ControllerId<'_>) {
        self.services.heard(now, controller, &mut self.events);
    }

    /// What was accepted in the last minutes, if repeats are known.
    #[must_use]
    pub fn duplicates(&self) -> Option<&Duplicates> {
        self.duplicates.as_ref()
    }

    /// The same, for a request over another transport (SCAIP reference 13), so that one alarm on
    /// two transports is one: [see](Duplicates::see) whether it is a repeat before anything is
    /// stored; [`complete`](Self::complete) what it is to hear; and [keep](Duplicates::keep) what
    /// was accepted. Over SIP this is done already.
    pub fn duplicates_mut(&mut self) -> Option<&mut Duplicates> {
        self.duplicates.as_mut()
    }

    /// What a request over another transport (SCAIP reference 13) hears before anybody is asked:
    /// `snu` 6 while a call with its unit is going on, with
    /// [`DuringCall::Busy`](crate::call::DuringCall::Busy). `None` when it may be decided. Over
    /// SIP this is done already.
    #[must_use]
    pub fn turn_away(&self, request: &Request<'_>) -> Option<Response<'static>> {
        self.services.turn_away(request)
    }

    /// Does for a request over another transport (SCAIP reference 13) what
    /// [`answer`](Self::answer) does for one over SIP, except sending: gives the response to send
    /// and takes note of what was decided. There is no path to remember.
    ///
    /// Who sent it was checked by that transport.
    #[must_use]
    pub fn complete<'a>(
        &mut self,
        now: Instant,
        request: &Request<'_>,
        answer: impl Into<Answer<'a>>,
    ) -> Response<'a> {
        let prepared = self.services.prepare(request, answer.into());
        let events = &mut self.events;
        self.services.decided(now, None, request, &prepared, events);
        prepared.response
    }
}
