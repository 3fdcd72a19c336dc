//! The many addresses of one code system (FHIR reference 7, 8, 13 rule 4).

use std::borrow::Cow;

use super::CodeSystem;
use crate::identifier::system::{MUNICIPALITY, URBAN_DISTRICT};

/// The start of the address of a Volven code system; its number follows.
const VOLVEN: &str = "urn:oid:2.16.578.1.12.4.1.1.";
/// The same for the addresses of HL7 Norway.
const VOLVEN_URL: &str = "http://helsedir.no/fhir/CodeSystem/no-kodeverk-";

/// What every address of VKP begins with.
const VKP: &str = "http://ehelse.no/fhir/";
/// The version of the code systems in this crate.
const VERSION: &str = "-v090";
/// Versions of the older interface.
const OLD_VERSIONS: [&str; 2] = ["-v05", "-v06"];

/// Other addresses of systems. The OIDs are those that HL7 registers.
const ALIASES: [(&str, CodeSystem); 4] = [
    ("urn:oid:2.16.840.1.113883.6.1", CodeSystem::LOINC),
    ("urn:oid:2.16.840.1.113883.6.96", CodeSystem::SNOMED_CT),
    ("urn:oid:2.16.840.1.113883.6.24", CodeSystem::IEEE_11073),
    ("urn:oid:1.2.840.10004.1.1.1.0.0.1", CodeSystem::IEEE_11073),
];

/// Other addresses of systems whose codes this crate does not hold.
const UNLISTED: [(&str, &str); 9] = [
    (
        "http://register.geonorge.no/sosi-kodelister/kommunenummer",
        MUNICIPALITY,
    ),
    (
        "http://hl7.no/fhir/NamingSystem/kommunenummer",
        MUNICIPALITY,
    ),
    ("urn:oid:2.16.578.1.12.4.1.1.3402", MUNICIPALITY),
    (
        "http://hl7.no/fhir/NamingSystem/bydelsnummer",
        URBAN_DISTRICT,
    ),
    (
        "http://data.ssb.no/api/klass/v1/versions/919",
        URBAN_DISTRICT,
    ),
    (
        "http://hl7.org/fhir/v3/ActCode",
        "http://terminology.hl7.org/CodeSystem/v3-ActCode",
    ),
    (
        "urn:oid:2.16.840.1.113883.5.4",
        "http://terminology.hl7.org/CodeSystem/v3-ActCode",
    ),
    (
        "http://hl7.org/fhir/v2/0131",
        "http://terminology.hl7.org/CodeSystem/v2-0131",
    ),
    (
        "urn:oid:2.16.840.1.113883.6.139",
        "http://hl7.org/fhir/sid/icpc-2",
    ),
];

/// How an address stands to a code system of this crate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SystemMatch {
    /// Its address.
    Canonical(CodeSystem),
    /// Another address of it: `ValueSet` for `CodeSystem`, `https` for `http`, an OID for a URL, or a
    /// version behind a `|`. The codes are the same.
    Alias(CodeSystem),
    /// An older version of it. Its numbers mean other things: never map them (FHIR reference 8).
    OldVersion(CodeSystem),
}

impl SystemMatch {
    /// The code system whose codes stand under this address; `None` for an older version.
    #[must_use]
    pub const fn same_codes(self) -> Option<CodeSystem> {
        match self {
            Self::Canonical(system) | Self::Alias(system) => Some(system),
            Self::OldVersion(_) => None,
        }
    }
}

impl CodeSystem {
    /// The code system of an address; `None` for one that this crate does not know, also for a name of
    /// VKP without version.
    ///
    /// ```
    /// use fhir_vkp::CodeSystem;
    /// use fhir_vkp::codes::SystemMatch;
    ///
    /// let alerts = CodeSystem::ALERT_CODE;
    /// let found = |address| CodeSystem::recognise(address);
    /// assert_eq!(found(alerts.url()), Some(SystemMatch::Canonical(alerts)));
    /// assert_eq!(
    ///     found("http://ehelse.no/fhir/ValueSet/vkp-alert-code-v090"),
    ///     Some(SystemMatch::Alias(alerts))
    /// );
    /// assert_eq!(
    ///     found("http://ehelse.no/fhir/CodeSystem/vkp-alert-code-v05"),
    ///     Some(SystemMatch::OldVersion(alerts))
    /// );
    /// ```
    #[must_use]
    pub fn recognise(address: &str) -> Option<SystemMatch> {
        if let Some(system) = Self::with_url(address) {
            return Some(SystemMatch::Canonical(system));
        }
        let address = plain(address);
        if let Some(system) = Self::with_url(&address) {
            return Some(SystemMatch::Alias(system));
        }
        if let Some((_, system)) = ALIASES.iter().find(|(alias, _)| *alias == address) {
            return Some(SystemMatch::Alias(*system));
        }
        if let Some(number) = volven_number(&address) {
            let nlk = volven_number(Self::NLK.url()) == Some(number);
            return nlk.then_some(SystemMatch::Alias(Self::NLK));
        }
        let rest = address.strip_prefix(VKP)?;
        let name = rest
            .strip_prefix("ValueSet/")
            .or_else(|| rest.strip_prefix("CodeSystem/"))?;
        if let Some(name) = name.strip_suffix(VERSION) {
            return Self::with_name(name).map(SystemMatch::Alias);
        }
        let name = OLD_VERSIONS
            .iter()
            .find_map(|version| name.strip_suffix(version))?;
        Self::with_name(name).map(SystemMatch::OldVersion)
    }

    fn with_url(address: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|system| system.url() == address)
    }

    /// A code system of VKP by its name.
    fn with_name(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|system| system.name() == name && system.url().starts_with(VKP))
    }
}

/// An address without version and trailing slash, with `http`, and an OID without capitals before it.
fn plain(address: &str) -> Cow<'_, str> {
    let address = address
        .split_once('|')
        .map_or(address, |(address, _)| address);
    let address = address.strip_suffix('/').unwrap_or(address);
    if let Some(rest) = address.strip_prefix("https://") {
        // The one address of the reference that has `https` itself.
        return if address == MUNICIPALITY {
            address.into()
        } else {
            format!("http://{rest}").into()
        };
    }
    match address.split_at_checked("urn:oid:".len()) {
        Some((scheme, rest)) if scheme != "urn:oid:" && scheme.eq_ignore_ascii_case("urn:oid:") => {
            format!("urn:oid:{rest}").into()
        }
        _ => address.into(),
    }
}

/// The address to compare by: every address that means the same system gives the same text. One that
/// nobody knows comes back as it is.
///
/// ```
/// use fhir_vkp::codes::canonical_address;
///
/// assert_eq!(canonical_address("https://loinc.org"), "http://loinc.org");
/// assert_eq!(
///     canonical_address("http://helsedir.no/fhir/CodeSystem/no-kodeverk-8327"),
///     "urn:oid:2.16.578.1.12.4.1.1.8327"
/// );
/// ```
#[must_use]
pub fn canonical_address(address: &str) -> Cow<'_, str> {
    if let Some(system) = CodeSystem::recognise(address).and_then(SystemMatch::same_codes) {
        return system.url().into();
    }
    let bare = plain(address);
    let bare = match volven_number(&bare) {
        Some(number) => Cow::Owned(format!("{VOLVEN}{number}")),
        None => bare,
    };
    if let Some((_, canonical)) = UNLISTED.iter().find(|(alias, _)| *alias == bare) {
        return (*canonical).into();
    }
    let known = UNLISTED.iter().any(|(_, canonical)| *canonical == bare);
    if known || volven_number(&bare).is_some() {
        bare
    } else {
        address.into()
    }
}

/// Whether two addresses mean the same system.
#[must_use]
pub fn same_system(one: &str, other: &str) -> bool {
    one == other || canonical_address(one) == canonical_address(other)
}

/// The number of a Volven code system, from its OID or from its address at HL7 Norway (FHIR
/// reference 7).
#[must_use]
pub fn volven_number(address: &str) -> Option<u32> {
    let number = address
        .strip_prefix(VOLVEN)
        .or_else(|| address.strip_prefix(VOLVEN_URL))?;
    let canonical = !number.starts_with(['0', '+']);
    number.parse().ok().filter(|_| canonical)
}

/// Whether an address of VKP (of a code system, a value set or a profile) is one of the older
/// interface: a name that ends with `-v05` or `-v06` (FHIR reference 1).
#[must_use]
pub fn is_old_version(address: &str) -> bool {
    let address = plain(address);
    address.starts_with(VKP)
        && OLD_VERSIONS
            .iter()
            .any(|version| address.ends_with(version))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_variants_of_an_address_mean_the_same_system() {
        let same = [
            ("http://loinc.org", "https://loinc.org"),
            ("http://loinc.org", "http://loinc.org/"),
            ("http://loinc.org", "urn:oid:2.16.840.1.113883.6.1"),
            ("http://snomed.info/sct", "https://snomed.info/sct"),
            (
                "urn:oid:2.16.578.1.12.4.1.1.7280",
                "http://helsedir.no/fhir/CodeSystem/no-kodeverk-7280",
            ),
            (
                "urn:oid:2.16.578.1.12.4.1.1.9060",
                "http://helsedir.no/fhir/CodeSystem/no-kodeverk-9060",
            ),
            (
                "urn:oid:2.16.578.1.12.4.1.1.9060",
                "URN:OID:2.16.578.1.12.4.1.1.9060",
            ),
            (MUNICIPALITY, "urn:oid:2.16.578.1.12.4.1.1.3402"),
            (
                MUNICIPALITY,
                "http://helsedir.no/fhir/CodeSystem/no-kodeverk-3402",
            ),
            (
                MUNICIPALITY,
                "http://register.geonorge.no/sosi-kodelister/kommunenummer",
            ),
            (
                URBAN_DISTRICT,
                "http://data.ssb.no/api/klass/v1/versions/919",
            ),
            (
                URBAN_DISTRICT,
                "http://helsedir.no/fhir/CodeSystem/no-kodeverk-3403",
            ),
            (
                "http://ehelse.no/fhir/CodeSystem/vkp-encounter-mode-v090",
                "https://ehelse.no/fhir/ValueSet/vkp-encounter-mode-v090|0.9.0",
            ),
        ];
        for (one, other) in same {
            assert!(same_system(one, other), "{one} and {other}");
            assert!(same_system(other, one), "{other} and {one}");
        }
    }

    #[test]
    fn other_systems_stay_apart() {
        let apart = [
            ("http://loinc.org", "http://loinc.org.example.net"),
            (
                "urn:oid:2.16.578.1.12.4.1.1.9060",
                "urn:oid:2.16.578.1.12.4.1.1.906",
            ),
            (
                "urn:oid:2.16.578.1.12.4.1.1.9060",
                "urn:oid:2.16.578.1.12.4.1.1.09060",
            ),
            ("https://a.example.net", "http://a.example.net"),
            (
                "http://ehelse.no/fhir/CodeSystem/vkp-alert-code-v090",
                "http://ehelse.no/fhir/CodeSystem/vkp-alert-code-v05",
            ),
            (
                "http://ehelse.no/fhir/CodeSystem/vkp-alert-code-v05",
                "http://ehelse.no/fhir/CodeSystem/vkp-alert-code-v06",
            ),
        ];
        for (one, other) in apart {
            assert!(!same_system(one, other), "{one} and {other}");
        }
    }

    #[test]
    fn older_versions_are_recognised_and_share_no_codes() {
        for version in OLD_VERSIONS {
            for part in ["CodeSystem", "ValueSet"] {
                let address = format!("{VKP}{part}/vkp-medicationdispense-events{version}");
                let found = CodeSystem::recognise(&address);
                assert_eq!(
                    found,
                    Some(SystemMatch::OldVersion(CodeSystem::DISPENSE_EVENT))
                );
                assert_eq!(found.and_then(SystemMatch::same_codes), None);
                assert!(is_old_version(&address));
                assert_eq!(canonical_address(&address), address);
            }
        }
        assert!(is_old_version(
            "http://ehelse.no/fhir/StructureDefinition/vkp-Flag-v05"
        ));
        assert!(!is_old_version(CodeSystem::ALERT_CODE.url()));
        assert_eq!(
            CodeSystem::recognise("http://ehelse.no/fhir/CodeSystem/vkp-alert-code"),
            None
        );
        assert_eq!(
            CodeSystem::recognise("http://ehelse.no/fhir/CodeSystem/loinc-v090"),
            None
        );
    }

    proptest::proptest! {
        #[test]
        fn an_address_has_one_canonical_form(
            scheme in "(http://|https://|urn:oid:|URN:OID:|)",
            rest in "(loinc.org|ehelse.no/fhir/(CodeSystem|ValueSet)/vkp-(alert-code|triage|x)-v0(90|5|6)\
                |helsedir.no/fhir/CodeSystem/no-kodeverk-[0-9]{1,5}|2.16.578.1.12.4.1.1.[0-9]{0,5}\
                |register.geonorge.no/sosi-kodelister/kommunenummer|\\PC{0,8})",
            end in "(/|\\|0.9.0|)",
        ) {
            let address = format!("{scheme}{rest}{end}");
            let canonical = canonical_address(&address);
            proptest::prop_assert_eq!(canonical_address(&canonical), &*canonical);
            proptest::prop_assert!(same_system(&address, &canonical));
        }
    }

    #[test]
    fn an_address_that_nobody_knows_comes_back_as_it_is() {
        for address in [
            "urn:oid:2.16.578.1.12.4.1.1.12.4.14.h/",
            "urn:oid:2.16.578.1.12.4.1.1.8327//",
            "https://example.net/|1",
        ] {
            assert_eq!(canonical_address(address), address);
        }
    }

    #[test]
    fn every_system_is_found_by_its_own_address() {
        for system in CodeSystem::ALL {
            assert_eq!(
                CodeSystem::recognise(system.url()),
                Some(SystemMatch::Canonical(system))
            );
            assert_eq!(canonical_address(system.url()), system.url());
        }
    }
}
