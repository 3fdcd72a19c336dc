//! Runs the samples of a layout: decode, compare, encode back, compare.

use alloc::borrow::ToOwned;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use serde::Serialize;

use super::sample::{Expected, Sample};
use super::{DecodeErrorKind, Decoded, EncodeError, FieldValue, Layout, Verification, hex};

/// A line of the layout and what is to be said about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ReportLine {
    /// From 1.
    pub line: usize,
    /// In characters, from 1.
    pub column: usize,
    /// For people.
    pub message: String,
}

/// All there is to say about a layout.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Report {
    /// The name; `None` when the layout has faults.
    pub name: Option<String>,
    /// The faults. A layout with any reads nothing.
    pub errors: Vec<ReportLine>,
    /// What works and is perhaps not meant.
    pub warnings: Vec<ReportLine>,
    /// What became of each sample.
    pub samples: Vec<SampleReport>,
    /// What the samples say; `None` when the layout has faults.
    pub verification: Option<Verification>,
}

impl Report {
    /// True without faults and without failed samples. A layout without samples passes, and is
    /// [`Untested`](Verification::Untested).
    #[must_use]
    pub fn passed(&self) -> bool {
        self.errors.is_empty() && self.samples.iter().all(SampleReport::passed)
    }
}

/// What became of a sample.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct SampleReport {
    /// Its name.
    pub name: String,
    /// Its line, from 1.
    pub line: usize,
    /// What came out otherwise; empty when it passed.
    pub findings: Vec<SampleFinding>,
    /// What was tolerated in it, by code.
    pub warnings: Vec<&'static str>,
}

impl SampleReport {
    /// True when all came out as it should.
    #[must_use]
    pub fn passed(&self) -> bool {
        self.findings.is_empty()
    }
}

/// Something in a sample that came out otherwise. In JSON it is its text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SampleFinding {
    /// The frame could not be read.
    #[error("the frame is refused: {kind}")]
    Refused {
        /// Why.
        kind: DecodeErrorKind,
    },
    /// The frame should have been refused.
    #[error("the frame should be refused ({expected}), and is {found}")]
    NotRefused {
        /// The expected code.
        expected: String,
        /// The code of another error, or `accepted`.
        found: &'static str,
    },
    /// Another value.
    #[error("{what} should be {expected}, and is {found}")]
    Differs {
        /// A field, or `device`, `events` and the like.
        what: String,
        /// As the sample says.
        expected: String,
        /// As decoded.
        found: String,
    },
    /// A field that should be there and is not.
    #[error("{what} should be {expected}, and is not there")]
    Missing {
        /// A field, or `device` and the like.
        what: String,
        /// As the sample says.
        expected: String,
    },
    /// A field that should not be there.
    #[error("{what} should not be there, and is {found}")]
    Unexpected {
        /// The field.
        what: String,
        /// As decoded.
        found: String,
    },
    /// The decoded values cannot be written.
    #[error("the decoded values cannot be written back: {error}")]
    NotEncoded {
        /// Why.
        error: EncodeError,
    },
    /// Written back, the frame is another one.
    #[error("written back, the frame differs from byte {offset} on: {written}")]
    NotTheSame {
        /// The first byte that differs.
        offset: usize,
        /// The frame as written, in hexadecimal pairs.
        written: String,
    },
}

impl Serialize for SampleFinding {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// Reads a layout, runs its samples, and says all there is to say about it.
///
/// ```
/// let report = climax_rf::layout::check("version = 1\nname = \"example\"\n[framing]\nend = \"0g\"");
/// assert!(!report.passed());
/// assert_eq!(report.errors[0].line, 4);
/// ```
#[must_use]
pub fn check(text: &str) -> Report {
    let layout = match Layout::parse(text) {
        Ok(layout) => layout,
        Err(errors) => {
            let errors = errors.errors().iter().map(|error| ReportLine {
                line: error.line,
                column: error.column,
                message: error.kind.to_string(),
            });
            return Report {
                name: None,
                errors: errors.collect(),
                warnings: Vec::new(),
                samples: Vec::new(),
                verification: None,
            };
        }
    };
    let warnings = layout.warnings().iter().map(|warning| ReportLine {
        line: warning.line,
        column: warning.column,
        message: warning.kind.to_string(),
    });
    Report {
        name: Some(layout.name().to_owned()),
        errors: Vec::new(),
        warnings: warnings.collect(),
        samples: run(&layout),
        verification: Some(layout.verification()),
    }
}

/// Runs every sample.
pub(super) fn run(layout: &Layout) -> Vec<SampleReport> {
    let samples = layout.definition.samples.iter();
    samples.map(|sample| run_one(layout, sample)).collect()
}

fn run_one(layout: &Layout, sample: &Sample) -> SampleReport {
    let mut report = SampleReport {
        name: sample.name.clone(),
        line: sample.line,
        findings: Vec::new(),
        warnings: Vec::new(),
    };
    let decoded = match (layout.decode_frame(&sample.bytes), &sample.refused) {
        (Ok(decoded), None) => decoded,
        (Err(error), None) => {
            let kind = error.kind;
            report.findings.push(SampleFinding::Refused { kind });
            return report;
        }
        (result, Some(expected)) => {
            let found = result.map_or_else(|error| error.kind.code(), |_| "accepted");
            if found != expected {
                let expected = expected.clone();
                report
                    .findings
                    .push(SampleFinding::NotRefused { expected, found });
            }
            return report;
        }
    };
    let warnings = decoded.warnings().iter();
    report.warnings = warnings.map(|warning| warning.kind.code()).collect();
    compare(&decoded, sample, &mut report.findings);
    if let Some(expected) = &sample.ack {
        let found = layout.ack_for(&sample.bytes);
        let found = found.map_or_else(|| "nothing".to_owned(), |bytes| hex::print(&bytes));
        differ("ack", hex::print(expected), found, &mut report.findings);
    }
    if !sample.one_way {
        report.findings.extend(write_back(layout, &decoded, sample));
    }
    report
}

fn differ(what: &str, expected: String, found: String, findings: &mut Vec<SampleFinding>) {
    if expected != found {
        findings.push(SampleFinding::Differs {
            what: what.to_owned(),
            expected,
            found,
        });
    }
}

fn compare(decoded: &Decoded, sample: &Sample, findings: &mut Vec<SampleFinding>) {
    for (name, expected) in &sample.fields {
        field(name, expected, decoded.get(name), findings);
    }
    for name in &sample.absent {
        if let Some(there) = decoded.get(name) {
            findings.push(SampleFinding::Unexpected {
                what: name.clone(),
                found: there.value().to_string(),
            });
        }
    }
    if let Some(expected) = &sample.device {
        let there = decoded.with_role(super::Role::Device);
        field("device", expected, there, findings);
    }
    if let Some(expected) = &sample.device_type {
        let found = match (decoded.device_type(), decoded.device_type_number()) {
            (Some(known), _) => known.name.clone(),
            (None, Some(number)) => number.to_string(),
            (None, None) => "none".to_owned(),
        };
        differ("device_type", expected.clone(), found, findings);
    }
    if let Some(expected) = &sample.events {
        let found: Vec<&str> = decoded.events().map(|rule| rule.name.as_str()).collect();
        differ("events", expected.join(", "), found.join(", "), findings);
    }
    if let Some(expected) = sample.battery_low {
        let found = decoded.battery().and_then(|battery| battery.low);
        let found = found.map_or_else(|| "unknown".to_owned(), |low| low.to_string());
        differ("battery_low", expected.to_string(), found, findings);
    }
}

fn field(
    what: &str,
    expected: &Expected,
    found: Option<FieldValue<'_>>,
    findings: &mut Vec<SampleFinding>,
) {
    let Some(found) = found else {
        findings.push(SampleFinding::Missing {
            what: what.to_owned(),
            expected: expected.to_string(),
        });
        return;
    };
    if !expected.fits(&found) {
        let shown = match (found.label(), found.quantity()) {
            (Some(label), _) => label.to_owned(),
            (None, Some(quantity)) if found.field().is_scaled() => quantity.to_string(),
            _ => found.value().to_string(),
        };
        findings.push(SampleFinding::Differs {
            what: what.to_owned(),
            expected: expected.to_string(),
            found: shown,
        });
    }
}

impl Expected {
    fn fits(&self, found: &FieldValue<'_>) -> bool {
        let near = |expected: f64| {
            found.quantity().is_some_and(|quantity| {
                (quantity - expected).abs() <= 1e-9 * expected.abs().max(1.0)
            })
        };
        match self {
            #[allow(clippy::cast_precision_loss, reason = "a quantity is approximate")]
            Expected::Integer(number) if found.field().is_scaled() => near(*number as f64),
            Expected::Integer(number) => found.value().number() == Some(*number),
            Expected::Float(number) => near(*number),
            Expected::Text(text) => {
                let bytes = || match found.value() {
                    super::Value::Bytes(bytes) => hex::parse(text).as_ref() == Some(bytes),
                    _ => false,
                };
                found.label() == Some(text) || found.value().to_string() == *text || bytes()
            }
        }
    }
}

impl core::fmt::Display for Expected {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Expected::Integer(number) => number.fmt(f),
            Expected::Float(number) => number.fmt(f),
            Expected::Text(text) => text.fmt(f),
        }
    }
}

fn write_back(layout: &Layout, decoded: &Decoded, sample: &Sample) -> Option<SampleFinding> {
    match layout.encode(&decoded.values()) {
        Err(error) => Some(SampleFinding::NotEncoded { error }),
        Ok(written) if written == sample.bytes => None,
        Ok(written) => {
            let same = written
                .iter()
                .zip(&sample.bytes)
                .take_while(|(a, b)| a == b);
            Some(SampleFinding::NotTheSame {
                offset: same.count(),
                written: hex::print(&written),
            })
        }
    }
}
