//! `init`: make a store.

use crate::cli::context::measures::{PROFILES, RULES};
use crate::cli::context::{Context, apart, no_current_folder};
use crate::cli::parser::globals::place;
use crate::cli::reply::Reply;
use crate::failure::Failure;
use crate::lang::{Lang, Text, shell_word};
use crate::render::clean::clean;
use crate::store::place::{Origin, Place};
use crate::store::{Disk, Files as _, StorePath, store_file};
use crate::text;
use clap::{ArgMatches, Command};
use serde_json::json;
use std::path::{Path, PathBuf};

/// Says what the command takes.
pub fn command(command: Command, lang: Lang) -> Command {
    command.arg(place(
        "dir",
        "DIR",
        text!(
            "在 DIR/.icpctl 创建；缺省为 --store 所指，或当前目录",
            "Make DIR/.icpctl; by default what --store names, else in the current folder"
        ),
        lang,
    ))
}

/// Makes the store; one that is there already is left as it is, but for what keeps its locks and
/// temporaries out of a repository.
pub fn run(cx: &mut Context<'_>, matches: &ArgMatches) -> Result<Reply, Failure> {
    let dir = matches.get_one::<String>("dir").map(PathBuf::from);
    let folder = cx.init_folder(dir.as_deref());
    if folder.is_relative() {
        return Err(no_current_folder().hint(text!(
            "进入另一个目录，或写出完整路径：icpctl init DIR",
            "change to another one, or give a full path: icpctl init DIR"
        )));
    }
    let shown = folder.display().to_string();
    let exists = folder.join(crate::store::place::MARKER).exists();
    if !exists {
        apart(&folder)?;
    }
    let repository = git_root(&folder);
    let mut ignored = false;
    let mut unignored = Vec::new();
    if exists {
        let disk = Disk::open(&folder)?;
        store_file::check(&disk)?;
        if repository.is_some() && !cx.globals.dry_run {
            ignored = store_file::ignore(&disk, &cx.holder())?;
            unignored = store_file::unignored(&disk)?;
        }
    } else if !cx.globals.dry_run {
        let disk = Disk::create(&folder)?;
        store_file::make(&disk, &cx.holder(), repository.is_some())?;
        if repository.is_some() {
            unignored = store_file::unignored(&disk)?;
        }
        for folder in [PROFILES, RULES] {
            // Only so that they are found: the store is made, with them or without.
            let _ = disk.create_dir(&StorePath::parse(folder)?);
        }
    }
    if let Some(root) = &repository {
        let root = root.display();
        cx.caution(
            "personal-data-in-git",
            text!(
                "备案库位于 git 仓库 {root} 中：提交后，负责人的姓名、证件号码、电话、邮箱、地址和附件都会进入版本历史",
                "the store is inside the git repository {root}: committing it puts names, ID numbers, phones, e-mail, addresses and attachments into its history"
            ),
            Some(shown.clone()),
        );
    }
    let data = json!({ "store": shown, "created": !exists });
    let reply = Reply::new("icpctl.init/1", data)
        .human(format!("{}\n", clean(&shown)))
        .changed(!exists || ignored);
    let reply = if ignored {
        reply.say(text!(
            "备案库已存在；已写入 .gitignore，锁和临时文件不会进入仓库",
            "the store is there already; wrote its .gitignore, which keeps locks and temporaries out of the repository"
        ))
    } else if exists {
        reply.say(text!("备案库已存在", "the store is there already"))
    } else if cx.globals.dry_run {
        reply.say(text!("将创建备案库", "would make the store"))
    } else {
        reply
            .say(text!("已创建备案库", "made the store"))
            .say(text!(
                "下一步：用 icpctl adopt --from FILE 导入已有备案（格式：icpctl template adopt），或用 icpctl new --from FILE 起草新备案（icpctl template new）",
                "next: bring in what is filed with icpctl adopt --from FILE (icpctl template adopt has the form), or draft a new filing with icpctl new --from FILE (icpctl template new)"
            ))
    };
    let reply = if unignored.is_empty() {
        reply
    } else {
        let lines = unignored.join("  ");
        reply.say(text!(
            "备案库的 .gitignore 没有排除锁和临时文件，请加上这几行：{lines}",
            "the store's .gitignore does not keep locks and temporaries out of the repository; add these lines: {lines}"
        ))
    };
    Ok(match elsewhere(cx, &folder) {
        Some(used) if !cx.globals.dry_run => reply.say(used),
        Some(_) | None => reply,
    })
}

/// Says how a store is used that commands which run here do not find by themselves.
fn elsewhere(cx: &mut Context<'_>, made: &Path) -> Option<Text> {
    let (used, is_named) = match cx.place() {
        Place::Found { folder, origin } | Place::Missing { folder, origin } => match origin {
            Origin::Flag | Origin::Env | Origin::Config => (folder, true),
            Origin::Upwards | Origin::DataHome => (folder, false),
        },
        Place::Fresh { folder } => (folder, false),
        Place::Nowhere => return None,
    };
    let is_the_same = match (used.canonicalize(), made.canonicalize()) {
        (Ok(used), Ok(made)) => used == made,
        (_, _) => used == made,
    };
    if is_the_same {
        return None;
    }
    let (used, made) = (used.display(), shell_word(&made.display().to_string()));
    Some(if is_named {
        text!(
            "在此执行的命令用的是 {used}；要用这个库，请加 --store {made}",
            "commands that run here use {used}; for this store add --store {made}"
        )
    } else {
        text!(
            "在此执行的命令用的是 {used}；要用这个库，请加 --store {made}，或进入它所在的目录",
            "commands that run here use {used}; for this store add --store {made}, or change to the folder that holds it"
        )
    })
}

/// Returns the git work tree that a folder lies in, or is.
fn git_root(folder: &Path) -> Option<PathBuf> {
    folder
        .ancestors()
        .find(|above| above.join(".git").exists())
        .map(Path::to_owned)
}
