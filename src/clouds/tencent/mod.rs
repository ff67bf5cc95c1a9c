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

/// Returns a list of texts of a table, unless it is missing or something else; null is an empty one.
fn texts(value: &Value, key: &str) -> Option<Vec<String>> {
    match value.get(key)? {
        Value::Null => Some(Vec::new()),
        Value::Array(list) => {
            let texts = list.iter().map(|value| value.as_str().map(str::to_owned));
            texts.collect()
        }
        Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_) => None,
    }
}
