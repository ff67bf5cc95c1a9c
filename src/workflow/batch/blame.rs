//! What stands in the way of a row, told of its cells: which one it is about, and which to fill in.

use crate::failure::Failure;
use crate::intake::{BatchRow, Header};
use crate::workflow::aim::OTHER_ACCOUNT;
use crate::workflow::plan::Caution;
use std::borrow::Cow;

/// Returns the column that says what a failure is about, by its English name.
///
/// Where the row has no such cell, the column is the one in which the remedy is to be written.
pub fn blamed(failure: &Failure, row: &BatchRow) -> &'static str {
    match failure.code.as_ref() {
        "conflict.ref" | "refused.ref-ended" | "invalid.ref" => "ref",
        "usage.confirm" => "confirm",
        "usage.accept" => "accept",
        "not-found.order" | "not-found.ambiguous" | "refused.after" if row.after.is_some() => {
            "after"
        }
        "usage.provider" | "refused.not-accessed-here" => "provider",
        "refused.path" => "verify_by",
        "refused.order-kind" => "kind",
        "invalid.dossier" => match failure.field.as_deref() {
            Some("verify_by") if row.verify_by.is_some() => "verify_by",
            Some("provider") if row.provider.is_some() => "provider",
            Some(_) | None if row.from.is_some() => "from",
            Some(_) | None => content(row),
        },
        code if code.starts_with("invalid.") => content(row),
        _ if row.target.is_empty() => content(row),
        _ => "target",
    }
}

/// Returns the column that says what a slip is in.
pub fn doubted(slip: &Caution, row: &BatchRow) -> &'static str {
    if slip.code == OTHER_ACCOUNT && row.account.is_some() {
        "account"
    } else {
        content(row)
    }
}

/// Returns the column that holds the content of the order: what it changes, or else its dossier,
/// or else what it is about.
pub fn content(row: &BatchRow) -> &'static str {
    if !row.set.is_empty() {
        "set"
    } else if row.from.is_some() {
        "from"
    } else {
        "target"
    }
}

/// The columns of a batch that are flags of the six commands.
const COLUMNS: [&str; 7] = [
    "provider",
    "account",
    "after",
    "verify_by",
    "reason",
    "set",
    "from",
];

/// Puts the columns of a batch, as `header` calls them, in the place of the flags that a command
/// would take.
pub(super) fn in_columns(mut failure: Failure, header: &Header) -> Failure {
    for text in failure.hints.iter_mut().chain([&mut failure.message]) {
        replace(&mut text.zh, |column, value| {
            let column = header.name(column);
            match value {
                Some(value) => format!("{column} 列（{value}）"),
                None => format!("{column} 列"),
            }
        });
        replace(&mut text.en, |column, value| {
            let column = header.name(column);
            match value {
                Some(value) => format!("the column {column} ({value})"),
                None => format!("the column {column}"),
            }
        });
    }
    failure
}

/// Replaces the flags of a text, with the ids that follow them, save in the commands that it spells
/// out.
fn replace(words: &mut Cow<'static, str>, named: impl Fn(&str, Option<&str>) -> String) {
    if !words.contains("--") {
        return;
    }
    let replaced = |clause: &str| {
        let mut clause = clause.to_owned();
        for column in COLUMNS {
            let flag = format!("--{}", column.replace('_', "-"));
            let Some((before, after)) = clause.split_once(&flag) else {
                continue;
            };
            let value = after.strip_prefix(' ').filter(|_| column == "after");
            let value = value.and_then(|rest| rest.split([' ', ';', '；']).next());
            let rest = value.map_or(after, |value| {
                after.get(1 + value.len()..).unwrap_or_default()
            });
            let told = named(column, value);
            // Nothing stands between what ends in Chinese and the Chinese that follows.
            let close = rest.strip_prefix(' ');
            let close = close.filter(|rest| {
                told.ends_with(['列', '）']) && !rest.starts_with(|c: char| c.is_ascii())
            });
            clause = format!("{before}{told}{}", close.unwrap_or(rest));
        }
        clause
    };
    let clauses = words.split_inclusive([';', '；', ',', '，']);
    let clauses = clauses.map(|clause| {
        if clause.contains("icpctl ") {
            clause.to_owned()
        } else {
            replaced(clause)
        }
    });
    *words = Cow::Owned(clauses.collect());
}
