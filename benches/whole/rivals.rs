//! The same orders kept by git, and as many tasks kept by taskwarrior.

use super::{Subject, count, files, pair, time, words};
use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};

/// How many tasks stand beside one change.
const TASKS: usize = 10_000;

/// Lists of everything.
pub(crate) fn lists(large: &Subject<'_>) {
    let list = large.run("list --all");
    if let Some(git) = Git::of(large.store) {
        pair("list --all", "git status", 5, |_| {
            (list.clone(), git.run("git status --porcelain"))
        });
    }
    let tasks = Tasks::new(count(large.store));
    pair("list --all", "task list of a third", 3, |_| {
        (list.clone(), tasks.run("list"))
    });
}

/// One change in one process, of the live orders from `next` on.
pub(crate) fn changes(small: &Subject<'_>, large: &Subject<'_>, mut next: usize) {
    let each = 10.min(small.live.len());
    for (size, subject) in [("small", small), ("large", large)] {
        let Some(git) = Git::of(subject.store) else {
            continue;
        };
        let name = format!("git add, commit, {size}");
        pair("one change, large", &name, each, |place| {
            let (id, _) = &subject.live[place];
            let file = format!("orders/{}/{id}.toml", &id[..2]);
            git.edit(&file);
            let commit = format!("git add {file} && git commit -qm change");
            (large.change(next + place), git.run(&commit))
        });
        next += each;
    }
    let tasks = Tasks::new(TASKS);
    let name = format!("task modify, {TASKS} tasks");
    pair("one change, large", &name, each, |place| {
        let modify = format!("{} modify priority:H", place + 1);
        (large.change(next + place), tasks.run(&modify))
    });
}

/// Many orders in one process, beside a commit of as many files.
pub(crate) fn batch(subject: &Subject<'_>, name: &str, apply: &[String], rows: usize) {
    if let Some(git) = Git::of(subject.store) {
        for path in files(&git.folder).take(rows) {
            git.edit(path.strip_prefix(&git.folder).unwrap().to_str().unwrap());
        }
        pair(name, "git add, commit of as many", 1, |_| {
            (
                apply.to_vec(),
                git.run("git add orders && git commit -qm change"),
            )
        });
    }
}

/// A repository that holds the order files of a store.
struct Git {
    folder: PathBuf,
}

impl Git {
    /// Copies the orders and commits them; none where there is no git.
    fn of(store: &Path) -> Option<Self> {
        let folder = std::env::temp_dir().join("icpctl-bench-git");
        let _ = fs::remove_dir_all(&folder);
        for from in files(store) {
            let to = folder.join(from.strip_prefix(store).ok()?);
            fs::create_dir_all(to.parent()?).ok()?;
            fs::copy(&from, to).ok()?;
        }
        let git = Self { folder };
        time(&git.run("git init -q"))?;
        time(&git.run("git config user.name bench"))?;
        time(&git.run("git config user.email bench@example.com"))?;
        time(&git.run("git config gc.auto 0"))?;
        time(&git.run("git add -A"))?;
        time(&git.run("git commit -qm all"))?;
        Some(git)
    }

    /// Changes one file.
    fn edit(&self, file: &str) {
        let mut file = File::options()
            .append(true)
            .open(self.folder.join(file))
            .unwrap();
        file.write_all(b"# edited\n").unwrap();
    }

    fn run(&self, script: &str) -> Vec<String> {
        let script = format!("cd {} && {script}", self.folder.display());
        vec!["sh".to_owned(), "-c".to_owned(), script]
    }
}

/// Tasks, a third of them pending.
struct Tasks {
    folder: PathBuf,
}

impl Tasks {
    fn new(count: usize) -> Self {
        let folder = std::env::temp_dir().join("icpctl-bench-tasks");
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).unwrap();
        for (file, status, numbers) in [
            ("pending.data", "pending", 0..count / 3),
            ("completed.data", "completed", count / 3..count),
        ] {
            let mut text = String::new();
            for number in numbers {
                let _ = writeln!(
                    text,
                    "[description:\"示例有限公司 s{number}.example.cn\" entry:\"1700000000\" status:\"{status}\" \
                     uuid:\"00000000-0000-4000-8000-{number:012}\"]"
                );
            }
            fs::write(folder.join(file), text).unwrap();
        }
        let settings = format!(
            "data.location={}\nconfirmation=off\nhooks=off\n",
            folder.display()
        );
        fs::write(folder.join("rc"), settings).unwrap();
        Self { folder }
    }

    fn run(&self, line: &str) -> Vec<String> {
        let settings = self.folder.join("rc");
        words(&format!("task rc:{} {line}", settings.display()))
    }
}
