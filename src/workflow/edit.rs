//! Correcting an order's data, in draft or after a return.

use super::advance;
use super::assign::{self, Assign, lay_out, leaves};
use super::plan::Stamp;
use super::resolve;
use super::world::World;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::filing::event::{Command, Event};
use crate::filing::guard;
use crate::filing::kind::Kind;
use crate::filing::machine;
use crate::filing::order::{FieldChange, Filing, Order};
use crate::filing::tree;
use crate::intake::{Dossier, DossierSubject};
use crate::knowledge;
use crate::text;
use toml::Value;

/// Corrects an order; absent where nothing differs.
///
/// # Errors
/// 5 where its status does not allow it, or a field is frozen; 3 where a value does not validate.
pub fn edit(
    world: &World,
    stamp: &Stamp,
    order: &Order,
    assigns: &[Assign],
    dossier: Option<&Dossier>,
) -> Result<Option<Order>, Failure> {
    let view = order.view(&world.profiles, world.now);
    let case = order.case(&world.profiles);
    machine::command(
        &case,
        view.for_commands(),
        Command::Edit,
        view.standing.edited,
    )?;
    let old = lay_out(order);
    let mut new = old.clone();
    if let Some(dossier) = dossier {
        overlay(&mut new, dossier);
    }
    for given in assigns {
        if given.field() == "ref" || given.field() == "kind" {
            let name = given.field();
            return Err(Failure::invalid(
                "invalid.field",
                text!("{name} 不能修改", "{name} cannot be edited"),
            )
            .hint(text!(
                "请放弃后重新起草",
                "abandon the order and draft anew"
            )));
        }
        assign::assign(&mut new, given.field(), given)?;
    }
    if let Some(Value::String(provider)) = new.get_mut("provider") {
        world.profiles.rename(provider);
    }
    let edits = leaves(&old, &new);
    if edits.is_empty() {
        return Ok(None);
    }
    let was_sent = order
        .history
        .iter()
        .any(|e| e.event == Event::Command(Command::Submit));
    if was_sent && let Some(frozen) = edits.iter().find(|e| is_frozen(&e.field)) {
        let field = &frozen.field;
        return Err(Failure::new(
            Exit::Refused,
            "refused.field-frozen",
            text!(
                "{field} 在验证备案类型通过后不能修改",
                "{field} cannot be edited once the order's type has been checked"
            ),
        )
        .rule("ORD-07")
        .hint(text!(
            "放弃此订单后重新起草",
            "abandon this order and draft a new one"
        )));
    }
    let mut edited = rebuild(world, order, &new)?;
    guard::drafting(&edited, &world.book.portfolio, &world.profiles)?;
    let status = view.standing.status;
    let mut entry = advance::entry(
        stamp,
        Event::Command(Command::Edit),
        world.now.max(view.standing.since),
        Some(status),
        status,
    );
    entry.edits = edits;
    edited.history.push(entry);
    Ok(Some(edited))
}

/// Whether a field is settled by the type check (ORD-07): those, the provider and the path.
fn is_frozen(path: &str) -> bool {
    match path {
        "provider" | "verify_by" => true,
        "after" | "account" => false,
        _ => knowledge::field(path).is_some_and(|field| field.type_check),
    }
}

/// Puts what a dossier says over an order's data.
fn overlay(tree: &mut Value, dossier: &Dossier) {
    let mut put = |path: &str, value: Option<Value>| {
        if value.is_some() {
            tree::put(tree, path, value);
        }
    };
    let text = |value: &Option<String>| value.as_ref().map(|v| Value::from(v.as_str()));
    put("provider", text(&dossier.provider));
    put("account", text(&dossier.account));
    put("after", text(&dossier.after));
    put("verify_by", dossier.verify_by.map(|v| v.name().into()));
    if let Some(DossierSubject::Data { facts, .. }) = &dossier.subject {
        for leaf in leaves(&Value::Table(toml::Table::new()), &tree::of(facts.as_ref())) {
            put(&format!("subject.{}", leaf.field), leaf.to);
        }
    }
    for (place, service) in dossier.services.iter().enumerate() {
        for leaf in leaves(&Value::Table(toml::Table::new()), &tree::of(&service.facts)) {
            put(&format!("services.{place}.{}", leaf.field), leaf.to);
        }
    }
}

/// Reads an order's data back from where they were laid out.
///
/// # Errors
/// 3 where a value does not validate, 4 where a forerunner is none.
pub fn rebuild(world: &World, order: &Order, tree: &Value) -> Result<Order, Failure> {
    let dossier = assign::read(tree, "--set", world.now.date_naive())?;
    let mut order = order.clone();
    order.account = dossier.account;
    order.after = match &dossier.after {
        Some(word) => Some(resolve::order(&world.book, word)?.id.clone()),
        None => None,
    };
    if order.provider.is_some() {
        order.provider = dossier.provider.or(order.provider);
    }
    if order.verify_by.is_some() {
        order.verify_by = dossier.verify_by.or(order.verify_by);
    }
    match order.kind {
        Kind::New => {
            order.filing = Filing {
                subject: match dossier.subject {
                    Some(DossierSubject::Data { facts, .. }) if order.target.subject.is_none() => {
                        Some(*facts)
                    }
                    Some(DossierSubject::Data { .. } | DossierSubject::Number(_)) | None => None,
                },
                services: dossier.services.into_iter().map(|s| s.facts).collect(),
                extra: toml::Table::new(),
            };
        }
        Kind::Access => {
            for (target, service) in order.target.services.iter_mut().zip(dossier.services) {
                target.resource = service.facts.resource;
            }
        }
        Kind::Change => {
            let laid = lay_out(&order);
            let mut changes: Vec<FieldChange> = Vec::new();
            for leaf in leaves(&Value::Table(toml::Table::new()), tree) {
                let change = as_change(world, &order, &whole(leaf, tree));
                changes.extend(change.filter(|change| !changes.contains(change)));
            }
            if changes.is_empty() && laid != *tree {
                changes.clone_from(&order.changes);
            }
            order.changes = changes;
        }
        Kind::CancelSite | Kind::CancelSubject | Kind::CancelAccess => {}
    }
    Ok(order)
}

/// Returns a leaf within a list of a service's tables as the whole list, which changes as one.
fn whole(leaf: FieldChange, tree: &Value) -> FieldChange {
    let mut parts = leaf.field.splitn(4, '.');
    let head = (parts.next(), parts.next(), parts.next(), parts.next());
    if let (Some("services"), Some(place), Some(list), Some(_)) = head {
        let field = format!("services.{place}.{list}");
        if let Some(to @ Value::Array(_)) = tree::get(tree, &field) {
            return FieldChange {
                field,
                to: Some(to),
                ..leaf
            };
        }
    }
    leaf
}

/// Returns the change that a leaf of a change order's data means.
fn as_change(world: &World, order: &Order, leaf: &FieldChange) -> Option<FieldChange> {
    let portfolio = &world.book.portfolio;
    let subject = portfolio.subject(order.target.subject.as_ref()?)?;
    if let Some(field) = leaf.field.strip_prefix("subject.") {
        return (field != "number").then(|| FieldChange {
            service: None,
            field: field.to_owned(),
            from: tree::get(&tree::of(&subject.facts), field),
            to: leaf.to.clone(),
            extra: toml::Table::new(),
        });
    }
    let (place, field) = leaf.field.strip_prefix("services.")?.split_once('.')?;
    let number = &order
        .target
        .services
        .get(place.parse::<usize>().ok()?)?
        .number;
    let service = subject.services.get(number)?;
    (field != "number" && !field.starts_with("resource")).then(|| FieldChange {
        service: Some(*number),
        field: field.to_owned(),
        from: tree::get(&tree::of(&service.facts), field),
        to: leaf.to.clone(),
        extra: toml::Table::new(),
    })
}
