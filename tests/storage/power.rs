//! What a crash after some calls could leave: a kill loses nothing, a power cut what was not flushed.

use std::collections::{BTreeMap, BTreeSet};

/// One call that changed something.
#[derive(Clone, Debug)]
pub(crate) enum Op {
    MakeFolder(String),
    Create(String, usize),
    Write(usize, Vec<u8>),
    SyncFile(usize),
    Rename(String, String),
    Remove(String),
    SyncFolder(String),
    SyncAll,
    Note(String, String),
    /// The writer said that it was done.
    Acknowledged,
}

/// Folders, content of files, notes in lock files.
pub(crate) type Visible = (
    BTreeSet<String>,
    BTreeMap<String, Vec<u8>>,
    BTreeMap<String, String>,
);

/// A file tree: what a running system sees, or what a crash left.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tree {
    pub(super) folders: BTreeSet<String>,
    pub(super) files: BTreeMap<String, usize>,
    pub(super) data: Vec<Vec<u8>>,
    pub(super) notes: BTreeMap<String, String>,
}

impl Tree {
    /// The records: every file that is not hidden.
    pub(crate) fn records(&self) -> BTreeMap<String, Vec<u8>> {
        self.files
            .iter()
            .filter(|(path, _)| !hidden(path))
            .map(|(path, inode)| (path.clone(), self.data[*inode].clone()))
            .collect()
    }

    /// All that a later writer can tell apart.
    pub(crate) fn visible(&self) -> Visible {
        let content = |(path, inode): (&String, &usize)| (path.clone(), self.data[*inode].clone());
        (
            self.folders.clone(),
            self.files.iter().map(content).collect(),
            self.notes.clone(),
        )
    }

    pub(crate) fn leftovers(&self) -> Vec<&String> {
        self.files.keys().filter(|path| hidden(path)).collect()
    }

    /// The same tree, where a file is gone.
    pub(crate) fn without(mut self, path: &str) -> Self {
        self.files.remove(path);
        self
    }

    /// The same tree, with a file.
    pub(crate) fn with(mut self, path: &str, bytes: &[u8]) -> Self {
        self.files.insert(path.to_owned(), self.data.len());
        self.data.push(bytes.to_vec());
        self
    }

    /// The same tree, with a text in a lock file.
    pub(crate) fn with_note(mut self, path: &str, note: &str) -> Self {
        self.notes.insert(path.to_owned(), note.to_owned());
        self
    }

    /// What the lock files say.
    pub(crate) fn notes(&self) -> impl Iterator<Item = &String> {
        self.notes.values()
    }

    pub(super) fn name(&mut self, op: &Op) {
        match op {
            Op::MakeFolder(path) => {
                self.folders.insert(path.clone());
            }
            Op::Create(path, inode) => {
                self.files.insert(path.clone(), *inode);
            }
            Op::Rename(from, to) => {
                if let Some(inode) = self.files.remove(from) {
                    self.files.insert(to.clone(), inode);
                }
            }
            Op::Remove(path) => {
                self.files.remove(path);
            }
            Op::Note(path, text) => {
                self.notes.insert(path.clone(), text.clone());
            }
            Op::Write(..)
            | Op::SyncFile(_)
            | Op::SyncFolder(_)
            | Op::SyncAll
            | Op::Acknowledged => {}
        }
    }

    /// Drops what stands in folders that are gone.
    fn prune(mut self) -> Self {
        loop {
            let (folders, files) = (self.folders.len(), self.files.len());
            let known = self.folders.clone();
            let there = |path: &String| {
                let above = above(path);
                above.is_empty() || known.contains(above)
            };
            self.folders.retain(|path| there(path));
            self.files.retain(|path, _| there(path));
            if (folders, files) == (self.folders.len(), self.files.len()) {
                return self;
            }
        }
    }
}

fn hidden(path: &str) -> bool {
    path == "intent.json"
        || path
            .rsplit('/')
            .next()
            .is_some_and(|name| name.starts_with('.'))
}

pub(super) fn above(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// What happens to content that was not flushed.
#[derive(Clone, Copy, Debug)]
enum Unflushed {
    Kept,
    Empty,
    Half,
}

/// Everything that a crash after `ops` could leave, having begun with `start`.
///
/// `kill` alone loses nothing; a power cut loses any choice of what was not flushed.
pub(crate) fn crashes(start: &Tree, ops: &[Op]) -> Vec<Tree> {
    let mut flushed = vec![false; ops.len()];
    let mut content: BTreeMap<usize, Vec<u8>> = BTreeMap::new();
    let mut safe: BTreeMap<usize, usize> = BTreeMap::new();
    for (at, op) in ops.iter().enumerate() {
        match op {
            Op::Write(inode, bytes) => content.entry(*inode).or_default().extend(bytes),
            Op::SyncFile(inode) => {
                safe.insert(*inode, content.get(inode).map_or(0, Vec::len));
            }
            Op::SyncFolder(folder) => {
                for earlier in 0..at {
                    let path = match &ops[earlier] {
                        Op::MakeFolder(path) | Op::Create(path, _) | Op::Remove(path) => path,
                        Op::Rename(_, to) => to,
                        _ => continue,
                    };
                    flushed[earlier] |= above(path) == folder;
                }
            }
            Op::SyncAll => {
                flushed[..at].fill(true);
                safe.extend(content.iter().map(|(inode, bytes)| (*inode, bytes.len())));
            }
            _ => {}
        }
    }
    let loose: Vec<usize> = (0..ops.len())
        .filter(|at| {
            !flushed[*at]
                && matches!(
                    ops[*at],
                    Op::MakeFolder(_) | Op::Create(..) | Op::Rename(..) | Op::Remove(_)
                )
        })
        .collect();
    let mut left = Vec::new();
    for lost in choices(&loose) {
        for unflushed in [Unflushed::Kept, Unflushed::Empty, Unflushed::Half] {
            let mut tree = start.clone();
            for (at, op) in ops.iter().enumerate() {
                if !lost.contains(&at) {
                    tree.name(op);
                } else if let (Op::Create(_, inode), Some(Op::Rename(_, to))) =
                    (op, ops.iter().skip(at).find(|later| renames(later, op)))
                {
                    // The creation's name is lost, a kept rename's is not.
                    let kept = ops
                        .iter()
                        .enumerate()
                        .any(|(at, later)| renames(later, op) && !lost.contains(&at));
                    if kept {
                        tree.files.insert(to.clone(), *inode);
                    }
                }
            }
            for (inode, bytes) in &content {
                let certain = safe.get(inode).copied().unwrap_or(0);
                let length = match unflushed {
                    Unflushed::Kept => bytes.len(),
                    Unflushed::Empty => certain,
                    Unflushed::Half => certain.midpoint(bytes.len()),
                };
                if tree.data.len() <= *inode {
                    tree.data.resize(*inode + 1, Vec::new());
                }
                tree.data[*inode] = bytes[..length].to_vec();
            }
            let most = tree.files.values().max().map_or(0, |inode| inode + 1);
            if tree.data.len() < most {
                tree.data.resize(most, Vec::new());
            }
            left.push(tree.prune());
        }
    }
    left
}

fn renames(later: &Op, create: &Op) -> bool {
    match (later, create) {
        (Op::Rename(from, _), Op::Create(path, _)) => from == path,
        _ => false,
    }
}

/// Which of the loose changes are lost: every choice of a few, telling ones of many.
fn choices(loose: &[usize]) -> Vec<BTreeSet<usize>> {
    if loose.len() <= 7 {
        return (0..1_usize << loose.len())
            .map(|bits| {
                loose
                    .iter()
                    .enumerate()
                    .filter(|(bit, _)| bits >> bit & 1 == 1)
                    .map(|(_, at)| *at)
                    .collect()
            })
            .collect();
    }
    let all: BTreeSet<usize> = loose.iter().copied().collect();
    let mut chosen = vec![BTreeSet::new(), all.clone()];
    for at in loose.iter().step_by(loose.len().div_ceil(16)) {
        chosen.push(BTreeSet::from([*at]));
        chosen.push(all.iter().copied().filter(|other| other != at).collect());
        chosen.push(all.iter().copied().filter(|other| other < at).collect());
        chosen.push(all.iter().copied().filter(|other| other > at).collect());
    }
    chosen
}
