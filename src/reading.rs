//! Files that somebody names: opened without hanging, and read to a limit.
//!
//! A pipe is read as long as somebody writes to it, so that `<(command)` and `/dev/stdin` work. A
//! pipe that nobody writes to, a device and a folder are refused; a terminal and the empty
//! `/dev/null` are not.

use crate::lang::Text;
use crate::text;
use std::fs::{File, Metadata};
use std::io::{self, Read};
use std::path::Path;

/// The most bytes of one document: a configuration, a dossier, a rule file.
pub const DOCUMENT_LIMIT: u64 = 1 << 20;
/// The most bytes of a file of many rows.
pub const ROWS_LIMIT: u64 = 64 << 20;

/// Returns the cause in words where the field's users meet it, else the system's own.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "the standard library's list of causes is open"
)]
pub fn cause(error: &io::Error) -> Text {
    match error.kind() {
        io::ErrorKind::StorageFull => text!("磁盘空间已满", "the disk is full"),
        io::ErrorKind::QuotaExceeded => text!("超出磁盘配额", "the disk quota is exceeded"),
        io::ErrorKind::ReadOnlyFilesystem => {
            text!("文件系统只读", "the file system is read-only")
        }
        io::ErrorKind::PermissionDenied => text!("没有权限", "permission denied"),
        io::ErrorKind::NotFound => text!("没有这个文件或目录", "no such file or directory"),
        io::ErrorKind::NotADirectory => text!("不是目录", "not a directory"),
        io::ErrorKind::IsADirectory => text!("是目录", "it is a directory"),
        io::ErrorKind::AlreadyExists => text!("已经存在", "it exists already"),
        io::ErrorKind::InvalidFilename => text!("文件名过长", "the name is too long"),
        io::ErrorKind::Unsupported => {
            text!("文件系统不支持", "the file system does not support it")
        }
        _ => Text::verbatim(error.to_string()),
    }
}

/// Why a file was not read.
#[derive(Debug, thiserror::Error)]
pub enum Unread {
    /// The system refused.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// A folder, where a file is expected.
    #[error("a folder")]
    Folder,
    /// A device or a socket, which has no end.
    #[error("a device")]
    Device,
    /// A pipe that nobody writes to.
    #[error("a pipe that nobody writes to")]
    Silent,
    /// More bytes than this.
    #[error("larger than {0} bytes")]
    TooLarge(u64),
}

impl Unread {
    /// Whether there is nothing of that name.
    pub fn is_missing(&self) -> bool {
        matches!(self, Self::Io(error) if error.kind() == io::ErrorKind::NotFound)
    }

    /// Returns what was wrong, to be put after the file's name.
    pub fn reason(&self) -> Text {
        match self {
            Self::Io(error) => cause(error),
            Self::Folder => text!("是目录，应为文件", "it is a folder; a file is expected"),
            Self::Device => text!(
                "是设备或套接字，应为文件",
                "it is a device or a socket; a file is expected"
            ),
            Self::Silent => text!(
                "是管道，而没有程序向它写入",
                "it is a pipe, and nobody writes to it"
            ),
            Self::TooLarge(limit) => {
                let size = limit >> 20;
                if size > 0 {
                    text!("超过 {size} MiB", "it is larger than {size} MiB")
                } else {
                    let size = limit >> 10;
                    text!("超过 {size} KiB", "it is larger than {size} KiB")
                }
            }
        }
    }
}

/// A file that is open for reading.
#[derive(Debug)]
pub struct Opened {
    /// What was read of a pipe to see whether somebody writes to it.
    head: io::Cursor<Vec<u8>>,
    file: File,
    /// Its size in bytes, where it is a regular file.
    pub size: Option<u64>,
}

impl Read for Opened {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        match self.head.read(into)? {
            0 => self.file.read(into),
            count => Ok(count),
        }
    }
}

/// A reader that reads again when a signal came between: a buffer over it does not by itself.
#[derive(Debug)]
pub struct Steady<R>(pub R);

impl<R: Read> Read for Steady<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        loop {
            match self.0.read(into) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                answer => return answer,
            }
        }
    }
}

/// Opens a file, a pipe that somebody writes to, or a terminal; links are followed.
///
/// # Errors
/// What else it is, or what the system says.
pub fn open(path: &Path) -> Result<Opened, Unread> {
    let file = open_at_once(path)?;
    let meta = file.metadata()?;
    let (mut head, mut size) = (Vec::new(), None);
    if meta.is_file() {
        size = Some(meta.len());
    } else if meta.is_dir() {
        return Err(Unread::Folder);
    } else {
        head = special::ready(&file, &meta)?;
    }
    Ok(Opened {
        head: io::Cursor::new(head),
        file,
        size,
    })
}

/// Reads a file whole, where it has at most `limit` bytes.
///
/// # Errors
/// As [`open`], and a file that is too large.
pub fn read(path: &Path, limit: u64) -> Result<Vec<u8>, Unread> {
    let opened = open(path)?;
    if opened.size.is_some_and(|size| size > limit) {
        return Err(Unread::TooLarge(limit));
    }
    let mut bytes = Vec::new();
    // One byte more than allowed: the file may grow, and a pipe has no size.
    opened.take(limit + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > limit {
        return Err(Unread::TooLarge(limit));
    }
    Ok(bytes)
}

#[cfg(unix)]
fn open_at_once(path: &Path) -> Result<File, Unread> {
    use rustix::fs::{CWD, Mode, OFlags, openat};
    use rustix::io::{Errno, retry_on_intr};
    let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
    match retry_on_intr(|| openat(CWD, path, flags, Mode::empty())) {
        Ok(open) => Ok(open.into()),
        Err(Errno::NXIO | Errno::NODEV) => Err(Unread::Device),
        Err(errno) => Err(Unread::Io(errno.into())),
    }
}

#[cfg(not(unix))]
fn open_at_once(path: &Path) -> Result<File, Unread> {
    Ok(File::open(path)?)
}

#[cfg(unix)]
mod special {
    //! What is no regular file and no folder.

    use super::{File, Metadata, Read as _, Unread, io};
    use rustix::event::{PollFd, PollFlags, Timespec, poll};
    use rustix::fs::{OFlags, fcntl_setfl};
    use rustix::io::retry_on_intr;
    use std::io::IsTerminal as _;
    use std::os::unix::fs::{FileTypeExt as _, MetadataExt as _};

    /// How long somebody may take to begin to write to a pipe.
    const PATIENCE: Timespec = Timespec {
        tv_sec: 1,
        tv_nsec: 0,
    };

    /// Makes ready to read what is there to be read; returns what was read already.
    pub(super) fn ready(mut file: &File, meta: &Metadata) -> Result<Vec<u8>, Unread> {
        let kind = meta.file_type();
        let mut head = Vec::new();
        if kind.is_fifo() {
            if waits(file)? {
                let mut part = vec![0; 4096];
                match file.read(&mut part) {
                    Ok(0) => return Err(Unread::Silent),
                    Ok(count) => head.extend_from_slice(part.get(..count).unwrap_or_default()),
                    // Somebody has it open, and is yet to write.
                    Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                    Err(error) => return Err(error.into()),
                }
            }
        } else if !(kind.is_char_device() && (file.is_terminal() || is_null(meta))) {
            return Err(Unread::Device);
        }
        fcntl_setfl(file, OFlags::empty()).map_err(io::Error::from)?;
        Ok(head)
    }

    /// Waits until there is something to read in a pipe, or its last writer has gone; `true` where
    /// neither came in time.
    fn waits(file: &File) -> Result<bool, Unread> {
        let mut watched = [PollFd::new(file, PollFlags::IN)];
        // A signal that comes meanwhile is noted by whoever listens, and begins the wait anew.
        match retry_on_intr(|| poll(&mut watched, Some(&PATIENCE))) {
            Ok(count) => Ok(count == 0),
            Err(errno) => Err(io::Error::from(errno).into()),
        }
    }

    fn is_null(meta: &Metadata) -> bool {
        std::fs::metadata("/dev/null").is_ok_and(|null| null.rdev() == meta.rdev())
    }
}

#[cfg(not(unix))]
mod special {
    //! What is no regular file and no folder.

    use super::{File, Metadata, Unread};

    pub(super) fn ready(_: &File, _: &Metadata) -> Result<Vec<u8>, Unread> {
        Ok(Vec::new())
    }
}
