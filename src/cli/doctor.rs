//! `doctor`: is the store sound?

use super::context::Context;
use super::globals::switch;
use super::measures::INVALID_RULE_FILE;
use super::reply::{Caution, Reply};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::lang::Lang;
use crate::render::table::{Cell, Table};
use crate::store::place::Place;
use crate::store::{Disk, Files, Kind, Recovery, StorageError, StoreLock, StorePath};
use crate::text;
use crate::workflow::examine::{Finding, examine};
use clap::{ArgMatches, Command};
use serde_json::json;
use std::path::Path;

/// Says what the command takes.
pub fn command(command: Command, lang: Lang) -> Command {
    command.arg(switch(
        "fix",
        text!("收紧文件权限", "Tighten the permissions of files"),
        lang,
    ))
}

/// Sweeps what killed writers left, and looks at every record.
pub fn run(cx: &mut Context<'_>, matches: &ArgMatches) -> Result<Reply, Failure> {
    let folder = match cx.place() {
        Place::Found { folder, .. } => Some(folder),
        Place::Missing { .. } | Place::Fresh { .. } | Place::Nowhere => None,
    };
    let disk = cx.open()?;
    let swept = match &disk {
        Some(disk) if !cx.globals.dry_run => sweep(cx, disk)?,
        Some(_) | None => Recovery::default(),
    };
    let recovery = std::mem::take(&mut cx.recovered).followed_by(swept);
    let world = cx.world_of(disk.as_ref().map(|disk| disk as &dyn Files))?;
    // Every damaged file is a finding here, not a warning beside the result.
    cx.cautions.retain(|caution| caution.code != "damaged-file");
    let _ = cx.rulebook()?;
    let mut findings = examine(&world);
    findings.extend(overrides(&mut cx.cautions));
    if let (Some(folder), Some(disk)) = (&folder, &disk) {
        let fixes = matches.get_flag("fix") && !cx.globals.dry_run;
        let count = loose(folder, disk, fixes)?;
        if count > 0 {
            cx.caution(
                "loose-permissions",
                text!(
                    "其他用户可以访问 {count} 个文件或目录；用 icpctl doctor --fix 收紧",
                    "other users can get at {count} file(s) or folder(s); tighten them with icpctl doctor --fix"
                ),
                Some(folder.display().to_string()),
            );
        }
    }
    Ok(answer(cx, &findings, &recovery))
}

/// Takes the user's own profiles, calendar and rules that cannot be used out of the warnings.
fn overrides(cautions: &mut Vec<Caution>) -> Vec<Finding> {
    cautions
        .extract_if(.., |caution| {
            matches!(
                caution.code,
                "invalid-profile" | "invalid-calendar" | INVALID_RULE_FILE
            )
        })
        .map(|caution| Finding {
            code: caution.code,
            path: caution.path.unwrap_or_default(),
            message: caution.message,
            fix: text!(
                "修正该文件，或把它移走；在此之前按内置内容处理",
                "mend the file, or move it away; until then what is built in holds"
            ),
        })
        .collect()
}

/// Completes or drops what a killed writer left; a store that cannot be written is left alone.
fn sweep(cx: &mut Context<'_>, disk: &Disk) -> Result<Recovery, Failure> {
    match StoreLock::acquire(disk, &cx.holder(), cx.globals.lock_timeout) {
        Ok(lock) => Ok(lock.recover()?),
        Err(error @ StorageError::Io { .. }) => {
            cx.cautions.push(Caution {
                code: "not-swept",
                message: error.message(),
                path: None,
            });
            Ok(Recovery::default())
        }
        Err(error) => Err(error.into()),
    }
}

/// Counts the files that other users can get at, after tightening them where asked to.
fn loose(folder: &Path, disk: &Disk, fixes: bool) -> Result<usize, Failure> {
    let mut count = 0;
    let mut folders = vec![StorePath::ROOT];
    while let Some(at) = folders.pop() {
        for entry in disk.list(&at)? {
            if entry.is_hidden() {
                continue;
            }
            let Ok(path) = at.join(&entry.name) else {
                continue;
            };
            let stat = disk.stat(&path)?;
            if entry.kind == Kind::Folder {
                folders.push(path.clone());
            }
            let is_loose = stat.mode & 0o077 != 0;
            if is_loose && !(fixes && tighten(&folder.join(path.to_path()), entry.kind)) {
                count += 1;
            }
        }
    }
    Ok(count)
}

#[cfg(unix)]
fn tighten(path: &Path, kind: Kind) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = match kind {
        Kind::Folder => 0o700,
        Kind::File => 0o600,
        Kind::Other => return false,
    };
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).is_ok()
}

#[cfg(not(unix))]
fn tighten(_: &Path, _: Kind) -> bool {
    false
}

fn answer(cx: &Context<'_>, findings: &[Finding], recovery: &Recovery) -> Reply {
    let lang = cx.lang;
    let shown: Vec<String> = recovery
        .completed
        .iter()
        .map(|path| path.display().to_string())
        .collect();
    let kept: Vec<String> = recovery
        .kept
        .iter()
        .map(|path| path.display().to_string())
        .collect();
    let data = json!({
        "findings": findings.iter().map(|finding| json!({
            "code": finding.code,
            "path": finding.path,
            "message": finding.message.get(lang),
            "fix": finding.fix.get(lang),
        })).collect::<Vec<_>>(),
        "swept": recovery.swept,
        "completed": shown,
        "kept": kept,
        "dropped": recovery.dropped,
    });
    let mut reply = Reply::new("icpctl.doctor/1", data)
        .changed(recovery.swept > 0 || !recovery.completed.is_empty() || recovery.dropped);
    if recovery.swept > 0 || recovery.dropped || !recovery.completed.is_empty() {
        let (swept, completed) = (recovery.swept, recovery.completed.len());
        reply = reply.say(text!(
            "已清理中断的写入留下的 {swept} 个临时文件，补完 {completed} 个文件",
            "swept {swept} temporaries of interrupted writers, completed {completed} file(s)"
        ));
    }
    if findings.is_empty() {
        return reply.say(text!("备案库没有问题", "the store is sound"));
    }
    let mut table = Table::new(vec![
        text!("代码", "code"),
        text!("文件", "file"),
        text!("问题", "what is wrong"),
    ]);
    for finding in findings {
        table.row(vec![
            Cell::verbatim(finding.code),
            Cell::verbatim(finding.path.clone()),
            Cell::new(finding.message.clone()),
        ]);
    }
    reply.human = table.render(lang, cx.width(), cx.color());
    let count = findings.len();
    let mut failure = Failure::new(
        Exit::Invalid,
        "invalid.store",
        text!("发现 {count} 处问题", "{count} finding(s)"),
    );
    for finding in findings {
        failure = failure.hint(finding.fix.clone());
    }
    reply.failure = Some(failure);
    reply
}
