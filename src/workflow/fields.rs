//! Which fields an order takes: what `edit` and `change` can be told, and what a word that is none
//! of them may mean.
//!
//! The fields and the kinds of order that use them stand in `src/data/fields.toml`.

use super::aim::Found;
use crate::failure::Failure;
use crate::filing::guard;
use crate::filing::kind::{Kind, Via};
use crate::filing::number::{ServiceKind, ServiceNumber};
use crate::filing::order::{FieldChange, MATERIALS, Order};
use crate::filing::portfolio::FiledSubject;
use crate::filing::tree::{self, is_below};
use crate::intake::{Choice, DossierField, dossier_fields};
use crate::knowledge::{self, Field, FieldType};
use crate::lang::{Text, listed, nearest};
use crate::text;
use toml::Value;

/// How many fields or commands a hint suggests.
const SUGGESTED: usize = 3;

/// Checks that a field of an order can be edited; `path` is the full path in the dossier that the
/// order is laid out as. A field that is given a value may stand in a service that is not there yet.
///
/// # Errors
/// 3 for a field that does not exist, that drafting settles, or that orders of the kind do not take.
pub(super) fn edited(
    order: &Order,
    laid: &Value,
    path: &str,
    is_given: bool,
) -> Result<(), Failure> {
    let bare = bare(path);
    let Some(field) = dossier_fields().find(|field| field.path == bare) else {
        return Err(unknown(order, path));
    };
    if field.is_settled_in(order.kind) {
        return Err(settled(order, path));
    }
    if !takes(order, &field) {
        return Err(not_taken(order, path));
    }
    let Some(place) = path.strip_prefix("services.") else {
        return Ok(());
    };
    let place = place.split('.').next().unwrap_or(place);
    let Ok(place) = place.parse::<usize>() else {
        return Err(unknown(order, path));
    };
    let count = tree::get(laid, "services").map_or(0, |list| list.as_array().map_or(0, Vec::len));
    let is_next = place == count && is_given && order.kind == Kind::New;
    if place < count || is_next {
        return Ok(());
    }
    Err(no_field(path).hint(text!(
        "字段是资料文件中的完整路径，如 services.0.name；这里有 {count} 个服务，从 0 数起",
        "a field is the full path in the dossier, such as services.0.name; there are {count} services here, counted from 0"
    )))
}

/// Checks that a field relative to what a change is about can change; `path` is its full path in a
/// dossier.
///
/// # Errors
/// 3 for a field that does not exist there, or that no change takes.
pub(super) fn changed(found: &Found<'_>, path: &str, field: &str) -> Result<(), Failure> {
    let of = |section: &str| {
        let path = format!("{section}.{}", bare(field));
        dossier_fields().find(|known| known.path == path)
    };
    let section = path.split('.').next().unwrap_or(path);
    // By its number a filing is named: no change gives it another.
    let is_identity = field == "number";
    let changes = |f: DossierField| !is_identity && f.is_used_by(Kind::Change);
    let here = of(section);
    let is_known = is_identity || here.is_some();
    if here.is_some_and(changes) {
        return Ok(());
    }
    let there = if section == "subject" {
        "services"
    } else {
        "subject"
    };
    if of(there).is_some_and(changes) {
        return Err(belongs_elsewhere(found, section, field));
    }
    let own: Vec<DossierField> = dossier_fields()
        .filter(|f| f.is_used_by(Kind::Change) && is_leaf(f) && is_below(&f.path, section))
        .collect();
    // A full path, as in a dossier.
    let other = bare(field);
    let other = other
        .strip_prefix(there)
        .and_then(|name| name.strip_prefix('.'));
    if let Some(name) = other.filter(|_| self::changes(field)) {
        return Err(belongs_elsewhere(found, section, name));
    }
    let head = placed(section, "N");
    let placed = own.iter().map(|f| (placed(&f.path, "N"), label(f)));
    let placed: Vec<(String, &str)> = placed.collect();
    let names: Vec<(&str, &str)> = placed
        .iter()
        .filter_map(|(path, label)| Some((path.strip_prefix(&head)?.strip_prefix('.')?, *label)))
        .filter(|(name, _)| *name != "number")
        .collect();
    let failure = if is_known {
        Failure::invalid(
            "invalid.field",
            text!(
                "{kind}订单没有字段 {field}",
                "an order of kind \"{kind}\" takes no field {field}",
                kind = Kind::Change.label()
            ),
        )
    } else {
        let failure = no_field(field);
        let same = names
            .iter()
            .filter(|(name, label)| is_meant(field, name, label));
        let mut near: Vec<&str> = same.map(|(name, _)| *name).collect();
        if near.len() > SUGGESTED {
            near.clear();
        } else if near.is_empty() {
            near.extend(nearest(field, names.iter().map(|(name, _)| *name)));
        }
        if !near.is_empty() {
            let near = Text::list(&near);
            return Err(failure.hint(text!("是不是想写 {near}？", "did you mean {near}?", near)));
        }
        failure
    };
    let failure = match (section, field) {
        ("services", "kind") => failure.hint(guard::kind_stays()),
        ("subject" | "services", "number") => failure.hint(text!(
            "备案号由管局核发，不能变更",
            "the bureau assigns the number: it cannot change"
        )),
        (_, _) => failure,
    };
    let list = listed(names.iter().map(|(name, label)| (*name, [*label])));
    Err(failure.hint(text!(
        "可变更的字段：{list}",
        "the fields that can change: {list}",
        list
    )))
}

/// Checks that a field holds a value, not fields of its own; `path` is its full path in a dossier.
///
/// # Errors
/// 3 for a table or a list of tables.
pub(super) fn valued(path: &str, field: &str) -> Result<(), Failure> {
    let table = bare(path);
    let below = knowledge::fields().iter();
    let below: Vec<&Field> = below.filter(|f| is_below(&f.path, &table)).collect();
    if below.is_empty() {
        return Ok(());
    }
    let is_list = knowledge::field(&table).is_some_and(|f| f.value_type == FieldType::List);
    let has_place = path
        .rsplit('.')
        .next()
        .is_some_and(|last| last.parse::<usize>().is_ok());
    let head = if is_list && !has_place {
        format!("{field}.0")
    } else {
        field.to_owned()
    };
    let names = below.iter().map(|f| {
        let name = f.path.get(table.len()..).unwrap_or_default();
        (format!("{head}{name}"), [&*f.label.zh])
    });
    let names: Vec<(String, [&str; 1])> = names.collect();
    let list = listed(names.iter().map(|(name, label)| (name.as_str(), *label)));
    Err(Failure::invalid(
        "invalid.field",
        text!(
            "{field} 下面还有字段，自身不填值",
            "{field} has fields of its own and takes no value itself"
        ),
    )
    .hint(text!(
        "写其中一个：{list}",
        "name one of them: {list}",
        list
    )))
}

/// Whether a change of a subject or a service takes a field.
pub(super) fn is_field(name: &str) -> bool {
    ["subject", "services"]
        .iter()
        .any(|section| changes(&format!("{section}.{name}")))
}

/// Whether a change takes the field at a full path.
pub(super) fn changes(path: &str) -> bool {
    let bare = bare(path);
    dossier_fields().any(|field| field.path == bare && field.is_used_by(Kind::Change))
}

/// Checks that what a change clears can be absent from a filing: a required field can only be
/// replaced (domain: the fields of a subject, a person and a service).
///
/// # Errors
/// 3 for a required field that would be taken away.
pub(super) fn kept(changes: &[FieldChange], subject: &FiledSubject) -> Result<(), Failure> {
    let mut after = subject.facts.clone();
    for change in changes.iter().filter(|change| change.service.is_none()) {
        tree::set(&mut after, &change.field, change.to.as_ref());
    }
    let choice = |service: Option<&ServiceNumber>| Choice {
        nature: after.nature.clone().unwrap_or_default(),
        service: service.map_or(ServiceKind::Site, ServiceNumber::kind),
        ..Choice::default()
    };
    let is_cleared = |change: &&FieldChange| match &change.to {
        None => true,
        Some(value) => value.as_array().is_some_and(Vec::is_empty),
    };
    for change in changes.iter().filter(is_cleared) {
        let field = &change.field;
        let base = if change.service.is_some() {
            "services"
        } else {
            "subject"
        };
        let path = format!("{base}.{}", bare(field));
        let choice = choice(change.service.as_ref());
        let is_missed = |known: &Field| {
            let is_meant = known.path == path || is_below(&known.path, &path);
            is_meant && choice.cannot_do_without(known)
        };
        if knowledge::fields().iter().any(is_missed) {
            return Err(Failure::invalid(
                "invalid.field",
                text!(
                    "{field} 是备案必填的内容，只能换成别的，不能清除",
                    "{field} is required in a filing: it can be replaced, not taken away"
                ),
            )
            .hint(text!(
                "换成新的值：--set {field}=VALUE",
                "give another value with --set {field}=VALUE"
            )));
        }
    }
    Ok(())
}

/// Says that a field is one of the subject where a service is meant, or the other way round.
fn belongs_elsewhere(found: &Found<'_>, section: &str, field: &str) -> Failure {
    let of_subject = section != "subject";
    let failure = Failure::invalid(
        "invalid.field",
        if of_subject {
            text!(
                "{field} 是主体的字段，这里变更的是服务",
                "{field} is a field of the subject, and a service is to change"
            )
        } else {
            text!(
                "{field} 是服务的字段，这里变更的是主体",
                "{field} is a field of a service, and the subject is to change"
            )
        },
    );
    let Some(subject) = found.subject else {
        return failure;
    };
    let numbers: Vec<String> = if of_subject {
        vec![subject.number.to_string()]
    } else {
        subject.services.keys().map(ToString::to_string).collect()
    };
    numbers
        .iter()
        .take(SUGGESTED)
        .fold(failure, |failure, number| {
            let command = format!("icpctl change {number} --set {field}=VALUE");
            failure.hint(text!("改用：{command}", "use {command}"))
        })
}

/// Whether an order takes a field, be it settled or not.
fn takes(order: &Order, field: &DossierField) -> bool {
    let is_there = match field.path.split('.').next() {
        Some("provider" | "account" | "verify_by") => order.via == Via::Provider,
        Some("services") => order.kind == Kind::New || !order.target.services.is_empty(),
        Some(_) | None => true,
    };
    is_there && field.is_used_by(order.kind)
}

/// Returns a path without the places in lists.
fn bare(path: &str) -> String {
    let parts = path
        .split('.')
        .filter(|part| part.parse::<usize>().is_err());
    parts.collect::<Vec<_>>().join(".")
}

/// Whether no other field stands below it.
fn is_leaf(field: &DossierField) -> bool {
    !dossier_fields().any(|other| is_below(&other.path, &field.path))
}

/// Returns what consoles call a field, in Chinese.
fn label(field: &DossierField) -> &'static str {
    knowledge::field(&field.path).map_or("", |known| &known.label.zh)
}

/// Whether a word is the last part of a field's path, or a part of what consoles call it.
fn is_meant(word: &str, path: &str, label: &str) -> bool {
    let last = |path: &str| path.rsplit('.').next().map(str::to_owned);
    let is_called = || !word.is_ascii() && word.chars().count() > 1 && label.contains(word);
    last(word) == last(path) || is_called()
}

fn no_field(path: &str) -> Failure {
    Failure::invalid(
        "invalid.field",
        text!("没有字段 {path}", "there is no field {path}"),
    )
}

/// Says that drafting settles a field of an order.
pub(super) fn settled(order: &Order, path: &str) -> Failure {
    let id = &order.id;
    let failure = Failure::invalid(
        "invalid.field",
        text!(
            "{path} 在起草时已经确定，不能修改",
            "{path} is settled when an order is drafted and cannot be edited"
        ),
    );
    // Elsewhere few providers let go of it.
    let failure = if order.standing().status.is_editable() {
        failure.hint(text!(
            "要换成别的，放弃后重新起草：icpctl abandon {id}",
            "for another one abandon the order and draft anew: icpctl abandon {id}"
        ))
    } else {
        failure
    };
    failure.hint(taken(order))
}

/// Says that orders of the kind take no such field.
fn not_taken(order: &Order, path: &str) -> Failure {
    let kind = order.kind.label();
    let kind = match order.via {
        Via::Provider => kind,
        Via::Written => text!(
            "{via}{kind}",
            "{kind}, {via}",
            kind,
            via = order.via.label()
        ),
    };
    let failure = Failure::invalid(
        "invalid.field",
        text!(
            "{kind}订单没有字段 {path}",
            "an order of kind \"{kind}\" takes no field {path}",
            kind
        ),
    );
    let failure = match order.kind {
        // ACC-01: what is filed stays as it is.
        Kind::Access => failure.rule("ACC-01").hint(text!(
            "接入不改备案信息；要改的用 icpctl change 变更",
            "an access changes no filed field: change it with icpctl change"
        )),
        Kind::New | Kind::Change | Kind::CancelSite | Kind::CancelSubject | Kind::CancelAccess => {
            failure
        }
    };
    failure.hint(taken(order))
}

/// Says that there is no such field, which may be meant, and which there are.
fn unknown(order: &Order, path: &str) -> Failure {
    let can_be_edited =
        |field: &DossierField| takes(order, field) && !field.is_settled_in(order.kind);
    let all: Vec<DossierField> = dossier_fields().filter(can_be_edited).collect();
    let bare = bare(path);
    let (above, last) = bare.rsplit_once('.').unwrap_or(("", &bare));
    // Only the last part is guessed at: the same fields stand at every place of a list.
    let beside = all.iter().filter_map(|field| {
        let (over, name) = field.path.rsplit_once('.').unwrap_or(("", &field.path));
        (over == above).then_some(name)
    });
    let full = text!(
        "字段是资料文件中的完整路径，如 services.0.name",
        "a field is the full path in the dossier, such as services.0.name"
    );
    let failure = no_field(path);
    if let Some(near) = nearest(last, beside).filter(|near| *near != last) {
        let typed = path.strip_suffix(last).unwrap_or_default();
        let meant = text!("是不是想写 {typed}{near}？", "did you mean {typed}{near}?");
        return failure.hint(meant).hint(full);
    }
    let same = all.iter().filter(|f| is_meant(last, &f.path, label(f)));
    let same = same.filter(|field| !is_below(&field.path, MATERIALS));
    let mut same: Vec<&DossierField> = same.filter(|field| is_leaf(field)).collect();
    // What the order changes already is what is to be put right.
    if same.iter().any(|field| is_changed(order, field)) {
        same.retain(|field| is_changed(order, field));
    }
    let same = same.into_iter().take(SUGGESTED);
    let same: Vec<String> = same.map(|f| placed(&f.path, "0")).collect();
    if same.is_empty() {
        return failure.hint(full).hint(taken(order));
    }
    let same = Text::list(&same);
    failure
        .hint(text!("是不是想写 {same}？", "did you mean {same}?", same))
        .hint(full)
}

/// Whether an order changes a field already.
fn is_changed(order: &Order, field: &DossierField) -> bool {
    order.changes.iter().any(|change| {
        let section = change.service.map_or("subject", |_| "services");
        field.path == format!("{section}.{}", bare(&change.field))
    })
}

/// Puts a place after each list of tables in a path.
fn placed(path: &str, place: &str) -> String {
    let ends = path.match_indices('.').map(|(end, _)| end);
    let mut shown = String::new();
    let mut from = 0;
    for end in ends.chain([path.len()]) {
        shown.push_str(&path[from..end]);
        let field = knowledge::field(&path[..end]);
        let is_list = field.is_some_and(|field| field.value_type == FieldType::List);
        if is_list && dossier_fields().any(|other| is_below(&other.path, &path[..end])) {
            shown.push('.');
            shown.push_str(place);
        }
        from = end;
    }
    shown
}

/// Lists the fields of an order that can be edited.
fn taken(order: &Order) -> Text {
    let mut groups: Vec<(String, Vec<String>)> = Vec::new();
    for field in dossier_fields() {
        let is_shown = takes(order, &field)
            && !field.is_settled_in(order.kind)
            && is_leaf(&field)
            && !is_below(&field.path, MATERIALS);
        if !is_shown {
            continue;
        }
        let (above, name) = field.path.rsplit_once('.').unwrap_or(("", &field.path));
        let above = placed(above, "N");
        let name = match name {
            "labels" => "labels.KEY".to_owned(),
            name => name.to_owned(),
        };
        match groups.iter_mut().find(|(known, _)| *known == above) {
            Some((_, names)) => names.push(name),
            None => groups.push((above, vec![name])),
        }
    }
    let lines: Vec<String> = groups
        .iter()
        .map(|(above, names)| {
            let names = names.join(", ");
            if above.is_empty() {
                names
            } else {
                format!("{above}: {names}")
            }
        })
        .collect();
    let list = lines.join("; ");
    text!(
        "可修改的字段：{list}",
        "the fields that can be edited: {list}"
    )
}
