//! The delivery queue under a list of operations, failures of every kind, a failing store and
//! crashes (Partner API reference 4.6, 8.2, 8.3 and 9).

#[path = "../../../../sensio-partner/tests/queue_world/mod.rs"]
mod queue_world;

use arbitrary::{Arbitrary, Unstructured};
use sensio_partner::queue::EventMethod;

use queue_world::{Fate, World};

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
    /// How one of the calls under way goes: kind and detail of a fate.
    Answer {
        which: u8,
        fate: (u8, u8),
    },
    /// Without a poll behind it, so that outcomes come together.
    AnswerQuietly {
        which: u8,
        fate: (u8, u8),
    },
    Crash((u8, u8)),
    FailDisk(u8),
    Retry(u8),
    RetryAsPost(u8),
    /// An outcome for a call that is over.
    Stray(bool),
}

/// Runs the operations; then the server behaves.
pub fn sensio_queue(data: &[u8]) {
    let Ok(input) = Input::arbitrary(&mut Unstructured::new(data)) else {
        return;
    };
    let mut world = World::new();
    for operation in input.operations.iter().take(OPERATIONS) {
        run(&mut world, *operation);
    }
    world.settle();
}

fn run(world: &mut World, operation: Operation) {
    match operation {
        Operation::Post { pair } => world.submit(pair, EventMethod::Post),
        Operation::Put { pair } => world.submit(pair, EventMethod::Put),
        Operation::Delete { pair } => world.submit(pair, EventMethod::Delete),
        Operation::Status { device } => world.submit_status(device),
        Operation::Slot => world.submit_slot(),
        Operation::Begin { pair } => world.condition(pair, true),
        Operation::End { pair } => world.condition(pair, false),
        Operation::Milliseconds(milliseconds) => world.pass(milliseconds.into()),
        Operation::Seconds(seconds) => world.pass(1000 * u64::from(seconds)),
        Operation::Timeout => world.until_due(),
        Operation::Answer { which, fate } => world.answer(which, Fate::of(fate.0, fate.1)),
        Operation::AnswerQuietly { which, fate } => {
            world.answer(which, Fate::of(fate.0, fate.1));
            return;
        }
        Operation::Crash(fate) => world.crash(Fate::of(fate.0, fate.1)),
        Operation::FailDisk(count) => world.fail_disk(count),
        Operation::Retry(which) => world.retry(which, false),
        Operation::RetryAsPost(which) => world.retry(which, true),
        Operation::Stray(done) => world.stray(done),
    }
    world.poll();
}
