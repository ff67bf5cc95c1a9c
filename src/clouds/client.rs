//! One way to ask either cloud: signed, repeated where that may help, its own codes understood.

use super::Cloud;
use super::catalogue::{self, Meaning, Service};
use super::credentials::Credential;
use super::sign::{acs3, tc3};
use crate::clock::Clock;
use crate::config::base::Base;
use crate::ids;
use crate::lang::{Lang, Text};
use crate::network::Network;
use crate::network::answer::{Answer, host};
use crate::network::error::{NetworkError, Outlook, WORDS, is_passing_status};
use crate::network::header::{AUTHORIZATION, DATE, HeaderName};
use crate::network::request::Request;
use crate::text;
use serde_json::Value;
use std::collections::BTreeMap;
use url::Url;

/// The content type of what Tencent Cloud is sent: signed, so byte for byte.
const JSON: &str = "application/json";

/// Somebody who asks a cloud.
#[derive(Debug)]
pub struct Client<'a> {
    cloud: Cloud,
    credential: &'a Credential,
    endpoints: &'a BTreeMap<String, Base>,
    network: &'a Network,
    clock: Clock,
    lang: Lang,
}

/// How a cloud said no: its code, and its words.
struct Said {
    code: String,
    words: String,
}

impl<'a> Client<'a> {
    /// Makes a client; nobody is asked yet.
    pub fn new(
        cloud: Cloud,
        credential: &'a Credential,
        endpoints: &'a BTreeMap<String, Base>,
        network: &'a Network,
        clock: Clock,
        lang: Lang,
    ) -> Self {
        Self {
            cloud,
            credential,
            endpoints,
            network,
            clock,
            lang,
        }
    }

    /// Returns the URL of a product, and what else is particular to it.
    fn service(&self, name: &str) -> Result<(Url, &'static Service), NetworkError> {
        let unknown = |what: String| NetworkError::Setup {
            what: Text::verbatim(what),
        };
        let service = catalogue::of(self.cloud)
            .services
            .get(name)
            .ok_or_else(|| unknown(format!("{}.{name}", self.cloud.name())))?;
        let named = self.endpoints.get(name).map(|base| base.url().clone());
        let url = named.map_or_else(|| Url::parse(&format!("https://{}/", service.host)), Ok);
        Ok((url.map_err(|error| unknown(error.to_string()))?, service))
    }

    /// Asks Tencent Cloud; returns what stands in `Response`.
    ///
    /// # Errors
    /// When there is no answer, or the answer is that the question failed.
    pub async fn tencent(
        &self,
        product: &str,
        action: &str,
        region: Option<&str>,
        body: &Value,
    ) -> Result<Value, NetworkError> {
        let (url, service) = self.service(product)?;
        let body = body.to_string();
        let host = host(&url);
        let make = || {
            let at = self.clock.now().utc();
            let signed = tc3::Request {
                host: &host,
                service: product,
                content_type: JSON,
                body: &body,
                at,
            };
            let line = tc3::authorization(&signed, &self.credential.id, &self.credential.key);
            let language = match self.lang {
                Lang::Zh => "zh-CN",
                Lang::En => "en-US",
            };
            let request = Request::post(url.clone(), JSON, body.clone().into_bytes())
                .header(AUTHORIZATION, &line)
                .header(HeaderName::from_static("x-tc-action"), action)
                .header(HeaderName::from_static("x-tc-version"), &service.version)
                .header(
                    HeaderName::from_static("x-tc-timestamp"),
                    &at.timestamp().to_string(),
                )
                .header(HeaderName::from_static("x-tc-language"), language);
            let request = match &self.credential.token {
                Some(token) => {
                    request.header(HeaderName::from_static("x-tc-token"), token.expose())
                }
                None => request,
            };
            match region.filter(|_| service.regional) {
                Some(region) => request.header(HeaderName::from_static("x-tc-region"), region),
                None => request,
            }
        };
        self.ask(make, |answer| {
            let answer = answer.success()?;
            let mut body: Value = answer.json()?;
            let response = body
                .get_mut("Response")
                .filter(|response| response.is_object())
                .map(Value::take)
                .ok_or_else(|| NetworkError::Shape {
                    host: answer.host(),
                    what: text!("缺少 `Response`", "no `Response`"),
                })?;
            match response.get("Error") {
                Some(error) => Err(self.refusal(&answer, &said(error, "Code", "Message"))),
                None => Ok(response),
            }
        })
        .await
    }

    /// Asks Alibaba Cloud, in its RPC style.
    ///
    /// # Errors
    /// When there is no answer, or the answer is that the question failed.
    pub async fn alibaba(
        &self,
        product: &str,
        action: &str,
        query: &BTreeMap<&str, String>,
    ) -> Result<Value, NetworkError> {
        let (url, service) = self.service(product)?;
        let host = host(&url);
        let make = || {
            let nonce = ids::nonce();
            let call = acs3::Call {
                host: &host,
                action,
                version: &service.version,
                query,
                at: self.clock.now().utc(),
                nonce: &nonce,
                token: self.credential.token.as_ref(),
            };
            let line = acs3::authorization(&call, &self.credential.id, &self.credential.key);
            let mut url = url.clone();
            let query = call.query();
            url.set_query((!query.is_empty()).then_some(&query));
            call.headers()
                .into_iter()
                .filter(|(name, _)| *name != "host")
                .fold(
                    Request::post(url, JSON, Vec::new()).header(AUTHORIZATION, &line),
                    |request, (name, value)| request.header(HeaderName::from_static(name), &value),
                )
        };
        self.ask(make, |answer| {
            let body: Result<Value, NetworkError> = answer.json();
            if let Ok(body) = &body
                && !(200..300).contains(&answer.status)
                && body.get("Code").is_some_and(Value::is_string)
            {
                return Err(self.refusal(&answer, &said(body, "Code", "Message")));
            }
            let answer = answer.success()?;
            let body = body?;
            if body.get("Success") == Some(&Value::Bool(false)) {
                return Err(self.refusal(&answer, &said(&body, "ErrorCode", "ErrorMessage")));
            }
            Ok(body)
        })
        .await
    }

    /// Asks, reads, and repeats what may be gone in a moment; each time it is signed anew.
    async fn ask(
        &self,
        make: impl Fn() -> Request,
        read: impl Fn(Answer) -> Result<Value, NetworkError>,
    ) -> Result<Value, NetworkError> {
        self.network
            .retry
            .run(|| async { read(self.network.http.send(make()).await?) })
            .await
    }

    /// Says what a code means for whoever asked.
    fn refusal(&self, answer: &Answer, said: &Said) -> NetworkError {
        let host = answer.host();
        let text = format!("{}: {}", said.code, said.words);
        let text = self.credential.redacted(&text);
        let text: String = text.chars().take(WORDS).collect();
        match catalogue::of(self.cloud).meaning(&said.code) {
            Meaning::Denied => NetworkError::Denied { host, said: text },
            Meaning::Clock => NetworkError::Clock {
                host,
                said: text,
                ours: self.clock.now(),
                theirs: answer
                    .headers
                    .get(DATE)
                    .and_then(|date| date.to_str().ok())
                    .map(str::to_owned),
            },
            Meaning::Missing => NetworkError::Missing { host, said: text },
            Meaning::Failed(outlook) => NetworkError::Said {
                host,
                said: text,
                outlook: match answer.status {
                    429 => Outlook::Limited,
                    status if is_passing_status(status) && outlook == Outlook::Unknown => {
                        Outlook::Passing
                    }
                    _ => outlook,
                },
                wait: answer.wait(),
            },
        }
    }
}

fn said(value: &Value, code: &str, words: &str) -> Said {
    // A code is a number in some of the vendors' models.
    let text = |key: &str| match value.get(key) {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Number(number)) => number.to_string(),
        Some(Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_)) | None => {
            String::new()
        }
    };
    Said {
        code: text(code),
        words: text(words),
    }
}
