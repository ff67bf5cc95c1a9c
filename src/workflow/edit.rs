//! Correcting an order's data, in draft or after a return.

use super::advance;
use super::aim;
use super::assign::{self, Assign, lay_out, leaves};
use super::changes;
use super::draft::{self, normal};
use super::fields;
use super::materials;
use super::overtaken;
use super::placing;
use super::plan::{Caution, Stamp};
use super::register;
use super::resolve;
use super::world::World;
use crate::failure::Failure;
use crate::filing::event::{Command, Event};
use crate::filing::guard;
use crate::filing::kind::{Kind, VerifyBy, Via};
use crate::filing::machine;
use crate::filing::obstacle::Obstacle;
use crate::filing::order::{FieldChange, LABELS, MATERIALS, Material, Order, OrderId};
use crate::filing::tree;
use crate::intake::{Dossier, DossierSubject};
use crate::knowledge;
use crate::text;
use std::collections::BTreeMap;
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
    let view = world.view(order);
    let case = order.case(&world.profiles);
    let places = match dossier {
        Some(dossier) => placing::places(order, dossier)?,
        None => Vec::new(),
    };
    let mut attached = order.materials.clone();
    materials::put_in(&mut attached, &placing::moved(materials, &places));
    let mut labels = order.labels.clone();
    let old = lay_out(order);
    let mut new = old.clone();
    if let Some(dossier) = dossier {
        overlay(world, order, &mut new, dossier, &places)?;
        labels.extend(dossier.labels.clone());
    }
    for given in assigns {
        let field = given.field();
        match field.split('.').next() {
            Some(MATERIALS) => materials::detach(order, &mut attached, given)?,
            Some(LABELS) => mark(&mut labels, given)?,
            Some(_) | None => put(world, order, &mut new, given)?,
        }
    }
    for given in assigns {
        materials::follow_services(&mut attached, given);
    }
    choose_again(world, order, &mut new)?;
    let says_account = assigns.iter().any(|given| given.field() == "account")
        || dossier.is_some_and(|dossier| dossier.account.is_some());
    if !says_account {
        follow_provider(world, order, &mut new);
    }
    let mut edited = if old == new {
        order.clone()
    } else {
        rebuild(world, order, &new, Holders::ByCertificate)?
    };
    leave_filed(world, &edited, &new, assigns)?;
    if order.kind == Kind::Change && edited.changes.is_empty() && !order.changes.is_empty() {
        return Err(no_change_left(order));
    }
    let subject = world.book.portfolio.subject_of(order);
    if let Some(subject) = subject.filter(|_| edited.changes != order.changes) {
        fields::kept(&edited.changes, subject)?;
    }
    // What is recorded is what became of the order, not what was typed.
    let mut edits = leaves(&old, &lay_out(&edited));
    edits.extend(relabelled(&order.labels, &labels));
    edits.extend(materials::came_and_went(&order.materials, &attached));
    edited.labels = labels;
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
    // What stood in its way before is no reason to leave the rest as it is.
    let in_the_way = obstacle(world, &edited);
    if let Some(obstacle) = in_the_way.filter(|now| obstacle(world, order).as_ref() != Some(now)) {
        return Err(obstacle.into());
    }
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

/// Warns of what an edit has made of an order: one of another account than the accesses, one that
/// asks for what another one asks for, or one that leaves a new person what is the old one's.
pub fn slips(world: &World, before: &Order, edited: &Order) -> Vec<Caution> {
    let through = |order: &Order| (order.provider.clone(), order.account.clone());
    let account = edited.account.as_ref();
    let account = account.filter(|_| through(before) != through(edited));
    let other = account.and_then(|account| {
        let found = aim::of_order(edited, world);
        aim::other_account(edited.kind, edited.provider.as_deref(), account, &found)
    });
    let mut slips: Vec<Caution> = other
        .into_iter()
        .chain(draft::asked_already(world, edited, Some(before)))
        .collect();
    if edited.changes != before.changes {
        slips.extend(changes::half_a_person(world, edited));
    }
    slips
}

/// Returns what keeps an order from being drafted as it stands by now.
fn obstacle(world: &World, order: &Order) -> Option<Obstacle> {
    let order = overtaken::by_now(world, order);
    let (portfolio, ahead) = (&world.book.portfolio, world.ahead_of(&order));
    guard::drafting(&order, portfolio, &world.profiles, &ahead).err()
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

/// Lets the account follow the provider, where it is the one that drafting found there.
fn follow_provider(world: &World, order: &Order, tree: &mut Value) {
    let provider = tree.get("provider").and_then(Value::as_str);
    if provider == order.provider.as_deref() {
        return;
    }
    let found = aim::of_order(order, world);
    let account = |provider| aim::the_account(order.kind, provider, &found);
    if order.account == account(order.provider.as_deref()) {
        let account = account(provider).map(Value::from);
        tree::put(tree, "account", account);
    }
}

/// Makes an assignment in an order's data as they are laid out.
fn put(world: &World, order: &Order, laid: &mut Value, given: &Assign) -> Result<(), Failure> {
    let path = given.field();
    let is_given = match given {
        Assign::Set(_, _) | Assign::Add(_, _) => true,
        Assign::Unset(_, _) => false,
    };
    fields::edited(order, laid, path, is_given)?;
    // A change of a list begins with what is filed.
    if order.kind == Kind::Change
        && tree::get(laid, path).is_none()
        && let Some(filed @ Value::Array(_)) = filed(world, order, path)
        && *given != Assign::Unset(path.to_owned(), None)
    {
        tree::put(laid, path, Some(filed));
    }
    let given = given.clone().canonical(path);
    assign::assign(laid, path, &given)
}

/// Refuses to say of a filed subject, to which an order adds services, what is not filed of it: the
/// order carries none of its fields.
fn leave_filed(
    world: &World,
    edited: &Order,
    laid: &Value,
    assigns: &[Assign],
) -> Result<(), Failure> {
    let number = edited.target.subject.filter(|_| edited.kind == Kind::New);
    let Some(subject) = number.and_then(|number| world.book.portfolio.subject(&number)) else {
        return Ok(());
    };
    let facts = tree::of(&subject.facts);
    let is_other = |path: &&str| {
        let field = path.strip_prefix("subject.");
        let field = field.filter(|field| *field != "number");
        field.is_some_and(|field| tree::get(laid, path) != tree::get(&facts, field))
    };
    match assigns.iter().map(Assign::field).find(is_other) {
        Some(path) => Err(aim::differs(subject, path.trim_start_matches("subject."))),
        None => Ok(()),
    }
}

/// Returns what is filed at a field of what an order is about.
pub(super) fn filed(world: &World, order: &Order, path: &str) -> Option<Value> {
    let subject = world.book.portfolio.subject_of(order)?;
    if let Some(field) = path.strip_prefix("subject.") {
        return tree::get(&tree::of(&subject.facts), field);
    }
    let (place, field) = path.strip_prefix("services.")?.split_once('.')?;
    let target = order.target.services.get(place.parse::<usize>().ok()?)?;
    let service = subject.services.get(&target.number)?;
    tree::get(&tree::of(&service.facts), field)
}

fn no_change_left(order: &Order) -> Failure {
    let id = &order.id;
    Failure::invalid(
        "invalid.field",
        text!("这样改后订单没有任何变更", "nothing would be left for the order to change"),
    )
    .hint(text!(
        "不再需要它就放弃：icpctl abandon {id}；要变更别的，一并用 --set 写出",
        "abandon it if it is not needed: icpctl abandon {id}; to change something else, say that too with --set"
    ))
}

/// Puts a label on or takes labels off.
fn mark(labels: &mut BTreeMap<String, String>, given: &Assign) -> Result<(), Failure> {
    let key = given.field().split_once('.').map(|(_, key)| key.trim());
    match (given, key) {
        (Assign::Set(_, value), Some(key)) if !key.is_empty() && !value.is_empty() => {
            labels.insert(key.to_owned(), value.clone());
        }
        (Assign::Unset(_, None), Some(key)) => {
            labels.remove(key);
        }
        (Assign::Unset(_, None), None) => labels.clear(),
        (Assign::Set(_, _) | Assign::Add(_, _) | Assign::Unset(_, Some(_)), _) => {
            let field = given.field();
            return Err(Failure::invalid(
                "invalid.field",
                text!("{field} 不能这样修改", "{field} cannot be edited like this"),
            )
            .hint(text!(
                "加标签：--set labels.KEY=VALUE；去掉：--unset labels.KEY",
                "put a label on with --set labels.KEY=VALUE, take it off with --unset labels.KEY"
            )));
        }
    }
    Ok(())
}

/// Lists the labels that came, went or changed.
fn relabelled(old: &BTreeMap<String, String>, new: &BTreeMap<String, String>) -> Vec<FieldChange> {
    let mut keys: Vec<&String> = old.keys().chain(new.keys()).collect();
    keys.sort();
    keys.dedup();
    let value = |value: Option<&String>| value.map(|value| Value::from(value.as_str()));
    keys.into_iter()
        .filter(|key| old.get(*key) != new.get(*key))
        .map(|key| {
            FieldChange::of(
                format!("{LABELS}.{key}"),
                value(old.get(key)),
                value(new.get(key)),
            )
        })
        .collect()
}

/// Refuses changes in what the type check has settled (ORD-07).
fn leave_frozen(edits: &[FieldChange]) -> Result<(), Failure> {
    let Some(frozen) = edits.iter().find(|edit| is_frozen(edit)) else {
        return Ok(());
    };
    let field = &frozen.field;
    Err(Failure::refused(
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

/// Whether an edit touches what is settled by the type check (ORD-07): its fields, the provider and
/// the path, and of a list that grows or shrinks what stands in it.
fn is_frozen(edit: &FieldChange) -> bool {
    let path = edit.field.as_str();
    if matches!(path, "provider" | "verify_by" | "subject.number") {
        return true;
    }
    let is_listed = |value: &Option<Value>| {
        let list = value.as_ref().and_then(Value::as_array);
        list.is_some_and(|list| list.iter().any(Value::is_table))
    };
    let below = format!("{path}.");
    let has_frozen = || {
        let mut fields = knowledge::fields().iter();
        fields.any(|field| field.type_check && field.path.starts_with(&below))
    };
    knowledge::field(path).is_some_and(|field| field.type_check)
        || [&edit.from, &edit.to].into_iter().any(is_listed) && has_frozen()
}

/// Puts what a dossier says over an order's data. What it repeats of what drafting settled, or of
/// what is filed, is no edit.
///
/// # Errors
/// 3 where it says otherwise than drafting settled, or names what orders of the kind do not take.
fn overlay(
    world: &World,
    order: &Order,
    laid: &mut Value,
    dossier: &Dossier,
    places: &[usize],
) -> Result<(), Failure> {
    repeats(order, dossier)?;
    // Each with its path in the order and in the dossier.
    let mut given: Vec<(String, String, Value)> = Vec::new();
    let mut say = |path: &str, value: Option<&str>| {
        given.extend(value.map(|value| (path.to_owned(), path.to_owned(), Value::from(value))));
    };
    say("provider", dossier.provider.as_deref());
    say("account", dossier.account.as_deref());
    say("after", dossier.after.as_deref());
    say("verify_by", dossier.verify_by.map(VerifyBy::name));
    match &dossier.subject {
        None => {}
        Some(DossierSubject::Number(number)) if order.target.subject == Some(*number) => {}
        Some(DossierSubject::Number(number)) => say("subject", Some(&number.to_string())),
        Some(DossierSubject::Data { number, facts }) => {
            let number = number.filter(|number| order.target.subject != Some(*number));
            say("subject.number", number.map(|n| n.to_string()).as_deref());
            let facts = tree::leaves(&tree::of(facts.as_ref())).into_iter();
            given.extend(facts.map(|(field, value)| {
                let path = format!("subject.{field}");
                (path.clone(), path, value)
            }));
        }
    }
    for (written, (service, place)) in dossier.services.iter().zip(places).enumerate() {
        let facts = tree::leaves(&tree::of(&service.facts)).into_iter();
        given.extend(facts.map(|(field, value)| {
            let at = |place: usize| format!("services.{place}.{field}");
            (at(*place), at(written), value)
        }));
    }
    for (path, written, value) in given {
        let is_filed =
            order.kind != Kind::New && filed(world, order, &path).as_ref() == Some(&value);
        // A service says its kind by its number.
        let is_kind = order.kind != Kind::New && path.rsplit('.').next() == Some("kind");
        let is_held = tree::get(laid, &path).is_some();
        if is_kind || is_filed && !is_held {
            continue;
        }
        fields::edited(order, laid, &path, true).map_err(|failure| failure.field(&written))?;
        assign::make_room(laid, &path);
        tree::put(laid, &path, Some(value));
    }
    Ok(())
}

/// Checks that a dossier does not say otherwise what drafting settled.
fn repeats(order: &Order, dossier: &Dossier) -> Result<(), Failure> {
    let target = &order.target;
    let is_meant = |word: &String| {
        let word = normal(word);
        let is_subject = target
            .subject
            .is_some_and(|number| number.to_string() == word);
        is_subject
            || target.services.iter().any(|service| {
                let mut domains = service.domains.iter();
                service.number.to_string() == word || domains.any(|d| d.as_str() == word)
            })
    };
    let says_same = |said: &Option<String>, held: Option<&String>| {
        said.as_ref()
            .is_none_or(|said| held.is_some_and(|held| held.trim() == said.trim()))
    };
    let reason = order
        .history
        .first()
        .and_then(|entry| entry.reason.as_ref());
    let settled = [
        ("kind", dossier.kind.is_none_or(|kind| kind == order.kind)),
        (
            "ref",
            says_same(&dossier.reference, order.reference.as_ref()),
        ),
        ("target", dossier.target.iter().all(is_meant)),
        ("written", !dossier.written || order.via == Via::Written),
        ("reason", says_same(&dossier.reason, reason)),
    ];
    match settled.iter().find(|(_, is_so)| !is_so) {
        Some((field, _)) => Err(fields::settled(order, field).field(field).hint(text!(
            "其余的照改：从资料文件中去掉 {field}",
            "to edit the rest, take {field} out of the dossier"
        ))),
        None => Ok(()),
    }
}

/// Finds the order that another is to wait for.
///
/// # Errors
/// 4 where there is none; 5 where that waits for the other in turn, so that neither could be sent.
fn forerunner(world: &World, order: &Order, word: &str) -> Result<OrderId, Failure> {
    let first = resolve::order(&world.book, word)?;
    let awaited = register::awaited(&world.book, Some(&first.id));
    if awaited.iter().all(|other| other.id != order.id) {
        return Ok(first.id.clone());
    }
    let (id, awaited) = (&order.id, &first.id);
    Err(Failure::refused(
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

/// Which filed subject the data of a new order mean that name no number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holders {
    /// The one that holds the certificate, as for a dossier.
    ByCertificate,
    /// None: the data are put back as they were.
    AsNamed,
}

/// Reads an order's data back from where they were laid out.
///
/// # Errors
/// 3 where a value does not validate, 4 where a forerunner is none.
pub fn rebuild(
    world: &World,
    order: &Order,
    tree: &Value,
    holders: Holders,
) -> Result<Order, Failure> {
    let dossier = assign::read(tree, "--set", world.now.day())?;
    let is_same_subject = tree::get(&lay_out(order), "subject") == tree::get(tree, "subject");
    let mut order = order.clone();
    order.account.clone_from(&dossier.account);
    order.after = match &dossier.after {
        // Whether it is there still is no matter of what is edited.
        Some(word) if order.after.as_ref().is_some_and(|id| id.as_str() == word) => order.after,
        Some(word) => Some(forerunner(world, &order, word)?),
        None => None,
    };
    if order.provider.is_some() {
        order.provider = dossier.provider.clone().or(order.provider);
    }
    if order.verify_by.is_some() {
        order.verify_by = dossier.verify_by.or(order.verify_by);
    }
    match order.kind {
        Kind::New => {
            if !is_same_subject {
                let filed = match &dossier.subject {
                    Some(DossierSubject::Data { number: None, .. })
                        if holders == Holders::AsNamed =>
                    {
                        None
                    }
                    Some(given) => {
                        let ahead = world.ahead_of(&order);
                        aim::filed_already(world, given, &ahead)?
                    }
                    None => None,
                };
                order.target.subject = filed.map(|subject| subject.number);
                order.target.name = filed.and_then(|subject| subject.facts.name.clone());
                let facts = dossier.subject_facts().filter(|_| filed.is_none());
                order.filing.subject = facts.cloned().map(Box::new);
            }
            order.filing.services = draft::asked_services(&dossier.services);
        }
        Kind::Access => {
            aim::link(&mut order.target.services, &dossier)?;
        }
        Kind::Change => order.changes = changes::laid_out(world, &order, tree, &dossier),
        Kind::CancelSite | Kind::CancelSubject | Kind::CancelAccess => {}
    }
    Ok(order)
}
