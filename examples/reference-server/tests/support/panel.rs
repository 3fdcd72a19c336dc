//! Panels that report in Contact ID and DC-09 by hand.
#![allow(dead_code, reason = "each test file uses a part")]

use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream, UdpSocket};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use climax_rf::contact_id::{
    self, Account, ContactId, EventCode, Group, MessageType, Qualifier, Report, Zone,
};
use climax_rf::dc09::{
    Clear, Content, CrcForm, Frame, Key, Number, Padding, Sequence, Timestamp, Token, encode,
};

pub(crate) const PATIENCE: Duration = Duration::from_secs(60);
/// How long a panel that should hear nothing listens.
pub(crate) const SILENCE: Duration = Duration::from_millis(700);
pub(crate) const KEY: &str = "000102030405060708090A0B0C0D0E0F";

/// An event such as `1101 01 005`.
pub(crate) fn event(text: &str) -> ContactId {
    let digits: Vec<u8> = text.bytes().filter(|byte| *byte != b' ').collect();
    let [q, x, y, z, g1, g2, c1, c2, c3] = digits[..] else {
        panic!("{text}");
    };
    ContactId {
        qualifier: Qualifier::from_digit(q).expect("a digit"),
        code: EventCode::from_digits([x, y, z]).expect("digits"),
        group: Group::from_digits([g1, g2]).expect("digits"),
        zone: Zone::from_digits([c1, c2, c3]).expect("digits"),
    }
}

/// A bracket report.
pub(crate) fn bracket(account: &str, text: &str) -> Vec<u8> {
    let report = Report {
        account: Account::new(account).expect("an account"),
        message_type: MessageType::Standard,
        event: event(text),
    };
    let mut bytes = Vec::new();
    contact_id::encode(&report, contact_id::Form::Bracket, &mut bytes).expect("a report");
    bytes
}

/// The present, so many seconds away.
pub(crate) fn utc(away: i64) -> Timestamp {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .expect("a clock");
    let seconds = i64::try_from(since.as_secs()).expect("a time") + away;
    Timestamp::from_unix_seconds(seconds).expect("a time")
}

/// A frame, LF to CR.
pub(crate) fn frame(
    token: Token<'_>,
    sequence: u16,
    account: &str,
    data: &str,
    form: CrcForm,
    security: Option<(&Key, Timestamp)>,
) -> Vec<u8> {
    let clear = Clear {
        data: data.as_bytes(),
        timestamp: security.as_ref().map(|(_, at)| *at),
        ..Clear::default()
    };
    let mut digits = Vec::new();
    let content = match security {
        Some((key, _)) => {
            let padding = Padding::from_random([9; 16]);
            key.encrypt(&clear, padding, &mut digits).expect("content");
            Content::Encrypted(&digits)
        }
        None => Content::Clear(clear),
    };
    let frame = Frame {
        token,
        sequence: Sequence::new(sequence).expect("a number"),
        receiver: None,
        line: Some(Number::ZERO),
        account: Some(Account::new(account).expect("an account")),
        content,
    };
    let mut bytes = Vec::new();
    encode(&frame, form, &mut bytes).expect("a frame");
    bytes
}

/// `ADM-CID` in clear.
pub(crate) fn adm_cid(sequence: u16, account: &str, text: &str) -> Vec<u8> {
    let data = format!("#{account}|{}", event(text));
    frame(
        Token::AdmCid,
        sequence,
        account,
        &data,
        CrcForm::Hexadecimal,
        None,
    )
}

/// `ADM-CID` encrypted, its time so many seconds away.
pub(crate) fn encrypted(key: &str, sequence: u16, account: &str, text: &str, away: i64) -> Vec<u8> {
    let key = Key::from_hexadecimal(key).expect("a key");
    let data = format!("#{account}|{}", event(text));
    let security = Some((&key, utc(away)));
    frame(
        Token::AdmCid,
        sequence,
        account,
        &data,
        CrcForm::Hexadecimal,
        security,
    )
}

/// A connection of a panel.
pub(crate) struct Panel {
    pub(crate) stream: TcpStream,
}

impl Panel {
    pub(crate) fn connect(to: SocketAddr) -> Self {
        let stream = TcpStream::connect(to).expect("loopback");
        stream.set_nodelay(true).expect("an option");
        let time = Some(Duration::from_millis(20));
        stream.set_read_timeout(time).expect("a timeout");
        Self { stream }
    }

    pub(crate) fn send(&mut self, bytes: &[u8]) {
        self.stream.write_all(bytes).expect("loopback");
    }

    /// The next answer: 06 alone, or a frame up to its CR. `None` when the connection is gone or
    /// nothing comes in time.
    pub(crate) fn answer_within(&mut self, time: Duration) -> Option<Vec<u8>> {
        let patience = Instant::now() + time;
        let mut answer = Vec::new();
        while Instant::now() < patience {
            let mut byte = [0];
            match self.stream.read(&mut byte) {
                Ok(0) => return None,
                Ok(_) => {
                    answer.push(byte[0]);
                    // No answer here is so short that its CRC could be taken for its end.
                    if answer == [6] || byte[0] == b'\r' && answer.len() > 12 {
                        return Some(answer);
                    }
                }
                Err(error)
                    if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {}
                Err(_) => return None,
            }
        }
        None
    }

    pub(crate) fn ask(&mut self, bytes: &[u8]) -> Option<Vec<u8>> {
        self.send(bytes);
        self.answer_within(PATIENCE)
    }
}

/// One report on a connection of its own; whether it heard 06.
pub(crate) fn deliver(to: SocketAddr, bytes: &[u8]) {
    assert_eq!(Panel::connect(to).ask(bytes).as_deref(), Some(&[6][..]));
}

/// One frame over UDP; what is heard in time.
pub(crate) fn datagram(socket: &UdpSocket, bytes: &[u8], time: Duration) -> Option<Vec<u8>> {
    socket.send(bytes).expect("loopback");
    socket.set_read_timeout(Some(time)).expect("a timeout");
    let mut answer = vec![0; 2048];
    let length = socket.recv(&mut answer).ok()?;
    answer.truncate(length);
    Some(answer)
}

pub(crate) fn socket(to: SocketAddr) -> UdpSocket {
    let socket = UdpSocket::bind("127.0.0.1:0").expect("loopback");
    socket.connect(to).expect("loopback");
    socket
}

/// Whether an answer has this token.
pub(crate) fn is(answer: Option<&[u8]>, token: &str) -> bool {
    let token = format!("\"{token}\"");
    answer.is_some_and(|bytes| {
        bytes
            .windows(token.len())
            .any(|window| window == token.as_bytes())
    })
}
