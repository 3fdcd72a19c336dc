//! Names, addresses and telephone numbers (FHIR reference 6 and 7).

use super::extension::{extension_string, extensions};
use super::{Coding, Extension, Period, accessors, element_view};
use crate::decode::Node;

const MIDDLE_NAME: &str = "http://hl7.no/fhir/StructureDefinition/no-basis-middlename";
const ELECTRONIC_LOCK: &str = "http://ehelse.no/fhir/StructureDefinition/vkp-elock-v090";
const OFFICIAL: &str = "http://hl7.no/fhir/StructureDefinition/no-basis-address-official";
const URBAN_DISTRICT: &str = "http://hl7.no/fhir/StructureDefinition/no-basis-urban-district";
const MUNICIPALITY_CODE: &str = "http://hl7.no/fhir/StructureDefinition/no-basis-municipalitycode";
const PROPERTY: &str = "http://hl7.no/fhir/StructureDefinition/no-basis-propertyinformation";
const LOCATOR: &str = "http://hl7.org/fhir/StructureDefinition/iso21090-ADXP-additionalLocator";

element_view! {
    /// The name of a person.
    HumanName
}

accessors! { HumanName:
    /// `official`, `usual`, `maiden` …
    usage: text "use";
    /// The name in one text.
    text: text "text";
    /// The family name.
    family: text "family";
    /// Given names, in order. The middle name is not among them.
    given: texts "given";
    /// When it is or was in use.
    period: one Period "period";
}

impl<'r> HumanName<'r> {
    /// The middle name. By Norwegian law it is no given name and stands in an extension.
    #[must_use]
    pub fn middle(self) -> Option<&'r str> {
        extension_string(self.node, MIDDLE_NAME)
    }

    /// Given, middle and family name; the text of the name when there is none of them.
    #[must_use]
    pub fn full_name(self) -> Option<String> {
        let parts = self.given().chain(self.middle()).chain(self.family());
        let mut name = String::new();
        for part in parts.map(str::trim).filter(|part| !part.is_empty()) {
            if !name.is_empty() {
                name.push(' ');
            }
            name.push_str(part);
        }
        if name.is_empty() {
            return self.text().map(str::to_owned);
        }
        Some(name)
    }
}

element_view! {
    /// A postal address or the place of a home.
    Address
}

accessors! { Address:
    /// `home`, `temp`, `old` …
    usage: text "use";
    /// `postal`, `physical` or `both`.
    type_: text "type";
    /// The address in one text.
    text: text "text";
    /// The town.
    city: text "city";
    /// The district or municipality.
    district: text "district";
    /// The postal code, leading zeros kept.
    postal_code: text "postalCode";
    /// The country.
    country: text "country";
    /// When it is or was in use.
    period: one Period "period";
}

/// One line of an address.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct AddressLine<'r> {
    /// The line; `None` where only a hint is given.
    pub text: Option<&'r str>,
    /// How to find the door.
    pub hint: Option<&'r str>,
}

super::hidden_debug!(AddressLine);

impl<'r> Address<'r> {
    /// The lines with their hints.
    pub fn lines(self) -> impl Iterator<Item = AddressLine<'r>> + use<'r> {
        let (lines, twins) = (self.node.list("line"), self.node.list("_line"));
        (0..lines.len().max(twins.len())).map(|index| AddressLine {
            text: lines.get(index).and_then(Node::as_str),
            hint: twins
                .get(index)
                .and_then(|twin| extension_string(twin, LOCATOR)),
        })
    }

    /// The hint how to find the door, wherever it stands among the lines.
    #[must_use]
    pub fn door_hint(self) -> Option<&'r str> {
        self.lines().find_map(|line| line.hint)
    }

    /// The electronic lock of the door. Absent means that there is none.
    #[must_use]
    pub fn electronic_lock(self) -> Option<&'r str> {
        extension_string(self.node, ELECTRONIC_LOCK)
    }

    /// Whether it is the address in the national register, if stated.
    #[must_use]
    pub fn is_official(self) -> Option<bool> {
        extensions(self.node, OFFICIAL).find_map(Extension::boolean)
    }

    /// The municipality by its number, beside the name in [`district`](Self::district).
    #[must_use]
    pub fn municipality_code(self) -> Option<Coding<'r>> {
        let district = self.node.get("_district")?;
        extensions(district, MUNICIPALITY_CODE).find_map(Extension::coding)
    }

    /// The urban district by its number.
    #[must_use]
    pub fn urban_district(self) -> Option<Coding<'r>> {
        extensions(self.node, URBAN_DISTRICT).find_map(Extension::coding)
    }

    /// The properties that the address is on.
    pub fn properties(self) -> impl Iterator<Item = Property<'r>> + use<'r> {
        extensions(self.node, PROPERTY).map(|extension| Property { extension })
    }
}

/// A property in the cadastre (FHIR reference 7).
#[derive(Clone, Copy)]
pub struct Property<'r> {
    extension: Extension<'r>,
}

super::hidden_debug!(Property);

impl<'r> Property<'r> {
    fn number(self, url: &'static str) -> Option<i64> {
        self.extension.part(url)?.integer()
    }

    /// The extension beneath.
    #[must_use]
    pub const fn extension(self) -> Extension<'r> {
        self.extension
    }

    /// Gårdsnummer.
    #[must_use]
    pub fn cadastral_unit_number(self) -> Option<i64> {
        self.number("cadastralUnitNumber")
    }

    /// Bruksnummer.
    #[must_use]
    pub fn property_unit_number(self) -> Option<i64> {
        self.number("propertyUnitNumber")
    }

    /// Festenummer.
    #[must_use]
    pub fn leasehold_number(self) -> Option<i64> {
        self.number("leaseholdNumber")
    }

    /// Seksjonsnummer.
    #[must_use]
    pub fn condominium_unit_number(self) -> Option<i64> {
        self.number("condominiumUnitNumber")
    }

    /// The municipality, by its number.
    #[must_use]
    pub fn municipality(self) -> Option<Coding<'r>> {
        self.extension.part("municipality")?.coding()
    }
}

element_view! {
    /// A telephone number, an e-mail address … The number may be short and internal.
    ContactPoint
}

accessors! { ContactPoint:
    /// `phone`, `email`, `sms` …
    system: text "system";
    /// The number or address in clear.
    reveal: text "value";
    /// `home`, `work`, `mobile` …
    usage: text "use";
    /// When it is or was in use.
    period: one Period "period";
}

impl ContactPoint<'_> {
    /// The order of preference, 1 first.
    #[must_use]
    pub fn rank(self) -> Option<u32> {
        self.node.get("rank")?.as_number()?.parse().ok()
    }
}
