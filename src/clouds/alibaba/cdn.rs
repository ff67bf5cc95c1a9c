//! Whether a domain is filed at all, as the CDN sees it.

use crate::clouds::client::Client;
use crate::filing::host::Host;
use crate::lang::Text;
use crate::network::error::NetworkError;
use serde_json::Value;
use std::collections::BTreeMap;

/// Asks whether a domain is filed.
///
/// # Errors
/// When there is no answer, or none that says yes or no.
pub async fn is_filed(client: &Client<'_>, host: &Host) -> Result<bool, NetworkError> {
    let query = BTreeMap::from([("DomainName", host.ascii().to_owned())]);
    let answer = client.alibaba("cdn", "CheckCdnDomainICP", &query).await?;
    match answer.get("Status").and_then(Value::as_str) {
        Some("DomainIsRegistration") => Ok(true),
        Some("DomainNotRegistration") => Ok(false),
        other => Err(NetworkError::Shape {
            host: "cdn".to_owned(),
            what: Text::verbatim(match other {
                Some(_) => "Status: ?",
                None => "Status: null",
            }),
        }),
    }
}
