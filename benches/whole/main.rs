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
//! `apt-get install ripgrep sqlite3 git taskwarrior strace time`). The stores are written to: use generated ones.

#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a tool of the developers': what fails is told at once"
)]

mod bombs;
#[path = "../../tests/hostile/bombs/documents.rs"]
mod documents;
mod rivals;

use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// How the yardstick of durable changes is asked for, one after the other.
const RAW: &str = "--raw-change";

fn main() {
    let args: Vec<String> = std::env::args()
        .skip(1)
        .filter(|a| a != "--bench")
        .collect();
    match args.as_slice() {
        [flag, files @ ..] if flag == RAW => {
            for file in files {
                raw_change(Path::new(file));
            }
        }
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
    let (small, large) = (Subject::new(icpctl, small), Subject::new(icpctl, large));
    let mb = fs::metadata(icpctl).unwrap().len() / 1_000_000;
    println!("{:24}   {mb} MB (P13)", "the binary");
    pair("--version", "startup --version", 400, |_| {
        (version.to_vec(), yardstick.to_vec())
    });
    pair("--help", "startup --version", 200, |_| {
        (words(&format!("{icpctl} --help")), yardstick.to_vec())
    });
    lists(&small, &large, &version);
    rivals::lists(&large);
    shows(&large, &version);
    changes(&small, &large, &yardstick);
    loops(&large, startup);
    batches(&small, &large);
    bombs::documents(icpctl);
}

/// Looks at one order.
fn shows(large: &Subject<'_>, version: &[String]) {
    for status in ["draft", "approved", "provider-review"] {
        if let Some(id) = first_of(large.store, status) {
            pair(&format!("show, {status}"), "--version", 9, |_| {
                (large.run(&format!("show {id} --json")), version.to_vec())
            });
        }
    }
    if let Some(id) = first_of(large.store, "draft") {
        pair("submit -n", "--version", 9, |_| {
            (
                large.run(&format!("submit {id} -n --yes")),
                version.to_vec(),
            )
        });
    }
}

/// One change in one process.
fn changes(small: &Subject<'_>, large: &Subject<'_>, yardstick: &[String]) {
    let raw = std::env::current_exe().unwrap().display().to_string();
    let raw = |place: usize| {
        let (_, path) = &large.live[place];
        vec![raw.clone(), RAW.to_owned(), path.display().to_string()]
    };
    let each = (large.live.len() / 8).min(60);
    pair("one change", "raw change of the file", each, |place| {
        (large.change(place), raw(place))
    });
    let sqlite = database(large.store);
    pair("one change", "sqlite3, one row", each, |place| {
        let update = format!("update o set status='rejected' where id={};", place + 1);
        (large.change(each + place), sqlite(update))
    });
    pair("one change", "startup --version", each, |place| {
        (large.change(2 * each + place), yardstick.to_vec())
    });
    rivals::changes(small, large, large.live.len() / 8 * 7);
    let few = each.min(small.live.len());
    pair("one change, large", "one change, small", few, |place| {
        (large.change(3 * each + place), small.change(place))
    });
    flushes("one change", &large.change(4 * each));
    memory("one change", &large.change(4 * each + 1));
    let some = &large.live[large.live.len() / 8 * 3..large.live.len() / 8 * 5];
    let reports = std::env::temp_dir().join("icpctl-bench-reports.csv");
    let mut rows = "order,event,reason\n".to_owned();
    for (id, _) in some {
        let _ = writeln!(rows, "{id},rejected,x");
    }
    fs::write(&reports, rows).unwrap();
    let raw = std::env::current_exe().unwrap().display().to_string();
    let paths = some.iter().map(|(_, path)| path.display().to_string());
    let bare: Vec<String> = [raw, RAW.to_owned()].into_iter().chain(paths).collect();
    let name = format!("{} reports, large", some.len());
    pair(&name, "as many raw changes, 1 run", 1, |_| {
        (
            large.run(&format!("record --from {}", reports.display())),
            bare.clone(),
        )
    });
}

/// Returns a way to ask a database of as many rows as the store has orders.
fn database(store: &Path) -> impl Fn(String) -> Vec<String> {
    let database = std::env::temp_dir().join("icpctl-bench.sqlite");
    let _ = fs::remove_file(&database);
    let database = database.display().to_string();
    let fill = format!(
        "create table o(id integer primary key, status text, about text, name text, ref text);\
         with recursive n(i) as (select 1 union all select i+1 from n where i<{}) \
         insert into o select i, 'approved', 's'||i||'.example.cn', \
         '示例有限公司'||i, 'row-'||i from n;",
        count(store),
    );
    let ask = move |statement: String| vec!["sqlite3".to_owned(), database.clone(), statement];
    let _ = time(&ask(fill));
    ask
}

/// Many processes, one after the other and two at a time.
fn loops(large: &Subject<'_>, startup: &str) {
    let taken = large.live.len() / 8 * 5;
    let free = large.live.len() / 8 * 7 - taken;
    let free: Vec<&(String, PathBuf)> = large.live.iter().skip(taken).take(free).collect();
    let part = free.len() / 3;
    let script = |orders: &[&(String, PathBuf)]| {
        let runs = orders.iter().map(|(id, _)| {
            let line = large.run(&format!("record {id} rejected --reason x"));
            line.join(" ") + " >/dev/null 2>&1"
        });
        runs.collect::<Vec<_>>().join("\n")
    };
    let shell = |script: String| vec!["sh".to_owned(), "-c".to_owned(), script];
    let yardstick = format!("{startup} --version >/dev/null\n").repeat(part);
    let name = format!("{part} changes in a loop");
    pair(&name, "startup in a loop", 1, |_| {
        (shell(script(&free[..part])), shell(yardstick.clone()))
    });
    let (one, two) = free[part..2 * part].split_at(part / 2);
    let alone = script(&free[2 * part..2 * part + one.len() + two.len()]);
    let both = format!("({}) & ({}) & wait", script(one), script(two));
    pair("the same, one writer", "two writers", 1, |_| {
        (shell(alone.clone()), shell(both.clone()))
    });
}

/// Many orders in one process.
fn batches(small: &Subject<'_>, large: &Subject<'_>) {
    let raw = std::env::current_exe().unwrap().display().to_string();
    let thousand = rows(small.store, 1_000);
    let files: Vec<String> = files(small.store)
        .take(thousand.1)
        .map(|path| format!("{raw} {RAW} {}", path.display()))
        .collect();
    let bare = vec!["sh".to_owned(), "-c".to_owned(), files.join("\n")];
    let apply = |subject: &Subject<'_>, rows: &Path| {
        subject.run(&format!("batch apply {} --yes", rows.display()))
    };
    let name = format!("batch, {}, small", thousand.1);
    pair(&name, "as many raw changes", 1, |_| {
        (apply(small, &thousand.0), bare.clone())
    });
    let again = rows(small.store, 1_000);
    rivals::batch(small, &name, &apply(small, &again.0), again.1);
    let (ten, one) = (rows(large.store, 10_000).0, rows(large.store, 1_000).0);
    flushes("batch, 1,000, large", &apply(large, &one));
    // The same rows again are done already: each run has its own.
    let other = rows(large.store, 1_000).0;
    pair("batch, 10,000, large", "batch, 1,000, large", 1, |_| {
        (apply(large, &ten), apply(large, &other))
    });
    memory(
        "batch, 10,000, large",
        &apply(large, &rows(large.store, 10_000).0),
    );
}

/// Writes a batch of changes, one a subject, and returns its path and how many rows it has.
fn rows(store: &Path, most: usize) -> (PathBuf, usize) {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    let batch = NEXT.fetch_add(1, Ordering::Relaxed);
    let path = std::env::temp_dir().join(format!("icpctl-bench-{batch}.csv"));
    let mut text = "ref,kind,target,provider,set\n".to_owned();
    let subjects = fs::read_dir(store.join("subjects")).unwrap();
    let mut count = 0;
    for subject in subjects.take(most) {
        let record = fs::read_to_string(subject.unwrap().path()).unwrap();
        let after = |key: &str| {
            let (_, rest) = record.split_once(key).unwrap();
            rest.split_once('"').unwrap().0.to_owned()
        };
        let (domain, provider) = (after("domains = [\""), after("provider = \""));
        let _ = writeln!(
            text,
            "b{batch}-{count},change,{domain},{provider},name=示例新服务{batch}"
        );
        count += 1;
    }
    fs::write(&path, text).unwrap();
    (path, count)
}

/// Lists of everything.
fn lists(small: &Subject<'_>, large: &Subject<'_>, version: &[String]) {
    let rg = |subject: &Subject<'_>| {
        let orders = subject.store.join("orders").display().to_string();
        words(&format!("rg -c --no-ignore ^status {orders}"))
    };
    // Without a cache folder nothing is kept.
    let list = large.run("list --all");
    let bare = ["env", "-u", "HOME", "-u", "XDG_CACHE_HOME"].map(str::to_owned);
    let first: Vec<String> = bare.iter().chain(&list).cloned().collect();
    pair("list --all, nothing kept", "rg -c ^status", 3, |_| {
        (first.clone(), rg(large))
    });
    memory("list --all, nothing kept", &first);
    // What was just written is not kept yet.
    for subject in [small, large] {
        let _ = time(&subject.run("list --all"));
    }
    pair("list --all", "rg -c ^status", 9, |_| {
        (list.clone(), rg(large))
    });
    memory("list --all", &list);
    let sqlite = database(large.store);
    pair("list --all", "sqlite3, all rows", 9, |_| {
        (list.clone(), sqlite("select * from o;".to_owned()))
    });
    pair("list --all, large", "list --all, small", 9, |_| {
        (list.clone(), small.run("list --all"))
    });
    pair("list --status draft", "rg -c ^status", 9, |_| {
        (large.run("list --status draft"), rg(large))
    });
    pair("list --all --json", "list --all", 3, |_| {
        (large.run("list --all --json"), list.clone())
    });
    let fields = "id,ref,status,kind,provider,target.subject,deadline.at,updated_at";
    pair("list --all --json --fields", "list --all", 9, |_| {
        let narrow = format!("list --all --json --fields {fields}");
        (large.run(&narrow), list.clone())
    });
    pair("status", "rg -c ^status", 3, |_| {
        (large.run("status"), rg(large))
    });
    pair("list, 1,000 changed", "rg -c ^status", 5, |_| {
        touch(large.store, 1_000);
        (list.clone(), rg(large))
    });
    pair("list --limit 1", "--version", 9, |_| {
        (large.run("list --all --limit 1"), version.to_vec())
    });
    // Only root can make the system forget what it has read.
    let cold = |words: &[String]| {
        let forget = "sync; echo 3 > /proc/sys/vm/drop_caches;";
        vec![
            "sh".to_owned(),
            "-c".to_owned(),
            format!("{forget} exec {}", words.join(" ")),
        ]
    };
    if File::options()
        .write(true)
        .open("/proc/sys/vm/drop_caches")
        .is_ok()
    {
        pair("list --all, cold", "rg -c ^status, cold", 3, |_| {
            (cold(&list), cold(&rg(large)))
        });
    }
}

/// Writes so many order files anew, as they are.
fn touch(store: &Path, count: usize) {
    for path in files(store).take(count) {
        let bytes = fs::read(&path).unwrap();
        fs::write(&path, bytes).unwrap();
    }
}

/// Prints how much memory a command takes.
fn memory(what: &str, command: &[String]) {
    let log = std::env::temp_dir().join("icpctl-bench.time");
    let before = format!("/usr/bin/time -f %M -o {}", log.display());
    let timed: Vec<String> = words(&before)
        .into_iter()
        .chain(command.iter().cloned())
        .collect();
    let told = time(&timed).and_then(|_| fs::read_to_string(&log).ok());
    match told
        .as_deref()
        .and_then(|text| text.lines().last()?.parse::<u64>().ok())
    {
        Some(kib) => println!("{what:24}   {} MiB", kib / 1024),
        None => println!("{what:24}   memory skipped: no /usr/bin/time"),
    }
}

/// Counts the calls by which a command makes sure of the disk.
fn flushes(what: &str, command: &[String]) {
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
            println!("{what:24}   {calls} flush calls");
        }
        None => println!("{what:24}   flush calls skipped: no strace"),
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
    of_status(store, "provider-review").take(1_601).collect()
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
        // One run each: a flush must not wait for what earlier programs left unwritten.
        if times == 1 {
            let _ = time(&["sync".to_owned()]);
        }
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
