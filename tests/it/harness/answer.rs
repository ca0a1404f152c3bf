//! What came back, read as its sender would read it.

use axum::http::{HeaderMap, StatusCode};
use serde_json::Value;

use super::told::told_too_much;

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
    /// Null where it is no JSON.
    pub(crate) json: Value,
}

impl Answer {
    pub(super) fn read(status: StatusCode, headers: HeaderMap, text: String) -> Self {
        let json: Value = serde_json::from_str(&text).unwrap_or_default();
        let payloads = json["data"].as_object().into_iter().flat_map(|data| data.values());
        let refusals = payloads.map(|payload| &payload["userErrors"]);
        for errors in refusals.chain([&json["errors"]]) {
            assert_eq!(told_too_much(&errors.to_string()), None, "{text}");
        }
        if !status.is_success() {
            assert_eq!(told_too_much(&text), None, "{text}");
        }
        Self { status, headers, text, json }
    }

    /// What stands at a path with dots, as `attempts.nodes.0.id`.
    ///
    /// # Panics
    ///
    /// When there is an error at the top.
    #[track_caller]
    pub(crate) fn data(&self, path: &str) -> &Value {
        assert!(self.status == StatusCode::OK && self.json.get("errors").is_none(), "{}", self.text);
        at(&self.json["data"], path)
    }

    /// The text that stands there.
    #[track_caller]
    pub(crate) fn text_at(&self, path: &str) -> String {
        self.data(path).as_str().unwrap().to_owned()
    }

    /// The errors at the top: code and path.
    #[track_caller]
    pub(crate) fn errors(&self) -> Vec<(&str, String)> {
        let errors = self.json["errors"].as_array().into_iter().flatten();
        errors
            .map(|error| {
                assert!(error["message"].as_str().is_some_and(|message| message.len() > 10), "{error}");
                (error["extensions"]["code"].as_str().unwrap(), dotted(&error["path"]))
            })
            .collect()
    }

    /// Why a mutation refused: code and field.
    #[track_caller]
    pub(crate) fn user_errors(&self, mutation: &str) -> Vec<(&str, String)> {
        let errors = self.data(mutation)["userErrors"].as_array().expect("the mutation was answered");
        errors
            .iter()
            .map(|error| {
                assert!(error["message"].as_str().is_some_and(|message| message.len() > 10), "{error}");
                (error["code"].as_str().unwrap(), dotted(&error["field"]))
            })
            .collect()
    }
}

/// What stands at a path with dots.
fn at<'v>(value: &'v Value, path: &str) -> &'v Value {
    path.split('.').fold(value, |value, part| match part.parse::<usize>() {
        Ok(index) => &value[index],
        Err(_) => &value[part],
    })
}

fn dotted(path: &Value) -> String {
    let parts = path.as_array().into_iter().flatten();
    parts
        .map(|part| part.as_str().map_or_else(|| part.to_string(), str::to_owned))
        .collect::<Vec<_>>()
        .join(".")
}
