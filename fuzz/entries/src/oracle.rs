//! Bodies held against roxmltree, an XML reader that nobody here wrote.

use roxmltree::{Document, Node, ParsingOptions};
use scaip::{
    DecodeError, DecodeErrorKind, DecodeOptions, Decoded, Message, Mode, NotWellFormed, Request,
    Response, Root, WarningKind,
};

type Outcome<'a> = Result<Decoded<'a, Message<'a>>, DecodeError>;

/// Compares what the two readers say about a body.
pub(crate) fn compare(body: &[u8], options: &DecodeOptions, ours: &Outcome<'_>) {
    let text = std::str::from_utf8(body).ok();
    let theirs = text.and_then(|text| {
        let no_definitions = ParsingOptions {
            allow_dtd: false,
            ..ParsingOptions::default()
        };
        Document::parse_with_options(text, no_definitions).ok()
    });
    match (ours, theirs) {
        (Ok(decoded), Some(document)) => {
            if !decoded
                .warnings()
                .iter()
                .any(|warning| transcoded(warning.kind))
            {
                same_texts(decoded, &document);
            }
        }
        (Ok(decoded), None) => {
            assert!(
                options.mode == Mode::Lenient || not_looked_into(body),
                "strict rules accept what is not XML: {:?}",
                decoded.message()
            );
        }
        (Err(error), Some(document)) => {
            let name = document.root_element().tag_name().name();
            let refused_as_xml = matches!(
                error.kind,
                // roxmltree replaces a reference beyond U+10FFFF, which XML 1.0 4.1 refuses.
                DecodeErrorKind::NotWellFormed(what) if what != NotWellFormed::CharacterReference
            ) || matches!(
                error.kind,
                DecodeErrorKind::DocumentType
                    | DecodeErrorKind::Entity
                    | DecodeErrorKind::EmptyBody
            );
            assert!(
                !refused_as_xml || more_tolerant(body),
                "XML with root {name} is refused: {error}"
            );
            if ["mrq", "mrs"].contains(&name) {
                assert_ne!(error.kind, DecodeErrorKind::Root);
            }
        }
        (Err(_), None) => {}
    }
}

/// What our readers pass over without looking inside: comments, processing instructions and the
/// XML declaration.
fn not_looked_into(body: &[u8]) -> bool {
    let holds = |text: &[u8]| body.windows(text.len()).any(|window| window == text);
    holds(b"<!--") || holds(b"<?")
}

/// Where roxmltree takes what is not XML: it reads `<:name>` as a name without a prefix and closes
/// `<name>` with it, and it knows a misplaced XML declaration only with a blank behind `<?xml`.
fn more_tolerant(body: &[u8]) -> bool {
    let holds = |body: &[u8], text: &[u8]| body.windows(text.len()).any(|window| window == text);
    holds(body, b"<:") || holds(body, b"</:") || holds(body.get(1..).unwrap_or_default(), b"<?xml")
}

fn transcoded(kind: WarningKind) -> bool {
    matches!(
        kind,
        WarningKind::DeclaredEncoding | WarningKind::AssumedWindows1252
    )
}

/// Line ends, made equal: roxmltree keeps a carriage return that stands in front of a character
/// reference, or takes it for one with the line feed that the reference means. XML 1.0 2.11 makes
/// a line feed of it before references are read.
fn lines(text: &str) -> String {
    let mut lines = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\r' | '\n' if lines.ends_with('\n') => {}
            '\r' | '\n' => lines.push('\n'),
            other => lines.push(other),
        }
    }
    lines
}

/// The text directly inside an element, trimmed; `None` when nothing is left.
fn text_of(node: Node<'_, '_>) -> Option<String> {
    let text: String = node
        .children()
        .filter(Node::is_text)
        .filter_map(|child| child.text())
        .collect();
    let text = text.trim();
    (!text.is_empty()).then(|| lines(text))
}

fn named<'a, 'i>(parent: Node<'a, 'i>, name: &'static str) -> impl Iterator<Item = Node<'a, 'i>> {
    parent
        .children()
        .filter(move |node| node.is_element())
        .filter(move |node| node.tag_name().name().eq_ignore_ascii_case(name))
}

/// What the other reader sees below the root.
struct Seen<'a, 'i>(Node<'a, 'i>);

impl Seen<'_, '_> {
    /// The first element of that name counts.
    fn text(&self, name: &'static str) -> Option<String> {
        named(self.0, name).next().and_then(text_of)
    }

    fn texts(&self, name: &'static str) -> Vec<String> {
        named(self.0, name).filter_map(text_of).collect()
    }

    /// The number of a code, if its text is at most nine digits for a number of five.
    fn number(&self, name: &'static str) -> Option<u32> {
        let text = self.text(name)?;
        let digits = (1..=9).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
        let number = digits.then(|| text.parse().expect("nine digits fit"));
        number.filter(|&number: &u32| number <= 99_999)
    }

    fn located(&self, name: &'static str) -> Option<String> {
        // A second lge is set aside whole.
        let location = named(self.0, "lge").next()?;
        named(location, name).next().and_then(text_of)
    }
}

fn same_texts(decoded: &Decoded<'_, Message<'_>>, document: &Document<'_>) {
    let root = document.root_element();
    let name = root.tag_name().name().to_ascii_lowercase();
    let seen = Seen(root);
    match decoded.message() {
        Message::Request(request) => {
            let expected = if decoded.root() == Root::Scaip {
                "scaip"
            } else {
                "mrq"
            };
            assert_eq!(name, expected);
            same_request(request, &seen);
        }
        Message::Response(response) => {
            let expected = if decoded.root() == Root::Scaip {
                "scaip"
            } else {
                "mrs"
            };
            assert_eq!(name, expected);
            same_response(response, &seen);
        }
    }
}

fn same_request(request: &Request<'_>, seen: &Seen<'_, '_>) {
    let same = |name, ours: Option<&str>| assert_eq!(ours.map(lines), seen.text(name), "{name}");
    same("ref", Some(request.reference.as_str()));
    same("cid", Some(request.controller_id.as_str()));
    same("did", request.device_id.as_ref().map(|id| id.as_str()));
    for (name, ours) in [
        ("dte", &request.device_text),
        ("stt", &request.status_text),
        ("lva", &request.location_value),
        ("lte", &request.location_text),
        ("ite", &request.information_text),
    ] {
        same(name, ours.as_ref().map(|text| text.as_str()));
    }
    let same = |name, ours: Option<u32>| assert_eq!(ours, seen.number(name), "{name}");
    // One that is no number is unknown, 0.
    same(
        "dty",
        Some(request.device_type.number()).filter(|&n| n > 0 || seen.number("dty") == Some(0)),
    );
    same("dco", request.device_component.map(|code| code.number()));
    same("stc", request.status_code.map(|code| code.number()));
    same("ico", request.information_code.map(|code| code.number()));
    let same = |name, ours: u32| assert_eq!(ours, seen.number(name).unwrap_or(0), "{name}");
    same("sco", request.system_configuration.number());
    same("cha", request.call_handling.number());
    same("hbo", request.heartbeat_options.number());
    same("pri", request.priority.number());
    same("lco", request.location_code.number());
    same("mreq", request.media_request.number());
    let calls: Vec<_> = request
        .caller_ids
        .iter()
        .map(|call| lines(call.as_str()))
        .collect();
    assert_eq!(calls, seen.texts("crd"));
    let message_type = seen.text("mty").unwrap_or_else(|| "ME".into());
    assert!(lines(request.message_type.code()).eq_ignore_ascii_case(&message_type));
    let here = request.geographic_location.as_ref();
    for (name, ours) in [
        ("geo", here.and_then(|location| location.position.as_ref())),
        ("tim", here.and_then(|location| location.time.as_ref())),
        ("gga", here.and_then(|location| location.nmea_gga.as_ref())),
    ] {
        assert_eq!(
            ours.map(|text| lines(text.as_str())),
            seen.located(name),
            "{name}"
        );
    }
    assert_eq!(
        request.additional_message,
        seen.text("ame").as_deref() == Some("1")
    );
}

fn same_response(response: &Response<'_>, seen: &Seen<'_, '_>) {
    assert_eq!(seen.text("ref"), Some(lines(response.reference.as_str())));
    assert_eq!(seen.number("snu"), Some(response.status_number.number()));
    let text = response.status_text.as_ref();
    assert_eq!(seen.text("ste"), text.map(|text| lines(text.as_str())));
    let numbers: Vec<_> = response
        .transferred_numbers
        .iter()
        .map(|call| lines(call.as_str()))
        .collect();
    assert_eq!(numbers, seen.texts("tnu"));
    assert_eq!(
        seen.number("mre").unwrap_or(0),
        response.media_reply.number()
    );
    let interval = response.heartbeat_interval.map(|code| code.number());
    assert_eq!(seen.number("hbi"), interval);
}
