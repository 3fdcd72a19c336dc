//! Request methods.

/// A SIP request method.
///
/// SCAIP uses [`Method::Message`] (RFC 3428); the others are named so that they can be refused, listed or
/// handed up. A method outside this list is [`Method::Other`]; its text is kept in the
/// [`Message`](super::Message). Methods are case-sensitive (RFC 3261 7.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Method {
    /// MESSAGE (RFC 3428): carries every SCAIP document.
    Message,
    /// REGISTER (RFC 3261 10).
    Register,
    /// OPTIONS (RFC 3261 11).
    Options,
    /// INVITE (RFC 3261 13). Never handed up: this core has no dialogs.
    Invite,
    /// ACK (RFC 3261 17). Never answered.
    Ack,
    /// BYE (RFC 3261 15).
    Bye,
    /// CANCEL (RFC 3261 9).
    Cancel,
    /// INFO (RFC 6086).
    Info,
    /// NOTIFY (RFC 6665).
    Notify,
    /// SUBSCRIBE (RFC 6665).
    Subscribe,
    /// PUBLISH (RFC 3903).
    Publish,
    /// REFER (RFC 3515).
    Refer,
    /// PRACK (RFC 3262).
    Prack,
    /// UPDATE (RFC 3311).
    Update,
    /// Any other token.
    Other,
}

const NAMES: [(Method, &str); 14] = [
    (Method::Message, "MESSAGE"),
    (Method::Register, "REGISTER"),
    (Method::Options, "OPTIONS"),
    (Method::Invite, "INVITE"),
    (Method::Ack, "ACK"),
    (Method::Bye, "BYE"),
    (Method::Cancel, "CANCEL"),
    (Method::Info, "INFO"),
    (Method::Notify, "NOTIFY"),
    (Method::Subscribe, "SUBSCRIBE"),
    (Method::Publish, "PUBLISH"),
    (Method::Refer, "REFER"),
    (Method::Prack, "PRACK"),
    (Method::Update, "UPDATE"),
];

impl Method {
    /// The method a token names; [`Method::Other`] for a token not listed here.
    #[must_use]
    pub fn from_token(token: &[u8]) -> Self {
        NAMES
            .iter()
            .find(|(_, name)| name.as_bytes() == token)
            .map_or(Self::Other, |(method, _)| *method)
    }

    /// The token on the wire; `None` for [`Method::Other`].
    #[must_use]
    pub fn as_str(self) -> Option<&'static str> {
        NAMES
            .iter()
            .find(|(method, _)| *method == self)
            .map(|(_, name)| *name)
    }

    /// Whether the endpoint can hand this method up: INVITE, ACK and CANCEL need machinery that is not here.
    #[must_use]
    pub fn can_be_handed_up(self) -> bool {
        !matches!(self, Self::Invite | Self::Ack | Self::Cancel)
    }
}
