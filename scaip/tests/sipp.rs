//! SIPp, which nobody here wrote, as the receiver behind the relay example: a unit's alarm goes in,
//! SIPp answers in the three ways receivers do, and the unit hears what SIPp said.
//!
//! Without SIPp (Debian package sip-tester) the tests say so and pass; with `SCAIP_SIPP=required`
//! in the environment they fail.

#![cfg(feature = "tokio")]
#![allow(clippy::unwrap_used, clippy::print_stderr)]

#[path = "../examples/relay/core.rs"]
mod core;
#[path = "driver_sender/support.rs"]
#[allow(dead_code, reason = "shared with the tests of the sender's driver")]
mod support;

use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::core::{Relay, Settings};
use scaip::digest::{Credentials, Secret};
use scaip::sender::ReceiverAddress;
use scaip::sip::{Response, StatusCode, Transport};
use support::{PATIENCE, answer, datagram};
use tokio::net::UdpSocket;

/// SIPp playing a scenario for one call.
struct Sipp {
    child: Child,
    address: SocketAddr,
}

impl Drop for Sipp {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Sipp {
    /// `None` when there is no SIPp here.
    fn start(scenario: &str, transport: Transport) -> Option<Self> {
        // Free now; SIPp takes it in a moment.
        let free = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
        let address = free.local_addr().unwrap();
        drop(free);
        let file = format!("{}/tests/sipp/{scenario}.xml", env!("CARGO_MANIFEST_DIR"));
        let mode = match transport {
            Transport::Udp => "u1",
            _ => "t1",
        };
        let child = Command::new("sipp")
            .args(["-sf", &file, "-i", "127.0.0.1", "-t", mode])
            .args(["-p", &address.port().to_string(), "-m", "1", "-nostdin"])
            .args(["-timeout", "30", "-timeout_error"])
            .env("TERM", "xterm")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        match child {
            Ok(child) => Some(Sipp { child, address }),
            Err(error) => {
                assert!(
                    std::env::var("SCAIP_SIPP").as_deref() != Ok("required"),
                    "SIPp is required: {error}"
                );
                eprintln!("skipped: SIPp is not here ({error}); the package is sip-tester");
                None
            }
        }
    }

    /// Waits until SIPp is content with its call.
    async fn succeeded(mut self) {
        let end = Instant::now() + PATIENCE;
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                assert!(status.success(), "SIPp ended with {status}");
                return;
            }
            assert!(Instant::now() < end, "SIPp does not end");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

/// Sends an alarm to a relay in front of SIPp; gives the `mrs` that the unit hears.
async fn relayed(next: ReceiverAddress) -> String {
    let (relay, addresses) = Relay::start(Settings {
        udp: vec!["127.0.0.1:0".parse().unwrap()],
        tcp: Vec::new(),
        next: vec![next],
        local: "0.0.0.0:0".parse().unwrap(),
        patience: Duration::from_secs(15),
        open: 10,
        seeds: [[1; 16], [2; 16]],
        quiet: true,
    })
    .await
    .unwrap();
    let relay = tokio::spawn(relay.run(std::future::pending()));
    let unit = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let end = Instant::now() + PATIENCE;
    let mut number = 0;
    loop {
        number += 1;
        let body = format!(
            "<mrq><ref>s{number}</ref><cid>40211870</cid><dty>0003</dty><stc>0010</stc></mrq>"
        );
        let message = format!(
            "MESSAGE sip:alarm@relay.example.net SIP/2.0\r\n\
             Via: SIP/2.0/UDP 127.0.0.1:5062;branch=z9hG4bKs{number};rport\r\n\
             Max-Forwards: 70\r\n\
             From: <sip:40211870@relay.example.net>;tag=b7720e\r\n\
             To: <sip:alarm@relay.example.net>\r\n\
             Call-ID: s{number}\r\n\
             CSeq: 1 MESSAGE\r\n\
             Content-Type: application/scaip+xml\r\n\
             Content-Length: {}\r\n\r\n{body}",
            body.len()
        );
        unit.send_to(message.as_bytes(), addresses[0])
            .await
            .unwrap();
        let mrs = loop {
            let (message, from) = datagram(&unit).await;
            if message.method().is_some() {
                let ok = answer(&message, from, &Response::new(StatusCode::OK));
                unit.send_to(&ok, from).await.unwrap();
                break String::from_utf8(message.body().to_vec()).unwrap();
            }
        };
        // Over TCP the first one may come before SIPp listens.
        if mrs.contains("connect-failed") && Instant::now() < end {
            tokio::time::sleep(Duration::from_millis(200)).await;
            continue;
        }
        relay.abort();
        return mrs.replace(&format!("<ref>s{number}</ref>"), "<ref>s</ref>");
    }
}

const SAID: &str = "<mrs><ref>s</ref><snu>0</snu><mre>1</mre><cre>62</cre><tnu>sip:desk7@next.example.net</tnu></mrs>";

fn next(sipp: &Sipp, transport: Transport) -> ReceiverAddress {
    ReceiverAddress::new(
        "sipp",
        transport,
        sipp.address,
        "sip:alarm@next.example.net",
    )
}

async fn plays(scenario: &str, transport: Transport) {
    if let Some(sipp) = Sipp::start(scenario, transport) {
        assert_eq!(relayed(next(&sipp, transport)).await, SAID);
        sipp.succeeded().await;
    }
}

#[tokio::test]
async fn sipp_says_200_and_sends_the_mrs_in_a_message_over_udp() {
    plays("message", Transport::Udp).await;
}

#[tokio::test]
async fn sipp_says_200_and_sends_the_mrs_in_a_message_over_tcp() {
    plays("message", Transport::Tcp).await;
}

#[tokio::test]
async fn sipp_puts_the_mrs_into_its_200() {
    plays("body-in-200", Transport::Udp).await;
}

#[tokio::test]
async fn sipp_asks_for_digest_and_finds_the_answer_right() {
    if let Some(sipp) = Sipp::start("digest", Transport::Udp) {
        let credentials = Credentials::new("relay", Secret::password("pendant"));
        let next = next(&sipp, Transport::Udp).with_credentials(credentials);
        assert_eq!(relayed(next).await, SAID);
        sipp.succeeded().await;
    }
}

#[tokio::test]
async fn sipp_asks_for_digest_and_finds_a_wrong_answer_wrong() {
    if let Some(sipp) = Sipp::start("digest", Transport::Udp) {
        let credentials = Credentials::new("relay", Secret::password("wrong"));
        let next = next(&sipp, Transport::Udp).with_credentials(credentials);
        let heard = relayed(next).await;
        assert!(
            heard.starts_with("<mrs><ref>s</ref><snu>5</snu>") && heard.contains("refused"),
            "{heard}"
        );
    }
}
