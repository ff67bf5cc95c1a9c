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
use crate::filing::kind::{Kind, VerifyBy};
use crate::filing::machine;
use crate::filing::order::{FieldChange, Filing, MATERIALS, Material, Order, OrderId};
use crate::filing::tree;
use crate::intake::{Dossier, DossierSubject};
use crate::knowledge;
use crate::text;
use toml::Value;

/// Corrects an order; absent where nothing differs. `materials` are those that the dossier names,
/// taken in.
///
/// # Errors
/// 3 where a value does not validate; 5 where its status does not allow it, or a field is frozen.
pub fn edit(
    world: &World,
    stamp: &Stamp,
    order: &Order,
    assigns: &[Assign],
    dossier: Option<&Dossier>,
    materials: &[Material],
) -> Result<Option<Order>, Failure> {
    let view = order.view(&world.profiles, world.now);
    let case = order.case(&world.profiles);
    let mut attached = order.materials.clone();
    put_in(&mut attached, materials);
    let old = lay_out(order);
    let mut new = old.clone();
    if let Some(dossier) = dossier {
        overlay(&mut new, dossier);
    }
    for given in assigns {
        apply(order, &mut new, &mut attached, given)?;
    }
    choose_again(world, order, &mut new)?;
    let mut edits = leaves(&old, &new);
    let mut edited = if edits.is_empty() {
        order.clone()
    } else {
        rebuild(world, order, &new)?
    };
    edits.extend(came_and_went(&order.materials, &attached));
    edited.materials = attached;
    machine::command(
        &case,
        view.for_commands(),
        Command::Edit,
        view.standing.edited,
    )
    .map_err(|refusal| advance::refused(order, &view, world, refusal))?;
    if edits.is_empty() {
        return Ok(None);
    }
    if order.was_submitted() {
        leave_frozen(&edits)?;
    }
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

/// Applies one `--set`, `--add` or `--unset` to an order's data, or to what is attached.
fn apply(
    order: &Order,
    tree: &mut Value,
    attached: &mut Vec<Material>,
    given: &Assign,
) -> Result<(), Failure> {
    let field = given.field();
    if field == "ref" || field == "kind" {
        return Err(Failure::invalid(
            "invalid.field",
            text!("{field} 不能修改", "{field} cannot be edited"),
        )
        .hint(text!(
            "请放弃后重新起草",
            "abandon the order and draft anew"
        )));
    }
    if field.split('.').next() == Some(MATERIALS) {
        detach(order, attached, given)
    } else {
        assign::assign(tree, field, &given.clone().canonical(field))
    }
}

/// Settles the choices that an order cannot be without: its path and its provider.
fn choose_again(world: &World, order: &Order, tree: &mut Value) -> Result<(), Failure> {
    if order.verify_by.is_some() && tree.get("verify_by").is_none() {
        // What drafting takes it to be where nothing is said.
        tree::put(tree, "verify_by", Some(VerifyBy::Sms.name().into()));
    }
    if order.provider.is_some() && tree.get("provider").is_none() {
        return Err(Failure::invalid(
            "invalid.field",
            text!("provider 不能去掉", "provider cannot be taken away"),
        )
        .hint(text!(
            "换一个接入商：--set provider=PROVIDER",
            "name another one: --set provider=PROVIDER"
        )));
    }
    if let Some(Value::String(provider)) = tree.get_mut("provider") {
        world.profiles.rename(provider);
    }
    Ok(())
}

/// Refuses changes in what the type check has settled (ORD-07).
fn leave_frozen(edits: &[FieldChange]) -> Result<(), Failure> {
    let Some(frozen) = edits.iter().find(|edit| is_frozen(&edit.field)) else {
        return Ok(());
    };
    let field = &frozen.field;
    Err(Failure::new(
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
    )))
}

/// Puts the files of a dossier in: it speaks for the slots that it names, and those alone.
fn put_in(attached: &mut Vec<Material>, named: &[Material]) {
    let place = |material: &Material| (material.slot.clone(), material.service);
    let spoken_for: Vec<_> = named.iter().map(place).collect();
    attached.retain(|held| named.contains(held) || !spoken_for.contains(&place(held)));
    for material in named {
        if !attached.contains(material) {
            attached.push(material.clone());
        }
    }
}

/// Takes attachments away: all, the one at a place from 0, or those of a slot.
fn detach(order: &Order, attached: &mut Vec<Material>, given: &Assign) -> Result<(), Failure> {
    let field = given.field();
    let id = &order.id;
    let Assign::Unset(_, None) = given else {
        return Err(Failure::invalid(
            "invalid.field",
            text!("{field} 不能这样修改", "{field} cannot be edited like this"),
        )
        .hint(text!(
            "添加附件：icpctl attach {id} FILE --as SLOT；去掉附件：--unset materials.SLOT",
            "attach a file with icpctl attach {id} FILE --as SLOT; take one away with --unset materials.SLOT"
        )));
    };
    let Some((_, which)) = field.split_once('.') else {
        attached.clear();
        return Ok(());
    };
    let before = attached.len();
    // Places are those before anything is taken away.
    match which.parse::<usize>() {
        Ok(place) => {
            let meant = order.materials.get(place);
            attached.retain(|material| Some(material) != meant);
        }
        Err(_) => attached.retain(|material| material.slot != which),
    }
    if attached.len() < before {
        return Ok(());
    }
    let mut slots: Vec<&str> = order.materials.iter().map(|m| m.slot.as_str()).collect();
    slots.sort_unstable();
    slots.dedup();
    let list = slots.join(", ");
    Err(Failure::invalid(
        "invalid.field",
        text!("没有附件 {field}", "there is no attachment {field}"),
    )
    .hint(if slots.is_empty() {
        text!("订单没有附件", "the order has no attachments")
    } else {
        text!(
            "写成 materials.SLOT，或从 0 起的序号；此订单有：{list}",
            "write materials.SLOT, or a place from 0; the order has: {list}"
        )
    }))
}

/// Lists the attachments that went and those that came.
fn came_and_went(old: &[Material], new: &[Material]) -> Vec<FieldChange> {
    let change = |from: Option<&Material>, to: Option<&Material>| FieldChange {
        service: None,
        field: MATERIALS.to_owned(),
        from: from.map(tree::of),
        to: to.map(tree::of),
        extra: toml::Table::new(),
    };
    let went = old.iter().filter(|material| !new.contains(material));
    let came = new.iter().filter(|material| !old.contains(material));
    went.map(|material| change(Some(material), None))
        .chain(came.map(|material| change(None, Some(material))))
        .collect()
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

/// Finds the order that another is to wait for.
///
/// # Errors
/// 4 where there is none; 5 where that waits for the other in turn, so that neither could be sent.
fn forerunner(world: &World, order: &Order, word: &str) -> Result<OrderId, Failure> {
    let first = resolve::order(&world.book, word)?;
    let orders = &world.book.orders;
    let awaited = std::iter::successors(Some(first), |order| orders.get(order.after.as_ref()?));
    // Others may wait in a circle already.
    if awaited.take(orders.len()).all(|other| other.id != order.id) {
        return Ok(first.id.clone());
    }
    let (id, awaited) = (&order.id, &first.id);
    Err(Failure::new(
        Exit::Refused,
        "refused.after-circle",
        text!(
            "订单 {id} 不能等待 {awaited}：那样它就在等自己",
            "the order {id} cannot wait for {awaited}: it would wait for itself"
        ),
    )
    .hint(text!(
        "取消等待：icpctl edit {id} --unset after",
        "let it wait for nothing: icpctl edit {id} --unset after"
    )))
}

/// Reads an order's data back from where they were laid out.
///
/// # Errors
/// 3 where a value does not validate, 4 where a forerunner is none.
pub fn rebuild(world: &World, order: &Order, tree: &Value) -> Result<Order, Failure> {
    let dossier = assign::read(tree, "--set", world.now.day())?;
    let mut order = order.clone();
    order.account = dossier.account;
    order.after = match &dossier.after {
        Some(word) => Some(forerunner(world, &order, word)?),
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
