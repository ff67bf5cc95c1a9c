//! Judging: every rule in scope asked of everything that it ranges over.

use super::compiled::{Asked, Compiled, Fault, Part};
use super::functions;
use super::range::join;
use super::view::View;
use crate::filing::calendar::Calendar;
use crate::filing::kind::Kind;
use crate::knowledge::{Rule, Severity, Test};
use crate::lang::Text;
use cel::objects::{Key, Map};
use cel::{Context, Value};
use serde_json::Value as Json;
use std::borrow::Cow;
use std::cell::{OnceCell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::{Arc, LazyLock};

/// The most findings of one rule on one order; what is more says nothing new.
const FINDINGS_LIMIT: usize = 50;

/// One thing that a rule finds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The rule's id.
    pub rule: String,
    /// How much it weighs here.
    pub severity: Severity,
    /// The field, as in the dossier: `services.0.name`; empty for the order as a whole.
    pub path: String,
    /// What is wrong.
    pub message: Text,
    /// What to do.
    pub fix: Option<Text>,
    /// Keys of the sources.
    pub source: Option<String>,
    /// Whether it only says that something is not given.
    pub missing: bool,
}

/// What came of judging an order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Judgement {
    /// What is wrong, in the order of the rulebook.
    pub findings: Vec<Finding>,
    /// The rules that could not be asked.
    pub faults: Vec<Fault>,
    /// Whether the order tells little more than icpctl needs.
    pub is_bare: bool,
}

/// The rules in force, read once and asked often.
#[derive(Debug)]
pub struct Rulebook {
    rules: Cow<'static, [Rule]>,
    /// What has been read of each test of each rule.
    compiled: Vec<Vec<Compiled>>,
    calendar: Arc<Calendar>,
}

impl Rulebook {
    /// Takes rules as they are.
    pub fn new(rules: impl Into<Cow<'static, [Rule]>>, calendar: Calendar) -> Self {
        let rules = rules.into();
        Self {
            compiled: rules.iter().map(unread).collect(),
            rules,
            calendar: Arc::new(calendar),
        }
    }

    /// Lists the rules in force, those switched off included.
    pub fn rules(&self) -> impl Iterator<Item = &Rule> {
        self.rules.iter()
    }

    /// Returns the rule with this id, in any letter case.
    pub fn rule(&self, id: &str) -> Option<&Rule> {
        let id = id.trim();
        self.rules().find(|rule| rule.id.eq_ignore_ascii_case(id))
    }

    /// Judges an order.
    pub fn judge(&self, view: &View) -> Judgement {
        let mut judgement = Judgement {
            is_bare: view.is_bare,
            ..Judgement::default()
        };
        let scopes = match Scopes::of(view, &self.calendar) {
            Ok(scopes) => scopes,
            Err(reason) => {
                judgement.faults.push(Fault::of_all(reason));
                return judgement;
            }
        };
        let bounds = Bounds::of(&scopes.facts);
        let in_scope = |rule: &&Rule| is_in_scope(rule, view);
        for (rule, compiled) in self.rules().zip(&self.compiled) {
            let asked = Some(rule).filter(in_scope).into_iter();
            for asked in asked.flat_map(|rule| Asked::all(rule, compiled)) {
                if test_is_in_scope(asked.test, view)
                    && let Err(fault) = ask(asked, view, &scopes, &bounds, &mut judgement.findings)
                {
                    judgement.faults.push(fault);
                }
            }
        }
        judgement
    }
}

/// Returns a place for what will be read of each test.
fn unread(rule: &Rule) -> Vec<Compiled> {
    rule.test.iter().map(|_| Compiled::default()).collect()
}

/// Orders of which nothing is known, one of each kind, and the same with some word in every list.
static UNKNOWN: LazyLock<Vec<View>> = LazyLock::new(|| {
    let day = chrono::NaiveDate::default();
    let empty = Kind::ALL.iter().map(|kind| View::unknown(*kind, day));
    empty
        .flat_map(|view| [view.clone(), view.with_some_word()])
        .collect()
});

static CALENDAR: LazyLock<Arc<Calendar>> = LazyLock::new(|| Calendar::embedded().clone().into());

thread_local! {
    /// What rules are tried in: made once for all of them, as it costs more than to try one.
    static TRIALS: Result<Vec<Scopes<'static>>, String> =
        UNKNOWN.iter().map(|view| Scopes::of(view, &CALENDAR)).collect();
}

/// Tries a rule on orders of which nothing is known.
///
/// # Errors
/// Where an expression is wrong, cannot be evaluated on unknown data, or finds an error in them.
pub fn try_out(rule: &Rule) -> Result<(), Fault> {
    let compiled = unread(rule);
    for asked in Asked::all(rule, &compiled) {
        asked.read()?;
    }
    TRIALS.with(|trials| {
        let trials = trials.as_ref().map_err(|e| Fault::of_all(e.clone()))?;
        for scopes in trials {
            let bounds = Bounds::of(&scopes.facts);
            for asked in Asked::all(rule, &compiled) {
                let mut findings = Vec::new();
                ask(asked, scopes.view, scopes, &bounds, &mut findings)?;
                let is_error = |f: &Finding| f.severity == Severity::Error;
                if scopes.view.is_bare && !asked.test.missing && findings.iter().any(is_error) {
                    let reason = UNKNOWN_IS_NO_ERROR.to_owned();
                    return Err(asked.fault(Part::Require, None, reason));
                }
                // What it says is tried even where the condition holds.
                words(asked, scopes, 0)?;
            }
        }
        Ok(())
    })
}

/// What is wrong with a rule that takes the unknown for an error.
const UNKNOWN_IS_NO_ERROR: &str =
    "it finds an error where nothing is known: ask `x == null ||` first, or say `missing = true`";

/// A scope that holds its values.
type Scope = Context<'static, 'static>;

/// The values that expressions see, and those that messages see.
struct Scopes<'v> {
    facts: Scope,
    shown: OnceCell<Scope>,
    view: &'v View,
    calendar: &'v Arc<Calendar>,
}

impl<'v> Scopes<'v> {
    fn of(view: &'v View, calendar: &'v Arc<Calendar>) -> Result<Self, String> {
        Ok(Self {
            facts: scope(&view.facts, calendar)?,
            shown: OnceCell::new(),
            view,
            calendar,
        })
    }

    /// Returns the scope of messages, which most orders never need.
    fn shown(&self) -> Result<&Scope, String> {
        if let Some(made) = self.shown.get() {
            return Ok(made);
        }
        let made = scope(&self.view.shown, self.calendar)?;
        Ok(self.shown.get_or_init(|| made))
    }
}

fn scope(values: &Json, calendar: &Arc<Calendar>) -> Result<Scope, String> {
    let mut scope = Context::default();
    functions::declare(&mut scope, calendar).map_err(|error| error.to_string())?;
    for (name, value) in values.as_object().into_iter().flatten() {
        scope.add_variable_from_value(name.as_str(), valued(value));
    }
    Ok(scope)
}

/// Returns a value of the view as expressions have it; every whole number is one type, so that
/// they can be reckoned with.
fn valued(json: &Json) -> Value {
    match json {
        Json::Null => Value::Null,
        Json::Bool(flag) => Value::Bool(*flag),
        Json::Number(number) => match number.as_i64() {
            Some(whole) => Value::Int(whole),
            None => number.as_f64().map_or(Value::Null, Value::Float),
        },
        Json::String(text) => Value::String(Arc::new(text.clone())),
        Json::Array(list) => Value::List(Arc::new(list.iter().map(valued).collect())),
        Json::Object(table) => {
            let entries = table.iter();
            let map: HashMap<Key, Value> = entries
                .map(|(key, value)| (Key::String(Arc::new(key.clone())), valued(value)))
                .collect();
            Value::Map(Map { map: Arc::new(map) })
        }
    }
}

fn is_in_scope(rule: &Rule, view: &View) -> bool {
    !rule.off
        && rule.holds_on(view.day)
        && is_for(&rule.kinds, view.kind.as_ref())
        && is_for(&rule.provinces, view.province.as_ref())
        && is_for(&rule.providers, view.provider.as_ref())
        && is_for(&rule.natures, view.holder.as_ref())
}

fn test_is_in_scope(test: &Test, view: &View) -> bool {
    is_for(&test.kinds, view.kind.as_ref()) && is_for(&test.provinces, view.province.as_ref())
}

/// Whether what names `list` is for this one; a list that names none is for all.
fn is_for<T: PartialEq>(list: &[T], one: Option<&T>) -> bool {
    list.is_empty() || one.is_some_and(|one| list.contains(one))
}

/// Asks one test of everything that it ranges over.
fn ask(
    asked: Asked<'_>,
    view: &View,
    scopes: &Scopes<'_>,
    bounds: &Bounds<'_>,
    findings: &mut Vec<Finding>,
) -> Result<(), Fault> {
    let fault = |part, reason| asked.fault(part, None, reason);
    let unknown = |key: String| fault(Part::For, format!("the view has no list or table `{key}`"));
    let places = asked.range()?.places(&view.facts).map_err(unknown)?;
    let mut found = 0;
    for (index, place) in places.iter().enumerate() {
        let scope = bounds.at(&place.bound);
        if let Some(when) = asked.when()?
            && !when
                .holds(&scope)
                .map_err(|error| fault(Part::When, error.reason))?
        {
            continue;
        }
        if asked
            .require()?
            .holds(&scope)
            .map_err(|error| fault(Part::Require, error.reason))?
        {
            continue;
        }
        let (message, fix) = words(asked, scopes, index)?;
        findings.push(Finding {
            rule: asked.rule.id.clone(),
            severity: severity(asked, view),
            path: join(&place.path, asked.test.field.as_deref().unwrap_or_default()),
            message,
            fix: Some(fix),
            source: Some(asked.rule.source.clone()),
            missing: asked.test.missing,
        });
        found += 1;
        if found == FINDINGS_LIMIT {
            break;
        }
    }
    Ok(())
}

/// Returns what a test says of the thing at a place of its range.
fn words(asked: Asked<'_>, scopes: &Scopes<'_>, index: usize) -> Result<(Text, Text), Fault> {
    let fault = |part, reason| asked.fault(part, None, reason);
    let places = asked.range()?.places(&scopes.view.shown);
    let places = places.map_err(|key| fault(Part::For, key))?;
    let Some(place) = places.get(index) else {
        return Ok((Text::fixed("", ""), Text::fixed("", "")));
    };
    let shown = scopes
        .shown()
        .map_err(|error| fault(Part::Message, error))?;
    let scope = bound(shown, &place.bound);
    let message = asked.message()?.fill(&scope);
    let fix = asked.fix()?.fill(&scope);
    Ok((
        message.map_err(|error| fault(Part::Message, error.reason))?,
        fix.map_err(|error| fault(Part::Fix, error.reason))?,
    ))
}

/// Returns a scope in which names stand for the elements of lists.
fn bound<'b>(scope: &'b Scope, names: &[(&'static str, &Json)]) -> Context<'b, 'static> {
    let mut inner = scope.new_inner_scope();
    for (name, value) in names {
        inner.add_variable_from_value(*name, valued(value));
    }
    inner
}

/// The scopes of the things that rules range over: made once for all rules that ask of them.
struct Bounds<'b> {
    facts: &'b Scope,
    made: RefCell<HashMap<Vec<usize>, Rc<Context<'b, 'static>>>>,
}

impl<'b> Bounds<'b> {
    fn of(facts: &'b Scope) -> Self {
        Self {
            facts,
            made: RefCell::default(),
        }
    }

    /// Returns the scope of one thing; `names` refer to the same view each time.
    fn at(&self, names: &[(&'static str, &Json)]) -> Rc<Context<'b, 'static>> {
        let address = |(name, value): &(&'static str, &Json)| {
            [name.as_ptr().addr(), std::ptr::from_ref(*value).addr()]
        };
        let key: Vec<usize> = names.iter().flat_map(address).collect();
        let mut made = self.made.borrow_mut();
        let made = made
            .entry(key)
            .or_insert_with(|| Rc::new(bound(self.facts, names)));
        Rc::clone(made)
    }
}

/// The list of the order's papers, which is also the field that rules about them name.
const MATERIALS: &str = "materials";

/// Returns how much a finding weighs: what is not given is no error where it cannot be expected.
fn severity(asked: Asked<'_>, view: &View) -> Severity {
    let severity = asked.test.severity.unwrap_or(asked.rule.severity);
    if !asked.test.missing {
        return severity;
    }
    match view.kind {
        // What goes with an access may be attached at the console; who attaches papers here is told
        // of the others.
        Some(Kind::Access)
            if asked.test.field.as_deref() == Some(MATERIALS) && carries_papers(view) =>
        {
            severity.min(Severity::Warning)
        }
        // Only the portfolio says what is filed, and it may know little.
        Some(Kind::Access | Kind::CancelSite | Kind::CancelSubject | Kind::CancelAccess) => {
            severity.min(Severity::Info)
        }
        Some(Kind::New | Kind::Change) | None if view.is_bare => severity.min(Severity::Warning),
        Some(Kind::New | Kind::Change) | None => severity,
    }
}

/// Whether a paper that is asked for is attached: others say nothing of those.
fn carries_papers(view: &View) -> bool {
    let is_asked_for = |paper: &Json| !paper["slot"].is_null() && paper["slot"] != "other";
    let papers = view.facts[MATERIALS].as_array();
    papers.is_some_and(|papers| papers.iter().any(is_asked_for))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::knowledge::rules;

    #[test]
    fn every_rule_can_be_asked_of_orders_of_which_nothing_is_known() {
        let faults: Vec<String> = rules()
            .iter()
            .filter_map(|rule| Some(try_out(rule).err()?.message().en.into_owned()))
            .collect();
        assert!(faults.is_empty(), "{}", faults.join("\n"));
    }

    #[test]
    fn a_rule_that_takes_the_unknown_for_an_error_is_refused() {
        let refused = |require: &str| {
            let mut rule = rules()
                .iter()
                .find(|rule| rule.id == "NUM-04")
                .cloned()
                .unwrap_or_else(|| unreachable!("NUM-04 is built in"));
            rule.test.truncate(1);
            for test in &mut rule.test {
                require.clone_into(&mut test.require);
            }
            try_out(&rule).err().map(|fault| fault.reason)
        };
        assert_eq!(refused("true"), None);
        for require in [
            "subject.name.startsWith('a')",
            "size(subject.name) > 3",
            "subject.name",
            "subject.nmae == null",
            "nobody",
            "nothing(subject.name)",
            "subject.name != null",
        ] {
            assert!(refused(require).is_some(), "{require}");
        }
    }
}
