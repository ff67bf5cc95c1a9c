//! Where the store is.
//!
//! The first of `--store`, `ICPCTL_STORE`, the configuration, the nearest `.icpctl/` upwards that
//! the user owns, and `$XDG_DATA_HOME/icpctl`. A folder of someone else's is never taken by
//! looking upwards: whoever can write above the current folder could otherwise plant a store.

use crate::lang::{Text, shell_word};
use crate::reading::{self, DOCUMENT_LIMIT};
use crate::text;
use std::path::{Path, PathBuf};

/// The folder looked for upwards.
pub const FOLDER: &str = ".icpctl";

/// The file that makes a folder a store.
pub const MARKER: &str = "store.toml";

/// All that the search may know.
#[derive(Clone, Copy, Debug)]
pub struct Inputs<'a> {
    /// `--store`.
    pub flag: Option<&'a Path>,
    /// `ICPCTL_STORE`; empty counts as unset.
    pub env: Option<&'a Path>,
    /// `store` of the configuration; absolute.
    pub config: Option<&'a Path>,
    /// The current folder, absolute.
    pub current: &'a Path,
    /// `XDG_DATA_HOME`; ignored unless absolute, as its specification asks.
    pub data_home: Option<&'a Path>,
    /// `HOME`.
    pub home: Option<&'a Path>,
}

/// Who named the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// `--store`.
    Flag,
    /// `ICPCTL_STORE`.
    Env,
    /// The configuration.
    Config,
    /// Found by looking upwards.
    Upwards,
    /// The user's data folder.
    DataHome,
}

/// What a look at a path showed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seen {
    /// Nothing, or no folder.
    Nothing,
    /// A folder.
    Folder {
        /// Whether the user owns it.
        ours: bool,
        /// Whether the path itself is a link to it.
        linked: bool,
        /// Permission bits, as in `0o700`; 0 where there are none.
        mode: u32,
        /// Whether it holds [`MARKER`].
        marked: bool,
    },
}

/// A look at the file system.
pub trait Probe {
    /// Returns what stands at an absolute path.
    fn look(&self, path: &Path) -> Seen;
}

/// Where the store is, or would be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// It is there.
    Found {
        /// Its folder, absolute.
        folder: PathBuf,
        /// Who named it.
        origin: Origin,
    },
    /// A store was named, and is missing: exit 4, save for `init`.
    Missing {
        /// The folder as named, absolute.
        folder: PathBuf,
        /// Who named it.
        origin: Origin,
    },
    /// There is none yet; the first write makes it here. Readers find it empty.
    Fresh {
        /// Its folder, absolute.
        folder: PathBuf,
    },
    /// None was named or found, and the user has no home folder.
    Nowhere,
}

/// What a user should know of the store's folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Caution {
    /// Others may read or write it.
    Loose {
        /// The folder.
        folder: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// A `.icpctl/` was passed over, since someone else owns it or it is a link.
    Foreign {
        /// The folder.
        folder: PathBuf,
    },
}

impl Caution {
    /// Returns the warning.
    pub fn message(&self) -> Text {
        match self {
            Self::Loose { folder, mode } => {
                let folder = folder.display().to_string();
                let word = shell_word(&folder);
                text!(
                    "备案库 {folder} 的权限是 {mode:o}，其他用户可以访问；收紧：chmod 700 {word}",
                    "the store {folder} has mode {mode:o}, so other users can get at it; tighten it with chmod 700 {word}"
                )
            }
            Self::Foreign { folder } => {
                let folder = folder.display();
                text!(
                    "已跳过 {folder}：它属于其他用户，或是符号链接；确实要用请以 --store 指定",
                    "passed over {folder}: it belongs to another user or is a link; name it with --store if it is meant"
                )
            }
        }
    }

    /// Returns the code for `warnings[]`.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Loose { .. } => "loose-permissions",
            Self::Foreign { .. } => "foreign-folder",
        }
    }
}

/// Finds the store, and what the user should know about it.
pub fn find(inputs: &Inputs<'_>, probe: &dyn Probe) -> (Place, Vec<Caution>) {
    let mut cautions = Vec::new();
    let named = [
        (inputs.flag, Origin::Flag),
        (inputs.env, Origin::Env),
        (inputs.config, Origin::Config),
    ];
    for (path, origin) in named {
        if let Some(path) = path.filter(|path| !path.as_os_str().is_empty()) {
            let folder = inputs.current.join(path);
            let place = match store_at(&folder, probe) {
                Some((folder, mode)) => {
                    cautions.extend(loose(&folder, mode));
                    Place::Found { folder, origin }
                }
                None => Place::Missing { folder, origin },
            };
            return (place, cautions);
        }
    }
    for above in inputs.current.ancestors() {
        let folder = above.join(FOLDER);
        match probe.look(&folder) {
            Seen::Nothing => {}
            Seen::Folder {
                ours: true,
                linked: false,
                mode,
                ..
            } => {
                cautions.extend(loose(&folder, mode));
                let origin = Origin::Upwards;
                return (Place::Found { folder, origin }, cautions);
            }
            Seen::Folder { .. } => cautions.push(Caution::Foreign { folder }),
        }
    }
    let Some(folder) = data_folder(inputs) else {
        return (Place::Nowhere, cautions);
    };
    let place = match probe.look(&folder) {
        Seen::Folder {
            mode, marked: true, ..
        } => {
            cautions.extend(loose(&folder, mode));
            let origin = Origin::DataHome;
            Place::Found { folder, origin }
        }
        Seen::Folder { .. } | Seen::Nothing => Place::Fresh { folder },
    };
    (place, cautions)
}

/// Returns the folder that `init` makes a store of.
pub fn to_make(inputs: &Inputs<'_>, dir: Option<&Path>) -> PathBuf {
    if let Some(dir) = dir {
        return inputs.current.join(dir).join(FOLDER);
    }
    [inputs.flag, inputs.env]
        .into_iter()
        .flatten()
        .find(|path| !path.as_os_str().is_empty())
        .map_or_else(
            || inputs.current.join(FOLDER),
            |path| inputs.current.join(path),
        )
}

/// Returns the user's store in which a folder lies, or would lie: what is within a store is the
/// store's. A file that another user left above, in `/tmp` say, makes no store of it.
pub fn around(folder: &Path) -> Option<PathBuf> {
    // Links and `..` lead elsewhere than the words say; what is not there yet holds no store.
    let there = folder
        .ancestors()
        .skip(1)
        .find_map(|above| above.canonicalize().ok())?;
    let is_store = |above: &&Path| {
        let marker = above.join(MARKER);
        let is_ours = marker.symlink_metadata().is_ok_and(|meta| owner(&meta).0);
        let text = reading::read(&marker, DOCUMENT_LIMIT).ok();
        let text = text.filter(|_| is_ours);
        let text = text.and_then(|bytes| String::from_utf8(bytes).ok());
        let table = text.and_then(|text| text.parse::<toml::Table>().ok());
        table.is_some_and(|table| table.get("schema").is_some_and(toml::Value::is_integer))
    };
    there.ancestors().find(is_store).map(Path::to_owned)
}

/// Returns the store that a named folder is or holds, with its permission bits.
fn store_at(folder: &Path, probe: &dyn Probe) -> Option<(PathBuf, u32)> {
    [folder.to_owned(), folder.join(FOLDER)]
        .into_iter()
        .find_map(|folder| match probe.look(&folder) {
            Seen::Folder {
                mode, marked: true, ..
            } => Some((folder, mode)),
            Seen::Folder { .. } | Seen::Nothing => None,
        })
}

fn loose(folder: &Path, mode: u32) -> Option<Caution> {
    (mode & 0o077 != 0).then(|| Caution::Loose {
        folder: folder.to_owned(),
        mode,
    })
}

fn data_folder(inputs: &Inputs<'_>) -> Option<PathBuf> {
    let data = match inputs.data_home.filter(|path| path.is_absolute()) {
        Some(data) => data.to_owned(),
        None => inputs
            .home
            .filter(|home| home.is_absolute())?
            .join(".local/share"),
    };
    Some(data.join("icpctl"))
}

/// A look at the real file system.
#[derive(Clone, Copy, Debug)]
pub struct SystemProbe;

impl Probe for SystemProbe {
    fn look(&self, path: &Path) -> Seen {
        let (meta, link) = match (std::fs::metadata(path), std::fs::symlink_metadata(path)) {
            (Ok(meta), Ok(link)) => (meta, link),
            (Err(error), _) | (_, Err(error)) if is_absent(&error) => return Seen::Nothing,
            (Err(_), _) | (_, Err(_)) => return UNREADABLE,
        };
        if !meta.is_dir() {
            return Seen::Nothing;
        }
        let (ours, mode) = owner(&meta);
        Seen::Folder {
            ours,
            mode,
            linked: link.is_symlink(),
            marked: match path.join(MARKER).symlink_metadata() {
                Ok(_) => true,
                Err(error) => !is_absent(&error),
            },
        }
    }
}

/// A folder that cannot be looked at counts as a store, so that opening it tells why it cannot be
/// read; to pass it over would be to write into another store.
const UNREADABLE: Seen = Seen::Folder {
    ours: true,
    linked: false,
    mode: 0,
    marked: true,
};

/// Whether an answer says that nothing is there.
fn is_absent(error: &std::io::Error) -> bool {
    use std::io::ErrorKind::{NotADirectory, NotFound};
    matches!(error.kind(), NotFound | NotADirectory)
}

#[cfg(unix)]
fn owner(meta: &std::fs::Metadata) -> (bool, u32) {
    use std::os::unix::fs::MetadataExt as _;
    let user = rustix::process::geteuid().as_raw();
    (meta.uid() == user, meta.mode() & 0o7777)
}

#[cfg(not(unix))]
fn owner(_: &std::fs::Metadata) -> (bool, u32) {
    (true, 0)
}
