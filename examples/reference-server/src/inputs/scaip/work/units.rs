//! What the work learns of a unit beside its alarms: that it lives, where it registered, which of
//! its calls did not come.

use std::time::Instant;

use metrics::counter;
use scaip::ControllerId;
use scaip::receiver::{AlarmKey, IncomingRegistration, NotTracked};

use super::super::origin::Origin;
use super::Work;
use crate::devices::{DevicePath, Heard};
use crate::journal::Note as Remark;
use crate::time::Timestamp;

impl Work {
    /// A registration is a sign of life, as the receiver has counted it already.
    pub(super) async fn registered(&mut self, registration: &IncomingRegistration) {
        let registered = &registration.registered;
        let change = registered.change.code();
        counter!("alarm_scaip_registrations_total", "change" => change).increment(1);
        tracing::debug!(change, "a registration");
        let controller = registered.controller.as_str();
        let path = if registered.contacts.is_empty() {
            Origin::of(&registration.path, &self.certificates).path()
        } else {
            DevicePath::Registered
        };
        self.heard(controller, path).await;
    }

    /// Notes a sign of life; one that the unit gives for the first time, before the receiver does.
    pub(super) async fn heard(&self, controller: &str, path: DevicePath) {
        let heard = self
            .context
            .devices
            .heard(controller, Timestamp::now(), path);
        let own = self.watch.as_ref().filter(|_| heard == Heard::New);
        if let Some(allowance) = own.and_then(|watch| watch.settings.own(controller)) {
            let id = ControllerId::new(controller.to_owned());
            // Ended, or no room: the receiver tells of the latter.
            let _ = self.handle.declare(id, Some(allowance)).await;
        }
    }

    pub(super) fn call_overdue(
        &mut self,
        controller: &ControllerId<'_>,
        alarm: &AlarmKey,
        attempts: u32,
    ) {
        counter!("alarm_scaip_calls_overdue_total").increment(1);
        let wait = self.calls.wait();
        tracing::warn!(attempts, wait = ?wait, "a call that a device was asked to set up is overdue");
        let reference = alarm.reference.as_str();
        if let Some(sequence) = self.calls.take(controller.as_str(), reference) {
            let text = format!("no call within {} s", wait.as_secs()).into();
            let at = Timestamp::now();
            self.context.journal.note(sequence, Remark { at, text });
        }
    }

    pub(super) fn not_tracked(&mut self, reason: NotTracked) {
        let what = match reason {
            // Whoever is not listed is not to be watched; that there is no room is the means.
            NotTracked::Supervision(_) if self.only_listed() => return,
            NotTracked::Supervision(_) => "supervision",
            NotTracked::Path(_) => "path",
            NotTracked::Call(_) => "call",
            _ => "other",
        };
        counter!("alarm_scaip_not_tracked_total", "what" => what).increment(1);
        if let Some(held_back) = self.untracked.pass(Instant::now()) {
            tracing::warn!(%reason, held_back, "something about a unit is not kept in mind");
        }
    }

    fn only_listed(&self) -> bool {
        self.watch
            .as_ref()
            .is_some_and(|watch| watch.settings.only_listed())
    }
}
