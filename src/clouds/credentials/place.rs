//! Where keys are kept, and what can be wrong with such a place.

use crate::lang::Text;
use crate::text;
use serde_json::Value;
use std::fmt;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// No file of keys is larger, in bytes.
const LIMIT: u64 = 1024 * 1024;

/// Where a key is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// Variables of the environment.
    Environment {
        /// The one that holds the id.
        variable: &'static str,
    },
    /// A file of a cloud's own tools.
    File {
        /// The file.
        path: PathBuf,
        /// The section or profile in it.
        profile: String,
    },
    /// A service that hands out keys.
    Service {
        /// Its URL, without what may be secret in it.
        url: String,
    },
}

impl Place {
    /// A section or profile of a file.
    pub fn file(path: &Path, profile: &str) -> Self {
        Self::File {
            path: path.to_owned(),
            profile: profile.to_owned(),
        }
    }

    /// Returns what kind of place it is, as JSON names it.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Environment { .. } => "environment",
            Self::File { .. } => "file",
            Self::Service { .. } => "service",
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Environment { variable } => f.write_str(variable),
            Self::File { path, profile } => write!(f, "{} [{profile}]", path.display()),
            Self::Service { url } => f.write_str(url),
        }
    }
}

/// What is wrong with a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// A key is begun, and this is not there.
    Lacks(&'static str),
    /// There is no such file, which this variable of the environment names.
    Absent(&'static str),
    /// The file cannot be read, or not as what it should be.
    Unreadable(String),
    /// The profile that was asked for is not in the file.
    NoProfile,
    /// The profile holds another kind of key, which must be exchanged for one before it signs.
    Unsupported(String),
    /// Others can read the file: its permission bits.
    Loose(u32),
}

/// What the user should know of a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// The place.
    pub place: Place,
    /// What is wrong with it.
    pub trouble: Trouble,
}

impl Note {
    /// Says that something is wrong with a place.
    pub const fn new(place: Place, trouble: Trouble) -> Self {
        Self { place, trouble }
    }

    /// Returns the stable code of the warning.
    pub const fn code(&self) -> &'static str {
        match self.trouble {
            Trouble::Loose(_) => "loose-credentials",
            Trouble::Lacks(_)
            | Trouble::Absent(_)
            | Trouble::Unreadable(_)
            | Trouble::NoProfile
            | Trouble::Unsupported(_) => "unusable-credentials",
        }
    }

    /// Returns it in a line.
    pub fn message(&self) -> Text {
        let place = &self.place;
        match &self.trouble {
            Trouble::Lacks(what) => text!(
                "{place}：缺少 {what}，已跳过",
                "{place}: {what} is missing; passed over"
            ),
            Trouble::Absent(variable) => text!(
                "{place}：没有这个文件，而环境变量 {variable} 指定了它，已跳过",
                "{place}: there is no such file, and {variable} in the environment names it; passed over"
            ),
            Trouble::Unreadable(why) => text!(
                "{place}：无法读取（{why}），已跳过",
                "{place}: cannot be read ({why}); passed over"
            ),
            Trouble::NoProfile => text!(
                "{place}：文件中没有这个配置，已跳过",
                "{place}: the file has no such profile; passed over"
            ),
            Trouble::Unsupported(mode) => text!(
                "{place}：{mode} 类凭据要先换取临时密钥，这里只接受密钥对和临时密钥，已跳过",
                "{place}: credentials of the kind {mode} must first be exchanged; only key pairs and session keys are taken here; passed over"
            ),
            Trouble::Loose(mode) => readable(place, *mode),
        }
    }
}

/// Says that others can read a place.
pub fn readable(place: &dyn fmt::Display, mode: u32) -> Text {
    let mode = format!("{:o}", mode & 0o7777);
    text!(
        "{place}：权限为 {mode}，其他用户可读；请执行 chmod 600",
        "{place}: others can read it (mode {mode}); run chmod 600 on it"
    )
}

/// What a file of keys holds.
pub(super) struct Content {
    /// Its text.
    pub(super) text: Zeroizing<String>,
    /// Its permission bits, where others than its owner can read it.
    pub(super) loose: Option<u32>,
}

/// Reads a file of keys; none where there is no such file.
///
/// # Errors
/// What is wrong with it.
pub(super) fn read(path: &Path) -> Result<Option<Content>, Trouble> {
    let unreadable = |error: std::io::Error| Trouble::Unreadable(error.to_string());
    let meta = match std::fs::metadata(path) {
        Ok(meta) => meta,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(unreadable(error)),
    };
    if !meta.is_file() || meta.len() > LIMIT {
        return Err(Trouble::Unreadable(
            "not a regular file of at most 1 MiB".to_owned(),
        ));
    }
    let mut text = Zeroizing::new(String::new());
    std::fs::File::open(path)
        .and_then(|file| file.take(LIMIT).read_to_string(&mut text))
        .map_err(unreadable)?;
    Ok(Some(Content {
        text,
        loose: loose(&meta),
    }))
}

/// Returns the permission bits of a file that others than its owner can read.
pub fn loose_mode(path: &Path) -> Option<u32> {
    loose(&std::fs::metadata(path).ok()?)
}

#[cfg(unix)]
fn loose(meta: &std::fs::Metadata) -> Option<u32> {
    use std::os::unix::fs::MetadataExt as _;
    Some(meta.mode()).filter(|mode| mode & 0o044 != 0)
}

#[cfg(not(unix))]
fn loose(_: &std::fs::Metadata) -> Option<u32> {
    None
}

/// Reads a file of keys that holds JSON.
///
/// # Errors
/// Where it is not JSON; the message quotes nothing of it.
pub(super) fn json(text: &str) -> Result<Value, Trouble> {
    serde_json::from_str(text).map_err(|error| {
        let (line, column) = (error.line(), error.column());
        Trouble::Unreadable(format!("no JSON at {line}:{column}"))
    })
}

/// Reads a section of a file of keys that holds INI, as the clouds' tools do.
///
/// # Errors
/// Where it is no INI, or has no such section.
pub(super) fn section(text: &str, name: &str) -> Result<Section, Trouble> {
    let mut ini = configparser::ini::Ini::new();
    ini.read(text.to_owned())
        .map_err(|_| Trouble::Unreadable("no INI".to_owned()))?;
    let sections = ini.get_map_ref();
    let keys = sections
        .get(&name.to_lowercase())
        .ok_or(Trouble::NoProfile)?;
    Ok(Section(keys.clone()))
}

/// The keys of a section.
pub(super) struct Section(std::collections::HashMap<String, Option<String>>);

impl Section {
    /// Returns what a key says, without quotes and what stands behind a `#`.
    pub(super) fn get(&self, key: &str) -> Option<String> {
        let value = self.0.get(key)?.as_deref()?;
        let value = value.split('#').next().unwrap_or_default().trim();
        super::filled(value.trim_matches('"'))
    }
}
