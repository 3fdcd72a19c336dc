//! From values to requests.

use core::fmt::{self, Write as _};

use super::{Call, JSON, Method, Request};
use crate::codes::EventType;
use crate::endpoint::{Endpoint, is_plain_path};
use crate::event::EventParameters;
use crate::identifier::DeviceIdentifier;
use crate::image::{ImageError, ImageLimits, check_image};
use crate::json::{encode_event_of, encode_status, encode_status_batch};
use crate::member::Members;
use crate::status::{DeviceStatus, InvalidStatus, StatusEntry};
use crate::version::{Feature, UnityVersion};
use crate::wire::{EmptyBody, WireProfile};

/// Builds the requests for one customer's server.
#[derive(Debug, Clone)]
pub struct Requests {
    endpoint: Endpoint,
    profile: WireProfile,
    version: UnityVersion,
    image_limits: Option<ImageLimits>,
}

/// A request for an event, and what the caller should know about it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Prepared {
    /// The request, without a token.
    pub request: Request,
    /// Members that were not written: a server of this version does not know them, or the event has
    /// no states.
    pub left_out: Members,
    /// What is unusual about the event.
    pub notices: Vec<Notice>,
}

/// Something unusual that is sent all the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Notice {
    /// The code is not in the tables; sets of codes grow (Partner API reference 4.4).
    UnknownEventType,
    /// Another code was written, the one that a server of this version knows (10.4).
    EventTypeForVersion {
        /// The code in the path.
        written: EventType,
    },
    /// A state with an event for which none is documented (10.2). It is sent only if the code is in
    /// no table: beside a code that is known to have none it would be an unused member.
    StateNotDocumented,
}

/// Why no request can be built.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RequestError {
    /// The code came with a later version than the server's (Partner API reference 10.4).
    #[error("the event type needs version {}, the server has an older one", feature.since())]
    EventTypeNotKnown {
        /// What the server lacks.
        feature: Feature,
    },
    /// An image that should not be sent.
    #[error("image {index}: {why}")]
    Image {
        /// Which image, from 0.
        index: usize,
        /// What is wrong with it.
        why: ImageError,
    },
    /// A batch of no statuses says nothing.
    #[error("a batch of statuses must not be empty")]
    EmptyBatch,
    /// A status that cannot stand in a batch.
    #[error("{0}")]
    Status(#[from] InvalidStatus),
    /// A path with an empty or a dot segment, or characters that need encoding.
    #[error("the path is not a plain path")]
    Path,
}

impl Requests {
    /// For this endpoint, by the default profile and for the latest version.
    #[must_use]
    pub fn new(endpoint: Endpoint) -> Self {
        Self {
            endpoint,
            profile: WireProfile::default(),
            version: UnityVersion::default(),
            image_limits: Some(ImageLimits::DEFAULT),
        }
    }

    /// The same by another profile. Its [paths](crate::wire::Paths) count when the endpoint is made.
    #[must_use]
    pub fn with_profile(mut self, profile: WireProfile) -> Self {
        self.profile = profile;
        self
    }

    /// The same for a server of this version.
    #[must_use]
    pub const fn with_version(mut self, version: UnityVersion) -> Self {
        self.version = version;
        self
    }

    /// The same with other limits of images; `None`: images are not looked at.
    #[must_use]
    pub const fn with_image_limits(mut self, limits: Option<ImageLimits>) -> Self {
        self.image_limits = limits;
        self
    }

    /// The server.
    #[must_use]
    pub const fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }

    /// The profile.
    #[must_use]
    pub const fn profile(&self) -> &WireProfile {
        &self.profile
    }

    /// The version of the server.
    #[must_use]
    pub const fn version(&self) -> UnityVersion {
        self.version
    }

    /// Triggers an event.
    ///
    /// # Errors
    ///
    /// [`RequestError`] for a code that the server cannot know, or an image that should not be sent.
    pub fn post_event(
        &self,
        device: &DeviceIdentifier,
        event_type: EventType,
        event: &EventParameters,
    ) -> Result<Prepared, RequestError> {
        self.event(Call::PostEvent, device, event_type, event)
    }

    /// Updates the status or the parameters of an active event.
    ///
    /// # Errors
    ///
    /// [`RequestError`] as for [`post_event`](Self::post_event).
    pub fn put_event(
        &self,
        device: &DeviceIdentifier,
        event_type: EventType,
        event: &EventParameters,
    ) -> Result<Prepared, RequestError> {
        self.event(Call::PutEvent, device, event_type, event)
    }

    /// Deactivates an active event. There is never a body.
    ///
    /// # Errors
    ///
    /// [`RequestError::EventTypeNotKnown`].
    pub fn delete_event(
        &self,
        device: &DeviceIdentifier,
        event_type: EventType,
    ) -> Result<Prepared, RequestError> {
        let (path, notices) = self.event_path(device, event_type)?;
        Ok(Prepared {
            request: request(Call::DeleteEvent, path, Vec::new()),
            left_out: Members::NONE,
            notices,
        })
    }

    fn event(
        &self,
        call: Call,
        device: &DeviceIdentifier,
        event_type: EventType,
        event: &EventParameters,
    ) -> Result<Prepared, RequestError> {
        let (path, mut notices) = self.event_path(device, event_type)?;
        if let Some(limits) = &self.image_limits {
            for (index, image) in event.images.iter().enumerate() {
                check_image(image.data(), limits)
                    .map_err(|why| RequestError::Image { index, why })?;
            }
        }
        if event.state.is_some() && !event_type.has_states() {
            notices.push(Notice::StateNotDocumented);
        }
        let mut body = Vec::new();
        let left_out = encode_event_of(Some(event_type), event, self.version, &mut body);
        Ok(Prepared {
            request: request(call, path, self.body(body)),
            left_out,
            notices,
        })
    }

    fn body(&self, body: Vec<u8>) -> Vec<u8> {
        match self.profile.empty_body {
            EmptyBody::None if body == b"{}" => Vec::new(),
            _ => body,
        }
    }

    fn event_path(
        &self,
        device: &DeviceIdentifier,
        event_type: EventType,
    ) -> Result<(String, Vec<Notice>), RequestError> {
        let written = event_type.for_version(self.version);
        if let Some(feature) = written
            .needs()
            .filter(|feature| !self.version.has(*feature))
        {
            return Err(RequestError::EventTypeNotKnown { feature });
        }
        let mut notices = Vec::new();
        if written != event_type {
            notices.push(Notice::EventTypeForVersion { written });
        }
        if event_type.name().is_none() {
            notices.push(Notice::UnknownEventType);
        }
        let device = device.path_segment();
        let path = self.path(format_args!("/devices/{device}/events/{written}"));
        Ok((path, notices))
    }

    fn path(&self, call: fmt::Arguments<'_>) -> String {
        let mut path = String::with_capacity(96);
        // Writing into a string cannot fail.
        let _ = write!(path, "{}{call}", self.endpoint.call_path());
        path
    }

    /// Reports the status of one device.
    #[must_use]
    pub fn put_status(&self, device: &DeviceIdentifier, status: &DeviceStatus) -> Request {
        let mut body = Vec::new();
        encode_status(status, &mut body);
        let path = self.path(format_args!("/devices/{}/status", device.path_segment()));
        request(Call::PutStatus, path, self.body(body))
    }

    /// Reports the status of many devices; split them by a [`BatchPlan`](crate::BatchPlan).
    ///
    /// # Errors
    ///
    /// [`RequestError::EmptyBatch`] and [`RequestError::Status`].
    pub fn put_statuses(&self, entries: &[StatusEntry]) -> Result<Request, RequestError> {
        if entries.is_empty() {
            return Err(RequestError::EmptyBatch);
        }
        let mut body = Vec::new();
        encode_status_batch(entries, &self.profile.status, &mut body)?;
        let path = self.path(format_args!("/devices/status"));
        Ok(request(Call::PutStatuses, path, body))
    }

    /// A call of provisioning: a path behind the base, such as `/api/v1/employees`, and a JSON body.
    /// None of these paths is public.
    ///
    /// # Errors
    ///
    /// [`RequestError::Path`] when the path would be rewritten on its way.
    pub fn provisioning(
        &self,
        method: Method,
        path: &str,
        body: Vec<u8>,
    ) -> Result<Request, RequestError> {
        if !is_plain_path(path) {
            return Err(RequestError::Path);
        }
        let path = format!("{}{path}", self.endpoint.base_path());
        Ok(request(Call::Provisioning(method), path, body))
    }
}

fn request(call: Call, path: String, body: Vec<u8>) -> Request {
    Request {
        call,
        path,
        content_type: (!body.is_empty()).then_some(JSON),
        authorization: None,
        body,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codes::State;

    fn requests() -> Requests {
        Requests::new(Endpoint::new("https://unity.example.no/partner").expect("valid"))
    }

    fn device() -> DeviceIdentifier {
        DeviceIdentifier::new("rom 12#1").expect("valid")
    }

    #[test]
    fn paths_stand_behind_the_base_and_identifiers_are_encoded() {
        let prepared = requests()
            .post_event(&device(), EventType::FALL, &EventParameters::new())
            .expect("valid");
        let request = prepared.request;
        assert_eq!(
            request.path(),
            "/partner/api/v1/devices/rom%2012%231/events/906"
        );
        assert_eq!(request.body(), b"{}");
        assert_eq!(
            requests().endpoint().url(&request),
            "https://unity.example.no/partner/api/v1/devices/rom%2012%231/events/906"
        );
        let status = requests().put_status(&device(), &DeviceStatus::heartbeat());
        assert_eq!(status.path(), "/partner/api/v1/devices/rom%2012%231/status");
        assert!(!format!("{request:?}{status:?}").contains("rom"));
    }

    #[test]
    fn a_request_without_a_body_says_no_type() {
        let profile = WireProfile {
            empty_body: EmptyBody::None,
            ..WireProfile::default()
        };
        let requests = requests().with_profile(profile);
        let deleted = requests.delete_event(&device(), EventType::FALL);
        let posted = requests.post_event(&device(), EventType::FALL, &EventParameters::new());
        for prepared in [deleted, posted] {
            let request = prepared.expect("valid").request;
            assert!(request.body().is_empty());
            assert!(
                request
                    .headers()
                    .all(|header| header.name != "content-type")
            );
        }
    }

    #[test]
    fn old_servers_get_the_codes_they_know() {
        let old = requests().with_version(UnityVersion::V6_9);
        let event = EventParameters::new();
        let prepared = old.post_event(&device(), EventType::MEDICINE_NOT_TAKEN, &event);
        let prepared = prepared.expect("valid");
        assert!(prepared.request.path().ends_with("/events/917"));
        assert_eq!(
            prepared.notices,
            [Notice::EventTypeForVersion {
                written: EventType(917)
            }]
        );
        assert_eq!(
            old.post_event(&device(), EventType(967), &event),
            Err(RequestError::EventTypeNotKnown {
                feature: Feature::ContainerMalfunctions
            })
        );
    }

    #[test]
    fn unusual_events_are_sent_and_noted() {
        let event = EventParameters {
            state: Some(State::PRESENT),
            ..EventParameters::new()
        };
        let prepared = requests().put_event(&device(), EventType(902), &event);
        assert_eq!(
            prepared.expect("sent").notices,
            [Notice::UnknownEventType, Notice::StateNotDocumented]
        );
    }

    #[test]
    fn a_state_goes_only_where_there_may_be_one() {
        let event = EventParameters {
            state: Some(State::PRESENT),
            ..EventParameters::new()
        };
        for (code, body) in [
            (EventType::PATIENT_SIGNAL, &br#"{"state":88}"#[..]),
            (EventType(902), br#"{"state":88}"#),
            (EventType::FALL, b"{}"),
        ] {
            let prepared = requests().put_event(&device(), code, &event).expect("sent");
            assert_eq!(prepared.request.body(), body, "{code}");
            let left_out = prepared.left_out.contains(crate::Member::State);
            assert_eq!(left_out, code == EventType::FALL);
            let noted = prepared.notices.contains(&Notice::StateNotDocumented);
            assert_eq!(noted, code != EventType::PATIENT_SIGNAL);
        }
    }

    #[test]
    fn provisioning_paths_cannot_leave_the_base() {
        let requests = requests();
        let call = |path| requests.provisioning(Method::Get, path, Vec::new());
        assert_eq!(
            call("/api/v1/sites").expect("valid").path(),
            "/partner/api/v1/sites"
        );
        assert_eq!(call("/../admin"), Err(RequestError::Path));
        assert_eq!(call("sites"), Err(RequestError::Path));
    }
}
