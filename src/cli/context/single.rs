//! Moving single orders: the way of `submit`, `record`, `withdraw` and `abandon` into the store.
//!
//! Only what the step rests on is read, and writers of other subjects go on beside it. Whatever
//! this way cannot answer goes the way of everything: [`Context::transact`].

use super::writing::{changes, heed};
use super::{Context, Done, Plan, Stamp, World};
use crate::cli::person::consent;
use crate::failure::Failure;
use crate::filing::kind::Kind;
use crate::filing::order::{Order, OrderId};
use crate::ids::Ids;
use crate::render::Format;
use crate::store::near::Wanted;
use crate::store::{Disk, LockKey, RecordLock};
use crate::workflow::reach::Reach;
use std::collections::BTreeSet;

/// Whether a command asks before it writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asks {
    /// It writes down what happened.
    Nothing,
    /// It needs consent.
    Consent,
}

/// What was read of the store, and what it was read for.
struct Seen {
    world: World,
    ids: BTreeSet<OrderId>,
    reach: Reach,
}

impl Context<'_> {
    /// Decides on the orders that `words` name, and writes, as [`Context::transact`] does; `reach`
    /// says how much of the store the decision on one of them rests on, and `numbers` are issued by
    /// it.
    ///
    /// # Errors
    /// As [`Context::transact`].
    pub fn transact_orders<T>(
        &mut self,
        words: &[String],
        numbers: &[String],
        asks: Asks,
        reach: impl Fn(&World, &Order) -> Reach,
        decide: impl Fn(&World, &Stamp, &mut Ids) -> Result<Plan<T>, Failure>,
    ) -> Result<Done<T>, Failure> {
        if let Some(done) = self.transact_beside(words, asks, &reach, &decide)? {
            return Ok(done);
        }
        self.transact_near(&Wanted::of(words.iter().chain(numbers)), decide)
    }

    /// Does it beside other writers; none where that cannot be done, and nothing was.
    fn transact_beside<T>(
        &mut self,
        words: &[String],
        asks: Asks,
        reach: &impl Fn(&World, &Order) -> Reach,
        decide: &impl Fn(&World, &Stamp, &mut Ids) -> Result<Plan<T>, Failure>,
    ) -> Result<Option<Done<T>>, Failure> {
        // Nobody is asked while others wait.
        let can_ask = asks == Asks::Consent && self.may_ask();
        if !self.may_look_at_few() || self.globals.dry_run || can_ask || !self.has_store() {
            return Ok(None);
        }
        let disk = self.open_to_write()?;
        let Some(first) = self.see(&disk, words, reach, Reach::Itself)? else {
            return Ok(None);
        };
        let keys = keys(&first);
        let holder = self.holder();
        let lock = RecordLock::acquire(&disk, &keys, &holder, self.globals.lock_timeout)?;
        let Some(seen) = self.see(&disk, words, reach, Reach::Neighbours)? else {
            return Ok(None);
        };
        if self::keys(&seen) != keys {
            // It became another subject's meanwhile.
            return Ok(None);
        }
        let mut world = seen.world;
        let mut ids = self.ids.for_operation();
        let stamp = self.stamp(&world, &mut ids);
        let mut plan = decide(&world, &stamp, &mut ids)?;
        heed(&world, &plan)?;
        if let Some(consent) = plan.consent.take() {
            consent::obtain(self, &consent)?;
        }
        if let Some(refusal) = plan.refusal.take() {
            return Err(refusal);
        }
        match changes(&mut world.book, &disk, &plan)?.as_slice() {
            [] => {}
            [change] => lock.commit(change)?,
            // Several files are one operation: all or none of them.
            [..] => return Ok(None),
        }
        drop(lock);
        Ok(Some(self.done(world, plan)))
    }

    /// Reads what a step of the named order rests on, at most as far as `limit`; none where the
    /// words do not name one readable order, or everything is needed.
    fn see(
        &mut self,
        disk: &Disk,
        words: &[String],
        reach: &impl Fn(&World, &Order) -> Reach,
        limit: Reach,
    ) -> Result<Option<Seen>, Failure> {
        let Some((mut world, ids)) = self.world_of_only(words)? else {
            return Ok(None);
        };
        if ids.len() != 1 {
            return Ok(None);
        }
        // A document says what depends on the orders beside it.
        let shown = match self.globals.format {
            Format::Human | Format::Sarif | Format::Markdown | Format::Ics => Reach::Itself,
            Format::Json | Format::Jsonl | Format::Csv | Format::Tsv => Reach::Neighbours,
        };
        let reach = ids
            .iter()
            .filter_map(|id| world.book.orders.get(id))
            .map(|order| reach(&world, order))
            .fold(shown, Reach::max);
        match reach.min(limit) {
            Reach::Store => return Ok(None),
            Reach::Neighbours => {
                world = self.world_near_on(disk, &Wanted::of(words))?;
            }
            Reach::Itself => {}
        }
        Ok((reach != Reach::Store).then_some(Seen { world, ids, reach }))
    }
}

/// Returns the locks that a step needs.
///
/// The steps of one subject's orders exclude each other. One that can bring an order to life
/// excludes those of its account, and for a new filing of its domains. A first filing's subject
/// is known only by its certificate, which may be that of a filed one: it excludes all of these.
fn keys(seen: &Seen) -> Vec<LockKey> {
    let mut keys = Vec::new();
    for order in seen
        .ids
        .iter()
        .filter_map(|id| seen.world.book.orders.get(id))
    {
        let certificate = || order.filing.subject.as_deref()?.certificate();
        keys.push(match (order.target.subject, certificate()) {
            (Some(number), _) => LockKey::new("subject", &number.to_string()),
            (None, Some(certificate)) => LockKey::new("certificate", &certificate.number),
            (None, None) => LockKey::new("order", order.id.as_str()),
        });
        if seen.reach == Reach::Itself {
            continue;
        }
        let coming_alive = LockKey::new("first filings", "");
        keys.push(if order.target.subject.is_none() {
            coming_alive
        } else {
            coming_alive.shared()
        });
        if let (Some(provider), Some(account)) = (&order.provider, &order.account) {
            keys.push(LockKey::new("account", &format!("{provider}\0{account}")));
        }
        if order.kind == Kind::New {
            let domains = order.domains().into_iter();
            keys.extend(domains.map(|domain| LockKey::new("domain", domain.as_str())));
        }
    }
    keys.sort();
    keys.dedup();
    keys
}
