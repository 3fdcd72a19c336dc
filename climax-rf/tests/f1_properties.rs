//! Properties of the search.
#![cfg(feature = "encoder")]
#![allow(clippy::unwrap_used)]

use climax_rf::ByteOrder;
use climax_rf::Provenance;
use climax_rf::checksum::{CrcParameters, CrcWidth};
use climax_rf::f1::{
    Bits, ChipCrc, CrcOver, Declaration, EncodeOptions, Family, FrameCrc, LengthRule, Polarities,
    Polarity, Row, SearchOptions, State, SyncTolerance, SyncWord, WarningKind, encode, packet,
    rows, search,
};
use proptest::prelude::*;

fn payload() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        prop::collection::vec(any::<u8>(), 10),
        prop::collection::vec(any::<u8>(), 3..=61),
    ]
}

fn polarity() -> impl Strategy<Value = Polarity> {
    prop_oneof![Just(Polarity::Normal), Just(Polarity::Inverted)]
}

fn family() -> impl Strategy<Value = Family> {
    let crc = (
        prop::sample::select(vec![8_u8, 16, 24, 32])
            .prop_filter_map("a width", CrcWidth::from_bits),
        any::<[u32; 3]>(),
        any::<[bool; 4]>(),
    );
    let crc = crc.prop_map(|(width, values, flags)| {
        let [polynomial, initial, xor_out] = values.map(|value| value & width.mask());
        let [reflect_in, reflect_out, ..] = flags;
        FrameCrc {
            parameters: CrcParameters {
                width,
                polynomial,
                initial,
                reflect_in,
                reflect_out,
                xor_out,
            },
            byte_order: if flags[2] {
                ByteOrder::HighFirst
            } else {
                ByteOrder::LowFirst
            },
            over: if flags[3] {
                CrcOver::LengthAndPayload
            } else {
                CrcOver::Payload
            },
        }
    });
    (
        16_u8..=64,
        any::<u64>(),
        prop::option::of(crc),
        any::<bool>(),
    )
        .prop_map(|(bits, word, crc, fixed)| {
            Family::declare(Declaration {
                name: "declared".into(),
                provenance: Provenance::User,
                sync: SyncWord::new(word >> (64 - bits), bits).unwrap(),
                length: if fixed {
                    LengthRule::Fixed(7)
                } else {
                    LengthRule::F1
                },
                crc,
                seen_below: None,
                ..Family::F1.declaration().clone()
            })
            .unwrap()
        })
}

/// Places of sync words, one bit after the other.
fn slow(bits: Bits<'_>, options: &SearchOptions) -> Vec<(usize, Polarity, u8)> {
    let sync = options.family.sync();
    let length = sync.len() as usize;
    let places = (0..=bits.len()).filter_map(|at| {
        let wrong = (0..length)
            .map(|bit| Some(bits.get(at + bit)? != ((sync.word() >> (length - 1 - bit)) & 1 == 1)))
            .collect::<Option<Vec<bool>>>()?;
        let wrong = u32::try_from(wrong.iter().filter(|wrong| **wrong).count()).unwrap();
        let allowed = options.tolerance.bits();
        let (polarity, wrong) = if wrong <= allowed {
            (Polarity::Normal, wrong)
        } else {
            (Polarity::Inverted, sync.len() - wrong)
        };
        (wrong <= allowed).then_some((at, polarity, u8::try_from(wrong).unwrap()))
    });
    let tried = |polarity| match options.polarities {
        Polarities::Both => true,
        Polarities::Normal => polarity == Polarity::Normal,
        Polarities::Inverted => polarity == Polarity::Inverted,
    };
    places.filter(|(_, polarity, _)| tried(*polarity)).collect()
}

proptest! {
    #[test]
    fn a_frame_is_found_at_every_offset_in_both_polarities_with_wrong_bits(
        payload in payload(),
        lead in 0_usize..300,
        tail in prop::collection::vec(any::<u8>(), 0..40),
        polarity in polarity(),
        wrong in prop::collection::btree_set(0_usize..32, 0..=3),
    ) {
        let mut buffer = [0; 200];
        let options = EncodeOptions::new().with_lead(lead).with_polarity(polarity);
        let bits = encode(&payload, &Family::F1, options, &mut buffer).unwrap().len();
        for bit in &wrong {
            let at = lead + 32 + bit;
            buffer[at / 8] ^= 0x80 >> (at % 8);
        }
        let bytes = [&buffer[..bits.div_ceil(8)], &tail].concat();
        let options = SearchOptions::new().with_tolerance(SyncTolerance::Three);
        let found = search(Bits::of_bytes(&bytes), &options)
            .find(|found| found.offset == lead + 32)
            .expect("the frame");
        prop_assert_eq!(found.frame.payload(), &payload[..]);
        let state = if payload.len() == 10 { State::Ok } else { State::UnseenLength };
        prop_assert_eq!(found.frame.state(), state);
        prop_assert_eq!(found.frame.polarity(), polarity);
        prop_assert_eq!(found.frame.sync_errors().map(usize::from), Some(wrong.len()));
        prop_assert_eq!(found.end, bits);
        let warnings = found.frame.warnings();
        prop_assert_eq!(warnings.contains(WarningKind::SuspectByte), payload[2] >= 0x40);
        prop_assert_eq!(warnings.contains(WarningKind::SyncErrors), !wrong.is_empty());
        prop_assert_eq!(warnings.contains(WarningKind::Inverted), polarity == Polarity::Inverted);
    }

    #[test]
    fn a_cut_frame_is_truncated_or_not_there(
        payload in payload(),
        lead in 0_usize..20,
        polarity in polarity(),
        cut in any::<prop::sample::Index>(),
    ) {
        let mut buffer = [0; 100];
        let options = EncodeOptions::new().with_lead(lead).with_polarity(polarity);
        let bits = encode(&payload, &Family::F1, options, &mut buffer).unwrap().len();
        let cut = cut.index(bits);
        let options = SearchOptions::new();
        let found = search(Bits::new(&buffer, cut).unwrap(), &options)
            .find(|found| found.offset == lead + 32);
        match found {
            None => prop_assert!(cut < lead + 64),
            Some(found) => {
                let State::Truncated(truncated) = found.frame.state() else {
                    return Err(TestCaseError::fail(format!("{:?}", found.frame)));
                };
                prop_assert!(truncated.right);
                prop_assert_eq!(usize::from(truncated.crc_bits), (cut + 16).saturating_sub(bits));
                prop_assert!(payload.starts_with(found.frame.payload()));
            }
        }
    }

    #[test]
    fn a_damaged_body_is_never_an_event(
        payload in payload(),
        flips in prop::collection::vec(any::<prop::sample::Index>(), 1..=2),
    ) {
        // One or two wrong bits are within what this CRC tells at these lengths.
        let mut buffer = [0; 100];
        let bits = encode(&payload, &Family::F1, EncodeOptions::new(), &mut buffer).unwrap().len();
        let places: std::collections::BTreeSet<usize> =
            flips.iter().map(|flip| 72 + flip.index(bits - 72)).collect();
        for at in &places {
            buffer[at / 8] ^= 0x80 >> (at % 8);
        }
        let options = SearchOptions::new();
        let found = search(Bits::new(&buffer, bits).unwrap(), &options).next().unwrap();
        prop_assert_eq!(found.frame.state(), State::BadCrc);
    }

    #[test]
    fn declared_families_round_trip(
        family in family(),
        payload in prop::collection::vec(any::<u8>(), 7),
        lead in 0_usize..70,
        polarity in polarity(),
    ) {
        let mut buffer = [0; 120];
        let options = EncodeOptions::new().with_lead(lead).with_polarity(polarity);
        let bits = encode(&payload, &family, options, &mut buffer).unwrap().len();
        let offset = lead + 32;
        let options = SearchOptions::strict().with_family(family.clone());
        let mut search = search(Bits::new(&buffer, bits).unwrap(), &options);
        // A sync word of noise can be met before; without a check that hides the frame.
        if let Some(found) = search.by_ref().find(|found| found.end > offset) {
            if found.offset == offset {
                prop_assert_eq!(found.frame.payload(), &payload[..]);
                prop_assert!(found.frame.state().is_event());
                prop_assert_eq!(found.frame.polarity(), polarity);
            } else {
                prop_assert!(found.offset < offset);
            }
        } else {
            return Err(TestCaseError::fail("nothing found"));
        }
    }

    #[test]
    fn the_search_finds_what_a_slow_one_finds(
        bytes in prop::collection::vec(any::<u8>(), 0..120),
        word in any::<u16>(),
        copies in prop::collection::vec((any::<prop::sample::Index>(), 0_u8..=5, any::<bool>()), 0..12),
        length in 16_u8..=64,
        tolerance in prop::sample::select(SyncTolerance::ALL.to_vec()),
        polarities in prop::sample::select(vec![Polarities::Both, Polarities::Normal, Polarities::Inverted]),
        cut in 0_usize..8,
    ) {
        let word = (u64::from(word) * 0x0001_0001_0001_0001) >> (64 - length);
        let sync = SyncWord::new(word, length).unwrap();
        let mut bytes = bytes;
        // Plant sync words, some with wrong bits, some inverted.
        for (place, wrong, inverted) in copies {
            let room = (bytes.len() * 8).saturating_sub(usize::from(length));
            if room == 0 {
                break;
            }
            let at = place.index(room);
            for bit in 0..usize::from(length) {
                let one = (word >> (usize::from(length) - 1 - bit)) & 1 == 1;
                let flip = bit % 7 == 3 && bit / 7 < usize::from(wrong);
                let mask = 0x80 >> ((at + bit) % 8);
                if one ^ inverted ^ flip {
                    bytes[(at + bit) / 8] |= mask;
                } else {
                    bytes[(at + bit) / 8] &= !mask;
                }
            }
        }
        let bits = Bits::new(&bytes, (bytes.len() * 8).saturating_sub(cut)).unwrap();
        let family = Family::declare(Declaration {
            sync,
            ..Family::F1.declaration().clone()
        }).unwrap();
        let options = SearchOptions::new()
            .with_family(family)
            .with_tolerance(tolerance)
            .with_polarities(polarities);
        let mut found = Vec::new();
        let mut frames = search(bits, &options);
        for frame in frames.by_ref() {
            prop_assert!(!frame.frame.state().is_event());
            found.push((frame.offset, frame.frame.polarity(), frame.frame.sync_errors().unwrap()));
        }
        let slow = slow(bits, &options);
        prop_assert!(found.iter().all(|place| slow.contains(place)));
        prop_assert!(found.is_sorted_by_key(|(offset, ..)| *offset));
        prop_assert_eq!(found.len() as u64 + frames.refused(), slow.len() as u64);
    }

    #[test]
    fn nothing_panics_on_any_bytes(
        bytes in prop::collection::vec(any::<u8>(), 0..200),
        family in family(),
        text in "[{}0-9a-fx \"é]{0,60}",
    ) {
        for family in [Family::F1, family] {
            let options = SearchOptions::recordings()
                .with_tolerance(SyncTolerance::Three)
                .with_family(family.clone());
            for bits in 0..bytes.len().min(30) * 8 {
                let _ = search(Bits::new(&bytes, bits).unwrap(), &options).count();
            }
            let frames = search(Bits::of_bytes(&bytes), &options).count();
            prop_assert!(frames <= bytes.len() * 8);
            for crc in [ChipCrc::Bytes, ChipCrc::Passed, ChipCrc::Failed] {
                let _ = packet(&bytes, crc, &family);
            }
        }
        let mut buffer = [0; 64];
        prop_assert!(rows(&text).count() <= text.len());
        if let Ok(row) = Row::parse(&text) {
            let _ = row.read_into(&mut buffer);
        }
    }

    #[test]
    fn a_printed_row_is_read_back(bytes in prop::collection::vec(any::<u8>(), 0..60), cut in 0_usize..8) {
        let bits = (bytes.len() * 8).saturating_sub(cut);
        let mut text: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        text.truncate(bits.div_ceil(4));
        let text = format!("{{{bits}}}{text}");
        let mut buffer = [0xFF; 64];
        let row = Row::parse(&text).unwrap();
        let read = row.read_into(&mut buffer).unwrap();
        prop_assert_eq!(read.len(), bits);
        for at in 0..bits {
            prop_assert_eq!(read.get(at), Some(bytes[at / 8] & (0x80 >> (at % 8)) != 0));
        }
    }
}
