//! The question in a 401 or 407, as a client reads it.

use super::Algorithm;
use super::parameters::{MalformedHeader, Scheme, read};

/// What the response covers besides the secret (`qop`, RFC 7616 3.3). `auth-int` is not supported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum QualityOfProtection {
    /// None stated: the form of RFC 2069, without nonce count.
    None,
    /// `auth`: with nonce count and client nonce.
    Auth,
}

/// One digest challenge that this crate can answer.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Challenge {
    /// Whose accounts are asked for.
    pub realm: String,
    /// The server's nonce.
    pub nonce: String,
    /// To be given back unchanged.
    pub opaque: Option<String>,
    /// The algorithm; MD5 when none is stated.
    pub algorithm: Algorithm,
    /// The quality of protection to use.
    pub protection: QualityOfProtection,
    /// The answer was right but its nonce too old: answer again with this one.
    pub stale: bool,
}

impl Challenge {
    /// Reads a `WWW-Authenticate` or `Proxy-Authenticate` value. It may hold several challenges;
    /// other schemes, unknown algorithms and `auth-int` alone are passed over, so the list may be
    /// empty.
    ///
    /// # Errors
    ///
    /// [`MalformedHeader`] for a value that is no list of challenges.
    pub fn read(value: &[u8]) -> Result<Vec<Challenge>, MalformedHeader> {
        Ok(read(value)?.iter().filter_map(Challenge::of).collect())
    }

    fn of(scheme: &Scheme<'_>) -> Option<Challenge> {
        if !scheme.is_digest() {
            return None;
        }
        let algorithm = match scheme.get("algorithm") {
            None => Algorithm::Md5,
            Some(name) => Algorithm::from_name(name)?,
        };
        let protection = match scheme.get("qop") {
            None => QualityOfProtection::None,
            Some(list) if list.trim().is_empty() => QualityOfProtection::None,
            Some(list) => list
                .split(',')
                .any(|option| option.trim().eq_ignore_ascii_case("auth"))
                .then_some(QualityOfProtection::Auth)?,
        };
        Some(Challenge {
            realm: scheme.get("realm").unwrap_or_default().to_owned(),
            nonce: scheme.get("nonce")?.to_owned(),
            opaque: scheme.get("opaque").map(str::to_owned),
            algorithm,
            protection,
            stale: scheme
                .get("stale")
                .is_some_and(|stale| stale.eq_ignore_ascii_case("true")),
        })
    }

    /// The one to answer: SHA-256 before MD5, among equals the one the server put first.
    #[must_use]
    pub fn strongest(challenges: impl IntoIterator<Item = Challenge>) -> Option<Challenge> {
        let rank = |challenge: &Challenge| challenge.algorithm.base() == Algorithm::Sha256;
        challenges.into_iter().reduce(|best, next| {
            if rank(&next) && !rank(&best) {
                next
            } else {
                best
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_strongest_challenge_that_is_understood_wins() {
        let value = br#"Digest realm="r", nonce="1", qop="auth", Digest realm="r", nonce="2", algorithm=SHA-512-256, Digest realm="r", nonce="3", algorithm=SHA-256, qop="auth-int, auth", opaque="o", stale=TRUE, Digest realm="r", nonce="4", algorithm=SHA-256, qop="auth-int""#;
        let all = Challenge::read(value).expect("readable");
        assert_eq!(all.len(), 2);
        let best = Challenge::strongest(all).expect("one");
        assert_eq!(best.nonce, "3");
        assert_eq!(best.opaque.as_deref(), Some("o"));
        assert!(best.stale);
        assert_eq!(best.protection, QualityOfProtection::Auth);
    }

    #[test]
    fn a_challenge_without_algorithm_and_quality_is_the_oldest_form() {
        let all = Challenge::read(b"Digest nonce=1,realm=r").expect("readable");
        assert_eq!(all[0].algorithm, Algorithm::Md5);
        assert_eq!(all[0].protection, QualityOfProtection::None);
        assert!(
            Challenge::read(b"Basic realm=\"r\"")
                .expect("readable")
                .is_empty()
        );
    }
}
