//! Panels that speak ESPA 4.4.4 by hand, over any stream of bytes.
#![allow(dead_code, reason = "each test file uses a part")]

use std::io::{ErrorKind, Read, Write};
use std::time::{Duration, Instant};

use espa444::{Block, BlockBuf, CallType, EncodeOptions, RecordId, encode};

/// EOT, the panel polls itself, and selects the receiver.
pub(crate) const SELECT: &[u8] = b"\x041\x052\x05";
/// The panel polls the receiver.
pub(crate) const POLL: &[u8] = b"\x042\x05";
pub(crate) const EOT: &[u8] = b"\x04";
pub(crate) const ACK: &[u8] = b"\x06";
pub(crate) const BUSY: &[u8] = b"2\x15";

pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

pub(crate) fn call(address: &str, text: &str) -> BlockBuf {
    let mut call = BlockBuf::call(address.as_bytes()).expect("an address");
    let pushed = call.push(RecordId::DISPLAY_MESSAGE, text.as_bytes());
    pushed.expect("a text");
    call
}

pub(crate) fn reset(address: &str, text: &str) -> BlockBuf {
    let mut reset = call(address, text);
    let pushed = reset.push(RecordId::CALL_TYPE, CallType::RESET.as_bytes());
    pushed.expect("a call type");
    reset
}

pub(crate) fn bytes(block: &Block<'_>) -> Vec<u8> {
    let mut bytes = Vec::new();
    encode(block, &EncodeOptions::new(), &mut bytes).expect("a block");
    bytes
}

/// A panel on a stream whose reads give up after a short time.
pub(crate) struct Panel<S> {
    pub(crate) stream: S,
}

impl<S: Read + Write> Panel<S> {
    pub(crate) fn new(stream: S) -> Self {
        Self { stream }
    }

    pub(crate) fn send(&mut self, bytes: &[u8]) {
        self.stream.write_all(bytes).expect("the line takes it");
        self.stream.flush().expect("the line takes it");
    }

    /// The next answer: ACK, EOT, or a NAK with its prefix. `None` when nothing comes in time.
    pub(crate) fn answer_within(&mut self, time: Duration) -> Option<Vec<u8>> {
        let patience = Instant::now() + time;
        let mut answer = Vec::new();
        while Instant::now() < patience {
            let mut byte = [0];
            match self.stream.read(&mut byte) {
                Ok(0) => return None,
                Ok(_) => {
                    answer.push(byte[0]);
                    if matches!(byte[0], 0x04 | 0x05 | 0x06 | 0x15) {
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

    pub(crate) fn expect(&mut self, expected: &[u8]) {
        let answer = self.answer_within(PATIENCE);
        assert_eq!(answer.as_deref(), Some(expected));
    }

    /// One transaction with one block; gives the answer to the block.
    pub(crate) fn deliver(&mut self, block: &BlockBuf) -> Option<Vec<u8>> {
        self.send(SELECT);
        match self.answer_within(PATIENCE) {
            Some(answer) if answer == ACK => {}
            other => return other,
        }
        self.send(&bytes(&block.as_block()));
        let answer = self.answer_within(PATIENCE);
        self.send(EOT);
        answer
    }

    pub(crate) fn deliver_ok(&mut self, block: &BlockBuf) {
        assert_eq!(self.deliver(block).as_deref(), Some(ACK));
    }
}
