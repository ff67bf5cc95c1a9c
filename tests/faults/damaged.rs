//! A record cut off or flipped at every byte: it is named, it is not dropped, it is not written over.

use crate::scenarios::{MONDAY, Scene};
use icpctl::store::Disk;
use icpctl::store::book::Book;
use std::fs;
use std::path::{Path, PathBuf};

/// The one file of an order or subject, and its path in the store.
fn file(store: &Path, below: &str) -> PathBuf {
    let mut folders = vec![store.join(below)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                return path;
            }
        }
    }
    panic!("nothing in {below}")
}

/// Whether the record is there or told as damaged.
fn is_accounted_for(disk: &Disk, path: &Path, store: &Path) -> bool {
    let book = Book::read(disk).unwrap();
    let name = path.strip_prefix(store).unwrap().display().to_string();
    let id = path.file_stem().unwrap().to_str().unwrap();
    let order = book.orders.keys().any(|key| key.to_string() == id);
    let subject = book.subjects.len() == 1;
    let read = if name.starts_with("orders") {
        order
    } else {
        subject
    };
    read != book.damaged.contains_key(&name)
}

#[test]
fn a_record_damaged_at_any_byte_is_still_accounted_for() {
    let scene = Scene::at("tencent");
    let id = scene.draft(MONDAY, "cancel-site example.cn --label customer=example");
    scene.submit(MONDAY, &id);
    let store = scene.user.home().join(".icpctl");
    let disk = Disk::open(&store).unwrap();
    for below in ["orders", "subjects"] {
        let path = file(&store, below);
        let whole = fs::read(&path).unwrap();
        assert!(is_accounted_for(&disk, &path, &store));
        for at in 0..whole.len() {
            fs::write(&path, &whole[..at]).unwrap();
            assert!(is_accounted_for(&disk, &path, &store), "cut at {at}");
            // One bit, another one at each byte; then a byte that no text holds.
            for flip in [1 << (at % 8), 0xff] {
                let mut bytes = whole.clone();
                bytes[at] ^= flip;
                fs::write(&path, bytes).unwrap();
                assert!(is_accounted_for(&disk, &path, &store), "flipped at {at}");
            }
        }
        fs::write(&path, &whole).unwrap();
        assert!(is_accounted_for(&disk, &path, &store));
    }
}

#[test]
fn a_damaged_record_is_named_and_never_rewritten() {
    let scene = Scene::at("tencent");
    let id = scene.draft(MONDAY, "cancel-site example.cn");
    let other = scene.draft(MONDAY, "cancel-site example.com");
    let store = scene.user.home().join(".icpctl");
    let path = file(&store, &format!("orders/{}", &id[..2]));
    let whole = fs::read(&path).unwrap();
    let name = format!("{id}.toml");
    for cut in [0, 1, whole.len() / 3, whole.len() / 2, whole.len() - 2] {
        fs::write(&path, &whole[..cut]).unwrap();
        let doctor = scene.run(MONDAY, "doctor --json");
        assert_ne!(doctor.code, 0, "cut at {cut}");
        assert!(doctor.stdout.contains(&name), "{doctor:?}");
        let list = scene.document(MONDAY, "list --all", 0);
        assert!(list["warnings"].to_string().contains(&name), "{list:#}");
        for (line, exit) in [
            (format!("note {id} x"), 3),
            (format!("submit {id} --yes"), 3),
            (format!("erase {id} --yes"), 3),
            ("doctor --fix".to_owned(), 3),
            (format!("note {other} cut-{cut}"), 0),
        ] {
            let _ = scene.run(MONDAY, &line).exits(exit);
            assert_eq!(fs::read(&path).unwrap(), &whole[..cut], "{line}");
        }
    }
    fs::write(&path, &whole).unwrap();
    scene.ok(MONDAY, "doctor");
}
