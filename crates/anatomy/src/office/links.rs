//! Where a document leads: its links classed, and the telling ones told.

use lexicon::facts::SourceForm;

use crate::specimen::Specimen;

/// Protocols that hand their text to a program of the system.
const HANDLERS: [&str; 12] = [
    "ms-msdt:",
    "search-ms:",
    "search:",
    "mhtml:",
    "ms-officecmd:",
    "ms-word:",
    "ms-excel:",
    "ms-appinstaller:",
    "ms-settings:",
    "ms-search:",
    "javascript:",
    "vbscript:",
];

/// Relations through which the document takes content in when it is opened.
const TAKEN_IN: [&str; 5] = ["ole-link", "alt-chunk", "sub-document", "frame", "include"];

/// Notes a link; tells what only an attack has.
pub(super) fn relate(specimen: &mut Specimen<'_, '_>, kind: &str, target: &str) {
    let target = target.trim_matches(['\0', ' ', '\r', '\n']);
    if target.is_empty() {
        return;
    }
    specimen.relation(kind, target);
    let lower = target.to_ascii_lowercase();
    // Blanks and escapes before the protocol are a known way around filters.
    let bare = lower.trim_start_matches(|c: char| c.is_whitespace() || c.is_control());
    if HANDLERS.iter().any(|h| bare.starts_with(h)) {
        specimen.tell("protocol-handler", target);
    }
    let host = share_host(target);
    if let Some(host) = &host {
        specimen.source(kind, SourceForm::Prose, host);
    }
    if !is_remote(target) {
        return;
    }
    match kind {
        "template" => specimen.tell("remote-template", target),
        _ if TAKEN_IN.contains(&kind) => specimen.tell("remote-object", target),
        _ => {}
    }
}

/// True for what lies on another machine.
pub(super) fn is_remote(target: &str) -> bool {
    let lower = target.trim_start().to_ascii_lowercase();
    let lower = lower.strip_prefix("mhtml:").unwrap_or(&lower);
    ["http://", "https://", "ftp://", "smb://", "dav://"].iter().any(|s| lower.starts_with(s))
        || share_host(target).is_some()
}

/// The host of `\\host\share` or `file://host/share`.
fn share_host(target: &str) -> Option<String> {
    let slashed = target.trim().replace('\\', "/");
    let rest = match slashed.get(..5) {
        Some(scheme) if scheme.eq_ignore_ascii_case("file:") => {
            let path = slashed.get(5..)?;
            // `file:///C:/…` is this machine; with two, four or five slashes a host follows.
            let slashes = path.len() - path.trim_start_matches('/').len();
            (slashes == 2 || slashes >= 4).then(|| path.trim_start_matches('/'))?
        }
        _ => slashed.strip_prefix("//")?.trim_start_matches('/'),
    };
    let host = rest.split(['/', '@']).next().unwrap_or("");
    let drive = host.get(1..2) == Some(":");
    let fine = host.len() > 1 && !drive && !matches!(host, "." | "?" | "localhost" | "127.0.0.1");
    fine.then(|| host.to_owned())
}

/// What a Word field does, by its code: `HYPERLINK "…"`, `DDEAUTO …`.
pub(super) fn field(specimen: &mut Specimen<'_, '_>, code: &str) {
    let code = code.trim();
    let (word, rest) = code.split_once(|c: char| c.is_whitespace() || c == '"').unwrap_or((code, ""));
    match word.to_ascii_uppercase().as_str() {
        "DDE" | "DDEAUTO" => {
            specimen.relation("dde", &rest.trim().replace("\\\\", "\\"));
            specimen.tell("dde-command", code);
        }
        "HYPERLINK" => {
            if let Some(target) = argument(rest) {
                relate(specimen, "hyperlink", &target);
            }
        }
        name @ ("INCLUDEPICTURE" | "INCLUDETEXT" | "INCLUDE" | "IMPORT" | "RD") => {
            let kind = if matches!(name, "INCLUDEPICTURE" | "IMPORT") { "image" } else { "include" };
            if let Some(target) = argument(rest).filter(|t| is_remote(t)) {
                relate(specimen, kind, &target);
            }
        }
        "LINK" => {
            // The program's class stands first, then the file.
            let target = rest.trim_start().split_once(char::is_whitespace).and_then(|(_, r)| argument(r));
            if let Some(target) = target {
                relate(specimen, "ole-link", &target);
            }
        }
        _ => {}
    }
}

/// The text that a QUOTE field of numbers spells: a way to hide a command from those who search for words.
pub(super) fn quoted(code: &str) -> Option<String> {
    let rest = code.trim().strip_prefix("QUOTE")?;
    let mut out = String::new();
    for number in rest.split_whitespace() {
        out.push(number.parse().ok().and_then(char::from_u32)?);
    }
    (!out.is_empty()).then_some(out)
}

/// The first argument that is no switch, with its doubled backslashes undone.
fn argument(rest: &str) -> Option<String> {
    let mut rest = rest.trim_start();
    while let Some(switch) = rest.strip_prefix('\\').filter(|s| !s.starts_with('\\')) {
        rest = switch.split_once(char::is_whitespace).map_or("", |(_, r)| r).trim_start();
        // `\l "bookmark"` and the like: their own argument is no target.
        if switch.starts_with(['l', 't', 'o', 'd', '*']) && rest.starts_with('"') {
            rest = rest.get(1..).and_then(|r| r.split_once('"')).map_or("", |(_, r)| r).trim_start();
        }
    }
    let quoted = rest.strip_prefix(['"', '\u{201c}']);
    let raw = match quoted {
        Some(inner) => inner.split(['"', '\u{201d}']).next(),
        None => rest.split_whitespace().next(),
    }?;
    Some(raw.replace("\\\\", "\\")).filter(|t| !t.is_empty())
}

/// What lures to switch protection off, in Japanese and English, in lower case.
const LURES: [&str; 16] = [
    "コンテンツの有効化",
    "コンテンツを有効",
    "編集を有効にする",
    "編集を有効に",
    "マクロを有効",
    "マクロの有効化",
    "編集の有効化",
    "enable content",
    "enable editing",
    "enable macros",
    "enable macro",
    "enabling content",
    "click enable",
    "press enable",
    "allow content",
    "content enabled",
];

/// Hands the visible text on, and tells whether it asks to switch protection off.
pub(super) fn visible_text(specimen: &mut Specimen<'_, '_>, text: &str) {
    specimen.property("document.text-length", text.trim().chars().count().to_string());
    let lower = text.to_lowercase();
    // Japanese typists leave blanks and line breaks inside of words.
    let dense: String = lower.split_whitespace().collect();
    let lure = LURES.iter().find(|l| if l.is_ascii() { lower.contains(*l) } else { dense.contains(*l) });
    if let Some(lure) = lure {
        specimen.tell("lure-enable-content", lure);
    }
    specimen.text(text);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_of_shares_are_found_and_drives_are_none() {
        let check = |target: &str, expect: Option<&str>| assert_eq!(share_host(target).as_deref(), expect);
        check("\\\\files.example\\a\\b.dot", Some("files.example"));
        check("file://files.example/a", Some("files.example"));
        check("file:///\\\\192.0.2.1\\a", Some("192.0.2.1"));
        check("file:///C:\\Users\\a\\Normal.dotm", None);
        check("https://example.com/", None);
    }

    #[test]
    fn a_field_argument_is_read_behind_switches() {
        assert_eq!(argument(" \\l \"mark\" \"http://a.example/\"").as_deref(), Some("http://a.example/"));
        assert_eq!(argument(" \"\\\\\\\\host\\\\x\" \\* MERGEFORMAT").as_deref(), Some("\\\\host\\x"));
        assert_eq!(quoted("QUOTE 99 109 100").as_deref(), Some("cmd"));
    }
}
