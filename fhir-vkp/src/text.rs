//! Narrative: text to the `div` of FHIR and back (FHIR reference 5.4, 13 rule 11).

mod entity;
mod plain;

pub use plain::plain_text;

/// The opening tag of a narrative.
const OPEN: &str = "<div xmlns=\"http://www.w3.org/1999/xhtml\">";
const CLOSE: &str = "</div>";

/// Writes a text as the narrative of a resource: one `div` of XHTML.
///
/// `& < > "` are escaped, a line break (`\r\n`, `\n`, `\r`) becomes `<br/>`, and characters that XML
/// forbids are left out.
///
/// ```
/// let div = fhir_vkp::narrative_div("Puls < 60\r\nKari & Ola");
/// assert_eq!(
///     div,
///     "<div xmlns=\"http://www.w3.org/1999/xhtml\">Puls &lt; 60<br/>Kari &amp; Ola</div>"
/// );
/// ```
#[must_use]
pub fn narrative_div(text: &str) -> String {
    let mut out = String::with_capacity(OPEN.len() + text.len() + CLOSE.len());
    out.push_str(OPEN);
    escape_into(&mut out, text);
    out.push_str(CLOSE);
    out
}

/// Appends a text as the inside of a narrative, as [`narrative_div`] does.
pub fn escape_into(out: &mut String, text: &str) {
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\r' => {
                let _ = characters.next_if_eq(&'\n');
                out.push_str("<br/>");
            }
            '\n' => out.push_str("<br/>"),
            '\t' => out.push('\t'),
            '\u{0}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => {}
            other => out.push(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_narrative_holds_no_markup_of_the_text() {
        let div = narrative_div("<script>\"x\" & y</script>\u{0}\u{1b}\u{ffff}\r\n\n\tz");
        let inner = "&lt;script&gt;&quot;x&quot; &amp; y&lt;/script&gt;<br/><br/>\tz";
        assert_eq!(div, format!("{OPEN}{inner}{CLOSE}"));
    }

    proptest! {
        #[test]
        fn a_text_comes_out_of_its_narrative_again(text in r"[^\p{Cc}\u{fffe}\u{ffff}]*") {
            prop_assert_eq!(plain_text(&narrative_div(&text)), text.trim());
        }

        #[test]
        fn lines_come_out_of_their_narrative_again(
            lines in prop::collection::vec("[a-zæøå<>&;#\" ]*x", 1..6),
            end in prop::sample::select(vec!["\n", "\r\n", "\r"]),
        ) {
            let text = lines.join(end);
            let expected = lines.join("\n");
            prop_assert_eq!(plain_text(&narrative_div(&text)), expected.trim());
        }

        #[test]
        fn any_text_can_be_shown(text in any::<String>()) {
            let shown = plain_text(&text);
            prop_assert!(shown.len() <= text.len());
            prop_assert!(!shown.contains(|c: char| c.is_control() && c != '\n' && c != '\t'));
        }

        #[test]
        fn any_markup_can_be_shown(text in "(<|>|/|!|--|&|;|#|x|div|br|script|\"|'| |\n|1|amp){0,40}") {
            prop_assert!(plain_text(&text).len() <= text.len());
        }
    }
}
