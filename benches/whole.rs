//! Whole runs of icpctl beside other programs on the same data, as ratios:
//!
//! ```sh
//! cargo run --release --example gen_store -- /tmp/s1k 1000
//! cargo run --release --example gen_store -- /tmp/s100k 100000
//! cargo build --release --example startup
//! cargo bench --bench whole -- "$(bash examples/static.sh)" target/release/examples/startup /tmp/s1k /tmp/s100k
//! ```
//!
//! The two of a pair run in turn and the median of their ratios is printed, so that a machine that
//! is busy with other things disturbs both alike. What is not installed is skipped (Debian:
//! `apt-get install ripgrep sqlite3 git strace`). The store is written to: use a generated one.

#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a tool of the developers': what fails is told at once"
)]

use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// How the yardstick of one durable change is asked for.
const RAW: &str = "--raw-change";

fn main() {
    let args: Vec<String> = std::env::args()
        .skip(1)
        .filter(|a| a != "--bench")
        .collect();
    match args.as_slice() {
        [flag, file] if flag == RAW => raw_change(Path::new(file)),
        [icpctl, startup, small, large] => {
            measure(icpctl, startup, Path::new(small), Path::new(large));
        }
        _ => println!("usage: cargo bench --bench whole -- ICPCTL STARTUP SMALL_STORE LARGE_STORE"),
    }
}

/// The least that one durable change of a file costs: read, write beside, flush, rename, flush.
fn raw_change(path: &Path) {
    let bytes = fs::read(path).unwrap();
    let temporary = path.with_extension("tmp");
    let mut file = File::create(&temporary).unwrap();
    file.write_all(&bytes).unwrap();
    file.sync_all().unwrap();
    fs::rename(&temporary, path).unwrap();
    File::open(path.parent().unwrap())
        .unwrap()
        .sync_all()
        .unwrap();
}

/// The words of a command line; no word of it holds a space.
fn words(line: &str) -> Vec<String> {
    line.split(' ').map(str::to_owned).collect()
}

/// The store that a command works on.
struct Subject<'a> {
    icpctl: &'a str,
    store: &'a Path,
    /// Orders under the provider's review, with their files.
    live: Vec<(String, PathBuf)>,
}

impl<'a> Subject<'a> {
    fn new(icpctl: &'a str, store: &'a Path) -> Self {
        let live = live_orders(store);
        Self {
            icpctl,
            store,
            live,
        }
    }

    fn run(&self, line: &str) -> Vec<String> {
        let store = self.store.display().to_string();
        let before = [self.icpctl, "--store", &store, "--lang", "en"];
        before
            .into_iter()
            .chain(line.split(' '))
            .map(str::to_owned)
            .collect()
    }

    /// A report that moves an order; each order takes it once.
    fn change(&self, place: usize) -> Vec<String> {
        let (id, _) = &self.live[place];
        self.run(&format!("record {id} rejected --reason {place}"))
    }
}

fn measure(icpctl: &str, startup: &str, small: &Path, large: &Path) {
    let version = [icpctl.to_owned(), "--version".to_owned()];
    let yardstick = [startup.to_owned(), "--version".to_owned()];
    pair("--version", "startup --version", 400, |_| {
        (version.to_vec(), yardstick.to_vec())
    });
    pair("--help", "startup --version", 200, |_| {
        (words(&format!("{icpctl} --help")), yardstick.to_vec())
    });

    let (small, large) = (Subject::new(icpctl, small), Subject::new(icpctl, large));
    changes(&small, &large, &yardstick);
    for order in ["approved", "provider-review"] {
        if let Some(id) = first_of(large.store, order) {
            let what = format!("show, {order}");
            pair(&what, "--version", 30, |_| {
                (large.run(&format!("show {id} --json")), version.to_vec())
            });
        }
    }
    lists(&small, &large);
}

/// One change in one process.
fn changes(small: &Subject<'_>, large: &Subject<'_>, yardstick: &[String]) {
    let raw = std::env::current_exe().unwrap().display().to_string();
    let raw = |place: usize| {
        let (_, path) = &large.live[place];
        vec![raw.clone(), RAW.to_owned(), path.display().to_string()]
    };
    let each = (large.live.len() / 5).min(100);
    pair("one change", "raw change of the file", each, |place| {
        (large.change(place), raw(place))
    });
    let database = std::env::temp_dir().join("icpctl-bench.sqlite");
    let _ = fs::remove_file(&database);
    let database = database.display().to_string();
    let fill = format!(
        "create table o(id integer primary key, status text, about text, name text, ref text);\
         with recursive n(i) as (select 1 union all select i+1 from n where i<{}) \
         insert into o select i, 'approved', 's'||i||'.example.cn', \
         '示例有限公司'||i, 'row-'||i from n;",
        count(large.store),
    );
    let sqlite = |statement: String| vec!["sqlite3".to_owned(), database.clone(), statement];
    let _ = time(&sqlite(fill));
    pair("one change", "sqlite3, one row", each, |place| {
        let update = format!("update o set status='rejected' where id={};", place + 1);
        (large.change(each + place), sqlite(update))
    });
    pair("one change", "startup --version", each, |place| {
        (large.change(2 * each + place), yardstick.to_vec())
    });
    let few = each.min(small.live.len());
    pair("one change, large", "one change, small", few, |place| {
        (large.change(3 * each + place), small.change(place))
    });
    flushes(&large.change(4 * each));
    pair("list --all", "sqlite3, all rows", 9, |_| {
        let all = sqlite("select * from o;".to_owned());
        (large.run("list --all"), all)
    });
}

/// Lists of everything.
fn lists(small: &Subject<'_>, large: &Subject<'_>) {
    let orders = |subject: &Subject<'_>| subject.store.join("orders").display().to_string();
    let rg = |subject: &Subject<'_>| {
        let orders = orders(subject);
        words(&format!("rg -c --no-ignore ^status {orders}"))
    };
    let list = large.run("list --all");
    pair("list --all", "rg -c ^status", 9, |_| {
        (list.clone(), rg(large))
    });
    pair("list --all, large", "list --all, small", 9, |_| {
        (list.clone(), small.run("list --all"))
    });
    pair("list --status draft", "rg -c ^status", 9, |_| {
        (large.run("list --status draft"), rg(large))
    });
    pair("list --all --json", "rg -c ^status", 3, |_| {
        (large.run("list --all --json"), rg(large))
    });
    pair("status", "rg -c ^status", 3, |_| {
        (large.run("status"), rg(large))
    });
    // Without a cache folder nothing is kept.
    let first = ["env", "-u", "HOME", "-u", "XDG_CACHE_HOME"].map(str::to_owned);
    pair("list --all, nothing kept", "rg -c ^status", 3, |_| {
        (first.iter().chain(&list).cloned().collect(), rg(large))
    });
    pair("list, 1,000 changed", "rg -c ^status", 5, |_| {
        touch(large.store, 1_000);
        (list.clone(), rg(large))
    });
}

/// Writes so many order files anew, as they are.
fn touch(store: &Path, count: usize) {
    for path in files(store).take(count) {
        let bytes = fs::read(&path).unwrap();
        fs::write(&path, bytes).unwrap();
    }
}

/// Counts the calls by which a command makes sure of the disk.
fn flushes(command: &[String]) {
    let log = std::env::temp_dir().join("icpctl-bench.strace");
    let strace = format!(
        "strace -f -e trace=fsync,fdatasync,syncfs -o {}",
        log.display()
    );
    let traced: Vec<String> = words(&strace)
        .into_iter()
        .chain(command.iter().cloned())
        .collect();
    match time(&traced) {
        Some(_) => {
            let log = fs::read_to_string(&log).unwrap_or_default();
            let calls = log.lines().filter(|line| line.contains("sync")).count();
            println!("{:24}   {calls} flush calls", "one change");
        }
        None => println!("{:24}   flush calls skipped: no strace", "one change"),
    }
}

/// The paths of all order files.
fn files(store: &Path) -> impl Iterator<Item = PathBuf> {
    let shards = fs::read_dir(store.join("orders")).unwrap();
    let files = shards.flat_map(|shard| fs::read_dir(shard.unwrap().path()).unwrap());
    files.map(|file| file.unwrap().path())
}

/// Order files of a status.
fn of_status(store: &Path, status: &str) -> impl Iterator<Item = (String, PathBuf)> {
    let line = format!("\nstatus = \"{status}\"\n");
    files(store)
        .filter(move |path| {
            let text = fs::read_to_string(path).unwrap_or_default();
            text.contains(&line)
        })
        .map(|path| {
            let id = path.file_stem().unwrap().to_string_lossy().into_owned();
            (id, path)
        })
}

fn live_orders(store: &Path) -> Vec<(String, PathBuf)> {
    of_status(store, "provider-review").take(501).collect()
}

fn first_of(store: &Path, status: &str) -> Option<String> {
    of_status(store, status).next().map(|(id, _)| id)
}

fn count(store: &Path) -> usize {
    files(store).count()
}

/// Runs a command to its end; none where it is not installed.
fn time(words: &[String]) -> Option<Duration> {
    let began = Instant::now();
    Command::new(&words[0])
        .args(&words[1..])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .ok()?;
    Some(began.elapsed())
}

/// Runs two commands in turn, and prints the median ratio of the first to the second.
fn pair(
    ours: &str,
    theirs: &str,
    times: usize,
    commands: impl Fn(usize) -> (Vec<String>, Vec<String>),
) {
    let mut ratios = Vec::new();
    let (mut one, mut two) = (Vec::new(), Vec::new());
    for place in 0..times {
        let (first, second) = commands(place);
        let (Some(a), Some(b)) = (time(&first), time(&second)) else {
            println!("{ours:24} / {theirs:28} skipped: not installed");
            return;
        };
        ratios.push(a.as_secs_f64() / b.as_secs_f64());
        one.push(a);
        two.push(b);
    }
    if ratios.is_empty() {
        println!("{ours:24} / {theirs:28} skipped: nothing to run it on");
        return;
    }
    ratios.sort_by(f64::total_cmp);
    one.sort();
    two.sort();
    let middle = ratios.len() / 2;
    println!(
        "{ours:24} / {theirs:28} {:6.2}x  ({:?} / {:?})",
        ratios[middle], one[middle], two[middle]
    );
}
