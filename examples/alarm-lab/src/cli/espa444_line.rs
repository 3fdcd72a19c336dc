//! Where an ESPA 4.4.4 line is and how it is set, as arguments.

use std::io;
use std::time::Duration;

use alarm_lab::espa444::{DEFAULT_PORT, LineSettings, Place};
use espa444::driver::tcp::{Client, Listener, TcpSettings, relaxed};
use espa444::profile::{Parity, Serial, StopBits};
use espa444::serial::{PortSettings, SerialLine};
use espa444::{Address, CharacterSet, Profile};
use tokio::net::TcpListener;

use super::{output, values};

/// Where the line is when nobody says.
#[derive(Clone, Copy)]
pub(crate) enum Default {
    /// This side connects to loopback.
    Connect,
    /// This side listens on loopback.
    Listen,
}

#[derive(clap::Args)]
#[group(skip)]
pub(crate) struct Args {
    /// A serial port, such as /dev/ttyUSB0 or COM3
    #[arg(long, value_name = "DEVICE", group = "place", help_heading = "Line")]
    pub(crate) serial: Option<String>,
    /// TCP: connect to the other side or its device server; port 2023 unless given
    #[arg(long, value_name = "HOST[:PORT]", value_parser = host, group = "place", help_heading = "Line")]
    pub(crate) connect: Option<String>,
    /// TCP: wait for the other side; port 2023 unless given, 0 for any
    #[arg(long, value_name = "ADDR[:PORT]", value_parser = host, group = "place", help_heading = "Line")]
    pub(crate) listen: Option<String>,
    /// Speed, data bits, parity and stop bits of the serial port [default: the profile's]
    #[arg(long, value_name = "9600-8N1", value_parser = serial, requires = "serial",
          help_heading = "Line")]
    pub(crate) settings: Option<Serial>,
    /// Do not claim the serial port for this program alone
    #[arg(long, requires = "serial", help_heading = "Line")]
    pub(crate) shared: bool,
    /// The dialect: field, standard-1984, ascom, ascom-carriage-return, dect-messenger, autronica,
    /// nurse-call-heartbeat, hotel, no-ack-panel, listen-only or tcp
    #[arg(long, value_name = "NAME", default_value = "field", value_parser = profile,
          help_heading = "Line")]
    pub(crate) profile: Profile,
    /// The character set of the texts [default: the profile's]
    #[arg(long, value_name = "NAME", value_parser = values::character_set, help_heading = "Line")]
    pub(crate) charset: Option<CharacterSet>,
    /// Report the line as silent after this time without a valid character, in seconds; 0: never
    /// [default: the profile's, 60 as a rule]
    #[arg(long, value_name = "TIME", value_parser = values::seconds, help_heading = "Line")]
    pub(crate) supervision: Option<Duration>,
    /// Take blocks without BCC
    #[arg(long, help_heading = "Line")]
    pub(crate) accept_missing_bcc: bool,
}

/// What a station needs besides.
#[derive(clap::Args)]
pub(crate) struct StationArgs {
    #[command(flatten)]
    pub(crate) line: Args,
    /// Own address on the line [default: 1 for the panel, 2 for the pager]
    #[arg(long, value_name = "ADDRESS", value_parser = address, help_heading = "Line")]
    address: Option<Address>,
    /// The address of the other side [default: 2 for the panel, 1 for the pager]
    #[arg(long, value_name = "ADDRESS", value_parser = address, help_heading = "Line")]
    remote: Option<Address>,
    /// How long to wait for an answer to a poll, select or block, in seconds [default: the
    /// profile's, 3 as a rule]
    #[arg(long, value_name = "TIME", value_parser = values::seconds, help_heading = "Line")]
    answer_time: Option<Duration>,
    /// How often a control station polls when idle, in seconds; 0: never [default: the profile's, 1
    /// as a rule]
    #[arg(long, value_name = "TIME", value_parser = values::seconds, help_heading = "Line")]
    poll_every: Option<Duration>,
}

impl Args {
    /// The profile, for the kind of line.
    pub(crate) fn profile(&self) -> Profile {
        let mut profile = self.profile;
        profile.serial = match self.settings {
            Some(serial) => serial,
            None if profile.serial.baud == 0 => Serial::FIELD,
            None => profile.serial,
        };
        if let Some(characters) = self.charset {
            profile.characters = characters;
        }
        if let Some(time) = self.supervision {
            profile.timers.supervision = (time > Duration::ZERO).then_some(time);
        }
        profile.decode.accept_missing_bcc |= self.accept_missing_bcc;
        if self.serial.is_some() {
            profile
        } else {
            relaxed(&profile)
        }
    }

    /// Whether a place was named.
    pub(crate) const fn is_given(&self) -> bool {
        self.serial.is_some() || self.connect.is_some() || self.listen.is_some()
    }

    /// A serial port with the settings of the line.
    pub(crate) fn port(&self, device: &str) -> Place {
        let mut settings = PortSettings::default();
        settings.exclusive = !self.shared;
        Place::Serial(SerialLine::new(device, self.profile().serial, settings))
    }

    /// The place, and what to call it.
    pub(crate) async fn place(&self, default: Default) -> io::Result<(Place, String)> {
        if let Some(device) = &self.serial {
            let name = format!("{device} ({})", self.profile().serial);
            return Ok((self.port(device), name));
        }
        let loopback = format!("127.0.0.1:{DEFAULT_PORT}");
        let tcp = TcpSettings::default();
        let listens = match default {
            Default::Connect => self.listen.clone(),
            Default::Listen => match self.connect {
                Some(_) => None,
                None => Some(self.listen.clone().unwrap_or_else(|| loopback.clone())),
            },
        };
        let Some(listens) = listens else {
            let to = self.connect.clone().unwrap_or(loopback);
            let name = format!("tcp {to}");
            return Ok((Place::Connect(Client::new(to, tcp)), name));
        };
        let listener = TcpListener::bind(&listens).await.map_err(|error| {
            let text = format!(
                "cannot listen on {listens}: {error}; name another address with --listen ADDR:PORT"
            );
            io::Error::new(error.kind(), text)
        })?;
        let name = listener.local_addr()?.to_string();
        Ok((Place::Listen(Listener::new(listener, tcp)), name))
    }
}

impl StationArgs {
    pub(crate) fn settings(&self) -> LineSettings {
        let mut settings = LineSettings::new(&self.line.profile());
        settings.address = self.address;
        settings.remote = self.remote;
        if let Some(time) = self.answer_time {
            settings.set_answer_time(time);
        }
        if let Some(time) = self.poll_every {
            settings.profile.timers.poll_interval = (time > Duration::ZERO).then_some(time);
        }
        settings
    }
}

/// Says that a line could not be opened, and what to do next.
pub(crate) fn not_opened(name: &str, error: &io::Error, json: bool) -> io::Result<()> {
    let detail = format!("cannot open {name}: {error}");
    if json {
        return output::json(
            &serde_json::json!({ "error": { "code": "not-opened", "detail": detail } }),
            false,
        );
    }
    eprintln!("error: {detail}");
    eprintln!("{}", advice(name, error.kind()));
    Ok(())
}

fn advice(name: &str, kind: io::ErrorKind) -> &'static str {
    match kind {
        _ if name.starts_with("tcp ") => {
            "Start the other side first, or name it with --connect HOST:PORT; with --listen this \
             side waits."
        }
        io::ErrorKind::PermissionDenied => {
            "You may not open the port: join the group that owns it (dialout, as a rule)."
        }
        io::ErrorKind::NotFound => {
            "Check the name of the port, and that the adapter is plugged in."
        }
        _ => {
            "Check the name of the port, its settings, and that no other program has it (--shared)."
        }
    }
}

pub(crate) fn address(text: &str) -> Result<Address, String> {
    text.parse()
        .map_err(|_| "write 1 to 16 printable characters, one digit as a rule".to_owned())
}

fn profile(text: &str) -> Result<Profile, String> {
    Profile::named(text).ok_or_else(|| {
        let names: Vec<_> = Profile::ALL.iter().map(|profile| profile.name).collect();
        format!("write one of {}", names.join(", "))
    })
}

/// `HOST` or `HOST:PORT`; the name is looked up later.
fn host(text: &str) -> Result<String, String> {
    if text.parse::<std::net::SocketAddr>().is_ok() {
        return Ok(text.to_owned());
    }
    let bare = text.trim_matches(['[', ']']);
    if let Ok(address) = bare.parse() {
        return Ok(std::net::SocketAddr::new(address, DEFAULT_PORT).to_string());
    }
    match text.rsplit_once(':') {
        Some((host, port)) if !host.is_empty() && port.parse::<u16>().is_ok() => {
            Ok(text.to_owned())
        }
        None if !text.is_empty() => Ok(format!("{text}:{DEFAULT_PORT}")),
        _ => Err("write HOST or HOST:PORT, such as 192.0.2.7:8000".to_owned()),
    }
}

/// `9600-8N1`, also with a blank or comma.
fn serial(text: &str) -> Result<Serial, String> {
    let read = || {
        let (baud, frame) = text.split_once(['-', ' ', ','])?;
        let [data @ (b'7' | b'8'), parity, stop] = frame.as_bytes() else {
            return None;
        };
        let parity = match parity.to_ascii_uppercase() {
            b'N' => Parity::None,
            b'E' => Parity::Even,
            b'O' => Parity::Odd,
            _ => return None,
        };
        let stop = match stop {
            b'1' => StopBits::One,
            b'2' => StopBits::Two,
            _ => return None,
        };
        let baud = baud.parse().ok().filter(|&baud: &u32| baud > 0)?;
        Some(Serial::new(baud, data - b'0', parity, stop))
    };
    read().ok_or_else(|| {
        "write speed, data bits (7 or 8), parity (N, E or O) and stop bits, such as 9600-8N1 or \
         4800-7E2"
            .to_owned()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_read_as_installers_write_them() {
        assert_eq!(serial("9600-8N1"), Ok(Serial::FIELD));
        assert_eq!(serial("9600 7e2"), Ok(Serial::STANDARD));
        for bad in ["9600", "0-8N1", "9600-9N1", "9600-8X1", "9600-8N3", "8N1"] {
            assert!(serial(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn hosts_have_a_port_given_or_not() {
        for (text, to) in [
            ("127.0.0.1", "127.0.0.1:2023"),
            ("127.0.0.1:0", "127.0.0.1:0"),
            ("pager.example.net", "pager.example.net:2023"),
            ("pager.example.net:8000", "pager.example.net:8000"),
            ("::1", "[::1]:2023"),
            ("[::1]:8000", "[::1]:8000"),
        ] {
            assert_eq!(host(text).as_deref(), Ok(to), "{text}");
        }
        assert!(host(":8000").is_err() && host("host:port").is_err() && host("").is_err());
    }
}
