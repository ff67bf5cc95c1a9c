//! The vendors' own SDKs against the same doubles that the program is held against: what they sign
//! is taken, so what is taken is rightly signed, and they can read what the doubles answer.

use super::double::{self, ALIBABA_ID, ALIBABA_KEY, TENCENT_ID, TENCENT_KEY};
use super::shapes;
use crate::support::web::Web;
use serde_json::{Value, json};
use std::path::Path;
use std::process::Command;

/// Names the Python in whose packages the SDKs are.
const PYTHON: &str = "ICPCTL_TEST_PYTHON";

fn ask(python: &str, tencent: &Web, alibaba: &Web, key: &str) -> std::process::Output {
    Command::new(python)
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/clouds/sdk.py"))
        .args([tencent, alibaba].map(|web| web.address.to_string()))
        .env_clear()
        .env("HOME", "/nonexistent")
        .env("NO_PROXY", "127.0.0.1")
        .env("TENCENTCLOUD_SECRET_ID", TENCENT_ID)
        .env("TENCENTCLOUD_SECRET_KEY", TENCENT_KEY)
        .env("ALIBABA_CLOUD_ACCESS_KEY_ID", ALIBABA_ID)
        .env("ALIBABA_CLOUD_ACCESS_KEY_SECRET", key)
        .output()
        .unwrap()
}

#[test]
#[ignore = "needs the clouds' Python SDKs: .ci/run installs them and runs this"]
#[expect(
    clippy::disallowed_methods,
    reason = "the pipeline says where the SDKs are"
)]
fn the_vendors_sdks_are_taken_by_the_doubles() {
    let python = std::env::var(PYTHON).unwrap_or_else(|_| "python3".to_owned());
    let tencent = double::tencent(|call| match &*call.service {
        "ba" => shapes::account(),
        "cvm" => {
            assert_eq!(call.region.as_deref(), Some("ap-guangzhou"));
            shapes::servers(&[shapes::server("ins-00000001")])
        }
        other => panic!("{other}"),
    });
    let alibaba = double::alibaba(|call| match &*call.action {
        "QuerySuccessIcpData" => {
            assert_eq!(call.parameters, json!({"Caller": "skill"}));
            shapes::filings(&shapes::agency())
        }
        "CheckCdnDomainICP" => shapes::registered(true),
        other => panic!("{other}"),
    });
    let output = ask(&python, &tencent, &alibaba, ALIBABA_KEY);
    let shown = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{shown}");
    let read: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(read["account"]["IsAuthenticated"], "1");
    assert_eq!(
        read["servers"]["InstanceSet"][0]["InstanceId"],
        "ins-00000001"
    );
    assert_eq!(read["filed"]["Status"], "DomainIsRegistration");
    assert_eq!(
        read["filings"]["BaSuccessDataWithRiskList"][0]["IcpNumber"],
        shapes::agency()[0]["IcpNumber"]
    );
    // The doubles do not take just anything.
    let output = ask(&python, &tencent, &alibaba, "another key");
    let shown = String::from_utf8_lossy(&output.stderr);
    assert!(
        !output.status.success() && shown.contains("SignatureDoesNotMatch"),
        "{shown}"
    );
}
