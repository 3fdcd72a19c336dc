//! The HTTP side: health, metrics, and the stored alarms.

use std::net::IpAddr;
use std::time::Instant;

use axum::extract::rejection::QueryRejection;
use axum::extract::{MatchedPath, Path, Query, Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use metrics::{counter, gauge};
use metrics_exporter_prometheus::PrometheusHandle;
use serde::{Deserialize, Serialize};

pub(crate) mod connections;
mod deliveries;
mod devices;
mod linger;
mod view;

use crate::devices::Devices;
use crate::health::{Inputs, OutputState, ServerHealth};
use crate::journal::{Health, JournalError, JournalHandle, ParseEventIdError, Sequence};
use crate::lines::{Line, LineState, Lines};
use crate::output::Deliveries;
use crate::patients::Patients;
use view::{AlarmView, DetailView};

/// Alarms in one answer when the request does not say.
pub const DEFAULT_LIMIT: u32 = 100;
/// Alarms in one answer, at most.
pub const MAX_LIMIT: u32 = 1000;

/// What the routes work with.
#[derive(Clone, Debug)]
pub struct HttpState {
    /// The journal that is shown.
    pub journal: JournalHandle,
    /// Renders the metrics.
    pub metrics: PrometheusHandle,
    /// How the inputs are.
    pub inputs: Inputs,
    /// The units that are supervised.
    pub devices: Devices,
    /// The lines that are open to known peers.
    pub lines: Lines,
    /// How far the outputs are.
    pub deliveries: Deliveries,
    /// What is known about the patients of open alarms.
    pub patients: Patients,
    /// When the server was started.
    pub started: Instant,
    /// Answer only requests whose `Host` is an address or `localhost`. For a server on loopback:
    /// a page in a browser can have its own name point there, and would read the alarms.
    pub local_only: bool,
}

/// The routes: `/healthz`, `/metrics`, `/api/alarms`, `/api/alarms/{id}`, `/api/devices`,
/// `/api/lines`, `/api/deliveries`, `/api/deliveries/{output}/dead_letters`, and, to be posted to,
/// `/api/deliveries/{output}/retry`, `/api/deliveries/{output}/{id}/retry` and `…/discard`.
pub fn router(state: HttpState) -> Router {
    Router::new()
        .route("/healthz", get(healthz))
        .route("/metrics", get(render_metrics))
        .route("/api/alarms", get(alarms))
        .route("/api/alarms/{id}", get(alarm))
        .route("/api/devices", get(devices::devices))
        .route("/api/lines", get(lines))
        .route("/api/deliveries", get(deliveries::deliveries))
        .route(
            "/api/deliveries/{output}/dead_letters",
            get(deliveries::dead_letters),
        )
        .route(
            "/api/deliveries/{output}/retry",
            post(deliveries::retry_all),
        )
        .route(
            "/api/deliveries/{output}/{id}/retry",
            post(deliveries::retry),
        )
        .route(
            "/api/deliveries/{output}/{id}/discard",
            post(deliveries::discard),
        )
        .fallback(async || Problem::new(StatusCode::NOT_FOUND, "there is no such page"))
        .method_not_allowed_fallback(async |path: MatchedPath| {
            let path = path.as_str();
            let is_order = path.starts_with("/api/deliveries/") && !path.ends_with("/dead_letters");
            let detail = match is_order {
                true => "this can only be posted to",
                false => "this page can only be read",
            };
            Problem::new(StatusCode::METHOD_NOT_ALLOWED, detail)
        })
        .layer(middleware::from_fn_with_state(state.clone(), guard))
        .with_state(state)
}

/// Refuses foreign host names, counts, and keeps answers out of caches.
async fn guard(State(state): State<HttpState>, request: Request, next: Next) -> Response {
    let route = request.extensions().get::<MatchedPath>().cloned();
    let mut response = if state.local_only && !names_this_host(&request) {
        Problem::new(
            StatusCode::FORBIDDEN,
            "this server answers only to its address or to localhost, not to another name",
        )
        .into_response()
    } else {
        next.run(request).await
    };
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    let route = route
        .as_ref()
        .map_or("other", MatchedPath::as_str)
        .to_owned();
    let status = response.status().as_u16().to_string();
    counter!("alarm_http_requests_total", "route" => route, "status" => status).increment(1);
    response
}

fn names_this_host(request: &Request) -> bool {
    let host = match request.headers().get(header::HOST) {
        Some(host) => host.to_str().unwrap_or_default(),
        // HTTP/1.0, or a client that names the host in the target.
        None => match request.uri().host() {
            Some(host) => host,
            None => return true,
        },
    };
    let name = match host.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => host.split(':').next().unwrap_or_default(),
    };
    name.eq_ignore_ascii_case("localhost") || name.parse::<IpAddr>().is_ok()
}

async fn healthz(State(state): State<HttpState>) -> Response {
    let health = ServerHealth::new(
        state.started.elapsed(),
        state.journal.health(),
        state.inputs.states(),
        state.deliveries.all().iter().map(OutputState::of).collect(),
    );
    let status = if health.is_ok() {
        StatusCode::OK
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    };
    (status, Json(health)).into_response()
}

async fn render_metrics(State(state): State<HttpState>) -> Response {
    let statistics = state.journal.statistics();
    let healthy = state.journal.health() == Health::Healthy;
    gauge!("alarm_journal_healthy").set(if healthy { 1.0 } else { 0.0 });
    #[expect(clippy::cast_precision_loss, reason = "exact up to 2^53")]
    for (lane, count) in [
        ("care", statistics.waiting_care),
        ("routine", statistics.waiting_routine),
    ] {
        gauge!("alarm_journal_waiting_entries", "lane" => lane).set(count as f64);
    }
    #[expect(clippy::cast_precision_loss, reason = "exact up to 2^53")]
    gauge!("alarm_journal_wal_bytes").set(statistics.wal_bytes as f64);
    let devices = state.devices.counts();
    #[expect(clippy::cast_precision_loss, reason = "exact up to 2^53")]
    for (name, count) in [
        ("alarm_scaip_supervised", devices.supervised),
        ("alarm_scaip_silent", devices.silent),
    ] {
        gauge!(name).set(count as f64);
    }
    for line in state.lines.all() {
        let up = line.state == LineState::Up;
        gauge!("alarm_line_up", "protocol" => line.protocol, "line" => line.name).set(if up {
            1.0
        } else {
            0.0
        });
    }
    gauge!("alarm_server_uptime_seconds").set(state.started.elapsed().as_secs_f64());
    let kind = [(
        header::CONTENT_TYPE,
        "text/plain; version=0.0.4; charset=utf-8",
    )];
    (kind, state.metrics.render()).into_response()
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct AlarmsQuery {
    after: Option<String>,
    limit: Option<u32>,
}

#[derive(Debug, Serialize)]
struct AlarmsPage {
    alarms: Vec<AlarmView>,
    /// What to ask for next; the same again when nothing was new.
    next: String,
}

async fn alarms(
    State(state): State<HttpState>,
    query: Result<Query<AlarmsQuery>, QueryRejection>,
) -> Result<Json<AlarmsPage>, Problem> {
    let Query(query) =
        query.map_err(|rejection| Problem::new(StatusCode::BAD_REQUEST, rejection.body_text()))?;
    let cursor = match query.after.as_deref() {
        None | Some("") => Sequence::START,
        Some(text) => text
            .parse()
            .ok()
            .filter(|number| *number >= 0)
            .map(Sequence::new)
            .ok_or_else(|| {
                Problem::new(
                    StatusCode::BAD_REQUEST,
                    "after must be a cursor from an earlier answer",
                )
            })?,
    };
    let limit = limit(query.limit)?;
    let alarms = state.journal.alarms_after(cursor, limit).await?;
    let next = alarms
        .last()
        .map_or(cursor, |alarm| alarm.sequence)
        .to_string();
    Ok(Json(AlarmsPage {
        alarms: alarms.into_iter().map(AlarmView::from).collect(),
        next,
    }))
}

/// How many are wanted, within what is given at a time.
fn limit(wanted: Option<u32>) -> Result<u32, Problem> {
    let limit = wanted.unwrap_or(DEFAULT_LIMIT);
    if (1..=MAX_LIMIT).contains(&limit) {
        Ok(limit)
    } else {
        let detail = format!("limit must be 1 to {MAX_LIMIT}");
        Err(Problem::new(StatusCode::BAD_REQUEST, detail))
    }
}

/// Every line of the configuration, on one page: there are at most some hundred.
async fn lines(State(state): State<HttpState>) -> Json<LinesPage> {
    Json(LinesPage {
        lines: state.lines.all(),
    })
}

#[derive(Debug, Serialize)]
struct LinesPage {
    lines: Vec<Line>,
}

async fn alarm(
    State(state): State<HttpState>,
    Path(id): Path<String>,
) -> Result<Json<DetailView>, Problem> {
    let id = id.parse().map_err(|error: ParseEventIdError| {
        Problem::new(StatusCode::BAD_REQUEST, error.to_string())
    })?;
    match state.journal.alarm(id).await? {
        Some(detail) => Ok(Json(DetailView::new(detail, state.patients.of(id)))),
        None => Err(Problem::new(
            StatusCode::NOT_FOUND,
            "there is no alarm with this identifier",
        )),
    }
}

/// An error as RFC 9457 writes it.
#[derive(Debug)]
struct Problem {
    status: StatusCode,
    detail: String,
}

impl Problem {
    fn new(status: StatusCode, detail: impl Into<String>) -> Self {
        Self {
            status,
            detail: detail.into(),
        }
    }
}

impl From<JournalError> for Problem {
    fn from(error: JournalError) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, error.to_string())
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        #[derive(Serialize)]
        struct Body<'a> {
            title: &'a str,
            status: u16,
            detail: &'a str,
        }
        let body = Body {
            title: self.status.canonical_reason().unwrap_or("Error"),
            status: self.status.as_u16(),
            detail: &self.detail,
        };
        let mut response = (self.status, Json(body)).into_response();
        let kind = HeaderValue::from_static("application/problem+json");
        response.headers_mut().insert(header::CONTENT_TYPE, kind);
        response
    }
}
