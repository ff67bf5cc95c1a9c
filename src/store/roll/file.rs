//! The roll as a file in the user's cache, a section for each folder of the store: found whole, or
//! not at all.
//!
//! Its sections come first and its directory last, so that it is written from front to back, and
//! a reader holds one section at a time.

use super::bytes::{Reader, put_number, put_text};
use crate::store::commit::Digest;
use crate::store::files::Stat;
use sha2::{Digest as _, Sha256};
use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{self, BufWriter, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// The first bytes: what it is, and the version of its form.
const MAGIC: &[u8] = b"icpctl roll 9\n";
/// How much older than the look a file must be to be kept: clocks of file systems tick.
const TICK: i128 = 20_000_000;
/// The same where they tell whole seconds, or every other.
const WHOLE_TICK: i128 = 2 * SECOND + TICK;
/// In nanoseconds.
const SECOND: i128 = 1_000_000_000;
/// The length of a SHA-256.
const SUM: usize = 32;
/// The last bytes: the length of the directory, and its sum.
const TRAILER: usize = 4 + SUM;

/// What a file looked like when it was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stamp(pub(super) [u8; Self::LENGTH]);

impl Stamp {
    const LENGTH: usize = 32;

    /// Returns the stamp of a file; none where its times do not fit.
    pub(super) fn of(stat: &Stat) -> Option<Self> {
        let mut bytes = [0; Self::LENGTH];
        let modified = i64::try_from(stat.modified).ok()?.to_le_bytes();
        let changed = i64::try_from(stat.changed).ok()?.to_le_bytes();
        let parts = [
            modified,
            changed,
            stat.size.to_le_bytes(),
            stat.inode.to_le_bytes(),
        ];
        for (to, part) in bytes.chunks_exact_mut(8).zip(parts) {
            to.copy_from_slice(&part);
        }
        Some(Self(bytes))
    }

    /// Whether a change since, up to a look at `instant` in nanoseconds since 1970, would have given
    /// it another stamp.
    pub(super) fn is_settled(&self, instant: i128) -> bool {
        let mut times = self.0.chunks_exact(8).take(2).map(|time| {
            let time = time.try_into().map_or(i64::MAX, i64::from_le_bytes);
            i128::from(time)
        });
        // Whole seconds are all that some file systems keep.
        let is_whole = times
            .clone()
            .nth(1)
            .is_some_and(|changed| changed % SECOND == 0);
        let tick = if is_whole { WHOLE_TICK } else { TICK };
        times.all(|time| time < instant - tick)
    }
}

/// Where a section stands, and what its bytes add up to.
#[derive(Clone, Copy, Debug)]
struct Place {
    at: u32,
    length: u32,
    sum: [u8; SUM],
}

/// The roll that was kept of a store: its directory, and the file that holds its sections.
#[derive(Debug, Default)]
pub(super) struct Kept {
    file: Option<Mutex<File>>,
    places: HashMap<String, Place>,
}

impl Kept {
    /// Opens the roll that was kept of the store known by `identity`; empty on any doubt.
    pub(super) fn open(path: &Path, identity: &str) -> Self {
        Self::read(path, identity).unwrap_or_default()
    }

    fn read(path: &Path, identity: &str) -> Option<Self> {
        // Nothing waits for a pipe that was put there.
        if !fs::metadata(path).ok()?.is_file() {
            return None;
        }
        let mut file = File::open(path).ok()?;
        let length = u32::try_from(file.metadata().ok()?.len()).ok()?;
        let trailer_at = usize::try_from(length).ok()?.checked_sub(TRAILER)?;
        let mut magic = [0; MAGIC.len()];
        file.read_exact(&mut magic).ok()?;
        let mut trailer = [0; TRAILER];
        file.seek(SeekFrom::Start(trailer_at as u64)).ok()?;
        file.read_exact(&mut trailer).ok()?;
        let mut trailer = Reader::new(&trailer);
        let size = usize::try_from(trailer.number()?).ok()?;
        let sum = trailer.bytes(SUM)?;
        let directory_at = trailer_at.checked_sub(size)?;
        let mut directory = vec![0; size];
        file.seek(SeekFrom::Start(directory_at as u64)).ok()?;
        file.read_exact(&mut directory).ok()?;
        if magic != MAGIC || Sha256::digest(&directory).as_slice() != sum {
            return None;
        }
        let mut from = Reader::new(&directory);
        if from.text()?? != identity {
            return None;
        }
        let mut places = HashMap::new();
        while from.left() > 0 {
            let name = from.text()??.to_owned();
            let (at, length) = (from.number()?, from.number()?);
            let sum = from.take()?;
            places.insert(name, Place { at, length, sum });
        }
        Some(Self {
            file: Some(Mutex::new(file)),
            places,
        })
    }

    /// Reads one section; empty where there is none, or not as it was written.
    pub(super) fn section(&self, name: &str) -> Vec<u8> {
        self.find(name).unwrap_or_default()
    }

    /// Reads one section; none where there is none, or not as it was written.
    pub(super) fn find(&self, name: &str) -> Option<Vec<u8>> {
        let place = self.places.get(name)?;
        let mut bytes = vec![0; usize::try_from(place.length).ok()?];
        {
            let file = self.file.as_ref()?.lock();
            let mut file = file.unwrap_or_else(PoisonError::into_inner);
            file.seek(SeekFrom::Start(place.at.into())).ok()?;
            file.read_exact(&mut bytes).ok()?;
        }
        (Sha256::digest(&bytes).as_slice() == place.sum).then_some(bytes)
    }
}

/// One record of a section.
#[derive(Clone, Copy, Debug)]
pub(super) struct Record<'s> {
    /// All of it, as it stands.
    pub(super) whole: &'s [u8],
    /// The name of its file.
    pub(super) name: &'s [u8],
    /// What its file was.
    pub(super) stamp: &'s [u8],
    /// What was drawn from it.
    pub(super) body: &'s [u8],
}

/// Lists the records of a section.
pub(super) fn records(section: &[u8]) -> impl Iterator<Item = Record<'_>> {
    let mut rest = section;
    std::iter::from_fn(move || {
        let mut from = Reader::new(rest);
        let [length] = from.take()?;
        let name = from.bytes(length.into())?;
        let stamp = from.bytes(Stamp::LENGTH)?;
        let length = from.number()?;
        let body = from.bytes(usize::try_from(length).ok()?)?;
        let (whole, after) = rest.split_at_checked(rest.len() - from.left())?;
        rest = after;
        Some(Record {
            whole,
            name,
            stamp,
            body,
        })
    })
}

/// Adds a record to a section; one that does not fit the form is left out.
pub(super) fn put_record(
    section: &mut Vec<u8>,
    name: &str,
    stamp: &[u8],
    body: impl FnOnce(&mut Vec<u8>) -> Option<()>,
) -> Option<()> {
    let start = section.len();
    let put = || {
        section.push(u8::try_from(name.len()).ok()?);
        section.extend(name.as_bytes());
        section.extend(stamp);
        let length_at = section.len();
        put_number(section, 0);
        body(section)?;
        let length = u32::try_from(section.len() - length_at - 4).ok()?;
        let place = section.get_mut(length_at..length_at + 4)?;
        place.copy_from_slice(&length.to_le_bytes());
        Some(())
    };
    let written = put();
    if written.is_none() {
        section.truncate(start);
    }
    written
}

/// A roll that is being written, beside the one that is there.
#[derive(Debug)]
pub(super) struct Writing {
    file: BufWriter<tempfile::NamedTempFile>,
    at: usize,
    directory: Vec<u8>,
    path: PathBuf,
}

impl Writing {
    pub(super) fn begin(path: &Path, identity: &str) -> io::Result<Self> {
        let folder = path.parent().unwrap_or(path);
        make_folder(folder)?;
        let mut file = BufWriter::new(
            tempfile::Builder::new()
                .prefix(".roll-")
                .tempfile_in(folder)?,
        );
        file.write_all(MAGIC)?;
        let mut directory = Vec::new();
        put_text(&mut directory, Some(identity)).ok_or(io::ErrorKind::FileTooLarge)?;
        Ok(Self {
            file,
            at: MAGIC.len(),
            directory,
            path: path.to_owned(),
        })
    }

    /// Adds a section.
    pub(super) fn section(&mut self, name: &str, bytes: &[u8]) -> io::Result<()> {
        let too_large = |_| io::ErrorKind::FileTooLarge;
        let (at, length) = (
            u32::try_from(self.at).map_err(too_large)?,
            u32::try_from(bytes.len()).map_err(too_large)?,
        );
        put_text(&mut self.directory, Some(name)).ok_or(io::ErrorKind::FileTooLarge)?;
        put_number(&mut self.directory, at);
        put_number(&mut self.directory, length);
        self.directory.extend(Sha256::digest(bytes));
        self.at += bytes.len();
        self.file.write_all(bytes)
    }

    /// Puts the file in place, as a whole; it is not flushed, since it can be lost at any time.
    pub(super) fn finish(mut self) -> io::Result<()> {
        let length =
            u32::try_from(self.directory.len()).map_err(|_| io::ErrorKind::FileTooLarge)?;
        self.file.write_all(&self.directory)?;
        self.file.write_all(&length.to_le_bytes())?;
        self.file.write_all(&Sha256::digest(&self.directory))?;
        let file = self
            .file
            .into_inner()
            .map_err(io::IntoInnerError::into_error)?;
        file.persist(&self.path)?;
        Ok(())
    }
}

/// Makes a folder of the cache, with those above it, that only its owner can look into.
#[cfg(unix)]
pub(crate) fn make_folder(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt as _;
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
}

#[cfg(not(unix))]
pub(crate) fn make_folder(folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)
}

/// What is kept of a store, each in a file of its own.
#[derive(Clone, Copy, Debug)]
pub(super) enum Form {
    /// What lists need of every record.
    Roll,
    /// Which records have a token.
    Concordance,
}

impl Form {
    const fn name(self) -> &'static str {
        match self {
            Self::Roll => "roll",
            Self::Concordance => "concordance",
        }
    }
}

/// Returns where what is kept of a store stands.
pub(super) fn path(cache: &Path, form: Form, identity: &str) -> PathBuf {
    let digest = Digest::of(identity.as_bytes());
    let short: String = digest.as_str().chars().take(16).collect();
    cache.join(format!("{}-{short}", form.name()))
}

/// Whether a file of that name in the cache is kept of some store, or was being written.
pub(super) fn is_kept(name: &str) -> bool {
    let forms = [Form::Roll, Form::Concordance];
    let (kind, _) = name
        .trim_start_matches('.')
        .split_once('-')
        .unwrap_or_default();
    forms.into_iter().any(|form| form.name() == kind)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may stop at once")]
    use super::*;

    const IDENTITY: &str = "1 2 /store";

    fn sections() -> [(&'static str, Vec<u8>); 2] {
        let mut orders = Vec::new();
        for name in ["00000001.toml", "00000002.toml"] {
            put_record(&mut orders, name, &[7; Stamp::LENGTH], |to| {
                to.extend(b"an order");
                Some(())
            });
        }
        let half = put_record(&mut orders, "00000003.toml", &[7; Stamp::LENGTH], |to| {
            to.extend(b"half");
            None
        });
        assert_eq!(half, None);
        let mut subjects = Vec::new();
        put_record(&mut subjects, "gd-icp-1.toml", &[8; Stamp::LENGTH], |to| {
            to.extend(b"a subject");
            Some(())
        });
        [("orders/00", orders), ("subjects", subjects)]
    }

    fn written(folder: &Path) -> PathBuf {
        let path = path(folder, Form::Roll, IDENTITY);
        let mut writing = Writing::begin(&path, IDENTITY).unwrap();
        for (name, bytes) in sections() {
            writing.section(name, &bytes).unwrap();
        }
        writing.finish().unwrap();
        path
    }

    #[test]
    fn what_was_written_is_read_and_what_could_not_be_is_left_out() {
        let folder = tempfile::tempdir().unwrap();
        let kept = Kept::open(&written(folder.path()), IDENTITY);
        let orders = kept.section("orders/00");
        let orders: Vec<Record<'_>> = records(&orders).collect();
        assert_eq!(orders.len(), 2);
        assert_eq!(orders[1].name, b"00000002.toml");
        assert_eq!(orders[1].body, b"an order");
        assert_eq!(orders[0].whole.len(), orders[1].whole.len());
        let subjects = kept.section("subjects");
        assert_eq!(records(&subjects).next().unwrap().stamp, [8; Stamp::LENGTH]);
        assert!(kept.section("orders/01").is_empty());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    /// R10: cut at every byte, every bit flipped, of another version, of another store.
    #[test]
    fn a_section_is_as_it_was_written_or_not_there() {
        let folder = tempfile::tempdir().unwrap();
        let path = written(folder.path());
        let whole = fs::read(&path).unwrap();
        let mut lost = 0;
        let mut check = |bytes: &[u8], what: &str| {
            fs::write(&path, bytes).unwrap();
            let kept = Kept::open(&path, IDENTITY);
            let mut is_whole = true;
            for (name, bytes) in sections() {
                let read = kept.section(name);
                assert!(read.is_empty() || read == bytes, "{what}: {name}");
                is_whole &= !read.is_empty();
            }
            lost += usize::from(!is_whole);
        };
        for cut in 0..whole.len() {
            check(&whole[..cut], &format!("cut at {cut}"));
        }
        for bit in 0..whole.len() * 8 {
            let mut flipped = whole.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            check(&flipped, &format!("bit {bit}"));
        }
        assert_eq!(lost, whole.len() * 9, "each is noticed");
        fs::write(&path, &whole).unwrap();
        for other in ["2 2 /store", "1 3 /store", "1 2 /other", ""] {
            assert!(Kept::open(&path, other).places.is_empty(), "{other}");
        }
    }
}
