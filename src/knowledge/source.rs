//! Where the facts of the field are from: the list of sources, and what a `source` of the data names
//! of it.

use super::{Rule, rule};
use crate::data::data;
use crate::lang::Text;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// One source: a regulation, the help pages of a provider, what is seen in public.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// How the data name it, such as `L33`.
    pub key: String,
    /// What it is called, with its issuer.
    pub title: Text,
    /// What it is, and how far it can be trusted.
    pub what: Text,
    /// Where it can be read, the best place first; none where it stands nowhere.
    pub urls: Vec<String>,
    /// When it was written or last read: a year, a month, or a span of them.
    pub seen: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct SourceFile {
    /// What parts of a source are called, `{}` for the number.
    part: BTreeMap<String, Text>,
    source: Vec<Source>,
}

static SOURCES: LazyLock<SourceFile> = LazyLock::new(|| data!("sources"));

/// Returns every source, regulations first.
pub fn sources() -> &'static [Source] {
    &SOURCES.source
}

/// One thing that a `source` names.
#[derive(Clone, Debug, PartialEq)]
pub enum Cited<'a> {
    /// A source of the list.
    Source {
        /// Which.
        source: &'static Source,
        /// The article, step or page of it, in words.
        part: Option<Text>,
    },
    /// A rule that says more.
    Rule(&'static Rule),
    /// The words of a user's own rule or profile, which need no list.
    Words(&'a str),
}

impl Cited<'_> {
    /// Returns what `icpctl explain` takes for it; a user's own words as they are.
    pub fn key(&self) -> &str {
        match self {
            Self::Source { source, .. } => &source.key,
            Self::Rule(rule) => &rule.id,
            Self::Words(words) => words,
        }
    }

    /// Returns what it is called.
    pub fn title(&self) -> Option<&'static Text> {
        match self {
            Self::Source { source, .. } => Some(&source.title),
            Self::Rule(rule) => Some(&rule.title),
            Self::Words(_) => None,
        }
    }

    /// Returns where it can be read.
    pub fn urls(&self) -> &'static [String] {
        match self {
            Self::Source { source, .. } => &source.urls,
            Self::Rule(_) | Self::Words(_) => &[],
        }
    }
}

/// Returns what a `source` names, in its order; one that is not all made of keys is its writer's own
/// words.
pub fn cited(source: &str) -> Vec<Cited<'_>> {
    if source.trim().is_empty() {
        return Vec::new();
    }
    let named = source.split([',', ';']).map(|word| named(word.trim()));
    named
        .collect::<Option<Vec<Cited<'_>>>>()
        .unwrap_or_else(|| vec![Cited::Words(source)])
}

/// Returns what one word of a `source` names: `L33`, `L33 Art 12`, `T:备案审核` or `TIM-02`.
fn named(word: &str) -> Option<Cited<'static>> {
    if let Some(rule) = rule(word) {
        return Some(Cited::Rule(rule));
    }
    let (key, rest) = word.split_at(word.find([':', ' ']).unwrap_or(word.len()));
    let source = sources().iter().find(|source| source.key == key)?;
    let part = match (rest.strip_prefix(':'), rest.trim()) {
        (Some(page), _) => Some(Text::verbatim(page)),
        (None, "") => None,
        (None, rest) => {
            let (kind, number) = rest.split_once(' ')?;
            let Text { zh, en } = SOURCES.part.get(kind)?;
            Some(Text {
                zh: zh.replace("{}", number).into(),
                en: en.replace("{}", number).into(),
            })
        }
    };
    Some(Cited::Source { source, part })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests fail by panicking")]
    use super::*;

    fn told(source: &str) -> Vec<String> {
        let of = |cited: &Cited<'_>| match cited {
            Cited::Source { source, part } => {
                let part = part.as_ref().map_or("", |part| part.en.as_ref());
                format!("{}|{part}", source.key)
            }
            Cited::Rule(rule) => rule.id.clone(),
            Cited::Words(words) => format!("“{words}”"),
        };
        cited(source).iter().map(of).collect()
    }

    #[test]
    fn a_source_is_taken_apart() {
        assert_eq!(
            told("S0, L33 Art 12, T:备案审核, A19:页 附录二; TIM-02, ORD-08"),
            [
                "S0|",
                "L33|article 12",
                "T|备案审核",
                "A19|页 附录二",
                "TIM-02",
                "ORD-08"
            ]
        );
        assert!(told(" ").is_empty());
    }

    #[test]
    fn the_words_of_a_user_stay_whole() {
        for words in [
            "letter of the bureau, 2026-03; page 2",
            "S9",
            "S0, S9",
            "S0 Art",
        ] {
            assert_eq!(told(words), [format!("“{words}”")]);
        }
    }
}
