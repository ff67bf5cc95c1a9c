//! Whole runs of icpctl beside other programs on the same data, as ratios:
//!
//! ```sh
//! cargo run --release --example gen_store -- /tmp/s100k 100000
//! cargo bench --bench whole -- target/release/icpctl /tmp/s100k
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
        [icpctl, store] => measure(icpctl, Path::new(store)),
        _ => println!("usage: cargo bench --bench whole -- ICPCTL STORE"),
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

fn measure(icpctl: &str, store: &Path) {
    let shown = store.display().to_string();
    let ours = |line: &str| -> Vec<String> {
        let words = [icpctl, "--store", &shown, "--lang", "en"];
        words
            .into_iter()
            .chain(line.split(' '))
            .map(str::to_owned)
            .collect()
    };
    let theirs = |line: &str| -> Vec<String> { line.split(' ').map(str::to_owned).collect() };

    let version = [icpctl.to_owned(), "--version".to_owned()];
    pair("icpctl --version", "/bin/true", 200, |_| {
        (version.to_vec(), theirs("/bin/true"))
    });

    let live = live_orders(store);
    let raw = std::env::current_exe().unwrap().display().to_string();
    // The reports alternate, so that each one moves the order.
    let step = |place: usize| {
        let (id, _) = &live[place % live.len()];
        ours(&format!("record {id} rejected --reason {place}"))
    };
    pair(
        "one change: record",
        "raw change of the file",
        live.len().min(200),
        |place| {
            let (_, path) = &live[place % live.len()];
            let raw = vec![raw.clone(), RAW.to_owned(), path.display().to_string()];
            (step(place), raw)
        },
    );

    let database = std::env::temp_dir().join("icpctl-bench.sqlite");
    let _ = fs::remove_file(&database);
    let database = database.display().to_string();
    let orders = store.join("orders").display().to_string();
    let list = ours("list --all");
    // The first run writes the roll.
    let _ = time(&list);
    pair("list --all", "rg -c ^status", 9, |_| {
        let rg = theirs(&format!("rg -c --no-ignore ^status {orders}"));
        (list.clone(), rg)
    });
    let fill = format!(
        "create table o(id text primary key, status text, about text, name text, ref text);\
         with recursive n(i) as (select 1 union all select i+1 from n where i<{}) \
         insert into o select printf('%08d', i), 'approved', 's'||i||'.example.cn', \
         '示例有限公司'||i, 'row-'||i from n;",
        count(store),
    );
    let _ = time(&["sqlite3".to_owned(), database.clone(), fill]);
    pair("list --all", "sqlite3, all rows", 9, |_| {
        let all = "select * from o;".to_owned();
        (
            list.clone(),
            vec!["sqlite3".to_owned(), database.clone(), all],
        )
    });
    pair("list --status draft", "list --all", 9, |_| {
        (ours("list --status draft"), list.clone())
    });
}

/// Lists orders under the provider's review, with their files.
fn live_orders(store: &Path) -> Vec<(String, PathBuf)> {
    let shards = fs::read_dir(store.join("orders")).unwrap();
    let files = shards.flat_map(|shard| fs::read_dir(shard.unwrap().path()).unwrap());
    files
        .map(|file| file.unwrap().path())
        .filter(|path| {
            let text = fs::read_to_string(path).unwrap_or_default();
            text.contains("\nstatus = \"provider-review\"\n")
        })
        .take(400)
        .map(|path| {
            (
                path.file_stem().unwrap().to_string_lossy().into_owned(),
                path,
            )
        })
        .collect()
}

fn count(store: &Path) -> usize {
    let shards = fs::read_dir(store.join("orders")).unwrap();
    shards
        .map(|shard| fs::read_dir(shard.unwrap().path()).unwrap().count())
        .sum()
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
