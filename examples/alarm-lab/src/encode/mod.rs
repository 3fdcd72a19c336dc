//! From an event of the shared model to what another system takes.

mod context;
mod failure;
pub mod fhir;
mod pretty;

pub use context::{
    AlarmSystemName, Context, DeviceContext, InvalidContext, LogContext, Party, SectionContext,
    SupervisionContext,
};
pub use failure::{EncodeFailure, Unread};
pub use pretty::pretty;
