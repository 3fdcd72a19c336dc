//! Properties of the codec: lines 20, 21, 24 and 25 of the conformance list, and the two
//! readers held to the same result.

#![allow(clippy::unwrap_used)]

mod support;

use proptest::prelude::*;
use scaip::{
    DecodeOptions, Edition, EncodeOptions, Limits, Message, decode, encode, encode_request,
};
use support::{any_message, any_request};

fn newer() -> EncodeOptions {
    EncodeOptions::new().with_edition(Edition::ClcTs50134)
}

fn written(message: &Message<'_>) -> Vec<u8> {
    let mut body = Vec::new();
    encode(message, &newer(), &mut body).unwrap();
    body
}

proptest! {
    #[test]
    fn line_20_random_bytes_never_panic(body in prop::collection::vec(any::<u8>(), 0..300)) {
        let _ = decode(&body, &DecodeOptions::lenient());
        let _ = decode(&body, &DecodeOptions::strict());
    }

    #[test]
    fn line_20_mutated_messages_never_panic(
        message in any_message(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0..4_u8), 1..6),
    ) {
        let mut body = written(&message);
        for (place, byte, how) in changes {
            let at = place.index(body.len());
            match how {
                0 => body[at] = byte,
                1 => body.insert(at, byte),
                2 if body.len() > 1 => { body.remove(at); }
                _ => { let tail = body[at..].to_vec(); body.extend(tail); }
            }
        }
        for options in [DecodeOptions::lenient(), DecodeOptions::strict()] {
            if let Ok(decoded) = decode(&body, &options) {
                prop_assert_eq!(decoded.raw(), &body[..]);
            }
        }
    }

    #[test]
    fn line_21_what_is_written_reads_back_the_same(message in any_message()) {
        let body = written(&message);
        let decoded = decode(&body, &DecodeOptions::lenient()).unwrap();
        prop_assert_eq!(decoded.warnings(), &[]);
        prop_assert_eq!(decoded.extra_elements(), &[]);
        prop_assert_eq!(decoded.message(), &message);
    }

    #[test]
    fn line_24_an_untouched_message_passes_through_byte_for_byte(
        message in any_message(),
        blank in "[ \t\r\n]{0,3}",
    ) {
        let mut body = blank.into_bytes();
        body.extend(written(&message));
        let decoded = decode(&body, &DecodeOptions::lenient()).unwrap();
        prop_assert_eq!(decoded.raw(), &body[..]);
        let owned = decoded.into_owned();
        prop_assert_eq!(owned.raw(), &body[..]);
    }

    #[test]
    fn line_25_what_is_written_satisfies_strict_mode(message in any_message()) {
        let body = written(&message);
        let strict = DecodeOptions::strict().with_edition(Edition::ClcTs50134);
        let decoded = decode(&body, &strict).unwrap();
        prop_assert_eq!(decoded.message(), &message);
    }

    #[test]
    fn line_25_the_older_edition_is_written_for_the_older_edition(request in any_request()) {
        let mut body = Vec::new();
        if encode_request(&request, &EncodeOptions::new(), &mut body).is_ok() {
            prop_assert!(decode(&body, &DecodeOptions::strict()).is_ok());
        } else {
            prop_assert!(body.is_empty());
            prop_assert!(request.caller_ids.len() > 1 || request.media_request.number() != 0);
        }
    }

    /// A comment behind the root keeps the clean reader away, so the general one does the work:
    /// on messages as written, with blanks between the elements, and with a byte changed.
    #[test]
    fn both_readers_agree(
        message in any_message(),
        blank in prop::sample::select(vec!["", "\n", " ", "\r\n\t"]),
        change in prop::option::of((any::<prop::sample::Index>(), any::<u8>())),
    ) {
        let text = String::from_utf8(written(&message)).unwrap();
        let mut body = text.replace("><", &format!(">{blank}<")).into_bytes();
        if let Some((place, byte)) = change {
            let at = place.index(body.len());
            body[at] = byte;
        }
        let mut commented = body.clone();
        commented.extend_from_slice(b"<!-- -->");
        for options in [DecodeOptions::lenient(), DecodeOptions::strict()] {
            match (decode(&body, &options), decode(&commented, &options)) {
                (Ok(clean), Ok(general)) => {
                    prop_assert_eq!(clean.message(), general.message());
                    prop_assert_eq!(clean.warnings(), general.warnings());
                    prop_assert_eq!(clean.extra_elements(), general.extra_elements());
                }
                (Err(_), Err(_)) => {}
                (clean, general) => prop_assert!(false, "{clean:?} against {general:?}"),
            }
        }
    }

    #[test]
    fn borrowed_and_owned_are_equal(message in any_message()) {
        let body = written(&message);
        let decoded = decode(&body, &DecodeOptions::lenient()).unwrap();
        prop_assert_eq!(decoded.message().clone().into_owned(), decoded.message().clone());
    }

    #[test]
    fn limits_are_never_passed(message in any_message(), body_limit in 1..400_usize) {
        let body = written(&message);
        let limits = Limits { body: body_limit, ..Limits::default() };
        let result = decode(&body, &DecodeOptions::lenient().with_limits(limits));
        prop_assert_eq!(result.is_ok(), body.len() <= body_limit);
    }

    /// An independent XML reader sees the same texts in every message we write.
    #[test]
    fn an_independent_reader_sees_the_same(request in any_request()) {
        let body = written(&Message::Request(request.clone()));
        let text = std::str::from_utf8(&body).unwrap();
        let document = roxmltree::Document::parse(text).unwrap();
        let child = |name: &str| {
            document.root_element().children().find(|node| node.has_tag_name(name))
                .and_then(|node| node.text().map(str::to_owned))
        };
        prop_assert_eq!(child("ref").unwrap(), request.reference.as_str());
        prop_assert_eq!(child("cid").unwrap(), request.controller_id.as_str());
        prop_assert_eq!(child("ite"), request.information_text.as_ref().map(|t| t.as_str().to_owned()));
        prop_assert_eq!(child("stc"), request.status_code.map(|code| code.to_string()));
        prop_assert_eq!(child("did"), request.device_id.as_ref().map(|t| t.as_str().to_owned()));
    }
}
