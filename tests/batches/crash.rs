//! A batch stopped or failed at every call of its writes, and taken up again: nothing is done twice,
//! nothing is left out. And what holds of any batch: twice is once, two halves are the whole.

use crate::histories::desk;
use crate::scenarios::{company, site};
use crate::storage::holder;
use crate::storage::memory::Memory;
use crate::storage::power::{Tree, crashes};
use icpctl::exit::Exit;
use icpctl::failure::Failure;
use icpctl::filing::calendar::Calendar;
use icpctl::filing::order::OperationId;
use icpctl::ids::Ids;
use icpctl::intake::{Encoding, Source, inspect_adoptions, inspect_batch_rows};
use icpctl::knowledge::rules;
use icpctl::render::mask::Privacy;
use icpctl::rulebook::Rulebook;
use icpctl::store::book::Book;
use icpctl::store::{Action, Change, Files, StoreLock};
use icpctl::workflow::adopt;
use icpctl::workflow::assign::Assign;
use icpctl::workflow::batch::{Outcome, Reviewer, Terms, Wish, decide, write_rows};
use icpctl::workflow::draft::Ask;
use icpctl::workflow::plan::{Given, Stamp};
use icpctl::workflow::world::World;
use proptest::prelude::*;
use std::collections::{BTreeMap, HashSet};
use std::io::ErrorKind;
use std::sync::LazyLock;
use std::time::Duration;

/// The built-in rules, compiled once for all runs.
static RULEBOOK: LazyLock<Rulebook> =
    LazyLock::new(|| Rulebook::new(rules(), Calendar::embedded().clone()));

/// Three subjects with two sites each, at rest.
fn start() -> Tree {
    let access = serde_json::json!(["tencent"]);
    let filings: Vec<serde_json::Value> = (1..=3)
        .map(|n| {
            let number = format!("粤ICP备202100000{n}号");
            let sites = [1, 2].map(|s| {
                site(
                    &format!("{number}-{s}"),
                    &format!("s{s}.d{n}.example.net"),
                    &access,
                )
            });
            let mut filing = company(&number, "", &sites);
            for key in ["certificate_type", "certificate_number"] {
                filing.as_object_mut().unwrap().remove(key);
            }
            filing
        })
        .collect();
    let text = serde_json::json!(filings).to_string();
    let source = Source {
        name: "filings",
        bytes: text.as_bytes(),
    };
    let world = desk::world();
    let day = world.now.day();
    let (read, problems) = inspect_adoptions(&source, Encoding::Utf8, day).unwrap();
    assert_eq!(problems, []);
    let stamp = desk::stamp(&world, 1);
    let privacy = Privacy::Masked;
    let plan = adopt::decide(&world, &stamp, &read.list, false, privacy).unwrap();
    let changes: Vec<Change> = plan
        .subjects
        .iter()
        .map(|record| world.book.write_subject(record).unwrap())
        .collect();
    let files = Memory::new();
    let lock = StoreLock::acquire(&files, &holder(), Duration::ZERO).unwrap();
    lock.commit(&changes).unwrap();
    drop(lock);
    files.tree()
}

fn wishes(text: &str) -> Vec<Wish> {
    let source = Source {
        name: "batch.csv",
        bytes: text.as_bytes(),
    };
    let read = inspect_batch_rows(&source, Encoding::Utf8).unwrap();
    assert_eq!(read.problems, []);
    let rows = read.rows;
    rows.into_iter()
        .map(|row| Wish {
            line: row.line,
            header: row.header.clone(),
            reference: row.reference.clone(),
            ask: Ask {
                kind: row.kind,
                targets: row.target,
                dossier: None,
                materials: Vec::new(),
                provider: row.provider,
                account: row.account,
                after: row.after,
                reference: Some(row.reference),
                labels: row.labels,
                reason: row.reason,
                verify_by: row.verify_by,
                written: false,
                assigns: row
                    .set
                    .iter()
                    .map(|word| {
                        let (field, value) = Assign::pair(word).unwrap();
                        Assign::Set(field, value)
                    })
                    .collect(),
            },
            given: Given {
                confirmed: row.confirm,
                accepted: row.accept,
            },
            attached: Vec::new(),
            retries: None,
        })
        .collect()
}

fn read(files: &dyn Files) -> Result<World, Failure> {
    let World {
        profiles,
        calendar,
        now,
        ..
    } = desk::world();
    let book = Book::read(files)?;
    if let Some(damage) = book.damaged.values().next() {
        return Err(Failure::invalid("invalid.record", damage.message()));
    }
    Ok(World::new(book, profiles, calendar, now))
}

/// Applies rows in chunks of two, as the command does; returns what became of each.
fn apply(files: &dyn Files, wishes: &[Wish], seed: u64) -> Result<Vec<(String, Outcome)>, Failure> {
    let lock = StoreLock::acquire(files, &holder(), Duration::ZERO)?;
    let mut world = read(files)?;
    let mut ids = Ids::Seeded(seed);
    let stamp = Stamp {
        op: OperationId::from_bits(seed),
        turn: world.book.next_turn(world.now),
        actor: None,
        now: world.now,
    };
    let terms = Terms {
        submits: true,
        ..Terms::default()
    };
    let reviewer = Reviewer {
        rulebook: &RULEBOOK,
        privacy: Privacy::Masked,
    };
    let decided = decide(&mut world, &stamp, &mut ids, wishes, &terms, &reviewer);
    for chunk in decided.chunks(2) {
        write_rows(&lock, &mut world, chunk, wishes)?;
    }
    Ok(decided
        .into_iter()
        .map(|decided| (wishes[decided.row].reference.clone(), decided.outcome))
        .collect())
}

/// What a store says of each ref: how many orders, of which kind, where they stand, what they wait for.
fn said(files: &dyn Files) -> BTreeMap<String, Vec<String>> {
    let world = read(files).unwrap();
    let mut said: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for order in world.book.orders.values() {
        let after = order.after.as_ref().map(|id| {
            let forerunner = world
                .book
                .orders
                .get(id)
                .expect("the order that is waited for is there");
            forerunner.reference.clone().unwrap()
        });
        let status = order.standing().status;
        let target = order.target.services.iter().map(|s| s.number.to_string());
        let target: Vec<String> = target.collect();
        let words = format!(
            "{} {status} {target:?} {after:?} {}",
            order.kind,
            order.history.len()
        );
        said.entry(order.reference.clone().unwrap())
            .or_default()
            .push(words);
    }
    said
}

const BATCH: &str = "ref,kind,target,after,set\n\
    late,cancel-site,s1.d1.example.net,ref:early,\n\
    early,change,s1.d1.example.net,,name=示例书店\n\
    two,cancel-site,s1.d2.example.net,,\n\
    held,cancel-site,s2.d2.example.net,,\n\
    none,cancel-site,s9.d9.example.net,,\n\
    three,cancel-site,s1.d3.example.net,,\n";

#[test]
fn a_batch_that_was_killed_anywhere_is_finished_by_the_next_run() {
    let (start, wishes) = (start(), wishes(BATCH));
    let whole = Memory::from(&start);
    apply(&whole, &wishes, 1).unwrap();
    let (expected, ops) = (said(&whole), whole.ops());
    assert_eq!(expected.len(), 5);
    let mut seen = HashSet::new();
    for stop in 0..=ops.len() {
        for left in crashes(&start, &ops[..stop]) {
            if !seen.insert(left.visible()) {
                continue;
            }
            let files = Memory::from(&left);
            // Other ids are drawn in the second run: nothing but the ref tells what is done.
            let outcomes = apply(&files, &wishes, 1000).unwrap();
            assert_eq!(said(&files), expected, "stopped after {stop}");
            assert!(files.tree().leftovers().is_empty(), "stopped after {stop}");
            let failed: Vec<&str> = outcomes
                .iter()
                .filter(|(_, outcome)| *outcome == Outcome::Failed)
                .map(|(key, _)| key.as_str())
                .collect();
            assert_eq!(failed, ["none"], "stopped after {stop}");
        }
    }
    assert!(seen.len() > 20, "{}", seen.len());
}

#[test]
fn a_batch_of_which_a_call_failed_is_finished_by_the_next_run() {
    let (start, wishes) = (start(), wishes(BATCH));
    let whole = Memory::from(&start);
    apply(&whole, &wishes, 1).unwrap();
    let expected = said(&whole);
    let mut intents = 0;
    for kind in [ErrorKind::StorageFull, ErrorKind::Other] {
        for k in 1.. {
            let files = Memory::from(&start);
            files.fail(k, kind);
            let answer = apply(&files, &wishes, 1);
            if files.failed().is_none() {
                break;
            }
            if files.failed() == Some((Action::Remove, "intent.json".to_owned())) {
                // What it stands for is done: the next chunk removes it, and nobody is troubled.
                intents += 1;
                assert_eq!(said(&files), expected, "call {k} failed");
            }
            if let Err(failure) = answer {
                let known = [Exit::Failure, Exit::Invalid];
                assert!(known.contains(&failure.exit), "{failure:?}");
            }
            let next = Memory::from(&files.tree());
            apply(&next, &wishes, 1000).unwrap();
            assert_eq!(said(&next), expected, "call {k} failed");
        }
    }
    assert!(intents >= 2, "{intents}");
}

/// Rows of a few refs, targets and kinds, so that they meet; each may wait for an earlier one.
fn rows() -> impl Strategy<Value = Vec<String>> {
    let row = (
        0..8_u8,
        1..=3_u8,
        1..=2_u8,
        0..4_u8,
        proptest::option::of(0..8_u8),
    );
    proptest::collection::vec(row, 1..12).prop_map(|rows| {
        let mut earlier: Vec<u8> = Vec::new();
        rows.into_iter()
            .map(|(key, subject, site, kind, after)| {
                let target = format!("s{site}.d{subject}.example.net");
                let after = after
                    .filter(|after| *after != key && earlier.contains(after))
                    .map_or_else(String::new, |after| format!("ref:r{after}"));
                earlier.push(key);
                let rest = match kind {
                    0 => format!("cancel-site,{target},,,"),
                    1 => format!("change,{target},,name=示例书店,"),
                    2 => format!("access,{target},huawei,,"),
                    _ => format!("cancel-subject,{target},,,粤ICP备202100000{subject}号"),
                };
                format!("r{key},{rest},{after}\n")
            })
            .collect()
    })
}

/// Whether a part of the rows begins each ref as the whole does: a row is held against the first of
/// its ref in its own file.
fn begins_alike(rows: &[String], cut: usize) -> bool {
    let first = |of: &[String], row: &String| -> Option<String> {
        let key = row.split(',').next();
        of.iter().find(|row| row.split(',').next() == key).cloned()
    };
    let part = &rows[cut..];
    part.iter().all(|row| first(part, row) == first(rows, row))
}

fn batch(rows: &[String]) -> Vec<Wish> {
    let rows: String = rows.concat();
    wishes(&format!(
        "ref,kind,target,provider,set,confirm,after\n{rows}"
    ))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn applying_twice_is_applying_once(rows in rows()) {
        let files = Memory::from(&start());
        let wishes = batch(&rows);
        apply(&files, &wishes, 1).unwrap();
        let (once, flushes) = (said(&files), files.flushes());
        let again = apply(&files, &wishes, 1000).unwrap();
        prop_assert_eq!(said(&files), once);
        prop_assert_eq!(files.flushes(), flushes);
        prop_assert!(again.iter().all(|(_, outcome)| *outcome != Outcome::Ok));
    }

    #[test]
    fn two_halves_are_the_whole(rows in rows(), cut in 0..12_usize) {
        let (whole, halves) = (Memory::from(&start()), Memory::from(&start()));
        let all = apply(&whole, &batch(&rows), 1).unwrap();
        let cut = (0..=cut.min(rows.len())).rev().find(|cut| begins_alike(&rows, *cut));
        let cut = cut.unwrap_or_default();
        let mut parts = Vec::new();
        for (place, part) in [&rows[..cut], &rows[cut..]].into_iter().enumerate() {
            if !part.is_empty() {
                let seed = 1000 * (place as u64 + 1);
                parts.extend(apply(&halves, &batch(part), seed).unwrap());
            }
        }
        prop_assert_eq!(said(&whole), said(&halves));
        prop_assert_eq!(all, parts);
    }
}
