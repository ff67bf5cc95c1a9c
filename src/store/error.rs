//! What can go wrong with store files, in words that name the file and the cause.

use super::lock::Holder;
use crate::lang::Text;
use crate::reading::cause;
use crate::text;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// What was being done when the file system refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Opening a file or folder.
    Open,
    /// Reading a file.
    Read,
    /// Listing a folder.
    List,
    /// Looking at a file's attributes.
    Stat,
    /// Making a file.
    Create,
    /// Making a folder.
    CreateFolder,
    /// Writing a file.
    Write,
    /// Flushing to the disk.
    Flush,
    /// Putting a new file in place.
    Rename,
    /// Removing a file.
    Remove,
    /// Locking.
    Lock,
    /// Taking permissions from other users.
    Tighten,
}

impl Action {
    /// Returns the verb, as in "cannot … FILE".
    const fn verb(self) -> Text {
        match self {
            Self::Open => Text::fixed("打开", "open"),
            Self::Read => Text::fixed("读取", "read"),
            Self::List => Text::fixed("列出", "list"),
            Self::Stat => Text::fixed("查看", "look at"),
            Self::Create => Text::fixed("新建", "create"),
            Self::CreateFolder => Text::fixed("新建目录", "make the folder"),
            Self::Write => Text::fixed("写入", "write"),
            Self::Flush => Text::fixed("落盘", "flush"),
            Self::Rename => Text::fixed("替换", "put in place"),
            Self::Remove => Text::fixed("删除", "remove"),
            Self::Lock => Text::fixed("锁定", "lock"),
            Self::Tighten => Text::fixed("收紧权限", "tighten"),
        }
    }
}

/// Why a store file could not be read or written.
///
/// Unless it is [`OutcomeUnknown`](Self::OutcomeUnknown), the store is as it was.
#[derive(Debug, thiserror::Error)]
#[error("{}", self.message().en)]
pub enum StorageError {
    /// There is no such file or folder.
    NotFound {
        /// The file.
        path: PathBuf,
    },
    /// A file that was to be made is there already.
    Exists {
        /// The file.
        path: PathBuf,
    },
    /// A file is no longer what was read before: someone else changed it.
    Moved {
        /// The file.
        path: PathBuf,
    },
    /// Another writer held a lock for the whole time allowed.
    Locked {
        /// The lock file.
        path: PathBuf,
        /// Who holds it, where the lock file tells.
        holder: Option<Holder>,
        /// How long was waited.
        waited: Duration,
    },
    /// A file is larger than what is read.
    TooLarge {
        /// The file.
        path: PathBuf,
        /// The limit in bytes.
        limit: u64,
    },
    /// A link, pipe, device or folder stands where a file should, or the other way round.
    NotAFile {
        /// The file.
        path: PathBuf,
    },
    /// A name that may not stand in the store.
    Outside {
        /// The path as given.
        path: String,
    },
    /// The file system refused.
    Io {
        /// The file.
        path: PathBuf,
        /// What was being done.
        action: Action,
        /// Its answer.
        source: io::Error,
    },
    /// The change was made but may not outlast a power cut: exit 1, `failure.outcome-unknown`.
    ///
    /// Repeating the command is harmless.
    OutcomeUnknown {
        /// The file or folder at which it stopped.
        path: PathBuf,
        /// The file system's answer.
        source: Box<Self>,
    },
}

/// Returns what was found; nothing where there is no such file or folder.
///
/// # Errors
/// Every other one.
pub fn if_there<T>(found: Result<T, StorageError>) -> Result<Option<T>, StorageError> {
    match found {
        Ok(found) => Ok(Some(found)),
        Err(StorageError::NotFound { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

impl StorageError {
    /// Makes the error of `action` on `path` from the system's answer.
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "the standard library's list of causes is open"
    )]
    pub fn io(path: &Path, action: Action, source: io::Error) -> Self {
        let path = path.to_owned();
        match source.kind() {
            io::ErrorKind::NotFound => Self::NotFound { path },
            io::ErrorKind::AlreadyExists => Self::Exists { path },
            _ => Self::Io {
                path,
                action,
                source,
            },
        }
    }

    /// Whether the file system refused: it may answer otherwise another time.
    pub fn is_refusal(&self) -> bool {
        match self {
            Self::Io { .. } => true,
            Self::NotFound { .. }
            | Self::Exists { .. }
            | Self::Moved { .. }
            | Self::Locked { .. }
            | Self::TooLarge { .. }
            | Self::NotAFile { .. }
            | Self::Outside { .. }
            | Self::OutcomeUnknown { .. } => false,
        }
    }

    /// Returns what was wrong, and where.
    pub fn message(&self) -> Text {
        match self {
            Self::NotFound { path } => {
                let path = path.display();
                text!("找不到 {path}", "{path} does not exist")
            }
            Self::Exists { path } => {
                let path = path.display();
                text!("{path} 已存在", "{path} exists already")
            }
            Self::Moved { path } => {
                let path = path.display();
                text!(
                    "{path} 在读取之后被改动，未写入",
                    "{path} was changed after it was read; nothing was written"
                )
            }
            Self::Locked {
                path,
                holder,
                waited,
            } => {
                let (path, waited) = (path.display(), waited.as_secs_f64());
                match holder {
                    Some(Holder { pid, actor, since }) => {
                        let since = since.to_rfc3339();
                        text!(
                            "另一个 icpctl（进程 {pid}，{actor}）自 {since} 起持有 {path}，等待 {waited:.1} 秒后放弃",
                            "another icpctl (process {pid}, {actor}) has held {path} since {since}; gave up after {waited:.1} s"
                        )
                    }
                    None => text!(
                        "另一个 icpctl 正持有 {path}，等待 {waited:.1} 秒后放弃",
                        "another icpctl holds {path}; gave up after {waited:.1} s"
                    ),
                }
            }
            Self::TooLarge { path, limit } => {
                let path = path.display();
                text!(
                    "{path} 超过 {limit} 字节的上限",
                    "{path} is larger than the limit of {limit} bytes"
                )
            }
            Self::NotAFile { path } => {
                let path = path.display();
                text!(
                    "{path} 不是普通文件或目录（是链接、管道、设备，或类型不符）",
                    "{path} is not the plain file or folder expected here, but a link, pipe, device or the other of the two"
                )
            }
            Self::Outside { path } => {
                let path = path.escape_debug();
                text!(
                    "“{path}”不能作为备案库内的文件名",
                    "\"{path}\" cannot name a file in the store"
                )
            }
            Self::Io {
                path,
                action,
                source,
            } => {
                let path = path.display();
                text!(
                    "无法{verb} {path}：{why}",
                    "cannot {verb} {path}: {why}",
                    verb = action.verb(),
                    why = cause(source)
                )
            }
            Self::OutcomeUnknown { path, source } => {
                let (path, why) = (path.display(), source.message());
                text!(
                    "改动是否已保存不确定，停在 {path}：{why}",
                    "it is not known whether the change was saved, stopped at {path}: {why}",
                    why
                )
            }
        }
    }

    /// Returns what to do next; `None` where the message says it all.
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "the standard library's list of causes is open"
    )]
    pub fn hint(&self) -> Option<Text> {
        match self {
            Self::NotFound { .. } | Self::Exists { .. } => None,
            Self::Moved { .. } => Some(text!(
                "看过新内容后再次运行同一命令",
                "look at the new content, then run the command again"
            )),
            Self::Locked { .. } => Some(text!(
                "等对方结束后重试，或用 --lock-timeout 延长等待",
                "try again when it has ended, or wait longer with --lock-timeout"
            )),
            Self::TooLarge { .. } => Some(text!(
                "如为写入，请缩短备注、原因或拆分内容；如为读取，检查该文件是否放错了位置",
                "when writing, give shorter notes and reasons or fewer services; when reading, check whether the file is in the wrong place"
            )),
            Self::NotAFile { .. } => Some(text!(
                "换成普通文件或目录；备案库内不跟随符号链接",
                "put a plain file or folder there; links inside the store are not followed"
            )),
            Self::Outside { .. } => Some(text!(
                "名称只能用字母、数字、- _ .，且不以 . 或 - 开头",
                "use letters, digits, - _ . only, and start with a letter or digit"
            )),
            Self::Io { source, .. } => match source.kind() {
                io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Some(text!(
                    "腾出空间（df -h）或 inode（df -i，文件过多时先用尽）后再次运行同一命令；原有内容未受影响",
                    "free some space (df -h) or inodes (df -i: many small files use them up first) and run the command again; what was stored is untouched"
                )),
                io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => Some(text!(
                    "检查备案库的所有者和权限，或用 --store 指定另一个",
                    "check the owner and permissions of the store, or name another with --store"
                )),
                io::ErrorKind::Unsupported => Some(text!(
                    "把备案库放到本地磁盘",
                    "keep the store on a local disk"
                )),
                _ => None,
            },
            Self::OutcomeUnknown { .. } => Some(text!(
                "检查磁盘，再次运行同一命令即可，不会重复生效",
                "check the disk, then run the same command again: it is never applied twice"
            )),
        }
    }
}
