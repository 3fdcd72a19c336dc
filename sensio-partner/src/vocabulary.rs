//! Events of other vendors, by declared mapping files (Partner API reference 15).
//!
//! A file in TOML says where in a vendor's JSON the device, the event, its time and its state stand, and what
//! each event means: a kind of the taxonomy, a code of the Partner API, or both. What the file does not
//! know is an event all the same, of the kind that the file keeps for it; nothing is dropped.
//!
//! ```
//! use alarm_codes::{EventId, Kind, Timestamp};
//! use sensio_partner::vocabulary::Vocabulary;
//!
//! let vocabulary = Vocabulary::parse(r#"
//! format = 1
//! name = "nattlys"
//! version = "1"
//! status = "suggestion"
//!
//! [paths]
//! device = "/unit/serial"
//! event = "/what"
//!
//! [[events]]
//! event = ["fall", "fell"]
//! kind = "fall"
//! sensio = 906
//!
//! [[samples]]
//! name = "a fall"
//! json = '{ "unit": { "serial": "40211870" }, "what": "Fall" }'
//! expect = [{ device = "40211870", kind = "fall", phase = "start" }]
//! "#)?;
//!
//! let message = br#"{ "unit": { "serial": "40211871" }, "what": "levitation" }"#;
//! let reading = &vocabulary.read(message)?[0];
//! assert_eq!(reading.kind, Kind::CallAlarmGeneric); // unknown, and an alarm all the same
//! let event = reading.to_event(EventId(1), Timestamp::UNIX_EPOCH, message);
//! assert_eq!(event.detail.as_deref(), Some("levitation"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # The file
//!
//! | member | meaning |
//! |---|---|
//! | `format` | 1: the form of file described here |
//! | `name`, `version` | of the file |
//! | `status` | `suggestion` or `confirmed` |
//! | `note` | what a reader should know |
//! | `system` | the code system of the taxonomy that the events belong to, such as `safemate-text`; recorded with each event |
//! | `limits.bytes`, `.depth`, `.events` | how large a message may be: 65,536, 32, 100 |
//! | `paths.device`, `.event` | JSON Pointers (RFC 6901); an empty one is the whole message |
//! | `paths.time`, `.state`, `.reference`, `.text` | more of them, if the vendor has such |
//! | `paths.list` | an array with one event for each item; paths start at the item, and what it does not hold is looked for in the whole message |
//! | `[states]` | state → `start`, `update`, `end` |
//! | `[unmatched]` | `kind` and `action` of what is not listed: `call_alarm_generic` and `alarm` |
//! | `[[events]]` | `event` (one or several), `state` (the row is for this state alone), `kind`, `sensio` (code), `phase`, `clears` (kinds that it ends), `clears_within_minutes`, `action`, `relation`, `uncertain`, `note` |
//! | `[[conditions]]` | `path` with `equals`, `one_of` or `present`; then `action` and `phase` are these. All are tried, the later win |
//! | `[[samples]]` | `name`, `json`, and `expect`: for each event any of `device`, `event`, `state`, `time`, `reference`, `kind`, `phase`, `action`, `sensio`, `unmatched` |
//!
//! Events, states and values of conditions are compared trimmed and without case; numbers and booleans
//! as JSON writes them. `action = "log"` keeps an event and raises nothing, such as an alarm that Safemate says was
//! handled already.
//!
//! [`check`] gives every problem with its line, and holds the file against its own samples.
//!
//! # Shipped files
//!
//! [`EVONDOS`], [`SAFEMATE`], [`ROOMMATE`] and [`SOMNOFY`] are suggestions: the events are public, the JSON of
//! the vendors is not. **Their paths and the exact words are invented placeholders**: replace them with what the
//! vendor sends, and the samples with real messages.

mod compile;
mod file;
mod read;
mod report;
mod rules;
mod sample;

pub use read::{Basis, ReadError, ReadWarning, Reading};
pub use report::{Problem, ProblemKind, Report};
pub use rules::{Action, Limits, Rule, Status, Vocabulary};

/// Checks a file: its form, its names, its rows, and its samples against what it makes of them.
#[must_use]
pub fn check(text: &str) -> Report {
    compile::compile(text).1
}

/// Medicine dispensers, Evondos among them: a suggestion with invented paths.
pub const EVONDOS: &str = include_str!("../vocabularies/evondos.toml");
/// Safemate, mobile social alarms: a suggestion with invented paths.
pub const SAFEMATE: &str = include_str!("../vocabularies/safemate.toml");
/// RoomMate, a room sensor: a suggestion with invented paths.
pub const ROOMMATE: &str = include_str!("../vocabularies/roommate.toml");
/// Somnofy, a sleep and respiration sensor: a suggestion with invented paths.
pub const SOMNOFY: &str = include_str!("../vocabularies/somnofy.toml");

/// The shipped files by name.
pub const SHIPPED: [(&str, &str); 4] = [
    ("evondos", EVONDOS),
    ("safemate", SAFEMATE),
    ("roommate", ROOMMATE),
    ("somnofy", SOMNOFY),
];
