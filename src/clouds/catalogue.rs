//! Where the clouds' interfaces answer, and what their codes mean: `src/data/clouds.toml`.

use super::Cloud;
use crate::data::data;
use crate::network::error::Outlook;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// A product of a cloud that is asked.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Service {
    /// Where it answers.
    pub host: String,
    /// The version of its interface, a date.
    pub version: String,
    /// Whether a region must be named.
    #[serde(default)]
    pub regional: bool,
}

/// What is particular to a cloud.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Particulars {
    /// The products that are asked, by the names that the cloud gives them.
    pub services: BTreeMap<String, Service>,
    denied: Vec<String>,
    clock: Vec<String>,
    limited: Vec<String>,
    passing: Vec<String>,
    lasting: Vec<String>,
    missing: Vec<String>,
    mainland: Vec<String>,
    outside: Vec<String>,
    /// How an instance is paid for.
    #[serde(default)]
    pub charges: Words,
    /// Whether an instance is restricted.
    #[serde(default)]
    pub restrictions: Words,
    /// How a domain stands with its real name.
    #[serde(default)]
    pub real_names: Words,
    /// The regions in which instances are looked for, unless others are named.
    pub regions: Vec<String>,
}

/// The words of a cloud for a state: first the one that a filing wants.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Words(Vec<String>);

impl Words {
    /// Whether a word is the one that is wanted; absent where it is none of these.
    pub fn is_wanted(&self, word: &str) -> Option<bool> {
        let place = self.0.iter().position(|known| known == word);
        place.map(|place| place == 0)
    }
}

/// What a code of a cloud means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meaning {
    /// The key is refused, or may not ask this.
    Denied,
    /// The signature's time is not the cloud's.
    Clock,
    /// What was asked for is not there.
    Missing,
    /// Anything else, and whether it may succeed later.
    Failed(Outlook),
}

impl Particulars {
    /// Returns what a code means.
    pub fn meaning(&self, code: &str) -> Meaning {
        let is_of = |list: &[String]| {
            list.iter().any(|above| {
                code.strip_prefix(above.as_str())
                    .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
            })
        };
        if is_of(&self.clock) {
            Meaning::Clock
        } else if is_of(&self.denied) {
            Meaning::Denied
        } else if is_of(&self.missing) {
            Meaning::Missing
        } else if is_of(&self.limited) {
            Meaning::Failed(Outlook::Limited)
        } else if is_of(&self.passing) {
            Meaning::Failed(Outlook::Passing)
        } else if is_of(&self.lasting) {
            Meaning::Failed(Outlook::Lasting)
        } else {
            Meaning::Failed(Outlook::Unknown)
        }
    }

    /// Whether a zone, such as `ap-guangzhou-6`, lies in the mainland; absent where that is not
    /// known.
    pub fn is_mainland(&self, zone: &str, more: &[String]) -> Option<bool> {
        let starts = |list: &[String]| list.iter().any(|start| zone.starts_with(start.as_str()));
        if starts(&self.mainland) || starts(more) {
            Some(true)
        } else {
            starts(&self.outside).then_some(false)
        }
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Catalogue {
    tencent: Particulars,
    alibaba: Particulars,
}

static CATALOGUE: LazyLock<Catalogue> = LazyLock::new(|| data!("clouds"));

/// Returns what is particular to a cloud.
pub fn of(cloud: Cloud) -> &'static Particulars {
    match cloud {
        Cloud::Tencent => &CATALOGUE.tencent,
        Cloud::Alibaba => &CATALOGUE.alibaba,
    }
}
