//! What the receivers do: answer, respond, connect, and be found by their names.

use scaip::Reference;
use scaip::sip::{Message, Method, Path, Response, StatusCode, Transport, write_response};

use super::{OWN, UNITS, Wanted, World, address};
use crate::wire::{Change, pick, server, unit};

/// The unit that a request is from, if it is one of ours.
pub(super) fn unit_of(controller: &str) -> Option<&'static str> {
    UNITS.into_iter().find(|unit| *unit == controller)
}

impl World {
    fn reference(&self, reference: u8) -> (Reference<'static>, Option<&'static str>) {
        let known = pick(&self.ids, reference).filter(|_| reference < 240);
        match known.map(|id| &self.known[&id]) {
            Some(known) => (known.reference.clone(), Some(known.controller)),
            None => (Reference::new("nobodys"), None),
        }
    }

    pub(super) fn mrs(&self, reference: u8, number: u8) -> String {
        let (reference, _) = self.reference(reference);
        let number = number % 11;
        format!(
            "<mrs><ref>{}</ref><snu>{number}</snu></mrs>",
            reference.as_str()
        )
    }

    pub(super) fn hand_in(&mut self, path: Path, bytes: Vec<u8>) {
        match path.connection {
            Some(id) => self.sender.handle_stream(self.now, id, &bytes),
            None => self.sender.handle_datagram(self.now, path, bytes.into()),
        }
    }

    pub(super) fn answer(&mut self, request: u8, answer: &Response<'_>, change: Option<Change>) {
        let index = usize::from(request) % self.sent.len().max(1);
        // The latest ones are what is waited for.
        let Some((_, path, message)) = self.sent.iter().rev().nth(index) else {
            return;
        };
        let path = *path;
        let mut out = Vec::new();
        write_response(&mut out, message, server(), b"t", answer)
            .expect("our own request can be answered");
        if let Some(change) = change {
            change.apply(&mut out);
        } else if let Some(owner) = self.owner(message) {
            let read = scaip::decode_response(answer.body, &scaip::DecodeOptions::lenient());
            if let Ok(read) = read {
                let reference = read.message().reference.clone().into_owned();
                let open = self.open_with(reference.as_str());
                let theirs = match open[..] {
                    _ if open.contains(&owner) => Some(owner),
                    [only] => Some(only),
                    _ => None,
                };
                self.address(&path, reference, theirs);
            }
        }
        self.hand_in(path, out);
    }

    /// The alarm that a request of ours is about.
    pub(super) fn owner(&self, message: &Message) -> Option<scaip::sender::AlarmId> {
        let body = message.body();
        let read = scaip::decode_request(&body, &scaip::DecodeOptions::lenient()).ok()?;
        let unit = unit_of(read.message().controller_id.as_str())?;
        let key = (read.message().reference.as_str().to_owned(), unit);
        self.by_reference.get(&key).copied()
    }

    /// Notes whose response is handed in, where nothing else can come of it.
    fn address(
        &mut self,
        path: &Path,
        reference: Reference<'static>,
        theirs: Option<scaip::sender::AlarmId>,
    ) {
        // On a stream it may be the end of something older.
        if path.connection.is_none() && self.held_operations == 0 && !self.held {
            self.addressed = Some((reference, theirs));
        }
    }

    pub(super) fn ask(&mut self, request: u8, kind: u8) {
        let values = [
            "Digest realm=\"arc\", nonce=\"n1\", algorithm=SHA-256, qop=\"auth\"",
            "Digest realm=\"arc\", nonce=\"n2\"",
            "Digest realm=\"arc\", nonce=\"n3\", qop=\"auth\", stale=true",
            "Digest realm=\"arc\", nonce=\"n4\", algorithm=SHA-512-256",
            "Basic realm=\"arc\"",
            "Digest",
        ];
        let value = values[usize::from(kind / 2) % values.len()];
        let (status, header) = if kind % 2 == 0 {
            (StatusCode::UNAUTHORIZED, "WWW-Authenticate")
        } else {
            let status = StatusCode::new(407).expect("a status");
            (status, "Proxy-Authenticate")
        };
        let headers = [(header, value)];
        let answer = Response {
            headers: &headers,
            ..Response::new(status)
        };
        self.answer(request, &answer, None);
    }

    /// A MESSAGE with an `mrs`, addressed to the unit whose alarm it is or to another one.
    pub(super) fn respond(
        &mut self,
        from: u8,
        reference: u8,
        number: u8,
        to: Option<u8>,
        change: Option<Change>,
    ) {
        let body = self.mrs(reference, number);
        let (reference, unit) = self.reference(reference);
        let to = match to.map(usize::from) {
            None => unit.unwrap_or(OWN),
            Some(place) => UNITS.get(place % 4).copied().unwrap_or("alarm"),
        };
        let mut path = Path::udp(unit_address(), address(usize::from(from % 4)));
        if from % 4 == 1 {
            // Over the newest connection, which may be closed.
            path.connection = self.open.last().copied();
        }
        if change.is_none() {
            let open = self.open_with(reference.as_str());
            let named = open.iter().find(|id| self.known[*id].controller == to);
            match (named, &open[..]) {
                (Some(id), _) => self.address(&path, reference, Some(*id)),
                // Whether it counts depends on what is remembered.
                (None, [only]) => self.address(&path, reference, Some(*only)),
                (None, _) => self.address(&path, reference, None),
            }
        }
        self.message(from, path, to, &body, change);
    }

    fn message(&mut self, from: u8, path: Path, to: &str, body: &str, change: Option<Change>) {
        self.serial += 1;
        let place = usize::from(from % 4);
        let serial = self.serial;
        let text = format!(
            "MESSAGE sip:{to}@arc{place}.example.net SIP/2.0\r\n\
             Via: SIP/2.0/UDP 198.51.100.9:5060;branch=z9hG4bK{serial}\r\n\
             From: <sip:alarm@arc{place}.example.net>;tag=1\r\n\
             To: <sip:{to}@arc{place}.example.net>\r\n\
             Call-ID: r{serial}\r\n\
             CSeq: 1 MESSAGE\r\n\
             Content-Type: application/scaip+xml\r\n\
             Content-Length: {}\r\n\r\n{body}",
            body.len()
        );
        let mut bytes = text.into_bytes();
        if let Some(change) = change {
            change.apply(&mut bytes);
        }
        self.hand_in(path, bytes);
    }

    pub(super) fn grant(&mut self, request: u8, kind: u8) {
        let contact = format!("<sip:{OWN}@192.0.2.7>;expires=20, <sip:x@192.0.2.9>;expires=1");
        let (status, header, value) = match kind % 6 {
            0 => (200, "Expires", "30"),
            1 => (200, "Contact", &*contact),
            2 => (200, "Expires", "0"),
            3 => (423, "Min-Expires", "120"),
            4 => (423, "Min-Expires", "99999999"),
            _ => (200, "Contact", "<sip:40211870"),
        };
        let headers = [(header, value)];
        let answer = Response {
            headers: &headers,
            ..Response::new(StatusCode::new(status).expect("a status"))
        };
        self.answer(request, &answer, None);
    }

    pub(super) fn postpone(&mut self, request: u8, broken: bool, seconds: u8) {
        let status = StatusCode::new(if broken { 500 } else { 503 }).expect("a status");
        let value = match seconds {
            255 => "18000 (in a meeting)".to_owned(),
            254 => "soon".to_owned(),
            other => other.to_string(),
        };
        let headers = [("Retry-After", &*value)];
        let answer = Response {
            headers: &headers,
            ..Response::new(status)
        };
        self.answer(request, &answer, None);
    }

    pub(super) fn connect(&mut self, place: usize) {
        let result = match self.receiver(place) {
            // Nobody can connect to a name that was not looked up.
            Some(_) if self.places[place].is_empty() => return,
            Some(id) => {
                self.wanted.remove(&(id, Wanted::Connection));
                self.sender
                    .connected(self.now, id, unit(7))
                    .map_err(|error| error.to_string())
            }
            // Somebody else calls.
            None => self
                .sender
                .connection_opened(Transport::Tcp, unit(7), server())
                .map_err(|error| error.to_string()),
        };
        self.open.extend(result);
    }

    /// A name has these addresses, or none.
    pub(super) fn resolve(&mut self, place: usize, addresses: u8) {
        let Some(id) = self.receiver(place) else {
            return;
        };
        let address_of = |step: u8| {
            let mut found = address(place);
            found.set_port(5060 + u16::from(step));
            found
        };
        let found: Vec<_> = (0..3)
            .filter(|step| addresses & (1 << step) != 0)
            .map(address_of)
            .collect();
        self.wanted.remove(&(id, Wanted::Lookup));
        if found.is_empty() {
            self.sender.resolve_failed(self.now, id);
            return;
        }
        // Of one that is known by its address this is news too.
        self.places[place].extend(&found);
        self.sender.resolved(self.now, id, found);
    }

    /// What good receivers say to what left since the last time.
    pub(super) fn behave(&mut self, answered: &mut usize) {
        while let Some((_, path, message)) = self.sent.get(*answered) {
            let mut out = Vec::new();
            let request = message.body();
            let body = match message.method() {
                Some(Method::Register) => String::new(),
                _ => {
                    let read = scaip::decode_request(&request, &scaip::DecodeOptions::lenient());
                    let read = read.expect("what leaves can be read");
                    let reference = read.message().reference.as_str();
                    format!("<mrs><ref>{reference}</ref><snu>0</snu></mrs>")
                }
            };
            let answer = Response {
                body: body.as_bytes(),
                ..Response::new(StatusCode::OK)
            };
            write_response(&mut out, message, server(), b"t", &answer).expect("an answer");
            let path = *path;
            *answered += 1;
            self.hand_in(path, out);
            self.take_outputs();
        }
    }

    /// Whatever the sender has asked for and not been told.
    pub(super) fn grant_wishes(&mut self) {
        while let Some((id, wanted)) = self.wanted.pop_first() {
            match wanted {
                Wanted::Connection => self.connect(id.index()),
                Wanted::Lookup => self.resolve(id.index(), 1),
            }
        }
    }
}

fn unit_address() -> std::net::SocketAddr {
    unit(0)
}
