//! Alibaba Cloud: the environment, the profiles of `aliyun`, then the SDKs' own file.
//!
//! Source: `DefaultCredentialsProvider` of alibabacloud-credentials 1.0.12. A role that a token of
//! identity stands for must be exchanged first: it is told and passed over. The role of an instance and
//! a service that hands out keys are asked where the environment names them.

use super::place::{json, section};
use super::{
    Afar, Held, Names, Note, Parts, Place, Search, Trouble, filled, of_environment, of_file,
    passed_over,
};
use crate::config::base::{is_near, may_be_asked};
use crate::config::secret::Revealed;
use crate::env::Env;
use serde_json::Value;
use std::path::Path;
use url::Url;

/// The section of the SDKs' file unless another is named.
const DEFAULT: &str = "default";
/// The variable that names a profile.
const PROFILE: &str = "ALIBABA_CLOUD_PROFILE";
/// The variable that names the SDKs' file.
const FILE: &str = "ALIBABA_CLOUD_CREDENTIALS_FILE";
/// The variables of a key.
const VARIABLES: Names = (
    "ALIBABA_CLOUD_ACCESS_KEY_ID",
    "ALIBABA_CLOUD_ACCESS_KEY_SECRET",
);
/// The parts of a key in both files.
const NAMES: Names = ("access_key_id", "access_key_secret");

pub(super) fn find(env: &Env, home: &Path, search: &mut Search) {
    let profile = env.text(PROFILE);
    let takes_cli = env
        .text("ALIBABA_CLOUD_CLI_PROFILE_DISABLED")
        .is_none_or(|value| !value.eq_ignore_ascii_case("true"));
    let named = env.path(FILE);
    // A profile may stand in either file: it is missed where the last of them is not there.
    let named_by = named.as_ref().map(|_| FILE).or(profile.map(|_| PROFILE));
    let file = named.unwrap_or_else(|| home.join(".alibabacloud/credentials.ini"));
    let over = search.take(of_environment(
        env,
        VARIABLES,
        "ALIBABA_CLOUD_SECURITY_TOKEN",
    )) || search.take(token_of_identity(env))
        || takes_cli && search.take(cli(&home.join(".aliyun/config.json"), profile))
        || search.take(sdk(&file, profile.unwrap_or(DEFAULT), named_by));
    if over {
        search.in_region(env, "ALIBABA_CLOUD_REGION_ID");
    } else {
        let (afar, notes) = elsewhere(env);
        search.afar = afar;
        search.notes.extend(notes);
    }
}

fn token_of_identity(env: &Env) -> Held {
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
    passed_over(place, trouble)
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

fn cli(path: &Path, profile: Option<&str>) -> Held {
    let at = |profile: &str| Place::file(path, profile);
    let named = profile.unwrap_or(DEFAULT);
    of_file(path, (at(named), None), NAMES, |text, place| {
        let config = json(text)?;
        let current = config.get("current").and_then(Value::as_str);
        let named = profile.or(current).unwrap_or(DEFAULT);
        *place = at(named);
        let profiles = config.get("profiles").and_then(Value::as_array);
        let is_named =
            |profile: &&Value| profile.get("name").and_then(Value::as_str) == Some(named);
        let chosen = profiles.into_iter().flatten().find(is_named);
        let chosen = chosen.ok_or(Trouble::NoProfile)?;
        let text = |key: &str| chosen.get(key).and_then(Value::as_str).and_then(filled);
        let token = match text("mode").as_deref() {
            Some("AK") | None => None,
            Some("StsToken") => {
                let token = text("sts_token").and_then(Revealed::new);
                Some(token.ok_or(Trouble::Lacks("sts_token"))?)
            }
            Some(mode) => return Err(Trouble::Unsupported(mode.to_owned())),
        };
        Ok(Parts {
            id: text(NAMES.0),
            key: text(NAMES.1).and_then(Revealed::new),
            token,
            region: text("region_id"),
        })
    })
}

fn sdk(path: &Path, profile: &str, named_by: Option<&'static str>) -> Held {
    of_file(
        path,
        (Place::file(path, profile), named_by),
        NAMES,
        |text, _| {
            let section = section(text, profile)?;
            match section.get("type").as_deref() {
                Some("access_key") | None => Ok(Parts {
                    id: section.get(NAMES.0),
                    key: section.get(NAMES.1).and_then(Revealed::new),
                    ..Parts::default()
                }),
                Some(kind) => Err(Trouble::Unsupported(kind.to_owned())),
            }
        },
    )
}
