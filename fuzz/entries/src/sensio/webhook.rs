//! Calls of Sensio: any head and any body, the token first (Partner API reference 6.2 to 6.4).

use arbitrary::{Arbitrary, Unstructured};
use sensio_partner::webhook::{
    Config, EVENT_NAME_HEADER, EventName, Head, Incoming, Receiver, Rejection,
    VALIDATION_TOKEN_HEADER, Verifier, Webhook, WebhookWarning, decode_webhook, encode_webhook,
};
use sensio_partner::{DecodeOptions, Limits, Member, Mode, Secret, Time, UnityVersion};

use super::{TIGHT, compared, is_telling, judged};

const TOKENS: [&str; 2] = ["3c1f5f7a-not-a-real-token", "the-next-token-not-real"];

#[derive(Debug, Arbitrary)]
struct Input<'a> {
    method: u8,
    strict: bool,
    tight: bool,
    headers: Vec<(u8, Value<'a>)>,
    body: &'a [u8],
}

#[derive(Debug, Clone, Copy, Arbitrary)]
enum Value<'a> {
    Token(u8),
    Name(u8),
    Type(u8),
    Length(u32),
    Any(&'a [u8]),
}

const HEADERS: [&str; 8] = [
    VALIDATION_TOKEN_HEADER,
    EVENT_NAME_HEADER,
    "Content-Type",
    "x-sensiopartner-validationtoken",
    "X-SENSIOPARTNER-EVENTNAME",
    "Content-Encoding",
    "Content-Length",
    "Accept",
];

const TYPES: [&str; 6] = [
    "application/json",
    "application/json; charset=utf-8",
    "text/json",
    "application/problem+json",
    "text/plain",
    "identity",
];

impl Value<'_> {
    fn bytes(self) -> Vec<u8> {
        let names = [
            "EventStateChanged",
            "RequestDeactivateEvent",
            "eventstatechanged",
            " RequestDeactivateEvent ",
        ];
        match self {
            Self::Token(which) => TOKENS[usize::from(which) % 2].into(),
            Self::Name(which) => names[usize::from(which) % names.len()].into(),
            Self::Type(which) => TYPES[usize::from(which) % TYPES.len()].into(),
            Self::Length(length) => length.to_string().into(),
            Self::Any(bytes) => bytes.into(),
        }
    }
}

/// Hands a call in, and reads its body as both kinds.
pub fn sensio_webhook(data: &[u8]) {
    let Ok(input) = Input::arbitrary(&mut Unstructured::new(data)) else {
        return;
    };
    let headers: Vec<_> = input
        .headers
        .iter()
        .map(|(name, value)| (HEADERS[usize::from(*name) % HEADERS.len()], value.bytes()))
        .collect();
    let head = || {
        let method = ["POST", "POST", "POST", "PUT", "post", "GET"][usize::from(input.method) % 6];
        Head::new(
            method,
            headers
                .iter()
                .map(|(name, value)| (*name, value.as_slice())),
        )
    };
    let mut config = Config::default();
    config.mode = if input.strict {
        Mode::Strict
    } else {
        Mode::Lenient
    };
    config.body_limit = if input.tight { 90 } else { config.body_limit };
    let verifier = Verifier::new(&TOKENS.map(Secret::new)).expect("fit");
    let mut receiver = Receiver::new(verifier, config);
    let handled = receiver.handle(Time::ZERO, None, &head(), input.body);
    let in_steps = receiver
        .handle_head(Time::ZERO, None, &head())
        .and_then(|admitted| admitted.read(input.body));
    match (&handled, &in_steps) {
        (Ok(one), Ok(two)) => {
            assert!(one.webhook() == two.webhook() && one.warnings() == two.warnings());
        }
        // Read as a whole the length is known first.
        (Err(one), Err(two)) => assert!(one == two || matches!(one, Rejection::TooLong { .. })),
        (one, two) => panic!("{one:?} in one step, {two:?} in two"),
    }
    let usual = ["POST"; 3].get(usize::from(input.method) % 6).is_some();
    in_order(usual, &config, &headers, input.body, &handled);
    for name in EventName::ALL {
        body(*name, input.body);
    }
}

fn all<'h>(headers: &'h [(&str, Vec<u8>)], name: &str) -> Vec<&'h [u8]> {
    let named = headers
        .iter()
        .filter(|(known, _)| known.eq_ignore_ascii_case(name));
    named.map(|(_, value)| value.as_slice()).collect()
}

/// The steps of the reference, in their order: method, length, token, then everything else.
fn in_order(
    post: bool,
    config: &Config,
    headers: &[(&str, Vec<u8>)],
    body: &[u8],
    handled: &Result<Incoming, Rejection>,
) {
    let limit = config.body_limit;
    let lengths = all(headers, "content-length");
    let length = lengths
        .last()
        .and_then(|value| std::str::from_utf8(value).ok()?.trim().parse().ok());
    let length = length.unwrap_or(0_u64).max(body.len() as u64);
    let tokens = all(headers, VALIDATION_TOKEN_HEADER);
    let knows = |token: &[u8]| {
        TOKENS
            .iter()
            .any(|known| known.as_bytes() == token.trim_ascii())
    };
    let known = tokens.len() == 1 && knows(tokens[0]);
    let early = match (post, length > limit as u64, known) {
        (false, _, _) => Some(Rejection::Method),
        (_, true, _) => Some(Rejection::TooLong { limit }),
        (_, _, false) => Some(Rejection::Token),
        _ => None,
    };
    let rejection = handled.as_ref().err().copied();
    if early.is_some() {
        assert_eq!(rejection, early);
        return;
    }
    let names = all(headers, EVENT_NAME_HEADER);
    let trimmed = names.first().map(|name| name.trim_ascii());
    let known = |name: &EventName| {
        trimmed.is_some_and(|trimmed| trimmed.eq_ignore_ascii_case(name.as_str().as_bytes()))
    };
    let name = EventName::ALL.iter().find(|name| known(name)).copied();
    let expected = match (names.len(), name) {
        (0, _) => Some(Rejection::EventNameMissing),
        (2.., _) => Some(Rejection::EventNameRepeated),
        (_, None) => Some(Rejection::EventNameUnknown),
        _ => None,
    };
    if expected.is_some() {
        assert_eq!(rejection, expected);
        return;
    }
    let exact = trimmed == name.map(|name| name.as_str().as_bytes());
    match handled {
        Ok(incoming) => {
            assert_eq!(Some(incoming.webhook().name()), name);
            assert!(all(headers, "content-type").len() <= 1);
            let warned = incoming.warnings().contains(&WebhookWarning::EventNameCase);
            assert_eq!(warned, !exact);
            assert!(config.mode == Mode::Lenient || incoming.warnings().is_empty());
            let printed = format!("{incoming:?}");
            assert!(!TOKENS.iter().any(|token| printed.contains(token)));
        }
        Err(rejection) => {
            let late = matches!(
                rejection,
                Rejection::ContentType | Rejection::Body(_) | Rejection::EventNameUnknown
            );
            assert!(late, "{rejection:?}");
            assert_eq!(rejection.status(), 400);
            assert!(*rejection != Rejection::EventNameUnknown || !exact);
        }
    }
    if let Err(rejection) = handled {
        let printed = format!("{rejection:?} {rejection}");
        let text = std::str::from_utf8(body)
            .ok()
            .filter(|text| is_telling(text));
        assert!(text.is_none_or(|text| !printed.contains(text)));
    }
}

fn body(name: EventName, body: &[u8]) {
    for limits in [Limits::DEFAULT, TIGHT] {
        let read = compared(limits, |options| decode_webhook(name, body, options));
        // No body at all is none here.
        if !body.is_empty() {
            judged(body, limits, &read);
        }
        assert!(!body.is_empty() || read.is_err());
        let Ok(decoded) = read else {
            continue;
        };
        let webhook = decoded.message();
        assert_eq!(webhook.name(), name);
        let mut written = Vec::new();
        assert!(encode_webhook(webhook, UnityVersion::LATEST, &mut written).is_empty());
        let mut roomy = DecodeOptions::strict();
        roomy.limits.body = usize::MAX;
        let again = decode_webhook(name, &written, &roomy).expect("our own");
        assert!(again.warnings().is_empty() && again.unknown().is_empty());
        let code = webhook.event_type().for_version(UnityVersion::LATEST);
        assert_eq!(again.message().event_type(), code);
        assert_eq!(again.message().device(), webhook.device());
        assert_eq!(
            again.message().external_event_id(),
            webhook.external_event_id()
        );
        if let (Webhook::EventStateChanged(one), Webhook::EventStateChanged(two)) =
            (webhook, again.message())
        {
            assert_eq!(one.is_active, two.is_active);
        }
        let mut old = Vec::new();
        let left_out = encode_webhook(webhook, UnityVersion::V6_9, &mut old);
        let has_id = webhook.external_event_id().is_some();
        assert_eq!(left_out.contains(Member::ExternalEventId), has_id);
        let old = decode_webhook(name, &old, &roomy).expect("our own");
        assert_eq!(old.message().external_event_id(), None);
    }
}
