//! Tencent Cloud: the environment, `credentials` as its SDKs read it, then tccli's profiles.
//!
//! Source: `DefaultCredentialProvider` of tencentcloud-sdk-python 3.1, and tccli 3.1. The role of
//! an instance, which both ask for last, is not asked for: filings are not looked after there.

use super::place::{json, read, section};
use super::{Held, Names, Parts, Place, Search, Trouble, filled, of_environment, of_file};
use crate::config::secret::Revealed;
use crate::env::Env;
use serde_json::Value;
use std::path::{Path, PathBuf};

/// The file for all users of a machine.
const SYSTEM: &str = "/etc/tencentcloud/credentials";
/// The section that the SDKs read, and tccli's profile unless another is named.
const DEFAULT: &str = "default";
/// The variables of a key.
const VARIABLES: Names = ("TENCENTCLOUD_SECRET_ID", "TENCENTCLOUD_SECRET_KEY");
/// The variable that names a profile of tccli.
const PROFILE: &str = "TCCLI_PROFILE";

pub(super) fn find(env: &Env, home: &Path, search: &mut Search) {
    if search.take(of_environment(env, VARIABLES, "TENCENTCLOUD_TOKEN"))
        || search.take(file(home))
        || search.take(tccli(home, env.text(PROFILE)))
    {
        search.in_region(env, "TENCENTCLOUD_REGION");
    }
}

fn file(home: &Path) -> Held {
    let own = home.join(".tencentcloud/credentials");
    let path = if own.exists() {
        own
    } else {
        PathBuf::from(SYSTEM)
    };
    let names = ("secret_id", "secret_key");
    let place = Place::file(&path, DEFAULT);
    of_file(&path, (place, None), names, |text, _| {
        let section = section(text, DEFAULT)?;
        Ok(Parts {
            id: section.get(names.0),
            key: section.get(names.1).and_then(Revealed::new),
            ..Parts::default()
        })
    })
}

fn tccli(home: &Path, named: Option<&str>) -> Held {
    let profile = named.unwrap_or(DEFAULT);
    let folder = home.join(".tccli");
    let path = folder.join(format!("{profile}.credential"));
    let names = ("secretId", "secretKey");
    let place = (Place::file(&path, profile), named.map(|_| PROFILE));
    of_file(&path, place, names, |text, _| {
        let value = json(text)?;
        let text = |key: &str| value.get(key).and_then(Value::as_str).and_then(filled);
        let parts = Parts {
            id: text(names.0),
            key: text(names.1).and_then(Revealed::new),
            token: text("token").and_then(Revealed::new),
            region: region(&folder, profile),
        };
        match (&parts.id, &parts.key, text("type")) {
            (None, _, Some(kind)) | (_, None, Some(kind)) => Err(Trouble::Unsupported(kind)),
            _ => Ok(parts),
        }
    })
}

/// Returns the region that tccli's profile names.
fn region(folder: &Path, profile: &str) -> Option<String> {
    let content = read(&folder.join(format!("{profile}.configure"))).ok()??;
    let value = json(&content.text).ok()?;
    filled(value.pointer("/_sys_param/region")?.as_str()?)
}
