//! The way through a provider's console, step by step in its own words: as data.
//!
//! A guide is a list of steps, each for one status. What a provider's own guide does not say comes
//! from the generic one, and what is the same everywhere from the common one.

use super::facts::Holder;
use super::kind::{Kind, VerifyBy};
use super::named::named;
use super::number::ServiceKind;
use super::profile::{GENERIC, Profile};
use super::province::Province;
use super::status::Status;
use crate::data::data;
use crate::lang::Text;
use serde::Deserialize;
use std::sync::LazyLock;

/// The guide of the bureau's written application.
pub const WRITTEN: &str = "written";

/// The guide of what is the same at every provider.
const COMMON: &str = "common";

named! {
    /// What a `new` order files.
    pub enum Scope {
        /// 首次备案: the subject and its first services.
        First = "first",
        /// 新增互联网信息服务: services of a filed subject.
        Added = "added",
    }
}

/// What is known of an order, to choose what is for it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Subject {
    /// Who files; absent where unknown, and then everything is for it.
    pub applicant: Option<Holder>,
    /// Where.
    pub province: Option<Province>,
    /// The way that a cancellation is verified.
    pub verify_by: Option<VerifyBy>,
    /// What a `new` order files.
    pub scope: Option<Scope>,
}

/// What a part of a guide is for; an empty list is for all.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Only {
    /// The kinds of order.
    pub kinds: Vec<Kind>,
    /// The ways that a cancellation is verified.
    pub verify_by: Vec<VerifyBy>,
    /// First filings or added services.
    pub scope: Vec<Scope>,
    /// Individuals or organisations.
    pub applicants: Vec<Holder>,
    /// The provinces, by their codes.
    pub provinces: Vec<String>,
    /// The kinds of service.
    pub services: Vec<ServiceKind>,
    /// What another field must hold.
    pub when: Option<When>,
}

/// What another field of the order must hold; one that is unknown is no obstacle.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct When {
    /// The field.
    pub path: String,
    /// Values of which it must hold one; empty means any.
    #[serde(default)]
    pub is: Vec<String>,
    /// Values of which it may hold none.
    #[serde(default)]
    pub not: Vec<String>,
    /// Whether it must hold nothing at all, where another field stands for it.
    #[serde(default)]
    pub absent: bool,
}

/// A sentence, where it holds.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Line {
    /// In Chinese.
    pub zh: String,
    /// In English.
    pub en: String,
    /// What it is for.
    #[serde(default)]
    pub only: Only,
}

/// A field of the console.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// The field of the order's data whose value is entered.
    pub path: String,
    /// The console's name for it; absent where it is the usual one.
    pub label: Option<Text>,
    /// How a date is written there, in the words of strftime.
    pub date: Option<String>,
    /// Whether it may stay empty.
    #[serde(default)]
    pub optional: bool,
    /// What it is for.
    #[serde(default)]
    pub only: Only,
}

/// A file that the console asks for.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Upload {
    /// The slot of the order's materials.
    pub slot: String,
    /// The console's name for it; absent where it is the usual one.
    pub label: Option<Text>,
    /// Whether it is asked for only sometimes.
    #[serde(default)]
    pub optional: bool,
    /// What it is for.
    #[serde(default)]
    pub only: Only,
}

/// What an order itself adds to a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Listed {
    /// The fields of a change.
    Changes,
    /// The persons who answer the SMS.
    Persons,
    /// The papers of a cancellation.
    Papers,
}

/// A step of a guide.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// Its name, unique in its guide.
    pub id: String,
    /// The status in which an order is at it.
    pub status: Status,
    /// What it is for.
    #[serde(default)]
    pub only: Only,
    /// Whether it is gone through once a service.
    #[serde(default)]
    pub each_service: bool,
    /// Its heading, in the console's words.
    pub title: Text,
    /// What to do, in its order.
    #[serde(default)]
    pub text: Vec<Line>,
    /// What to enter.
    #[serde(default)]
    pub fields: Vec<Entry>,
    /// The tables of the order's data, such as `subject`, whose other fields are entered here too.
    #[serde(default)]
    pub rest: Vec<String>,
    /// What the order itself adds.
    #[serde(default)]
    pub lists: Vec<Listed>,
    /// What to upload.
    #[serde(default)]
    pub uploads: Vec<Upload>,
    /// What to tick or confirm.
    #[serde(default)]
    pub confirm: Vec<Line>,
    /// Keys of the sources.
    pub source: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct GuideFile {
    step: Vec<Step>,
}

macro_rules! guides {
    ($($name:literal),+ $(,)?) => {
        [$((
            $name,
            LazyLock::new(|| data!(concat!("guides/", $name))),
        )),+]
    };
}

/// The embedded guides, each read when it is first asked for; a test holds that all are read whole.
static GUIDES: [(&str, LazyLock<GuideFile>); 7] = guides!(
    "alibaba", "common", "generic", "huawei", "tencent", "wechat", "written"
);

fn named(name: &str) -> Option<&'static [Step]> {
    GUIDES
        .iter()
        .find(|(known, _)| *known == name)
        .map(|(_, guide)| guide.step.as_slice())
}

/// Lists the embedded guides by their names.
pub fn embedded() -> impl Iterator<Item = (&'static str, &'static [Step])> {
    GUIDES
        .iter()
        .map(|(name, guide)| (*name, guide.step.as_slice()))
}

impl Only {
    /// Whether this is for orders of `kind` with this subject; services and `when` are left aside.
    pub fn is_for(&self, kind: Kind, subject: &Subject) -> bool {
        holds(&self.kinds, Some(&kind))
            && holds(&self.verify_by, subject.verify_by.as_ref())
            && holds(&self.scope, subject.scope.as_ref())
            && holds(&self.applicants, subject.applicant.as_ref())
            && subject.province.is_none_or(|province| {
                self.provinces.is_empty() || self.provinces.iter().any(|c| c == province.code())
            })
    }

    /// Whether this is for services of `kind`; an unknown kind is for all.
    pub fn is_for_service(&self, kind: Option<ServiceKind>) -> bool {
        holds(&self.services, kind.as_ref())
    }
}

/// Whether a list names `value`, or nothing stands against it.
fn holds<T: PartialEq>(list: &[T], value: Option<&T>) -> bool {
    list.is_empty() || value.is_none_or(|value| list.contains(value))
}

/// The guides that an order is led by, the nearest first.
#[derive(Clone, Debug)]
pub struct Guide<'a> {
    layers: Vec<&'a [Step]>,
}

impl<'a> Guide<'a> {
    /// Returns the guide of a provider, or of a written application where there is none.
    pub fn of(provider: Option<&str>, profile: &'a Profile) -> Self {
        let own = match provider {
            None => named(WRITTEN),
            // A user may call a provider by the name of a guide that is none of a provider.
            Some(WRITTEN | COMMON) => None,
            Some(name) => named(name),
        };
        let generic = provider.and_then(|_| named(GENERIC));
        let layers = [Some(profile.guide.as_slice()), own, generic, named(COMMON)];
        Self {
            layers: layers.into_iter().flatten().collect(),
        }
    }

    /// Lists the steps in `status`: those of the nearest layer that has any.
    pub fn steps(&self, status: Status, kind: Kind, subject: &Subject) -> Vec<&'a Step> {
        let in_layer = |layer: &&'a [Step]| -> Vec<&'a Step> {
            layer
                .iter()
                .filter(|step| step.status == status && step.only.is_for(kind, subject))
                .collect()
        };
        self.layers
            .iter()
            .map(in_layer)
            .find(|steps| !steps.is_empty())
            .unwrap_or_default()
    }
}
