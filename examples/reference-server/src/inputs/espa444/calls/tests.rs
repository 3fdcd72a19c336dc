use std::collections::BTreeMap;

use espa444::alarm::{LineKind, Rule, Rules, TextMatch};
use espa444::{EncodeOptions, encode};
use proptest::prelude::*;

use super::*;

const WINDOW: Duration = Duration::from_secs(120);

/// What a journal would hold of it.
type Kept = BTreeMap<Vec<u8>, Vec<u8>>;

fn empty() -> Calls {
    let mut line = Line::new("ward", LineKind::Calls);
    let ends = |text: &str| TextMatch::Pattern(format!("{text} {{location}}"));
    line.rules = Rules::new(vec![
        Rule::new(Kind::HelpCall).with_text(ends("ANROP")),
        Rule::new(Kind::HelpCall)
            .with_text(ends("SLUTT"))
            .ending(&[]),
    ])
    .expect("rules");
    Calls::new(line, WINDOW)
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_micros((1_700_000_000 + second) * 1_000_000)
}

fn block(text: &str, reset: bool) -> BlockBuf {
    let mut block = BlockBuf::call(b"208").expect("an address");
    let text = text.as_bytes();
    block.push(RecordId::DISPLAY_MESSAGE, text).expect("a text");
    if reset {
        let reset = CallType::RESET.as_bytes();
        block.push(RecordId::CALL_TYPE, reset).expect("a type");
    }
    block
}

fn keep(kept: &mut Kept, changes: Vec<StateChange>) {
    for change in changes {
        match change.value {
            Some(value) => kept.insert(change.key.to_vec(), value.to_vec()),
            None => kept.remove(&change.key.to_vec()),
        };
    }
}

fn restored(kept: &Kept) -> Calls {
    let kept: Vec<_> = kept
        .iter()
        .map(|(key, value)| KeptState {
            key: key.clone(),
            value: value.clone(),
        })
        .collect();
    let mut calls = empty();
    calls.restore(&kept, &DecodeOptions::lenient());
    calls
}

fn judge(calls: &Calls, block: &BlockBuf, hints: Hints, second: i64) -> Judgement {
    let block = block.as_block();
    let meaning = mapping_of(&block, calls.line());
    calls.judge(&block, meaning.as_ref(), hints, at(second))
}

/// Judges and enters, as a block that is stored and answered; gives the event and the judgement.
fn take(calls: &mut Calls, kept: &mut Kept, block: &BlockBuf, second: i64) -> (EventId, Judgement) {
    let judgement = judge(calls, block, Hints::default(), second);
    let id = EventId::new();
    let mut raw = Vec::new();
    encode(&block.as_block(), &EncodeOptions::new(), &mut raw).expect("a block");
    let (changes, _) = calls.enter(&judgement, id, &block.as_block(), &raw, at(second));
    keep(kept, changes);
    calls.answered(&judgement, id, true);
    (id, judgement)
}

#[test]
fn an_equal_call_is_a_repeat_within_the_window_and_new_afterwards() {
    let (mut calls, mut kept) = (empty(), Kept::new());
    let ring = block("ANROP ROM 1", false);
    let (first, judgement) = take(&mut calls, &mut kept, &ring, 0);
    assert_eq!(judgement.repeat, Repeat::No);
    let again = judge(&calls, &ring, Hints::default(), 100);
    assert_eq!(again.repeat, Repeat::Of(alarm_id(first)));
    assert_eq!(again.source_ref, None, "stored in any case");
    let lost_ack = Hints {
        same_transaction: true,
        accepted: false,
    };
    let again = judge(&calls, &ring, lost_ack, 1);
    assert_eq!(again.source_ref, judgement.source_ref, "counted");
    let (second, judgement) = take(&mut calls, &mut kept, &ring, 500);
    assert_eq!(judgement.repeat, Repeat::No);
    // A reset is about the one that was made last, not about the one that nobody ended.
    let reset = judge(&calls, &block("ANROP ROM 1", true), Hints::default(), 501);
    assert_eq!(reset.ends, Some(second));
    assert_eq!(calls.len(), 1);
}

#[test]
fn a_call_whose_sender_has_not_heard_ack_is_counted_when_it_comes_again() {
    let (mut calls, mut kept) = (empty(), Kept::new());
    let ring = block("ANROP ROM 1", false);
    let (first, judgement) = take(&mut calls, &mut kept, &ring, 0);
    calls.answered(&judgement, first, false);
    let again = judge(&calls, &ring, Hints::default(), 30);
    assert_eq!(again.source_ref, judgement.source_ref);
}

#[test]
fn an_end_by_text_names_the_call_only_when_there_is_just_one() {
    let (mut calls, mut kept) = (empty(), Kept::new());
    let (first, _) = take(&mut calls, &mut kept, &block("ANROP ROM 1", false), 0);
    take(&mut calls, &mut kept, &block("ANROP ROM 2", false), 1);
    let end = |calls: &Calls, text: &str| judge(calls, &block(text, false), Hints::default(), 2);
    assert_eq!(end(&calls, "SLUTT ROM 1").ends, Some(first));
    let other = end(&calls, "SLUTT ROM 3");
    assert!(other.ends.is_none() && other.unmatched_end);
}

#[test]
fn what_was_not_stored_is_undone_here_and_in_what_is_kept() {
    let (mut calls, mut kept) = (empty(), Kept::new());
    take(&mut calls, &mut kept, &block("ANROP ROM 1", false), 0);
    let before = kept.clone();
    let reset = block("ANROP ROM 1", true);
    let judgement = judge(&calls, &reset, Hints::default(), 1);
    let (changes, way_back) =
        calls.enter(&judgement, EventId::new(), &reset.as_block(), b"", at(1));
    keep(&mut kept, changes);
    assert_ne!(kept, before);
    let changes = calls.undo(way_back);
    keep(&mut kept, changes);
    assert_eq!(kept, before);
    assert_eq!(calls.len(), 1);
}

#[test]
fn memory_is_bounded_and_the_oldest_makes_room() {
    let (mut calls, mut kept) = (empty(), Kept::new());
    for number in 0..MOST_OPEN + 50 {
        let ring = block(&format!("ANROP ROM {number}"), false);
        take(&mut calls, &mut kept, &ring, 0);
    }
    assert_eq!(calls.len(), MOST_OPEN);
    assert_eq!(kept.len(), MOST_OPEN);
    for number in 50..MOST_OPEN + 50 {
        let reset = block(&format!("ANROP ROM {number}"), true);
        let (_, judgement) = take(&mut calls, &mut kept, &reset, 1);
        assert!(judgement.ends.is_some());
    }
    assert_eq!(calls.len(), 0);
    assert_eq!(kept.len(), MOST_ENDED);
    take(&mut calls, &mut kept, &block("ANROP ROM 1", false), 500);
    assert_eq!(kept.len(), 1, "ends that are too old are forgotten");
}

proptest! {
    /// Whatever came: a restart between any two blocks changes no judgement.
    #[test]
    fn a_restart_changes_no_judgement(
        dialogue in proptest::collection::vec((0..4_u8, any::<bool>(), 0..100_i64, any::<bool>()), 1..40)
    ) {
        let (mut calls, mut kept, mut now) = (empty(), Kept::new(), 0);
        for (room, reset, pause, restart) in dialogue {
            now += pause;
            let block = block(&format!("ANROP ROM {room}"), reset);
            let other = restored(&kept);
            let (here, there) = (
                judge(&calls, &block, Hints::default(), now),
                judge(&other, &block, Hints::default(), now),
            );
            prop_assert_eq!(&here.repeat, &there.repeat);
            prop_assert_eq!(here.ends, there.ends);
            prop_assert_eq!(here.unmatched_end, there.unmatched_end);
            prop_assert_eq!(calls.len(), other.len());
            if restart {
                calls = other;
            }
            take(&mut calls, &mut kept, &block, now);
        }
    }

    /// What is kept by another version, or damaged, is left out and breaks nothing.
    #[test]
    fn any_kept_bytes_are_read(key in ".{0,20}", value in proptest::collection::vec(any::<u8>(), 0..80)) {
        let mut calls = empty();
        let mut name = b"ward\0o".to_vec();
        name.extend_from_slice(key.as_bytes());
        let mut versioned = vec![VERSION];
        versioned.extend_from_slice(&value);
        for value in [value, versioned] {
            for sort in [OPEN, ENDED] {
                name[5] = sort;
                let state = KeptState { key: name.clone(), value: value.clone() };
                calls.restore(&[state], &DecodeOptions::lenient());
                let state = KeptState { key: [&name[..6], &[7; 16]].concat(), value: value.clone() };
                calls.restore(&[state], &DecodeOptions::lenient());
            }
        }
    }
}
