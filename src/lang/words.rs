//! Words that a user types or is given to type.

/// Returns a name as a shell takes it for one word: what a hint says can be typed as it stands.
pub fn shell_word(name: &str) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || "-_./,:@%+=".contains(c);
    if !name.is_empty() && name.chars().all(is_plain) {
        return name.to_owned();
    }
    format!("'{}'", name.replace('\'', "'\\''"))
}

/// How alike a Chinese word is to one of which another character was typed: enough to be offered.
const SLIP: f64 = 0.8;

/// Returns how alike two words are, from 0 to 1; 0 where most of one would have to be rewritten.
///
/// A Chinese word is short, so that one other character of it is a slip.
pub fn likeness(typed: &str, word: &str) -> f64 {
    let alike = strsim::jaro_winkler(typed, word);
    let shorter = typed.chars().count().min(word.chars().count());
    if !word.is_ascii() && shorter > 1 && strsim::osa_distance(typed, word) == 1 {
        return alike.max(SLIP);
    }
    let is_another = strsim::normalized_damerau_levenshtein(typed, word) <= 0.5;
    if is_another && !word.starts_with(typed) {
        return 0.0;
    }
    alike
}
