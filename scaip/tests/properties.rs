//! Properties of the codec: lines 20, 21, 24 and 25 of the conformance list, and the two
//! readers held to the same result.

#![allow(clippy::unwrap_used)]

mod support;

use proptest::prelude::*;
use scaip::{
    DecodeError, DecodeErrorKind, DecodeOptions, Edition, EncodeOptions, Limits, Message, decode,
    decode_request, decode_response, encode, encode_request,
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

/// Declarations that are read, with or without a warning.
const DECLARATIONS: [&str; 8] = [
    "",
    "<?xml version=\"1.0\"?>",
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\r\n",
    "<?xml\tversion='1.0' encoding = 'utf-8' standalone='yes' ?>",
    "<?xml version=\"1.0\" encoding=\"us-ascii\"?>\n",
    "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>",
    "<?xml version=\"1.0\" encoding=\"klingon\"?>",
    "\r\n<?xml version=\"1.0\" encoding=\"UTF-8\"?>",
];

/// Elements that have no place in the message, or had one already.
const ODDITIES: [&str; 9] = [
    "<zzz>new</zzz>",
    "<zzz><part a='1'>x&amp;y</part></zzz>",
    "<zzz/>",
    "<ref>again</ref>",
    "<lte>ag&#228;in</lte>",
    "<lge><geo>1,2</geo><geo>3,4</geo></lge>",
    "<STT>x</STT>",
    "<ste>of the other</ste>",
    "<!-- a comment --><![CDATA[ ]]>",
];

/// What no reader takes, or takes with a grudge.
const SPOILERS: [&str; 19] = [
    "&nbsp;",
    "&",
    "&;",
    "&amp",
    "&#0;",
    "&#1;",
    "&#9;",
    "&#13;",
    "&#xFFFE;",
    "&#xD800;",
    "&#+65;",
    "&#x110000;",
    "]]&gt;",
    "]]>",
    "&amp;]]>",
    "&amp;>",
    "&amp;&#62;",
    "<?xml version='1.0'?>",
    "<?xml",
];

/// How somebody else would have written a message.
#[derive(Clone, Debug)]
struct Habit {
    declaration: &'static str,
    /// For each character in turn: as it is, decimal, hexadecimal, by name.
    references: Vec<u8>,
    /// Between the elements.
    blank: &'static str,
    /// Inside elements, around the text of every so many.
    padding: Option<(usize, &'static str)>,
    /// Behind the end tags of these.
    oddities: Vec<(prop::sample::Index, &'static str)>,
    byte_order_mark: bool,
    latin: bool,
}

fn habit() -> impl Strategy<Value = Habit> {
    use prop::sample::select;
    let oddity = (any::<prop::sample::Index>(), select(&ODDITIES[..]));
    let references = prop_oneof![
        1 => Just(vec![0]),
        2 => prop::collection::vec(prop_oneof![6 => Just(0_u8), 1 => 1..4_u8], 1..20),
    ];
    let parts = (
        select(&DECLARATIONS[..]),
        references,
        select(vec!["", "", "\n", " ", "\r\n\t"]),
        prop::option::weighted(0.3, (1..9_usize, select(vec![" ", "\n", "\r\n  ", "\t"]))),
        prop_oneof![
            2 => Just(Vec::new()),
            1 => prop::collection::vec(oddity, 1..3),
        ],
        prop::bool::weighted(0.2),
        prop::bool::weighted(0.2),
    );
    parts.prop_map(
        |(declaration, references, blank, padding, oddities, byte_order_mark, latin)| Habit {
            declaration,
            references,
            blank,
            padding,
            oddities,
            byte_order_mark,
            latin,
        },
    )
}

impl Habit {
    /// The message as it would have come.
    fn write(&self, message: &Message<'_>) -> Vec<u8> {
        let text = String::from_utf8(written(message)).unwrap();
        let mut out = format!("{}{}", self.declaration, self.blank);
        let mut styles = self.references.iter().cycle();
        let ends = text.matches("</").count();
        let mut met = 0;
        let mut rest = text.as_str();
        while let Some(start) = rest.find('<') {
            let end = rest.find('>').unwrap() + 1;
            let (inside, tag) = (&rest[..start], &rest[start..end]);
            rest = &rest[end..];
            let leaf = !inside.is_empty();
            let padding = self
                .padding
                .filter(|(every, _)| leaf && met % every == 0)
                .map_or("", |(_, padding)| padding);
            out += padding;
            referring(inside, &mut styles, &mut out);
            out += padding;
            out += tag;
            if tag.starts_with("</") {
                met += 1;
                for (place, oddity) in &self.oddities {
                    // Not behind the root.
                    if place.index(ends - 1) + 1 == met {
                        out += oddity;
                    }
                }
            }
            if rest.is_empty() || rest.starts_with('<') {
                out += self.blank;
            }
        }
        self.bytes(&out)
    }

    fn bytes(&self, text: &str) -> Vec<u8> {
        let mut body = Vec::new();
        if self.byte_order_mark {
            body.extend_from_slice(b"\xef\xbb\xbf");
        }
        if self.latin {
            body.extend(text.chars().map(|c| u8::try_from(c).unwrap_or(b'?')));
        } else {
            body.extend_from_slice(text.as_bytes());
        }
        body
    }
}

/// A text of XML with more of its characters as references.
fn referring<'s>(text: &str, styles: &mut impl Iterator<Item = &'s u8>, out: &mut String) {
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        if character == '&' {
            out.push(character);
            for character in characters.by_ref() {
                out.push(character);
                if character == ';' {
                    break;
                }
            }
            continue;
        }
        let number = u32::from(character);
        match (styles.next(), character) {
            (Some(1), _) => *out += &format!("&#{number};"),
            (Some(2), _) => *out += &format!("&#x{number:X};"),
            (Some(3), '"') => *out += "&quot;",
            (Some(3), '\'') => *out += "&apos;",
            (Some(3), '>') => *out += "&gt;",
            _ => out.push(character),
        }
    }
}

/// Whether a message cannot be told by its error from the same with a comment behind it: all but
/// where the end of the text is what was met.
fn before_the_end(error: &DecodeError) -> bool {
    !matches!(
        error.kind,
        DecodeErrorKind::NotWellFormed(_) | DecodeErrorKind::EmptyBody | DecodeErrorKind::Root
    )
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

    /// Whatever its writer did that is still read, and whatever is kept: the bytes are those that
    /// came, and they say the same again.
    #[test]
    fn line_24_an_untouched_message_passes_through_byte_for_byte(
        message in any_message(),
        habit in habit(),
    ) {
        let body = habit.write(&message);
        let options = DecodeOptions::lenient();
        let decoded = decode(&body, &options).unwrap();
        prop_assert_eq!(decoded.raw(), &body[..]);
        let again = decode(decoded.raw(), &options).unwrap();
        prop_assert_eq!(&again, &decoded);
        match decoded.message() {
            Message::Request(_) => {
                let request = decode_request(&body, &options).unwrap();
                prop_assert_eq!(request.raw(), &body[..]);
                let owned = request.into_owned();
                prop_assert_eq!(owned.raw(), &body[..]);
            }
            Message::Response(_) => {
                let response = decode_response(&body, &options).unwrap();
                prop_assert_eq!(response.raw(), &body[..]);
                let owned = response.into_owned();
                prop_assert_eq!(owned.raw(), &body[..]);
            }
        }
        let owned = decoded.clone().into_owned();
        prop_assert_eq!(&owned, &decoded);
        drop(decoded);
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
    /// on messages as others write them, with what spoils them, and with a byte changed.
    #[test]
    fn both_readers_agree(
        message in any_message(),
        habit in habit(),
        spoiler in prop::option::weighted(0.3, (
            any::<prop::sample::Index>(),
            prop::sample::select(&SPOILERS[..]),
        )),
        change in prop::option::weighted(0.3, (any::<prop::sample::Index>(), any::<u8>())),
    ) {
        let mut body = habit.write(&message);
        if let Some((place, spoiler)) = spoiler {
            // Before an end tag, so that most of them are in a text.
            let ends: Vec<_> = (1..body.len()).filter(|&at| body[at..].starts_with(b"</")).collect();
            let at = ends[place.index(ends.len())];
            body.splice(at..at, spoiler.bytes());
        }
        if let Some((place, byte)) = change {
            let at = place.index(body.len());
            body[at] = byte;
        }
        let mut commented = body.clone();
        commented.extend_from_slice(b"<!-- -->");
        for options in [
            DecodeOptions::lenient(),
            DecodeOptions::strict(),
            DecodeOptions::strict().with_edition(Edition::ClcTs50134),
        ] {
            match (decode(&body, &options), decode(&commented, &options)) {
                (Ok(clean), Ok(general)) => {
                    prop_assert_eq!(clean.message(), general.message());
                    prop_assert_eq!(clean.warnings(), general.warnings());
                    prop_assert_eq!(clean.extra_elements(), general.extra_elements());
                    prop_assert_eq!(clean.root(), general.root());
                    prop_assert_eq!(clean.raw(), &body[..]);
                    prop_assert_eq!(general.raw(), &commented[..]);
                }
                (Err(clean), Err(general)) => {
                    if before_the_end(&clean) {
                        prop_assert_eq!(&clean.kind, &general.kind);
                        prop_assert_eq!((clean.offset, clean.root), (general.offset, general.root));
                        // The comment may end a reference that is looked for in what is no XML.
                        if clean.reference.is_some() {
                            prop_assert_eq!(clean.reference, general.reference);
                        }
                    }
                }
                (clean, general) => prop_assert!(false, "{clean:?} against {general:?}"),
            }
        }
    }

    /// References and a declaration change nothing that is said.
    #[test]
    fn a_message_says_the_same_with_references_and_behind_a_declaration(
        message in any_message(),
        habit in habit(),
    ) {
        let habit = Habit {
            declaration: DECLARATIONS[habit.references.len() % 5],
            padding: None,
            oddities: Vec::new(),
            latin: false,
            ..habit
        };
        let body = habit.write(&message);
        let decoded = decode(&body, &DecodeOptions::lenient()).unwrap();
        prop_assert_eq!(decoded.warnings(), &[]);
        prop_assert_eq!(decoded.extra_elements(), &[]);
        prop_assert_eq!(decoded.message(), &message);
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

/// What a relay sends on is what came, byte for byte.
#[cfg(feature = "sip")]
mod passed_on {
    use std::time::{Duration, Instant};

    use proptest::prelude::*;
    use scaip::sender::{Config, ReceiverAddress, Relayed, Sender};
    use scaip::sip::{Method, SipLimits, Transport};
    use scaip::{DecodeOptions, Message, decode_request};

    use super::{any_request, habit};

    proptest! {
        #[test]
        fn line_24_a_relayed_message_leaves_byte_for_byte(
            request in any_request(),
            habit in habit(),
        ) {
            let body = habit.write(&Message::Request(request));
            let decoded = decode_request(&body, &DecodeOptions::lenient()).unwrap();
            let borrowed = Relayed::new(&decoded, Duration::from_secs(15));
            let owned = Relayed::new(&decoded.into_owned(), Duration::from_secs(15));
            for relayed in [borrowed, owned] {
                prop_assert_eq!(relayed.body(), &body[..]);
                let receiver = ReceiverAddress::new(
                    "arc",
                    Transport::Udp,
                    "198.51.100.1:5060".parse().unwrap(),
                    "sip:alarm@arc.example.net",
                );
                let unit = "192.0.2.7:5060".parse().unwrap();
                let config = Config::new([5; 16], unit, vec![receiver]);
                let mut sender = Sender::new(config).unwrap();
                let id = sender.relay(Instant::now(), relayed).unwrap();
                prop_assert_eq!(sender.relayed_body(id).unwrap(), &body[..]);
                let mut sent = 0;
                while let Some(transmit) = sender.poll_transmit() {
                    let message = scaip::sip::Message::parse_datagram(
                        transmit.bytes,
                        &SipLimits::default(),
                    ).unwrap();
                    prop_assert_eq!(message.method(), Some(Method::Message));
                    prop_assert_eq!(message.body(), &body[..]);
                    sent += 1;
                }
                prop_assert_eq!(sent, 1);
            }
        }
    }
}
