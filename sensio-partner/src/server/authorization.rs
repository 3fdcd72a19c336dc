//! Whose token came with a call.

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};

use super::problem::{Refusal, problem};
use super::token_request::credentials;

/// The value of the `Authorization` header.
pub(super) enum Authorization<'a> {
    Missing,
    Once(&'a [u8]),
    Repeated,
}

pub(super) fn authorization(headers: &HeaderMap) -> Authorization<'_> {
    match single(headers, &header::AUTHORIZATION) {
        Ok(None) => Authorization::Missing,
        Ok(Some(value)) => Authorization::Once(value),
        Err(Repeated) => Authorization::Repeated,
    }
}

/// A header that stands more than once.
pub(super) struct Repeated;

/// The value of a header that may stand once.
pub(super) fn single<'h>(
    headers: &'h HeaderMap,
    name: &header::HeaderName,
) -> Result<Option<&'h [u8]>, Repeated> {
    let mut values = headers.get_all(name).iter();
    let first = values.next().map(HeaderValue::as_bytes);
    match values.next() {
        None => Ok(first),
        Some(_) => Err(Repeated),
    }
}

/// The token of a call (RFC 6750 2.1).
pub(super) fn bearer<'h>(headers: &'h HeaderMap, scheme: &str) -> Option<&'h [u8]> {
    match authorization(headers) {
        Authorization::Once(value) => credentials(value, scheme.as_bytes()),
        Authorization::Missing | Authorization::Repeated => None,
    }
}

/// 401 (RFC 6750 3).
pub(super) fn unauthorized(detail: &'static str) -> Refusal {
    let mut response = problem(StatusCode::UNAUTHORIZED.as_u16(), detail);
    response.headers_mut().insert(
        header::WWW_AUTHENTICATE,
        HeaderValue::from_static("Bearer error=\"invalid_token\""),
    );
    response
}
