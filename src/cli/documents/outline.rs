//! The outline of an order: those fields of its document that its slip tells too, so that a list
//! of them reads no order.

use super::order::{limit, time};
use crate::filing::deadline::Deadline;
use crate::filing::profile::Profile;
use crate::filing::standing::View;
use crate::filing::tree::is_below;
use crate::lang::Lang;
use crate::render::fields::Fields;
use crate::render::mask::Privacy;
use crate::store::roll::Slip;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// What is told of an order in short.
#[derive(Debug)]
pub struct Outline<'a> {
    /// What its file alone tells.
    pub slip: &'a Slip<'a>,
    /// Where it stands.
    pub view: &'a View,
    /// Its nearest limit.
    pub deadline: Option<Deadline>,
    /// The name of its subject, as it may be shown.
    pub name: Option<&'a str>,
    /// The labels of its subject, over which its own come.
    pub beneath: Vec<(&'a str, &'a str)>,
    /// The services that it is about, where more than the slip is known.
    pub services: Vec<Value>,
    /// The profile of its provider.
    pub profile: &'a Profile,
    /// The language of labels.
    pub lang: Lang,
    /// Whether personal data are shown.
    pub privacy: Privacy,
}

/// Tells one field.
type Tell = fn(&Outline<'_>) -> Value;

/// The fields of an order's document in their order, each with what tells it; none where only the
/// whole order does.
const FIELDS: [(&str, Option<Tell>); 32] = [
    ("id", Some(|o| json!(o.slip.id))),
    ("kind", Some(|o| json!(o.slip.kind))),
    ("status", Some(|o| json!(o.view.status()))),
    ("bucket", Some(|o| json!(o.view.status().bucket()))),
    (
        "label",
        Some(|o| json!(o.view.status().label().get(o.lang))),
    ),
    ("presumed", Some(|o| json!(o.view.is_presumed()))),
    ("provider", Some(|o| json!(o.slip.provider))),
    (
        "provider_label",
        Some(|o| json!(o.profile.status_label(o.view.status()))),
    ),
    ("account", Some(|o| json!(o.account()))),
    ("ref", Some(|o| json!(o.slip.reference))),
    ("labels", Some(|o| json!(o.labels()))),
    (
        TARGET,
        Some(|o| {
            json!({
                "subject": o.slip.subject,
                "name": o.name,
                "services": o.services,
                "service": o.slip.service,
                "domain": o.slip.domain,
            })
        }),
    ),
    ("via", Some(|o| json!(o.slip.via))),
    ("verify_by", Some(|o| json!(o.slip.verify_by))),
    ("changes", None),
    ("services", None),
    ("materials", None),
    ("papers", None),
    ("awaiting", None),
    ("deadline", Some(|o| json!(o.deadline.as_ref().map(limit)))),
    ("estimate", None),
    ("next", None),
    ("impact", None),
    ("reasons", None),
    ("after", Some(|o| json!(o.slip.after))),
    ("blocked_by", None),
    ("revision", Some(|o| json!(o.slip.revision))),
    ("created_at", Some(|o| json!(o.slip.created_at.map(time)))),
    (
        "submitted_at",
        Some(|o| json!(o.view.standing.submitted_at.map(time))),
    ),
    (
        "ended_at",
        Some(|o| json!(o.view.standing.ended_at.map(time))),
    ),
    ("updated_at", Some(|o| json!(o.slip.updated_at.map(time)))),
    ("history", None),
];

const TARGET: &str = "target";

/// What stands below the target and is on no slip.
const SERVICES: &str = "target.services";

impl Outline<'_> {
    /// Returns the account as it may be shown.
    fn account(&self) -> Option<String> {
        let account = self.slip.account.as_deref();
        account.map(|account| self.privacy.account(account))
    }

    /// Returns the labels of the order with its subject's beneath.
    pub fn labels(&self) -> BTreeMap<&str, &str> {
        let own = &self.slip.labels;
        let own = own.iter().map(|(key, value)| (&**key, &**value));
        self.beneath.iter().copied().chain(own).collect()
    }

    /// Returns the whole document, in which `rest` holds what an outline does not tell.
    pub fn whole(&self, mut rest: Value) -> Value {
        let fields = FIELDS.iter().map(|(name, tell)| {
            let value = match tell {
                Some(tell) => tell(self),
                None => rest.get_mut(*name).map(Value::take).unwrap_or_default(),
            };
            ((*name).to_owned(), value)
        });
        Value::Object(fields.collect())
    }
}

/// Some fields of a document, all of which an outline tells.
#[derive(Clone, Debug)]
pub struct Excerpt(Vec<Part>);

/// A field of a document, or what is asked for of those below it.
#[derive(Clone, Debug)]
struct Part {
    name: &'static str,
    tell: Tell,
    below: Option<Fields>,
}

impl Excerpt {
    /// Returns the excerpt of some fields; none where one of these is on no slip.
    pub fn of(fields: &Fields) -> Option<Self> {
        let names = fields.names();
        let is_told = |name: &String| {
            let mut all = FIELDS.iter().filter(|(_, tell)| tell.is_some());
            all.any(|(field, _)| is_at(field, name)) && name != TARGET && !is_at(SERVICES, name)
        };
        if !names.iter().all(is_told) {
            return None;
        }
        let parts = FIELDS.iter().filter_map(|(name, tell)| {
            let tell = tell.filter(|_| names.iter().any(|asked| is_at(name, asked)))?;
            Some(Part {
                name,
                tell,
                below: fields.below(name),
            })
        });
        Some(Self(parts.collect()))
    }

    /// Whether a field below one of a document's is among these.
    pub fn holds(&self, path: &str) -> bool {
        self.0.iter().any(|part| {
            let name = path
                .strip_prefix(part.name)
                .and_then(|p| p.strip_prefix('.'));
            let below = part.below.as_ref().map(Fields::names);
            name.is_some_and(|name| below.is_none_or(|below| below.iter().any(|b| b == name)))
        })
    }

    /// Returns these fields of an order's document.
    pub fn document(&self, outline: &Outline<'_>) -> Map<String, Value> {
        let fields = self.0.iter().map(|part| {
            let value = (part.tell)(outline);
            let value = match &part.below {
                Some(below) => below.narrow(&value),
                None => value,
            };
            (part.name.to_owned(), value)
        });
        fields.collect()
    }
}

/// Whether a name is that of a field, or of one below it.
fn is_at(field: &str, name: &str) -> bool {
    name == field || is_below(name, field)
}
