//! The tables of `data/scaip-codes.csv` as types; `tests/code_tables.rs` holds the two together.

use super::{AsReceived, CodeTooLarge, Confidence, GREATEST_NUMBER, Written, codes, write_number};
use crate::tag::Tag;
use core::cmp::Ordering;
use core::fmt;
use core::hash::{Hash, Hasher};

codes! {
    #[doc = "`sco`, system configuration (SCAIP reference 7.2, one source)."]
    SystemConfiguration, Tag::SystemConfiguration, 1;
    LOCAL_UNIT_AND_CONTROLLER = 0, "Local unit and controller (single dwelling)", B;
    GROUPED_SUPERVISOR_OFF_DUTY = 1, "Grouped equipment, supervisor off duty", B;
    GROUPED_SUPERVISOR_ON_DUTY = 2, "Grouped equipment, supervisor on duty", B;
    GROUPED_SUPERVISOR_IS_RECEIVER = 3, "Grouped equipment, supervisor on duty and acting as alarm receiver", B;
}

codes! {
    #[doc = "`cha`, who places the voice call (SCAIP reference 6.2)."]
    CallHandling, Tag::CallHandling, 1;
    DEVICE_CALLS = 0, "Device places an outgoing call", A;
    RECEIVER_CALLS_BACK = 1, "Receiver calls back", B;
}

codes! {
    #[doc = "`hbo`, heartbeat options (SCAIP reference 7.4). 2 and 3 pass the schema; what they mean is not public."]
    HeartbeatOptions, Tag::HeartbeatOptions, 1;
    FIXED = 0, "Interval cannot be adjusted by the receiver", A;
    ADJUSTABLE = 1, "Interval can be adjusted by the receiver", B;
}

codes! {
    #[doc = "`dty`, the kind of thing the event is about (SCAIP reference 8.1). 0042 is missing from the public table."]
    DeviceType, Tag::DeviceType, 4;
    UNKNOWN = 0, "Unknown", B;
    UNDEFINED = 1, "Undefined", B;
    LOCAL_UNIT_AND_CONTROLLER = 2, "Local unit and controller", A;
    PERSONAL_TRIGGER = 3, "Personal trigger", A;
    FIXED_TRIGGER = 4, "Fixed trigger", A;
    FALL_DETECTOR = 5, "Fall detector", B;
    PERSONAL_ATTACK_TRIGGER = 6, "Personal attack trigger", B;
    PANIC_BUTTON = 7, "Panic button", B;
    DUTY_SWITCH_REMOTE = 8, "Duty switch, remote", B;
    DUTY_SWITCH_LOCAL = 9, "Duty switch, local", B;
    ACTIVITY_DETECTOR = 10, "Activity detector", B;
    PILL_DISPENSER = 11, "Pill dispenser", B;
    BED_MONITOR = 12, "Bed monitor", B;
    MAT_SENSOR = 13, "Mat sensor", B;
    DOOR_SENSOR = 14, "Door sensor", B;
    WANDERING_SENSOR = 15, "Wandering sensor", B;
    ENURESIS_DETECTOR = 16, "Enuresis detector", B;
    EPILEPSY_DETECTOR = 17, "Epilepsy detector", B;
    OCCUPANCY_DETECTOR = 18, "Occupancy detector", B;
    HEART_RATE_MONITOR = 19, "Heart rate monitor", B;
    ENVIRONMENTAL_MONITOR = 20, "Environmental monitor", B;
    GAS_DETECTOR = 21, "Gas detector", B;
    LIGHTING_CIRCUIT_MONITOR = 22, "Lighting circuit monitor", B;
    SMOKE_DETECTOR = 23, "Smoke detector", B;
    HEATING_SYSTEM_MONITOR = 24, "Heating system monitor", B;
    HEAT_DETECTOR = 25, "Heat detector", B;
    CARBON_MONOXIDE_DETECTOR = 26, "Carbon monoxide detector", B;
    BOGUS_CALLER_SWITCH = 27, "Bogus caller switch", B;
    INTRUDER_DETECTOR = 28, "Intruder detector", B;
    BOUNDARY_DETECTOR = 29, "Boundary detector", B;
    AUTOMATIC_MAN_DOWN_DETECTOR = 30, "Automatic man-down detector", B;
    SYSTEM_MONITOR = 31, "System monitor", B;
    COMMUNICATION_LINK_MONITOR = 32, "Communication link monitor", B;
    FLOOD_DETECTOR = 33, "Flood detector", B;
    BATH_SENSOR = 34, "Bath sensor", B;
    LATCH_KEY = 35, "Latch key", B;
    PERIMETER = 36, "Perimeter", B;
    SPRINKLER = 37, "Sprinkler", B;
    TAMPER = 38, "Tamper", B;
    PRINTER = 39, "Printer", B;
    ROUTER = 40, "Router", B;
    POWER_SUPPLY = 41, "Power supply", B;
    ACCESS_CONTROLLER = 43, "Access controller", B;
    CHAIR_MONITOR = 44, "Chair monitor", B;
    CONTROLLER = 45, "Controller", B;
    ELEVATOR_ALARM_UNIT = 46, "Elevator alarm unit", B;
    FIRE_ALARM_SYSTEM = 47, "Fire alarm system", B;
    LOCAL_UNIT = 48, "Local unit", B;
    MONITORING_DEVICE = 49, "Monitoring device", B;
    RADIO_UNIT = 50, "Radio unit", B;
    TRACKING_DEVICE = 51, "Tracking device", B;
}

codes! {
    #[doc = "`dco`, the part of the device (SCAIP reference 8.2)."]
    DeviceComponent, Tag::DeviceComponent, 3;
    UNKNOWN = 0, "Unknown", B;
    UNDEFINED = 1, "Undefined", B;
    BUTTON_1 = 2, "Button 1", B;
    BUTTON_2 = 3, "Button 2", B;
    BUTTON_3 = 4, "Button 3", B;
    BUTTON_4 = 5, "Button 4", B;
    BUTTON_5 = 6, "Button 5", B;
    SWITCH_1 = 7, "Switch 1", B;
    SWITCH_2 = 8, "Switch 2", B;
    SWITCH_3 = 9, "Switch 3", B;
    SWITCH_4 = 10, "Switch 4", B;
    SWITCH_5 = 11, "Switch 5", B;
    OUTPUT_1 = 12, "Output 1", B;
    OUTPUT_2 = 13, "Output 2", B;
    OUTPUT_3 = 14, "Output 3", B;
    OUTPUT_4 = 15, "Output 4", B;
    OUTPUT_5 = 16, "Output 5", B;
    AUTOMATIC_CIRCUIT_1 = 17, "Automatic circuit 1", B;
    AUTOMATIC_CIRCUIT_2 = 18, "Automatic circuit 2", B;
    AUTOMATIC_CIRCUIT_3 = 19, "Automatic circuit 3", B;
    AUTOMATIC_CIRCUIT_4 = 20, "Automatic circuit 4", B;
    AUTOMATIC_CIRCUIT_5 = 21, "Automatic circuit 5", B;
    ETHERNET_CIRCUIT = 22, "Ethernet circuit", B;
    MEMORY_CIRCUIT = 23, "Memory circuit", B;
    MICROCONTROLLER = 24, "Microcontroller", B;
    MODULE_1 = 25, "Module 1", B;
    MODULE_2 = 26, "Module 2", B;
    MODULE_3 = 27, "Module 3", B;
    MODULE_4 = 28, "Module 4", B;
    MODULE_5 = 29, "Module 5", B;
}

codes! {
    #[doc = "`mreq`, media request of the newer edition (SCAIP reference 7.5, one source)."]
    MediaRequest, Tag::MediaRequest, 1;
    DEFAULT = 0, "No special request", B;
    NO_MEDIA = 4, "No media session wanted", B;
}

codes! {
    #[doc = "`stc`, what happened (SCAIP reference 8.3). 0049 and 0050 are uncertain: the public table prints both names against 0050."]
    StatusCode, Tag::StatusCode, 4;
    UNKNOWN = 0, "Unknown", B;
    UNDEFINED = 1, "Undefined", B;
    ABORT = 2, "Abort", B;
    ABSENT = 3, "Absent", B;
    ACCEPTED = 4, "Accepted", B;
    ACKNOWLEDGE = 5, "Acknowledge", B;
    ACTIVATED = 6, "Activated", B;
    ACTIVE = 7, "Active", B;
    ADDED = 8, "Added", B;
    AUTOMATIC_ALARM = 9, "Automatic alarm", B;
    MANUAL_ALARM = 10, "Manual alarm", A;
    ALERT = 11, "Alert", B;
    ARMED = 12, "Armed", B;
    ASSIGNED = 13, "Assigned", B;
    BATTERY_FAILURE = 14, "Battery failure", B;
    BATTERY_OK = 15, "Battery OK", B;
    BATTERY_LOW = 16, "Battery low", B;
    BUSY = 17, "Busy", B;
    BYPASS = 18, "Bypass", B;
    CANCEL = 19, "Cancel", A;
    CHARGED = 20, "Charged", B;
    CLOSED = 21, "Closed", B;
    CLOSED_TOO_LONG = 22, "Closed too long", B;
    IP_CONNECTION_FAILURE = 23, "IP connection failure", B;
    MOBILE_NETWORK_CONNECTION_FAILURE = 24, "Mobile network connection failure", B;
    TELEPHONE_LINE_CONNECTION_FAILURE = 25, "Telephone line (POTS) connection failure", B;
    PRIMARY_COMMUNICATION_LINK_FAILURE = 26, "Primary communication link failure", B;
    REDUNDANT_COMMUNICATION_LINK_FAILURE = 27, "Redundant communication link failure", B;
    DELETED = 28, "Deleted", B;
    DENIED = 29, "Denied", B;
    DISARMED = 30, "Disarmed", B;
    DISCONNECTED = 31, "Disconnected", B;
    ERROR_CODE_1 = 32, "Error code 1", B;
    ERROR_CODE_2 = 33, "Error code 2", B;
    ERROR_CODE_3 = 34, "Error code 3", B;
    ERROR_CODE_4 = 35, "Error code 4", B;
    ERROR_CODE_5 = 36, "Error code 5", B;
    ERROR_CODE_6 = 37, "Error code 6", B;
    ERROR_CODE_7 = 38, "Error code 7", B;
    ERROR_CODE_8 = 39, "Error code 8", B;
    ERROR_CODE_9 = 40, "Error code 9", B;
    EXECUTED = 41, "Executed", B;
    FAILURE = 42, "Failure", B;
    FREQUENCY_DRIFTED = 43, "Frequency drifted", B;
    FREQUENCY_DRIFTED_TO_LOWER_LEVEL = 44, "Frequency drifted to lower level", B;
    FREQUENCY_DRIFTED_TO_UPPER_LEVEL = 45, "Frequency drifted to upper level", B;
    HIGH_LEVEL = 46, "High level", B;
    IN_PROGRESS = 47, "In progress", B;
    IN_SERVICE = 48, "In service", B;
    INACTIVE = 49, "Inactive", C;
    INITIATED = 50, "Initiated", B;
    INTERRUPTED = 51, "Interrupted", B;
    JAMMED = 52, "Jammed", B;
    LEVEL_1 = 53, "Level 1", B;
    LEVEL_2 = 54, "Level 2", B;
    LEVEL_3 = 55, "Level 3", B;
    LEVEL_4 = 56, "Level 4", B;
    LEVEL_5 = 57, "Level 5", B;
    LEVEL_6 = 58, "Level 6", B;
    LEVEL_7 = 59, "Level 7", B;
    LEVEL_8 = 60, "Level 8", B;
    LEVEL_9 = 61, "Level 9", B;
    LOG = 62, "Log", B;
    LOSS = 63, "Loss", B;
    LOW_LEVEL = 64, "Low level", B;
    MAINTENANCE_NEEDED = 65, "Maintenance needed", B;
    URGENT_MAINTENANCE_NEEDED = 66, "Urgent maintenance needed", B;
    MALFUNCTION = 67, "Malfunction", B;
    MEMORY_FULL = 68, "Memory full", B;
    NON_ACTIVE = 69, "Non-active", B;
    NORMAL_STATE = 70, "Normal state", B;
    OCCUPIED = 71, "Occupied", B;
    OFF = 72, "Off", B;
    OFFLINE = 73, "Offline", B;
    ON = 74, "On", B;
    ONLINE = 75, "Online", B;
    OPEN = 76, "Open", B;
    OPEN_TOO_LONG = 77, "Open too long", B;
    OUT_OF_SERVICE = 78, "Out of service", B;
    OVERFLOW = 79, "Overflow", B;
    PENDING = 80, "Pending", B;
    PILL_NOT_TAKEN = 81, "Pill not taken", B;
    PILL_REMINDER = 82, "Pill reminder", B;
    PILL_TAKEN = 83, "Pill taken", B;
    PLANNED = 84, "Planned", B;
    POWER_FAILURE = 85, "Power failure", B;
    POWER_RESTORED = 86, "Power restored", B;
    PLANNED_PRESENCE = 87, "Planned presence", B;
    PRESENCE_AFTER_ALARM = 88, "Presence after alarm", B;
    PRIVACY_SWITCH_OPERATED = 89, "Privacy switch operated", B;
    PULSE = 90, "Pulse", B;
    RE_ESTABLISHED = 91, "Re-established", B;
    AUTOMATIC_RESET = 92, "Automatic reset", B;
    MANUAL_RESET = 93, "Manual reset", B;
    RESTORAL = 94, "Restoral", B;
    RF_INTERFERENCE = 95, "RF interference", B;
    STARTED = 96, "Started", B;
    ENDED = 97, "Ended", B;
    SUBSTITUTED = 98, "Substituted", B;
    SUCCEEDED = 99, "Succeeded", B;
    TEMPERATURE_HIGH = 100, "Temperature high", B;
    TEMPERATURE_LOW = 101, "Temperature low", B;
    TEST_TRANSMISSION_PRIMARY = 102, "Test transmission over the primary channel", A;
    TEST_TRANSMISSION_REDUNDANT = 103, "Test transmission over the redundant channel", B;
    TIME_OUT = 104, "Time-out", B;
    TROUBLE = 105, "Trouble", B;
    TRESPASS = 106, "Trespass", B;
    UNAUTHORIZED_ACCESS = 107, "Unauthorized access", B;
    UNBYPASS = 108, "Unbypass", B;
    VERIFIED = 109, "Verified", B;
    ASSISTANCE = 110, "Assistance", B;
    INTERVENTION_COMPLETE = 111, "Intervention complete", B;
    IP_CONNECTION_RE_ESTABLISHED = 112, "IP connection re-established", B;
    MOBILE_NETWORK_CONNECTION_RE_ESTABLISHED = 113, "Mobile network connection re-established", B;
    TELEPHONE_LINE_CONNECTION_RE_ESTABLISHED = 114, "Telephone line (POTS) connection re-established", B;
    PRIMARY_COMMUNICATION_LINK_RE_ESTABLISHED = 115, "Primary communication link re-established", B;
    REDUNDANT_COMMUNICATION_LINK_RE_ESTABLISHED = 116, "Redundant communication link re-established", B;
    LYING_IN_BED = 117, "Lying in bed", B;
    LOCKED = 118, "Locked", B;
    MOVEMENT = 119, "Movement", B;
    OCCUPANCY = 120, "Occupancy", B;
    PRESENT = 121, "Present", B;
    RADIO_INTERFERENCE = 122, "Radio interference", B;
    RADIO_TEST_TRANSMISSION_MISSING = 123, "Radio test transmission missing", B;
    RADIO_TEST_TRANSMISSION_RE_ESTABLISHED = 124, "Radio test transmission re-established", B;
    TAMPER_ALARM = 125, "Tamper alarm", B;
    TEMPERATURE_RATE_OF_RISE = 126, "Temperature rate of rise", B;
    UNLOCKED = 127, "Unlocked", B;
}

codes! {
    #[doc = "`pri`, priority. The scale is not public: pass it on, never order alarms by it (SCAIP reference 3)."]
    Priority, Tag::Priority, 1;
}

codes! {
    #[doc = "`lco`, where (SCAIP reference 8.4)."]
    LocationCode, Tag::LocationCode, 3;
    UNKNOWN = 0, "Unknown", B;
    UNDEFINED = 1, "Undefined", B;
    HOME = 2, "Home", B;
    AWAY = 3, "Away", B;
    INDOORS = 4, "Indoors", B;
    OUTDOORS = 5, "Outdoors", B;
    INSIDE = 6, "Inside", B;
    OUTSIDE = 7, "Outside", B;
    AREA = 8, "Area", B;
    ZONE = 9, "Zone", B;
    BASEMENT = 10, "Basement", B;
    BATHROOM = 11, "Bathroom", B;
    BEDROOM = 12, "Bedroom", B;
    DINING_ROOM = 13, "Dining room", B;
    FLOOR = 14, "Floor", B;
    GARAGE = 15, "Garage", B;
    GARDEN = 16, "Garden", B;
    BACK_GARDEN = 17, "Back garden", B;
    FRONT_GARDEN = 18, "Front garden", B;
    GEOFENCE = 19, "Geofence", B;
    GYM = 20, "Gym", B;
    KITCHEN = 21, "Kitchen", B;
    LAUNDRY = 22, "Laundry", B;
    RELAXATION_ROOM = 23, "Relaxation room", B;
    SAUNA = 24, "Sauna", B;
    STAIRS = 25, "Stairs", B;
    STUDY = 26, "Study", B;
    WORKSHOP = 27, "Workshop", B;
    LOFT = 28, "Loft", B;
    SHED = 29, "Shed", B;
    TEMPORARY_ADDRESS = 30, "Temporary address", B;
    SUMMER_HOUSE = 31, "Summer house", B;
    WINTER_COTTAGE = 32, "Winter cottage", B;
    MOBILE = 33, "Mobile", B;
    GEOGRAPHIC_POSITION_ATTACHED = 34, "Geographic position attached", B;
    GPS_POSITION_ATTACHED = 35, "GPS position attached", B;
    PROPERTY = 36, "Property", B;
    ACCESSIBLE_BATHROOM = 37, "Accessible bathroom", B;
    DOOR = 38, "Door", B;
    FRONT_DOOR = 39, "Front door", B;
    BACK_DOOR = 40, "Back door", B;
    FIRE_DOOR = 41, "Fire door", B;
    HALLWAY = 42, "Hallway", B;
    LIVING_ROOM = 43, "Living room", B;
    APARTMENT = 44, "Apartment", B;
    BUNGALOW = 45, "Bungalow", B;
    LOUNGE = 46, "Lounge", B;
    COMMUNAL_AREA = 47, "Communal area", B;
    OFFICE = 48, "Office", B;
    ROOM = 49, "Room", B;
    SITE = 50, "Site", B;
    WARD = 51, "Ward", B;
    WING = 52, "Wing", B;
}

codes! {
    #[doc = "`ico`, information code. The table is not public (SCAIP reference 8.5)."]
    InformationCode, Tag::InformationCode, 3;
}

codes! {
    #[doc = "`snu`, the verdict of the receiver (SCAIP reference 9). Everything above 7 is a failure."]
    StatusNumber, Tag::StatusNumber, 1;
    OK = 0, "OK, accepted", A;
    MESSAGE_TOO_LONG = 1, "Message too long", B;
    INVALID_FORMAT = 2, "Invalid format", B;
    WRONG_DATA_CONTENT = 3, "Wrong data content", B;
    HOLD = 4, "Hold", B;
    NOT_TREATED = 5, "Not treated", A;
    BUSY = 6, "Busy", A;
    MANDATORY_TAG_MISSING = 7, "Mandatory tag missing", B;
    UNDEFINED_ERROR = 99, "Undefined error", B;
}

codes! {
    #[doc = "`mre`, which speech to set up (SCAIP reference 6.3). `1` and `01` are the same."]
    MediaReply, Tag::MediaReply, 1;
    NO_VOICE = 0, "No voice call", A;
    DUPLEX = 1, "Duplex voice call", A;
    LISTEN_ONLY = 2, "Device microphone only (receiver listens)", B;
    SPEAK_ONLY = 3, "Device loudspeaker only (receiver speaks)", B;
}

codes! {
    #[doc = "`cre`, where the device shall call (SCAIP reference 6.3)."]
    CallHandlingReply, Tag::CallHandlingReply, 2;
    NONE = 0, "seen together with media_reply 0", B;
    PREDEFINED_RECEIVER = 61, "Call the predefined receiver", A;
    TRANSFERRED_NUMBER = 62, "Call the transferred number in tnu", A;
}

codes! {
    #[doc = "`hbi`, heartbeat interval, 0 to 4 (SCAIP reference 7.4). How long each stands for is not public."]
    HeartbeatInterval, Tag::HeartbeatInterval, 1;
}
