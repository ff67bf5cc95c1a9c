//! What people call things: providers, kinds and ways by the field's own words, in files and flags.

use super::{holding, outcomes};
use crate::scenarios::{CERTIFICATES, MONDAY, Scene, company, dossier, site};
use icpctl::cli::goal::Goal;
use icpctl::cli::vocabulary::{Word, words};
use icpctl::filing::event::{Command, Report};
use icpctl::filing::kind::{Kind, VerifyBy};
use icpctl::filing::number::ServiceKind;
use icpctl::filing::record::Because;
use icpctl::filing::status::{Bucket, Status};
use serde_json::json;

/// A provider is stored and printed by its name, whatever a file or flag calls it: its label in either
/// language, another name of it, or the label of a profile that the user wrote.
#[test]
fn a_provider_is_known_by_its_label() {
    let scene = Scene::empty();
    let profile =
        "extends = \"generic\"\naliases = [\"西部\"]\n[title]\nzh = \"西部数码\"\nen = \"West\"\n";
    scene.user.write(".icpctl/providers.d/west.toml", profile);
    scene.user.write(
        "filings.csv",
        "subject_number,service_number,service_kind,domains,accesses\n\
         粤ICP备2021000001号,粤ICP备2021000001号-1,网站,s1.example.net,腾讯云;华为云;西部数码\n\
         粤ICP备2021000001号,粤ICP备2021000001号-2X,小程序,s2.example.net,微信;aliyun;WEST\n\
         粤ICP备2021000001号,粤ICP备2021000001号-3,site,s3.example.net,Tencent Cloud;tencent;某云\n",
    );
    let output = scene
        .run(MONDAY, "adopt --from filings.csv --json")
        .exits(0);
    let warnings = output.json()["warnings"].to_string();
    assert!(
        warnings.contains("某云") && !warnings.contains("腾讯云"),
        "{warnings}"
    );
    let filed = scene.ok(MONDAY, "portfolio");
    let providers = |service: usize| -> Vec<&str> {
        let accesses = filed[0]["services"][service]["accesses"]
            .as_array()
            .unwrap();
        accesses
            .iter()
            .map(|a| a["provider"].as_str().unwrap())
            .collect()
    };
    assert_eq!(providers(0), ["tencent", "huawei", "west"]);
    assert_eq!(providers(1), ["wechat", "alibaba", "west"]);
    assert_eq!(providers(2), ["tencent", "某云"]);
    // Again under the very names, it says nothing new.
    let again = scene
        .run(MONDAY, "adopt --from filings.csv --json")
        .exits(0);
    assert_eq!(again.json()["changed"], false);

    let id = scene.draft(
        MONDAY,
        "cancel-access s1.example.net --provider 西部 --ref a",
    );
    assert_eq!(scene.order(MONDAY, &id)["provider"], "west");
    // A profile of the user's has the word to itself, though another's alias is the same.
    let count = |word: &str| {
        scene
            .ok(MONDAY, &format!("list --provider {word}"))
            .as_array()
            .unwrap()
            .len()
    };
    assert_eq!(["west", "西部", "aliyun"].map(count), [1, 1, 0]);
    scene
        .user
        .write(".icpctl/providers.d/aliyun.toml", "extends = \"generic\"");
    let _ = scene.draft(MONDAY, "cancel-site 粤ICP备2021000001号-3 --provider 某云");
    let _ = scene.draft(MONDAY, "access 粤ICP备2021000001号-1 --provider aliyun");
    assert_eq!(["west", "aliyun", "alibaba"].map(count), [1, 1, 0]);
    let same = scene.draft(
        MONDAY,
        "cancel-access s1.example.net --provider west --ref a",
    );
    assert_eq!(same, id, "the same content");
    for line in [
        "list --provider 西部数码",
        "list --provider WEST",
        "list --provider west",
    ] {
        assert_eq!(
            scene.ok(MONDAY, line).as_array().unwrap().len(),
            1,
            "{line}"
        );
    }
    assert_eq!(scene.ok(MONDAY, "list --provider 腾讯云"), json!([]));
    let sold = scene.ok(MONDAY, "portfolio --provider 微信");
    assert_eq!(sold[0]["services"].as_array().unwrap().len(), 1);
    let _ = scene
        .run(
            MONDAY,
            "portfolio s1.example.net --exit-status --provider 华为云",
        )
        .exits(0);
    assert_eq!(scene.ok(MONDAY, "provider show 西部数码")["name"], "west");
    let gone = scene.ok(
        MONDAY,
        "gone s2.example.net --provider 微信 --because 接入商取消 --yes",
    );
    assert_eq!(
        (&gone["provider"], &gone["because"]),
        (&json!("wechat"), &json!("provider"))
    );
}

/// The same holds for dossiers, batches and edits; a name that nobody knows is kept.
#[test]
fn a_provider_of_a_dossier_or_a_row_is_known_by_its_label() {
    let scene = holding(2);
    scene.user.write(
        "new.toml",
        dossier("阿里云").replace("example.cn", "new.example.org"),
    );
    let id = scene.draft(MONDAY, "new --from new.toml");
    assert_eq!(scene.order(MONDAY, &id)["provider"], "alibaba");
    let edited = scene.ok(MONDAY, &format!("edit {id} --set provider=腾讯云"));
    assert_eq!(edited["provider"], "tencent");
    scene.user.write(
        "batch.csv",
        "自定编号,订单类型,对象,接入商,核验方式,from\n\
         a,注销网站,s1.example.net,腾讯云,短信,\n\
         b,接入备案,s2.example.net,某云,,\n\
         c,首次备案,,华为云,,new.toml\n",
    );
    let plan = scene.ok(MONDAY, "batch plan batch.csv --out plan.json");
    assert_eq!(plan["rows"][0]["provider"], "tencent");
    let output = scene.run(MONDAY, "batch apply plan.json --json").exits(0);
    assert_eq!(outcomes(&output), ["a ok", "b ok", "c ok"]);
    let of = |key: &str| scene.order(MONDAY, &format!("ref:{key}"));
    let a = of("a");
    assert_eq!(
        (&a["provider"], &a["kind"], &a["verify_by"]),
        (&json!("tencent"), &json!("cancel-site"), &json!("sms"))
    );
    assert_eq!(of("b")["provider"], "某云");
    assert_eq!(of("c")["provider"], "huawei");
}

/// Flags take the labels that files take.
#[test]
fn flags_take_the_fields_own_words() {
    let scene = Scene::holding(&[company(
        "粤ICP备2021000001号",
        CERTIFICATES[0],
        &[site(
            "粤ICP备2021000001号-1",
            "s1.example.net",
            &json!(["tencent"]),
        )],
    )]);
    for name in ["cancel-service", "注销网站"] {
        let line = format!("template {name}");
        let own = scene.run(MONDAY, "template cancel-site").exits(0).stdout;
        assert_eq!(scene.run(MONDAY, &line).exits(0).stdout, own);
    }
    let template = |line: &str| scene.run(MONDAY, line).exits(0).stdout;
    assert_eq!(
        template("template new --nature 个人 --service-kind 小程序 --provider 阿里云"),
        template("template new --nature individual --service-kind miniprogram --provider alibaba")
    );
    let id = scene.draft(MONDAY, "cancel-site s1.example.net --verify-by 邮箱");
    assert_eq!(scene.order(MONDAY, &id)["verify_by"], "email");
    scene.submit(MONDAY, &id);
    let count = |line: &str| scene.ok(MONDAY, line).as_array().unwrap().len();
    assert_eq!(
        count("list --kind 注销网站 --status 等待管局审核 --bucket waiting"),
        1
    );
    assert_eq!(count("list --kind 变更备案"), 0);
    assert_eq!(
        count("rules --kind 注销网站 --nature 企业"),
        count("rules --kind cancel-site --nature enterprise")
    );
    let _ = scene
        .run(MONDAY, &format!("record {id} 管局驳回 --reason 材料"))
        .exits(0);
    let _ = scene
        .run(MONDAY, &format!("wait {id} --for 管局驳回 --timeout 0"))
        .exits(0);
    let error = scene.fails(MONDAY, "list --kind 注销", 2);
    let told = error.to_string();
    assert!(
        told.contains("cancel-site") && !told.contains("注销网站"),
        "{told}"
    );
}

/// No word means two values of one vocabulary.
#[test]
fn every_word_means_one_value() {
    let all: [(&str, Vec<Word>); 9] = [
        ("kind", words::<Kind>()),
        ("way", words::<VerifyBy>()),
        ("service", words::<ServiceKind>()),
        ("because", words::<Because>()),
        ("status", words::<Status>()),
        ("bucket", words::<Bucket>()),
        ("report", words::<Report>()),
        ("command", words::<Command>()),
        ("goal", Goal::words()),
    ];
    for (what, vocabulary) in all {
        let mut seen: Vec<(String, &str)> = Vec::new();
        for (name, others) in vocabulary {
            for word in others.into_iter().chain([name]) {
                let word = word.to_lowercase();
                if let Some((_, before)) = seen.iter().find(|(there, _)| *there == word) {
                    assert_eq!(*before, name, "{what}: {word} means {before} and {name}");
                }
                seen.push((word, name));
            }
        }
    }
}

/// What is typed or read may be a whole file in one word: a message repeats the beginning of it, and
/// says how long it was.
#[test]
fn a_word_without_end_is_cut_where_it_is_repeated() {
    let scene = holding(1);
    let long = "长a".repeat(3000);
    let id = scene.draft(MONDAY, "change s1.example.net --set remark=x --ref a");
    scene.user.write(
        "rows.csv",
        format!("ref,kind,target,after\nb,cancel-site,{long},{long}\n"),
    );
    for line in [
        format!("show {long}"),
        format!("cancel-site {long}"),
        format!("cancel-site s1.example.net --after {long}"),
        format!("cancel-subject s1.example.net --confirm {long} --submit --yes"),
        format!("cancel-access s1.example.net --provider {long}"),
        format!("change s1.example.net --set {long}"),
        format!("change s1.example.net --set domains={long}"),
        format!("change s1.example.net --unset {long}=1"),
        format!("record {id} {long}"),
        format!("record {id} accepted --at {long}"),
        format!("list --kind {long}"),
        format!("list --{long}"),
        format!("explain {long}"),
        format!("gone s1.example.net --because bureau --provider {long} --yes"),
        format!("attach {id} rows.csv --as {long}"),
        "batch check rows.csv".to_owned(),
        "batch apply rows.csv".to_owned(),
    ] {
        for (lang, count) in [("zh", "个字符）"), ("en", "characters)")] {
            let output = scene.run(MONDAY, &format!("{line} --lang {lang}"));
            assert!(
                output.stderr.contains('…') || output.stdout.contains('…'),
                "{output:?}"
            );
            let told = format!("{}{}", output.stdout, output.stderr);
            assert!(told.contains(count), "{told}");
            let longest = told
                .split_whitespace()
                .map(|word| word.chars().count())
                .max();
            assert!(longest < Some(500), "{longest:?} {told}");
        }
    }
    // In a document too.
    let error = scene.fails(MONDAY, &format!("show {long}"), 4);
    assert!(
        error["message"].as_str().unwrap().chars().count() < 200,
        "{error}"
    );
}

/// A value is the same by whichever of its words it was typed: for the ref, and in the history.
#[test]
fn a_value_is_kept_and_compared_in_its_normal_form() {
    let scene = Scene::at("tencent");
    for (line, typed, name) in [
        (
            "change example.cn --ref a --set languages=",
            "英语;中文简体",
            "english;simplified-chinese",
        ),
        (
            "change example.cn --ref b --set domains=",
            "EXAMPLE.cn;例子.cn",
            "example.cn;例子.cn",
        ),
        (
            "change 粤ICP备2021000001号 --ref c --set nature=",
            "事业单位",
            "institution",
        ),
        (
            "change 粤ICP备2021000001号 --ref d --set valid_until=",
            "2030年1月2日",
            "2030-01-02",
        ),
    ] {
        let id = scene.draft(MONDAY, &format!("{line}{typed}"));
        assert_eq!(scene.draft(MONDAY, &format!("{line}{name}")), id);
        scene.fails(
            MONDAY,
            &format!("{line}other"),
            if line.contains("=") { 3 } else { 6 },
        );
    }
    scene.fails(
        MONDAY,
        "change example.cn --ref a --set languages=english",
        6,
    );
    scene.ok(MONDAY, "edit ref:c --set subject.nature=社会团体");
    scene.ok(
        MONDAY,
        "edit ref:a --set provider=华为云 --add services.0.languages=日语",
    );
    let history = |key: &str| scene.order(MONDAY, key)["history"][1]["edits"].clone();
    assert_eq!(history("ref:c")[0]["to"], "social-organisation");
    let of_a = history("ref:a").to_string();
    assert!(
        of_a.contains("huawei") && of_a.contains("japanese"),
        "{of_a}"
    );
    assert!(of_a.is_ascii(), "{of_a}");
    scene.ok(MONDAY, "edit ref:a --unset services.0.languages=日语");
    let changes = scene.order(MONDAY, "ref:a")["changes"].clone();
    assert_eq!(
        changes[0]["to"],
        serde_json::json!(["english", "simplified-chinese"])
    );
}
