//! The keys to the clouds, found where the clouds' own tools keep them, in those tools' order.
//!
//! They are read when a call is about to be signed, and kept nowhere else. A place that holds
//! nothing usable is passed over, as the tools do, and told.

pub mod afar;
mod alibaba;
mod place;
mod tencent;

pub use afar::Afar;
pub use place::{Note, Place, Trouble, loose_mode, readable};

use super::Cloud;
use crate::config::secret::Revealed;
use crate::env::Env;
use crate::lang::Text;
use crate::text;
use place::read;
use std::path::{Path, PathBuf};

/// How many characters of an id stand at each end of its mask.
const SHOWN: usize = 4;

/// A key to a cloud.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credential {
    /// The id of the key: it names the account's key and opens nothing.
    pub id: String,
    /// The secret that signs.
    pub key: Revealed,
    /// The token of a session that will end; absent for a permanent key.
    pub token: Option<Revealed>,
    /// The region that stands beside it.
    pub region: Option<String>,
    /// Where it was found.
    pub place: Place,
}

impl Credential {
    /// Returns the id as `AKID****wxyz`.
    pub fn masked_id(&self) -> String {
        let characters: Vec<char> = self.id.chars().collect();
        if characters.len() < 3 * SHOWN {
            return "****".to_owned();
        }
        let head: String = characters[..SHOWN].iter().collect();
        let tail: String = characters[characters.len() - SHOWN..].iter().collect();
        format!("{head}****{tail}")
    }

    /// Returns words of somebody else's with whatever of the key is in them hidden.
    pub fn redacted(&self, words: &str) -> String {
        let secrets = std::iter::once(&self.key).chain(&self.token);
        let words = secrets.fold(words.to_owned(), |words, secret| secret.hidden_in(&words));
        words.replace(&self.id, &self.masked_id())
    }

    /// Returns what kind of key it is, as JSON names it.
    pub const fn kind(&self) -> &'static str {
        match self.token {
            Some(_) => "temporary",
            None => "permanent",
        }
    }
}

/// What looking for a key came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Search {
    /// The first usable key.
    pub found: Option<Credential>,
    /// What the user should know of the places that were looked at before it, and of its own.
    pub notes: Vec<Note>,
    /// Who is to be asked for a key, where no place holds one.
    pub afar: Option<Afar>,
}

impl Search {
    /// Takes what a place held; returns whether the search is over.
    fn take(&mut self, (found, notes): Held) -> bool {
        self.notes.extend(notes);
        self.found = found;
        self.found.is_some()
    }

    /// Puts the region that a variable names in the place of the one beside the key.
    fn in_region(&mut self, env: &Env, variable: &str) {
        if let (Some(found), Some(region)) = (&mut self.found, env.text(variable)) {
            found.region = Some(region.to_owned());
        }
    }
}

/// Looks for the key to a cloud.
pub fn find(cloud: Cloud, env: &Env) -> Search {
    let mut search = Search::default();
    let home = env.path("HOME").unwrap_or_else(|| PathBuf::from("/"));
    match cloud {
        Cloud::Tencent => tencent::find(env, &home, &mut search),
        Cloud::Alibaba => alibaba::find(env, &home, &mut search),
    }
    search
}

/// Returns where a key to the cloud can be put, in a line.
pub fn advice(cloud: Cloud) -> Text {
    match cloud {
        Cloud::Tencent => text!(
            "设置 TENCENTCLOUD_SECRET_ID 和 TENCENTCLOUD_SECRET_KEY，或写入 ~/.tencentcloud/credentials，或用 tccli configure",
            "set TENCENTCLOUD_SECRET_ID and TENCENTCLOUD_SECRET_KEY, or write ~/.tencentcloud/credentials, or use tccli configure"
        ),
        Cloud::Alibaba => text!(
            "设置 ALIBABA_CLOUD_ACCESS_KEY_ID 和 ALIBABA_CLOUD_ACCESS_KEY_SECRET，或用 aliyun configure，或写入 ~/.alibabacloud/credentials.ini",
            "set ALIBABA_CLOUD_ACCESS_KEY_ID and ALIBABA_CLOUD_ACCESS_KEY_SECRET, or use aliyun configure, or write ~/.alibabacloud/credentials.ini"
        ),
    }
}

/// What a place held: a usable key, and what the user should know of the place.
type Held = (Option<Credential>, Vec<Note>);

/// A key as a place holds it, whole or in part.
#[derive(Debug, Default)]
struct Parts {
    id: Option<String>,
    key: Option<Revealed>,
    token: Option<Revealed>,
    region: Option<String>,
}

impl Parts {
    /// Returns the key, if it is whole; what is missing of one that was begun is told.
    fn whole(self, place: Place, names: Names) -> Held {
        let missing = match (self.id, self.key) {
            (Some(id), Some(key)) => {
                let credential = Credential {
                    id,
                    key,
                    token: self.token,
                    region: self.region,
                    place,
                };
                return (Some(credential), Vec::new());
            }
            (None, None) => return (None, Vec::new()),
            (None, Some(_)) => names.0,
            (Some(_), None) => names.1,
        };
        passed_over(place, Trouble::Lacks(missing))
    }
}

/// The names of the two parts of a key: its id, and the secret.
type Names = (&'static str, &'static str);

/// Takes a key from variables of the environment, with the token of a session in another.
fn of_environment(env: &Env, names: Names, token: &str) -> Held {
    let text = |name: &str| env.text(name).and_then(filled);
    let parts = Parts {
        id: text(names.0),
        key: text(names.1).and_then(Revealed::new),
        token: text(token).and_then(Revealed::new),
        region: None,
    };
    parts.whole(Place::Environment { variable: names.0 }, names)
}

/// Takes a key from the file of a place, as `key` reads it, which may put the place right; a file
/// that is not there holds nothing, and is told where a variable names it.
fn of_file(
    path: &Path,
    (mut place, named_by): (Place, Option<&'static str>),
    names: Names,
    key: impl FnOnce(&str, &mut Place) -> Result<Parts, Trouble>,
) -> Held {
    let content = match read(path) {
        Ok(Some(content)) => content,
        Ok(None) => {
            let absent = named_by.map(|variable| passed_over(place, Trouble::Absent(variable)));
            return absent.unwrap_or_default();
        }
        Err(trouble) => return passed_over(place, trouble),
    };
    let parts = key(&content.text, &mut place);
    let loose = content.loose.map(Trouble::Loose);
    let loose = loose.map(|trouble| Note::new(place.clone(), trouble));
    let (found, mut notes) = match parts {
        Ok(parts) => parts.whole(place, names),
        Err(trouble) => passed_over(place, trouble),
    };
    notes.extend(loose);
    (found, notes)
}

/// Says why a place holds nothing usable.
fn passed_over(place: Place, trouble: Trouble) -> Held {
    (None, vec![Note::new(place, trouble)])
}

/// Returns a text with something in it.
fn filled(text: &str) -> Option<String> {
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}
