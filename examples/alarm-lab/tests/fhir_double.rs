//! `simulate fhir server` as a sender meets it.
#![allow(clippy::unwrap_used)]

#[path = "support/scratch.rs"]
mod scratch;
#[path = "support/stations.rs"]
mod stations;

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use scratch::Scratch;
use serde_json::Value;
use stations::{PATIENCE, Running, lab};

const EVENT: &str = include_str!("../fhir/event.json");
const CONTEXT: &str = include_str!("../fhir/context.json");

struct Server {
    running: Running,
    address: String,
}

impl Server {
    fn start(more: &[&str]) -> Self {
        let arguments = ["simulate", "fhir", "server", "--listen", "127.0.0.1:0"];
        let mut running = Running::start(&[&arguments, more].concat());
        let line = running.until(|line| line["event"] == "listening");
        let address = line["address"].as_str().unwrap().to_owned();
        Server { running, address }
    }

    /// One call on a connection of its own: status, head and body.
    fn call(&self, request: &str, headers: &str, body: &[u8]) -> (u16, String, Vec<u8>) {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        let head = format!(
            "{request} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nContent-Length: {}\r\n{headers}\r\n",
            self.address,
            body.len()
        );
        stream.write_all(head.as_bytes()).unwrap();
        // A server that refuses a long body may close before it has read it.
        let _ = stream.write_all(body);
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        let end = answer
            .windows(4)
            .position(|four| four == b"\r\n\r\n")
            .unwrap();
        let head = String::from_utf8(answer[..end].to_vec()).unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        (status, head, answer[end + 4..].to_vec())
    }

    fn status(&self, location: &str) -> Value {
        let (status, _, body) = self.call(&format!("GET {location}"), "", b"");
        assert_eq!(status, 200);
        serde_json::from_slice(&body).unwrap()
    }
}

/// A document, as this tool writes it.
fn document(name: &str) -> Vec<u8> {
    let context = Scratch::new(name, CONTEXT);
    let arguments = ["encode", "fhir", "-", "--context", context.path()];
    lab(&arguments, EVENT.as_bytes()).stdout
}

fn location(head: &str) -> &str {
    let line = head
        .lines()
        .find_map(|line| line.strip_prefix("location: "));
    line.unwrap_or_default()
}

#[test]
fn a_document_is_taken_and_journaled_after_a_while_and_a_repeat_is_known() {
    let server = Server::start(&["--no-tokens", "--journal-after", "0.2"]);
    let document = document("double-taken.json");
    let (status, head, _) = server.call("POST /v1/Bundle", "", &document);
    assert_eq!(status, 202);
    let place = location(&head).to_owned();
    assert!(server.status(&place)["registered"].is_string());
    let begun = Instant::now();
    while !server.status(&place)["journaled"].is_string() {
        assert!(begun.elapsed() < PATIENCE);
        std::thread::sleep(Duration::from_millis(50));
    }
    assert!(server.status(&place)["failed"].is_null());
    let (status, head, _) = server.call("POST /v1/Bundle", "", &document);
    assert_eq!((status, location(&head)), (202, place.as_str()));
}

#[test]
fn what_is_no_document_is_refused_with_its_path() {
    let server = Server::start(&["--no-tokens"]);
    let (status, _, body) = server.call(
        "POST /v1/Bundle",
        "",
        br#"{"resourceType":"Bundle","entry":{}}"#,
    );
    assert_eq!(status, 400);
    let outcome = lab(&["decode", "fhir", "-"], &body);
    let outcome: Value = serde_json::from_slice(&outcome.stdout).unwrap();
    let text = outcome["outcomes"][0]["text"].as_str().unwrap();
    assert!(text.contains("Bundle."), "{text}");
    let other = server.call("POST /v1/Composition", "", &document("double-other.json"));
    assert_eq!(other.0, 400);
    let long = vec![b' '; 1_100_000];
    assert_eq!(server.call("POST /v1/Bundle", "", &long).0, 413);
    assert_eq!(server.call("GET /v1/Bundle/lab-7/$status", "", b"").0, 404);
    assert_eq!(server.call("GET /elsewhere", "", b"").0, 404);
}

#[test]
fn a_number_of_a_person_in_a_path_is_not_told() {
    let mut server = Server::start(&["--no-tokens"]);
    let wrong = "GET /310000000/patient/15813410033";
    assert_eq!(server.call(wrong, "", b"").0, 404);
    let told = server.running.until(|line| line["event"] == "call");
    assert!(!told.to_string().contains("10033"), "{told}");
}

#[test]
fn faults_show_as_often_as_planned_and_a_document_can_fail() {
    let faults = ["--fault", "429:7@write*1", "--fault", "fails"];
    let server = Server::start(&[&["--no-tokens", "--journal-after", "0"], &faults[..]].concat());
    let document = document("double-faults.json");
    let (status, head, _) = server.call("POST /v1/Bundle", "", &document);
    assert_eq!(status, 429);
    assert!(head.contains("retry-after: 7"), "{head}");
    let (status, head, _) = server.call("POST /v1/Bundle", "", &document);
    assert_eq!(status, 202);
    let status = server.status(location(&head));
    assert!(
        status["failed"].is_string() && status["journaled"].is_null(),
        "{status}"
    );
}

#[test]
fn calls_without_token_are_refused_with_the_reason_and_the_nonce() {
    let mut server = Server::start(&[]);
    let document = document("double-token.json");
    let (status, head, _) = server.call("POST /v1/Bundle", "", &document);
    assert_eq!(status, 401);
    assert!(
        head.contains("www-authenticate: DPoP error=\"invalid_token\""),
        "{head}"
    );
    assert!(head.contains("dpop-nonce: "), "{head}");
    let told = server.running.until(|line| line["event"] == "call");
    assert!(
        told["refused"].as_str().unwrap().contains("Authorization"),
        "{told}"
    );
    let (status, _, body) = server.call("POST /connect/token", "", b"grant_type=password");
    assert_eq!(status, 400);
    let body: Value = serde_json::from_slice(&body).unwrap();
    assert_eq!(body["error"], "unsupported_grant_type");
    let (_, _, body) = server.call("GET /.well-known/openid-configuration", "", b"");
    let body: Value = serde_json::from_slice(&body).unwrap();
    assert_eq!(
        body["token_endpoint"],
        format!("http://{}/connect/token", server.address)
    );
}

#[test]
fn vkp_takes_documents_and_answers_searches() {
    let patient = r#"{"resourceType":"Bundle","type":"searchset","total":1}"#;
    let patient = Scratch::new("double-patient.json", patient);
    let answer = format!("patient={}", patient.path());
    let server = Server::start(&[
        "--no-tokens",
        "--answer",
        &answer,
        "--fault",
        "refuse:1.3@search*1",
    ]);
    let search = |server: &Server, codes: &str| {
        server.call(
            "POST /310000000/patient/_search",
            codes,
            b"identifier=15813410033",
        )
    };
    let (status, _, body) = search(&server, "ServiceCodes: ta\r\n");
    assert_eq!(status, 400);
    assert!(String::from_utf8(body).unwrap().contains("\"1.3\""));
    let (status, _, body) = search(&server, "ServiceCodes: ta\r\n");
    assert_eq!(
        (status, body),
        (200, std::fs::read(patient.path()).unwrap())
    );
    assert_eq!(search(&server, "").0, 400, "without ServiceCodes");
    let (status, _, _) = server.call("POST /310000000/bundle", "", &document("double-vkp.json"));
    assert_eq!(status, 200);
}

#[test]
fn it_ends_after_so_many_writes_with_a_summary() {
    let mut server = Server::start(&["--no-tokens", "--writes", "1"]);
    server.call("POST /v1/Bundle", "", &document("double-end.json"));
    let summary = server.running.until(|line| line["event"] == "summary");
    assert_eq!(summary["report"]["writes"], 1);
    assert_eq!(summary["report"]["documents"], 1);
}
