//! Looking at a few orders without reading every order: the records that bear on them.
//!
//! The roll tells which these are.

use super::writing::seen_whole;
use super::{Context, Done, Plan, Stamp};
use crate::cli::filters::{Line, Rank};
use crate::clock::{Clock, machine_time};
use crate::failure::Failure;
use crate::filing::order::OrderId;
use crate::filing::profile::Profiles;
use crate::ids::Ids;
use crate::render::mask::Privacy;
use crate::store::Disk;
use crate::store::book::Book;
use crate::store::near::{self, Cards, Near, Wanted};
use crate::store::roll::{Roll, Subjects};
use crate::workflow::resolve;
use crate::workflow::world::World;
use std::collections::{BTreeSet, HashSet};
use std::sync::{Mutex, PoisonError};

/// So many records are looked at file by file each time.
const FEW: usize = 2000;

impl Context<'_> {
    /// Reads what bears on the orders that some words name; everything, where a word names none.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn world_of_orders<'w>(
        &mut self,
        words: impl IntoIterator<Item = &'w String> + Clone,
    ) -> Result<World, Failure> {
        self.world_of_words(words, |world, word| {
            resolve::order(&world.book, word).is_ok()
        })
    }

    /// Reads what bears on some words; everything, where one of them means nothing there.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn world_of_words<'w>(
        &mut self,
        words: impl IntoIterator<Item = &'w String> + Clone,
        is_known: impl Fn(&World, &str) -> bool,
    ) -> Result<World, Failure> {
        let near = self.world_near(&Wanted::of(words.clone()))?;
        match near.filter(|world| words.into_iter().all(|word| is_known(world, word))) {
            Some(world) => Ok(world),
            None => self.world(),
        }
    }

    /// Reads what bears on something; none where there is no store yet.
    ///
    /// What is not there at all is not said to be missing by this: ask the whole store.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn world_near(&mut self, wanted: &Wanted) -> Result<Option<World>, Failure> {
        match self.open()? {
            Some(disk) => self.world_near_on(&disk, wanted).map(Some),
            None => Ok(None),
        }
    }

    /// Reads what bears on something from an open store.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub(super) fn world_near_on(&mut self, disk: &Disk, wanted: &Wanted) -> Result<World, Failure> {
        let Some(folder) = self.store_folder() else {
            return self.world_of(Some(disk));
        };
        let cache = self.env.cache_folder();
        let mut roll = Roll::open(disk, &folder, cache.as_deref(), machine_time())?;
        let near = near::look(disk, &mut roll, wanted, FEW)?;
        self.world_of_near(disk, &roll, near)
    }

    /// Reads the orders that some ids, or beginnings of such, name, and what was written down about
    /// their subjects; none where a word names no readable order so, or where a look at some is not
    /// enough.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn world_of_only<'w>(
        &mut self,
        words: impl IntoIterator<Item = &'w String>,
    ) -> Result<Option<(World, BTreeSet<OrderId>)>, Failure> {
        let disk = match self.open()? {
            Some(disk) if self.may_look_at_few() => disk,
            Some(_) | None => return Ok(None),
        };
        let mut ids = BTreeSet::new();
        for word in words {
            match near::find(&disk, word)? {
                Some(id) => ids.insert(id),
                None => return Ok(None),
            };
        }
        let book = Book::read_only(&disk, &ids)?;
        if !ids.iter().all(|id| book.orders.contains_key(id)) || !book.damaged.is_empty() {
            return Ok(None);
        }
        Ok(Some((self.world_with(Some(&disk), book)?, ids)))
    }

    /// Reads the orders that have a rank, of these the first where there is a limit, and what bears
    /// on them; everything where these are many. Says whether there is any order at all.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn world_of_some(
        &mut self,
        limit: Option<usize>,
        rank: impl Fn(&Line<'_>, &Subjects, &Profiles) -> Option<Rank> + Sync,
    ) -> Result<(World, bool), Failure> {
        let (folder, disk) = (self.store_folder(), self.open()?);
        let (Some(folder), Some(disk)) = (folder, disk) else {
            return Ok((self.world_of(None)?, false));
        };
        let (profiles, calendar) = (self.profiles(Some(&disk))?, self.calendar(Some(&disk))?);
        let (cache, now) = (self.env.cache_folder(), self.now);
        let mut roll = Roll::open(&disk, &folder, cache.as_deref(), machine_time())?;
        let ranks = Mutex::new(Vec::new());
        let mut cards = Cards::of(&mut roll, |slip, subjects| {
            let line = Line::of(slip, &profiles, &calendar, now);
            let rank = rank(&line, subjects, &profiles);
            let mut ranks = ranks.lock().unwrap_or_else(PoisonError::into_inner);
            ranks.extend(rank);
            rank.is_some()
        })?;
        let mut ranks = ranks.into_inner().unwrap_or_else(PoisonError::into_inner);
        if let Some(limit) = limit.filter(|limit| *limit < ranks.len()) {
            ranks.select_nth_unstable(limit);
            ranks.truncate(limit);
            let first: HashSet<&str> = ranks.iter().map(Rank::id).collect();
            cards.mean_only(|id| first.contains(id));
        }
        let has_any = !cards.is_empty();
        let world = if cards.mean_few() {
            let near = near::look_beside(&disk, &roll, cards, &Wanted::default())?;
            self.world_of_near(&disk, &roll, near)?
        } else {
            self.world_of(Some(&disk))?
        };
        Ok((world, has_any))
    }

    fn world_of_near(
        &mut self,
        disk: &Disk,
        roll: &Roll<'_>,
        mut near: Near,
    ) -> Result<World, Failure> {
        for (path, damage) in roll.damaged() {
            near.book.damaged.insert(path.clone(), damage.clone());
        }
        roll.keep(&|name, is_individual| Privacy::Masked.subject_name(name, is_individual));
        let mut world = self.world_with(Some(disk), near.book)?;
        world.took(near.times);
        Ok(world)
    }

    /// As [`transact`](Self::transact), for a decision that rests on what bears on `wanted`; where
    /// something is not found, the whole store is asked.
    ///
    /// # Errors
    /// As [`transact`](Self::transact).
    pub fn transact_near<T>(
        &mut self,
        wanted: &Wanted,
        decide: impl Fn(&World, &Stamp, &mut Ids) -> Result<Plan<T>, Failure>,
    ) -> Result<Done<T>, Failure> {
        self.transact_in(Some(wanted).filter(|_| self.may_look_at_few()), &decide)
    }

    /// Whether a look at some records is enough: seeded ids must skip the taken ones, and at a fixed
    /// time only the others tell whose turn it is.
    pub(super) const fn may_look_at_few(&self) -> bool {
        matches!((&self.ids, &self.clock), (Ids::Random, Clock::System))
    }

    /// Decides by what bears on `wanted`; by the whole store, where `decide` refuses, or says that
    /// something was not found. Under a lock, every record must be readable.
    ///
    /// # Errors
    /// What `decide` refuses, and what the store meets.
    pub fn decide_near<T>(
        &mut self,
        wanted: &Wanted,
        is_locked: bool,
        decide: impl Fn(&mut Self, &mut World) -> Result<(T, bool), Failure>,
    ) -> Result<(World, T), Failure> {
        if self.may_look_at_few()
            && let Some(mut world) = self.world_near(wanted)?
        {
            let decided = decide(self, &mut world);
            if is_locked {
                seen_whole(&world.book)?;
            }
            if let Ok((decided, true)) = decided {
                return Ok((world, decided));
            }
        }
        let mut world = self.world()?;
        if is_locked {
            seen_whole(&world.book)?;
        }
        let (decided, _) = decide(self, &mut world)?;
        Ok((world, decided))
    }
}
