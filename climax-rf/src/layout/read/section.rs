//! One table of the text, read key by key.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{Findings, Span};
use crate::layout::{LayoutErrorKind, hex};

/// The most entries of one table or list.
pub(super) const MOST_ENTRIES: usize = 1000;

/// A table that remembers which of its keys were asked for.
pub(in crate::layout) struct Section<'a> {
    /// How errors call it.
    pub(super) name: String,
    pub(super) span: Span,
    table: &'a DeTable<'a>,
    asked: Vec<&'static str>,
}

/// A value and where it stands.
pub(super) type At<T> = (T, Span);

impl<'a> Section<'a> {
    pub(super) fn new(name: String, span: Span, table: &'a DeTable<'a>) -> Self {
        Section {
            name,
            span,
            table,
            asked: Vec::new(),
        }
    }

    /// The entries of a table whose keys are the user's own.
    pub(super) fn entries(
        &self,
    ) -> impl Iterator<Item = (&'a str, Span, &'a Spanned<DeValue<'a>>)> {
        let entries = self.table.iter();
        entries.map(|(key, value)| (&**key.get_ref(), key.span(), value))
    }

    pub(super) fn get(&mut self, key: &'static str) -> Option<&'a Spanned<DeValue<'a>>> {
        self.asked.push(key);
        self.table.get(key)
    }

    pub(super) fn has(&self, key: &str) -> bool {
        self.table.contains_key(key)
    }

    /// Where a key's value stands, else the table.
    pub(super) fn span_of(&self, key: &str) -> Span {
        self.table
            .get(key)
            .map_or_else(|| self.span.clone(), Spanned::span)
    }

    /// Reports what nobody asked for.
    pub(super) fn finish(self, findings: &mut Findings<'_>) {
        for (key, span, _) in self.entries() {
            if !self.asked.contains(&key) {
                let kind = LayoutErrorKind::UnknownKey {
                    key: key.to_string(),
                    section: self.name.clone(),
                };
                findings.error(&span, kind);
            }
        }
    }

    pub(super) fn missing(&self, key: &'static str, findings: &mut Findings<'_>) {
        let kind = LayoutErrorKind::MissingKey {
            key,
            section: self.name.clone(),
        };
        findings.error(&self.span, kind);
    }

    fn need<T>(
        &self,
        key: &'static str,
        found: Option<T>,
        findings: &mut Findings<'_>,
    ) -> Option<T> {
        // A key that is there and wrong has its own error.
        if found.is_none() && !self.has(key) {
            self.missing(key, findings);
        }
        found
    }

    /// A value of one type.
    fn typed<T>(
        &mut self,
        key: &'static str,
        expected: &'static str,
        read: impl Fn(&'a DeValue<'a>) -> Option<T>,
        findings: &mut Findings<'_>,
    ) -> Option<At<T>> {
        let value = self.get(key)?;
        match read(value.get_ref()) {
            Some(read) => Some((read, value.span())),
            None => wrong(key, expected, &value.span(), findings),
        }
    }

    pub(super) fn text(
        &mut self,
        key: &'static str,
        findings: &mut Findings<'_>,
    ) -> Option<At<String>> {
        let read = |value: &DeValue<'_>| {
            let text = value.as_str().filter(|text| !text.is_empty());
            text.map(ToString::to_string)
        };
        self.typed(key, "text", read, findings)
    }

    pub(super) fn need_text(
        &mut self,
        key: &'static str,
        findings: &mut Findings<'_>,
    ) -> Option<At<String>> {
        let found = self.text(key, findings);
        self.need(key, found, findings)
    }

    /// Text, or a list of texts.
    pub(super) fn texts(
        &mut self,
        key: &'static str,
        findings: &mut Findings<'_>,
    ) -> Option<Vec<At<String>>> {
        let value = self.get(key)?;
        let mut texts = Vec::new();
        for item in list(value) {
            match item.get_ref().as_str() {
                Some(text) => texts.push((text.to_string(), item.span())),
                None => return wrong(key, "text, or a list of texts", &item.span(), findings),
            }
        }
        Some(texts)
    }

    pub(super) fn integer(
        &mut self,
        key: &'static str,
        least: i128,
        most: i128,
        findings: &mut Findings<'_>,
    ) -> Option<i128> {
        let read = |value: &DeValue<'_>| integer(value);
        let (number, span) = self.typed(key, "a whole number", read, findings)?;
        within(key, number, least, most, &span, findings)
    }

    pub(super) fn size(
        &mut self,
        key: &'static str,
        least: usize,
        most: usize,
        findings: &mut Findings<'_>,
    ) -> Option<usize> {
        let number = self.integer(key, least as i128, most as i128, findings)?;
        usize::try_from(number).ok()
    }

    pub(super) fn need_size(
        &mut self,
        key: &'static str,
        least: usize,
        most: usize,
        findings: &mut Findings<'_>,
    ) -> Option<usize> {
        let found = self.size(key, least, most, findings);
        self.need(key, found, findings)
    }

    pub(super) fn float(&mut self, key: &'static str, findings: &mut Findings<'_>) -> Option<f64> {
        let read = |value: &DeValue<'_>| float(value).filter(|number| number.is_finite());
        let (number, _) = self.typed(key, "a finite number", read, findings)?;
        Some(number)
    }

    pub(super) fn flag(&mut self, key: &'static str, findings: &mut Findings<'_>) -> Option<bool> {
        let read = |value: &DeValue<'_>| value.as_bool();
        let (flag, _) = self.typed(key, "true or false", read, findings)?;
        Some(flag)
    }

    /// Bytes: hexadecimal pairs, or `{ text = "..." }`.
    pub(super) fn bytes(
        &mut self,
        key: &'static str,
        findings: &mut Findings<'_>,
    ) -> Option<At<Vec<u8>>> {
        let value = self.get(key)?;
        bytes(key, value, findings)
    }

    /// One byte, written like [`bytes`](Self::bytes).
    pub(super) fn byte(&mut self, key: &'static str, findings: &mut Findings<'_>) -> Option<u8> {
        let (bytes, span) = self.bytes(key, findings)?;
        match bytes.as_slice() {
            [byte] => Some(*byte),
            _ => wrong(key, "one byte", &span, findings),
        }
    }

    /// Bytes, or a list of them.
    pub(super) fn byte_strings(
        &mut self,
        key: &'static str,
        findings: &mut Findings<'_>,
    ) -> Vec<At<Vec<u8>>> {
        let Some(value) = self.get(key) else {
            return Vec::new();
        };
        let items = list(value);
        items
            .filter_map(|item| bytes(key, item, findings))
            .collect()
    }

    /// One of several words.
    pub(super) fn choice<T: Copy>(
        &mut self,
        key: &'static str,
        choices: &[(&str, T)],
        findings: &mut Findings<'_>,
    ) -> Option<T> {
        let value = self.get(key)?;
        let word = value.get_ref().as_str();
        let found = choices.iter().find(|(known, _)| Some(*known) == word);
        if found.is_none() {
            let words: Vec<&str> = choices.iter().map(|(word, _)| *word).collect();
            let kind = LayoutErrorKind::UnknownChoice {
                key: key.to_string(),
                choices: words.join(", "),
            };
            findings.error(&value.span(), kind);
        }
        found.map(|(_, choice)| *choice)
    }

    pub(super) fn section(
        &mut self,
        key: &'static str,
        findings: &mut Findings<'_>,
    ) -> Option<Section<'a>> {
        let (table, span) = self.typed(key, "a table", DeValue::as_table, findings)?;
        Some(Section::new(format!("`{key}`"), span, table))
    }

    /// A table, or a list of tables.
    pub(super) fn sections(
        &mut self,
        key: &'static str,
        findings: &mut Findings<'_>,
    ) -> Vec<Section<'a>> {
        let Some(value) = self.get(key) else {
            return Vec::new();
        };
        if list(value).count() > MOST_ENTRIES {
            let kind = LayoutErrorKind::TooMany {
                key: key.to_string(),
                limit: MOST_ENTRIES,
            };
            findings.error(&value.span(), kind);
            return Vec::new();
        }
        let mut sections = Vec::new();
        for item in list(value) {
            match item.get_ref().as_table() {
                Some(table) => {
                    sections.push(Section::new(format!("`{key}`"), item.span(), table));
                }
                None => {
                    let _: Option<()> = wrong(key, "a table", &item.span(), findings);
                }
            }
        }
        sections
    }
}

/// The items of a list, or the value alone.
pub(super) fn list<'a>(
    value: &'a Spanned<DeValue<'a>>,
) -> impl Iterator<Item = &'a Spanned<DeValue<'a>>> {
    match value.get_ref().as_array() {
        Some(array) => array.iter(),
        None => core::slice::from_ref(value).iter(),
    }
}

pub(super) fn integer(value: &DeValue<'_>) -> Option<i128> {
    let number = value.as_integer()?;
    i128::from_str_radix(number.as_str(), number.radix()).ok()
}

pub(super) fn float(value: &DeValue<'_>) -> Option<f64> {
    match value.as_float() {
        Some(number) => number.as_str().parse().ok(),
        #[allow(clippy::cast_precision_loss, reason = "a quantity is approximate")]
        None => integer(value).map(|number| number as f64),
    }
}

pub(super) fn wrong<T>(
    key: &str,
    expected: &'static str,
    span: &Span,
    findings: &mut Findings<'_>,
) -> Option<T> {
    let kind = LayoutErrorKind::WrongType {
        key: key.to_string(),
        expected,
    };
    findings.error(span, kind);
    None
}

pub(super) fn within(
    key: &str,
    number: i128,
    least: i128,
    most: i128,
    span: &Span,
    findings: &mut Findings<'_>,
) -> Option<i128> {
    if (least..=most).contains(&number) {
        return Some(number);
    }
    let kind = LayoutErrorKind::OutOfRange {
        key: key.to_string(),
        least,
        most,
    };
    findings.error(span, kind);
    None
}

fn bytes(
    key: &'static str,
    value: &Spanned<DeValue<'_>>,
    findings: &mut Findings<'_>,
) -> Option<At<Vec<u8>>> {
    let expected = "hexadecimal pairs such as \"0d 0a\", or { text = \"...\" }";
    let read = match value.get_ref() {
        DeValue::String(pairs) => hex::parse(pairs),
        DeValue::Table(table) if table.len() == 1 => table
            .get("text")
            .and_then(|text| text.get_ref().as_str())
            .map(|text| text.as_bytes().to_vec()),
        _ => None,
    };
    match read {
        Some(bytes) => Some((bytes, value.span())),
        None => wrong(key, expected, &value.span(), findings),
    }
}
