//! Personal data in the wrong place: the column beside, a field's name, an account's name.

use crate::support::{Icpctl, Output};

/// Made-up values, as they stand in a shifted row; the mail's domain may be told, its user may not.
const WRONG: [&str; 3] = ["13912345678", "110101199001010015", "canary.person"];

fn seen(output: &Output) -> Vec<&'static str> {
    let shown = format!("{}{}", output.stdout, output.stderr);
    let there = |value: &&str| shown.contains(value);
    WRONG.into_iter().filter(there).collect()
}

/// Every file that is read tells where a value is wrong, and shows it only when asked to.
#[test]
fn a_value_in_the_wrong_place_is_masked_where_it_is_told() {
    let user = Icpctl::new();
    user.run(["init"]).exits(0);
    user.write(
        "adopt.csv",
        "subject_number,nature,service_number,service_kind,domains,approved_on\n\
         湘ICP备2021990009号,13912345678,湘ICP备2021990009号-1,110101199001010015,\
         canary.person@secret.example,欧阳修竹\n",
    );
    user.write(
        "record.csv",
        "order,event,at,who,numbers\n\
         k3m9t2qd,110101199001010015,canary.person@secret.example,13912345678,13912345678\n",
    );
    user.write(
        "batch.csv",
        "ref,kind,target,verify_by,after,confirm\n\
         13912345678,110101199001010015,canary.person@secret.example,13912345678,13912345678,13912345678\n",
    );
    user.write(
        "new.toml",
        "kind = \"new\"\n13912345678 = \"x\"\n[subject]\nnature = \"13912345678\"\n\
         province = \"13912345678\"\ncertificate_type = \"110101199001010015\"\n\
         [[services]]\nkind = \"site\"\ndomains = [\"canary.person@secret.example\"]\n",
    );
    for line in [
        "adopt --from adopt.csv",
        "record --from record.csv",
        "batch check batch.csv",
        "batch apply batch.csv",
        "check batch.csv",
        "check new.toml",
        "check new.toml --format sarif",
        "new --from new.toml",
        "show 13912345678",
        "portfolio canary.person@secret.example",
    ] {
        for lang in ["zh", "en"] {
            let words = || line.split(' ').chain(["--lang", lang]);
            let output = user.run(words());
            assert_eq!(seen(&output), [""; 0], "{line}\n{output:#?}");
            assert!(!output.stderr.contains("欧阳修竹"), "{output:#?}");
            if !line.contains("sarif") {
                let output = user.run(words().chain(["--json"]));
                assert_eq!(seen(&output), [""; 0], "{line} --json\n{output:#?}");
            }
        }
        // What it is can be asked for.
        let output = user.run(line.split(' ').chain(["--reveal"]));
        assert_ne!(seen(&output), [""; 0], "{line} --reveal\n{output:#?}");
    }
}

/// People part digits, put letters before them, and copy what is not seen with them.
#[test]
fn a_number_is_masked_however_it_is_written() {
    let user = Icpctl::new();
    user.run(["init"]).exits(0);
    user.write(
        "adopt.csv",
        "subject_number,service_number,domains,accesses\n\
         湘ICP备2021990009号,湘ICP备2021990009号-1,shop.example.com,tencent\n",
    );
    user.run(["adopt", "--from", "adopt.csv"]).exits(0);
    let draft = "cancel-site shop.example.com --ref noted";
    user.run(draft.split(' ')).exits(0);
    for number in [
        "+8613912345678",
        "008613912345678",
        "8613912345678",
        "tel13912345678",
        "139_1234_5678",
        "139 - 1234 - 5678",
        "139\u{200b}1234\u{200b}5678",
        "１３９－１２３４－５６７８",
        "ID110101199001010015",
        "scan_110101199001010015_1",
        "110101-19900101-0015",
        "110101 1990 0101 0015",
        "1101 0119 9001 0100 15",
        "110101_19900101_0015",
        "110101/1990/01/01/0015",
        "１１０１０１－１９９００１０１－００１５",
        "ｃａｎａｒｙ．ｐｅｒｓｏｎ＠ｓｅｃｒｅｔ．ｅｘａｍｐｌｅ",
    ] {
        user.run(["note", "ref:noted", &format!("找{number}办")])
            .exits(0);
        let commands: [&[&str]; 4] = [
            &["show", number],
            &["record", "ref:noted", number],
            &["log", "ref:noted"],
            &["log", "ref:noted", "--json"],
        ];
        for command in commands {
            let output = user.run(command);
            let shown = format!("{}{}", output.stdout, output.stderr);
            let shown = shown.replace(r"\u{200b}", "");
            let core = number.trim_start_matches(|c: char| !c.is_alphanumeric());
            assert!(!shown.contains(core), "{command:?}\n{output:#?}");
        }
        user.run(["undo"]).exits(0);
    }
}

/// What is no number of anybody's stands as it was written, and so does a name beside a number.
#[test]
fn what_is_nobodys_is_told_whole_and_a_persons_name_never() {
    let user = Icpctl::new();
    user.run(["init"]).exits(0);
    user.write(
        "adopt.json",
        r#"{"number":"湘ICP备2021990009号","services":[{"number":"湘ICP备2021990009号-1",
            "domains":["shop.example.com"],"accesses":[{"provider":"tencent"}],
            "responsible":{"name":"阿依古丽．买买提"}}]}"#,
    );
    user.run(["adopt", "--from", "adopt.json"]).exits(0);
    let draft = [
        "cancel-site",
        "shop.example.com",
        "--ref",
        "订＿13912345678",
    ];
    user.run(draft).exits(0);
    for words in [
        "合同HT13912345678，图IMG_0755_20261128.jpg",
        "湘ICP备2021990009号-1 @ cloud.example.com",
    ] {
        user.run(["note", "shop.example.com", words]).exits(0);
        let told = user.run(["portfolio", "--json"]).exits(0);
        assert!(told.stdout.contains(words), "{told:#?}");
        user.run(["undo"]).exits(0);
    }
    let words = "阿依古丽．买买提 的电话 13912345678 打不通";
    user.run(["note", "shop.example.com", words]).exits(0);
    let told = user.run(["log", "shop.example.com"]).exits(0);
    let told = format!(
        "{}{}",
        told.stdout,
        user.run(["portfolio", "--json"]).exits(0).stdout
    );
    assert!(told.contains("的电话 139****5678 打不通"), "{told}");
    assert!(!told.contains("买买提 的"), "{told}");
    let told = user.run(["show", "ref:订＿13912345679"]).exits(4);
    assert!(told.stderr.contains("订＿13912345679"), "{told:#?}");
    let told = user.run(["--store", "s_001_20261128", "list"]).exits(4);
    assert!(told.stderr.contains("s_001_20261128"), "{told:#?}");
}

/// "The account's phone is the individual's" (RP-08): an account can be somebody's phone.
#[test]
fn an_account_that_is_a_phone_or_a_mail_is_masked_and_found_all_the_same() {
    let user = Icpctl::new();
    user.run(["init"]).exits(0);
    let filing = |digit: u8, account: &str| {
        format!(
            "{{\"number\":\"粤ICP备202100000{digit}号\",\"services\":[{{\"number\":\
             \"粤ICP备202100000{digit}号-1\",\"domains\":[\"a{digit}.example.com\"],\
             \"accesses\":[{{\"provider\":\"tencent\",\"account\":\"{account}\"}}]}}]}}\n"
        )
    };
    user.write(
        "filed.jsonl",
        filing(1, "13912345678")
            + &filing(2, "canary.person@secret.example")
            + &filing(3, "100000000001"),
    );
    user.run(["adopt", "--from", "filed.jsonl"]).exits(0);
    let draft = "change a1.example.com --set name=新名 --ref c --json";
    for line in [
        "portfolio",
        "portfolio --json",
        "portfolio --by account",
        "portfolio --by account --json",
        "label a1.example.com k=v --json",
        "export portfolio --format tsv",
        draft,
        "show ref:c",
        "show ref:c --json",
        "list --json",
        "list --fields account",
        "guide ref:c",
        "guide ref:c --json",
        "export orders --format csv",
    ] {
        let output = user.run(line.split(' ')).exits(0);
        assert_eq!(seen(&output), [""; 0], "{line}\n{output:#?}");
    }
    let whole = user.run(["portfolio", "--json", "--reveal"]).exits(0);
    assert_eq!(seen(&whole), [WRONG[0], WRONG[2]]);
    let plain = user.run(["portfolio", "--by", "account"]).exits(0);
    assert!(plain.stdout.contains("tencent/100000000001"), "{plain:#?}");
    let found = user
        .run(["list", "--account", "13912345678", "--json"])
        .exits(0);
    let found = found.json();
    assert_eq!(found["data"][0]["ref"], "c");
    assert_eq!(found["data"][0]["account"], "139****5678");
}
