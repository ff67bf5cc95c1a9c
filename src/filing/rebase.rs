//! What a change that waits comes to by what is filed by now.
//!
//! A change is drafted against what is filed at that time. Another order may be approved before it
//! is, or a filing adopted: what was asked for is then asked of what is filed since.

use super::kind::Kind;
use super::order::{FieldChange, Order};
use super::portfolio::{FiledSubject, Portfolio};
use super::tree;
use toml::Value;

/// Returns what the order's changes come to by what is filed now; none where they are so already, and
/// where its subject is not filed.
pub fn rebased(order: &Order, portfolio: &Portfolio) -> Option<Vec<FieldChange>> {
    if order.kind != Kind::Change || order.standing().status.has_ended() {
        return None;
    }
    let subject = portfolio.subject_of(order)?;
    let changes: Vec<FieldChange> = order.changes.iter().map(|c| onto(c, subject)).collect();
    (changes != order.changes).then_some(changes)
}

/// Returns the change with what is filed now as what it changes.
fn onto(change: &FieldChange, subject: &FiledSubject) -> FieldChange {
    let facts = match &change.service {
        None => tree::of(&subject.facts),
        Some(number) => match subject.services.get(number) {
            Some(service) => tree::of(&service.facts),
            None => return change.clone(),
        },
    };
    let filed = tree::get(&facts, &change.field);
    let to = if change.in_part {
        in_part(change, filed.as_ref())
    } else {
        change.to.clone()
    };
    FieldChange {
        from: filed,
        to,
        ..change.clone()
    }
}

/// Returns the filed list without what the change takes away and with what it adds.
fn in_part(change: &FieldChange, filed: Option<&Value>) -> Option<Value> {
    let list = |value: Option<&Value>| value.and_then(Value::as_array).cloned().unwrap_or_default();
    let (from, to) = (list(change.from.as_ref()), list(change.to.as_ref()));
    let mut becomes = list(filed);
    becomes.retain(|element| to.contains(element) || !from.contains(element));
    for element in to {
        if !from.contains(&element) && !becomes.contains(&element) {
            becomes.push(element);
        }
    }
    (!becomes.is_empty() || change.to.is_some()).then_some(Value::Array(becomes))
}
