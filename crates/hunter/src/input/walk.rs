//! Paths, patterns and folders → files, in the order of their names.

use std::path::{Path, PathBuf};

use lexicon::Text;

use super::Unread;

/// Files of one pattern or folder that are read; more of them are told.
const MAX_FILES: usize = 1_000_000;
/// Folders inside folders.
const MAX_FOLDERS: usize = 64;

/// A file to read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) path: PathBuf,
    /// The command line names it: then it is read whatever it looks like.
    pub(super) named: bool,
}

/// The files that an argument means.
pub(super) fn files(argument: &str, unread: &mut Vec<Unread>) -> Vec<Found> {
    let mut found = Vec::new();
    let path = Path::new(argument);
    match std::fs::metadata(path) {
        Ok(meta) if meta.is_dir() => folder(path, 0, &mut found, unread),
        Ok(_) => found.push(Found { path: path.to_owned(), named: true }),
        Err(_) if argument.contains(['*', '?']) => pattern(argument, &mut found, unread),
        Err(error) => unread.push(Unread::of(argument, &error)),
    }
    found
}

/// Everything below a folder. Symbolic links are told and not followed: no sweep leaves its folder or loops.
fn folder(folder_path: &Path, depth: usize, found: &mut Vec<Found>, unread: &mut Vec<Unread>) {
    let shown = folder_path.to_string_lossy().into_owned();
    if depth > MAX_FOLDERS {
        unread.push(Unread::new(
            &shown,
            "too-deep",
            Text::new("フォルダが深すぎます", "folders are too deep"),
        ));
        return;
    }
    let listed = std::fs::read_dir(folder_path).and_then(|entries| {
        entries.map(|entry| entry.map(|entry| entry.file_name())).collect::<Result<Vec<_>, _>>()
    });
    let mut names = match listed {
        Ok(names) => names,
        Err(error) => return unread.push(Unread::of(&shown, &error)),
    };
    names.sort_unstable();
    for name in names {
        if found.len() >= MAX_FILES {
            return unread.push(Unread::new(
                &shown,
                "too-large",
                Text::new("ファイルが多すぎます", "too many files"),
            ));
        }
        let path = folder_path.join(name);
        match path.symlink_metadata() {
            Err(error) => unread.push(Unread::of(&path.to_string_lossy(), &error)),
            Ok(meta) if meta.is_dir() => folder(&path, depth + 1, found, unread),
            Ok(meta) if meta.is_file() => found.push(Found { path, named: false }),
            Ok(_) => {
                let text = Text::new(
                    "リンクや装置などはたどりません。必要なら直接指定してください",
                    "links, devices and the like are not followed; name it if it is needed",
                );
                unread.push(Unread {
                    harmless: true,
                    ..Unread::new(&path.to_string_lossy(), "not-followed", text)
                });
            }
        }
    }
}

/// Files of a pattern whose `*` and `?` may stand in any part of the path.
fn pattern(argument: &str, found: &mut Vec<Found>, unread: &mut Vec<Unread>) {
    let absolute = argument.starts_with('/');
    let mut places = vec![PathBuf::from(if absolute { "/" } else { "" })];
    let parts: Vec<&str> = argument.split('/').filter(|part| !part.is_empty()).collect();
    for part in &parts {
        let mut next = Vec::new();
        for place in &places {
            if !part.contains(['*', '?']) {
                next.push(place.join(part));
                continue;
            }
            let here = if place.as_os_str().is_empty() { Path::new(".") } else { place.as_path() };
            let Ok(entries) = std::fs::read_dir(here) else { continue };
            let mut names: Vec<_> = entries.flatten().map(|entry| entry.file_name()).collect();
            names.sort_unstable();
            let hidden = part.starts_with('.');
            next.extend(
                names
                    .iter()
                    .filter(|name| hidden || !name.to_string_lossy().starts_with('.'))
                    .filter(|name| matches_glob(part, &name.to_string_lossy()))
                    .map(|name| place.join(name)),
            );
            next.truncate(MAX_FILES);
        }
        places = next;
    }
    let before = found.len() + unread.len();
    for place in places {
        match std::fs::metadata(&place) {
            Ok(meta) if meta.is_dir() => folder(&place, 0, found, unread),
            Ok(_) => found.push(Found { path: place, named: true }),
            Err(_) => {}
        }
    }
    if found.len() + unread.len() == before {
        let text = Text::new("これに合うファイルはありません", "no file has such a name");
        unread.push(Unread::new(argument, "missing", text));
    }
}

/// True if `pattern` with its `*` and `?` is all of `name`.
pub fn matches_glob(pattern: &str, name: &str) -> bool {
    let pattern: Vec<char> = pattern.chars().collect();
    let name: Vec<char> = name.chars().collect();
    let (mut p, mut n) = (0, 0);
    let mut retry: Option<(usize, usize)> = None;
    while n < name.len() {
        match pattern.get(p) {
            Some('*') => {
                retry = Some((p + 1, n));
                p += 1;
            }
            Some(want) if *want == '?' || Some(want) == name.get(n) => {
                p += 1;
                n += 1;
            }
            _ => match retry {
                Some((after, from)) => {
                    (p, n) = (after, from + 1);
                    retry = Some((after, from + 1));
                }
                None => return false,
            },
        }
    }
    pattern.get(p..).is_some_and(|rest| rest.iter().all(|c| *c == '*'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_mean_what_a_shell_means() {
        for (pattern, name, expect) in [
            ("*.log", "a.log", true),
            ("q?.log*", "q1.log.gz", true),
            ("*.log", "a.log.gz", false),
            ("*", "", true),
        ] {
            assert_eq!(matches_glob(pattern, name), expect, "{pattern} {name}");
        }
    }
}
