//! All records of a store, read at one time: what commands look at and decide by.

use super::commit::{Change, Digest};
use super::files::{ATTACHMENT_LIMIT, Files, Kind, RECORD_LIMIT, StorePath};
use super::wire::{Problem, RecordError};
use super::{StorageError, if_there, order_file, subject_file};
use crate::filing::instant::Instant;
use crate::filing::number::SubjectNumber;
use crate::filing::order::{OperationId, Order, OrderId};
use crate::filing::portfolio::Portfolio;
use crate::filing::record::SubjectRecord;
use crate::filing::status::Status;
use crate::lang::Text;
use crate::threads::in_parts;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The folder of the orders.
pub const ORDERS: &str = "orders";
/// The folder of the subjects.
pub const SUBJECTS: &str = "subjects";
/// The folder of the attachments.
pub const FILES: &str = "files";

/// Fewer folders or files than this are read by one thread.
const FEW: usize = 32;

/// A record file that cannot be read: it is left alone, and the others stay usable.
#[derive(Debug, thiserror::Error)]
pub enum Damage {
    /// Its content is wrong.
    #[error("{error}")]
    Content {
        /// What is wrong, and where.
        error: RecordError,
        /// What the file holds all the same.
        text: String,
    },
    /// The file system refused.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

impl Damage {
    /// Returns what is wrong and where.
    pub fn message(&self) -> Text {
        match self {
            Self::Content { error, .. } => error.message(),
            Self::Storage(error) => error.message(),
        }
    }

    /// Returns what is wrong with a record of these bytes.
    pub(super) fn content(error: RecordError, bytes: &[u8]) -> Self {
        let text = String::from_utf8_lossy(bytes).into_owned();
        Self::Content { error, text }
    }

    /// Returns what the file holds; nothing where it could not be read at all.
    fn text(&self) -> &str {
        match self {
            Self::Content { text, .. } => text,
            Self::Storage(_) => "",
        }
    }

    /// Whether the file says so in a line of its own, as records do: `status = "draft"`.
    pub fn says(&self, key: &str, value: &str) -> bool {
        self.values(key).any(|said| said == value)
    }

    /// Lists what the file says of a key, each in a line of its own.
    pub fn values<'d>(&'d self, key: &'d str) -> impl Iterator<Item = &'d str> {
        self.text().lines().filter_map(move |line| {
            let value = line.trim().strip_prefix(key)?.strip_prefix(" = \"")?;
            value.strip_suffix('"')
        })
    }

    /// Whether its order may stand in such a status: by what its `status` says, by what the last step
    /// of its history led to, or because neither can be read.
    pub fn may_stand(&self, is_such: impl Fn(Status) -> bool) -> bool {
        let own = self.values("status").filter_map(Status::from_name);
        let last = self.values("to").filter_map(Status::from_name).last();
        let told: Vec<Status> = own.chain(last).collect();
        told.is_empty() || told.into_iter().any(is_such)
    }

    /// Whether the file may hold an operation that was recorded at an instant or later.
    pub fn may_hold_since(&self, at: Instant) -> bool {
        let recorded = self.values("recorded_at");
        let last = recorded
            .filter_map(|word| word.parse::<Instant>().ok())
            .max();
        last.is_none_or(|last| last >= at)
    }

    /// Whether it is the file of an order whose id begins so, under the name of another.
    pub fn is_misnamed(&self, word: &str) -> bool {
        match self {
            Self::Content { error, .. } => match &error.problem {
                Problem::Misnamed { inside } => inside.starts_with(word),
                Problem::Encoding
                | Problem::Unmerged
                | Problem::Shape { .. }
                | Problem::Crowded
                | Problem::Newer { .. }
                | Problem::StatusMismatch { .. }
                | Problem::NoHistory => false,
            },
            Self::Storage(_) => false,
        }
    }

    /// Whether the file holds a text in quotes, as records do: `domains = ["example.cn"]`.
    pub fn mentions(&self, text: &str) -> bool {
        self.text().contains(&format!("\"{text}\""))
    }
}

/// All records of a store, and the portfolio they add up to.
#[derive(Clone, Debug, Default)]
pub struct Book {
    /// The orders, by id.
    pub orders: BTreeMap<OrderId, Order>,
    /// What was written down about subjects; shared by copies of the book until one of them adds to it.
    pub subjects: Arc<BTreeMap<SubjectNumber, SubjectRecord>>,
    /// What they add up to; shared by copies of the book until one of them folds it anew.
    pub portfolio: Arc<Portfolio>,
    /// Files that cannot be read, by their path in the store.
    pub damaged: BTreeMap<String, Arc<Damage>>,
    digests: BTreeMap<StorePath, Digest>,
    files: BTreeSet<String>,
}

impl Book {
    /// Reads every record.
    ///
    /// A record that cannot be read stands in `damaged`; the others are there.
    ///
    /// # Errors
    /// When a folder cannot be listed.
    pub fn read(files: &dyn Files) -> Result<Self, StorageError> {
        let orders = StorePath::parse(ORDERS)?;
        let (mut shards, mut damaged) = (Vec::new(), Vec::new());
        for (name, kind) in list(files, &orders)? {
            match kind {
                Kind::Folder => shards.push(orders.join(&name)?),
                Kind::Other => damaged.extend(no_folder(files, &orders, &name)),
                Kind::File => {}
            }
        }
        let mut book = Self::together(&shards, |shards| Self::read_shards(files, shards))?;
        book.damaged.extend(damaged);
        let folder = StorePath::parse(SUBJECTS)?;
        let subjects: Vec<StorePath> = list(files, &folder)?
            .iter()
            .filter_map(|(name, _)| folder.join(name).ok())
            .collect();
        book.take_all(files, &subjects, Self::take_subject)?;
        book.list_files(files)?;
        book.refold();
        Ok(book)
    }

    /// Looks which attachments are there.
    pub(super) fn list_files(&mut self, files: &dyn Files) -> Result<(), StorageError> {
        let attachments = list(files, &StorePath::parse(FILES)?)?;
        self.files = attachments.into_iter().map(|(name, _)| name).collect();
        Ok(())
    }

    /// Reads what stands at some places; parsing takes the time, and several threads share it.
    fn together<T: Sync>(
        places: &[T],
        read: impl Fn(&[T]) -> Result<Self, StorageError> + Sync,
    ) -> Result<Self, StorageError> {
        if places.len() < FEW {
            return read(places);
        }
        in_parts(places, read)
            .into_iter()
            .try_fold(Self::default(), |mut book, part| {
                book.absorb(part?);
                Ok(book)
            })
    }

    fn read_shards(files: &dyn Files, shards: &[StorePath]) -> Result<Self, StorageError> {
        let mut book = Self::default();
        for folder in shards {
            for (name, _) in list(files, folder)? {
                let Ok(path) = folder.join(&name) else {
                    continue;
                };
                book.take_order(files, &path);
            }
        }
        Ok(book)
    }

    fn absorb(&mut self, mut other: Self) {
        self.orders.append(&mut other.orders);
        Arc::make_mut(&mut self.subjects).append(Arc::make_mut(&mut other.subjects));
        self.damaged.append(&mut other.damaged);
        self.digests.append(&mut other.digests);
    }

    /// Reads some files, as far as they are there: of orders by [`take_order`](Self::take_order), of
    /// subjects by [`take_subject`](Self::take_subject).
    pub(super) fn take_all(
        &mut self,
        files: &dyn Files,
        paths: &[StorePath],
        take: fn(&mut Self, &dyn Files, &StorePath),
    ) -> Result<(), StorageError> {
        self.absorb(Self::together(paths, |paths| {
            let mut book = Self::default();
            for path in paths {
                take(&mut book, files, path);
            }
            Ok(book)
        })?);
        Ok(())
    }

    /// Reads one order's file, if it is there.
    pub(super) fn take_order(&mut self, files: &dyn Files, path: &StorePath) {
        if let Some(order) = self.take(files, path, order_file::from_toml) {
            self.orders.insert(order.id.clone(), order);
        }
    }

    /// Reads one subject's file, if it is there.
    pub(super) fn take_subject(&mut self, files: &dyn Files, path: &StorePath) {
        if let Some(record) = self.take(files, path, subject_file::from_toml) {
            self.put_subject(record);
        }
    }

    fn take<T>(
        &mut self,
        files: &dyn Files,
        path: &StorePath,
        parse: impl Fn(&str, &[u8]) -> Result<T, RecordError>,
    ) -> Option<T> {
        path.as_str().strip_suffix(".toml")?;
        let read = files
            .read(path, RECORD_LIMIT)
            .map_err(Damage::from)
            .and_then(|bytes| match parse(path.as_str(), &bytes) {
                Ok(record) => Ok((record, Digest::of(&bytes))),
                Err(error) => Err(Damage::content(error, &bytes)),
            });
        match read {
            Ok((record, digest)) => {
                self.digests.insert(path.clone(), digest);
                Some(record)
            }
            Err(Damage::Storage(StorageError::NotFound { .. })) => None,
            Err(damage) => {
                self.damaged
                    .insert(path.as_str().to_owned(), Arc::new(damage));
                None
            }
        }
    }

    /// Puts a subject's record in place of the one of its number; the portfolio is as it was.
    pub fn put_subject(&mut self, record: SubjectRecord) {
        Arc::make_mut(&mut self.subjects).insert(record.number, record);
    }

    /// Folds the portfolio anew, after records were changed in memory.
    pub fn refold(&mut self) {
        // What was folded before goes first: two of them need not be held.
        self.portfolio = Arc::default();
        self.portfolio = Portfolio::fold(self.subjects.values(), self.orders.values()).into();
    }

    /// Whether a file of that order's name is there but cannot be read.
    pub fn is_damaged(&self, id: &OrderId) -> bool {
        self.damaged.contains_key(order_path(id).as_str())
    }

    /// Returns why a record could not be read this time, though its content may be right.
    pub fn unread(&self) -> Option<&StorageError> {
        self.damaged
            .values()
            .find_map(|damage| match damage.as_ref() {
                Damage::Storage(error) => error.is_refusal().then_some(error),
                Damage::Content { .. } => None,
            })
    }

    /// Whether an attachment of that hash is there.
    pub fn holds_file(&self, hash: &str) -> bool {
        self.files.contains(hash)
    }

    /// Lists the hashes of the attachments that are there.
    pub fn files(&self) -> impl Iterator<Item = &str> {
        self.files.iter().map(String::as_str)
    }

    /// Returns the turn of the next operation recorded at `now`.
    pub fn next_turn(&self, now: Instant) -> u32 {
        let orders = self.orders.values().flat_map(|o| &o.history);
        let subjects = self.subjects.values().flat_map(|s| &s.history);
        orders
            .map(|e| (e.recorded_at, e.turn))
            .chain(subjects.map(|e| (e.recorded_at, e.turn)))
            .filter(|(at, _)| *at == now)
            .map(|(_, turn)| turn + 1)
            .max()
            .unwrap_or_default()
    }

    /// Returns where each operation stands among all: what was done later is greater.
    ///
    /// Within a record that is its place in the history, even where the clock was put back between
    /// two entries. Between records only the clock can tell.
    pub fn sequence(&self) -> BTreeMap<&OperationId, (Instant, u32)> {
        let mut places = BTreeMap::new();
        for order in self.orders.values() {
            let entries = order.history.iter();
            place(&mut places, entries.map(|e| (&e.op, e.recorded_at, e.turn)));
        }
        for subject in self.subjects.values() {
            let entries = subject.history.iter();
            place(&mut places, entries.map(|e| (&e.op, e.recorded_at, e.turn)));
        }
        places
    }

    /// Lists every operation that wrote something here.
    pub fn operations(&self) -> BTreeSet<&OperationId> {
        let orders = self.orders.values().flat_map(|o| &o.history).map(|e| &e.op);
        let subjects = self
            .subjects
            .values()
            .flat_map(|s| &s.history)
            .map(|e| &e.op);
        orders.chain(subjects).collect()
    }

    /// Returns the change that writes `order` as it is now.
    ///
    /// # Errors
    /// When it cannot stand in TOML.
    pub fn write_order(&self, order: &Order) -> Result<Change, toml::ser::Error> {
        Ok(self.change(order_path(&order.id), order_file::to_toml(order)?))
    }

    /// Returns the change that writes `record` as it is now.
    ///
    /// # Errors
    /// When it cannot stand in TOML.
    pub fn write_subject(&self, record: &SubjectRecord) -> Result<Change, toml::ser::Error> {
        Ok(self.change(subject_path(&record.number), subject_file::to_toml(record)?))
    }

    fn change(&self, path: StorePath, text: String) -> Change {
        let bytes = text.into_bytes();
        match self.digests.get(&path) {
            Some(was) => Change::Replace {
                was: was.clone(),
                path,
                bytes,
            },
            None => Change::Create { path, bytes },
        }
    }

    /// Notes that a change was made, so that the next one to the same file starts from it.
    pub fn wrote(&mut self, change: &Change) {
        match change {
            Change::Create { path, bytes } | Change::Replace { path, bytes, .. } => {
                if path.as_str().starts_with(FILES) {
                    self.files.insert(path.name().to_owned());
                    self.digests.remove(path);
                } else {
                    self.digests.insert(path.clone(), Digest::of(bytes));
                }
            }
            Change::Remove { path, .. } => {
                self.files.remove(path.name());
                self.digests.remove(path);
            }
        }
    }

    /// Looks what some attachments really hold: one that was changed in its place is then removed,
    /// or written over, as it is.
    ///
    /// # Errors
    /// What the store meets, except that one is not there.
    pub fn prove<'paths>(
        &mut self,
        files: &dyn Files,
        paths: impl Iterator<Item = &'paths StorePath>,
    ) -> Result<(), StorageError> {
        for path in paths {
            if path.as_str().starts_with(FILES) && self.holds_file(path.name()) {
                let bytes = if_there(files.read(path, ATTACHMENT_LIMIT))?;
                if let Some(found) = bytes.map(|bytes| Digest::of(&bytes))
                    && found.as_str() != path.name()
                {
                    self.digests.insert(path.clone(), found);
                }
            }
        }
        Ok(())
    }

    /// Returns the change that puts a file beside the records, none where it is there and [proven]
    /// to be whole.
    ///
    /// [proven]: Self::prove
    pub fn write_file(&self, path: &StorePath, bytes: &[u8]) -> Option<Change> {
        let (path, bytes) = (path.clone(), bytes.to_vec());
        match self.digests.get(&path).cloned() {
            Some(was) => Some(Change::Replace { path, bytes, was }),
            None if path.as_str().starts_with(FILES) && self.holds_file(path.name()) => None,
            None => Some(Change::Create { path, bytes }),
        }
    }

    /// Returns the change that removes a record's or an attachment's file, if it is there.
    pub fn remove(&self, path: StorePath) -> Option<Change> {
        let attachment = || {
            let name = path.name();
            Digest::parse(name).filter(|_| self.holds_file(name))
        };
        let was = self.digests.get(&path).cloned().or_else(attachment)?;
        Some(Change::Remove { path, was })
    }
}

/// Enters the operations of one history, each after the one before it.
fn place<'book>(
    places: &mut BTreeMap<&'book OperationId, (Instant, u32)>,
    entries: impl Iterator<Item = (&'book OperationId, Instant, u32)>,
) {
    let mut last: Option<(&OperationId, (Instant, u32))> = None;
    for (op, recorded_at, turn) in entries {
        let mut here = (recorded_at, turn);
        if let Some((before, (at, turn))) = last {
            let least = if before == op { turn } else { turn + 1 };
            here = here.max((at, least));
        }
        last = Some((op, here));
        let known = places.entry(op).or_insert(here);
        *known = here.max(*known);
    }
}

/// Returns where an order's file is.
pub fn order_path(id: &OrderId) -> StorePath {
    let text = id.as_str();
    let shard = &text[..2];
    StorePath::known(format!("{ORDERS}/{shard}/{text}.toml"))
}

/// Returns where an attachment of a hash is.
///
/// # Errors
/// [`StorageError::Outside`] where the text that a record gives for the hash is no name of a file.
pub fn attachment_path(hash: &str) -> Result<StorePath, StorageError> {
    StorePath::parse(&format!("{FILES}/{hash}"))
}

/// Returns where a subject's file is.
pub fn subject_path(number: &SubjectNumber) -> StorePath {
    StorePath::known(format!("{SUBJECTS}/{}", subject_file::file_name(number)))
}

/// Says why what stands in the place of a folder of orders is not read, such as a link to one.
pub(super) fn no_folder(
    files: &dyn Files,
    orders: &StorePath,
    name: &str,
) -> Option<(String, Arc<Damage>)> {
    let read = orders.join(name).and_then(|path| list(files, &path));
    let damage = Damage::Storage(read.err()?);
    Some((format!("{orders}/{name}"), Arc::new(damage)))
}

/// Lists what is in a folder and not hidden; nothing where there is none.
pub(crate) fn list(
    files: &dyn Files,
    folder: &StorePath,
) -> Result<Vec<(String, Kind)>, StorageError> {
    let entries = if_there(files.list(folder))?.into_iter().flatten();
    let shown = entries.filter(|entry| !entry.is_hidden());
    Ok(shown.map(|entry| (entry.name, entry.kind)).collect())
}
