//! What a user meets who reads and writes Chinese alone, and what the README shows in both languages.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]

use crate::support::Icpctl;

/// Somebody whose terminal is Chinese.
fn reader() -> Icpctl {
    let user = Icpctl::new()
        .env("LANG", "zh_CN.UTF-8")
        .env("ICPCTL_NOW", "2026-11-02T10:00:00+08:00");
    user.write(
        "examples/agency.jsonl",
        include_str!("../examples/agency.jsonl"),
    );
    user
}

/// The same with what an agency has filed.
fn agency() -> Icpctl {
    let user = reader();
    for line in ["init", "adopt --from examples/agency.jsonl"] {
        user.run(line.split(' ')).exits(0);
    }
    user
}

/// Runs a line that must succeed, and returns all that it printed.
fn told(user: &Icpctl, line: &str) -> String {
    let output = user.run(line.split(' ')).exits(0);
    output.stdout + &output.stderr
}

/// Runs a line that must fail, and returns what it said.
fn refused(user: &Icpctl, line: &str, code: i32) -> String {
    user.run(line.split(' ')).exits(code).stderr
}

const PERSON: &str = r#"
[services.responsible]
name = "李四"
certificate_type = "居民身份证"
certificate_number = "110101199001010015"
valid_from = 2020-01-01
valid_until = "长期"
phone = "13800000003"
emergency_phone = "13800000004"
email = "service@example.com"
"#;

/// Writes a dossier that adds an app without a domain to a subject.
fn app(user: &Icpctl, file: &str, name: &str) {
    let dossier = format!(
        r#"
kind = "new"
provider = "阿里云"
[subject]
number = "粤ICP备2021000001号"
[[services]]
kind = "APP"
name = "{name}"
content = ["APP"]
languages = ["中文简体"]
prior_approval = "以上都不涉及"
[[services.builds]]
platform = "安卓平台"
package = "com.example.shop"
public_key = "30820122300D06092A864886F70D01010105"
signature = "0123456789ABCDEF0123456789ABCDEF"
{PERSON}
[services.resource]
type = "云服务器"
id = "i-example1"
"#
    );
    user.write(file, dossier);
}

/// What the README shows under a heading is what the program prints.
fn readme_is_true(heading: &str, lang: &str) {
    let readme = include_str!("../README.md");
    let (_, part) = readme.split_once(heading).unwrap();
    let part = part.split("\n## ").next().unwrap();
    let user = reader();
    let blocks = part.split("```console\n").skip(1).take(3);
    let (mut id, mut shown) = (String::new(), 0);
    for block in blocks {
        let block = block.split("```").next().unwrap();
        for step in block.split("$ icpctl ").skip(1) {
            let mut lines = step.lines();
            let line = lines.next().unwrap().replace("b8j54q3j", &id);
            let words = line.split(' ').chain(["--lang", lang]);
            let asks = line.starts_with("submit") || line.starts_with("withdraw");
            let words = words.chain(asks.then_some("--yes"));
            let output = user.run(words);
            if line.starts_with("cancel-site") {
                output.stdout.trim().clone_into(&mut id);
            }
            let all = output.stdout + &output.stderr;
            let mut left = all.lines();
            for line in lines {
                let parts: Vec<String> = line
                    .split('…')
                    .map(|part| part.replace("b8j54q3j", &id))
                    .collect();
                let is_it = |told: &str| {
                    told.starts_with(&parts[0]) && parts.iter().all(|part| told.contains(part))
                };
                assert!(left.any(is_it), "{line}\nnot in\n{all}");
                shown += 1;
            }
        }
    }
    assert!(shown > 15, "{shown}");
}

#[test]
fn the_first_steps_of_the_readme_are_what_is_printed() {
    readme_is_true("## Five minutes\n", "en");
    readme_is_true("## 五分钟上手\n", "zh");
}

#[test]
fn a_service_without_a_domain_is_named() {
    let user = agency();
    app(&user, "one.toml", "示例商城客户端");
    app(&user, "two.toml", "示例会员助手");
    told(&user, "new --from one.toml");
    told(&user, "new --from two.toml");
    let list = told(&user, "list");
    for name in ["示例商城客户端", "示例会员助手"] {
        assert_eq!(list.matches(name).count(), 1, "{list}");
    }
}

#[test]
fn what_is_drafted_can_queue_as_the_refusal_says() {
    let user = agency();
    let first = user.run(["cancel-site", "docs.example.com", "--submit", "--yes"]);
    let first = first.exits(0).stdout.lines().next().unwrap().to_owned();
    let draft = user.run(["cancel-site", "shop.example.com"]).exits(0);
    let draft = draft.stdout.trim().to_owned();
    let said = refused(&user, &format!("submit {draft} --yes"), 5);
    let command = format!("icpctl edit {draft} --set after={first}");
    assert!(said.contains(&command), "{said}");
    told(&user, command.strip_prefix("icpctl ").unwrap());
    let said = refused(&user, &format!("submit {draft} --yes"), 5);
    assert!(!said.contains("--set after"), "{said}");
}

#[test]
fn persons_are_named_as_the_field_calls_them() {
    let user = agency();
    app(&user, "app.toml", "示例商城客户端");
    let id = user.run(["new", "--from", "app.toml", "--submit", "--yes"]);
    let id = id.exits(0).stdout.lines().next().unwrap().to_owned();
    told(&user, &format!("record {id} sms-sent"));
    let said = refused(&user, &format!("record {id} sms-verified --who 张三"), 2);
    assert!(said.contains("service 服务负责人"), "{said}");
    told(&user, &format!("record {id} sms-verified --who 服务负责人"));
    let history = told(&user, &format!("show {id}"));
    assert!(history.contains("短信核验完成"), "{history}");
    assert!(history.contains("  互联网信息服务负责人\n"), "{history}");

    // A sheet of results, as Excel saves it.
    let other = user.run(["cancel-site", "tea.example.com", "--submit", "--yes"]);
    let other = other.exits(0).stdout.lines().next().unwrap().to_owned();
    let sheet = format!("订单,事件,人员\r\n{other},短信核验完成,网站负责人\r\n");
    let (bytes, _, _) = encoding_rs::GB18030.encode(&sheet);
    user.write("结果.csv", bytes);
    told(&user, "record --from 结果.csv --encoding gb18030");
}

#[test]
fn several_who_are_awaited_are_named_with_what_they_are() {
    let user = reader();
    told(&user, "init");
    let template = user.run(["template", "new", "--province", "四川"]).exits(0);
    user.write("new.toml", template.stdout);
    let id = user.run(["new", "--from", "new.toml", "--submit", "--yes"]);
    let id = id.exits(0).stdout.lines().next().unwrap().to_owned();
    told(&user, &format!("record {id} sms-sent"));
    let said = refused(&user, &format!("record {id} sms-verified"), 2);
    let wanted = "subject 主体负责人、service 互联网信息服务负责人；全部核验写 all";
    assert!(said.contains(wanted), "{said}");
    told(&user, &format!("record {id} sms-verified --who 主体负责人"));
    let guide = told(&user, &format!("guide {id}"));
    assert!(guide.contains("（已于 2026-11-02 10:00 核验）"), "{guide}");
    assert!(!guide.contains(" （未填写）"), "{guide}");
    assert!(!guide.contains("境内注册商"), "{guide}");
    told(&user, &format!("record {id} sms-verified --who 全部"));
    let reason = "record {id} bureau-rejected --reason 名称不符";
    told(&user, &reason.replace("{id}", &id));
    let guide = told(&user, &format!("guide {id}"));
    assert!(guide.contains("不要另行开始备案"), "{guide}");
    let edit = format!("icpctl edit {id} --set FIELD=VALUE");
    assert!(guide.contains(&edit), "{guide}");
}

#[test]
fn limits_of_notices_are_read_in_chinese() {
    let user = agency();
    for (limit, until) in [
        ("10个工作日", "2026-11-16"),
        ("10工作日", "2026-11-16"),
        ("15天", "2026-11-17"),
    ] {
        let line = format!("notice add tea.example.com --class 域名即将过期 --deadline {limit} -n");
        let said = told(&user, &line);
        assert!(said.contains(until), "{limit}: {said}");
    }
}

#[test]
fn what_nobody_was_asked_about_has_no_empty_table() {
    let user = agency();
    let page = told(&user, "verify --all --offline");
    assert!(page.contains("域名解析"), "{page}");
    let lines: Vec<&str> = page.lines().collect();
    for pair in lines.windows(2) {
        let is_head = pair[0].starts_with("事实 ");
        assert!(!is_head || !pair[1].trim().is_empty(), "{page}");
    }
    assert!(!page.trim_end().ends_with("时间"), "{page}");
}

#[test]
fn a_sole_trader_is_one_or_the_other() {
    let user = agency();
    let sheet = "主体备案号,主办者名称,主体性质\n粤ICP备2021000099号,示例茶庄,个体工商户\n";
    user.write("茶庄.csv", sheet);
    let said = refused(&user, "adopt --from 茶庄.csv", 3);
    assert!(said.contains("没有字号的写 individual 个人"), "{said}");
}

#[test]
fn a_new_person_with_the_data_of_the_old_one_is_told_of() {
    let user = reader();
    told(&user, "init");
    let template = user.run(["template", "new", "--province", "四川"]).exits(0);
    user.write("new.toml", template.stdout);
    told(&user, "new --from new.toml --ref a --submit --yes");
    let number = "蜀ICP备2026000123号";
    let approved = format!("record ref:a bureau-approved --number {number} --number {number}-1");
    told(&user, &approved);
    let change = "change example.com --ref b --set responsible.name=王五 \
                  --set responsible.certificate_number=510104199001010035";
    let said = told(&user, change);
    let wanted = "换了负责人，而服务负责人证件有效期起、服务负责人证件有效期止、服务负责人联系方式1、\
                  服务负责人应急联系方式、服务负责人电子邮箱仍是原来那一位的";
    assert!(said.contains(wanted), "{said}");
    let (_, rest) = said.split_once("icpctl edit ").unwrap();
    let (command, _) = rest.split_once('\n').unwrap();
    let mut command = format!("edit {command}");
    for value in [
        "2021-01-01",
        "2041-01-01",
        "13900000009",
        "13900000010",
        "w@example.com",
    ] {
        command = command.replacen("=V", &format!("={value}"), 1);
    }
    told(&user, &command);
    // Who corrects a name, or gives it all, is told nothing.
    let said = told(
        &user,
        "change example.com --ref c --set responsible.name=李思",
    );
    assert!(!said.contains("换了负责人"), "{said}");
}

#[test]
fn numbers_stay_whole_on_a_usual_terminal() {
    let user = agency().env("COLUMNS", "80");
    let list = told(&user, "duty list docs.example.com");
    for whole in [
        "粤ICP备2021000001号-2",
        "docs.example.com",
        "public-security-filing",
    ] {
        assert!(list.contains(whole), "{list}");
    }
}
