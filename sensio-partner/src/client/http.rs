//! One request over `reqwest`.

use std::time::SystemTime;

use bytes::Bytes;
use reqwest::header::{CONTENT_LENGTH, HeaderMap, HeaderName, HeaderValue};
use reqwest::{Response, Url};

use super::Inner;
use crate::answer::{BODY_LIMIT, Failure, Outcome};
use crate::client_core::CallError;
use crate::request::{Method, Request, RequestError};

impl Inner {
    /// One attempt, whatever comes of it.
    pub(super) async fn call(&self, request: &Request, body: Bytes) -> Result<Outcome, CallError> {
        let call = request.call();
        let url = Url::parse(&self.requests.endpoint().url(request));
        // A URL library that rewrote the path would turn the call into another one.
        let url = url.ok().filter(|url| url.path() == request.path());
        let (Some(url), Some(headers)) = (url, headers(request)) else {
            return Err(RequestError::Path.into());
        };
        let mut builder = self
            .http
            .request(method(call.method()), url)
            .headers(headers);
        let wants_body = !matches!(call.method(), Method::Get | Method::Delete);
        if !body.is_empty() {
            builder = builder.body(body);
        } else if wants_body {
            // Some servers refuse a POST or PUT that says no length (411).
            builder = builder.header(CONTENT_LENGTH, 0);
        }
        match builder.send().await {
            Ok(response) => Ok(read(request, response).await),
            Err(error) => Ok(Outcome::failed(call, failure(&error))),
        }
    }
}

async fn read(request: &Request, mut response: Response) -> Outcome {
    let mut body = Vec::new();
    // The status decides, also when its body is cut or too long.
    while let Ok(Some(chunk)) = response.chunk().await {
        let room = BODY_LIMIT + 1 - body.len();
        body.extend_from_slice(&chunk[..chunk.len().min(room)]);
        if body.len() > BODY_LIMIT {
            break;
        }
    }
    let headers = response.headers().iter();
    let headers = headers.map(|(name, value)| (name.as_str(), value.as_bytes()));
    let status = response.status().as_u16();
    Outcome::read(request.call(), status, headers, &body, SystemTime::now())
}

fn failure(error: &reqwest::Error) -> Failure {
    if error.is_connect() || error.is_builder() {
        Failure::NotSent
    } else if error.is_timeout() {
        Failure::TimedOut
    } else {
        Failure::ConnectionLost
    }
}

/// `None` when a header cannot be written, which the types rule out.
fn headers(request: &Request) -> Option<HeaderMap> {
    request
        .headers()
        .map(|header| {
            let mut value = HeaderValue::from_str(header.value).ok()?;
            value.set_sensitive(header.sensitive);
            Some((HeaderName::from_static(header.name), value))
        })
        .collect()
}

fn method(method: Method) -> reqwest::Method {
    match method {
        Method::Get => reqwest::Method::GET,
        Method::Post => reqwest::Method::POST,
        Method::Put => reqwest::Method::PUT,
        Method::Patch => reqwest::Method::PATCH,
        Method::Delete => reqwest::Method::DELETE,
    }
}
