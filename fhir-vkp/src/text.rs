//! Narrative: text to the `div` of FHIR and back (FHIR reference 5.4, 13 rule 11).

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

/// The text of a narrative for showing.
#[must_use]
pub fn plain_text(div: &str) -> String {
    div.to_owned()
}
