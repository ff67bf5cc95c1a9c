//! What was found lately, outside the store: it can be deleted at any time.

use crate::filing::evidence::{Fact, Source, Verdict};
use crate::filing::instant::Instant;
use crate::reading;
use crate::render::mask::is_an_organisation;
use crate::store::Digest;
use crate::store::roll::make_folder;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The folder below the cache folder.
const FOLDER: &str = "evidence";
/// The largest file read.
const LIMIT: u64 = 16 << 20;

/// What was found lately.
#[derive(Clone, Debug)]
pub struct Cache {
    folder: Option<PathBuf>,
    now: Instant,
    /// How old an answer may be; each source's own limit where it is not given.
    max_age: Option<Duration>,
    /// Whether age does not matter, as nobody can be asked.
    any_age: bool,
}

/// Whether a fact may name a natural person.
fn may_name_a_person(fact: &Fact) -> bool {
    fact.claim.is_personal() && !fact.values.iter().all(|name| is_an_organisation(name))
}

/// How long answers of a source are good for.
const fn good_for(source: Source) -> Duration {
    match source {
        Source::Dns => Duration::from_mins(5),
        Source::Page => Duration::from_mins(10),
        Source::Rdap | Source::Whois => Duration::from_hours(24),
        Source::Record => Duration::from_hours(6),
        // What one's own key shows is asked anew each time.
        Source::Alibaba | Source::AlibabaCdn | Source::Tencent => Duration::ZERO,
    }
}

impl Cache {
    /// Opens the cache below a folder; without one, nothing is remembered.
    pub fn new(
        folder: Option<PathBuf>,
        now: Instant,
        max_age: Option<Duration>,
        any_age: bool,
    ) -> Self {
        Self {
            folder: folder.map(|folder| folder.join(FOLDER)),
            now,
            max_age,
            any_age,
        }
    }

    /// Returns what was found lately under a key, if it is young enough.
    pub fn get(&self, source: Source, key: &str) -> Option<Vec<Fact>> {
        let facts: Vec<Fact> = self.read(key)?;
        let limit = self.max_age.unwrap_or_else(|| good_for(source));
        let is_young = |fact: &Fact| {
            let age = (self.now - fact.at).to_std();
            // What comes from the future is from another clock.
            age.is_ok_and(|age| self.any_age || age < limit)
        };
        (!facts.is_empty() && facts.iter().all(is_young)).then_some(facts)
    }

    /// Remembers what was found; what nobody knew is asked again, and so is what may name a natural
    /// person: a cache holds no personal data, and half an answer would be judged otherwise. Where
    /// nothing can be written, things are only slower.
    pub fn put(&self, key: &str, facts: &[Fact]) {
        let is_unknown = |fact: &Fact| fact.verdict == Verdict::Unknown;
        let is_kept = |fact: &Fact| !is_unknown(fact) && !may_name_a_person(fact);
        if facts.iter().all(is_kept) {
            self.write(key, &facts);
        }
    }

    /// Reads a file of our own, such as a list of servers, if it is young enough.
    pub fn file(&self, name: &str, limit: Duration) -> Option<Vec<u8>> {
        let kept: Kept = self.read(name)?;
        let age = (self.now - kept.at).to_std().ok()?;
        (self.any_age || age < limit).then(|| kept.text.into_bytes())
    }

    /// Remembers a file of our own.
    pub fn keep_file(&self, name: &str, bytes: &[u8]) {
        let kept = Kept {
            at: self.now,
            text: String::from_utf8_lossy(bytes).into_owned(),
        };
        self.write(name, &kept);
    }

    fn read<T: DeserializeOwned>(&self, key: &str) -> Option<T> {
        let bytes = reading::read(&self.path(key)?, LIMIT).ok()?;
        serde_json::from_slice(&bytes).ok()
    }

    fn write(&self, key: &str, found: &impl Serialize) {
        if let Some(path) = self.path(key)
            && let Ok(bytes) = serde_json::to_vec(found)
        {
            let _ = write(&path, &bytes);
        }
    }

    fn path(&self, key: &str) -> Option<PathBuf> {
        let name = Digest::of(key.as_bytes());
        Some(self.folder.as_ref()?.join(format!("{name}.json")))
    }
}

#[derive(Serialize, Deserialize)]
struct Kept {
    at: Instant,
    text: String,
}

/// Forgets everything: what was erased must not be found here.
pub fn forget(folder: &Path) {
    let _ = fs::remove_dir_all(folder.join(FOLDER));
}

/// Writes a file that only its owner can read, whole or not at all; no name that somebody planted
/// is written through.
fn write(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let folder = path.parent().unwrap_or(path);
    make_folder(folder)?;
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(bytes)?;
    file.persist(path).map_err(|error| error.error)?;
    Ok(())
}
