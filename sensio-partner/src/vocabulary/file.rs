//! The file as it is written, before anything of it is believed.

use serde::Deserialize;
use toml::{Spanned, Table, Value};

type Text = Spanned<String>;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct File {
    pub(super) format: Spanned<i64>,
    pub(super) name: Text,
    pub(super) version: Text,
    pub(super) status: Text,
    #[serde(default)]
    pub(super) note: String,
    pub(super) system: Option<Text>,
    pub(super) paths: Paths,
    #[serde(default)]
    pub(super) limits: Limits,
    #[serde(default)]
    pub(super) states: std::collections::BTreeMap<Text, Text>,
    pub(super) unmatched: Option<Unmatched>,
    #[serde(default)]
    pub(super) conditions: Vec<Spanned<Condition>>,
    #[serde(default)]
    pub(super) events: Vec<Spanned<Row>>,
    #[serde(default)]
    pub(super) samples: Vec<Spanned<Sample>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Limits {
    pub(super) bytes: Option<Spanned<i64>>,
    pub(super) depth: Option<Spanned<i64>>,
    pub(super) events: Option<Spanned<i64>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Paths {
    pub(super) list: Option<Text>,
    pub(super) device: Text,
    pub(super) event: Text,
    pub(super) time: Option<Text>,
    pub(super) state: Option<Text>,
    pub(super) reference: Option<Text>,
    pub(super) text: Option<Text>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Unmatched {
    pub(super) kind: Option<Text>,
    pub(super) action: Option<Text>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Condition {
    pub(super) path: Text,
    pub(super) equals: Option<Value>,
    pub(super) one_of: Option<Vec<Value>>,
    pub(super) present: Option<bool>,
    pub(super) action: Option<Text>,
    pub(super) phase: Option<Text>,
    #[serde(default, rename = "note")]
    _note: String,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Row {
    pub(super) event: OneOrMany,
    pub(super) state: Option<String>,
    pub(super) kind: Option<Text>,
    pub(super) sensio: Option<Spanned<i64>>,
    pub(super) phase: Option<Text>,
    #[serde(default)]
    pub(super) clears: Vec<Text>,
    pub(super) clears_within_minutes: Option<Spanned<i64>>,
    pub(super) action: Option<Text>,
    pub(super) relation: Option<Text>,
    #[serde(default)]
    pub(super) uncertain: bool,
    #[serde(default)]
    pub(super) note: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Sample {
    pub(super) name: String,
    pub(super) json: String,
    /// What the reading shows, by the names of [`super::sample::FIELDS`].
    pub(super) expect: Vec<Table>,
}
