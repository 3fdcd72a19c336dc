//! Keys for encrypted DC-09.

use climax_rf::dc09::{Decoded, Key};

/// The keys of accounts, and those of any account. `Debug` hides them.
#[derive(Debug, Clone, Default)]
pub struct Keys {
    keys: Vec<(Option<String>, Key)>,
}

/// A text that names no keys. It never shows them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeysError {
    /// A line that holds something else.
    #[error(
        "line {line}: write 32, 48 or 64 hexadecimal digits, or an account, a blank and the digits"
    )]
    Line {
        /// From 1.
        line: usize,
    },
    /// No key at all.
    #[error("there is no key in it")]
    Empty,
}

impl Keys {
    /// Reads a text: on each line a key of 32, 48 or 64 hexadecimal digits, an account before it if
    /// it is for that one alone. Empty lines and those that begin with `#` are passed over.
    ///
    /// # Errors
    ///
    /// [`KeysError`].
    pub fn read(text: &str) -> Result<Self, KeysError> {
        let mut keys = Keys::default();
        for (index, line) in text.lines().enumerate() {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let error = KeysError::Line { line: index + 1 };
            let words: Vec<_> = line.split_whitespace().collect();
            let (account, digits) = match words[..] {
                [digits] => (None, digits),
                [account, digits] => (Some(account.to_owned()), digits),
                _ => return Err(error),
            };
            let key = Key::from_hexadecimal(digits).map_err(|_| error)?;
            keys.keys.push((account, key));
        }
        if keys.keys.is_empty() {
            return Err(KeysError::Empty);
        }
        Ok(keys)
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// The key that a panel of this account encrypts with: its own, else the first for any.
    #[must_use]
    pub fn of(&self, account: &str) -> Option<&Key> {
        let own = |(of, _): &&(Option<String>, Key)| of.as_deref() == Some(account);
        let any = |(of, _): &&(Option<String>, Key)| of.is_none();
        let found = self.keys.iter().find(own).or(self.keys.iter().find(any));
        found.map(|(_, key)| key)
    }

    /// The key that opens a frame.
    pub(super) fn opening(&self, decoded: &Decoded<'_>) -> Option<&Key> {
        let account = decoded.frame.account.map(|account| account.to_string());
        let fits = |of: &Option<String>| of.is_none() || *of == account;
        let mut keys = self.keys.iter().filter(|(of, _)| fits(of));
        let opens = |key: &Key| key.decrypt(decoded, &mut Vec::new()).is_ok();
        keys.find(|(_, key)| opens(key)).map(|(_, key)| key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_belongs_to_an_account_or_to_all_and_never_prints() {
        let text = "# keys\n000102030405060708090A0B0C0D0E0F\n\
            4711 FFEEDDCCBBAA99887766554433221100\n";
        let keys = Keys::read(text).unwrap();
        assert_ne!(keys.of("4711"), keys.of("C0FFEE"));
        assert!(keys.of("C0FFEE").is_some());
        assert!(!format!("{keys:?}").contains("FFEE"));
        for (text, error) in [
            ("4711", KeysError::Line { line: 1 }),
            ("\n4711 12 34", KeysError::Line { line: 2 }),
            ("# none", KeysError::Empty),
        ] {
            assert_eq!(Keys::read(text).unwrap_err(), error);
        }
    }
}
