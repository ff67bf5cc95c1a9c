//! `config`: which file, store and values are in force, and where each comes from.

use crate::cli::context::Context;
use crate::cli::parser::action::{action, actions};
use crate::cli::parser::globals::twin_name;
use crate::cli::reply::Reply;
use crate::failure::Failure;
use crate::lang::{Lang, Text};
use crate::render::style::Tone;
use crate::render::table::{Cell, Table};
use crate::store::place::{self, Place};
use crate::text;
use clap::parser::ValueSource;
use clap::{ArgMatches, ColorChoice, Command};
use serde_json::{Value, json};
use std::borrow::Cow;
use std::path::PathBuf;

/// The shape of the document.
pub const SCHEMA: &str = "icpctl.config/1";

/// Says what the command takes.
pub fn command(command: Command, lang: Lang) -> Command {
    actions(
        command,
        lang,
        [
            action(
                "path",
                &text!("显示配置文件的路径", "Show where the configuration file is"),
                [],
                lang,
            ),
            action(
                "show",
                &text!(
                    "显示生效的设置及其来源",
                    "Show the settings in force and where each comes from"
                ),
                [],
                lang,
            ),
        ],
    )
}

/// Shows the path of the file, or everything that is in force.
pub fn run(cx: &mut Context<'_>, matches: &ArgMatches) -> Result<Reply, Failure> {
    let (file, from) = file(cx, matches);
    let exists = file.as_ref().is_some_and(|path| path.exists());
    let shown = file.as_ref().map(|path| path.display().to_string());
    let head = json!({
        "path": shown,
        "exists": exists,
        "origin": from.origin.name(),
        "from": from.name,
    });
    if matches.subcommand_name() == Some("path") {
        let path = shown.ok_or_else(no_folder)?;
        let reply = Reply::new(
            SCHEMA,
            json!({ "file": head, "store": null, "settings": [] }),
        )
        .human(format!("{path}\n"));
        return Ok(if exists {
            reply
        } else {
            reply.say(text!(
                "文件还不存在，全部使用缺省值",
                "the file is not there: defaults are used"
            ))
        });
    }
    let (store, found, store_from) = store(cx);
    let settings = settings(cx, matches);
    let mut table = Table::new(vec![
        text!("设置", "Setting"),
        text!("值", "Value"),
        text!("来自", "Set by"),
    ]);
    let mut row = |key: &str, value: Option<&str>, from: &Giver| {
        table.row(vec![
            Cell::verbatim(key).tone(Tone::Name),
            Cell::verbatim(value.unwrap_or("–")),
            Cell::new(from.text()),
        ]);
    };
    row("config", shown.as_deref(), &from);
    row("store", store.as_deref(), &store_from);
    for setting in &settings {
        row(&setting.key, setting.value.as_deref(), &setting.from);
    }
    let settings: Vec<Value> = settings
        .iter()
        .map(|setting| {
            json!({
                "key": setting.key,
                "value": setting.value,
                "origin": setting.from.origin.name(),
                "from": setting.from.name,
            })
        })
        .collect();
    let data = json!({
        "file": head,
        "store": {
            "path": store,
            "exists": found,
            "origin": store_from.origin.name(),
            "from": store_from.name,
        },
        "settings": settings,
    });
    let human = table.render(cx.lang, cx.width(), cx.color());
    Ok(Reply::new(SCHEMA, data).human(human))
}

/// Who gave a value.
#[derive(Clone, Copy)]
enum Origin {
    Flag,
    Env,
    File,
    Default,
}

impl Origin {
    const fn name(self) -> &'static str {
        match self {
            Self::Flag => "flag",
            Self::Env => "env",
            Self::File => "file",
            Self::Default => "default",
        }
    }

    const fn label(self) -> Text {
        match self {
            Self::Flag => Text::fixed("选项", "flag"),
            Self::Env => Text::fixed("环境变量", "environment"),
            Self::File => Text::fixed("配置文件", "configuration file"),
            Self::Default => Text::fixed("缺省", "default"),
        }
    }
}

/// Who gave a value, and under which name.
struct Giver {
    origin: Origin,
    name: Option<String>,
}

impl Giver {
    fn new(origin: Origin, name: impl Into<String>) -> Self {
        Self {
            origin,
            name: Some(name.into()),
        }
    }

    const fn default() -> Self {
        Self {
            origin: Origin::Default,
            name: None,
        }
    }

    fn text(&self) -> Text {
        let label = self.origin.label();
        match &self.name {
            Some(name) => text!("{label} {name}", "{label} {name}", label),
            None => label,
        }
    }
}

/// A setting in force.
struct Setting {
    key: Cow<'static, str>,
    value: Option<String>,
    from: Giver,
}

/// Returns the flag or variable that gave a global flag its value.
fn given(cx: &Context<'_>, matches: &ArgMatches, key: &str) -> Option<Giver> {
    let variable = twin_name(key);
    if matches.value_source(key) == Some(ValueSource::CommandLine) {
        Some(Giver::new(Origin::Flag, format!("--{key}")))
    } else if cx.env.has(&variable) {
        Some(Giver::new(Origin::Env, variable))
    } else {
        None
    }
}

fn file(cx: &Context<'_>, matches: &ArgMatches) -> (Option<PathBuf>, Giver) {
    let named = cx.globals.config.as_ref();
    if let (Some(path), Some(from)) = (named, given(cx, matches, "config")) {
        return (Some(cx.current.join(path)), from);
    }
    let folder = cx.env.config_folder();
    let path = folder.map(|folder| folder.join("config.toml"));
    (path, Giver::default())
}

fn store(cx: &mut Context<'_>) -> (Option<String>, bool, Giver) {
    let from = |origin| match origin {
        place::Origin::Flag => Giver::new(Origin::Flag, "--store"),
        place::Origin::Env => Giver::new(Origin::Env, "ICPCTL_STORE"),
        place::Origin::Config => Giver::new(Origin::File, "store"),
        place::Origin::Upwards => Giver::new(Origin::Default, place::FOLDER),
        place::Origin::DataHome => Giver::new(Origin::Default, "XDG_DATA_HOME"),
    };
    let (folder, found, origin) = match cx.place() {
        Place::Found { folder, origin } => (folder, true, origin),
        Place::Missing { folder, origin } => (folder, false, origin),
        Place::Fresh { folder } => (folder, false, place::Origin::DataHome),
        Place::Nowhere => return (None, false, Giver::default()),
    };
    (Some(folder.display().to_string()), found, from(origin))
}

fn settings(cx: &Context<'_>, matches: &ArgMatches) -> Vec<Setting> {
    let globals = &cx.globals;
    let switch = |on: bool| Some(on.to_string());
    let color = match globals.color {
        ColorChoice::Auto => "auto",
        ColorChoice::Always => "always",
        ColorChoice::Never => "never",
    };
    let values = [
        ("format", Some(globals.format.name().to_owned())),
        ("fields", globals.fields.clone()),
        ("color", Some(color.to_owned())),
        (
            "lock-timeout",
            Some(humantime::format_duration(globals.lock_timeout).to_string()),
        ),
        ("dry-run", switch(globals.dry_run)),
        ("no-input", switch(globals.no_input)),
        ("quiet", switch(globals.quiet)),
        ("verbose", switch(globals.verbose)),
    ];
    let lang = match cx.lang {
        Lang::Zh => "zh",
        Lang::En => "en",
    };
    let in_file = |key: &str| {
        let given = cx.config.given.contains(key);
        given.then(|| Giver::new(Origin::File, key))
    };
    let from = |key, variables| {
        given(cx, matches, key)
            .or_else(|| in_file(key))
            .or_else(|| variable(cx, variables))
            .unwrap_or_else(Giver::default)
    };
    let mut settings = vec![
        Setting {
            key: "lang".into(),
            value: Some(lang.to_owned()),
            from: from("lang", &["LC_ALL", "LC_MESSAGES", "LANG"]),
        },
        Setting {
            key: "actor".into(),
            value: cx.actor(),
            from: from("actor", &["USER", "LOGNAME"]),
        },
    ];
    settings.extend(values.into_iter().map(|(key, value)| {
        // `--json` is another way of writing `--format json`.
        let from = match key {
            "format" if matches.get_flag("json") => given(cx, matches, "json"),
            "format" => given(cx, matches, "format").or_else(|| given(cx, matches, "json")),
            key => given(cx, matches, key),
        };
        Setting {
            key: key.into(),
            value,
            from: from.unwrap_or_else(Giver::default),
        }
    }));
    settings.extend(cx.config.settings().into_iter().map(|(key, value)| {
        let from = match key.as_str() {
            "network.offline" => given(cx, matches, "offline"),
            "network.ca_file" => variable(cx, &["ICPCTL_CA_FILE"]),
            _ => None,
        };
        let value = match key.as_str() {
            "network.offline" if from.is_some() => switch(globals.offline),
            "network.ca_file" => cx.env.text("ICPCTL_CA_FILE").map(str::to_owned).or(value),
            _ => value,
        };
        Setting {
            from: from
                .or_else(|| in_file(&key))
                .unwrap_or_else(Giver::default),
            key: key.into(),
            value,
        }
    }));
    settings
}

fn variable(cx: &Context<'_>, names: &[&str]) -> Option<Giver> {
    let name = names.iter().find(|name| cx.env.has(name))?;
    Some(Giver::new(Origin::Env, *name))
}

fn no_folder() -> Failure {
    Failure::not_found(
        "not-found.config",
        text!(
            "没有配置文件，也不知道主目录在哪里",
            "there is no configuration file, and no home folder to look in"
        ),
    )
    .hint(text!(
        "用 --config FILE 指定",
        "name one with --config FILE"
    ))
}
