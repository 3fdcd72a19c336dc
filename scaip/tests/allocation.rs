//! What the codec costs the heap: nothing, for a clean message.

use scaip::{DecodeOptions, EncodeOptions, Message, decode, encode};

const CLEAN: [&str; 5] = [
    "<mrq><ref>Zt41LxB0aE7Kq2m9</ref><cid>40211870</cid><dty>0003</dty><did>5A19</did><dco>002</dco><crd>sip:</crd><stc>0010</stc><lco>043</lco></mrq>",
    "<mrq><ref>H000531</ref><mty>PI</mty><hbo>1</hbo><cid>40211870</cid><dty>0002</dty></mrq>",
    "<mrq><ref>8820417C</ref><cid>40211870</cid><dty>0023</dty><did>77F0</did><dte>Røykvarsler gang</dte><crd>no-voice:</crd><stc>0016</stc><lco>042</lco></mrq>",
    "<mrq>\r\n  <ref>m55Tq0</ref>\r\n  <cid>70993311</cid>\r\n  <dty>0051</dty>\r\n  <crd>gsm:+4700000000</crd>\r\n  <stc>0010</stc>\r\n  <lco>035</lco>\r\n  <lge><geo>59.91387,10.75225</geo><tim>2031-02-03T04:05:06+01</tim></lge>\r\n</mrq>\r\n",
    "<mrs><ref>Zt41LxB0aE7Kq2m9</ref><snu>0</snu><mre>1</mre><cre>62</cre><tnu>sip:desk7@arc.example.net</tnu></mrs>",
];

#[test]
fn a_clean_message_is_read_without_the_heap() {
    for options in [DecodeOptions::lenient(), DecodeOptions::strict()] {
        for body in CLEAN {
            let cost = allocation_counter::measure(|| {
                let decoded = decode(body.as_bytes(), &options).unwrap();
                assert!(decoded.warnings().is_empty());
                std::hint::black_box(&decoded);
            });
            assert_eq!(cost.count_total, 0, "{body}");
        }
    }
}

#[test]
fn a_message_is_written_into_a_used_buffer_without_the_heap() {
    let mut buffer = Vec::with_capacity(1024);
    for body in CLEAN {
        let decoded = decode(body.as_bytes(), &DecodeOptions::lenient()).unwrap();
        let cost = allocation_counter::measure(|| {
            buffer.clear();
            encode(decoded.message(), &EncodeOptions::new(), &mut buffer).unwrap();
        });
        assert_eq!(cost.count_total, 0, "{body}");
        assert!(!buffer.is_empty());
    }
}

#[test]
fn the_counter_counts() {
    let body = CLEAN[0].replace("5A19", "5&amp;19");
    let cost = allocation_counter::measure(|| {
        let decoded = decode(body.as_bytes(), &DecodeOptions::lenient()).unwrap();
        assert!(matches!(decoded.message(), Message::Request(_)));
    });
    assert!(cost.count_total > 0, "a reference needs a text of its own");
}
