//! SIP digest authentication, both sides, sans-I/O (RFC 3261 22, RFC 7616, RFC 8760; SCAIP
//! reference 5.5).
//!
//! A receiver asks with a [`Challenger`]; a sender reads the question into [`Challenge`]s, takes
//! the strongest one and answers with a [`Session`]. MD5 and SHA-256 with their `-sess` forms,
//! `qop` auth and the older form without `qop`. Not `auth-int`: the body is not covered, so
//! digest proves who speaks and TLS keeps what is said.
//!
//! Secrets never appear in `Debug` and are wiped from memory when dropped.
//!
//! ```
//! use std::collections::HashMap;
//! use std::time::Instant;
//! use scaip::digest::{Challenge, Challenger, ChallengerConfig, Credentials, Secret, Session, Verdict};
//!
//! let now = Instant::now();
//! let uri = "sip:alarm@example.net";
//! let mut server = Challenger::new(ChallengerConfig::new("example.net", [7; 32]), now)?;
//! let accounts = HashMap::from([("40211870".to_owned(), vec![Secret::password("pendant")])]);
//!
//! // The 401 carries one WWW-Authenticate for each algorithm.
//! let asked = server.challenge(now, false);
//! let offers = asked.iter().filter_map(|value| Challenge::read(value.as_bytes()).ok());
//! let strongest = Challenge::strongest(offers.flatten()).expect("one that is understood");
//!
//! // The next request carries the answer in Authorization.
//! let credentials = Credentials::new("40211870", Secret::password("pendant"));
//! let mut session = Session::new(strongest, "5c0e2f");
//! let answer = session.answer(&credentials, "MESSAGE", uri).expect("a usable secret");
//! let verdict = server.verify(now, "MESSAGE", uri.as_bytes(), Some(answer.as_bytes()), &accounts);
//! assert!(matches!(verdict, Verdict::Accepted(identity) if identity.username == "40211870"));
//! # Ok::<(), scaip::digest::ChallengerError>(())
//! ```

mod challenge;
mod client;
mod hash;
mod parameters;
mod replay;
mod secret;
mod server;

pub use challenge::{Challenge, QualityOfProtection};
pub use client::Session;
pub use hash::Algorithm;
pub(crate) use hash::{hexadecimal, keyed};
pub use parameters::MalformedHeader;
pub use secret::{Credentials, HashedSecret, Password, Secret};
pub use server::{
    Account, Accounts, Challenger, ChallengerConfig, ChallengerError, CredentialsFault, Identity,
    Verdict,
};
