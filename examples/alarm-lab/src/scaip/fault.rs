//! Habits of units in the field that a receiver has to live with.

use std::fmt;
use std::str::FromStr;

use scaip::sip::Transport;

/// Share of datagrams that [`Fault::Lossy`] drops each way when no number is given, in percent.
pub const DEFAULT_LOSS: u8 = 10;

/// Something a simulated unit does wrong, each named for the habit that it imitates (SCAIP
/// reference 5.2, 5.6, 10 and 11).
///
/// [`Fault::name`] is what the command line and [`FromStr`] use; `lossy` also reads `lossy=30`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Fault {
    /// The same Via branch in every request of the unit (SCAIP reference 5.6).
    SameBranch,
    /// No tag in From (SCAIP reference 5.6).
    NoFromTag,
    /// The user of From is not the `cid` (SCAIP reference 5.6).
    FromUnlikeController,
    /// Every datagram twice. UDP only.
    Retransmit,
    /// Lines of the SIP head end with LF alone (SCAIP reference 11 rule 13).
    BareLf,
    /// Content-Length states half of the body (SCAIP reference 11 rule 12). UDP only.
    ShortContentLength,
    /// No Content-Length. Harmless on UDP; on TCP the message has no end and must be refused.
    NoContentLength,
    /// Elements in reverse order, one to a line and indented (SCAIP reference 11 rule 1).
    ShuffledElements,
    /// Codes without their leading zeros (SCAIP reference 3.1).
    ShortCodes,
    /// Text in ISO 8859-1 that no declaration announces (SCAIP reference 11 rule 6).
    Latin1,
    /// Tags and root in upper case (SCAIP reference 11 rule 4).
    UpperCaseTags,
    /// A blank in front of the `cid` inside its element (SCAIP reference 11 rule 2).
    LeadingBlank,
    /// The same `ref` in every alarm, as after a counter that starts again; the information text
    /// differs, so each is a new event (SCAIP reference 10).
    RepeatReference,
    /// The element `ref` twice in one message; the first one counts (SCAIP reference 11 rule 1).
    RepeatElement,
    /// One message over many small segments. TCP only.
    SplitTcp,
    /// Several messages in one segment. TCP only.
    GlueTcp,
    /// XML whose last end tag is missing: to be refused with `snu` 2.
    MalformedXml,
    /// Content type `text/plain` (SCAIP reference 5.2).
    WrongContentType,
    /// Drops this many percent of the datagrams each way. UDP only.
    Lossy(
        /// 0 to 100.
        u8,
    ),
}

impl Fault {
    /// Every fault, [`Fault::Lossy`] with [`DEFAULT_LOSS`].
    pub const ALL: &'static [Fault] = &[
        Fault::SameBranch,
        Fault::NoFromTag,
        Fault::FromUnlikeController,
        Fault::Retransmit,
        Fault::BareLf,
        Fault::ShortContentLength,
        Fault::NoContentLength,
        Fault::ShuffledElements,
        Fault::ShortCodes,
        Fault::Latin1,
        Fault::UpperCaseTags,
        Fault::LeadingBlank,
        Fault::RepeatReference,
        Fault::RepeatElement,
        Fault::SplitTcp,
        Fault::GlueTcp,
        Fault::MalformedXml,
        Fault::WrongContentType,
        Fault::Lossy(DEFAULT_LOSS),
    ];

    /// The name on the command line.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Fault::SameBranch => "same-branch",
            Fault::NoFromTag => "no-from-tag",
            Fault::FromUnlikeController => "from-unlike-controller",
            Fault::Retransmit => "retransmit",
            Fault::BareLf => "bare-lf",
            Fault::ShortContentLength => "short-content-length",
            Fault::NoContentLength => "no-content-length",
            Fault::ShuffledElements => "shuffled-elements",
            Fault::ShortCodes => "short-codes",
            Fault::Latin1 => "latin-1",
            Fault::UpperCaseTags => "upper-case-tags",
            Fault::LeadingBlank => "leading-blank",
            Fault::RepeatReference => "repeat-reference",
            Fault::RepeatElement => "repeat-element",
            Fault::SplitTcp => "split-tcp",
            Fault::GlueTcp => "glue-tcp",
            Fault::MalformedXml => "malformed-xml",
            Fault::WrongContentType => "wrong-content-type",
            Fault::Lossy(_) => "lossy",
        }
    }

    /// One line for people: what the unit does.
    #[must_use]
    pub const fn description(self) -> &'static str {
        match self {
            Fault::SameBranch => "the same Via branch in every request",
            Fault::NoFromTag => "no tag in From",
            Fault::FromUnlikeController => "From names another user than the cid",
            Fault::Retransmit => "every datagram is sent twice (UDP)",
            Fault::BareLf => "SIP lines end with LF instead of CRLF",
            Fault::ShortContentLength => "Content-Length states half of the body (UDP)",
            Fault::NoContentLength => "no Content-Length; must be refused on TCP",
            Fault::ShuffledElements => "elements in reverse order, pretty-printed",
            Fault::ShortCodes => "codes without leading zeros",
            Fault::Latin1 => "undeclared ISO 8859-1 text",
            Fault::UpperCaseTags => "XML tags in upper case",
            Fault::LeadingBlank => "a blank in front of the cid",
            Fault::RepeatReference => "the same ref in every alarm, other content",
            Fault::RepeatElement => "the element ref twice in one message",
            Fault::SplitTcp => "one message over many segments (TCP)",
            Fault::GlueTcp => "several messages in one segment (TCP)",
            Fault::MalformedXml => "XML without its last end tag; must be refused with snu 2",
            Fault::WrongContentType => "Content-Type text/plain",
            Fault::Lossy(_) => "drops 10 % of the datagrams each way (UDP); lossy=N for N %",
        }
    }

    /// The only transport on which the fault can be shown; `None` for any.
    #[must_use]
    pub const fn only_on(self) -> Option<Transport> {
        match self {
            Fault::Retransmit | Fault::ShortContentLength | Fault::Lossy(_) => Some(Transport::Udp),
            Fault::SplitTcp | Fault::GlueTcp => Some(Transport::Tcp),
            _ => None,
        }
    }

    /// Whether the SIP head is malformed in a way that a correct stack refuses to write.
    pub(crate) const fn needs_hand_made_head(self) -> bool {
        matches!(
            self,
            Fault::SameBranch
                | Fault::NoFromTag
                | Fault::BareLf
                | Fault::ShortContentLength
                | Fault::NoContentLength
        )
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Fault::Lossy(percent) if *percent != DEFAULT_LOSS => {
                write!(f, "lossy={percent}")
            }
            fault => f.pad(fault.name()),
        }
    }
}

/// The text names no fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum UnknownFault {
    /// No fault has this name.
    #[error("no such fault; `alarm-lab faults` lists them")]
    Name,
    /// The loss is no number from 0 to 100.
    #[error("lossy takes a percentage from 0 to 100, such as lossy=30")]
    Percentage,
}

impl FromStr for Fault {
    type Err = UnknownFault;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if let Some(percent) = text.strip_prefix("lossy=") {
            return match percent.parse() {
                Ok(percent @ 0..=100) => Ok(Fault::Lossy(percent)),
                _ => Err(UnknownFault::Percentage),
            };
        }
        Self::ALL
            .iter()
            .copied()
            .find(|fault| fault.name() == text)
            .ok_or(UnknownFault::Name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_reads_back() {
        for &fault in Fault::ALL {
            assert_eq!(fault.to_string().parse(), Ok(fault));
        }
        assert_eq!("lossy=30".parse(), Ok(Fault::Lossy(30)));
        assert_eq!(Fault::Lossy(30).to_string(), "lossy=30");
        assert_eq!("lossy=101".parse::<Fault>(), Err(UnknownFault::Percentage));
        assert_eq!("lossless".parse::<Fault>(), Err(UnknownFault::Name));
    }
}
