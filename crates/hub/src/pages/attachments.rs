//! The tree of a mail's attachments, with all that is known of each file.

use askama::Template;
use lexicon::facts::Attachment;

use super::kinds;
use super::labels::Chip;
use super::lists::{inert, named, shown, size};
use super::mail::{Hosts, lines};
use super::scripts;
use crate::view::View;

/// Levels shown; deeper ones are in the machine output.
const DEPTH: usize = 12;
/// Files shown of one level.
const WIDTH: usize = 200;
/// Files shown of one mail.
const FILES: usize = 600;
/// Bytes of texts, scripts and properties shown of all files of one mail.
const TEXTS: usize = 512 << 10;
/// Bytes shown of one document's text.
const TEXT: usize = 16 << 10;
/// Bytes shown of one value.
const VALUE: usize = 1_000;
/// Properties shown of one file.
const PROPERTIES: usize = 120;
/// Relations and scripts shown of one file.
const ROWS: usize = 100;

/// What may still be shown of a mail.
pub(super) struct Room {
    files: usize,
    texts: usize,
}

impl Room {
    pub(super) fn new() -> Self {
        Self { files: FILES, texts: TEXTS }
    }

    /// Takes room for a text of so many bytes; false where there is none left.
    fn take(&mut self, bytes: usize) -> bool {
        match self.texts.checked_sub(bytes) {
            Some(left) => {
                self.texts = left;
                true
            }
            None => false,
        }
    }
}

#[derive(Template)]
#[template(path = "parts/attachments.html")]
struct Attachments<'a> {
    v: &'a View,
    /// Where views of the files are; `None` outside of a hub.
    base: Option<&'a str>,
    files: Vec<FileRow>,
    left_out: usize,
}

struct FileRow {
    name: String,
    kind: String,
    word: String,
    chips: Vec<Chip>,
    size: String,
    declared: String,
    encryption: Option<String>,
    password: Option<String>,
    password_from: Option<String>,
    openers: Vec<String>,
    sha256: String,
    sha1: String,
    md5: String,
    tlsh: Option<String>,
    properties: Vec<(String, String)>,
    more_properties: usize,
    relations: Vec<(String, String)>,
    more_relations: usize,
    scripts: Vec<ScriptRow>,
    more_scripts: usize,
    text: Vec<String>,
    text_cut: bool,
    /// The place in addresses: `0.2.1`; empty for a file that was listed but not opened.
    place: String,
    /// The level below, rendered: markup of ours, its values escaped when it was made.
    children: String,
    child_count: usize,
}

struct ScriptRow {
    title: String,
    lines: Vec<scripts::Line>,
    count: usize,
}

/// The tree as markup, every outside value in it escaped; empty where there is nothing. `base` is the address below
/// which the views of the files are, in a hub.
pub(super) fn tree(v: &View, attachments: &[Attachment], base: Option<&str>) -> String {
    level(v, attachments, base, "", DEPTH, &mut Room::new())
}

fn level(
    v: &View,
    attachments: &[Attachment],
    base: Option<&str>,
    above: &str,
    depth: usize,
    room: &mut Room,
) -> String {
    if attachments.is_empty() {
        return String::new();
    }
    let mut files = Vec::new();
    for (at, file) in attachments.iter().enumerate().take(WIDTH) {
        if depth == 0 || room.files == 0 {
            break;
        }
        room.files -= 1;
        let place = if above.is_empty() { at.to_string() } else { format!("{above}.{at}") };
        files.push(row(v, file, base, place, depth, room));
    }
    let left_out = attachments.len() - files.len();
    Attachments { v, base, files, left_out }.render().unwrap_or_default()
}

fn row(
    v: &View,
    file: &Attachment,
    base: Option<&str>,
    place: String,
    depth: usize,
    room: &mut Room,
) -> FileRow {
    let mut chips = Vec::new();
    if file.encrypted == Some(true) {
        chips.push(match file.opened_with() {
            Some(_) => Chip::new("orange", "lock", v.t("暗号化（開けました）", "Encrypted, opened")),
            None => Chip::new("orange", "lock", v.t("暗号化（未開封）", "Encrypted, closed")),
        });
    }
    if !file.scripts.is_empty() {
        chips.push(Chip::new("red", "alert", v.t("コードあり", "Carries code")));
    }
    if !file.relations.is_empty() {
        chips.push(Chip::new("ochre", "link", v.t("外部への参照あり", "Leads elsewhere")));
    }
    if file.inline {
        chips.push(Chip::new("grey", "info", v.t("本文内に表示", "Inline")));
    }
    let name = file.name.as_deref().map(named);
    let opened = !file.sha256.is_empty();
    let properties = properties(v, file, room);
    let relations = relations(v, file);
    let scripts = scripts(v, file, room);
    let text = lexicon::text::cut(&file.text, TEXT);
    let text = if room.take(text.len()) { lines(text, &Hosts::default()) } else { Vec::new() };
    FileRow {
        name: name.unwrap_or_else(|| v.t("（名前なし）", "(no name)").to_owned()),
        kind: kinds::kind(v.lang, &file.kind),
        word: lexicon::text::visible(&file.kind),
        chips,
        size: size(file.size),
        declared: lexicon::text::visible(&file.content_type),
        encryption: match (file.encrypted, file.opened_with()) {
            (Some(true), Some(_)) => {
                Some(v.t("あり（パスワードで開きました）", "yes, opened with a password").to_owned())
            }
            (Some(true), None) => Some(
                v.t(
                    "あり（開けていません。パスワードが分かりません）",
                    "yes, not opened: no password is known",
                )
                .to_owned(),
            ),
            (Some(false), _) => Some(v.t("なし", "no").to_owned()),
            (None, _) => None,
        },
        password: file.password.as_deref().map(lexicon::text::visible),
        password_from: file.password_from.as_deref().map(|from| told(v, from)),
        openers: openers(v, file),
        sha256: file.sha256.clone(),
        sha1: file.sha1.clone(),
        md5: file.md5.clone(),
        tlsh: file.tlsh.as_deref().map(lexicon::text::visible),
        more_properties: file.properties.len() - properties.len(),
        properties,
        more_relations: file.relations.len() - relations.len(),
        relations,
        more_scripts: file.scripts.len() - scripts.len(),
        scripts,
        text_cut: text.is_empty() && !file.text.trim().is_empty() || file.text.len() > TEXT,
        text,
        child_count: file.children.len(),
        children: level(v, &file.children, base, &place, depth - 1, room),
        place: if opened { place } else { String::new() },
    }
}

/// Where a password was told, in words.
fn told(v: &View, from: &str) -> String {
    let fixed = match from {
        "body" => v.t("本文", "the body"),
        "header:subject" => v.t("件名", "the subject"),
        "other-mail" => v.t("同じ提供元の別のメール", "another mail of the same provider"),
        "campaign" => v.t("同じキャンペーンのメール", "a mail of the same campaign"),
        "common" => v.t("よく使われるパスワードの一覧", "the list of common passwords"),
        _ => "",
    };
    if !fixed.is_empty() {
        return fixed.to_owned();
    }
    match from.strip_prefix("mail:") {
        Some(mail) => format!(
            "{}{}",
            v.t("別のメール ", "another mail, "),
            lexicon::text::visible(lexicon::text::cut(mail, 16))
        ),
        None => lexicon::text::visible(lexicon::text::cut(from, VALUE)),
    }
}

/// What opens the file, the place of its password in words.
fn openers(v: &View, file: &Attachment) -> Vec<String> {
    let from: Vec<&str> = std::iter::once(file)
        .chain(&file.children)
        .filter_map(|part| part.password_from.as_deref())
        .filter(|from| !from.is_empty())
        .collect();
    let said = anatomy::words::openers(file).into_iter().map(|text| text.of(v.lang).to_owned());
    said.map(|text| {
        let place = from.iter().find_map(|from| {
            let front = text
                .strip_suffix(&format!("（{from}）"))
                .or_else(|| text.strip_suffix(&format!(" ({from})")))?;
            Some((front.to_owned(), told(v, from)))
        });
        lexicon::text::visible(&match (place, v.lang) {
            (Some((front, place)), lexicon::Lang::Ja) => format!("{front}（{place}）"),
            (Some((front, place)), lexicon::Lang::En) => format!("{front} ({place})"),
            (None, _) => text,
        })
    })
    .collect()
}

/// Words that stand for themselves in properties, in words.
fn property_value(v: &View, name: &str, value: &str) -> Option<&'static str> {
    Some(match (name, value) {
        ("lnk.window", "normal") => v.t("通常", "normal"),
        ("lnk.window", "minimized") => v.t("最小化", "minimised"),
        ("lnk.window", "maximized") => v.t("最大化", "maximised"),
        ("archive.method" | "entry.method", "store") => v.t("無圧縮", "stored as it is"),
        ("pe.format", "dos") => v.t("DOS プログラム（MZ だけ）", "DOS program (MZ alone)"),
        (_, "true" | "yes") => v.t("はい", "yes"),
        (_, "false" | "no") => v.t("いいえ", "no"),
        _ => return None,
    })
}

fn properties(v: &View, file: &Attachment, room: &mut Room) -> Vec<(String, String)> {
    let mut rows = Vec::new();
    for property in file.properties.iter().take(PROPERTIES) {
        let value = lexicon::text::cut(&property.value, VALUE);
        if !room.take(property.name.len() + value.len()) {
            break;
        }
        let name = anatomy::words::property(&property.name)
            .map_or_else(|| lexicon::text::visible(&property.name), |text| text.of(v.lang).to_owned());
        let mut value_shown =
            property_value(v, &property.name, value).map_or_else(|| inert(value), str::to_owned);
        if value.len() < property.value.len() {
            value_shown.push('…');
        }
        rows.push((name, value_shown));
    }
    rows
}

fn relations(v: &View, file: &Attachment) -> Vec<(String, String)> {
    let word = |kind: &str| {
        anatomy::words::relation(kind)
            .map_or_else(|| lexicon::text::visible(kind), |text| text.of(v.lang).to_owned())
    };
    file.relations
        .iter()
        .take(ROWS)
        .map(|relation| (word(&relation.kind), shown(lexicon::text::cut(&relation.target, VALUE))))
        .collect()
}

fn scripts(v: &View, file: &Attachment, room: &mut Room) -> Vec<ScriptRow> {
    let mut rows = Vec::new();
    for script in file.scripts.iter().take(ROWS) {
        let (lines, count) = scripts::lines(&script.text, scripts::LINES);
        let bytes = lines.iter().flat_map(|line| &line.pieces).map(|piece| piece.text.len() + 8).sum();
        if !room.take(bytes) {
            break;
        }
        let language = match script.language.as_str() {
            "command" => v.t("コマンド", "command").to_owned(),
            "vba" => "VBA".to_owned(),
            "xlm" => v.t("Excel 4.0 マクロ", "Excel 4.0 macro").to_owned(),
            "javascript" => "JavaScript".to_owned(),
            "vbscript" => "VBScript".to_owned(),
            "powershell" => "PowerShell".to_owned(),
            other => lexicon::text::visible(other),
        };
        let name = lexicon::text::visible(lexicon::text::cut(&script.name, VALUE));
        let title = if name.is_empty() { language } else { format!("{language}{}{name}", v.t("：", ": ")) };
        let unit = match v.lang {
            lexicon::Lang::Ja => format!("{title}（{count} 行）"),
            lexicon::Lang::En => format!("{title} ({count} lines)"),
        };
        rows.push(ScriptRow { title: unit, lines, count });
    }
    rows
}
