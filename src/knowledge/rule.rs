//! The rulebook: what a filing must satisfy, as data.

use super::embedded;
use crate::lang::Text;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use std::sync::LazyLock;

/// How much a broken rule weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Good to know.
    Info,
    /// May be rejected, or sources disagree.
    Warning,
    /// Will be rejected.
    Error,
}

/// Which kind of subject a rule or field is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Holder {
    /// A natural person (个人).
    Individual,
    /// Every other nature (单位).
    Organisation,
}

/// One rule of the rulebook.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Its id, such as `ORD-08`.
    pub id: String,
    /// Its name in a few words.
    pub title: Text,
    /// What it says, why, and what to do.
    pub explain: Text,
    /// What breaking it costs.
    pub severity: Severity,
    /// The order kinds it is for, by their names in files and flags.
    pub kinds: Vec<String>,
    /// The subjects it is for; empty means all.
    pub natures: Vec<Holder>,
    /// The provinces it is for, as two-letter codes; empty means all.
    pub provinces: Vec<String>,
    /// The providers it is for, by profile name; empty means all.
    pub providers: Vec<String>,
    /// The first day on which it holds, where known.
    pub since: Option<NaiveDate>,
    /// The last day on which it held.
    pub until: Option<NaiveDate>,
    /// Keys of the sources.
    pub source: String,
    /// Whether it can be judged offline, from the order and the store alone.
    pub check: bool,
}

impl Rule {
    /// Returns whether the rule holds on `day`.
    pub fn holds_on(&self, day: NaiveDate) -> bool {
        self.since.is_none_or(|since| since <= day) && self.until.is_none_or(|until| day <= until)
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RuleFile {
    rule: Vec<Rule>,
}

static RULES: LazyLock<RuleFile> =
    LazyLock::new(|| embedded("rules.toml", include_str!("../data/rules.toml")));

/// Returns the rules in the order of the rulebook.
pub fn rules() -> &'static [Rule] {
    &RULES.rule
}

/// Returns the rule with this id, in any letter case.
pub fn rule(id: &str) -> Option<&'static Rule> {
    rules()
        .iter()
        .find(|rule| rule.id.eq_ignore_ascii_case(id.trim()))
}
