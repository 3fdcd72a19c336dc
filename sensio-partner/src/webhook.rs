//! Webhooks: Sensio tells the partner that an event was closed, or asks it to close one (Partner API
//! reference 6, since 6.9).
//!
//! | part | for |
//! |---|---|
//! | [`Receiver`] | verifies and reads a call step by step, for any web framework |
//! | [`Correlator`] | finds the event that is meant, and stays silent on echoes |
//! | [`Sender`] | sends webhooks, for gateways and test doubles |
#![cfg_attr(
    feature = "axum",
    doc = "| [`axum`] | a [`Receiver`] as an axum router |"
)]
//!
//! The validation token is a shared secret that travels with each call. It signs nothing and stops no
//! replay, so webhooks belong behind HTTPS, and each accepted [`RequestDeactivateEvent`] belongs into
//! the log with device, code, id and source: a forged one silences an alarm.
//!
//! ```
//! use sensio_partner::webhook::{Config, Head, Receiver, Rejection, Verifier, Webhook};
//! use sensio_partner::{Secret, Time};
//!
//! let token = "3c1f5f7a-not-a-real-token";
//! let verifier = Verifier::new(&[Secret::new(token)])?;
//! let mut receiver = Receiver::new(verifier, Config::default());
//!
//! // What the web framework hands over.
//! let headers = [
//!     ("Content-Type", "application/json"),
//!     ("X-SensioPartner-EventName", "RequestDeactivateEvent"),
//!     ("X-SensioPartner-ValidationToken", token),
//! ];
//! let headers = headers.map(|(name, value)| (name, value.as_bytes()));
//! let body = br#"{"DeviceIdentifier":"SN-004711","EventType":906,"ExternalEventId":"01J9Z7P4WQ3N"}"#;
//!
//! let incoming = receiver.handle(Time::ZERO, None, &Head::new("POST", headers), body)?;
//! assert!(matches!(incoming.webhook(), Webhook::RequestDeactivateEvent(_)));
//! // Keep it, durably; then say so. Failing that, `refuse` is the 500 that has it repeated.
//! assert_eq!(incoming.accept().status, 200);
//!
//! let forged = receiver.handle(Time::ZERO, None, &Head::new("POST", headers.into_iter().take(2)), body);
//! assert_eq!(forged.map_err(|rejection| rejection.status()).unwrap_err(), 403);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

#[cfg(feature = "axum")]
pub mod axum;
mod correlator;
mod head;
mod message;
mod receiver;
mod rejection;
mod sender;
mod verifier;

pub use correlator::{
    Action, Correlator, CorrelatorConfig, CorrelatorFull, Delete, EventKey, NothingToDo,
};
pub use head::{EVENT_NAME_HEADER, Head, VALIDATION_TOKEN_HEADER};
pub use message::{EventName, EventStateChanged, RequestDeactivateEvent, Webhook};
pub use receiver::Receiver;
pub use receiver::{Admitted, Answer, BODY_LIMIT, Config, Incoming, WebhookWarning};
pub use rejection::Rejection;
pub use sender::{
    Attempt, Failure, NotTaken, Sender, SenderConfig, SenderEvent, Transmit, WebhookId,
};
pub use verifier::{InvalidToken, Verifier};

pub use crate::json::{decode_webhook, encode_webhook};
