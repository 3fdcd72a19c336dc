//! Settings of reading.

/// How deviations are met.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Mode {
    /// Accept what is met in the field and report every deviation as a warning.
    Lenient,
    /// Refuse the first deviation; for conformance testing.
    Strict,
}

/// What a body may cost (Partner API reference 4.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Limits {
    /// Bytes of the body, 358,400 (350 KiB) by default: five images of the default size, and room.
    pub body: usize,
    /// Bytes of one image, before base64, 51,200 by default.
    pub image: usize,
    /// Members of one object, 64 by default.
    pub members: usize,
    /// Elements of a batch of statuses, 1,000 by default.
    pub batch: usize,
}

impl Limits {
    /// The defaults.
    pub const DEFAULT: Self = Self {
        body: 350 * 1024,
        image: crate::image::ImageLimits::DEFAULT.bytes,
        members: 64,
        batch: 1_000,
    };
}

impl Default for Limits {
    fn default() -> Self {
        Self::DEFAULT
    }
}

/// How to read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct DecodeOptions {
    /// Lenient or strict.
    pub mode: Mode,
    /// What a body may cost.
    pub limits: Limits,
}

impl DecodeOptions {
    /// What a receiver should use.
    #[must_use]
    pub const fn lenient() -> Self {
        Self {
            mode: Mode::Lenient,
            limits: Limits::DEFAULT,
        }
    }

    /// No deviation at all.
    #[must_use]
    pub const fn strict() -> Self {
        Self {
            mode: Mode::Strict,
            limits: Limits::DEFAULT,
        }
    }

    /// The same with other limits.
    #[must_use]
    pub const fn with_limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }
}

impl Default for DecodeOptions {
    fn default() -> Self {
        Self::lenient()
    }
}
