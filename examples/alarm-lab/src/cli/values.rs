//! Readers of argument values, each with an error that says what to write instead.

use std::net::{SocketAddr, ToSocketAddrs};
use std::time::Duration;

use alarm_codes::{Profile, System};
use espa444::CharacterSet;
use scaip::{CallAddress, DeviceComponent, DeviceType, LocationCode, StatusCode};

/// The port of SIP over UDP and TCP (SCAIP reference 5.3).
const SIP_PORT: u16 = 5060;

/// `HOST`, `HOST:PORT`, also with `sip:` or `scaip:` in front.
pub(crate) fn receiver(text: &str) -> Result<SocketAddr, String> {
    let lower = text.to_ascii_lowercase();
    if lower.starts_with("sips:") || lower.starts_with("scaips:") {
        return Err("TLS is not simulated; name a UDP or TCP address".to_owned());
    }
    let bare = ["sip:", "scaip:"]
        .iter()
        .find(|scheme| lower.starts_with(*scheme))
        .map_or(text, |scheme| &text[scheme.len()..]);
    let found = if let Ok(address) = bare.parse::<SocketAddr>() {
        return Ok(address);
    } else if let Ok(address) = bare.trim_matches(['[', ']']).parse::<std::net::IpAddr>() {
        return Ok(SocketAddr::new(address, SIP_PORT));
    } else if bare.contains(':') {
        bare.to_socket_addrs()
    } else {
        (bare, SIP_PORT).to_socket_addrs()
    };
    let addresses: Vec<_> = found
        .map_err(|error| format!("write HOST or HOST:PORT ({error})"))?
        .collect();
    // A name such as localhost has both; IPv4 is what receivers of the field listen on.
    let best = addresses.iter().find(|address| address.is_ipv4());
    best.or(addresses.first())
        .copied()
        .ok_or_else(|| "the name has no address".to_owned())
}

/// `60`, `0.5`, `60s`, `2m`.
pub(crate) fn seconds(text: &str) -> Result<Duration, String> {
    let (number, unit) = match text.strip_suffix('m') {
        Some(number) => (number, 60.0),
        None => (text.strip_suffix('s').unwrap_or(text), 1.0),
    };
    number
        .parse::<f64>()
        .ok()
        .and_then(|number| Duration::try_from_secs_f64(number * unit).ok())
        .ok_or_else(|| "write seconds, such as 60 or 0.5, or minutes, such as 2m".to_owned())
}

/// `65536`, `500k`, `40M`; at most 64M, as not much more is read of a file.
pub(crate) fn bytes(text: &str) -> Result<usize, String> {
    const MOST: usize = 64_000_000;
    let (digits, unit) = match text.strip_suffix(['k', 'K']) {
        Some(digits) => (digits, 1_000),
        None => match text.strip_suffix('M') {
            Some(digits) => (digits, 1_000_000),
            None => (text, 1),
        },
    };
    digits
        .parse::<usize>()
        .ok()
        .and_then(|number| number.checked_mul(unit))
        .filter(|bytes| (1..=MOST).contains(bytes))
        .ok_or_else(|| "write bytes up to 64M, such as 500k or 40M".to_owned())
}

/// A rate above zero.
pub(crate) fn rate(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(rate) if rate > 0.0 && rate <= 1e6 => Ok(rate),
        _ => Err("write alarms per second above 0, such as 10 or 0.5".to_owned()),
    }
}

macro_rules! code {
    ($name:ident, $type:ident, $example:literal) => {
        pub(crate) fn $name(text: &str) -> Result<$type, String> {
            $type::read(text)
                .ok_or_else(|| concat!("write one to five digits, such as ", $example).to_owned())
        }
    };
}

code!(device_type, DeviceType, "0003 (personal trigger)");
code!(component, DeviceComponent, "002 (button 1)");
code!(location, LocationCode, "021 (kitchen)");

/// A status code, or `none` to leave it out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Status(pub(crate) Option<StatusCode>);

pub(crate) fn status(text: &str) -> Result<Status, String> {
    if text == "none" {
        return Ok(Status(None));
    }
    StatusCode::read(text)
        .map(|code| Status(Some(code)))
        .ok_or_else(|| "write digits, such as 0010 (manual alarm), or none".to_owned())
}

pub(crate) fn voice(text: &str) -> Result<CallAddress<'static>, String> {
    if text.contains(':') {
        Ok(CallAddress::new(text.to_owned()))
    } else {
        Err("write a scheme and a colon, such as sip:, gsm:+4700000000 or no-voice:".to_owned())
    }
}

pub(crate) fn profile(text: &str) -> Result<Profile, String> {
    named(text, Profile::ALL, Profile::name)
}

pub(crate) fn character_set(name: &str) -> Result<CharacterSet, String> {
    CharacterSet::from_name(name).ok_or_else(|| {
        let names: Vec<_> = CharacterSet::ALL.iter().map(|set| set.name()).collect();
        format!("write one of {}", names.join(", "))
    })
}

pub(crate) fn system(text: &str) -> Result<System, String> {
    named(text, System::ALL, System::name)
}

fn named<T: Copy>(text: &str, all: &[T], name: fn(T) -> &'static str) -> Result<T, String> {
    let found = all.iter().copied().find(|&value| name(value) == text);
    found.ok_or_else(|| {
        let names: Vec<_> = all.iter().map(|&value| name(value)).collect();
        format!("write one of {}", names.join(", "))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn receivers_are_read_with_and_without_port_and_scheme() {
        for (text, address) in [
            ("127.0.0.1", "127.0.0.1:5060"),
            ("127.0.0.1:5066", "127.0.0.1:5066"),
            ("sip:127.0.0.1:5066", "127.0.0.1:5066"),
            ("SCAIP:127.0.0.1", "127.0.0.1:5060"),
            ("[::1]:5066", "[::1]:5066"),
            ("[::1]", "[::1]:5060"),
            ("::1", "[::1]:5060"),
        ] {
            assert_eq!(receiver(text), Ok(address.parse().unwrap()), "{text}");
        }
        assert!(receiver("sips:127.0.0.1").is_err());
        assert!(receiver("127.0.0.1:port").is_err());
    }

    #[test]
    fn times_are_read_in_seconds_and_minutes() {
        assert_eq!(seconds("0.5"), Ok(Duration::from_millis(500)));
        assert_eq!(seconds("60s"), Ok(Duration::from_secs(60)));
        assert_eq!(seconds("2m"), Ok(Duration::from_secs(120)));
        assert!(seconds("-1").is_err() && seconds("soon").is_err());
        assert!(rate("0").is_err() && rate("NaN").is_err());
    }

    #[test]
    fn sizes_are_read_with_and_without_unit() {
        assert_eq!(bytes("65536"), Ok(65_536));
        assert_eq!((bytes("500k"), bytes("40M")), (Ok(500_000), Ok(40_000_000)));
        for text in ["0", "", "65M", "99999999999999999999M", "10G", "-1"] {
            assert!(bytes(text).is_err(), "{text}");
        }
    }
}
