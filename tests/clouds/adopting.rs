//! `adopt --source alibaba`: an account's filings become the portfolio, shown before.

use super::double::{self, ALIBABA_ID, ALIBABA_KEY};
use super::shapes;
use crate::support::Icpctl;
use crate::support::web::Web;
use serde_json::{Value, json};

fn account(filings: impl Fn() -> Vec<Value> + Send + Sync + 'static) -> Web {
    double::alibaba(move |_| shapes::filings(&filings()))
}

fn user(alibaba: &Web) -> Icpctl {
    let user = Icpctl::new()
        .env("ALIBABA_CLOUD_ACCESS_KEY_ID", ALIBABA_ID)
        .env("ALIBABA_CLOUD_ACCESS_KEY_SECRET", ALIBABA_KEY);
    user.write(
        "config/icpctl/config.toml",
        double::config(None, Some(alibaba)),
    );
    user.run(["init"]).exits(0);
    user
}

const ADOPT: [&str; 4] = ["adopt", "--source", "alibaba", "--json"];

#[test]
fn nothing_is_written_before_it_is_agreed_to() {
    let web = account(shapes::agency);
    let user = user(&web);
    let output = user.run(ADOPT).exits(2);
    assert_eq!(output.json()["error"]["code"], "usage.consent");
    let shown = user.run(["adopt", "--source", "alibaba", "-n"]).exits(0);
    for words in [
        "粤ICP备2021000001号",
        "shop.example.cn",
        "粤ICP备2021000001号-3A",
        "示例应用",
    ] {
        assert!(shown.stderr.contains(words), "{}", shown.stderr);
    }
    let portfolio = user.run(["portfolio", "--json"]).exits(0).json();
    assert_eq!(portfolio["data"], json!([]));
}

#[test]
fn an_account_becomes_the_portfolio_and_the_same_again_is_nothing() {
    let web = account(shapes::agency);
    let user = user(&web);
    let document = user.run(ADOPT.iter().chain(&["--yes"])).exits(0).json();
    assert_eq!(document["changed"], true);
    assert_eq!(document["data"]["services"], 3);
    assert_eq!(document["data"]["added"].as_array().unwrap().len(), 4);
    let warning = &document["warnings"][0];
    assert_eq!(warning["code"], "rectification");
    let message = warning["message"].as_str().unwrap();
    for words in [
        "网站未悬挂备案号",
        "请在首页底部悬挂 备案号",
        "--deadline 2026-12-17",
        "notice add 粤ICP备2021000001号-1 --class number-not-shown",
    ] {
        assert!(message.contains(words), "{message}");
    }
    let portfolio = user.run(["portfolio", "--json"]).exits(0).json();
    let subject = &portfolio["data"][0];
    assert_eq!(subject["nature"], "enterprise");
    let app = &subject["services"][2];
    assert_eq!(
        (&app["kind"], &app["name"]),
        (&json!("app"), &json!("示例应用"))
    );
    assert_eq!(app["accesses"][0]["provider"], "alibaba");
    let again = user.run(ADOPT).exits(0).json();
    assert_eq!(again["changed"], false);
    // The names of persons stay with the cloud.
    let store = user.home().join(".icpctl/subjects");
    for entry in std::fs::read_dir(store).unwrap() {
        let text = std::fs::read_to_string(entry.unwrap().path()).unwrap();
        assert!(
            !text.contains("甲某某") && !text.contains("CANARY"),
            "{text}"
        );
    }
}

#[test]
fn what_does_not_belong_is_left_out_and_told() {
    let web = account(|| {
        let mut filings = shapes::agency();
        filings[0]["WebsiteList"][0]["SiteRecordNum"] = json!("津ICP备2021000009号-1");
        filings[0]["WebsiteList"][1]["DomainList"] = json!(["docs.example.com", "not a domain"]);
        filings
    });
    let user = user(&web);
    let document = user.run(ADOPT.iter().chain(&["--yes"])).exits(0).json();
    let codes: Vec<&str> = document["warnings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|warning| warning["code"].as_str().unwrap())
        .collect();
    assert_eq!(codes, ["rectification", "left-out", "left-out"]);
    let told = document["warnings"][0]["message"].as_str().unwrap();
    assert!(
        told.contains("notice add 粤ICP备2021000001号-2") && !told.contains("津ICP备"),
        "{told}"
    );
    assert_eq!(document["data"]["services"], 2);
}

#[test]
fn a_subject_in_another_shape_is_left_out_and_the_others_are_brought_in() {
    let web = account(|| {
        let mut filings = shapes::agency();
        filings.push(json!({"IcpNumber": "津ICP备2021000009号", "WebsiteList": {"Website": []}}));
        filings.push(json!({"IcpNumber": "津ICP备2021000010号"}));
        filings
    });
    let user = user(&web);
    let document = user.run(ADOPT.iter().chain(&["--yes"])).exits(0).json();
    let warnings = document["warnings"].as_array().unwrap();
    let told = warnings.iter().filter(|one| one["code"] == "left-out");
    let told: Vec<&str> = told.map(|one| one["message"].as_str().unwrap()).collect();
    assert!(
        matches!(told[..], [one] if one.contains("津ICP备2021000009号")),
        "{told:?}"
    );
    let numbers = json!(["粤ICP备2021000001号", "津ICP备2021000010号"]);
    assert_eq!(document["data"]["subjects"], numbers);
}

#[test]
fn a_contradiction_is_shown_and_changes_nothing() {
    let web = account(shapes::agency);
    let user = user(&web);
    user.write(
        "own.jsonl",
        r#"{"number":"粤ICP备2021000001号","name":"另一名称有限公司"}"#,
    );
    user.run(["adopt", "--from", "own.jsonl"]).exits(0);
    let document = user.run(ADOPT.iter().chain(&["--yes"])).exits(6).json();
    assert_eq!(document["error"]["code"], "conflict.portfolio");
    let message = document["error"]["message"].as_str().unwrap();
    assert!(
        message.contains("另一名称有限公司") && message.contains("广州示例商贸有限公司"),
        "{message}"
    );
}

#[test]
fn a_person_is_shown_masked() {
    let web = account(|| {
        vec![json!({
            "IcpNumber": "粤ICP备2021000010号", "OrganizersName": "甲某某", "OrganizersNature": "个人",
            "ResponsiblePersonName": "甲某某", "WebsiteList": [], "AppList": [], "RiskList": [],
        })]
    });
    let user = user(&web);
    let shown = user.run(["adopt", "--source", "alibaba", "-n"]).exits(0);
    let text = format!("{}{}", shown.stdout, shown.stderr);
    assert!(text.contains("甲*") && !text.contains("甲某某"), "{text}");
}

#[test]
fn without_an_answer_there_is_nothing_to_bring_in() {
    let web = account(Vec::new);
    let user = user(&web);
    let document = user.run(ADOPT).exits(0).json();
    assert_eq!(
        (&document["changed"], &document["data"]["services"]),
        (&json!(false), &json!(0))
    );
    assert_eq!(user.run(ADOPT.iter().chain(&["--offline"])).code, 11);
    let denied = user.run_with(&[("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "CANARYwrong")], ADOPT);
    assert!(!denied.stdout.contains("CANARY"));
    denied.exits(12);
    assert_eq!(user.run(["adopt", "--source", "nobody"]).code, 2);
    assert_eq!(
        user.run(["adopt", "--source", "alibaba", "--from", "x"])
            .code,
        2
    );
    assert_eq!(user.run(["adopt"]).code, 2);
}
