//! Writes the seed corpora, each file named after what it holds:
//! `cargo run -p fuzz-entries --example seeds`.

mod espa444;

use std::path::Path;
use std::{fs, io};

/// A name and the bytes of one input.
type Seed = (&'static str, Vec<u8>);

fn texts(seeds: &[(&'static str, &str)]) -> Vec<Seed> {
    seeds
        .iter()
        .map(|(name, text)| (*name, text.as_bytes().to_vec()))
        .collect()
}

fn requests() -> Vec<Seed> {
    let mut seeds = texts(&[
        (
            "alarm",
            "<mrq><ref>Zt41LxB0aE7Kq2m9</ref><cid>40211870</cid><dty>0003</dty><did>5A19</did><dco>002</dco><crd>sip:</crd><stc>0010</stc><lco>043</lco></mrq>",
        ),
        (
            "heartbeat",
            "<mrq><ref>H000531</ref><mty>PI</mty><hbo>1</hbo><cid>40211870</cid><dty>0002</dty></mrq>",
        ),
        (
            "every_element",
            "<mrq><ref>A1</ref><ver>01.01</ver><sco>1</sco><cha>2</cha><mty>IN</mty><hbo>3</hbo><cid>40211870</cid><dty>0051</dty><did>D1</did><dco>002</dco><dte>pendant</dte><crd>gsm:+4700000000</crd><mreq>4</mreq><stc>0010</stc><stt>fall</stt><pri>7</pri><lco>035</lco><lva>2</lva><lge><geo>59.91387,10.75225</geo><tim>2031-02-03T04:05:06+01</tim><gga>$GPGGA</gga></lge><lte>hall</lte><ico>011</ico><ite>battery 40 %</ite><ame>1</ame></mrq>",
        ),
        (
            "indented",
            "<mrq>\r\n  <ref>m55Tq0</ref>\r\n  <cid>70993311</cid>\r\n  <dty>0051</dty>\r\n  <lge>\r\n    <geo>59.9,10.7</geo>\r\n  </lge>\r\n</mrq>\r\n",
        ),
        (
            "declaration_utf8",
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?><mrq><ref>1</ref><cid>2</cid><dty>3</dty><dte>R\u{f8}yk</dte></mrq>",
        ),
        (
            "byte_order_mark",
            "\u{feff}<mrq><ref>1</ref><cid>2</cid><dty>3</dty></mrq>",
        ),
        (
            "references",
            "<mrq><ref>1</ref><cid>2</cid><dty>3</dty><dte>a &amp; b &lt;c&gt; &#248;&#xE5; &quot;&apos;</dte></mrq>",
        ),
        (
            "cdata_and_comment",
            "<mrq><!-- x --><ref>1<!-- y -->2</ref><cid><![CDATA[2]]></cid><dty>3</dty></mrq>",
        ),
        (
            "attributes_and_namespace",
            "<s:mrq xmlns:s=\"urn:x\" v='1'><s:ref a=\"b>c\">1</s:ref><s:cid>2</s:cid><s:dty>3</s:dty></s:mrq>",
        ),
        (
            "upper_case",
            "<MRQ><REF>1</REF><Cid>2</Cid><DTY>3</DTY></MRQ>",
        ),
        (
            "repeated_elements",
            "<mrq><ref>1</ref><ref>2</ref><cid>2</cid><dty>3</dty><crd>sip:</crd><crd>tel:1</crd><stc>1</stc><stc>2</stc></mrq>",
        ),
        (
            "unknown_elements",
            "<mrq><ref>1</ref><cid>2</cid><dty>3</dty><new><a>b</a>c</new><x/></mrq>",
        ),
        (
            "elements_of_the_response",
            "<mrq><ref>1</ref><cid>2</cid><dty>3</dty><snu>0</snu><tnu>sip:a</tnu><tnu>sip:b</tnu></mrq>",
        ),
        (
            "blank_values",
            "<mrq><ref> 1 </ref><cid>2\n</cid><dty>\t3</dty><did></did><dte> </dte><gga/></mrq>",
        ),
        (
            "empty_elements",
            "<mrq><ref>1</ref><cid>2</cid><dty>3</dty><did/><lge/><ame/></mrq>",
        ),
        (
            "unreadable_codes",
            "<mrq><ref>1</ref><cid>2</cid><dty>3</dty><stc>12a</stc><lco>+1</lco><ver>1.0</ver><ame>x</ame><pri>123456</pri></mrq>",
        ),
        ("missing_controller", "<mrq><ref>1</ref><dty>3</dty></mrq>"),
        ("missing_reference", "<mrq><cid>2</cid><dty>3</dty></mrq>"),
        ("truncated", "<mrq><ref>1</ref><cid>2</cid><dty>3</d"),
        ("wrong_end", "<mrq><ref>1</cid></mrq>"),
        (
            "behind_the_root",
            "<mrq><ref>1</ref><cid>2</cid><dty>3</dty></mrq><mrq/>",
        ),
        (
            "blank_before_declaration",
            "\r\n<?xml version='1.0'?><mrq><ref>1</ref><cid>2</cid><dty>3</dty></mrq>",
        ),
        (
            "nul_behind_the_root",
            "<mrq><ref>1</ref><cid>2</cid><dty>3</dty></mrq>\0\0",
        ),
        (
            "control_character",
            "<mrq><ref>1</ref><cid>2</cid><dty>3</dty><dte>a\u{1}b&#2;</dte></mrq>",
        ),
        (
            "document_type",
            "<!DOCTYPE mrq [<!ENTITY a \"b\">]><mrq><ref>&a;</ref></mrq>",
        ),
        ("unknown_entity", "<mrq><ref>&nbsp;</ref></mrq>"),
        (
            "deep",
            "<mrq><a><b><c><d><e><f><g><h/></g></f></e></d></c></b></a></mrq>",
        ),
        (
            "scaip_root",
            "<scaip><ref>1</ref><cid>2</cid><dty>3</dty></scaip>",
        ),
        (
            "stray_text",
            "<mrq>x<ref>1</ref>]]&gt;<cid>2</cid><dty>3</dty></mrq>",
        ),
        (
            "two_locations",
            "<mrq><ref>1</ref><cid>2</cid><dty>3</dty><lge/><lge><geo>1,2</geo></lge></mrq>",
        ),
        (
            "position_uri",
            "<mrq><ref>1</ref><cid>2</cid><dty>3</dty><lge><geo>geo:59.9,-10.7,12;u=3</geo></lge></mrq>",
        ),
        (
            "line_end_before_a_reference",
            "<mrq><ref>1</ref><cid>2</cid><dty>3</dty><ite>a\r&#13;b\r&#10;c</ite></mrq>",
        ),
        (
            "declaration_inside",
            "<mrq><ref>1</ref><?xml\tversion='1.0'?><cid>2</cid><dty>3</dty></mrq>",
        ),
        (
            "line_ends_inside",
            "<mrq><ref>1</ref><cid>2</cid><dty>3</dty><ite>a\r\nb\rc&#13;d</ite></mrq>",
        ),
    ]);
    seeds.push((
        "latin1_undeclared",
        b"<mrq><ref>1</ref><cid>2</cid><dty>3</dty><dte>R\xf8yk</dte></mrq>".to_vec(),
    ));
    seeds.push(("latin1_declared", b"<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><mrq><ref>1</ref><cid>2</cid><dty>3</dty><dte>R\xf8yk</dte></mrq>".to_vec()));
    seeds.push(("utf16", b"\xff\xfe<\0m\0r\0q\0>\0".to_vec()));
    seeds
}

fn responses() -> Vec<Seed> {
    let mut seeds = texts(&[
        (
            "accepted",
            "<mrs><ref>Zt41LxB0aE7Kq2m9</ref><snu>0</snu></mrs>",
        ),
        (
            "callback",
            "<mrs><ref>A1</ref><snu>0</snu><mre>1</mre><cre>62</cre><tnu>sip:desk7@arc.example.net</tnu></mrs>",
        ),
        (
            "every_element",
            "<mrs><ref>A1</ref><snu>10</snu><ste>busy</ste><cve>01.01</cve><mre>04</mre><cre>62</cre><tnu>tel:1</tnu><tnu>sip:2</tnu><hbi>3</hbi></mrs>",
        ),
        (
            "refused",
            "<mrs><ref>A1</ref><snu>7</snu><ste>cid is missing</ste></mrs>",
        ),
        (
            "indented_declared",
            "<?xml version=\"1.0\"?>\n<mrs>\n <ref>A1</ref>\n <snu>00</snu>\n</mrs>\n",
        ),
        (
            "end_tag_with_a_colon",
            "<mrs><ref>A1</ref><snu></:snu></mrs>",
        ),
        ("no_number", "<mrs><ref>A1</ref></mrs>"),
        ("unreadable_number", "<mrs><ref>A1</ref><snu>ok</snu></mrs>"),
        (
            "call_handling_zero",
            "<mrs><ref>A1</ref><snu>0</snu><cre>0</cre></mrs>",
        ),
        (
            "elements_of_the_request",
            "<mrs><ref>A1</ref><snu>0</snu><stc>10</stc><lge><geo>1</geo></lge></mrs>",
        ),
        ("scaip_root", "<scaip><ref>A1</ref><snu>0</snu></scaip>"),
        (
            "references",
            "<mrs><ref>A&#49;</ref><snu>&#x30;</snu><ste>a&amp;b</ste></mrs>",
        ),
        (
            "reference_outside_pattern",
            "<mrs><ref>a-b \u{e6}</ref><snu>0</snu></mrs>",
        ),
        (
            "repeated_number",
            "<mrs><ref>A1</ref><snu>0</snu><snu>1</snu></mrs>",
        ),
    ]);
    seeds.push((
        "latin1_undeclared",
        b"<mrs><ref>A1</ref><snu>0</snu><ste>bes\xf8k</ste></mrs>".to_vec(),
    ));
    seeds
}

const ALARM: &str = "MESSAGE sip:alarm@example.net SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.7:5062;branch=z9hG4bK77;rport\r\nMax-Forwards: 70\r\nFrom: <sip:40211870@example.net>;tag=1\r\nTo: <sip:alarm@example.net>\r\nCall-ID: a1\r\nCSeq: 1 MESSAGE\r\nContent-Type: application/scaip+xml\r\nContent-Length: 11\r\n\r\n<mrq></mrq>";

fn datagrams() -> Vec<Seed> {
    let mut seeds = vec![("alarm", ALARM.as_bytes().to_vec())];
    for (name, from, to) in [
        ("no_content_length", "Content-Length: 11\r\n", ""),
        (
            "content_length_too_large",
            "Content-Length: 11",
            "Content-Length: 99",
        ),
        (
            "content_length_unreadable",
            "Content-Length: 11",
            "Content-Length: -1",
        ),
        ("bare_line_feeds", "\r\n", "\n"),
        ("compact_names", "Call-ID", "i"),
        (
            "folded_header",
            "<sip:alarm@example.net>\r\n",
            "\r\n <sip:alarm@example.net>\r\n",
        ),
        ("no_branch", ";branch=z9hG4bK77", ""),
        ("no_from_tag", ";tag=1", ""),
        ("old_branch", "z9hG4bK77", "1"),
        (
            "no_via",
            "Via: SIP/2.0/UDP 10.0.0.7:5062;branch=z9hG4bK77;rport\r\n",
            "",
        ),
        (
            "two_vias",
            "Max-Forwards: 70",
            "Via: SIP/2.0/TCP [2001:db8::1]:5061;branch=z9hG4bK1;received=192.0.2.9, SIP/2.0/UDP a",
        ),
        ("quoted_name", "From: <", "From: \"A \\\"b\\\" <c>\" <"),
        (
            "address_without_brackets",
            "<sip:40211870@example.net>",
            "sip:40211870@example.net",
        ),
        ("options", "MESSAGE", "OPTIONS"),
        ("ack", "MESSAGE", "ACK"),
        ("unknown_method", "MESSAGE", "FRUMP"),
        ("wrong_version", "net SIP/2.0", "net SIP/3.0"),
        ("cseq_of_another_method", "1 MESSAGE", "1 INVITE"),
        ("cseq_too_large", "CSeq: 1 ", "CSeq: 99999999999 "),
        ("scaip_uri", "To: <sip:", "To: <scaips:"),
        ("charset", "scaip+xml", "scaip+xml;charset=\"utf-8\""),
        (
            "retry_after",
            "Max-Forwards: 70",
            "Retry-After: 18000 (in a \\) meeting);duration=3600",
        ),
    ] {
        seeds.push((name, ALARM.replace(from, to).into_bytes()));
    }
    seeds.extend(texts(&[
        ("ok", "SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK1\r\nFrom: <sip:a@example.net>;tag=1\r\nTo: <sip:b@example.net>;tag=2\r\nCall-ID: a1\r\nCSeq: 1 MESSAGE\r\nContent-Length: 0\r\n\r\n"),
        ("busy", "SIP/2.0 503 Service Unavailable\r\nVia: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1\r\nCSeq: 1 MESSAGE\r\nRetry-After: 5\r\n\r\n"),
        ("keep_alive", "\r\n\r\n"),
        (
            "carriage_return_first",
            "\rSIP/2.0 200 OK\r\nVia: x\r\nCSeq: 1 MESSAGE\r\nl: 0\r\n\r\n",
        ),
        ("line_end_first", "\r\nMESSAGE"),
        ("no_end_of_head", "MESSAGE sip:a SIP/2.0\r\nVia: x"),
        ("via_value", "SIP/2.0/UDP [2001:db8::1]:5062;rport=1;received=192.0.2.1;branch=z9hG4bK1"),
        ("address_value", "\"N\" <sip:a:b@[2001:db8::1]:5060;transport=tcp?x=y>;tag=1;q=\"a;b\""),
        ("media_type_value", "application/scaip+xml; charset=\"utf-8\""),
    ]));
    seeds
}

fn streams() -> Vec<Seed> {
    let cut = |cuts: [u8; 8], text: String| [&cuts[..], text.as_bytes()].concat();
    let one = ALARM.to_owned();
    let two = ALARM.replace("a1", "a2");
    vec![
        ("one_message", cut([255; 8], one.clone())),
        ("two_messages_in_bytes", cut([0; 8], one.clone() + &two)),
        (
            "keep_alives_between",
            cut(
                [3, 0, 9, 1, 200, 4, 7, 50],
                format!("\r\n\r\n{one}\r\n\r\n\r\n{two}"),
            ),
        ),
        (
            "bare_line_feeds",
            cut([10, 90, 2, 0, 0, 0, 7, 1], one.replace("\r\n", "\n") + &two),
        ),
        (
            "no_content_length",
            cut([20; 8], one.replace("Content-Length: 11\r\n", "")),
        ),
        (
            "lengths_differ",
            cut(
                [20; 8],
                one.replace("Content-Length: 11", "Content-Length: 11\r\nl: 12"),
            ),
        ),
        (
            "length_overflow",
            cut(
                [20; 8],
                one.replace("Content-Length: 11", "Content-Length: 18446744073709551615"),
            ),
        ),
        (
            "length_above_limit",
            cut(
                [20; 8],
                one.replace("Content-Length: 11", "Content-Length: 129"),
            ),
        ),
        (
            "unreadable_then_good",
            cut([20; 8], one.replace("CSeq: 1 MESSAGE\r\n", "") + &two),
        ),
        (
            "head_too_large",
            cut(
                [99; 8],
                one.replace("Max-Forwards: 70", &format!("X: {}", "x".repeat(500))),
            ),
        ),
        (
            "too_many_headers",
            cut(
                [99; 8],
                one.replace("Max-Forwards: 70", &["X: y"; 12].join("\r\n")),
            ),
        ),
        ("binary", cut([1; 8], "\0\u{16}\u{3}\u{1}\r\n\n\r\n".into())),
    ]
}

/// Builds the bytes that `arbitrary` turns into operations: the number of the variant scaled to
/// 32 bits, then the fields in order, little-endian.
struct Operations {
    bytes: Vec<u8>,
    variants: u64,
}

impl Operations {
    fn new(settings: &[u8], variants: u64) -> Self {
        Operations {
            bytes: settings.to_vec(),
            variants,
        }
    }

    fn then(mut self, variant: u64, fields: &[u8]) -> Self {
        let scaled = ((variant << 32).div_ceil(self.variants)).to_le_bytes();
        self.bytes.extend_from_slice(&scaled[..4]);
        self.bytes.extend_from_slice(fields);
        self
    }

    fn done(self) -> Vec<u8> {
        self.bytes
    }
}

fn milliseconds(time: u16) -> [u8; 2] {
    time.to_le_bytes()
}

/// The variants are those of `Operation` in `src/transactions.rs`, in order.
fn transactions() -> Vec<Seed> {
    let list = || Operations::new(&[], 14);
    let minute = |mut list: Operations| {
        for _ in 0..2 {
            list = list.then(6, &milliseconds(33_000)).then(7, &[]);
        }
        list
    };
    let [ok_low, ok_high] = 200_u16.to_le_bytes();
    let [busy_low, busy_high] = 503_u16.to_le_bytes();
    vec![
        (
            "request_answered",
            list()
                .then(0, &[0, 1, 0, 0])
                .then(8, &[0, ok_low, ok_high])
                .done(),
        ),
        (
            "request_repeated_before_and_after_the_answer",
            list()
                .then(0, &[0, 1, 0, 0])
                .then(0, &[0, 1, 0, 0])
                .then(8, &[0, ok_low, ok_high])
                .then(0, &[0, 1, 0, 0])
                .done(),
        ),
        (
            "request_expires",
            minute(list().then(0, &[0, 1, 0, 0]))
                .then(0, &[0, 1, 0, 0])
                .then(8, &[0, ok_low, ok_high])
                .done(),
        ),
        (
            "same_branch_for_two_alarms",
            list()
                .then(0, &[0, 1, 0, 0])
                .then(0, &[1, 1, 1, 0])
                .then(8, &[0, ok_low, ok_high])
                .then(8, &[1, ok_low, ok_high])
                .done(),
        ),
        (
            "damaged_request",
            list()
                .then(1, &[0, 40, 0, 2, 0])
                .then(1, &[0, 200, 0, 0, b'\n'])
                .done(),
        ),
        (
            "other_methods",
            list()
                .then(2, &[0, 0])
                .then(2, &[1, 0])
                .then(2, &[2, 0])
                .then(2, &[4, 1])
                .done(),
        ),
        (
            "stream_in_two_pieces",
            list()
                .then(3, &[])
                .then(5, &[0, 0, 100, 0])
                .then(6, &milliseconds(33_000))
                .then(7, &[])
                .done(),
        ),
        (
            "stream_answered_after_close",
            list()
                .then(3, &[])
                .then(5, &[0, 0, 255, 3])
                .then(4, &[0])
                .then(8, &[0, ok_low, ok_high])
                .done(),
        ),
        (
            "message_delivered",
            list()
                .then(9, &[0])
                .then(10, &[0, ok_low, ok_high])
                .then(10, &[0, ok_low, ok_high])
                .done(),
        ),
        (
            "message_refused",
            list()
                .then(9, &[0])
                .then(10, &[0, busy_low, busy_high])
                .done(),
        ),
        (
            "message_repeated_and_given_up",
            minute(
                list()
                    .then(9, &[0])
                    .then(6, &milliseconds(500))
                    .then(7, &[]),
            )
            .done(),
        ),
        (
            "message_fails",
            list()
                .then(9, &[0])
                .then(11, &[0])
                .then(10, &[0, ok_low, ok_high])
                .done(),
        ),
        (
            "provisional_answer",
            list()
                .then(9, &[0])
                .then(10, &[0, 100, 0])
                .then(6, &milliseconds(4_000))
                .then(7, &[])
                .done(),
        ),
        (
            "overloaded",
            list()
                .then(12, &[1])
                .then(0, &[0, 1, 0, 0])
                .then(12, &[0])
                .then(0, &[0, 1, 0, 0])
                .done(),
        ),
        (
            "outputs_held",
            (0..12)
                .fold(list().then(13, &[1]), |list, number| {
                    list.then(0, &[number, number, 0, 0])
                })
                .then(13, &[0])
                .done(),
        ),
        (
            "expiry_while_outputs_are_held",
            list()
                .then(13, &[1])
                .then(0, &[0, 1, 0, 0])
                .then(6, &milliseconds(33_000))
                .then(13, &[0])
                .then(13, &[1])
                .then(7, &[])
                .then(8, &[0, ok_low, ok_high])
                .done(),
        ),
        (
            "more_requests_than_room",
            (0..9)
                .fold(list(), |list, number| {
                    list.then(0, &[number, number / 4, 0, number])
                })
                .done(),
        ),
    ]
}

/// The variants are those of `Operation` in `src/receiver.rs`, in order.
fn receivers() -> Vec<Seed> {
    let separate = || Operations::new(&[0, 0, 0, 0], 12);
    let in_ok = || Operations::new(&[1, 0, 0, 0], 12);
    let strict = || Operations::new(&[0, 1, 1, 1], 12);
    let minute = |mut list: Operations| {
        for _ in 0..2 {
            list = list.then(6, &milliseconds(33_000)).then(7, &[]);
        }
        list
    };
    let [ok_low, ok_high] = 200_u16.to_le_bytes();
    vec![
        (
            "accepted_and_delivered",
            separate()
                .then(0, &[0, 1, 0, 0])
                .then(8, &[0, 0, 0])
                .then(9, &[0, ok_low, ok_high])
                .done(),
        ),
        (
            "accepted_and_never_delivered",
            minute(separate().then(0, &[0, 1, 0, 0]).then(8, &[0, 0, 0])).done(),
        ),
        (
            "accepted_in_the_ok",
            in_ok()
                .then(0, &[0, 1, 0, 0])
                .then(8, &[0, 0, 0])
                .then(0, &[0, 1, 0, 0])
                .done(),
        ),
        (
            "undecided",
            minute(separate().then(0, &[0, 1, 0, 0]))
                .then(8, &[0, 0, 0])
                .done(),
        ),
        (
            "undecided_in_the_ok",
            minute(in_ok().then(0, &[0, 1, 0, 0]))
                .then(8, &[0, 0, 0])
                .done(),
        ),
        (
            "every_body",
            (0..10)
                .fold(separate(), |list, number| {
                    list.then(0, &[number, 0, number, number])
                })
                .done(),
        ),
        (
            "every_body_strict",
            (0..10)
                .fold(strict(), |list, number| {
                    list.then(0, &[number, 0, number, number])
                })
                .done(),
        ),
        (
            "every_body_in_the_ok",
            (0..10)
                .fold(in_ok(), |list, number| {
                    list.then(0, &[number, 0, number, number])
                })
                .done(),
        ),
        (
            "text_too_long_then_right",
            separate()
                .then(0, &[0, 1, 0, 0])
                .then(8, &[0, 0, 200])
                .then(8, &[0, 0, 20])
                .done(),
        ),
        ("content_type", strict().then(2, &[0]).done()),
        (
            "stream_closed_before_the_answer",
            separate()
                .then(3, &[])
                .then(5, &[0, 0, 0, 255, 3])
                .then(4, &[0])
                .then(8, &[0, 0, 0])
                .done(),
        ),
        (
            "answer_fails_on_the_way",
            separate()
                .then(0, &[0, 1, 0, 0])
                .then(8, &[0, 0, 0])
                .then(10, &[0])
                .done(),
        ),
        (
            "more_than_may_wait",
            (0..6)
                .fold(separate(), |list, number| {
                    list.then(0, &[number, number / 4, 0, 0])
                })
                .done(),
        ),
        (
            "overloaded",
            separate().then(11, &[1]).then(0, &[0, 1, 0, 0]).done(),
        ),
        (
            "damaged",
            separate()
                .then(1, &[0, 0, 44, 1, 0, b'&'])
                .then(1, &[0, 2, 10, 0, 3, 0])
                .done(),
        ),
    ]
}

fn codes() -> Vec<Seed> {
    texts(&[
        ("scaip_code", "dty=3;stc=10;lco=43"),
        ("scaip_heartbeat", "mty=PI"),
        ("scaip_repeated_part", "dty=3;dty=4"),
        ("sensio_event", "2"),
        ("sensio_state", "2/50"),
        ("contact_id", "1101"),
        ("contact_id_restore", "R 101"),
        ("sia", "QA"),
        ("ieee", "1/fall detected"),
        ("espa", "type=3"),
        ("snomed", "217082002"),
        ("label", "Smoke detector"),
        ("plus_sign", "+1"),
        ("too_large", "99999999999999999999"),
        ("blank", " "),
        (
            "event_minimal",
            "{\"id\":\"00000000-0000-0000-0000-000000000001\",\"kind\":\"help-call\"}",
        ),
    ])
}

fn main() -> io::Result<()> {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../corpus");
    for (target, seeds) in [
        ("scaip_request", requests()),
        ("scaip_response", responses()),
        ("sip_datagram", datagrams()),
        ("sip_stream", streams()),
        ("sip_transactions", transactions()),
        ("scaip_receiver", receivers()),
        ("alarm_codes", codes()),
        ("espa444_block", espa444::blocks()),
        ("espa444_capture", espa444::captures()),
        ("espa444_text", espa444::characters()),
    ] {
        let folder = corpus.join(target);
        fs::create_dir_all(&folder)?;
        for (name, bytes) in seeds {
            fs::write(folder.join(name), bytes)?;
        }
    }
    Ok(())
}
