//! How long frames are on the air, and how often the rules of the bands allow them (Climax
//! reference 1.2). For planning and for judging what is heard: this crate transmits nothing.

use core::time::Duration;

use super::family::Family;
use crate::provenance::Provenance;

/// The part of an hour that a transmitter may be on the air.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct DutyCycle {
    per_mille: u16,
}

impl DutyCycle {
    /// 0.1 %: social alarms.
    pub const TENTH_PERCENT: DutyCycle = DutyCycle { per_mille: 1 };
    /// 1 %.
    pub const ONE_PERCENT: DutyCycle = DutyCycle { per_mille: 10 };
    /// 10 %.
    pub const TEN_PERCENT: DutyCycle = DutyCycle { per_mille: 100 };

    /// In thousandths; more than 1000 counts as 1000.
    #[must_use]
    pub const fn from_per_mille(per_mille: u16) -> Self {
        let per_mille = if per_mille > 1000 { 1000 } else { per_mille };
        DutyCycle { per_mille }
    }

    /// In thousandths.
    #[must_use]
    pub const fn per_mille(self) -> u16 {
        self.per_mille
    }

    /// Time on the air in an hour: 3.6 s at 0.1 %.
    #[must_use]
    pub const fn per_hour(self) -> Duration {
        Duration::from_millis(3600 * self.per_mille as u64)
    }

    /// Whole transmissions of `air_time` that an hour has room for; `None` when they take no time.
    ///
    /// ```
    /// use climax_rf::f1::Family;
    /// use climax_rf::f1::duty_cycle::{DutyCycle, burst_air_time};
    ///
    /// let burst = burst_air_time(&Family::F1, 10);
    /// assert_eq!(burst.as_micros(), 100_800);
    /// assert_eq!(DutyCycle::TENTH_PERCENT.transmissions_per_hour(burst), Some(35));
    /// assert_eq!(DutyCycle::ONE_PERCENT.transmissions_per_hour(burst), Some(357));
    /// ```
    #[must_use]
    pub fn transmissions_per_hour(self, air_time: Duration) -> Option<u64> {
        let number = self
            .per_hour()
            .as_nanos()
            .checked_div(air_time.as_nanos())?;
        u64::try_from(number).ok()
    }
}

/// How long a frame with a payload of `length` bytes is on the air: 16.8 ms for F1 and 10 bytes.
#[must_use]
pub fn frame_air_time(family: &Family, length: u8) -> Duration {
    let bits = u64::from(family.frame_bits(length));
    // At most 2800 bits, and the rate of a family is not zero.
    Duration::from_nanos(bits * 1_000_000_000 / u64::from(family.declaration().bit_rate.max(1)))
}

/// How long a burst of six such frames is on the air, the pauses left out: 100.8 ms.
#[must_use]
pub fn burst_air_time(family: &Family, length: u8) -> Duration {
    frame_air_time(family, length) * u32::from(super::bursts::COPIES)
}

/// A band and its rules: CEPT ERC/REC 70-03, annex 10.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Band {
    /// The lower edge in kHz.
    pub from_khz: u32,
    /// The upper edge in kHz.
    pub to_khz: u32,
    /// Effective radiated power in mW.
    pub power_mw: u16,
    /// Time on the air.
    pub duty_cycle: DutyCycle,
    /// The channel width in kHz.
    pub channel_khz: u16,
    /// What it is for.
    pub band_use: BandUse,
}

/// What a band is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum BandUse {
    /// Alarms of any kind.
    Alarms,
    /// Social alarms.
    SocialAlarms,
}

impl Band {
    /// The alarm bands, in order of frequency.
    pub const ALL: &'static [Band] = &[
        Band::new(
            868_600,
            868_700,
            10,
            DutyCycle::ONE_PERCENT,
            BandUse::Alarms,
        ),
        Band::SOCIAL_ALARM,
        Band::new(
            869_250,
            869_300,
            10,
            DutyCycle::TENTH_PERCENT,
            BandUse::Alarms,
        ),
        Band::new(
            869_300,
            869_400,
            10,
            DutyCycle::ONE_PERCENT,
            BandUse::Alarms,
        ),
        Band::new(
            869_650,
            869_700,
            25,
            DutyCycle::TEN_PERCENT,
            BandUse::Alarms,
        ),
    ];

    /// 869.200 to 869.250 MHz.
    pub const SOCIAL_ALARM: Band = Band::new(
        869_200,
        869_250,
        10,
        DutyCycle::TENTH_PERCENT,
        BandUse::SocialAlarms,
    );

    const fn new(
        from_khz: u32,
        to_khz: u32,
        power_mw: u16,
        duty_cycle: DutyCycle,
        band_use: BandUse,
    ) -> Self {
        Band {
            from_khz,
            to_khz,
            power_mw,
            duty_cycle,
            channel_khz: 25,
            band_use,
        }
    }

    /// The band that a frequency in hertz is in. On an edge it is the upper one.
    #[must_use]
    pub fn at(hertz: u32) -> Option<&'static Band> {
        Band::ALL
            .iter()
            .rev()
            .find(|band| (band.from_khz * 1000..=band.to_khz * 1000).contains(&hertz))
    }

    /// [`Provenance::Standard`]: not the maker.
    #[must_use]
    pub const fn provenance(&self) -> Provenance {
        Provenance::Standard
    }
}
