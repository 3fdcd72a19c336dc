//! Deviations that were tolerated.

use super::HeaderName;

/// One deviation from the RFCs that was accepted so that no alarm is lost.
///
/// Offsets count bytes from the start of the raw message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum SipWarning {
    /// A head line ended with LF alone (SCAIP reference 11, rule 13).
    #[error("a line ends with LF instead of CRLF")]
    BareLineFeed,
    /// A header line without a colon, with an illegal name or with control bytes was skipped (RFC 3261 8.2).
    #[error("malformed header line at byte {offset} ignored")]
    HeaderIgnored {
        /// Where the line begins.
        offset: u32,
    },
    /// A header that may occur once occurs again; the first one counts.
    #[error("{name} is repeated, the first one counts")]
    HeaderRepeated {
        /// The header.
        name: HeaderName,
    },
    /// The From header has no tag (SCAIP reference 5.6).
    #[error("From has no tag")]
    MissingFromTag,
    /// The From header cannot be read; it is echoed as it is.
    #[error("From cannot be read")]
    FromUnreadable,
    /// The To header cannot be read; it is echoed as it is.
    #[error("To cannot be read")]
    ToUnreadable,
    /// The topmost Via cannot be read; it is echoed as it is and the answer goes to the source anyway.
    #[error("the topmost Via cannot be read")]
    ViaUnreadable,
    /// The topmost Via has no branch.
    #[error("the topmost Via has no branch")]
    MissingBranch,
    /// The branch does not begin with `z9hG4bK` (RFC 2543 style).
    #[error("the branch has no magic cookie")]
    ForeignBranch,
    /// The branch is that of another live transaction from the same source: the unit reuses its branch
    /// (SCAIP reference 5.6). The request was taken as new.
    #[error("the branch of another request is used again")]
    BranchReused,
    /// The Request-URI cannot be read; its bytes stay reachable.
    #[error("the Request-URI cannot be read")]
    RequestUriUnreadable,
    /// No Max-Forwards in a request.
    #[error("Max-Forwards is missing")]
    MissingMaxForwards,
    /// A datagram without Content-Length: the rest of the datagram is the body.
    #[error("Content-Length is missing, the datagram is the body")]
    ContentLengthMissing,
    /// A datagram whose Content-Length is no number: the rest of the datagram is the body.
    #[error("Content-Length cannot be read, the datagram is the body")]
    ContentLengthUnreadable,
    /// A datagram whose Content-Length does not fit: the rest of the datagram is the body
    /// (SCAIP reference 11, rule 12).
    #[error("Content-Length says {stated}, the datagram holds {actual}")]
    ContentLengthMismatch {
        /// What the header says; saturated at `u64::MAX`.
        stated: u64,
        /// Bytes after the head.
        actual: u64,
    },
    /// A MESSAGE request carries a Contact, which RFC 3428 forbids (SCAIP reference 5.2). Ignored.
    #[error("MESSAGE carries a Contact")]
    ContactInMessage,
    /// The request requires an extension; the requirement was passed over rather than the message.
    #[error("the Require header is not honoured")]
    RequireIgnored,
}

impl SipWarning {
    /// A stable name for machines.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            SipWarning::BareLineFeed => "bare-line-feed",
            SipWarning::HeaderIgnored { .. } => "header-ignored",
            SipWarning::HeaderRepeated { .. } => "header-repeated",
            SipWarning::MissingFromTag => "missing-from-tag",
            SipWarning::FromUnreadable => "from-unreadable",
            SipWarning::ToUnreadable => "to-unreadable",
            SipWarning::ViaUnreadable => "via-unreadable",
            SipWarning::MissingBranch => "missing-branch",
            SipWarning::ForeignBranch => "foreign-branch",
            SipWarning::BranchReused => "branch-reused",
            SipWarning::RequestUriUnreadable => "request-uri-unreadable",
            SipWarning::MissingMaxForwards => "missing-max-forwards",
            SipWarning::ContentLengthMissing => "content-length-missing",
            SipWarning::ContentLengthUnreadable => "content-length-unreadable",
            SipWarning::ContentLengthMismatch { .. } => "content-length-mismatch",
            SipWarning::ContactInMessage => "contact-in-message",
            SipWarning::RequireIgnored => "require-ignored",
        }
    }
}
