//! Whether an account is real-named, as the filing service sees it.

use super::text;
use crate::clouds::client::Client;
use crate::network::error::NetworkError;
use serde_json::{Value, json};

/// What `ba DescribeGetAuthInfo` says, in its own words.
///
/// Its document's labels look shifted against its fields, so nothing is made of them: they are
/// shown as they came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// The fields, as the answer has them.
    pub raw: Vec<(&'static str, Option<String>)>,
}

impl Account {
    fn read(response: &Value) -> Self {
        let fields = ["IsTenPayMasked", "IsAuthenticated", "Type", "Level"];
        Self {
            raw: fields
                .into_iter()
                .map(|name| (name, text(response, name)))
                .collect(),
        }
    }
}

/// Asks about the account that the key belongs to.
///
/// # Errors
/// When there is no answer, or the key may not ask this.
pub async fn account(client: &Client<'_>) -> Result<Account, NetworkError> {
    let response = client
        .tencent("ba", "DescribeGetAuthInfo", None, &json!({}))
        .await?;
    Ok(Account::read(&response))
}
