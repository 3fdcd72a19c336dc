//! Events as they happen, for people and for machines.

use std::io;
use std::sync::Arc;

use indicatif::ProgressBar;
use serde::Serialize;
use tokio::sync::Notify;

use super::output;

/// Something to tell.
pub(crate) trait Told: Serialize {
    /// It is shown only with the dialogue.
    fn is_dialogue(&self) -> bool;
    /// For people.
    fn text(&self) -> io::Result<()>;
}

/// Writes events until that fails.
pub(crate) struct Shower {
    json: bool,
    /// Polls, selects, blocks and answers are shown.
    dialogue: bool,
    /// Printed around, hidden when the error output is no terminal.
    bar: ProgressBar,
    failure: Option<io::Error>,
    /// Writing failed.
    failed: Arc<Notify>,
}

impl Shower {
    pub(crate) fn new(json: bool, dialogue: bool, bar: ProgressBar) -> Self {
        Shower {
            json,
            dialogue,
            bar,
            failure: None,
            failed: Arc::new(Notify::new()),
        }
    }

    /// Ready at Ctrl-C, and when nobody reads the output any more.
    pub(crate) fn stop(&self) -> impl Future<Output = ()> + use<> {
        let failed = Arc::clone(&self.failed);
        async move {
            tokio::select! {
                stopped = tokio::signal::ctrl_c() => if stopped.is_err() {
                    // No such signal on this system: only the end of the output is left.
                    failed.notified().await;
                },
                () = failed.notified() => {}
            }
        }
    }

    pub(crate) fn show(&mut self, event: &impl Told) {
        if self.failure.is_some() || (!self.dialogue && event.is_dialogue()) {
            return;
        }
        let json = self.json;
        let done = self.bar.suspend(|| {
            if json {
                output::json(event, false)
            } else {
                event.text()
            }
        });
        if let Err(error) = done {
            self.failure = Some(error);
            self.failed.notify_one();
        }
    }

    /// The last line: a report as an event of its own, or as a table.
    pub(crate) fn finish(self, report: &impl Serialize, rows: &[(&str, String)]) -> io::Result<()> {
        self.bar.finish_and_clear();
        if let Some(error) = self.failure {
            return Err(error);
        }
        if self.json {
            return output::json(
                &Summary {
                    event: "summary",
                    report,
                },
                false,
            );
        }
        let rows: Vec<_> = rows
            .iter()
            .map(|(name, value)| vec![(*name).to_owned(), value.clone()])
            .collect();
        output::table(&rows)
    }
}

#[derive(Serialize)]
struct Summary<'a, R> {
    event: &'static str,
    #[serde(flatten)]
    report: &'a R,
}
