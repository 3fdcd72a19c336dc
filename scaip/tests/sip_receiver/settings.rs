//! Settings, and what is not printed.

use std::time::Duration;

use scaip::sip::{Config, ConfigError, Endpoint, Event, Message, SipLimits};

use crate::bench::Bench;
use crate::sip_support::alarm;

#[test]
fn settings_that_accept_nothing_are_refused() {
    let with = |change: fn(&mut Config)| {
        let mut config = Config::new([0; 16]);
        change(&mut config);
        Endpoint::new(config).err()
    };
    assert_eq!(with(|_| ()), None);
    assert_eq!(
        with(|c| c.accept = "a\r\nb".into()),
        Some(ConfigError::Accept)
    );
    assert_eq!(
        with(|c| c.queue = 0),
        Some(ConfigError::Zero { setting: "queue" })
    );
    assert_eq!(
        with(|c| c.timers.t4 = Duration::MAX),
        Some(ConfigError::TooLong {
            setting: "timers.t4"
        })
    );
    assert_eq!(
        with(|c| c.timers.t1 = Duration::ZERO),
        Some(ConfigError::Zero {
            setting: "timers.t1"
        })
    );
}

#[test]
fn debug_output_shows_no_person_and_no_text() {
    let mut bench = Bench::new();
    let secret = alarm("a").replace("From: <", "From: \"Kari Nordmann\" <");
    bench.hear(secret.clone());
    bench.hear(secret.replace("CSeq: 1", "CSeq: x"));
    let mut shown = format!("{:?}", bench.endpoint);
    for event in bench.events() {
        shown += &format!("{event:?}");
        if let Event::Request { message, id, .. } = event {
            shown += &format!(
                "{:?}{:?}{:?}",
                message.from(),
                message.request_uri(),
                message.top_via()
            );
            bench.ok(id);
        }
    }
    shown += &format!("{:?}", bench.transmits());
    let rejected =
        Message::parse_datagram(secret.replace("CSeq", "Q").into(), &SipLimits::default());
    shown += &format!("{:?}", rejected.unwrap_err());
    shown += &format!("{:?}", Config::new([0xab; 16]));
    for hidden in ["40211870", "Kari", "<mrq", "171, 171"] {
        assert!(!shown.contains(hidden), "{hidden} in {shown}");
    }
    assert!(shown.contains("call_id: a"));
}
