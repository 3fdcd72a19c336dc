//! From a request to a call of the backend.

use axum::http::{HeaderMap, header};

use super::authorization::single;
use super::backend::EventAction;
use super::config::Config;
use super::problem::{Refusal, problem};
use super::target::event_type;
use super::warning::ServerWarning;
use crate::codes::EventType;
use crate::error::{DecodeError, DecodeErrorKind};
use crate::event::EventParameters;
use crate::identifier::{DeviceIdentifier, IdentifierRules};
use crate::image::{ImageLimits, check_image};
use crate::json::{Decoded, decode_event};
use crate::media_type::MediaType;
use crate::options::{DecodeOptions, Mode};
use crate::version::Feature;

/// Collects what is tolerated, or refuses it in strict mode.
pub(super) struct Judge<'c> {
    config: &'c Config,
    pub(super) warnings: Vec<ServerWarning>,
}

impl<'c> Judge<'c> {
    pub(super) fn new(config: &'c Config) -> Self {
        Self {
            config,
            warnings: Vec::new(),
        }
    }

    fn tolerate(&mut self, warning: ServerWarning, status: u16) -> Result<(), Refusal> {
        if self.config.mode == Mode::Strict {
            return Err(problem(status, &warning.to_string()));
        }
        self.warnings.push(warning);
        Ok(())
    }

    pub(super) fn options(&self) -> DecodeOptions {
        let options = match self.config.mode {
            Mode::Lenient => DecodeOptions::lenient(),
            Mode::Strict => DecodeOptions::strict(),
        };
        options.with_limits(self.config.limits)
    }

    /// The device of a raw segment: decoded once.
    pub(super) fn device(&self, segment: &str) -> Result<DeviceIdentifier, Refusal> {
        let rules = IdentifierRules {
            slashes: self.config.mode == Mode::Lenient,
        };
        DeviceIdentifier::from_path_segment(segment, rules)
            .map_err(|error| problem(400, &error.to_string()))
    }

    pub(super) fn event_type(&mut self, segment: &str) -> Result<EventType, Refusal> {
        let Some((code, plain)) = event_type(segment) else {
            return Err(problem(400, "the event type is not an alarm code"));
        };
        if !plain {
            self.tolerate(ServerWarning::LeadingZeros, 400)?;
        }
        if let Some(feature) = code.needs() {
            // Numbers are data, also in strict mode.
            if !self.config.version.has(feature) && feature != Feature::MedicineNotTaken923 {
                self.warnings.push(ServerWarning::TooNew(feature));
            }
        }
        Ok(code)
    }

    /// Whether the body is one that can be read at all; `length` is 0 when there is none.
    pub(super) fn body_head(&mut self, headers: &HeaderMap, empty: bool) -> Result<(), Refusal> {
        let refused = |detail| Err(problem(415, detail));
        match single(headers, &header::CONTENT_ENCODING) {
            Ok(None) => {}
            Ok(Some(coding)) if coding.trim_ascii().eq_ignore_ascii_case(b"identity") => {}
            _ => return refused("a content coding is not supported"),
        }
        match single(headers, &header::CONTENT_TYPE) {
            Err(_) => refused("the content type stands more than once"),
            Ok(_) if empty => Ok(()),
            Ok(None) => self.tolerate(ServerWarning::ContentTypeMissing, 415),
            Ok(Some(value)) => match MediaType::of(value) {
                MediaType::Json => Ok(()),
                MediaType::JsonLike => self.tolerate(ServerWarning::ContentTypeJsonLike, 415),
                MediaType::Form | MediaType::Other => refused("the content type is not JSON"),
            },
        }
    }

    /// The parameters of an event.
    pub(super) fn event(
        &mut self,
        action: EventAction,
        code: EventType,
        body: &[u8],
    ) -> Result<Decoded<EventParameters>, Refusal> {
        let body = if action == EventAction::Deactivate && !body.is_empty() {
            self.tolerate(ServerWarning::BodyOfDelete, 400)?;
            &[]
        } else {
            body
        };
        let decoded = decode_event(body, &self.options()).map_err(|error| unreadable(&error))?;
        let parameters = decoded.message();
        let version = self.config.version;
        if parameters.description.is_some() && !version.has(Feature::Description) {
            // What the vendor says about members that are not used.
            self.tolerate(ServerWarning::TooNew(Feature::Description), 500)?;
        }
        if parameters.state.is_some() && code.name().is_some() && !code.has_states() {
            self.tolerate(ServerWarning::StateNotUsed, 500)?;
        }
        let limits = ImageLimits {
            bytes: self.config.limits.image,
            ..ImageLimits::DEFAULT
        };
        for (index, image) in parameters.images.iter().enumerate() {
            if let Err(error) = check_image(image.data(), &limits) {
                self.tolerate(ServerWarning::Image { index, error }, 400)?;
            }
        }
        self.note(&decoded);
        Ok(decoded)
    }

    /// Takes over what was tolerated in a body.
    pub(super) fn note<T>(&mut self, decoded: &Decoded<T>) {
        let warnings = decoded.warnings().iter().copied();
        self.warnings.extend(warnings.map(ServerWarning::Body));
    }
}

/// The answer to a body that cannot be read.
pub(super) fn unreadable(error: &DecodeError) -> Refusal {
    let status = match error.kind {
        DecodeErrorKind::BodyTooLarge { .. } | DecodeErrorKind::ImageTooLarge { .. } => 413,
        _ => 400,
    };
    problem(status, &error.to_string())
}
