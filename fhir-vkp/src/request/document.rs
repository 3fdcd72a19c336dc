//! What is written: the bytes of one resource, and what has to be known about them.

use core::fmt;
use std::borrow::Cow;
use std::sync::Arc;

use serde::Deserialize;
use serde_json::Value;

use super::call::Resource;
use crate::identifier::Identifier;

/// A resource as JSON, ready to be written, byte for byte the same at each attempt.
///
/// It is read no deeper than its `resourceType` and `identifier`. The body does not print.
#[derive(Clone, PartialEq, Eq)]
pub struct Document {
    resource: Resource,
    identifier: Option<Identifier>,
    body: Arc<[u8]>,
}

/// Why bytes are no [`Document`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum DocumentError {
    /// Not a JSON object, or one with a member twice.
    #[error("the document is not a JSON object")]
    NotJson,
    /// No `resourceType`, or one that is not written to any of the services.
    #[error("the document is of no type that is written")]
    ResourceType,
}

#[derive(Deserialize)]
struct Head<'a> {
    #[serde(rename = "resourceType", borrow)]
    resource_type: Option<Cow<'a, str>>,
    identifier: Option<Value>,
}

impl Document {
    /// Takes the bytes of a resource, such as the writer of this crate makes them.
    ///
    /// ```
    /// use fhir_vkp::request::{Document, Resource};
    ///
    /// let json = br#"{"resourceType":"Bundle","type":"document",
    ///     "identifier":{"system":"urn:ietf:rfc:3986","value":"urn:uuid:1f1b1c62-5b0a-4c3c-9d0e-6a4e7f8f2b01"}}"#;
    /// let document = Document::from_json(&json[..])?;
    /// assert_eq!(document.resource(), Resource::Bundle);
    /// assert!(document.identifier().is_some());
    /// # Ok::<(), fhir_vkp::request::DocumentError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`DocumentError`] for anything but a resource that is written.
    pub fn from_json(body: impl Into<Arc<[u8]>>) -> Result<Self, DocumentError> {
        let body = body.into();
        let head: Head<'_> = serde_json::from_slice(&body).map_err(|_| DocumentError::NotJson)?;
        let resource = head.resource_type.as_deref();
        let resource = resource
            .and_then(Resource::from_name)
            .ok_or(DocumentError::ResourceType)?;
        let identifier = head.identifier.as_ref().and_then(first_identifier);
        Ok(Self {
            resource,
            identifier,
            body,
        })
    }

    /// The type of the resource.
    #[must_use]
    pub const fn resource(&self) -> Resource {
        self.resource
    }

    /// The first identifier with system and value: by it a receiver recognises a repeat.
    #[must_use]
    pub const fn identifier(&self) -> Option<&Identifier> {
        self.identifier.as_ref()
    }

    /// The bytes.
    #[must_use]
    pub fn body(&self) -> &[u8] {
        &self.body
    }

    /// The bytes, shared.
    #[must_use]
    pub fn shared(&self) -> Arc<[u8]> {
        self.body.clone()
    }
}

fn first_identifier(value: &Value) -> Option<Identifier> {
    let text = |object: &Value, name| Some(object.get(name)?.as_str()?.to_owned());
    let read =
        |object: &Value| Identifier::new(text(object, "system")?, text(object, "value")?).ok();
    match value {
        Value::Array(many) => many.iter().find_map(read),
        one => read(one),
    }
}

impl fmt::Debug for Document {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Document")
            .field("resource", &self.resource)
            .field("body", &self.body.len())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Result<Document, DocumentError> {
        Document::from_json(json.as_bytes())
    }

    #[test]
    fn type_and_first_identifier_are_found() {
        let document = read(
            r#"{"identifier":[{"value":"1"},{"system":"s","value":"2"}],"resourceType":"MedicationDispense"}"#,
        )
        .expect("a document");
        assert_eq!(document.resource(), Resource::MedicationDispense);
        assert_eq!(document.identifier().map(Identifier::reveal), Some("2"));
        assert!(
            read(r#"{"resourceType":"Composition"}"#)
                .expect("a document")
                .identifier()
                .is_none()
        );
    }

    #[test]
    fn what_is_no_resource_is_refused_without_showing_it() {
        for (json, error) in [
            ("", DocumentError::NotJson),
            ("[]", DocumentError::NotJson),
            ("<html>", DocumentError::NotJson),
            (r#"{"resourceType":"Bundle""#, DocumentError::NotJson),
            (
                r#"{"resourceType":"Bundle","resourceType":"Bundle"}"#,
                DocumentError::NotJson,
            ),
            ("{}", DocumentError::ResourceType),
            (r#"{"resourceType":"Flag"}"#, DocumentError::ResourceType),
        ] {
            assert_eq!(read(json), Err(error), "{json}");
        }
        let hidden = read(r#"{"resourceType":"Patient","name":"Kari"}"#).expect("a document");
        assert!(!format!("{hidden:?}").contains("Kari"));
    }
}
