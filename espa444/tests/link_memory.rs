//! What a link costs in memory, and that use adds nothing to it.

#![allow(clippy::unwrap_used)]

#[path = "support/driven.rs"]
mod driven;
mod support;

use driven::{call, quiet};
use espa444::link::{Event, Link, Role};
use espa444::{Profile, Time};
use support::example;

/// All that a link takes, on the heap and off it.
fn size(role: Role, profile: &Profile) -> u64 {
    let mut link = None;
    let cost = allocation_counter::measure(|| {
        link = Some(Link::new(role, profile, Time::ZERO));
    });
    u64::try_from(size_of::<Link>()).unwrap() + cost.bytes_max
}

#[test]
fn a_link_takes_less_than_4_kb() {
    for profile in Profile::ALL {
        for role in [
            Role::receiver(),
            Role::caller(),
            Role::polled_caller(),
            Role::listener(),
        ] {
            let size = size(role.clone(), profile);
            assert!(size < 4096, "{size} bytes for {role:?} as {}", profile.name);
        }
    }
    let mut two_wire = Profile::FIELD;
    two_wire.line.echo = true;
    assert!(
        size(Role::receiver(), &two_wire) < 4096 + 1024,
        "the echo is kept, too"
    );
}

/// Feeds, drains and accepts, without the heap.
fn feed(link: &mut Link, now: Time, bytes: &[u8]) -> (usize, usize) {
    let (mut at, mut blocks, mut sent) = (0, 0, 0);
    let mut buffer = [0; 64];
    loop {
        at += link.handle_bytes(now, &bytes[at..]);
        let mut accept = None;
        while let Some(event) = link.poll_event() {
            if let Event::Block(received) = event {
                blocks += 1;
                accept = Some(received.id);
            }
        }
        if let Some(id) = accept {
            link.accept(now, id).unwrap();
        }
        loop {
            match link.poll_transmit(&mut buffer) {
                0 => break,
                length => sent += length,
            }
        }
        if at == bytes.len() {
            return (blocks, sent);
        }
    }
}

#[test]
fn calls_are_taken_without_the_heap() {
    let mut link = Link::new(Role::receiver(), &Profile::FIELD, Time::ZERO);
    let capture = [b"\x041\x052\x05", &example('A')[..], b"\x04\x042\x05"].concat();
    let mut taken = (0, 0);
    let cost = allocation_counter::measure(|| {
        for second in 0..100 {
            let (blocks, sent) = feed(&mut link, Time::from_millis(second * 1000), &capture);
            taken = (taken.0 + blocks, taken.1 + sent);
        }
    });
    assert_eq!(taken, (100, 300));
    assert_eq!(cost.count_total, 0);
}

#[test]
fn calls_are_sent_without_the_heap() {
    let mut link = Link::new(Role::caller(), &quiet(), Time::ZERO);
    let call = call("TEST");
    let mut sent = 0;
    let cost = allocation_counter::measure(|| {
        for second in 0..100_u64 {
            let at = |millis: u64| Time::from_millis(second * 10_000 + millis);
            sent += feed(&mut link, at(0), b"").1;
            link.send(at(10), &call.as_block()).unwrap();
            sent += feed(&mut link, at(11), b"").1;
            sent += feed(&mut link, at(20), b"\x06").1;
            sent += feed(&mut link, at(30), b"").1;
            sent += feed(&mut link, at(60), b"\x06").1;
        }
    });
    assert_eq!(sent, 1 + 100 * (5 + 16 + 1));
    assert_eq!(cost.count_total, 0);
}

#[test]
fn floods_take_no_more_memory() {
    let floods: [Vec<u8>; 5] = [
        vec![0; 1 << 20],
        vec![0x02; 1 << 20],
        [b"\x041\x052\x05\x01".to_vec(), vec![b'x'; 1 << 20]].concat(),
        vec![0x84; 1 << 16],
        (0..=255).cycle().take(1 << 18).collect(),
    ];
    for flood in floods {
        let mut link = Link::new(Role::receiver(), &Profile::FIELD, Time::ZERO);
        let cost = allocation_counter::measure(|| {
            let _ = feed(&mut link, Time::from_millis(1), &flood);
        });
        assert_eq!(cost.bytes_current, 0);
        // What a deviating block takes while it is read.
        assert!(cost.bytes_max < 4096, "{}", cost.bytes_max);
    }
}
