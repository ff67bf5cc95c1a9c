//! The concordance: which orders and subjects have a token, without a look at every record.
//!
//! A look at everything keeps it of a large store, as a file beside the roll, and for a while it
//! answers for every folder into which nothing was put since: a file that is put in place, as we
//! and most editors do it, changes its folder's times. What it finds is read from its own file each
//! time. A file that was written over where it stands changes no folder: what such an edit makes an
//! order be about is noticed at the next look at every file, which is a list, or a while later.

use super::bytes::{Reader, put_number, put_text};
use super::file::{Form, Kept, Stamp, Writing, path};
use super::slip::Slip;
use super::token::Token;
use super::{Looked, Orders, Roll, Seen};
use crate::filing::kind::Kind as OrderKind;
use crate::store::book::{ORDERS, SUBJECTS};
use crate::store::files::StorePath;
use crate::store::{StorageError, if_there};
use chrono::{Datelike as _, NaiveDate};
use std::cell::{Cell, RefCell};
use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::rc::Rc;

/// How long a look at every file is good for, in nanoseconds.
const GOOD_FOR: i128 = 10 * 60 * 1_000_000_000;

/// In a large store, so few files are looked at again: one in so many.
const ONE_IN: usize = 8;

/// How many entries a shelf has, about.
const SHELF: usize = 1024;

/// The section that tells of the folders.
const FOLDERS: &str = "folders";

/// The days from the submission of an order to its approval.
pub type Span = (NaiveDate, NaiveDate);

/// What has a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holder<'a> {
    /// The order of that id.
    Order(&'a str),
    /// The subject of that number.
    Subject(&'a str),
    /// An approved order of that id, by its province and kind.
    Took(&'a str, Span),
}

impl<'a> Holder<'a> {
    fn write(self, to: &mut Vec<u8>) -> Option<()> {
        let day = |day: NaiveDate| u32::try_from(day.num_days_from_ce()).ok();
        match self {
            Self::Order(id) => {
                to.push(0);
                put_text(to, Some(id))
            }
            Self::Subject(number) => {
                to.push(1);
                put_text(to, Some(number))
            }
            Self::Took(id, (from, until)) => {
                to.push(2);
                put_text(to, Some(id))?;
                put_number(to, day(from)?);
                put_number(to, day(until)?);
                Some(())
            }
        }
    }

    fn read(body: &'a [u8]) -> Option<Self> {
        let mut from = Reader::new(body);
        let [form] = from.take()?;
        let text = from.text()??;
        let mut day = || NaiveDate::from_num_days_from_ce_opt(i32::try_from(from.number()?).ok()?);
        match form {
            0 => Some(Self::Order(text)),
            1 => Some(Self::Subject(text)),
            2 => Some(Self::Took(text, (day()?, day()?))),
            _ => None,
        }
    }
}

/// Returns the token of what approved orders of one province and kind took.
pub fn token_of_span(province: Option<&str>, kind: OrderKind) -> Token {
    Token::of(&format!("{} {}", province.unwrap_or("-"), kind.name()))
}

/// What is told of a folder.
#[derive(Clone, Copy, Debug)]
struct Folder {
    stamp: Stamp,
    /// How many records it has.
    count: usize,
    /// When the last of its files was changed, in nanoseconds since 1970.
    newest: i128,
}

/// What is told of the folders of a store.
#[derive(Debug)]
struct Folders {
    looked_at: i128,
    shelves: u32,
    /// Sorted by their names.
    all: Vec<(Box<str>, Folder)>,
    /// How many records there are, in folders of which nothing is told too.
    count: usize,
}

impl Folders {
    fn read(bytes: &[u8]) -> Option<Self> {
        let mut from = Reader::new(bytes);
        let looked_at = i64::from_le_bytes(from.take()?);
        let (shelves, count) = (from.number()?, usize::try_from(from.number()?).ok()?);
        let mut all = Vec::new();
        while from.left() > 0 {
            let name = from.text()??.into();
            let folder = Folder {
                stamp: Stamp(from.take()?),
                count: usize::try_from(from.number()?).ok()?,
                newest: i64::from_le_bytes(from.take()?).into(),
            };
            all.push((name, folder));
        }
        Some(Self {
            looked_at: looked_at.into(),
            shelves,
            all,
            count,
        })
    }

    fn get(&self, name: &str) -> Option<&Folder> {
        let place = self
            .all
            .binary_search_by(|(own, _)| (**own).cmp(name))
            .ok()?;
        self.all.get(place).map(|(_, folder)| folder)
    }

    fn write(&self) -> Option<Vec<u8>> {
        let mut to = Vec::new();
        to.extend(i64::try_from(self.looked_at).ok()?.to_le_bytes());
        put_number(&mut to, self.shelves);
        put_number(&mut to, u32::try_from(self.count).ok()?);
        for (name, folder) in &self.all {
            put_text(&mut to, Some(name))?;
            to.extend(folder.stamp.0);
            put_number(&mut to, u32::try_from(folder.count).ok()?);
            to.extend(i64::try_from(folder.newest).ok()?.to_le_bytes());
        }
        Some(to)
    }
}

/// Returns the shelf on which a token's entries are.
fn shelf_of(token: Token, shelves: u32) -> u32 {
    let [first, second, ..] = token.bytes();
    u32::from(u16::from_be_bytes([first, second])) * shelves / (1 << 16)
}

fn shelf_name(shelf: u32) -> String {
    shelf.to_string()
}

/// The folders that still are what they were.
#[derive(Debug, Default)]
struct Standing {
    /// The names of those that hold orders, sorted.
    shards: Vec<[u8; 2]>,
    subjects: bool,
}

impl Standing {
    /// Adds a folder; one whose name is none of ours answers for nothing.
    fn add(&mut self, folder: &StorePath) {
        if folder.as_str() == SUBJECTS {
            self.subjects = true;
        } else {
            self.shards
                .extend(<[u8; 2]>::try_from(folder.name().as_bytes()));
        }
    }

    fn has(&self, holder: Holder<'_>) -> bool {
        match holder {
            Holder::Subject(_) => self.subjects,
            Holder::Order(id) | Holder::Took(id, _) => id
                .as_bytes()
                .first_chunk()
                .is_some_and(|shard| self.shards.binary_search(shard).is_ok()),
        }
    }
}

/// The concordance that was kept of a store, as far as it can be trusted.
#[derive(Debug)]
pub struct Concordance {
    kept: Kept,
    shelves: u32,
    standing: Standing,
    read: RefCell<HashMap<u32, Rc<[u8]>>>,
    doubt: Cell<bool>,
}

impl Concordance {
    /// Shows everything that has one of the tokens, of the folders that are what they were.
    pub fn each(&self, tokens: &HashSet<Token>, mut take: impl FnMut(Token, Holder<'_>)) {
        let mut tokens: Vec<Token> = tokens.iter().copied().collect();
        tokens.sort_unstable();
        for on_one in tokens.chunk_by(|a, b| self.shelf_of(*a) == self.shelf_of(*b)) {
            if self.look_up(on_one, &mut take).is_none() {
                self.doubt.set(true);
            }
        }
    }

    fn shelf_of(&self, token: Token) -> u32 {
        shelf_of(token, self.shelves)
    }

    /// Looks some tokens of one shelf up, which are sorted as its entries are.
    fn look_up(&self, tokens: &[Token], take: &mut impl FnMut(Token, Holder<'_>)) -> Option<()> {
        let number = self.shelf_of(*tokens.first()?);
        let known = self.read.borrow().get(&number).cloned();
        let shelf = if let Some(shelf) = known {
            shelf
        } else {
            let shelf: Rc<[u8]> = self.kept.find(&shelf_name(number))?.into();
            self.read.borrow_mut().insert(number, Rc::clone(&shelf));
            shelf
        };
        let mut from = Reader::new(&shelf);
        let mut tokens = tokens.iter().copied().peekable();
        while from.left() > 0 {
            let token = Token::from(from.take()?);
            let [length] = from.take()?;
            let body = from.bytes(length.into())?;
            while tokens.next_if(|wanted| *wanted < token).is_some() {}
            match tokens.peek() {
                None => break,
                Some(wanted) if *wanted == token => {
                    let holder = Holder::read(body)?;
                    if self.standing.has(holder) {
                        take(token, holder);
                    }
                }
                Some(_) => {}
            }
        }
        Some(())
    }

    /// Whether something that was asked could not be answered: then nothing that was said counts.
    pub const fn is_in_doubt(&self) -> bool {
        self.doubt.get()
    }
}

impl Roll<'_> {
    /// Opens the concordance that was kept, and shows the orders of the folders for which it does not
    /// answer; none where more than `few` files, and a part of all, would have to be looked at for that.
    ///
    /// # Errors
    /// When a folder cannot be listed.
    pub fn concordance(
        &mut self,
        few: usize,
        mut visit: impl FnMut(Slip<'_>),
    ) -> Result<Option<Concordance>, StorageError> {
        let Some((kept, folders)) = self.open_concordance() else {
            return Ok(None);
        };
        if !(folders.looked_at..folders.looked_at + GOOD_FOR).contains(&self.began) {
            return Ok(None);
        }
        let top = StorePath::parse(ORDERS)?;
        let mut standing = Standing::default();
        let (mut others, mut same) = (Vec::new(), 0);
        let subjects = StorePath::parse(SUBJECTS)?;
        let of_subjects = if_there(self.files.stat(&subjects))?.map(|stat| (subjects, stat));
        let (shards, damaged) = self.shards(&top)?;
        self.seen.damaged.extend(damaged);
        for (folder, stat) in shards.into_iter().chain(of_subjects) {
            match folders.get(folder.as_str()) {
                Some(kept) if Stamp::of(&stat) == Some(kept.stamp) => {
                    same += kept.count;
                    standing.add(&folder);
                }
                Some(_) | None => others.push((folder, stat)),
            }
        }
        if folders.count.saturating_sub(same) > few.max(folders.count / ONE_IN) {
            return Ok(None);
        }
        for (folder, stat) in others {
            if folder.as_str() == SUBJECTS {
                self.look_at_subjects()?;
            } else {
                let stamp = self.stamp(&stat);
                let mut seen = Seen::default();
                self.look_in::<Orders>(&folder, stamp, &mut seen, &mut |_, slip| visit(slip))?;
                self.seen.absorb(seen);
            }
        }
        Ok(Some(Concordance {
            kept,
            shelves: folders.shelves,
            standing,
            read: RefCell::default(),
            doubt: Cell::new(false),
        }))
    }

    fn concordance_path(&self) -> Option<PathBuf> {
        Some(path(
            self.cache.as_deref()?,
            Form::Concordance,
            &self.identity,
        ))
    }

    fn open_concordance(&self) -> Option<(Kept, Folders)> {
        let kept = Kept::open(&self.concordance_path()?, &self.identity);
        let folders = Folders::read(&kept.find(FOLDERS)?)?;
        Some((kept, folders))
    }

    /// Keeps a concordance of what a [`walk`](Self::walk) saw, where the store is large enough to be
    /// worth it.
    ///
    /// Failing is no matter: the next look reads more.
    pub fn keep_concordance<'h>(
        &self,
        few: usize,
        entries: impl FnOnce() -> Vec<(Token, Holder<'h>)>,
    ) {
        let told = self.seen.folders.values().filter(|f| f.stamp.is_some());
        let told: usize = told.map(|looked| looked.count).sum();
        if self.seen.count <= few || self.seen.count - told > self.seen.count / ONE_IN {
            return;
        }
        if let Some(path) = self.concordance_path() {
            let _ = self.write_concordance(&path, entries);
        }
    }

    fn write_concordance<'h>(
        &self,
        path: &Path,
        entries: impl FnOnce() -> Vec<(Token, Holder<'h>)>,
    ) -> std::io::Result<()> {
        let too_large = std::io::ErrorKind::FileTooLarge;
        let mut writing = Writing::begin(path, &self.identity)?;
        let mut entries = entries();
        entries.sort_unstable_by_key(|(token, _)| *token);
        let shelves = (entries.len() / SHELF).next_power_of_two().min(1 << 16);
        let shelves = u32::try_from(shelves).map_err(|_| too_large)?;
        let mut entries = entries.into_iter().peekable();
        for number in 0..shelves {
            let mut shelf = Vec::new();
            while let Some((token, holder)) =
                entries.next_if(|(token, _)| shelf_of(*token, shelves) == number)
            {
                let mut body = Vec::new();
                holder.write(&mut body).ok_or(too_large)?;
                shelf.extend(token.bytes());
                shelf.push(u8::try_from(body.len()).map_err(|_| too_large)?);
                shelf.extend(body);
            }
            writing.section(&shelf_name(number), &shelf)?;
        }
        let folders = Folders {
            looked_at: self.began,
            shelves,
            all: (self.seen.folders.iter())
                .filter_map(|(name, looked)| {
                    let folder = Folder {
                        stamp: looked.stamp?,
                        count: looked.count,
                        newest: looked.newest,
                    };
                    Some((name.as_str().into(), folder))
                })
                .collect(),
            count: self.seen.count,
        };
        writing.section(FOLDERS, &folders.write().ok_or(too_large)?)?;
        writing.finish()
    }

    /// Forgets the concordance where a file was written over in place since it was kept.
    pub(super) fn distrust(&self) {
        let Some((_, folders)) = self.open_concordance() else {
            return;
        };
        let is_now = |name: &str| {
            let folder = StorePath::parse(name).ok()?;
            Stamp::of(&self.files.stat(&folder).ok()?)
        };
        let is_false = |(name, looked): (&String, &Looked)| {
            let kept = folders.get(name);
            kept.is_some_and(|k| looked.newest > k.newest && is_now(name) == Some(k.stamp))
        };
        if let Some(path) = self.concordance_path()
            && self.seen.folders.iter().any(is_false)
        {
            let _ = std::fs::remove_file(path);
        }
    }
}
