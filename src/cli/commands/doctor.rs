//! `doctor`: is the store sound?

use crate::cli::context::Context;
use crate::cli::context::measures::INVALID_RULE_FILE;
use crate::cli::parser::globals::switch;
use crate::cli::reply::{Caution, Reply};
use crate::clouds::Cloud;
use crate::clouds::credentials::{self, Trouble, loose_mode, readable};
use crate::evidence::keep;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::lang::{Lang, Text, shell_word};
use crate::render::clean::clean;
use crate::render::prose;
use crate::render::room::Room;
use crate::render::table::{Cell, Table};
use crate::store::book::{Book, attachment_path};
use crate::store::strays::strays;
use crate::store::{Action, Disk, Files, Kind, Recovery, StorageError, StoreLock, StorePath};
use crate::store::{if_there, told_file};
use crate::text;
use crate::workflow::examine::{DAMAGED, Finding, altered, examine, unnamed};
use crate::workflow::world::World;
use clap::{ArgMatches, Command};
use serde_json::json;
use std::collections::{BTreeSet, HashSet};
use std::path::{Path, PathBuf};

/// Says what the command takes.
pub fn command(command: Command, lang: Lang) -> Command {
    command.arg(switch(
        "fix",
        text!(
            "收紧备案库的权限，删除没有订单提到的附件",
            "Tighten the store's permissions, and remove attachments that no order names"
        ),
        lang,
    ))
}

/// Sweeps what killed writers left, and looks at every record.
pub fn run(cx: &mut Context<'_>, matches: &ArgMatches) -> Result<Reply, Failure> {
    let folder = cx.store_folder();
    let disk = cx.open()?;
    let swept = match &disk {
        Some(disk) if !cx.globals.dry_run => sweep(cx, disk)?,
        Some(_) | None => Recovery::default(),
    };
    let recovery = std::mem::take(&mut cx.recovered).followed_by(swept);
    let asked = matches.get_flag("fix");
    let fixes = asked && !cx.globals.dry_run;
    let mut mended = Mended::default();
    if let (Some(disk), true) = (&disk, fixes) {
        mended.removed = remove_unnamed(cx, disk)?;
    }
    let files = disk.as_ref().map(|disk| disk as &dyn Files);
    let look = |world: &World| {
        let altered = files.map(|files| altered(world, files));
        [examine(world), altered.unwrap_or_default()].concat()
    };
    let mut findings = look(&cx.world_of(files)?);
    if !findings.is_empty() {
        // A writer may have been at it between one file and the next: what is still so is told.
        let again: HashSet<Finding> = look(&cx.world_of(files)?).into_iter().collect();
        findings.retain(|finding| again.contains(finding));
    }
    // Every damaged file is a finding here, not a warning beside the result.
    cx.cautions.retain(|caution| caution.code != DAMAGED);
    let _ = cx.rulebook()?;
    findings.extend(overrides(&mut cx.cautions));
    if let (Some(folder), Some(disk)) = (&folder, &disk) {
        let loose = loose(folder, disk, fixes)?;
        mended.tightened = loose.tightened;
        if asked && cx.globals.dry_run {
            mended.tightened = loose.left;
            let book = Book::read(disk)?;
            mended.removed = unnamed(&book).into_iter().map(str::to_owned).collect();
        }
        findings.extend(unmended(cx, folder, &loose, fixes));
        let strays: BTreeSet<String> = strays(disk)?.into_iter().collect();
        // A link in the place of a folder is told with the others that are not read.
        findings.retain(|found| found.code != DAMAGED || !strays.contains(&found.path));
        findings.extend(strays.iter().map(|path| unread(path)));
        findings.extend(beside(disk)?);
    }
    warn_of_secrets(cx);
    Ok(answer(cx, &findings, &recovery, &mended))
}

/// Warns of files with keys and other secrets that other users can read. They are the user's own: `--fix`
/// leaves them.
fn warn_of_secrets(cx: &mut Context<'_>) {
    let clouds = Cloud::ALL.iter();
    let notes = clouds.flat_map(|cloud| credentials::find(*cloud, cx.env).notes);
    let keys = notes.filter(|note| matches!(note.trouble, Trouble::Loose(_)));
    let mut told: Vec<Text> = keys.map(|note| note.message()).collect();
    let files = cx.config.secret_files().into_iter();
    told.extend(files.filter_map(|file| Some(readable(&file.display(), loose_mode(file)?))));
    for message in told {
        cx.caution("loose-credentials", message, None);
    }
}

/// Says that what stands somewhere among the records is not read.
fn unread(path: &str) -> Finding {
    Finding {
        code: "stray-record",
        path: clean(path).into_owned(),
        message: text!(
            "这里的内容不会被读取：订单只从 orders/XX/ID.toml 读取，主体只从 subjects/NUMBER.toml 读取，不跟随链接",
            "this is not read: orders are read from orders/XX/ID.toml alone, subjects from subjects/NUMBER.toml, and links are not followed"
        ),
        fix: text!(
            "把记录移回原处（名称不变），或移出备案库",
            "move the record back to where it was, under its own name, or out of the store"
        ),
    }
}

/// Lists what cannot be read of what stands beside the records: observations, and what was told.
fn beside(disk: &Disk) -> Result<Vec<Finding>, Failure> {
    let observations = keep::unread(disk)?.into_iter().map(|unread| Finding {
        code: DAMAGED,
        path: unread.path,
        message: unread.message,
        fix: text!(
            "修正该文件，或从备份、git 恢复，或移走它；icpctl verify 会留存新的观测",
            "mend the file, restore it from a backup or git, or move it away; icpctl verify keeps new ones"
        ),
    });
    let told = told_file::unread(disk)?.into_iter();
    let told = told.map(|(path, message)| Finding {
        code: DAMAGED,
        path,
        message,
        fix: told_file::remedy(),
    });
    Ok(observations.chain(told).collect())
}

/// What `--fix` mended, or in a dry run would.
#[derive(Debug, Default)]
struct Mended {
    /// The attachments, by hash, that no order names.
    removed: Vec<String>,
    /// How many files and folders were loose.
    tightened: usize,
}

impl Mended {
    /// Says what was mended, or would be; nothing of what there is none of.
    fn words(&self, is_dry: bool) -> Vec<Text> {
        let (tightened, removed) = (self.tightened, self.removed.len());
        let mut words = Vec::new();
        if tightened > 0 {
            words.push(if is_dry {
                text!(
                    "将收紧 {tightened} 个文件或目录的权限（未写入）",
                    "would tighten {tightened} file(s) or folder(s) (nothing was written)"
                )
            } else {
                text!(
                    "已收紧 {tightened} 个文件或目录的权限",
                    "tightened {tightened} file(s) or folder(s)"
                )
            });
        }
        if removed > 0 {
            words.push(if is_dry {
                text!(
                    "将删除没有订单提到的附件 {removed} 个（未写入）",
                    "would remove {removed} attachment(s) that no order names (nothing was written)"
                )
            } else {
                text!(
                    "已删除没有订单提到的附件 {removed} 个",
                    "removed {removed} attachment(s) that no order names"
                )
            });
        }
        words
    }
}

/// Removes the attachments that no order names, as they are seen under the lock.
fn remove_unnamed(cx: &Context<'_>, disk: &Disk) -> Result<Vec<String>, Failure> {
    if unnamed(&Book::read(disk)?).is_empty() {
        return Ok(Vec::new());
    }
    let lock = StoreLock::acquire(disk, &cx.holder(), cx.globals.lock_timeout)?;
    let mut book = Book::read(disk)?;
    let unnamed: Vec<String> = unnamed(&book).into_iter().map(str::to_owned).collect();
    let paths = unnamed.iter().map(|hash| attachment_path(hash));
    let paths = paths.collect::<Result<Vec<_>, StorageError>>()?;
    book.prove(disk, paths.iter())?;
    let changes: Vec<_> = paths
        .into_iter()
        .filter_map(|path| book.remove(path))
        .collect();
    lock.commit(&changes)?;
    Ok(unnamed)
}

/// Warns of what other users can get at; what could not be tightened although it was asked for is
/// a finding.
fn unmended(cx: &mut Context<'_>, folder: &Path, loose: &Loose, fixes: bool) -> Option<Finding> {
    let (path, count) = (folder.display().to_string(), loose.left);
    let word = shell_word(&path);
    // Told of the folder alone when it was opened, and before anything was tightened.
    cx.cautions
        .retain(|caution| caution.code != "loose-permissions");
    if fixes {
        let reason = loose.refused.as_ref()?.message();
        return Some(Finding {
            code: "loose-permissions",
            message: text!(
                "其他用户可以访问 {count} 个文件或目录，{reason}",
                "other users can get at {count} file(s) or folder(s), {reason}",
                reason
            ),
            fix: text!(
                "由文件的所有者运行：chmod -R go= {word}",
                "let their owner run: chmod -R go= {word}"
            ),
            path,
        });
    }
    if count > 0 {
        cx.caution(
            "loose-permissions",
            text!(
                "其他用户可以访问 {count} 个文件或目录；用 icpctl doctor --fix 收紧",
                "other users can get at {count} file(s) or folder(s); tighten them with icpctl doctor --fix"
            ),
            Some(path),
        );
    }
    None
}

/// Takes the user's own profiles, calendar and rules that cannot be used out of the warnings.
fn overrides(cautions: &mut Vec<Caution>) -> Vec<Finding> {
    cautions
        .extract_if(.., |caution| {
            matches!(
                caution.code,
                "invalid-profile" | "ambiguous-provider" | "invalid-calendar" | INVALID_RULE_FILE
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
            cx.cautions.push(Caution::new("not-swept", error.message()));
            Ok(Recovery::default())
        }
        Err(error) => Err(error.into()),
    }
}

/// What other users can get at.
#[derive(Debug, Default)]
struct Loose {
    /// How many files and folders are.
    left: usize,
    /// How many were.
    tightened: usize,
    /// Why the first of those that were to be tightened was not.
    refused: Option<StorageError>,
}

/// Counts the files that other users can get at, the store's own folder too, after tightening them
/// where asked to.
fn loose(folder: &Path, disk: &Disk, fixes: bool) -> Result<Loose, Failure> {
    let mut loose = Loose::default();
    let mut look = |path: &Path, kind: Kind, mode: u32| {
        let is_loose = mode & 0o077 != 0;
        if !is_loose {
            return;
        }
        match fixes.then(|| tighten(path, kind)) {
            Some(Ok(())) => loose.tightened += 1,
            Some(Err(error)) => {
                loose.left += 1;
                loose
                    .refused
                    .get_or_insert(StorageError::io(path, Action::Tighten, error));
            }
            None => loose.left += 1,
        }
    };
    look(folder, Kind::Folder, disk.stat(&StorePath::ROOT)?.mode);
    let mut folders = vec![StorePath::ROOT];
    while let Some(at) = folders.pop() {
        for entry in disk.list(&at)? {
            if entry.is_hidden() {
                continue;
            }
            let Ok(path) = at.join(&entry.name) else {
                continue;
            };
            let Some(stat) = if_there(disk.stat(&path))? else {
                // A writer has taken it away meanwhile.
                continue;
            };
            look(&folder.join(path.to_path()), entry.kind, stat.mode);
            if entry.kind == Kind::Folder {
                folders.push(path);
            }
        }
    }
    Ok(loose)
}

#[cfg(unix)]
fn tighten(path: &Path, kind: Kind) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = match kind {
        Kind::Folder => 0o700,
        Kind::File => 0o600,
        Kind::Other => return Err(std::io::ErrorKind::InvalidInput.into()),
    };
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode))
}

#[cfg(not(unix))]
fn tighten(_: &Path, _: Kind) -> std::io::Result<()> {
    Err(std::io::ErrorKind::Unsupported.into())
}

fn answer(cx: &Context<'_>, findings: &[Finding], recovery: &Recovery, mended: &Mended) -> Reply {
    let lang = cx.lang;
    // A parser repeats what stands in a file that it cannot read.
    let said = |finding: &Finding| match finding.code {
        DAMAGED => prose::mask_text(&finding.message, cx.globals.privacy),
        _ => finding.message.clone(),
    };
    let shown = |paths: &[PathBuf]| -> Vec<String> {
        paths
            .iter()
            .map(|path| path.display().to_string())
            .collect()
    };
    let data = json!({
        "findings": findings.iter().map(|finding| json!({
            "code": finding.code,
            "path": finding.path,
            "message": said(finding).get(lang),
            "fix": finding.fix.get(lang),
        })).collect::<Vec<_>>(),
        "swept": recovery.swept,
        "completed": shown(&recovery.completed),
        "kept": shown(&recovery.kept),
        "dropped": recovery.dropped,
        "removed": mended.removed,
        "tightened": mended.tightened,
    });
    let recovered = recovery.swept > 0 || !recovery.completed.is_empty() || recovery.dropped;
    let mut reply = Reply::new("icpctl.doctor/1", data)
        .changed(recovered || mended.tightened > 0 || !mended.removed.is_empty());
    reply.says.extend(mended.words(cx.globals.dry_run));
    if recovered {
        let (swept, completed) = (recovery.swept, recovery.completed.len());
        reply = reply.say(text!(
            "已清理中断的写入留下的 {swept} 个临时文件，补完 {completed} 个文件",
            "swept {swept} temporary file(s) of interrupted writers, completed {completed} file(s)"
        ));
    }
    if findings.is_empty() {
        return reply.say(text!("备案库没有问题", "the store is sound"));
    }
    let mut table = Table::new(vec![
        text!("代码", "code"),
        text!("文件", "file"),
        text!("问题", "what is wrong"),
    ])
    .rooms(&[Room::Whole, Room::Wraps, Room::Wraps]);
    for finding in findings {
        table.row(vec![
            Cell::verbatim(finding.code),
            Cell::verbatim(finding.path.clone()),
            Cell::new(said(finding)),
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
