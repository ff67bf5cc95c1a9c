//! The roll as a file in the user's cache: found whole, or not at all.

use super::bytes::{Reader, put_number, put_text};
use crate::store::commit::Digest;
use crate::store::files::Stat;
use sha2::{Digest as _, Sha256};
use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};

/// The first bytes: what it is, and the version of its form.
const MAGIC: &[u8] = b"icpctl roll 1\n";
/// The length of the SHA-256 of the rest.
const SUM: usize = 32;
/// The largest file read.
const LIMIT: u64 = 1024 * 1024 * 1024;

/// What a file looked like when it was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stamp(pub(super) [u8; Self::LENGTH]);

impl Stamp {
    const LENGTH: usize = 32;

    /// Returns the stamp of a file; none where its times do not fit.
    pub(super) fn of(stat: &Stat) -> Option<Self> {
        let mut bytes = Vec::with_capacity(Self::LENGTH);
        for time in [stat.modified, stat.changed] {
            bytes.extend(i64::try_from(time).ok()?.to_le_bytes());
        }
        bytes.extend(stat.size.to_le_bytes());
        bytes.extend(stat.inode.to_le_bytes());
        bytes.try_into().ok().map(Self)
    }

    /// Whether content and attributes were last changed before an instant, in nanoseconds since
    /// 1970.
    pub(super) fn is_before(&self, instant: i128) -> bool {
        self.0.chunks_exact(8).take(2).all(|time| {
            let time = time.try_into().map_or(i64::MAX, i64::from_le_bytes);
            i128::from(time) < instant
        })
    }
}

/// What was read of the file: its bytes, and where each record is.
#[derive(Debug, Default)]
pub(super) struct Kept {
    bytes: Vec<u8>,
    pub(super) orders: Vec<Record>,
    pub(super) subjects: Vec<Record>,
}

/// Where a record stands: its name, its stamp, the length of its body, and its body.
#[derive(Clone, Copy, Debug)]
pub(super) struct Record {
    at: u32,
    name: u8,
    body: u32,
}

impl Kept {
    fn part(&self, start: usize, length: usize) -> &[u8] {
        self.bytes.get(start..start + length).unwrap_or_default()
    }

    pub(super) fn name(&self, record: Record) -> &[u8] {
        self.part(record.at as usize, record.name.into())
    }

    pub(super) fn stamp(&self, record: Record) -> &[u8] {
        let start = record.at as usize + usize::from(record.name);
        self.part(start, Stamp::LENGTH)
    }

    pub(super) fn body(&self, record: Record) -> &[u8] {
        let start = record.at as usize + usize::from(record.name) + Stamp::LENGTH + 4;
        self.part(start, record.body as usize)
    }

    /// Reads the roll that was kept of the store known by `identity`; empty on any doubt.
    pub(super) fn load(path: &Path, identity: &str) -> Self {
        let small = fs::metadata(path).is_ok_and(|meta| meta.is_file() && meta.len() < LIMIT);
        if !small {
            return Self::default();
        }
        let bytes = fs::read(path).unwrap_or_default();
        Self::parse(bytes, identity).unwrap_or_default()
    }

    pub(super) fn parse(bytes: Vec<u8>, identity: &str) -> Option<Self> {
        let body = bytes.strip_prefix(MAGIC)?;
        let (sum, body) = body.split_at_checked(SUM)?;
        if Sha256::digest(body).as_slice() != sum {
            return None;
        }
        let mut from = Reader::new(body);
        if from.text()?? != identity {
            return None;
        }
        let mut parts = [Vec::new(), Vec::new()];
        for part in &mut parts {
            for _ in 0..from.number()? {
                let [name] = from.take()?;
                let at = u32::try_from(bytes.len() - from.left()).ok()?;
                from.bytes(usize::from(name) + Stamp::LENGTH)?;
                let body = from.number()?;
                from.bytes(usize::try_from(body).ok()?)?;
                part.push(Record { at, name, body });
            }
        }
        let [orders, subjects] = parts;
        (from.left() == 0).then_some(Self {
            bytes,
            orders,
            subjects,
        })
    }
}

/// A roll that is being written.
#[derive(Debug)]
pub(super) struct Writing {
    body: Vec<u8>,
    count_at: usize,
    count: u32,
}

impl Writing {
    pub(super) fn new(identity: &str) -> Option<Self> {
        let mut body = Vec::new();
        put_text(&mut body, Some(identity))?;
        let count_at = body.len();
        put_number(&mut body, 0);
        Some(Self {
            body,
            count_at,
            count: 0,
        })
    }

    /// Begins the records of the other sort.
    pub(super) fn next_part(&mut self) {
        self.finish_part();
        self.count_at = self.body.len();
        self.count = 0;
        put_number(&mut self.body, 0);
    }

    fn finish_part(&mut self) {
        if let Some(place) = self.body.get_mut(self.count_at..self.count_at + 4) {
            place.copy_from_slice(&self.count.to_le_bytes());
        }
    }

    /// Adds a record as it was kept before.
    pub(super) fn again(&mut self, kept: &Kept, record: Record) {
        self.add(kept.name(record), kept.stamp(record), |to| {
            to.extend(kept.body(record));
            Some(())
        });
    }

    /// Adds a record; one whose body cannot be written is left out.
    pub(super) fn add(
        &mut self,
        name: &[u8],
        stamp: &[u8],
        body: impl FnOnce(&mut Vec<u8>) -> Option<()>,
    ) {
        let start = self.body.len();
        let Ok(length) = u8::try_from(name.len()) else {
            return;
        };
        self.body.push(length);
        self.body.extend(name);
        self.body.extend(stamp);
        let length_at = self.body.len();
        put_number(&mut self.body, 0);
        let written = body(&mut self.body);
        let length = u32::try_from(self.body.len() - length_at - 4).ok();
        let place = self.body.get_mut(length_at..length_at + 4);
        match (written, length, place) {
            (Some(()), Some(length), Some(place)) => {
                place.copy_from_slice(&length.to_le_bytes());
                self.count += 1;
            }
            (_, _, _) => self.body.truncate(start),
        }
    }

    /// Puts the file in place, as a whole; it is not flushed, since it can be lost at any time.
    pub(super) fn keep(mut self, path: &Path) -> std::io::Result<()> {
        self.finish_part();
        let folder = path.parent().unwrap_or(path);
        make_folder(folder)?;
        let mut temporary = path.to_owned();
        temporary.set_extension(format!("{}.tmp", std::process::id()));
        // One that a run of the same number left before it was killed.
        let _ = fs::remove_file(&temporary);
        let written = new_file(&temporary).and_then(|mut file| {
            file.write_all(MAGIC)?;
            file.write_all(&Sha256::digest(&self.body))?;
            file.write_all(&self.body)?;
            fs::rename(&temporary, path)
        });
        if written.is_err() {
            let _ = fs::remove_file(&temporary);
        }
        written
    }
}

#[cfg(unix)]
fn make_folder(folder: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::DirBuilderExt as _;
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
}

#[cfg(not(unix))]
fn make_folder(folder: &Path) -> std::io::Result<()> {
    fs::create_dir_all(folder)
}

#[cfg(unix)]
fn new_file(path: &Path) -> std::io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt as _;
    let mut options = File::options();
    options.write(true).create_new(true).mode(0o600).open(path)
}

#[cfg(not(unix))]
fn new_file(path: &Path) -> std::io::Result<File> {
    File::options().write(true).create_new(true).open(path)
}

/// Returns where the roll of a store is kept.
pub(super) fn path(cache: &Path, identity: &str) -> PathBuf {
    let name = Digest::of(identity.as_bytes());
    let short: String = name.as_str().chars().take(16).collect();
    cache.join(format!("roll-{short}"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may stop at once")]
    use super::*;

    fn written() -> Vec<u8> {
        let mut writing = Writing::new("1 2 /store").unwrap();
        for name in ["00000001", "00000002"] {
            writing.add(name.as_bytes(), &[7; Stamp::LENGTH], |to| {
                to.extend(b"an order");
                Some(())
            });
        }
        writing.add(b"00000003", &[7; Stamp::LENGTH], |to| {
            to.extend(b"half");
            None
        });
        writing.next_part();
        writing.add(b"gd-icp-2021000001.toml", &[8; Stamp::LENGTH], |to| {
            to.extend(b"a subject");
            Some(())
        });
        writing.finish_part();
        let sum = Sha256::digest(&writing.body);
        [MAGIC, sum.as_slice(), &writing.body].concat()
    }

    #[test]
    fn what_was_written_is_read_and_what_could_not_be_is_left_out() {
        let kept = Kept::parse(written(), "1 2 /store").unwrap();
        assert_eq!((kept.orders.len(), kept.subjects.len()), (2, 1));
        assert_eq!(kept.name(kept.orders[1]), b"00000002");
        assert_eq!(kept.body(kept.orders[1]), b"an order");
        assert_eq!(kept.body(kept.subjects[0]), b"a subject");
        assert_eq!(kept.stamp(kept.subjects[0]), [8; Stamp::LENGTH]);
    }

    /// R10: cut at every byte, every bit flipped, of another version, of another store.
    #[test]
    fn a_roll_that_is_not_whole_is_none() {
        let whole = written();
        for cut in 0..whole.len() {
            assert!(Kept::parse(whole[..cut].to_vec(), "1 2 /store").is_none());
        }
        for bit in 0..whole.len() * 8 {
            let mut flipped = whole.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            assert!(Kept::parse(flipped, "1 2 /store").is_none(), "{bit}");
        }
        for other in ["2 2 /store", "1 3 /store", "1 2 /other", ""] {
            assert!(Kept::parse(whole.clone(), other).is_none(), "{other}");
        }
    }
}
