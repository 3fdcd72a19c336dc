//! What becomes of the bytes of a good station on their way to the line. No I/O and no clock.

use std::collections::VecDeque;
use std::time::Duration;

use espa444::codes::{ACK, ENQ, EOT, ETX, NAK, SOH};
use espa444::link::Refusal;
use espa444::{Address, NakPrefix, parity};

use super::fault::{Fault, FaultRate, Station};
use super::settings::LineSettings;

/// Bytes of a garbage burst: enough to be told from a disturbed character.
const BURST: std::ops::Range<usize> = 30..48;

/// What a block is answered with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Answer {
    Accept,
    TransmissionError,
    Invalid,
    /// Taken, and the ACK is lost.
    Lost,
    /// Taken, and the ACK is late.
    Late,
}

impl Answer {
    /// A refusal by the station; what the line makes of it comes later.
    pub(super) const fn refusal(self) -> Option<Refusal> {
        match self {
            Answer::TransmissionError | Answer::Invalid => Some(Refusal::Invalid),
            _ => None,
        }
    }

    /// What the caller hears.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Answer::Accept => "ack",
            Answer::TransmissionError => "nak-1",
            Answer::Invalid => "nak-3",
            Answer::Lost => "lost-ack",
            Answer::Late => "late-ack",
        }
    }
}

/// Bytes that are to be on the line, and how much later than now.
#[derive(Debug)]
pub(super) struct Outgoing {
    pub(super) after: Duration,
    pub(super) bytes: Vec<u8>,
}

/// Where in the bytes of the station one is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Outside,
    Block,
    Bcc,
}

#[derive(Debug)]
pub(super) struct Mischief {
    faults: Vec<FaultRate>,
    station: Station,
    own: Address,
    late_by: Duration,
    random: fastrand::Rng,
    place: Place,
    /// What is not complete yet.
    item: Vec<u8>,
    /// The next address and ENQ follows an EOT: it is a poll.
    polls: bool,
    /// This call has no poll and no select.
    opens: bool,
    /// The decision about the block that came last, until its answer leaves.
    answer: Option<Answer>,
    /// The last thing heard was a NAK to a block.
    refused: bool,
    calls: u32,
    out: VecDeque<Outgoing>,
    /// What the station is made to hear, though nobody said it.
    heard: VecDeque<u8>,
}

impl Mischief {
    pub(super) fn new(settings: &LineSettings, station: Station) -> Self {
        Mischief {
            faults: settings.faults.clone(),
            station,
            own: settings.own_address(station),
            late_by: settings.late_by,
            random: fastrand::Rng::with_seed(settings.seed),
            place: Place::Outside,
            item: Vec::new(),
            polls: false,
            opens: false,
            answer: None,
            refused: false,
            calls: 0,
            out: VecDeque::new(),
            heard: VecDeque::new(),
        }
    }

    /// A new connection: nothing of the old one is sent on.
    pub(super) fn reset(&mut self) {
        self.place = Place::Outside;
        self.item.clear();
        self.answer = None;
        self.out.clear();
        self.heard.clear();
    }

    /// What to answer a good block with.
    pub(super) fn decide(&mut self) -> Answer {
        let answer = [
            (Fault::Nak, Answer::TransmissionError),
            (Fault::Invalid, Answer::Invalid),
            (Fault::LostAck, Answer::Lost),
            (Fault::LateAnswer, Answer::Late),
        ]
        .into_iter()
        .find(|&(fault, _)| self.shows(fault))
        .map_or(Answer::Accept, |(_, answer)| answer);
        self.answer = Some(answer);
        answer
    }

    /// The next bytes for the line.
    pub(super) fn next(&mut self) -> Option<Outgoing> {
        self.out.pop_front()
    }

    /// Bytes that wait for the line.
    pub(super) fn waiting(&self) -> usize {
        self.out.iter().map(|one| one.bytes.len()).sum()
    }

    /// Moves what the station is to hear, though nobody said it; at most so many bytes.
    pub(super) fn take_heard(&mut self, most: usize) -> Vec<u8> {
        self.heard.drain(..most.min(self.heard.len())).collect()
    }

    /// Bytes that came from the line.
    pub(super) fn incoming(&mut self, bytes: &[u8]) {
        if let Some(&last) = bytes.last() {
            self.refused = last & 0x7F == NAK;
        }
        if self.shows(Fault::Echo) && !self.is_silent() {
            self.send(bytes.to_vec(), Duration::ZERO);
        }
    }

    /// Bytes of the station.
    pub(super) fn outgoing(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.item.push(byte);
            match self.place {
                Place::Outside => match byte & 0x7F {
                    SOH => self.place = Place::Block,
                    // A digit belongs to what follows it.
                    0x21..=0x7E => {}
                    _ => self.complete(),
                },
                Place::Block if byte == ETX => self.place = Place::Bcc,
                Place::Block => {}
                Place::Bcc => {
                    self.place = Place::Outside;
                    self.complete();
                }
            }
        }
    }

    fn shows(&mut self, fault: Fault) -> bool {
        let found = self.faults.iter().find(|one| one.fault == fault);
        found.is_some_and(|one| one.percent >= 100 || self.random.u8(0..100) < one.percent)
    }

    fn is_silent(&self) -> bool {
        self.faults
            .iter()
            .any(|one| matches!(one.fault, Fault::SilenceAfter(calls) if self.calls >= calls))
    }

    /// An item of the station is complete.
    fn complete(&mut self) {
        let item = std::mem::take(&mut self.item);
        if self.is_silent() {
            return;
        }
        match item.first().map(|byte| byte & 0x7F) {
            Some(SOH) => self.block(item),
            _ => match item.last().map(|byte| byte & 0x7F) {
                Some(ENQ) => self.enquiry(item),
                Some(EOT) => {
                    self.polls = true;
                    if !self.shows(Fault::MissingEot) {
                        self.dress(item, Duration::ZERO);
                    }
                }
                Some(ACK | NAK) => self.answer(item),
                _ => self.send(item, Duration::ZERO),
            },
        }
    }

    fn enquiry(&mut self, item: Vec<u8>) {
        let polls = std::mem::take(&mut self.polls);
        let address: Vec<_> = item[..item.len() - 1].iter().map(|b| b & 0x7F).collect();
        let own = address == self.own.as_bytes();
        if self.station == Station::Panel && polls && own {
            self.opens = self.shows(Fault::NoSelect);
            if self.opens {
                // The select follows.
                return;
            }
        }
        if !polls && std::mem::take(&mut self.opens) {
            self.heard.push_back(ACK);
            return;
        }
        self.dress(item, Duration::ZERO);
    }

    fn block(&mut self, mut item: Vec<u8>) {
        if self.station == Station::Panel {
            self.calls += 1;
        }
        if self.refused && self.shows(Fault::NoStart) {
            item.remove(0);
            item.pop();
        } else if self.shows(Fault::CutBlock) {
            item.truncate(item.len() / 2);
        } else if self.shows(Fault::NoBcc) {
            item.pop();
        } else if self.shows(Fault::BadBcc)
            && let Some(bcc) = item.last_mut()
        {
            *bcc ^= 1;
        }
        self.dress(item, Duration::ZERO);
    }

    fn answer(&mut self, item: Vec<u8>) {
        let positive = item.last().is_some_and(|byte| byte & 0x7F == ACK);
        let Some(answer) = self.answer.take() else {
            // To a select, or a refusal of something damaged.
            if positive && self.shows(Fault::NoAnswer) {
                return;
            }
            if positive && self.shows(Fault::Busy) {
                self.dress(nak(NakPrefix::BUSY), Duration::ZERO);
            } else {
                self.dress(item, Duration::ZERO);
            }
            return;
        };
        match answer {
            Answer::TransmissionError => {
                self.dress(nak(NakPrefix::TRANSMISSION_ERROR), Duration::ZERO);
            }
            Answer::Lost => {}
            Answer::Late => self.dress(item, self.late_by),
            Answer::Accept | Answer::Invalid => self.dress(item, Duration::ZERO),
        }
        self.calls += 1;
    }

    /// With what the line does to everything.
    fn dress(&mut self, mut item: Vec<u8>, after: Duration) {
        if self.shows(Fault::Garbage) {
            let length = self.random.usize(BURST);
            // Nothing of the protocol, with parity or without.
            let burst = (0..length).map(|_| 0xA0 | self.random.u8(0x01..0x1F));
            let burst = burst.collect();
            self.send(burst, after);
        }
        if self.shows(Fault::BadParity) {
            parity::strip(&mut item);
            parity::add(&mut item);
        }
        self.send(item, after);
    }

    fn send(&mut self, bytes: Vec<u8>, after: Duration) {
        self.out.push_back(Outgoing { after, bytes });
    }
}

fn nak(prefix: NakPrefix) -> Vec<u8> {
    prefix.answer().to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;
    use espa444::Profile;
    use proptest::prelude::*;

    const CALL: &[u8] = b"\x041\x052\x05\x011\x021\x1F31\x1E2\x1FTEST\x03\x39\x04";

    fn station(station: Station, faults: &[Fault]) -> Mischief {
        let mut settings = LineSettings::new(&Profile::FIELD);
        settings.faults = faults.iter().copied().map(FaultRate::always).collect();
        Mischief::new(&settings, station)
    }

    fn sent(mischief: &mut Mischief, bytes: &[u8]) -> Vec<u8> {
        mischief.outgoing(bytes);
        std::iter::from_fn(|| mischief.next())
            .flat_map(|one| one.bytes)
            .collect()
    }

    #[test]
    fn faults_change_what_they_name_and_nothing_else() {
        let panel = |fault| sent(&mut station(Station::Panel, &[fault]), CALL);
        let (head, block) = (b"\x041\x052\x05", &CALL[5..21]);
        assert_eq!(panel(Fault::WrongAddress), CALL);
        assert_eq!(panel(Fault::MissingEot), CALL[1..21]);
        assert_eq!(
            panel(Fault::NoBcc),
            [&head[..], &block[..15], b"\x04"].concat()
        );
        assert_eq!(
            panel(Fault::BadBcc),
            [&head[..], &block[..15], b"\x38\x04"].concat()
        );
        assert_eq!(
            panel(Fault::CutBlock),
            [&head[..], &block[..8], b"\x04"].concat()
        );
        assert_eq!(panel(Fault::BadParity)[..5], [0x84, 0xB1, 0x05, 0xB2, 0x05]);
        assert_eq!(
            panel(Fault::SilenceAfter(1)),
            CALL[..21],
            "nothing after it"
        );
        assert!(panel(Fault::Garbage).len() > CALL.len() + 5 * 30);
        let mut opener = station(Station::Panel, &[Fault::NoSelect]);
        assert_eq!(sent(&mut opener, &CALL[..5]), b"\x04");
        assert_eq!(opener.take_heard(9), [ACK]);
        let mut hotel = station(Station::Panel, &[Fault::NoStart]);
        assert_eq!(sent(&mut hotel, CALL), CALL);
        hotel.incoming(b"1\x15");
        assert_eq!(sent(&mut hotel, block), block[1..15]);
    }

    #[test]
    fn answers_to_selects_and_blocks_are_told_apart() {
        let mut busy = station(Station::Pager, &[Fault::Busy]);
        assert_eq!(sent(&mut busy, &[ACK]), b"2\x15");
        assert_eq!(busy.decide(), Answer::Accept);
        assert_eq!(sent(&mut busy, &[ACK]), [ACK]);
        let mut nak = station(Station::Pager, &[Fault::Nak]);
        assert_eq!(sent(&mut nak, &[ACK]), [ACK]);
        assert!(nak.decide().refusal().is_some());
        assert_eq!(sent(&mut nak, b"3\x15"), b"1\x15");
        let mut lost = station(Station::Pager, &[Fault::LostAck, Fault::NoAnswer]);
        assert_eq!(sent(&mut lost, &[ACK]), b"");
        lost.decide();
        assert_eq!(sent(&mut lost, &[ACK]), b"");
    }

    proptest! {
        #[test]
        fn without_faults_every_byte_goes_out_in_order(
            cuts in prop::collection::vec(1_usize..8, 1..40),
            dialogues in 1_usize..4,
        ) {
            let all = CALL.repeat(dialogues);
            let mut good = station(Station::Panel, &[]);
            let (mut rest, mut out) = (&all[..], Vec::new());
            for cut in cuts.into_iter().cycle() {
                let (now, later) = rest.split_at(cut.min(rest.len()));
                out.extend(sent(&mut good, now));
                rest = later;
                if rest.is_empty() {
                    break;
                }
            }
            prop_assert_eq!(out, all);
        }

        #[test]
        fn any_bytes_and_faults_are_survived(
            bytes in prop::collection::vec(any::<u8>(), 0..300),
            which in 0..Fault::ALL.len(),
        ) {
            for side in [Station::Panel, Station::Pager] {
                let mut any = station(side, &[Fault::ALL[which]]);
                any.outgoing(&bytes);
                any.incoming(&bytes);
                while any.next().is_some() {}
            }
        }
    }
}
