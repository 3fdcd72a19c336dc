//! What is left out of a body that the server refuses: the alarm comes first.

use std::sync::Arc;

use crate::event::EventParameters;
use crate::member::{Member, Members};

/// How much less than submitted is sent (Partner API reference 8.3). The state always stays: it is
/// the meaning of the event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
#[repr(u8)]
pub enum Reduction {
    /// All of it.
    #[default]
    Nothing = 0,
    /// Without images.
    Images = 1,
    /// Without images and description.
    Description = 2,
    /// Without images, description, trigger value and external event id.
    AllButState = 3,
}

impl Reduction {
    const ALL: [Self; 4] = [
        Self::Nothing,
        Self::Images,
        Self::Description,
        Self::AllButState,
    ];

    pub(super) fn from_u8(level: u8) -> Option<Self> {
        Self::ALL.get(usize::from(level)).copied()
    }

    const fn removes(self) -> &'static [Member] {
        match self {
            Self::Nothing => &[],
            Self::Images => &[Member::Images],
            Self::Description => &[Member::Images, Member::Description],
            Self::AllButState => &[
                Member::Images,
                Member::Description,
                Member::TriggerValue,
                Member::ExternalEventId,
            ],
        }
    }

    /// What of these members is left out.
    pub(super) fn left_out(self, present: Members) -> Members {
        let removes = self.removes().iter().copied();
        removes.filter(|member| present.contains(*member)).collect()
    }

    pub(super) fn keeps(self, member: Member) -> bool {
        !self.removes().contains(&member)
    }

    /// The next step that takes something away; `None` when nothing is left to take.
    pub(super) fn next(self, present: Members) -> Option<Self> {
        let now = self.left_out(present);
        Self::ALL
            .into_iter()
            .find(|step| *step > self && step.left_out(present) != now)
    }

    /// The parameters that are sent.
    pub(super) fn apply(self, parameters: &Arc<EventParameters>) -> Arc<EventParameters> {
        if self.left_out(members(parameters)).is_empty() {
            return Arc::clone(parameters);
        }
        let mut less = EventParameters::new();
        less.state = parameters.state;
        if self.keeps(Member::Description) {
            less.description.clone_from(&parameters.description);
        }
        if self.keeps(Member::TriggerValue) {
            less.trigger_value = parameters.trigger_value;
            less.external_event_id
                .clone_from(&parameters.external_event_id);
        }
        Arc::new(less)
    }
}

/// The members that would be sent.
pub(super) fn members(parameters: &EventParameters) -> Members {
    [
        (Member::TriggerValue, parameters.trigger_value.is_some()),
        (Member::Images, !parameters.images.is_empty()),
        (
            Member::ExternalEventId,
            parameters.external_event_id.is_some(),
        ),
        (Member::State, parameters.state.is_some()),
        (Member::Description, parameters.description.is_some()),
    ]
    .into_iter()
    .filter_map(|(member, present)| present.then_some(member))
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_that_take_nothing_are_skipped() {
        let all: Members = Member::ALL.into_iter().collect();
        assert_eq!(Reduction::Nothing.next(all), Some(Reduction::Images));
        assert_eq!(Reduction::Images.next(all), Some(Reduction::Description));
        assert_eq!(
            Reduction::Description.next(all),
            Some(Reduction::AllButState)
        );
        assert_eq!(Reduction::AllButState.next(all), None);

        let id = Members::NONE
            .with(Member::ExternalEventId)
            .with(Member::State);
        assert_eq!(Reduction::Nothing.next(id), Some(Reduction::AllButState));
        let state = Members::NONE.with(Member::State);
        assert_eq!(Reduction::Nothing.next(state), None);
    }
}
