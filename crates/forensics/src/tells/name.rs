//! Tells in attachments: names that deceive, kinds that are dangerous.

use lexicon::facts::Attachment;
use lexicon::text::{is_invisible, visible};

use crate::kind;
use crate::session::Session;

/// Kinds that run code when they are opened.
const RUNS: [&str; 35] = [
    "apk",
    "bat",
    "chm",
    "class",
    "com",
    "cpl",
    "dll",
    "exe",
    "hta",
    "inf",
    "iqy",
    "jar",
    "jnlp",
    "js",
    "jse",
    "library-ms",
    "lnk",
    "msi",
    "msix",
    "pif",
    "ps1",
    "reg",
    "scf",
    "scr",
    "sct",
    "settingcontent-ms",
    "slk",
    "sys",
    "vbe",
    "vbs",
    "wiz",
    "wsc",
    "wsf",
    "wsh",
    "xll",
];

const ARCHIVES: [&str; 14] =
    ["7z", "ace", "alz", "arj", "bz2", "cab", "egg", "gz", "lzh", "rar", "tar", "xz", "z", "zip"];

/// Archives that hardly anybody uses for honest mail.
const UNUSUAL: [&str; 5] = ["ace", "alz", "arj", "egg", "z"];

const IMAGES_OF_DISKS: [&str; 5] = ["img", "iso", "one", "vhd", "vhdx"];

/// Extensions of documents, pictures and archives, which people open without a thought.
const HARMLESS: [&str; 26] = [
    "bmp", "csv", "doc", "docx", "gif", "htm", "html", "jpeg", "jpg", "jtd", "mp3", "mp4", "pdf", "png",
    "ppt", "pptx", "rtf", "tif", "tiff", "txt", "xls", "xlsx", "zip", "rar", "7z", "lzh",
];

/// Blanks in a row that nobody types by accident.
const RUN_OF_BLANKS: usize = 6;

pub(super) fn file(session: &mut Session<'_>, file: &Attachment, macros: bool, place: &str) {
    let name = file.name.as_deref().unwrap_or("");
    let why = |what: &str| {
        let shown = visible(name);
        match (shown.is_empty(), what.is_empty()) {
            (true, _) => format!("{place}: {what}"),
            (false, true) => format!("{place}: {shown}"),
            (false, false) => format!("{place}: {shown} ({what})"),
        }
    };
    let kind = file.kind.as_str();
    let extension = kind::extension(Some(name));
    if RUNS.contains(&kind) || runs_by_name(&extension) {
        session.tell("attachment-runs-code", why(kind));
    }
    if let Some(inner) = double_extension(name) {
        session.tell("double-extension", why(&format!(".{inner}.{extension}")));
    }
    if spaces_run(name) {
        session.tell("name-spaces-run", why(""));
    }
    if name.chars().any(is_invisible) {
        session.tell("name-invisible-characters", why(""));
    }
    if contradicts(&extension, kind) {
        session.tell("extension-contradicts-content", why(kind));
    }
    if ARCHIVES.contains(&kind) {
        if file.encrypted == Some(true) {
            session.tell("encrypted-archive", why(kind));
        }
        if UNUSUAL.contains(&kind) {
            session.tell("archive-unusual", why(kind));
        }
    } else if file.encrypted == Some(true) && !file.sha256.is_empty() && !matches!(kind, "p7m" | "pgp") {
        session.tell("encrypted-document", why(kind));
    }
    if IMAGES_OF_DISKS.contains(&kind) {
        session.tell("disk-image", why(kind));
    }
    if macros || matches!(kind, "docm" | "dotm" | "xlsm" | "pptm") {
        session.tell("macro-document", why(kind));
    }
    if matches!(kind, "html" | "svg") && !file.inline && !name.is_empty() && !file.sha256.is_empty() {
        session.tell("html-attachment", why(kind));
    }
}

/// Programs whose content was not recognised, going by the name alone; not `.com`, which ends domain names too.
fn runs_by_name(extension: &str) -> bool {
    matches!(
        extension,
        "exe"
            | "scr"
            | "cpl"
            | "pif"
            | "lnk"
            | "hta"
            | "js"
            | "jse"
            | "vbs"
            | "vbe"
            | "wsf"
            | "bat"
            | "cmd"
            | "ps1"
            | "msi"
            | "jar"
            | "iqy"
    )
}

/// The harmless extension before one that runs or opens a page: `report.pdf.exe`, `report.pdf      .lnk`.
fn double_extension(name: &str) -> Option<String> {
    let last = kind::extension(Some(name));
    if !(runs_by_name(&last) || last == "com" || last == "html" || last == "htm") {
        return None;
    }
    let (before, _) = name.rsplit_once('.')?;
    let inner = kind::extension(Some(before));
    (HARMLESS.contains(&inner.as_str())
        && inner != last
        && !(last.starts_with("htm") && inner.starts_with("htm")))
    .then_some(inner)
}

fn spaces_run(name: &str) -> bool {
    let mut run = 0;
    for c in name.trim().chars() {
        if c.is_whitespace() || matches!(c, '\u{2800}' | '\u{3164}') {
            run += 1;
            if run >= RUN_OF_BLANKS {
                return true;
            }
        } else {
            run = 0;
        }
    }
    false
}

/// True if content of that kind under that extension is a deception rather than a habit.
fn contradicts(extension: &str, kind: &str) -> bool {
    if matches!(kind, "txt" | "bin" | "empty" | "ole" | "xml" | "csv" | "eml") || extension == kind {
        return false;
    }
    let allowed: &[&str] = match extension {
        "pdf" => &["pdf", "p7m"],
        "jpg" | "jpeg" | "png" | "gif" | "bmp" | "tif" | "tiff" | "webp" => {
            &["jpg", "png", "gif", "bmp", "tiff", "webp", "heic", "avif", "emf", "wmf", "svg", "ico", "psd"]
        }
        "doc" | "dot" | "rtf" => {
            &["doc", "docx", "docm", "rtf", "html", "mht", "office-mht", "doc-xml", "odt", "wiz"]
        }
        "docx" => &["docx", "docm", "doc"],
        "xls" | "xlsx" => &["xls", "xlsx", "xlsb", "xlsm", "html", "mht", "office-mht", "xls-xml", "slk"],
        "ppt" | "pptx" | "pps" => &["ppt", "pptx", "pptm", "odp"],
        "jtd" => &["jtd"],
        "txt" => &["pgp", "json", "ics", "vcf", "html", "url", "gz"],
        "zip" | "rar" | "7z" | "lzh" | "cab" | "gz" | "tgz" => {
            return RUNS.contains(&kind) || matches!(kind, "pdf" | "html" | "doc" | "xls" | "iso");
        }
        "mp3" | "mp4" | "wav" | "avi" | "mov" => return RUNS.contains(&kind),
        _ => return false,
    };
    !allowed.contains(&kind)
}

#[cfg(test)]
mod tests {
    use crate::tells::testing::check;

    fn mail(name: &str, body: &str) -> String {
        format!(
            "From: a@example.com\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nhi\n--b\n\
             Content-Disposition: attachment; filename=\"{name}\"\n\n{body}\n--b--\n"
        )
    }

    #[test]
    fn deceiving_names_are_told() {
        check(&mail("report.pdf.exe", "MZ"), "double-extension", true);
        check(&mail("report.pdf          .exe", "MZ"), "name-spaces-run", true);
        check(&mail("資料\u{202e}fdp.exe", "MZ"), "name-invisible-characters", true);
        check(&mail("v1.2.pdf", "%PDF-1.4"), "double-extension", false);
        check(&mail("my own report.pdf", "%PDF-1.4"), "name-spaces-run", false);
    }

    #[test]
    fn what_runs_code_is_told_by_content_and_by_name() {
        check(&mail("a.pdf", "MZ"), "attachment-runs-code", true);
        check(&mail("a.js", "var x"), "attachment-runs-code", true);
        check(&mail("a.iqy", "WEB\n1\nhttp://a.example/"), "attachment-runs-code", true);
        check(&mail("a.txt", "text"), "attachment-runs-code", false);
    }

    #[test]
    fn contradictions_are_told_and_habits_are_not() {
        check(&mail("a.jpg", "MZ"), "extension-contradicts-content", true);
        check(&mail("a.pdf", "<html><body>"), "extension-contradicts-content", true);
        check(&mail("a.doc", "{\\rtf1"), "extension-contradicts-content", false);
        check(&mail("a.jpg", "\u{fffd}GIF89a"), "extension-contradicts-content", false);
    }

    #[test]
    fn attached_pages_and_encrypted_files_are_told() {
        check(&mail("a.html", "<html>"), "html-attachment", true);
        check(&mail("a.pdf", "%PDF-1.4 /Encrypt"), "encrypted-document", true);
        check(&mail("a.zip", "PK\u{3}\u{4}\u{14}\0\u{1}\0"), "encrypted-archive", false);
    }
}
