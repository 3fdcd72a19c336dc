//! One turn of the queue: all that came, then all that is to be done.

use tokio::sync::oneshot;

use crate::queue::call::{Call, CallId, EntryId, EventCall, Outcome, SlotId};
use crate::queue::store::Store;
use crate::queue::{Queue, submit};
use crate::time::Time;

use super::handle::{Command, Slot};

/// What came since the last turn.
pub(super) struct Inputs<S> {
    pub(super) commands: Vec<Command<S>>,
    pub(super) outcomes: Vec<(CallId, Outcome)>,
}

impl<S> Default for Inputs<S> {
    fn default() -> Self {
        Self {
            commands: Vec::new(),
            outcomes: Vec::new(),
        }
    }
}

/// What is to be done.
#[derive(Default)]
pub(super) struct Outputs {
    pub(super) calls: Vec<Call>,
    pub(super) slots: Vec<(SlotId, oneshot::Sender<Slot>)>,
}

type Reply = oneshot::Sender<Result<EntryId, submit::SubmitError>>;

pub(super) fn turn<S: Store>(
    queue: &mut Queue<S>,
    now: Time,
    inputs: Inputs<S>,
    send: bool,
) -> Outputs {
    let mut outputs = Outputs::default();
    for (id, outcome) in inputs.outcomes {
        queue.handle_outcome(now, id, outcome);
    }
    let mut calls = Vec::new();
    let mut replies = Vec::new();
    for command in inputs.commands {
        if let Command::Submit(call, reply) = command {
            calls.push(call);
            replies.push(reply);
            continue;
        }
        submit(queue, now, &mut calls, &mut replies);
        match command {
            Command::With(run) => run(queue, now),
            Command::Slot(reply) => {
                // When too many wait the reply is dropped, which says so.
                if let Ok(id) = queue.submit_slot(now) {
                    outputs.slots.push((id, reply));
                }
            }
            Command::Submit(..) => {}
        }
    }
    submit(queue, now, &mut calls, &mut replies);
    queue.handle_timeout(now);
    if send {
        outputs
            .calls
            .extend(core::iter::from_fn(|| queue.poll_call(now)));
    }
    outputs
}

/// Keeps calls that came together with one flush, or one by one if that does not go.
fn submit<S: Store>(
    queue: &mut Queue<S>,
    now: Time,
    calls: &mut Vec<EventCall>,
    replies: &mut Vec<Reply>,
) {
    let taken = match calls.len() {
        0 => return,
        _ => queue.submit_all(now, calls),
    };
    let alone = calls.len() == 1;
    let each = calls.drain(..).zip(replies.drain(..));
    for (index, (call, reply)) in each.enumerate() {
        let result = match &taken {
            Ok(ids) => Ok(ids[index]),
            Err(error) if alone => Err(error.clone()),
            Err(_) => queue.submit(now, &call),
        };
        // Whoever does not wait for the answer does not hear it; the call is kept all the same.
        let _ = reply.send(result);
    }
}
