//! Alibaba Cloud: the environment, the profiles of `aliyun`, then the SDKs' own file.
//!
//! Source: `DefaultCredentialsProvider` of alibabacloud-credentials 1.0.12. A role that a token of
//! identity stands for must be exchanged first: it is told and passed over. The role of an instance and
//! a service that hands out keys are asked where the environment names them.

use super::place::{json, read, section};
use super::{Afar, Credential, Note, Parts, Place, Search, Trouble, filled};
use crate::clouds::secret::Secret;
use crate::config::base::{is_near, may_be_asked};
use crate::env::Env;
use serde_json::Value;
use std::path::Path;
use url::Url;

/// The section of the SDKs' file unless another is named.
const DEFAULT: &str = "default";
/// The parts of a key in both files.
const NAMES: (&str, &str) = ("access_key_id", "access_key_secret");

pub(super) fn find(env: &Env, home: &Path, search: &mut Search) {
    let profile = env.text("ALIBABA_CLOUD_PROFILE");
    let takes_cli = env
        .text("ALIBABA_CLOUD_CLI_PROFILE_DISABLED")
        .is_none_or(|value| !value.eq_ignore_ascii_case("true"));
    let file = env
        .path("ALIBABA_CLOUD_CREDENTIALS_FILE")
        .unwrap_or_else(|| home.join(".alibabacloud/credentials.ini"));
    let over = search.take(environment(env))
        || search.take(token_of_identity(env))
        || takes_cli && search.take(cli(&home.join(".aliyun/config.json"), profile))
        || search.take(sdk(&file, profile.unwrap_or(DEFAULT)));
    if !over {
        let (afar, notes) = elsewhere(env);
        search.afar = afar;
        search.notes.extend(notes);
    }
    if over && let Some(found) = &mut search.found {
        let named = env.text("ALIBABA_CLOUD_REGION_ID").map(str::to_owned);
        found.region = named.or(found.region.take());
    }
}

fn environment(env: &Env) -> (Option<Credential>, Vec<Note>) {
    let names = (
        "ALIBABA_CLOUD_ACCESS_KEY_ID",
        "ALIBABA_CLOUD_ACCESS_KEY_SECRET",
    );
    let parts = Parts {
        id: env.text(names.0).and_then(filled),
        key: env.text(names.1).and_then(filled).and_then(Secret::new),
        token: env
            .text("ALIBABA_CLOUD_SECURITY_TOKEN")
            .and_then(Secret::new),
        region: None,
    };
    parts.whole(Place::Environment { variable: names.0 }, names)
}

fn token_of_identity(env: &Env) -> (Option<Credential>, Vec<Note>) {
    let variables = [
        "ALIBABA_CLOUD_ROLE_ARN",
        "ALIBABA_CLOUD_OIDC_PROVIDER_ARN",
        "ALIBABA_CLOUD_OIDC_TOKEN_FILE",
    ];
    if !variables.iter().all(|name| env.has(name)) {
        return (None, Vec::new());
    }
    let place = Place::Environment {
        variable: variables[0],
    };
    let trouble = Trouble::Unsupported("OIDC".to_owned());
    (None, vec![Note::new(place, trouble)])
}

/// What the SDKs ask last, where the environment names it: the role of an instance, then a service
/// that hands out keys. Nobody is asked who is not named.
fn elsewhere(env: &Env) -> (Option<Afar>, Vec<Note>) {
    let is_off = env
        .text("ALIBABA_CLOUD_ECS_METADATA_DISABLED")
        .is_some_and(|value| value.eq_ignore_ascii_case("true"));
    let role = env.text("ALIBABA_CLOUD_ECS_METADATA").and_then(filled);
    if let Some(role) = role.filter(|_| !is_off) {
        return (Some(Afar::Role(role)), Vec::new());
    }
    let variable = "ALIBABA_CLOUD_CREDENTIALS_URI";
    let Some(text) = env.text(variable).and_then(filled) else {
        return (None, Vec::new());
    };
    match Url::parse(&text) {
        Ok(url) if may_be_asked(&url) || is_near(&url) => (Some(Afar::Uri(url)), Vec::new()),
        Ok(_) | Err(_) => {
            let words = "neither https, nor http of this machine".to_owned();
            let place = Place::Environment { variable };
            (None, vec![Note::new(place, Trouble::Unreadable(words))])
        }
    }
}

fn cli(path: &Path, profile: Option<&str>) -> (Option<Credential>, Vec<Note>) {
    let at = |profile: &str| Place::file(path, profile);
    let named = profile.unwrap_or(DEFAULT);
    let content = match read(path) {
        Ok(Some(content)) => content,
        Ok(None) => return (None, Vec::new()),
        Err(trouble) => return (None, vec![Note::new(at(named), trouble)]),
    };
    let config = match json(&content.text) {
        Ok(config) => config,
        Err(trouble) => return (None, vec![Note::new(at(named), trouble)]),
    };
    let current = config.get("current").and_then(Value::as_str);
    let named = profile.or(current).unwrap_or(DEFAULT);
    let profiles = config.get("profiles").and_then(Value::as_array);
    let chosen = profiles
        .into_iter()
        .flatten()
        .find(|profile| profile.get("name").and_then(Value::as_str) == Some(named));
    let Some(chosen) = chosen else {
        return (None, vec![Note::new(at(named), Trouble::NoProfile)]);
    };
    let text = |key: &str| chosen.get(key).and_then(Value::as_str).and_then(filled);
    let mut parts = Parts {
        id: text(NAMES.0),
        key: text(NAMES.1).and_then(Secret::new),
        token: None,
        region: text("region_id"),
    };
    let (found, mut notes) = match text("mode").as_deref() {
        Some("AK") | None => parts.whole(at(named), NAMES),
        Some("StsToken") => {
            parts.token = text("sts_token").and_then(Secret::new);
            if parts.token.is_none() {
                (
                    None,
                    vec![Note::new(at(named), Trouble::Lacks("sts_token"))],
                )
            } else {
                parts.whole(at(named), NAMES)
            }
        }
        Some(mode) => {
            let trouble = Trouble::Unsupported(mode.to_owned());
            (None, vec![Note::new(at(named), trouble)])
        }
    };
    notes.extend(
        content
            .loose
            .map(|mode| Note::new(at(named), Trouble::Loose(mode))),
    );
    (found, notes)
}

fn sdk(path: &Path, profile: &str) -> (Option<Credential>, Vec<Note>) {
    let place = Place::file(path, profile);
    let content = match read(path) {
        Ok(Some(content)) => content,
        Ok(None) => return (None, Vec::new()),
        Err(trouble) => return (None, vec![Note::new(place, trouble)]),
    };
    let loose = content
        .loose
        .map(|mode| Note::new(place.clone(), Trouble::Loose(mode)));
    let (found, mut notes) = match section(&content.text, profile) {
        Ok(section) => match section.get("type").as_deref() {
            Some("access_key") | None => {
                let parts = Parts {
                    id: section.get(NAMES.0),
                    key: section.get(NAMES.1).and_then(Secret::new),
                    ..Parts::default()
                };
                parts.whole(place, NAMES)
            }
            Some(kind) => {
                let trouble = Trouble::Unsupported(kind.to_owned());
                (None, vec![Note::new(place, trouble)])
            }
        },
        Err(trouble) => (None, vec![Note::new(place, trouble)]),
    };
    notes.extend(loose);
    (found, notes)
}
