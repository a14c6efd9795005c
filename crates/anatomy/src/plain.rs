//! Files of plain text: what stands in them is searched for indicators, and the settings among them say where they
//! lead.

mod calendar;
mod tables;

use lexicon::facts::SourceForm;

use crate::macros::calls::Language;
use crate::macros::study;
use crate::registry::Analyser;
use crate::specimen::Specimen;
use crate::tells;

/// Bytes of a text that are read.
const TEXT_BYTES: usize = 4 << 20;

/// Lines of a settings file.
const LINES: usize = 20_000;

/// Values of one registry or set-up file that are told.
const COMMANDS: usize = 200;

pub(crate) static ANALYSER: Analyser = Analyser {
    kinds: &[
        "txt",
        "csv",
        "json",
        "ics",
        "vcf",
        "url",
        "iqy",
        "slk",
        "py",
        "sh",
        "rdp",
        "reg",
        "inf",
        "scf",
        "library-ms",
        "settingcontent-ms",
        "jnlp",
    ],
    run,
    tells: &[
        tells::entry(
            "rdp-shares-drives",
            4,
            "リモート接続の設定で、自分のパソコンのドライブを接続先に見せるようになっています",
            "The remote desktop settings share this computer's drives with the other side",
            "Microsoft, Midnight Blizzard spear-phishing with RDP files (2024)",
        ),
        tells::entry(
            "rdp-runs-program",
            3,
            "リモート接続の設定で、接続先のプログラムが始まるようになっています",
            "The remote desktop settings start a program of the other side",
            "Microsoft, Midnight Blizzard spear-phishing with RDP files (2024)",
        ),
        tells::entry(
            "setting-runs-command",
            5,
            "設定ファイルを開くだけで、書かれたコマンドが実行されます",
            "Opening the settings file runs the command written in it",
            "MITRE ATT&CK T1204.002",
        ),
        tells::entry(
            "shortcut-leads-to-share",
            4,
            "開くと外部の共有フォルダーにつながります",
            "It connects to a shared folder elsewhere when opened",
            "MITRE ATT&CK T1187",
        ),
    ],
    oddities: &[],
};

fn run(bytes: &[u8], specimen: &mut Specimen<'_, '_>) {
    let head = bytes.get(..TEXT_BYTES).unwrap_or(bytes);
    let text = forensics::charset::decode(head, None).text;
    match specimen.file.kind.as_str() {
        // Whose URL stands on a line of its own.
        "iqy" => query(specimen, &text),
        "url" | "scf" => shortcut(specimen, &text),
        "rdp" => remote_desktop(specimen, &text),
        "reg" | "inf" => commands(specimen, &text),
        "library-ms" | "settingcontent-ms" | "jnlp" => settings(specimen, &text),
        "ics" => calendar::events(specimen, &text),
        "vcf" => calendar::cards(specimen, &text),
        "slk" => tables::symbolic_link(specimen, &text),
        "csv" => tables::values(specimen, &text),
        "txt" if text.trim_start().get(..4).is_some_and(|s| s.eq_ignore_ascii_case("#@~^")) => {
            crate::script::source(specimen, Language::VbScript, "", &text);
        }
        _ => {}
    }
    specimen.text(&text);
}

/// The value of an element or attribute of small XML settings.
fn element<'t>(text: &'t str, name: &str) -> Option<&'t str> {
    let open = format!("<{name}");
    let (at, _) = text.match_indices(&open).find(|(at, _)| {
        text.get(at + open.len()..)
            .and_then(|r| r.chars().next())
            .is_some_and(|c| matches!(c, '>' | ' ' | '\r' | '\n'))
    })?;
    let rest = text.get(at..)?.split_once('>')?.1;
    let value = rest.split("</").next()?.trim();
    let value = value.strip_prefix("<![CDATA[").map_or(value, |v| v.split("]]>").next().unwrap_or(v));
    (!value.is_empty() && !value.starts_with('<')).then_some(value)
}

pub(crate) fn unescape(text: &str) -> String {
    text.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&apos;", "'")
        .replace("&amp;", "&")
}

/// XML settings that Windows opens by a click: libraries, searches, setting pages, Java starts.
pub(crate) fn settings(specimen: &mut Specimen<'_, '_>, text: &str) {
    let head = lexicon::text::cut(text, 256 << 10);
    if head.contains("DeepLink")
        && head.contains("SearchableContent")
        && let Some(command) = element(head, "DeepLink")
    {
        let command = unescape(command);
        specimen.tell("setting-runs-command", &command);
        study::study(specimen, Language::Batch, "DeepLink", &command);
    }
    let library = head.contains("libraryDescription");
    if library || head.contains("<persistedQuery") {
        for (at, sign) in head.match_indices("<url").chain(head.match_indices("<include")).take(20) {
            let tag = head.get(at + sign.len()..).unwrap_or("");
            let inner = tag.split_once('>').map_or("", |(attributes, rest)| {
                crate::script::markup::attribute(attributes, "path")
                    .unwrap_or(rest.split('<').next().unwrap_or(""))
            });
            follow(specimen, "target", &unescape(inner));
        }
        if let Some(icon) = element(head, "iconReference") {
            follow(specimen, "icon", &unescape(icon));
        }
    }
    if head.contains("<jnlp") {
        for (name, kind) in [("codebase", "target"), ("href", "target")] {
            for tag in head
                .split('<')
                .filter(|t| ["jnlp", "jar", "extension"].iter().any(|n| t.starts_with(n)))
                .take(20)
            {
                if let Some(value) = crate::script::markup::attribute(tag, name) {
                    specimen.relation(kind, value);
                }
            }
        }
    }
}

/// A target; one on another computer's share is told.
fn follow(specimen: &mut Specimen<'_, '_>, kind: &str, target: &str) {
    let target = target.trim();
    specimen.relation(kind, target);
    let lower = target.to_ascii_lowercase().replace('/', "\\");
    let share = lower.strip_prefix("file:").map_or(lower.as_str(), |rest| rest.trim_start_matches(['\\']));
    let is_share = if lower.starts_with("file:") {
        // `file://host/share`, but not `file:///C:/…`.
        !share.is_empty() && !lower.starts_with("file:\\\\\\") && !share.contains(':')
            || lower.starts_with("file:\\\\\\\\")
    } else {
        lower.starts_with("\\\\") && !lower.starts_with("\\\\?\\")
    };
    if is_share || lower.contains("davwwwroot") || lower.contains("@ssl\\") {
        specimen.tell("shortcut-leads-to-share", target);
    }
}

/// `name=value` lines.
fn pairs(text: &str) -> impl Iterator<Item = (&str, &str)> {
    text.lines()
        .take(LINES)
        .filter_map(|line| line.split_once('='))
        .map(|(name, value)| (name.trim(), value.trim()))
}

fn shortcut(specimen: &mut Specimen<'_, '_>, text: &str) {
    for (name, value) in pairs(text) {
        match name.to_ascii_lowercase().as_str() {
            "url" | "baseurl" | "origurl" => follow(specimen, "target", value),
            "iconfile" => follow(specimen, "icon", value),
            "workingdirectory" => follow(specimen, "target", value),
            "command" => specimen.property("shortcut.command", value),
            "modified" => specimen.property("shortcut.modified", value),
            _ => {}
        }
    }
}

/// A web query: `WEB`, version, then the address.
fn query(specimen: &mut Specimen<'_, '_>, text: &str) {
    let lines = text.lines().map(str::trim).filter(|l| !l.is_empty()).take(LINES);
    if let Some(address) = lines.clone().nth(2) {
        specimen.relation("query", address);
    }
    if let Some(body) = lines.clone().nth(3).filter(|l| !l.contains(':') && l.contains('=')) {
        specimen.property("query.post", body);
    }
}

/// Remote desktop settings: `name:type:value`.
fn remote_desktop(specimen: &mut Specimen<'_, '_>, text: &str) {
    for line in text.lines().take(LINES) {
        let mut parts = line.splitn(3, ':');
        let (Some(name), Some(_), Some(value)) = (parts.next(), parts.next(), parts.next()) else {
            continue;
        };
        let value = value.trim();
        match name.trim().to_ascii_lowercase().as_str() {
            "full address" | "alternate full address" => specimen.relation("target", value),
            "gatewayhostname" => specimen.relation("gateway", value),
            "username" => specimen.property("rdp.user", value),
            "drivestoredirect" if !value.is_empty() => {
                specimen.property("rdp.drives", value);
                specimen.tell("rdp-shares-drives", value);
            }
            "redirectdrives" if value == "1" => specimen.tell("rdp-shares-drives", line.trim()),
            "remoteapplicationprogram" | "alternate shell" if !value.is_empty() => {
                specimen.property("rdp.program", value);
                specimen.tell("rdp-runs-program", value);
            }
            "remoteapplicationname" => specimen.property("rdp.program-name", value),
            "signscope" => specimen.property("rdp.signed", value),
            _ => {}
        }
    }
}

/// Registry and set-up files: the values that hold commands.
fn commands(specimen: &mut Specimen<'_, '_>, text: &str) {
    let mut out = String::new();
    let mut key = "";
    let mut count = 0;
    for line in text.lines().take(LINES).map(str::trim) {
        if line.starts_with('[') {
            key = line;
            continue;
        }
        let value = line.split_once('=').map_or(line, |(_, v)| v);
        let lower = value.to_ascii_lowercase();
        let runs = [
            ".exe",
            ".dll",
            ".ps1",
            ".vbs",
            ".js",
            ".bat",
            ".cmd",
            ".hta",
            ".sct",
            "powershell",
            "://",
            "cmd ",
        ];
        let starts = key.to_ascii_lowercase().contains("\\run");
        if !line.starts_with(';')
            && (runs.iter().any(|r| lower.contains(r)) || starts && line.contains('='))
            && count < COMMANDS
        {
            count += 1;
            out.push_str(&value.trim_matches('"').replace("\\\\", "\\").replace("\\\"", "\""));
            out.push('\n');
        }
        if starts && line.contains('=') {
            specimen.property("registry.starts", format!("{key} {line}"));
        }
    }
    for line in out.lines() {
        specimen.source("value", SourceForm::Prose, line);
    }
    study::study(specimen, Language::Batch, "", &out);
}

#[cfg(test)]
mod tests;
