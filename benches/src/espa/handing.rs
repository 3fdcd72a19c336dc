//! The reader that one writes: bytes go in one at a time, and now and then a block comes out.

use super::machines::Tally;

/// A block with everything in it, so that it may live as long as it is wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnedBlock {
    /// The header.
    pub header: Vec<u8>,
    /// The records in order.
    pub records: Vec<OwnedRecord>,
}

/// A record of an [`OwnedBlock`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnedRecord {
    /// Before US.
    pub identifier: u8,
    /// Behind US.
    pub data: Vec<u8>,
}

/// A state, a buffer, the BCC summed on the way; a block whose BCC is right is handed out with its
/// records.
#[derive(Debug, Default)]
pub struct Handing {
    state: State,
    bcc: u8,
    block: Vec<u8>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    #[default]
    Idle,
    Block,
    Bcc,
}

impl Handing {
    /// Takes one byte; a block when it was the last one of a good block.
    #[inline]
    pub fn feed(&mut self, byte: u8) -> Option<OwnedBlock> {
        match self.state {
            State::Idle => {
                if byte == 0x01 {
                    self.start();
                }
            }
            State::Block => match byte {
                0x01 => self.start(),
                0x04 => self.state = State::Idle,
                0x03 => {
                    self.bcc ^= byte;
                    self.state = State::Bcc;
                }
                _ if self.block.len() >= 512 => self.state = State::Idle,
                _ => {
                    self.bcc ^= byte;
                    self.block.push(byte);
                }
            },
            State::Bcc => {
                self.state = State::Idle;
                if byte == self.bcc {
                    return take_apart(&self.block);
                }
            }
        }
        None
    }

    fn start(&mut self) {
        self.block.clear();
        self.bcc = 0;
        self.state = State::Block;
    }
}

fn take_apart(block: &[u8]) -> Option<OwnedBlock> {
    let stx = block.iter().position(|&byte| byte == 0x02)?;
    let records = block[stx + 1..].split(|&byte| byte == 0x1E);
    Some(OwnedBlock {
        header: block[..stx].to_vec(),
        records: records
            .filter_map(|record| match record {
                [identifier, 0x1F, data @ ..] => Some(OwnedRecord {
                    identifier: *identifier,
                    data: data.to_vec(),
                }),
                _ => None,
            })
            .collect(),
    })
}

/// A capture through [`Handing`].
pub fn handing(capture: &[u8], machine: &mut Handing) -> Tally {
    let mut tally = Tally::default();
    for &byte in capture {
        if let Some(block) = machine.feed(byte) {
            tally.blocks += 1;
            tally.records += block.records.len();
            let texts = block.records.iter().filter(|one| one.identifier == b'2');
            tally.text += texts.map(|one| one.data.len()).sum::<usize>();
        }
    }
    tally
}
