//! Generated from `data/codes.csv`; rerun `cargo run -p fhir-vkp --example generate_codes`.

use super::system::{CodeSystem, Entry, Table};
use super::code_list;
use super::measure::{Measure, MeasureCodes};

const ALERT_CODE: [Entry; 65] = [
    Entry { code: "1", display: "Elektronisk medisineringsstøtte" },
    Entry { code: "1.1", display: "Ikke utlevert" },
    Entry { code: "1.2", display: "Utlevering forhindret av medisinmangel" },
    Entry { code: "1.3", display: "Mangler utleveringsbekreftelse" },
    Entry { code: "1.4", display: "Melding ikke lest" },
    Entry { code: "1.5", display: "Teknisk feil" },
    Entry { code: "1.6", display: "Pose ikke lest" },
    Entry { code: "1.7", display: "Feil ved rull" },
    Entry { code: "1.8", display: "Rull sitter fast" },
    Entry { code: "1.9", display: "Full skuff" },
    Entry { code: "1.10", display: "Medisin venter" },
    Entry { code: "1.11", display: "Mangler tilstrekkelig mengde medisin" },
    Entry { code: "1.12", display: "Snart tomt for medisin" },
    Entry { code: "1.13", display: "Tomt for medisin" },
    Entry { code: "1.14", display: "Mangler tidsplan" },
    Entry { code: "1.15", display: "Endringskontroll av medisinplan" },
    Entry { code: "1.16", display: "Rull behandlet" },
    Entry { code: "1.17", display: "Batteri lavt" },
    Entry { code: "1.18", display: "Batteri tomt" },
    Entry { code: "1.19", display: "Ikke tilkoblet strøm" },
    Entry { code: "1.20", display: "Ingen kontakt" },
    Entry { code: "1.21", display: "Dispenser åpen" },
    Entry { code: "1.22", display: "Innbrudd" },
    Entry { code: "1.23", display: "Dosett feilplassert" },
    Entry { code: "2", display: "Lokaliseringsteknologi" },
    Entry { code: "3", display: "Trygghetsalarm" },
    Entry { code: "4", display: "Digitalt tilsyn" },
    Entry { code: "4.1", display: "Fall" },
    Entry { code: "4.2", display: "Forlatt sengen" },
    Entry { code: "4.3", display: "Satt seg opp seng" },
    Entry { code: "4.4", display: "Reist seg fra stol" },
    Entry { code: "4.5", display: "Kommet inn rom" },
    Entry { code: "4.6", display: "Forlatt rom" },
    Entry { code: "4.7", display: "Uventet langt opphold" },
    Entry { code: "4.8", display: "Aktivitet rom" },
    Entry { code: "4.9", display: "Inaktivitet" },
    Entry { code: "4.10", display: "Høyt lydnivå" },
    Entry { code: "4.11", display: "Brannalarm" },
    Entry { code: "4.12", display: "Fravær" },
    Entry { code: "4.13", display: "Knappetrykk" },
    Entry { code: "4.14", display: "Snortrekk" },
    Entry { code: "4.15", display: "Dør åpnet" },
    Entry { code: "4.16", display: "Dør lukket" },
    Entry { code: "4.17", display: "Vannalarm" },
    Entry { code: "4.18", display: "Bevegelse" },
    Entry { code: "4.19", display: "Manglende bevegelse" },
    Entry { code: "4.20", display: "Lagt seg seng" },
    Entry { code: "4.21", display: "Forlatt bolig" },
    Entry { code: "4.22", display: "Mislykket brukeranrop" },
    Entry { code: "4.23", display: "Inaktivitet bad" },
    Entry { code: "4.24", display: "Epilepsi" },
    Entry { code: "4.25", display: "Hendelsesbasert kameratilsyn" },
    Entry { code: "4.26", display: "Planlagt kameratilsyn" },
    Entry { code: "5", display: "Digital hjemmeoppfølging" },
    Entry { code: "5.1", display: "Oppsummerende varsel" },
    Entry { code: "5.2", display: "Handling utført" },
    Entry { code: "5.2.1", display: "Måledata rapportert" },
    Entry { code: "5.2.2", display: "Skjemabesvarelse" },
    Entry { code: "5.2.3", display: "Annen handling utført" },
    Entry { code: "5.3", display: "Inaktiv pasient" },
    Entry { code: "5.3.1", display: "Manglende skjemabesvarelse" },
    Entry { code: "5.3.2", display: "Måling ikke rapportert" },
    Entry { code: "6", display: "Elektronisk dørlås" },
    Entry { code: "7", display: "Sykesignalanlegg" },
    Entry { code: "7.1", display: "Inkontinens" },
];

code_list! {
    /// What a `DetectedIssue` tells of. Code system `vkp-alert-code`, version 0.9.0 (FHIR reference 8).
    AlertCode, CodeSystem::ALERT_CODE, ALERT_CODE
}

impl AlertCode {
    /// `1` Elektronisk medisineringsstøtte
    pub const MEDICATION_SUPPORT: Self = Self(0);
    /// `1.1` Ikke utlevert
    pub const NOT_DISPENSED: Self = Self(1);
    /// `1.2` Utlevering forhindret av medisinmangel
    pub const DISPENSING_PREVENTED_BY_LACK_OF_MEDICINE: Self = Self(2);
    /// `1.3` Mangler utleveringsbekreftelse
    pub const NO_CONFIRMATION_OF_DISPENSING: Self = Self(3);
    /// `1.4` Melding ikke lest
    pub const MESSAGE_NOT_READ: Self = Self(4);
    /// `1.5` Teknisk feil
    pub const TECHNICAL_FAULT: Self = Self(5);
    /// `1.6` Pose ikke lest
    pub const POUCH_NOT_READ: Self = Self(6);
    /// `1.7` Feil ved rull
    pub const ROLL_FAULT: Self = Self(7);
    /// `1.8` Rull sitter fast
    pub const ROLL_STUCK: Self = Self(8);
    /// `1.9` Full skuff
    pub const DRAWER_FULL: Self = Self(9);
    /// `1.10` Medisin venter
    pub const MEDICINE_WAITING: Self = Self(10);
    /// `1.11` Mangler tilstrekkelig mengde medisin
    pub const TOO_LITTLE_MEDICINE: Self = Self(11);
    /// `1.12` Snart tomt for medisin
    pub const MEDICINE_NEARLY_EMPTY: Self = Self(12);
    /// `1.13` Tomt for medisin
    pub const MEDICINE_EMPTY: Self = Self(13);
    /// `1.14` Mangler tidsplan
    pub const NO_SCHEDULE: Self = Self(14);
    /// `1.15` Endringskontroll av medisinplan
    pub const MEDICATION_PLAN_CHANGE_CHECK: Self = Self(15);
    /// `1.16` Rull behandlet
    pub const ROLL_HANDLED: Self = Self(16);
    /// `1.17` Batteri lavt
    pub const BATTERY_LOW: Self = Self(17);
    /// `1.18` Batteri tomt
    pub const BATTERY_EMPTY: Self = Self(18);
    /// `1.19` Ikke tilkoblet strøm
    pub const MAINS_NOT_CONNECTED: Self = Self(19);
    /// `1.20` Ingen kontakt
    pub const NO_CONTACT: Self = Self(20);
    /// `1.21` Dispenser åpen
    pub const DISPENSER_OPEN: Self = Self(21);
    /// `1.22` Innbrudd
    pub const BREAK_IN: Self = Self(22);
    /// `1.23` Dosett feilplassert
    pub const DOSETTE_MISPLACED: Self = Self(23);
    /// `2` Lokaliseringsteknologi
    pub const LOCATION_TECHNOLOGY: Self = Self(24);
    /// `3` Trygghetsalarm
    pub const SOCIAL_ALARM: Self = Self(25);
    /// `4` Digitalt tilsyn
    pub const DIGITAL_SUPERVISION: Self = Self(26);
    /// `4.1` Fall
    pub const FALL: Self = Self(27);
    /// `4.2` Forlatt sengen
    pub const LEFT_BED: Self = Self(28);
    /// `4.3` Satt seg opp seng
    pub const SAT_UP_IN_BED: Self = Self(29);
    /// `4.4` Reist seg fra stol
    pub const ROSE_FROM_CHAIR: Self = Self(30);
    /// `4.5` Kommet inn rom
    pub const ENTERED_ROOM: Self = Self(31);
    /// `4.6` Forlatt rom
    pub const LEFT_ROOM: Self = Self(32);
    /// `4.7` Uventet langt opphold
    pub const UNEXPECTEDLY_LONG_STAY: Self = Self(33);
    /// `4.8` Aktivitet rom
    pub const ACTIVITY_IN_ROOM: Self = Self(34);
    /// `4.9` Inaktivitet
    pub const INACTIVITY: Self = Self(35);
    /// `4.10` Høyt lydnivå
    pub const HIGH_SOUND_LEVEL: Self = Self(36);
    /// `4.11` Brannalarm
    pub const FIRE: Self = Self(37);
    /// `4.12` Fravær
    pub const ABSENCE: Self = Self(38);
    /// `4.13` Knappetrykk
    pub const BUTTON_PRESSED: Self = Self(39);
    /// `4.14` Snortrekk
    pub const CORD_PULLED: Self = Self(40);
    /// `4.15` Dør åpnet
    pub const DOOR_OPENED: Self = Self(41);
    /// `4.16` Dør lukket
    pub const DOOR_CLOSED: Self = Self(42);
    /// `4.17` Vannalarm
    pub const WATER: Self = Self(43);
    /// `4.18` Bevegelse
    pub const MOVEMENT: Self = Self(44);
    /// `4.19` Manglende bevegelse
    pub const NO_MOVEMENT: Self = Self(45);
    /// `4.20` Lagt seg seng
    pub const LAY_DOWN_IN_BED: Self = Self(46);
    /// `4.21` Forlatt bolig
    pub const LEFT_HOME: Self = Self(47);
    /// `4.22` Mislykket brukeranrop
    pub const USER_CALL_FAILED: Self = Self(48);
    /// `4.23` Inaktivitet bad
    pub const INACTIVITY_IN_BATHROOM: Self = Self(49);
    /// `4.24` Epilepsi
    pub const EPILEPSY: Self = Self(50);
    /// `4.25` Hendelsesbasert kameratilsyn
    pub const TRIGGERED_CAMERA_SUPERVISION: Self = Self(51);
    /// `4.26` Planlagt kameratilsyn
    pub const PLANNED_CAMERA_SUPERVISION: Self = Self(52);
    /// `5` Digital hjemmeoppfølging
    pub const HOME_FOLLOW_UP: Self = Self(53);
    /// `5.1` Oppsummerende varsel
    pub const SUMMARY_WARNING: Self = Self(54);
    /// `5.2` Handling utført
    pub const ACTION_PERFORMED: Self = Self(55);
    /// `5.2.1` Måledata rapportert
    pub const MEASUREMENT_REPORTED: Self = Self(56);
    /// `5.2.2` Skjemabesvarelse
    pub const QUESTIONNAIRE_ANSWERED: Self = Self(57);
    /// `5.2.3` Annen handling utført
    pub const OTHER_ACTION_PERFORMED: Self = Self(58);
    /// `5.3` Inaktiv pasient
    pub const INACTIVE_PATIENT: Self = Self(59);
    /// `5.3.1` Manglende skjemabesvarelse
    pub const QUESTIONNAIRE_MISSING: Self = Self(60);
    /// `5.3.2` Måling ikke rapportert
    pub const MEASUREMENT_MISSING: Self = Self(61);
    /// `6` Elektronisk dørlås
    pub const ELECTRONIC_DOOR_LOCK: Self = Self(62);
    /// `7` Sykesignalanlegg
    pub const NURSE_CALL_SYSTEM: Self = Self(63);
    /// `7.1` Inkontinens
    pub const INCONTINENCE: Self = Self(64);
}

const NOTE_CATEGORY: [Entry; 2] = [
    Entry { code: "1", display: "Trygghet og mestring" },
    Entry { code: "2", display: "Digital hjemmeoppfølging" },
];

code_list! {
    /// The field of care that a journal note belongs to. Code system `vkp-composition-category`, version 0.9.0 (FHIR reference 8).
    NoteCategory, CodeSystem::NOTE_CATEGORY, NOTE_CATEGORY
}

impl NoteCategory {
    /// `1` Trygghet og mestring
    pub const SAFETY_AND_COPING: Self = Self(0);
    /// `2` Digital hjemmeoppfølging
    pub const HOME_FOLLOW_UP: Self = Self(1);
}

const NOTE_EVENT: [Entry; 10] = [
    Entry { code: "0", display: "hendelse meldt" },
    Entry { code: "1", display: "hendelse behandles" },
    Entry { code: "3", display: "hendelse kvittert" },
    Entry { code: "4", display: "hendelse til utrykning" },
    Entry { code: "5", display: "hendelse ok utrykning" },
    Entry { code: "6", display: "årsak" },
    Entry { code: "7", display: "tiltak" },
    Entry { code: "8", display: "samtale" },
    Entry { code: "9", display: "aksjon" },
    Entry { code: "10", display: "annen aktør" },
];

code_list! {
    /// A step in the handling of an alarm. There is no code 2. Code system `vkp-composition-event`, version 0.9.0 (FHIR reference 8).
    NoteEvent, CodeSystem::NOTE_EVENT, NOTE_EVENT
}

impl NoteEvent {
    /// `0` hendelse meldt
    pub const REPORTED: Self = Self(0);
    /// `1` hendelse behandles
    pub const IN_PROGRESS: Self = Self(1);
    /// `3` hendelse kvittert
    pub const ACKNOWLEDGED: Self = Self(2);
    /// `4` hendelse til utrykning
    pub const SENT_TO_RESPONDERS: Self = Self(3);
    /// `5` hendelse ok utrykning
    pub const ACCEPTED_BY_RESPONDERS: Self = Self(4);
    /// `6` årsak
    pub const CAUSE: Self = Self(5);
    /// `7` tiltak
    pub const MEASURE: Self = Self(6);
    /// `8` samtale
    pub const CONVERSATION: Self = Self(7);
    /// `9` aksjon
    pub const ACTION: Self = Self(8);
    /// `10` annen aktør
    pub const OTHER_ACTOR: Self = Self(9);
}

const NOTE_SECTION: [Entry; 5] = [
    Entry { code: "1", display: "notat" },
    Entry { code: "1.1", display: "beskrivelse av oppfølging" },
    Entry { code: "1.2", display: "beskrivelse av hendelse" },
    Entry { code: "1.3", display: "kommentar" },
    Entry { code: "2", display: "sammenstilt tekst" },
];

code_list! {
    /// What a section of a journal note holds. Code system `vkp-composition-section`, version 0.9.0 (FHIR reference 8).
    NoteSection, CodeSystem::NOTE_SECTION, NOTE_SECTION
}

impl NoteSection {
    /// `1` notat
    pub const NOTE: Self = Self(0);
    /// `1.1` beskrivelse av oppfølging
    pub const FOLLOW_UP: Self = Self(1);
    /// `1.2` beskrivelse av hendelse
    pub const EVENT: Self = Self(2);
    /// `1.3` kommentar
    pub const COMMENT: Self = Self(3);
    /// `2` sammenstilt tekst
    pub const COMPILED_TEXT: Self = Self(4);
}

const ENCOUNTER_MODE: [Entry; 5] = [
    Entry { code: "0", display: "bildetilsyn anonymisert" },
    Entry { code: "1", display: "bildetilsyn" },
    Entry { code: "2", display: "toveis tale" },
    Entry { code: "3", display: "innlytt anonymisert" },
    Entry { code: "4", display: "innlytt" },
];

code_list! {
    /// How a supervision was done. There is no code for a physical visit. Code system `vkp-encounter-mode`, version 0.9.0 (FHIR reference 8).
    EncounterMode, CodeSystem::ENCOUNTER_MODE, ENCOUNTER_MODE
}

impl EncounterMode {
    /// `0` bildetilsyn anonymisert
    pub const ANONYMISED_PICTURE: Self = Self(0);
    /// `1` bildetilsyn
    pub const PICTURE: Self = Self(1);
    /// `2` toveis tale
    pub const TWO_WAY_SPEECH: Self = Self(2);
    /// `3` innlytt anonymisert
    pub const ANONYMISED_LISTENING: Self = Self(3);
    /// `4` innlytt
    pub const LISTENING: Self = Self(4);
}

const ENCOUNTER_REASON: [Entry; 2] = [
    Entry { code: "1", display: "planlagt tilsyn" },
    Entry { code: "2", display: "hendelsesbasert tilsyn" },
];

code_list! {
    /// Why a supervision was done. Code system `vkp-encounter-reason`, version 0.9.0 (FHIR reference 8).
    EncounterReason, CodeSystem::ENCOUNTER_REASON, ENCOUNTER_REASON
}

impl EncounterReason {
    /// `1` planlagt tilsyn
    pub const PLANNED: Self = Self(0);
    /// `2` hendelsesbasert tilsyn
    pub const EVENT_BASED: Self = Self(1);
}

const DISPENSE_EVENT: [Entry; 8] = [
    Entry { code: "1", display: "medisin utlevert" },
    Entry { code: "1.1", display: "medisin utlevert uassistert" },
    Entry { code: "1.2", display: "medisin utlevert assistert" },
    Entry { code: "1.3", display: "behovsmedisin utlevert" },
    Entry { code: "2", display: "medisin utlevert reise" },
    Entry { code: "2.1", display: "medisin utlevert reise uassistert" },
    Entry { code: "2.2", display: "medisin utlevert reise assistert" },
    Entry { code: "3", display: "medisin melding til bruker" },
];

code_list! {
    /// How medicine was handed out. Code system `vkp-medicationdispense-events`, version 0.9.0 (FHIR reference 8).
    DispenseEvent, CodeSystem::DISPENSE_EVENT, DISPENSE_EVENT
}

impl DispenseEvent {
    /// `1` medisin utlevert
    pub const DISPENSED: Self = Self(0);
    /// `1.1` medisin utlevert uassistert
    pub const DISPENSED_UNASSISTED: Self = Self(1);
    /// `1.2` medisin utlevert assistert
    pub const DISPENSED_ASSISTED: Self = Self(2);
    /// `1.3` behovsmedisin utlevert
    pub const AS_NEEDED_MEDICINE_DISPENSED: Self = Self(3);
    /// `2` medisin utlevert reise
    pub const DISPENSED_FOR_TRAVEL: Self = Self(4);
    /// `2.1` medisin utlevert reise uassistert
    pub const DISPENSED_FOR_TRAVEL_UNASSISTED: Self = Self(5);
    /// `2.2` medisin utlevert reise assistert
    pub const DISPENSED_FOR_TRAVEL_ASSISTED: Self = Self(6);
    /// `3` medisin melding til bruker
    pub const MESSAGE_TO_USER: Self = Self(7);
}

const CARE_PLAN_CATEGORY: [Entry; 4] = [
    Entry { code: "0", display: "annen type" },
    Entry { code: "1", display: "behandlingsplan" },
    Entry { code: "2", display: "egenbehandlingsplan" },
    Entry { code: "3", display: "besoksplan" },
];

code_list! {
    /// What kind of plan it is; only visit plans are delivered today. Code system `vkp-careplan-category`, version 0.9.0 (FHIR reference 8).
    CarePlanCategory, CodeSystem::CARE_PLAN_CATEGORY, CARE_PLAN_CATEGORY
}

impl CarePlanCategory {
    /// `0` annen type
    pub const OTHER: Self = Self(0);
    /// `1` behandlingsplan
    pub const TREATMENT_PLAN: Self = Self(1);
    /// `2` egenbehandlingsplan
    pub const SELF_TREATMENT_PLAN: Self = Self(2);
    /// `3` besoksplan
    pub const VISIT_PLAN: Self = Self(3);
}

const OUTCOME_CODE: [Entry; 13] = [
    Entry { code: "1", display: "forbudt" },
    Entry { code: "1.1", display: "ikke aktiv" },
    Entry { code: "1.2", display: "ikke tillatt" },
    Entry { code: "1.3", display: "ikke oppfylt tjenstlig behov" },
    Entry { code: "1.4", display: "ikke tilgang" },
    Entry { code: "1.5", display: "ikke tilgang" },
    Entry { code: "2", display: "ugyldige data" },
    Entry { code: "2.1", display: "ugyldig personidentifikator" },
    Entry { code: "2.2", display: "ugyldig systemidentifikator" },
    Entry { code: "2.3", display: "ugyldig antall parametere" },
    Entry { code: "2.4", display: "ugyldig format" },
    Entry { code: "3", display: "annen feil" },
    Entry { code: "3.1", display: "time out" },
];

code_list! {
    /// Why the hub refuses. Code system `vkp-operation-outcome`, version 0.9.0 (FHIR reference 8).
    OutcomeCode, CodeSystem::OUTCOME_CODE, OUTCOME_CODE
}

impl OutcomeCode {
    /// `1` forbudt
    pub const FORBIDDEN: Self = Self(0);
    /// `1.1` ikke aktiv
    pub const NOT_ACTIVE: Self = Self(1);
    /// `1.2` ikke tillatt
    pub const NOT_ALLOWED: Self = Self(2);
    /// `1.3` ikke oppfylt tjenstlig behov
    pub const NO_ACTIVE_SERVICE: Self = Self(3);
    /// `1.4` ikke tilgang
    pub const NO_ACCESS: Self = Self(4);
    /// `1.5` ikke tilgang
    pub const NOT_AUTHORIZED: Self = Self(5);
    /// `2` ugyldige data
    pub const INVALID_DATA: Self = Self(6);
    /// `2.1` ugyldig personidentifikator
    pub const INVALID_PERSON_IDENTIFIER: Self = Self(7);
    /// `2.2` ugyldig systemidentifikator
    pub const INVALID_SYSTEM_IDENTIFIER: Self = Self(8);
    /// `2.3` ugyldig antall parametere
    pub const INVALID_NUMBER_OF_PARAMETERS: Self = Self(9);
    /// `2.4` ugyldig format
    pub const INVALID_FORMAT: Self = Self(10);
    /// `3` annen feil
    pub const OTHER_ERROR: Self = Self(11);
    /// `3.1` time out
    pub const TIMEOUT: Self = Self(12);
}

const SEVERITY_LEVEL: [Entry; 5] = [
    Entry { code: "0", display: "Ikke rapportert" },
    Entry { code: "10", display: "Normal" },
    Entry { code: "20", display: "Moderat" },
    Entry { code: "30", display: "Alvorlig" },
    Entry { code: "40", display: "Kritisk" },
];

const MESSAGE_EVENT: [Entry; 4] = [
    Entry { code: "MedicationDispense", display: "MedicationDispense" },
    Entry { code: "LocationMeasurement", display: "LocationMeasurement" },
    Entry { code: "CameraObservation", display: "CameraObservation" },
    Entry { code: "PatientComposition", display: "PatientComposition" },
];

const TRIAGE: [Entry; 7] = [
    Entry { code: "R", display: "red" },
    Entry { code: "O", display: "orange" },
    Entry { code: "Y", display: "yellow" },
    Entry { code: "G", display: "green" },
    Entry { code: "B", display: "blue" },
    Entry { code: "BL", display: "black" },
    Entry { code: "NR", display: "not reported" },
];

const ENCOUNTER_CLASS: [Entry; 5] = [
    Entry { code: "0", display: "bildetilsyn_anonymisert" },
    Entry { code: "1", display: "bildetilsyn" },
    Entry { code: "2", display: "toveis_tale" },
    Entry { code: "3", display: "innlytt_anonymisert" },
    Entry { code: "4", display: "innlytt" },
];

const LOINC: [Entry; 10] = [
    Entry { code: "8867-4", display: "" },
    Entry { code: "85354-9", display: "" },
    Entry { code: "8480-6", display: "" },
    Entry { code: "8462-4", display: "" },
    Entry { code: "2708-6", display: "" },
    Entry { code: "15074-8", display: "" },
    Entry { code: "8310-5", display: "" },
    Entry { code: "29463-7", display: "" },
    Entry { code: "9279-1", display: "" },
    Entry { code: "74465-6", display: "" },
];

const SNOMED_CT: [Entry; 15] = [
    Entry { code: "364075005", display: "" },
    Entry { code: "75367002", display: "" },
    Entry { code: "271649006", display: "" },
    Entry { code: "271650006", display: "" },
    Entry { code: "431314004", display: "" },
    Entry { code: "434912009", display: "" },
    Entry { code: "276885007", display: "" },
    Entry { code: "27113001", display: "" },
    Entry { code: "86290005", display: "" },
    Entry { code: "1104051000000101", display: "" },
    Entry { code: "1104441000000107", display: "" },
    Entry { code: "763264000", display: "" },
    Entry { code: "1912002", display: "Fall (event)" },
    Entry { code: "50239007", display: "Wandering (finding)" },
    Entry { code: "408367005", display: "Patient forgets to take medication" },
];

code_list! {
    /// A concept of SNOMED CT that VKP traffic uses. Codes of `http://snomed.info/sct` (FHIR reference 5.6, 11.3).
    SnomedConcept, CodeSystem::SNOMED_CT, SNOMED_CT
}

impl SnomedConcept {
    /// `364075005` heart rate
    pub const HEART_RATE: Self = Self(0);
    /// `75367002` blood pressure
    pub const BLOOD_PRESSURE: Self = Self(1);
    /// `271649006` systolic blood pressure
    pub const SYSTOLIC_BLOOD_PRESSURE: Self = Self(2);
    /// `271650006` diastolic blood pressure
    pub const DIASTOLIC_BLOOD_PRESSURE: Self = Self(3);
    /// `431314004` oxygen saturation
    pub const OXYGEN_SATURATION: Self = Self(4);
    /// `434912009` blood glucose
    pub const BLOOD_GLUCOSE: Self = Self(5);
    /// `276885007` body temperature
    pub const BODY_TEMPERATURE: Self = Self(6);
    /// `27113001` body weight
    pub const BODY_WEIGHT: Self = Self(7);
    /// `86290005` respiratory rate
    pub const RESPIRATORY_RATE: Self = Self(8);
    /// `1104051000000101` news2 score
    pub const NEWS2_SCORE: Self = Self(9);
    /// `1104441000000107` consciousness
    pub const CONSCIOUSNESS: Self = Self(10);
    /// `763264000` clinical frailty scale
    pub const CLINICAL_FRAILTY_SCALE: Self = Self(11);
    /// `1912002` Fall (event)
    pub const FALL_EVENT: Self = Self(12);
    /// `50239007` Wandering (finding)
    pub const WANDERING: Self = Self(13);
    /// `408367005` Patient forgets to take medication
    pub const FORGETS_TO_TAKE_MEDICATION: Self = Self(14);
}

const NLK: [Entry; 1] = [
    Entry { code: "NPU02187", display: "" },
];

const IEEE_11073: [Entry; 15] = [
    Entry { code: "528455", display: "" },
    Entry { code: "8519681", display: "" },
    Entry { code: "8519682", display: "" },
    Entry { code: "8519683", display: "" },
    Entry { code: "8519684", display: "" },
    Entry { code: "8519685", display: "" },
    Entry { code: "8519686", display: "" },
    Entry { code: "8519687", display: "" },
    Entry { code: "8519688", display: "" },
    Entry { code: "8519689", display: "" },
    Entry { code: "8519690", display: "" },
    Entry { code: "8519691", display: "" },
    Entry { code: "8519692", display: "" },
    Entry { code: "8519693", display: "" },
    Entry { code: "8519694", display: "" },
];

code_list! {
    /// A sensor kind (partition 130) or device type. Codes of `urn:iso:std:iso:11073:10101` (FHIR reference 5.6, 11.3).
    DeviceTypeCode, CodeSystem::IEEE_11073, IEEE_11073
}

impl DeviceTypeCode {
    /// `528455` independent living activity hub
    pub const INDEPENDENT_LIVING_ACTIVITY_HUB: Self = Self(0);
    /// `8519681` fall
    pub const FALL: Self = Self(1);
    /// `8519682` personal emergency response
    pub const PERSONAL_EMERGENCY_RESPONSE: Self = Self(2);
    /// `8519683` smoke
    pub const SMOKE: Self = Self(3);
    /// `8519684` carbon monoxide
    pub const CARBON_MONOXIDE: Self = Self(4);
    /// `8519685` water
    pub const WATER: Self = Self(5);
    /// `8519686` gas
    pub const GAS: Self = Self(6);
    /// `8519687` motion
    pub const MOTION: Self = Self(7);
    /// `8519688` property exit
    pub const PROPERTY_EXIT: Self = Self(8);
    /// `8519689` enuresis
    pub const ENURESIS: Self = Self(9);
    /// `8519690` contact closure
    pub const CONTACT_CLOSURE: Self = Self(10);
    /// `8519691` usage
    pub const USAGE: Self = Self(11);
    /// `8519692` switch
    pub const SWITCH: Self = Self(12);
    /// `8519693` medication dosage
    pub const MEDICATION_DOSAGE: Self = Self(13);
    /// `8519694` temperature
    pub const TEMPERATURE: Self = Self(14);
}

pub(super) const TABLES: [Table; 17] = [
    Table { name: "vkp-alert-code", url: "http://ehelse.no/fhir/CodeSystem/vkp-alert-code-v090", entries: &ALERT_CODE },
    Table { name: "vkp-composition-category", url: "http://ehelse.no/fhir/CodeSystem/vkp-composition-category-v090", entries: &NOTE_CATEGORY },
    Table { name: "vkp-composition-event", url: "http://ehelse.no/fhir/CodeSystem/vkp-composition-event-v090", entries: &NOTE_EVENT },
    Table { name: "vkp-composition-section", url: "http://ehelse.no/fhir/CodeSystem/vkp-composition-section-v090", entries: &NOTE_SECTION },
    Table { name: "vkp-encounter-mode", url: "http://ehelse.no/fhir/CodeSystem/vkp-encounter-mode-v090", entries: &ENCOUNTER_MODE },
    Table { name: "vkp-encounter-reason", url: "http://ehelse.no/fhir/CodeSystem/vkp-encounter-reason-v090", entries: &ENCOUNTER_REASON },
    Table { name: "vkp-medicationdispense-events", url: "http://ehelse.no/fhir/CodeSystem/vkp-medicationdispense-events-v090", entries: &DISPENSE_EVENT },
    Table { name: "vkp-careplan-category", url: "http://ehelse.no/fhir/CodeSystem/vkp-careplan-category-v090", entries: &CARE_PLAN_CATEGORY },
    Table { name: "vkp-operation-outcome", url: "http://ehelse.no/fhir/CodeSystem/vkp-operation-outcome-v090", entries: &OUTCOME_CODE },
    Table { name: "vkp-severity-level", url: "http://ehelse.no/fhir/CodeSystem/vkp-severity-level-v090", entries: &SEVERITY_LEVEL },
    Table { name: "vkp-message-event", url: "http://ehelse.no/fhir/CodeSystem/vkp-message-event-v090", entries: &MESSAGE_EVENT },
    Table { name: "vkp-triage", url: "http://ehelse.no/fhir/CodeSystem/vkp-triage-v090", entries: &TRIAGE },
    Table { name: "vkp-encounter-class", url: "http://ehelse.no/fhir/CodeSystem/vkp-encounter-class-v090", entries: &ENCOUNTER_CLASS },
    Table { name: "loinc", url: "http://loinc.org", entries: &LOINC },
    Table { name: "snomed-ct", url: "http://snomed.info/sct", entries: &SNOMED_CT },
    Table { name: "nlk", url: "urn:oid:2.16.578.1.12.4.1.1.7280", entries: &NLK },
    Table { name: "ieee-11073", url: "urn:iso:std:iso:11073:10101", entries: &IEEE_11073 },
];

impl CodeSystem {
    /// `DetectedIssue.code`.
    pub const ALERT_CODE: Self = Self(0);
    /// `Composition.category`.
    pub const NOTE_CATEGORY: Self = Self(1);
    /// `Composition.event.code`.
    pub const NOTE_EVENT: Self = Self(2);
    /// `Composition.section.code`.
    pub const NOTE_SECTION: Self = Self(3);
    /// `Encounter.participant.type`.
    pub const ENCOUNTER_MODE: Self = Self(4);
    /// `Encounter.reasonCode`.
    pub const ENCOUNTER_REASON: Self = Self(5);
    /// `MedicationDispense.category`.
    pub const DISPENSE_EVENT: Self = Self(6);
    /// `CarePlan.category`.
    pub const CARE_PLAN_CATEGORY: Self = Self(7);
    /// `OperationOutcome.issue.details`.
    pub const OUTCOME_CODE: Self = Self(8);
    /// Severity of a `Flag`; retired with it.
    pub const SEVERITY_LEVEL: Self = Self(9);
    /// Events of the older messaging.
    pub const MESSAGE_EVENT: Self = Self(10);
    /// Colours of the older triage.
    pub const TRIAGE: Self = Self(11);
    /// Older sibling of `vkp-encounter-mode`.
    pub const ENCOUNTER_CLASS: Self = Self(12);
    /// LOINC: the measures of FHIR reference 5.6.
    pub const LOINC: Self = Self(13);
    /// SNOMED CT: the measures of FHIR reference 5.6 and the concepts of 11.3.
    pub const SNOMED_CT: Self = Self(14);
    /// Norsk laboratoriekodeverk (NPU codes): the measures of FHIR reference 5.6.
    pub const NLK: Self = Self(15);
    /// ISO/IEEE 11073: sensor kinds of 10471 (partition 130) and the activity hub.
    pub const IEEE_11073: Self = Self(16);

    /// Every code system that this crate knows, those of VKP first.
    pub const ALL: [Self; 17] = [
        Self::ALERT_CODE,
        Self::NOTE_CATEGORY,
        Self::NOTE_EVENT,
        Self::NOTE_SECTION,
        Self::ENCOUNTER_MODE,
        Self::ENCOUNTER_REASON,
        Self::DISPENSE_EVENT,
        Self::CARE_PLAN_CATEGORY,
        Self::OUTCOME_CODE,
        Self::SEVERITY_LEVEL,
        Self::MESSAGE_EVENT,
        Self::TRIAGE,
        Self::ENCOUNTER_CLASS,
        Self::LOINC,
        Self::SNOMED_CT,
        Self::NLK,
        Self::IEEE_11073,
    ];
}

pub(super) const MEASURES: [MeasureCodes; 13] = [
    MeasureCodes {
        name: "heart rate",
        profile: Some("Heartrate"),
        loinc: Some("8867-4"),
        snomed_ct: Some("364075005"),
        nlk: None,
    },
    MeasureCodes {
        name: "blood pressure",
        profile: Some("Bloodpressure"),
        loinc: Some("85354-9"),
        snomed_ct: Some("75367002"),
        nlk: None,
    },
    MeasureCodes {
        name: "systolic blood pressure",
        profile: None,
        loinc: Some("8480-6"),
        snomed_ct: Some("271649006"),
        nlk: None,
    },
    MeasureCodes {
        name: "diastolic blood pressure",
        profile: None,
        loinc: Some("8462-4"),
        snomed_ct: Some("271650006"),
        nlk: None,
    },
    MeasureCodes {
        name: "oxygen saturation",
        profile: Some("Oxygensat"),
        loinc: Some("2708-6"),
        snomed_ct: Some("431314004"),
        nlk: None,
    },
    MeasureCodes {
        name: "blood glucose",
        profile: None,
        loinc: Some("15074-8"),
        snomed_ct: Some("434912009"),
        nlk: Some("NPU02187"),
    },
    MeasureCodes {
        name: "body temperature",
        profile: Some("Bodytemp"),
        loinc: Some("8310-5"),
        snomed_ct: Some("276885007"),
        nlk: None,
    },
    MeasureCodes {
        name: "body weight",
        profile: Some("Bodyweight"),
        loinc: Some("29463-7"),
        snomed_ct: Some("27113001"),
        nlk: None,
    },
    MeasureCodes {
        name: "respiratory rate",
        profile: Some("Resprate"),
        loinc: Some("9279-1"),
        snomed_ct: Some("86290005"),
        nlk: None,
    },
    MeasureCodes {
        name: "NEWS2 score",
        profile: Some("NEWS2score"),
        loinc: None,
        snomed_ct: Some("1104051000000101"),
        nlk: None,
    },
    MeasureCodes {
        name: "consciousness (ACVPU)",
        profile: Some("Consciousness"),
        loinc: None,
        snomed_ct: Some("1104441000000107"),
        nlk: None,
    },
    MeasureCodes {
        name: "Clinical Frailty Scale",
        profile: Some("CFSscore"),
        loinc: None,
        snomed_ct: Some("763264000"),
        nlk: None,
    },
    MeasureCodes {
        name: "questionnaire score",
        profile: None,
        loinc: Some("74465-6"),
        snomed_ct: None,
        nlk: None,
    },
];

impl Measure {
    /// Heart rate
    pub const HEART_RATE: Self = Self(0);
    /// Blood pressure
    pub const BLOOD_PRESSURE: Self = Self(1);
    /// Systolic blood pressure
    pub const SYSTOLIC_BLOOD_PRESSURE: Self = Self(2);
    /// Diastolic blood pressure
    pub const DIASTOLIC_BLOOD_PRESSURE: Self = Self(3);
    /// Oxygen saturation
    pub const OXYGEN_SATURATION: Self = Self(4);
    /// Blood glucose
    pub const BLOOD_GLUCOSE: Self = Self(5);
    /// Body temperature
    pub const BODY_TEMPERATURE: Self = Self(6);
    /// Body weight
    pub const BODY_WEIGHT: Self = Self(7);
    /// Respiratory rate
    pub const RESPIRATORY_RATE: Self = Self(8);
    /// NEWS2 score
    pub const NEWS2_SCORE: Self = Self(9);
    /// Consciousness (ACVPU)
    pub const CONSCIOUSNESS: Self = Self(10);
    /// Clinical Frailty Scale
    pub const CLINICAL_FRAILTY_SCALE: Self = Self(11);
    /// Questionnaire score
    pub const QUESTIONNAIRE_SCORE: Self = Self(12);
}
