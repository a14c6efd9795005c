//! Subjects without what answering and forwarding put before them.

use lexicon::text::cut;

/// Bytes of a subject that count.
const MAX_SUBJECT: usize = 400;
/// Prefixes taken off one subject.
const MAX_PREFIXES: usize = 24;

/// What mail programs write before a subject, folded.
const ANSWERS: &[&str] = &["re", "返信", "回复", "回覆", "答复", "aw", "sv", "antw", "r", "odp", "rif"];
const FORWARDS: &[&str] = &["fw", "fwd", "転送", "转发", "轉寄", "wg", "tr", "vs", "i"];

/// What stood before a subject.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Before {
    /// It answers.
    pub(crate) answer: bool,
    /// It forwards.
    pub(crate) forward: bool,
}

/// A subject folded (width, case, white space) and without its prefixes, and which they were.
pub(crate) fn fold(subject: &str) -> (String, Before) {
    let folded: String = cut(subject, MAX_SUBJECT).chars().flat_map(fold_char).collect();
    let words = folded.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut rest = words.as_str();
    let mut before = Before::default();
    for _ in 0..MAX_PREFIXES {
        // `[desk:123] Re: …`: what a list or ticket system writes stands before or between.
        if let Some(inside) = rest.strip_prefix('[')
            && let Some((tag, after)) = inside.split_once(']')
            && tag.len() <= 40
            && !after.trim().is_empty()
        {
            rest = after.trim_start();
            continue;
        }
        let Some((word, after)) = rest.split_once(':') else { break };
        // `Re[2]:`, `Re^3:`, `Re(2):`
        let word = word.trim().trim_end_matches(|c: char| c.is_ascii_digit() || "[]()^*".contains(c));
        if ANSWERS.contains(&word) {
            before.answer = true;
        } else if FORWARDS.contains(&word) {
            before.forward = true;
        } else {
            break;
        }
        rest = after.trim_start();
    }
    (rest.to_owned(), before)
}

fn fold_char(c: char) -> impl Iterator<Item = char> {
    let plain = match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        '\u{3000}' => ' ',
        '【' => '[',
        '】' => ']',
        c => c,
    };
    plain.to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(subject: &str, base: &str, answer: bool, forward: bool) {
        assert_eq!(fold(subject), (base.to_owned(), Before { answer, forward }), "{subject}");
    }

    #[test]
    fn prefixes_of_every_program_are_folded() {
        check("Re: RE：返信: 製品について", "製品について", true, false);
        check("Fwd: [desk:12] Re[2]: 製品について", "製品について", true, true);
        check("転送：　製品に ついて", "製品に ついて", false, true);
        check("【重要】製品について", "製品について", false, false);
        check("【重要】", "[重要]", false, false);
        check("お願い: 資料", "お願い: 資料", false, false);
        check("", "", false, false);
    }
}
