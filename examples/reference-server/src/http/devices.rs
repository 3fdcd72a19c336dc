//! The supervised units in JSON.

use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};

use super::{HttpState, Problem, limit};
use crate::devices::{Device, DevicePath, DevicePresence};
use crate::time::Timestamp;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DevicesQuery {
    after: Option<String>,
    limit: Option<u32>,
}

#[derive(Serialize)]
pub(super) struct DevicesPage {
    devices: Vec<DeviceView>,
    /// What to ask for next; the same again when there are no more.
    next: Arc<str>,
}

#[derive(Serialize)]
struct DeviceView {
    controller: Arc<str>,
    presence: DevicePresence,
    last_heard: Option<Timestamp>,
    interval_seconds: f64,
    missed_limit: u32,
    path: Option<DevicePath>,
}

impl From<Device> for DeviceView {
    fn from(device: Device) -> Self {
        Self {
            controller: device.controller,
            presence: device.presence,
            last_heard: device.last_heard,
            interval_seconds: device.patience.interval.as_secs_f64(),
            missed_limit: device.patience.missed,
            path: device.path,
        }
    }
}

/// The units by name: those that are supervised, and none without supervision.
pub(super) async fn devices(
    State(state): State<HttpState>,
    query: Result<Query<DevicesQuery>, QueryRejection>,
) -> Result<Json<DevicesPage>, Problem> {
    let Query(query) =
        query.map_err(|rejection| Problem::new(StatusCode::BAD_REQUEST, rejection.body_text()))?;
    let limit = limit(query.limit)?;
    let after = query.after.unwrap_or_default();
    let from = (!after.is_empty()).then_some(after.as_str());
    let page = state
        .devices
        .page(from, usize::try_from(limit).unwrap_or(usize::MAX));
    let next = page.last().map_or_else(
        || after.as_str().into(),
        |last| Arc::clone(&last.controller),
    );
    Ok(Json(DevicesPage {
        devices: page.into_iter().map(DeviceView::from).collect(),
        next,
    }))
}
