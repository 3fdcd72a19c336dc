//! Whatever the server logs, at whatever level: nothing about persons (design rule of the log).
#![cfg(unix)]

#[path = "support/program.rs"]
mod program;

use std::collections::HashMap;
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream, UdpSocket};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use program::{Program, Unit};

const CONTROLLER: &str = "4021187077";
const REFERENCE: &str = "Zr7Qw";
const PRIVATE: [&str; 9] = [
    CONTROLLER,
    REFERENCE,
    "4799887766",
    "4711223344",
    "Bathroom-Zoe",
    "Fell-Again",
    "Flat-Nine",
    "Key-In-Box",
    "59.91",
];

fn body(number: u32, more: &str) -> String {
    format!(
        "<mrq><ref>{REFERENCE}{number}</ref>{more}<cid>{CONTROLLER}</cid><dty>0003</dty>\
         <dte>Bathroom-Zoe</dte><crd>sip:+4799887766@example.net</crd><stc>0010</stc>\
         <stt>Fell-Again</stt><lge><geo>59.91,10.75</geo></lge><lte>Flat-Nine</lte>\
         <ite>Key-In-Box</ite></mrq>"
    )
}

fn message(transport: &str, branch: u32, body: &str) -> String {
    format!(
        "MESSAGE sip:alarm@arc.example.net SIP/2.0\r\n\
         Via: SIP/2.0/{transport} 127.0.0.1;branch=z9hG4bK{branch};rport\r\n\
         Max-Forwards: 70\r\n\
         From: \"Bathroom-Zoe\" <sip:{CONTROLLER}@arc.example.net>;tag=1\r\n\
         To: <sip:alarm@arc.example.net>\r\n\
         Call-ID: {REFERENCE}{branch}@example.net\r\n\
         CSeq: {branch} MESSAGE\r\n\
         Content-Type: application/scaip+xml\r\n\
         Content-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

fn wait_for_addresses(path: &Path) -> HashMap<String, SocketAddr> {
    let patience = Instant::now() + Duration::from_secs(10);
    loop {
        if let Ok(text) = std::fs::read_to_string(path) {
            return serde_json::from_str(&text).expect("the addresses file is whole");
        }
        assert!(Instant::now() < patience, "not ready after 10 s");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Everything that goes in: accepted, repeated, refused, unreadable, on both transports.
fn talk(addresses: &HashMap<String, SocketAddr>) -> Vec<String> {
    let unit = UdpSocket::bind("127.0.0.1:0").expect("loopback");
    unit.connect(addresses["udp"]).expect("loopback");
    unit.set_read_timeout(Some(Duration::from_secs(5)))
        .expect("a timeout");
    let mut stream = TcpStream::connect(addresses["tcp"]).expect("loopback");
    let mut branch = 0;
    for body in [
        body(1, ""),
        body(1, ""),
        body(1, "<mty>RE</mty>"),
        body(2, "<mty>ZZ</mty>"),
        body(3, "<Key-In-Box/>"),
        body(4, "").replace("<dty>0003</dty>", ""),
        body(5, "").replace("</mrq>", ""),
        body(6, "").replace("mrq>", "scaip>"),
        "Bathroom-Zoe Fell-Again +4799887766".to_owned(),
        String::new(),
    ] {
        branch += 2;
        let datagram = message("UDP", branch, &body);
        unit.send(datagram.as_bytes()).expect("loopback");
        let mut buffer = [0; 4096];
        unit.recv(&mut buffer).expect("an answer");
        let bytes = message("TCP", branch + 1, &body);
        stream.write_all(bytes.as_bytes()).expect("loopback");
    }
    let no_sip = format!("Fell-Again {CONTROLLER} +4799887766\r\nBathroom-Zoe\r\n\r\n");
    unit.send(no_sip.as_bytes()).expect("loopback");
    stream.write_all(no_sip.as_bytes()).expect("loopback");
    std::thread::sleep(Duration::from_millis(500));
    let http = addresses["http"];
    for path in ["/api/alarms", "/healthz", "/metrics"] {
        let mut client = TcpStream::connect(http).expect("loopback");
        let request = format!("GET {path} HTTP/1.1\r\nHost: {http}\r\nConnection: close\r\n\r\n");
        client.write_all(request.as_bytes()).expect("loopback");
        client.read_to_end(&mut Vec::new()).expect("an answer");
    }
    [
        unit.local_addr().expect("bound"),
        stream.local_addr().expect("bound"),
    ]
    .map(|address| address.to_string())
    .to_vec()
}

#[test]
fn line_69_nothing_about_persons_is_logged_at_any_level() {
    for format in ["text", "json"] {
        for body_in_200 in [false, true] {
            let directory = tempfile::tempdir().expect("a directory");
            let file = |name: &str| directory.path().join(name);
            let config = format!(
                "addresses_file = {:?}\n[journal]\npath = {:?}\n\
                 [http]\nlisten = \"127.0.0.1:0\"\n\
                 [scaip]\nudp = \"127.0.0.1:0\"\ntcp = \"127.0.0.1:0\"\n\
                 body_in_200 = {body_in_200}\nmedia_reply = 1\ncall_handling_reply = 62\n\
                 transferred_number = \"tel:+4711223344\"\n\
                 [log]\nfilter = \"trace\"\nformat = \"{format}\"\n\
                 [[controller]]\nid = \"{CONTROLLER}\"\nprofile = \"standard\"\n",
                file("addresses.json"),
                file("alarms.sqlite"),
            );
            std::fs::write(file("server.toml"), config).expect("a file");
            let log = std::fs::File::create(file("log")).expect("a file");
            let mut program = Command::new(env!("CARGO_BIN_EXE_reference-server"))
                .arg("--config")
                .arg(file("server.toml"))
                .stdin(Stdio::null())
                .stderr(log)
                .spawn()
                .expect("it starts");
            let peers =
                std::panic::catch_unwind(|| talk(&wait_for_addresses(&file("addresses.json"))));
            let killed = Command::new("kill").arg(program.id().to_string()).status();
            assert!(killed.expect("kill").success());
            assert!(program.wait().expect("it ends").success());
            let log = std::fs::read_to_string(file("log")).expect("the log");
            let peers = peers.unwrap_or_else(|_| panic!("{log}"));
            // Or there would be nothing to look at.
            for word in ["DEBUG", "alarm", "event", "refused a message"] {
                assert!(log.contains(word), "no {word} in {log}");
            }
            assert!(log.contains("not a SIP message"), "{log}");
            for private in PRIVATE.into_iter().chain(peers.iter().map(String::as_str)) {
                assert!(!log.contains(private), "{private} in {log}");
            }
        }
    }
}

/// Passwords, tokens and hashes: nowhere, the API included.
const SECRETS: [&str; 6] = [
    "Hunter-Two",
    "Hunter-Three",
    "Wrong-Guess",
    "Old-File-Password",
    "Bearer-Token-0123456789",
    "5f4dcc3b5aa765d61d8327deb882cf99",
];

#[test]
fn line_69_secrets_are_nowhere_and_persons_neither_in_the_log_nor_in_the_metrics() {
    let directory = tempfile::tempdir().expect("a directory");
    let file = |name: &str, text: &str| {
        let path = directory.path().join(name);
        std::fs::write(&path, text).expect("a file");
        path
    };
    let passwords = file("passwords", "Old-File-Password\n");
    let token = file("token", "Bearer-Token-0123456789\n");
    let tables = format!(
        "[scaip.https]\nplain = \"127.0.0.1:0\"\nbearer_tokens = [{{ name = \"a\", file = {token:?} }}]\n\
         [scaip.digest]\nlisteners = [\"udp\", \"tcp\"]\nrealm = \"arc.example.net\"\n\
         [[scaip.digest.accounts]]\nname = {CONTROLLER:?}\n\
         secrets = [{{ password = \"Hunter-Two\" }}, {{ file = {passwords:?} }}, {{ md5 = \"5f4dcc3b5aa765d61d8327deb882cf99\" }}]\n\
         [[scaip.digest.accounts]]\nname = \"gateway7\"\nkind = \"gateway\"\n\
         secrets = [{{ password = \"Hunter-Three\" }}]\n\
         [scaip.registration]\nenabled = true\n\
         [scaip.supervision]\nenabled = true\ninterval = \"10s\"\nmissed = 2\n\
         [scaip.calls]\nwait = \"1s\"\n\
         [[controller]]\nid = {CONTROLLER:?}\nhbi = 2\nknown = true\n"
    );
    let scaip = "media_reply = 1\ncall_handling_reply = 62\n\
         transferred_number = \"tel:+4711223344\"";
    let program = Program::start(directory.path(), scaip, &tables);
    let more = "<dte>Bathroom-Zoe</dte><crd>sip:+4799887766@example.net</crd><stc>0010</stc>\
         <stt>Fell-Again</stt>";
    for (transport, to) in [
        ("u", program.addresses["udp"]),
        ("t", program.addresses["tcp"]),
    ] {
        for (number, (user, password, status)) in [
            (CONTROLLER, "Hunter-Two", 200),
            (CONTROLLER, "Old-File-Password", 200),
            ("gateway7", "Hunter-Three", 200),
            (CONTROLLER, "Wrong-Guess", 403),
        ]
        .into_iter()
        .enumerate()
        {
            let unit = match transport {
                "u" => Unit::udp(to, CONTROLLER),
                _ => Unit::tcp(to, CONTROLLER),
            };
            let mut unit = unit.with_password(user, password);
            let reference = format!("{REFERENCE}{transport}{number}");
            assert_eq!(unit.message(&reference, more).status, status);
            assert_eq!(unit.register(600).status, status);
        }
    }
    for presented in ["Bearer-Token-0123456789", "Wrong-Guess"] {
        let to = program.addresses["scaip_http"];
        let body = body(1, "");
        let mut client = TcpStream::connect(to).expect("loopback");
        let request = format!(
            "POST /scaip HTTP/1.1\r\nHost: {to}\r\nAuthorization: Bearer {presented}\r\n\
             Content-Type: application/scaip+xml\r\nContent-Length: {}\r\n\
             Connection: close\r\n\r\n{body}",
            body.len()
        );
        client.write_all(request.as_bytes()).expect("loopback");
        client.read_to_end(&mut Vec::new()).expect("an answer");
    }
    // A rotation, a silence, and a call that does not come are told, too.
    std::fs::write(&passwords, "\n").expect("a file");
    program.wait_until("what happened is told", |program| {
        let log = program.log();
        log.contains("gone silent") && log.contains("overdue") && log.contains("old ones stay")
    });
    let (log, metrics) = (program.log(), program.get("/metrics"));
    let stored = program.json("/api/alarms?limit=1000");
    let mut api = stored.to_string() + &program.get("/api/devices") + &program.get("/healthz");
    let alarms = stored["alarms"].as_array().expect("a list");
    for alarm in alarms {
        let id = alarm["id"].as_str().expect("an id");
        api += &program.get(&format!("/api/alarms/{id}"));
    }
    // Or there would be nothing to look at.
    assert!(
        log.contains("refused a message") && alarms.len() > 10,
        "{log}"
    );
    assert!(
        metrics.contains("alarm_scaip_challenges_total"),
        "{metrics}"
    );
    assert!(api.contains("response=\\\"xxxxxxxx"), "{api}");
    for secret in SECRETS {
        for (place, text) in [("log", &log), ("metrics", &metrics), ("API", &api)] {
            assert!(!text.contains(secret), "{secret} in the {place}: {text}");
        }
    }
    for private in PRIVATE.into_iter().chain(["gateway7"]) {
        for (place, text) in [("log", &log), ("metrics", &metrics)] {
            assert!(!text.contains(private), "{private} in the {place}: {text}");
        }
    }
    program.stop();
}
