//! The parts of the reference server: a journal that keeps every message before it is answered,
//! a place where inputs plug in, an HTTP API, metrics, configuration.
//!
//! The binary only wires these together. What is here as a library is here for the tests and the
//! benchmarks; whatever could be useful to somebody else's gateway belongs in a crate of its own.
//!
//! ```
//! use reference_server::config::{Config, Listen};
//! use reference_server::server::Server;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let directory = tempfile::tempdir()?;
//! # let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
//! # runtime.block_on(async {
//! let mut config = Config::default(); // everything on loopback
//! config.journal.path = directory.path().join("alarms.sqlite");
//! config.http.listen = "127.0.0.1:0".parse()?;
//! let server = Server::new(config).start().await?; // `.with_input(...)` for each protocol
//! assert!(server.addresses().get("http").is_some());
//! server.shutdown().await?;
//! # Ok(()) })
//! # }
//! ```

#![forbid(unsafe_code)]

pub mod config;
pub mod demo;
pub mod devices;
pub mod health;
pub mod http;
pub mod input;
pub mod inputs;
pub mod journal;
pub mod lines;
pub mod logging;
pub mod measure;
pub mod output;
pub mod outputs;
pub mod patients;
pub mod server;
pub mod telemetry;
pub mod time;
