//! Typed facts as trees: reading, setting and merging fields by path.

use serde::Serialize;
use serde::de::DeserializeOwned;
use std::collections::BTreeSet;
use toml::Value;

/// A scalar that two trees hold differently.
#[derive(Clone, Debug, PartialEq)]
pub struct Difference {
    /// The path of the field, joined by dots.
    pub path: String,
    /// What is there.
    pub old: Value,
    /// What was given.
    pub new: Value,
}

/// Whether a path is that of a field below a table's.
pub fn is_below(path: &str, table: &str) -> bool {
    path.strip_prefix(table)
        .is_some_and(|rest| rest.starts_with('.'))
}

/// Returns `facts` as a tree.
pub fn of<T: Serialize>(facts: &T) -> Value {
    Value::try_from(facts).unwrap_or_else(|_| Value::Table(toml::Table::new()))
}

/// Takes `new` into `facts`: scalars that are given win, lists grow, or with `replace` give way.
pub fn absorb<T: Serialize + DeserializeOwned>(facts: &mut T, new: &T, replace: bool) {
    let mut tree = of(facts);
    merge(&mut tree, of(new), replace);
    if let Ok(merged) = tree.try_into() {
        *facts = merged;
    }
}

fn merge(old: &mut Value, new: Value, replace: bool) {
    match (old, new) {
        (Value::Table(old), Value::Table(new)) => {
            for (key, value) in new {
                match old.get_mut(&key) {
                    Some(there) => merge(there, value, replace),
                    None => {
                        old.insert(key, value);
                    }
                }
            }
        }
        (Value::Array(old), Value::Array(new)) if !replace => {
            let mut words = words_of(old);
            for value in new {
                let is_new = match value.as_str() {
                    Some(word) => words.insert(word.to_owned()),
                    None => !old.contains(&value),
                };
                if is_new {
                    old.push(value);
                }
            }
        }
        (old, new) => *old = new,
    }
}

/// Returns the texts of a list.
fn words_of(list: &[Value]) -> BTreeSet<String> {
    let words = list.iter().filter_map(Value::as_str);
    words.map(str::to_owned).collect()
}

/// Returns the path of what stands under a key of a table; the whole tree has an empty path.
pub fn below(path: &str, key: &str) -> String {
    if path.is_empty() {
        key.to_owned()
    } else {
        format!("{path}.{key}")
    }
}

/// Lists the scalars that `old` and `new` hold differently; what only one of them holds is none.
pub fn differences<T: Serialize>(old: &T, new: &T) -> Vec<Difference> {
    let tree = of(old);
    let both = leaves(&of(new)).into_iter().filter_map(|(path, new)| {
        let old = get(&tree, &path)?;
        Some(Difference { path, old, new })
    });
    both.filter(|both| both.old != both.new && !(both.old.is_array() && both.new.is_array()))
        .collect()
}

/// Lists the lists of words in which `new` holds one that `old` does not; where `old` has none, what
/// it holds is not known.
pub fn added<T: Serialize>(old: &T, new: &T) -> Vec<String> {
    let old = of(old);
    let lists = leaves(&of(new)).into_iter();
    lists
        .filter(|(path, value)| {
            let (Value::Array(new), Some(Value::Array(there))) = (value, get(&old, path)) else {
                return false;
            };
            let known = words_of(&there);
            let mut words = new.iter().filter_map(Value::as_str);
            !there.is_empty() && words.any(|word| !known.contains(word))
        })
        .map(|(path, _)| path)
        .collect()
}

/// Lists the values of a tree with their paths; a list is one value.
pub fn leaves(tree: &Value) -> Vec<(String, Value)> {
    fn walk(path: &str, value: &Value, found: &mut Vec<(String, Value)>) {
        match value {
            Value::Table(table) => {
                for (key, value) in table {
                    walk(&below(path, key), value, found);
                }
            }
            Value::String(_)
            | Value::Integer(_)
            | Value::Float(_)
            | Value::Boolean(_)
            | Value::Datetime(_)
            | Value::Array(_) => found.push((path.to_owned(), value.clone())),
        }
    }
    let mut found = Vec::new();
    walk("", tree, &mut found);
    found
}

/// Returns the value at `path`, list places counted from 0.
pub fn get(tree: &Value, path: &str) -> Option<Value> {
    path.split('.')
        .try_fold(tree, |node, key| match node {
            Value::Array(list) => list.get(key.parse::<usize>().ok()?),
            Value::Table(table) => table.get(key),
            Value::String(_)
            | Value::Integer(_)
            | Value::Float(_)
            | Value::Boolean(_)
            | Value::Datetime(_) => None,
        })
        .cloned()
}

/// Puts `value` at `path` of a tree, making the tables on the way; `None` takes the field away.
///
/// Returns false where the path leads through something that has no fields.
pub fn put(tree: &mut Value, path: &str, value: Option<Value>) -> bool {
    let (key, rest) = match path.split_once('.') {
        Some((key, rest)) => (key, Some(rest)),
        None => (path, None),
    };
    match (tree, rest) {
        (Value::Table(table), None) => {
            match value {
                Some(value) => table.insert(key.to_owned(), value),
                None => table.remove(key),
            };
            true
        }
        (Value::Table(table), Some(rest)) => {
            if value.is_none() && !table.contains_key(key) {
                return true;
            }
            let next = table
                .entry(key.to_owned())
                .or_insert_with(|| Value::Table(toml::Table::new()));
            put(next, rest, value)
        }
        (Value::Array(list), rest) => {
            let Some(place) = key.parse::<usize>().ok().filter(|n| *n < list.len()) else {
                return false;
            };
            match (rest, value) {
                (Some(rest), value) => put(&mut list[place], rest, value),
                (None, Some(value)) => {
                    list[place] = value;
                    true
                }
                (None, None) => {
                    list.remove(place);
                    true
                }
            }
        }
        (
            Value::String(_)
            | Value::Integer(_)
            | Value::Float(_)
            | Value::Boolean(_)
            | Value::Datetime(_),
            _,
        ) => false,
    }
}

/// Sets the field at `path` of typed facts; what would not fit its type leaves them as they were.
pub fn set<T: Serialize + DeserializeOwned>(facts: &mut T, path: &str, value: Option<&Value>) {
    let mut tree = of(facts);
    if put(&mut tree, path, value.cloned())
        && let Ok(changed) = tree.try_into()
    {
        *facts = changed;
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests fail by panicking")]
    use super::*;
    use crate::filing::facts::SubjectFacts;

    fn facts(text: &str) -> SubjectFacts {
        toml::from_str(text).unwrap()
    }

    #[test]
    fn absorbing_fills_gaps_and_keeps_what_is_not_mentioned() {
        let mut old = facts("name = \"甲\"\nresponsible.phone = \"13800000001\"");
        absorb(
            &mut old,
            &facts("nature = \"enterprise\"\nresponsible.name = \"乙\""),
            false,
        );
        let person = old.responsible.unwrap();
        assert_eq!(old.name.as_deref(), Some("甲"));
        assert_eq!(old.nature.as_deref(), Some("enterprise"));
        assert_eq!(person.phone.as_deref(), Some("13800000001"));
        assert_eq!(person.name.as_deref(), Some("乙"));
    }

    #[test]
    fn only_scalars_that_both_hold_can_differ() {
        let old = facts("name = \"甲\"\nresponsible.phone = \"13800000001\"");
        let new = facts("name = \"乙\"\nresponsible.email = \"a@example.com\"");
        let found = differences(&old, &new);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].path, "name");
    }

    #[test]
    fn a_field_is_set_and_taken_away_by_path() {
        let mut old = facts("name = \"甲\"");
        set(&mut old, "responsible.phone", Some(&"13800000001".into()));
        assert_eq!(
            old.responsible.as_ref().unwrap().phone.as_deref(),
            Some("13800000001")
        );
        set(&mut old, "responsible.phone", None);
        assert_eq!(old.responsible.unwrap().phone, None);
    }
}
