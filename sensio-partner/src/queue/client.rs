//! The queue's calls, made by the crate's own client.

use crate::client::Client;
use crate::member::Members;

use super::call::{Call, EventAction, Outcome, Work};

/// Makes one call of a queue with the [`Client`]: what a [driver](super::driver::Driver) wants as its
/// closure.
///
/// The client has a timeout of its own for each request. Beside that a call may wait for a token, so
/// give the driver an [`attempt_timeout`](super::driver::Settings::attempt_timeout) of some 30
/// seconds. Slots are not sent by anybody: they are done at once.
///
/// The limits of the queue and those of the client both apply. By default they are the same, and a
/// client that only the queue uses holds nothing up. Limits of the queue that are wider than the
/// client's ([`parallel`](super::Config::parallel), `per_second`) or a shorter
/// [`retry_after_limit`](super::Config::retry_after_limit) make calls wait in the client while their
/// time runs.
///
/// Members that the client leaves out come as [`Outcome::DoneWithout`].
///
/// ```no_run
/// # async fn run(
/// #     client: sensio_partner::client::Client,
/// #     queue: sensio_partner::queue::Queue<sensio_partner::queue::MemoryStore>,
/// # ) {
/// use std::time::Duration;
/// use sensio_partner::queue::client::send;
/// use sensio_partner::queue::driver::{Driver, Settings};
///
/// let mut settings = Settings::default();
/// settings.attempt_timeout = Duration::from_secs(30);
/// let (driver, handle, events) =
///     Driver::new(queue, settings, move |call| send(client.clone(), call));
/// tokio::spawn(driver.run());
/// # drop((handle, events));
/// # }
/// ```
pub async fn send(client: Client, call: Call) -> Outcome {
    let mut unknown = Members::NONE;
    let answered = match &call.work {
        Work::Event(event) => {
            let (device, code) = (&event.pair.device, event.pair.event_type);
            let delivered = match &event.action {
                EventAction::Post(parameters) => client.post_event(device, code, parameters).await,
                EventAction::Put(parameters) => client.put_event(device, code, parameters).await,
                EventAction::Delete => client.delete_event(device, code).await,
            };
            delivered.map(|delivered| {
                unknown = delivered.left_out;
                delivered.outcome
            })
        }
        Work::Statuses(entries) => match entries.as_ref() {
            [entry] => client.put_status(&entry.device, &entry.status).await,
            // Not `put_statuses`: the queue itself halves what is refused.
            entries => match client.requests().put_statuses(entries) {
                Ok(request) => client.send(request).await,
                Err(error) => Err(error.into()),
            },
        },
        Work::Slot(_) => return Outcome::Done,
    };
    match answered {
        Ok(outcome) => match Outcome::from(&outcome) {
            Outcome::Done if !unknown.is_empty() => Outcome::DoneWithout(unknown),
            outcome => outcome,
        },
        Err(error) => (&error).into(),
    }
}
