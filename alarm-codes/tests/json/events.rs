//! Events to write: the smallest, the fullest, and any.

use alarm_codes::{
    Ack, Attachment, Bytes, Change, Class, Condition, Correlation, Decoder, Device, DeviceKind,
    DeviceTime, Event, EventId, FoundBy, Handling, HistoryEntry, Kind, Latitude, Location,
    Longitude, Measurement, Phase, Picture, Position, Priority, Private, Profile, Raw, Reading,
    RecordedMapping, Reference, Relation, StorageStep, Subject, System, Times, Timestamp,
    Transport, Voice, VoiceDirection, VoiceMode, kind_of_text,
};
use proptest::option::of;
use proptest::prelude::*;

fn at(micros: i64) -> Timestamp {
    Timestamp::from_micros(micros).expect("in range")
}

pub(crate) fn minimal() -> Event {
    Event::new(EventId(1), Kind::HelpCall, at(1_700_000_000_000_000))
}

pub(crate) fn full() -> Event {
    let mapping = kind_of_text(System::Scaip, Profile::Standard, "dty=7;stc=10").expect("a code");
    let mut event = Event::from_mapping(EventId(7), at(1), &mapping, "dty=7;stc=10");
    event.source_priority = Some("3".into());
    event.device = Device {
        controller: Some("40211870".into()),
        device: Some("pendant-1".into()),
        component: Some("002".into()),
        kind: Some(DeviceKind::PanicButton),
        kind_code: Some("0007".into()),
        profile: Some(Profile::Standard),
        software_version: Some("1.2".into()),
    };
    event.subjects = vec![Subject {
        id: "synthetic-1".into(),
        name: Some("Test Person".into()),
        found_by: FoundBy::DeviceRegistry,
        confirmed: false,
    }];
    event.location = Location {
        code: Some("011".into()),
        value: Some("02".into()),
        text: Some("by the window".into()),
        address: Some("Example Street 1".into()),
        position: Some(Private::new(Position {
            latitude: Latitude::from_degrees(-33.9).expect("in range"),
            longitude: Longitude::from_degrees(10.75).expect("in range"),
            accuracy_m: Some(12),
            time: Some(DeviceTime::new("2026-06-01T12:00:00")),
            method: Some("gnss".into()),
        })),
    };
    event.times.device = Some(DeviceTime::new("12.00"));
    event.times.stored = Some(Reading {
        at: at(2),
        clock: Some("db-1".into()),
    });
    event.correlation = Correlation {
        source_ref: Some("0042".into()),
        dedup_key: Some("0042/1".into()),
        clears: Some(Reference::SourceRef("0041".into())),
        clears_kinds: vec![Kind::BatteryLow],
        updates: Some(Reference::Event(EventId(6))),
        caused_by: Some(Reference::Event(EventId(5))),
    };
    event.voice = Voice {
        mode: Some(VoiceMode::Callback),
        address: Some("sip:unit@example.net".into()),
        direction: Some(VoiceDirection::Duplex),
    };
    let mut measurement = Measurement::new("36.60");
    measurement.unit = Some("Cel".into());
    measurement.limit = Some("38.0".into());
    event.attachments = vec![
        Attachment::Text("the door was open".into()),
        Attachment::Measurement(measurement),
        Attachment::Picture(Picture::Address("https://example.net/1.jpg".into())),
        Attachment::Picture(Picture::Inline {
            media_type: "image/jpeg".into(),
            content: Private::new(Bytes(vec![0xFF, 0xD8])),
        }),
    ];
    event.raw = Some(Raw {
        bytes: Private::new(Bytes(b"<mrq/>\r\n".to_vec())),
        transport: Transport {
            protocol: Some("sip+tls".into()),
            peer: Some("192.0.2.1:5061".into()),
            tls_identity: Some("unit.example.net".into()),
        },
        decoder: Some(Decoder {
            name: "scaip".into(),
            version: "0.1.0".into(),
        }),
    });
    event.acks = vec![
        Ack::Sender {
            answer: "snu 0".into(),
            at: at(3),
            after: StorageStep::Durable,
        },
        Ack::Operator {
            operator: "operator-1".into(),
            at: at(4),
            step: Handling::Accepted,
        },
        Ack::Receiver {
            receiver: "journal".into(),
            at: at(5),
            answer: "HTTP 201".into(),
        },
    ];
    event.history = vec![HistoryEntry {
        at: at(6),
        change: Change::Note("called back".into()),
        by: Some("operator-1".into()),
    }];
    event.advance(Handling::Accepted, at(7)).expect("legal");
    event.clear(at(8)).expect("legal");
    event.history.push(HistoryEntry {
        at: at(9),
        change: Change::UpdatedBy(EventId(8)),
        by: None,
    });
    event.history.push(HistoryEntry {
        at: at(9),
        change: Change::RepeatedBy(EventId(9)),
        by: None,
    });
    event.test = true;
    event
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        "[ -~]{0,12}",
        "\\PC{0,8}",
        Just("\u{0}\u{1b}\"\\\n".to_owned())
    ]
}

fn private() -> impl Strategy<Value = Private<String>> {
    text().prop_map(Private::new)
}

fn one_of<T: Copy + std::fmt::Debug + 'static>(all: &'static [T]) -> impl Strategy<Value = T> {
    (0..all.len()).prop_map(move |i| all[i])
}

pub(crate) fn time() -> impl Strategy<Value = Timestamp> {
    (Timestamp::MIN.as_micros()..=Timestamp::MAX.as_micros()).prop_map(at)
}

fn bytes() -> impl Strategy<Value = Private<Bytes>> {
    prop_oneof![
        prop::collection::vec(any::<u8>(), 0..20),
        text().prop_map(String::into_bytes),
    ]
    .prop_map(|b| Private::new(Bytes(b)))
}

fn reference() -> impl Strategy<Value = Reference> {
    prop_oneof![
        any::<u128>().prop_map(|id| Reference::Event(EventId(id))),
        text().prop_map(Reference::SourceRef)
    ]
}

fn reading() -> impl Strategy<Value = Reading> {
    (time(), of(text())).prop_map(|(at, clock)| Reading { at, clock })
}

fn position() -> impl Strategy<Value = Private<Position>> {
    (
        -900_000_000..=900_000_000i32,
        -1_800_000_000..=1_800_000_000i32,
        of(any::<u32>()),
        of(text()),
        of(text()),
    )
        .prop_map(|(lat, lon, accuracy_m, time, method)| {
            let latitude = Latitude::from_e7(lat).expect("in range");
            let longitude = Longitude::from_e7(lon).expect("in range");
            let time = time.map(DeviceTime::new);
            Private::new(Position {
                latitude,
                longitude,
                accuracy_m,
                time,
                method,
            })
        })
}

fn attachment() -> impl Strategy<Value = Attachment> {
    prop_oneof![
        private().prop_map(Attachment::Text),
        private().prop_map(|a| Attachment::Picture(Picture::Address(a))),
        (text(), bytes()).prop_map(|(media_type, content)| {
            Attachment::Picture(Picture::Inline {
                media_type,
                content,
            })
        }),
        (private(), of(text()), of(private())).prop_map(|(value, unit, limit)| {
            Attachment::Measurement(Measurement { value, unit, limit })
        }),
    ]
}

fn ack() -> impl Strategy<Value = Ack> {
    prop_oneof![
        (text(), time(), one_of(StorageStep::ALL)).prop_map(|(answer, at, after)| Ack::Sender {
            answer,
            at,
            after
        }),
        (private(), time(), one_of(Handling::ALL)).prop_map(|(operator, at, step)| Ack::Operator {
            operator,
            at,
            step
        }),
        (text(), time(), text()).prop_map(|(receiver, at, answer)| Ack::Receiver {
            receiver,
            at,
            answer
        }),
    ]
}

fn history() -> impl Strategy<Value = HistoryEntry> {
    let change = prop_oneof![
        one_of(Condition::ALL).prop_map(Change::Condition),
        one_of(Handling::ALL).prop_map(Change::Handling),
        any::<u128>().prop_map(|id| Change::UpdatedBy(EventId(id))),
        any::<u128>().prop_map(|id| Change::RepeatedBy(EventId(id))),
        private().prop_map(Change::Note),
    ];
    (time(), change, of(private())).prop_map(|(at, change, by)| HistoryEntry { at, change, by })
}

prop_compose! {
    fn device()(
        controller in of(text()), device in of(text()), component in of(text()),
        kind in of(one_of(DeviceKind::ALL)), kind_code in of(text()),
        profile in of(one_of(Profile::ALL)), software_version in of(text()),
    ) -> Device {
        Device { controller, device, component, kind, kind_code, profile, software_version }
    }
}

prop_compose! {
    fn correlation()(
        source_ref in of(text()), dedup_key in of(text()), clears in of(reference()),
        clears_kinds in prop::collection::vec(one_of(Kind::ALL), 0..3),
        updates in of(reference()), caused_by in of(reference()),
    ) -> Correlation {
        Correlation { source_ref, dedup_key, clears, clears_kinds, updates, caused_by }
    }
}

prop_compose! {
    fn location()(
        code in of(text()), value in of(text()), text in of(private()),
        address in of(private()), position in of(position()),
    ) -> Location {
        Location { code, value, text, address, position }
    }
}

prop_compose! {
    fn raw()(
        bytes in bytes(), protocol in of(text()), peer in of(text()), tls_identity in of(text()),
        decoder in of((text(), text())),
    ) -> Raw {
        let decoder = decoder.map(|(name, version)| Decoder { name, version });
        Raw { bytes, transport: Transport { protocol, peer, tls_identity }, decoder }
    }
}

prop_compose! {
    fn recorded()(
        system in one_of(System::ALL), profile in one_of(Profile::ALL), code in text(),
        relation in one_of(Relation::ALL), uncertain in any::<bool>(),
    ) -> RecordedMapping {
        RecordedMapping { system, profile, code, relation, uncertain }
    }
}

prop_compose! {
    fn subject()(
        id in private(), name in of(private()), found_by in one_of(FoundBy::ALL),
        confirmed in any::<bool>(),
    ) -> Subject {
        Subject { id, name, found_by, confirmed }
    }
}

pub(crate) fn event() -> impl Strategy<Value = Event> {
    let state = (
        any::<u128>(),
        one_of(Kind::ALL),
        one_of(Class::ALL),
        one_of(Priority::ALL),
        one_of(Phase::ALL),
        one_of(Condition::ALL),
        one_of(Handling::ALL),
        any::<bool>(),
        of(text()),
        of(text()),
    );
    let times = (of(text()), reading(), of(reading()));
    let voice = (
        of(one_of(VoiceMode::ALL)),
        of(private()),
        of(one_of(VoiceDirection::ALL)),
    );
    let lists = (
        prop::collection::vec(subject(), 0..3),
        prop::collection::vec(attachment(), 0..3),
        prop::collection::vec(ack(), 0..3),
        prop::collection::vec(history(), 0..3),
    );
    let parts = (
        device(),
        location(),
        correlation(),
        of(raw()),
        of(recorded()),
    );
    (state, times, voice, lists, parts).prop_map(|(state, times, voice, lists, parts)| {
        let received = times.1.at;
        let mut event = Event::new(EventId(state.0), state.1, received);
        event.class = state.2;
        event.priority = state.3;
        event.phase = state.4;
        event.condition = state.5;
        event.handling = state.6;
        event.test = state.7;
        event.detail = state.8;
        event.source_priority = state.9;
        event.times = Times {
            device: times.0.map(DeviceTime::new),
            received: times.1,
            stored: times.2,
        };
        event.voice = Voice {
            mode: voice.0,
            address: voice.1,
            direction: voice.2,
        };
        (event.subjects, event.attachments, event.acks, event.history) = lists;
        (
            event.device,
            event.location,
            event.correlation,
            event.raw,
            event.mapping,
        ) = parts;
        event
    })
}
