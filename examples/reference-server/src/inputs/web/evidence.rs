//! The bytes of a call, for whoever keeps it: the libraries hand on what they read of it.

use std::sync::{Arc, Mutex, PoisonError};

use axum::Extension;
use axum::body::Body;
use axum::extract::Request;
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::Response;
use bytes::Bytes;
use http_body_util::BodyExt as _;

use super::super::places::Place;
use super::super::scaip::origin::Origin;
use crate::journal::TransportFacts;

tokio::task_local! {
    static CALL: Evidence;
}

/// One call: its first line, as much of its body as was read, and the way it came. Heads are left
/// out: they hold the tokens.
#[derive(Clone, Debug)]
pub(super) struct Evidence {
    line: Arc<str>,
    body: Arc<Mutex<Vec<u8>>>,
    origin: Arc<Origin>,
}

impl Evidence {
    /// That of the present call; there is one within [`witness`].
    pub(super) fn of_this_call() -> Option<Self> {
        CALL.try_with(Clone::clone).ok()
    }

    /// The first line, a blank one, and the body.
    pub(super) fn raw(&self) -> Bytes {
        let body = self.body.lock().unwrap_or_else(PoisonError::into_inner);
        let mut raw = Vec::with_capacity(self.line.len() + 4 + body.len());
        raw.extend_from_slice(self.line.as_bytes());
        raw.extend_from_slice(b"\r\n\r\n");
        raw.extend_from_slice(&body);
        raw.into()
    }

    /// The way it came, and as whom.
    pub(super) fn facts(&self, client: Option<&str>) -> TransportFacts {
        let mut origin = Origin::clone(&self.origin);
        origin.token = client.map(Into::into);
        origin.facts()
    }
}

/// Keeps what is read of a call, and lets a connection that brought one in order stay.
pub(super) async fn witness(
    Extension(origin): Extension<Arc<Origin>>,
    Extension(place): Extension<Arc<Place>>,
    request: Request,
    next: Next,
) -> Response {
    let body = Arc::new(Mutex::new(Vec::new()));
    let evidence = Evidence {
        line: format!("{} {}", request.method(), request.uri().path()).into(),
        body: Arc::clone(&body),
        origin,
    };
    let request = request.map(|of| {
        Body::new(of.map_frame(move |frame| {
            if let Some(data) = frame.data_ref() {
                let mut body = body.lock().unwrap_or_else(PoisonError::into_inner);
                body.extend_from_slice(data);
            }
            frame
        }))
    });
    let response = CALL.scope(evidence, next.run(request)).await;
    let stranger = [
        StatusCode::UNAUTHORIZED,
        StatusCode::FORBIDDEN,
        StatusCode::NOT_FOUND,
    ];
    if !stranger.contains(&response.status()) {
        place.hear();
    }
    response
}
