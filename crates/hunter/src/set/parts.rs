//! What is found as a part of a text: one automaton for each kind of field.

use aho_corasick::{AhoCorasick, MatchKind};

use crate::Kind;

/// One automaton over the values of a few kinds.
#[derive(Debug, Clone, Default)]
pub(super) struct Part {
    automaton: Option<AhoCorasick>,
    /// The value of each pattern.
    entries: Vec<u32>,
}

/// The automata.
#[derive(Debug, Clone, Default)]
pub(super) struct AllParts {
    by_kind: [Part; Kind::ALL.len()],
}

impl AllParts {
    pub(super) fn build<'a>(values: impl Iterator<Item = (u32, Kind, &'a str)>) -> Self {
        let mut patterns: [Vec<&str>; Kind::ALL.len()] = Default::default();
        let mut all = Self::default();
        for (entry, kind, value) in values.filter(|(_, kind, _)| kind.is_part()) {
            let at = kind as usize;
            if let (Some(patterns), Some(part)) = (patterns.get_mut(at), all.by_kind.get_mut(at)) {
                patterns.push(needle(kind, value));
                part.entries.push(entry);
            }
        }
        for (patterns, part) in patterns.iter().zip(&mut all.by_kind) {
            if !patterns.is_empty() {
                // Patterns are bounded in length and number, so that it can be built; else nothing is found by it.
                part.automaton = AhoCorasick::builder()
                    .match_kind(MatchKind::Standard)
                    .ascii_case_insensitive(true)
                    .build(patterns)
                    .ok();
            }
        }
        all
    }

    #[inline]
    pub(super) fn has(&self, kind: Kind) -> bool {
        self.by_kind.get(kind as usize).is_some_and(|part| part.automaton.is_some())
    }

    /// Values of `kind` in `text`, once each, as `value` tells them.
    pub(super) fn find<'a>(
        &self,
        kind: Kind,
        text: &[u8],
        value: impl Fn(u32) -> &'a str,
        found: &mut Vec<u32>,
    ) {
        let Some(Part { automaton: Some(automaton), entries }) = self.by_kind.get(kind as usize) else {
            return;
        };
        for hit in automaton.find_overlapping_iter(text) {
            let Some(&entry) = entries.get(hit.pattern().as_usize()) else { continue };
            if !found.contains(&entry) && fits(kind, value(entry), text, hit.start(), hit.end()) {
                found.push(entry);
            }
        }
    }
}

/// What the automaton looks for: of a value with `*` its longest piece, of a key what stands below its hive, of a
/// path what stands behind a variable.
fn needle(kind: Kind, value: &str) -> &str {
    match kind {
        Kind::DomainPart => longest_piece(value),
        Kind::RegistryKey => below_hive(value),
        Kind::FilePath => behind_variable(value),
        _ => value,
    }
}

/// The longest piece between `*`.
pub(crate) fn longest_piece(value: &str) -> &str {
    value.split('*').max_by_key(|piece| piece.len()).unwrap_or_default()
}

/// `HKLM\Software\x`, `HKEY_LOCAL_MACHINE\Software\x`, `\REGISTRY\MACHINE\Software\x` are written for the same key:
/// `\Software\x`, where it does not begin with another hive.
pub(crate) fn below_hive(value: &str) -> &str {
    let upper = value.get(..value.len().min(20)).unwrap_or_default().to_ascii_uppercase();
    let skip = if upper.starts_with("HK") {
        value.find('\\').unwrap_or(0)
    } else if upper.starts_with("\\REGISTRY\\") {
        value.get(10..).and_then(|rest| rest.find('\\')).map_or(0, |at| at + 10)
    } else {
        0
    };
    value.get(skip..).unwrap_or(value)
}

/// `%APPDATA%\x\y.exe` → `\x\y.exe`.
pub(crate) fn behind_variable(value: &str) -> &str {
    match value.strip_prefix('%').and_then(|rest| rest.find('%')) {
        Some(end) => value.get(end + 2..).unwrap_or(value),
        None => value,
    }
}

fn fits(kind: Kind, value: &str, text: &[u8], start: usize, end: usize) -> bool {
    let before = start.checked_sub(1).and_then(|at| text.get(at)).copied();
    let after = text.get(end).copied();
    // Bytes of other scripts are letters.
    let is_word = |byte: Option<u8>| byte.is_some_and(|b| b.is_ascii_alphanumeric() || b >= 0x80);
    match kind {
        Kind::DomainPart => glob(value.as_bytes(), text),
        // `a.exe` is not found in `ba.exe`, `a.exe.txt` or `a-a.exe`.
        Kind::FileName => {
            let in_name =
                |byte: Option<u8>| is_word(byte) || byte.is_some_and(|b| matches!(b, b'.' | b'-' | b'_'));
            let goes_on = is_word(after) || matches!(after, Some(b'-' | b'_')) || ends_more(text, end);
            !in_name(before) && !goes_on
        }
        // Whole parts: `\Run` is not found in `\RunOnce`.
        Kind::RegistryKey | Kind::FilePath | Kind::UrlPath => {
            !(is_word(after) && text.get(end - 1).is_some_and(|b| b.is_ascii_alphanumeric()))
        }
        Kind::Mutex => !is_word(before) && !is_word(after),
        _ => true,
    }
}

/// `invoice.exe.txt` goes on behind `invoice.exe`; a full stop at the end of a sentence does not.
fn ends_more(text: &[u8], end: usize) -> bool {
    text.get(end) == Some(&b'.') && text.get(end + 1).is_some_and(u8::is_ascii_alphanumeric)
}

/// True if `pattern` with its `*` is all of `text`; ASCII letters alike.
pub(crate) fn glob(pattern: &[u8], text: &[u8]) -> bool {
    let (mut p, mut t) = (0, 0);
    let mut retry: Option<(usize, usize)> = None;
    while t < text.len() {
        match pattern.get(p) {
            Some(b'*') => {
                retry = Some((p + 1, t));
                p += 1;
            }
            Some(want) if text.get(t).is_some_and(|have| have.eq_ignore_ascii_case(want)) => {
                p += 1;
                t += 1;
            }
            _ => match retry {
                Some((after, from)) => {
                    p = after;
                    t = from + 1;
                    retry = Some((after, from + 1));
                }
                None => return false,
            },
        }
    }
    pattern.get(p..).is_some_and(|rest| rest.iter().all(|&b| b == b'*'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(kind: Kind, value: &str, text: &str, expect: bool) {
        let parts = AllParts::build([(0, kind, value)].into_iter());
        let mut found = Vec::new();
        parts.find(kind, text.as_bytes(), |_| value, &mut found);
        assert_eq!(!found.is_empty(), expect, "{value} in {text}");
    }

    #[test]
    fn parts_are_found_whole() {
        check(Kind::DomainPart, "*evil*", "www.EVIL-site.example", true);
        check(Kind::DomainPart, "mail-*.evil.example", "mail-07.evil.example", true);
        check(Kind::DomainPart, "mail-*.evil.example", "web.evil.example", false);
        check(Kind::FileName, "a.exe", "C:\\x\\A.EXE started", true);
        check(Kind::FileName, "a.exe", "got a.exe.", true);
        check(Kind::FileName, "a.exe", "ba.exe a.exe.txt a-a.exe a.exec", false);
        check(Kind::RegistryKey, "HKLM\\Software\\Evil", "\\REGISTRY\\MACHINE\\Software\\evil\\Run", true);
        check(Kind::RegistryKey, "HKLM\\Software\\Evil", "HKLM\\Software\\Evilness", false);
        check(Kind::FilePath, "%APPDATA%\\Evil\\a.dll", "C:\\Users\\u\\AppData\\Roaming\\evil\\a.dll", true);
        check(Kind::UrlPath, "/gate.php", "/x/gate.php?id=1", true);
        check(Kind::UrlPath, "/gate.php", "/x/gate.php5", false);
        check(Kind::Subject, "請求書の件", "Re: 請求書の件について", true);
        check(Kind::UserAgent, "EvilBot/1", "Mozilla/5.0 evilbot/1.0", true);
    }
}
