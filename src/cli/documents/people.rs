//! Who may be named in what was written about a subject or an order.

use crate::filing::facts::SubjectFacts;
use crate::filing::order::Order;
use crate::filing::portfolio::{FiledSubject, Portfolio};
use crate::render::mask::Privacy;
use crate::render::prose::Names;

/// Everybody known of a subject: who answers for it and its services, who did once, and the subject
/// itself where it is a person or reads like one.
pub fn of_subject(subject: &FiledSubject) -> Names<'_> {
    Names::of(known_of(subject))
}

/// Everybody known of an order: those in its own data, and those of the subject that it is about or
/// that its approval filed.
pub fn of_order<'a>(order: &'a Order, portfolio: &'a Portfolio) -> Names<'a> {
    let approval = order.brought();
    let number = order.target.subject.as_ref();
    let filed = number
        .or(approval.and_then(|approval| approval.subject.as_ref()))
        .and_then(|number| portfolio.subjects.get(number));
    let facts = order.filing.subject.as_deref();
    let is_individual = facts.is_some_and(SubjectFacts::is_individual);
    let own = facts.and_then(|facts| facts.name.as_deref());
    let own = own.or(order.target.name.as_deref());
    let own = own.filter(|name| is_personal(name, is_individual));
    Names::of(
        filed
            .into_iter()
            .flat_map(known_of)
            .chain(own)
            .chain(order.people()),
    )
}

fn known_of(subject: &FiledSubject) -> impl Iterator<Item = &str> {
    let facts = &subject.facts;
    let own = facts.name.as_deref();
    let own = own.filter(|name| is_personal(name, facts.is_individual()));
    subject.people.iter().map(String::as_str).chain(own)
}

/// Whether a subject's name is a person's, or reads like one.
fn is_personal(name: &str, is_individual: bool) -> bool {
    Privacy::Masked.subject_name(name, is_individual) != name
}
