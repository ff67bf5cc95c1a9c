//! What a command answers, and how that is printed in every format.

pub mod answer;
pub mod list;
pub mod plain;
pub mod stream;

use crate::cli::context::Context;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::lang::{Lang, Text};
use crate::render::brief::{told, told_save};
use crate::render::envelope::{Envelope, Problem};
use crate::render::fields::{Fields, UnknownField, paths};
use crate::render::mask::Privacy;
use crate::render::rows::{self, Layout, RowsError};
use crate::render::stream::StreamError;
use crate::render::{Delivery, Format, clean, print, prose};
use crate::store::place::Place;
use crate::text;
pub use crate::workflow::plan::Caution;
use serde_json::{Value, json};
use std::io::Write;

/// What a command answers.
#[derive(Clone, Debug)]
pub struct Reply {
    /// The shape of `data`, such as `icpctl.order/1`.
    pub schema: &'static str,
    /// Whether anything was written, or in a dry run would have been.
    pub changed: bool,
    /// The result for machines.
    pub data: Value,
    /// The result for people; it goes to stdout.
    pub human: String,
    /// What was done and what comes next; it goes to stderr.
    pub says: Vec<Text>,
    /// Whether `human` is all there is in every format: templates, completions, man pages.
    pub raw: bool,
    /// Whether the result was printed already, record by record: nothing more goes to stdout.
    pub streamed: bool,
    /// The list within the data whose elements are the rows of CSV and TSV, where `data` is one
    /// document.
    pub rows: Option<&'static str>,
    /// The columns of a table, where the first element alone does not tell them.
    pub known: Vec<String>,
    /// A result that is also a failure: `check` with findings, a wait that ran out.
    pub failure: Option<Failure>,
}

impl Reply {
    /// An answer that shows `data`.
    pub fn new(schema: &'static str, data: Value) -> Self {
        Self {
            schema,
            changed: false,
            data,
            human: String::new(),
            says: Vec::new(),
            raw: false,
            streamed: false,
            rows: None,
            known: Vec::new(),
            failure: None,
        }
    }

    /// An answer that lists documents, which as a table have these columns.
    pub fn list(schema: &'static str, columns: &[&str], documents: Vec<Value>) -> Self {
        Self {
            known: columns.iter().map(|name| (*name).to_owned()).collect(),
            ..Self::new(schema, Value::Array(documents))
        }
    }

    /// An answer whose records have been printed already, one a line.
    pub fn streamed() -> Self {
        Self {
            streamed: true,
            ..Self::raw(String::new())
        }
    }

    /// An answer whose document has been printed already, or not.
    pub fn printed(printed: Result<Delivery, StreamError>) -> Self {
        Self {
            raw: false,
            failure: printed.err().map(|error| unprinted(&error)),
            ..Self::streamed()
        }
    }

    /// An answer that is text as it stands.
    pub fn raw(text: String) -> Self {
        Self {
            human: text,
            raw: true,
            ..Self::new("icpctl.raw/1", Value::Null)
        }
    }

    /// Sets what people read.
    #[must_use]
    pub fn human(mut self, human: String) -> Self {
        self.human = human;
        self
    }

    /// Adds what was done, or what comes next.
    #[must_use]
    pub fn say(mut self, text: Text) -> Self {
        self.says.push(text);
        self
    }

    /// Sets whether anything was written.
    #[must_use]
    pub const fn changed(mut self, changed: bool) -> Self {
        self.changed = changed;
        self
    }
}

/// Returns the failure in one language.
pub fn problem(failure: &Failure, lang: Lang, privacy: Privacy) -> Problem {
    Problem {
        code: failure.code.clone(),
        exit: failure.exit.code(),
        message: told_save(failure.message.get(lang), &failure.plain, lang, privacy),
        hints: hints(failure, lang, privacy),
        retryable: failure.is_retryable(),
        rule: failure.rule.clone(),
    }
}

/// The most hints that are told: a file that is wrong throughout is not told line by line.
const TOLD: usize = 1000;

/// Returns the hints of a failure in one language.
fn hints(failure: &Failure, lang: Lang, privacy: Privacy) -> Vec<String> {
    let all = &failure.hints;
    let first = all
        .iter()
        .take(TOLD)
        .map(|hint| told_save(hint.get(lang), &failure.plain, lang, privacy));
    let rest = all.len().saturating_sub(TOLD);
    let more = (rest > 0).then(|| {
        let more = text!("另有 {rest} 处", "and {rest} more");
        more.get(lang).to_owned()
    });
    first.chain(more).collect()
}

/// Prints what a command answered; returns the exit of the whole run.
///
/// What was written stays written when the printing fails: a closed pipe is quiet, any other
/// trouble with stdout is told on stderr.
pub fn show(cx: &mut Context<'_>, schema: &'static str, outcome: Result<Reply, Failure>) -> Exit {
    let (mut reply, failure) = match outcome {
        Ok(mut reply) => {
            let failure = reply.failure.take();
            (reply, failure)
        }
        Err(mut failure) => {
            let data = failure.data.take().map_or(Value::Null, |data| *data);
            (Reply::new(schema, data), Some(failure))
        }
    };
    let (lang, privacy) = (cx.lang, cx.globals.privacy);
    let exit = failure.as_ref().map_or(Exit::Ok, |f| f.exit);
    let raw = cx.globals.format.is_text() || reply.raw;
    // A table for machines has no place for anything but rows.
    let is_human = raw || cx.globals.format.is_table();
    let text = if reply.streamed {
        Ok(String::new())
    } else if raw {
        Ok(std::mem::take(&mut reply.human))
    } else {
        document(cx, &mut reply, failure.as_ref())
    };
    // What cannot be shown as asked is a failure with a document of its own.
    let (text, exit, failure) = match text {
        Err(bad) if !is_human => {
            let exit = bad.exit;
            let told = document(cx, &mut Reply::new(schema, Value::Null), Some(&bad));
            (told, exit, Some(bad))
        }
        text => (text, exit, failure),
    };
    let verbose = cx.globals.verbose.then(|| cx.place());
    let Context { out, err, .. } = cx;
    if let Some(Place::Found { folder, .. } | Place::Fresh { folder }) = verbose {
        let folder = folder.display();
        tell(*err, text!("备案库：{folder}", "store: {folder}").get(lang));
    }
    let (text, exit) = match text {
        Ok(text) => (text, exit),
        Err(bad) => {
            let exit = bad.exit;
            tell_failure(&bad, lang, privacy, *err);
            (String::new(), exit)
        }
    };
    let delivered = print(*out, &text);
    if is_human && !cx.globals.quiet {
        tell_beside(*err, &cx.cautions, &reply.says, (lang, privacy));
    }
    // Where nothing could be printed there is no document that tells it.
    let is_unprinted = failure.as_ref().is_some_and(|f| f.code == UNPRINTED);
    if let Some(failure) = failure.filter(|_| is_human || is_unprinted) {
        tell_failure(&failure, lang, privacy, *err);
    }
    match delivered {
        Ok(Delivery::Written | Delivery::ReaderGone) => exit,
        Err(_) if is_unprinted => exit,
        Err(error) => {
            let told = if reply.changed {
                undelivered(&error)
            } else {
                unprinted(&error)
            };
            tell_failure(&told, lang, privacy, *err);
            if exit == Exit::Ok {
                Exit::Failure
            } else {
                exit
            }
        }
    }
}

/// Tells people what stands beside the answer: warnings, and what else is to be said.
fn tell_beside(err: &mut dyn Write, cautions: &[Caution], says: &[Text], manner: (Lang, Privacy)) {
    let (lang, privacy) = manner;
    for caution in cautions {
        let label = text!("警告：", "warning: ");
        let message = told(caution.message.get(lang), lang, privacy);
        // Some say themselves where it is, down to the line.
        let path = caution.path.as_ref();
        let at = path
            .filter(|path| !message.contains(path.as_str()))
            .map_or_else(String::new, |path| {
                let colon = text!("：", ": ");
                format!("{}{}", prose::mask(path, privacy), colon.get(lang))
            });
        tell(err, &format!("{}{at}{message}", label.get(lang)));
    }
    for line in says {
        tell(err, line.get(lang));
    }
}

/// Says that stdout failed, and that the work is done all the same.
fn undelivered(error: &std::io::Error) -> Failure {
    Failure::new(
        Exit::Failure,
        UNPRINTED,
        text!(
            "操作已完成并保存，但结果无法输出：{error}",
            "the change was made and saved, but the result could not be printed: {error}"
        ),
    )
}

/// Writes a line for people; foreign text in it is made harmless, and a closed stderr is ignored.
pub fn tell(err: &mut dyn Write, line: &str) {
    for part in line.split('\n') {
        let _ = writeln!(err, "{}", clean::clean(part));
    }
}

/// Tells a failure to people.
pub fn tell_failure(failure: &Failure, lang: Lang, privacy: Privacy, err: &mut dyn Write) {
    let label = text!("错误：", "error: ");
    let message = told_save(failure.message.get(lang), &failure.plain, lang, privacy);
    let rule = failure
        .rule
        .as_ref()
        .map_or_else(String::new, |rule| format!(" [{rule}]"));
    tell(err, &format!("{}{message}{rule}", label.get(lang)));
    let label = text!("提示：", "hint: ");
    for hint in hints(failure, lang, privacy) {
        tell(err, &format!("{}{hint}", label.get(lang)));
    }
}

/// The code of a result that could not be printed.
const UNPRINTED: &str = "failure.output";

/// What was asked for is known, and cannot be printed.
pub fn unprinted(error: &dyn std::error::Error) -> Failure {
    Failure::new(
        Exit::Failure,
        UNPRINTED,
        text!(
            "结果无法输出：{error}",
            "the result could not be printed: {error}"
        ),
    )
}

/// Turns a name that `--fields` does not know into a failure.
pub fn no_such_field(unknown: &UnknownField) -> Failure {
    let mut failure = Failure::usage(unknown.message());
    failure.hints = unknown.hints();
    failure
}

/// Builds the document in a machine format, out of the data of the reply.
fn document(
    cx: &Context<'_>,
    reply: &mut Reply,
    failure: Option<&Failure>,
) -> Result<String, Failure> {
    if let Some(list) = reply.rows
        && cx.globals.format.is_table()
        && let Value::Array(rows) = reply.data[list].take()
    {
        let row = |element| json!({ list: element });
        reply.data = rows.into_iter().map(row).collect();
    }
    let envelope = Envelope {
        schema: reply.schema.into(),
        changed: reply.changed,
        dry_run: cx.globals.dry_run,
        data: std::mem::take(&mut reply.data),
        warnings: cx.warnings(),
        error: failure.map(|failure| problem(failure, cx.lang, cx.globals.privacy)),
    };
    let mut known = std::mem::take(&mut reply.known);
    if known.is_empty()
        && let Some(first) = envelope.elements().first()
    {
        known = paths(first);
    }
    let known: Vec<&str> = known.iter().map(String::as_str).collect();
    let fields = cx.fields.clone().filter(|_| !envelope.data.is_null());
    let layout = if cx.terminal.stdout {
        Layout::Pretty
    } else {
        Layout::Compact
    };
    if cx.globals.format.is_table() && fields.is_none() && known.is_empty() {
        // Nothing to tell, under no header.
        return Ok(String::new());
    }
    let all = || Fields::all(&known);
    let text = match cx.globals.format {
        Format::Human | Format::Sarif | Format::Markdown | Format::Ics => {
            Ok(std::mem::take(&mut reply.human))
        }
        Format::Json => rows::json(&envelope, fields.as_ref(), layout),
        Format::Jsonl => rows::jsonl(&envelope, fields.as_ref()),
        Format::Csv => rows::csv(&envelope, &fields.unwrap_or_else(all)),
        Format::Tsv => rows::tsv(&envelope, &fields.unwrap_or_else(all)),
    };
    text.map_err(|error| match error {
        RowsError::Json(error) => error.into(),
        RowsError::Csv(error) => Failure::new(
            Exit::Failure,
            "failure.encoding",
            text!(
                "无法输出结果：{error}",
                "the result cannot be encoded: {error}"
            ),
        ),
    })
}
