//! What operators have done with documents that were refused or withheld.

use fhir_vkp::delivery::{EntryId, Retried, StoreError, SubmitError};

use super::super::outbox::{About, Earlier, Found, GivenUp};
use super::{Feeder, alarm_id, journal_id};
use crate::journal::JournalError;
use crate::output::{Action, Order, OrderError, PageQuestion};

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

/// Why what is withheld is not sent.
pub(super) enum Again {
    /// Its cause is still there.
    Refused(&'static str),
    /// It could not be tried.
    Later(OrderError),
}

impl From<StoreError> for Again {
    fn from(error: StoreError) -> Self {
        Self::Later(error.into())
    }
}

impl From<JournalError> for Again {
    fn from(error: JournalError) -> Self {
        Self::Later(error.into())
    }
}

impl From<Again> for OrderError {
    fn from(again: Again) -> Self {
        match again {
            Again::Refused(why) => Self::StillRefused(why),
            Again::Later(error) => error,
        }
    }
}

impl Feeder {
    /// Carries an order out, shows what it has changed, and answers.
    pub(super) async fn serve(&mut self, order: Order) {
        let result = self.carry_out(order.id, order.action).await;
        self.show();
        order.answer(result);
    }

    /// Shows a page of dead letters. Without an answer the asker hears that there is none.
    pub(super) fn show_letters(&self, question: PageQuestion) {
        match self.outbox.letters(question.after, question.limit) {
            Ok(letters) => question.answer(letters),
            Err(error) => tracing::warn!(%error, "the outbox is not shown"),
        }
    }

    async fn carry_out(&mut self, number: u64, action: Action) -> Result<(), OrderError> {
        let found = self.outbox.find(number)?.ok_or(OrderError::Unknown)?;
        match (found.given_up, action) {
            // It was withheld until then, and is made anew.
            (Some(GivenUp::Expired), Action::Retry { .. }) => {}
            (Some(_), _) => return Err(OrderError::GivenUp),
            (None, _) if !found.is_dead => return Err(OrderError::NotParked),
            (None, _) => {}
        }
        let done = match (action, found.entry) {
            (Action::Retry { as_post: true, .. }, _) => return Err(OrderError::NotAnUpdate),
            (Action::Retry { .. }, _) if found.superseded => return Err(OrderError::Superseded),
            (Action::Retry { even_if_taken, .. }, Some(entry)) => {
                return self.send_again(entry, even_if_taken);
            }
            (Action::Retry { is_bulk: true, .. }, None) if !self.knows_person(&found)? => {
                return Err(OrderError::PersonUnknown);
            }
            (Action::Retry { .. }, None) => {
                return self.write_again(found).await.map_err(OrderError::from);
            }
            (Action::Discard, Some(entry)) => self.courier.delivery().dismiss(entry)?,
            (Action::Discard, None) => self.outbox.dismiss(number)?,
        };
        match done {
            true => Ok(()),
            false => Err(OrderError::NotParked),
        }
    }

    /// Whether it is known whose a withheld alarm was: nobody else gets it then.
    fn knows_person(&self, found: &Found) -> Result<bool, StoreError> {
        let history = self.outbox.history(found.alarm, found.document.writing)?;
        Ok(history.person().is_some())
    }

    /// Asks for the status of what was taken, and sends anything else. What was taken is sent only if the
    /// operator has said that, whether or not it can be asked for: to ask once more answers nothing.
    fn send_again(&mut self, entry: EntryId, even_if_taken: bool) -> Result<(), OrderError> {
        let now = self.courier.now();
        let delivery = self.courier.delivery();
        if even_if_taken {
            return match delivery.write_again(now, entry)? {
                true => Ok(()),
                false => Err(OrderError::NotParked),
            };
        }
        match delivery.retry(now, entry)? {
            Retried::Written | Retried::Asked => Ok(()),
            Retried::TakenBefore => Err(OrderError::TakenBefore),
            _ => Err(OrderError::NotParked),
        }
    }

    /// Makes the document of an alarm that is withheld, by the register of now.
    pub(super) async fn write_again(&mut self, found: Found) -> Result<(), Again> {
        let Earlier {
            writing,
            later,
            reopened_by,
        } = found.document;
        let refused = |why| Err(Again::Refused(why));
        let Some(later_ids) = later else {
            return refused("an older version kept it, and not what closed it: discard it");
        };
        let Some(first) = self.fetch(alarm_id(found.alarm)).await? else {
            return refused("the alarm is no longer known: discard it");
        };
        let mut later = Vec::with_capacity(later_ids.len());
        for id in &later_ids {
            later.extend(self.fetch(alarm_id(*id)).await?);
        }
        // What came between may be missing, as it may be when the alarm is closed.
        let closed_by = later.last().map(|last| journal_id(last.event_id));
        if closed_by != later_ids.last().copied() {
            return refused("what closed the alarm is no longer known: discard it");
        }
        let reopenings: Vec<_> = reopened_by.iter().copied().map(alarm_id).collect();
        let (written, person) = self.write(&first, &later, &reopenings, writing, None)?;
        let written = match written {
            Ok(written) => written,
            Err(unwritten) => return refused(unwritten.in_words()),
        };
        self.outbox.announce(About {
            alarm: journal_id(first.event_id),
            writing,
            later: later_ids,
            reopened_by,
            person,
            device: first.device.controller.clone().unwrap_or_default(),
            code: written.code.to_owned(),
            occurred: first.times.received.at.as_micros(),
        });
        match self.courier.submit(&written.document, Some(written.lane)) {
            Ok(submitted) if submitted.repeated => refused("it is on its way already"),
            Ok(_) => Ok(()),
            Err(SubmitError::Request(_)) => refused("the service takes no such document"),
            Err(SubmitError::Full) => Err(Again::Later(OrderError::StillRefused(
                "too many documents are on their way or parked: wait, or discard some",
            ))),
            Err(SubmitError::IdentifierReused) => {
                refused("another document with its identifier is on its way")
            }
            Err(error) => Err(Again::Later(OrderError::NotKept(error.to_string()))),
        }
    }
}
