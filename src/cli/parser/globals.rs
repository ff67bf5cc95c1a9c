//! The flags that every command takes, and their twins in the environment.

use super::vocabulary::no_value;
use crate::env::Env;
use crate::failure::Failure;
use crate::intake::day;
use crate::lang::{Lang, Text, commas};
use crate::render::Format;
use crate::render::mask::Privacy;
use crate::text;
use clap::builder::{PossibleValuesParser, StringValueParser, TypedValueParser};
use clap::{Arg, ArgAction, ArgMatches, ColorChoice, Command, Error, value_parser};
use std::ffi::OsStr;
use std::path::PathBuf;
use std::time::Duration;

/// How long a writer waits for another one, unless told.
const LOCK_TIMEOUT: Duration = Duration::from_secs(10);

/// What the global flags, or their twins, say.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
pub struct Globals {
    /// `--store`.
    pub store: Option<PathBuf>,
    /// `--config`.
    pub config: Option<PathBuf>,
    /// `--format`, or `--json`.
    pub format: Format,
    /// Whether the format was asked for by a flag, not by a twin.
    pub format_by_flag: bool,
    /// `--fields`.
    pub fields: Option<String>,
    /// Whether the fields were asked for by the flag, not by its twin.
    pub fields_by_flag: bool,
    /// Whether the fields are laid out as a table for people, out of what is printed for machines.
    pub is_laid_out: bool,
    /// `--color`.
    pub color: ColorChoice,
    /// `--yes`.
    pub yes: bool,
    /// `--dry-run`.
    pub dry_run: bool,
    /// `--no-input`.
    pub no_input: bool,
    /// `--quiet`.
    pub quiet: bool,
    /// `--verbose`.
    pub verbose: bool,
    /// `--offline`.
    pub offline: bool,
    /// `--lock-timeout`.
    pub lock_timeout: Duration,
    /// `--reveal`.
    pub privacy: Privacy,
    /// `--actor`.
    pub actor: Option<String>,
}

impl Globals {
    /// Whether people read what is printed.
    pub fn is_for_people(&self) -> bool {
        self.format == Format::Human || self.is_laid_out
    }
}

/// A flag that takes a value.
pub fn option(name: &'static str, value: &'static str, help: Text, lang: Lang) -> Arg {
    Arg::new(name)
        .long(name)
        .value_name(value)
        .help(help.get(lang).to_owned())
}

/// A flag of how much is shown, or for how long: the last of a repeated one wins, so that aliases can
/// be overridden. What an order is made of is never dropped so, and refused.
pub fn last_wins(name: &'static str, value: &'static str, help: Text, lang: Lang) -> Arg {
    option(name, value, help, lang).overrides_with(name)
}

/// A flag that takes a count.
pub fn count(name: &'static str, help: Text, lang: Lang) -> Arg {
    last_wins(name, "N", help, lang)
        .allow_negative_numbers(true)
        .value_parser(value_parser!(usize))
}

/// A flag that takes a time, such as `-2h`.
pub fn moment(name: &'static str, help: Text, lang: Lang) -> Arg {
    option(name, "TIME", help, lang).allow_hyphen_values(true)
}

/// A flag that takes free words, such as `-x`; another flag is none.
pub fn free_words(name: &'static str, help: Text, lang: Lang) -> Arg {
    option(name, "TEXT", help, lang)
        .allow_hyphen_values(true)
        .value_parser(FreeWords)
}

/// Free words: the name of a flag in their place says that they were forgotten.
#[derive(Clone)]
struct FreeWords;

impl TypedValueParser for FreeWords {
    type Value = String;

    fn parse_ref(
        &self,
        command: &Command,
        arg: Option<&Arg>,
        value: &OsStr,
    ) -> Result<String, Error> {
        let words = StringValueParser::new().parse_ref(command, arg, value)?;
        let name = words.split('=').next().unwrap_or_default();
        let is_flag = |flag: &Arg| {
            let long = flag
                .get_long()
                .is_some_and(|long| name.strip_prefix("--") == Some(long));
            let short = flag.get_short().map(String::from);
            long || short.is_some() && words.strip_prefix('-') == short.as_deref()
        };
        if command.get_arguments().any(is_flag) {
            return Err(no_value(command, arg, ""));
        }
        Ok(words)
    }
}

/// A flag that takes a value and can be repeated, as its help says.
pub fn repeated(name: &'static str, value: &'static str, help: Text, lang: Lang) -> Arg {
    let help = text!("{help}（可重复）", "{help} (can be repeated)", help);
    option(name, value, help, lang).action(ArgAction::Append)
}

/// A flag that takes no value; twice says no more than once.
pub fn switch(name: &'static str, help: Text, lang: Lang) -> Arg {
    Arg::new(name)
        .long(name)
        .action(ArgAction::SetTrue)
        .overrides_with(name)
        .help(help.get(lang).to_owned())
}

/// An argument by its place.
pub fn place(name: &'static str, value: &'static str, help: Text, lang: Lang) -> Arg {
    Arg::new(name)
        .value_name(value)
        .help(help.get(lang).to_owned())
}

/// The global flags.
pub fn args(lang: Lang) -> Vec<Arg> {
    let heading = text!("全局选项", "Global options");
    let args = where_and_how(lang).into_iter().chain(what_is_done(lang));
    args.map(|arg| {
        let id = arg.get_id().clone();
        // The last of a repeated flag wins, so that aliases can be overridden.
        arg.global(true)
            .help_heading(heading.get(lang).to_owned())
            .overrides_with(id)
    })
    .chain(std::iter::once(
        Arg::new("help")
            .long("help")
            .short('h')
            .global(true)
            .action(ArgAction::Help)
            .help(text!("显示帮助", "Show help").get(lang).to_owned())
            .help_heading(heading.get(lang).to_owned()),
    ))
    .collect()
}

/// Where the store is, and how results are printed.
fn where_and_how(lang: Lang) -> [Arg; 7] {
    let formats = PossibleValuesParser::new(Format::ALL.iter().map(|format| format.name()));
    [
        option(
            "store",
            "DIR",
            text!(
                "备案库目录（或其上级目录）",
                "The store, or the folder that holds its .icpctl"
            ),
            lang,
        ),
        option(
            "config",
            "FILE",
            text!("配置文件", "The configuration file"),
            lang,
        ),
        option(
            "format",
            "FORMAT",
            text!("输出格式", "How results are printed"),
            lang,
        )
        .value_parser(formats),
        switch(
            "json",
            text!("等同于 --format json", "The same as --format json"),
            lang,
        )
        .conflicts_with("format"),
        option(
            "fields",
            "A,B",
            text!("只输出这些字段", "Print only these fields"),
            lang,
        ),
        option(
            "lang",
            "LANG",
            text!("界面语言", "The language of messages"),
            lang,
        )
        .value_parser(PossibleValuesParser::new(["zh", "en"])),
        option("color", "WHEN", text!("是否着色", "When to colour"), lang)
            .value_parser(PossibleValuesParser::new(["auto", "always", "never"])),
    ]
}

/// What a command may do, and for whom.
fn what_is_done(lang: Lang) -> [Arg; 9] {
    [
        switch(
            "yes",
            text!("不再询问，直接确认", "Consent without being asked"),
            lang,
        )
        .short('y'),
        switch(
            "dry-run",
            text!(
                "只显示会做什么，不写入",
                "Show what would happen, write nothing"
            ),
            lang,
        )
        .short('n'),
        switch(
            "no-input",
            text!("不作任何提问", "Never ask anything"),
            lang,
        ),
        switch(
            "quiet",
            text!("不显示说明和警告", "Say nothing beside the result"),
            lang,
        )
        .short('q'),
        switch("verbose", text!("显示更多细节", "Say more"), lang).short('v'),
        switch(
            "offline",
            text!(
                "不访问网络；需要网络才能知道的一律为未知",
                "Ask nobody over the network; what only it knows is unknown"
            ),
            lang,
        ),
        option(
            "lock-timeout",
            "D",
            text!(
                "等待其他写入者的最长时间，如 10s",
                "How long to wait for another writer, such as 10s"
            ),
            lang,
        ),
        switch(
            "reveal",
            text!("显示完整的个人信息", "Show personal data unmasked"),
            lang,
        ),
        option(
            "actor",
            "NAME",
            text!("记入历史的操作人", "Who acts, for the history"),
            lang,
        ),
    ]
}

/// Returns the value of a global flag as it stands on an unparsed command line.
pub fn peek<'a>(args: &'a [String], flag: &str) -> Option<&'a str> {
    let mut found = None;
    let mut words = args.iter().skip(1);
    while let Some(word) = words.next() {
        if word == "--" {
            break;
        }
        let Some(rest) = word.strip_prefix("--").and_then(|w| w.strip_prefix(flag)) else {
            continue;
        };
        match rest.strip_prefix('=') {
            Some(value) => found = Some(value),
            None if rest.is_empty() => found = words.next().map(String::as_str).or(found),
            None => {}
        }
    }
    found
}

/// Whether a command line that cannot be parsed asks for a JSON answer.
pub fn wants_json(args: &[String], env: &Env) -> bool {
    let flag = args.iter().skip(1).any(|word| word == "--json")
        || peek(args, "format").is_some_and(|f| f == "json" || f == "jsonl");
    let twin = matches!(env.text("ICPCTL_FORMAT"), Some("json" | "jsonl"))
        || env.text("ICPCTL_JSON").and_then(truth) == Some(true);
    flag || (twin && peek(args, "format").is_none())
}

/// Returns what a switch's twin says.
fn truth(value: &str) -> Option<bool> {
    match value {
        "1" | "true" => Some(true),
        "0" | "false" => Some(false),
        _ => None,
    }
}

/// Reads a duration: `30m`, `3d`, or bare seconds.
///
/// # Errors
/// When it is none, or a day, which eight digits are too (2).
pub fn duration(name: &str, value: &str) -> Result<Duration, Failure> {
    if day(value).is_some() {
        return Err(Failure::usage(text!(
            "{name} 的值 `{value}` 是日期，这里要时长：应写成 30m、3d 或秒数",
            "`{value}` for {name} is a date, a duration was expected: something like 30m, 3d, or seconds"
        )));
    }
    if let Ok(seconds) = value.parse::<u64>() {
        return Ok(Duration::from_secs(seconds));
    }
    humantime::parse_duration(value).map_err(|_| {
        Failure::usage(text!(
            "{name} 的值 `{value}` 不是时长，应写成 30m、3d 或秒数",
            "`{value}` for {name} is no duration: expected something like 30m, 3d, or seconds"
        ))
    })
}

/// A command line and the environment, where each flag but those of consent has a twin.
struct Given<'a> {
    matches: &'a ArgMatches,
    env: &'a Env,
}

impl Given<'_> {
    fn flag(&self, name: &str) -> Option<String> {
        self.matches.get_one::<String>(name).cloned()
    }

    fn twin(&self, name: &str) -> Option<&str> {
        self.env.text(&twin_name(name))
    }

    fn value(&self, name: &str) -> Option<String> {
        let twin = || self.twin(name).map(str::to_owned);
        self.flag(name).or_else(twin)
    }

    /// Returns what a value was given to, as it was typed.
    fn asked(&self, name: &str) -> String {
        if self.matches.contains_id(name) {
            format!("--{name}")
        } else {
            twin_name(name)
        }
    }

    /// Whether a switch is on.
    fn on(&self, name: &str) -> Result<bool, Failure> {
        if self.matches.get_flag(name) {
            return Ok(true);
        }
        match self.twin(name) {
            None => Ok(false),
            Some(value) => truth(value).ok_or_else(|| {
                let variable = twin_name(name);
                Failure::usage(text!(
                    "环境变量 {variable} 的值 `{value}` 无效，应为 1、0、true 或 false",
                    "`{value}` for the variable {variable} is neither 1, 0, true nor false"
                ))
            }),
        }
    }

    fn format(&self) -> Result<Format, Failure> {
        if self.matches.get_flag("json") {
            return Ok(Format::Json);
        }
        let name = match self.flag("format") {
            Some(name) => Some(name),
            None if self.on("json")? => Some(Format::Json.name().to_owned()),
            None => self.twin("format").map(str::to_owned),
        };
        let Some(name) = name else {
            return Ok(Format::Human);
        };
        Format::from_name(&name).ok_or_else(|| {
            let asked = self.asked("format");
            let known = commas(Format::ALL);
            Failure::usage(text!(
                "{asked} 的值 `{name}` 不是输出格式，可用：{known}",
                "`{name}` for {asked} is no format; there are: {known}"
            ))
        })
    }

    fn color(&self) -> Result<ColorChoice, Failure> {
        match self.value("color").as_deref() {
            None | Some("auto") => Ok(ColorChoice::Auto),
            Some("always") => Ok(ColorChoice::Always),
            Some("never") => Ok(ColorChoice::Never),
            Some(other) => {
                let asked = self.asked("color");
                Err(Failure::usage(text!(
                    "{asked} 的值 `{other}` 无效，应为 auto、always 或 never",
                    "`{other}` for {asked} is neither auto, always nor never"
                )))
            }
        }
    }

    /// Refuses a language in the environment that is none: the flag takes no other to begin with.
    fn check_language(&self) -> Result<(), Failure> {
        match self.twin("lang") {
            Some(name)
                if self.flag("lang").is_none()
                    && !["zh", "en"].iter().any(|known| name.starts_with(known)) =>
            {
                Err(Failure::usage(text!(
                    "ICPCTL_LANG 的值 `{name}` 无效，应为 zh 或 en",
                    "`{name}` for ICPCTL_LANG is neither zh nor en"
                )))
            }
            Some(_) | None => Ok(()),
        }
    }
}

/// Returns the variable that stands in for a flag.
pub fn twin_name(flag: &str) -> String {
    format!("ICPCTL_{}", flag.to_uppercase().replace('-', "_"))
}

impl Globals {
    /// Reads the flags, and where they are absent their twins.
    ///
    /// # Errors
    /// When a value is not of its form (2).
    pub fn read(matches: &ArgMatches, env: &Env) -> Result<Self, Failure> {
        let given = Given { matches, env };
        let format = given.format()?;
        given.check_language()?;
        Ok(Self {
            store: given.flag("store").map(PathBuf::from),
            config: given
                .flag("config")
                .map(PathBuf::from)
                .or_else(|| env.path("ICPCTL_CONFIG")),
            format,
            format_by_flag: matches.get_flag("json") || given.flag("format").is_some(),
            fields: given.value("fields"),
            fields_by_flag: given.flag("fields").is_some(),
            is_laid_out: false,
            color: given.color()?,
            yes: matches.get_flag("yes"),
            dry_run: given.on("dry-run")?,
            no_input: given.on("no-input")?,
            quiet: given.on("quiet")?,
            verbose: given.on("verbose")?,
            offline: given.on("offline")?,
            lock_timeout: match given.value("lock-timeout") {
                Some(value) => duration(&given.asked("lock-timeout"), &value)?,
                None => LOCK_TIMEOUT,
            },
            privacy: if matches.get_flag("reveal") {
                Privacy::Revealed
            } else {
                Privacy::Masked
            },
            actor: given.value("actor"),
        })
    }
}

/// Chooses the language: `--lang`, its twin, the configuration, then the locale.
pub fn language(args: &[String], env: &Env, configured: Option<Lang>) -> Lang {
    let named = peek(args, "lang").or_else(|| env.text("ICPCTL_LANG"));
    let locale = || {
        ["LC_ALL", "LC_MESSAGES", "LANG"]
            .into_iter()
            .find_map(|name| env.text(name))
    };
    let spoken = |name: &str| {
        if name.starts_with("zh") {
            Lang::Zh
        } else {
            Lang::En
        }
    };
    named
        .map(spoken)
        .or(configured)
        .or_else(|| locale().map(spoken))
        .unwrap_or_default()
}
