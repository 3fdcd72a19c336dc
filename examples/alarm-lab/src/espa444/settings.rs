//! What a station of a line is set to.

use std::time::Duration;

use espa444::driver::tcp::relaxed;
use espa444::{Address, Profile, Role};

use super::fault::{Fault, FaultRate, Station};

/// The TCP port where nobody says: none is assigned to the protocol, one product uses this in its
/// examples (ESPA reference 1.2).
pub const DEFAULT_PORT: u16 = 2023;

/// Calls that may wait in a simulated panel.
const QUEUE_CALLS: usize = 64;

/// What a simulated station is set to.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct LineSettings {
    /// The dialect, with timers and serial settings.
    pub profile: Profile,
    /// Own address; `None`: `'1'` for a panel, `'2'` for a pager.
    pub address: Option<Address>,
    /// The address of the other side; `None`: the other of the two.
    pub remote: Option<Address>,
    /// Whether the panel owns the line, as usual, or the pager.
    pub panel_controls: bool,
    /// What it does wrong.
    pub faults: Vec<FaultRate>,
    /// How late [`Fault::LateAnswer`] is; 5 s.
    pub late_by: Duration,
    /// Decides when faults with a rate show.
    pub seed: u64,
}

/// Faults that cannot be shown as asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SettingsError {
    /// A fault of the other side.
    #[error("{} is a fault of the {}", .0.name(), .0.sides())]
    OtherSide(Fault),
    /// A fault in blocks, and the pager sends none.
    #[error("{} is a fault in blocks, and a pager sends blocks only as status: add --status", .0.name())]
    NoBlocks(Fault),
}

impl LineSettings {
    /// A station of a profile without faults, the panel owning the line.
    #[must_use]
    pub fn new(profile: &Profile) -> Self {
        LineSettings {
            profile: *profile,
            address: None,
            remote: None,
            panel_controls: true,
            faults: Vec::new(),
            late_by: Duration::from_secs(5),
            seed: 1,
        }
    }

    /// The same over TCP: timers relaxed, no character times (ESPA reference 5).
    #[must_use]
    pub fn over_tcp(mut self) -> Self {
        self.profile = relaxed(&self.profile);
        self
    }

    /// The waits for answers to polls, selects and blocks, all of this length.
    pub fn set_answer_time(&mut self, time: Duration) {
        let timers = &mut self.profile.timers;
        timers.poll_answer = time;
        timers.select_answer = time;
        timers.block_answer = time;
    }

    /// The wait after a failed call; it does not grow from call to call.
    pub fn set_retry(&mut self, time: Duration) {
        let timers = &mut self.profile.timers;
        timers.retry = time;
        timers.longest_retry = time;
    }

    /// Whether the faults fit the side.
    ///
    /// # Errors
    ///
    /// [`SettingsError`] about the first that does not.
    pub fn check(&self, station: Station, sends_blocks: bool) -> Result<(), SettingsError> {
        for FaultRate { fault, .. } in self.faults.iter().copied() {
            if !fault.fits(station) {
                return Err(SettingsError::OtherSide(fault));
            }
            if fault.is_in_blocks() && !sends_blocks {
                return Err(SettingsError::NoBlocks(fault));
            }
        }
        Ok(())
    }

    /// Own address, after [`Fault::WrongAddress`].
    #[must_use]
    pub fn own_address(&self, station: Station) -> Address {
        let own = self.address.unwrap_or(match station {
            Station::Panel => Address::CALLER,
            Station::Pager => Address::RECEIVER,
        });
        match station {
            Station::Pager if self.is_elsewhere() => elsewhere(own),
            _ => own,
        }
    }

    /// The address of the other side, after [`Fault::WrongAddress`].
    #[must_use]
    pub fn remote_address(&self, station: Station) -> Address {
        let remote = self.remote.unwrap_or(match station {
            Station::Panel => Address::RECEIVER,
            Station::Pager => Address::CALLER,
        });
        match station {
            Station::Panel if self.is_elsewhere() => elsewhere(remote),
            _ => remote,
        }
    }

    fn is_elsewhere(&self) -> bool {
        let wrong = FaultRate::always(Fault::WrongAddress);
        self.faults.contains(&wrong)
    }

    pub(super) fn role(&self, station: Station) -> Role {
        let controls = self.panel_controls == matches!(station, Station::Panel);
        let (own, remote) = (self.own_address(station), self.remote_address(station));
        if controls {
            return Role::control_station(own, &[remote]);
        }
        let role = match station {
            Station::Panel => Role::polled_caller(),
            Station::Pager => Role::receiver(),
        };
        role.with_address(own).with_remote(remote)
    }

    /// The profile of a panel that gives a call up after so many transactions, and holds more
    /// calls than a link on a small device does.
    pub(super) fn panel_profile(&self, transactions: u32) -> Profile {
        let mut profile = self.profile;
        profile.sending.give_up_after = Some(transactions.max(1));
        profile.sending.queue_calls = QUEUE_CALLS;
        profile.sending.queue_bytes = QUEUE_CALLS * profile.encode.limits.block;
        profile
    }
}

/// Another address: the next digit but two, so that it is none of a line with two stations.
fn elsewhere(address: Address) -> Address {
    match address.as_bytes() {
        [digit @ b'0'..=b'9'] => Address::new(&[b'0' + (digit - b'0' + 2) % 10]).unwrap_or(address),
        _ => Address::new(b"0").unwrap_or(address),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_that_do_not_fit_are_named() {
        let mut settings = LineSettings::new(&Profile::FIELD);
        settings.faults = vec![FaultRate::always(Fault::BadBcc)];
        assert_eq!(settings.check(Station::Panel, true), Ok(()));
        let error = settings.check(Station::Pager, false).unwrap_err();
        assert!(error.to_string().contains("--status"));
        settings.faults = vec![FaultRate::always(Fault::Nak)];
        let error = settings.check(Station::Panel, true).unwrap_err();
        assert_eq!(error.to_string(), "nak is a fault of the pager");
    }

    #[test]
    fn a_wrong_address_is_that_of_no_station() {
        let mut settings = LineSettings::new(&Profile::FIELD);
        settings.faults = vec![FaultRate::always(Fault::WrongAddress)];
        assert_eq!(settings.own_address(Station::Pager).as_str(), "4");
        assert_eq!(settings.own_address(Station::Panel).as_str(), "1");
        assert_eq!(settings.remote_address(Station::Panel).as_str(), "4");
    }
}
