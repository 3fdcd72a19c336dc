//! Open calls and what status and resets are about, beside a list that is walked (ESPA reference 8).

use arbitrary::{Arbitrary, Unstructured};
use espa444::matching::{MatchBasis, Reset};
use espa444::status::{SentCalls, StatusOf, Taken, TakenCalls};
use espa444::{Block, BlockBuf, CallStatus, Header, OpenCalls, RecordId};

use crate::wire::pick;

const OPERATIONS: usize = 120;
const MOST: usize = 6;

const HEADERS: [&str; 5] = ["1", "2", "3", "4", "5"];
const IDENTIFIERS: [&str; 10] = ["1", "2", "3", "4", "6", "7", "8", "9", "D", "x"];
const DATA: [&[u8]; 8] = [
    b"1",
    b"2",
    b"31",
    b"SECRET",
    b"SECRET  ",
    b" SECRET",
    b"",
    b"12",
];

/// A header and some records.
#[derive(Arbitrary, Clone, Copy, Debug)]
struct Spec {
    header: u8,
    count: u8,
    records: [(u8, u8); 5],
}

#[derive(Arbitrary, Clone, Copy, Debug)]
enum Operation {
    Open(Spec),
    /// A call that is plainly one.
    Call {
        address: u8,
        text: u8,
    },
    About(Spec),
    /// About a call that is open, with a record changed.
    Repeated {
        call: u8,
        header: u8,
        record: (u8, u8),
    },
    Close {
        key: u8,
    },
    CloseOldest,
    Status {
        key: u8,
        status: u8,
    },
}

/// A call as the list has it.
#[derive(Clone)]
struct Listed {
    key: u32,
    block: BlockBuf,
    status: Option<CallStatus<'static>>,
}

#[derive(Default)]
struct List {
    calls: Vec<Listed>,
    /// Of the two sides, each knows what it was told.
    most: usize,
}

/// Blocks, status and ends in any order.
pub fn espa444_matching(data: &[u8]) {
    let mut input = Unstructured::new(data);
    let mut open = OpenCalls::new(MOST);
    let mut taken = TakenCalls::new(MOST);
    let mut sent = SentCalls::new(MOST);
    let mut lists = [List::default(), List::default(), List::default()];
    for list in &mut lists {
        list.most = MOST;
    }
    let mut key = 0;
    for _ in 0..OPERATIONS {
        if input.is_empty() {
            break;
        }
        let Ok(operation) = Operation::arbitrary(&mut input) else {
            break;
        };
        key += 1;
        let block = match operation {
            Operation::Open(spec) | Operation::About(spec) => built(spec),
            Operation::Call { address, text } => {
                let mut call =
                    BlockBuf::call(pick(&DATA, address).unwrap_or_default()).expect("an address");
                let text = pick(&DATA, text).unwrap_or_default();
                call.push(RecordId::DISPLAY_MESSAGE, text).expect("a text");
                call
            }
            Operation::Repeated {
                call,
                header,
                record,
            } => {
                let at = usize::from(call) % lists[0].calls.len().max(1);
                let Some(call) = lists[0].calls.get(at) else {
                    continue;
                };
                like(&call.block, header, record)
            }
            Operation::Close { key } => {
                let key = u32::from(key);
                assert_eq!(open.close(&key), lists[0].close(key));
                assert_eq!(taken.close(&key), lists[1].close(key));
                assert_eq!(sent.close(&key), lists[2].close(key));
                continue;
            }
            Operation::CloseOldest => {
                assert_eq!(open.close_oldest(), lists[0].oldest());
                assert_eq!(taken.close_oldest(), lists[1].oldest());
                assert_eq!(sent.close_oldest(), lists[2].oldest());
                continue;
            }
            Operation::Status { key, status } => {
                let key = u32::from(key);
                let statuses = [CallStatus::PAGED, CallStatus::ACKNOWLEDGED];
                let status = pick(&statuses, status).unwrap_or(CallStatus::PAGED);
                let made = taken.status(&key, status).expect("a status of a call");
                let listed = lists[1].calls.iter_mut().find(|call| call.key == key);
                assert_eq!(made.is_some(), listed.is_some());
                if let (Some(made), Some(listed)) = (made, listed) {
                    listed.status = Some(status);
                    assert_eq!(made.as_block().call_status(), Some(status));
                    assert_eq!(made.as_block().header(), Header::STATUS_INFORMATION);
                    let call = listed.block.as_block();
                    let named = call.call_address().is_some() || call.display_message().is_some();
                    let about = lists[1].find(&made.as_block());
                    assert!(
                        about.is_some() || !named,
                        "a status of our own is about no call"
                    );
                }
                continue;
            }
        };
        let about = block.as_block();
        if matches!(operation, Operation::Open(_) | Operation::Call { .. }) {
            let room = lists[0].calls.len() < MOST;
            assert_eq!(open.open(key, &about).is_ok(), room);
            if room {
                lists[0].push(key, &block);
            }
        } else {
            let found = open.find(&about).map(|found| (*found.key, found.basis));
            assert_eq!(found, lists[0].find(&about), "{:?}", about.raw_records());
            reset(open.reset(&about), lists[0].reset(&about));
        }
        at_the_receiver(&mut taken, &mut lists[1], key, &block);
        at_the_caller(&mut sent, &mut lists[2], key, &block);
        assert_eq!(open.len(), lists[0].calls.len());
        assert_eq!(taken.len(), lists[1].calls.len());
        assert_eq!(sent.len(), lists[2].calls.len());
        assert!(
            !format!("{open:?} {taken:?} {sent:?}").contains("SECRET"),
            "text in Debug"
        );
        let keys = open.iter().map(|(key, _)| *key);
        assert!(
            keys.eq(lists[0].calls.iter().map(|call| call.key)),
            "oldest first"
        );
    }
}

fn built(spec: Spec) -> BlockBuf {
    let header = pick(&HEADERS, spec.header).expect("there are headers");
    let mut block = BlockBuf::new(Header::new(header)).expect("a header");
    for (identifier, data) in &spec.records[..usize::from(spec.count) % 6] {
        push(&mut block, *identifier, *data);
    }
    block
}

fn push(block: &mut BlockBuf, identifier: u8, data: u8) {
    let identifier = RecordId::new(pick(&IDENTIFIERS, identifier).expect("there are some"));
    let data = pick(&DATA, data).unwrap_or_default();
    block.push(identifier, data).expect("a record");
}

fn like(call: &BlockBuf, header: u8, (identifier, data): (u8, u8)) -> BlockBuf {
    let header = pick(&HEADERS, header).expect("there are headers");
    let mut block = BlockBuf::new(Header::new(header)).expect("a header");
    for record in call.as_block().records() {
        let own = record.identifier().expect("it has one");
        block.push(own, record.data()).expect("a record");
    }
    push(&mut block, identifier, data);
    block
}

fn at_the_receiver(taken: &mut TakenCalls<u32>, list: &mut List, key: u32, block: &BlockBuf) {
    let about = block.as_block();
    let result = taken.take(key, &about);
    if about.is_reset() {
        let Ok(Taken::Reset(found)) = result else {
            panic!("{result:?}")
        };
        reset(found, list.reset(&about));
        return;
    }
    match about.header() {
        Header::CALL => {
            assert_eq!(result.is_ok(), list.calls.len() < list.most);
            if result.is_ok() {
                list.push(key, block);
            }
        }
        Header::STATUS_REQUEST => {
            let found = list.find(&about).map(|(key, _)| key);
            let listed = list.calls.iter().find(|call| Some(call.key) == found);
            let status = listed.map(|call| call.status.unwrap_or(CallStatus::IN_QUEUE));
            let Ok(Taken::StatusRequest(reply)) = result else {
                panic!("{result:?}")
            };
            let told = reply
                .as_ref()
                .and_then(|reply| reply.as_block().call_status());
            assert_eq!(told, status);
        }
        _ => assert!(matches!(result, Ok(Taken::Other))),
    }
}

fn at_the_caller(sent: &mut SentCalls<u32>, list: &mut List, key: u32, block: &BlockBuf) {
    let about = block.as_block();
    let heard = sent.status(&about);
    match (about.header(), about.call_status(), about.system_status()) {
        (Header::STATUS_INFORMATION, Some(own), _) => match (list.find(&about), heard) {
            (Some((key, basis)), StatusOf::Call { found, status }) => {
                assert_eq!((*found.key, found.basis, status), (key, basis, own));
            }
            (None, StatusOf::NoSuchCall(status)) => assert_eq!(status, own),
            (found, heard) => panic!("{found:?} {heard:?}"),
        },
        (Header::STATUS_INFORMATION, None, Some(own)) => {
            assert_eq!(heard, StatusOf::System(own));
        }
        _ => assert_eq!(heard, StatusOf::Nothing),
    }
    let room = list.calls.len() < list.most;
    let opened = sent.open(key, &about);
    if about.is_reset() {
        let _ = list.reset(&about);
        assert!(opened.is_ok());
    } else if about.header() == Header::CALL {
        assert_eq!(opened.is_ok(), room);
        if room {
            list.push(key, block);
        }
    } else {
        assert!(opened.is_ok());
    }
}

fn reset(found: Reset<u32>, expected: Option<Option<(u32, MatchBasis)>>) {
    match (found, expected) {
        (Reset::Closed(found), Some(Some(expected))) => {
            assert_eq!((found.key, found.basis), expected);
        }
        (Reset::NoSuchCall, Some(None)) | (Reset::NotAReset, None) => {}
        (found, expected) => panic!("{found:?}, not {expected:?}"),
    }
}

/// The first data under an identifier.
fn first<'a>(block: &Block<'a>, identifier: &str) -> Option<&'a [u8]> {
    let wanted = RecordId::new(identifier);
    let mut records = block.records();
    records
        .find(|record| record.identifier() == Some(wanted))
        .map(|record| record.data())
}

/// Why a block is about a call, by the identifiers that count; all of them if there are none.
fn basis(call: &Block<'_>, about: &Block<'_>, counting: &[&str]) -> Option<MatchBasis> {
    let both = |identifier| Some((first(call, identifier)?, first(about, identifier)?));
    let references: Vec<_> = ["9", "D"].into_iter().filter_map(both).collect();
    if !references.is_empty() {
        let same = references.iter().all(|(left, right)| left == right);
        return same.then_some(MatchBasis::Reference);
    }
    let mut named = 0;
    let mut others = 0;
    for identifier in counting {
        let Some((left, right)) = both(identifier) else {
            continue;
        };
        let same = match *identifier {
            "2" => left.trim_ascii_end() == right.trim_ascii_end(),
            _ => left == right,
        };
        if !same {
            return None;
        }
        match *identifier {
            "1" | "2" => named += 1,
            _ => others += 1,
        }
    }
    match (named, others) {
        (2, _) => Some(MatchBasis::AddressAndText),
        (1, _) => Some(MatchBasis::AddressOrText),
        (_, 0) => None,
        _ => Some(MatchBasis::OtherRecords),
    }
}

impl List {
    fn push(&mut self, key: u32, block: &BlockBuf) {
        self.calls.push(Listed {
            key,
            block: block.clone(),
            status: None,
        });
    }

    fn close(&mut self, key: u32) -> bool {
        let at = self.calls.iter().position(|call| call.key == key);
        at.map(|at| self.calls.remove(at)).is_some()
    }

    fn oldest(&mut self) -> Option<u32> {
        (!self.calls.is_empty()).then(|| self.calls.remove(0).key)
    }

    fn best(&self, about: &Block<'_>, counting: &[&str]) -> Option<(u32, MatchBasis)> {
        let fitting: Vec<_> = self
            .calls
            .iter()
            .filter_map(|call| Some((call.key, basis(&call.block.as_block(), about, counting)?)))
            .collect();
        let strongest = fitting.iter().map(|(_, basis)| *basis).max()?;
        fitting.into_iter().find(|(_, basis)| *basis == strongest)
    }

    fn find(&self, about: &Block<'_>) -> Option<(u32, MatchBasis)> {
        const COUNTING: [&str; 8] = ["1", "2", "3", "4", "6", "9", "D", "x"];
        self.best(about, &COUNTING).or_else(|| {
            let [only] = self.calls.as_slice() else {
                return None;
            };
            let call = only.block.as_block();
            let comparable = COUNTING
                .iter()
                .any(|one| first(&call, one).is_some() && first(about, one).is_some());
            let about_a_call = about.call_status().is_some() && !comparable;
            about_a_call.then_some((only.key, MatchBasis::OnlyOpenCall))
        })
    }

    /// `None` for a block that is no reset.
    fn reset(&mut self, about: &Block<'_>) -> Option<Option<(u32, MatchBasis)>> {
        about.is_reset().then(|| {
            let found = self.best(about, &["1", "2"]);
            if let Some((key, _)) = found {
                self.close(key);
            }
            found
        })
    }
}
