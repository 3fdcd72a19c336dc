//! Character references of HTML.

/// Names of the characters U+00A0 to U+00FF, in order.
const LATIN_1: [&str; 96] = [
    "nbsp", "iexcl", "cent", "pound", "curren", "yen", "brvbar", "sect", "uml", "copy", "ordf",
    "laquo", "not", "shy", "reg", "macr", "deg", "plusmn", "sup2", "sup3", "acute", "micro",
    "para", "middot", "cedil", "sup1", "ordm", "raquo", "frac14", "frac12", "frac34", "iquest",
    "Agrave", "Aacute", "Acirc", "Atilde", "Auml", "Aring", "AElig", "Ccedil", "Egrave", "Eacute",
    "Ecirc", "Euml", "Igrave", "Iacute", "Icirc", "Iuml", "ETH", "Ntilde", "Ograve", "Oacute",
    "Ocirc", "Otilde", "Ouml", "times", "Oslash", "Ugrave", "Uacute", "Ucirc", "Uuml", "Yacute",
    "THORN", "szlig", "agrave", "aacute", "acirc", "atilde", "auml", "aring", "aelig", "ccedil",
    "egrave", "eacute", "ecirc", "euml", "igrave", "iacute", "icirc", "iuml", "eth", "ntilde",
    "ograve", "oacute", "ocirc", "otilde", "ouml", "divide", "oslash", "ugrave", "uacute", "ucirc",
    "uuml", "yacute", "thorn", "yuml",
];

/// Other names that people's texts hold.
const OTHERS: [(&str, char); 22] = [
    ("amp", '&'),
    ("lt", '<'),
    ("gt", '>'),
    ("quot", '"'),
    ("apos", '\''),
    ("ndash", '\u{2013}'),
    ("mdash", '\u{2014}'),
    ("lsquo", '\u{2018}'),
    ("rsquo", '\u{2019}'),
    ("sbquo", '\u{201a}'),
    ("ldquo", '\u{201c}'),
    ("rdquo", '\u{201d}'),
    ("bdquo", '\u{201e}'),
    ("bull", '\u{2022}'),
    ("hellip", '\u{2026}'),
    ("permil", '\u{2030}'),
    ("euro", '\u{20ac}'),
    ("larr", '\u{2190}'),
    ("rarr", '\u{2192}'),
    ("ne", '\u{2260}'),
    ("le", '\u{2264}'),
    ("ge", '\u{2265}'),
];

/// The longest reference that is looked at, without `&` and `;`.
const LONGEST: usize = 10;

/// Reads the reference behind a `&`: its character and its length with the `;`. `None` where there is
/// no reference that this crate knows; the `&` is a character then.
pub(super) fn decode(rest: &str) -> Option<(char, usize)> {
    let end = rest
        .bytes()
        .take(LONGEST + 1)
        .position(|byte| byte == b';')?;
    let name = rest.get(..end)?;
    let character = match name.strip_prefix('#') {
        Some(number) => {
            let (digits, radix) = match number.strip_prefix(['x', 'X']) {
                Some(hex) => (hex, 16),
                None => (number, 10),
            };
            // `from_str_radix` would take a sign.
            let digits = Some(digits).filter(|digits| !digits.starts_with('+'))?;
            char::from_u32(u32::from_str_radix(digits, radix).ok()?)?
        }
        None => named(name)?,
    };
    Some((character, end + 1))
}

fn named(name: &str) -> Option<char> {
    if let Some((_, character)) = OTHERS.iter().find(|(known, _)| *known == name) {
        return Some(*character);
    }
    let index = LATIN_1.iter().position(|known| *known == name)?;
    char::from_u32(0xa0 + u32::try_from(index).ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_numbers_are_decoded() {
        let known = [
            ("amp;", '&'),
            ("oslash; x", 'ø'),
            ("Aring;", 'Å'),
            ("nbsp;", '\u{a0}'),
            ("yuml;", 'ÿ'),
            ("#229;", 'å'),
            ("#xE5;", 'å'),
            ("#X1f600;", '\u{1f600}'),
        ];
        for (text, character) in known {
            assert_eq!(
                decode(text).map(|(found, _)| found),
                Some(character),
                "{text}"
            );
        }
        assert_eq!(decode("lt;x"), Some(('<', 3)));
    }

    #[test]
    fn what_is_no_reference_stays_as_it_is() {
        for text in [
            "",
            ";",
            "amp",
            "unknown;",
            "#;",
            "#x;",
            "#xD800;",
            "#99999999;",
            "#+65;",
            "å;",
            " lt;",
        ] {
            assert_eq!(decode(text), None, "{text}");
        }
    }
}
