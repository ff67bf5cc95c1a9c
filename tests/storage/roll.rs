//! The roll: a list that uses it says what a list without it says, whatever was done to the files.

use icpctl::filing::order::{ID_LENGTH, OrderId};
use icpctl::store::book::order_path;
use icpctl::store::roll::Roll;
use icpctl::store::{Disk, Files, StorePath};
use proptest::prelude::*;
use std::fs::{self, File};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// Enough orders for the roll to be kept.
const ORDERS: u64 = 48;

fn sample() -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/store-1/orders");
    let path = folder.join("bq/bqybv2ck.toml");
    fs::read_to_string(path).unwrap()
}

struct Store {
    home: TempDir,
    disk: Disk,
}

impl Store {
    fn new() -> Self {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("store");
        fs::create_dir_all(folder.join("subjects")).unwrap();
        let subject = "tests/data/store-1/subjects/sh-icp-2021000007.toml";
        let subject = Path::new(env!("CARGO_MANIFEST_DIR")).join(subject);
        fs::copy(subject, folder.join("subjects/sh-icp-2021000007.toml")).unwrap();
        let disk = Disk::open(&folder).unwrap();
        let store = Self { home, disk };
        for place in 0..ORDERS {
            store.write(place, "pending");
        }
        store
    }

    fn path(&self, place: u64) -> PathBuf {
        // Spread over the shards.
        let id = OrderId::from_bits(place.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        self.disk.full_path(&order_path(&id))
    }

    /// Writes an order in place; texts of one length give files of one size.
    fn write(&self, place: u64, reference: &str) {
        let path = self.path(place);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        let id = path.file_stem().unwrap().to_str().unwrap().to_owned();
        assert_eq!(id.len(), ID_LENGTH);
        let text = sample()
            .replace("bqybv2ck", &id)
            .replace("ref = \"pending\"", &format!("ref = \"{reference}\""));
        fs::write(path, text).unwrap();
    }

    fn cache(&self) -> PathBuf {
        self.home.path().join("cache")
    }

    /// The machine's time of a file just written, in nanoseconds.
    fn tick(&self) -> i128 {
        let path = StorePath::parse("tick").unwrap();
        fs::write(self.disk.full_path(&path), "x").unwrap();
        self.disk.stat(&path).unwrap().changed
    }

    fn look(&self, cache: Option<&Path>, now: i128) -> Vec<String> {
        let folder = self.home.path().join("store");
        let mut roll = Roll::open(&self.disk, &folder, cache, now).unwrap();
        let seen = roll
            .walk(|seen: &mut Vec<_>, slip, subjects| {
                let number = slip.subject.as_deref().unwrap_or_default();
                let label = subjects.label(number, "customer");
                seen.push((format!("{slip:?} {label:?}"), number.to_owned()));
            })
            .unwrap();
        roll.keep(&|name, is_individual| {
            let shown = if is_individual { "*" } else { name };
            shown.into()
        });
        let damaged = roll.damaged().map(|(path, _)| path.clone());
        let told = seen.into_iter().flatten().map(|(told, number)| {
            let is_individual = roll.subjects().has_individual(&number);
            format!("{told} {is_individual}")
        });
        let mut told: Vec<String> = told.chain(damaged).collect();
        told.sort();
        told
    }

    /// Keeps a roll of the store as it is, as if it had been so for a second.
    fn keep(&self) {
        let kept = self.tick();
        let cache = self.cache();
        let _ = self.look(Some(&cache), kept + 1_000_000_000);
        assert_eq!(fs::read_dir(&cache).unwrap().count(), 1);
        // What is done from here on has another time, however coarse the file system's clock.
        while self.tick() <= kept {}
    }
}

fn set_modified(path: &Path, like: &fs::Metadata) {
    let file = File::options().write(true).open(path).unwrap();
    file.set_modified(like.modified().unwrap()).unwrap();
}

/// Does one thing to the store's files that a person could do.
fn edit(store: &Store, kind: u8, place: u64, text: &str) {
    let path = store.path(place);
    let Ok(before) = fs::metadata(&path) else {
        store.write(place, text);
        return;
    };
    match kind {
        // In place, of the same size.
        0 => store.write(place, text),
        // The same, and dated back.
        1 => {
            store.write(place, text);
            set_modified(&path, &before);
        }
        // A new file in its place, dated like the old one.
        2 => {
            let other = path.with_extension("new");
            store.write(place, text);
            fs::rename(&path, &other).unwrap();
            set_modified(&other, &before);
            fs::rename(&other, &path).unwrap();
        }
        3 => fs::remove_file(&path).unwrap(),
        4 => store.write(place + ORDERS, text),
        // Another order's content under this one's name, as `cp -p` would: it is damaged.
        5 => {
            let other = store.path((place + 1) % ORDERS);
            if other.exists() {
                fs::copy(&other, &path).unwrap();
                set_modified(&path, &before);
            }
        }
        6 => fs::write(&path, "no order").unwrap(),
        // Longer, and cut to the size it had.
        _ => {
            store.write(place, &text.repeat(2));
            let file = File::options().write(true).open(&path).unwrap();
            file.set_len(before.len()).unwrap();
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    /// R9: for any edits, a look with the roll tells what a look without it tells.
    #[test]
    fn a_look_with_the_roll_is_a_look_without_it(
        edits in prop::collection::vec((0..8_u8, 0..ORDERS, "[a-z]{7}"), 1..12),
    ) {
        let store = Store::new();
        store.keep();
        let cache = store.cache();
        for (kind, place, text) in &edits {
            edit(&store, *kind, *place, text);
            let now = store.tick();
            prop_assert_eq!(store.look(Some(&cache), now), store.look(None, now));
        }
    }
}

/// A file that was written in the moment of the look is not kept: it could change and keep its stamp.
#[test]
fn a_file_of_the_same_moment_is_not_kept() {
    let store = Store::new();
    let written = fs::metadata(store.path(0)).unwrap();
    let now = i128::from(written.ctime()) * 1_000_000_000 + i128::from(written.ctime_nsec());
    let cache = store.cache();
    let _ = store.look(Some(&cache), now);
    let holds = |name: &str| {
        let roll = fs::read_dir(&cache).unwrap().next().unwrap().unwrap();
        let bytes = fs::read(roll.path()).unwrap();
        bytes
            .windows(name.len())
            .any(|part| part == name.as_bytes())
    };
    let name = store
        .path(0)
        .file_name()
        .unwrap()
        .to_str()
        .unwrap()
        .to_owned();
    assert!(!holds(&name), "no order is in it");
    let _ = store.look(Some(&cache), now + 1_000_000_000);
    assert!(holds(&name), "it is, a second later");
}
