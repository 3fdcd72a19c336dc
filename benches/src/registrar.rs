//! Registrations of many controllers, and where their last messages came from.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use bytes::Bytes;
use scaip::ControllerId;
use scaip::registrar::{Config, Registrar};
use scaip::sip::{Message, Path, SipLimits};

use crate::supervision::{CONTROLLERS, Turns};

fn path() -> Path {
    Path::udp(([192, 0, 2, 1], 5060).into(), ([192, 0, 2, 7], 5062).into())
}

/// A registrar that has heard every controller once.
fn known(turns: &mut Turns) -> Registrar {
    let mut registrar = Registrar::new(Config::new());
    turns.fill(|now, name| {
        let heard = registrar.remember_path(now, &ControllerId::new(name), path());
        debug_assert_eq!(heard, Ok(()));
    });
    registrar
}

/// A REGISTER of each controller in turn, each newer than the one before.
#[derive(Debug)]
pub struct Registers {
    turns: Turns,
    text: Vec<u8>,
    users: [usize; 3],
    sequence: usize,
    count: u32,
}

impl Default for Registers {
    fn default() -> Self {
        Registers::new()
    }
}

impl Registers {
    /// The first one.
    ///
    /// # Panics
    ///
    /// Never: the template holds its marks.
    #[must_use]
    pub fn new() -> Self {
        let text = "REGISTER sip:arc.example.net SIP/2.0\r\n\
                    Via: SIP/2.0/UDP 192.0.2.7:5062;branch=z9hG4bK7;rport\r\n\
                    Max-Forwards: 70\r\n\
                    From: <sip:00000000@arc.example.net>;tag=1\r\n\
                    To: <sip:00000000@arc.example.net>\r\n\
                    Call-ID: r1@192.0.2.7\r\n\
                    CSeq: 0000000000 REGISTER\r\n\
                    Contact: <sip:00000000@192.0.2.7:5062>\r\n\
                    Expires: 600\r\n\
                    Content-Length: 0\r\n\r\n";
        let mut users = text.match_indices("sip:00000000").map(|(at, _)| at + 4);
        Registers {
            turns: Turns::new(),
            users: [(); 3].map(|()| users.next().expect("a mark")),
            sequence: text.find("CSeq: ").expect("the mark") + 6,
            text: text.into(),
            count: 0,
        }
    }

    /// The next one, read.
    ///
    /// # Panics
    ///
    /// When it cannot be read.
    pub fn next_one(&mut self) -> (Instant, Message) {
        let (now, name) = self.turns.next_one();
        for at in self.users {
            self.text[at..at + 8].copy_from_slice(name.as_bytes());
        }
        self.count += 1;
        let mut rest = self.count;
        for place in (self.sequence..self.sequence + 10).rev() {
            self.text[place] = b'0' + u8::try_from(rest % 10).expect("a digit");
            rest /= 10;
        }
        let bytes = Bytes::copy_from_slice(&self.text);
        let message = Message::parse_datagram(bytes, &SipLimits::default()).expect("a REGISTER");
        (now, message)
    }
}

/// A registrar that knows every controller.
#[derive(Debug)]
pub struct RegisterRound {
    registrar: Registrar,
    registers: Registers,
}

impl Default for RegisterRound {
    fn default() -> Self {
        RegisterRound::new()
    }
}

impl RegisterRound {
    /// A new one; everybody has registered once.
    #[must_use]
    pub fn new() -> Self {
        let mut registers = Registers::new();
        let registrar = known(&mut registers.turns);
        let mut round = RegisterRound {
            registrar,
            registers,
        };
        for _ in 0..CONTROLLERS {
            round.run();
        }
        round
    }

    /// A REGISTER is read and refreshes what is there.
    ///
    /// # Panics
    ///
    /// When it is not carried out.
    pub fn run(&mut self) {
        let (now, message) = self.registers.next_one();
        let registered = self.registrar.register(now, path(), &message);
        let registered = registered.expect("it is good");
        assert!(registered.warnings.is_empty() && registered.contacts.len() == 1);
    }

    /// How many are known.
    #[must_use]
    pub fn len(&self) -> usize {
        self.registrar.len()
    }

    /// Whether nobody is known.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.registrar.is_empty()
    }
}

/// The paths of every controller, remembered with each message.
#[derive(Debug)]
pub struct PathRound {
    registrar: Registrar,
    map: HashMap<String, (Path, Instant)>,
    turns: Turns,
}

impl Default for PathRound {
    fn default() -> Self {
        PathRound::new()
    }
}

impl PathRound {
    /// A new one; everybody has been heard once.
    #[must_use]
    pub fn new() -> Self {
        let mut turns = Turns::new();
        let registrar = known(&mut turns);
        let mut map = HashMap::new();
        turns.fill(|now, name| {
            map.insert(name.to_owned(), (path(), now));
        });
        PathRound {
            registrar,
            map,
            turns,
        }
    }

    /// A message of a known controller comes along the path of before.
    ///
    /// # Panics
    ///
    /// When there is no room.
    pub fn run(&mut self) {
        let (now, name) = self.turns.next_one();
        self.registrar
            .remember_path(now, &ControllerId::new(name), path())
            .expect("there is room");
    }

    /// The same with a map alone, in which nothing ever expires.
    ///
    /// # Panics
    ///
    /// When the controller is not in it: everybody is.
    pub fn map(&mut self) {
        let (now, name) = self.turns.next_one();
        *self.map.get_mut(name).expect("it is known") = (path(), now);
    }

    /// A path that was not used for as long as a path is kept is forgotten; this lets so much
    /// time pass. How many are left.
    pub fn expire(&mut self) -> usize {
        let later = self.turns.next_one().0 + Duration::from_secs(33 * 24 * 60 * 60);
        while self.registrar.poll_event(later).is_some() {}
        self.registrar.len()
    }
}
