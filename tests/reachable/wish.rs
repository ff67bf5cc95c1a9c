//! The orders that the search begins with: every kind, path and provider.

use super::{ACCOUNT, SLOT, Scenario};
use crate::histories::desk::{self, Ask, Phones};
use icpctl::filing::kind::{Kind, VerifyBy};
use icpctl::filing::order::OrderId;

/// What a scenario asks for, before it is known whether the provider takes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Wish {
    kind: Kind,
    verify_by: Option<VerifyBy>,
    written: bool,
    first_filing: Option<&'static str>,
    services: usize,
    shared: Phones,
    /// Of a change: the subject's data, the services'.
    changed: (bool, bool),
    phones: usize,
}

impl Wish {
    fn of(kind: Kind, services: usize, shared: Phones, phones: usize) -> Self {
        Self {
            kind,
            verify_by: None,
            written: false,
            first_filing: None,
            services,
            shared,
            changed: (false, false),
            phones,
        }
    }

    /// Every combination, with how many phones must answer.
    ///
    /// Phones that lead to the same number of answers make the same states: the first stands for
    /// all, save at the generic provider.
    pub(super) fn at_provider(provider: &str) -> Vec<Self> {
        let mut wishes: Vec<Self> = Vec::new();
        for wish in Self::all() {
            let same = |other: &&Self| {
                Self {
                    shared: wish.shared,
                    ..(*other).clone()
                } == wish
            };
            // A written application goes through no provider: once is enough.
            let skipped = wish.written && provider != "generic";
            let stood_for = provider != "generic" && wishes.iter().any(|other| same(&other));
            if !skipped && !stood_for {
                wishes.push(wish);
            }
        }
        wishes
    }

    fn all() -> Vec<Self> {
        let mut wishes = Vec::new();
        for services in [1, 2] {
            for shared in [Phones::Same, Phones::Different, Phones::Unknown] {
                let apart = if shared == Phones::Same { 1 } else { services };
                let first = Self::of(
                    Kind::New,
                    services,
                    shared,
                    if shared == Phones::Same {
                        1
                    } else {
                        1 + services
                    },
                );
                wishes.push(Self {
                    first_filing: Some("enterprise"),
                    ..first
                });
                let individual = Self::of(Kind::New, services, shared, 1);
                wishes.push(Self {
                    first_filing: Some("individual"),
                    ..individual
                });
                wishes.push(Self::of(Kind::New, services, shared, apart));
                wishes.push(Self::of(Kind::Access, services, shared, apart));
                wishes.push(Self::of(Kind::CancelAccess, services, shared, 0));
                let of_change = [
                    ((true, false), 1),
                    ((false, true), apart),
                    (
                        (true, true),
                        if shared == Phones::Same {
                            1
                        } else {
                            1 + services
                        },
                    ),
                ];
                for (changed, phones) in of_change {
                    let wish = Self::of(Kind::Change, services, shared, phones);
                    wishes.push(Self { changed, ..wish });
                }
                for (kind, by_sms) in [(Kind::CancelSite, apart), (Kind::CancelSubject, 1)] {
                    for verify_by in VerifyBy::ALL.iter().copied() {
                        let phones = if verify_by == VerifyBy::Sms {
                            by_sms
                        } else {
                            0
                        };
                        let wish = Self::of(kind, services, shared, phones);
                        wishes.push(Self {
                            verify_by: Some(verify_by),
                            ..wish
                        });
                    }
                    let wish = Self::of(kind, services, shared, 0);
                    wishes.push(Self {
                        written: true,
                        ..wish
                    });
                }
            }
        }
        wishes
    }

    /// Lays the scenario out; none where the provider's profile does not have it.
    pub(super) fn at(&self, provider: &str) -> Option<Scenario> {
        let mut world = desk::world();
        let profile = world.profiles.of(provider);
        let by_individual = self.first_filing == Some("individual");
        let limit = profile.order_size.limit(self.kind, by_individual);
        let fits = self.written || limit.is_none_or(|limit| self.services <= limit);
        let offered = self
            .verify_by
            .is_none_or(|v| profile.verify_by.contains(&v));
        if !fits || !offered {
            return None;
        }
        let elsewhere = if provider == "huawei" {
            "tencent"
        } else {
            "huawei"
        };
        let held_by = match (self.kind, self.written) {
            (_, true) => None,
            (Kind::Access, false) => Some(elsewhere),
            (_, false) => Some(provider),
        };
        let stamp = desk::stamp(&world, 900);
        if self.first_filing.is_none() {
            let accesses: Vec<(&str, &str)> = held_by.map(|p| (p, ACCOUNT)).into_iter().collect();
            let adoption = desk::adoption(SLOT, self.services, self.shared, &accesses);
            desk::adopt(&mut world, &stamp, adoption, false);
        }
        let numbers = (1..=self.services).map(|place| desk::service_number(SLOT, place));
        let mut changes = Vec::new();
        if self.changed.0 {
            changes.push(desk::change(None, "mailing_address", "某路 1 号"));
        }
        if self.changed.1 {
            let of_services = numbers
                .clone()
                .map(|n| desk::change(Some(n), "name", "新名称"));
            changes.extend(of_services);
        }
        let ask = Ask {
            kind: self.kind,
            provider: (!self.written).then(|| provider.to_owned()),
            account: (!self.written).then(|| ACCOUNT.to_owned()),
            verify_by: self.verify_by,
            subject: self
                .first_filing
                .is_none()
                .then(|| desk::subject_number(SLOT)),
            services: if self.kind == Kind::New {
                Vec::new()
            } else {
                numbers.collect()
            },
            filing: if self.kind == Kind::New {
                desk::filing(SLOT, self.first_filing, 5, self.services, self.shared)
            } else {
                desk::filing(SLOT, None, 5, 0, self.shared)
            },
            changes,
        };
        let order = desk::draft(&world, &stamp, OrderId::from_bits(0), ask);
        Some(Scenario {
            name: format!(
                "{} {:?} {:?} at {provider}, {} services, {:?} phones, change {:?}, written {}",
                self.kind,
                self.first_filing,
                self.verify_by,
                self.services,
                self.shared,
                self.changed,
                self.written
            ),
            world,
            order,
            phones: self.phones,
        })
    }
}
