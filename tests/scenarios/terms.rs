//! How long things take: working days, holidays and make-up days.

use super::{MONDAY, Scene};
use serde_json::Value;

fn reviewed_from(provider: &str, at: &str) -> Value {
    let (scene, id) = Scene::first_filing_at(provider, at);
    scene.submit(at, &id)["deadline"].clone()
}

fn at_bureau_from(at: &str) -> Value {
    let scene = Scene::at("tencent");
    let id = scene.draft(at, "cancel-site example.cn --verify-by email");
    scene.submit(at, &id)["deadline"].clone()
}

/// S3, step 6: the provider reviews in one to two working days.
#[test]
fn the_provider_reviews_within_two_working_days() {
    let deadline = reviewed_from("tencent", MONDAY);
    assert_eq!(deadline["kind"], "provider-review");
    assert_eq!(deadline["at"], "2026-11-25T23:59:59+08:00");
}

/// S3, step 6: weekends do not count.
#[test]
fn a_review_that_starts_on_friday_ends_on_tuesday() {
    let deadline = reviewed_from("huawei", "2026-11-20 17:00:00");
    assert_eq!(deadline["at"], "2026-11-24T23:59:59+08:00");
}

/// S3, step 6: the make-up Saturday before the Spring Festival counts, the nine days of it do not.
#[test]
fn the_spring_festival_does_not_count_and_its_make_up_day_does() {
    let deadline = reviewed_from("tencent", "2026-02-13 10:00:00");
    assert_eq!(deadline["at"], "2026-02-24T23:59:59+08:00");
}

/// S0, step 5 and S1, 1: the bureau takes up to 20 working days.
#[test]
fn the_bureau_takes_up_to_20_working_days() {
    let deadline = at_bureau_from(MONDAY);
    assert_eq!(deadline["kind"], "bureau-review");
    assert_eq!(deadline["at"], "2026-12-21T23:59:59+08:00");
    assert_eq!(deadline["provisional"], false);
}

/// S0, step 5: over a National Day, its make-up Saturday counted.
#[test]
fn the_bureaus_20_working_days_skip_the_national_day() {
    let deadline = at_bureau_from("2026-09-21 09:00:00");
    assert_eq!(deadline["at"], "2026-10-26T23:59:59+08:00");
}

/// S0, step 5: into a year whose holidays are not out yet, a date is provisional.
#[test]
fn a_date_in_a_year_without_a_calendar_is_provisional() {
    let deadline = at_bureau_from("2026-12-21 09:00:00");
    assert_eq!(deadline["provisional"], true);
}

/// S1, 1: after the 20 days the order waits on, overdue.
#[test]
fn the_bureau_being_late_changes_no_status() {
    let scene = Scene::at("tencent");
    let id = scene.draft(MONDAY, "cancel-site example.cn --verify-by email");
    scene.submit(MONDAY, &id);
    let overdue = |at| scene.order(at, &id)["deadline"]["overdue"].clone();
    assert_eq!(overdue("2026-12-21 23:59:59"), false);
    assert_eq!(overdue("2026-12-22 00:00:00"), true);
    assert_eq!(
        scene.status("2026-12-22 00:00:00", &id),
        "awaiting-bureau-review"
    );
}

/// S4's 5 to 10, 7 and 20 to 30 working days are nobody's rule: no deadline comes from them.
#[test]
fn the_blogs_longer_terms_are_no_deadlines() {
    let (scene, id) = Scene::first_filing("tencent");
    let order = scene.submit(MONDAY, &id);
    assert_eq!(order["estimate"]["basis"], "rule");
    let latest = order["estimate"]["latest"].as_str().unwrap();
    // At most 2 + 3 + 20 working days and a day for the SMS, not 10 + 7 + 30.
    assert!(latest <= "2026-12-31", "{latest}");
}

/// S4 calls a filing a licence; they are two things, and their numbers differ.
#[test]
fn a_filing_is_no_licence() {
    let scene = Scene::empty();
    let data = scene.ok(MONDAY, "number 粤ICP备2021000001号 粤B2-20090059");
    assert_eq!(data[0]["kind"], "subject");
    assert_eq!(data[1]["kind"], "licence");
}
