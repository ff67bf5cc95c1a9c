//! `note`: a note on an order or on what is filed.

use super::label;
use crate::cli::context::Context;
use crate::cli::parser;
use crate::cli::parser::globals::place;
use crate::cli::reply::Reply;
use crate::failure::Failure;
use crate::lang::Lang;
use crate::store::near::Wanted;
use crate::text;
use crate::workflow::mark;
use clap::{ArgMatches, Command};

/// Says what the command takes.
pub fn command(command: Command, lang: Lang) -> Command {
    command.arg(label::what(lang)).arg(
        place(
            "text",
            "TEXT",
            text!("备注内容", "The words of the note"),
            lang,
        )
        .required(true)
        .allow_hyphen_values(true),
    )
}

/// Writes a note.
pub fn run(cx: &mut Context<'_>, matches: &ArgMatches) -> Result<Reply, Failure> {
    let word = parser::word(matches, "what");
    let words = matches
        .get_one::<String>("text")
        .map_or("", |text| text.trim());
    if words.is_empty() {
        return Err(Failure::usage(text!("备注是空的", "the note is empty")));
    }
    let done = cx.transact_near(&Wanted::of([word]), |world, stamp, _| {
        mark::note(world, stamp, word, words)
    })?;
    let said = if cx.globals.dry_run {
        text!("将记下备注", "would write the note")
    } else {
        text!("已记下备注", "wrote the note")
    };
    Ok(label::shown(cx, &done.world, &done.answer)?
        .changed(done.changed)
        .say(said))
}
