//! What a command has to work with, and the one way to write.

pub mod measures;
mod nearby;
pub mod single;
pub mod writing;

use crate::cli::documents;
use crate::cli::parser::globals::Globals;
use crate::clock::Clock;
use crate::config::Config;
use crate::env::Env;
use crate::failure::Failure;
use crate::filing::instant::Instant;
use crate::filing::moment::{self, Moment};
use crate::ids::Ids;
use crate::lang::{Lang, Text, shell_word};
use crate::network::{Manner, Network};
use crate::render::envelope::{Envelope, Warning};
use crate::render::fields::Fields;
use crate::render::style::{Color, Surroundings};
use crate::store::book::Book;
use crate::store::place::{self, Inputs, Origin, Place, SystemProbe};
use crate::store::roll;
use crate::store::{Disk, Files, Holder, Recovery, StoreLock, store_file};
use crate::text;
use crate::workflow::examine::DAMAGED;
pub use crate::workflow::plan::{Caution, Done, Plan, Stamp};
pub use crate::workflow::world::World;
pub use single::Asks;
use std::cell::OnceCell;
use std::collections::HashSet;
use std::io::{IsTerminal as _, Write};
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
    /// The fields that are asked for, where the document has them.
    pub fields: Option<Fields>,
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
    /// The cautions so far, as a row of many looks for its own among them.
    told: HashSet<Caution>,
    /// What was found and done about a writer that had been killed.
    pub recovered: Recovery,
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
            fields: None,
            config,
            env,
            terminal,
            current,
            ids,
            cautions: Vec::new(),
            told: HashSet::new(),
            recovered: Recovery::default(),
            out,
            err,
            place: OnceCell::new(),
        }
    }

    /// Adds what the user should know.
    pub fn caution(&mut self, code: &'static str, message: Text, path: Option<String>) {
        self.warn_of([Caution {
            code,
            message,
            path,
        }]);
    }

    /// Adds those cautions that are not there yet.
    pub fn warn_of(&mut self, cautions: impl IntoIterator<Item = Caution>) {
        // Looked through once: a store may hold very many files that cannot be read.
        let mut there: Option<HashSet<Caution>> = None;
        for caution in cautions {
            let is_new = self.told.insert(caution.clone());
            if !is_new && there.is_none() {
                there = Some(self.cautions.iter().cloned().collect());
            }
            let is_missing = |there: &mut HashSet<Caution>| there.insert(caution.clone());
            if there.as_mut().is_none_or(is_missing) {
                self.cautions.push(caution);
            }
        }
    }

    /// Whether the store holds a file that could not be read.
    pub fn has_unread(&self) -> bool {
        self.cautions.iter().any(|caution| caution.code == DAMAGED)
    }

    /// Returns what the user should know, as documents say it.
    pub fn warnings(&self) -> Vec<Warning> {
        let cautions = self.cautions.iter();
        cautions
            .map(|caution| caution.warning(self.lang, self.globals.privacy))
            .collect()
    }

    /// Returns the envelope of a document that is printed piece by piece.
    pub fn envelope(&self, schema: &'static str) -> Envelope {
        Envelope {
            dry_run: self.globals.dry_run,
            warnings: self.warnings(),
            ..Envelope::new(schema)
        }
    }

    /// Whether questions may be asked: on a terminal that a person sits at, unless told not to.
    pub fn may_ask(&self) -> bool {
        let has_person = self.terminal.stdin && self.terminal.stderr && !self.env.is_in_ci();
        has_person && !self.globals.no_input
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
        let manner = Manner::new(&self.config, self.env, self.globals.offline, seed);
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

    /// Returns how an answer of this run is worded.
    pub const fn manner(&self) -> documents::order::Manner {
        documents::order::Manner {
            lang: self.lang,
            privacy: self.globals.privacy,
        }
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

    /// Checks that there is a current folder, by which files are named and the store is looked for,
    /// or that the store is named without it.
    ///
    /// # Errors
    /// 4 where it was deleted.
    pub fn stands_somewhere(&self) -> Result<(), Failure> {
        let is_named = self.place_inputs(|inputs| {
            let named = [inputs.flag, inputs.env, inputs.config];
            let first = named
                .into_iter()
                .flatten()
                .find(|path| !path.as_os_str().is_empty());
            first.is_some_and(Path::is_absolute)
        });
        if self.current.is_absolute() || is_named {
            return Ok(());
        }
        Err(no_current_folder().hint(text!(
            "进入另一个目录再执行，或以完整路径指定备案库：--store DIR",
            "change to another one and run it there, or name the store by a full path: --store DIR"
        )))
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
                self.settle(&disk, Duration::ZERO)?;
                Ok(Some(disk))
            }
            Place::Missing { folder, origin } => Err(missing(&folder, origin)),
            Place::Fresh { .. } | Place::Nowhere => Ok(None),
        }
    }

    /// Completes or drops what a killed writer left half done, and remembers what that was.
    ///
    /// # Errors
    /// As [`StoreLock::settle`].
    pub fn settle(&mut self, disk: &Disk, timeout: Duration) -> Result<(), Failure> {
        let done = StoreLock::settle(disk, &self.holder(), timeout)?;
        for path in &done.kept {
            self.caution(
                "kept-edit",
                text!(
                    "中断的操作已补完；这个文件在其间被改动过，保持原样",
                    "an interrupted operation was finished; this file had been changed meanwhile and stays as it is"
                ),
                Some(path.display().to_string()),
            );
        }
        self.recovered = std::mem::take(&mut self.recovered).followed_by(done);
        Ok(())
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
                apart(&folder)?;
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
        if let (Some(files), Some(cache), Some(folder)) =
            (files, self.env.cache_folder(), self.store_folder())
        {
            roll::distrust(files, &folder, &cache);
        }
        self.world_with(files, book)
    }

    /// Returns the world that rests on these records.
    ///
    /// # Errors
    /// When the store's profiles or calendar cannot be read.
    pub fn world_with(&mut self, files: Option<&dyn Files>, book: Book) -> Result<World, Failure> {
        let (profiles, calendar) = (self.profiles(files)?, self.calendar(files)?);
        self.warn_of(book.damaged.iter().map(|(path, damage)| Caution {
            code: DAMAGED,
            message: damage.message(),
            path: Some(path.clone()),
        }));
        Ok(World::new(book, profiles, calendar, self.now))
    }

    /// Returns the folder of the store that is there.
    pub fn store_folder(&mut self) -> Option<PathBuf> {
        match self.place() {
            Place::Found { folder, .. } => Some(folder),
            Place::Missing { .. } | Place::Fresh { .. } | Place::Nowhere => None,
        }
    }

    /// Whether there is a store that can be written to as it is.
    pub fn has_store(&mut self) -> bool {
        self.store_folder().is_some()
    }

    /// Reads `--at`.
    ///
    /// # Errors
    /// 3 where it is no time.
    pub fn moment(&self, matches: &clap::ArgMatches) -> Result<Option<Moment>, Failure> {
        matches
            .get_one::<String>("at")
            .map(|word| Ok(moment::parse(word, self.now)?))
            .transpose()
    }
}

/// Checks that a new store lies in no other.
///
/// # Errors
/// 5, naming the store that it lies in.
pub fn apart(folder: &Path) -> Result<(), Failure> {
    let Some(store) = place::around(folder) else {
        return Ok(());
    };
    let (folder, path) = (folder.display(), store.display().to_string());
    let word = shell_word(&path);
    let message = text!(
        "{folder} 位于备案库 {path} 之内，不能在其中再建一个",
        "{folder} lies inside the store {path}, in which there is no place for another"
    );
    Err(
        Failure::refused("refused.inside-store", message).hint(text!(
            "使用已有的备案库：--store {word}；或在它之外的目录执行 icpctl init DIR",
            "use the store that is there: --store {word}; or make one elsewhere: icpctl init DIR"
        )),
    )
}

/// Says that the folder in which the command runs was deleted.
pub fn no_current_folder() -> Failure {
    Failure::not_found(
        "not-found.folder",
        text!(
            "当前目录已不存在",
            "the current folder does not exist any more"
        ),
    )
}

fn missing(folder: &Path, origin: Origin) -> Failure {
    let path = folder.display().to_string();
    let word = shell_word(&path);
    let by = match origin {
        Origin::Flag => text!("--store 指定", "named by --store"),
        Origin::Env => text!("ICPCTL_STORE 指定", "named by ICPCTL_STORE"),
        Origin::Config => text!("配置文件指定", "named by the configuration"),
        Origin::Upwards | Origin::DataHome => text!("找到", "found"),
    };
    Failure::not_found(
        "not-found.store",
        text!(
            "{by}的备案库不存在：{path}",
            "there is no store at {path} ({by})",
            by
        ),
    )
    .hint(text!(
        "创建它：icpctl init --store {word}",
        "make it: icpctl init --store {word}"
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
