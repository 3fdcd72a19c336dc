//! Why something is no FHIR that can be read, with advice.

use fhir_vkp::decode::{DecodeError, DecodeErrorKind};

use crate::decode::failure::Reason;

pub(super) fn reason(error: &DecodeError) -> Reason {
    let offset = match error.kind {
        // The path places it.
        DecodeErrorKind::Deviation(_) => None,
        _ => Some(error.offset),
    };
    let detail = format!("{} (at {})", error.kind, error.path);
    let reason = Reason::new(code(error.kind), detail, layer(error.kind), offset);
    match advice(error.kind) {
        Some(advice) => reason.advising(advice),
        None => reason,
    }
}

const fn code(kind: DecodeErrorKind) -> &'static str {
    match kind {
        DecodeErrorKind::Empty => "empty",
        DecodeErrorKind::TooLarge { .. } => "too-large",
        DecodeErrorKind::TooDeep { .. } => "too-deep",
        DecodeErrorKind::TooManyValues { .. } => "too-many-values",
        DecodeErrorKind::SectionsTooDeep { .. } => "sections-too-deep",
        DecodeErrorKind::Encoding => "encoding",
        DecodeErrorKind::Xml => "xml",
        DecodeErrorKind::Html => "html",
        DecodeErrorKind::Json(_) => "not-json",
        DecodeErrorKind::NotAnObject => "not-an-object",
        DecodeErrorKind::NoResourceType => "no-resource-type",
        DecodeErrorKind::OtherType { .. } => "other-type",
        DecodeErrorKind::Deviation(_) => "deviation",
        _ => "not-read",
    }
}

const fn layer(kind: DecodeErrorKind) -> &'static str {
    match kind {
        DecodeErrorKind::Deviation(_)
        | DecodeErrorKind::OtherType { .. }
        | DecodeErrorKind::SectionsTooDeep { .. } => "fhir",
        _ => "json",
    }
}

const fn advice(kind: DecodeErrorKind) -> Option<&'static str> {
    Some(match kind {
        DecodeErrorKind::Empty => "an empty answer says nothing: look at its HTTP status",
        DecodeErrorKind::TooLarge { .. } => "raise --max-size, or ask for fewer at a time (_count)",
        DecodeErrorKind::Encoding => "FHIR is UTF-8: convert the file",
        DecodeErrorKind::Xml => {
            "FHIR has an XML form, which VKP and its successors do not speak: ask for \
             application/fhir+json"
        }
        DecodeErrorKind::Html => {
            "a web page of a proxy or a sign-in service: the request did not reach the FHIR server"
        }
        DecodeErrorKind::NoResourceType => {
            "JSON, but no FHIR: the status of JFT and the tokens of HelseID, for example, are plain JSON"
        }
        DecodeErrorKind::Deviation(_) => "leave out --strict to read on",
        _ => return None,
    })
}
