//! Captured ESPA lines and their readers.

pub mod captures;
pub mod machines;
