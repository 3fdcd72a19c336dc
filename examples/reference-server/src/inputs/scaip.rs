//! SCAIP over SIP: from the wire to the journal and back.
//!
//! Thin on purpose: `scaip` speaks the protocol, the journal keeps. Here an alarm is kept first,
//! and only what the journal says decides what the sender hears.

mod entry;
mod in_hand;
mod work;

use std::collections::HashMap;

use alarm_codes::Profile;
use scaip::driver::{Driver, Settings};
use scaip::receiver::{AnswerMode, Config as ReceiverConfig, Receiver};
use scaip::{
    CallAddress, CallHandlingReply, DecodeOptions, EncodeOptions, MediaReply, Reference, Request,
    Response, StatusNumber, encode_response,
};
use socket2::SockRef;
use tokio::net::{TcpListener, UdpSocket};

use crate::config::{Config, ScaipConfig};
use crate::input::{BoundAddress, Input, InputContext, InputError};
use crate::journal::BoxFuture;
use work::Work;

/// What is asked of the operating system for the queue of datagrams, in bytes. It may give less.
const DATAGRAM_QUEUE: usize = 8 * 1024 * 1024;

/// The SCAIP input.
#[derive(Debug)]
pub struct ScaipInput {
    settings: ScaipConfig,
    profiles: HashMap<String, Profile>,
    reply: Reply,
    udp: Option<UdpSocket>,
    tcp: Option<TcpListener>,
}

/// What of the configuration the input cannot work with.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SettingError {
    /// A profile that the shared taxonomy does not know.
    #[error("the profile {profile:?} of a [[controller]] is unknown; known are: {known}")]
    Profile {
        /// The name in the configuration.
        profile: String,
        /// All names.
        known: String,
    },
    /// A reply that SCAIP cannot carry.
    #[error("[scaip] media_reply, call_handling_reply or transferred_number: {0}")]
    Reply(#[from] scaip::EncodeError),
}

impl ScaipInput {
    /// The input as configured; nothing is opened yet.
    ///
    /// # Errors
    /// [`SettingError`] when profiles or replies cannot be used.
    pub fn new(config: &Config) -> Result<Self, SettingError> {
        let mut profiles = HashMap::new();
        for controller in &config.controllers {
            let profile = Profile::from_name(&controller.profile).ok_or_else(|| {
                let known: Vec<_> = Profile::ALL.iter().map(|profile| profile.name()).collect();
                SettingError::Profile {
                    profile: controller.profile.clone(),
                    known: known.join(", "),
                }
            })?;
            profiles.insert(controller.id.clone(), profile);
        }
        let reply = Reply::new(&config.scaip)?;
        Ok(Self {
            settings: config.scaip.clone(),
            profiles,
            reply,
            udp: None,
            tcp: None,
        })
    }

    fn receiver(&self) -> Result<Receiver, InputError> {
        let mut config = ReceiverConfig::new(*uuid::Uuid::new_v4().as_bytes());
        if self.settings.strict {
            config.decode = DecodeOptions::strict();
            config.strict_content_type = true;
        }
        config.decode.accept_scaip_root = self.settings.accept_scaip_root;
        config.accept_unknown_message_types = self.settings.accept_unknown_message_types;
        if self.settings.body_in_200 {
            config.answer_mode = AnswerMode::BodyInOk;
        }
        Receiver::new(config).map_err(|error| InputError::Other(error.into()))
    }
}

impl Input for ScaipInput {
    fn name(&self) -> &'static str {
        "scaip"
    }

    fn bind(&mut self) -> BoxFuture<'_, Result<Vec<BoundAddress>, InputError>> {
        Box::pin(async {
            let mut bound = Vec::new();
            if let Some(address) = self.settings.udp.address() {
                let failed = |source| InputError::Bind {
                    what: "SCAIP over UDP",
                    address,
                    source,
                };
                let socket = UdpSocket::bind(address).await.map_err(failed)?;
                // A burst must fit while the receiver is busy. Less than asked for is no error.
                let _ = SockRef::from(&socket).set_recv_buffer_size(DATAGRAM_QUEUE);
                let address = socket.local_addr().map_err(failed)?;
                bound.push(BoundAddress {
                    name: "udp",
                    address,
                });
                self.udp = Some(socket);
            }
            if let Some(address) = self.settings.tcp.address() {
                let failed = |source| InputError::Bind {
                    what: "SCAIP over TCP",
                    address,
                    source,
                };
                let listener = TcpListener::bind(address).await.map_err(failed)?;
                let address = listener.local_addr().map_err(failed)?;
                bound.push(BoundAddress {
                    name: "tcp",
                    address,
                });
                self.tcp = Some(listener);
            }
            Ok(bound)
        })
    }

    fn run(self: Box<Self>, context: InputContext) -> BoxFuture<'static, Result<(), InputError>> {
        Box::pin(async move {
            let (driver, handle, events) = Driver::new(self.receiver()?, Settings::default());
            if let Some(socket) = self.udp {
                handle.add_udp(socket)?;
            }
            if let Some(listener) = self.tcp {
                handle.add_listener(listener)?;
            }
            let driver = tokio::spawn(driver.run());
            let window = self.settings.duplicate_window.0;
            Work::new(context, handle, self.reply, self.profiles, window)
                .run(events)
                .await;
            driver
                .await
                .map_err(|error| InputError::Other(error.into()))
        })
    }
}

/// What accepted alarms are told about the voice call.
#[derive(Clone, Debug)]
struct Reply {
    media: MediaReply,
    call_handling: CallHandlingReply,
    number: Option<CallAddress<'static>>,
}

impl Reply {
    fn new(settings: &ScaipConfig) -> Result<Self, scaip::EncodeError> {
        let number = settings.transferred_number.expose();
        let reply = Self {
            media: MediaReply::new(settings.media_reply.into()),
            call_handling: CallHandlingReply::new(settings.call_handling_reply.into()),
            number: (!number.is_empty()).then(|| CallAddress::new(number.to_owned())),
        };
        // Whatever cannot be written is found now and not with the first alarm.
        let mut response = Response::new(Reference::new("x"), StatusNumber::OK);
        reply.fill(&mut response);
        encode_response(&response, &EncodeOptions::new(), &mut Vec::new())?;
        Ok(reply)
    }

    fn fill(&self, response: &mut Response<'_>) {
        response.media_reply = self.media;
        response.call_handling_reply = self.call_handling;
        if let Some(number) = &self.number {
            response.transferred_numbers = number.clone().into();
        }
    }

    /// The response to an alarm in safe keeping.
    fn accepting(&self, request: &Request<'_>) -> Response<'static> {
        let reference = request.reference.clone().into_owned();
        let mut response = Response::new(reference, StatusNumber::OK);
        if request.wants_voice() && self.media != MediaReply::NO_VOICE {
            self.fill(&mut response);
        }
        response
    }
}
