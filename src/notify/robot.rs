//! Robots and webhooks: what each is sent, how that is signed, and what its answer means.

use super::message::Message;
use crate::clouds::sign::hmac;
use crate::config::channels::ChannelKind;
use crate::config::secret::Revealed;
use crate::failure::Failure;
use crate::filing::instant::Instant;
use crate::network::answer::{Answer, host};
use crate::network::error::{NetworkError, Outlook, WORDS};
use crate::network::header::HeaderName;
use crate::network::request::Request;
use crate::text;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::{Value, json};
use std::borrow::Cow;
use url::Url;

/// Makes the request that posts a message.
///
/// # Errors
/// A secret that cannot sign (3).
pub fn request(
    kind: ChannelKind,
    url: &Url,
    secret: Option<&Revealed>,
    message: &Message,
    now: Instant,
) -> Result<Request, Failure> {
    let Message { title, body, .. } = message;
    let mut url = url.clone();
    let post = |url: Url, document: &Value| {
        Request::post(url, "application/json", document.to_string().into_bytes())
    };
    Ok(match kind {
        ChannelKind::Wecom => {
            let content = format!("**{title}**\n{body}");
            post(
                url,
                &json!({"msgtype": "markdown", "markdown": {"content": content}}),
            )
        }
        ChannelKind::Dingtalk => {
            if let Some(secret) = secret {
                let millis = now.utc().timestamp_millis();
                let sign = dingtalk_sign(secret.expose(), millis);
                url.query_pairs_mut()
                    .append_pair("timestamp", &millis.to_string())
                    .append_pair("sign", &sign);
            }
            let words = format!("**{title}**\n\n{}", body.replace('\n', "\n\n"));
            post(
                url,
                &json!({"msgtype": "markdown", "markdown": {"title": title, "text": words}}),
            )
        }
        ChannelKind::Feishu => {
            let mut document = json!({
                "msg_type": "text",
                "content": {"text": format!("{title}\n{body}")},
            });
            if let Some(secret) = secret {
                let seconds = now.timestamp();
                document["timestamp"] = json!(seconds.to_string());
                document["sign"] = json!(feishu_sign(secret.expose(), seconds));
            }
            post(url, &document)
        }
        ChannelKind::Webhook | ChannelKind::Smtp => {
            let document = json!({
                "type": "icpctl.news",
                "timestamp": now.to_rfc3339(),
                "data": {"title": title, "text": body, "keys": message.keys},
            });
            let payload = document.to_string();
            let secret = secret.map_or("", Revealed::expose);
            let seconds = now.timestamp();
            let sign = webhook_sign(secret, &message.id, seconds, &payload).ok_or_else(|| {
                Failure::invalid(
                    "invalid.config",
                    text!(
                        "webhook 的 secret 应为 whsec_ 加 Base64",
                        "the secret of a webhook is whsec_ and Base64"
                    ),
                )
            })?;
            post(url, &document)
                .header(HeaderName::from_static("webhook-id"), &message.id)
                .header(
                    HeaderName::from_static("webhook-timestamp"),
                    &seconds.to_string(),
                )
                .header(HeaderName::from_static("webhook-signature"), &sign)
        }
    })
}

/// What a robot says in the body of HTTP 200.
#[derive(Deserialize)]
struct Said {
    #[serde(alias = "errcode")]
    code: i64,
    #[serde(default, alias = "errmsg")]
    msg: String,
}

/// Judges an answer; HTTP 200 with an error code in the body is a failure.
///
/// # Errors
/// When the message was not taken, or nobody knows.
pub fn verdict(
    kind: ChannelKind,
    url: &Url,
    answer: Result<Answer, NetworkError>,
) -> Result<(), NetworkError> {
    // The address of a robot is itself a secret: nothing but its host is told.
    let host = host(url);
    let answer = answer.map_err(|error| quiet(error, &host))?.success()?;
    match kind {
        ChannelKind::Webhook | ChannelKind::Smtp => Ok(()),
        ChannelKind::Wecom | ChannelKind::Dingtalk | ChannelKind::Feishu => {
            // A parser that wants another type could quote the address.
            let said = serde_json::from_value(answer.json()?).map_err(|_| NetworkError::Shape {
                host: host.clone(),
                what: text!("其中没有结果代码", "no code of a result"),
            });
            let Said { code, msg } = said?;
            let msg: String = redacted(msg, url).chars().take(WORDS).collect();
            let said = format!("{code} {msg}");
            match code {
                0 => Ok(()),
                // WeCom: no such key. DingTalk: signature, keyword or address. Feishu: the same.
                93000 | 310_000 | 19021 | 19022 | 19024 => Err(NetworkError::Denied { host, said }),
                // A message is not sent twice by itself, whatever it says.
                _ => Err(NetworkError::Said {
                    host,
                    said,
                    outlook: outlook(code),
                    wait: None,
                }),
            }
        }
    }
}

/// Whether a message that a robot did not take may be taken later.
const fn outlook(code: i64) -> Outlook {
    match code {
        // WeCom, DingTalk and Feishu: too often.
        45009 | 130_101 | 11232 => Outlook::Limited,
        // WeCom and DingTalk: too long; Feishu: a body that it cannot read.
        40058 | 460_101 | 9499 => Outlook::Lasting,
        _ => Outlook::Unknown,
    }
}

/// Returns a robot's words without what of its address they repeat.
fn redacted(words: String, url: &Url) -> String {
    // No token of an address is shorter, and no word of its path is as long.
    const TOKEN: usize = 12;
    let path = url.path_segments().into_iter().flatten().map(Cow::from);
    let parts = path.chain(url.query_pairs().map(|(_, value)| value));
    parts
        .filter(|part| part.len() >= TOKEN)
        .fold(words, |words, part| words.replace(&*part, "***"))
}

/// Takes the address out of an error that would show it.
fn quiet(error: NetworkError, host: &str) -> NetworkError {
    if let NetworkError::Redirect { why, .. } = error {
        let (from, to) = (host.to_owned(), "…".to_owned());
        return NetworkError::Redirect { from, to, why };
    }
    if matches!(error, NetworkError::NotSecure { .. }) {
        let url = host.to_owned();
        return NetworkError::NotSecure { url };
    }
    error
}

/// Returns an HMAC as it is sent.
fn signed(key: &[u8], message: &str) -> String {
    STANDARD.encode(hmac(key, message).as_slice())
}

/// `DingTalk`: keyed by the secret, over milliseconds and secret.
fn dingtalk_sign(secret: &str, millis: i64) -> String {
    signed(secret.as_bytes(), &format!("{millis}\n{secret}"))
}

/// Feishu: keyed by seconds and secret, over nothing.
fn feishu_sign(secret: &str, seconds: i64) -> String {
    signed(format!("{seconds}\n{secret}").as_bytes(), "")
}

/// Standard Webhooks: keyed by the secret's bytes, over id, seconds and payload.
fn webhook_sign(secret: &str, id: &str, seconds: i64, payload: &str) -> Option<String> {
    let key = STANDARD
        .decode(secret.strip_prefix("whsec_").unwrap_or(secret))
        .ok()?;
    if key.is_empty() {
        return None;
    }
    let signature = signed(&key, &format!("{id}.{seconds}.{payload}"));
    Some(format!("v1,{signature}"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may panic")]

    use super::*;

    #[test]
    fn the_signatures_are_those_of_the_recorded_vectors() {
        let sign = dingtalk_sign("SECexample", 1_599_360_473_000);
        let url = Url::parse_with_params("https://example.com/", [("sign", sign)]).unwrap();
        assert_eq!(
            url.query(),
            Some("sign=KmmpBg9MYwMyZnjqHeVmGD4z2sXKNC%2BzyuqIEvXlttg%3D")
        );
        assert_eq!(
            feishu_sign("demo", 1_599_360_473),
            "l1N0gAcBjdwBvGm1xMjOF0XSyaLRpR7tuO5dHfhAYc8="
        );
        assert_eq!(
            webhook_sign(
                "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
                "msg_p5jXN8AQM9LWM0D4loKWxJek",
                1_614_265_330,
                "{\"test\": 2432232314}"
            )
            .unwrap(),
            "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
        );
        assert_eq!(webhook_sign("whsec_*", "m", 1, ""), None);
    }
}
