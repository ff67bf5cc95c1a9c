//! Documents that would explode: deep, wide, repetitive, or larger than is read.

/// So many members of an object, each with its comma.
fn members(count: usize) -> String {
    (0..count).map(|n| format!("\"k{n}\":1,")).collect()
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
        ("keys", (0..60_000).map(|n| format!("k{n}=1\n")).collect()),
        ("members", format!("{{{}\"k\":1}}", members(60_000))),
        ("inline", format!("a = [{}]", "{b=1},".repeat(170_000))),
        ("services", "[[services]]\nname=\"a\"\n".repeat(45_000)),
    ]
}
