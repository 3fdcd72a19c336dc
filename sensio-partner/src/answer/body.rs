//! The bodies that errors come with (Partner API reference 8.1).

use core::fmt;

use serde_json::{Map, Value};

/// What the body of an error looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorShape {
    /// Nothing.
    Empty,
    /// RFC 9457: `title`, `detail`, `traceId`, `errors` \[I-low\].
    ProblemDetails,
    /// `Message`, `ExceptionMessage` \[I-low\].
    Message,
    /// RFC 6749 5.2: `error`, `error_description`.
    OAuth,
    /// A JSON string.
    JsonText,
    /// Other JSON.
    Json,
    /// An HTML page, most likely of a proxy.
    Html,
    /// Plain text.
    Text,
    /// Bytes that are no text.
    Binary,
}

/// The body of an error, read leniently. Texts came from outside and may repeat health data: they are
/// kept for an operator who asks, and do not print.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ErrorBody {
    /// What it looks like.
    pub shape: ErrorShape,
    /// `title`, `Message`, `error`, or the text itself.
    pub title: Option<String>,
    /// `detail`, `ExceptionMessage` or `error_description`.
    pub detail: Option<String>,
    /// `traceId`, for the vendor's support.
    pub trace_id: Option<String>,
    /// The members that `errors` names, without its texts.
    pub members: Vec<String>,
}

/// Members that `errors` may name; more are not kept.
const MEMBERS: usize = 32;

impl ErrorBody {
    /// Reads a body, which may be cut anywhere.
    #[must_use]
    pub fn read(body: &[u8]) -> Self {
        let mut read = Self {
            shape: ErrorShape::Empty,
            title: None,
            detail: None,
            trace_id: None,
            members: Vec::new(),
        };
        let body = body
            .strip_prefix(b"\xEF\xBB\xBF")
            .unwrap_or(body)
            .trim_ascii();
        if body.is_empty() {
            return read;
        }
        match serde_json::from_slice(body) {
            Ok(Value::Object(object)) => read.take(&object),
            Ok(Value::String(text)) => {
                read.shape = ErrorShape::JsonText;
                read.title = Some(text);
            }
            Ok(_) => read.shape = ErrorShape::Json,
            Err(_) => read.take_text(body),
        }
        read
    }

    fn take(&mut self, object: &Map<String, Value>) {
        let text = |name| text(object, name);
        self.trace_id = text("traceId").or_else(|| text("trace_id"));
        if let Some(errors) = member(object, "errors") {
            self.members = match errors {
                Value::Object(errors) => errors.keys().take(MEMBERS).cloned().collect(),
                _ => Vec::new(),
            };
        }
        (self.shape, self.title, self.detail) = if let Some(error) = text("error") {
            (ErrorShape::OAuth, Some(error), text("error_description"))
        } else if let Some(message) = text("message") {
            let detail = text("exceptionMessage").or_else(|| text("messageDetail"));
            (ErrorShape::Message, Some(message), detail)
        } else if member(object, "title").is_some() || member(object, "detail").is_some() {
            (ErrorShape::ProblemDetails, text("title"), text("detail"))
        } else {
            (ErrorShape::Json, None, None)
        };
    }

    fn take_text(&mut self, body: &[u8]) {
        // The kept part may end inside a character.
        let end = match core::str::from_utf8(body) {
            Ok(_) => body.len(),
            Err(error) if error.error_len().is_none() => error.valid_up_to(),
            Err(_) => {
                self.shape = ErrorShape::Binary;
                return;
            }
        };
        let text = core::str::from_utf8(&body[..end]).unwrap_or_default();
        let start = text.get(..9).unwrap_or(text).to_ascii_lowercase();
        self.shape = match start.starts_with("<!doctype") || start.starts_with("<html") {
            true => ErrorShape::Html,
            false => ErrorShape::Text,
        };
        if self.shape == ErrorShape::Text {
            self.title = Some(text.to_owned());
        }
    }
}

fn member<'a>(object: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    object
        .iter()
        .find(|(known, _)| known.eq_ignore_ascii_case(name))
        .map(|(_, value)| value)
}

fn text(object: &Map<String, Value>, name: &str) -> Option<String> {
    member(object, name)?
        .as_str()
        .filter(|text| !text.is_empty())
        .map(ToOwned::to_owned)
}

impl fmt::Debug for ErrorBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ErrorBody")
            .field("shape", &self.shape)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shape_is_recognised() {
        use ErrorShape as Shape;
        for (body, shape, title) in [
            ("", Shape::Empty, None),
            (
                r#"{"title":"Bad","detail":"d"}"#,
                Shape::ProblemDetails,
                Some("Bad"),
            ),
            (
                r#"{"Message":"No","ExceptionMessage":"e"}"#,
                Shape::Message,
                Some("No"),
            ),
            (
                r#"{"error":"invalid_client"}"#,
                Shape::OAuth,
                Some("invalid_client"),
            ),
            (r#""nope""#, Shape::JsonText, Some("nope")),
            ("[1]", Shape::Json, None),
            ("<!DOCTYPE html><html>", Shape::Html, None),
            ("\u{feff}<html>", Shape::Html, None),
            ("gateway", Shape::Text, Some("gateway")),
            (r#"{"title":"cut"#, Shape::Text, Some(r#"{"title":"cut"#)),
        ] {
            let read = ErrorBody::read(body.as_bytes());
            assert_eq!(
                (read.shape, read.title.as_deref()),
                (shape, title),
                "{body}"
            );
        }
        assert_eq!(ErrorBody::read(b"\xFF\xFE\x00").shape, Shape::Binary);
    }

    #[test]
    fn members_in_error_are_named_without_their_texts() {
        let body = br#"{"title":"t","traceId":"00-1","errors":{"description":["Kari fell"]}}"#;
        let read = ErrorBody::read(body);
        assert_eq!(read.members, ["description"]);
        assert_eq!(read.trace_id.as_deref(), Some("00-1"));
        assert_eq!(
            format!("{read:?}"),
            "ErrorBody { shape: ProblemDetails, .. }"
        );
    }
}
