//! `man`: the manual pages, one a command, in the user's language.

use crate::cli::context::Context;
use crate::cli::parser;
use crate::cli::parser::globals::place;
use crate::cli::parser::help::in_language;
use crate::cli::parser::{Branches, tree};
use crate::cli::private_file;
use crate::cli::reply::Reply;
use crate::cli::reply::plain::refuse_format;
use crate::failure::Failure;
use crate::lang::Lang;
use crate::reading::cause;
use crate::render::clean::clean;
use crate::text;
use clap::{ArgMatches, Command};
use clap_mangen::Man;
use std::io;
use std::path::{Path, PathBuf};

/// What the generator writes in English, and ours in Chinese.
const WORDS: [(&str, &str); 7] = [
    ("\n.SH NAME\n", "\n.SH 名称\n"),
    ("\n.SH SYNOPSIS\n", "\n.SH 概要\n"),
    ("\n.SH SUBCOMMANDS\n", "\n.SH 命令\n"),
    ("\n.SH OPTIONS\n", "\n.SH 选项\n"),
    ("\n.SH EXTRA\n", "\n.SH 补充\n"),
    ("\n.SH VERSION\n", "\n.SH 版本\n"),
    ("\\fIPossible values:\\fR", "\\fI可用的值：\\fR"),
];

/// Says what the command takes.
pub fn command(command: Command, lang: Lang) -> Command {
    command.arg(
        place(
            "dir",
            "DIR",
            text!("写入手册页的目录", "The folder for the pages"),
            lang,
        )
        .required(true),
    )
}

/// Writes the pages and prints their paths.
pub fn run(cx: &mut Context<'_>, matches: &ArgMatches) -> Result<Reply, Failure> {
    refuse_format(cx)?;
    let dir = parser::word(matches, "dir");
    let folder = cx.current.join(dir);
    let mut root = tree(Branches::All, cx.lang).disable_help_subcommand(true);
    root.build();
    let pages = pages(&root, cx.lang).map_err(|error| unwritten(&folder, &error))?;
    if !cx.globals.dry_run {
        std::fs::create_dir_all(&folder).map_err(|error| unwritten(&folder, &error))?;
    }
    let mut paths = Vec::new();
    for (name, text) in pages {
        let path = Path::new(dir).join(name);
        if !cx.globals.dry_run {
            let path: PathBuf = cx.current.join(&path);
            std::fs::write(&path, text).map_err(|error| unwritten(&path, &error))?;
        }
        paths.push(clean(&path.display().to_string()).into_owned());
    }
    let count = paths.len();
    let reply = Reply::raw(paths.join("\n") + "\n").changed(true);
    Ok(if cx.globals.dry_run {
        reply.say(text!(
            "将写入 {count} 个手册页（未写入）",
            "would write {count} page(s) (nothing was written)"
        ))
    } else {
        reply
    })
}

/// Returns the file name and the text of each page: this command's and those below it.
fn pages(command: &Command, lang: Lang) -> io::Result<Vec<(String, Vec<u8>)>> {
    // As the help has it: the generator would name every option, and the value of none.
    let usage = command.clone().render_usage().to_string();
    let usage = in_language(usage.trim_start_matches("Usage: "), lang);
    let man = Man::new(command.clone().override_usage(usage))
        .source(concat!("icpctl ", env!("CARGO_PKG_VERSION")))
        .manual("icpctl");
    let mut text = Vec::new();
    // The description is the name's line once more, and so left out.
    man.render_title(&mut text)?;
    man.render_name_section(&mut text)?;
    man.render_synopsis_section(&mut text)?;
    man.render_options_section(&mut text)?;
    if command.has_subcommands() {
        man.render_subcommands_section(&mut text)?;
    }
    if command.get_after_help().is_some() {
        man.render_extra_section(&mut text)?;
    }
    if command.get_version().is_some() {
        man.render_version_section(&mut text)?;
    }
    let mut pages = vec![(man.get_filename(), translated(text, lang))];
    for below in command.get_subcommands() {
        pages.extend(self::pages(below, lang)?);
    }
    Ok(pages)
}

fn translated(page: Vec<u8>, lang: Lang) -> Vec<u8> {
    match lang {
        Lang::En => page,
        Lang::Zh => {
            let page = String::from_utf8_lossy(&page);
            let page = WORDS
                .iter()
                .fold(page.into_owned(), |page, (en, zh)| page.replace(en, zh));
            page.into_bytes()
        }
    }
}

fn unwritten(path: &Path, error: &io::Error) -> Failure {
    private_file::unwritten(path, &cause(error))
}
