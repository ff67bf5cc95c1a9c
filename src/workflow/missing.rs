//! What an order still lacks, and the commands that fill it.

use super::plan::Caution;
use crate::filing::kind::Kind;
use crate::filing::order::Order;
use crate::filing::pack::{self, Need};
use crate::filing::portfolio::Portfolio;
use crate::knowledge::{self, FieldType};
use crate::lang::Text;
use crate::text;
use serde_json::{Value, json};

/// What stands in a command for the value that the user knows.
const VALUE: &str = "VALUE";

/// Returns the command that fills a field of an order's view: `services.0.name`, `account`.
///
/// What the order asks for is edited in it; what is filed already is adopted. None where neither
/// is possible: a field that the order neither holds nor reads.
pub fn fill(order: &Order, path: &str) -> Option<String> {
    let id = &order.id;
    let asked = match order.kind {
        Kind::New => path.starts_with("services.") || order.is_first_filing(),
        Kind::Access => path.contains(".resource."),
        Kind::Change | Kind::CancelSite | Kind::CancelSubject | Kind::CancelAccess => false,
    };
    if asked || path == "account" {
        return Some(format!("icpctl edit {id} --set {path}={VALUE}"));
    }
    let subject = order.target.subject.as_ref()?;
    let mut filing = json!({ "number": subject });
    let is_list = knowledge::field(path).is_some_and(|f| f.value_type == FieldType::List);
    let value = if is_list {
        json!([VALUE])
    } else {
        json!(VALUE)
    };
    if let Some(field) = path.strip_prefix("subject.") {
        put(&mut filing, field, value);
    } else {
        let (place, field) = path.strip_prefix("services.")?.split_once('.')?;
        let target = order.target.services.get(place.parse::<usize>().ok()?)?;
        let mut service = json!({ "number": target.number });
        put(&mut service, field, value);
        filing["services"] = json!([service]);
    }
    Some(format!("echo '{filing}' | icpctl adopt --from -"))
}

fn put(object: &mut Value, path: &str, value: Value) {
    match path.split_once('.') {
        Some((key, rest)) => put(&mut object[key], rest, value),
        None => object[path] = value,
    }
}

/// Returns the command that puts a file into a slot; `service` is a place from 1.
pub fn attach(order: &Order, slot: &str, files: usize, service: Option<usize>) -> String {
    let id = &order.id;
    let names = " FILE".repeat(files.max(1));
    let service = service.map_or_else(String::new, |place| format!(" --service {place}"));
    format!("icpctl attach {id}{names} --as {slot}{service}")
}

/// Returns the command that fills an item of an order's papers; none where nothing is missing, or the
/// order is not to be edited.
pub fn paper(order: &Order, item: &pack::Item<'_>) -> Option<String> {
    match item.need {
        _ if item.is_done || !order.standing().status.is_editable() => None,
        Need::Fact(fact) => fill(order, fact.field()),
        Need::Files { slots, count } => slots
            .first()
            .map(|slot| attach(order, slot, count - item.held.len(), None)),
    }
}

/// Lists the commands that complete an order's papers.
pub fn papers(order: &Order, portfolio: &Portfolio) -> Vec<String> {
    let list = pack::checklist(order, portfolio);
    list.iter()
        .flat_map(pack::Checklist::missing)
        .filter_map(|item| paper(order, item))
        .collect()
}

/// Warns of papers that are not complete (CAN-11).
pub fn incomplete(order: &Order, portfolio: &Portfolio) -> Option<Caution> {
    let list = pack::checklist(order, portfolio)?;
    let missing: Vec<&Text> = list.missing().map(|item| item.label).collect();
    if missing.is_empty() {
        return None;
    }
    let id = &order.id;
    Some(Caution {
        code: "papers-incomplete",
        message: text!(
            "订单 {id} 的注销材料不齐（CAN-11），缺：{missing}",
            "the papers of order {id} are not complete (CAN-11); missing: {missing}",
            missing = Text::joined(missing, "；", "; ")
        ),
        path: Some("materials".to_owned()),
    })
}
