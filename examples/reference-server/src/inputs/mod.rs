//! The inputs: one module for each protocol that messages come in by.

mod limiter;
pub mod scaip;
