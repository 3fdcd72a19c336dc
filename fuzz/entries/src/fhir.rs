//! FHIR for VKP and its successors: reading, writing, answers, tokens, deliveries, codes, texts, times.

mod answer;
mod codes;
mod delivery;
mod exists;
mod luck;
mod notes;
mod read;
mod repair;
mod text;
mod time;
mod token;
mod twice;
mod write;

pub use answer::fhir_answer;
pub use codes::fhir_codes;
pub use delivery::fhir_delivery;
pub use read::fhir_read;
pub use repair::{DOCUMENTS, fhir_repair};
pub use text::fhir_text;
pub use time::fhir_time;
pub use token::fhir_token;
pub use write::fhir_write;
