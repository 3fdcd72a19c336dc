//! What is wrong with a line, as shown: what was seen, and what to do about it.

use espa444::FindingKind;

use crate::decode::espa444::Finding;

/// What was seen, in one sentence; [`FindingKind::advice`] says what to do.
#[must_use]
pub const fn detail(kind: FindingKind) -> &'static str {
    match kind {
        FindingKind::ParityInData => "Bit 7 of what comes is even parity.",
        FindingKind::WrongAddress => "Other stations are polled and selected, this one never.",
        FindingKind::TwoControlStations => "Both sides poll.",
        FindingKind::Echo => "What one side sends comes back.",
        FindingKind::BccMissing => "EOT or nothing stands where the BCC of blocks belongs.",
        FindingKind::EotMissing => "Transactions begin without the EOT of the one before.",
        FindingKind::Silence => "Nothing of the protocol came for the time of supervision.",
        FindingKind::Garbage => "Bytes come that fit nothing of the protocol.",
        FindingKind::FramingErrors => "Characters come with parity or framing errors.",
        FindingKind::BccErrors => "Blocks come with a wrong BCC.",
        FindingKind::NakIgnored => "After a NAK the caller goes on as if it were an ACK.",
        FindingKind::BlockWithoutStart => "Blocks begin with STX instead of SOH.",
        FindingKind::BlockWithoutSelect => "Blocks come without a select before them.",
        _ => "Something about the line.",
    }
}

/// A finding of a link or a tap, as shown.
#[must_use]
pub const fn of_line(found: espa444::Finding) -> Finding {
    Finding {
        code: found.kind.code(),
        detail: detail(found.kind),
        advice: found.kind.advice(),
        offset: None,
        evidence: Some(found.evidence),
    }
}

/// How many times something was found, to tell of it when it is new and when it has doubled.
#[derive(Debug, Default)]
pub(crate) struct Seen(std::collections::BTreeMap<&'static str, u32>);

impl Seen {
    /// Whether there is something to tell: the link and the observer of one line may find the same.
    pub(crate) fn is_new(&mut self, finding: &Finding) -> bool {
        let evidence = finding.evidence.unwrap_or(1);
        let told = self.0.get(finding.code).copied();
        let new = told.is_none_or(|told| evidence >= told.saturating_mul(2));
        if new {
            self.0.insert(finding.code, evidence);
        }
        new
    }

    /// The codes, each once.
    pub(crate) fn codes(&self) -> Vec<&'static str> {
        self.0.keys().copied().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_a_detail_and_is_told_again_when_it_has_doubled() {
        for &kind in FindingKind::ALL {
            assert_ne!(detail(kind), "Something about the line.", "{}", kind.code());
        }
        let mut seen = Seen::default();
        let mut finding = |evidence| {
            seen.is_new(&Finding {
                code: "echo",
                detail: "",
                advice: "",
                offset: None,
                evidence: Some(evidence),
            })
        };
        assert_eq!([3, 3, 5, 6].map(&mut finding), [true, false, false, true]);
    }
}
