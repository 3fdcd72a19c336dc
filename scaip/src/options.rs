//! Settings of reading and writing.

/// Which edition a message is held against (SCAIP reference 14).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Edition {
    /// SS 91100:2014: each element at most once, no `mreq`.
    Ss91100,
    /// CLC/TS 50134-9:2018: also `mreq` and several `crd` and `tnu`. Which edition these belong
    /// to is inferred.
    ClcTs50134,
}

/// How deviations are met.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Mode {
    /// Accept what is met in the field and report every deviation as a warning.
    Lenient,
    /// Refuse the first deviation from the published rules; for conformance testing.
    Strict,
}

/// What a body may cost (SCAIP reference 11).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Limits {
    /// Bytes of the body, 65,536 by default.
    pub body: usize,
    /// Nesting of elements, the root counted, 8 by default.
    pub depth: usize,
    /// Elements, the root counted, 256 by default.
    pub elements: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            body: 65_536,
            depth: 8,
            elements: 256,
        }
    }
}

/// How to read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct DecodeOptions {
    /// Lenient or strict.
    pub mode: Mode,
    /// The edition held against.
    pub edition: Edition,
    /// What a body may cost.
    pub limits: Limits,
    /// Read the private dialect with the root `scaip` too; off by default.
    pub accept_scaip_root: bool,
}

impl DecodeOptions {
    /// What a receiver should use: tolerant, either edition.
    #[must_use]
    pub const fn lenient() -> Self {
        DecodeOptions {
            mode: Mode::Lenient,
            edition: Edition::ClcTs50134,
            limits: Limits {
                body: 65_536,
                depth: 8,
                elements: 256,
            },
            accept_scaip_root: false,
        }
    }

    /// The patterns of SS 91100 as published.
    #[must_use]
    pub const fn strict() -> Self {
        DecodeOptions {
            mode: Mode::Strict,
            edition: Edition::Ss91100,
            ..Self::lenient()
        }
    }

    /// The same for another edition.
    #[must_use]
    pub const fn with_edition(mut self, edition: Edition) -> Self {
        self.edition = edition;
        self
    }

    /// The same with other limits.
    #[must_use]
    pub const fn with_limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// The same, reading the root `scaip` too.
    #[must_use]
    pub const fn accepting_scaip_root(mut self) -> Self {
        self.accept_scaip_root = true;
        self
    }
}

impl Default for DecodeOptions {
    fn default() -> Self {
        Self::lenient()
    }
}

/// The root element of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Root {
    /// `mrq` or `mrs`.
    #[default]
    Standard,
    /// `scaip`, a private dialect of one deployed receiver; answered in kind
    /// (SCAIP reference 11 rule 10).
    Scaip,
}

/// How to write.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct EncodeOptions {
    /// The edition written; SS 91100 by default.
    pub edition: Edition,
    /// The root written.
    pub root: Root,
    /// Write `mre` with two digits, as the schema says, instead of the one of practice.
    pub two_digit_media_reply: bool,
}

impl EncodeOptions {
    /// SS 91100, which every receiver reads.
    #[must_use]
    pub const fn new() -> Self {
        EncodeOptions {
            edition: Edition::Ss91100,
            root: Root::Standard,
            two_digit_media_reply: false,
        }
    }

    /// The same for another edition.
    #[must_use]
    pub const fn with_edition(mut self, edition: Edition) -> Self {
        self.edition = edition;
        self
    }

    /// The same with another root.
    #[must_use]
    pub const fn with_root(mut self, root: Root) -> Self {
        self.root = root;
        self
    }

    /// The same with `mre` written in two digits.
    #[must_use]
    pub const fn with_two_digit_media_reply(mut self) -> Self {
        self.two_digit_media_reply = true;
        self
    }
}

impl Default for EncodeOptions {
    fn default() -> Self {
        Self::new()
    }
}
