//! Attachments: files looked at, and named by their content.

use super::assign::Assign;
use super::look::{self, Look};
use crate::failure::Failure;
use crate::filing::order::{FieldChange, MATERIALS, Material, Order};
use crate::filing::tree;
use crate::intake::DossierMaterial;
use crate::knowledge::{Holds, code_list};
use crate::lang::Text;
use crate::reading::{self, Unread};
use crate::store::book::attachment_path;
use crate::store::{ATTACHMENT_LIMIT, Digest, Files, StorePath};
use crate::text;
use serde_json::{Value as Json, json};
use std::collections::HashSet;
use std::path::Path;

/// A file of the store and its content.
pub type Content = (StorePath, Vec<u8>);

/// Reads a file that is to be attached; its content goes under its hash.
///
/// # Errors
/// 4 where it is missing, 3 where it is no file, empty or too large, 1 where it cannot be read.
pub fn take(
    path: &Path,
    slot: &str,
    service: Option<usize>,
) -> Result<(Material, Content), Failure> {
    let shown = path.display();
    let bytes =
        reading::read(path, ATTACHMENT_LIMIT).map_err(|unread| unreadable(path, &unread))?;
    let refuse = |message| Failure::invalid("invalid.attachment", message);
    if bytes.is_empty() {
        return Err(
            refuse(text!("{shown} 是空文件", "{shown} is empty")).hint(text!(
                "换一个文件，或重新拍摄、扫描",
                "name another file, or photograph or scan it again"
            )),
        );
    }
    let hash = Digest::of(&bytes).as_str().to_owned();
    let name = path
        .file_name()
        .map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    let material = Material {
        slot: slot.to_owned(),
        file: name,
        service,
        media_type: infer::get(&bytes).map(|kind| kind.mime_type().to_owned()),
        size: Some(bytes.len() as u64),
        hash: Some(hash.clone()),
        extra: toml::Table::new(),
    };
    let path = attachment_path(&hash)?;
    Ok((material, (path, bytes)))
}

fn unreadable(path: &Path, unread: &Unread) -> Failure {
    let shown = path.display();
    let reason = unread.reason();
    match unread {
        Unread::Folder | Unread::Device | Unread::Silent | Unread::TooLarge(_) => Failure::invalid(
            "invalid.attachment",
            text!("{shown} {reason}", "{shown}: {reason}", reason),
        ),
        Unread::Io(_) => {
            let failure = if unread.is_missing() {
                Failure::not_found(
                    "not-found.file",
                    text!("找不到附件 {shown}", "no such attachment: {shown}"),
                )
            } else {
                Failure::new(
                    crate::exit::Exit::Failure,
                    "failure.file",
                    text!(
                        "无法读取 {shown}：{reason}",
                        "cannot read {shown}: {reason}",
                        reason
                    ),
                )
            };
            failure.hint(text!(
                "检查路径和权限",
                "check the path and its permissions"
            ))
        }
    }
}

/// Looks at a file that a dossier names, relative to the folder in which it stands.
pub fn look(beside: &Path, material: &DossierMaterial) -> Json {
    let found = look::at_file(&beside.join(&material.file));
    let service = material.service.as_ref().and_then(|word| word.parse().ok());
    seen(&material.slot, &material.file, service, &found)
}

/// Looks at an attachment: among files that are yet to be written, else in the store.
///
/// Without a store only what was noted when it was attached is known.
pub fn look_at(material: &Material, fresh: &[Content], files: Option<&dyn Files>) -> Look {
    let Some(hash) = material.hash.as_deref() else {
        return look::nothing();
    };
    if let Some((_, bytes)) = fresh.iter().find(|(path, _)| path.name() == hash) {
        return look::at_bytes(bytes);
    }
    match (files, attachment_path(hash)) {
        (Some(files), Ok(path)) => look::at_stored(files, &path),
        (None, _) | (_, Err(_)) => Look {
            exists: Some(true),
            media_type: material.media_type.clone(),
            size: material.size,
            ..Look::default()
        },
    }
}

/// Returns what rules see of a file that was looked at.
pub(super) fn seen(slot: &str, file: &str, service: Option<usize>, found: &Look) -> Json {
    let holds = code_list("material-slots")
        .and_then(|list| list.entry(slot))
        .map_or(Holds::Image, |entry| entry.holds);
    json!({
        "slot": slot,
        "file": file,
        "service": service,
        "holds": holds,
        "exists": found.exists,
        "fault": found.fault,
        "media_type": found.media_type,
        "size": found.size,
        "width": found.width,
        "height": found.height,
    })
}

/// Returns the files, each once.
pub fn once(files: &[Content]) -> Vec<Content> {
    let mut seen = HashSet::new();
    let first = files.iter().filter(|(path, _)| seen.insert(path.name()));
    first.cloned().collect()
}

/// Whether the store holds an attachment of that hash as it was put there.
pub fn is_whole(files: &dyn Files, hash: &str) -> bool {
    let bytes = attachment_path(hash).and_then(|path| files.read(&path, ATTACHMENT_LIMIT));
    bytes.is_ok_and(|bytes| Digest::of(&bytes).as_str() == hash)
}

/// Puts the files of a dossier in: it speaks for the slots that it names, and those alone.
pub(super) fn put_in(attached: &mut Vec<Material>, named: &[Material]) {
    let place = |material: &Material| (material.slot.clone(), material.service);
    let spoken_for: Vec<_> = named.iter().map(place).collect();
    attached.retain(|held| named.contains(held) || !spoken_for.contains(&place(held)));
    for material in named {
        if !attached.contains(material) {
            attached.push(material.clone());
        }
    }
}

/// Takes attachments away: all, the one at a place from 0, or those of a slot.
pub(super) fn detach(
    order: &Order,
    attached: &mut Vec<Material>,
    given: &Assign,
) -> Result<(), Failure> {
    let field = given.field();
    let id = &order.id;
    let Assign::Unset(_, None) = given else {
        return Err(Failure::invalid(
            "invalid.field",
            text!("{field} 不能这样修改", "{field} cannot be edited like this"),
        )
        .hint(text!(
            "添加附件：icpctl attach {id} FILE --as SLOT；去掉附件：--unset materials.SLOT",
            "attach a file with icpctl attach {id} FILE --as SLOT; take one away with --unset materials.SLOT"
        )));
    };
    let Some((_, which)) = field.split_once('.') else {
        attached.clear();
        return Ok(());
    };
    let before = attached.len();
    // Places are those before anything is taken away.
    match which.parse::<usize>() {
        Ok(place) => {
            let meant = order.materials.get(place);
            attached.retain(|material| Some(material) != meant);
        }
        Err(_) => attached.retain(|material| material.slot != which),
    }
    if attached.len() < before {
        return Ok(());
    }
    let mut slots: Vec<&str> = order.materials.iter().map(|m| m.slot.as_str()).collect();
    slots.sort_unstable();
    slots.dedup();
    let list = Text::list(&slots);
    Err(Failure::invalid(
        "invalid.field",
        text!("没有附件 {field}", "there is no attachment {field}"),
    )
    .hint(if slots.is_empty() {
        text!("订单没有附件", "the order has no attachments")
    } else {
        text!(
            "写成 materials.SLOT，或从 0 起的序号；此订单有：{list}",
            "write materials.SLOT, or a place from 0; the order has: {list}",
            list
        )
    }))
}

/// Lets attachments follow the services: those of one that goes go with it, and those behind it move
/// up.
pub(super) fn follow_services(attached: &mut Vec<Material>, given: &Assign) {
    let Assign::Unset(field, None) = given else {
        return;
    };
    let index = field.strip_prefix("services.");
    let Some(gone) = index.and_then(|index| index.parse::<usize>().ok()) else {
        return;
    };
    let place = gone + 1;
    attached.retain(|material| material.service != Some(place));
    let behind = attached.iter_mut().filter_map(|m| m.service.as_mut());
    for service in behind.filter(|service| **service > place) {
        *service -= 1;
    }
}

/// Lists the attachments that went and those that came.
pub(super) fn came_and_went(old: &[Material], new: &[Material]) -> Vec<FieldChange> {
    let change = |from: Option<&Material>, to: Option<&Material>| {
        FieldChange::of(MATERIALS.to_owned(), from.map(tree::of), to.map(tree::of))
    };
    let went = old.iter().filter(|material| !new.contains(material));
    let came = new.iter().filter(|material| !old.contains(material));
    went.map(|material| change(Some(material), None))
        .chain(came.map(|material| change(None, Some(material))))
        .collect()
}
