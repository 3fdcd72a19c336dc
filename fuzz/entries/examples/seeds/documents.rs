//! Seeds that are bodies, and texts of codes.

use super::{Seed, texts};

pub(super) fn requests() -> Vec<Seed> {
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

pub(super) fn responses() -> Vec<Seed> {
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

pub(super) fn codes() -> Vec<Seed> {
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

/// Settings, two texts, and a body.
pub(super) fn posts() -> Vec<Seed> {
    let post = |settings: [u8; 5], status: u16, rest: [u8; 2], texts: [&str; 2], body: &[u8]| {
        let mut bytes = settings.to_vec();
        bytes.extend(status.to_le_bytes());
        bytes.extend(rest);
        for text in texts {
            bytes.push(u8::try_from(text.len()).expect("a short text"));
            bytes.extend(text.as_bytes());
        }
        bytes.extend(body);
        bytes
    };
    let of = |seeds: Vec<Seed>, name: &str| {
        let found = seeds.into_iter().find(|(other, _)| *other == name);
        found.expect("a seed").1
    };
    let request = |name| of(requests(), name);
    let response = |name| of(responses(), name);
    let lenient = [0, 0, 0, 0, 1];
    let strict = [1, 1, 1, 0, 1];
    // The status twice over, an even one for the right reference.
    let ok = 400;
    let plain = ["", ""];
    vec![
        (
            "accepted",
            post(lenient, ok, [0, 0], plain, &request("alarm")),
        ),
        (
            "busy_with_a_text",
            post(lenient, ok, [6, 40], plain, &request("alarm")),
        ),
        (
            "text_too_long",
            post(lenient, ok, [0, 200], plain, &request("heartbeat")),
        ),
        (
            "every_element",
            post(strict, ok, [1, 0], plain, &request("every_element")),
        ),
        (
            "no_content_type",
            post([0; 5], ok, [0, 0], plain, &request("alarm")),
        ),
        (
            "another_content_type_strict",
            post([0, 1, 0, 0, 4], ok, [0, 0], plain, &request("alarm")),
        ),
        (
            "another_content_type_and_no_alarm",
            post([0, 0, 0, 0, 4], ok, [0, 0], plain, b"a=b"),
        ),
        (
            "content_type_of_its_own",
            post(
                [0, 0, 0, 0, 9],
                ok,
                [0, 0],
                [" a/b; c=\"d\" ", ""],
                &request("alarm"),
            ),
        ),
        (
            "charset",
            post(
                [0, 0, 0, 0, 3],
                ok,
                [0, 0],
                plain,
                &request("latin1_undeclared"),
            ),
        ),
        (
            "unknown_type_accepted",
            post(
                [0, 0, 1, 0, 1],
                ok,
                [0, 0],
                plain,
                b"<mrq><ref>1</ref><mty>ZZ</mty><cid>2</cid><dty>3</dty></mrq>",
            ),
        ),
        (
            "unknown_type_refused",
            post(
                lenient,
                ok,
                [0, 0],
                plain,
                b"<mrq><ref>1</ref><mty>ZZ</mty><cid>2</cid><dty>3</dty></mrq>",
            ),
        ),
        (
            "missing_controller",
            post(lenient, ok, [0, 0], plain, &request("missing_controller")),
        ),
        (
            "missing_reference",
            post(lenient, ok, [0, 0], plain, &request("missing_reference")),
        ),
        (
            "truncated",
            post(lenient, ok, [0, 0], plain, &request("truncated")),
        ),
        ("no_body", post(lenient, ok, [0, 0], plain, b"")),
        (
            "scaip_root",
            post([0, 0, 0, 1, 1], ok, [0, 0], plain, &request("scaip_root")),
        ),
        (
            "blank_reference",
            post(lenient, ok, [0, 0], plain, &request("blank_values")),
        ),
        (
            "control_character_in_the_reference",
            post(
                lenient,
                ok,
                [0, 0],
                plain,
                b"<mrq><ref>a&#1;</ref><cid>2</cid><dty>3</dty></mrq>",
            ),
        ),
        (
            "answer_accepted",
            post(lenient, ok, [0, 0], plain, &response("accepted")),
        ),
        (
            "answer_refused",
            post(lenient, ok, [0, 0], plain, &response("refused")),
        ),
        (
            "answer_of_another",
            post(
                lenient,
                ok + 1,
                [0, 0],
                ["Zt41LxB0aE7Kq2m8", ""],
                &response("accepted"),
            ),
        ),
        (
            "answer_no_number",
            post(lenient, ok, [0, 0], plain, &response("no_number")),
        ),
        (
            "answer_503",
            post(lenient, 1006, [0, 0], ["", "120"], b"busy"),
        ),
        (
            "answer_429_with_a_date",
            post(lenient, 858, [0, 0], ["", "Mon, 01 Jan 2035"], b""),
        ),
        (
            "answer_404",
            post(lenient, 808, [0, 0], ["", "+5"], &response("accepted")),
        ),
    ]
}
