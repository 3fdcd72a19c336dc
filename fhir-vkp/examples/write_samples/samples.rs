//! Notes, measurements and patients about people who do not exist.

use std::error::Error;

use fhir_vkp::encode::{self, EncodeError};
use fhir_vkp::identifier::system;
use fhir_vkp::note::{
    Address, AddressUse, Alarm, AlarmNote, Answer, BatchEntry, Concept, Contact, Country, Device,
    DispenseNote, ExtraCoding, Gender, HumanName, Implicated, Individual, Item, JournalNote,
    LogEntry, Measurement, MeasurementStatus, MedicationDispense, MissingMeasurement,
    MissingQuestionnaire, Operator, Participation, Patient, PatientProfile, Performer, Period,
    PhoneOrMail, Quantity, Questionnaire, Reading, RecordId, Section, Supervision, SupervisionKind,
    TelecomUse, Text,
};
use fhir_vkp::{
    AlertCode, DateTime, DispenseEvent, EncounterMode, EncounterReason, Identifier, NoteEvent,
    NoteSection, Person, Severity, UuidNames,
};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// Every sample under the name of its file.
pub(crate) fn all() -> Result<Vec<(&'static str, Vec<u8>)>> {
    let patient = patient()?;
    let mut amended = fall_alarm()?;
    amended.amend();
    amended.add_section(Section::new(
        NoteSection::COMMENT,
        text("Forslag: lys ved sengen.")?,
    ));
    let mut retracted = amended.clone();
    retracted.retract();
    let mut corrected = measurement("m-9", Reading::HeartRate(decimal("75")?))?;
    corrected.status = MeasurementStatus::Corrected;
    let observation = |measurement: &Measurement, out: &mut Vec<u8>| {
        encode::observation(measurement, &patient, out)
    };
    let response = |answers: &Questionnaire, out: &mut Vec<u8>| {
        encode::questionnaire_response(answers, &patient, out)
    };
    let batch =
        |entries: &Vec<BatchEntry>, out: &mut Vec<u8>| encode::measurement_batch(entries, out);
    let mut dispenses = DispenseNote::new(dispense()?, operator()?, at("08:30:00")?);
    dispenses.dispenses.push(travel_dispense()?);
    let one_rate = vec![BatchEntry::new(heart_rate()?, patient.clone())];
    Ok(vec![
        ("fall-alarm", document(&fall_alarm()?)?),
        ("fall-alarm-amended", document(&amended)?),
        ("fall-alarm-entered-in-error", document(&retracted)?),
        ("encounter", json(&fall_alarm()?, encode::encounter)?),
        ("minimal-alarm", document(&minimal_alarm()?)?),
        ("preliminary-alarm", document(&preliminary_alarm()?)?),
        ("two-alarms", document(&two_alarms()?)?),
        ("physical-visit", document(&physical_visit()?)?),
        ("dispenser-refusal", document(&dispenser_refusal()?)?),
        ("composition", json(&comment()?, encode::composition)?),
        (
            "medication-dispense",
            json(&dispense()?, encode::medication_dispense)?,
        ),
        (
            "medication-dispense-document",
            json(&dispenses, encode::dispense_document)?,
        ),
        ("home-follow-up-measurement", document(&high_glucose()?)?),
        (
            "home-follow-up-questionnaire",
            document(&answered_questionnaire()?)?,
        ),
        ("missing-measurement", document(&missing()?)?),
        ("questionnaire-response", json(&questionnaire()?, response)?),
        ("observation", json(&heart_rate()?, observation)?),
        ("observation-corrected", json(&corrected, observation)?),
        ("pmd-heart-rate", json(&one_rate, batch)?),
        (
            "pmd-every-measure",
            json(&every_measure(&municipality()?)?, batch)?,
        ),
        (
            "pmd-every-measure-by-a-nurse",
            json(&every_measure(&operator()?)?, batch)?,
        ),
        ("patient", json(&patient_record()?, encode::patient)?),
        ("patient-basis", json(&basis_patient()?, encode::patient)?),
        (
            "patient-minimal",
            json(&Patient::new(patient_identifier()?), encode::patient)?,
        ),
    ])
}

fn json<T>(
    value: &T,
    write: impl FnOnce(&T, &mut Vec<u8>) -> std::result::Result<(), EncodeError>,
) -> Result<Vec<u8>> {
    let mut out = Vec::new();
    write(value, &mut out)?;
    Ok(out)
}

fn document(note: &AlarmNote) -> Result<Vec<u8>> {
    json(note, encode::alarm_document)
}

fn text(text: &str) -> Result<Text> {
    Text::new(text).ok_or_else(|| "an empty text".into())
}

fn decimal(text: &str) -> Result<fhir_vkp::note::Decimal> {
    Ok(text.parse()?)
}

/// A time of the day of the samples.
pub(crate) fn at(time: &str) -> Result<DateTime> {
    Ok(DateTime::parse(&format!("2026-03-14T{time}+01:00"))?.0)
}

fn id(id: &str) -> Result<RecordId> {
    let names = UuidNames::new("https://alarm.example.net");
    RecordId::new(&names, id).ok_or_else(|| "an empty id".into())
}

pub(crate) fn patient_identifier() -> Result<Identifier> {
    Ok(Identifier::new(system::FODSELSNUMMER, "15813410033")?)
}

pub(crate) fn patient() -> Result<Person> {
    Ok(Person::new(patient_identifier()?, "BLID FJELLREV"))
}

pub(crate) fn operator() -> Result<Operator> {
    let identifier = Identifier::new(system::FODSELSNUMMER, "09854713792")?;
    Ok(Operator::new(identifier, Text::new("STØDIG LYSTAVLE")))
}

/// The organisation that owns the devices and answers for the measurements.
fn municipality() -> Result<Operator> {
    let identifier = Identifier::new(system::ORGANISATION, "310000000")?;
    Ok(Operator::new(identifier, Text::new("Eksempel kommune")))
}

fn sensor() -> Result<Device> {
    let identifier = Identifier::new("https://example.org/fhir/device-serial", "RS-00417-A")?;
    let mut device = Device::new(identifier);
    device.serial_number = Text::new("RS-00417-A");
    device.name = Text::new("Fallsensor soverom");
    device.model_number = Text::new("RS-200");
    device.manufacturer = Text::new("Eksempel Sensor AS");
    device.kind = Text::new("Fallsensor");
    device.owner = Some(municipality()?.person().clone());
    Ok(device)
}

/// A fall: voice and anonymised picture, then the night care (FHIR reference 14.1).
pub(crate) fn fall_alarm() -> Result<AlarmNote> {
    let mut alarm = Alarm::new(id("2026-000417")?, AlertCode::FALL);
    alarm.text = Text::new("Fall registrert av sensor på soverom");
    alarm.severity = Some(Severity::High);
    alarm.detail = Text::new("Kritisk");
    alarm.at = Some(at("02:17:41")?);
    let mut note = AlarmNote::new(alarm, patient()?, operator()?, at("02:31:10")?);
    note.assembled = Some(at("02:31:12")?);
    let sensor = note.add_device(sensor()?);
    for alarm in note.alarms.iter_mut() {
        alarm.device = Some(sensor);
    }

    let mut voice = Participation::new(EncounterMode::TWO_WAY_SPEECH);
    voice.period = Some(Period::between(at("02:18:05")?, at("02:20:30")?)?);
    voice.individual = Some(Individual::Person(operator()?.person().clone()));
    let mut picture = Participation::new(EncounterMode::ANONYMISED_PICTURE);
    picture.period = Some(Period::between(at("02:18:20")?, at("02:19:00")?)?);
    picture.individual = Some(Individual::Device(sensor));
    let (start, end) = (at("02:18:05")?, at("02:31:02")?);
    let mut supervision = Supervision::new(SupervisionKind::Virtual, voice, start, end)?;
    supervision.participants.push(picture);
    supervision.reason = Some(EncounterReason::EVENT_BASED);
    supervision.set_location(&text("Soverom")?, &text("Fjellveien 12, leilighet 203")?);
    note.supervision = Some(supervision);

    note.journal.log = vec![
        LogEntry::new(NoteEvent::REPORTED, at("02:17:41")?),
        LogEntry::new(NoteEvent::IN_PROGRESS, at("02:18:05")?),
        LogEntry::new(NoteEvent::SENT_TO_RESPONDERS, at("02:20:30")?),
        LogEntry::new(NoteEvent::ACKNOWLEDGED, at("02:31:02")?),
    ];
    let what = "Alarm om fall på soverommet. Bruker svarte på tale.";
    note.add_section(Section::new(NoteSection::EVENT, text(what)?));
    let then = "Nattpatruljen overtok kl. 02.24.\r\nPuls < 90 & ingen skade.";
    note.add_section(Section::new(NoteSection::FOLLOW_UP, text(then)?));
    Ok(note)
}

/// No more than what must be there.
pub(crate) fn minimal_alarm() -> Result<AlarmNote> {
    let alarm = Alarm::new(id("2026-000418")?, AlertCode::SOCIAL_ALARM);
    Ok(AlarmNote::new(
        alarm,
        patient_identifier()?.into(),
        operator()?,
        at("03:00:00")?,
    ))
}

fn preliminary_alarm() -> Result<AlarmNote> {
    let mut note = minimal_alarm()?;
    note.journal.version = fhir_vkp::note::Version::PRELIMINARY;
    for alarm in note.alarms.iter_mut() {
        alarm.status = fhir_vkp::note::RecordStatus::Preliminary;
    }
    Ok(note)
}

/// Two alarms of one night, one text about each.
pub(crate) fn two_alarms() -> Result<AlarmNote> {
    let mut fall = Alarm::new(id("2026-000419")?, AlertCode::FALL);
    fall.codings = vec![
        ExtraCoding::new(
            "https://example.net/alarm-codes",
            "FALL-2",
            Some("Fall, confirmed"),
        )?,
        ExtraCoding::SNOMED_FALL,
    ];
    fall.at = Some(at("01:00:00.1234567")?);
    let mut note = AlarmNote::new(fall, patient()?, operator()?, at("01:10:00")?);
    let mut door = Alarm::new(id("2026-000420")?, AlertCode::DOOR_OPENED);
    door.at = Some(at("01:02:00")?);
    door.severity = Some(Severity::Low);
    let door = note.add_alarm(door);
    let mut opened = Section::new(NoteSection::EVENT, text("Døren ble åpnet av hjelperen.")?);
    opened.alarms.push(door);
    note.add_section(opened);
    let log = "Alarm 000419 00:00 mottatt\nAlarm 000420 00:02 mottatt";
    let mut generated = Section::generated(text(log)?);
    generated.alarms.push(door);
    note.add_section(generated);
    note.journal.log = vec![
        LogEntry::new(NoteEvent::ACKNOWLEDGED, at("01:09:00")?),
        LogEntry::new(NoteEvent::REPORTED, at("01:00:00")?),
    ];
    Ok(note)
}

/// A visit in person, under the nearest mode because the caller chose so.
fn physical_visit() -> Result<AlarmNote> {
    let mut note = minimal_alarm()?;
    let mut nurse = Participation::in_person(operator()?.person().clone());
    nurse.mode = Some(EncounterMode::TWO_WAY_SPEECH);
    let end = at("02:55:00")?;
    note.supervision = Some(Supervision::ended(SupervisionKind::Physical, nurse, end));
    Ok(note)
}

/// Medicine that was not handed out: an alarm, not a MedicationDispense.
fn dispenser_refusal() -> Result<AlarmNote> {
    let mut alarm = Alarm::new(id("2026-000421")?, AlertCode::POUCH_NOT_READ);
    alarm.text = Text::new("Strekkoden på posen kunne ikke leses");
    alarm.at = Some(at("08:00:31")?);
    let mut note = AlarmNote::new(alarm, patient()?, operator()?, at("08:20:00")?);
    let dispenser = note.add_device(Device::new(dispenser()?.identifier));
    for alarm in note.alarms.iter_mut() {
        alarm.device = Some(dispenser);
    }
    let mut cause = LogEntry::new(NoteEvent::CAUSE, at("08:10:00")?);
    cause.text = Text::new("Krøllet pose");
    note.journal.log.push(cause);
    Ok(note)
}

/// A comment that proposes a change of measures.
fn comment() -> Result<JournalNote> {
    let mut note = JournalNote::new(id("comment-7")?, patient()?, operator()?, at("09:00:00")?);
    note.sections.push(Section::new(
        NoteSection::COMMENT,
        text("Bør få sengesensor.")?,
    ));
    Ok(note)
}

fn dispenser() -> Result<Performer> {
    let identifier = Identifier::new("https://example.org/fhir/dispenser-serial", "MD-778201")?;
    Ok(Performer::new(
        identifier,
        Text::new("Eksempel multidosedispenser"),
    ))
}

/// The morning dose (FHIR reference 14.2).
pub(crate) fn dispense() -> Result<MedicationDispense> {
    let event = DispenseEvent::DISPENSED_UNASSISTED;
    let identifier = patient_identifier()?;
    let mut dispense = MedicationDispense::new(id("d-1")?, event, identifier, dispenser()?)?;
    dispense.subject_name = Text::new("BLID FJELLREV");
    dispense.at = Some(at("08:01:06")?);
    dispense.dosage.push(text("Morgendose, 1 pose")?);
    Ok(dispense)
}

fn travel_dispense() -> Result<MedicationDispense> {
    let mut dispense = dispense()?;
    dispense.id = id("d-2")?;
    dispense.event = DispenseEvent::DISPENSED_FOR_TRAVEL_ASSISTED;
    dispense.at = Some(at("08:05:00")?);
    dispense.dosage = vec![text("4 doser, 2026-03-14 12:00 til 2026-03-15 20:00")?];
    let helper = Identifier::new(system::HPR, "222200111")?;
    dispense
        .performers
        .push(Performer::new(helper, Text::new("STØDIG LYSTAVLE")));
    Ok(dispense)
}

fn measurement(name: &str, reading: Reading) -> Result<Measurement> {
    let mut measurement = Measurement::new(id(name)?, reading, at("07:55:00")?);
    measurement.performers.push(municipality()?);
    Ok(measurement)
}

/// A heart rate (FHIR reference 14.7).
pub(crate) fn heart_rate() -> Result<Measurement> {
    measurement("m-1", Reading::HeartRate(decimal("72.50")?))
}

/// Every measure of the reference, and one that it does not know.
pub(crate) fn every_measure(performer: &Operator) -> Result<Vec<BatchEntry>> {
    let alert = ExtraCoding::new("http://snomed.info/sct", "248234008", None)?;
    let mut steps = Quantity::new(4711.into());
    steps.unit = Text::new("skritt");
    let readings = [
        Reading::HeartRate(decimal("72.50")?),
        Reading::BloodPressure {
            systolic: 128.into(),
            diastolic: 82.into(),
        },
        Reading::OxygenSaturation(97.into()),
        Reading::BloodGlucose(decimal("6.10")?),
        Reading::BodyTemperature(decimal("37.0")?),
        Reading::BodyWeight(decimal("81.40")?),
        Reading::RespiratoryRate(16.into()),
        Reading::News2Score(3.into()),
        Reading::Consciousness(Concept::coded(alert.into(), Text::new("Våken"))),
        Reading::ClinicalFrailtyScale(4.into()),
        Reading::QuestionnaireScore(11.into()),
        Reading::Other {
            codings: ExtraCoding::new("https://example.net/measures", "steps", None)?.into(),
            text: Text::new("Skritt"),
            value: steps,
        },
    ];
    let mut entries = Vec::new();
    for (index, reading) in readings.into_iter().enumerate() {
        let mut measurement = measurement(&format!("m-{index}"), reading)?;
        measurement.performers = vec![performer.clone()];
        entries.push(BatchEntry::new(measurement, patient()?));
    }
    Ok(entries)
}

/// A measurement above its limit, with the device that took it.
pub(crate) fn high_glucose() -> Result<AlarmNote> {
    let mut glucose = measurement("m-20", Reading::BloodGlucose(decimal("14.20")?))?;
    let identifier = Identifier::new("https://example.org/fhir/device-serial", "BG-3")?;
    let mut meter = Device::new(identifier);
    meter.name = Text::new("Blodsukkermåler");
    glucose.device = Some(meter);
    glucose.note = Text::new("Etter frokost");
    let mut alarm = Alarm::new(id("f-1")?, AlertCode::MEASUREMENT_REPORTED);
    alarm.detail = Text::new("rød");
    alarm.severity = Some(Severity::High);
    alarm.at = Some(at("07:55:00")?);
    alarm
        .implicated
        .push(Implicated::Measurement(Box::new(glucose)));
    Ok(AlarmNote::home_follow_up(
        alarm,
        patient()?,
        operator()?,
        at("08:40:00")?,
    ))
}

/// A few questions about the lungs.
pub(crate) fn questionnaire() -> Result<Questionnaire> {
    let mut answers = Questionnaire::new(id("q-1")?);
    answers.address = Text::new("https://example.net/Questionnaire/kols|2");
    answers.title = Text::new("Daglige spørsmål om kols");
    answers.at = Some(at("07:50:00")?);
    answers.author = Operator::from_person(patient()?);
    let mut breath = Item::new(text("1.1")?);
    breath.text = Text::new("Er du tungpusten?");
    breath.answers.push(Answer::Boolean(false));
    let mut cough = Item::new(text("1.2")?);
    cough.answers.push(Answer::Coding(ExtraCoding::new(
        "https://example.net/codes",
        "little",
        None,
    )?));
    let mut other = Item::new(text("1.3")?);
    other.answers = vec![
        Answer::Text(text("Sov godt")?),
        Answer::Integer(8),
        Answer::Decimal(decimal("1.50")?),
        Answer::DateTime(at("23:00:00")?),
        Answer::Quantity(Quantity::new(2.into())),
    ];
    let mut group = Item::new(text("1")?);
    group.items = vec![breath, cough, other];
    answers.items.push(group);
    Ok(answers)
}

fn answered_questionnaire() -> Result<AlarmNote> {
    let mut alarm = Alarm::new(id("f-2")?, AlertCode::QUESTIONNAIRE_ANSWERED);
    alarm
        .implicated
        .push(Implicated::Questionnaire(Box::new(questionnaire()?)));
    Ok(AlarmNote::home_follow_up(
        alarm,
        patient()?,
        operator()?,
        at("08:45:00")?,
    ))
}

/// A measurement and a questionnaire that did not come.
pub(crate) fn missing() -> Result<AlarmNote> {
    let mut alarm = Alarm::new(id("f-3")?, AlertCode::MEASUREMENT_MISSING);
    let weight = MissingMeasurement::named(text("Kroppsvekt")?);
    alarm
        .implicated
        .push(Implicated::MissingMeasurement(weight));
    let mut note = AlarmNote::home_follow_up(alarm, patient()?, operator()?, at("12:00:00")?);
    let mut form = Alarm::new(id("f-4")?, AlertCode::QUESTIONNAIRE_MISSING);
    let identifier = Identifier::new("https://example.net/questionnaires", "kols")?;
    let gone = MissingQuestionnaire::identified(identifier, Text::new("Spørsmål om kols"));
    form.implicated.push(Implicated::MissingQuestionnaire(gone));
    note.add_alarm(form);
    Ok(note)
}

/// A patient with everything that VKP has a place for (FHIR reference 14.3).
pub(crate) fn patient_record() -> Result<Patient> {
    let mut patient = Patient::new(patient_identifier()?);
    patient.profile = PatientProfile::Vkp;
    patient.zone = ["Eksempel", "Nord", "Sone 2", "Tjernåsen"]
        .into_iter()
        .filter_map(Text::new)
        .collect();
    patient.household = Text::new("Bor alene, har hund");
    patient.active = Some(true);
    let mut name = HumanName::new(text("BLID")?, text("FJELLREV")?);
    name.middle = Text::new("Hav");
    patient.names.push(name);
    let mut phone = PhoneOrMail::phone(text("+4740000000")?);
    phone.purpose = Some(TelecomUse::Mobile);
    patient.telecoms.push(phone);
    patient.gender = Some(Gender::Female);
    patient.birth_date = Some(DateTime::parse("1934-01-15")?.0);
    let mut address = Address::new(text("Fjellveien 12")?);
    address.purpose = Some(AddressUse::Home);
    address.door_hint = Text::new("Leilighet 203, inngang fra bakgården");
    address.electronic_lock = Text::new("Eksempel e-lås");
    address.city = Text::new("Eksempelby");
    address.postal_code = Text::new("0001");
    patient.addresses.push(address);
    let mut daughter = Contact::default();
    daughter.emergency_contact = true;
    daughter.relationship = Text::new("Datter");
    daughter.name = Some(HumanName::new(text("RASK")?, text("FJELLREV")?));
    daughter
        .telecoms
        .push(PhoneOrMail::phone(text("+4740000001")?));
    patient.contacts.push(daughter);
    let doctor = Identifier::new(system::HER_ID, "123456")?;
    patient
        .general_practitioners
        .push(Person::new(doctor, "Eksempel legesenter"));
    Ok(patient)
}

/// The same under the basis profile, with what VKP has no place for.
fn basis_patient() -> Result<Patient> {
    let mut patient = patient_record()?;
    patient.profile = PatientProfile::Basis;
    for address in &mut patient.addresses {
        address.official = Some(true);
        address.municipality = Text::new("Eksempel");
        address.lines.push(text("Oppgang B")?);
    }
    patient.citizenships = Country::new("NO").into_iter().collect();
    patient.nationalities = Country::new("NO").into_iter().collect();
    let number = "15413410050".parse()?;
    patient
        .identifiers
        .push(Identifier::h_number(&number, "Eksempel sykehus")?);
    Ok(patient)
}
