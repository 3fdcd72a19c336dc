//! TOML to a layout: every fault with its line, all of them at once.

mod document;
mod fields;
mod framing;
mod meaning;
mod samples;
mod section;

use alloc::boxed::Box;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::ops::Range;

use toml::de::DeTable;

use super::definition::Definition;
use super::validate;
use super::{LayoutError, LayoutErrorKind, LayoutErrors, LayoutWarning, LayoutWarningKind};
use section::Section;

/// The longest text of a layout, in bytes.
pub(super) const MOST_BYTES: usize = 1 << 20;

/// Where things stand in the text, for errors.
pub(super) type Span = Range<usize>;

/// What was found wrong so far.
pub(super) struct Findings<'a> {
    text: &'a str,
    errors: Vec<(usize, LayoutErrorKind)>,
    warnings: Vec<(usize, LayoutWarningKind)>,
}

impl Findings<'_> {
    /// Of something that is read twice; the first reading reports nothing.
    fn silent() -> Self {
        Findings {
            text: "",
            errors: Vec::new(),
            warnings: Vec::new(),
        }
    }

    pub(super) fn error(&mut self, span: &Span, kind: LayoutErrorKind) {
        if self.errors.len() < LayoutErrors::MOST {
            self.errors.push((span.start, kind));
        }
    }

    pub(super) fn warning(&mut self, span: &Span, kind: LayoutWarningKind) {
        if self.warnings.len() < LayoutErrors::MOST {
            self.warnings.push((span.start, kind));
        }
    }

    pub(super) fn is_faulty(&self) -> bool {
        !self.errors.is_empty()
    }

    /// The line of an offset, from 1.
    pub(super) fn line(&self, span: &Span) -> usize {
        self.position(span.start).0
    }

    fn position(&self, offset: usize) -> (usize, usize) {
        let mut end = offset.min(self.text.len());
        while !self.text.is_char_boundary(end) {
            end -= 1;
        }
        let before = &self.text[..end];
        let line = before.bytes().filter(|byte| *byte == b'\n').count() + 1;
        let start = before.rfind('\n').map_or(0, |at| at + 1);
        (line, before[start..].chars().count() + 1)
    }

    fn into_errors(mut self) -> LayoutErrors {
        let mut found = core::mem::take(&mut self.errors);
        found.sort_by_key(|(offset, _)| *offset);
        let located = found.into_iter().map(|(offset, kind)| {
            let (line, column) = self.position(offset);
            LayoutError { line, column, kind }
        });
        LayoutErrors(located.collect())
    }

    fn into_warnings(mut self) -> Vec<LayoutWarning> {
        let mut found = core::mem::take(&mut self.warnings);
        found.sort_by_key(|(offset, _)| *offset);
        let located = found.into_iter().map(|(offset, kind)| {
            let (line, column) = self.position(offset);
            LayoutWarning { line, column, kind }
        });
        located.collect()
    }
}

/// Reads and checks a whole layout.
pub(super) fn read(text: &str) -> Result<Definition, LayoutErrors> {
    let mut findings = Findings {
        text,
        errors: Vec::new(),
        warnings: Vec::new(),
    };
    if text.len() > MOST_BYTES {
        let limit = MOST_BYTES;
        findings.error(&(0..0), LayoutErrorKind::TooLarge { limit });
        return Err(findings.into_errors());
    }
    let (table, faults) = DeTable::parse_recoverable(text);
    for fault in faults {
        let message: Box<str> = fault.message().into();
        let span = fault.span().unwrap_or(0..0);
        findings.error(&span, LayoutErrorKind::Toml(message));
    }
    if findings.is_faulty() {
        // A table that was read in part would bring faults that are none.
        return Err(findings.into_errors());
    }
    let root = Section::new("the layout".to_string(), table.span(), table.get_ref());
    let read = document::read(root, &mut findings);
    let mut definition = match read {
        Some((definition, spans)) if !findings.is_faulty() => {
            validate::check(&definition, &spans, &mut findings);
            definition
        }
        _ => return Err(findings.into_errors()),
    };
    if findings.is_faulty() {
        return Err(findings.into_errors());
    }
    definition.warnings = findings.into_warnings();
    Ok(definition)
}

/// Where the parts of a definition stand, for the checks that come last.
pub(super) struct Spans {
    pub(super) framing: Span,
    pub(super) checksum: Span,
    pub(super) escape: Span,
    pub(super) heartbeat: Span,
    pub(super) fields: Vec<Span>,
}

/// Names that must not come twice.
pub(super) struct Names {
    what: &'static str,
    seen: Vec<(String, usize)>,
}

impl Names {
    pub(super) const fn new(what: &'static str) -> Self {
        Names {
            what,
            seen: Vec::new(),
        }
    }

    pub(super) fn add(&mut self, name: &str, span: &Span, findings: &mut Findings<'_>) {
        let line = findings.line(span);
        match self.seen.iter().find(|(known, _)| known == name) {
            Some((_, first)) => findings.error(
                span,
                LayoutErrorKind::Duplicate {
                    what: self.what,
                    name: name.into(),
                    first: *first,
                },
            ),
            None => self.seen.push((name.into(), line)),
        }
    }
}
