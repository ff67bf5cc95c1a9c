//! The roll: what lists need of every order, without reading every order.
//!
//! A file in the user's cache keeps what was drawn from each record, with the stamp that the
//! record's file had then: times of content and attributes to the nanosecond, size, inode. Each
//! look compares the stamps of all files and reads those that differ; the time of attributes
//! cannot be set by hand, so an edit that keeps size and date is seen too. A file that was changed
//! in the same moment in which it was read is not kept: it could change again and keep its stamp.
//!
//! Nothing of it is held in memory but the folder in hand. The file can be deleted, damaged or of
//! another store at any time: then everything is read. No step of an order touches it. It holds no
//! identity number, phone, e-mail or address, and of a natural person's name only the masked form.

mod bytes;
mod concordance;
mod file;
mod slip;
mod subjects;
mod token;

pub use concordance::{Concordance, Holder, Span, token_of_span};
pub(crate) use file::make_folder;
pub use slip::{Masked, Nature, Slip, about};
pub use subjects::Subjects;
pub use token::{
    Token, Tokens, tokens_of, tokens_of_filed, tokens_of_service, tokens_of_subject, tokens_of_word,
};

use super::book::{Damage, ORDERS, SUBJECTS, no_folder};
use super::files::{Files, Kind, RECORD_LIMIT, Stat, StorePath};
use super::wire::RecordError;
use super::{StorageError, order_file, subject_file};
use crate::filing::order::{Order, OrderId};
use crate::filing::record::SubjectRecord;
use crate::store::if_there;
use crate::threads::threads;
use bytes::Reader;
use file::{Form, Kept, Stamp, Writing, put_record, records};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use subjects::SubjectSlip;

/// So many records may differ before the roll is written anew: reading them again is less.
const SOME: usize = 32;

/// In a large store, one in so many.
const ONE_IN: usize = 256;

/// How a subject's name is shown, whether it is an individual's or not.
pub type Mask<'m> = &'m dyn for<'n> Fn(&'n str, bool) -> Cow<'n, str>;

/// A sort of record: how it is read, and what is drawn from it.
trait Sort {
    type Record;
    type Drawn<'a>;

    fn parse(path: &str, bytes: &[u8]) -> Result<Self::Record, RecordError>;
    fn draw(record: &Self::Record) -> Self::Drawn<'_>;
    /// Writes down what was drawn; none where it holds something that the form cannot.
    fn write(drawn: &Self::Drawn<'_>, to: &mut Vec<u8>) -> Option<()>;
    /// Reads what [`write`](Self::write) wrote, and nothing beside it.
    fn read(body: &[u8]) -> Option<Self::Drawn<'_>>;
    /// Whether a file of that name belongs in that folder; one that does not is read each time.
    fn is_at_home(name: &str, folder: &StorePath) -> bool;
}

struct Orders;

impl Sort for Orders {
    type Record = Order;
    type Drawn<'a> = Slip<'a>;

    fn parse(path: &str, bytes: &[u8]) -> Result<Order, RecordError> {
        order_file::from_toml(path, bytes)
    }

    fn draw(order: &Order) -> Slip<'_> {
        Slip::of(order)
    }

    fn write(slip: &Slip<'_>, to: &mut Vec<u8>) -> Option<()> {
        slip.write(to)
    }

    fn read(body: &[u8]) -> Option<Slip<'_>> {
        let mut from = Reader::new(body);
        Slip::read(&mut from).filter(|_| from.left() == 0)
    }

    fn is_at_home(name: &str, folder: &StorePath) -> bool {
        name.starts_with(folder.name()) && folder.name().len() == 2
    }
}

struct Filed;

impl Sort for Filed {
    type Record = SubjectRecord;
    type Drawn<'a> = SubjectSlip;

    fn parse(path: &str, bytes: &[u8]) -> Result<SubjectRecord, RecordError> {
        subject_file::from_toml(path, bytes)
    }

    fn draw(record: &SubjectRecord) -> SubjectSlip {
        SubjectSlip::of(record)
    }

    fn write(slip: &SubjectSlip, to: &mut Vec<u8>) -> Option<()> {
        slip.write(to)
    }

    fn read(body: &[u8]) -> Option<SubjectSlip> {
        let mut from = Reader::new(body);
        SubjectSlip::read(&mut from).filter(|_| from.left() == 0)
    }

    fn is_at_home(_: &str, _: &StorePath) -> bool {
        true
    }
}

/// What one look found of a folder.
#[derive(Debug)]
struct Looked {
    /// What the folder itself was before it was looked through; none where that is too new to tell
    /// what comes after, or where a file in it could still be another.
    stamp: Option<Stamp>,
    /// Its section as it is now; none where that is the one kept.
    section: Option<Vec<u8>>,
    /// How many records it has.
    count: usize,
    /// When the last of its files was changed, in nanoseconds since 1970.
    newest: i128,
}

/// What one look found, the records themselves aside.
#[derive(Debug, Default)]
struct Seen {
    damaged: BTreeMap<String, Arc<Damage>>,
    folders: BTreeMap<String, Looked>,
    /// How many records there are.
    count: usize,
    /// How many of them differ from what was kept.
    changed: usize,
    /// What the approvals say of their subjects' natures.
    natures: Vec<(String, Nature)>,
}

impl Seen {
    fn absorb(&mut self, other: Self) {
        self.damaged.extend(other.damaged);
        self.folders.extend(other.folders);
        self.natures.extend(other.natures);
        self.count += other.count;
        self.changed += other.changed;
    }
}

/// The folders of the orders, and why what stands in the place of one is not read.
type Shards = (Vec<(StorePath, Stat)>, BTreeMap<String, Arc<Damage>>);

/// What lists need of every order of a store, as it is now.
pub struct Roll<'f> {
    files: &'f dyn Files,
    cache: Option<PathBuf>,
    identity: String,
    began: i128,
    kept: OnceLock<Kept>,
    seen: Seen,
    /// Whether every record was looked at.
    is_whole: bool,
    subjects: Subjects,
}

impl<'f> Roll<'f> {
    /// Opens the roll that was kept of a store.
    ///
    /// `store` is where the store is, `cache` the folder of our caches, `now` the machine's time in
    /// nanoseconds since 1970.
    ///
    /// # Errors
    /// When there is no store.
    pub fn open(
        files: &'f dyn Files,
        store: &Path,
        cache: Option<&Path>,
        now: i128,
    ) -> Result<Self, StorageError> {
        let identity = identity(files, store)?;
        Ok(Self {
            files,
            cache: cache.map(Path::to_owned),
            identity,
            began: now,
            kept: OnceLock::new(),
            seen: Seen::default(),
            is_whole: false,
            subjects: Subjects::default(),
        })
    }

    fn path(&self) -> Option<PathBuf> {
        let cache = self.cache.as_ref()?;
        Some(file::path(cache, Form::Roll, &self.identity))
    }

    fn kept(&self) -> &Kept {
        self.kept.get_or_init(|| {
            let path = self.path();
            path.map_or_else(Kept::default, |path| Kept::open(&path, &self.identity))
        })
    }

    /// Returns what a folder is, where that tells whether anything was put into it or taken away
    /// since.
    fn stamp(&self, stat: &Stat) -> Option<Stamp> {
        Stamp::of(stat).filter(|stamp| stamp.is_settled(self.began))
    }

    /// Looks at the subjects.
    fn look_at_subjects(&mut self) -> Result<(), StorageError> {
        let folder = StorePath::parse(SUBJECTS)?;
        let stat = if_there(self.files.stat(&folder))?;
        let stamp = stat.and_then(|stat| self.stamp(&stat));
        let mut slips = Vec::new();
        let mut seen = Seen::default();
        self.look_in::<Filed>(&folder, stamp, &mut seen, &mut |_, slip| slips.push(slip))?;
        self.seen.absorb(seen);
        self.subjects = Subjects::of(slips);
        Ok(())
    }

    /// Shows every order to `visit`, in no order, on several threads, each with a state of its own; with
    /// what is known of the subjects, save what only all orders tell.
    ///
    /// # Errors
    /// When a folder cannot be listed.
    pub fn walk<S: Default + Send>(
        &mut self,
        visit: impl Fn(&mut S, Slip<'_>, &Subjects) + Sync,
    ) -> Result<Vec<S>, StorageError> {
        self.look_at_subjects()?;
        let (states, seen) = self.scan(&visit)?;
        self.subjects.decide(&seen.natures);
        let involved = self.subjects.involved();
        if !involved.is_empty() {
            let is_of = |slip: &Slip<'_>| {
                let number = slip.approved_for.as_deref();
                number.is_some_and(|number| involved.contains(number))
            };
            let (ids, _) = self.scan(&|ids: &mut Vec<String>, slip: Slip<'_>, _: &Subjects| {
                if is_of(&slip) {
                    ids.push(slip.id.into_owned());
                }
            })?;
            let orders = ids.iter().flatten();
            let orders: Vec<Order> = orders.filter_map(|id| read_order(self.files, id)).collect();
            self.subjects.fold(self.files, &involved, &orders);
        }
        self.seen.absorb(seen);
        self.is_whole = true;
        Ok(states)
    }

    fn scan<S: Default + Send>(
        &self,
        visit: &(impl Fn(&mut S, Slip<'_>, &Subjects) + Sync),
    ) -> Result<(Vec<S>, Seen), StorageError> {
        let folder = StorePath::parse(ORDERS)?;
        let (shards, damaged) = self.shards(&folder)?;
        let next = AtomicUsize::new(0);
        let work = || {
            let (mut state, mut seen) = (S::default(), Seen::default());
            while let Some((shard, stat)) = shards.get(next.fetch_add(1, Ordering::Relaxed)) {
                let stamp = self.stamp(stat);
                self.look_in::<Orders>(shard, stamp, &mut seen, &mut |seen, slip| {
                    if let (Some(number), true) =
                        (&slip.approved_for, slip.decides != Nature::Unsaid)
                    {
                        seen.natures.push((number.to_string(), slip.decides));
                    }
                    visit(&mut state, slip, &self.subjects);
                })?;
            }
            Ok::<_, StorageError>((state, seen))
        };
        std::thread::scope(|scope| {
            let others: Vec<_> = (1..threads())
                .filter_map(|_| std::thread::Builder::new().spawn_scoped(scope, work).ok())
                .collect();
            let own = work();
            let others = others.into_iter().map(|other| {
                let ended = other.join();
                ended.unwrap_or_else(|panic| std::panic::resume_unwind(panic))
            });
            let mut states = Vec::new();
            let mut seen = Seen {
                damaged,
                ..Seen::default()
            };
            for found in std::iter::once(own).chain(others) {
                let (state, some) = found?;
                states.push(state);
                seen.absorb(some);
            }
            Ok((states, seen))
        })
    }

    /// Lists the folders of the orders, and what stands in the place of one.
    fn shards(&self, orders: &StorePath) -> Result<Shards, StorageError> {
        let (mut shards, mut damaged) = (Vec::new(), BTreeMap::new());
        for (name, stat) in survey(self.files, orders)? {
            match stat.kind {
                Kind::Folder => shards.push((orders.join(&name)?, stat)),
                Kind::Other => damaged.extend(no_folder(self.files, orders, &name)),
                Kind::File => {}
            }
        }
        Ok((shards, damaged))
    }

    /// Looks at every file of one folder, and reads those of which the kept roll may not tell;
    /// `stamp` is what the folder was before.
    fn look_in<K: Sort>(
        &self,
        folder: &StorePath,
        mut stamp: Option<Stamp>,
        seen: &mut Seen,
        visit: &mut impl FnMut(&mut Seen, K::Drawn<'_>),
    ) -> Result<(), StorageError> {
        let section = self.kept().section(folder.as_str());
        let mut ahead = records(&section).peekable();
        // So much of the section still stands; what it is now, once something differs.
        let (mut same, mut now) = (0, None);
        let so_far = |same: usize| section.get(..same).unwrap_or_default().to_vec();
        let (mut count, mut changed, mut newest) = (0, 0, 0);
        for (name, stat) in survey(self.files, folder)? {
            let Some(stem) = name.strip_suffix(".toml") else {
                continue;
            };
            while ahead.next_if(|kept| kept.name < name.as_bytes()).is_some() {
                now.get_or_insert_with(|| so_far(same));
                changed += 1;
            }
            let kept = ahead.next_if(|kept| kept.name == name.as_bytes());
            count += 1;
            newest = newest.max(stat.changed);
            let at_home = stat.kind == Kind::File && K::is_at_home(stem, folder);
            let own = Stamp::of(&stat).filter(|_| at_home);
            if let (Some(kept), Some(own)) = (kept, own)
                && kept.stamp == own.0
                && let Some(drawn) = K::read(kept.body)
            {
                match &mut now {
                    Some(now) => now.extend_from_slice(kept.whole),
                    None => same += kept.whole.len(),
                }
                visit(seen, drawn);
                continue;
            }
            let now = now.get_or_insert_with(|| so_far(same));
            changed += 1;
            let Ok(path) = folder.join(&name) else {
                stamp = None;
                continue;
            };
            let read = self
                .files
                .read(&path, RECORD_LIMIT)
                .map_err(Damage::from)
                .and_then(|bytes| {
                    let parsed = K::parse(path.as_str(), &bytes);
                    parsed.map_err(|error| Damage::content(error, &bytes))
                });
            match read {
                Ok(record) => {
                    let drawn = K::draw(&record);
                    // Only what the file still is after it was read can be kept.
                    let after = self.files.stat(&path).ok().and_then(|s| Stamp::of(&s));
                    let settled = |s: &Stamp| s.is_settled(self.began) && after == Some(*s);
                    if let Some(own) = own.filter(settled) {
                        put_record(now, &name, &own.0, |to| K::write(&drawn, to));
                    } else {
                        stamp = None;
                    }
                    visit(seen, drawn);
                }
                Err(Damage::Storage(StorageError::NotFound { .. })) => {}
                Err(damage) => {
                    stamp = None;
                    let path = path.as_str().to_owned();
                    seen.damaged.insert(path, Arc::new(damage));
                }
            }
        }
        changed += ahead.count();
        seen.count += count;
        seen.changed += changed;
        let section = (changed > 0).then(|| now.unwrap_or_else(|| so_far(same)));
        let looked = Looked {
            stamp,
            section,
            count,
            newest,
        };
        seen.folders.insert(folder.as_str().to_owned(), looked);
        Ok(())
    }

    /// Returns the records that cannot be read, by their path in the store.
    pub fn damaged(&self) -> impl Iterator<Item = (&String, &Arc<Damage>)> {
        self.seen.damaged.iter()
    }

    /// Returns what the subjects add up to; whether one is an individual is known after a
    /// [`walk`](Self::walk).
    pub const fn subjects(&self) -> &Subjects {
        &self.subjects
    }

    /// Keeps the roll for the next look, where every record was looked at and enough has changed to
    /// be worth it.
    ///
    /// `mask` is how the name of an individual or of another subject is shown, and so kept. Failing
    /// is no matter: the next look reads more.
    pub fn keep(&self, mask: Mask<'_>) {
        if !self.is_whole {
            return;
        }
        if self.seen.changed > 0 {
            self.distrust();
        }
        let many = SOME.max(self.seen.count / ONE_IN);
        if let Some(path) = self.path().filter(|_| self.seen.changed > many) {
            let _ = self.write(&path, mask);
        }
    }

    fn write(&self, path: &Path, mask: Mask<'_>) -> std::io::Result<()> {
        let mut writing = Writing::begin(path, &self.identity)?;
        for (name, looked) in &self.seen.folders {
            let kept = match looked.section {
                Some(_) => Vec::new(),
                None => self.kept().section(name),
            };
            let section = looked.section.as_ref().unwrap_or(&kept);
            if name == SUBJECTS {
                writing.section(name, section)?;
            } else {
                writing.section(name, &self.discreet(section, mask))?;
            }
        }
        writing.finish()
    }

    /// Returns a section in which each name is masked that is not shown whole, and no other.
    fn discreet(&self, section: &[u8], mask: Mask<'_>) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(section.len());
        for record in records(section) {
            let Some(mut slip) = Orders::read(record.body) else {
                continue;
            };
            let is_individual = self.subjects.is_individual(&slip);
            let hidden = match (&slip.name, slip.masked) {
                // It may be shown by now: it is read the next time.
                (Some(_), Masked::Individual) if !is_individual => continue,
                (None, _) | (Some(_), Masked::Individual | Masked::Always) => None,
                (Some(name), Masked::No) => {
                    let shown = mask(name, false);
                    if shown != *name {
                        Some((shown.into_owned(), Masked::Always))
                    } else if is_individual {
                        Some((mask(name, true).into_owned(), Masked::Individual))
                    } else {
                        None
                    }
                }
            };
            if let Some((name, masked)) = hidden {
                (slip.name, slip.masked) = (Some(name.into()), masked);
                let name = String::from_utf8_lossy(record.name);
                put_record(&mut bytes, &name, record.stamp, |to| slip.write(to));
            } else {
                bytes.extend_from_slice(record.whole);
            }
        }
        bytes
    }
}

/// Forgets what was kept of every store: it may tell of an order that is erased, under the store's
/// path of today or one that it had.
pub fn forget(cache: &Path) {
    for entry in std::fs::read_dir(cache).into_iter().flatten().flatten() {
        if entry.file_name().to_str().is_some_and(file::is_kept) {
            let _ = std::fs::remove_file(entry.path());
        }
    }
}

/// Has every file of a store looked at by the next look at some of its orders: what is read whole may
/// hold what was written over in place.
pub fn distrust(files: &dyn Files, store: &Path, cache: &Path) {
    if let Ok(identity) = identity(files, store) {
        let _ = std::fs::remove_file(file::path(cache, Form::Concordance, &identity));
    }
}

/// Returns what tells this store from others: where it is, and the inode of its folder.
fn identity(files: &dyn Files, store: &Path) -> Result<String, StorageError> {
    let inode = files.stat(&StorePath::ROOT)?.inode;
    let path = std::fs::canonicalize(store).unwrap_or_else(|_| store.to_owned());
    let version = env!("CARGO_PKG_VERSION");
    Ok(format!("{version} {inode} {}", path.display()))
}

/// Reads one order's file.
pub fn read_order(files: &dyn Files, id: &str) -> Option<Order> {
    let path = super::book::order_path(&OrderId::parse(id)?);
    let bytes = files.read(&path, RECORD_LIMIT).ok()?;
    order_file::from_toml(path.as_str(), &bytes).ok()
}

fn survey(files: &dyn Files, folder: &StorePath) -> Result<Vec<(String, Stat)>, StorageError> {
    Ok(if_there(files.survey(folder))?.unwrap_or_default())
}
