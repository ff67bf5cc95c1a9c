//! The dates: limits in days and working days, and the judgement of a duty at any time.

use chrono::{Days, NaiveDate};
use icpctl::filing::calendar::Calendar;
use icpctl::filing::duty::{Debtor, Duty, Occasions, State};
use icpctl::filing::instant::Instant;
use icpctl::filing::limit::{Due, End, Limit, MOST_DAYS};
use icpctl::filing::notice::{Class, Of};
use icpctl::filing::number::SubjectNumber;
use icpctl::filing::order::OperationId;
use icpctl::filing::portfolio::Portfolio;
use icpctl::filing::record::{SubjectEvent, SubjectRecord};
use icpctl::knowledge::field;
use proptest::prelude::*;
use std::collections::BTreeSet;

fn any_day() -> impl Strategy<Value = NaiveDate> {
    let first = NaiveDate::from_ymd_opt(2020, 1, 1).unwrap();
    (0_u64..4000).prop_map(move |days| first + Days::new(days))
}

fn any_instant() -> impl Strategy<Value = Instant> {
    (any_day(), 0_u32..86_400).prop_map(|(day, second)| {
        let time = chrono::NaiveTime::from_num_seconds_from_midnight_opt(second, 0).unwrap();
        Instant::local(day.and_time(time))
    })
}

proptest! {
    #[test]
    fn a_limit_ends_with_the_last_of_its_days(day in any_day(), count in 0_u32..60) {
        let calendar = Calendar::embedded();
        let end = Limit::Days(count).end(day, calendar).unwrap();
        prop_assert_eq!(end.value, End::Through(Instant::end_of(day + Days::new(u64::from(count)))));
        prop_assert!(!end.provisional);
        let end = Limit::WorkingDays(count).end(day, calendar).unwrap();
        let last = end.value.at().day();
        prop_assert_eq!(end.value, End::Through(Instant::end_of(last)));
        prop_assert_eq!(calendar.working_days_between(day, last).value, count);
        prop_assert!(count == 0 || calendar.is_workday(last));
        let years = [day, last].map(|d| chrono::Datelike::year(&d));
        prop_assert_eq!(end.provisional, (years[0]..=years[1]).any(|y| !calendar.knows(y)));
    }

    #[test]
    fn what_counts_too_many_days_has_no_end(day in any_day(), count in MOST_DAYS + 1..) {
        let calendar = Calendar::embedded();
        prop_assert_eq!(Limit::Days(count).end(day, calendar), None);
        prop_assert_eq!(Limit::WorkingDays(count).end(day, calendar), None);
        prop_assert_eq!(Limit::Days(MOST_DAYS).end(NaiveDate::MAX, calendar), None);
        prop_assert!(Limit::Days(MOST_DAYS).end(day, calendar).is_some());
    }

    #[test]
    fn a_due_date_is_overdue_only_once_it_has_passed(day in any_day(), count in 0_u32..60, now in any_instant()) {
        let end = Limit::WorkingDays(count).end(day, Calendar::embedded()).unwrap();
        let due = Due::new(day, end, now);
        prop_assert_eq!(due.overdue, now > due.at());
        prop_assert!(!due.overdue || due.is_near(now, 0));
        prop_assert!(!due.is_near(now, 30) || due.is_near(now, 31), "a longer view loses nothing");
    }

    #[test]
    fn a_duty_of_unknown_beginning_is_never_overdue(now in any_instant(), province in 0_usize..31) {
        let portfolio = adopted(province, None);
        let subject = portfolio.subjects.values().next().unwrap();
        let service = subject.services.values().next();
        let debtor = Debtor { subject, service, occasions: Occasions::default() };
        for duty in Duty::all() {
            if let Some(State::Due(due)) = duty.judge(&debtor, Calendar::embedded(), now) {
                prop_assert!(!due.overdue, "{}", duty.id);
            }
        }
    }

    #[test]
    fn a_duty_from_the_approval_falls_due_its_limit_later(day in any_day(), now in any_instant(), province in 0_usize..31) {
        let portfolio = adopted(province, Some(day));
        let subject = portfolio.subjects.values().next().unwrap();
        let service = subject.services.values().next();
        let debtor = Debtor { subject, service, occasions: Occasions::default() };
        let calendar = Calendar::embedded();
        let filing = Duty::named("public-security-filing").unwrap().judge(&debtor, calendar, now);
        let Some(State::Due(due)) = filing else { panic!("{filing:?}") };
        prop_assert_eq!(due.at(), Instant::end_of(day + Days::new(30)));
        prop_assert_eq!(due.overdue, now > due.at());
        let footers = ["show-service-number", "show-subject-number"]
            .map(|id| Duty::named(id).unwrap().judge(&debtor, calendar, now).is_some());
        let is_guangdong = subject.province().unwrap().code() == "gd";
        prop_assert_eq!(footers, [!is_guangdong, is_guangdong]);
    }

    #[test]
    fn a_window_of_the_year_is_never_lost(day in any_day(), now in any_instant()) {
        let portfolio = adopted(hubei(), Some(day));
        let subject = portfolio.subjects.values().next().unwrap();
        let service = subject.services.values().next();
        let debtor = Debtor { subject, service, occasions: Occasions::default() };
        let audit = Duty::named("yearly-audit").unwrap().judge(&debtor, Calendar::embedded(), now);
        let Some(State::Due(due)) = audit else { panic!("{audit:?}") };
        prop_assert!(due.provisional, "the bureau announces it each year");
        prop_assert!(due.opens < due.at().day());
        prop_assert!(!due.overdue || day < due.opens, "nobody misses a window from before the approval");
        let year = chrono::TimeDelta::days(366);
        prop_assert!(due.at() < now + year && due.at() > now - year);
    }
}

fn hubei() -> usize {
    let all = icpctl::filing::province::Province::all();
    all.into_iter().position(|p| p.code() == "hb").unwrap()
}

/// A subject of a province, by its place in the table, with one site.
fn adopted(province: usize, approved_on: Option<NaiveDate>) -> Portfolio {
    let province = icpctl::filing::province::Province::all()
        .nth(province)
        .unwrap();
    let number = format!("{}ICP备2021000001号", province.letter());
    let number = SubjectNumber::parse(&number).unwrap().number;
    let service = format!("{number}-1");
    let approved = approved_on.map_or_else(String::new, |day| format!("approved_on = \"{day}\""));
    let at = "2019-01-01T00:00:00+08:00";
    let entry = format!(
        "event = \"adopt\"\nsequence = 1\nat = \"{at}\"\nrecorded_at = \"{at}\"\nop = \"ad0pt001\"\n\
         [filing]\nnumber = \"{number}\"\n[[filing.services]]\nnumber = \"{service}\"\n{approved}\n"
    );
    let mut record = SubjectRecord::new(number);
    record.history.push(toml::from_str(&entry).unwrap());
    assert_eq!(record.history[0].event, SubjectEvent::Adopt);
    assert_eq!(
        Some(&record.history[0].op),
        OperationId::parse("ad0pt001").as_ref()
    );
    Portfolio::fold([&record], [])
}

#[test]
fn the_tables_are_read_and_name_what_exists() {
    assert_eq!(Class::all().len(), 30);
    let mut seen = BTreeSet::new();
    for class in Class::all() {
        assert!(seen.insert(&class.id), "{} twice", class.id);
        for remedy in &class.orders {
            let of = match class.of {
                Of::Subject => "subject",
                Of::Service => "services",
            };
            for name in &remedy.fields {
                let path = format!("{of}.{name}");
                assert!(field(&path).is_some(), "{}: {path}", class.id);
            }
            let is_change = remedy.kind == icpctl::filing::kind::Kind::Change;
            assert_eq!(is_change, !remedy.fields.is_empty(), "{}", class.id);
        }
    }
    assert_eq!(Duty::all().len(), 11);
    for duty in Duty::all() {
        assert!(seen.insert(&duty.id), "{} twice", duty.id);
        if let icpctl::filing::duty::Start::After(other) = &duty.starts {
            assert!(Duty::named(other).is_some(), "{}: {other}", duty.id);
        }
    }
}
