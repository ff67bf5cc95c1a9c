//! The sections of the configuration that say how the network is asked.

use crate::support::Icpctl;

const FULL: &str = r#"
[network]
connect_timeout = "3s"
per_host = 2
connect_to = { "shop.example.cn:443" = "127.0.0.1:8443" }
[dns]
servers = ["223.5.5.5:53", "[2400:3200::1]:53"]
[rdap.servers]
com = "https://rdap.example.com/v1/"
[whois.servers]
cn = "127.0.0.1:4343"
[record]
url = "http://127.0.0.1:16181/query/{kind}?search={query}"
headers = { Authorization = { env = "RECORD_TOKEN" } }
"#;

fn config(text: &str) -> Icpctl {
    let user = Icpctl::new();
    user.write("config/icpctl/config.toml", text);
    user
}

#[test]
fn what_is_in_force_is_shown_with_its_giver_and_without_secrets() {
    let user = config(FULL)
        .env("RECORD_TOKEN", "SECRET")
        .env("ICPCTL_OFFLINE", "1");
    let output = user.run(["config", "show", "--json"]).exits(0);
    assert!(!output.stdout.contains("SECRET"));
    let document = output.json();
    let setting = |key: &str| {
        let settings = document["data"]["settings"].as_array().unwrap();
        let found = settings.iter().find(|setting| setting["key"] == key);
        let found = found.unwrap_or_else(|| panic!("{key}: {document:#}"));
        let word = |name: &str| found[name].as_str().unwrap_or("–").to_owned();
        (word("value"), word("origin"))
    };
    for (key, value, origin) in [
        ("network.connect_timeout", "3s", "file"),
        ("network.timeout", "20s", "default"),
        ("network.offline", "true", "env"),
        (
            "network.connect_to.shop.example.cn:443",
            "127.0.0.1:8443",
            "file",
        ),
        ("dns.servers", "223.5.5.5:53; [2400:3200::1]:53", "file"),
        ("rdap.bootstrap", "–", "default"),
        ("rdap.servers.com", "https://rdap.example.com/v1/", "file"),
        ("record.headers.Authorization.env", "RECORD_TOKEN", "file"),
    ] {
        assert_eq!(setting(key), (value.to_owned(), origin.to_owned()), "{key}");
    }
}

#[test]
fn a_wrong_value_is_told_with_its_place_and_what_is_expected() {
    for (text, place, words) in [
        ("[network]\ntimeout = \"soon\"\n", ":2:11:", "30s"),
        (
            "[rdap]\nbootstrap = \"http://data.example.org/\"\n",
            ":2:13:",
            "must be https",
        ),
        (
            "[rdap]\nbootstrap = \"https://u:SECRET@x.example.org/\"\n",
            ":2:13:",
            "header",
        ),
        ("[network]\ntime_out = \"1s\"\n", ":2:1:", "unknown field"),
        (
            "[dns]\nservers = [\"resolver\"]\n",
            ":2:12:",
            "socket address",
        ),
        ("[record]\nheaders = { X = \"SECRET\" }\n", ":2:17:", "env"),
        (
            "[tencent.endpoints]\nba = \"https://ba.example.org/\"\nlighthose = \"https://x.example.org/\"\n",
            ":3:1:",
            "Did you mean `lighthouse`?",
        ),
        (
            "[alibaba.endpoints]\necs = \"https://ecs.example.org/\"\n",
            ":2:1:",
            "There are cdn, companyreg",
        ),
        (
            "[rdap.servers]\n\"example.com\" = \"https://rdap.example.org/\"\n",
            ":2:1:",
            "without a dot",
        ),
        (
            "[whois.servers]\ncn = \"whois.example.org\"\n",
            ":2:6:",
            "host:port",
        ),
    ] {
        let output = config(text).run(["list"]).exits(3);
        assert!(output.stderr.contains(place), "{text}\n{}", output.stderr);
        assert!(output.stderr.contains(words), "{text}\n{}", output.stderr);
        assert!(!output.stderr.contains("SECRET"), "{}", output.stderr);
    }
}

#[test]
fn a_top_level_domain_is_taken_in_either_script() {
    let text = "[whois.servers]\n\"中国\" = \"127.0.0.1:43\"\n";
    let shown = config(text).run(["config", "show", "--json"]).exits(0);
    assert!(
        shown.stdout.contains("whois.servers.xn--fiqs8s"),
        "{}",
        shown.stdout
    );
}

/// So many that nothing can count them are as many as one likes.
#[test]
fn any_number_of_questions_at_once_can_be_allowed() {
    let user = config(
        r#"
[network]
per_host = 9223372036854775807
retries = 0
[dns]
servers = ["127.0.0.1:1"]
timeout = "1ms"
attempts = 1
[rdap.servers]
com = "http://127.0.0.1:1/"
"#,
    );
    let output = user.run(["verify", "example.com", "--json"]).exits(0);
    let document = output.json();
    let facts = document["data"][0]["facts"].as_array().unwrap();
    let registered = facts.iter().find(|fact| fact["claim"] == "registered");
    assert_eq!(registered.unwrap()["reason"], "no-connection");
}

/// What stands in the wrong place may be an address with a token in it, or a password.
#[test]
fn an_error_of_the_configuration_tells_no_secret() {
    for text in [
        "[notify]\nurl = \"https://example.com/send?access_token=SECRET\"",
        "[network]\nconnect_to = \"user:SECRET@127.0.0.1\"",
        "[rdap.servers]\ncom = \"http://user:SECRET@rdap.example.com/\"",
        "[rdap.servers]\ncom = \"https://user:SECRET@rdap.example.com/\"",
        "[rdap.servers]\ncom = \"http://rdap.example.com/SECRET?token=SECRET#SECRET\"",
        "[rdap.servers]\ncom = \"rdap.example.com/?token=SECRET\"",
        "[alibaba]\nmetadata = \"http://example.com/?token=SECRET\"",
        "[whois.servers]\ncom = \"https://whois.example.com/?token=SECRET\"",
    ] {
        for lang in ["zh", "en"] {
            let output = config(text)
                .run(["config", "show", "--lang", lang])
                .exits(3);
            let told = format!("{}{}", output.stdout, output.stderr);
            assert!(!told.contains("SECRET"), "{text}\n{told}");
            assert!(told.contains("config.toml"), "{text}\n{told}");
        }
    }
    for (url, words) in [
        (
            "http://api.example.com/SECRET?token=SECRET&domain={query}",
            "`http://api.example.com` must be https",
        ),
        (
            "api.example.com/?token=SECRET&domain={query}",
            "this is no URL",
        ),
    ] {
        let output = config(&format!("[record]\nurl = \"{url}\"\n"))
            .run(["verify", "example.com", "--lang", "en"])
            .exits(3);
        let told = format!("{}{}", output.stdout, output.stderr);
        assert!(!told.contains("SECRET"), "{told}");
        assert!(told.contains(words), "{told}");
    }
}
