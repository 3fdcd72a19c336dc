// Generated from data/alarm-taxonomy.csv. Rerun: cargo run -p alarm-codes --example generate

use crate::class::Class;
use crate::names::names;
use crate::priority::Priority;

names! {
    /// What can happen (taxonomy reference section 5).
    #[non_exhaustive]
    pub enum Kind ("kind") {
        /// A person asked for help by hand (pendant, wrist button, fixed button, pull cord, base unit).
        ///
        /// Class care, priority high.
        HelpCall = "help_call",
        /// Staff already on site ask a colleague to come.
        ///
        /// Class care, priority high.
        AssistanceCall = "assistance_call",
        /// A member of staff (or the subject) signals threat, assault or duress.
        ///
        /// Class care, priority critical.
        StaffEmergency = "staff_emergency",
        /// A detector reports a probable fall. It is a detector statement, not a clinical finding.
        ///
        /// Class care, priority high.
        Fall = "fall",
        /// A worn device reports lack of movement or a lying posture of the wearer.
        ///
        /// Class care, priority high.
        ManDown = "man_down",
        /// No activity where activity was expected.
        ///
        /// Class care, priority high.
        Inactivity = "inactivity",
        /// Activity or movement where or when none was expected.
        ///
        /// Class care, priority medium.
        Activity = "activity",
        /// The person has left the bed.
        ///
        /// Class care, priority high.
        BedExit = "bed_exit",
        /// The person has sat up in bed.
        ///
        /// Class care, priority medium.
        BedSitUp = "bed_sit_up",
        /// The person has not come back to bed within the set time, or is not in bed when expected.
        ///
        /// Class care, priority high.
        BedNotReturned = "bed_not_returned",
        /// The person has not got up within the expected time.
        ///
        /// Class care, priority high.
        BedNotLeft = "bed_not_left",
        /// The person has gone to bed.
        ///
        /// Class care, priority info.
        BedEntered = "bed_entered",
        /// The person has left the chair.
        ///
        /// Class care, priority high.
        ChairExit = "chair_exit",
        /// The person has entered a watched room.
        ///
        /// Class care, priority medium.
        RoomEntered = "room_entered",
        /// The person has left a watched room.
        ///
        /// Class care, priority medium.
        RoomLeft = "room_left",
        /// The person has been away from the watched place longer than allowed.
        ///
        /// Class care, priority high.
        AwayTooLong = "away_too_long",
        /// Nobody is present where somebody should be.
        ///
        /// Class care, priority medium.
        Absence = "absence",
        /// Unexpectedly long stay in the bathroom or bath.
        ///
        /// Class care, priority high.
        BathTooLong = "bath_too_long",
        /// The person is leaving, or has left, a safe place (exit, wander zone).
        ///
        /// Class care, priority high.
        Wandering = "wandering",
        /// A located device crossed a virtual boundary.
        ///
        /// Class care, priority high.
        GeofenceCrossed = "geofence_crossed",
        /// A watched door or contact was opened.
        ///
        /// Class care, priority medium.
        DoorOpened = "door_opened",
        /// A watched door or contact was closed.
        ///
        /// Class care, priority info.
        DoorClosed = "door_closed",
        /// A watched door was not closed in time.
        ///
        /// Class care, priority medium.
        DoorLeftOpen = "door_left_open",
        /// Moisture or enuresis detected.
        ///
        /// Class care, priority medium.
        Incontinence = "incontinence",
        /// A detector reports a probable seizure.
        ///
        /// Class care, priority critical. Medical border.
        EpilepticSeizure = "epileptic_seizure",
        /// Sound above a set level.
        ///
        /// Class care, priority medium.
        SoundLevel = "sound_level",
        /// Signs that the person eats too little (for example the refrigerator is not opened).
        ///
        /// Class care, priority low. Medical border.
        LowFoodIntake = "low_food_intake",
        /// Respiration rate outside set limits.
        ///
        /// Class care, priority high. Medical border.
        RespirationRate = "respiration_rate",
        /// Oxygen saturation outside set limits.
        ///
        /// Class care, priority high. Medical border.
        OxygenSaturation = "oxygen_saturation",
        /// Heart rate outside set limits.
        ///
        /// Class care, priority high. Medical border.
        HeartRate = "heart_rate",
        /// A dose was not taken or not confirmed.
        ///
        /// Class care, priority medium. Medical border.
        MedicationNotTaken = "medication_not_taken",
        /// A dose was taken or dispensed.
        ///
        /// Class info, priority info. Medical border.
        MedicationTaken = "medication_taken",
        /// The dispenser reminds the person.
        ///
        /// Class info, priority info. Medical border.
        MedicationReminder = "medication_reminder",
        /// The dispenser has few doses left.
        ///
        /// Class technical, priority low.
        MedicationLow = "medication_low",
        /// The dispenser is empty.
        ///
        /// Class technical, priority medium.
        MedicationEmpty = "medication_empty",
        /// The dispenser lacks a usable plan, amount or confirmation of the plan.
        ///
        /// Class technical, priority medium. Medical border.
        MedicationPlanIssue = "medication_plan_issue",
        /// The dispenser cannot dispense (roll, sachet, tray, container or other malfunction).
        ///
        /// Class technical, priority medium. Medical border.
        DispenserFault = "dispenser_fault",
        /// The dispenser was opened, moved or forced.
        ///
        /// Class technical, priority medium.
        DispenserOpened = "dispenser_opened",
        /// A visual supervision visit (planned or triggered by an event).
        ///
        /// Class care, priority info.
        CameraVisit = "camera_visit",
        /// Home measurement or questionnaire was delivered.
        ///
        /// Class info, priority info. Medical border.
        MeasurementReported = "measurement_reported",
        /// Home measurement or questionnaire was expected and did not arrive.
        ///
        /// Class care, priority low. Medical border.
        MeasurementMissing = "measurement_missing",
        /// The unit tried to reach the receiver for the user and did not succeed.
        ///
        /// Class care, priority high.
        FailedUserCall = "failed_user_call",
        /// The user or unit asks to be called back (no immediate emergency).
        ///
        /// Class care, priority medium.
        CallbackRequest = "callback_request",
        /// An alarm from a call system or multi detector with no closer meaning given.
        ///
        /// Class care, priority high.
        CallAlarmGeneric = "call_alarm_generic",
        /// Fire reported by a fire alarm system or unspecified fire detector.
        ///
        /// Class life_safety, priority critical.
        Fire = "fire",
        /// Smoke reported by a detector.
        ///
        /// Class life_safety, priority critical.
        Smoke = "smoke",
        /// Heat detector or fast temperature rise.
        ///
        /// Class life_safety, priority critical.
        Heat = "heat",
        /// Combustible or unspecified gas.
        ///
        /// Class life_safety, priority critical.
        Gas = "gas",
        /// Carbon monoxide.
        ///
        /// Class life_safety, priority critical.
        CarbonMonoxide = "carbon_monoxide",
        /// A stove guard has reacted.
        ///
        /// Class life_safety, priority high.
        StoveGuard = "stove_guard",
        /// Water where it should not be.
        ///
        /// Class property, priority medium.
        WaterLeak = "water_leak",
        /// Room temperature too high.
        ///
        /// Class property, priority medium.
        TemperatureHigh = "temperature_high",
        /// Room temperature too low, frost risk, loss of heat.
        ///
        /// Class property, priority medium.
        TemperatureLow = "temperature_low",
        /// Intrusion or trespass.
        ///
        /// Class property, priority high.
        Intrusion = "intrusion",
        /// A lock or access controller reports refused, forced or unauthorised access.
        ///
        /// Class property, priority high.
        UnauthorizedAccess = "unauthorized_access",
        /// The resident signals an unwanted person at the door.
        ///
        /// Class care, priority high.
        BogusCaller = "bogus_caller",
        /// Emergency call from a lift.
        ///
        /// Class life_safety, priority high.
        ElevatorCall = "elevator_call",
        /// A device, or the path to it, has not been heard from (reported by the peer or found by supervision).
        ///
        /// Class technical, priority medium.
        DeviceOffline = "device_offline",
        /// Battery low; the device still works.
        ///
        /// Class technical, priority low.
        BatteryLow = "battery_low",
        /// Battery so low that the device will stop soon.
        ///
        /// Class technical, priority medium.
        BatteryCritical = "battery_critical",
        /// Battery dead, missing or failed its test.
        ///
        /// Class technical, priority medium.
        BatteryFailure = "battery_failure",
        /// Mains power lost.
        ///
        /// Class technical, priority medium.
        MainsFailure = "mains_failure",
        /// Too much current or power drawn.
        ///
        /// Class technical, priority medium.
        PowerOverload = "power_overload",
        /// Case opened, device removed or sabotaged.
        ///
        /// Class technical, priority medium.
        Tamper = "tamper",
        /// Radio or mobile signal too weak.
        ///
        /// Class technical, priority low.
        SignalLow = "signal_low",
        /// Interference or jamming.
        ///
        /// Class technical, priority medium.
        RadioInterference = "radio_interference",
        /// A communication path (IP, mobile, line; primary or redundant) has failed.
        ///
        /// Class technical, priority medium.
        LinkFailure = "link_failure",
        /// The device reports a fault of its own.
        ///
        /// Class technical, priority medium.
        Malfunction = "malfunction",
        /// Service is due.
        ///
        /// Class technical, priority low.
        MaintenanceNeeded = "maintenance_needed",
        /// Restart, watchdog reset or power-up.
        ///
        /// Class technical, priority low.
        DeviceRestarted = "device_restarted",
        /// A device self test failed.
        ///
        /// Class technical, priority medium.
        SelfTestFailed = "self_test_failed",
        /// No fresh position from a located device.
        ///
        /// Class technical, priority low.
        PositionOutdated = "position_outdated",
        /// The user or system switched the device off.
        ///
        /// Class technical, priority low.
        DeviceSwitchedOff = "device_switched_off",
        /// A log or memory is full or nearly full.
        ///
        /// Class technical, priority low.
        MemoryFull = "memory_full",
        /// Sign of life. Not an alarm; feeds supervision.
        ///
        /// Class supervision, priority info.
        Heartbeat = "heartbeat",
        /// Automatic test message.
        ///
        /// Class test, priority info.
        TestPeriodic = "test_periodic",
        /// Test started by a person.
        ///
        /// Class test, priority info.
        TestManual = "test_manual",
        /// Staff are present, planned visit.
        ///
        /// Class service, priority info.
        PresencePlanned = "presence_planned",
        /// Staff have arrived after an alarm.
        ///
        /// Class service, priority info.
        PresenceAfterAlarm = "presence_after_alarm",
        /// Staff report the intervention as finished.
        ///
        /// Class service, priority info.
        HelpCompleted = "help_completed",
        /// Staff or unit report that help is still needed.
        ///
        /// Class service, priority high.
        HelpStillNeeded = "help_still_needed",
        /// Privacy switch used.
        ///
        /// Class service, priority info.
        PrivacyOn = "privacy_on",
        /// Supervisor on duty or off duty; moves the receiver of alarms.
        ///
        /// Class service, priority info.
        DutyChange = "duty_change",
        /// Electronic lock locked, unlocked or other lock event.
        ///
        /// Class service, priority info.
        LockState = "lock_state",
        /// Ends or withdraws an earlier event. Becomes a phase of that event, never an event of its own once matched.
        ///
        /// Class control, priority info.
        Cancel = "cancel",
        /// A voice or listen-in session follows.
        ///
        /// Class control, priority info.
        VoiceFollows = "voice_follows",
        /// A valid message whose code is unknown. It is kept with its raw bytes and treated as a care event until a profile says otherwise.
        ///
        /// Class unknown, priority high.
        Unmapped = "unmapped",
    }
}

pub(crate) struct Facts {
    pub(crate) class: Class,
    pub(crate) default_priority: Priority,
    pub(crate) medical_border: bool,
    pub(crate) definition: &'static str,
}

pub(crate) static FACTS: [Facts; 87] = [
    Facts { class: Class::Care, default_priority: Priority::High, medical_border: false, definition: "A person asked for help by hand (pendant, wrist button, fixed button, pull cord, base unit)." },
    Facts { class: Class::Care, default_priority: Priority::High, medical_border: false, definition: "Staff already on site ask a colleague to come." },
    Facts { class: Class::Care, default_priority: Priority::Critical, medical_border: false, definition: "A member of staff (or the subject) signals threat, assault or duress." },
    Facts { class: Class::Care, default_priority: Priority::High, medical_border: false, definition: "A detector reports a probable fall. It is a detector statement, not a clinical finding." },
    Facts { class: Class::Care, default_priority: Priority::High, medical_border: false, definition: "A worn device reports lack of movement or a lying posture of the wearer." },
    Facts { class: Class::Care, default_priority: Priority::High, medical_border: false, definition: "No activity where activity was expected." },
    Facts { class: Class::Care, default_priority: Priority::Medium, medical_border: false, definition: "Activity or movement where or when none was expected." },
    Facts { class: Class::Care, default_priority: Priority::High, medical_border: false, definition: "The person has left the bed." },
    Facts { class: Class::Care, default_priority: Priority::Medium, medical_border: false, definition: "The person has sat up in bed." },
    Facts { class: Class::Care, default_priority: Priority::High, medical_border: false, definition: "The person has not come back to bed within the set time, or is not in bed when expected." },
    Facts { class: Class::Care, default_priority: Priority::High, medical_border: false, definition: "The person has not got up within the expected time." },
    Facts { class: Class::Care, default_priority: Priority::Info, medical_border: false, definition: "The person has gone to bed." },
    Facts { class: Class::Care, default_priority: Priority::High, medical_border: false, definition: "The person has left the chair." },
    Facts { class: Class::Care, default_priority: Priority::Medium, medical_border: false, definition: "The person has entered a watched room." },
    Facts { class: Class::Care, default_priority: Priority::Medium, medical_border: false, definition: "The person has left a watched room." },
    Facts { class: Class::Care, default_priority: Priority::High, medical_border: false, definition: "The person has been away from the watched place longer than allowed." },
    Facts { class: Class::Care, default_priority: Priority::Medium, medical_border: false, definition: "Nobody is present where somebody should be." },
    Facts { class: Class::Care, default_priority: Priority::High, medical_border: false, definition: "Unexpectedly long stay in the bathroom or bath." },
    Facts { class: Class::Care, default_priority: Priority::High, medical_border: false, definition: "The person is leaving, or has left, a safe place (exit, wander zone)." },
    Facts { class: Class::Care, default_priority: Priority::High, medical_border: false, definition: "A located device crossed a virtual boundary." },
    Facts { class: Class::Care, default_priority: Priority::Medium, medical_border: false, definition: "A watched door or contact was opened." },
    Facts { class: Class::Care, default_priority: Priority::Info, medical_border: false, definition: "A watched door or contact was closed." },
    Facts { class: Class::Care, default_priority: Priority::Medium, medical_border: false, definition: "A watched door was not closed in time." },
    Facts { class: Class::Care, default_priority: Priority::Medium, medical_border: false, definition: "Moisture or enuresis detected." },
    Facts { class: Class::Care, default_priority: Priority::Critical, medical_border: true, definition: "A detector reports a probable seizure." },
    Facts { class: Class::Care, default_priority: Priority::Medium, medical_border: false, definition: "Sound above a set level." },
    Facts { class: Class::Care, default_priority: Priority::Low, medical_border: true, definition: "Signs that the person eats too little (for example the refrigerator is not opened)." },
    Facts { class: Class::Care, default_priority: Priority::High, medical_border: true, definition: "Respiration rate outside set limits." },
    Facts { class: Class::Care, default_priority: Priority::High, medical_border: true, definition: "Oxygen saturation outside set limits." },
    Facts { class: Class::Care, default_priority: Priority::High, medical_border: true, definition: "Heart rate outside set limits." },
    Facts { class: Class::Care, default_priority: Priority::Medium, medical_border: true, definition: "A dose was not taken or not confirmed." },
    Facts { class: Class::Info, default_priority: Priority::Info, medical_border: true, definition: "A dose was taken or dispensed." },
    Facts { class: Class::Info, default_priority: Priority::Info, medical_border: true, definition: "The dispenser reminds the person." },
    Facts { class: Class::Technical, default_priority: Priority::Low, medical_border: false, definition: "The dispenser has few doses left." },
    Facts { class: Class::Technical, default_priority: Priority::Medium, medical_border: false, definition: "The dispenser is empty." },
    Facts { class: Class::Technical, default_priority: Priority::Medium, medical_border: true, definition: "The dispenser lacks a usable plan, amount or confirmation of the plan." },
    Facts { class: Class::Technical, default_priority: Priority::Medium, medical_border: true, definition: "The dispenser cannot dispense (roll, sachet, tray, container or other malfunction)." },
    Facts { class: Class::Technical, default_priority: Priority::Medium, medical_border: false, definition: "The dispenser was opened, moved or forced." },
    Facts { class: Class::Care, default_priority: Priority::Info, medical_border: false, definition: "A visual supervision visit (planned or triggered by an event)." },
    Facts { class: Class::Info, default_priority: Priority::Info, medical_border: true, definition: "Home measurement or questionnaire was delivered." },
    Facts { class: Class::Care, default_priority: Priority::Low, medical_border: true, definition: "Home measurement or questionnaire was expected and did not arrive." },
    Facts { class: Class::Care, default_priority: Priority::High, medical_border: false, definition: "The unit tried to reach the receiver for the user and did not succeed." },
    Facts { class: Class::Care, default_priority: Priority::Medium, medical_border: false, definition: "The user or unit asks to be called back (no immediate emergency)." },
    Facts { class: Class::Care, default_priority: Priority::High, medical_border: false, definition: "An alarm from a call system or multi detector with no closer meaning given." },
    Facts { class: Class::LifeSafety, default_priority: Priority::Critical, medical_border: false, definition: "Fire reported by a fire alarm system or unspecified fire detector." },
    Facts { class: Class::LifeSafety, default_priority: Priority::Critical, medical_border: false, definition: "Smoke reported by a detector." },
    Facts { class: Class::LifeSafety, default_priority: Priority::Critical, medical_border: false, definition: "Heat detector or fast temperature rise." },
    Facts { class: Class::LifeSafety, default_priority: Priority::Critical, medical_border: false, definition: "Combustible or unspecified gas." },
    Facts { class: Class::LifeSafety, default_priority: Priority::Critical, medical_border: false, definition: "Carbon monoxide." },
    Facts { class: Class::LifeSafety, default_priority: Priority::High, medical_border: false, definition: "A stove guard has reacted." },
    Facts { class: Class::Property, default_priority: Priority::Medium, medical_border: false, definition: "Water where it should not be." },
    Facts { class: Class::Property, default_priority: Priority::Medium, medical_border: false, definition: "Room temperature too high." },
    Facts { class: Class::Property, default_priority: Priority::Medium, medical_border: false, definition: "Room temperature too low, frost risk, loss of heat." },
    Facts { class: Class::Property, default_priority: Priority::High, medical_border: false, definition: "Intrusion or trespass." },
    Facts { class: Class::Property, default_priority: Priority::High, medical_border: false, definition: "A lock or access controller reports refused, forced or unauthorised access." },
    Facts { class: Class::Care, default_priority: Priority::High, medical_border: false, definition: "The resident signals an unwanted person at the door." },
    Facts { class: Class::LifeSafety, default_priority: Priority::High, medical_border: false, definition: "Emergency call from a lift." },
    Facts { class: Class::Technical, default_priority: Priority::Medium, medical_border: false, definition: "A device, or the path to it, has not been heard from (reported by the peer or found by supervision)." },
    Facts { class: Class::Technical, default_priority: Priority::Low, medical_border: false, definition: "Battery low; the device still works." },
    Facts { class: Class::Technical, default_priority: Priority::Medium, medical_border: false, definition: "Battery so low that the device will stop soon." },
    Facts { class: Class::Technical, default_priority: Priority::Medium, medical_border: false, definition: "Battery dead, missing or failed its test." },
    Facts { class: Class::Technical, default_priority: Priority::Medium, medical_border: false, definition: "Mains power lost." },
    Facts { class: Class::Technical, default_priority: Priority::Medium, medical_border: false, definition: "Too much current or power drawn." },
    Facts { class: Class::Technical, default_priority: Priority::Medium, medical_border: false, definition: "Case opened, device removed or sabotaged." },
    Facts { class: Class::Technical, default_priority: Priority::Low, medical_border: false, definition: "Radio or mobile signal too weak." },
    Facts { class: Class::Technical, default_priority: Priority::Medium, medical_border: false, definition: "Interference or jamming." },
    Facts { class: Class::Technical, default_priority: Priority::Medium, medical_border: false, definition: "A communication path (IP, mobile, line; primary or redundant) has failed." },
    Facts { class: Class::Technical, default_priority: Priority::Medium, medical_border: false, definition: "The device reports a fault of its own." },
    Facts { class: Class::Technical, default_priority: Priority::Low, medical_border: false, definition: "Service is due." },
    Facts { class: Class::Technical, default_priority: Priority::Low, medical_border: false, definition: "Restart, watchdog reset or power-up." },
    Facts { class: Class::Technical, default_priority: Priority::Medium, medical_border: false, definition: "A device self test failed." },
    Facts { class: Class::Technical, default_priority: Priority::Low, medical_border: false, definition: "No fresh position from a located device." },
    Facts { class: Class::Technical, default_priority: Priority::Low, medical_border: false, definition: "The user or system switched the device off." },
    Facts { class: Class::Technical, default_priority: Priority::Low, medical_border: false, definition: "A log or memory is full or nearly full." },
    Facts { class: Class::Supervision, default_priority: Priority::Info, medical_border: false, definition: "Sign of life. Not an alarm; feeds supervision." },
    Facts { class: Class::Test, default_priority: Priority::Info, medical_border: false, definition: "Automatic test message." },
    Facts { class: Class::Test, default_priority: Priority::Info, medical_border: false, definition: "Test started by a person." },
    Facts { class: Class::Service, default_priority: Priority::Info, medical_border: false, definition: "Staff are present, planned visit." },
    Facts { class: Class::Service, default_priority: Priority::Info, medical_border: false, definition: "Staff have arrived after an alarm." },
    Facts { class: Class::Service, default_priority: Priority::Info, medical_border: false, definition: "Staff report the intervention as finished." },
    Facts { class: Class::Service, default_priority: Priority::High, medical_border: false, definition: "Staff or unit report that help is still needed." },
    Facts { class: Class::Service, default_priority: Priority::Info, medical_border: false, definition: "Privacy switch used." },
    Facts { class: Class::Service, default_priority: Priority::Info, medical_border: false, definition: "Supervisor on duty or off duty; moves the receiver of alarms." },
    Facts { class: Class::Service, default_priority: Priority::Info, medical_border: false, definition: "Electronic lock locked, unlocked or other lock event." },
    Facts { class: Class::Control, default_priority: Priority::Info, medical_border: false, definition: "Ends or withdraws an earlier event. Becomes a phase of that event, never an event of its own once matched." },
    Facts { class: Class::Control, default_priority: Priority::Info, medical_border: false, definition: "A voice or listen-in session follows." },
    Facts { class: Class::Unknown, default_priority: Priority::High, medical_border: false, definition: "A valid message whose code is unknown. It is kept with its raw bytes and treated as a care event until a profile says otherwise." },
];
