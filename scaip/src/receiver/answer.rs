//! What the caller decides about an alarm, and how the alarm is named while its call is expected.

use std::time::Duration;

use crate::call::VoiceReply;
use crate::codes::DeviceType;
use crate::message::{Request, Response};
use crate::text::{DeviceId, Reference};

/// A decision: the response, and the call that should follow it.
///
/// A [`Response`] alone is an answer too: what it says about a call stands, and with
/// [`Config::calls`](super::Config::calls) such a call is expected.
///
/// ```
/// use std::time::Duration;
/// use scaip::call::{VoiceReply, VoiceTarget};
/// use scaip::receiver::Answer;
/// use scaip::{MediaReply, Reference, Response, StatusNumber};
///
/// let desk = VoiceTarget::Shared("sip:desk7@arc.example.net".into());
/// let answer = Answer::from(Response::new(Reference::new("a1"), StatusNumber::OK))
///     .with_voice(VoiceReply::new(MediaReply::DUPLEX, desk))
///     .with_wait(Duration::from_secs(90));
/// # let _ = answer;
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Answer<'a> {
    /// The response. Its reference is replaced by that of the request.
    pub response: Response<'a>,
    /// Which call should follow: it fills `mre`, `cre` and `tnu`, unless the request wants no call
    /// or the response does not accept it. `None` leaves these as they are.
    pub voice: Option<VoiceReply<'a>>,
    /// How long to wait for the call, at most 365 days; `None` for
    /// [`CallSettings::wait`](crate::call::CallSettings::wait).
    pub wait: Option<Duration>,
}

impl<'a> Answer<'a> {
    /// The same with this call.
    #[must_use]
    pub fn with_voice(mut self, voice: VoiceReply<'a>) -> Self {
        self.voice = Some(voice);
        self
    }

    /// The same with a wait of its own.
    #[must_use]
    pub fn with_wait(mut self, wait: Duration) -> Self {
        self.wait = Some(wait);
        self
    }

    /// Whether it takes responsibility: `snu` 0.
    #[must_use]
    pub fn is_accepted(&self) -> bool {
        self.response.status_number.is_accepted()
    }

    /// The same, no longer borrowed.
    #[must_use]
    pub fn into_owned(self) -> Answer<'static> {
        Answer {
            response: self.response.into_owned(),
            voice: self.voice.map(VoiceReply::into_owned),
            wait: self.wait,
        }
    }

    /// Bytes that it takes, about.
    pub(super) fn size(&self) -> usize {
        let response = &self.response;
        let text = response
            .status_text
            .as_ref()
            .map_or(0, |text| text.as_str().len());
        let address = self.voice.as_ref().and_then(|voice| voice.target.address());
        let numbers = response.transferred_numbers.iter().chain(address);
        let numbers: usize = numbers
            .map(|number| size_of_val(number) + number.as_str().len())
            .sum();
        size_of::<Self>() + response.reference.as_str().len() + text + numbers
    }
}

impl<'a> From<Response<'a>> for Answer<'a> {
    fn from(response: Response<'a>) -> Self {
        Answer {
            response,
            voice: None,
            wait: None,
        }
    }
}

impl<'a> From<&Response<'a>> for Answer<'a> {
    fn from(response: &Response<'a>) -> Self {
        response.clone().into()
    }
}

impl<'a> From<&Answer<'a>> for Answer<'a> {
    fn from(answer: &Answer<'a>) -> Self {
        answer.clone()
    }
}

/// An alarm whose call is expected, beside its controller: a repeat has the same one.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct AlarmKey {
    /// The `ref` of the request.
    pub reference: Reference<'static>,
    /// The `dty` of the request.
    pub device_type: DeviceType,
    /// The `did` of the request.
    pub device_id: Option<DeviceId<'static>>,
}

impl AlarmKey {
    /// That of a request.
    #[must_use]
    pub fn of(request: &Request<'_>) -> AlarmKey {
        AlarmKey {
            reference: request.reference.clone().into_owned(),
            device_type: request.device_type,
            device_id: request.device_id.clone().map(DeviceId::into_owned),
        }
    }

    /// Whether a reset withdraws this alarm, both of one controller. A reset names no alarm, so
    /// it is the device that has to be the same: by `did` where both have one, else by `dty`.
    /// The reference does not say so; it is a guess, made so that one pendant's reset does not
    /// end the wait for another one's call.
    #[must_use]
    pub fn is_withdrawn_by(&self, reset: &Request<'_>) -> bool {
        match (&self.device_id, &reset.device_id) {
            (Some(own), Some(other)) => own.as_str() == other.as_str(),
            _ => self.device_type == reset.device_type,
        }
    }
}

/// As much of a request as its answer depends on.
pub(super) fn outline(request: &Request<'static>) -> Box<Request<'static>> {
    let mut outline = Request::new(
        request.reference.clone(),
        request.controller_id.clone(),
        request.device_type,
    );
    outline.message_type = request.message_type.clone();
    outline.call_handling = request.call_handling;
    outline.heartbeat_options = request.heartbeat_options;
    outline.device_id = request.device_id.clone();
    outline.caller_ids = request.caller_ids.clone();
    outline.media_request = request.media_request;
    Box::new(outline)
}
