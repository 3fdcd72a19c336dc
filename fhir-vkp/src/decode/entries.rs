//! A large Bundle, entry by entry.

use core::fmt;

use super::bundle::Entry;
use super::error::{DecodeError, DecodeErrorKind, JsonFault};
use super::findings::Findings;
use super::json::Reader;
use super::limits::{DecodeOptions, Mode};
use super::node::{JsonKind, Member, Node};
use super::repair::Repair;
use super::text::open;
use crate::FindingKind;

/// Reads the entries of a Bundle one after the other: no more than one is in memory beside the
/// text itself.
///
/// For a long answer to a search. References between entries are not looked up, the rules for a
/// document are not checked, and of the members of the Bundle itself only what stands before an
/// entry is known when it is handed out: ask for [`next_page`](Self::next_page) when the
/// iterator has ended.
///
/// ```
/// use fhir_vkp::decode::{DecodeOptions, Entries};
///
/// let body = br#"{"resourceType": "Bundle", "type": "searchset",
///     "entry": [{"resource": {"resourceType": "Patient"}}],
///     "link": [{"relation": "next", "url": "https://hub.example.net/next?cursor=2"}]}"#;
/// let mut entries = Entries::new(body, DecodeOptions::lenient())?;
/// while let Some(entry) = entries.next() {
///     let entry = entry?;
///     assert_eq!(entry.entry().resource().map(|r| r.resource_type()), Some("Patient"));
/// }
/// assert_eq!(entries.next_page(), Some("https://hub.example.net/next?cursor=2"));
/// # Ok::<(), fhir_vkp::decode::DecodeError>(())
/// ```
pub struct Entries<'a> {
    reader: Reader<'a>,
    options: DecodeOptions,
    skipped: usize,
    header: Vec<Member<'a>>,
    index: usize,
    state: State,
    findings: Findings,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    /// After the opening brace.
    Start,
    /// Between members of the Bundle.
    Members,
    /// At an element of `entry`.
    InArray,
    Ended,
}

/// One entry, with what was found in it.
pub struct DecodedEntry<'a> {
    node: Node<'a>,
    index: usize,
    findings: Findings,
}

impl DecodedEntry<'_> {
    /// The entry.
    #[must_use]
    pub const fn entry(&self) -> Entry<'_> {
        Entry::new(&self.node, self.index)
    }

    /// What was found in it.
    #[must_use]
    pub const fn findings(&self) -> &Findings {
        &self.findings
    }
}

impl fmt::Debug for DecodedEntry<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DecodedEntry")
            .field("entry", &self.entry())
            .field("findings", &self.findings)
            .finish()
    }
}

impl<'a> Entries<'a> {
    /// Begins to read. The limit on values holds for each entry.
    ///
    /// # Errors
    ///
    /// [`DecodeError`] for a body that is no JSON object or passes the limit on bytes.
    pub fn new(body: &'a [u8], options: DecodeOptions) -> Result<Self, DecodeError> {
        let opened = open(body, options)?;
        let mut reader = Reader::new(opened.text, 0, opened.limits);
        if reader.peek() != Some(b'{') {
            let kind = DecodeErrorKind::NotAnObject;
            return Err(DecodeError::new(kind, opened.skipped));
        }
        reader.take(b'{');
        Ok(Entries {
            reader,
            options: options.with_limits(opened.limits),
            skipped: opened.skipped,
            header: Vec::new(),
            index: 0,
            state: State::Start,
            findings: opened.findings,
        })
    }

    /// The link to the next page, as given. Complete once the iterator has ended.
    #[must_use]
    pub fn next_page(&self) -> Option<&str> {
        let link = self.header("link")?;
        // One object for the array (rule 1): here no repair has been at it.
        let links = match link.kind() {
            JsonKind::Object => core::slice::from_ref(link),
            _ => link.items(),
        };
        let next = links
            .iter()
            .find(|link| link.text("relation") == Some("next"))?;
        next.text("url").filter(|url| !url.is_empty())
    }

    /// `searchset`, as written. Complete once the iterator has ended.
    #[must_use]
    pub fn bundle_type(&self) -> Option<&str> {
        self.header("type")?.as_str()
    }

    /// How many matches there are on all pages. Complete once the iterator has ended.
    #[must_use]
    pub fn total(&self) -> Option<u64> {
        self.header("total")?.as_number()?.parse().ok()
    }

    /// What was found outside the entries.
    #[must_use]
    pub const fn findings(&self) -> &Findings {
        &self.findings
    }

    /// Keeps what is asked for later; the last of repeated names.
    fn keep(&mut self, member: Member<'a>) {
        const KEPT: [&str; 4] = ["resourceType", "type", "total", "link"];
        if KEPT.contains(&member.name()) {
            self.header.retain(|earlier| earlier.name != member.name);
            self.header.push(member);
        }
    }

    fn header(&self, name: &str) -> Option<&Node<'a>> {
        let mut members = self.header.iter();
        members.find(|m| m.name == name).map(|m| &m.node)
    }

    /// Reads on to the next entry; `None` at the end of the Bundle.
    fn advance(&mut self) -> Result<Option<DecodedEntry<'a>>, DecodeError> {
        loop {
            match self.state {
                State::Ended => return Ok(None),
                State::InArray => {
                    let found = self.one_entry()?;
                    if self.reader.take(b']') {
                        self.state = State::Members;
                    } else if !self.reader.take(b',') {
                        return Err(self.fault(JsonFault::ExpectedCommaOrEnd));
                    }
                    return Ok(Some(found));
                }
                State::Start => {
                    if self.reader.take(b'}') {
                        self.end()?;
                        continue;
                    }
                }
                State::Members => {
                    if self.reader.take(b'}') {
                        self.end()?;
                        continue;
                    }
                    if !self.reader.take(b',') {
                        return Err(self.fault(JsonFault::ExpectedCommaOrEnd));
                    }
                }
            }
            if let Some(single) = self.member()? {
                return Ok(Some(single));
            }
        }
    }

    /// One member of the Bundle. An entry comes back when `entry` is no array.
    fn member(&mut self) -> Result<Option<DecodedEntry<'a>>, DecodeError> {
        self.state = State::Members;
        let skipped = self.skipped;
        let fault = |fault: super::error::Fault| fault.into_error("Bundle", skipped);
        let (name, _) = self.reader.name().map_err(fault)?;
        if name != "entry" {
            self.reader.refill();
            let node = self
                .reader
                .value(1)
                .map_err(|error| fault(error.inside_member(&name)))?;
            self.keep(Member { name, node });
            return Ok(None);
        }
        match self.reader.peek() {
            Some(b'[') => {
                self.reader.take(b'[');
                if !self.reader.take(b']') {
                    self.state = State::InArray;
                }
                Ok(None)
            }
            Some(b'{') => {
                self.found(FindingKind::SingleObjectForArray)?;
                self.one_entry().map(Some)
            }
            _ => {
                self.reader.refill();
                let node = self.reader.value(1).map_err(fault)?;
                let absent = match node.kind() {
                    JsonKind::Null => FindingKind::Null,
                    JsonKind::String if node.is_empty() => FindingKind::EmptyString,
                    // No entry, but handed out like one inside an array.
                    _ => {
                        self.found(FindingKind::WrongType)?;
                        return self.entry_of(node).map(Some);
                    }
                };
                self.found(absent)?;
                Ok(None)
            }
        }
    }

    fn one_entry(&mut self) -> Result<DecodedEntry<'a>, DecodeError> {
        self.reader.refill();
        let (index, skipped) = (self.index, self.skipped);
        let node = self.reader.value(2).map_err(|error| {
            let error = error.inside_item(index).inside_member("entry");
            error.into_error("Bundle", skipped)
        })?;
        self.entry_of(node)
    }

    fn entry_of(&mut self, mut node: Node<'a>) -> Result<DecodedEntry<'a>, DecodeError> {
        let index = self.index;
        self.index += 1;
        let mut repair = Repair::new(&self.options.limits);
        repair.entry(&mut node, index);
        let findings = repair.into_findings();
        if let (Mode::Strict, Some(finding)) = (self.options.mode, findings.first_deviation()) {
            return Err(DecodeError::deviation(finding));
        }
        Ok(DecodedEntry {
            node,
            index,
            findings,
        })
    }

    fn found(&mut self, kind: FindingKind) -> Result<(), DecodeError> {
        let path = crate::Path::new("Bundle").member("entry");
        if self.options.mode == Mode::Strict {
            return Err(DecodeError::deviation(&crate::Finding::new(path, kind)));
        }
        self.findings.push(kind, || path);
        Ok(())
    }

    fn end(&mut self) -> Result<(), DecodeError> {
        self.state = State::Ended;
        let skipped = self.skipped;
        self.reader
            .end()
            .map_err(|error| error.into_error("Bundle", skipped))?;
        match self.header("resourceType").and_then(Node::as_str) {
            Some("Bundle") => Ok(()),
            Some(_) => Err(DecodeErrorKind::OtherType { expected: "Bundle" }),
            None => Err(DecodeErrorKind::NoResourceType),
        }
        .map_err(|kind| DecodeError::new(kind, self.reader.position() + skipped))
    }

    fn fault(&self, fault: JsonFault) -> DecodeError {
        self.reader.fault(fault).into_error("Bundle", self.skipped)
    }
}

impl<'a> Iterator for Entries<'a> {
    type Item = Result<DecodedEntry<'a>, DecodeError>;

    fn next(&mut self) -> Option<Self::Item> {
        let next = self.advance().transpose();
        if let Some(Err(_)) = next {
            self.state = State::Ended;
        }
        next
    }
}

impl fmt::Debug for Entries<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Entries")
            .field("index", &self.index)
            .field("findings", &self.findings)
            .finish_non_exhaustive()
    }
}
