//! Command lines that cannot be parsed, told in the user's language.

use crate::failure::Failure;
use crate::lang::{Text, likeness};
use crate::text;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{ArgMatches, Error};

/// Turns what the parser says into a failure (2).
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "the parser's kinds are open: it may add to them"
)]
pub fn failure(error: &Error) -> Failure {
    let context = |kind| {
        error.get(kind).map(|value| match value {
            ContextValue::String(text) => text.clone(),
            ContextValue::Strings(list) => list.join(", "),
            other => other.to_string(),
        })
    };
    let arg = context(ContextKind::InvalidArg).unwrap_or_default();
    let value = context(ContextKind::InvalidValue).unwrap_or_default();
    let message = match error.kind() {
        ErrorKind::UnknownArgument => text!("不认识的参数 `{arg}`", "unknown argument `{arg}`"),
        ErrorKind::InvalidSubcommand => {
            let name = context(ContextKind::InvalidSubcommand).unwrap_or_default();
            text!("没有命令 `{name}`", "there is no command `{name}`")
        }
        ErrorKind::MissingSubcommand | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            text!("缺少命令", "a command is missing")
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
            let other = context(ContextKind::PriorArg).unwrap_or_default();
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
        ErrorKind::InvalidUtf8 => text!("参数不是 UTF-8 文本", "an argument is not UTF-8 text"),
        _ => {
            let words = error.to_string();
            let first = words.lines().next().unwrap_or_default();
            let first = first.strip_prefix("error: ").unwrap_or(first);
            text!("命令行无法理解：{first}", "{first}")
        }
    };
    let mut failure = Failure::usage(message);
    failure.hints.extend(meant(error));
    if let Some(valid) = context(ContextKind::ValidValue).filter(|valid| !valid.is_empty()) {
        failure = failure.hint(text!("可用的值：{valid}", "possible values: {valid}"));
    }
    failure.hint(text!("用 --help 查看用法", "see the usage with --help"))
}

/// The most words that are offered in the place of a mistyped one.
const OFFERED: usize = 3;

/// Returns what was probably meant, the likeliest first.
fn meant(error: &Error) -> Option<Text> {
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
        .map(|(typed, near)| (words(typed).concat(), words(near)))
        .find(|(typed, near)| typed == VERSION || !near.is_empty())?;
    if typed == VERSION {
        near = vec![format!("--{VERSION}")];
    }
    near.sort_by(|one, other| likeness(&typed, other).total_cmp(&likeness(&typed, one)));
    near.truncate(OFFERED);
    let near: Vec<String> = near.iter().map(|word| format!("`{word}`")).collect();
    let (zh, en) = (near.join("、"), near.join(", "));
    Some(text!("是不是想写 {zh}？", "did you mean {en}?"))
}

/// Asked for as a flag, and often typed as a command.
const VERSION: &str = "version";

/// The flags that name something, and for which nothing is no name.
const NAMING: [&str; 5] = ["ref", "provider", "account", "store", "config"];

/// Returns the first of the flags that name something which was given blanks alone.
pub fn blank(matches: &ArgMatches) -> Option<&'static str> {
    let is_blank = |flag: &&str| {
        let values = matches.try_get_many::<String>(flag).ok().flatten();
        values.into_iter().flatten().any(|v| v.trim().is_empty())
    };
    let below = || blank(matches.subcommand()?.1);
    NAMING.into_iter().find(is_blank).or_else(below)
}

/// Says that a flag was given blanks alone (2).
pub fn is_blank(flag: &str) -> Failure {
    Failure::usage(text!("--{flag} 是空的", "--{flag} is empty")).hint(text!(
        "写明它的值，或去掉 --{flag}；脚本中多半是变量没有值",
        "give it a value, or leave --{flag} out; in a script a variable is probably unset"
    ))
}
