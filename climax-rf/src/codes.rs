//! Codes of Climax equipment and of Contact ID, with every name that a public source gives them.
//!
//! The tables hold facts about panel interfaces and reports; none of them is shown to be a radio
//! code (Climax reference 0). A code that is in no table is data and never an error.
//!
//! ```
//! use climax_rf::Provenance;
//! use climax_rf::codes::{DeviceTypeCode, tables};
//!
//! assert_eq!(DeviceTypeCode(21).name(), Some("Medical alarm transmitter (pendant)"));
//! assert_eq!(DeviceTypeCode(21).to_string(), "Medical alarm transmitter (pendant)");
//! assert_eq!(DeviceTypeCode(200).to_string(), "unknown type 200");
//!
//! // Sources that name a code differently are all kept.
//! let row = tables::CLIMAX_CID_QUALIFIED.get(1401).ok_or("in the maker's list")?;
//! assert_eq!(row.name(), "Remote Disarm");
//! assert_eq!(row.entries()[1].name(), "Automation Disarm");
//! assert_eq!(row.provenance(), Provenance::Confirmed);
//! # Ok::<(), &str>(())
//! ```

mod device_id;
mod number;
mod sia;
mod standard;
mod table;
#[rustfmt::skip]
pub mod tables;

pub use device_id::{DeviceId, DeviceIdKind};
pub use number::{DeviceTypeCode, MobileReportFilter, MobileReportType, ResponseValue};
pub use sia::{SiaCode, SiaEntry, SiaRow};
pub use standard::{StandardClass, StandardEvent, ThirdField};
pub(crate) use table::entry;
pub use table::{Entry, Row, Table};
