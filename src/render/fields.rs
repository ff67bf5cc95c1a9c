//! `--fields`: the part of each element that is wanted.

use crate::lang::{Text, likeness};
use crate::text;
use serde_json::{Map, Value};
use std::collections::BTreeSet;

/// Names of fields, such as `id` or `target.domain`; a name stands for all that is below it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fields(Vec<String>);

/// A field that the elements do not have.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("--fields: no field \"{field}\"; the fields are {}", known.join(", "))]
pub struct UnknownField {
    /// What was asked for.
    pub field: String,
    /// The field that was probably meant.
    pub suggestion: Option<String>,
    /// The fields that exist.
    pub known: Vec<String>,
}

impl UnknownField {
    /// Returns the sentence for people.
    pub fn message(&self) -> Text {
        let field = &self.field;
        text!(
            "--fields：没有字段“{field}”",
            "--fields: no field \"{field}\""
        )
    }

    /// Returns what to do: the field that was probably meant, then all fields.
    pub fn hints(&self) -> Vec<Text> {
        let known = self.known.join(", ");
        let meant = self.suggestion.iter();
        meant
            .map(|field| text!("是不是想写 {field}？", "did you mean {field}?"))
            .chain([text!("可用字段：{known}", "fields: {known}")])
            .collect()
    }
}

/// How alike two names are at least, from 0 to 1, for one to be suggested for the other.
const ALIKE: f64 = 0.7;

impl Fields {
    /// Takes the comma-separated names of `--fields`, each of which must be one of `known` or stand
    /// above one, with or without `.*`; below a known name that ends in that any name will do, for the
    /// keys there are the user's.
    ///
    /// # Errors
    /// Fails at the first name that is neither.
    pub fn choose(wanted: &str, known: &[&str]) -> Result<Self, UnknownField> {
        let mut chosen: Vec<String> = Vec::new();
        for name in wanted.split([',', '，']).map(str::trim) {
            let is_above = |name: &&str| {
                known
                    .iter()
                    .any(|path| below(path, name).is_some_and(|rest| !rest.is_empty()))
            };
            let name = name.strip_suffix(ANY).filter(is_above).unwrap_or(name);
            let is_known = known
                .iter()
                .any(|path| below(path, name).is_some() || is_free(path, name));
            if !is_known {
                return Err(unknown(name, known));
            }
            if !chosen.iter().any(|earlier| earlier == name) {
                chosen.push(name.to_owned());
            }
        }
        Ok(Self(chosen))
    }

    /// All of `known`: the header when nothing is asked for.
    pub fn all(known: &[&str]) -> Self {
        Self(known.iter().map(|&name| name.to_owned()).collect())
    }

    /// Returns the names in the order they were asked for.
    pub fn names(&self) -> &[String] {
        &self.0
    }

    /// Returns the names without some.
    #[must_use]
    pub fn without(&self, names: &[&str]) -> Self {
        let mut rest = self.0.clone();
        rest.retain(|name| !names.contains(&name.as_str()));
        Self(rest)
    }

    /// Returns the names below one; none where that is asked for whole.
    pub fn below(&self, name: &str) -> Option<Self> {
        let below: Vec<String> = self
            .0
            .iter()
            .filter_map(|path| below(path, name).map(str::to_owned))
            .collect();
        (!below.iter().any(String::is_empty)).then_some(Self(below))
    }

    /// Returns `element` with these fields only, nested as they were and in their old order; one that
    /// the element does not have is null.
    pub fn narrow(&self, element: &Value) -> Value {
        let paths: Vec<&str> = self.0.iter().map(String::as_str).collect();
        keep(element, &paths)
    }
}

/// Returns every field of `value` that has nothing below it, lists looked through, in the order
/// of first appearance: what a sample document knows.
pub fn paths(value: &Value) -> Vec<String> {
    let mut found = Vec::new();
    walk(value, "", &mut found, &mut BTreeSet::new());
    let all = found.clone();
    found.retain(|path| {
        let prefix = format!("{path}.");
        !all.iter().any(|other| other.starts_with(&prefix))
    });
    found
}

/// What ends the path of a field whose keys are free.
pub const ANY: &str = ".*";

/// Whether a name is one of those below a field whose keys are free.
fn is_free(path: &str, name: &str) -> bool {
    path.strip_suffix(ANY)
        .and_then(|free| name.strip_prefix(free))
        .is_some_and(|rest| rest.len() > 1 && rest.starts_with('.'))
}

fn walk(value: &Value, above: &str, found: &mut Vec<String>, seen: &mut BTreeSet<String>) {
    match value {
        Value::Object(entries) => {
            for (key, inner) in entries {
                let path = if above.is_empty() {
                    key.clone()
                } else {
                    format!("{above}.{key}")
                };
                if seen.insert(path.clone()) {
                    found.push(path.clone());
                }
                walk(inner, &path, found, seen);
            }
        }
        Value::Array(elements) => {
            for element in elements {
                walk(element, above, found, seen);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Returns what of `path` is below `name`; empty when they are the same.
fn below<'p>(path: &'p str, name: &str) -> Option<&'p str> {
    let rest = path.strip_prefix(name)?;
    if rest.is_empty() {
        Some(rest)
    } else if name.is_empty() {
        None
    } else {
        rest.strip_prefix('.')
    }
}

fn unknown(name: &str, known: &[&str]) -> UnknownField {
    let suggestion = known
        .iter()
        .map(|&path| {
            let path = path.strip_suffix(ANY).unwrap_or(path);
            let last = path.rsplit('.').next().unwrap_or(path);
            let likeness = likeness(name, path).max(likeness(name, last));
            (likeness, path)
        })
        .filter(|(likeness, _)| *likeness >= ALIKE)
        .max_by(|(one, _), (other, _)| one.total_cmp(other))
        .map(|(_, path)| path.to_owned());
    UnknownField {
        field: name.to_owned(),
        suggestion,
        known: known.iter().map(|&path| path.to_owned()).collect(),
    }
}

fn keep(value: &Value, paths: &[&str]) -> Value {
    match value {
        Value::Object(entries) => {
            let mut kept = Map::new();
            for (key, inner) in entries {
                // A user's key may have dots of its own.
                let meant = paths
                    .iter()
                    .filter(|path| **path == key || !entries.contains_key(**path));
                let inside: Vec<&str> = meant.filter_map(|path| below(path, key)).collect();
                if inside.contains(&"") {
                    kept.insert(key.clone(), inner.clone());
                } else if !inside.is_empty() {
                    kept.insert(key.clone(), keep(inner, &inside));
                }
            }
            for path in paths {
                let key = path.split('.').next().unwrap_or(path);
                if !entries.contains_key(key) && !entries.contains_key(*path) {
                    kept.insert(key.to_owned(), Value::Null);
                }
            }
            Value::Object(kept)
        }
        Value::Array(elements) => elements
            .iter()
            .map(|element| keep(element, paths))
            .collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value.clone(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may panic")]

    use super::*;
    use serde_json::json;

    const KNOWN: [&str; 4] = ["id", "target.domain", "target.subject", "awaiting.phone"];

    #[test]
    fn an_element_keeps_what_is_asked_for() {
        let element = json!({"id": "k3m9", "target": {"subject": "粤", "domain": null},
            "awaiting": [{"who": "subject", "phone": "1"}, {"who": "service", "phone": "2"}]});
        let narrow = |wanted: &str| Fields::choose(wanted, &KNOWN).unwrap().narrow(&element);
        assert_eq!(
            narrow("awaiting.phone, id"),
            json!({"id": "k3m9", "awaiting": [{"phone": "1"}, {"phone": "2"}]})
        );
        assert_eq!(narrow("target"), json!({"target": element["target"]}));
        assert_eq!(narrow("target.domain，target"), narrow("target"));
        assert_eq!(narrow("target.domain"), json!({"target": {"domain": null}}));
        // What an element lacks is null, whatever stands above it.
        let short = json!({"id": "k3m9", "target": {"subject": "粤"}});
        let names = Fields::choose("target.domain,awaiting.phone,id", &KNOWN).unwrap();
        assert_eq!(
            names.narrow(&short),
            json!({"id": "k3m9", "target": {"domain": null}, "awaiting": null})
        );
    }

    #[test]
    fn free_keys_are_known_whatever_they_are() {
        let known = ["id", "labels.*"];
        for name in ["labels", "labels.desk", "labels.a.b"] {
            assert!(Fields::choose(name, &known).is_ok(), "{name}");
        }
        for name in ["labels.", "label.desk", "labelsdesk", "id.desk"] {
            assert!(Fields::choose(name, &known).is_err(), "{name}");
        }
        let unknown = Fields::choose("lables", &known).unwrap_err();
        assert_eq!(unknown.suggestion.as_deref(), Some("labels"));
        let fields = Fields::choose("labels.desk", &known).unwrap();
        let element = json!({"id": "k3m9", "labels": {}});
        assert_eq!(fields.narrow(&element), json!({"labels": {"desk": null}}));
    }

    #[test]
    fn an_unknown_field_lists_the_known_ones() {
        let unknown = Fields::choose("id,domian", &KNOWN).unwrap_err();
        assert_eq!(unknown.field, "domian");
        assert_eq!(unknown.suggestion.as_deref(), Some("target.domain"));
        assert_eq!(unknown.known, KNOWN);
        assert_eq!(unknown.hints().len(), 2);
        for absent in ["", "i", "target.dom", "zzz", "id.x"] {
            let unknown = Fields::choose(absent, &KNOWN).unwrap_err();
            assert_eq!(unknown.field, absent);
        }
        assert_eq!(Fields::choose("zzz", &KNOWN).unwrap_err().suggestion, None);
    }

    #[test]
    fn the_fields_of_a_sample_are_found_through_lists() {
        let sample = json!([{"id": 1, "deadline": null}, {"id": 2, "deadline": {"at": 1}, "a": [{"b": []}]}]);
        assert_eq!(paths(&sample), ["id", "deadline.at", "a.b"]);
    }
}
