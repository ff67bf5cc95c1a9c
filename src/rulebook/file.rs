//! Rule files of the user: rules added, overridden or switched off, in the format of the built-in
//! ones.

use super::compiled::{Fault, Part};
use super::judge::try_out;
use crate::filing::facts::Holder;
use crate::filing::kind::Kind;
use crate::filing::named::Word;
use crate::filing::profile::Profiles;
use crate::filing::province::Province;
use crate::knowledge::{Rule, Severity, Test};
use crate::lang::{Text, nearest, parser};
use crate::text;
use chrono::NaiveDate;
use serde::{Deserialize, Deserializer};
use toml::de::{DeTable, DeValue, ValueDeserializer};
use toml::{Spanned, Value};

/// The most bytes of a rule file.
pub const FILE_LIMIT: u64 = 1 << 20;

/// One thing wrong in a rule file; the rule that it is about is left as it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileProblem {
    /// The line, from 1.
    pub line: usize,
    /// The character within the line, from 1.
    pub column: usize,
    /// What is wrong.
    pub reason: Text,
}

impl FileProblem {
    /// Returns where it is and what is wrong.
    pub fn message(&self) -> Text {
        let Self {
            line,
            column,
            reason,
        } = self;
        text!(
            "第 {line} 行第 {column} 列：{reason}",
            "line {line}, column {column}: {reason}",
            reason
        )
    }
}

/// A rule as a user's file has it: what is left out stays as the rule of the same id has it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Own {
    id: String,
    title: Option<Text>,
    explain: Option<Text>,
    severity: Option<Severity>,
    kinds: Option<Vec<Word<Kind>>>,
    natures: Option<Vec<Nature>>,
    provinces: Option<Vec<Province>>,
    providers: Option<Vec<String>>,
    #[serde(default, deserialize_with = "day")]
    since: Option<NaiveDate>,
    #[serde(default, deserialize_with = "day")]
    until: Option<NaiveDate>,
    source: Option<String>,
    check: Option<bool>,
    off: Option<bool>,
    test: Option<Vec<Test>>,
}

/// A kind of subject, by its name or as a nature.
#[derive(Debug)]
struct Nature(Holder);

impl<'de> Deserialize<'de> for Nature {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let word = String::deserialize(deserializer)?;
        Holder::from_word(word.trim()).map(Self).ok_or_else(|| {
            parser::told(match Holder::near(&word) {
                Some(near) => text!(
                    "没有“{word}”这种性质，是不是想写 {near}？",
                    "there is no nature \"{word}\", did you mean {near}?"
                ),
                None => text!(
                    "没有“{word}”这种性质，应为 organisation（单位）或 individual（个人）",
                    "there is no nature \"{word}\": organisation or individual is expected"
                ),
            })
        })
    }
}

/// Reads a day, written as a text or as TOML's own date.
fn day<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<NaiveDate>, D::Error> {
    let value = Value::deserialize(deserializer)?;
    let day = match &value {
        Value::String(text) => text.parse().ok(),
        Value::Datetime(date) => date.to_string().parse().ok(),
        Value::Integer(_)
        | Value::Float(_)
        | Value::Boolean(_)
        | Value::Array(_)
        | Value::Table(_) => None,
    };
    let wrong = || {
        parser::told(text!(
            "应为日期，形如 2026-01-01，这里是 {value}",
            "a day such as 2026-01-01 is expected, not {value}"
        ))
    };
    day.map(Some).ok_or_else(wrong)
}

/// Puts the rules of a file over those that are there.
///
/// A rule that is wrong is left out and told of; the others of the file count. Providers go by the
/// names of `profiles`.
pub fn overlay(rules: &mut Vec<Rule>, source: &str, profiles: &Profiles) -> Vec<FileProblem> {
    let mut file = Reader {
        profiles,
        wrong: Vec::new(),
    };
    if let Err((at, reason)) = parser::heed(source, parser::VALUES) {
        file.wrong(at, reason);
        return file.located(source);
    }
    let (table, errors) = DeTable::parse_recoverable(source);
    for error in &errors {
        let at = error.span().map_or(source.len(), |span| span.start);
        let words = parser::said(error.message());
        file.wrong(
            at,
            text!("TOML 语法有误：{words}", "this is no TOML: {words}", words),
        );
    }
    if !errors.is_empty() {
        return file.located(source);
    }
    for (key, value) in table.get_ref() {
        if key.get_ref() == "rule" {
            file.rules(rules, source, value);
        } else {
            let name = key.get_ref();
            file.wrong(
                key.span().start,
                text!(
                    "没有名为“{name}”的字段，规则写在 [[rule]] 里",
                    "there is no field \"{name}\"; rules stand in [[rule]]"
                ),
            );
        }
    }
    file.located(source)
}

struct Reader<'p> {
    profiles: &'p Profiles,
    /// What is wrong, each with the byte at which it stands.
    wrong: Vec<(usize, Text)>,
}

impl Reader<'_> {
    fn wrong(&mut self, offset: usize, reason: Text) {
        self.wrong.push((offset, reason));
    }

    /// Returns what is wrong in the order of the text, which is counted through once.
    fn located(mut self, source: &str) -> Vec<FileProblem> {
        self.wrong.sort_by_key(|(offset, _)| *offset);
        let (mut last, mut line, mut column) = (0, 1, 1);
        let place = |(offset, reason): (usize, Text)| {
            let offset = source.floor_char_boundary(offset);
            let passed = source.get(last..offset).unwrap_or_default();
            if let Some((_, begun)) = passed.rsplit_once('\n') {
                line += passed.matches('\n').count();
                column = 1 + begun.chars().count();
            } else {
                column += passed.chars().count();
            }
            last = offset;
            FileProblem {
                line,
                column,
                reason,
            }
        };
        self.wrong.into_iter().map(place).collect()
    }

    /// Returns a rule with its providers by their names, which may be given by label or alias; what is
    /// none, but near to one, is told of.
    fn named(&mut self, element: &Spanned<DeValue<'_>>, mut own: Own) -> Own {
        for (place, word) in own.providers.iter_mut().flatten().enumerate() {
            if self.profiles.name_of(word).is_some() {
                self.profiles.rename(word);
            } else if let Some(near) = nearest(word, self.profiles.names()) {
                let message = text!(
                    "没有名为“{word}”的接入商，是不是想写 {near}？",
                    "there is no provider \"{word}\", did you mean {near}?"
                );
                self.wrong(item(element, "providers", place), message);
            }
        }
        own
    }

    fn rules(&mut self, rules: &mut Vec<Rule>, source: &str, value: &Spanned<DeValue<'_>>) {
        let DeValue::Array(list) = value.get_ref() else {
            let message = text!("规则应写成 [[rule]]", "rules are written as [[rule]]");
            self.wrong(value.span().start, message);
            return;
        };
        for element in list {
            let own = Own::deserialize(ValueDeserializer::from(element.clone()));
            let own: Own = match own {
                Ok(own) => self.named(element, own),
                Err(error) => {
                    let at = error.span().map_or(element.span().start, |span| span.start);
                    let words = parser::said(error.message());
                    self.wrong(
                        at,
                        text!("规则有误：{words}", "this is no rule: {words}", words),
                    );
                    continue;
                }
            };
            let there = rules.iter().position(|rule| rule.id == own.id);
            let made = match there.and_then(|place| rules.get(place)) {
                Some(base) => Ok(over(base.clone(), own)),
                None => new(own),
            };
            let rule = match made {
                Ok(rule) => rule,
                Err(reason) => {
                    self.wrong(element.span().start, reason);
                    continue;
                }
            };
            // One that is switched off need not work.
            if !rule.off
                && let Err(fault) = try_out(&rule)
            {
                let at = place(source, element, &fault).unwrap_or(element.span().start);
                self.wrong(at, fault.message());
                continue;
            }
            match there.and_then(|place| rules.get_mut(place)) {
                Some(base) => *base = rule,
                None => rules.push(rule),
            }
        }
    }
}

/// Puts what a file says over a rule.
fn over(mut rule: Rule, own: Own) -> Rule {
    rule.title = own.title.unwrap_or(rule.title);
    rule.explain = own.explain.unwrap_or(rule.explain);
    rule.severity = own.severity.unwrap_or(rule.severity);
    rule.kinds = own.kinds.map_or(rule.kinds, of_words);
    rule.natures = own.natures.map_or(rule.natures, holders);
    rule.provinces = own.provinces.unwrap_or(rule.provinces);
    rule.providers = own.providers.unwrap_or(rule.providers);
    rule.since = own.since.or(rule.since);
    rule.until = own.until.or(rule.until);
    rule.source = own.source.unwrap_or(rule.source);
    rule.check = own.check.unwrap_or(rule.check);
    rule.off = own.off.unwrap_or(rule.off);
    if own.severity.is_some() && own.test.is_none() {
        // A weight given to the rule is meant for all of it.
        for test in &mut rule.test {
            test.severity = None;
        }
    }
    rule.test = own.test.unwrap_or(rule.test);
    rule
}

/// Makes a rule that was not there.
fn new(own: Own) -> Result<Rule, Text> {
    let id = own.id;
    let (Some(title), Some(severity), Some(test)) = (own.title, own.severity, own.test) else {
        return Err(text!(
            "没有规则 {id} 可改；新规则要写 title、severity 和 [[rule.test]]",
            "there is no rule {id} to change; a new one needs title, severity and [[rule.test]]"
        ));
    };
    Ok(Rule {
        id,
        explain: own.explain.unwrap_or_else(|| title.clone()),
        title,
        severity,
        kinds: own.kinds.map_or_else(|| Kind::ALL.to_vec(), of_words),
        natures: own.natures.map_or_else(Vec::new, holders),
        provinces: own.provinces.unwrap_or_default(),
        providers: own.providers.unwrap_or_default(),
        since: own.since,
        until: own.until,
        source: own.source.unwrap_or_default(),
        check: own.check.unwrap_or(true),
        off: own.off.unwrap_or(false),
        test,
    })
}

fn of_words(words: Vec<Word<Kind>>) -> Vec<Kind> {
    words.into_iter().map(|word| word.0).collect()
}

fn holders(natures: Vec<Nature>) -> Vec<Holder> {
    let mut holders: Vec<Holder> = natures.into_iter().map(|nature| nature.0).collect();
    holders.sort();
    holders.dedup();
    holders
}

/// Returns the byte at which one of a key's values stands.
fn item(table: &Spanned<DeValue<'_>>, key: &str, place: usize) -> usize {
    let DeValue::Table(entries) = table.get_ref() else {
        return table.span().start;
    };
    let value = entries.get(key);
    let items = match value.map(Spanned::get_ref) {
        Some(DeValue::Array(items)) => Some(items),
        Some(_) | None => None,
    };
    let item = items.and_then(|items| items.get(place)).or(value);
    item.unwrap_or(table).span().start
}

/// Returns the byte at which a fault stands in the file.
fn place(source: &str, rule: &Spanned<DeValue<'_>>, fault: &Fault) -> Option<usize> {
    let (place, part) = fault.at?;
    let DeValue::Table(rule) = rule.get_ref() else {
        return None;
    };
    let DeValue::Array(tests) = rule.get("test")?.get_ref() else {
        return None;
    };
    let DeValue::Table(test) = tests.get(place)?.get_ref() else {
        return None;
    };
    let value = test.get(part.key())?;
    let start = value.span().start;
    let written = source.get(value.span())?;
    match (part, fault.within) {
        // What is written with escapes is longer than what it says.
        (Part::When | Part::Require, Some(within))
            if written.starts_with('\'') || !written.contains('\\') =>
        {
            Some(start + opening(written) + within)
        }
        (Part::For | Part::When | Part::Require | Part::Message | Part::Fix, _) => Some(start),
    }
}

/// Returns how many bytes open a text in TOML: its quotes, and the line break that may follow three.
fn opening(text: &str) -> usize {
    let long = ["'''", "\"\"\""];
    let Some(rest) = long.iter().find_map(|quotes| text.strip_prefix(quotes)) else {
        return 1;
    };
    let breaks = ["\n", "\r\n"].iter().find(|line| rest.starts_with(**line));
    3 + breaks.map_or(0, |line| line.len())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may panic")]
    use super::*;
    use crate::knowledge::rules;
    use proptest::prelude::*;

    fn read(source: &str) -> (Vec<Rule>, Vec<String>) {
        let mut all = rules().to_vec();
        let problems = overlay(&mut all, source, &Profiles::built_in());
        let told = problems.iter().map(|p| p.message().en.into_owned());
        (all, told.collect())
    }

    const ADDED: &str = r#"
[[rule]]
id = "MY-01"
severity = "warning"
[rule.title]
zh = "名称要有品牌"
en = "Names carry the brand"
[[rule.test]]
for = "services[*]"
field = "name"
require = "service.name == null || service.name.contains('示例')"
message = { zh = "{service.name} 里没有品牌", en = "{service.name} lacks the brand" }
fix = { zh = "加上品牌", en = "add the brand" }
"#;

    #[test]
    fn rules_are_added_overridden_and_switched_off() {
        let (all, problems) = read(&format!(
            "{ADDED}\n[[rule]]\nid = \"DOM-05\"\nseverity = \"info\"\n[[rule]]\nid = \"SUB-06\"\noff = true\n"
        ));
        assert!(problems.is_empty(), "{problems:#?}");
        let of = |id: &str| all.iter().find(|rule| rule.id == id).unwrap();
        assert_eq!(all.len(), rules().len() + 1);
        assert_eq!(of("MY-01").kinds.len(), Kind::ALL.len());
        assert_eq!(of("DOM-05").severity, Severity::Info);
        assert!(!of("DOM-05").test.is_empty());
        assert!(of("SUB-06").off);
    }

    #[test]
    fn a_rule_that_is_wrong_is_told_of_with_its_place_and_switches_nothing_else_off() {
        for (from, to, at) in [
            (
                "require = \"service",
                "require = \"serv ice",
                "line 11, column",
            ),
            ("service.name == null || ", "", "line 11, column 11:"),
            ("('示例')", "(\\\"示例\\\") serv ice", "line 11, column 11:"),
            (
                "\"service.name == null || service.name.contains('示例')\"",
                "'''\r\nservice.name == null ||\r\nserv ice'''",
                "line 13, column 6:",
            ),
            (
                "{service.name} lacks",
                "{service.nmae} lacks",
                "line 12, column 11:",
            ),
            ("services[*]", "service[*]", "line 9, column 7:"),
            (
                "severity = \"warning\"",
                "severity = \"bad\"",
                "line 4, column 12:",
            ),
            ("field = ", "feild = ", "line 10, column 1:"),
            ("id = \"MY-01\"", "", "line 2, column"),
        ] {
            let wrong = ADDED.replace(from, to);
            let (all, problems) =
                read(&format!("{wrong}\n[[rule]]\nid = \"SUB-06\"\noff = true\n"));
            assert_eq!(problems.len(), 1, "{to}: {problems:#?}");
            assert!(problems[0].contains(at), "{to}: {problems:#?}");
            assert_eq!(all.len(), rules().len(), "{to}");
            assert!(all.iter().any(|rule| rule.id == "SUB-06" && rule.off));
        }
    }

    #[test]
    fn days_are_texts_or_dates() {
        for day in ["\"2026-01-01\"", "2026-01-01"] {
            let (all, problems) = read(&format!("[[rule]]\nid = \"DOM-05\"\nuntil = {day}\n"));
            assert!(problems.is_empty(), "{problems:#?}");
            let rule = all.iter().find(|rule| rule.id == "DOM-05").unwrap();
            assert_eq!(rule.until, NaiveDate::from_ymd_opt(2026, 1, 1), "{day}");
        }
        for wrong in ["2026", "2026-01-01T08:00:00Z", "\"soon\"", "08:00:00"] {
            let (all, problems) = read(&format!("[[rule]]\nid = \"DOM-05\"\nuntil = {wrong}\n"));
            assert!(
                problems[0].contains("a day such as 2026-01-01"),
                "{problems:#?}"
            );
            assert!(problems[0].starts_with("line 3"), "{problems:#?}");
            let rule = all.iter().find(|rule| rule.id == "DOM-05").unwrap();
            assert_eq!(rule.until, None, "{wrong}");
        }
    }

    #[test]
    fn several_errors_of_syntax_are_told_at_once() {
        let (all, problems) = read("[[rule]]\nid = \n[[rule]]\noff = yes\n");
        assert!(problems.len() >= 2, "{problems:#?}");
        assert_eq!(all.len(), rules().len());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn no_rule_file_brings_the_program_down(
            at in 0..ADDED.len(),
            length in 0..40usize,
            text in "\\PC{0,12}|[\\[\\]{}()'\"=.,?:!&|]{0,8}",
        ) {
            let start = ADDED.floor_char_boundary(at);
            let end = ADDED.floor_char_boundary((at + length).min(ADDED.len()));
            let source = format!("{}{text}{}", &ADDED[..start], &ADDED[end..]);
            let (all, _) = read(&source);
            prop_assert!(all.len() >= rules().len());
        }

        #[test]
        fn no_expression_brings_the_program_down(source in "[a-z.()\\[\\]'|&=<>!?:, 0-9]{0,60}") {
            let text = ADDED.replace("service.name == null || service.name.contains('示例')", &source);
            let _ = read(&text);
        }
    }
}
