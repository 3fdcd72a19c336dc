//! What a message of a panel says, whatever its form.

use std::borrow::Cow;

use climax_rf::alarm::{Content, Sia};
use climax_rf::codes::SiaCode;
use climax_rf::contact_id::{self, Account};
use climax_rf::dc09::{self, Body, DataError, SiaEvent, Timestamp};

/// The form of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    /// Contact ID in brackets (Climax reference 5.2).
    ContactId,
    /// SIA DC-09 (Climax reference 5.4).
    Dc09,
}

impl Format {
    /// What the journal calls it.
    pub(super) const fn protocol(self) -> &'static str {
        match self {
            Self::ContactId => "contact-id",
            Self::Dc09 => "dc09",
        }
    }
}

/// One event of a message.
#[derive(Debug)]
pub(super) struct Told<'m> {
    pub(super) content: Content<'m>,
    /// Names of people and places that came along.
    pub(super) texts: Vec<Cow<'m, str>>,
}

impl Told<'_> {
    /// What it says, in one short text.
    pub(super) fn text(&self) -> String {
        match &self.content {
            Content::ContactId(event) => event.to_string(),
            Content::Sia(sia) => {
                let area = sia
                    .area
                    .map_or_else(String::new, |area| format!("ri{area}/"));
                format!("{area}{}{}", sia.code, sia.number.unwrap_or_default())
            }
            _ => String::new(),
        }
    }
}

/// What a message says.
#[derive(Debug)]
pub(super) enum Says<'m> {
    /// Only that the line lives.
    LinkTest,
    /// One event, or several in SIA data.
    Events(Vec<Told<'m>>),
    /// Something behind a token that nobody knows.
    Other(String),
    /// What nobody can read, in a frame that came whole.
    Unreadable(&'static str),
}

/// A message as it was read. `Debug` is that of its parts, which hide what leads to people.
#[derive(Debug)]
pub(super) struct Said<'m> {
    pub(super) format: Format,
    pub(super) account: Option<Account<'m>>,
    pub(super) encrypted: bool,
    pub(super) sequence: Option<u16>,
    pub(super) time: Option<Timestamp>,
    pub(super) says: Says<'m>,
    /// Deviations that were tolerated.
    pub(super) warnings: usize,
    pub(super) wrong_checksum: bool,
    /// Further data of a frame, where mobile units put their position.
    pub(super) position: Option<String>,
    pub(super) raw: &'m [u8],
}

impl<'m> Said<'m> {
    /// A bracket report; `None` only for what the station did not read before.
    pub(super) fn contact_id(
        message: &'m contact_id::Message,
        options: &contact_id::DecodeOptions,
    ) -> Option<Self> {
        let decoded = message.decode(options).ok()?;
        let told = Told {
            content: Content::ContactId(decoded.report.event),
            texts: Vec::new(),
        };
        Some(Self {
            format: Format::ContactId,
            account: Some(decoded.report.account),
            encrypted: false,
            sequence: None,
            time: None,
            says: Says::Events(vec![told]),
            warnings: decoded.warnings.len(),
            wrong_checksum: !decoded.checksum.is_right(),
            position: None,
            raw: message.as_bytes(),
        })
    }

    /// A frame, decrypted where it came encrypted; `None` as above.
    pub(super) fn dc09(message: &'m dc09::Message) -> Option<Self> {
        let decoded = message.decode().ok()?;
        let frame = decoded.frame;
        let dc09::Content::Clear(clear) = frame.content else {
            return None;
        };
        let data = frame.data(&dc09::DecodeOptions::lenient());
        let (says, account, more) = match &data {
            Ok(data) => {
                let says = says(&frame, &data.body);
                (says, frame.reporting_account(data), data.warnings.len())
            }
            Err(error) => (Says::Unreadable(reason(*error)), frame.account, 0),
        };
        let position = (!clear.extended.is_empty()).then(|| text(clear.extended).into_owned());
        Some(Self {
            format: Format::Dc09,
            account,
            encrypted: decoded.encrypted,
            sequence: Some(frame.sequence.get()).filter(|number| *number > 0),
            time: clear.timestamp,
            says,
            warnings: decoded.warnings.len() + more,
            wrong_checksum: false,
            position,
            raw: message.as_bytes(),
        })
    }
}

fn says<'m>(frame: &dc09::Frame<'m>, body: &Body<'m>) -> Says<'m> {
    let told = |content, texts| Told { content, texts };
    match body {
        Body::Empty if frame.token == dc09::Token::Null => Says::LinkTest,
        Body::Empty => Says::Unreadable("empty"),
        Body::ContactId(event) => Says::Events(vec![told(Content::ContactId(*event), Vec::new())]),
        Body::Sia(data) => {
            let events: Vec<_> = data
                .events()
                .filter_map(|event| Some(told(Content::Sia(sia(&event)?), texts(&event))))
                .collect();
            if events.is_empty() {
                Says::Unreadable("sia")
            } else {
                Says::Events(events)
            }
        }
        _ if frame.token == dc09::Token::Null => Says::LinkTest,
        _ => Says::Other(frame.token.to_string()),
    }
}

/// `None` never: a code of a frame has two letters.
fn sia<'m>(event: &SiaEvent<'m>) -> Option<Sia<'m>> {
    let known = |bytes: &'m [u8]| std::str::from_utf8(bytes).ok();
    let letters = event.code.as_str().as_bytes().try_into().ok()?;
    Some(Sia {
        code: SiaCode::new(letters)?,
        area: event.area.and_then(known),
        number: known(event.number).filter(|number| !number.is_empty()),
    })
}

/// The number of users and zones goes into the event itself; these are for people.
fn texts<'m>(event: &SiaEvent<'m>) -> Vec<Cow<'m, str>> {
    let texts = [event.name, event.user, event.id, event.time];
    texts.into_iter().flatten().map(text).collect()
}

fn text(bytes: &[u8]) -> Cow<'_, str> {
    String::from_utf8_lossy(bytes)
}

const fn reason(error: DataError) -> &'static str {
    match error {
        DataError::ContactId => "contact-id",
        DataError::Sia => "sia",
        DataError::Encrypted => "encrypted",
        _ => "data",
    }
}
