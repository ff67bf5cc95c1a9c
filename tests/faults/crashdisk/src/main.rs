//! A disk that remembers the order of its writes and flushes, so that its power can be cut later.
//!
//! ```text
//! crashdisk serve IMAGE FOLDER LOG
//! crashdisk cut IMAGE LOG OUT POSITION SEED KEEP
//! crashdisk count LOG
//! ```
//!
//! `serve` mounts FOLDER with two files. `disk` is the block device's content, at first that of
//! IMAGE: put a loop device on it, and a file system on that. `mark` takes text, which comes into
//! the log among the writes; `!write`, `!flush` and `!ok` written there make every write, or every
//! flush, fail with EIO from then on, or end that.
//!
//! The loop driver turns the file system's flushes into `fsync` of `disk`. So the log is what a
//! drive sees whose cache loses its content with the power.
//!
//! `cut` writes OUT: what the drive holds if the power fails right after the POSITION-th record of
//! the log. All before the last flush is there; of what came after it, each block of 4 KiB with a
//! probability of KEEP in a hundred. It prints the marks that came before.
//!
//! `count` prints how many records the log has, and which one is the first mark.

use fuser::{
    Config, Errno, FileAttr, FileHandle, FileType, Filesystem, FopenFlags, Generation, INodeNo,
    LockOwner, MountOption, OpenFlags, ReplyAttr, ReplyData, ReplyEmpty, ReplyEntry, ReplyOpen,
    ReplyWrite, Request, WriteFlags,
};
use std::error::Error;
use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{BufReader, BufWriter, Read, Write};
use std::os::unix::fs::FileExt;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, UNIX_EPOCH};

const ROOT: u64 = 1;
const DISK: u64 = 2;
const MARK: u64 = 3;
const BLOCK: usize = 4096;
/// The kernel may remember names and sizes: they never change.
const LONG: Duration = Duration::from_secs(3600);

/// What a record of the log tells; one byte, then offset (8), length (4) and data.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Write,
    Flush,
    Mark,
}

impl Kind {
    const ALL: [Self; 3] = [Self::Write, Self::Flush, Self::Mark];

    fn byte(self) -> u8 {
        match self {
            Self::Write => b'W',
            Self::Flush => b'F',
            Self::Mark => b'M',
        }
    }
}

/// Which calls fail now.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fault {
    None,
    Writes,
    Flushes,
}

struct State {
    image: Vec<u8>,
    log: BufWriter<File>,
    fault: Fault,
}

impl State {
    fn record(&mut self, kind: Kind, offset: u64, data: &[u8]) -> std::io::Result<()> {
        let length = u32::try_from(data.len()).map_err(std::io::Error::other)?;
        self.log.write_all(&[kind.byte()])?;
        self.log.write_all(&offset.to_le_bytes())?;
        self.log.write_all(&length.to_le_bytes())?;
        self.log.write_all(data)?;
        if kind == Kind::Write {
            Ok(())
        } else {
            self.log.flush()
        }
    }
}

struct Disk {
    size: u64,
    state: Mutex<State>,
}

impl Disk {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn attributes(&self, node: u64) -> FileAttr {
        let size = if node == DISK { self.size } else { 0 };
        let (kind, perm) = if node == ROOT {
            (FileType::Directory, 0o700)
        } else {
            (FileType::RegularFile, 0o600)
        };
        FileAttr {
            ino: INodeNo(node),
            size,
            blocks: size / 512,
            atime: UNIX_EPOCH,
            mtime: UNIX_EPOCH,
            ctime: UNIX_EPOCH,
            crtime: UNIX_EPOCH,
            kind,
            perm,
            nlink: 1,
            uid: 0,
            gid: 0,
            rdev: 0,
            flags: 0,
            blksize: 4096,
        }
    }

    fn take(&self, node: u64, offset: u64, data: &[u8]) -> Result<(), Errno> {
        let mut state = self.state();
        if node == MARK {
            match data.trim_ascii() {
                b"!write" => state.fault = Fault::Writes,
                b"!flush" => state.fault = Fault::Flushes,
                b"!ok" => state.fault = Fault::None,
                _ => state.record(Kind::Mark, 0, data).map_err(|_| Errno::EIO)?,
            }
            return Ok(());
        }
        if state.fault == Fault::Writes {
            return Err(Errno::EIO);
        }
        let start = usize::try_from(offset).map_err(|_| Errno::EINVAL)?;
        let place = start..start.saturating_add(data.len());
        let place = state.image.get_mut(place).ok_or(Errno::ENOSPC)?;
        place.copy_from_slice(data);
        state
            .record(Kind::Write, offset, data)
            .map_err(|_| Errno::EIO)
    }
}

impl Filesystem for Disk {
    fn lookup(&self, _: &Request, _: INodeNo, name: &OsStr, reply: ReplyEntry) {
        match name.to_str() {
            Some("disk") => reply.entry(&LONG, &self.attributes(DISK), Generation(0)),
            Some("mark") => reply.entry(&LONG, &self.attributes(MARK), Generation(0)),
            _ => reply.error(Errno::ENOENT),
        }
    }

    fn getattr(&self, _: &Request, node: INodeNo, _: Option<FileHandle>, reply: ReplyAttr) {
        reply.attr(&LONG, &self.attributes(node.0));
    }

    fn open(&self, _: &Request, _: INodeNo, _: OpenFlags, reply: ReplyOpen) {
        reply.opened(FileHandle(0), FopenFlags::FOPEN_DIRECT_IO);
    }

    fn read(
        &self,
        _: &Request,
        node: INodeNo,
        _: FileHandle,
        offset: u64,
        size: u32,
        _: OpenFlags,
        _: Option<LockOwner>,
        reply: ReplyData,
    ) {
        let state = self.state();
        let length = if node.0 == DISK { state.image.len() } else { 0 };
        let start = usize::try_from(offset).map_or(length, |start| start.min(length));
        let end = start.saturating_add(size as usize).min(length);
        reply.data(&state.image[start..end]);
    }

    fn write(
        &self,
        _: &Request,
        node: INodeNo,
        _: FileHandle,
        offset: u64,
        data: &[u8],
        _: WriteFlags,
        _: OpenFlags,
        _: Option<LockOwner>,
        reply: ReplyWrite,
    ) {
        match self.take(node.0, offset, data) {
            Ok(()) => reply.written(u32::try_from(data.len()).unwrap_or(0)),
            Err(errno) => reply.error(errno),
        }
    }

    fn fsync(&self, _: &Request, _: INodeNo, _: FileHandle, _: bool, reply: ReplyEmpty) {
        let mut state = self.state();
        if state.fault == Fault::Flushes || state.record(Kind::Flush, 0, &[]).is_err() {
            return reply.error(Errno::EIO);
        }
        reply.ok();
    }

    fn flush(&self, _: &Request, _: INodeNo, _: FileHandle, _: LockOwner, reply: ReplyEmpty) {
        reply.ok();
    }
}

/// One record of the log.
struct Record {
    kind: Kind,
    offset: u64,
    data: Vec<u8>,
}

/// Reads the log; a record that is cut off ends it.
fn records(log: &str) -> std::io::Result<impl Iterator<Item = Record>> {
    let mut log = BufReader::with_capacity(1 << 20, File::open(log)?);
    Ok(std::iter::from_fn(move || {
        let mut head = [0; 13];
        log.read_exact(&mut head).ok()?;
        let kind = Kind::ALL.into_iter().find(|kind| kind.byte() == head[0])?;
        let offset = u64::from_le_bytes(head[1..9].try_into().ok()?);
        let length = u32::from_le_bytes(head[9..13].try_into().ok()?);
        let mut data = vec![0; length as usize];
        log.read_exact(&mut data).ok()?;
        Some(Record { kind, offset, data })
    }))
}

fn serve(image: &str, folder: &str, log: &str) -> Result<(), Box<dyn Error>> {
    let image = fs::read(image)?;
    let disk = Disk {
        size: image.len() as u64,
        state: Mutex::new(State {
            image,
            log: BufWriter::new(File::create(log)?),
            fault: Fault::None,
        }),
    };
    let mut config = Config::default();
    config.mount_options = vec![MountOption::FSName("crashdisk".into()), MountOption::RW];
    fuser::mount(disk, folder, &config)?;
    Ok(())
}

/// Copies an image, and leaves holes where it holds zeros.
fn copy(image: &str, out: &str) -> std::io::Result<()> {
    let mut image = File::open(image)?;
    let out = File::create(out)?;
    out.set_len(image.metadata()?.len())?;
    let (mut piece, mut offset) = (vec![0; 16 * BLOCK], 0);
    loop {
        let length = image.read(&mut piece)?;
        if length == 0 {
            return Ok(());
        }
        if piece[..length].iter().any(|byte| *byte != 0) {
            out.write_all_at(&piece[..length], offset)?;
        }
        offset += length as u64;
    }
}

fn cut(
    log: &str,
    out: &str,
    position: usize,
    mut seed: u64,
    keep: u64,
) -> Result<(), Box<dyn Error>> {
    let out = fs::OpenOptions::new().write(true).open(out)?;
    let mut loose = Vec::new();
    for record in records(log)?.take(position + 1) {
        match record.kind {
            Kind::Write => loose.push(record),
            Kind::Flush => {
                for safe in loose.drain(..) {
                    out.write_all_at(&safe.data, safe.offset)?;
                }
            }
            Kind::Mark => print!("{}", String::from_utf8_lossy(&record.data)),
        }
    }
    for record in loose {
        let offsets = (record.offset..).step_by(BLOCK);
        for (offset, block) in offsets.zip(record.data.chunks(BLOCK)) {
            // Knuth's linear congruential generator: its high bits are good enough for a coin.
            seed = seed
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            if (seed >> 33) % 100 < keep {
                out.write_all_at(block, offset)?;
            }
        }
    }
    Ok(())
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments[..] {
        ["serve", image, folder, log] => serve(image, folder, log),
        ["cut", image, log, out, position, seed, keep] => {
            copy(image, out)?;
            cut(log, out, position.parse()?, seed.parse()?, keep.parse()?)
        }
        ["count", log] => {
            let (mut count, mut first) = (0, 0);
            for record in records(log)? {
                if record.kind == Kind::Mark && first == 0 {
                    first = count;
                }
                count += 1;
            }
            println!("{count} {first}");
            Ok(())
        }
        _ => Err(
            "crashdisk serve IMAGE FOLDER LOG | cut IMAGE LOG OUT POSITION SEED KEEP | count LOG"
                .into(),
        ),
    }
}
