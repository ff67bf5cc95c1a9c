//! `rules`: the rulebook, as it is in force here.

use super::check::label;
use crate::cli::context::Context;
use crate::cli::documents::citation;
use crate::cli::parser::globals::option;
use crate::cli::parser::{province, vocabulary};
use crate::cli::reply::Reply;
use crate::failure::Failure;
use crate::filing::facts::Holder;
use crate::filing::kind::Kind;
use crate::filing::province::Province;
use crate::knowledge::{Rule, code_list};
use crate::lang::{Lang, Text, commas};
use crate::render::style::Tone;
use crate::render::table::{Cell, Table};
use crate::text;
use clap::{ArgMatches, Command};
use serde_json::{Value, json};

/// The shape of the document.
pub const SCHEMA: &str = "icpctl.rules/1";

/// Says what the command takes.
pub fn command(command: Command, lang: Lang) -> Command {
    command
        .arg(option(
            "province",
            "PROVINCE",
            text!(
                "只列适用于该省份的规则：名称、简称或代码",
                "Only rules for this province: its name, letter or code"
            ),
            lang,
        ))
        .arg(option(
            "provider",
            "P",
            text!("只列适用于该接入商的规则", "Only rules for this provider"),
            lang,
        ))
        .arg(
            option(
                "kind",
                "KIND",
                text!(
                    "只列适用于该订单类型的规则",
                    "Only rules for this kind of order"
                ),
                lang,
            )
            .value_parser(vocabulary::named::<Kind>()),
        )
        .arg(option(
            "nature",
            "NATURE",
            text!(
                "只列适用于该主办单位性质的规则，如 enterprise、individual",
                "Only rules for subjects of this nature, such as enterprise or individual"
            ),
            lang,
        ))
}

/// What the rules must be for.
#[derive(Debug, Default)]
struct Wanted {
    province: Option<Province>,
    provider: Option<String>,
    kind: Option<Kind>,
    nature: Option<Holder>,
}

impl Wanted {
    fn read(matches: &ArgMatches) -> Result<Self, Failure> {
        let word = |name: &str| matches.get_one::<String>(name).cloned();
        Ok(Self {
            province: word("province").map(|word| province(&word)).transpose()?,
            provider: word("provider"),
            kind: word("kind").and_then(|name| Kind::from_name(&name)),
            nature: word("nature").map(|word| holder(&word)).transpose()?,
        })
    }

    fn takes(&self, rule: &Rule) -> bool {
        takes(&rule.provinces, self.province.as_ref())
            && takes(&rule.providers, self.provider.as_ref())
            && takes(&rule.kinds, self.kind.as_ref())
            && takes(&rule.natures, self.nature.as_ref())
    }
}

/// Whether a list takes in what is wanted: it names none, or that, or nothing is wanted.
fn takes<T: PartialEq>(list: &[T], wanted: Option<&T>) -> bool {
    list.is_empty() || wanted.is_none_or(|wanted| list.contains(wanted))
}

/// Returns the kind of subject that a nature is, given by its value, its label, or as the kind.
fn holder(word: &str) -> Result<Holder, Failure> {
    Holder::from_word(word).ok_or_else(|| {
        let entries = code_list("natures").map_or(&[][..], |list| &list.entries);
        let names = commas(entries.iter().map(|entry| entry.value.as_str()));
        Failure::usage(text!(
            "没有“{word}”这种性质",
            "there is no nature \"{word}\""
        ))
        .meant(Holder::near(word))
        .hint(text!(
            "可用：{names}，或 organisation 表示全部单位",
            "there are {names}, and organisation for all but individuals"
        ))
    })
}

/// Lists the rules.
pub fn run(cx: &mut Context<'_>, matches: &ArgMatches) -> Result<Reply, Failure> {
    let mut wanted = Wanted::read(matches)?;
    cx.heed_providers(&mut wanted.provider)?;
    let rulebook = cx.rulebook()?;
    let rules: Vec<&Rule> = rulebook.rules().filter(|rule| wanted.takes(rule)).collect();
    let lang = cx.lang;
    let data = rules.iter().map(|rule| document(rule, lang)).collect();
    let mut table = Table::new(vec![
        text!("规则", "Rule"),
        text!("级别", "Severity"),
        text!("内容", "What"),
        text!("适用", "For"),
        text!("检查", "Checked"),
    ]);
    for rule in &rules {
        let (word, tone) = label(rule.severity);
        table.row(vec![
            Cell::verbatim(rule.id.clone()).tone(Tone::Name),
            Cell::new(word).tone(tone),
            Cell::new(rule.title.clone()),
            Cell::new(scope(rule)),
            Cell::new(checked(rule)),
        ]);
    }
    let human = table.render(lang, cx.width(), cx.color());
    let count = rules.len();
    Ok(Reply::list(SCHEMA, &KNOWN, data).human(human).say(text!(
        "{count} 条；每条的说明：icpctl explain RULE-ID",
        "{count} rule(s); each is explained by icpctl explain RULE-ID"
    )))
}

/// The keys of a rule's document.
const KNOWN: [&str; 14] = [
    "id",
    "title",
    "severity",
    "kinds",
    "natures",
    "provinces",
    "providers",
    "since",
    "until",
    "source",
    "sources",
    "check",
    "off",
    "tests",
];

fn document(rule: &Rule, lang: Lang) -> Value {
    json!({
        "id": rule.id,
        "title": rule.title.get(lang),
        "severity": rule.severity,
        "kinds": rule.kinds,
        "natures": rule.natures,
        "provinces": rule.provinces,
        "providers": rule.providers,
        "since": rule.since,
        "until": rule.until,
        "source": rule.source,
        "sources": citation::documents(&rule.source, lang),
        "check": rule.check,
        "off": rule.off,
        "tests": rule.test.len(),
    })
}

fn checked(rule: &Rule) -> Text {
    match (rule.off, rule.check) {
        (true, _) => text!("已关闭", "off"),
        (false, true) => text!("是", "yes"),
        (false, false) => text!("否", "no"),
    }
}

/// Returns for whom a rule is, in a few words: what is not named is all.
pub fn scope(rule: &Rule) -> Text {
    let kinds: Vec<Text> = rule.kinds.iter().copied().map(Kind::label).collect();
    let natures: Vec<Text> = rule
        .natures
        .iter()
        .map(|holder| match holder {
            Holder::Individual => text!("个人", "individuals"),
            Holder::Organisation => text!("单位", "organisations"),
        })
        .collect();
    let provinces = rule.provinces.iter();
    let provinces: Vec<Text> = provinces.map(|p| p.name().clone()).collect();
    let providers: Vec<Text> = rule.providers.iter().cloned().map(Text::verbatim).collect();
    let kinds = if kinds.len() == Kind::ALL.len() {
        Vec::new()
    } else {
        kinds
    };
    let lists = [kinds, natures, provinces, providers];
    let parts: Vec<&Vec<Text>> = lists.iter().filter(|list| !list.is_empty()).collect();
    if parts.is_empty() {
        return text!("全部", "all");
    }
    let parts = parts.iter().map(|list| Text::joined(*list, "、", ", "));
    Text::joined(parts, "；", "; ")
}
