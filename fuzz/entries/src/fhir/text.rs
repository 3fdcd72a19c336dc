//! Narratives, beside roxmltree (FHIR reference 5.4, 13 rule 11).

use fhir_vkp::{narrative_div, plain_text};

/// Any text into a narrative and back, and any text as a narrative.
pub fn fhir_text(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let div = narrative_div(&text);
    let read = roxmltree::Document::parse(&div).expect("XHTML");
    let root = read.root_element();
    assert_eq!(root.tag_name().name(), "div");
    assert_eq!(
        root.tag_name().namespace(),
        Some("http://www.w3.org/1999/xhtml")
    );
    // What an XML reader sees is what was given, with breaks for line ends.
    let mut seen = String::new();
    for node in root.children() {
        match node.text() {
            Some(text) => seen.push_str(text),
            None => {
                assert!(node.has_tag_name(("http://www.w3.org/1999/xhtml", "br")));
                seen.push('\n');
            }
        }
    }
    let lines = text.replace("\r\n", "\n").replace('\r', "\n");
    let forbidden =
        |c: char| (c < ' ' && c != '\t' && c != '\n') || matches!(c, '\u{fffe}' | '\u{ffff}');
    let expected: String = lines.chars().filter(|c| !forbidden(*c)).collect();
    assert_eq!(seen, expected);

    for shown in [plain_text(&text), plain_text(&div)] {
        assert!(shown.len() <= text.len().max(div.len()));
        assert!(!shown.contains(|c: char| c.is_control() && c != '\n' && c != '\t'));
        assert_eq!(shown.trim(), shown);
    }
    // A text of one line without white space in a row comes back.
    let words: Vec<_> = text.split_whitespace().collect();
    let plain = words.join(" ");
    if !plain.contains(|c: char| c.is_control() || forbidden(c)) {
        assert_eq!(plain_text(&narrative_div(&plain)), plain);
    }
    // Plain words without markup are shown as they are.
    if plain.chars().all(|c| c.is_alphanumeric() || c == ' ') {
        assert_eq!(plain_text(&plain), plain);
    }
}
