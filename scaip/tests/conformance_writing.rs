//! Writing: lines 22 and 23 of the conformance list (SCAIP reference 15); 21, 24 and 25 are
//! properties.

#![allow(clippy::unwrap_used)]

use scaip::{
    CallAddress, ControllerId, DeviceComponent, DeviceId, DeviceType, Edition, EncodeError,
    EncodeOptions, GeographicLocation, HeartbeatInterval, LocationCode, MediaReply, MediaRequest,
    MessageType, Reference, Request, Response, StatusCode, StatusNumber, SystemConfiguration, Tag,
    Text, encode_request, encode_response,
};

fn alarm() -> Request<'static> {
    Request::new(
        Reference::new("Zt41LxB0aE7Kq2m9"),
        ControllerId::new("40211870"),
        DeviceType::PERSONAL_TRIGGER,
    )
}

fn write(request: &Request<'_>) -> Result<String, EncodeError> {
    let mut out = b"before".to_vec();
    match encode_request(request, &EncodeOptions::new(), &mut out) {
        Ok(()) => Ok(String::from_utf8(out)
            .unwrap()
            .strip_prefix("before")
            .unwrap()
            .to_owned()),
        Err(error) => {
            assert_eq!(out, b"before", "an error leaves the buffer as it was");
            Err(error)
        }
    }
}

fn with(change: impl FnOnce(&mut Request<'static>)) -> Result<String, EncodeError> {
    let mut request = alarm();
    change(&mut request);
    write(&request)
}

#[test]
fn line_22_canonical_order_full_width_defaults_left_out_nothing_empty() {
    assert_eq!(
        write(&alarm()).unwrap(),
        "<mrq><ref>Zt41LxB0aE7Kq2m9</ref><cid>40211870</cid><dty>0003</dty></mrq>"
    );
    let mut request = alarm();
    // Set in an order that is not the canonical one.
    request.location_code = LocationCode::read("43").unwrap();
    request.status_code = Some(StatusCode::read("10").unwrap());
    request.caller_ids = CallAddress::new("sip:").into();
    request.device_component = Some(DeviceComponent::BUTTON_1);
    request.device_id = Some(DeviceId::new("5A19"));
    assert_eq!(
        write(&request).unwrap(),
        "<mrq><ref>Zt41LxB0aE7Kq2m9</ref><cid>40211870</cid><dty>0003</dty><did>5A19</did>\
         <dco>002</dco><crd>sip:</crd><stc>0010</stc><lco>043</lco></mrq>"
    );
    // Defaults spelled out by the caller are left out all the same.
    request.system_configuration = SystemConfiguration::new(0);
    request.message_type = MessageType::Message;
    request.media_request = MediaRequest::new(0);
    assert!(!write(&request).unwrap().contains("<sco>"));
    assert!(!write(&request).unwrap().contains("<mty>"));

    assert_eq!(
        with(|r| r.device_text = Some(Text::new(""))),
        Err(EncodeError::Empty(Tag::DeviceText))
    );
    assert_eq!(
        with(|r| r.reference = Reference::new(" ")),
        Err(EncodeError::Empty(Tag::Reference))
    );
    assert_eq!(
        with(|r| r.geographic_location = Some(GeographicLocation::default())),
        Err(EncodeError::Empty(Tag::GeographicLocation))
    );
}

#[test]
fn line_22_what_breaks_a_limit_is_refused_before_a_byte_is_written() {
    use EncodeError::{NewerEdition, Pattern, TooLong};
    assert_eq!(
        with(|r| r.reference = Reference::new("a-1")),
        Err(Pattern(Tag::Reference))
    );
    assert_eq!(
        with(|r| r.controller_id = ControllerId::new("+47")),
        Err(Pattern(Tag::ControllerId))
    );
    assert_eq!(
        with(|r| r.device_id = Some(DeviceId::new("123456789"))),
        Err(TooLong(Tag::DeviceId))
    );
    assert_eq!(
        with(|r| r.status_code = StatusCode::read("12345")),
        Err(TooLong(Tag::StatusCode))
    );
    assert_eq!(
        with(|r| r.device_type = DeviceType::new(10_000)),
        Err(TooLong(Tag::DeviceType))
    );
    assert_eq!(
        with(|r| r.system_configuration = SystemConfiguration::new(4)),
        Err(Pattern(Tag::SystemConfiguration))
    );
    assert_eq!(
        with(|r| r.media_request = MediaRequest::NO_MEDIA),
        Err(NewerEdition(Tag::MediaRequest))
    );
    assert_eq!(
        with(|r| r.message_type = MessageType::Other("XX".into())),
        Err(Pattern(Tag::MessageType))
    );
    assert_eq!(
        with(|r| {
            r.caller_ids.push("sip:".into());
            r.caller_ids.push("gsm:+".into());
        }),
        Err(NewerEdition(Tag::CallerId))
    );
}

#[test]
fn line_23_markup_is_escaped_and_control_characters_are_refused() {
    let written = with(|r| r.device_text = Some(Text::new("æØ語 & <b> \"q\" 'a'"))).unwrap();
    assert!(
        written.contains("<dte>æØ語 &amp; &lt;b&gt; &quot;q&quot; &apos;a&apos;</dte>"),
        "{written}"
    );
    for control in [
        '\0', '\u{1}', '\t', '\n', '\r', '\u{1f}', '\u{7f}', '\u{85}', '\u{9f}', '\u{fffe}',
        '\u{ffff}',
    ] {
        assert_eq!(
            with(|r| r.device_text = Some(Text::new(format!("a{control}b")))),
            Err(EncodeError::ControlCharacter(Tag::DeviceText)),
            "{control:?}"
        );
    }
    // Neighbours of the refused ones are fine.
    for fine in ['\u{a0}', '\u{fffd}', '\u{ff9e}', '\u{10ffff}', '\u{c0}'] {
        assert!(
            with(|r| r.device_text = Some(Text::new(format!("a{fine}b")))).is_ok(),
            "{fine:?}"
        );
    }
}

#[test]
fn responses_are_written_in_the_form_of_practice_or_of_the_schema() {
    let mut response = Response::new(Reference::new("q9"), StatusNumber::OK);
    response.media_reply = MediaReply::DUPLEX;
    response.heartbeat_interval = Some(HeartbeatInterval::new(4));
    let written = |options: &EncodeOptions| {
        let mut out = Vec::new();
        encode_response(&response, options, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    };
    assert_eq!(
        written(&EncodeOptions::new()),
        "<mrs><ref>q9</ref><snu>0</snu><mre>1</mre><hbi>4</hbi></mrs>"
    );
    assert_eq!(
        written(&EncodeOptions::new().with_two_digit_media_reply()),
        "<mrs><ref>q9</ref><snu>0</snu><mre>01</mre><hbi>4</hbi></mrs>"
    );
    assert_eq!(
        written(&EncodeOptions::new().with_root(scaip::Root::Scaip)),
        "<scaip><ref>q9</ref><snu>0</snu><mre>1</mre><hbi>4</hbi></scaip>"
    );
}

#[test]
fn several_numbers_are_written_in_the_newer_edition_only() {
    let mut response = Response::new(Reference::new("q9"), StatusNumber::OK);
    response.transferred_numbers.push("tel:+4700000001".into());
    response
        .transferred_numbers
        .push("sip:desk7@arc.example.net".into());
    let mut out = Vec::new();
    assert_eq!(
        encode_response(&response, &EncodeOptions::new(), &mut out),
        Err(EncodeError::NewerEdition(Tag::TransferredNumber))
    );
    let newer = EncodeOptions::new().with_edition(Edition::ClcTs50134);
    encode_response(&response, &newer, &mut out).unwrap();
    assert!(out.ends_with(b"<tnu>sip:desk7@arc.example.net</tnu></mrs>"));
}
