//! How often devices say that they live (Climax reference 3.1).

use core::time::Duration;

use crate::codes::DeviceTypeCode;
use crate::provenance::Provenance;

const fn minutes(count: u64) -> Duration {
    Duration::from_secs(count * 60)
}

/// The shortest and the longest time between two signs of life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct Interval {
    /// The shortest.
    pub shortest: Duration,
    /// The longest. What is allowed follows from it.
    pub longest: Duration,
}

impl Interval {
    /// From the shortest to the longest; the larger of the two is the longest.
    #[must_use]
    pub fn new(shortest: Duration, longest: Duration) -> Self {
        Self {
            shortest: shortest.min(longest),
            longest: shortest.max(longest),
        }
    }

    const fn fixed(shortest: Duration, longest: Duration) -> Self {
        Self { shortest, longest }
    }
}

/// What a device is, as far as its signs of life go (Climax reference 3.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "kebab-case"))]
#[non_exhaustive]
pub enum DeviceClass {
    /// Door contact, motion sensor, keypad, siren, panic button, talking pendant: 30 to 50 min.
    Common,
    /// Newer door contacts and camera sensors: 90 to 110 min.
    NewerContactOrCamera,
    /// Some camera sensors, one repeater: 15 to 18 min.
    QuickCameraOrRepeater,
    /// Router, one-way: 30 to 50 min.
    RouterOneWay,
    /// Router, two-way: 90 to 120 min.
    RouterTwoWay,
    /// Wandering door contact: 30 to 50 min. Its two motion zones and its contact report each on
    /// its own: declare three devices.
    WanderingDoorContact,
    /// Fall sensor, wall-mounted fall sensor, geo transmitter: 24 h, and 12 h when the battery is
    /// low.
    FallOrGeo,
    /// Room sensor: 10 or 30 min, with readings.
    RoomSensor,
    /// Wrist transmitter: no sign of life was seen, so its silence means nothing.
    WristTransmitter,
    /// An interval that the user knows.
    Declared(Interval),
    /// Nothing is known of the device, so its silence means nothing.
    #[default]
    NotSupervised,
}

impl DeviceClass {
    /// The time between two signs of life; `None` when the class is not supervised.
    ///
    /// ```
    /// use std::time::Duration;
    /// use climax_rf::events::supervision::DeviceClass;
    ///
    /// let interval = DeviceClass::Common.interval(false).ok_or("supervised")?;
    /// assert_eq!(interval.longest, Duration::from_secs(50 * 60));
    /// assert_eq!(DeviceClass::WristTransmitter.interval(false), None);
    /// # Ok::<(), &str>(())
    /// ```
    #[must_use]
    pub const fn interval(self, battery_low: bool) -> Option<Interval> {
        Some(match self {
            Self::Common | Self::RouterOneWay | Self::WanderingDoorContact => {
                Interval::fixed(minutes(30), minutes(50))
            }
            Self::NewerContactOrCamera => Interval::fixed(minutes(90), minutes(110)),
            Self::QuickCameraOrRepeater => Interval::fixed(minutes(15), minutes(18)),
            Self::RouterTwoWay => Interval::fixed(minutes(90), minutes(120)),
            Self::FallOrGeo if battery_low => Interval::fixed(minutes(720), minutes(720)),
            Self::FallOrGeo => Interval::fixed(minutes(1440), minutes(1440)),
            Self::RoomSensor => Interval::fixed(minutes(10), minutes(30)),
            Self::Declared(interval) => interval,
            Self::WristTransmitter | Self::NotSupervised => return None,
        })
    }

    /// How long a device of the class may be silent: 2.5 times its longest interval, which is a
    /// recommendation and not a fact (Climax reference 3.1). `None` when the class is not
    /// supervised.
    #[must_use]
    pub fn allowance(self, battery_low: bool) -> Option<Duration> {
        let longest = self.interval(battery_low)?.longest;
        Some(longest.saturating_mul(5) / 2)
    }

    /// How the interval came to be known; `None` for a class of which nothing is known.
    #[must_use]
    pub const fn provenance(self) -> Option<Provenance> {
        match self {
            Self::Common => Some(Provenance::Confirmed),
            Self::Declared(_) => Some(Provenance::User),
            Self::NotSupervised => None,
            _ => Some(Provenance::SingleSource),
        }
    }

    /// The class to begin with for a device type of a panel: a choice, to be overruled by who
    /// knows the model.
    ///
    /// Contacts and motion sensors count as [`Common`](Self::Common); of a newer model, which
    /// reports less often, one missing sign of life is then enough. Types of which the reference
    /// says nothing, and transmitters worn on the body, are not supervised.
    #[must_use]
    pub const fn of_type(device_type: DeviceTypeCode) -> Self {
        match device_type.0 {
            4 | 6 | 7 | 9 | 17 | 23 | 37 | 45 | 46 => Self::Common,
            21 => Self::WristTransmitter,
            27 => Self::NewerContactOrCamera,
            54 => Self::RoomSensor,
            _ => Self::NotSupervised,
        }
    }
}

/// Automatic check-ins of an account: event 602 at a chosen period (Climax reference 5.6).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct CheckIn {
    /// The period set in the panel.
    pub period: Duration,
    /// How many periods may be missed; the line is lost with this one. Default 3 (one source).
    pub missed: u32,
}

impl CheckIn {
    /// This period, lost after three.
    #[must_use]
    pub const fn new(period: Duration) -> Self {
        Self { period, missed: 3 }
    }

    /// How long the account may be silent.
    #[must_use]
    pub const fn allowance(self) -> Duration {
        self.period.saturating_mul(self.missed)
    }
}

/// Who is supervised, and how.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum Watch {
    /// A device by its own signs of life.
    Device(DeviceClass),
    /// The line of an account by its check-ins.
    Line(CheckIn),
}

impl Watch {
    /// How long it may be silent; `None` when silence means nothing.
    #[must_use]
    pub fn allowance(self, battery_low: bool) -> Option<Duration> {
        match self {
            Self::Device(class) => class.allowance(battery_low),
            Self::Line(check_in) => Some(check_in.allowance()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: Duration = minutes(60);

    #[test]
    fn allowances_are_two_and_a_half_longest_intervals() {
        use DeviceClass::*;
        for (class, low, expected) in [
            (Common, false, Some(minutes(125))),
            (NewerContactOrCamera, false, Some(minutes(275))),
            (QuickCameraOrRepeater, false, Some(minutes(45))),
            (RouterOneWay, true, Some(minutes(125))),
            (RouterTwoWay, false, Some(minutes(300))),
            (WanderingDoorContact, false, Some(minutes(125))),
            (FallOrGeo, false, Some(60 * HOUR)),
            (FallOrGeo, true, Some(30 * HOUR)),
            (RoomSensor, false, Some(minutes(75))),
            (WristTransmitter, false, None),
            (NotSupervised, false, None),
        ] {
            assert_eq!(class.allowance(low), expected, "{class:?}");
        }
        let declared = Declared(Interval::new(minutes(20), minutes(4)));
        assert_eq!(declared.allowance(false), Some(minutes(50)));
        assert_eq!(
            DeviceClass::of_type(DeviceTypeCode(999)),
            DeviceClass::NotSupervised
        );
    }

    #[test]
    fn a_line_is_lost_after_three_periods() {
        assert_eq!(CheckIn::new(HOUR).allowance(), 3 * HOUR);
    }
}
