//! An order (备案订单) and its history.

use super::approval::Approval;
use super::event::{By, Command, Event};
use super::facts::{Access, Registration, Resource, ServiceFacts, SubjectFacts, names_a_person};
use super::host::Host;
use super::instant::Instant;
use super::kind::{Kind, VerifyBy, Via};
use super::number::{Number, ServiceKind, ServiceNumber, SubjectNumber};
use super::place::Place;
use super::portfolio::FiledSubject;
use super::province::Province;
use super::status::Status;
use crate::lang::parser;
use crate::text;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;

/// The field of an edit that tells of an attachment which came or went.
pub const MATERIALS: &str = "materials";

/// The field under which an edit tells of labels.
pub const LABELS: &str = "labels";

/// How many characters an id has.
pub const ID_LENGTH: usize = 8;

/// The alphabet of ids: Crockford base32 in lower case, without i, l, o and u.
pub const ID_ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// The fewest characters of an id that name what has it.
pub const SHORTEST_PREFIX: usize = 4;

/// Whether a word can be an id, or enough of the beginning of one to name what has it.
pub fn looks_like_id(word: &str) -> bool {
    (SHORTEST_PREFIX..=ID_LENGTH).contains(&word.len())
        && word.bytes().all(|b| ID_ALPHABET.contains(&b))
}

/// Declares an id: eight characters of Crockford base32.
macro_rules! id {
    ($(#[$meta:meta])* $ty:ident) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $ty([u8; ID_LENGTH]);

        impl $ty {
            /// Returns the id in `text`, if it is one.
            pub fn parse(text: &str) -> Option<Self> {
                let bytes = text.as_bytes().try_into().ok()?;
                text.bytes().all(|b| ID_ALPHABET.contains(&b)).then_some(Self(bytes))
            }

            /// Makes an id from 40 random bits.
            pub fn from_bits(bits: u64) -> Self {
                Self(std::array::from_fn(|place| {
                    let index = (bits >> (5 * place)) & 31;
                    ID_ALPHABET[usize::try_from(index).unwrap_or(0)]
                }))
            }

            /// Returns the id as text.
            pub fn as_str(&self) -> &str {
                std::str::from_utf8(&self.0).unwrap_or_default()
            }
        }

        impl fmt::Display for $ty {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl Serialize for $ty {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> Deserialize<'de> for $ty {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                Self::parse(&text).ok_or_else(|| {
                    parser::told(text!(
                        "`{text}` 不是 id，应为 {ID_LENGTH} 个字符，由 0-9 和 a-z（没有 i、l、o、u）组成",
                        "`{text}` is no id: expected {ID_LENGTH} characters of 0-9 and a-z without i, l, o, u"
                    ))
                })
            }
        }
    };
}

id! {
    /// The id of a rectification notice: random, never reused.
    NoticeId
}
id! {
    /// The id of an order: random, never reused.
    OrderId
}
id! {
    /// The id of an operation: one run of a writing command.
    OperationId
}

/// A person of an order, by the part they play: what `--who` takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Who {
    /// 主体负责人.
    Subject,
    /// 互联网信息服务负责人 of the service at this place in the order.
    Service(Place),
}

impl fmt::Display for Who {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Subject => f.write_str("subject"),
            Self::Service(place) => write!(f, "service:{place}"),
        }
    }
}

impl Serialize for Who {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Who {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        match text.strip_prefix("service:").map(Place::parse) {
            Some(Some(place)) => Ok(Self::Service(place)),
            None if text == "subject" => Ok(Self::Subject),
            Some(None) | None => Err(parser::told(text!(
                "`{text}` 不是订单中的人员，应为 `subject` 或 `service:N`，N 从 1 起",
                "`{text}` is no person of an order: expected `subject` or `service:N`, N from 1"
            ))),
        }
    }
}

/// Somebody who must answer the SMS: one entry a distinct phone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Signatory {
    /// The parts that this person plays; any of them names the entry.
    pub who: Vec<Who>,
    /// The person's name, where known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The phone that receives the SMS, where known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// Keys of this schema that this version does not know.
    #[serde(flatten)]
    pub extra: toml::Table,
}

/// A filed service that an order is about, as it was filed when the order was drafted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TargetService {
    /// Its number.
    pub number: ServiceNumber,
    /// Site, app, mini-program or quick app.
    pub kind: ServiceKind,
    /// Its name, where known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Its domains.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub domains: Vec<Host>,
    /// How a new access reaches it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub access_mode: Option<String>,
    /// For a new access, its domains as their registrars show them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub registrations: Option<Vec<Registration>>,
    /// The resource of a new access; boxed, for most services come without one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resource: Option<Box<Resource>>,
    /// Keys of this schema that this version does not know.
    #[serde(flatten)]
    pub extra: toml::Table,
}

impl TargetService {
    /// Takes from what is given of the service what a new access holds: the filed data stay as they
    /// are (ACC-01).
    pub fn link(&mut self, given: ServiceFacts) {
        self.access_mode = given.access_mode;
        self.registrations = given.registrations;
        self.resource = given.resource;
    }

    /// Returns what a new access holds.
    pub fn linked(&self) -> ServiceFacts {
        ServiceFacts {
            access_mode: self.access_mode.clone(),
            registrations: self.registrations.clone(),
            resource: self.resource.clone(),
            ..ServiceFacts::default()
        }
    }
}

/// What an order is about: the filed subject and its services.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Target {
    /// The filed subject; absent for a first filing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject: Option<SubjectNumber>,
    /// Its name, where known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The services it is about; for a subject's cancellation all that go with it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub services: Vec<TargetService>,
    /// Keys of this schema that this version does not know.
    #[serde(flatten)]
    pub extra: toml::Table,
}

impl Target {
    /// Whether it is about a service.
    pub fn holds(&self, number: &ServiceNumber) -> bool {
        self.services.iter().any(|there| there.number == *number)
    }
}

/// What a `new` order asks to be filed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Filing {
    /// The subject's data: all of it for a first filing, none for added services; boxed, for most
    /// orders have none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject: Option<Box<SubjectFacts>>,
    /// The services to be filed.
    pub services: Vec<ServiceFacts>,
    /// Keys of this schema that this version does not know.
    #[serde(flatten)]
    pub extra: toml::Table,
}

/// One field of a `change` order, or of an edit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FieldChange {
    /// The service it belongs to; absent for a field of the subject, or of a dossier.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service: Option<ServiceNumber>,
    /// The field: relative to the target, or in an edit the full path in the dossier.
    pub field: String,
    /// What it was; absent where it was unknown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<toml::Value>,
    /// What it becomes; absent where it is taken away.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<toml::Value>,
    /// Whether only what it adds to a list and takes from it is meant, whatever else the list holds.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub in_part: bool,
    /// Keys of this schema that this version does not know.
    #[serde(flatten)]
    pub extra: toml::Table,
}

impl FieldChange {
    /// A change of a field of the subject, or of a dossier.
    pub fn of(field: String, from: Option<toml::Value>, to: Option<toml::Value>) -> Self {
        Self {
            service: None,
            field,
            from,
            to,
            in_part: false,
            extra: toml::Table::new(),
        }
    }

    /// Whether nothing comes of it: what is to be is what was. Lists are sets.
    pub fn is_idle(&self) -> bool {
        match (&self.from, &self.to) {
            (Some(toml::Value::Array(from)), Some(toml::Value::Array(to))) => {
                from.iter().all(|v| to.contains(v)) && to.iter().all(|v| from.contains(v))
            }
            (from, to) => from == to,
        }
    }
}

/// A file that belongs to an order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Material {
    /// What it is for.
    pub slot: String,
    /// Its name where it came from.
    pub file: String,
    /// The place of the service it belongs to, from 1; absent for the subject's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service: Option<usize>,
    /// SHA-256 of its content in lower-case hex: its name under `files/`; absent where only named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hash: Option<String>,
    /// Its content's type, judged by its bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub media_type: Option<String>,
    /// Its size in bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<u64>,
    /// Keys of this schema that this version does not know.
    #[serde(flatten)]
    pub extra: toml::Table,
}

/// Whether an operation is the first of its instant, which goes without saying.
#[allow(
    clippy::trivially_copy_pass_by_ref,
    reason = "the signature that serde asks for"
)]
pub(super) const fn is_first(turn: &u32) -> bool {
    *turn == 0
}

/// One entry of a history.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// What happened.
    pub event: Event,
    /// When it happened.
    pub at: Instant,
    /// When it was written down.
    pub recorded_at: Instant,
    /// The status before; absent in the first entry.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Status>,
    /// The status after.
    pub to: Status,
    /// Who brought it about.
    pub by: By,
    /// Who wrote it down.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actor: Option<String>,
    /// The run of the command that wrote it.
    pub op: OperationId,
    /// Its turn among the operations recorded at the same instant; turns may be left out.
    #[serde(default, skip_serializing_if = "is_first")]
    pub turn: u32,
    /// Why: a rejection's words, a note's text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The persons it is about.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub who: Vec<Who>,
    /// The finding ids, impact codes or numbers that were accepted with it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub accepted: Vec<String>,
    /// The operation that an `undo` reversed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub undoes: Option<OperationId>,
    /// Whether this report did not fit: it moved nothing.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub anomaly: bool,
    /// The persons who must answer the SMS, where this entry opened the window.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub awaiting: Vec<Signatory>,
    /// What an approval brought; boxed, for most entries bring nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approval: Option<Box<Approval>>,
    /// The fields that an edit or a label changed, with what they were.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub edits: Vec<FieldChange>,
    /// Keys of this schema that this version does not know.
    #[serde(flatten)]
    pub extra: toml::Table,
}

impl Entry {
    /// Whether it is an edit of labels alone, which are no data of the order.
    pub fn is_of_labels(&self) -> bool {
        let is_label = |edit: &FieldChange| edit.field.split('.').next() == Some(LABELS);
        !self.edits.is_empty() && self.edits.iter().all(is_label)
    }

    /// Whether it touches the order for the clock of ORD-10; labels and notes do not.
    pub fn touches(&self) -> bool {
        match self.event {
            Event::Label | Event::Note => false,
            Event::Command(Command::Edit) => !self.is_of_labels(),
            Event::Create
            | Event::Command(Command::Submit | Command::Withdraw | Command::Abandon)
            | Event::Report(_)
            | Event::Attach
            | Event::Undo => true,
        }
    }
}

/// An application: one of six kinds, for one subject.
#[derive(Clone, Debug, PartialEq)]
pub struct Order {
    /// Its id.
    pub id: OrderId,
    /// What it applies for.
    pub kind: Kind,
    /// Through whom.
    pub via: Via,
    /// The provider; absent exactly for a written application.
    pub provider: Option<String>,
    /// The account there; holds nothing when absent.
    pub account: Option<String>,
    /// How a cancellation is verified; absent for the other kinds.
    pub verify_by: Option<VerifyBy>,
    /// The caller's key for it.
    pub reference: Option<String>,
    /// A digest of what was given when it was drafted: the same key must come with the same.
    pub given: String,
    /// The order that must be approved first.
    pub after: Option<OrderId>,
    /// Its own labels.
    pub labels: BTreeMap<String, String>,
    /// What it is about.
    pub target: Target,
    /// What a `new` order asks for; empty for the other kinds.
    pub filing: Filing,
    /// What a `change` order changes; empty for the other kinds.
    pub changes: Vec<FieldChange>,
    /// Its files.
    pub materials: Vec<Material>,
    /// What happened, in the order in which it was recorded; the first entry is `create`.
    pub history: Vec<Entry>,
    /// Keys of this schema that this version does not know.
    pub extra: toml::Table,
}

impl Order {
    /// Returns when it was made; none where its history is empty.
    pub fn created_at(&self) -> Option<Instant> {
        self.history.first().map(|entry| entry.at)
    }

    /// Whether it is about what is filed under a number.
    pub fn is_about(&self, number: &Number) -> bool {
        match number {
            Number::Subject(number) => self.target.subject == Some(*number),
            Number::Service(number) => self.target.holds(number),
            Number::Security(_) => false,
        }
    }

    /// Whether this is a `new` order for a subject that has no number yet.
    pub fn is_first_filing(&self) -> bool {
        self.kind == Kind::New && self.target.subject.is_none()
    }

    /// Returns the name of its subject, where known.
    pub fn subject_name(&self) -> Option<&str> {
        let asked = || self.filing.subject.as_deref()?.name.as_deref();
        self.target.name.as_deref().or_else(asked)
    }

    /// Returns what is known of its subject: what it files, else what is filed of it.
    pub fn subject_facts<'a>(
        &'a self,
        filed: Option<&'a FiledSubject>,
    ) -> Option<&'a SubjectFacts> {
        let own = self.filing.subject.as_deref();
        own.or(filed.map(|subject| &*subject.facts))
    }

    /// Returns the province of its filing, where anything names it.
    pub fn province(&self) -> Option<Province> {
        if let Some(number) = &self.target.subject {
            return number.province();
        }
        let name = self.filing.subject.as_deref()?.province.as_deref()?;
        name.parse().ok()
    }

    /// How many services it holds.
    pub fn service_count(&self) -> usize {
        match self.kind {
            Kind::New => self.filing.services.len(),
            Kind::Access
            | Kind::Change
            | Kind::CancelSite
            | Kind::CancelSubject
            | Kind::CancelAccess => self.target.services.len(),
        }
    }

    /// Returns every domain it is about, without repeats.
    pub fn domains(&self) -> Vec<&Host> {
        let filed = self.target.services.iter().flat_map(|s| &s.domains);
        let asked = self
            .filing
            .services
            .iter()
            .flat_map(|s| s.domains.iter().flatten());
        let mut domains: Vec<&Host> = filed.chain(asked).collect();
        domains.sort();
        domains.dedup();
        domains
    }

    /// Lists the hashes of all files that it names: those attached to it now, and those that its
    /// history says were once.
    pub fn attachments(&self) -> impl Iterator<Item = &str> {
        let materials = self.materials.iter();
        let held = materials.filter_map(|material| material.hash.as_deref());
        let edits = self.history.iter().flat_map(|entry| &entry.edits);
        let told = edits
            .filter(|edit| edit.field == MATERIALS)
            .flat_map(|edit| [&edit.from, &edit.to])
            .filter_map(|value| value.as_ref()?.get("hash")?.as_str());
        held.chain(told)
    }

    /// Lists the names of the persons in its own data: those that it files, those that a change
    /// puts in and out, those that were edited away, and those whose answer was awaited.
    pub fn people(&self) -> impl Iterator<Item = &str> {
        let subject = self.filing.subject.iter().flat_map(|facts| facts.people());
        let services = self.filing.services.iter().flat_map(ServiceFacts::people);
        let edits = self.history.iter().flat_map(|entry| &entry.edits);
        let changed = self
            .changes
            .iter()
            .chain(edits)
            .filter(|change| names_a_person(&change.field));
        let changed = changed.flat_map(|change| [&change.from, &change.to]);
        let changed = changed.filter_map(|value| value.as_ref()?.as_str());
        let awaited = self.history.iter().flat_map(|entry| &entry.awaiting);
        let awaited = awaited.filter_map(|signatory| signatory.name.as_deref());
        subject.chain(services).chain(changed).chain(awaited)
    }

    /// Whether its approval as a `cancel-access` ends `access`: at its provider, and where both
    /// name an account, at its account.
    pub fn ends(&self, access: &Access) -> bool {
        self.provider.as_deref() == Some(access.provider.as_str())
            && match (&self.account, &access.account) {
                (Some(one), Some(two)) => one == two,
                (None, _) | (_, None) => true,
            }
    }

    /// How many entries its history holds.
    pub fn revision(&self) -> usize {
        self.history.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_eight_characters_of_crockford_base32() {
        let id = OrderId::from_bits(0x00de_adbe_ef12);
        assert_eq!(OrderId::parse(id.as_str()), Some(id));
        assert_eq!(OrderId::parse("k3m9t2ql"), None);
        assert_eq!(OrderId::parse("../../x1"), None);
        assert_eq!(OrderId::parse("k3m9"), None);
    }
}
