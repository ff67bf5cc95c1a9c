//! Dossiers: any bytes are read, and what can be read is judged by every rule.
#![no_main]

use icpctl::filing::calendar::Calendar;
use icpctl::filing::instant::Instant;
use icpctl::filing::profile::Profiles;
use icpctl::ids::Ids;
use icpctl::intake::{Source, inspect_dossier};
use icpctl::knowledge::rules;
use icpctl::render::mask::Privacy;
use icpctl::rulebook::Rulebook;
use icpctl::store::book::Book;
use icpctl::workflow::check::{Bench, wish};
use icpctl::workflow::world::World;
use libfuzzer_sys::fuzz_target;
use std::sync::LazyLock;

static RULEBOOK: LazyLock<Rulebook> =
    LazyLock::new(|| Rulebook::new(rules(), Calendar::embedded().clone()));

fuzz_target!(|bytes: &[u8]| {
    let now: Instant = "2026-11-22T10:00:00+08:00".parse().unwrap();
    let source = Source {
        name: "dossier.toml",
        bytes,
    };
    let Ok(inspected) = inspect_dossier(&source, now.day()) else {
        return;
    };
    let calendar = Calendar::embedded().clone();
    let world = World::new(Book::default(), Profiles::built_in(), calendar, now);
    let bench = Bench::new(&world, &RULEBOOK, Privacy::Masked);
    let judgement = bench.asked(&world, wish(&inspected.dossier), &[], &mut Ids::Seeded(1));
    assert!(judgement.faults.is_empty(), "{:?}", judgement.faults);
    for finding in &judgement.findings {
        let _ = inspected.places.nearest(&finding.path);
    }
});
