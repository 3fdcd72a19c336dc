//! Whether a call knows the validation token.

use core::fmt;

use sha2::{Digest as _, Sha256};
use subtle::{Choice, ConstantTimeEq as _};

use crate::secret::Secret;

/// The validation tokens that are accepted: the present one and, while it is being changed, the next
/// (Partner API reference 6.4 and 6.5).
///
/// Tokens are kept and compared as SHA-256 digests, every one on every call, so the time of an answer
/// tells nothing about them.
#[derive(Clone)]
pub struct Verifier(Box<[[u8; 32]]>);

/// Why a token is not fit to be one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidToken {
    /// Without a token every call would be refused.
    #[error("at least one validation token is needed")]
    None,
    /// An empty token.
    #[error("a validation token must not be empty")]
    Empty,
    /// Short enough to be guessed.
    #[error("a validation token needs {limit} bytes or more, got {length}", limit = Verifier::LEAST)]
    Short {
        /// Its bytes.
        length: usize,
    },
    /// A header could not carry it as it is.
    #[error(
        "a validation token is visible ASCII, with spaces only inside: a header carries nothing else"
    )]
    NotHeaderText,
}

impl Verifier {
    /// Bytes of a token that is not called short.
    pub const LEAST: usize = 16;

    /// Accepts these tokens.
    ///
    /// # Errors
    ///
    /// [`InvalidToken`] when there is none, or one of them is empty, short, or no header text.
    pub fn new(tokens: &[Secret]) -> Result<Self, InvalidToken> {
        for token in tokens {
            let length = token.expose().len();
            if (1..Self::LEAST).contains(&length) {
                return Err(InvalidToken::Short { length });
            }
        }
        Self::with_short_tokens(tokens)
    }

    /// Accepts these tokens, however short they are: for a customer whose token cannot be changed yet.
    ///
    /// # Errors
    ///
    /// [`InvalidToken`] when there is none, or one of them is empty or no header text.
    pub fn with_short_tokens(tokens: &[Secret]) -> Result<Self, InvalidToken> {
        for token in tokens {
            let text = token.expose();
            let visible = text.bytes().all(|b| b.is_ascii_graphic() || b == b' ');
            if !visible || text.trim_matches(' ') != text {
                return Err(InvalidToken::NotHeaderText);
            }
        }
        Self::with_any_text(tokens)
    }

    /// The same for secrets that travel in a body.
    pub(crate) fn with_any_text(secrets: &[Secret]) -> Result<Self, InvalidToken> {
        if secrets.is_empty() {
            return Err(InvalidToken::None);
        }
        if secrets.iter().any(|secret| secret.expose().is_empty()) {
            return Err(InvalidToken::Empty);
        }
        let digests = secrets
            .iter()
            .map(|secret| Sha256::digest(secret.expose()).into());
        Ok(Self(digests.collect()))
    }

    /// Whether this is one of the tokens.
    #[must_use]
    pub fn accepts(&self, received: &[u8]) -> bool {
        let received: [u8; 32] = Sha256::digest(received).into();
        let mut accepted = Choice::from(0);
        for digest in &self.0 {
            accepted |= digest.ct_eq(&received);
        }
        accepted.into()
    }
}

impl fmt::Debug for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Verifier({} tokens, hidden)", self.0.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: &str = "0123456789abcdef";
    const NEXT: &str = "fedcba9876543210-";

    fn tokens(tokens: &[&str]) -> Vec<Secret> {
        tokens.iter().map(|&token| Secret::new(token)).collect()
    }

    #[test]
    fn both_tokens_are_accepted_during_a_change_and_nothing_else() {
        let verifier = Verifier::new(&tokens(&[NOW, NEXT])).expect("fit");
        assert!(verifier.accepts(NOW.as_bytes()) && verifier.accepts(NEXT.as_bytes()));
        for wrong in ["", "0", "0123456789abcdeF", "0123456789abcdef0"] {
            assert!(!verifier.accepts(wrong.as_bytes()), "{wrong}");
        }
        assert!(!format!("{verifier:?}").contains("0123"));
    }

    #[test]
    fn refuses_to_start_with_tokens_that_protect_nothing() {
        for (given, error) in [
            (&[][..], InvalidToken::None),
            (&[""], InvalidToken::Empty),
            (&[NOW, ""], InvalidToken::Empty),
            (&["0123456789abcde"], InvalidToken::Short { length: 15 }),
            (&[" 0123456789abcdef"], InvalidToken::NotHeaderText),
            (&["0123456789abcdef\n"], InvalidToken::NotHeaderText),
            (&["0123456789abcdeø"], InvalidToken::NotHeaderText),
        ] {
            assert_eq!(
                Verifier::new(&tokens(given)).err(),
                Some(error),
                "{given:?}"
            );
        }
        let short = Verifier::with_short_tokens(&tokens(&["short"])).expect("told to");
        assert!(short.accepts(b"short"));
        assert!(Verifier::with_short_tokens(&tokens(&[""])).is_err());
    }
}
