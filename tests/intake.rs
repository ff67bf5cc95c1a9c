//! Files that people write: what is taken, and what is said about what is wrong.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use chrono::NaiveDate;
use icpctl::filing::event::Report;
use icpctl::filing::facts::{SubjectFacts, ValidUntil};
use icpctl::filing::instant::Instant;
use icpctl::filing::kind::{Kind, VerifyBy};
use icpctl::filing::moment::Moment;
use icpctl::filing::number::ServiceKind;
use icpctl::filing::province::Province;
use icpctl::filing::tree;
use icpctl::intake::{
    Adopting, BatchRow, Choice, Dossier, DossierSubject, DutyRow, Encoding, Problem, RecordRow,
    Source, Table, Template, inspect_adoptions, inspect_batch_rows, read_dossier, read_duty_rows,
    read_record_rows, template,
};
use icpctl::knowledge::{FieldType, fields};
use icpctl::lang::Lang;
use proptest::prelude::*;

fn today() -> NaiveDate {
    "2026-11-22".parse().unwrap()
}

fn now() -> Instant {
    "2026-11-22T10:00:00+08:00".parse().unwrap()
}

fn source(bytes: &[u8]) -> Source<'_> {
    Source {
        name: "file",
        bytes,
    }
}

fn dossier(text: &str) -> Result<Dossier, Vec<Problem>> {
    read_dossier(&source(text.as_bytes()), today())
}

fn adoptions(text: &str) -> Result<Vec<Adopting>, Vec<Problem>> {
    adoptions_in(text.as_bytes(), Encoding::Utf8)
}

fn adoptions_in(bytes: &[u8], encoding: Encoding) -> Result<Vec<Adopting>, Vec<Problem>> {
    let (read, mut problems) = inspect_adoptions(&source(bytes), encoding, today())?;
    problems.sort_by_key(Problem::position);
    problems.is_empty().then_some(read.list).ok_or(problems)
}

fn batch(text: &str) -> Result<Vec<BatchRow>, Vec<Problem>> {
    let read = inspect_batch_rows(&source(text.as_bytes()), Encoding::Utf8)?;
    read.problems
        .is_empty()
        .then_some(read.rows)
        .ok_or(read.problems)
}

fn duties(text: &str) -> Result<Vec<DutyRow>, Vec<Problem>> {
    read_duty_rows(&source(text.as_bytes()), Encoding::Utf8, now())
}

fn records(text: &str) -> Result<Vec<RecordRow>, Vec<Problem>> {
    read_record_rows(&source(text.as_bytes()), Encoding::Utf8, now())
}

/// What a problem is and where: `line:column code path`.
fn brief(problems: &[Problem]) -> Vec<String> {
    problems
        .iter()
        .map(|p| format!("{}:{} {} {}", p.line, p.column, p.code, p.path))
        .collect()
}

fn refused<T: std::fmt::Debug>(read: Result<T, Vec<Problem>>) -> Vec<String> {
    brief(&read.unwrap_err())
}

#[test]
fn an_unknown_field_is_refused_with_its_place_and_the_nearest_name() {
    let problems = dossier(concat!(
        "kind = \"new\"\n",
        "proivder = \"tencent\"\n",
        "[subject]\n",
        "  \"证件号码\" = \"1\"\n",
        "[[services]]\n",
        "name = \"示例商城\"\n",
        "[services.responsible]\n",
        "phnoe = \"13800000001\"\n",
    ))
    .unwrap_err();
    assert_eq!(
        brief(&problems),
        [
            "2:1 unknown-field proivder",
            "4:3 unknown-field subject.证件号码",
            "8:1 unknown-field services.0.responsible.phnoe",
        ]
    );
    let fixes: Vec<_> = problems.iter().map(|p| p.fix.clone().unwrap().en).collect();
    assert_eq!(
        fixes,
        [
            "did you mean provider?",
            "did you mean certificate_number?",
            "did you mean phone?"
        ]
    );
}

#[test]
fn all_syntax_errors_are_told_at_once() {
    let text = "reason = “甲”\nafter = \"a\nref = ]\nprovider \"tencent\"\n";
    let lines: Vec<usize> = dossier(text).unwrap_err().iter().map(|p| p.line).collect();
    assert_eq!(lines, [1, 2, 3, 4]);
    for text in [
        "account = \"a\n",
        "account = \"a",
        "account = 'a\nref = 'b'",
        "[subject\nname=\"a\"",
    ] {
        assert_eq!(dossier(text).unwrap_err()[0].line, 1, "{text}");
    }
}

#[test]
fn a_truncated_toml_says_where_it_breaks_off() {
    let problems = dossier("kind = \"new\"\ntarget = [\"粤ICP备2021000001号\",\n").unwrap_err();
    assert_eq!(problems.len(), 1);
    assert_eq!((problems[0].code, problems[0].line), ("syntax", 2));
    assert!(problems[0].message.zh.contains("中断"), "{problems:?}");
}

#[test]
fn wrong_values_are_refused_together_and_personal_data_are_not_repeated() {
    let text = r#"
verify_by = "telegram"
[subject]
nature = "enterprice"
province = "香格里拉"
certificate_type = "business-licence"
certificate_number = "91110000MA0000000A"
legal_representative_id = "110101199001010014"
[subject.responsible]
certificate_number = "110101199001010016"
valid_from = 2030-01-01
valid_until = "2020-13-01"
phone = "12345678901"
email = "zhangsan.example.com"
[[services]]
kind = "website"
domains = ["example.com", "https://www.example.com/", "EXAMPLE.com"]
content = ["博客"]
"#;
    let problems = dossier(text).unwrap_err();
    assert_eq!(
        brief(&problems),
        [
            "2:13 unknown-value verify_by",
            "4:10 unknown-value subject.nature",
            "5:12 unknown-province subject.province",
            "7:22 SUB-02 subject.certificate_number",
            "8:27 SUB-03 subject.legal_representative_id",
            "10:22 SUB-03 subject.responsible.certificate_number",
            "12:15 not-a-date subject.responsible.valid_until",
            "13:9 not-a-mobile subject.responsible.phone",
            "14:9 not-an-email subject.responsible.email",
            "16:8 unknown-value services.0.kind",
            "17:27 not-a-domain services.0.domains.1",
            "17:55 duplicate-value services.0.domains.2",
            "18:12 unknown-value services.0.content.0",
        ]
    );
    for personal in ["91110000", "19900101", "12345678901", "zhangsan"] {
        for problem in &problems {
            let said = format!("{problem:?}");
            assert!(!said.contains(personal), "{said}");
        }
    }
    let nature = problems[1].fix.clone().unwrap();
    assert_eq!(nature.en, "did you mean enterprise?");
}

#[test]
fn a_wrong_type_names_the_expected_one() {
    let text = "account = 100012345678\nwritten = \"yes\"\nservices = \"none\"\nmaterials = [1]\n";
    let problems = dossier(text).unwrap_err();
    let codes: Vec<_> = problems.iter().map(|p| (p.line, p.code)).collect();
    assert_eq!(
        codes,
        [
            (1, "wrong-type"),
            (2, "wrong-type"),
            (3, "wrong-type"),
            (4, "wrong-type"),
            (4, "missing-field"),
            (4, "missing-field")
        ]
    );
    assert_eq!(problems[0].message.en, "text is expected, not a number");
    assert_eq!(problems[0].fix.clone().unwrap().en, "put it in quotes");
}

#[test]
fn numbers_must_fit_each_other() {
    let text = r#"
subject = "粤ICP备2021000001号"
[[services]]
number = "粤ICP备2021000001号-1"
kind = "app"
[[services]]
number = "粤ICP备2021000002号-1"
[[services]]
number = "粤ICP备2021000001号-1"
[[materials]]
slot = "域名证书或实名认证截图"
file = "a.jpg"
service = 4
"#;
    assert_eq!(
        refused(dossier(text)),
        [
            "5:8 NUM-02 services.0.kind",
            "7:10 NUM-02 services.1.number",
            "9:10 NUM-03 services.2.number",
            "13:11 no-such-service materials.0.service",
        ]
    );
}

#[test]
fn json_and_toml_say_the_same_and_values_are_normalised() {
    let toml = r#"
kind = "注销互联网信息服务"
target = "粤ICP备2021000001号-1"
verify_by = "SMS"
[subject]
nature = "个人"
province = "广东"
certificate_number = "11010119900101 0015"
responsible = { valid_from = 2020-01-01, valid_until = "长期", phone = "+86 138-0000-0001" }
[[services]]
kind = "网站"
domains = ["Shop.Example.com"]
content = ["博客/个人空间"]
prior_approval = "以上都不涉及"
"#;
    let json = r#"{"kind":"cancel-site","target":["粤ICP备2021000001号-1"],"verify_by":"sms",
"account":null,
"subject":{"nature":"5","province":"粤","certificate_number":"110101199001010015",
"responsible":{"valid_from":"20200101","valid_until":"long-term","phone":"13800000001"}},
"services":[{"kind":"site","domains":["shop.example.com"],"content":["blog"],"prior_approval":["none"]}]}"#;
    let read = dossier(toml).unwrap();
    assert_eq!(read, dossier(json).unwrap());
    assert_eq!(read.kind, Some(Kind::CancelSite));
    assert_eq!(read.verify_by, Some(VerifyBy::Sms));
    let Some(DossierSubject::Data { facts, .. }) = read.subject else {
        panic!("the subject is given by its data");
    };
    assert_eq!(facts.province.as_deref(), Some("gd"));
    let person = facts.responsible.unwrap();
    assert_eq!(person.valid_until, Some(ValidUntil::LongTerm));
    assert_eq!(person.phone.as_deref(), Some("13800000001"));
}

#[test]
fn json_problems_have_their_places() {
    let text = "{\"kind\": \"new\",\n \"servces\": [],\n \"kind\": \"new\",\n \"written\": 1}";
    assert_eq!(
        refused(dossier(text)),
        ["3:2 duplicate-field kind"],
        "a document that contradicts itself is not read any further"
    );
    let text = "{\"reason\": \"甲\", \"servces\": [],\n \"written\": 1}";
    assert_eq!(
        refused(dossier(text)),
        ["1:17 unknown-field servces", "2:13 wrong-type written"]
    );
    assert_eq!(refused(dossier("{\n \"kind\": }")), ["2:10 syntax "]);
    assert_eq!(refused(dossier("{\n \"kind\": \"new\",")), ["2:15 syntax "]);
}

#[test]
fn a_deep_or_large_document_is_refused() {
    let deep = format!("{{\"labels\":{}1{}}}", "[".repeat(5000), "]".repeat(5000));
    assert_eq!(dossier(&deep).unwrap_err()[0].code, "too-deep");
    let deep = format!("labels = {}1{}", "[".repeat(5000), "]".repeat(5000));
    assert_eq!(dossier(&deep).unwrap_err()[0].code, "syntax");
    let large = "#".repeat((1 << 20) + 1);
    assert_eq!(dossier(&large).unwrap_err()[0].code, "too-large");
    let wide = format!("target = [{}]", "1,".repeat(50_000));
    assert_eq!(dossier(&wide).unwrap_err()[0].code, "too-many");
    let wide = format!("{{\"target\":[{}1]}}", "1,".repeat(50_000));
    let told = dossier(&wide).unwrap_err();
    assert_eq!(told.iter().filter(|p| p.code == "too-many").count(), 1);
}

/// A list of rows has as many as are within its size, which a document has not.
#[test]
fn a_list_of_rows_may_be_long() {
    let row = "{\"order\":\"3k9m2qd8\",\"event\":\"rejected\"}";
    let list = format!("[{}{row}]", format!("{row},").repeat(15_000));
    assert_eq!(records(&list).unwrap().len(), 15_001);
}

/// Returns a template with everything optional in it switched on.
fn uncommented(template: &str) -> String {
    let lines = template.lines().map(|line| match line.strip_prefix("# ") {
        Some(rest) if rest.starts_with('[') || rest.contains(" = ") => rest,
        Some(_) | None => line,
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn every_line_of_a_template_can_be_switched_on() {
    for (kind, lang) in Kind::ALL
        .iter()
        .flat_map(|kind| [(*kind, Lang::Zh), (*kind, Lang::En)])
    {
        let text = uncommented(&template(Template::Dossier(kind), &Choice::default(), lang));
        let read = dossier(&text).unwrap_or_else(|problems| panic!("{text}\n{problems:#?}"));
        assert_eq!(read.labels["customer"], "甲");
        assert!(read.subject.is_some());
        assert!(!read.materials.is_empty());
    }
}

#[test]
fn every_known_field_reaches_the_facts() {
    let mut unseen: Vec<&str> = fields()
        .iter()
        .filter(|field| field.value_type != FieldType::Table && field.path != "services.number")
        .map(|field| field.path.as_str())
        .filter(|path| path.starts_with("subject.") || path.starts_with("services."))
        .collect();
    for &service in ServiceKind::ALL {
        let choice = Choice {
            service,
            ..Choice::default()
        };
        let all = uncommented(&template(Template::Dossier(Kind::New), &choice, Lang::En));
        let read = dossier(&all).unwrap();
        let Some(DossierSubject::Data { facts, .. }) = &read.subject else {
            panic!("the subject is given by its data");
        };
        let (subject, service) = (tree::of(facts), tree::of(&read.services[0].facts));
        unseen.retain(|path| {
            let found = if let Some(field) = path.strip_prefix("subject.") {
                tree::get(&subject, field)
            } else {
                let field = path.strip_prefix("services.").unwrap();
                let in_lists = field
                    .replace("registrations.", "registrations.0.")
                    .replace("builds.", "builds.0.");
                tree::get(&service, &in_lists)
            };
            found.is_none()
        });
    }
    assert!(unseen.is_empty(), "lost: {unseen:?}");
}

/// Every choice that a template can be made for.
fn choices() -> impl Iterator<Item = Choice> {
    let natures = [
        "enterprise",
        "individual",
        "government",
        "institution",
        "foundation",
    ];
    let of_kinds = natures.into_iter().flat_map(|nature| {
        ServiceKind::ALL.iter().map(move |service| Choice {
            nature: nature.to_owned(),
            service: *service,
            ..Choice::default()
        })
    });
    let of_provinces = Province::all().flat_map(|province| {
        ["enterprise", "individual"].map(|nature| Choice {
            nature: nature.to_owned(),
            province: Some(province),
            ..Choice::default()
        })
    });
    let of_providers = ["huawei", "alibaba", "wechat", "generic", "own"].map(|provider| Choice {
        provider: provider.to_owned(),
        ..Choice::default()
    });
    of_kinds.chain(of_provinces).chain(of_providers)
}

#[test]
fn the_template_of_every_choice_reads_back_as_printed_and_with_everything_switched_on() {
    for (choice, kind) in
        choices().flat_map(|c| Kind::ALL.iter().map(move |kind| (c.clone(), *kind)))
    {
        let text = template(Template::Dossier(kind), &choice, Lang::En);
        let whole = uncommented(&text);
        for text in [&text, &whole] {
            let read =
                dossier(text).unwrap_or_else(|found| panic!("{choice:?}\n{text}\n{found:#?}"));
            assert_eq!(read.provider.as_deref(), Some(choice.provider.as_str()));
            if let (Kind::New, Some(DossierSubject::Data { facts, .. })) = (kind, &read.subject) {
                assert_eq!(facts.is_individual(), choice.nature == "individual");
                assert_eq!(facts.nature.as_deref(), Some(choice.nature.as_str()));
                assert_eq!(
                    facts.province.as_deref(),
                    choice.province.map(Province::code)
                );
                assert_eq!(read.services[0].facts.kind, Some(choice.service));
            }
        }
    }
}

#[test]
fn a_template_holds_what_its_nature_province_and_provider_need_and_no_more() {
    let printed = |nature: &str, province: &str, provider: &str, service| {
        let choice = Choice {
            nature: nature.to_owned(),
            province: Province::of_code(province),
            provider: provider.to_owned(),
            service,
        };
        template(Template::Dossier(Kind::New), &choice, Lang::En)
    };
    let company = printed("enterprise", "gd", "tencent", ServiceKind::Site);
    let person = printed("individual", "js", "tencent", ServiceKind::Site);
    for (word, in_company, in_person) in [
        ("\nlegal_representative = ", true, false),
        ("[services.responsible]", true, false),
        ("\nname = \"示例商城\"", true, false),
        ("slot = \"commitment-letter\"", true, false),
        ("slot = \"authenticity-commitment-letter\"", false, true),
        ("slot = \"subject-certificate\"", true, false),
        ("Guangdong asks for more", true, false),
        ("Jiangsu asks for more", false, true),
    ] {
        assert_eq!(company.contains(word), in_company, "{word}");
        assert_eq!(person.contains(word), in_person, "{word}");
    }
    // A paper that province and provider both ask for stands once.
    let both = printed("enterprise", "js", "huawei", ServiceKind::Site);
    for slot in ["commitment", "responsibility"] {
        let slot = format!("slot = \"authenticity-{slot}-letter\"");
        assert_eq!(both.matches(&slot).count(), 1, "{slot}");
    }
    let app = printed("enterprise", "gd", "wechat", ServiceKind::App);
    assert!(app.contains("\n[[services.builds]]") && !app.contains("home_urls"));
    assert!(!app.contains("[services.resource]"));
    let mini = printed("enterprise", "gd", "wechat", ServiceKind::Miniprogram);
    assert!(mini.contains("\nremark = ") && !mini.contains("builds"));
    let office = printed("government", "gd", "tencent", ServiceKind::Site);
    assert!(office.contains("site-identification") && office.contains("domain-review-form"));
}

#[test]
fn the_public_filings_are_adopted() {
    let text = concat!(
        r#"{"number":"粤B2-20090059","name":"深圳市腾讯计算机系统有限公司","nature":"enterprise","services":[{"number":"粤B2-20090059-5","kind":"site","name":"腾讯网","domains":["qq.com"],"accesses":["tencent"]}]}"#,
        "\n",
        r#"{"number":"京ICP证030173号","name":"北京百度网讯科技有限公司","nature":"enterprise","services":[{"number":"京ICP证030173号-1","kind":"site","name":"百度","domains":["baidu.com"],"accesses":["generic"]}]}"#,
        "\n",
        r#"{"number":"沪ICP备13002172号","name":"上海宽娱数码科技有限公司","nature":"enterprise","services":[{"number":"沪ICP备13002172号-3","kind":"site","name":"哔哩哔哩","domains":["bilibili.com"],"accesses":["generic"]}]}"#,
        "\n",
        r#"{"number":"京ICP备10046444号","name":"小米科技有限责任公司","nature":"enterprise","services":[{"number":"京ICP备10046444号-9","kind":"site","name":"小米科技","domains":["mi.cn"],"accesses":["generic"]}]}"#,
        "\n",
        r#"{"number":"京ICP备16020626号","name":"奇安信科技集团股份有限公司","nature":"enterprise","services":[{"number":"京ICP备16020626号-8","kind":"site","name":"奇安信","domains":["qianxin.com"],"accesses":["generic"]},{"number":"京ICP备16020626号-14","kind":"site","name":"天府杯","domains":["tianfucup.com"],"accesses":["generic"]}]}"#,
        "\n",
        r#"{"number":"蜀ICP备19011193号","name":"成都七淘网络科技有限公司","nature":"enterprise","services":[{"number":"蜀ICP备19011193号-6","kind":"site","name":"七淘","domains":["scgzyun.com"],"accesses":["generic"]}]}"#,
        "\n",
    );
    let read = adoptions(text).unwrap();
    let lines: Vec<usize> = read
        .iter()
        .map(|adoption| adoption.places.at.line)
        .collect();
    assert_eq!(lines, [1, 2, 3, 4, 5, 6]);
    let services: usize = read.iter().map(|a| a.value.services.len()).sum();
    assert_eq!(services, 7);
    assert_eq!(read[0].value.number.to_string(), "粤B2-20090059");
}

const DOCUMENT: &str = r#"{"number":"粤ICP备2021000001号","name":"示例科技有限公司","nature":"enterprise",
 "labels":{"customer":"甲"},
 "services":[{"number":"粤ICP备2021000001号-1","kind":"site","name":"示例商城","domains":["shop.example.cn"],
   "accesses":["tencent",{"provider":"huawei","account":"a-1","resource":"ecs-7"}],"approved_on":"2021-03-01"}]}"#;

#[test]
fn one_filing_in_every_format_is_the_same() {
    let expected = adoptions(DOCUMENT).unwrap().remove(0).value;
    let toml = r#"
number = "粤ICP备2021000001号"
name = "示例科技有限公司"
nature = "enterprise"
labels = { customer = "甲" }
[[services]]
number = "粤ICP备2021000001号-1"
kind = "site"
name = "示例商城"
domains = ["shop.example.cn"]
accesses = ["tencent", { provider = "huawei", account = "a-1", resource = "ecs-7" }]
approved_on = 2021-03-01
"#;
    let listed = toml
        .replace(
            "number = \"粤ICP备2021000001号\"",
            "[[subjects]]\nnumber = \"粤ICP备2021000001号\"",
        )
        .replace("[[services]]", "[[subjects.services]]");
    let english = "subject_number,subject_name,nature,service_number,service_kind,service_name,domains,accesses,accounts,resources,approved_on,label:customer\n粤ICP备2021000001号,示例科技有限公司,enterprise,粤ICP备2021000001号-1,site,示例商城,shop.example.cn,tencent;huawei,;a-1,;ecs-7,2021-03-01,甲\n";
    let chinese = "\u{FEFF}标签：customer,服务备案号,主体备案号,主办者名称,主体性质,服务类型,服务名称,域名,接入商,账号,资源,备案日期\r\n甲,粤ICP备2021000001号-1,粤ICP备2021000001号,示例科技有限公司,企业,网站,示例商城,shop.example.cn,tencent；huawei,；a-1,；ecs-7,2021/3/1\r\n,,,,,,,,,,,\r\n";
    let list = format!("[{DOCUMENT}]");
    for text in [toml, listed.as_str(), english, chinese, list.as_str()] {
        let read = adoptions(text).unwrap_or_else(|problems| panic!("{text}\n{problems:#?}"));
        assert_eq!(read.len(), 1, "{text}");
        assert_eq!(read[0].value, expected, "{text}");
    }
}

#[test]
fn rows_of_one_subject_become_one_and_a_row_without_service_an_empty_shell() {
    let text = "subject_number,service_number,domains,label:customer\n\
        粤ICP备2021000001号,粤ICP备2021000001号-1,a.example.com;b.example.com,甲\n\
        粤ICP备2021000002号,,,乙\n\
        粤ICP备2021000001号,粤ICP备2021000001号-2A,,\n\
        粤ICP备2021000001号,粤ICP备2021000001号-2A,,\n";
    let read = adoptions(text).unwrap();
    assert_eq!(read.len(), 2);
    let (full, shell) = (&read[0].value, &read[1].value);
    assert_eq!(full.services.len(), 2);
    assert_eq!(full.services[0].facts.domains.as_ref().unwrap().len(), 2);
    assert_eq!(full.services[1].facts.domains, None);
    assert_eq!(full.services[1].accesses, None);
    assert!(shell.services.is_empty());
    assert_eq!(shell.labels["customer"], "乙");
    assert_eq!(shell.facts, SubjectFacts::default());
}

#[test]
fn a_label_on_which_a_subjects_rows_agree_is_the_subjects() {
    let text = "subject_number,service_number,label:customer,label:team\n\
        粤ICP备2021000001号,粤ICP备2021000001号-1,甲,一\n\
        粤ICP备2021000001号,粤ICP备2021000001号-2,甲,二\n";
    let read = adoptions(text).unwrap().remove(0).value;
    assert_eq!(read.labels.len(), 1);
    assert_eq!(read.labels["customer"], "甲");
    assert_eq!(read.services[0].labels["team"], "一");
    assert_eq!(read.services[1].labels["team"], "二");
    assert!(!read.services[0].labels.contains_key("customer"));
}

/// Tables as offices keep them: a title above the header, columns of their own, several providers in a
/// cell.
#[test]
fn a_table_kept_for_people_is_told_what_to_change() {
    let told = |text: &str| -> Vec<String> {
        let problems = adoptions(text).unwrap_err();
        problems
            .iter()
            .map(|problem| problem.line().zh.into_owned())
            .collect()
    };
    let text = "客户备案一览表,,,\n,,,\n主体备案号,服务备案号,域名,客户\n合计,,,\n";
    assert_eq!(
        told(text),
        ["1:1：这一行不是表头，表头在第 3 行；删去第 3 行之前的行"]
    );
    let columns = told("主体备案号,服务备案号,序号,客户,名称\n");
    assert!(columns[0].ends_with("要留作标签的改名为 标签:序号，否则去掉"));
    assert!(columns[1].ends_with("要留作标签的改名为 标签:客户，否则去掉"));
    let text = |accesses: &str| {
        format!(
            "主体备案号,服务备案号,接入商\n粤ICP备2021000001号,粤ICP备2021000001号-1,{accesses}\n"
        )
    };
    for several in ["阿里云、腾讯云", "阿里云/腾讯云", "阿里云 腾讯云"] {
        assert_eq!(
            told(&text(several)),
            [format!(
                "2:37 接入商：这里写了几个接入商：“{several}”；在表格里用 ; 隔开：阿里云;腾讯云；在 TOML 和 JSON 里写成列表"
            )]
        );
    }
    for one in ["Tencent Cloud", "甲、乙机房", "阿里云；腾讯云"] {
        adoptions(&text(one)).unwrap();
    }
}

#[test]
fn csv_problems_have_line_column_and_header_name() {
    let text = "# 说明\n主体备案号,服务备案号,\"服务\n名称\",domain\n";
    let problems = adoptions(text).unwrap_err();
    assert_eq!(
        brief(&problems),
        [
            "2:13 unknown-column 服务\n名称",
            "3:5 unknown-column domain"
        ]
    );
    assert_eq!(problems[1].fix.clone().unwrap().zh, "是不是想写 domains？");

    let text = "主体备案号,服务备案号,服务名称,域名,接入商,账号,服务类型\r\n\
        粤ICP备2021000001号,粤ICP备2021000001号-1,\"示例\r\n商城\",example,tencent,,网站\r\n\
        \r\n\
        粤ICP备2021000001号,粤ICP备2021000002号-1,,,tencent,a;b,APP\r\n\
        粤ICP备2021000001号,粤ICP备2021000001号-1,另一个,,,,\r\n\
        粤ICP备2021000001号\r\n\
        ,3,,,,,\r\n";
    assert_eq!(
        refused(adoptions(text)),
        [
            "3:5 not-a-domain 域名",
            "5:18 NUM-02 服务备案号",
            "5:47 row-length 账号",
            "5:51 NUM-02 服务类型",
            "6:18 NUM-03 ",
            "7:1 row-length ",
            "8:2 NUM-01 服务备案号",
        ]
    );
}

#[test]
fn a_quoted_newline_belongs_to_the_value() {
    let text = "order,event,reason,at\r\nk3m9t2qd,rejected,\"主体信息有误；\r\n请补充\",2026-08-20\r\n2026-001,accepted,,\r\n";
    let read = records(text).unwrap();
    assert_eq!(read[0].reason.as_deref(), Some("主体信息有误；\r\n请补充"));
    let day = Moment::Day("2026-08-20".parse().unwrap());
    assert_eq!(read[0].at, Some(day));
    assert_eq!(
        (read[1].place.line, read[1].order.as_str()),
        (4, "2026-001")
    );
    assert_eq!(read[1].at, None);
}

#[test]
fn records_are_read_from_csv_and_json_lines() {
    let csv = "订单,事件,时间,人员,原因,备案号\n#1,管局通过,,,,粤ICP备2021000001号;粤ICP备2021000001号-1\n#2,face-verified,,subject；service:2,,\n";
    let lines = "{\"order\":\"#1\",\"event\":\"bureau-approved\",\"numbers\":\"粤ICP备2021000001号;粤ICP备2021000001号-1\"}\n\n{\"order\":\"#2\",\"event\":\"face-verified\",\"who\":[\"subject\",\"service:2\"]}\n";
    let (csv, lines) = (records(csv).unwrap(), records(lines).unwrap());
    assert_eq!(csv[0].event, Report::BureauApproved);
    assert_eq!(csv[0].numbers.len(), 2);
    assert_eq!(csv[1].who, ["subject", "service:2"]);
    for (row, line) in csv.iter().zip(&lines) {
        let place = row.place.clone();
        let same = RecordRow {
            place,
            ..line.clone()
        };
        assert_eq!(*row, same);
    }
    assert_eq!(
        (lines[1].place.line, lines[1].event),
        (3, Report::FaceVerified)
    );
}

#[test]
fn an_unknown_event_is_refused_with_the_nearest() {
    let problems = records("order,event,at\na,bureau-aproved,\nb,,\n").unwrap_err();
    assert_eq!(
        brief(&problems),
        ["2:3 unknown-value event", "3:3 missing-field event"]
    );
    let fix = problems[0].fix.clone().unwrap();
    assert_eq!(fix.en, "did you mean bureau-approved?");
    assert_eq!(
        refused(records(
            "{\"order\":\"a\",\"event\":1}\n{\"order\":\n{\"evnt\":\"b\"}\n"
        )),
        [
            "1:22 wrong-type event",
            "2:9 syntax ",
            "3:2 unknown-column evnt",
        ]
    );
}

#[test]
fn gbk_is_refused_with_its_place_and_read_when_it_is_named() {
    let text = "主体备案号,主办者名称\n粤ICP备2021000001号,示例科技有限公司\n";
    let (gbk, _, lossy) = encoding_rs::GB18030.encode(text);
    assert!(!lossy);
    let mixed = [b"subject_number,subject_name\nICP,".as_slice(), &gbk].concat();
    let problems = adoptions_in(&mixed, Encoding::Utf8).unwrap_err();
    assert_eq!(brief(&problems), ["2:5 not-utf-8 "]);
    let fix = problems[0].fix.clone().unwrap();
    assert!(fix.en.contains("--encoding gb18030"), "{}", fix.en);
    let read = adoptions_in(&gbk, Encoding::Gb18030).unwrap();
    assert_eq!(
        read[0].value.facts.name.as_deref(),
        Some("示例科技有限公司")
    );
    let broken = [&gbk[..], b"\xFF\xFF"].concat();
    let problems = adoptions_in(&broken, Encoding::Gb18030).unwrap_err();
    assert_eq!(brief(&problems), ["3:1 not-gb18030 "]);
}

#[test]
fn an_open_quote_is_named_where_it_opens() {
    let text = "order,event,reason\na,accepted,\"no end\nb,accepted,\n";
    assert_eq!(refused(records(text)), ["2:12 syntax "]);
}

/// Of cells that were merged only the first is filled in; the service's number holds its subject's.
#[test]
fn a_subject_number_may_be_left_to_the_services() {
    let text = "subject_number,subject_name,service_number\n\
        粤ICP备2021000001号,甲公司,粤ICP备2021000001号-1\n\
        ,,粤ICP备2021000001号-2\n\
        ,,粤B2-20090059-5\n";
    let read = adoptions(text).unwrap();
    let numbers: Vec<String> = read
        .iter()
        .map(|one| one.value.number.to_string())
        .collect();
    assert_eq!(numbers, ["粤ICP备2021000001号", "粤B2-20090059"]);
    assert_eq!(read[0].value.services.len(), 2);
    let text =
        "subject_number,subject_name,service_number\n,甲公司,\n,,5号\n,,粤ICP备2021000001号\n";
    assert_eq!(
        refused(adoptions(text)),
        [
            "2:1 missing-field subject_number",
            "3:3 NUM-01 service_number",
            "4:3 NUM-01 service_number"
        ]
    );
}

#[test]
fn one_subject_said_in_two_ways_is_refused() {
    let text = "subject_number,subject_name,service_number\n\
        粤ICP备2021000001号,甲公司,粤ICP备2021000001号-1\n\
        粤ICP备2021000001号,乙公司,粤ICP备2021000001号-2\n";
    assert_eq!(
        refused(adoptions(text)),
        ["3:18 contradiction subject_name"]
    );
}

#[test]
fn an_adoption_needs_its_numbers_and_no_future() {
    let text = r#"[{"name":"甲公司"},{"number":"粤ICP备2021000001号","services":[{"kind":"site"},
{"number":"粤ICP备2021000001号-1","approved_on":"2027-01-01","accesses":[{"account":"a"}]}]}]"#;
    assert_eq!(
        refused(adoptions(text)),
        [
            "1:2 missing-field 0.number",
            "1:58 missing-field 1.services.0.number",
            "2:46 future-date 1.services.1.approved_on",
            "2:71 missing-field 1.services.1.accesses.0.provider",
        ]
    );
}

#[test]
fn every_template_is_readable_as_printed() {
    for lang in [Lang::Zh, Lang::En] {
        for what in Template::all() {
            let text = template(what, &Choice::default(), lang);
            let name = what.name();
            assert_eq!(Template::from_name(name), Some(what));
            let failed = |problems: Vec<Problem>| -> ! { panic!("{name}\n{text}\n{problems:#?}") };
            match what {
                Template::Dossier(kind) => {
                    let read = dossier(&text).unwrap_or_else(|problems| failed(problems));
                    assert_eq!(read.kind, Some(kind));
                    assert_eq!(read.provider.as_deref(), Some("tencent"));
                    assert_eq!(read.target.is_empty(), kind == Kind::New, "{name}");
                    assert_eq!(
                        read.services.len(),
                        usize::from(kind == Kind::New),
                        "{name}"
                    );
                }
                Template::Rows(Table::Adopt) => {
                    let read = adoptions(&text).unwrap_or_else(|problems| failed(problems));
                    assert_eq!(
                        read[0].value.services[0].accesses.as_ref().unwrap().len(),
                        2
                    );
                }
                Template::Rows(Table::Batch) => {
                    let read = batch(&text).unwrap_or_else(|problems| failed(problems));
                    assert_eq!(read[0].kind, Kind::CancelSite);
                    assert_eq!(read[0].labels["customer"], "甲");
                }
                Template::Rows(Table::Record) => {
                    let read = records(&text).unwrap_or_else(|problems| failed(problems));
                    assert_eq!(read[0].numbers.len(), 2);
                }
                Template::Rows(Table::Duty) => {
                    let read = duties(&text).unwrap_or_else(|problems| failed(problems));
                    assert!(read[0].duty.number && read[0].number.is_some());
                }
            }
        }
    }
}

#[test]
fn the_chinese_header_of_a_template_is_understood() {
    let adopted = |text: &str| format!("{:?}", adoptions(text).unwrap()[0].value);
    let drafted = |text: &str| serde_json::to_string(&batch(text).unwrap()).unwrap();
    let recorded = |text: &str| {
        let row = &records(text).unwrap()[0];
        let event = (&row.order, row.event, row.at, &row.who);
        format!("{event:?} {:?} {:?}", row.reason, row.numbers)
    };
    let done = |text: &str| {
        let row = &duties(text).unwrap()[0];
        format!("{:?}", (&row.target, &row.duty.id, &row.at, &row.number))
    };
    says_the_same(Template::Rows(Table::Adopt), adopted);
    says_the_same(Template::Rows(Table::Batch), drafted);
    says_the_same(Template::Rows(Table::Record), recorded);
    says_the_same(Template::Rows(Table::Duty), done);
}

/// The row of a template says the same under the Chinese header and under the English one.
fn says_the_same(what: Template, said: impl Fn(&str) -> String) {
    let text = template(what, &Choice::default(), Lang::Zh);
    let lines: Vec<&str> = text.lines().collect();
    let [.., chinese, english, row] = lines.as_slice() else {
        panic!("{text}");
    };
    let chinese = chinese.strip_prefix("# ").unwrap();
    let under = |header: &str| said(&format!("{header}\n{row}\n"));
    assert_eq!(under(chinese), under(english));
}

proptest! {
    #[test]
    fn no_bytes_make_a_reader_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        read_everything(&bytes);
    }

    #[test]
    fn no_text_makes_a_reader_panic(text in "([\\[\\]{}\",:=;#'0-9a-z_.号粤\\r\\n-]|subject|services|number|domains|label:|\"粤ICP备2021000001号-1\"|\\[\\[services\\]\\]){0,60}") {
        read_everything(text.as_bytes());
    }

    #[test]
    fn no_damage_to_a_good_file_makes_a_reader_panic(
        place in any::<prop::sample::Index>(),
        byte in any::<u8>(),
        which in 0usize..10,
    ) {
        let what = Template::all().nth(which).unwrap();
        let mut bytes = template(what, &Choice::default(), Lang::Zh).into_bytes();
        let place = place.index(bytes.len());
        bytes[place] = byte;
        read_everything(&bytes);
        bytes.truncate(place);
        read_everything(&bytes);
    }
}

/// Every problem must lie within the file.
fn read_everything(bytes: &[u8]) {
    // Where no line feed ends a line, a carriage return does.
    let end = if bytes.contains(&b'\n') { b'\n' } else { b'\r' };
    let lines = bytes.split(|byte| *byte == end).count();
    let check = |problems: Option<Vec<Problem>>| {
        for problem in problems.into_iter().flatten() {
            assert!((1..=lines).contains(&problem.line), "{problem:?}");
            assert!(
                (1..=bytes.len() + 1).contains(&problem.column),
                "{problem:?}"
            );
        }
    };
    let source = source(bytes);
    check(read_dossier(&source, today()).err());
    for encoding in [Encoding::Utf8, Encoding::Gb18030] {
        let adopted = inspect_adoptions(&source, encoding, today());
        check(Some(
            adopted.map_or_else(|problems| problems, |(_, problems)| problems),
        ));
        check(read_record_rows(&source, encoding, now()).err());
        check(read_duty_rows(&source, encoding, now()).err());
        let drafted = inspect_batch_rows(&source, encoding);
        check(Some(
            drafted.map_or_else(|problems| problems, |read| read.problems),
        ));
    }
}
