//! Documents that would explode: deep, wide, repetitive, or larger than is read.

/// So many parts of a text, numbered.
fn numbered(count: usize, part: impl Fn(usize) -> String) -> String {
    (0..count).map(part).collect::<Vec<_>>().concat()
}

/// The documents, each by its name.
pub(crate) fn bombs() -> Vec<(&'static str, String)> {
    vec![
        ("brackets", format!("a = {}", "[".repeat(100_000))),
        ("headers", "[".repeat(100_000)),
        ("tables", format!("a = {}", "{a=".repeat(34_000))),
        ("dotted", format!("{}a = 1", "a.".repeat(50_000))),
        ("arrays", "[[h]]\n".repeat(850_000)),
        ("comments", "#\n".repeat(2_000_000)),
        ("large", format!("a = \"{}\"", "x".repeat(1 << 20))),
        ("quotes", "\"".repeat(300_000)),
        ("json", format!("{{\"a\":{}", "[".repeat(200_000))),
        ("keys", numbered(60_000, |n| format!("k{n}=1\n"))),
        (
            "members",
            format!(
                "{{{}\"k\":1}}",
                numbered(60_000, |n| format!("\"k{n}\":1,"))
            ),
        ),
        ("inline", format!("a = [{}]", "{b=1},".repeat(170_000))),
        ("services", "[[services]]\nname=\"a\"\n".repeat(45_000)),
    ]
}
