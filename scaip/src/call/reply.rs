//! What a response says about the call (SCAIP reference 6.2 and 6.3).

use crate::codes::{CallHandlingReply, MediaReply, MediaRequest};
use crate::message::{MessageType, Request, Response};
use crate::voice::{CallAddress, CallAddresses, CallScheme};

/// Where the device shall call.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum VoiceTarget<'a> {
    /// The receiver configured in the device: `cre` 61.
    Configured,
    /// An address that other alarms are given too, such as an operator's desk: `cre` 62 and one
    /// `tnu`. Who calls it says nothing about the alarm.
    Shared(CallAddress<'a>),
    /// An address handed out for this alarm alone: `cre` 62 and one `tnu`. Whoever calls it
    /// calls about this alarm.
    ForThisAlarm(CallAddress<'a>),
}

impl<'a> VoiceTarget<'a> {
    /// The address for `tnu`.
    #[must_use]
    pub fn address(&self) -> Option<&CallAddress<'a>> {
        match self {
            VoiceTarget::Configured => None,
            VoiceTarget::Shared(address) | VoiceTarget::ForThisAlarm(address) => Some(address),
        }
    }

    /// The same, no longer borrowed.
    #[must_use]
    pub fn into_owned(self) -> VoiceTarget<'static> {
        match self {
            VoiceTarget::Configured => VoiceTarget::Configured,
            VoiceTarget::Shared(address) => VoiceTarget::Shared(address.into_owned()),
            VoiceTarget::ForThisAlarm(address) => VoiceTarget::ForThisAlarm(address.into_owned()),
        }
    }
}

/// The call that the caller of this crate wants: which speech, and where to.
///
/// ```
/// use scaip::call::{VoiceReply, VoiceTarget};
/// use scaip::{ControllerId, DeviceType, MediaReply, Reference, Request, Response, StatusNumber};
///
/// let alarm = Request::new(
///     Reference::new("a1"),
///     ControllerId::new("40211870"),
///     DeviceType::PERSONAL_TRIGGER,
/// );
/// let desk = VoiceTarget::Shared("sip:desk7@arc.example.net".into());
/// let voice = VoiceReply::new(MediaReply::DUPLEX, desk);
/// let mut response = Response::new(alarm.reference.clone(), StatusNumber::OK);
/// voice.fill(&alarm, &mut response)?;
/// assert_eq!(response.media_reply, MediaReply::DUPLEX);
/// # Ok::<(), scaip::call::NoCall>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct VoiceReply<'a> {
    /// Which speech: duplex, listen only, speak only. [`MediaReply::NO_VOICE`] wants no call.
    pub media: MediaReply,
    /// Where to.
    pub target: VoiceTarget<'a>,
}

/// Why there is no call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum NoCall {
    /// `mty` is not `ME`.
    #[error("only a message of type ME brings a call")]
    MessageType,
    /// `mreq` 4.
    #[error("the sender wants no media")]
    MediaRequest,
    /// Every `crd` is `no-voice:`.
    #[error("the sender announces that no call will follow")]
    NoVoice,
    /// The response does not accept the alarm.
    #[error("the alarm was not accepted")]
    NotAccepted,
    /// `mre` 0: the receiver wants no call.
    #[error("the receiver asks for no call")]
    NotWanted,
    /// `cha` 1: the receiver calls back, so no call comes in.
    #[error("the receiver calls back")]
    CallBack,
}

/// Why the request itself forbids a call, if it does.
pub(super) fn forbidden(request: &Request<'_>) -> Option<NoCall> {
    if request.message_type != MessageType::Message {
        Some(NoCall::MessageType)
    } else if request.media_request == MediaRequest::NO_MEDIA {
        Some(NoCall::MediaRequest)
    } else if request
        .calls()
        .all(|call| call.scheme() == CallScheme::NoVoice)
    {
        Some(NoCall::NoVoice)
    } else {
        None
    }
}

/// Takes everything about a call out of a response: `mre` 0, no `cre`, no `tnu`.
pub(super) fn silence(response: &mut Response<'_>) {
    response.media_reply = MediaReply::NO_VOICE;
    response.call_handling_reply = CallHandlingReply::PREDEFINED_RECEIVER;
    response.transferred_numbers = CallAddresses::none();
}

impl<'a> VoiceReply<'a> {
    /// This speech to this target.
    #[must_use]
    pub const fn new(media: MediaReply, target: VoiceTarget<'a>) -> Self {
        VoiceReply { media, target }
    }

    /// No call.
    #[must_use]
    pub const fn none() -> VoiceReply<'static> {
        VoiceReply {
            media: MediaReply::NO_VOICE,
            target: VoiceTarget::Configured,
        }
    }

    /// The same, no longer borrowed.
    #[must_use]
    pub fn into_owned(self) -> VoiceReply<'static> {
        VoiceReply {
            media: self.media,
            target: self.target.into_owned(),
        }
    }

    /// Writes `mre`, `cre` and `tnu` of a response. A sender that wants no call (`no-voice:`,
    /// `mreq` 4, any type but `ME`) gets `mre` 0 whatever is wanted here.
    ///
    /// # Errors
    ///
    /// [`NoCall`] when `mre` became 0; the response is complete all the same.
    pub fn fill(&self, request: &Request<'_>, response: &mut Response<'a>) -> Result<(), NoCall> {
        silence(response);
        if !response.status_number.is_accepted() {
            return Err(NoCall::NotAccepted);
        }
        if let Some(reason) = forbidden(request) {
            return Err(reason);
        }
        if self.media == MediaReply::NO_VOICE {
            return Err(NoCall::NotWanted);
        }
        response.media_reply = self.media;
        if let Some(address) = self.target.address() {
            response.call_handling_reply = CallHandlingReply::TRANSFERRED_NUMBER;
            response.transferred_numbers = address.clone().into();
        }
        Ok(())
    }
}
