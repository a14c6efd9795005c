//! One changed, added, missing, doubled or swapped letter (Damerau's distance of one).

/// The label itself and every form of it with one letter left out: labels within one edit share one of them.
pub(super) fn keys(label: &str) -> Vec<String> {
    let shorter = shorter(label).map(|(before, after)| format!("{before}{after}"));
    std::iter::once(label.to_owned()).chain(shorter).collect()
}

/// What stands before and after each letter of a label; nothing of one that is too long.
pub(super) fn shorter(label: &str) -> impl Iterator<Item = (&str, &str)> {
    let label = if label.len() > super::LABEL_BYTES * 4 { "" } else { label };
    label.char_indices().map(|(at, c)| {
        let after = label.get(at + c.len_utf8()..).unwrap_or("");
        (label.get(..at).unwrap_or(""), after)
    })
}

/// True if exactly one letter is changed, added or missing, or two neighbours are swapped.
pub(crate) fn one_edit(a: &str, b: &str) -> bool {
    if a == b {
        return false;
    }
    let same = a.chars().zip(b.chars()).take_while(|(a, b)| a == b);
    let same: usize = same.map(|(c, _)| c.len_utf8()).sum();
    let (a, b) = (a.get(same..).unwrap_or(""), b.get(same..).unwrap_or(""));
    let (mut ca, mut cb) = (a.chars(), b.chars());
    let (first_a, first_b) = (ca.next(), cb.next());
    let (rest_a, rest_b) = (ca.as_str(), cb.as_str());
    if rest_a == rest_b || rest_a == b || a == rest_b {
        return true;
    }
    let (second_a, second_b) = (ca.next(), cb.next());
    first_a.is_some() && first_a == second_b && first_b == second_a && ca.as_str() == cb.as_str()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_edit_is_one_edit() {
        for (a, b, expect) in [
            ("example", "exampla", true),
            ("example", "exampl", true),
            ("example", "examplee", true),
            ("example", "xeample", true),
            ("example", "example", false),
            ("example", "exaplme", false),
            ("example", "examples1", false),
            ("ab", "ba", true),
            ("例示", "例", true),
            ("", "a", true),
            ("", "ab", false),
        ] {
            assert_eq!(one_edit(a, b), expect, "{a} {b}");
            assert_eq!(one_edit(b, a), expect, "{b} {a}");
            if expect {
                assert!(keys(a).iter().any(|k| keys(b).contains(k)), "{a} {b}");
            }
        }
    }
}
