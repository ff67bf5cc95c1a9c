//! Keys that a service hands out for a while: the metadata of an instance, or what a URL leads to.
//!
//! Source: alibabacloud-credentials 1.0.12 (`EcsRamRole`, `URL`); help.aliyun.com on instance metadata,
//! whose hardened mode wants a token first.

use super::{Credential, Place, filled};
use crate::config::base::is_near;
use crate::config::secret::Revealed;
use crate::lang::Text;
use crate::network::Network;
use crate::network::answer::Answer;
use crate::network::error::{NetworkError, shown};
use crate::network::header::HeaderName;
use crate::network::request::Request;
use crate::text;
use serde::Deserialize;
use url::Url;

/// The metadata service of Alibaba Cloud's instances.
const METADATA: &str = "http://100.100.100.200/";
/// Where roles' keys are below it.
const ROLES: &str = "latest/meta-data/ram/security-credentials/";
/// For how many seconds a token is asked.
const SECONDS: &str = "60";

/// Who hands out a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Afar {
    /// The metadata service, for the role of the instance.
    Role(String),
    /// Whatever answers there.
    Uri(Url),
}

/// A key as it is handed out.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Handed {
    #[serde(default)]
    code: Option<String>,
    access_key_id: String,
    access_key_secret: String,
    security_token: String,
}

impl Afar {
    /// Asks for the key; `metadata` is the service where it is not the cloud's own.
    ///
    /// # Errors
    /// When there is no answer, or no key in it.
    pub async fn fetch(
        &self,
        network: &Network,
        metadata: Option<&Url>,
    ) -> Result<Credential, NetworkError> {
        let setup = |what: String| NetworkError::Setup {
            what: Text::verbatim(what),
        };
        let (url, request) = match self {
            Self::Role(role) => {
                let base = metadata.cloned().map_or_else(|| Url::parse(METADATA), Ok);
                let base = base.map_err(|error| setup(error.to_string()))?;
                let at = |path: &str| base.join(path).map_err(|error| setup(error.to_string()));
                let mut url = at(ROLES)?;
                if let Ok(mut parts) = url.path_segments_mut() {
                    parts.pop_if_empty().push(role);
                }
                let request = Request::get(url.clone()).to_a_near_service();
                (
                    url,
                    with_token(network, at("latest/api/token")?, request).await,
                )
            }
            Self::Uri(url) if is_near(url) => {
                let request = Request::get(url.clone()).to_a_near_service();
                (url.clone(), request)
            }
            Self::Uri(url) => (url.clone(), Request::get(url.clone())),
        };
        let answer = network.http.send(request).await?.success()?;
        // What is wrong with it is not told in the parser's words: they could quote it.
        let no_key = || NetworkError::Shape {
            host: answer.host(),
            what: text!("其中没有密钥", "no key"),
        };
        let handed: Handed = answer.json().map_err(|_| no_key())?;
        let key = Revealed::new(handed.access_key_secret);
        let id = filled(&handed.access_key_id);
        match (id, key, Revealed::new(handed.security_token)) {
            (Some(id), Some(key), Some(token))
                if handed.code.as_deref().is_none_or(|code| code == "Success") =>
            {
                Ok(Credential {
                    id,
                    key,
                    token: Some(token),
                    region: None,
                    place: Place::Service { url: shown(&url) },
                })
            }
            (_, _, _) => Err(no_key()),
        }
    }
}

/// Adds the token of the hardened mode, where the service gives one.
async fn with_token(network: &Network, url: Url, request: Request) -> Request {
    let ttl = HeaderName::from_static("x-aliyun-ecs-metadata-token-ttl-seconds");
    let ask = Request::put(url).to_a_near_service().header(ttl, SECONDS);
    let answer = network.http.send(ask).await.and_then(Answer::success);
    let token = answer
        .ok()
        .and_then(|answer| String::from_utf8(answer.body).ok());
    match token
        .map(|token| token.trim().to_owned())
        .filter(|token| !token.is_empty())
    {
        Some(token) => request.header(
            HeaderName::from_static("x-aliyun-ecs-metadata-token"),
            &token,
        ),
        None => request,
    }
}
