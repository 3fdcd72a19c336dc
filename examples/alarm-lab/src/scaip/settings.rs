//! What a simulated unit sends, where to, and how badly.

use std::net::SocketAddr;
use std::time::Duration;

use scaip::sip::Transport;
use scaip::{CallAddress, ControllerId, DeviceType, EncodeError, Reference, Request, StatusCode};

use super::Fault;
use super::body::write_body;

/// The synthetic controller that simulated alarms come from unless told otherwise.
pub const DEFAULT_CONTROLLER: &str = "40211870";

/// Settings of one simulated unit, or of many alike.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct SenderSettings {
    /// The receiver.
    pub to: SocketAddr,
    /// UDP or TCP.
    pub transport: Transport,
    /// The receiver's account: Request-URI and To. `None` means `sip:alarm@` and the address in
    /// `to`.
    pub account: Option<String>,
    /// What is reported. The reference is replaced in every alarm; units after the first count the
    /// controller identifier upward.
    pub request: Request<'static>,
    /// What the unit does wrong.
    pub faults: Vec<Fault>,
    /// How long to wait for the `mrs`, from the moment the alarm is sent. 20 s by default
    /// (SCAIP reference 10).
    pub timeout: Duration,
    /// Decides which datagrams [`Fault::Lossy`] drops: the same seed, the same draws.
    pub seed: u64,
}

/// Settings that cannot be carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SettingsError {
    /// The fault cannot be shown on the chosen transport.
    #[error(
        "the fault {fault} needs {}: add --transport {}",
        .needs.as_str(), .needs.as_str().to_ascii_lowercase()
    )]
    Transport {
        /// The fault.
        fault: Fault,
        /// The transport it needs.
        needs: Transport,
    },
    /// TLS is not simulated.
    #[error("only UDP and TCP are simulated")]
    Tls,
    /// The request breaks a limit of the protocol.
    #[error("the alarm cannot be written: {0}")]
    Request(#[from] EncodeError),
}

impl SenderSettings {
    /// A manual alarm from a pendant over UDP, with SIP voice and without faults.
    #[must_use]
    pub fn new(to: SocketAddr) -> Self {
        let mut request = Request::new(
            Reference::new("0"),
            ControllerId::new(DEFAULT_CONTROLLER),
            DeviceType::PERSONAL_TRIGGER,
        );
        request.status_code = Some(StatusCode::MANUAL_ALARM);
        request.caller_ids = CallAddress::same_account().into();
        SenderSettings {
            to,
            transport: Transport::Udp,
            account: None,
            request,
            faults: Vec::new(),
            timeout: Duration::from_secs(20),
            seed: 1,
        }
    }

    /// Finds what cannot be carried out before a socket is opened.
    ///
    /// # Errors
    ///
    /// [`SettingsError`].
    pub fn check(&self) -> Result<(), SettingsError> {
        if self.transport == Transport::Tls {
            return Err(SettingsError::Tls);
        }
        for &fault in &self.faults {
            if let Some(needs) = fault.only_on().filter(|&only| only != self.transport) {
                return Err(SettingsError::Transport { fault, needs });
            }
        }
        write_body(&self.request, &self.faults, &mut Vec::new())?;
        Ok(())
    }

    /// Whether the unit has this habit.
    pub(crate) fn has(&self, fault: Fault) -> bool {
        self.faults.contains(&fault)
    }

    /// The controller of unit `index`: the identifier counted upward with its zeros kept, or with
    /// the number behind it when it is no number.
    pub(crate) fn controller(&self, index: usize) -> String {
        let first = self.request.controller_id.as_str();
        if index == 0 {
            return first.to_owned();
        }
        match first.parse::<u64>().ok().and_then(|number| {
            let number = number.checked_add(u64::try_from(index).ok()?)?;
            Some(format!("{number:0width$}", width = first.len()))
        }) {
            Some(next) => next,
            None => format!("{first}{index}"),
        }
    }

    /// Request-URI and To.
    pub(crate) fn account(&self) -> String {
        match &self.account {
            Some(account) => account.clone(),
            None => format!("sip:alarm@{}", host(self.to)),
        }
    }
}

/// The address without port, in brackets when SIP wants them.
fn host(address: SocketAddr) -> String {
    match address {
        SocketAddr::V4(address) => address.ip().to_string(),
        SocketAddr::V6(address) => format!("[{}]", address.ip()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings() -> SenderSettings {
        SenderSettings::new("[::1]:5060".parse().unwrap())
    }

    #[test]
    fn controllers_count_upward_and_keep_their_zeros() {
        let mut settings = settings();
        assert_eq!(settings.controller(0), "40211870");
        assert_eq!(settings.controller(255), "40212125");
        settings.request.controller_id = ControllerId::new("0099");
        assert_eq!(settings.controller(1), "0100");
        settings.request.controller_id = ControllerId::new("unit");
        assert_eq!(settings.controller(2), "unit2");
    }

    #[test]
    fn what_cannot_be_carried_out_is_found_before_sending() {
        let mut settings = settings();
        assert_eq!(settings.check(), Ok(()));
        settings.faults = vec![Fault::SplitTcp];
        let error = settings.check().unwrap_err();
        assert_eq!(
            error.to_string(),
            "the fault split-tcp needs TCP: add --transport tcp"
        );
        settings.faults.clear();
        settings.transport = Transport::Tls;
        assert_eq!(settings.check(), Err(SettingsError::Tls));
        settings.transport = Transport::Tcp;
        settings.request.device_text = Some(scaip::Text::new("x".repeat(33)));
        assert!(matches!(settings.check(), Err(SettingsError::Request(_))));
    }

    #[test]
    fn the_account_is_at_the_receivers_address_unless_given() {
        let mut settings = settings();
        assert_eq!(settings.account(), "sip:alarm@[::1]");
        settings.account = Some("sip:arc@example.net".to_owned());
        assert_eq!(settings.account(), "sip:arc@example.net");
    }
}
