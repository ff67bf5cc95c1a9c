//! What a refusal says is about what was asked, and nothing is taken silently for something else.

use crate::scenarios::dossier;
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

/// A slot is named as people call it; one that is mistyped is told with what was probably meant.
#[test]
fn a_slot_is_known_by_its_chinese_name_and_a_mistyped_one_is_told() {
    let user = agency();
    run(&user, "change shop.example.com --set name=新名 --ref c", 0);
    user.write("scan.png", "scan");
    let attach = |slot: &str| {
        let line = ["attach", "ref:c", "scan.png", "--as", slot, "--json"];
        user.run(line).exits(0)
    };
    let output = attach("营业执照");
    assert_eq!(warned(&output), [""; 0]);
    let document = output.json();
    assert_eq!(
        document["data"]["materials"][0]["slot"],
        "subject-certificate"
    );
    let document = attach("subject-certificat").json();
    let warning = &document["warnings"][0];
    assert_eq!(warning["code"], "unknown-slot");
    let message = warning["message"].as_str().unwrap();
    assert!(
        message.ends_with("did you mean subject-certificate?"),
        "{message}"
    );
}

/// The words that a screen shows for events are those that `explain` and `record` take.
#[test]
fn events_are_called_the_same_everywhere() {
    use icpctl::filing::event::Report;
    let user = Icpctl::new();
    for report in Report::ALL {
        let (name, label) = (report.name(), report.label().zh);
        let document = user.run(["explain", &label, "--json"]).exits(0).json();
        let pages = document["data"].as_array().unwrap();
        assert!(pages.iter().any(|page| page["id"] == name), "{label}");
        let document = user
            .run(["explain", name, "--json", "--lang", "zh"])
            .exits(0)
            .json();
        let pages = document["data"].as_array().unwrap().iter();
        let mut events = pages.filter(|page| page["kind"] == "event");
        assert!(events.all(|page| page["title"] == *label), "{label}");
    }
}

#[test]
fn files_that_cannot_be_read_are_told_alike() {
    let user = agency();
    std::fs::create_dir(user.home().join("folder")).unwrap();
    for line in [
        "check folder",
        "adopt --from folder",
        "list --config folder",
    ] {
        let output = run(&user, line, 3);
        assert!(output.stderr.contains("it is a folder"), "{output:#?}");
    }
    user.write("empty.csv", "");
    let output = run(&user, "adopt --from empty.csv", 3);
    assert!(
        output.stderr.contains("the header is subject_number"),
        "{output:#?}"
    );
    #[cfg(unix)]
    {
        use std::os::unix::fs::symlink;
        // A link to itself is there, and cannot be opened by anybody.
        symlink("loop.toml", user.home().join("loop.toml")).unwrap();
        run(&user, "list --config loop.toml", 1);
        run(&user, "adopt --from loop.toml", 1);
        run(&user, "list --config missing.toml", 4);
    }
}

#[test]
fn labels_of_services_are_shown_to_people() {
    let user = agency();
    let output = user
        .run(["label", "shop.example.com", "负责组=华南"])
        .exits(0);
    assert!(output.stdout.contains("负责组=华南"), "{output:#?}");
    let output = run(&user, "portfolio shop.example.com", 0);
    assert!(output.stdout.contains("负责组=华南"), "{output:#?}");
}

/// A site has no package and no signature, and its number names its province.
#[test]
fn a_guide_asks_for_what_the_service_can_have() {
    let user = Icpctl::new();
    user.run(["init"]).exits(0);
    user.write(
        "filed.json",
        r#"{"number":"鄂ICP备2021000001号","services":[{"number":"鄂ICP备2021000001号-1","domains":["a.example.com"],"accesses":["tencent"]}]}"#,
    );
    run(&user, "adopt --from filed.json", 0);
    run(&user, "access a.example.com --provider huawei --ref a", 0);
    let page = run(&user, "guide ref:a", 0).stdout;
    assert!(page.contains("Hubei"), "{page}");
    assert!(!page.contains("signature"), "{page}");
    user.write(
        "new.toml",
        "kind = \"new\"\nprovider = \"huawei\"\nref = \"n\"\nsubject = \"鄂ICP备2021000001号\"\n\
         [[services]]\nkind = \"site\"\ndomains = [\"b.example.com\"]\n",
    );
    run(&user, "new --from new.toml", 0);
    let page = run(&user, "guide ref:n", 0).stdout;
    for field in ["package", "public key", "signature"] {
        assert!(!page.contains(field), "{field}\n{page}");
    }
}

/// What a mask makes alike is not told as a contradiction that nobody can see.
#[test]
fn a_contradiction_that_a_mask_hides_says_how_to_see_it() {
    let user = Icpctl::new();
    user.run(["init"]).exits(0);
    let filed = |name: &str| {
        format!("number = \"京ICP备2021000009号\"\nnature = \"individual\"\nname = \"{name}\"\n")
    };
    user.write("one.toml", filed("诸葛示例"));
    user.write("two.toml", filed("诸葛样例"));
    run(&user, "adopt --from one.toml", 0);
    let output = run(&user, "adopt --from two.toml", 6);
    assert!(output.stderr.contains("add --reveal"), "{output:#?}");
    let output = run(&user, "adopt --from two.toml --reveal", 6);
    assert!(!output.stderr.contains("add --reveal"), "{output:#?}");
    let output = run(&user, "export portfolio --format ics", 0);
    assert!(!output.stderr.contains("imported"), "{output:#?}");
}

/// An order of several services, or of one without a domain, is titled as lists name it.
#[test]
fn a_title_says_all_that_an_order_is_about() {
    let user = agency();
    let several = run(
        &user,
        "access shop.example.com docs.example.com --provider generic",
        0,
    );
    assert!(several.stderr.contains(" +1: draft"), "{}", several.stderr);
    let dossier = dossier("wechat")
        .replace("\"site\"", "\"miniprogram\"")
        .replace("domains = [\"example.cn\"]\n", "");
    let another = Icpctl::new();
    another.write("new.toml", dossier);
    let nameless = run(&another, "new --from new.toml", 0);
    assert!(
        nameless.stderr.contains(" 示例商城: draft"),
        "{}",
        nameless.stderr
    );
}
