//! Which way somebody went through a door.

use core::time::Duration;

use crate::time::Time;

/// One of the two motion zones of a wandering door contact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum Side {
    /// Zone 1.
    One,
    /// Zone 2.
    Two,
}

/// What the contact of the door says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum Contact {
    /// It has not said anything yet.
    #[default]
    Unknown,
    /// Open.
    Open,
    /// Closed.
    Closed,
}

/// Which way. Which side is inside is a matter of how the sensor was mounted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum Direction {
    /// From zone 1 to zone 2.
    OneToTwo,
    /// From zone 2 to zone 1.
    TwoToOne,
}

/// Somebody went through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Passage {
    /// Which way.
    pub direction: Direction,
    /// When the second zone saw it.
    pub at: Time,
    /// How long it took from zone to zone.
    pub took: Duration,
    /// What the contact said last. Through a closed door nobody goes: the caller decides what such
    /// a passage is worth.
    pub contact: Contact,
}

/// The order of the two zones of one door gives the direction (Climax reference 10).
///
/// ```
/// use climax_rf::Time;
/// use climax_rf::presence::{Contact, Direction, DoorPassage, Side};
///
/// let mut door = DoorPassage::default();
/// door.contact(Contact::Open);
/// assert_eq!(door.motion(Time::from_millis(1_000), Side::One), None);
/// let passage = door.motion(Time::from_millis(2_500), Side::Two).ok_or("passed")?;
/// assert_eq!(passage.direction, Direction::OneToTwo);
/// assert_eq!(passage.contact, Contact::Open);
/// # Ok::<(), &str>(())
/// ```
#[derive(Debug, Clone, Copy)]
pub struct DoorPassage {
    window: Duration,
    contact: Contact,
    earlier: Option<(Time, Side)>,
}

impl Default for DoorPassage {
    /// A window of 10 s, which is a choice.
    fn default() -> Self {
        Self::new(Duration::from_secs(10))
    }
}

impl DoorPassage {
    /// A door whose two zones must follow each other within `window`.
    #[must_use]
    pub const fn new(window: Duration) -> Self {
        Self {
            window,
            contact: Contact::Unknown,
            earlier: None,
        }
    }

    /// What the contact says now.
    pub const fn contact(&mut self, contact: Contact) {
        self.contact = contact;
    }

    /// A zone saw motion. `Some` when the other zone did so before, within the window; both then
    /// begin anew. At the very same time there is no order, and so no direction.
    pub fn motion(&mut self, now: Time, side: Side) -> Option<Passage> {
        if let Some((at, earlier)) = self.earlier {
            let took = now.since(at);
            if earlier != side && now > at && took <= self.window {
                self.earlier = None;
                return Some(Passage {
                    direction: match side {
                        Side::Two => Direction::OneToTwo,
                        Side::One => Direction::TwoToOne,
                    },
                    at: now,
                    took,
                    contact: self.contact,
                });
            }
            if earlier != side && now <= at {
                // Both at once: whoever moves next decides.
                self.earlier = None;
                return None;
            }
        }
        self.earlier = Some((now, side));
        None
    }
}
