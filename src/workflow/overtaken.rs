//! A first filing whose subject has been filed since it was drafted.

use super::aim;
use super::assign::Assign;
use super::edit;
use super::plan::{Caution, Stamp};
use super::world::World;
use crate::failure::Failure;
use crate::filing::order::Order;
use crate::intake::DossierSubject;
use crate::text;
use std::borrow::Cow;

/// Returns the order as it is sent: a first filing whose certificate is filed by now adds its services
/// to that subject, as a dossier does that is taken in now (ORD-04); what it becomes is an edit in its
/// history, and a caution.
///
/// # Errors
/// 5 where what it says of the subject differs from what is filed.
pub fn as_sent<'o>(
    world: &World,
    stamp: &Stamp,
    order: &'o Order,
    cautions: &mut Vec<Caution>,
) -> Result<Cow<'o, Order>, Failure> {
    let Some(facts) = order.filing.subject.as_ref() else {
        return Ok(Cow::Borrowed(order));
    };
    if !order.is_first_filing() || !order.standing().status.is_editable() {
        return Ok(Cow::Borrowed(order));
    }
    let given = DossierSubject::Data {
        number: None,
        facts: Box::new(facts.clone()),
    };
    let id = &order.id;
    let Some(subject) = aim::filed_already(world, &given).map_err(|failure| {
        failure.of_order(id).hint(text!(
            "或采用已备案的主体数据：icpctl edit {id} --set subject=备案号",
            "or take the subject as it is filed: icpctl edit {id} --set subject=NUMBER"
        ))
    })?
    else {
        return Ok(Cow::Borrowed(order));
    };
    let number = subject.number.to_string();
    let set = Assign::Set("subject".to_owned(), number.clone());
    let Some(edited) = edit::edit(world, stamp, order, &[set], None, &[])? else {
        return Ok(Cow::Borrowed(order));
    };
    cautions.push(Caution {
        code: "subject-filed-meanwhile",
        message: text!(
            "起草之后，它的主体已备案为 {number}；现在按在该主体下新增服务提交",
            "its subject has been filed as {number} since this was drafted: it is sent as services added to that one"
        ),
        path: Some(id.to_string()),
    });
    Ok(Cow::Owned(edited))
}
