//! The tree as JSON again: what was not repaired is copied byte for byte.

use super::flags::Flags;
use super::node::{Member, Node, Value};
#[cfg(feature = "fhir-sdk")]
use crate::DateTime;

/// For whom a tree is written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// As repaired; nothing else changes.
    Repaired,
    /// For a typed model: also without what would sink it, and with date-times completed.
    #[cfg(feature = "fhir-sdk")]
    Typed,
}

pub(crate) fn write(out: &mut String, node: &Node<'_>, purpose: Purpose) {
    if can_copy(node, purpose) {
        out.push_str(node.raw);
        return;
    }
    match &node.value {
        Value::Null => out.push_str("null"),
        Value::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
        Value::Number => out.push_str(node.raw),
        Value::Text(text) => write_text(out, node, text, purpose),
        Value::Array(items) => write_array(out, items, purpose),
        Value::Object(members) => write_object(out, members, purpose),
    }
}

fn can_copy(node: &Node<'_>, purpose: Purpose) -> bool {
    if node.flags.has(Flags::REPAIRED) {
        return false;
    }
    match purpose {
        Purpose::Repaired => true,
        #[cfg(feature = "fhir-sdk")]
        Purpose::Typed => !node.flags.differs_for_typed(),
    }
}

#[cfg_attr(not(feature = "fhir-sdk"), expect(unused_variables))]
pub(crate) fn is_left_out(node: &Node<'_>, purpose: Purpose) -> bool {
    match purpose {
        Purpose::Repaired => false,
        #[cfg(feature = "fhir-sdk")]
        Purpose::Typed => {
            let known = || crate::typed::knows(node.text("resourceType"));
            node.flags.has(Flags::OMIT) || (node.flags.has(Flags::FOREIGN) && !known())
        }
    }
}

#[cfg_attr(not(feature = "fhir-sdk"), expect(unused_variables))]
fn write_text(out: &mut String, node: &Node<'_>, text: &str, purpose: Purpose) {
    #[cfg(feature = "fhir-sdk")]
    if purpose == Purpose::Typed {
        if node.flags.has(Flags::REWRITE_DATE) {
            return write_string(out, text.get(..10).unwrap_or(text));
        }
        if node.flags.has(Flags::REWRITE) {
            if let Ok((date_time, _)) = DateTime::parse(text) {
                return write_string(out, &date_time.to_string());
            }
        }
    }
    write_string(out, text);
}

fn write_array(out: &mut String, items: &[Node<'_>], purpose: Purpose) {
    out.push('[');
    let mut first = true;
    for item in items.iter().filter(|item| !is_left_out(item, purpose)) {
        if !core::mem::take(&mut first) {
            out.push(',');
        }
        write(out, item, purpose);
    }
    out.push(']');
}

fn write_object(out: &mut String, members: &[Member<'_>], purpose: Purpose) {
    out.push('{');
    let mut first = true;
    for member in members.iter().filter(|m| !is_left_out(&m.node, purpose)) {
        if !core::mem::take(&mut first) {
            out.push(',');
        }
        write_string(out, &member.name);
        out.push(':');
        write(out, &member.node, purpose);
    }
    out.push('}');
}

/// A string in quotes, escaped as RFC 8259 section 7 asks.
fn write_string(out: &mut String, text: &str) {
    const HEX: &[u8; 16] = b"0123456789abcdef";
    out.push('"');
    let mut copied = 0;
    for (at, byte) in text.bytes().enumerate() {
        let escape = match byte {
            b'"' => "\\\"",
            b'\\' => "\\\\",
            b'\n' => "\\n",
            b'\r' => "\\r",
            b'\t' => "\\t",
            0..=0x1f => "",
            _ => continue,
        };
        out.push_str(&text[copied..at]);
        copied = at + 1;
        if escape.is_empty() {
            out.push_str("\\u00");
            out.push(char::from(HEX[usize::from(byte >> 4)]));
            out.push(char::from(HEX[usize::from(byte & 15)]));
        } else {
            out.push_str(escape);
        }
    }
    out.push_str(&text[copied..]);
    out.push('"');
}
