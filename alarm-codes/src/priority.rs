//! Priorities and what other systems call them.

use crate::names::names;

names! {
    /// How urgent an event is, in ascending order (taxonomy reference section 4).
    ///
    /// The names of the levels are this taxonomy's own; the pairing with other systems is a
    /// proposal, and [`Equivalent::lossy`] marks the pairs that do not come back as they went.
    pub enum Priority ("priority") {
        /// Log only.
        Info = "info",
        /// Plan an action.
        Low = "low",
        /// Attention during the shift.
        Medium = "medium",
        /// A person needs help now.
        High = "high",
        /// Life threat presumed.
        Critical = "critical",
    }
}

/// A value of another system, and whether the way back leads to another priority.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Equivalent<T> {
    /// The other system's value.
    pub value: T,
    /// True when several priorities share this value and this one is not the one it decodes to.
    pub lossy: bool,
}

const fn exact<T: Copy>(value: T) -> Equivalent<T> {
    Equivalent {
        value,
        lossy: false,
    }
}

const fn lossy<T: Copy>(value: T) -> Equivalent<T> {
    Equivalent { value, lossy: true }
}

names! {
    /// Severity of a VKP alert; [`VkpSeverity::code`] gives the number.
    pub enum VkpSeverity ("VKP severity") {
        /// Code 0, not reported.
        IkkeRapportert = "ikke rapportert",
        /// Code 10.
        Normal = "normal",
        /// Code 20.
        Moderat = "moderat",
        /// Code 30.
        Alvorlig = "alvorlig",
        /// Code 40.
        Kritisk = "kritisk",
    }
}

impl VkpSeverity {
    /// The number of the code list: 0, 10, 20, 30 or 40.
    #[must_use]
    pub const fn code(self) -> u8 {
        match self {
            Self::IkkeRapportert => 0,
            Self::Normal => 10,
            Self::Moderat => 20,
            Self::Alvorlig => 30,
            Self::Kritisk => 40,
        }
    }

    /// The severity of a number, if the code list holds it.
    #[must_use]
    pub const fn from_code(code: u8) -> Option<Self> {
        match code {
            0 => Some(Self::IkkeRapportert),
            10 => Some(Self::Normal),
            20 => Some(Self::Moderat),
            30 => Some(Self::Alvorlig),
            40 => Some(Self::Kritisk),
            _ => None,
        }
    }
}

names! {
    /// Alarm priority of IHE ACM and ISO/IEEE 11073.
    pub enum IhePriority ("IHE ACM priority") {
        /// No alarm.
        None = "PN",
        /// Low.
        Low = "PL",
        /// Medium.
        Medium = "PM",
        /// High.
        High = "PH",
    }
}

names! {
    /// Priority of the FHIR R6 DeviceAlert (a ballot version).
    pub enum DeviceAlertPriority ("DeviceAlert priority") {
        /// Information.
        Info = "info",
        /// Low.
        Low = "low",
        /// Medium.
        Medium = "medium",
        /// High.
        High = "high",
    }
}

names! {
    /// Severity of the Common Alerting Protocol.
    pub enum CapSeverity ("CAP severity") {
        /// Severity not known.
        Unknown = "Unknown",
        /// Little threat.
        Minor = "Minor",
        /// Possible threat.
        Moderate = "Moderate",
        /// Significant threat.
        Severe = "Severe",
        /// Extraordinary threat.
        Extreme = "Extreme",
    }
}

names! {
    /// Priority of an ESPA 4.4.4 call; [`EspaPriority::code`] gives the digit.
    pub enum EspaPriority ("ESPA priority") {
        /// Digit 1.
        Alarm = "alarm",
        /// Digit 2.
        High = "high",
        /// Digit 3.
        Normal = "normal",
    }
}

impl EspaPriority {
    /// The digit of the record: 1, 2 or 3.
    #[must_use]
    pub const fn code(self) -> u8 {
        match self {
            Self::Alarm => 1,
            Self::High => 2,
            Self::Normal => 3,
        }
    }

    /// The priority of a digit.
    #[must_use]
    pub const fn from_code(code: u8) -> Option<Self> {
        match code {
            1 => Some(Self::Alarm),
            2 => Some(Self::High),
            3 => Some(Self::Normal),
            _ => None,
        }
    }
}

impl Priority {
    /// The VKP severity; exact both ways.
    #[must_use]
    pub const fn vkp_severity(self) -> Equivalent<VkpSeverity> {
        exact(match self {
            Self::Critical => VkpSeverity::Kritisk,
            Self::High => VkpSeverity::Alvorlig,
            Self::Medium => VkpSeverity::Moderat,
            Self::Low => VkpSeverity::Normal,
            Self::Info => VkpSeverity::IkkeRapportert,
        })
    }

    /// The priority of a VKP severity.
    #[must_use]
    pub const fn from_vkp_severity(severity: VkpSeverity) -> Self {
        match severity {
            VkpSeverity::Kritisk => Self::Critical,
            VkpSeverity::Alvorlig => Self::High,
            VkpSeverity::Moderat => Self::Medium,
            VkpSeverity::Normal => Self::Low,
            VkpSeverity::IkkeRapportert => Self::Info,
        }
    }

    /// The IHE ACM priority. High shares PH with critical and is lossy.
    #[must_use]
    pub const fn ihe_acm(self) -> Equivalent<IhePriority> {
        match self {
            Self::Critical => exact(IhePriority::High),
            Self::High => lossy(IhePriority::High),
            Self::Medium => exact(IhePriority::Medium),
            Self::Low => exact(IhePriority::Low),
            Self::Info => exact(IhePriority::None),
        }
    }

    /// The priority of an IHE ACM priority; PH counts as critical.
    #[must_use]
    pub const fn from_ihe_acm(priority: IhePriority) -> Self {
        match priority {
            IhePriority::High => Self::Critical,
            IhePriority::Medium => Self::Medium,
            IhePriority::Low => Self::Low,
            IhePriority::None => Self::Info,
        }
    }

    /// The priority of a FHIR R6 DeviceAlert. Critical becomes high and is lossy.
    #[must_use]
    pub const fn device_alert(self) -> Equivalent<DeviceAlertPriority> {
        match self {
            Self::Critical => lossy(DeviceAlertPriority::High),
            Self::High => exact(DeviceAlertPriority::High),
            Self::Medium => exact(DeviceAlertPriority::Medium),
            Self::Low => exact(DeviceAlertPriority::Low),
            Self::Info => exact(DeviceAlertPriority::Info),
        }
    }

    /// The priority of a FHIR R6 DeviceAlert priority.
    #[must_use]
    pub const fn from_device_alert(priority: DeviceAlertPriority) -> Self {
        match priority {
            DeviceAlertPriority::High => Self::High,
            DeviceAlertPriority::Medium => Self::Medium,
            DeviceAlertPriority::Low => Self::Low,
            DeviceAlertPriority::Info => Self::Info,
        }
    }

    /// The CAP severity; exact both ways.
    #[must_use]
    pub const fn cap(self) -> Equivalent<CapSeverity> {
        exact(match self {
            Self::Critical => CapSeverity::Extreme,
            Self::High => CapSeverity::Severe,
            Self::Medium => CapSeverity::Moderate,
            Self::Low => CapSeverity::Minor,
            Self::Info => CapSeverity::Unknown,
        })
    }

    /// The priority of a CAP severity.
    ///
    /// CAP writes `Unknown` also when nobody judged the severity: look at the source before
    /// filing such an alert away.
    #[must_use]
    pub const fn from_cap(severity: CapSeverity) -> Self {
        match severity {
            CapSeverity::Extreme => Self::Critical,
            CapSeverity::Severe => Self::High,
            CapSeverity::Moderate => Self::Medium,
            CapSeverity::Minor => Self::Low,
            CapSeverity::Unknown => Self::Info,
        }
    }

    /// The ESPA 4.4.4 priority, or `None` for info, which is not sent. Low becomes normal and is lossy.
    #[must_use]
    pub const fn espa444(self) -> Option<Equivalent<EspaPriority>> {
        match self {
            Self::Critical => Some(exact(EspaPriority::Alarm)),
            Self::High => Some(exact(EspaPriority::High)),
            Self::Medium => Some(exact(EspaPriority::Normal)),
            Self::Low => Some(lossy(EspaPriority::Normal)),
            Self::Info => None,
        }
    }

    /// The priority of an ESPA 4.4.4 priority.
    #[must_use]
    pub const fn from_espa444(priority: EspaPriority) -> Self {
        match priority {
            EspaPriority::Alarm => Self::Critical,
            EspaPriority::High => Self::High,
            EspaPriority::Normal => Self::Medium,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn priorities_are_ordered_by_urgency() {
        assert!(Priority::Critical > Priority::High);
        assert!(Priority::High > Priority::Medium);
        assert!(Priority::Medium > Priority::Low);
        assert!(Priority::Low > Priority::Info);
    }

    #[test]
    fn what_is_not_marked_lossy_comes_back_as_it_went_and_what_is_marked_does_not() {
        for &p in Priority::ALL {
            let pairs = [
                (
                    p.vkp_severity().lossy,
                    Priority::from_vkp_severity(p.vkp_severity().value),
                ),
                (p.ihe_acm().lossy, Priority::from_ihe_acm(p.ihe_acm().value)),
                (
                    p.device_alert().lossy,
                    Priority::from_device_alert(p.device_alert().value),
                ),
                (p.cap().lossy, Priority::from_cap(p.cap().value)),
            ];
            for (lossy, back) in pairs {
                assert_eq!(back != p, lossy, "{p}");
            }
            match p.espa444() {
                Some(e) => assert_eq!(Priority::from_espa444(e.value) != p, e.lossy, "{p}"),
                None => assert_eq!(p, Priority::Info),
            }
        }
    }

    #[test]
    fn numbers_of_other_systems_are_the_published_ones() {
        for &s in VkpSeverity::ALL {
            assert_eq!(VkpSeverity::from_code(s.code()), Some(s));
        }
        for &e in EspaPriority::ALL {
            assert_eq!(EspaPriority::from_code(e.code()), Some(e));
        }
        assert_eq!(Priority::Critical.vkp_severity().value.code(), 40);
        assert_eq!(VkpSeverity::from_code(15), None);
        assert_eq!(EspaPriority::from_code(0), None);
    }
}
