//! Answers without a transaction (RFC 3261 8.2.7), and errors of the endpoint's commands.

use bytes::Bytes;

use super::{Path, Response};
use crate::sip::identifiers::Identifiers;
use crate::sip::layout::Head;
use crate::sip::write::put_response;
use crate::sip::{HeaderName, WriteError};

/// Why an [`Endpoint`](super::Endpoint) cannot be made from a [`Config`](super::Config).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// `accept` is empty or holds a control byte.
    #[error("accept is no header value")]
    Accept,
    /// A duration above 24 hours.
    #[error("{setting} is longer than 24 hours")]
    TooLong {
        /// The field of the settings.
        setting: &'static str,
    },
    /// A capacity or limit is zero: nothing could be accepted.
    #[error("{setting} is zero")]
    Zero {
        /// The field of the settings.
        setting: &'static str,
    },
}

/// As many connections are open as [`Config::connections`](super::Config::connections) allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[error("{limit} connections are open, no more are taken")]
pub struct TooManyConnections {
    /// The setting.
    pub limit: usize,
}

/// Why [`Endpoint::respond`](super::Endpoint::respond) sent nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum RespondError {
    /// The request is answered already, has expired, or is not of this endpoint.
    #[error("the request is not waiting for an answer")]
    NotWaiting,
    /// A 1xx status. The request still waits.
    #[error("a provisional status is no answer")]
    Provisional,
    /// The connection the request came on is closed. The request is ended.
    #[error("the connection of the request is closed")]
    ConnectionClosed,
    /// A header or body that cannot be written. The request still waits.
    #[error(transparent)]
    Write(#[from] WriteError),
}

/// Why [`Endpoint::send_message`](super::Endpoint::send_message) sent nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum SendError {
    /// A stream path whose connection is not open.
    #[error("the connection is not open")]
    NotConnected,
    /// As many messages are under way as
    /// [`Config::client_transactions`](super::Config::client_transactions) allows.
    #[error("{limit} messages are under way, no more are taken")]
    Full {
        /// The setting.
        limit: usize,
    },
    /// A value that cannot be written.
    #[error(transparent)]
    Write(#[from] WriteError),
}

/// Writes an answer to the request with this head, with the To tag the seed gives it.
pub(super) fn write(
    scratch: &mut Vec<u8>,
    identifiers: &Identifiers,
    path: &Path,
    head: &Head,
    response: &Response<'_>,
) -> Result<Bytes, WriteError> {
    let part = |name| head.first(name).unwrap_or_default();
    let tag = identifiers.answer_tag(&[
        part(HeaderName::Via),
        part(HeaderName::From),
        part(HeaderName::CallId),
        part(HeaderName::CSeq),
    ]);
    scratch.clear();
    put_response(scratch, head, path.remote, &tag, response)?;
    Ok(Bytes::copy_from_slice(scratch))
}
