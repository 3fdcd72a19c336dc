//! The dialects that are known (ESPA reference 10).

use core::time::Duration;

use super::{
    Defaults, Headers, Line, LineEnd, OtherHeaders, Profile, Sending, Serial, Timers, Tolerance,
};
use crate::characters::CharacterSet;
use crate::codes::{BeepCode, CallType, Confidence, Header, Priority, Transmissions};
use crate::options::{DecodeOptions, EncodeOptions, Limits};

impl Profile {
    /// What to begin with: lenient, 9600 8N1, the suggested timers. Inferred from what is common.
    pub const FIELD: Profile = Profile {
        name: "field",
        confidence: Confidence::Inferred,
        decode: DecodeOptions::lenient(),
        encode: EncodeOptions::new(),
        timers: Timers::SERIAL,
        tolerance: Tolerance::LENIENT,
        sending: Sending::DEFAULT,
        answers: true,
        characters: CharacterSet::Auto,
        defaults: Defaults::NONE,
        headers: Headers::ALL,
        serial: Serial::FIELD,
        line: Line::PLAIN,
    };

    /// The text of 1984, nothing tolerated: for conformance testing. 9600 7E2.
    pub const STANDARD_1984: Profile = Profile {
        name: "standard-1984",
        confidence: Confidence::Standard,
        decode: DecodeOptions::strict(),
        tolerance: Tolerance::STRICT,
        serial: Serial::STANDARD,
        ..Profile::FIELD
    };

    /// Ascom and Ericsson interfaces, this side being the caller or the receiver (one source):
    /// one block at a time, busy retried after 1 s, headers 7 and 9 refused.
    pub const ASCOM: Profile = Profile {
        name: "ascom",
        confidence: Confidence::OneSource,
        decode: DecodeOptions::lenient().refusing_unknown_headers(),
        sending: Sending {
            blocks_per_transaction: 1,
            ..Sending::DEFAULT
        },
        ..Profile::FIELD
    };

    /// The same with the extra carriage return switched on. Where it stands is a guess.
    pub const ASCOM_CARRIAGE_RETURN: Profile = Profile {
        name: "ascom-carriage-return",
        confidence: Confidence::Uncertain,
        sending: Sending {
            line_end: LineEnd::CarriageReturn,
            ..Profile::ASCOM.sending
        },
        ..Profile::ASCOM
    };

    /// DECT Messenger (one source): polls every 150 ms, waits 10 s, two repeats, takes header 1
    /// and acknowledges the others unread, has defaults for missing records. The values of the
    /// defaults are inferred; they are configuration there.
    pub const DECT_MESSENGER: Profile = Profile {
        name: "dect-messenger",
        confidence: Confidence::OneSource,
        timers: Timers {
            poll_interval: Some(Duration::from_millis(150)),
            poll_answer: Duration::from_secs(10),
            select_answer: Duration::from_secs(10),
            block_answer: Duration::from_secs(10),
            ..Timers::SERIAL
        },
        defaults: Defaults {
            beep_code: Some(BeepCode::new("1")),
            call_type: Some(CallType::STANDARD),
            transmissions: Some(Transmissions::ONCE),
            priority: Some(Priority::NORMAL),
            ..Defaults::NONE
        },
        headers: Headers {
            taken: Some(&[Header::CALL]),
            others: OtherHeaders::Ignore,
        },
        ..Profile::FIELD
    };

    /// Autronica fire panels (one source): 9600 7E1, calls only. Whether the panel polls when
    /// idle is not known, so the link is not supervised.
    pub const AUTRONICA: Profile = Profile {
        name: "autronica",
        confidence: Confidence::OneSource,
        serial: Serial::new(9600, 7, super::Parity::Even, super::StopBits::One),
        timers: Timers {
            supervision: None,
            ..Timers::SERIAL
        },
        ..Profile::FIELD
    };

    /// Nurse call that selects every 5 s without sending anything (one source): lost after 15 s.
    /// Priority and call type are left out by these callers; the defaults for them are inferred.
    pub const NURSE_CALL_HEARTBEAT: Profile = Profile {
        name: "nurse-call-heartbeat",
        confidence: Confidence::OneSource,
        timers: Timers {
            supervision: Some(Duration::from_secs(15)),
            poll_interval: Some(Duration::from_secs(5)),
            ..Timers::SERIAL
        },
        defaults: Defaults {
            call_type: Some(CallType::STANDARD),
            priority: Some(Priority::NORMAL),
            ..Defaults::NONE
        },
        ..Profile::FIELD
    };

    /// Hotel callers: text up to 160 (one source). After a NAK they repeat the block without SOH,
    /// which is refused again, and the call comes in a later transaction.
    pub const HOTEL: Profile = Profile {
        name: "hotel",
        confidence: Confidence::OneSource,
        encode: EncodeOptions::new().with_limits(Limits {
            text: 160,
            ..Limits::STANDARD
        }),
        ..Profile::FIELD
    };

    /// The "crude master": a panel that wants no ACK and goes on by the clock, BCC and EOT
    /// together (one source). Nothing is sent back.
    pub const NO_ACK_PANEL: Profile = Profile {
        name: "no-ack-panel",
        confidence: Confidence::OneSource,
        answers: false,
        tolerance: Tolerance {
            block_without_select: true,
            ..Tolerance::LENIENT
        },
        timers: Timers {
            poll_interval: None,
            supervision: None,
            ..Timers::SERIAL
        },
        ..Profile::FIELD
    };

    /// Beside a receiver that does the answering: not a single byte is sent. Inferred.
    pub const LISTEN_ONLY: Profile = Profile {
        name: "listen-only",
        confidence: Confidence::Inferred,
        answers: false,
        ..Profile::FIELD
    };

    /// TCP to a device server or alarm server (two sources): no character times, 3 s between
    /// characters.
    pub const TCP: Profile = Profile {
        name: "tcp",
        confidence: Confidence::TwoSources,
        timers: Timers::TCP,
        serial: Serial::ABSENT,
        ..Profile::FIELD
    };

    /// All of them.
    pub const ALL: &'static [Profile] = &[
        Profile::FIELD,
        Profile::STANDARD_1984,
        Profile::ASCOM,
        Profile::ASCOM_CARRIAGE_RETURN,
        Profile::DECT_MESSENGER,
        Profile::AUTRONICA,
        Profile::NURSE_CALL_HEARTBEAT,
        Profile::HOTEL,
        Profile::NO_ACK_PANEL,
        Profile::LISTEN_ONLY,
        Profile::TCP,
    ];

    /// One of them by its name.
    #[must_use]
    pub fn named(name: &str) -> Option<Profile> {
        Profile::ALL.iter().find(|one| one.name == name).copied()
    }
}
