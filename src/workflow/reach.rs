//! How much of the store a step of an order must see.

use super::world::World;
use crate::filing::event::{Command, Report};
use crate::filing::kind::Kind;
use crate::filing::order::Order;

/// How much of the store a step of an order rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reach {
    /// The order itself, and what was written down about its subject.
    Itself,
    /// The orders beside it too: those of its subject, account or domains.
    Neighbours,
    /// Everything: it issues a number that nothing else may have.
    Store,
}

/// Returns how much of the store taking a report rests on.
pub fn of_report(world: &World, order: &Order, report: Report) -> Reach {
    let view = world.view(order);
    let window = view.standing.window.is_some();
    match report {
        Report::BureauApproved if order.kind == Kind::New => Reach::Store,
        Report::BureauApproved => Reach::Neighbours,
        // It may open the window, in which the persons filed must answer.
        Report::Accepted | Report::Forwarded | Report::SmsSent | Report::SmsVerified
            if !window && !order.is_first_filing() =>
        {
            Reach::Neighbours
        }
        // It may come alive beside another one, or open another window.
        Report::FaceVerified
        | Report::Accepted
        | Report::Rejected
        | Report::Forwarded
        | Report::SmsSent
        | Report::SmsVerified
        | Report::SmsExpired
        | Report::BureauRejected
        | Report::Purged => {
            if view.is_presumed() || !view.status().is_live() {
                Reach::Neighbours
            } else {
                Reach::Itself
            }
        }
    }
}

/// Returns how much of the store a command of the operator rests on.
pub const fn of_command(command: Command) -> Reach {
    match command {
        Command::Submit => Reach::Neighbours,
        Command::Withdraw | Command::Abandon | Command::Edit => Reach::Itself,
    }
}
