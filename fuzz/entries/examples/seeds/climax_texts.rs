//! Seeds of the Climax targets that read bytes: the examples of Climax reference 2.9, 5 and 9, and
//! deviations. Payloads, accounts and names are made up.

use super::shape::{Shape, event};
use super::{Seed, texts};

const E1: &str = "aaaaaaaa29cd29cd0a00002b5a10c37e9104d824f8";

fn hex(digits: &str) -> Vec<u8> {
    let digit = |at| u8::from_str_radix(&digits[at..at + 2], 16).expect("digits");
    (0..digits.len()).step_by(2).map(digit).collect()
}

/// Settings of a search in family F1: tolerance, polarities, late rows, last bit, CRC cut.
fn search(settings: [u8; 5], cut: u8) -> Shape {
    Shape::of(&settings).none().bytes(&[cut])
}

const NO_WRONG_BITS: [u8; 4] = [0; 4];

fn frame(shape: Shape, payload: &[u8], lead: u8, inverted: u8, wrong: [u8; 4], cut: u8) -> Shape {
    let shape = shape.then(1, 2, &[]).slice(payload);
    shape.bytes(&[lead, inverted]).bytes(&wrong).bytes(&[cut])
}

pub(super) fn f1() -> Vec<Seed> {
    const PAYLOAD: &[u8] = b"\x00\x00\x2b\x5a\x10\xc3\x7e\x91\x04\xd8";
    let clean = |settings| frame(search(settings, 0), PAYLOAD, 5, 0, NO_WRONG_BITS, 0);
    let late = search([2, 0, 1, 0, 0], 0).then(0, 2, &[]);
    let declared = Shape::of(&[2, 0, 0, 0, 0])
        .some()
        .bytes(&0x2DD4_2DD4_u64.to_le_bytes())
        .bytes(&[16])
        .some()
        .bytes(&[7])
        .bytes(&[0, 0, 0])
        .none()
        .none()
        .bytes(&[0]);
    let chip = |bytes: &str| hex(bytes);
    vec![
        (
            "row_e5",
            b"{172}d555555514e694e685000015ad0861bf48826c127c0".to_vec(),
        ),
        (
            "row_e6",
            b"{168}155555554539a539a14000056b42186fd2209b049f".to_vec(),
        ),
        (
            "rows",
            b"codes : {4}f, {8} a 5 {\"json\":1} {9}ff8 {".to_vec(),
        ),
        ("row_too_long", b"{65537}00".to_vec()),
        ("bytes_e1", hex(E1)),
        ("chip_e1", chip(&E1[16..])),
        (
            "chip_unseen_length",
            chip("0500001133 44b211".replace(' ', "").as_str()),
        ),
        ("chip_cut", chip("0a00002b5a")),
        ("clean", clean([2, 0, 0, 0, 0]).end().done()),
        ("exact", clean([0, 1, 0, 0, 0]).end().done()),
        (
            "inverted_behind_noise",
            frame(
                search([2, 0, 0, 0, 0], 3)
                    .then(0, 2, &[])
                    .slice(b"\x55\x29\xcd"),
                PAYLOAD,
                3,
                1,
                NO_WRONG_BITS,
                0,
            )
            .end()
            .done(),
        ),
        (
            "two_wrong_bits",
            frame(search([2, 0, 0, 0, 0], 0), PAYLOAD, 0, 0, [33, 50, 0, 2], 0)
                .end()
                .done(),
        ),
        (
            "last_bit_lost",
            frame(search([2, 0, 0, 1, 0], 0), PAYLOAD, 0, 0, [167, 0, 0, 1], 0)
                .end()
                .done(),
        ),
        (
            "crc_cut_short",
            frame(search([2, 0, 0, 0, 1], 0), PAYLOAD, 0, 0, NO_WRONG_BITS, 24)
                .end()
                .done(),
        ),
        ("late_row", late.slice(&hex(&E1[10..])).end().done()),
        (
            "declared",
            frame(declared, b"1234567", 9, 1, NO_WRONG_BITS, 0)
                .end()
                .done(),
        ),
    ]
}

pub(super) fn reports() -> Vec<Seed> {
    let mut seeds = texts(&[
        ("button", "[4711 18110101005FF0F]"),
        ("restore", "[4711 183101010051111]"),
        ("inactivity", "[4711 181641000724A1B]"),
        ("check_in", "[4711 18160200000240F]"),
        ("fall", "[C0FFEE 1811200000304C9]"),
        ("word", "[room-217 1817320201412D1]"),
        ("two", "[4711 18110101005FF0F]??[4711 183101010051111]"),
        ("opened_twice", "[4711 18[4711 18110101005FF0F]"),
        ("wrong_checksum", "[4711 18110101005FF0E]"),
        ("no_checksum", "[4711 18110101005]"),
        ("short_checksum", "[4711 18110101005FF]"),
        ("spaces", "[4711  18110101005FF0F]\r\n"),
        ("lower_case", "[4711 18110101005ff0f]"),
        ("letter_a", "[4711 1811A101005FF0F]"),
        ("message_98", "[4711 98110101005FF0F]"),
        ("short_message", "4711 18 1101 01 005 C86F"),
        ("angle", "<4711 18 1101 01 005 4>"),
        ("angle_bare", "4711 18 3401 00 001 9"),
        ("angle_word", "<room-217 18 1101 01 005 4>"),
        ("cut", "[4711 18110"),
        ("unknown_qualifier", "[4711 18510101005FF0F]"),
    ]);
    let long = format!("[{}]x]", "7".repeat(129));
    seeds.push(("too_long", long.into_bytes()));
    let built = Shape::default()
        .slice(b"4711")
        .bytes(&[0])
        .bytes(&event("1101 01 005"));
    seeds.push(("built", built.done()));
    seeds
}

/// The frames of Climax reference 5.4, without LF and CR.
const FRAMES: [(&str, &str); 9] = [
    (
        "contact_id",
        "47CC0027\"ADM-CID\"0042L0#4711[#4711|1101 01 005]",
    ),
    ("sia", "36DF0027\"SIA-DCS\"0043L0#4711[#4711|Nri1/MA0005]"),
    (
        "with_time",
        "0CF6003B\"ADM-CID\"0044L0#4711[#4711|1641 00 072]_09:30:00,03-14-2026",
    ),
    ("link_test", "F22F0013\"NULL\"0000L0#4711[]"),
    ("ack", "C8F90012\"ACK\"0042L0#4711[]"),
    ("nak", "F1720025\"NAK\"0000R0L0A0[]_09:30:05,03-14-2026"),
    ("duh", "33760012\"DUH\"0043L0#4711[]"),
    (
        "encrypted",
        "57E50076\"*ADM-CID\"0042L0#4711[3A453243A366BC389A903CBFFB988E60BDFA81D4B779E2324D6DB4830E\
         BB7F4858D038A7198967973A0E2536422A6D36",
    ),
    (
        "encrypted_ack",
        "97950052\"*ACK\"0042L0#4711[E02F38560A05EE77F5070606F4A340F4E081DAA27A1243B17A7E9D91D652E012",
    ),
];

/// A body for the target to put into an envelope.
const BODIES: [(&str, &str); 12] = [
    (
        "body_two_blocks",
        "\"SIA-DCS\"0043R1L0#4711[#4711|Nri1/MA0005*bedroom*][X010E][Y59N]",
    ),
    (
        "body_inner_account",
        "\"ADM-CID\"0042L0#4711[4712|1101 01 005]",
    ),
    ("body_no_line", "\"ADM-CID\"0042#4711[#4711|1101 01 005]"),
    (
        "body_word",
        "\"ADM-CID\"0042L0#room-217[#room-217|1732 02 014]",
    ),
    (
        "body_bad_time",
        "\"ADM-CID\"0042L0#4711[#4711|1101 01 005]_25:00:00,03-14-2026",
    ),
    ("body_no_bracket", "\"ADM-CID\"0042L0#4711"),
    ("body_open", "\"ADM-CID\"0042L0#4711[#4711|1101"),
    ("body_token", "\"NEW\"0001L0#4711[anything]"),
    ("body_sequence", "\"ADM-CID\"00x2L0#4711[]"),
    ("body_number", "\"ADM-CID\"0042L1234567#4711[]"),
    (
        "body_sia_many",
        "\"SIA-DCS\"0001L0#4711[#4711|Nti09:30ri2id7/BA12|BR*x^y^/FA*open]",
    ),
    ("body_trailing", "\"NULL\"0000L0#4711[]trailing"),
];

fn framed(text: &str) -> Vec<u8> {
    format!("\n{text}\r").into_bytes()
}

pub(super) fn frames() -> Vec<Seed> {
    let mut seeds: Vec<Seed> = FRAMES
        .iter()
        .map(|(name, text)| (*name, framed(text)))
        .collect();
    seeds.extend(texts(&BODIES));
    let raw = hex(concat!(
        "0a0d0b30303237224144",
        "4d2d434944223031303",
        "44c3023343731315b23343731317c3136",
        "30322030302030",
        "30305d0d"
    ));
    seeds.extend([
        ("raw_crc_with_cr", raw.clone()),
        ("two", [framed(FRAMES[0].1), b"\0\0".to_vec(), raw].concat()),
        (
            "stray_line_feed",
            [b"\n".to_vec(), framed(FRAMES[3].1)].concat(),
        ),
        ("wrong_crc", framed(&FRAMES[0].1.replace("47CC", "47CD"))),
        ("wrong_length", framed(&FRAMES[0].1.replace("0027", "0028"))),
        ("too_long", framed(&FRAMES[0].1.replace("0027", "0401"))),
        ("cut", framed(FRAMES[0].1)[..20].to_vec()),
        ("time", b"_23:59:59,02-29-2024".to_vec()),
        ("sia_data", b"Nri1/MA0005*bedroom*".to_vec()),
    ]);
    seeds
}

pub(super) fn destinations() -> Vec<Seed> {
    texts(&[
        ("brackets", "ip://4711@192.0.2.7:5000/CID"),
        ("oldest", "rptn://4711@panel.example.net:5000"),
        ("without_suffix", "ip://4711@192.0.2.7:5000"),
        ("sia", "ip://4711@192.0.2.7:5000/SIA"),
        ("sia_2_area", "IP://4711@192.0.2.7:5000/sia2_a"),
        (
            "key",
            "ip://4711@192.0.2.7:5000/CID_SIA/KEY/000102030405060708090A0B0C0D0E0F",
        ),
        ("short_key", "ip://4711@192.0.2.7:5000/SIA/KEY/12"),
        ("csv", "ip://4711@192.0.2.7:5000/CSV/user/p@ss/word"),
        ("manitou", "ip://4711@192.0.2.7:23506/MAN_TLS"),
        ("unknown", "ip://4711@192.0.2.7:5000/NEW/thing"),
        ("at_in_account", "ip://a@b@192.0.2.7:5000/CID"),
        ("slash_in_account", "a/b@192.0.2.7:5000"),
        ("ipv6", "ip://4711@[2001:db8::7]:5000/CID"),
        ("ipv6_bare", "ip://4711@2001:db8::7/CID"),
        ("mobile", "4711@192.0.2.7:5000"),
        ("mail", "mailto:someone@example.net"),
        ("blanks", " ip://4711@192.0.2.7:5000/CID "),
        ("port", "ip://4711@192.0.2.7:70000/CID"),
        ("scheme", "http://4711@192.0.2.7/CID"),
        ("strange_host", "ip://4711@a]:b:1/CID"),
    ])
}

pub(super) fn answers() -> Vec<Seed> {
    let mut seeds = texts(&[
        (
            "old_devices",
            "/*-secure-\n{ senrows : [ { zone : \"3\", type : 4, name : \"Fr\tont door\",\n status : \
             \"{WEB_MSG_DC_OPEN}\", battery_ok : \"0\" } ] }*/",
        ),
        (
            "devices",
            "{\"senrows\":[{\"area\":1,\"zone\":5,\"type\":\"21\",\"id\":\"RF:0a1b2c3d\",\"rssi\":\"Strong, 9\",\
             \"status\":\"{WEB_MSG_TS_DEGREE}21,5\",\"tamper_ok\":\"1\",\"tamper\":\"bad\"},7]}",
        ),
        (
            "conditions",
            "{\"updates\":{\"mode_a1\":\"{AREA_MODE_1}\",\"ac_ok\":\"1\",\"battery_ok\":0}}",
        ),
        (
            "records",
            "[{\"uid\":7,\"time\":\"1773480600\",\"area\":1,\"zone\":3,\"type\":4,\"event\":\"{EVT_1}\"}]",
        ),
        (
            "reports",
            "{rows:[{uid:9,event:Trigger,cid:1101},{uid:10,event:'Restore',cid:'3101'}]}",
        ),
        ("token", "{\"message\":\"0a1b2c3d\"}"),
        ("bare_token", "0a1b2c3d"),
        (
            "log",
            "{\"logrows\":[{\"time\":\"09:30\",\"area\":\"1\",\"user\":\"x\",\"event\":\"{D_TYPE_4} open\"}]}",
        ),
        ("spare_commas", "{a:[{b:1,},],}"),
        (
            "escapes",
            "{\"a\":[{\"name\":\"\\q \\u00e9 \\ud83d\\ude00 \\ud800 \\'\"}]}",
        ),
        ("deep", "[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]"),
        ("after_the_end", "[{\"zone\":1}] and more"),
        ("html", "<html><body>401</body></html>"),
        ("exponent", "[{\"zone\":1e3,\"area\":-0.5}]"),
    ]);
    seeds.push(("latin1", b"{a:[{name:\"D\xF8r\"}]}".to_vec()));
    seeds.push(("byte_order_mark", b"\xEF\xBB\xBF[{\"zone\":1}]".to_vec()));
    seeds
}
