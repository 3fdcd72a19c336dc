//! Captured ESPA lines and their readers, answers on a terminal, and the memory of a link.

#[cfg(unix)]
pub mod answer;
pub mod captures;
pub mod handing;
pub mod machines;
pub mod memory;
