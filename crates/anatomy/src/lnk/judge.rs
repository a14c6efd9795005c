//! What gives a shortcut away.

use crate::specimen::Specimen;
use crate::{oddities, tells};

use super::Shortcut;

/// Blanks in a row that push arguments out of the properties window.
const BLANKS: usize = 100;

/// Characters of arguments that the properties window shows.
const SHOWN: usize = 260;

/// Programs that run what they are given; an attacker needs no other.
const RUNNERS: [&str; 22] = [
    "bitsadmin",
    "certutil",
    "cmd",
    "conhost",
    "cscript",
    "curl",
    "forfiles",
    "ftp",
    "hh",
    "installutil",
    "msbuild",
    "mshta",
    "msiexec",
    "pcalua",
    "powershell",
    "pwsh",
    "regsvr32",
    "rundll32",
    "ssh",
    "wmic",
    "wscript",
    "%comspec%",
];

const SCRIPTS: [&str; 9] = [".bat", ".cmd", ".js", ".jse", ".vbs", ".vbe", ".wsf", ".hta", ".ps1"];

/// Words in the name of an icon's file that mean a document.
const DOCUMENTS: [&str; 16] = [
    "winword", "wordicon", "excel", "xlicons", "powerpnt", "pptico", "acrobat", "acrord", "acrodist",
    "notepad", "wordpad", "jtd", "taro", "foxit", "pdf", "docx",
];

pub(super) static TELLS: &[tells::Entry] = &[
    tells::entry(
        "lnk-runs-command",
        5,
        "ショートカットが、コマンドやスクリプトを実行するプログラムに引数を渡しています",
        "The shortcut hands arguments to a program that runs commands or scripts",
        "MITRE ATT&CK T1204.002, T1059",
    ),
    tells::entry(
        "lnk-hidden-arguments",
        4,
        "ショートカットの引数が、プロパティ画面に表示されないように隠されています",
        "The shortcut's arguments are hidden from the properties window",
        "MITRE ATT&CK T1027.012",
    ),
    tells::entry(
        "lnk-document-icon",
        4,
        "ショートカットが文書のアイコンを装っていますが、実行するのはプログラムです",
        "The shortcut wears a document's icon but runs a program",
        "MITRE ATT&CK T1036.008",
    ),
    tells::entry(
        "lnk-carries-data",
        5,
        "ショートカットの末尾に、別のデータが付け足されています",
        "Data is appended to the end of the shortcut",
        "MITRE ATT&CK T1027.012",
    ),
];

pub(super) static ODDITIES: &[oddities::Entry] = &[
    oddities::entry(
        "lnk-cut",
        "ショートカットが途中で切れています",
        "The shortcut ends before it is complete",
    ),
    oddities::entry(
        "lnk-odd-block",
        "ショートカットの追加情報の形式が壊れています",
        "A block of the shortcut's extra data is not of its format",
    ),
];

pub(super) fn shortcut(specimen: &mut Specimen<'_, '_>, shortcut: &Shortcut) {
    let arguments = shortcut.arguments.trim();
    let paths = shortcut.targets.iter().map(|(_, path)| path.as_str()).chain([shortcut.relative.as_str()]);
    let runner = paths.clone().find(|path| RUNNERS.contains(&stem(path).as_str()));
    if let Some(path) = runner.filter(|_| !arguments.is_empty()) {
        specimen.tell("lnk-runs-command", &squeezed(&format!("{path} {arguments}")));
    }
    let (run, length) = widths(&shortcut.arguments);
    if run >= BLANKS || length > SHOWN {
        specimen.tell("lnk-hidden-arguments", &squeezed(arguments));
    }
    let script = paths.clone().find(|path| {
        let lower = path.to_ascii_lowercase();
        SCRIPTS.iter().any(|ending| lower.ends_with(ending))
    });
    if let Some(path) = runner.filter(|_| !arguments.is_empty()).or(script)
        && is_document_icon(&shortcut.icon, shortcut.icon_index)
    {
        let why = format!("{},{} / {path}", shortcut.icon, shortcut.icon_index);
        specimen.tell("lnk-document-icon", &why);
    }
}

/// The name of a program without its folder and ending.
fn stem(path: &str) -> String {
    let name = path.rsplit(['\\', '/']).next().unwrap_or(path).trim().to_ascii_lowercase();
    name.strip_suffix(".exe").map_or(name.clone(), str::to_owned)
}

/// The longest run of blanks, and the number of characters.
fn widths(text: &str) -> (usize, usize) {
    let (mut longest, mut run, mut length) = (0, 0, 0);
    for c in text.chars() {
        run = if c.is_whitespace() || c == '\0' { run + 1 } else { 0 };
        longest = longest.max(run);
        length += 1;
    }
    (longest, length)
}

/// A text with runs of blanks made one, so that what they hide is seen.
fn squeezed(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn is_document_icon(icon: &str, index: i32) -> bool {
    let name = stem(icon);
    match name.strip_suffix(".dll").unwrap_or(&name) {
        "shell32" => matches!(index, 1 | 70 | -2 | -152),
        "imageres" => matches!(index, 2 | 97 | -102),
        "msedge" => matches!(index, 11 | 13),
        other => {
            let endings = [".doc", ".xls", ".xlsx", ".ppt", ".pptx", ".rtf", ".txt", ".hwp"];
            DOCUMENTS.iter().any(|word| other.contains(word)) || endings.iter().any(|e| other.ends_with(e))
        }
    }
}
