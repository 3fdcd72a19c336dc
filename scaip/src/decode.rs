//! Bytes to messages.

use std::borrow::Cow;

use crate::codes::{
    CallHandlingReply, DeviceType, LocationCode, MediaReply, MediaRequest, StatusNumber, Version,
};
use crate::error::{DecodeError, DecodeErrorKind};
use crate::location::GeographicLocation;
use crate::message::{Message, MessageType, Request, Response};
use crate::options::{DecodeOptions, Edition, Root};
use crate::tag::{Mismatch, Tag};
use crate::text::{ControllerId, DeviceId, Reference, Text};
use crate::voice::{CallAddress, CallAddresses};
use crate::warning::{Warning, WarningKind};
use crate::xml::encoding::Source;
use crate::xml::{self, Document, Draft, ExtraElement, Slot};

/// A message together with everything that reading it brought to light.
///
/// The bytes it came from stay reachable, so that an untouched message can be passed on
/// unchanged whatever its quirks.
#[derive(Clone, PartialEq, Eq)]
pub struct Decoded<'a, T> {
    message: T,
    root: Root,
    warnings: Vec<Warning>,
    extra: Vec<ExtraElement<'a>>,
    raw: Cow<'a, [u8]>,
}

impl<'a, T> Decoded<'a, T> {
    /// The message.
    #[must_use]
    pub fn message(&self) -> &T {
        &self.message
    }

    /// The message alone; the rest is dropped.
    #[must_use]
    pub fn into_message(self) -> T {
        self.message
    }

    /// Every deviation that was tolerated, in the order met. Empty for a clean message.
    #[must_use]
    pub fn warnings(&self) -> &[Warning] {
        &self.warnings
    }

    /// Elements without a place in the typed message; see [`ExtraElement`].
    #[must_use]
    pub fn extra_elements(&self) -> &[ExtraElement<'a>] {
        &self.extra
    }

    /// The root element the message had; answer in kind.
    #[must_use]
    pub fn root(&self) -> Root {
        self.root
    }

    /// The bytes exactly as received: write these to pass the message on.
    #[must_use]
    pub fn raw(&self) -> &[u8] {
        &self.raw
    }

    fn narrowed<U>(
        self,
        narrow: impl FnOnce(T) -> Result<U, DecodeError>,
    ) -> Result<Decoded<'a, U>, DecodeError> {
        Ok(Decoded {
            message: narrow(self.message)?,
            root: self.root,
            warnings: self.warnings,
            extra: self.extra,
            raw: self.raw,
        })
    }

    /// The same with everything but the message no longer borrowed, and the message converted.
    fn untied<U>(self, convert: impl FnOnce(T) -> U) -> Decoded<'static, U> {
        Decoded {
            message: convert(self.message),
            root: self.root,
            warnings: self.warnings,
            extra: self
                .extra
                .into_iter()
                .map(ExtraElement::into_owned)
                .collect(),
            raw: Cow::Owned(self.raw.into_owned()),
        }
    }
}

impl<'a> Decoded<'a, Message<'a>> {
    /// The same, no longer borrowed.
    #[must_use]
    pub fn into_owned(self) -> Decoded<'static, Message<'static>> {
        self.untied(Message::into_owned)
    }
}

impl<'a> Decoded<'a, Request<'a>> {
    /// The same, no longer borrowed.
    #[must_use]
    pub fn into_owned(self) -> Decoded<'static, Request<'static>> {
        self.untied(Request::into_owned)
    }
}

impl<'a> Decoded<'a, Response<'a>> {
    /// The same, no longer borrowed.
    #[must_use]
    pub fn into_owned(self) -> Decoded<'static, Response<'static>> {
        self.untied(Response::into_owned)
    }
}

impl<T: std::fmt::Debug> std::fmt::Debug for Decoded<'_, T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Decoded")
            .field("message", &self.message)
            .field("root", &self.root)
            .field("warnings", &self.warnings)
            .field("extra", &self.extra)
            .field("raw", &format_args!("<{} bytes>", self.raw.len()))
            .finish()
    }
}

/// Reads either document.
///
/// A clean message is read without touching the heap. Time is linear in the length of the body,
/// which the limits bound.
///
/// # Errors
///
/// Whatever is no SCAIP message within the limits; in strict mode also the first deviation.
/// The error carries the reference if one could be made out, and
/// [`DecodeError::refusal`] the answer to give.
pub fn decode<'a>(
    body: &'a [u8],
    options: &DecodeOptions,
) -> Result<Decoded<'a, Message<'a>>, DecodeError> {
    read(body, options, None)
}

/// Reads a request, `mrq`.
///
/// # Errors
///
/// As [`decode`]; [`DecodeErrorKind::WrongDocument`] for a response.
pub fn decode_request<'a>(
    body: &'a [u8],
    options: &DecodeOptions,
) -> Result<Decoded<'a, Request<'a>>, DecodeError> {
    read(body, options, Some(Document::Request))?.narrowed(|message| match message {
        Message::Request(request) => Ok(request),
        Message::Response(response) => Err(wrong_document(response.reference)),
    })
}

/// Reads a response, `mrs`.
///
/// # Errors
///
/// As [`decode`]; [`DecodeErrorKind::WrongDocument`] for a request.
pub fn decode_response<'a>(
    body: &'a [u8],
    options: &DecodeOptions,
) -> Result<Decoded<'a, Response<'a>>, DecodeError> {
    read(body, options, Some(Document::Response))?.narrowed(|message| match message {
        Message::Response(response) => Ok(response),
        Message::Request(request) => Err(wrong_document(request.reference)),
    })
}

fn wrong_document(reference: Reference<'_>) -> DecodeError {
    let mut error = DecodeError::new(DecodeErrorKind::WrongDocument, 0);
    error.reference = Some(reference.into_owned());
    error
}

/// Reads a body; `expected` only decides what the private root means.
fn read<'a>(
    body: &'a [u8],
    options: &DecodeOptions,
    expected: Option<Document>,
) -> Result<Decoded<'a, Message<'a>>, DecodeError> {
    let limit = options.limits.body;
    if body.len() > limit {
        let mut error = DecodeError::new(DecodeErrorKind::TooLarge { limit }, limit);
        error.reference = xml::salvage_reference(&body[..limit]);
        return Err(error);
    }
    let result = match Source::of(body, options.mode) {
        Ok(Source::AsReceived {
            text,
            start: 0,
            warning,
        }) => interpret(text, body, options, expected, warning),
        Ok(Source::AsReceived {
            text,
            start,
            warning,
        }) => {
            let result = interpret(text, body, options, expected, warning);
            shift(result, |offset| offset + start)
        }
        Ok(Source::Transcoded {
            text,
            start,
            warning,
        }) => {
            // One character stands for one byte of the body.
            let shifted = |offset: usize| match text.get(..offset) {
                Some(before) => start + before.chars().count(),
                None => body.len(),
            };
            let result = interpret(&text, body, options, expected, Some(warning));
            shift(result.map(Decoded::<Message<'_>>::into_owned), shifted)
        }
        Err(error) => Err(error),
    };
    result.map_err(|mut error| {
        if error.reference.is_none() {
            error.reference = xml::salvage_reference(body);
        }
        error
    })
}

/// Turns offsets in the text into offsets in the body.
fn shift<'a>(
    result: Result<Decoded<'a, Message<'a>>, DecodeError>,
    shifted: impl Fn(usize) -> usize,
) -> Result<Decoded<'a, Message<'a>>, DecodeError> {
    match result {
        Ok(mut decoded) => {
            for warning in &mut decoded.warnings {
                // Those of the encoding are places in the body already.
                let ours = matches!(
                    warning.kind,
                    WarningKind::AssumedWindows1252 | WarningKind::DeclaredEncoding
                );
                if !ours {
                    warning.offset = shifted(warning.offset);
                }
            }
            for element in &mut decoded.extra {
                element.offset = shifted(element.offset);
            }
            Ok(decoded)
        }
        Err(mut error) => {
            error.offset = shifted(error.offset);
            Err(error)
        }
    }
}

/// From the texts of the elements to the typed message.
fn interpret<'t>(
    text: &'t str,
    body: &'t [u8],
    options: &DecodeOptions,
    expected: Option<Document>,
    warning: Option<Warning>,
) -> Result<Decoded<'t, Message<'t>>, DecodeError> {
    let warnings = Vec::from_iter(warning);
    let mut fields = Fields {
        draft: xml::read(text, options, warnings)?,
        edition: options.edition,
    };
    let document = fields.draft.document;
    let is_response = match document {
        Document::Request => false,
        Document::Response => true,
        Document::Either => match expected {
            Some(expected) => expected == Document::Response,
            None => fields.draft.has(Tag::StatusNumber),
        },
    };
    let root = document.root();
    let reference = fields
        .mandatory(Tag::Reference)
        .map_err(|error| DecodeError { root, ..error })?;
    let message = if is_response {
        fields
            .response(Reference::new(reference.text.clone()))
            .map(Message::Response)
    } else {
        fields
            .request(Reference::new(reference.text.clone()))
            .map(Message::Request)
    };
    let message = message
        .and_then(|message| fields.set_aside_the_rest(!is_response).map(|()| message))
        .map_err(|mut error| {
            error.reference = Some(Reference::new(reference.text.into_owned()));
            error.root = root;
            error
        })?;
    let Draft {
        warnings, extra, ..
    } = fields.draft;
    Ok(Decoded {
        message,
        root,
        warnings,
        extra,
        raw: Cow::Borrowed(body),
    })
}

/// The draft, seen element by element with the rules of SCAIP reference 3 and 4.
struct Fields<'t> {
    draft: Draft<'t>,
    edition: Edition,
}

impl<'t> Fields<'t> {
    fn request(&mut self, reference: Reference<'t>) -> Result<Request<'t>, DecodeError> {
        let controller_id = self.mandatory(Tag::ControllerId)?.text;
        let slot = self.mandatory(Tag::DeviceType)?;
        // An alarm of a thing nobody can name is an alarm.
        let device_type = self
            .read_code(Tag::DeviceType, slot)?
            .unwrap_or(DeviceType::UNKNOWN);
        let mut request = Request::new(reference, ControllerId::new(controller_id), device_type);

        request.version = self.version(Tag::Version)?;
        if let Some(code) = self.code(Tag::SystemConfiguration)? {
            request.system_configuration = code;
        }
        if let Some(code) = self.code(Tag::CallHandling)? {
            request.call_handling = code;
        }
        if let Some(slot) = self.value(Tag::MessageType)? {
            request.message_type = MessageType::read(slot.text);
        }
        if let Some(code) = self.code(Tag::HeartbeatOptions)? {
            request.heartbeat_options = code;
        }
        request.device_id = self
            .value(Tag::DeviceId)?
            .map(|slot| DeviceId::new(slot.text));
        request.device_component = self.code(Tag::DeviceComponent)?;
        request.device_text = self.text(Tag::DeviceText)?;
        request.caller_ids = self.calls(Tag::CallerId)?;
        if let Some(slot) = self.value(Tag::MediaRequest)? {
            if self.edition == Edition::Ss91100 {
                self.draft
                    .deviation(WarningKind::NewerEdition(Tag::MediaRequest), slot.offset)?;
            }
            request.media_request = self
                .read_code(Tag::MediaRequest, slot)?
                .unwrap_or(MediaRequest::DEFAULT);
        }
        request.status_code = self.code(Tag::StatusCode)?;
        request.status_text = self.text(Tag::StatusText)?;
        if let Some(code) = self.code(Tag::Priority)? {
            request.priority = code;
        }
        request.location_code = self
            .code(Tag::LocationCode)?
            .unwrap_or(LocationCode::UNKNOWN);
        request.location_value = self.text(Tag::LocationValue)?;
        request.geographic_location = self.geographic_location()?;
        request.location_text = self.text(Tag::LocationText)?;
        request.information_code = self.code(Tag::InformationCode)?;
        request.information_text = self.text(Tag::InformationText)?;
        request.additional_message = self.flag(Tag::AdditionalMessage)?;
        Ok(request)
    }

    fn response(&mut self, reference: Reference<'t>) -> Result<Response<'t>, DecodeError> {
        let number = self.mandatory(Tag::StatusNumber)?;
        let number = StatusNumber::read(&number.text).ok_or_else(|| {
            DecodeError::new(
                DecodeErrorKind::Unreadable(Tag::StatusNumber),
                number.offset,
            )
        })?;
        let mut response = Response::new(reference, number);
        response.status_text = self.text(Tag::ResponseText)?;
        response.common_version = self.version(Tag::CommonVersion)?;
        response.media_reply = self.code(Tag::MediaReply)?.unwrap_or(MediaReply::NO_VOICE);
        // 0 has been seen where nothing was meant (SCAIP reference 6.3).
        response.call_handling_reply = self
            .code(Tag::CallHandlingReply)?
            .filter(|&code| code != CallHandlingReply::NONE)
            .unwrap_or(CallHandlingReply::PREDEFINED_RECEIVER);
        response.transferred_numbers = self.calls(Tag::TransferredNumber)?;
        response.heartbeat_interval = self.code(Tag::HeartbeatInterval)?;
        Ok(response)
    }

    /// The value of an element: trimmed, held against its pattern, `None` when empty.
    #[inline]
    fn value(&mut self, tag: Tag) -> Result<Option<Slot<'t>>, DecodeError> {
        match self.draft.take(tag) {
            Some(slot) => self.checked(tag, slot),
            None => Ok(None),
        }
    }

    #[inline]
    fn checked(&mut self, tag: Tag, mut slot: Slot<'t>) -> Result<Option<Slot<'t>>, DecodeError> {
        let before = slot.text.len();
        slot.text = crate::text::trimmed(slot.text);
        if slot.text.len() != before {
            self.draft
                .deviation(WarningKind::WhiteSpace(tag), slot.offset)?;
        }
        let kind = match tag.check(&slot.text) {
            Ok(()) => None,
            Err(Mismatch::Empty) => Some(WarningKind::Empty(tag)),
            Err(Mismatch::TooLong) => Some(WarningKind::TooLong(tag)),
            Err(Mismatch::Characters) => Some(WarningKind::Pattern(tag)),
        };
        if let Some(kind) = kind {
            self.draft.deviation(kind, slot.offset)?;
        }
        Ok((!slot.text.is_empty()).then_some(slot))
    }

    fn mandatory(&mut self, tag: Tag) -> Result<Slot<'t>, DecodeError> {
        let missing = DecodeError::new(DecodeErrorKind::Missing(tag), 0);
        let slot = self.draft.take(tag).ok_or_else(|| missing.clone())?;
        let offset = slot.offset;
        self.checked(tag, slot)?
            .ok_or(DecodeError { offset, ..missing })
    }

    fn text(&mut self, tag: Tag) -> Result<Option<Text<'t>>, DecodeError> {
        Ok(self.value(tag)?.map(|slot| Text::new(slot.text)))
    }

    /// A code; one that is no number is set aside, the message goes on without it.
    fn code<C: Code>(&mut self, tag: Tag) -> Result<Option<C>, DecodeError> {
        match self.value(tag)? {
            Some(slot) => self.read_code(tag, slot),
            None => Ok(None),
        }
    }

    fn read_code<C: Code>(&mut self, tag: Tag, slot: Slot<'t>) -> Result<Option<C>, DecodeError> {
        match C::read(&slot.text) {
            Some(code) => Ok(Some(code)),
            None => self
                .set_aside(WarningKind::Unreadable(tag), tag, slot)
                .map(|()| None),
        }
    }

    fn version(&mut self, tag: Tag) -> Result<Version, DecodeError> {
        let Some(slot) = self.value(tag)? else {
            return Ok(Version::default());
        };
        match Version::read(&slot.text) {
            Some(version) => Ok(version),
            None => self
                .set_aside(WarningKind::Unreadable(tag), tag, slot)
                .map(|()| Version::default()),
        }
    }

    fn flag(&mut self, tag: Tag) -> Result<bool, DecodeError> {
        let Some(slot) = self.value(tag)? else {
            return Ok(false);
        };
        match &*slot.text {
            "1" => Ok(true),
            "0" => Ok(false),
            _ => self
                .set_aside(WarningKind::Unreadable(tag), tag, slot)
                .map(|()| false),
        }
    }

    fn calls(&mut self, tag: Tag) -> Result<CallAddresses<'t>, DecodeError> {
        let mut calls = CallAddresses::none();
        if let Some(slot) = self.value(tag)? {
            calls.push(CallAddress::new(slot.text));
        }
        if self.draft.more.is_empty() {
            return Ok(calls);
        }
        for (other, slot) in std::mem::take(&mut self.draft.more) {
            if other != tag {
                self.draft.more.push((other, slot));
                continue;
            }
            if self.edition == Edition::Ss91100 {
                self.draft
                    .deviation(WarningKind::NewerEdition(tag), slot.offset)?;
            }
            if let Some(slot) = self.checked(tag, slot)? {
                calls.push(CallAddress::new(slot.text));
            }
        }
        Ok(calls)
    }

    fn geographic_location(&mut self) -> Result<Option<GeographicLocation<'t>>, DecodeError> {
        if self.draft.take(Tag::GeographicLocation).is_none() {
            return Ok(None);
        }
        let location = GeographicLocation {
            position: self.text(Tag::Position)?,
            time: self.text(Tag::PositionTime)?,
            nmea_gga: self.text(Tag::NmeaGga)?,
        };
        Ok((!location.is_empty()).then_some(location))
    }

    fn set_aside(
        &mut self,
        kind: WarningKind,
        tag: Tag,
        slot: Slot<'t>,
    ) -> Result<(), DecodeError> {
        self.draft.deviation(kind, slot.offset)?;
        let name = Cow::Borrowed(tag.wire());
        self.draft.extra.push(ExtraElement {
            name,
            content: slot.text,
            offset: slot.offset,
        });
        Ok(())
    }

    /// What no field took: elements of the other document, and the edition of `mreq`.
    fn set_aside_the_rest(&mut self, request: bool) -> Result<(), DecodeError> {
        if self.draft.is_exhausted() {
            return Ok(());
        }
        for &tag in Tag::ALL {
            let foreign = if request {
                !tag.in_request()
            } else {
                !tag.in_response()
            };
            if !foreign {
                continue;
            }
            if let Some(slot) = self.draft.take(tag) {
                self.set_aside(WarningKind::WrongDocument(tag), tag, slot)?;
            }
        }
        for (tag, slot) in std::mem::take(&mut self.draft.more) {
            self.set_aside(WarningKind::WrongDocument(tag), tag, slot)?;
        }
        Ok(())
    }
}

/// What the code types have in common, for reading.
trait Code: Sized {
    fn read(text: &str) -> Option<Self>;
}

macro_rules! code {
    ($( $type:ident )*) => {
        $( impl Code for crate::codes::$type {
            #[inline]
            fn read(text: &str) -> Option<Self> {
                crate::codes::$type::read(text)
            }
        } )*
    };
}

code! {
    SystemConfiguration CallHandling HeartbeatOptions DeviceType DeviceComponent MediaRequest StatusCode
    Priority LocationCode InformationCode MediaReply CallHandlingReply HeartbeatInterval
}
