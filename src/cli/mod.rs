//! What is typed: how a command line is parsed, dispatched and answered.
//!
//! - [`commands`] holds the commands; the [`table`] lists them, in the order of the help.
//! - Around each: the [`parser`] takes a command line apart, the [`context`] is what a command has to
//!   work with and how it writes, the [`person`] at the terminal is asked, the [`reply`] is printed.
//! - What several show: [`filters`] and chosen [`fields`] narrow it, [`documents`] lay out orders and
//!   filings.
//! - What several take: an [`input`] that is named, [`rows`] taken one by one, [`signals`] meanwhile,
//!   and a [`private_file`] that is asked for.
//! - Who else is asked: a [`cloud`], and the [`sources`] whose word about orders counts.
//! - [`disclosure`] notes each use of `--reveal`.

pub mod cloud;
pub mod commands;
pub mod context;
pub mod disclosure;
pub mod documents;
pub mod fields;
pub mod filters;
pub mod input;
pub mod parser;
pub mod person;
pub mod private_file;
pub mod reply;
pub mod rows;
pub mod signals;
pub mod sources;
pub mod table;

use crate::clock::Clock;
use crate::config::Config;
use crate::env::Env;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::filing::instant::Instant;
use crate::filing::kind::Kind;
use crate::ids::Ids;
use crate::lang::{Lang, Text};
use crate::render::envelope::Envelope;
use crate::render::fields::Fields;
use crate::render::mask::Privacy;
use crate::render::room::Room;
use crate::render::rows::{Layout, json};
use crate::render::table::{Cell, Table};
use crate::render::{Delivery, Format, print};
use crate::text;
use clap::ArgMatches;
use context::{Context, Terminal};
use parser::globals::{self, Globals};
use parser::{branches, help, tree, usage};
use reply::Reply;
use std::ffi::OsString;
use std::io::Write;
use std::path::PathBuf;
use table::{COMMANDS, Row};

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
pub fn tell_version(out: &mut dyn Write, err: &mut dyn Write, env: &Env) -> Exit {
    let version = format!("icpctl {}\n", env!("CARGO_PKG_VERSION"));
    told(out, err, &version, globals::language(&[], env, None))
}

/// Prints a text that stands by itself; returns how that went.
fn told(out: &mut dyn Write, err: &mut dyn Write, text: &str, lang: Lang) -> Exit {
    match print(out, text) {
        Ok(Delivery::Written | Delivery::ReaderGone) => Exit::Ok,
        Err(error) => {
            let failure = reply::unprinted(&error);
            reply::tell_failure(&failure, lang, Privacy::Masked, err);
            failure.exit
        }
    }
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
    let config = configuration(&words, env);
    let configured = config.as_ref().ok().and_then(|config| config.lang);
    let lang = globals::language(&words, env, configured);
    let as_json = globals::wants_json(&words, env);
    let mut parser = tree(branches(&words), lang);
    let matches = match parser.try_get_matches_from_mut(&args) {
        Ok(matches) => matches,
        Err(error) if !error.use_stderr() => {
            let help = help::in_language(&error.to_string(), lang);
            return told(out, err, &help, lang);
        }
        Err(error) => {
            let failure = usage::failure(&error, &parser, &args);
            return unparsed(&failure, as_json, lang, out, err);
        }
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
        reply::tell(err, is_fixed(at).get(lang));
    }
    // Fields are a table for people too.
    let mut globals = globals;
    let has_fields = !UNFIELDED.contains(&row.name) && Kind::from_name(row.name).is_none();
    globals.is_laid_out = globals.format == Format::Human && globals.fields_by_flag && has_fields;
    let mut fields = Vec::new();
    let (to, kept): (&mut dyn Write, Option<&mut dyn Write>) = if globals.is_laid_out {
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
    let shape = fields::shape(row, sub);
    let outcome = dispatch(&mut cx, row, sub, lost);
    let exit = reply::show(&mut cx, shape, outcome);
    let (width, color) = (cx.width(), cx.color());
    let printed = kept.filter(|_| !fields.is_empty()).map(|out| {
        let table = table_of_fields(&String::from_utf8_lossy(&fields));
        told(out, err, &table.render(lang, width, color), lang)
    });
    match (exit, printed) {
        (Exit::Ok, Some(printed)) => printed,
        (_, _) => exit,
    }
}

/// Says that the clock stands still.
fn is_fixed(at: Instant) -> Text {
    text!(
        "注意：时钟由 ICPCTL_NOW 固定为 {at}",
        "note: ICPCTL_NOW fixes the clock at {at}"
    )
}

/// Runs a command, unless what was typed is refused whatever the command is.
fn dispatch(
    cx: &mut Context<'_>,
    row: &Row,
    matches: &ArgMatches,
    lost: Option<Failure>,
) -> Result<Reply, Failure> {
    if let Some(failure) = usage::blank(matches).or(lost) {
        return Err(failure);
    }
    cx.fields = chosen_fields(cx, row, matches)?;
    let only = table::only_printer(cx.globals.format);
    if let Some(only) = only.filter(|only| *only != row.name) {
        if cx.globals.format_by_flag {
            return Err(no_such_format(only));
        }
        // A twin that means nothing here.
        cx.globals.format = Format::Human;
    }
    (row.run)(cx, matches)
}

/// The commands whose fields are no table for people, beside those that print the id that they drafted,
/// alone: they print text as it stands, or choose the format themselves.
const UNFIELDED: [&str; 6] = ["completions", "export", "help", "man", "schema", "template"];

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
    let rows: Vec<Vec<&str>> = lines.map(Iterator::collect).collect();
    // One document that has nothing of what was asked for, as that of a sound store.
    let is_blank = rows.len() == 1 && rows.iter().flatten().all(|cell| cell.is_empty());
    for row in rows.into_iter().filter(|_| !is_blank) {
        table.row(row.into_iter().map(Cell::verbatim).collect());
    }
    table
}

/// Returns the fields that are asked for. A name that the document cannot have is told before
/// anything is done.
fn chosen_fields(
    cx: &Context<'_>,
    row: &Row,
    matches: &ArgMatches,
) -> Result<Option<Fields>, Failure> {
    let Some(wanted) = &cx.globals.fields else {
        return Ok(None);
    };
    let known = fields::taken(row, matches);
    let known: Vec<&str> = known.iter().map(String::as_str).collect();
    match Fields::choose(wanted, &known) {
        // Text as it stands has no fields.
        _ if known.is_empty() => Ok(None),
        Ok(fields) => Ok(Some(fields)),
        Err(unknown) if cx.globals.fields_by_flag => Err(reply::no_such_field(&unknown)),
        // A twin that means nothing for this document.
        Err(_) => Ok(None),
    }
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
    let flag = globals::peek(words, "config");
    if flag.is_some_and(|path| path.trim().is_empty()) {
        return Err(usage::is_blank_flag("config"));
    }
    let named = flag
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
        envelope.error = Some(reply::problem(failure, lang, Privacy::Masked));
        if let Ok(text) = json(&envelope, None, Layout::Compact) {
            let _ = out.write_all(text.as_bytes());
            return failure.exit;
        }
    }
    reply::tell_failure(failure, lang, Privacy::Masked, err);
    failure.exit
}
