//! What a station is on its line (ESPA reference 3.1).

use alloc::vec;
use alloc::vec::Vec;

use crate::address::Address;

/// What a station is on its line: its address, whether it owns the line, and whom it calls.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Role {
    pub(crate) address: Address,
    pub(crate) control: bool,
    pub(crate) listener: bool,
    pub(crate) stations: Vec<Address>,
}

impl Role {
    /// The most stations of a control station.
    pub const MOST_STATIONS: usize = 32;

    /// The pager side, `'2'`: takes calls, and sends status to `'1'` when polled.
    #[must_use]
    pub fn receiver() -> Self {
        Role {
            address: Address::RECEIVER,
            control: false,
            listener: false,
            stations: vec![Address::CALLER],
        }
    }

    /// The panel side, `'1'`, which owns the line: calls `'2'`, and polls it when idle.
    #[must_use]
    pub fn caller() -> Self {
        Role {
            control: true,
            ..Role::polled_caller()
        }
    }

    /// The panel side, `'1'`, where the receiver owns the line: calls `'2'` when polled.
    #[must_use]
    pub fn polled_caller() -> Self {
        Role {
            address: Address::CALLER,
            control: false,
            listener: false,
            stations: vec![Address::RECEIVER],
        }
    }

    /// A control station with any number of stations, at most
    /// [`MOST_STATIONS`](Self::MOST_STATIONS), the rest being left out. Also a receiver that polls
    /// its panel.
    #[must_use]
    pub fn control_station(address: Address, stations: &[Address]) -> Self {
        let most = stations.len().min(Self::MOST_STATIONS);
        Role {
            address,
            control: true,
            listener: false,
            stations: stations[..most].to_vec(),
        }
    }

    /// A receiver beside the one that answers: sends not a single byte, whatever the profile says.
    #[must_use]
    pub fn listener() -> Self {
        Role {
            listener: true,
            ..Role::receiver()
        }
    }

    /// The same with another address.
    #[must_use]
    pub const fn with_address(mut self, address: Address) -> Self {
        self.address = address;
        self
    }

    /// The same calling one other station.
    #[must_use]
    pub fn with_remote(mut self, remote: Address) -> Self {
        self.stations = vec![remote];
        self
    }
}
