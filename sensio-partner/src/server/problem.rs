//! Answers with a problem (RFC 9457).

use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use serde_json::json;

/// An answer that ends the way of a request early.
pub(super) type Refusal = Box<Response>;

/// An answer with this status and text. The text is ours and never repeats what was sent.
pub(super) fn problem(status: u16, detail: &str) -> Refusal {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let body = json!({
        "type": "about:blank",
        "title": status.canonical_reason().unwrap_or("Error"),
        "status": status.as_u16(),
        "detail": detail,
    });
    Box::new(answer(status, "application/problem+json", body.to_string()))
}

/// An answer with a body of this type.
pub(super) fn answer(
    status: StatusCode,
    content_type: &'static str,
    body: impl Into<Body>,
) -> Response {
    let mut response = Response::new(body.into());
    *response.status_mut() = status;
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    response
}

/// The same, closing the connection: what is left of the body is not worth waiting for.
pub(super) fn closing(mut response: Refusal) -> Refusal {
    response
        .headers_mut()
        .insert(header::CONNECTION, HeaderValue::from_static("close"));
    response
}

/// The same with a wait, in whole seconds and never less than it is.
pub(super) fn with_retry_after(mut response: Refusal, wait: core::time::Duration) -> Refusal {
    let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
    response
        .headers_mut()
        .insert(header::RETRY_AFTER, seconds.into());
    response
}
