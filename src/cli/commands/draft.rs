//! The six drafting commands: one form with six faces.

use crate::cli::context::{Context, Done, Plan, Stamp, World};
use crate::cli::documents::order::Desk;
use crate::cli::parser::globals::{free_words, option, place, repeated, switch};
use crate::cli::parser::{said, vocabulary};
use crate::cli::person::prompt;
use crate::cli::person::sending::{self, Given};
use crate::cli::reply::{Reply, answer};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::filing::event::Command as Step;
use crate::filing::kind::{Kind, VerifyBy};
use crate::filing::order::{Material, OrderId};
use crate::intake::{Dossier, DossierMaterial, Places, Problem, Source, inspect_dossier};
use crate::lang::{Lang, Text, shell_word};
use crate::render::mask::Privacy;
use crate::rulebook::Rulebook;
use crate::store::near::Wanted;
use crate::text;
use crate::workflow::assign::{Assign, invalid};
use crate::workflow::check::{Bench, Way, differs};
use crate::workflow::draft::{Ask, Attempt, attempt, passed_over};
use crate::workflow::materials::Content;
use crate::workflow::plan::leaving_only;
use crate::workflow::{advance, materials, missing};
use clap::{Arg, ArgMatches, Command};
use serde_json::Value;
use std::collections::BTreeMap;

/// Says what the drafting command of a kind takes.
pub fn command(kind: Kind, command: Command, lang: Lang) -> Command {
    let target = text!("备案号或域名", "A filing number or a domain");
    let command = match kind {
        Kind::New => command,
        Kind::CancelSite | Kind::CancelSubject => {
            command.arg(place("target", "TARGET", target, lang))
        }
        Kind::Access | Kind::Change | Kind::CancelAccess => {
            command.arg(place("target", "TARGET", target, lang).num_args(0..))
        }
    };
    let command = match kind {
        Kind::Change => command.args(change_args(lang)),
        Kind::CancelSite | Kind::CancelSubject => command.args(way_args(lang)),
        Kind::New | Kind::Access | Kind::CancelAccess => command,
    };
    command
        .arg(from_arg(lang))
        .arg(option(
            "provider",
            "P",
            text!("接入商", "The provider"),
            lang,
        ))
        .args(common_args(lang))
        .arg(free_words(
            "reason",
            text!("原因，记入历史", "Why, for the history"),
            lang,
        ))
        .arg(switch(
            "submit",
            text!("起草后立即提交", "Submit it at once"),
            lang,
        ))
        .args(sending::args(lang))
}

/// The flag that names a dossier.
pub(super) fn from_arg(lang: Lang) -> Arg {
    option(
        "from",
        "FILE",
        text!(
            "从资料文件读取，- 为标准输入",
            "Read a dossier, - for stdin"
        ),
        lang,
    )
}

/// The flags that go with a draft of any kind.
pub(super) fn common_args(lang: Lang) -> [Arg; 4] {
    [
        option(
            "account",
            "A",
            text!("接入商处的账号", "The account at the provider"),
            lang,
        ),
        option(
            "ref",
            "KEY",
            text!(
                "调用方的唯一键：重复执行不会重复起草",
                "The caller's key: running again drafts nothing twice"
            ),
            lang,
        ),
        option(
            "after",
            "ORDER",
            text!(
                "等这个订单通过后才能提交",
                "Hold it back until that order is approved"
            ),
            lang,
        ),
        repeated("label", "K=V", text!("标签", "A label"), lang),
    ]
}

/// The flags that say how the cancellation of a service or subject is verified.
pub(super) fn way_args(lang: Lang) -> [Arg; 2] {
    [
        option(
            "verify-by",
            "HOW",
            text!("核验方式", "How it is verified"),
            lang,
        )
        .value_parser(vocabulary::named::<VerifyBy>()),
        switch(
            "written",
            text!(
                "书面申请：没有接入商时使用",
                "A written application: where no provider holds an access"
            ),
            lang,
        ),
    ]
}

/// The flags that say what a change order changes.
pub(super) fn change_args(lang: Lang) -> [Arg; 3] {
    [
        repeated(
            "set",
            "FIELD=V",
            text!(
                "设置字段，列表则整个换成所给的，用 ; 分隔",
                "Set a field; a list becomes what is given, split by ;"
            ),
            lang,
        ),
        add_arg(lang),
        repeated(
            "unset",
            "FIELD[=V]",
            text!(
                "清除字段，或去掉列表中的一个值",
                "Take a field, or one value of a list, away"
            ),
            lang,
        ),
    ]
}

/// The flag that adds to a list.
pub(super) fn add_arg(lang: Lang) -> Arg {
    repeated(
        "add",
        "FIELD=V",
        text!("向列表字段增加一个值", "Add a value to a list"),
        lang,
    )
}

/// Reads labels written `K=V`.
///
/// # Errors
/// 2 where one is not.
pub fn labels(matches: &ArgMatches) -> Result<BTreeMap<String, String>, Failure> {
    matches
        .get_many::<String>("label")
        .into_iter()
        .flatten()
        .map(|word| Assign::label(word))
        .collect()
}

/// Reads `--set`, `--add` and `--unset` in the order typed.
///
/// # Errors
/// 2 where one has not its form, or a field is set twice.
pub fn assigns(matches: &ArgMatches) -> Result<Vec<Assign>, Failure> {
    let mut found: Vec<(usize, Assign)> = Vec::new();
    for name in ["set", "add", "unset"] {
        let Ok(Some(values)) = matches.try_get_many::<String>(name) else {
            continue;
        };
        let places = matches.indices_of(name).into_iter().flatten();
        for (place, word) in places.zip(values) {
            let assign = match name {
                "set" => Assign::pair(word).map(|(f, v)| Assign::Set(f, v))?,
                "add" => Assign::pair(word).map(|(f, v)| Assign::Add(f, v))?,
                _ => Assign::unset(word),
            };
            found.push((place, assign));
        }
    }
    found.sort_by_key(|(place, _)| *place);
    let assigns: Vec<Assign> = found.into_iter().map(|(_, assign)| assign).collect();
    Assign::set_once(&assigns)?;
    Ok(assigns)
}

/// Reads a dossier, and where its fields stand.
///
/// # Errors
/// 4 where it is missing, 3 with all problems where it does not validate.
pub fn placed_dossier(cx: &mut Context<'_>, name: &str) -> Result<(Dossier, Places), Failure> {
    let bytes = cx.read_input(name)?;
    let source = Source {
        name,
        bytes: &bytes,
    };
    let refused = |problems: Vec<Problem>| invalid(name, &problems);
    let inspected = inspect_dossier(&source, cx.now.day()).map_err(refused)?;
    for remark in &inspected.remarks {
        let path = Some(remark.path.clone());
        cx.caution(remark.code, remark.message.clone(), path);
    }
    let places = inspected.places.clone();
    let mut dossier = inspected.into_dossier().map_err(refused)?;
    cx.name_providers(&mut dossier.provider)?;
    Ok((dossier, places))
}

/// What comes with the dossier that `--from` names.
pub(super) struct Brought {
    files: Vec<Content>,
    /// What tells the words of the dossier that its order does not take up, where it can have any.
    rulebook: Option<Rulebook>,
    privacy: Privacy,
}

impl Brought {
    /// Reads the dossier that `--from` names, if it does, and its files into what is asked for.
    ///
    /// # Errors
    /// As [`placed_dossier`] and [`take_materials`].
    pub(super) fn read(
        cx: &mut Context<'_>,
        matches: &ArgMatches,
        ask: &mut Ask,
    ) -> Result<Self, Failure> {
        let mut brought = Self {
            files: Vec::new(),
            rulebook: None,
            privacy: cx.globals.privacy,
        };
        if let Some(name) = matches.get_one::<String>("from") {
            let (dossier, _) = placed_dossier(cx, name)?;
            (ask.materials, brought.files) = take_materials(cx, name, &dossier.materials)?;
            if !dossier.services.is_empty() || dossier.subject.is_some() {
                brought.rulebook = Some(cx.rulebook()?);
            }
            ask.dossier = Some(dossier);
        }
        Ok(brought)
    }

    /// Adds to the plan of an order what came with its dossier.
    pub(super) fn add_to<T>(&self, plan: &mut Plan<T>, ask: &Ask, world: &World) {
        if let (Some(rulebook), Some(dossier), [order]) =
            (&self.rulebook, &ask.dossier, plan.orders.as_slice())
        {
            let bench = Bench::new(world, rulebook, self.privacy);
            let ignored = bench.ignored(world, dossier, order);
            plan.cautions.extend(ignored.iter().map(differs));
            plan.cautions.extend(passed_over(dossier, order));
        }
        if !plan.orders.is_empty() {
            plan.files = materials::once(&self.files);
        }
    }
}

/// Returns the place of the service that a material belongs to.
///
/// # Errors
/// 3 where it is none.
pub fn service_of(material: &DossierMaterial) -> Result<Option<usize>, Failure> {
    let parse = |word: &String| {
        word.parse().map_err(|_| {
            Failure::invalid(
                "invalid.dossier",
                text!(
                    "附件的 service `{word}` 应为从 1 起的序号",
                    "service `{word}` of a material should be a place from 1"
                ),
            )
        })
    };
    material.service.as_ref().map(parse).transpose()
}

/// Takes in the files that a dossier names, relative to where it stands.
///
/// # Errors
/// As [`materials::take`], and 3 where one belongs to no service.
pub fn take_materials(
    cx: &Context<'_>,
    name: &str,
    named: &[DossierMaterial],
) -> Result<(Vec<Material>, Vec<Content>), Failure> {
    let beside = cx.beside(name);
    let mut list = Vec::new();
    let mut files = Vec::new();
    for material in named {
        let service = service_of(material)?;
        let (taken, file) = materials::take(&beside.join(&material.file), &material.slot, service)?;
        list.push(taken);
        files.push(file);
    }
    Ok((list, files))
}

/// Drafts an order of a kind.
pub fn run(kind: Kind, cx: &mut Context<'_>, matches: &ArgMatches) -> Result<Reply, Failure> {
    let submits = matches.get_flag("submit");
    let given = sending::given(cx, matches, submits)?;
    let mut ask = typed(kind, matches)?;
    cx.name_providers(&mut ask.provider)?;
    let brought = Brought::read(cx, matches, &mut ask)?;
    if cx.may_ask() {
        prompt::complete(cx, &mut ask)?;
    }
    let sender = submits.then(|| Sending::new(cx, given)).transpose()?;
    let mut wanted = Wanted::default();
    ask.want(&mut wanted);
    let done = cx.transact_near(&wanted, |world, stamp, ids| {
        let Attempt { mut plan, obstacle } = attempt(&ask, world, stamp, ids)?;
        brought.add_to(&mut plan, &ask, world);
        match (&sender, obstacle) {
            (None, Some(failure)) => Err(failure),
            (None, None) => Ok(plan),
            (Some(sender), obstacle) => sender.send(plan, obstacle, &brought.files, world, stamp),
        }
    })?;
    reply(cx, kind, &done)
}

/// Reads what was typed, without the dossier.
pub(super) fn typed(kind: Kind, matches: &ArgMatches) -> Result<Ask, Failure> {
    let text_of = |name: &str| matches.get_one::<String>(name).cloned();
    // Not every command that drafts takes these.
    let word = |name: &str| matches.try_get_one::<String>(name).ok().flatten();
    let targets = matches.try_get_many::<String>("target").ok().flatten();
    let ask = Ask {
        kind,
        targets: targets.into_iter().flatten().cloned().collect(),
        dossier: None,
        materials: Vec::new(),
        provider: text_of("provider"),
        account: text_of("account"),
        after: text_of("after"),
        reference: text_of("ref"),
        labels: labels(matches)?,
        reason: said(matches, "reason"),
        verify_by: word("verify-by").and_then(|name| VerifyBy::from_name(name)),
        written: matches!(matches.try_get_one::<bool>("written"), Ok(Some(true))),
        assigns: assigns(matches)?,
    };
    if ask.written && (ask.provider.is_some() || ask.verify_by.is_some()) {
        return Err(Failure::usage(text!(
            "--written 不经过接入商，不能与 --provider 或 --verify-by 同用",
            "--written goes past the providers: neither --provider nor --verify-by go with it"
        )));
    }
    Ok(ask)
}

/// What `--submit` takes: the draft is sent in the same operation.
struct Sending {
    given: Given,
    rulebook: Rulebook,
    privacy: Privacy,
}

impl Sending {
    fn new(cx: &mut Context<'_>, given: Given) -> Result<Self, Failure> {
        Ok(Self {
            given,
            rulebook: cx.rulebook()?,
            privacy: cx.globals.privacy,
        })
    }

    /// Sends the order that a plan drafts, if it drafts one: what must be agreed to is asked for
    /// before it is refused.
    fn send(
        &self,
        mut plan: Plan<OrderId>,
        obstacle: Option<Failure>,
        files: &[Content],
        world: &World,
        stamp: &Stamp,
    ) -> Result<Plan<OrderId>, Failure> {
        let Some(order) = plan.orders.pop() else {
            return Ok(plan);
        };
        plan.consent = Some(sending::consent(
            world,
            &[&order],
            Step::Submit,
            &self.given,
        ));
        if let Some(failure) = obstacle.clone().filter(|f| f.exit == Exit::Refused) {
            // What cannot be drafted has no effect that could be accepted.
            plan.consent.iter_mut().for_each(|c| c.accepts.clear());
            return plan.refused(failure);
        }
        let look = |material: &Material| materials::look_at(material, files, None);
        let accepted = &self.given.accepted;
        let sent = advance::command(world, stamp, &order, Step::Submit, None, None);
        let judged = sent.and_then(|sent| {
            let bench = Bench::new(world, &self.rulebook, self.privacy);
            let caution = bench.sending(world, &order, accepted, &look, Way::Draft)?;
            plan.cautions.extend(caution);
            Ok(sent)
        });
        match judged {
            Ok(mut sent) => {
                self.given.keep(&mut sent);
                plan.cautions
                    .extend(missing::incomplete(&sent, &world.book.portfolio));
                plan.orders.push(sent);
            }
            Err(failure) => return plan.refused(unmade(failure, &order.id)),
        }
        match obstacle {
            Some(failure) => plan.refused(failure),
            None => Ok(plan),
        }
    }
}

/// Puts other words in the place of hints that name a draft which was not kept.
fn unmade(mut failure: Failure, id: &OrderId) -> Failure {
    let all = failure.hints.len();
    failure.hints.retain(|hint| !hint.en.contains(id.as_str()));
    if failure.hints.len() == all {
        return failure;
    }
    failure.hint(text!(
        "没有留下草稿：改好后再执行，或去掉 --submit，只起草",
        "no draft was kept: mend what was given and run again, or draft it without --submit"
    ))
}

fn reply(cx: &mut Context<'_>, kind: Kind, done: &Done<OrderId>) -> Result<Reply, Failure> {
    let id = &done.answer;
    let order = done.world.order(id)?;
    let ids = std::slice::from_ref(id);
    let mut reply = answer::orders(cx, &done.world, ids)?
        .human(format!("{id}\n"))
        .changed(done.changed);
    if done.changed && cx.globals.dry_run && !reply.data.is_null() {
        // No order has this id.
        reply.data["next"] = Value::Array(Vec::new());
    }
    let label = kind.label();
    reply.says.push(match (done.changed, cx.globals.dry_run) {
        (true, true) => text!(
            "将起草订单：{label}（未写入）",
            "would draft: {label} (nothing was written)",
            label
        ),
        (true, false) => text!("已起草订单：{label}", "drafted: {label}", label),
        (false, _) => text!(
            "同一 ref 和内容的订单已经存在，没有改动",
            "an order with this ref and content exists already; nothing changed"
        ),
    });
    let desk = Desk::new(&done.world);
    for impact in desk.impact(order) {
        let message = impact.message();
        reply
            .says
            .push(text!("  - {message}", "  - {message}", message));
    }
    for (code, message) in hints(order, &desk) {
        answer::advise(cx, &mut reply, code, message);
    }
    reply.says.extend(answer::standing(cx, &done.world, ids)?);
    Ok(reply)
}

/// Points at the order that may have been meant.
fn hints(order: &crate::filing::order::Order, desk: &Desk<'_>) -> Vec<(&'static str, Text)> {
    use crate::filing::impact::Code;
    let impacts = desk.impact(order);
    let has = |code: Code| impacts.iter().any(|i| i.code == code);
    let mut hints = Vec::new();
    if order.kind == Kind::CancelSite
        && has(Code::FiledElsewhereGoes)
        && let Some(instead) = leaving_only(desk.world, order)
    {
        hints.push(("consider-cancel-access", instead));
    }
    if order.kind == Kind::CancelSite
        && has(Code::SubjectBecomesEmptyShell)
        && let Some(number) = &order.target.subject
    {
        let way = match &order.provider {
            Some(provider) if has(Code::FiledElsewhereGoes) => {
                format!(" --provider {}", shell_word(provider))
            }
            Some(_) => String::new(),
            None => " --written".to_owned(),
        };
        hints.push(("consider-cancel-subject", text!(
                "这是最后一个服务，连主体一起注销请用 icpctl cancel-subject {number}{way}",
                "this is the last service; to cancel the subject with it, use icpctl cancel-subject {number}{way}"
            )));
    }
    hints
}
