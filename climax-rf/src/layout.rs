//! Declared layouts: formats that a vendor describes and this crate does not know.
//!
//! How a Climax receiver talks to its host is not public, and what stands in an F1 payload is
//! secret (Climax reference 4 and 2.3). Whoever has the description writes it down as TOML, with
//! samples, and the frames are read without a change of code (Climax reference 11). No layout that
//! comes with this crate is a fact about any maker: those in `layouts/` are made up.
//!
//! ```
//! use climax_rf::layout::{Layout, Verification};
//!
//! let layout = Layout::parse(
//!     r#"
//!     version = 1
//!     name = "example-binary"
//!
//!     [framing]
//!     start = "02"
//!     end = "03"
//!     fixed_length = 9
//!     ack = "06"
//!     checksum = { kind = "xor" }
//!
//!     [[field]]
//!     name = "device"
//!     offset = 1
//!     bytes = 4
//!     role = "device"
//!
//!     [[field]]
//!     name = "event"
//!     offset = 5
//!     role = "event"
//!
//!     [[field]]
//!     name = "battery"
//!     offset = 6
//!     scale = 0.1
//!     unit = "V"
//!     role = "battery"
//!
//!     [battery]
//!     low = 2.4
//!
//!     [[event]]
//!     name = "help"
//!     code = 1
//!
//!     [[sample]]
//!     name = "help from 40211870"
//!     bytes = "02 02 65 95 9e 01 1e 73 03"
//!     fields = { battery = 3.0 }
//!     device = 40211870
//!     events = ["help"]
//!     battery_low = false
//!     ack = "06"
//!     "#,
//! )?;
//! assert_eq!(layout.verification(), Verification::Passed { samples: 1 });
//!
//! let frame = [0x02, 0x02, 0x65, 0x95, 0x9e, 0x01, 0x17, 0x7a, 0x03];
//! let decoded = layout.decode_frame(&frame).unwrap();
//! assert_eq!(decoded.events().next().unwrap().name, "help");
//! assert_eq!(decoded.battery().unwrap().low, Some(true));
//! # Ok::<(), climax_rf::layout::LayoutErrors>(())
//! ```
//!
//! | Table | What it says |
//! |---|---|
//! | top | `version = 1`, `name`, `description`, `provenance` (`user`) |
//! | `[framing]` | marks, length, escape, checksum, answers, heartbeat, time-outs, separator of columns |
//! | `[payload]` | instead of `[framing]`: the length of clear payload bytes behind a codec |
//! | `[frame_family]` | preamble, sync, lengths, CRC and bit rate of another radio frame, as data |
//! | `[[field]]` | name, place in bytes, bits or columns, encoding, scale, unit, conditions, role |
//! | `[enumeration.NAME]` | names of values; a value without one is kept |
//! | `[battery]` | what the battery field means, unless the device type says it |
//! | `[[device_type]]` | number, name, supervision interval, events, battery |
//! | `[[event]]` | from code, device type and conditions to a neutral care event |
//! | `[[sample]]` | bytes, and what must come out; [`check`] and [`Layout::parse`] run them |
//!
//! Every key, its unit and its default are in `LAYOUTS.md` beside this crate.
//!
//! A layout that has faults is refused with all of them, each with line and column. What is wrong
//! in a frame of a good layout is an error only when the frame cannot be found or its check fails;
//! a value without a name, an unreadable field, a short frame are warnings, and the value is kept.

mod assemble;
mod check;
mod checksum;
mod decode;
mod decoded;
mod definition;
mod encode;
mod error;
mod field;
mod fieldbytes;
mod framing;
mod hex;
mod layouterror;
mod meaning;
mod read;
mod receiver;
mod sample;
mod validate;
mod value;
mod warning;

pub use check::{Report, ReportLine, SampleFinding, SampleReport, check};
pub use checksum::{Checksum, ChecksumEnd, ChecksumPosition, Complement};
pub use decoded::{Decoded, FieldValue};
pub use definition::{PayloadRule, Shape};
pub use error::{DecodeError, DecodeErrorKind, EncodeError};
pub use field::{Bits, Condition, Encoding, Field, Place, Role, Test};
pub use framing::{
    Answer, AnswerPart, Escape, Framing, LengthCounts, LengthEncoding, LengthField, Terminator,
};
pub use layouterror::{
    LayoutError, LayoutErrorKind, LayoutErrors, LayoutWarning, LayoutWarningKind,
};
pub use meaning::{Battery, BatteryScale, DeviceType, Enumeration, EventCondition, EventRule};
pub use receiver::{NoFraming, NotHeld, Received, Receiver, ReceiverEvent, Token};
pub use value::{Value, Values};
pub use warning::{Warning, WarningKind};

use crate::f1::Family;
use alloc::sync::Arc;
use core::fmt;

use crate::Provenance;
use definition::Definition;

/// What the samples of a layout say about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Verification {
    /// There are none: nothing shows that the layout is right.
    Untested,
    /// All of them came out as they should.
    Passed {
        /// How many there are.
        samples: usize,
    },
    /// Not all of them did.
    Failed {
        /// How many there are.
        samples: usize,
        /// How many came out otherwise.
        failed: usize,
    },
}

/// A declared layout, read and checked. Cloning it is cheap.
#[derive(Clone)]
pub struct Layout {
    definition: Arc<Definition>,
    verification: Verification,
}

impl Layout {
    /// The version of the format that this crate reads.
    pub const VERSION: u32 = 1;

    /// Reads a layout from TOML and runs its samples. Failing samples are no error here: see
    /// [`verification`](Self::verification), and [`check`] for what failed.
    ///
    /// # Errors
    ///
    /// [`LayoutErrors`]: every fault with its line and column.
    pub fn parse(text: &str) -> Result<Self, LayoutErrors> {
        let definition = read::read(text)?;
        let mut layout = Layout {
            definition: Arc::new(definition),
            verification: Verification::Untested,
        };
        let samples = layout.definition.samples.len();
        if samples > 0 {
            let reports = check::run(&layout);
            let failed = reports.iter().filter(|report| !report.passed()).count();
            layout.verification = match failed {
                0 => Verification::Passed { samples },
                failed => Verification::Failed { samples, failed },
            };
        }
        Ok(layout)
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.definition.name
    }

    /// Its description.
    #[must_use]
    pub fn description(&self) -> Option<&str> {
        self.definition.description.as_deref()
    }

    /// Where the knowledge in it comes from, as it says itself.
    #[must_use]
    pub fn provenance(&self) -> Provenance {
        self.definition.provenance
    }

    /// What its samples said when it was read.
    #[must_use]
    pub const fn verification(&self) -> Verification {
        self.verification
    }

    /// What it is about.
    #[must_use]
    pub fn shape(&self) -> &Shape {
        &self.definition.shape
    }

    /// A frame family that it declares, for [`f1::search`](crate::f1::search()).
    #[must_use]
    pub fn frame_family(&self) -> Option<&Family> {
        self.definition.family.as_ref()
    }

    /// Its fields, in the order of the text. Conditions, warnings and errors name them by index.
    #[must_use]
    pub fn fields(&self) -> &[Field] {
        &self.definition.fields
    }

    /// Its enumerations. Fields name them by index.
    #[must_use]
    pub fn enumerations(&self) -> &[Enumeration] {
        &self.definition.enumerations
    }

    /// Its types of device.
    #[must_use]
    pub fn device_types(&self) -> &[DeviceType] {
        &self.definition.device_types
    }

    /// Its events, in the order of the text.
    #[must_use]
    pub fn events(&self) -> &[EventRule] {
        &self.definition.events
    }

    /// What the battery field means where the device type does not say it.
    #[must_use]
    pub fn battery(&self) -> Option<&BatteryScale> {
        self.definition.battery.as_ref()
    }

    /// What works and is perhaps not meant.
    #[must_use]
    pub fn warnings(&self) -> &[LayoutWarning] {
        &self.definition.warnings
    }
}

impl fmt::Debug for Layout {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Layout")
            .field("name", &self.name())
            .field("verification", &self.verification)
            .finish_non_exhaustive()
    }
}

impl core::str::FromStr for Layout {
    type Err = LayoutErrors;

    fn from_str(text: &str) -> Result<Self, LayoutErrors> {
        Layout::parse(text)
    }
}
