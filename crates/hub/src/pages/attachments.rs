//! The tree of a mail's attachments.

use askama::Template;
use lexicon::facts::Attachment;

use super::labels::Chip;
use super::lists::size;
use crate::view::View;

/// Levels shown; deeper ones are in the machine output.
const DEPTH: usize = 12;
/// Files shown of one level.
const WIDTH: usize = 200;

#[derive(Template)]
#[template(path = "parts/attachments.html")]
pub(super) struct Attachments<'a> {
    v: &'a View,
    files: Vec<FileRow>,
}

struct FileRow {
    name: String,
    kind: String,
    chips: Vec<Chip>,
    size: String,
    declared: String,
    password: Option<String>,
    sha256: String,
    sha1: String,
    md5: String,
    short: String,
    /// The level below, rendered: markup of ours, its values escaped when it was made.
    children: String,
}

/// The tree as markup, every outside value in it escaped; empty where there is nothing.
pub(super) fn tree(v: &View, attachments: &[Attachment]) -> String {
    level(v, attachments, DEPTH)
}

fn level(v: &View, attachments: &[Attachment], depth: usize) -> String {
    if attachments.is_empty() || depth == 0 {
        return String::new();
    }
    let files = attachments.iter().take(WIDTH).map(|file| row(v, file, depth)).collect();
    Attachments { v, files }.render().unwrap_or_default()
}

fn row(v: &View, file: &Attachment, depth: usize) -> FileRow {
    let mut chips = Vec::new();
    if file.encrypted == Some(true) {
        chips.push(Chip::new("orange", "lock", v.t("暗号化", "Encrypted")));
    }
    if file.inline {
        chips.push(Chip::new("grey", "info", v.t("本文内に表示", "Inline")));
    }
    let name = file.name.as_deref().map(lexicon::text::visible);
    FileRow {
        name: name.unwrap_or_else(|| v.t("（名前なし）", "(no name)").to_owned()),
        kind: if file.kind.is_empty() {
            v.t("不明", "unknown").to_owned()
        } else {
            lexicon::text::visible(&file.kind)
        },
        chips,
        size: size(file.size),
        declared: lexicon::text::visible(&file.content_type),
        password: file.password.as_deref().map(lexicon::text::visible),
        sha256: file.sha256.clone(),
        sha1: file.sha1.clone(),
        md5: file.md5.clone(),
        short: format!("{}…", lexicon::text::cut(&file.sha256, 12)),
        children: level(v, &file.children, depth - 1),
    }
}
