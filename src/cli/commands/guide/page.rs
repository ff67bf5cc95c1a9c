//! A guide as people read it, in a terminal or as Markdown.
//!
//! In a terminal what is copied, a value or a command, stands alone on a line without anything before
//! it; in Markdown it is code.

use super::sheet::{FieldSheet, Filled, PersonSheet, Sheet, State, UploadSheet};
use crate::lang::{Lang, Text};
use crate::render::clean::clean;
use crate::render::style::{Color, Tone};
use crate::text;
use serde_json::Value;
use std::fmt::Write as _;

/// How a page is marked up.
#[derive(Clone, Copy, Debug)]
pub(super) enum Markup {
    /// Text for a terminal.
    Text(Color),
    /// Markdown.
    Markdown,
}

/// Lays a guide out.
pub(super) fn page(sheet: &Sheet, lang: Lang, markup: Markup) -> String {
    let mut page = Page {
        text: String::new(),
        lang,
        markup,
    };
    page.head(sheet);
    let groups = [
        (State::Done, text!("已完成", "Done")),
        (State::Now, text!("现在", "Now")),
        (State::Later, text!("之后", "Then")),
    ];
    for (state, title) in groups {
        let steps = sheet.steps.iter().zip(1..);
        let steps: Vec<(&Filled, usize)> = steps.filter(|(s, _)| s.state == state).collect();
        if steps.is_empty() {
            continue;
        }
        page.heading(2, &title);
        for (step, number) in steps {
            page.step(step, number);
        }
    }
    if let Some(statement) = &sheet.statement {
        page.heading(
            2,
            &text!(
                "声明书（打印后签署；接入商或管局有模板的用其模板）",
                "Statement, to be printed and signed (use the provider's or bureau's own form where there is one)"
            ),
        );
        page.quoted(statement);
    }
    if !sheet.next.is_empty() {
        page.heading(2, &text!("在这里记录", "Record it here"));
        for command in &sheet.next {
            page.command(command);
        }
    }
    page.text
}

struct Page {
    text: String,
    lang: Lang,
    markup: Markup,
}

impl Page {
    fn line(&mut self, line: &str) {
        self.text.push_str(line.trim_end());
        self.text.push('\n');
    }

    /// An empty line, unless one stands there.
    fn gap(&mut self) {
        if !self.text.is_empty() && !self.text.ends_with("\n\n") {
            self.text.push('\n');
        }
    }

    fn heading(&mut self, level: usize, title: &Text) {
        let title = title.get(self.lang).to_owned();
        self.titled(level, &title);
    }

    fn titled(&mut self, level: usize, title: &str) {
        let title = clean(title);
        self.gap();
        match self.markup {
            Markup::Text(color) => {
                let title = match level {
                    2 => Tone::Action.paint(&title, color),
                    _ => title,
                };
                self.line(&title);
            }
            Markup::Markdown => {
                self.line(&format!("{} {title}", "#".repeat(level)));
                self.gap();
            }
        }
    }

    fn item(&mut self, words: &str) {
        let words = clean(words);
        match self.markup {
            Markup::Text(_) => self.line(&format!("   - {words}")),
            Markup::Markdown => self.line(&format!("- {words}")),
        }
    }

    /// A line that is ticked or to be ticked, with what it holds.
    fn tick(&mut self, done: bool, words: &str, held: &[String]) {
        let mark = if done { "[x]" } else { "[ ]" };
        let words = clean(words);
        match self.markup {
            Markup::Text(_) => {
                let held: Vec<_> = held.iter().map(|file| clean(file)).collect();
                self.line(&format!("   {mark} {words}  {}", held.join("  ")));
            }
            Markup::Markdown => {
                let held: Vec<String> = held.iter().map(|file| code(file)).collect();
                self.line(&format!("- {mark} {words} {}", held.join(" ")));
            }
        }
    }

    /// Something to be copied.
    fn command(&mut self, command: &str) {
        match self.markup {
            Markup::Text(color) => {
                let command = clean(command);
                let painted = Tone::Name.paint(&command, color).into_owned();
                self.line(&painted);
            }
            Markup::Markdown => {
                let command = code(command);
                self.line(&format!("  - {command}"));
            }
        }
    }

    /// A label with what is entered there.
    fn value(&mut self, label: &str, values: &[String]) {
        let label = clean(label);
        match self.markup {
            Markup::Text(_) => {
                self.line(&format!("   {label}"));
                for value in values {
                    let value = clean(value);
                    self.line(&value);
                }
            }
            Markup::Markdown => {
                let values: Vec<String> = values.iter().map(|value| code(value)).collect();
                let colon = match self.lang {
                    Lang::Zh => "：",
                    Lang::En => ": ",
                };
                self.line(&format!("- {label}{colon}{}", values.join(" ")));
            }
        }
    }

    fn quoted(&mut self, text: &str) {
        let fence = match self.markup {
            Markup::Text(_) => "",
            Markup::Markdown => "```text",
        };
        self.line(fence);
        for line in text.trim().lines() {
            let line = clean(line);
            self.line(&line);
        }
        if matches!(self.markup, Markup::Markdown) {
            self.line("```");
        }
    }

    fn head(&mut self, sheet: &Sheet) {
        let kind = sheet.kind.label();
        let words = [
            sheet.order.as_str(),
            kind.get(self.lang),
            &sheet.label,
            &sheet.through,
        ];
        let words: Vec<_> = words.iter().map(|word| clean(word)).collect();
        let title = words.join("  ");
        match self.markup {
            Markup::Text(_) => self.line(&title),
            Markup::Markdown => self.line(&format!("# {title}")),
        }
        self.gap();
        for until in &sheet.until {
            let words = text!("期限：{until}", "until: {until}");
            self.item(words.get(self.lang));
        }
        for why in &sheet.why {
            let words = text!("原因：{why}", "why: {why}");
            self.item(words.get(self.lang));
        }
        if let Some(channel) = &sheet.channel {
            self.item(channel);
        }
    }

    fn step(&mut self, step: &Filled, number: usize) {
        let mut title = format!("{number}. {}", self.bilingual(&step.title, &step.console));
        if let Some(service) = &step.service {
            let _ = write!(title, "  [{service}]");
        }
        if step.state == State::Done {
            self.tick(true, &title, &[]);
            return;
        }
        self.titled(3, &title);
        for line in &step.text {
            self.item(line);
        }
        if step.state == State::Later {
            return;
        }
        self.fields(&step.fields);
        self.uploads(&step.uploads);
        self.persons(&step.persons);
        self.papers(&step.papers);
        if !step.confirm.is_empty() {
            self.label(&text!("勾选或确认", "Tick or confirm"));
            for line in &step.confirm {
                self.tick(false, line, &[]);
            }
        }
    }

    /// A label above what follows.
    fn label(&mut self, label: &Text) {
        let label = label.get(self.lang);
        match self.markup {
            Markup::Text(_) => {
                let line = format!("   {label}");
                self.gap();
                self.line(&line);
            }
            Markup::Markdown => {
                let line = format!("**{label}**");
                self.gap();
                self.line(&line);
                self.gap();
            }
        }
    }

    /// The reader's words with the console's own, where these differ.
    fn bilingual(&self, words: &str, console: &str) -> String {
        if words == console {
            return words.to_owned();
        }
        match self.lang {
            Lang::Zh => console.to_owned(),
            Lang::En => format!("{words} ({console})"),
        }
    }

    fn fields(&mut self, fields: &[FieldSheet]) {
        let shown: Vec<&FieldSheet> = fields
            .iter()
            .filter(|field| field.required || !field.values.is_empty())
            .collect();
        let left: Vec<&FieldSheet> = fields
            .iter()
            .filter(|field| !field.required && field.values.is_empty())
            // No console asks when a domain was registered, and by whom.
            .filter(|field| !field.path.contains(".registrations."))
            .collect();
        if !shown.is_empty() {
            self.label(&text!("填写", "Enter"));
        }
        for field in shown {
            let mut label = self.bilingual(&field.label, &field.console);
            if let Some(meaning) = &field.meaning {
                let _ = write!(label, " = {meaning}");
            }
            if let Some(was) = &field.was {
                let was = was.join(", ");
                let words = if was.is_empty() {
                    text!("（原值未知）", " (was unknown)")
                } else {
                    text!("（原为 {was}）", " (was {was})")
                };
                label.push_str(words.get(self.lang));
            }
            match &field.fill {
                Some(fill) if field.missing => {
                    let words = text!("（缺，请补上）", " (missing, fill it in)");
                    label.push_str(words.get(self.lang));
                    self.tick(false, &label, &[]);
                    self.command(fill);
                }
                Some(_) | None if field.missing => {
                    let words = text!("（缺）", " (missing)");
                    label.push_str(words.get(self.lang));
                    self.tick(false, &label, &[]);
                }
                Some(_) | None if field.values.is_empty() => {
                    let words = text!("（删除）", " (taken away)");
                    label.push_str(words.get(self.lang));
                    self.item(&label);
                }
                Some(_) | None => self.value(&label, &field.values),
            }
        }
        if !left.is_empty() {
            let names: Vec<String> = left
                .iter()
                .map(|field| self.bilingual(&field.label, &field.console))
                .collect();
            let names = Text::list(&names);
            let words = text!(
                "未填，可不填：{names}",
                "not given, may stay empty: {names}",
                names
            );
            self.item(words.get(self.lang));
        }
    }

    fn uploads(&mut self, uploads: &[UploadSheet]) {
        let shown = |upload: &&UploadSheet| upload.required || !upload.files.is_empty();
        if uploads.iter().any(|upload| shown(&upload)) {
            self.label(&text!("上传", "Upload"));
        }
        for upload in uploads.iter().filter(shown) {
            let label = self.bilingual(&upload.label, &upload.console);
            self.tick(!upload.missing, &label, &upload.files);
            if let Some(fill) = upload.fill.as_ref().filter(|_| upload.missing) {
                self.command(fill);
            }
        }
        let left: Vec<Text> = uploads
            .iter()
            .filter(|upload| !shown(upload))
            .map(|UploadSheet { label, slot, .. }| text!("{label}（{slot}）", "{label} ({slot})"))
            .collect();
        if !left.is_empty() {
            let left = Text::joined(left, "、", ", ");
            let words = text!("视情况上传：{left}", "where it is asked for: {left}", left);
            self.item(words.get(self.lang));
        }
    }

    fn persons(&mut self, persons: &[PersonSheet]) {
        if persons.is_empty() {
            return;
        }
        self.label(&text!(
            "收到短信并核验的人",
            "Who receives the SMS and answers"
        ));
        for person in persons {
            let name = person.name.as_deref().unwrap_or("?");
            let words = match &person.verified_at {
                Some(at) => {
                    let at = at.to_minute();
                    text!("（已于 {at} 核验）", " (answered at {at})")
                }
                None => text!("", ""),
            };
            let label = format!("{} {name}{}", person.label, words.get(self.lang));
            self.tick(person.verified_at.is_some(), &label, &[]);
            if person.verified_at.is_some() {
                continue;
            }
            let unknown = text!("（未知）", "(unknown)");
            let unknown = unknown.get(self.lang);
            let phone = person.phone.as_deref().unwrap_or(unknown).to_owned();
            let phone_label = text!("手机号", "phone");
            self.value(phone_label.get(self.lang), &[phone]);
            let id = person.id_tail.as_deref().unwrap_or(unknown).to_owned();
            let id_label = text!("证件号码后 6 位", "last 6 of the ID");
            self.value(id_label.get(self.lang), &[id]);
        }
    }

    fn papers(&mut self, papers: &[Value]) {
        if papers.is_empty() {
            return;
        }
        self.label(&text!("材料", "Papers"));
        for paper in papers {
            let files = paper["files"].as_array().into_iter().flatten();
            let files: Vec<String> = files
                .filter_map(|file| file.as_str().map(str::to_owned))
                .collect();
            let label = paper["label"].as_str().unwrap_or_default();
            self.tick(paper["done"] == true, label, &files);
            if let Some(fill) = paper["fill"].as_str() {
                self.command(fill);
            }
        }
    }
}

/// Returns foreign text as a Markdown code span, whatever backticks it holds.
fn code(text: &str) -> String {
    let text = clean(text);
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    let pad = if text.starts_with('`') || text.ends_with('`') {
        " "
    } else {
        ""
    };
    format!("{fence}{pad}{text}{pad}{fence}")
}
