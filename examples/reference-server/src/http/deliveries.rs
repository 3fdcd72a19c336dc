//! How far the outputs are, in JSON; and the orders of an operator about what was refused for good.
//!
//! Whoever reaches the API may read it. What changes something is answered on loopback alone, and only
//! if no page in a browser can have sent it: the host must be an address or `localhost` (as for every
//! page there), the content type is one that a form cannot have, and a browser that says where a call
//! comes from must not say that it is from elsewhere.

use std::time::Duration;

use axum::Json;
use axum::body::{Body, to_bytes};
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{HttpState, Problem, limit};
use crate::output::{Action, DeadLetter, DeliveryState, OrderError, RetriedAll, RetryAllError};

/// Bytes of an order.
const LARGEST: usize = 4096;
/// How long its body may take.
const BODY: Duration = Duration::from_secs(10);

#[derive(Debug, Serialize)]
pub(super) struct DeliveriesPage {
    outputs: Vec<DeliveryState>,
}

/// Every output with what waits and what was refused for good.
pub(super) async fn deliveries(State(state): State<HttpState>) -> Json<DeliveriesPage> {
    Json(DeliveriesPage {
        outputs: state.deliveries.all(),
    })
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LettersQuery {
    after: Option<u64>,
    limit: Option<u32>,
}

#[derive(Debug, Serialize)]
pub(super) struct LettersPage {
    dead_letters: Vec<DeadLetter>,
    /// What to ask for next; the same again when there are no more.
    next: u64,
}

/// What was refused for good by one output: all of it, page by page.
pub(super) async fn dead_letters(
    State(state): State<HttpState>,
    Path(output): Path<String>,
    query: Result<Query<LettersQuery>, QueryRejection>,
) -> Result<Json<LettersPage>, Problem> {
    let Query(query) =
        query.map_err(|rejection| Problem::new(StatusCode::BAD_REQUEST, rejection.body_text()))?;
    let after = query.after.unwrap_or(0);
    let limit = limit(query.limit)?;
    let dead_letters = state.deliveries.dead_letters(&output, after, limit).await?;
    let next = dead_letters.last().map_or(after, |letter| letter.id);
    Ok(Json(LettersPage { dead_letters, next }))
}

/// What may stand in the body of a retry. Nothing has to.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct RetryBody {
    as_post: bool,
    even_if_taken: bool,
}

/// A discard has nothing to say, nor has a retry of everything.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct NoBody {}

#[derive(Debug, Serialize)]
pub(super) struct Done {
    output: String,
    id: u64,
    done: &'static str,
}

pub(super) async fn retry(
    State(state): State<HttpState>,
    Path(which): Path<(String, String)>,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<Done>, Problem> {
    let RetryBody {
        as_post,
        even_if_taken,
    } = read(&state, &headers, body).await?;
    let action = Action::Retry {
        as_post,
        even_if_taken,
        is_bulk: false,
    };
    carry_out(&state, which, action).await
}

#[derive(Debug, Serialize)]
pub(super) struct AllDone {
    output: String,
    done: &'static str,
    #[serde(flatten)]
    all: RetriedAll,
}

/// Sends everything again that was refused for good.
pub(super) async fn retry_all(
    State(state): State<HttpState>,
    Path(output): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<AllDone>, Problem> {
    let NoBody {} = read(&state, &headers, body).await?;
    let all = state.deliveries.retry_all(&output).await?;
    let done = "retry";
    Ok(Json(AllDone { output, done, all }))
}

pub(super) async fn discard(
    State(state): State<HttpState>,
    Path(which): Path<(String, String)>,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<Done>, Problem> {
    let NoBody {} = read(&state, &headers, body).await?;
    carry_out(&state, which, Action::Discard).await
}

async fn carry_out(
    state: &HttpState,
    (output, id): (String, String),
    action: Action,
) -> Result<Json<Done>, Problem> {
    let Ok(id) = id.parse() else {
        return Err(OrderError::Unknown.into());
    };
    state.deliveries.order(&output, id, action).await?;
    let done = action.name();
    Ok(Json(Done { output, id, done }))
}

/// The body of a call that changes something, if it may.
async fn read<T: Default + DeserializeOwned>(
    state: &HttpState,
    headers: &HeaderMap,
    body: Body,
) -> Result<T, Problem> {
    let refused = |detail| Err(Problem::new(StatusCode::FORBIDDEN, detail));
    if !state.local_only {
        return refused(
            "this changes something, and nothing says who asks: call it at an address of loopback \
             ([http] listen takes several)",
        );
    }
    let site = headers.get("sec-fetch-site").map(|site| site.as_bytes());
    if !matches!(site, None | Some(b"same-origin" | b"none")) {
        return refused("this changes something, and a page from elsewhere may not ask for it");
    }
    if !is_json(headers) {
        return Err(Problem::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "send it with Content-Type: application/json; the body may be {} or empty",
        ));
    }
    let bytes = tokio::time::timeout(BODY, to_bytes(body, LARGEST)).await;
    let Ok(bytes) = bytes else {
        let detail = "the body did not come in time";
        return Err(Problem::new(StatusCode::REQUEST_TIMEOUT, detail));
    };
    let Ok(bytes) = bytes else {
        let detail = format!("the body is cut, or longer than {LARGEST} bytes");
        return Err(Problem::new(StatusCode::BAD_REQUEST, detail));
    };
    if bytes.trim_ascii().is_empty() {
        return Ok(T::default());
    }
    // As a map first: a list would do for serde, too.
    let body: Result<Map<String, Value>, _> = serde_json::from_slice(&bytes);
    body.and_then(|body| serde_json::from_value(Value::Object(body)))
        .map_err(|error| {
            let detail = format!("the body may be {{}} or empty: {error}");
            Problem::new(StatusCode::BAD_REQUEST, detail)
        })
}

fn is_json(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE);
    let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default();
    kind.trim().eq_ignore_ascii_case("application/json")
}

impl From<RetryAllError> for Problem {
    fn from(error: RetryAllError) -> Self {
        let text = error.to_string();
        Self {
            detail: text,
            ..error.error.into()
        }
    }
}

impl From<OrderError> for Problem {
    fn from(error: OrderError) -> Self {
        let status = match error {
            OrderError::NoOutput(_) | OrderError::Unknown => StatusCode::NOT_FOUND,
            OrderError::NotParked
            | OrderError::GivenUp
            | OrderError::PersonUnknown
            | OrderError::Superseded
            | OrderError::NotAnUpdate
            | OrderError::TakenBefore
            | OrderError::NothingTaken
            | OrderError::StillRefused(_) => StatusCode::CONFLICT,
            OrderError::NotKept(_) | OrderError::NotRead | OrderError::Stopped => {
                StatusCode::SERVICE_UNAVAILABLE
            }
            OrderError::TooSlow => StatusCode::GATEWAY_TIMEOUT,
        };
        Self::new(status, error.to_string())
    }
}
