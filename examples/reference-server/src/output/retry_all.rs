//! Everything that an output was refused for good, sent again by one order.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{Action, Deliveries, OrderError};

/// Dead letters that are read at a time.
const PAGE: u32 = 100;

/// What became of an order about all dead letters.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct RetriedAll {
    /// How many are sent again.
    pub retried: u64,
    /// How many are not, because something is still in their way.
    pub left: u64,
    /// What that is, and in the way of how many.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub because: BTreeMap<String, u64>,
}

impl RetriedAll {
    fn leave(&mut self, error: &OrderError) {
        self.left += 1;
        *self.because.entry(error.to_string()).or_default() += 1;
    }
}

/// It ended before its end: of the rest nobody has tried anything.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{error}; {} of the dead letters are sent again, before that", so_far.retried)]
#[non_exhaustive]
pub struct RetryAllError {
    /// What had become of those before.
    pub so_far: RetriedAll,
    /// What ended it.
    pub error: OrderError,
}

impl Deliveries {
    /// Has every dead letter of an output sent again, each as by an order of its own, in the order of their
    /// ids, but for those of which nobody knows whose they are. Those that are counted as sent again when this returns are so on stable storage; when it is
    /// dropped, those that it has come to are.
    ///
    /// # Errors
    /// [`RetryAllError`]
    pub async fn retry_all(&self, output: &str) -> Result<RetriedAll, RetryAllError> {
        let mut all = RetriedAll::default();
        match self.retry_each(output, &mut all).await {
            Ok(()) => Ok(all),
            Err(error) => Err(RetryAllError { so_far: all, error }),
        }
    }

    async fn retry_each(&self, output: &str, all: &mut RetriedAll) -> Result<(), OrderError> {
        let mut after = 0;
        loop {
            let letters = self.dead_letters(output, after, PAGE).await?;
            if letters.is_empty() {
                return Ok(());
            }
            for letter in letters {
                after = letter.id;
                if letter.superseded {
                    all.leave(&OrderError::Superseded);
                    continue;
                }
                let retry = Action::Retry {
                    as_post: false,
                    even_if_taken: false,
                    is_bulk: true,
                };
                match self.order(output, letter.id, retry).await {
                    Ok(()) => all.retried += 1,
                    // Somebody else was quicker.
                    Err(OrderError::Unknown | OrderError::NotParked | OrderError::GivenUp) => {}
                    Err(
                        error @ (OrderError::Superseded
                        | OrderError::NotAnUpdate
                        | OrderError::TakenBefore
                        | OrderError::PersonUnknown
                        | OrderError::StillRefused(_)),
                    ) => all.leave(&error),
                    Err(error) => return Err(error),
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{DeadLetter, Order, Orders, PageQuestion};
    use super::*;
    use crate::time::Timestamp;
    use tokio::sync::mpsc;

    fn letter(id: u64) -> DeadLetter {
        let at = Timestamp::from_micros(0);
        DeadLetter {
            id,
            device: "40211870".into(),
            code: "4.1".into(),
            method: "POST",
            occurred_at: at,
            refused_at: at,
            reason: "refused".into(),
            superseded: id == 2,
            may_have_arrived: Some(id == 4),
            alarm: None,
        }
    }

    /// An output with so many dead letters, which says this of each.
    async fn output(
        (mut orders, mut questions): (Orders, mpsc::Receiver<PageQuestion>),
        count: u64,
        says: impl Fn(&Order) -> Result<(), OrderError>,
    ) {
        loop {
            tokio::select! {
                Some(question) = questions.recv() => {
                    let page = (question.after + 1..=count).take(question.limit as usize);
                    question.answer(page.map(letter).collect());
                }
                Some(order) = orders.next() => {
                    let retry = Action::Retry { as_post: false, even_if_taken: false, is_bulk: true };
                    assert_eq!(order.action, retry);
                    let said = says(&order);
                    order.answer(said);
                }
            }
        }
    }

    async fn retry(
        count: u64,
        says: impl Fn(&Order) -> Result<(), OrderError>,
    ) -> Result<RetriedAll, RetryAllError> {
        let deliveries = Deliveries::default();
        deliveries.update("fhir", |_| {});
        let desk = deliveries.orders("fhir");
        tokio::select! {
            () = output(desk, count, says) => panic!("it does not end"),
            all = deliveries.retry_all("fhir") => all,
        }
    }

    #[tokio::test]
    async fn every_dead_letter_is_tried_and_what_stays_is_told_by_its_reason() {
        let all = retry(250, |order| match order.id {
            1 => Err(OrderError::NotParked),
            3 | 201 => Err(OrderError::StillRefused("no patient has the device now")),
            4 => Err(OrderError::TakenBefore),
            _ => Ok(()),
        });
        let all = all.await.expect("all are tried");
        assert_eq!((all.retried, all.left), (245, 4));
        let counts: Vec<u64> = all.because.values().copied().collect();
        assert_eq!(counts.len(), 3);
        assert_eq!(counts.iter().sum::<u64>(), 4, "{:?}", all.because);
    }

    #[tokio::test]
    async fn where_it_cannot_go_on_it_says_how_far_it_came() {
        let failed = retry(9, |order| match order.id {
            5 => Err(OrderError::NotKept("full".into())),
            _ => Ok(()),
        });
        let failed = failed.await.expect_err("the disk is full");
        assert_eq!(failed.so_far.retried, 3);
        assert!(
            failed.to_string().contains("3 of the dead letters"),
            "{failed}"
        );
        let deliveries = Deliveries::default();
        let unknown = deliveries.retry_all("fhir").await.expect_err("no output");
        assert_eq!(unknown.error, OrderError::NoOutput("fhir".into()));
    }
}
