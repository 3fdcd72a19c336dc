//! What the sender tells.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use crate::codes::StatusNumber;
use crate::decode::Decoded;
use crate::error::{DecodeErrorKind, EncodeError};
use crate::message::Response;
use crate::sip::{Path, RawBytes, SendError, SipError, StatusCode, TooManyConnections, Transport};
use crate::text::Reference;

/// An alarm, follow-up or heartbeat that was submitted; runs upward from 1 in each sender.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AlarmId(pub(crate) u64);

impl AlarmId {
    /// The number, for a log.
    #[must_use]
    pub const fn get(self) -> u64 {
        self.0
    }
}

/// A receiver by its place in [`Config::receivers`](super::Config::receivers).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ReceiverId(pub(crate) usize);

impl ReceiverId {
    /// The place, from 0.
    #[must_use]
    pub const fn index(self) -> usize {
        self.0
    }
}

/// What a request belongs to, which decides whom it is sent to (SCAIP reference 10).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum About {
    /// A new event, or a heartbeat: to the receivers in their order.
    New,
    /// An alarm submitted before: to the receiver that accepted it, and only there; once it is
    /// accepted if it is still open. For `RE`, `IN` and the final clear.
    Alarm(AlarmId),
    /// The same after a restart, when the caller knows who accepted.
    Receiver(ReceiverId),
}

/// Why one receiver did not take an alarm.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum FailureReason {
    /// Its name could not be looked up.
    ResolveFailed,
    /// It had asked by Retry-After not to be asked yet.
    AskedToWait,
    /// The connection could not be opened.
    ConnectFailed,
    /// The connection was not open in time.
    ConnectTimeout,
    /// The connection closed, or the path failed.
    Transport,
    /// Nothing was sent.
    NotSent(SendError),
    /// No SIP answer in time.
    NoOk,
    /// A SIP 200 but no `mrs` in time.
    NoResponse,
    /// The SIP layer refused.
    Refused(StatusCode),
    /// A digest challenge, and no credentials are set.
    CredentialsMissing,
    /// A challenge of a kind that cannot be answered.
    ChallengeNotUnderstood,
    /// The answer to a challenge was not taken.
    CredentialsRefused,
    /// The `mrs` said no: any `snu` but 0, 4 and 6 after their repeats included.
    Response(StatusNumber),
    /// The `mrs` could not be read.
    Unreadable(DecodeErrorKind),
}

impl FailureReason {
    /// A stable name for machines.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            FailureReason::ResolveFailed => "resolve-failed",
            FailureReason::AskedToWait => "asked-to-wait",
            FailureReason::ConnectFailed => "connect-failed",
            FailureReason::ConnectTimeout => "connect-timeout",
            FailureReason::Transport => "transport",
            FailureReason::NotSent(_) => "not-sent",
            FailureReason::NoOk => "no-ok",
            FailureReason::NoResponse => "no-response",
            FailureReason::Refused(_) => "refused",
            FailureReason::CredentialsMissing => "credentials-missing",
            FailureReason::ChallengeNotUnderstood => "challenge-not-understood",
            FailureReason::CredentialsRefused => "credentials-refused",
            FailureReason::Response(_) => "response",
            FailureReason::Unreadable(_) => "unreadable",
        }
    }
}

/// An `mrs` that said no, and whose it was.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Refusal {
    /// Who said it.
    pub receiver: ReceiverId,
    /// The response with its warnings and bytes.
    pub response: Box<Decoded<'static, Response<'static>>>,
}

/// Why texts were left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ShortenCause {
    /// The receiver said `snu` 1.
    TooLong,
    /// The SIP message would have had this many bytes, more than UDP carries safely.
    Oversize {
        /// Bytes of the whole SIP message.
        length: usize,
    },
}

/// Something that happened; take them with [`Sender::poll_event`](super::Sender::poll_event).
///
/// [`Event::Accepted`], [`Event::GivenUp`] and [`Event::HeartbeatDropped`] always come. The others are reports: when
/// nobody takes them they are left out beyond [`sip::Config::queue`](crate::sip::Config::queue). A
/// name or a connection that could not be asked for is asked for again.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Event {
    /// Look a name up, then call [`Sender::resolved`](super::Sender::resolved) or
    /// [`Sender::resolve_failed`](super::Sender::resolve_failed).
    Resolve {
        /// Which receiver.
        receiver: ReceiverId,
        /// Its name and port, as in [`ReceiverAddress::host`](super::ReceiverAddress::host).
        host: String,
    },
    /// Open a connection, then call [`Sender::connected`](super::Sender::connected) or
    /// [`Sender::connect_failed`](super::Sender::connect_failed).
    Connect {
        /// Which receiver.
        receiver: ReceiverId,
        /// TCP or TLS.
        transport: Transport,
        /// Where to.
        address: SocketAddr,
    },
    /// A receiver took responsibility (`snu` 0): the end of this alarm. Follow `mre` and `cre` of
    /// the response with the voice call.
    Accepted {
        /// The alarm.
        alarm: AlarmId,
        /// Who took it.
        receiver: ReceiverId,
        /// The response with its warnings and bytes.
        response: Box<Decoded<'static, Response<'static>>>,
        /// Time from `submit` to here.
        after: Duration,
    },
    /// A second receiver took the same alarm as well, late: two operators may act.
    AlsoAccepted {
        /// The alarm.
        alarm: AlarmId,
        /// The second one.
        receiver: ReceiverId,
    },
    /// A request left for a receiver: a first or another attempt. A repeat that answers a digest
    /// challenge is the same attempt.
    Attempt {
        /// The alarm.
        alarm: AlarmId,
        /// To whom.
        receiver: ReceiverId,
    },
    /// A relayed message was taken by nobody in its time: the end of it here. Tell its sender.
    GivenUp {
        /// The message.
        alarm: AlarmId,
        /// What happened last.
        reason: FailureReason,
        /// The last `mrs` that said no, if there was one, and whose.
        response: Option<Refusal>,
    },
    /// A receiver asked by Retry-After to be left alone for a while.
    Postponed {
        /// Who.
        receiver: ReceiverId,
        /// Until when it gets no new request.
        until: Instant,
    },
    /// A receiver took our registration.
    Registered {
        /// Who.
        receiver: ReceiverId,
        /// For how long. It is renewed before that.
        expires: Duration,
    },
    /// A receiver did not take our registration. Alarms go out as before.
    RegistrationFailed {
        /// Who.
        receiver: ReceiverId,
        /// Why.
        reason: FailureReason,
        /// When it is tried again.
        retry_at: Instant,
    },
    /// A registration ran out before it could be renewed, or its connection is gone: the receiver
    /// may not reach us until the next one is taken.
    RegistrationLapsed {
        /// With whom.
        receiver: ReceiverId,
    },
    /// One receiver did not take the alarm; the next one is tried.
    AttemptFailed {
        /// The alarm.
        alarm: AlarmId,
        /// Who.
        receiver: ReceiverId,
        /// Why.
        reason: FailureReason,
    },
    /// No receiver took the alarm. It is kept and tried again from the first.
    AllFailed {
        /// The alarm.
        alarm: AlarmId,
        /// How often the whole list has failed.
        rounds: u32,
        /// When it is tried again.
        retry_at: Instant,
    },
    /// The receiver said hold (`snu` 4) or busy (`snu` 6): the request is repeated.
    Held {
        /// The alarm.
        alarm: AlarmId,
        /// Who.
        receiver: ReceiverId,
        /// 4 or 6.
        status_number: StatusNumber,
        /// When it is repeated.
        repeat_at: Instant,
    },
    /// A heartbeat was taken by nobody, or answered with hold or busy. It is not tried again; the
    /// next one is due soon enough.
    HeartbeatDropped {
        /// The heartbeat.
        alarm: AlarmId,
    },
    /// The alarm was sent without texts.
    Shortened {
        /// The alarm.
        alarm: AlarmId,
        /// To whom.
        receiver: ReceiverId,
        /// Why.
        cause: ShortenCause,
    },
    /// The alarm was sent over UDP although it is longer than 1300 bytes. A receiver on TCP or TLS
    /// earlier in the list is better.
    Oversize {
        /// The alarm.
        alarm: AlarmId,
        /// To whom.
        receiver: ReceiverId,
        /// Bytes of the whole SIP message.
        length: usize,
    },
    /// A response to an alarm that changes nothing: repeated, or of a receiver given up before.
    LateResponse {
        /// The alarm.
        alarm: AlarmId,
        /// Who sent it, as far as can be told.
        receiver: ReceiverId,
        /// What it said.
        status_number: StatusNumber,
    },
    /// A response with a `ref` that is not ours. Answered 200 and ignored.
    UnknownResponse {
        /// Where it came from.
        path: Path,
        /// Its `ref`.
        reference: Reference<'static>,
        /// What it said.
        status_number: StatusNumber,
    },
    /// A request, or the body of a 200, that is no `mrs`.
    Unreadable {
        /// Where it came from.
        path: Path,
        /// Why; `None` for a method other than MESSAGE.
        error: Option<DecodeErrorKind>,
        /// The SIP status that was sent back, if it was a request.
        answered: Option<StatusCode>,
        /// The body; may hold personal data.
        body: RawBytes,
    },
    /// Bytes that are no SIP message.
    Bad {
        /// Where they came from.
        path: Path,
        /// Why.
        error: SipError,
        /// The status that was sent back, if any could be.
        answered: Option<StatusCode>,
        /// The bytes; may hold personal data.
        raw: RawBytes,
    },
}

/// Why [`Sender::submit`](super::Sender::submit) took nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SubmitError {
    /// As many are open as [`Config::open_alarms`](super::Config::open_alarms) allows, or events
    /// are not taken. Keep the alarm and submit it again.
    #[error("{open} alarms are open, no more are taken")]
    Full {
        /// How many are open.
        open: usize,
    },
    /// The alarm it belongs to is not open and no longer remembered. Submit it with
    /// [`About::Receiver`] or [`About::New`].
    #[error("the alarm it belongs to is not known")]
    UnknownAlarm,
    /// A receiver that is not in the list.
    #[error("the receiver is not in the list")]
    UnknownReceiver,
    /// The reference of a resumed alarm is that of one that is open, or was until lately; or a
    /// relayed message with this `cid` and `ref` is open.
    #[error("the reference is in use")]
    ReferenceInUse,
    /// A value that cannot be written.
    #[error(transparent)]
    Encode(#[from] EncodeError),
}

/// Why [`Sender::connected`](super::Sender::connected) took no connection: close it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ConnectedError {
    /// A receiver that is not in the list.
    #[error("the receiver is not in the list")]
    UnknownReceiver,
    /// The receiver is reached over UDP.
    #[error("the receiver is not reached over connections")]
    NotAStream,
    /// Too many are open.
    #[error(transparent)]
    TooMany(#[from] TooManyConnections),
}
