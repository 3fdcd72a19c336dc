//! What comes of a REGISTER.

use std::fmt;
use std::time::Duration;

use crate::sip::{Path, StatusCode};
use crate::text::ControllerId;

/// One registered contact. `Debug` hides the address.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Contact {
    /// The URI, without password and headers.
    pub uri: Box<str>,
    /// How long it stays registered, in whole seconds, at least one.
    pub expires: Duration,
}

impl fmt::Debug for Contact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Contact")
            .field("uri", &"(hidden)")
            .field("expires", &self.expires)
            .finish()
    }
}

/// A REGISTER that was carried out; answer it with 200 and [`headers`](Self::headers).
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Registered {
    /// The unit: the user of To.
    pub controller: ControllerId<'static>,
    /// Everything that is registered for it now.
    pub contacts: Vec<Contact>,
    /// What it changed.
    pub change: Change,
    /// What was tolerated.
    pub warnings: Vec<RegisterWarning>,
}

/// What a REGISTER changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Change {
    /// Nothing: it asked what is registered.
    Queried,
    /// The unit had no contact and has one now.
    Registered,
    /// The same contacts, along the path that was known.
    Refreshed,
    /// It had a contact before; the contacts or the path are other ones now. A unit that opens a
    /// new connection counts as moved too.
    Moved,
    /// Its last contact is gone, at its own wish.
    Unregistered,
}

impl Change {
    /// A stable name for machines.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Change::Queried => "queried",
            Change::Registered => "registered",
            Change::Refreshed => "refreshed",
            Change::Moved => "moved",
            Change::Unregistered => "unregistered",
        }
    }
}

impl Registered {
    /// The headers of the 200: a Contact with its `expires` for each binding (RFC 3261 10.3).
    #[must_use]
    pub fn headers(&self) -> Vec<(&'static str, String)> {
        self.contacts
            .iter()
            .map(|contact| {
                let value = format!("<{}>;expires={}", contact.uri, contact.expires.as_secs());
                ("Contact", value)
            })
            .collect()
    }
}

/// A deviation in a REGISTER that was carried out all the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RegisterWarning {
    /// An expiry that is no number; it counts as an hour (RFC 3261 10.2.1.1).
    ExpiresUnreadable,
    /// The same Call-ID and CSeq as before. Taken as a refresh: there are units that never count.
    CSeqRepeated,
    /// The same Call-ID and a lower CSeq, long after the last one: the unit has been restarted.
    CSeqRestarted,
    /// The user of From is not that of To. To counts.
    FromUnlikeTo,
    /// To has no user; that of From counts.
    ToWithoutUser,
}

impl RegisterWarning {
    /// A stable name for machines.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            RegisterWarning::ExpiresUnreadable => "expires-unreadable",
            RegisterWarning::CSeqRepeated => "cseq-repeated",
            RegisterWarning::CSeqRestarted => "cseq-restarted",
            RegisterWarning::FromUnlikeTo => "from-unlike-to",
            RegisterWarning::ToWithoutUser => "to-without-user",
        }
    }
}

/// Why a REGISTER was not carried out. Nothing of it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RegisterError {
    /// The request is no REGISTER.
    #[error("the request is no REGISTER")]
    NotRegister,
    /// Neither To nor From names a unit.
    #[error("neither To nor From has a user")]
    NoController,
    /// A `cid` of more than 64 bytes.
    #[error("a cid of more than 64 bytes")]
    ControllerIdTooLong,
    /// A Contact that cannot be read.
    #[error("a Contact cannot be read")]
    ContactUnreadable,
    /// A contact URI of more than 256 bytes.
    #[error("a contact of more than 256 bytes")]
    ContactTooLong,
    /// `*` beside other contacts, or without Expires 0.
    #[error("Contact * needs Expires 0 and stands alone")]
    WildcardMisused,
    /// An expiry below the least one.
    #[error("an expiry below {} s", minimum.as_secs())]
    IntervalTooBrief {
        /// The least one, in whole seconds.
        minimum: Duration,
    },
    /// The same Call-ID and a lower CSeq, shortly after the last one.
    #[error("overtaken by a later REGISTER")]
    OutOfOrder,
    /// More contacts for one unit than the settings allow.
    #[error("more than {limit} contacts")]
    TooManyContacts {
        /// The limit.
        limit: usize,
    },
    /// As many units as the settings allow.
    #[error("more than {limit} controllers")]
    TooManyControllers {
        /// The limit.
        limit: usize,
    },
}

impl RegisterError {
    /// The status to answer with.
    #[must_use]
    pub fn status(self) -> StatusCode {
        match self {
            RegisterError::NotRegister => StatusCode::METHOD_NOT_ALLOWED,
            RegisterError::IntervalTooBrief { .. } => StatusCode::INTERVAL_TOO_BRIEF,
            RegisterError::OutOfOrder => StatusCode::SERVER_INTERNAL_ERROR,
            RegisterError::TooManyContacts { .. } => StatusCode::FORBIDDEN,
            RegisterError::TooManyControllers { .. } => StatusCode::SERVICE_UNAVAILABLE,
            _ => StatusCode::BAD_REQUEST,
        }
    }

    /// A stable name for machines.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            RegisterError::NotRegister => "not-register",
            RegisterError::NoController => "no-controller",
            RegisterError::ControllerIdTooLong => "controller-id-too-long",
            RegisterError::ContactUnreadable => "contact-unreadable",
            RegisterError::ContactTooLong => "contact-too-long",
            RegisterError::WildcardMisused => "wildcard-misused",
            RegisterError::IntervalTooBrief { .. } => "interval-too-brief",
            RegisterError::OutOfOrder => "out-of-order",
            RegisterError::TooManyContacts { .. } => "too-many-contacts",
            RegisterError::TooManyControllers { .. } => "too-many-controllers",
        }
    }

    /// The headers of that answer: Min-Expires with a 423.
    #[must_use]
    pub fn headers(self) -> Vec<(&'static str, String)> {
        match self {
            RegisterError::IntervalTooBrief { minimum } => {
                vec![("Min-Expires", minimum.as_secs().to_string())]
            }
            _ => Vec::new(),
        }
    }
}

/// Why a path is not remembered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PathError {
    /// As many units as the settings allow.
    #[error("more than {limit} controllers")]
    TooManyControllers {
        /// The limit.
        limit: usize,
    },
    /// A `cid` of more than 64 bytes.
    #[error("a cid of more than 64 bytes")]
    ControllerIdTooLong,
}

/// A way to reach a unit. `Debug` hides contacts.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Route<'a> {
    /// Send along this path: a message or a REGISTER came over it.
    Path(Path),
    /// Send to this URI, over a connection of the caller's making.
    Contact(&'a str),
}

impl fmt::Debug for Route<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Route::Path(path) => f.debug_tuple("Path").field(path).finish(),
            Route::Contact(_) => f.write_str("Contact(hidden)"),
        }
    }
}

/// A [`Route`] that is no longer borrowed. `Debug` hides contacts.
#[derive(Clone, PartialEq, Eq)]
pub enum OwnedRoute {
    /// See [`Route::Path`].
    Path(Path),
    /// See [`Route::Contact`].
    Contact(Box<str>),
}

impl From<Route<'_>> for OwnedRoute {
    fn from(route: Route<'_>) -> Self {
        match route {
            Route::Path(path) => OwnedRoute::Path(path),
            Route::Contact(uri) => OwnedRoute::Contact(uri.into()),
        }
    }
}

impl fmt::Debug for OwnedRoute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            OwnedRoute::Path(path) => f.debug_tuple("Path").field(path).finish(),
            OwnedRoute::Contact(_) => f.write_str("Contact(hidden)"),
        }
    }
}

/// Something that happened by time alone.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event {
    /// The last contact of a unit has expired. Its latest path is kept.
    Expired {
        /// The unit.
        controller: ControllerId<'static>,
    },
}
