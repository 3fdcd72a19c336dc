//! What to ask a panel: paths and the token, without any I/O.

use alloc::string::String;
use core::fmt;
use core::time::Duration;

use serde_json::Value;

use super::{Limits, ReadError, Warnings, clean};
use crate::time::Time;

/// The header that carries the token on newer panels.
pub const TOKEN_HEADER: &str = "X-Token";

/// How long a token is used before another is fetched. It ages *within about a minute* (one
/// source); 45 s leave room, which is a choice.
pub const TOKEN_LIFE: Duration = Duration::from_secs(45);

/// A call that reads. There is none that writes (Climax reference 9).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Call {
    /// `tokenGet`: the token of newer panels.
    Token,
    /// `panelCondGet`: area modes and faults.
    Conditions,
    /// `deviceListGet`: devices.
    Devices,
    /// `sensorListGet`: devices of older panels.
    Sensors,
    /// `deviceListPSSGet`: switches, shutters, thermostats.
    Switches,
    /// `pssStatusGet`: the same of older panels.
    SwitchStatus,
    /// `logsGet`: log lines.
    Logs,
    /// `recordListGet`: records.
    Records,
    /// `reportEventListGet`: report events.
    ReportEvents,
    /// `historyGet`: history (one source).
    History,
}

impl Call {
    /// Every call.
    pub const ALL: [Self; 10] = [
        Self::Token,
        Self::Conditions,
        Self::Devices,
        Self::Sensors,
        Self::Switches,
        Self::SwitchStatus,
        Self::Logs,
        Self::Records,
        Self::ReportEvents,
        Self::History,
    ];

    /// The path of the request.
    #[must_use]
    pub const fn path(self) -> &'static str {
        match self {
            Self::Token => "/action/tokenGet",
            Self::Conditions => "/action/panelCondGet",
            Self::Devices => "/action/deviceListGet",
            Self::Sensors => "/action/sensorListGet",
            Self::Switches => "/action/deviceListPSSGet",
            Self::SwitchStatus => "/action/pssStatusGet",
            Self::Logs => "/action/logsGet",
            Self::Records => "/action/recordListGet",
            Self::ReportEvents => "/action/reportEventListGet",
            Self::History => "/action/historyGet",
        }
    }
}

/// A token, which is a secret: `Debug` does not show it.
#[derive(Clone, PartialEq, Eq)]
pub struct Token {
    text: String,
    fetched: Time,
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Token")
            .field("fetched", &self.fetched)
            .finish_non_exhaustive()
    }
}

impl Token {
    /// A token that was fetched at `fetched`. `None` when it is empty or could not stand in a
    /// header.
    #[must_use]
    pub fn new(text: impl Into<String>, fetched: Time) -> Option<Self> {
        let text = text.into();
        let fits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_graphic());
        fits.then_some(Self { text, fetched })
    }

    /// Whether it is younger than [`TOKEN_LIFE`].
    #[must_use]
    pub fn is_fresh(&self, now: Time) -> bool {
        now.since(self.fetched) < TOKEN_LIFE
    }
}

/// Reads the answer of `tokenGet`, fetched at `now`.
///
/// The reference does not name the member: `token` is looked for, then `message`, which is a
/// guess; an answer that is nothing but a text is the token itself.
///
/// # Errors
///
/// [`ReadError`] when the answer is too large, no JSON, or holds no token.
pub fn read_token(answer: &[u8], now: Time, limits: &Limits) -> Result<Token, ReadError> {
    let value = clean::read(answer, limits, &mut Warnings::default())?;
    let text = match &value {
        // A page of HTML must not pass for a token.
        Value::String(text) if text.trim().bytes().all(is_token_byte) => Some(text),
        Value::Object(members) => {
            ["token", "message"]
                .iter()
                .find_map(|name| match members.get(*name) {
                    Some(Value::String(text)) => Some(text),
                    _ => None,
                })
        }
        _ => None,
    };
    text.and_then(|text| Token::new(text.trim(), now))
        .ok_or(ReadError::NoToken)
}

fn is_token_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~' | b'+' | b'/' | b'=')
}

/// A request to be sent with GET by any HTTP client, which also does the basic authentication.
///
/// ```
/// use climax_rf::Time;
/// use climax_rf::panel_web::{Call, Request, Token};
///
/// let token = Token::new("c29tZXRva2Vu", Time::ZERO).ok_or("printable")?;
/// let request = Request::new(Call::ReportEvents).with_token(Some(&token));
/// assert_eq!(request.path(), "/action/reportEventListGet");
/// assert_eq!(request.header(), Some(("X-Token", "c29tZXRva2Vu")));
/// # Ok::<(), &str>(())
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    call: Call,
    token: Option<&'a Token>,
}

impl<'a> Request<'a> {
    /// A call without a token, as older panels take it.
    #[must_use]
    pub const fn new(call: Call) -> Self {
        Self { call, token: None }
    }

    /// The same with a token, as newer panels want it.
    #[must_use]
    pub const fn with_token(mut self, token: Option<&'a Token>) -> Self {
        self.token = token;
        self
    }

    /// Always `GET`.
    #[must_use]
    pub const fn method(&self) -> &'static str {
        "GET"
    }

    /// The path.
    #[must_use]
    pub const fn path(&self) -> &'static str {
        self.call.path()
    }

    /// The header to add, if there is one. Its value is a secret.
    #[must_use]
    pub fn header(&self) -> Option<(&'static str, &'a str)> {
        self.token.map(|token| (TOKEN_HEADER, token.text.as_str()))
    }
}
