//! The rules of ESPA reference 11 about the line, row by row; those about blocks are in
//! `section_11.rs`. And what is found to be wrong with a line.

#![allow(clippy::unwrap_used)]

#[path = "support/driven.rs"]
mod driven;
mod support;

use std::time::Duration;

use driven::{Driven, Seen, call, line, quiet};
use espa444::link::{Link, Role, State};
use espa444::profile::{LineEnd, Tolerance};
use espa444::{Address, DecodeOptions, FindingKind, Profile, Time};
use support::{block, example};

const SELECT: &[u8] = b"\x041\x052\x05";

fn with(change: impl Fn(&mut Tolerance)) -> Driven {
    let mut profile = quiet();
    change(&mut profile.tolerance);
    Driven::new(Role::receiver(), &profile)
}

fn missing_bcc() -> Driven {
    let mut profile = quiet();
    profile.decode = DecodeOptions::lenient().accepting_missing_bcc();
    Driven::new(Role::receiver(), &profile)
}

/// Selects, sends these bytes, and accepts what came of them only then.
fn accepted_behind(receiver: &mut Driven, bytes: &[u8]) -> Option<espa444::link::Accepted> {
    receiver.decide = driven::Decide::Nothing;
    receiver.feed(SELECT).feed(bytes);
    let Some(Seen::Block { id, .. }) = receiver.events().pop() else {
        panic!("no block");
    };
    receiver.link.accept(receiver.now, id).ok()
}

#[test]
fn bcc_missing_and_nothing_follows() {
    let bytes = example('B');
    let cut = &bytes[..bytes.len() - 1];
    let mut off = Driven::receiver();
    for _ in 0..2 {
        off.feed(SELECT).feed(cut).wait_ms(1000).feed(b"\x04");
    }
    assert_eq!(off.sent(), b"\x061\x15\x061\x15");
    assert!(off.findings().contains(&FindingKind::BccMissing));
    let mut on = missing_bcc();
    on.feed(SELECT).feed(cut).wait_ms(1000);
    assert_eq!(on.sent(), [0x06, 0x06]);
    assert_eq!(on.blocks(), [cut]);
}

#[test]
fn bcc_missing_and_eot_follows() {
    let bytes = example('B');
    let cut = [&bytes[..bytes.len() - 1], b"\x04"].concat();
    let mut off = Driven::receiver();
    off.feed(SELECT).feed(&cut);
    assert_eq!(off.sent(), b"\x061\x15");
    assert_eq!(off.link.state(), State::Ready, "the EOT was the BCC");
    let mut on = missing_bcc();
    on.feed(SELECT).feed(&cut);
    assert_eq!(on.link.state(), State::Idle);
    assert_eq!(on.blocks(), [&bytes[..bytes.len() - 1]]);
    // Whoever sends EOT with the block waits for no answer: the next equal call is one of its own.
    let accepted = accepted_behind(&mut on, &cut);
    assert_eq!(accepted, Some(espa444::link::Accepted::NoAnswers));
    on.decide = driven::Decide::Accept;
    on.sent();
    assert_eq!(on.feed(SELECT).feed(&cut).sent(), [0x06], "to the select");
    let events = on.events();
    assert!(
        matches!(
            events[..],
            [Seen::Block {
                accepted: false,
                ..
            }]
        ),
        "{events:?}"
    );
    // An EOT that is the right BCC is one all the same.
    let four = support::hex("01 31 02 31 1F 33 31 1E 32 1F 44 45 54 20 31 35 5A 03 04");
    let mut on = missing_bcc();
    on.feed(SELECT).feed(&four);
    assert_eq!(on.sent(), [0x06, 0x06]);
    assert_eq!(on.link.state(), State::Ready);
}

#[test]
fn line_ends_nul_and_blanks_between_blocks_are_ignored() {
    let mut receiver = Driven::new(Role::receiver(), &Profile::STANDARD_1984);
    let bytes = [
        b"\r\n\x04 \x001\x05\r\n2\x05\0\0",
        &example('B')[..],
        b"\r\n \x04\r\n2\x05",
    ];
    receiver.feed(&bytes.concat());
    assert_eq!(receiver.sent(), [0x06, 0x06, 0x04]);
    assert_eq!(receiver.events().len(), 1);
}

#[test]
fn a_block_without_soh_in_slave_is_refused_after_etx_and_one_byte() {
    let mut receiver = with(|_| ());
    let bytes = example('B');
    receiver.feed(SELECT).feed(&bytes[1..bytes.len() - 1]);
    assert_eq!(receiver.sent(), [0x06]);
    receiver.feed(&bytes[bytes.len() - 1..]);
    assert_eq!(receiver.sent(), b"1\x15");
    assert_eq!(receiver.link.state(), State::Ready);
    receiver.feed(&bytes[1..]);
    assert_eq!(receiver.findings(), [FindingKind::BlockWithoutStart]);
    assert_eq!(receiver.sent(), b"1\x15");
    // One caller leaves out the BCC as well, and waits.
    receiver.feed(&bytes[1..bytes.len() - 1]).wait_ms(1000);
    assert_eq!(receiver.sent(), b"1\x15");
    assert_eq!(receiver.feed(&bytes).sent(), [0x06]);

    let mut strict = with(|tolerance| tolerance.refuse_block_without_start = false);
    strict.feed(SELECT).feed(&bytes[1..]);
    assert_eq!(strict.sent(), [0x06]);
}

#[test]
fn soh_without_select() {
    let mut off = with(|_| ());
    off.feed(b"\x04").feed(&example('B')).feed(&example('B'));
    assert_eq!(off.sent(), b"");
    assert_eq!(off.blocks(), Vec::<Vec<u8>>::new());
    assert_eq!(off.findings(), [FindingKind::BlockWithoutSelect]);
    for before in [&b""[..], b"\x04", b"\x041\x05"] {
        let mut on = with(|tolerance| tolerance.block_without_select = true);
        on.feed(before).feed(&example('B'));
        assert_eq!(on.sent(), [0x06]);
        assert_eq!(on.blocks(), [example('B')]);
    }
}

#[test]
fn bare_enquiry() {
    assert_eq!(with(|_| ()).feed(b"\x04\x05").sent(), b"");
    let mut on = with(|tolerance| tolerance.bare_enquiry = true);
    assert_eq!(
        on.feed(b"\x04\x05").feed(&example('B')).sent(),
        [0x06, 0x06]
    );
}

#[test]
fn select_directly_after_eot() {
    assert_eq!(with(|_| ()).feed(b"\x042\x05").sent(), [0x04]);
    let mut on = with(|tolerance| tolerance.single_enquiry_select = true);
    on.feed(b"\x042\x05").feed(&example('B'));
    assert_eq!(on.sent(), [0x06, 0x06]);
}

#[test]
fn a_poll_of_an_address_that_is_not_ours_is_not_answered() {
    let mut receiver = with(|_| ());
    for _ in 0..20 {
        receiver.feed(b"\x043\x05");
    }
    assert_eq!(receiver.sent(), b"");
    assert_eq!(receiver.findings(), [FindingKind::WrongAddress]);
    // On a line with many stations nothing is wrong as long as we are among them.
    let mut receiver = with(|_| ());
    for _ in 0..20 {
        receiver.feed(b"\x043\x05\x044\x05\x042\x05");
    }
    assert_eq!(receiver.findings(), []);
}

#[test]
fn an_enquiry_after_a_long_pause_is_a_poll_where_eot_is_not_heard() {
    let mut off = with(|_| ());
    off.feed(b"\x041\x05").wait_ms(1500);
    assert_eq!(off.feed(b"2\x05").sent(), [0x06]);
    let mut on = with(|tolerance| tolerance.pause_makes_poll = Some(Duration::from_secs(1)));
    on.feed(b"\x041\x05").wait_ms(900);
    assert_eq!(on.feed(b"2\x05").sent(), [0x06]);
    on.feed(&example('B')).sent();
    on.wait_ms(1500);
    assert_eq!(on.feed(b"2\x05").sent(), [0x04]);
}

#[test]
fn a_slave_that_ends_by_itself_after_its_ack_does_no_harm() {
    let mut caller = Driven::caller();
    let id = caller.send(&call("TEST").as_block());
    caller.feed(b"\x06").wait_ms(10).feed(b"\x06\x04");
    assert_eq!(caller.events(), [Seen::Delivered(id, true)]);
    caller.wait_ms(60_000);
    assert_eq!(caller.events(), []);
}

#[test]
fn prefixes_before_ack_and_eot_are_ignored() {
    let mut caller = Driven::caller();
    let id = caller.send(&call("TEST").as_block());
    caller.feed(b"2\x06").wait_ms(10).feed(b"1\x06");
    assert_eq!(caller.events(), [Seen::Delivered(id, true)]);
    let mut receiver = with(|_| ());
    assert_eq!(receiver.feed(b"1\x042\x05").sent(), [0x04]);
}

#[test]
fn nak_without_prefix_to_a_select_is_not_ready() {
    for nak in [&b"\x15"[..], b"1\x15", b"3\x15", b"7\x15"] {
        let mut caller = Driven::caller();
        caller.send(&call("TEST").as_block());
        caller.sent();
        assert_eq!(caller.feed(nak).sent(), [0x04]);
        assert_eq!(caller.link.queued(), 1);
    }
}

#[test]
fn addresses_of_several_characters_where_they_are_configured() {
    let own = Address::new(b"PAGER2").unwrap();
    let role = Role::receiver().with_address(own);
    let mut receiver = Driven::new(role, &quiet());
    assert_eq!(receiver.feed(b"\x04PAGER2\x05").sent(), [0x04]);
    assert_eq!(receiver.feed(b"\x041\x05PAGER2\x05").sent(), [0x06]);
    let mut caller = Driven::new(Role::caller().with_remote(own), &quiet());
    caller.sent();
    caller.send(&call("TEST").as_block());
    assert_eq!(caller.sent(), b"\x041\x05PAGER2\x05");
    // Where they are not, only the character before ENQ counts.
    assert_eq!(with(|_| ()).feed(b"\x04xx2\x05").sent(), [0x06]);
}

#[test]
fn a_line_end_behind_the_bcc_is_a_setting() {
    for (line_end, bytes) in [
        (LineEnd::CarriageReturn, &b"\r"[..]),
        (LineEnd::CarriageReturnLineFeed, b"\r\n"),
    ] {
        let mut profile = quiet();
        profile.sending.line_end = line_end;
        let mut caller = Driven::caller_with(&profile);
        caller.send(&call("TEST").as_block());
        caller.sent();
        caller.feed(b"\x06").wait_ms(10);
        assert_eq!(caller.sent(), [&line(&call("TEST")), bytes].concat());
    }
}

#[test]
fn a_caller_may_leave_out_the_poll_of_itself() {
    let mut profile = quiet();
    profile.sending.own_poll = false;
    let mut caller = Driven::caller_with(&profile);
    caller.send(&call("TEST").as_block());
    assert_eq!(caller.sent(), b"\x042\x05");
}

#[test]
fn a_caller_that_ignores_negative_answers_is_found() {
    let mut receiver = with(|_| ());
    receiver.link.set_busy(true);
    for _ in 0..3 {
        receiver.feed(SELECT).feed(&example('B')).feed(b"\x04");
    }
    assert_eq!(receiver.findings(), [FindingKind::NakIgnored]);
    let mut receiver = with(|_| ());
    let mut bad = example('B');
    bad[9] ^= 1;
    for _ in 0..3 {
        receiver.feed(SELECT).feed(&bad).feed(b"\x04");
    }
    assert_eq!(receiver.findings(), [FindingKind::NakIgnored]);
}

#[test]
fn transactions_without_eot_are_found_and_taken() {
    let mut receiver = with(|_| ());
    for letter in ['A', 'B', 'J'] {
        receiver.feed(b"1\x052\x05").feed(&example(letter));
    }
    assert_eq!(receiver.sent(), [0x06; 6]);
    assert_eq!(receiver.blocks().len(), 3);
    assert_eq!(receiver.findings(), [FindingKind::EotMissing]);
}

#[test]
fn a_wrong_baud_rate_is_found_by_garbage_or_by_framing_errors() {
    let mut receiver = with(|_| ());
    for at in 0..30_u8 {
        receiver.feed(&[0x80 | at, 0xFF]).wait_ms(100);
    }
    assert_eq!(receiver.findings(), [FindingKind::Garbage]);
    assert!(receiver.link.diagnosis().evidence(FindingKind::Garbage) >= 24);
    let mut receiver = with(|_| ());
    for _ in 0..8 {
        receiver.byte_error().wait_ms(1100);
    }
    assert_eq!(receiver.findings(), [FindingKind::FramingErrors]);
}

#[test]
fn a_sound_line_gives_no_finding() {
    let mut receiver = Driven::receiver();
    for letter in ['A', 'B', 'C', 'H', 'I', 'J', 'K', 'L', 'N', 'Q', 'R'] {
        receiver.feed(SELECT).feed(&example(letter)).feed(b"\x04");
        receiver.wait_ms(1000).feed(b"\x042\x05").wait_ms(1000);
        receiver
            .feed(b"\x041\x053\x05")
            .feed(&block(b"1\x021\x1F3"));
        receiver.feed(b"\x04");
    }
    assert_eq!(receiver.findings(), []);
}

#[test]
fn defaults_of_a_profile_stand_for_missing_records() {
    let profile = Profile::DECT_MESSENGER;
    let call = call("TEST");
    let block = call.as_block();
    assert_eq!(
        profile.defaults.priority(&block),
        Some(espa444::Priority::NORMAL)
    );
    assert_eq!(
        profile.defaults.call_address(&block),
        block.call_address(),
        "what is there counts"
    );
    for profile in Profile::ALL {
        assert_eq!(Profile::named(profile.name), Some(*profile));
    }
}

#[test]
fn a_doubled_ack_to_a_block_is_not_taken_for_the_answer_to_the_next_select() {
    let mut profile = quiet();
    profile.sending.blocks_per_transaction = 1;
    let mut caller = Driven::caller_with(&profile);
    caller.wait_ms(100);
    let ids = ["FIRST", "SECOND"].map(|text| caller.send(&call(text).as_block()));
    caller.sent();
    caller.feed(b"\x06").wait_ms(10);
    assert_eq!(caller.sent(), line(&call("FIRST")));
    caller.wait_ms(20).feed(b"\x06");
    assert_eq!(
        caller.sent(),
        b"\x04",
        "and no select before the line is quiet"
    );
    caller.wait(Duration::from_micros(1042)).feed(b"\x06");
    caller.wait_ms(10);
    assert_eq!(caller.sent(), b"\x041\x052\x05");
    // The block waits for an answer to the select.
    caller.wait_ms(100);
    assert_eq!(caller.sent(), b"");
    caller.feed(b"\x06").wait_ms(30);
    assert_eq!(caller.sent(), line(&call("SECOND")));
    assert_eq!(caller.events(), [Seen::Delivered(ids[0], true)]);
}

#[test]
fn answers_that_wait_for_the_turn_of_the_line_are_due_when_it_comes() {
    let mut profile = quiet();
    profile.line.turnaround = Duration::from_millis(2);
    let mut link = Link::new(Role::receiver(), &profile, Time::ZERO);
    let mut taken = 0;
    // As many selects as the answers find room for.
    for _ in 0..200 {
        taken = link.handle_bytes(Time::ZERO, b"1\x052\x05");
        while link.poll_event().is_some() {}
        if taken < 4 {
            break;
        }
    }
    assert!(taken < 4, "there is always room");
    let due = link
        .poll_timeout()
        .expect("it says when there is room again");
    assert_eq!(due, Time::from_millis(2));
    link.handle_timeout(due);
    assert!(link.poll_transmit(&mut [0; 96]) > 0);
}
