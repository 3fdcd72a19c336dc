//! What is not documented, in one place and as data.
//!
//! Everything the vendor documents is fixed in the code. What this crate had to guess stands in
//! a [`WireProfile`], which a customer's configuration can replace member by member as soon as a
//! real server says otherwise. [`WireProfile::GUESSES`] lists every member with its [`Confidence`].

use serde::{Deserialize, Serialize};

use crate::confidence::Confidence;

/// The guessed half of the interface.
///
/// ```
/// use sensio_partner::wire::{BodyEncoding, WireProfile};
///
/// let profile: WireProfile = serde_json::from_str(r#"{"token": {"encoding": "json"}}"#)?;
/// assert_eq!(profile.token.encoding, BodyEncoding::Json);
/// assert_eq!(profile.status.battery_level, "batteryLevel");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
#[non_exhaustive]
pub struct WireProfile {
    /// How paths are put together.
    pub paths: Paths,
    /// How a token is asked for and read.
    pub token: TokenWire,
    /// The names inside a status.
    pub status: StatusNames,
    /// What is sent with POST and PUT when there is nothing to say: `{}` \[R\].
    pub empty_body: EmptyBody,
}

/// How paths are put together (Partner API reference 2). The pieces are documented, their composition
/// is \[I-high\].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
#[non_exhaustive]
pub struct Paths {
    /// The base path for a base URL that has none of its own, such as `https://unity.example.no`;
    /// `/partner` by default. Empty: the root is meant.
    pub base_when_missing: String,
    /// Between the base and every call: `/api/v1`.
    pub api: String,
    /// Behind [`api`](Self::api): `/tokens/oauth/accesstoken`, documented.
    pub token: String,
}

impl Default for Paths {
    fn default() -> Self {
        Self {
            base_when_missing: "/partner".into(),
            api: "/api/v1".into(),
            token: "/tokens/oauth/accesstoken".into(),
        }
    }
}

/// How a token is asked for and read (Partner API reference 3).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
#[non_exhaustive]
pub struct TokenWire {
    /// The encoding of the request: form \[I-medium\].
    pub encoding: BodyEncoding,
    /// The parameters, in this order: `grant_type`, `client_id` and `client_secret` \[I-medium\].
    pub parameters: Vec<Parameter>,
    /// Two credentials sent as HTTP Basic \[I-low\], off by default. They usually leave
    /// [`parameters`](Self::parameters) then.
    pub basic: Option<Basic>,
    /// Names under which the token may come, compared without case: `access_token` \[I-medium\],
    /// `accessToken` and `token`. A bare JSON string is always taken.
    pub answer_token: Vec<String>,
    /// Names under which the seconds of its life may come: `expires_in` \[I-medium\], `expiresIn`.
    pub answer_life: Vec<String>,
    /// Names under which the type may come: `token_type` \[I-medium\], `tokenType`.
    pub answer_type: Vec<String>,
    /// The word before the token in the `Authorization` header: `Bearer` \[I-high\].
    pub scheme: String,
}

impl Default for TokenWire {
    fn default() -> Self {
        let names = |names: &[&str]| names.iter().map(|&name| name.into()).collect();
        Self {
            encoding: BodyEncoding::Form,
            parameters: vec![
                Parameter::literal("grant_type", "client_credentials"),
                Parameter::credential("client_id", CLIENT_ID),
                Parameter::credential("client_secret", CLIENT_SECRET),
            ],
            basic: None,
            answer_token: names(&["access_token", "accessToken", "token"]),
            answer_life: names(&["expires_in", "expiresIn"]),
            answer_type: names(&["token_type", "tokenType"]),
            scheme: "Bearer".into(),
        }
    }
}

impl TokenWire {
    /// The client id and secret as HTTP Basic, only `grant_type` in the body (RFC 6749 2.3.1).
    #[must_use]
    pub fn basic() -> Self {
        Self {
            parameters: vec![Parameter::literal("grant_type", "client_credentials")],
            basic: Some(Basic {
                user: CLIENT_ID.into(),
                password: CLIENT_SECRET.into(),
            }),
            ..Self::default()
        }
    }

    /// Grant `password` \[I-low\], from credentials `username` and `password`.
    #[must_use]
    pub fn password() -> Self {
        Self {
            parameters: vec![
                Parameter::literal("grant_type", "password"),
                Parameter::credential("username", "username"),
                Parameter::credential("password", "password"),
            ],
            ..Self::default()
        }
    }
}

/// The name of the credential that holds the client id.
pub const CLIENT_ID: &str = "client_id";
/// The name of the credential that holds the client secret.
pub const CLIENT_SECRET: &str = "client_secret";

/// How the token request is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum BodyEncoding {
    /// `application/x-www-form-urlencoded`, the rule of OAuth 2.0 \[I-medium\].
    Form,
    /// `application/json` \[I-low\].
    Json,
}

/// One parameter of the token request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Parameter {
    /// Its name on the wire.
    pub name: String,
    /// Its value.
    #[serde(flatten)]
    pub value: ParameterValue,
}

/// Where the value of a parameter comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum ParameterValue {
    /// The text itself, no secret.
    Value(String),
    /// The credential of this name, see [`Credentials`](crate::token::Credentials).
    Credential(String),
}

impl Parameter {
    /// A text that is no secret.
    #[must_use]
    pub fn literal(name: &str, value: &str) -> Self {
        Self {
            name: name.into(),
            value: ParameterValue::Value(value.into()),
        }
    }

    /// A credential by its name.
    #[must_use]
    pub fn credential(name: &str, credential: &str) -> Self {
        Self {
            name: name.into(),
            value: ParameterValue::Credential(credential.into()),
        }
    }
}

/// The credentials that go as HTTP Basic, by their names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Basic {
    /// The credential that is the user.
    pub user: String,
    /// The credential that is the password.
    pub password: String,
}

/// The names inside a status (Partner API reference 5).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
#[non_exhaustive]
pub struct StatusNames {
    /// Names the device in an element of the batch: `deviceIdentifier` \[I-medium\].
    pub device_identifier: String,
    /// A percentage: `batteryLevel` \[I-low\], a placeholder.
    pub battery_level: String,
}

impl Default for StatusNames {
    fn default() -> Self {
        Self {
            device_identifier: "deviceIdentifier".into(),
            battery_level: "batteryLevel".into(),
        }
    }
}

/// What is sent when there is nothing to say (Partner API reference 4.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(rename_all = "lowercase")]
pub enum EmptyBody {
    /// `{}`, the smallest document that every JSON server takes \[R\].
    #[default]
    Object,
    /// No body, with a length of zero. Some web servers refuse that (411).
    None,
}

/// One guessed fact.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Guess {
    /// The member of the profile, as a path.
    pub member: &'static str,
    /// How sure its default is.
    pub confidence: Confidence,
    /// The section of the Partner API reference.
    pub section: &'static str,
}

const fn guess(member: &'static str, confidence: Confidence, section: &'static str) -> Guess {
    Guess {
        member,
        confidence,
        section,
    }
}

impl WireProfile {
    /// Every member with how sure its default is.
    pub const GUESSES: &'static [Guess] = &[
        guess("paths.baseWhenMissing", Confidence::InferredHigh, "2"),
        guess("paths.api", Confidence::InferredHigh, "2"),
        guess("paths.token", Confidence::Documented, "3"),
        guess("token.encoding", Confidence::InferredMedium, "3"),
        guess("token.parameters", Confidence::InferredMedium, "3"),
        guess("token.basic", Confidence::InferredLow, "3"),
        guess("token.answerToken", Confidence::InferredMedium, "3"),
        guess("token.answerLife", Confidence::InferredMedium, "3"),
        guess("token.answerType", Confidence::InferredMedium, "3"),
        guess("token.scheme", Confidence::InferredHigh, "3"),
        guess("status.deviceIdentifier", Confidence::InferredMedium, "5"),
        guess("status.batteryLevel", Confidence::InferredLow, "5"),
        guess("emptyBody", Confidence::Recommended, "4.2"),
    ];
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    #[test]
    fn every_member_of_the_profile_says_how_sure_it_is() {
        fn leaves(path: &str, value: &Value, found: &mut Vec<String>) {
            match value {
                Value::Object(members) => {
                    for (name, value) in members {
                        let dot = if path.is_empty() { "" } else { "." };
                        leaves(&format!("{path}{dot}{name}"), value, found);
                    }
                }
                _ => found.push(path.to_owned()),
            }
        }
        let mut found = Vec::new();
        let profile = serde_json::to_value(WireProfile::default()).expect("data");
        leaves("", &profile, &mut found);
        found.sort();
        let mut listed: Vec<_> = WireProfile::GUESSES.iter().map(|g| g.member).collect();
        listed.sort_unstable();
        assert_eq!(found, listed);
    }

    #[test]
    fn a_profile_is_data_and_comes_back() {
        for token in [
            TokenWire::default(),
            TokenWire::basic(),
            TokenWire::password(),
        ] {
            let profile = WireProfile {
                token,
                ..WireProfile::default()
            };
            let text = serde_json::to_string(&profile).expect("data");
            assert_eq!(
                serde_json::from_str::<WireProfile>(&text).expect("data"),
                profile
            );
        }
        assert!(serde_json::from_str::<WireProfile>(r#"{"tokens": {}}"#).is_err());
    }
}
