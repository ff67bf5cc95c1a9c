//! What a `change` order changes: each field with what is filed and what it is to be.

use super::aim::{Found, find};
use super::assign::{self, Assign};
use super::draft::Ask;
use super::edit;
use super::fields;
use super::plan::Caution;
use super::world::World;
use crate::failure::Failure;
use crate::filing::kind::Kind;
use crate::filing::number::ServiceNumber;
use crate::filing::obstacle::Obstacle;
use crate::filing::order::{FieldChange, Order};
use crate::filing::portfolio::{FiledService, FiledSubject};
use crate::filing::tree;
use crate::intake::Dossier;
use crate::knowledge;
use crate::lang::Text;
use crate::text;
use chrono::NaiveDate;
use toml::{Table, Value};

/// Works out what a change order changes: fields relative to the target, with what they were.
pub(super) fn asked_changes(
    ask: &Ask,
    world: &World,
    found: &Found<'_>,
) -> Result<Vec<FieldChange>, Failure> {
    let Some(subject) = found.subject else {
        return Ok(Vec::new());
    };
    let abouts = abouts(subject, found);
    let typed = typed(ask, subject, found, &abouts, world.now.day())?;
    let mut changes = Vec::new();
    for dossier in std::iter::once(&typed).chain(&ask.dossier) {
        compare(&mut changes, dossier, subject, found)?;
    }
    for change in &mut changes {
        change.in_part = is_in_part(ask, change);
    }
    changes.extend(taken_away(ask, &abouts));
    changes.retain(|change| !change.is_idle());
    if changes.is_empty() {
        return Err(Failure::usage(text!(
            "没有要变更的内容：给出的值与已备案的相同，或没有写字段",
            "nothing changes: the values are those that are filed, or none was given"
        ))
        .hint(text!(
            "例如 --set name=新名称，或 --unset domains=域名",
            "for example --set name=NEW, or --unset domains=DOMAIN"
        )));
    }
    fields::kept(&changes, subject)?;
    Ok(changes)
}

/// Whether all that is asked of the field is to add to its list or to take from it.
fn is_in_part(ask: &Ask, change: &FieldChange) -> bool {
    let mut asked = ask.assigns.iter().filter(|a| a.field() == change.field);
    let in_part = |given: &Assign| match given {
        Assign::Add(..) | Assign::Unset(_, Some(_)) => true,
        Assign::Set(..) | Assign::Unset(_, None) => false,
    };
    let first = asked.next();
    ask.dossier.is_none() && first.is_some_and(in_part) && asked.all(in_part)
}

/// What the fields that are typed are fields of.
#[derive(Clone, Copy)]
enum About<'f> {
    Subject(&'f FiledSubject),
    /// A service, and its place among those that the order is about.
    Service(usize, &'f FiledService),
}

/// Returns what is typed about: the services that the order is about, else the subject.
fn abouts<'f>(subject: &'f FiledSubject, found: &Found<'f>) -> Vec<About<'f>> {
    if found.services.is_empty() {
        return vec![About::Subject(subject)];
    }
    let services = found.services.iter().enumerate();
    services
        .map(|(place, service)| About::Service(place, service))
        .collect()
}

impl About<'_> {
    /// Returns the path of a field in a dossier.
    fn path(self, field: &str) -> String {
        match self {
            Self::Subject(_) => format!("subject.{field}"),
            Self::Service(place, _) => format!("services.{place}.{field}"),
        }
    }

    /// Returns what is filed in a field.
    fn filed(self, field: &str) -> Option<Value> {
        match self {
            Self::Subject(subject) => tree::get(&tree::of(&subject.facts), field),
            Self::Service(_, service) => tree::get(&tree::of(&service.facts), field),
        }
    }

    fn service(self) -> Option<ServiceNumber> {
        match self {
            Self::Subject(_) => None,
            Self::Service(_, service) => Some(service.number),
        }
    }
}

/// Checks that what is named can be what an order of the kind is about.
///
/// # Errors
/// As drafting refuses it.
pub fn heed_target(ask: &Ask, world: &World) -> Result<(), Failure> {
    find(ask, world, &mut Vec::new()).map(|_| ())
}

/// Checks that the fields which are to get a value are fields of what the change is about, and take one.
///
/// # Errors
/// As drafting refuses them; 3 for a table.
pub fn heed_fields(ask: &Ask, world: &World) -> Result<(), Failure> {
    let found = find(ask, world, &mut Vec::new())?;
    let about = found.subject.map(|subject| abouts(subject, &found));
    for about in about.into_iter().flatten() {
        for given in &ask.assigns {
            let (path, field) = (about.path(given.field()), given.field());
            fields::changed(&found, &path, field)?;
            fields::valued(&path, field)?;
        }
    }
    Ok(())
}

/// Checks that the new values are values of their fields, and other ones than are filed.
///
/// # Errors
/// As drafting refuses them; of a value only what is wrong with it.
pub fn heed_values(ask: &Ask, world: &World) -> Result<(), Failure> {
    let found = find(ask, world, &mut Vec::new())?;
    if let Some(subject) = found.subject {
        let laid = laid(ask, subject, &found, &abouts(subject, &found))?;
        let problem = assign::problems(&laid, world.now.day()).into_iter().next();
        if let Some(problem) = problem {
            let mut failure = Failure::invalid("invalid.field", problem.message);
            failure.hints.extend(problem.fix);
            return Err(failure);
        }
    }
    asked_changes(ask, world, &found).map(|_| ())
}

/// Reads what `--set`, `--add` and `--unset` say as a dossier.
fn typed(
    ask: &Ask,
    subject: &FiledSubject,
    found: &Found<'_>,
    abouts: &[About<'_>],
    today: NaiveDate,
) -> Result<Dossier, Failure> {
    assign::read(&laid(ask, subject, found, abouts)?, "--set", today)
}

/// Lays out what `--set`, `--add` and `--unset` say as a dossier; a list begins as it is filed.
fn laid(
    ask: &Ask,
    subject: &FiledSubject,
    found: &Found<'_>,
    abouts: &[About<'_>],
) -> Result<Value, Failure> {
    let mut tree = bare(ask, subject, found);
    for about in abouts {
        for given in &ask.assigns {
            let field = given.field();
            let path = about.path(field);
            fields::changed(found, &path, field)?;
            if tree::get(&tree, &path).is_none()
                && let Some(list @ Value::Array(_)) = about.filed(field)
            {
                tree::put(&mut tree, &path, Some(list));
            }
            assign::assign(&mut tree, &path, &given.clone().canonical(&path))?;
        }
    }
    Ok(tree)
}

/// Returns a dossier of what the order is about, by number alone.
fn bare(ask: &Ask, subject: &FiledSubject, found: &Found<'_>) -> Value {
    let numbered = |number: String| {
        let mut node = Table::new();
        node.insert("number".to_owned(), number.into());
        Value::Table(node)
    };
    let mut tree = Table::new();
    let given = ask.dossier.as_ref().and_then(Dossier::subject_facts);
    if found.services.is_empty() || given.is_some() {
        tree.insert("subject".to_owned(), numbered(subject.number.to_string()));
    }
    if !found.services.is_empty() {
        let services = found.services.iter();
        let services = services.map(|service| numbered(service.number.to_string()));
        tree.insert("services".to_owned(), services.collect::<Vec<_>>().into());
    }
    Value::Table(tree)
}

/// Adds what a dossier says otherwise than it is filed.
fn compare(
    changes: &mut Vec<FieldChange>,
    dossier: &Dossier,
    subject: &FiledSubject,
    found: &Found<'_>,
) -> Result<(), Failure> {
    if let Some(facts) = dossier.subject_facts() {
        let (old, new) = (tree::of(&subject.facts), tree::of(facts));
        collect(changes, None, &old, &new);
    }
    for (place, service) in dossier.services.iter().enumerate() {
        let filed = meant(place, service.number.as_ref(), subject, found)?;
        let (old, new) = (tree::of(&filed.facts), tree::of(&service.facts));
        collect(changes, Some(&filed.number), &old, &new);
    }
    Ok(())
}

/// Lists the fields that are to hold nothing: no dossier can say so.
fn taken_away(ask: &Ask, abouts: &[About<'_>]) -> Vec<FieldChange> {
    let unset = ask.assigns.iter().filter_map(|given| match given {
        Assign::Unset(field, None) => Some(field),
        Assign::Unset(_, Some(_)) | Assign::Set(..) | Assign::Add(..) => None,
    });
    let unset: Vec<&String> = unset.collect();
    let fields = abouts
        .iter()
        .flat_map(|about| unset.iter().map(move |field| (about, *field)));
    fields
        .filter_map(|(about, field)| {
            Some(FieldChange {
                service: about.service(),
                ..FieldChange::of(field.clone(), Some(about.filed(field)?), None)
            })
        })
        .collect()
}

/// Returns the filed service that the one at `place` of a dossier means: by its number, else the
/// only one that the order is about.
fn meant<'f>(
    place: usize,
    number: Option<&ServiceNumber>,
    subject: &'f FiledSubject,
    found: &Found<'f>,
) -> Result<&'f FiledService, Failure> {
    match (number, found.services.as_slice()) {
        (Some(number), _) => subject.services.get(number).ok_or_else(|| {
            let (service, of) = (number.to_string(), subject.number.to_string());
            Failure::not_found(
                "not-found.target",
                text!(
                    "资料文件的 services.{place}：{of} 名下没有备案 {service}",
                    "services.{place} of the dossier: nothing of {of} is filed as {service}"
                ),
            )
            .hint(text!(
                "核对备案号：icpctl portfolio {of}",
                "compare the number: icpctl portfolio {of}"
            ))
        }),
        (None, [only]) => Ok(only),
        (None, [] | [_, ..]) => Err(unsaid(place)),
    }
}

/// Says that a service of a dossier may mean any of several.
pub(super) fn unsaid(place: usize) -> Failure {
    Failure::invalid(
        "invalid.dossier",
        text!(
            "资料文件的 services.{place} 没有 number，不知道指哪个服务",
            "services.{place} of the dossier has no number, so which service it means is not said"
        ),
    )
    .hint(text!(
        "写出该服务的备案号，或在命令里只写一个目标",
        "write the service's number, or name it as the only target on the command line"
    ))
}

/// Returns what is asked of a field of a subject or a service, with its value in its normal form.
pub(super) fn canonical(given: &Assign) -> Assign {
    let field = given.field();
    let paths = ["services.0", "subject"].map(|base| format!("{base}.{field}"));
    let path = paths.iter().find(|path| knowledge::field(path).is_some());
    match path {
        Some(path) => given.clone().canonical(path),
        None => given.clone(),
    }
}

/// Adds the leaves of `new` that differ from `old`.
fn collect(
    changes: &mut Vec<FieldChange>,
    service: Option<&ServiceNumber>,
    old: &Value,
    new: &Value,
) {
    for (field, to) in tree::leaves(new) {
        let from = tree::get(old, &field);
        if from.as_ref() == Some(&to) || field == "kind" && from.is_none() {
            continue;
        }
        changes.retain(|c| !(c.field == field && c.service.as_ref() == service));
        changes.push(FieldChange {
            service: service.copied(),
            ..FieldChange::of(field, from, Some(to))
        });
    }
}

/// Lists what a change order changes by its data as they are laid out; what is as it is filed
/// changes nothing. `dossier` is what was read of them.
pub(super) fn laid_out(
    world: &World,
    order: &Order,
    laid: &Value,
    dossier: &Dossier,
) -> Vec<FieldChange> {
    let empty = Value::Table(Table::new());
    let facts = dossier.subject_facts();
    let subject = facts.map_or_else(|| empty.clone(), tree::of);
    let mut sections = vec![(None, "subject".to_owned(), subject)];
    let targets = order.target.services.iter().zip(&dossier.services);
    sections.extend(targets.enumerate().map(|(place, (target, service))| {
        let base = format!("services.{place}");
        (Some(target.number), base, tree::of(&service.facts))
    }));
    let mut found: Vec<FieldChange> = Vec::new();
    for (service, base, read) in sections {
        let said = tree::get(laid, &base).unwrap_or_else(|| empty.clone());
        for (field, _) in tree::leaves(&said) {
            let path = format!("{base}.{field}");
            if field == "number" || !fields::changes(&path) {
                continue;
            }
            let mut before = order.changes.iter();
            let before = before.find(|c| c.service == service && c.field == field);
            let to = tree::get(&read, &field);
            let from = edit::filed(world, order, &path).or_else(|| before?.from.clone());
            if before.is_some_and(|before| before.to == to) {
                found.extend(before.cloned());
                continue;
            }
            let change = FieldChange {
                service,
                field,
                from,
                to,
                in_part: before.is_some_and(|before| before.in_part),
                extra: before
                    .map(|before| before.extra.clone())
                    .unwrap_or_default(),
            };
            if !change.is_idle() {
                found.push(change);
            }
        }
    }
    let place = |change: &FieldChange| {
        let mut before = order.changes.iter();
        let place = before.position(|c| c.service == change.service && c.field == change.field);
        place.unwrap_or(usize::MAX)
    };
    found.sort_by_key(place);
    found
}

/// What goes with a responsible person, and is another's where the person is another.
const WITH_A_PERSON: [&str; 5] = [
    "valid_from",
    "valid_until",
    "phone",
    "emergency_phone",
    "email",
];

/// Warns of a responsible person who is replaced, while what is filed of the one before stays.
pub(super) fn half_a_person(world: &World, order: &Order) -> Option<Caution> {
    let replaces = |service: Option<ServiceNumber>, field: &str| {
        let mut changes = order.changes.iter();
        changes.any(|c| c.service == service && c.field == field && c.from.is_some())
    };
    let replaced = order.changes.iter().find(|change| {
        change.field == "responsible.name"
            && replaces(change.service, "responsible.name")
            && replaces(change.service, "responsible.certificate_number")
    })?;
    let service = replaced.service;
    let mut targets = order.target.services.iter();
    let place = targets.position(|target| Some(target.number) == service);
    let base = match (service, place) {
        (Some(_), place) => format!("services.{}", place?),
        (None, _) => "subject".to_owned(),
    };
    let kept = WITH_A_PERSON.map(|name| format!("responsible.{name}"));
    let is_asked = |field: &str| {
        let mut changes = order.changes.iter();
        changes.any(|c| c.service == service && c.field == field)
    };
    let kept = kept.into_iter().filter(|field| {
        !is_asked(field) && edit::filed(world, order, &format!("{base}.{field}")).is_some()
    });
    let paths: Vec<String> = kept.map(|field| format!("{base}.{field}")).collect();
    let known = paths.iter().filter_map(|path| knowledge::field(path));
    let labels: Vec<Text> = known.map(|field| field.label.clone()).collect();
    let flags: String = paths
        .iter()
        .flat_map(|path| [" --set ", path, "=V"])
        .collect();
    let id = &order.id;
    (!labels.is_empty()).then(|| {
        let message = text!(
            "换了负责人，而{list}仍是原来那一位的；应一并变更的：icpctl edit {id}{flags}",
            "the responsible person is another, yet the {list} are still those of the one before; what differs too: icpctl edit {id}{flags}",
            list = Text::joined(labels, "、", ", ")
        );
        Caution::new("half-a-person", message)
    })
}

/// Returns that a change changes nothing by what is filed now. What else is in the way of sending it
/// comes before: until that has ended, it may still become a change.
pub(super) fn idle(order: &Order) -> Option<Obstacle> {
    let is_idle = order.kind == Kind::Change && order.changes.iter().all(FieldChange::is_idle);
    is_idle.then(|| Obstacle::Incomplete {
        missing: text!(
            "没有任何变更，各项都已如此备案",
            "it changes nothing: all is filed like that already"
        ),
    })
}
