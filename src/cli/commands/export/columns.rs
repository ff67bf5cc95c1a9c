//! The columns of an export: those of what is exported, of labels and of attachments.

use crate::cli::commands::{portfolio as filed, schema};
use crate::cli::context::Context;
use crate::cli::documents::portfolio::{Excerpt, Stock};
use crate::cli::reply::answer;
use crate::filing::order::Order;
use crate::render::Format;
use crate::render::fields::Fields;
use crate::render::mask::Privacy;
use crate::render::stream::Columns;
use clap::ArgMatches;
use std::collections::BTreeSet;

/// What of the store is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// The orders.
    Orders,
    /// What is filed.
    Portfolio,
}

impl Part {
    pub(super) const ALL: [(&'static str, Self); 2] =
        [("orders", Self::Orders), ("portfolio", Self::Portfolio)];

    /// Returns the columns of a table, before those of labels.
    const fn columns(self) -> &'static [&'static str] {
        match self {
            Self::Orders => &[
                "id",
                "kind",
                "status",
                "bucket",
                "label",
                "presumed",
                "provider",
                "provider_label",
                "account",
                "ref",
                "target.subject",
                "target.name",
                "target.services.number",
                "target.services.name",
                "target.services.domains",
                "services.name",
                "services.domains",
                "via",
                "verify_by",
                "deadline.at",
                "deadline.kind",
                "deadline.overdue",
                "reasons",
                "after",
                "revision",
                "created_at",
                "submitted_at",
                "ended_at",
                "updated_at",
            ],
            Self::Portfolio => &[
                "number",
                "name",
                "nature",
                "province",
                "services.number",
                "services.kind",
                "services.name",
                "services.domains",
                "services.accesses.provider",
                "services.accesses.account",
                "services.accesses.resource",
                "services.approved_on",
                "services.live_orders",
                "risks.code",
            ],
        }
    }
}

/// Returns what is asked for alone.
pub(super) fn part(matches: &ArgMatches) -> Option<Part> {
    let name = matches.get_one::<String>("what")?;
    let found = Part::ALL.into_iter().find(|(known, _)| known == name);
    found.map(|(_, part)| part)
}

/// Returns what is exported, which is both where nothing is said.
fn parts(asked: Option<Part>) -> Vec<Part> {
    match asked {
        Some(part) => vec![part],
        None => Part::ALL.map(|(_, part)| part).into(),
    }
}

/// Returns the names that `--fields` takes for what is exported.
pub fn fields(matches: &ArgMatches) -> Vec<String> {
    fields_of(part(matches))
}

/// Returns the names that `--fields` takes where everything is exported.
pub fn all_fields() -> Vec<String> {
    fields_of(None)
}

fn fields_of(asked: Option<Part>) -> Vec<String> {
    let mut known = vec!["type".to_owned()];
    for part in parts(asked) {
        known.append(&mut schema::fields(match part {
            Part::Orders => answer::ORDER,
            Part::Portfolio => filed::SCHEMA,
        }));
    }
    known.extend(OF_FILES.map(str::to_owned));
    known.push("record".to_owned());
    known
}

/// Chooses the fields of a table and of a document.
pub(super) fn columns(
    cx: &Context<'_>,
    asked: Option<Part>,
    stock: &Stock<'_>,
    orders: &[&Order],
    subjects: &[Excerpt<'_>],
) -> Columns {
    let mut labels: BTreeSet<String> = BTreeSet::new();
    for order in orders {
        labels.extend(stock.desk.labels(order).into_keys());
    }
    for excerpt in subjects {
        labels.extend(excerpt.subject.labels.keys().cloned());
    }
    let labels: Vec<String> = labels.iter().map(|key| format!("labels.{key}")).collect();
    let mut usual: Vec<&str> = vec!["type"];
    for part in parts(asked) {
        usual.extend(part.columns());
    }
    usual.extend(labels.iter().map(String::as_str));
    if cx.globals.privacy == Privacy::Revealed
        && orders.iter().any(|o| o.attachments().next().is_some())
    {
        usual.extend(OF_FILES);
    }
    usual.push("record");
    let mut seen = BTreeSet::new();
    usual.retain(|name| seen.insert(*name));
    let document = cx.fields.clone();
    Columns {
        table: document.clone().unwrap_or_else(|| Fields::all(&usual)),
        document,
    }
}

/// The columns of attachments.
const OF_FILES: [&str; 3] = ["hash", "part", "content"];

/// Whether attachments can be told in a format, in the columns that were chosen.
pub(super) fn holds_files(format: Format, columns: &Columns) -> bool {
    match format {
        Format::Json | Format::Jsonl => true,
        Format::Human | Format::Csv => {
            let names = columns.table.names();
            OF_FILES.iter().all(|name| names.iter().any(|n| n == name))
        }
        Format::Tsv | Format::Sarif | Format::Markdown | Format::Ics => false,
    }
}
