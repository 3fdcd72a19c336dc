//! The web interface of panels, read only (Climax reference 9).
//!
//! Old panels answer with text that is almost JSON, new ones with JSON full of place holders. The
//! readers here take both: [`read_devices`], [`read_log_lines`], [`read_records`],
//! [`read_report_events`] and [`read_conditions`]. Every leniency is a [`Warning`]; members that
//! nobody named are kept as they are. The names of the members are as far as the reference prints
//! them; how rows are nested is not public, so rows are looked for wherever they are.
//!
//! Nothing here sets a mode: the same number arms one generation of panels and disarms another.
//! Polling is a fall-back, and never faster than [`POLL_INTERVAL`].
//!
//! ```
//! use climax_rf::codes::DeviceTypeCode;
//! use climax_rf::panel_web::{Limits, read_devices};
//!
//! let answer = b"/*-secure-\n{ senrows : [ { zone : \"3\", type : 4, name : \"Fr\tont door\",
//!     status : \"{WEB_MSG_DC_OPEN}\", battery_ok : \"0\" } ] }*/";
//! let read = read_devices(answer, &Limits::default())?;
//! let door = &read.rows[0];
//! assert_eq!(door.zone, Some(3));
//! assert_eq!(door.device_type, Some(DeviceTypeCode::CONTACT));
//! assert_eq!(door.status.as_ref().map(|s| s.to_string()).as_deref(), Some("contact open"));
//! assert_eq!(door.flag("battery").and_then(|flag| flag.ok), Some(false));
//! assert!(!read.warnings.is_empty());
//! # Ok::<(), climax_rf::panel_web::ReadError>(())
//! ```

mod clean;
mod condition;
mod device;
mod error;
mod log;
mod members;
mod placeholder;
mod report;
mod request;

use alloc::vec::Vec;
use core::time::Duration;

pub use condition::{AreaMode, Conditions, read_conditions};
pub use device::{Device, read_devices};
pub use error::{ReadError, Warning};
pub use log::{LogLine, Record, read_log_lines, read_records};
pub use members::{Flag, Member, PersonalText, Reading, Signal};
pub use placeholder::{Part, Parts, Text};
pub use report::{ReportEvent, Trigger, read_report_events};
pub use request::{Call, Request, TOKEN_HEADER, TOKEN_LIFE, Token, read_token};

/// Poll no faster than this: the processor of a panel is slow (Climax reference 9).
pub const POLL_INTERVAL: Duration = Duration::from_secs(2);

/// How much a reader takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// Bytes of an answer, default 512 KiB. What is made of it takes a multiple of that.
    pub bytes: usize,
    /// Rows of an answer, default 10,000.
    pub rows: usize,
    /// How deep objects and lists may be nested, default 16, at most 64.
    pub depth: usize,
    /// Warnings that are kept, default 100. More are only counted.
    pub warnings: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            bytes: 512 * 1024,
            rows: 10_000,
            depth: 16,
            warnings: 100,
        }
    }
}

/// What a reader made of an answer.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Read<T> {
    /// The rows, in the order of the answer.
    pub rows: Vec<T>,
    /// What was tolerated, in the order in which it was met.
    pub warnings: Vec<Warning>,
    /// Warnings beyond [`Limits::warnings`].
    pub more_warnings: usize,
}

pub(crate) use error::Warnings;
