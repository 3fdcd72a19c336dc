//! Messages to bytes, in the one form that strict readers accept.

use crate::codes::{
    CallHandling, CallHandlingReply, HeartbeatOptions, LocationCode, MediaReply, MediaRequest,
    Priority, SystemConfiguration, Version, write_number,
};
use crate::error::EncodeError;
use crate::message::{Message, MessageType, Request, Response};
use crate::options::{Edition, EncodeOptions, Root};
use crate::tag::{Mismatch, Tag};
use crate::voice::CallAddresses;

/// Appends either document to `out`.
///
/// Nothing is written when an error is returned. A buffer with room enough is not reallocated.
///
/// # Errors
///
/// The first value that breaks a pattern or a limit of SCAIP reference 3 and 4.
pub fn encode(
    message: &Message<'_>,
    options: &EncodeOptions,
    out: &mut Vec<u8>,
) -> Result<(), EncodeError> {
    match message {
        Message::Request(request) => encode_request(request, options, out),
        Message::Response(response) => encode_response(response, options, out),
    }
}

/// Appends a request, `mrq`, to `out`.
///
/// # Errors
///
/// As [`encode`].
///
/// ```
/// use scaip::{ControllerId, EncodeOptions, Reference, Request, encode_request};
///
/// let heartbeat = Request::heartbeat(Reference::new("H000531"), ControllerId::new("40211870"));
/// let mut body = Vec::new();
/// encode_request(&heartbeat, &EncodeOptions::new(), &mut body)?;
/// assert_eq!(
///     body,
///     b"<mrq><ref>H000531</ref><mty>PI</mty><cid>40211870</cid><dty>0002</dty></mrq>"
/// );
/// # Ok::<(), scaip::EncodeError>(())
/// ```
pub fn encode_request(
    request: &Request<'_>,
    options: &EncodeOptions,
    out: &mut Vec<u8>,
) -> Result<(), EncodeError> {
    all_or_nothing(out, |writer| writer.request(request, options))
}

/// Appends a response, `mrs`, to `out`.
///
/// The reference is the sender's and goes back exactly as it came, outside its pattern too; only
/// characters that XML cannot carry are refused.
///
/// # Errors
///
/// As [`encode`].
pub fn encode_response(
    response: &Response<'_>,
    options: &EncodeOptions,
    out: &mut Vec<u8>,
) -> Result<(), EncodeError> {
    all_or_nothing(out, |writer| writer.response(response, options))
}

fn all_or_nothing(
    out: &mut Vec<u8>,
    write: impl FnOnce(&mut Writer<'_>) -> Result<(), EncodeError>,
) -> Result<(), EncodeError> {
    let before = out.len();
    let result = write(&mut Writer { out });
    if result.is_err() {
        out.truncate(before);
    }
    result
}

struct Writer<'o> {
    out: &'o mut Vec<u8>,
}

/// Writes a code unless it is the default, refusing what the edition has no digits for.
macro_rules! code {
    ($writer:ident, $tag:expr, $code:expr) => {{
        let code = $code;
        if !code.fits() {
            return Err(EncodeError::TooLong($tag));
        }
        $writer.element($tag, |out| code.write(out));
    }};
    ($writer:ident, $tag:expr, $code:expr, default $default:expr) => {
        if $code != $default {
            code!($writer, $tag, $code);
        }
    };
}

impl Writer<'_> {
    fn request(
        &mut self,
        request: &Request<'_>,
        options: &EncodeOptions,
    ) -> Result<(), EncodeError> {
        let root: &[u8] = if options.root == Root::Scaip {
            b"scaip"
        } else {
            b"mrq"
        };
        self.start(root);
        self.value(Tag::Reference, request.reference.as_str())?;
        self.version(Tag::Version, request.version);
        let sco = request.system_configuration;
        if sco != SystemConfiguration::LOCAL_UNIT_AND_CONTROLLER {
            in_pattern(Tag::SystemConfiguration, sco.number(), 1, 3)?;
            code!(self, Tag::SystemConfiguration, sco);
        }
        code!(self, Tag::CallHandling, request.call_handling, default CallHandling::DEVICE_CALLS);
        match &request.message_type {
            MessageType::Message => {}
            MessageType::Other(_) => return Err(EncodeError::Pattern(Tag::MessageType)),
            known => self.value(Tag::MessageType, known.code())?,
        }
        let hbo = request.heartbeat_options;
        if hbo != HeartbeatOptions::FIXED {
            in_pattern(Tag::HeartbeatOptions, hbo.number(), 0, 3)?;
            code!(self, Tag::HeartbeatOptions, hbo);
        }
        self.value(Tag::ControllerId, request.controller_id.as_str())?;
        code!(self, Tag::DeviceType, request.device_type);
        self.optional(Tag::DeviceId, request.device_id.as_ref())?;
        if let Some(component) = request.device_component {
            code!(self, Tag::DeviceComponent, component);
        }
        self.optional(Tag::DeviceText, request.device_text.as_ref())?;
        self.calls(Tag::CallerId, &request.caller_ids, options)?;
        if request.media_request != MediaRequest::DEFAULT {
            if options.edition == Edition::Ss91100 {
                return Err(EncodeError::NewerEdition(Tag::MediaRequest));
            }
            code!(self, Tag::MediaRequest, request.media_request);
        }
        if let Some(status) = request.status_code {
            code!(self, Tag::StatusCode, status);
        }
        self.optional(Tag::StatusText, request.status_text.as_ref())?;
        code!(self, Tag::Priority, request.priority, default Priority::new(0));
        code!(self, Tag::LocationCode, request.location_code, default LocationCode::UNKNOWN);
        self.optional(Tag::LocationValue, request.location_value.as_ref())?;
        if let Some(location) = &request.geographic_location {
            if location.is_empty() {
                return Err(EncodeError::Empty(Tag::GeographicLocation));
            }
            self.start(b"lge");
            self.optional(Tag::Position, location.position.as_ref())?;
            self.optional(Tag::PositionTime, location.time.as_ref())?;
            self.optional(Tag::NmeaGga, location.nmea_gga.as_ref())?;
            self.end(b"lge");
        }
        self.optional(Tag::LocationText, request.location_text.as_ref())?;
        if let Some(code) = request.information_code {
            code!(self, Tag::InformationCode, code);
        }
        self.optional(Tag::InformationText, request.information_text.as_ref())?;
        if request.additional_message {
            self.value(Tag::AdditionalMessage, "1")?;
        }
        self.end(root);
        Ok(())
    }

    fn response(
        &mut self,
        response: &Response<'_>,
        options: &EncodeOptions,
    ) -> Result<(), EncodeError> {
        let root: &[u8] = if options.root == Root::Scaip {
            b"scaip"
        } else {
            b"mrs"
        };
        self.start(root);
        if response.reference.as_str().is_empty() {
            return Err(EncodeError::Empty(Tag::Reference));
        }
        self.raw_value(Tag::Reference, response.reference.as_str())?;
        code!(self, Tag::StatusNumber, response.status_number);
        self.optional(Tag::ResponseText, response.status_text.as_ref())?;
        self.version(Tag::CommonVersion, response.common_version);
        if response.media_reply != MediaReply::NO_VOICE {
            let reply = response.media_reply;
            if !reply.fits() {
                return Err(EncodeError::TooLong(Tag::MediaReply));
            }
            self.element(Tag::MediaReply, |out| {
                if options.two_digit_media_reply {
                    write_number(reply.number(), 2, out);
                } else {
                    reply.write(out);
                }
            });
        }
        let cre = response.call_handling_reply;
        if cre == CallHandlingReply::NONE {
            // Read back it would be the default; the field does not hold it.
            return Err(EncodeError::Pattern(Tag::CallHandlingReply));
        }
        code!(self, Tag::CallHandlingReply, cre, default CallHandlingReply::PREDEFINED_RECEIVER);
        self.calls(
            Tag::TransferredNumber,
            &response.transferred_numbers,
            options,
        )?;
        if let Some(interval) = response.heartbeat_interval {
            in_pattern(Tag::HeartbeatInterval, interval.number(), 0, 4)?;
            code!(self, Tag::HeartbeatInterval, interval);
        }
        self.end(root);
        Ok(())
    }

    fn version(&mut self, tag: Tag, version: Version) {
        if version != Version::default() {
            self.element(tag, |out| version.write(out));
        }
    }

    fn calls(
        &mut self,
        tag: Tag,
        calls: &CallAddresses<'_>,
        options: &EncodeOptions,
    ) -> Result<(), EncodeError> {
        if calls.len() > 1 && options.edition == Edition::Ss91100 {
            return Err(EncodeError::NewerEdition(tag));
        }
        calls
            .iter()
            .try_for_each(|call| self.value(tag, call.as_str()))
    }

    fn optional(&mut self, tag: Tag, text: Option<&impl AsRef<str>>) -> Result<(), EncodeError> {
        match text.map(AsRef::as_ref) {
            None => Ok(()),
            Some("") => Err(EncodeError::Empty(tag)),
            Some(text) => self.value(tag, text),
        }
    }

    fn value(&mut self, tag: Tag, text: &str) -> Result<(), EncodeError> {
        tag.check(text).map_err(|mismatch| match mismatch {
            Mismatch::Empty => EncodeError::Empty(tag),
            Mismatch::TooLong => EncodeError::TooLong(tag),
            Mismatch::Characters => EncodeError::Pattern(tag),
        })?;
        self.raw_value(tag, text)
    }

    /// A text whatever its pattern, escaped.
    fn raw_value(&mut self, tag: Tag, text: &str) -> Result<(), EncodeError> {
        let name = tag.wire().as_bytes();
        self.start(name);
        escape(text, self.out).map_err(|Unwritable| EncodeError::ControlCharacter(tag))?;
        self.end(name);
        Ok(())
    }

    fn element(&mut self, tag: Tag, content: impl FnOnce(&mut Vec<u8>)) {
        let name = tag.wire().as_bytes();
        self.start(name);
        content(self.out);
        self.end(name);
    }

    fn start(&mut self, name: &[u8]) {
        self.out.push(b'<');
        self.out.extend_from_slice(name);
        self.out.push(b'>');
    }

    fn end(&mut self, name: &[u8]) {
        self.out.extend_from_slice(b"</");
        self.out.extend_from_slice(name);
        self.out.push(b'>');
    }
}

fn in_pattern(tag: Tag, number: u32, least: u32, greatest: u32) -> Result<(), EncodeError> {
    if (least..=greatest).contains(&number) {
        Ok(())
    } else {
        Err(EncodeError::Pattern(tag))
    }
}

/// A character that cannot be written.
struct Unwritable;

/// Appends a text with the five characters of markup escaped. Control characters are refused:
/// XML forbids most of them and no element has a use for the rest.
fn escape(text: &str, out: &mut Vec<u8>) -> Result<(), Unwritable> {
    let bytes = text.as_bytes();
    let mut written = 0;
    for (at, &byte) in bytes.iter().enumerate() {
        let escaped: &[u8] = match byte {
            b'&' => b"&amp;",
            b'<' => b"&lt;",
            b'>' => b"&gt;",
            b'"' => b"&quot;",
            b'\'' => b"&apos;",
            0..0x20 | 0x7f => return Err(Unwritable),
            // U+0080 to U+009F.
            0xc2 if bytes.get(at + 1).is_some_and(|&next| next < 0xa0) => return Err(Unwritable),
            // U+FFFE and U+FFFF.
            0xef if bytes.get(at + 1) == Some(&0xbf) && bytes.get(at + 2) >= Some(&0xbe) => {
                return Err(Unwritable);
            }
            _ => continue,
        };
        out.extend_from_slice(&bytes[written..at]);
        out.extend_from_slice(escaped);
        written = at + 1;
    }
    out.extend_from_slice(&bytes[written..]);
    Ok(())
}
