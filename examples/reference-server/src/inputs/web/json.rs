//! Vendors that send JSON of their own, read by a mapping file (Partner API reference 15).
//!
//! A message is answered 200 when every event of it is on stable storage. What the file does not know
//! is an alarm all the same.

use std::borrow::Cow;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use alarm_codes::{Event, Kind, Phase, Reference};
use axum::Router;
use axum::body::Bytes;
use axum::extract::rejection::{BytesRejection, FailedToBufferBody};
use axum::extract::{DefaultBodyLimit, FromRequest as _, Request, State};
use axum::http::{HeaderMap, HeaderName, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::post;
use sensio_partner::vocabulary::{Action, Reading, Vocabulary};

use super::super::bearer::{TokenError, Tokens};
use super::super::record::{self, Arrival, Message};
use super::desk::Desk;
use super::evidence::Evidence;
use super::occurrences::{Occurrence, Occurrences, Said};
use crate::config::JsonConfig;
use crate::journal::{AlarmRecord, Answer, ContentHash, Entry, JournalError, Verdict};

/// What the journal calls it.
pub(super) const PROTOCOL: &str = "json";
/// Where open occurrences are kept.
pub(super) const AREA: &str = "json.open";
/// How long a body may take.
const BODY_TIME: Duration = Duration::from_secs(10);
/// The longest file that is read as a mapping, in bytes.
const LONGEST_FILE: u64 = 1 << 20;
/// Seconds after which a sender that was turned away may come again.
const RETRY_AFTER: &str = "5";

/// A vendor cannot be served.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum JsonError {
    /// The mapping file cannot be read.
    #[error("inputs.json {name:?}: {}: {source}", path.display())]
    Read {
        /// The name of the table.
        name: String,
        /// The file.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// The mapping file has problems, or its samples do not come out.
    #[error("inputs.json {name:?}: {}: {report}", path.display())]
    Mapping {
        /// The name of the table.
        name: String,
        /// The file.
        path: PathBuf,
        /// Each with its line.
        report: String,
    },
    /// The header cannot be one.
    #[error("inputs.json {name:?}: the header is none")]
    Header {
        /// The name of the table.
        name: String,
    },
    /// A token cannot be used.
    #[error("inputs.json {name:?}: {source}")]
    Token {
        /// The name of the table.
        name: String,
        /// What is wrong.
        source: TokenError,
    },
}

/// A vendor, ready to be served.
#[derive(Debug)]
pub(super) struct Vendor {
    name: String,
    path: String,
    header: HeaderName,
    vocabulary: Vocabulary,
    pub(super) tokens: Tokens,
    window: Duration,
}

fn read(path: &Path) -> std::io::Result<String> {
    use std::io::Read as _;
    let mut text = String::new();
    let file = std::fs::File::open(path)?;
    if file.take(LONGEST_FILE + 1).read_to_string(&mut text)? as u64 > LONGEST_FILE {
        return Err(std::io::ErrorKind::FileTooLarge.into());
    }
    Ok(text)
}

impl Vendor {
    pub(super) fn new(config: &JsonConfig) -> Result<Self, JsonError> {
        let (name, path) = (config.name.clone(), config.mapping.clone());
        let text = match read(&path) {
            Ok(text) => text,
            Err(source) => return Err(JsonError::Read { name, path, source }),
        };
        let vocabulary = match Vocabulary::parse(&text) {
            Ok(vocabulary) => vocabulary,
            Err(report) => {
                let problems = report.problems.iter().map(ToString::to_string);
                let report = problems.collect::<Vec<_>>().join("; ");
                return Err(JsonError::Mapping { name, path, report });
            }
        };
        let header = HeaderName::from_bytes(config.header.as_bytes());
        let header = header.map_err(|_| JsonError::Header { name: name.clone() })?;
        let tokens = match Tokens::new(&config.tokens) {
            Ok(tokens) => tokens,
            Err(source) => return Err(JsonError::Token { name, source }),
        };
        Ok(Self {
            name,
            path: config.path.clone(),
            header,
            vocabulary,
            tokens,
            window: config.duplicate_window.0,
        })
    }

    /// The route of this vendor.
    pub(super) fn router(self, desk: Arc<Desk>, open: Arc<Occurrences>) -> Router {
        use sensio_partner::vocabulary::Status;
        if self.vocabulary.status() == Status::Suggestion {
            tracing::warn!(
                name = self.name,
                "the mapping file is a suggestion: nobody has held it against messages of the vendor"
            );
        }
        let limit = DefaultBodyLimit::max(self.vocabulary.limits().bytes);
        let path = self.path.clone();
        let site = Arc::new(Site {
            vendor: self,
            desk,
            open,
        });
        Router::new()
            .route(&path, post(receive))
            .layer(limit)
            .with_state(site)
    }

    fn token(&self, headers: &HeaderMap) -> Option<Arc<str>> {
        let mut values = headers.get_all(&self.header).iter();
        let (value, none) = (values.next()?, values.next());
        match none {
            Some(_) => None,
            None if self.header == header::AUTHORIZATION => self.tokens.check(value.as_bytes()),
            None => self.tokens.check_bare(value.as_bytes()),
        }
    }
}

struct Site {
    vendor: Vendor,
    desk: Arc<Desk>,
    open: Arc<Occurrences>,
}

async fn receive(State(site): State<Arc<Site>>, request: Request) -> Response {
    let evidence = Evidence::of_this_call();
    let Some(token) = site.vendor.token(request.headers()) else {
        let counters = &site.desk.counters;
        site.desk
            .refused(&counters.malformed, "credentials", || None);
        // RFC 6750 3.
        let challenge = [(header::WWW_AUTHENTICATE, "Bearer realm=\"json\"")];
        return (StatusCode::UNAUTHORIZED, challenge).into_response();
    };
    let body = match tokio::time::timeout(BODY_TIME, Bytes::from_request(request, &())).await {
        Ok(Ok(body)) => body,
        Ok(Err(rejection)) => {
            let too_long = matches!(
                rejection,
                BytesRejection::FailedToBufferBody(FailedToBufferBody::LengthLimitError(_))
            );
            let (reason, status) = match too_long {
                true => ("too large", StatusCode::PAYLOAD_TOO_LARGE),
                false => ("the body broke off", StatusCode::BAD_REQUEST),
            };
            let malformed = &site.desk.counters.malformed;
            site.desk.refused(malformed, reason, || None);
            return status.into_response();
        }
        Err(_) => {
            let malformed = &site.desk.counters.malformed;
            site.desk.refused(malformed, "slow", || None);
            return StatusCode::REQUEST_TIMEOUT.into_response();
        }
    };
    // On its own: the sender may go away while the journal has it.
    let work = tokio::spawn(async move { site.take(body, evidence, &token).await });
    match work.await {
        Ok(response) => response,
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

/// Kinds of one device, within one table.
fn key(name: &str, device: &str, kind: Kind) -> String {
    format!("{name}\0{device}\0{kind}")
}

/// What an alarm of the journal says about what is open.
pub(super) fn said(record: &AlarmRecord, known: &dyn Fn(&str) -> Option<Occurrence>) -> Said {
    if record.protocol != PROTOCOL || record.verdict != Verdict::Accepted || record.kind.is_none() {
        return Said::new();
    }
    match serde_json::from_str::<Event>(&record.event) {
        Ok(event) => changes(
            &record.sender,
            &event,
            record.received_at.as_micros(),
            known,
        ),
        Err(_) => Said::new(),
    }
}

/// What an event changes of what is open.
fn changes(name: &str, event: &Event, at: i64, known: &dyn Fn(&str) -> Option<Occurrence>) -> Said {
    let device = event.device.controller.as_deref().unwrap_or_default();
    if event.phase == Phase::Start && event.handling.is_open() {
        let begun = Occurrence {
            id: event.event_id,
            reference: None,
            content: None,
            at,
            open: true,
        };
        return vec![(key(name, device, event.kind), begun)];
    }
    let kinds = event.correlation.clears_kinds.iter();
    let ended = kinds.filter_map(|&kind| {
        let key = key(name, device, kind);
        let ended = Occurrence {
            open: false,
            at,
            ..known(&key)?
        };
        Some((key, ended))
    });
    match event.phase {
        Phase::End => ended.collect(),
        _ => Said::new(),
    }
}

impl Site {
    async fn take(&self, body: Bytes, evidence: Option<Evidence>, token: &str) -> Response {
        let counters = &self.desk.counters;
        counters.received.increment(1);
        let readings = match self.vendor.vocabulary.read(&body) {
            Ok(readings) => readings,
            Err(error) => {
                let reason = "not to be read";
                let entry = || self.refused(body, evidence.as_ref(), token, &error.to_string());
                self.desk.refused(&counters.malformed, reason, entry);
                return (StatusCode::BAD_REQUEST, format!("{error}\n")).into_response();
            }
        };
        let ticket = self.open.begin(&self.desk.journal);
        let mut answer = Ok(());
        for (place, reading) in readings.iter().enumerate() {
            counters.warnings.increment(reading.warnings.len() as u64);
            let taken = self
                .event(place, reading, &body, evidence.as_ref(), token)
                .await;
            answer = answer.and(taken);
        }
        self.open.end(ticket);
        match answer {
            Ok(()) => StatusCode::OK.into_response(),
            Err(error) => {
                let status = match error {
                    Some(JournalError::Busy) => StatusCode::TOO_MANY_REQUESTS,
                    None | Some(JournalError::Rejected { .. }) => StatusCode::INTERNAL_SERVER_ERROR,
                    _ => StatusCode::SERVICE_UNAVAILABLE,
                };
                (status, [(header::RETRY_AFTER, RETRY_AFTER)]).into_response()
            }
        }
    }

    /// Stores one event of a message, and the end that it brings to others.
    async fn event(
        &self,
        place: usize,
        reading: &Reading<'_>,
        body: &Bytes,
        evidence: Option<&Evidence>,
        token: &str,
    ) -> Result<(), Option<JournalError>> {
        let arrival = Arrival::now();
        let device = reading.device.as_deref().unwrap_or_default();
        if !device.is_empty() {
            self.desk
                .reporting
                .heard(&self.vendor.name, device, arrival.at);
        }
        let mut event = reading.to_event(arrival.alarm_id(), arrival.alarm_time(), body);
        if reading.phase == Phase::End && reading.action == Action::Alarm {
            self.name_the_ended(&mut event, device);
        }
        self.store(arrival, event, (place, ""), reading, body, evidence, token)
            .await?;
        let arrival = Arrival::now();
        let Some(mut end) = reading.settles(arrival.alarm_id(), arrival.alarm_time()) else {
            return Ok(());
        };
        if let Some(within) = reading.clears_within() {
            // Only what is young enough.
            end.correlation.clears_kinds.retain(|&kind| {
                let known = self.open.get(&key(&self.vendor.name, device, kind));
                known.is_some_and(|known| known.open && known.is_within(within, arrival.at))
            });
        }
        if end.correlation.clears_kinds.is_empty() {
            return Ok(());
        }
        self.name_the_ended(&mut end, device);
        self.store(
            arrival,
            end,
            (place, " settles"),
            reading,
            body,
            evidence,
            token,
        )
        .await
    }

    /// An end of one thing names it.
    fn name_the_ended(&self, event: &mut Event, device: &str) {
        if let [kind] = *event.correlation.clears_kinds
            && let Some(known) = self.open.get(&key(&self.vendor.name, device, kind))
            && known.open
        {
            event.correlation.clears = Some(Reference::Event(known.id));
        }
    }

    #[expect(clippy::too_many_arguments, reason = "all that an entry is made of")]
    async fn store(
        &self,
        arrival: Arrival,
        mut event: Event,
        (place, part): (usize, &str),
        reading: &Reading<'_>,
        body: &Bytes,
        evidence: Option<&Evidence>,
        token: &str,
    ) -> Result<(), Option<JournalError>> {
        let hash = ContentHash::of(body);
        let named = match &reading.reference {
            Some(reference) => format!("{reference} {place}{part}"),
            None => {
                let short = hash.as_bytes()[..8].iter();
                let short: String = short.map(|byte| format!("{byte:02x}")).collect();
                format!("{short} {place}{part}")
            }
        };
        let message = Message {
            source_ref: Some(named),
            duplicate_window: self.vendor.window,
            ..self.message(body.clone(), evidence, token, "200")
        };
        let entry = record::accepted(arrival, &mut event, message).map_err(|_| None)?;
        let stored = self.desk.store(entry).await.map_err(Some)?;
        if stored.id.as_bytes() == arrival.id.as_bytes() {
            let at = arrival.at.as_micros();
            let known = |key: &str| self.open.get(key);
            for (key, occurrence) in changes(&self.vendor.name, &event, at, &known) {
                self.open.set(&key, occurrence);
            }
        }
        Ok(())
    }

    fn message(
        &self,
        body: Bytes,
        evidence: Option<&Evidence>,
        token: &str,
        answer: &'static str,
    ) -> Message {
        Message {
            protocol: PROTOCOL,
            sender: self.vendor.name.clone(),
            source_ref: None,
            content_hash: ContentHash::of(&body),
            duplicate_window: Duration::ZERO,
            raw: body,
            transport: super::sensio::facts(evidence, token),
            answer: Answer {
                bytes: Bytes::new(),
                summary: Cow::Borrowed(answer),
            },
        }
    }

    fn refused(
        &self,
        body: Bytes,
        evidence: Option<&Evidence>,
        token: &str,
        reason: &str,
    ) -> Option<Entry> {
        let json = serde_json::json!({ "json": { "refused": reason } }).to_string();
        let message = self.message(body, evidence, token, "400");
        Some(record::data(
            Arrival::now(),
            Verdict::Refused,
            json,
            message,
        ))
    }
}
