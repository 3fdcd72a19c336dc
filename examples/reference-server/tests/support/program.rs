//! The program as a process, and units that talk to it over real sockets.
#![allow(dead_code, reason = "each test file uses a part")]

use std::collections::HashMap;
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream, UdpSocket};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use scaip::digest::{Challenge, Credentials, Secret, Session};
use serde_json::Value;

pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// The reference server.
pub(crate) const PROGRAM: &str = env!("CARGO_BIN_EXE_reference-server");

/// The reference server in a process of its own.
pub(crate) struct Program {
    child: Child,
    pub(crate) addresses: HashMap<String, SocketAddr>,
    log: PathBuf,
}

impl Program {
    /// Starts it with loopback ports of its own and these lines in its configuration; `scaip`
    /// goes into the table `[scaip]`.
    pub(crate) fn start(directory: &Path, scaip: &str, tables: &str) -> Self {
        let command = Command::new(PROGRAM);
        Self::start_by(command, directory, "trace", scaip, tables)
    }

    /// As [`Program::start`], by this command, with a log of this detail.
    pub(crate) fn start_by(
        mut command: Command,
        directory: &Path,
        filter: &str,
        scaip: &str,
        tables: &str,
    ) -> Self {
        let file = |name: &str| directory.join(name);
        let addresses = file("addresses.json");
        let _ = std::fs::remove_file(&addresses);
        let config = format!(
            "addresses_file = {addresses:?}\n[journal]\npath = {:?}\n\
             [http]\nlisten = \"127.0.0.1:0\"\n[log]\nfilter = {filter:?}\n\
             [scaip]\nudp = \"127.0.0.1:0\"\ntcp = \"127.0.0.1:0\"\nreload_interval = \"100ms\"\n\
             {scaip}\n{tables}\n",
            file("alarms.sqlite"),
        );
        std::fs::write(file("server.toml"), config).expect("a file");
        let log = file("log");
        let append = std::fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(&log);
        let child = command
            .arg("--config")
            .arg(file("server.toml"))
            .stdin(Stdio::null())
            .stderr(append.expect("a file"))
            .spawn()
            .expect("it starts");
        let mut program = Self {
            child,
            addresses: HashMap::new(),
            log,
        };
        let patience = Instant::now() + PATIENCE;
        loop {
            if let Ok(text) = std::fs::read_to_string(&addresses) {
                program.addresses = serde_json::from_str(&text).expect("the file is whole");
                return program;
            }
            assert!(Instant::now() < patience, "not ready: {}", program.log());
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// Ends it as a power cut would.
    pub(crate) fn kill(mut self) {
        self.child.kill().expect("SIGKILL");
        self.child.wait().expect("it was running");
    }

    /// Asks it to end, and waits.
    pub(crate) fn stop(mut self) {
        let asked = Command::new("kill")
            .arg(self.child.id().to_string())
            .status();
        assert!(asked.expect("kill").success());
        let status = self.child.wait().expect("it was running");
        assert!(status.success(), "{status}: {}", self.log());
    }

    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap_or_default()
    }

    /// The body that the HTTP API gives.
    pub(crate) fn get(&self, path: &str) -> String {
        self.call("GET", path, "", "").1
    }

    /// Has the HTTP API do something with a JSON body; gives the status and what it says.
    pub(crate) fn post(&self, path: &str, body: &str) -> (u16, Value) {
        let json = "Content-Type: application/json\r\n";
        let (status, answer) = self.call("POST", path, json, body);
        (status, serde_json::from_str(&answer).expect("JSON"))
    }

    fn call(&self, method: &str, path: &str, headers: &str, body: &str) -> (u16, String) {
        let http = self.addresses["http"];
        let mut client = TcpStream::connect(http).expect("loopback");
        client.set_read_timeout(Some(PATIENCE)).expect("a timeout");
        let length = body.len();
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: {http}\r\nConnection: close\r\n{headers}\
             Content-Length: {length}\r\n\r\n{body}"
        );
        client.write_all(request.as_bytes()).expect("loopback");
        let mut answer = String::new();
        client.read_to_string(&mut answer).expect("an answer");
        let (head, body) = answer.split_once("\r\n\r\n").expect("HTTP");
        if head
            .to_ascii_lowercase()
            .contains("transfer-encoding: chunked")
        {
            panic!("chunked: {head}");
        }
        let status = head
            .split(' ')
            .nth(1)
            .and_then(|status| status.parse().ok());
        (status.expect("a status"), body.to_owned())
    }

    pub(crate) fn json(&self, path: &str) -> Value {
        serde_json::from_str(&self.get(path)).expect("JSON")
    }

    /// The alarms of this kind that are stored.
    pub(crate) fn alarms(&self, kind: &str) -> Vec<Value> {
        let mut alarms = self.alarms_after(&mut "0".to_owned());
        alarms.retain(|alarm| alarm["kind"] == kind);
        alarms
    }

    /// The alarms stored behind a cursor, which goes on with them; the first cursor is "0".
    pub(crate) fn alarms_after(&self, after: &mut String) -> Vec<Value> {
        let mut found = Vec::new();
        loop {
            let page = self.json(&format!("/api/alarms?after={after}&limit=1000"));
            let alarms = page["alarms"].as_array().expect("a list");
            if alarms.is_empty() {
                return found;
            }
            found.extend(alarms.iter().cloned());
            page["next"].as_str().expect("a cursor").clone_into(after);
        }
    }

    /// The value of a series of the metrics; 0 when it is not there.
    pub(crate) fn metric(&self, series: &str) -> f64 {
        let text = self.get("/metrics");
        let line = text.lines().find(|line| {
            line.strip_prefix(series)
                .is_some_and(|rest| rest.starts_with(' '))
        });
        line.and_then(|line| line.rsplit(' ').next()?.parse().ok())
            .unwrap_or(0.0)
    }

    /// Waits until it holds; says what was waited for.
    pub(crate) fn wait_until(&self, what: &str, holds: impl Fn(&Self) -> bool) {
        let patience = Instant::now() + PATIENCE;
        while !holds(self) {
            assert!(Instant::now() < patience, "{what}: {}", self.log());
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

enum Link {
    Udp(UdpSocket),
    Tcp(TcpStream, String),
}

/// A unit that speaks SIP by hand.
pub(crate) struct Unit {
    link: Link,
    pub(crate) controller: String,
    credentials: Option<Credentials>,
    session: Option<Session>,
    cseq: u32,
}

/// What a unit was told: the status of its last request, and the `mrs` if one came.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Told {
    pub(crate) status: u16,
    pub(crate) mrs: String,
    /// How often it was asked for credentials.
    pub(crate) asked: u32,
}

impl Unit {
    pub(crate) fn udp(to: SocketAddr, controller: &str) -> Self {
        let socket = UdpSocket::bind("127.0.0.1:0").expect("loopback");
        socket.connect(to).expect("loopback");
        socket.set_read_timeout(Some(PATIENCE)).expect("a timeout");
        Self::new(Link::Udp(socket), controller)
    }

    pub(crate) fn tcp(to: SocketAddr, controller: &str) -> Self {
        let stream = TcpStream::connect(to).expect("loopback");
        stream.set_read_timeout(Some(PATIENCE)).expect("a timeout");
        Self::new(Link::Tcp(stream, String::new()), controller)
    }

    fn new(link: Link, controller: &str) -> Self {
        Self {
            link,
            controller: controller.into(),
            credentials: None,
            session: None,
            cseq: 0,
        }
    }

    pub(crate) fn with_password(mut self, username: &str, password: &str) -> Self {
        self.credentials = Some(Credentials::new(username, Secret::password(password)));
        self.session = None;
        self
    }

    fn local(&self) -> SocketAddr {
        match &self.link {
            Link::Udp(socket) => socket.local_addr(),
            Link::Tcp(stream, _) => stream.local_addr(),
        }
        .expect("bound")
    }

    fn write(&mut self, bytes: &str) {
        match &mut self.link {
            Link::Udp(socket) => drop(socket.send(bytes.as_bytes()).expect("loopback")),
            Link::Tcp(stream, _) => stream.write_all(bytes.as_bytes()).expect("loopback"),
        }
    }

    /// The next message.
    fn read(&mut self) -> String {
        let mut buffer = vec![0; 65_536];
        match &mut self.link {
            Link::Udp(socket) => {
                let length = socket.recv(&mut buffer).expect("an answer in time");
                String::from_utf8(buffer[..length].to_vec()).expect("UTF-8")
            }
            Link::Tcp(stream, left) => loop {
                if let Some(head) = left.find("\r\n\r\n") {
                    let length = left[..head]
                        .lines()
                        .find_map(|line| line.strip_prefix("Content-Length:")?.trim().parse().ok());
                    let end = head + 4 + length.unwrap_or(0);
                    if left.len() >= end {
                        return left.drain(..end).collect();
                    }
                }
                let length = stream.read(&mut buffer).expect("an answer in time");
                assert!(length > 0, "closed");
                left.push_str(std::str::from_utf8(&buffer[..length]).expect("UTF-8"));
            },
        }
    }

    pub(crate) fn request(&mut self, method: &str, headers: &str, body: &str) -> Told {
        let (local, controller) = (self.local(), self.controller.clone());
        let uri = "sip:alarm@arc.example.net";
        let to = if method == "REGISTER" {
            &*controller
        } else {
            "alarm"
        };
        let transport = match self.link {
            Link::Udp(_) => "UDP",
            Link::Tcp(..) => "TCP",
        };
        let mut asked = 0;
        loop {
            self.cseq += 1;
            let number = self.cseq;
            let answer = match (&mut self.session, &self.credentials) {
                (Some(session), Some(credentials)) => session.answer(credentials, method, uri),
                _ => None,
            };
            let authorization =
                answer.map_or_else(String::new, |answer| format!("Authorization: {answer}\r\n"));
            self.write(&format!(
                "{method} {uri} SIP/2.0\r\n\
                 Via: SIP/2.0/{transport} {local};branch=z9hG4bK{number}x{};rport\r\n\
                 Max-Forwards: 70\r\nFrom: <sip:{controller}@arc.example.net>;tag=1\r\n\
                 To: <sip:{to}@arc.example.net>\r\nCall-ID: {controller}@example.net\r\n\
                 CSeq: {number} {method}\r\n{authorization}{headers}\
                 Content-Length: {}\r\n\r\n{body}",
                local.port(),
                body.len(),
            ));
            let (status, answer) = loop {
                let message = self.read();
                if let Some(status) = message.strip_prefix("SIP/2.0 ") {
                    break (status[..3].parse().expect("a status"), message);
                }
                self.confirm(&message);
            };
            let challenges = answer
                .lines()
                .filter_map(|line| line.strip_prefix("WWW-Authenticate: "))
                .filter_map(|value| Challenge::read(value.as_bytes()).ok())
                .flatten();
            if status == 401
                && asked < 2
                && self.credentials.is_some()
                && let Some(challenge) = Challenge::strongest(challenges)
            {
                self.session = Some(Session::new(challenge, format!("{number:08x}")));
                asked += 1;
                continue;
            }
            let mrs = if status == 200 && method == "MESSAGE" {
                let message = self.read();
                self.confirm(&message);
                let (_, body) = message.split_once("\r\n\r\n").expect("a SIP message");
                body.to_owned()
            } else {
                String::new()
            };
            return Told { status, mrs, asked };
        }
    }

    fn confirm(&mut self, message: &str) {
        let echo: String = message
            .lines()
            .filter(|line| {
                let name = line.split(':').next().unwrap_or_default();
                ["Via", "From", "To", "Call-ID", "CSeq"].contains(&name)
            })
            .map(|line| format!("{line}\r\n"))
            .collect();
        self.write(&format!(
            "SIP/2.0 200 OK\r\n{echo}Content-Length: 0\r\n\r\n"
        ));
    }

    /// Sends a message with these elements behind its `cid`.
    pub(crate) fn message(&mut self, reference: &str, elements: &str) -> Told {
        let body = format!(
            "<mrq><ref>{reference}</ref>{}<cid>{}</cid><dty>0003</dty>{}</mrq>",
            elements.split_once('|').map_or("", |(before, _)| before),
            self.controller,
            elements
                .split_once('|')
                .map_or(elements, |(_, after)| after),
        );
        self.request("MESSAGE", "Content-Type: application/scaip+xml\r\n", &body)
    }

    pub(crate) fn heartbeat(&mut self, reference: &str) -> Told {
        self.message(reference, "<mty>PI</mty>|")
    }

    pub(crate) fn register(&mut self, expires: u32) -> Told {
        let local = self.local();
        let headers = format!(
            "Contact: <sip:{}@{local}>\r\nExpires: {expires}\r\n",
            self.controller
        );
        self.request("REGISTER", &headers, "")
    }
}
