//! `schema`: the JSON Schema that each document validates against.

use crate::cli::context::Context;
use crate::cli::parser::globals::place;
use crate::cli::reply::Reply;
use crate::cli::reply::plain::refuse_format;
use crate::failure::Failure;
use crate::lang::{Lang, commas, nearest};
use crate::render::fields::ANY;
use crate::text;
use clap::{ArgMatches, Command};
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

/// The dialect of all schemas.
const DIALECT: &str = "https://json-schema.org/draft/2020-12/schema";

/// The envelope around every document, and the words that several of them share.
const SHARED: &str = include_str!("../../data/schemas/shared.json");

macro_rules! documents {
    ($($name:literal),+ $(,)?) => {
        [$(($name, include_str!(concat!("../../data/schemas/", $name, ".json")))),+]
    };
}

/// What is particular to each document: its title, and `data` or, for a stream, its `record`.
const DOCUMENTS: &[(&str, &str)] = &documents!(
    "adopt",
    "auth",
    "batch",
    "calendar",
    "check",
    "config",
    "doctor",
    "duty",
    "erase",
    "error",
    "explain",
    "export",
    "gone",
    "guide",
    "import",
    "init",
    "label",
    "log",
    "note",
    "notice",
    "notify",
    "number",
    "order",
    "order-list",
    "portfolio",
    "provider",
    "provider-file",
    "record",
    "rules",
    "rules-file",
    "sync",
    "undo",
    "verify",
    "wait",
);

static SCHEMAS: LazyLock<BTreeMap<&'static str, String>> = LazyLock::new(|| {
    DOCUMENTS
        .iter()
        // A source that is no JSON would be missing here; a test holds the two lists together.
        .filter_map(|(name, source)| Some((*name, assembled(name, source).ok()?)))
        .collect()
});

/// Says what the command takes.
pub fn command(command: Command, lang: Lang) -> Command {
    command.arg(place(
        "name",
        "NAME",
        text!(
            "文档名，如 order；不给则列出全部。Schema 描述完整的输出，用 --fields 挑选过的会缺少其中的必备键",
            "The document, such as order; without it, list them all. A schema is of the whole document: --fields leaves out keys that it requires"
        ),
        lang,
    ))
}

/// Prints one schema, or the names of all.
pub fn run(cx: &mut Context<'_>, matches: &ArgMatches) -> Result<Reply, Failure> {
    refuse_format(cx)?;
    let Some(name) = matches.get_one::<String>("name") else {
        let names: Vec<&str> = names().collect();
        return Ok(Reply::raw(names.join("\n") + "\n"));
    };
    named(name)
        .map(|text| Reply::raw(text.to_owned()))
        .ok_or_else(|| unknown(name))
}

/// Lists the names in order.
pub fn names() -> impl Iterator<Item = &'static str> {
    DOCUMENTS.iter().map(|(name, _)| *name)
}

/// Returns the schema of a document, by its short name (`order`) or as documents state it
/// (`icpctl.order/1`).
pub fn named(name: &str) -> Option<&'static str> {
    let short = name
        .strip_prefix("icpctl.")
        .and_then(|rest| rest.strip_suffix("/1"))
        .unwrap_or(name);
    SCHEMAS.get(short).map(String::as_str)
}

/// Returns the names that `--fields` takes for a document, as its schema has them; none for one that
/// holds no data. Of a stream they are those of what it tells between its start and its summary.
pub fn fields(document: &str) -> Vec<String> {
    fields_of(document, &["data", "record"])
}

/// Returns the names that `--fields` takes for the records of a command that answers now with a
/// document and now with a stream.
pub fn fields_of_records(document: &str) -> Vec<String> {
    fields_of(document, &["record"])
}

/// Returns the names that `--fields` takes for what one action of a command answers: its schema says
/// in `$comment` which alternative of the data is whose.
pub fn fields_of_action(document: &str, action: &str) -> Vec<String> {
    let source = source(document);
    let alternatives = source.as_ref().map(|source| &source["data"]["anyOf"]);
    let is_its = |part: &&Value| {
        let actions = part["$comment"].as_str().unwrap_or_default();
        actions.split(' ').any(|name| name == action)
    };
    let found = alternatives.and_then(Value::as_array);
    let found = found.and_then(|parts| parts.iter().find(is_its));
    found.map(names_in).unwrap_or_default()
}

/// Returns the fields of the first of these parts that a document has.
fn fields_of(document: &str, parts: &[&str]) -> Vec<String> {
    let source = source(document);
    let part = source
        .as_ref()
        .and_then(|source| parts.iter().find_map(|part| source.get(part)));
    part.map(names_in).unwrap_or_default()
}

fn source(document: &str) -> Option<Value> {
    let short = document
        .strip_prefix("icpctl.")
        .and_then(|rest| rest.strip_suffix("/1"));
    DOCUMENTS
        .iter()
        .find(|(name, _)| Some(*name) == short)
        .and_then(|(_, source)| serde_json::from_str::<Value>(source).ok())
}

fn names_in(part: &Value) -> Vec<String> {
    let shared: Value = serde_json::from_str(SHARED).unwrap_or_default();
    let mut names = Names {
        words: &shared["$defs"],
        found: Vec::new(),
    };
    names.below(part, "");
    names.found
}

/// The records of every stream that are not about what it is asked for.
const FRAME: [&str; 2] = ["#/$defs/start", "#/$defs/summary"];

/// The names of fields, as they are gathered from a schema.
struct Names<'s> {
    words: &'s Value,
    found: Vec<String>,
}

impl Names<'_> {
    /// Gathers what lies below a path, and says whether anything does.
    fn below(&mut self, schema: &Value, path: &str) -> bool {
        let mut has_any = false;
        if let Some(target) = schema["$ref"].as_str() {
            if FRAME.contains(&target) {
                return false;
            }
            let words = self.words;
            if let Some(word) = target.strip_prefix("#/$defs/") {
                has_any |= self.below(&words[word], path);
            }
        }
        for key in ["allOf", "anyOf", "oneOf"] {
            for part in schema[key].as_array().into_iter().flatten() {
                has_any |= self.below(part, path);
            }
        }
        has_any |= self.below_items(schema, path);
        let properties = schema["properties"].as_object();
        for (key, inner) in properties.into_iter().flatten() {
            let inner_path = if path.is_empty() {
                key.clone()
            } else {
                format!("{path}.{key}")
            };
            if !self.below(inner, &inner_path) {
                self.add(inner_path);
            }
            has_any = true;
        }
        let is_object = match &schema["type"] {
            Value::String(only) => only == "object",
            Value::Array(types) => types.iter().any(|name| name == "object"),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => false,
        };
        // Without properties of its own its keys are free; what may be anything may be an object.
        let is_anything = schema.as_object().is_some_and(Map::is_empty);
        if is_anything || is_object && properties.is_none() {
            self.add(format!("{path}{ANY}"));
            has_any = true;
        }
        has_any
    }

    fn below_items(&mut self, schema: &Value, path: &str) -> bool {
        schema
            .get("items")
            .is_some_and(|items| self.below(items, path))
    }

    fn add(&mut self, name: String) {
        if !self.found.contains(&name) {
            self.found.push(name);
        }
    }
}

fn unknown(name: &str) -> Failure {
    let failure = Failure::not_found(
        "not-found.schema",
        text!("没有名为 {name} 的文档", "there is no document {name}"),
    )
    .meant(nearest(name, names()));
    let known = commas(names());
    failure.hint(text!("可用：{known}", "there are: {known}"))
}

/// Puts a document's own part into the envelope, with the shared words that it uses.
fn assembled(name: &str, source: &str) -> serde_json::Result<String> {
    let mut own: Map<String, Value> = serde_json::from_str(source)?;
    if own.contains_key("$id") {
        // A file that people write stands in no envelope.
        return Ok(serde_json::to_string_pretty(&own)? + "\n");
    }
    let mut shared: Map<String, Value> = serde_json::from_str(SHARED)?;
    let words = match shared.remove("$defs") {
        Some(Value::Object(words)) => words,
        Some(_) | None => Map::new(),
    };
    let mut schema = Map::new();
    schema.insert("$schema".to_owned(), json!(DIALECT));
    schema.insert("$id".to_owned(), json!(format!("urn:icpctl:{name}:1")));
    for key in ["title", "description"] {
        schema.extend(own.remove(key).map(|value| (key.to_owned(), value)));
    }
    shared["properties"]["schema"] = json!({ "const": format!("icpctl.{name}/1") });
    let data = own.remove("data").unwrap_or(Value::Null);
    if let Some(record) = own.remove("record") {
        // A stream that could not begin is one document.
        let data = if data.is_null() {
            json!({ "type": "null" })
        } else {
            data
        };
        shared["properties"]["data"] = json!({ "anyOf": [data, { "type": "null" }] });
        schema.insert("anyOf".to_owned(), json!([record, shared]));
    } else {
        shared["properties"]["data"] = json!({ "anyOf": [data, { "type": "null" }] });
        schema.extend(shared);
    }
    let used = used(&schema, &words);
    let mut defs: Map<String, Value> = words;
    defs.retain(|word, _| used.contains(word));
    schema.insert("$defs".to_owned(), defs.into());
    Ok(serde_json::to_string_pretty(&schema)? + "\n")
}

/// Returns the shared words that a schema refers to, and those that these refer to.
fn used(schema: &Map<String, Value>, words: &Map<String, Value>) -> BTreeSet<String> {
    let mut used = BTreeSet::new();
    let mut open: Vec<&Value> = schema.values().collect();
    while let Some(value) = open.pop() {
        match value {
            Value::Object(entries) => {
                let word = entries
                    .get("$ref")
                    .and_then(Value::as_str)
                    .and_then(|target| target.strip_prefix("#/$defs/"));
                if let Some((word, meaning)) = word.and_then(|word| words.get_key_value(word))
                    && used.insert(word.clone())
                {
                    open.push(meaning);
                }
                open.extend(entries.values());
            }
            Value::Array(elements) => open.extend(elements),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
    used
}
