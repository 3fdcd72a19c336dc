//! The nonces that servers handed out for proofs.

use core::fmt;

use url::Url;

/// The newest DPoP nonce of each server (RFC 9449 8.2 and 9), at most 16 of them: the one that came
/// longest ago gives way.
#[derive(Default)]
pub struct Nonces(Vec<(String, Box<str>)>);

const MOST: usize = 16;

impl Nonces {
    /// The nonce for a proof to the server of this URL.
    #[must_use]
    pub fn get(&self, url: &str) -> Option<&str> {
        let origin = origin(url)?;
        let found = self.0.iter().find(|(known, _)| *known == origin)?;
        Some(&found.1)
    }

    /// Keeps what the server of this URL handed out.
    pub fn set(&mut self, url: &str, nonce: &str) {
        let Some(origin) = origin(url) else { return };
        self.0.retain(|(known, _)| *known != origin);
        if self.0.len() == MOST {
            self.0.remove(0);
        }
        self.0.push((origin, nonce.into()));
    }
}

fn origin(url: &str) -> Option<String> {
    Some(Url::parse(url).ok()?.origin().ascii_serialization())
}

impl fmt::Debug for Nonces {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Nonces({})", self.0.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_server_has_its_newest_nonce_and_their_number_has_a_bound() {
        let mut nonces = Nonces::default();
        nonces.set("https://a.example.net/x?y", "1");
        nonces.set("https://b.example.net/", "2");
        nonces.set("https://a.example.net/z", "3");
        assert_eq!(nonces.get("https://a.example.net/"), Some("3"));
        assert_eq!(nonces.get("https://b.example.net:443/q"), Some("2"));
        assert_eq!(nonces.get("https://b.example.net:444/q"), None);
        for server in 0..40 {
            nonces.set(&format!("https://s{server}.example.net"), "n");
        }
        assert_eq!(nonces.0.len(), MOST);
        assert_eq!(nonces.get("https://a.example.net/"), None);
    }
}
