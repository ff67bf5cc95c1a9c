//! Nothing is asked but what the configuration names: every address that a run connects to.

use super::world::{FILED, World};
use crate::clouds::double::{self, ALIBABA_ID, ALIBABA_KEY, TENCENT_ID, TENCENT_KEY};
use crate::clouds::shapes;
use crate::support::web::{Answer, Web};
use std::collections::BTreeSet;
use std::io::Write as _;
use std::net::SocketAddr;
use std::process::Command;

/// Whether strace is there and may trace. Without it the test says so past the harness, which shows
/// nothing of what passes.
fn can_trace() -> bool {
    let traced = Command::new("strace").args(["-f", "-qq", "true"]).output();
    let can = traced.is_ok_and(|output| output.status.success());
    if !can {
        let words = b"SKIPPED network::abroad: strace is missing or may not trace\n";
        let _ = std::io::stderr().write_all(words);
    }
    can
}

/// The addresses of the internet that a trace shows, as strace writes them.
fn addresses(trace: &str) -> BTreeSet<SocketAddr> {
    let mut found = BTreeSet::new();
    let old = "sin_port=htons(";
    for (place, _) in trace.match_indices(old) {
        let rest = &trace[place + old.len()..];
        let (port, rest) = rest.split_once(')').unwrap();
        let address = rest.split('"').nth(1).unwrap();
        found.insert(format!("{address}:{port}").parse().unwrap());
    }
    let new = "sin6_port=htons(";
    for (place, _) in trace.match_indices(new) {
        let rest = &trace[place + new.len()..];
        let (port, rest) = rest.split_once(')').unwrap();
        let address = rest.split('"').nth(1).unwrap();
        found.insert(format!("[{address}]:{port}").parse().unwrap());
    }
    found
}

#[test]
#[expect(
    clippy::too_many_lines,
    reason = "one scene: its peers, and what is asked of them"
)]
fn verify_sync_and_notify_connect_to_what_is_configured_and_nowhere_else() {
    if !can_trace() {
        return;
    }
    let world = World::new();
    let user = &world.user;
    let tencent = double::tencent(|call| match &*call.service {
        "ba" => shapes::account(),
        "cvm" => shapes::servers(&[shapes::server("ins-00000001")]),
        _ => double::tencent_error("ResourceNotFound", "no such thing"),
    });
    let alibaba = double::alibaba(|call| match &*call.action {
        "QuerySuccessIcpData" => shapes::filings(&[]),
        _ => shapes::registered(true),
    });
    let rdap = Web::http(|_| Answer::new(404, "application/rdap+json", r#"{"errorCode":404}"#));
    let list = format!(r#"{{"services":[[["com"],["{}"]]]}}"#, rdap.url("/"));
    let bootstrap = Web::http(move |_| Answer::json(list.clone()));
    let robot = Web::http(|_| Answer::json(r#"{"errcode":0}"#));
    let url = user
        .write("robot", robot.url("/send?key=K"))
        .display()
        .to_string();
    let clouds = double::config(Some(&tencent), Some(&alibaba));
    let (_, clouds) = clouds.split_once("[tencent").unwrap();
    let more = format!(
        "[rdap]\nbootstrap = \"{}\"\n[tencent{clouds}[notify.team]\nkind = \"wecom\"\nurl = {{ file = \"{url}\" }}\n",
        bootstrap.url("/dns.json"),
    );
    user.write(
        "config/icpctl/config.toml",
        format!("{}{more}", world.config),
    );
    let other = FILED
        .replace("京ICP备2021000001", "京ICP备2021000002")
        .replace("shop.example.cn", "shop.example.com")
        .replace("[\"tencent\"]", "[\"alibaba\"]");
    let file = user.write("other.json", other);
    user.run(["adopt", "--from", file.to_str().unwrap()])
        .exits(0);
    let cancel = "cancel-site shop.example.com --provider alibaba --submit --yes";
    user.run(cancel.split(' ')).exits(0);

    let here = |text: &str| -> BTreeSet<SocketAddr> {
        // Whatever the configuration names, in quotation marks.
        let words = text.split(['"', '/']);
        words.filter_map(|word| word.parse().ok()).collect()
    };
    let mut named =
        here(&std::fs::read_to_string(user.home().join("config/icpctl/config.toml")).unwrap());
    named.extend([rdap.address, robot.address]);
    let keys = [
        ("TENCENTCLOUD_SECRET_ID", TENCENT_ID),
        ("TENCENTCLOUD_SECRET_KEY", TENCENT_KEY),
        ("ALIBABA_CLOUD_ACCESS_KEY_ID", ALIBABA_ID),
        ("ALIBABA_CLOUD_ACCESS_KEY_SECRET", ALIBABA_KEY),
    ];
    for (command, at_least) in [
        (&["verify", "--all", "--max-age", "0"][..], 7),
        (&["sync"], 2),
        (&["notify"], 1),
        (&["verify", "--all", "--max-age", "0", "--offline"], 0),
        (&["notify", "-n"], 0),
        (&["status"], 0),
    ] {
        let trace = user.home().join("trace");
        let inner = user.command(command);
        let output = Command::new("strace")
            .args([
                "-f",
                "-qq",
                "-e",
                "trace=connect,sendto,sendmsg,sendmmsg",
                "-o",
            ])
            .arg(&trace)
            .arg(inner.get_program())
            .args(inner.get_args())
            .current_dir(user.home())
            .env_clear()
            .envs(
                inner
                    .get_envs()
                    .filter_map(|(name, value)| Some((name, value?))),
            )
            .envs(keys)
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{command:?}: {said}");
        let reached = addresses(&std::fs::read_to_string(&trace).unwrap());
        let strangers: Vec<&SocketAddr> = reached.difference(&named).collect();
        assert!(
            strangers.is_empty(),
            "{command:?} reached {strangers:?}, not of {named:?}"
        );
        assert!(
            reached.len() >= at_least,
            "{command:?} reached {reached:?} alone"
        );
        assert!(
            at_least > 0 || reached.is_empty(),
            "{command:?} reached {reached:?}"
        );
    }
}
