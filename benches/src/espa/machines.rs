//! Readers of a capture: a byte at a time, as one writes it and as tight as it gets, and the crate.
//! All of them check every BCC and take every record apart. There are two jobs: everything on the
//! line, and the blocks alone.

use espa444::{DecodeOptions, Decoded, Item, RecordId, scan};

/// What was seen on a line; the readers of one job have to agree about it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Blocks with a right BCC.
    pub blocks: usize,
    /// Their records.
    pub records: usize,
    /// Bytes of display messages.
    pub text: usize,
    /// Address and ENQ after EOT.
    pub polls: usize,
    /// Address and ENQ otherwise.
    pub selects: usize,
    /// ACK.
    pub acks: usize,
    /// NAK.
    pub naks: usize,
    /// EOT outside a block.
    pub eots: usize,
}

/// The leanest machine with a state and a buffer: the BCC summed on the way, the records taken apart
/// in the end where they stand, and nothing handed out. With `LINK` it tells polls, selects and answers, too.
#[derive(Debug, Default)]
pub struct Plain<const LINK: bool> {
    state: State,
    after_eot: bool,
    address: Option<u8>,
    bcc: u8,
    block: Vec<u8>,
    records: Vec<(u8, usize, usize)>,
    /// What was seen.
    pub tally: Tally,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    #[default]
    Idle,
    Block,
    Bcc,
}

impl Tally {
    /// What a reader of the blocks alone sees.
    #[must_use]
    pub const fn of_blocks(self) -> Self {
        Tally {
            polls: 0,
            selects: 0,
            acks: 0,
            naks: 0,
            eots: 0,
            ..self
        }
    }
}

impl<const LINK: bool> Plain<LINK> {
    /// Takes one byte.
    pub fn feed(&mut self, byte: u8) {
        match self.state {
            State::Idle => self.idle(byte),
            State::Block => match byte {
                0x01 => self.start(),
                0x04 => {
                    self.state = State::Idle;
                    self.idle(byte);
                }
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
                if byte == self.bcc {
                    self.take_apart();
                }
                self.after_eot = false;
                self.state = State::Idle;
            }
        }
    }

    fn start(&mut self) {
        self.block.clear();
        self.bcc = 0;
        self.state = State::Block;
    }

    fn idle(&mut self, byte: u8) {
        if !LINK {
            if byte == 0x01 {
                self.start();
            }
            return;
        }
        let address = self.address.take();
        match byte {
            0x01 => self.start(),
            0x04 => {
                self.tally.eots += 1;
                self.after_eot = true;
            }
            0x05 if address.is_some() => {
                if self.after_eot {
                    self.tally.polls += 1;
                } else {
                    self.tally.selects += 1;
                }
                self.after_eot = false;
            }
            0x06 => self.tally.acks += 1,
            0x15 => self.tally.naks += 1,
            0x21..=0x7E => self.address = Some(byte),
            _ => {}
        }
    }

    fn take_apart(&mut self) {
        self.records.clear();
        let Some(stx) = self.block.iter().position(|&byte| byte == 0x02) else {
            return;
        };
        let mut at = stx + 1;
        for record in self.block[stx + 1..].split(|&byte| byte == 0x1E) {
            let end = at + record.len();
            if let [identifier, 0x1F, ..] = *record {
                self.records.push((identifier, at + 2, end));
            }
            at = end + 1;
        }
        self.tally.blocks += 1;
        self.tally.records += self.records.len();
        for &(identifier, start, end) in &self.records {
            if identifier == b'2' {
                self.tally.text += end - start;
            }
        }
    }
}

/// A capture through [`Plain`].
pub fn plain<const LINK: bool>(capture: &[u8], machine: &mut Plain<LINK>) -> Tally {
    machine.tally = Tally::default();
    for &byte in capture {
        machine.feed(byte);
    }
    machine.tally
}

/// The tightest machine of one byte at a time: nothing is copied, records are noted as they pass.
#[must_use]
pub fn tight(capture: &[u8]) -> Tally {
    let mut tally = Tally::default();
    let mut after_eot = false;
    let mut address = false;
    let mut at = 0;
    while at < capture.len() {
        let byte = capture[at];
        at += 1;
        match byte {
            0x01 => {
                let mut bcc = 0;
                let mut records = 0;
                let mut text = 0;
                let mut identifier = 0;
                let mut data = 0;
                // SOH, EOT and the end of the capture leave the block.
                while let Some(&byte) = capture.get(at) {
                    if byte >= 0x20 {
                        bcc ^= byte;
                        at += 1;
                        continue;
                    }
                    match byte {
                        0x01 | 0x04 => break,
                        0x1F => {
                            identifier = capture[at - 1];
                            data = at + 1;
                        }
                        0x1E | 0x03 => {
                            records += 1;
                            if identifier == b'2' {
                                text += at - data;
                            }
                        }
                        _ => {}
                    }
                    bcc ^= byte;
                    at += 1;
                    if byte == 0x03 {
                        if capture.get(at) == Some(&bcc) {
                            tally.blocks += 1;
                            tally.records += records;
                            tally.text += text;
                        }
                        at += 1;
                        after_eot = false;
                        break;
                    }
                }
                address = false;
            }
            0x04 => {
                tally.eots += 1;
                after_eot = true;
                address = false;
            }
            0x05 => {
                let taken = usize::from(address);
                tally.polls += taken & usize::from(after_eot);
                tally.selects += taken & usize::from(!after_eot);
                after_eot &= !address;
                address = false;
            }
            0x06 => {
                tally.acks += 1;
                address = false;
            }
            0x15 => {
                tally.naks += 1;
                address = false;
            }
            _ => address = matches!(byte, 0x21..=0x7E),
        }
    }
    tally
}

/// The crate: every item of the capture, every record of every block.
#[must_use]
pub fn crate_items(capture: &[u8], options: &DecodeOptions) -> Tally {
    let mut tally = Tally::default();
    for scanned in scan(capture, options) {
        match scanned.item {
            Item::Block(decoded) => open(&decoded, &mut tally),
            Item::Poll(_) => tally.polls += 1,
            Item::Select(_) => tally.selects += 1,
            Item::Acknowledgement => tally.acks += 1,
            Item::NegativeAcknowledgement(_) => tally.naks += 1,
            Item::EndOfTransmission => tally.eots += 1,
            _ => {}
        }
    }
    tally
}

#[inline(never)]
fn open(decoded: &Decoded<'_>, tally: &mut Tally) {
    tally.blocks += 1;
    for record in decoded.block().records() {
        tally.records += 1;
        if record.identifier() == Some(RecordId::DISPLAY_MESSAGE) {
            tally.text += record.data().len();
        }
    }
}

/// The crate: the blocks and every record of theirs, the rest of the line passed over.
#[must_use]
pub fn crate_blocks(capture: &[u8], options: &DecodeOptions) -> Tally {
    let mut tally = Tally::default();
    for scanned in scan(capture, options).blocks() {
        if let Item::Block(decoded) = &scanned.item {
            open(decoded, &mut tally);
        }
    }
    tally
}

/// The crate, with every block copied so that it may outlive the capture.
#[must_use]
pub fn crate_blocks_owned(capture: &[u8], options: &DecodeOptions) -> Tally {
    let mut tally = Tally::default();
    for scanned in scan(capture, options).blocks() {
        if let Item::Block(decoded) = scanned.item {
            open(&std::hint::black_box(decoded.into_owned()), &mut tally);
        }
    }
    tally
}

/// The crate, with the records left where they are: framing, BCC, structure and limits are checked.
#[must_use]
pub fn crate_blocks_unopened(capture: &[u8], options: &DecodeOptions) -> usize {
    scan(capture, options).blocks().count()
}

/// The limit of the machine: every byte looked at by memchr.
#[must_use]
pub fn limit(capture: &[u8]) -> usize {
    // A byte that stands in no capture.
    memchr::memchr(0xFE, capture).unwrap_or(capture.len())
}
