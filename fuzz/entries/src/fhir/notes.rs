//! Notes of every shape out of bytes.

use fhir_vkp::identifier::system;
use fhir_vkp::note::{
    Address, Alarm, AlarmNote, AlarmRef, Answer, Contact, Country, Decimal, Device, DispenseNote,
    ExtraCoding, Gender, HumanName, Implicated, Individual, Item, LogEntry, Measurement,
    MedicationDispense, MissingMeasurement, MissingQuestionnaire, Operator, Participation, Patient,
    PatientProfile, Performer, PhoneOrMail, Quantity, Questionnaire, Reading, RecordId, Section,
    Supervision, SupervisionKind, Text,
};
use fhir_vkp::{
    AlertCode, DateTime, DispenseEvent, EncounterMode, EncounterReason, Identifier, NoteCategory,
    NoteEvent, NoteSection, Person, Severity, UuidNames,
};

use super::luck::Luck;

const SYSTEMS: [&str; 7] = [
    system::FODSELSNUMMER,
    system::FELLES_HJELPENUMMER,
    system::D_NUMBER,
    system::ORGANISATION,
    system::HPR,
    "https://epj.example.net/patient",
    "no address",
];

impl Luck<'_> {
    /// Any text that can stand in a note.
    pub(super) fn text(&mut self) -> Text {
        let text = String::from_utf8_lossy(self.bytes(24)).into_owned();
        Text::new(text).unwrap_or_else(|| Text::new("Fall på soverom").expect("a text"))
    }

    fn maybe<T>(&mut self, make: impl FnOnce(&mut Self) -> T) -> Option<T> {
        self.flag().then(|| make(self))
    }

    fn some<T>(&mut self, most: usize, mut make: impl FnMut(&mut Self) -> T) -> Vec<T> {
        let count = self.below(most + 1);
        (0..count).map(|_| make(self)).collect()
    }

    pub(super) fn time(&mut self) -> DateTime {
        let date = format!("2026-03-{:02}", 1 + self.below(28));
        let text = match self.below(8) {
            0 => date,
            1 => format!("{date}T02:{:02}", self.below(60)),
            2 => format!("{date}T02:17:{:02}", self.below(61)),
            3 => format!("{date}T{:02}:17:41.123456789Z", self.below(24)),
            4 => format!("{date}T23:59:59.9+14:00"),
            _ => format!("{date}T{:02}:17:41+01:00", self.below(24)),
        };
        DateTime::parse(&text).expect("a date-time").0
    }

    fn identifier(&mut self) -> Identifier {
        let system = *self.pick(&SYSTEMS);
        let value = match self.below(4) {
            0 => String::from_utf8_lossy(self.bytes(12)).into_owned(),
            1 => "310000000".to_owned(),
            _ => "15813410033".to_owned(),
        };
        let value = if value.is_empty() {
            "x".to_owned()
        } else {
            value
        };
        Identifier::new(system, value).expect("neither is empty")
    }

    pub(super) fn person(&mut self) -> Person {
        Person {
            identifier: self.maybe(Self::identifier),
            name: self.maybe(|luck| luck.text().as_str().to_owned()),
        }
    }

    fn operator(&mut self) -> Operator {
        let person = self.person();
        Operator::from_person(person).unwrap_or_else(|| Operator::named(&self.text()))
    }

    fn decimal(&mut self) -> Decimal {
        let text = String::from_utf8_lossy(self.bytes(8)).into_owned();
        text.parse()
            .unwrap_or_else(|_| "36.60".parse().expect("a decimal"))
    }

    fn coding(&mut self) -> ExtraCoding {
        let (code, display) = (self.text(), self.maybe(Self::text));
        let (code, display) = (code.as_str(), display.as_ref().map(Text::as_str));
        let coding = ExtraCoding::new(
            "https://example.net/codes".to_owned(),
            code.to_owned(),
            display,
        );
        coding.unwrap_or(ExtraCoding::SNOMED_FALL)
    }

    pub(super) fn id(&mut self) -> RecordId {
        let names = UuidNames::new("https://alarm.example.net");
        RecordId::new(&names, format!("{}", self.below(6))).expect("an id")
    }

    fn device(&mut self) -> Device {
        let mut device = Device::new(self.identifier());
        device.serial_number = self.maybe(Self::text);
        device.name = self.maybe(Self::text);
        device.model_name = self.maybe(Self::text);
        device.manufacturer = self.maybe(Self::text);
        device.kind = self.maybe(Self::text);
        device.kind_codings = self.some(2, Self::coding);
        device.owner = self.maybe(Self::person);
        device.location = self.maybe(Self::text);
        device
    }

    pub(super) fn measurement(&mut self) -> Measurement {
        let value = self.decimal();
        let reading = match self.below(4) {
            0 => Reading::BodyWeight(value),
            1 => Reading::BloodGlucose(value),
            2 => Reading::News2Score(value),
            _ => Reading::Other {
                codings: self.coding().into(),
                text: self.maybe(Self::text),
                value: Quantity::new(value),
            },
        };
        let mut measurement = Measurement::new(self.id(), reading, self.time());
        measurement.performers = self.some(2, Self::operator);
        measurement.device = self.maybe(Self::device);
        measurement.note = self.maybe(Self::text);
        measurement
    }

    pub(super) fn questionnaire(&mut self) -> Questionnaire {
        let mut answers = Questionnaire::new(self.id());
        answers.address = self.maybe(Self::text);
        answers.title = self.maybe(Self::text);
        answers.at = self.maybe(Self::time);
        answers.author = self.maybe(Self::operator);
        answers.items = self.some(3, |luck| luck.item(0));
        answers
    }

    fn item(&mut self, depth: usize) -> Item {
        let mut item = Item::new(self.text());
        item.text = self.maybe(Self::text);
        if depth < 40 && self.below(4) == 3 {
            item.items = self.some(2, |luck| luck.item(depth + 1));
        }
        item.answers = self.some(2, |luck| match luck.below(7) {
            0 => Answer::Boolean(luck.flag()),
            1 => Answer::Decimal(luck.decimal()),
            2 => Answer::Integer(i32::from(luck.byte()) - 128),
            3 => Answer::DateTime(luck.time()),
            4 => Answer::Coding(luck.coding()),
            5 => Answer::Quantity(Quantity::new(luck.decimal())),
            _ => Answer::Text(luck.text()),
        });
        item
    }

    fn alarm(&mut self) -> Alarm {
        let mut alarm = Alarm::new(self.id(), *self.pick(&AlertCode::ALL));
        alarm.text = self.maybe(Self::text);
        alarm.codings = self.some(2, Self::coding);
        alarm.severity = self.maybe(|luck| *luck.pick(&Severity::ALL));
        alarm.detail = self.maybe(Self::text);
        alarm.at = self.maybe(Self::time);
        alarm.implicated = self.some(2, |luck| match luck.below(4) {
            0 => Implicated::Measurement(Box::new(luck.measurement())),
            1 => Implicated::Questionnaire(Box::new(luck.questionnaire())),
            2 => Implicated::MissingMeasurement(MissingMeasurement::named(luck.text())),
            _ => {
                let (identifier, name) = (luck.identifier(), luck.maybe(Self::text));
                Implicated::MissingQuestionnaire(MissingQuestionnaire::identified(identifier, name))
            }
        });
        alarm
    }

    pub(super) fn alarm_note(&mut self) -> AlarmNote {
        let (patient, author, saved) = (self.person(), self.operator(), self.time());
        let mut note = AlarmNote::new(self.alarm(), patient, author, saved);
        let mut names = vec![AlarmRef::FIRST];
        for alarm in self.some(2, Self::alarm) {
            names.push(note.add_alarm(alarm));
        }
        let devices = self.some(2, Self::device);
        let devices: Vec<_> = devices
            .into_iter()
            .map(|one| note.add_device(one))
            .collect();
        for alarm in note.alarms.iter_mut() {
            alarm.device = devices.get(self.below(3)).copied();
        }
        note.journal.category = *self.pick(&NoteCategory::ALL);
        note.journal.title = self.maybe(Self::text);
        note.journal.log = self.some(3, |luck| {
            let mut entry = LogEntry::new(*luck.pick(&NoteEvent::ALL), luck.time());
            entry.text = luck.maybe(Self::text);
            entry
        });
        for _ in 0..self.below(3) {
            let mut section = Section::new(*self.pick(&NoteSection::ALL), self.text());
            section.title = self.maybe(Self::text);
            section.alarms = self.some(2, |luck| *luck.pick(&names));
            note.add_section(section);
        }
        if self.flag() {
            let mut first = Participation::new(*self.pick(&EncounterMode::ALL));
            first.individual = match devices.first() {
                Some(device) if self.flag() => Some(Individual::Device(*device)),
                _ => self.maybe(|luck| Individual::Person(luck.person())),
            };
            let kind = SupervisionKind::Virtual;
            let mut supervision = Supervision::ended(kind, first, self.time());
            if self.flag() {
                supervision
                    .participants
                    .push(Participation::in_person(self.person()));
            }
            supervision.location = self.maybe(Self::text);
            supervision.reason = self.maybe(|luck| *luck.pick(&EncounterReason::ALL));
            note.supervision = Some(supervision);
        }
        note.assembled = self.maybe(Self::time);
        for _ in 0..self.below(3) {
            note.amend();
        }
        match self.below(8) {
            0 => note.retract(),
            1 => note.complete(),
            _ => {}
        }
        note
    }

    pub(super) fn dispense_note(&mut self) -> Option<DispenseNote> {
        let mut dispenses = self.some(3, |luck| {
            let (id, subject) = (luck.id(), luck.identifier());
            let performer = Performer::new(luck.identifier(), luck.maybe(Self::text));
            let event = *luck.pick(&DispenseEvent::ALL);
            let mut dispense = MedicationDispense::new(id, event, subject, performer).ok()?;
            dispense.subject_name = luck.maybe(Self::text);
            dispense.at = luck.maybe(Self::time);
            dispense.medicine = luck.maybe(Self::text);
            dispense.dosage = luck.some(2, Self::text);
            Some(dispense)
        });
        dispenses.retain(Option::is_some);
        let mut dispenses = dispenses.into_iter().flatten();
        let (first, author, saved) = (dispenses.next()?, self.operator(), self.time());
        let mut note = DispenseNote::new(first, author, saved);
        dispenses.for_each(|next| note.dispenses.push(next));
        Some(note)
    }

    fn telecom(&mut self) -> PhoneOrMail {
        let text = self.text();
        if self.flag() {
            PhoneOrMail::phone(text)
        } else {
            PhoneOrMail::email(text)
        }
    }

    fn name(&mut self) -> HumanName {
        let mut name = HumanName::default();
        name.given = self.some(2, Self::text);
        name.middle = self.maybe(Self::text);
        name.family = self.maybe(Self::text);
        name
    }

    fn address(&mut self) -> Address {
        let mut address = Address::new(self.text());
        address.door_hint = self.maybe(Self::text);
        address.postal_code = self.maybe(Self::text);
        address.city = self.maybe(Self::text);
        address.municipality = self.maybe(Self::text);
        address.electronic_lock = self.maybe(Self::text);
        address.official = self.maybe(Self::flag);
        address
    }

    pub(super) fn patient(&mut self) -> Patient {
        let mut patient = Patient::new(self.identifier());
        if self.flag() {
            patient.profile = PatientProfile::Vkp;
        }
        for _ in 0..self.below(3) {
            patient.identifiers.push(self.identifier());
        }
        patient.active = self.maybe(Self::flag);
        patient.names = self.some(2, Self::name);
        patient.telecoms = self.some(2, Self::telecom);
        patient.gender = self.maybe(|_| Gender::Unknown);
        patient.birth_date = self.maybe(Self::time);
        patient.addresses = self.some(2, Self::address);
        patient.contacts = self.some(2, |luck| {
            let mut contact = Contact::default();
            contact.emergency_contact = luck.flag();
            contact.relationship = luck.maybe(Self::text);
            contact.relationship_codings = luck.some(1, Self::coding);
            contact.name = luck.maybe(Self::name);
            contact.telecoms = luck.some(1, Self::telecom);
            contact.address = luck.maybe(Self::address);
            contact
        });
        patient.general_practitioners = self.some(2, Self::person);
        patient.zone = self.some(3, Self::text);
        patient.household = self.maybe(Self::text);
        patient.citizenships = self.some(1, |_| Country::new("no").expect("two letters"));
        patient
    }
}
