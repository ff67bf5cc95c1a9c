//! Asking, on a terminal, for what a draft still lacks.

use super::consent::declined;
use super::question::Questions;
use crate::cli::context::{Context, World};
use crate::cli::reply::tell;
use crate::failure::Failure;
use crate::filing::facts::Holder;
use crate::filing::kind::Kind;
use crate::filing::named::is_same;
use crate::filing::number::{ServiceKind, SubjectNumber};
use crate::filing::obstacle::Obstacle;
use crate::filing::province::Province;
use crate::filing::spoken::spoken;
use crate::filing::tree;
use crate::intake::{Dossier, DossierService, DossierSubject, Problem, Source, read_dossier};
use crate::knowledge::{self, Field};
use crate::lang::Text;
use crate::store::near::Wanted;
use crate::text;
use crate::workflow::aim::providers_to_choose;
use crate::workflow::assign::{Assign, invalid};
use crate::workflow::bearing::BETWEEN;
use crate::workflow::changes::{heed_fields, heed_target, heed_values};
use crate::workflow::draft::Ask;
use chrono::NaiveDate;
use toml::{Table, Value};

/// Asks for what is missing: the target, the data of a new filing, the change, the provider.
///
/// # Errors
/// When a question cannot be asked (2), is declined (13) or stopped (130, 143), a subject that is not
/// filed is named (5), or the answers do not go together (3).
pub fn complete(cx: &mut Context<'_>, ask: &mut Ask) -> Result<(), Failure> {
    let questions = Questions::begin()?;
    let is_bare = ask.dossier.is_none();
    if ask.kind == Kind::New && is_bare {
        ask.dossier = Some(new_filing(cx, &questions)?);
    } else if is_bare && ask.targets.is_empty() {
        let prompt = text!("备案号或域名", "Filing number or domain");
        let put = |ask: &mut Ask, target| ask.targets = vec![target];
        heeded(cx, &questions, ask, &prompt, (put, heed_target))?;
    }
    if ask.kind == Kind::Change && is_bare && ask.assigns.is_empty() {
        let told = wrong(cx, ask, heed_target)?;
        told.map_or(Ok(()), Err)?;
        let prompt = text!("要变更的字段（如 name）", "Field to change (such as name)");
        let put = |ask: &mut Ask, field| ask.assigns = vec![Assign::Set(field, String::new())];
        heeded(cx, &questions, ask, &prompt, (put, heed_fields))?;
        let prompt = text!("新的值", "New value");
        let put = |ask: &mut Ask, value: String| {
            let fields = ask.assigns.iter().map(|given| given.field().to_owned());
            let set = fields.map(|field| Assign::Set(field, value.clone()));
            ask.assigns = set.collect();
        };
        heeded(cx, &questions, ask, &prompt, (put, heed_values))?;
    }
    let mut wanted = Wanted::default();
    ask.want(&mut wanted);
    let world = world(cx, &wanted)?;
    let names = providers_to_choose(ask, &world);
    if !names.is_empty() {
        let choice = |value: String| Choice {
            label: spoken(&value),
            value,
        };
        let choices: Vec<Choice> = names.into_iter().map(choice).collect();
        let prompt = text!("接入商", "Provider");
        let question = Question::needed(prompt).of(&choices);
        ask.provider = line(cx, &questions, &question, |typed| meant(typed, &choices))?;
    }
    Ok(())
}

fn world(cx: &mut Context<'_>, wanted: &Wanted) -> Result<World, Failure> {
    match cx.world_near(wanted)? {
        Some(world) => Ok(world),
        None => cx.world(),
    }
}

/// What judges an answer within what is asked for.
type Heed = fn(&Ask, &World) -> Result<(), Failure>;

/// Returns what is wrong with what is asked for.
fn wrong(cx: &mut Context<'_>, ask: &Ask, heed: Heed) -> Result<Option<Failure>, Failure> {
    let mut wanted = Wanted::default();
    ask.want(&mut wanted);
    if heed(ask, &world(cx, &wanted)?).is_ok() {
        return Ok(None);
    }
    // What is not there at all is said to be missing by the whole store alone.
    Ok(heed(ask, &cx.world()?).err())
}

/// Asks until the answer, put into what is asked for, is nothing that drafting would refuse.
fn heeded(
    cx: &mut Context<'_>,
    questions: &Questions,
    ask: &mut Ask,
    prompt: &Text,
    (put, heed): (fn(&mut Ask, String), Heed),
) -> Result<(), Failure> {
    loop {
        let mut tried = ask.clone();
        let typed = needed(cx, questions, prompt.clone())?.ok_or_else(declined)?;
        put(&mut tried, typed);
        let Some(failure) = wrong(cx, &tried, heed)? else {
            *ask = tried;
            return Ok(());
        };
        let message = failure.message;
        ask_again(
            cx,
            &match failure.hints.into_iter().next() {
                Some(fix) => text!("{message}；{fix}", "{message}; {fix}", message, fix),
                None => message,
            },
        );
    }
}

fn ask_again(cx: &mut Context<'_>, wrong: &Text) {
    let again = text!("  请重填：{wrong}", "  once more: {wrong}", wrong);
    tell(cx.err, again.get(cx.lang));
}

/// One question: its words, and what is said before it.
struct Question {
    prompt: Text,
    help: Option<Text>,
    choices: Option<Text>,
    may_be_open: bool,
}

impl Question {
    fn needed(prompt: Text) -> Self {
        Self {
            prompt,
            help: None,
            choices: None,
            may_be_open: false,
        }
    }

    /// Says what can be answered.
    fn of(mut self, choices: &[Choice]) -> Self {
        let labels = choices.iter().map(|choice| choice.label.clone());
        self.choices = Some(Text::joined(labels, "、", ", "));
        self
    }
}

/// One of the answers that a question takes.
struct Choice {
    value: String,
    label: Text,
}

/// Returns the value that a word means: its name or label, or the beginning of no other's.
fn meant(typed: &str, choices: &[Choice]) -> Result<String, Text> {
    let words = |choice: &Choice| {
        [
            choice.value.clone(),
            choice.label.zh.to_string(),
            choice.label.en.to_string(),
        ]
    };
    let typed_low = typed.to_lowercase();
    let begins = |choice: &&Choice| {
        let mut words = words(choice).into_iter();
        words.any(|word| word.to_lowercase().starts_with(&typed_low))
    };
    let is = |choice: &&Choice| words(choice).iter().any(|word| is_same(word, typed));
    let mut near = choices.iter().filter(begins);
    let only = near.next().filter(|_| near.next().is_none());
    match choices.iter().find(is).or(only) {
        Some(choice) => Ok(choice.value.clone()),
        None => Err(text!(
            "“{typed}”不是其中之一",
            "\"{typed}\" is none of these"
        )),
    }
}

/// Asks until the answer means something; none where it is left open.
fn line(
    cx: &mut Context<'_>,
    questions: &Questions,
    question: &Question,
    read: impl Fn(&str) -> Result<String, Text>,
) -> Result<Option<String>, Failure> {
    let lang = cx.lang;
    if let Some(help) = &question.help {
        tell(cx.err, &format!("  {}", help.get(lang)));
    }
    if let Some(choices) = &question.choices {
        let choices = text!("  可填：{choices}", "  one of: {choices}", choices);
        tell(cx.err, choices.get(lang));
    }
    let prompt = text!("{prompt}：", "{prompt}:", prompt = &question.prompt);
    loop {
        let typed = questions
            .ask(cx.err, prompt.get(lang))?
            .ok_or_else(declined)?;
        let wrong = match typed.as_str() {
            "" if question.may_be_open => return Ok(None),
            "" => text!("不能为空", "it cannot be left empty"),
            // Such as of keys that move within a line elsewhere, and half a character that was erased.
            _ if typed.contains(|c: char| c.is_control() || c == '\u{FFFD}') => text!(
                "其中有控制字符或残缺的字符，请整行重填",
                "it holds control characters or half a character: type the whole line anew"
            ),
            _ => match read(&typed) {
                Ok(answer) => return Ok(Some(answer)),
                Err(wrong) => wrong,
            },
        };
        ask_again(cx, &wrong);
    }
}

/// Asks for a line that cannot be left empty.
fn needed(
    cx: &mut Context<'_>,
    questions: &Questions,
    prompt: Text,
) -> Result<Option<String>, Failure> {
    line(cx, questions, &Question::needed(prompt), |typed| {
        Ok(typed.to_owned())
    })
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

fn new_filing(cx: &mut Context<'_>, questions: &Questions) -> Result<Dossier, Failure> {
    let mut answers = Answers::none(cx.now.day());
    let number = Question {
        may_be_open: true,
        choices: None,
        prompt: text!("主体备案号", "Subject number"),
        help: Some(text!(
            "已备案的主体新增服务时填写；首次备案直接回车。以下各项都可回车跳过，以后用 icpctl edit 补上",
            "where a filed subject adds a service; for a first filing just Enter, which leaves any question open for icpctl edit"
        )),
    };
    let number = line(cx, questions, &number, |typed| {
        answers.check("subject", typed)
    })?;
    if let Some(number) = &number {
        is_filed(cx, number)?;
        answers.put("subject", number);
    }
    for path in ASKED {
        if number.is_some() && path.starts_with("subject.") {
            continue;
        }
        let Some(field) = knowledge::field(path).filter(|field| answers.have(field)) else {
            continue;
        };
        let path = path.replacen("services.", "services.0.", 1);
        let question = Question {
            prompt: field.label.clone(),
            help: Some(field.help.clone()),
            choices: None,
            may_be_open: true,
        };
        let answer = match answers.choices(field) {
            Some(choices) => line(cx, questions, &question.of(&choices), |typed| {
                // Other words may mean one of them too.
                meant(typed, &choices)
                    .or_else(|wrong| answers.check(&path, typed).map_err(|_| wrong))
            })?,
            None => line(cx, questions, &question, |typed| {
                answers.check(&path, typed)
            })?,
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

    /// Whether a subject of the nature that was answered has a field.
    fn have(&self, field: &Field) -> bool {
        let nature = tree::get(&self.tree, "subject.nature");
        let holder = nature
            .as_ref()
            .and_then(Value::as_str)
            .map(Holder::of_nature);
        field.natures.is_empty() || holder.is_none_or(|holder| field.natures.contains(&holder))
    }

    fn put(&mut self, path: &str, answer: &str) {
        let value = if path.ends_with(".domains") {
            let parts = answer.split(BETWEEN).map(str::trim);
            let names = parts.filter(|name| !name.is_empty());
            Value::Array(names.map(Value::from).collect())
        } else {
            answer.into()
        };
        tree::put(&mut self.tree, path, Some(value));
    }

    /// Returns an answer that nothing is wrong with beside those that were given, or what is wrong.
    fn check(&self, path: &str, typed: &str) -> Result<String, Text> {
        let mut answers = self.clone();
        answers.put(path, typed);
        let Err(problems) = answers.read() else {
            return Ok(typed.to_owned());
        };
        match problems.into_iter().next() {
            None => Ok(typed.to_owned()),
            Some(Problem {
                message,
                fix: Some(fix),
                ..
            }) => Err(text!("{message}；{fix}", "{message}; {fix}", message, fix)),
            Some(Problem { message, .. }) => Err(message),
        }
    }

    fn read(&self) -> Result<Dossier, Vec<Problem>> {
        let text = self.tree.as_table().map(Table::to_string);
        let text = text.unwrap_or_default();
        let source = Source {
            name: "-",
            bytes: text.as_bytes(),
        };
        read_dossier(&source, self.today)
    }

    /// Lists what a field can be, where that is a list.
    fn choices(&self, field: &Field) -> Option<Vec<Choice>> {
        let choice = |value: &str, label: &Text| Choice {
            value: value.to_owned(),
            label: label.clone(),
        };
        Some(match field.path.as_str() {
            "services.kind" => {
                let kinds = ServiceKind::ALL.iter();
                kinds
                    .map(|kind| choice(kind.name(), &kind.label()))
                    .collect()
            }
            "subject.province" => Province::all()
                .map(|province| choice(province.code(), province.name()))
                .collect(),
            _ => {
                let list = knowledge::code_list(field.code_list.as_deref()?)?;
                let nature = tree::get(&self.tree, "subject.nature");
                let nature = nature.as_ref().and_then(Value::as_str);
                let fitting = list.fitting(nature);
                fitting
                    .map(|entry| choice(&entry.value, &entry.label))
                    .collect()
            }
        })
    }

    /// Returns the dossier, without a service or subject that no question was answered for.
    ///
    /// # Errors
    /// 3 where the answers do not go together.
    fn into_dossier(self) -> Result<Dossier, Failure> {
        let mut dossier = self.read().map_err(|problems| invalid("-", &problems))?;
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
