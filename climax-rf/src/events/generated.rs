// Generated from the files in data/. Rerun: cargo run -p climax-rf --example generate

use super::meaning::{Claim, Meaning, Source};
use super::profile::Profile;
use crate::codes::entry;
use crate::provenance::Provenance;

static M1100: &[Meaning] = &[
    Meaning { distinction: Some(Provenance::SingleSource), claims: &[Claim { source: Source::Profile(Profile::CareUnitA), meaning: "help button on the unit", names: &[entry("Help button on the base unit", "", Provenance::SingleSource)] }, Claim { source: Source::Profile(Profile::CareUnitB), meaning: "help button", names: &[entry("Help button on the panel", "", Provenance::SingleSource)] }, Claim { source: Source::Profile(Profile::Mobile), meaning: "help button (if so set)", names: &[entry("Help button of the mobile unit when set to 100", "", Provenance::SingleSource)] }] },
    Meaning { distinction: Some(Provenance::SingleSource), claims: &[Claim { source: Source::Profile(Profile::Intrusion), meaning: "medical", names: &[entry("Medical", "", Provenance::Confirmed)] }, Claim { source: Source::Profile(Profile::Cloud), meaning: "medical", names: &[entry("Medical Alarm", "qualifier 1 (new event / opening) + event 100", Provenance::Confirmed)] }, Claim { source: Source::Standard, meaning: "medical", names: &[entry("Medical alarm", "class: alarm; CCC: zone", Provenance::Standard)] }] },
];
static M1101: &[Meaning] = &[
    Meaning { distinction: Some(Provenance::SingleSource), claims: &[Claim { source: Source::Profile(Profile::CareUnitA), meaning: "transmitter button", names: &[entry("Wrist transmitter, pendant or fall sensor button", "", Provenance::SingleSource)] }, Claim { source: Source::Profile(Profile::CareUnitB), meaning: "transmitter button", names: &[entry("Wrist transmitter, pendant or fall sensor button", "", Provenance::SingleSource)] }, Claim { source: Source::Profile(Profile::Mobile), meaning: "transmitter button, or help button", names: &[entry("Help button when set to 101, or button of an enrolled transmitter", "", Provenance::SingleSource)] }] },
    Meaning { distinction: Some(Provenance::SingleSource), claims: &[Claim { source: Source::Profile(Profile::Intrusion), meaning: "personal emergency", names: &[entry("Personal emergency", "", Provenance::Confirmed)] }, Claim { source: Source::Profile(Profile::Cloud), meaning: "personal emergency", names: &[entry("Emergency", "qualifier 1 (new event / opening) + event 101", Provenance::Confirmed)] }, Claim { source: Source::Standard, meaning: "personal emergency", names: &[entry("Personal emergency", "class: alarm; CCC: zone", Provenance::Standard)] }] },
];
static M1102: &[Meaning] = &[
    Meaning { distinction: Some(Provenance::SingleSource), claims: &[Claim { source: Source::Profile(Profile::CareUnitA), meaning: "no movement after a fall", names: &[entry("No movement after a fall", "", Provenance::SingleSource)] }, Claim { source: Source::Profile(Profile::CareUnitB), meaning: "no movement after a fall", names: &[entry("No movement within 10 s after a fall", "", Provenance::SingleSource)] }, Claim { source: Source::Profile(Profile::Mobile), meaning: "no movement after a fall", names: &[entry("No movement within 10 s after a fall", "", Provenance::SingleSource)] }] },
    Meaning { distinction: Some(Provenance::SingleSource), claims: &[Claim { source: Source::Profile(Profile::Intrusion), meaning: "fails to report in", names: &[entry("fails to report in", "", Provenance::Standard)] }, Claim { source: Source::Standard, meaning: "fails to report in", names: &[entry("Failed to report in", "class: alarm; CCC: zone", Provenance::Standard)] }] },
    Meaning { distinction: Some(Provenance::SingleSource), claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "fall detected", names: &[entry("Fall Detected", "qualifier 1 (new event / opening) + event 102", Provenance::SingleSource)] }] },
];
static M1110: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Intrusion), meaning: "Fire", names: &[entry("Fire", "", Provenance::Confirmed)] }, Claim { source: Source::Profile(Profile::Cloud), meaning: "Fire Alarm", names: &[entry("Fire Alarm", "qualifier 1 (new event / opening) + event 110", Provenance::Confirmed)] }, Claim { source: Source::Standard, meaning: "Fire", names: &[entry("Fire", "class: alarm; CCC: zone", Provenance::Standard)] }] },
];
static M1111: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::CareUnitA), meaning: "Smoke detector or its test button", names: &[entry("Smoke detector or its test button", "", Provenance::SingleSource)] }, Claim { source: Source::Profile(Profile::CareUnitB), meaning: "Smoke detector", names: &[entry("Smoke detector", "", Provenance::SingleSource)] }, Claim { source: Source::Profile(Profile::Intrusion), meaning: "Smoke", names: &[entry("Smoke", "", Provenance::Confirmed)] }, Claim { source: Source::Profile(Profile::Cloud), meaning: "Smoke Alarm", names: &[entry("Smoke Alarm", "qualifier 1 (new event / opening) + event 111", Provenance::Confirmed)] }, Claim { source: Source::Standard, meaning: "Smoke", names: &[entry("Smoke", "class: alarm; CCC: zone", Provenance::Standard)] }] },
];
static M1112: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Standard, meaning: "Combustion", names: &[entry("Combustion", "class: alarm; CCC: zone", Provenance::Standard)] }] },
];
static M1113: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Standard, meaning: "Water flow", names: &[entry("Water flow", "class: alarm; CCC: zone", Provenance::Standard)] }] },
];
static M1114: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Intrusion), meaning: "Heat", names: &[entry("Heat", "", Provenance::SingleSource)] }, Claim { source: Source::Profile(Profile::Cloud), meaning: "Heat Alarm", names: &[entry("Heat Alarm", "qualifier 1 (new event / opening) + event 114", Provenance::SingleSource)] }, Claim { source: Source::Standard, meaning: "Heat", names: &[entry("Heat", "class: alarm; CCC: zone", Provenance::Standard)] }] },
];
static M1115: &[Meaning] = &[
    Meaning { distinction: Some(Provenance::Inferred), claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "Shutter Warning", names: &[entry("Shutter Warning", "qualifier 1 (new event / opening) + event 115", Provenance::SingleSource)] }] },
    Meaning { distinction: Some(Provenance::Inferred), claims: &[Claim { source: Source::Standard, meaning: "Pull Station", names: &[entry("Pull Station", "class: alarm; CCC: zone", Provenance::Standard)] }] },
];
static M1116: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Standard, meaning: "Duct", names: &[entry("Duct", "class: alarm; CCC: zone", Provenance::Standard)] }] },
];
static M1117: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Standard, meaning: "Flame", names: &[entry("Flame", "class: alarm; CCC: zone", Provenance::Standard)] }] },
];
static M1118: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Intrusion), meaning: "Near alarm (fire not yet verified)", names: &[entry("Near alarm (fire not yet verified)", "", Provenance::SingleSource)] }, Claim { source: Source::Profile(Profile::Cloud), meaning: "Near Alarm", names: &[entry("Near Alarm", "qualifier 1 (new event / opening) + event 118", Provenance::SingleSource)] }, Claim { source: Source::Standard, meaning: "Near Alarm", names: &[entry("Near Alarm", "class: alarm; CCC: zone", Provenance::Standard)] }] },
];
static M1120: &[Meaning] = &[
    Meaning { distinction: Some(Provenance::SingleSource), claims: &[Claim { source: Source::Profile(Profile::CareUnitA), meaning: "fall", names: &[entry("Fall detected", "on intrusion panels 120 means panic", Provenance::SingleSource)] }, Claim { source: Source::Profile(Profile::Mobile), meaning: "fall, or help button", names: &[entry("Fall detected, or help button when set to 120", "", Provenance::SingleSource)] }] },
    Meaning { distinction: Some(Provenance::SingleSource), claims: &[Claim { source: Source::Profile(Profile::Intrusion), meaning: "panic", names: &[entry("Panic", "", Provenance::Confirmed)] }, Claim { source: Source::Profile(Profile::Cloud), meaning: "panic", names: &[entry("Panic Alarm", "qualifier 1 (new event / opening) + event 120", Provenance::Confirmed)] }, Claim { source: Source::Standard, meaning: "panic", names: &[entry("Panic", "class: alarm; CCC: zone", Provenance::Standard)] }] },
];
static M3120: &[Meaning] = &[
    Meaning { distinction: Some(Provenance::SingleSource), claims: &[Claim { source: Source::Profile(Profile::CareUnitA), meaning: "fall", names: &[entry("Fall detected", "on intrusion panels 120 means panic", Provenance::SingleSource)] }, Claim { source: Source::Profile(Profile::Mobile), meaning: "fall, or help button", names: &[entry("Fall detected, or help button when set to 120", "", Provenance::SingleSource)] }] },
    Meaning { distinction: Some(Provenance::SingleSource), claims: &[Claim { source: Source::Profile(Profile::Intrusion), meaning: "panic", names: &[entry("Panic", "", Provenance::Confirmed)] }, Claim { source: Source::Profile(Profile::Cloud), meaning: "panic", names: &[entry("Panic Alarm Restore", "qualifier 3 (restore / closing) + event 120", Provenance::SingleSource)] }, Claim { source: Source::Standard, meaning: "panic", names: &[entry("Panic", "class: alarm; CCC: zone", Provenance::Standard)] }] },
];
static M1121: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Intrusion), meaning: "Duress", names: &[entry("Duress", "", Provenance::Confirmed)] }, Claim { source: Source::Profile(Profile::Cloud), meaning: "Duress", names: &[entry("Duress", "qualifier 1 (new event / opening) + event 121", Provenance::Confirmed)] }, Claim { source: Source::Standard, meaning: "Duress", names: &[entry("Duress", "class: alarm; CCC: user", Provenance::Standard)] }] },
];
static M1122: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Intrusion), meaning: "Silent panic", names: &[entry("Silent panic", "", Provenance::Confirmed)] }, Claim { source: Source::Profile(Profile::Cloud), meaning: "Silent Alarm", names: &[entry("Silent Alarm", "qualifier 1 (new event / opening) + event 122", Provenance::Confirmed)] }, Claim { source: Source::Standard, meaning: "Silent", names: &[entry("Silent", "class: alarm; CCC: zone", Provenance::Standard)] }] },
];
static M3122: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Intrusion), meaning: "Silent panic", names: &[entry("Silent panic", "", Provenance::Confirmed)] }, Claim { source: Source::Profile(Profile::Cloud), meaning: "Silent Alarm Restore", names: &[entry("Silent Alarm Restore", "qualifier 3 (restore / closing) + event 122", Provenance::SingleSource)] }, Claim { source: Source::Standard, meaning: "Silent", names: &[entry("Silent", "class: alarm; CCC: zone", Provenance::Standard)] }] },
];
static M1123: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Standard, meaning: "Audible", names: &[entry("Audible", "class: alarm; CCC: zone", Provenance::Standard)] }] },
];
static M1124: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Standard, meaning: "Duress, access granted", names: &[entry("Duress, access granted", "class: alarm; CCC: zone", Provenance::Standard)] }] },
];
static M1125: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Standard, meaning: "Duress, egress granted", names: &[entry("Duress, egress granted", "class: alarm; CCC: zone", Provenance::Standard)] }] },
];
static M1130: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::CareUnitA), meaning: "Burglary", names: &[entry("Burglary", "", Provenance::SingleSource)] }, Claim { source: Source::Profile(Profile::Intrusion), meaning: "Burglar", names: &[entry("Burglar", "", Provenance::Confirmed)] }, Claim { source: Source::Profile(Profile::Cloud), meaning: "Burglar", names: &[entry("Burglar", "qualifier 1 (new event / opening) + event 130", Provenance::Confirmed)] }, Claim { source: Source::Standard, meaning: "Burglary", names: &[entry("Burglary", "class: alarm; CCC: zone", Provenance::Standard)] }] },
];
static M1131: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Intrusion), meaning: "Burglar, perimeter", names: &[entry("Burglar, perimeter", "", Provenance::Confirmed)] }, Claim { source: Source::Profile(Profile::Cloud), meaning: "Burglar (Perimeter)", names: &[entry("Burglar (Perimeter)", "qualifier 1 (new event / opening) + event 131", Provenance::Confirmed)] }, Claim { source: Source::Standard, meaning: "Perimeter", names: &[entry("Perimeter", "class: alarm; CCC: zone", Provenance::Standard)] }] },
];
static M1132: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Intrusion), meaning: "Burglar, interior", names: &[entry("Burglar, interior", "", Provenance::Confirmed)] }, Claim { source: Source::Profile(Profile::Cloud), meaning: "Burglar (Interior)", names: &[entry("Burglar (Interior)", "qualifier 1 (new event / opening) + event 132", Provenance::Confirmed)] }, Claim { source: Source::Standard, meaning: "Interior", names: &[entry("Interior", "class: alarm; CCC: zone", Provenance::Standard)] }] },
];
static M1133: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "Burglar (24H)", names: &[entry("Burglar (24H)", "qualifier 1 (new event / opening) + event 133", Provenance::Confirmed)] }, Claim { source: Source::Standard, meaning: "24 hour, safe zone", names: &[entry("24 hour, safe zone", "class: alarm; CCC: zone", Provenance::Standard)] }] },
];
static M1134: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Standard, meaning: "Entry/Exit", names: &[entry("Entry/Exit", "class: alarm; CCC: zone", Provenance::Standard)] }] },
];
static M1135: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Standard, meaning: "Day/night", names: &[entry("Day/night", "class: alarm; CCC: zone", Provenance::Standard)] }] },
];
static M1136: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Intrusion), meaning: "Burglar, outdoor", names: &[entry("Burglar, outdoor", "", Provenance::Confirmed)] }, Claim { source: Source::Profile(Profile::Cloud), meaning: "Burglar (Outdoor)", names: &[entry("Burglar (Outdoor)", "qualifier 1 (new event / opening) + event 136", Provenance::Confirmed)] }, Claim { source: Source::Standard, meaning: "Outdoor", names: &[entry("Outdoor", "class: alarm; CCC: zone", Provenance::Standard)] }] },
];
static M1137: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Intrusion), meaning: "Panel tamper", names: &[entry("Panel tamper", "", Provenance::Confirmed)] }, Claim { source: Source::Profile(Profile::Cloud), meaning: "Panel Tamper", names: &[entry("Panel Tamper", "qualifier 1 (new event / opening) + event 137", Provenance::Confirmed)] }, Claim { source: Source::Standard, meaning: "Tamper", names: &[entry("Tamper", "class: alarm; CCC: zone", Provenance::Standard)] }] },
];
static M3137: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Intrusion), meaning: "Panel tamper", names: &[entry("Panel tamper", "", Provenance::Confirmed)] }, Claim { source: Source::Profile(Profile::Cloud), meaning: "Panel Tamper Restored", names: &[entry("Panel Tamper Restored", "qualifier 3 (restore / closing) + event 137", Provenance::Confirmed)] }, Claim { source: Source::Standard, meaning: "Tamper", names: &[entry("Tamper", "class: alarm; CCC: zone", Provenance::Standard)] }] },
];
static M1138: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Standard, meaning: "Near alarm", names: &[entry("Near alarm", "class: alarm; CCC: zone", Provenance::Standard)] }] },
];
static M1139: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Intrusion), meaning: "Burglar verified", names: &[entry("Burglar verified", "", Provenance::SingleSource)] }, Claim { source: Source::Profile(Profile::Cloud), meaning: "Burglar (Verifier)", names: &[entry("Burglar (Verifier)", "qualifier 1 (new event / opening) + event 139", Provenance::SingleSource)] }, Claim { source: Source::Standard, meaning: "Intrusion verified", names: &[entry("Intrusion verified", "class: alarm; CCC: zone", Provenance::Standard)] }] },
];
static M1140: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Standard, meaning: "General Alarm", names: &[entry("General Alarm", "class: alarm; CCC: zone", Provenance::Standard)] }] },
];
static M1141: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Standard, meaning: "Polling loop open", names: &[entry("Polling loop open", "class: alarm; CCC: zone", Provenance::Standard)] }] },
];
static M1142: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Standard, meaning: "Polling loop short", names: &[entry("Polling loop short", "class: alarm; CCC: zone", Provenance::Standard)] }] },
];
static M1143: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Standard, meaning: "Expansion module failure", names: &[entry("Expansion module failure", "class: alarm; CCC: zone", Provenance::Standard)] }] },
];
static M1144: &[Meaning] = &[
    Meaning { distinction: Some(Provenance::Inferred), claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "Masking Detected", names: &[entry("Masking Detected", "qualifier 1 (new event / opening) + event 144", Provenance::SingleSource)] }] },
    Meaning { distinction: Some(Provenance::Inferred), claims: &[Claim { source: Source::Standard, meaning: "Sensor tamper", names: &[entry("Sensor tamper", "class: alarm; CCC: zone", Provenance::Standard)] }] },
];
static M3144: &[Meaning] = &[
    Meaning { distinction: Some(Provenance::Inferred), claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "Masking Restored", names: &[entry("Masking Restored", "qualifier 3 (restore / closing) + event 144", Provenance::SingleSource)] }] },
    Meaning { distinction: Some(Provenance::Inferred), claims: &[Claim { source: Source::Standard, meaning: "Sensor tamper", names: &[entry("Sensor tamper", "class: alarm; CCC: zone", Provenance::Standard)] }] },
];
static M1145: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Standard, meaning: "Expansion module tamper", names: &[entry("Expansion module tamper", "class: alarm; CCC: zone", Provenance::Standard)] }] },
];
static M1146: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Standard, meaning: "Silent Burglary", names: &[entry("Silent Burglary", "class: alarm; CCC: zone", Provenance::Standard)] }] },
];
static M1147: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::CareUnitA), meaning: "Sensor supervision failure", names: &[entry("Sensor supervision failure", "", Provenance::SingleSource)] }, Claim { source: Source::Profile(Profile::Intrusion), meaning: "Sensor supervision failure", names: &[entry("Sensor supervision failure", "", Provenance::Confirmed)] }, Claim { source: Source::Profile(Profile::Cloud), meaning: "Supervision Failure", names: &[entry("Supervision Failure", "qualifier 1 (new event / opening) + event 147", Provenance::Confirmed), entry("GSM Dongle Removed", "qualifier 1 (new event / opening) + event 147; variant gsm_dongle", Provenance::Confirmed)] }, Claim { source: Source::Standard, meaning: "Sensor Supervision Failure", names: &[entry("Sensor Supervision Failure", "class: alarm; CCC: zone", Provenance::Standard)] }] },
];
static M3147: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::CareUnitA), meaning: "Sensor supervision failure", names: &[entry("Sensor supervision failure", "", Provenance::SingleSource)] }, Claim { source: Source::Profile(Profile::Intrusion), meaning: "Sensor supervision failure", names: &[entry("Sensor supervision failure", "", Provenance::Confirmed)] }, Claim { source: Source::Profile(Profile::Cloud), meaning: "Supervision OK", names: &[entry("Supervision OK", "qualifier 3 (restore / closing) + event 147", Provenance::Confirmed)] }, Claim { source: Source::Standard, meaning: "Sensor Supervision Failure", names: &[entry("Sensor Supervision Failure", "class: alarm; CCC: zone", Provenance::Standard)] }] },
];
static M1150: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Standard, meaning: "24 hour, not burglary", names: &[entry("24 hour, not burglary", "class: alarm; CCC: zone", Provenance::Standard)] }] },
];
static M1151: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Intrusion), meaning: "Gas", names: &[entry("Gas", "", Provenance::SingleSource)] }, Claim { source: Source::Profile(Profile::Cloud), meaning: "Gas Alarm", names: &[entry("Gas Alarm", "qualifier 1 (new event / opening) + event 151", Provenance::Confirmed)] }, Claim { source: Source::Standard, meaning: "Gas detected", names: &[entry("Gas detected", "class: alarm; CCC: zone", Provenance::Standard)] }] },
];
static M3151: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Intrusion), meaning: "Gas", names: &[entry("Gas", "", Provenance::SingleSource)] }, Claim { source: Source::Profile(Profile::Cloud), meaning: "Gas Detected Restored", names: &[entry("Gas Detected Restored", "qualifier 3 (restore / closing) + event 151", Provenance::SingleSource)] }, Claim { source: Source::Standard, meaning: "Gas detected", names: &[entry("Gas detected", "class: alarm; CCC: zone", Provenance::Standard)] }] },
];
static M1152: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Standard, meaning: "Refrigeration", names: &[entry("Refrigeration", "class: alarm; CCC: zone", Provenance::Standard)] }] },
];
static M1153: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Standard, meaning: "Loss of heat", names: &[entry("Loss of heat", "class: alarm; CCC: zone", Provenance::Standard)] }] },
];
static M1154: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::CareUnitA), meaning: "Water sensor", names: &[entry("Water sensor", "", Provenance::SingleSource)] }, Claim { source: Source::Profile(Profile::Intrusion), meaning: "Water leak", names: &[entry("Water leak", "", Provenance::Confirmed)] }, Claim { source: Source::Profile(Profile::Cloud), meaning: "Water Leakage Alarm", names: &[entry("Water Leakage Alarm", "qualifier 1 (new event / opening) + event 154", Provenance::Confirmed)] }, Claim { source: Source::Standard, meaning: "Water leak", names: &[entry("Water leak", "class: alarm; CCC: zone", Provenance::Standard)] }] },
];
static M3154: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::CareUnitA), meaning: "Water sensor", names: &[entry("Water sensor", "", Provenance::SingleSource)] }, Claim { source: Source::Profile(Profile::Intrusion), meaning: "Water leak", names: &[entry("Water leak", "", Provenance::Confirmed)] }, Claim { source: Source::Profile(Profile::Cloud), meaning: "Water Leakage Restored", names: &[entry("Water Leakage Restored", "qualifier 3 (restore / closing) + event 154", Provenance::SingleSource)] }, Claim { source: Source::Standard, meaning: "Water leak", names: &[entry("Water leak", "class: alarm; CCC: zone", Provenance::Standard)] }] },
];
static M1155: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Standard, meaning: "Foil Break", names: &[entry("Foil Break", "class: alarm; CCC: zone", Provenance::Standard)] }] },
];
static M1156: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Standard, meaning: "Day Trouble", names: &[entry("Day Trouble", "class: alarm; CCC: zone", Provenance::Standard)] }] },
];
static M1157: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Standard, meaning: "Low bottled gas", names: &[entry("Low bottled gas", "class: alarm; CCC: zone", Provenance::Standard)] }] },
];
static M1158: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Intrusion), meaning: "High temperature", names: &[entry("High temperature", "", Provenance::SingleSource)] }, Claim { source: Source::Profile(Profile::Cloud), meaning: "High Temperature Alarm", names: &[entry("High Temperature Alarm", "qualifier 1 (new event / opening) + event 158", Provenance::SingleSource)] }, Claim { source: Source::Standard, meaning: "High temperature", names: &[entry("High temperature", "class: alarm; CCC: zone", Provenance::Standard)] }] },
];
static M3158: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Intrusion), meaning: "High temperature", names: &[entry("High temperature", "", Provenance::SingleSource)] }, Claim { source: Source::Profile(Profile::Cloud), meaning: "High Temperature Restored", names: &[entry("High Temperature Restored", "qualifier 3 (restore / closing) + event 158", Provenance::SingleSource)] }, Claim { source: Source::Standard, meaning: "High temperature", names: &[entry("High temperature", "class: alarm; CCC: zone", Provenance::Standard)] }] },
];
static M1159: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Intrusion), meaning: "Low temperature", names: &[entry("Low temperature", "", Provenance::SingleSource)] }, Claim { source: Source::Profile(Profile::Cloud), meaning: "Low Temperature Alarm", names: &[entry("Low Temperature Alarm", "qualifier 1 (new event / opening) + event 159", Provenance::SingleSource)] }, Claim { source: Source::Standard, meaning: "Low temperature", names: &[entry("Low temperature", "class: alarm; CCC: zone", Provenance::Standard)] }] },
];
static M3159: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Intrusion), meaning: "Low temperature", names: &[entry("Low temperature", "", Provenance::SingleSource)] }, Claim { source: Source::Profile(Profile::Cloud), meaning: "Low Temperature Restored", names: &[entry("Low Temperature Restored", "qualifier 3 (restore / closing) + event 159", Provenance::SingleSource)] }, Claim { source: Source::Standard, meaning: "Low temperature", names: &[entry("Low temperature", "class: alarm; CCC: zone", Provenance::Standard)] }] },
];
static M1161: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Standard, meaning: "Loss of air flow", names: &[entry("Loss of air flow", "class: alarm; CCC: zone", Provenance::Standard)] }] },
];
static M1162: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::CareUnitA), meaning: "Carbon monoxide detector or its test button", names: &[entry("Carbon monoxide detector or its test button", "", Provenance::SingleSource)] }, Claim { source: Source::Profile(Profile::Intrusion), meaning: "Carbon monoxide", names: &[entry("Carbon monoxide", "", Provenance::Confirmed)] }, Claim { source: Source::Profile(Profile::Cloud), meaning: "CO Alarm", names: &[entry("CO Alarm", "qualifier 1 (new event / opening) + event 162", Provenance::Confirmed)] }, Claim { source: Source::Standard, meaning: "Carbon monoxide", names: &[entry("Carbon monoxide", "class: alarm; CCC: zone", Provenance::Standard)] }] },
];
static M3162: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::CareUnitA), meaning: "Carbon monoxide detector or its test button", names: &[entry("Carbon monoxide detector or its test button", "", Provenance::SingleSource)] }, Claim { source: Source::Profile(Profile::Intrusion), meaning: "Carbon monoxide", names: &[entry("Carbon monoxide", "", Provenance::Confirmed)] }, Claim { source: Source::Profile(Profile::Cloud), meaning: "CO Detected Restored", names: &[entry("CO Detected Restored", "qualifier 3 (restore / closing) + event 162", Provenance::SingleSource)] }, Claim { source: Source::Standard, meaning: "Carbon monoxide", names: &[entry("Carbon monoxide", "class: alarm; CCC: zone", Provenance::Standard)] }] },
];
static M1163: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Standard, meaning: "Tank level", names: &[entry("Tank level", "class: alarm; CCC: zone", Provenance::Standard)] }] },
];
static M1165: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "Rapid Temperature Rise", names: &[entry("Rapid Temperature Rise", "qualifier 1 (new event / opening) + event 165", Provenance::SingleSource)] }] },
];
static M1170: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Intrusion), meaning: "High power consumption", names: &[entry("High power consumption", "", Provenance::SingleSource)] }, Claim { source: Source::Profile(Profile::Cloud), meaning: "High Power Alarm", names: &[entry("High Power Alarm", "qualifier 1 (new event / opening) + event 170", Provenance::SingleSource)] }] },
];
static M1171: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Intrusion), meaning: "High humidity", names: &[entry("High humidity", "", Provenance::SingleSource)] }, Claim { source: Source::Profile(Profile::Cloud), meaning: "High Humidity Alarm", names: &[entry("High Humidity Alarm", "qualifier 1 (new event / opening) + event 171", Provenance::SingleSource)] }] },
];
static M1172: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Intrusion), meaning: "Low humidity", names: &[entry("Low humidity", "", Provenance::SingleSource)] }, Claim { source: Source::Profile(Profile::Cloud), meaning: "Low Humidity Alarm", names: &[entry("Low Humidity Alarm", "qualifier 1 (new event / opening) + event 172", Provenance::SingleSource)] }] },
];
static M1173: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "High Temperature (Self-Setting)", names: &[entry("High Temperature (Self-Setting)", "qualifier 1 (new event / opening) + event 173", Provenance::SingleSource)] }] },
];
static M1174: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "Low Temperature (Self-Setting)", names: &[entry("Low Temperature (Self-Setting)", "qualifier 1 (new event / opening) + event 174", Provenance::SingleSource)] }] },
];
static M1175: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "Air Quality Alarm", names: &[entry("Air Quality Alarm", "qualifier 1 (new event / opening) + event 175", Provenance::SingleSource)] }] },
];
static M3175: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "Air Quality Restore", names: &[entry("Air Quality Restore", "qualifier 3 (restore / closing) + event 175", Provenance::SingleSource)] }] },
];
static M1176: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "CO2 Alarm", names: &[entry("CO2 Alarm", "qualifier 1 (new event / opening) + event 176", Provenance::SingleSource)] }] },
];
static M3176: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "CO2 Restore", names: &[entry("CO2 Restore", "qualifier 3 (restore / closing) + event 176", Provenance::SingleSource)] }] },
];
static M1200: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Standard, meaning: "Fire Supervisory", names: &[entry("Fire Supervisory", "class: supervisory; CCC: zone", Provenance::Standard)] }] },
];
static M1201: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Standard, meaning: "Low water pressure", names: &[entry("Low water pressure", "class: supervisory; CCC: zone", Provenance::Standard)] }] },
];
static M1202: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Standard, meaning: "Low carbon dioxide pressure", names: &[entry("Low carbon dioxide pressure", "class: supervisory; CCC: zone", Provenance::Standard)] }] },
];
static M1203: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Standard, meaning: "Gate valve sensor", names: &[entry("Gate valve sensor", "class: supervisory; CCC: zone", Provenance::Standard)] }] },
];
static M1204: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Standard, meaning: "Low water level", names: &[entry("Low water level", "class: supervisory; CCC: zone", Provenance::Standard)] }] },
];
static M1205: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Standard, meaning: "Pump activated", names: &[entry("Pump activated", "class: supervisory; CCC: zone", Provenance::Standard)] }] },
];
static M1206: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Standard, meaning: "Pump failure", names: &[entry("Pump failure", "class: supervisory; CCC: zone", Provenance::Standard)] }] },
];
static M1300: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Standard, meaning: "System Trouble", names: &[entry("System Trouble", "class: trouble; CCC: zone, or 000", Provenance::Standard)] }] },
];
static M1301: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::CareUnitA), meaning: "Mains lost for more than 10 s", names: &[entry("Mains lost for more than 10 s", "", Provenance::SingleSource)] }, Claim { source: Source::Profile(Profile::Mobile), meaning: "Charger or mains removed / back", names: &[entry("Charger or mains removed / back", "", Provenance::SingleSource)] }, Claim { source: Source::Profile(Profile::Intrusion), meaning: "Mains lost (more than 10 s)", names: &[entry("Mains lost (more than 10 s)", "", Provenance::Confirmed)] }, Claim { source: Source::Profile(Profile::Cloud), meaning: "AC Loss", names: &[entry("AC Loss", "qualifier 1 (new event / opening) + event 301", Provenance::Confirmed)] }, Claim { source: Source::Standard, meaning: "Mains power lost", names: &[entry("Mains power lost", "class: trouble; CCC: zone, or 000", Provenance::Standard)] }] },
];
static M3301: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::CareUnitA), meaning: "Mains lost for more than 10 s", names: &[entry("Mains lost for more than 10 s", "", Provenance::SingleSource)] }, Claim { source: Source::Profile(Profile::Mobile), meaning: "Charger or mains removed / back", names: &[entry("Charger or mains removed / back", "", Provenance::SingleSource)] }, Claim { source: Source::Profile(Profile::Intrusion), meaning: "Mains lost (more than 10 s)", names: &[entry("Mains lost (more than 10 s)", "", Provenance::Confirmed)] }, Claim { source: Source::Profile(Profile::Cloud), meaning: "AC OK", names: &[entry("AC OK", "qualifier 3 (restore / closing) + event 301", Provenance::Confirmed)] }, Claim { source: Source::Standard, meaning: "Mains power lost", names: &[entry("Mains power lost", "class: trouble; CCC: zone, or 000", Provenance::Standard)] }] },
];
static M1302: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::CareUnitA), meaning: "Base unit battery low", names: &[entry("Base unit battery low", "", Provenance::SingleSource)] }, Claim { source: Source::Profile(Profile::Intrusion), meaning: "Panel battery low", names: &[entry("Panel battery low", "", Provenance::Confirmed)] }, Claim { source: Source::Profile(Profile::Cloud), meaning: "Low Battery", names: &[entry("Low Battery", "qualifier 1 (new event / opening) + event 302", Provenance::Confirmed)] }, Claim { source: Source::Standard, meaning: "System battery low", names: &[entry("System battery low", "class: trouble; CCC: zone, or 000", Provenance::Standard)] }] },
];
static M3302: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::CareUnitA), meaning: "Base unit battery low", names: &[entry("Base unit battery low", "", Provenance::SingleSource)] }, Claim { source: Source::Profile(Profile::Intrusion), meaning: "Panel battery low", names: &[entry("Panel battery low", "", Provenance::Confirmed)] }, Claim { source: Source::Profile(Profile::Cloud), meaning: "Battery Normal", names: &[entry("Battery Normal", "qualifier 3 (restore / closing) + event 302", Provenance::Confirmed)] }, Claim { source: Source::Standard, meaning: "System battery low", names: &[entry("System battery low", "class: trouble; CCC: zone, or 000", Provenance::Standard)] }] },
];
static M1303: &[Meaning] = &[
    Meaning { distinction: Some(Provenance::Inferred), claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "Panel Bat 50%", names: &[entry("Panel Bat 50%", "qualifier 1 (new event / opening) + event 303", Provenance::SingleSource)] }] },
    Meaning { distinction: Some(Provenance::Inferred), claims: &[Claim { source: Source::Standard, meaning: "RAM checksum bad", names: &[entry("RAM checksum bad", "class: trouble; CCC: zone, or 000", Provenance::Standard)] }] },
];
static M1304: &[Meaning] = &[
    Meaning { distinction: Some(Provenance::Inferred), claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "Panel Bat 100%", names: &[entry("Panel Bat 100%", "qualifier 1 (new event / opening) + event 304", Provenance::SingleSource)] }] },
    Meaning { distinction: Some(Provenance::Inferred), claims: &[Claim { source: Source::Standard, meaning: "ROM checksum bad", names: &[entry("ROM checksum bad", "class: trouble; CCC: zone, or 000", Provenance::Standard)] }] },
];
static M1305: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "System Restarted", names: &[entry("System Restarted", "qualifier 1 (new event / opening) + event 305", Provenance::SingleSource)] }, Claim { source: Source::Standard, meaning: "System reset", names: &[entry("System reset", "class: trouble; CCC: zone, or 000", Provenance::Standard)] }] },
];
static M1306: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Standard, meaning: "Panel programming changed", names: &[entry("Panel programming changed", "class: trouble; CCC: zone, or 000", Provenance::Standard)] }] },
];
static M1307: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "Self-test Failure", names: &[entry("Self-test Failure", "qualifier 1 (new event / opening) + event 307", Provenance::SingleSource)] }, Claim { source: Source::Standard, meaning: "Self-test failure", names: &[entry("Self-test failure", "class: trouble; CCC: zone, or 000", Provenance::Standard)] }] },
];
static M3307: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "Self-test Restore", names: &[entry("Self-test Restore", "qualifier 3 (restore / closing) + event 307", Provenance::SingleSource)] }, Claim { source: Source::Standard, meaning: "Self-test failure", names: &[entry("Self-test failure", "class: trouble; CCC: zone, or 000", Provenance::Standard)] }] },
];
static M1308: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "GSM Shutdown", names: &[entry("GSM Shutdown", "qualifier 1 (new event / opening) + event 308; mobile care devices", Provenance::SingleSource), entry("Auto Shutdown", "qualifier 1 (new event / opening) + event 308", Provenance::SingleSource)] }, Claim { source: Source::Standard, meaning: "System shutdown", names: &[entry("System shutdown", "class: trouble; CCC: zone, or 000", Provenance::Standard)] }] },
];
static M3308: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "GSM Restore", names: &[entry("GSM Restore", "qualifier 3 (restore / closing) + event 308; mobile care devices", Provenance::SingleSource), entry("Power on", "qualifier 3 (restore / closing) + event 308", Provenance::SingleSource)] }, Claim { source: Source::Standard, meaning: "System shutdown", names: &[entry("System shutdown", "class: trouble; CCC: zone, or 000", Provenance::Standard)] }] },
];
static M1309: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Standard, meaning: "Battery test failure", names: &[entry("Battery test failure", "class: trouble; CCC: zone, or 000", Provenance::Standard)] }] },
];
static M1310: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Standard, meaning: "Ground fault", names: &[entry("Ground fault", "class: trouble; CCC: zone, or 000", Provenance::Standard)] }] },
];
static M1311: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::CareUnitA), meaning: "Base unit battery missing", names: &[entry("Base unit battery missing", "", Provenance::SingleSource)] }, Claim { source: Source::Profile(Profile::Intrusion), meaning: "Panel battery disconnected", names: &[entry("Panel battery disconnected", "", Provenance::Confirmed)] }, Claim { source: Source::Profile(Profile::Cloud), meaning: "Battery Missing/Dead", names: &[entry("Battery Missing/Dead", "qualifier 1 (new event / opening) + event 311", Provenance::Confirmed)] }, Claim { source: Source::Standard, meaning: "Battery Missing/Dead", names: &[entry("Battery Missing/Dead", "class: trouble; CCC: zone, or 000", Provenance::Standard)] }] },
];
static M3311: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::CareUnitA), meaning: "Base unit battery missing", names: &[entry("Base unit battery missing", "", Provenance::SingleSource)] }, Claim { source: Source::Profile(Profile::Intrusion), meaning: "Panel battery disconnected", names: &[entry("Panel battery disconnected", "", Provenance::Confirmed)] }, Claim { source: Source::Profile(Profile::Cloud), meaning: "Battery Normal", names: &[entry("Battery Normal", "qualifier 3 (restore / closing) + event 311", Provenance::Confirmed)] }, Claim { source: Source::Standard, meaning: "Battery Missing/Dead", names: &[entry("Battery Missing/Dead", "class: trouble; CCC: zone, or 000", Provenance::Standard)] }] },
];
static M1312: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "Power Supply Overcurrent", names: &[entry("Power Supply Overcurrent", "qualifier 1 (new event / opening) + event 312", Provenance::SingleSource)] }, Claim { source: Source::Standard, meaning: "Power Supply Overcurrent", names: &[entry("Power Supply Overcurrent", "class: trouble; CCC: zone, or 000", Provenance::Standard)] }] },
];
static M3312: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "Power Supply Restore", names: &[entry("Power Supply Restore", "qualifier 3 (restore / closing) + event 312", Provenance::SingleSource)] }, Claim { source: Source::Standard, meaning: "Power Supply Overcurrent", names: &[entry("Power Supply Overcurrent", "class: trouble; CCC: zone, or 000", Provenance::Standard)] }] },
];
static M1313: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Standard, meaning: "Engineer Reset", names: &[entry("Engineer Reset", "class: trouble; CCC: user", Provenance::Standard)] }] },
];
static M1320: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Standard, meaning: "Sounder or relay", names: &[entry("Sounder or relay", "class: trouble; CCC: zone, or 000", Provenance::Standard)] }] },
];
static M1321: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Standard, meaning: "Bell 1", names: &[entry("Bell 1", "class: trouble; CCC: zone, or 000", Provenance::Standard)] }] },
];
static M1322: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Standard, meaning: "Bell 2", names: &[entry("Bell 2", "class: trouble; CCC: zone, or 000", Provenance::Standard)] }] },
];
static M1323: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Standard, meaning: "Alarm relay", names: &[entry("Alarm relay", "class: trouble; CCC: zone, or 000", Provenance::Standard)] }] },
];
static M1324: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Standard, meaning: "Trouble relay", names: &[entry("Trouble relay", "class: trouble; CCC: zone, or 000", Provenance::Standard)] }] },
];
static M1325: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Standard, meaning: "Reversing relay", names: &[entry("Reversing relay", "class: trouble; CCC: zone, or 000", Provenance::Standard)] }] },
];
static M1326: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Standard, meaning: "Notification circuit 3", names: &[entry("Notification circuit 3", "class: trouble; CCC: zone, or 000", Provenance::Standard)] }] },
];
static M1327: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Standard, meaning: "Notification circuit 4", names: &[entry("Notification circuit 4", "class: trouble; CCC: zone, or 000", Provenance::Standard)] }] },
];
static M1330: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Standard, meaning: "System Peripheral trouble", names: &[entry("System Peripheral trouble", "class: trouble; CCC: zone, or 000", Provenance::Standard)] }] },
];
static M1331: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Standard, meaning: "Polling loop open", names: &[entry("Polling loop open", "class: trouble; CCC: zone, or 000", Provenance::Standard)] }] },
];
static M1332: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Standard, meaning: "Polling loop short", names: &[entry("Polling loop short", "class: trouble; CCC: zone, or 000", Provenance::Standard)] }] },
];
static M1333: &[Meaning] = &[
    Meaning { distinction: Some(Provenance::SingleSource), claims: &[Claim { source: Source::Profile(Profile::CareUnitB), meaning: "no transmitter enrolled", names: &[entry("No transmitter enrolled", "fixed zone number 072", Provenance::SingleSource)] }] },
    Meaning { distinction: Some(Provenance::SingleSource), claims: &[Claim { source: Source::Profile(Profile::Intrusion), meaning: "expansion module", names: &[entry("expansion module", "", Provenance::Standard)] }, Claim { source: Source::Standard, meaning: "expansion module failure", names: &[entry("Expansion module failure", "class: trouble; CCC: module or device", Provenance::Standard)] }] },
];
static M1334: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Standard, meaning: "Repeater failure", names: &[entry("Repeater failure", "class: trouble; CCC: module or device", Provenance::Standard)] }] },
];
static M1335: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Standard, meaning: "Local printer out of paper", names: &[entry("Local printer out of paper", "class: trouble; CCC: module or device", Provenance::Standard)] }] },
];
static M1336: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Standard, meaning: "Local printer failure", names: &[entry("Local printer failure", "class: trouble; CCC: module or device", Provenance::Standard)] }] },
];
static M1337: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Standard, meaning: "Expansion module DC lost", names: &[entry("Expansion module DC lost", "class: trouble; CCC: module or device", Provenance::Standard)] }] },
];
static M1338: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Standard, meaning: "Expansion module battery low", names: &[entry("Expansion module battery low", "class: trouble; CCC: module or device", Provenance::Standard)] }] },
];
static M1339: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Standard, meaning: "Expansion module reset", names: &[entry("Expansion module reset", "class: trouble; CCC: module or device", Provenance::Standard)] }] },
];
static M1341: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Standard, meaning: "Expansion module tamper", names: &[entry("Expansion module tamper", "class: trouble; CCC: module or device", Provenance::Standard)] }] },
];
static M1342: &[Meaning] = &[
    Meaning { distinction: Some(Provenance::Inferred), claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "BUS Power Loss", names: &[entry("BUS Power Loss", "qualifier 1 (new event / opening) + event 342", Provenance::SingleSource)] }] },
    Meaning { distinction: Some(Provenance::Inferred), claims: &[Claim { source: Source::Standard, meaning: "Expansion module mains lost", names: &[entry("Expansion module mains lost", "class: trouble; CCC: module or device", Provenance::Standard)] }] },
];
static M3342: &[Meaning] = &[
    Meaning { distinction: Some(Provenance::Inferred), claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "BUS Power OK", names: &[entry("BUS Power OK", "qualifier 3 (restore / closing) + event 342", Provenance::SingleSource)] }] },
    Meaning { distinction: Some(Provenance::Inferred), claims: &[Claim { source: Source::Standard, meaning: "Expansion module mains lost", names: &[entry("Expansion module mains lost", "class: trouble; CCC: module or device", Provenance::Standard)] }] },
];
static M1343: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Standard, meaning: "Expansion module self-test failure", names: &[entry("Expansion module self-test failure", "class: trouble; CCC: module or device", Provenance::Standard)] }] },
];
static M1344: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::CareUnitA), meaning: "Radio jamming", names: &[entry("Radio jamming", "", Provenance::SingleSource)] }, Claim { source: Source::Profile(Profile::Intrusion), meaning: "Radio interference", names: &[entry("Radio interference", "", Provenance::Confirmed)] }, Claim { source: Source::Profile(Profile::Cloud), meaning: "Jam Detected", names: &[entry("Jam Detected", "qualifier 1 (new event / opening) + event 344", Provenance::Confirmed)] }, Claim { source: Source::Standard, meaning: "Radio receiver jammed", names: &[entry("Radio receiver jammed", "class: trouble; CCC: zone, or 000", Provenance::Standard)] }] },
];
static M3344: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::CareUnitA), meaning: "Radio jamming", names: &[entry("Radio jamming", "", Provenance::SingleSource)] }, Claim { source: Source::Profile(Profile::Intrusion), meaning: "Radio interference", names: &[entry("Radio interference", "", Provenance::Confirmed)] }, Claim { source: Source::Profile(Profile::Cloud), meaning: "No Jam", names: &[entry("No Jam", "qualifier 3 (restore / closing) + event 344", Provenance::Confirmed)] }, Claim { source: Source::Standard, meaning: "Radio receiver jammed", names: &[entry("Radio receiver jammed", "class: trouble; CCC: zone, or 000", Provenance::Standard)] }] },
];
static M1350: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Standard, meaning: "Communication trouble", names: &[entry("Communication trouble", "class: trouble; CCC: zone, or 000", Provenance::Standard)] }] },
];
static M1351: &[Meaning] = &[
    Meaning { distinction: Some(Provenance::Inferred), claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "Router WAN Failure", names: &[entry("Router WAN Failure", "qualifier 1 (new event / opening) + event 351", Provenance::SingleSource)] }] },
    Meaning { distinction: Some(Provenance::Inferred), claims: &[Claim { source: Source::Standard, meaning: "Telephone line 1 fault", names: &[entry("Telephone line 1 fault", "class: trouble; CCC: zone, or 000", Provenance::Standard)] }] },
];
static M3351: &[Meaning] = &[
    Meaning { distinction: Some(Provenance::Inferred), claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "Router WAN Restore", names: &[entry("Router WAN Restore", "qualifier 3 (restore / closing) + event 351", Provenance::SingleSource)] }] },
    Meaning { distinction: Some(Provenance::Inferred), claims: &[Claim { source: Source::Standard, meaning: "Telephone line 1 fault", names: &[entry("Telephone line 1 fault", "class: trouble; CCC: zone, or 000", Provenance::Standard)] }] },
];
static M1352: &[Meaning] = &[
    Meaning { distinction: Some(Provenance::Inferred), claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "GSM No Signal", names: &[entry("GSM No Signal", "qualifier 1 (new event / opening) + event 352", Provenance::SingleSource)] }] },
    Meaning { distinction: Some(Provenance::Inferred), claims: &[Claim { source: Source::Standard, meaning: "Telephone line 2 fault", names: &[entry("Telephone line 2 fault", "class: trouble; CCC: zone, or 000", Provenance::Standard)] }] },
];
static M3352: &[Meaning] = &[
    Meaning { distinction: Some(Provenance::Inferred), claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "GSM OK", names: &[entry("GSM OK", "qualifier 3 (restore / closing) + event 352", Provenance::SingleSource)] }] },
    Meaning { distinction: Some(Provenance::Inferred), claims: &[Claim { source: Source::Standard, meaning: "Telephone line 2 fault", names: &[entry("Telephone line 2 fault", "class: trouble; CCC: zone, or 000", Provenance::Standard)] }] },
];
static M1353: &[Meaning] = &[
    Meaning { distinction: Some(Provenance::Inferred), claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "WiFi Disconnect", names: &[entry("WiFi Disconnect", "qualifier 1 (new event / opening) + event 353", Provenance::SingleSource)] }] },
    Meaning { distinction: Some(Provenance::Inferred), claims: &[Claim { source: Source::Standard, meaning: "Long range radio fault", names: &[entry("Long range radio fault", "class: trouble; CCC: zone, or 000", Provenance::Standard)] }] },
];
static M3353: &[Meaning] = &[
    Meaning { distinction: Some(Provenance::Inferred), claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "WiFi Connect", names: &[entry("WiFi Connect", "qualifier 3 (restore / closing) + event 353", Provenance::SingleSource)] }] },
    Meaning { distinction: Some(Provenance::Inferred), claims: &[Claim { source: Source::Standard, meaning: "Long range radio fault", names: &[entry("Long range radio fault", "class: trouble; CCC: zone, or 000", Provenance::Standard)] }] },
];
static M1354: &[Meaning] = &[
    Meaning { distinction: Some(Provenance::Inferred), claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "GPS Location Failed", names: &[entry("GPS Location Failed", "qualifier 1 (new event / opening) + event 354", Provenance::Confirmed)] }] },
    Meaning { distinction: Some(Provenance::Inferred), claims: &[Claim { source: Source::Standard, meaning: "Failure to communicate event", names: &[entry("Failure to communicate event", "class: trouble; CCC: zone, or 000", Provenance::Standard)] }] },
];
static M3354: &[Meaning] = &[
    Meaning { distinction: Some(Provenance::Inferred), claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "NET Device Failure Restored", names: &[entry("NET Device Failure Restored", "qualifier 3 (restore / closing) + event 354", Provenance::Confirmed)] }] },
    Meaning { distinction: Some(Provenance::Inferred), claims: &[Claim { source: Source::Standard, meaning: "Failure to communicate event", names: &[entry("Failure to communicate event", "class: trouble; CCC: zone, or 000", Provenance::Standard)] }] },
];
static M1355: &[Meaning] = &[
    Meaning { distinction: Some(Provenance::Inferred), claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "Polling Failure", names: &[entry("Polling Failure", "qualifier 1 (new event / opening) + event 355", Provenance::Confirmed)] }] },
    Meaning { distinction: Some(Provenance::Inferred), claims: &[Claim { source: Source::Standard, meaning: "Loss of radio supervision", names: &[entry("Loss of radio supervision", "class: trouble; CCC: zone, or 000", Provenance::Standard)] }] },
];
static M3355: &[Meaning] = &[
    Meaning { distinction: Some(Provenance::Inferred), claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "Polling Failure Restored", names: &[entry("Polling Failure Restored", "qualifier 3 (restore / closing) + event 355", Provenance::Confirmed)] }] },
    Meaning { distinction: Some(Provenance::Inferred), claims: &[Claim { source: Source::Standard, meaning: "Loss of radio supervision", names: &[entry("Loss of radio supervision", "class: trouble; CCC: zone, or 000", Provenance::Standard)] }] },
];
static M1356: &[Meaning] = &[
    Meaning { distinction: Some(Provenance::Inferred), claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "Reporting Failure", names: &[entry("Reporting Failure", "qualifier 1 (new event / opening) + event 356", Provenance::SingleSource)] }] },
    Meaning { distinction: Some(Provenance::Inferred), claims: &[Claim { source: Source::Standard, meaning: "Loss of central polling", names: &[entry("Loss of central polling", "class: trouble; CCC: zone, or 000", Provenance::Standard)] }] },
];
static M3356: &[Meaning] = &[
    Meaning { distinction: Some(Provenance::Inferred), claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "Reporting Restore", names: &[entry("Reporting Restore", "qualifier 3 (restore / closing) + event 356", Provenance::SingleSource)] }] },
    Meaning { distinction: Some(Provenance::Inferred), claims: &[Claim { source: Source::Standard, meaning: "Loss of central polling", names: &[entry("Loss of central polling", "class: trouble; CCC: zone, or 000", Provenance::Standard)] }] },
];
static M1357: &[Meaning] = &[
    Meaning { distinction: Some(Provenance::Inferred), claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "Ethernet Internet Service Failure", names: &[entry("Ethernet Internet Service Failure", "qualifier 1 (new event / opening) + event 357", Provenance::SingleSource)] }] },
    Meaning { distinction: Some(Provenance::Inferred), claims: &[Claim { source: Source::Standard, meaning: "Long range radio antenna problem", names: &[entry("Long range radio antenna problem", "class: trouble; CCC: zone, or 000", Provenance::Standard)] }] },
];
static M3357: &[Meaning] = &[
    Meaning { distinction: Some(Provenance::Inferred), claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "Ethernet Internet Service Restored", names: &[entry("Ethernet Internet Service Restored", "qualifier 3 (restore / closing) + event 357", Provenance::SingleSource)] }] },
    Meaning { distinction: Some(Provenance::Inferred), claims: &[Claim { source: Source::Standard, meaning: "Long range radio antenna problem", names: &[entry("Long range radio antenna problem", "class: trouble; CCC: zone, or 000", Provenance::Standard)] }] },
];
static M1358: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Intrusion), meaning: "Network cable unplugged", names: &[entry("Network cable unplugged", "", Provenance::SingleSource)] }, Claim { source: Source::Profile(Profile::Cloud), meaning: "Ethernet Unplugged", names: &[entry("Ethernet Unplugged", "qualifier 1 (new event / opening) + event 358", Provenance::SingleSource)] }] },
];
static M3358: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Intrusion), meaning: "Network cable unplugged", names: &[entry("Network cable unplugged", "", Provenance::SingleSource)] }, Claim { source: Source::Profile(Profile::Cloud), meaning: "Ethernet Restored", names: &[entry("Ethernet Restored", "qualifier 3 (restore / closing) + event 358", Provenance::SingleSource)] }] },
];
static M1359: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "GSM Fail", names: &[entry("GSM Fail", "qualifier 1 (new event / opening) + event 359", Provenance::SingleSource)] }] },
];
static M3359: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "GSM Restore", names: &[entry("GSM Restore", "qualifier 3 (restore / closing) + event 359", Provenance::SingleSource)] }] },
];
static M1360: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "PSTN Fail", names: &[entry("PSTN Fail", "qualifier 1 (new event / opening) + event 360", Provenance::SingleSource)] }] },
];
static M3360: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "PSTN Restore", names: &[entry("PSTN Restore", "qualifier 3 (restore / closing) + event 360", Provenance::SingleSource)] }] },
];
static M1364: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "Normal CO2", names: &[entry("Normal CO2", "qualifier 1 (new event / opening) + event 364", Provenance::SingleSource)] }] },
];
static M1365: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "Low CO2", names: &[entry("Low CO2", "qualifier 1 (new event / opening) + event 365", Provenance::SingleSource)] }] },
];
static M1366: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "High CO2", names: &[entry("High CO2", "qualifier 1 (new event / opening) + event 366", Provenance::SingleSource)] }] },
];
static M1367: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "Door Unlocked", names: &[entry("Door Unlocked", "qualifier 1 (new event / opening) + event 367", Provenance::SingleSource)] }] },
];
static M1368: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "Door Locked", names: &[entry("Door Locked", "qualifier 1 (new event / opening) + event 368", Provenance::SingleSource)] }] },
];
static M1369: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "Door operated", names: &[entry("Door operated", "qualifier 1 (new event / opening) + event 369", Provenance::SingleSource)] }] },
];
static M1370: &[Meaning] = &[
    Meaning { distinction: Some(Provenance::Inferred), claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "Operated by tag", names: &[entry("Operated by tag", "qualifier 1 (new event / opening) + event 370", Provenance::SingleSource)] }] },
    Meaning { distinction: Some(Provenance::Inferred), claims: &[Claim { source: Source::Standard, meaning: "Protection loop", names: &[entry("Protection loop", "class: trouble; CCC: zone", Provenance::Standard)] }] },
];
static M1371: &[Meaning] = &[
    Meaning { distinction: Some(Provenance::Inferred), claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "Door Lock User Added", names: &[entry("Door Lock User Added", "qualifier 1 (new event / opening) + event 371", Provenance::SingleSource)] }] },
    Meaning { distinction: Some(Provenance::Inferred), claims: &[Claim { source: Source::Standard, meaning: "Protection loop open", names: &[entry("Protection loop open", "class: trouble; CCC: zone", Provenance::Standard)] }] },
];
static M3371: &[Meaning] = &[
    Meaning { distinction: Some(Provenance::Inferred), claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "Door Lock User Deleted", names: &[entry("Door Lock User Deleted", "qualifier 3 (restore / closing) + event 371", Provenance::SingleSource)] }] },
    Meaning { distinction: Some(Provenance::Inferred), claims: &[Claim { source: Source::Standard, meaning: "Protection loop open", names: &[entry("Protection loop open", "class: trouble; CCC: zone", Provenance::Standard)] }] },
];
static M1372: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Standard, meaning: "Protection loop short", names: &[entry("Protection loop short", "class: trouble; CCC: zone", Provenance::Standard)] }] },
];
static M1373: &[Meaning] = &[
    Meaning { distinction: Some(Provenance::SingleSource), claims: &[Claim { source: Source::Profile(Profile::CareUnitB), meaning: "smoke detector battery low", names: &[entry("Smoke detector battery low", "", Provenance::SingleSource)] }] },
    Meaning { distinction: Some(Provenance::SingleSource), claims: &[Claim { source: Source::Profile(Profile::Intrusion), meaning: "fire trouble", names: &[entry("fire trouble", "", Provenance::Standard)] }, Claim { source: Source::Standard, meaning: "fire trouble", names: &[entry("Fire trouble", "class: trouble; CCC: zone", Provenance::Standard)] }] },
];
static M1374: &[Meaning] = &[
    Meaning { distinction: Some(Provenance::Inferred), claims: &[Claim { source: Source::Profile(Profile::Intrusion), meaning: "Armed with faults", names: &[entry("Armed with faults", "", Provenance::Confirmed)] }, Claim { source: Source::Profile(Profile::Cloud), meaning: "Arm with Fault", names: &[entry("Arm with Fault", "qualifier 1 (new event / opening) + event 374", Provenance::Confirmed)] }] },
    Meaning { distinction: Some(Provenance::Inferred), claims: &[Claim { source: Source::Standard, meaning: "Exit error alarm (zone)", names: &[entry("Exit error alarm (zone)", "class: trouble; CCC: zone", Provenance::Standard)] }] },
];
static M1375: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Standard, meaning: "Panic zone trouble", names: &[entry("Panic zone trouble", "class: trouble; CCC: zone", Provenance::Standard)] }] },
];
static M1376: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Standard, meaning: "Hold-up zone trouble", names: &[entry("Hold-up zone trouble", "class: trouble; CCC: zone", Provenance::Standard)] }] },
];
static M1377: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Standard, meaning: "Swinger Trouble", names: &[entry("Swinger Trouble", "class: trouble; CCC: zone", Provenance::Standard)] }] },
];
static M1378: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Intrusion), meaning: "Cross-zone trouble", names: &[entry("Cross-zone trouble", "", Provenance::SingleSource)] }, Claim { source: Source::Profile(Profile::Cloud), meaning: "Cross Zone Trouble", names: &[entry("Cross Zone Trouble", "qualifier 1 (new event / opening) + event 378", Provenance::SingleSource)] }, Claim { source: Source::Standard, meaning: "Cross-zone Trouble", names: &[entry("Cross-zone Trouble", "class: trouble; CCC: zone", Provenance::Standard)] }] },
];
static M1380: &[Meaning] = &[
    Meaning { distinction: Some(Provenance::SingleSource), claims: &[Claim { source: Source::Profile(Profile::CareUnitB), meaning: "transmitter battery low", names: &[entry("Wrist transmitter battery low", "on intrusion panels 380 means mains loss of a device", Provenance::SingleSource)] }] },
    Meaning { distinction: Some(Provenance::SingleSource), claims: &[Claim { source: Source::Profile(Profile::Intrusion), meaning: "mains lost at a device", names: &[entry("Mains lost at a device", "", Provenance::SingleSource)] }, Claim { source: Source::Profile(Profile::Cloud), meaning: "mains lost at a device", names: &[entry("Device AC Failure", "qualifier 1 (new event / opening) + event 380", Provenance::Confirmed)] }] },
    Meaning { distinction: Some(Provenance::SingleSource), claims: &[Claim { source: Source::Standard, meaning: "sensor trouble", names: &[entry("Sensor trouble", "class: trouble; CCC: zone", Provenance::Standard)] }] },
];
static M3380: &[Meaning] = &[
    Meaning { distinction: Some(Provenance::SingleSource), claims: &[Claim { source: Source::Profile(Profile::CareUnitB), meaning: "transmitter battery low", names: &[entry("Wrist transmitter battery low", "on intrusion panels 380 means mains loss of a device", Provenance::SingleSource)] }] },
    Meaning { distinction: Some(Provenance::SingleSource), claims: &[Claim { source: Source::Profile(Profile::Intrusion), meaning: "mains lost at a device", names: &[entry("Mains lost at a device", "", Provenance::SingleSource)] }, Claim { source: Source::Profile(Profile::Cloud), meaning: "mains lost at a device", names: &[entry("Device AC Failure Restored", "qualifier 3 (restore / closing) + event 380", Provenance::SingleSource)] }] },
    Meaning { distinction: Some(Provenance::SingleSource), claims: &[Claim { source: Source::Standard, meaning: "sensor trouble", names: &[entry("Sensor trouble", "class: trouble; CCC: zone", Provenance::Standard)] }] },
];
static M1381: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "Supervision Failure", names: &[entry("Supervision Failure", "qualifier 1 (new event / opening) + event 381", Provenance::Confirmed)] }, Claim { source: Source::Standard, meaning: "Loss of supervision, radio", names: &[entry("Loss of supervision, radio", "class: trouble; CCC: zone", Provenance::Standard)] }] },
];
static M3381: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "Supervision Failure Restored", names: &[entry("Supervision Failure Restored", "qualifier 3 (restore / closing) + event 381", Provenance::SingleSource)] }, Claim { source: Source::Standard, meaning: "Loss of supervision, radio", names: &[entry("Loss of supervision, radio", "class: trouble; CCC: zone", Provenance::Standard)] }] },
];
static M1382: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Standard, meaning: "Loss of supervision, wired point", names: &[entry("Loss of supervision, wired point", "class: trouble; CCC: zone", Provenance::Standard)] }] },
];
static M1383: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::CareUnitA), meaning: "PIR tamper", names: &[entry("PIR tamper", "", Provenance::SingleSource)] }, Claim { source: Source::Profile(Profile::CareUnitB), meaning: "PIR tamper", names: &[entry("PIR tamper", "", Provenance::SingleSource)] }, Claim { source: Source::Profile(Profile::Intrusion), meaning: "Sensor tamper", names: &[entry("Sensor tamper", "", Provenance::Confirmed)] }, Claim { source: Source::Profile(Profile::Cloud), meaning: "Tamper", names: &[entry("Tamper", "qualifier 1 (new event / opening) + event 383", Provenance::Confirmed)] }, Claim { source: Source::Standard, meaning: "Sensor tamper", names: &[entry("Sensor tamper", "class: trouble; CCC: zone", Provenance::Standard)] }] },
];
static M3383: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::CareUnitA), meaning: "PIR tamper", names: &[entry("PIR tamper", "", Provenance::SingleSource)] }, Claim { source: Source::Profile(Profile::CareUnitB), meaning: "PIR tamper", names: &[entry("PIR tamper", "", Provenance::SingleSource)] }, Claim { source: Source::Profile(Profile::Intrusion), meaning: "Sensor tamper", names: &[entry("Sensor tamper", "", Provenance::Confirmed)] }, Claim { source: Source::Profile(Profile::Cloud), meaning: "Tamper Restored", names: &[entry("Tamper Restored", "qualifier 3 (restore / closing) + event 383", Provenance::Confirmed)] }, Claim { source: Source::Standard, meaning: "Sensor tamper", names: &[entry("Sensor tamper", "class: trouble; CCC: zone", Provenance::Standard)] }] },
];
static M1384: &[Meaning] = &[
    Meaning { distinction: Some(Provenance::SingleSource), claims: &[Claim { source: Source::Profile(Profile::CareUnitA), meaning: "device battery low", names: &[entry("Device battery low", "", Provenance::SingleSource)] }, Claim { source: Source::Profile(Profile::CareUnitB), meaning: "battery low of others", names: &[entry("Battery low of another device", "", Provenance::SingleSource)] }, Claim { source: Source::Profile(Profile::Intrusion), meaning: "sensor battery low", names: &[entry("Sensor battery low", "", Provenance::Confirmed)] }, Claim { source: Source::Profile(Profile::Cloud), meaning: "sensor battery low", names: &[entry("Sensor Low Battery", "qualifier 1 (new event / opening) + event 384", Provenance::Confirmed)] }, Claim { source: Source::Standard, meaning: "sensor battery low", names: &[entry("Radio sensor battery low", "class: trouble; CCC: zone", Provenance::Standard)] }] },
];
static M3384: &[Meaning] = &[
    Meaning { distinction: Some(Provenance::SingleSource), claims: &[Claim { source: Source::Profile(Profile::CareUnitA), meaning: "device battery low", names: &[entry("Device battery low", "", Provenance::SingleSource)] }, Claim { source: Source::Profile(Profile::CareUnitB), meaning: "battery low of others", names: &[entry("Battery low of another device", "", Provenance::SingleSource)] }, Claim { source: Source::Profile(Profile::Intrusion), meaning: "sensor battery low", names: &[entry("Sensor battery low", "", Provenance::Confirmed)] }, Claim { source: Source::Profile(Profile::Cloud), meaning: "sensor battery low", names: &[entry("Sensor Battery Normal", "qualifier 3 (restore / closing) + event 384", Provenance::Confirmed)] }, Claim { source: Source::Standard, meaning: "sensor battery low", names: &[entry("Radio sensor battery low", "class: trouble; CCC: zone", Provenance::Standard)] }] },
];
static M1385: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Standard, meaning: "Smoke detector sensitivity high", names: &[entry("Smoke detector sensitivity high", "class: trouble; CCC: zone", Provenance::Standard)] }] },
];
static M1386: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Standard, meaning: "Smoke detector sensitivity low", names: &[entry("Smoke detector sensitivity low", "class: trouble; CCC: zone", Provenance::Standard)] }] },
];
static M1387: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Standard, meaning: "Intrusion detector sensitivity high", names: &[entry("Intrusion detector sensitivity high", "class: trouble; CCC: zone", Provenance::Standard)] }] },
];
static M1388: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Standard, meaning: "Intrusion detector sensitivity low", names: &[entry("Intrusion detector sensitivity low", "class: trouble; CCC: zone", Provenance::Standard)] }] },
];
static M1389: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "Self-test failure", names: &[entry("Self-test failure", "qualifier 1 (new event / opening) + event 389", Provenance::SingleSource)] }, Claim { source: Source::Standard, meaning: "Sensor self-test failure", names: &[entry("Sensor self-test failure", "class: trouble; CCC: zone", Provenance::Standard)] }] },
];
static M1391: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Standard, meaning: "Sensor watch trouble", names: &[entry("Sensor watch trouble", "class: trouble; CCC: zone", Provenance::Standard)] }] },
];
static M1392: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Standard, meaning: "Drift Compensation Error", names: &[entry("Drift Compensation Error", "class: trouble; CCC: zone", Provenance::Standard)] }] },
];
static M1393: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "Maintenance alert", names: &[entry("Maintenance alert", "qualifier 1 (new event / opening) + event 393", Provenance::SingleSource)] }, Claim { source: Source::Standard, meaning: "Maintenance Alert", names: &[entry("Maintenance Alert", "class: trouble; CCC: zone", Provenance::Standard)] }] },
];
static M1394: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "Force maintenance", names: &[entry("Force maintenance", "qualifier 1 (new event / opening) + event 394", Provenance::SingleSource)] }] },
];
static M1395: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "Previously Low Battery", names: &[entry("Previously Low Battery", "qualifier 1 (new event / opening) + event 395", Provenance::SingleSource)] }] },
];
static M1400: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Intrusion), meaning: "Arm / disarm by remote controller", names: &[entry("Arm / disarm by remote controller", "", Provenance::Confirmed)] }, Claim { source: Source::Profile(Profile::Cloud), meaning: "Disarmed by remote controller", names: &[entry("Disarmed by remote controller", "qualifier 1 (new event / opening) + event 400", Provenance::Confirmed)] }, Claim { source: Source::Standard, meaning: "Opening / closing", names: &[entry("Opening / closing", "class: open/close, access, remote; CCC: user", Provenance::Standard)] }] },
];
static M3400: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Intrusion), meaning: "Arm / disarm by remote controller", names: &[entry("Arm / disarm by remote controller", "", Provenance::Confirmed)] }, Claim { source: Source::Profile(Profile::Cloud), meaning: "Armed by remote controller", names: &[entry("Armed by remote controller", "qualifier 3 (restore / closing) + event 400", Provenance::Confirmed)] }, Claim { source: Source::Standard, meaning: "Opening / closing", names: &[entry("Opening / closing", "class: open/close, access, remote; CCC: user", Provenance::Standard)] }] },
];
static M1401: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Intrusion), meaning: "Arm / disarm by message or web", names: &[entry("Arm / disarm by message or web", "", Provenance::Confirmed)] }, Claim { source: Source::Profile(Profile::Cloud), meaning: "Remote Disarm", names: &[entry("Remote Disarm", "qualifier 1 (new event / opening) + event 401", Provenance::Confirmed), entry("Automation Disarm", "qualifier 1 (new event / opening) + event 401; variant user911", Provenance::Confirmed)] }, Claim { source: Source::Standard, meaning: "Opening / closing by user", names: &[entry("Opening / closing by user", "class: open/close, access, remote; CCC: user", Provenance::Standard)] }] },
];
static M3401: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Intrusion), meaning: "Arm / disarm by message or web", names: &[entry("Arm / disarm by message or web", "", Provenance::Confirmed)] }, Claim { source: Source::Profile(Profile::Cloud), meaning: "Remote Arm", names: &[entry("Remote Arm", "qualifier 3 (restore / closing) + event 401", Provenance::Confirmed), entry("Automation Arm", "qualifier 3 (restore / closing) + event 401; variant user911", Provenance::Confirmed)] }, Claim { source: Source::Standard, meaning: "Opening / closing by user", names: &[entry("Opening / closing by user", "class: open/close, access, remote; CCC: user", Provenance::Standard)] }] },
];
static M1402: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Standard, meaning: "Opening / closing of a group", names: &[entry("Opening / closing of a group", "class: open/close, access, remote; CCC: user", Provenance::Standard)] }] },
];
static M1403: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "Auto Disarm", names: &[entry("Auto Disarm", "qualifier 1 (new event / opening) + event 403", Provenance::SingleSource)] }, Claim { source: Source::Standard, meaning: "Automatic opening / closing", names: &[entry("Automatic opening / closing", "class: open/close, access, remote; CCC: user", Provenance::Standard)] }] },
];
static M3403: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "Auto Arm", names: &[entry("Auto Arm", "qualifier 3 (restore / closing) + event 403", Provenance::SingleSource)] }, Claim { source: Source::Standard, meaning: "Automatic opening / closing", names: &[entry("Automatic opening / closing", "class: open/close, access, remote; CCC: user", Provenance::Standard)] }] },
];
static M1404: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Standard, meaning: "Late opening / closing (old; see 453 and 454)", names: &[entry("Late opening / closing (old; see 453 and 454)", "class: open/close, access, remote; CCC: user", Provenance::Standard)] }] },
];
static M1405: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Standard, meaning: "Deferred opening / closing (obsolete)", names: &[entry("Deferred opening / closing (obsolete)", "class: open/close, access, remote; CCC: user", Provenance::Standard)] }] },
];
static M1406: &[Meaning] = &[
    Meaning { distinction: Some(Provenance::SingleSource), claims: &[Claim { source: Source::Profile(Profile::CareUnitB), meaning: "help has arrived", names: &[entry("Help has arrived", "cancel in the standard", Provenance::SingleSource)] }] },
    Meaning { distinction: Some(Provenance::SingleSource), claims: &[Claim { source: Source::Profile(Profile::Intrusion), meaning: "cancel", names: &[entry("cancel", "", Provenance::Standard)] }, Claim { source: Source::Profile(Profile::Cloud), meaning: "cancel", names: &[entry("Cancel Abort", "qualifier 1 (new event / opening) + event 406", Provenance::Confirmed)] }, Claim { source: Source::Standard, meaning: "cancel", names: &[entry("Cancel", "class: open/close, access, remote; CCC: user", Provenance::Standard)] }] },
];
static M1407: &[Meaning] = &[
    Meaning { distinction: Some(Provenance::Inferred), claims: &[Claim { source: Source::Profile(Profile::Intrusion), meaning: "Arm / disarm by keypad", names: &[entry("Arm / disarm by keypad", "", Provenance::Confirmed)] }, Claim { source: Source::Profile(Profile::Cloud), meaning: "Disarmed by keypad", names: &[entry("Disarmed by keypad", "qualifier 1 (new event / opening) + event 407", Provenance::Confirmed)] }] },
    Meaning { distinction: Some(Provenance::Inferred), claims: &[Claim { source: Source::Standard, meaning: "Remote arming / disarming", names: &[entry("Remote arming / disarming", "class: open/close, access, remote; CCC: user", Provenance::Standard)] }] },
];
static M3407: &[Meaning] = &[
    Meaning { distinction: Some(Provenance::Inferred), claims: &[Claim { source: Source::Profile(Profile::Intrusion), meaning: "Arm / disarm by keypad", names: &[entry("Arm / disarm by keypad", "", Provenance::Confirmed)] }, Claim { source: Source::Profile(Profile::Cloud), meaning: "Armed by keypad", names: &[entry("Armed by keypad", "qualifier 3 (restore / closing) + event 407", Provenance::Confirmed)] }] },
    Meaning { distinction: Some(Provenance::Inferred), claims: &[Claim { source: Source::Standard, meaning: "Remote arming / disarming", names: &[entry("Remote arming / disarming", "class: open/close, access, remote; CCC: user", Provenance::Standard)] }] },
];
static M1408: &[Meaning] = &[
    Meaning { distinction: Some(Provenance::Inferred), claims: &[Claim { source: Source::Profile(Profile::Intrusion), meaning: "Arm / disarm by set/unset contact", names: &[entry("Arm / disarm by set/unset contact", "", Provenance::Confirmed)] }] },
    Meaning { distinction: Some(Provenance::Inferred), claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "Quick Disarm", names: &[entry("Quick Disarm", "qualifier 1 (new event / opening) + event 408", Provenance::Confirmed)] }, Claim { source: Source::Standard, meaning: "Quick arm", names: &[entry("Quick arm", "class: open/close, access, remote; CCC: user", Provenance::Standard)] }] },
];
static M3408: &[Meaning] = &[
    Meaning { distinction: Some(Provenance::Inferred), claims: &[Claim { source: Source::Profile(Profile::Intrusion), meaning: "Arm / disarm by set/unset contact", names: &[entry("Arm / disarm by set/unset contact", "", Provenance::Confirmed)] }] },
    Meaning { distinction: Some(Provenance::Inferred), claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "Quick Arm", names: &[entry("Quick Arm", "qualifier 3 (restore / closing) + event 408", Provenance::Confirmed)] }, Claim { source: Source::Standard, meaning: "Quick arm", names: &[entry("Quick arm", "class: open/close, access, remote; CCC: user", Provenance::Standard)] }] },
];
static M1409: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Standard, meaning: "Key switch opening / closing", names: &[entry("Key switch opening / closing", "class: open/close, access, remote; CCC: user", Provenance::Standard)] }] },
];
static M1411: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Standard, meaning: "Callback request made", names: &[entry("Callback request made", "class: open/close, access, remote; CCC: user", Provenance::Standard)] }] },
];
static M1412: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Standard, meaning: "Successful download/access", names: &[entry("Successful download/access", "class: open/close, access, remote; CCC: user", Provenance::Standard)] }] },
];
static M1413: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Standard, meaning: "Unsuccessful access", names: &[entry("Unsuccessful access", "class: open/close, access, remote; CCC: user", Provenance::Standard)] }] },
];
static M1414: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Standard, meaning: "System shutdown command received", names: &[entry("System shutdown command received", "class: open/close, access, remote; CCC: user", Provenance::Standard)] }] },
];
static M1415: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Standard, meaning: "Dialer shutdown command received", names: &[entry("Dialer shutdown command received", "class: open/close, access, remote; CCC: user", Provenance::Standard)] }] },
];
static M1416: &[Meaning] = &[
    Meaning { distinction: Some(Provenance::Inferred), claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "Equipment Update", names: &[entry("Equipment Update", "qualifier 1 (new event / opening) + event 416", Provenance::SingleSource)] }] },
    Meaning { distinction: Some(Provenance::Inferred), claims: &[Claim { source: Source::Standard, meaning: "Successful Upload", names: &[entry("Successful Upload", "class: open/close, access, remote; CCC: user", Provenance::Standard)] }] },
];
static M1421: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Standard, meaning: "Access denied", names: &[entry("Access denied", "class: open/close, access, remote; CCC: user or access point", Provenance::Standard)] }] },
];
static M1422: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Standard, meaning: "Access report by user", names: &[entry("Access report by user", "class: open/close, access, remote; CCC: user or access point", Provenance::Standard)] }] },
];
static M1423: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Standard, meaning: "Forced Access", names: &[entry("Forced Access", "class: open/close, access, remote; CCC: user or access point", Provenance::Standard)] }] },
];
static M1424: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Standard, meaning: "Egress Denied", names: &[entry("Egress Denied", "class: open/close, access, remote; CCC: user or access point", Provenance::Standard)] }] },
];
static M1425: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Standard, meaning: "Egress Granted", names: &[entry("Egress Granted", "class: open/close, access, remote; CCC: user or access point", Provenance::Standard)] }] },
];
static M1426: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Standard, meaning: "Access Door propped open", names: &[entry("Access Door propped open", "class: open/close, access, remote; CCC: user or access point", Provenance::Standard)] }] },
];
static M1427: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Standard, meaning: "Access point Door Status Monitor trouble", names: &[entry("Access point Door Status Monitor trouble", "class: open/close, access, remote; CCC: user or access point", Provenance::Standard)] }] },
];
static M1428: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Standard, meaning: "Access point Request To Exit trouble", names: &[entry("Access point Request To Exit trouble", "class: open/close, access, remote; CCC: user or access point", Provenance::Standard)] }] },
];
static M1429: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "User Enter Access Program Mode", names: &[entry("User Enter Access Program Mode", "qualifier 1 (new event / opening) + event 429", Provenance::SingleSource)] }, Claim { source: Source::Standard, meaning: "Access program mode entry", names: &[entry("Access program mode entry", "class: open/close, access, remote; CCC: user or access point", Provenance::Standard)] }] },
];
static M1430: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "User Exit Access Program Mode", names: &[entry("User Exit Access Program Mode", "qualifier 1 (new event / opening) + event 430", Provenance::SingleSource)] }, Claim { source: Source::Standard, meaning: "Access program mode exit", names: &[entry("Access program mode exit", "class: open/close, access, remote; CCC: user or access point", Provenance::Standard)] }] },
];
static M1431: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Standard, meaning: "Access threat level change", names: &[entry("Access threat level change", "class: open/close, access, remote; CCC: user or access point", Provenance::Standard)] }] },
];
static M1432: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Standard, meaning: "Access relay/trigger fail", names: &[entry("Access relay/trigger fail", "class: open/close, access, remote; CCC: user or access point", Provenance::Standard)] }] },
];
static M1433: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Standard, meaning: "Access RTE shunt", names: &[entry("Access RTE shunt", "class: open/close, access, remote; CCC: user or access point", Provenance::Standard)] }] },
];
static M1434: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Standard, meaning: "Access DSM shunt", names: &[entry("Access DSM shunt", "class: open/close, access, remote; CCC: user or access point", Provenance::Standard)] }] },
];
static M1441: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Standard, meaning: "Armed stay", names: &[entry("Armed stay", "class: open/close, access, remote; CCC: user", Provenance::Standard)] }] },
];
static M3441: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "Home Arm", names: &[entry("Home Arm", "qualifier 3 (restore / closing) + event 441", Provenance::SingleSource)] }, Claim { source: Source::Standard, meaning: "Armed stay", names: &[entry("Armed stay", "class: open/close, access, remote; CCC: user", Provenance::Standard)] }] },
];
static M1442: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Standard, meaning: "Key switch armed stay", names: &[entry("Key switch armed stay", "class: open/close, access, remote; CCC: user", Provenance::Standard)] }] },
];
static M1447: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "Device offline", names: &[entry("Device offline", "only in the cloud of one rebrand; 5xxx and 6xxx are not Contact ID", Provenance::SingleSource)] }] },
];
static M3447: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "Device online", names: &[entry("Device online", "only in the cloud of one rebrand; 5xxx and 6xxx are not Contact ID", Provenance::SingleSource)] }] },
];
static M1450: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Standard, meaning: "Exception opening / closing", names: &[entry("Exception opening / closing", "class: open/close, access, remote; CCC: user", Provenance::Standard)] }] },
];
static M1451: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Standard, meaning: "Early opening / closing", names: &[entry("Early opening / closing", "class: open/close, access, remote; CCC: user", Provenance::Standard)] }] },
];
static M1452: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Standard, meaning: "Late opening / closing", names: &[entry("Late opening / closing", "class: open/close, access, remote; CCC: user", Provenance::Standard)] }] },
];
static M1453: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Standard, meaning: "Failed to Open", names: &[entry("Failed to Open", "class: open/close, access, remote; CCC: user", Provenance::Standard)] }] },
];
static M1454: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "Fail to Close", names: &[entry("Fail to Close", "qualifier 1 (new event / opening) + event 454", Provenance::Confirmed)] }, Claim { source: Source::Standard, meaning: "Failed to Close", names: &[entry("Failed to Close", "class: open/close, access, remote; CCC: user", Provenance::Standard)] }] },
];
static M1455: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Standard, meaning: "Auto-arm Failed", names: &[entry("Auto-arm Failed", "class: open/close, access, remote; CCC: user", Provenance::Standard)] }] },
];
static M1456: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Intrusion), meaning: "Partial (home) arm", names: &[entry("Partial (home) arm", "", Provenance::Confirmed)] }, Claim { source: Source::Profile(Profile::Cloud), meaning: "Partial Arm", names: &[entry("Partial Arm", "qualifier 1 (new event / opening) + event 456", Provenance::Confirmed)] }, Claim { source: Source::Standard, meaning: "Partial Arm", names: &[entry("Partial Arm", "class: open/close, access, remote; CCC: user", Provenance::Standard)] }] },
];
static M3456: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Intrusion), meaning: "Partial (home) arm", names: &[entry("Partial (home) arm", "", Provenance::Confirmed)] }, Claim { source: Source::Profile(Profile::Cloud), meaning: "Home Arm", names: &[entry("Home Arm", "qualifier 3 (restore / closing) + event 456", Provenance::Confirmed)] }, Claim { source: Source::Standard, meaning: "Partial Arm", names: &[entry("Partial Arm", "class: open/close, access, remote; CCC: user", Provenance::Standard)] }] },
];
static M1457: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Standard, meaning: "Exit Error (user)", names: &[entry("Exit Error (user)", "class: open/close, access, remote; CCC: user", Provenance::Standard)] }] },
];
static M1458: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "User on Premises", names: &[entry("User on Premises", "qualifier 1 (new event / opening) + event 458", Provenance::Confirmed)] }, Claim { source: Source::Standard, meaning: "User on Premises", names: &[entry("User on Premises", "class: open/close, access, remote; CCC: user", Provenance::Standard)] }] },
];
static M1459: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "Recent Close", names: &[entry("Recent Close", "qualifier 1 (new event / opening) + event 459", Provenance::Confirmed)] }, Claim { source: Source::Standard, meaning: "Recent Close", names: &[entry("Recent Close", "class: open/close, access, remote; CCC: user", Provenance::Standard)] }] },
];
static M1461: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "Incorrect Code Disabling", names: &[entry("Incorrect Code Disabling", "qualifier 1 (new event / opening) + event 461", Provenance::SingleSource)] }, Claim { source: Source::Standard, meaning: "Wrong Code Entry", names: &[entry("Wrong Code Entry", "class: open/close, access, remote; CCC: user", Provenance::Standard)] }] },
];
static M1462: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Standard, meaning: "Legal Code Entry", names: &[entry("Legal Code Entry", "class: open/close, access, remote; CCC: user", Provenance::Standard)] }] },
];
static M1463: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Standard, meaning: "Re-arm after Alarm", names: &[entry("Re-arm after Alarm", "class: open/close, access, remote; CCC: user", Provenance::Standard)] }] },
];
static M1464: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Standard, meaning: "Auto-arm Time Extended", names: &[entry("Auto-arm Time Extended", "class: open/close, access, remote; CCC: user", Provenance::Standard)] }] },
];
static M1465: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "Alarm Reset", names: &[entry("Alarm Reset", "qualifier 1 (new event / opening) + event 465", Provenance::SingleSource)] }, Claim { source: Source::Standard, meaning: "Panic Alarm Reset", names: &[entry("Panic Alarm Reset", "class: open/close, access, remote; CCC: user", Provenance::Standard)] }] },
];
static M1466: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Standard, meaning: "Service On/Off Premises", names: &[entry("Service On/Off Premises", "class: open/close, access, remote; CCC: user", Provenance::Standard)] }] },
];
static M1489: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "Date Time Changed", names: &[entry("Date Time Changed", "qualifier 1 (new event / opening) + event 489", Provenance::SingleSource)] }] },
];
static M1490: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "Site Data Changed", names: &[entry("Site Data Changed", "qualifier 1 (new event / opening) + event 490", Provenance::SingleSource)] }] },
];
static M1497: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "System is not armed", names: &[entry("System is not armed", "qualifier 1 (new event / opening) + event 497", Provenance::SingleSource)] }] },
];
static M1498: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "Disarm Retry Fail", names: &[entry("Disarm Retry Fail", "qualifier 1 (new event / opening) + event 498", Provenance::SingleSource)] }] },
];
static M1501: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Standard, meaning: "Access reader disable", names: &[entry("Access reader disable", "class: bypass/disable; CCC: module or device", Provenance::Standard)] }] },
];
static M1520: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Standard, meaning: "Sounder/Relay Disable", names: &[entry("Sounder/Relay Disable", "class: bypass/disable; CCC: zone, or 000", Provenance::Standard)] }] },
];
static M1521: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Standard, meaning: "Bell 1 disable", names: &[entry("Bell 1 disable", "class: bypass/disable; CCC: zone, or 000", Provenance::Standard)] }] },
];
static M1522: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Standard, meaning: "Bell 2 disable", names: &[entry("Bell 2 disable", "class: bypass/disable; CCC: zone, or 000", Provenance::Standard)] }] },
];
static M1523: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Standard, meaning: "Alarm relay disable", names: &[entry("Alarm relay disable", "class: bypass/disable; CCC: zone, or 000", Provenance::Standard)] }] },
];
static M1524: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Standard, meaning: "Trouble relay disable", names: &[entry("Trouble relay disable", "class: bypass/disable; CCC: zone, or 000", Provenance::Standard)] }] },
];
static M1525: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Standard, meaning: "Reversing relay disable", names: &[entry("Reversing relay disable", "class: bypass/disable; CCC: zone, or 000", Provenance::Standard)] }] },
];
static M1526: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Standard, meaning: "Notification Appliance Ckt. # 3 disable", names: &[entry("Notification Appliance Ckt. # 3 disable", "class: bypass/disable; CCC: zone, or 000", Provenance::Standard)] }] },
];
static M1527: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Standard, meaning: "Notification Appliance Ckt. # 4 disable", names: &[entry("Notification Appliance Ckt. # 4 disable", "class: bypass/disable; CCC: zone, or 000", Provenance::Standard)] }] },
];
static M1531: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "Device Added", names: &[entry("Device Added", "qualifier 1 (new event / opening) + event 531", Provenance::SingleSource)] }, Claim { source: Source::Standard, meaning: "Module Added", names: &[entry("Module Added", "class: bypass/disable; CCC: module or device", Provenance::Standard)] }] },
];
static M1532: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "Device Removed", names: &[entry("Device Removed", "qualifier 1 (new event / opening) + event 532", Provenance::SingleSource)] }, Claim { source: Source::Standard, meaning: "Module Removed", names: &[entry("Module Removed", "class: bypass/disable; CCC: module or device", Provenance::Standard)] }] },
];
static M1551: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Standard, meaning: "Dialer disabled", names: &[entry("Dialer disabled", "class: bypass/disable; CCC: zone, or 000", Provenance::Standard)] }] },
];
static M1552: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Standard, meaning: "Radio transmitter disabled", names: &[entry("Radio transmitter disabled", "class: bypass/disable; CCC: zone, or 000", Provenance::Standard)] }] },
];
static M1553: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Standard, meaning: "Remote Upload/Download disabled", names: &[entry("Remote Upload/Download disabled", "class: bypass/disable; CCC: zone, or 000", Provenance::Standard)] }] },
];
static M1570: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Intrusion), meaning: "Device out of order or contact left open when arming; bypass", names: &[entry("Device out of order or contact left open when arming; bypass", "", Provenance::Confirmed)] }, Claim { source: Source::Profile(Profile::Cloud), meaning: "Zone Bypassed", names: &[entry("Zone Bypassed", "qualifier 1 (new event / opening) + event 570", Provenance::Confirmed)] }, Claim { source: Source::Standard, meaning: "Zone or sensor bypassed", names: &[entry("Zone or sensor bypassed", "class: bypass/disable; CCC: zone", Provenance::Standard)] }] },
];
static M3570: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Intrusion), meaning: "Device out of order or contact left open when arming; bypass", names: &[entry("Device out of order or contact left open when arming; bypass", "", Provenance::Confirmed)] }, Claim { source: Source::Profile(Profile::Cloud), meaning: "Bypass Restore", names: &[entry("Bypass Restore", "qualifier 3 (restore / closing) + event 570", Provenance::SingleSource)] }, Claim { source: Source::Standard, meaning: "Zone or sensor bypassed", names: &[entry("Zone or sensor bypassed", "class: bypass/disable; CCC: zone", Provenance::Standard)] }] },
];
static M1571: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Standard, meaning: "Fire bypass", names: &[entry("Fire bypass", "class: bypass/disable; CCC: zone", Provenance::Standard)] }] },
];
static M1572: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Standard, meaning: "24 Hour zone bypass", names: &[entry("24 Hour zone bypass", "class: bypass/disable; CCC: zone", Provenance::Standard)] }] },
];
static M1573: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Standard, meaning: "Burglary zone bypassed", names: &[entry("Burglary zone bypassed", "class: bypass/disable; CCC: zone", Provenance::Standard)] }] },
];
static M1574: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Standard, meaning: "Group bypass", names: &[entry("Group bypass", "class: bypass/disable; CCC: zone", Provenance::Standard)] }] },
];
static M1575: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Standard, meaning: "Swinger bypass", names: &[entry("Swinger bypass", "class: bypass/disable; CCC: zone", Provenance::Standard)] }] },
];
static M1576: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Standard, meaning: "Access zone shunt", names: &[entry("Access zone shunt", "class: bypass/disable; CCC: zone", Provenance::Standard)] }] },
];
static M1577: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Standard, meaning: "Access point bypass", names: &[entry("Access point bypass", "class: bypass/disable; CCC: zone", Provenance::Standard)] }] },
];
static M1601: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "Manual Test Report", names: &[entry("Manual Test Report", "qualifier 1 (new event / opening) + event 601", Provenance::Confirmed)] }, Claim { source: Source::Standard, meaning: "Manual trigger test report", names: &[entry("Manual trigger test report", "class: test/misc; CCC: zone, or 000", Provenance::Standard)] }] },
];
static M1602: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::CareUnitA), meaning: "Automatic check-in", names: &[entry("Automatic check-in", "", Provenance::SingleSource)] }, Claim { source: Source::Profile(Profile::CareUnitB), meaning: "Automatic check-in", names: &[entry("Automatic check-in", "", Provenance::SingleSource)] }, Claim { source: Source::Profile(Profile::Intrusion), meaning: "Automatic check-in", names: &[entry("Automatic check-in", "", Provenance::Confirmed)] }, Claim { source: Source::Profile(Profile::Cloud), meaning: "Periodic Test", names: &[entry("Periodic Test", "qualifier 1 (new event / opening) + event 602", Provenance::Confirmed)] }, Claim { source: Source::Standard, meaning: "Periodic test report", names: &[entry("Periodic test report", "class: test/misc; CCC: zone, or 000", Provenance::Standard)] }] },
];
static M1603: &[Meaning] = &[
    Meaning { distinction: Some(Provenance::Inferred), claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "GPRS test", names: &[entry("GPRS test", "qualifier 1 (new event / opening) + event 603", Provenance::SingleSource)] }] },
    Meaning { distinction: Some(Provenance::Inferred), claims: &[Claim { source: Source::Standard, meaning: "Periodic RF transmission", names: &[entry("Periodic RF transmission", "class: test/misc; CCC: zone, or 000", Provenance::Standard)] }] },
];
static M1604: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Standard, meaning: "Fire test", names: &[entry("Fire test", "class: test/misc; CCC: user", Provenance::Standard)] }] },
];
static M1605: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Standard, meaning: "Status report to follow", names: &[entry("Status report to follow", "class: test/misc; CCC: zone, or 000", Provenance::Standard)] }] },
];
static M1606: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::CareUnitA), meaning: "Speech channel follows", names: &[entry("Speech channel follows", "", Provenance::SingleSource)] }, Claim { source: Source::Profile(Profile::CareUnitB), meaning: "Speech channel follows", names: &[entry("Speech channel follows", "", Provenance::SingleSource)] }, Claim { source: Source::Standard, meaning: "Listen-in to follow", names: &[entry("Listen-in to follow", "class: test/misc; CCC: zone, or 000", Provenance::Standard)] }] },
];
static M1607: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Standard, meaning: "Walk test mode", names: &[entry("Walk test mode", "class: test/misc; CCC: user", Provenance::Standard)] }] },
];
static M1608: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Standard, meaning: "Periodic test - System Trouble Present", names: &[entry("Periodic test - System Trouble Present", "class: test/misc; CCC: zone, or 000", Provenance::Standard)] }] },
];
static M1609: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Standard, meaning: "Video transmitter active", names: &[entry("Video transmitter active", "class: test/misc; CCC: zone, or 000", Provenance::Standard)] }] },
];
static M1611: &[Meaning] = &[
    Meaning { distinction: Some(Provenance::Inferred), claims: &[Claim { source: Source::Profile(Profile::CareUnitB), meaning: "Global test", names: &[entry("Global test", "", Provenance::SingleSource)] }] },
    Meaning { distinction: Some(Provenance::Inferred), claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "Technical Alarm", names: &[entry("Technical Alarm", "qualifier 1 (new event / opening) + event 611", Provenance::Confirmed)] }] },
    Meaning { distinction: Some(Provenance::Inferred), claims: &[Claim { source: Source::Standard, meaning: "Point tested OK", names: &[entry("Point tested OK", "class: test/misc; CCC: zone", Provenance::Standard)] }] },
];
static M1612: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Standard, meaning: "Point not tested", names: &[entry("Point not tested", "class: test/misc; CCC: zone", Provenance::Standard)] }] },
];
static M1613: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Standard, meaning: "Intrusion Zone Walk Tested", names: &[entry("Intrusion Zone Walk Tested", "class: test/misc; CCC: zone", Provenance::Standard)] }] },
];
static M1614: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Standard, meaning: "Fire Zone Walk Tested", names: &[entry("Fire Zone Walk Tested", "class: test/misc; CCC: zone", Provenance::Standard)] }] },
];
static M1615: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Standard, meaning: "Panic Zone Walk Tested", names: &[entry("Panic Zone Walk Tested", "class: test/misc; CCC: zone", Provenance::Standard)] }] },
];
static M1616: &[Meaning] = &[
    Meaning { distinction: Some(Provenance::Inferred), claims: &[Claim { source: Source::Profile(Profile::Intrusion), meaning: "Call request", names: &[entry("Call request", "", Provenance::SingleSource)] }, Claim { source: Source::Profile(Profile::Cloud), meaning: "Call Request", names: &[entry("Call Request", "qualifier 1 (new event / opening) + event 616", Provenance::Confirmed)] }] },
    Meaning { distinction: Some(Provenance::Inferred), claims: &[Claim { source: Source::Standard, meaning: "Service Request", names: &[entry("Service Request", "class: test/misc; CCC: zone, or 000", Provenance::Standard)] }] },
];
static M1621: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Standard, meaning: "Event Log reset", names: &[entry("Event Log reset", "class: test/misc; CCC: zone, or 000", Provenance::Standard)] }] },
];
static M1622: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Standard, meaning: "Event Log 50% full", names: &[entry("Event Log 50% full", "class: test/misc; CCC: zone, or 000", Provenance::Standard)] }] },
];
static M1623: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Standard, meaning: "Event Log 90% full", names: &[entry("Event Log 90% full", "class: test/misc; CCC: zone, or 000", Provenance::Standard)] }] },
];
static M1624: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Standard, meaning: "Event Log overflow", names: &[entry("Event Log overflow", "class: test/misc; CCC: zone, or 000", Provenance::Standard)] }] },
];
static M1625: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Standard, meaning: "Time/Date reset", names: &[entry("Time/Date reset", "class: test/misc; CCC: zone, or 000", Provenance::Standard)] }] },
];
static M1626: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Standard, meaning: "Time/Date inaccurate", names: &[entry("Time/Date inaccurate", "class: test/misc; CCC: zone, or 000", Provenance::Standard)] }] },
];
static M1627: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Standard, meaning: "Program mode entry", names: &[entry("Program mode entry", "class: test/misc; CCC: zone, or 000", Provenance::Standard)] }] },
];
static M1628: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Standard, meaning: "Program mode exit", names: &[entry("Program mode exit", "class: test/misc; CCC: zone, or 000", Provenance::Standard)] }] },
];
static M1629: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Standard, meaning: "32 hour event log marker", names: &[entry("32 hour event log marker", "class: test/misc; CCC: zone, or 000", Provenance::Standard)] }] },
];
static M1630: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Standard, meaning: "Schedule change", names: &[entry("Schedule change", "class: test/misc; CCC: zone, or 000", Provenance::Standard)] }] },
];
static M1631: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Standard, meaning: "Exception schedule change", names: &[entry("Exception schedule change", "class: test/misc; CCC: zone, or 000", Provenance::Standard)] }] },
];
static M1632: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Standard, meaning: "Access schedule change", names: &[entry("Access schedule change", "class: test/misc; CCC: zone, or 000", Provenance::Standard)] }] },
];
static M1641: &[Meaning] = &[
    Meaning { distinction: Some(Provenance::SingleSource), claims: &[Claim { source: Source::Profile(Profile::CareUnitA), meaning: "inactivity", names: &[entry("Inactivity timer expired", "fixed zone number 072", Provenance::SingleSource)] }, Claim { source: Source::Profile(Profile::Cloud), meaning: "inactivity", names: &[entry("Inactivity (mobility timer) alarm", "qualifier 1 (new event / opening) + event 641", Provenance::Confirmed)] }] },
    Meaning { distinction: Some(Provenance::SingleSource), claims: &[Claim { source: Source::Profile(Profile::CareUnitB), meaning: "mobility", names: &[entry("Mobility timer expired", "fixed zone number 071", Provenance::SingleSource)] }] },
    Meaning { distinction: Some(Provenance::SingleSource), claims: &[Claim { source: Source::Profile(Profile::Intrusion), meaning: "senior watch", names: &[entry("senior watch", "", Provenance::Standard)] }, Claim { source: Source::Standard, meaning: "senior watch trouble", names: &[entry("Senior watch trouble (inactivity)", "class: test/misc; CCC: zone, or 000", Provenance::Standard)] }] },
];
static M3641: &[Meaning] = &[
    Meaning { distinction: Some(Provenance::SingleSource), claims: &[Claim { source: Source::Profile(Profile::CareUnitA), meaning: "inactivity", names: &[entry("Inactivity timer expired", "fixed zone number 072", Provenance::SingleSource)] }, Claim { source: Source::Profile(Profile::Cloud), meaning: "inactivity", names: &[entry("Inactivity Restore", "qualifier 3 (restore / closing) + event 641", Provenance::SingleSource)] }] },
    Meaning { distinction: Some(Provenance::SingleSource), claims: &[Claim { source: Source::Profile(Profile::CareUnitB), meaning: "mobility", names: &[entry("Mobility timer expired", "fixed zone number 071", Provenance::SingleSource)] }] },
    Meaning { distinction: Some(Provenance::SingleSource), claims: &[Claim { source: Source::Profile(Profile::Intrusion), meaning: "senior watch", names: &[entry("senior watch", "", Provenance::Standard)] }, Claim { source: Source::Standard, meaning: "senior watch trouble", names: &[entry("Senior watch trouble (inactivity)", "class: test/misc; CCC: zone, or 000", Provenance::Standard)] }] },
];
static M1642: &[Meaning] = &[
    Meaning { distinction: Some(Provenance::Inferred), claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "Entry delay initiated", names: &[entry("Entry delay initiated", "qualifier 1 (new event / opening) + event 642", Provenance::SingleSource)] }] },
    Meaning { distinction: Some(Provenance::Inferred), claims: &[Claim { source: Source::Standard, meaning: "Latch-key supervision", names: &[entry("Latch-key supervision", "class: test/misc; CCC: user", Provenance::Standard)] }] },
];
static M1643: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "Location Accuracy Deviation", names: &[entry("Location Accuracy Deviation", "qualifier 1 (new event / opening) + event 643", Provenance::SingleSource)] }] },
];
static M1644: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "Location Positioning Timed Out", names: &[entry("Location Positioning Timed Out", "qualifier 1 (new event / opening) + event 644", Provenance::SingleSource)] }] },
];
static M1645: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "Location of Alarm Triggered", names: &[entry("Location of Alarm Triggered", "qualifier 1 (new event / opening) + event 645", Provenance::Confirmed)] }] },
];
static M1646: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "GPS Location Requested", names: &[entry("GPS Location Requested", "qualifier 1 (new event / opening) + event 646", Provenance::Confirmed)] }] },
];
static M1647: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "Periodic GPS Positioning", names: &[entry("Periodic GPS Positioning", "qualifier 1 (new event / opening) + event 647", Provenance::Confirmed)] }] },
];
static M1648: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "Locate-by-beeping requested", names: &[entry("Locate-by-beeping requested", "qualifier 1 (new event / opening) + event 648", Provenance::Confirmed)] }] },
];
static M1649: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "Mobile Unit Disconnected from Base", names: &[entry("Mobile Unit Disconnected from Base", "qualifier 1 (new event / opening) + event 649", Provenance::Confirmed)] }] },
];
static M3649: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "Mobile Unit Connected to Base", names: &[entry("Mobile Unit Connected to Base", "qualifier 3 (restore / closing) + event 649", Provenance::Confirmed)] }] },
];
static M1651: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Standard, meaning: "Reserved", names: &[entry("Reserved", "class: test/misc; CCC: zone, or 000", Provenance::Standard)] }] },
];
static M1654: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Standard, meaning: "System Inactivity", names: &[entry("System Inactivity", "class: test/misc; CCC: zone, or 000", Provenance::Standard)] }] },
];
static M1655: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "Test Report", names: &[entry("Test Report", "qualifier 1 (new event / opening) + event 655", Provenance::Confirmed)] }] },
];
static M1660: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "Person left (exit detected)", names: &[entry("Person left (exit detected)", "qualifier 1 (new event / opening) + event 660", Provenance::SingleSource)] }] },
];
static M3660: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "Person came back (entry detected)", names: &[entry("Person came back (entry detected)", "qualifier 3 (restore / closing) + event 660", Provenance::SingleSource)] }] },
];
static M1661: &[Meaning] = &[
    Meaning { distinction: Some(Provenance::SingleSource), claims: &[Claim { source: Source::Profile(Profile::CareUnitA), meaning: "help arrived", names: &[entry("1661 help arrived; 3661 visit finished", "", Provenance::SingleSource)] }, Claim { source: Source::Profile(Profile::Cloud), meaning: "help arrived", names: &[entry("Help has arrived", "qualifier 1 (new event / opening) + event 661", Provenance::SingleSource)] }] },
];
static M3661: &[Meaning] = &[
    Meaning { distinction: Some(Provenance::SingleSource), claims: &[Claim { source: Source::Profile(Profile::CareUnitA), meaning: "visit finished", names: &[entry("1661 help arrived; 3661 visit finished", "", Provenance::SingleSource)] }, Claim { source: Source::Profile(Profile::Cloud), meaning: "visit finished", names: &[entry("Help has finished the visit", "qualifier 3 (restore / closing) + event 661", Provenance::SingleSource)] }] },
];
static M1662: &[Meaning] = &[
    Meaning { distinction: Some(Provenance::SingleSource), claims: &[Claim { source: Source::Profile(Profile::CareUnitA), meaning: "more help needed", names: &[entry("More help needed", "repeated every 15 min for one hour until 661", Provenance::SingleSource)] }, Claim { source: Source::Profile(Profile::Cloud), meaning: "more help needed", names: &[entry("More help needed", "qualifier 1 (new event / opening) + event 662", Provenance::SingleSource)] }] },
];
static M1663: &[Meaning] = &[
    Meaning { distinction: Some(Provenance::SingleSource), claims: &[Claim { source: Source::Profile(Profile::CareUnitA), meaning: "closed on site", names: &[entry("Case closed on site", "", Provenance::SingleSource)] }, Claim { source: Source::Profile(Profile::Cloud), meaning: "closed on site", names: &[entry("Case closed on site (no real need)", "qualifier 1 (new event / opening) + event 663", Provenance::SingleSource)] }] },
];
static M1665: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "Inactivity Monitoring Suspend", names: &[entry("Inactivity Monitoring Suspend", "qualifier 1 (new event / opening) + event 665", Provenance::SingleSource)] }] },
];
static M3665: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "Inactivity Monitoring Resume", names: &[entry("Inactivity Monitoring Resume", "qualifier 3 (restore / closing) + event 665", Provenance::SingleSource)] }] },
];
static M1666: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "User set away", names: &[entry("User set away", "qualifier 1 (new event / opening) + event 666", Provenance::SingleSource)] }] },
];
static M3666: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "User set home", names: &[entry("User set home", "qualifier 3 (restore / closing) + event 666", Provenance::SingleSource)] }] },
];
static M1669: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "Green button: call-back wanted", names: &[entry("Green button: call-back wanted", "qualifier 1 (new event / opening) + event 669", Provenance::SingleSource)] }] },
];
static M1670: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "Glass break", names: &[entry("Glass break", "qualifier 1 (new event / opening) + event 670", Provenance::SingleSource)] }] },
];
static M3672: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "Charger Disconnection", names: &[entry("Charger Disconnection", "qualifier 3 (restore / closing) + event 672; mobile care devices", Provenance::SingleSource)] }] },
];
static M1674: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "Incoming call", names: &[entry("Incoming call", "qualifier 1 (new event / opening) + event 674", Provenance::SingleSource)] }] },
];
static M3674: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "Two-way Call-Out Complete", names: &[entry("Two-way Call-Out Complete", "qualifier 3 (restore / closing) + event 674", Provenance::SingleSource)] }] },
];
static M1681: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "Access card added or changed", names: &[entry("Access card added or changed", "qualifier 1 (new event / opening) + event 681", Provenance::SingleSource)] }] },
];
static M1682: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "Access card deleted", names: &[entry("Access card deleted", "qualifier 1 (new event / opening) + event 682", Provenance::SingleSource)] }] },
];
static M1683: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "Access code added or changed", names: &[entry("Access code added or changed", "qualifier 1 (new event / opening) + event 683", Provenance::SingleSource)] }] },
];
static M1684: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "Access code deleted", names: &[entry("Access code deleted", "qualifier 1 (new event / opening) + event 684", Provenance::SingleSource)] }] },
];
static M1685: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "Fingerprint added or changed", names: &[entry("Fingerprint added or changed", "qualifier 1 (new event / opening) + event 685", Provenance::SingleSource)] }] },
];
static M1686: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "Fingerprint deleted", names: &[entry("Fingerprint deleted", "qualifier 1 (new event / opening) + event 686", Provenance::SingleSource)] }] },
];
static M1692: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "Pre-Alarm", names: &[entry("Pre-Alarm", "qualifier 1 (new event / opening) + event 692", Provenance::SingleSource)] }] },
];
static M1693: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Intrusion), meaning: "Cross zone, first trip", names: &[entry("Cross zone, first trip", "", Provenance::SingleSource)] }, Claim { source: Source::Profile(Profile::Cloud), meaning: "Cross Zone First Trip", names: &[entry("Cross Zone First Trip", "qualifier 1 (new event / opening) + event 693", Provenance::SingleSource)] }] },
];
static M1694: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Intrusion), meaning: "Cross zone timeout", names: &[entry("Cross zone timeout", "", Provenance::SingleSource)] }, Claim { source: Source::Profile(Profile::Cloud), meaning: "Cross Zone Timeout", names: &[entry("Cross Zone Timeout", "qualifier 1 (new event / opening) + event 694", Provenance::SingleSource)] }] },
];
static M1695: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Intrusion), meaning: "Fire verification timeout", names: &[entry("Fire verification timeout", "", Provenance::SingleSource)] }] },
];
static M1699: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "Ethernet test", names: &[entry("Ethernet test", "qualifier 1 (new event / opening) + event 699", Provenance::SingleSource)] }] },
];
static M1704: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "Entry", names: &[entry("Entry", "qualifier 1 (new event / opening) + event 704", Provenance::Confirmed)] }] },
];
static M1705: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "Medication Taken", names: &[entry("Medication Taken", "qualifier 1 (new event / opening) + event 705", Provenance::SingleSource)] }] },
];
static M1706: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "Medication Not Taken", names: &[entry("Medication Not Taken", "qualifier 1 (new event / opening) + event 706", Provenance::SingleSource)] }] },
];
static M1707: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "Dispenser's Tray Stuck", names: &[entry("Dispenser's Tray Stuck", "qualifier 1 (new event / opening) + event 707", Provenance::SingleSource)] }] },
];
static M3707: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "Dispenser's Tray Stuck Restore", names: &[entry("Dispenser's Tray Stuck Restore", "qualifier 3 (restore / closing) + event 707", Provenance::SingleSource)] }] },
];
static M1708: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "Dispenser Upside Down", names: &[entry("Dispenser Upside Down", "qualifier 1 (new event / opening) + event 708", Provenance::SingleSource)] }] },
];
static M3710: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "Home A Arm", names: &[entry("Home A Arm", "qualifier 3 (restore / closing) + event 710", Provenance::SingleSource)] }] },
];
static M3711: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "Home B Arm", names: &[entry("Home B Arm", "qualifier 3 (restore / closing) + event 711", Provenance::SingleSource)] }] },
];
static M3712: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "Home A + B Arm", names: &[entry("Home A + B Arm", "qualifier 3 (restore / closing) + event 712", Provenance::SingleSource)] }] },
];
static M3713: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "Home C Arm", names: &[entry("Home C Arm", "qualifier 3 (restore / closing) + event 713", Provenance::SingleSource)] }] },
];
static M3714: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "Home A + C Arm", names: &[entry("Home A + C Arm", "qualifier 3 (restore / closing) + event 714", Provenance::SingleSource)] }] },
];
static M3715: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "Home B + C Arm", names: &[entry("Home B + C Arm", "qualifier 3 (restore / closing) + event 715", Provenance::SingleSource)] }] },
];
static M3720: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "Home A Arm", names: &[entry("Home A Arm", "qualifier 3 (restore / closing) + event 720", Provenance::SingleSource)] }] },
];
static M3721: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "Home B Arm", names: &[entry("Home B Arm", "qualifier 3 (restore / closing) + event 721", Provenance::SingleSource)] }] },
];
static M3722: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "Home A + B Arm", names: &[entry("Home A + B Arm", "qualifier 3 (restore / closing) + event 722", Provenance::SingleSource)] }] },
];
static M3723: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "Home C Arm", names: &[entry("Home C Arm", "qualifier 3 (restore / closing) + event 723", Provenance::SingleSource)] }] },
];
static M3724: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "Home A + C Arm", names: &[entry("Home A + C Arm", "qualifier 3 (restore / closing) + event 724", Provenance::SingleSource)] }] },
];
static M3725: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "Home B + C Arm", names: &[entry("Home B + C Arm", "qualifier 3 (restore / closing) + event 725", Provenance::SingleSource)] }] },
];
static M1731: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "Refrigerator zone alarm", names: &[entry("Refrigerator zone alarm", "qualifier 1 (new event / opening) + event 731", Provenance::SingleSource)] }] },
];
static M1732: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "Wandering person zone alarm", names: &[entry("Wandering person zone alarm", "qualifier 1 (new event / opening) + event 732", Provenance::SingleSource)] }] },
];
static M1733: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "Person not back in bed", names: &[entry("Person not back in bed", "qualifier 1 (new event / opening) + event 733", Provenance::SingleSource)] }] },
];
static M3733: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "Person back in bed (restore of 733)", names: &[entry("Person back in bed (restore of 733)", "qualifier 3 (restore / closing) + event 733", Provenance::SingleSource)] }] },
];
static M1734: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "Person has not got up", names: &[entry("Person has not got up", "qualifier 1 (new event / opening) + event 734", Provenance::SingleSource)] }] },
];
static M1735: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "Epilepsy sensor alarm", names: &[entry("Epilepsy sensor alarm", "qualifier 1 (new event / opening) + event 735", Provenance::SingleSource)] }] },
];
static M1736: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "Person out of bed", names: &[entry("Person out of bed", "qualifier 1 (new event / opening) + event 736", Provenance::SingleSource)] }] },
];
static M1750: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "Trigger Notification", names: &[entry("Trigger Notification", "qualifier 1 (new event / opening) + event 750", Provenance::Confirmed)] }] },
];
static M3750: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "Restore Notification", names: &[entry("Restore Notification", "qualifier 3 (restore / closing) + event 750", Provenance::Confirmed)] }] },
];
static M1751: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "IR Activity - Mobility", names: &[entry("IR Activity - Mobility", "qualifier 1 (new event / opening) + event 751", Provenance::Confirmed)] }] },
];
static M1752: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "Siren On", names: &[entry("Siren On", "qualifier 1 (new event / opening) + event 752", Provenance::Confirmed)] }] },
];
static M3752: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "Siren Off", names: &[entry("Siren Off", "qualifier 3 (restore / closing) + event 752", Provenance::Confirmed)] }] },
];
static M1753: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "Event Notification", names: &[entry("Event Notification", "qualifier 1 (new event / opening) + event 753", Provenance::SingleSource)] }] },
];
static M3753: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "Door Close", names: &[entry("Door Close", "qualifier 3 (restore / closing) + event 753", Provenance::SingleSource)] }] },
];
static M1755: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "IR Trigger", names: &[entry("IR Trigger", "qualifier 1 (new event / opening) + event 755", Provenance::SingleSource)] }] },
];
static M3755: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "IR Trigger Restore", names: &[entry("IR Trigger Restore", "qualifier 3 (restore / closing) + event 755", Provenance::SingleSource)] }] },
];
static M3756: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "Home arm from remote control", names: &[entry("Home arm from remote control", "qualifier 3 (restore / closing) + event 756", Provenance::SingleSource)] }] },
];
static M3758: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "Home arm (second code)", names: &[entry("Home arm (second code)", "only in the cloud of one rebrand; 5xxx and 6xxx are not Contact ID", Provenance::SingleSource)] }] },
];
static M1759: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "CGMS Motion Detected", names: &[entry("CGMS Motion Detected", "qualifier 1 (new event / opening) + event 759", Provenance::SingleSource)] }] },
];
static M3759: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "No CGMS Motion Detected", names: &[entry("No CGMS Motion Detected", "qualifier 3 (restore / closing) + event 759", Provenance::SingleSource)] }] },
];
static M1760: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "Treasury zone (meaning not explained)", names: &[entry("Treasury zone (meaning not explained)", "qualifier 1 (new event / opening) + event 760", Provenance::SingleSource)] }] },
];
static M1761: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "Prepare 1", names: &[entry("Prepare 1", "qualifier 1 (new event / opening) + event 761", Provenance::SingleSource)] }] },
];
static M1762: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "Prepare 2", names: &[entry("Prepare 2", "qualifier 1 (new event / opening) + event 762", Provenance::SingleSource)] }] },
];
static M3762: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "Prepare 2 Alarm Restore", names: &[entry("Prepare 2 Alarm Restore", "qualifier 3 (restore / closing) + event 762", Provenance::SingleSource)] }] },
];
static M1763: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "Prepare 3", names: &[entry("Prepare 3", "qualifier 1 (new event / opening) + event 763", Provenance::SingleSource)] }] },
];
static M3763: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "Prepare 3 Alarm Restore", names: &[entry("Prepare 3 Alarm Restore", "qualifier 3 (restore / closing) + event 763", Provenance::SingleSource)] }] },
];
static M1772: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "Panic Alarm Location", names: &[entry("Panic Alarm Location", "qualifier 1 (new event / opening) + event 772", Provenance::SingleSource)] }] },
];
static M1777: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "Yellow Button Disabled", names: &[entry("Yellow Button Disabled", "qualifier 1 (new event / opening) + event 777", Provenance::SingleSource)] }] },
];
static M1780: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "Alarm Input", names: &[entry("Alarm Input", "qualifier 1 (new event / opening) + event 780", Provenance::SingleSource)] }] },
];
static M1781: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "Video Motion", names: &[entry("Video Motion", "qualifier 1 (new event / opening) + event 781", Provenance::SingleSource)] }] },
];
static M1782: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "Cross Line Detection", names: &[entry("Cross Line Detection", "qualifier 1 (new event / opening) + event 782", Provenance::SingleSource)] }] },
];
static M1783: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "Cross Region Detection", names: &[entry("Cross Region Detection", "qualifier 1 (new event / opening) + event 783", Provenance::SingleSource)] }] },
];
static M1787: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "VDP Motion Detected", names: &[entry("VDP Motion Detected", "qualifier 1 (new event / opening) + event 787", Provenance::SingleSource)] }] },
];
static M1788: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "Motion Detected Region 2", names: &[entry("Motion Detected Region 2", "qualifier 1 (new event / opening) + event 788", Provenance::Confirmed)] }] },
];
static M1789: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "Motion Detected Region 1", names: &[entry("Motion Detected Region 1", "qualifier 1 (new event / opening) + event 789", Provenance::Confirmed)] }] },
];
static M1790: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "Doorbell Rings", names: &[entry("Doorbell Rings", "qualifier 1 (new event / opening) + event 790", Provenance::SingleSource)] }] },
];
static M1791: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "Missed Ring", names: &[entry("Missed Ring", "qualifier 1 (new event / opening) + event 791", Provenance::SingleSource)] }] },
];
static M1792: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "Answered Ring", names: &[entry("Answered Ring", "qualifier 1 (new event / opening) + event 792", Provenance::SingleSource)] }] },
];
static M1793: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "SD Card Unplugged", names: &[entry("SD Card Unplugged", "qualifier 1 (new event / opening) + event 793", Provenance::SingleSource)] }] },
];
static M1794: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "SD Card Broken", names: &[entry("SD Card Broken", "qualifier 1 (new event / opening) + event 794", Provenance::SingleSource)] }] },
];
static M1795: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "Human Detection", names: &[entry("Human Detection", "qualifier 1 (new event / opening) + event 795", Provenance::SingleSource)] }] },
];
static M1804: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "Deadbolt Jammed", names: &[entry("Deadbolt Jammed", "qualifier 1 (new event / opening) + event 804", Provenance::SingleSource)] }] },
];
static M1814: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "Bad Floating ID", names: &[entry("Bad Floating ID", "qualifier 1 (new event / opening) + event 814", Provenance::SingleSource)] }] },
];
static M1815: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "Failed to Lock", names: &[entry("Failed to Lock", "qualifier 1 (new event / opening) + event 815", Provenance::SingleSource)] }] },
];
static M1816: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "Hook Bolt Change", names: &[entry("Hook Bolt Change", "qualifier 1 (new event / opening) + event 816", Provenance::SingleSource)] }] },
];
static M1817: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "Access Attempts Exceed", names: &[entry("Access Attempts Exceed", "qualifier 1 (new event / opening) + event 817", Provenance::SingleSource)] }] },
];
static M1830: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "Finished Liquid", names: &[entry("Finished Liquid", "qualifier 1 (new event / opening) + event 830", Provenance::SingleSource)] }] },
];
static M3830: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "Liquid OK", names: &[entry("Liquid OK", "qualifier 3 (restore / closing) + event 830", Provenance::SingleSource)] }] },
];
static M1831: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "Low Battery or Absent Battery", names: &[entry("Low Battery or Absent Battery", "qualifier 1 (new event / opening) + event 831", Provenance::SingleSource)] }] },
];
static M3831: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "Battery OK", names: &[entry("Battery OK", "qualifier 3 (restore / closing) + event 831", Provenance::SingleSource)] }] },
];
static M1832: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "Defective Fog Cannon Probe", names: &[entry("Defective Fog Cannon Probe", "qualifier 1 (new event / opening) + event 832", Provenance::SingleSource)] }] },
];
static M3832: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "Fog Cannon Probe OK", names: &[entry("Fog Cannon Probe OK", "qualifier 3 (restore / closing) + event 832", Provenance::SingleSource)] }] },
];
static M1833: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "Lack of Electricity", names: &[entry("Lack of Electricity", "qualifier 1 (new event / opening) + event 833", Provenance::SingleSource)] }] },
];
static M3833: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "Electricity Restore", names: &[entry("Electricity Restore", "qualifier 3 (restore / closing) + event 833", Provenance::SingleSource)] }] },
];
static M1834: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "Overtemperature of The Burner", names: &[entry("Overtemperature of The Burner", "qualifier 1 (new event / opening) + event 834", Provenance::SingleSource)] }] },
];
static M3834: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "Burner Temperature OK", names: &[entry("Burner Temperature OK", "qualifier 3 (restore / closing) + event 834", Provenance::SingleSource)] }] },
];
static M1835: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "Failure of The Hydraulic Circuit", names: &[entry("Failure of The Hydraulic Circuit", "qualifier 1 (new event / opening) + event 835", Provenance::SingleSource)] }] },
];
static M3835: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "Hydraulic Circuit OK", names: &[entry("Hydraulic Circuit OK", "qualifier 3 (restore / closing) + event 835", Provenance::SingleSource)] }] },
];
static M1836: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "Burner Failure", names: &[entry("Burner Failure", "qualifier 1 (new event / opening) + event 836", Provenance::SingleSource)] }] },
];
static M3836: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "Burner OK", names: &[entry("Burner OK", "qualifier 3 (restore / closing) + event 836", Provenance::SingleSource)] }] },
];
static M1840: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "Storage Device Failure", names: &[entry("Storage Device Failure", "qualifier 1 (new event / opening) + event 840", Provenance::SingleSource)] }] },
];
static M3840: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "Storage Device OK", names: &[entry("Storage Device OK", "qualifier 3 (restore / closing) + event 840", Provenance::SingleSource)] }] },
];
static M1841: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "Low output Voltage", names: &[entry("Low output Voltage", "qualifier 1 (new event / opening) + event 841", Provenance::SingleSource)] }] },
];
static M3841: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "Output Voltage OK", names: &[entry("Output Voltage OK", "qualifier 3 (restore / closing) + event 841", Provenance::SingleSource)] }] },
];
static M1842: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "Power Unit Failure", names: &[entry("Power Unit Failure", "qualifier 1 (new event / opening) + event 842", Provenance::SingleSource)] }] },
];
static M3842: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "Power Unit OK", names: &[entry("Power Unit OK", "qualifier 3 (restore / closing) + event 842", Provenance::SingleSource)] }] },
];
static M1843: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "Power Unit SD Charging", names: &[entry("Power Unit SD Charging", "qualifier 1 (new event / opening) + event 843", Provenance::SingleSource)] }] },
];
static M3843: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "Power Unit SD Charged", names: &[entry("Power Unit SD Charged", "qualifier 3 (restore / closing) + event 843", Provenance::SingleSource)] }] },
];
static M1844: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "Over-voltage Protection", names: &[entry("Over-voltage Protection", "qualifier 1 (new event / opening) + event 844", Provenance::SingleSource)] }] },
];
static M3844: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "Over-voltage Restore", names: &[entry("Over-voltage Restore", "qualifier 3 (restore / closing) + event 844", Provenance::SingleSource)] }] },
];
static M1845: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "Short Circuit Protection", names: &[entry("Short Circuit Protection", "qualifier 1 (new event / opening) + event 845", Provenance::SingleSource)] }] },
];
static M3845: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "Short Circuit Restore", names: &[entry("Short Circuit Restore", "qualifier 3 (restore / closing) + event 845", Provenance::SingleSource)] }] },
];
static M3887: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "SD Test", names: &[entry("SD Test", "qualifier 3 (restore / closing) + event 887", Provenance::SingleSource)] }] },
];
static M1899: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "APN Setting Changed", names: &[entry("APN Setting Changed", "qualifier 1 (new event / opening) + event 899", Provenance::SingleSource)] }] },
];
static M1900: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "No GPS feature when the alarm is triggered", names: &[entry("No GPS feature when the alarm is triggered", "qualifier 1 (new event / opening) + event 900", Provenance::SingleSource)] }] },
];
static M1928: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "Monitor Device", names: &[entry("Monitor Device", "qualifier 1 (new event / opening) + event 928", Provenance::SingleSource)] }] },
];
static M3928: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "Monitor Device Restored", names: &[entry("Monitor Device Restored", "qualifier 3 (restore / closing) + event 928", Provenance::SingleSource)] }] },
];
static M1990: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "HPS: Firmware Update", names: &[entry("HPS: Firmware Update", "qualifier 1 (new event / opening) + event 990", Provenance::SingleSource)] }] },
];
static M1991: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "HPS: Configuration Change", names: &[entry("HPS: Configuration Change", "qualifier 1 (new event / opening) + event 991", Provenance::SingleSource)] }] },
];
static M1992: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "BRPD BLE Disconnect", names: &[entry("BRPD BLE Disconnect", "qualifier 1 (new event / opening) + event 992", Provenance::SingleSource)] }] },
];
static M3992: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "BRPD BLE Connection Restore", names: &[entry("BRPD BLE Connection Restore", "qualifier 3 (restore / closing) + event 992", Provenance::SingleSource)] }] },
];
static M1993: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "Help Call Canceled by User", names: &[entry("Help Call Canceled by User", "qualifier 1 (new event / opening) + event 993", Provenance::SingleSource)] }] },
];
static M1994: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "Help Call Answered", names: &[entry("Help Call Answered", "qualifier 1 (new event / opening) + event 994", Provenance::SingleSource)] }] },
];
static M1995: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "Help Call Operator Unavailable", names: &[entry("Help Call Operator Unavailable", "qualifier 1 (new event / opening) + event 995", Provenance::SingleSource)] }] },
];
static M1996: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "VOIP Server Cannot be Reached", names: &[entry("VOIP Server Cannot be Reached", "qualifier 1 (new event / opening) + event 996", Provenance::SingleSource)] }] },
];
static M1997: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "No Internet Connection", names: &[entry("No Internet Connection", "qualifier 1 (new event / opening) + event 997", Provenance::SingleSource)] }] },
];
static M1999: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "Panel offline", names: &[entry("Panel offline", "qualifier 1 (new event / opening) + event 999", Provenance::SingleSource)] }] },
];
static M3999: &[Meaning] = &[
    Meaning { distinction: None, claims: &[Claim { source: Source::Profile(Profile::Cloud), meaning: "Panel online", names: &[entry("Panel online", "qualifier 3 (restore / closing) + event 999", Provenance::SingleSource)] }] },
];

/// By 1000 times the qualifier, 1 or 3, plus the event.
pub(super) static MEANINGS: &[(u16, &[Meaning])] = &[
    (1100, M1100),
    (1101, M1101),
    (1102, M1102),
    (1110, M1110),
    (1111, M1111),
    (1112, M1112),
    (1113, M1113),
    (1114, M1114),
    (1115, M1115),
    (1116, M1116),
    (1117, M1117),
    (1118, M1118),
    (1120, M1120),
    (1121, M1121),
    (1122, M1122),
    (1123, M1123),
    (1124, M1124),
    (1125, M1125),
    (1130, M1130),
    (1131, M1131),
    (1132, M1132),
    (1133, M1133),
    (1134, M1134),
    (1135, M1135),
    (1136, M1136),
    (1137, M1137),
    (1138, M1138),
    (1139, M1139),
    (1140, M1140),
    (1141, M1141),
    (1142, M1142),
    (1143, M1143),
    (1144, M1144),
    (1145, M1145),
    (1146, M1146),
    (1147, M1147),
    (1150, M1150),
    (1151, M1151),
    (1152, M1152),
    (1153, M1153),
    (1154, M1154),
    (1155, M1155),
    (1156, M1156),
    (1157, M1157),
    (1158, M1158),
    (1159, M1159),
    (1161, M1161),
    (1162, M1162),
    (1163, M1163),
    (1165, M1165),
    (1170, M1170),
    (1171, M1171),
    (1172, M1172),
    (1173, M1173),
    (1174, M1174),
    (1175, M1175),
    (1176, M1176),
    (1200, M1200),
    (1201, M1201),
    (1202, M1202),
    (1203, M1203),
    (1204, M1204),
    (1205, M1205),
    (1206, M1206),
    (1300, M1300),
    (1301, M1301),
    (1302, M1302),
    (1303, M1303),
    (1304, M1304),
    (1305, M1305),
    (1306, M1306),
    (1307, M1307),
    (1308, M1308),
    (1309, M1309),
    (1310, M1310),
    (1311, M1311),
    (1312, M1312),
    (1313, M1313),
    (1320, M1320),
    (1321, M1321),
    (1322, M1322),
    (1323, M1323),
    (1324, M1324),
    (1325, M1325),
    (1326, M1326),
    (1327, M1327),
    (1330, M1330),
    (1331, M1331),
    (1332, M1332),
    (1333, M1333),
    (1334, M1334),
    (1335, M1335),
    (1336, M1336),
    (1337, M1337),
    (1338, M1338),
    (1339, M1339),
    (1341, M1341),
    (1342, M1342),
    (1343, M1343),
    (1344, M1344),
    (1350, M1350),
    (1351, M1351),
    (1352, M1352),
    (1353, M1353),
    (1354, M1354),
    (1355, M1355),
    (1356, M1356),
    (1357, M1357),
    (1358, M1358),
    (1359, M1359),
    (1360, M1360),
    (1364, M1364),
    (1365, M1365),
    (1366, M1366),
    (1367, M1367),
    (1368, M1368),
    (1369, M1369),
    (1370, M1370),
    (1371, M1371),
    (1372, M1372),
    (1373, M1373),
    (1374, M1374),
    (1375, M1375),
    (1376, M1376),
    (1377, M1377),
    (1378, M1378),
    (1380, M1380),
    (1381, M1381),
    (1382, M1382),
    (1383, M1383),
    (1384, M1384),
    (1385, M1385),
    (1386, M1386),
    (1387, M1387),
    (1388, M1388),
    (1389, M1389),
    (1391, M1391),
    (1392, M1392),
    (1393, M1393),
    (1394, M1394),
    (1395, M1395),
    (1400, M1400),
    (1401, M1401),
    (1402, M1402),
    (1403, M1403),
    (1404, M1404),
    (1405, M1405),
    (1406, M1406),
    (1407, M1407),
    (1408, M1408),
    (1409, M1409),
    (1411, M1411),
    (1412, M1412),
    (1413, M1413),
    (1414, M1414),
    (1415, M1415),
    (1416, M1416),
    (1421, M1421),
    (1422, M1422),
    (1423, M1423),
    (1424, M1424),
    (1425, M1425),
    (1426, M1426),
    (1427, M1427),
    (1428, M1428),
    (1429, M1429),
    (1430, M1430),
    (1431, M1431),
    (1432, M1432),
    (1433, M1433),
    (1434, M1434),
    (1441, M1441),
    (1442, M1442),
    (1447, M1447),
    (1450, M1450),
    (1451, M1451),
    (1452, M1452),
    (1453, M1453),
    (1454, M1454),
    (1455, M1455),
    (1456, M1456),
    (1457, M1457),
    (1458, M1458),
    (1459, M1459),
    (1461, M1461),
    (1462, M1462),
    (1463, M1463),
    (1464, M1464),
    (1465, M1465),
    (1466, M1466),
    (1489, M1489),
    (1490, M1490),
    (1497, M1497),
    (1498, M1498),
    (1501, M1501),
    (1520, M1520),
    (1521, M1521),
    (1522, M1522),
    (1523, M1523),
    (1524, M1524),
    (1525, M1525),
    (1526, M1526),
    (1527, M1527),
    (1531, M1531),
    (1532, M1532),
    (1551, M1551),
    (1552, M1552),
    (1553, M1553),
    (1570, M1570),
    (1571, M1571),
    (1572, M1572),
    (1573, M1573),
    (1574, M1574),
    (1575, M1575),
    (1576, M1576),
    (1577, M1577),
    (1601, M1601),
    (1602, M1602),
    (1603, M1603),
    (1604, M1604),
    (1605, M1605),
    (1606, M1606),
    (1607, M1607),
    (1608, M1608),
    (1609, M1609),
    (1611, M1611),
    (1612, M1612),
    (1613, M1613),
    (1614, M1614),
    (1615, M1615),
    (1616, M1616),
    (1621, M1621),
    (1622, M1622),
    (1623, M1623),
    (1624, M1624),
    (1625, M1625),
    (1626, M1626),
    (1627, M1627),
    (1628, M1628),
    (1629, M1629),
    (1630, M1630),
    (1631, M1631),
    (1632, M1632),
    (1641, M1641),
    (1642, M1642),
    (1643, M1643),
    (1644, M1644),
    (1645, M1645),
    (1646, M1646),
    (1647, M1647),
    (1648, M1648),
    (1649, M1649),
    (1651, M1651),
    (1652, M1651),
    (1653, M1651),
    (1654, M1654),
    (1655, M1655),
    (1660, M1660),
    (1661, M1661),
    (1662, M1662),
    (1663, M1663),
    (1665, M1665),
    (1666, M1666),
    (1669, M1669),
    (1670, M1670),
    (1674, M1674),
    (1681, M1681),
    (1682, M1682),
    (1683, M1683),
    (1684, M1684),
    (1685, M1685),
    (1686, M1686),
    (1692, M1692),
    (1693, M1693),
    (1694, M1694),
    (1695, M1695),
    (1699, M1699),
    (1704, M1704),
    (1705, M1705),
    (1706, M1706),
    (1707, M1707),
    (1708, M1708),
    (1731, M1731),
    (1732, M1732),
    (1733, M1733),
    (1734, M1734),
    (1735, M1735),
    (1736, M1736),
    (1750, M1750),
    (1751, M1751),
    (1752, M1752),
    (1753, M1753),
    (1755, M1755),
    (1759, M1759),
    (1760, M1760),
    (1761, M1761),
    (1762, M1762),
    (1763, M1763),
    (1772, M1772),
    (1777, M1777),
    (1780, M1780),
    (1781, M1781),
    (1782, M1782),
    (1783, M1783),
    (1787, M1787),
    (1788, M1788),
    (1789, M1789),
    (1790, M1790),
    (1791, M1791),
    (1792, M1792),
    (1793, M1793),
    (1794, M1794),
    (1795, M1795),
    (1804, M1804),
    (1814, M1814),
    (1815, M1815),
    (1816, M1816),
    (1817, M1817),
    (1830, M1830),
    (1831, M1831),
    (1832, M1832),
    (1833, M1833),
    (1834, M1834),
    (1835, M1835),
    (1836, M1836),
    (1840, M1840),
    (1841, M1841),
    (1842, M1842),
    (1843, M1843),
    (1844, M1844),
    (1845, M1845),
    (1899, M1899),
    (1900, M1900),
    (1928, M1928),
    (1990, M1990),
    (1991, M1991),
    (1992, M1992),
    (1993, M1993),
    (1994, M1994),
    (1995, M1995),
    (1996, M1996),
    (1997, M1997),
    (1999, M1999),
    (3100, M1100),
    (3101, M1101),
    (3102, M1102),
    (3110, M1110),
    (3111, M1111),
    (3112, M1112),
    (3113, M1113),
    (3114, M1114),
    (3115, M1115),
    (3116, M1116),
    (3117, M1117),
    (3118, M1118),
    (3120, M3120),
    (3121, M1121),
    (3122, M3122),
    (3123, M1123),
    (3124, M1124),
    (3125, M1125),
    (3130, M1130),
    (3131, M1131),
    (3132, M1132),
    (3133, M1133),
    (3134, M1134),
    (3135, M1135),
    (3136, M1136),
    (3137, M3137),
    (3138, M1138),
    (3139, M1139),
    (3140, M1140),
    (3141, M1141),
    (3142, M1142),
    (3143, M1143),
    (3144, M3144),
    (3145, M1145),
    (3146, M1146),
    (3147, M3147),
    (3150, M1150),
    (3151, M3151),
    (3152, M1152),
    (3153, M1153),
    (3154, M3154),
    (3155, M1155),
    (3156, M1156),
    (3157, M1157),
    (3158, M3158),
    (3159, M3159),
    (3161, M1161),
    (3162, M3162),
    (3163, M1163),
    (3165, M1165),
    (3170, M1170),
    (3171, M1171),
    (3172, M1172),
    (3173, M1173),
    (3174, M1174),
    (3175, M3175),
    (3176, M3176),
    (3200, M1200),
    (3201, M1201),
    (3202, M1202),
    (3203, M1203),
    (3204, M1204),
    (3205, M1205),
    (3206, M1206),
    (3300, M1300),
    (3301, M3301),
    (3302, M3302),
    (3303, M1303),
    (3304, M1304),
    (3305, M1305),
    (3306, M1306),
    (3307, M3307),
    (3308, M3308),
    (3309, M1309),
    (3310, M1310),
    (3311, M3311),
    (3312, M3312),
    (3313, M1313),
    (3320, M1320),
    (3321, M1321),
    (3322, M1322),
    (3323, M1323),
    (3324, M1324),
    (3325, M1325),
    (3326, M1326),
    (3327, M1327),
    (3330, M1330),
    (3331, M1331),
    (3332, M1332),
    (3333, M1333),
    (3334, M1334),
    (3335, M1335),
    (3336, M1336),
    (3337, M1337),
    (3338, M1338),
    (3339, M1339),
    (3341, M1341),
    (3342, M3342),
    (3343, M1343),
    (3344, M3344),
    (3350, M1350),
    (3351, M3351),
    (3352, M3352),
    (3353, M3353),
    (3354, M3354),
    (3355, M3355),
    (3356, M3356),
    (3357, M3357),
    (3358, M3358),
    (3359, M3359),
    (3360, M3360),
    (3364, M1364),
    (3365, M1365),
    (3366, M1366),
    (3367, M1367),
    (3368, M1368),
    (3369, M1369),
    (3370, M1370),
    (3371, M3371),
    (3372, M1372),
    (3373, M1373),
    (3374, M1374),
    (3375, M1375),
    (3376, M1376),
    (3377, M1377),
    (3378, M1378),
    (3380, M3380),
    (3381, M3381),
    (3382, M1382),
    (3383, M3383),
    (3384, M3384),
    (3385, M1385),
    (3386, M1386),
    (3387, M1387),
    (3388, M1388),
    (3389, M1389),
    (3391, M1391),
    (3392, M1392),
    (3393, M1393),
    (3394, M1394),
    (3395, M1395),
    (3400, M3400),
    (3401, M3401),
    (3402, M1402),
    (3403, M3403),
    (3404, M1404),
    (3405, M1405),
    (3406, M1406),
    (3407, M3407),
    (3408, M3408),
    (3409, M1409),
    (3411, M1411),
    (3412, M1412),
    (3413, M1413),
    (3414, M1414),
    (3415, M1415),
    (3416, M1416),
    (3421, M1421),
    (3422, M1422),
    (3423, M1423),
    (3424, M1424),
    (3425, M1425),
    (3426, M1426),
    (3427, M1427),
    (3428, M1428),
    (3429, M1429),
    (3430, M1430),
    (3431, M1431),
    (3432, M1432),
    (3433, M1433),
    (3434, M1434),
    (3441, M3441),
    (3442, M1442),
    (3447, M3447),
    (3450, M1450),
    (3451, M1451),
    (3452, M1452),
    (3453, M1453),
    (3454, M1454),
    (3455, M1455),
    (3456, M3456),
    (3457, M1457),
    (3458, M1458),
    (3459, M1459),
    (3461, M1461),
    (3462, M1462),
    (3463, M1463),
    (3464, M1464),
    (3465, M1465),
    (3466, M1466),
    (3489, M1489),
    (3490, M1490),
    (3497, M1497),
    (3498, M1498),
    (3501, M1501),
    (3520, M1520),
    (3521, M1521),
    (3522, M1522),
    (3523, M1523),
    (3524, M1524),
    (3525, M1525),
    (3526, M1526),
    (3527, M1527),
    (3531, M1531),
    (3532, M1532),
    (3551, M1551),
    (3552, M1552),
    (3553, M1553),
    (3570, M3570),
    (3571, M1571),
    (3572, M1572),
    (3573, M1573),
    (3574, M1574),
    (3575, M1575),
    (3576, M1576),
    (3577, M1577),
    (3601, M1601),
    (3602, M1602),
    (3603, M1603),
    (3604, M1604),
    (3605, M1605),
    (3606, M1606),
    (3607, M1607),
    (3608, M1608),
    (3609, M1609),
    (3611, M1611),
    (3612, M1612),
    (3613, M1613),
    (3614, M1614),
    (3615, M1615),
    (3616, M1616),
    (3621, M1621),
    (3622, M1622),
    (3623, M1623),
    (3624, M1624),
    (3625, M1625),
    (3626, M1626),
    (3627, M1627),
    (3628, M1628),
    (3629, M1629),
    (3630, M1630),
    (3631, M1631),
    (3632, M1632),
    (3641, M3641),
    (3642, M1642),
    (3643, M1643),
    (3644, M1644),
    (3645, M1645),
    (3646, M1646),
    (3647, M1647),
    (3648, M1648),
    (3649, M3649),
    (3651, M1651),
    (3652, M1651),
    (3653, M1651),
    (3654, M1654),
    (3655, M1655),
    (3660, M3660),
    (3661, M3661),
    (3662, M1662),
    (3663, M1663),
    (3665, M3665),
    (3666, M3666),
    (3669, M1669),
    (3670, M1670),
    (3672, M3672),
    (3674, M3674),
    (3681, M1681),
    (3682, M1682),
    (3683, M1683),
    (3684, M1684),
    (3685, M1685),
    (3686, M1686),
    (3692, M1692),
    (3693, M1693),
    (3694, M1694),
    (3695, M1695),
    (3699, M1699),
    (3704, M1704),
    (3705, M1705),
    (3706, M1706),
    (3707, M3707),
    (3708, M1708),
    (3710, M3710),
    (3711, M3711),
    (3712, M3712),
    (3713, M3713),
    (3714, M3714),
    (3715, M3715),
    (3720, M3720),
    (3721, M3721),
    (3722, M3722),
    (3723, M3723),
    (3724, M3724),
    (3725, M3725),
    (3731, M1731),
    (3732, M1732),
    (3733, M3733),
    (3734, M1734),
    (3735, M1735),
    (3736, M1736),
    (3750, M3750),
    (3751, M1751),
    (3752, M3752),
    (3753, M3753),
    (3755, M3755),
    (3756, M3756),
    (3758, M3758),
    (3759, M3759),
    (3760, M1760),
    (3761, M1761),
    (3762, M3762),
    (3763, M3763),
    (3772, M1772),
    (3777, M1777),
    (3780, M1780),
    (3781, M1781),
    (3782, M1782),
    (3783, M1783),
    (3787, M1787),
    (3788, M1788),
    (3789, M1789),
    (3790, M1790),
    (3791, M1791),
    (3792, M1792),
    (3793, M1793),
    (3794, M1794),
    (3795, M1795),
    (3804, M1804),
    (3814, M1814),
    (3815, M1815),
    (3816, M1816),
    (3817, M1817),
    (3830, M3830),
    (3831, M3831),
    (3832, M3832),
    (3833, M3833),
    (3834, M3834),
    (3835, M3835),
    (3836, M3836),
    (3840, M3840),
    (3841, M3841),
    (3842, M3842),
    (3843, M3843),
    (3844, M3844),
    (3845, M3845),
    (3887, M3887),
    (3899, M1899),
    (3900, M1900),
    (3928, M3928),
    (3990, M1990),
    (3991, M1991),
    (3992, M3992),
    (3993, M1993),
    (3994, M1994),
    (3995, M1995),
    (3996, M1996),
    (3997, M1997),
    (3999, M3999),
];
