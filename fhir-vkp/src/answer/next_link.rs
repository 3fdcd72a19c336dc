//! The way to the next page of a searchset (FHIR reference 9.3).

use core::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

/// The `url` of the first `link` whose `relation` is `next` in a Bundle, as it was given; `None` for
/// the last page and for anything else. Entries are passed over, not built.
#[must_use]
pub fn next_link(body: &[u8]) -> Option<String> {
    let body = body.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(body);
    let bundle: Bundle = serde_json::from_slice(body).ok()?;
    if bundle.resource_type.as_deref() != Some("Bundle") {
        return None;
    }
    let mut links = bundle.link.0.into_iter();
    let next = links.find(|link| link.relation.as_deref() == Some("next"))?;
    next.url.filter(|url| !url.is_empty())
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
