//! `template`: a commented file to fill in.

use crate::cli::context::Context;
use crate::cli::parser;
use crate::cli::parser::globals::{option, place};
use crate::cli::parser::vocabulary::{self, Word};
use crate::cli::reply::Reply;
use crate::cli::reply::plain::refuse_format;
use crate::failure::Failure;
use crate::filing::kind::Kind;
use crate::filing::number::ServiceKind;
use crate::intake::{Choice, Template, template};
use crate::knowledge::code_list;
use crate::lang::Lang;
use crate::rulebook::sample;
use crate::text;
use clap::{ArgMatches, Command};

/// A file of rules.
const RULES: &str = "rules";

/// The flags that say whom a dossier is for.
const CHOICES: [&str; 4] = ["nature", "province", "provider", "service-kind"];

/// Says what the command takes.
pub fn command(command: Command, lang: Lang) -> Command {
    let natures = code_list("natures").map_or(&[][..], |list| &list.entries);
    let natures = natures
        .iter()
        .map(|entry| (entry.value.as_str(), entry.words().collect()));
    let natures = natures.collect();
    command
        .arg(
            place("what", "KIND", text!("哪一种文件", "Which file"), lang)
                .required(true)
                .value_parser(vocabulary::any_of(subjects())),
        )
        .arg(
            option(
                "nature",
                "NATURE",
                text!(
                    "主体的性质，缺省 enterprise",
                    "The subject's nature, enterprise unless given"
                ),
                lang,
            )
            .value_parser(vocabulary::any_of(natures))
            .hide_possible_values(true),
        )
        .arg(option(
            "province",
            "P",
            text!(
                "备案省份：代码、简称或名称",
                "The province of the filing: its code, letter or name"
            ),
            lang,
        ))
        .arg(option(
            "provider",
            "P",
            text!("接入商，缺省 tencent", "The provider, tencent unless given"),
            lang,
        ))
        .arg(
            option(
                "service-kind",
                "KIND",
                text!(
                    "服务类型，缺省 site",
                    "The kind of service, site unless given"
                ),
                lang,
            )
            .value_parser(vocabulary::named::<ServiceKind>()),
        )
}

/// Lists the names of the files, with the words that mean the same.
fn subjects() -> Vec<Word> {
    let kinds = vocabulary::words::<Kind>();
    let names = Template::all().map(Template::name).chain([RULES]);
    let words = |name: &str| {
        let known = kinds.iter().find(|(kind, _)| *kind == name);
        known.map_or_else(Vec::new, |(_, words)| words.clone())
    };
    names.map(|name| (name, words(name))).collect()
}

/// Prints the file.
pub fn run(cx: &mut Context<'_>, matches: &ArgMatches) -> Result<Reply, Failure> {
    refuse_format(cx)?;
    let name = parser::word(matches, "what");
    if name == RULES {
        return Ok(Reply::raw(sample(cx.lang)));
    }
    let word = |name: &str| matches.get_one::<String>(name).map(String::as_str);
    let what = Template::from_name(name).ok_or_else(|| {
        Failure::usage(text!("没有模板 `{name}`", "there is no template `{name}`"))
    })?;
    let given = CHOICES.iter().find(|flag| word(flag).is_some());
    if let (Template::Rows(_), Some(flag)) = (what, given) {
        return Err(Failure::usage(text!(
            "--{flag} 只用于资料文件的模板，{name} 是表格",
            "--{flag} goes with the template of a dossier; {name} is a table"
        )));
    }
    let mut choice = Choice::default();
    if let Some(name) = word("province") {
        choice.province = Some(parser::province(name)?);
    }
    if let Some(nature) = word("nature") {
        nature.clone_into(&mut choice.nature);
    }
    if let Some(provider) = word("provider") {
        provider.clone_into(&mut choice.provider);
        cx.heed_providers([&mut choice.provider])?;
    }
    let service = word("service-kind").and_then(ServiceKind::from_name);
    choice.service = service.unwrap_or(choice.service);
    Ok(Reply::raw(template(what, &choice, cx.lang)))
}
