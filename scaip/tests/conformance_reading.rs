//! Reading: lines 1 to 20 of the conformance list (SCAIP reference 15).

#![allow(clippy::unwrap_used)]

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use scaip::{
    CallHandling, CallScheme, DecodeErrorKind, DecodeOptions, Decoded, DeviceType,
    HeartbeatOptions, Limits, LocationCode, MediaRequest, MessageType, Priority, Request, Root,
    StatusCode, StatusNumber, SystemConfiguration, Tag, Version, WarningKind, decode,
    decode_request, decode_response,
};

const SHORTEST: &str = "<mrq><ref>a1</ref><cid>40211870</cid><dty>0003</dty></mrq>";

/// Every element at its greatest length, in canonical order.
fn fullest() -> Vec<(&'static str, String)> {
    let text = |length: usize| "åØ<".chars().cycle().take(length).collect::<String>();
    let escaped = |length| text(length).replace('<', "&lt;");
    vec![
        ("ref", "Zt41LxB0aE7Kq2m9".into()),
        ("ver", "02.17".into()),
        ("sco", "3".into()),
        ("cha", "1".into()),
        ("mty", "IN".into()),
        ("hbo", "1".into()),
        ("cid", "0123456789012345".into()),
        ("dty", "0051".into()),
        ("did", escaped(8)),
        ("dco", "029".into()),
        ("dte", escaped(32)),
        ("crd", format!("sip:{}", "x".repeat(252))),
        ("mreq", "4".into()),
        ("stc", "0127".into()),
        ("stt", escaped(32)),
        ("pri", "9".into()),
        ("lco", "035".into()),
        ("lva", escaped(2)),
        (
            "lge",
            format!(
                "<geo>59.913871234,10.7522512</geo><tim>2031-02-03T04:05:06+01</tim><gga>{}</gga>",
                "$".repeat(81)
            ),
        ),
        ("lte", escaped(32)),
        ("ico", "999".into()),
        ("ite", escaped(128)),
        ("ame", "1".into()),
    ]
}

fn message(elements: &[(&str, String)]) -> String {
    let mut xml = String::from("<mrq>");
    for (tag, value) in elements {
        write!(xml, "<{tag}>{value}</{tag}>").unwrap();
    }
    xml + "</mrq>"
}

/// The shortest message with more elements in it.
fn with(elements: &str) -> String {
    SHORTEST.replace("</mrq>", &format!("{elements}</mrq>"))
}

fn read(xml: &str) -> Decoded<'_, Request<'_>> {
    decode_request(xml.as_bytes(), &DecodeOptions::lenient())
        .unwrap_or_else(|e| panic!("{e}: {xml}"))
}

fn kinds(xml: &str) -> Vec<WarningKind> {
    read(xml)
        .warnings()
        .iter()
        .map(|warning| warning.kind)
        .collect()
}

fn strict_refuses(xml: &str) -> WarningKind {
    match decode(xml.as_bytes(), &DecodeOptions::strict()) {
        Err(error) => match error.kind {
            DecodeErrorKind::Deviation(kind) => kind,
            other => panic!("{other:?} for {xml}"),
        },
        Ok(_) => panic!("strict mode read {xml}"),
    }
}

fn strict_reads(xml: &str) {
    decode(xml.as_bytes(), &DecodeOptions::strict()).unwrap_or_else(|e| panic!("{e}: {xml}"));
}

#[test]
fn line_01_the_shortest_request_reads_with_every_default() {
    let decoded = read(SHORTEST);
    assert!(decoded.warnings().is_empty());
    assert_eq!(decoded.root(), Root::Standard);
    let request = decoded.message();
    assert_eq!(request.reference.as_str(), "a1");
    assert_eq!(request.controller_id.as_str(), "40211870");
    assert_eq!(request.device_type, DeviceType::PERSONAL_TRIGGER);
    assert_eq!(request.version, Version::V01_00);
    assert_eq!(request.system_configuration, SystemConfiguration::new(0));
    assert_eq!(request.call_handling, CallHandling::DEVICE_CALLS);
    assert_eq!(request.message_type, MessageType::Message);
    assert_eq!(request.heartbeat_options, HeartbeatOptions::FIXED);
    assert_eq!(request.media_request, MediaRequest::DEFAULT);
    assert_eq!(request.priority, Priority::new(0));
    assert_eq!(request.location_code, LocationCode::UNKNOWN);
    assert!(!request.additional_message);
    assert_eq!(request.status_code, None);
    let calls: Vec<_> = request.calls().collect();
    assert_eq!(calls.len(), 1);
    assert_eq!(calls[0].scheme(), CallScheme::Sip);
    assert_eq!(calls[0].address(), None);
    strict_reads(SHORTEST);
}

#[test]
fn line_02_every_element_reads_at_its_greatest_length() {
    let xml = message(&fullest());
    let decoded = read(&xml);
    assert_eq!(decoded.warnings(), []);
    let request = decoded.message();
    assert_eq!(request.version, Version::new(2, 17).unwrap());
    assert_eq!(request.system_configuration.number(), 3);
    assert_eq!(request.call_handling, CallHandling::RECEIVER_CALLS_BACK);
    assert_eq!(request.message_type, MessageType::Information);
    assert_eq!(request.heartbeat_options, HeartbeatOptions::ADJUSTABLE);
    assert_eq!(request.controller_id.as_str(), "0123456789012345");
    assert_eq!(request.device_type, DeviceType::TRACKING_DEVICE);
    assert_eq!(request.device_id.as_ref().unwrap().as_str(), "åØ<åØ<åØ");
    assert_eq!(request.device_component.unwrap().number(), 29);
    assert_eq!(
        request
            .device_text
            .as_ref()
            .unwrap()
            .as_str()
            .chars()
            .count(),
        32
    );
    assert_eq!(request.caller_ids.first().unwrap().as_str().len(), 256);
    assert_eq!(request.media_request, MediaRequest::NO_MEDIA);
    assert_eq!(request.status_code, Some(StatusCode::UNLOCKED));
    assert_eq!(
        request
            .status_text
            .as_ref()
            .unwrap()
            .as_str()
            .chars()
            .count(),
        32
    );
    assert_eq!(request.priority.number(), 9);
    assert_eq!(request.location_code, LocationCode::GPS_POSITION_ATTACHED);
    assert_eq!(request.location_value.as_ref().unwrap().as_str(), "åØ");
    let location = request.geographic_location.as_ref().unwrap();
    let position = location.position().unwrap();
    assert!((position.latitude - 59.913_871_234).abs() < 1e-12);
    assert!((position.longitude - 10.752_251_2).abs() < 1e-12);
    assert_eq!(
        location.time.as_ref().unwrap().as_str(),
        "2031-02-03T04:05:06+01"
    );
    assert_eq!(location.nmea_gga.as_ref().unwrap().as_str().len(), 81);
    assert_eq!(
        request
            .location_text
            .as_ref()
            .unwrap()
            .as_str()
            .chars()
            .count(),
        32
    );
    assert_eq!(request.information_code.unwrap().number(), 999);
    assert_eq!(
        request
            .information_text
            .as_ref()
            .unwrap()
            .as_str()
            .chars()
            .count(),
        128
    );
    assert!(request.additional_message);
    // Strict as well, in the edition that knows mreq.
    let strict = DecodeOptions::strict().with_edition(scaip::Edition::ClcTs50134);
    decode(xml.as_bytes(), &strict).unwrap();
    assert_eq!(
        strict_refuses(&xml),
        WarningKind::NewerEdition(Tag::MediaRequest)
    );
}

#[test]
fn line_03_any_order_gives_the_same_value() {
    let mut elements = fullest();
    let forward = message(&elements);
    elements.reverse();
    let backward = message(&elements);
    assert_eq!(read(&forward).message(), read(&backward).message());
}

#[test]
fn line_04_a_code_of_any_width_is_the_same_number_and_keeps_its_text() {
    for (tag, number, width) in [
        ("dty", 3, 4),
        ("stc", 10, 4),
        ("dco", 2, 3),
        ("lco", 43, 3),
        ("ico", 5, 3),
        ("cha", 1, 1),
        ("pri", 4, 1),
        ("sco", 2, 1),
        ("hbo", 1, 1),
    ] {
        let least = u32::to_string(&number).len();
        for digits in least..=width {
            let text = format!("{number:0digits$}");
            let xml = if tag == "dty" {
                SHORTEST.replace("0003", &text)
            } else {
                with(&format!("<{tag}>{text}</{tag}>"))
            };
            let decoded = read(&xml);
            assert_eq!(decoded.warnings(), [], "{xml}");
            let r = decoded.message();
            let (got, received) = match tag {
                "dty" => (
                    r.device_type.number(),
                    r.device_type.as_received().to_string(),
                ),
                "stc" => {
                    let code = r.status_code.unwrap();
                    (code.number(), code.as_received().to_string())
                }
                "dco" => {
                    let code = r.device_component.unwrap();
                    (code.number(), code.as_received().to_string())
                }
                "lco" => (
                    r.location_code.number(),
                    r.location_code.as_received().to_string(),
                ),
                "ico" => {
                    let code = r.information_code.unwrap();
                    (code.number(), code.as_received().to_string())
                }
                "cha" => (
                    r.call_handling.number(),
                    r.call_handling.as_received().to_string(),
                ),
                "pri" => (r.priority.number(), r.priority.as_received().to_string()),
                "sco" => {
                    let code = r.system_configuration;
                    (code.number(), code.as_received().to_string())
                }
                _ => (
                    r.heartbeat_options.number(),
                    r.heartbeat_options.as_received().to_string(),
                ),
            };
            assert_eq!((got, received), (number, text), "{tag}");
        }
    }
    // Unknown numbers are data; five digits are read with a warning.
    let xml = with("<stc>98765</stc>");
    assert_eq!(read(&xml).message().status_code.unwrap().number(), 98765);
    assert_eq!(read(&xml).message().status_code.unwrap().name(), None);
    assert_eq!(kinds(&xml), [WarningKind::TooLong(Tag::StatusCode)]);
    // What is no number is set aside and the alarm goes on.
    let xml = with("<stc>ten</stc>");
    assert_eq!(read(&xml).message().status_code, None);
    assert_eq!(read(&xml).extra_elements()[0].content, "ten");
}

#[test]
fn line_05_zeros_in_front_of_a_controller_id_stay() {
    let xml = SHORTEST.replace("40211870", "00211870");
    assert_eq!(read(&xml).message().controller_id.as_str(), "00211870");
}

#[test]
fn line_06_blanks_around_a_controller_id_are_trimmed_with_a_warning() {
    for blank in [" 40211870", "40211870 ", "\r\n\t40211870\n"] {
        let xml = SHORTEST.replace("40211870", blank);
        assert_eq!(read(&xml).message().controller_id.as_str(), "40211870");
        assert_eq!(kinds(&xml), [WarningKind::WhiteSpace(Tag::ControllerId)]);
        assert_eq!(
            strict_refuses(&xml),
            WarningKind::WhiteSpace(Tag::ControllerId)
        );
    }
}

#[test]
fn line_07_an_unknown_child_is_kept_with_or_without_children() {
    let xml = with("<new>v&amp;w</new><deep><a>1</a><b/></deep><stc>0010</stc>");
    let decoded = read(&xml);
    let extra = decoded.extra_elements();
    assert_eq!((&*extra[0].name, &*extra[0].content), ("new", "v&w"));
    assert_eq!(
        (&*extra[1].name, &*extra[1].content),
        ("deep", "<a>1</a><b/>")
    );
    assert_eq!(extra.len(), 2);
    assert_eq!(
        decoded.message().status_code,
        Some(StatusCode::MANUAL_ALARM)
    );
    assert!(kinds(&xml).contains(&WarningKind::UnknownElement));
    assert_eq!(strict_refuses(&xml), WarningKind::UnknownElement);
}

#[test]
fn line_08_repeated_caller_ids_are_a_list_and_of_others_the_first_wins() {
    let xml = with("<crd>sip:</crd><crd>gsm:+4700000000</crd>");
    let decoded = read(&xml);
    let schemes: Vec<_> = decoded
        .message()
        .caller_ids
        .iter()
        .map(|crd| crd.scheme())
        .collect();
    assert_eq!(schemes, [CallScheme::Sip, CallScheme::Gsm]);
    assert!(
        decoded.warnings().is_empty(),
        "the newer edition repeats crd"
    );
    assert_eq!(
        strict_refuses(&xml),
        WarningKind::NewerEdition(Tag::CallerId)
    );

    let xml = with("<ref>b2</ref>");
    assert_eq!(read(&xml).message().reference.as_str(), "a1");
    assert_eq!(read(&xml).extra_elements()[0].content, "b2");
    assert_eq!(kinds(&xml), [WarningKind::Repeated(Tag::Reference)]);
    assert_eq!(strict_refuses(&xml), WarningKind::Repeated(Tag::Reference));
}

#[test]
fn line_09_empty_elements_read_as_absent() {
    for empty in ["<ame></ame>", "<ame/>"] {
        let xml = with(empty);
        assert!(!read(&xml).message().additional_message);
        assert_eq!(kinds(&xml), []);
        strict_reads(&xml);
    }
    for empty in ["<stt></stt>", "<stt/>"] {
        let xml = with(empty);
        assert_eq!(read(&xml).message().status_text, None);
        assert_eq!(kinds(&xml), [WarningKind::Empty(Tag::StatusText)]);
        assert_eq!(strict_refuses(&xml), WarningKind::Empty(Tag::StatusText));
    }
    let xml = with("<dte> \t </dte>");
    assert_eq!(read(&xml).message().device_text, None);
    assert_eq!(
        kinds(&xml),
        [
            WarningKind::WhiteSpace(Tag::DeviceText),
            WarningKind::Empty(Tag::DeviceText)
        ]
    );
}

#[test]
fn line_10_every_subset_of_the_location_reads_with_stray_text_between() {
    let children = [
        "<geo>1,2</geo>",
        "<tim>2031-02-03T04:05:06+01</tim>",
        "<gga>$GPGGA</gga>",
    ];
    for subset in 0..8_usize {
        for stray in ["", "\n  ", "stray"] {
            let inside: String = children
                .iter()
                .enumerate()
                .filter(|(index, _)| subset >> index & 1 == 1)
                .map(|(_, child)| format!("{stray}{child}"))
                .collect();
            let xml = with(&format!("<lge>{inside}{stray}</lge>"));
            let decoded = read(&xml);
            assert_eq!(decoded.warnings(), [], "{xml}");
            strict_reads(&xml);
            let location = decoded
                .message()
                .geographic_location
                .clone()
                .unwrap_or_default();
            assert_eq!(location.position.is_some(), subset & 1 == 1);
            assert_eq!(location.time.is_some(), subset >> 1 & 1 == 1);
            assert_eq!(location.nmea_gga.is_some(), subset >> 2 & 1 == 1);
        }
    }
    assert_eq!(kinds(&with("<lge><gga></gga></lge>")), []);
}

#[test]
fn line_11_positions_and_times_read_in_the_forms_met() {
    for (geo, latitude, longitude) in [
        ("59.9,10.7", 59.9, 10.7),
        ("-33.9,18.4", -33.9, 18.4),
        ("59.9, -10.7", 59.9, -10.7),
        ("geo:59.9,10.7", 59.9, 10.7),
        ("geo:59.9,10.7,100;u=35", 59.9, 10.7),
    ] {
        let xml = with(&format!("<lge><geo>{geo}</geo></lge>"));
        let decoded = read(&xml);
        let position = decoded
            .message()
            .geographic_location
            .as_ref()
            .unwrap()
            .position()
            .unwrap();
        assert!((position.latitude - latitude).abs() < 1e-9, "{geo}");
        assert!((position.longitude - longitude).abs() < 1e-9, "{geo}");
        let plain = geo == "59.9,10.7";
        assert_eq!(decoded.warnings().is_empty(), plain, "{geo}");
    }
    for tim in [
        "2031-02-03T04:05:06+01",
        "2031-02-03T04:05:06Z",
        "2031-02-03T04:05:06+01:00",
        "20310203T040506Z",
        "2031-02-03T04:05:06.789+01:00",
    ] {
        let xml = with(&format!("<lge><tim>{tim}</tim></lge>"));
        let decoded = read(&xml);
        let location = decoded.message().geographic_location.as_ref().unwrap();
        assert_eq!(location.time.as_ref().unwrap().as_str(), tim);
        assert_eq!(decoded.warnings().is_empty(), tim.len() == 22, "{tim}");
    }
}

#[test]
fn line_12_declarations_marks_and_latin_encodings_are_read() {
    let xml = with("<dte>Røykvarsler</dte>");
    let declared = format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{xml}");
    let marked = format!("\u{feff}{declared}");
    for clean in [&xml, &declared, &marked] {
        assert_eq!(
            read(clean).message().device_text.as_ref().unwrap().as_str(),
            "Røykvarsler"
        );
        assert_eq!(kinds(clean), []);
        strict_reads(clean);
    }
    let blank = format!("\r\n{declared}");
    assert_eq!(kinds(&blank), [WarningKind::BlankBeforeDeclaration]);

    let latin = |text: &str| {
        text.chars()
            .map(|c| u8::try_from(u32::from(c)).unwrap())
            .collect::<Vec<u8>>()
    };
    let undeclared = latin(&xml);
    let options = DecodeOptions::lenient();
    let decoded = decode_request(&undeclared, &options).unwrap();
    assert_eq!(
        decoded.message().device_text.as_ref().unwrap().as_str(),
        "Røykvarsler"
    );
    let warning = decoded.warnings()[0];
    assert_eq!(warning.kind, WarningKind::AssumedWindows1252);
    assert_eq!(undeclared[warning.offset], 0xf8);
    for label in ["ISO-8859-1", "iso-8859-1", "Windows-1252"] {
        let body = latin(&format!("<?xml version='1.0' encoding='{label}'?>{xml}"));
        let decoded = decode_request(&body, &options).unwrap();
        assert_eq!(
            decoded.message().device_text.as_ref().unwrap().as_str(),
            "Røykvarsler"
        );
        assert_eq!(decoded.warnings()[0].kind, WarningKind::DeclaredEncoding);
        assert_eq!(decoded.raw(), body);
        assert!(decode(&body, &DecodeOptions::strict()).is_err());
    }
    // Offsets are those of the bytes received, not of the text made from them.
    let body = latin(&with("<dte>øøø</dte><stc>x</stc>"));
    let decoded = decode_request(&body, &options).unwrap();
    let warning = decoded
        .warnings()
        .iter()
        .find(|w| w.kind == WarningKind::Unreadable(Tag::StatusCode));
    assert_eq!(body[warning.unwrap().offset], b'x');

    let wide: Vec<u8> = "\u{feff}<mrq>"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    assert_eq!(
        decode(&wide, &options).unwrap_err().kind,
        DecodeErrorKind::Encoding
    );
}

#[test]
fn line_13_references_cdata_comments_and_instructions_are_read() {
    let xml = with("<dte>a&amp;b&#x20;&#216;<![CDATA[<c>]]>d<!-- no --></dte><!-- c --><?pi x?>");
    assert_eq!(
        read(&xml).message().device_text.as_ref().unwrap().as_str(),
        "a&b Ø<c>d"
    );
    assert_eq!(kinds(&xml), []);
    strict_reads(&xml);
}

#[test]
fn line_14_upper_case_and_namespaces_are_read_with_warnings_and_refused_strictly() {
    let upper = SHORTEST.to_ascii_uppercase().replace("A1", "a1");
    assert_eq!(read(&upper).message(), read(SHORTEST).message());
    assert!(
        kinds(&upper)
            .iter()
            .all(|&kind| kind == WarningKind::LetterCase)
    );
    assert_eq!(strict_refuses(&upper), WarningKind::LetterCase);

    let spaced = SHORTEST.replace("<mrq>", "<mrq xmlns=\"urn:example\">");
    assert_eq!(read(&spaced).message(), read(SHORTEST).message());
    assert_eq!(kinds(&spaced), [WarningKind::Namespace]);
    assert_eq!(strict_refuses(&spaced), WarningKind::Namespace);

    let attribute = SHORTEST.replace("<cid>", "<cid type=\"x\">");
    assert_eq!(kinds(&attribute), [WarningKind::Attribute]);
}

#[test]
fn line_15_the_root_scaip_is_read_only_when_switched_on() {
    let xml = SHORTEST.replace("mrq", "scaip");
    let error = decode(xml.as_bytes(), &DecodeOptions::lenient()).unwrap_err();
    assert_eq!(error.kind, DecodeErrorKind::Root);
    assert_eq!(error.status_number(), StatusNumber::INVALID_FORMAT);
    let options = DecodeOptions::lenient().accepting_scaip_root();
    let decoded = decode_request(xml.as_bytes(), &options).unwrap();
    assert_eq!(decoded.root(), Root::Scaip);
    assert_eq!(decoded.warnings()[0].kind, WarningKind::PrivateRoot);
    let answer = b"<scaip><ref>a1</ref><snu>0</snu></scaip>";
    assert!(
        decode_response(answer, &options)
            .unwrap()
            .message()
            .status_number
            .is_accepted()
    );
    assert!(matches!(
        decode(answer, &options).unwrap().message(),
        scaip::Message::Response(_)
    ));
}

#[test]
fn line_16_each_pattern_and_length_holds_at_its_limit_and_not_one_past() {
    for &tag in Tag::ALL {
        let (_, greatest) = tag.length();
        let fill = match tag {
            Tag::Version | Tag::CommonVersion | Tag::MessageType | Tag::GeographicLocation => {
                continue;
            }
            Tag::PositionTime => "2031-02-03T04:05:06+01".to_owned(),
            Tag::Position => "1".repeat(greatest),
            _ => "1".repeat(greatest),
        };
        for (value, fits) in [(fill.clone(), true), (format!("{fill}1"), false)] {
            let element = match tag {
                Tag::Position | Tag::PositionTime | Tag::NmeaGga => {
                    format!("<lge><{tag}>{value}</{tag}></lge>")
                }
                _ => format!("<{tag}>{value}</{tag}>"),
            };
            let xml = if tag.in_response() && tag != Tag::Reference {
                let rest = if tag == Tag::StatusNumber {
                    ""
                } else {
                    "<snu>0</snu>"
                };
                format!("<mrs><ref>a1</ref>{rest}{element}</mrs>")
            } else {
                let rest: String = [("ref", "a1"), ("cid", "1"), ("dty", "1")]
                    .iter()
                    .filter(|(name, _)| *name != tag.wire())
                    .map(|(name, value)| format!("<{name}>{value}</{name}>"))
                    .collect();
                format!("<mrq>{rest}{element}</mrq>")
            };
            let strict = DecodeOptions::strict().with_edition(scaip::Edition::ClcTs50134);
            let result = decode(xml.as_bytes(), &strict);
            assert_eq!(result.is_ok(), fits, "{xml}: {result:?}");
            if let Err(error) = result {
                assert_eq!(
                    error.kind,
                    DecodeErrorKind::Deviation(WarningKind::TooLong(tag))
                );
                assert_eq!(error.status_number(), StatusNumber::MESSAGE_TOO_LONG);
            }
        }
    }
    for (xml, tag) in [
        (SHORTEST.replace("a1", "a-1"), Tag::Reference),
        (SHORTEST.replace("40211870", "+47211870"), Tag::ControllerId),
        (SHORTEST.replace("0003", "x3"), Tag::DeviceType),
        (with("<ver>1.0</ver>"), Tag::Version),
        (with("<mty>me</mty>"), Tag::MessageType),
        (with("<ame>x</ame>"), Tag::AdditionalMessage),
        (with("<lge><geo>-1,2</geo></lge>"), Tag::Position),
        (
            with("<lge><tim>2031-02-03X04:05:06Z01</tim></lge>"),
            Tag::PositionTime,
        ),
    ] {
        assert_eq!(strict_refuses(&xml), WarningKind::Pattern(tag), "{xml}");
    }
    // A receiver in the field takes identifiers as they come and echoes them.
    for odd in ["+47211870", "AB-12", "12345678901234567"] {
        let xml = SHORTEST.replace("40211870", odd);
        assert_eq!(read(&xml).message().controller_id.as_str(), odd);
        assert_eq!(read(&xml).warnings().len(), 1);
    }
}

#[test]
fn line_17_heartbeat_options_and_system_configuration_read_in_every_spelling() {
    for (text, number, clean) in [("0", 0, true), ("1", 1, true), ("001", 1, false)] {
        let xml = with(&format!("<hbo>{text}</hbo>"));
        assert_eq!(read(&xml).message().heartbeat_options.number(), number);
        assert_eq!(kinds(&xml).is_empty(), clean, "{text}");
    }
    let xml = with("<sco>0</sco>");
    assert_eq!(read(&xml).message().system_configuration.number(), 0);
    assert_eq!(
        strict_refuses(&xml),
        WarningKind::Pattern(Tag::SystemConfiguration)
    );
}

#[test]
fn line_18_hostile_documents_are_refused_quickly() {
    let options = DecodeOptions::lenient();
    let bomb = format!(
        "<?xml version='1.0'?><!DOCTYPE mrq [<!ENTITY a 'aaaaaaaaaa'><!ENTITY b '&a;&a;&a;'>]>{}",
        with("<dte>&b;</dte>")
    );
    let external = format!("<!DOCTYPE mrq SYSTEM \"file:///etc/hostname\">{SHORTEST}");
    for xml in [&bomb, &external] {
        let error = decode(xml.as_bytes(), &options).unwrap_err();
        assert_eq!(error.kind, DecodeErrorKind::DocumentType);
        assert_eq!(error.reference.unwrap().as_str(), "a1");
    }
    let entity = with("<dte>&x;</dte>");
    assert_eq!(
        decode(entity.as_bytes(), &options).unwrap_err().kind,
        DecodeErrorKind::Entity
    );

    let deep = with(&format!("{}{}", "<x>".repeat(8), "</x>".repeat(8)));
    assert_eq!(
        decode(deep.as_bytes(), &options).unwrap_err().kind,
        DecodeErrorKind::TooDeep { limit: 8 }
    );
    assert!(
        decode(
            with(&format!("{}{}", "<x>".repeat(7), "</x>".repeat(7))).as_bytes(),
            &options
        )
        .is_ok()
    );

    let many = with(&"<x/>".repeat(252));
    assert!(decode(many.as_bytes(), &options).is_ok());
    let too_many = with(&"<x/>".repeat(253));
    assert_eq!(
        decode(too_many.as_bytes(), &options).unwrap_err().kind,
        DecodeErrorKind::TooManyElements { limit: 256 }
    );

    let large = with(&format!("<ite>{}</ite>", "x".repeat(65_536)));
    let error = decode(large.as_bytes(), &options).unwrap_err();
    assert_eq!(error.kind, DecodeErrorKind::TooLarge { limit: 65_536 });
    assert_eq!(
        error.refusal().unwrap().status_number,
        StatusNumber::MESSAGE_TOO_LONG
    );
    let small = options.with_limits(Limits {
        body: 60,
        ..Limits::default()
    });
    assert!(decode(SHORTEST.as_bytes(), &small).is_ok());
    assert!(decode(format!("{SHORTEST}   ").as_bytes(), &small).is_err());
}

/// Sixteen times the input may not cost much more than sixteen times the time.
#[test]
fn line_18_the_worst_inputs_cost_linear_time() {
    let shapes: [fn(usize) -> String; 6] = [
        |n| with(&format!("<dte>{}</dte>", "&amp;".repeat(n / 5))),
        |n| with(&format!("<dte {}>x</dte>", "a='1' ".repeat(n / 6))),
        |n| with(&"<!---->".repeat(n / 7)),
        |n| format!("<mrq>{}", "<ref".repeat(n / 4)),
        |n| with(&format!("<dte>{}</dte>", "a<![CDATA[]]>".repeat(n / 13))),
        |n| format!("<mrq>{}", "<ref>&".repeat(n / 6)),
    ];
    let options = DecodeOptions::lenient().with_limits(Limits {
        body: usize::MAX,
        depth: 8,
        elements: usize::MAX,
    });
    let time = |xml: &str| -> Duration {
        let once = || {
            let start = Instant::now();
            let _ = std::hint::black_box(decode(xml.as_bytes(), &options));
            start.elapsed()
        };
        (0..5).map(|_| once()).min().unwrap()
    };
    for (index, shape) in shapes.iter().enumerate() {
        let (small, large) = (shape(1 << 14), shape(1 << 18));
        let floor = Duration::from_micros(20);
        // Sixteen times the time is linear, 256 times square. A busy machine disturbs one
        // measurement, not all of them.
        let linear = (0..20).any(|_| time(&large) < time(&small).max(floor) * 48);
        assert!(linear, "shape {index} does not cost linear time");
    }
}

#[test]
fn line_19_a_message_cut_anywhere_is_never_accepted() {
    let pretty = message(&fullest()).replace("><", ">\n<");
    let referenced = with("<dte>a&amp;b<![CDATA[c]]></dte><!-- d -->");
    for xml in [SHORTEST.to_owned(), message(&fullest()), pretty, referenced] {
        for end in 0..xml.len() {
            for options in [DecodeOptions::lenient(), DecodeOptions::strict()] {
                let cut = &xml.as_bytes()[..end];
                assert!(
                    decode(cut, &options).is_err(),
                    "accepted {end} bytes of {xml}"
                );
            }
        }
    }
}
