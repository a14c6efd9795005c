//! The files of a mail that count, and how much each speaks for an attack by what it is.

use lexicon::MailFacts;
use lexicon::facts::Attachment;

/// Files of one mail that count.
const MAX_FILES: usize = 32;
/// Files looked at inside of one.
const MAX_INSIDE: usize = 256;
/// How deep.
const MAX_DEPTH: usize = 8;

/// A file that counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Payload {
    /// Its name; empty where it has none.
    pub name: String,
    /// Kind, by content.
    pub kind: String,
    /// SHA-256 of its bytes; may be empty.
    pub sha256: String,
    /// It cannot be read without a password.
    pub locked: bool,
    /// How much it speaks for an attack, 1 (a document as everybody sends) to 5 (a program).
    pub weight: u8,
    /// Why, in a short stable word: `document`, `archive`, `locked-archive`, `locked-rar`, `macro`, `program`, `disguised` …
    pub why: &'static str,
}

/// The files of a mail that count: pictures, signatures, calendars and attached mails do not.
pub(super) fn of(files: &[Attachment], facts: &MailFacts) -> Vec<Payload> {
    let told = |ids: &[&str]| facts.tells.iter().any(|tell| ids.contains(&tell.id.as_str()));
    let (disguised, macros) = (told(DISGUISES), told(&["macro-document"]));
    files
        .iter()
        .filter(|file| !file.inline)
        .filter_map(|file| one(file, disguised, macros))
        .take(MAX_FILES)
        .collect()
}

/// Tells of names and contents made to deceive.
const DISGUISES: &[&str] =
    &["double-extension", "name-invisible-characters", "name-spaces-run", "extension-contradicts-content"];

fn one(file: &Attachment, disguised: bool, macros: bool) -> Option<Payload> {
    let (mut weight, mut why) = own_weight(file)?;
    let locked = is_locked(file);
    let (inner, inner_why) = inside(file);
    if inner > weight {
        (weight, why) = (inner, inner_why);
    }
    if macros && why == "document" && weight < 3 {
        (weight, why) = (3, "macro");
    }
    if disguised && weight < 4 {
        (weight, why) = (4, "disguised");
    }
    Some(Payload {
        name: lexicon::text::cut(file.name.as_deref().unwrap_or_default(), 255).to_owned(),
        kind: file.kind.clone(),
        sha256: file.sha256.clone(),
        locked,
        weight,
        why,
    })
}

fn is_locked(file: &Attachment) -> bool {
    file.encrypted == Some(true)
        || file.password.is_some()
        || file.children.iter().any(|c| c.encrypted == Some(true) || c.password.is_some())
}

/// What a file weighs by itself; `None` where it does not count.
fn own_weight(file: &Attachment) -> Option<(u8, &'static str)> {
    let kind = file.kind.as_str();
    if is_program(kind) {
        return Some((5, "program"));
    }
    let macros = file.scripts.iter().any(|script| matches!(script.language.as_str(), "vba" | "xlm"));
    Some(match kind {
        "png" | "gif" | "jpg" | "jpeg" | "bmp" | "webp" | "tif" | "tiff" | "ico" | "heic" | "txt" | "ics"
        | "vcf" | "vcard" | "asc" | "pgp" | "p7s" | "pkcs7-signature" | "eml" | "msg" | "empty"
        | "winmail" | "tnef" | "mp3" | "wav" | "mp4" => {
            return None;
        }
        "rar" | "7z" | "lzh" | "ace" | "arj" | "cab" | "gz" | "tar" | "bz2" | "xz" => {
            if is_locked(file) {
                (4, "locked-rar")
            } else {
                (2, "archive")
            }
        }
        "zip" => {
            if is_locked(file) {
                (2, "locked-archive")
            } else {
                (1, "archive")
            }
        }
        "iso" | "udf" | "img" | "vhd" | "vhdx" | "one" => (3, "container"),
        "html" | "htm" | "xhtml" | "svg" => (2, "page"),
        "jtd" | "jtt" | "rtf" => (2, "document"),
        _ if macros => (3, "macro"),
        _ if is_locked(file) => (2, "locked-document"),
        _ => (1, "document"),
    })
}

/// Kinds that run when they are opened.
fn is_program(kind: &str) -> bool {
    matches!(
        kind,
        "exe"
            | "dll"
            | "scr"
            | "cpl"
            | "com"
            | "pif"
            | "lnk"
            | "js"
            | "jse"
            | "vbs"
            | "vbe"
            | "wsf"
            | "wsh"
            | "hta"
            | "bat"
            | "cmd"
            | "ps1"
            | "jar"
            | "msi"
            | "msc"
            | "chm"
            | "iqy"
            | "slk"
            | "wiz"
            | "xll"
            | "elf"
            | "sct"
            | "url"
            | "inf"
            | "reg"
            | "application"
            | "settingcontent-ms"
    )
}

/// The most that anything inside weighs.
fn inside(file: &Attachment) -> (u8, &'static str) {
    let mut most = (0, "");
    let mut open: Vec<(&Attachment, usize)> = file.children.iter().map(|child| (child, 1)).collect();
    for _ in 0..MAX_INSIDE {
        let Some((child, depth)) = open.pop() else { break };
        if depth < MAX_DEPTH {
            open.extend(child.children.iter().take(MAX_INSIDE).map(|inner| (inner, depth + 1)));
        }
        let listed =
            child.name.as_deref().and_then(|name| name.rsplit_once('.')).map(|(_, end)| end.to_lowercase());
        // What is locked cannot be looked into, but its name is often told.
        let by_name = child.sha256.is_empty() && listed.is_some_and(|end| is_program(&end));
        let weight = match own_weight(child) {
            _ if by_name => (5, "program"),
            // A document in an archive is what archives are for.
            Some((weight, why)) if weight >= 3 => (weight, why),
            _ => continue,
        };
        most = most.max(weight);
    }
    most
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(kind: &str, locked: bool) -> Attachment {
        Attachment {
            kind: kind.into(),
            encrypted: Some(locked),
            sha256: "a".repeat(64),
            ..Attachment::default()
        }
    }

    fn check(file: Attachment, expect: Option<(u8, &str)>) {
        let found = of(std::slice::from_ref(&file), &MailFacts::default());
        assert_eq!(found.first().map(|p| (p.weight, p.why)), expect, "{}", file.kind);
    }

    #[test]
    fn a_file_weighs_by_what_it_is_and_holds() {
        check(file("docx", false), Some((1, "document")));
        check(file("png", false), None);
        check(file("zip", true), Some((2, "locked-archive")));
        check(file("rar", true), Some((4, "locked-rar")));
        check(file("lnk", false), Some((5, "program")));
        let mut archive = file("zip", true);
        archive.children =
            vec![Attachment { name: Some("資料.exe".into()), kind: "bin".into(), ..Attachment::default() }];
        check(archive, Some((5, "program")));
        let mut archive = file("zip", false);
        archive.children = vec![file("docx", false), file("lnk", false)];
        check(archive, Some((5, "program")));
    }
}
