//! Keys that a service hands out: the role of an instance, and a URL; asked only where they are named.

use super::double::{self, ALIBABA_ID, ALIBABA_KEY};
use super::shapes;
use crate::support::web::{Answer, Asked, Web};
use crate::support::{Icpctl, PATIENT};
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};

const TOKEN: &str = "CANARY-session";

fn handed() -> Answer {
    Answer::json(
        json!({"Code": "Success", "AccessKeyId": ALIBABA_ID, "AccessKeySecret": ALIBABA_KEY,
               "SecurityToken": TOKEN, "Expiration": "2026-11-22T08:00:00Z"})
        .to_string(),
    )
}

/// The metadata service of an instance in its hardened mode.
fn metadata(asked: &Asked) -> Answer {
    let header = |name: &str| asked.header(name);
    match &*asked.path {
        "/latest/api/token" if header("x-aliyun-ecs-metadata-token-ttl-seconds").is_some() => {
            Answer::new(200, "text/plain", "CANARY-of-metadata")
        }
        "/latest/meta-data/ram/security-credentials/the-role"
            if header("x-aliyun-ecs-metadata-token") == Some("CANARY-of-metadata") =>
        {
            handed()
        }
        _ => Answer::new(404, "text/plain", "no such thing"),
    }
}

/// Shows which key to Alibaba Cloud is found; nothing secret is in it.
fn status(user: &Icpctl, env: &[(&str, &str)], code: i32) -> Value {
    let all = ["auth", "status", "alibaba", "--json", "--reveal"];
    let output = user.run_with(env, all).exits(code);
    let shown = format!("{}{}", output.stdout, output.stderr);
    assert!(!shown.contains("CANARY"), "{shown}");
    output.json()
}

#[test]
fn the_role_of_an_instance_signs_and_is_shown_nowhere() {
    let service = Web::http(metadata);
    let cloud = double::alibaba(|_| shapes::filings(&shapes::agency()));
    let user = Icpctl::new()
        .env("ALIBABA_CLOUD_ECS_METADATA", "the-role")
        // It is next door: no proxy is asked about it.
        .env("http_proxy", "http://127.0.0.1:1");
    let config = double::config(None, Some(&cloud)).replace(
        "[alibaba.endpoints]",
        &format!(
            "[alibaba]\nmetadata = \"{}\"\n[alibaba.endpoints]",
            service.url("/")
        ),
    );
    user.write("config/icpctl/config.toml", config);
    let document = status(&user, &[], 0);
    let row = &document["data"][0];
    assert_eq!(
        (&row["kind"], &row["source"]),
        (&json!("temporary"), &json!("service"))
    );
    assert_eq!(
        row["place"],
        service.url("/latest/meta-data/ram/security-credentials/the-role")
    );
    user.run(["init"]).exits(0);
    user.run(["adopt", "--source", "alibaba", "--yes"]).exits(0);
    let asked = cloud.asked();
    assert_eq!(asked[0].header("x-acs-security-token"), Some(TOKEN));
    // A key of one's own comes first, and then nobody is asked.
    let before = service.asked().len();
    let own = [
        ("ALIBABA_CLOUD_ACCESS_KEY_ID", ALIBABA_ID),
        ("ALIBABA_CLOUD_ACCESS_KEY_SECRET", ALIBABA_KEY),
    ];
    assert_eq!(status(&user, &own, 0)["data"][0]["source"], "environment");
    let off = [("ALIBABA_CLOUD_ECS_METADATA_DISABLED", "true")];
    assert_eq!(status(&user, &off, 12)["warnings"], json!([]));
    assert_eq!(service.asked().len(), before);
}

#[test]
fn a_url_that_hands_out_keys_is_asked_without_showing_its_secrets() {
    let service = Web::http(|_| handed());
    let url = service.url("/keys?word=CANARY-in-url");
    let env = [("ALIBABA_CLOUD_CREDENTIALS_URI", url.as_str())];
    let user = Icpctl::new();
    user.write("config/icpctl/config.toml", format!("[network]\n{PATIENT}"));
    let document = status(&user, &env, 0);
    assert_eq!(document["data"][0]["place"], service.url("/keys"));
    // Only a place of this machine may be asked without TLS.
    for url in ["http://192.0.2.1/keys", "ftp://127.0.0.1/", "nonsense"] {
        let env = [("ALIBABA_CLOUD_CREDENTIALS_URI", url)];
        let document = status(&Icpctl::new(), &env, 12);
        assert_eq!(
            document["warnings"][0]["code"], "unusable-credentials",
            "{url}"
        );
    }
}

#[test]
fn whoever_hands_out_nothing_is_told_and_holds_nobody_up() {
    let said = Arc::new(Mutex::new(Answer::Silent));
    let answer = Arc::clone(&said);
    let service = Web::http(move |_| answer.lock().unwrap().clone());
    let user = Icpctl::new().env("ALIBABA_CLOUD_ECS_METADATA", "the-role");
    let refused = json!({"Code": "AssumeRoleUnauthorized", "AccessKeyId": "LTAIdouble0000000002",
                         "AccessKeySecret": "CANARY", "SecurityToken": "CANARY"});
    let nameless = json!({"Code": "Success", "AccessKeyId": "", "AccessKeySecret": "CANARY",
                          "SecurityToken": "CANARY"});
    for answer in [
        Answer::Silent,
        Answer::CutOff,
        Answer::new(404, "text/html", "<html>"),
        Answer::new(500, "text/plain", "x"),
        Answer::json(r#"{"AccessKeySecret":"CANARY"}"#),
        Answer::json(refused.to_string()),
        Answer::json(nameless.to_string()),
        Answer::html("<html>CANARY</html>"),
        Answer::redirect("http://192.0.2.1/"),
    ] {
        let patience = if matches!(answer, Answer::Silent) {
            "timeout = \"400ms\"\n"
        } else {
            PATIENT
        };
        let metadata = service.url("/");
        let config = format!("[network]\n{patience}[alibaba]\nmetadata = \"{metadata}\"\n");
        user.write("config/icpctl/config.toml", config);
        *said.lock().unwrap() = answer.clone();
        let document = status(&user, &[], 12);
        assert_eq!(
            document["warnings"][0]["code"], "unusable-credentials",
            "{answer:?}"
        );
        assert_eq!(document["error"]["code"], "denied.no-credentials");
    }
    let before = service.asked().len();
    status(&user, &[("ICPCTL_OFFLINE", "1")], 12);
    assert_eq!(service.asked().len(), before);
    user.write(
        "config/icpctl/config.toml",
        "[alibaba]\nmetadata = \"http://10.0.0.1/\"\n",
    );
    let refused = user.run(["auth", "status"]).exits(3);
    assert!(refused.stderr.contains("169.254"), "{refused:?}");
}
