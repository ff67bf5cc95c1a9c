//! Secrets: the configuration says where one stands, never what it is.

use crate::env::Env;
use crate::failure::Failure;
use crate::lang::Text;
use crate::reading;
use crate::text;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::path::{Path, PathBuf};
use url::form_urlencoded::byte_serialize;
use zeroize::Zeroizing;

/// Where a secret is kept.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(
    untagged,
    deny_unknown_fields,
    expecting = "a secret is not written here: { env = \"NAME\" } or { file = \"PATH\" } says where it is kept"
)]
pub enum Secret {
    /// In an environment variable.
    Env {
        /// Its name.
        env: String,
    },
    /// In a file, whose last newline does not count.
    File {
        /// Its path.
        file: PathBuf,
    },
}

/// A secret in hand: never empty, never shown, never stored, and kept in memory that is wiped.
#[derive(Clone, PartialEq, Eq)]
pub struct Revealed(Zeroizing<String>);

impl Revealed {
    /// Takes a secret; none where the text is empty.
    pub fn new(text: impl Into<String>) -> Option<Self> {
        let text = Zeroizing::new(text.into());
        (!text.is_empty()).then_some(Self(text))
    }

    /// Returns it, to be sent to whom it is for.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Returns somebody else's words without it, whether as it stands or as an address writes it.
    pub fn hidden_in(&self, words: &str) -> String {
        let form: String = byte_serialize(self.0.as_bytes()).collect();
        let [plain, form] = [form.replace('+', "%20"), form].map(Zeroizing::new);
        let written = [&plain, &form].map(|text| Zeroizing::new(with_small_digits(text)));
        let whole = words.replace(&**self.0, HIDDEN);
        let all = [&plain, &form].into_iter().chain(&written);
        all.fold(whole, |words, text| words.replace(&***text, HIDDEN))
    }
}

/// What stands for a secret.
const HIDDEN: &str = "***";

/// Returns a percent-encoded text with the letters of its escapes in lower case.
fn with_small_digits(text: &str) -> String {
    let mut parts = text.split('%');
    let mut small = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (digits, rest) = part.split_at_checked(2).unwrap_or((part, ""));
        small.push('%');
        small.push_str(&digits.to_ascii_lowercase());
        small.push_str(rest);
    }
    small
}

impl fmt::Debug for Revealed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(HIDDEN)
    }
}

/// The most that a secret's file may hold.
const LIMIT: u64 = 64 * 1024;

impl Secret {
    /// Returns the file that holds it, where one does.
    pub fn file(&self) -> Option<&Path> {
        match self {
            Self::Env { .. } => None,
            Self::File { file } => Some(file),
        }
    }

    /// Fetches the secret from where it is kept.
    ///
    /// # Errors
    /// When it is not there (12).
    pub fn reveal(&self, env: &Env) -> Result<Revealed, Failure> {
        match self {
            Self::Env { env: name } => env.secret(name).and_then(Revealed::new).ok_or_else(|| {
                denied(text!(
                    "环境变量 {name} 没有设置，其中应有凭据",
                    "the variable {name}, which should hold a credential, is not set"
                ))
            }),
            Self::File { file: path } => {
                let shown = path.display();
                let lost = |reason: Text| {
                    denied(text!(
                        "无法读取凭据文件 {shown}：{reason}",
                        "cannot read the credential in {shown}: {reason}",
                        reason
                    ))
                };
                let bytes = reading::read(path, LIMIT).map_err(|unread| lost(unread.reason()))?;
                // What it holds is never quoted.
                let text = String::from_utf8(bytes)
                    .map_err(|_| lost(text!("不是 UTF-8 文本", "not UTF-8 text")))?;
                Revealed::new(text.trim_end_matches(['\r', '\n']))
                    .ok_or_else(|| lost(text!("文件是空的", "the file is empty")))
            }
        }
    }
}

fn denied(message: Text) -> Failure {
    Failure::new(
        crate::exit::Exit::Denied,
        "denied.credentials-missing",
        message,
    )
    .hint(text!(
        "配置文件里的 {{ env = … }} 或 {{ file = … }} 说明凭据放在哪里",
        "the configuration's {{ env = … }} or {{ file = … }} says where a credential is kept"
    ))
}
