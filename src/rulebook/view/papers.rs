//! The papers that every order of its kind, nature, province and provider carries, and those of a
//! cancellation that no SMS can prove.

use super::LIST_LIMIT;
use super::given::Seen;
use super::setting::Setting;
use crate::filing::facts::SubjectFacts;
use crate::filing::kind::Kind;
use crate::filing::number::ServiceKind;
use crate::filing::order::Order;
use crate::filing::pack::{self, Need};
use crate::filing::province::Province;
use crate::knowledge::{self, Occasion, Paper, PaperOf, code_list};
use serde_json::{Value as Json, json};

/// Lists the papers that an order always carries, with whether `materials` hold them; none where
/// the nature is not known.
pub(super) fn papers_view(
    order: &Order,
    subject: &SubjectFacts,
    services: &[Seen<'_>],
    province: Option<Province>,
    materials: &[Json],
    setting: &Setting<'_>,
) -> Vec<Json> {
    if let Some(pack) = pack::checklist(order, setting.portfolio) {
        let items = pack.items.iter();
        return items.map(|item| item_view(item, materials)).collect();
    }
    let Some(nature) = subject.nature.as_deref() else {
        return Vec::new();
    };
    let adds = order.kind == Kind::New && !order.is_first_filing();
    let mut papers = Vec::new();
    let mut of_subject: Vec<&str> = Vec::new();
    // A change of the subject alone names no service, and carries papers all the same.
    let places = (services.is_empty().then_some(None).into_iter())
        .chain(services.iter().take(LIST_LIMIT).enumerate().map(Some));
    for place in places {
        let kind = place.and_then(|(_, service)| service.facts.kind);
        let occasion = Occasion {
            kind: order.kind.name(),
            nature,
            province: province.map(Province::code),
            provider: order.provider.as_deref(),
            service: kind.map_or("", ServiceKind::name),
        };
        let always = knowledge::papers()
            .iter()
            .filter(|paper| paper.is_always_for(&occasion, adds, setting.today()));
        for paper in always {
            let of_service = match paper.of {
                PaperOf::Service => place.map(|(place, _)| place + 1),
                PaperOf::Subject if of_subject.contains(&paper.slot.as_str()) => continue,
                PaperOf::Subject => {
                    of_subject.push(&paper.slot);
                    None
                }
            };
            papers.push(paper_view(paper, of_service, order.kind, materials));
        }
    }
    papers
}

/// An item of the checklist of a cancellation; what is told with the papers has no slot.
fn item_view(item: &pack::Item<'_>, materials: &[Json]) -> Json {
    let (slot, field, attached) = match item.need {
        Need::Fact(fact) => (None, Some(fact.field()), item.is_done),
        Need::Files { slots, count } => {
            let fits = |material: &&Json| {
                let slot = material.get("slot").and_then(Json::as_str);
                slot.is_some_and(|slot| slots.iter().any(|known| known == slot))
            };
            let held = materials.iter().filter(fits).count();
            (slots.first(), None, held >= count)
        }
    };
    json!({
        "slot": slot,
        "field": field,
        "service": null,
        "zh": item.label.zh,
        "en": item.label.en,
        "attached": attached,
        "own_rule": true,
    })
}

fn paper_view(paper: &Paper, service: Option<usize>, kind: Kind, materials: &[Json]) -> Json {
    let attached = materials.iter().any(|material| {
        let of = material.get("service").and_then(Json::as_u64);
        let here = service.and_then(|place| u64::try_from(place).ok());
        material.get("slot").and_then(Json::as_str) == Some(&paper.slot)
            && (of.is_none() || here.is_none() || of == here)
    });
    let label = code_list("material-slots")
        .and_then(|list| list.entry(&paper.slot))
        .map(|entry| &entry.label);
    json!({
        "slot": paper.slot,
        "field": null,
        "service": service,
        "zh": label.map_or(paper.slot.as_str(), |label| label.zh.as_ref()),
        "en": label.map_or(paper.slot.as_str(), |label| label.en.as_ref()),
        "attached": attached,
        "own_rule": paper.own_rule.contains(&kind),
    })
}
