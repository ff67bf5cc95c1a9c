//! Which orders bear on one: by ref, subject, account and domain.
//!
//! Made once for an answer and kept up as orders are put in, so that a batch looks each row's few
//! neighbours up instead of walking over all orders. What is asked again and again is found without
//! what it is not about: a subject may have thousands of orders, of which few are live.

use crate::filing::facts::SubjectFacts;
use crate::filing::guard::Rival;
use crate::filing::host::Host;
use crate::filing::instant::Instant;
use crate::filing::kind::Kind;
use crate::filing::number::{ServiceNumber, SubjectNumber};
use crate::filing::order::{Order, OrderId};
use crate::filing::portfolio::Portfolio;
use crate::filing::profile::Profiles;
use crate::filing::status::Status;
use crate::store::book::Book;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// The provider and account that an order goes through.
type Account = (Option<String>, String);

/// Orders in the order of their ids.
type Ids = BTreeSet<OrderId>;

/// Which orders bear on one.
#[derive(Clone, Debug, Default)]
pub struct Register {
    statuses: HashMap<OrderId, Status>,
    refs: HashMap<String, Ids>,
    drafts: Shelf,
    live: Shelf,
    ended: Shelf,
    /// Live orders alone: an account has many that ended.
    live_at: HashMap<Account, Ids>,
}

/// Orders that stand alike, by what they are about.
#[derive(Clone, Debug, Default)]
struct Shelf {
    subjects: BTreeMap<SubjectNumber, Ids>,
    /// First filings, by their subject's certificate number.
    certificates: HashMap<String, Ids>,
    domains: HashMap<Host, Ids>,
}

impl Shelf {
    /// Shows each list that an order stands in.
    fn each(&mut self, order: &Order, act: impl Fn(&mut Ids)) {
        for number in subjects(order) {
            act(self.subjects.entry(number).or_default());
        }
        if let Some(number) = certificate(order) {
            act(self.certificates.entry(number).or_default());
        }
        for domain in order.domains() {
            act(self.domains.entry(domain.clone()).or_default());
        }
    }
}

fn account(order: &Order) -> Option<Account> {
    let account = order.account.clone()?;
    Some((order.provider.clone(), account))
}

fn certificate(order: &Order) -> Option<String> {
    let facts = order.filing.subject.as_deref()?;
    Some(facts.certificate()?.number)
}

impl Register {
    /// Enters orders.
    pub fn of<'o>(
        orders: impl IntoIterator<Item = &'o Order>,
        profiles: &Profiles,
        now: Instant,
    ) -> Self {
        let mut register = Self::default();
        for order in orders {
            register.put(order, profiles, now);
        }
        register
    }

    /// Returns the shelf of orders of a status.
    const fn shelf(&mut self, status: Status) -> &mut Shelf {
        if status.is_live() {
            &mut self.live
        } else if status.has_ended() {
            &mut self.ended
        } else {
            &mut self.drafts
        }
    }

    /// Enters an order.
    pub fn put(&mut self, order: &Order, profiles: &Profiles, now: Instant) {
        let status = order.view(profiles, now).status();
        let id = &order.id;
        self.statuses.insert(id.clone(), status);
        if let Some(key) = &order.reference {
            self.refs.entry(key.clone()).or_default().insert(id.clone());
        }
        self.shelf(status).each(order, |ids| {
            ids.insert(id.clone());
        });
        if let Some(account) = account(order).filter(|_| status.is_live()) {
            self.live_at.entry(account).or_default().insert(id.clone());
        }
    }

    /// Takes an order out again, as it was entered.
    pub fn take_out(&mut self, order: &Order) {
        let id = &order.id;
        let Some(status) = self.statuses.remove(id) else {
            return;
        };
        let of_ref = order
            .reference
            .as_ref()
            .and_then(|key| self.refs.get_mut(key));
        of_ref.map(|ids| ids.remove(id));
        self.shelf(status).each(order, |ids| {
            ids.remove(id);
        });
        let at = account(order).and_then(|account| self.live_at.get_mut(&account));
        at.map(|ids| ids.remove(id));
    }

    const fn shelves(&self) -> [&Shelf; 3] {
        [&self.drafts, &self.live, &self.ended]
    }

    /// Lists the orders that were given a ref, in the order of their ids.
    pub fn of_ref<'b>(&self, book: &'b Book, key: &str) -> Vec<&'b Order> {
        merged(self.refs.get(key))
            .filter_map(|id| book.orders.get(id))
            .collect()
    }

    /// Lists the orders of a subject, in the order of their ids.
    pub fn of_subject<'b>(&self, book: &'b Book, number: &SubjectNumber) -> Vec<&'b Order> {
        let lists = self.shelves().map(|shelf| shelf.subjects.get(number));
        orders(book, merged(lists.into_iter().flatten()))
    }

    /// Lists the orders about a service, in the order of their ids.
    pub fn of_service<'b>(&self, book: &'b Book, number: &ServiceNumber) -> Vec<&'b Order> {
        let mut orders = self.of_subject(book, &number.subject());
        orders.retain(|order| order.target.holds(number));
        orders
    }

    /// Lists the orders about a domain, in the order of their ids.
    pub fn of_domain<'b>(&self, book: &'b Book, domain: &Host) -> Vec<&'b Order> {
        let lists = self.shelves().map(|shelf| shelf.domains.get(domain));
        orders(book, merged(lists.into_iter().flatten()))
    }

    /// Lists the orders that have not ended and may ask for what `order` asks for, in the order of their
    /// ids: those about its first domain, where it has none those of its subject or certificate.
    pub fn open_beside<'b>(&self, book: &'b Book, order: &Order) -> Vec<&'b Order> {
        let domain = order.domains().first().copied();
        let certificate = certificate(order);
        let lists = [&self.drafts, &self.live].map(|shelf| match (domain, order.target.subject) {
            (Some(domain), _) => shelf.domains.get(domain),
            (None, Some(number)) => shelf.subjects.get(&number),
            (None, None) => shelf.certificates.get(certificate.as_ref()?),
        });
        orders(book, merged(lists.into_iter().flatten()))
    }

    /// Lists the orders that bear on `order`, in the order of their ids: those of its subject, its
    /// account and its new domains.
    pub fn near<'b>(&self, book: &'b Book, order: &Order) -> Vec<&'b Order> {
        let mut lists = lists(&self.shelves(), &book.portfolio, order);
        lists.extend(account(order).and_then(|account| self.live_at.get(&account)));
        orders(book, merged(lists))
    }

    /// Lists those of them that are live, and those that `order` waits for, with where they stand.
    pub fn rivals<'b>(&self, book: &'b Book, order: &Order) -> Vec<Rival<'b>> {
        let mut lists = lists(&[&self.live], &book.portfolio, order);
        lists.extend(account(order).and_then(|account| self.live_at.get(&account)));
        let after: Ids = awaited(book, order.after.as_ref())
            .into_iter()
            .map(|order| order.id.clone())
            .collect();
        lists.push(&after);
        let rivals = merged(lists).filter_map(|id| {
            let (order, status) = (book.orders.get(id)?, *self.statuses.get(id)?);
            Some(Rival { order, status })
        });
        rivals.collect()
    }

    /// Lists the drafts that bear on `order`, in the order of their ids.
    pub fn drafts<'b>(&'b self, book: &'b Book, order: &Order) -> impl Iterator<Item = &'b Order> {
        let lists = lists(&[&self.drafts], &book.portfolio, order);
        let is_draft = |order: &&Order| self.statuses.get(&order.id) == Some(&Status::Draft);
        merged(lists)
            .filter_map(|id| book.orders.get(id))
            .filter(is_draft)
    }
}

/// Lists the order that another waits for, and what that waits for in turn.
pub fn awaited<'b>(book: &'b Book, after: Option<&OrderId>) -> Vec<&'b Order> {
    let mut awaited: Vec<&Order> = Vec::new();
    let mut next = after;
    while let Some(found) = next.and_then(|id| book.orders.get(id)) {
        // Files that people wrote may wait in a circle.
        if awaited.iter().any(|known| known.id == found.id) {
            break;
        }
        awaited.push(found);
        next = found.after.as_ref();
    }
    awaited
}

/// Lists the orders that could be of the subject of `order`, or ask for its new domains, among
/// those of some shelves.
fn lists<'r>(shelves: &[&'r Shelf], portfolio: &Portfolio, order: &Order) -> Vec<&'r Ids> {
    let filed = portfolio.subject_of(order);
    let known = filed.and_then(|subject| subject.facts.certificate());
    let own = order.filing.subject.as_deref();
    let own = own.and_then(SubjectFacts::certificate);
    let mut numbers = subjects(order);
    if let Some(certificate) = own {
        let holders = portfolio.all_of_certificate(&certificate);
        numbers.extend(holders.map(|subject| subject.number));
    }
    let certificates: Vec<String> = certificate(order)
        .into_iter()
        .chain(known.map(|certificate| certificate.number))
        .collect();
    let domains = if order.kind == Kind::New {
        order.domains()
    } else {
        Vec::new()
    };
    let mut found = Vec::new();
    for shelf in shelves {
        found.extend(numbers.iter().filter_map(|n| shelf.subjects.get(n)));
        found.extend(
            certificates
                .iter()
                .filter_map(|n| shelf.certificates.get(n)),
        );
        found.extend(domains.iter().filter_map(|d| shelf.domains.get(*d)));
    }
    found
}

/// Lists the ids of some lists in their order, each once.
fn merged<'i>(lists: impl IntoIterator<Item = &'i Ids>) -> impl Iterator<Item = &'i OrderId> {
    let mut heads: Vec<_> = lists.into_iter().map(|ids| ids.iter().peekable()).collect();
    std::iter::from_fn(move || {
        let next = heads
            .iter_mut()
            .filter_map(|head| head.peek().copied())
            .min()?;
        for head in &mut heads {
            head.next_if_eq(&next);
        }
        Some(next)
    })
}

fn orders<'b, 'i>(book: &'b Book, ids: impl Iterator<Item = &'i OrderId>) -> Vec<&'b Order> {
    ids.filter_map(|id| book.orders.get(id)).collect()
}

/// Returns the subjects that an order is about: the one it names, and the one it brought.
fn subjects(order: &Order) -> Vec<SubjectNumber> {
    let brought = order
        .history
        .iter()
        .filter_map(|entry| entry.approval.as_deref()?.subject);
    order.target.subject.into_iter().chain(brought).collect()
}
