//! Hands for the SIP tests: messages, paths, a seeded source of chance.
#![allow(dead_code, reason = "each test program uses its part")]

use std::net::SocketAddr;

use scaip::sip::{Config, ConnectionId, Endpoint, Event, Path, Transmit, Transport};

pub(crate) const BODY: &str = "<mrq><ref>1</ref><cid>40211870</cid><dty>0001</dty></mrq>";

pub(crate) fn server_address() -> SocketAddr {
    "192.0.2.1:5060".parse().unwrap()
}

pub(crate) fn unit_address() -> SocketAddr {
    "192.0.2.7:40123".parse().unwrap()
}

pub(crate) fn unit() -> Path {
    Path::udp(server_address(), unit_address())
}

pub(crate) fn endpoint() -> Endpoint {
    Endpoint::new(Config::new([7; 16])).unwrap()
}

pub(crate) fn tcp(endpoint: &mut Endpoint) -> ConnectionId {
    endpoint
        .connection_opened(Transport::Tcp, server_address(), unit_address())
        .unwrap()
}

/// A request as a good unit sends it; change it with `replace`.
pub(crate) fn request(method: &str, branch: &str, call_id: &str, body: &str) -> String {
    format!(
        "{method} sip:alarm@example.net SIP/2.0\r\n\
         Via: SIP/2.0/UDP 10.0.0.7:5062;branch={branch};rport\r\n\
         Max-Forwards: 70\r\n\
         From: <sip:40211870@example.net>;tag=1\r\n\
         To: <sip:alarm@example.net>\r\n\
         Call-ID: {call_id}\r\n\
         CSeq: 1 {method}\r\n\
         Content-Type: application/scaip+xml\r\n\
         Content-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

pub(crate) fn alarm(call_id: &str) -> String {
    request("MESSAGE", "z9hG4bK77", call_id, BODY)
}

pub(crate) fn transmits(endpoint: &mut Endpoint) -> Vec<Transmit> {
    std::iter::from_fn(|| endpoint.poll_transmit()).collect()
}

pub(crate) fn events(endpoint: &mut Endpoint) -> Vec<Event> {
    std::iter::from_fn(|| endpoint.poll_event()).collect()
}

pub(crate) fn text(transmit: &Transmit) -> String {
    String::from_utf8(transmit.bytes.to_vec()).unwrap()
}

/// The one transmit there is, as text.
#[track_caller]
pub(crate) fn only(endpoint: &mut Endpoint) -> String {
    let mut all = transmits(endpoint);
    assert_eq!(all.len(), 1, "{all:?}");
    text(&all.remove(0))
}

/// The first line of each transmit.
pub(crate) fn statuses(endpoint: &mut Endpoint) -> Vec<String> {
    transmits(endpoint)
        .iter()
        .map(|t| text(t).lines().next().unwrap_or_default().to_owned())
        .collect()
}

/// Numbers by chance from a seed (splitmix64).
pub(crate) struct Chance(pub(crate) u64);

impl Chance {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub(crate) fn percent(&mut self, of: u64) -> bool {
        self.next() % 100 < of
    }

    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }
}
