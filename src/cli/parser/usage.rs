//! Command lines that cannot be parsed, told in the user's language.

use super::vocabulary::IN_CHINESE;
use crate::failure::Failure;
use crate::lang::{Text, likeness, nearest};
use crate::text;
use clap::builder::PossibleValue;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Arg, ArgMatches, Command, Error};
use std::any::TypeId;
use std::collections::BTreeSet;
use std::ffi::{OsStr, OsString};
use std::path::Path;

/// Turns what the parser says of the words typed into a failure (2).
pub fn failure(error: &Error, parser: &Command, words: &[OsString]) -> Failure {
    let (path, command) = named(parser, words);
    let is_root = command.get_name() == parser.get_name();
    let mut failure = Failure::usage(message(error, (&path, command), is_root, words));
    failure.hints.extend(meant(error, command));
    if let Some(valid) = context(error, ContextKind::ValidValue).filter(|valid| !valid.is_empty()) {
        let zh = context(error, IN_CHINESE).unwrap_or_else(|| valid.clone());
        failure = failure.hint(text!("可用的值：{zh}", "possible values: {valid}"));
    }
    failure.hints.extend(missing(error, command));
    if is_count(error, command) {
        failure = failure.hint(text!(
            "写 0 或更大的整数，如 20",
            "write a whole number from 0 up, such as 20"
        ));
    }
    let actions: Vec<&str> = command.get_subcommands().map(Command::get_name).collect();
    if !is_root && !actions.is_empty() {
        let actions = actions.join(", ");
        failure = failure.hint(text!("可用：{actions}", "there are: {actions}"));
    }
    if error.kind() == ErrorKind::UnknownArgument && SINGLE.contains(&command.get_name()) {
        failure = failure.hint(text!(
            "一份订单只注销一个：逐个起草，或写成批量文件（icpctl template batch）",
            "one order cancels one: draft them one by one, or write a batch (icpctl template batch)"
        ));
    }
    let is_named = words.iter().any(|word| word == FROM);
    if let Some(file) = stray(error).filter(|_| takes_a_file(command) && !is_named) {
        failure = failure.hint(text!(
            "文件写在 {FROM} 后面：{FROM} {file}",
            "a file is named with {FROM}: {FROM} {file}"
        ));
    }
    failure.hint(text!("用 --help 查看用法", "see the usage with --help"))
}

/// Returns what the parser says of one part of the words.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "the parser's values are open: it may add to them"
)]
fn context(error: &Error, kind: ContextKind) -> Option<String> {
    error.get(kind).map(|value| match value {
        ContextValue::String(text) => text.clone(),
        ContextValue::Strings(list) => list.join(", "),
        other => other.to_string(),
    })
}

/// Says what is wrong with the words typed for a command.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "the parser's kinds are open: it may add to them"
)]
fn message(
    error: &Error,
    (path, command): (&str, &Command),
    is_root: bool,
    words: &[OsString],
) -> Text {
    let arg = context(error, ContextKind::InvalidArg).unwrap_or_default();
    let value = context(error, ContextKind::InvalidValue).unwrap_or_default();
    match error.kind() {
        ErrorKind::UnknownArgument if !arg.starts_with('-') => {
            let most = command.get_positionals().count();
            let places = places(command);
            match most {
                0 => text!(
                    "多出 `{arg}`：{path} 后面只写选项",
                    "`{arg}` is one too many: {path} takes only options"
                ),
                _ => text!(
                    "多出 `{arg}`：{path} 只接受 {places}",
                    "`{arg}` is one too many: {path} takes only {places}"
                ),
            }
        }
        ErrorKind::UnknownArgument => text!("不认识的参数 `{arg}`", "unknown argument `{arg}`"),
        ErrorKind::InvalidSubcommand => {
            let name = context(error, ContextKind::InvalidSubcommand).unwrap_or_default();
            if is_root {
                text!("没有命令 `{name}`", "there is no command `{name}`")
            } else {
                text!("{path} 没有操作 `{name}`", "{path} has no action `{name}`")
            }
        }
        ErrorKind::MissingSubcommand | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            if is_root {
                text!("缺少命令", "a command is missing")
            } else {
                text!("{path} 缺少操作", "{path} wants an action")
            }
        }
        ErrorKind::MissingRequiredArgument => {
            text!("缺少参数：{arg}", "missing: {arg}")
        }
        ErrorKind::InvalidValue if value.is_empty() => {
            text!("{arg} 需要一个值", "{arg} needs a value")
        }
        ErrorKind::InvalidValue | ErrorKind::ValueValidation => {
            text!(
                "{arg} 的值 `{value}` 无效",
                "`{value}` is no value for {arg}"
            )
        }
        ErrorKind::ArgumentConflict => {
            let other = context(error, ContextKind::PriorArg).unwrap_or_default();
            if other == arg {
                return text!(
                    "{arg} 只能给出一次",
                    "{arg} is given more than once, and takes one value"
                );
            }
            text!(
                "{arg} 不能与 {other} 同用",
                "{arg} cannot be used with {other}"
            )
        }
        ErrorKind::TooManyValues | ErrorKind::WrongNumberOfValues | ErrorKind::TooFewValues => {
            text!(
                "{arg} 的值的个数不对",
                "{arg} has the wrong number of values"
            )
        }
        ErrorKind::InvalidUtf8 => {
            let broken = words.iter().position(|word| word.to_str().is_none());
            let place = broken.unwrap_or_default();
            let word = words.get(place).map(|word| word.to_string_lossy());
            let word = word.unwrap_or_default();
            text!(
                "第 {place} 个参数不是 UTF-8 文本：`{word}`",
                "argument {place} is not UTF-8 text: `{word}`"
            )
        }
        _ => {
            let words = error.to_string();
            let first = words.lines().next().unwrap_or_default();
            let first = first.strip_prefix("error: ").unwrap_or(first);
            text!("命令行无法理解：{first}", "{first}")
        }
    }
}

/// Says of each argument that is missing what it can be, or where that is seen.
fn missing(error: &Error, command: &Command) -> Vec<Text> {
    if error.kind() != ErrorKind::MissingRequiredArgument {
        return Vec::new();
    }
    let Some(ContextValue::Strings(names)) = error.get(ContextKind::InvalidArg) else {
        return Vec::new();
    };
    // An argument that only others make needed is written as one that can be left out.
    let bare = |name: &str| name.replace(['[', ']', '<', '>'], "");
    let is_missing = |arg: &&Arg| {
        names
            .iter()
            .any(|name| bare(name) == bare(&arg.to_string()))
    };
    let args = command.get_arguments().filter(is_missing);
    args.filter_map(|arg| {
        let values = arg.get_possible_values();
        if !values.is_empty() {
            let values: Vec<&str> = values.iter().map(PossibleValue::get_name).collect();
            let values = values.join(", ");
            return Some(text!(
                "{arg} 可用的值：{values}",
                "possible values of {arg}: {values}"
            ));
        }
        let shown = arg.get_value_names().unwrap_or_default().concat();
        if shown.contains("ORDER") {
            return Some(text!(
                "查看全部订单：icpctl list --all",
                "see all orders: icpctl list --all"
            ));
        }
        shown.contains("TARGET").then(|| {
            text!(
                "查看现有备案：icpctl portfolio",
                "see what is filed: icpctl portfolio"
            )
        })
    })
    .collect()
}

/// Whether what was typed stands in the place of a count.
fn is_count(error: &Error, command: &Command) -> bool {
    let arg = context(error, ContextKind::InvalidArg).unwrap_or_default();
    let takes_a_count = |named: &Arg| named.get_value_parser().type_id() == TypeId::of::<usize>();
    let mut args = command.get_arguments();
    error.kind() == ErrorKind::ValueValidation
        && args.any(|named| named.to_string() == arg && takes_a_count(named))
}

/// The flag that names the file to read.
const FROM: &str = "--from";

/// How the names of the files end that it may name.
const ENDINGS: [&str; 5] = ["csv", "json", "jsonl", "toml", "tsv"];

/// Returns the file that stands where a command has no place for one.
fn stray(error: &Error) -> Option<String> {
    let is_stray = |arg: &String| {
        let ending = Path::new(arg).extension().and_then(OsStr::to_str);
        error.kind() == ErrorKind::UnknownArgument && ending.is_some_and(|e| ENDINGS.contains(&e))
    };
    context(error, ContextKind::InvalidArg).filter(is_stray)
}

/// Whether a command reads the file that `--from` names, and has no place for one.
fn takes_a_file(command: &Command) -> bool {
    let is_from = |arg: &Arg| arg.get_long() == FROM.strip_prefix("--");
    command.get_positionals().next().is_none() && command.get_arguments().any(is_from)
}

/// The commands whose orders are about one thing alone.
const SINGLE: [&str; 2] = ["cancel-site", "cancel-subject"];

/// Returns the command or action that words name, and how it is typed.
fn named<'c>(parser: &'c Command, words: &[OsString]) -> (String, &'c Command) {
    let mut command = parser;
    let mut path = String::new();
    for word in words.iter().skip(1) {
        if let Some(below) = command.find_subcommand(word) {
            command = below;
            path = format!("{path} {}", below.get_name());
        }
    }
    (format!("icpctl{path}"), command)
}

/// Returns the places of a command as its usage has them.
fn places(command: &Command) -> String {
    let places = command.get_positionals().map(ToString::to_string);
    places.collect::<Vec<_>>().join(" ")
}

/// The most words that are offered in the place of a mistyped one.
const OFFERED: usize = 3;

/// Returns what was probably meant, the likeliest first.
fn meant(error: &Error, command: &Command) -> Option<Text> {
    let kinds = [
        (ContextKind::InvalidArg, ContextKind::SuggestedArg),
        (
            ContextKind::InvalidSubcommand,
            ContextKind::SuggestedSubcommand,
        ),
        (ContextKind::InvalidValue, ContextKind::SuggestedValue),
    ];
    let words = |kind| match error.get(kind) {
        Some(ContextValue::String(word)) => vec![word.clone()],
        Some(ContextValue::Strings(words)) => words.clone(),
        Some(_) | None => Vec::new(),
    };
    let (typed, mut near) = kinds
        .into_iter()
        .map(|(typed, near)| {
            let (typed, near) = (words(typed).concat(), words(near));
            let near = match typed.strip_prefix("--") {
                Some(name) if error.kind() == ErrorKind::UnknownArgument => {
                    flags(name, near, command)
                }
                Some(_) | None => near,
            };
            (typed, near)
        })
        .find(|(typed, near)| typed == VERSION || !near.is_empty())?;
    if typed == VERSION {
        near = vec![format!("--{VERSION}")];
    }
    near.sort_by(|one, other| likeness(&typed, other).total_cmp(&likeness(&typed, one)));
    // Another name of a command crowds out no other command.
    let mut seen = BTreeSet::new();
    near.retain(|word| {
        let named = command.find_subcommand(word);
        seen.insert(named.map_or_else(|| word.clone(), |named| named.get_name().to_owned()))
    });
    near.truncate(OFFERED);
    let near: Vec<String> = near.iter().map(|word| format!("`{word}`")).collect();
    Some(text!(
        "是不是想写 {near}？",
        "did you mean {near}?",
        near = Text::list(&near)
    ))
}

/// Returns the flags that an unknown one may stand for: those whose name it is a part of or has as a
/// part, and those of the parser's that are as near as a correction must be.
fn flags(name: &str, offered: Vec<String>, command: &Command) -> Vec<String> {
    let has = |whole: &str, part: &str| whole.split('-').any(|word| word == part);
    let is_part = |long: &&str| has(long, name) || has(name, long);
    let longs = command.get_arguments().filter_map(Arg::get_long);
    let mut meant: Vec<String> = longs.filter(is_part).map(|l| format!("--{l}")).collect();
    meant.extend(offered.into_iter().filter(|flag| {
        let long = flag.strip_prefix("--").unwrap_or(flag);
        nearest(name, [long]).is_some()
    }));
    meant
}

/// Asked for as a flag, and often typed as a command.
const VERSION: &str = "version";

/// The flags that name something or look for it, and for which nothing is no name.
const NAMING: [&str; 13] = [
    "ref", "provider", "account", "store", "config", "actor", "find", "label", "after", "from",
    "out", "as", "remove",
];

/// The words that name a file or a folder, as the usage writes them.
const PLACES: [(&str, &str); 3] = [("dir", "DIR"), ("file", "FILE"), ("input", "ORDER|FILE")];

/// Refuses blanks alone for what names something (2).
pub fn blank(matches: &ArgMatches) -> Option<Failure> {
    let is_blank = |name: &str| {
        let values = matches.try_get_many::<String>(name).ok().flatten();
        values.into_iter().flatten().any(|v| v.trim().is_empty())
    };
    let flag = || NAMING.into_iter().find(|flag| is_blank(flag));
    let place = || PLACES.into_iter().find(|(name, _)| is_blank(name));
    let below = || blank(matches.subcommand()?.1);
    flag()
        .map(is_blank_flag)
        .or_else(|| place().map(|(_, shown)| is_blank_place(shown)))
        .or_else(below)
}

fn is_blank_place(shown: &str) -> Failure {
    Failure::usage(text!("{shown} 是空的", "{shown} is empty")).hint(text!(
        "写明是哪一个；脚本中多半是变量没有值",
        "say which one is meant; in a script a variable is probably unset"
    ))
}

/// Says that a flag was given blanks alone (2).
pub fn is_blank_flag(flag: &str) -> Failure {
    Failure::usage(text!("--{flag} 是空的", "--{flag} is empty")).hint(text!(
        "写明它的值，或去掉 --{flag}；脚本中多半是变量没有值",
        "give it a value, or leave --{flag} out; in a script a variable is probably unset"
    ))
}
