//! Parts of an event that a system cannot carry (taxonomy reference section 8).

use alarm_codes::System;

/// The parts of an event that a message to this system loses, whatever its code.
///
/// Only what the reference states; empty for systems that are only read. A code may lose more:
/// that is in its relation and note.
#[must_use]
pub const fn fields_lost(system: System) -> &'static [&'static str] {
    match system {
        System::Scaip => &["priority", "subject", "attachments"],
        System::Sensio | System::SensioState => &["location", "subject", "priority", "device_time"],
        System::ContactId => &["text", "location", "subject", "position", "device_time"],
        System::Ieee11073 => &["priority", "handling"],
        System::Espa444 => &[
            "kind",
            "phase",
            "handling",
            "device_kind",
            "subject",
            "location",
            "device_time",
            "source_ref",
            "voice",
            "attachments",
        ],
        System::SnomedCt => &["device", "handling"],
        _ => &[],
    }
}
