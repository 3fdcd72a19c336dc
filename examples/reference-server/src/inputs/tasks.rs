//! What inputs with lines share: the tasks they run, and what they find kept at their start.

use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::watch::Teller;
use crate::input::{InputContext, InputError};
use crate::journal::{JournalError, KeptState};

/// How long the start waits for what was kept, before it goes on without.
const FIRST_PATIENCE: Duration = Duration::from_secs(5);

/// The tasks of an input: its work, and those that tell what supervision found.
#[derive(Debug, Default)]
pub(super) struct Tasks {
    pub(super) work: JoinSet<()>,
    tell: JoinSet<()>,
    stop_telling: CancellationToken,
}

impl Tasks {
    /// Tells until the work has ended.
    pub(super) fn tell(&mut self, teller: Teller) {
        self.tell.spawn(teller.run(self.stop_telling.clone()));
    }

    /// Waits for the work, and then for those that tell. A task that falls over takes no other
    /// along.
    pub(super) async fn finish(mut self) -> Result<(), InputError> {
        let mut failed = None;
        while let Some(ended) = self.work.join_next().await {
            if let Err(error) = ended {
                tracing::error!(%error, "a task of an input fell over");
                failed = Some(error);
            }
        }
        self.stop_telling.cancel();
        self.tell.join_all().await;
        match failed {
            Some(error) => Err(InputError::Other(error.into())),
            None => Ok(()),
        }
    }
}

/// What was kept over the restart in these areas; nothing when the journal does not say it in time.
pub(super) async fn kept<const N: usize>(
    context: &InputContext,
    areas: [&'static str; N],
) -> [Vec<KeptState>; N] {
    let read = async {
        let mut all = [const { Vec::new() }; N];
        for (kept, area) in all.iter_mut().zip(areas) {
            *kept = context.journal.kept(area).await?;
        }
        Ok::<_, JournalError>(all)
    };
    match tokio::time::timeout(FIRST_PATIENCE, read).await {
        Ok(Ok(all)) => all,
        _ => {
            tracing::error!(?areas, "an input begins without what was kept of it");
            [const { Vec::new() }; N]
        }
    }
}

/// Waits for a time; for ever without one.
pub(super) async fn sleep_until(due: Option<Instant>) {
    match due {
        Some(due) => tokio::time::sleep_until(due).await,
        None => std::future::pending().await,
    }
}
