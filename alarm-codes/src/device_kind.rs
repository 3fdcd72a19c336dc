//! Kinds of devices (taxonomy reference section 11).

use crate::names::names;

names! {
    /// What kind of device reported (taxonomy reference section 11).
    ///
    /// SCAIP device types without a kind of their own (0022, 0035 to 0039, 0042, 0049 and whatever
    /// comes later) have no value here: keep the number in the event's `kind_code`.
    #[non_exhaustive]
    pub enum DeviceKind ("device kind") {
        /// Home unit with a button of its own.
        BaseUnit = "base_unit",
        /// Pendant or wrist button.
        PersonalTrigger = "personal_trigger",
        /// Button on the wall.
        FixedTrigger = "fixed_trigger",
        /// Cord to pull.
        PullCord = "pull_cord",
        /// Panic button.
        PanicButton = "panic_button",
        /// Assault trigger of staff.
        AttackTrigger = "attack_trigger",
        /// Fall detector.
        FallDetector = "fall_detector",
        /// Worn detector for lying still.
        ManDownDetector = "man_down_detector",
        /// Motion or activity detector.
        ActivityDetector = "activity_detector",
        /// Detector of presence.
        OccupancyDetector = "occupancy_detector",
        /// Bed monitor.
        BedMonitor = "bed_monitor",
        /// Sensor mat.
        Mat = "mat",
        /// Chair monitor.
        ChairMonitor = "chair_monitor",
        /// Wandering sensor.
        WanderingSensor = "wandering_sensor",
        /// Door contact.
        DoorSensor = "door_sensor",
        /// Enuresis detector.
        EnuresisDetector = "enuresis_detector",
        /// Epilepsy detector.
        EpilepsyDetector = "epilepsy_detector",
        /// Heart rate monitor.
        HeartRateMonitor = "heart_rate_monitor",
        /// Medicine dispenser.
        MedicineDispenser = "medicine_dispenser",
        /// Smoke detector.
        SmokeDetector = "smoke_detector",
        /// Heat detector.
        HeatDetector = "heat_detector",
        /// Fire alarm system.
        FireSystem = "fire_system",
        /// Gas detector.
        GasDetector = "gas_detector",
        /// Carbon monoxide detector.
        CoDetector = "co_detector",
        /// Flood detector.
        FloodDetector = "flood_detector",
        /// Bath sensor.
        BathSensor = "bath_sensor",
        /// Environmental monitor.
        EnvironmentMonitor = "environment_monitor",
        /// Heating system monitor.
        HeatingMonitor = "heating_monitor",
        /// Intruder detector.
        IntruderDetector = "intruder_detector",
        /// Switch against unwanted callers at the door.
        BogusCaller = "bogus_caller",
        /// Boundary detector.
        Boundary = "boundary",
        /// Lock or access controller.
        AccessController = "access_controller",
        /// Located device.
        TrackingDevice = "tracking_device",
        /// Power supply.
        PowerSupply = "power_supply",
        /// Radio unit.
        RadioUnit = "radio_unit",
        /// Router.
        Router = "router",
        /// Communication link monitor.
        LinkMonitor = "link_monitor",
        /// System monitor.
        SystemMonitor = "system_monitor",
        /// Controller of a grouped system.
        Controller = "controller",
        /// Switch by which a supervisor goes on or off duty.
        DutySwitch = "duty_switch",
        /// Lift alarm unit.
        ElevatorUnit = "elevator_unit",
        /// The sender says that it does not know.
        Unknown = "unknown",
        /// The sender says that it is none of the list.
        Undefined = "undefined",
    }
}

impl DeviceKind {
    /// The SCAIP device types, the usual one first. Empty for none.
    ///
    /// A pull cord shares 0004 with the fixed trigger, so it does not come back from SCAIP.
    #[must_use]
    pub const fn scaip_device_types(self) -> &'static [u32] {
        match self {
            Self::BaseUnit => &[2, 48],
            Self::PersonalTrigger => &[3],
            Self::FixedTrigger | Self::PullCord => &[4],
            Self::PanicButton => &[7],
            Self::AttackTrigger => &[6],
            Self::FallDetector => &[5],
            Self::ManDownDetector => &[30],
            Self::ActivityDetector => &[10],
            Self::OccupancyDetector => &[18],
            Self::BedMonitor => &[12],
            Self::Mat => &[13],
            Self::ChairMonitor => &[44],
            Self::WanderingSensor => &[15],
            Self::DoorSensor => &[14],
            Self::EnuresisDetector => &[16],
            Self::EpilepsyDetector => &[17],
            Self::HeartRateMonitor => &[19],
            Self::MedicineDispenser => &[11],
            Self::SmokeDetector => &[23],
            Self::HeatDetector => &[25],
            Self::FireSystem => &[47],
            Self::GasDetector => &[21],
            Self::CoDetector => &[26],
            Self::FloodDetector => &[33],
            Self::BathSensor => &[34],
            Self::EnvironmentMonitor => &[20],
            Self::HeatingMonitor => &[24],
            Self::IntruderDetector => &[28],
            Self::BogusCaller => &[27],
            Self::Boundary => &[29],
            Self::AccessController => &[43],
            Self::TrackingDevice => &[51],
            Self::PowerSupply => &[41],
            Self::RadioUnit => &[50],
            Self::Router => &[40],
            Self::LinkMonitor => &[32],
            Self::SystemMonitor => &[31],
            Self::Controller => &[45],
            Self::DutySwitch => &[8, 9],
            Self::ElevatorUnit => &[46],
            Self::Unknown => &[0],
            Self::Undefined => &[1],
        }
    }

    /// The kind of a SCAIP device type; 0004 is a fixed trigger.
    #[must_use]
    pub fn from_scaip(device_type: u32) -> Option<Self> {
        Self::ALL
            .iter()
            .copied()
            .find(|kind| kind.scaip_device_types().contains(&device_type))
    }

    /// The sensor class of ISO/IEEE 11073-10471, where the reference pairs one without a question mark.
    #[must_use]
    pub const fn ieee_11073_10471(self) -> Option<u16> {
        Some(match self {
            Self::FallDetector => 1,
            Self::BaseUnit | Self::PersonalTrigger | Self::FixedTrigger | Self::PullCord => 2,
            Self::SmokeDetector => 3,
            Self::CoDetector => 4,
            Self::FloodDetector | Self::BathSensor => 5,
            Self::GasDetector => 6,
            Self::ActivityDetector => 7,
            Self::WanderingSensor => 8,
            Self::EnuresisDetector => 9,
            Self::DoorSensor => 10,
            Self::BedMonitor | Self::Mat | Self::ChairMonitor => 11,
            Self::MedicineDispenser => 13,
            Self::HeatDetector | Self::EnvironmentMonitor | Self::HeatingMonitor => 14,
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scaip_device_types_come_back_as_the_same_kind_except_the_pull_cord() {
        for &kind in DeviceKind::ALL {
            for &dty in kind.scaip_device_types() {
                let back = DeviceKind::from_scaip(dty).unwrap();
                if kind == DeviceKind::PullCord {
                    assert_eq!(back, DeviceKind::FixedTrigger);
                } else {
                    assert_eq!(back, kind);
                }
            }
        }
        assert_eq!(DeviceKind::from_scaip(42), None);
        assert_eq!(DeviceKind::from_scaip(70_000), None);
    }
}
