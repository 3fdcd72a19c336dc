//! Makers' habits worth showing: each is a unit with its own ways, on synthetic data.

use std::net::SocketAddr;

use scaip::sip::Transport;
use scaip::{
    CallAddress, ControllerId, DeviceComponent, DeviceId, DeviceType, GeographicLocation,
    HeartbeatOptions, LocationCode, MessageType, Reference, Request, StatusCode, Text,
};

use super::Fault;
use super::outcome::Exchange;
use super::sender::{OpenError, Sender};
use super::settings::SenderSettings;

/// A unit with its ways and the alarms it sends, in order.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Habit {
    /// A short name, for a command line and a page.
    pub name: &'static str,
    /// What is special about it, for people.
    pub description: &'static str,
    /// UDP or TCP.
    pub transport: Transport,
    /// What it does wrong.
    pub faults: &'static [Fault],
    /// What it reports. References are made anew each time.
    pub requests: Vec<Request<'static>>,
}

impl Habit {
    /// The habit with this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Habit> {
        habits().into_iter().find(|habit| habit.name == name)
    }
}

fn request(controller: &'static str, device_type: DeviceType) -> Request<'static> {
    Request::new(
        Reference::new("0"),
        ControllerId::new(controller),
        device_type,
    )
}

fn alarm(
    controller: &'static str,
    device_type: DeviceType,
    status: StatusCode,
) -> Request<'static> {
    let mut request = request(controller, device_type);
    request.status_code = Some(status);
    request
}

/// The collection. All identifiers, numbers and positions are made up.
#[must_use]
pub fn habits() -> Vec<Habit> {
    vec![
        textbook_pendant(),
        one_branch(),
        tagless_short_codes(),
        shuffled_latin(),
        smoke_battery(),
        mobile_unit(),
        heartbeat_with_status(),
        retransmitting_unit(),
    ]
}

/// SCAIP reference 12.1 and 12.5: an alarm, and its withdrawal.
fn textbook_pendant() -> Habit {
    let mut press = alarm(
        "40211870",
        DeviceType::PERSONAL_TRIGGER,
        StatusCode::MANUAL_ALARM,
    );
    press.device_id = Some(DeviceId::new("5A19"));
    press.device_component = Some(DeviceComponent::new(2));
    press.caller_ids = CallAddress::same_account().into();
    press.location_code = LocationCode::new(43);
    let mut withdrawal = alarm(
        "40211870",
        DeviceType::PERSONAL_TRIGGER,
        StatusCode::new(93),
    );
    withdrawal.message_type = MessageType::Reset;
    withdrawal.device_id = Some(DeviceId::new("5A19"));
    Habit {
        name: "textbook-pendant",
        description: "A pendant by the book: manual alarm with SIP voice, then the user's reset",
        transport: Transport::Tcp,
        faults: &[],
        requests: vec![press, withdrawal],
    }
}

/// SCAIP reference 5.6: a textbook SIP stack drops the second and third alarm.
fn one_branch() -> Habit {
    let presses = ["Entrance", "Bathroom", "Kitchen"].map(|place| {
        let mut press = alarm(
            "40211871",
            DeviceType::FIXED_TRIGGER,
            StatusCode::MANUAL_ALARM,
        );
        press.location_text = Some(Text::new(place));
        press
    });
    Habit {
        name: "one-branch",
        description: "Three alarms with the same Via branch: all three must get through",
        transport: Transport::Udp,
        faults: &[Fault::SameBranch],
        requests: presses.into(),
    }
}

fn tagless_short_codes() -> Habit {
    Habit {
        name: "tagless-short-codes",
        description: "No From tag, From names no controller, codes without leading zeros",
        transport: Transport::Udp,
        faults: &[
            Fault::NoFromTag,
            Fault::FromUnlikeController,
            Fault::ShortCodes,
        ],
        requests: vec![alarm(
            "40211872",
            DeviceType::FALL_DETECTOR,
            StatusCode::new(9),
        )],
    }
}

fn shuffled_latin() -> Habit {
    let mut press = alarm(
        "40211873",
        DeviceType::FIXED_TRIGGER,
        StatusCode::MANUAL_ALARM,
    );
    press.device_text = Some(Text::new("Snortrekk bad"));
    press.location_text = Some(Text::new("Østre fløy, rom 12"));
    Habit {
        name: "shuffled-latin-1",
        description: "Pretty-printed XML in another order, undeclared ISO 8859-1 text, bare LF",
        transport: Transport::Udp,
        faults: &[Fault::ShuffledElements, Fault::Latin1, Fault::BareLf],
        requests: vec![press],
    }
}

/// SCAIP reference 12.3.
fn smoke_battery() -> Habit {
    let mut low = alarm("40211874", DeviceType::SMOKE_DETECTOR, StatusCode::new(16));
    low.device_id = Some(DeviceId::new("77F0"));
    low.device_text = Some(Text::new("Røykvarsler gang"));
    low.caller_ids = CallAddress::no_voice().into();
    low.location_code = LocationCode::new(42);
    Habit {
        name: "smoke-detector-battery",
        description: "A smoke detector with a low battery; no call will follow",
        transport: Transport::Udp,
        faults: &[],
        requests: vec![low],
    }
}

/// SCAIP reference 12.4.
fn mobile_unit() -> Habit {
    let mut press = alarm(
        "70993311",
        DeviceType::TRACKING_DEVICE,
        StatusCode::MANUAL_ALARM,
    );
    press.caller_ids = CallAddress::new("gsm:+4700000000").into();
    press.location_code = LocationCode::GPS_POSITION_ATTACHED;
    press.geographic_location = Some(GeographicLocation {
        position: Some(Text::new("59.91387,10.75225")),
        time: Some(Text::new("2031-02-03T04:05:06+01")),
        nmea_gga: None,
    });
    Habit {
        name: "mobile-unit",
        description: "A mobile unit with a satellite position and mobile voice",
        transport: Transport::Udp,
        faults: &[],
        requests: vec![press],
    }
}

/// SCAIP reference 10: the message type decides, this is no alarm.
fn heartbeat_with_status() -> Habit {
    let mut beat = alarm(
        "40211875",
        DeviceType::LOCAL_UNIT_AND_CONTROLLER,
        StatusCode::new(9),
    );
    beat.message_type = MessageType::Heartbeat;
    beat.heartbeat_options = HeartbeatOptions::ADJUSTABLE;
    Habit {
        name: "heartbeat-with-status",
        description: "A heartbeat that carries the status code of an alarm: a sign of life only",
        transport: Transport::Udp,
        faults: &[],
        requests: vec![beat],
    }
}

fn retransmitting_unit() -> Habit {
    let mut press = alarm(
        "40211876",
        DeviceType::PANIC_BUTTON,
        StatusCode::MANUAL_ALARM,
    );
    press.caller_ids = CallAddress::no_voice().into();
    Habit {
        name: "retransmitting-unit",
        description: "Every datagram twice: one alarm, not two",
        transport: Transport::Udp,
        faults: &[Fault::Retransmit],
        requests: vec![press],
    }
}

/// Plays a habit against a receiver: its alarms one after the other, each to its verdict.
///
/// # Errors
///
/// [`OpenError`] when no socket can be had, or nothing listens with TCP.
pub async fn play(habit: &Habit, to: SocketAddr) -> Result<Vec<Exchange>, OpenError> {
    let mut settings = SenderSettings::new(to);
    settings.transport = habit.transport;
    settings.faults = habit.faults.to_vec();
    if let Some(first) = habit.requests.first() {
        settings.request = first.clone();
    }
    let mut sender = Sender::open(&settings).await?;
    let mut exchanges = Vec::with_capacity(habit.requests.len());
    for request in &habit.requests {
        exchanges.push(sender.exchange_of(request).await);
    }
    Ok(exchanges)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_habit_can_be_played_and_is_found_by_its_name() {
        let names: BTreeSet<_> = habits().iter().map(|habit| habit.name).collect();
        assert_eq!(names.len(), habits().len());
        for habit in habits() {
            assert!(!habit.requests.is_empty(), "{}", habit.name);
            assert!(Habit::named(habit.name).is_some());
            for request in &habit.requests {
                let mut settings = SenderSettings::new("127.0.0.1:5060".parse().unwrap());
                settings.transport = habit.transport;
                settings.faults = habit.faults.to_vec();
                settings.request = request.clone();
                assert_eq!(settings.check(), Ok(()), "{}", habit.name);
                let one = &habit.requests[0].controller_id;
                assert_eq!(&request.controller_id, one, "one unit, one controller");
            }
        }
        assert!(Habit::named("no such habit").is_none());
    }
}
