//! Random orders, failures, lost answers and crashes: nothing is lost, order is kept, alarms stay closed.

mod queue_world;

use proptest::prelude::*;
use queue_world::{Fate, World};
use sensio_partner::queue::EventMethod;

#[derive(Debug, Clone)]
enum Step {
    Submit(u8, EventMethod),
    Status(u8),
    Slot,
    Condition(u8, bool),
    Pass(u32),
    UntilDue,
    /// Whether a poll follows: several outcomes may be handed in before the next one, or a crash.
    End(u8, Fate, bool),
    Stray(bool),
    Crash(Fate),
    FailDisk(u8),
    Retry(u8, bool),
}

fn fates() -> impl Strategy<Value = Fate> {
    let others = (any::<u8>(), any::<u8>()).prop_map(|(kind, detail)| Fate::of(kind, detail));
    prop_oneof![1 => Just(Fate::Answered), 2 => others]
}

fn steps() -> impl Strategy<Value = Step> {
    let method = prop_oneof![
        3 => Just(EventMethod::Post),
        1 => Just(EventMethod::Put),
        3 => Just(EventMethod::Delete),
    ];
    prop_oneof![
        8 => (0u8..6, method).prop_map(|(pair, method)| Step::Submit(pair, method)),
        2 => (0u8..3).prop_map(Step::Status),
        1 => Just(Step::Slot),
        1 => (0u8..6, any::<bool>()).prop_map(|(pair, begins)| Step::Condition(pair, begins)),
        4 => (0u32..120_000).prop_map(Step::Pass),
        4 => (0u32..500).prop_map(Step::Pass),
        2 => Just(Step::UntilDue),
        14 => (any::<u8>(), fates(), prop::bool::weighted(0.75))
            .prop_map(|(which, fate, polls)| Step::End(which, fate, polls)),
        1 => any::<bool>().prop_map(Step::Stray),
        1 => fates().prop_map(Step::Crash),
        1 => (1u8..4).prop_map(Step::FailDisk),
        2 => (any::<u8>(), any::<bool>()).prop_map(|(which, as_post)| Step::Retry(which, as_post)),
    ]
}

fn run(world: &mut World, step: &Step) {
    match *step {
        Step::Submit(pair, method) => world.submit(pair, method),
        Step::Status(device) => world.submit_status(device),
        Step::Slot => world.submit_slot(),
        Step::Condition(pair, begins) => world.condition(pair, begins),
        Step::Pass(milliseconds) => world.pass(milliseconds.into()),
        Step::UntilDue => world.until_due(),
        Step::End(which, fate, polls) => {
            world.answer(which, fate);
            if !polls {
                return;
            }
        }
        Step::Stray(done) => world.stray(done),
        Step::Crash(fate) => world.crash(fate),
        Step::FailDisk(operations) => world.fail_disk(operations),
        Step::Retry(which, as_post) => world.retry(which, as_post),
    }
    world.poll();
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn nothing_is_lost_order_is_kept_and_closed_alarms_stay_closed(
        steps in proptest::collection::vec(steps(), 1..160)
    ) {
        let mut world = World::new();
        for step in &steps {
            run(&mut world, step);
        }
        world.settle();
    }
}
