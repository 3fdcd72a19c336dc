//! Sensio Partner: bodies, answers, tokens, the queue, webhooks, the server side, provisioning,
//! vocabularies.

mod answer;
mod correlator;
mod event;
mod provisioning;
mod queue;
mod server;
mod status;
mod token;
mod vocabulary;
mod webhook;

pub use answer::sensio_answer;
pub use correlator::sensio_correlator;
pub use event::sensio_event;
pub use provisioning::sensio_provisioning;
pub use queue::sensio_queue;
pub use server::sensio_server;
pub use status::sensio_status;
pub use token::sensio_token;
pub use vocabulary::sensio_vocabulary;
pub use webhook::sensio_webhook;

use sensio_partner::{DecodeError, DecodeErrorKind, DecodeOptions, Decoded, Limits, WarningKind};
use serde_json::Value;

/// Limits that are met by short inputs.
const TIGHT: Limits = Limits {
    body: 120,
    image: 8,
    members: 3,
    batch: 2,
};

/// What a reader says about a body under lenient rules, held against what it says under strict ones.
///
/// Strict rules accept exactly what lenient ones accept without a warning, with the same result; and
/// they refuse the first deviation.
fn compared<T: Clone + PartialEq + std::fmt::Debug>(
    limits: Limits,
    read: impl Fn(&DecodeOptions) -> Result<Decoded<T>, DecodeError>,
) -> Result<Decoded<T>, DecodeError> {
    let lenient = read(&DecodeOptions::lenient().with_limits(limits));
    let strict = read(&DecodeOptions::strict().with_limits(limits));
    match (&lenient, &strict) {
        (Ok(lenient), Ok(strict)) => {
            assert!(lenient == strict, "the modes differ");
            assert!(strict.warnings().is_empty(), "{:?}", strict.warnings());
        }
        (Ok(lenient), Err(error)) => {
            let first = lenient.warnings().first().expect("a warning for leniency");
            // Strict rules do not ask what is the matter with base64.
            let base64 =
                first.kind.name().starts_with("base64") || first.kind == WarningKind::DataPrefix;
            assert!(
                error.kind == DecodeErrorKind::Deviation(first.kind)
                    || base64 && error.kind == DecodeErrorKind::Base64
            );
            assert_eq!((error.member, error.index), (first.member, first.index));
        }
        (Err(lenient), Err(strict)) => {
            let deviates = matches!(
                strict.kind,
                DecodeErrorKind::Deviation(_) | DecodeErrorKind::Base64
            );
            assert!(lenient == strict || deviates, "{lenient} and {strict}");
        }
        (Err(error), Ok(_)) => panic!("strict rules accept what lenient ones refuse: {error}"),
    }
    let _ = format!("{lenient:?} {strict:?}");
    lenient
}

/// The body as serde_json alone reads it.
fn plain(body: &[u8]) -> Option<Value> {
    let body = body.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(body);
    serde_json::from_slice(body).ok()
}

/// A body that is JSON is not refused for its syntax, and what is no JSON is not read.
fn judged<T>(body: &[u8], limits: Limits, read: &Result<Decoded<T>, DecodeError>) {
    if body.len() > limits.body {
        let limit = limits.body;
        let error = read.as_ref().err().map(|error| error.kind);
        assert_eq!(error, Some(DecodeErrorKind::BodyTooLarge { limit }));
        return;
    }
    let json = plain(body);
    match read {
        Ok(_) => assert!(json.is_some() || body.is_empty(), "read what is no JSON"),
        Err(error) => {
            assert!(!error.to_string().is_empty());
            let syntax = matches!(error.kind, DecodeErrorKind::Syntax { .. });
            assert!(!syntax || json.is_none(), "JSON is refused: {error}");
        }
    }
}

/// Whether a value holds what means "not used" anywhere.
fn has_unused(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(values) => values.is_empty() || values.iter().any(has_unused),
        Value::Object(members) => members.is_empty() || members.values().any(has_unused),
        Value::Bool(_) | Value::Number(_) => false,
    }
}

/// A text that would be told apart from the program's own words if it were printed.
fn is_telling(text: &str) -> bool {
    text.len() >= 16 && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}
