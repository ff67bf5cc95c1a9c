//! What Tencent Cloud says of an account, of servers and of domains: reads alone.
//!
//! Shapes: the models of tencentcloud-sdk-python 3.1; what is missing or of another type is
//! unknown, since fields come and go.

mod account;
mod domain;
mod server;

pub use account::{Account, account};
pub use domain::{Domain, Resolution, domain, resolution};
pub use server::{Product, Server, servers};

use serde_json::Value;

/// Returns a text of a table, unless it is empty.
fn text(value: &Value, key: &str) -> Option<String> {
    let text = value.get(key)?.as_str()?;
    (!text.is_empty()).then(|| text.to_owned())
}

/// Returns a list of texts of a table; null and nothing are an empty one.
fn texts(value: &Value, key: &str) -> Vec<String> {
    let list = value.get(key).and_then(Value::as_array);
    list.into_iter()
        .flatten()
        .filter_map(|value| value.as_str().map(str::to_owned))
        .collect()
}
