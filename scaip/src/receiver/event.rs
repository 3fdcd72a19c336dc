//! What the receiver tells.

use super::AlarmKey;
use crate::call::{self, CallError};
use crate::codes::StatusNumber;
use crate::decode::Decoded;
use crate::digest::{self, Identity};
use crate::error::{DecodeError, EncodeError};
use crate::message::Request;
use crate::registrar::{self, PathError, RegisterError, Registered};
use crate::sip::{Path, RawBytes, SipError, SipWarning, StatusCode, UndeliveredReason};
use crate::supervision::{self, SupervisionError};
use crate::text::{ControllerId, Reference};

/// An alarm that came in; runs upward from 1 in each receiver.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct IncomingId(pub(crate) u64);

impl IncomingId {
    /// The number, for a log.
    #[must_use]
    pub const fn get(self) -> u64 {
        self.0
    }
}

/// A request that waits for [`Receiver::answer`](super::Receiver::answer).
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Incoming {
    /// Pass it to `answer`.
    pub id: IncomingId,
    /// Where it came from.
    pub path: Path,
    /// The request, its XML warnings and its bytes.
    pub decoded: Decoded<'static, Request<'static>>,
    /// What was tolerated around the body.
    pub warnings: Vec<ReceiverWarning>,
    /// Whose credentials came with it; `None` where the listener asks for none. The user may
    /// speak for the `cid`.
    pub identity: Option<Identity>,
    /// The whole SIP message as received; evidence, may hold personal data.
    pub raw: RawBytes,
}

/// A deviation outside the body.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ReceiverWarning {
    /// A deviation of the SIP message.
    Sip(SipWarning),
    /// A content type other than `application/scaip+xml` without parameters (SCAIP reference
    /// 5.2), or none.
    ContentType,
    /// The user of From is not the `cid` of the body, or missing; the `cid` counts
    /// (SCAIP reference 5.6).
    FromUnlikeController,
    /// The sender has used the `ref` within the last minutes for something else, as after a power
    /// cut; this is a new event (SCAIP reference 10). Only with
    /// [`Config::duplicates`](super::Config::duplicates).
    ReferenceReused,
}

impl ReceiverWarning {
    /// A stable name for machines.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            ReceiverWarning::Sip(warning) => warning.code(),
            ReceiverWarning::ContentType => "content-type",
            ReceiverWarning::FromUnlikeController => "from-unlike-controller",
            ReceiverWarning::ReferenceReused => "reference-reused",
        }
    }
}

/// A request that was refused without asking the application. Log it with its bytes.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct RefusedRequest {
    /// Where it came from.
    pub path: Path,
    /// Why.
    pub reason: RefusalReason,
    /// The SIP status that was sent.
    pub status: StatusCode,
    /// The `snu` that was sent, if an `mrs` was.
    pub status_number: Option<StatusNumber>,
    /// The reference of the request, if one could be made out.
    pub reference: Option<Reference<'static>>,
    /// The controller that it names, if it could be read that far.
    pub controller_id: Option<ControllerId<'static>>,
    /// Whose credentials came with it, if they were right.
    pub identity: Option<Identity>,
    /// The `mrs` that was sent, if one was.
    pub answer: Option<RawBytes>,
    /// The whole SIP message as received; evidence, may hold personal data. Empty when too much of
    /// it is held already ([`Config::evidence_bytes`](super::Config::evidence_bytes)): drop it, or
    /// copy what is to be kept.
    pub raw: RawBytes,
}

impl RefusedRequest {
    pub(super) fn new(
        path: Path,
        reason: RefusalReason,
        status: StatusCode,
        raw: RawBytes,
    ) -> RefusedRequest {
        RefusedRequest {
            path,
            reason,
            status,
            status_number: None,
            reference: None,
            controller_id: None,
            identity: None,
            answer: None,
            raw,
        }
    }
}

/// A request that is an earlier one come again. There is nothing to decide and nothing to raise.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Repeat {
    /// Its own number: what becomes of its answer is told under it, as it is for an alarm.
    pub id: IncomingId,
    /// The one it repeats; `None` when that came over another transport
    /// ([`Duplicates::keep`](super::Duplicates::keep)).
    pub first: Option<IncomingId>,
    /// Where it came from.
    pub path: Path,
    /// The unit.
    pub controller_id: ControllerId<'static>,
    /// Its reference.
    pub reference: Reference<'static>,
    /// Whose credentials came with it; `None` where the listener asks for none.
    pub identity: Option<Identity>,
    /// The first was accepted, and this one has heard the same. `false`: the first is not decided
    /// yet, and both will hear it together.
    pub answered: bool,
}

/// A REGISTER that was carried out and answered.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct IncomingRegistration {
    /// Where it came from.
    pub path: Path,
    /// Whose credentials came with it; `None` where the listener asks for none.
    pub identity: Option<Identity>,
    /// The unit, its contacts, what changed and what was tolerated.
    pub registered: Registered,
}

/// What could not be kept in mind about a unit, for want of room. The message itself is none the
/// worse for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NotTracked {
    /// The unit is not supervised.
    #[error("not supervised: {0}")]
    Supervision(SupervisionError),
    /// Its path is not remembered.
    #[error("path not remembered: {0}")]
    Path(PathError),
    /// Its call is not expected, although the response asked for it: it will come as unexpected.
    #[error("call not expected: {0}")]
    Call(CallError),
}

/// Why a request was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum RefusalReason {
    /// No body.
    NoBody,
    /// Another content type, with the strict setting.
    ContentType,
    /// The body is no acceptable request.
    Decode(DecodeError),
    /// An `mty` that the reference does not know.
    UnknownMessageType,
    /// A reference that no response could carry back.
    Reference,
    /// As many alarms wait for a decision as the settings allow.
    Busy,
    /// A call with the unit is going on and the settings say that it hears `snu` 6
    /// ([`DuringCall::Busy`](crate::call::DuringCall::Busy)).
    InCall,
    /// Credentials that are wrong or cannot be read.
    Credentials(digest::CredentialsFault),
    /// It came over a listener that [`Config::listeners`](super::Config::listeners) does not name,
    /// although it names others.
    UnnamedListener,
    /// The credentials are right but may not speak for this `cid`.
    ForeignController,
    /// A REGISTER that cannot be carried out.
    Registration(RegisterError),
}

impl RefusalReason {
    /// A stable name for machines.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            RefusalReason::NoBody => "no-body",
            RefusalReason::ContentType => "content-type",
            RefusalReason::Decode(error) => error.code(),
            RefusalReason::UnknownMessageType => "unknown-message-type",
            RefusalReason::Reference => "reference",
            RefusalReason::Busy => "busy",
            RefusalReason::InCall => "in-call",
            RefusalReason::Credentials(_) => "credentials",
            RefusalReason::UnnamedListener => "unnamed-listener",
            RefusalReason::ForeignController => "foreign-controller",
            RefusalReason::Registration(error) => error.code(),
        }
    }
}

/// Something that happened; take them with [`Receiver::poll_event`](super::Receiver::poll_event).
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Event {
    /// A request that waits for a decision.
    ///
    /// **Keep it durably before you answer `snu` 0**: with that the sender gives its alarm away.
    ///
    /// **It may be one that you have already.** A sender that did not hear the answer sends the
    /// request again with the same `ref`. [`Config::duplicates`](super::Config::duplicates) knows
    /// such repeats for ten minutes, but not over a restart, not between two receivers, and not at
    /// all when it is off. Where one alarm must never be raised twice, look it up where you keep
    /// the alarms: the same `cid`, the same `ref` and the same bytes
    /// ([`Decoded::raw`]) within the last minutes is the same event, and is told what it was told
    /// before. The same `ref` with other bytes is a new one (SCAIP reference 10).
    Request(Box<Incoming>),
    /// A request that was accepted before, or is about to be, came again
    /// ([`Config::duplicates`](super::Config::duplicates)).
    Repeated(Box<Repeat>),
    /// A request that was refused already.
    Refused(RefusedRequest),
    /// A request without credentials where they are asked for, or with a nonce that is used up. It
    /// was answered 401 and comes again with the right ones; how often to log it is the caller's
    /// affair.
    Challenged {
        /// Where it came from.
        path: Path,
        /// The secret was right, the nonce too old or used before.
        stale: bool,
    },
    /// A REGISTER was carried out, also one that changes nothing.
    Registered(Box<IncomingRegistration>),
    /// A registration has expired.
    Registrar(registrar::Event),
    /// A unit has gone silent, or is back.
    Supervision(supervision::Event),
    /// A call that was expected has not come, or one has no end.
    Call(call::Event<AlarmKey>),
    /// Something about a unit could not be kept in mind.
    NotTracked {
        /// The unit.
        controller: ControllerId<'static>,
        /// What, and why.
        reason: NotTracked,
    },
    /// A request that came again in the same transaction; answered as before.
    Retransmission {
        /// Where it came from.
        path: Path,
        /// Whether there was an answer to repeat.
        answered: bool,
    },
    /// The application took too long; the sender was told `snu` 5.
    Undecided {
        /// The alarm.
        id: IncomingId,
    },
    /// The response left in the body of the 200 ([`AnswerMode::BodyInOk`]). Whether it arrived is
    /// not known: a 200 is not confirmed. Nothing further follows.
    ///
    /// [`AnswerMode::BodyInOk`]: super::AnswerMode::BodyInOk
    AnswerSent {
        /// The alarm.
        id: IncomingId,
    },
    /// The sender has the response: its SIP layer answered 2xx.
    AnswerDelivered {
        /// The alarm.
        id: IncomingId,
        /// The 2xx.
        status: StatusCode,
    },
    /// The sender's SIP layer refused the response.
    AnswerRefused {
        /// The alarm.
        id: IncomingId,
        /// The status.
        status: StatusCode,
    },
    /// Whether the sender has the response is unknown, or the way back was closed before; the
    /// sender will repeat its request.
    AnswerUndelivered {
        /// The alarm.
        id: IncomingId,
        /// Why.
        reason: UndeliveredReason,
    },
    /// Bytes that are no SIP message.
    Bad {
        /// Where they came from.
        path: Path,
        /// Why.
        error: SipError,
        /// The status that was sent back, if any could be.
        answered: Option<StatusCode>,
        /// The bytes; may hold personal data. Empty when too many are held already
        /// ([`Config::evidence_bytes`](super::Config::evidence_bytes)).
        raw: RawBytes,
    },
}

/// Why a response was not sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AnswerError {
    /// The alarm is decided already, or the time for it is over.
    #[error("the alarm is not waiting for a decision")]
    NotWaiting,
    /// The response breaks a limit; the alarm still waits.
    #[error(transparent)]
    Encode(#[from] EncodeError),
}
