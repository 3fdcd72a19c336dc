//! The media types of bodies.

/// What a body is declared as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum MediaType {
    /// `application/fhir+json`: the default for VKP and PIT \[likely\] and for PMD (FHIR reference 9.1
    /// and 9.3).
    FhirJson,
    /// `application/fhir+json; fhirVersion=4.0`: only on wish. R4 is announced, never R4B (12).
    FhirJsonR4,
    /// `application/json`: the default for JFT, as its pages show it (9.2).
    Json,
    /// `application/x-www-form-urlencoded`.
    Form,
}

impl MediaType {
    /// As a header writes it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::FhirJson => "application/fhir+json",
            Self::FhirJsonR4 => "application/fhir+json; fhirVersion=4.0",
            Self::Json => "application/json",
            Self::Form => "application/x-www-form-urlencoded",
        }
    }
}
