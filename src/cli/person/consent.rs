//! Agreement to what cannot be undone: shown first, then asked for.

use super::question;
use crate::cli::context::Context;
use crate::cli::reply::tell;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::text;
pub use crate::workflow::plan::Consent;

/// Returns the refusal of what is not any more what was agreed to.
pub fn moved() -> Failure {
    Failure::conflict(
        "conflict.revision",
        text!(
            "确认期间情况有变，什么都没有写入",
            "things changed while this was being agreed to; nothing was written"
        ),
    )
    .hint(text!(
        "重新执行，查看新的影响",
        "run it again and see what it does now"
    ))
}

/// Obtains agreement: asks on a terminal, else looks for the flags.
///
/// # Errors
/// 2 when nobody can be asked and a flag is missing; 13 when the answer is no.
pub fn obtain(cx: &mut Context<'_>, consent: &Consent) -> Result<(), Failure> {
    let asks = cx.may_ask();
    let types = consent.numbers.iter().any(|(_, given)| !given);
    if asks && (!cx.globals.yes || types) || cx.globals.dry_run {
        for line in &consent.shown {
            tell(cx.err, line.get(cx.lang));
        }
    }
    if cx.globals.dry_run {
        return Ok(());
    }
    if asks {
        for (number, _) in consent.numbers.iter().filter(|(_, given)| !given) {
            type_number(cx, number)?;
        }
    } else if let Some(failure) = consent.missing() {
        return Err(failure);
    }
    if cx.globals.yes && consent.explicit {
        return Ok(());
    }
    if !asks {
        let failure = if consent.explicit {
            text!(
                "此操作需要确认，而现在无法提问",
                "this needs consent, and nobody can be asked"
            )
        } else {
            text!(
                "不提问时必须写明订单或目标",
                "without questions, the orders or targets must be named"
            )
        };
        return Err(
            Failure::new(Exit::Usage, "usage.consent", failure).hint(text!(
                "加上 --yes，并写明订单或目标",
                "add --yes, and name the orders or targets"
            )),
        );
    }
    if !consent.numbers.is_empty() && !consent.always_asks {
        return Ok(());
    }
    let question = consent
        .question
        .clone()
        .unwrap_or_else(|| text!("继续吗？", "Go on?"));
    if question::agrees(cx.err, question.get(cx.lang))? {
        Ok(())
    } else {
        Err(declined())
    }
}

fn type_number(cx: &mut Context<'_>, number: &str) -> Result<(), Failure> {
    let prompt = text!(
        "请输入主体备案号 {number} 以确认：",
        "Type the subject number {number} to confirm:"
    );
    let typed = question::ask(cx.err, prompt.get(cx.lang))?;
    let typed = typed.unwrap_or_default();
    let same = crate::filing::number::SubjectNumber::parse(&typed)
        .is_ok_and(|parsed| parsed.number.to_string() == number);
    if same { Ok(()) } else { Err(declined()) }
}

/// The failure of what a person does not want.
pub(super) fn declined() -> Failure {
    Failure::new(
        Exit::Declined,
        "declined.operator",
        text!("已取消，什么都没有改动", "declined; nothing was changed"),
    )
}
