//! The two documents of the protocol as plain data.
//!
//! Defaults are filled in: an element that is absent and one that states its default are the
//! same value. Everything borrows from the bytes it was read from where it can;
//! `into_owned` cuts that tie.

use std::borrow::Cow;

use crate::codes::{
    CallHandling, CallHandlingReply, DeviceComponent, DeviceType, HeartbeatInterval,
    HeartbeatOptions, InformationCode, LocationCode, MediaReply, MediaRequest, Priority,
    StatusCode, StatusNumber, SystemConfiguration, Version,
};
use crate::location::GeographicLocation;
use crate::text::{ControllerId, DeviceId, Reference, Text};
use crate::voice::{CallAddress, CallAddresses, CallScheme};

/// Either document.
// The size differs because a response is small; both live on the stack for a moment only.
#[allow(clippy::large_enum_variant)]
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Message<'a> {
    /// `mrq`, from the alarm sender to the receiver.
    Request(Request<'a>),
    /// `mrs`, the receiver's response.
    Response(Response<'a>),
}

impl<'a> Message<'a> {
    /// The reference that both documents carry.
    #[must_use]
    pub fn reference(&self) -> &Reference<'a> {
        match self {
            Message::Request(request) => &request.reference,
            Message::Response(response) => &response.reference,
        }
    }

    /// The same, no longer borrowed.
    #[must_use]
    pub fn into_owned(self) -> Message<'static> {
        match self {
            Message::Request(request) => Message::Request(request.into_owned()),
            Message::Response(response) => Message::Response(response.into_owned()),
        }
    }
}

/// `mty`: what kind of message this is. It decides before any status code does
/// (SCAIP reference 7.1 and 10).
#[derive(Clone, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum MessageType<'a> {
    /// `ME`: an alarm or another event; also what a missing `mty` means.
    #[default]
    Message,
    /// `RE`: the alarm is withdrawn.
    Reset,
    /// `IN`: more about an alarm already reported.
    Information,
    /// `PI`: a sign of life, never an alarm whatever status code it carries.
    Heartbeat,
    /// Anything else; a receiver answers `snu` 3 unless the application says otherwise.
    Other(Cow<'a, str>),
}

impl<'a> MessageType<'a> {
    /// Reads the code without regard to case.
    pub(crate) fn read(text: Cow<'a, str>) -> Self {
        let is = |code: &str| text.eq_ignore_ascii_case(code);
        if is("ME") {
            MessageType::Message
        } else if is("RE") {
            MessageType::Reset
        } else if is("IN") {
            MessageType::Information
        } else if is("PI") {
            MessageType::Heartbeat
        } else {
            MessageType::Other(text)
        }
    }

    /// The code as written: `ME`, `RE`, `IN`, `PI`, or the unknown text.
    #[must_use]
    pub fn code(&self) -> &str {
        match self {
            MessageType::Message => "ME",
            MessageType::Reset => "RE",
            MessageType::Information => "IN",
            MessageType::Heartbeat => "PI",
            MessageType::Other(text) => text,
        }
    }

    /// The same, no longer borrowed.
    #[must_use]
    pub fn into_owned(self) -> MessageType<'static> {
        match self {
            MessageType::Message => MessageType::Message,
            MessageType::Reset => MessageType::Reset,
            MessageType::Information => MessageType::Information,
            MessageType::Heartbeat => MessageType::Heartbeat,
            MessageType::Other(text) => MessageType::Other(Cow::Owned(text.into_owned())),
        }
    }
}

impl std::fmt::Debug for MessageType<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            MessageType::Other(text) => write!(f, "other of {} characters", text.chars().count()),
            known => f.write_str(known.code()),
        }
    }
}

/// `mrq`: what a unit reports (SCAIP reference 3).
///
/// ```
/// use scaip::{ControllerId, DeviceType, Reference, Request, StatusCode};
///
/// let mut alarm = Request::new(
///     Reference::new("Zt41LxB0aE7Kq2m9"),
///     ControllerId::new("40211870"),
///     DeviceType::PERSONAL_TRIGGER,
/// );
/// alarm.status_code = Some(StatusCode::MANUAL_ALARM);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Request<'a> {
    /// `ref`: the sender's name for this message.
    pub reference: Reference<'a>,
    /// `ver`: protocol version, 01.00 by default.
    pub version: Version,
    /// `sco`: single dwelling or grouped equipment, 0 by default.
    pub system_configuration: SystemConfiguration,
    /// `cha`: who places the voice call, 0 (the device) by default.
    pub call_handling: CallHandling,
    /// `mty`: message type, `ME` by default.
    pub message_type: MessageType<'a>,
    /// `hbo`: whether the receiver may set the heartbeat interval, 0 by default.
    pub heartbeat_options: HeartbeatOptions,
    /// `cid`: the unit that reports.
    pub controller_id: ControllerId<'a>,
    /// `dty`: the kind of thing the event is about.
    pub device_type: DeviceType,
    /// `did`: which thing.
    pub device_id: Option<DeviceId<'a>>,
    /// `dco`: which part of it.
    pub device_component: Option<DeviceComponent>,
    /// `dte`: device text, 1 to 32 characters.
    pub device_text: Option<Text<'a>>,
    /// `crd`: where the voice call will come from; see [`Request::calls`]. SS 91100 allows one.
    pub caller_ids: CallAddresses<'a>,
    /// `mreq`: media request of the newer edition, 0 by default.
    pub media_request: MediaRequest,
    /// `stc`: what happened. Absent is not "no alarm": a `ME` without it is best treated as one.
    pub status_code: Option<StatusCode>,
    /// `stt`: status text, 1 to 32 characters.
    pub status_text: Option<Text<'a>>,
    /// `pri`: priority, 0 by default. Its scale is not public: pass it on.
    pub priority: Priority,
    /// `lco`: location code, 0 (unknown) by default.
    pub location_code: LocationCode,
    /// `lva`: refines the location, 1 to 2 characters.
    pub location_value: Option<Text<'a>>,
    /// `lge`: position, its time, and the raw NMEA sentence.
    pub geographic_location: Option<GeographicLocation<'a>>,
    /// `lte`: location text, 1 to 32 characters.
    pub location_text: Option<Text<'a>>,
    /// `ico`: information code; its table is not public.
    pub information_code: Option<InformationCode>,
    /// `ite`: information text, 1 to 128 characters.
    pub information_text: Option<Text<'a>>,
    /// `ame`: whether more messages follow; `false` by default.
    pub additional_message: bool,
}

impl<'a> Request<'a> {
    /// The shortest request: everything else at its default.
    #[must_use]
    pub fn new(
        reference: Reference<'a>,
        controller_id: ControllerId<'a>,
        device_type: DeviceType,
    ) -> Self {
        Request {
            reference,
            version: Version::default(),
            system_configuration: SystemConfiguration::LOCAL_UNIT_AND_CONTROLLER,
            call_handling: CallHandling::DEVICE_CALLS,
            message_type: MessageType::Message,
            heartbeat_options: HeartbeatOptions::FIXED,
            controller_id,
            device_type,
            device_id: None,
            device_component: None,
            device_text: None,
            caller_ids: CallAddresses::none(),
            media_request: MediaRequest::DEFAULT,
            status_code: None,
            status_text: None,
            priority: Priority::new(0),
            location_code: LocationCode::UNKNOWN,
            location_value: None,
            geographic_location: None,
            location_text: None,
            information_code: None,
            information_text: None,
            additional_message: false,
        }
    }

    /// A heartbeat as most senders write it: type `PI`, device type 0002.
    #[must_use]
    pub fn heartbeat(reference: Reference<'a>, controller_id: ControllerId<'a>) -> Self {
        let mut request = Request::new(
            reference,
            controller_id,
            DeviceType::LOCAL_UNIT_AND_CONTROLLER,
        );
        request.message_type = MessageType::Heartbeat;
        request
    }

    /// The ways to talk that the request offers, in order; a missing `crd` means `sip:`.
    pub fn calls(&self) -> impl Iterator<Item = CallAddress<'_>> {
        let default = self.caller_ids.is_empty().then(CallAddress::same_account);
        self.caller_ids.iter().cloned().chain(default)
    }

    /// Whether a voice call belongs to this message: only a `ME`, not when `mreq` is 4, and not
    /// when every `crd` is `no-voice:` (SCAIP reference 6.1, 7.1, 7.5).
    #[must_use]
    pub fn wants_voice(&self) -> bool {
        self.message_type == MessageType::Message
            && self.media_request != MediaRequest::NO_MEDIA
            && self
                .calls()
                .any(|call| call.scheme() != CallScheme::NoVoice)
    }

    /// The same, no longer borrowed.
    #[must_use]
    pub fn into_owned(self) -> Request<'static> {
        Request {
            reference: self.reference.into_owned(),
            version: self.version,
            system_configuration: self.system_configuration,
            call_handling: self.call_handling,
            message_type: self.message_type.into_owned(),
            heartbeat_options: self.heartbeat_options,
            controller_id: self.controller_id.into_owned(),
            device_type: self.device_type,
            device_id: self.device_id.map(DeviceId::into_owned),
            device_component: self.device_component,
            device_text: self.device_text.map(Text::into_owned),
            caller_ids: self.caller_ids.into_owned(),
            media_request: self.media_request,
            status_code: self.status_code,
            status_text: self.status_text.map(Text::into_owned),
            priority: self.priority,
            location_code: self.location_code,
            location_value: self.location_value.map(Text::into_owned),
            geographic_location: self.geographic_location.map(GeographicLocation::into_owned),
            location_text: self.location_text.map(Text::into_owned),
            information_code: self.information_code,
            information_text: self.information_text.map(Text::into_owned),
            additional_message: self.additional_message,
        }
    }
}

/// `mrs`: what the receiver says to a request (SCAIP reference 4).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Response<'a> {
    /// `ref` of the request, echoed exactly.
    pub reference: Reference<'a>,
    /// `snu`: the verdict. 0 says that the alarm is in safe keeping; nothing else does.
    pub status_number: StatusNumber,
    /// `ste`: text for people, 1 to 128 characters.
    pub status_text: Option<Text<'a>>,
    /// `cve`: highest version both sides know, 01.00 by default.
    pub common_version: Version,
    /// `mre`: which speech to set up, 0 (none) by default.
    pub media_reply: MediaReply,
    /// `cre`: where the device shall call, 61 (its configured receiver) by default.
    pub call_handling_reply: CallHandlingReply,
    /// `tnu`: addresses to call, in order of preference. Send one unless told otherwise.
    pub transferred_numbers: CallAddresses<'a>,
    /// `hbi`: heartbeat interval; never send one that nobody configured.
    pub heartbeat_interval: Option<HeartbeatInterval>,
}

/// Where a device shall place its call; see [`Response::call_target`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CallTarget<'r, 'a> {
    /// The receiver address configured in the device.
    Configured,
    /// These addresses, in order.
    Transferred(&'r CallAddresses<'a>),
}

impl<'a> Response<'a> {
    /// The shortest response.
    #[must_use]
    pub fn new(reference: Reference<'a>, status_number: StatusNumber) -> Self {
        Response {
            reference,
            status_number,
            status_text: None,
            common_version: Version::default(),
            media_reply: MediaReply::NO_VOICE,
            call_handling_reply: CallHandlingReply::PREDEFINED_RECEIVER,
            transferred_numbers: CallAddresses::none(),
            heartbeat_interval: None,
        }
    }

    /// Where the device shall call, `None` when `mre` asks for no call.
    ///
    /// `cre` 62 without a `tnu` means the configured address (SCAIP reference 6.3).
    #[must_use]
    pub fn call_target(&self) -> Option<CallTarget<'_, 'a>> {
        if self.media_reply == MediaReply::NO_VOICE || !self.status_number.is_accepted() {
            return None;
        }
        let transferred = self.call_handling_reply == CallHandlingReply::TRANSFERRED_NUMBER
            && !self.transferred_numbers.is_empty();
        Some(if transferred {
            CallTarget::Transferred(&self.transferred_numbers)
        } else {
            CallTarget::Configured
        })
    }

    /// The same, no longer borrowed.
    #[must_use]
    pub fn into_owned(self) -> Response<'static> {
        Response {
            reference: self.reference.into_owned(),
            status_number: self.status_number,
            status_text: self.status_text.map(Text::into_owned),
            common_version: self.common_version,
            media_reply: self.media_reply,
            call_handling_reply: self.call_handling_reply,
            transferred_numbers: self.transferred_numbers.into_owned(),
            heartbeat_interval: self.heartbeat_interval,
        }
    }
}
