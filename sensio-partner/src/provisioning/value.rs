//! Values that a plan shows, and national identity numbers that it never shows.

use core::fmt;

use alarm_codes::national_identity_number::{NationalIdentityNumber, holds_identity_number};
use serde::de::Deserializer;
use serde::{Deserialize, Serialize, Serializer};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::settings::MatchAttribute;

/// A national identity number as a system wrote it. Compared by its digits; it neither prints nor
/// serialises and is wiped when dropped (Partner API reference 12.3).
#[derive(Clone)]
pub struct Pid(Zeroizing<String>);

impl Pid {
    /// Takes the text over; [`Pid::is_suspect`] tells whether it looks like a number.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self(Zeroizing::new(text.into()))
    }

    /// The text as it was given. Every call is a place where a secret leaves.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// The digits alone, by which numbers are compared.
    #[must_use]
    pub fn digits(&self) -> Zeroizing<String> {
        Zeroizing::new(self.0.chars().filter(char::is_ascii_digit).collect())
    }

    /// Whether the digits are no valid number. That is a warning and no error: rules change, as they
    /// do in 2032.
    #[must_use]
    pub fn is_suspect(&self) -> bool {
        self.digits().parse::<NationalIdentityNumber>().is_err()
    }
}

impl PartialEq for Pid {
    fn eq(&self, other: &Self) -> bool {
        self.digits() == other.digits()
    }
}

impl Eq for Pid {}

impl fmt::Debug for Pid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pid(hidden)")
    }
}

impl<'de> Deserialize<'de> for Pid {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self::new)
    }
}

/// The key under which national identity numbers are hashed: at least 16 bytes from a random source.
/// Keep it for as long as plans are kept: another key makes other hashes.
#[derive(Clone)]
pub struct FingerprintKey(Zeroizing<Vec<u8>>);

/// A key of less than 16 bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a fingerprint key has at least 16 bytes")]
pub struct ShortKey;

impl FingerprintKey {
    /// Takes a copy of the key.
    ///
    /// # Errors
    ///
    /// [`ShortKey`]: eleven digits are soon tried out under a key that can be guessed.
    pub fn new(key: &[u8]) -> Result<Self, ShortKey> {
        if key.len() < 16 {
            return Err(ShortKey);
        }
        Ok(Self(Zeroizing::new(key.to_vec())))
    }

    fn fingerprint(&self, attribute: MatchAttribute, value: &str) -> String {
        let parts = [attribute.name().as_bytes(), b"\0", value.as_bytes()];
        let digest = hmac_sha256(&self.0, &parts);
        let mut text = String::from(PREFIX);
        for byte in &digest[..16] {
            text.extend(
                [byte >> 4, byte & 15].map(|n| char::from(b"0123456789abcdef"[usize::from(n)])),
            );
        }
        text
    }
}

impl fmt::Debug for FingerprintKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FingerprintKey(hidden)")
    }
}

const PREFIX: &str = "hmac-sha256:";

/// HMAC of RFC 2104 with SHA-256.
fn hmac_sha256(key: &[u8], parts: &[&[u8]]) -> [u8; 32] {
    const BLOCK: usize = 64;
    let mut block = Zeroizing::new([0; BLOCK]);
    if key.len() > BLOCK {
        block[..32].copy_from_slice(&Sha256::digest(key));
    } else {
        block[..key.len()].copy_from_slice(key);
    }
    let pad = |with: u8| Zeroizing::new(block.map(|byte| byte ^ with));
    let mut inner = Sha256::new_with_prefix(*pad(0x36));
    for part in parts {
        inner.update(part);
    }
    let outer = Sha256::new_with_prefix(*pad(0x5c));
    outer.chain_update(inner.finalize()).finalize().into()
}

/// A value as a plan carries it: text, or the keyed hash of what must not be shown.
///
/// Hidden are every `pid` and every other value that holds a valid national identity number. JSON shows
/// a hash as `hmac-sha256:` and 32 hexadecimal digits; the value behind it does not come back from JSON,
/// see [`Plan::attach_hidden`](super::Plan::attach_hidden).
#[derive(Clone)]
pub struct Value {
    shown: String,
    hidden: Option<Option<Zeroizing<String>>>,
}

impl Value {
    pub(super) fn new(attribute: MatchAttribute, value: &str, key: &FingerprintKey) -> Self {
        // What looks like a hash is hashed too, so that a hash in JSON is always one.
        let hide =
            attribute == MatchAttribute::Pid || must_hide(value) || value.starts_with(PREFIX);
        if hide {
            Self {
                shown: key.fingerprint(attribute, &attribute.normalised(value)),
                hidden: Some(Some(Zeroizing::new(value.to_owned()))),
            }
        } else {
            Self::plain(value.to_owned())
        }
    }

    fn plain(value: String) -> Self {
        Self {
            shown: value,
            hidden: None,
        }
    }

    /// What may be shown: the value, or its keyed hash.
    #[must_use]
    pub fn shown(&self) -> &str {
        &self.shown
    }

    /// The value itself, for the one place that writes it; `None` for a hash that came from JSON.
    #[must_use]
    pub fn reveal(&self) -> Option<&str> {
        match &self.hidden {
            None => Some(&self.shown),
            Some(value) => value.as_ref().map(|value| value.as_str()),
        }
    }

    /// Whether only a hash may be shown.
    #[must_use]
    pub const fn is_hidden(&self) -> bool {
        self.hidden.is_some()
    }

    /// Takes the value over from one with the same hash.
    pub(super) fn attach(&mut self, other: &Self) {
        if self == other {
            self.hidden.clone_from(&other.hidden);
        }
    }
}

/// Whether a value holds a national identity number, whatever attribute it stands in.
fn must_hide(value: &str) -> bool {
    holds_identity_number(value) || NationalIdentityNumber::read(value).is_ok()
}

impl PartialEq for Value {
    fn eq(&self, other: &Self) -> bool {
        self.shown == other.shown
    }
}

impl Eq for Value {}

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Value(private)")
    }
}

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.shown)
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let shown = String::deserialize(deserializer)?;
        let hidden = shown.starts_with(PREFIX).then_some(None);
        Ok(Self { shown, hidden })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> FingerprintKey {
        FingerprintKey::new(b"sixteen bytes at").expect("long enough")
    }

    #[test]
    fn the_keyed_hash_is_hmac_sha256() {
        // RFC 4231, test cases 1, 2 and 6.
        let hex =
            |bytes: [u8; 32]| -> String { bytes.iter().map(|b| format!("{b:02x}")).collect() };
        assert_eq!(
            hex(hmac_sha256(&[0x0b; 20], &[b"Hi ", b"There"])),
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
        );
        assert_eq!(
            hex(hmac_sha256(b"Jefe", &[b"what do ya want for nothing?"])),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        );
        let long = b"Test Using Larger Than Block-Size Key - Hash Key First";
        assert_eq!(
            hex(hmac_sha256(&[0xaa; 131], &[long])),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
        );
    }

    #[test]
    fn numbers_are_shown_as_hashes_wherever_they_stand() {
        let pid = Value::new(MatchAttribute::Pid, "158134 10033", &key());
        assert!(pid.is_hidden() && pid.reveal() == Some("158134 10033"));
        assert_eq!(pid, Value::new(MatchAttribute::Pid, "15813410033", &key()));
        for (attribute, text) in [
            (MatchAttribute::ExternalId, "15813410033"),
            (MatchAttribute::Username, "15.81.34-10033"),
            (MatchAttribute::Email, "15813410033@example.net"),
        ] {
            let value = Value::new(attribute, text, &key());
            let json = serde_json::to_string(&value).expect("text");
            assert!(json.starts_with("\"hmac-sha256:") && !json.contains("10033"));
            let back: Value = serde_json::from_str(&json).expect("text");
            assert!(back == value && back.is_hidden() && back.reveal().is_none());
        }
        let plain = Value::new(MatchAttribute::ExternalId, "A10023", &key());
        assert_eq!(serde_json::to_string(&plain).expect("text"), "\"A10023\"");
    }

    #[test]
    fn nothing_prints_a_number() {
        let pid = Pid::new("15813410033");
        let value = Value::new(MatchAttribute::Pid, pid.reveal(), &key());
        let shown = format!("{pid:?} {value:?} {:?}", key());
        assert_eq!(shown, "Pid(hidden) Value(private) FingerprintKey(hidden)");
        assert!(!pid.is_suspect() && Pid::new("15813410034").is_suspect());
        assert_eq!(pid, Pid::new("158134-10033"));
        assert!(FingerprintKey::new(b"short").is_err());
    }
}
