//! `completions`: the script that completes commands and flags in a shell.

use super::context::Context;
use super::globals::place;
use super::plain::refuse_format;
use super::reply::Reply;
use super::{Branches, tree};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::lang::Lang;
use crate::text;
use clap::{ArgMatches, Command, value_parser};
use clap_complete::Shell;

/// Says what the command takes.
pub fn command(command: Command, lang: Lang) -> Command {
    command.arg(
        place("shell", "SHELL", text!("哪种 shell", "The shell"), lang)
            .required(true)
            .value_parser(value_parser!(Shell)),
    )
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
        &mut tree(Branches::All, cx.lang),
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
