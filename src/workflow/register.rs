//! Which orders bear on one: by ref, subject, account and domain.
//!
//! Made once for an answer and kept up as orders are put in, so that a batch looks each row's few
//! neighbours up instead of walking over all orders.

use crate::filing::facts::SubjectFacts;
use crate::filing::guard::Rival;
use crate::filing::host::Host;
use crate::filing::kind::Kind;
use crate::filing::number::{ServiceNumber, SubjectNumber};
use crate::filing::order::{Instant, Order, OrderId};
use crate::filing::profile::Profiles;
use crate::store::book::Book;
use std::collections::{BTreeMap, HashMap};

/// The provider and account that an order goes through.
type Account = (Option<String>, String);

/// Which orders bear on one.
#[derive(Clone, Debug, Default)]
pub struct Register {
    /// Every order by its place, which the lists below hold.
    ids: Vec<OrderId>,
    places: HashMap<OrderId, usize>,
    refs: HashMap<String, Vec<usize>>,
    subjects: BTreeMap<SubjectNumber, Vec<usize>>,
    /// First filings, by their subject's certificate number.
    certificates: HashMap<String, Vec<usize>>,
    domains: HashMap<Host, Vec<usize>>,
    /// Live orders alone: an account has many that ended.
    live_at: HashMap<Account, Vec<usize>>,
}

fn account(order: &Order) -> Option<Account> {
    let account = order.account.clone()?;
    Some((order.provider.clone(), account))
}

fn certificate(order: &Order) -> Option<String> {
    let facts = order.filing.subject.as_ref()?;
    Some(facts.certificate()?.number)
}

fn add(list: &mut Vec<usize>, place: usize) {
    if !list.contains(&place) {
        list.push(place);
    }
}

impl Register {
    /// Enters every order of a book.
    pub fn of(book: &Book, profiles: &Profiles, now: Instant) -> Self {
        let mut register = Self::default();
        for order in book.orders.values() {
            register.put(order, profiles, now);
        }
        register
    }

    /// Enters an order, or what it has become.
    pub fn put(&mut self, order: &Order, profiles: &Profiles, now: Instant) {
        let next = self.ids.len();
        let place = *self.places.entry(order.id.clone()).or_insert(next);
        if place == next {
            self.ids.push(order.id.clone());
        }
        if let Some(key) = &order.reference {
            add(self.refs.entry(key.clone()).or_default(), place);
        }
        for number in subjects(order) {
            add(self.subjects.entry(number).or_default(), place);
        }
        if let Some(number) = certificate(order) {
            add(self.certificates.entry(number).or_default(), place);
        }
        for domain in order.domains() {
            add(self.domains.entry(domain.clone()).or_default(), place);
        }
        if let Some(account) = account(order) {
            let live = order.view(profiles, now).status().is_live();
            let list = self.live_at.entry(account).or_default();
            if live {
                add(list, place);
            } else {
                list.retain(|there| *there != place);
            }
        }
    }

    /// Lists the orders that were given a ref, in the order of their ids.
    pub fn of_ref<'b>(&self, book: &'b Book, key: &str) -> Vec<&'b Order> {
        self.orders(book, self.refs.get(key).into_iter().flatten())
    }

    /// Lists the orders of a subject, in the order of their ids.
    pub fn of_subject<'b>(&self, book: &'b Book, number: &SubjectNumber) -> Vec<&'b Order> {
        self.orders(book, self.subjects.get(number).into_iter().flatten())
    }

    /// Lists the orders about a service, in the order of their ids.
    pub fn of_service<'b>(&self, book: &'b Book, number: &ServiceNumber) -> Vec<&'b Order> {
        let mut orders = self.of_subject(book, &number.subject());
        orders.retain(|o| o.target.services.iter().any(|s| s.number == *number));
        orders
    }

    /// Lists the orders about a domain, in the order of their ids.
    pub fn of_domain<'b>(&self, book: &'b Book, domain: &Host) -> Vec<&'b Order> {
        self.orders(book, self.domains.get(domain).into_iter().flatten())
    }

    /// Lists the orders that a guard could find in the way of `order`, in the order of their ids:
    /// those of its subject, its account and its new domains, and the one it waits for.
    pub fn near<'b>(&self, book: &'b Book, order: &Order) -> Vec<&'b Order> {
        let mut places: Vec<usize> = Vec::new();
        let mut take = |list: Option<&Vec<usize>>| places.extend(list.into_iter().flatten());
        for number in subjects(order) {
            take(self.subjects.get(&number));
        }
        let filed = order
            .target
            .subject
            .and_then(|n| book.portfolio.subject(&n));
        let known = filed.and_then(|subject| subject.facts.certificate());
        for number in certificate(order)
            .into_iter()
            .chain(known.map(|c| c.number))
        {
            take(self.certificates.get(&number));
        }
        let own = order.filing.subject.as_ref();
        if let Some(certificate) = own.and_then(SubjectFacts::certificate) {
            let subject = book.portfolio.of_certificate(&certificate);
            take(subject.and_then(|s| self.subjects.get(&s.number)));
        }
        if let Some(account) = account(order) {
            take(self.live_at.get(&account));
        }
        if order.kind == Kind::New {
            for domain in order.domains() {
                take(self.domains.get(domain));
            }
        }
        if let Some(place) = order.after.as_ref().and_then(|id| self.places.get(id)) {
            places.push(*place);
        }
        self.orders(book, places.iter())
    }

    fn orders<'b, 'p>(
        &self,
        book: &'b Book,
        places: impl Iterator<Item = &'p usize>,
    ) -> Vec<&'b Order> {
        let ids = places.filter_map(|place| self.ids.get(*place));
        let mut orders: Vec<&Order> = ids.filter_map(|id| book.orders.get(id)).collect();
        orders.sort_by(|one, two| one.id.cmp(&two.id));
        orders.dedup_by(|one, two| one.id == two.id);
        orders
    }
}

/// Returns the subjects that an order is about: the one it names, and the one it brought.
fn subjects(order: &Order) -> Vec<SubjectNumber> {
    let brought = order
        .history
        .iter()
        .filter_map(|entry| entry.approval.as_ref()?.subject);
    order.target.subject.into_iter().chain(brought).collect()
}

/// Returns orders as guards see them now.
pub fn rivals<'a>(
    orders: impl IntoIterator<Item = &'a Order>,
    profiles: &Profiles,
    now: Instant,
) -> Vec<Rival<'a>> {
    let orders = orders.into_iter();
    orders
        .map(|order| Rival {
            order,
            status: order.view(profiles, now).status(),
        })
        .collect()
}
