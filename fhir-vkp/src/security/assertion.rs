//! The client assertion: `private_key_jwt` (FHIR reference 10, RFC 7523).

use serde::Serialize;
use serde_json::{Value, json};

use super::jwt::{SignError, sign};
use super::key::PrivateKey;
use crate::clock::WallMicros;
use crate::identifier::OrganisationNumber;
use crate::secret::Secret;

/// The longest life of an assertion, in seconds (FHIR reference 10).
pub(super) const LONGEST_LIFE: u8 = 60;

/// What `typ` in the header of an assertion says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum AssertionType {
    /// `client-authentication+jwt`
    #[default]
    ClientAuthentication,
    /// `JWT`, as old pages show it.
    Jwt,
}

impl AssertionType {
    const fn as_str(self) -> &'static str {
        match self {
            Self::ClientAuthentication => "client-authentication+jwt",
            Self::Jwt => "JWT",
        }
    }
}

/// Under which claim a multi-tenant client names its organisation: one or the other, never both.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Details {
    /// `assertion_details`
    Assertion(Organisation),
    /// `authorization_details`, the older name.
    Authorization(Organisation),
}

/// The organisation that a multi-tenant client acts for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Organisation {
    parent: Box<str>,
    child: Option<Box<str>>,
}

impl Organisation {
    /// A main entity, and below it the entity that is meant, if there is one. How the value looks without
    /// one is a guess: the reference shows both.
    #[must_use]
    pub fn new(parent: &OrganisationNumber, child: Option<&OrganisationNumber>) -> Self {
        Self {
            parent: parent.as_str().into(),
            child: child.map(|child| child.as_str().into()),
        }
    }

    /// `NO:ORGNR:<parent>:<child>`; without a child it ends after the parent.
    fn value(&self) -> String {
        let parent = &self.parent;
        match &self.child {
            Some(child) => format!("NO:ORGNR:{parent}:{child}"),
            None => format!("NO:ORGNR:{parent}"),
        }
    }

    /// An array of one, which is the form of RFC 9396 2.
    fn details(&self) -> Value {
        json!([{
            "type": "helseid_authorization",
            "practitioner_role": { "organization": { "identifier": {
                "system": "urn:oid:1.0.6523",
                "type": "ENH",
                "value": self.value(),
            } } },
        }])
    }
}

/// What an assertion says.
pub(super) struct Assertion<'a> {
    pub(super) client_id: &'a str,
    pub(super) audience: &'a str,
    pub(super) kind: AssertionType,
    pub(super) details: Option<&'a Details>,
    /// Seconds, at most [`LONGEST_LIFE`].
    pub(super) life: u8,
}

#[derive(Serialize)]
struct Header<'a> {
    alg: &'static str,
    typ: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    kid: Option<&'a str>,
}

#[derive(Serialize)]
struct Claims<'a> {
    iss: &'a str,
    sub: &'a str,
    aud: &'a str,
    iat: i64,
    nbf: i64,
    exp: i64,
    jti: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    assertion_details: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    authorization_details: Option<Value>,
}

impl Assertion<'_> {
    pub(super) fn sign(
        &self,
        key: &PrivateKey,
        now: WallMicros,
        jti: &str,
    ) -> Result<Secret, SignError> {
        let header = Header {
            alg: key.algorithm().name(),
            typ: self.kind.as_str(),
            kid: key.key_id(),
        };
        let (assertion_details, authorization_details) = match self.details {
            None => (None, None),
            Some(Details::Assertion(organisation)) => (Some(organisation.details()), None),
            Some(Details::Authorization(organisation)) => (None, Some(organisation.details())),
        };
        let now = now.unix_seconds();
        let claims = Claims {
            iss: self.client_id,
            sub: self.client_id,
            aud: self.audience,
            iat: now,
            nbf: now,
            exp: now.saturating_add(i64::from(self.life.min(LONGEST_LIFE))),
            jti,
            assertion_details,
            authorization_details,
        };
        let header = serde_json::to_vec(&header).map_err(|_| SignError)?;
        sign(key, &header, &claims)
    }
}
