//! A Partner API endpoint as an axum router: for gateways that take alarms in this form, and as a
//! double of Sensio in tests (feature `axum`).
//!
//! It serves the calls of Partner API reference 3 to 5 and the OpenAPI document at
//! `{base}/openapi.yaml`. What it takes it hands to a [`Backend`], and it answers 200 only after the
//! backend said that the call is durable. Errors are problem details (RFC 9457), those of the token
//! call as OAuth 2.0 wants them (RFC 6749 5.2). Nothing is logged.
//!
//! Paths are split as they came, before anything is decoded, and each segment is decoded once: a slash
//! in an identifier does not make two segments, and `.`, `..` and the empty segment are refused and
//! never turn a call for one device into another call.
//!
//! TLS, the time for the head of a request and the number of connections belong to the server around it.
//!
//! ```
//! use sensio_partner::Secret;
//! use sensio_partner::server::{Client, Config, MemoryBackend, Server};
//!
//! let client = Client::new("nordlys-partner", &[Secret::new("not-a-real-secret")])?;
//! let seed = [7; 32]; // random bytes, fresh for each start, in earnest
//! let backend = MemoryBackend::default();
//! backend.register("SN-004711")?;
//! let app = Server::new(Config::new(seed, vec![client]), backend).router();
//! # let _: axum::Router = app;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod active;
mod authorization;
mod backend;
mod call;
mod client;
mod config;
pub mod faults;
mod memory;
mod problem;
mod route;
mod target;
mod token_call;
mod token_request;
mod tokens;
mod warning;

pub use active::{ActiveEvent, ActiveEvents, Change};
pub use backend::{Backend, EventAction, EventCall, Refused, StatusCall};
pub use client::{Client, ClientId, InvalidClient};
pub use config::Config;
pub use memory::{MemoryBackend, Recorded};
pub use route::Server;
pub use tokens::Tokens;
pub use warning::ServerWarning;

/// The OpenAPI 3.1 description of the interface, as YAML. A reconstruction, not the vendor's own.
pub const OPENAPI: &str = include_str!("../data/openapi.yaml");
