//! `template`: a commented file to fill in.

use super::context::Context;
use super::globals::place;
use super::plain::refuse_format;
use super::reply::Reply;
use crate::failure::Failure;
use crate::intake::{Template, template};
use crate::lang::Lang;
use crate::rulebook::sample;
use crate::text;
use clap::builder::PossibleValuesParser;
use clap::{ArgMatches, Command};

/// A file of rules.
const RULES: &str = "rules";

/// Says what the command takes.
pub fn command(command: Command, lang: Lang) -> Command {
    command.arg(
        place("what", "KIND", text!("哪一种文件", "Which file"), lang)
            .required(true)
            .value_parser(PossibleValuesParser::new(
                Template::all().map(Template::name).chain([RULES]),
            )),
    )
}

/// Prints the file.
pub fn run(cx: &mut Context<'_>, matches: &ArgMatches) -> Result<Reply, Failure> {
    refuse_format(cx)?;
    let name = matches.get_one::<String>("what").map_or("", String::as_str);
    if name == RULES {
        return Ok(Reply::raw(sample(cx.lang)));
    }
    let what = Template::from_name(name).ok_or_else(|| {
        Failure::usage(text!("没有模板 `{name}`", "there is no template `{name}`"))
    })?;
    Ok(Reply::raw(template(what, cx.lang)))
}
