//! The rows of the vendor's table.

use super::{DeviceType, EventType};
use crate::version::UnityVersion;

/// A pair of device type and event that the vendor documents.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Documented {
    /// The type of device.
    pub device: DeviceType,
    /// The vendor's name of the event, for display.
    pub event: &'static str,
    /// The code.
    pub event_type: EventType,
    /// From which version, where the document dates the row.
    pub since: Option<UnityVersion>,
    /// Until which version (excluded); only 917 has one.
    pub before: Option<UnityVersion>,
}

const fn row(device: DeviceType, event: &'static str, code: u32) -> Documented {
    Documented {
        device,
        event,
        event_type: EventType(code),
        since: None,
        before: None,
    }
}

const fn since(version: UnityVersion, row: Documented) -> Documented {
    Documented {
        since: Some(version),
        ..row
    }
}

/// Every documented pair and the one that 6.13.4 replaced.
pub const DOCUMENTED: &[Documented] = &[
    row(DeviceType::EmployeeAlarm, "Mobile assault alarm", 6),
    row(DeviceType::EmployeeAlarm, "Fixed assault alarm", 7),
    row(DeviceType::EmployeeAlarm, "Mobile assistance", 14),
    row(DeviceType::SocialCareAlarm, "Social care alarm", 4),
    row(DeviceType::SocialCareAlarm, "Mobile social care alarm", 11),
    row(DeviceType::MotionDetector, "Wandering", 10),
    row(DeviceType::MotionDetector, "Inactivity", 901),
    row(DeviceType::DoorContact, "Wandering", 10),
    row(DeviceType::DoorContact, "Not Closed", 899),
    row(DeviceType::SmokeFireDetector, "Fire alarm", 47),
    row(DeviceType::FallSensor, "Fall", 906),
    row(DeviceType::WaterSensor, "Incontinence", 907),
    row(DeviceType::WaterSensor, "Water leakage", 910),
    row(DeviceType::SupervisionSensor, "Wandering", 10),
    row(DeviceType::SupervisionSensor, "Out of bed", 12),
    row(DeviceType::SupervisionSensor, "Not stood up", 900),
    row(DeviceType::SupervisionSensor, "Inactivity", 901),
    row(DeviceType::SupervisionSensor, "Low food intake", 905),
    row(DeviceType::SupervisionSensor, "Not in bed", 908),
    row(DeviceType::SupervisionSensor, "Fall", 906),
    row(DeviceType::SupervisionSensor, "Sound level alarm", 903),
    row(DeviceType::SupervisionSensor, "Up in bed", 911),
    row(DeviceType::SupervisionSensor, "Activity", 912),
    row(DeviceType::SupervisionSensor, "Enter room", 913),
    row(DeviceType::SupervisionSensor, "Out of chair", 914),
    row(DeviceType::SupervisionSensor, "Too long gone", 915),
    row(DeviceType::SupervisionSensor, "Absence", 916),
    since(
        UnityVersion::V6_8,
        row(DeviceType::SupervisionSensor, "Respiration rate", 921),
    ),
    since(
        UnityVersion::V6_8,
        row(DeviceType::SupervisionSensor, "Oxygen saturation", 922),
    ),
    row(DeviceType::MultiDetector, "Alarm", 1),
    row(DeviceType::MultiDetector, "High temperature", 8),
    row(DeviceType::MultiDetector, "Low temperature", 9),
    row(DeviceType::MultiDetector, "Sound level alarm", 903),
    row(DeviceType::MultiDetector, "Epilepsy", 904),
    row(DeviceType::MultiDetector, "Stove guard alarm", 909),
    since(
        UnityVersion::V6_13_4,
        row(DeviceType::MedicineDispenser, "Medicine Not Taken", 923),
    ),
    Documented {
        before: Some(UnityVersion::V6_13_4),
        ..row(DeviceType::MedicineDispenser, "Medicine Not Taken", 917)
    },
    row(DeviceType::MedicineDispenser, "Medicines Not Taken", 918),
    row(DeviceType::MedicineDispenser, "Medicine Soon Empty", 919),
    row(DeviceType::MedicineDispenser, "Medicine Empty", 920),
    row(DeviceType::MedicineDispenser, "Medicine Taken", 10014),
    since(
        UnityVersion::V6_11,
        row(
            DeviceType::MedicineDispenser,
            "Malfunction Content Container Alert",
            967,
        ),
    ),
    since(
        UnityVersion::V6_11,
        row(
            DeviceType::MedicineDispenser,
            "Malfunction Excess Container Alert",
            968,
        ),
    ),
    row(DeviceType::PullCord, "Patient signal", 2),
    row(DeviceType::All, "Offline", 950),
    row(DeviceType::All, "Low battery", 951),
    row(DeviceType::All, "Battery failure", 952),
    row(DeviceType::All, "Power failure", 954),
    row(DeviceType::All, "Tamper", 955),
    row(DeviceType::All, "Low signal", 956),
    row(DeviceType::All, "Critically low battery", 957),
    row(DeviceType::All, "Malfunction", 966),
    row(DeviceType::All, "Maintenance needed", 1001),
    row(DeviceType::All, "Power overload", 1002),
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn tables_hold_what_the_list_holds() {
        let file = concat!(env!("CARGO_MANIFEST_DIR"), "/data/alarm-codes.csv");
        let mut reader = csv::Reader::from_path(file).expect("the list is there");
        let mut listed = BTreeSet::new();
        for record in reader.records() {
            let record = record.expect("a row");
            let since = (!record[4].is_empty()).then(|| record[4].to_owned());
            listed.insert((
                record[0].to_owned(),
                record[1].to_owned(),
                record[2].to_owned(),
                since,
            ));
        }
        let table: BTreeSet<_> = DOCUMENTED
            .iter()
            .map(|row| {
                (
                    row.device.name().to_owned(),
                    row.event.to_owned(),
                    row.event_type.to_string(),
                    row.since.map(|version| version.to_string()),
                )
            })
            .collect();
        assert_eq!(table, listed);
        let codes: BTreeSet<_> = DOCUMENTED.iter().map(|row| row.event_type).collect();
        assert_eq!(codes.len(), 49, "48 current codes and the legacy one");
    }
}
