//! A first filing whose subject has been filed since it was drafted.

use super::aim;
use super::assign::Assign;
use super::edit;
use super::plan::{Caution, Stamp};
use super::world::World;
use crate::failure::Failure;
use crate::filing::kind::Kind;
use crate::filing::number::SubjectNumber;
use crate::filing::obstacle::Obstacle;
use crate::filing::order::{Order, OrderId};
use crate::filing::portfolio::FiledSubject;
use crate::intake::DossierSubject;
use crate::text;
use std::borrow::Cow;

/// Returns the filed subject that holds the certificate of a first filing, where there is one by now.
pub(super) fn holder<'w>(world: &'w World, order: &Order) -> Option<&'w FiledSubject> {
    let facts = order.filing.subject.as_deref();
    let certificate = facts.filter(|_| order.is_first_filing())?.certificate()?;
    aim::holder(world, &certificate, &world.ahead_of(order))
}

/// Returns what a first filing becomes whose certificate is filed by now: one that adds its services
/// to that subject, as a dossier does that is taken in now (ORD-04); none where it stays what it is.
///
/// # Errors
/// 5 where what it says of the subject differs from what is filed, or it was sent as a first filing
/// before.
pub fn becomes(world: &World, order: &Order) -> Result<Option<Order>, Failure> {
    let is_open = order.standing().status.is_editable();
    let facts = order.filing.subject.as_deref().filter(|_| is_open);
    let Some((facts, holder)) = facts.zip(holder(world, order)) else {
        return Ok(None);
    };
    let given = DossierSubject::Data {
        number: None,
        facts: Box::new(facts.clone()),
    };
    let (id, number) = (&order.id, holder.number);
    if order.was_submitted() {
        return Err(Obstacle::WrongKind {
            instead: format!("{} --from FILE", Kind::New.name()),
            because: text!(
                "它曾按首次备案提交，而主体此后已备案为 {number}：请放弃这个订单（icpctl abandon {id}），重新起草",
                "it was sent as a first filing, and its subject has been filed as {number} since: abandon it (icpctl abandon {id}) and draft it anew"
            ),
        }
        .into());
    }
    aim::filed_already(world, &given, &world.ahead_of(order)).map_err(|failure| {
        failure.hint(text!(
            "或采用已备案的主体数据：icpctl edit {id} --set subject={number}",
            "or take the subject as it is filed: icpctl edit {id} --set subject={number}"
        ))
    })?;
    let mut added = order.clone();
    added.target.subject = Some(number);
    added.target.name.clone_from(&holder.facts.name);
    added.filing.subject = None;
    Ok(Some(added))
}

/// Returns the order as it stands by now: what it [`becomes`], where that can be.
pub fn by_now<'o>(world: &World, order: &'o Order) -> Cow<'o, Order> {
    match becomes(world, order) {
        Ok(Some(added)) => Cow::Owned(added),
        Ok(None) | Err(_) => Cow::Borrowed(order),
    }
}

/// Returns the order as it is sent: what it [`becomes`] is an edit in its history, and a caution.
///
/// # Errors
/// As [`becomes`].
pub fn as_sent<'o>(
    world: &World,
    stamp: &Stamp,
    order: &'o Order,
    cautions: &mut Vec<Caution>,
) -> Result<Cow<'o, Order>, Failure> {
    let id = &order.id;
    let added = becomes(world, order).map_err(|failure| failure.of_order(id))?;
    let Some(number) = added.and_then(|added| added.target.subject) else {
        return Ok(Cow::Borrowed(order));
    };
    let set = Assign::Set("subject".to_owned(), number.to_string());
    let Some(edited) = edit::edit(world, stamp, order, &[set], None, &[])? else {
        return Ok(Cow::Borrowed(order));
    };
    cautions.push(caution(id, number));
    Ok(Cow::Owned(edited))
}

/// Says what an order has become.
pub fn caution(id: &OrderId, number: SubjectNumber) -> Caution {
    Caution {
        code: "subject-filed-meanwhile",
        message: text!(
            "起草之后，它的主体已备案为 {number}；现在按在该主体下新增服务提交",
            "its subject has been filed as {number} since this was drafted: it is sent as services added to that one"
        ),
        path: Some(id.to_string()),
    }
}
