//! The configuration file: what a user would otherwise type every time.

pub mod base;
pub mod channels;
mod keys;
pub mod secret;
pub mod sections;

use crate::exit::Exit;
use crate::failure::Failure;
use crate::filing::tree::below;
use crate::lang::parser::position;
use crate::lang::{Lang, Text, parser};
use crate::reading::{self, DOCUMENT_LIMIT, Unread};
use crate::text;
use channels::Channel;
use sections::{Addresses, Alibaba, Dns, Network, Pages, Rdap, Record, Tencent, Whois};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// What the configuration file says; every key may be left out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// The store.
    pub store: Option<PathBuf>,
    /// The language of messages.
    pub lang: Option<Lang>,
    /// Who acts, for the history.
    pub actor: Option<String>,
    /// How every service is asked.
    pub network: Network,
    /// Which resolvers are asked.
    pub dns: Dns,
    /// How sites are looked at.
    pub pages: Pages,
    /// Where the registration of domains is asked.
    pub rdap: Rdap,
    /// Which servers answer on port 43.
    pub whois: Whois,
    /// Where each provider's customers are.
    pub addresses: Addresses,
    /// Who tells the public record.
    pub record: Record,
    /// Where Tencent Cloud is asked.
    pub tencent: Tencent,
    /// Where Alibaba Cloud is asked.
    pub alibaba: Alibaba,
    /// Where people are told what needs them, by name.
    pub notify: BTreeMap<String, Channel>,
    /// The keys that the file holds, as `section.key`.
    #[serde(skip)]
    pub given: BTreeSet<String>,
}

impl Config {
    /// The keys of the file that stand in no section.
    const ALONE: [&'static str; 3] = ["store", "lang", "actor"];

    /// Reads the file at `path`; one that nobody named may be missing.
    ///
    /// # Errors
    /// A named file that is missing (4), or one that does not validate (3).
    pub fn read(path: &Path, named: bool) -> Result<Self, Failure> {
        let shown = path.display();
        let bytes = match reading::read(path, DOCUMENT_LIMIT) {
            Ok(bytes) => bytes,
            Err(unread) if unread.is_missing() && !named => {
                return Ok(Self::default());
            }
            Err(unread) => {
                let message = text!(
                    "无法读取配置文件 {shown}：{reason}",
                    "cannot read the configuration {shown}: {reason}",
                    reason = unread.reason()
                );
                let failure = match unread {
                    Unread::Io(_) if unread.is_missing() => {
                        Failure::not_found("not-found.config", message)
                    }
                    Unread::Io(_) => Failure::new(Exit::Failure, "failure.config", message),
                    Unread::Folder | Unread::Device | Unread::Silent | Unread::TooLarge(_) => {
                        Failure::invalid("invalid.config", message)
                    }
                };
                return Err(failure.hint(text!(
                    "检查 --config 或 ICPCTL_CONFIG",
                    "check --config or ICPCTL_CONFIG"
                )));
            }
        };
        let invalid = |offset: usize, words: &Text| {
            let Text { zh, en } = words;
            let (line, column) = position(&bytes, offset);
            let failure = Failure::invalid(
                "invalid.config",
                text!(
                    "配置文件 {shown} 第 {line} 行第 {column} 列：{zh}",
                    "{shown}:{line}:{column}: {en}"
                ),
            );
            let meant = parser::meant(en)
                .map(|near| text!("是不是想写 `{near}`？", "did you mean `{near}`?"));
            meant.into_iter().fold(failure, Failure::hint).hint(text!(
                "改正这一处，或用 --config 另指一份配置",
                "correct it there, or name another file with --config"
            ))
        };
        let text = std::str::from_utf8(&bytes).map_err(|error| {
            invalid(error.valid_up_to(), &text!("不是 UTF-8 文本", "not UTF-8"))
        })?;
        let wrong = |error: toml::de::Error| {
            invalid(
                error.span().map_or(0, |span| span.start),
                &parser::said(&parser::without_value(error.message())),
            )
        };
        parser::heed(text, parser::VALUES).map_err(|(offset, words)| invalid(offset, &words))?;
        let mut config: Self = toml::from_str(text).map_err(wrong)?;
        let table: Value = toml::from_str(text).map_err(wrong)?;
        config.given = flat(&table).into_iter().map(|(key, _)| key).collect();
        Ok(config)
    }

    /// Lists the files that hold secrets.
    pub fn secret_files(&self) -> Vec<&Path> {
        let channels = self.notify.values();
        let channels = channels.flat_map(|one| [&one.url, &one.secret, &one.password]);
        let secrets = channels.chain([&self.record.secret]).flatten();
        let all = secrets.chain(self.record.headers.values());
        let mut files: Vec<&Path> = all.filter_map(secret::Secret::file).collect();
        files.sort();
        files.dedup();
        files
    }

    /// Returns the settings of all sections that are in force, as `section.key` and value; secrets
    /// appear as the place where they are kept.
    pub fn settings(&self) -> Vec<(String, Option<String>)> {
        let value = serde_json::to_value(self).unwrap_or_default();
        let all = flat(&value).into_iter();
        all.filter(|(key, _)| !Self::ALONE.contains(&key.as_str()))
            .collect()
    }
}

/// Flattens tables to `section.key`; lists are joined, an empty table or list is no value.
fn flat(value: &Value) -> Vec<(String, Option<String>)> {
    fn walk(prefix: &str, value: &Value, found: &mut Vec<(String, Option<String>)>) {
        match value {
            Value::Object(table) if !table.is_empty() => {
                for (key, value) in table {
                    walk(&below(prefix, key), value, found);
                }
            }
            Value::Object(_) | Value::Null => found.push((prefix.to_owned(), None)),
            Value::Array(list) => {
                let words = list.iter().map(word).collect::<Vec<_>>().join("; ");
                found.push((prefix.to_owned(), (!list.is_empty()).then_some(words)));
            }
            Value::String(_) | Value::Number(_) | Value::Bool(_) => {
                found.push((prefix.to_owned(), Some(word(value))));
            }
        }
    }
    let mut found = Vec::new();
    walk("", value, &mut found);
    found
}

fn word(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}
