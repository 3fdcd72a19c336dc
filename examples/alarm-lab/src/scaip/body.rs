//! The body of a request, with the faults that live in the XML.

use scaip::{EncodeError, EncodeOptions, Request, Text, encode_request};

use super::Fault;

/// A text with letters that ISO 8859-1 and UTF-8 write differently, for a request without any.
const NORWEGIAN_TEXT: &str = "Nødknapp kjøkken";

/// Writes the body of `request` into `out`, which is emptied first.
pub(super) fn write_body(
    request: &Request<'_>,
    faults: &[Fault],
    out: &mut Vec<u8>,
) -> Result<(), EncodeError> {
    out.clear();
    let latin = faults.contains(&Fault::Latin1);
    if latin && request.device_text.is_none() {
        let mut request = request.clone();
        request.device_text = Some(Text::new(NORWEGIAN_TEXT));
        encode_request(&request, &EncodeOptions::new(), out)?;
    } else {
        encode_request(request, &EncodeOptions::new(), out)?;
    }
    if !faults.iter().any(|fault| changes_body(*fault)) {
        return Ok(());
    }
    // The encoder writes UTF-8.
    let clean = String::from_utf8_lossy(out).into_owned();
    let mut elements = top_elements(&clean);
    for (name, content) in &mut elements {
        if faults.contains(&Fault::ShortCodes) && matches!(*name, "dty" | "stc" | "dco" | "lco") {
            let short = content.trim_start_matches('0');
            *content = if short.is_empty() { "0" } else { short }.to_owned();
        }
        if faults.contains(&Fault::LeadingBlank) && *name == "cid" {
            content.insert(0, ' ');
        }
    }
    let shuffled = faults.contains(&Fault::ShuffledElements);
    if shuffled {
        elements.reverse();
    }
    // Behind the real one, which counts because it is the first.
    if faults.contains(&Fault::RepeatElement) {
        elements.push(("ref", "again".to_owned()));
    }
    let upper = faults.contains(&Fault::UpperCaseTags);
    let case = |name: &str| {
        if upper {
            name.to_ascii_uppercase()
        } else {
            name.to_owned()
        }
    };
    let (indent, line) = if shuffled { ("  ", "\n") } else { ("", "") };
    let mut text = format!("<{}>{line}", case("mrq"));
    for (name, content) in &elements {
        let name = case(name);
        text.push_str(&format!("{indent}<{name}>{content}</{name}>{line}"));
    }
    if !faults.contains(&Fault::MalformedXml) {
        text.push_str(&format!("</{}>{line}", case("mrq")));
    }
    out.clear();
    if latin {
        out.extend(text.chars().map(|c| u8::try_from(c).unwrap_or(b'?')));
    } else {
        out.extend_from_slice(text.as_bytes());
    }
    Ok(())
}

const fn changes_body(fault: Fault) -> bool {
    matches!(
        fault,
        Fault::ShuffledElements
            | Fault::ShortCodes
            | Fault::Latin1
            | Fault::UpperCaseTags
            | Fault::LeadingBlank
            | Fault::RepeatElement
            | Fault::MalformedXml
    )
}

/// Name and inner markup of each child of the root, of a body that our encoder wrote: no
/// attributes, no blanks, no element inside one of the same name.
fn top_elements(body: &str) -> Vec<(&str, String)> {
    let mut rest = body.strip_prefix("<mrq>").unwrap_or(body);
    let mut elements = Vec::new();
    while let Some((name, after)) = rest.strip_prefix('<').and_then(|r| r.split_once('>')) {
        let Some((content, next)) = after.split_once(&format!("</{name}>")) else {
            break;
        };
        elements.push((name, content.to_owned()));
        rest = next;
    }
    elements
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use scaip::{
        ControllerId, DecodeErrorKind, DecodeOptions, DeviceType, LocationCode, Reference,
        StatusCode, StatusNumber, WarningKind, decode_request,
    };

    use super::*;

    fn request() -> Request<'static> {
        let mut request = Request::new(
            Reference::new("a1"),
            ControllerId::new("40211870"),
            DeviceType::PERSONAL_TRIGGER,
        );
        request.status_code = Some(StatusCode::MANUAL_ALARM);
        request.location_code = LocationCode::KITCHEN;
        request.device_text = Some(Text::new("Røykvarsler <1>"));
        request
    }

    fn body(faults: &[Fault]) -> Vec<u8> {
        let mut out = b"left over".to_vec();
        write_body(&request(), faults, &mut out).unwrap();
        out
    }

    #[test]
    fn without_a_fault_the_body_is_the_codecs_own() {
        let mut clean = Vec::new();
        encode_request(&request(), &EncodeOptions::new(), &mut clean).unwrap();
        assert_eq!(body(&[]), clean);
        assert_eq!(body(&[Fault::SameBranch]), clean);
    }

    type Is = fn(WarningKind) -> bool;

    #[test]
    fn every_tolerable_fault_reads_back_to_the_same_request_with_its_warning() {
        let cases: [(Fault, Option<Is>); 6] = [
            (Fault::ShuffledElements, None),
            (Fault::ShortCodes, None),
            (
                Fault::Latin1,
                Some(|w| w == WarningKind::AssumedWindows1252),
            ),
            (Fault::UpperCaseTags, Some(|w| w == WarningKind::LetterCase)),
            (
                Fault::LeadingBlank,
                Some(|w| matches!(w, WarningKind::WhiteSpace(_))),
            ),
            (
                Fault::RepeatElement,
                Some(|w| matches!(w, WarningKind::Repeated(_))),
            ),
        ];
        for (fault, expected) in cases {
            let body = body(&[fault]);
            let decoded = decode_request(&body, &DecodeOptions::lenient()).unwrap();
            assert_eq!(decoded.message(), &request(), "{fault}");
            if let Some(is) = expected {
                assert!(
                    decoded.warnings().iter().any(|w| is(w.kind)),
                    "{fault}: {:?}",
                    decoded.warnings()
                );
            }
        }
    }

    #[test]
    fn all_tolerable_faults_together_still_read_back() {
        let body = body(&[
            Fault::ShuffledElements,
            Fault::ShortCodes,
            Fault::Latin1,
            Fault::UpperCaseTags,
            Fault::LeadingBlank,
        ]);
        let decoded = decode_request(&body, &DecodeOptions::lenient()).unwrap();
        assert_eq!(decoded.message(), &request());
    }

    /// Letters, digits, marks that XML escapes, and accented letters of ISO 8859-1. Its signs are
    /// left out: behind a letter they can look like UTF-8, and nobody can tell the two apart.
    fn text() -> impl Strategy<Value = Text<'static>> {
        let character = prop_oneof![prop::char::range(' ', '~'), prop::char::range('À', 'ÿ'),];
        prop::collection::vec(character, 1..=32).prop_filter_map("only blanks", |characters| {
            let text = Text::new(characters.into_iter().collect::<String>());
            (!text.as_str().is_empty()).then_some(text)
        })
    }

    proptest! {
        #[test]
        fn any_texts_and_codes_survive_any_tolerable_faults(
            device in text(),
            place in prop::option::of(text()),
            status in 0_u16..10_000,
            chosen in prop::sample::subsequence(Fault::ALL, 0..Fault::ALL.len()),
        ) {
            let faults: Vec<_> = chosen
                .into_iter()
                .filter(|fault| *fault != Fault::MalformedXml)
                .collect();
            let mut request = request();
            request.device_text = Some(device);
            request.location_text = place;
            request.status_code = Some(StatusCode::new(status));
            let mut body = Vec::new();
            write_body(&request, &faults, &mut body).unwrap();
            let decoded = decode_request(&body, &DecodeOptions::lenient()).unwrap();
            prop_assert_eq!(decoded.message(), &request);
        }
    }

    #[test]
    fn malformed_xml_keeps_a_readable_reference() {
        let body = body(&[Fault::MalformedXml]);
        let error = decode_request(&body, &DecodeOptions::lenient()).unwrap_err();
        assert!(matches!(error.kind, DecodeErrorKind::NotWellFormed(_)));
        assert_eq!(error.status_number(), StatusNumber::INVALID_FORMAT);
        assert_eq!(error.reference, Some(Reference::new("a1")));
    }

    #[test]
    fn codes_lose_their_zeros_and_keep_the_last_one() {
        let text = String::from_utf8(body(&[Fault::ShortCodes])).unwrap();
        assert!(text.contains("<dty>3</dty>"), "{text}");
        assert!(text.contains("<stc>10</stc>"), "{text}");
    }
}
