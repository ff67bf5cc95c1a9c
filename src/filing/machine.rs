//! The state machine: the one place that decides what a status leads to.
//!
//! [`command`] answers what the operator may do, [`report`] what the outside may say. Both are
//! pure; a test holds every step against the table in `tests/data/machine.toml`.

use super::event::{Command, Event, Report};
use super::kind::{Kind, VerifyBy, Via};
use super::profile::Profile;
use super::refusal::Refusal;
use super::status::Status;

/// What the machine has to know of an order.
#[derive(Clone, Copy, Debug)]
pub struct Case<'a> {
    /// What it applies for.
    pub kind: Kind,
    /// Through whom.
    pub via: Via,
    /// How a cancellation is verified.
    pub verify_by: Option<VerifyBy>,
    /// The provider's ways.
    pub profile: &'a Profile,
}

/// Where a report leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arrival {
    /// To this status.
    At(Status),
    /// To the bureau's review once everybody has answered the SMS, until then to the SMS.
    Verified,
}

/// The way a cancellation of a service or subject takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Path {
    Written,
    Papers,
    Email,
    Sms,
}

impl Case<'_> {
    const fn path(&self) -> Path {
        match (self.via, self.verify_by) {
            (Via::Written, _) => Path::Written,
            (Via::Provider, Some(VerifyBy::Papers)) => Path::Papers,
            (Via::Provider, Some(VerifyBy::Email)) => Path::Email,
            (Via::Provider, Some(VerifyBy::Sms) | None) => Path::Sms,
        }
    }

    /// Whether somebody must answer an SMS on the way.
    pub const fn has_sms(&self) -> bool {
        match self.kind {
            Kind::New | Kind::Access | Kind::Change => true,
            Kind::CancelSite | Kind::CancelSubject => match self.path() {
                Path::Sms => true,
                Path::Email | Path::Papers | Path::Written => false,
            },
            Kind::CancelAccess => false,
        }
    }

    /// Refuses a report of an SMS where there is none, by the rule that says so, if one does.
    const fn no_sms(&self, report: Report) -> Refusal {
        let rule = match self.kind {
            Kind::New | Kind::Access | Kind::Change => None,
            Kind::CancelSite | Kind::CancelSubject => match self.path() {
                Path::Email => Some("SMS-08"),
                Path::Written => Some("CAN-04"),
                Path::Papers | Path::Sms => None,
            },
            Kind::CancelAccess => Some("SMS-07"),
        };
        Refusal::NoSms { report, rule }
    }

    /// Returns where the first submission leads.
    const fn first(&self) -> Status {
        match self.kind {
            Kind::New | Kind::Access | Kind::Change => Status::ProviderReview,
            Kind::CancelSite | Kind::CancelSubject => match self.path() {
                Path::Written => Status::AwaitingBureauReview,
                Path::Papers => Status::ProviderReview,
                Path::Email | Path::Sms if self.profile.cancel_stage => Status::ProviderReview,
                Path::Email => Status::AwaitingBureauReview,
                Path::Sms => Status::SmsVerificationPending,
            },
            Kind::CancelAccess => {
                if self.profile.cancel_stage {
                    Status::ProviderReview
                } else {
                    Status::AwaitingBureauReview
                }
            }
        }
    }

    /// Returns where the order goes once the provider has handed it on.
    const fn forwarded(&self) -> Status {
        if self.has_sms() {
            Status::SmsVerificationPending
        } else {
            Status::AwaitingBureauReview
        }
    }

    /// Lists the statuses that an order passes when all goes well, from its draft to its approval.
    pub fn way(&self) -> Vec<Status> {
        let mut way = vec![Status::Draft, self.first()];
        if self.first() == Status::ProviderReview {
            way.extend([Status::AwaitingBureauSubmission, self.forwarded()]);
        }
        if self.has_sms() {
            way.push(Status::AwaitingBureauReview);
        }
        way.push(Status::Approved);
        way
    }

    /// Returns what an unanswered SMS does: a filing order comes back, a cancellation is void.
    pub const fn expired(&self) -> Status {
        if self.kind.is_cancellation() {
            Status::Lapsed
        } else {
            Status::SmsVerificationExpired
        }
    }
}

/// Decides what the operator's command does to an order in `status`.
///
/// `edited` says whether its data were changed since it was last submitted.
///
/// # Errors
/// The reason why the status does not allow it.
pub fn command(
    case: &Case<'_>,
    status: Status,
    command: Command,
    edited: bool,
) -> Result<Status, Refusal> {
    let cancels = case.kind.is_cancellation();
    let refused = || refusal(case, status, command);
    match command {
        Command::Submit => match status {
            Status::Draft => Ok(case.first()),
            Status::SmsVerificationExpired if edited => Ok(Status::ProviderReview),
            Status::SmsVerificationExpired => Ok(case.profile.resubmit_expired),
            Status::ProviderRejected | Status::BureauRejected if cancels => Ok(case.first()),
            Status::ProviderRejected | Status::BureauRejected => Ok(Status::ProviderReview),
            Status::ProviderReview
            | Status::AwaitingBureauSubmission
            | Status::SmsVerificationPending
            | Status::AwaitingBureauReview
            | Status::Approved
            | Status::Abandoned
            | Status::Lapsed
            | Status::Purged => Err(refused()),
        },
        Command::Withdraw => match status {
            Status::ProviderReview | Status::AwaitingBureauSubmission
                if !cancels && case.profile.withdraw_from.contains(&status) =>
            {
                Ok(Status::Draft)
            }
            Status::ProviderReview
            | Status::AwaitingBureauSubmission
            | Status::Draft
            | Status::ProviderRejected
            | Status::SmsVerificationPending
            | Status::SmsVerificationExpired
            | Status::AwaitingBureauReview
            | Status::BureauRejected
            | Status::Approved
            | Status::Abandoned
            | Status::Lapsed
            | Status::Purged => Err(refused()),
        },
        Command::Abandon => match status {
            Status::Draft
            | Status::ProviderRejected
            | Status::BureauRejected
            | Status::SmsVerificationExpired => Ok(Status::Abandoned),
            Status::ProviderReview if cancels => Ok(Status::Abandoned),
            Status::AwaitingBureauSubmission if cancels || case.profile.abandon_queued => {
                Ok(Status::Abandoned)
            }
            Status::ProviderReview
            | Status::AwaitingBureauSubmission
            | Status::SmsVerificationPending
            | Status::AwaitingBureauReview
            | Status::Approved
            | Status::Abandoned
            | Status::Lapsed
            | Status::Purged => Err(refused()),
        },
        Command::Edit => {
            if status.is_editable() {
                Ok(status)
            } else {
                Err(refused())
            }
        }
    }
}

/// Says why `command` is not allowed in `status`.
fn refusal(case: &Case<'_>, status: Status, command: Command) -> Refusal {
    let cancels = case.kind.is_cancellation();
    match status {
        Status::Approved | Status::Abandoned | Status::Lapsed | Status::Purged => {
            Refusal::Ended { status }
        }
        Status::SmsVerificationPending | Status::AwaitingBureauReview
            if cancels && matches!(command, Command::Withdraw | Command::Abandon) =>
        {
            Refusal::CancellationSent {
                status,
                lapses: status == Status::SmsVerificationPending,
            }
        }
        Status::SmsVerificationPending | Status::AwaitingBureauReview => Refusal::AtBureau {
            status,
            command,
            comes_back: !cancels,
        },
        Status::ProviderReview | Status::AwaitingBureauSubmission
            if cancels && command == Command::Withdraw =>
        {
            Refusal::CancellationNotWithdrawn { status }
        }
        Status::ProviderReview | Status::AwaitingBureauSubmission => match command {
            Command::Withdraw | Command::Abandon => Refusal::Profile {
                status,
                command,
                provider: case.profile.title.clone(),
            },
            Command::Submit | Command::Edit => Refusal::NotNow {
                status,
                event: Event::Command(command),
            },
        },
        Status::Draft
        | Status::ProviderRejected
        | Status::SmsVerificationExpired
        | Status::BureauRejected => Refusal::NotNow {
            status,
            event: Event::Command(command),
        },
    }
}

/// Decides what the outside's report does to an order in `status`.
///
/// # Errors
/// The reason why it does not fit: recorded by hand it is refused, brought by a driver it is kept
/// as an anomaly.
pub fn report(case: &Case<'_>, status: Status, report: Report) -> Result<Arrival, Refusal> {
    let misfit = || {
        Err(match status {
            Status::Draft => Refusal::NotSubmitted { report },
            Status::Approved | Status::Abandoned | Status::Lapsed | Status::Purged => {
                Refusal::Ended { status }
            }
            Status::ProviderReview
            | Status::ProviderRejected
            | Status::AwaitingBureauSubmission
            | Status::SmsVerificationPending
            | Status::SmsVerificationExpired
            | Status::AwaitingBureauReview
            | Status::BureauRejected => Refusal::NotNow {
                status,
                event: Event::Report(report),
            },
        })
    };
    let at = |status| Ok(Arrival::At(status));
    match status {
        Status::Draft => match report {
            Report::FaceVerified => at(Status::Draft),
            Report::Accepted
            | Report::Rejected
            | Report::Forwarded
            | Report::SmsSent
            | Report::SmsVerified
            | Report::SmsExpired
            | Report::BureauApproved
            | Report::BureauRejected
            | Report::Purged => misfit(),
        },
        Status::ProviderReview | Status::AwaitingBureauSubmission => match report {
            Report::FaceVerified if status == Status::ProviderReview => at(status),
            Report::Accepted if status == Status::ProviderReview => {
                at(Status::AwaitingBureauSubmission)
            }
            Report::Rejected => at(Status::ProviderRejected),
            Report::Forwarded => at(case.forwarded()),
            Report::SmsSent if case.has_sms() => at(case.forwarded()),
            Report::SmsVerified if case.has_sms() => Ok(Arrival::Verified),
            Report::SmsSent | Report::SmsVerified => Err(case.no_sms(report)),
            Report::BureauApproved => at(Status::Approved),
            Report::BureauRejected => at(Status::BureauRejected),
            Report::Purged => at(Status::Purged),
            Report::FaceVerified | Report::Accepted | Report::SmsExpired => misfit(),
        },
        Status::SmsVerificationPending => match report {
            Report::SmsSent => at(status),
            Report::SmsVerified => Ok(Arrival::Verified),
            Report::SmsExpired => at(case.expired()),
            Report::BureauApproved => at(Status::Approved),
            Report::BureauRejected => at(Status::BureauRejected),
            Report::FaceVerified
            | Report::Accepted
            | Report::Rejected
            | Report::Forwarded
            | Report::Purged => misfit(),
        },
        Status::SmsVerificationExpired => match report {
            Report::Forwarded | Report::SmsSent => at(Status::SmsVerificationPending),
            Report::Rejected => at(Status::ProviderRejected),
            Report::Purged => at(Status::Purged),
            Report::FaceVerified
            | Report::Accepted
            | Report::SmsVerified
            | Report::SmsExpired
            | Report::BureauApproved
            | Report::BureauRejected => misfit(),
        },
        Status::AwaitingBureauReview => match report {
            Report::BureauApproved => at(Status::Approved),
            Report::BureauRejected => at(Status::BureauRejected),
            Report::SmsSent | Report::SmsVerified | Report::SmsExpired if !case.has_sms() => {
                Err(case.no_sms(report))
            }
            Report::FaceVerified
            | Report::Accepted
            | Report::Rejected
            | Report::Forwarded
            | Report::SmsSent
            | Report::SmsVerified
            | Report::SmsExpired
            | Report::Purged => misfit(),
        },
        Status::ProviderRejected | Status::BureauRejected => match report {
            Report::Purged => at(Status::Purged),
            Report::FaceVerified
            | Report::Accepted
            | Report::Rejected
            | Report::Forwarded
            | Report::SmsSent
            | Report::SmsVerified
            | Report::SmsExpired
            | Report::BureauApproved
            | Report::BureauRejected => misfit(),
        },
        Status::Approved | Status::Abandoned | Status::Lapsed | Status::Purged => misfit(),
    }
}

/// Lists what the status allows: commands first, then reports.
pub fn allowed(case: &Case<'_>, status: Status) -> Vec<Event> {
    let commands = Command::ALL
        .iter()
        .filter(|c| command(case, status, **c, false).is_ok())
        .map(|c| Event::Command(*c));
    let reports = Report::ALL
        .iter()
        .filter(|r| report(case, status, **r).is_ok())
        .map(|r| Event::Report(*r));
    commands.chain(reports).collect()
}
