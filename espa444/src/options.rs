//! Settings of reading and writing.

/// How deviations are met.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Mode {
    /// Accept what is met in the field and report every deviation as a warning.
    Lenient,
    /// Refuse the first deviation from the standard; for conformance testing.
    Strict,
}

/// What a block may cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Limits {
    /// Bytes from SOH to BCC, both counted; 512 by default. More than
    /// [`LARGEST_BLOCK`](Self::LARGEST_BLOCK) counts as that.
    pub block: usize,
    /// Bytes of a call address. Lenient reading takes up to 1024 and warns above
    /// [`ADDRESS`](Self::ADDRESS).
    pub address: usize,
    /// Bytes of a display message. Lenient reading takes up to 1024 and warns above
    /// [`TEXT`](Self::TEXT).
    pub text: usize,
}

impl Limits {
    /// Bytes of a block that are never exceeded, whatever is set (ESPA reference 11).
    pub const LARGEST_BLOCK: usize = 2048;
    /// Bytes of a call address by the standard (ESPA reference 7.2).
    pub const ADDRESS: usize = 16;
    /// Bytes of a display message by the standard (ESPA reference 7.2).
    pub const TEXT: usize = 128;

    /// What a lenient reader takes.
    pub const LENIENT: Limits = Limits {
        block: 512,
        address: 1024,
        text: 1024,
    };

    /// What the standard allows.
    pub const STANDARD: Limits = Limits {
        block: 512,
        address: Self::ADDRESS,
        text: Self::TEXT,
    };

    /// The greatest block in force.
    #[inline]
    pub(crate) const fn largest_block(&self) -> usize {
        if self.block < Self::LARGEST_BLOCK {
            self.block
        } else {
            Self::LARGEST_BLOCK
        }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Limits::LENIENT
    }
}

/// How to read (ESPA reference 11, the rules about blocks).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct DecodeOptions {
    /// Lenient or strict.
    pub mode: Mode,
    /// What a block may cost.
    pub limits: Limits,
    /// Hand on blocks with a header that the standard does not define, with a warning, instead
    /// of refusing them. On when lenient; strict reading refuses them in any case.
    pub accept_unknown_header: bool,
    /// Take a block whose BCC is missing, because nothing or an EOT follows ETX. Off by default:
    /// it gives up the only check of the transmission.
    pub accept_missing_bcc: bool,
    /// Recognise and strip even parity left in bit 7. On when lenient.
    pub accept_parity: bool,
}

impl DecodeOptions {
    /// What a receiver should use: losing an alarm is worse than taking an ugly one.
    #[must_use]
    pub const fn lenient() -> Self {
        DecodeOptions {
            mode: Mode::Lenient,
            limits: Limits::LENIENT,
            accept_unknown_header: true,
            accept_missing_bcc: false,
            accept_parity: true,
        }
    }

    /// The standard as published, on an 8-bit port.
    #[must_use]
    pub const fn strict() -> Self {
        DecodeOptions {
            mode: Mode::Strict,
            limits: Limits::STANDARD,
            accept_unknown_header: false,
            accept_missing_bcc: false,
            accept_parity: false,
        }
    }

    /// The same with other limits. Strict reading keeps to 16 and 128 even so.
    #[must_use]
    pub const fn with_limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// The same, refusing headers that the standard does not define.
    #[must_use]
    pub const fn refusing_unknown_headers(mut self) -> Self {
        self.accept_unknown_header = false;
        self
    }

    /// The same, taking blocks without BCC.
    #[must_use]
    pub const fn accepting_missing_bcc(mut self) -> Self {
        self.accept_missing_bcc = true;
        self
    }

    /// The same, with bit 7 taken as data always.
    #[must_use]
    pub const fn without_parity_detection(mut self) -> Self {
        self.accept_parity = false;
        self
    }
}

impl Default for DecodeOptions {
    fn default() -> Self {
        Self::lenient()
    }
}

/// Which BCC is written (ESPA reference 6.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum BccForm {
    /// All eight bits of the sum.
    #[default]
    EightBit,
    /// The sum masked with 7F. The same for 7-bit text.
    SevenBit,
}

/// How to write.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct EncodeOptions {
    /// Which BCC.
    pub bcc: BccForm,
    /// What is refused; [`Limits::STANDARD`] by default. Above 16 and 128 only for receivers
    /// known to take it.
    pub limits: Limits,
    /// Write headers that the standard does not define, as the Ascom dialect has them.
    pub allow_unknown_header: bool,
}

impl EncodeOptions {
    /// What every receiver reads.
    #[must_use]
    pub const fn new() -> Self {
        EncodeOptions {
            bcc: BccForm::EightBit,
            limits: Limits::STANDARD,
            allow_unknown_header: false,
        }
    }

    /// The same with another BCC.
    #[must_use]
    pub const fn with_bcc(mut self, bcc: BccForm) -> Self {
        self.bcc = bcc;
        self
    }

    /// The same with other limits.
    #[must_use]
    pub const fn with_limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// The same, writing headers that the standard does not define.
    #[must_use]
    pub const fn allowing_unknown_headers(mut self) -> Self {
        self.allow_unknown_header = true;
        self
    }
}

impl Default for EncodeOptions {
    fn default() -> Self {
        Self::new()
    }
}
