//! Tables whose cells are broken, empty or under Chinese headers: what is told, and where.

use super::holding;
use crate::scenarios::{CERTIFICATES, MONDAY, Scene, company, site};
use serde_json::{Value, json};

/// Returns where each finding stands, and of which column.
fn places(document: &Value) -> Vec<String> {
    let findings = document["data"]["findings"].as_array().unwrap();
    let place = |f: &Value| {
        let path = f["path"].as_str().unwrap_or_default();
        format!("{}:{} {path}", f["line"], f["column"])
    };
    findings.iter().map(place).collect()
}

/// A spreadsheet saves long numbers as `4.40301E+17`: what is left of them is not taken for them.
#[test]
fn a_number_that_a_spreadsheet_shortened_is_refused() {
    let scene = holding(1);
    scene.user.write(
        "batch.csv",
        "ref,kind,target,account,label:客户\n\
         2.02611E+15,cancel-site,s1.example.net,1.00001E+11,4E+17\n\
         1.5E+3,cancel-site,s1.example.net,A1E+17,\n",
    );
    let mut document = scene.document(MONDAY, "batch check batch.csv", 3);
    let findings = document["data"]["findings"].as_array_mut().unwrap();
    findings.retain(|finding| finding["rule"] == "shortened-number");
    assert_eq!(
        places(&document),
        ["2:1 ref", "2:40 account", "2:52 label:客户"]
    );
    let text = "subject_number,service_number,accesses,accounts,approved_on\n\
                粤ICP备2021000002号,粤ICP备2021000002号-1,tencent;huawei,a-1;1.00001E+11,2021-03-01 00:00:00\n";
    scene.user.write("adopt.csv", text);
    let error = scene.fails(MONDAY, "adopt --from adopt.csv", 3);
    assert!(
        error["hints"][0]
            .as_str()
            .unwrap()
            .contains("2:52 accounts: \"1.00001E+11\""),
        "{error}"
    );
    // A day that a program wrote with its midnight is that day.
    scene
        .user
        .write("adopt.csv", text.replace("1.00001E+11", "100001234567"));
    scene.run(MONDAY, "adopt --from adopt.csv").exits(0);
}

/// What a dossier says that does not go with the kind of order stands in the cell that names it.
#[test]
fn a_word_of_a_dossier_is_placed_in_its_cell() {
    let scene = holding(1);
    scene.user.write("d.toml", "verify_by = \"sms\"\n");
    for (row, place) in [
        (
            "q,change,s1.example.net,tencent,name=甲,d.toml,",
            "2:40 from",
        ),
        (
            "q,change,s1.example.net,tencent,name=甲,,sms",
            "2:41 verify_by",
        ),
    ] {
        let rows = format!("ref,kind,target,provider,set,from,verify_by\n{row}\n");
        scene.user.write("batch.csv", rows);
        let document = scene.document(MONDAY, "batch check batch.csv", 3);
        assert_eq!(places(&document), [place], "{document:#}");
    }
}

/// What stands within a quote that is never closed may be anything: only the quote is told of.
#[test]
fn an_open_quote_is_the_only_finding() {
    let scene = holding(2);
    for (text, place) in [
        (
            "ref,kind,target,provider\na,cancel-access,s1.example.net,\"tencent\nb,cancel-site,x\n",
            "2:32 ",
        ),
        // The order that is waited for may stand in the part that is not read.
        (
            "ref,kind,target,after\na,cancel-site,s1.example.net,ref:b\n\"b,cancel-site,s2.example.net,\n",
            "3:1 ",
        ),
        ("ref,kind,\"target\na,cancel-site,s1.example.net\n", "1:10 "),
    ] {
        scene.user.write("batch.csv", text);
        let document = scene.document(MONDAY, "batch check batch.csv", 3);
        assert_eq!(places(&document), [place], "{document:#}");
    }
    let text = "subject_number,service_number,service_kind\n\
                粤ICP备2021000001号,\"粤ICP备2021000001号-1,site\n粤ICP备2021000001号,,site\n";
    scene.user.write("adopt.csv", text);
    let error = scene.fails(MONDAY, "adopt --from adopt.csv", 3);
    assert_eq!(error["hints"].as_array().unwrap().len(), 1, "{error:#}");
    scene.user.write(
        "record.csv",
        "order,event,at\nref:a,\"accepted,-1h\nref:a,x\n",
    );
    let error = scene.fails(MONDAY, "record --from record.csv", 3);
    assert!(
        error["message"]
            .as_str()
            .unwrap()
            .contains(":2:7: this quote")
    );
    assert_eq!(error["hints"], Value::Array(Vec::new()));
}

/// "Chinese header names are accepted too": whatever is wrong, its column has one name, the file's.
#[test]
fn problems_name_columns_as_the_file_does() {
    let scene = holding(2);
    let text = "自定编号,订单类型,对象,接入商\n\
                ,cancel-access,s1.example.net,tencent\n\
                b,cancel-acces,nosuch.cn,\n\
                c,cancel-access,nosuch.cn,tencent\n\
                d,cancel-access,,tencent\n\
                e,change,s1.example.net,\n\
                f,cancel-access,s1.example.net,huawei\n";
    scene.user.write("batch.csv", text);
    let document = scene.document(MONDAY, "batch check batch.csv", 3);
    assert_eq!(
        places(&document),
        [
            "2:1 自定编号",
            "3:3 订单类型",
            "3:16 对象",
            "4:17 对象",
            "5:17 对象",
            "6:1 修改",
            "7:32 接入商",
        ]
    );
    let fix = document["data"]["findings"][6]["fix"].as_str().unwrap();
    assert!(fix.ends_with("the column 接入商"), "{fix}");
    scene.user.write(
        "cancel.csv",
        "自定编号,订单类型,对象\na,注销主体,粤ICP备2021000001号\n",
    );
    let document = scene.document(MONDAY, "batch check cancel.csv", 3);
    let finding = &document["data"]["findings"][0];
    assert_eq!(finding["path"], "确认");
    assert_eq!(
        finding["fix"],
        "write 粤ICP备2021000001号 in the row's 确认 column"
    );
    // And in English where the file has English.
    let text = text.lines().skip(1).collect::<Vec<_>>().join("\n");
    scene
        .user
        .write("batch.csv", format!("ref,kind,target,provider\n{text}\n"));
    let document = scene.document(MONDAY, "batch check batch.csv", 3);
    assert!(places(&document).iter().all(|place| place.is_ascii()));
    scene.user.write("record.csv", "订单,时间\n,2026-11-22\n");
    let error = scene
        .fails(MONDAY, "record --from record.csv", 3)
        .to_string();
    for word in ["(订单)", "(事件)"] {
        assert!(error.contains(word), "{error}");
    }
}

/// Rows that contradict each other are told so, each in the file's words, and not held against what is
/// filed at a place where they do not stand.
#[test]
fn contradicting_rows_are_told_at_their_place() {
    let scene = holding(1);
    scene.user.write(
        "adopt.csv",
        "主体备案号,主办者名称,标签:customer\n\
         粤ICP备2021000001号,示例科技有限公司,甲\n粤ICP备2021000001号,其他有限公司,乙\n",
    );
    let error = scene.fails(MONDAY, "adopt --from adopt.csv", 3);
    assert_eq!(
        error["hints"],
        serde_json::json!([
            "3:18 主办者名称: 主办者名称 of 粤ICP备2021000001号 differs from what line 2 says",
            "3:25 标签:customer: 标签:customer of 粤ICP备2021000001号 differs from what line 2 says",
        ])
    );
}

/// A mistyped Chinese word is put right in Chinese.
#[test]
fn a_near_word_of_the_field_is_offered() {
    let scene = holding(1);
    scene.user.write(
        "batch.csv",
        "ref,kind,target,verify_by\na,注销网占,s1.example.net,短讯\n",
    );
    let document = scene.document(MONDAY, "batch check batch.csv", 3);
    let fixes: Vec<&Value> = ["0", "1"]
        .iter()
        .map(|place| {
            document
                .pointer(&format!("/data/findings/{place}/fix"))
                .unwrap()
        })
        .collect();
    assert_eq!(fixes, ["did you mean 注销网站?", "did you mean 短信?"]);
    scene
        .user
        .write("record.csv", "order,event\nref:a,管局通果\n");
    let error = scene.fails(MONDAY, "record --from record.csv", 3);
    assert!(
        error["hints"][0].as_str().unwrap().contains("管局通过"),
        "{error}"
    );
    scene.user.write(
        "adopt.csv",
        "subject_number,nature,service_number,service_kind\n\
         粤ICP备2021000001号,企也,粤ICP备2021000001号-1,网占\n",
    );
    let error = scene.fails(MONDAY, "adopt --from adopt.csv", 3).to_string();
    assert!(
        error.contains("did you mean 企业?") && error.contains("did you mean 网站?"),
        "{error}"
    );
}

/// A row in which every cell is empty says no more than a blank line.
#[test]
fn a_row_of_commas_is_a_blank_line() {
    let scene = holding(1);
    scene.user.write(
        "batch.csv",
        "ref,kind,target\n,,\na,cancel-site,s1.example.net\n , ,\u{3000}\n,,,,\n",
    );
    let _ = scene.run(MONDAY, "batch apply batch.csv").exits(0);
    scene.user.write("record.csv", "order,event,at\n,,\n");
    let _ = scene.run(MONDAY, "record --from record.csv").exits(0);
    scene.user.write(
        "adopt.csv",
        "subject_number,service_number,service_kind\n,,\n粤ICP备2021000001号,,\n",
    );
    let _ = scene.run(MONDAY, "adopt --from adopt.csv").exits(0);
    let out = scene.run(MONDAY, "export --reveal").exits(0).stdout;
    let commas = ",".repeat(out.lines().next().unwrap().matches(',').count());
    let (header, rest) = out.split_once("\r\n").unwrap();
    let other = Scene::empty();
    other.user.write(
        "all.csv",
        format!("{header}\r\n{commas}\r\n{rest}{commas}\r\n"),
    );
    let _ = other.run(MONDAY, "import all.csv").exits(0);
    let _ = other.run(MONDAY, "show ref:a").exits(0);
}

/// A ref without end is cut in the table as in messages, and whole for scripts.
#[test]
fn a_long_ref_is_cut_in_the_table() {
    let scene = holding(1);
    let key = "r".repeat(300);
    scene.user.write(
        "batch.csv",
        format!("ref,kind,target\n{key},cancel-site,s1.example.net\n"),
    );
    let told = scene
        .run(MONDAY, "batch apply batch.csv --dry-run")
        .exits(0);
    let widest = told.stdout.lines().map(|line| line.chars().count()).max();
    assert!(widest.is_some_and(|width| width < 120), "{told:?}");
    assert!(told.stdout.contains("(300 characters)"), "{told:?}");
    let told = scene.run(MONDAY, "batch apply batch.csv --json").exits(0);
    assert!(told.stdout.contains(&key));
    for line in ["batch plan batch.csv", "list"] {
        let told = scene.run(MONDAY, line).exits(0).stdout;
        assert!(told.contains("(300 characters)"), "{told}");
        assert!(!told.contains(&key), "{told}");
        let whole = scene.run(MONDAY, &format!("{line} --json")).exits(0);
        assert!(whole.stdout.contains(&key));
    }
}

/// "On stdin `[` or `{` first is JSON", however little follows; a table of TOML is none.
#[test]
fn a_list_that_was_only_begun_is_json() {
    for (text, is_json) in [
        ("[", true),
        ("[\n  ", true),
        ("[ {", true),
        ("[12", true),
        ("[[{", true),
        ("[[[[", true),
        ("[labels", false),
        ("[[subjects]\n", false),
    ] {
        let mut scene = Scene::empty();
        scene.user = scene.user.stdin(text);
        let error = scene.fails(MONDAY, "adopt --from -", 3).to_string();
        assert_eq!(error.contains("JSON"), is_json, "{text} {error}");
        assert_eq!(error.contains("TOML"), !is_json, "{text} {error}");
    }
}

/// An empty key is none: absent where a cell or a field may be, refused where it was meant.
#[test]
fn an_empty_ref_is_no_ref() {
    let scene = holding(1);
    for blank in ["", "  "] {
        for line in ["cancel-site s1.example.net", "list"] {
            let mut words: Vec<&str> = line.split(' ').collect();
            words.extend(["--ref", blank]);
            let told = scene.user.run(words).exits(2).stderr;
            assert!(told.contains("--ref is empty"), "{told}");
        }
        scene.user.write(
            "batch.jsonl",
            format!(
                "{{\"ref\":\"{blank}\",\"kind\":\"cancel-site\",\"target\":\"s1.example.net\"}}\n"
            ),
        );
        let document = scene.document(MONDAY, "batch check batch.jsonl", 3);
        assert_eq!(places(&document), ["1:8 ref"]);
        scene.user.write(
            "site.toml",
            format!("kind = \"change\"\nref = \"{blank}\"\n"),
        );
        let line = "change s1.example.net --from site.toml --set name=示例书店 --dry-run";
        assert_eq!(scene.document(MONDAY, line, 0)["data"]["ref"], Value::Null);
    }
}

/// A field that is set twice loses one of its values, and a ref that nobody can type is none.
#[test]
fn what_would_be_lost_or_could_not_be_named_is_told() {
    let scene = holding(2);
    for (row, place) in [
        (
            "a,change,s1.example.net,name=示例新店;name=示例新铺",
            "2:25 set",
        ),
        ("\"a\nb\",change,s1.example.net,name=示例新店", "2:1 ref"),
        ("a\u{1}b,change,s1.example.net,name=示例新店", "2:1 ref"),
    ] {
        let text = format!("ref,kind,target,set\n{row}\n");
        scene.user.write("batch.csv", text);
        let document = scene.document(MONDAY, "batch check batch.csv", 3);
        assert_eq!(places(&document), [place], "{document:#}");
    }
    let line = "change s1.example.net --set name=示例新店 --set name=示例新铺";
    let error = scene.fails(MONDAY, line, 2);
    assert!(
        error["message"].as_str().unwrap().contains("name"),
        "{error:#}"
    );
    assert_eq!(scene.ok(MONDAY, "list --all"), Value::Array(Vec::new()));
}

/// What has to be written into a cell is told where that cell stands, empty as it is.
#[test]
fn a_remedy_is_placed_in_the_empty_cell_that_wants_it() {
    let access = json!(["tencent", "huawei"]);
    let sites = [1, 2].map(|n| {
        let number = format!("粤ICP备2021000001号-{n}");
        site(&number, &format!("s{n}.example.net"), &access)
    });
    let scene = Scene::holding(&[company("粤ICP备2021000001号", CERTIFICATES[0], &sites)]);
    for (header, path) in [
        ("ref,kind,target,provider,accept", "accept"),
        ("自定编号,订单类型,对象,接入商,接受", "接受"),
    ] {
        let row = "a,cancel-site,s1.example.net,tencent,\n";
        scene.user.write("batch.csv", format!("{header}\n{row}"));
        let document = scene.document(MONDAY, "batch check batch.csv", 3);
        assert_eq!(places(&document), [format!("2:38 {path}")]);
    }
    // A file without the column is told at the row.
    let text = "ref,kind,target,provider\na,cancel-site,s1.example.net,tencent\n";
    scene.user.write("batch.csv", text);
    let document = scene.document(MONDAY, "batch check batch.csv", 3);
    assert_eq!(places(&document), ["2:1 accept"]);
}
