//! What became of the entries of a batch (FHIR reference 9.3, 14.7).

use core::fmt;
use std::collections::HashMap;

use super::operation_outcome::OperationOutcome;
use crate::decode::{Bundle, DecodeOptions, Decoded, Entries, Entry, decode};

/// The answer to a batch, entry by entry of what was asked.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct BatchAnswer {
    /// For each entry of the request, in its order.
    pub entries: Vec<BatchEntry>,
    /// Entries of the answer that belong to nothing that was asked.
    pub unasked: usize,
}

/// What became of one entry.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct BatchEntry {
    /// `fullUrl` of the request.
    pub full_url: Option<String>,
    /// How the answer was found; `None` when there is none, so that nothing is known.
    pub matched_by: Option<MatchedBy>,
    /// The HTTP status of this entry.
    pub status: Option<u16>,
    /// Where the resource is now.
    pub location: Option<String>,
    /// Why it was refused, or warnings.
    pub outcome: Option<OperationOutcome>,
}

/// How an entry of the answer was matched with one of the request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MatchedBy {
    /// Both have the same `fullUrl`.
    FullUrl,
    /// No entry of the answer has a `fullUrl`, and there are as many as were asked: FHIR R4 demands
    /// the same order.
    Position,
}

/// Why bytes are no batch or no answer to one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum BatchError {
    /// The request is not a Bundle.
    #[error("the request is not a Bundle")]
    Request,
    /// The answer is not a Bundle of type `batch-response` or `transaction-response`.
    #[error("the answer is not a batch-response")]
    Answer,
}

impl BatchEntry {
    /// Whether it was taken, by its own status.
    #[must_use]
    pub fn is_done(&self) -> bool {
        self.status
            .is_some_and(|status| (200..300).contains(&status))
    }
}

impl BatchAnswer {
    /// Reads the answer to a request.
    ///
    /// # Errors
    ///
    /// [`BatchError`] when one of them is not what it should be.
    pub fn read(request: &[u8], body: &[u8]) -> Result<Self, BatchError> {
        let options = DecodeOptions::lenient();
        let asked = decode(request, options).map_err(|_| BatchError::Request)?;
        let asked = bundle(&asked, &["batch", "transaction"]).ok_or(BatchError::Request)?;
        let types = ["batch-response", "transaction-response"];
        let answer = decode(body, options).map_err(|_| BatchError::Answer)?;
        let answered = bundle(&answer, &types).ok_or(BatchError::Answer)?;
        let named = answered.entries().any(|entry| entry.full_url().is_some());
        // An entry without anything in it is left out when it is read: places would not be what they were.
        let sent = |body| Entries::new(body, options).map_or(0, Iterator::count);
        let in_order = !named
            && asked.len() == answered.len()
            && sent(request) == asked.len()
            && sent(body) == answered.len();
        // Of two answers with one name neither can be trusted.
        let mut by_name: HashMap<&str, Option<Entry<'_>>> = HashMap::new();
        for entry in answered.entries() {
            if let Some(url) = entry.full_url() {
                by_name
                    .entry(url)
                    .and_modify(|twice| *twice = None)
                    .or_insert(Some(entry));
            }
        }
        let mut matched = 0;
        let mut times = HashMap::new();
        for entry in asked.entries() {
            *times.entry(entry.full_url()).or_insert(0) += 1;
        }
        let entries = asked.entries().enumerate().map(|(at, entry)| {
            let url = entry.full_url();
            let found = if in_order {
                let found = answered.entry(at);
                found.map(|found| (found, MatchedBy::Position))
            } else {
                let only = url.filter(|_| times.get(&url) == Some(&1));
                let found = only.and_then(|url| by_name.get(url).copied().flatten());
                found.map(|found| (found, MatchedBy::FullUrl))
            };
            matched += usize::from(found.is_some());
            BatchEntry::of(url, found)
        });
        let entries = entries.collect();
        Ok(Self {
            entries,
            unasked: answered.len().saturating_sub(matched),
        })
    }
}

impl BatchEntry {
    fn of(url: Option<&str>, found: Option<(Entry<'_>, MatchedBy)>) -> Self {
        let entry = found.map(|(entry, _)| entry);
        Self {
            full_url: url.map(Into::into),
            matched_by: found.map(|(_, by)| by),
            status: entry.and_then(Entry::response_status).and_then(status),
            location: entry.and_then(Entry::response_location).map(Into::into),
            outcome: entry
                .and_then(Entry::response_outcome)
                .and_then(OperationOutcome::of),
        }
    }
}

/// `201`, with or without its phrase.
fn status(text: &str) -> Option<u16> {
    let digits = text.trim().split(' ').next()?;
    let plain = digits.len() == 3 && digits.bytes().all(|b| b.is_ascii_digit());
    plain.then(|| digits.parse().ok()).flatten()
}

fn bundle<'r>(decoded: &'r Decoded<'_>, types: &[&str]) -> Option<Bundle<'r>> {
    let bundle = decoded.bundle()?;
    bundle
        .bundle_type()
        .is_some_and(|kind| types.contains(&kind))
        .then_some(bundle)
}

impl fmt::Debug for BatchAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BatchAnswer")
            .field("entries", &self.entries)
            .field("unasked", &self.unasked)
            .finish()
    }
}

/// Addresses stay hidden.
impl fmt::Debug for BatchEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BatchEntry")
            .field("status", &self.status)
            .field("matched_by", &self.matched_by)
            .field("outcome", &self.outcome)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const REQUEST: &str = r#"{"resourceType":"Bundle","type":"batch","entry":[
        {"fullUrl":"urn:uuid:a"},{"fullUrl":"urn:uuid:b"},{"fullUrl":"urn:uuid:c"}]}"#;

    fn read(entries: &str) -> BatchAnswer {
        let answer =
            format!(r#"{{"resourceType":"Bundle","type":"batch-response","entry":{entries}}}"#);
        BatchAnswer::read(REQUEST.as_bytes(), answer.as_bytes()).expect("an answer")
    }

    fn statuses(answer: &BatchAnswer) -> Vec<Option<u16>> {
        answer.entries.iter().map(|entry| entry.status).collect()
    }

    #[test]
    fn entries_are_matched_by_their_full_url_in_any_order() {
        let answer = read(
            r#"[{"fullUrl":"urn:uuid:c","response":{"status":"400 Bad Request","outcome":
                {"resourceType":"OperationOutcome","issue":[{"details":{"coding":[{"code":"2.1"}]}}]}}},
               {"fullUrl":"urn:uuid:a","response":{"status":"201 Created","location":"Observation/7"}},
               {"fullUrl":"urn:uuid:x","response":{"status":"201"}}]"#,
        );
        assert_eq!(statuses(&answer), [Some(201), None, Some(400)]);
        assert!(answer.entries[0].is_done() && !answer.entries[2].is_done());
        assert_eq!(answer.entries[1].matched_by, None);
        assert_eq!(answer.unasked, 1);
        let outcome = answer.entries[2]
            .outcome
            .as_ref()
            .and_then(OperationOutcome::code);
        assert_eq!(outcome, Some(crate::OutcomeCode::INVALID_PERSON_IDENTIFIER));
    }

    #[test]
    fn without_names_the_order_counts_if_none_is_missing() {
        let one = r#"{"response":{"status":"201"}}"#;
        let answer = read(&format!("[{one},{one},{one}]"));
        assert_eq!(statuses(&answer), [Some(201); 3]);
        assert_eq!(answer.entries[2].matched_by, Some(MatchedBy::Position));
        let answer = read(&format!("[{one},{one}]"));
        assert_eq!(statuses(&answer), [None; 3]);
        assert_eq!(answer.unasked, 2);
        // Three that say something and an empty one are four.
        let answer = read(&format!("[{{}},{one},{one},{one}]"));
        assert_eq!(statuses(&answer), [None; 3]);
    }

    #[test]
    fn a_name_that_came_twice_says_nothing() {
        let answer = read(
            r#"[{"fullUrl":"urn:uuid:a","response":{"status":"201"}},
               {"fullUrl":"urn:uuid:a","response":{"status":"400"}}]"#,
        );
        assert_eq!(statuses(&answer), [None; 3]);
    }

    #[test]
    fn what_is_no_answer_to_a_batch_is_refused() {
        let read = |request: &str, answer: &str| {
            BatchAnswer::read(request.as_bytes(), answer.as_bytes()).map(|_| ())
        };
        assert_eq!(read("{}", "{}"), Err(BatchError::Request));
        for answer in ["", "{}", "<html>", REQUEST] {
            assert_eq!(read(REQUEST, answer), Err(BatchError::Answer), "{answer}");
        }
    }
}
