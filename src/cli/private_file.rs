//! Files that a user asks for by name and that may hold personal data: only their owner reads them.

use crate::exit::Exit;
use crate::failure::Failure;
use crate::lang::Text;
use crate::text;
use std::io::{self, Write};
use std::path::Path;
use tempfile::NamedTempFile;

/// Refuses a name that a device, a pipe or a folder has: it would be replaced by a file.
///
/// # Errors
/// 3.
pub fn check(path: &Path) -> Result<(), Failure> {
    if std::fs::metadata(path).is_ok_and(|meta| !meta.is_file()) {
        let path = path.display();
        return Err(Failure::invalid(
            "invalid.file",
            text!(
                "{path} 不是普通文件，不会被替换",
                "{path} is no regular file and is not replaced"
            ),
        )
        .hint(text!(
            "换一个文件名，或不写 --out，由标准输出转向",
            "name another file, or leave --out out and redirect standard output"
        )));
    }
    Ok(())
}

/// Says that a file cannot be written (1), by the name that the user gave it.
pub fn unwritten(path: &Path, reason: &Text) -> Failure {
    let path = path.display();
    Failure::new(
        Exit::Failure,
        "failure.file",
        text!(
            "无法写入 {path}：{reason}",
            "cannot write {path}: {reason}",
            reason
        ),
    )
    .hint(text!(
        "检查目录是否存在、是否可写、磁盘的空间和 inode 是否用尽",
        "see that its folder is there and writable, and that the disk has space and inodes left"
    ))
}

/// Takes from an error the name of the temporary, which nobody gave.
fn without_path(error: io::Error) -> io::Error {
    let cause = error.get_ref().and_then(|told| told.source());
    let cause = cause.and_then(|cause| cause.downcast_ref::<io::Error>());
    let code = cause.and_then(io::Error::raw_os_error);
    code.map_or(error, io::Error::from_raw_os_error)
}

/// Writes a file whole or not at all, readable by its owner alone whatever the umask; one of that
/// name is replaced.
///
/// # Errors
/// What `write` meets, or the file system.
pub fn write<E: From<io::Error>>(
    path: &Path,
    write: impl FnOnce(&mut dyn Write) -> Result<(), E>,
) -> Result<(), E> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        Some(_) | None => Path::new("."),
    };
    // Told by its own name, not by that of the temporary.
    std::fs::metadata(folder)?;
    sweep(folder);
    let mut file = temporary(folder)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let owner_alone = std::fs::Permissions::from_mode(0o600);
        file.as_file().set_permissions(owner_alone)?;
    }
    write(&mut file)?;
    file.as_file().sync_all()?;
    file.persist(path).map_err(|error| error.error)?;
    Ok(flush(folder)?)
}

/// What the name of a temporary begins and ends with.
const NAME: (&str, &str) = (".icpctl-", ".tmp");

/// Makes a temporary that is locked as long as this run lives.
fn temporary(folder: &Path) -> io::Result<NamedTempFile> {
    loop {
        let file = tempfile::Builder::new()
            .prefix(NAME.0)
            .suffix(NAME.1)
            .tempfile_in(folder)
            .map_err(without_path)?;
        // Where a file cannot be locked, nobody sweeps it either.
        while file
            .as_file()
            .lock()
            .is_err_and(|error| error.kind() == io::ErrorKind::Interrupted)
        {}
        // Another run may have swept it before it was locked.
        if std::fs::symlink_metadata(file.path()).is_ok() {
            return Ok(file);
        }
    }
}

/// Removes what killed runs left: their temporaries hold the same data, and nobody has them locked.
/// What cannot be removed is no hindrance.
#[cfg(unix)]
fn sweep(folder: &Path) {
    use rustix::fs::{Mode, OFlags, open};
    let careful = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let is_ours = name
            .to_str()
            .is_some_and(|name| name.starts_with(NAME.0) && name.ends_with(NAME.1));
        if !is_ours || !entry.file_type().is_ok_and(|kind| kind.is_file()) {
            continue;
        }
        let path = entry.path();
        if let Ok(file) = open(&path, careful, Mode::empty()).map(std::fs::File::from)
            && file.try_lock().is_ok()
        {
            let _ = std::fs::remove_file(&path);
        }
    }
}

#[cfg(not(unix))]
const fn sweep(_: &Path) {}

/// Makes a new name in a folder durable; not in one in which names can be made and nothing read.
#[cfg(unix)]
fn flush(folder: &Path) -> io::Result<()> {
    match std::fs::File::open(folder) {
        Ok(open) => crate::store::disk::flush(&open),
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => Ok(()),
        Err(error) => Err(error),
    }
}

#[cfg(not(unix))]
const fn flush(_: &Path) -> io::Result<()> {
    Ok(())
}
