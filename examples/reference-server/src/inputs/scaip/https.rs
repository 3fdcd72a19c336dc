//! SCAIP over HTTPS (SCAIP reference 13): a way in beside SIP, to the same work.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Bytes;
use axum::extract::rejection::{BytesRejection, FailedToBufferBody};
use axum::extract::{DefaultBodyLimit, Extension, FromRequest as _, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use metrics::counter;
use scaip::https::{self, CONTENT_TYPE, Incoming, Received, RefusedPost};
use scaip::{Response as Verdict, StatusNumber, Text};
use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::CancellationToken;

use super::super::accept::Opened;
use super::super::bearer::Tokens;
use super::super::limiter::Limiter;
use super::super::places::Place;
use super::super::served;
use super::origin::Origin;

/// How long the decision about an alarm may take; as over SIP (SCAIP reference 10).
const DECISION_TIME: Duration = Duration::from_secs(10);
/// How long the body may take.
const BODY_TIME: Duration = Duration::from_secs(10);
/// Seconds after which a sender that was turned away may come again; as over SIP.
const RETRY_AFTER: &str = "5";

/// What the work is told.
#[derive(Debug)]
pub(super) enum Post {
    /// A request that waits for its verdict.
    Request(Box<Waiting>),
    /// A request that was refused already.
    Refused {
        refusal: Box<RefusedPost>,
        raw: Bytes,
        origin: Origin,
    },
    /// The time was over and the sender was told `snu` 5.
    Undecided(u64),
}

/// A request that waits.
#[derive(Debug)]
pub(super) struct Waiting {
    pub(super) id: u64,
    pub(super) incoming: Arc<Incoming>,
    pub(super) raw: Bytes,
    pub(super) origin: Origin,
    pub(super) verdict: oneshot::Sender<Verdict<'static>>,
}

/// What every request is handled with.
#[derive(Debug)]
pub(super) struct Site {
    pub(super) config: https::Config,
    pub(super) tokens: Tokens,
    /// Whether a client certificate stands in for a token.
    pub(super) certificate_is_enough: bool,
    pub(super) posts: mpsc::Sender<Post>,
    pub(super) last: AtomicU64,
    pub(super) lines: Mutex<Limiter>,
    /// For alarms that are refused for want of room: other lines do not crowd them out.
    pub(super) busy: Mutex<Limiter>,
}

impl Site {
    /// The routes: the one path, and nothing else.
    pub(super) fn router(self, path: &str) -> Router {
        let limit = DefaultBodyLimit::max(self.config.body_limit());
        Router::new()
            .route(path, post(receive))
            .layer(limit)
            .with_state(Arc::new(self))
    }

    /// Counts and logs a request that is turned away before it is looked at; gives its status back.
    fn unheard(&self, reason: &'static str, status: StatusCode) -> StatusCode {
        counter!("alarm_scaip_refused_total", "reason" => reason).increment(1);
        let lines = match status {
            StatusCode::SERVICE_UNAVAILABLE => &self.busy,
            _ => &self.lines,
        };
        let mut lines = lines.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(held_back) = lines.pass(Instant::now()) {
            tracing::warn!(
                reason,
                status = status.as_u16(),
                held_back,
                "refused a request"
            );
        }
        status
    }

    /// What a client hears that neither certificate nor token lets in; notes the token of one
    /// that is.
    fn turn_away(&self, origin: &mut Origin, headers: &HeaderMap) -> Option<Response> {
        if self.tokens.is_empty() {
            return None;
        }
        let presented = headers.get(header::AUTHORIZATION);
        origin.token = presented.and_then(|value| self.tokens.check(value.as_bytes()));
        if origin.token.is_some() || self.certificate_is_enough && origin.identity.is_some() {
            return None;
        }
        // RFC 6750 3: the error is named only to those who presented something.
        let challenge = match presented {
            Some(_) => "Bearer realm=\"scaip\", error=\"invalid_token\"",
            None => "Bearer realm=\"scaip\"",
        };
        let challenge = [(header::WWW_AUTHENTICATE, challenge)];
        Some(
            (
                self.unheard("credentials", StatusCode::UNAUTHORIZED),
                challenge,
            )
                .into_response(),
        )
    }
}

async fn receive(
    State(site): State<Arc<Site>>,
    Extension(mut origin): Extension<Origin>,
    Extension(place): Extension<Arc<Place>>,
    request: Request,
) -> Response {
    if let Some(refused) = site.turn_away(&mut origin, request.headers()) {
        return refused;
    }
    let content_type = request.headers().get(header::CONTENT_TYPE).cloned();
    let raw = match tokio::time::timeout(BODY_TIME, Bytes::from_request(request, &())).await {
        Ok(Ok(raw)) => raw,
        Ok(Err(BytesRejection::FailedToBufferBody(FailedToBufferBody::LengthLimitError(_)))) => {
            let status = site.unheard("too-large", StatusCode::PAYLOAD_TOO_LARGE);
            return (status, "the body is too long\n").into_response();
        }
        Ok(Err(_)) => {
            return site
                .unheard("body", StatusCode::BAD_REQUEST)
                .into_response();
        }
        Err(_) => {
            return site
                .unheard("slow", StatusCode::REQUEST_TIMEOUT)
                .into_response();
        }
    };
    place.hear();
    let content_type = content_type.as_ref().map(|value| value.as_bytes());
    match https::receive(content_type, &raw, &site.config) {
        Received::Request(incoming) => decided(&site, Arc::from(incoming), raw, origin).await,
        Received::Refused(refusal) => {
            let response = refused(&refusal);
            // Evidence is kept while there is room for it.
            let _ = site.posts.try_send(Post::Refused {
                refusal,
                raw,
                origin,
            });
            response
        }
    }
}

/// Waits for the verdict of the work, and says it.
async fn decided(site: &Site, incoming: Arc<Incoming>, raw: Bytes, origin: Origin) -> Response {
    let id = site.last.fetch_add(1, Ordering::Relaxed);
    let (sender, verdict) = oneshot::channel();
    let waiting = Waiting {
        id,
        incoming: Arc::clone(&incoming),
        raw,
        origin,
        verdict: sender,
    };
    if site
        .posts
        .try_send(Post::Request(Box::new(waiting)))
        .is_err()
    {
        let retry = [(header::RETRY_AFTER, RETRY_AFTER)];
        let status = site.unheard("busy", StatusCode::SERVICE_UNAVAILABLE);
        return (status, retry).into_response();
    }
    let not_treated = |text: &'static str| {
        let reference = incoming.decoded.message().reference.clone();
        let mut verdict = Verdict::new(reference, StatusNumber::NOT_TREATED);
        verdict.status_text = Some(Text::new(text));
        verdict
    };
    let verdict = match tokio::time::timeout(DECISION_TIME, verdict).await {
        Ok(Ok(verdict)) => verdict,
        Ok(Err(_)) => not_treated("not stored"),
        Err(_) => {
            // The work must know that nobody heard the yes it may still give.
            let _ = site.posts.send(Post::Undecided(id)).await;
            not_treated("no decision in time")
        }
    };
    let encode = &site.config.encode;
    let body = incoming.answer(&verdict, encode).or_else(|_| {
        // A response that breaks a limit: the bare verdict still goes out.
        let bare = Verdict::new(verdict.reference.clone(), verdict.status_number);
        incoming.answer(&bare, encode)
    });
    match body {
        Ok(body) => document(body.into()),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

fn refused(refusal: &RefusedPost) -> Response {
    let status = StatusCode::from_u16(refusal.status.code()).unwrap_or(StatusCode::BAD_REQUEST);
    let reason = format!("refused: {}\n", refusal.reason.code());
    match &refusal.answer {
        Some(answer) => document(answer.0.clone()),
        None if status == StatusCode::UNSUPPORTED_MEDIA_TYPE => {
            (status, [(header::ACCEPT, CONTENT_TYPE)], reason).into_response()
        }
        None => (status, reason).into_response(),
    }
}

fn document(body: Bytes) -> Response {
    let headers = [
        (header::CONTENT_TYPE, CONTENT_TYPE),
        (header::CACHE_CONTROL, "no-store"),
    ];
    (headers, body).into_response()
}

/// Serves connections until stopped, then lets the requests under way finish.
pub(super) async fn serve(
    opened: mpsc::Receiver<Opened>,
    router: Router,
    transport: &'static str,
    stop: CancellationToken,
) {
    let dress = |router: Router, origin: Origin, place: Arc<Place>| {
        router.layer(Extension(origin)).layer(Extension(place))
    };
    served::serve(opened, router, transport, stop, dress).await;
}
