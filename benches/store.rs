//! How long the parts of the store take: `cargo bench --bench store`.
//!
//! Reading and writing one record; a look at all records of which nothing changed, and at what bears
//! on one order; changes made durable one by one and as a group.
#![allow(clippy::unwrap_used, reason = "a benchmark may panic")]

use divan::counter::ItemsCount;
use divan::{Bencher, black_box};
use icpctl::clock::machine_time;
use icpctl::filing::order::{Order, OrderId};
use icpctl::store::book::order_path;
use icpctl::store::near::{Wanted, look};
use icpctl::store::roll::{Roll, Slip};
use icpctl::store::{Change, Disk, Files as _, Holder, StoreLock, order_file};
use std::fs;
use std::time::Duration;
use tempfile::TempDir;

const PATH: &str = "orders/bq/bqybv2ck.toml";
const ORDER: &str = include_str!("../tests/data/store-1/orders/bq/bqybv2ck.toml");

fn main() {
    divan::main();
}

fn order() -> Order {
    order_file::from_toml(PATH, ORDER.as_bytes()).unwrap()
}

#[divan::bench]
fn read_an_order() -> Order {
    order_file::from_toml(PATH, black_box(ORDER.as_bytes())).unwrap()
}

#[divan::bench]
fn write_an_order(bencher: Bencher<'_, '_>) {
    let order = order();
    bencher.bench_local(|| order_file::to_toml(black_box(&order)).unwrap());
}

/// What a list needs of an order that was read.
#[divan::bench]
fn draw_a_slip(bencher: Bencher<'_, '_>) {
    let order = order();
    bencher.bench_local(|| Slip::of(black_box(&order)).tokens.iter().count());
}

/// A store of so many orders, each of its own subject, and a folder for what is kept of it.
struct Store {
    home: TempDir,
    cache: TempDir,
    disk: Disk,
    first: OrderId,
}

impl Store {
    fn new(count: u64) -> Self {
        let home = tempfile::tempdir().unwrap();
        let disk = Disk::open(home.path()).unwrap();
        let own = order().target.subject.unwrap().to_string();
        let mut ids = (0..count).map(id);
        for (place, id) in ids.clone().enumerate() {
            let path = disk.full_path(&order_path(&id));
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            let subject = format!("粤ICP备{:08}号", 20_200_000 + place);
            let text = ORDER
                .replace("bqybv2ck", id.as_str())
                .replace(&own, &subject)
                .replace("toys.example.com", &format!("toys{place}.example.com"))
                .replace("100000000007", &format!("1{place:011}"))
                .replace("13800000017", &format!("199{place:08}"))
                .replace("\"pending\"", &format!("\"row-{place}\""));
            fs::write(path, text).unwrap();
        }
        let store = Self {
            home,
            cache: tempfile::tempdir().unwrap(),
            disk,
            first: ids.next().unwrap(),
        };
        store.look_at_all();
        store.look_at_one();
        store
    }

    fn roll(&self) -> Roll<'_> {
        // As if nothing had been written for a minute: what is new is not kept.
        let now = machine_time() + 60_000_000_000;
        Roll::open(&self.disk, self.home.path(), Some(self.cache.path()), now).unwrap()
    }

    fn look_at_all(&self) -> usize {
        let mut roll = self.roll();
        let seen = roll.walk(|seen: &mut usize, _, _| *seen += 1).unwrap();
        roll.keep(&|name, _| name.into());
        seen.into_iter().sum()
    }

    fn look_at_one(&self) -> usize {
        let mut wanted = Wanted::default();
        wanted.word(self.first.as_str());
        let near = look(&self.disk, &mut self.roll(), &wanted, 100).unwrap();
        near.book.orders.len()
    }
}

fn id(place: u64) -> OrderId {
    OrderId::from_bits(place.wrapping_mul(0x9e37_79b9_7f4a_7c15))
}

/// Each file proved unchanged.
#[divan::bench(args = [1_000, 10_000], sample_count = 20)]
fn look_at_all(bencher: Bencher<'_, '_>, count: u64) {
    let store = Store::new(count);
    let bencher = bencher.counter(ItemsCount::new(count));
    bencher.bench_local(|| store.look_at_all());
}

/// Only each folder.
#[divan::bench(args = [1_000, 10_000], sample_count = 20)]
fn look_at_one(bencher: Bencher<'_, '_>, count: u64) {
    let store = Store::new(count);
    bencher.bench_local(|| store.look_at_one());
}

/// So many records made durable by as many commits.
#[divan::bench(args = [1, 100], sample_count = 10)]
fn commit_each(bencher: Bencher<'_, '_>, count: u64) {
    commit(bencher, count, |lock, changes| {
        for change in changes.chunks(1) {
            lock.commit(change).unwrap();
        }
    });
}

/// So many made durable by one.
#[divan::bench(args = [1, 100, 1_000], sample_count = 10)]
fn commit_together(bencher: Bencher<'_, '_>, count: u64) {
    commit(bencher, count, |lock, changes| {
        lock.commit(changes).unwrap();
    });
}

fn commit(bencher: Bencher<'_, '_>, count: u64, write: impl Fn(&StoreLock<'_>, &[Change])) {
    let home = tempfile::tempdir().unwrap();
    let disk = Disk::open(home.path()).unwrap();
    let since = order().history[0].at;
    let holder = Holder::this_process("operator", since);
    let lock = StoreLock::acquire(&disk, &holder, Duration::ZERO).unwrap();
    let mut next = 0;
    bencher
        .counter(ItemsCount::new(count))
        .with_inputs(|| {
            next += count;
            let changes = (next - count..next).map(|place| Change::Create {
                path: order_path(&id(place)),
                bytes: ORDER.as_bytes().to_vec(),
            });
            changes.collect::<Vec<_>>()
        })
        .bench_local_refs(|changes| write(&lock, changes));
}
