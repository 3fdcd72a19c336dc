//! A [`Receiver`] as an axum router.
//!
//! The head is judged before the body is read, the body is read up to its limit and in bounded time, and
//! 200 is answered only after the [`Handler`] said that the outcome is durable. TLS, the time for the
//! head and the number of connections belong to the server around it.
//!
//! The limit on refusals goes by the address of the peer, so serve with
//! `into_make_service_with_connect_info::<SocketAddr>()`; without it nothing is limited.
//!
//! ```
//! use std::sync::Mutex;
//! use sensio_partner::Secret;
//! use sensio_partner::webhook::axum::{Handler, NotDurable, router};
//! use sensio_partner::webhook::{Config, Incoming, Receiver, Verifier, Webhook};
//!
//! /// Keeps calls in memory; a real one keeps them on disk.
//! #[derive(Default)]
//! struct Store(Mutex<Vec<Webhook>>);
//!
//! impl Handler for Store {
//!     async fn handle(&self, incoming: &Incoming) -> Result<(), NotDurable> {
//!         let mut kept = self.0.lock().map_err(|_| NotDurable)?;
//!         kept.push(incoming.webhook().clone());
//!         Ok(())
//!     }
//! }
//!
//! let verifier = Verifier::new(&[Secret::new("3c1f5f7a-not-a-real-token")])?;
//! let receiver = Receiver::new(verifier, Config::default());
//! let app = router("/hooks/sensio", receiver, Store::default());
//! # let _: axum::Router = app;
//! # Ok::<(), sensio_partner::webhook::InvalidToken>(())
//! ```

use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use axum::Router;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::any;

use super::{Answer, Config, Head, Incoming, Receiver, Rejection};
use crate::http_body::{BodyError, read_body};
use crate::time::Time;

/// What the application does with a call.
pub trait Handler: Send + Sync + 'static {
    /// Makes the outcome durable. The future may be dropped when the caller goes away or
    /// [`Config::handler_timeout`] has passed; a call may come again.
    ///
    /// An unknown device and an event that is closed already are `Ok`.
    ///
    /// # Errors
    ///
    /// [`NotDurable`] is answered with 500, so that the sender can repeat.
    fn handle(&self, incoming: &Incoming) -> impl Future<Output = Result<(), NotDurable>> + Send;
}

/// The outcome could not be kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the outcome could not be made durable")]
pub struct NotDurable;

struct Hook<H> {
    config: Config,
    receiver: Mutex<Receiver>,
    handler: H,
    started: Instant,
}

/// A router with the webhook at this path, in the notation of axum.
///
/// # Panics
///
/// As [`Router::route`]: when the path does not begin with a slash.
pub fn router<H: Handler>(path: &str, receiver: Receiver, handler: H) -> Router {
    Router::new()
        .route(path, any(call::<H>))
        .with_state(Arc::new(Hook {
            config: *receiver.config(),
            receiver: Mutex::new(receiver),
            handler,
            started: Instant::now(),
        }))
}

async fn call<H: Handler>(State(hook): State<Arc<Hook<H>>>, request: Request) -> Response {
    match take(&hook, request).await {
        Ok(Answer { status }) => code(status).into_response(),
        Err(rejection) => refusal(&rejection),
    }
}

async fn take<H: Handler>(hook: &Hook<H>, request: Request) -> Result<Answer, Rejection> {
    let (parts, body) = request.into_parts();
    let source = peer(&parts.extensions);
    let headers = parts.headers.iter();
    let headers = headers.map(|(name, value)| (name.as_str(), value.as_bytes()));
    let head = Head::new(parts.method.as_str(), headers);
    let now = Time::from(hook.started.elapsed());
    let admitted = hook
        .receiver
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .handle_head(now, source, &head)?;
    let limit = admitted.body_limit();
    let body = read_body(body, limit, hook.config.body_timeout).await;
    let body = body.map_err(|error| match error {
        BodyError::TooLong => Rejection::TooLong { limit },
        BodyError::Timeout => Rejection::Timeout,
        BodyError::Incomplete => Rejection::Incomplete,
    })?;
    let incoming = admitted.read(&body)?;
    let kept =
        tokio::time::timeout(hook.config.handler_timeout, hook.handler.handle(&incoming)).await;
    Ok(match kept {
        Ok(Ok(())) => incoming.accept(),
        Ok(Err(NotDurable)) | Err(_) => incoming.refuse(),
    })
}

/// The address of the peer, where the server hands it on.
pub(crate) fn peer(extensions: &axum::http::Extensions) -> Option<IpAddr> {
    let ConnectInfo(address) = extensions.get::<ConnectInfo<SocketAddr>>()?;
    Some(address.ip())
}

fn code(status: u16) -> StatusCode {
    StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

fn refusal(rejection: &Rejection) -> Response {
    let mut response = (code(rejection.status()), rejection.to_string()).into_response();
    let headers = response.headers_mut();
    match rejection {
        Rejection::Method => {
            headers.insert(header::ALLOW, HeaderValue::from_static("POST"));
        }
        Rejection::TooManyRefusals { retry_after } => {
            headers.insert(header::RETRY_AFTER, (retry_after.as_secs() + 1).into());
        }
        // What is left of the body is not worth waiting for.
        Rejection::TooLong { .. } | Rejection::Timeout | Rejection::Incomplete => {
            headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
        }
        _ => {}
    }
    response
}
