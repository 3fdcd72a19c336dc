//! JSON with line breaks.

/// Indents JSON by two blanks. Order, digits and escapes stay as they are; what is no JSON comes out
/// indented all the same.
#[must_use]
pub fn pretty(json: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(json.len() * 2);
    let mut depth = 0_usize;
    let (mut in_string, mut escaped) = (false, false);
    let mut bytes = json.iter().copied().peekable();
    let break_line = |out: &mut Vec<u8>, depth: usize| {
        out.push(b'\n');
        out.resize(out.len() + 2 * depth, b' ');
    };
    while let Some(byte) = bytes.next() {
        if in_string {
            out.push(byte);
            in_string = escaped || byte != b'"';
            escaped = !escaped && byte == b'\\';
            continue;
        }
        match byte {
            b'"' => {
                in_string = true;
                out.push(byte);
            }
            b'{' | b'[' => {
                out.push(byte);
                if bytes.peek().is_some_and(|next| matches!(next, b'}' | b']')) {
                    out.extend(bytes.next());
                } else {
                    depth += 1;
                    break_line(&mut out, depth);
                }
            }
            b'}' | b']' => {
                depth = depth.saturating_sub(1);
                break_line(&mut out, depth);
                out.push(byte);
            }
            b',' => {
                out.push(byte);
                break_line(&mut out, depth);
            }
            b':' => out.extend(b": "),
            byte if byte.is_ascii_whitespace() => {}
            byte => out.push(byte),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_digits_and_strings_stay_as_they_are() {
        let json = br#"{"b":[1.50,{"a":"x,{\"\\"}],"a":{},"c":[]}"#;
        let text = String::from_utf8(pretty(json)).unwrap();
        let expected = "{\n  \"b\": [\n    1.50,\n    {\n      \"a\": \"x,{\\\"\\\\\"\n    }\n  ],\n  \
                        \"a\": {},\n  \"c\": []\n}";
        assert_eq!(text, expected);
    }
}
