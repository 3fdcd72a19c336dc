//! XML bodies: strict against lenient, the two readers against each other, borrowed against
//! owned, written against read, and all of it against a reader that nobody here wrote.

use scaip::{
    DecodeError, DecodeErrorKind, DecodeOptions, Decoded, Edition, EncodeOptions, Limits, Message,
    Root, decode, decode_request, decode_response, encode, encode_response,
};

use crate::oracle;

/// Reads a body as a request and as either document.
pub fn scaip_request(body: &[u8]) {
    either(body);
    for options in OPTIONS {
        match (decode_request(body, &options), decode(body, &options)) {
            (Ok(request), either) => {
                // The private root serves for both, and then `decode` judges by what is inside.
                if request.root() == Root::Standard {
                    let either = either.expect("a request is a message");
                    assert_eq!(
                        &Message::Request(request.message().clone()),
                        either.message()
                    );
                    assert_eq!(request.warnings(), either.warnings());
                }
                assert_eq!(request.clone().into_owned(), request);
                understand(&request);
            }
            (Err(error), _) => refuse(body, &error),
        }
    }
}

/// Reads a body as a response and as either document.
pub fn scaip_response(body: &[u8]) {
    either(body);
    for options in OPTIONS {
        match (decode_response(body, &options), decode(body, &options)) {
            (Ok(response), either) => {
                if response.root() == Root::Standard {
                    let either = either.expect("a response is a message");
                    assert_eq!(
                        &Message::Response(response.message().clone()),
                        either.message()
                    );
                    assert_eq!(response.warnings(), either.warnings());
                }
                assert_eq!(response.clone().into_owned(), response);
                let _ = response.message().call_target();
            }
            (Err(error), _) => refuse(body, &error),
        }
    }
}

const OPTIONS: [DecodeOptions; 4] = [
    DecodeOptions::lenient(),
    DecodeOptions::strict(),
    DecodeOptions::lenient().accepting_scaip_root(),
    DecodeOptions::lenient().with_limits(Limits {
        body: 300,
        depth: 3,
        elements: 6,
    }),
];

fn either(body: &[u8]) {
    for edition in [Edition::Ss91100, Edition::ClcTs50134] {
        strict_against_lenient(body, edition);
    }
    for options in OPTIONS {
        let result = decode(body, &options);
        match &result {
            Ok(decoded) => {
                assert_eq!(decoded.raw(), body);
                assert_eq!(&decoded.clone().into_owned(), decoded);
                for warning in decoded.warnings() {
                    assert!(warning.offset <= body.len(), "{warning}");
                }
                for element in decoded.extra_elements() {
                    assert!(element.offset <= body.len(), "{element:?}");
                }
                write_and_read_again(decoded);
            }
            Err(error) => refuse(body, error),
        }
        clean_against_general(body, &options, &result);
        if let Ok(decoded) = &result {
            otherwise_written(body, &options, decoded);
        }
        oracle::compare(body, &options, &result);
    }
}

/// What strict rules accept, lenient ones accept without a warning, and it is the same.
fn strict_against_lenient(body: &[u8], edition: Edition) {
    let strict = DecodeOptions::strict().with_edition(edition);
    let lenient = DecodeOptions::lenient().with_edition(edition);
    if let Ok(strict) = decode(body, &strict) {
        let lenient = decode(body, &lenient).expect("lenient takes what strict takes");
        assert_eq!(strict, lenient);
        assert_eq!(lenient.warnings(), []);
    }
}

/// A comment behind the root keeps the reader for clean messages away, so that the general one
/// does the work; nothing else may change.
fn clean_against_general(
    body: &[u8],
    options: &DecodeOptions,
    result: &Result<Decoded<'_, Message<'_>>, DecodeError>,
) {
    const COMMENT: &[u8] = b"<!-- -->";
    if body.len() + COMMENT.len() > options.limits.body {
        return;
    }
    let commented = [body, COMMENT].concat();
    let general = decode(&commented, options);
    match (result, general) {
        (Ok(clean), Ok(general)) => {
            assert_eq!(clean.message(), general.message());
            assert_eq!(clean.warnings(), general.warnings());
            assert_eq!(clean.extra_elements(), general.extra_elements());
            assert_eq!(clean.root(), general.root());
        }
        (Ok(_), Err(error)) => {
            panic!("the general reader refuses what the clean one reads: {error}")
        }
        (Err(clean), general) if about_values(clean) => {
            assert_eq!(Some(clean), general.err().as_ref());
        }
        (Err(clean), general) if matches!(clean.kind, DecodeErrorKind::Deviation(_)) => {
            // The comment may end a reference that is looked for in what is no XML.
            let general = general.expect_err("the same deviation");
            assert_eq!((&clean.kind, clean.offset), (&general.kind, general.offset));
        }
        (Err(_), _) => {}
    }
}

/// A declaration in front and references for characters say nothing else.
fn otherwise_written(body: &[u8], options: &DecodeOptions, decoded: &Decoded<'_, Message<'_>>) {
    const DECLARATION: &[u8] = b"<?xml version=\"1.0\" encoding=\"UTF-8\"?>";
    let same = |other: &[u8], shift: usize| {
        if other.len() > options.limits.body {
            return;
        }
        let other = decode(other, options).expect("the same, written otherwise");
        assert_eq!(other.message(), decoded.message());
        let kinds = |decoded: &Decoded<'_, Message<'_>>, shift| -> Vec<_> {
            let warnings = decoded.warnings().iter();
            warnings
                .map(|warning| (warning.kind, warning.offset + shift))
                .collect()
        };
        assert_eq!(kinds(&other, 0), kinds(decoded, shift));
        assert_eq!(other.extra_elements().len(), decoded.extra_elements().len());
    };
    if !body.starts_with(b"<mr") {
        return;
    }
    let declared = [DECLARATION, body].concat();
    same(&declared, DECLARATION.len());
    let plain = decoded.warnings().is_empty() && decoded.extra_elements().is_empty();
    let bare = !body
        .windows(2)
        .any(|two| two == b"<!" || two == b"<?" || two[0] == b'&');
    if !(plain && bare) {
        return;
    }
    // The first character of every text.
    let mut referring = DECLARATION.to_vec();
    let mut before = b' ';
    for &byte in body {
        if before == b'>' && byte.is_ascii_alphanumeric() {
            referring.extend_from_slice(format!("&#x{byte:x};").as_bytes());
        } else {
            referring.push(byte);
        }
        before = byte;
    }
    same(&referring, 0);
}

/// Whether the XML was read and a value refused.
fn about_values(error: &DecodeError) -> bool {
    matches!(
        error.kind,
        DecodeErrorKind::Missing(_)
            | DecodeErrorKind::Unreadable(_)
            | DecodeErrorKind::WrongDocument
    )
}

/// Whatever the encoder agrees to write reads back the same, without a warning.
fn write_and_read_again(decoded: &Decoded<'_, Message<'_>>) {
    let message = decoded.message();
    for edition in [Edition::Ss91100, Edition::ClcTs50134] {
        let options = EncodeOptions::new()
            .with_edition(edition)
            .with_root(decoded.root());
        let mut body = b"before".to_vec();
        if encode(message, &options, &mut body).is_err() {
            assert_eq!(body, b"before", "nothing is written with an error");
            continue;
        }
        let body = &body[b"before".len()..];
        let read = DecodeOptions::lenient()
            .with_edition(edition)
            .accepting_scaip_root();
        let again = decode(body, &read).expect("what is written can be read");
        assert_eq!(again.message(), message);
        assert_eq!(again.extra_elements(), []);
        assert_eq!(again.root(), decoded.root());
        // A reference goes back as it came, outside its pattern too.
        if decoded.root() == Root::Standard && message.reference().is_conforming() {
            assert_eq!(again.warnings(), []);
            let strict = DecodeOptions::strict().with_edition(edition);
            let strict = decode(body, &strict).expect("what is written satisfies strict rules");
            assert_eq!(strict.message(), message);
        }
    }
}

/// An error points into the body, and its refusal can be written and read.
fn refuse(body: &[u8], error: &DecodeError) {
    assert!(error.offset <= body.len(), "{error}");
    let _ = error.to_string();
    let Some(refusal) = error.refusal() else {
        assert!(error.reference.is_none());
        return;
    };
    assert!(!refusal.status_number.is_accepted());
    let mut out = Vec::new();
    if encode_response(&refusal, &EncodeOptions::new(), &mut out).is_ok() {
        let read = decode_response(&out, &DecodeOptions::lenient()).expect("a refusal is an mrs");
        assert_eq!(read.message(), &refusal);
    }
}

/// The event model takes every request.
fn understand(decoded: &Decoded<'_, scaip::Request<'_>>) {
    use alarm_codes::{EventId, Profile, Timestamp};
    let request = decoded.message();
    for &profile in Profile::ALL {
        let mapping = scaip::alarm::mapping_of(request, profile);
        let _ = (mapping.kind(), mapping.loss(), mapping.clears());
    }
    let received = Timestamp::from_micros(1_700_000_000_000_000).expect("in range");
    let event = scaip::alarm::event_of(decoded, Profile::Standard, EventId(1), received);
    let json = serde_json::to_string(&event).expect("an event is JSON");
    let back: alarm_codes::Event = serde_json::from_str(&json).expect("what was written is read");
    assert_eq!(back, event);
    let _ = (request.wants_voice(), request.calls().count());
    if let Some(location) = &request.geographic_location {
        let _ = location.position();
    }
}
