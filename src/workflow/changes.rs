//! What a `change` order changes: each field with what is filed and what it is to be.

use super::aim::Found;
use super::assign::{self, Assign};
use super::draft::Ask;
use super::fields;
use super::world::World;
use crate::failure::Failure;
use crate::filing::number::ServiceNumber;
use crate::filing::order::FieldChange;
use crate::filing::portfolio::{FiledService, FiledSubject};
use crate::filing::tree;
use crate::intake::DossierSubject;
use crate::knowledge;
use crate::text;
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
    let today = world.now.day();
    let mut tree = Table::new();
    if found.services.is_empty() || names_subject(ask) {
        let mut node = Table::new();
        node.insert("number".to_owned(), subject.number.to_string().into());
        tree.insert("subject".to_owned(), Value::Table(node));
    }
    let services: Vec<Value> = found
        .services
        .iter()
        .map(|service| {
            let mut node = Table::new();
            node.insert("number".to_owned(), service.number.to_string().into());
            Value::Table(node)
        })
        .collect();
    if !services.is_empty() {
        tree.insert("services".to_owned(), Value::Array(services));
    }
    let mut tree = Value::Table(tree);
    let was = |prefix: &str, field: &str| match prefix {
        "subject" => tree::get(&tree::of(&subject.facts), field),
        _ => prefix
            .strip_prefix("services.")
            .and_then(|place| place.parse::<usize>().ok())
            .and_then(|place| found.services.get(place))
            .and_then(|service| tree::get(&tree::of(&service.facts), field)),
    };
    let prefixes: Vec<String> = if found.services.is_empty() {
        vec!["subject".to_owned()]
    } else {
        (0..found.services.len())
            .map(|place| format!("services.{place}"))
            .collect()
    };
    for prefix in &prefixes {
        for given in &ask.assigns {
            let field = given.field();
            let path = format!("{prefix}.{field}");
            fields::changed(found, prefix, field)?;
            if tree::get(&tree, &path).is_none()
                && let Some(now) = was(prefix, field)
                && now.is_array()
            {
                tree::put(&mut tree, &path, Some(now));
            }
            let given = given.clone().canonical(&path);
            assign::assign(&mut tree, &path, &given)?;
        }
    }
    let mut changes = Vec::new();
    let typed = assign::read(&tree, "--set", today)?;
    let mut sources = vec![typed];
    sources.extend(ask.dossier.clone());
    for dossier in &sources {
        if let Some(DossierSubject::Data { facts, .. }) = &dossier.subject {
            collect(
                &mut changes,
                None,
                &tree::of(&subject.facts),
                &tree::of(facts.as_ref()),
            );
        }
        for (place, service) in dossier.services.iter().enumerate() {
            let filed = meant(place, service.number.as_ref(), subject, found)?;
            collect(
                &mut changes,
                Some(&filed.number),
                &tree::of(&filed.facts),
                &tree::of(&service.facts),
            );
        }
    }
    for prefix in &prefixes {
        for given in &ask.assigns {
            if let Assign::Unset(field, None) = given {
                let service = prefix
                    .strip_prefix("services.")
                    .and_then(|place| place.parse::<usize>().ok())
                    .and_then(|place| found.services.get(place))
                    .map(|s| s.number);
                if let Some(from) = was(prefix, field) {
                    changes.push(FieldChange {
                        service,
                        field: field.clone(),
                        from: Some(from),
                        to: None,
                        extra: Table::new(),
                    });
                }
            }
        }
    }
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
    Ok(changes)
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
                    "档案的 services.{place}：{of} 名下没有备案 {service}",
                    "services.{place} of the dossier: nothing of {of} is filed as {service}"
                ),
            )
            .hint(text!(
                "核对备案号：icpctl portfolio {of}",
                "compare the number: icpctl portfolio {of}"
            ))
        }),
        (None, [only]) => Ok(only),
        (None, [] | [_, ..]) => Err(Failure::invalid(
            "invalid.dossier",
            text!(
                "档案的 services.{place} 没有 number，不知道变更哪个服务",
                "services.{place} of the dossier has no number, so which service changes is not said"
            ),
        )
        .hint(text!(
            "写出要变更的服务的备案号，或在命令里写出目标",
            "write the number of the service that changes, or name the target on the command line"
        ))),
    }
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

fn names_subject(ask: &Ask) -> bool {
    ask.dossier
        .as_ref()
        .is_some_and(|d| matches!(d.subject, Some(DossierSubject::Data { .. })))
}

/// Adds the leaves of `new` that differ from `old`.
fn collect(
    changes: &mut Vec<FieldChange>,
    service: Option<&ServiceNumber>,
    old: &Value,
    new: &Value,
) {
    fn walk(path: &str, old: &Value, new: &Value, found: &mut Vec<(String, Value)>) {
        if let Value::Table(table) = new {
            for (key, value) in table {
                let path = if path.is_empty() {
                    key.clone()
                } else {
                    format!("{path}.{key}")
                };
                walk(&path, old, value, found);
            }
        } else if tree::get(old, path).as_ref() != Some(new) {
            found.push((path.to_owned(), new.clone()));
        }
    }
    let mut found = Vec::new();
    walk("", old, new, &mut found);
    for (field, to) in found {
        if field == "kind" && tree::get(old, "kind").is_none() {
            continue;
        }
        changes.retain(|c| !(c.field == field && c.service.as_ref() == service));
        changes.push(FieldChange {
            service: service.copied(),
            from: tree::get(old, &field),
            field,
            to: Some(to),
            extra: Table::new(),
        });
    }
}
