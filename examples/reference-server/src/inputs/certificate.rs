//! Whose certificate a client presented.

use rustls::pki_types::CertificateDer;
use x509_parser::extensions::GeneralName;
use x509_parser::prelude::{FromDer as _, X509Certificate};

/// Characters of one name that are kept.
const NAME: usize = 128;
/// Names that are kept.
const NAMES: usize = 16;

/// The names in a client certificate that the handshake has verified: the common name, and the
/// alternative names that are DNS names or URIs (RFC 5280 4.1.2.6 and 4.2.1.6).
///
/// `Debug` leaves them out: they may name a home.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Identity {
    common_name: Option<String>,
    alternative_names: Vec<String>,
}

impl std::fmt::Debug for Identity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Identity(hidden)")
    }
}

impl Identity {
    /// Reads the certificate that a client presented. One that cannot be read has no names.
    pub(super) fn of(certificate: &CertificateDer<'_>) -> Self {
        let mut identity = Self {
            common_name: None,
            alternative_names: Vec::new(),
        };
        let Ok((_, certificate)) = X509Certificate::from_der(certificate) else {
            return identity;
        };
        identity.common_name = certificate
            .subject()
            .iter_common_name()
            .find_map(|name| name.as_str().ok())
            .and_then(kept);
        if let Ok(Some(names)) = certificate.subject_alternative_name() {
            let names = names
                .value
                .general_names
                .iter()
                .filter_map(|name| match name {
                    GeneralName::DNSName(name) | GeneralName::URI(name) => kept(name),
                    _ => None,
                });
            identity.alternative_names = names.take(NAMES).collect();
        }
        identity
    }

    /// Whether one of the names is that of the controller with this `cid`: the whole name, the
    /// first label of a DNS name, or the user of a SIP URI.
    pub(super) fn names(&self, controller: &str) -> bool {
        self.common_name
            .iter()
            .chain(&self.alternative_names)
            .any(|name| {
                let uri = name
                    .strip_prefix("sips:")
                    .or_else(|| name.strip_prefix("sip:"));
                let own = match uri {
                    Some(uri) => uri.split('@').next(),
                    None => name.split('.').next(),
                };
                name == controller || own == Some(controller)
            })
    }
}

impl std::fmt::Display for Identity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let names = self.common_name.iter().chain(&self.alternative_names);
        for (at, name) in names.enumerate() {
            write!(f, "{}\"{name}\"", if at == 0 { "" } else { " " })?;
        }
        Ok(())
    }
}

/// A name that can stand in a record; none with characters that would confuse a reader.
fn kept(name: &str) -> Option<String> {
    let plain = !name.is_empty() && !name.chars().any(|c| c.is_control() || c == '"');
    plain.then(|| name.chars().take(NAME).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use rcgen::{CertificateParams, DnType, KeyPair, SanType};

    fn identity(common_name: &str, names: &[&str]) -> Identity {
        let mut params = CertificateParams::default();
        params
            .distinguished_name
            .push(DnType::CommonName, common_name);
        for name in names {
            let name = (*name).try_into().expect("ASCII");
            params.subject_alt_names.push(SanType::URI(name));
        }
        let key = KeyPair::generate().expect("a key");
        Identity::of(params.self_signed(&key).expect("a certificate").der())
    }

    #[test]
    fn a_certificate_names_its_controller_in_one_of_three_ways() {
        for (common_name, names, expected) in [
            ("40211870", &[][..], true),
            ("40211870.units.example.net", &[], true),
            ("unit", &["sip:40211870@example.net"], true),
            ("unit", &["sips:40211870@example.net"], true),
            ("402118701", &["sip:4021187@example.net"], false),
            ("unit.40211870", &[], false),
            ("", &[], false),
        ] {
            let identity = identity(common_name, names);
            assert_eq!(identity.names("40211870"), expected, "{identity}");
        }
    }

    #[test]
    fn what_is_no_certificate_or_odd_has_no_names() {
        let none = Identity::of(&CertificateDer::from(vec![1, 2, 3]));
        assert_eq!(none.to_string(), "");
        assert!(!none.names(""));
        assert_eq!(identity("a\"b\n", &[]).to_string(), "");
        assert_eq!(
            identity("a", &["sip:b@example.net"]).to_string(),
            "\"a\" \"sip:b@example.net\""
        );
        assert_eq!(
            format!("{:?}", identity("40211870", &[])),
            "Identity(hidden)"
        );
    }
}
