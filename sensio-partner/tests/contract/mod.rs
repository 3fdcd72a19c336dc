//! The OpenAPI document as a judge of bodies and answers.

use serde_json::{Value, json};

pub(crate) struct Contract(pub(crate) Value);

impl Contract {
    pub(crate) fn load(yaml: &str) -> Self {
        Self(serde_yaml_ng::from_str(yaml).expect("YAML"))
    }

    /// What a reference points to.
    pub(crate) fn resolve<'a>(&'a self, value: &'a Value) -> &'a Value {
        match value.get("$ref").and_then(Value::as_str) {
            Some(reference) => {
                let pointer = reference.strip_prefix('#').expect("in this document");
                self.resolve(self.0.pointer(pointer).expect("a place in the document"))
            }
            None => value,
        }
    }

    /// The errors of a value against a schema of the document.
    pub(crate) fn errors(&self, schema: &Value, value: &Value) -> Vec<String> {
        let whole = json!({
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "allOf": [schema],
            "components": self.0["components"],
        });
        let validator = jsonschema::validator_for(&whole).expect("a schema");
        validator
            .iter_errors(value)
            .map(|error| error.to_string())
            .collect()
    }

    /// The errors of a value against a named schema.
    pub(crate) fn errors_of(&self, name: &str, value: &Value) -> Vec<String> {
        assert!(self.0["components"]["schemas"][name].is_object(), "{name}");
        let reference = json!({ "$ref": format!("#/components/schemas/{name}") });
        self.errors(&reference, value)
    }

    /// Every operation: path, method in upper case, and what is written there.
    pub(crate) fn operations(&self) -> Vec<(&str, String, &Value)> {
        let mut operations = Vec::new();
        for (path, item) in self.0["paths"].as_object().expect("paths") {
            for (method, operation) in item.as_object().expect("a path") {
                if operation.get("responses").is_some() {
                    operations.push((path.as_str(), method.to_uppercase(), operation));
                }
            }
        }
        operations
    }

    /// Checks one answer to an operation: its status is declared, and its body is of a declared type and
    /// shape.
    pub(crate) fn check(
        &self,
        operation: &Value,
        status: u16,
        content_type: Option<&str>,
        body: &[u8],
    ) {
        let responses = &operation["responses"];
        let declared = responses.get(status.to_string());
        let declared = declared.or_else(|| responses.get("default"));
        let declared = self.resolve(declared.unwrap_or_else(|| panic!("{status} is not declared")));
        if body.is_empty() {
            return;
        }
        let content_type = content_type.expect("a type of the body");
        let essence = content_type.split(';').next().unwrap_or_default();
        let content = declared["content"].get(essence);
        let content = content.unwrap_or_else(|| panic!("{status}: {essence} is not declared"));
        if let Some(schema) = content.get("schema") {
            let body = serde_json::from_slice(body).expect("JSON");
            let errors = self.errors(schema, &body);
            assert!(errors.is_empty(), "{status}: {errors:?}");
        }
    }
}
