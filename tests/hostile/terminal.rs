//! Text that acts: on a terminal, in a log, in a spreadsheet.

use super::scene::{ATTACK, desk, everything};
use crate::support::Icpctl;
use icpctl::render::clean::is_harmful;

#[test]
fn no_text_of_a_stranger_acts_on_a_terminal() {
    let mut wrong = Vec::new();
    for ran in everything() {
        // A CSV begins with a mark and ends its lines as RFC 4180 says.
        let csv = ran.line.ends_with("csv") || ran.line.starts_with("export");
        let out = match ran.stdout.strip_prefix('\u{feff}') {
            Some(rest) if csv => rest.replace("\r\n", "\n"),
            Some(_) | None => ran.stdout.clone(),
        };
        for text in [&out, &ran.stderr] {
            if let Some(c) = text
                .chars()
                .find(|c| is_harmful(*c) && !"\n\t".contains(*c))
            {
                wrong.push(format!("{c:?}: {}", ran.line));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    // The attack was there to be shown.
    let shown = |word: &str| {
        everything()
            .iter()
            .filter(|ran| ran.stdout.contains(word))
            .count()
    };
    assert!(shown(r"\u{1b}[31m") > 10 && shown(r"\u001b[31m") > 5);
}

/// What is shown harmless is stored as it came.
#[test]
fn what_is_stored_stays_as_it_came() {
    let user = desk();
    let out = user.run(["log", "ref:noted", "--json"]).exits(0);
    let log = out.json().to_string();
    let raw = serde_json::to_string(ATTACK).unwrap();
    let raw = raw.trim_matches('"');
    assert!(log.contains(&format!("=cmd|{raw}")), "{log}");
    let order = super::below(&user.home().join(".icpctl/orders"))
        .into_iter()
        .filter(|path| path.is_file())
        .find(|path| std::fs::read_to_string(path).unwrap().contains("=cmd|"))
        .unwrap();
    let order: toml::Table = std::fs::read_to_string(order).unwrap().parse().unwrap();
    assert!(
        format!("{order:?}").contains(
            &format!("{:?}", format!("=cmd|{ATTACK}"))
                .trim_matches('"')
                .to_owned()
        )
    );
}

#[test]
fn no_cell_is_a_formula() {
    let acts = ['=', '+', '-', '@', '\t', '\r', '\0', '＝', '＋', '－', '＠'];
    let (mut cells, mut disarmed) = (0, 0);
    for ran in everything() {
        let text = ran.stdout.trim_start_matches('\u{feff}');
        let mark = match ran.line.rsplit(' ').next() {
            Some("csv") if !text.starts_with('{') => b',',
            Some("tsv") if !text.starts_with('{') => b'\t',
            Some(_) | None => continue,
        };
        let mut reader = csv::ReaderBuilder::new()
            .delimiter(mark)
            .quoting(mark == b',')
            .flexible(true)
            .from_reader(text.as_bytes());
        for row in reader.records() {
            for cell in &row.unwrap() {
                cells += 1;
                let number = cell.parse::<f64>().is_ok();
                assert!(number || !cell.starts_with(acts), "{cell:?} {}", ran.line);
                disarmed += usize::from(cell.starts_with('\'') && cell[1..].starts_with(acts));
            }
        }
    }
    assert!(cells > 1000 && disarmed >= 3, "{cells} {disarmed}");
}

/// Some programs drop the blanks at the head of a cell before they look at it.
#[test]
fn no_blank_hides_a_formula() {
    let user = desk();
    for (place, text) in [" =1+1", "\u{3000}＝1", "\u{a0}@SUM(1)", "\n=1", " ' =1"]
        .iter()
        .enumerate()
    {
        let reference = format!("blank{place}");
        let draft = ["cancel-access", "docs.example.org", "--provider", "tencent"];
        user.run(
            draft
                .into_iter()
                .chain(["--ref", &reference, "--reason", text]),
        )
        .exits(0);
        let shown = user
            .run(["log", &format!("ref:{reference}"), "--format", "csv"])
            .exits(0);
        let acts = !text.trim_start().starts_with('\'');
        let guarded = format!("'{text}");
        assert_eq!(shown.stdout.contains(&guarded), acts, "{text:?} {shown:#?}");
    }
}

/// What is printed to be used by a script is a path all the same.
#[test]
fn no_name_of_a_folder_acts_on_a_terminal() {
    let user = Icpctl::new();
    let name = format!("in{ATTACK}").replace(['/', '\0'], "");
    for command in ["init", "man"] {
        let out = user.run([command, &name]).exits(0);
        let acting = out.stdout.chars().find(|c| is_harmful(*c) && *c != '\n');
        assert_eq!(acting, None, "{command}: {out:#?}");
    }
}
