//! Seeds of the ESPA targets: the blocks of ESPA reference 13 and 6.2, deviations, dialogues.

use super::Seed;

fn hex(dump: &str) -> Vec<u8> {
    dump.split_whitespace()
        .map(|byte| u8::from_str_radix(byte, 16).expect("a byte"))
        .collect()
}

/// A block around `header STX records`, with the right BCC.
fn block(body: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0x01];
    bytes.extend_from_slice(body);
    bytes.push(0x03);
    let bcc = bytes[1..].iter().fold(0, |sum, byte| sum ^ byte);
    bytes.push(bcc);
    bytes
}

fn with_parity(mut bytes: Vec<u8>) -> Vec<u8> {
    for byte in &mut bytes {
        *byte |= u8::from(byte.count_ones() % 2 == 1) << 7;
    }
    bytes
}

const FIRE: &[u8] = b"1\x021\x1F208\x1E2\x1FBRANN SLOYFE 3 DET 17\x1E3\x1F2\x1E4\x1F3\x1E6\x1F1";
const SMALL: &[u8] = b"1\x021\x1F31\x1E2\x1FTEST";
const STATUS: &[u8] = b"2\x021\x1F31\x1E2\x1FTEST\x1E7\x1F3";

pub(super) fn blocks() -> Vec<Seed> {
    let long = [&b"1\x021\x1F31\x1E2\x1F"[..], &[b'A'; 128]].concat();
    let too_long = [&b"1\x021\x1F31\x1E2\x1F"[..], &[b'A'; 140]].concat();
    let built = [&b"1"[..], b"\x011\x0131\x012\x01TEST"].concat();
    vec![
        ("fire", block(FIRE)),
        ("small", block(SMALL)),
        ("reset", block(b"1\x021\x1F208\x1E2\x1FBRANN\x1E4\x1F1")),
        ("status", block(STATUS)),
        ("status_request", block(b"3\x021\x1F31")),
        ("system_status", block(b"2\x028\x1F1")),
        ("subscriber_line", block(b"4\x021\x1F6021")),
        ("other_information", block(b"5\x02x\x1Fy")),
        ("unknown_header", block(b"X\x021\x1F31")),
        (
            "vendor_records",
            block(b"1\x021\x1F31\x1E9\x1FA77\x1ED\x1F0012"),
        ),
        (
            "free_order",
            block(b"1\x026\x1F2\x1E4\x1F3\x1E1\x1F31\x1E2\x1FPUMPE"),
        ),
        ("separator_before_end", block(b"1\x021\x1F31\x1E")),
        ("empty_record", block(b"1\x021\x1F31\x1E\x1E2\x1FX")),
        ("record_without_separator", block(b"1\x021\x1F31\x1EX")),
        ("record_without_identifier", block(b"1\x021\x1F31\x1E\x1FX")),
        ("no_records", block(b"1\x02")),
        ("blanks", block(b" 1 \x02 1 \x1F31")),
        ("repeated_record", block(b"1\x021\x1F31\x1E1\x1F32")),
        ("control_character", block(b"1\x021\x1F31\x1E2\x1FA\x07B")),
        ("line_end_in_text", block(b"1\x021\x1F31\x1E2\x1FA\r\nB\t")),
        ("norway", block(b"1\x021\x1F31\x1E2\x1FR\\YK")),
        (
            "latin1",
            hex("01 31 02 31 1F 33 31 1E 32 1F 52 D8 59 4B 03 B7"),
        ),
        (
            "seven_bit_bcc",
            hex("01 31 02 31 1F 33 31 1E 32 1F 52 D8 59 4B 03 37"),
        ),
        ("parity", with_parity(block(SMALL))),
        (
            "parity_wrong",
            hex("81 B1 82 B1 9F 33 B1 1E B2 9F D4 C5 53 54 03 39"),
        ),
        (
            "bcc_eot",
            hex("01 31 02 31 1F 33 31 1E 32 1F 44 45 54 20 31 35 5A 03 04"),
        ),
        (
            "bcc_etx",
            hex("01 31 02 31 1F 33 31 1E 32 1F 44 45 54 20 31 30 58 03 03"),
        ),
        (
            "bcc_nul",
            hex("01 31 02 31 1F 33 31 1E 32 1F 44 45 54 20 31 31 5A 03 00"),
        ),
        ("bcc_wrong", hex("01 31 02 31 1F 33 31 03 00")),
        ("bcc_missing", hex("01 31 02 31 1F 33 31 03")),
        ("bcc_missing_eot", hex("01 31 02 31 1F 33 31 03 04")),
        ("cut", hex("01 31 02 31 1F 33")),
        ("aborted", hex("01 31 02 31 04")),
        ("restarted", hex("01 31 02 31 01 31")),
        ("longest_text", block(&long)),
        ("text_too_long", block(&too_long)),
        ("trailing", [block(SMALL), b"\r\n \0".to_vec()].concat()),
        ("built", built),
    ]
}

pub(super) fn captures() -> Vec<Seed> {
    let small = block(SMALL);
    let join = |parts: &[&[u8]]| parts.concat();
    let damaged = b"\x011\x021\x1F31\x1E2\x1FTDST\x03\x39";
    let dialogue = join(&[
        b"\x041\x052\x052\x15\x04\x041\x052\x05\x06",
        damaged,
        b"1\x15",
        &small,
        b"\x06\x04\x042\x051\x05\x06",
        &block(STATUS),
        b"\x06\x04",
    ]);
    let eot_as_bcc = hex("01 31 02 31 1F 33 31 1E 32 1F 44 45 54 20 31 35 5A 03 04");
    vec![
        ("dialogue", dialogue.clone()),
        ("dialogue_with_parity", with_parity(dialogue.clone())),
        (
            "parity_then_plain",
            [with_parity(dialogue.clone()), dialogue.clone()].concat(),
        ),
        ("heartbeats", b"\x041\x052\x05\x06\x04".repeat(12)),
        ("polls", b"\x042\x05\x04\x043\x05\x04".repeat(12)),
        (
            "bcc_like_eot",
            join(&[b"\x042\x05\x06", &eot_as_bcc, b"\x06\x04"]),
        ),
        (
            "two_blocks",
            [small.clone(), b"\x06".to_vec(), small.clone()].concat(),
        ),
        ("cut_by_eot", join(&[&small[..9], b"\x04", &small])),
        ("cut_by_soh", join(&[&small[..9], &small])),
        (
            "without_soh",
            join(&[b"\x041\x052\x05\x06", &small[1..], b"\x06\x04"]),
        ),
        (
            "without_soh_and_bcc",
            join(&[b"1\x15", &small[1..small.len() - 1], b"\x04"]),
        ),
        ("stx_alone", b"\x02\x02A\x02\x04\x02".to_vec()),
        (
            "long_address",
            b"\x04ABCDEFGHIJKLMNOPQ\x05\x0412\x05\x05".to_vec(),
        ),
        ("padding", b"\r\n\0 \x04 \x041\x05\0\0".to_vec()),
        (
            "garbage",
            hex("FF 80 41 42 81 01 84 84 B1 05 7F 03 04 02 41 05"),
        ),
        ("prefixes", b"1\x153\x15\x152\x061\x04".to_vec()),
        (
            "parity_cut_then_plain",
            hex("84 B2 05 B2 05 81 B1 82 32 32 05 06 04 31"),
        ),
        ("open", b"\x04\x011\x021\x1F31".to_vec()),
    ]
}

pub(super) fn characters() -> Vec<Seed> {
    let text = |text: &str| [&[200], text.as_bytes()].concat();
    vec![
        ("ascii", text("BRANN SLOYFE 3")),
        ("norwegian", text("RØYK KJØKKEN ÆÅæøå")),
        ("swedish", text("BRÄNDER KÖK ¤ ÉÜéü")),
        ("german", text("TÜR ÖFFNEN §ß")),
        ("national_bytes", text("[\\]{|}~^`@$#")),
        ("latin1", b"\xC8R\xD8YK \x80\x9F".to_vec()),
        ("broken_utf8", b"\xC8\xC3\x28\xE2\x82".to_vec()),
        ("control_characters", text("A\0B\x1FC\tD\r\nE\x7F")),
        ("limit_in_a_character", [&[2], "RØYK".as_bytes()].concat()),
        ("limit_none", [&[0], "RØYK".as_bytes()].concat()),
        ("overline", text("\u{203E}~")),
        ("rule_word", text("FALL\nAVFALL ROM 3 FALL")),
        ("rule_folded", text("Røyk kjøkken\nROYK   KJOKKEN ")),
        (
            "rule_pattern",
            text("{*}ROM {location} SENG {component}\nANROP ROM 12 SENG 2"),
        ),
        ("rule_digits", text("{*}{9}{?}X{*}\n11 22 3X")),
        ("rule_unclosed", text("{loc\n{loc")),
        ("rule_braces", text("{{1}\n{1}")),
    ]
}
