//! From ESPA calls to the shared event model.

#![cfg(feature = "alarm-codes")]
#![allow(clippy::unwrap_used)]

mod support;

use alarm_codes::{
    Class, Condition, Event, EventId, Kind, Limits, Outcome, Phase, Priority, Reference, Relation,
    System, Timestamp, Tracker, VoiceMode,
};
use espa444::alarm::{
    Basis, Line, LineKind, Lost, PatternError, Received, Repeat, Rule, RuleErrorKind, Rules,
    TextMatch, event_of, examples, mapping_of,
};
use espa444::matching::Reset;
use espa444::{CharacterSet, DecodeOptions, OpenCalls, decode};
use proptest::prelude::*;
use support::{any_block, block, example};

const ID: EventId = EventId(7);

fn received() -> Received {
    Received::new(ID, Timestamp::UNIX_EPOCH)
}

fn line(kind: LineKind, rules: Vec<Rule>) -> Line {
    let mut line = Line::new("panel-1", kind);
    line.characters = CharacterSet::Iso646Norway;
    line.rules = Rules::new(rules).unwrap();
    line
}

fn fire_panel() -> Line {
    line(LineKind::FirePanel, examples::norwegian_fire_panel())
}

fn nurse_call() -> Line {
    line(LineKind::Calls, examples::nurse_call())
}

fn plain(kind: LineKind) -> Line {
    line(kind, Vec::new())
}

/// A call with these records, `2=TEXT;6=1`.
fn call(records: &str) -> Vec<u8> {
    let mut body = b"1\x02".to_vec();
    for (index, record) in records.split(';').enumerate() {
        let (identifier, data) = record.split_once('=').unwrap();
        if index > 0 {
            body.push(0x1E);
        }
        body.extend_from_slice(identifier.as_bytes());
        body.push(0x1F);
        CharacterSet::Iso646Norway.encode(data, usize::MAX, &mut body);
    }
    block(&body)
}

fn event_with(bytes: &[u8], line: &Line, received: &Received) -> Event {
    let decoded = decode(bytes, &DecodeOptions::lenient()).unwrap();
    event_of(&decoded, line, received).unwrap()
}

fn event(bytes: &[u8], line: &Line) -> Event {
    event_with(bytes, line, &received())
}

fn kind(records: &str, line: &Line) -> (Kind, Phase) {
    let event = event(&call(records), line);
    (event.kind, event.phase)
}

#[test]
fn example_a_is_a_fire_with_everything_that_was_sent() {
    let event = event(&example('A'), &fire_panel());
    assert_eq!(event.kind, Kind::Fire);
    assert_eq!(
        (event.class, event.priority),
        (Class::LifeSafety, Priority::Critical)
    );
    assert_eq!(
        (event.phase, event.condition),
        (Phase::Start, Condition::Active)
    );
    assert_eq!(event.source_priority.as_deref(), Some("1"));
    assert_eq!(event.device.controller.as_deref(), Some("panel-1"));
    assert_eq!(event.device.device.as_deref(), Some("208"));
    assert_eq!(event.device.component.as_deref(), Some("17"));
    assert_eq!(event.voice.mode, Some(VoiceMode::None));
    let mapping = event.mapping.as_ref().unwrap();
    assert_eq!(
        (mapping.system, mapping.code.as_str()),
        (System::Espa444, "type=3")
    );
    assert_eq!(
        (mapping.relation, mapping.uncertain),
        (Relation::CodeBroader, false)
    );
    let raw = event.raw.as_ref().unwrap();
    assert_eq!(raw.bytes.reveal().0, example('A'));
    assert_eq!(raw.transport.protocol.as_deref(), Some("espa444"));
    let shown = format!("{event:?}");
    assert!(!shown.contains("SLOYFE"), "{shown}");
}

#[test]
fn a_call_that_no_rule_knows_is_generic_or_a_fire_by_the_line_and_says_so() {
    for (of, kind) in [
        (LineKind::Calls, Kind::CallAlarmGeneric),
        (LineKind::FirePanel, Kind::Fire),
    ] {
        let line = plain(of);
        for letter in ['A', 'B', 'J', 'K', 'L', 'Q', 'R'] {
            let bytes = example(letter);
            let event = event(&bytes, &line);
            assert_eq!((event.kind, event.phase), (kind, Phase::Start), "{letter}");
            let decoded = decode(&bytes, &DecodeOptions::lenient()).unwrap();
            let block = decoded.block();
            let meaning = mapping_of(&block, &line).unwrap();
            assert_eq!(meaning.basis, Basis::Unmatched);
            assert_eq!(meaning.lost[0], Lost::Kind);
            let uncertain = event.mapping.unwrap().uncertain;
            assert_eq!(uncertain, of == LineKind::FirePanel, "{letter}");
        }
        // Tone only, and a call type that nobody knows.
        for records in ["1=31", "1=31;4=8", "1=31;4=", "4=x"] {
            assert_eq!(event(&call(records), &line).kind, kind, "{records}");
        }
    }
}

#[test]
fn the_first_rule_that_holds_counts() {
    let line = line(
        LineKind::Calls,
        vec![
            Rule::new(Kind::Fall).with_text(TextMatch::Word("FALL".into())),
            Rule::new(Kind::HelpCall)
                .with_text(TextMatch::Contains("ROM".into()))
                .with_address(TextMatch::Prefix("4".into())),
            Rule::new(Kind::AssistanceCall).with_text(TextMatch::Contains("ROM".into())),
            Rule::new(Kind::StaffEmergency)
                .with_priority("1")
                .with_beep("9"),
            Rule::new(Kind::VoiceFollows).with_call_type("2"),
        ],
    );
    let kind = |records| kind(records, &line).0;
    assert_eq!(kind("1=41;2=FALL ROM 3"), Kind::Fall);
    assert_eq!(kind("1=41;2=AVFALL ROM 3"), Kind::HelpCall);
    assert_eq!(kind("1=51;2=AVFALL ROM 3"), Kind::AssistanceCall);
    assert_eq!(kind("1=51;6=1;3=9"), Kind::StaffEmergency);
    assert_eq!(kind("1=51;6=1;3=8"), Kind::CallAlarmGeneric);
    assert_eq!(
        kind("1=51;3=9"),
        Kind::CallAlarmGeneric,
        "absent is no value"
    );
    // '21' is a kind of '2'.
    assert_eq!(kind("1=51;4=21"), Kind::VoiceFollows);
}

#[test]
fn letters_are_folded_unless_the_rule_says_exact() {
    let folded = Rule::new(Kind::Smoke).with_text(TextMatch::Contains("Røyk kjøkken".into()));
    let exact = folded.clone().with_exact_letters();
    for (text, by_folded, by_exact) in [
        ("RØYK KJØKKEN", true, false),
        ("ROYK   KJOKKEN ", true, false),
        ("XX Røyk kjøkken 2", true, true),
        ("Røyk stue", false, false),
    ] {
        for (rule, holds) in [(&folded, by_folded), (&exact, by_exact)] {
            let line = line(LineKind::Calls, vec![rule.clone()]);
            let found = kind(&format!("1=1;2={text}"), &line).0 == Kind::Smoke;
            assert_eq!(found, holds, "{text}");
        }
    }
}

#[test]
fn headers_other_than_call_are_data() {
    let line = fire_panel();
    for letter in ['D', 'F', 'G', 'H', 'O'] {
        let bytes = example(letter);
        let decoded = decode(&bytes, &DecodeOptions::lenient()).unwrap();
        assert_eq!(event_of(&decoded, &line, &received()), None, "{letter}");
    }
    for header in ["5", "7", "X"] {
        let bytes = block(format!("{header}\x022\x1FBRANN").as_bytes());
        let decoded = decode(&bytes, &DecodeOptions::lenient()).unwrap();
        assert!(mapping_of(&decoded.block(), &line).is_none());
    }
}

#[test]
fn a_reset_ends_the_kind_that_its_text_stands_for() {
    let line = fire_panel();
    // Example C: no priority, which the call had.
    let reset = event(&example('C'), &line);
    assert_eq!((reset.kind, reset.phase), (Kind::Cancel, Phase::End));
    assert_eq!(reset.condition, Condition::Cleared);
    assert_eq!(reset.correlation.clears_kinds, [Kind::Fire]);
    let mapping = reset.mapping.unwrap();
    assert_eq!(
        (mapping.code.as_str(), mapping.relation),
        ("type=1", Relation::Equal)
    );
    // A rule that asks for the call type and priority of the call.
    let rules = vec![
        Rule::new(Kind::Smoke)
            .with_text(TextMatch::Contains("SLOYFE".into()))
            .with_priority("1")
            .with_call_type("3"),
    ];
    let reset = event(&example('C'), &self::line(LineKind::FirePanel, rules));
    assert_eq!(reset.correlation.clears_kinds, [Kind::Smoke]);
    // Unmatched text: the call was unmatched, too. No text: nobody can say.
    let line = plain(LineKind::Calls);
    let reset = event(&call("1=31;2=X;4=1"), &line);
    assert_eq!(reset.correlation.clears_kinds, [Kind::CallAlarmGeneric]);
    assert_eq!(event(&call("1=31;4=1"), &line).correlation.clears_kinds, []);
}

#[test]
fn call_and_reset_end_in_one_occurrence_and_a_reset_of_nothing_is_told() {
    let line = fire_panel();
    let mut calls = OpenCalls::new(8);
    let mut tracker = Tracker::new(Limits::default());
    let first = event(&example('A'), &line);
    let decoded = decode(&example('A'), &DecodeOptions::lenient())
        .unwrap()
        .into_owned();
    calls.open(first.event_id, &decoded.block()).unwrap();
    assert_eq!(tracker.handle(&first), Outcome::Started);

    let reset = decode(&example('C'), &DecodeOptions::lenient())
        .unwrap()
        .into_owned();
    let Reset::Closed(found) = calls.reset(&reset.block()) else {
        panic!()
    };
    let received = Received::new(EventId(8), Timestamp::UNIX_EPOCH).ending(found.key);
    let end = event_with(&example('C'), &line, &received);
    assert_eq!(end.correlation.clears, Some(Reference::Event(ID)));
    let cleared = Outcome::Ended {
        cleared: vec![ID],
        ambiguous: vec![],
    };
    assert_eq!(tracker.handle(&end), cleared);

    assert_eq!(calls.reset(&reset.block()), Reset::NoSuchCall);
    let received = Received::new(EventId(9), Timestamp::UNIX_EPOCH);
    let nothing = event_with(&example('C'), &line, &received);
    let mut empty = Tracker::new(Limits::default());
    assert_eq!(empty.handle(&nothing), Outcome::Unmatched);
}

#[test]
fn a_line_may_number_its_call_types_otherwise() {
    let mut line = plain(LineKind::Calls);
    line.reset_call_types = vec!["9".into()];
    assert_eq!(kind("1=31;4=9", &line), (Kind::Cancel, Phase::End));
    assert_eq!(
        kind("1=31;4=1", &line),
        (Kind::CallAlarmGeneric, Phase::Start)
    );
}

#[test]
fn a_repeated_call_is_marked_and_not_lost() {
    let line = fire_panel();
    let mut tracker = Tracker::new(Limits::default());
    assert_eq!(
        tracker.handle(&event(&example('A'), &line)),
        Outcome::Started
    );
    for (id, repeat) in [(8, Repeat::Possible), (9, Repeat::Of(ID))] {
        let received = Received::new(EventId(id), Timestamp::UNIX_EPOCH).with_repeat(repeat);
        let again = event_with(&example('A'), &line, &received);
        assert_eq!((again.kind, again.phase), (Kind::Fire, Phase::Update));
        assert_eq!(tracker.handle(&again), Outcome::Updated { occurrence: ID });
    }
    // A repeated reset still ends.
    let received = received().with_repeat(Repeat::Possible);
    assert_eq!(
        event_with(&example('C'), &line, &received).phase,
        Phase::End
    );
}

#[test]
fn vendor_references_count_only_where_the_line_says_so() {
    let mut line = plain(LineKind::Calls);
    assert_eq!(event(&example('Q'), &line).correlation.source_ref, None);
    line.vendor_references = true;
    let with = event(&example('Q'), &line);
    assert_eq!(with.correlation.source_ref.as_deref(), Some("A77"));
    let reset = event(&call("1=31;4=1;D=0012"), &line);
    assert_eq!(
        reset.correlation.clears,
        Some(Reference::SourceRef("0012".into()))
    );
}

#[test]
fn what_the_event_does_not_carry_is_listed() {
    let lost = |records: &str, characters| {
        let mut line = plain(LineKind::Calls);
        line.characters = characters;
        let bytes = call(records);
        let decoded = decode(&bytes, &DecodeOptions::lenient()).unwrap();
        mapping_of(&decoded.block(), &line).unwrap().lost
    };
    let all = lost("1=31;2=X;3=2;4=5;5=2;6=1;7=1;9=A;2=Y", CharacterSet::Auto);
    assert_eq!(
        all,
        [
            Lost::Kind,
            Lost::BeepCoding,
            Lost::CallType,
            Lost::Transmissions,
            Lost::Status,
            Lost::OtherRecords,
            Lost::RepeatedRecords,
        ]
    );
    let bytes = block(b"1\x021\x1F31\x1E2\x1FR\xD8YK\x07");
    let decoded = decode(&bytes, &DecodeOptions::lenient()).unwrap();
    let mut line = plain(LineKind::Calls);
    line.characters = CharacterSet::Utf8;
    let meaning = mapping_of(&decoded.block(), &line).map(|meaning| meaning.lost);
    let expected = vec![Lost::Kind, Lost::ControlCharacters, Lost::Characters];
    assert_eq!(meaning, Some(expected));
}

#[test]
fn the_example_for_a_fire_panel_tells_fire_from_fault_reset_and_test() {
    let line = fire_panel();
    let start = |kind| (kind, Phase::Start);
    for (records, expected) in [
        (
            "2=BRANN    SLØYFE 3    DET 17      ;3=9;4=3;6=1",
            start(Kind::Fire),
        ),
        ("2=RØYK      KJØKKEN    DET 4;6=1", start(Kind::Smoke)),
        ("2=ROYK LOFT;6=1", start(Kind::Smoke)),
        ("2=VARME KJELLER;6=1", start(Kind::Heat)),
        ("2=FEIL DETEKTOR 12;6=3", start(Kind::Malfunction)),
        ("2=NETTFEIL;6=3", start(Kind::MainsFailure)),
        ("2=LAV BATTERISPENNING;6=2", start(Kind::BatteryFailure)),
        ("2=SLØYFEBRUDD 2;6=3", start(Kind::LinkFailure)),
        ("2=SONE 4 UTKOBLET;6=3", start(Kind::DeviceSwitchedOff)),
        (
            "2=FEIL DETEKTOR 12 OPPHEVET;6=3",
            (Kind::Malfunction, Phase::End),
        ),
        ("2=PANEL TILBAKESTILT;6=3", (Kind::Cancel, Phase::End)),
        ("2=TEST AV LINJE;6=3", start(Kind::TestManual)),
        // Safe side: with the priority of an alarm, or none, nothing hides a fire.
        ("2=FEILROM 2 ETG;6=1", start(Kind::Fire)),
        ("2=TEST LAB;6=1", start(Kind::Fire)),
        ("2=TEST LAB", start(Kind::Fire)),
        ("2=UKJENT TEKST;6=3", start(Kind::Fire)),
    ] {
        assert_eq!(
            kind(&format!("1=208;{records}"), &line),
            expected,
            "{records}"
        );
    }
    let reset = event(&call("1=208;2=PANEL TILBAKESTILT"), &line);
    assert!(reset.correlation.clears_kinds.contains(&Kind::Smoke));
}

#[test]
fn the_example_for_a_nurse_call_finds_kind_room_and_bed() {
    let line = nurse_call();
    for (text, expected) in [
        ("PASIENTANROP ROM 12", Kind::HelpCall),
        ("ROM 12 SENG 2", Kind::HelpCall),
        ("WC ROM 7", Kind::HelpCall),
        ("ASSISTANSE ROM 12", Kind::AssistanceCall),
        ("HJERTESTANS ROM 12", Kind::AssistanceCall),
        ("OVERFALL ROM 12", Kind::StaffEmergency),
        ("FALL ROM 12", Kind::Fall),
        ("AVFALL ROM 12", Kind::HelpCall),
        ("UT AV SENG ROM 12", Kind::BedExit),
        ("DØRVAKT UTGANG", Kind::Wandering),
        ("LAVT BATTERI ROM 3", Kind::BatteryLow),
        ("TILSTEDE ROM 12", Kind::PresenceAfterAlarm),
        ("ROM 12 AVSTILT", Kind::Cancel),
        ("4711 HILSEN", Kind::CallAlarmGeneric),
    ] {
        assert_eq!(kind(&format!("1=31;2={text}"), &line).0, expected, "{text}");
    }
    let event = event(&call("1=31;2=0815 Rom 12 B  Seng 2"), &line);
    assert_eq!(event.location.text.as_ref().unwrap().reveal(), "12 B");
    assert_eq!(event.device.component.as_deref(), Some("2"));
}

#[test]
fn rules_that_cannot_be_meant_are_refused_with_their_place() {
    let good = || Rule::new(Kind::Fire).with_text(TextMatch::Word("BRANN".into()));
    let mut beginning = Rule::new(Kind::Cancel).with_priority("1");
    beginning.phase = Phase::Start;
    let mut clearing = good().ending(&[Kind::Fire]);
    clearing.phase = Phase::Start;
    for (rules, place, kind) in [
        (
            vec![Rule::new(Kind::Fire), good()],
            1,
            RuleErrorKind::NeverReached,
        ),
        (
            vec![good(), good().with_text(TextMatch::Contains(" ".into()))],
            1,
            RuleErrorKind::EmptyText,
        ),
        (vec![good().with_priority("")], 0, RuleErrorKind::EmptyValue),
        (
            vec![good().with_text(TextMatch::Pattern("{room}".into()))],
            0,
            RuleErrorKind::Pattern(PatternError::UnknownPlaceholder),
        ),
        (vec![beginning], 0, RuleErrorKind::CancelWithoutEnd),
        (vec![clearing], 0, RuleErrorKind::ClearsWithoutEnd),
    ] {
        let error = Rules::new(rules).unwrap_err();
        assert_eq!((error.rule, error.kind), (place, kind));
    }
    let braces = PatternError::UnknownPlaceholder.to_string();
    assert!(braces.contains(" {location} "), "{braces}");
}

#[cfg(feature = "serde")]
#[test]
fn rules_are_configuration() {
    let text = r#"[{"name":"fault","text":[{"contains":"FEIL"},{"pattern":"F {9}"}],
        "priority":["3"],"kind":"malfunction"},
        {"address":[{"prefix":"4"}],"letters":"exact","kind":"fire","phase":"end",
        "clears":["fire","smoke"]}]"#;
    let rules: Vec<Rule> = serde_json::from_str(text).unwrap();
    assert_eq!(rules[0].phase, Phase::Start);
    let written = serde_json::to_string(&rules).unwrap();
    assert_eq!(serde_json::from_str::<Vec<Rule>>(&written).unwrap(), rules);
    for set in [examples::norwegian_fire_panel(), examples::nurse_call()] {
        let written = serde_json::to_string(&set).unwrap();
        let read: Vec<Rule> = serde_json::from_str(&written).unwrap();
        assert_eq!(read, set);
        assert!(Rules::new(read).is_ok());
    }
    assert!(serde_json::from_str::<Rule>(r#"{"kind":"fire","texts":[]}"#).is_err());
}

proptest! {
    #[test]
    fn every_call_becomes_an_event_with_its_bytes(own in any_block(), fire in any::<bool>()) {
        let mut bytes = Vec::new();
        espa444::encode(&own.as_block(), &espa444::EncodeOptions::new(), &mut bytes).unwrap();
        let decoded = decode(&bytes, &DecodeOptions::lenient()).unwrap();
        let line = if fire { fire_panel() } else { nurse_call() };
        let event = event_of(&decoded, &line, &received());
        let is_call = own.as_block().header() == espa444::Header::CALL;
        prop_assert_eq!(event.is_some(), is_call);
        if let Some(event) = event {
            let raw = event.raw.unwrap();
            prop_assert_eq!(&raw.bytes.reveal().0, &bytes);
            prop_assert!(event.kind != Kind::Unmapped);
        }
    }
}
