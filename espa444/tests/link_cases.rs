//! ESPA reference 17, the cases that are about the line, by number; the dialogues of 3.4; example S.

#![allow(clippy::unwrap_used)]

#[path = "support/driven.rs"]
mod driven;
mod support;

use driven::{Decide, Driven, Seen, call, line, quiet};
use espa444::link::{Accepted, Refusal, Role, State};
use espa444::{
    BlockBuf, CallStatus, DecodeOptions, FindingKind, Limits, Profile, RecordId, parity,
};
use support::{BCC_LOOKS_LIKE, block, example, hex};

const SELECT: &[u8] = b"\x041\x052\x05";

fn strict() -> Profile {
    let mut profile = Profile::STANDARD_1984;
    profile.timers.supervision = None;
    profile.timers.poll_interval = None;
    profile
}

#[test]
fn section_3_4_a_call_without_trouble() {
    let mut receiver = Driven::receiver();
    assert_eq!(receiver.feed(SELECT).sent(), [0x06]);
    assert_eq!(receiver.feed(&example('B')).sent(), [0x06]);
    assert_eq!(receiver.feed(b"\x04").sent(), b"");
    assert_eq!(receiver.blocks(), [example('B')]);
    assert_eq!(receiver.link.state(), State::Idle);

    let mut caller = Driven::caller();
    let id = caller.send(&call("TEST").as_block());
    assert_eq!(caller.sent(), SELECT);
    caller.feed(b"\x06").wait_ms(10);
    assert_eq!(caller.sent(), example('B'));
    assert_eq!(caller.feed(b"\x06").sent(), [0x04]);
    assert_eq!(caller.events(), [Seen::Delivered(id, true)]);
}

#[test]
fn section_3_4_polls_with_nothing_and_with_a_status_to_report() {
    let mut receiver = Driven::receiver();
    assert_eq!(receiver.feed(b"\x042\x05").sent(), [0x04]);
    let status = BlockBuf::status_information(&call("TEST").as_block(), CallStatus::PAGED).unwrap();
    let id = receiver.send(&status.as_block());
    assert_eq!(receiver.sent(), b"", "it waits for the poll");
    assert_eq!(receiver.feed(b"\x042\x05").sent(), b"1\x05");
    receiver.feed(b"\x06").wait_ms(10);
    assert_eq!(receiver.sent(), line(&status));
    assert_eq!(receiver.feed(b"\x06").sent(), [0x04]);
    assert_eq!(receiver.events(), [Seen::Delivered(id, true)]);

    let mut profile = quiet();
    profile.timers.poll_interval = Some(std::time::Duration::from_secs(1));
    let mut caller = Driven::caller_with(&profile);
    caller.wait_ms(1000);
    assert_eq!(caller.sent(), b"\x042\x05");
    assert_eq!(caller.feed(b"1\x05").sent(), [0x06]);
    assert_eq!(caller.feed(&line(&status)).sent(), [0x06]);
    assert_eq!(caller.feed(b"\x04").sent(), b"");
    assert_eq!(caller.blocks(), [line(&status)]);
    caller.wait_ms(1100);
    assert_eq!(caller.sent(), b"\x042\x05", "and polls on");
}

#[test]
fn section_3_4_a_bad_block_is_refused_and_taken_when_repeated() {
    let mut receiver = Driven::receiver();
    receiver.feed(SELECT).sent();
    let mut bad = example('B');
    bad[12] ^= 1;
    assert_eq!(receiver.feed(&bad).sent(), b"1\x15");
    assert_eq!(receiver.feed(&example('B')).sent(), [0x06]);
    receiver.feed(b"\x04");
    let events = receiver.events();
    assert_eq!(events[0], Seen::Refused("bcc"));
    assert!(
        matches!(&events[1], Seen::Block { raw, repeat: None, .. } if *raw == example('B')),
        "{events:?}"
    );
    assert_eq!(events.len(), 2);
}

#[test]
fn section_3_4_busy_at_the_select() {
    let mut receiver = Driven::receiver();
    receiver.link.set_busy(true);
    assert_eq!(receiver.feed(SELECT).sent(), b"2\x15");
    assert_eq!(receiver.feed(b"\x04").sent(), b"");
    assert_eq!(
        receiver.feed(b"\x042\x05").sent(),
        [0x04],
        "polls are answered"
    );
    receiver.link.set_busy(false);
    assert_eq!(receiver.feed(SELECT).sent(), [0x06]);
}

#[test]
fn section_13_example_s_byte_for_byte_on_both_sides() {
    let mut profile = quiet();
    profile.timers.poll_interval = Some(std::time::Duration::from_secs(5));
    let mut caller = Driven::caller_with(&profile);
    let mut receiver = Driven::new(Role::receiver(), &quiet());
    let mut merged = Vec::new();
    receiver.link.set_busy(true);
    caller.send(&call("TEST").as_block());
    let mut damaged = false;
    for step in 0..3000 {
        let mut bytes = caller.sent();
        if !bytes.is_empty() {
            if bytes.len() > 10 && !damaged {
                damaged = true;
                bytes[11] = 0x44;
                assert_eq!(
                    bytes,
                    hex("01 31 02 31 1F 33 31 1E 32 1F 54 44 53 54 03 39")
                );
            }
            merged.extend_from_slice(&bytes);
            receiver.feed(&bytes);
            if bytes == [0x04] {
                receiver.link.set_busy(false);
            }
        }
        let answer = receiver.sent();
        if !answer.is_empty() {
            merged.extend_from_slice(&answer);
            caller.feed(&answer);
        }
        if receiver
            .events
            .iter()
            .any(|e| matches!(e, Seen::Block { .. }))
        {
            receiver.events.clear();
            let status =
                BlockBuf::status_information(&call("TEST").as_block(), CallStatus::PAGED).unwrap();
            receiver.send(&status.as_block());
        }
        if caller
            .events
            .iter()
            .any(|e| matches!(e, Seen::Block { .. }))
            && step > 600
        {
            break;
        }
        caller.wait_ms(10);
        receiver.wait_ms(10);
    }
    assert_eq!(merged, hex(support::DIALOGUE));
    assert_eq!(caller.blocks().len(), 1);
}

#[test]
fn case_03_a_third_stations_block_with_any_bcc_does_not_end_watching() {
    for (_, dump) in BCC_LOOKS_LIKE {
        let mut receiver = Driven::receiver();
        receiver.feed(b"\x041\x053\x05").feed(&hex(dump));
        assert_eq!(receiver.link.state(), State::Watching);
        assert_eq!(receiver.feed(b"2\x05").sent(), b"", "still not ours");
        receiver.feed(b"\x04");
        assert_eq!(receiver.link.state(), State::Idle);
        assert_eq!(receiver.events(), []);
    }
}

#[test]
fn case_03_a_block_with_any_bcc_is_taken_and_acknowledged() {
    for (bcc, dump) in BCC_LOOKS_LIKE {
        let mut receiver = Driven::receiver();
        receiver.feed(SELECT).feed(&hex(dump)).feed(b"\x04");
        assert_eq!(receiver.sent(), [0x06, 0x06], "BCC {bcc:02X}");
        assert_eq!(receiver.blocks(), [hex(dump)]);
    }
}

#[test]
fn case_04_poll_against_select() {
    for profile in [strict(), Profile::FIELD] {
        let new = || Driven::new(Role::receiver(), &profile);
        assert_eq!(new().feed(b"\x042\x05").sent(), [0x04]);
        assert_eq!(new().feed(b"\x041\x052\x05").sent(), [0x06]);
        assert_eq!(new().feed(b"1\x052\x05").sent(), [0x06]);
    }
    let mut unknown = Driven::new(Role::receiver(), &strict());
    assert_eq!(unknown.feed(b"2\x05").sent(), b"");
    assert_eq!(unknown.link.state(), State::Unknown);
    // Only the first one is ambiguous: a poll would need an EOT before it.
    assert_eq!(unknown.feed(b"2\x05").sent(), [0x06]);
    let mut lenient = Driven::new(Role::receiver(), &Profile::FIELD);
    assert_eq!(lenient.feed(b"2\x05").sent(), [0x06]);
}

#[test]
fn case_04_ten_seconds_of_silence_make_the_unknown_state_idle() {
    let mut receiver = Driven::new(Role::receiver(), &strict());
    receiver.feed(b"2\x05").wait_ms(9_999);
    assert_eq!(receiver.link.state(), State::Unknown);
    receiver.wait_ms(1);
    assert_eq!(receiver.link.state(), State::Idle);
    assert_eq!(receiver.feed(b"2\x05").sent(), [0x04]);
}

#[test]
fn case_05_a_heartbeat_is_answered_and_gives_no_event() {
    let mut receiver = Driven::receiver();
    for _ in 0..50 {
        assert_eq!(receiver.feed(SELECT).sent(), [0x06]);
        receiver.wait_ms(30).feed(b"\x04").wait_ms(4970);
    }
    assert_eq!(receiver.events, []);
}

#[test]
fn case_06_after_a_lost_ack_the_repeat_is_acknowledged_and_marked() {
    let mut receiver = Driven::receiver();
    receiver.feed(SELECT).feed(&example('B')).sent();
    receiver.wait_ms(3000);
    assert_eq!(receiver.feed(&example('B')).sent(), [0x06]);
    receiver.feed(b"\x04");
    let events = receiver.events();
    let [
        Seen::Block {
            id, repeat: None, ..
        },
        Seen::Block {
            repeat: Some(repeat),
            ..
        },
    ] = &events[..]
    else {
        panic!("{events:?}");
    };
    assert_eq!(repeat.of, *id);
    assert!(repeat.same_transaction);

    // In a later transaction it is marked as such, and no more when the window is over.
    receiver.feed(SELECT).feed(&example('B')).feed(b"\x04");
    receiver.wait_ms(600_000);
    receiver.feed(SELECT).feed(&example('B')).feed(b"\x04");
    let repeats: Vec<_> = receiver
        .events()
        .into_iter()
        .filter_map(|event| match event {
            Seen::Block { repeat, .. } => Some(repeat.map(|repeat| repeat.same_transaction)),
            _ => None,
        })
        .collect();
    assert_eq!(repeats, [Some(false), None]);
}

#[test]
fn case_06_an_enquiry_in_slave_repeats_the_ack() {
    let mut receiver = Driven::receiver();
    assert_eq!(receiver.feed(SELECT).sent(), [0x06]);
    assert_eq!(receiver.wait_ms(3000).feed(b"2\x05").sent(), [0x06]);
    assert_eq!(receiver.feed(&example('B')).sent(), [0x06]);
}

#[test]
fn case_06_an_enquiry_behind_a_refused_block_repeats_the_nak_and_never_acknowledges_it() {
    for (refusal, nak) in [(Refusal::Busy, b"2\x15"), (Refusal::Invalid, b"3\x15")] {
        let mut receiver = Driven::receiver();
        receiver.decide = Decide::Refuse(refusal);
        receiver.feed(SELECT).feed(&example('B')).sent();
        assert_eq!(receiver.wait_ms(3000).feed(b"2\x05").sent(), nak);
    }
    let mut receiver = Driven::receiver();
    let mut bad = example('B');
    bad[12] ^= 1;
    receiver.feed(SELECT).feed(&bad).sent();
    assert_eq!(receiver.wait_ms(3000).feed(b"2\x05").sent(), b"1\x15");
    // The repeat is taken in the same transaction, and a new one begins as ever.
    assert_eq!(receiver.feed(&example('B')).sent(), [0x06]);
    assert_eq!(receiver.feed(b"2\x05").sent(), [0x06]);
    receiver.feed(&bad).feed(b"\x04").sent();
    assert_eq!(receiver.feed(SELECT).sent(), [0x06]);
}

#[test]
fn a_doubled_enquiry_gets_one_ack_for_a_second_would_answer_the_block() {
    let mut receiver = Driven::receiver();
    receiver.feed(SELECT).feed(b"\x05");
    assert_eq!(receiver.sent(), [0x06]);
    assert_eq!(receiver.link.state(), State::Ready);
}

#[test]
fn case_07_eot_in_every_state_and_in_the_middle_of_a_block() {
    let before: &[&[u8]] = &[
        b"",
        b"\x04",
        b"\x041\x05",
        b"\x041\x053\x05",
        SELECT,
        b"\x041\x052\x05\x011\x021\x1F3",
        b"\x041\x052\x05\x011\x02\x021\x1F3",
        b"\x041\x052\x051\x021\x1F3",
        b"\x041\x052\x05\x011\x021\x1F31\x1E2\x1FTEST\x03\x39",
        b"\x041\x052",
    ];
    for bytes in before {
        for decide in [Decide::Accept, Decide::Nothing] {
            let mut receiver = Driven::receiver();
            receiver.decide = decide;
            receiver.feed(bytes).feed(b"\x04");
            assert_eq!(receiver.link.state(), State::Idle, "{bytes:02X?}");
            receiver.sent();
            assert_eq!(receiver.feed(b"2\x05").sent(), [0x04], "{bytes:02X?}");
        }
    }
    // The BCC is not an EOT even there.
    let mut receiver = Driven::receiver();
    receiver.feed(SELECT).feed(b"\x011\x021\x1F31\x03\x04");
    assert_eq!(receiver.link.state(), State::Ready);
}

#[test]
fn case_07_eot_instead_of_an_answer_is_a_failed_call() {
    for to_the_block in [false, true] {
        let mut caller = Driven::caller();
        let id = caller.send(&call("TEST").as_block());
        if to_the_block {
            caller.feed(b"\x06").wait_ms(10);
        }
        caller.sent();
        caller.feed(b"\x04");
        assert_eq!(caller.link.state(), State::Idle);
        assert_eq!(caller.link.queued(), 1);
        caller.wait_ms(1100);
        assert_eq!(caller.sent(), SELECT);
        caller.feed(b"\x06").wait_ms(10).feed(b"\x06");
        assert_eq!(caller.events(), [Seen::Delivered(id, true)]);
        // EOT after the ACK is harmless.
        caller.feed(b"\x04");
        assert_eq!(caller.events(), []);
    }
}

#[test]
fn case_09_garbage_does_no_harm_and_the_next_good_call_is_taken() {
    let floods: &[Vec<u8>] = &[
        vec![0x00; 100_000],
        vec![0x02; 100_000],
        vec![0x01; 10_000],
        vec![0x05; 1_000],
        vec![0xFF; 100_000],
        b"2".repeat(10_000),
        [b"\x01".to_vec(), vec![b'x'; 1 << 20]].concat(),
        [b"\x011\x02".to_vec(), vec![0x1E; 1 << 20]].concat(),
        [b"\x021".to_vec(), vec![b'x'; 1 << 20]].concat(),
        (0..=255).cycle().take(10_000).collect(),
    ];
    for select_first in [false, true] {
        for flood in floods {
            let mut receiver = Driven::receiver();
            if select_first {
                receiver.feed(SELECT);
            }
            receiver.feed(flood).sent();
            receiver.events();
            receiver.feed(SELECT);
            assert_eq!(receiver.sent(), [0x06], "{:02X?}", &flood[..4]);
            receiver.feed(&example('A')).feed(b"\x04");
            assert_eq!(receiver.sent(), [0x06]);
            assert_eq!(receiver.blocks(), [example('A')]);
        }
    }
}

#[test]
fn case_09_a_block_that_never_ends_is_left_though_bytes_keep_coming() {
    let mut receiver = Driven::receiver();
    receiver.feed(SELECT).feed(b"\x011\x02").sent();
    for _ in 0..80 {
        receiver.wait_ms(500).feed(b"x");
    }
    assert_eq!(receiver.link.state(), State::Unknown);
    assert_eq!(receiver.events(), [Seen::Refused("too-large")]);
    assert_eq!(receiver.sent(), b"");
}

#[test]
fn case_11_parity_left_in_bit_7_is_answered_with_parity() {
    let mut receiver = Driven::receiver();
    let select = hex("84 B1 05 B2 05");
    assert_eq!(receiver.feed(&select).sent(), [0x06]);
    assert_eq!(receiver.feed(&example('P')).sent(), [0x06]);
    assert_eq!(receiver.feed(&[0x84]).sent(), b"");
    assert_eq!(receiver.feed(&[0x84, 0xB2, 0x05]).sent(), [0x84]);
    let status = BlockBuf::status_information(&call("TEST").as_block(), CallStatus::PAGED).unwrap();
    receiver.send(&status.as_block());
    assert_eq!(receiver.feed(&[0x84, 0xB2, 0x05]).sent(), [0xB1, 0x05]);
    receiver.feed(b"\x06").wait_ms(10);
    let mut with_parity = line(&status);
    parity::add(&mut with_parity);
    assert_eq!(receiver.sent(), with_parity);
    assert_eq!(receiver.findings(), [FindingKind::ParityInData]);
    assert_eq!(receiver.blocks(), [example('P')]);
    // A damaged block is refused with B1 95.
    receiver.feed(b"\x06").feed(&select).sent();
    let mut bad = example('P');
    bad[12] ^= 0x03;
    assert_eq!(receiver.feed(&bad).sent(), [0xB1, 0x95]);
}

#[test]
fn case_12_blocks_of_170_179_and_2048_bytes() {
    let records = |last: &str| {
        let text = "x".repeat(128);
        format!(
            "1\x021\x1F0123456789ABCDEF\x1E2\x1F{text}\x1E3\x1F1\x1E4\x1F3\x1E5\x1F1\x1E6\x1F1{last}"
        )
    };
    for (body, length) in [(records(""), 170), (records("\x1E7\x1F72\x1E8\x1F1"), 179)] {
        let bytes = block(body.as_bytes());
        assert_eq!(bytes.len(), length);
        let mut receiver = Driven::receiver();
        receiver.feed(SELECT).feed(&bytes).feed(b"\x04");
        assert_eq!(receiver.sent(), [0x06, 0x06]);
        assert_eq!(receiver.blocks(), [bytes]);
    }
    let large = block(format!("1\x021\x1F31\x1E5\x1F{}", "x".repeat(2048 - 12)).as_bytes());
    assert_eq!(large.len(), 2048);
    let mut profile = Profile::FIELD;
    profile.decode = DecodeOptions::lenient().with_limits(Limits {
        block: 2048,
        ..Limits::LENIENT
    });
    let mut wide = Driven::new(Role::receiver(), &profile);
    wide.feed(SELECT).feed(&large);
    assert_eq!(wide.sent(), [0x06, 0x06]);
    let mut narrow = Driven::receiver();
    narrow.feed(SELECT).feed(&large);
    assert_eq!(narrow.sent(), b"\x063\x15");
    assert_eq!(narrow.events(), [Seen::Refused("too-large")]);
}

#[test]
fn case_12_a_block_that_stops_is_refused_and_the_station_stays_selected() {
    for part in [&b"\x011\x021\x1F3"[..], b"\x011\x021\x1F31\x03"] {
        let mut receiver = Driven::receiver();
        receiver.feed(SELECT).feed(part).sent();
        receiver.wait_ms(999);
        assert_eq!(receiver.sent(), b"");
        receiver.wait_ms(1);
        assert_eq!(receiver.sent(), b"1\x15");
        assert_eq!(receiver.feed(&example('B')).sent(), [0x06]);
    }
}

/// Bytes and pauses of a whole session, in pieces.
fn session(pieces: impl Fn(&[u8]) -> Vec<Vec<u8>>) -> (Vec<u8>, Vec<Seen>) {
    let mut capture = Vec::new();
    for letter in ['A', 'B', 'I', 'J', 'M', 'Q'] {
        capture.extend_from_slice(SELECT);
        capture.extend(example(letter));
        capture.extend_from_slice(b"\r\n\x04\x042\x05");
    }
    let mut bad = example('A');
    bad[9] ^= 2;
    capture.extend_from_slice(SELECT);
    capture.extend(bad);
    capture.extend(example('A'));
    capture.extend_from_slice(b"\x04\x041\x053\x05");
    capture.extend(example('R'));
    capture.extend_from_slice(b"\x04");
    let mut receiver = Driven::receiver();
    for piece in pieces(&capture) {
        receiver.feed(&piece);
    }
    (receiver.sent(), receiver.events.clone())
}

#[test]
fn case_13_whole_byte_by_byte_and_split_at_every_byte_the_same_happens() {
    let whole = session(|all| vec![all.to_vec()]);
    let blocks = whole.1.iter().filter(|e| matches!(e, Seen::Block { .. }));
    assert_eq!(blocks.count(), 7);
    assert_eq!(whole, session(|all| all.iter().map(|&b| vec![b]).collect()));
    let length = 400;
    for at in 0..length {
        let split = session(|all| {
            let (left, right) = all.split_at(at.min(all.len()));
            vec![left.to_vec(), right.to_vec()]
        });
        assert_eq!(whole, split, "split at {at}");
    }
}

#[test]
fn case_13_poll_select_and_block_in_one_read_or_with_long_pauses() {
    let all = [SELECT, &example('B'), b"\x04"].concat();
    let mut at_once = Driven::receiver();
    assert_eq!(at_once.feed(&all).sent(), [0x06, 0x06]);
    assert_eq!(at_once.blocks(), [example('B')]);
    let mut slowly = Driven::receiver();
    for byte in &all {
        slowly.feed(&[*byte]).wait_ms(900);
    }
    assert_eq!(slowly.sent(), [0x06, 0x06]);
    assert_eq!(slowly.blocks(), [example('B')]);
}

#[test]
fn case_14_listen_only_sends_not_a_single_byte() {
    let mut busy = Driven::new(Role::listener(), &Profile::FIELD);
    busy.link.set_busy(true);
    let stations = [
        Driven::new(Role::receiver(), &Profile::LISTEN_ONLY),
        Driven::new(Role::receiver(), &Profile::NO_ACK_PANEL),
        Driven::new(Role::listener(), &Profile::FIELD),
    ];
    for mut listener in stations {
        for decide in [Decide::Accept, Decide::Nothing] {
            listener.decide = decide;
            // A crude master: BCC and EOT together.
            listener.feed(&[SELECT, &example('B'), b"\x04"].concat());
            listener.feed(b"\x042\x05").wait_ms(1000);
            listener.feed(SELECT).feed(b"\x011\x021\x1F31\x03\x00\x04");
            listener.feed(SELECT).feed(b"\x011\x021").wait_ms(100_000);
            listener.feed(&vec![0x55; 5000]).byte_error();
            assert_eq!(listener.sent(), b"");
            assert_eq!(listener.blocks(), [example('B')]);
        }
        let refused = listener.link.send(listener.now, &call("x").as_block());
        assert_eq!(refused, Err(espa444::link::SendError::ListenOnly));
    }
    busy.feed(SELECT).feed(&example('B'));
    assert_eq!(busy.sent(), b"");
}

#[test]
fn section_5_nothing_is_acknowledged_before_the_application_has_accepted() {
    let mut receiver = Driven::receiver();
    receiver.decide = Decide::Nothing;
    receiver.feed(SELECT).sent();
    assert_eq!(receiver.feed(&example('B')).sent(), b"");
    assert_eq!(receiver.link.state(), State::Deciding);
    receiver.wait_ms(499);
    assert_eq!(receiver.sent(), b"");
    receiver.wait_ms(1);
    assert_eq!(receiver.sent(), b"2\x15");
    let events = receiver.events();
    let [Seen::Block { id, .. }, Seen::Undecided(same)] = events[..] else {
        panic!("{events:?}");
    };
    assert_eq!(id, same);
    // While the application holds it, the link is busy, but it answers.
    receiver.feed(b"\x04").feed(SELECT);
    assert_eq!(receiver.sent(), b"2\x15");
    receiver.feed(b"\x04");
    assert_eq!(receiver.feed(b"\x042\x05").sent(), [0x04]);
    // Accepted late: the repeat is acknowledged at once, and marked.
    assert_eq!(receiver.link.accept(receiver.now, id), Ok(Accepted::Late));
    assert!(receiver.link.accept(receiver.now, id).is_err());
    receiver.feed(SELECT).feed(&example('B'));
    assert_eq!(receiver.sent(), [0x06, 0x06]);
    let events = receiver.events();
    let [
        Seen::Block {
            accepted: true,
            repeat: Some(repeat),
            ..
        },
    ] = &events[..]
    else {
        panic!("{events:?}");
    };
    assert_eq!(repeat.of, id);
}

#[test]
fn section_5_a_block_repeated_while_it_is_decided_is_not_handed_out_twice() {
    let mut receiver = Driven::receiver();
    receiver.decide = Decide::Nothing;
    receiver.feed(SELECT).feed(&example('B')).wait_ms(600);
    receiver.feed(&example('B'));
    let events = receiver.events();
    let [Seen::Block { id, .. }, Seen::Undecided(_)] = events[..] else {
        panic!("{events:?}");
    };
    receiver.sent();
    let answer = receiver.link.accept(receiver.now, id);
    assert_eq!(answer, Ok(Accepted::Acknowledged));
    assert_eq!(receiver.sent(), [0x06]);
}

#[test]
fn case_02_a_block_cut_by_a_damaged_character_is_doubted() {
    // Example A with a character become ETX, and the one behind it the BCC that fits.
    let mut receiver = Driven::receiver();
    let cut = block(b"1\x021\x1F208\x1E2\x1FBRANN SLOYFE ");
    receiver
        .feed(SELECT)
        .feed(&cut)
        .feed(b"DET 17\x1E3\x1F2\x03\x2C");
    let events = receiver.events();
    let [Seen::Block { id, .. }, Seen::Doubtful(same)] = events[..] else {
        panic!("{events:?}");
    };
    assert_eq!(id, same);
}

#[test]
fn a_call_with_text_for_the_screen_of_an_unknown_header_is_refused_or_ignored_by_profile() {
    let licence = block(b"7\x021\x1F1");
    let mut ascom = Driven::new(Role::receiver(), &Profile::ASCOM);
    ascom.feed(SELECT).feed(&licence);
    assert_eq!(ascom.sent(), b"\x063\x15");
    let request = {
        let mut request = BlockBuf::new(espa444::Header::STATUS_REQUEST).unwrap();
        request.push(RecordId::CALL_ADDRESS, b"31").unwrap();
        line(&request)
    };
    let mut dect = Driven::new(Role::receiver(), &Profile::DECT_MESSENGER);
    dect.feed(SELECT).feed(&request).feed(&example('B'));
    assert_eq!(dect.sent(), [0x06, 0x06, 0x06]);
    assert!(matches!(
        dect.events()[..],
        [Seen::Ignored, Seen::Block { .. }]
    ));
}
