//! What both simulated stations tell in the same way.

use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use espa444::driver;
use espa444::{FindingKind, link};

use super::event::{Event, Refused, Totals};
use super::findings::{Seen, of_line};
use super::observer::error_shown;
use super::wire::Shared;

/// Tells events, and counts what both sides count.
pub(super) struct Teller<'a> {
    shared: Arc<Shared>,
    seen: Seen,
    /// The first connection.
    started: Option<Instant>,
    on: &'a mut (dyn FnMut(Event) + Send),
}

impl<'a> Teller<'a> {
    pub(super) fn new(shared: Arc<Shared>, on: &'a mut (dyn FnMut(Event) + Send)) -> Self {
        Teller {
            shared,
            seen: Seen::default(),
            started: None,
            on,
        }
    }

    /// When the line was opened first.
    pub(super) const fn started(&self) -> Option<Instant> {
        self.started
    }

    /// Tells something, behind what was heard on the line before.
    pub(super) fn tell(&mut self, event: Event) {
        self.drain();
        (self.on)(event);
    }

    /// Tells what was heard on the line.
    pub(super) fn drain(&mut self) {
        loop {
            let Some(event) = self.shared.observer().next() else {
                return;
            };
            self.pass(event);
        }
    }

    /// What a driver says about the line, whichever side it is.
    pub(super) fn driver(&mut self, event: &driver::Event) {
        self.drain();
        if matches!(event, driver::Event::Connected) {
            self.started.get_or_insert_with(Instant::now);
        }
        // A station may take its own polls that come back for those of another. The observer hears
        // both directions apart, and knows better.
        let foreign = matches!(
            event,
            driver::Event::Link(link::Event::Finding(found))
                if found.kind == FindingKind::TwoControlStations
        );
        if foreign && self.shared.observer().evidence(FindingKind::Echo) > 0 {
            return;
        }
        if let Some(event) = of_driver(event) {
            self.pass(event);
        }
    }

    /// Link and observer find the same: once is enough.
    fn pass(&mut self, event: Event) {
        match event {
            Event::Finding(finding) if !self.seen.is_new(&finding) => {}
            event => (self.on)(event),
        }
    }

    /// The last of it.
    pub(super) fn finish(mut self, totals: &mut Totals) {
        self.drain();
        let elapsed = self.started.map_or(Duration::ZERO, |at| at.elapsed());
        totals.elapsed_s = elapsed.as_secs_f64();
        totals.findings = self.seen.codes();
    }
}

fn line(state: &'static str, detail: impl Into<String>) -> Event {
    Event::Line {
        state,
        detail: detail.into(),
    }
}

fn of_driver(event: &driver::Event) -> Option<Event> {
    use link::Event as Link;
    Some(match event {
        driver::Event::Connected => line("connected", "the line is open"),
        driver::Event::Disconnected(io::ErrorKind::UnexpectedEof) => {
            line("disconnected", "the other side closed the connection")
        }
        driver::Event::Disconnected(why) => line("disconnected", why.to_string()),
        driver::Event::Link(Link::LinkLost) => line(
            "link-lost",
            "nothing valid for the time of supervision, or no connection",
        ),
        driver::Event::Link(Link::LinkRestored) => {
            line("link-restored", "something valid has come again")
        }
        driver::Event::Link(Link::StationSilent(address)) => line(
            "station-silent",
            format!("'{address}' does not answer polls"),
        ),
        driver::Event::Link(Link::StationBack(address)) => {
            line("station-back", format!("'{address}' answers polls again"))
        }
        driver::Event::Link(Link::Finding(found)) => Event::Finding(of_line(*found)),
        driver::Event::Link(Link::Refused(error)) => Event::Refused(Refused {
            error: error_shown(error),
        }),
        _ => return None,
    })
}
