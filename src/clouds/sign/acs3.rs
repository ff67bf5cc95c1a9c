//! ACS3-HMAC-SHA256: how the interfaces of Alibaba Cloud are signed (signature version 3).
//!
//! Source: help.aliyun.com/zh/sdk/product-overview/v3-request-structure-and-signature; its worked
//! example is a test.

use super::{digest, hex, hmac};
use crate::config::secret::Revealed;
use chrono::{DateTime, Utc};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use std::collections::BTreeMap;

/// The name of the scheme, as it stands in `Authorization`.
const SCHEME: &str = "ACS3-HMAC-SHA256";

/// What RFC 3986 does not leave as it is.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~');

/// What is signed of a call: an RPC action, its parameters in the query, its body empty.
#[derive(Clone, Copy, Debug)]
pub struct Call<'a> {
    /// The host, with its port where it is not the scheme's own, as the `Host` header says it.
    pub host: &'a str,
    /// The action, such as `QuerySuccessIcpData`.
    pub action: &'a str,
    /// The version of the product's API, such as `2026-04-23`.
    pub version: &'a str,
    /// The parameters.
    pub query: &'a BTreeMap<&'a str, String>,
    /// The instant that `x-acs-date` says.
    pub at: DateTime<Utc>,
    /// What makes the call unlike every other: it is never sent twice.
    pub nonce: &'a str,
    /// The token of a session, which is sent and signed.
    pub token: Option<&'a Revealed>,
}

impl Call<'_> {
    /// Returns the query as it is signed and sent: sorted, and encoded by RFC 3986.
    pub fn query(&self) -> String {
        let encode = |text: &str| utf8_percent_encode(text, ENCODED).to_string();
        let pairs: Vec<String> = self
            .query
            .iter()
            .map(|(name, value)| format!("{}={}", encode(name), encode(value)))
            .collect();
        pairs.join("&")
    }

    /// Returns the headers that are sent and signed, by name.
    pub fn headers(&self) -> BTreeMap<&'static str, String> {
        let mut headers = BTreeMap::from([
            ("host", self.host.to_owned()),
            ("x-acs-action", self.action.to_owned()),
            ("x-acs-content-sha256", digest(b"")),
            (
                "x-acs-date",
                self.at.format("%Y-%m-%dT%H:%M:%SZ").to_string(),
            ),
            ("x-acs-signature-nonce", self.nonce.to_owned()),
            ("x-acs-version", self.version.to_owned()),
        ]);
        if let Some(token) = self.token {
            headers.insert("x-acs-security-token", token.expose().to_owned());
        }
        headers
    }
}

/// Returns the value of `Authorization`.
pub fn authorization(call: &Call<'_>, id: &str, key: &Revealed) -> String {
    let headers = call.headers();
    let names: Vec<&str> = headers.keys().copied().collect();
    let names = names.join(";");
    let lines: Vec<String> = headers
        .iter()
        .map(|(name, value)| format!("{name}:{}", value.trim()))
        .collect();
    let lines = lines.join("\n");
    let query = call.query();
    let hash = digest(b"");
    let canonical = format!("POST\n/\n{query}\n{lines}\n\n{names}\n{hash}");
    let text = format!("{SCHEME}\n{}", digest(canonical.as_bytes()));
    let signature = hex(&hmac(key.expose().as_bytes(), &text));
    format!("{SCHEME} Credential={id},SignedHeaders={names},Signature={signature}")
}
