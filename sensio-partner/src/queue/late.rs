//! The time of occurrence in the text of a late delivery.

use core::fmt;
use core::time::Duration;
use std::sync::Arc;

use crate::event::{Description, EventParameters};

use super::wall::WallMicros;

/// Puts the time of occurrence in front of the description when an event is sent late, since no field
/// carries it (Partner API reference 4.6). Only for POST and PUT; a text that would pass the limit
/// with it stays as it is.
#[derive(Clone)]
pub struct LateDescription {
    after: Duration,
    text: Arc<dyn Fn(WallMicros) -> String + Send + Sync>,
}

impl LateDescription {
    /// For events older than `after`; `text` writes the time as the staff reads it, for example
    /// `"Kl. 03.12:"` in local time.
    #[must_use]
    pub fn new(
        after: Duration,
        text: impl Fn(WallMicros) -> String + Send + Sync + 'static,
    ) -> Self {
        let text = Arc::new(text);
        Self { after, text }
    }

    /// The same with times such as `2026-11-22 07:27 UTC`.
    #[must_use]
    pub fn utc(after: Duration) -> Self {
        Self::new(after, |time| time.to_string())
    }

    pub(super) fn is_late(&self, occurred: WallMicros, now: WallMicros) -> bool {
        now.since(occurred) > self.after
    }

    /// The parameters with the time in the description, if there is room.
    pub(super) fn apply(
        &self,
        occurred: WallMicros,
        parameters: &Arc<EventParameters>,
    ) -> Arc<EventParameters> {
        let mut text = (self.text)(occurred);
        if let Some(description) = &parameters.description {
            text.push(' ');
            text.push_str(description.as_str());
        }
        match Description::new(&text) {
            Ok(description) => {
                let mut with = EventParameters::clone(parameters);
                with.description = Some(description);
                Arc::new(with)
            }
            Err(_) => Arc::clone(parameters),
        }
    }
}

impl fmt::Debug for LateDescription {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LateDescription")
            .field("after", &self.after)
            .finish_non_exhaustive()
    }
}
