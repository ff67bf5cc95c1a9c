//! An order's data as one tree: what it asks for, and around it what is filed.

use crate::cli::documents::order::Desk;
use crate::filing::facts::{Holder, Resource, ServiceFacts, SubjectFacts};
use crate::filing::kind::Kind;
use crate::filing::order::{Order, TargetService};
use crate::filing::province::Province;
use crate::filing::tree;
use crate::knowledge;
use crate::lang::{Lang, Text};
use crate::render::mask::{Privacy, mask_for};
use crate::text;
use serde_json::{Value, json};

/// Returns an order's data: `account`, `subject` and `services`, as a change makes them.
pub(super) fn tree(desk: &Desk<'_>, order: &Order) -> Value {
    let filed = desk.world.book.portfolio.subject_of(order);
    let mut subject = order.subject_facts(filed).cloned().unwrap_or_default();
    if subject.name.is_none() {
        subject.name.clone_from(&order.target.name);
    }
    for change in order.changes.iter().filter(|c| c.service.is_none()) {
        tree::set(&mut subject, &change.field, change.to.as_ref());
    }
    let mut services: Vec<Value> = order.filing.services.iter().map(plain).collect();
    for target in &order.target.services {
        let service = filed.and_then(|subject| subject.services.get(&target.number));
        let mut facts = service
            .map(|service| service.facts.clone())
            .unwrap_or_default();
        if order.kind == Kind::CancelAccess {
            let access = service.and_then(|s| s.accesses.iter().find(|a| order.ends(a)));
            facts.resource = access.and_then(|a| a.resource.clone()).map(|id| {
                Box::new(Resource {
                    id: Some(id),
                    ..Resource::default()
                })
            });
        }
        services.push(of_target(order, target, *facts));
    }
    let mut shown = plain::<SubjectFacts>(&subject);
    if let Some(number) = &order.target.subject {
        shown["number"] = json!(number);
    }
    // The number names the province where nothing else does.
    if let (Some(province), true) = (order.province(), shown["province"].is_null()) {
        shown["province"] = json!(province.code());
    }
    json!({ "account": order.account, "subject": shown, "services": services })
}

fn of_target(order: &Order, target: &TargetService, mut facts: ServiceFacts) -> Value {
    facts.kind = facts.kind.or(Some(target.kind));
    facts.name = facts.name.or_else(|| target.name.clone());
    if facts.domains.is_none() && !target.domains.is_empty() {
        facts.domains = Some(target.domains.clone());
    }
    if order.kind == Kind::Access {
        let linked = target.linked();
        facts.resource = linked.resource;
        facts.registrations = linked.registrations.or(facts.registrations);
        facts.access_mode = linked.access_mode.or(facts.access_mode);
    }
    let changes = order.changes.iter();
    for change in changes.filter(|c| c.service.as_ref() == Some(&target.number)) {
        tree::set(&mut facts, &change.field, change.to.as_ref());
    }
    let mut shown = plain(&facts);
    shown["number"] = json!(target.number);
    shown
}

fn plain<T: serde::Serialize>(facts: &T) -> Value {
    serde_json::to_value(tree::of(facts)).unwrap_or_default()
}

/// Hides what is personal in an order's data.
pub(super) fn masked(data: &Value, holder: Holder, privacy: Privacy) -> Value {
    let mut shown = data.clone();
    for part in ["subject", "services"] {
        mask_for(&mut shown[part], part, Some(holder), privacy);
    }
    if let Value::String(account) = &mut shown["account"] {
        *account = privacy.account(account);
    }
    shown
}

/// Lists the values at `path`, what stands in lists one by one.
pub(super) fn values<'v>(data: &'v Value, path: &str) -> Vec<&'v Value> {
    let mut found = vec![data];
    for key in path.split('.') {
        found = found
            .into_iter()
            .flat_map(|value| match (value, key.parse::<usize>()) {
                (Value::Array(list), Ok(place)) => list.get(place).into_iter().collect(),
                (Value::Array(list), Err(_)) => list.iter().filter_map(|v| v.get(key)).collect(),
                (other, _) => other.get(key).into_iter().collect::<Vec<_>>(),
            })
            .collect();
    }
    found.into_iter().flat_map(leaves).collect()
}

/// Lists a value, or what a list holds.
pub(super) fn leaves(value: &Value) -> Vec<&Value> {
    match value {
        Value::Array(list) => list.iter().collect(),
        Value::Null => Vec::new(),
        Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_) => vec![value],
    }
}

/// A value as it is entered.
pub(super) struct Said {
    /// In the words of the console, which is Chinese.
    pub(super) words: String,
    /// What that means in the reader's language, where it differs.
    pub(super) meaning: Option<String>,
}

/// Returns a value as a console takes it: codes by their names, dates as it writes them.
pub(super) fn said(
    path: &str,
    value: &Value,
    nature: &str,
    date: Option<&str>,
    lang: Lang,
) -> Said {
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Bool(true) => return Said::of(&text!("是", "yes"), lang),
        Value::Bool(false) => return Said::of(&text!("否", "no"), lang),
        Value::Null | Value::Number(_) | Value::Array(_) | Value::Object(_) => value.to_string(),
    };
    let field = path.rsplit('.').next().unwrap_or(path);
    if let Some(label) = named(path, field, &text, nature) {
        return Said::of(&label, lang);
    }
    let words = match (date, text.parse::<chrono::NaiveDate>()) {
        (Some(form), Ok(day)) => day.format(form).to_string(),
        (_, _) => text,
    };
    Said {
        words,
        meaning: None,
    }
}

impl Said {
    fn of(label: &Text, lang: Lang) -> Self {
        let words = label.get(Lang::Zh).to_owned();
        let meaning = Some(label.get(lang).to_owned()).filter(|meaning| *meaning != words);
        Self { words, meaning }
    }
}

/// Returns the name of a value that stands for something.
fn named(path: &str, field: &str, text: &str, nature: &str) -> Option<Text> {
    if text == "long-term" {
        return Some(text!("长期", "long-term"));
    }
    if path == "subject.province" {
        return text.parse::<Province>().ok().map(|p| p.name().clone());
    }
    if field == "kind" {
        let page = knowledge::explain(&format!("service-kind:{text}"))?;
        return Some(page.title.clone());
    }
    let list = knowledge::code_list(knowledge::field(path)?.code_list.as_deref()?)?;
    let fits = |natures: &[String]| natures.iter().any(|n| n == nature);
    let mut entries = list.entries.iter().filter(|entry| entry.value == text);
    let first = entries.clone().next()?;
    let entry = entries.find(|entry| fits(&entry.natures)).unwrap_or(first);
    Some(entry.label.clone())
}
