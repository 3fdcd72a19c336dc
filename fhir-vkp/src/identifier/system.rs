//! Addresses of identifier systems (FHIR reference 3).

/// Fødselsnummer.
pub const FODSELSNUMMER: &str = "urn:oid:2.16.578.1.12.4.1.4.1";
/// D-nummer.
pub const D_NUMBER: &str = "urn:oid:2.16.578.1.12.4.1.4.2";
/// Felles hjelpenummer.
pub const FELLES_HJELPENUMMER: &str = "urn:oid:2.16.578.1.12.4.1.4.3";
/// Lokalt H-nummer: no address but a literal.
pub const H_NUMBER: &str = "HNR";
/// HPR number: health personnel.
pub const HPR: &str = "urn:oid:2.16.578.1.12.4.1.4.4";
/// DUF number: immigration authorities.
pub const DUF: &str = "urn:oid:2.16.578.1.12.4.1.4.5";
/// Organisation number (ENH).
pub const ORGANISATION: &str = "urn:oid:2.16.578.1.12.4.1.4.101";
/// RESH id: unit of specialist care.
pub const RESH: &str = "urn:oid:2.16.578.1.12.4.1.4.102";
/// HER-id: communication party.
pub const HER_ID: &str = "urn:oid:2.16.578.1.12.4.1.2";
/// Any URI, here a UUID: the value is `urn:uuid:` and the UUID in lower case.
pub const UUID: &str = "urn:ietf:rfc:3986";
/// Types of person identifiers, whose code `HNR` stands in `Identifier.type` of an H-number.
pub const PERSON_ID_TYPE: &str = "urn:oid:2.16.578.1.12.4.1.1.8327";
/// Municipality code, the preferred address.
pub const MUNICIPALITY: &str = "https://register.geonorge.no/sosi-kodelister/kommunenummer";
/// Municipality code, the other address.
pub const MUNICIPALITY_OID: &str = "urn:oid:2.16.578.1.12.4.1.1.3402";
/// Urban district. (Statistics Norway has an address of its own for the class.)
pub const URBAN_DISTRICT: &str = "urn:oid:2.16.578.1.12.4.1.1.3403";

/// The start of every OID as a URI.
const OID: &str = "urn:oid:";

/// The addresses of HL7 Norway for the same systems, without their common start.
const NAMING_SYSTEMS: [(&str, &str); 5] = [
    ("FNR", FODSELSNUMMER),
    ("DNR", D_NUMBER),
    ("FHNR", FELLES_HJELPENUMMER),
    ("HPR", HPR),
    ("DUFN", DUF),
];

/// The address that is due, for another address of an identifier system of this module: the
/// naming systems of HL7 Norway, with `http` or `https`; an OID without `urn:oid:`; `urn:` in capitals;
/// white space around any of them. `None` for the address itself and for systems that are not listed
/// here.
///
/// ```
/// use fhir_vkp::identifier::system;
///
/// let written = "http://hl7.no/fhir/NamingSystem/FNR";
/// assert_eq!(system::canonical(written), Some(system::FODSELSNUMMER));
/// assert_eq!(system::canonical("2.16.578.1.12.4.1.2"), Some(system::HER_ID));
/// assert_eq!(system::canonical(system::HER_ID), None);
/// ```
#[must_use]
pub fn canonical(address: &str) -> Option<&'static str> {
    let plain = address.trim();
    let web = plain
        .strip_prefix("http://")
        .or_else(|| plain.strip_prefix("https://"));
    if let Some(rest) = web {
        let name = rest.strip_prefix("hl7.no/fhir/NamingSystem/")?;
        let name = name.strip_suffix('/').unwrap_or(name);
        let found = NAMING_SYSTEMS.iter().find(|(known, _)| *known == name);
        return found.map(|(_, system)| *system);
    }
    let found = match plain.split_at_checked(OID.len()) {
        Some((OID, _)) if plain.len() == address.len() => return None,
        Some((scheme, oid)) if scheme.eq_ignore_ascii_case(OID) => of_oid(oid),
        _ => of_oid(plain).or_else(|| plain.eq_ignore_ascii_case(UUID).then_some(UUID)),
    };
    found.filter(|system| *system != address)
}

/// The system of an OID without `urn:oid:`.
fn of_oid(oid: &str) -> Option<&'static str> {
    let systems = [
        FODSELSNUMMER,
        D_NUMBER,
        FELLES_HJELPENUMMER,
        HPR,
        DUF,
        ORGANISATION,
        RESH,
        HER_ID,
    ];
    systems
        .into_iter()
        .find(|system| system.strip_prefix(OID) == Some(oid))
}
