//! The one way in which a command changes records.

use super::{Context, Done, Plan, Stamp, World};
use crate::cli::person::consent;
use crate::evidence::keep;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::ids::Ids;
use crate::store::book::Book;
use crate::store::near::Wanted;
use crate::store::{Change, Files, StoreLock};
use crate::workflow::doubt;

impl Context<'_> {
    /// Decides, asks where it must, and writes: the one way in which a command changes records.
    ///
    /// `decide` looks at everything and says what is to be written. It runs on what readers see, to
    /// refuse, to ask or to answer without a lock, and once more under the lock, where what it says
    /// is written.
    ///
    /// # Errors
    /// What `decide` refuses, consent withheld, and what the store meets.
    pub fn transact<T>(
        &mut self,
        decide: impl Fn(&World, &Stamp, &mut Ids) -> Result<Plan<T>, Failure>,
    ) -> Result<Done<T>, Failure> {
        self.transact_in(None, &decide)
    }

    /// As [`transact`](Self::transact), by what bears on `wanted` alone where that is given.
    pub(super) fn transact_in<T>(
        &mut self,
        wanted: Option<&Wanted>,
        decide: &impl Fn(&World, &Stamp, &mut Ids) -> Result<Plan<T>, Failure>,
    ) -> Result<Done<T>, Failure> {
        let ids_of_this = self.ids.for_operation();
        if let Some(disk) = self.open()? {
            self.settle(&disk, self.globals.lock_timeout)?;
        }
        let near = match wanted {
            Some(wanted) => self.world_near(wanted)?,
            None => None,
        };
        let wanted = wanted.filter(|_| near.is_some());
        let world = match near {
            Some(world) => world,
            None => self.world()?,
        };
        seen_whole(&world.book)?;
        let mut ids = ids_of_this.clone();
        let stamp = self.stamp(&world, &mut ids);
        let mut plan = match decide(&world, &stamp, &mut ids) {
            Ok(plan) => plan,
            // What is near the word that means nothing is told by a look at everything.
            Err(failure) if wanted.is_some() && failure.exit == Exit::NotFound => {
                return self.transact_in(None, decide);
            }
            Err(failure) => return Err(failure),
        };
        heed(&world, &plan)?;
        let refusal = plan.refusal.take();
        let agreed = plan.consent.take();
        // What is refused takes no effect that could be shown; off a terminal missing consent comes first.
        if let Some(consent) = &agreed
            && (refusal.is_none() || !self.may_ask() && !self.globals.dry_run)
        {
            consent::obtain(self, consent)?;
        }
        if let Some(refusal) = refusal {
            return Err(refusal);
        }
        if self.globals.dry_run || !plan.writes() {
            return Ok(self.done(world, plan));
        }
        let disk = self.open_to_write()?;
        let lock = StoreLock::acquire(&disk, &self.holder(), self.globals.lock_timeout)?;
        let mut world = match wanted {
            Some(wanted) => self.world_near_on(&disk, wanted)?,
            None => self.world_of(Some(&disk))?,
        };
        seen_whole(&world.book)?;
        let mut ids = ids_of_this;
        let stamp = self.stamp(&world, &mut ids);
        let mut plan = decide(&world, &stamp, &mut ids)?;
        heed(&world, &plan)?;
        if let Some(refusal) = plan.refusal.take() {
            return Err(refusal);
        }
        if plan.consent != agreed {
            return Err(consent::moved());
        }
        let mut changes = changes(&mut world.book, &disk, &plan)?;
        for holder in &plan.forgotten {
            changes.extend(keep::forget(&disk, holder)?);
        }
        lock.commit(&changes)?;
        drop(lock);
        Ok(self.done(world, plan))
    }

    /// Works alone with the store where `writes`, else beside others on what readers see.
    ///
    /// # Errors
    /// What `work` refuses, and what the store meets.
    pub fn alone<T>(
        &mut self,
        writes: bool,
        work: impl FnOnce(&mut Self, Option<&StoreLock<'_>>) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        if !writes {
            return work(self, None);
        }
        let disk = self.open_to_write()?;
        let lock = StoreLock::acquire(&disk, &self.holder(), self.globals.lock_timeout)?;
        work(self, Some(&lock))
    }

    /// Draws an operation's id, and says who acts in it and when.
    pub fn stamp(&self, world: &World, ids: &mut Ids) -> Stamp {
        let taken = world.book.operations();
        Stamp {
            op: ids.operation(|id| taken.contains(id)),
            turn: world.book.next_turn(world.now).max(self.turn),
            actor: self.actor(),
            now: world.now,
        }
    }

    /// Returns what came of a plan, and tells what it says that the user should know.
    pub(super) fn done<T>(&mut self, world: World, plan: Plan<T>) -> Done<T> {
        let done = Done {
            changed: plan.writes(),
            world: after(world, &plan),
            answer: plan.answer,
        };
        self.warn_of(plan.cautions);
        done
    }
}

/// Refuses to decide while a record cannot be read: it could forbid what is asked for.
pub(super) fn seen_whole(book: &Book) -> Result<(), Failure> {
    book.unread().map_or(Ok(()), |error| Err(error.into()))
}

/// Refuses a plan that a damaged record may forbid.
pub(super) fn heed<T>(world: &World, plan: &Plan<T>) -> Result<(), Failure> {
    let mut orders = plan.orders.iter();
    orders.try_for_each(|order| doubt::heed(&world.book, &world.profiles, order))
}

/// Returns the changes that write a plan.
pub(super) fn changes<T>(
    book: &mut Book,
    files: &dyn Files,
    plan: &Plan<T>,
) -> Result<Vec<Change>, Failure> {
    let touched = plan.files.iter().map(|(path, _)| path);
    book.prove(files, touched.chain(&plan.removed))?;
    let written = plan.files.iter();
    let mut changes: Vec<Change> = written
        .filter_map(|(path, bytes)| book.write_file(path, bytes))
        .collect();
    for record in &plan.subjects {
        changes.push(book.write_subject(record)?);
    }
    for order in &plan.orders {
        changes.push(book.write_order(order)?);
    }
    changes.extend(
        plan.removed
            .iter()
            .filter_map(|path| book.remove(path.clone())),
    );
    Ok(changes)
}

/// Returns the world as a plan leaves it.
fn after<T>(mut world: World, plan: &Plan<T>) -> World {
    for record in &plan.subjects {
        world.book.put_subject(record.clone());
    }
    if !plan.subjects.is_empty() {
        world.book.refold();
    }
    for order in &plan.orders {
        world.put(order.clone());
    }
    world
}
