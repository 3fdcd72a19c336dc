//! What is wrong with a line, in words an installer understands.
//!
//! [`Link`](crate::Link) and [`Tap`](crate::Tap) collect evidence; a [`Finding`] is handed out
//! when there is enough of it, and again each time it has doubled. The thresholds are inferred.

use core::fmt;

/// Something wrong with the line, and how often it showed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Finding {
    /// What.
    pub kind: FindingKind,
    /// How often it was seen since the start.
    pub evidence: u32,
}

macro_rules! findings {
    ($($(#[$doc:meta])* $kind:ident, $code:literal, $threshold:literal, $advice:literal;)*) => {
        /// What can be found.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum FindingKind {
            $($(#[$doc])* $kind,)*
        }

        impl FindingKind {
            /// Every kind there is.
            pub const ALL: &'static [FindingKind] = &[$(FindingKind::$kind,)*];

            /// A stable name for machines.
            #[must_use]
            pub const fn code(self) -> &'static str {
                match self { $(FindingKind::$kind => $code,)* }
            }

            /// What to check, in one sentence.
            #[must_use]
            pub const fn advice(self) -> &'static str {
                match self { $(FindingKind::$kind => $advice,)* }
            }

            /// How much evidence there must be.
            #[must_use]
            pub const fn threshold(self) -> u32 {
                match self { $(FindingKind::$kind => $threshold,)* }
            }
        }

        const KINDS: usize = [$($threshold,)*].len();
    };
}

findings! {
    /// Even parity left in bit 7: the 81 and B1 of ESPA reference 1.1.
    ParityInData, "parity-in-data", 1,
        "Set this port to 7 data bits and even parity: the line has 7 bits, the port reads 8.";
    /// Others are polled and selected, this station never.
    WrongAddress, "wrong-address", 20,
        "Compare the address set here with the one the other side polls and selects.";
    /// Another station polls while this one owns the line.
    TwoControlStations, "two-control-stations", 3,
        "Make only one side the control station: two of them poll on this line.";
    /// Own bytes come back.
    Echo, "echo", 3,
        "Switch echo suppression on, or the echo of the converter or two-wire line off.";
    /// Blocks end with ETX.
    BccMissing, "bcc-missing", 2,
        "Switch the block check character on at the caller, or accept blocks without it here.";
    /// Transactions begin without the EOT of the one before.
    EotMissing, "eot-missing", 2,
        "Check the wiring of four-wire lines, and that the caller ends each transaction with EOT.";
    /// Nothing valid for the time of supervision.
    Silence, "silence", 1,
        "Check cable, power and the other side, and whether it polls at all when idle.";
    /// Bytes that fit nothing, without a valid one between them.
    Garbage, "garbage", 24,
        "Compare baud rate, data bits and polarity of both sides: what comes is not ESPA 4.4.4.";
    /// Characters with parity or framing errors.
    FramingErrors, "framing-errors", 8,
        "Compare baud rate and parity of both sides, and check screening and ground of the cable.";
    /// Blocks with a wrong BCC.
    BccErrors, "bcc-errors", 5,
        "Look for disturbance on the cable: blocks arrive damaged.";
    /// After a NAK the caller goes on as if it were an ACK.
    NakIgnored, "nak-ignored", 3,
        "Check whether the caller reads answers at all: it ignores a negative one.";
    /// Blocks begin with STX.
    BlockWithoutStart, "block-without-start", 2,
        "Ask the maker of the caller for an update: it repeats blocks without SOH.";
    /// Blocks come without a select.
    BlockWithoutSelect, "block-without-select", 2,
        "Switch on taking blocks without a select, or the full procedure at the caller.";
}

impl fmt::Display for Finding {
    /// The advice and the evidence.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (seen {} times)", self.kind.advice(), self.evidence)
    }
}

/// The evidence so far.
#[derive(Debug, Clone)]
pub struct Diagnosis {
    evidence: [u32; KINDS],
}

impl Diagnosis {
    /// Nothing seen yet.
    pub(crate) const fn new() -> Self {
        Diagnosis {
            evidence: [0; KINDS],
        }
    }

    /// Everything found so far.
    pub fn findings(&self) -> impl Iterator<Item = Finding> + '_ {
        FindingKind::ALL.iter().filter_map(|&kind| {
            let evidence = self.evidence(kind);
            (evidence >= kind.threshold()).then_some(Finding { kind, evidence })
        })
    }

    /// How often something was seen, below the threshold too.
    #[must_use]
    pub const fn evidence(&self, kind: FindingKind) -> u32 {
        self.evidence[kind as usize]
    }

    /// One more; a finding when that is enough, or twice what it was.
    pub(crate) fn observe(&mut self, kind: FindingKind) -> Option<Finding> {
        let count = &mut self.evidence[kind as usize];
        *count = count.saturating_add(1);
        let evidence = *count;
        let threshold = kind.threshold();
        (evidence % threshold == 0 && (evidence / threshold).is_power_of_two())
            .then_some(Finding { kind, evidence })
    }

    /// What was seen was no evidence after all.
    pub(crate) fn dismiss(&mut self, kind: FindingKind) {
        if self.evidence(kind) < kind.threshold() {
            self.evidence[kind as usize] = 0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_finding_comes_at_the_threshold_and_whenever_it_has_doubled() {
        let mut diagnosis = Diagnosis::new();
        let found: std::vec::Vec<_> = (0..14)
            .filter_map(|_| diagnosis.observe(FindingKind::Echo))
            .map(|finding| finding.evidence)
            .collect();
        assert_eq!(found, [3, 6, 12]);
        assert_eq!(diagnosis.findings().count(), 1);
    }

    #[test]
    fn every_kind_has_a_code_of_its_own_and_one_sentence() {
        for (at, kind) in FindingKind::ALL.iter().enumerate() {
            assert_eq!(*kind as usize, at);
            let same = FindingKind::ALL.iter().filter(|k| k.code() == kind.code());
            assert_eq!(same.count(), 1);
            assert!(kind.advice().ends_with('.'));
            assert_eq!(kind.advice().matches(". ").count(), 0);
        }
    }
}
