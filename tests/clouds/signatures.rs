//! The published examples of both signatures, and what the vendors' SDKs were seen to send.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use chrono::{DateTime, TimeZone as _, Utc};
use icpctl::clouds::sign::{acs3, tc3};
use icpctl::config::secret::Revealed;
use std::collections::BTreeMap;

fn at(seconds: i64) -> DateTime<Utc> {
    Utc.timestamp_opt(seconds, 0).unwrap()
}

fn tc3_signature(request: &tc3::Request<'_>, id: &str, key: &str) -> String {
    let key = Revealed::new(key).unwrap();
    let line = tc3::authorization(request, id, &key);
    let expected = format!(
        "TC3-HMAC-SHA256 Credential={id}/{}/{}/tc3_request, SignedHeaders=content-type;host, Signature=",
        request.at.format("%Y-%m-%d"),
        request.service
    );
    line.strip_prefix(&expected).unwrap().to_owned()
}

#[test]
fn tc3_gives_the_signature_of_tencents_own_example() {
    let request = tc3::Request {
        host: "cvm.tencentcloudapi.com",
        service: "cvm",
        content_type: "application/json; charset=utf-8",
        body: r#"{"Limit": 1, "Filters": [{"Values": ["\u672a\u547d\u540d"], "Name": "instance-name"}]}"#,
        at: at(1_551_113_065),
    };
    assert_eq!(
        tc3_signature(
            &request,
            "AKIDz8krbsJ5yKBZQpn74WFkmLPx3*******",
            "Gu5t9xGARNpq86cd98joQYCN3*******"
        ),
        "2230eefd229f582d8b1b891af7107b91597240707d778ab3738f756258d7652c"
    );
}

#[test]
fn tc3_gives_the_signature_that_tencents_sdk_sent() {
    let request = tc3::Request {
        host: "127.0.0.1:34285",
        service: "cvm",
        content_type: "application/json",
        body: r#"{"InstanceIds": ["ins-abc"], "Limit": 1}"#,
        at: at(1_551_113_065),
    };
    assert_eq!(
        tc3_signature(&request, "AKIDEXAMPLE", "SECRETEXAMPLE"),
        "5dfc599ed54ef49088ffd6bef48f7cf9d35618e540393caffb9017d7b106b6de"
    );
}

#[test]
fn tc3_dates_its_scope_in_utc() {
    // 07:59 on the 2nd of March in China is still the 1st in Greenwich.
    let request = tc3::Request {
        host: "ba.tencentcloudapi.com",
        service: "ba",
        content_type: "application/json",
        body: "{}",
        at: DateTime::parse_from_rfc3339("2026-03-02T07:59:59+08:00")
            .unwrap()
            .to_utc(),
    };
    let line = tc3::authorization(&request, "ID", &Revealed::new("KEY").unwrap());
    assert!(
        line.contains("Credential=ID/2026-03-01/ba/tc3_request,"),
        "{line}"
    );
}

#[test]
fn acs3_gives_the_signature_of_alibabas_own_example() {
    let query = BTreeMap::from([
        (
            "ImageId",
            "win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd".to_owned(),
        ),
        ("RegionId", "cn-shanghai".to_owned()),
    ]);
    let call = acs3::Call {
        host: "ecs.cn-shanghai.aliyuncs.com",
        action: "RunInstances",
        version: "2014-05-26",
        query: &query,
        at: DateTime::parse_from_rfc3339("2023-10-26T10:22:32Z")
            .unwrap()
            .to_utc(),
        nonce: "3156853299f313e23d1673dc12e1703d",
        token: None,
    };
    let key = Revealed::new("YourAccessKeySecret").unwrap();
    assert_eq!(
        acs3::authorization(&call, "YourAccessKeyId", &key),
        "ACS3-HMAC-SHA256 Credential=YourAccessKeyId,\
         SignedHeaders=host;x-acs-action;x-acs-content-sha256;x-acs-date;x-acs-signature-nonce;x-acs-version,\
         Signature=06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0"
    );
}

#[test]
fn acs3_encodes_by_rfc_3986_and_signs_the_token_of_a_session() {
    let query = BTreeMap::from([
        ("b", "a b+*~%/中".to_owned()),
        ("a", String::new()),
        ("A", "=&".to_owned()),
    ]);
    let token = Revealed::new("TOKEN");
    let call = acs3::Call {
        host: "h",
        action: "A",
        version: "V",
        query: &query,
        at: at(0),
        nonce: "n",
        token: token.as_ref(),
    };
    assert_eq!(call.query(), "A=%3D%26&a=&b=a%20b%2B%2A~%25%2F%E4%B8%AD");
    assert_eq!(call.headers()["x-acs-security-token"], "TOKEN");
    let line = acs3::authorization(&call, "ID", &Revealed::new("KEY").unwrap());
    assert!(
        line.contains(";x-acs-date;x-acs-security-token;x-acs-signature-nonce;"),
        "{line}"
    );
}

#[test]
fn a_secret_shows_itself_to_nobody() {
    let secret = Revealed::new("CANARY-KEY").unwrap();
    assert_eq!(format!("{secret:?}"), "***");
    assert_eq!(secret.expose(), "CANARY-KEY");
    assert_eq!(Revealed::new(""), None);
}
