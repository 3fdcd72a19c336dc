//! Answers of panels, old and new (Climax reference 9).
#![cfg(feature = "panel-web")]

use std::time::Duration;

use climax_rf::Time;
use climax_rf::codes::{DeviceId, DeviceIdKind, DeviceTypeCode, ResponseValue};
use climax_rf::events::{Profile, meaning};
use climax_rf::panel_web::{
    AreaMode, Call, Limits, ReadError, TOKEN_LIFE, Text, Token, Trigger, Warning, read_conditions,
    read_devices, read_log_lines, read_records, read_report_events, read_token,
};
use proptest::prelude::*;

fn limits() -> Limits {
    Limits::default()
}

#[test]
fn a_new_panels_devices_are_read_with_their_place_holders() {
    let answer = br#"{"senrows":[
      {"area":1,"zone":"3","type":4,"type_f":"{D_TYPE_4}","name":"Front door","sid":"RF:01a2b3c4",
       "battery":"{WEB_MSG_NORMAL}","battery_ok":"1","tamper":"","tamper_ok":"1","bypass":"0",
       "rssi":"Strong, 9","status":"{WEB_MSG_DC_OPEN}","extra":{"deep":[1,2]}},
      {"area":"1","zone":7,"type":"54","name":"Room","id":"rf:00000001","rssi":3,
       "status":"{WEB_MSG_TS_DEGREE} 21,50 {WEB_MSG_RH_HUMIDITY} 44"},
      {"zone":9,"type":200,"status":"Door Close"}
    ]}"#;
    let read = read_devices(answer, &limits()).expect("JSON");
    assert_eq!(read.warnings, []);
    let [door, room, unknown] = &read.rows[..] else {
        panic!("three rows")
    };
    assert_eq!((door.area, door.zone), (Some(1), Some(3)));
    assert_eq!(door.device_type, Some(DeviceTypeCode::CONTACT));
    assert_eq!(door.name.as_ref().map(|n| n.as_str()), Some("Front door"));
    let id = DeviceId::new(door.id.as_deref().expect("an id"));
    assert_eq!(id.kind(), DeviceIdKind::Radio(0x01A2_B3C4));
    assert_eq!(door.signal.as_ref().and_then(|s| s.step), Some(9));
    let battery = door.flag("battery").expect("a flag");
    assert_eq!((battery.ok, battery.raw.as_str()), (Some(true), "1"));
    assert_eq!(
        battery.text.as_ref().map(ToString::to_string).as_deref(),
        Some("no fault")
    );
    assert_eq!(door.others.len(), 1);
    assert_eq!(
        (door.others[0].name.as_str(), door.others[0].value.as_str()),
        ("extra", r#"{"deep":[1,2]}"#)
    );
    let temperature = room.temperature.as_ref().expect("measured");
    assert_eq!(
        (temperature.as_str(), temperature.value()),
        ("21,50", Some(21.5))
    );
    assert_eq!(room.humidity.as_ref().and_then(|h| h.value()), Some(44.0));
    assert_eq!(room.signal.as_ref().and_then(|s| s.step), Some(3));
    assert_eq!(
        unknown.device_type.map(|t| t.to_string()).as_deref(),
        Some("unknown type 200")
    );
    assert_eq!(
        unknown.status.as_ref().map(ToString::to_string).as_deref(),
        Some("contact closed")
    );
    assert!(!format!("{read:?}").contains("Front"));
}

#[test]
fn an_old_panels_almost_json_is_read_with_every_leniency_told() {
    let answer = b"\t/*-secure-\r\n{\r\n\tsenrows : [\r\n\t\t{ no : '01', area : 1, zone : 007, type : {D_TYPE_9}, \
        name : \"Hall\x01way\tA\", cond : Open, battery_ok : \"0\", battery : \"{WEB_MSG_NORMAL}\", },\r\n\t]\r\n}\r\n*/\r\n";
    // A place holder without quotes is no JSON however it is cleaned; quoted it is.
    let text = String::from_utf8(answer.to_vec())
        .expect("text")
        .replace("{D_TYPE_9}", "\"{D_TYPE_9}\"");
    let read = read_devices(text.as_bytes(), &limits()).expect("cleaned");
    let row = &read.rows[0];
    assert_eq!((row.area, row.zone), (Some(1), Some(7)));
    assert_eq!(row.device_type, Some(DeviceTypeCode::MOTION));
    assert_eq!(row.name.as_ref().map(|n| n.as_str()), Some("HallwayA"));
    assert_eq!(
        row.status.as_ref().map(ToString::to_string).as_deref(),
        Some("contact open")
    );
    let flag = row.flag("Battery").expect("a flag");
    assert_eq!(
        (flag.ok, flag.text.as_ref().map(Text::as_str)),
        (Some(false), Some("{WEB_MSG_NORMAL}"))
    );
    let expected = [
        Warning::Wrapped,
        Warning::ControlCharacters { count: 2 },
        Warning::UnquotedNames { count: 9 },
        Warning::UnquotedValues { count: 2 },
        Warning::SingleQuotes { count: 1 },
        Warning::SpareCommas { count: 2 },
        Warning::FlagAgainstText { row: 0 },
    ];
    assert_eq!(read.warnings, expected);
}

#[test]
fn report_events_become_contact_id() {
    let answer = br#"{"rows":[
        {"uid":"17","type":"Trigger","cid":"120","area":1,"zone":3},
        {"uid":18,"type":"Restore","cid":"1120","area":"1","zone":"3"},
        {"uid":19,"event":"Restore","cid":"3602"},
        {"uid":20,"type":"Trigger","cid":"ABCDE"},
        {"uid":21,"cid":130,"zone":5000}
    ]}"#;
    let read = read_report_events(answer, &limits()).expect("JSON");
    let reports: Vec<_> = read
        .rows
        .iter()
        .map(|row| row.contact_id.map(|report| report.to_string()))
        .collect();
    let text = |text: &str| Some(text.to_owned());
    assert_eq!(
        reports,
        [
            text("1120 01 003"),
            text("1120 01 003"),
            text("3602 00 000"),
            None,
            None
        ]
    );
    assert_eq!(read.rows[0].uid, Some(17));
    assert_eq!(read.rows[1].trigger, Some(Trigger::Restore));
    assert_eq!(
        read.warnings,
        [
            Warning::QualifierAgainstTrigger { row: 1 },
            Warning::Unreadable {
                row: 3,
                member: "code"
            },
        ]
    );
    let report = read.rows[0].contact_id.expect("Contact ID");
    assert_eq!(
        meaning(Profile::Unknown, &report).to_string(),
        "fall or panic"
    );
}

#[test]
fn logs_and_records_are_read() {
    let answer = br#"{"logrows":[{"time":"10/21 12:30","area":1,"zone":2,"type":"Door Contact","device":"Hall","user":"Kari","event":"{ALARM_HISTORY_20}"}]}"#;
    let read = read_log_lines(answer, &limits()).expect("JSON");
    let line = &read.rows[0];
    assert_eq!(line.time.as_deref(), Some("10/21 12:30"));
    assert_eq!(
        line.type_text.as_ref().map(Text::as_str),
        Some("Door Contact")
    );
    assert_eq!(line.device_type, None);
    assert!(!format!("{line:?}").contains("Kari"));
    let answer = br#"[{"uid":5,"time":"1500000000","area":1,"zone":2,"sid":"ZB:1","type":"{D_TYPE_21}","event":"x"}]"#;
    let read = read_records(answer, &limits()).expect("JSON");
    let record = &read.rows[0];
    assert_eq!(
        (record.uid, record.unix_time),
        (Some(5), Some(1_500_000_000))
    );
    assert_eq!(
        record.device_type,
        Some(DeviceTypeCode::MEDICAL_TRANSMITTER)
    );
    assert_eq!(
        read_records(br#"{"logrows":[]}"#, &limits())
            .expect("none")
            .rows,
        []
    );
}

#[test]
fn conditions_give_modes_and_flags_of_every_group() {
    let answer = br#"{"updates":{"mode_a1":"{AREA_MODE_1}","mode_a2":"{AREA_MODE_9}","battery":"{WEB_MSG_TAMPER}","battery_ok":"1","rssi":"5"},
        "forms":{"pcondform1":{"mode":"0","ac_ok":"maybe"}}}"#;
    let read = read_conditions(answer, &limits()).expect("JSON");
    let all = &read
        .rows
        .iter()
        .find(|row| !row.modes.is_empty())
        .expect("modes");
    assert_eq!(all.modes[0], ("mode_a1".to_owned(), AreaMode::ARMED));
    assert_eq!(all.modes[0].1.to_string(), "fully armed");
    assert_eq!(all.modes[1].1.to_string(), "unknown mode 9");
    assert_eq!(all.flag("battery").and_then(|f| f.ok), Some(true));
    let form = read
        .rows
        .iter()
        .find_map(|row| row.flag("ac"))
        .expect("a flag");
    assert_eq!((form.ok, form.raw.as_str()), (None, "maybe"));
    assert_eq!(read.warnings.len(), 1);
}

#[test]
fn place_holders_are_resolved_and_unknown_ones_stay() {
    for (text, resolved) in [
        ("{WEB_MSG_DC_CLOSE}", "contact closed"),
        (
            "{WEB_MSG_TS_DEGREE} 21.5 {WEB_MSG_RH_HUMIDITY} 40",
            "temperature 21.5 humidity 40",
        ),
        ("{WEB_MSG_TS_DEGREE}", "temperature"),
        ("{D_TYPE_21}", "Medical alarm transmitter (pendant)"),
        ("{D_TYPE_500}", "unknown type 500"),
        ("{AREA_MODE_4}", "home armed 3"),
        ("{WEB_MSG_SOMETHING}", "{WEB_MSG_SOMETHING}"),
        ("open { brace", "open { brace"),
        ("Door Open", "contact open"),
        ("", ""),
    ] {
        assert_eq!(Text::new(text).to_string(), resolved);
    }
}

#[test]
fn responses_are_named_by_the_table() {
    assert_eq!(ResponseValue(7).name(), Some("medical"));
    assert_eq!(ResponseValue(165).to_string(), "run scene 16");
    assert_eq!(ResponseValue(999).to_string(), "unknown response 999");
}

#[test]
fn what_is_no_answer_is_an_error_without_its_content() {
    let error = |answer: &[u8]| read_devices(answer, &limits()).expect_err("no answer");
    assert_eq!(
        error(b"<html><body>Log in, please</body></html>"),
        ReadError::NoRows
    );
    assert_eq!(error(b"{\"a\":1}"), ReadError::NoRows);
    assert!(matches!(error(b"{\"a\":[{]}"), ReadError::Syntax { .. }));
    assert!(matches!(error(b""), ReadError::Syntax { .. }));
    assert!(matches!(
        error(b"{\"a\":\"never ends"),
        ReadError::Syntax { .. }
    ));
    let deep = "[".repeat(1000);
    assert!(matches!(
        error(deep.as_bytes()),
        ReadError::TooDeep { limit: 16, .. }
    ));
    let many = format!("[{}{{}}]", "{\"a\":1},".repeat(10_000));
    let limit = ReadError::TooManyRows { limit: 10_000 };
    assert_eq!(error(many.as_bytes()), limit);
    let many = format!("[{}{{\"a\":1}}]", "{\"a\":1},".repeat(10_000));
    assert_eq!(read_conditions(many.as_bytes(), &limits()), Err(limit));
    let long = vec![b' '; 600_000];
    assert!(matches!(error(&long), ReadError::TooLong { .. }));
}

#[test]
fn warnings_are_bounded_and_counted() {
    let answer = format!("[{{}}{}]", ",1".repeat(500));
    let read = read_devices(answer.as_bytes(), &limits()).expect("JSON");
    assert_eq!(
        (read.rows.len(), read.warnings.len(), read.more_warnings),
        (1, 100, 400)
    );
}

#[test]
fn a_row_of_very_many_flags_is_read() {
    let flags: Vec<String> = (0..25_000).map(|n| format!("\"f{n:05}_ok\":1")).collect();
    let answer = format!("[{{{}}}]", flags.join(","));
    let read = read_devices(answer.as_bytes(), &limits()).expect("JSON");
    assert_eq!(read.rows[0].flags.len(), 25_000);
}

#[test]
fn latin_1_escapes_and_what_comes_after_are_tolerated() {
    let read = read_devices(
        b"[{\"name\":\"K\xf8kken \\x \\ud83d\",\"zone\":1}] trailing",
        &limits(),
    )
    .expect("cleaned");
    assert_eq!(
        read.rows[0].name.as_ref().map(|n| n.as_str()),
        Some("Køkken \\x \\ud83d")
    );
    assert_eq!(
        read.warnings,
        [
            Warning::NotUtf8,
            Warning::Escapes { count: 2 },
            Warning::AfterTheEnd
        ]
    );
    let read = read_devices(
        "[{\"name\":\"\\ud83d\\ude00 \\u00e6\"}]".as_bytes(),
        &limits(),
    )
    .expect("JSON");
    assert_eq!(read.rows[0].name.as_ref().map(|n| n.as_str()), Some("😀 æ"));
    assert_eq!(read.warnings, []);
}

#[test]
fn every_call_reads_and_none_writes() {
    for call in Call::ALL {
        let path = call.path();
        assert!(
            path.starts_with("/action/") && path.ends_with("Get"),
            "{path}"
        );
    }
}

#[test]
fn a_token_is_a_secret_and_ages() {
    let token = read_token(
        br#"{"result":1,"message":"ab/cd=="}"#,
        Time::ZERO,
        &limits(),
    )
    .expect("a token");
    assert!(!format!("{token:?}").contains("ab/cd"));
    assert!(token.is_fresh(Time::from(TOKEN_LIFE - Duration::from_millis(1))));
    assert!(!token.is_fresh(Time::from(TOKEN_LIFE)));
    assert!(Token::new("a\r\nb: c", Time::ZERO).is_none());
    assert_eq!(
        read_token(b"<html>", Time::ZERO, &limits()),
        Err(ReadError::NoToken)
    );
    assert!(read_token(b"\"abc\"", Time::ZERO, &limits()).is_ok());
}

#[derive(Debug, Clone)]
struct Row {
    zone: u16,
    kind: u16,
    name: String,
    ok: bool,
}

fn rows() -> impl Strategy<Value = Vec<Row>> {
    let row = (
        0u16..1000,
        0u16..120,
        "[a-zA-Z0-9 ,:\\[\\]{}'\"\\\\æøå/*]{0,12}",
        any::<bool>(),
    )
        .prop_map(|(zone, kind, name, ok)| Row {
            zone,
            kind,
            name,
            ok,
        });
    prop::collection::vec(row, 1..8)
}

/// Writes rows as panels do, each deviation on or off.
fn write(rows: &[Row], deviations: [bool; 6], noise: &[char]) -> String {
    let [wrapped, unquoted, spaced, as_text, commas, control] = deviations;
    let mut noise = noise.iter().cycle();
    let name = |name: &str| match (unquoted, spaced) {
        (true, true) => format!("{name} \t: "),
        (true, false) => format!("{name}:"),
        (false, true) => format!("\"{name}\" : "),
        (false, false) => format!("\"{name}\":"),
    };
    let number = |n: u16| {
        if as_text {
            format!("\"{n}\"")
        } else {
            n.to_string()
        }
    };
    let mut out = String::new();
    if wrapped {
        out.push_str("/*-secure-\n");
    }
    out.push_str(&format!("{{{}[", name("senrows")));
    for (place, row) in rows.iter().enumerate() {
        if place > 0 {
            out.push(',');
        }
        let mut text = serde_json::to_string(&row.name).expect("a text");
        if control {
            text.insert(1, *noise.next().unwrap_or(&'\t'));
        }
        let flag = if row.ok { "1" } else { "0" };
        out.push_str(&format!(
            "{{{}{},{}{},{}{text},{}\"{flag}\"",
            name("zone"),
            number(row.zone),
            name("type"),
            number(row.kind),
            name("name"),
            name("tamper_ok"),
        ));
        if commas {
            out.push(',');
        }
        out.push('}');
    }
    out.push_str("]}");
    if wrapped {
        out.push_str("\n*/");
    }
    out
}

proptest! {
    #[test]
    fn well_formed_content_survives_every_deviation(
        rows in rows(),
        deviations in any::<[bool; 6]>(),
        noise in prop::collection::vec(prop::sample::select(vec!['\u{1}', '\t', '\u{7f}', '\u{1b}', '\n']), 1..4),
    ) {
        let answer = write(&rows, deviations, &noise);
        let read = read_devices(answer.as_bytes(), &limits()).expect("tolerated");
        prop_assert_eq!(read.rows.len(), rows.len());
        for (read, row) in read.rows.iter().zip(&rows) {
            prop_assert_eq!(read.zone, Some(row.zone));
            prop_assert_eq!(read.device_type, Some(DeviceTypeCode(row.kind)));
            let name = read.name.as_ref().map(|name| name.as_str()).unwrap_or_default();
            let expected = if row.name.trim().is_empty() { "" } else { &row.name };
            prop_assert_eq!(name, expected);
            prop_assert_eq!(read.flag("tamper").and_then(|flag| flag.ok), Some(row.ok));
        }
        // A deviation is told, and only then.
        let deviates = deviations[0] || deviations[1] || deviations[4] || deviations[5];
        prop_assert_eq!(!read.warnings.is_empty(), deviates);
    }

    #[test]
    fn no_answer_panics(
        rows in rows(), deviations in any::<[bool; 6]>(),
        cuts in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..12),
        end in any::<prop::sample::Index>(),
    ) {
        let mut answer = write(&rows, deviations, &['\t']).into_bytes();
        for (place, byte) in cuts {
            let place = place.index(answer.len());
            answer[place] = byte;
        }
        answer.truncate(end.index(answer.len() + 1));
        let _ = read_devices(&answer, &limits());
        let _ = read_report_events(&answer, &limits());
        let _ = read_conditions(&answer, &limits());
        let _ = read_log_lines(&answer, &limits());
        let _ = read_token(&answer, Time::ZERO, &limits());
    }

    #[test]
    fn no_bytes_panic(answer in prop::collection::vec(any::<u8>(), 0..300)) {
        let _ = read_devices(&answer, &limits());
        let _ = read_conditions(&answer, &limits());
        let _ = read_token(&answer, Time::ZERO, &limits());
    }

    #[test]
    fn the_parts_of_a_text_make_the_text(text in "[{}A-Z_0-9 ]{0,40}") {
        let whole = Text::new(text.clone());
        prop_assert!(whole.parts().count() <= text.len() + 1);
        let _ = (whole.to_string(), whole.temperature(), whole.humidity());
    }
}
