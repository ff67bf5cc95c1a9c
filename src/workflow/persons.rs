//! Who a report is about: the words of `--who` and `--service`.

use crate::failure::Failure;
use crate::filing::number::ServiceNumber;
use crate::filing::order::{Order, Signatory, Who};
use crate::filing::place::Place;
use crate::filing::signatory;
use crate::lang::Text;
use crate::text;

/// Returns the parts that `--who` names.
pub(super) fn named(order: &Order, words: &[String]) -> Result<Vec<Who>, Failure> {
    let count = order.service_count();
    let mut parts = Vec::new();
    for word in words {
        match word.as_str() {
            "all" => {
                parts.push(Who::Subject);
                parts.extend((0..count).map(Place::of).map(Who::Service));
            }
            "subject" => parts.push(Who::Subject),
            "service" if count == 1 => parts.push(Who::Service(Place::FIRST)),
            "service" => {
                return Err(Failure::usage(text!(
                    "订单有 {count} 个服务，请写 service:N",
                    "the order has {count} services: say which with service:N"
                )));
            }
            other => parts.push(service_place(order, other.strip_prefix("service:"), other)?),
        }
    }
    Ok(parts)
}

fn service_place(order: &Order, name: Option<&str>, word: &str) -> Result<Who, Failure> {
    let unknown = || {
        Failure::usage(text!(
            "`{word}` 不是此订单的人员",
            "`{word}` is no person of this order"
        ))
        .hint(signatory::words())
    };
    place(order, name.ok_or_else(unknown)?)
        .map(Who::Service)
        .ok_or_else(unknown)
}

/// Returns the place of the service that a word names: its place or its number.
pub fn place(order: &Order, word: &str) -> Option<Place> {
    if let Some(place) = Place::parse(word) {
        return (place.index() < order.service_count()).then_some(place);
    }
    let number = ServiceNumber::parse(word).ok()?.number;
    order
        .target
        .services
        .iter()
        .position(|s| s.number == number)
        .map(Place::of)
}

/// Chooses who answered the SMS.
pub(super) fn answers(
    order: &Order,
    awaiting: &[(Signatory, bool)],
    words: &[String],
) -> Result<Vec<Who>, Failure> {
    let open: Vec<&Signatory> = awaiting
        .iter()
        .filter(|(_, done)| !done)
        .map(|(s, _)| s)
        .collect();
    let names = || {
        let first = open.iter().filter_map(|s| s.who.first());
        let first = first.map(|who| {
            let (name, label) = (order.who_name(*who), order.who_label(*who));
            Text {
                zh: format!("{name} {}", label.zh).into(),
                en: name.into(),
            }
        });
        Text::joined(first, "、", ", ")
    };
    if words.is_empty() {
        return if let [only] = open.as_slice() {
            Ok(only.who.clone())
        } else {
            let list = names();
            Err(Failure::usage(text!(
                "还有多人待核验，请用 --who 写明：{list}；全部核验写 all",
                "several persons are awaited, say who with --who: {list}; all for every one",
                list
            )))
        };
    }
    if words == ["all"] {
        return Ok(open.iter().flat_map(|s| s.who.clone()).collect());
    }
    let asked = signatory::parts(order);
    let is_named = |part: &Who| awaiting.iter().any(|(s, _)| s.who.contains(part));
    let mut parts = named(order, words)?;
    for part in &mut parts {
        // An individual is the responsible person of the services too.
        if asked.contains(part) && !is_named(part) {
            *part = Who::Subject;
        }
        if !open.iter().any(|s| s.who.contains(part)) {
            let (name, list) = (order.who_name(*part), names());
            let failure = Failure::refused(
                "refused.not-awaited",
                text!("{name} 不在待核验之列", "{name} is not awaited"),
            );
            return Err(failure.of_order(&order.id).hint(text!(
                "待核验的是：{list}",
                "those awaited: {list}",
                list
            )));
        }
    }
    Ok(open
        .iter()
        .filter(|s| s.who.iter().any(|w| parts.contains(w)))
        .flat_map(|s| s.who.clone())
        .collect())
}

/// Chooses whose face check passed.
pub(super) fn faces(order: &Order, words: &[String]) -> Result<Vec<Who>, Failure> {
    if words.is_empty() {
        return match order.service_count() {
            0 => Ok(vec![Who::Subject]),
            1 => Ok(vec![Who::Service(Place::FIRST)]),
            _ => Err(Failure::usage(text!(
                "订单有多个服务，请用 --who 写明是谁",
                "the order has several services: say who with --who"
            ))),
        };
    }
    named(order, words)
}
