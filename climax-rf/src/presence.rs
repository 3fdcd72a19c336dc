//! Where a geo transmitter was last seen, and which way somebody went through a door (Climax
//! reference 10).
//!
//! No format of the patient wandering receiver is public, so nothing here reads bytes: the caller
//! makes a [`Sighting`] from whatever the equipment gives. A resting transmitter is silent, so
//! **silence is not absence**: after the leave time a device is *last seen*, and nothing here ever
//! calls it gone. Every default is a choice and not a fact.
//!
//! ```
//! use std::time::Duration;
//! use climax_rf::Time;
//! use climax_rf::presence::{Change, Presences, Settings, Sighting, SightingKind, State, Strength};
//!
//! let at = |seconds| Time::from(Duration::from_secs(seconds));
//! let mut presences = Presences::new(Settings::default());
//! let seen = presences.sight(&Sighting {
//!     device: 17,
//!     receiver: "corridor",
//!     at: at(0),
//!     strength: Strength::Dbm(-60),
//!     kind: SightingKind::Beacon,
//! })?;
//! assert_eq!(seen, Change::Entered { device: 17, place: "corridor" });
//!
//! // Two silent minutes later it was last seen in the corridor. It is not gone.
//! let Some(Change::LastSeen { place: "corridor", .. }) = presences.poll_event(at(120)) else {
//!     panic!()
//! };
//! assert_eq!(presences.get(&17).map(|p| p.state), Some(State::LastSeen));
//! # Ok::<(), climax_rf::presence::Full>(())
//! ```

mod passage;
mod sighting;
mod track;

pub use passage::{Contact, Direction, DoorPassage, Passage, Side};
pub use sighting::{Sighting, SightingKind, Strength};
pub use track::{Change, Full, Presence, Presences, Settings, State};
