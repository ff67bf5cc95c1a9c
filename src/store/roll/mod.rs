//! The roll: what lists need of every order, without reading every order.
//!
//! A file in the user's cache keeps what was drawn from each record, with the stamp that the
//! record's file had then: times of content and attributes to the nanosecond, size, inode. Each
//! look compares the stamps of all files and reads those that differ; the time of attributes
//! cannot be set by hand, so an edit that keeps size and date is seen too. A file that was changed
//! in the same moment in which it was read is not kept: it could change again and keep its stamp.
//!
//! The file can be deleted, damaged or of another store at any time: then everything is read. No
//! step of an order touches it. It holds no identity number, phone, e-mail or address, and of a
//! natural person's name only the masked form.

mod bytes;
mod file;
mod slip;

pub use slip::{Nature, Slip, about};

use super::book::{Damage, ORDERS, SUBJECTS};
use super::files::{Files, Kind, RECORD_LIMIT, Stat, StorePath};
use super::{StorageError, order_file, subject_file};
use crate::filing::number::SubjectNumber;
use crate::filing::order::{Order, OrderId};
use crate::filing::portfolio::Portfolio;
use crate::filing::record::SubjectRecord;
use bytes::{Reader, put_text};
use file::{Kept, Record, Stamp, Writing};
use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// So many records may differ before the roll is written anew.
const SOME: usize = 32;

/// How much older than the look a record must be to be kept: clocks of file systems tick.
const TICK: i128 = 20_000_000;

/// Where one record was found.
#[derive(Debug)]
enum Found<T> {
    /// In the kept roll, its file unchanged.
    Kept(Record),
    /// In its file, and drawn from it.
    Drawn(Box<Drawn>),
    /// In its file, and of a form that cannot be drawn.
    Whole(Box<T>),
}

/// What was drawn from a file that was read.
#[derive(Debug)]
struct Drawn {
    name: String,
    /// What the file was; absent where it may be something else by now.
    stamp: Option<Stamp>,
    body: Vec<u8>,
}

/// What one look found of one sort of record.
#[derive(Debug)]
struct Look<T> {
    found: Vec<Found<T>>,
    damaged: BTreeMap<String, Arc<Damage>>,
    read: usize,
}

impl<T> Default for Look<T> {
    fn default() -> Self {
        Self {
            found: Vec::new(),
            damaged: BTreeMap::new(),
            read: 0,
        }
    }
}

impl<T> Look<T> {
    fn still_kept(&self) -> usize {
        let kept = |found: &&Found<T>| matches!(found, Found::Kept(_));
        self.found.iter().filter(kept).count()
    }

    fn absorb(&mut self, mut other: Self) {
        self.found.append(&mut other.found);
        self.damaged.append(&mut other.damaged);
        self.read += other.read;
    }
}

/// What a list needs of every order of a store, as it is now.
#[derive(Debug, Default)]
pub struct Roll {
    kept: Kept,
    orders: Look<Order>,
    subjects: Look<SubjectRecord>,
    identity: String,
    began: i128,
}

/// What lists need of a subject's record.
#[derive(Clone, Debug)]
struct SubjectSlip<'a> {
    number: Cow<'a, str>,
    nature: Nature,
    labels: BTreeMap<Cow<'a, str>, Cow<'a, str>>,
}

impl<'a> SubjectSlip<'a> {
    fn of(record: &'a SubjectRecord) -> Self {
        let number = Cow::Owned(record.number.to_string());
        let portfolio = Portfolio::fold([record], []);
        let filed = portfolio.subjects.into_values().next();
        let (nature, labels) = filed.map_or_else(
            || (Nature::Unsaid, BTreeMap::new()),
            |subject| (Nature::of(&subject.facts), subject.labels),
        );
        Self {
            number,
            nature,
            labels: labels
                .into_iter()
                .map(|(key, value)| (Cow::Owned(key), Cow::Owned(value)))
                .collect(),
        }
    }

    fn write(&self, to: &mut Vec<u8>) -> Option<()> {
        put_text(to, Some(&self.number))?;
        to.push(match self.nature {
            Nature::Unsaid => 0,
            Nature::Individual => 1,
            Nature::Organisation => 2,
            Nature::Involved => 3,
        });
        slip::put_labels(to, &self.labels)
    }

    fn read(from: &mut Reader<'a>) -> Option<Self> {
        Some(Self {
            number: from.text()??.into(),
            nature: match from.take()? {
                [0] => Nature::Unsaid,
                [1] => Nature::Individual,
                [2] => Nature::Organisation,
                [_] => Nature::Involved,
            },
            labels: slip::labels(from)?,
        })
    }
}

/// What the subjects of a roll add up to, as far as lists need it.
#[derive(Debug, Default)]
pub struct Subjects<'a> {
    labels: HashMap<Cow<'a, str>, BTreeMap<Cow<'a, str>, Cow<'a, str>>>,
    natures: HashMap<Cow<'a, str>, Nature>,
    /// What only the whole history told.
    involved: HashMap<String, bool>,
}

impl<'a> Subjects<'a> {
    /// Returns a subject's labels.
    pub fn labels(&self, number: &str) -> Option<&BTreeMap<Cow<'a, str>, Cow<'a, str>>> {
        self.labels.get(number)
    }

    /// Whether the subject of an order is an individual, whose name is personal.
    pub fn is_individual(&self, slip: &Slip<'_>) -> bool {
        match (slip.nature, slip.subject.as_deref()) {
            (Nature::Individual, _) => true,
            (Nature::Organisation, _) | (_, None) => false,
            (Nature::Unsaid | Nature::Involved, Some(number)) => {
                self.natures.get(number) == Some(&Nature::Individual)
                    || self.involved.get(number) == Some(&true)
            }
        }
    }
}

impl Roll {
    /// Looks at every file of the store, and reads those of which the kept roll may not tell.
    ///
    /// `store` is where the store is, `cache` the folder of our caches, `now` the machine's time in
    /// nanoseconds since 1970.
    ///
    /// # Errors
    /// When a folder cannot be listed.
    pub fn look(
        files: &dyn Files,
        store: &Path,
        cache: Option<&Path>,
        now: i128,
    ) -> Result<Self, StorageError> {
        let identity = identity(files, store)?;
        let path = cache.map(|cache| file::path(cache, &identity));
        let kept = path.map_or_else(Kept::default, |path| Kept::load(&path, &identity));
        let orders = look_at_orders(files, &kept)?;
        let subjects = look_in(
            files,
            &StorePath::parse(SUBJECTS)?,
            &kept,
            &mut Ahead::new(&kept, &kept.subjects),
            &subject_file::from_toml,
            &|record, to| SubjectSlip::of(record).write(to),
        )?;
        Ok(Self {
            kept,
            orders,
            subjects,
            identity,
            began: now,
        })
    }

    /// Returns the records that cannot be read, by their path in the store.
    pub fn damaged(&self) -> impl Iterator<Item = (&String, &Arc<Damage>)> {
        self.orders.damaged.iter().chain(&self.subjects.damaged)
    }

    /// Lists what is known of each order, by shard and id.
    pub fn slips(&self) -> impl Iterator<Item = Slip<'_>> {
        self.orders.found.iter().filter_map(|found| match found {
            // All of these were read once when they were found.
            Found::Kept(record) => Slip::read(&mut Reader::new(self.kept.body(*record))),
            Found::Drawn(drawn) => Slip::read(&mut Reader::new(&drawn.body)),
            Found::Whole(order) => Some(Slip::of(order)),
        })
    }

    fn subject_slips(&self) -> impl Iterator<Item = SubjectSlip<'_>> {
        self.subjects.found.iter().filter_map(|found| match found {
            Found::Kept(record) => SubjectSlip::read(&mut Reader::new(self.kept.body(*record))),
            Found::Drawn(drawn) => SubjectSlip::read(&mut Reader::new(&drawn.body)),
            Found::Whole(record) => Some(SubjectSlip::of(record)),
        })
    }

    /// Adds up what is known of the subjects.
    pub fn subjects(&self, files: &dyn Files) -> Subjects<'_> {
        let mut subjects = Subjects::default();
        for slip in self.subject_slips() {
            subjects.natures.insert(slip.number.clone(), slip.nature);
            subjects.labels.insert(slip.number, slip.labels);
        }
        let mut involved = Vec::new();
        for slip in self.slips().filter(|slip| slip.decides != Nature::Unsaid) {
            let Some(number) = slip.approved_for else {
                continue;
            };
            let there = subjects.natures.entry(number).or_insert(Nature::Unsaid);
            *there = match (*there, slip.decides) {
                (Nature::Unsaid, alone @ (Nature::Individual | Nature::Organisation)) => alone,
                (_, _) => Nature::Involved,
            };
        }
        for (number, nature) in &subjects.natures {
            if *nature == Nature::Involved {
                involved.push(number.to_string());
            }
        }
        for number in involved {
            let is_individual = self.fold(files, &number);
            subjects.involved.insert(number, is_individual);
        }
        subjects
    }

    /// Folds the whole history of one subject.
    fn fold(&self, files: &dyn Files, number: &str) -> bool {
        let orders: Vec<Order> = self
            .slips()
            .filter(|slip| slip.approved_for.as_deref() == Some(number))
            .filter_map(|slip| read_order(files, &slip.id))
            .collect();
        let Ok(parsed) = SubjectNumber::parse(number) else {
            return false;
        };
        let path = super::book::subject_path(&parsed.number);
        let record = files
            .read(&path, RECORD_LIMIT)
            .ok()
            .and_then(|bytes| subject_file::from_toml(path.as_str(), &bytes).ok());
        let portfolio = Portfolio::fold(&record, &orders);
        let subject = portfolio.subjects.get(&parsed.number);
        subject.is_some_and(|subject| subject.facts.is_individual())
    }

    /// Keeps the roll for the next look, where enough has changed to be worth it.
    ///
    /// `mask` is how a natural person's name is kept. Failing is no matter: the next look reads more.
    pub fn keep(
        &self,
        cache: Option<&Path>,
        subjects: &Subjects<'_>,
        mask: &dyn Fn(&str) -> String,
    ) {
        let before = self.kept.orders.len() + self.kept.subjects.len();
        let still = self.orders.still_kept() + self.subjects.still_kept();
        let read = self.orders.read + self.subjects.read;
        if read + before.saturating_sub(still) <= SOME {
            return;
        }
        let Some(cache) = cache else {
            return;
        };
        let path: PathBuf = file::path(cache, &self.identity);
        let Some(mut writing) = Writing::new(&self.identity) else {
            return;
        };
        let is_settled = |stamp: &Stamp| stamp.is_before(self.began - TICK);
        for (found, mut slip) in self.orders.found.iter().zip(self.slips()) {
            let is_individual = subjects.is_individual(&slip);
            match found {
                // Where it shows more than it may by now, it is read the next time.
                Found::Kept(record) if slip.masked == is_individual || slip.name.is_none() => {
                    writing.again(&self.kept, *record);
                }
                Found::Drawn(drawn) => {
                    if let Some(stamp) = drawn.stamp.filter(is_settled) {
                        if is_individual {
                            slip.name = slip.name.map(|name| mask(&name).into());
                            slip.masked = slip.name.is_some();
                        }
                        writing.add(drawn.name.as_bytes(), &stamp.0, |to| slip.write(to));
                    }
                }
                Found::Kept(_) | Found::Whole(_) => {}
            }
        }
        writing.next_part();
        for found in &self.subjects.found {
            match found {
                Found::Kept(record) => writing.again(&self.kept, *record),
                Found::Drawn(drawn) => {
                    if let Some(stamp) = drawn.stamp.filter(is_settled) {
                        writing.add(drawn.name.as_bytes(), &stamp.0, |to| {
                            to.extend(&drawn.body);
                            Some(())
                        });
                    }
                }
                Found::Whole(_) => {}
            }
        }
        let _ = writing.keep(&path);
    }
}

/// Forgets what was kept of a store: it may tell of an order that is erased.
pub fn forget(files: &dyn Files, store: &Path, cache: &Path) {
    if let Ok(identity) = identity(files, store) {
        let _ = std::fs::remove_file(file::path(cache, &identity));
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

/// The kept records that come next, in the order of their names.
struct Ahead<'k> {
    kept: &'k Kept,
    records: &'k [Record],
}

impl<'k> Ahead<'k> {
    const fn new(kept: &'k Kept, records: &'k [Record]) -> Self {
        Self { kept, records }
    }

    /// Returns the record of a name; names are asked for in their order.
    fn find(&mut self, name: &str) -> Option<Record> {
        while let Some((first, rest)) = self.records.split_first() {
            match self.kept.name(*first).cmp(name.as_bytes()) {
                std::cmp::Ordering::Less => self.records = rest,
                std::cmp::Ordering::Equal => return Some(*first),
                std::cmp::Ordering::Greater => return None,
            }
        }
        None
    }
}

fn survey(files: &dyn Files, folder: &StorePath) -> Result<Vec<(String, Stat)>, StorageError> {
    match files.survey(folder) {
        Err(StorageError::NotFound { .. }) => Ok(Vec::new()),
        answer => answer,
    }
}

fn look_at_orders(files: &dyn Files, kept: &Kept) -> Result<Look<Order>, StorageError> {
    let folder = StorePath::parse(ORDERS)?;
    let shards: Vec<StorePath> = survey(files, &folder)?
        .into_iter()
        .filter(|(_, stat)| stat.kind == Kind::Folder)
        .map(|(name, _)| folder.join(&name))
        .collect::<Result<_, _>>()?;
    let look = |shards: &[StorePath]| {
        let mut look = Look::default();
        let first = shards.first().map_or("", |shard| shard.name());
        let start = kept
            .orders
            .partition_point(|record| kept.name(*record) < first.as_bytes());
        let mut ahead = Ahead::new(kept, kept.orders.get(start..).unwrap_or_default());
        for shard in shards {
            look.absorb(look_in(
                files,
                shard,
                kept,
                &mut ahead,
                &order_file::from_toml,
                &|order, to| Slip::of(order).write(to),
            )?);
        }
        Ok::<_, StorageError>(look)
    };
    let (one, two) = shards.split_at(shards.len() / 2);
    std::thread::scope(|scope| {
        let other = scope.spawn(|| look(two));
        let mut all = look(one)?;
        match other.join() {
            Ok(rest) => all.absorb(rest?),
            Err(_) => all.absorb(look(two)?),
        }
        Ok(all)
    })
}

fn look_in<T>(
    files: &dyn Files,
    folder: &StorePath,
    kept: &Kept,
    ahead: &mut Ahead<'_>,
    parse: &impl Fn(&str, &[u8]) -> Result<T, super::wire::RecordError>,
    draw: &impl Fn(&T, &mut Vec<u8>) -> Option<()>,
) -> Result<Look<T>, StorageError> {
    let mut look = Look::default();
    let is_shard = folder.as_str() != SUBJECTS;
    for (name, stat) in survey(files, folder)? {
        let Some(stem) = name.strip_suffix(".toml") else {
            continue;
        };
        let Ok(path) = folder.join(&name) else {
            continue;
        };
        let key = if is_shard { stem } else { name.as_str() };
        // A file in another folder than its own is read each time.
        let at_home = !is_shard || stem.starts_with(folder.name()) && folder.name().len() == 2;
        let stamp = Stamp::of(&stat).filter(|_| at_home && stat.kind == Kind::File);
        if let Some(stamp) = stamp
            && let Some(record) = ahead.find(key)
            && kept.stamp(record) == stamp.0
            && is_whole(kept, record, is_shard)
        {
            look.found.push(Found::Kept(record));
            continue;
        }
        look.read += 1;
        let read = files
            .read(&path, RECORD_LIMIT)
            .map_err(Damage::from)
            .and_then(|bytes| Ok(parse(path.as_str(), &bytes)?));
        match read {
            Ok(record) => {
                // Only what the file still is after it was read can be kept.
                let after = files.stat(&path).ok().and_then(|stat| Stamp::of(&stat));
                let stamp = stamp.filter(|stamp| after == Some(*stamp));
                let mut body = Vec::new();
                look.found.push(match draw(&record, &mut body) {
                    Some(()) => Found::Drawn(Box::new(Drawn {
                        name: key.to_owned(),
                        stamp,
                        body,
                    })),
                    None => Found::Whole(Box::new(record)),
                });
            }
            Err(Damage::Storage(StorageError::NotFound { .. })) => {}
            Err(damage) => {
                look.damaged
                    .insert(path.as_str().to_owned(), Arc::new(damage));
            }
        }
    }
    Ok(look)
}

/// Whether a kept record reads as one.
fn is_whole(kept: &Kept, record: Record, is_order: bool) -> bool {
    let mut from = Reader::new(kept.body(record));
    let read = if is_order {
        Slip::read(&mut from).is_some()
    } else {
        SubjectSlip::read(&mut from).is_some()
    };
    read && from.left() == 0
}
