//! One request over `reqwest`.

use std::time::SystemTime;

use bytes::Bytes;
use reqwest::header::{CONTENT_LENGTH, HeaderMap, HeaderName, HeaderValue};
use reqwest::{Response, Url};

use super::Inner;
use crate::answer::{Failure, Outcome};
use crate::request::{InvalidAddress, Method, Request, RequestError};

impl Inner {
    /// One attempt, whatever comes of it.
    pub(super) async fn call(&self, request: &Request) -> Result<Outcome, RequestError> {
        let call = request.call();
        let url = Url::parse(request.url()).ok();
        // A URL library that rewrote it would turn the call into another one than was proved.
        let url = url.filter(|url| url.as_str() == request.url());
        let (Some(url), Some(headers)) = (url, headers(request)) else {
            return Err(InvalidAddress::NotUrl.into());
        };
        let mut builder = match request.method() {
            Method::Get => self.http.get(url),
            Method::Post => self.http.post(url),
        }
        .headers(headers);
        let body = request.shared_body();
        if !body.is_empty() {
            builder = builder.body(Bytes::from_owner(body));
        } else if request.method() == Method::Post {
            // Some servers refuse a POST that says no length (411).
            builder = builder.header(CONTENT_LENGTH, 0);
        }
        match builder.send().await {
            Ok(response) => Ok(read(request, response).await),
            Err(error) => Ok(Outcome::failed(call, failure(&error))),
        }
    }
}

async fn read(request: &Request, mut response: Response) -> Outcome {
    let (call, status) = (request.call(), response.status().as_u16());
    // One byte more than is kept tells that there was more.
    let most = Outcome::limit(call, status) + 1;
    let mut body = Vec::new();
    let whole = loop {
        match response.chunk().await {
            Ok(Some(chunk)) => {
                let room = most - body.len();
                body.extend_from_slice(&chunk[..chunk.len().min(room)]);
                if body.len() == most {
                    break true;
                }
            }
            Ok(None) => break true,
            Err(_) => break false,
        }
    };
    let headers = response.headers().iter();
    let headers = headers.map(|(name, value)| (name.as_str(), value.as_bytes()));
    let outcome = Outcome::read(call, status, headers, body, SystemTime::now());
    if whole { outcome } else { outcome.broken_off() }
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
