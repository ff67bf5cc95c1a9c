//! The papers of a dead phone and of an empty shell, to completeness.

use super::{HERE, SUBJECT, all, guide, scene};
use crate::scenarios::{CERTIFICATES, MONDAY, Scene, codes, company, site};
use icpctl::filing::facts::Holder;
use icpctl::knowledge::code_list;
use serde_json::{Value, json};

/// A store of one subject whose last access is gone.
fn shell(holder: Holder) -> Scene {
    let scene = scene("tencent", holder);
    for (number, provider) in [(HERE, "tencent"), (super::THERE, "huawei")] {
        let line = format!("gone {number} --provider {provider} --because provider --yes");
        scene.ok(MONDAY, &line);
    }
    scene
}

fn open(papers: &Value) -> Vec<&Value> {
    let list = papers.as_array().unwrap();
    list.iter().filter(|paper| paper["done"] == false).collect()
}

/// Attaches what the list asks for until nothing is missing, as the guide's own commands say.
fn complete(scene: &Scene, id: &str) -> usize {
    let mut steps = 0;
    loop {
        let order = scene.order(MONDAY, id);
        let Some(paper) = open(&order["papers"]).first().copied().cloned() else {
            return steps;
        };
        let fill = paper["fill"].as_str().unwrap();
        assert!(order["next"][0].as_str() == Some(fill), "{order:#}");
        steps += 1;
        let mut line = fill.strip_prefix("icpctl ").unwrap().to_owned();
        while line.contains("FILE") {
            let name = format!("paper-{steps}-{}.png", line.len());
            scene.user.write(&name, format!("\u{89}PNG {name}"));
            line = line.replacen("FILE", &name, 1);
        }
        scene.ok(MONDAY, &line.replace("VALUE", "acc-7"));
    }
}

/// A file that is said to be of no service in particular is of all: the guide says what the rules say.
#[test]
fn a_file_of_no_service_in_particular_counts_for_each() {
    let (scene, id) = Scene::first_filing("tencent");
    let line = format!(
        "edit {id} --set services.1.kind=site --set services.1.name=示例站点 --set services.1.domains=s1.example.com"
    );
    scene.ok(MONDAY, &line);
    let lacks = || {
        let guide = guide(&scene, MONDAY, &id, "");
        let uploads = all(&guide, "uploads").into_iter();
        let of = uploads.filter(|upload| upload["slot"] == "domain-certificate");
        let lacks = of
            .map(|upload| upload["missing"] == true)
            .collect::<Vec<_>>();
        let check = scene.run(MONDAY, &format!("check {id} --json")).json();
        (lacks, check.to_string().contains("MAT-02"))
    };
    assert_eq!(lacks(), (vec![true, true], true));
    scene.user.write("scan.png", "\u{89}PNG scan");
    scene.ok(
        MONDAY,
        &format!("attach {id} scan.png --as domain-certificate"),
    );
    assert_eq!(lacks(), (vec![false, false], false));
}

#[test]
fn each_nature_and_way_has_its_papers_which_attach_completes() {
    for (holder, written, count) in [
        (Holder::Individual, false, 5),
        (Holder::Organisation, false, 5),
        (Holder::Individual, true, 2),
        (Holder::Organisation, true, 3),
    ] {
        let (scene, flags) = if written {
            (shell(holder), "--written")
        } else {
            (
                scene("tencent", holder),
                "--provider tencent --verify-by papers",
            )
        };
        let id = scene.draft(MONDAY, &format!("cancel-subject {SUBJECT} {flags}"));
        let agreed = format!("--yes --confirm {SUBJECT} --accept filed-elsewhere-goes");
        let order = scene.order(MONDAY, &id);
        let papers = order["papers"].as_array().unwrap();
        assert_eq!(papers.len(), count, "{order:#}");
        let known = code_list("material-slots").unwrap();
        for slot in papers.iter().flat_map(|p| p["slots"].as_array().unwrap()) {
            assert!(known.entry(slot.as_str().unwrap()).is_some(), "{slot}");
        }

        let early = scene.run(MONDAY, &format!("submit {id} {agreed} -n --json"));
        assert_eq!(
            codes(&early.exits(0).json()["warnings"]),
            ["papers-incomplete"]
        );
        assert!(complete(&scene, &id) > 0);
        let order = scene.order(MONDAY, &id);
        assert_eq!(order["next"], json!([format!("icpctl submit {id}")]));
        let shown = guide(&scene, MONDAY, &id, "");
        assert!(
            all(&shown, "papers")
                .iter()
                .all(|paper| paper["done"] == true)
        );
        let sent = scene.document(MONDAY, &format!("submit {id} {agreed}"), 0);
        assert_eq!(sent["warnings"], json!([]));
        let status = if written {
            "awaiting-bureau-review"
        } else {
            "provider-review"
        };
        assert_eq!(sent["data"]["status"], status);
    }
}

#[test]
fn a_file_counts_only_for_its_slot_and_two_photos_are_two() {
    let scene = scene("tencent", Holder::Individual);
    let line = format!("cancel-site {HERE} --provider tencent --verify-by papers");
    let id = scene.draft(MONDAY, &line);
    let photos = |order: &Value| {
        let papers = order["papers"].as_array().unwrap();
        let of_slot = |p: &&Value| p["slots"][0] == "holding-certificate-photo";
        papers.iter().find(of_slot).unwrap().clone()
    };
    scene.user.write("front.png", "front");
    scene.user.write("back.png", "back");
    scene.ok(MONDAY, &format!("attach {id} front.png --as other"));
    assert_eq!(photos(&scene.order(MONDAY, &id))["files"], json!([]));
    let attach = format!("attach {id} front.png --as holding-certificate-photo");
    scene.ok(MONDAY, &attach);
    scene.ok(MONDAY, &attach);
    let one = photos(&scene.order(MONDAY, &id));
    assert_eq!(
        (&one["done"], &one["files"]),
        (&json!(false), &json!(["f***.png"]))
    );
    scene.ok(MONDAY, &attach.replace("front.png", "back.png"));
    let two = photos(&scene.order(MONDAY, &id));
    assert_eq!((&two["done"], &two["fill"]), (&json!(true), &Value::Null));
}

#[test]
fn of_an_unknown_nature_only_what_everybody_gives_is_asked_for() {
    let site = site(HERE, "here.example.com", &json!(["tencent"]));
    let mut filing = company(SUBJECT, CERTIFICATES[0], &[site]);
    filing.as_object_mut().unwrap().remove("nature");
    let scene = Scene::holding(&[filing]);
    let line = format!("cancel-site {HERE} --provider tencent --verify-by papers");
    let id = scene.draft(MONDAY, &line);
    let order = scene.order(MONDAY, &id);
    let papers = order["papers"].as_array().unwrap();
    let of = |key: &str| papers.iter().map(|p| p[key].clone()).collect::<Vec<_>>();
    assert_eq!(
        of("field"),
        [json!("subject.nature"), json!("account"), Value::Null]
    );
    assert_eq!(papers[2]["slots"], json!(["cancellation-statement"]));
    let statement = papers[2]["label"].as_str().unwrap();
    assert!(
        statement.contains("fingerprint") && statement.contains("seal"),
        "which of the two is not known: {statement}"
    );
    assert_eq!(guide(&scene, MONDAY, &id, "")["statement"], Value::Null);
}

/// CAN-11: each paper by its name and its slot, in the order of the list, in both languages.
#[test]
fn what_is_missing_is_named_with_the_slot_that_takes_it() {
    let scene = scene("tencent", Holder::Organisation);
    let line = format!("cancel-site {HERE} --provider tencent --verify-by papers");
    let id = scene.draft(MONDAY, &line);
    let order = scene.order(MONDAY, &id);
    for lang in ["zh", "en"] {
        let checked = scene.document(MONDAY, &format!("check {id} --lang {lang}"), 0);
        let findings = checked["data"]["findings"].as_array().unwrap();
        let finding = findings.iter().find(|f| f["rule"] == "CAN-11").unwrap();
        let message = finding["message"].as_str().unwrap();
        let labels = scene.document(MONDAY, &format!("show {id} --lang {lang}"), 0);
        let mut rest = message;
        for paper in open(&labels["data"]["papers"]) {
            let label = paper["label"].as_str().unwrap();
            let slot = paper["slots"][0]
                .as_str()
                .or(paper["field"].as_str())
                .unwrap();
            for word in [label, slot] {
                let at = rest.find(word);
                let at = at.unwrap_or_else(|| panic!("no {word} in its place: {message}"));
                rest = &rest[at + word.len()..];
            }
        }
        let count = open(&order["papers"]).len().to_string();
        assert!(message.contains(&count), "{message}");
        let fix = finding["fix"].as_str().unwrap();
        assert!(fix.contains(&format!("icpctl show {id}")), "{fix}");
        assert!(!fix.contains("ORDER"), "{fix}");
    }
}

#[test]
fn other_orders_have_no_papers() {
    let scene = scene("tencent", Holder::Organisation);
    let id = scene.draft(MONDAY, &format!("cancel-site {HERE} --provider tencent"));
    assert_eq!(scene.order(MONDAY, &id)["papers"], json!([]));
    let sent = scene.document(MONDAY, &format!("submit {id} --yes"), 0);
    assert_eq!(sent["warnings"], json!([]));
}

#[test]
fn the_papers_stand_on_every_screen() {
    let scene = scene("tencent", Holder::Organisation);
    let line = format!("cancel-site {HERE} --provider tencent --verify-by papers --reason 停办");
    let id = scene.draft(MONDAY, &line);
    scene.user.write("licence.png", "licence");
    scene.ok(
        MONDAY,
        &format!("attach {id} licence.png --as subject-certificate"),
    );
    let screen = |line: String| scene.run(MONDAY, &line).exits(0).stdout;
    insta::assert_snapshot!(screen(format!("guide {id} --lang zh")));
    insta::assert_snapshot!(screen(format!("guide {id} --lang en --format md --reveal")));
    let status = screen(format!("status {id} --lang zh"));
    assert!(status.contains("注销材料已备 2/5"), "{status}");
    let show = screen(format!("show {id} --lang en"));
    assert!(show.contains("[x] business licence"), "{show}");
    assert!(
        show.contains("[ ] legal representative's certificate"),
        "{show}"
    );
}

#[test]
fn a_written_application_names_the_provinces_own_channel() {
    let scene = Scene::holding(&[json!({
        "number": "湘ICP备2021000001号", "name": "长沙示例科技有限公司", "nature": "enterprise",
        "services": [],
    })]);
    let id = scene.draft(MONDAY, "cancel-subject 湘ICP备2021000001号 --written");
    let shown = guide(&scene, MONDAY, &id, "--lang en");
    assert!(shown["channel"].as_str().unwrap().contains("Friday"));
    let statement = shown["statement"].as_str().unwrap();
    assert!(statement.contains("湖南省通信管理局") && statement.contains("长沙示例科技有限公司"));
    assert!(!statement.contains('{'));
}
