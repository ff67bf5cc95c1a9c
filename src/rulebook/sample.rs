//! A rule file to start from, with all that its expressions can use.

use crate::knowledge::{FieldType, fields, view_functions, view_values};
use crate::lang::{Lang, Text};
use crate::text;
use std::fmt::Write as _;

/// Returns a commented rule file: an example that works, then the view and the functions.
pub fn sample(lang: Lang) -> String {
    let heading = text!(
        "自定义规则：放进备案库或配置目录的 rules.d/，文件名以 .toml 结尾。
id 与已有规则相同的，写了的项覆盖原来的，其余不变；新规则要写 title、severity 和 test。
kinds、natures、providers、provinces 限定规则的范围，kinds 和 provinces 也可限定单个 test；不写或列表为空，就不限。
test 的 require 是 CEL 表达式，成立就没有问题；对 for 所列的每一项各问一次，这一项叫 it，也叫 service、person 等。
没有给出的值是 null，列表不会是 null；规则不得把“不知道”当作错误，因“没有填写”而不成立的 test 写 missing = true。
message 和 fix 里的 {{表达式}} 会换成值；个人信息照样隐去。",
        "Rules of your own: a .toml file in rules.d/ of the store, or beside the configuration.
Where a rule of that id exists, what is written here changes it and the rest stays; a new one needs title, severity and test.
kinds, natures, providers and provinces limit a rule, kinds and provinces a test as well; left out, or an empty list, they limit nothing.
`require` of a test is a CEL expression that holds where nothing is wrong; it is asked once of each thing that `for` names, which is called `it`, and service, person and so on.
What nobody gave is null, a list never is. Unknown must not be taken for an error: a test that is broken by something not given says missing = true.
{{expression}} in message and fix stands for a value; personal data stays hidden."
    );
    let mut file = String::new();
    for line in heading.get(lang).lines() {
        let _ = writeln!(file, "# {line}");
    }
    file.push_str(EXAMPLE);
    section(
        &mut file,
        text!("表达式可用的值", "what expressions can use"),
        lang,
    );
    let of_fields = fields()
        .iter()
        .filter(|field| field.value_type != FieldType::Table)
        .filter(|field| {
            let sections = ["subject.", "services.", "materials."];
            sections.iter().any(|name| field.path.starts_with(name))
        })
        .map(|field| (field.path.as_str(), field.label.clone()));
    let of_view = view_values()
        .iter()
        .map(|value| (value.path.as_str(), value.help.clone()));
    for (path, help) in of_view.chain(of_fields) {
        let _ = writeln!(file, "#   {path}  {}", help.get(lang));
    }
    section(
        &mut file,
        text!("CEL 自带函数之外的函数", "functions beside those of CEL"),
        lang,
    );
    for function in view_functions() {
        let (usage, help) = (&function.usage, function.help.get(lang));
        let _ = writeln!(file, "#   {usage}  {help}");
    }
    file
}

fn section(file: &mut String, title: Text, lang: Lang) {
    let _ = writeln!(file, "\n# {}", title.get(lang));
}

/// Rules that work as they stand.
const EXAMPLE: &str = r#"
[[rule]]
id = "MY-01"
severity = "warning"
kinds = ["new", "change"]
[rule.title]
zh = "名称带品牌"
en = "Names carry the brand"
[[rule.test]]
for = "services[*]"
field = "name"
when = "service.kind == 'site'"
require = "service.name == null || service.name.contains('示例')"
message.zh = "{service.name} 里没有“示例”"
message.en = "{service.name} does not hold 示例"
fix.zh = "在名称里加上品牌"
fix.en = "put the brand into the name"

# [[rule]]
# id = "ORD-03"
# off = true
"#;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::filing::profile::Profiles;
    use crate::knowledge::rules;
    use crate::rulebook::overlay;

    #[test]
    fn the_sample_is_a_rule_file_without_a_problem() {
        for lang in [Lang::Zh, Lang::En] {
            let mut all = rules().to_vec();
            assert_eq!(overlay(&mut all, &sample(lang), &Profiles::built_in()), []);
            assert_eq!(all.len(), rules().len() + 1);
        }
    }
}
