//! Asking, on a terminal, for what a draft still lacks.

use super::question::{stopped, unasked};
use crate::cli::context::Context;
use crate::cli::signals::Signals;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::filing::kind::Kind;
use crate::intake::{Dossier, DossierService, DossierSubject, Source, read_dossier};
use crate::knowledge;
use crate::lang::Text;
use crate::store::near::Wanted;
use crate::text;
use crate::workflow::aim::providers_to_choose;
use crate::workflow::assign::{Assign, invalid};
use crate::workflow::draft::Ask;
use dialoguer::{Input, Select};
use toml::{Table, Value};

/// Asks for what is missing: the target, the data of a new filing, the change, the provider.
///
/// # Errors
/// When a question cannot be asked, or the answers do not validate (3).
pub fn complete(cx: &mut Context<'_>, ask: &mut Ask) -> Result<(), Failure> {
    let _signals = Signals::listen()?;
    let bare = ask.dossier.is_none();
    if ask.kind == Kind::New && bare {
        ask.dossier = Some(new_filing(cx)?);
    } else if bare && ask.targets.is_empty() {
        let target = line(cx, &text!("备案号或域名", "Filing number or domain"), false)?;
        ask.targets.extend(target);
    }
    if ask.kind == Kind::Change && bare && ask.assigns.is_empty() {
        let field = line(
            cx,
            &text!("要变更的字段（如 name）", "Field to change (such as name)"),
            false,
        )?;
        let value = line(cx, &text!("新的值", "New value"), false)?;
        if let (Some(field), Some(value)) = (field, value) {
            ask.assigns.push(Assign::Set(field, value));
        }
    }
    let mut wanted = Wanted::default();
    ask.want(&mut wanted);
    let world = match cx.world_near(&wanted)? {
        Some(world) => world,
        None => cx.world()?,
    };
    let names = providers_to_choose(ask, &world);
    if !names.is_empty() {
        let prompt = text!("通过哪个接入商办理？", "Through which provider?");
        let chosen = Select::new()
            .with_prompt(prompt.get(cx.lang))
            .items(&names)
            .default(0)
            .interact()
            .map_err(unanswered)?;
        ask.provider = names.get(chosen).cloned();
    }
    Ok(())
}

/// The fields that a person is asked for, one after another, in a new filing.
const ASKED: [&str; 13] = [
    "subject.name",
    "subject.nature",
    "subject.province",
    "subject.certificate_type",
    "subject.certificate_number",
    "subject.legal_representative",
    "subject.responsible.name",
    "subject.responsible.phone",
    "services.kind",
    "services.name",
    "services.domains",
    "services.responsible.name",
    "services.responsible.phone",
];

fn new_filing(cx: &Context<'_>) -> Result<Dossier, Failure> {
    let number = line(
        cx,
        &text!(
            "主体备案号（首次备案直接回车）",
            "Subject number (leave empty for a first filing)"
        ),
        true,
    )?;
    let mut subject = Table::new();
    let mut service = Table::new();
    for path in ASKED {
        if number.is_some() && path.starts_with("subject.") {
            continue;
        }
        let Some(field) = knowledge::field(path) else {
            continue;
        };
        let Some(answer) = line(cx, &field.label, true)? else {
            continue;
        };
        let (table, rest) = match path.split_once('.') {
            Some(("subject", rest)) => (&mut subject, rest),
            Some((_, rest)) => (&mut service, rest),
            None => continue,
        };
        let value = if path == "services.domains" {
            Value::Array(
                answer
                    .split([',', ';', ' '])
                    .map(str::trim)
                    .filter(|d| !d.is_empty())
                    .map(Value::from)
                    .collect(),
            )
        } else {
            answer.into()
        };
        let mut tree = Value::Table(std::mem::take(table));
        crate::filing::tree::put(&mut tree, rest, Some(value));
        if let Value::Table(filled) = tree {
            *table = filled;
        }
    }
    let mut top = Table::new();
    match number {
        Some(number) => top.insert("subject".to_owned(), number.into()),
        None => top.insert("subject".to_owned(), Value::Table(subject)),
    };
    top.insert(
        "services".to_owned(),
        Value::Array(vec![Value::Table(service)]),
    );
    let text = toml::to_string(&top).unwrap_or_default();
    let source = Source {
        name: "--",
        bytes: text.as_bytes(),
    };
    let dossier =
        read_dossier(&source, cx.now.day()).map_err(|problems| invalid("--", &problems))?;
    Ok(keep_named(dossier))
}

/// Leaves out a service or subject that no question was answered for.
fn keep_named(mut dossier: Dossier) -> Dossier {
    dossier
        .services
        .retain(|service| *service != DossierService::default());
    if let Some(DossierSubject::Data {
        number: None,
        facts,
    }) = &dossier.subject
        && **facts == crate::filing::facts::SubjectFacts::default()
    {
        dossier.subject = None;
    }
    dossier
}

fn line(cx: &Context<'_>, prompt: &Text, may_be_empty: bool) -> Result<Option<String>, Failure> {
    let answer: String = Input::new()
        .with_prompt(prompt.get(cx.lang))
        .allow_empty(may_be_empty)
        .interact_text()
        .map_err(unanswered)?;
    let answer = answer.trim().to_owned();
    Ok((!answer.is_empty()).then_some(answer))
}

/// Turns a prompt that could not be answered into a failure: 130 where the answer was to stop.
fn unanswered(error: dialoguer::Error) -> Failure {
    let dialoguer::Error::IO(error) = error;
    // A question that hid the cursor was not there to show it again.
    let _ = dialoguer::console::Term::stderr().show_cursor();
    if error.kind() == std::io::ErrorKind::Interrupted {
        return stopped(Exit::Interrupted);
    }
    unasked(&error)
}
