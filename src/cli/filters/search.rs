//! What `--find` looks at: names, persons, phones, domains, numbers, refs and labels.

use crate::cli::documents::order::Desk;
use crate::filing::facts::{Person, ServiceFacts, SubjectFacts};
use crate::filing::host::Host;
use crate::filing::order::Order;
use crate::filing::portfolio::{FiledService, FiledSubject};
use std::collections::BTreeMap;
use unicode_normalization::UnicodeNormalization as _;

/// A text that is looked for: letter case and full-width forms do not matter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Needle(String);

impl Needle {
    /// Takes what was typed.
    pub fn new(text: &str) -> Self {
        Self(fold(text.trim()))
    }

    /// Whether it is part of `text`.
    pub fn is_in(&self, text: &str) -> bool {
        fold(text).contains(&self.0)
    }

    fn is_in_any<'t>(&self, texts: impl IntoIterator<Item = &'t Option<String>>) -> bool {
        texts.into_iter().flatten().any(|text| self.is_in(text))
    }

    fn is_in_labels(&self, labels: &BTreeMap<String, String>) -> bool {
        labels
            .iter()
            .any(|(key, value)| self.is_in(&format!("{key}={value}")))
    }

    fn is_in_host(&self, host: &Host) -> bool {
        self.is_in(host.as_str()) || self.is_in(host.ascii())
    }

    fn is_in_person(&self, person: Option<&Person>) -> bool {
        let Some(person) = person else {
            return false;
        };
        let texts = [
            &person.name,
            &person.phone,
            &person.emergency_phone,
            &person.email,
        ];
        self.is_in_any(texts)
    }

    fn is_in_subject_facts(&self, facts: &SubjectFacts) -> bool {
        let texts = [&facts.name, &facts.legal_representative];
        self.is_in_any(texts) || self.is_in_person(facts.responsible.as_deref())
    }

    fn is_in_service_facts(&self, facts: &ServiceFacts) -> bool {
        facts.name.as_deref().is_some_and(|name| self.is_in(name))
            || facts.domains.iter().flatten().any(|d| self.is_in_host(d))
            || self.is_in_person(facts.responsible.as_deref())
    }
}

fn fold(text: &str) -> String {
    text.nfkc().collect::<String>().to_lowercase()
}

/// Whether an order holds the text, its filed subject and services looked through too.
pub fn order(needle: &Needle, desk: &Desk<'_>, order: &Order) -> bool {
    let target = &order.target;
    let filed = target
        .subject
        .as_ref()
        .and_then(|number| desk.world.book.portfolio.subjects.get(number));
    let awaited = || {
        let window = desk.view(order).standing.window;
        window
            .iter()
            .flat_map(|w| &w.awaiting)
            .any(|(signatory, _)| needle.is_in_any([&signatory.name, &signatory.phone]))
    };
    needle.is_in(order.id.as_str())
        || needle.is_in_any([&order.reference, &target.name, &order.account])
        || order
            .subject()
            .is_some_and(|n| needle.is_in(&n.to_string()))
        || order.services().any(|n| needle.is_in(&n.to_string()))
        || needle.is_in_any(target.services.iter().map(|s| &s.name))
        || order.domains().iter().any(|d| needle.is_in_host(d))
        || order
            .filing
            .subject
            .as_deref()
            .is_some_and(|facts| needle.is_in_subject_facts(facts))
        || order
            .filing
            .services
            .iter()
            .any(|facts| needle.is_in_service_facts(facts))
        || needle.is_in_labels(&desk.labels(order))
        || filed.is_some_and(|subject| {
            needle.is_in_subject_facts(&subject.facts)
                || target
                    .services
                    .iter()
                    .filter_map(|s| subject.services.get(&s.number))
                    .any(|s| needle.is_in_service_facts(&s.facts))
        })
        || awaited()
}

/// Whether a filed subject or a service of its holds the text.
pub fn subject(needle: &Needle, subject: &FiledSubject) -> bool {
    holder(needle, subject) || subject.services.values().any(|s| service(needle, s))
}

/// Whether a filed subject itself holds the text, its services left aside.
pub fn holder(needle: &Needle, subject: &FiledSubject) -> bool {
    needle.is_in(&subject.number.to_string())
        || needle.is_in_subject_facts(&subject.facts)
        || needle.is_in_labels(&subject.labels)
}

/// Whether a filed service holds the text.
pub fn service(needle: &Needle, service: &FiledService) -> bool {
    needle.is_in(&service.number.to_string())
        || needle.is_in_service_facts(&service.facts)
        || needle.is_in_labels(&service.labels)
        || service
            .accesses
            .iter()
            .any(|access| needle.is_in_any([&access.account, &access.resource]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_and_full_width_forms_do_not_matter() {
        assert!(Needle::new("shop").is_in("SHOP.example.cn"));
        assert!(Needle::new("粤ICP备２０２１").is_in("粤ICP备2021000001号-1"));
        assert!(Needle::new("ａ-１").is_in("A-1"));
        assert!(!Needle::new("shop").is_in("store.example.cn"));
    }
}
