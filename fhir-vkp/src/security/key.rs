//! Keys that sign and do not print.

use core::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::EncodingKey;
use sha2::{Digest as _, Sha256};

use super::key_material;

/// How a key signs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Algorithm {
    /// ECDSA with P-256 and SHA-256.
    Es256,
    /// ECDSA with P-384 and SHA-384.
    Es384,
    /// RSASSA-PSS with SHA-256.
    Ps256,
    /// RSASSA-PSS with SHA-384.
    Ps384,
    /// RSASSA-PSS with SHA-512.
    Ps512,
    /// RSASSA-PKCS1-v1_5 with SHA-256: for assertions of old clients, not for DPoP.
    Rs256,
}

impl Algorithm {
    /// Every algorithm. ES512, which NHN accepts too, is missing from the library that signs.
    pub const ALL: [Self; 6] = [
        Self::Es256,
        Self::Es384,
        Self::Ps256,
        Self::Ps384,
        Self::Ps512,
        Self::Rs256,
    ];

    /// The name as `alg` writes it (RFC 7518 3.1).
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Es256 => "ES256",
            Self::Es384 => "ES384",
            Self::Ps256 => "PS256",
            Self::Ps384 => "PS384",
            Self::Ps512 => "PS512",
            Self::Rs256 => "RS256",
        }
    }

    /// From what `alg` says.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.name() == name)
    }

    /// Whether NHN's services accept proofs that are signed like this (FHIR reference 10).
    #[must_use]
    pub const fn is_for_dpop(self) -> bool {
        !matches!(self, Self::Rs256)
    }

    pub(super) const fn of_library(self) -> jsonwebtoken::Algorithm {
        match self {
            Self::Es256 => jsonwebtoken::Algorithm::ES256,
            Self::Es384 => jsonwebtoken::Algorithm::ES384,
            Self::Ps256 => jsonwebtoken::Algorithm::PS256,
            Self::Ps384 => jsonwebtoken::Algorithm::PS384,
            Self::Ps512 => jsonwebtoken::Algorithm::PS512,
            Self::Rs256 => jsonwebtoken::Algorithm::RS256,
        }
    }
}

impl fmt::Display for Algorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A private key with its algorithm and, if it has one, its key id. It does not print, and is wiped
/// when it is dropped.
#[derive(Clone)]
pub struct PrivateKey {
    pub(super) algorithm: Algorithm,
    pub(super) key_id: Option<Box<str>>,
    pub(super) signer: EncodingKey,
    /// The public key as RFC 7638 3.2 writes it: the required members in order, nothing else.
    pub(super) public: Box<str>,
}

/// Why there is no key. The key itself is not shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidKey {
    /// Not a JWK of the types `RSA` or `EC`.
    #[error("the key is not a JWK of type RSA or EC")]
    NotJwk,
    /// Not a private key in PEM that fits the algorithm: PKCS#8, PKCS#1 or SEC1, not encrypted.
    #[error("the key is not an unencrypted private key in PEM for this algorithm")]
    NotPem,
    /// The private part is missing.
    #[error("the key has no private part")]
    NotPrivate,
    /// Another curve than P-256 and P-384.
    #[error("the curve of the key is not supported: use P-256 or P-384")]
    Curve,
    /// Neither the JWK nor the caller says which algorithm.
    #[error("the key names no algorithm: give one")]
    NoAlgorithm,
    /// An algorithm that is not supported, such as ES512.
    #[error("the algorithm of the key is not supported")]
    UnknownAlgorithm,
    /// The algorithm is for another type of key.
    #[error("the algorithm does not fit the key")]
    OtherAlgorithm,
    /// An RSA key of less than 2,048 or more than 4,096 bits.
    #[error("an RSA key must have 2048 to 4096 bits")]
    Length,
    /// The parts do not belong together.
    #[error("the parts of the key do not belong together")]
    Inconsistent,
}

impl PrivateKey {
    /// Reads a JWK, as HelseID's self-service hands it out (RFC 7517). `algorithm` is needed when the
    /// JWK has no `alg`, and must not contradict it; a curve names its algorithm itself.
    ///
    /// # Errors
    ///
    /// [`InvalidKey`]
    pub fn from_jwk(jwk: &str, algorithm: Option<Algorithm>) -> Result<Self, InvalidKey> {
        key_material::from_jwk(jwk, algorithm)
    }

    /// Reads PEM: PKCS#8 (`PRIVATE KEY`), PKCS#1 (`RSA PRIVATE KEY`) or SEC1 (`EC PRIVATE KEY`).
    ///
    /// # Errors
    ///
    /// [`InvalidKey`]
    pub fn from_pem(
        pem: &str,
        algorithm: Algorithm,
        key_id: Option<&str>,
    ) -> Result<Self, InvalidKey> {
        key_material::from_pem(pem, algorithm, key_id)
    }

    /// How it signs.
    #[must_use]
    pub const fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// Its id, `kid`.
    #[must_use]
    pub fn key_id(&self) -> Option<&str> {
        self.key_id.as_deref()
    }

    /// The public key as a JWK, for whoever registers or checks it.
    #[must_use]
    pub fn public_jwk(&self) -> &str {
        &self.public
    }

    /// The thumbprint of the public key (RFC 7638), as `jkt` writes it.
    #[must_use]
    pub fn thumbprint(&self) -> String {
        URL_SAFE_NO_PAD.encode(Sha256::digest(self.public.as_bytes()))
    }
}

impl fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PrivateKey({}, hidden)", self.algorithm)
    }
}
