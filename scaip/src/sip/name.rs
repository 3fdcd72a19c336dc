//! Header field names.

/// The header fields this crate knows by name, with their compact forms (RFC 3261 7.3.3, 20).
///
/// A name outside the list is [`HeaderName::Other`]; its text stays in the message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum HeaderName {
    /// `Accept`.
    Accept,
    /// `Allow`.
    Allow,
    /// `Authorization`.
    Authorization,
    /// `Call-ID`, compact `i`.
    CallId,
    /// `Contact`, compact `m`.
    Contact,
    /// `Content-Encoding`, compact `e`.
    ContentEncoding,
    /// `Content-Length`, compact `l`.
    ContentLength,
    /// `Content-Type`, compact `c`.
    ContentType,
    /// `CSeq`.
    CSeq,
    /// `Date`.
    Date,
    /// `Expires`.
    Expires,
    /// `From`, compact `f`.
    From,
    /// `Max-Forwards`.
    MaxForwards,
    /// `Min-Expires`.
    MinExpires,
    /// `Record-Route`.
    RecordRoute,
    /// `Require`.
    Require,
    /// `Retry-After`.
    RetryAfter,
    /// `Route`.
    Route,
    /// `Server`.
    Server,
    /// `Subject`, compact `s`.
    Subject,
    /// `Supported`, compact `k`.
    Supported,
    /// `To`, compact `t`.
    To,
    /// `User-Agent`.
    UserAgent,
    /// `Via`, compact `v`.
    Via,
    /// `WWW-Authenticate`.
    WwwAuthenticate,
    /// Any other name.
    Other,
}

const NAMES: [(HeaderName, &str, Option<u8>); 25] = [
    (HeaderName::Via, "Via", Some(b'v')),
    (HeaderName::From, "From", Some(b'f')),
    (HeaderName::To, "To", Some(b't')),
    (HeaderName::CallId, "Call-ID", Some(b'i')),
    (HeaderName::CSeq, "CSeq", None),
    (HeaderName::ContentLength, "Content-Length", Some(b'l')),
    (HeaderName::ContentType, "Content-Type", Some(b'c')),
    (HeaderName::MaxForwards, "Max-Forwards", None),
    (HeaderName::Contact, "Contact", Some(b'm')),
    (HeaderName::UserAgent, "User-Agent", None),
    (HeaderName::Accept, "Accept", None),
    (HeaderName::Allow, "Allow", None),
    (HeaderName::Authorization, "Authorization", None),
    (HeaderName::ContentEncoding, "Content-Encoding", Some(b'e')),
    (HeaderName::Date, "Date", None),
    (HeaderName::Expires, "Expires", None),
    (HeaderName::MinExpires, "Min-Expires", None),
    (HeaderName::RecordRoute, "Record-Route", None),
    (HeaderName::Require, "Require", None),
    (HeaderName::RetryAfter, "Retry-After", None),
    (HeaderName::Route, "Route", None),
    (HeaderName::Server, "Server", None),
    (HeaderName::Subject, "Subject", Some(b's')),
    (HeaderName::Supported, "Supported", Some(b'k')),
    (HeaderName::WwwAuthenticate, "WWW-Authenticate", None),
];

impl HeaderName {
    /// The name a header line begins with, in any letter case, long or compact.
    #[must_use]
    pub fn from_bytes(name: &[u8]) -> Self {
        if let [letter] = name {
            let letter = letter.to_ascii_lowercase();
            return NAMES
                .iter()
                .find(|(_, _, compact)| *compact == Some(letter))
                .map_or(Self::Other, |(name, _, _)| *name);
        }
        NAMES
            .iter()
            .find(|(_, long, _)| long.as_bytes().eq_ignore_ascii_case(name))
            .map_or(Self::Other, |(name, _, _)| *name)
    }

    /// The long spelling; `None` for [`HeaderName::Other`].
    #[must_use]
    pub fn as_str(self) -> Option<&'static str> {
        NAMES
            .iter()
            .find(|(name, _, _)| *name == self)
            .map(|(_, long, _)| *long)
    }
}

impl core::fmt::Display for HeaderName {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(self.as_str().unwrap_or("(other)"))
    }
}
