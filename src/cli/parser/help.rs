//! What the help of every command is made of.

use crate::data::data;
use crate::lang::{Lang, Text};
use crate::text;
use clap::{Arg, Command};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// How the help of a command is laid out.
pub const fn template(lang: Lang) -> &'static str {
    match lang {
        Lang::Zh => "{about-with-newline}\n用法：{usage}\n\n{all-args}{after-help}",
        Lang::En => "{about-with-newline}\nUsage: {usage}\n\n{all-args}{after-help}",
    }
}

/// Puts an argument under its heading in the help, unless it has one already.
pub fn under_heading(arg: Arg, lang: Lang) -> Arg {
    if arg.get_help_heading().is_some() {
        return arg;
    }
    let heading = if arg.is_positional() {
        text!("参数", "Arguments")
    } else {
        text!("选项", "Options")
    };
    arg.help_heading(heading.get(lang).to_owned())
}

/// What the parser writes in English in its help, and ours in Chinese.
const WORDS: [(&str, &str); 11] = [
    ("[OPTIONS]", "[选项]"),
    ("[possible values: ", "[可用的值："),
    ("[possible values:\n", "[可用的值：\n"),
    ("[alias: ", "[别名："),
    ("参数:\n", "参数：\n"),
    ("选项:\n", "选项：\n"),
    ("筛选:\n", "筛选：\n"),
    ("命令:\n", "命令：\n"),
    ("操作:\n", "操作：\n"),
    ("[aliases: ", "[别名："),
    ("[default: ", "[缺省："),
];

/// Returns the parser's help in one language.
pub fn in_language(help: &str, lang: Lang) -> String {
    match lang {
        Lang::En => help.to_owned(),
        Lang::Zh => WORDS
            .iter()
            .fold(help.to_owned(), |help, (en, zh)| help.replace(en, zh)),
    }
}

/// A command line to begin with, and what it is for.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Example {
    /// What it does.
    pub about: Text,
    /// What is typed after the program's name.
    pub line: String,
}

/// The examples of each command, or of an action as in `batch plan`.
pub fn examples() -> BTreeMap<String, Vec<Example>> {
    data!("examples")
}

/// Puts the examples of a command, and of its actions, below what stands below its help.
pub fn with_examples(command: Command, lang: Lang) -> Command {
    let name = command.get_name().to_owned();
    exemplified(command, &name, &examples(), lang)
}

fn exemplified(
    command: Command,
    path: &str,
    examples: &BTreeMap<String, Vec<Example>>,
    lang: Lang,
) -> Command {
    let command = command.mut_subcommands(|action| {
        let path = format!("{path} {}", action.get_name());
        exemplified(action, &path, examples, lang)
    });
    let Some(examples) = examples.get(path) else {
        return command;
    };
    let above = command.get_after_help().map(ToString::to_string);
    let mut page = above.map_or_else(String::new, |above| above + "\n\n");
    page += text!("例：", "Examples:").get(lang);
    for Example { about, line } in examples {
        // Writing to a String never fails.
        let _ = write!(page, "\n  # {}\n  icpctl {line}", about.get(lang));
    }
    command.after_help(page)
}

/// Has the help tell the places of a command in the order in which they are typed.
pub fn in_order(command: Command) -> Command {
    let mut place = 0;
    let command = command.mut_subcommands(in_order);
    command.mut_args(|arg| {
        if !arg.is_positional() {
            return arg;
        }
        place += 1;
        arg.display_order(place)
    })
}
