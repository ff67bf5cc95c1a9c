//! How long the rulebook takes: `cargo bench --bench check`.
//!
//! One dossier must take less than 5 ms of CPU, and many must take as much each.
#![allow(clippy::unwrap_used, reason = "a benchmark may panic")]

use divan::counter::ItemsCount;
use divan::{Bencher, black_box};
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

const DOSSIER: &str = include_str!("../examples/dossiers/new.toml");

fn main() {
    divan::main();
}

fn world() -> World {
    let now: Instant = "2026-11-22T10:00:00+08:00".parse().unwrap();
    let profiles = Profiles::built_in();
    World::new(Book::default(), profiles, Calendar::embedded().clone(), now)
}

/// The first dossier of a run: rules are read and their expressions with them.
#[divan::bench(sample_count = 50)]
fn first_dossier(bencher: Bencher<'_, '_>) {
    let world = world();
    bencher.bench_local(|| {
        let rulebook = Rulebook::new(rules(), Calendar::embedded().clone());
        judge(&world, &rulebook, 1)
    });
}

/// Dossiers one after the other, read and judged.
#[divan::bench(args = [1, 100, 1_000, 10_000], sample_count = 5)]
fn dossiers(bencher: Bencher<'_, '_>, count: usize) {
    let world = world();
    let rulebook = Rulebook::new(rules(), Calendar::embedded().clone());
    judge(&world, &rulebook, 1);
    bencher
        .counter(ItemsCount::new(count))
        .bench_local(|| judge(&world, &rulebook, black_box(count)));
}

fn judge(world: &World, rulebook: &Rulebook, count: usize) -> usize {
    let bench = Bench::new(world, rulebook, Privacy::Masked);
    let mut ids = Ids::Seeded(1);
    let mut found = 0;
    for _ in 0..count {
        let source = Source {
            name: "new.toml",
            bytes: DOSSIER.as_bytes(),
        };
        let inspected = inspect_dossier(&source, world.now.day()).unwrap();
        let judgement = bench.asked(world, wish(&inspected.dossier), &[], &mut ids);
        assert!(judgement.faults.is_empty());
        found += judgement.findings.len();
    }
    found
}
