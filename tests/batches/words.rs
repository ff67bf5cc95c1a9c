//! What people call things: providers, kinds and ways by the field's own words, in files and flags.

use super::{holding, outcomes};
use crate::scenarios::{CERTIFICATES, MONDAY, Scene, company, dossier, site};
use icpctl::cli::commands::wait::goal::Goal;
use icpctl::cli::parser::vocabulary::{Word, words};
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
    // What can be written is listed by its names; of the words the nearest is offered.
    let error = scene.fails(MONDAY, "list --kind 注销", 2);
    let told = error["hints"][1].as_str().unwrap();
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
    let scene = Scene::one_site(&["tencent", "huawei"]);
    for (line, typed, name) in [
        (
            "change example.cn --provider tencent --ref a --set languages=",
            "英语;中文简体",
            "english;simplified-chinese",
        ),
        (
            "change example.cn --provider tencent --ref b --set responsible.phone=",
            "+8613800000009",
            "13800000009",
        ),
        (
            "change 粤ICP备2021000001号 --provider tencent --ref c --set nature=",
            "事业单位",
            "institution",
        ),
        (
            "change 粤ICP备2021000001号 --provider tencent --ref d --set responsible.valid_until=",
            "2030年1月2日",
            "2030-01-02",
        ),
    ] {
        let id = scene.draft(MONDAY, &format!("{line}{typed}"));
        assert_eq!(scene.draft(MONDAY, &format!("{line}{name}")), id);
        scene.fails(MONDAY, &format!("{line}\"other"), 3);
    }
    scene.fails(
        MONDAY,
        "change example.cn --provider tencent --ref a --set languages=english",
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

/// "Like the other flags do": by the field's words in either language, and a near one is offered.
#[test]
fn every_flag_takes_the_fields_words() {
    let scene = Scene::at("tencent");
    let a = scene.draft(MONDAY, "cancel-site example.cn --ref a");
    for (line, named) in [
        ("portfolio --by 客户", "portfolio --by customer"),
        ("portfolio --by 接入账号", "portfolio --by account"),
        ("portfolio --by 负责人", "portfolio --by Person"),
        ("list --sort 期限", "list --sort deadline"),
        ("list --sort 创建时间", "list --sort created"),
        (
            "duty list --duty 公安联网备案",
            "duty list --duty public-security-filing",
        ),
        ("rules --nature 单位", "rules --nature organisation"),
    ] {
        let of = |line: &str| scene.document(MONDAY, line, 0);
        assert_eq!(of(line), of(named), "{line}");
    }
    for (line, near) in [
        ("portfolio --by custmer", "customer"),
        ("list --sort 更新时", "更新时间"),
        ("list --kind 新增备按", "新增备案"),
        ("duty list --duty 公安联网被案", "公安联网备案"),
        ("rules --nature 企也", "企业"),
    ] {
        let error = scene.fails(MONDAY, line, 2);
        let hint = error["hints"][0].as_str().unwrap();
        assert!(
            hint.contains(&format!("did you mean {near}"))
                || hint.contains(&format!("did you mean `{near}`")),
            "{line}: {hint}"
        );
    }
    assert_eq!(scene.order(MONDAY, "ref:a")["id"], a.as_str());
}

/// And so do the user's own files: profiles, rules, the configuration and dossiers.
#[test]
fn every_file_takes_the_fields_words() {
    let scene = Scene::at("tencent");
    let own = |name: &str, text: &str| scene.user.write(&format!(".icpctl/{name}"), text);
    own(
        "providers.d/qing.toml",
        "extends = \"腾讯云\"\naliases = [\"青云\"]\nverify_by = [\"短信\"]\n\
         [kinds]\n\"变更备案\" = \"改\"\n[statuses]\n\"待提交\" = \"草稿\"\n",
    );
    let profile = scene.ok(MONDAY, "provider show 青云");
    assert_eq!(profile["verify_by"], serde_json::json!(["sms"]));
    assert_eq!(profile["purge_days"], 45);
    assert_eq!(profile["statuses"]["draft"], "草稿");
    own(
        "rules.d/own.toml",
        "[[rule]]\nid = \"DOM-05\"\nkinds = [\"变更备案\"]\nnatures = [\"企业\"]\nproviders = [\"腾讯云\", \"青云\"]\n",
    );
    let document = scene.document(MONDAY, "rules", 0);
    assert_eq!(document["warnings"], serde_json::json!([]));
    let rules = document["data"].as_array().unwrap();
    let rule = rules.iter().find(|rule| rule["id"] == "DOM-05").unwrap();
    assert_eq!(rule["kinds"], serde_json::json!(["change"]));
    assert_eq!(rule["natures"], serde_json::json!(["organisation"]));
    assert_eq!(rule["providers"], serde_json::json!(["tencent", "qing"]));
    // What is none of them has its place, and the nearest word.
    own("providers.d/wrong.toml", "verify_by = [\"短讯\"]\n");
    own("providers.d/lost.toml", "extends = \"tencnt\"\n");
    own(
        "rules.d/wrong.toml",
        "[[rule]]\nid = \"DOM-05\"\nproviders = [\"tencnt\"]\n[[rule]]\nid = \"DOM-04\"\nkinds = [\"chnage\"]\n\
         [[rule]]\nid = \"DOM-03\"\nnatures = [\"企也\"]\n",
    );
    let told = scene.document(MONDAY, "doctor", 3)["data"]["findings"].to_string();
    for says in [
        "line 1, column 13: there is no value \\\"短讯\\\", did you mean 短信",
        "line 1, column 11: extends names the unknown profile tencnt: did you mean tencent",
        "line 3, column 14: there is no provider \\\"tencnt\\\", did you mean tencent",
        "line 6, column 9: this is no rule: there is no value \\\"chnage\\\", did you mean change",
        "line 9, column 11: this is no rule: there is no nature \\\"企也\\\", did you mean 企业",
    ] {
        assert!(told.contains(says), "{says}: {told}");
    }
    let edited = |field: &str, word: &str| {
        let id = scene.draft(MONDAY, &format!("change example.cn --set {field}={word}"));
        scene.order(MONDAY, &id)["changes"][0]["to"].clone()
    };
    assert_eq!(
        edited("responsible.certificate_type", "身份证"),
        "resident-id"
    );
    assert_eq!(
        edited("responsible.certificate_type", "港澳居民居住证"),
        "hk-macau-residence-permit"
    );
    assert_eq!(edited("languages", "简体中文;俄罗斯语")[1], "russian");
    assert_eq!(edited("prior_approval", "广播电影电视")[0], "broadcasting");
    assert_eq!(edited("prior_approval", "以上都不涉及")[0], "none");
}

/// What is wrong with a value inside a file is told in the language that was asked for.
#[test]
fn wrong_values_are_told_in_chinese() {
    let scene = Scene::at("tencent");
    let id = scene.draft(MONDAY, "cancel-site example.cn");
    let name = format!(".icpctl/orders/{}/{id}.toml", &id[..2]);
    let record = std::fs::read_to_string(scene.user.home().join(&name)).unwrap();
    let chinese = |message: &str, wrong: &str| {
        assert!(!message.contains("无法按语法读取"), "{wrong}: {message}");
        // What stands in quotes is the file's own, or what it takes.
        let own: String = message.split('`').step_by(2).collect();
        let own = own.replace("orders/", "").replace(".toml", "");
        let latin = own.split(|c: char| !c.is_ascii_alphabetic());
        let words: Vec<&str> = latin
            .filter(|word| word.len() > 3 && !id.contains(word))
            .collect();
        let known = [
            "subject",
            "service",
            "https",
            "http",
            "whois",
            "example",
            "dnspod",
            "domain",
            "lighthouse",
            "localhost",
            "long",
            "term",
            "config",
            "icpctl",
            "toml",
            "home",
        ];
        let foreign: Vec<&&str> = words
            .iter()
            .filter(|word| !known.contains(word) && !wrong.contains(**word))
            .collect();
        assert!(foreign.is_empty(), "{wrong}: {foreign:?} {message}");
    };
    for (from, to) in [
        (format!("id = \"{id}\""), "id = \"zz\""),
        ("event = \"create\"".to_owned(), "event = \"x\""),
        (
            "schema = 1".to_owned(),
            "schema = 99999999999999999999999999",
        ),
        ("at = \"2026".to_owned(), "at = \"2026-13"),
        (
            "subject = \"粤ICP备2021000001号\"".to_owned(),
            "subject = \"x\"",
        ),
    ] {
        let wrong = record.replace(&from, to);
        assert_ne!(wrong, record, "{from}");
        scene.user.write(&name, wrong);
        let error = scene.fails(MONDAY, &format!("show {id} --lang zh"), 3);
        chinese(error["message"].as_str().unwrap(), to);
    }
    for wrong in [
        "store = 3",
        "[network]\nca_file = 3",
        "[network.connect_to]\n\"a:1\" = \"x\"",
        "[dns]\nservers = [\"x\"]",
        "[dns]\nservers = [3]",
        "[dns]\ntimeout = \"x\"",
        "[dns]\nattempts = 99999999999999999999999",
        "[addresses]\ntencent = [\"x\"]",
        "[rdap]\nbootstrap = \"x\"",
        "[rdap]\nbootstrap = \"http://x.cn\"",
        "[rdap]\nbootstrap = \"https://a:b@x.cn\"",
        "[rdap]\nbootstrap = \"https://a:99999\"",
        "[rdap.servers]\n\"a.b\" = \"https://x\"",
        "[whois.servers]\ncn = \"x\"",
        "[tencent.endpoints]\ncvn = \"https://x\"",
        "[alibaba]\nmetadata = \"x\"",
    ] {
        scene.user.write("wrong.toml", wrong);
        let error = scene.fails(MONDAY, "config show --config wrong.toml --lang zh", 3);
        let message = error["message"].as_str().unwrap();
        let (_, message) = message.split_once("列：").unwrap();
        chinese(message, wrong);
    }
}

/// The words of closed lists are read in whatever width they were typed, as names and numbers are.
#[test]
fn a_word_typed_full_width_is_the_same_word() {
    let scene = Scene::empty();
    scene.user.write(
        "filings.csv",
        "subject_number,nature,service_number,service_kind,domains,accesses\n\
         粤ICP备2021000001号,ｅｎｔｅｒｐｒｉｓｅ,粤ICP备2021000001号-1,ｓｉｔｅ,s1.example.net,ｔｅｎｃｅｎｔ\n\
         粤ICP备2021000001号,,粤ICP备2021000001号-2,网站,s2.example.net,tencent\n",
    );
    let _ = scene.run(MONDAY, "adopt --from filings.csv").exits(0);
    let filed = scene.ok(MONDAY, "portfolio");
    assert_eq!(filed[0]["nature"], "enterprise");
    assert_eq!(filed[0]["services"][0]["kind"], "site");
    scene.user.write(
        "batch.csv",
        "ref,kind,target,verify_by,confirm,accept\n\
         a,Ｃａｎｃｅｌ－ｓｉｔｅ,s1.example.net,ＳＭＳ,,\n\
         b,ｃａｎｃｅｌ-ｓｕｂｊｅｃｔ,粤ICP备2021000001号,短信,粤ＩＣＰ备２０２１０００００１号,ｆｉｌｅｄ－ｅｌｓｅｗｈｅｒｅ－ｇｏｅｓ\n",
    );
    let _ = scene
        .run(MONDAY, "batch plan batch.csv --out plan")
        .exits(0);
    let plan = std::fs::read_to_string(scene.user.home().join("plan")).unwrap();
    assert!(plan.contains("filed-elsewhere-goes"), "{plan}");
    let output = scene.run(MONDAY, "batch apply batch.csv --json").exits(0);
    assert_eq!(outcomes(&output), ["a ok", "b ok"]);
    assert_eq!(scene.order(MONDAY, "ref:a")["kind"], "cancel-site");
    assert_eq!(scene.order(MONDAY, "ref:a")["verify_by"], "sms");
    let _ = scene.submit(MONDAY, "ref:a");
    scene.user.write(
        "reports.csv",
        "order,event,at,who\n\
         ref:a,ｓｍｓ－ｖｅｒｉｆｉｅｄ,,ＡＬＬ\n",
    );
    let _ = scene.run(MONDAY, "record --from reports.csv").exits(0);
    assert_eq!(scene.status(MONDAY, "ref:a"), "awaiting-bureau-review");
    let _ = scene
        .run(MONDAY, "list --status ＡＷＡＩＴＩＮＧ-bureau-review")
        .exits(0);
}

/// What is read all the same and deserves a remark gets it, whether one order is drafted or many.
#[test]
fn a_remark_on_a_dossier_of_a_row_is_told_at_its_place() {
    let scene = Scene::at("tencent");
    scene.user.write(
        "new.toml",
        "kind = \"new\"\nprovider = \"tencent\"\nsubject = \"粤ICP2021000001号\"\n\
         [[services]]\nkind = \"site\"\nname = \"示例书店\"\ndomains = [\"example.net\"]\n",
    );
    scene
        .user
        .write("batch.csv", "ref,kind,from\na,new,new.toml\n");
    let told = scene.run(MONDAY, "batch apply batch.csv").exits(0).stderr;
    assert!(told.contains("new.toml:3:11: "), "{told}");
}
