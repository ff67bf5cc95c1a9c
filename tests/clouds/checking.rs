//! `auth status --check`: every way in which a cloud can answer, and what is made of it.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use super::double::{
    self, ALIBABA_ID, ALIBABA_KEY, TENCENT_ID, TENCENT_KEY, alibaba_error, tencent_error,
};
use super::shapes::{self, account};
use crate::support::web::{Answer, Web};
use crate::support::{Icpctl, Output};
use serde_json::{Value, json};
use std::sync::atomic::{AtomicUsize, Ordering};

/// A user with good keys to both clouds, which answer here.
fn user(tencent: Option<&Web>, alibaba: Option<&Web>) -> Icpctl {
    let user = Icpctl::new()
        .env("TENCENTCLOUD_SECRET_ID", TENCENT_ID)
        .env("TENCENTCLOUD_SECRET_KEY", TENCENT_KEY)
        .env("ALIBABA_CLOUD_ACCESS_KEY_ID", ALIBABA_ID)
        .env("ALIBABA_CLOUD_ACCESS_KEY_SECRET", ALIBABA_KEY);
    user.write(
        "config/icpctl/config.toml",
        double::config(tencent, alibaba),
    );
    user
}

fn check(user: &Icpctl, provider: &str) -> Output {
    let output = user.run(["auth", "status", provider, "--check", "--json"]);
    let human = user.run(["auth", "status", provider, "--check", "-v", "--reveal"]);
    for shown in [&output, &human] {
        let shown = format!("{}{}", shown.stdout, shown.stderr);
        assert!(!shown.contains("CANARY"), "{shown}");
    }
    assert_eq!(output.code, human.code);
    output
}

fn no_filings() -> Answer {
    shapes::filings(&[])
}

/// Asks a cloud that answers so; returns the row and the error.
fn told(
    provider: &str,
    code: i32,
    answer: impl Fn() -> Answer + Send + Sync + 'static,
) -> (Value, Value) {
    let (tencent, alibaba);
    let user = if provider == "tencent" {
        tencent = double::tencent(move |_| answer());
        user(Some(&tencent), None)
    } else {
        alibaba = double::alibaba(move |_| answer());
        user(None, Some(&alibaba))
    };
    let document = check(&user, provider).exits(code).json();
    (document["data"][0].clone(), document["error"].clone())
}

#[test]
fn good_keys_are_taken_and_the_signed_question_is_the_documented_one() {
    let tencent = double::tencent(|call| {
        assert_eq!(
            (&*call.service, &*call.action, &*call.version),
            ("ba", "DescribeGetAuthInfo", "2020-07-20")
        );
        assert_eq!((&call.region, &call.parameters), (&None, &json!({})));
        account()
    });
    let alibaba = double::alibaba(|call| {
        assert_eq!(
            (&*call.action, &*call.version),
            ("QuerySuccessIcpData", "2026-04-23")
        );
        assert_eq!(call.parameters, json!({"Caller": "skill"}));
        no_filings()
    });
    let user = user(Some(&tencent), Some(&alibaba));
    let document = user
        .run(["auth", "status", "--check", "--json"])
        .exits(0)
        .json();
    for row in document["data"].as_array().unwrap() {
        assert_eq!(
            (&row["accepted"], &row["code"]),
            (&json!(true), &Value::Null)
        );
    }
    assert_eq!((tencent.asked().len(), alibaba.asked().len()), (1, 1));
    // What is sent with nothing in it says so (RFC 9110, 8.6).
    assert_eq!(alibaba.asked()[0].header("content-length"), Some("0"));
}

#[test]
fn the_token_of_a_session_is_sent_and_signed() {
    let tencent = double::tencent(|_| account());
    let alibaba = double::alibaba(|_| no_filings());
    let user = user(Some(&tencent), Some(&alibaba))
        .env("TENCENTCLOUD_TOKEN", "CANARYtoken")
        .env("ALIBABA_CLOUD_SECURITY_TOKEN", "CANARYtoken");
    check(&user, "tencent").exits(0);
    check(&user, "alibaba").exits(0);
    assert_eq!(tencent.asked()[0].header("x-tc-token"), Some("CANARYtoken"));
    let asked = &alibaba.asked()[0];
    assert_eq!(asked.header("x-acs-security-token"), Some("CANARYtoken"));
    let line = asked.header("authorization").unwrap();
    assert!(line.contains("x-acs-security-token"), "{line}");
}

#[test]
fn wrong_keys_are_denied() {
    let tencent = double::tencent(|_| account());
    let alibaba = double::alibaba(|_| no_filings());
    let user = user(Some(&tencent), Some(&alibaba))
        .env("TENCENTCLOUD_SECRET_KEY", "CANARYwrong")
        .env("ALIBABA_CLOUD_ACCESS_KEY_ID", "LTAIsomebodyelse0001");
    for provider in ["tencent", "alibaba"] {
        let document = check(&user, provider).exits(12).json();
        assert_eq!(document["error"]["code"], "denied.credentials");
        assert_eq!(document["data"][0]["accepted"], false);
        // What stays wrong is not asked again.
    }
    assert_eq!((tencent.asked().len(), alibaba.asked().len()), (2, 2));
}

#[test]
fn a_failure_in_a_200_is_a_failure() {
    let (row, error) = told("tencent", 12, || {
        tencent_error("UnauthorizedOperation.CamNoAuth", "no permission")
    });
    assert_eq!(
        (&row["accepted"], &row["code"]),
        (&json!(false), &json!("denied"))
    );
    let message = error["message"].as_str().unwrap();
    assert!(
        message.contains("UnauthorizedOperation.CamNoAuth: no permission"),
        "{message}"
    );
    let (row, error) = told("tencent", 11, || {
        tencent_error("ResourceUnavailable", "gone for a while")
    });
    assert_eq!(
        (&row["accepted"], &row["code"]),
        (&Value::Null, &json!("service-error"))
    );
    assert_eq!(error["retryable"], true);
    let (row, _) = told("alibaba", 11, || {
        let body = json!({"Success": false, "ErrorCode": "SYSTEM.ERROR", "ErrorMessage": "later"});
        Answer::json(body.to_string())
    });
    assert_eq!(row["code"], "service-error");
    let (row, _) = told("alibaba", 12, || {
        alibaba_error(
            403,
            "Forbidden.RAM",
            "User not authorized to operate on the specified resource",
        )
    });
    assert_eq!(row["accepted"], false);
}

#[test]
fn a_wrong_clock_is_explained() {
    let date = "Wed, 25 Nov 2026 02:30:00 GMT";
    for (provider, answer) in [
        (
            "tencent",
            tencent_error("AuthFailure.SignatureExpire", "expired").with("date", date),
        ),
        (
            "alibaba",
            alibaba_error(400, "InvalidTimeStamp.Expired", "expired").with("date", date),
        ),
    ] {
        let (row, error) = told(provider, 12, move || answer.clone());
        assert_eq!(
            (&row["code"], &error["code"]),
            (&json!("clock"), &json!("denied.clock"))
        );
        let message = error["message"].as_str().unwrap();
        assert!(message.contains("2026-11-22T10:00:00+08:00"), "{message}");
        assert!(message.contains(date), "{message}");
        assert!(
            error["hints"][0].as_str().unwrap().contains("clock"),
            "{error}"
        );
    }
}

#[test]
fn what_passes_is_signed_anew_and_asked_again() {
    let count = AtomicUsize::new(0);
    let tencent = double::tencent(move |_| match count.fetch_add(1, Ordering::SeqCst) {
        0 => tencent_error("RequestLimitExceeded.UinLimitExceeded", "slower"),
        1 => Answer::new(502, "text/html", "<html>"),
        _ => account(),
    });
    let count = AtomicUsize::new(0);
    // A word that was used before is refused by the double itself.
    let alibaba = double::alibaba(move |_| match count.fetch_add(1, Ordering::SeqCst) {
        0 => alibaba_error(400, "Throttling.User", "slower"),
        1 => alibaba_error(503, "ServiceUnavailable", "down").with("retry-after", "0"),
        _ => no_filings(),
    });
    let user = user(Some(&tencent), Some(&alibaba));
    user.run(["auth", "status", "--check"]).exits(0);
    assert_eq!((tencent.asked().len(), alibaba.asked().len()), (3, 3));
    // There is an end to it.
    let (row, error) = told("tencent", 11, || tencent_error("InternalError", "again"));
    assert_eq!(
        (&row["accepted"], &error["retryable"]),
        (&Value::Null, &json!(true))
    );
}

/// Who asks too often is told so; what is no good stays so, however often it is asked.
#[test]
fn trying_again_is_offered_where_it_can_help() {
    for (provider, http, code, told_code, retryable) in [
        (
            "tencent",
            200,
            "RequestLimitExceeded.UinLimitExceeded",
            "unavailable.rate-limited",
            true,
        ),
        (
            "alibaba",
            400,
            "Throttling.User",
            "unavailable.rate-limited",
            true,
        ),
        (
            "tencent",
            200,
            "InvalidAction",
            "unavailable.service",
            false,
        ),
        (
            "alibaba",
            400,
            "MissingParameter.Caller",
            "unavailable.service",
            false,
        ),
        ("alibaba", 503, "Odd", "unavailable.service", true),
    ] {
        let (_, error) = told(provider, 11, move || match provider {
            "tencent" => tencent_error(code, "no"),
            _ => alibaba_error(http, code, "no"),
        });
        assert_eq!(
            (&error["code"], &error["retryable"]),
            (&json!(told_code), &json!(retryable)),
            "{code}"
        );
    }
}

#[test]
fn a_failing_status_is_heard_beside_the_words_of_the_cloud() {
    for (answer, asked, words) in [
        // Longer than is waited for: not asked again, and the wait is told.
        (
            alibaba_error(503, "Throttling.Api", "no").with("retry-after", "100"),
            1,
            "no, asking for 1m 40s",
        ),
        // A code that nobody knows, of a server that is down.
        (alibaba_error(502, "BadGateway", "no"), 3, "BadGateway: no"),
        (alibaba_error(400, "Unheard", "no"), 1, "Unheard: no"),
    ] {
        let alibaba = double::alibaba(move |_| answer.clone());
        let user = user(None, Some(&alibaba));
        let output = user.run(["auth", "status", "alibaba", "--check", "--json"]);
        let message = output.exits(11).json()["error"]["message"].clone();
        assert!(message.as_str().unwrap().ends_with(words), "{message}");
        assert_eq!(alibaba.asked().len(), asked, "{words}");
    }
}

#[test]
fn what_is_no_answer_of_a_cloud_says_nothing_of_the_key() {
    for (answer, reason) in [
        (
            Answer::html("<html>Please log in</html>"),
            "unexpected-shape",
        ),
        (Answer::json("{\"Respon"), "unexpected-shape"),
        (Answer::json("{}"), "unexpected-shape"),
        (Answer::json("{\"Response\": 7}"), "unexpected-shape"),
        (Answer::new(500, "text/plain", ""), "http-status"),
        (Answer::new(429, "text/plain", ""), "rate-limited"),
        (Answer::CutOff, "cut-off"),
    ] {
        for provider in ["tencent", "alibaba"] {
            let answer = answer.clone();
            let (row, error) = told(provider, 11, move || answer.clone());
            assert_eq!(row["accepted"], Value::Null, "{provider} {reason}");
            assert_eq!(row["code"], reason, "{provider}");
            assert_eq!(error["exit"], 11);
        }
    }
}

#[test]
fn a_cloud_that_never_answers_is_waited_for_no_longer_than_allowed() {
    let tencent = double::tencent(|_| Answer::Silent);
    let user = user(Some(&tencent), None);
    let config = double::config(Some(&tencent), None).replace("\"1m\"", "\"100ms\"");
    user.write("config/icpctl/config.toml", config);
    let output = user.run(["auth", "status", "tencent", "--check", "--json"]);
    assert_eq!(output.exits(11).json()["data"][0]["code"], "timeout");
}

#[test]
fn offline_asks_nobody() {
    let tencent = double::tencent(|_| account());
    let user = user(Some(&tencent), None);
    let output = user.run([
        "auth",
        "status",
        "tencent",
        "--check",
        "--json",
        "--offline",
    ]);
    let document = output.exits(11).json();
    assert_eq!(document["data"][0]["code"], "offline");
    assert_eq!(tencent.asked().len(), 0);
}

#[test]
fn what_a_cloud_says_of_a_key_is_shown_without_it() {
    let words = format!("the key {TENCENT_KEY} of {TENCENT_ID} is no good, says 13800000009");
    let (row, error) = told("tencent", 12, move || {
        tencent_error("AuthFailure.SecretIdNotFound", &words)
    });
    let message = error["message"].as_str().unwrap();
    assert!(
        message.contains("the key *** of AKID****0001 is no good, says 138****0009"),
        "{message}"
    );
    assert_eq!(row["reason"], error["message"]);
}
