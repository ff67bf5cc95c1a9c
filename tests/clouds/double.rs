//! Both clouds on this machine: they hold every signature against their own reckoning of it, which
//! shares nothing with the program's, and answer in the shapes that the real ones were seen to use.

use crate::support::PATIENT;
use crate::support::web::{Answer, Asked, Web};
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::sync::Mutex;

/// The keys that the doubles know.
pub(crate) const TENCENT_ID: &str = "AKIDdouble0000000001";
pub(crate) const TENCENT_KEY: &str = "CANARYtencent";
pub(crate) const ALIBABA_ID: &str = "LTAIdouble0000000002";
pub(crate) const ALIBABA_KEY: &str = "CANARYalibaba";

/// A configuration that knows the clouds here alone; whoever is left out is nowhere.
pub(crate) fn config(tencent: Option<&Web>, alibaba: Option<&Web>) -> String {
    let mut text = format!("[network]\nretry_delay = \"1ms\"\n{PATIENT}");
    for (section, products, web) in [
        (
            "tencent",
            &["ba", "cvm", "lighthouse", "domain", "dnspod"][..],
            tencent,
        ),
        ("alibaba", &["companyreg", "cdn"][..], alibaba),
    ] {
        let url = web.map_or_else(|| "http://127.0.0.1:1/".to_owned(), |web| web.url("/"));
        writeln!(text, "[{section}.endpoints]").unwrap();
        for product in products {
            writeln!(text, "{product} = \"{url}\"").unwrap();
        }
    }
    text
}

/// The same, in which nobody else answers: no resolver, no registry.
pub(crate) fn alone(tencent: Option<&Web>, alibaba: Option<&Web>) -> String {
    let mut text = config(tencent, alibaba);
    text.push_str(
        "[dns]\nservers = [\"127.0.0.1:1\"]\ntimeout = \"50ms\"\nattempts = 1\n\
         [rdap]\nbootstrap = \"http://127.0.0.1:1/\"\n\
         [whois.servers]\ncn = \"127.0.0.1:1\"\n",
    );
    text
}

/// What a double was asked, once the signature holds.
#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) service: String,
    pub(crate) action: String,
    pub(crate) version: String,
    pub(crate) region: Option<String>,
    /// The body of Tencent Cloud, or the query of Alibaba Cloud, as a table.
    pub(crate) parameters: Value,
}

fn hex(bytes: &[u8]) -> String {
    let digits: Vec<String> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    digits.concat()
}

fn sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

fn hmac(key: &[u8], text: &str) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap();
    mac.update(text.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

/// Takes `name=value` out of an `Authorization` header.
fn part<'a>(line: &'a str, name: &str) -> &'a str {
    let (_, rest) = line.split_once(&format!("{name}=")).unwrap_or_default();
    rest.split(',').next().unwrap_or_default().trim()
}

fn path_and_query(asked: &Asked) -> (&str, &str) {
    asked.path.split_once('?').unwrap_or((&asked.path, ""))
}

fn signed_lines(asked: &Asked, names: &str) -> String {
    let lines = names
        .split(';')
        .map(|name| format!("{name}:{}\n", asked.header(name).unwrap_or("").trim()));
    lines.collect::<Vec<_>>().concat()
}

/// The canonical request of both schemes, over whatever headers the client says it has signed.
fn canonical(asked: &Asked, names: &str) -> String {
    let (path, query) = path_and_query(asked);
    let mut pairs: Vec<&str> = query.split('&').filter(|pair| !pair.is_empty()).collect();
    pairs.sort_unstable();
    [
        "POST",
        path,
        &pairs.join("&"),
        &signed_lines(asked, names),
        names,
        &sha256(&asked.body),
    ]
    .join("\n")
}

/// Tencent Cloud, for as long as the value lives.
pub(crate) fn tencent(answer: impl Fn(&Call) -> Answer + Send + Sync + 'static) -> Web {
    Web::http(move |asked| match tencent_call(asked) {
        Ok(call) => answer(&call),
        Err((code, words)) => tencent_error(code, &words),
    })
}

/// A failure as Tencent Cloud tells one: HTTP 200.
pub(crate) fn tencent_error(code: &str, words: &str) -> Answer {
    let error = json!({"Code": code, "Message": words});
    Answer::json(json!({"Response": {"Error": error, "RequestId": "r-1"}}).to_string())
}

/// An answer of Tencent Cloud.
pub(crate) fn tencent_answer(mut response: Value) -> Answer {
    response["RequestId"] = json!("r-1");
    Answer::json(json!({"Response": response}).to_string())
}

fn tencent_call(asked: &Asked) -> Result<Call, (&'static str, String)> {
    let text = |name: &str| asked.header(name).unwrap_or("").to_owned();
    let line = text("authorization");
    let scope: Vec<&str> = part(&line, "Credential").split('/').collect();
    let [id, date, service, "tc3_request"] = scope[..] else {
        return Err(("AuthFailure.InvalidAuthorization", line));
    };
    if id != TENCENT_ID {
        return Err(("AuthFailure.SecretIdNotFound", format!("no such id: {id}")));
    }
    let stamp: i64 = text("x-tc-timestamp").parse().unwrap_or(0);
    let at = chrono::DateTime::from_timestamp(stamp, 0).unwrap();
    if at.format("%Y-%m-%d").to_string() != date {
        return Err(("AuthFailure.SignatureFailure", "date".to_owned()));
    }
    let names = part(&line, "SignedHeaders");
    if !names.contains("content-type") || !names.contains("host") {
        return Err(("AuthFailure.SignatureFailure", "headers".to_owned()));
    }
    let to_sign = format!(
        "TC3-HMAC-SHA256\n{stamp}\n{date}/{service}/tc3_request\n{}",
        sha256(canonical(asked, names).as_bytes())
    );
    let mut key = format!("TC3{TENCENT_KEY}").into_bytes();
    for part in [date, service, "tc3_request"] {
        key = hmac(&key, part);
    }
    if hex(&hmac(&key, &to_sign)) != part(&line, "Signature") {
        return Err(("AuthFailure.SignatureFailure", "signature".to_owned()));
    }
    Ok(Call {
        service: service.to_owned(),
        action: text("x-tc-action"),
        version: text("x-tc-version"),
        region: asked.header("x-tc-region").map(str::to_owned),
        parameters: serde_json::from_slice(&asked.body).unwrap(),
    })
}

/// Alibaba Cloud, for as long as the value lives.
pub(crate) fn alibaba(answer: impl Fn(&Call) -> Answer + Send + Sync + 'static) -> Web {
    let seen = Mutex::new(BTreeSet::new());
    Web::http(move |asked| {
        let call = alibaba_call(asked).and_then(|(call, nonce)| {
            if seen.lock().unwrap().insert(nonce) {
                Ok(call)
            } else {
                Err((400, "SignatureNonceUsed", "used before".to_owned()))
            }
        });
        match call {
            Ok(call) => answer(&call),
            Err((status, code, words)) => alibaba_error(status, code, &words),
        }
    })
}

/// A failure as Alibaba Cloud's gateway tells one.
pub(crate) fn alibaba_error(status: u16, code: &str, words: &str) -> Answer {
    let body = json!({"Code": code, "Message": words, "RequestId": "r-2", "HostId": "double"});
    Answer::new(status, "application/json", body.to_string())
}

fn alibaba_call(asked: &Asked) -> Result<(Call, String), (u16, &'static str, String)> {
    let text = |name: &str| asked.header(name).unwrap_or("").to_owned();
    let line = text("authorization");
    let id = part(&line, "ACS3-HMAC-SHA256 Credential");
    if id != ALIBABA_ID {
        return Err((
            404,
            "InvalidAccessKeyId.NotFound",
            format!("no such id: {id}"),
        ));
    }
    if text("x-acs-content-sha256") != sha256(&asked.body) {
        return Err((400, "IncompleteSignature", "content".to_owned()));
    }
    let names = part(&line, "SignedHeaders");
    for needed in [
        "host",
        "x-acs-action",
        "x-acs-version",
        "x-acs-date",
        "x-acs-signature-nonce",
    ] {
        if !names.split(';').any(|name| name == needed) {
            return Err((400, "IncompleteSignature", needed.to_owned()));
        }
    }
    let to_sign = format!(
        "ACS3-HMAC-SHA256\n{}",
        sha256(canonical(asked, names).as_bytes())
    );
    if hex(&hmac(ALIBABA_KEY.as_bytes(), &to_sign)) != part(&line, "Signature") {
        return Err((400, "SignatureDoesNotMatch", "signature".to_owned()));
    }
    let (_, query) = path_and_query(asked);
    let pairs = url::form_urlencoded::parse(query.as_bytes());
    let parameters: serde_json::Map<String, Value> = pairs
        .map(|(name, value)| (name.into_owned(), Value::from(value.into_owned())))
        .collect();
    let call = Call {
        service: String::new(),
        action: text("x-acs-action"),
        version: text("x-acs-version"),
        region: None,
        parameters: parameters.into(),
    };
    Ok((call, text("x-acs-signature-nonce")))
}
