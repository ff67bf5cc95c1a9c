//! The guides and packs as data: whole, and true to the other lists.

use icpctl::filing::facts::Holder;
use icpctl::filing::guide::{Guide, Scope, Subject, embedded};
use icpctl::filing::kind::{Kind, VerifyBy, Via};
use icpctl::filing::machine::Case;
use icpctl::filing::pack::channel;
use icpctl::filing::profile::Profiles;
use icpctl::filing::province::Province;
use icpctl::filing::status::Status;
use icpctl::knowledge::{code_list, field};
use std::collections::BTreeSet;

#[test]
fn every_embedded_guide_is_read() {
    let names: Vec<&str> = embedded().map(|(name, _)| name).collect();
    let all = [
        "alibaba", "common", "generic", "huawei", "tencent", "wechat", "written",
    ];
    assert_eq!(names, all);
    for (name, steps) in embedded() {
        assert!(!steps.is_empty(), "{name} is not read");
    }
}

#[test]
fn guides_speak_of_fields_and_slots_that_exist_in_both_languages() {
    let slots = code_list("material-slots").unwrap();
    let beside = ["subject.number", "services.number"];
    for (guide, steps) in embedded() {
        let mut ids = BTreeSet::new();
        for step in steps {
            let name = format!("{guide}: {}", step.id);
            assert!(ids.insert(&step.id), "{name} twice");
            assert!(!step.source.is_empty(), "{name}");
            for line in step.text.iter().chain(&step.confirm) {
                assert!(!line.zh.is_empty() && !line.en.is_empty(), "{name}");
                assert!(
                    !line.zh.ends_with('。') && !line.en.ends_with('.'),
                    "{name}: {line:?}"
                );
            }
            for entry in &step.fields {
                let known = field(&entry.path).is_some() || beside.contains(&&*entry.path);
                assert!(known, "{name}: {}", entry.path);
            }
            for table in &step.rest {
                assert!(field(table).is_some(), "{name}: {table}");
            }
            for upload in &step.uploads {
                assert!(
                    slots.entry(&upload.slot).is_some(),
                    "{name}: {}",
                    upload.slot
                );
            }
        }
    }
}

/// Every order finds a step in each status that it can be in.
#[test]
fn there_is_a_step_for_every_status_of_every_order() {
    let profiles = Profiles::built_in();
    for provider in profiles.names().map(Some).chain([None]) {
        let profile = profiles.for_order(provider);
        let guide = Guide::of(provider, profile);
        for kind in Kind::ALL {
            let cancels = kind.ends_filing();
            if provider.is_none() && !cancels {
                continue;
            }
            let ways: Vec<Option<VerifyBy>> = match provider {
                Some(_) if cancels => profile.verify_by.iter().copied().map(Some).collect(),
                Some(_) | None => vec![None],
            };
            for verify_by in ways {
                let via = provider.map_or(Via::Written, |_| Via::Provider);
                let case = Case {
                    kind: *kind,
                    via,
                    verify_by,
                    profile,
                };
                let beside = [
                    Status::ProviderRejected,
                    Status::BureauRejected,
                    case.expired(),
                    Status::Abandoned,
                    Status::Purged,
                ];
                for status in case.way().into_iter().chain(beside) {
                    for applicant in [Holder::Individual, Holder::Organisation] {
                        let subject = Subject {
                            applicant: Some(applicant),
                            province: None,
                            verify_by,
                            scope: (*kind == Kind::New).then_some(Scope::First),
                        };
                        let steps = guide.steps(status, *kind, &subject);
                        assert!(
                            !steps.is_empty(),
                            "{provider:?} {kind} {verify_by:?} {status}"
                        );
                        if status != Status::Draft {
                            assert_eq!(
                                steps.len(),
                                1,
                                "{provider:?} {kind} {verify_by:?} {status}"
                            );
                        }
                    }
                }
            }
        }
    }
}

#[test]
fn the_four_provinces_with_a_channel_of_their_own_have_it() {
    let with: Vec<&str> = Province::all()
        .filter(|province| channel(*province).is_some())
        .map(Province::code)
        .collect();
    assert_eq!(with, ["sh", "sd", "hn", "nx"]);
}
