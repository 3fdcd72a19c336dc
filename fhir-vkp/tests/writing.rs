//! How documents are written, and what is refused.

#[path = "writing/documents.rs"]
mod documents;
#[path = "writing/measurements.rs"]
mod measurements;
#[path = "writing/persons.rs"]
mod persons;
#[path = "../examples/write_samples/samples.rs"]
mod samples;
#[path = "writing/support.rs"]
mod support;
#[path = "writing/times.rs"]
mod times;
