//! `auth status`: keys found in the places of the vendors' tools, in their order, and never shown.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use crate::support::{Icpctl, Output};
use serde_json::{Value, json};
use std::os::unix::fs::PermissionsExt as _;

/// Every secret in these tests holds this word.
const CANARY: &str = "CANARY";

fn write(user: &Icpctl, name: &str, text: &str, mode: u32) {
    let path = user.write(name, text);
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
}

/// Runs `auth status`, and holds its output against the one thing that must not be in it.
fn status(user: &Icpctl, env: &[(&str, &str)], args: &[&str]) -> Output {
    let all = ["auth", "status"].iter().chain(args).copied();
    for lang in ["zh", "en"] {
        for more in [&["-v"][..], &["--json", "--reveal"][..]] {
            let output = user.run_with(
                env,
                all.clone()
                    .chain(["--lang", lang])
                    .chain(more.iter().copied()),
            );
            let shown = format!("{}{}", output.stdout, output.stderr);
            assert!(!shown.contains(CANARY), "{shown}");
        }
    }
    user.run_with(env, all.chain(["--json"]))
}

/// Returns what is said of a cloud that was not asked.
fn of(document: &Value, provider: &str) -> Value {
    let all = document["data"].as_array().unwrap();
    let row = all.iter().find(|row| row["provider"] == provider);
    let mut row = row.unwrap().clone();
    for key in ["accepted", "code", "reason"] {
        assert_eq!(row.as_object_mut().unwrap().remove(key), Some(Value::Null));
    }
    row
}

fn warnings(document: &Value) -> Vec<&str> {
    let all = document["warnings"].as_array().unwrap();
    all.iter().map(|w| w["code"].as_str().unwrap()).collect()
}

#[test]
fn without_keys_a_named_cloud_is_denied_and_both_together_are_a_plain_answer() {
    let user = Icpctl::new();
    let document = status(&user, &[], &[]).exits(0).json();
    assert_eq!(of(&document, "tencent")["found"], false);
    assert_eq!(of(&document, "alibaba")["found"], false);
    let document = status(&user, &[], &["alibaba"]).exits(12).json();
    assert_eq!(document["error"]["code"], "denied.no-credentials");
    let hint = document["error"]["hints"][0].as_str().unwrap();
    assert!(hint.contains("ALIBABA_CLOUD_ACCESS_KEY_ID"), "{hint}");
    assert_eq!(user.run(["auth", "status", "huawei"]).code, 2);
}

#[test]
fn tencents_places_are_taken_in_their_order() {
    let user = Icpctl::new();
    write(
        &user,
        ".tccli/default.credential",
        r#"{"secretId":"AKIDtccli0000001","secretKey":"CANARY-3","token":"CANARY-T"}"#,
        0o600,
    );
    write(
        &user,
        ".tccli/default.configure",
        r#"{"_sys_param":{"region":"ap-nanjing"}}"#,
        0o600,
    );
    let found = of(&status(&user, &[], &["tencent"]).exits(0).json(), "tencent");
    let path = user.home().join(".tccli/default.credential");
    assert_eq!(
        found,
        json!({
            "provider": "tencent", "found": true, "kind": "temporary", "id": "AKID****0001",
            "source": "file", "place": path, "profile": "default", "region": "ap-nanjing",
        })
    );

    write(
        &user,
        ".tencentcloud/credentials",
        "; of the SDKs\n[default]\nsecret_id = AKIDprofile00001\nsecret_key=CANARY-2\n",
        0o600,
    );
    let found = of(&status(&user, &[], &["tencent"]).exits(0).json(), "tencent");
    assert_eq!(found["id"], "AKID****0001");
    assert_eq!(
        found["place"],
        json!(user.home().join(".tencentcloud/credentials"))
    );
    assert_eq!(found["kind"], "permanent");

    let env = [
        ("TENCENTCLOUD_SECRET_ID", "AKIDenvironment1"),
        ("TENCENTCLOUD_SECRET_KEY", "CANARY-1"),
        ("TENCENTCLOUD_REGION", "ap-beijing"),
    ];
    let found = of(
        &status(&user, &env, &["tencent"]).exits(0).json(),
        "tencent",
    );
    assert_eq!(
        found,
        json!({
            "provider": "tencent", "found": true, "kind": "permanent", "id": "AKID****ent1",
            "source": "environment", "place": "TENCENTCLOUD_SECRET_ID", "profile": null,
            "region": "ap-beijing",
        })
    );
}

#[test]
fn alibabas_places_are_taken_in_their_order() {
    let user = Icpctl::new();
    write(
        &user,
        ".alibabacloud/credentials.ini",
        "[default]\ntype = access_key # a pair\naccess_key_id = LTAIsdkdefault01\naccess_key_secret = CANARY-3\n\
         [other]\ntype = access_key\naccess_key_id = LTAIsdkother0002\naccess_key_secret = CANARY-4\n",
        0o600,
    );
    let found = of(&status(&user, &[], &["alibaba"]).exits(0).json(), "alibaba");
    assert_eq!(
        (&found["id"], &found["profile"]),
        (&json!("LTAI****lt01"), &json!("default"))
    );

    write(
        &user,
        ".aliyun/config.json",
        r#"{"current":"work","profiles":[
            {"name":"default","mode":"AK","access_key_id":"LTAIclidefault03","access_key_secret":"CANARY-5"},
            {"name":"work","mode":"StsToken","access_key_id":"STS.cliwork00004","access_key_secret":"CANARY-6","sts_token":"CANARY-7","region_id":"cn-hangzhou"},
            {"name":"other","mode":"CloudSSO"}]}"#,
        0o600,
    );
    let found = of(&status(&user, &[], &["alibaba"]).exits(0).json(), "alibaba");
    assert_eq!(
        (&found["id"], &found["kind"]),
        (&json!("STS.****0004"), &json!("temporary"))
    );
    assert_eq!(
        (&found["profile"], &found["region"]),
        (&json!("work"), &json!("cn-hangzhou"))
    );

    // A kind of key that is not taken is told, and the next place is looked at.
    let document = status(&user, &[("ALIBABA_CLOUD_PROFILE", "other")], &["alibaba"])
        .exits(0)
        .json();
    assert_eq!(of(&document, "alibaba")["id"], "LTAI****0002");
    assert_eq!(warnings(&document), ["unusable-credentials"]);
    let disabled = [("ALIBABA_CLOUD_CLI_PROFILE_DISABLED", "true")];
    let document = status(&user, &disabled, &["alibaba"]).exits(0).json();
    assert_eq!(of(&document, "alibaba")["id"], "LTAI****lt01");

    let env = [
        ("ALIBABA_CLOUD_ACCESS_KEY_ID", "LTAIenvironment5"),
        ("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "CANARY-8"),
        ("ALIBABA_CLOUD_SECURITY_TOKEN", "CANARY-9"),
    ];
    let found = of(
        &status(&user, &env, &["alibaba"]).exits(0).json(),
        "alibaba",
    );
    assert_eq!(
        (&found["id"], &found["kind"]),
        (&json!("LTAI****ent5"), &json!("temporary"))
    );
}

/// What the environment names is missed where it is not there; what it does not name, is not.
#[test]
fn a_file_that_the_environment_names_is_missed() {
    let user = Icpctl::new();
    for (variable, value, file) in [
        ("TCCLI_PROFILE", "work", ".tccli/work.credential"),
        ("ALIBABA_CLOUD_PROFILE", "work", "credentials.ini [work]"),
        (
            "ALIBABA_CLOUD_CREDENTIALS_FILE",
            "/nowhere/keys",
            "/nowhere/keys [default]",
        ),
    ] {
        let document = status(&user, &[(variable, value)], &[]).exits(0).json();
        assert_eq!(warnings(&document), ["unusable-credentials"], "{variable}");
        let told = document["warnings"][0]["message"].as_str().unwrap();
        assert!(told.contains(file) && told.contains(variable), "{told}");
    }
    let document = status(&user, &[], &[]).exits(0).json();
    assert_eq!(document["warnings"], json!([]));
}

#[test]
fn what_cannot_be_used_is_told_without_a_word_of_it() {
    let user = Icpctl::new();
    write(&user, ".aliyun/config.json", "{\"CANARY\": CANARY", 0o600);
    write(
        &user,
        ".alibabacloud/credentials.ini",
        "CANARY\n[CANARY",
        0o600,
    );
    write(
        &user,
        ".tencentcloud/credentials",
        "[other]\nsecret_key=CANARY\n",
        0o600,
    );
    write(
        &user,
        ".tccli/default.credential",
        r#"{"type":"cvm-role","secretKey":"CANARY"}"#,
        0o600,
    );
    let env = [("TENCENTCLOUD_SECRET_KEY", "CANARY")];
    let document = status(&user, &env, &[]).exits(0).json();
    assert_eq!(of(&document, "tencent")["found"], false);
    assert_eq!(of(&document, "alibaba")["found"], false);
    assert_eq!(warnings(&document), ["unusable-credentials"; 5]);
}

#[test]
fn a_file_that_others_can_read_warns() {
    let user = Icpctl::new();
    let text = "[default]\nsecret_id=AKIDprofile00001\nsecret_key=CANARY\n";
    for (mode, expected) in [
        (0o600, vec![]),
        (0o640, vec!["loose-credentials"]),
        (0o604, vec!["loose-credentials"]),
    ] {
        write(&user, ".tencentcloud/credentials", text, mode);
        let document = status(&user, &[], &["tencent"]).exits(0).json();
        assert_eq!(warnings(&document), expected, "{mode:o}");
    }
}

/// As of the store's own folder, `doctor` tells of it.
#[test]
fn doctor_warns_of_secrets_that_others_can_read() {
    let user = Icpctl::new();
    user.run(["init"]).exits(0);
    let key = "[default]\nsecret_id=AKIDprofile00001\nsecret_key=CANARY\n";
    let file = user.home().join("robot");
    user.write(
        "config/icpctl/config.toml",
        format!("[notify.team]\nkind = \"wecom\"\nurl = {{ file = {file:?} }}\n"),
    );
    for (mode, expected) in [(0o600, 0), (0o640, 2)] {
        write(&user, ".tencentcloud/credentials", key, mode);
        write(&user, "robot", "https://qyapi.weixin.qq.com/CANARY", mode);
        let output = user.run(["doctor", "--json"]).exits(0);
        assert!(!output.stdout.contains("CANARY"), "{output:?}");
        assert_eq!(
            warnings(&output.json()),
            vec!["loose-credentials"; expected]
        );
    }
}

#[test]
fn a_short_id_is_hidden_whole() {
    let env = [
        ("TENCENTCLOUD_SECRET_ID", "AKID1234567"),
        ("TENCENTCLOUD_SECRET_KEY", "CANARY"),
    ];
    let document = status(&Icpctl::new(), &env, &["tencent"]).exits(0).json();
    assert_eq!(of(&document, "tencent")["id"], "****");
}
