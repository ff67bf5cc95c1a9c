//! An order's file: the columns that lists show first, then all the rest.
//!
//! The columns after `given` are drawn from the rest when the file is written, so that a list
//! needs only its head; reading trusts the rest.

use super::wire::{Problem, RecordError, SCHEMA, parse};
use crate::filing::host::Host;
use crate::filing::instant::Instant;
use crate::filing::kind::{Kind, VerifyBy, Via};
use crate::filing::number::SubjectNumber;
use crate::filing::order::{Entry, FieldChange, Filing, Material, Order, OrderId, Target};
use crate::filing::standing::fold;
use crate::filing::status::Status;
use crate::lang::parser::position;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

#[derive(Serialize, Deserialize)]
struct OrderFile {
    schema: u32,
    id: OrderId,
    kind: Kind,
    status: Status,
    via: Via,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    provider: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    account: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    verify_by: Option<VerifyBy>,
    #[serde(default, rename = "ref", skip_serializing_if = "Option::is_none")]
    reference: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    after: Option<OrderId>,
    given: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    subject: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    services: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    domains: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    created_at: Option<Instant>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    submitted_at: Option<Instant>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    since: Option<Instant>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    touched_at: Option<Instant>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    window_at: Option<Instant>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    ended_at: Option<Instant>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    labels: BTreeMap<String, String>,
    #[serde(default)]
    target: Target,
    #[serde(default, skip_serializing_if = "is_empty")]
    filing: Filing,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    changes: Vec<FieldChange>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    materials: Vec<Material>,
    #[serde(default)]
    history: Vec<Entry>,
    #[serde(flatten)]
    extra: toml::Table,
}

fn is_empty(filing: &Filing) -> bool {
    filing.subject.is_none() && filing.services.is_empty()
}

/// Returns the order's file.
///
/// # Errors
/// Only if a value cannot stand in TOML, which none of the types allows.
pub fn to_toml(order: &Order) -> Result<String, toml::ser::Error> {
    let standing = order.standing();
    let services = order.target.services.iter();
    toml::to_string(&OrderFile {
        schema: SCHEMA,
        id: order.id.clone(),
        kind: order.kind,
        status: standing.status,
        via: order.via,
        provider: order.provider.clone(),
        account: order.account.clone(),
        verify_by: order.verify_by,
        reference: order.reference.clone(),
        after: order.after.clone(),
        given: order.given.clone(),
        subject: order.target.subject.as_ref().map(SubjectNumber::to_string),
        name: order.target.name.clone(),
        services: services.map(|s| s.number.to_string()).collect(),
        domains: order.domains().into_iter().map(Host::to_string).collect(),
        created_at: order.created_at(),
        submitted_at: standing.submitted_at,
        since: Some(standing.since),
        touched_at: Some(standing.touched_at),
        window_at: standing.window.as_ref().map(|w| w.opened_at),
        ended_at: standing.ended_at,
        labels: order.labels.clone(),
        target: order.target.clone(),
        filing: order.filing.clone(),
        changes: order.changes.clone(),
        materials: order.materials.clone(),
        history: order.history.clone(),
        extra: order.extra.clone(),
    })
}

/// Reads an order's file.
///
/// # Errors
/// What is wrong with it and where; the file is left as it is.
pub fn from_toml(path: &str, bytes: &[u8]) -> Result<Order, RecordError> {
    let file: OrderFile = parse(path, bytes)?;
    let fault = |key: &str, problem| {
        let text = String::from_utf8_lossy(bytes);
        let offset = text
            .lines()
            .scan(0, |start, line| {
                let here = *start;
                *start += line.len() + 1;
                Some((here, line))
            })
            .find(|(_, line)| line.starts_with(key))
            .map_or(0, |(start, _)| start);
        let (line, column) = position(bytes, offset);
        Err(RecordError {
            path: path.to_owned(),
            line,
            column,
            problem,
        })
    };
    let stem = path
        .rsplit('/')
        .next()
        .and_then(|n| n.strip_suffix(".toml"));
    if stem != Some(file.id.as_str()) {
        return fault(
            "id",
            Problem::Misnamed {
                inside: file.id.to_string(),
            },
        );
    }
    let Some(standing) = fold(&file.history) else {
        return fault("history", Problem::NoHistory);
    };
    if standing.status != file.status {
        return fault(
            "status",
            Problem::StatusMismatch {
                stored: file.status.name(),
                folded: standing.status.name(),
            },
        );
    }
    Ok(Order {
        id: file.id,
        kind: file.kind,
        via: file.via,
        provider: file.provider,
        account: file.account,
        verify_by: file.verify_by,
        reference: file.reference,
        given: file.given,
        after: file.after,
        labels: file.labels,
        target: file.target,
        filing: file.filing,
        changes: file.changes,
        materials: file.materials,
        history: file.history,
        extra: file.extra,
    })
}
