//! The parser: how a command line is taken apart, and the flags and words that commands share.

pub mod action;
pub mod exits;
pub mod globals;
pub mod help;
pub mod orders;
pub mod usage;
pub mod vocabulary;

use crate::cli::table::{ALIASES, COMMANDS, Row};
use crate::failure::Failure;
use crate::filing::province::{Province, UnknownProvince};
use crate::lang::Lang;
use crate::text;
use clap::{ArgMatches, Command};

/// Returns the value of an argument that is asked for; empty where it is not there.
pub fn word<'m>(matches: &'m ArgMatches, name: &str) -> &'m str {
    matches.get_one::<String>(name).map_or("", String::as_str)
}

/// Returns the free words of a flag; blanks alone say nothing.
pub fn said(matches: &ArgMatches, name: &str) -> Option<String> {
    let words = matches.get_one::<String>(name)?;
    (!words.trim().is_empty()).then(|| words.clone())
}

/// Returns the values of an argument that can be repeated.
pub fn words(matches: &ArgMatches, name: &str) -> Vec<String> {
    matches
        .get_many::<String>(name)
        .map(|values| values.cloned().collect())
        .unwrap_or_default()
}

/// Returns the province that a word names.
///
/// # Errors
/// 2 where it names none, with the one that it may mean.
pub fn province(word: &str) -> Result<Province, Failure> {
    word.parse().map_err(|unknown: UnknownProvince| {
        Failure::usage(unknown.message()).meant(unknown.meant())
    })
}

/// Which commands a parser is built for.
#[derive(Clone, Copy)]
pub enum Branches {
    /// One, with what it takes.
    One(&'static Row),
    /// One, with what it takes and examples of its use.
    Page(&'static Row),
    /// All, by their names alone.
    Names,
    /// All, with what they take and examples of their use.
    All,
}

/// Returns what a command line calls for, as far as it is seen at first sight.
pub fn branches(words: &[String]) -> Branches {
    let mut words = words.iter().skip(1);
    while let Some(word) = words.next() {
        match word.strip_prefix("--") {
            Some(flag) if VALUED.contains(&flag) => {
                words.next();
            }
            Some("help") => return Branches::Names,
            Some(_) => {}
            None if word == "-h" => return Branches::Names,
            None if word.starts_with('-') => {}
            None => {
                let alias = ALIASES.iter().find(|(alias, _)| alias == word);
                let name = alias.map_or(word.as_str(), |(_, name)| *name);
                let named = COMMANDS.iter().find(|row| row.name == name);
                return match named {
                    Some(row) if words.any(|word| word == "--help") => Branches::Page(row),
                    Some(row) => Branches::One(row),
                    None => Branches::All,
                };
            }
        }
    }
    Branches::Names
}

/// The global flags that take the next word as their value.
const VALUED: [&str; 8] = [
    "store",
    "config",
    "format",
    "fields",
    "lang",
    "color",
    "lock-timeout",
    "actor",
];

/// Builds the parser.
pub fn tree(branches: Branches, lang: Lang) -> Command {
    let about = text!(
        "办理中国大陆 ICP 备案的命令行：起草、提交、跟踪、变更与注销",
        "Runs the whole life of mainland-China ICP filings"
    );
    let template = help::template(lang);
    let root = Command::new("icpctl")
        .version(env!("CARGO_PKG_VERSION"))
        .about(about.get(lang).to_owned())
        .help_template(template)
        .subcommand_help_heading(text!("命令", "Commands").get(lang).to_owned())
        .subcommand_value_name(text!("命令", "COMMAND").get(lang).to_owned())
        .disable_help_flag(true)
        .disable_version_flag(true)
        .disable_help_subcommand(true)
        .subcommand_required(true)
        .max_term_width(100)
        .args(globals::args(lang))
        .arg(
            clap::Arg::new("version")
                .long("version")
                .short('V')
                .action(clap::ArgAction::Version)
                .help(text!("显示版本", "Show the version").get(lang).to_owned())
                .help_heading(text!("全局选项", "Global options").get(lang).to_owned()),
        );
    let root = match branches {
        // No command is named: none has to hear of the options, and each copy costs time.
        Branches::Names => root.mut_args(|arg| arg.global(false)),
        Branches::One(_) | Branches::Page(_) | Branches::All => root,
    };
    let rows = COMMANDS.iter().filter(|row| match branches {
        Branches::One(only) | Branches::Page(only) => only.name == row.name,
        Branches::Names | Branches::All => true,
    });
    rows.fold(root, |root, row| {
        let sub = Command::new(row.name)
            .about(row.about.get(lang).to_owned())
            .help_template(template)
            .disable_help_flag(true);
        let aliases = ALIASES.iter().filter(|(_, name)| *name == row.name);
        let sub = sub.visible_aliases(aliases.map(|(alias, _)| *alias));
        if matches!(branches, Branches::Names) {
            return root.subcommand(sub);
        }
        let sub = (row.command)(sub, lang);
        let sub = exits::with_exits(sub, lang);
        let sub = sub.mut_args(|arg| help::under_heading(arg, lang));
        root.subcommand(match branches {
            Branches::Page(_) | Branches::All => help::with_examples(help::in_order(sub), lang),
            Branches::One(_) | Branches::Names => help::in_order(sub),
        })
    })
}
