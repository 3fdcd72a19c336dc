//! Writes `src/codes/generated.rs` from `data/codes.csv`.

use std::collections::HashSet;
use std::error::Error;
use std::fmt::Write as _;
use std::path::Path;

/// A code system of the file: its name there, its constant, its address, and its type if it has one
/// with the first sentence of the documentation.
struct System {
    name: &'static str,
    constant: &'static str,
    url: &'static str,
    list: Option<(&'static str, &'static str)>,
    doc: &'static str,
}

/// A code system of VKP in version 0.9.0.
macro_rules! vkp {
    ($name:literal, $constant:literal, $doc:literal) => {
        vkp!($name, $constant, None, $doc)
    };
    ($name:literal, $constant:literal, $list:expr, $doc:literal) => {
        System {
            name: $name,
            constant: $constant,
            url: concat!("http://ehelse.no/fhir/CodeSystem/", $name, "-v090"),
            list: $list,
            doc: $doc,
        }
    };
}

/// In the order of the generated file.
const SYSTEMS: &[System] = &[
    vkp!(
        "vkp-alert-code",
        "ALERT_CODE",
        Some(("AlertCode", "What a `DetectedIssue` tells of.")),
        "`DetectedIssue.code`."
    ),
    vkp!(
        "vkp-composition-category",
        "NOTE_CATEGORY",
        Some((
            "NoteCategory",
            "The field of care that a journal note belongs to."
        )),
        "`Composition.category`."
    ),
    vkp!(
        "vkp-composition-event",
        "NOTE_EVENT",
        Some((
            "NoteEvent",
            "A step in the handling of an alarm. There is no code 2."
        )),
        "`Composition.event.code`."
    ),
    vkp!(
        "vkp-composition-section",
        "NOTE_SECTION",
        Some(("NoteSection", "What a section of a journal note holds.")),
        "`Composition.section.code`."
    ),
    vkp!(
        "vkp-encounter-mode",
        "ENCOUNTER_MODE",
        Some((
            "EncounterMode",
            "How a supervision was done. There is no code for a physical visit."
        )),
        "`Encounter.participant.type`."
    ),
    vkp!(
        "vkp-encounter-reason",
        "ENCOUNTER_REASON",
        Some(("EncounterReason", "Why a supervision was done.")),
        "`Encounter.reasonCode`."
    ),
    vkp!(
        "vkp-medicationdispense-events",
        "DISPENSE_EVENT",
        Some(("DispenseEvent", "How medicine was handed out.")),
        "`MedicationDispense.category`."
    ),
    vkp!(
        "vkp-careplan-category",
        "CARE_PLAN_CATEGORY",
        Some((
            "CarePlanCategory",
            "What kind of plan it is; only visit plans are delivered today."
        )),
        "`CarePlan.category`."
    ),
    vkp!(
        "vkp-operation-outcome",
        "OUTCOME_CODE",
        Some(("OutcomeCode", "Why the hub refuses.")),
        "`OperationOutcome.issue.details`."
    ),
    vkp!(
        "vkp-severity-level",
        "SEVERITY_LEVEL",
        "Severity of a `Flag`; retired with it."
    ),
    vkp!(
        "vkp-message-event",
        "MESSAGE_EVENT",
        "Events of the older messaging."
    ),
    vkp!("vkp-triage", "TRIAGE", "Colours of the older triage."),
    vkp!(
        "vkp-encounter-class",
        "ENCOUNTER_CLASS",
        "Older sibling of `vkp-encounter-mode`."
    ),
    System {
        name: "loinc",
        constant: "LOINC",
        url: "http://loinc.org",
        list: None,
        doc: "LOINC: the measures of FHIR reference 5.6.",
    },
    System {
        name: "snomed-ct",
        constant: "SNOMED_CT",
        url: "http://snomed.info/sct",
        list: Some((
            "SnomedConcept",
            "A concept of SNOMED CT that VKP traffic uses.",
        )),
        doc: "SNOMED CT: the measures of FHIR reference 5.6 and the concepts of 11.3.",
    },
    System {
        name: "nlk",
        constant: "NLK",
        url: "urn:oid:2.16.578.1.12.4.1.1.7280",
        list: None,
        doc: "Norsk laboratoriekodeverk (NPU codes): the measures of FHIR reference 5.6.",
    },
    System {
        name: "ieee-11073",
        constant: "IEEE_11073",
        url: "urn:iso:std:iso:11073:10101",
        list: Some((
            "DeviceTypeCode",
            "A sensor kind (partition 130) or device type.",
        )),
        doc: "ISO/IEEE 11073: sensor kinds of 10471 (partition 130) and the activity hub.",
    },
];

/// The rows that are no codes but measures: name, end of the profile address, constant. Codes of other
/// systems with the same constant are codes of the measure.
const MEASURE: &str = "measure";

/// A row of the file.
struct Row {
    system: String,
    code: String,
    display: String,
    constant: String,
}

/// The path from the root of the crate and the content of the generated file.
pub(crate) fn generate(root: &Path) -> Result<(&'static str, String), Box<dyn Error>> {
    let rows = read(&root.join("data/codes.csv"))?;
    let mut out = String::from(
        "//! Generated from `data/codes.csv`; rerun `cargo run -p fhir-vkp --example generate_codes`.\n\n\
         use super::system::{CodeSystem, Entry, Table};\n\
         use super::code_list;\n\
         use super::measure::{Measure, MeasureCodes};\n",
    );
    for system in SYSTEMS {
        let codes: Vec<&Row> = rows
            .iter()
            .filter(|row| row.system == system.name)
            .collect();
        if codes.is_empty() {
            return Err(format!("no code of {}", system.name).into());
        }
        table(&mut out, system, &codes)?;
        if let Some((name, doc)) = system.list {
            list(&mut out, system, name, doc, &codes)?;
        }
    }
    systems(&mut out)?;
    measures(&mut out, &rows)?;
    Ok(("src/codes/generated.rs", out))
}

/// Reads and checks the file.
fn read(path: &Path) -> Result<Vec<Row>, Box<dyn Error>> {
    let mut rows = Vec::new();
    let mut codes = HashSet::new();
    let mut constants = HashSet::new();
    for record in csv::Reader::from_path(path)?.records() {
        let record = record?;
        let field = |index: usize| record.get(index).unwrap_or_default().to_owned();
        let row = Row {
            system: field(0),
            code: field(1),
            display: field(2),
            constant: field(3),
        };
        let known = SYSTEMS.iter().any(|system| system.name == row.system);
        if !known && row.system != MEASURE {
            return Err(format!("unknown code system {}", row.system).into());
        }
        if row.code.is_empty() || !codes.insert((row.system.clone(), row.code.clone())) {
            return Err(format!("{} {} is empty or stands twice", row.system, row.code).into());
        }
        let constant = (row.system.clone(), row.constant.clone());
        if !row.constant.is_empty() && !constants.insert(constant) {
            return Err(format!("{} {} stands twice", row.system, row.constant).into());
        }
        rows.push(row);
    }
    Ok(rows)
}

fn table(out: &mut String, system: &System, codes: &[&Row]) -> std::fmt::Result {
    let (constant, count) = (system.constant, codes.len());
    writeln!(out, "\nconst {constant}: [Entry; {count}] = [")?;
    for row in codes {
        writeln!(
            out,
            "    Entry {{ code: {:?}, display: {:?} }},",
            row.code, row.display
        )?;
    }
    writeln!(out, "];")
}

fn list(
    out: &mut String,
    system: &System,
    name: &str,
    doc: &str,
    codes: &[&Row],
) -> std::fmt::Result {
    let constant = system.constant;
    let source = if system.url.contains("ehelse.no") {
        format!(
            "Code system `{}`, version 0.9.0 (FHIR reference 8).",
            system.name
        )
    } else {
        format!("Codes of `{}` (FHIR reference 5.6, 11.3).", system.url)
    };
    writeln!(out, "\ncode_list! {{")?;
    writeln!(out, "    /// {doc} {source}")?;
    writeln!(out, "    {name}, CodeSystem::{constant}, {constant}")?;
    writeln!(out, "}}\n\nimpl {name} {{")?;
    for (index, row) in codes.iter().enumerate() {
        let words = row.constant.to_lowercase().replace('_', " ");
        let words = if row.display.is_empty() {
            &words
        } else {
            &row.display
        };
        writeln!(out, "    /// `{}` {words}", row.code)?;
        writeln!(out, "    pub const {}: Self = Self({index});", row.constant)?;
    }
    writeln!(out, "}}")
}

fn systems(out: &mut String) -> std::fmt::Result {
    writeln!(
        out,
        "\npub(super) const TABLES: [Table; {}] = [",
        SYSTEMS.len()
    )?;
    for System {
        constant,
        name,
        url,
        ..
    } in SYSTEMS
    {
        writeln!(
            out,
            "    Table {{ name: {name:?}, url: {url:?}, entries: &{constant} }},"
        )?;
    }
    writeln!(out, "];\n\nimpl CodeSystem {{")?;
    for (index, System { constant, doc, .. }) in SYSTEMS.iter().enumerate() {
        writeln!(out, "    /// {doc}")?;
        writeln!(out, "    pub const {constant}: Self = Self({index});")?;
    }
    writeln!(
        out,
        "\n    /// Every code system that this crate knows, those of VKP first."
    )?;
    writeln!(out, "    pub const ALL: [Self; {}] = [", SYSTEMS.len())?;
    for System { constant, .. } in SYSTEMS {
        writeln!(out, "        Self::{constant},")?;
    }
    writeln!(out, "    ];\n}}")
}

fn measures(out: &mut String, rows: &[Row]) -> std::fmt::Result {
    let measures: Vec<&Row> = rows.iter().filter(|row| row.system == MEASURE).collect();
    writeln!(
        out,
        "\npub(super) const MEASURES: [MeasureCodes; {}] = [",
        measures.len()
    )?;
    for measure in &measures {
        let code = |system: &str| {
            let mut of_system = rows.iter().filter(|row| row.system == system);
            of_system
                .find(|row| row.constant == measure.constant)
                .map(|row| row.code.as_str())
        };
        let profile = Some(measure.display.as_str()).filter(|profile| !profile.is_empty());
        writeln!(out, "    MeasureCodes {{")?;
        writeln!(out, "        name: {:?},", measure.code)?;
        writeln!(out, "        profile: {profile:?},")?;
        writeln!(out, "        loinc: {:?},", code("loinc"))?;
        writeln!(out, "        snomed_ct: {:?},", code("snomed-ct"))?;
        writeln!(out, "        nlk: {:?},", code("nlk"))?;
        writeln!(out, "    }},")?;
    }
    writeln!(out, "];\n\nimpl Measure {{")?;
    for (index, measure) in measures.iter().enumerate() {
        let name = &measure.code;
        let first = name[..1].to_uppercase();
        writeln!(out, "    /// {first}{}", &name[1..])?;
        writeln!(
            out,
            "    pub const {}: Self = Self({index});",
            measure.constant
        )?;
    }
    writeln!(out, "}}")
}
