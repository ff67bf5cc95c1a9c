//! TC3-HMAC-SHA256: how Tencent Cloud's API 3.0 is signed.
//!
//! Source: cloud.tencent.com/document/api/213/30654; its worked example is a test.

use super::{digest, hex, hmac};
use crate::config::secret::Revealed;
use chrono::{DateTime, Utc};
use zeroize::Zeroizing;

/// The name of the scheme, as it stands in `Authorization`.
const SCHEME: &str = "TC3-HMAC-SHA256";
/// The headers that are signed.
const SIGNED: &str = "content-type;host";

/// What is signed of a request; it is always a POST to `/`.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// The host, with its port where it is not the scheme's own, as the `Host` header says it.
    pub host: &'a str,
    /// The product: `ba`, `cvm` …
    pub service: &'a str,
    /// The content type, byte for byte as it is sent.
    pub content_type: &'a str,
    /// The body.
    pub body: &'a str,
    /// The instant that `X-TC-Timestamp` says; its date in UTC is the scope's.
    pub at: DateTime<Utc>,
}

/// Returns the value of `Authorization`.
pub fn authorization(request: &Request<'_>, id: &str, key: &Revealed) -> String {
    let scope = format!("{}/{}/tc3_request", date(request), request.service);
    let signature = signature(request, key);
    format!("{SCHEME} Credential={id}/{scope}, SignedHeaders={SIGNED}, Signature={signature}")
}

fn date(request: &Request<'_>) -> String {
    request.at.format("%Y-%m-%d").to_string()
}

fn signature(request: &Request<'_>, key: &Revealed) -> String {
    let Request {
        host,
        service,
        content_type,
        body,
        at,
    } = request;
    let canonical = format!(
        "POST\n/\n\ncontent-type:{content_type}\nhost:{host}\n\n{SIGNED}\n{}",
        digest(body.as_bytes())
    );
    let date = date(request);
    let text = format!(
        "{SCHEME}\n{}\n{date}/{service}/tc3_request\n{}",
        at.timestamp(),
        digest(canonical.as_bytes())
    );
    let first = Zeroizing::new(format!("TC3{}", key.expose()));
    let of_date = hmac(first.as_bytes(), &date);
    let of_service = hmac(of_date.as_slice(), service);
    let of_request = hmac(of_service.as_slice(), "tc3_request");
    hex(&hmac(of_request.as_slice(), &text))
}
