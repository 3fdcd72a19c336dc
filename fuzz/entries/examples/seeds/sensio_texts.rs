//! Sensio Partner: bodies, vocabularies, identity numbers.

use super::{Seed, texts};

/// All synthetic: months above 80 are of the tax administration's test population.
pub(super) fn numbers() -> Vec<Seed> {
    texts(&[
        ("synthetic", "17912099997"),
        ("synthetic_d_number", "57912075186"),
        ("with_blanks", "179120 99997"),
        ("with_dots", "17.91.20.99997"),
        ("in_a_text", "see 17912099997, please"),
        ("other_check_digit", "17912099998"),
        ("no_date", "99992099997"),
        ("ten_digits", "1791209999"),
        ("twelve_digits", "179120999970"),
        ("leap_day", "29822012345"),
        ("help_number", "80000000000"),
        ("two_runs", "17912099997-17912099997"),
        ("other_digits", "١٧٩١٢٠٩٩٩٩٧"),
        ("empty", ""),
    ])
}

/// The start of a JPEG of 16 by 16.
const PICTURE: &[u8] = &[
    0xFF, 0xD8, 0xFF, 0xC0, 0x00, 0x11, 0x08, 0x00, 0x10, 0x00, 0x10, 0x03, 0x01, 0x22, 0x00, 0x02,
    0x11, 0x01, 0x03, 0x11, 0x01, 0xFF, 0xD9,
];

pub(super) fn events() -> Vec<Seed> {
    let long = format!("{{\"description\":\"{}\"}}", "lang ".repeat(60));
    let mut seeds = texts(&[
        ("nothing", ""),
        ("empty", "{}"),
        (
            "fall",
            r#"{"externalEventId":"01J9Z7P4WQ3N","description":"Fall ved sengen, rom 12"}"#,
        ),
        (
            "value",
            r#"{"triggerValue":31,"externalEventId":"01J9Z7P4WQ3P"}"#,
        ),
        ("state", r#"{"state":88}"#),
        (
            "other_case",
            r#"{"State":"88","TRIGGERVALUE":"3.5","externaleventid":42}"#,
        ),
        (
            "not_used",
            r#"{"triggerValue":null,"images":[],"description":"","state":{}}"#,
        ),
        (
            "unknown",
            r#"{"room":{"no":12},"images":[{"imageData":"AAAA","width":3}]}"#,
        ),
        ("twice", r#"{"state":1,"State":2}"#),
        (
            "picture",
            r#"{"images":[{"imageData":"/9j/4AAQSkZJRgABAQEASABIAAD/2Q==","name":"rom-12.jpg"}]}"#,
        ),
        (
            "line_breaks",
            "{\"images\":[{\"imageData\":\"/9j/\\r\\n4A==\\r\\n\"}]}",
        ),
        ("no_padding", r#"{"images":[{"imageData":"/9j/4A"}]}"#),
        ("trailing_bits", r#"{"images":[{"imageData":"/9j/4B=="}]}"#),
        (
            "data_url",
            r#"{"images":[{"imageData":"data:image/jpeg;base64,/9j/4A=="}]}"#,
        ),
        ("six_pictures", r#"{"images":[{},{},{},{},{},{}]}"#),
        (
            "escapes",
            r#"{"\u0073tate":50,"description":"\ud83d\udecf \"\u00e5\""}"#,
        ),
        (
            "large_numbers",
            r#"{"triggerValue":1e308,"state":2147483648.0}"#,
        ),
        ("least_state", r#"{"state":-2147483648.0}"#),
        ("mark", "\u{feff}{\"state\":10}"),
        ("cut", r#"{"description":"Fall"#),
        ("array", "[]"),
        ("null", "null"),
    ]);
    seeds.push(("long_description", long.into_bytes()));
    seeds.push(("jpeg", PICTURE.to_vec()));
    seeds
}

pub(super) fn statuses() -> Vec<Seed> {
    let mut seeds = texts(&[
        ("nothing", ""),
        ("heartbeat", "{}"),
        ("battery", r#"{"batteryLevel":78}"#),
        (
            "nested",
            r#"{"signal":{"rssi":-70,"cell":""},"list":[null,[],1]}"#,
        ),
        ("not_used", r#"{"batteryLevel":null,"":1}"#),
        ("twice", r#"{"a":1,"A":2}"#),
        (
            "batch",
            r#"[{"deviceIdentifier":"SN-004711","batteryLevel":78},{"deviceIdentifier":"SN-004712"}]"#,
        ),
        ("other_case", r#"[{"DeviceIdentifier":4711}]"#),
        ("no_device", r#"[{"batteryLevel":78}]"#),
        ("slash", r#"[{"deviceIdentifier":"a/b"}]"#),
        ("dots", r#"[{"deviceIdentifier":".."}]"#),
        (
            "three",
            r#"[{"deviceIdentifier":"a"},{"deviceIdentifier":"b"},{"deviceIdentifier":"c"}]"#,
        ),
        (
            "numbers",
            r#"{"a":18446744073709551615,"b":-0.0,"c":1e-7,"d":true}"#,
        ),
        ("mark", "\u{feff}[]"),
    ]);
    seeds.push(("plan_all_refused", [vec![17, 5], vec![1; 60]].concat()));
    seeds.push(("plan_mixed", vec![9, 4, 1, 0, 3, 2, 4, 5, 0, 1]));
    seeds.push(("plan_size_zero", vec![3, 0, 1, 1, 1]));
    seeds
}

/// A shipped file by its number, then a message.
fn shipped(number: u8, message: &str) -> Vec<u8> {
    [&[number], message.as_bytes()].concat()
}

fn own(text: &str, message: &str) -> Vec<u8> {
    [&[0xFF], text.as_bytes(), &[0], message.as_bytes()].concat()
}

pub(super) fn vocabularies() -> Vec<Seed> {
    const SMALL: &str = r#"format = 1
name = "nattlys"
version = "1"
status = "suggestion"

[limits]
depth = 3
events = 2

[paths]
list = "/all"
device = "/d"
event = "/e"
state = "/s"

[states]
on = "start"
off = "end"

[[conditions]]
path = "/test"
equals = true
action = "log"

[[events]]
event = ["fall", "fell"]
kind = "fall"
sensio = 906

[[samples]]
name = "a fall"
json = '{ "all": [ { "d": "40211870", "e": "Fall" } ] }'
expect = [{ device = "40211870", kind = "fall", phase = "start" }]
"#;
    let item = r#"{"all":[{"d":1,"e":"fell","s":"off"}],"test":true}"#;
    vec![
        (
            "evondos",
            shipped(
                0,
                r#"{"device":{"serialNumber":"40211870"},"event":{"type":"Medicine taken"}}"#,
            ),
        ),
        (
            "safemate",
            shipped(
                1,
                r#"{"device":"40211870","event":"man down","alreadyHandled":true}"#,
            ),
        ),
        (
            "roommate",
            shipped(2, r#"{"sensor":{"id":7},"alert":"fall","status":"OFF"}"#),
        ),
        (
            "somnofy",
            shipped(
                3,
                r#"{"deviceSerial":"40211870","notifications":[{"type":"awake"},{"type":"no presence","state":"ok"}]}"#,
            ),
        ),
        ("unknown_event", shipped(2, r#"{"alert":"levitation"}"#)),
        ("no_list", shipped(3, r#"{"type":"restless"}"#)),
        ("no_json", shipped(0, "<html>")),
        (
            "scalars",
            shipped(1, r#"{"device":[],"event":{},"time":3}"#),
        ),
        ("own", own(SMALL, item)),
        ("own_too_deep", own(SMALL, r#"{"all":[{"d":[1]}]}"#)),
        ("own_too_many", own(SMALL, r#"{"all":[1,2,3]}"#)),
        (
            "own_wrong_sample",
            own(&SMALL.replace("40211870\", kind", "4\", kind"), "{}"),
        ),
        (
            "own_unknown_kind",
            own(
                &SMALL.replace("kind = \"fall\"\ns", "kind = \"fly\"\ns"),
                "{}",
            ),
        ),
        (
            "own_unknown_member",
            own(&SMALL.replace("[limits]", "speed = 3\n[limits]"), "{}"),
        ),
        ("empty", own("", "")),
        ("not_toml", own("format = [", "{}")),
    ]
}
