//! Random histories: what folding, writing, undoing and interleaving must keep.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a test that cannot go on must fail, and its numbers are to be seen"
)]

pub(crate) mod desk;
mod play;

use chrono::TimeDelta;
use desk::Phones;
use icpctl::cli::context::World;
use icpctl::filing::event::{Command, Report};
use icpctl::filing::order::Order;
use icpctl::filing::portfolio::Portfolio;
use icpctl::filing::record::{SubjectEvent, SubjectRecord};
use icpctl::filing::standing::{Standing, effective, presume};
use icpctl::filing::status::Status;
use icpctl::store::{order_file, subject_file};
use icpctl::workflow::advance;
use play::{Deed, Desk, Reported, SLOTS, UNFILED, attached, said, turns};
use proptest::prelude::*;
use std::collections::BTreeMap;

/// An order without its history.
fn data(order: &Order) -> Order {
    Order {
        history: Vec::new(),
        ..order.clone()
    }
}

/// Checks that the books are as they were before an operation, reversals aside.
fn assert_restored(before: &World, after: &World) {
    assert_eq!(before.book.portfolio, after.book.portfolio);
    for order in after.book.orders.values() {
        let Some(was) = before.book.orders.get(&order.id) else {
            assert!(order.is_undone());
            assert_eq!(order.standing().status, Status::Abandoned);
            continue;
        };
        // Undoing is a touch of its own.
        let touched_at = order.standing().touched_at;
        assert!(touched_at >= was.standing().touched_at);
        let was_standing = Standing {
            touched_at,
            ..was.standing()
        };
        assert_eq!(was_standing, order.standing());
        assert_eq!(
            presume(&was.case(&before.profiles), was_standing, after.now),
            order.view(&after.profiles, after.now)
        );
        assert_eq!(effective(&was.history), effective(&order.history));
        assert_eq!(data(was), data(order));
    }
    for (number, record) in after.book.subjects.iter() {
        let was = before.book.subjects.get(number);
        let was: Vec<_> = was.iter().flat_map(|record| record.effective()).collect();
        assert_eq!(was, record.effective().collect::<Vec<_>>());
    }
}

fn read_order(order: &Order, text: &str) -> Order {
    order_file::from_toml(&format!("orders/{}.toml", order.id), text.as_bytes()).unwrap()
}

fn read_record(record: &SubjectRecord, text: &str) -> SubjectRecord {
    let path = format!("subjects/{}", subject_file::file_name(&record.number));
    subject_file::from_toml(&path, text.as_bytes()).unwrap()
}

/// Puts things in another order, decided by `seed`.
fn shuffled<T>(things: impl Iterator<Item = T>, seed: u64) -> Vec<T> {
    let mut keyed: Vec<(u64, T)> = things
        .enumerate()
        .map(|(place, thing)| {
            let key = (place as u64 + 1).wrapping_mul(seed | 1).rotate_left(17) % 8191;
            (key, thing)
        })
        .collect();
    keyed.sort_by_key(|(key, _)| *key);
    keyed.into_iter().map(|(_, thing)| thing).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 16, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_written_is_what_was_decided(turns in turns()) {
        let desk = Desk::run(&turns, |_| true);
        for order in desk.world.book.orders.values() {
            let text = order_file::to_toml(order).unwrap();
            let table: toml::Table = text.parse().unwrap();
            prop_assert_eq!(table["status"].as_str(), Some(order.standing().status.name()));
            prop_assert_eq!(&read_order(order, &text), order);
        }
        for record in desk.world.book.subjects.values() {
            let text = subject_file::to_toml(record).unwrap();
            prop_assert_eq!(&read_record(record, &text), record);
        }
    }

    #[test]
    fn the_portfolio_does_not_depend_on_the_order_of_reading(turns in turns(), seed in any::<u64>()) {
        let desk = Desk::run(&turns, |_| true);
        let book = &desk.world.book;
        let records = shuffled(book.subjects.values(), seed);
        let orders = shuffled(book.orders.values(), seed.rotate_left(9));
        prop_assert_eq!(&Portfolio::fold(records, orders), &*book.portfolio);
    }

    #[test]
    fn a_subject_folded_anew_is_as_if_all_were(turns in turns()) {
        let desk = Desk::run(&turns, |_| true);
        let book = &desk.world.book;
        let mut folded = Portfolio::clone(&book.portfolio);
        let numbers: Vec<_> = book.portfolio.subjects.keys().copied().collect();
        for number in numbers {
            let is_of = |order: &&Order| {
                let approval = order.approval().and_then(|entry| entry.approval.as_ref());
                let issued = approval.and_then(|approval| approval.subject);
                issued.or(order.target.subject) == Some(number)
            };
            // Without its records it is not there, nor is anything that led to it.
            folded.refold(number, None, []);
            let others = book.orders.values().filter(|order| !is_of(order));
            let records = book.subjects.values().filter(|record| record.number != number);
            prop_assert_eq!(&folded, &Portfolio::fold(records, others));
            let orders = book.orders.values().filter(is_of);
            folded.refold(number, book.subjects.get(&number), orders);
            prop_assert_eq!(&folded, &*book.portfolio);
        }
    }

    #[test]
    fn subjects_do_not_disturb_each_other(turns in turns()) {
        let together = Desk::run(&turns, |_| true);
        let mut one_by_one = Desk::new();
        for slot in (1..=SLOTS).rev() {
            one_by_one.run_more(&turns, |s| s == slot);
        }
        prop_assert_eq!(&one_by_one.world.book.orders, &together.world.book.orders);
        prop_assert_eq!(&one_by_one.world.book.subjects, &together.world.book.subjects);
        prop_assert_eq!(&one_by_one.world.book.portfolio, &together.world.book.portfolio);
        for slot in 1..=SLOTS {
            let alone = Desk::run(&turns, |s| s == slot);
            let number = desk::subject_number(slot);
            let all = &together.world.book.portfolio.subjects;
            prop_assert_eq!(alone.world.book.portfolio.subjects.get(&number), all.get(&number));
        }
    }

    #[test]
    fn undoing_restores_what_was_before(turns in turns()) {
        let mut desk = Desk::new();
        let mut now = desk::start();
        for (place, turn) in turns.iter().enumerate() {
            now = now + TimeDelta::hours(i64::from(turn.gap));
            desk.read_anew();
            let before = desk.clone();
            if !desk.take(place, turn.slot, &turn.deed, now) {
                continue;
            }
            let mut undone = desk.clone();
            // Without a name it is the latest operation; several at one time need the name.
            match undone.undo(place, turn.gap == 0) {
                Ok(()) => assert_restored(&before.world, &undone.world),
                Err(code) => prop_assert_eq!(code, "refused.rests-on-it"),
            }
            if turn.undone {
                desk = undone;
            }
        }
    }

    #[test]
    fn the_same_report_again_changes_nothing(turns in turns()) {
        let mut desk = Desk::new();
        let mut now = desk::start();
        for (place, turn) in turns.iter().enumerate() {
            now = now + TimeDelta::hours(i64::from(turn.gap));
            desk.world.now = now;
            let told = match turn.deed {
                Deed::Report { order, report, who, ago } => desk
                    .order(turn.slot, order)
                    .map(|o| (said(&desk.world, turn.slot, &o, report, who, ago), o.id)),
                Deed::Adopt { .. }
                | Deed::Gone { .. }
                | Deed::Label { .. }
                | Deed::Note
                | Deed::Draft { .. }
                | Deed::Command { .. }
                | Deed::Edit { .. }
                | Deed::Attach { .. } => None,
            };
            let written = desk.take(place, turn.slot, &turn.deed, now);
            let Some((told, id)) = told.filter(|_| written) else {
                continue;
            };
            let order = &desk.world.book.orders[&id];
            let stamp = desk::stamp(&desk.world, 20_000 + place);
            let again = advance::report(&desk.world, &stamp, order, &told).unwrap();
            prop_assert!(again.order.is_none(), "{:?}", told);
        }
    }

    #[test]
    fn unknown_keys_survive_a_rewrite(turns in turns()) {
        let mut desk = Desk::run(&turns, |_| true);
        for order in desk.world.book.orders.clone().into_values() {
            let mut table: toml::Table = order_file::to_toml(&order).unwrap().parse().unwrap();
            mark(&mut table);
            let known = read_order(&order, &toml::to_string(&table).unwrap());
            let rewritten = attached(&desk.world, 30_000, &known);
            let text = order_file::to_toml(&rewritten).unwrap();
            assert_marked(&text, order.history.len());
        }
        let records: Vec<_> = desk.world.book.subjects.values().cloned().collect();
        for record in records {
            let mut table: toml::Table = subject_file::to_toml(&record).unwrap().parse().unwrap();
            mark(&mut table);
            let known = read_record(&record, &toml::to_string(&table).unwrap());
            let number = known.number;
            desk.world.book.put_subject(known);
            let stamp = desk::stamp(&desk.world, 30_000);
            let entry = desk::record_entry(&desk.world, &stamp, SubjectEvent::Note, &number);
            desk::write(&mut desk.world, &number, entry);
            let text = subject_file::to_toml(&desk.world.book.subjects[&number]).unwrap();
            assert_marked(&text, record.history.len());
        }
    }
}

/// Puts keys of a later version into a record: at its top and in every entry.
fn mark(table: &mut toml::Table) {
    table.insert("urgency".to_owned(), toml::Value::from(3));
    let later = toml::Table::from_iter([("place".to_owned(), toml::Value::from("后来"))]);
    table.insert("later".to_owned(), toml::Value::Table(later));
    for (place, entry) in table["history"]
        .as_array_mut()
        .unwrap()
        .iter_mut()
        .enumerate()
    {
        let entry = entry.as_table_mut().unwrap();
        entry.insert("mark".to_owned(), toml::Value::from(format!("{place}")));
    }
}

/// An adoption and two approved changes say different things of one field, all in one second.
#[test]
fn the_last_that_was_recorded_stands() {
    let writers = [
        ["adopt", "change", "change"],
        ["change", "adopt", "change"],
        ["change", "change", "adopt"],
    ];
    for writers in writers {
        let mut desk = Desk::new();
        desk.world.now = desk::start();
        let adopt = |desk: &mut Desk, place: usize, address: &str| {
            let stamp = desk::stamp(&desk.world, place);
            let mut adoption = desk::adoption(1, 1, Phones::Same, &[("tencent", "account-1")]);
            adoption.facts.mailing_address = Some(address.to_owned());
            desk::adopt(&mut desk.world, &stamp, adoption, true);
        };
        adopt(&mut desk, 0, "最初");
        let mut last = String::new();
        for (turn, writer) in writers.into_iter().enumerate() {
            // Ids fall as time goes by, so that no order of ids helps.
            let place = 30 - 10 * turn;
            if writer == "adopt" {
                last = format!("纳管{place}");
                adopt(&mut desk, place, &last);
                continue;
            }
            let now = desk.world.now;
            let draft = Deed::Draft {
                what: 3,
                provider: 0,
            };
            assert!(desk.take(place, 1, &draft, now));
            let submit = Deed::Command {
                order: 0,
                command: Command::Submit,
            };
            assert!(desk.take(place + 1, 1, &submit, now));
            let report = Reported::This(Report::BureauApproved);
            let approve = Deed::Report {
                order: 0,
                report,
                who: 0,
                ago: 0,
            };
            assert!(desk.take(place + 2, 1, &approve, now));
            last = format!("某路 {place} 号");
        }
        let book = &desk.world.book;
        let forward = Portfolio::fold(book.subjects.values(), book.orders.values());
        let backward = Portfolio::fold(book.subjects.values(), book.orders.values().rev());
        assert_eq!(forward, backward, "{writers:?}");
        let subject = forward.subject(&desk::subject_number(1)).unwrap();
        assert_eq!(
            subject.facts.mailing_address.as_ref(),
            Some(&last),
            "{writers:?}"
        );
    }
}

/// Two persons answer in the same second, each reported by a command of its own.
#[test]
fn another_persons_answer_at_the_same_time_is_no_repetition() {
    let mut desk = Desk::new();
    assert!(desk.take(
        0,
        UNFILED,
        &Deed::Draft {
            what: 0,
            provider: 0
        },
        desk::start()
    ));
    let submit = Deed::Command {
        order: 0,
        command: Command::Submit,
    };
    assert!(desk.take(1, UNFILED, &submit, desk::after(1)));
    let report = |report, who| Deed::Report {
        order: 0,
        report: Reported::This(report),
        who,
        ago: 0,
    };
    assert!(desk.take(2, UNFILED, &report(Report::SmsSent, 0), desk::after(2)));
    assert!(desk.take(3, UNFILED, &report(Report::SmsVerified, 1), desk::after(3)));
    assert!(
        desk.take(4, UNFILED, &report(Report::SmsVerified, 0), desk::after(3)),
        "`--who all` after `--who subject`"
    );
    let standing = desk.order(UNFILED, 0).unwrap().standing();
    assert_eq!(standing.status, Status::AwaitingBureauReview);
}

/// What a later version writes inside a subject's or a service's data is kept too.
#[test]
fn unknown_keys_inside_the_data_survive_a_rewrite() {
    let mut desk = Desk::new();
    assert!(desk.take(
        0,
        UNFILED,
        &Deed::Draft {
            what: 0,
            provider: 0
        },
        desk::start()
    ));
    let order = desk.order(UNFILED, 0).unwrap();
    let mut table: toml::Table = order_file::to_toml(&order).unwrap().parse().unwrap();
    let subject = table["filing"]["subject"].as_table_mut().unwrap();
    subject.insert("later".to_owned(), toml::Value::from(1));
    let known = read_order(&order, &toml::to_string(&table).unwrap());
    let rewritten: toml::Table = order_file::to_toml(&known).unwrap().parse().unwrap();
    assert_eq!(
        rewritten["filing"]["subject"].get("later"),
        Some(&toml::Value::from(1))
    );
}

/// Labels and files on an order that never was do not bring it back.
#[test]
fn an_undone_creation_stays_undone() {
    let mut desk = Desk::new();
    let adopt = Deed::Adopt {
        services: 1,
        phones: 1,
        replace: false,
    };
    let draft = Deed::Draft {
        what: 3,
        provider: 0,
    };
    assert!(desk.take(0, 1, &adopt, desk::start()));
    assert!(desk.take(1, 1, &draft, desk::after(1)));
    desk.undo(1, true).unwrap();
    assert!(desk.take(2, 1, &Deed::Attach { order: 0 }, desk::after(2)));
    let order = desk.order(1, 0).unwrap();
    assert!(order.is_undone());
    assert_eq!(order.standing().status, Status::Abandoned);
    assert_eq!(order.standing().ended_at, Some(desk::after(1)));
    let submit = Deed::Command {
        order: 0,
        command: Command::Submit,
    };
    assert!(!desk.take(3, 1, &submit, desk::after(3)));
}

fn assert_marked(text: &str, entries: usize) {
    let table: toml::Table = text.parse().unwrap();
    assert_eq!(table["urgency"].as_integer(), Some(3));
    assert_eq!(table["later"]["place"].as_str(), Some("后来"));
    let history = table["history"].as_array().unwrap();
    assert_eq!(history.len(), entries + 1);
    for (place, entry) in history.iter().take(entries).enumerate() {
        assert_eq!(entry["mark"].as_str(), Some(place.to_string().as_str()));
    }
}

/// The random histories reach what the properties are about.
#[test]
fn the_histories_are_not_idle() {
    use proptest::strategy::ValueTree as _;
    use proptest::test_runner::TestRunner;
    let mut runner = TestRunner::deterministic();
    let mut reached: BTreeMap<Status, usize> = BTreeMap::new();
    let mut changed = 0;
    for _ in 0..60 {
        let turns = turns().new_tree(&mut runner).unwrap().current();
        let desk = Desk::run(&turns, |_| true);
        for order in desk.world.book.orders.values() {
            for entry in effective(&order.history) {
                *reached.entry(entry.to).or_default() += 1;
            }
            changed += usize::from(order.approval().is_some());
        }
    }
    println!("{changed} approvals, {reached:?}");
    assert!(
        reached.len() >= 11 && changed >= 60,
        "{changed} approvals, {reached:?}"
    );
}
