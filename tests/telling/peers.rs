//! Mail to a real server of somebody else's, in the clear on this machine and over TLS.

use super::{agency, channel};
use crate::support::web::{Authority, Valid};
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// Names the Python in whose packages the server is.
const PYTHON: &str = "ICPCTL_TEST_PYTHON";

struct Server {
    child: Child,
    port: String,
    lines: BufReader<std::process::ChildStdout>,
}

impl Server {
    #[expect(
        clippy::disallowed_methods,
        reason = "the pipeline says where the server is"
    )]
    fn start(args: &[&str]) -> Self {
        let python = std::env::var(PYTHON).unwrap_or_else(|_| "python3".to_owned());
        let mut child = Command::new(python)
            .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/telling/server.py"))
            .args(args)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap());
        let mut port = String::new();
        lines.read_line(&mut port).unwrap();
        assert!(!port.is_empty(), "the mail server did not start");
        Self {
            child,
            port: port.trim().to_owned(),
            lines,
        }
    }

    /// The next mail that it took, as one line of JSON.
    fn mail(&mut self) -> serde_json::Value {
        let mut line = String::new();
        self.lines.read_line(&mut line).unwrap();
        serde_json::from_str(&line).unwrap()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
#[ignore = "needs a mail server: .ci/run installs one and runs this"]
fn mail_reaches_a_real_server() {
    let user = agency();
    let password = user.write("password", "right").display().to_string();
    let authority = Authority::new();
    user.write("ca.pem", authority.pem());
    let (certificate, key) = authority.files(&["localhost"], Valid::Always);
    let certificate = user.write("server.pem", certificate).display().to_string();
    let key = user.write("server.key", key).display().to_string();
    let ca = user.home().join("ca.pem").display().to_string();
    let to = "from = \"icpctl <icpctl@example.com>\"\nto = [\"备案组 <ops@example.com>\", \"b@example.com\"]\ndigest = 0\n";

    let mut plain = Server::start(&["none"]);
    channel(
        &user,
        "smtp",
        "",
        &format!(
            "host = \"127.0.0.1\"\nport = {}\ntls = \"none\"\n{to}",
            plain.port
        ),
    );
    user.run(["notify", "--test"]).exits(0);
    let mail = plain.mail();
    assert_eq!(
        mail["to"],
        serde_json::json!(["ops@example.com", "b@example.com"])
    );

    for tls in ["implicit", "starttls"] {
        let mut server = Server::start(&[tls, &certificate, &key]);
        let port = server.port.clone();
        let more = |password: &str| {
            format!(
                "host = \"localhost\"\nport = {port}\ntls = \"{tls}\"\nuser = \"icpctl\"\npassword = {{ file = \"{password}\" }}\n{to}"
            )
        };
        channel(&user, "smtp", "", &more(&password));
        // An authority that nobody trusts.
        let refused = user.run(["notify", "--json"]);
        assert_eq!(refused.code, 11, "{refused:?}");
        assert!(
            refused.stdout.contains("no TLS with localhost"),
            "{refused:?}"
        );
        let trusting = [("ICPCTL_CA_FILE", ca.as_str())];
        user.run_with(&trusting, ["notify"]).exits(0);
        let mail = server.mail();
        assert!(
            mail["text"].as_str().unwrap().contains("tea.example.com"),
            "{mail}"
        );
        assert!(
            mail["subject"].as_str().unwrap().contains("icpctl"),
            "{mail}"
        );
        user.run_with(&trusting, ["notify"]).exits(0);
        std::fs::remove_file(user.home().join(".icpctl/told/team.toml")).unwrap();

        let wrong = user.write("wrong", "wrong").display().to_string();
        channel(&user, "smtp", "", &more(&wrong));
        let denied = user.run_with(&trusting, ["notify", "--json"]).exits(12);
        assert!(
            !denied.stdout.contains("wrong\"") && !denied.stderr.contains("right"),
            "{denied:?}"
        );
    }
}
