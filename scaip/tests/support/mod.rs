//! Generators of every value that the model can hold and the encoder writes.

use proptest::prelude::*;
use scaip::{
    CallAddress, CallAddresses, CallHandling, CallHandlingReply, ControllerId, DeviceComponent,
    DeviceId, DeviceType, GeographicLocation, HeartbeatInterval, HeartbeatOptions, InformationCode,
    LocationCode, MediaReply, MediaRequest, Message, MessageType, Priority, Reference, Request,
    Response, StatusCode, StatusNumber, SystemConfiguration, Text, Version,
};

/// Text that XML can carry, without blanks at its ends, at most `longest` characters.
fn text(longest: usize) -> impl Strategy<Value = Text<'static>> {
    let character = prop_oneof![
        4 => prop::char::range(' ', '~'),
        1 => prop::sample::select(vec!['&', '<', '>', '"', '\'', 'æ', 'Ø', 'å', '\u{a0}', '語', '😀', '\u{ffff}']),
        1 => any::<char>(),
    ];
    prop::collection::vec(character, 1..=longest).prop_filter_map("only blanks", |characters| {
        let kept = characters
            .into_iter()
            .filter(|&c| !c.is_control() && !matches!(c, '\u{fffe}' | '\u{ffff}'))
            .collect::<String>();
        let text = Text::new(kept);
        (!text.as_str().is_empty()).then_some(text)
    })
}

fn maybe(longest: usize) -> impl Strategy<Value = Option<Text<'static>>> {
    prop::option::weighted(0.3, text(longest))
}

fn calls() -> impl Strategy<Value = CallAddresses<'static>> {
    let call = prop_oneof![
        Just("sip:".to_owned()),
        Just("no-voice:".to_owned()),
        Just("gsm:+".to_owned()),
        "(sip|tel|gsm|sip-pp|x):[0-9a-z@.+&<]{0,20}",
    ];
    prop::collection::vec(call, 0..3)
        .prop_map(|calls| calls.into_iter().map(CallAddress::new).collect())
}

fn location() -> impl Strategy<Value = Option<GeographicLocation<'static>>> {
    let parts = (
        prop::option::of("[0-9.,]{1,23}"),
        prop::option::of("[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}[+][0-9]{2}"),
        maybe(81),
    );
    parts.prop_map(|(position, time, nmea_gga)| {
        let location = GeographicLocation {
            position: position.map(Text::from),
            time: time.map(Text::from),
            nmea_gga,
        };
        (!location.is_empty()).then_some(location)
    })
}

fn version() -> impl Strategy<Value = Version> {
    (0..100_u8, 0..100_u8).prop_map(|(major, minor)| Version::new(major, minor).unwrap())
}

prop_compose! {
    fn head()(
        reference in "[0-9A-Za-z]{1,16}",
        version in version(),
        sco in 0..4_u16,
        cha in 0..10_u16,
        mty in prop::sample::select(vec![
            MessageType::Message,
            MessageType::Reset,
            MessageType::Information,
            MessageType::Heartbeat,
        ]),
        hbo in 0..4_u16,
        cid in "[0-9]{1,16}",
        dty in 0..10_000_u16,
    ) -> Request<'static> {
        let mut request = Request::new(
            Reference::from(reference),
            ControllerId::from(cid),
            DeviceType::new(dty),
        );
        request.version = version;
        request.system_configuration = SystemConfiguration::new(sco);
        request.call_handling = CallHandling::new(cha);
        request.message_type = mty;
        request.heartbeat_options = HeartbeatOptions::new(hbo);
        request
    }
}

prop_compose! {
    fn what()(
        did in prop::option::of(text(8)),
        dco in prop::option::of(0..1000_u16),
        dte in maybe(32),
        crd in calls(),
        mreq in prop::sample::select(vec![0_u16, 0, 0, 4, 9]),
        stc in prop::option::of(0..10_000_u16),
        stt in maybe(32),
        pri in 0..10_u16,
        head in head(),
    ) -> Request<'static> {
        let mut request = head;
        request.device_id = did.map(|did| DeviceId::from(did.as_str().to_owned()));
        request.device_component = dco.map(DeviceComponent::new);
        request.device_text = dte;
        request.caller_ids = crd;
        request.media_request = MediaRequest::new(mreq);
        request.status_code = stc.map(StatusCode::new);
        request.status_text = stt;
        request.priority = Priority::new(pri);
        request
    }
}

prop_compose! {
    /// Any request that the newer edition can carry.
    pub(crate) fn any_request()(
        lco in 0..1000_u16,
        lva in maybe(2),
        lge in location(),
        lte in maybe(32),
        ico in prop::option::of(0..1000_u16),
        ite in maybe(128),
        ame in any::<bool>(),
        what in what(),
    ) -> Request<'static> {
        let mut request = what;
        request.location_code = LocationCode::new(lco);
        request.location_value = lva;
        request.geographic_location = lge;
        request.location_text = lte;
        request.information_code = ico.map(InformationCode::new);
        request.information_text = ite;
        request.additional_message = ame;
        request
    }
}

prop_compose! {
    /// Any response that the newer edition can carry.
    pub(crate) fn any_response()(
        reference in "[0-9A-Za-z]{1,16}",
        snu in 0..100_000_u32,
        ste in maybe(128),
        cve in version(),
        mre in 0..100_u16,
        cre in 1..100_u16,
        tnu in calls(),
        hbi in prop::option::of(0..5_u16),
    ) -> Response<'static> {
        let number = StatusNumber::try_from(snu).unwrap();
        let mut response = Response::new(Reference::from(reference), number);
        response.status_text = ste;
        response.common_version = cve;
        response.media_reply = MediaReply::new(mre);
        response.call_handling_reply = CallHandlingReply::new(cre);
        response.transferred_numbers = tnu;
        response.heartbeat_interval = hbi.map(HeartbeatInterval::new);
        response
    }
}

/// Either document.
pub(crate) fn any_message() -> impl Strategy<Value = Message<'static>> {
    prop_oneof![
        3 => any_request().prop_map(Message::Request),
        1 => any_response().prop_map(Message::Response),
    ]
}
