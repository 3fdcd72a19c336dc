//! What operators have done with documents that were refused or withheld.

use fhir_vkp::delivery::{EntryId, StoreError, SubmitError};

use super::super::document::Unwritten;
use super::super::outbox::{About, Earlier, Found};
use super::{Feeder, alarm_id, journal_id};
use crate::journal::JournalError;
use crate::output::{Action, Order, OrderError};

impl From<StoreError> for OrderError {
    fn from(error: StoreError) -> Self {
        Self::NotKept(error.to_string())
    }
}

impl From<JournalError> for OrderError {
    fn from(error: JournalError) -> Self {
        Self::NotKept(error.to_string())
    }
}

impl Feeder {
    /// Carries an order out, shows what it has changed, and answers.
    pub(super) async fn serve(&mut self, order: Order) {
        let result = self.carry_out(order.id, order.action).await;
        self.show();
        order.answer(result);
    }

    async fn carry_out(&mut self, number: u64, action: Action) -> Result<(), OrderError> {
        let found = self.outbox.find(number)?.ok_or(OrderError::Unknown)?;
        if !found.is_dead {
            return Err(OrderError::NotParked);
        }
        let done = match (action, found.entry) {
            (Action::Retry { as_post: true }, _) => return Err(OrderError::NotAnUpdate),
            (Action::Retry { .. }, _) if found.superseded => return Err(OrderError::Superseded),
            (Action::Retry { .. }, Some(entry)) => self.send_again(entry)?,
            (Action::Retry { .. }, None) => return self.write_again(found).await,
            (Action::Discard, Some(entry)) => self.courier.delivery().dismiss(entry)?,
            (Action::Discard, None) => self.outbox.dismiss(number)?,
        };
        match done {
            true => Ok(()),
            false => Err(OrderError::NotParked),
        }
    }

    fn send_again(&mut self, entry: EntryId) -> Result<bool, StoreError> {
        let now = self.courier.now();
        self.courier.delivery().retry(now, entry)
    }

    /// Makes the document of an alarm that is withheld, by the register of now.
    async fn write_again(&mut self, found: Found) -> Result<(), OrderError> {
        let Earlier { writing, later } = found.document;
        let gone = || OrderError::StillRefused("the alarm is no longer known");
        let later_ids = later.ok_or_else(gone)?;
        let first = self.fetch(alarm_id(found.alarm)).await?.ok_or_else(gone)?;
        let mut later = Vec::with_capacity(later_ids.len());
        for id in &later_ids {
            later.push(self.fetch(alarm_id(*id)).await?.ok_or_else(gone)?);
        }
        let person = self.register.now().person(&first);
        let written = match self.writer.write(&first, &later, writing, person) {
            Ok(written) => written,
            Err(Unwritten::Withheld(reason) | Unwritten::Counted(reason)) => {
                return Err(OrderError::StillRefused(reason));
            }
        };
        self.outbox.announce(About {
            alarm: journal_id(first.event_id),
            writing,
            later: later_ids,
            device: first.device.controller.clone().unwrap_or_default(),
            code: written.code.to_owned(),
            occurred: first.times.received.at.as_micros(),
        });
        match self.courier.submit(&written.document, Some(written.lane)) {
            Ok(_) => Ok(()),
            Err(SubmitError::Request(_)) => Err(OrderError::StillRefused(
                "the service takes no such document",
            )),
            Err(error) => Err(OrderError::NotKept(error.to_string())),
        }
    }
}
