//! Patient, for PIT (FHIR reference 6, 7).

use super::EncodeError;
use super::json::{Array, Object};
use super::part;
use crate::Precision;
use crate::identifier::system;
use crate::note::{
    Address, Contact, Country, Decimal, HumanName, Patient, PatientProfile, PhoneOrMail, Property,
    Text,
};

/// An extension with a text.
fn text_extension(a: &mut Array<'_, '_>, url: &'static str, text: Option<&Text>) {
    if let Some(text) = text {
        a.object(|o| {
            o.constant("url", url);
            o.any_text("valueString", text.as_str());
        });
    }
}

/// A patient.
pub(super) fn inside(o: &mut Object<'_, '_>, patient: &Patient) {
    let profile = match patient.profile {
        PatientProfile::Basis => "http://hl7.no/fhir/StructureDefinition/no-basis-Patient",
        PatientProfile::Vkp => "http://ehelse.no/fhir/StructureDefinition/vkp-Patient-v090",
    };
    part::head(o, "Patient", Some(profile));
    o.array("extension", |a| extensions(a, patient));
    o.array("identifier", |a| {
        for identifier in patient.identifiers.iter() {
            a.object(|o| part::identifier(o, identifier, "Patient.identifier"));
        }
    });
    if let Some(active) = patient.active {
        o.boolean("active", active);
    }
    o.array("name", |a| {
        for found in &patient.names {
            a.object(|o| name(o, found));
        }
    });
    telecom(o, &patient.telecoms);
    if let Some(gender) = patient.gender {
        o.constant("gender", gender.code());
    }
    if let Some(date) = &patient.birth_date {
        if date.precision() > Precision::Day {
            o.fail(EncodeError::TimeOfDay {
                element: "Patient.birthDate",
            });
        }
        o.date_time("birthDate", date);
    }
    o.array("address", |a| {
        for found in &patient.addresses {
            a.object(|o| address(o, found));
        }
    });
    o.array("contact", |a| {
        for found in &patient.contacts {
            a.object(|o| contact(o, found));
        }
    });
    o.array("generalPractitioner", |a| {
        for found in &patient.general_practitioners {
            a.object(|o| part::person(o, found, "Patient.generalPractitioner"));
        }
    });
}

fn extensions(a: &mut Array<'_, '_>, patient: &Patient) {
    if patient.zone.iter().any(|zone| zone.as_str().contains('|')) {
        a.fail(EncodeError::ZoneSeparator);
    }
    let zone: Vec<&str> = patient.zone.iter().map(Text::as_str).collect();
    let zone = Text::new(zone.join("|"));
    text_extension(
        a,
        "http://ehelse.no/fhir/StructureDefinition/vkp-sone-v090",
        zone.as_ref(),
    );
    text_extension(
        a,
        "http://ehelse.no/fhir/StructureDefinition/vkp-household-v090",
        patient.household.as_ref(),
    );
    for country in &patient.citizenships {
        country_extension(
            a,
            "http://hl7.org/fhir/StructureDefinition/patient-citizenship",
            *country,
        );
    }
    for country in &patient.nationalities {
        country_extension(
            a,
            "http://hl7.org/fhir/StructureDefinition/patient-nationality",
            *country,
        );
    }
}

/// Citizenship and nationality are extensions with a part `code`.
fn country_extension(a: &mut Array<'_, '_>, url: &'static str, country: Country) {
    a.object(|o| {
        o.array_of_one("extension", |o| {
            o.constant("url", "code");
            o.object("valueCodeableConcept", |o| {
                o.array_of_one("coding", |o| {
                    o.constant("system", "urn:iso:std:iso:3166");
                    o.any_text("code", country.as_str());
                });
            });
        });
        o.constant("url", url);
    });
}

/// The middle name is an extension, not a given name (FHIR reference 7).
fn name(o: &mut Object<'_, '_>, name: &HumanName) {
    o.array("extension", |a| {
        text_extension(
            a,
            "http://hl7.no/fhir/StructureDefinition/no-basis-middlename",
            name.middle.as_ref(),
        );
    });
    o.text("family", name.family.as_ref());
    o.array("given", |a| {
        name.given.iter().for_each(|given| a.text(given));
    });
}

/// Whether anything was written.
fn telecom(o: &mut Object<'_, '_>, telecoms: &[PhoneOrMail]) -> bool {
    o.array("telecom", |a| {
        for found in telecoms {
            a.object(|o| {
                o.constant("system", found.system.code());
                o.any_text("value", found.value.as_str());
                if let Some(purpose) = found.purpose {
                    o.constant("use", purpose.code());
                }
            });
        }
    })
}

/// The profile of VKP closes the list of extensions; those of the basis profile, which it is made from, are
/// on that list (FHIR reference 6, 7).
fn address(o: &mut Object<'_, '_>, address: &Address) {
    o.array("extension", |a| {
        text_extension(
            a,
            "http://ehelse.no/fhir/StructureDefinition/vkp-elock-v090",
            address.electronic_lock.as_ref(),
        );
        if let Some(official) = address.official {
            a.object(|o| {
                o.constant(
                    "url",
                    "http://hl7.no/fhir/StructureDefinition/no-basis-address-official",
                );
                o.boolean("valueBoolean", official);
            });
        }
        if let Some(district) = &address.urban_district {
            let url = "http://hl7.no/fhir/StructureDefinition/no-basis-urban-district";
            a.object(|o| place(o, url, system::URBAN_DISTRICT, district.as_str()));
        }
        for found in &address.properties {
            a.object(|o| property(o, found));
        }
    });
    if let Some(purpose) = address.purpose {
        o.constant("use", purpose.code());
    }
    o.array("line", |a| {
        address.lines.iter().for_each(|line| a.text(line));
    });
    // One extension for the first line. For another line FHIR would want a `null` before it, which not
    // every receiver survives.
    if address.door_hint.is_some() {
        o.array_of_one("_line", |o| {
            o.array("extension", |a| {
                text_extension(
                    a,
                    "http://hl7.org/fhir/StructureDefinition/iso21090-ADXP-additionalLocator",
                    address.door_hint.as_ref(),
                );
            });
        });
    }
    o.text("city", address.city.as_ref());
    o.text("district", address.municipality.as_ref());
    if let Some(code) = &address.municipality_code {
        let url = "http://hl7.no/fhir/StructureDefinition/no-basis-municipalitycode";
        o.object("_district", |o| {
            o.array_of_one("extension", |o| {
                place(o, url, system::MUNICIPALITY, code.as_str());
            });
        });
    }
    o.text("postalCode", address.postal_code.as_ref());
}

/// An extension with the number of a place.
fn place(o: &mut Object<'_, '_>, url: &'static str, system: &'static str, code: &str) {
    o.constant("url", url);
    o.object("valueCoding", |o| {
        o.constant("system", system);
        o.any_text("code", code);
    });
}

/// An extension with the numbers of a property; nothing without any.
fn property(o: &mut Object<'_, '_>, property: &Property) {
    let numbers = [
        ("cadastralUnitNumber", property.cadastral_unit_number),
        ("propertyUnitNumber", property.property_unit_number),
        ("leaseholdNumber", property.leasehold_number),
        ("condominiumUnitNumber", property.condominium_unit_number),
    ];
    let any = o.array("extension", |a| {
        for (url, number) in numbers {
            if let Some(number) = number {
                a.object(|o| {
                    o.constant("url", url);
                    o.decimal("valueInteger", &Decimal::from(i32::from(number)));
                });
            }
        }
        if let Some(code) = &property.municipality {
            a.object(|o| place(o, "municipality", system::MUNICIPALITY_OID, code.as_str()));
        }
    });
    if any {
        o.constant(
            "url",
            "http://hl7.no/fhir/StructureDefinition/no-basis-propertyinformation",
        );
    }
}

fn contact(o: &mut Object<'_, '_>, contact: &Contact) {
    o.array_of_one("relationship", |o| {
        o.array("coding", |a| {
            if contact.emergency_contact {
                a.object(|o| {
                    o.constant("system", "http://terminology.hl7.org/CodeSystem/v2-0131");
                    o.constant("code", "C");
                    o.constant("display", "Emergency Contact");
                });
            }
            part::extra_codings(a, &contact.relationship_codings);
        });
        o.text("text", contact.relationship.as_ref());
    });
    let mut reachable = match &contact.name {
        Some(found) => o.object("name", |o| name(o, found)),
        None => false,
    };
    reachable |= telecom(o, &contact.telecoms);
    if let Some(found) = &contact.address {
        reachable |= o.object("address", |o| address(o, found));
    }
    if !reachable {
        o.fail(EncodeError::EmptyContact);
    }
}
