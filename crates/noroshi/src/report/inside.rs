//! What the files of a mail hold: what they say of themselves, where they lead, the code that they carry.

use lexicon::MailFacts;
use lexicon::facts::Attachment;

use super::attachments::name;
use super::{Page, harmless};
use crate::screen::shape::{cut, pad, width, wrap};

/// Files shown.
const MAX_FILES: usize = 12;
/// Properties shown of one file.
const MAX_PROPERTIES: usize = 12;
/// Lines shown of one script.
const MAX_LINES: usize = 8;
/// Relations shown of one file.
const MAX_RELATIONS: usize = 8;
/// Columns of a property's name.
const NAMES: usize = 26;

pub(super) fn show(page: &mut Page<'_>, facts: &MailFacts) {
    let mut files = Vec::new();
    collect(&facts.attachments, "", &mut files);
    if files.is_empty() {
        return;
    }
    page.section(page.t("添付の中身", "Inside the files"), "");
    let shown = if page.style.full { files.len() } else { MAX_FILES };
    for (place, file) in files.iter().take(shown) {
        one(page, place, file);
    }
    if files.len() > shown {
        page.more(files.len() - shown, 0);
    }
}

/// Every file that has something to tell, with its place, in the order of the mail.
fn collect<'a>(files: &'a [Attachment], above: &str, out: &mut Vec<(String, &'a Attachment)>) {
    for (index, file) in files.iter().enumerate() {
        let place = if above.is_empty() { index.to_string() } else { format!("{above}.{index}") };
        let says = !file.properties.is_empty() || !file.scripts.is_empty() || !file.relations.is_empty();
        if says || !file.text.is_empty() && !matches!(file.kind.as_str(), "txt" | "csv" | "json" | "xml") {
            out.push((place.clone(), file));
        }
        // Depth is bounded where files are opened.
        collect(&file.children, &place, out);
    }
}

fn one(page: &mut Page<'_>, place: &str, file: &Attachment) {
    let paint = page.paint();
    let full = page.style.full;
    page.line(&format!("{} {} {}", paint.dim(place), paint.bold(&name(page, file)), paint.cyan(&file.kind)));
    let most = if full { usize::MAX } else { MAX_PROPERTIES };
    for property in file.properties.iter().take(most) {
        let label = anatomy::words::property(&property.name)
            .map_or_else(|| harmless(&property.name), |text| text.of(page.style.lang).to_owned());
        field(page, &label, &property.value);
    }
    if file.properties.len() > most {
        page.more(file.properties.len() - most, 2);
    }
    for text in anatomy::words::openers(file) {
        for line in wrap(text.of(page.style.lang), page.room().saturating_sub(4)) {
            page.line(&format!("  {} {line}", paint.yellow("•")));
        }
    }
    let most = if full { usize::MAX } else { MAX_RELATIONS };
    for relation in file.relations.iter().take(most) {
        let kind = anatomy::words::relation(&relation.kind)
            .map_or(relation.kind.as_str(), |t| t.of(page.style.lang));
        field(page, &format!("→ {kind}"), &relation.target);
    }
    if file.relations.len() > most {
        page.more(file.relations.len() - most, 2);
    }
    for script in &file.scripts {
        let title = format!("{} {}", script.language, harmless(&script.name));
        page.line(&format!("  {}", paint.yellow(title.trim_end())));
        let lines: Vec<&str> = script.text.lines().filter(|line| !line.trim().is_empty()).collect();
        let shown = if full { lines.len() } else { MAX_LINES };
        let room = page.room().saturating_sub(4);
        for line in lines.iter().take(shown) {
            // One line of a packed script can be the whole script.
            let line = harmless(lexicon::text::cut(line, 4_000));
            page.line(&format!("    {}", paint.dim(&cut(&line, if full { usize::MAX } else { room }))));
        }
        if lines.len() > shown {
            page.more(lines.len() - shown, 4);
        }
    }
    let text = file.text.trim();
    if !text.is_empty() {
        let first = text.split_whitespace().take(60).collect::<Vec<_>>().join(" ");
        let label = page.t("読者に見える文", "Visible text").to_owned();
        field(page, &label, &cut(&first, if full { usize::MAX } else { 200 }));
    }
}

fn field(page: &mut Page<'_>, label: &str, value: &str) {
    let paint = page.paint();
    let label = cut(label, NAMES);
    let mut head = pad(&label, NAMES.max(width(&label)));
    for line in wrap(&harmless(value), page.room().saturating_sub(NAMES + 3)) {
        page.line(&format!("  {} {line}", paint.dim(&head)));
        head = " ".repeat(NAMES);
    }
}
