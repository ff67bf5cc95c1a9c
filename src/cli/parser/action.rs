//! Commands of several actions, such as `provider list` and `provider show`.

use super::help::{template, under_heading};
use crate::lang::{Lang, Text};
use crate::text;
use clap::{Arg, Command};

/// One action of a command.
pub fn action(
    name: &'static str,
    about: &Text,
    args: impl IntoIterator<Item = Arg>,
    lang: Lang,
) -> Command {
    let mut args: Vec<Arg> = args.into_iter().collect();
    args.sort_by_key(|arg| !arg.is_positional());
    Command::new(name)
        .about(about.get(lang).to_owned())
        .help_template(template(lang))
        .args(args.into_iter().map(|arg| under_heading(arg, lang)))
}

/// Makes `command` one that does nothing without one of these actions.
pub fn actions(
    command: Command,
    lang: Lang,
    actions: impl IntoIterator<Item = Command>,
) -> Command {
    command
        .subcommand_required(true)
        .subcommand_help_heading(text!("操作", "Actions").get(lang).to_owned())
        .subcommand_value_name(text!("操作", "ACTION").get(lang).to_owned())
        .subcommands(actions)
}
