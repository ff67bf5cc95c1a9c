//! `completions`: the script that completes commands and flags in a shell.

use super::{help, record};
use crate::cli::context::Context;
use crate::cli::fields;
use crate::cli::parser::globals::place;
use crate::cli::parser::{Branches, tree};
use crate::cli::reply::Reply;
use crate::cli::reply::plain::refuse_format;
use crate::cli::table::{COMMANDS, Row};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::filing::profile::Profiles;
use crate::knowledge::{all_pages, code_list};
use crate::lang::Lang;
use crate::text;
use clap::builder::PossibleValuesParser;
use clap::{ArgMatches, Command, value_parser};
use clap_complete::Shell;
use std::collections::BTreeSet;

/// Says what the command takes.
pub fn command(command: Command, lang: Lang) -> Command {
    command.arg(
        place("shell", "SHELL", text!("哪种 shell", "The shell"), lang)
            .required(true)
            .value_parser(value_parser!(Shell)),
    )
}

/// What stands for each argument whose values are the same in every store: shells offer them.
fn values(row: &Row, action: Option<&str>, arg: &str) -> Vec<String> {
    let words = |words: Vec<&str>| words.into_iter().map(str::to_owned).collect();
    match (row.name, arg) {
        (_, "fields") => fields::offered(row, action),
        (_, "provider") => words(Profiles::names_built_in().collect()),
        ("explain", "id") => {
            let known: BTreeSet<&str> = all_pages().map(|page| page.id).collect();
            words(known.into_iter().collect())
        }
        ("record", "words") => words(record::events()),
        ("attach", "as") => {
            let slots = code_list("material-slots").into_iter();
            let slots = slots.flat_map(|slots| &slots.entries);
            words(slots.map(|slot| slot.value.as_str()).collect())
        }
        ("help", "topic") => {
            let commands = COMMANDS.iter().map(|row| row.name);
            words(commands.chain(help::TOPICS).collect())
        }
        (_, _) => Vec::new(),
    }
}

/// Returns the parser with the values that shells offer.
fn with_values(mut root: Command) -> Command {
    root.build();
    COMMANDS.iter().fold(root, |root, row| {
        root.mut_subcommand(row.name, |command| with_values_of(command, row, None))
    })
}

/// Puts the values that shells offer into a command, and into its actions.
fn with_values_of(command: Command, row: &Row, action: Option<&str>) -> Command {
    let command = command.mut_subcommands(|inner| {
        let name = inner.get_name().to_owned();
        with_values_of(inner, row, Some(&name))
    });
    command.mut_args(|arg| {
        let values = values(row, action, arg.get_id().as_str());
        if values.is_empty() || !arg.get_possible_values().is_empty() {
            return arg;
        }
        arg.value_parser(PossibleValuesParser::new(values))
    })
}

/// Prints the script.
pub fn run(cx: &mut Context<'_>, matches: &ArgMatches) -> Result<Reply, Failure> {
    refuse_format(cx)?;
    let Some(shell) = matches.get_one::<Shell>("shell") else {
        return Err(Failure::usage(text!("缺少参数：SHELL", "missing: SHELL")));
    };
    let mut script = Vec::new();
    clap_complete::generate(
        *shell,
        &mut with_values(tree(Branches::All, cx.lang)),
        "icpctl",
        &mut script,
    );
    let script = String::from_utf8(script).map_err(|error| {
        Failure::new(
            Exit::Failure,
            "failure.encoding",
            text!(
                "脚本不是 UTF-8：{error}",
                "the script is not UTF-8: {error}"
            ),
        )
    })?;
    Ok(Reply::raw(script))
}
