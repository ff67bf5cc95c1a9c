//! What is typed: the commands, how they are parsed, and how they are dispatched.
//!
//! Each command has a file of its name with `command`, which says what it takes, and `run`, which
//! answers. To add one, write that file and add its row to [`COMMANDS`](table::COMMANDS).

pub mod action;
pub mod adopt;
pub mod agenda;
pub mod answer;
pub mod asking;
pub mod attach;
pub mod auth;
pub mod batch;
pub mod board;
pub mod calendar;
pub mod check;
mod citation;
pub mod completions;
pub mod config;
pub mod consent;
pub mod context;
pub mod disclosure;
pub mod doctor;
pub mod draft;
pub mod duty;
pub mod edit;
pub mod erase;
pub mod explain;
pub mod export;
pub mod filters;
pub mod globals;
pub mod goal;
pub mod gone;
pub mod guide;
pub mod help;
pub mod ics;
pub mod import;
pub mod init;
pub mod input;
pub mod label;
pub mod list;
pub mod log;
pub mod man;
pub mod measures;
mod nearby;
pub mod news;
pub mod note;
pub mod notice;
pub mod notify;
pub mod number;
pub mod order_doc;
pub mod outline;
pub mod owed;
pub mod people;
pub mod plain;
pub mod portfolio;
pub mod portfolio_doc;
pub mod private_file;
pub mod prompt;
pub mod provider;
pub mod question;
pub mod record;
pub mod reply;
pub mod rules;
pub mod sarif;
pub mod schema;
pub mod search;
pub mod sending;
pub mod show;
pub mod signals;
pub mod single;
pub mod sources;
pub mod status;
pub mod steps;
pub mod stream;
pub mod sync;
pub mod table;
pub mod template;
pub mod undo;
pub mod usage;
pub mod verify;
pub mod verify_doc;
pub mod vocabulary;
pub mod wait;
pub mod writing;

use crate::clock::Clock;
use crate::config::Config;
use crate::env::Env;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::ids::Ids;
use crate::lang::{Lang, Text};
use crate::render::envelope::Envelope;
use crate::render::mask::Privacy;
use crate::render::room::Room;
use crate::render::rows::{Layout, json};
use crate::render::table::{Cell, Table};
use crate::render::{Format, print};
use crate::text;
use clap::{ArgMatches, Command};
use context::{Context, Terminal};
use globals::Globals;
use std::ffi::OsString;
use std::io::Write;
use std::path::PathBuf;
use table::{ALIASES, COMMANDS, Row};

/// Returns the values of an argument that can be repeated.
pub fn words(matches: &ArgMatches, name: &str) -> Vec<String> {
    matches
        .get_many::<String>(name)
        .map(|values| values.cloned().collect())
        .unwrap_or_default()
}

/// What a run is given from outside.
pub struct Outside<'a> {
    /// The words typed, the program's name first.
    pub args: Vec<OsString>,
    /// The environment.
    pub env: &'a Env,
    /// The streams.
    pub terminal: Terminal,
    /// The current folder.
    pub current: PathBuf,
    /// Where results go.
    pub out: &'a mut dyn Write,
    /// Where people are spoken to.
    pub err: &'a mut dyn Write,
}

/// Whether the words typed ask for the version, and for nothing else.
pub fn asks_for_version(args: &[OsString]) -> bool {
    matches!(args, [_, only] if only == "--version" || only == "-V")
}

/// Prints the version.
pub fn tell_version(out: &mut dyn Write) -> Exit {
    let _ = writeln!(out, "icpctl {}", env!("CARGO_PKG_VERSION"));
    Exit::Ok
}

/// Runs one command line.
pub fn run(outside: Outside<'_>) -> Exit {
    let Outside {
        args,
        env,
        terminal,
        current,
        out,
        err,
    } = outside;
    let words: Vec<String> = args
        .iter()
        .map(|word| word.to_string_lossy().into_owned())
        .collect();
    let first_lang = globals::language(&words, env, None);
    let config = configuration(&words, env);
    let lang = match &config {
        Ok(config) => globals::language(&words, env, config.lang),
        Err(_) => first_lang,
    };
    let as_json = globals::wants_json(&words, env);
    let matches = match tree(branches(&words), lang).try_get_matches_from(&args) {
        Ok(matches) => matches,
        Err(error) if !error.use_stderr() => {
            let _ = write!(out, "{}", help::in_language(&error.to_string(), lang));
            return Exit::Ok;
        }
        Err(error) => return unparsed(&usage::failure(&error), as_json, lang, out, err),
    };
    let Some((name, sub)) = matches.subcommand() else {
        let failure = Failure::usage(text!("缺少命令", "a command is missing"))
            .hint(text!("用 --help 查看用法", "see the usage with --help"));
        return unparsed(&failure, as_json, lang, out, err);
    };
    let Some(row) = COMMANDS.iter().find(|row| row.name == name) else {
        return Exit::Failure;
    };
    let ready =
        config.and_then(|config| Ok((config, Globals::read(sub, env)?, clock(env)?, seed(env)?)));
    let (config, globals, clock, ids) = match ready {
        Ok(ready) => ready,
        Err(failure) => return unparsed(&failure, as_json, lang, out, err),
    };
    if let Clock::Fixed(at) = clock
        && !globals.quiet
    {
        let line = text!(
            "注意：时钟由 ICPCTL_NOW 固定为 {at}",
            "note: ICPCTL_NOW fixes the clock at {at}"
        );
        reply::tell(err, line.get(lang));
    }
    // Fields are a table for people too.
    let is_chosen =
        globals.format == Format::Human && globals.fields_by_flag && FIELDED.contains(&row.name);
    let mut globals = globals;
    let mut fields = Vec::new();
    let (to, kept): (&mut dyn Write, Option<&mut dyn Write>) = if is_chosen {
        globals.format = Format::Tsv;
        (&mut fields, Some(out))
    } else {
        (out, None)
    };
    let mut cx = Context::new(
        clock, lang, globals, config, env, terminal, current, ids, to, err,
    );
    // `init` may be told where by a full path.
    let lost = (row.name != "init")
        .then(|| cx.stands_somewhere().err())
        .flatten();
    if cx.globals.privacy == Privacy::Revealed && lost.is_none() {
        disclosure::record(&mut cx, name, sub, &words);
    }
    let schema = shape(row, sub);
    let unknown = match &cx.globals.fields {
        Some(wanted) if is_of_orders(schema) && cx.globals.fields_by_flag => {
            board::check(wanted).err()
        }
        Some(_) | None => None,
    };
    let misplaced = table::only_printer(cx.globals.format).filter(|only| *only != row.name);
    let refused = usage::blank(sub).map(usage::is_blank).or(lost);
    let outcome = match (refused, unknown, misplaced) {
        (Some(failure), _, _) => Err(failure),
        (None, Some(unknown), _) => Err(reply::no_such_field(&unknown)),
        (None, None, Some(only)) if cx.globals.format_by_flag => Err(no_such_format(only)),
        (None, None, Some(_)) => {
            // A twin that means nothing here.
            cx.globals.format = Format::Human;
            (row.run)(&mut cx, sub)
        }
        (None, None, None) => (row.run)(&mut cx, sub),
    };
    let exit = reply::show(&mut cx, schema, outcome);
    let (width, color) = (cx.width(), cx.color());
    if let Some(out) = kept
        && !fields.is_empty()
    {
        let table = table_of_fields(&String::from_utf8_lossy(&fields));
        let _ = print(out, &table.render(lang, width, color));
    }
    exit
}

/// The commands whose fields people can choose.
const FIELDED: [&str; 4] = ["list", "status", "portfolio", "show"];

/// Lays out for people what was printed as tab-separated values.
fn table_of_fields(tsv: &str) -> Table {
    let mut lines = tsv.lines().map(|line| line.split('\t'));
    let head: Vec<Text> = lines
        .next()
        .into_iter()
        .flatten()
        .map(Text::verbatim)
        .collect();
    let rooms = vec![Room::Whole; head.len()];
    let mut table = Table::new(head).rooms(&rooms);
    for line in lines {
        table.row(line.map(Cell::verbatim).collect());
    }
    table
}

/// Returns the shape of what a command line is answered with, done or refused: for some commands
/// it depends on what they are given.
fn shape(row: &Row, matches: &ArgMatches) -> &'static str {
    match row.name {
        "record" => record::shape(matches),
        "submit" | "withdraw" | "abandon" => answer::shape(&words(matches, "order")),
        _ => row.schema,
    }
}

fn is_of_orders(schema: &str) -> bool {
    matches!(schema, answer::ORDER | answer::ORDERS)
}

fn no_such_format(only: &str) -> Failure {
    Failure::usage(text!(
        "此命令没有这种输出格式",
        "this command does not print that format"
    ))
    .hint(text!("只有 icpctl {only} 有", "only icpctl {only} does"))
}

fn clock(env: &Env) -> Result<Clock, Failure> {
    env.text("ICPCTL_NOW").map_or(Ok(Clock::System), |value| {
        Clock::fixed(value).map_err(|_| {
            Failure::usage(text!(
                "ICPCTL_NOW 的值 `{value}` 不是 RFC 3339 时间",
                "`{value}` in ICPCTL_NOW is no RFC 3339 instant"
            ))
            .hint(text!(
                "例如 2026-11-22T10:00:00+08:00",
                "for example 2026-11-22T10:00:00+08:00"
            ))
        })
    })
}

fn seed(env: &Env) -> Result<Ids, Failure> {
    env.text("ICPCTL_SEED").map_or(Ok(Ids::Random), |value| {
        value.parse().map(Ids::Seeded).map_err(|_| {
            Failure::usage(text!(
                "ICPCTL_SEED 的值 `{value}` 不是整数",
                "`{value}` in ICPCTL_SEED is no whole number"
            ))
        })
    })
}

fn configuration(words: &[String], env: &Env) -> Result<Config, Failure> {
    let named = globals::peek(words, "config")
        .map(PathBuf::from)
        .or_else(|| env.path("ICPCTL_CONFIG"));
    match (named, env.config_folder()) {
        (Some(path), _) => Config::read(&path, true),
        (None, Some(folder)) => Config::read(&folder.join("config.toml"), false),
        (None, None) => Ok(Config::default()),
    }
}

/// Tells a command line that could not be carried out at all.
fn unparsed(
    failure: &Failure,
    as_json: bool,
    lang: Lang,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> Exit {
    if as_json {
        let mut envelope = Envelope::new("icpctl.error/1");
        envelope.error = Some(reply::problem(failure, lang));
        if let Ok(text) = json(&envelope, None, Layout::Compact) {
            let _ = out.write_all(text.as_bytes());
            return failure.exit;
        }
    }
    reply::tell_failure(failure, lang, err);
    failure.exit
}

/// Which commands a parser is built for.
#[derive(Clone, Copy)]
pub enum Branches {
    /// One, with what it takes.
    One(&'static Row),
    /// All, by their names alone.
    Names,
    /// All, with what they take.
    All,
}

/// Returns what a command line calls for, as far as it is seen at first sight.
fn branches(words: &[String]) -> Branches {
    let mut words = words.iter().skip(1);
    while let Some(word) = words.next() {
        match word.strip_prefix("--") {
            Some(flag) if VALUED.contains(&flag) => {
                words.next();
            }
            Some(_) => {}
            None if word.starts_with('-') => {}
            None => {
                let alias = ALIASES.iter().find(|(alias, _)| alias == word);
                let name = alias.map_or(word.as_str(), |(_, name)| *name);
                let named = COMMANDS.iter().find(|row| row.name == name);
                return named.map_or(Branches::All, Branches::One);
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
    let template = match lang {
        Lang::Zh => "{about-with-newline}\n用法：{usage}\n\n{all-args}{after-help}",
        Lang::En => "{about-with-newline}\nUsage: {usage}\n\n{all-args}{after-help}",
    };
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
        Branches::One(_) | Branches::All => root,
    };
    let rows = COMMANDS.iter().filter(|row| match branches {
        Branches::One(only) => only.name == row.name,
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
        let sub = sub.mut_args(|arg| {
            if arg.get_help_heading().is_none() {
                help::under_heading(arg, lang)
            } else {
                arg
            }
        });
        root.subcommand(sub)
    })
}
