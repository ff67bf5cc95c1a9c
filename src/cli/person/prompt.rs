//! Asking, on a terminal, for what a draft still lacks.

use super::dialog::{Choice, Question, choose, line};
use crate::cli::context::{Context, World};
use crate::failure::Failure;
use crate::filing::kind::Kind;
use crate::filing::number::{ServiceKind, SubjectNumber};
use crate::filing::obstacle::Obstacle;
use crate::filing::province::Province;
use crate::filing::tree;
use crate::intake::{Dossier, DossierService, DossierSubject, Problem, Source, read_dossier};
use crate::knowledge::{self, Field};
use crate::lang::{Lang, Text};
use crate::store::near::Wanted;
use crate::text;
use crate::workflow::aim::providers_to_choose;
use crate::workflow::assign::{Assign, invalid};
use crate::workflow::draft::Ask;
use chrono::NaiveDate;
use toml::{Table, Value};

/// Asks for what is missing: the target, the data of a new filing, the change, the provider.
///
/// # Errors
/// When a question cannot be asked (2), is declined (13) or stopped (130, 143), or a subject that is
/// not filed is named (5).
pub fn complete(cx: &mut Context<'_>, ask: &mut Ask) -> Result<(), Failure> {
    let is_bare = ask.dossier.is_none();
    if ask.kind == Kind::New && is_bare {
        ask.dossier = Some(new_filing(cx)?);
    } else if is_bare && ask.targets.is_empty() {
        let target = text!("备案号或域名", "Filing number or domain");
        ask.targets.extend(needed(cx, target)?);
    }
    if ask.kind == Kind::Change && is_bare && ask.assigns.is_empty() {
        let field = text!("要变更的字段（如 name）", "Field to change (such as name)");
        let field = needed(cx, field)?;
        let value = needed(cx, text!("新的值", "New value"))?;
        let pair = field.zip(value);
        ask.assigns
            .extend(pair.map(|(field, value)| Assign::Set(field, value)));
    }
    let mut wanted = Wanted::default();
    ask.want(&mut wanted);
    let world = world(cx, &wanted)?;
    let names = providers_to_choose(ask, &world);
    if !names.is_empty() {
        let question = Question {
            prompt: text!("通过哪个接入商办理？", "Through which provider?"),
            help: None,
        };
        let choices = names.into_iter().map(|name| Choice {
            shown: name.clone(),
            value: Some(name),
        });
        ask.provider = choose(cx, &question, choices.collect())?;
    }
    Ok(())
}

fn world(cx: &mut Context<'_>, wanted: &Wanted) -> Result<World, Failure> {
    match cx.world_near(wanted)? {
        Some(world) => Ok(world),
        None => cx.world(),
    }
}

/// Asks for a line that cannot be left empty.
fn needed(cx: &Context<'_>, prompt: Text) -> Result<Option<String>, Failure> {
    let check = |typed: &str| {
        typed
            .is_empty()
            .then(|| text!("不能为空", "it cannot be left empty"))
    };
    line(cx, &Question { prompt, help: None }, check)
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

fn new_filing(cx: &mut Context<'_>) -> Result<Dossier, Failure> {
    let mut answers = Answers::none(cx.now.day());
    let number = Question {
        prompt: text!("主体备案号", "Subject number"),
        help: Some(text!(
            "已备案的主体新增服务时填写；首次备案直接回车",
            "where a filed subject adds a service; leave it empty for a first filing"
        )),
    };
    let number = line(cx, &number, answers.checking("subject"))?;
    if let Some(number) = &number {
        is_filed(cx, number)?;
        answers.put("subject", number);
    }
    for path in ASKED {
        if number.is_some() && path.starts_with("subject.") {
            continue;
        }
        let Some(field) = knowledge::field(path) else {
            continue;
        };
        let path = path.replacen("services.", "services.0.", 1);
        let answer = match answers.choices(field, cx.lang) {
            Some(choices) => choose(cx, &asking(field, false), choices)?,
            None => line(cx, &asking(field, true), answers.checking(&path))?,
        };
        if let Some(answer) = answer {
            answers.put(&path, &answer);
        }
    }
    answers.into_dossier()
}

fn is_filed(cx: &mut Context<'_>, typed: &str) -> Result<(), Failure> {
    let Ok(parsed) = SubjectNumber::parse(typed) else {
        return Ok(());
    };
    let number = parsed.number;
    let world = world(cx, &Wanted::of([number.to_string()]))?;
    match world.book.portfolio.subject(&number) {
        Some(_) => Ok(()),
        None => Err(Obstacle::NotFiled {
            number: number.to_string(),
        }
        .into()),
    }
}

/// The question that asks for a field.
fn asking(field: &Field, is_typed: bool) -> Question {
    let help = &field.help;
    Question {
        prompt: field.label.clone(),
        help: Some(if is_typed {
            text!("{help}；回车跳过", "{help}; Enter leaves it open", help)
        } else {
            help.clone()
        }),
    }
}

/// What was answered of a new filing: a dossier with one service.
#[derive(Clone)]
struct Answers {
    tree: Value,
    today: NaiveDate,
}

impl Answers {
    fn none(today: NaiveDate) -> Self {
        let service = Value::Table(Table::new());
        let tree = Table::from_iter([("services".to_owned(), Value::Array(vec![service]))]);
        Self {
            tree: Value::Table(tree),
            today,
        }
    }

    fn put(&mut self, path: &str, answer: &str) {
        let value = if path.ends_with(".domains") {
            let parts = answer.split(|c: char| ",，;；、".contains(c) || c.is_whitespace());
            let names = parts.filter(|name| !name.is_empty());
            Value::Array(names.map(Value::from).collect())
        } else {
            answer.into()
        };
        tree::put(&mut self.tree, path, Some(value));
    }

    /// What is wrong with an answer beside those that were given.
    fn checking(&self, path: &str) -> impl Fn(&str) -> Option<Text> + Clone + Send + use<> {
        let (answers, path) = (self.clone(), path.to_owned());
        move |typed: &str| {
            if typed.is_empty() {
                return None;
            }
            let mut answers = answers.clone();
            answers.put(&path, typed);
            let problems = answers.read(read_dossier).err()?;
            let Problem { message, fix, .. } = problems.into_iter().next()?;
            Some(match fix {
                Some(fix) => text!("{message}；{fix}", "{message}; {fix}", message, fix),
                None => message,
            })
        }
    }

    fn read<T>(&self, read: impl FnOnce(&Source<'_>, NaiveDate) -> T) -> T {
        let text = toml::to_string(&self.tree).unwrap_or_default();
        let source = Source {
            name: "-",
            bytes: text.as_bytes(),
        };
        read(&source, self.today)
    }

    /// Lists what a field can be, where that is a list.
    fn choices(&self, field: &Field, lang: Lang) -> Option<Vec<Choice>> {
        let choice = |value: &str, label: &Text| {
            let shown = label.get(lang);
            Choice {
                value: Some(value.to_owned()),
                shown: match lang {
                    _ if shown == value => shown.to_owned(),
                    Lang::Zh => format!("{shown}（{value}）"),
                    Lang::En => format!("{shown} ({value})"),
                },
            }
        };
        let open = Choice {
            value: None,
            shown: text!("（暂不填）", "(leave it open)").get(lang).to_owned(),
        };
        let mut choices = vec![open];
        match field.path.as_str() {
            "services.kind" => {
                let kinds = ServiceKind::ALL.iter();
                choices.extend(kinds.map(|kind| choice(kind.name(), &kind.label())));
            }
            "subject.province" => {
                let provinces = Province::all();
                choices.extend(provinces.map(|province| choice(province.code(), province.name())));
            }
            _ => {
                let list = knowledge::code_list(field.code_list.as_deref()?)?;
                let nature = tree::get(&self.tree, "subject.nature");
                let nature = nature.as_ref().and_then(Value::as_str);
                let fitting = list.fitting(nature);
                choices.extend(fitting.map(|entry| choice(&entry.value, &entry.label)));
            }
        }
        Some(choices)
    }

    /// Returns the dossier, without a service or subject that no question was answered for.
    ///
    /// # Errors
    /// 3 where the answers do not go together.
    fn into_dossier(self) -> Result<Dossier, Failure> {
        let read = self.read(read_dossier);
        let mut dossier = read.map_err(|problems| invalid("-", &problems))?;
        dossier
            .services
            .retain(|service| *service != DossierService::default());
        if let Some(DossierSubject::Data {
            number: None,
            facts,
        }) = &dossier.subject
            && facts.is_empty()
        {
            dossier.subject = None;
        }
        Ok(dossier)
    }
}
