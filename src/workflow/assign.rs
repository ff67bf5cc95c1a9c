//! `--set`, `--add` and `--unset`: words put into the fields of an order's data.
//!
//! The data are laid out as the dossier that would say the same, changed there, and read back by
//! the dossier's own reader, so that a value is judged in one place however it was given.

use crate::failure::Failure;
use crate::filing::order::{FieldChange, Order};
use crate::filing::tree;
use crate::intake::{Dossier, Problem, Source, read_dossier, set_twice};
use crate::knowledge::{self, FieldType};
use crate::lang::Text;
use crate::text;
use chrono::NaiveDate;
use std::collections::BTreeSet;
use toml::{Table, Value};

/// One assignment, as typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Assign {
    /// `--set FIELD=V`.
    Set(String, String),
    /// `--add FIELD=V`: one more in a list.
    Add(String, String),
    /// `--unset FIELD[=V]`: the field, or one value of a list.
    Unset(String, Option<String>),
}

impl Assign {
    /// Reads `FIELD=V` as `--set` or `--add` take it.
    ///
    /// # Errors
    /// When there is no `=` (2).
    pub fn pair(word: &str) -> Result<(String, String), Failure> {
        Self::parted(word, "FIELD=VALUE")
    }

    /// Reads a label, `K=V`.
    ///
    /// # Errors
    /// 2 where there is no `=`, or nothing before it.
    pub fn label(word: &str) -> Result<(String, String), Failure> {
        Self::parted(word, "K=V")
    }

    fn parted(word: &str, form: &str) -> Result<(String, String), Failure> {
        word.split_once('=')
            .map(|(field, value)| (field.trim().to_owned(), value.trim().to_owned()))
            .filter(|(field, _)| !field.is_empty())
            .ok_or_else(|| {
                Failure::usage(text!("`{word}` 应写成 {form}", "`{word}` should be {form}"))
            })
    }

    /// Reads `FIELD` or `FIELD=V` as `--unset` takes it.
    pub fn unset(word: &str) -> Self {
        match word.split_once('=') {
            Some((field, value)) => {
                Self::Unset(field.trim().to_owned(), Some(value.trim().to_owned()))
            }
            None => Self::Unset(word.trim().to_owned(), None),
        }
    }

    /// Returns the same with its value in its normal form, as the dossier's reader has it: 企业 is
    /// `enterprise`. `path` is the field's full path. What is no value of the field stays as typed.
    #[must_use]
    pub fn canonical(self, path: &str) -> Self {
        let normal = |value: String| normal(path, &value).unwrap_or(value);
        match self {
            Self::Set(field, value) => Self::Set(field, normal(value)),
            Self::Add(field, value) => Self::Add(field, normal(value)),
            Self::Unset(field, value) => Self::Unset(field, value.map(normal)),
        }
    }

    /// Checks that no field is set twice: one of the two would be lost.
    ///
    /// # Errors
    /// 2, naming the field.
    pub fn set_once(assigns: &[Self]) -> Result<(), Failure> {
        let mut set = BTreeSet::new();
        for assign in assigns {
            if let Self::Set(field, _) = assign
                && !set.insert(field)
            {
                let (message, fix) = set_twice(field);
                return Err(Failure::usage(message).hint(fix));
            }
        }
        Ok(())
    }

    /// Returns the field.
    pub fn field(&self) -> &str {
        match self {
            Self::Set(field, _) | Self::Add(field, _) | Self::Unset(field, _) => field,
        }
    }
}

/// Refuses something read in which anything is wrong.
///
/// # Errors
/// As [`invalid`].
pub fn valid(name: &str, problems: &[Problem]) -> Result<(), Failure> {
    if problems.is_empty() {
        Ok(())
    } else {
        Err(invalid(name, problems))
    }
}

/// Turns all problems of something read into one failure (3).
pub fn invalid(name: &str, problems: &[Problem]) -> Failure {
    let name = called(name);
    let mut failure = match problems.first() {
        None => Failure::invalid(
            "invalid.file",
            text!("{name} 无效", "{name} does not validate"),
        ),
        Some(first) => {
            let more = problems.len() - 1;
            let at = place(name, first);
            if more == 0 {
                Failure::invalid(
                    "invalid.file",
                    text!(
                        "{at}：{message}",
                        "{at}: {message}",
                        at,
                        message = &first.message
                    ),
                )
            } else {
                Failure::invalid(
                    "invalid.file",
                    text!(
                        "{at}：{message}（另有 {more} 处问题）",
                        "{at}: {message} (and {more} more)",
                        at,
                        message = &first.message
                    ),
                )
            }
        }
    };
    failure
        .hints
        .extend(problems.first().and_then(|p| p.fix.clone()));
    for problem in problems.iter().skip(1) {
        let at = place(name, problem);
        failure.hints.push(text!(
            "{at}：{message}",
            "{at}: {message}",
            at,
            message = &problem.message
        ));
        failure.hints.extend(problem.fix.clone());
    }
    failure
}

/// Returns what messages call a file: `-` is stdin.
pub fn called(name: &str) -> &str {
    if name == "-" { "stdin" } else { name }
}

fn place(name: &str, problem: &Problem) -> Text {
    let at = if name.starts_with("--") {
        name.to_owned()
    } else {
        format!("{name}:{}:{}", problem.line, problem.column)
    };
    let path = &problem.path;
    if path.is_empty() {
        Text::verbatim(at)
    } else {
        text!("{at}（{path}）", "{at} ({path})")
    }
}

/// Makes an assignment in a tree laid out as a dossier; `path` is the field's full path there.
///
/// # Errors
/// 3 for a field that does not exist, or that is no list where one is needed.
pub fn assign(tree: &mut Value, path: &str, assign: &Assign) -> Result<(), Failure> {
    let field = knowledge::field(path);
    let is_list = field.is_some_and(|f| f.value_type == FieldType::List);
    let words = |value: &str| -> Vec<Value> {
        value
            .split([';', '；', ','])
            .map(str::trim)
            .filter(|part| !part.is_empty())
            .map(Value::from)
            .collect()
    };
    let listed = |tree: &Value| match tree::get(tree, path) {
        Some(Value::Array(list)) => list,
        Some(_) | None => Vec::new(),
    };
    let value = match assign {
        Assign::Set(name, value) | Assign::Add(name, value)
            if value.is_empty() && !(is_list && matches!(assign, Assign::Add(..))) =>
        {
            return Err(Failure::invalid(
                "invalid.field",
                text!("{name} 的值是空的", "{name} is given an empty value"),
            )
            .hint(text!(
                "要清除它用 --unset {name}",
                "to take it away use --unset {name}"
            )));
        }
        Assign::Set(_, value) if is_list => Some(Value::Array(words(value))),
        Assign::Set(_, value) if field.is_some_and(|f| f.value_type == FieldType::Bool) => Some(
            value
                .parse::<bool>()
                .map_or_else(|_| value.as_str().into(), Value::Boolean),
        ),
        Assign::Set(_, value) => Some(value.as_str().into()),
        Assign::Unset(_, None) => None,
        Assign::Add(_, _) | Assign::Unset(_, Some(_)) if !is_list => {
            let name = assign.field();
            return Err(Failure::invalid(
                "invalid.field",
                text!("{name} 不是列表字段", "{name} is no list"),
            )
            .hint(match assign {
                Assign::Unset(_, _) => text!(
                    "要清除它用 --unset {name}",
                    "to take it away use --unset {name}"
                ),
                Assign::Set(_, _) | Assign::Add(_, _) => text!("改用 --set", "use --set instead"),
            }));
        }
        Assign::Add(_, value) => {
            let mut list = listed(tree);
            for word in words(value) {
                if !list.contains(&word) {
                    list.push(word);
                }
            }
            Some(Value::Array(list))
        }
        Assign::Unset(_, Some(value)) => {
            let gone = words(value);
            let mut list = listed(tree);
            let same = |one: &Value, two: &Value| match (one.as_str(), two.as_str()) {
                (Some(one), Some(two)) => one.eq_ignore_ascii_case(two),
                (_, _) => one == two,
            };
            if let Some(missing) = gone
                .iter()
                .find(|g| !list.iter().any(|there| same(there, g)))
            {
                let missing = missing.as_str().unwrap_or_default();
                let name = assign.field();
                return Err(Failure::invalid(
                    "invalid.field",
                    text!("{name} 中没有 {missing}", "{name} does not hold {missing}"),
                ));
            }
            list.retain(|there| !gone.iter().any(|g| same(there, g)));
            Some(Value::Array(list))
        }
    };
    if value.is_some() {
        make_room(tree, path);
    }
    if tree::put(tree, path, value) {
        return Ok(());
    }
    let name = assign.field();
    Err(Failure::invalid(
        "invalid.field",
        text!("没有字段 {name}", "there is no field {name}"),
    )
    .hint(text!(
        "字段是资料文件中的完整路径，如 services.0.name",
        "a field is the full path in the dossier, such as services.0.name"
    )))
}

/// Makes the tables in which the field at `path` stands where they are elements of lists: the next
/// one of a list, or the first of one that is not there yet.
pub fn make_room(tree: &mut Value, path: &str) {
    let places = path.match_indices('.').map(|(end, _)| &path[..end]);
    for element in places {
        let Some((list, place)) = element.rsplit_once('.') else {
            continue;
        };
        let Ok(place) = place.parse::<usize>() else {
            continue;
        };
        match tree::get(tree, list) {
            None if place == 0 => {
                let first = Value::Array(vec![Value::Table(Table::new())]);
                tree::put(tree, list, Some(first));
            }
            Some(Value::Array(mut held)) if place == held.len() => {
                held.push(Value::Table(Table::new()));
                tree::put(tree, list, Some(Value::Array(held)));
            }
            Some(_) | None => {}
        }
    }
}

/// Returns the normal form of a value that was typed for a field.
fn normal(path: &str, value: &str) -> Option<String> {
    // Of whichever service: the field is the same.
    let (path, place) = match path
        .strip_prefix("services.")
        .and_then(|p| p.split_once('.'))
    {
        Some((_, field)) => (format!("services.0.{field}"), field),
        None => (path.to_owned(), path.strip_prefix("subject.")?),
    };
    let mut top = Table::new();
    if path.starts_with("services.") {
        let service = Value::Table(Table::new());
        top.insert("services".to_owned(), Value::Array(vec![service]));
    }
    let mut tree = Value::Table(top);
    let given = Assign::Set(path.clone(), value.to_owned());
    assign(&mut tree, &path, &given).ok()?;
    // Whether a day has come is no matter of its form.
    let dossier = read(&tree, "--set", NaiveDate::MAX).ok()?;
    let facts = match dossier.subject_facts() {
        Some(facts) => tree::of(facts),
        None => tree::of(&dossier.services.first()?.facts),
    };
    match tree::get(&facts, place)? {
        Value::String(word) => Some(word),
        Value::Array(words) => {
            let words: Option<Vec<&str>> = words.iter().map(Value::as_str).collect();
            Some(words?.join(";"))
        }
        Value::Boolean(flag) => Some(flag.to_string()),
        Value::Integer(_) | Value::Float(_) | Value::Datetime(_) | Value::Table(_) => None,
    }
}

/// Reads a tree laid out as a dossier the way a dossier's file is read.
///
/// # Errors
/// 3 with all problems; `name` is what they are said of.
pub fn read(tree: &Value, name: &str, today: NaiveDate) -> Result<Dossier, Failure> {
    let text = toml::to_string(tree).map_err(|error| {
        Failure::invalid(
            "invalid.field",
            text!("无法写成 TOML：{error}", "not TOML: {error}"),
        )
    })?;
    let source = Source {
        name,
        bytes: text.as_bytes(),
    };
    read_dossier(&source, today).map_err(|problems| invalid(name, &problems))
}

/// Lists what is wrong with data laid out as a dossier.
pub fn problems(tree: &Value, today: NaiveDate) -> Vec<Problem> {
    let text = toml::to_string(tree).unwrap_or_default();
    let source = Source {
        name: "-",
        bytes: text.as_bytes(),
    };
    read_dossier(&source, today).err().unwrap_or_default()
}

/// Lays out what can be edited of an order as the dossier that says the same.
pub fn lay_out(order: &Order) -> Value {
    let mut top = Table::new();
    let mut put = |key: &str, value: Option<String>| {
        if let Some(value) = value {
            top.insert(key.to_owned(), value.into());
        }
    };
    put("provider", order.provider.clone());
    put("account", order.account.clone());
    put("after", order.after.as_ref().map(ToString::to_string));
    put("verify_by", order.verify_by.map(|v| v.name().to_owned()));
    let mut subject = Table::new();
    let mut services: Vec<Value> = Vec::new();
    if let Some(facts) = &order.filing.subject
        && let Value::Table(facts) = tree::of(facts)
    {
        subject = facts;
    }
    if let Some(number) = &order.target.subject {
        subject.insert("number".to_owned(), number.to_string().into());
    }
    services.extend(order.filing.services.iter().map(tree::of));
    for target in &order.target.services {
        let mut service = tree::of(&target.linked());
        tree::put(
            &mut service,
            "number",
            Some(target.number.to_string().into()),
        );
        services.push(service);
    }
    let mut subject = Value::Table(subject);
    for change in &order.changes {
        // What a change clears is an empty text here.
        let to = change.to.clone().or_else(|| Some(String::new().into()));
        match &change.service {
            None => {
                tree::put(&mut subject, &change.field, to);
            }
            Some(number) => {
                let place = order
                    .target
                    .services
                    .iter()
                    .position(|s| s.number == *number);
                if let Some(service) = place.and_then(|place| services.get_mut(place)) {
                    tree::put(service, &change.field, to);
                }
            }
        }
    }
    if subject.as_table().is_some_and(|t| !t.is_empty()) {
        top.insert("subject".to_owned(), subject);
    }
    if !services.is_empty() {
        top.insert("services".to_owned(), Value::Array(services));
    }
    Value::Table(top)
}

/// Lists the leaves in which two trees differ: full paths, with what was and what is. A list of
/// tables that grows or shrinks is one leaf.
pub fn leaves(old: &Value, new: &Value) -> Vec<FieldChange> {
    fn walk(path: &str, old: Option<&Value>, new: Option<&Value>, found: &mut Vec<FieldChange>) {
        if old == new {
            return;
        }
        match (old, new) {
            (Some(Value::Array(old)), Some(Value::Array(new)))
                if old.len() == new.len() && old.iter().chain(new).all(Value::is_table) =>
            {
                for (place, (old, new)) in old.iter().zip(new).enumerate() {
                    walk(
                        &tree::below(path, &place.to_string()),
                        Some(old),
                        Some(new),
                        found,
                    );
                }
            }
            (old, new) if old.or(new).is_some_and(Value::is_table) => {
                let keys = |value: Option<&Value>| -> Vec<String> {
                    let table = value.and_then(Value::as_table);
                    table.into_iter().flat_map(Table::keys).cloned().collect()
                };
                let mut keys = [keys(old), keys(new)].concat();
                keys.sort();
                keys.dedup();
                for key in keys {
                    let of = |value: Option<&'_ Value>| value.and_then(|v| v.get(&key)).cloned();
                    walk(
                        &tree::below(path, &key),
                        of(old).as_ref(),
                        of(new).as_ref(),
                        found,
                    );
                }
            }
            (old, new) => found.push(FieldChange::of(path.to_owned(), old.cloned(), new.cloned())),
        }
    }
    let mut found = Vec::new();
    walk("", Some(old), Some(new), &mut found);
    found
}
