//! The way to the next page of a searchset (FHIR reference 9.3).

use core::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::CONTENT_LIMIT;
use crate::decode::{DecodeOptions, Entries, Limits};

/// The `url` of the first `link` whose `relation` is `next` in a Bundle, as it was given; `None` for
/// the last page and for anything else. Entries are passed over, not built.
///
/// Whatever [`Entries`] reads past, this does too: a page that is not quite JSON is not the last one.
#[must_use]
pub fn next_link(body: &[u8]) -> Option<String> {
    let body = body.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(body);
    let Ok(bundle) = serde_json::from_slice::<Bundle>(body) else {
        return tolerantly(body);
    };
    if bundle.resource_type.as_deref() != Some("Bundle") {
        return None;
    }
    let mut links = bundle.link.0.into_iter();
    let next = links.find(|link| link.relation.as_deref() == Some("next"))?;
    next.url.filter(|url| !url.is_empty())
}

/// The same by the tolerant reader, which takes longer: a line break in a text, a key that stands
/// twice, a number for a text.
#[cold]
fn tolerantly(body: &[u8]) -> Option<String> {
    let limits = Limits {
        bytes: CONTENT_LIMIT,
        ..Limits::DEFAULT
    };
    let options = DecodeOptions::lenient().with_limits(limits);
    let mut entries = Entries::new(body, options).ok()?;
    // The end of the Bundle checks that it is one.
    let is_bundle = entries.by_ref().all(|entry| entry.is_ok());
    entries.next_page().filter(|_| is_bundle).map(str::to_owned)
}

#[derive(Deserialize)]
struct Bundle {
    #[serde(rename = "resourceType")]
    resource_type: Option<String>,
    #[serde(default)]
    link: Links,
}

#[derive(Deserialize)]
struct Link {
    relation: Option<String>,
    url: Option<String>,
}

/// Links that are kept; a Bundle has about five.
const MOST: usize = 32;

/// An array of links; a single one counts as an array.
#[derive(Default)]
struct Links(Vec<Link>);

impl<'de> Deserialize<'de> for Links {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct LinksVisitor;

        impl<'de> Visitor<'de> for LinksVisitor {
            type Value = Links;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("links")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Links, A::Error> {
                let mut links = Vec::new();
                while links.len() < MOST {
                    match seq.next_element()? {
                        Some(link) => links.push(link),
                        None => return Ok(Links(links)),
                    }
                }
                while seq.next_element::<IgnoredAny>()?.is_some() {}
                Ok(Links(links))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Links, A::Error> {
                let link = Link::deserialize(serde::de::value::MapAccessDeserializer::new(map))?;
                Ok(Links(vec![link]))
            }

            fn visit_unit<E>(self) -> Result<Links, E> {
                Ok(Links::default())
            }
        }

        deserializer.deserialize_any(LinksVisitor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_that_the_tolerant_reader_reads_is_not_taken_for_the_last_one() {
        let next = r#"{"relation":"next","url":"https://a.example.net/2"}"#;
        for page in [
            // A line break in a text, which JSON wants escaped.
            format!(
                "{{\"resourceType\":\"Bundle\",\"entry\":[{{\"a\":\"b\nc\"}}],\"link\":[{next}]}}"
            ),
            format!(r#"{{"resourceType":"Bundle","link":[],"link":[{next}]}}"#),
            format!(r#"{{"resourceType":"Bundle","resourceType":"Bundle","link":{next}}}"#),
            format!(r#"{{"resourceType":"Bundle","link":[{{"relation":7}},null,"x",{next}]}}"#),
        ] {
            let found = next_link(page.as_bytes());
            assert_eq!(found.as_deref(), Some("https://a.example.net/2"), "{page}");
        }
        let broken = format!(r#"{{"resourceType":"Bundle","link":[{next}],"entry":[{{"a":x}}]}}"#);
        assert_eq!(next_link(broken.as_bytes()), None);
    }

    #[test]
    fn the_next_link_is_found_among_others_and_after_the_entries() {
        let bundle = |link: &str| {
            let json = format!(
                r#"{{"resourceType":"Bundle","entry":[{{"link":[{{"relation":"next","url":"no"}}]}}],"link":{link}}}"#
            );
            next_link(json.as_bytes())
        };
        let found = Some("https://a.example.net/x?cursor=%2F".to_owned());
        let next = r#"{"relation":"next","url":"https://a.example.net/x?cursor=%2F"}"#;
        assert_eq!(bundle(next), found);
        assert_eq!(
            bundle(&format!(r#"[{{"relation":"self","url":"s"}},{next}]"#)),
            found
        );
        let many = [r#"{"relation":"self"}"#; 100].join(",");
        assert_eq!(bundle(&format!("[{next},{many}]")), found);
        for none in [
            "[]",
            "null",
            "7",
            r#"[{"relation":"next"}]"#,
            r#"[{"relation":"next","url":""}]"#,
        ] {
            assert_eq!(bundle(none), None, "{none}");
        }
        assert_eq!(
            next_link(format!(r#"{{"link":[{next}]}}"#).as_bytes()),
            None
        );
    }
}
