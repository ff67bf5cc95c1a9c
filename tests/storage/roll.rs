//! The roll: a list that uses it says what a list without it says, whatever was done to the files.

use icpctl::filing::order::{ID_LENGTH, OrderId};
use icpctl::store::book::order_path;
use icpctl::store::roll::Roll;
use icpctl::store::{Disk, Files as _, StorePath};
use proptest::prelude::*;
use std::fs::{self, File};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// Enough orders for the roll to be kept.
const ORDERS: u64 = 48;

/// How many of them are edited: few enough that one is edited again and again.
const EDITED: u64 = 6;

/// After so many, the next order is in the folder of the first again.
const SHARDS: u64 = 1024;

/// The subject of all of them.
const SUBJECT: &str = "subjects/sh-icp-2021000007.toml";

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
        let subject = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/store-1");
        fs::copy(subject.join(SUBJECT), folder.join(SUBJECT)).unwrap();
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

    /// Keeps a new roll of the store as it is, as if it had been so for a second.
    fn keep(&self) {
        let kept = self.tick();
        let cache = self.cache();
        let _ = fs::remove_dir_all(&cache);
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

fn set_modified_folder(path: &Path, like: &fs::Metadata) {
    File::open(path)
        .and_then(|folder| folder.set_modified(like.modified().unwrap()))
        .unwrap();
}

/// Copies a file with its dates, as `cp -p` does.
fn copy_with_dates(from: &Path, to: &Path) {
    let dates = fs::metadata(from).unwrap();
    fs::copy(from, to).unwrap();
    set_modified(to, &dates);
}

/// How many things [`edit`] can do.
const EDITS: u8 = 13;

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
        7 => {
            store.write(place, &text.repeat(2));
            let file = File::options().write(true).open(&path).unwrap();
            file.set_len(before.len()).unwrap();
        }
        // Two files that change names: each holds the other order now.
        8 => {
            let other = store.path((place + 1) % ORDERS);
            if other.exists() {
                let aside = path.with_extension("aside");
                fs::rename(&path, &aside).unwrap();
                fs::rename(&other, &path).unwrap();
                fs::rename(&aside, &other).unwrap();
            }
        }
        // A folder that is replaced by a copy of it with all dates.
        9 => {
            let folder = path.parent().unwrap();
            let aside = folder.with_extension("aside");
            fs::rename(folder, &aside).unwrap();
            fs::create_dir(folder).unwrap();
            for entry in fs::read_dir(&aside).unwrap() {
                let entry = entry.unwrap();
                copy_with_dates(&entry.path(), &folder.join(entry.file_name()));
            }
            set_modified_folder(folder, &fs::metadata(&aside).unwrap());
            fs::remove_dir_all(&aside).unwrap();
        }
        // An earlier version from a backup, with its dates.
        10 => {
            let backup = store.home.path().join("backup");
            if backup.exists() {
                copy_with_dates(&backup, &path);
            } else {
                copy_with_dates(&path, &backup);
            }
        }
        // The subject's label, in a file of the same size and date.
        11 => {
            let subject = store.home.path().join("store").join(SUBJECT);
            let dates = fs::metadata(&subject).unwrap();
            let label = text.len() * usize::from(text.as_bytes()[0]);
            let label = ["甲", "乙", "丙"][label % 3];
            let written = fs::read_to_string(&subject).unwrap();
            let (start, rest) = written.split_once("customer = \"").unwrap();
            let (_, rest) = rest.split_once('"').unwrap();
            fs::write(&subject, format!("{start}customer = \"{label}\"{rest}")).unwrap();
            set_modified(&subject, &dates);
        }
        // What is no order at all beside one.
        _ => fs::write(path.with_file_name(text), "no order").unwrap(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(10))]

    /// For any edits, a look with the roll tells what a look without it tells; whether the files have
    /// been at rest before the next edit, and are kept as they are, or not.
    #[test]
    fn a_look_with_the_roll_is_a_look_without_it(
        edits in prop::collection::vec((0..EDITS, 0..EDITED, "[a-z]{7}", any::<bool>()), 1..14),
    ) {
        let store = Store::new();
        store.keep();
        let cache = store.cache();
        for (kind, place, text, rests) in &edits {
            if *rests {
                store.keep();
            }
            edit(&store, *kind, *place, text);
            let now = store.tick();
            prop_assert_eq!(store.look(Some(&cache), now), store.look(None, now));
        }
    }
}

/// Writing the roll anew keeps what has not changed beside what has.
#[test]
fn what_still_stands_is_kept_beside_what_is_new() {
    let store = Store::new();
    store.keep();
    // Each of these is in the folder of one that stands, before it or after it.
    let new = SHARDS..SHARDS + ORDERS;
    for place in new.clone() {
        store.write(place, "pending");
    }
    fs::remove_file(store.path(0)).unwrap();
    let cache = store.cache();
    let _ = store.look(Some(&cache), store.tick() + 1_000_000_000);
    let roll = fs::read_dir(&cache).unwrap().next().unwrap().unwrap();
    let bytes = fs::read(roll.path()).unwrap();
    assert_eq!(store.path(1).parent(), store.path(SHARDS + 1).parent());
    for place in (1..ORDERS).chain(new) {
        let path = store.path(place);
        let name = path.file_name().unwrap().as_encoded_bytes();
        let is_kept = bytes.windows(name.len()).any(|part| part == name);
        assert!(is_kept, "{}", path.display());
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

/// What a subject's record and the approval of its first filing both say is so: nothing is read again
/// for it, however many such subjects there are.
#[test]
fn what_a_record_and_an_approval_agree_on_needs_no_other_look() {
    let store = Store::new();
    let subject = store.home.path().join("store").join(SUBJECT);
    let record = fs::read_to_string(&subject).unwrap();
    fs::write(&subject, record.replace("\"enterprise\"", "\"individual\"")).unwrap();
    let path = store.path(ORDERS);
    let id = path.file_stem().unwrap().to_str().unwrap();
    let entry = "at = \"2026-03-01T09:00:00+08:00\"\nrecorded_at = \"2026-03-01T09:00:00+08:00\"\nby = \"operator\"\nop = \"qe34kchw\"\n";
    let stored = [
        "created_at",
        "submitted_at",
        "since",
        "touched_at",
        "ended_at",
    ]
    .map(|key| format!("{key} = \"2026-03-01T09:00:00+08:00\"\n"))
    .concat();
    let approved = format!(
        "schema = 1\nid = \"{id}\"\nkind = \"new\"\nstatus = \"approved\"\nvia = \"provider\"\nprovider = \"tencent\"\ngiven = \"\"\n{stored}\
         [target]\n[filing.subject]\nname = \"张三\"\nnature = \"individual\"\n[[filing.services]]\nkind = \"site\"\n\
         [[history]]\nevent = \"create\"\nto = \"draft\"\n{entry}\
         [[history]]\nevent = \"submit\"\nfrom = \"draft\"\nto = \"provider-review\"\n{entry}\
         [[history]]\nevent = \"bureau-approved\"\nfrom = \"provider-review\"\nto = \"approved\"\n{entry}\
         [history.approval]\nsequence = 2\nsubject = \"沪ICP备2021000007号\"\nservices = [\"沪ICP备2021000007号-2\"]\n"
    );
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(&path, approved).unwrap();
    let mut roll = Roll::open(
        &store.disk,
        &store.disk.full_path(&StorePath::ROOT),
        None,
        0,
    )
    .unwrap();
    let seen = roll.walk(|seen: &mut usize, slip, _| {
        if slip.id == id {
            assert_eq!(slip.approved_for.as_deref(), Some("沪ICP备2021000007号"));
            fs::remove_file(&subject).unwrap();
            fs::remove_file(&path).unwrap();
            *seen += 1;
        }
    });
    let damaged: Vec<_> = roll.damaged().collect();
    assert!(damaged.is_empty(), "{damaged:?}");
    assert_eq!(seen.unwrap().into_iter().sum::<usize>(), 1);
    assert!(roll.subjects().has_individual("沪ICP备2021000007号"));
}
