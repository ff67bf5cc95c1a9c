//! The order itself, the orders near it, and what is filed of its subject.

use super::LIST_LIMIT;
use super::given::{json_of, known, with};
use super::setting::{Setting, stays};
use crate::filing::facts::{Holder, SubjectFacts};
use crate::filing::guard::{self, Rival};
use crate::filing::host::Host;
use crate::filing::identity::ResidentId;
use crate::filing::kind::{VerifyBy, Via};
use crate::filing::number::SubjectNumber;
use crate::filing::order::{FieldChange, Order};
use crate::filing::portfolio::FiledSubject;
use serde_json::{Value as Json, json};
use std::collections::{BTreeMap, BTreeSet};

pub(super) fn order_view(
    order: &Order,
    setting: &Setting<'_>,
    is_bare: bool,
    supposed: &BTreeMap<SubjectNumber, FiledSubject>,
) -> Json {
    let view = order.view(setting.profiles, setting.now);
    let status = view.status();
    let window = view.standing.window.as_ref();
    let holders = order
        .provider
        .as_deref()
        .zip(order.account.as_deref())
        .and_then(|key| setting.accounts.get(&key));
    let others: Vec<String> = holders
        .into_iter()
        .flatten()
        .filter(|number| order.target.subject.as_ref() != Some(number))
        .filter(|number| stays(number, supposed))
        .take(LIST_LIMIT)
        .map(ToString::to_string)
        .collect();
    let idle = (setting.now - view.standing.touched_at).num_days();
    json!({
        "kind": order.kind.name(),
        "provider": order.provider,
        "account": order.account,
        "ref": order.reference,
        "after": order.after,
        "verify_by": order.verify_by.map(VerifyBy::name),
        "written": order.via == Via::Written,
        "first": order.is_first_filing(),
        "bare": is_bare,
        "service_count": order.service_count(),
        "status": status.name(),
        "live": status.is_live(),
        "since": view.standing.since.day(),
        "idle_days": status.is_live().then_some(idle),
        "sms_until": window.map(|w| w.closes_at().to_minute()),
        "account_subjects": others,
    })
}

pub(super) fn subject_view(
    order: &Order,
    setting: &Setting<'_>,
    filed: Option<&FiledSubject>,
    facts: &SubjectFacts,
    holder: Option<Holder>,
) -> Json {
    let number = order.target.subject.as_ref();
    let ever = number.and_then(|number| setting.portfolio.subjects.get(number));
    let ended: Vec<String> = ever
        .map(|subject| subject.ended_services.keys().map(ToString::to_string))
        .into_iter()
        .flatten()
        .take(LIST_LIMIT)
        .collect();
    let representative = facts.legal_representative_id.as_deref();
    with(
        known("subject", json_of(facts)),
        json!({
            "number": order.target.subject,
            "filed": filed.is_some(),
            "individual": holder.map(|holder| holder == Holder::Individual),
            "representative_is_resident": representative.map(ResidentId::is_meant_by),
            "ended_numbers": ended,
        }),
    )
}

pub(super) fn change_view(change: &FieldChange) -> Json {
    json!({
        "service": change.service,
        "field": change.field,
        "from": change.from.as_ref().and_then(json_of),
        "to": change.to.as_ref().and_then(json_of),
    })
}

/// What is filed of the subject at the moment, whatever the order asks for.
pub(super) fn filed_view(filed: Option<&FiledSubject>) -> Json {
    let services = filed.map(|subject| subject.services.values());
    json!({
        "known": filed.is_some(),
        "empty_shell": filed.map(FiledSubject::is_empty_shell),
        "certificate_number": filed.and_then(|s| s.facts.certificate_number.clone()),
        "legal_representative": filed.and_then(|s| s.facts.legal_representative.clone()),
        "nature": filed.and_then(|s| s.facts.nature.clone()),
        "name": filed.and_then(|s| s.facts.name.clone()),
        "services": services.into_iter().flatten().take(LIST_LIMIT).map(|service| json!({
            "number": service.number,
            "kind": service.kind().name(),
            "name": service.facts.name,
            "domains": service.domains(),
            "approved_on": service.approved_on,
            "accesses_known": service.accesses_known,
            "providers": service.providers(),
        })).collect::<Vec<_>>(),
    })
}

/// Lists the live orders that share the subject or the account.
pub(super) fn rivals_view(
    order: &Order,
    setting: &Setting<'_>,
    near: &[Rival<'_>],
    ahead: &[&Order],
) -> Vec<Json> {
    let profile = setting.profiles.for_order(order.provider.as_deref());
    let own: BTreeSet<&Host> = order.domains().into_iter().collect();
    near.iter()
        .filter(|rival| !is_same(order, rival.order) && rival.status.is_live())
        .filter_map(|rival| {
            let same_subject = guard::is_same_subject(order, rival.order, setting.portfolio);
            let same_provider = order.provider == rival.order.provider;
            let same_account =
                order.account.is_some() && same_provider && order.account == rival.order.account;
            let same_domain = rival.order.domains().iter().any(|d| own.contains(d));
            (same_subject || same_account || same_domain).then(|| {
                json!({
                    "path": "",
                    "id": rival.order.id,
                    "kind": rival.order.kind.name(),
                    "status": rival.status.name(),
                    "awaited": order.after.as_ref() == Some(&rival.order.id)
                        || ahead.iter().any(|awaited| awaited.id == rival.order.id),
                    "same_subject": same_subject,
                    "same_account": same_account,
                    "same_domain": same_domain,
                    "parallel": same_provider && profile.parallel_orders,
                })
            })
        })
        .take(LIST_LIMIT)
        .collect()
}

/// Lists the drafts of the same subject.
pub(super) fn siblings_view<'o>(
    order: &Order,
    setting: &Setting<'_>,
    drafts: impl Iterator<Item = &'o Order>,
) -> Vec<Json> {
    drafts
        .filter(|other| !is_same(order, other))
        .filter(|other| guard::is_same_subject(order, other, setting.portfolio))
        .map(|other| {
            json!({
                "path": "",
                "id": other.id,
                "kind": other.kind.name(),
                "awaited": order.after.as_ref() == Some(&other.id),
            })
        })
        .take(LIST_LIMIT)
        .collect()
}

/// Whether two orders are one, or one is what came of the dossier that is the other.
pub(super) fn is_same(one: &Order, two: &Order) -> bool {
    one.id == two.id || one.reference.is_some() && one.reference == two.reference
}

/// What differs between providers, as far as rules ask for it.
pub(super) fn profile_view(order: &Order, setting: &Setting<'_>, holder: Option<Holder>) -> Json {
    let profile = setting.profiles.for_order(order.provider.as_deref());
    let by_individual = holder == Some(Holder::Individual);
    json!({
        "name": order.provider,
        "known": order.provider.as_deref().is_some_and(|p| setting.profiles.known(p).is_some()),
        "limit": profile.order_size.limit(order.kind, by_individual),
        "purge_days": profile.purge_days,
        "review_days": profile.review_days[1],
        "parallel_orders": profile.parallel_orders,
        "verify_by": profile.verify_by.iter().map(|way| way.name()).collect::<Vec<_>>(),
        "quota": {
            "per_instance": profile.quota.per_instance,
            "serverless": profile.quota.serverless,
        },
    })
}
