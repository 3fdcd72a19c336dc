//! Ids of resources.

/// The id that a server gave a resource: 1 to 64 ASCII letters, digits, hyphens and points, and not
/// points alone (the FHIR type `id`; `.` and `..` would lead elsewhere in a path).
///
/// ```
/// use fhir_vkp::note::ResourceId;
///
/// assert_eq!(ResourceId::new("3f-7.b")?.as_str(), "3f-7.b");
/// assert!(ResourceId::new("..").is_err());
/// # Ok::<(), fhir_vkp::note::InvalidResourceId>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ResourceId(Box<str>);

/// No id of a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[error("an id must be 1 to 64 letters, digits, hyphens or points, and not points alone")]
pub struct InvalidResourceId;

impl ResourceId {
    /// Takes an id.
    ///
    /// # Errors
    ///
    /// [`InvalidResourceId`] for other characters or lengths, and for points alone.
    pub fn new(id: &str) -> Result<Self, InvalidResourceId> {
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.');
        let points = id.bytes().all(|byte| byte == b'.');
        if !(1..=64).contains(&id.len()) || points || !id.bytes().all(allowed) {
            return Err(InvalidResourceId);
        }
        Ok(Self(id.into()))
    }

    /// The id.
    #[must_use]
    pub const fn as_str(&self) -> &str {
        &self.0
    }
}
