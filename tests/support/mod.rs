//! Runs the program as a user does, shut off from the machine that the tests run on.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]

pub(crate) mod dns;
#[cfg(unix)]
pub(crate) mod pty;
pub(crate) mod web;

use icpctl::cli::commands::schema;
use serde_json::Value;
use std::collections::BTreeMap;
use std::ffi::OsStr;
#[cfg(unix)]
use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// How long what must come may take; only a failing test waits so long.
pub(crate) const PATIENCE: Duration = Duration::from_mins(10);

/// The present in every run, unless a test sets another.
pub(crate) const NOW: &str = "2026-11-22T10:00:00+08:00";

/// For `[network]`: longer than an answer takes, however busy the machine.
pub(crate) const PATIENT: &str = "connect_timeout = \"1m\"\ntimeout = \"1m\"\n";

/// A user with a home folder of their own, who speaks English unless told otherwise.
pub(crate) struct Icpctl {
    home: TempDir,
    env: BTreeMap<String, String>,
    stdin: Vec<u8>,
}

/// Copies what is in a folder, permissions included.
pub(crate) fn copy(from: &Path, to: &Path) {
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            std::fs::create_dir(&target).unwrap();
            let mode = entry.metadata().unwrap().permissions();
            std::fs::set_permissions(&target, mode).unwrap();
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), &target).unwrap();
        }
    }
}

/// Waits for what others do meanwhile; only a failing test waits long.
pub(crate) fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !is_so() {
        assert!(begun.elapsed() < PATIENCE, "it never came: {what}");
        std::thread::yield_now();
    }
}

/// Holds a pipe open that nobody reads yet: its reader waits for what is written, however late.
#[cfg(unix)]
pub(crate) fn hold(pipe: &Path) -> File {
    // Opened for both, a pipe waits for nobody.
    let both = File::options().read(true).write(true).open(pipe);
    let held = File::options().write(true).open(pipe).unwrap();
    drop(both);
    held
}

/// The user whom nobody is.
#[cfg(unix)]
pub(crate) const NOBODY: u32 = 65534;

/// Gives a file, a folder or a link itself to nobody; false where these tests may not, or are nobody's.
#[cfg(unix)]
pub(crate) fn give_away(path: &Path) -> bool {
    use std::os::unix::fs::{MetadataExt as _, lchown};
    let is_theirs = path.symlink_metadata().unwrap().uid() == NOBODY;
    let given = !is_theirs && lchown(path, Some(NOBODY), Some(NOBODY)).is_ok();
    if !given {
        #[expect(clippy::print_stderr, reason = "a test that tests nothing must say so")]
        {
            eprintln!("NOT RUN: only root can give a file away");
        }
    }
    given
}

/// What a run left behind.
#[derive(Debug)]
pub(crate) struct Output {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Icpctl {
    pub(crate) fn new() -> Self {
        let home = tempfile::tempdir().unwrap();
        let path = |name: &str| home.path().join(name).display().to_string();
        let env = [
            ("HOME", home.path().display().to_string()),
            ("XDG_CONFIG_HOME", path("config")),
            ("XDG_DATA_HOME", path("data")),
            ("XDG_CACHE_HOME", path("cache")),
            ("XDG_STATE_HOME", path("state")),
            ("ICPCTL_NOW", NOW.to_owned()),
            ("ICPCTL_SEED", "1".to_owned()),
        ];
        Self {
            env: env.map(|(name, value)| (name.to_owned(), value)).into(),
            home,
            stdin: Vec::new(),
        }
    }

    /// The same user, with a variable set.
    pub(crate) fn env(mut self, name: &str, value: &str) -> Self {
        self.env.insert(name.to_owned(), value.to_owned());
        self
    }

    /// The same user, who types or pipes this in.
    pub(crate) fn stdin(mut self, text: impl Into<Vec<u8>>) -> Self {
        self.stdin = text.into();
        self
    }

    /// The home folder, which is the current one too.
    pub(crate) fn home(&self) -> &Path {
        self.home.path()
    }

    /// Writes a file below the home folder.
    pub(crate) fn write(&self, name: &str, text: impl AsRef<[u8]>) -> PathBuf {
        let path = self.home().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
        path
    }

    /// Runs one command line.
    #[must_use = "look at the exit code or the output"]
    pub(crate) fn run<A: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = A>) -> Output {
        self.run_with(&[], args)
    }

    /// One command line, to be run as this user.
    pub(crate) fn command<A: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = A>) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_icpctl"));
        command
            .args(args)
            .current_dir(self.home())
            .env_clear()
            .envs(&self.env);
        command
    }

    /// Makes a command that is ended where it takes more memory beside the program itself, in KiB, or a
    /// minute of the processor: a hundred times of what it may need, so a slow machine fails nothing.
    pub(crate) fn command_within<A: AsRef<OsStr>>(
        &self,
        kilobytes: u64,
        args: impl IntoIterator<Item = A>,
    ) -> Command {
        let plain = self.command(args);
        let mut limited = Command::new("sh");
        limited
            .arg("-c")
            .arg(format!(
                "ulimit -d {kilobytes} 2>/dev/null; ulimit -t 60; exec \"$0\" \"$@\""
            ))
            .arg(plain.get_program())
            .args(plain.get_args())
            .current_dir(self.home())
            .env_clear()
            .envs(plain.get_envs().filter_map(|(k, v)| Some((k, v?))))
            .stdin(Stdio::null());
        limited
    }

    /// Runs one command line with more in the environment.
    #[must_use = "look at the exit code or the output"]
    pub(crate) fn run_with<A: AsRef<OsStr>>(
        &self,
        env: &[(&str, &str)],
        args: impl IntoIterator<Item = A>,
    ) -> Output {
        let mut child = self
            .command(args)
            .envs(env.iter().copied())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // A program that does not read its input has closed its end.
        let _ = child.stdin.take().unwrap().write_all(&self.stdin);
        let output = child.wait_with_output().unwrap();
        Output {
            code: output.status.code().unwrap(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

impl Output {
    /// The same output, once it is sure that the run ended so.
    pub(crate) fn exits(self, code: i32) -> Self {
        assert_eq!(self.code, code, "{}\n{}", self.stdout, self.stderr);
        self
    }

    /// The one document on stdout, which is valid against the schema that it names.
    #[must_use]
    pub(crate) fn json(&self) -> Value {
        let document = self.narrowed();
        let name = document["schema"].as_str().unwrap();
        let schema = schema::named(name).unwrap_or_else(|| panic!("no schema {name}"));
        let schema: Value = serde_json::from_str(schema).unwrap();
        let errors: Vec<String> = jsonschema::validator_for(&schema)
            .unwrap()
            .iter_errors(&document)
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect();
        assert!(errors.is_empty(), "{errors:#?}\n{document:#}");
        assert_eq!(document["ok"], self.code == 0);
        document
    }

    /// The one document on stdout, from which `--fields` may have taken keys.
    #[must_use]
    pub(crate) fn narrowed(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}\n{self:#?}"))
    }
}
