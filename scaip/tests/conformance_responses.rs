//! Responses: lines 26 to 32 of the conformance list (SCAIP reference 15). Line 30 needs the
//! receiver and is tested with it.

#![allow(clippy::unwrap_used)]

use scaip::{
    CallHandlingReply, CallTarget, DecodeErrorKind, DecodeOptions, Edition, EncodeOptions,
    MediaReply, Reference, Response, StatusNumber, Tag, decode_request, decode_response,
    encode_response,
};

fn refusal(xml: &str, options: &DecodeOptions) -> Option<StatusNumber> {
    let error = decode_request(xml.as_bytes(), options).expect_err(xml);
    error.refusal().map(|response| response.status_number)
}

#[test]
fn line_26_the_reference_is_echoed_exactly() {
    for odd in [
        "Zt41LxB0aE7Kq2m9",
        "0007",
        "a-1",
        "+47&1",
        "0123456789abcdef0",
        "æ",
    ] {
        let mut body = Vec::new();
        let response = Response::new(Reference::new(odd), StatusNumber::OK);
        encode_response(&response, &EncodeOptions::new(), &mut body).unwrap();
        let decoded = decode_response(&body, &DecodeOptions::lenient()).unwrap();
        assert_eq!(decoded.message().reference.as_str(), odd);
    }
}

#[test]
fn line_27_a_missing_mandatory_element_gives_7_and_a_missing_reference_no_answer() {
    let lenient = DecodeOptions::lenient();
    let strict = DecodeOptions::strict();
    let seven = Some(StatusNumber::MANDATORY_TAG_MISSING);
    for options in [&lenient, &strict] {
        assert_eq!(
            refusal("<mrq><ref>q9</ref><dty>0003</dty></mrq>", options),
            seven
        );
        assert_eq!(
            refusal("<mrq><ref>q9</ref><cid>1</cid></mrq>", options),
            seven
        );
        assert_eq!(
            refusal("<mrq><ref>q9</ref><cid>1</cid><dty/></mrq>", options),
            seven
        );
        assert_eq!(
            refusal("<mrq><cid>1</cid><dty>0003</dty></mrq>", options),
            None
        );
        assert_eq!(
            refusal("<mrq><ref></ref><cid>1</cid><dty>0003</dty></mrq>", options),
            None
        );
    }
    assert_eq!(
        refusal(
            "<mrq><ref>q9</ref><cid>1</cid><dty>  </dty></mrq>",
            &lenient
        ),
        seven
    );
    let error = decode_request(b"<mrq><ref>q9</ref><cid>1</cid></mrq>", &lenient).unwrap_err();
    assert_eq!(error.kind, DecodeErrorKind::Missing(Tag::DeviceType));
    assert_eq!(error.refusal().unwrap().reference.as_str(), "q9");
    let missing = decode_request(b"<mrq><cid>1</cid><dty>0003</dty></mrq>", &lenient).unwrap_err();
    assert_eq!(missing.kind, DecodeErrorKind::Missing(Tag::Reference));
}

#[test]
fn line_28_not_well_formed_with_a_readable_reference_gives_2() {
    let two = Some(StatusNumber::INVALID_FORMAT);
    for xml in [
        "<mrq><ref>q9</ref><cid>1</cid><dty>0003</dty>",
        "<mrq><ref>q9</ref><cid>1</dty></mrq>",
        "<mrq><ref> q9 </ref><cid>1",
        "<mrq><REF>q9</REF><<",
        "<ref>q9</ref>",
        "<mrq><ref>q9</ref><cid>1</cid><dty>0003</dty></mrq><mrq/>",
        "<mrq><ref>q9</ref><cid>a & b</cid><dty>0003</dty></mrq>",
    ] {
        assert_eq!(refusal(xml, &DecodeOptions::lenient()), two, "{xml}");
        let error = decode_request(xml.as_bytes(), &DecodeOptions::lenient()).unwrap_err();
        assert_eq!(error.reference.unwrap().as_str(), "q9");
    }
    assert_eq!(
        refusal("<mrq><cid>1</cid>", &DecodeOptions::lenient()),
        None
    );
    assert_eq!(refusal("", &DecodeOptions::lenient()), None);
}

#[test]
fn line_29_an_unknown_type_gives_3_and_too_long_gives_1_in_strict_mode() {
    let strict = DecodeOptions::strict();
    let xml = "<mrq><ref>q9</ref><mty>XX</mty><cid>1</cid><dty>0003</dty></mrq>";
    assert_eq!(
        refusal(xml, &strict),
        Some(StatusNumber::WRONG_DATA_CONTENT)
    );
    // A lenient reader hands it on as data; what to answer is then the receiver's rule.
    let decoded = decode_request(xml.as_bytes(), &DecodeOptions::lenient()).unwrap();
    assert_eq!(decoded.message().message_type.code(), "XX");
    let long = format!(
        "<mrq><ref>q9</ref><cid>1</cid><dty>0003</dty><dte>{}</dte></mrq>",
        "x".repeat(33)
    );
    assert_eq!(
        refusal(&long, &strict),
        Some(StatusNumber::MESSAGE_TOO_LONG)
    );
}

fn response(inner: &str) -> Response<'static> {
    let xml = format!("<mrs><ref>q9</ref>{inner}</mrs>");
    let decoded = decode_response(xml.as_bytes(), &DecodeOptions::lenient()).unwrap();
    decoded.into_owned().into_message()
}

#[test]
fn line_31_media_and_call_replies_read_in_every_spelling() {
    for text in ["1", "01"] {
        let inner = format!("<snu>0</snu><mre>{text}</mre>");
        assert_eq!(response(&inner).media_reply, MediaReply::DUPLEX);
        let strict = DecodeOptions::strict();
        let xml = format!("<mrs><ref>q9</ref>{inner}</mrs>");
        assert!(
            decode_response(xml.as_bytes(), &strict).is_ok(),
            "strict takes both"
        );
    }
    let default = CallHandlingReply::PREDEFINED_RECEIVER;
    assert_eq!(response("<snu>0</snu>").call_handling_reply, default);
    assert_eq!(
        response("<snu>0</snu><cre>61</cre>").call_handling_reply,
        default
    );
    assert_eq!(
        response("<snu>0</snu><cre>0</cre>").call_handling_reply,
        default
    );

    assert_eq!(
        response("<snu>0</snu><cre>62</cre>").call_target(),
        None,
        "mre 0 asks for no call"
    );
    let no_number = response("<snu>0</snu><mre>1</mre><cre>62</cre>");
    assert_eq!(no_number.call_target(), Some(CallTarget::Configured));
    let number = response("<snu>0</snu><mre>1</mre><cre>62</cre><tnu>tel:+4700000001</tnu>");
    let Some(CallTarget::Transferred(numbers)) = number.call_target() else {
        panic!("no number")
    };
    assert_eq!(numbers.first().unwrap().address(), Some("+4700000001"));
    let refused = response("<snu>6</snu><mre>1</mre>");
    assert_eq!(refused.call_target(), None);
}

#[test]
fn line_32_only_0_is_accepted() {
    for number in [0, 1, 2, 3, 4, 5, 6, 7, 8, 99, 12_345] {
        let response = response(&format!("<snu>{number}</snu>"));
        assert_eq!(response.status_number.number(), number);
        assert_eq!(response.status_number.is_accepted(), number == 0);
    }
    for text in ["OK", "-1", "0x0", "1234567"] {
        let xml = format!("<mrs><ref>q9</ref><snu>{text}</snu></mrs>");
        let error = decode_response(xml.as_bytes(), &DecodeOptions::lenient()).unwrap_err();
        assert_eq!(error.kind, DecodeErrorKind::Unreadable(Tag::StatusNumber));
        assert_eq!(
            error.reference.unwrap().as_str(),
            "q9",
            "the sender can still match it"
        );
    }
}

#[test]
fn the_other_document_is_named_and_its_elements_are_set_aside() {
    let error = decode_response(
        b"<mrq><ref>q9</ref><cid>1</cid><dty>0003</dty></mrq>",
        &DecodeOptions::lenient(),
    )
    .unwrap_err();
    assert_eq!(error.kind, DecodeErrorKind::WrongDocument);
    let xml = b"<mrs><ref>q9</ref><snu>0</snu><stc>0010</stc></mrs>";
    let decoded = decode_response(xml, &DecodeOptions::lenient()).unwrap();
    assert_eq!(decoded.extra_elements()[0].name, "stc");
    let strict = DecodeOptions::strict().with_edition(Edition::ClcTs50134);
    assert!(decode_response(xml, &strict).is_err());
}
