//! The configuration file: what a user would otherwise type every time.

use crate::failure::Failure;
use crate::lang::Lang;
use crate::store::wire::position;
use crate::text;
use serde::Deserialize;
use std::path::{Path, PathBuf};

/// What the configuration file says; every key may be left out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// The store.
    pub store: Option<PathBuf>,
    /// The language of messages.
    pub lang: Option<Lang>,
    /// Who acts, for the history.
    pub actor: Option<String>,
}

impl Config {
    /// The keys of the file.
    pub const KEYS: [&'static str; 3] = ["store", "lang", "actor"];

    /// Reads the file at `path`; one that nobody named may be missing.
    ///
    /// # Errors
    /// A named file that is missing (4), or one that does not validate (3).
    pub fn read(path: &Path, named: bool) -> Result<Self, Failure> {
        let shown = path.display();
        let bytes = match std::fs::read(path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound && !named => {
                return Ok(Self::default());
            }
            Err(error) => {
                return Err(Failure::not_found(
                    "not-found.config",
                    text!(
                        "无法读取配置文件 {shown}：{error}",
                        "cannot read the configuration {shown}: {error}"
                    ),
                )
                .hint(text!(
                    "检查 --config 或 ICPCTL_CONFIG",
                    "check --config or ICPCTL_CONFIG"
                )));
            }
        };
        let invalid = |offset: usize, words: &str| {
            let (line, column) = position(&bytes, offset);
            let keys = Self::KEYS.join(", ");
            Failure::invalid(
                "invalid.config",
                text!(
                    "配置文件 {shown} 第 {line} 行第 {column} 列：{words}",
                    "{shown}:{line}:{column}: {words}"
                ),
            )
            .hint(text!("可用的键：{keys}", "the keys it may hold: {keys}"))
        };
        let text = std::str::from_utf8(&bytes)
            .map_err(|error| invalid(error.valid_up_to(), "not UTF-8"))?;
        toml::from_str(text).map_err(|error: toml::de::Error| {
            invalid(
                error.span().map_or(0, |span| span.start),
                error.message().trim(),
            )
        })
    }
}
