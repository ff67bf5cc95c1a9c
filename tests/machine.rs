//! The state machine: every step it decides, whole, and against a table written apart from the code.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a test that cannot go on must fail, and its numbers are to be seen"
)]

use icpctl::filing::event::{Command, Report};
use icpctl::filing::kind::{Kind, VerifyBy, Via};
use icpctl::filing::machine::{self, Arrival, Case};
use icpctl::filing::profile::{Profile, Profiles};
use icpctl::filing::status::Status;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use toml::{Table, Value};

/// The table.
const TABLE: &str = include_str!("data/machine.toml");
/// Every step of the code, as it was last agreed to.
const TRANSITIONS: &str = include_str!("data/transitions.txt");
/// Set to `1`, this writes the file anew instead of comparing.
const BLESS: &str = "ICPCTL_BLESS";

/// The way an order takes: its kind, through whom, and how it is verified.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Path {
    kind: Kind,
    via: Via,
    verify_by: Option<VerifyBy>,
}

impl Path {
    fn all() -> Vec<Self> {
        let mut paths = Vec::new();
        for kind in Kind::ALL.iter().copied() {
            let mut add = |via, verify_by| {
                paths.push(Self {
                    kind,
                    via,
                    verify_by,
                });
            };
            match kind {
                Kind::New | Kind::Access | Kind::Change | Kind::CancelAccess => {
                    add(Via::Provider, None);
                }
                Kind::CancelSite | Kind::CancelSubject => {
                    add(Via::Provider, None);
                    for verify_by in VerifyBy::ALL {
                        add(Via::Provider, Some(*verify_by));
                    }
                    add(Via::Written, None);
                }
            }
        }
        paths
    }

    fn name(self) -> String {
        match (self.via, self.verify_by) {
            (Via::Written, _) => format!("{} written", self.kind),
            (Via::Provider, None) => self.kind.to_string(),
            (Via::Provider, Some(verify_by)) => format!("{} by {verify_by}", self.kind),
        }
    }

    fn case(self, profile: &Profile) -> Case<'_> {
        Case {
            kind: self.kind,
            via: self.via,
            verify_by: self.verify_by,
            profile,
        }
    }
}

/// What happens: a command with the data edited or not, or a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Happening {
    Command(Command, bool),
    Report(Report),
}

impl Happening {
    fn all() -> Vec<Self> {
        let commands = Command::ALL.iter().flat_map(|command| {
            let edited: &[bool] = match command {
                Command::Submit => &[false, true],
                Command::Withdraw | Command::Abandon | Command::Edit => &[false],
            };
            edited.iter().map(|edited| Self::Command(*command, *edited))
        });
        let reports = Report::ALL.iter().copied().map(Self::Report);
        commands.chain(reports).collect()
    }

    fn name(self) -> String {
        match self {
            Self::Command(command, true) => format!("{command} edited"),
            Self::Command(command, false) => command.to_string(),
            Self::Report(report) => report.to_string(),
        }
    }

    /// Asks the code.
    fn ask(self, case: &Case<'_>, status: Status) -> Result<Arrival, &'static str> {
        match self {
            Self::Command(command, edited) => {
                machine::command(case, status, command, edited).map(Arrival::At)
            }
            Self::Report(report) => machine::report(case, status, report),
        }
        .map_err(|refusal| refusal.code())
    }
}

fn outcome(answer: Result<Arrival, &'static str>) -> String {
    match answer {
        Ok(Arrival::At(status)) => status.to_string(),
        Ok(Arrival::Verified) => "verified".to_owned(),
        Err(code) => code.to_owned(),
    }
}

/// The profiles that a path can be judged by: a written application has none of the providers'.
fn judges(path: Path, profiles: &Profiles) -> Vec<(String, &Profile)> {
    match path.via {
        Via::Written => vec![("paper".to_owned(), profiles.for_order(None))],
        Via::Provider => profiles
            .names()
            .map(|name| (name.to_owned(), profiles.of(name)))
            .collect(),
    }
}

/// Prints every step of one path, profiles that agree on one line.
fn steps(path: Path, profiles: &Profiles) -> String {
    let judges = judges(path, profiles);
    let mut text = String::new();
    for status in Status::ALL.iter().copied() {
        for happening in Happening::all() {
            let mut by_outcome: BTreeMap<String, Vec<&str>> = BTreeMap::new();
            for (name, profile) in &judges {
                let answer = happening.ask(&path.case(profile), status);
                by_outcome.entry(outcome(answer)).or_default().push(name);
            }
            let alone = by_outcome.len() == 1;
            for (outcome, names) in by_outcome {
                let (event, names) = (happening.name(), names.join(" "));
                let names = if alone {
                    String::new()
                } else {
                    format!("  [{names}]")
                };
                writeln!(text, "{status:<26} {event:<15} {outcome}{names}").unwrap();
            }
        }
    }
    text
}

/// Prints the whole table, paths that agree in one section.
fn table(profiles: &Profiles) -> String {
    let mut sections: Vec<(Vec<String>, String)> = Vec::new();
    for path in Path::all() {
        let steps = steps(path, profiles);
        match sections.iter_mut().find(|(_, there)| *there == steps) {
            Some((names, _)) => names.push(path.name()),
            None => sections.push((vec![path.name()], steps)),
        }
    }
    let mut text = String::from(
        "# Status, event and what comes of it: the next status, `verified` (the bureau's review once all\n\
         # have answered), or why it is refused. Profiles stand in brackets where they differ.\n",
    );
    for (names, steps) in sections {
        writeln!(text, "\n== {} ==\n{steps}", names.join(", ")).unwrap();
    }
    text
}

#[test]
#[allow(
    clippy::disallowed_methods,
    reason = "a switch for whoever runs the tests, not for the program"
)]
fn every_step_is_the_agreed_one() {
    let now = table(&Profiles::built_in());
    if std::env::var_os(BLESS).is_some_and(|value| value == "1") {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/transitions.txt");
        std::fs::write(path, &now).unwrap();
        return;
    }
    let agreed: BTreeSet<(usize, &str)> = TRANSITIONS.lines().enumerate().collect();
    let differing: Vec<String> = now
        .lines()
        .enumerate()
        .filter(|line| !agreed.contains(line))
        .take(20)
        .map(|(number, line)| format!("{}: {line}", number + 1))
        .collect();
    assert!(
        now == TRANSITIONS,
        "the machine's steps are not those of tests/data/transitions.txt; first differing lines now:\n{}\n\
         If that is meant, write the file anew: {BLESS}=1 cargo test every_step_is_the_agreed_one",
        differing.join("\n")
    );
}

/// The table, read here without any of the code's decisions.
struct Written {
    table: Table,
}

/// What the table says of one step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Expected {
    At(Status),
    Verified,
}

fn status(name: &str) -> Status {
    Status::from_name(name).unwrap_or_else(|| panic!("machine.toml names no status: `{name}`"))
}

fn text<'a>(table: &'a Table, key: &str) -> &'a str {
    table.get(key).and_then(Value::as_str).unwrap_or_default()
}

impl Written {
    fn read() -> Self {
        Self {
            table: TABLE.parse().unwrap(),
        }
    }

    fn profile(&self, name: &str) -> &Table {
        self.table["profiles"][name].as_table().unwrap()
    }

    /// Looks up `[first]` or `[forwarded]`.
    fn leads(&self, section: &str, path: Path, cells: &Table) -> Status {
        let rows = self.table[section].as_table().unwrap();
        let (_, row) = rows
            .iter()
            .find(|(kinds, _)| kinds.split(' ').any(|kind| kind == path.kind.name()))
            .unwrap_or_else(|| panic!("[{section}] has no row for {}", path.kind));
        let Value::Array(choices) = row else {
            return status(row.as_str().unwrap());
        };
        let by = |verify_by| path.via == Via::Provider && path.verify_by == Some(verify_by);
        let choice = choices
            .iter()
            .map(|choice| choice.as_table().unwrap())
            .find(|choice| match choice.get("if").and_then(Value::as_str) {
                None => choice["else"].as_bool().unwrap(),
                Some("written") => path.via == Via::Written,
                Some("papers") => by(VerifyBy::Papers),
                Some("email") => by(VerifyBy::Email),
                Some("papers or email") => by(VerifyBy::Papers) || by(VerifyBy::Email),
                Some("cancel_stage") => cells["cancel_stage"].as_bool().unwrap(),
                Some(other) => panic!("machine.toml has a new condition: `{other}`"),
            });
        status(text(choice.unwrap(), "to"))
    }

    fn has_sms(&self, path: Path, cells: &Table) -> bool {
        self.leads("forwarded", path, cells) == Status::SmsVerificationPending
    }

    /// Says what the table makes of an event in a stored status; none where no row fits.
    fn expects(
        &self,
        path: Path,
        cells: &Table,
        from: Status,
        happening: Happening,
    ) -> Option<Expected> {
        let (event, edited) = match happening {
            Happening::Command(command, edited) => (command.name(), edited),
            Happening::Report(report) => (report.name(), false),
        };
        let found: BTreeMap<String, Expected> = self.table["step"]
            .as_array()
            .unwrap()
            .iter()
            .map(|step| step.as_table().unwrap())
            .filter(|step| {
                let (froms, events) = (text(step, "from"), text(step, "event"));
                !events.starts_with("clock")
                    && froms
                        .replace(" (presumed)", "(presumed)")
                        .split(' ')
                        .any(|f| f == from.name())
                    && events.split(" or ").any(|e| e == event)
                    && self.holds(step, path, cells, from)
            })
            .map(|step| {
                (
                    format!("{step:?}"),
                    self.leads_to(step, path, cells, from, event, edited),
                )
            })
            .filter_map(|(row, to)| Some((row, to?)))
            .collect();
        assert!(
            found.len() <= 1,
            "{from} {event}: several rows fit: {found:?}"
        );
        found.into_values().next()
    }

    /// Whether a step's `kinds` and `if` fit.
    fn holds(&self, step: &Table, path: Path, cells: &Table, from: Status) -> bool {
        let kinds = match text(step, "kinds") {
            "" => true,
            "F" => !path.kind.is_cancellation(),
            "C" => path.kind.is_cancellation(),
            other => panic!("machine.toml has new kinds: `{other}`"),
        };
        let condition = match text(step, "if") {
            // Guards decide this before the machine is asked.
            "" | "not blocked, no live order, preconditions hold" => true,
            "profile.withdraw_from" => cells["withdraw_from"]
                .as_array()
                .unwrap()
                .iter()
                .any(|s| s.as_str() == Some(from.name())),
            "profile.abandon_queued or kinds C" => {
                cells["abandon_queued"].as_bool().unwrap() || path.kind.is_cancellation()
            }
            "an order with an SMS" => self.has_sms(path, cells),
            other => panic!("machine.toml has a new condition: `{other}`"),
        };
        kinds && condition
    }

    fn leads_to(
        &self,
        step: &Table,
        path: Path,
        cells: &Table,
        from: Status,
        event: &str,
        edited: bool,
    ) -> Option<Expected> {
        Some(match text(step, "to") {
            "first" => Expected::At(self.leads("first", path, cells)),
            "forwarded" => Expected::At(self.leads("forwarded", path, cells)),
            "the same" => Expected::At(from),
            "profile.resubmit_expired if unedited, else provider-review" if edited => {
                Expected::At(Status::ProviderReview)
            }
            "profile.resubmit_expired if unedited, else provider-review" => {
                Expected::At(status(text(cells, "resubmit_expired")))
            }
            "awaiting-bureau-review when all have answered, else sms-verification-pending" => {
                Expected::Verified
            }
            // Its comment: kinds with an SMS only.
            "as from sms-verification-pending" if !self.has_sms(path, cells) => return None,
            "as from sms-verification-pending" => Expected::Verified,
            "approved or bureau-rejected" if event == "bureau-approved" => {
                Expected::At(Status::Approved)
            }
            "approved or bureau-rejected" => Expected::At(Status::BureauRejected),
            plain => Expected::At(status(plain)),
        })
    }

    /// Returns the statuses that an order of this path can ever be stored in, by the table alone.
    fn reachable(&self, path: Path, cells: &Table) -> BTreeSet<Status> {
        let mut found = BTreeSet::from([Status::Draft]);
        loop {
            let next: BTreeSet<Status> = found
                .iter()
                .flat_map(|from| Happening::all().into_iter().map(move |h| (*from, h)))
                .filter_map(|(from, happening)| self.expects(path, cells, from, happening))
                .flat_map(|expected| match expected {
                    Expected::At(status) => vec![status],
                    Expected::Verified => {
                        vec![Status::AwaitingBureauReview, Status::SmsVerificationPending]
                    }
                })
                .collect();
            let before = found.len();
            found.extend(next);
            if found.len() == before {
                return found;
            }
        }
    }
}

/// What the table's cells are for an order without a provider: nothing is queued anywhere.
fn paper() -> Table {
    "cancel_stage = false\nwithdraw_from = []\nabandon_queued = false\nresubmit_expired = \"provider-review\""
        .parse()
        .unwrap()
}

#[test]
fn the_machine_is_the_table() {
    let table = Written::read();
    let profiles = Profiles::built_in();
    let paper = paper();
    let (mut compared, mut taken) = (0, 0);
    for path in Path::all() {
        for (name, profile) in judges(path, &profiles) {
            let cells = match path.via {
                Via::Written => &paper,
                Via::Provider => table.profile(&name),
            };
            let reachable = table.reachable(path, cells);
            for from in Status::ALL.iter().copied() {
                // `[forwarded]` does not mention written applications: they never stand before it.
                if path.via == Via::Written && !reachable.contains(&from) {
                    continue;
                }
                for happening in Happening::all() {
                    let expected = table.expects(path, cells, from, happening);
                    let answer = happening.ask(&path.case(profile), from);
                    let decided = match answer {
                        Ok(Arrival::At(status)) => Some(Expected::At(status)),
                        Ok(Arrival::Verified) => Some(Expected::Verified),
                        Err(_) => None,
                    };
                    compared += 1;
                    taken += usize::from(expected.is_some());
                    assert_eq!(
                        decided,
                        expected,
                        "{} at {name}: {} in {from}: the code says {}",
                        path.name(),
                        happening.name(),
                        outcome(answer)
                    );
                }
            }
        }
    }
    println!("compared {compared} steps with the table, {taken} of them taken");
    assert!(compared >= 10_500 && taken >= 2_700, "{compared} {taken}");
}

#[test]
fn a_written_application_meets_the_bureau_alone() {
    let table = Written::read();
    for kind in [Kind::CancelSite, Kind::CancelSubject] {
        let path = Path {
            kind,
            via: Via::Written,
            verify_by: None,
        };
        assert_eq!(
            table.reachable(path, &paper()),
            BTreeSet::from([
                Status::Draft,
                Status::AwaitingBureauReview,
                Status::BureauRejected,
                Status::Approved,
                Status::Abandoned,
                Status::Purged,
            ])
        );
    }
}

#[test]
fn the_profiles_are_those_of_the_table() {
    let table = Written::read();
    let mut shipped: Table = include_str!("../src/data/providers.toml").parse().unwrap();
    let Some(Value::Table(written)) = shipped.remove("written") else {
        panic!("nothing stands for a provider in a written application");
    };
    for (cell, value) in paper() {
        assert_eq!(written.get(&cell), Some(&value), "{cell}");
    }
    let of_table = table.table["profiles"].as_table().unwrap();
    let names = |table: &Table| table.keys().cloned().collect::<BTreeSet<_>>();
    assert_eq!(names(of_table), names(&shipped));
    for (name, cells) in of_table {
        for (cell, value) in cells.as_table().unwrap() {
            assert_eq!(shipped[name].get(cell), Some(value), "{name}.{cell}");
        }
        let cells = cells.as_table().unwrap().keys();
        let known: BTreeSet<&str> = cells.map(String::as_str).collect();
        for cell in shipped[name].as_table().unwrap().keys() {
            let ours = ["title", "aliases", "source", "statuses", "kinds"];
            let is_ours = ours.contains(&cell.as_str());
            assert!(
                is_ours || known.contains(cell.as_str()),
                "{name}.{cell} is not the table's"
            );
        }
    }
}

#[test]
fn allowed_lists_exactly_what_is_taken() {
    let profiles = Profiles::built_in();
    for path in Path::all() {
        for (_, profile) in judges(path, &profiles) {
            let case = path.case(profile);
            for from in Status::ALL.iter().copied() {
                let allowed: BTreeSet<&str> = machine::allowed(&case, from)
                    .into_iter()
                    .map(icpctl::filing::event::Event::name)
                    .collect();
                let taken: BTreeSet<&str> = Happening::all()
                    .into_iter()
                    .filter(|happening| happening.ask(&case, from).is_ok())
                    .map(|happening| match happening {
                        Happening::Command(command, _) => command.name(),
                        Happening::Report(report) => report.name(),
                    })
                    .collect();
                assert_eq!(allowed, taken, "{} {from}", path.name());
            }
        }
    }
}
