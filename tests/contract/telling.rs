//! What a refusal says is about what was asked, and nothing is taken silently for something else.

use crate::support::{Icpctl, Output};
use std::path::Path;

/// A user whose portfolio is the agency's of the examples.
fn agency() -> Icpctl {
    let user = Icpctl::new();
    user.run(["init"]).exits(0);
    let filed = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/agency.jsonl");
    user.run(["adopt".as_ref(), "--from".as_ref(), filed.as_os_str()])
        .exits(0);
    user
}

fn run(user: &Icpctl, line: &str, code: i32) -> Output {
    user.run(line.split(' ')).exits(code)
}

fn warned(output: &Output) -> Vec<String> {
    let document = output.json();
    let warnings = document["warnings"].as_array().unwrap().iter();
    warnings
        .map(|warning| warning["code"].as_str().unwrap().to_owned())
        .collect()
}

/// "A store that a script names by a variable without a value is no store", not the one found here.
#[test]
fn an_empty_value_names_no_store_and_no_configuration() {
    let user = agency();
    for line in [
        ["--store", "", "label", "shop.example.com", "a=b"],
        ["--config", "", "label", "shop.example.com", "a=b"],
        ["--store", " ", "label", "shop.example.com", "a=b"],
    ] {
        let output = user.run(line).exits(2);
        assert!(output.stderr.contains(line[0]), "{output:#?}");
        let _ = user.run(line.iter().chain(&["--json"])).exits(2).json();
    }
    let filed = run(&user, "portfolio shop.example.com --json", 0).json();
    assert_eq!(
        filed["data"][0]["services"][0]["labels"],
        serde_json::json!({})
    );
    // An empty variable is one that is not set.
    user.run_with(
        &[("ICPCTL_STORE", ""), ("ICPCTL_CONFIG", "")],
        ["portfolio"],
    )
    .exits(0);
}

#[cfg(target_os = "linux")]
#[test]
fn help_that_cannot_be_printed_is_a_failure() {
    use std::fs::OpenOptions;
    use std::process::Stdio;
    let user = Icpctl::new();
    for line in ["--help", "--version", "help exit-codes", "list --help"] {
        let full = OpenOptions::new().write(true).open("/dev/full").unwrap();
        let output = user
            .command(line.split(' '))
            .stdin(Stdio::null())
            .stdout(full)
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(1), "{line}");
        assert!(!output.stderr.is_empty(), "{line}");
    }
}

/// "An unknown provider name is kept, uses the generic profile, and warns".
#[test]
fn an_unknown_provider_is_warned_of_wherever_it_is_named() {
    let user = agency();
    for line in [
        "rules --provider tencnet --json",
        "list --provider tencnet --json",
        "status --provider tencnet --json",
        "portfolio --provider tencnet --json",
        "duty list --provider tencnet --json",
        "notice list --provider tencnet --json",
    ] {
        let output = run(&user, line, 0);
        assert!(
            warned(&output).contains(&"unknown-provider".to_owned()),
            "{line}"
        );
        assert!(output.stdout.contains("tencent"), "{line}: {output:#?}");
    }
    let output = run(&user, "template new --provider tencnet", 0);
    assert!(
        output.stdout.contains("provider = \"tencnet\""),
        "{output:#?}"
    );
    assert!(
        output.stderr.contains("did you mean tencent"),
        "{output:#?}"
    );
    for known in ["tencent", "腾讯云"] {
        let output = user.run(["rules", "--provider", known, "--json"]).exits(0);
        assert_eq!(warned(&output), [""; 0]);
    }
}

#[test]
fn a_refusal_names_what_was_expected_there() {
    let user = agency();
    let line = "duty done shop.example.com public-security-filing --number foo";
    let output = run(&user, line, 3);
    assert!(output.stderr.contains("公网安备"), "{output:#?}");
    assert!(!output.stderr.contains("ICP备"), "{output:#?}");
    // An access is not added in order to be cancelled.
    for line in [
        "cancel-access shop.example.com --provider huawei",
        "gone shop.example.com --provider huawei --because provider --yes",
    ] {
        let output = run(&user, line, 5);
        assert!(!output.stderr.contains("add an access"), "{output:#?}");
        assert!(output.stderr.contains("tencent"), "{output:#?}");
    }
    let line = "notice add zhuge.example.com --class app-unused";
    let output = run(&user, &line.replace("zhuge", "shop"), 3);
    assert!(output.stderr.contains("app-unused"), "{output:#?}");
    run(&user, "notice add ledger.example.org --class app-unused", 0);
    let output = run(&user, "show 0tn", 4);
    assert!(output.stderr.contains("first 4 characters"), "{output:#?}");
    let output = run(&user, "show ref:", 4);
    assert!(output.stderr.contains("ref:KEY"), "{output:#?}");
}

/// What an order of ours ended is not looked for in files to be adopted.
#[test]
fn a_domain_whose_filing_ended_says_so() {
    let user = agency();
    let id = run(&user, "cancel-site docs.example.com --provider tencent", 0);
    let id = id.stdout.trim().to_owned();
    run(&user, &format!("submit {id} --yes"), 0);
    for event in ["sms-sent", "sms-verified", "bureau-approved"] {
        run(&user, &format!("record {id} {event}"), 0);
    }
    for line in [
        "duty list docs.example.com",
        "duty done docs.example.com public-security-filing",
        "notice add docs.example.com --class service-contact-dead",
    ] {
        let output = run(&user, line, 4);
        assert!(output.stderr.contains("ended on 2026-11-22"), "{output:#?}");
        assert!(!output.stderr.contains("adopt"), "{output:#?}");
    }
}
