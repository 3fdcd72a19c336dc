//! Keys, assertions, proofs and the life of a token (FHIR reference 10).
#![cfg(feature = "security")]

#[path = "security/keys.rs"]
mod keys;
#[path = "security/signed.rs"]
mod signed;
#[path = "security/tokens.rs"]
mod tokens;
