//! Bodies, requests and paths that the state machines are fed with.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use scaip::sip::{Message, Path};

/// Bodies to choose from: clean, deviating, refused and broken ones.
pub const BODIES: [&str; 10] = [
    "<mrq><ref>a1</ref><cid>40211870</cid><dty>0003</dty><stc>0010</stc></mrq>",
    "<mrq><ref>a2</ref><mty>PI</mty><cid>40211870</cid><dty>0002</dty></mrq>",
    "<mrq><ref> a3 </ref><cid>x</cid><dty>3</dty><new/></mrq>",
    "<mrq><ref>a4</ref><mty>ZZ</mty><cid>40211870</cid><dty>0003</dty></mrq>",
    "<mrq><ref>a5</ref><dty>0003</dty></mrq>",
    "<mrq><ref>a&#1;6</ref><cid>40211870</cid><dty>0003</dty></mrq>",
    "<mrs><ref>a7</ref><snu>0</snu></mrs>",
    "<mrq><ref>a8</ref><cid>40211870",
    "<mrq><cid>40211870</cid></mrq>",
    "",
];

/// Call-IDs to choose from.
pub const CALLS: [&str; 4] = ["call-a", "call-b", "call-c", "call-d@192.0.2.7"];

pub(crate) const fn server() -> SocketAddr {
    SocketAddr::new(IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1)), 5060)
}

pub(crate) const fn unit(port: u8) -> SocketAddr {
    SocketAddr::new(IpAddr::V4(Ipv4Addr::new(192, 0, 2, 7)), 5062 + port as u16)
}

pub(crate) const fn path(port: u8) -> Path {
    Path::udp(server(), unit(port))
}

pub(crate) fn pick<T: Copy>(list: &[T], index: u8) -> Option<T> {
    list.get(usize::from(index) % list.len().max(1)).copied()
}

/// A request as a good unit sends it.
pub(crate) fn request(method: &str, call: u8, sequence: u8, body: &str) -> String {
    let call = CALLS[usize::from(call) % CALLS.len()];
    format!(
        "{method} sip:alarm@example.net SIP/2.0\r\n\
         Via: SIP/2.0/UDP 10.0.0.7:5062;branch=z9hG4bK77;rport\r\n\
         Max-Forwards: 70\r\n\
         From: <sip:40211870@example.net>;tag=1\r\n\
         To: <sip:alarm@example.net>\r\n\
         Call-ID: {call}\r\n\
         CSeq: {sequence} {method}\r\n\
         Content-Type: application/scaip+xml\r\n\
         Content-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

/// A change to a byte of a message.
#[derive(Clone, Copy, Debug, arbitrary::Arbitrary)]
pub(crate) struct Change {
    place: u16,
    kind: u8,
    byte: u8,
}

impl Change {
    pub(crate) fn apply(self, text: &mut Vec<u8>) {
        let at = usize::from(self.place) % (text.len() + 1);
        match self.kind % 5 {
            0 if at < text.len() => text[at] = self.byte,
            1 => text.insert(at, self.byte),
            2 if at < text.len() => {
                text.remove(at);
            }
            3 => text.truncate(at),
            _ => {}
        }
    }
}

/// Touches everything that a caller can read of a message.
pub(crate) fn look(message: &Message) {
    let _ = (message.from(), message.to(), message.top_via());
    let _ = message.content_type();
    let _ = (message.request_uri(), message.reason(), message.status());
    let _ = (message.method_text(), message.header_named("x-location"));
    let _ = format!("{message:?}");
    for warning in message.warnings() {
        let _ = (warning.code(), warning.to_string());
    }
    assert!(message.raw().ends_with(&message.body()));
    assert_ne!(message.method().is_some(), message.status().is_some());
    let blank = |byte: Option<&u8>| byte.is_some_and(|byte| matches!(byte, b' ' | b'\t'));
    for (name, value) in message.headers() {
        assert!(!name.is_empty());
        assert!(!blank(value.first()) && !blank(value.last()));
        assert!(!value.iter().any(|byte| matches!(byte, b'\r' | b'\n' | 0)));
    }
}

/// A short text out of the input: its length first, then its bytes.
pub(crate) fn text(input: &mut arbitrary::Unstructured<'_>) -> String {
    let length = input.arbitrary::<u8>().unwrap_or_default() % 24;
    let length = usize::from(length).min(input.len());
    let bytes = input.bytes(length).unwrap_or_default();
    String::from_utf8_lossy(bytes).into_owned()
}
