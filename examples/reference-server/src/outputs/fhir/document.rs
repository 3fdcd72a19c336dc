//! From a closed alarm to a document. The same alarms of the journal give the same bytes.

use alarm_codes::{Ack, Change, Event, EventId as AlarmId, Handling, HistoryEntry, Private};
use fhir_vkp::alarm::{
    Context, JournalError, NotJournalableReason, device_of, journal_note, medication_dispense,
};
use fhir_vkp::delivery::Lane;
use fhir_vkp::identifier::{Admission, OrganisationNumber, Stage};
use fhir_vkp::note::{Operator, Performer, RecordStatus, Text, Version};
use fhir_vkp::request::Document;
use fhir_vkp::{Identifier, Person, UuidNames, encode};

use super::cases::last_word;
use super::coding::Coding;
use super::outbox::NOBODY;
use crate::config::FhirOutputConfig;

/// A document, and what is shown of it.
#[derive(Debug)]
pub(super) struct Written {
    pub(super) document: Document,
    pub(super) lane: Lane,
    /// The code of the alert or dispense.
    pub(super) code: &'static str,
}

/// Why there is none. Holds no personal data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unwritten {
    /// Nobody is meant to be told: counted.
    Counted(&'static str),
    /// Somebody has to act.
    Withheld(&'static str),
    /// Somebody has to act, and the patient is what is wrong.
    Patient(&'static str),
    /// The register knows no patient who has the device.
    NoPatient,
}

impl Unwritten {
    /// For an operator.
    pub(super) fn in_words(self) -> &'static str {
        match self {
            Self::Counted("test") => "it was a test",
            Self::Counted("no_code") => "the code list has no code for it",
            Self::Counted(_) => "it is no care",
            Self::Withheld(reason) | Self::Patient(reason) => reason,
            Self::NoPatient => NOBODY,
        }
    }
}

/// What a document tells.
#[derive(Clone, Copy)]
pub(super) struct Story<'a> {
    /// What began it.
    pub(super) first: &'a Event,
    /// What came later, in order; the last one closes it.
    pub(super) later: &'a [Event],
    /// What of it opened the alarm again after it was closed.
    pub(super) reopened_by: &'a [AlarmId],
    /// How many documents about it went before.
    pub(super) writing: u32,
    /// Which of them the record has or may have: this one amends and replaces it.
    pub(super) replaces: Option<u32>,
}

impl Story<'_> {
    /// `None` if nothing earlier is there by that number.
    fn version(&self) -> Option<Version> {
        let status = match self.replaces {
            Some(_) => RecordStatus::Amended,
            None => RecordStatus::Final,
        };
        Version::from_parts(status, self.writing)?.replacing(self.replaces)
    }
}

/// Writes documents by the configuration.
#[derive(Debug)]
pub(super) struct Writer {
    names: UuidNames,
    sender: String,
    stage: Stage,
    author: Operator,
    operators: Option<String>,
    coding: Coding,
}

impl Writer {
    pub(super) fn new(config: &FhirOutputConfig, organisation: &OrganisationNumber) -> Self {
        let name = config.author_name.as_deref().and_then(Text::new);
        Self {
            names: UuidNames::new(&config.sender),
            sender: config.sender.clone(),
            stage: config.stage.into(),
            author: Operator::new(Identifier::from(organisation.clone()), name),
            operators: config.operators.clone(),
            coding: Coding::new(config),
        }
    }

    /// The lane of a person: documents about one go in order.
    pub(super) fn lane(&self, identifier: &Identifier) -> Lane {
        let mut hasher = blake3::Hasher::new();
        for part in [
            &*self.sender,
            identifier.canonical_system(),
            identifier.reveal(),
        ] {
            hasher.update(part.as_bytes()).update(&[0]);
        }
        let mut first = [0; 8];
        first.copy_from_slice(&hasher.finalize().as_bytes()[..8]);
        Lane(u64::from_be_bytes(first))
    }

    /// Whether the stage takes this person.
    pub(super) fn admits(&self, identifier: &Identifier) -> bool {
        self.stage.admits_person(identifier) != Admission::Refused
    }

    /// Whether an alarm becomes a note, which can be amended, and not a handing out.
    pub(super) fn is_note(&self, event: &Event) -> bool {
        self.coding.code_of(event).is_ok()
    }

    /// The document of an alarm.
    pub(super) fn write(
        &self,
        story: &Story<'_>,
        person: Option<Person>,
    ) -> Result<Written, Unwritten> {
        let Story { first, later, .. } = *story;
        if first.test || later.iter().any(|event| event.test) {
            return Err(Unwritten::Counted("test"));
        }
        let person = person.ok_or(Unwritten::NoPatient)?;
        let identifier = person.identifier.clone().ok_or(Unwritten::NoPatient)?;
        if !self.admits(&identifier) {
            return Err(Unwritten::Patient(match self.stage {
                Stage::Test => "a real person's number, and the stage is test",
                Stage::Production => "a synthetic number, and the stage is production",
            }));
        }
        let lane = self.lane(&identifier);
        let last = later.last().unwrap_or(first);
        let event = closed(story);
        let author = self.author(&event);
        let saved = last.times.received.at;
        let mut context = Context::new(self.names, person, author, saved);
        context.alarm_system = self.coding.alarm_system;
        context.device = device_of(&event, &self.sender).ok().flatten();
        let mut json = Vec::new();
        let code = match self.coding.code_of(&event) {
            Err(NotJournalableReason::Dispense(_)) => self.dispense(&event, &context, &mut json)?,
            code => {
                context.code = code.ok().flatten();
                let mut journaled = journal_note(&event, context).map_err(unwritten)?;
                let version = story.version();
                let version = version.ok_or(Unwritten::Withheld("it cannot be written"))?;
                journaled.note.journal.version = version;
                for alarm in journaled.note.alarms.iter_mut() {
                    alarm.status = version.status();
                }
                let code = journaled.note.alarms.first().code.code();
                encode::alarm_document(&journaled.note, &mut json)
                    .map_err(|_| Unwritten::Withheld("it cannot be written"))?;
                code
            }
        };
        let document =
            Document::from_json(json).map_err(|_| Unwritten::Withheld("it cannot be written"))?;
        Ok(Written {
            document,
            lane,
            code,
        })
    }

    fn dispense(
        &self,
        event: &Event,
        context: &Context,
        json: &mut Vec<u8>,
    ) -> Result<&'static str, Unwritten> {
        let Some(device) = &context.device else {
            return Err(Unwritten::Withheld(
                "nobody knows which device handed it out",
            ));
        };
        let dispenser = Performer::new(device.identifier.clone(), device.name.clone());
        let dispense = medication_dispense(event, context, dispenser).map_err(unwritten)?;
        encode::medication_dispense(&dispense, json)
            .map_err(|_| Unwritten::Withheld("it cannot be written"))?;
        Ok("MedicationDispense")
    }

    /// The operator who acted last, or the organisation.
    fn author(&self, event: &Event) -> Operator {
        let operators = event.acks.iter().filter_map(|ack| match ack {
            Ack::Operator { operator, at, .. } => Some((*at, operator.reveal().trim())),
            _ => None,
        });
        let last = operators
            .filter(|(_, operator)| !operator.is_empty())
            .max_by_key(|(at, _)| *at);
        let named = last.and_then(|(_, operator)| match &self.operators {
            Some(system) => Identifier::new(&**system, operator)
                .ok()
                .map(Operator::from),
            None => Text::new(operator).as_ref().map(Operator::named),
        });
        named.unwrap_or_else(|| self.author.clone())
    }
}

/// The first event with everything that came later, and closed by the last one.
fn closed(story: &Story<'_>) -> Event {
    let Story { first, later, .. } = *story;
    let mut event = first.clone();
    let mut before = first;
    for more in later {
        if last_word(more) == Some(Handling::Reopened) {
            // What came before it closed the alarm, though it may not have said so; unless it was open.
            if story.reopened_by.contains(&more.event_id) {
                note(&mut event, before, Handling::Closed);
            }
            note(&mut event, more, Handling::Reopened);
            event.handling = Handling::Reopened;
        }
        event.acks.extend(more.acks.iter().cloned());
        event.history.extend(more.history.iter().cloned());
        before = more;
    }
    let Some(last) = later.last() else {
        event.history.sort_by_key(|entry| entry.at);
        return event;
    };
    // Both are over already where it says so itself.
    let _ = event.clear(last.times.received.at);
    if last_word(&event) == Some(Handling::Closed) {
        event.handling = Handling::Closed;
    }
    if event.is_open() {
        event.handling = Handling::Closed;
        note(&mut event, last, Handling::Closed);
    }
    event.history.sort_by_key(|entry| entry.at);
    event
}

/// Notes in the history that a message brought this step, unless it has that in its own words.
fn note(event: &mut Event, message: &Event, step: Handling) {
    let by_operator = |ack: &Ack| matches!(ack, Ack::Operator { step: its, .. } if *its == step);
    let in_history =
        |entry: &HistoryEntry| matches!(&entry.change, Change::Handling(its) if *its == step);
    if message.acks.iter().any(by_operator) || message.history.iter().any(in_history) {
        return;
    }
    let by = message.acks.iter().find_map(|ack| match ack {
        Ack::Receiver { receiver, .. } => Some(Private::new(receiver.clone())),
        _ => None,
    });
    event.history.push(HistoryEntry {
        at: message.times.received.at,
        change: Change::Handling(step),
        by,
    });
}

fn unwritten(error: JournalError) -> Unwritten {
    match error {
        JournalError::NoPatient => Unwritten::NoPatient,
        JournalError::NotJournalable(no) => match no.reason {
            NotJournalableReason::Test => Unwritten::Counted("test"),
            NotJournalableReason::NoCode => Unwritten::Counted("no_code"),
            _ => Unwritten::Counted("no_care"),
        },
        JournalError::Subject(_) => {
            Unwritten::Patient("medicine is journaled under a national number only")
        }
        _ => Unwritten::Withheld("it cannot be written"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alarm_codes::{EventId, Kind, Reference, Timestamp};

    const SYNTHETIC: &str = "15813410033";

    fn writer(change: &str) -> Writer {
        let text = format!(
            "service = \"jft\"\nstage = \"test\"\norganisation = \"310000000\"\n\
             sender = \"https://alarm.example.net\"\nclient_id = \"c\"\nkey = {{ file = \"k\" }}\n\
             patients = \"p\"\n{change}"
        );
        let config: FhirOutputConfig = toml::from_str(&text).expect("good");
        let organisation = OrganisationNumber::new("310000000").expect("nine digits");
        Writer::new(&config, &organisation)
    }

    fn person(number: &str) -> Option<Person> {
        let system = fhir_vkp::identifier::system::FODSELSNUMMER;
        Some(Person::new(
            Identifier::new(system, number).expect("one"),
            "BLID FJELLREV",
        ))
    }

    fn fall_and_end() -> (Event, Event) {
        let at = |text: &str| -> Timestamp { text.parse().expect("a time") };
        let mut fall = Event::new(EventId(1), Kind::Fall, at("2026-03-14T01:17:41Z"));
        fall.device.controller = Some("40211870".into());
        let mut end = Event::new(EventId(2), Kind::Cancel, at("2026-03-14T01:31:02Z"));
        end.correlation.clears = Some(Reference::Event(EventId(1)));
        (fall, end)
    }

    fn story<'a>(first: &'a Event, later: &'a [Event]) -> Story<'a> {
        Story {
            first,
            later,
            reopened_by: &[],
            writing: 0,
            replaces: None,
        }
    }

    fn json(written: &Written) -> serde_json::Value {
        serde_json::from_slice(written.document.body()).expect("JSON")
    }

    #[test]
    fn the_same_alarms_give_the_same_bytes_by_the_organisation() {
        let (fall, end) = fall_and_end();
        let later = [end];
        let one = writer("")
            .write(&story(&fall, &later), person(SYNTHETIC))
            .expect("written");
        let two = writer("")
            .write(&story(&fall, &later), person(SYNTHETIC))
            .expect("written");
        assert_eq!(one.document.body(), two.document.body());
        assert_eq!((one.code, one.lane), ("4.1", two.lane));
        let json = json(&one);
        let composition = &json["entry"][0]["resource"];
        assert_eq!(composition["status"], "final");
        assert_eq!(composition["author"][0]["identifier"]["value"], "310000000");
        let events = composition["event"].as_array().map(Vec::len);
        assert_eq!(events, Some(2));
    }

    #[test]
    fn the_operator_who_acted_last_is_the_author() {
        let (mut fall, end) = fall_and_end();
        for (operator, at) in [("op-7", 7), ("op-9", 5)] {
            fall.acks.push(Ack::Operator {
                operator: Private::new(operator.to_owned()),
                at: Timestamp::from_micros(1_773_451_100_000_000 + at).expect("a time"),
                step: Handling::Accepted,
            });
        }
        let later = [end];
        let written = writer("operators = \"https://alarm.example.net/users\"")
            .write(&story(&fall, &later), person(SYNTHETIC))
            .expect("written");
        let author = json(&written)["entry"][0]["resource"]["author"][0].clone();
        assert_eq!(
            author["identifier"]["system"],
            "https://alarm.example.net/users"
        );
        assert_eq!(author["identifier"]["value"], "op-7");
        let written = writer("")
            .write(&story(&fall, &later), person(SYNTHETIC))
            .expect("written");
        let author = json(&written)["entry"][0]["resource"]["author"][0].clone();
        assert_eq!(author["display"], "op-7");
    }

    #[test]
    fn what_is_reopened_and_closed_again_amends_the_first_document_and_tells_all_of_it() {
        let (fall, end) = fall_and_end();
        let at = |text: &str| -> Timestamp { text.parse().expect("a time") };
        let mut again = Event::new(EventId(3), Kind::Fall, at("2026-03-14T02:00:00Z"));
        again.handling = Handling::Reopened;
        again.correlation.updates = Some(Reference::Event(EventId(1)));
        let mut over = Event::new(EventId(4), Kind::Cancel, at("2026-03-14T02:30:00Z"));
        over.correlation.clears = Some(Reference::Event(EventId(1)));
        let write = |first: &Event, later: &[Event], writing, replaces| {
            let story = Story {
                reopened_by: &[EventId(3)],
                writing,
                replaces,
                ..story(first, later)
            };
            let written = writer("").write(&story, person(SYNTHETIC));
            json(&written.expect("written"))
        };
        let first = write(&fall, std::slice::from_ref(&end), 0, None);
        let all = [end, again.clone(), over.clone()];
        let second = write(&fall, &all, 1, Some(0));
        let (of_first, of_second) = (&first["entry"][0], &second["entry"][0]);
        assert_ne!(second["identifier"], first["identifier"]);
        assert_eq!(of_second["fullUrl"], of_first["fullUrl"]);
        let composition = &of_second["resource"];
        assert_eq!(composition["status"], "amended");
        assert_eq!(
            composition["relatesTo"],
            serde_json::json!([{"code": "replaces", "targetIdentifier": first["identifier"]}])
        );
        assert_eq!(second["entry"][1]["resource"]["status"], "amended");
        let log = composition["event"].as_array().expect("a log");
        let codes = log
            .iter()
            .map(|entry| &entry["code"][0]["coding"][0]["code"]);
        assert_eq!(codes.collect::<Vec<_>>(), ["0", "3", "1", "3"]);
        assert_eq!(log[2]["code"][0]["text"], "gjenåpnet");
        // Also where what began it was closed by itself.
        let mut closed = fall.clone();
        closed.handling = Handling::Closed;
        let written = write(&closed, &[again, over], 1, Some(0));
        let log = written["entry"][0]["resource"]["event"].clone();
        assert_eq!(log.as_array().map(Vec::len), Some(4));
        // What never reached the record is not replaced, and its number is not used again.
        let (of_third, of_second) = (write(&fall, &all, 2, Some(0)), write(&fall, &all, 1, None));
        let composition = &of_second["entry"][0]["resource"];
        assert_eq!(composition["status"], "final");
        assert!(composition["relatesTo"].is_null());
        assert_eq!(of_second["entry"][1]["resource"]["status"], "final");
        assert_eq!(of_second["identifier"], second["identifier"]);
        let composition = &of_third["entry"][0]["resource"];
        assert_eq!(
            composition["relatesTo"][0]["targetIdentifier"],
            first["identifier"]
        );
        assert_ne!(of_third["identifier"], second["identifier"]);
    }

    #[test]
    fn what_is_called_reopened_while_it_is_open_was_not_closed_before() {
        let (fall, end) = fall_and_end();
        let at: Timestamp = "2026-03-14T01:20:00Z".parse().expect("a time");
        let mut again = Event::new(EventId(3), Kind::Fall, at);
        again.handling = Handling::Reopened;
        again.correlation.updates = Some(Reference::Event(EventId(1)));
        let later = [again, end];
        let written = writer("").write(&story(&fall, &later), person(SYNTHETIC));
        let log = json(&written.expect("written"))["entry"][0]["resource"]["event"].clone();
        let log = log.as_array().expect("a log");
        let codes = log
            .iter()
            .map(|entry| &entry["code"][0]["coding"][0]["code"]);
        assert_eq!(codes.collect::<Vec<_>>(), ["0", "1", "3"]);
    }

    #[test]
    fn persons_of_the_other_stage_and_tests_are_not_written() {
        let (fall, end) = fall_and_end();
        let later = [end];
        let production = writer("").stage_of(Stage::Production);
        let refused = production.write(&story(&fall, &later), person(SYNTHETIC));
        assert!(matches!(refused, Err(Unwritten::Patient(_))));
        let nobody = production
            .write(&story(&fall, &later), None)
            .expect_err("nobody");
        assert_eq!(nobody, Unwritten::NoPatient);
        let mut test = fall;
        test.test = true;
        let refused = writer("")
            .write(&story(&test, &later), person(SYNTHETIC))
            .expect_err("a test");
        assert_eq!(refused, Unwritten::Counted("test"));
    }

    #[test]
    fn care_without_a_code_is_left_or_goes_under_its_family_and_says_what_it_was() {
        let (_, end) = fall_and_end();
        let mut gas = Event::new(EventId(1), Kind::CarbonMonoxide, end.times.received.at);
        gas.device.controller = Some("40211870".into());
        let later = [end];
        let left = writer("").write(&story(&gas, &later), person(SYNTHETIC));
        assert_eq!(left.expect_err("left"), Unwritten::Counted("no_code"));
        let writer = writer("uncoded_care = \"family\"");
        assert!(writer.is_note(&gas));
        let written = writer.write(&story(&gas, &later), person(SYNTHETIC));
        let written = written.expect("written");
        assert_eq!(written.code, "4");
        let code = json(&written)["entry"][1]["resource"]["code"].clone();
        assert_eq!(code["coding"][0]["code"], "4");
        let text = code["text"].as_str().expect("a text").to_lowercase();
        assert!(text.contains("karbonmonoksid"), "{text}");
    }

    #[test]
    fn medicine_that_was_taken_is_a_document_of_its_own() {
        let (fall, _) = fall_and_end();
        let mut taken = Event::new(EventId(3), Kind::MedicationTaken, fall.times.received.at);
        taken.device.controller = Some("40211870".into());
        let written = writer("")
            .write(&story(&taken, &[]), person(SYNTHETIC))
            .expect("written");
        assert_eq!(json(&written)["resourceType"], "MedicationDispense");
        assert!(written.document.identifier().is_some());
    }

    impl Writer {
        fn stage_of(mut self, stage: Stage) -> Self {
            self.stage = stage;
            self
        }
    }
}
