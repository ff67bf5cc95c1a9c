//! Tencent Cloud: the environment, `credentials` as its SDKs read it, then tccli's profiles.
//!
//! Source: `DefaultCredentialProvider` of tencentcloud-sdk-python 3.1, and tccli 3.1. The role of
//! an instance, which both ask for last, is not asked for: filings are not looked after there.

use super::place::{Section, json, read, section};
use super::{Credential, Note, Parts, Place, Search, Trouble, filled};
use crate::clouds::secret::Secret;
use crate::env::Env;
use serde_json::Value;
use std::path::{Path, PathBuf};

/// The file for all users of a machine.
const SYSTEM: &str = "/etc/tencentcloud/credentials";
/// The section that the SDKs read, and tccli's profile unless another is named.
const DEFAULT: &str = "default";

pub(super) fn find(env: &Env, home: &Path, search: &mut Search) {
    let over = search.take(environment(env))
        || search.take(file(home))
        || search.take(tccli(home, env.text("TCCLI_PROFILE").unwrap_or(DEFAULT)));
    if over && let Some(found) = &mut search.found {
        let named = env.text("TENCENTCLOUD_REGION").map(str::to_owned);
        found.region = named.or(found.region.take());
    }
}

fn environment(env: &Env) -> (Option<Credential>, Vec<Note>) {
    let names = ("TENCENTCLOUD_SECRET_ID", "TENCENTCLOUD_SECRET_KEY");
    let parts = Parts {
        id: env.text(names.0).and_then(filled),
        key: env.text(names.1).and_then(filled).and_then(Secret::new),
        token: env.text("TENCENTCLOUD_TOKEN").and_then(Secret::new),
        region: None,
    };
    parts.whole(Place::Environment { variable: names.0 }, names)
}

fn file(home: &Path) -> (Option<Credential>, Vec<Note>) {
    let own = home.join(".tencentcloud/credentials");
    let path = if own.exists() {
        own
    } else {
        PathBuf::from(SYSTEM)
    };
    let place = Place::file(&path, DEFAULT);
    let content = match read(&path) {
        Ok(Some(content)) => content,
        Ok(None) => return (None, Vec::new()),
        Err(trouble) => return (None, vec![Note::new(place, trouble)]),
    };
    let loose = content
        .loose
        .map(|mode| Note::new(place.clone(), Trouble::Loose(mode)));
    let (found, mut notes) = match section(&content.text, DEFAULT) {
        Ok(section) => pair(&section).whole(place, ("secret_id", "secret_key")),
        Err(trouble) => (None, vec![Note::new(place, trouble)]),
    };
    notes.extend(loose);
    (found, notes)
}

fn pair(section: &Section) -> Parts {
    Parts {
        id: section.get("secret_id"),
        key: section.get("secret_key").and_then(Secret::new),
        ..Parts::default()
    }
}

fn tccli(home: &Path, profile: &str) -> (Option<Credential>, Vec<Note>) {
    let folder = home.join(".tccli");
    let path = folder.join(format!("{profile}.credential"));
    let place = Place::file(&path, profile);
    let content = match read(&path) {
        Ok(Some(content)) => content,
        Ok(None) => return (None, Vec::new()),
        Err(trouble) => return (None, vec![Note::new(place, trouble)]),
    };
    let loose = content
        .loose
        .map(|mode| Note::new(place.clone(), Trouble::Loose(mode)));
    let (found, mut notes) = match json(&content.text) {
        Ok(value) => {
            let text = |key: &str| value.get(key).and_then(Value::as_str).and_then(filled);
            let parts = Parts {
                id: text("secretId"),
                key: text("secretKey").and_then(Secret::new),
                token: text("token").and_then(Secret::new),
                region: region(&folder, profile),
            };
            match (&parts.id, &parts.key, text("type")) {
                (None, _, Some(kind)) | (_, None, Some(kind)) => {
                    (None, vec![Note::new(place, Trouble::Unsupported(kind))])
                }
                _ => parts.whole(place, ("secretId", "secretKey")),
            }
        }
        Err(trouble) => (None, vec![Note::new(place, trouble)]),
    };
    notes.extend(loose);
    (found, notes)
}

/// Returns the region that tccli's profile names.
fn region(folder: &Path, profile: &str) -> Option<String> {
    let content = read(&folder.join(format!("{profile}.configure"))).ok()??;
    let value = json(&content.text).ok()?;
    filled(value.pointer("/_sys_param/region")?.as_str()?)
}
