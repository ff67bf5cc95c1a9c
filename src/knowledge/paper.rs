//! What is uploaded with an order, and when.

use crate::data::data;
use crate::filing::kind::Kind;
use crate::lang::Text;
use chrono::NaiveDate;
use serde::Deserialize;
use std::sync::LazyLock;

/// Whose a paper is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PaperOf {
    /// The subject's.
    Subject,
    /// Each service's.
    Service,
}

/// One paper that some orders carry.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Paper {
    /// The material slot.
    pub slot: String,
    /// Whose it is.
    pub of: PaperOf,
    /// The order kinds that carry it.
    pub kinds: Vec<String>,
    /// The natures that need it, `organisation` for all but individuals; empty means all.
    #[serde(default)]
    pub natures: Vec<String>,
    /// The provinces that want it, as two-letter codes; empty means all.
    #[serde(default)]
    pub provinces: Vec<String>,
    /// The providers that want it; empty means all.
    #[serde(default)]
    pub providers: Vec<String>,
    /// The service kinds that need it; empty means all.
    #[serde(default)]
    pub service_kinds: Vec<String>,
    /// The condition; it is always needed where there is none.
    pub when: Option<Text>,
    /// The first day on which it is wanted, where known.
    pub since: Option<NaiveDate>,
    /// The order kinds for which a rule of its own asks for it.
    #[serde(default)]
    pub own_rule: Vec<Kind>,
    /// Keys of the sources.
    pub source: String,
}

/// What papers are asked of.
#[derive(Clone, Copy, Debug)]
pub struct Occasion<'a> {
    /// The order kind.
    pub kind: &'a str,
    /// The subject's nature.
    pub nature: &'a str,
    /// The province's code, where known.
    pub province: Option<&'a str>,
    /// The provider, where known.
    pub provider: Option<&'a str>,
    /// The kind of service.
    pub service: &'a str,
}

impl Paper {
    /// Whether orders on this occasion carry it, if its condition holds.
    pub fn is_for(&self, occasion: &Occasion<'_>) -> bool {
        let within = |list: &[String], word: Option<&str>| {
            list.is_empty() || word.is_some_and(|word| list.iter().any(|known| known == word))
        };
        let is_organisation = occasion.nature != "individual";
        let by_holder = is_organisation && self.natures.iter().any(|n| n == "organisation");
        within(&self.kinds, Some(occasion.kind))
            && (by_holder || within(&self.natures, Some(occasion.nature)))
            && within(&self.provinces, occasion.province)
            && within(&self.providers, occasion.provider)
            && within(&self.service_kinds, Some(occasion.service))
    }

    /// Whether every order on this occasion carries it on a day; where the order `adds` services to a
    /// filed subject, that subject's own papers went in with its first filing, and only what a province
    /// wants of every order remains.
    pub fn is_always_for(&self, occasion: &Occasion<'_>, adds: bool, day: NaiveDate) -> bool {
        self.when.is_none()
            && self.is_for(occasion)
            && self.since.is_none_or(|since| since <= day)
            && !(adds && self.of == PaperOf::Subject && self.provinces.is_empty())
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct PaperFile {
    paper: Vec<Paper>,
}

static PAPERS: LazyLock<PaperFile> = LazyLock::new(|| data!("papers"));

/// Returns every paper, in the order in which consoles ask for them.
pub fn papers() -> &'static [Paper] {
    &PAPERS.paper
}
