//! Connections of senders that speak HTTP: served until the server stops.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::accept::Opened;
use super::places::Place;
use super::scaip::origin::Origin;
use crate::http::connections::Connections;

/// How long the head of a request may take, the wait for its first byte included.
const HEAD_TIME: Duration = Duration::from_secs(60);
/// How long requests under way may take when the server stops.
const LAST_PATIENCE: Duration = Duration::from_secs(11);

/// Serves connections until stopped, then lets the requests under way finish. `dress` hands the way
/// of a connection, and its place, to the requests that come over it.
pub(super) async fn serve(
    mut opened: mpsc::Receiver<Opened>,
    router: Router,
    transport: &'static str,
    stop: CancellationToken,
    dress: impl Fn(Router, Origin, Arc<Place>) -> Router,
) {
    let mut connections = Connections::new(HEAD_TIME);
    loop {
        let connection = tokio::select! {
            () = stop.cancelled() => break,
            connection = opened.recv() => connection,
            () = connections.reap() => continue,
        };
        let Some(connection) = connection else { break };
        let origin = Origin {
            transport,
            local: connection.local,
            remote: connection.remote,
            identity: connection.identity,
            token: None,
            account: None,
        };
        let place = Arc::clone(connection.link.place());
        let router = dress(router.clone(), origin, place);
        connections.serve(connection.link, router, ());
    }
    drop(opened);
    drop(router);
    let _ = tokio::time::timeout(LAST_PATIENCE, connections.shut_down()).await;
}
