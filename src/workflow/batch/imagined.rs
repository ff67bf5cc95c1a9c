//! Orders that were decided and not written: nobody can look at them, so that messages call them by
//! their refs.

use super::{Decided, Wish};
use crate::lang::Text;
use std::borrow::Cow;
use std::collections::HashMap;

/// Puts refs in the place of the ids of orders that are not there.
pub fn call_by_ref(decided: &mut [Decided], wishes: &[Wish]) {
    let names: HashMap<String, String> = decided
        .iter()
        .filter(|decided| !decided.was_there)
        .filter_map(|decided| {
            let id = decided.order.as_ref()?.to_string();
            let wish = wishes.get(decided.row)?;
            Some((id, format!("ref:{}", wish.reference)))
        })
        .collect();
    for failure in decided.iter_mut().filter_map(|d| d.failure.as_mut()) {
        replace(&mut failure.message, &names);
        for hint in &mut failure.hints {
            replace(hint, &names);
        }
    }
}

fn replace(text: &mut Text, names: &HashMap<String, String>) {
    for wording in [&mut text.zh, &mut text.en] {
        let words = wording.split_inclusive(|c: char| !c.is_ascii_alphanumeric());
        let mut named = String::with_capacity(wording.len());
        for word in words {
            let id = word.trim_end_matches(|c: char| !c.is_ascii_alphanumeric());
            match names.get(id) {
                Some(name) => {
                    named += name;
                    named += word.get(id.len()..).unwrap_or_default();
                }
                None => named += word,
            }
        }
        *wording = Cow::Owned(named);
    }
}
