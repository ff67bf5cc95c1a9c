//! The desk: every order with where it stands at the present instant.

use super::advance;
use super::changes;
use super::check::Bench;
use super::materials;
use super::overtaken;
use super::world::World;
use crate::filing::deadline::{self, Deadline, Estimate};
use crate::filing::facts::SubjectFacts;
use crate::filing::guard;
use crate::filing::impact::{self, Impact};
use crate::filing::kind::Kind;
use crate::filing::number::SubjectNumber;
use crate::filing::obstacle::Obstacle;
use crate::filing::order::{Material, Order, OrderId};
use crate::filing::province::Province;
use crate::filing::standing::View;
use crate::filing::status::Status;
use crate::lang::Text;
use crate::text;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

/// What orders have in common that take as long as one another.
type Alike = (Option<Province>, Kind);

/// All orders with where they stand, worked out once for a whole answer.
#[derive(Debug)]
pub struct Desk<'a> {
    /// What it rests on.
    pub world: &'a World,
    /// Where each order stands now.
    pub views: BTreeMap<&'a OrderId, View>,
    /// The rules by which the rulebook refuses to send orders, as far as it was asked.
    refused: BTreeMap<&'a OrderId, String>,
    /// How many working days orders of a province and kind took, as far as it was asked.
    settled: Mutex<BTreeMap<Alike, Arc<[u32]>>>,
}

impl<'a> Desk<'a> {
    /// Works out where every order stands.
    pub fn new(world: &'a World) -> Self {
        let orders = &world.book.orders;
        let views: BTreeMap<&OrderId, View> = orders
            .iter()
            .map(|(id, order)| (id, world.view(order)))
            .collect();
        Self {
            world,
            views,
            refused: BTreeMap::new(),
            settled: Mutex::default(),
        }
    }

    /// Returns where an order stands.
    pub fn view(&self, order: &Order) -> View {
        self.views
            .get(&order.id)
            .cloned()
            .unwrap_or_else(|| self.world.view(order))
    }

    /// Returns the nearest limit of an order.
    pub fn deadline(&self, order: &Order) -> Option<Deadline> {
        let world = self.world;
        deadline::nearest(
            &order.case(&world.profiles),
            &self.view(order),
            &world.calendar,
            world.now,
        )
    }

    /// Estimates when an order is approved.
    pub fn estimate(&self, order: &Order) -> Option<Estimate> {
        let world = self.world;
        let alike = (order.province(), order.kind);
        let days = {
            let mut settled = self.settled.lock().unwrap_or_else(PoisonError::into_inner);
            let days = settled
                .entry(alike)
                .or_insert_with(|| world.days_taken(alike.0, alike.1).into());
            Arc::clone(days)
        };
        deadline::estimate(
            &order.case(&world.profiles),
            &self.view(order),
            &world.calendar,
            &days,
            world.now,
        )
    }

    /// Lists what an order's approval does; nothing for one that has ended.
    pub fn impact(&self, order: &Order) -> Vec<Impact> {
        if self.view(order).standing.status.has_ended() {
            return Vec::new();
        }
        let world = self.world;
        let ahead = world.ahead_of(order);
        impact::impact(order, &world.book.portfolio, &ahead, &world.profiles)
    }

    /// Returns what is in the way of sending a draft.
    pub fn blocked_by(&self, order: &Order) -> Option<Obstacle> {
        if self.view(order).status() != Status::Draft {
            return None;
        }
        if let Some(obstacle) = advance::incomplete(order) {
            return Some(obstacle);
        }
        let world = self.world;
        let order = overtaken::by_now(world, order);
        let rivals = world.rivals_of(&order);
        guard::sending(&order, &world.book.portfolio, &world.profiles, &rivals)
            .err()
            .or_else(|| changes::idle(&order))
    }

    /// Lists the orders that a draft is held back by, where nothing else is in its way.
    pub fn held_by(&self, order: &Order) -> Vec<OrderId> {
        let obstacle = self.blocked_by(order);
        if obstacle.as_ref().and_then(Obstacle::order).is_none() {
            return Vec::new();
        }
        let world = self.world;
        let order = overtaken::by_now(world, order);
        let rivals = world.rivals_of(&order);
        let held = guard::in_the_way(&order, &world.book.portfolio, &world.profiles, &rivals);
        let mut ids: Vec<OrderId> = Vec::new();
        for id in held.iter().filter_map(Obstacle::order) {
            // The order that is awaited may hold the subject, too.
            if !ids.contains(id) {
                ids.push(id.clone());
            }
        }
        ids
    }

    /// Whether neither an edit nor waiting lets an order be sent again that came back: what it is about
    /// has ended, or is not any more as the order needs it.
    pub fn is_past_mending(&self, order: &Order) -> bool {
        let portfolio = &self.world.book.portfolio;
        let ahead = self.world.ahead_of(order);
        match guard::drafting(order, portfolio, &self.world.profiles, &ahead) {
            // Of a subject that the store does not know, nothing is known to have ended.
            Err(Obstacle::NotFiled { .. }) => {
                let subject = order.target.subject.as_ref();
                subject.is_some_and(|number| portfolio.subjects.contains_key(number))
            }
            Err(Obstacle::ShellCannotAdd { .. }) => true,
            Err(_) => order.kind.is_cancellation(),
            Ok(()) => false,
        }
    }

    /// Whether sending is what comes next for an order, as far as the rulebook is not asked.
    pub fn is_to_be_sent(&self, order: &Order) -> bool {
        let view = self.view(order);
        view.status().is_editable() && self.blocked_by(order).is_none()
    }

    /// Asks the rulebook about orders; attachments count as what was noted of them.
    pub fn judge(&mut self, bench: &Bench<'_>, orders: impl IntoIterator<Item = &'a Order>) {
        let look = |material: &Material| materials::look_at(material, &[], None);
        for order in orders {
            let rules = bench.refusing(self.world, order, &look);
            if !rules.is_empty() {
                self.refused.insert(&order.id, rules.join(", "));
            }
        }
    }

    /// Returns the rules by which the rulebook refuses to send an order, where it was asked.
    pub fn refused_by(&self, order: &Order) -> Option<&str> {
        self.refused.get(&order.id).map(String::as_str)
    }

    /// Returns why an order that could be sent is not to be sent yet, in words.
    pub fn held_back(&self, order: &Order) -> Option<Text> {
        if let Some(obstacle) = self.blocked_by(order) {
            return Some(obstacle.message());
        }
        let rules = self.refused_by(order)?;
        Some(text!(
            "规则库发现会被驳回的错误：{rules}",
            "the rulebook finds errors that lead to a rejection: {rules}"
        ))
    }

    /// Lists the orders of a subject.
    pub fn orders_of(&self, number: &SubjectNumber) -> Vec<&'a Order> {
        self.world.register().of_subject(&self.world.book, number)
    }

    /// Whether another order, open or made since, cancels what an ended one was to cancel.
    pub fn is_taken_up(&self, order: &Order) -> bool {
        let ended_at = order.standing().ended_at;
        let is_later =
            |other: &Order| !other.standing().status.has_ended() || other.created_at() >= ended_at;
        let covers = |other: &Order| {
            let mut services = order.target.services.iter();
            other.kind == Kind::CancelSubject
                || other.kind == order.kind && services.all(|s| other.target.holds(&s.number))
        };
        let orders = order.target.subject.map(|number| self.orders_of(&number));
        orders.into_iter().flatten().any(|other| {
            other.id != order.id && covers(other) && !other.is_undone() && is_later(other)
        })
    }

    /// Whether what a cancellation was to end is filed, and no other order ends it.
    pub fn is_still_wanted(&self, order: &Order) -> bool {
        let portfolio = &self.world.book.portfolio;
        let is_filed = match order.kind {
            Kind::CancelSubject => order
                .subject()
                .is_some_and(|n| portfolio.subject(&n).is_some()),
            Kind::CancelSite | Kind::CancelAccess | Kind::New | Kind::Access | Kind::Change => {
                let mut services = order.target.services.iter();
                services.any(|service| portfolio.service(&service.number).is_some())
            }
        };
        is_filed && !self.is_taken_up(order)
    }

    /// Returns an order's labels with its subject's beneath.
    pub fn labels(&self, order: &Order) -> BTreeMap<String, String> {
        let portfolio = &self.world.book.portfolio;
        let subject = order.subject().and_then(|n| portfolio.subjects.get(&n));
        let mut labels = subject.map(|s| s.labels.clone()).unwrap_or_default();
        labels.extend(order.labels.clone());
        labels
    }

    /// Whether an order's subject is an individual, whose name is personal.
    pub fn is_individual(&self, order: &Order) -> bool {
        let subjects = &self.world.book.portfolio.subjects;
        let ever = order
            .target
            .subject
            .and_then(|number| subjects.get(&number));
        let facts = order.subject_facts(ever);
        facts.is_some_and(SubjectFacts::is_individual)
    }
}
