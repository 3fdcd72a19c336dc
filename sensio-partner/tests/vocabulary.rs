//! Mapping files: what is wrong with them is said with its line, and what they do not know is kept.
#![cfg(feature = "vocabulary")]

use alarm_codes::{
    Class, EventId, Handling, Kind, Outcome, Phase, Relation, System, Timestamp, Tracker,
};
use proptest::prelude::*;
use sensio_partner::alarm::{Target, calls_of};
use sensio_partner::queue::EventMethod;
use sensio_partner::vocabulary::{
    Action, Basis, EVONDOS, ProblemKind, ROOMMATE, ReadError, ReadWarning, Reading, SAFEMATE,
    SHIPPED, SOMNOFY, Status, Vocabulary, check,
};
use sensio_partner::{DeviceIdentifier, EventType, UnityVersion};

const FILE: &str = r#"format = 1
name = "nattlys"
version = "1"
status = "confirmed"

[paths]
device = "/device"
event = "/event"

[[events]]
event = "fall"
kind = "fall"

[[samples]]
name = "a fall"
json = '{ "device": "40211870", "event": "fall" }'
expect = [{ kind = "fall" }]
"#;

fn shipped(text: &str) -> Vocabulary {
    Vocabulary::parse(text).expect("a good file")
}

fn read<'v>(vocabulary: &'v Vocabulary, json: &str) -> Reading<'v> {
    let mut readings = vocabulary.read(json.as_bytes()).expect("readable");
    assert_eq!(readings.len(), 1);
    readings.remove(0)
}

/// The problems of the file with one text put in the place of another.
fn problems(from: &str, to: &str) -> Vec<(usize, ProblemKind)> {
    assert!(FILE.contains(from), "{from}");
    let report = check(&FILE.replacen(from, to, 1));
    report
        .problems
        .into_iter()
        .map(|p| (p.line, p.kind))
        .collect()
}

#[test]
fn the_shipped_files_pass_their_own_samples_and_say_that_they_are_suggestions() {
    for (name, text) in SHIPPED {
        let report = check(text);
        assert!(
            report.is_usable() && report.warnings.is_empty(),
            "{name}: {report}"
        );
        assert!(report.samples > 1 && report.rows > 2);
        let vocabulary = shipped(text);
        assert_eq!(
            (vocabulary.name(), vocabulary.status()),
            (name, Status::Suggestion)
        );
        assert!(text.contains("invented placeholder"));
    }
}

#[test]
fn the_shipped_files_name_the_codes_of_the_reference() {
    let table = [
        (ROOMMATE, "fall", 906),
        (ROOMMATE, "upright in bed", 911),
        (ROOMMATE, "left the bed", 12),
        (ROOMMATE, "left the chair", 914),
        (ROOMMATE, "left the room", 10),
        (ROOMMATE, "too long in the bathroom", 915),
        (ROOMMATE, "loud sound", 903),
        (ROOMMATE, "activity in the room", 912),
        (ROOMMATE, "contact broken", 950),
        (SAFEMATE, "alarm by the user", 11),
        (SAFEMATE, "man down", 906),
        (SAFEMATE, "geofence crossed", 10),
        (SAFEMATE, "low battery", 951),
        (SAFEMATE, "self-check failed", 950),
        (SAFEMATE, "switched off", 950),
        (SOMNOFY, "no presence", 908),
        (SOMNOFY, "respiration rate", 921),
        (SOMNOFY, "call for help", 903),
        (SOMNOFY, "restless", 912),
        (SOMNOFY, "device disconnected", 950),
        (EVONDOS, "medicine not taken", 923),
        (EVONDOS, "medicine taken", 10014),
    ];
    for (file, event, code) in table {
        let vocabulary = shipped(file);
        // Every path of the four files, filled with the same event.
        let json = serde_json::json!({
            "device": "40211870", "sensor": {"id": "40211870"}, "alert": event,
            "type": event, "event": event,
        });
        let mut json = json;
        if vocabulary.name() == "evondos" {
            json["event"] = serde_json::json!({ "type": event });
        }
        let reading = read(&vocabulary, &json.to_string());
        assert_eq!(reading.event_type, Some(EventType(code)), "{event}");
        let guess = matches!(
            event,
            "left the room" | "geofence crossed" | "switched off" | "restless"
        );
        assert!(reading.uncertain() || !guess, "{event}");
    }
}

#[test]
fn an_event_that_was_handled_already_raises_nothing() {
    let vocabulary = shipped(SAFEMATE);
    let json = r#"{"id":"s1","device":"40211870","event":"user alarm","alreadyHandled":true}"#;
    let reading = read(&vocabulary, json);
    assert_eq!(
        (reading.kind, reading.action),
        (Kind::HelpCall, Action::Log)
    );
    let event = reading.to_event(EventId(1), Timestamp::UNIX_EPOCH, json.as_bytes());
    assert_eq!(
        (event.class, event.handling),
        (Class::Info, Handling::Closed)
    );
    let mut tracker = Tracker::new(Default::default());
    assert_eq!(tracker.handle(&event), Outcome::NotTracked);

    let json = r#"{"device":"40211870","event":"user alarm","alreadyHandled":false}"#;
    let event = read(&vocabulary, json).to_event(EventId(1), Timestamp::UNIX_EPOCH, b"");
    assert_eq!(tracker.handle(&event), Outcome::Started);
}

#[test]
fn unknown_events_are_alarms_with_the_vendors_word_as_detail() {
    let vocabulary = shipped(SAFEMATE);
    for (json, warning) in [
        (
            r#"{"device":"1","event":"hovering"}"#,
            ReadWarning::UnknownEvent,
        ),
        (r#"{"device":"1"}"#, ReadWarning::NoEvent),
        (r#"{"device":"1","event":null}"#, ReadWarning::NoEvent),
        (r#"{"device":"1","event":{"a":1}}"#, ReadWarning::NotAScalar),
        (r#"{"event":"hovering"}"#, ReadWarning::NoDevice),
        (r#"["hovering"]"#, ReadWarning::NoEvent),
        ("3", ReadWarning::NoEvent),
    ] {
        let reading = read(&vocabulary, json);
        assert!(
            reading.warnings.contains(&warning),
            "{json} {:?}",
            reading.warnings
        );
        assert_eq!(reading.basis, Basis::Unmatched);
        let event = reading.to_event(EventId(1), Timestamp::UNIX_EPOCH, json.as_bytes());
        assert_eq!(
            (event.kind, event.phase),
            (Kind::CallAlarmGeneric, Phase::Start)
        );
        assert_eq!(event.detail, reading.event);
        let raw = event.raw.expect("evidence");
        assert_eq!(raw.bytes.reveal().0, json.as_bytes());
        let mapping = event.mapping.expect("Safemate has a system");
        assert_eq!(
            (mapping.system, mapping.relation),
            (System::SafemateText, Relation::None)
        );
    }
}

#[test]
fn states_make_starts_and_ends_and_unknown_ones_are_starts() {
    let vocabulary = shipped(SAFEMATE);
    let phase = |state: &str| {
        let json = format!(r#"{{"device":"1","event":"outdated position","state":"{state}"}}"#);
        let reading = read(&vocabulary, &json);
        let clears = reading.clears().to_vec();
        (reading.phase, reading.warnings, clears)
    };
    assert_eq!(phase("raised"), (Phase::Start, vec![], vec![]));
    assert_eq!(
        phase(" Reset "),
        (Phase::End, vec![], vec![Kind::PositionOutdated])
    );
    assert_eq!(
        phase("?"),
        (Phase::Start, vec![ReadWarning::UnknownState], vec![])
    );
}

#[test]
fn a_dose_that_was_taken_settles_the_one_that_was_not() {
    let vocabulary = shipped(EVONDOS);
    let not = read(
        &vocabulary,
        r#"{"device":{"serialNumber":"1"},"event":{"type":"medicine not taken"}}"#,
    );
    let taken = read(
        &vocabulary,
        r#"{"device":{"serialNumber":"1"},"event":{"type":"medicine taken"}}"#,
    );
    let at = Timestamp::UNIX_EPOCH;
    let event = taken.to_event(EventId(2), at, b"");
    let device = DeviceIdentifier::new("1").expect("valid");
    let written = calls_of(&event, &device, &Target::new(UnityVersion::LATEST)).expect("codes");
    let calls: Vec<_> = written
        .calls
        .iter()
        .map(|call| (call.action.method(), call.pair.event_type))
        .collect();
    assert_eq!(
        calls,
        [
            (EventMethod::Post, EventType::MEDICINE_TAKEN),
            (EventMethod::Delete, EventType::MEDICINE_NOT_TAKEN),
        ]
    );
    assert_eq!(
        taken.clears_within().map(|within| within.as_secs()),
        Some(14_400)
    );

    let mut tracker = Tracker::new(Default::default());
    assert_eq!(
        tracker.handle(&not.to_event(EventId(1), at, b"")),
        Outcome::Started
    );
    let end = taken.settles(EventId(3), at).expect("an end");
    let cleared = vec![EventId(1)];
    assert_eq!(
        tracker.handle(&end),
        Outcome::Ended {
            cleared,
            ambiguous: vec![]
        }
    );
    assert!(not.settles(EventId(4), at).is_none());
}

#[test]
fn a_code_of_the_file_goes_out_as_it_stands_there() {
    let vocabulary = shipped(SAFEMATE);
    let reading = read(&vocabulary, r#"{"device":"1","event":"geofence crossed"}"#);
    let event = reading.to_event(EventId(1), Timestamp::UNIX_EPOCH, b"");
    let device = DeviceIdentifier::new("1").expect("valid");
    let target = Target::new(UnityVersion::LATEST);
    assert!(calls_of(&event, &device, &target).is_err());
    let target = target.with_event_type(reading.event_type.expect("a code"));
    let written = calls_of(&event, &device, &target).expect("the code");
    assert_eq!(written.calls[0].pair.event_type, EventType::WANDERING);
    assert!(written.loss().is_some());
}

#[test]
fn messages_are_bounded() {
    let vocabulary = shipped(SOMNOFY);
    let limits = vocabulary.limits();
    let large = vec![b' '; limits.bytes + 1];
    assert!(matches!(
        vocabulary.read(&large),
        Err(ReadError::TooLarge { .. })
    ));
    let deep = format!("{}1{}", "[".repeat(33), "]".repeat(33));
    assert!(matches!(
        vocabulary.read(deep.as_bytes()),
        Err(ReadError::TooDeep { limit: 32 })
    ));
    let brackets_in_text = format!(r#"{{"type":"{}\"["}}"#, "[".repeat(50));
    assert!(vocabulary.read(brackets_in_text.as_bytes()).is_ok());
    let many = format!(r#"{{"notifications":[{}1]}}"#, "1,".repeat(100));
    assert!(matches!(
        vocabulary.read(many.as_bytes()),
        Err(ReadError::TooManyEvents {
            events: 101,
            limit: 100
        })
    ));
    assert!(matches!(
        vocabulary.read(b"{\n<html>"),
        Err(ReadError::NotJson { line: 2, .. })
    ));
    let alone = read(&vocabulary, r#"{"deviceSerial":"1","type":"restless"}"#);
    assert_eq!(
        (alone.kind, &alone.warnings[..]),
        (Kind::Activity, &[ReadWarning::NoList][..])
    );
}

#[test]
fn what_is_wrong_is_said_with_its_line() {
    assert!(check(FILE).is_usable() && Vocabulary::parse(FILE).is_ok());
    let name = |expected, found: &str| ProblemKind::Name {
        expected,
        found: found.into(),
    };
    assert_eq!(
        problems("format = 1", "format = 2"),
        [(1, ProblemKind::Format(2))]
    );
    assert_eq!(
        problems("\"nattlys\"", "\" \""),
        [(2, ProblemKind::Empty("name"))]
    );
    assert_eq!(
        problems("\"/event\"", "\"event\""),
        [(8, ProblemKind::Path("event".into()))]
    );
    assert_eq!(problems("\"/device\"", "\"/a~2\"")[0].0, 7);
    assert_eq!(
        problems("kind = \"fall\"\n\n", "kind = \"fal\"\n\n"),
        [(12, name("kind", "fal"))]
    );
    assert_eq!(
        problems(
            "kind = \"fall\"\n\n",
            "kind = \"fall\"\nphase = \"begin\"\n\n"
        ),
        [(13, name("phase", "begin"))]
    );
    assert_eq!(
        problems("kind = \"fall\"\n\n", "\n"),
        [(10, ProblemKind::NoMeaning)]
    );
    assert_eq!(
        problems("kind = \"fall\"\n\n", "sensio = 902\n\n"),
        [(10, ProblemKind::UnknownCode(EventType(902)))]
    );
    assert_eq!(
        problems("event = \"fall\"\n", "event = [\"fall\", \" FALL\"]\n"),
        [(10, ProblemKind::DuplicateRow(10))]
    );
    assert_eq!(
        problems("{ kind = \"fall\" }", "{ kind = \"smoke\" }"),
        [(
            14,
            ProblemKind::SampleDiffers {
                event: 1,
                member: "kind",
                expected: "smoke".into(),
                found: "fall".into()
            }
        )]
    );
    assert!(matches!(
        problems("{ kind = \"fall\" }", "{ kinds = 1 }")[..],
        [(14, ProblemKind::SampleMember(_))]
    ));
    assert!(matches!(
        problems("[{ kind = \"fall\" }]", "[]")[..],
        [(
            14,
            ProblemKind::SampleCount {
                expected: 0,
                found: 1
            }
        )]
    ));
    assert!(matches!(
        problems("\"event\": \"fall\" }", "\"event\": }")[..],
        [(14, ProblemKind::SampleNotRead(ReadError::NotJson { .. }))]
    ));
    for (line, more) in [
        (8, "[states]\non = \"start\"\n\n"),
        (10, "[[conditions]]\npath = \"/a\"\naction = \"log\"\n\n"),
        (10, "[[conditions]]\npath = \"/a\"\npresent = true\n\n"),
        (
            10,
            "[[conditions]]\npath = \"/a\"\nequals = []\naction = \"log\"\n\n",
        ),
        (11, "[limits]\ndepth = 101\n\n"),
    ] {
        let found = problems("[[events]]", &format!("{more}[[events]]"));
        assert_eq!((found.len(), found[0].0), (1, line), "{more} {found:?}");
    }
    let syntax = problems("[[events]]", "[[events]]\ncolour = 1");
    assert!(
        matches!(&syntax[..], [(11, ProblemKind::Syntax(_))]),
        "{syntax:?}"
    );
    let report = check("format = ");
    assert_eq!(report.problems[0].line, 1);
    assert!(report.to_string().starts_with("error: line 1: "));
}

#[test]
fn doubtful_rows_are_warnings() {
    let more = "kind = \"fall\"\nsensio = 902\n\n[[events]]\nevent = \"x\"\nkind = \"smoke\"\nsensio = 906\n\n";
    let report = check(&FILE.replacen("kind = \"fall\"\n\n", more, 1));
    assert!(report.is_usable());
    let kinds: Vec<_> = report.warnings.iter().map(|w| &w.kind).collect();
    assert!(matches!(
        kinds[..],
        [
            ProblemKind::UndocumentedCode(_),
            ProblemKind::OtherKind {
                kind: Kind::Fall,
                ..
            },
            ProblemKind::OtherKind {
                kind: Kind::Smoke,
                ..
            },
            ProblemKind::RowWithoutSample,
        ]
    ));
}

proptest! {
    #[test]
    fn no_message_breaks_the_engine(bytes in prop::collection::vec(any::<u8>(), 0..200), text in "[\\[\\]{}\":,a-z0-9 ]{0,80}") {
        let vocabulary = shipped(SOMNOFY);
        let _ = vocabulary.read(&bytes);
        let _ = vocabulary.read(text.as_bytes());
    }

    #[test]
    fn a_message_that_is_json_is_never_dropped(event in ".{0,20}", state in "(alert|ok|.{0,5})", device in prop::option::of("[0-9]{1,8}")) {
        let vocabulary = shipped(SOMNOFY);
        let json = serde_json::json!({"notifications": [{"type": event, "state": state, "deviceSerial": device}]});
        let reading = read(&vocabulary, &json.to_string());
        let known = matches!(reading.basis, Basis::Rule(_));
        prop_assert!(known || reading.kind == Kind::CallAlarmGeneric && reading.action == Action::Alarm);
    }

    #[test]
    fn no_file_breaks_the_check(at in 0_usize..FILE.len(), cut in 0_usize..40, put in ".{0,10}") {
        let end = (at + cut).min(FILE.len());
        let mutated = format!("{}{put}{}", &FILE[..at], &FILE[end..]);
        let report = check(&mutated);
        prop_assert_eq!(report.is_usable(), Vocabulary::parse(&mutated).is_ok());
        let lines = mutated.lines().count() + 1;
        prop_assert!(report.problems.iter().all(|p| (1..=lines).contains(&p.line)));
    }
}
