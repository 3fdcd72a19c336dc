//! Which names are FHIR's own, so that they say nothing about anybody.

use std::collections::HashSet;
use std::sync::OnceLock;

use super::shape::{Kind, Shape};

/// Names without a table: the root of a text in which no type was made out, and the member that names
/// the type.
const BESIDES: [&str; 2] = ["Resource", "resourceType"];

/// The 146 resource types of R4 4.0.1, with and without a table.
const TYPES: &str = "\
    Account ActivityDefinition AdverseEvent AllergyIntolerance Appointment AppointmentResponse \
    AuditEvent Basic Binary BiologicallyDerivedProduct BodyStructure Bundle CapabilityStatement \
    CarePlan CareTeam CatalogEntry ChargeItem ChargeItemDefinition Claim ClaimResponse \
    ClinicalImpression CodeSystem Communication CommunicationRequest CompartmentDefinition \
    Composition ConceptMap Condition Consent Contract Coverage CoverageEligibilityRequest \
    CoverageEligibilityResponse DetectedIssue Device DeviceDefinition DeviceMetric DeviceRequest \
    DeviceUseStatement DiagnosticReport DocumentManifest DocumentReference \
    EffectEvidenceSynthesis Encounter Endpoint EnrollmentRequest EnrollmentResponse \
    EpisodeOfCare EventDefinition Evidence EvidenceVariable ExampleScenario ExplanationOfBenefit \
    FamilyMemberHistory Flag Goal GraphDefinition Group GuidanceResponse HealthcareService \
    ImagingStudy Immunization ImmunizationEvaluation ImmunizationRecommendation \
    ImplementationGuide InsurancePlan Invoice Library Linkage List Location Measure \
    MeasureReport Media Medication MedicationAdministration MedicationDispense \
    MedicationKnowledge MedicationRequest MedicationStatement MedicinalProduct \
    MedicinalProductAuthorization MedicinalProductContraindication MedicinalProductIndication \
    MedicinalProductIngredient MedicinalProductInteraction MedicinalProductManufactured \
    MedicinalProductPackaged MedicinalProductPharmaceutical MedicinalProductUndesirableEffect \
    MessageDefinition MessageHeader MolecularSequence NamingSystem NutritionOrder Observation \
    ObservationDefinition OperationDefinition OperationOutcome Organization \
    OrganizationAffiliation Parameters Patient PaymentNotice PaymentReconciliation Person \
    PlanDefinition Practitioner PractitionerRole Procedure Provenance Questionnaire \
    QuestionnaireResponse RelatedPerson RequestGroup ResearchDefinition \
    ResearchElementDefinition ResearchStudy ResearchSubject RiskAssessment RiskEvidenceSynthesis \
    Schedule SearchParameter ServiceRequest Slot Specimen SpecimenDefinition StructureDefinition \
    StructureMap Subscription Substance SubstanceNucleicAcid SubstancePolymer SubstanceProtein \
    SubstanceReferenceInformation SubstanceSourceMaterial SubstanceSpecification SupplyDelivery \
    SupplyRequest Task TerminologyCapabilities TestReport TestScript ValueSet VerificationResult \
    VisionPrescription";

/// Whether this name is one of FHIR: a resource type, an element that the tables know at whatever place,
/// the stem of a choice, or `_element`.
pub(crate) fn is_name(name: &str) -> bool {
    static NAMES: OnceLock<HashSet<&'static str>> = OnceLock::new();
    let names = NAMES.get_or_init(|| {
        let mut names = HashSet::from(BESIDES);
        names.extend(TYPES.split_ascii_whitespace());
        let mut seen = HashSet::new();
        for shape in super::RESOURCES {
            gather(shape, &mut names, &mut seen);
        }
        names
    });
    names.contains(name.strip_prefix('_').unwrap_or(name))
}

fn gather(
    shape: &'static Shape,
    names: &mut HashSet<&'static str>,
    seen: &mut HashSet<&'static str>,
) {
    if !seen.insert(shape.name) {
        return;
    }
    for (_, element) in shape.all() {
        names.insert(element.name);
        names.extend(element.choice);
        if let Kind::Type(inner) = element.kind {
            gather(inner, names, seen);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_type_with_a_table_is_among_the_types() {
        let types: Vec<_> = TYPES.split_ascii_whitespace().collect();
        assert!(types.is_sorted() && types.len() == 146);
        for shape in super::super::RESOURCES {
            assert!(types.contains(&shape.name), "{}", shape.name);
        }
    }

    #[test]
    fn the_tables_say_which_names_are_known() {
        let known = [
            "Bundle",
            "entry",
            "resource",
            "_birthDate",
            "identified",
            "identifiedDateTime",
            "valueQuantity",
            "resourceType",
            "modifierExtension",
            "div",
            "Resource",
            "MessageHeader",
            "ServiceRequest",
        ];
        for name in known {
            assert!(is_name(name), "{name}");
        }
        for name in ["", "_", "Kari", "KariNordmann", "x", "item1234", "__id"] {
            assert!(!is_name(name), "{name}");
        }
    }
}
