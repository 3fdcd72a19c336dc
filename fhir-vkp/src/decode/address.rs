//! Addresses of code systems as they are met (FHIR reference 8 and 13 rule 4).

use crate::CodeSystem;

/// How a known code system was addressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Address {
    /// As it is written.
    Canonical,
    /// By another address of the same system.
    Alias,
    /// An older version. Its codes are other codes: never looked up in today's list.
    OlderVersion,
}

/// The code system behind an address.
pub(crate) fn recognise(address: &str) -> Option<(CodeSystem, Address)> {
    let (rest, http) = match address.strip_prefix("http://") {
        Some(rest) => (rest, true),
        None => match address.strip_prefix("https://") {
            Some(rest) => (rest, false),
            None => return recognise_urn(address),
        },
    };
    let canonical = |exact: bool| match exact && http {
        true => Address::Canonical,
        false => Address::Alias,
    };
    if let Some(rest) = rest.strip_prefix("ehelse.no/fhir/") {
        let (name, exact) = match rest.strip_prefix("CodeSystem/") {
            Some(name) => (name, true),
            None => (rest.strip_prefix("ValueSet/")?, false),
        };
        let (base, version) = name.rsplit_once("-v")?;
        let system = CodeSystem::ALL
            .into_iter()
            .find(|system| system.name() == base)?;
        return match version {
            "090" => Some((system, canonical(exact))),
            "05" | "06" => Some((system, Address::OlderVersion)),
            _ => None,
        };
    }
    match rest {
        "loinc.org" => Some((CodeSystem::LOINC, canonical(true))),
        "loinc.org/" => Some((CodeSystem::LOINC, Address::Alias)),
        "snomed.info/sct" => Some((CodeSystem::SNOMED_CT, canonical(true))),
        "helsedir.no/fhir/CodeSystem/no-kodeverk-7280" => Some((CodeSystem::NLK, Address::Alias)),
        _ => None,
    }
}

fn recognise_urn(address: &str) -> Option<(CodeSystem, Address)> {
    [CodeSystem::NLK, CodeSystem::IEEE_11073]
        .into_iter()
        .find(|system| system.url() == address)
        .map(|system| (system, Address::Canonical))
}

/// Whether a code system is one of VKP's own, with a complete list.
pub(crate) fn is_of_vkp(system: CodeSystem) -> bool {
    system.url().starts_with("http://ehelse.no/")
}

/// The older version that an address of VKP ends with: a sign of the STU3 interface.
pub(crate) fn is_older_version(address: &str) -> bool {
    address.contains("ehelse.no/") && (address.ends_with("-v05") || address.ends_with("-v06"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_system_is_recognised_by_its_own_address() {
        for system in CodeSystem::ALL {
            assert_eq!(
                recognise(system.url()),
                Some((system, Address::Canonical)),
                "{system:?}"
            );
        }
    }

    #[test]
    fn other_addresses_of_the_same_system_are_aliases_and_old_versions_are_neither() {
        let alert = |text: &str| recognise(text);
        assert_eq!(
            alert("http://ehelse.no/fhir/ValueSet/vkp-alert-code-v090"),
            Some((CodeSystem::ALERT_CODE, Address::Alias))
        );
        assert_eq!(
            alert("https://ehelse.no/fhir/CodeSystem/vkp-alert-code-v090"),
            Some((CodeSystem::ALERT_CODE, Address::Alias))
        );
        assert_eq!(
            alert("http://ehelse.no/fhir/CodeSystem/vkp-alert-code-v05"),
            Some((CodeSystem::ALERT_CODE, Address::OlderVersion))
        );
        assert_eq!(alert("http://ehelse.no/fhir/CodeSystem/vkp-alert-code-v091"), None);
        assert_eq!(
            alert("https://loinc.org"),
            Some((CodeSystem::LOINC, Address::Alias))
        );
        assert_eq!(alert("ta"), None);
    }
}
