//! What the two programs share: where the line is, and the settings of it.

use std::error::Error;
use std::iter::Peekable;
use std::str::FromStr;
use std::time::Duration;

use espa444::driver::tcp::{Client, Listener, TcpSettings, relaxed};
use espa444::driver::{Driver, Settings};
use espa444::profile::{Parity, Serial, StopBits};
use espa444::serial::{PortSettings, SerialLine};
use espa444::{Address, CharacterSet, Profile, Role};
use tokio::net::TcpListener;

/// What goes wrong is said in words.
pub(crate) type Fallible<T = ()> = Result<T, Box<dyn Error + Send + Sync>>;

/// The part of the help that is the same.
pub(crate) const LINE_HELP: &str = "\
Where the line is, one of them:
  --serial PATH           a serial port
  --listen HOST:PORT      TCP, waiting for the other side; the newest connection wins
  --connect HOST:PORT     TCP, connecting, and again whenever the connection is gone

How it is:
  --settings 9600-8N1     speed, data bits, parity and stop bits of the port
  --shared                do not claim the port for this program alone
  --profile NAME          field, standard-1984, ascom, dect-messenger, autronica,
                          nurse-call-heartbeat, hotel, no-ack-panel, listen-only, tcp
  --address A             own address on the line
  --remote A              that of the other side
  --characters SET        auto, ascii, iso646-no, iso646-se, iso646-de, latin1, cp1252, cp850,
                          cp865, utf-8
  --supervision SECONDS   report the link lost after so much silence; 0: never
  --poll-every MS         how often the owner of the line polls; 0: never
";

/// Where the line is.
#[derive(Debug)]
enum Place {
    Serial(String),
    Listen(String),
    Connect(String),
}

/// The line as the command line has it.
#[derive(Debug)]
pub(crate) struct LineOptions {
    place: Option<Place>,
    serial: Option<Serial>,
    shared: bool,
    pub(crate) profile: Profile,
    pub(crate) address: Option<Address>,
    pub(crate) remote: Option<Address>,
    supervision: Option<u64>,
    poll_every: Option<u64>,
    characters: Option<CharacterSet>,
}

impl Default for LineOptions {
    fn default() -> Self {
        LineOptions {
            place: None,
            serial: None,
            shared: false,
            profile: Profile::FIELD,
            address: None,
            remote: None,
            supervision: None,
            poll_every: None,
            characters: None,
        }
    }
}

/// The words of the command line.
pub(crate) type Words = Peekable<std::iter::Skip<std::env::Args>>;

/// What follows an option.
pub(crate) fn value<T: FromStr>(words: &mut Words, option: &str) -> Fallible<T> {
    let word = words
        .next()
        .ok_or_else(|| format!("{option} needs a value"))?;
    word.parse()
        .map_err(|_| format!("{option}: \"{word}\" is no such value").into())
}

impl LineOptions {
    /// Takes an option; `false` when it is none of these.
    pub(crate) fn take(&mut self, option: &str, words: &mut Words) -> Fallible<bool> {
        match option {
            "--serial" => self.place = Some(Place::Serial(value(words, option)?)),
            "--listen" => self.place = Some(Place::Listen(value(words, option)?)),
            "--connect" => self.place = Some(Place::Connect(value(words, option)?)),
            "--settings" => {
                let text: String = value(words, option)?;
                self.serial = Some(serial(&text).ok_or("--settings: as in 9600-8N1")?);
            }
            "--shared" => self.shared = true,
            "--profile" => {
                let name: String = value(words, option)?;
                self.profile = Profile::named(&name).ok_or("--profile: no such profile")?;
            }
            "--address" => self.address = Some(value(words, option)?),
            "--remote" => self.remote = Some(value(words, option)?),
            "--characters" => {
                let name: String = value(words, option)?;
                let set = CharacterSet::from_name(&name).ok_or("--characters: no such set")?;
                self.characters = Some(set);
            }
            "--supervision" => self.supervision = Some(value(words, option)?),
            "--poll-every" => self.poll_every = Some(value(words, option)?),
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// The profile with what was set besides.
    pub(crate) fn profile(&self) -> Profile {
        let mut profile = self.profile;
        profile.serial = self.serial.unwrap_or(match self.place {
            Some(Place::Serial(_)) if profile.serial.baud == 0 => Serial::FIELD,
            _ => profile.serial,
        });
        profile.characters = self.characters.unwrap_or(profile.characters);
        if let Some(seconds) = self.supervision {
            let time = Duration::from_secs(seconds);
            profile.timers.supervision = (seconds > 0).then_some(time);
        }
        if let Some(millis) = self.poll_every {
            let time = Duration::from_millis(millis);
            profile.timers.poll_interval = (millis > 0).then_some(time);
        }
        match self.place {
            Some(Place::Serial(_)) | None => profile,
            Some(_) => relaxed(&profile),
        }
    }

    /// The role with the addresses that were set.
    pub(crate) fn role(&self, mut role: Role) -> Role {
        if let Some(address) = self.address {
            role = role.with_address(address);
        }
        match self.remote {
            Some(remote) => role.with_remote(remote),
            None => role,
        }
    }

    /// Runs a driver on the line until it is shut down.
    pub(crate) async fn run(&self, driver: Driver) -> Fallible {
        let tcp = TcpSettings::default();
        match &self.place {
            None => return Err("one of --serial, --listen, --connect is needed".into()),
            Some(Place::Serial(path)) => {
                let mut settings = PortSettings::default();
                settings.exclusive = !self.shared;
                let line = SerialLine::new(path.as_str(), self.profile().serial, settings);
                driver.run(line).await;
            }
            Some(Place::Listen(address)) => {
                let listener = TcpListener::bind(address.as_str()).await?;
                eprintln!("listening on {}", listener.local_addr()?);
                driver.run(Listener::new(listener, tcp)).await;
            }
            Some(Place::Connect(to)) => driver.run(Client::new(to.as_str(), tcp)).await,
        }
        Ok(())
    }
}

/// Settings of the driver: programs for the bench come back quickly.
pub(crate) fn settings() -> Settings {
    let mut settings = Settings::default();
    settings.longest_reconnect = Duration::from_secs(5);
    settings
}

fn serial(text: &str) -> Option<Serial> {
    let (baud, frame) = text.split_once(['-', ' ', ','])?;
    let [data, parity, stop] = frame.as_bytes() else {
        return None;
    };
    let data = data.checked_sub(b'0')?;
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
    Some(Serial::new(baud.parse().ok()?, data, parity, stop))
}
