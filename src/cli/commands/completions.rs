//! `completions`: the script that completes commands and flags in a shell.

use super::{help, record};
use crate::cli::context::Context;
use crate::cli::documents::board;
use crate::cli::parser::globals::place;
use crate::cli::parser::{Branches, tree};
use crate::cli::reply::plain::refuse_format;
use crate::cli::reply::{Reply, answer};
use crate::cli::table::COMMANDS;
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
fn values(command: &str, arg: &str, is_of_orders: bool) -> Option<Vec<&'static str>> {
    match (command, arg) {
        (_, "fields") if is_of_orders => Some(board::FIELDS.to_vec()),
        (_, "provider") => Some(Profiles::names_built_in().collect()),
        ("explain", "id") => {
            let known: BTreeSet<&str> = all_pages().map(|page| page.id).collect();
            Some(known.into_iter().collect())
        }
        ("record", "words") => Some(record::events()),
        ("attach", "as") => code_list("material-slots").map(|slots| {
            slots
                .entries
                .iter()
                .map(|slot| slot.value.as_str())
                .collect()
        }),
        ("help", "topic") => Some(
            COMMANDS
                .iter()
                .map(|row| row.name)
                .chain(help::TOPICS)
                .collect(),
        ),
        (_, _) => None,
    }
}

/// Returns the parser with the values that shells offer.
fn with_values(mut root: Command) -> Command {
    root.build();
    COMMANDS.iter().fold(root, |root, row| {
        let is_of_orders = matches!(row.schema, answer::ORDER | answer::ORDERS);
        root.mut_subcommand(row.name, |command| {
            command.mut_args(
                |arg| match values(row.name, arg.get_id().as_str(), is_of_orders) {
                    Some(values) => arg.value_parser(PossibleValuesParser::new(values)),
                    None => arg,
                },
            )
        })
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
