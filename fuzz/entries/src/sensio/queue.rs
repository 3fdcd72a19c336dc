//! The delivery queue under a list of operations, failures of every kind, a failing store and
//! crashes (Partner API reference 4.6, 8.2, 8.3 and 9).

mod books;
mod disk;

use arbitrary::{Arbitrary, Unstructured};
use sensio_partner::queue::EventMethod;

use books::World;

const OPERATIONS: usize = 250;

#[derive(Debug, Arbitrary)]
struct Input {
    operations: Vec<Operation>,
}

#[derive(Debug, Clone, Copy, Arbitrary)]
enum Operation {
    Post {
        pair: u8,
    },
    Put {
        pair: u8,
    },
    Delete {
        pair: u8,
    },
    Status {
        device: u8,
    },
    Slot,
    Begin {
        pair: u8,
    },
    End {
        pair: u8,
    },
    Milliseconds(u16),
    Seconds(u8),
    /// To the next timeout.
    Timeout,
    /// How one of the calls under way goes.
    Answer {
        which: u8,
        fate: Fate,
    },
    /// Without a poll behind it, so that outcomes come together.
    AnswerQuietly {
        which: u8,
        fate: Fate,
    },
    Crash(Fate),
    FailDisk(u8),
    Retry(u8),
    RetryAsPost(u8),
    /// An outcome for a call that is over.
    Stray(Fate),
}

/// What may happen to a call.
#[derive(Debug, Clone, Copy, Arbitrary)]
enum Fate {
    Answered,
    AppliedButLost,
    Lost,
    NotSent,
    Busy(Option<u8>),
    Fault { applied: bool },
    Refused(u8),
    TooLarge,
    Forbidden,
    TokenRefused,
    Redirected,
}

/// Runs the operations; then the server behaves.
pub fn sensio_queue(data: &[u8]) {
    let Ok(input) = Input::arbitrary(&mut Unstructured::new(data)) else {
        return;
    };
    let mut world = World::new();
    for operation in input.operations.iter().take(OPERATIONS) {
        world.run(*operation);
    }
    world.settle();
}

impl World {
    fn run(&mut self, operation: Operation) {
        match operation {
            Operation::Post { pair } => self.submit(pair, EventMethod::Post),
            Operation::Put { pair } => self.submit(pair, EventMethod::Put),
            Operation::Delete { pair } => self.submit(pair, EventMethod::Delete),
            Operation::Status { device } => self.submit_status(device),
            Operation::Slot => self.submit_slot(),
            Operation::Begin { pair } => self.condition(pair, true),
            Operation::End { pair } => self.condition(pair, false),
            Operation::Milliseconds(milliseconds) => self.pass(milliseconds.into()),
            Operation::Seconds(seconds) => self.pass(1000 * u64::from(seconds)),
            Operation::Timeout => self.until_due(),
            Operation::Answer { which, fate } => self.answer(which, fate),
            Operation::AnswerQuietly { which, fate } => {
                self.answer(which, fate);
                return;
            }
            Operation::Crash(fate) => self.crash(fate),
            Operation::FailDisk(count) => self.disk.fail((count % 4).into()),
            Operation::Retry(which) => self.retry(which, false),
            Operation::RetryAsPost(which) => self.retry(which, true),
            Operation::Stray(fate) => self.stray(fate),
        }
        self.poll();
    }
}
