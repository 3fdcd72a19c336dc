//! Secrets that do not print and do not stay behind.

use std::fmt;

use zeroize::Zeroizing;

use super::Algorithm;

/// A password. `Debug` hides it; the memory is wiped when it is dropped.
#[derive(Clone, PartialEq, Eq)]
pub struct Password(Zeroizing<Vec<u8>>);

impl Password {
    /// Wraps a password: its bytes as they are, UTF-8 in practice.
    #[must_use]
    pub fn new(password: impl Into<Vec<u8>>) -> Self {
        Password(Zeroizing::new(password.into()))
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(hidden)")
    }
}

/// H(username:realm:password), which RFC 7616 calls H(A1) and servers keep instead of the
/// password. As good as the password for this one realm: `Debug` hides it.
#[derive(Clone, PartialEq, Eq)]
pub struct HashedSecret {
    algorithm: Algorithm,
    digits: Zeroizing<Vec<u8>>,
}

impl HashedSecret {
    /// Reads the hash from hexadecimal digits of any letter case: 32 for MD5, 64 for SHA-256.
    /// `None` for any other text.
    #[must_use]
    pub fn from_hexadecimal(algorithm: Algorithm, digits: &str) -> Option<Self> {
        let fits =
            digits.len() == algorithm.digits() && digits.bytes().all(|b| b.is_ascii_hexdigit());
        fits.then(|| HashedSecret {
            algorithm: algorithm.base(),
            digits: Zeroizing::new(digits.to_ascii_lowercase().into_bytes()),
        })
    }

    /// Makes the hash of a password.
    #[must_use]
    pub fn of(algorithm: Algorithm, username: &str, realm: &str, password: &Password) -> Self {
        HashedSecret {
            algorithm: algorithm.base(),
            digits: algorithm.secret(username, realm, &password.0),
        }
    }
}

impl fmt::Debug for HashedSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "HashedSecret({}, hidden)", self.algorithm.as_str())
    }
}

/// What both sides know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Secret {
    /// The password: good for every realm and algorithm.
    Password(Password),
    /// Its hash: good for one realm, one username and one hash algorithm.
    Hashed(HashedSecret),
}

impl Secret {
    /// A password.
    #[must_use]
    pub fn password(password: impl Into<Vec<u8>>) -> Self {
        Secret::Password(Password::new(password))
    }

    /// Whether an answer with this algorithm can be made: a hash serves its own only.
    #[must_use]
    pub fn serves(&self, algorithm: Algorithm) -> bool {
        match self {
            Secret::Password(_) => true,
            Secret::Hashed(hashed) => hashed.algorithm == algorithm.base(),
        }
    }

    /// H(A1) for this exchange; `None` if the hash at hand is of another algorithm.
    pub(super) fn hashed(
        &self,
        algorithm: Algorithm,
        username: &str,
        realm: &str,
    ) -> Option<Zeroizing<Vec<u8>>> {
        match self {
            Secret::Password(password) => Some(algorithm.secret(username, realm, &password.0)),
            Secret::Hashed(hashed) => {
                (hashed.algorithm == algorithm.base()).then(|| hashed.digits.clone())
            }
        }
    }
}

/// Who a client is and what it knows. `Debug` shows the username, never the secret.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Credentials {
    /// The username; often the `cid`.
    pub username: String,
    /// The password or its hash.
    pub secret: Secret,
}

impl Credentials {
    /// Credentials of these parts.
    #[must_use]
    pub fn new(username: impl Into<String>, secret: Secret) -> Self {
        Credentials {
            username: username.into(),
            secret,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_do_not_print() {
        let password = Password::new("open sesame");
        let hashed = HashedSecret::of(Algorithm::Md5, "u", "r", &password);
        let all = format!(
            "{password:?} {hashed:?} {:?}",
            Credentials::new("u", Secret::Password(password.clone()))
        );
        assert!(!all.contains("sesame"), "{all}");
        assert!(!all.contains("[1"), "{all}");
    }

    #[test]
    fn hashes_are_read_at_their_length_only() {
        let read = |text: &str| HashedSecret::from_hexadecimal(Algorithm::Md5, text).is_some();
        assert!(read("939E7578ED9E3C518A452ACEE763BCE9"));
        assert!(!read("939e7578"));
        assert!(!read("939e7578ed9e3c518a452acee763bceg"));
    }
}
