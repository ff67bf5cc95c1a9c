//! Everything that decisions rest on.

use super::register::{self, Register};
use super::resolve::{self, NoOrder, Target};
use crate::failure::Failure;
use crate::filing::calendar::Calendar;
use crate::filing::guard::{self, Rival};
use crate::filing::instant::Instant;
use crate::filing::kind::Kind;
use crate::filing::number::SubjectNumber;
use crate::filing::order::{FieldChange, Order, OrderId};
use crate::filing::profile::Profiles;
use crate::filing::province::Province;
use crate::filing::rebase::rebased;
use crate::filing::record::SubjectRecord;
use crate::filing::standing::View;
use crate::filing::status::{Bucket, Status};
use crate::store::book::Book;
use crate::store::near::Times;
use crate::text;
use chrono::NaiveDate;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

/// Everything that decisions rest on, read at one time.
#[derive(Clone, Debug)]
pub struct World {
    /// The records.
    pub book: Book,
    /// The providers.
    pub profiles: Profiles,
    /// The working days.
    pub calendar: Calendar,
    /// The present.
    pub now: Instant,
    /// Made when it is first asked for; [`put`](Self::put) keeps it up.
    register: OnceLock<Register>,
    /// How long approved orders took, where more of them count than were read.
    times: Option<Times>,
    /// As they are stored, the changes that come to something else by what is filed now.
    stored: BTreeMap<OrderId, Vec<FieldChange>>,
}

impl World {
    /// Puts together what was read; changes that wait are what they come to by what is filed now.
    pub fn new(mut book: Book, profiles: Profiles, calendar: Calendar, now: Instant) -> Self {
        let mut stored = BTreeMap::new();
        for (id, order) in &mut book.orders {
            if let Some(changes) = rebased(order, &book.portfolio) {
                stored.insert(id.clone(), std::mem::replace(&mut order.changes, changes));
            }
        }
        Self {
            book,
            profiles,
            calendar,
            now,
            register: OnceLock::new(),
            times: None,
            stored,
        }
    }

    /// Returns the world as it would be with other records.
    #[must_use]
    pub fn holding(&self, mut book: Book) -> Self {
        book.refold();
        let (profiles, calendar) = (self.profiles.clone(), self.calendar.clone());
        Self::new(book, profiles, calendar, self.now)
    }

    /// Returns an order of this world as its file holds it.
    pub fn stored<'o>(&self, order: &'o Order) -> Cow<'o, Order> {
        match self.stored.get(&order.id) {
            Some(changes) => Cow::Owned(Order {
                changes: changes.clone(),
                ..order.clone()
            }),
            None => Cow::Borrowed(order),
        }
    }

    /// Sets how long the approved orders of the whole store took, where this is a part of it.
    pub fn took(&mut self, times: Times) {
        self.times = Some(times);
    }

    /// Returns the working days that approved orders of a province and kind took.
    pub fn days_taken(&self, province: Option<Province>, kind: Kind) -> Vec<u32> {
        let days =
            |from: NaiveDate, to: NaiveDate| self.calendar.working_days_between(from, to).value;
        if let Some(times) = &self.times {
            let code = province.map(|province| province.code().to_owned());
            let alike = times.get(&(code, kind)).into_iter().flatten();
            return alike.map(|(from, to)| days(*from, *to)).collect();
        }
        let orders = self.book.orders.values();
        orders
            .filter(|order| order.kind == kind && order.province() == province)
            .filter_map(|order| {
                let submitted = order.standing().submitted_at?.day();
                Some(days(submitted, order.approval()?.at.day()))
            })
            .collect()
    }

    /// Puts an order in, as if it had been written.
    pub fn put(&mut self, order: Order) {
        let id = order.id.clone();
        self.stored.remove(&id);
        let was = self.book.orders.insert(id.clone(), order);
        let is = self.book.orders.get(&id);
        if let (Some(register), Some(order)) = (self.register.get_mut(), is) {
            if let Some(was) = &was {
                register.take_out(was);
            }
            register.put(order, &self.profiles, self.now);
        }
        let mut numbers: Vec<SubjectNumber> = was
            .as_ref()
            .into_iter()
            .chain(is)
            .filter_map(changed)
            .collect();
        numbers.dedup();
        for number in numbers {
            self.refold(number);
            let beside = self.register().of_subject(&self.book, &number);
            let changed: Vec<Order> = beside
                .into_iter()
                .filter_map(|order| {
                    Some(Order {
                        changes: rebased(order, &self.book.portfolio)?,
                        ..order.clone()
                    })
                })
                .collect();
            for order in changed {
                self.put(order);
            }
        }
    }

    /// Puts a subject's record in, as if it had been written.
    pub fn put_subject(&mut self, record: SubjectRecord) {
        let number = record.number;
        self.book.put_subject(record);
        let _ = self.register();
        self.refold(number);
    }

    /// Folds a subject anew after an approval of it came or went.
    fn refold(&mut self, number: SubjectNumber) {
        let Some(register) = self.register.get() else {
            self.book.refold();
            return;
        };
        let orders: Vec<Order> = register
            .of_subject(&self.book, &number)
            .into_iter()
            .filter(|order| changed(order).is_some())
            .cloned()
            .collect();
        let record = self.book.subjects.get(&number);
        Arc::make_mut(&mut self.book.portfolio).refold(number, record, &orders);
    }

    pub(super) fn register(&self) -> &Register {
        self.register
            .get_or_init(|| self.register_of(self.book.orders.values()))
    }

    /// Enters some orders in a register of their own.
    pub fn register_of<'o>(&self, orders: impl IntoIterator<Item = &'o Order>) -> Register {
        Register::of(orders, &self.profiles, self.now)
    }

    /// Lets time pass: where orders stand is asked anew.
    pub fn pass(&mut self, now: Instant) {
        self.now = now;
        self.register = OnceLock::new();
    }

    /// Returns where an order stands now.
    pub fn view(&self, order: &Order) -> View {
        order.view(&self.profiles, self.now)
    }

    /// Returns the status in which an order is now.
    pub fn status(&self, order: &Order) -> Status {
        self.view(order).status()
    }

    /// Lists the orders that guards look at for `order`, with where they stand now: those that are
    /// live, and the one that it waits for.
    pub fn rivals_of(&self, order: &Order) -> Vec<Rival<'_>> {
        self.register().rivals(&self.book, order)
    }

    /// Returns an order as guards see it: where it stands now.
    pub fn rival<'o>(&self, order: &'o Order) -> Rival<'o> {
        let status = self.status(order);
        Rival { order, status }
    }

    /// Lists the orders whose approval a draft waits for, as [`guard::ahead`] does.
    pub fn ahead_of(&self, order: &Order) -> Vec<&Order> {
        guard::ahead(order, &self.awaited(order.after.as_ref()))
    }

    /// Lists the orders whose approval a draft waits for that is made behind another.
    pub fn ahead_behind(&self, forerunner: &Order) -> Vec<&Order> {
        let after = Some(&forerunner.id);
        guard::through(after, &self.awaited(after))
    }

    fn awaited(&self, after: Option<&OrderId>) -> Vec<Rival<'_>> {
        let awaited = register::awaited(&self.book, after).into_iter();
        awaited.map(|order| self.rival(order)).collect()
    }

    /// Whether the order that another waits for has ended unapproved.
    pub fn waits_in_vain(&self, order: &Order) -> bool {
        let awaited = order.after.as_ref();
        let forerunner = awaited.and_then(|id| self.book.orders.get(id));
        forerunner.is_some_and(|order| self.status(order).bucket() == Bucket::Closed)
    }

    /// Lists the drafts that bear on `order`, in the order of their ids.
    pub fn drafts_beside(&self, order: &Order) -> impl Iterator<Item = &Order> {
        self.register().drafts(&self.book, order)
    }

    /// Returns the order that holds a ref.
    pub fn of_ref(&self, key: &str) -> Option<&Order> {
        resolve::holder(self.register().of_ref(&self.book, key))
    }

    /// Finds the order that a word means, as [`resolve::order`] does, without walking over all.
    ///
    /// # Errors
    /// As [`resolve::order`].
    pub fn find(&self, word: &str) -> Result<&Order, NoOrder> {
        if let Some(key) = word.strip_prefix("ref:") {
            return resolve::of_ref(&self.book, key, self.register().of_ref(&self.book, key));
        }
        if let Some(order) = OrderId::parse(word).and_then(|id| self.book.orders.get(&id)) {
            return Ok(order);
        }
        let register = self.register();
        if let Some(domain) = resolve::unfiled_domain(&self.book.portfolio, word) {
            return resolve::asking_for(register.of_domain(&self.book, &domain), word)
                .map_err(|error| resolve::in_doubt(&self.book, error));
        }
        let Ok(target) = resolve::target(&self.book.portfolio, word) else {
            return resolve::order(&self.book, word);
        };
        let orders = match &target {
            Target::Subject(number) => register.of_subject(&self.book, number),
            Target::Service(number) => register.of_service(&self.book, number),
            Target::Domain { domain, services } => {
                let mut orders = register.of_domain(&self.book, domain);
                for number in services {
                    orders.extend(register.of_service(&self.book, number));
                }
                orders.sort_by_key(|order| &order.id);
                orders.dedup_by_key(|order| &order.id);
                orders
            }
        };
        resolve::the_open_one(word, orders, |order| target.is_of(order))
            .map_err(|error| resolve::in_doubt(&self.book, error))
    }

    /// Returns an order.
    ///
    /// # Errors
    /// When there is none of that id (4).
    pub fn order(&self, id: &OrderId) -> Result<&Order, Failure> {
        self.book.orders.get(id).ok_or_else(|| {
            Failure::not_found(
                "not-found.order",
                text!("没有订单 {id}", "there is no order {id}"),
            )
        })
    }
}

/// Returns the subject that an order's approval changed, where it has one.
fn changed(order: &Order) -> Option<SubjectNumber> {
    let approval = order.brought()?;
    approval.subject.or(order.target.subject)
}
