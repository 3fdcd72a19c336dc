//! Likely bursts: Climax reference 2.5.

#![allow(clippy::unwrap_used)]

use core::time::Duration;

use climax_rf::Time;
use climax_rf::f1::bursts::{CLASH, EQUAL, GAP, LONGEST};
use climax_rf::f1::{
    BurstEvent, Bursts, ChipCrc, ClosedBy, CopyRole, Description, DeviceNumber, Doubles, Family,
    Frame, LikelyBurst, Likeness, Occurrence, Strength, packet,
};
use proptest::prelude::*;

/// A frame whose payload is told apart by a number.
fn frame(number: u8) -> Frame {
    let bytes = [10, 0, 0, number & 0x3F, 1, 2, 3, 4, 5, 6, number];
    packet(&bytes, ChipCrc::Passed, &Family::F1).unwrap()
}

fn damaged() -> Frame {
    let bytes = [10, 0, 0, 1, 1, 2, 3, 4, 5, 6, 7];
    packet(&bytes, ChipCrc::Failed, &Family::F1).unwrap()
}

fn at(millis: u64) -> Time {
    Time::from_millis(millis)
}

/// Gives frames at those milliseconds and tells which burst and copy each is.
fn group(bursts: &mut Bursts, frames: &[(u64, u8)]) -> Vec<(u64, u8)> {
    frames
        .iter()
        .map(|(millis, number)| {
            let grouped = bursts
                .handle_frame(at(*millis), &frame(*number), None)
                .unwrap();
            (grouped.burst.number(), grouped.copies)
        })
        .collect()
}

fn events(bursts: &mut Bursts) -> Vec<BurstEvent> {
    std::iter::from_fn(|| bursts.poll_event()).collect()
}

fn closed(bursts: &mut Bursts) -> Vec<(LikelyBurst, ClosedBy)> {
    let events = events(bursts).into_iter();
    events
        .filter_map(|event| match event {
            BurstEvent::Closed(burst, by) => Some((burst, by)),
            _ => None,
        })
        .collect()
}

#[test]
fn the_numbers_of_the_grouping_rule() {
    assert_eq!(GAP.as_millis(), 600);
    assert_eq!(CLASH.as_millis(), 250);
    assert_eq!(LONGEST.as_millis(), 2600);
    assert_eq!(EQUAL.as_secs(), 3);
}

#[test]
fn six_copies_of_a_door_contact_are_one_burst() {
    let mut bursts = Bursts::new();
    let starts = [0, 364, 760, 1187, 1551, 1947];
    let frames: Vec<(u64, u8)> = starts.into_iter().zip(1..).collect();
    let groups = group(&mut bursts, &frames);
    assert_eq!(groups, [(0, 1), (0, 2), (0, 3), (0, 4), (0, 5), (0, 6)]);
    assert_eq!(bursts.open(), 0);
    assert_eq!(bursts.poll_timeout(), None);
    let closed = closed(&mut bursts);
    assert_eq!(closed.len(), 1);
    let (burst, by) = closed[0];
    assert_eq!(by, ClosedBy::SixCopies);
    assert_eq!(burst.likeness, Likeness::Different);
    assert_eq!(burst.link_quality().copies(), 6);
    assert_eq!(burst.duration(), Duration::from_millis(1947));
}

#[test]
fn the_first_copy_opens_the_burst_at_once() {
    let mut bursts = Bursts::new();
    let grouped = bursts.handle_frame(at(5), &frame(1), None).unwrap();
    assert_eq!(grouped.role, CopyRole::First);
    assert!(matches!(bursts.poll_event(), Some(BurstEvent::Opened(_))));
    assert_eq!(bursts.poll_timeout(), Some(at(605)));
}

#[test]
fn a_frame_belongs_to_the_burst_below_0_60_s_and_not_at_it() {
    assert_eq!(
        group(&mut Bursts::new(), &[(0, 1), (599, 2)]),
        [(0, 1), (0, 2)]
    );
    assert_eq!(
        group(&mut Bursts::new(), &[(0, 1), (600, 2)]),
        [(0, 1), (1, 1)]
    );
}

#[test]
fn silence_of_0_60_s_closes_a_burst() {
    let mut bursts = Bursts::new();
    group(&mut bursts, &[(0, 1), (400, 2)]);
    bursts.handle_timeout(at(999));
    assert_eq!(closed(&mut bursts), []);
    assert_eq!(bursts.poll_timeout(), Some(at(1000)));
    bursts.handle_timeout(at(1000));
    let closed = closed(&mut bursts);
    assert_eq!((closed[0].0.copies, closed[0].1), (2, ClosedBy::Silence));
}

#[test]
fn a_burst_is_over_at_2_6_s_whatever_comes() {
    let mut bursts = Bursts::new();
    let groups = group(
        &mut bursts,
        &[(0, 1), (590, 2), (1180, 3), (1770, 4), (2360, 5), (2600, 6)],
    );
    // The last one comes less than 0.25 s after the copy before, and at the end of the burst.
    assert_eq!(groups[4..], [(0, 5), (1, 1)]);
    let closed = closed(&mut bursts);
    assert_eq!((closed[0].0.copies, closed[0].1), (5, ClosedBy::Length));
    let mut bursts = Bursts::new();
    let groups = group(
        &mut bursts,
        &[(0, 1), (550, 2), (1100, 3), (1650, 4), (2200, 5), (2599, 6)],
    );
    assert_eq!(groups[5], (0, 6));
}

#[test]
fn a_frame_below_0_25_s_comes_from_another_transmitter() {
    assert_eq!(
        group(&mut Bursts::new(), &[(0, 1), (249, 2)]),
        [(0, 1), (1, 1)]
    );
    assert_eq!(
        group(&mut Bursts::new(), &[(0, 1), (250, 2)]),
        [(0, 1), (0, 2)]
    );
    // Two interleaved, then three; each goes on where it was.
    let groups = group(
        &mut Bursts::new(),
        &[
            (0, 1),
            (100, 2),
            (200, 3),
            (396, 4),
            (500, 5),
            (610, 6),
            (790, 7),
            (900, 8),
            (1000, 9),
        ],
    );
    let ids: Vec<u64> = groups.iter().map(|(id, _)| *id).collect();
    assert_eq!(ids, [0, 1, 2, 0, 1, 2, 0, 1, 2]);
}

#[test]
fn the_next_event_of_a_device_is_a_burst_of_its_own() {
    // As early as 0.77 s after the start of the last copy.
    let groups = group(
        &mut Bursts::new(),
        &[(0, 1), (400, 2), (1170, 3), (1570, 4)],
    );
    assert_eq!(groups, [(0, 1), (0, 2), (1, 1), (1, 2)]);
}

#[test]
fn equal_payloads_within_three_seconds_are_the_same_burst() {
    let mut bursts = Bursts::new();
    // Copies were lost in between: the burst was over, and is corrected.
    let groups = group(&mut bursts, &[(0, 7), (400, 7), (1300, 7)]);
    assert_eq!(groups, [(0, 1), (0, 2), (0, 3)]);
    let told = events(&mut bursts);
    assert!(matches!(told[1], BurstEvent::Closed(burst, ClosedBy::Silence) if burst.copies == 2));
    assert!(matches!(
        told[2],
        BurstEvent::Rejoined { burst, role: CopyRole::Further }
            if burst.copies == 3 && burst.likeness == Likeness::Equal
    ));
    assert_eq!(group(&mut bursts, &[(4300, 7)]), [(0, 4)]);
    assert_eq!(group(&mut bursts, &[(7301, 7)]), [(1, 1)]);
}

#[test]
fn an_equal_payload_decides_between_two_bursts() {
    // The copy of the first is due less exactly than that of the second.
    let groups = group(&mut Bursts::new(), &[(0, 1), (150, 2), (550, 1)]);
    assert_eq!(groups, [(0, 1), (1, 1), (0, 2)]);
}

#[test]
fn of_two_bursts_the_one_whose_copy_is_due_goes_on() {
    // 0.55 s after the first, 0.40 s after the second; then the other way round.
    let groups = group(&mut Bursts::new(), &[(0, 1), (150, 2), (550, 3)]);
    assert_eq!(groups, [(0, 1), (1, 1), (1, 2)]);
    let groups = group(&mut Bursts::new(), &[(0, 1), (100, 2), (390, 3)]);
    assert_eq!(groups, [(0, 1), (1, 1), (0, 2)]);
}

#[test]
fn equal_frames_beyond_the_six_are_counted_as_extra() {
    let mut bursts = Bursts::new();
    // Heard twice at once, then a seventh.
    let groups = group(
        &mut bursts,
        &[
            (0, 7),
            (3, 7),
            (400, 7),
            (800, 7),
            (1200, 7),
            (1600, 7),
            (2000, 7),
            (2400, 7),
        ],
    );
    assert_eq!(groups.last(), Some(&(0, 6)));
    let told = events(&mut bursts);
    assert!(matches!(
        told.last(),
        Some(BurstEvent::Rejoined { burst, role: CopyRole::Extra }) if burst.extra == 2
    ));
}

#[test]
fn damaged_frames_open_nothing_and_are_counted_when_a_copy_is_due() {
    let mut bursts = Bursts::new();
    assert_eq!(bursts.handle_frame(at(0), &damaged(), None), None);
    assert_eq!(bursts.open(), 0);
    group(&mut bursts, &[(100, 1)]);
    assert_eq!(bursts.handle_frame(at(200), &damaged(), None), None);
    let grouped = bursts.handle_frame(at(500), &damaged(), None).unwrap();
    assert_eq!((grouped.role, grouped.copies), (CopyRole::Damaged, 1));
    // It keeps nothing open.
    assert_eq!(bursts.poll_timeout(), Some(at(700)));
    bursts.handle_timeout(at(700));
    assert_eq!(closed(&mut bursts)[0].0.damaged, 1);
}

#[test]
fn strengths_and_sync_errors_are_kept() {
    let mut bursts = Bursts::new();
    for (millis, value) in [(0, -870), (400, -910), (800, -860)] {
        let number = u8::try_from(millis / 400).unwrap();
        bursts.handle_frame(at(millis), &frame(number), Some(Strength::deci_dbm(value)));
    }
    bursts.handle_timeout(at(2000));
    let (burst, _) = closed(&mut bursts)[0];
    assert_eq!(burst.strongest, Some(Strength::deci_dbm(-860)));
    assert_eq!(burst.weakest.unwrap().to_string(), "-91.0 dBm");
    assert_eq!(burst.link_quality().to_string(), "3/6");
}

#[test]
fn memory_is_bounded_and_what_gives_way_is_told() {
    let mut bursts = Bursts::with_room(4);
    for number in 0..200_u8 {
        bursts.handle_frame(at(u64::from(number)), &frame(number), None);
        assert!(bursts.open() <= 4);
    }
    assert!(bursts.unread() > 0);
    let by_room = closed(&mut bursts);
    assert!(by_room.iter().all(|(_, by)| *by == ClosedBy::Room));
    assert!(!by_room.is_empty());
}

#[test]
fn time_that_goes_backwards_does_no_harm() {
    let mut bursts = Bursts::new();
    let groups = group(&mut bursts, &[(1000, 1), (500, 2), (0, 3)]);
    assert_eq!(groups.len(), 3);
    bursts.handle_timeout(at(0));
    bursts.handle_timeout(Time::from(Duration::MAX));
    assert_eq!(bursts.open(), 0);
}

#[test]
fn doubles_are_told_by_device_and_event_within_the_burst() {
    let mut doubles = Doubles::new();
    let says = |device, event| Description::new(DeviceNumber(device), event);
    assert_eq!(doubles.handle(at(0), &says(1, 9)), Occurrence::First);
    assert_eq!(doubles.handle(at(400), &says(1, 9)), Occurrence::Again(2));
    assert_eq!(doubles.handle(at(500), &says(2, 9)), Occurrence::First);
    assert_eq!(doubles.handle(at(770), &says(1, 8)), Occurrence::First);
    assert_eq!(doubles.handle(at(2599), &says(1, 9)), Occurrence::Again(3));
    assert_eq!(doubles.handle(at(2600), &says(1, 9)), Occurrence::First);
    let mut small = Doubles::with_room(1);
    for device in 0..3 {
        assert_eq!(small.handle(at(0), &says(device, 1)), Occurrence::First);
    }
    assert_eq!(small.forgotten(), 2);
}

proptest! {
    #[test]
    fn the_rule_holds_for_any_order_of_frames(
        steps in prop::collection::vec((0_u64..900, 0_u8..40, any::<bool>()), 1..80),
    ) {
        let mut bursts = Bursts::with_room(8);
        let mut now = 0;
        let mut opened = 0_u64;
        let mut over = 0_u64;
        let mut corrected = 0_u64;
        let mut copies = 0_u64;
        let mut good = 0_u64;
        let mut extra = 0_u64;
        for (step, number, right) in steps {
            now += step;
            let sent = if right { frame(number) } else { damaged() };
            let grouped = bursts.handle_frame(at(now), &sent, None);
            if right {
                good += 1;
                extra += u64::from(grouped.unwrap().role == CopyRole::Extra);
            }
            prop_assert!(bursts.poll_timeout().is_none_or(|end| end > at(now)));
            prop_assert!(bursts.open() <= 8);
        }
        bursts.handle_timeout(at(now + 10_000));
        prop_assert_eq!(bursts.open(), 0);
        if bursts.unread() > 0 {
            return Ok(());
        }
        for event in events(&mut bursts) {
            match event {
                BurstEvent::Opened(_) => opened += 1,
                BurstEvent::Closed(burst, _) => {
                    over += 1;
                    copies += u64::from(burst.copies);
                    prop_assert!((1..=6).contains(&burst.copies));
                    prop_assert!(burst.duration() < LONGEST);
                }
                BurstEvent::Rejoined { role, .. } => {
                    corrected += u64::from(role == CopyRole::Further);
                }
                _ => {}
            }
        }
        prop_assert_eq!(opened, over);
        // Every good frame is one copy or one extra, once.
        prop_assert_eq!(copies + corrected + extra, good);
    }
}
