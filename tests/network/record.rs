//! What the public record says, through whoever tells it.

use super::world::{World, fact, findings, record};
use crate::support::web::{Answer, Web};
use url::Url;

#[test]
#[expect(clippy::too_many_lines, reason = "a list of cases")]
fn the_public_record_says_filed_or_not_only_where_it_really_says_so() {
    let world = World::new();
    let right = record("shop.example.cn", "京ICP备2021000001号-1");
    let empty = r#"{"code":200,"msg":"操作成功","params":{"list":[],"total":0},"success":true}"#;
    let beside = |domain: &str| {
        let row = format!(r#"{{"domain":{domain},"serviceLicence":"京ICP备2021000001号-2A"}}"#);
        record("myshop.example.cn", "京ICP备2021000001号-1")
            .replace("\"list\":[", &format!("\"list\":[{row},"))
            .replace("\"total\":1", "\"total\":2")
    };
    let only = |none: &str| {
        format!(
            r#"{{"code":200,"success":true,"params":{{"list":{{"domain":{none},"mainLicence":{none},"serviceLicence":null}}}}}}"#
        )
    };
    for (body, expected, stance) in [
        (right.clone(), "yes", "agrees"),
        (
            record("shop.example.cn", "京ICP备2021000001号-3"),
            "yes",
            "conflict",
        ),
        // Under the subject's number alone.
        (
            right.replace("\"京ICP备2021000001号-1\"", "null"),
            "yes",
            "agrees",
        ),
        (empty.to_owned(), "no not-found", "conflict"),
        // The search finds what only sounds alike.
        (
            record("myshop.example.cn", "京ICP备2021000001号-1"),
            "no not-found",
            "conflict",
        ),
        (
            right
                .replace("\"total\":1", "\"total\":60")
                .replace("shop.ex", "myshop.ex"),
            "unknown more-pages",
            "unknown",
        ),
        (
            right
                .replace("\"total\":1", "\"total\":\"60\"")
                .replace("shop.ex", "myshop.ex"),
            "unknown more-pages",
            "unknown",
        ),
        // A total that is none, an entry that cannot be read, or words where a number should stand are no
        // "nothing".
        (
            right
                .replace("\"total\":1", "\"total\":\"many\"")
                .replace("shop.ex", "myshop.ex"),
            "unknown more-pages",
            "unknown",
        ),
        (
            right.replace("\"domain\":", "\"domainName\":"),
            "unknown unexpected-shape",
            "unknown",
        ),
        (
            right.replace("\"shop.example.cn\"", "[\"shop.example.cn\"]"),
            "unknown unexpected-shape",
            "unknown",
        ),
        (
            r#"{"code":200,"success":true,"params":{"list":{"message":"busy"}}}"#.to_owned(),
            "unknown unexpected-shape",
            "unknown",
        ),
        (
            record("shop.example.cn", "未备案-1"),
            "unknown no-number",
            "unknown",
        ),
        (
            right
                .replace("京ICP备2021000001号-1", "京公网安备11010502030001号")
                .replace("\"京ICP备2021000001号\"", "\"-\""),
            "unknown no-number",
            "unknown",
        ),
        // A number of before 2005 is one.
        (
            record("shop.example.cn", "粤ICP备05000号-1"),
            "yes",
            "conflict",
        ),
        // What has no domain, such as an app, is not it, if others have one.
        (beside("null"), "no not-found", "conflict"),
        (beside("\" \""), "no not-found", "conflict"),
        (
            beside("null").replace("\"domain\":null,", ""),
            "no not-found",
            "conflict",
        ),
        (
            beside("\"shop example\""),
            "unknown unexpected-shape",
            "unknown",
        ),
        (
            right.replace("\"shop.example.cn\"", "null"),
            "unknown unexpected-shape",
            "unknown",
        ),
        // The only entry may say that there is none.
        (only("null"), "no not-found", "conflict"),
        (only("\"\""), "no not-found", "conflict"),
        (
            only("null").replace(
                "\"serviceLicence\":null",
                "\"serviceLicence\":\"京ICP备2021000001号-1\"",
            ),
            "unknown unexpected-shape",
            "unknown",
        ),
        (
            r#"{"code":200,"success":true,"params":{"list":{}}}"#.to_owned(),
            "unknown unexpected-shape",
            "unknown",
        ),
        (
            right
                .replace("\"京ICP备2021000001号-1\"", "null")
                .replace("\"京ICP备2021000001号\"", "null"),
            "unknown no-number",
            "unknown",
        ),
        (
            format!(
                r#"{{"code":200,"success":true,"params":{{"list":[{}0]}}}}"#,
                "0,".repeat(400_000)
            ),
            "unknown unexpected-shape",
            "unknown",
        ),
        (
            r#"{"code":122,"message":"查询失败","error":"Expected object or value"}"#.to_owned(),
            "unknown service-error",
            "unknown",
        ),
        (
            r#"{"code":500,"message":"当前访问已被创宇盾拦截"}"#.to_owned(),
            "unknown service-error",
            "unknown",
        ),
        (
            r#"{"code":101,"msg":"参数错误"}"#.to_owned(),
            "unknown service-error",
            "unknown",
        ),
        (
            r#"{"code":200,"success":true,"params":{}}"#.to_owned(),
            "unknown unexpected-shape",
            "unknown",
        ),
        (
            "<html>当前访问疑似黑客攻击</html>".to_owned(),
            "unknown unexpected-shape",
            "unknown",
        ),
    ] {
        *world.recorded.lock().unwrap() = Answer::json(body.clone());
        let document = world.look();
        let body: String = body.chars().take(400).collect();
        assert_eq!(
            fact(&document, "filed", "shop.example.cn"),
            expected,
            "{body}"
        );
        let found = findings(&document);
        assert!(
            found.contains(&format!("public-record {stance}")),
            "{body}\n{found:?}"
        );
    }
    for answer in [
        Answer::new(429, "text/plain", ""),
        Answer::new(401, "text/plain", ""),
        Answer::CutOff,
    ] {
        *world.recorded.lock().unwrap() = answer;
        let document = world.look();
        assert!(fact(&document, "filed", "shop.example.cn").starts_with("unknown "));
    }
}

/// A number of before 2005 is another one than that which is asked about.
#[test]
fn a_service_is_asked_about_by_its_number() {
    let world = World::new();
    let app = "京ICP备2021000001号-7A";
    let filed = format!(
        r#"{{"number":"京ICP备2021000001号","services":[{{"number":"{app}","accesses":["tencent"]}}]}}"#
    );
    let file = world.user.write("app.json", filed);
    let adopt = ["adopt", "--from", file.to_str().unwrap()];
    world.user.run(adopt).exits(0);
    for (shown, expected) in [
        (app, "yes"),
        ("京ICP备2021000001号-8A", "no not-found"),
        ("京ICP备05000号-1A", "no not-found"),
        ("示例-1", "unknown unexpected-shape"),
    ] {
        *world.recorded.lock().unwrap() = Answer::json(record("shop.example.cn", shown));
        let args = ["verify", app, "--json", "-n", "--max-age", "0"];
        let document = world.user.run(args).json();
        assert_eq!(fact(&document, "filed", app), expected, "{shown}");
    }
}

/// A domain in Chinese may stand in the record as people write it or as the DNS has it.
#[test]
fn a_chinese_domain_is_looked_up_in_both_spellings() {
    let (written, ascii) = ("示例商城.中国", "xn--fsqp3lt7b0z0d.xn--fiqs8s");
    let world = World::new();
    let filed = format!(
        r#"{{"number":"京ICP备2021000001号","services":[{{"number":"京ICP备2021000001号-9","kind":"site","domains":["{written}"],"accesses":["tencent"]}}]}}"#
    );
    let file = world.user.write("chinese.json", filed);
    let adopt = ["adopt", "--from", file.to_str().unwrap()];
    world.user.run(adopt).exits(0);
    let empty = r#"{"code":200,"params":{"list":[],"total":0},"success":true}"#;
    for (under, expected) in [
        (Some(written), "yes"),
        (Some(ascii), "yes"),
        (None, "no not-found"),
    ] {
        let record = Web::http(move |asked| {
            let url = Url::parse("http://localhost")
                .unwrap()
                .join(&asked.path)
                .unwrap();
            let query = url
                .query_pairs()
                .find(|(key, _)| key == "search")
                .unwrap()
                .1
                .into_owned();
            assert!([written, ascii].contains(&query.as_str()), "{query}");
            Answer::json(if under == Some(&query) {
                record(&query, "京ICP备2021000001号-9")
            } else {
                empty.to_owned()
            })
        });
        world.configure(
            &world
                .record
                .url("/query/{kind}?search={query}&pageNum=1&pageSize=26"),
            &record.url("/query/{kind}?search={query}&pageNum=1&pageSize=26"),
        );
        let args = ["verify", written, "--json", "-n", "--max-age", "0"];
        let document = world.user.run(args).json();
        assert_eq!(fact(&document, "filed", ascii), expected, "{under:?}");
    }
}

#[test]
fn any_other_record_is_read_by_the_pointers_of_the_configuration() {
    let answer = r#"{"code":200,"result":{"icp_number":"京ICP备2021000001号-1","main_name":"示例科技有限公司","domain":"shop.example.cn"}}"#;
    let world = World::new();
    *world.recorded.lock().unwrap() = Answer::json(answer);
    let line = world
        .config
        .lines()
        .find(|line| line.starts_with("url = "))
        .unwrap();
    let url = world.record.url("/icp?key={secret}&domain={query}");
    world.configure(
        line,
        &format!(
            "url = \"{url}\"\nsecret = {{ env = \"RECORD_KEY\" }}\n\
             headers = {{ X-Key = {{ file = \"{}\" }} }}\n\
             [record.shape]\nok = {{ \"/code\" = 200 }}\nentries = \"/result\"\n\
             domain = \"/domain\"\nservice = \"/icp_number\"\nname = \"/main_name\"",
            world.user.write("key", "FILE-SECRET\n").display(),
        ),
    );
    // Without its secret nobody is asked.
    world.verify(&[]).exits(12);
    // Nor with an empty one, which would be found between all letters.
    let args = ["verify", "shop.example.cn", "--json"];
    world.user.run_with(&[("RECORD_KEY", "")], args).exits(12);
    let secret = [("RECORD_KEY", "ENV-SECRET")];
    let output = world.user.run_with(&secret, args).exits(0);
    assert_eq!(fact(&output.json(), "filed", "shop.example.cn"), "yes");
    let [asked] = &world.record.asked()[..] else {
        panic!()
    };
    assert_eq!(asked.path, "/icp?key=ENV-SECRET&domain=shop.example.cn");
    assert_eq!(asked.header("x-key"), Some("FILE-SECRET"));
    let kept = std::fs::read_to_string(&world.observations()[0]).unwrap();
    for text in [&output.stdout, &output.stderr, &kept] {
        assert!(!text.contains("SECRET"), "{text}");
    }
    // Some endpoints tell the subject's number alone.
    for (number, stance) in [
        ("京ICP备2021000001号", "agrees"),
        ("京ICP备2021000002号", "conflict"),
    ] {
        let said = answer.replace("京ICP备2021000001号-1", number);
        *world.recorded.lock().unwrap() = Answer::json(said);
        let args = ["verify", "shop.example.cn", "--json", "--max-age", "0"];
        let document = world.user.run_with(&secret, args).exits(0).json();
        let found = findings(&document);
        assert!(
            found.contains(&format!("public-record {stance}")),
            "{found:?}"
        );
    }
    // The only entry may say that there is no number, though not in other words.
    let args = ["verify", "shop.example.cn", "--json", "--max-age", "0"];
    for (number, expected) in [
        ("\"\"", "no not-found"),
        ("null", "no not-found"),
        ("\"未备案\"", "unknown no-number"),
        ("20210001", "unknown no-number"),
    ] {
        let said = answer.replace("\"京ICP备2021000001号-1\"", number);
        *world.recorded.lock().unwrap() = Answer::json(said);
        let document = world.user.run_with(&secret, args).exits(0).json();
        assert_eq!(
            fact(&document, "filed", "shop.example.cn"),
            expected,
            "{number}"
        );
    }
    // What was sent may come back in its words.
    let args = ["verify", "shop.example.cn", "--json", "--max-age", "0"];
    // Long words are cut, yet not within a secret.
    for before in [String::new(), "x".repeat(185)] {
        let echo = format!(r#"{{"code":401,"msg":"{before}no key ENV-SECRET, FILE-SECRET"}}"#);
        *world.recorded.lock().unwrap() = Answer::json(echo);
        let output = world.user.run_with(&secret, args);
        let kept = std::fs::read_to_string(&world.observations()[0]).unwrap();
        assert!(output.stdout.contains("no key ***, ***"), "{output:?}");
        for text in [&output.stdout, &output.stderr, &kept] {
            assert!(!text.contains("SECR"), "{text}");
        }
    }
    // So may the address by which it was asked, in which a secret is written otherwise.
    let written = [("RECORD_KEY", "a+b/c =秘")];
    let forms = [
        "a%2Bb%2Fc+%3D%E7%A7%98",
        "a%2Bb%2Fc%20%3D%E7%A7%98",
        "a%2bb%2fc+%3d%e7%a7%98",
        "a%2bb%2fc%20%3d%e7%a7%98",
    ];
    for form in forms {
        let echo = format!(r#"{{"code":401,"msg":"no /icp?key={form}&x"}}"#);
        *world.recorded.lock().unwrap() = Answer::json(echo);
        let output = world.user.run_with(&written, args);
        let kept = std::fs::read_to_string(&world.observations()[0]).unwrap();
        assert!(output.stdout.contains("no /icp?key=***&x"), "{output:?}");
        assert!(!kept.contains(form), "{kept}");
    }
    // A file with nothing in it holds no secret.
    world.user.write("key", "\r\n");
    let output = world.user.run_with(&secret, args).exits(12);
    assert!(output.stdout.contains("the file is empty"), "{output:?}");
}
