//! To and from the shared event model of `alarm-codes`.
//!
//! | from | to | by |
//! |---|---|---|
//! | a call of a partner | an event | [`event_of`], [`heartbeat_of`] |
//! | an event | calls to a Sensio server | [`calls_of`], [`deactivation_of`] |
//! | a webhook | an event, or the end of one | [`event_of_webhook`], [`close`] |
//!
//! ```
//! use alarm_codes::{EventId, Kind, Phase, Timestamp};
//! use sensio_partner::alarm::{Received, Reported, Target, calls_of, event_of};
//! use sensio_partner::queue::{EventMethod, WallMicros};
//! use sensio_partner::{DeviceIdentifier, EventType, UnityVersion};
//!
//! let device = DeviceIdentifier::new("SN-004711")?;
//! let reported = Reported::new(EventMethod::Post, &device, EventType::FALL);
//! let event = event_of(&reported, &Received::new(EventId(1), Timestamp::UNIX_EPOCH));
//! assert_eq!((event.kind, event.phase), (Kind::Fall, Phase::Start));
//!
//! let written = calls_of(&event, &device, &Target::new(UnityVersion::LATEST))?;
//! assert_eq!(written.calls[0].pair.event_type, EventType::FALL);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod calls;
mod closing;
mod suggestion;

use alarm_codes::{
    Attachment, Bytes, Code, Decoder, DeviceKind, Event, EventId, Kind, Mapping, Measurement,
    Phase, Picture, Private, Profile, Raw, Reference, SensioEvent, SensioRequest, SensioState,
    Timestamp, kind_of,
};

pub use calls::{Fallback, Target, Unsayable, Written, calls_of, deactivation_of};
pub use closing::{Closed, close, event_of_webhook};
pub use suggestion::suggested_code;

use crate::codes::{DeviceType, EventType, State};
use crate::event::EventParameters;
use crate::identifier::DeviceIdentifier;
use crate::queue::EventMethod;
use crate::version::{Feature, UnityVersion};

/// The profile of the crosswalk that a server of this version speaks.
#[must_use]
pub fn profile_of(version: UnityVersion) -> Profile {
    if version.has(Feature::MedicineNotTaken923) {
        Profile::PartnerApi6134
    } else {
        Profile::PartnerApiBefore6134
    }
}

/// A code and the state beside it as a code of the crosswalk. A negative state, which nobody documents,
/// leaves what the code says alone.
#[must_use]
pub fn code_of(event_type: EventType, state: Option<State>) -> Code<'static> {
    let event = SensioEvent(event_type.0);
    match state.and_then(|state| u32::try_from(state.0).ok()) {
        Some(state) => Code::SensioState(SensioState { event, state }),
        None => Code::SensioEvent(event),
    }
}

/// What a code and state mean, without building an event; does not allocate.
#[must_use]
pub fn mapping_of(event_type: EventType, state: Option<State>, version: UnityVersion) -> Mapping {
    kind_of(profile_of(version), &code_of(event_type, state))
}

/// A call about an event, from whichever side.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Reported<'a> {
    /// What is done.
    pub method: EventMethod,
    /// Which device.
    pub device: &'a DeviceIdentifier,
    /// Which code.
    pub event_type: EventType,
    /// What goes with it.
    pub parameters: Option<&'a EventParameters>,
}

impl<'a> Reported<'a> {
    /// A call without parameters.
    #[must_use]
    pub const fn new(
        method: EventMethod,
        device: &'a DeviceIdentifier,
        event_type: EventType,
    ) -> Self {
        Self {
            method,
            device,
            event_type,
            parameters: None,
        }
    }

    /// The same with parameters.
    #[must_use]
    pub const fn with_parameters(mut self, parameters: &'a EventParameters) -> Self {
        self.parameters = Some(parameters);
        self
    }
}

impl<'a> From<&'a crate::queue::EventCall> for Reported<'a> {
    fn from(call: &'a crate::queue::EventCall) -> Self {
        Self {
            method: call.action.method(),
            device: &call.pair.device,
            event_type: call.pair.event_type,
            parameters: call.action.parameters().map(AsRef::as_ref),
        }
    }
}

#[cfg(feature = "axum")]
impl<'a> From<&'a crate::server::EventCall> for Reported<'a> {
    fn from(call: &'a crate::server::EventCall) -> Self {
        use crate::server::EventAction;
        Self {
            method: match call.action {
                EventAction::Trigger => EventMethod::Post,
                EventAction::Update => EventMethod::Put,
                EventAction::Deactivate => EventMethod::Delete,
            },
            device: &call.device,
            event_type: call.sent_as,
            parameters: Some(call.decoded.message()),
        }
    }
}

/// What the application knows of a call beside the call.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Received<'a> {
    /// The id of the event; best a UUID of version 7.
    pub id: EventId,
    /// When the call arrived.
    pub at: Timestamp,
    /// The version that the partner speaks; codes of other versions are understood all the same.
    pub version: UnityVersion,
    /// The type under which the device is registered.
    pub device_type: Option<DeviceType>,
    /// The body as received, to be kept as evidence.
    pub raw: Option<&'a [u8]>,
}

impl<'a> Received<'a> {
    /// Nothing but id and time.
    #[must_use]
    pub const fn new(id: EventId, at: Timestamp) -> Self {
        Self {
            id,
            at,
            version: UnityVersion::LATEST,
            device_type: None,
            raw: None,
        }
    }

    /// The same with the version.
    #[must_use]
    pub const fn with_version(mut self, version: UnityVersion) -> Self {
        self.version = version;
        self
    }

    /// The same with the type of the device.
    #[must_use]
    pub const fn with_device_type(mut self, device_type: DeviceType) -> Self {
        self.device_type = Some(device_type);
        self
    }

    /// The same with the body.
    #[must_use]
    pub const fn with_raw(mut self, raw: &'a [u8]) -> Self {
        self.raw = Some(raw);
        self
    }
}

/// The event that a call reports.
///
/// POST starts, PUT updates, DELETE ends. A PUT whose state means another kind than the code alone (a pull
/// cord goes from call to assistance) starts an event of that kind: an update of something else would
/// be shown to nobody. DELETE is a [`Kind::Cancel`] that clears every kind which the code and its states
/// can mean; a code that is not in the tables clears nothing in particular.
///
/// The device identifier is the event's controller. A code that is not in the tables becomes
/// [`Kind::Unmapped`] with priority high.
#[must_use]
pub fn event_of(reported: &Reported<'_>, received: &Received<'_>) -> Event {
    let nothing = EventParameters::default();
    let parameters = reported.parameters.unwrap_or(&nothing);
    let profile = profile_of(received.version);
    let mut event = match reported.method {
        EventMethod::Delete => end_of(reported.event_type, profile, received),
        method => {
            let code = code_of(reported.event_type, parameters.state);
            let mapping = kind_of(profile, &code);
            let text = code.to_string();
            let mut event = Event::from_mapping(received.id, received.at, &mapping, text);
            let alone = kind_of(profile, &code_of(reported.event_type, None));
            if method == EventMethod::Put && alone.kind() == mapping.kind() {
                event.phase = Phase::Update;
            }
            event
        }
    };
    fill_device(&mut event, reported.device, received);
    if let Some(id) = &parameters.external_event_id {
        let (device, code) = (reported.device.as_str(), reported.event_type);
        event.correlation.source_ref = Some(id.as_str().to_owned());
        match reported.method {
            EventMethod::Post => {
                event.correlation.dedup_key = Some(format!("{device}/{code}/{}", id.as_str()));
            }
            EventMethod::Put => {
                event.correlation.updates = Some(Reference::SourceRef(id.as_str().to_owned()));
            }
            EventMethod::Delete => event.correlation.clears = Some(reference_of(id.as_str())),
        }
    }
    if let Some(value) = parameters.trigger_value {
        let value = Measurement::new(value.value().to_string());
        event.attachments.push(Attachment::Measurement(value));
    }
    if let Some(text) = &parameters.description {
        let text = Private::new(text.as_str().to_owned());
        event.attachments.push(Attachment::Text(text));
    }
    for image in parameters.images.iter() {
        event.attachments.push(Attachment::Picture(Picture::Inline {
            media_type: "image/jpeg".to_owned(),
            content: Private::new(Bytes(image.data().to_vec())),
        }));
    }
    event
}

/// The sign of life that a status call is.
#[must_use]
pub fn heartbeat_of(device: &DeviceIdentifier, received: &Received<'_>) -> Event {
    let request = SensioRequest::DeviceStatus;
    let mapping = kind_of(profile_of(received.version), &Code::SensioRequest(request));
    let mut event = Event::from_mapping(received.id, received.at, &mapping, request.text());
    fill_device(&mut event, device, received);
    event
}

fn end_of(event_type: EventType, profile: Profile, received: &Received<'_>) -> Event {
    let mapping = kind_of(
        profile,
        &Code::SensioRequest(SensioRequest::DeactivateEvent),
    );
    let code = format!("{DEACTIVATE}{event_type}");
    let mut event = Event::from_mapping(received.id, received.at, &mapping, code);
    event.phase = Phase::End;
    event.correlation.clears_kinds = kinds_of(event_type, profile);
    event
}

/// How the code of a withdrawal is recorded: method and path, with the event type.
const DEACTIVATE: &str = "DELETE devices/{id}/events/";

/// The documented states.
const STATES: [State; 4] = [
    State::ALARM_CALL,
    State::PRESENT,
    State::ASSISTANCE,
    State::EMERGENCY_CALL,
];

/// Every kind that a code can have raised, with any state; none for an unknown code.
fn kinds_of(event_type: EventType, profile: Profile) -> Vec<Kind> {
    let mut kinds = Vec::new();
    let states = STATES.iter().map(|state| Some(*state));
    for state in core::iter::once(None).chain(states) {
        let kind = kind_of(profile, &code_of(event_type, state)).kind();
        if kind != Kind::Unmapped && !kinds.contains(&kind) {
            kinds.push(kind);
        }
    }
    kinds
}

/// An event that went out with our own id comes back by it.
fn reference_of(external_event_id: &str) -> Reference {
    match external_event_id.parse::<EventId>() {
        Ok(id) => Reference::Event(id),
        Err(_) => Reference::SourceRef(external_event_id.to_owned()),
    }
}

fn fill_device(event: &mut Event, device: &DeviceIdentifier, received: &Received<'_>) {
    event.device.controller = Some(device.as_str().to_owned());
    event.device.profile = Some(profile_of(received.version));
    if let Some(device_type) = received.device_type {
        event.device.kind = device_kind_of(device_type);
        event.device.kind_code = Some(device_type.name().to_owned());
    }
    if let Some(bytes) = received.raw {
        let mut raw = Raw::new(bytes);
        raw.transport.protocol = Some("sensio-partner".to_owned());
        raw.decoder = Some(Decoder {
            name: env!("CARGO_PKG_NAME").to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
        });
        event.raw = Some(raw);
    }
}

/// The kind of device, where a type means one kind only. The pairing is a suggestion: no reference
/// states it.
#[must_use]
pub const fn device_kind_of(device_type: DeviceType) -> Option<DeviceKind> {
    match device_type {
        DeviceType::MotionDetector => Some(DeviceKind::ActivityDetector),
        DeviceType::DoorContact => Some(DeviceKind::DoorSensor),
        DeviceType::FallSensor => Some(DeviceKind::FallDetector),
        DeviceType::MedicineDispenser => Some(DeviceKind::MedicineDispenser),
        DeviceType::PullCord => Some(DeviceKind::PullCord),
        _ => None,
    }
}
