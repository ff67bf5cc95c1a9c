//! Findings as SARIF 2.1.0, for code hosts that show them on the lines of a dossier.

use super::Located;
use crate::cli::documents::citation;
use crate::intake::Position;
use crate::knowledge::{Cited, Rule, Severity, cited};
use crate::lang::Lang;
use crate::render::brief::brief;
use crate::render::style::Color;
use crate::rulebook::Rulebook;
use crate::text;
use serde_json::{Map, Value, json};
use std::fmt::Write as _;
use std::path::{Component, Path};

/// The schema that a log validates against.
const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// What relative addresses are relative to: the folder in which the program runs.
const BASE: &str = "%SRCROOT%";

/// Returns the log of one run; `current` is the folder in which it runs.
pub fn log(found: &[Located], rulebook: &Rulebook, current: &Path, lang: Lang) -> Value {
    let mut ids: Vec<&str> = found.iter().map(|l| l.finding.rule.as_str()).collect();
    ids.sort_unstable();
    ids.dedup();
    let rules: Vec<Value> = ids
        .iter()
        .map(|id| descriptor(id, rulebook.rule(id), found, lang))
        .collect();
    let results: Vec<Value> = found
        .iter()
        .map(|located| result(located, &ids, current, lang))
        .collect();
    json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "icpctl",
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "language": language(lang),
                "rules": rules,
            }},
            "language": language(lang),
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    })
}

const fn language(lang: Lang) -> &'static str {
    match lang {
        Lang::Zh => "zh-CN",
        Lang::En => "en-US",
    }
}

const fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "note",
    }
}

/// Describes a rule; a problem of the file itself, such as an unknown field, has no rule.
fn descriptor(id: &str, rule: Option<&Rule>, found: &[Located], lang: Lang) -> Value {
    let Some(rule) = rule else {
        let heaviest = found.iter().filter(|l| l.finding.rule == id);
        let heaviest = heaviest.map(|l| l.finding.severity).max();
        return json!({
            "id": id,
            "defaultConfiguration": { "level": level(heaviest.unwrap_or(Severity::Error)) },
        });
    };
    let explain = rule.explain.get(lang);
    let mut help = explain.to_owned();
    let sources = citation::lines(&rule.source, lang, Color::Off);
    if !sources.is_empty() {
        let heading = text!("来源：", "Sources:");
        let _ = write!(help, "\n\n{}\n{}", heading.get(lang), sources.trim_end());
    }
    let mut descriptor = json!({
        "id": rule.id,
        "shortDescription": { "text": rule.title.get(lang) },
        "fullDescription": { "text": explain },
        "help": { "text": help },
        "defaultConfiguration": { "level": level(rule.severity) },
        "properties": {
            "source": rule.source,
            "sources": citation::documents(&rule.source, lang),
        },
    });
    let url = cited(&rule.source).iter().flat_map(Cited::urls).next();
    if let (Some(url), Value::Object(descriptor)) = (url, &mut descriptor) {
        descriptor.insert("helpUri".to_owned(), url.as_str().into());
    }
    descriptor
}

fn result(located: &Located, ids: &[&str], current: &Path, lang: Lang) -> Value {
    let finding = &located.finding;
    let mut text = brief(finding.message.get(lang), lang).into_owned();
    if let Some(fix) = &finding.fix {
        let _ = write!(text, "\n{}", brief(fix.get(lang), lang));
    }
    json!({
        "ruleId": finding.rule,
        "ruleIndex": ids.iter().position(|id| *id == finding.rule),
        "level": level(finding.severity),
        "message": { "text": text },
        "locations": [location(located, current)],
    })
}

fn location(located: &Located, current: &Path) -> Value {
    let mut location = Map::new();
    if let Some(file) = &located.file {
        let at = located.at.unwrap_or(Position::START);
        let mut region = json!({ "startLine": at.line, "startColumn": at.column });
        if let (Some(end), Value::Object(region)) = (located.end, &mut region) {
            region.insert("endLine".to_owned(), end.line.into());
            region.insert("endColumn".to_owned(), end.column.into());
        }
        location.insert(
            "physicalLocation".to_owned(),
            json!({ "artifactLocation": address(file, current), "region": region }),
        );
    }
    let path = &located.finding.path;
    let name = match &located.order {
        Some(order) if path.is_empty() => order.clone(),
        Some(order) => format!("{order}.{path}"),
        None => path.clone(),
    };
    if !name.is_empty() {
        let kind = if path.is_empty() { "object" } else { "member" };
        let logical = json!([{ "fullyQualifiedName": name, "kind": kind }]);
        location.insert("logicalLocations".to_owned(), logical);
    }
    location.into()
}

/// Returns where a file is: relative to the current folder where it lies in it.
fn address(file: &str, current: &Path) -> Value {
    let path = Path::new(file);
    let path = path.strip_prefix(current).unwrap_or(path);
    let mut uri = String::new();
    for part in path.components() {
        match part {
            Component::Normal(part) => {
                if !uri.is_empty() && !uri.ends_with('/') {
                    uri.push('/');
                }
                encode(&mut uri, &part.to_string_lossy());
            }
            Component::RootDir => uri.push_str("file:///"),
            Component::ParentDir if uri.is_empty() => uri.push_str(".."),
            Component::ParentDir => uri.push_str("/.."),
            Component::CurDir | Component::Prefix(_) => {}
        }
    }
    if path.is_absolute() {
        json!({ "uri": uri })
    } else {
        json!({ "uri": uri, "uriBaseId": BASE })
    }
}

/// Writes one part of a path into a URI (RFC 3986).
fn encode(uri: &mut String, part: &str) {
    for byte in part.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            uri.push(char::from(byte));
        } else {
            let _ = write!(uri, "%{byte:02X}");
        }
    }
}
