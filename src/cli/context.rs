//! What a command has to work with, and the one way to write.

use super::consent;
use super::globals::Globals;
use super::signals::Signals;
pub use super::single::Asks;
use crate::clock::Clock;
use crate::config::Config;
use crate::env::Env;
use crate::evidence::keep;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::filing::calendar::Calendar;
use crate::filing::moment::{self, Moment};
use crate::filing::order::Instant;
use crate::filing::profile::Profiles;
use crate::ids::Ids;
use crate::knowledge::{Rule, rules};
use crate::lang::{Lang, Text};
use crate::network::{Manner, Network};
use crate::reading::{self, ROWS_LIMIT, Unread};
use crate::render::envelope::Warning;
use crate::render::style::{Color, Surroundings};
use crate::rulebook::{FILE_LIMIT, FileProblem, Rulebook, overlay};
use crate::store::book::Book;
use crate::store::near::Wanted;
use crate::store::place::{self, Inputs, Origin, Place, SystemProbe};
use crate::store::{
    Change, Disk, Files, Holder, RECORD_LIMIT, StorageError, StoreLock, StorePath, store_file,
};
use crate::text;
pub use crate::workflow::plan::{Caution, Done, Plan, Stamp};
pub use crate::workflow::world::World;
use std::cell::OnceCell;
use std::io::{IsTerminal as _, Read, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Which streams are terminals, and how wide they are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Terminal {
    /// Whether stdin is one.
    pub stdin: bool,
    /// Whether stdout is one.
    pub stdout: bool,
    /// Whether stderr is one.
    pub stderr: bool,
}

impl Terminal {
    /// Looks at this process's streams.
    pub fn look() -> Self {
        Self {
            stdin: std::io::stdin().is_terminal(),
            stdout: std::io::stdout().is_terminal(),
            stderr: std::io::stderr().is_terminal(),
        }
    }
}

/// What a command has to work with.
pub struct Context<'a> {
    /// Where the present comes from.
    pub clock: Clock,
    /// The present, as the command began.
    pub now: Instant,
    /// Its place within the second.
    pub turn: u32,
    /// The language of messages.
    pub lang: Lang,
    /// The global flags.
    pub globals: Globals,
    /// The configuration.
    pub config: Config,
    /// The environment.
    pub env: &'a Env,
    /// The streams.
    pub terminal: Terminal,
    /// The current folder.
    pub current: PathBuf,
    /// Where ids come from.
    pub ids: Ids,
    /// What the user should know beside the result.
    pub cautions: Vec<Caution>,
    /// Where streams of results go.
    pub out: &'a mut dyn Write,
    /// Where people are spoken to.
    pub err: &'a mut dyn Write,
    place: OnceCell<Place>,
}

impl<'a> Context<'a> {
    /// Makes the context of a command.
    #[allow(
        clippy::too_many_arguments,
        reason = "everything from outside is handed in here, once"
    )]
    pub fn new(
        clock: Clock,
        lang: Lang,
        globals: Globals,
        config: Config,
        env: &'a Env,
        terminal: Terminal,
        current: PathBuf,
        ids: Ids,
        out: &'a mut dyn Write,
        err: &'a mut dyn Write,
    ) -> Self {
        let (now, turn) = clock.reading();
        Self {
            clock,
            now,
            turn,
            lang,
            globals,
            config,
            env,
            terminal,
            current,
            ids,
            cautions: Vec::new(),
            out,
            err,
            place: OnceCell::new(),
        }
    }

    /// Adds what the user should know.
    pub fn caution(&mut self, code: &'static str, message: Text, path: Option<String>) {
        let caution = Caution {
            code,
            message,
            path,
        };
        if !self.cautions.contains(&caution) {
            self.cautions.push(caution);
        }
    }

    /// Returns what the user should know, as documents say it.
    pub fn warnings(&self) -> Vec<Warning> {
        let cautions = self.cautions.iter();
        cautions.map(|caution| caution.warning(self.lang)).collect()
    }

    /// Whether questions may be asked: on a terminal, in the human format, unless told not to.
    pub fn may_ask(&self) -> bool {
        self.terminal.stdin && self.terminal.stderr && !self.globals.no_input
    }

    /// Makes the network ready, as the configuration, the flags and the environment say.
    ///
    /// # Errors
    /// When certificates, proxies or resolvers cannot be read (3).
    pub fn network(&self) -> Result<Network, Failure> {
        let seed = match &self.ids {
            Ids::Random => None,
            Ids::Seeded(seed) => Some(*seed),
        };
        let config = &self.config;
        let manner = Manner::new(
            &config.network,
            &config.dns,
            &config.pages,
            self.env,
            self.globals.offline,
            seed,
        );
        Ok(Network::new(&manner)?)
    }

    /// Returns the name that the history keeps.
    pub fn actor(&self) -> Option<String> {
        self.globals
            .actor
            .clone()
            .or_else(|| self.config.actor.clone())
            .or_else(|| self.env.text("USER").map(str::to_owned))
            .or_else(|| self.env.text("LOGNAME").map(str::to_owned))
    }

    /// Returns how stdout is coloured.
    pub fn color(&self) -> Color {
        Color::decide(
            self.globals.color,
            &Surroundings {
                force_color: self.env.text("FORCE_COLOR"),
                clicolor_force: self.env.text("CLICOLOR_FORCE"),
                no_color: self.env.text("NO_COLOR"),
                term: self.env.text("TERM"),
                is_terminal: self.terminal.stdout,
            },
        )
    }

    /// Returns the width that tables may take; none where nothing limits it.
    pub fn width(&self) -> Option<u16> {
        let asked = self.env.text("COLUMNS").and_then(|c| c.parse().ok());
        asked.or_else(|| {
            self.terminal
                .stdout
                .then(|| terminal_size::terminal_size().map(|(width, _)| width.0))
                .flatten()
        })
    }

    fn place_inputs<R>(&self, with: impl FnOnce(&Inputs<'_>) -> R) -> R {
        let (env_store, data, home) = (
            self.env.path("ICPCTL_STORE"),
            self.env.path("XDG_DATA_HOME"),
            self.env.path("HOME"),
        );
        with(&Inputs {
            flag: self.globals.store.as_deref(),
            env: env_store.as_deref(),
            config: self.config.store.as_deref(),
            current: &self.current,
            data_home: data.as_deref(),
            home: home.as_deref(),
        })
    }

    /// Returns the folder in which `init` makes a store.
    pub fn init_folder(&self, dir: Option<&Path>) -> PathBuf {
        self.place_inputs(|inputs| place::to_make(inputs, dir))
    }

    /// Finds the store, once.
    pub fn place(&mut self) -> Place {
        if let Some(place) = self.place.get() {
            return place.clone();
        }
        let (place, found) = self.place_inputs(|inputs| place::find(inputs, &SystemProbe));
        for caution in found {
            self.caution(caution.code(), caution.message(), None);
        }
        self.place.get_or_init(|| place).clone()
    }

    /// Opens the store for reading; none where the user has not made one yet.
    ///
    /// # Errors
    /// A store that was named and is missing (4), or one of a later version (3).
    pub fn open(&mut self) -> Result<Option<Disk>, Failure> {
        match self.place() {
            Place::Found { folder, .. } => {
                let disk = Disk::open(&folder)?;
                store_file::check(&disk)?;
                StoreLock::settle(&disk, &self.holder(), Duration::ZERO)?;
                Ok(Some(disk))
            }
            Place::Missing { folder, origin } => Err(missing(&folder, origin)),
            Place::Fresh { .. } | Place::Nowhere => Ok(None),
        }
    }

    /// Opens the store for writing; the one in the user's data folder is made by the first write.
    ///
    /// # Errors
    /// A store that was named and is missing (4), none at all (4), or one of a later version (3).
    pub fn open_to_write(&mut self) -> Result<Disk, Failure> {
        match self.place() {
            Place::Found { .. } => self.open()?.ok_or_else(nowhere),
            Place::Missing { folder, origin } => Err(missing(&folder, origin)),
            Place::Fresh { folder } => {
                let disk = Disk::create(&folder)?;
                store_file::make(&disk, &self.holder(), false)?;
                Ok(disk)
            }
            Place::Nowhere => Err(nowhere()),
        }
    }

    /// Returns how this process signs a lock.
    pub fn holder(&self) -> Holder {
        Holder::this_process(&self.actor().unwrap_or_default(), self.now)
    }

    /// Reads everything that decisions rest on; empty where there is no store yet.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn world(&mut self) -> Result<World, Failure> {
        let disk = self.open()?;
        self.world_of(disk.as_ref().map(|disk| disk as &dyn Files))
    }

    /// Reads everything from an open store.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn world_of(&mut self, files: Option<&dyn Files>) -> Result<World, Failure> {
        let book = files.map_or_else(|| Ok(Book::default()), Book::read)?;
        self.world_with(files, book)
    }

    /// Returns the world that rests on these records.
    ///
    /// # Errors
    /// When the store's profiles or calendar cannot be read.
    pub fn world_with(&mut self, files: Option<&dyn Files>, book: Book) -> Result<World, Failure> {
        for (path, damage) in &book.damaged {
            self.caution("damaged-file", damage.message(), Some(path.clone()));
        }
        let (profiles, calendar) = (self.profiles(files)?, self.calendar(files)?);
        Ok(World::new(book, profiles, calendar, self.now))
    }

    /// Returns the provider profiles with the store's own over them.
    ///
    /// # Errors
    /// When the store cannot be read; a bad profile file is a warning.
    pub fn profiles(&mut self, files: Option<&dyn Files>) -> Result<Profiles, Failure> {
        let mut profiles = Profiles::built_in();
        let Some(files) = files else {
            return Ok(profiles);
        };
        let folder = StorePath::parse("providers.d")?;
        let entries = match files.list(&folder) {
            Ok(entries) => entries,
            Err(StorageError::NotFound { .. }) => return Ok(profiles),
            Err(error) => return Err(error.into()),
        };
        for entry in entries {
            let Some(name) = entry
                .name
                .strip_suffix(".toml")
                .filter(|_| !entry.is_hidden())
            else {
                continue;
            };
            let path = folder.join(&entry.name)?;
            let read = files
                .read(&path, RECORD_LIMIT)
                .map_err(|error| error.message())
                .and_then(|bytes| {
                    String::from_utf8(bytes).map_err(|_| text!("不是 UTF-8 文本", "not UTF-8 text"))
                })
                .and_then(|text| {
                    profiles
                        .add(name, &text)
                        .map_err(|error| error.message(&text))
                });
            if let Err(message) = read {
                self.caution("invalid-profile", message, Some(path.to_string()));
            }
        }
        Ok(profiles)
    }

    /// Returns the rules in force: the built-in ones, with those of `rules.d` in the configuration's
    /// folder and in the store over them.
    ///
    /// # Errors
    /// When the store cannot be read; what is wrong in a rule file is a warning.
    pub fn rulebook(&mut self) -> Result<Rulebook, Failure> {
        let disk = self.open()?;
        let files = disk.as_ref().map(|disk| disk as &dyn Files);
        let mut all = rules().to_vec();
        let mut own = self.configured_rules();
        own.extend(stored_rules(files)?);
        for (path, text) in own {
            self.take_rules(&mut all, path, text);
        }
        Ok(Rulebook::new(all, self.calendar(files)?))
    }

    fn take_rules(&mut self, all: &mut Vec<Rule>, path: String, text: Result<String, Text>) {
        let problems = match text {
            Ok(text) => overlay(all, &text)
                .iter()
                .map(FileProblem::message)
                .collect(),
            Err(message) => vec![message],
        };
        for message in problems {
            self.caution(INVALID_RULE_FILE, message, Some(path.clone()));
        }
    }

    /// Reads the rule files beside the configuration, in the order of their names.
    fn configured_rules(&self) -> Vec<RuleFile> {
        let Some(folder) = self.env.config_folder().map(|folder| folder.join(RULES)) else {
            return Vec::new();
        };
        let entries = std::fs::read_dir(&folder).into_iter().flatten().flatten();
        let mut paths: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
        paths.retain(|path| path.extension().is_some_and(|e| e == "toml"));
        paths.sort();
        let read = |path: &Path| -> Result<String, Text> {
            let bytes = reading::read(path, FILE_LIMIT).map_err(|unread| unread.reason())?;
            rule_text(bytes)
        };
        paths
            .iter()
            .map(|path| (path.display().to_string(), read(path)))
            .collect()
    }

    /// Returns the working-day calendar with the store's own years over it.
    ///
    /// # Errors
    /// When the store cannot be read; a bad calendar file is a warning.
    pub fn calendar(&mut self, files: Option<&dyn Files>) -> Result<Calendar, Failure> {
        let embedded = Calendar::embedded().clone();
        let Some(files) = files else {
            return Ok(embedded);
        };
        let path = StorePath::parse(CALENDAR)?;
        let bytes = match files.read(&path, RECORD_LIMIT) {
            Ok(bytes) => bytes,
            Err(StorageError::NotFound { .. }) => return Ok(embedded),
            Err(error) => return Err(error.into()),
        };
        match Calendar::parse(&String::from_utf8_lossy(&bytes)) {
            Ok(own) => Ok(embedded.overlay(own)),
            Err(error) => {
                self.caution("invalid-calendar", error.message(), Some(path.to_string()));
                Ok(embedded)
            }
        }
    }

    /// Decides, asks where it must, and writes: the one way in which a command changes records.
    ///
    /// `decide` looks at everything and says what is to be written. It runs on what readers see, to
    /// refuse, to ask or to answer without a lock, and once more under the lock, where what it says
    /// is written.
    ///
    /// # Errors
    /// What `decide` refuses, consent withheld, and what the store meets.
    pub fn transact<T>(
        &mut self,
        decide: impl Fn(&World, &Stamp, &mut Ids) -> Result<Plan<T>, Failure>,
    ) -> Result<Done<T>, Failure> {
        self.transact_in(None, &decide)
    }

    /// As [`transact`](Self::transact), by what bears on `wanted` alone where that is given.
    pub(super) fn transact_in<T>(
        &mut self,
        wanted: Option<&Wanted>,
        decide: &impl Fn(&World, &Stamp, &mut Ids) -> Result<Plan<T>, Failure>,
    ) -> Result<Done<T>, Failure> {
        let (actor, turn) = (self.actor(), self.turn);
        let draw = |world: &World, ids: &mut Ids| {
            let taken = world.book.operations();
            Stamp {
                op: ids.operation(|id| taken.contains(id)),
                turn: world.book.next_turn(world.now).max(turn),
                actor: actor.clone(),
                now: world.now,
            }
        };
        let ids_of_this = self.ids.for_operation();
        if let Some(disk) = self.open()? {
            StoreLock::settle(&disk, &self.holder(), self.globals.lock_timeout)?;
        }
        let near = match wanted {
            Some(wanted) => self.world_near(wanted)?,
            None => None,
        };
        let wanted = wanted.filter(|_| near.is_some());
        let world = match near {
            Some(world) => world,
            None => self.world()?,
        };
        seen_whole(&world.book)?;
        let mut ids = ids_of_this.clone();
        let stamp = draw(&world, &mut ids);
        let mut plan = match decide(&world, &stamp, &mut ids) {
            Ok(plan) => plan,
            // What is near the word that means nothing is told by a look at everything.
            Err(failure) if wanted.is_some() && failure.exit == Exit::NotFound => {
                return self.transact_in(None, decide);
            }
            Err(failure) => return Err(failure),
        };
        let refusal = plan.refusal.take();
        let agreed = plan.consent.take();
        if let Some(consent) = &agreed
            && (refusal.is_none() || !self.may_ask())
        {
            consent::obtain(self, consent)?;
        }
        if let Some(refusal) = refusal {
            return Err(refusal);
        }
        if self.globals.dry_run || !plan.writes() {
            let changed = plan.writes();
            self.adopt_cautions(&mut plan);
            return Ok(Done {
                changed,
                world: after(world, &plan),
                answer: plan.answer,
            });
        }
        let disk = self.open_to_write()?;
        let lock = StoreLock::acquire(&disk, &self.holder(), self.globals.lock_timeout)?;
        let world = match wanted {
            Some(wanted) => self.world_near_on(&disk, wanted)?,
            None => self.world_of(Some(&disk))?,
        };
        seen_whole(&world.book)?;
        let mut ids = ids_of_this;
        let stamp = draw(&world, &mut ids);
        let mut plan = decide(&world, &stamp, &mut ids)?;
        if let Some(refusal) = plan.refusal.take() {
            return Err(refusal);
        }
        if plan.consent != agreed {
            return Err(Failure::new(
                Exit::Conflict,
                "conflict.revision",
                text!(
                    "确认期间情况有变，什么都没有写入",
                    "things changed while this was being agreed to; nothing was written"
                ),
            )
            .hint(text!(
                "重新执行，查看新的影响",
                "run it again and see what it does now"
            )));
        }
        let mut changes = changes(&world.book, &plan)?;
        for holder in &plan.forgotten {
            changes.extend(keep::forget(&disk, holder)?);
        }
        lock.commit(&changes)?;
        drop(lock);
        self.adopt_cautions(&mut plan);
        Ok(Done {
            changed: plan.writes(),
            world: after(world, &plan),
            answer: plan.answer,
        })
    }

    /// Works alone with the store where `writes`, else beside others on what readers see.
    ///
    /// # Errors
    /// What `work` refuses, and what the store meets.
    pub fn alone<T>(
        &mut self,
        writes: bool,
        work: impl FnOnce(&mut Self, Option<&StoreLock<'_>>) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        if !writes {
            return work(self, None);
        }
        let disk = self.open_to_write()?;
        let lock = StoreLock::acquire(&disk, &self.holder(), self.globals.lock_timeout)?;
        work(self, Some(&lock))
    }

    /// Draws an operation's id, and says who acts in it and when.
    pub fn stamp(&self, world: &World, ids: &mut Ids) -> Stamp {
        let taken = world.book.operations();
        Stamp {
            op: ids.operation(|id| taken.contains(id)),
            turn: world.book.next_turn(world.now).max(self.turn),
            actor: self.actor(),
            now: world.now,
        }
    }

    /// Whether there is a store that can be written to as it is.
    pub fn has_store(&mut self) -> bool {
        matches!(self.place(), Place::Found { .. })
    }

    /// Takes over what a plan says the user should know.
    pub(super) fn adopt_cautions<T>(&mut self, plan: &mut Plan<T>) {
        for caution in plan.cautions.drain(..) {
            if !self.cautions.contains(&caution) {
                self.cautions.push(caution);
            }
        }
    }

    /// Reads `--at`.
    ///
    /// # Errors
    /// 3 where it is no time.
    pub fn moment(&self, matches: &clap::ArgMatches) -> Result<Option<Moment>, Failure> {
        matches
            .get_one::<String>("at")
            .map(|word| {
                moment::parse(word, self.now).map_err(|error| {
                    Failure::invalid("invalid.time", error.message()).hint(error.hint())
                })
            })
            .transpose()
    }

    /// Reads what a `--from` names: a file, or stdin for `-`.
    ///
    /// # Errors
    /// When it cannot be read (4 where it is missing, else 1).
    pub fn read_input(&mut self, name: &str) -> Result<Vec<u8>, Failure> {
        let go_on = || true;
        Ok(self.read_while(name, &go_on)?.unwrap_or_default())
    }

    /// Reads what a `--from` names; `None` where a signal came first.
    ///
    /// # Errors
    /// As [`read_input`](Self::read_input).
    pub fn read_until(
        &mut self,
        name: &str,
        signals: &Signals,
    ) -> Result<Option<Vec<u8>>, Failure> {
        self.read_while(name, &|| signals.arrived().is_none())
    }

    fn read_while(
        &mut self,
        name: &str,
        goes_on: &dyn Fn() -> bool,
    ) -> Result<Option<Vec<u8>>, Failure> {
        let mut bytes = Vec::new();
        let whole = if name == "-" {
            pour(&mut std::io::stdin().lock(), &mut bytes, goes_on)
        } else {
            let mut opened = reading::open(&self.current.join(name))
                .map_err(|unread| unreadable(name, &unread))?;
            if opened.size.is_some_and(|size| size > ROWS_LIMIT) {
                return Err(unreadable(name, &Unread::TooLarge(ROWS_LIMIT)));
            }
            pour(&mut opened, &mut bytes, goes_on)
        };
        if !whole.map_err(|error| unreadable(name, &error.into()))? {
            return Ok(None);
        }
        if bytes.len() as u64 > ROWS_LIMIT {
            return Err(unreadable(name, &Unread::TooLarge(ROWS_LIMIT)));
        }
        Ok(Some(bytes))
    }
}

/// The store's own years of the working-day calendar.
pub const CALENDAR: &str = "calendar.toml";

/// The folder of the user's own rules, in the store and beside the configuration.
const RULES: &str = "rules.d";

/// The code of a rule file in which something is wrong.
pub const INVALID_RULE_FILE: &str = "invalid-rule-file";

/// A rule file: what it is called, and its text where it can be read.
type RuleFile = (String, Result<String, Text>);

/// Reads the rule files of the store, in the order of their names.
fn stored_rules(files: Option<&dyn Files>) -> Result<Vec<RuleFile>, Failure> {
    let Some(files) = files else {
        return Ok(Vec::new());
    };
    let folder = StorePath::parse(RULES)?;
    let entries = match files.list(&folder) {
        Ok(entries) => entries,
        Err(StorageError::NotFound { .. }) => return Ok(Vec::new()),
        Err(error) => return Err(error.into()),
    };
    let mut read = Vec::new();
    for entry in entries {
        let is_rules = Path::new(&entry.name)
            .extension()
            .is_some_and(|e| e == "toml");
        if is_rules && !entry.is_hidden() {
            let path = folder.join(&entry.name)?;
            let bytes = files.read(&path, RECORD_LIMIT);
            let text = bytes.map_err(|error| error.message()).and_then(rule_text);
            read.push((path.to_string(), text));
        }
    }
    read.sort_by(|one, two| one.0.cmp(&two.0));
    Ok(read)
}

/// Returns the text of a rule file.
fn rule_text(bytes: Vec<u8>) -> Result<String, Text> {
    if bytes.len() as u64 > FILE_LIMIT {
        return Err(text!("超过 1 MiB", "it is larger than 1 MiB"));
    }
    String::from_utf8(bytes).map_err(|_| text!("不是 UTF-8 文本", "not UTF-8 text"))
}

/// Turns a file that was named and not read into a failure: 4 where it is missing, 3 where it is
/// nothing that can be read, else 1.
pub fn unreadable(name: &str, unread: &Unread) -> Failure {
    if unread.is_missing() {
        return Failure::not_found(
            "not-found.file",
            text!("找不到文件 {name}", "no such file: {name}"),
        )
        .hint(text!(
            "检查路径和权限",
            "check the path and its permissions"
        ));
    }
    let reason = unread.reason();
    let (zh, en) = (reason.zh, reason.en);
    match unread {
        Unread::Io(_) => Failure::new(
            Exit::Failure,
            "failure.file",
            text!("无法读取 {name}：{zh}", "cannot read {name}: {en}"),
        )
        .hint(text!(
            "检查路径和权限",
            "check the path and its permissions"
        )),
        Unread::Folder | Unread::Device | Unread::Silent => {
            Failure::invalid("invalid.file", text!("{name}：{zh}", "{name}: {en}"))
        }
        Unread::TooLarge(_) => {
            Failure::invalid("invalid.too-large", text!("{name}：{zh}", "{name}: {en}"))
        }
    }
}

/// Refuses to decide while a record cannot be read: it could forbid what is asked for.
pub(super) fn seen_whole(book: &Book) -> Result<(), Failure> {
    book.unread().map_or(Ok(()), |error| Err(error.into()))
}

/// Reads to the end, or to one byte above what is read of any input; `false` where `goes_on` says
/// to stop first.
fn pour(
    from: &mut dyn Read,
    bytes: &mut Vec<u8>,
    goes_on: &dyn Fn() -> bool,
) -> std::io::Result<bool> {
    let mut part = vec![0; 64 * 1024];
    while bytes.len() as u64 <= ROWS_LIMIT {
        if !goes_on() {
            return Ok(false);
        }
        match from.read(&mut part) {
            Ok(0) => return Ok(true),
            Ok(count) => bytes.extend_from_slice(part.get(..count).unwrap_or_default()),
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(true)
}

/// Returns the changes that write a plan.
pub(super) fn changes<T>(book: &Book, plan: &Plan<T>) -> Result<Vec<Change>, Failure> {
    let encoding = |error: toml::ser::Error| {
        Failure::new(
            Exit::Failure,
            "failure.encoding",
            text!(
                "记录无法写成 TOML：{error}",
                "a record cannot be written as TOML: {error}"
            ),
        )
    };
    let mut changes = Vec::new();
    for (path, bytes) in &plan.files {
        changes.push(Change::Create {
            path: path.clone(),
            bytes: bytes.clone(),
        });
    }
    for record in &plan.subjects {
        changes.push(book.write_subject(record).map_err(encoding)?);
    }
    for order in &plan.orders {
        changes.push(book.write_order(order).map_err(encoding)?);
    }
    changes.extend(
        plan.removed
            .iter()
            .filter_map(|path| book.remove(path.clone())),
    );
    Ok(changes)
}

/// Returns the world as a plan leaves it.
pub(super) fn after<T>(mut world: World, plan: &Plan<T>) -> World {
    for record in &plan.subjects {
        world.book.subjects.insert(record.number, record.clone());
    }
    if !plan.subjects.is_empty() {
        world.book.refold();
    }
    for order in &plan.orders {
        world.put(order.clone());
    }
    world
}

fn missing(folder: &Path, origin: Origin) -> Failure {
    let path = folder.display();
    let by = match origin {
        Origin::Flag => text!("--store 指定", "named by --store"),
        Origin::Env => text!("ICPCTL_STORE 指定", "named by ICPCTL_STORE"),
        Origin::Config => text!("配置文件指定", "named by the configuration"),
        Origin::Upwards | Origin::DataHome => text!("找到", "found"),
    };
    let (zh, en) = (by.zh, by.en);
    Failure::not_found(
        "not-found.store",
        text!(
            "{zh}的备案库不存在：{path}",
            "there is no store at {path} ({en})"
        ),
    )
    .hint(text!(
        "创建它：icpctl init --store {path}",
        "make it: icpctl init --store {path}"
    ))
}

fn nowhere() -> Failure {
    Failure::not_found(
        "not-found.store",
        text!(
            "没有备案库，也不知道主目录在哪里",
            "there is no store, and no home folder to make one in"
        ),
    )
    .hint(text!(
        "在这里创建一个：icpctl init",
        "make one here: icpctl init"
    ))
}
