//! The error matrix of ESPA reference 12, row by row, and the timers of section 5.

#![allow(clippy::unwrap_used)]

#[path = "support/driven.rs"]
mod driven;
mod support;

use std::time::Duration;

use driven::{Decide, Driven, Seen, call, line, quiet, urgent};
use espa444::link::{FailureReason, Refusal, Role, SendError, State};
use espa444::{Address, FindingKind, Priority, Profile};
use support::example;

const SELECT: &[u8] = b"\x041\x052\x05";

/// A caller whose block has just gone out.
fn sending() -> (Driven, espa444::link::CallId) {
    let mut caller = Driven::caller();
    let id = caller.send(&call("TEST").as_block());
    assert_eq!(caller.sent(), SELECT);
    caller.feed(b"\x06").wait_ms(10);
    assert_eq!(caller.sent(), example('B'));
    (caller, id)
}

fn polling() -> Profile {
    let mut profile = quiet();
    profile.timers.poll_interval = Some(Duration::from_secs(1));
    profile
}

#[test]
fn row_01_bcc_error_the_slave_refuses_and_stays_selected() {
    let mut receiver = Driven::receiver();
    let mut bad = example('B');
    *bad.last_mut().unwrap() ^= 1;
    receiver.feed(SELECT).feed(&bad);
    assert_eq!(receiver.sent(), b"\x061\x15");
    assert_eq!(receiver.link.state(), State::Ready);
    for _ in 0..4 {
        receiver.feed(&bad);
    }
    assert_eq!(receiver.findings(), [FindingKind::BccErrors]);
}

#[test]
fn row_02_a_character_error_in_a_block_is_as_a_bcc_error() {
    let bytes = example('B');
    for at in 1..bytes.len() {
        let mut receiver = Driven::receiver();
        receiver.feed(SELECT).feed(&bytes[..at]).byte_error();
        receiver.feed(&bytes[at + 1..]).wait_ms(1000);
        assert_eq!(receiver.sent(), b"\x061\x15", "byte {at}");
        assert_eq!(receiver.blocks(), Vec::<Vec<u8>>::new());
        receiver.feed(&bytes);
        assert_eq!(receiver.blocks(), [bytes.as_slice()]);
    }
}

#[test]
fn row_02_a_character_error_in_an_answer_is_no_answer() {
    let (mut caller, id) = sending();
    caller.byte_error();
    assert_eq!(caller.sent(), b"");
    caller.wait_ms(3100);
    assert_eq!(caller.sent(), example('B'));
    caller.feed(b"\x06");
    assert_eq!(caller.events(), [Seen::Delivered(id, true)]);
}

#[test]
fn row_03_a_block_stops_time_out_nak_stay_selected_then_idle() {
    let mut receiver = Driven::receiver();
    receiver.feed(SELECT).feed(b"\x011\x021").sent();
    receiver.wait_ms(1000);
    assert_eq!(receiver.sent(), b"1\x15");
    assert_eq!(receiver.link.state(), State::Ready);
    receiver.wait_ms(10_000);
    assert_eq!(receiver.link.state(), State::Idle);

    // A control station that is slave takes the line back with EOT.
    let mut owner = Driven::caller_with(&polling());
    owner
        .wait_ms(1000)
        .feed(b"1\x05")
        .feed(b"\x012\x021")
        .sent();
    owner.wait_ms(1000);
    assert_eq!(owner.sent(), b"1\x15");
    owner.wait_ms(10_000);
    assert!(owner.sent().starts_with(&[0x04]));
}

#[test]
fn row_04_a_full_queue_is_busy_at_select_if_known_and_else_after_the_block() {
    let mut receiver = Driven::receiver();
    receiver.decide = Decide::Refuse(Refusal::Busy);
    receiver.feed(SELECT).feed(&example('B'));
    assert_eq!(receiver.sent(), b"\x062\x15");
    // What was refused is no repeat when it comes again.
    receiver.decide = Decide::Accept;
    receiver.feed(b"\x04").feed(SELECT).feed(&example('B'));
    let events = receiver.events();
    assert!(
        matches!(events[1], Seen::Block { repeat: None, .. }),
        "{events:?}"
    );
    receiver.sent();
    receiver.feed(b"\x04").link.set_busy(true);
    assert_eq!(receiver.feed(SELECT).sent(), b"2\x15");
    let mut invalid = Driven::receiver();
    invalid.decide = Decide::Refuse(Refusal::Invalid);
    invalid.feed(SELECT).feed(&example('B'));
    assert_eq!(invalid.sent(), b"\x063\x15");
}

#[test]
fn row_05_no_answer_to_select_eot_and_the_call_stays_queued() {
    let mut caller = Driven::caller();
    let id = caller.send(&call("TEST").as_block());
    caller.sent();
    caller.wait_ms(3010);
    assert_eq!(caller.sent(), [0x04]);
    assert_eq!(caller.link.queued(), 1);
    // 1 s, then double up to 30 s; reported after three.
    let mut pauses = Vec::new();
    for _ in 0..7 {
        let start = caller.now;
        while caller.sent().is_empty() {
            caller.wait_ms(10);
        }
        pauses.push((caller.now.since(start).as_millis() + 500) / 1000);
        caller.wait_ms(3010).sent();
    }
    assert_eq!(pauses, [1, 2, 4, 8, 16, 30, 30]);
    let failing = |count| Seen::Failing(id, FailureReason::NoAnswerToSelect, count);
    assert_eq!(caller.events(), [failing(3), failing(6)]);
    assert!(caller.link.cancel(id));
    assert_eq!(caller.link.queued(), 0);
}

#[test]
fn row_06_busy_to_select_eot_and_retry_after_a_delay_that_doubles() {
    let mut caller = Driven::caller();
    let id = caller.send(&call("TEST").as_block());
    for seconds in [1, 2, 4, 8, 16, 30, 30] {
        assert_eq!(caller.sent(), SELECT);
        assert_eq!(caller.feed(b"2\x15").sent(), [0x04]);
        caller.wait_ms(seconds * 1000 - 1);
        assert_eq!(caller.sent(), b"");
        caller.wait_ms(1);
    }
    caller.feed(b"\x06").wait_ms(10).feed(b"\x06");
    let busy = |count| Seen::Failing(id, FailureReason::Busy, count);
    assert_eq!(
        caller.events(),
        [busy(3), busy(6), Seen::Delivered(id, true)]
    );
}

#[test]
fn row_07_no_answer_to_block_repeat_then_eot() {
    let (mut caller, _) = sending();
    for _ in 0..2 {
        caller.wait_ms(3020);
        assert_eq!(caller.sent(), example('B'));
    }
    caller.wait_ms(3020);
    assert_eq!(caller.sent()[0], 0x04);
    assert_eq!(caller.link.queued(), 1);
}

#[test]
fn row_08_transmission_error_to_block_repeat_then_eot() {
    for nak in [&b"1\x15"[..], b"\x15", b"9\x15"] {
        let (mut caller, _) = sending();
        for _ in 0..2 {
            caller.feed(nak).wait_ms(10);
            assert_eq!(caller.sent(), example('B'));
        }
        assert_eq!(caller.feed(nak).sent(), [0x04]);
        assert_eq!(caller.link.queued(), 1);
        caller.wait_ms(1000);
        assert_eq!(caller.sent(), SELECT, "in a later transaction");
    }
}

#[test]
fn row_08_busy_to_block_eot_and_later() {
    let (mut caller, _) = sending();
    assert_eq!(caller.feed(b"2\x15").sent(), [0x04]);
    caller.wait_ms(999);
    assert_eq!(caller.sent(), b"");
    caller.wait_ms(1);
    assert_eq!(caller.sent(), SELECT);
}

#[test]
fn row_09_invalid_is_reported_and_not_repeated() {
    let (mut caller, id) = sending();
    assert_eq!(caller.feed(b"3\x15").sent(), [0x04]);
    assert_eq!(
        caller.events(),
        [Seen::Failed(id, FailureReason::InvalidMessage, 1)]
    );
    caller.wait_ms(100_000);
    assert_eq!(caller.sent(), b"");
    assert_eq!(caller.link.queued(), 0);
}

#[test]
fn row_10_eot_while_waiting_drops_the_half_block_or_fails_the_call() {
    let mut receiver = Driven::receiver();
    receiver.feed(SELECT).feed(b"\x011\x021\x1F3\x04");
    assert_eq!(receiver.link.state(), State::Idle);
    assert_eq!(receiver.sent(), [0x06]);
    assert_eq!(receiver.events(), []);
    let (mut caller, _) = sending();
    caller.feed(b"\x04");
    assert_eq!(caller.link.state(), State::Idle);
    assert_eq!(caller.link.queued(), 1);
}

#[test]
fn row_11_an_ack_that_nobody_asked_for_is_ignored() {
    let mut receiver = Driven::receiver();
    for bytes in [&b"\x06"[..], b"\x04\x06", b"1\x05\x06"] {
        receiver.feed(bytes);
    }
    assert_eq!(receiver.feed(b"2\x05").sent(), [0x06]);
    let mut caller = Driven::caller();
    caller.feed(b"\x06\x06");
    caller.send(&call("TEST").as_block());
    // A doubled ACK to the select is none to the block.
    caller.sent();
    caller.feed(b"\x06\x06").wait_ms(10);
    assert_eq!(caller.sent(), example('B'));
    assert_eq!(caller.link.queued(), 1);
}

#[test]
fn row_12_no_reply_to_poll_eot_next_station_park_after_misses() {
    let addresses = [b"2", b"3", b"4"].map(|a| Address::new(a).unwrap());
    let role = Role::control_station(Address::CALLER, &addresses);
    let mut owner = Driven::new(role, &polling());
    assert_eq!(owner.sent(), [0x04]);
    let mut polled = Vec::new();
    // Station 3 is dead; the others have nothing.
    for _ in 0..40_000 {
        owner.wait_ms(10);
        let sent = owner.sent();
        if sent.len() == 3 {
            polled.push(sent[1]);
            if sent[1] != b'3' {
                owner.feed(b"\x04");
            }
        } else if !sent.is_empty() {
            assert_eq!(sent, [0x04], "after a miss");
        }
        if polled.len() == 20 {
            break;
        }
    }
    assert_eq!(&polled[..9], b"342342342");
    assert_eq!(&polled[9..], b"42424242424", "it is left out for a while");
    assert_eq!(owner.events(), [Seen::StationSilent(addresses[1])]);
    let parked = owner.now;
    while owner.events.is_empty() {
        owner.wait_ms(10);
        let sent = owner.sent();
        if sent.len() == 3 {
            owner.feed(b"\x04");
        }
    }
    assert!(owner.now.since(parked) < Duration::from_secs(61));
    assert_eq!(owner.events(), [Seen::StationBack(addresses[1])]);
}

#[test]
fn row_13_collision_receiver_goes_unknown_and_waits_for_eot() {
    let mut receiver = Driven::new(Role::receiver(), &Profile::STANDARD_1984);
    receiver.feed(b"\x042\x05").sent();
    receiver.feed(&[0x90, 0x8F, 0xE2]);
    assert_eq!(receiver.link.state(), State::Unknown);
    assert_eq!(receiver.feed(b"2\x05").sent(), b"");
    assert_eq!(receiver.feed(b"\x042\x05").sent(), [0x04]);
}

#[test]
fn row_13_collision_the_control_station_is_quiet_sends_eot_and_continues() {
    let mut caller = Driven::caller();
    let id = caller.send(&call("TEST").as_block());
    caller.sent();
    caller.feed(&[0x90, 0x8F, 0xE2, 0x91, 0xFE]);
    assert_eq!(caller.sent(), b"", "quiet at first");
    caller.wait_ms(200);
    assert_eq!(caller.sent(), [0x04]);
    caller.wait_ms(1000);
    assert_eq!(caller.sent(), SELECT);
    caller.feed(b"\x06").wait_ms(10).feed(b"\x06");
    assert_eq!(caller.events(), [Seen::Delivered(id, true)]);
}

#[test]
fn row_13_collision_a_temporary_master_stops_and_waits_for_eot_or_10_s() {
    let mut caller = Driven::new(Role::polled_caller(), &quiet());
    caller.send(&call("TEST").as_block());
    assert_eq!(caller.feed(b"\x041\x05").sent(), b"2\x05");
    caller.feed(&[0x90, 0x8F, 0xE2, 0x91, 0xFE]);
    assert_eq!(caller.link.state(), State::Unknown);
    caller.wait_ms(9_999);
    assert_eq!(caller.sent(), b"");
    caller.wait_ms(1);
    assert_eq!(caller.link.state(), State::Idle);
    assert_eq!(caller.feed(b"\x041\x05").sent(), b"2\x05", "polled again");
}

#[test]
fn row_14_connection_lost_calls_go_back_to_the_queue_and_the_link_is_reported() {
    let (mut caller, id) = sending();
    caller.link.handle_disconnected(caller.now);
    assert_eq!(caller.events(), [Seen::LinkLost]);
    caller.wait_ms(5000);
    assert_eq!(caller.sent(), b"");
    assert_eq!(caller.link.queued(), 1);
    caller.link.handle_connected(caller.now);
    assert_eq!(caller.sent(), [&b"\x04"[..], SELECT].concat());
    caller.feed(b"\x06").wait_ms(10).feed(b"\x06");
    assert_eq!(
        caller.events(),
        [Seen::LinkRestored, Seen::Delivered(id, true)]
    );

    let mut receiver = Driven::new(Role::receiver(), &Profile::STANDARD_1984);
    receiver.feed(SELECT).feed(b"\x011\x021\x1F").sent();
    receiver.link.handle_disconnected(receiver.now);
    receiver.link.handle_connected(receiver.now);
    assert_eq!(receiver.link.state(), State::Unknown);
    assert_eq!(receiver.feed(b"31\x03\x392\x05").sent(), b"");
}

#[test]
fn row_14_without_supervision_a_new_connection_restores_the_link() {
    let mut unsupervised = Profile::FIELD;
    unsupervised.timers.supervision = None;
    for (role, profile, restored) in [
        (Role::receiver(), unsupervised, true),
        (Role::caller(), quiet(), true),
        (Role::receiver(), Profile::FIELD, false),
    ] {
        let mut station = Driven::new(role, &profile);
        station.link.handle_disconnected(station.now);
        assert_eq!(station.events(), [Seen::LinkLost]);
        station.link.handle_connected(station.now);
        assert_eq!(station.link.is_lost(), !restored);
        let told = station.events();
        assert_eq!(told.contains(&Seen::LinkRestored), restored, "{told:?}");
        // One that takes the place of another, before anybody has looked.
        station.link.handle_connected(station.now);
        assert_eq!(station.events(), []);
    }
}

#[test]
fn row_15_a_restart_begins_unknown_and_a_control_station_with_eot() {
    let receiver = Driven::receiver();
    assert_eq!(receiver.link.state(), State::Unknown);
    let mut caller = Driven::caller();
    assert_eq!(caller.link.state(), State::Idle);
    assert_eq!(caller.sent(), b"");
}

#[test]
fn calls_go_by_priority_then_age_and_a_full_queue_is_an_error() {
    let mut caller = Driven::new(Role::polled_caller(), &quiet());
    let texts = [
        urgent("a", Priority::NORMAL),
        call("b"),
        urgent("c", Priority::HIGH),
        urgent("d", Priority::ALARM),
        urgent("e", Priority::ALARM),
        urgent("f", Priority::new("21")),
        call("g"),
        call("h"),
    ];
    for text in &texts {
        caller.send(&text.as_block());
    }
    let full = caller.link.send(caller.now, &call("i").as_block());
    assert_eq!(full, Err(SendError::QueueFull));
    assert_eq!(caller.feed(b"\x041\x05").sent(), b"2\x05");
    let mut order = Vec::new();
    while caller.link.queued() > 0 {
        caller.feed(b"\x06").wait_ms(10);
        let sent = caller.sent();
        order.extend(
            sent.windows(2)
                .filter(|w| w[0] == 0x1F && w[1].is_ascii_lowercase())
                .map(|w| w[1]),
        );
    }
    assert_eq!(order, b"decfabgh", "several blocks in one transaction");
    assert!(caller.link.send(caller.now, &call("i").as_block()).is_ok());
    let unknown = caller.link.send_to(
        caller.now,
        Address::new(b"9").unwrap(),
        &call("x").as_block(),
    );
    assert_eq!(unknown, Err(SendError::UnknownStation));
}

#[test]
fn two_equal_calls_are_never_in_one_transaction() {
    let mut caller = Driven::caller();
    caller.send(&call("TEST").as_block());
    caller.send(&call("TEST").as_block());
    caller.sent();
    caller.feed(b"\x06").wait_ms(10).sent();
    caller.feed(b"\x06").wait_ms(10);
    assert_eq!(caller.sent(), [&b"\x04"[..], SELECT].concat());
}

#[test]
fn an_urgent_call_does_not_wait_for_the_retry_of_the_others() {
    let mut caller = Driven::caller();
    caller.send(&call("TEST").as_block());
    for _ in 0..5 {
        caller.feed(b"2\x15").wait_ms(17_000);
    }
    caller.feed(b"2\x15").wait_ms(100).sent();
    caller.send(&urgent("FIRE", Priority::ALARM).as_block());
    assert_eq!(caller.sent(), SELECT);
}

#[test]
fn a_call_is_given_up_when_the_profile_says_so() {
    let mut profile = quiet();
    profile.sending.give_up_after = Some(2);
    let mut caller = Driven::caller_with(&profile);
    let id = caller.send(&call("TEST").as_block());
    caller.wait_ms(60_000);
    assert_eq!(
        caller.events(),
        [Seen::Failed(id, FailureReason::NoAnswerToSelect, 2)]
    );
    assert_eq!(caller.link.queued(), 0);
}

#[test]
fn own_calls_go_before_polls() {
    let mut caller = Driven::caller_with(&polling());
    caller.wait_ms(999);
    caller.link.handle_timeout(caller.now);
    caller.send(&call("TEST").as_block());
    caller.wait_ms(500);
    assert_eq!(caller.sent(), SELECT);
    caller.feed(b"\x06").wait_ms(10).sent();
    caller.feed(b"\x06");
    caller.wait_ms(10);
    assert_eq!(caller.sent(), b"\x04\x042\x05");
}

#[test]
fn supervision_reports_the_link_lost_and_restored() {
    let mut receiver = Driven::receiver();
    for _ in 0..10 {
        receiver.wait_ms(50_000).feed(b"\x042\x05");
    }
    assert_eq!(receiver.events(), []);
    receiver.wait_ms(59_999);
    assert_eq!(receiver.events(), []);
    receiver.wait_ms(1);
    assert_eq!(receiver.events(), [Seen::LinkLost]);
    assert_eq!(receiver.findings(), [FindingKind::Silence]);
    receiver.wait_ms(600_000);
    assert_eq!(receiver.events(), []);
    receiver.feed(SELECT);
    assert_eq!(receiver.events(), [Seen::LinkRestored]);

    let mut profile = polling();
    profile.timers.supervision = Some(Duration::from_secs(30));
    let mut owner = Driven::caller_with(&profile);
    owner.wait_ms(30_000);
    assert!(owner.events().contains(&Seen::LinkLost));
    assert!(owner.link.is_lost());
}

/// Bytes that lead into a state, for each role.
#[test]
fn case_08_every_state_is_left_when_the_line_is_silent() {
    let mut reached = std::collections::HashSet::new();
    for profile in [polling(), quiet(), Profile::STANDARD_1984, Profile::TCP] {
        for role in [
            Role::receiver(),
            Role::caller(),
            Role::polled_caller(),
            Role::listener(),
        ] {
            for prefix in [
                &b""[..],
                b"\x04",
                b"\x041\x05",
                b"\x041\x053\x05",
                b"\x041\x052\x05",
                b"\x042\x051\x05",
                b"\x041\x052\x05\x011\x021",
                b"\x041\x052\x05\x011\x021\x03",
                b"\x041\x052\x051\x021",
                b"\x041\x052\x05\x011\x021\x1F31\x1E2\x1FTEST\x03\x39",
                b"\x06",
                b"\x05",
                b"\xFF\xFF\xFF\xFF\xFF",
                b"2",
            ] {
                let mut station = Driven::new(role.clone(), &profile);
                station.decide = Decide::Nothing;
                let _ = station.link.send(station.now, &call("TEST").as_block());
                station.run();
                station.feed(prefix);
                // With calls and polls there is always something to do; each step is bounded.
                let mut state = station.link.state();
                let mut since = station.now;
                reached.insert(state);
                for _ in 0..600 {
                    station.wait_ms(100);
                    if station.link.state() != state {
                        state = station.link.state();
                        since = station.now;
                        reached.insert(state);
                    }
                    let held = station.now.since(since);
                    assert!(
                        state == State::Idle || held < Duration::from_secs(42),
                        "{state:?} is held for {held:?} after {prefix:02X?} by {role:?}"
                    );
                }
                if !matches!(state, State::Idle | State::Selecting | State::Polling) {
                    panic!("{state:?} after a minute of silence, {prefix:02X?}");
                }
            }
        }
    }
    assert_eq!(reached.len(), 9, "all states: {reached:?}");
}

#[test]
fn two_control_stations_are_reported_and_one_steps_back() {
    let mut owner = Driven::caller_with(&polling());
    for _ in 0..3 {
        owner
            .wait_ms(300)
            .feed(b"\x043\x05")
            .wait_ms(300)
            .feed(b"\x04");
    }
    assert!(owner.findings().contains(&FindingKind::TwoControlStations));
    owner.sent();
    // It answers like any station now, and takes the line back when it is quiet.
    owner.wait_ms(5000);
    assert_eq!(owner.sent(), b"");
    assert_eq!(owner.feed(b"\x041\x05").sent(), [0x04]);
    owner.wait_ms(10_000);
    assert_eq!(owner.sent(), b"");
    owner.wait_ms(2_000);
    assert!(owner.sent().starts_with(b"\x04"));
}

#[test]
fn an_echo_is_dropped_when_known_and_found_when_not() {
    let mut profile = quiet();
    profile.line.echo = true;
    profile.line.turnaround = Duration::from_millis(2);
    let mut caller = Driven::caller_with(&profile);
    caller.feed(&[0x04]);
    let id = caller.send(&call("TEST").as_block());
    caller.feed(SELECT);
    caller.sent();
    caller.feed(b"\x06");
    assert_eq!(caller.sent(), b"", "not before the line has turned around");
    caller.wait_ms(3);
    assert_eq!(caller.sent(), line(&call("TEST")));
    caller.feed(&line(&call("TEST"))).feed(b"\x06").wait_ms(3);
    assert_eq!(caller.sent(), [0x04]);
    assert_eq!(caller.events(), [Seen::Delivered(id, true)]);

    // Switched on for a line without echo: nothing is lost.
    let mut caller = Driven::caller_with(&profile);
    let id = caller.send(&call("TEST").as_block());
    caller.wait_ms(5);
    caller.feed(b"\x06").wait_ms(5).feed(b"\x06");
    assert_eq!(caller.events(), [Seen::Delivered(id, true)]);

    let mut unaware = Driven::new(Role::receiver(), &quiet());
    for _ in 0..2 {
        for bytes in [SELECT, &example('B')] {
            let answer = unaware.feed(bytes).sent();
            unaware.feed(&answer);
        }
        unaware.feed(b"\x04");
    }
    assert_eq!(unaware.findings(), [FindingKind::Echo], "of ACK alone");
    assert_eq!(unaware.blocks().len(), 2);

    let mut unaware = Driven::new(Role::receiver(), &quiet());
    unaware.link.set_busy(true);
    for _ in 0..3 {
        unaware.feed(SELECT);
        let sent = unaware.sent();
        unaware.feed(&sent).feed(b"\x04");
    }
    assert!(unaware.findings().contains(&FindingKind::Echo));
}

#[test]
fn an_echo_is_no_second_control_station() {
    let role = Role::control_station(Address::CALLER, &[Address::RECEIVER]);
    let mut owner = Driven::new(role, &polling());
    let mut bursts = 0;
    for _ in 0..3000 {
        owner.wait_ms(100);
        let sent = owner.sent();
        bursts += usize::from(sent.len() > 1);
        owner.feed(&sent);
    }
    assert!(bursts > 3, "it goes on polling: {bursts}");
    let found = owner.findings();
    assert!(found.contains(&FindingKind::Echo), "{found:?}");
    assert!(
        !found.contains(&FindingKind::TwoControlStations),
        "{found:?}"
    );
}

#[test]
fn a_caller_without_answers_goes_on_by_the_clock() {
    let mut caller = Driven::caller_with(&Profile::NO_ACK_PANEL);
    let id = caller.send(&call("TEST").as_block());
    caller.wait_ms(5000);
    let sent = caller.sent();
    assert_eq!(sent, [SELECT, &example('B'), b"\x04"].concat());
    assert_eq!(caller.events(), [Seen::Delivered(id, false)]);
}

#[test]
fn of_two_of_our_control_stations_one_steps_back_for_good() {
    let mut owners = [Address::CALLER, Address::new(b"5").unwrap()].map(|address| {
        let role = Role::control_station(address, &[Address::RECEIVER]);
        Driven::new(role, &polling())
    });
    let mut pager = Driven::receiver();
    let mut polls = [0, 0];
    // At the very same moment they would not hear each other.
    owners[1].wait_ms(400);
    for step in 0..12_000 {
        let spoken = [owners[0].sent(), owners[1].sent(), pager.sent()];
        for (at, bytes) in spoken.iter().enumerate() {
            // The last minute counts.
            if at < 2 && step >= 6000 {
                polls[at] += bytes.windows(2).filter(|pair| pair == b"2\x05").count();
            }
            for (hears, owner) in owners.iter_mut().enumerate() {
                if hears != at {
                    owner.feed(bytes);
                }
            }
            if at < 2 {
                pager.feed(bytes);
            }
        }
        for owner in &mut owners {
            owner.wait_ms(10);
        }
        pager.wait_ms(10);
    }
    // Whoever notices first steps back; the other then has the line for itself.
    let found = |owner: &Driven| owner.findings().contains(&FindingKind::TwoControlStations);
    assert!(owners.iter().any(found));
    polls.sort_unstable();
    assert!(polls[0] == 0 && polls[1] > 20, "{polls:?}");
}

#[test]
fn after_an_aborted_select_a_late_ack_meets_nothing() {
    let mut caller = Driven::caller();
    caller.send(&call("ONE").as_block());
    caller.send(&call("TWO").as_block());
    assert_eq!(caller.sent(), SELECT);
    caller.feed(b"\x04").wait_ms(500).feed(b"\x06").wait_ms(499);
    assert_eq!(caller.sent(), b"", "the other call waits as well");
    caller.wait_ms(10);
    assert_eq!(caller.sent(), SELECT);
}

#[test]
fn a_doubled_eot_does_not_end_what_the_first_one_made_room_for() {
    let mut owner = Driven::caller_with(&polling());
    owner.wait_ms(1000).feed(b"1\x05");
    owner.send(&call("TEST").as_block());
    owner.sent();
    owner.feed(b"\x04").wait(Duration::from_micros(1042));
    assert_eq!(owner.sent(), b"");
    owner.feed(b"\x04").wait_ms(5);
    assert_eq!(owner.sent(), SELECT);
    assert_eq!(owner.link.state(), State::Selecting);
}
