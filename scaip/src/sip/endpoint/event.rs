//! What the endpoint tells and what it wants sent.

use bytes::Bytes;
use core::fmt;

use super::{Message, Method, Path, SipError, StatusCode};

/// A request that waits for [`Endpoint::respond`](super::Endpoint::respond).
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct RequestId {
    pub(crate) key: u128,
    pub(crate) serial: u64,
}

impl RequestId {
    /// The running number of the request in this endpoint, for a log.
    #[must_use]
    pub const fn get(self) -> u64 {
        self.serial
    }
}

impl fmt::Debug for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RequestId({})", self.serial)
    }
}

/// A message we sent; runs upward from 1 in each endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MessageId(pub(crate) u64);

impl MessageId {
    /// The number, for a log.
    #[must_use]
    pub const fn get(self) -> u64 {
        self.0
    }
}

/// Why a message got no final answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum UndeliveredReason {
    /// Timer F: no final answer within 64 T1, 32 s by default (RFC 3261 17.1.2.2).
    Timeout,
    /// The driver reported that the path failed, or the connection closed.
    Transport,
}

/// Something that happened. Take them with [`Endpoint::poll_event`](super::Endpoint::poll_event).
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Event {
    /// A new request of a method in [`Config::methods`](super::Config::methods). It waits 64 T1 for
    /// [`Endpoint::respond`](super::Endpoint::respond); nothing positive leaves before that.
    Request {
        /// Pass it to `respond`.
        id: RequestId,
        /// Where it came from; send the `mrs` back along it.
        path: Path,
        /// The request with its warnings.
        message: Message,
    },
    /// A request came again, every key field and the body equal: no new alarm.
    Retransmission {
        /// The request it repeats.
        id: RequestId,
        /// Where it came from.
        path: Path,
        /// Whether the earlier answer was sent again; `false` if none has been given yet.
        answered: bool,
    },
    /// A request was not answered within 64 T1. Its sender has given up; `respond` will refuse.
    Expired {
        /// The request.
        id: RequestId,
    },
    /// A message got a 2xx: it reached the other side. Any body (an `mrs` in the 200, SCAIP reference 5.1)
    /// is in the response.
    Delivered {
        /// The message.
        id: MessageId,
        /// 200 or 202, or another 2xx.
        status: StatusCode,
        /// The whole response.
        response: Message,
    },
    /// A message got a 3xx, 4xx, 5xx or 6xx.
    Refused {
        /// The message.
        id: MessageId,
        /// The status.
        status: StatusCode,
        /// The whole response, with a digest challenge or Retry-After.
        response: Message,
    },
    /// A message got no final answer.
    Undelivered {
        /// The message.
        id: MessageId,
        /// Why.
        reason: UndeliveredReason,
    },
    /// Bytes that are no SIP message this endpoint takes. For the log; how often to log is the caller's affair.
    Bad {
        /// Where they came from.
        path: Path,
        /// Why.
        error: SipError,
        /// The status that was sent back, if any could be.
        answered: Option<StatusCode>,
        /// The bytes, for a log that may hold personal data.
        raw: RawBytes,
    },
}

/// Raw bytes whose `Debug` prints only their length.
#[derive(Clone, PartialEq, Eq)]
pub struct RawBytes(pub Bytes);

impl fmt::Debug for RawBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RawBytes({} bytes)", self.0.len())
    }
}

/// Bytes to send. Take them with [`Endpoint::poll_transmit`](super::Endpoint::poll_transmit).
#[derive(Clone, PartialEq, Eq)]
pub struct Transmit {
    /// The path: for UDP send to `remote`, for a stream on the connection.
    pub path: Path,
    /// What to send; empty if the connection is only to be closed.
    pub bytes: Bytes,
    /// Close the connection after sending. The endpoint has forgotten it already.
    pub close_after: bool,
    /// The message this is a transmission of, if it is a request: on failure tell
    /// [`Endpoint::transport_failed`](super::Endpoint::transport_failed).
    pub message: Option<MessageId>,
}

impl fmt::Debug for Transmit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Transmit")
            .field("path", &self.path)
            .field("length", &self.bytes.len())
            .field("close_after", &self.close_after)
            .field("message", &self.message)
            .finish()
    }
}

/// What [`Endpoint::send_message`](super::Endpoint::send_message) did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub struct Sent {
    /// Names the message in later events.
    pub id: MessageId,
    /// Bytes of the whole SIP message.
    pub length: usize,
    /// On UDP: whether the message exceeds [`UDP_SAFE_LENGTH`]. It was sent all the same; a caller that can
    /// should use a stream or leave texts out (SCAIP reference 5.3).
    pub oversize: bool,
}

/// The greatest length of a MESSAGE over UDP unless the path is known to be safe: 1300 bytes
/// (RFC 3428 8, SCAIP reference 5.3).
pub const UDP_SAFE_LENGTH: usize = 1300;

/// A MESSAGE, or another request outside a dialog, to send. Texts must be free of control bytes; URIs are written in angle brackets.
#[derive(Clone, Copy)]
pub struct OutgoingMessage<'a> {
    /// The method: [`Method::Message`], or [`Method::Register`] without a body.
    pub method: Method,
    /// Request-URI, such as `sip:40211870@example.net`; `scaip:` and `scaips:` are written `sip:` and `sips:`.
    pub request_uri: &'a str,
    /// URI of To, usually that of the request.
    pub to: &'a str,
    /// URI of From; for a sender the user part equals the `cid` (SCAIP reference 5.2).
    pub from: &'a str,
    /// From tag; `None` makes a new one. Repeat it when answering a digest challenge.
    pub from_tag: Option<&'a str>,
    /// Call-ID; `None` makes a new one. Repeat it when answering a digest challenge.
    pub call_id: Option<&'a str>,
    /// CSeq number; 1 by default, one higher when answering a digest challenge.
    pub cseq: u32,
    /// Content-Type; written only with a body.
    pub content_type: &'a str,
    /// Further headers as (name, value), such as Authorization. None the endpoint writes itself.
    pub headers: &'a [(&'a str, &'a str)],
    /// The body.
    pub body: &'a [u8],
}

impl<'a> OutgoingMessage<'a> {
    /// An `application/scaip+xml` message whose To is the Request-URI.
    #[must_use]
    pub const fn scaip(request_uri: &'a str, from: &'a str, body: &'a [u8]) -> Self {
        Self {
            method: Method::Message,
            request_uri,
            to: request_uri,
            from,
            from_tag: None,
            call_id: None,
            cseq: 1,
            content_type: "application/scaip+xml",
            headers: &[],
            body,
        }
    }
}

impl fmt::Debug for OutgoingMessage<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OutgoingMessage")
            .field("method", &self.method)
            .field("call_id", &self.call_id)
            .field("cseq", &self.cseq)
            .field("body", &self.body.len())
            .finish_non_exhaustive()
    }
}

/// A final answer to a request.
///
/// ```
/// use scaip::sip::{Response, StatusCode};
///
/// let plain = Response::new(StatusCode::OK);
/// let refusal = Response {
///     headers: &[("Accept", "application/scaip+xml")],
///     ..Response::new(StatusCode::UNSUPPORTED_MEDIA_TYPE)
/// };
/// # let _ = (plain, refusal);
/// ```
#[derive(Clone, Copy)]
pub struct Response<'a> {
    /// The status, 200 to 699.
    pub status: StatusCode,
    /// Further headers as (name, value). None the endpoint writes itself.
    pub headers: &'a [(&'a str, &'a str)],
    /// Content-Type; written only with a body.
    pub content_type: &'a str,
    /// The body; empty by default, as RFC 3428 wants it for a 2xx.
    pub body: &'a [u8],
}

impl Response<'_> {
    /// An answer without further headers and without body.
    #[must_use]
    pub const fn new(status: StatusCode) -> Self {
        Self {
            status,
            headers: &[],
            content_type: "application/scaip+xml",
            body: &[],
        }
    }
}

impl fmt::Debug for Response<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Response")
            .field("status", &self.status)
            .field("headers", &self.headers.len())
            .field("body", &self.body.len())
            .finish()
    }
}
