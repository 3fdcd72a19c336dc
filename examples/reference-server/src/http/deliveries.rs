//! How far the outputs are, in JSON.

use axum::Json;
use axum::extract::State;
use serde::Serialize;

use super::HttpState;
use crate::output::DeliveryState;

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
