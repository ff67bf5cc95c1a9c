//! Filings in a table: a row a service, its cells laid out as the tree that other formats write.

use crate::intake::node::{Entry, Node, Shape};
use crate::intake::problem::{Position, Problem};
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
            problems.push(Problem::new(&cell.column, cell.at, "row-length", message));
        }
    }
    let labels: Vec<Entry> = row
        .labels
        .iter()
        .map(|(name, cell)| entry(name, cell, false))
        .collect();
    let is_service = !service.is_empty();
    if !labels.is_empty() {
        let labels = table("labels", row.at, labels);
        if is_service {
            service.push(labels);
        } else {
            subject.push(labels);
        }
    }
    let mut needed = vec!["subject_number"];
    needed.extend(is_service.then_some("service_number"));
    needed.retain(|name| !row.cells.contains_key(name));
    if !needed.is_empty() {
        needed.retain(|name| row.lacks(name));
        problems.extend(needed.into_iter().map(|name| missing(row, name)));
        return None;
    }
    if is_service {
        let service = Node {
            path: String::new(),
            at: row.at,
            end: None,
            shape: Shape::Table(service),
        };
        subject.push(Entry {
            key: "services".to_owned(),
            at: row.at,
            node: Node {
                path: String::new(),
                at: row.at,
                end: None,
                shape: Shape::List(vec![service]),
            },
        });
    }
    Some(Node {
        path: String::new(),
        at: row.at,
        end: None,
        shape: Shape::Table(subject),
    })
}

fn table(key: &str, at: Position, entries: Vec<Entry>) -> Entry {
    Entry {
        key: key.to_owned(),
        at,
        node: Node {
            path: key.to_owned(),
            at,
            end: None,
            shape: Shape::Table(entries),
        },
    }
}

fn text_node(cell: &Cell, text: &str) -> Node {
    Node {
        path: cell.column.clone(),
        at: cell.at,
        end: None,
        shape: Shape::Text(text.to_owned()),
    }
}

fn entry(key: &str, cell: &Cell, is_list: bool) -> Entry {
    let texts = cell.texts();
    let node = if is_list {
        Node {
            path: cell.column.clone(),
            at: cell.at,
            end: None,
            shape: Shape::List(texts.iter().map(|text| text_node(cell, text)).collect()),
        }
    } else {
        text_node(cell, texts.first().map_or("", String::as_str))
    };
    Entry {
        key: key.to_owned(),
        at: cell.at,
        node,
    }
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
        let mut entries = vec![Entry {
            key: "provider".to_owned(),
            at: cell.at,
            node: text_node(cell, provider),
        }];
        for (column, key) in [("accounts", "account"), ("resources", "resource")] {
            if let Some((cell, text)) = beside(column, place) {
                entries.push(Entry {
                    key: key.to_owned(),
                    at: cell.at,
                    node: text_node(cell, text),
                });
            }
        }
        if !provider.is_empty() {
            items.push(Node {
                path: cell.column.clone(),
                at: cell.at,
                end: None,
                shape: Shape::Table(entries),
            });
        } else if entries.len() > 1 {
            let place = place + 1;
            let message = text!("第 {place} 个接入商为空", "access {place} is empty");
            problems.push(Problem::new(
                &cell.column,
                cell.at,
                "missing-field",
                message,
            ));
        }
    }
    Entry {
        key: "accesses".to_owned(),
        at: cell.at,
        node: Node {
            path: cell.column.clone(),
            at: cell.at,
            end: None,
            shape: Shape::List(items),
        },
    }
}
