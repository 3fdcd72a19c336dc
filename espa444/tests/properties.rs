//! Properties of the codec and of the scanner.

#![allow(clippy::unwrap_used)]

mod support;

use espa444::{
    BlockBuf, DecodeOptions, EncodeOptions, Item, Limits, decode, decode_prefix, encode,
    encode_into, encoded_len, parity, scan,
};
use proptest::prelude::*;
use support::{any_block, any_block_up_to, block};

fn written(block: &BlockBuf) -> Vec<u8> {
    let mut out = Vec::new();
    encode(&block.as_block(), &EncodeOptions::new(), &mut out).unwrap();
    out
}

/// Bytes in which everything of the protocol is frequent.
fn line() -> impl Strategy<Value = Vec<u8>> {
    let byte = prop_oneof![
        6 => prop::sample::select(b"\x01\x02\x03\x04\x05\x06\x15\x1E\x1F12378 \r\n\0\x81\x84\x82\x9F".to_vec()),
        3 => 0x20_u8..0x7F,
        1 => any::<u8>(),
    ];
    prop::collection::vec(byte, 0..200)
}

fn mutate(bytes: &mut Vec<u8>, changes: Vec<(prop::sample::Index, u8, u8)>) {
    for (place, byte, how) in changes {
        let at = place.index(bytes.len());
        match how {
            0 => bytes[at] = byte,
            1 => bytes.insert(at, byte),
            2 if bytes.len() > 1 => {
                bytes.remove(at);
            }
            _ => {
                let tail = bytes[at..].to_vec();
                bytes.extend(tail);
            }
        }
    }
}

/// Everything that has to hold for any bytes.
fn check_any(bytes: &[u8]) -> Result<(), TestCaseError> {
    let wide = DecodeOptions::lenient()
        .accepting_missing_bcc()
        .with_limits(Limits {
            block: 2048,
            ..Limits::LENIENT
        });
    for options in [DecodeOptions::lenient(), DecodeOptions::strict(), wide] {
        match decode_prefix(bytes, &options) {
            Ok(decoded) => {
                prop_assert!(bytes.starts_with(decoded.raw()));
                let again = decode(decoded.raw(), &options);
                prop_assert_eq!(again.as_ref(), Ok(&decoded));
                let owned = decoded.clone().into_owned();
                prop_assert_eq!(&owned, &decoded);
                let _ = decoded.block().message();
                prop_assert!(decoded.block().records().count() <= bytes.len());
            }
            Err(error) => prop_assert!(error.offset <= bytes.len()),
        }
        let mut at = 0;
        for scanned in scan(bytes, &options) {
            prop_assert_eq!(scanned.range.start, at);
            prop_assert!(scanned.range.end > at && scanned.range.end <= bytes.len());
            if let Item::Block(decoded) = &scanned.item {
                prop_assert_eq!(decoded.raw(), &bytes[scanned.range.clone()]);
            }
            at = scanned.range.end;
        }
        prop_assert_eq!(at, bytes.len(), "every byte belongs to an item");
        let is_block = |item: &Item<'_>| {
            matches!(
                item,
                Item::Block(_)
                    | Item::RefusedBlock(_)
                    | Item::TruncatedBlock
                    | Item::BlockWithoutStart
            )
        };
        let filtered = scan(bytes, &options).filter(|scanned| is_block(&scanned.item));
        prop_assert!(scan(bytes, &options).blocks().eq(filtered));
        // `fold` and `next` are two ways over the same items.
        let mut folded = Vec::new();
        scan(bytes, &options).for_each(|scanned| folded.push(scanned));
        let mut iterated = scan(bytes, &options);
        for scanned in folded {
            let same = iterated.next() == Some(scanned);
            prop_assert!(same);
        }
    }
    Ok(())
}

proptest! {
    #[test]
    fn what_is_written_reads_back_the_same(own in any_block()) {
        let bytes = written(&own);
        prop_assert_eq!(encoded_len(&own.as_block(), &EncodeOptions::new()), Ok(bytes.len()));
        let decoded = decode(&bytes, &DecodeOptions::strict()).unwrap();
        prop_assert_eq!(decoded.block(), own.as_block());
        prop_assert_eq!(&BlockBuf::try_from(&decoded.block()).unwrap(), &own);
        let lenient = decode(&bytes, &DecodeOptions::lenient()).unwrap();
        prop_assert_eq!(&lenient, &decoded);
        prop_assert!(lenient.warnings().iter().all(|w| w.kind.strict_answer().is_none()));
        let mut buffer = vec![0; bytes.len()];
        encode_into(&own.as_block(), &EncodeOptions::new(), &mut buffer).unwrap();
        prop_assert_eq!(buffer, bytes);
    }

    #[test]
    fn parity_left_in_is_taken_out(own in any_block_up_to(0x7F)) {
        let mut bytes = written(&own);
        parity::add(&mut bytes);
        let decoded = decode(&bytes, &DecodeOptions::lenient()).unwrap();
        prop_assert_eq!(decoded.block(), own.as_block());
    }

    #[test]
    fn random_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        check_any(&bytes)?;
    }

    #[test]
    fn bytes_like_those_of_a_line_never_panic(bytes in line()) {
        check_any(&bytes)?;
    }

    #[test]
    fn any_body_with_a_right_bcc_never_panics(body in line()) {
        check_any(&block(&body))?;
        let mut bytes = block(&body);
        parity::add(&mut bytes);
        check_any(&bytes)?;
    }

    /// Link traffic of any length between blocks, so that the quick ways have something to pass.
    #[test]
    fn a_capture_of_any_pieces_is_taken_apart(
        pieces in prop::collection::vec(
            prop_oneof![
                any_block().prop_map(|own| written(&own)),
                "[12\x04\x05\x06\x15]{0,80}".prop_map(String::into_bytes),
                line(),
                prop::collection::vec(prop::sample::select(
                    b"\x81\x84\xB2\x05\x82\x01\x04\x95\x06\x03\x1EA".to_vec()), 0..40),
            ],
            0..8,
        ),
    ) {
        check_any(&pieces.concat())?;
    }

    #[test]
    fn mutated_blocks_never_panic(
        own in any_block(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0..4_u8), 1..6),
    ) {
        let mut bytes = written(&own);
        mutate(&mut bytes, changes);
        check_any(&bytes)?;
    }

    #[test]
    fn truncated_blocks_are_errors(own in any_block()) {
        let bytes = written(&own);
        for end in 0..bytes.len() {
            prop_assert!(decode(&bytes[..end], &DecodeOptions::lenient()).is_err());
        }
    }

    /// A record appended that makes the block deviate, and leads it past the fast way.
    #[test]
    fn both_ways_of_reading_give_the_same_records(own in any_block()) {
        let bytes = written(&own);
        let mut longer = bytes[1..bytes.len() - 2].to_vec();
        longer.push(0x1E);
        let longer = block(&longer);
        let fast = decode(&bytes, &DecodeOptions::lenient()).unwrap();
        let general = decode(&longer, &DecodeOptions::lenient()).unwrap();
        let records = |decoded: &espa444::Decoded<'_>| -> Vec<Vec<u8>> {
            decoded.block().records().map(|record| record.as_bytes().to_vec()).collect()
        };
        prop_assert_eq!(records(&fast), records(&general));
        prop_assert_eq!(fast.warnings().len() + 1, general.warnings().len());
    }
}
