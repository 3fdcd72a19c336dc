//! HelseID and DPoP (feature `security`): who calls, and how that is proved (FHIR reference 10).
//!
//! [`Credentials`] hold what a client has: its id, a [`PrivateKey`] for the assertion, a [`DpopKey`] for the
//! proofs, and for which organisation it acts. [`Tokens`] is a machine without clock and socket that
//! keeps one access token; [`ClientCore`] puts token and proof into each request. The signing is
//! done by `jsonwebtoken` with the crates of RustCrypto.
//!
//! Keys, tokens, assertions and proofs do not print.
//!
//! ```
//! use fhir_vkp::WallMicros;
//! use fhir_vkp::request::Method;
//! use fhir_vkp::security::{DpopKey, Proof};
//!
//! let key = DpopKey::generate()?; // lives as long as the tokens that are bound to it
//! let proof = Proof::new(Method::Post, "https://write.example.net/v1/Bundle")
//!     .with_access_token("token")
//!     .with_nonce("n-1");
//! let header = key.prove(&proof, WallMicros::now(), "jti-1")?;
//! assert_eq!(header.expose().split('.').count(), 3);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod answer;
mod assertion;
mod core;
mod credentials;
mod discovery;
mod dpop;
mod jwt;
mod key;
mod key_material;
mod nonces;
mod tokens;

pub use self::core::{CallError, ClientCore, Exchange, Step};
pub use answer::{AccessToken, TokenAnswerError, TokenType};
pub use assertion::{AssertionType, Details, Organisation};
pub use credentials::Credentials;
pub use discovery::{Discovery, DiscoveryError};
pub use dpop::{DpopKey, NotForDpop, Proof};
pub use jwt::SignError;
pub use key::{Algorithm, InvalidKey, PrivateKey};
pub use nonces::Nonces;
pub use tokens::{Access, AttemptId, Config, Endpoint, Event, Problem, Tokens, Transmit};
