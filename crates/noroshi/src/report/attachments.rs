//! Attachments as a tree.

use lexicon::MailFacts;
use lexicon::facts::Attachment;

use super::tells::count;
use super::{Page, harmless};
use crate::screen::shape::{pad, size, width};

/// Files shown.
const MAX_FILES: usize = 60;
/// Levels shown: forensics stops much earlier.
const MAX_DEPTH: usize = 24;
/// Columns of the longest name.
const MAX_NAME: usize = 48;

struct Row<'a> {
    branch: String,
    file: &'a Attachment,
}

pub(super) fn show(page: &mut Page<'_>, facts: &MailFacts) {
    if facts.attachments.is_empty() {
        return;
    }
    page.section(page.t("添付", "Attachments"), &count(facts.attachments.len()));
    let mut rows = Vec::new();
    collect(&facts.attachments, "", 0, &mut rows);
    let shown = if page.style.full { rows.len() } else { MAX_FILES };
    let paint = page.paint();
    let names: Vec<String> = rows.iter().take(shown).map(|row| name(page, row.file)).collect();
    let column = rows
        .iter()
        .zip(&names)
        .map(|(row, name)| width(&row.branch) + width(name))
        .max()
        .unwrap_or(0)
        .min(MAX_NAME.max(page.room().saturating_sub(46)));
    for (row, name) in rows.iter().zip(&names) {
        let file = row.file;
        let room = column.saturating_sub(width(&row.branch));
        let mut line = format!(
            "{}{}  {} {:>8}",
            paint.dim(&row.branch),
            paint.bold(&pad(name, room)),
            paint.cyan(&pad(&harmless(&file.kind), 7)),
            size(file.size)
        );
        if !file.sha256.is_empty() && !page.style.full {
            line.push_str(&format!("  {}…", paint.dim(file.sha256.get(..12).unwrap_or(&file.sha256))));
        }
        if file.encrypted == Some(true) {
            let mark = match file.opened_with() {
                None => page.t("暗号化", "encrypted").to_owned(),
                Some(password) => {
                    format!("{} {}", page.t("暗号化、パスワード", "encrypted, password"), harmless(password))
                }
            };
            line.push_str(&format!("  {}", paint.red(&mark)));
        }
        if file.inline {
            line.push_str(&format!("  {}", paint.dim(page.t("本文内", "inline"))));
        }
        page.line(&line);
        if page.style.full && !file.sha256.is_empty() {
            // The trunk goes on beside the hashes of all but the last.
            let trunk = row.branch.replace("├─", "│ ").replace("└─", "  ");
            let indent = paint.dim(&trunk);
            for (what, hash) in [("sha256", &file.sha256), ("sha1", &file.sha1), ("md5", &file.md5)] {
                let text = format!("{indent}{}", paint.dim(&format!("{what:<6} {hash}")));
                page.line(&text);
            }
        }
    }
    if rows.len() > shown {
        page.more(rows.len() - shown, 0);
    }
}

pub(super) fn name(page: &Page<'_>, file: &Attachment) -> String {
    match &file.name {
        Some(name) if !name.trim().is_empty() => harmless(name),
        _ => page.t("（名前なし）", "(no name)").to_owned(),
    }
}

fn collect<'a>(files: &'a [Attachment], above: &str, depth: usize, rows: &mut Vec<Row<'a>>) {
    if depth > MAX_DEPTH {
        return;
    }
    for (at, file) in files.iter().enumerate() {
        let is_last = at + 1 == files.len();
        rows.push(Row { branch: format!("{above}{}", if is_last { "└─ " } else { "├─ " }), file });
        let below = format!("{above}{}", if is_last { "   " } else { "│  " });
        collect(&file.children, &below, depth + 1, rows);
    }
}
