//! What the user adds to what is built in: providers, rules and working days.

use super::Context;
use crate::failure::Failure;
use crate::filing::calendar::Calendar;
use crate::filing::order::Order;
use crate::filing::profile::{ProfileProblem, Profiles};
use crate::intake::Position;
use crate::knowledge::{Rule, rules};
use crate::lang::Text;
use crate::lang::parser::position;
use crate::reading;
use crate::rulebook::{FILE_LIMIT, FileProblem, Rulebook, overlay};
use crate::store::{Files, RECORD_LIMIT, StorePath, if_there};
use crate::text;
use crate::workflow::check::Bench;
use crate::workflow::desk::Desk;
use crate::workflow::doubt;
use crate::workflow::plan::Caution;
use std::borrow::Cow;
use std::path::{Path, PathBuf};

/// The store's own years of the working-day calendar.
pub const CALENDAR: &str = "calendar.toml";

/// The folder of the user's own rules, in the store and beside the configuration.
pub const RULES: &str = "rules.d";
/// The folder of the user's own profiles of providers.
pub const PROFILES: &str = "providers.d";

/// The code of a rule file in which something is wrong.
pub const INVALID_RULE_FILE: &str = "invalid-rule-file";

/// The most orders that one answer asks the rulebook about for their next step.
const MOST_JUDGED: usize = 200;

/// A rule file: what it is called, and its text where it can be read.
type RuleFile = (String, Result<String, Text>);

/// A file of the user's own in the store: its name without the ending, its path, and what it holds
/// where it can be read.
type OwnFile = (String, StorePath, Result<Vec<u8>, Text>);

/// Reads the TOML files of a folder of the store.
fn own_files(files: &dyn Files, folder: &str) -> Result<Vec<OwnFile>, Failure> {
    let folder = StorePath::parse(folder)?;
    let mut read = Vec::new();
    for entry in if_there(files.list(&folder))?.into_iter().flatten() {
        if let Some(name) = entry.name.strip_suffix(".toml")
            && !entry.is_hidden()
        {
            // The user names these files: a name that no record could have is read like any other.
            let path = folder.with(&entry.name);
            let bytes = files.read(&path, RECORD_LIMIT);
            let bytes = bytes.map_err(|error| error.message());
            read.push((name.to_owned(), path, bytes));
        }
    }
    Ok(read)
}

/// Reads the rule files of the store, in the order of their names.
fn stored_rules(files: &dyn Files) -> Result<Vec<RuleFile>, Failure> {
    let own = own_files(files, RULES)?.into_iter();
    let mut read: Vec<RuleFile> = own
        .map(|(_, path, bytes)| (path.to_string(), bytes.and_then(rule_text)))
        .collect();
    read.sort_by(|one, two| one.0.cmp(&two.0));
    Ok(read)
}

/// Returns the text of a rule file.
fn rule_text(bytes: Vec<u8>) -> Result<String, Text> {
    if bytes.len() as u64 > FILE_LIMIT {
        return Err(text!("超过 1 MiB", "it is larger than 1 MiB"));
    }
    utf8(bytes)
}

fn utf8(bytes: Vec<u8>) -> Result<String, Text> {
    String::from_utf8(bytes).map_err(|_| text!("不是 UTF-8 文本", "not UTF-8 text"))
}

impl Context<'_> {
    /// Returns the provider profiles with the store's own over them.
    ///
    /// # Errors
    /// When the store cannot be read; a bad profile file is a warning.
    pub fn profiles(&mut self, files: Option<&dyn Files>) -> Result<Profiles, Failure> {
        let mut profiles = Profiles::built_in();
        let Some(files) = files else {
            return Ok(profiles);
        };
        for (name, path, bytes) in own_files(files, PROFILES)? {
            let read = bytes.and_then(utf8).and_then(|text| {
                let said = |problem: ProfileProblem| {
                    let (line, column) = position(text.as_bytes(), problem.at);
                    Position { line, column }.says(&problem.reason)
                };
                let clashes = profiles.add(&name, &text).map_err(said)?;
                Ok(clashes.into_iter().map(said).collect::<Vec<Text>>())
            });
            let (code, messages) = match read {
                Ok(clashes) => ("ambiguous-provider", clashes),
                Err(message) => {
                    profiles.set_unread(
                        &name,
                        text!("{path}：{message}", "{path}: {message}", message),
                    );
                    ("invalid-profile", vec![message])
                }
            };
            for message in messages {
                self.caution(code, message, Some(path.to_string()));
            }
        }
        Ok(profiles)
    }

    /// Puts the name of its profile in the place of each word that is a label or another name of a
    /// provider; a word that no profile knows stays as it is.
    ///
    /// The store is looked at only for what is no built-in name.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn name_providers<'w>(
        &mut self,
        words: impl IntoIterator<Item = &'w mut String>,
    ) -> Result<(), Failure> {
        self.unknown_providers(words).map(|_| ())
    }

    /// As [`name_providers`](Self::name_providers), for providers that nothing else is said of: those
    /// that no profile describes are warned of.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn heed_providers<'w>(
        &mut self,
        words: impl IntoIterator<Item = &'w mut String>,
    ) -> Result<(), Failure> {
        let unknown = self.unknown_providers(words)?;
        self.warn_of(unknown);
        Ok(())
    }

    /// Puts the providers' names in the place of the words, and returns what to say of those that no
    /// profile describes.
    fn unknown_providers<'w>(
        &mut self,
        words: impl IntoIterator<Item = &'w mut String>,
    ) -> Result<Vec<Caution>, Failure> {
        let built_in = Profiles::built_in();
        let mut others = words
            .into_iter()
            .filter(|word| !built_in.is_name(word))
            .peekable();
        if others.peek().is_none() {
            return Ok(Vec::new());
        }
        let disk = self.open()?;
        let profiles = self.profiles(disk.as_ref().map(|disk| disk as &dyn Files))?;
        let mut unknown = Vec::new();
        for word in others {
            profiles.rename(word);
            unknown.extend(doubt::unknown_provider(&profiles, word));
        }
        Ok(unknown)
    }

    /// Returns the rules in force: the built-in ones, with those of `rules.d` in the configuration's
    /// folder and in the store over them.
    ///
    /// # Errors
    /// When the store cannot be read; what is wrong in a rule file is a warning.
    pub fn rulebook(&mut self) -> Result<Rulebook, Failure> {
        let disk = self.open()?;
        let files = disk.as_ref().map(|disk| disk as &dyn Files);
        let mut all = Cow::Borrowed(rules());
        let mut own = self.configured_rules();
        own.extend(files.map(stored_rules).transpose()?.into_iter().flatten());
        if !own.is_empty() {
            let profiles = self.profiles(files)?;
            for (path, text) in own {
                self.take_rules(all.to_mut(), &profiles, path, text);
            }
        }
        Ok(Rulebook::new(all, self.calendar(files)?))
    }

    /// Asks the rulebook about those of the orders that are to be sent next, so that the desk names
    /// as their next step what mends them where it refuses them.
    ///
    /// Of very many only the first are asked about. A rulebook that cannot be read says nothing here:
    /// `check` and `submit` tell of it.
    pub fn judge<'w>(&mut self, desk: &mut Desk<'w>, orders: impl IntoIterator<Item = &'w Order>) {
        let orders: Vec<&Order> = orders
            .into_iter()
            .filter(|order| desk.is_to_be_sent(order))
            .take(MOST_JUDGED)
            .collect();
        if orders.is_empty() {
            return;
        }
        if let Ok(rulebook) = self.rulebook() {
            let bench = Bench::new(desk.world, &rulebook, self.globals.privacy);
            desk.judge(&bench, orders);
        }
    }

    fn take_rules(
        &mut self,
        all: &mut Vec<Rule>,
        profiles: &Profiles,
        path: String,
        text: Result<String, Text>,
    ) {
        let problems = match text {
            Ok(text) => overlay(all, &text, profiles)
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
        let Some(bytes) = if_there(files.read(&path, RECORD_LIMIT))? else {
            return Ok(embedded);
        };
        match Calendar::parse(&String::from_utf8_lossy(&bytes)) {
            Ok(own) => Ok(embedded.overlay(own)),
            Err(error) => {
                self.caution("invalid-calendar", error.message(), Some(path.to_string()));
                Ok(embedded)
            }
        }
    }
}
