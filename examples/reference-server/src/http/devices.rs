//! The supervised units in JSON.

use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};

use super::{HttpState, Problem, limit};
use crate::devices::{Device, DevicePath, DevicePresence, ReportingDevice};
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
    /// The protocol or table by which it reports; for one that is not watched here.
    #[serde(skip_serializing_if = "Option::is_none")]
    reports_by: Option<Arc<str>>,
    /// Of one that is watched.
    presence: Option<DevicePresence>,
    last_heard: Option<Timestamp>,
    interval_seconds: Option<f64>,
    missed_limit: Option<u32>,
    path: Option<DevicePath>,
}

impl From<ReportingDevice> for DeviceView {
    fn from(device: ReportingDevice) -> Self {
        Self {
            controller: device.device,
            reports_by: Some(device.by),
            presence: None,
            last_heard: Some(device.last_heard),
            interval_seconds: None,
            missed_limit: None,
            path: None,
        }
    }
}

impl From<Device> for DeviceView {
    fn from(device: Device) -> Self {
        Self {
            controller: device.controller,
            reports_by: None,
            presence: Some(device.presence),
            last_heard: device.last_heard,
            interval_seconds: Some(device.patience.interval.as_secs_f64()),
            missed_limit: Some(device.patience.missed),
            path: device.path,
        }
    }
}

/// The units by name: those that are supervised, none without supervision, and those that report by
/// themselves.
pub(super) async fn devices(
    State(state): State<HttpState>,
    query: Result<Query<DevicesQuery>, QueryRejection>,
) -> Result<Json<DevicesPage>, Problem> {
    let Query(query) =
        query.map_err(|rejection| Problem::new(StatusCode::BAD_REQUEST, rejection.body_text()))?;
    let limit = limit(query.limit)?;
    let after = query.after.unwrap_or_default();
    let from = (!after.is_empty()).then_some(after.as_str());
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let watched = state.devices.page(from, limit);
    let reporting = state.devices.reporting().page(from, limit);
    let mut page: Vec<DeviceView> = watched.into_iter().map(DeviceView::from).collect();
    page.extend(reporting.into_iter().map(DeviceView::from));
    page.sort_by(|one, other| one.controller.cmp(&other.controller));
    // Those with one name are not parted: the next page begins behind it.
    let end = page.iter().skip(limit.saturating_sub(1)).position({
        let last = page
            .get(limit.saturating_sub(1))
            .map(|last| Arc::clone(&last.controller));
        move |device| Some(&device.controller) != last.as_ref()
    });
    if let Some(end) = end {
        page.truncate(limit.saturating_sub(1) + end);
    }
    let next = page.last().map_or_else(
        || after.as_str().into(),
        |last| Arc::clone(&last.controller),
    );
    Ok(Json(DevicesPage {
        devices: page,
        next,
    }))
}
