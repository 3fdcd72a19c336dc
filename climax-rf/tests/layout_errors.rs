//! What is wrong with a layout, where, and all of it at once.
#![cfg(feature = "layout")]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on")]

use climax_rf::layout::{Layout, LayoutErrorKind};

/// Line, column and text of every fault.
fn faults(text: &str) -> Vec<(usize, usize, String)> {
    let errors = Layout::parse(text).unwrap_err();
    let errors = errors.errors().iter();
    errors
        .map(|error| (error.line, error.column, error.kind.to_string()))
        .collect()
}

/// A good framing with lines of its own.
fn framing(lines: &str) -> String {
    format!("version = 1\nname = \"x\"\n[framing]\nstart = \"02\"\n{lines}\n")
}

fn one(text: &str) -> (usize, String) {
    let faults = faults(text);
    assert_eq!(faults.len(), 1, "{faults:?}");
    (faults[0].0, faults[0].2.clone())
}

fn warnings(text: &str) -> Vec<(usize, &'static str)> {
    let layout = Layout::parse(text).unwrap();
    layout
        .warnings()
        .iter()
        .map(|warning| (warning.line, warning.kind.code()))
        .collect()
}

#[test]
fn every_fault_is_reported_with_its_line_and_column() {
    let text = "\
version = 1
nmae = \"x\"

[framing]
start = \"0\"
end = \"03\"
checksum = { kind = \"crc\", polynomial = 7 }
timeout_ms = \"soon\"

[[field]]
name = \"a\"
offset = -2
bytes = 4

[[field]]
name = \"a\"
offset = 1
enumeration = \"nothing\"
when = { field = \"b\", equals = 1 }

[[field]]
name = \"b\"
offset = 2
signed = true
constant = 200
";
    let found = faults(text);
    let lines: Vec<usize> = found.iter().map(|(line, ..)| *line).collect();
    assert_eq!(lines, [1, 2, 5, 7, 8, 12, 16, 18, 19, 25], "{found:#?}");
    let says = |line: usize| &found.iter().find(|(at, ..)| *at == line).unwrap().2;
    assert_eq!(says(1), "the layout needs `name`");
    assert_eq!(says(2), "`nmae` is no key of the layout");
    assert!(says(5).starts_with("`start` must be hexadecimal pairs"));
    assert_eq!(says(7), "a checksum of kind crc needs `width`");
    assert_eq!(says(8), "`timeout_ms` must be a whole number");
    assert_eq!(says(12), "a field counted from the end ends at the end");
    assert_eq!(says(16), "field `a` is there already, in line 11");
    assert_eq!(says(18), "there is no enumeration `nothing`");
    assert_eq!(
        says(19),
        "a condition can only be about a field further up; `b` is not"
    );
    assert_eq!(says(25), "field `b` can never be 200");
    assert_eq!(found[4].1, 14, "the column of the value");
}

#[test]
fn broken_toml_names_its_line() {
    let found = faults("version = 1\nname = \"x\"\n[framing\nstart = = 3\n");
    assert!(found.iter().any(|(line, ..)| *line == 3), "{found:?}");
    assert!(found.iter().any(|(line, ..)| *line == 4), "{found:?}");
}

#[test]
fn another_version_is_refused_alone() {
    assert_eq!(
        one("version = 2\nsomething = \"else\"\n"),
        (1, "version 2 is not known; this is version 1".into())
    );
}

#[test]
fn a_layout_is_about_something() {
    let (_, text) = one("version = 1\nname = \"x\"\n");
    assert_eq!(
        text,
        "a layout needs [framing], [payload] or [frame_family]"
    );
    let both = "version = 1\nname = \"x\"\n[framing]\nend = \"03\"\n[payload]\nlength = 3\n";
    assert!(one(both).1.contains("two layouts describe both"));
    assert_eq!(
        one(&framing("")).1,
        "[framing] needs `end`, `length` or `fixed_length`"
    );
    let both = framing("fixed_length = 4\nlength = { offset = 1, counts = \"frame\" }");
    assert_eq!(
        one(&both).1,
        "[framing] has `length` or `fixed_length`, not both"
    );
}

#[test]
fn what_cannot_be_told_apart_is_refused() {
    for (lines, fault) in [
        (
            "end = \"03\"\nescape = { byte = \"02\", bytes = \"02 03\", xor = \"20\" }",
            "the escape byte is also a mark",
        ),
        (
            "end = \"03\"\nescape = { byte = \"10\", bytes = \"02 03\", xor = \"20\" }",
            "the escape byte must itself be escaped",
        ),
        (
            "end = \"03\"\nescape = { byte = \"10\", bytes = \"02 03 10\", xor = \"01\" }",
            "the code of an escaped byte is the first byte of a mark",
        ),
        (
            "end = \"03\"\nescape = { byte = \"10\", map = { \"10\" = \"11\", \"02\" = \"11\" } }",
            "two escaped bytes have the same code",
        ),
        (
            "end = \"03\"\nheartbeat = \"02 05\"",
            "a heartbeat begins with the start mark",
        ),
        (
            "end = \"03\"\nheartbeat = [\"05\", \"05 06\"]",
            "a heartbeat begins with another one",
        ),
    ] {
        let (line, text) = one(&framing(lines));
        assert_eq!(text, fault);
        assert_eq!(line, 6, "{fault}");
    }
    // A mark that reads like an escaped byte.
    let text = "version = 1\nname = \"x\"\n[framing]\nstart = \"10 02\"\nend = \"10 03\"\nescape = { byte = \"10\", map = { \"10\" = \"03\" } }\n";
    assert_eq!(one(text).1, "a mark reads like an escaped byte");
}

#[test]
fn the_range_of_the_checksum_is_checked() {
    for (check, fault) in [
        (
            "kind = \"xor\", from = 9",
            "the range of the checksum begins behind its end, or outside of the frame",
        ),
        (
            "kind = \"xor\", to = 12",
            "the range of the checksum holds the checksum itself",
        ),
        (
            "kind = \"xor\", position = 3, from = 0, to = 9",
            "the range of the checksum holds the checksum itself",
        ),
        (
            "kind = \"xor\", position = 0",
            "the range of the checksum needs a checksum behind the start mark",
        ),
    ] {
        let text = framing(&format!(
            "fixed_length = 12\nmax_length = 12\nchecksum = {{ {check} }}"
        ));
        let text = if check.contains("from = 9") {
            text.replace("12", "4")
        } else {
            text
        };
        let (line, found) = one(&text);
        assert_eq!((line, found.as_str()), (7, fault));
    }
}

#[test]
fn mod_15_needs_digits() {
    let field = |encoding: &str| {
        let lines = format!(
            "end = \"03\"\nchecksum = {{ kind = \"mod15\" }}\n[[field]]\nname = \"n\"\noffset = 1\nbytes = 2\nencoding = \"{encoding}\""
        );
        framing(&lines)
    };
    assert_eq!(
        one(&field("binary")),
        (
            7,
            "mod15 adds digits, and field `n` is not written in digits".into()
        )
    );
    assert!(Layout::parse(&field("decimal")).is_ok());
}

#[test]
fn a_field_behind_the_longest_frame_is_refused() {
    let text =
        framing("end = \"03\"\nmax_length = 8\n[[field]]\nname = \"n\"\noffset = 6\nbytes = 2");
    assert_eq!(
        one(&text),
        (
            7,
            "field `n` ends behind byte 7, the longest that there can be".into()
        )
    );
}

#[test]
fn keys_of_another_checksum_are_refused() {
    let text = framing("end = \"03\"\nchecksum = { kind = \"xor\", polynomial = 7 }");
    assert_eq!(
        one(&text).1,
        "`polynomial` is no key of a checksum of kind xor"
    );
}

#[test]
fn events_and_device_types_know_each_other() {
    let text = "\
version = 1
name = \"x\"
[payload]
length = 2
[[field]]
name = \"type\"
offset = 0
role = \"device_type\"
[[field]]
name = \"event\"
offset = 1
role = \"event\"
[[device_type]]
number = 1
name = \"pendant\"
events = [\"help\", \"hepl\"]
[[device_type]]
number = 1
name = \"other\"
[[event]]
name = \"help\"
code = 300
[[event]]
name = \"fall\"
code = 2
device_type = [1, \"sensor\"]
";
    let found = faults(text);
    assert_eq!(
        found
            .iter()
            .map(|(line, _, text)| (*line, text.as_str()))
            .collect::<Vec<_>>(),
        [
            (16, "there is no event `hepl`"),
            (
                18,
                "number of a device type `1` is there already, in line 14"
            ),
            (22, "field `event` can never be 300"),
            (26, "there is no device type `sensor`"),
        ]
    );
}

#[cfg(feature = "alarm-codes")]
#[test]
fn a_kind_that_the_event_model_does_not_have_is_refused() {
    let text = |kind: &str| {
        format!(
            "version = 1\nname = \"x\"\n[payload]\nlength = 1\n[[field]]\nname = \"e\"\noffset = 0\nrole = \"event\"\n[[event]]\nname = \"fall\"\ncode = 1\nkind = \"{kind}\"\n"
        )
    };
    assert!(Layout::parse(&text("fall")).is_ok());
    let errors = Layout::parse(&text("tumble")).unwrap_err();
    assert_eq!(errors.errors()[0].line, 12);
    assert!(matches!(
        errors.errors()[0].kind,
        LayoutErrorKind::UnknownKind { .. }
    ));
}

#[test]
fn fields_that_share_bits_are_a_warning_unless_they_exclude_each_other() {
    let text = |second: &str| {
        format!(
            "version = 1\nname = \"x\"\n[payload]\nlength = 4\n\
             [[field]]\nname = \"kind\"\noffset = 0\nbit = 4\nbits = 4\n\
             [[field]]\nname = \"a\"\noffset = 1\nbytes = 2\nwhen = {{ field = \"kind\", equals = 1 }}\n\
             [[field]]\nname = \"b\"\n{second}\n"
        )
    };
    let overlap = |second: &str| {
        let found = warnings(&text(second));
        found
            .iter()
            .any(|(line, code)| *code == "overlap" && *line == 15)
    };
    assert!(overlap("offset = 2"));
    assert!(overlap(
        "offset = 2\nwhen = { field = \"kind\", at_most = 1 }"
    ));
    assert!(!overlap(
        "offset = 2\nwhen = { field = \"kind\", equals = 2 }"
    ));
    assert!(!overlap(
        "offset = 2\nwhen = { field = \"kind\", at_least = 2 }"
    ));
    assert!(!overlap("offset = 0\nbits = 4"));
    assert!(overlap("offset = 0\nbits = 5"));
    assert!(overlap(
        "offset = 1\nbytes = \"rest\"\nencoding = \"bytes\""
    ));
}

#[test]
fn doubtful_framing_is_a_warning() {
    let codes = |lines: &str| {
        let found = warnings(&framing(lines));
        found.into_iter().map(|(_, code)| code).collect::<Vec<_>>()
    };
    assert!(codes("end = \"03\"").contains(&"no-checksum"));
    assert!(codes("end = \"03\"").contains(&"no-ack"));
    assert!(codes("end = \"03\"").contains(&"no-device"));
    assert!(codes("end = \"03\"\nchecksum = { kind = \"xor\" }").contains(&"check-looks-like-end"));
    let hex = "end = \"03\"\nchecksum = { kind = \"xor\", encoding = \"hex\" }";
    assert!(!codes(hex).contains(&"check-looks-like-end"));
    let escape = "end = \"03\"\nescape = { byte = \"10\", bytes = \"02 10\", xor = \"20\" }";
    assert!(codes(escape).contains(&"end-not-escaped"));
    let marks = "version = 1\nname = \"x\"\n[framing]\nfixed_length = 4\n";
    assert!(warnings(marks).iter().any(|(_, code)| *code == "no-marks"));
}

#[test]
fn a_text_that_is_too_long_is_refused() {
    let long = format!("version = 1\n# {}", "x".repeat(1 << 20));
    assert!(matches!(
        Layout::parse(&long).unwrap_err().errors()[0].kind,
        LayoutErrorKind::TooLarge { .. }
    ));
}
