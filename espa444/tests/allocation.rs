//! What the codec costs the heap: nothing, for blocks without deviations.

#![allow(clippy::unwrap_used)]

mod support;

use espa444::{BlockBuf, CharacterSet, DecodeOptions, EncodeOptions, Item, decode, encode, scan};
use support::{EXAMPLES, example, hex};

/// Without a deviation: all but I (separator before ETX), M (seven bits) and P (parity).
fn clean() -> Vec<Vec<u8>> {
    let of = |letter: &char| !matches!(letter, 'I' | 'M' | 'P');
    let chosen = EXAMPLES.iter().filter(|(letter, _)| of(letter));
    chosen.map(|(_, dump)| hex(dump)).collect()
}

#[test]
fn a_clean_block_is_read_without_the_heap() {
    for options in [DecodeOptions::lenient(), DecodeOptions::strict()] {
        for bytes in clean() {
            let cost = allocation_counter::measure(|| {
                let decoded = decode(&bytes, &options).unwrap();
                assert!(decoded.warnings().is_empty());
                let block = decoded.block();
                std::hint::black_box((block.call_address(), block.records().count()));
                // Text that is no ASCII has to be converted, and then is a text of its own.
                if let Some(message) = block
                    .display_message()
                    .filter(|text| text.as_bytes().is_ascii())
                {
                    std::hint::black_box(message.decode(CharacterSet::Auto).len());
                }
            });
            assert_eq!(cost.count_total, 0, "{bytes:02X?}");
        }
    }
}

#[test]
fn a_capture_is_scanned_without_the_heap() {
    let mut capture = Vec::new();
    for bytes in clean() {
        capture.extend(hex("0D 0A 04 31 05 32 05 06"));
        capture.extend(bytes);
        capture.extend(hex("06 04 04 32 05 32 15 04"));
    }
    capture.extend(hex("FF 80 41 42 01 31 02"));
    let mut blocks = 0;
    let cost = allocation_counter::measure(|| {
        for scanned in scan(&capture, &DecodeOptions::lenient()) {
            blocks += usize::from(matches!(scanned.item, Item::Block(_)));
        }
    });
    assert_eq!(cost.count_total, 0);
    assert_eq!(blocks, clean().len());
}

#[test]
fn a_block_is_written_into_a_used_buffer_without_the_heap() {
    let mut buffer = Vec::with_capacity(512);
    for bytes in clean() {
        let decoded = decode(&bytes, &DecodeOptions::lenient()).unwrap();
        let own = BlockBuf::try_from(&decoded.block()).unwrap();
        let cost = allocation_counter::measure(|| {
            buffer.clear();
            encode(&own.as_block(), &EncodeOptions::new(), &mut buffer).unwrap();
        });
        assert_eq!(cost.count_total, 0);
        assert_eq!(buffer, bytes);
    }
}

#[test]
fn the_counter_counts() {
    let bytes = example('I');
    let cost = allocation_counter::measure(|| {
        let decoded = decode(&bytes, &DecodeOptions::lenient()).unwrap();
        assert_eq!(decoded.warnings().len(), 1);
    });
    assert!(cost.count_total > 0, "a warning needs a place");
}
