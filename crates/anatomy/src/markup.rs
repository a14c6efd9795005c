//! Attached pages and pictures with script: where they lead, what they show, what they run, and the files that
//! they smuggle past mail gateways as text.

mod data_url;
mod help_control;

use crate::macros::calls::Language;
use crate::registry::Analyser;
use crate::script::markup as blocks;
use crate::specimen::{Entry, Specimen};
use crate::{oddities, tells};

/// Bytes of a page that are read.
const PAGE_BYTES: usize = 4 << 20;

/// Bytes of a page that are searched for files written into it.
const WHOLE_BYTES: usize = 32 << 20;

/// Event attributes kept as scripts.
const EVENTS: usize = 20;

pub(crate) static ANALYSER: Analyser = Analyser {
    kinds: &["html", "svg", "hta", "mht", "office-mht", "xml", "doc-xml", "xls-xml"],
    run,
    tells: &[
        tells::entry(
            "help-runs-command",
            5,
            "ヘルプのページが、開くだけでコマンドを実行する仕掛けを持っています",
            "The help page holds a control that runs a command",
            "MITRE ATT&CK T1218.001",
        ),
        tells::entry(
            "html-smuggling",
            5,
            "ページの中に隠したファイルを組み立てて保存させます",
            "The page builds a file hidden in itself and has it saved",
            "MITRE ATT&CK T1027.006",
        ),
    ],
    oddities: &[oddities::entry(
        "data-url-limit",
        "ページに埋め込まれたファイルが多すぎるため一部だけを取り出しました",
        "There are too many files written into the page; only the first were taken out",
    )],
};

fn run(bytes: &[u8], specimen: &mut Specimen<'_, '_>) {
    if specimen.file.kind == "mht" {
        mime(bytes, specimen);
        return;
    }
    let head = bytes.get(..PAGE_BYTES).unwrap_or(bytes);
    if head.len() < bytes.len() {
        specimen.odd("html-limit", "");
    }
    let declared = forensics::html::declared_charset(head);
    let text = forensics::charset::decode(head, declared).text;
    let page = forensics::html::read(&text, &forensics::Limits::default());
    for source in forensics::html::sources(&page.facts, &specimen.place) {
        specimen.bench.source(source.place, source.form, &source.text);
    }
    for tell in forensics::tells::of_page(&page.facts, &specimen.place) {
        specimen.bench.tell(&tell.id, tell.why);
    }
    for form in &page.facts.forms {
        specimen.relation("form", &form.action);
    }
    for target in &page.facts.refresh {
        specimen.relation("refresh", target);
    }
    specimen.text(&page.text);
    if specimen.file.kind == "xml" {
        crate::plain::settings(specimen, &text);
        entities(specimen, &text);
        office(specimen, bytes);
    }
    let whole = bytes.get(..WHOLE_BYTES).unwrap_or(bytes);
    let text =
        if whole.len() == head.len() { text } else { forensics::charset::decode(whole, declared).text };
    help_control::look(specimen, &text);
    scripts(specimen, &text);
}

/// The scripts of a page, and the files written into it.
fn scripts(specimen: &mut Specimen<'_, '_>, text: &str) {
    let page = matches!(specimen.file.kind.as_str(), "html" | "svg");
    let (found, remote) = blocks::find(text, page);
    let mut searched = String::new();
    let mut files = Vec::new();
    for source in remote {
        if !is_inert(&source) {
            specimen.relation("script", &source);
        }
    }
    for block in &found {
        files.extend(blocks::look(specimen, block));
        searched.push_str(&block.text);
        searched.push('\n');
    }
    let language = if page { Language::Page } else { Language::JavaScript };
    for (count, (name, script)) in events(text).into_iter().enumerate() {
        if count >= EVENTS {
            break;
        }
        files.extend(crate::macros::study::look(specimen, language, &name, &script));
        searched.push_str(&script);
    }
    let pattern = smuggles(&searched);
    let name = saved_name(text);
    let mut taken = Vec::new();
    for found in data_url::find(text) {
        if files.contains(&found.bytes) {
            continue;
        }
        if taken.len() >= data_url::FILES {
            specimen.odd("data-url-limit", "");
            break;
        }
        taken.push(found);
    }
    let mut evidence = None;
    for (index, bytes) in files.iter().enumerate() {
        // A page out of a script is a page; pictures and styles are everyday.
        let kind = forensics::kind::of(None, bytes).word;
        if is_smuggled(kind) || pattern.is_some() && !is_shown(kind) {
            evidence = evidence.or(Some(kind));
        }
        give(specimen, (index == 0).then_some(name.as_deref()).flatten(), bytes, false);
    }
    for found in &taken {
        let kind = forensics::kind::of(None, &found.bytes).word;
        if is_smuggled(kind) {
            evidence = evidence.or(Some(kind));
        }
        give(specimen, found.name.as_deref(), &found.bytes, is_shown(kind));
    }
    match (evidence, pattern) {
        (Some(kind), _) => specimen.tell("html-smuggling", &format!("{kind} {}", name.unwrap_or_default())),
        (None, Some(pattern)) => specimen.tell("html-smuggling", pattern),
        (None, None) => {}
    }
}

fn give(specimen: &mut Specimen<'_, '_>, name: Option<&str>, bytes: &[u8], inline: bool) {
    if specimen.has_room() {
        specimen.child(Entry {
            name: name.map(str::to_owned),
            content: Some(bytes),
            inline,
            ..Entry::default()
        });
    }
}

/// Kinds that a page shows.
fn is_shown(kind: &str) -> bool {
    matches!(
        kind,
        "png"
            | "jpg"
            | "gif"
            | "webp"
            | "svg"
            | "bmp"
            | "ico"
            | "avif"
            | "txt"
            | "empty"
            | "woff"
            | "woff2"
            | "ttf"
            | "otf"
            | "mp3"
            | "mp4"
            | "ogg"
            | "wav"
            | "json"
            | "bin"
            | "xml"
            | "cur"
            | "heic"
    )
}

/// Kinds that no honest page carries as text within itself.
fn is_smuggled(kind: &str) -> bool {
    !is_shown(kind) && !matches!(kind, "html" | "pdf" | "js" | "tiff" | "emf" | "wmf")
}

/// A script that makes a file of bytes, and has it saved by itself.
fn smuggles(script: &str) -> Option<&'static str> {
    let lower = script.to_ascii_lowercase();
    let has = |word: &str| lower.contains(word);
    if has("mssaveoropenblob") || has("mssaveblob") {
        return Some("msSaveOrOpenBlob");
    }
    let makes = has("new blob") && has("createobjecturl") || has("data:application/octet-stream");
    let fills = has("atob(") || has("uint8array") || has("charcodeat");
    let saves = has(".download") || has("\"download\"") || has("'download'");
    let clicks = has(".click()") || has("dispatchevent");
    (makes && fills && saves && clicks).then_some("Blob, download, click")
}

/// The name under which a page has something saved.
fn saved_name(text: &str) -> Option<String> {
    for sign in [".download", "download=", "saveBlob(", "msSaveOrOpenBlob("] {
        for (at, _) in text.match_indices(sign).take(20) {
            let rest = lexicon::text::cut(text.get(at + sign.len()..).unwrap_or(""), 300);
            let rest = rest.trim_start_matches([' ', '=']);
            let Some(quote) = rest.chars().next().filter(|c| matches!(c, '"' | '\'')) else {
                continue;
            };
            let name = rest.get(1..).and_then(|r| r.split(quote).next()).unwrap_or("");
            if name.contains('.') && !name.contains(['\n', '<', '(']) {
                return Some(name.to_owned());
            }
        }
    }
    None
}

/// Event attributes that run script as soon as the page is shown.
fn events(text: &str) -> Vec<(String, String)> {
    let mut out = Vec::new();
    for name in ["onload", "onerror", "onbegin", "onmouseover", "onclick", "onfocus"] {
        let lower_end = text.len().min(PAGE_BYTES);
        let head = lexicon::text::cut(text, lower_end);
        for sign in [format!(" {name}="), format!("\n{name}=")] {
            for (at, _) in head.match_indices(&sign).take(EVENTS) {
                let rest = head.get(at + sign.len()..).unwrap_or("");
                let Some(quote) = rest.chars().next().filter(|c| matches!(c, '"' | '\'')) else {
                    continue;
                };
                let script = rest.get(1..).and_then(|r| r.split(quote).next()).unwrap_or("");
                // Short calls of functions say nothing, nor what only happens on a click.
                let shown = matches!(name, "onclick" | "onmouseover");
                let acts = ["location", "eval", "atob", "unescape"].iter().any(|word| script.contains(word));
                if script.len() >= 40 && (acts || !shown) {
                    let script = script.replace("&quot;", "\"").replace("&#39;", "'").replace("&amp;", "&");
                    out.push((name.to_owned(), script));
                }
            }
        }
    }
    out
}

fn is_inert(url: &str) -> bool {
    let lower = lexicon::text::cut(url, 12).to_ascii_lowercase();
    ["data:", "javascript:", "#"].iter().any(|s| lower.starts_with(s))
}

/// What XML would fetch when opened: style sheets, external entities. Never resolved here.
fn entities(specimen: &mut Specimen<'_, '_>, text: &str) {
    let head = lexicon::text::cut(text, 64 << 10);
    for (at, sign) in head.match_indices("<?xml-stylesheet").chain(head.match_indices("<?mso-")).take(10) {
        let tag = head.get(at + sign.len()..).and_then(|t| t.split("?>").next()).unwrap_or("");
        if let Some(target) = blocks::attribute(tag, "href") {
            specimen.relation("stylesheet", target);
        }
    }
    for (at, sign) in head.match_indices("<!ENTITY").chain(head.match_indices("<!DOCTYPE")).take(50) {
        let tag = head.get(at + sign.len()..).and_then(|t| t.split(['>', '[']).next()).unwrap_or("");
        if !(tag.contains("SYSTEM") || tag.contains("PUBLIC")) {
            continue;
        }
        let target = tag.split(['"', '\'']).rfind(|t| t.contains("//") && !t.starts_with("-//"));
        if let Some(target) = target.filter(|_| sign == "<!ENTITY") {
            specimen.relation("entity", target);
        }
    }
}

/// Word's and Excel's XML of 2003 carries macros and objects as base64 texts.
fn office(specimen: &mut Specimen<'_, '_>, bytes: &[u8]) {
    for at in memchr::memmem::find_iter(bytes, b"binData").take(2 * data_url::FILES) {
        let Some(start) = memchr::memchr(b'>', crate::binary::piece(bytes, at, 1_024)).map(|n| at + n + 1)
        else {
            continue;
        };
        let rest = bytes.get(start..).unwrap_or(&[]);
        let body = memchr::memchr(b'<', rest).and_then(|end| rest.get(..end)).unwrap_or(&[]);
        let Some(content) = std::str::from_utf8(body).ok().and_then(crate::macros::strings::base64) else {
            continue;
        };
        let head = String::from_utf8_lossy(bytes.get(at..start).unwrap_or(&[])).into_owned();
        let name = blocks::attribute(&head, "w:name").map(|n| n.rsplit('/').next().unwrap_or(n).to_owned());
        let inflated = crate::macros::vba::active_mime(&content);
        let content = inflated.as_deref().unwrap_or(&content);
        if !specimen.child(Entry { name, content: Some(content), ..Entry::default() }) {
            return;
        }
    }
}

/// A web archive is a mail of MIME: its page and parts are read as such.
fn mime(bytes: &[u8], specimen: &mut Specimen<'_, '_>) {
    let limits = forensics::Limits::default();
    let reading = forensics::read(bytes, &limits);
    specimen.text(&reading.facts.body.text);
    for source in &reading.sources {
        // The mail's own places mean nothing here.
        specimen.source("text", source.form, &source.text);
    }
    if let Some(subject) = &reading.facts.subject {
        specimen.property("document.title", subject);
    }
    if let Some(html) = &reading.html {
        scripts(specimen, html);
    }
    for (index, attachment) in reading.facts.attachments.iter().enumerate() {
        let place = format!("attachment[{index}]");
        let payload = reading.payloads.iter().find(|p| p.place == place).map(|p| p.bytes.as_slice());
        let inflated = payload.and_then(crate::macros::vba::active_mime);
        let entry = Entry {
            name: attachment.name.clone(),
            size: attachment.size,
            content: inflated.as_deref().or(payload),
            inline: attachment.inline,
            ..Entry::default()
        };
        if !specimen.child(entry) {
            break;
        }
    }
}

#[cfg(test)]
mod tests;
