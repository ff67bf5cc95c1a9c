//! The rulebook: what a filing must satisfy, as data.

use super::{Code, code_list};
use crate::data::data;
use crate::filing::facts::Holder;
use crate::filing::kind::Kind;
use crate::filing::named;
use crate::filing::province::Province;
use crate::lang::{Text, nearest};
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

impl Holder {
    /// Returns the kind of subject that a word means: 单位 or 个人, its name, or a nature by its value or
    /// label.
    pub fn from_word(word: &str) -> Option<Self> {
        if word.eq_ignore_ascii_case("organisation") || word == "单位" {
            return Some(Self::Organisation);
        }
        let entries = code_list("natures").map_or(&[][..], |list| &list.entries);
        let nature = entries.iter().find(|entry| entry.is_called(word))?;
        Some(Self::of_nature(&nature.value))
    }

    /// Returns the word nearest to a mistyped one.
    pub fn near(word: &str) -> Option<&'static str> {
        let entries = code_list("natures").map_or(&[][..], |list| &list.entries);
        let words = entries.iter().flat_map(Code::words);
        nearest(word, words.chain(["organisation", "单位"]))
    }
}

/// One rule of the rulebook.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
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
    /// The order kinds it is for.
    pub kinds: Vec<Kind>,
    /// The subjects it is for; empty means all.
    pub natures: Vec<Holder>,
    /// The provinces it is for; empty means all.
    pub provinces: Vec<Province>,
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
    /// Whether the user has switched it off.
    #[serde(default)]
    pub off: bool,
    /// How it is judged, in expressions over the view; none where it only informs.
    #[serde(default)]
    pub test: Vec<Test>,
}

/// One way in which a rule is broken: what must hold, where, and what is said when it does not.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Test {
    /// What it ranges over, such as `services[*]`: it is asked once of each, under the name `it`.
    #[serde(rename = "for", default = "the_order")]
    pub range: String,
    /// The field that a finding points at, below what it ranges over.
    pub field: Option<String>,
    /// Of which it is asked; of all where absent.
    pub when: Option<String>,
    /// What must hold: a CEL expression that is true or false.
    pub require: String,
    /// Whether it is broken by something that is not given.
    ///
    /// Such a finding is a warning where the dossier is a bare one, and information where the
    /// portfolio is the only source: unknown is no error.
    #[serde(default)]
    pub missing: bool,
    /// How much it weighs, where that differs from the rule.
    pub severity: Option<Severity>,
    /// The order kinds, where it is for fewer than the rule; empty means all of those.
    #[serde(default, deserialize_with = "named::words")]
    pub kinds: Vec<Kind>,
    /// The provinces, where it is for fewer than the rule; empty means all of those.
    #[serde(default)]
    pub provinces: Vec<Province>,
    /// What is wrong; `{expression}` stands for a value of the view.
    pub message: Text,
    /// What to do, with values as in the message.
    pub fix: Text,
}

fn the_order() -> String {
    "order".to_owned()
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

macro_rules! families {
    ($($name:literal),+ $(,)?) => {
        [$(data!(concat!("rules/", $name))),+]
    };
}

/// The files of the rulebook, one a family, in its order.
static RULES: LazyLock<Vec<Rule>> = LazyLock::new(|| {
    let files: [RuleFile; 16] = families!(
        "num", "ord", "tim", "sms", "can", "acc", "chg", "sub", "rp", "dom", "nam", "svc", "res",
        "mat", "prv", "pst",
    );
    files.into_iter().flat_map(|file| file.rule).collect()
});

/// Returns the rules in the order of the rulebook.
pub fn rules() -> &'static [Rule] {
    &RULES
}

/// Returns the rule with this id, in any letter case.
pub fn rule(id: &str) -> Option<&'static Rule> {
    rules()
        .iter()
        .find(|rule| rule.id.eq_ignore_ascii_case(id.trim()))
}
