//! Reading what the user names: a file, or stdin, and how it is encoded.

use crate::cli::context::Context;
use crate::cli::parser::globals::option;
use crate::cli::signals::Signals;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::intake::Encoding;
use crate::lang::Lang;
use crate::reading::{self, ROWS_LIMIT, Unread};
use crate::text;
use clap::builder::PossibleValuesParser;
use clap::{Arg, ArgMatches};
use std::io::Read;
use std::path::{Path, PathBuf};

/// How the CSV is encoded that a command reads.
pub fn encoding_arg(lang: Lang) -> Arg {
    option(
        "encoding",
        "ENC",
        text!(
            "CSV 的编码，缺省为 utf-8",
            "How the CSV is encoded, utf-8 by default"
        ),
        lang,
    )
    .value_parser(PossibleValuesParser::new(["utf-8", "gb18030"]))
}

/// Returns the encoding that `--encoding` names.
pub fn encoding(matches: &ArgMatches) -> Encoding {
    match matches.get_one::<String>("encoding").map(String::as_str) {
        Some("gb18030") => Encoding::Gb18030,
        Some(_) | None => Encoding::Utf8,
    }
}

impl Context<'_> {
    /// Reads what a `--from` names: a file, or stdin for `-`.
    ///
    /// # Errors
    /// When it cannot be read (4 where it is missing, else 1).
    pub fn read_input(&mut self, name: &str) -> Result<Vec<u8>, Failure> {
        let go_on = || true;
        Ok(self.read_while(name, &go_on)?.unwrap_or_default())
    }

    /// Reads what a `--from` names; `None` where a signal came first.
    ///
    /// # Errors
    /// As [`read_input`](Self::read_input).
    pub fn read_until(
        &mut self,
        name: &str,
        signals: &Signals,
    ) -> Result<Option<Vec<u8>>, Failure> {
        self.read_while(name, &|| signals.arrived().is_none())
    }

    /// Returns the folder by which a file names others: its own; of stdin, the current one.
    pub fn beside(&self, name: &str) -> PathBuf {
        if name == "-" {
            return self.current.clone();
        }
        let path = self.current.join(name);
        path.parent().map_or_else(PathBuf::new, Path::to_owned)
    }

    fn read_while(
        &mut self,
        name: &str,
        goes_on: &dyn Fn() -> bool,
    ) -> Result<Option<Vec<u8>>, Failure> {
        let mut bytes = Vec::new();
        let whole = if name == "-" {
            pour(&mut std::io::stdin().lock(), &mut bytes, goes_on)
        } else {
            let mut opened = reading::open(&self.current.join(name))
                .map_err(|unread| unreadable(name, &unread))?;
            if opened.size.is_some_and(|size| size > ROWS_LIMIT) {
                return Err(unreadable(name, &Unread::TooLarge(ROWS_LIMIT)));
            }
            pour(&mut opened, &mut bytes, goes_on)
        };
        if !whole.map_err(|error| unreadable(name, &error.into()))? {
            return Ok(None);
        }
        if bytes.len() as u64 > ROWS_LIMIT {
            return Err(unreadable(name, &Unread::TooLarge(ROWS_LIMIT)));
        }
        Ok(Some(bytes))
    }
}

/// Turns a file that was named and not read into a failure: 4 where it is missing, 3 where it is
/// nothing that can be read, else 1.
pub fn unreadable(name: &str, unread: &Unread) -> Failure {
    if unread.is_missing() {
        return Failure::not_found(
            "not-found.file",
            text!("找不到文件 {name}", "no such file: {name}"),
        )
        .hint(text!(
            "检查路径和权限",
            "check the path and its permissions"
        ));
    }
    let reason = unread.reason();
    match unread {
        Unread::Io(_) => Failure::new(
            Exit::Failure,
            "failure.file",
            text!(
                "无法读取 {name}：{reason}",
                "cannot read {name}: {reason}",
                reason
            ),
        )
        .hint(text!(
            "检查路径和权限",
            "check the path and its permissions"
        )),
        Unread::Folder | Unread::Device | Unread::Silent => Failure::invalid(
            "invalid.file",
            text!("{name}：{reason}", "{name}: {reason}", reason),
        ),
        Unread::TooLarge(_) => Failure::invalid(
            "invalid.too-large",
            text!("{name}：{reason}", "{name}: {reason}", reason),
        ),
    }
}

/// Reads to the end, or to one byte above what is read of any input; `false` where `goes_on` says
/// to stop first.
fn pour(
    from: &mut dyn Read,
    bytes: &mut Vec<u8>,
    goes_on: &dyn Fn() -> bool,
) -> std::io::Result<bool> {
    let mut part = vec![0; 64 * 1024];
    while bytes.len() as u64 <= ROWS_LIMIT {
        if !goes_on() {
            return Ok(false);
        }
        match from.read(&mut part) {
            Ok(0) => return Ok(true),
            Ok(count) => bytes.extend_from_slice(part.get(..count).unwrap_or_default()),
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(true)
}
