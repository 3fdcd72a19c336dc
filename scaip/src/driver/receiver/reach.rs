//! What the application reaches in the receiver while the driver owns it.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::time::Instant;

use super::handle::{Command, Handle};
use crate::call::{IncomingCall, Match};
use crate::driver::Ended;
use crate::message::{Request, Response};
use crate::receiver::{AlarmKey, Answer, Listener, Receiver, SharedAccounts};
use crate::registrar::OwnedRoute;
use crate::supervision::{Allowance, Saved, SupervisionError, WallMicros};
use crate::text::ControllerId;

/// Something to do with the receiver, once.
pub(super) type Work = Box<dyn FnOnce(&mut Receiver, Instant) + Send>;

/// Units that are restored in one turn, so that alarms are not kept waiting.
const RESTORED: usize = 1000;

impl Handle {
    /// Does something with the receiver, in the driver's task and at its time. It takes its turn
    /// behind what was asked for before; alarms wait while it runs, so it must be short, and must
    /// not block. Leave taking events and bytes to the driver. If it panics, the panic comes out
    /// here, in the task that asked, and the driver goes on; what it had begun to change stays.
    ///
    /// # Errors
    ///
    /// [`Ended`].
    pub async fn with<R: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Receiver, Instant) -> R + Send + 'static,
    ) -> Result<R, Ended> {
        let (sender, receiver) = tokio::sync::oneshot::channel();
        let work: Work = Box::new(move |machine, now| {
            let done = catch_unwind(AssertUnwindSafe(|| work(machine, now)));
            // Nobody waits for the result any more: it was done all the same.
            let _ = sender.send(done);
        });
        self.commands
            .send(Command::Run(work))
            .await
            .map_err(|_| Ended)?;
        match receiver.await.map_err(|_| Ended)? {
            Ok(result) => Ok(result),
            Err(panic) => resume_unwind(panic),
        }
    }

    /// The ways to reach a unit; see [`Receiver::routes`].
    ///
    /// # Errors
    ///
    /// [`Ended`].
    pub async fn routes(
        &self,
        controller: ControllerId<'static>,
    ) -> Result<Vec<OwnedRoute>, Ended> {
        self.with(move |receiver, now| {
            let routes = receiver.routes(now, &controller);
            routes.into_iter().map(OwnedRoute::from).collect()
        })
        .await
    }

    /// Completes the answer to a request that came over another transport; see
    /// [`Receiver::complete`].
    ///
    /// # Errors
    ///
    /// [`Ended`].
    pub async fn complete(
        &self,
        request: Request<'static>,
        answer: impl Into<Answer<'static>>,
    ) -> Result<Response<'static>, Ended> {
        let answer = answer.into();
        self.with(move |receiver, now| receiver.complete(now, &request, answer))
            .await
    }

    /// What a request over another transport hears before anybody is asked; see
    /// [`Receiver::turn_away`].
    ///
    /// # Errors
    ///
    /// [`Ended`].
    pub async fn turn_away(
        &self,
        request: Request<'static>,
    ) -> Result<Option<Response<'static>>, Ended> {
        self.with(move |receiver, _| receiver.turn_away(&request))
            .await
    }

    /// Counts something else as a sign of life; see [`Receiver::sign_of_life`].
    ///
    /// # Errors
    ///
    /// [`Ended`].
    pub async fn sign_of_life(&self, controller: ControllerId<'static>) -> Result<(), Ended> {
        self.with(move |receiver, now| receiver.sign_of_life(now, &controller))
            .await
    }

    /// Which alarm an incoming call is about; see
    /// [`CallExpectations::incoming`](crate::call::CallExpectations::incoming). `None` when calls
    /// are not followed.
    ///
    /// # Errors
    ///
    /// [`Ended`].
    pub async fn incoming_call(
        &self,
        call: &IncomingCall<'_>,
    ) -> Result<Option<Match<AlarmKey>>, Ended> {
        let [from_user, caller_number, called] =
            [call.from_user, call.caller_number, call.called].map(|part| part.map(str::to_owned));
        self.with(move |receiver, now| {
            let call = IncomingCall {
                from_user: from_user.as_deref(),
                caller_number: caller_number.as_deref(),
                called: called.as_deref(),
            };
            receiver.calls_mut().map(|calls| calls.incoming(now, &call))
        })
        .await
    }

    /// Every supervised unit as it stands, to be stored; see
    /// [`Supervisor::snapshot`](crate::supervision::Supervisor::snapshot). It copies every unit
    /// in one turn, some milliseconds for 40,000 of them.
    ///
    /// # Errors
    ///
    /// [`Ended`].
    pub async fn snapshot(&self, wall_now: WallMicros) -> Result<Vec<Saved<'static>>, Ended> {
        self.with(move |receiver, now| {
            let supervisor = receiver.supervisor();
            let units = supervisor.map(|supervisor| supervisor.snapshot(now, wall_now));
            units.into_iter().flatten().map(Saved::into_owned).collect()
        })
        .await
    }

    /// Takes stored units back after a restart; see
    /// [`Supervisor::restore`](crate::supervision::Supervisor::restore). `wall_now` is the wall
    /// clock now. Gives those for which there was no room, and why.
    ///
    /// # Errors
    ///
    /// [`Ended`].
    pub async fn restore(
        &self,
        wall_now: WallMicros,
        units: Vec<Saved<'static>>,
    ) -> Result<Vec<(Saved<'static>, SupervisionError)>, Ended> {
        let began = Instant::now();
        let mut refused = Vec::new();
        let mut units = units.into_iter();
        loop {
            let some: Vec<_> = units.by_ref().take(RESTORED).collect();
            if some.is_empty() {
                return Ok(refused);
            }
            let more = self.with(move |receiver, now| {
                // The wall clock of this turn.
                let passed = now.saturating_duration_since(began).as_micros();
                let passed = i64::try_from(passed).unwrap_or(i64::MAX);
                let wall_now = WallMicros(wall_now.0.saturating_add(passed));
                let Some(supervisor) = receiver.supervisor_mut() else {
                    return Vec::new();
                };
                some.into_iter()
                    .filter_map(|saved| {
                        let error = supervisor.restore(now, wall_now, &saved).err()?;
                        Some((saved, error))
                    })
                    .collect()
            });
            refused.extend(more.await?);
        }
    }

    /// Adds a unit before it is heard, or changes its allowance; see
    /// [`Supervisor::declare`](crate::supervision::Supervisor::declare). Nothing without
    /// supervision.
    ///
    /// # Errors
    ///
    /// [`Ended`]; inside, a unit for which there is no room.
    pub async fn declare(
        &self,
        controller: ControllerId<'static>,
        allowance: Option<Allowance>,
    ) -> Result<Result<(), SupervisionError>, Ended> {
        self.with(move |receiver, now| match receiver.supervisor_mut() {
            Some(supervisor) => supervisor.declare(now, &controller, allowance),
            None => Ok(()),
        })
        .await
    }

    /// Ends the supervision of a unit. Whether it was supervised.
    ///
    /// # Errors
    ///
    /// [`Ended`].
    pub async fn forget(&self, controller: ControllerId<'static>) -> Result<bool, Ended> {
        self.with(move |receiver, _| {
            let supervisor = receiver.supervisor_mut();
            supervisor.is_some_and(|supervisor| supervisor.forget(&controller))
        })
        .await
    }

    /// Replaces the accounts of a listener; see [`Receiver::set_accounts`].
    ///
    /// # Errors
    ///
    /// [`Ended`].
    pub async fn set_accounts(
        &self,
        listener: Listener,
        accounts: SharedAccounts,
    ) -> Result<bool, Ended> {
        self.with(move |receiver, _| receiver.set_accounts(listener, accounts))
            .await
    }
}
