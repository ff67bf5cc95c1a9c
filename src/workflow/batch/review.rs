//! The rulebook over the rows that are sent, with all that is filed looked at once.

use super::{Decided, Wish};
use crate::failure::Failure;
use crate::filing::order::{Material, Order};
use crate::filing::portfolio::Portfolio;
use crate::filing::profile::Profiles;
use crate::knowledge::Severity;
use crate::render::mask::Privacy;
use crate::rulebook::Rulebook;
use crate::workflow::check::{Bench, Way, differs, weigh};
use crate::workflow::look;
use crate::workflow::plan::Given;
use crate::workflow::world::World;
use std::cell::OnceCell;
use std::sync::Arc;

/// Who looks over the orders of rows before they are sent.
#[derive(Clone, Copy, Debug)]
pub struct Reviewer<'a> {
    /// The rules in force.
    pub rulebook: &'a Rulebook,
    /// What messages may show.
    pub privacy: Privacy,
}

/// What is filed, as it is throughout a batch: its rows draft and send, and approve nothing.
#[derive(Debug, Default)]
pub(super) struct Held(OnceCell<(Arc<Portfolio>, Profiles)>);

/// A review of a batch's rows, which begins with the first that is sent.
#[derive(Debug)]
pub(super) struct Review<'a> {
    reviewer: Reviewer<'a>,
    held: &'a Held,
    bench: OnceCell<Bench<'a>>,
}

impl<'a> Reviewer<'a> {
    pub(super) fn begin(self, held: &'a Held) -> Review<'a> {
        Review {
            reviewer: self,
            held,
            bench: OnceCell::new(),
        }
    }
}

impl<'a> Review<'a> {
    fn bench(&self, world: &World) -> &Bench<'a> {
        let Reviewer { rulebook, privacy } = self.reviewer;
        self.bench.get_or_init(|| {
            let filed = || (Arc::clone(&world.book.portfolio), world.profiles.clone());
            let (portfolio, profiles) = self.held.0.get_or_init(filed);
            Bench::beside(portfolio, profiles, world.now, rulebook, privacy)
        })
    }

    /// Keeps what the dossier of a row says otherwise than it is filed, which its order does not take.
    pub(super) fn ignored(&self, world: &World, order: &Order, wish: &Wish, decided: &mut Decided) {
        let Some(dossier) = &wish.ask.dossier else {
            return;
        };
        for finding in self.bench(world).ignored(world, dossier, order) {
            decided.cautions.push(wish.warns(differs(&finding)));
            decided.findings.push(finding);
        }
    }

    /// Judges the order of a row that is sent, and keeps what was found.
    ///
    /// # Errors
    /// 5 where there are errors that `given` does not accept.
    pub(super) fn row(
        &self,
        world: &World,
        order: &Order,
        wish: &Wish,
        given: &Given,
        decided: &mut Decided,
    ) -> Result<(), Failure> {
        let bench = self.bench(world);
        let look = |material: &Material| {
            let of_row = |file: &&super::Attached| file.material.hash == material.hash;
            wish.attached
                .iter()
                .find(of_row)
                .map_or_else(look::nothing, |file| look::at_file(&file.path))
        };
        let judgement = bench.order(world, order, &look);
        let accept = wish.header.name("accept");
        let weighed = weigh(&judgement, order, &given.accepted, Way::Row(accept));
        let found = judgement.findings.into_iter();
        decided
            .findings
            .extend(found.filter(|f| f.severity > Severity::Info));
        decided.cautions.extend(weighed?);
        Ok(())
    }
}
