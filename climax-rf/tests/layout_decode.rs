//! Fields of a frame: what deviates is kept, marked, and no error.
#![cfg(feature = "layout")]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on")]

use climax_rf::layout::{DecodeErrorKind, Decoded, EncodeError, Layout, Role, Value, Values};

fn payload(length: &str, fields: &str) -> Layout {
    Layout::parse(&format!(
        "version = 1\nname = \"x\"\n[payload]\n{length}\n{fields}"
    ))
    .unwrap()
}

fn wire(lines: &str) -> Layout {
    Layout::parse(&format!("version = 1\nname = \"x\"\n[framing]\n{lines}")).unwrap()
}

fn codes(decoded: &Decoded) -> Vec<&'static str> {
    decoded
        .warnings()
        .iter()
        .map(|warning| warning.kind.code())
        .collect()
}

#[test]
fn a_field_that_cannot_be_read_is_kept_as_its_bytes() {
    for (encoding, bytes) in [("bcd", b"\x1a\x00"), ("decimal", b"4x"), ("hex", b"0g")] {
        let fields =
            format!("[[field]]\nname = \"n\"\noffset = 0\nbytes = 2\nencoding = \"{encoding}\"");
        let layout = payload("length = 2", &fields);
        let decoded = layout.decode_frame(bytes).unwrap();
        assert_eq!(codes(&decoded), ["unreadable"]);
        assert_eq!(
            decoded.get("n").unwrap().value(),
            &Value::Bytes(bytes.to_vec())
        );
        // It goes back as it came.
        assert_eq!(layout.encode(&decoded.values()).unwrap(), bytes);
    }
}

#[test]
fn a_short_frame_keeps_what_it_has() {
    let fields = "[[field]]\nname = \"a\"\noffset = 0\n[[field]]\nname = \"b\"\noffset = 1\nbytes = 2\n\
        [[field]]\nname = \"c\"\noffset = 3\noptional = true";
    let layout = payload("max_length = 4", fields);
    let decoded = layout.decode_frame(&[7, 8]).unwrap();
    assert_eq!(codes(&decoded), ["field-missing", "undescribed"]);
    assert_eq!(decoded.get("a").unwrap().value(), &Value::Unsigned(7));
    assert!(decoded.get("b").is_none() && decoded.get("c").is_none());
    assert!(codes(&layout.decode_frame(&[7, 8, 9]).unwrap()).is_empty());
}

#[test]
fn unknown_labels_types_and_events_are_data() {
    let layout = payload(
        "length = 2",
        "[enumeration.code]\n1 = \"help\"\n\
         [[field]]\nname = \"type\"\noffset = 0\nrole = \"device_type\"\n\
         [[field]]\nname = \"code\"\noffset = 1\nrole = \"event\"\nenumeration = \"code\"\n\
         [[device_type]]\nnumber = 1\nname = \"pendant\"\nevents = [\"test\"]\n\
         [[event]]\nname = \"help\"\ncode = \"help\"\n[[event]]\nname = \"test\"\ncode = 2\n",
    );
    let decoded = layout.decode_frame(&[9, 9]).unwrap();
    assert_eq!(
        codes(&decoded),
        ["unknown-label", "unknown-device-type", "unknown-event"]
    );
    assert_eq!(decoded.device_type_number(), Some(9));
    assert_eq!(decoded.event_code(), Some(&Value::Unsigned(9)));
    assert_eq!(decoded.with_role(Role::Event).unwrap().label(), None);
    assert_eq!(decoded.events().count(), 0);
    // An event that the type does not list is reported all the same.
    let decoded = layout.decode_frame(&[1, 1]).unwrap();
    assert_eq!(codes(&decoded), ["unexpected-event"]);
    assert_eq!(decoded.events().next().unwrap().name, "help");
}

#[test]
fn another_constant_is_a_frame_of_another_kind() {
    let layout = payload(
        "length = 2",
        "[[field]]\nname = \"version\"\noffset = 0\nconstant = 2\n[[field]]\nname = \"n\"\noffset = 1",
    );
    assert_eq!(
        layout.encode(&Values::new().with("n", 5_u8)).unwrap(),
        [2, 5]
    );
    let error = layout.decode_frame(&[3, 5]).unwrap_err();
    assert_eq!(error.kind, DecodeErrorKind::Constant { field: 0 });
    let other = Values::new().with("n", 5_u8).with("version", 3_u8);
    assert!(matches!(
        layout.encode(&other),
        Err(EncodeError::Constant { .. })
    ));
}

#[test]
fn what_a_receiver_would_read_differently_is_not_written() {
    let layout = payload(
        "length = 3",
        "[[field]]\nname = \"t\"\noffset = 0\nbytes = 3\nencoding = \"text\"",
    );
    assert_eq!(
        layout.encode(&Values::new().with("t", "ab")).unwrap(),
        b"ab "
    );
    assert!(matches!(
        layout.encode(&Values::new().with("t", "a ")),
        Err(EncodeError::NotReadBack { .. })
    ));
    assert!(matches!(
        layout.encode(&Values::new().with("t", "abcd")),
        Err(EncodeError::OutOfRange { .. })
    ));
    assert!(matches!(
        layout.encode(&Values::new().with("t", 3_u8)),
        Err(EncodeError::WrongType { .. })
    ));
    assert!(matches!(
        layout.encode(&Values::new()),
        Err(EncodeError::Missing { .. })
    ));
    let lines =
        wire("end = \"0a\"\n[[field]]\nname = \"t\"\nbytes = \"rest\"\nencoding = \"text\"");
    assert!(matches!(
        lines.encode(&Values::new().with("t", "a\nb")),
        Err(EncodeError::Ambiguous { .. })
    ));
    assert!(matches!(
        lines.encode(&Values::new().with("t", "x".repeat(300))),
        Err(EncodeError::FrameLength { .. })
    ));
}

#[test]
fn a_checksum_in_front_of_its_range_is_read_and_written() {
    // Start, CRC-16/ARC in digits, length in digits, data: the order of DC-09, not its content.
    let layout = wire(
        "start = \"0a\"\nend = \"0d\"\n\
         length = { offset = 5, bytes = 4, encoding = \"hex\", counts = \"data\" }\n\
         checksum = { kind = \"crc\", width = 16, polynomial = 0x8005, reflect_in = true, reflect_out = true, encoding = \"hex\", position = 1, from = 9 }\n\
         [[field]]\nname = \"text\"\noffset = 9\nbytes = \"rest\"\nencoding = \"text\"",
    );
    let values = Values::new().with("text", "\"NULL\"0000L0#4711[]");
    let frame = layout.encode(&values).unwrap();
    // The check is that of the Climax reference, section 13.
    assert_eq!(frame, b"\nF22F0013\"NULL\"0000L0#4711[]\r");
    assert_eq!(layout.decode_frame(&frame).unwrap().values(), values);
    let lower = b"\nf22f0013\"NULL\"0000L0#4711[]\r";
    assert_eq!(codes(&layout.decode_frame(lower).unwrap()), ["lower-case"]);
    let error = layout
        .decode_frame(b"\nF22E0013\"NULL\"0000L0#4711[]\r")
        .unwrap_err();
    assert_eq!(
        error.kind,
        DecodeErrorKind::Checksum {
            received: 0xF22E,
            computed: 0xF22F
        }
    );
    let error = layout
        .decode_frame(b"\nzzzz0013\"NULL\"0000L0#4711[]\r")
        .unwrap_err();
    assert_eq!(error.kind, DecodeErrorKind::ChecksumUnreadable);
}

#[test]
fn the_contact_id_digit_closes_a_frame() {
    let layout = wire(
        "fixed_length = 16\nchecksum = { kind = \"mod15\" }\n\
         [[field]]\nname = \"digits\"\noffset = 0\nbytes = 15\nencoding = \"text\"",
    );
    for digits in ["471118110101005", "471118340100001"] {
        let frame = layout
            .encode(&Values::new().with("digits", digits))
            .unwrap();
        let check = if digits.contains("1101") { b'4' } else { b'9' };
        // The values of the Climax reference, section 13.
        assert_eq!(frame[15], check);
        assert!(layout.decode_frame(&frame).is_ok());
        let mut damaged = frame;
        damaged[3] = if damaged[3] == b'1' { b'2' } else { b'1' };
        assert!(layout.decode_frame(&damaged).unwrap_err().kind.is_damage());
    }
    assert_eq!(
        layout.encode(&Values::new().with("digits", "4711 1811010100")),
        Err(EncodeError::ChecksumDigits)
    );
}

#[test]
fn a_battery_takes_the_scale_of_its_device_type() {
    let layout = payload(
        "length = 2",
        "[battery]\nlow = 20\n\
         [[field]]\nname = \"type\"\noffset = 0\nrole = \"device_type\"\n\
         [[field]]\nname = \"battery\"\noffset = 1\nrole = \"battery\"\n\
         [[device_type]]\nnumber = 1\nname = \"rising\"\nbattery = { empty = 200, full = 100, low = 180 }\n\
         [[device_type]]\nnumber = 2\nname = \"plain\"\n",
    );
    let battery = |bytes: [u8; 2]| {
        let decoded = layout.decode_frame(&bytes).unwrap();
        let battery = decoded.battery().unwrap();
        (battery.percent, battery.low)
    };
    assert_eq!(battery([1, 150]), (Some(50.0), Some(false)));
    assert_eq!(battery([1, 250]), (Some(0.0), Some(true)));
    assert_eq!(battery([2, 20]), (None, Some(true)));
    assert_eq!(battery([9, 21]), (None, Some(false)));
}

#[test]
fn a_byte_that_is_escaped_without_need_is_a_warning() {
    let layout = wire(
        "start = \"02\"\nend = \"03\"\nescape = { byte = \"10\", bytes = \"02 03 10\", xor = \"20\" }\n\
         [[field]]\nname = \"n\"\noffset = 1",
    );
    let decoded = layout.decode_frame(&[2, 0x10, 0x61, 3]).unwrap();
    assert_eq!(codes(&decoded), ["needless-escape"]);
    assert_eq!(decoded.get("n").unwrap().value(), &Value::Unsigned(0x41));
    let error = layout.decode_frame(&[2, 0x41, 3, 3]).unwrap_err();
    assert_eq!(error.kind, DecodeErrorKind::TrailingBytes);
    let error = layout.decode_frame(&[2, 0x41]).unwrap_err();
    assert_eq!(error.kind, DecodeErrorKind::Truncated);
}

#[test]
fn names_and_numbers_stay_out_of_debug() {
    let layout = payload(
        "length = 9",
        "[[field]]\nname = \"device\"\noffset = 0\nbytes = 9\nencoding = \"text\"",
    );
    let decoded = layout.decode_frame(b"Synthetic").unwrap();
    for text in [
        format!("{decoded:?}"),
        format!("{:?}", decoded.values()),
        format!("{:?}", decoded.get("device")),
    ] {
        assert!(!text.contains("Synthetic"), "{text}");
    }
}
