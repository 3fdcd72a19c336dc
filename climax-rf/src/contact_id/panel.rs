//! The panel's side of a connection (Climax reference 5.2), without I/O: for simulators and tests.

use alloc::collections::VecDeque;
use core::time::Duration;

use super::encode::encode_into;
use super::error::EncodeError;
use super::report::{Form, Report};
use super::scan::{LONGEST_MESSAGE, Message};
use crate::identifier::identifier;
use crate::time::Time;

/// Settings of a panel. The times are choices; those of real panels are not public.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct PanelSettings {
    /// How long an answer may take, 10 s by default.
    pub answer: Duration,
    /// How often a report is sent, 3 by default. Panels are set to 1, 3, 5, 10 or 99 retries
    /// (Climax reference 5.6).
    pub attempts: u32,
    /// Reports that may wait, 64 by default.
    pub queue: usize,
}

impl Default for PanelSettings {
    fn default() -> Self {
        PanelSettings {
            answer: Duration::from_secs(10),
            attempts: 3,
            queue: 64,
        }
    }
}

identifier! {
    /// A report that was queued; numbers rise.
    ReportId
}

/// A report that is not queued.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SendError {
    /// It cannot be written.
    #[error(transparent)]
    Encode(#[from] EncodeError),
    /// Too many wait.
    #[error("the queue of reports is full")]
    QueueFull,
}

/// Something that has happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum PanelEvent {
    /// The station has taken the report.
    Delivered(ReportId),
    /// No answer to any attempt. The report is given up.
    Failed(ReportId),
    /// So many bytes that are no answer to anything, such as a text or an echo.
    Unexpected(usize),
}

#[derive(Debug, Clone, Copy)]
struct Queued {
    id: ReportId,
    message: Message,
    attempts: u32,
}

/// Sends one report at a time and repeats it until the byte 06 comes.
///
/// ```
/// use climax_rf::Time;
/// use climax_rf::contact_id::*;
///
/// let mut panel = Panel::new(PanelSettings::default());
/// let decoded = decode_bracket(b"[4711 18160200000240F]", &DecodeOptions::strict())?;
/// let id = panel.send(&decoded.report)?;
/// let sent = panel.poll_transmit(Time::ZERO).map(|message| message.as_bytes().to_vec());
/// assert_eq!(sent.as_deref(), Some(decoded.raw));
/// panel.handle_bytes(Time::from_millis(40), &[0x06]);
/// assert_eq!(panel.poll_event(), Some(PanelEvent::Delivered(id)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Panel {
    settings: PanelSettings,
    queue: VecDeque<Queued>,
    /// When the answer to the first of the queue is due; `None` when it is to be sent.
    due: Option<Time>,
    events: VecDeque<PanelEvent>,
    next: ReportId,
}

impl Panel {
    /// A panel with nothing to say.
    #[must_use]
    pub const fn new(settings: PanelSettings) -> Self {
        Panel {
            settings,
            queue: VecDeque::new(),
            due: None,
            events: VecDeque::new(),
            next: ReportId::FIRST,
        }
    }

    /// Queues a report.
    ///
    /// # Errors
    ///
    /// [`SendError`]; nothing is queued then.
    pub fn send(&mut self, report: &Report<'_>) -> Result<ReportId, SendError> {
        let mut buffer = [0; LONGEST_MESSAGE + 2];
        let length = encode_into(report, Form::Bracket, &mut buffer)?;
        self.send_bytes(&buffer[..length])
            .ok_or(SendError::QueueFull)
    }

    /// Queues a message as it is, right or wrong: a simulator's faults go here. `None` when the
    /// queue is full or the message is longer than a bracket message.
    pub fn send_bytes(&mut self, message: &[u8]) -> Option<ReportId> {
        if self.queue.len() >= self.settings.queue {
            return None;
        }
        let message = Message::new(message)?;
        let id = self.next.take();
        self.queue.push_back(Queued {
            id,
            message,
            attempts: 0,
        });
        Some(id)
    }

    /// What is to be sent now.
    pub fn poll_transmit(&mut self, now: Time) -> Option<Message> {
        if self.due.is_some() {
            return None;
        }
        let first = self.queue.front_mut()?;
        first.attempts += 1;
        self.due = Some(now + self.settings.answer);
        Some(first.message)
    }

    /// Takes what the station answers.
    pub fn handle_bytes(&mut self, now: Time, bytes: &[u8]) {
        self.handle_timeout(now);
        let mut unexpected = 0;
        for &byte in bytes {
            if byte == 0x06 && self.due.take().is_some() {
                if let Some(first) = self.queue.pop_front() {
                    self.event(PanelEvent::Delivered(first.id));
                }
            } else {
                unexpected += 1;
            }
        }
        if unexpected > 0 {
            self.event(PanelEvent::Unexpected(unexpected));
        }
    }

    /// The connection is gone: the report under way is sent again on the next one.
    pub fn disconnected(&mut self) {
        if self.due.take().is_some() {
            self.give_up_or_repeat();
        }
    }

    /// When [`handle_timeout`](Self::handle_timeout) is to be called.
    #[must_use]
    pub const fn poll_timeout(&self) -> Option<Time> {
        self.due
    }

    /// Repeats what was not answered in time, or gives it up.
    pub fn handle_timeout(&mut self, now: Time) {
        if self.due.is_some_and(|due| due <= now) {
            self.due = None;
            self.give_up_or_repeat();
        }
    }

    /// What has happened, the oldest first.
    pub fn poll_event(&mut self) -> Option<PanelEvent> {
        self.events.pop_front()
    }

    /// Reports that wait, the one under way included.
    #[must_use]
    pub fn queued(&self) -> usize {
        self.queue.len()
    }

    fn give_up_or_repeat(&mut self) {
        let attempts = self.settings.attempts;
        if self.queue.front().is_some_and(|f| f.attempts >= attempts) {
            if let Some(first) = self.queue.pop_front() {
                self.event(PanelEvent::Failed(first.id));
            }
        }
    }

    /// Events wait for as many as the queue may hold, twice; the oldest goes first.
    fn event(&mut self, event: PanelEvent) {
        if self.events.len() >= 2 * self.settings.queue.max(8) {
            self.events.pop_front();
        }
        self.events.push_back(event);
    }
}
