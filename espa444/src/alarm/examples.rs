//! Sets of rules to start from. **Examples, not standards**: texts differ from panel to panel and
//! are set by the installer. Write down what the panel sends, test every text on site, and keep the
//! order: what ends before what begins, the special before the general.

use alloc::string::String;
use alloc::vec::Vec;

use alarm_codes::Kind;

use super::rules::{Rule, TextMatch, words};

/// Kinds that a reset of a fire panel ends.
const FIRE: &[Kind] = &[Kind::Fire, Kind::Smoke, Kind::Heat, Kind::Gas];

/// What the faults of a fire panel are.
const FAULTS: &[Kind] = &[
    Kind::Malfunction,
    Kind::MainsFailure,
    Kind::BatteryFailure,
    Kind::LinkFailure,
    Kind::DeviceSwitchedOff,
];

fn pattern(text: &str) -> TextMatch {
    TextMatch::Pattern(String::from(text))
}

fn contains(text: &str) -> TextMatch {
    TextMatch::Contains(String::from(text))
}

fn rule(name: &str, kind: Kind, texts: Vec<TextMatch>) -> Rule {
    let mut rule = Rule::new(kind).named(name);
    rule.text = texts;
    rule
}

/// An example for a Norwegian fire panel; for a line of
/// [`LineKind::FirePanel`](super::LineKind::FirePanel).
///
/// What is no fault, test or reset stays a fire. A fault counts as one only with a priority other
/// than `'1'` (alarm), so that `FEIL` in the name of a room cannot hide a fire; a test counts
/// likewise.
#[must_use]
pub fn norwegian_fire_panel() -> Vec<Rule> {
    let fault = |name: &str, kind, texts| {
        rule(name, kind, texts)
            .with_priority("2")
            .with_priority("3")
    };
    Vec::from([
        rule(
            "fault is over",
            Kind::Malfunction,
            Vec::from([
                pattern("{*}FEIL{*}OPPHEVET{*}"),
                pattern("{*}FEIL{*}RETTET{*}"),
                pattern("{*}UTKOBL{*}OPPHEVET{*}"),
            ]),
        )
        .ending(FAULTS),
        rule(
            "panel was reset",
            Kind::Cancel,
            words(&["TILBAKESTILT", "AVSTILT", "NORMAL DRIFT", "RESET"]),
        )
        .ending(FIRE),
        fault(
            "mains",
            Kind::MainsFailure,
            words(&["NETTFEIL", "NETTBRUDD"]),
        ),
        fault(
            "battery",
            Kind::BatteryFailure,
            Vec::from([contains("BATTERI")]),
        ),
        fault(
            "loop",
            Kind::LinkFailure,
            words(&["SLØYFEBRUDD", "LINJEBRUDD", "KOMMUNIKASJONSFEIL"]),
        ),
        fault(
            "disabled",
            Kind::DeviceSwitchedOff,
            Vec::from([contains("UTKOBLET"), contains("UTKOPLET")]),
        ),
        fault("fault", Kind::Malfunction, Vec::from([contains("FEIL")])),
        fault("test", Kind::TestManual, words(&["TEST", "PRØVE"])),
        rule(
            "smoke with its detector",
            Kind::Smoke,
            Vec::from([pattern("{*}RØYK{*}DET {component}")]),
        ),
        rule("smoke", Kind::Smoke, Vec::from([contains("RØYK")])),
        rule("heat", Kind::Heat, words(&["VARME", "VARMEDETEKTOR"])),
        rule("gas", Kind::Gas, words(&["GASS"])),
        rule(
            "fire with its detector",
            Kind::Fire,
            Vec::from([pattern("{*}BRANN{*}DET {component}")]),
        ),
    ])
}

/// An example for a Norwegian nurse call system; for a line of
/// [`LineKind::Calls`](super::LineKind::Calls).
#[must_use]
pub fn nurse_call() -> Vec<Rule> {
    Vec::from([
        rule(
            "call was answered",
            Kind::Cancel,
            words(&["AVSTILT", "KVITTERT", "SLUKKET"]),
        )
        .ending(&[
            Kind::HelpCall,
            Kind::AssistanceCall,
            Kind::BedExit,
            Kind::Fall,
            Kind::Wandering,
            Kind::CallAlarmGeneric,
        ]),
        rule(
            "staff is there",
            Kind::PresenceAfterAlarm,
            words(&["TILSTEDE"]),
        ),
        rule(
            "threat",
            Kind::StaffEmergency,
            words(&["OVERFALL", "TRUSSEL", "OVERFALLSALARM"]),
        ),
        rule(
            "colleague wanted",
            Kind::AssistanceCall,
            Vec::from([
                pattern("{*}ASSISTANSE{*}ROM {location}"),
                contains("ASSISTANSE"),
                contains("HJERTESTANS"),
                contains("STANSALARM"),
            ]),
        ),
        rule("fall", Kind::Fall, words(&["FALL", "FALLALARM"])),
        rule(
            "out of bed",
            Kind::BedExit,
            Vec::from([pattern("{*}UT AV SENG{*}"), contains("SENGEVAKT")]),
        ),
        rule(
            "leaving",
            Kind::Wandering,
            Vec::from([contains("VANDRING"), contains("DØRVAKT")]),
        ),
        rule(
            "battery",
            Kind::BatteryLow,
            Vec::from([contains("BATTERI")]),
        ),
        rule("fault", Kind::Malfunction, Vec::from([contains("FEIL")])),
        rule(
            "patient calls",
            Kind::HelpCall,
            Vec::from([
                pattern("{*}ROM {location} SENG {component}"),
                pattern("{*}ROM {location}"),
                contains("PASIENTANROP"),
                contains("SNORTREKK"),
                TextMatch::Word(String::from("WC")),
            ]),
        ),
    ])
}
