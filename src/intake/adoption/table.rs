//! Filings in a table: a row a service, its cells laid out as the tree that other formats write.

use crate::filing::number::ServiceNumber;
use crate::intake::node::{Entry, Node, Shape};
use crate::intake::problem::Problem;
use crate::intake::record::missing;
use crate::intake::rows::{Cell, Row};
use crate::intake::schema::{Table, columns};
use crate::text;

/// Turns a row of a CSV into the tree of an adoption; the paths in it are the columns' names.
pub(super) fn row_node(row: &Row, problems: &mut Vec<Problem>) -> Option<Node> {
    let mut subject = Vec::new();
    let mut service = Vec::new();
    for column in columns(Table::Adopt) {
        let Some(cell) = row.cells.get(column.name.as_str()) else {
            continue;
        };
        match column.path.strip_prefix("services.") {
            None => subject.push(entry(&column.path, cell, column.list)),
            // Lists that run beside the accesses.
            Some("accesses") => service.push(access_entry(row, cell, problems)),
            Some("accounts" | "resources") => {}
            Some(path) => service.push(entry(path, cell, column.list)),
        }
    }
    for beside in ["accounts", "resources"] {
        let accesses = row
            .cells
            .get("accesses")
            .map_or(0, |cell| cell.values.len());
        if let Some(cell) = row.cells.get(beside)
            && cell.values.len() > accesses
        {
            let found = cell.values.len();
            let message = text!(
                "有 {found} 项，接入商只有 {accesses} 个",
                "there are {found} value(s) for {accesses} access(es)"
            );
            problems.push(cell.problem("row-length", message));
        }
    }
    let labels: Vec<Entry> = row
        .labels
        .iter()
        .map(|(name, cell)| entry(name, cell, false))
        .collect();
    let is_service = !service.is_empty();
    if !labels.is_empty() {
        let labels = Node::new("labels", row.at, Shape::Table(labels));
        let labels = Entry::new("labels", row.at, labels);
        if is_service {
            service.push(labels);
        } else {
            subject.push(labels);
        }
    }
    let mut needed = vec!["subject_number"];
    needed.extend(is_service.then_some("service_number"));
    needed.retain(|name| !row.cells.contains_key(name));
    if needed == ["subject_number"]
        && let Some(cell) = row.cells.get("service_number")
    {
        match subject_of(cell) {
            Ok(number) => subject.push(text_entry("number", cell, &number)),
            Err(problem) => {
                problems.push(problem);
                return None;
            }
        }
        needed.clear();
    }
    if !needed.is_empty() {
        needed.retain(|name| row.lacks(name));
        problems.extend(needed.into_iter().map(|name| missing(row, name)));
        return None;
    }
    if is_service {
        let service = Node::new("", row.at, Shape::Table(service));
        let services = Node::new("", row.at, Shape::List(vec![service]));
        subject.push(Entry::new("services", row.at, services));
    }
    Some(Node::new("", row.at, Shape::Table(subject)))
}

/// Returns the subject's number as the service's holds it: of cells that were merged, only the first is
/// filled in.
fn subject_of(cell: &Cell) -> Result<String, Problem> {
    let text = cell.texts().concat();
    match ServiceNumber::parse(&text) {
        Ok(read) => Ok(read.number.subject().to_string()),
        Err(error) => Err(cell.problem("NUM-01", error.message())),
    }
}

/// A value of a cell; its path is the column's name.
fn node(cell: &Cell, shape: Shape) -> Node {
    Node::new(&cell.column, cell.at, shape)
}

fn text_entry(key: &str, cell: &Cell, text: &str) -> Entry {
    Entry::new(key, cell.at, node(cell, Shape::Text(text.to_owned())))
}

fn entry(key: &str, cell: &Cell, is_list: bool) -> Entry {
    let mut texts = cell.texts().into_iter().map(Shape::Text);
    let shape = if is_list {
        Shape::List(texts.map(|text| node(cell, text)).collect())
    } else {
        texts.next().unwrap_or_else(|| Shape::Text(String::new()))
    };
    Entry::new(key, cell.at, node(cell, shape))
}

/// Joins the parallel lists of providers, accounts and resources.
fn access_entry(row: &Row, cell: &Cell, problems: &mut Vec<Problem>) -> Entry {
    let beside = |column: &str, place: usize| {
        let cell = row.cells.get(column)?;
        let text = cell.values.get(place).filter(|text| !text.is_empty())?;
        Some((cell, text))
    };
    let mut items = Vec::new();
    for (place, provider) in cell.values.iter().enumerate() {
        let mut entries = vec![text_entry("provider", cell, provider)];
        for (column, key) in [("accounts", "account"), ("resources", "resource")] {
            if let Some((cell, text)) = beside(column, place) {
                entries.push(text_entry(key, cell, text));
            }
        }
        if !provider.is_empty() {
            items.push(node(cell, Shape::Table(entries)));
        } else if entries.len() > 1 {
            let place = place + 1;
            let message = text!("第 {place} 个接入商为空", "access {place} is empty");
            problems.push(cell.problem("missing-field", message));
        }
    }
    Entry::new("accesses", cell.at, node(cell, Shape::List(items)))
}
