//! The machine that reads a line by a layout.
#![cfg(feature = "layout")]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on")]

use climax_rf::Time;
use climax_rf::layout::{
    DecodeErrorKind, Layout, NotHeld, Received, Receiver, ReceiverEvent, Token,
};

const BINARY: &str = include_str!("../layouts/example-binary-crc.toml");
const LINE: &str = include_str!("../layouts/example-ascii-line.toml");
const LENGTH: &str = include_str!("../layouts/example-length-escape.toml");

const HELP: &[u8] = &[
    2, 7, 0x10, 0x22, 0x65, 0x95, 0x9e, 0x10, 0x30, 1, 0xb9, 0x8c, 0x74, 0x8c, 3,
];
const HELP_ACK: &[u8] = &[2, 6, 7, 0x14, 0x1c, 3];

fn receiver(text: &str) -> Receiver {
    Receiver::new(&Layout::parse(text).unwrap(), Time::ZERO).unwrap()
}

fn at(millis: u64) -> Time {
    Time::from_millis(millis)
}

/// Feeds everything and gathers the events, whatever stops there are.
fn feed(receiver: &mut Receiver, now: Time, mut bytes: &[u8]) -> Vec<ReceiverEvent> {
    let mut events = Vec::new();
    loop {
        let taken = receiver.handle_bytes(now, bytes);
        bytes = &bytes[taken..];
        let before = events.len();
        while let Some(event) = receiver.poll_event() {
            if let ReceiverEvent::Frame(received) = &event {
                receiver.accept(now, received.token).unwrap();
            }
            events.push(event);
        }
        if bytes.is_empty() {
            return events;
        }
        assert!(
            taken > 0 || events.len() > before,
            "the machine stands still"
        );
    }
}

fn sent(receiver: &mut Receiver) -> Vec<u8> {
    let mut all = Vec::new();
    let mut buffer = [0; 3];
    loop {
        match receiver.poll_transmit(&mut buffer) {
            0 => return all,
            length => all.extend_from_slice(&buffer[..length]),
        }
    }
}

fn frame(event: &ReceiverEvent) -> &Received {
    match event {
        ReceiverEvent::Frame(received) => received,
        other => panic!("{other:?}"),
    }
}

fn names(events: &[ReceiverEvent]) -> Vec<&'static str> {
    let name = |event: &ReceiverEvent| match event {
        ReceiverEvent::Frame(_) => "frame",
        ReceiverEvent::Refused { error, .. } => error.kind.code(),
        ReceiverEvent::Skipped { .. } => "skipped",
        ReceiverEvent::Heartbeat => "heartbeat",
        ReceiverEvent::Silence { .. } => "silence",
        ReceiverEvent::Undecided(_) => "undecided",
        _ => "?",
    };
    events.iter().map(name).collect()
}

#[test]
fn nothing_is_answered_before_the_application_accepts() {
    let mut receiver = receiver(BINARY);
    assert_eq!(receiver.handle_bytes(at(0), HELP), HELP.len());
    let event = receiver.poll_event().unwrap();
    assert_eq!(sent(&mut receiver), b"");
    assert_eq!(frame(&event).raw, HELP);
    assert_eq!(frame(&event).decoded.events().next().unwrap().name, "help");
    receiver.accept(at(10), frame(&event).token).unwrap();
    assert_eq!(sent(&mut receiver), HELP_ACK);
    assert_eq!(receiver.accept(at(10), frame(&event).token), Err(NotHeld));
    assert_eq!(receiver.undecided(), 0);
}

#[test]
fn a_refused_frame_gets_the_negative_answer() {
    let mut receiver = receiver(LENGTH);
    let bytes = [
        0x10, 2, 7, 0, 1, 0x40, 0x21, 0x18, 0x70, 0x4d, 4, 0xbe, 0x10, 3,
    ];
    assert_eq!(receiver.handle_bytes(at(0), &bytes), bytes.len());
    let event = receiver.poll_event().unwrap();
    receiver.refuse(at(1), frame(&event).token).unwrap();
    assert_eq!(sent(&mut receiver), [0x15]);
}

#[test]
fn a_damaged_frame_is_refused_and_the_next_one_is_read() {
    let mut receiver = receiver(BINARY);
    let mut stream = HELP.to_vec();
    stream[4] ^= 1;
    stream.extend_from_slice(HELP);
    let events = feed(&mut receiver, at(0), &stream);
    assert_eq!(names(&events), ["checksum", "skipped", "frame"]);
    let ReceiverEvent::Refused { raw, .. } = &events[0] else {
        panic!()
    };
    assert_eq!(*raw, stream[..HELP.len()]);
    // 15 asks for the sequence number as it came; the check of the answer is over 15 07.
    let answers = sent(&mut receiver);
    assert_eq!(answers[..3], [2, 0x15, 7]);
    assert!(answers.ends_with(HELP_ACK));
}

#[test]
fn damage_stays_unanswered_where_the_layout_says_so() {
    let text = BINARY.replace("nak = ", "answer_damaged = false\nnak = ");
    let mut receiver = receiver(&text);
    let mut stream = HELP.to_vec();
    stream[4] ^= 1;
    assert_eq!(names(&feed(&mut receiver, at(0), &stream)), ["checksum"]);
    assert_eq!(sent(&mut receiver), b"");
}

#[test]
fn a_start_mark_inside_a_frame_begins_a_new_one() {
    let mut receiver = receiver(BINARY);
    let mut stream = HELP[..6].to_vec();
    stream.extend_from_slice(HELP);
    let events = feed(&mut receiver, at(0), &stream);
    assert_eq!(names(&events), ["restarted", "frame"]);
}

#[test]
fn a_frame_that_stops_is_given_up_in_time() {
    let mut receiver = receiver(BINARY);
    assert!(feed(&mut receiver, at(0), &HELP[..6]).is_empty());
    assert_eq!(receiver.poll_timeout(), Some(at(200)));
    receiver.handle_timeout(at(199));
    assert!(receiver.poll_event().is_none());
    receiver.handle_timeout(at(200));
    let event = receiver.poll_event().unwrap();
    let ReceiverEvent::Refused { error, raw } = &event else {
        panic!()
    };
    assert_eq!(error.kind, DecodeErrorKind::Truncated);
    assert_eq!(*raw, HELP[..6]);
    let rest = receiver.poll_event().unwrap();
    assert!(
        matches!(rest, ReceiverEvent::Skipped { bytes: 5 }),
        "{rest:?}"
    );
    assert_eq!(names(&feed(&mut receiver, at(300), HELP)), ["frame"]);
}

#[test]
fn the_pause_counts_when_bytes_come_before_the_timer() {
    let mut receiver = receiver(BINARY);
    assert!(feed(&mut receiver, at(0), &HELP[..6]).is_empty());
    let events = feed(&mut receiver, at(500), HELP);
    assert_eq!(names(&events), ["truncated", "skipped", "frame"]);
}

#[test]
fn a_frame_that_nobody_decides_is_given_back() {
    let mut receiver = receiver(BINARY);
    assert_eq!(receiver.handle_bytes(at(0), HELP), HELP.len());
    let event = receiver.poll_event().unwrap();
    let token = frame(&event).token;
    assert_eq!(receiver.poll_timeout(), Some(at(3000)));
    receiver.handle_timeout(at(3000));
    assert!(
        matches!(receiver.poll_event(), Some(ReceiverEvent::Undecided(found)) if found == token)
    );
    assert_eq!(receiver.accept(at(3001), token), Err(NotHeld));
    assert_eq!(sent(&mut receiver), b"");
}

#[test]
fn answers_leave_in_the_order_of_the_frames() {
    let mut receiver = receiver(BINARY);
    let layout = receiver.layout().clone();
    let mut tokens = Vec::new();
    let mut answers = Vec::new();
    for sequence in [0x20_u8, 0x21] {
        let mut values = layout.decode_frame(HELP).unwrap().values();
        values.set("sequence", sequence);
        let bytes = layout.encode(&values).unwrap();
        assert_eq!(receiver.handle_bytes(at(0), &bytes), bytes.len());
        tokens.push(frame(&receiver.poll_event().unwrap()).token);
        answers.extend(layout.ack_for(&bytes).unwrap());
    }
    receiver.accept(at(1), tokens[1]).unwrap();
    assert_eq!(sent(&mut receiver), b"");
    receiver.accept(at(2), tokens[0]).unwrap();
    assert_eq!(sent(&mut receiver), answers);
}

/// Three frames of the line that is acknowledged by 06 alone, here without a negative answer.
fn nameless() -> (Receiver, [Vec<u8>; 3]) {
    let text = LENGTH.replace("nak = ", "# ");
    let layout = Layout::parse(&text).unwrap();
    let frames = [1_u8, 2, 3].map(|number| {
        let first = [
            0x10, 2, 7, 0, 1, 0x40, 0x21, 0x18, 0x70, 0x4d, 4, 0xbe, 0x10, 3,
        ];
        let mut values = layout.decode_frame(&first).unwrap().values();
        values.set("device", 40_211_870_u64 + u64::from(number));
        layout.encode(&values).unwrap()
    });
    (Receiver::new(&layout, Time::ZERO).unwrap(), frames)
}

/// The tokens of frames that come at once.
fn tokens(receiver: &mut Receiver, now: Time, frames: &[&[u8]]) -> Vec<Token> {
    let mut tokens = Vec::new();
    for bytes in frames {
        assert_eq!(receiver.handle_bytes(now, bytes), bytes.len());
        while let Some(event) = receiver.poll_event() {
            if let ReceiverEvent::Frame(received) = event {
                tokens.push(received.token);
            }
        }
    }
    tokens
}

fn withheld(receiver: &mut Receiver) -> Vec<Token> {
    let mut found = Vec::new();
    while let Some(event) = receiver.poll_event() {
        if let ReceiverEvent::Withheld(token) = event {
            found.push(token);
        }
    }
    found
}

#[test]
fn an_answer_that_names_no_frame_does_not_pass_for_that_of_a_refused_one() {
    let (mut receiver, [a, b, c]) = nameless();
    let held = tokens(&mut receiver, at(0), &[&a, &b]);
    receiver.accept(at(1), held[1]).unwrap();
    receiver.refuse(at(2), held[0]).unwrap();
    assert_eq!(sent(&mut receiver), b"");
    assert_eq!(withheld(&mut receiver), held[1..]);
    // Sent along, and come a little later.
    let late = tokens(&mut receiver, at(3), &[&c]);
    receiver.accept(at(3), late[0]).unwrap();
    assert_eq!(
        (sent(&mut receiver), withheld(&mut receiver)),
        (vec![], late)
    );
    // The missing one again: from here the answers are the right ones.
    for token in tokens(&mut receiver, at(4), &[&a, &b, &c]) {
        receiver.accept(at(4), token).unwrap();
    }
    assert_eq!(sent(&mut receiver), [6, 6, 6]);
}

#[test]
fn an_answer_that_names_no_frame_does_not_pass_for_that_of_an_undecided_one() {
    let (mut receiver, [a, b, c]) = nameless();
    let held = tokens(&mut receiver, at(0), &[&a, &b]);
    receiver.accept(at(1), held[1]).unwrap();
    assert_eq!(sent(&mut receiver), b"");
    receiver.handle_timeout(receiver.poll_timeout().unwrap());
    assert_eq!(withheld(&mut receiver), held[1..]);
    assert_eq!(sent(&mut receiver), b"");
    // After a pause nothing is on its way any more.
    let next = tokens(&mut receiver, at(20_000), &[&c]);
    receiver.accept(at(20_000), next[0]).unwrap();
    assert_eq!(sent(&mut receiver), [6]);
}

#[test]
fn an_answer_that_names_no_frame_does_not_pass_for_that_of_a_damaged_one() {
    let (mut receiver, [a, b, _]) = nameless();
    let mut damaged = a.clone();
    let check = damaged.len() - 3;
    damaged[check] ^= 1;
    let held = tokens(&mut receiver, at(0), &[&damaged, &b]);
    assert_eq!(held.len(), 1);
    receiver.accept(at(1), held[0]).unwrap();
    assert_eq!(
        (sent(&mut receiver), withheld(&mut receiver)),
        (vec![], held)
    );
    for token in tokens(&mut receiver, at(20_000), &[&a, &b]) {
        receiver.accept(at(20_000), token).unwrap();
    }
    assert_eq!(sent(&mut receiver), [6, 6]);
}

#[test]
fn a_frame_that_a_false_start_had_swallowed_is_answered() {
    let text = r#"
        version = 1
        name = "example-false-start"
        [framing]
        start = "02"
        length = { offset = 1, counts = "data" }
        checksum = { kind = "xor" }
        ack = "06"
        [[field]]
        name = "device"
        offset = 2
        bytes = 4
        role = "device"
    "#;
    let layout = Layout::parse(text).unwrap();
    let mut receiver = Receiver::new(&layout, Time::ZERO).unwrap();
    let mut values = climax_rf::layout::Values::default();
    values.set("device", 40_211_870_u64);
    let good = layout.encode(&values).unwrap();
    // The first byte of a frame, twice.
    let events = feed(&mut receiver, at(0), &[&[2][..], &good].concat());
    assert_eq!(names(&events), ["checksum", "frame"]);
    assert_eq!(sent(&mut receiver), [6]);
}

#[test]
fn undecided_frames_hold_the_line_and_memory_stays_bounded() {
    let mut receiver = receiver(BINARY);
    let stream = HELP.repeat(50);
    let mut taken = 0;
    let mut frames = 0;
    for _ in 0..100 {
        taken += receiver.handle_bytes(at(0), &stream[taken..]);
        while receiver.poll_event().is_some() {
            frames += 1;
        }
    }
    assert_eq!(frames, Receiver::MOST_UNDECIDED);
    assert_eq!(taken, Receiver::MOST_UNDECIDED * HELP.len());
    // When their time is over, the line goes on.
    receiver.handle_timeout(at(3000));
    while receiver.poll_event().is_some() {}
    assert!(receiver.handle_bytes(at(3000), &stream) > 0);
}

#[test]
fn bytes_that_were_held_up_beyond_their_time_leave_no_timer_behind() {
    let mut damaged = HELP.to_vec();
    damaged[9] ^= 1;
    // Answers that nobody fetches hold up the line at some number of heartbeats.
    for heartbeats in 0..64 {
        let mut receiver = receiver(BINARY);
        let stream = [vec![0; heartbeats], damaged.clone()].concat();
        let mut rest = &stream[..];
        loop {
            let taken = receiver.handle_bytes(at(0), rest);
            rest = &rest[taken..];
            let events = std::iter::from_fn(|| receiver.poll_event()).count();
            if rest.is_empty() || (taken == 0 && events == 0) {
                break;
            }
        }
        // What was held up is read again, and there is no more of it.
        assert!(receiver.poll_transmit(&mut [0; 256]) > 0 || heartbeats == 0);
        receiver.handle_timeout(at(3000));
        while receiver.poll_event().is_some() {}
        let next = receiver.poll_timeout();
        assert!(
            next.is_none_or(|next| next > at(3000)),
            "{heartbeats}: {next:?}"
        );
    }
}

#[test]
fn a_repeated_frame_is_marked_and_answered_again() {
    let mut receiver = receiver(BINARY);
    let events = feed(&mut receiver, at(0), &HELP.repeat(2));
    let marks: Vec<bool> = events
        .iter()
        .map(|event| frame(event).repeats_previous)
        .collect();
    assert_eq!(marks, [false, true]);
    assert_eq!(sent(&mut receiver), HELP_ACK.repeat(2));
}

#[test]
fn heartbeats_are_answered_and_hold_off_silence() {
    let mut receiver = receiver(LINE);
    let events = feed(
        &mut receiver,
        at(0),
        b"PING\r\nPING\r\n$0042,40211870,SOS,00,7*77\r\n",
    );
    assert_eq!(names(&events), ["heartbeat", "heartbeat", "frame"]);
    assert_eq!(sent(&mut receiver), b"PONG\r\nPONG\r\n$OK,0042*2E\r\n");
    assert_eq!(receiver.poll_timeout(), Some(at(60_000)));
    assert_eq!(
        names(&feed(&mut receiver, at(59_000), b"PING\r\n")),
        ["heartbeat"]
    );
    receiver.handle_timeout(at(118_999));
    assert!(receiver.poll_event().is_none());
    receiver.handle_timeout(at(119_000));
    let event = receiver.poll_event().unwrap();
    assert!(matches!(event, ReceiverEvent::Silence { since } if since == at(59_000)));
    receiver.handle_timeout(at(500_000));
    assert!(receiver.poll_event().is_none());
    assert_eq!(receiver.poll_timeout(), None);
}

#[test]
fn what_is_no_heartbeat_in_the_end_is_skipped() {
    let mut receiver = receiver(LINE);
    let events = feed(&mut receiver, at(0), b"PINK$0042,40211870,SOS,00,7*77\r\n");
    assert_eq!(names(&events), ["skipped", "frame"]);
    assert!(matches!(events[0], ReceiverEvent::Skipped { bytes: 4 }));
    assert!(feed(&mut receiver, at(0), b"PI").is_empty());
    receiver.handle_timeout(at(1000));
    assert!(matches!(
        receiver.poll_event(),
        Some(ReceiverEvent::Skipped { bytes: 2 })
    ));
}

#[test]
fn a_line_without_start_mark_that_is_too_long_goes_as_a_whole() {
    let text = r#"
        version = 1
        name = "example"
        [framing]
        end = "0d 0a"
        max_length = 8
        [[field]]
        name = "text"
        offset = 0
        bytes = "rest"
        encoding = "text"
    "#;
    for filler in 7..20 {
        let mut receiver = receiver(text);
        let mut stream = b"x".repeat(filler);
        stream.extend_from_slice(b"\r\nhelp\r\n");
        let events = feed(&mut receiver, at(0), &stream);
        assert_eq!(names(&events)[0], "too-long");
        let last = frame(events.last().unwrap());
        assert_eq!(last.raw, b"help\r\n", "{filler}");
    }
}

#[test]
fn one_mark_can_end_a_frame_and_begin_the_next() {
    let text = r#"
        version = 1
        name = "example"
        [framing]
        start = "7e"
        end = "7e"
        escape = { byte = "7d", bytes = "7e 7d", xor = "20" }
        checksum = { kind = "crc", width = 16, polynomial = 0x1021, initial = 0xFFFF, reflect_in = true, reflect_out = true, xor_out = 0xFFFF, order = "little" }
        [[field]]
        name = "device"
        offset = 1
        bytes = 2
        role = "device"
    "#;
    let layout = Layout::parse(text).unwrap();
    let one = layout
        .encode(&climax_rf::layout::Values::new().with("device", 0x7e7d_u32))
        .unwrap();
    assert!(one.len() >= 8);
    let inner = &one[..one.len() - 1];
    for stream in [
        // Each with marks of its own, with one mark between them, with idle marks.
        [one.clone(), one.clone()].concat(),
        [inner.to_vec(), one.clone()].concat(),
        [
            vec![0x7e; 5],
            one.clone(),
            vec![0x7e; 3],
            one.clone(),
            vec![0x7e],
        ]
        .concat(),
    ] {
        let mut receiver = Receiver::new(&layout, at(0)).unwrap();
        assert_eq!(
            names(&feed(&mut receiver, at(0), &stream)),
            ["frame", "frame"]
        );
        receiver.handle_timeout(at(10_000));
        assert!(receiver.poll_event().is_none());
    }
}

#[test]
fn a_binary_check_that_looks_like_the_end_mark_does_not_end_the_frame() {
    let text = r#"
        version = 1
        name = "example"
        [framing]
        start = "02"
        end = "03"
        nak = "15"
        checksum = { kind = "sum8" }
        [[field]]
        name = "device"
        offset = 1
        bytes = 2
        role = "device"
    "#;
    let mut one = receiver(text);
    let events = feed(&mut one, at(0), &[2, 1, 2, 3, 3, 2, 9, 9, 18, 3]);
    assert_eq!(frame(&events[0]).raw, [2, 1, 2, 3, 3]);
    assert_eq!(frame(&events[1]).raw, [2, 9, 9, 18, 3]);
    // A wrong check is only known to be wrong when no end mark follows.
    let mut other = receiver(text);
    assert!(feed(&mut other, at(0), &[2, 9, 9, 8, 3]).is_empty());
    other.handle_timeout(at(500));
    let event = other.poll_event().unwrap();
    assert!(matches!(event, ReceiverEvent::Refused { ref raw, .. } if *raw == [2, 9, 9, 8, 3]));
    assert_eq!(sent(&mut other), [0x15]);
}

#[test]
fn a_new_connection_forgets_what_was_half_read_and_undecided() {
    let mut receiver = receiver(BINARY);
    assert_eq!(receiver.handle_bytes(at(0), HELP), HELP.len());
    let token = frame(&receiver.poll_event().unwrap()).token;
    assert_eq!(receiver.handle_bytes(at(0), &HELP[..5]), 5);
    receiver.handle_connected(at(10));
    assert_eq!(receiver.accept(at(10), token), Err(NotHeld));
    let events = feed(&mut receiver, at(20), HELP);
    assert_eq!(names(&events), ["frame"]);
    assert!(frame(&events[0]).token > token);
}

#[test]
fn a_layout_of_a_payload_has_no_line() {
    let text = include_str!("../layouts/example-payload.toml");
    assert!(Receiver::new(&Layout::parse(text).unwrap(), Time::ZERO).is_err());
}

#[test]
fn every_split_of_a_stream_gives_the_same_frames() {
    for (text, stream) in [
        (BINARY, [b"\x00garbage", HELP, b"\x00", HELP, b"\x03\x03", HELP].concat()),
        (LINE, b"x$0042,40211870,SOS,00,7*77\r\nPING\r\n$0043,40211871,FALL,83,9,synthetic note*45\r\n".to_vec()),
    ] {
        let whole = feed(&mut receiver(text), at(0), &stream);
        for cut in 0..=stream.len() {
            let mut one = receiver(text);
            let mut events = feed(&mut one, at(0), &stream[..cut]);
            events.extend(feed(&mut one, at(1), &stream[cut..]));
            assert_eq!(names(&events), names(&whole), "cut at {cut}");
        }
        let mut one = receiver(text);
        let single: Vec<ReceiverEvent> =
            stream.iter().flat_map(|byte| feed(&mut one, at(0), &[*byte])).collect();
        assert_eq!(names(&single), names(&whole));
    }
}
