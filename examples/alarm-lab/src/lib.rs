#![doc = include_str!("../README.md")]

pub mod convert;
pub mod decode;
pub mod espa444;
pub mod scaip;
