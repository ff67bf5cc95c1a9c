//! Expressions in CEL: bounded when they are read, and evaluated over a scope of values.

use cel::common::ast::{EntryExpr, Expr, IdedExpr};
use cel::parser::PrattParser;
use cel::{Context, Value};
use std::fmt;

/// The most bytes of an expression.
const LENGTH_LIMIT: usize = 2_000;
/// The most nodes of its tree, macros unfolded.
const NODE_LIMIT: usize = 1_000;
/// How deep it may go; a chain of `&&` takes a level for each.
const DEPTH_LIMIT: usize = 100;
/// How deep `all`, `exists`, `filter` and `map` may stand in each other: CEL has no limit on cost,
/// and each level multiplies it by the length of a list.
const LOOP_LIMIT: usize = 2;

/// An expression that was read and found to be within bounds.
#[derive(Debug)]
pub(super) struct Expression {
    tree: IdedExpr,
}

/// Why an expression was refused, or could not be evaluated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ExpressionError {
    /// The byte at which it is wrong, where that is known.
    pub(super) at: Option<usize>,
    /// What is wrong, in the evaluator's words.
    pub(super) reason: String,
}

impl ExpressionError {
    fn bound(reason: String) -> Self {
        Self { at: None, reason }
    }
}

impl fmt::Display for ExpressionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.reason)
    }
}

impl Expression {
    /// Reads an expression.
    ///
    /// # Errors
    /// Where it is no CEL, or larger or deeper than allowed.
    pub(super) fn parse(source: &str) -> Result<Self, ExpressionError> {
        if source.len() > LENGTH_LIMIT {
            let length = source.len();
            return Err(ExpressionError::bound(format!(
                "{length} bytes, of {LENGTH_LIMIT} at most"
            )));
        }
        let tree = PrattParser::new()
            .error_recovery_limit(1)
            .parse(source)
            .map_err(|errors| {
                let first = errors.errors.first();
                ExpressionError {
                    at: first.and_then(|error| offset(source, error.pos)),
                    reason: first.map_or_else(|| errors.to_string(), |error| error.msg.clone()),
                }
            })?;
        let size = Size::of(&tree);
        for (found, what, limit) in [
            (size.nodes, "parts", NODE_LIMIT),
            (size.depth, "levels", DEPTH_LIMIT),
            (size.loops, "loops in each other", LOOP_LIMIT),
        ] {
            if found > limit {
                return Err(ExpressionError::bound(format!(
                    "{found} {what}, of {limit} at most"
                )));
            }
        }
        Ok(Self { tree })
    }

    /// Evaluates it.
    ///
    /// # Errors
    /// Where a name is unknown, or an operator or function does not take what it is given.
    pub(super) fn evaluate(&self, scope: &Context<'_, '_>) -> Result<Value, ExpressionError> {
        scope
            .resolve(&self.tree)
            .map_err(|error| ExpressionError::bound(error.to_string()))
    }

    /// Evaluates it as a condition.
    ///
    /// # Errors
    /// As above, and where it is neither true nor false.
    pub(super) fn holds(&self, scope: &Context<'_, '_>) -> Result<bool, ExpressionError> {
        let value = self.evaluate(scope)?;
        if let Value::Bool(holds) = value {
            return Ok(holds);
        }
        let found = value.type_of();
        Err(ExpressionError::bound(format!(
            "true or false is expected, not {found}"
        )))
    }
}

/// Returns the byte at a line and a byte in it, each from 1.
fn offset(source: &str, (line, column): (isize, isize)) -> Option<usize> {
    let before = usize::try_from(line.checked_sub(1)?).ok()?;
    let before = source.split_inclusive('\n').take(before).map(str::len);
    Some(before.sum::<usize>() + usize::try_from(column.checked_sub(1)?).ok()?)
}

/// Shows what stands directly in an expression to `visit`.
fn each_part(expr: &Expr, mut visit: impl FnMut(&IdedExpr)) {
    match expr {
        Expr::Unspecified | Expr::Ident(_) | Expr::Literal(_) => {}
        Expr::Call(call) => call
            .target
            .as_deref()
            .into_iter()
            .chain(&call.args)
            .for_each(visit),
        Expr::Comprehension(over) => [
            &over.iter_range,
            &over.accu_init,
            &over.loop_cond,
            &over.loop_step,
            &over.result,
        ]
        .into_iter()
        .for_each(visit),
        Expr::List(list) => list.elements.iter().for_each(visit),
        Expr::Map(map) => map
            .entries
            .iter()
            .for_each(|entry| each_entry(&entry.expr, &mut visit)),
        Expr::Select(select) => visit(&select.operand),
        Expr::Struct(made) => made
            .entries
            .iter()
            .for_each(|entry| each_entry(&entry.expr, &mut visit)),
    }
}

fn each_entry(entry: &EntryExpr, visit: &mut impl FnMut(&IdedExpr)) {
    match entry {
        EntryExpr::StructField(field) => visit(&field.value),
        EntryExpr::MapEntry(entry) => {
            visit(&entry.key);
            visit(&entry.value);
        }
    }
}

/// How large an expression is.
#[derive(Clone, Copy, Debug, Default)]
struct Size {
    nodes: usize,
    depth: usize,
    loops: usize,
}

impl Size {
    /// Measures a tree, which is no deeper than the source is long.
    fn of(tree: &IdedExpr) -> Self {
        let mut size = Self::default();
        let is_loop = matches!(tree.expr, Expr::Comprehension(_));
        // The list of a loop is made once, what is asked of its elements once for each.
        let mut each = 0;
        each_part(&tree.expr, |part| {
            let part = Self::of(part);
            size.nodes += part.nodes;
            size.depth = size.depth.max(part.depth);
            size.loops = size.loops.max(part.loops + each);
            each = usize::from(is_loop);
        });
        Self {
            nodes: size.nodes + 1,
            depth: size.depth + 1,
            ..size
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may panic")]
    use super::*;

    #[test]
    fn what_could_run_away_is_refused_when_it_is_read() {
        assert!(Expression::parse(&format!("'{}' == it", "x".repeat(3_000))).is_err());
        for (open, close) in [("[", "]"), ("f(", ")"), ("a?b:", "")] {
            let times = LENGTH_LIMIT / (open.len() + close.len()) - 4;
            let deep = format!("{}a{}", open.repeat(times), close.repeat(times));
            assert!(Expression::parse(&deep).is_err(), "{open}");
        }
        let sum = vec!["1"; 900].join("+");
        assert!(Expression::parse(&sum).is_err());
        let two = "a.all(x, b.exists(y, y == x))";
        assert!(Expression::parse(two).is_ok());
        let three = "a.all(x, b.all(y, c.all(z, z == x)))";
        let error = Expression::parse(three).unwrap_err();
        assert!(error.reason.contains("loops"), "{error}");
        // One after the other is no nesting.
        assert!(Expression::parse("a.filter(x, x > 1).map(x, x + 1).all(x, x > 2)").is_ok());
    }

    #[test]
    fn an_error_says_where_it_is() {
        let error = Expression::parse("it.phone == ").unwrap_err();
        assert!(error.at.is_some(), "{error:?}");
    }
}
