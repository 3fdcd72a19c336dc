//! One whole SIP message.

use bytes::Bytes;
use core::fmt;
use std::sync::Arc;

use super::header::{CSeq, MediaType, NameAddress, Uri, Via, parse_number};
use super::layout::{Field, Head, Layout, Span, is_control, is_token, narrow};
use super::{
    HeaderError, HeaderName, Method, Rejected, SipError, SipLimits, SipWarning, StatusCode,
};

/// How the end of the body is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Framing {
    /// The datagram is the message.
    Datagram,
    /// The framer cut the message by its Content-Length.
    Stream,
}

#[derive(Clone, Copy)]
enum Start {
    Request {
        method: Method,
        text: Span,
        uri: Span,
    },
    Response {
        status: StatusCode,
        reason: Span,
    },
}

/// A SIP request or response: start line, headers in order, body.
///
/// Everything borrows from the bytes it was read from; a message keeps that buffer alive. `Debug` prints the
/// method or status, sizes and the Call-ID, never bodies, names or users.
///
/// ```
/// use scaip::sip::{Message, Method, SipLimits};
///
/// let message = Message::parse_datagram(
///     "MESSAGE sip:alarm@example.net SIP/2.0\r\n\
///      Via: SIP/2.0/UDP 192.0.2.7;branch=z9hG4bK77\r\n\
///      From: <sip:40211870@example.net>;tag=1\r\n\
///      To: <sip:alarm@example.net>\r\n\
///      Call-ID: a1\r\n\
///      CSeq: 1 MESSAGE\r\n\
///      Max-Forwards: 70\r\n\
///      Content-Type: application/scaip+xml\r\n\
///      Content-Length: 11\r\n\r\n\
///      <mrq></mrq>"
///         .into(),
///     &SipLimits::default(),
/// )?;
/// assert_eq!(message.method(), Some(Method::Message));
/// assert_eq!(message.from().unwrap().uri.user, Some("40211870"));
/// assert_eq!(&message.body()[..], b"<mrq></mrq>");
/// assert!(message.warnings().is_empty());
/// # Ok::<(), scaip::sip::Rejected>(())
/// ```
#[derive(Clone)]
pub struct Message {
    head: Arc<Head>,
    start: Start,
    cseq: u32,
    cseq_method: Method,
    raw: Bytes,
    body_start: usize,
    warnings: Vec<SipWarning>,
}

const REQUIRED: [HeaderName; 5] = [
    HeaderName::Via,
    HeaderName::From,
    HeaderName::To,
    HeaderName::CallId,
    HeaderName::CSeq,
];

const ONCE: [HeaderName; 7] = [
    HeaderName::From,
    HeaderName::To,
    HeaderName::CallId,
    HeaderName::CSeq,
    HeaderName::ContentLength,
    HeaderName::ContentType,
    HeaderName::MaxForwards,
];

impl Message {
    /// Reads a datagram that holds one message. Line ends before the start line are passed over.
    ///
    /// # Errors
    ///
    /// [`Rejected`] with the reason, the bytes and whether an answer is possible.
    pub fn parse_datagram(datagram: Bytes, limits: &SipLimits) -> Result<Self, Rejected> {
        let start = datagram
            .iter()
            .position(|byte| !matches!(byte, b'\r' | b'\n'));
        let Some(start) = start else {
            return Err(Rejected::new(SipError::Empty, datagram, None));
        };
        let mut layout = Layout::default();
        let scanned = layout.scan(&datagram, start, limits);
        Self::from_layout(datagram, layout, scanned, Framing::Datagram, limits)
    }

    pub(crate) fn from_layout(
        raw: Bytes,
        mut layout: Layout,
        scanned: Result<(), SipError>,
        framing: Framing,
        limits: &SipLimits,
    ) -> Result<Self, Rejected> {
        let mut warnings = Vec::new();
        if layout.bare_line_feed {
            warnings.push(SipWarning::BareLineFeed);
        }
        warnings.extend(
            layout
                .ignored
                .drain(..)
                .map(|offset| SipWarning::HeaderIgnored { offset }),
        );
        let body_start = layout.body_start;
        let head = layout.settle(&raw);
        let checked = scanned.and_then(|()| {
            let start = read_start_line(&head)?;
            let cseq = judge(&head, &start, &mut warnings)?;
            judge_length(&head, raw.len(), body_start, framing, limits, &mut warnings)?;
            Ok((start, cseq))
        });
        match checked {
            Ok((start, (cseq, cseq_method))) => Ok(Self {
                head: Arc::new(head),
                start,
                cseq,
                cseq_method,
                raw,
                body_start,
                warnings,
            }),
            Err(error) => {
                let answerable = can_answer(&head);
                Err(Rejected::new(error, raw, answerable.then_some(head)))
            }
        }
    }

    /// The method of a request; `None` for a response.
    #[must_use]
    pub fn method(&self) -> Option<Method> {
        match self.start {
            Start::Request { method, .. } => Some(method),
            Start::Response { .. } => None,
        }
    }

    /// The method as written; `None` for a response.
    #[must_use]
    pub fn method_text(&self) -> Option<&[u8]> {
        match self.start {
            Start::Request { text, .. } => Some(text.of(&self.head.text)),
            Start::Response { .. } => None,
        }
    }

    /// The Request-URI as written; `None` for a response.
    #[must_use]
    pub fn request_uri_raw(&self) -> Option<&[u8]> {
        match self.start {
            Start::Request { uri, .. } => Some(uri.of(&self.head.text)),
            Start::Response { .. } => None,
        }
    }

    /// The Request-URI, read; `None` for a response or if it cannot be read.
    #[must_use]
    pub fn request_uri(&self) -> Option<Uri<'_>> {
        self.request_uri_raw().and_then(|raw| Uri::parse(raw).ok())
    }

    /// The status of a response; `None` for a request.
    #[must_use]
    pub fn status(&self) -> Option<StatusCode> {
        match self.start {
            Start::Request { .. } => None,
            Start::Response { status, .. } => Some(status),
        }
    }

    /// The reason phrase of a response; `None` for a request.
    #[must_use]
    pub fn reason(&self) -> Option<&[u8]> {
        match self.start {
            Start::Request { .. } => None,
            Start::Response { reason, .. } => Some(reason.of(&self.head.text)),
        }
    }

    /// The first header of that name, unfolded, without blanks around it.
    #[must_use]
    pub fn header(&self, name: HeaderName) -> Option<&[u8]> {
        self.head.first(name)
    }

    /// Every header line as (name as written, value), in order.
    pub fn headers(&self) -> impl Iterator<Item = (&[u8], &[u8])> {
        self.head
            .fields
            .iter()
            .map(|field| (field.label.of(&self.head.text), self.head.value(field)))
    }

    /// The first header with that long name, in any letter case, for names [`HeaderName`] does not list.
    #[must_use]
    pub fn header_named(&self, name: &str) -> Option<&[u8]> {
        self.headers()
            .find(|(label, _)| label.eq_ignore_ascii_case(name.as_bytes()))
            .map(|(_, value)| value)
    }

    /// The topmost Via.
    ///
    /// # Errors
    ///
    /// [`HeaderError`] if it cannot be read ([`SipWarning::ViaUnreadable`]).
    pub fn top_via(&self) -> Result<Via<'_>, HeaderError> {
        Via::parse(self.head.first(HeaderName::Via).unwrap_or_default())
    }

    /// The From header.
    ///
    /// # Errors
    ///
    /// [`HeaderError`] if it cannot be read ([`SipWarning::FromUnreadable`]).
    pub fn from(&self) -> Result<NameAddress<'_>, HeaderError> {
        self.address(HeaderName::From)
    }

    /// The To header.
    ///
    /// # Errors
    ///
    /// [`HeaderError`] if it cannot be read ([`SipWarning::ToUnreadable`]).
    pub fn to(&self) -> Result<NameAddress<'_>, HeaderError> {
        self.address(HeaderName::To)
    }

    fn address(&self, name: HeaderName) -> Result<NameAddress<'_>, HeaderError> {
        NameAddress::parse(name, self.head.first(name).unwrap_or_default())
    }

    /// The Call-ID; empty only in a response that has none.
    #[must_use]
    pub fn call_id(&self) -> &[u8] {
        self.head.first(HeaderName::CallId).unwrap_or_default()
    }

    /// The number of CSeq.
    #[must_use]
    pub fn cseq(&self) -> u32 {
        self.cseq
    }

    /// The method of CSeq: in a response the method that is answered.
    #[must_use]
    pub fn cseq_method(&self) -> Method {
        self.cseq_method
    }

    /// The Content-Type; `None` if absent.
    #[must_use]
    pub fn content_type(&self) -> Option<Result<MediaType<'_>, HeaderError>> {
        self.head
            .first(HeaderName::ContentType)
            .map(MediaType::parse)
    }

    /// The body; empty if there is none.
    #[must_use]
    pub fn body(&self) -> Bytes {
        self.raw.slice(self.body_start.min(self.raw.len())..)
    }

    /// The message as it came, for the journal and the log.
    #[must_use]
    pub fn raw(&self) -> &Bytes {
        &self.raw
    }

    /// Every deviation that was tolerated.
    #[must_use]
    pub fn warnings(&self) -> &[SipWarning] {
        &self.warnings
    }

    pub(crate) fn warn(&mut self, warning: SipWarning) {
        self.warnings.push(warning);
    }

    pub(crate) fn head(&self) -> &Arc<Head> {
        &self.head
    }

    pub(crate) fn body_bytes(&self) -> &[u8] {
        self.raw.get(self.body_start..).unwrap_or_default()
    }
}

impl fmt::Debug for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = f.debug_struct("Message");
        match self.start {
            Start::Request { method, .. } => out.field("method", &method),
            Start::Response { status, .. } => out.field("status", &status),
        };
        out.field(
            "call_id",
            &format_args!("{}", self.call_id().escape_ascii()),
        )
        .field("headers", &self.head.fields.len())
        .field("body", &self.body_bytes().len())
        .field("warnings", &self.warnings)
        .finish()
    }
}

/// Whether the head is a request's and holds what every answer must repeat.
fn can_answer(head: &Head) -> bool {
    let line = head.start_line();
    let response = line
        .get(..4)
        .is_some_and(|lead| lead.eq_ignore_ascii_case(b"SIP/"));
    let acknowledge = line.starts_with(b"ACK ");
    !response && !acknowledge && REQUIRED.iter().all(|name| head.field(*name).is_some())
}

fn read_start_line(head: &Head) -> Result<Start, SipError> {
    let span = head.start_line;
    let line = head.start_line();
    let bad = SipError::BadStartLine { offset: span.start };
    if line.iter().copied().any(is_control) {
        return Err(bad);
    }
    let blank = |byte: &u8| *byte == b' ' || *byte == b'\t';
    let first = line.iter().position(blank).ok_or(bad)?;
    let sub = |from: usize, to: usize| {
        let part = &line[from..to];
        let lead = part.iter().take_while(|b| blank(b)).count();
        let trail = part[lead..].iter().rev().take_while(|b| blank(b)).count();
        Span {
            start: span.start + narrow(from + lead),
            end: span.start + narrow(to - trail),
        }
    };
    let word = &line[..first];
    if word.len() >= 4 && word[..4].eq_ignore_ascii_case(b"SIP/") {
        if !word.eq_ignore_ascii_case(b"SIP/2.0") {
            return Err(SipError::UnsupportedVersion);
        }
        let rest = sub(first, line.len());
        let text = rest.of(&head.text);
        let digits = text.iter().take_while(|b| b.is_ascii_digit()).count();
        let status = match text.get(..digits) {
            Some(&[a, b, c]) if text.get(3).is_none_or(blank) => StatusCode::new(
                u16::from(a - b'0') * 100 + u16::from(b - b'0') * 10 + u16::from(c - b'0'),
            ),
            _ => None,
        };
        let status = status.ok_or(bad)?;
        let begin = (rest.start + 3 - span.start) as usize;
        return Ok(Start::Response {
            status,
            reason: sub(begin, line.len()),
        });
    }
    if word.is_empty() || !word.iter().copied().all(is_token) {
        return Err(bad);
    }
    let end = line.len() - line.iter().rev().take_while(|b| blank(b)).count();
    let last = line[..end].iter().rposition(blank).ok_or(bad)?;
    let version = &line[last + 1..end];
    if version.len() < 4 || !version[..4].eq_ignore_ascii_case(b"SIP/") {
        return Err(bad);
    }
    if !version.eq_ignore_ascii_case(b"SIP/2.0") {
        return Err(SipError::UnsupportedVersion);
    }
    if last <= first {
        return Err(bad);
    }
    let uri = sub(first, last);
    if uri.start >= uri.end {
        return Err(bad);
    }
    Ok(Start::Request {
        method: Method::from_token(word),
        text: sub(0, first),
        uri,
    })
}

/// Checks what an answer needs and collects warnings; gives the CSeq.
fn judge(
    head: &Head,
    start: &Start,
    warnings: &mut Vec<SipWarning>,
) -> Result<(u32, Method), SipError> {
    let mut seen = [false; ONCE.len()];
    for field in &head.fields {
        if let Some(index) = ONCE.iter().position(|name| *name == field.name) {
            if seen[index] {
                warnings.push(SipWarning::HeaderRepeated { name: field.name });
            }
            seen[index] = true;
        }
    }
    let request = matches!(start, Start::Request { .. });
    for name in REQUIRED {
        let needed = request || matches!(name, HeaderName::Via | HeaderName::CSeq);
        if needed && head.field(name).is_none() {
            return Err(SipError::MissingHeader { name });
        }
    }
    let cseq_field = head.field(HeaderName::CSeq);
    let cseq_value = cseq_field.map_or(&b""[..], |field| head.value(field));
    let offset = cseq_field.map_or(0, |field| field.value.start);
    let cseq = CSeq::parse(cseq_value).map_err(|_| SipError::BadCSeq { offset })?;
    if let Start::Request { method, text, uri } = start {
        if cseq.method_text.as_bytes() != text.of(&head.text) {
            return Err(SipError::CSeqMethodMismatch { offset });
        }
        judge_request(head, *method, *uri, warnings);
    }
    Ok((cseq.number, cseq.method))
}

fn judge_request(head: &Head, method: Method, uri: Span, warnings: &mut Vec<SipWarning>) {
    if Uri::parse(uri.of(&head.text)).is_err() {
        warnings.push(SipWarning::RequestUriUnreadable);
    }
    match Via::parse(head.first(HeaderName::Via).unwrap_or_default()) {
        Err(_) => warnings.push(SipWarning::ViaUnreadable),
        Ok(via) => match via.branch() {
            None => warnings.push(SipWarning::MissingBranch),
            Some(branch) if !has_magic_cookie(branch) => warnings.push(SipWarning::ForeignBranch),
            Some(_) => {}
        },
    }
    let address = |name| NameAddress::parse(name, head.first(name).unwrap_or_default());
    match address(HeaderName::From) {
        Err(_) => warnings.push(SipWarning::FromUnreadable),
        Ok(from) if from.tag().is_none() => warnings.push(SipWarning::MissingFromTag),
        Ok(_) => {}
    }
    if address(HeaderName::To).is_err() {
        warnings.push(SipWarning::ToUnreadable);
    }
    if head.field(HeaderName::MaxForwards).is_none() {
        warnings.push(SipWarning::MissingMaxForwards);
    }
    if method == Method::Message && head.field(HeaderName::Contact).is_some() {
        warnings.push(SipWarning::ContactInMessage);
    }
    if head.field(HeaderName::Require).is_some() {
        warnings.push(SipWarning::RequireIgnored);
    }
}

fn has_magic_cookie(branch: &[u8]) -> bool {
    branch
        .get(..7)
        .is_some_and(|lead| lead.eq_ignore_ascii_case(b"z9hG4bK"))
}

/// What the Content-Length headers of a head say.
pub(crate) enum Stated {
    Missing,
    Unreadable(u32),
    Conflicting,
    Length(u64),
}

/// Reads every Content-Length: on a stream two that differ would move the end of the message.
pub(crate) fn stated_length(text: &[u8], fields: &[Field]) -> Stated {
    let mut stated = Stated::Missing;
    let lengths = fields
        .iter()
        .filter(|field| field.name == HeaderName::ContentLength);
    for field in lengths {
        let Ok(number) = parse_number(HeaderName::ContentLength, field.value.of(text)) else {
            return Stated::Unreadable(field.value.start);
        };
        match stated {
            Stated::Length(first) if first != number => return Stated::Conflicting,
            _ => stated = Stated::Length(number),
        }
    }
    stated
}

fn judge_length(
    head: &Head,
    total: usize,
    body_start: usize,
    framing: Framing,
    limits: &SipLimits,
    warnings: &mut Vec<SipWarning>,
) -> Result<(), SipError> {
    let actual = total - body_start;
    if actual > limits.body {
        return Err(SipError::BodyTooLarge {
            length: actual as u64,
            limit: limits.body,
        });
    }
    if total > limits.message {
        return Err(SipError::MessageTooLarge {
            length: total as u64,
            limit: limits.message,
        });
    }
    if framing == Framing::Datagram {
        let actual = actual as u64;
        match stated_length(&head.text, &head.fields) {
            Stated::Missing => warnings.push(SipWarning::ContentLengthMissing),
            Stated::Unreadable(_) | Stated::Conflicting => {
                warnings.push(SipWarning::ContentLengthUnreadable);
            }
            Stated::Length(stated) if stated != actual => {
                warnings.push(SipWarning::ContentLengthMismatch { stated, actual });
            }
            Stated::Length(_) => {}
        }
    }
    Ok(())
}
