//! Which cell of a row what stands in its way is told at.

use crate::failure::Failure;
use crate::intake::BatchRow;

/// Returns the column that says what a failure is about, by its English name.
///
/// Where the row has no such cell, the column is the one in which the remedy is to be written.
pub fn blamed(failure: &Failure, row: &BatchRow) -> &'static str {
    match failure.code.as_ref() {
        "conflict.ref" | "refused.ref-ended" => "ref",
        "usage.confirm" => "confirm",
        "usage.accept" => "accept",
        "not-found.order" | "not-found.ambiguous" | "refused.after" if row.after.is_some() => {
            "after"
        }
        "usage.provider" | "refused.not-accessed-here" => "provider",
        "refused.path" => "verify_by",
        "refused.order-kind" => "kind",
        code if code.starts_with("invalid.") => content(row),
        _ if row.target.is_empty() => content(row),
        _ => "target",
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
