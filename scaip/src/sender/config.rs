//! Settings of the sender.

use std::net::{Ipv6Addr, SocketAddr};
use std::time::Duration;

use super::ReferenceState;
use crate::digest::Credentials;
use crate::options::{DecodeOptions, EncodeOptions};
use crate::sip::{self, Method, Path, RequestHead, Transport, WriteError, write_request};
use crate::text::ControllerId;

/// Most receivers in a list.
const RECEIVERS: usize = 64;
/// The longest any wait may be: sums of times stay far from their end.
const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);

/// One alarm receiver: where it is and who it is.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ReceiverAddress {
    /// A name for logs and for the caller's own records; see
    /// [`Sender::receiver_named`](super::Sender::receiver_named).
    pub name: String,
    /// The transport.
    pub transport: Transport,
    /// Where it listens. With a [`host`](Self::host) it counts for nothing until that is looked up.
    pub address: SocketAddr,
    /// Its name and port, such as `alarm.example.net:5061`, looked up when it is needed; see
    /// [`Event::Resolve`](super::Event::Resolve). Without a port it gets the usual one, 5060 or for
    /// TLS 5061 (SCAIP reference 5.3). SRV records are the caller's to look up.
    pub host: Option<String>,
    /// Our own address for UDP if it is not [`Config::local`], such as one of the other family.
    pub local: Option<SocketAddr>,
    /// Its account, such as `sip:alarm@example.net`: Request-URI and To. `scaip:` and `scaips:` are
    /// taken as `sip:` and `sips:`.
    pub account: String,
    /// The host part of our From, whose user part is the `cid` (SCAIP reference 5.2).
    pub domain: String,
    /// What to answer a digest challenge with.
    pub credentials: Option<Credentials>,
    /// Register there, if it wants that; see
    /// [`Sender::begin_registrations`](super::Sender::begin_registrations).
    pub registration: Option<Registration>,
}

/// A registration to keep with one receiver (SCAIP reference 5.4, RFC 3261 10).
///
/// It tells the receiver where the unit is. No alarm waits for it: an alarm says where it comes
/// from by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Registration {
    /// Whom to register: the user of To, From and Contact.
    pub controller_id: ControllerId<'static>,
    /// What to ask for in Expires, 1 s to 24 h. It is renewed when half of what was granted is
    /// over.
    pub interval: Duration,
}

impl Registration {
    /// A registration of this unit, renewed at least at half of `interval`.
    #[must_use]
    pub fn new(controller_id: ControllerId<'static>, interval: Duration) -> Self {
        Registration {
            controller_id,
            interval,
        }
    }
}

impl ReceiverAddress {
    /// A receiver without credentials whose domain is the host of its account.
    #[must_use]
    pub fn new(
        name: impl Into<String>,
        transport: Transport,
        address: SocketAddr,
        account: impl Into<String>,
    ) -> Self {
        let account = as_sip(&account.into());
        let domain = sip::Uri::parse(account.as_bytes())
            .map(|uri| uri.host.to_owned())
            .unwrap_or_default();
        ReceiverAddress {
            name: name.into(),
            transport,
            address,
            host: None,
            local: None,
            account,
            domain,
            credentials: None,
            registration: None,
        }
    }

    /// The same for a host name, such as `alarm.example.net:5061`; without a port it is 5060, for
    /// TLS 5061.
    #[must_use]
    pub fn named(
        name: impl Into<String>,
        transport: Transport,
        host: impl Into<String>,
        account: impl Into<String>,
    ) -> Self {
        let unknown = SocketAddr::from(([0, 0, 0, 0], 0));
        ReceiverAddress {
            host: Some(host.into()),
            ..ReceiverAddress::new(name, transport, unknown, account)
        }
    }

    /// The same with credentials.
    #[must_use]
    pub fn with_credentials(mut self, credentials: Credentials) -> Self {
        self.credentials = Some(credentials);
        self
    }

    /// The same with a registration to keep.
    #[must_use]
    pub fn with_registration(mut self, registration: Registration) -> Self {
        self.registration = Some(registration);
        self
    }
}

/// Settings of a [`Sender`](super::Sender).
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Config {
    /// Settings of the SIP layer.
    pub endpoint: sip::Config,
    /// How responses are read; lenient by default.
    pub decode: DecodeOptions,
    /// How requests are written.
    pub encode: EncodeOptions,
    /// Our own address for UDP, as receivers may see it in Via.
    pub local: SocketAddr,
    /// The receivers in the order they are tried, at most 64.
    pub receivers: Vec<ReceiverAddress>,
    /// Where the references go on from.
    pub references: ReferenceState,
    /// How long a connection may take to open; then the next receiver is tried. 10 s by default.
    pub connect_wait: Duration,
    /// How long the SIP 200 may take; then the next receiver is tried. 10 s by default (SCAIP
    /// reference 10). A receiver that answers in the body of its 200 takes as long as its
    /// decision: give it more.
    pub ok_wait: Duration,
    /// How long the `mrs` may take after the 200; then the next receiver is tried. 20 s by default
    /// (SCAIP reference 10).
    pub response_wait: Duration,
    /// Wait between repeats after `snu` 4. 10 s by default.
    pub hold_wait: Duration,
    /// Repeats after `snu` 4 before the next receiver is tried. 6 by default: a minute.
    pub hold_repeats: u32,
    /// Wait between repeats after `snu` 6. 5 s by default.
    pub busy_wait: Duration,
    /// Repeats after `snu` 6 before the next receiver is tried. 3 by default.
    pub busy_repeats: u32,
    /// First wait after all receivers have failed. 1 s by default; it doubles with each round.
    /// Between half of it and the whole is waited, by chance.
    pub first_back_off: Duration,
    /// Longest such wait. 60 s by default.
    pub longest_back_off: Duration,
    /// How long a receiver that did not answer is tried after the others, 60 s by default; zero
    /// keeps to the order always. It ends early when the receiver answers anything. Heartbeats
    /// keep to the order, so they find out first that a receiver is back.
    pub silent_wait: Duration,
    /// The most that Retry-After of a 500 or 503 counts (RFC 3261 20.33), 60 s by default: that
    /// long the receiver gets no new request. Zero ignores it.
    pub longest_retry_after: Duration,
    /// The longest a receiver is left alone after it has refused the credentials shown to it, 10 min
    /// by default: a minute at first, then twice as long each time until it takes them. Zero goes on
    /// as after any other failure, which may lock the account.
    pub longest_credentials_wait: Duration,
    /// How old an address looked up by name may be when a new attempt begins, 5 min by default.
    pub resolve_again: Duration,
    /// Alarms and heartbeats that may be open at once. 256 by default.
    pub open_alarms: usize,
    /// Alarms whose receiver is remembered after they were accepted. 1024 by default.
    pub remembered: usize,
    /// Answers to digest challenges for one request. 3 by default: server, proxy, and one stale
    /// nonce.
    pub challenge_answers: u32,
    /// Take a response only from the host of a receiver that was asked, or over our connection to
    /// it, and over no weaker a transport (TLS, TCP, UDP) than the request. Off by default: the
    /// references of this sender cannot be guessed, and some receivers answer from other hosts.
    /// Relayed messages are always held to it.
    pub known_sources_only: bool,
    /// Leave `dte`, `stt`, `lte` and `ite` out when the SIP message would be longer than 1300
    /// bytes on UDP (SCAIP reference 5.3) and no receiver on TCP or TLS is left to ask before; those
    /// go first with such a message. Off by default: then it is sent whole, with
    /// [`Event::Oversize`](super::Event::Oversize).
    pub shorten_oversize: bool,
}

impl Config {
    /// The defaults. `seed` is 16 random bytes, fresh for each start of the process; `local` is
    /// our own address for UDP.
    #[must_use]
    pub fn new(seed: [u8; 16], local: SocketAddr, receivers: Vec<ReceiverAddress>) -> Self {
        Config {
            endpoint: sip::Config::new(seed),
            decode: DecodeOptions::lenient(),
            encode: EncodeOptions::new(),
            local,
            receivers,
            references: ReferenceState::default(),
            connect_wait: Duration::from_secs(10),
            ok_wait: Duration::from_secs(10),
            response_wait: Duration::from_secs(20),
            hold_wait: Duration::from_secs(10),
            hold_repeats: 6,
            busy_wait: Duration::from_secs(5),
            busy_repeats: 3,
            first_back_off: Duration::from_secs(1),
            longest_back_off: Duration::from_secs(60),
            silent_wait: Duration::from_secs(60),
            longest_retry_after: Duration::from_secs(60),
            longest_credentials_wait: Duration::from_secs(600),
            resolve_again: Duration::from_secs(300),
            open_alarms: 256,
            remembered: 1024,
            challenge_answers: 3,
            known_sources_only: false,
            shorten_oversize: false,
        }
    }

    pub(super) fn check(&mut self) -> Result<(), ConfigError> {
        if self.receivers.is_empty() {
            return Err(ConfigError::NoReceiver);
        }
        if self.receivers.len() > RECEIVERS {
            return Err(ConfigError::TooManyReceivers { limit: RECEIVERS });
        }
        for (setting, wait) in [
            ("connect_wait", self.connect_wait),
            ("ok_wait", self.ok_wait),
            ("response_wait", self.response_wait),
            ("hold_wait", self.hold_wait),
            ("busy_wait", self.busy_wait),
            ("first_back_off", self.first_back_off),
            ("longest_back_off", self.longest_back_off),
        ] {
            // Below a millisecond a wait would be a busy loop.
            if wait < Duration::from_millis(1) {
                return Err(ConfigError::Zero { setting });
            }
            if wait > LONGEST {
                return Err(ConfigError::TooLong { setting });
            }
        }
        for (setting, wait) in [
            ("silent_wait", self.silent_wait),
            ("longest_retry_after", self.longest_retry_after),
            ("longest_credentials_wait", self.longest_credentials_wait),
            ("resolve_again", self.resolve_again),
        ] {
            if wait > LONGEST {
                return Err(ConfigError::TooLong { setting });
            }
        }
        for (setting, number) in [
            ("open_alarms", self.open_alarms),
            ("remembered", self.remembered),
        ] {
            if number == 0 {
                return Err(ConfigError::Zero { setting });
            }
        }
        for (index, receiver) in self.receivers.iter_mut().enumerate() {
            receiver.account = as_sip(&receiver.account);
            if let Some(host) = &mut receiver.host {
                let with_port = with_port(host, receiver.transport);
                *host = with_port.ok_or(ConfigError::Host { index })?;
            }
            can_be_written(receiver).map_err(|error| ConfigError::Receiver { index, error })?;
            if let Some(registration) = &receiver.registration {
                let setting = "registration.interval";
                if registration.interval < Duration::from_secs(1) {
                    return Err(ConfigError::Zero { setting });
                }
                if registration.interval > LONGEST {
                    return Err(ConfigError::TooLong { setting });
                }
            }
        }
        Ok(())
    }
}

/// A host with its port, the usual one of the transport (SCAIP reference 5.3) if it has none; `None`
/// when it is neither name nor address.
fn with_port(host: &str, transport: Transport) -> Option<String> {
    let usual: u16 = match transport {
        Transport::Udp | Transport::Tcp => 5060,
        Transport::Tls => 5061,
    };
    if host.parse::<Ipv6Addr>().is_ok() {
        return Some(format!("[{host}]:{usual}"));
    }
    let (name, port) = match host.rsplit_once(':') {
        Some((name, port)) if !port.ends_with(']') => (name, port.parse().ok()?),
        _ => (host, usual),
    };
    let bare = name
        .strip_prefix('[')
        .and_then(|name| name.strip_suffix(']'));
    let good = match bare {
        Some(address) => address.parse::<Ipv6Addr>().is_ok(),
        None => {
            !name.is_empty()
                && !name
                    .contains(|c: char| c.is_whitespace() || c.is_control() || ":/@[]".contains(c))
        }
    };
    (good && port != 0).then(|| format!("{name}:{port}"))
}

/// `scaip:` and `scaips:`, with two slashes or without, as they are written (SCAIP reference 5.3):
/// a digest answer names the URI letter by letter.
fn as_sip(account: &str) -> String {
    let (scheme, rest) = account.split_once(':').unwrap_or(("", account));
    let rest = rest.strip_prefix("//").unwrap_or(rest);
    match scheme.to_ascii_lowercase().as_str() {
        "scaip" => format!("sip:{rest}"),
        "scaips" => format!("sips:{rest}"),
        _ => account.to_owned(),
    }
}

/// Writes a request to this receiver for trial, so that a mistake shows before an alarm does.
fn can_be_written(receiver: &ReceiverAddress) -> Result<(), WriteError> {
    let controller = receiver.registration.as_ref();
    let controller = controller.map_or("0", |registration| registration.controller_id.as_str());
    let head = RequestHead {
        method: Method::Message,
        path: &Path::udp(receiver.address, receiver.address),
        branch: b"z9hG4bK0",
        request_uri: &receiver.account,
        to: &receiver.account,
        from: &from(controller, &receiver.domain),
        from_tag: b"0",
        call_id: b"0",
        cseq: 1,
        headers: &[],
        content_type: "application/scaip+xml",
    };
    write_request(&mut Vec::new(), &head, b"")?;
    if receiver.domain.is_empty() {
        return Err(WriteError::BadUri {
            field: sip::HeaderName::From,
        });
    }
    Ok(())
}

/// Our From: the `cid` at the receiver's domain. A unit may name itself by anything at all; what
/// cannot be the user of a URI is escaped (RFC 3261 25.1).
pub(super) fn from(controller: &str, domain: &str) -> String {
    let mut out = String::with_capacity(controller.len() + domain.len() + 5);
    out.push_str("sip:");
    for byte in controller.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.!~*'()&=+$,".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push('%');
            out.push(hexadecimal_digit(byte >> 4));
            out.push(hexadecimal_digit(byte & 15));
        }
    }
    out.push('@');
    out.push_str(domain);
    out
}

fn hexadecimal_digit(value: u8) -> char {
    char::from_digit(u32::from(value), 16).map_or('0', |digit| digit.to_ascii_uppercase())
}

/// Whether the user of a URI, escaped or not, is this `cid`.
pub(super) fn is_user(user: &[u8], controller: &str) -> bool {
    let mut user = user.iter().copied();
    let mut wanted = controller.bytes();
    loop {
        let byte = match user.next() {
            Some(b'%') => {
                let mut digit = || char::from(user.next()?).to_digit(16);
                let value = digit().zip(digit()).map(|(high, low)| high * 16 + low);
                value.and_then(|value| u8::try_from(value).ok())
            }
            other => other,
        };
        match (byte, wanted.next()) {
            (None, None) => return true,
            (Some(byte), Some(other)) if byte == other => {}
            _ => return false,
        }
    }
}

/// Why there is no sender with these settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// Nobody to send to.
    #[error("no receiver")]
    NoReceiver,
    /// More receivers than can be kept track of.
    #[error("more than {limit} receivers")]
    TooManyReceivers {
        /// The limit.
        limit: usize,
    },
    /// A wait below 1 ms, or a capacity of zero.
    #[error("{setting} is zero")]
    Zero {
        /// The field of the settings.
        setting: &'static str,
    },
    /// A wait above 24 hours.
    #[error("{setting} is longer than 24 hours")]
    TooLong {
        /// The field of the settings.
        setting: &'static str,
    },
    /// The account or domain of a receiver cannot be written.
    #[error("receiver {index}: {error}")]
    Receiver {
        /// Its place in the list, from 0.
        index: usize,
        /// Why.
        error: WriteError,
    },
    /// The host of a receiver is neither a name nor an address, or its port is none.
    #[error("receiver {index}: not a host name with a port")]
    Host {
        /// Its place in the list, from 0.
        index: usize,
    },
    /// A setting of the SIP layer.
    #[error(transparent)]
    Endpoint(#[from] sip::ConfigError),
}
