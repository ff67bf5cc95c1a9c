//! The SMS window: 24 hours, half-open.

use super::{FORUM, MONDAY, SHOP, SUBJECT, Scene, codes, hints_at};
use serde_json::{Value, json};

const LAST_SECOND: &str = "2026-11-24 09:59:59";
const TOO_LATE: &str = "2026-11-24 10:00:00";
const AFTERWARDS: &str = "2026-11-24 15:00:00";

fn cancelling() -> (Scene, String) {
    let scene = Scene::at("tencent");
    let id = scene.draft(MONDAY, "cancel-site example.cn");
    scene.submit(MONDAY, &id);
    (scene, id)
}

/// S0, step 5: unanswered, the cancellation returns by itself after 24 hours; the filing stays.
#[test]
fn an_unanswered_sms_returns_a_cancellation_after_24_hours_and_the_filing_stays() {
    let (scene, id) = cancelling();
    assert_eq!(scene.status(LAST_SECOND, &id), "sms-verification-pending");
    let order = scene.order(TOO_LATE, &id);
    assert_eq!(order["status"], "lapsed");
    assert_eq!(order["bucket"], "closed");
    assert_eq!(order["presumed"], true);
    assert!(scene.is_filed(TOO_LATE, SHOP));
}

/// S0, step 5: what the clock implies is never written; the report confirms it.
#[test]
fn a_report_confirms_the_lapse_that_the_clock_presumed() {
    let (scene, id) = cancelling();
    scene.record(AFTERWARDS, &id, "sms-expired");
    let order = scene.order(AFTERWARDS, &id);
    assert_eq!(order["status"], "lapsed");
    assert_eq!(order["presumed"], false);
    assert!(scene.is_filed(AFTERWARDS, SHOP));
}

/// Reported late and without a time, a window closed when it closed: the order ended then, and the
/// days until the provider's console deletes an idle one count from there (ORD-10).
#[test]
fn a_window_that_is_reported_late_closed_when_it_closed() {
    const WEEKS_LATER: &str = "2026-12-15 09:00:00";
    let (scene, id) = cancelling();
    let presumed = scene.ok(
        WEEKS_LATER,
        "list --ended-since 2026-11-01 --until 2026-11-30",
    );
    assert_eq!(presumed[0]["id"], id);
    let order = scene.record(WEEKS_LATER, &id, "sms-expired");
    assert_eq!(order["ended_at"], "2026-11-24T10:00:00+08:00");
    let last = order["history"].as_array().unwrap().last().unwrap();
    assert_eq!(last["recorded_at"], "2026-12-15T09:00:00+08:00");
    let again = scene.document(WEEKS_LATER, &format!("record {id} sms-expired"), 0);
    assert_eq!(again["changed"], false);
    let reported = scene.ok(
        WEEKS_LATER,
        "list --ended-since 2026-11-01 --until 2026-11-30",
    );
    assert_eq!(reported[0]["id"], id);
    // That it is still to be cancelled is recalled from when it is known, however long ago it ended.
    for (at, recalled) in [
        ("2027-01-14 09:00:00", true),
        ("2027-01-15 09:00:00", false),
    ] {
        let status = scene.document(at, "status", 0);
        let told = codes(&status["warnings"]).contains(&"cancellation-lapsed".to_owned());
        assert_eq!(told, recalled, "{at}");
    }

    let (scene, id) = Scene::first_filing("tencent");
    scene.submit(MONDAY, &id);
    scene.record(MONDAY, &id, "sms-sent");
    let order = scene.record(WEEKS_LATER, &id, "sms-expired");
    assert_eq!(
        (&order["deadline"]["kind"], &order["deadline"]["at"]),
        (&json!("idle-purge"), &json!("2027-01-08T10:00:00+08:00"))
    );
    let order = scene.record("2027-02-01 09:00:00", &id, "purged");
    assert_eq!(order["ended_at"], "2027-01-08T10:00:00+08:00");
}

/// S0, step 5: only of what is still filed is it said that it stays, and that it is to be drafted anew.
#[test]
fn a_lapse_that_is_reported_after_all_was_cancelled_asks_for_nothing() {
    let (scene, id) = cancelling();
    let all = scene.draft(
        AFTERWARDS,
        &format!("cancel-subject {SUBJECT} --provider tencent"),
    );
    let submit = format!("submit {all} --yes --confirm {SUBJECT}");
    let _ = scene.run(AFTERWARDS, &submit).exits(0);
    let said = |scene: &Scene| {
        let line = format!("record {id} sms-expired --lang en");
        scene.run(AFTERWARDS, &line).exits(0).stderr
    };
    assert!(
        !said(&scene).contains("draft anew"),
        "another order cancels it"
    );
    let _ = scene.run(AFTERWARDS, "undo --yes").exits(0);
    scene.record(AFTERWARDS, &all, "bureau-approved");
    let told = said(&scene);
    assert!(!told.contains("stays as it is"), "{told}");
    let (scene, id) = cancelling();
    let line = format!("record {id} sms-expired --lang en");
    let told = scene.run(AFTERWARDS, &line).exits(0).stderr;
    assert!(
        told.contains("stays as it is") && told.contains("draft anew"),
        "{told}"
    );
}

/// S0, step 4: answered in the last second of the window, the cancellation goes on.
#[test]
fn an_answer_in_the_last_second_counts() {
    let (scene, id) = cancelling();
    let order = scene.record(LAST_SECOND, &id, "sms-verified");
    assert_eq!(order["status"], "awaiting-bureau-review");
}

/// S0, step 5: at 24 hours it is too late.
#[test]
fn an_answer_at_24_hours_is_too_late() {
    let (scene, id) = cancelling();
    let error = scene.fails(TOO_LATE, &format!("record {id} sms-verified"), 5);
    assert_eq!(error["rule"], "SMS-01");
    let line = format!("record {id} sms-verified --at 2026-11-24T10:00:00+08:00");
    scene.fails(AFTERWARDS, &line, 5);
}

/// S0, step 5: a late report of an answer in time overturns the presumption.
#[test]
fn a_late_report_of_an_answer_in_time_overturns_the_lapse() {
    let (scene, id) = cancelling();
    let order = scene.record(
        AFTERWARDS,
        &id,
        "sms-verified --at 2026-11-24T09:59:59+08:00",
    );
    assert_eq!(order["status"], "awaiting-bureau-review");
    assert_eq!(order["presumed"], false);
}

/// S0, step 5: so does any later stage: what the bureau answered, it must have received.
#[test]
fn the_bureaus_answer_overturns_the_lapse() {
    let (scene, id) = cancelling();
    scene.record(AFTERWARDS, &id, "bureau-approved");
    assert!(!scene.is_filed(AFTERWARDS, SHOP));
}

/// S0, step 4: another SMS gives no more time.
#[test]
fn sending_the_sms_again_extends_nothing() {
    let (scene, id) = cancelling();
    scene.record("2026-11-23 10:05:00", &id, "sms-sent");
    let deadline = |order: Value| order["deadline"]["at"].clone();
    let first = deadline(scene.order("2026-11-23 10:06:00", &id));
    assert_eq!(first, "2026-11-24T10:05:00+08:00");
    scene.record("2026-11-23 22:00:00", &id, "sms-sent");
    let second = deadline(scene.order("2026-11-23 22:01:00", &id));
    assert_eq!(second, first);
    assert_eq!(scene.status("2026-11-24 10:05:00", &id), "lapsed");
}

/// S0, step 5: the window is over by the hours of the day, weekend or not.
#[test]
fn the_24_hours_run_through_a_weekend() {
    let scene = Scene::at("tencent");
    let id = scene.draft("2026-11-21 20:00:00", "cancel-site example.cn");
    scene.submit("2026-11-21 20:00:00", &id);
    let order = scene.order("2026-11-22 08:00:00", &id);
    assert_eq!(order["deadline"]["at"], "2026-11-22T20:00:00+08:00");
    assert_eq!(order["deadline"]["kind"], "sms-verification");
    assert_eq!(scene.status("2026-11-22 20:00:00", &id), "lapsed");
}

/// S0, special cases: the only way to take a submitted cancellation back is not to answer.
#[test]
fn leaving_the_sms_unanswered_is_the_only_way_back() {
    let (scene, id) = cancelling();
    for command in ["withdraw", "abandon"] {
        let error = scene.fails(MONDAY, &format!("{command} {id} --yes"), 5);
        assert_eq!(error["rule"], "CAN-05");
        assert!(hints_at(&error, "24 hours"), "{error}");
    }
    let impact = super::impacts(&scene.order(MONDAY, &id));
    assert!(impact.contains(&"lapse-is-the-only-way-back".to_owned()));
}

/// S0, special cases: once the SMS is answered, there is no way back at all.
#[test]
fn an_answered_sms_leaves_no_way_back() {
    let (scene, id) = cancelling();
    scene.record(MONDAY, &id, "sms-verified");
    let error = scene.fails(MONDAY, &format!("withdraw {id} --yes"), 5);
    assert!(!hints_at(&error, "24 hours"), "{error}");
    assert_eq!(
        scene.status("2026-11-30 10:00:00", &id),
        "awaiting-bureau-review"
    );
}

/// S0, step 5: after the lapse, the subject is free for another order; if the first was answered
/// after all, both live, and that is said.
#[test]
fn a_lapse_that_is_overturned_into_a_second_live_order_warns() {
    let (scene, first) = cancelling();
    let second = scene.draft(MONDAY, "cancel-site example.com");
    let line = format!("submit {second} --yes");
    assert_eq!(
        scene.fails(LAST_SECOND, &line, 5)["code"],
        "refused.live-order"
    );
    scene.ok(TOO_LATE, &line);
    let document = scene.document(
        AFTERWARDS,
        &format!("record {first} sms-verified --at 2026-11-24T09:00:00+08:00"),
        0,
    );
    assert!(codes(&document["warnings"]).contains(&"two-live-orders".to_owned()));
    let doctor = scene.document(AFTERWARDS, "doctor", 3);
    assert!(codes(&doctor["data"]["findings"]).contains(&"two-live-orders".to_owned()));
}

/// S0, step 4 and S1, 9: the SMS of a site goes to its responsible person, that of a subject to the
/// subject's.
#[test]
fn the_sms_goes_to_the_person_of_what_is_cancelled() {
    let scene = Scene::at("tencent");
    let id = scene.draft(MONDAY, "cancel-site example.cn");
    let awaiting = scene.submit(MONDAY, &id)["awaiting"].clone();
    assert_eq!(awaiting.as_array().unwrap().len(), 1);
    assert_eq!(awaiting[0]["who"], "service");
    assert_eq!(awaiting[0]["service"], SHOP);
    assert_eq!(awaiting[0]["phone"], "138****0003");

    let scene = Scene::at("tencent");
    let id = scene.draft(MONDAY, &format!("cancel-subject {SUBJECT}"));
    let line = format!("submit {id} --yes --confirm {SUBJECT}");
    let awaiting = scene.ok(MONDAY, &line)["awaiting"].clone();
    assert_eq!(awaiting.as_array().unwrap().len(), 1);
    assert_eq!(awaiting[0]["who"], "subject");
    assert_eq!(awaiting[0]["phone"], "138****0001");
}

/// RP-02: an individual, who names no other person, answers in person and under the own name.
#[test]
fn an_individual_answers_under_the_own_name() {
    let scene = Scene::holding(&[json!({
        "number": SUBJECT, "name": "王小明", "nature": "individual",
        "responsible": { "phone": "13800000001" },
        "services": [{ "number": SHOP, "domains": ["example.cn"], "accesses": ["tencent"] }],
    })]);
    let id = scene.draft(MONDAY, "cancel-site example.cn");
    let order = scene.ok(MONDAY, &format!("submit {id} --yes --reveal"));
    let awaiting = order["awaiting"].as_array().unwrap();
    assert_eq!(awaiting.len(), 1, "{order}");
    assert_eq!(awaiting[0]["who"], "subject");
    assert_eq!(awaiting[0]["name"], "王小明");
    assert_eq!(scene.order(MONDAY, &id)["awaiting"][0]["name"], "王**");
}

/// S0, step 5 speaks of cancellations: a filing order whose SMS expires goes back to the filer.
#[test]
fn an_unanswered_sms_returns_a_filing_order_which_can_be_sent_again() {
    let (scene, id) = Scene::first_filing("tencent");
    scene.submit(MONDAY, &id);
    scene.record(MONDAY, &id, "accepted");
    scene.record(MONDAY, &id, "forwarded");
    let order = scene.order(TOO_LATE, &id);
    assert_eq!(order["status"], "sms-verification-expired");
    assert_eq!(order["bucket"], "action");
    assert_eq!(order["presumed"], true);
    let order = scene.submit(TOO_LATE, &id);
    assert_eq!(order["status"], "sms-verification-pending");
}

/// S0, step 4: unedited, an expired order goes back as the provider's console has it; edited, it is
/// reviewed again.
#[test]
fn an_expired_order_goes_back_to_review_only_if_it_was_edited() {
    for (provider, unedited) in [
        ("tencent", "sms-verification-pending"),
        ("alibaba", "sms-verification-pending"),
        ("huawei", "awaiting-bureau-submission"),
        ("wechat", "awaiting-bureau-submission"),
    ] {
        for edited in [false, true] {
            let (scene, id) = Scene::first_filing(provider);
            scene.submit(MONDAY, &id);
            scene.record(MONDAY, &id, "forwarded");
            if edited {
                let line = format!("edit {id} --set services.0.responsible.phone=13800000009");
                scene.ok(TOO_LATE, &line);
            }
            let status = scene.submit(TOO_LATE, &id)["status"].clone();
            let expected = if edited { "provider-review" } else { unedited };
            assert_eq!(status, expected, "{provider}, edited: {edited}");
        }
    }
}

/// Labels are no data: an order that got one comes back as it was, to the clock of its console too.
#[test]
fn a_label_edits_nothing_of_what_was_sent() {
    let (scene, id) = Scene::first_filing("tencent");
    scene.submit(MONDAY, &id);
    scene.record(MONDAY, &id, "rejected");
    let purged_at = |at| scene.order(at, &id)["deadline"]["at"].clone();
    let before = purged_at(MONDAY);
    scene.ok(AFTERWARDS, &format!("edit {id} --set labels.customer=甲"));
    assert_eq!(purged_at(AFTERWARDS), before);
    scene.submit(AFTERWARDS, &id);
    scene.record(AFTERWARDS, &id, "forwarded");
    scene.record(AFTERWARDS, &id, "sms-expired");
    scene.ok(AFTERWARDS, &format!("edit {id} --unset labels.customer"));
    let order = scene.submit(AFTERWARDS, &id);
    assert_eq!(order["status"], "sms-verification-pending");
}

/// S0: a cancellation whose SMS goes unanswered is over; nobody is told to wait for its return.
#[test]
fn a_pending_cancellation_does_not_come_back_to_be_edited() {
    let (scene, id) = cancelling();
    let line = format!("edit {id} --set account=acc-2");
    let error = scene.fails(MONDAY, &line, 5);
    assert!(
        hints_at(&error, "once the bureau has rejected it"),
        "{error}"
    );
    let (scene, id) = Scene::first_filing("tencent");
    scene.submit(MONDAY, &id);
    scene.record(MONDAY, &id, "forwarded");
    let error = scene.fails(MONDAY, &format!("withdraw {id} --yes"), 5);
    assert!(hints_at(&error, "once rejected or returned"), "{error}");
}

/// S1, 6: the other site is not touched by a lapse either.
#[test]
fn a_lapse_touches_nothing() {
    let (scene, id) = cancelling();
    scene.record(AFTERWARDS, &id, "sms-expired");
    assert!(scene.is_filed(AFTERWARDS, FORUM));
    scene.draft(AFTERWARDS, "cancel-site example.cn");
}

/// What had ended already is approved after all: taken, as all that the bureau says, and said.
#[test]
fn an_approval_of_what_had_ended_warns() {
    let (scene, first) = cancelling();
    let number = SUBJECT;
    let subject = scene.draft(MONDAY, &format!("cancel-subject {number}"));
    scene.ok(
        TOO_LATE,
        &format!("submit {subject} --yes --confirm {number}"),
    );
    let approve = |id: &str| {
        let line = format!("record {id} bureau-approved");
        codes(&scene.document(AFTERWARDS, &line, 0)["warnings"])
    };
    let late = "approval-of-ended".to_owned();
    assert!(!approve(&subject).contains(&late));
    assert!(approve(&first).contains(&late));
}

/// What the clock implies is never written: each entry begins where the one before led, and an SMS
/// that is sent anew opens a window of its own all the same.
#[test]
fn what_is_written_after_a_presumed_end_chains() {
    let chains = |order: &Value| {
        let history = order["history"].as_array().unwrap();
        for pair in history.windows(2) {
            assert_eq!(pair[1]["from"], pair[0]["to"], "{pair:?}");
        }
    };
    for (line, leads) in [
        ("submit ID --yes", "sms-verification-pending"),
        ("record ID sms-sent", "sms-verification-pending"),
        ("record ID forwarded", "sms-verification-pending"),
        ("record ID rejected", "provider-rejected"),
        ("record ID purged", "purged"),
        ("abandon ID --yes", "abandoned"),
    ] {
        let scene = Scene::at("tencent");
        let id = scene.draft(MONDAY, "access example.cn --provider alibaba");
        scene.submit(MONDAY, &id);
        scene.record(MONDAY, &id, "sms-sent");
        let expired = scene.order(TOO_LATE, &id);
        assert_eq!(expired["status"], "sms-verification-expired");
        assert_eq!(expired["presumed"], true);
        let moved = scene.ok(AFTERWARDS, &line.replace("ID", &id));
        chains(&moved);
        assert_eq!(moved["status"], leads, "{line}");
        let again = scene.order("2026-11-25 14:59:59", &id);
        assert_eq!(again["status"], leads, "{line}");
        if leads == "sms-verification-pending" {
            assert_eq!(again["deadline"]["at"], "2026-11-25T15:00:00+08:00");
            assert_eq!(again["awaiting"].as_array().unwrap().len(), 1);
            // What was written with the presumed status reads as it did.
            let path = format!(".icpctl/orders/{}/{id}.toml", &id[..2]);
            let text = std::fs::read_to_string(scene.user.home().join(&path)).unwrap();
            let (before, after) = text
                .rsplit_once("from = \"sms-verification-pending\"")
                .unwrap();
            let old = format!("{before}from = \"sms-verification-expired\"{after}");
            scene.user.write(&path, old);
            let mut read = scene.order("2026-11-25 14:59:59", &id);
            assert_ne!(read["history"], again["history"]);
            read["history"] = again["history"].clone();
            assert_eq!(read, again);
        }
    }
}

/// "9 as soon as one cannot any more without the operator": where the console deletes what idles, the
/// clock alone ends a returned order.
#[test]
fn the_purge_of_a_returned_order_can_be_waited_for() {
    const WAITED: &str = "2027-01-08 10:00:00";
    let sent = |provider: &str| {
        let scene = Scene::at("tencent");
        let id = scene.draft(MONDAY, &format!("access example.cn --provider {provider}"));
        scene.submit(MONDAY, &id);
        (scene, id)
    };
    let wait = |(scene, id): &(Scene, String), at: &str, goal: &str| {
        let line = format!("wait {id} --timeout 0 --for {goal}");
        scene.run(at, &line).code
    };
    let deleted = sent("alibaba");
    for report in ["sms-sent", "sms-expired", "rejected"] {
        deleted.0.record(MONDAY, &deleted.1, report);
        assert_eq!(wait(&deleted, MONDAY, "purged"), 8, "{report}");
    }
    for goal in ["purged", "closed", "ended"] {
        assert_eq!(wait(&deleted, MONDAY, goal), 8, "{goal}");
        assert_eq!(wait(&deleted, WAITED, goal), 0, "{goal}");
    }
    assert_eq!(wait(&deleted, MONDAY, "approved"), 9);
    assert_eq!(wait(&deleted, MONDAY, "abandoned"), 9);
    // One whose console deletes nothing.
    let kept = sent("huawei");
    kept.0.record(MONDAY, &kept.1, "rejected");
    assert_eq!(wait(&kept, MONDAY, "closed"), 9);
}
