//! What `doctor` looks for: records that contradict each other, as a merge can leave them.

use super::adopt::shared_counters_in_words;
use super::materials;
use super::plan::Caution;
use super::world::World;
use crate::filing::guard;
use crate::filing::host::Host;
use crate::filing::number::{ServiceNumber, SubjectNumber};
use crate::filing::obstacle::Obstacle;
use crate::filing::order::{Order, OrderId};
use crate::filing::portfolio::endings::{Ender, Endings, Late, Part};
use crate::filing::status::Bucket;
use crate::lang::{Text, commas};
use crate::store::book::{Book, Damage, FILES, order_path, subject_path};
use crate::store::{Digest, Files};
use crate::text;
use std::collections::{BTreeMap, BTreeSet, HashSet};

/// Something that is not as it should be.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Finding {
    /// The stable code.
    pub code: &'static str,
    /// The file in the store.
    pub path: String,
    /// What is wrong.
    pub message: Text,
    /// What to do.
    pub fix: Text,
}

/// Looks at all records together.
pub fn examine(world: &World) -> Vec<Finding> {
    let mut found = damaged(world);
    found.extend(live_orders(world));
    found.extend(refs(world));
    found.extend(numbers(world));
    found.extend(counters(world));
    found.extend(domains(world));
    found.extend(endings(world));
    found.extend(strangers(world));
    found.extend(forerunners(world));
    found.extend(circles(world));
    found.extend(attachments(world));
    found.extend(orphans(world));
    found
}

/// Lists what is found once something has changed, and was not before.
pub fn added(before: &World, after: &World) -> impl Iterator<Item = Finding> {
    let known: HashSet<Finding> = examine(before).into_iter().collect();
    let found = examine(after).into_iter();
    found.filter(move |finding| !known.contains(finding))
}

impl From<Finding> for Caution {
    fn from(finding: Finding) -> Self {
        Self {
            code: finding.code,
            message: finding.message,
            path: Some(finding.path),
        }
    }
}

fn path(id: &OrderId) -> String {
    order_path(id).as_str().to_owned()
}

/// The code of a file of the store that cannot be read.
pub const DAMAGED: &str = "damaged-file";

fn damaged(world: &World) -> Vec<Finding> {
    world
        .book
        .damaged
        .iter()
        .map(|(path, damage)| Finding {
            code: DAMAGED,
            path: path.clone(),
            message: damage.message(),
            fix: text!(
                "修正该文件，或从备份、git 恢复；icpctl 不会改写它",
                "mend the file, or restore it from a backup or git; icpctl never rewrites it"
            ),
        })
        .collect()
}

fn live_orders(world: &World) -> Vec<Finding> {
    let mut found = Vec::new();
    for order in world.book.orders.values() {
        if !world.status(order).is_live() {
            continue;
        }
        let mut order = order.clone();
        order.after = None;
        let mut later = world.rivals_of(&order);
        later.retain(|rival| rival.order.id > order.id);
        if let Err(Obstacle::LiveOrder {
            order: other,
            account,
            ..
        }) = guard::blocking(&order, &world.book.portfolio, &world.profiles, &later)
        {
            let id = &order.id;
            found.push(Finding {
                code: TWO_LIVE,
                path: path(id),
                message: if account {
                    text!(
                        "订单 {id} 与 {other} 同时占用一个账号",
                        "the orders {id} and {other} are both live on one account"
                    )
                } else {
                    text!(
                        "订单 {id} 与 {other} 同时占用一个主体",
                        "the orders {id} and {other} are both live on one subject"
                    )
                },
                fix: text!(
                    "在控制台核实哪一个有效，对另一个记录结果或放弃",
                    "see in the console which one stands, and record or abandon the other"
                ),
            });
        }
    }
    found
}

fn refs(world: &World) -> Vec<Finding> {
    let mut holders: BTreeMap<&str, Vec<&OrderId>> = BTreeMap::new();
    let is_over = |order: &Order| world.status(order).bucket() == Bucket::Closed;
    for order in world.book.orders.values().filter(|o| !is_over(o)) {
        if let Some(key) = order.reference.as_deref() {
            holders.entry(key).or_default().push(&order.id);
        }
    }
    holders
        .into_iter()
        .filter(|(_, ids)| ids.len() > 1)
        .map(|(key, ids)| {
            let list = commas(&ids);
            Finding {
                code: "duplicate-ref",
                path: ids.first().map(|id| path(id)).unwrap_or_default(),
                message: text!(
                    "ref {key} 属于多个订单：{list}",
                    "the ref {key} belongs to several orders: {list}"
                ),
                fix: text!(
                    "撤消或放弃多出的订单，或改文件中的 ref",
                    "undo or abandon the one too many, or change `ref` in its file"
                ),
            }
        })
        .collect()
}

fn numbers(world: &World) -> Vec<Finding> {
    let mut subjects: BTreeMap<SubjectNumber, Vec<&OrderId>> = BTreeMap::new();
    let mut services: BTreeMap<ServiceNumber, Vec<&OrderId>> = BTreeMap::new();
    for order in world.book.orders.values() {
        let Some(approval) = order.brought() else {
            continue;
        };
        if let Some(number) = &approval.subject {
            subjects.entry(*number).or_default().push(&order.id);
        }
        for number in approval.services.iter().filter_map(|i| i.number.as_ref()) {
            services.entry(*number).or_default().push(&order.id);
        }
    }
    let subjects = subjects.into_iter().map(|(n, ids)| (n.to_string(), ids));
    let services = services.into_iter().map(|(n, ids)| (n.to_string(), ids));
    subjects
        .chain(services)
        .filter(|(_, ids)| ids.len() > 1)
        .map(|(number, ids)| {
            let list = commas(&ids);
            Finding {
                code: "duplicate-number",
                path: ids.first().map(|id| path(id)).unwrap_or_default(),
                message: text!(
                    "备案号 {number} 由多个订单获得：{list}",
                    "the number {number} was issued to several orders: {list}"
                ),
                fix: text!(
                    "核对管局通知，撤消记错的那一次：icpctl undo",
                    "check the bureau's notices and undo the wrong record: icpctl undo"
                ),
            }
        })
        .collect()
}

fn counters(world: &World) -> Vec<Finding> {
    let filed = world.book.portfolio.filed();
    filed
        .filter_map(|subject| {
            Some(Finding {
                code: "NUM-03",
                path: "subjects".to_owned(),
                message: shared_counters_in_words(subject)?,
                fix: text!(
                    "到 beian.miit.gov.cn 核对，抄错的用 icpctl gone NUMBER --because not-ours 除去，再用 icpctl adopt 导入正确的号码",
                    "compare with beian.miit.gov.cn; take the wrong one out with icpctl gone NUMBER --because not-ours and bring the right one in with icpctl adopt"
                ),
            })
        })
        .collect()
}

fn domains(world: &World) -> Vec<Finding> {
    let mut holders: BTreeMap<&Host, BTreeSet<SubjectNumber>> = BTreeMap::new();
    for subject in world.book.portfolio.filed() {
        for service in subject.services.values() {
            for domain in service.domains() {
                holders.entry(domain).or_default().insert(subject.number);
            }
        }
    }
    holders
        .into_iter()
        .filter(|(_, subjects)| subjects.len() > 1)
        .map(|(domain, subjects)| Finding {
            code: FILED_TWICE,
            path: "subjects".to_owned(),
            message: filed_twice(domain, &subjects),
            fix: text!(
                "核实后用 icpctl gone 或 adopt --replace 更正",
                "find out which holds, and correct with icpctl gone or adopt --replace"
            ),
        })
        .collect()
}

/// The code of a domain that several subjects hold.
pub(super) const FILED_TWICE: &str = "domain-filed-twice";

/// Says which subjects hold a domain.
pub(super) fn filed_twice(domain: &Host, subjects: &BTreeSet<SubjectNumber>) -> Text {
    let list = commas(subjects);
    text!(
        "域名 {domain} 同时在多个主体名下：{list}",
        "the domain {domain} is filed by several subjects: {list}"
    )
}

/// The code of an approval of what had ended.
pub(super) const APPROVAL_OF_ENDED: &str = "approval-of-ended";

/// Says that an order was approved of what had ended before it.
pub(super) fn too_late(order: &Order, late: &Late) -> Text {
    let id = &order.id;
    text!(
        "订单 {id}（{kind}）记为已通过，而在它之前{ended}",
        "the order {id} ({kind}) was approved although {ended} before it",
        kind = order.kind.label(),
        ended = ended(&late.part, &late.by)
    )
}

/// The code of two live orders of one subject or account.
pub(super) const TWO_LIVE: &str = "two-live-orders";

/// The code of a live order of what has ended.
pub(super) const LIVE_OF_ENDED: &str = "live-order-of-ended";

/// Says that an order is live although what it is about has ended.
pub(super) fn alive_though(order: &Order, part: &Part, by: &Ender) -> Text {
    let id = &order.id;
    text!(
        "订单 {id}（{kind}）仍在办理中，而{ended}",
        "the order {id} ({kind}) is live although {ended}",
        kind = order.kind.label(),
        ended = ended(part, by)
    )
}

/// Says that what had ended was brought in as filed.
fn brought_back((part, by): (&Part, &Ender)) -> Finding {
    let ended = ended(part, by);
    let (subject, message) = match part {
        Part::Subject(subject) => (
            *subject,
            text!(
                "{ended}，之后又作为现有备案导入：仍按已结束处理，导入的内容不算",
                "{ended}, and was brought in as filed after that: it still counts as ended, with all that was brought in",
                ended
            ),
        ),
        Part::Service(service) | Part::Access(service, _) => (
            service.subject(),
            text!(
                "{ended}，之后又作为现有备案导入：现按仍在备案处理",
                "{ended}, and was brought in as filed after that: it now counts as filed",
                ended
            ),
        ),
    };
    Finding {
        code: "adoption-of-ended",
        path: subject_path(&subject).as_str().to_owned(),
        message,
        fix: text!(
            "到 beian.miit.gov.cn 核对，撤消记错的那一次：icpctl log，再 icpctl undo OP；撤消不了而备案确已结束的服务，用 icpctl gone 记录",
            "compare with beian.miit.gov.cn and undo the wrong record: icpctl log, then icpctl undo OP; a service that did end and cannot be undone is recorded with icpctl gone"
        ),
    }
}

/// Finds live orders about what has ended, approvals of what had, and what was brought in after that.
fn endings(world: &World) -> Vec<Finding> {
    let book = &world.book;
    let endings = Endings::of(book.subjects.values(), book.orders.values());
    let late = endings.late.iter().filter_map(|late| {
        let order = book.orders.get(&late.order)?;
        Some(Finding {
            code: APPROVAL_OF_ENDED,
            path: path(&order.id),
            message: too_late(order, late),
            fix: text!(
                "核对管局通知，撤消记错的那一次：icpctl log，再 icpctl undo OP",
                "check the bureau's notices and undo the wrong record: icpctl log, then icpctl undo OP"
            ),
        })
    });
    let live = book.orders.values().filter_map(|order| {
        if !world.status(order).is_live() {
            return None;
        }
        let (part, by) = endings.of_order(order)?;
        let id = &order.id;
        Some(Finding {
            code: LIVE_OF_ENDED,
            path: path(id),
            message: alive_though(order, &part, by),
            fix: text!(
                "到控制台核实：订单已结束的，登记结果或 icpctl abandon {id}；备案其实还在的，撤消使它结束的那次记录",
                "look in the console: record how the order ended, or icpctl abandon {id}; where the filing stands after all, undo the record that ended it"
            ),
        })
    });
    let adopted = endings.brought_back.iter().map(brought_back);
    late.chain(live).chain(adopted).collect()
}

/// Says what ended by which record.
fn ended(part: &Part, by: &Ender) -> Text {
    let part = match part {
        Part::Subject(number) => Text::verbatim(number.to_string()),
        Part::Service(number) => Text::verbatim(number.to_string()),
        Part::Access(number, provider) => text!(
            "{number} 在 {provider} 的接入",
            "the access of {number} at {provider}"
        ),
    };
    match by {
        Ender::Order(id) => text!(
            "{part} 已随订单 {id} 结束",
            "{part} ended with the order {id}",
            part
        ),
        Ender::Gone(number) => {
            let record = subject_path(number);
            text!(
                "{part} 已按 {record} 中的记录结束",
                "{part} ended by what stands in {record}",
                part
            )
        }
    }
}

/// Finds orders under way about subjects of which nothing is written down: their records are lost, or
/// only the orders were brought in.
fn strangers(world: &World) -> Vec<Finding> {
    let book = &world.book;
    let orders = book.orders.values();
    let under_way = orders.filter(|order| !world.status(order).has_ended());
    let found = under_way.filter_map(|order| {
        let number = order.target.subject?;
        let is_known = book.portfolio.subjects.contains_key(&number);
        let (id, record) = (&order.id, subject_path(&number));
        let may_be_known = || {
            let mut damaged = book.damaged.values();
            book.damaged.contains_key(record.as_str())
                || damaged.any(|damage| damage.mentions(&number.to_string()))
        };
        if is_known || may_be_known() {
            return None;
        }
        Some(Finding {
            code: "order-of-unknown",
            path: path(id),
            message: text!(
                "订单 {id}（{kind}）尚未完结，而库中没有 {number} 的备案记录",
                "the order {id} ({kind}) has not ended, and no record tells that {number} is filed",
                kind = order.kind.label()
            ),
            fix: text!(
                "把它的备案带回来：导入备份（icpctl import）、从版本库取回 {record}，或 icpctl adopt --from FILE",
                "bring the filing back: import a backup (icpctl import), take {record} from version control, or icpctl adopt --from FILE"
            ),
        })
    });
    found.collect()
}

fn forerunners(world: &World) -> Vec<Finding> {
    world
        .book
        .orders
        .values()
        .filter_map(|order| {
            let after = order.after.as_ref()?;
            (!world.book.orders.contains_key(after)).then(|| {
                let id = &order.id;
                Finding {
                    code: "missing-forerunner",
                    path: path(id),
                    message: text!(
                        "订单 {id} 等待的 {after} 不存在",
                        "the order {id} waits for {after}, which is not there"
                    ),
                    fix: text!(
                        "icpctl edit {id} --unset after",
                        "icpctl edit {id} --unset after"
                    ),
                }
            })
        })
        .collect()
}

/// Finds drafts that wait for one another, each told once.
fn circles(world: &World) -> Vec<Finding> {
    let orders = &world.book.orders;
    let ahead = |order: &Order| {
        let ahead = orders.get(order.after.as_ref()?)?;
        (!ahead.standing().status.has_ended()).then_some(ahead)
    };
    let circle = |first| {
        let mut met = BTreeSet::new();
        let chain = std::iter::successors(ahead(first), |order| ahead(order));
        let chain = chain.map(|order| &order.id);
        let last = chain.take_while(|id| met.insert(*id)).last()?;
        (*last == first.id && met.first() == Some(&last)).then_some(met)
    };
    let circles = orders.values().filter_map(circle);
    circles
        .filter_map(|circle| {
            let id = *circle.first()?;
            let list = commas(&circle);
            Some(Finding {
                code: "waiting-circle",
                path: path(id),
                message: text!(
                    "订单互相等待，都无法提交：{list}",
                    "orders wait for one another, so that none can be sent: {list}"
                ),
                fix: text!(
                    "icpctl edit {id} --unset after",
                    "icpctl edit {id} --unset after"
                ),
            })
        })
        .collect()
}

fn attachments(world: &World) -> Vec<Finding> {
    of_attachments(world, |hash| {
        (!world.book.holds_file(hash)).then_some((
            "missing-attachment",
            text!("不在库中", "is not in the store"),
        ))
    })
}

/// Lists the attachments that no longer hold what was attached: each is read.
pub fn altered(world: &World, files: &dyn Files) -> Vec<Finding> {
    of_attachments(world, |hash| {
        (world.book.holds_file(hash) && !materials::is_whole(files, hash)).then_some((
            "damaged-attachment",
            text!("不再是添加时的内容", "no longer holds what was attached"),
        ))
    })
}

/// Lists the attachments with which something is wrong, once for each order that names them.
fn of_attachments(
    world: &World,
    wrong: impl Fn(&str) -> Option<(&'static str, Text)>,
) -> Vec<Finding> {
    let mut found = Vec::new();
    for order in world.book.orders.values() {
        let named: BTreeSet<&str> = order.attachments().collect();
        for hash in named {
            let Some((code, what)) = wrong(hash) else {
                continue;
            };
            let path = format!("{FILES}/{hash}");
            let (message, fix) = of_attachment(order, hash, &path, &what);
            found.push(Finding {
                code,
                path,
                message,
                fix,
            });
        }
    }
    found
}

/// Says what is wrong with an attachment, and what to do; its name is the user's, and may be a
/// person's.
fn of_attachment(order: &Order, hash: &str, path: &str, what: &Text) -> (Text, Text) {
    let id = &order.id;
    let held = order
        .materials
        .iter()
        .find(|material| material.hash.as_deref() == Some(hash));
    match held.map(|material| (&material.slot, material.service)) {
        Some((slot, service)) => {
            let place = service.map_or_else(String::new, |place| format!(" --service {place}"));
            (
                text!(
                    "订单 {id} 的附件（{slot}）{what}",
                    "the attachment for {slot} of the order {id} {what}",
                    what
                ),
                text!(
                    "重新添加：icpctl attach {id} FILE --as {slot}{place}",
                    "attach it again: icpctl attach {id} FILE --as {slot}{place}"
                ),
            )
        }
        None => (
            text!(
                "订单 {id} 去掉的一个附件{what}，撤消后会缺少它",
                "an attachment that was taken from the order {id} {what}, and an undo would miss it",
                what
            ),
            text!("从备份中恢复 {path}", "bring {path} back from a backup"),
        ),
    }
}

/// Lists the attachments that no order names, in its data or its history.
///
/// What a record that cannot be read may name is none of them.
pub fn unnamed(book: &Book) -> Vec<&str> {
    let named: BTreeSet<&str> = book.orders.values().flat_map(Order::attachments).collect();
    let may_be_named = |hash: &str| {
        book.damaged.values().any(|damage| match damage.as_ref() {
            Damage::Content { text, .. } => text.contains(hash),
            Damage::Storage(_) => true,
        })
    };
    book.files()
        .filter(|name| Digest::parse(name).is_some())
        .filter(|hash| !named.contains(hash) && !may_be_named(hash))
        .collect()
}

fn orphans(world: &World) -> Vec<Finding> {
    unnamed(&world.book)
        .into_iter()
        .map(|hash| Finding {
            code: "orphaned-attachment",
            path: format!("{FILES}/{hash}"),
            message: text!("没有订单提到这个附件", "no order names this attachment"),
            fix: text!(
                "删除它：icpctl doctor --fix",
                "remove it: icpctl doctor --fix"
            ),
        })
        .collect()
}
