//! RTF documents: text, properties, fields, and the objects inside, read as tolerantly as Word reads them.

mod object;
mod reader;

use forensics::charset;

use crate::registry::Analyser;
use crate::specimen::{Entry, Specimen};
use crate::{oddities, tells};
use reader::{Document, Object};

/// Bytes of a document that are read.
const RTF_BYTES: usize = 64 << 20;

pub(crate) static ANALYSER: Analyser = Analyser {
    kinds: &["rtf"],
    run,
    tells: &[
        tells::entry(
            "rtf-object-updates-itself",
            4,
            "文書を開くと、中のオブジェクトがひとりでに読み込まれます",
            "An object in the document loads by itself when it is opened",
            "MITRE ATT&CK T1203; CVE-2017-0199, CVE-2017-11882",
        ),
        tells::entry(
            "rtf-object-obfuscated",
            4,
            "中のオブジェクトが、検査を逃れるための書き方で埋め込まれています",
            "An object in the document is written so as to escape inspection",
            "MITRE ATT&CK T1027",
        ),
    ],
    oddities: &[
        oddities::entry(
            "rtf-objects-limit",
            "文書の中のオブジェクトが多すぎるため一部だけを取り出しました",
            "There are too many objects in the document; only the first were taken out",
        ),
        oddities::entry(
            "rtf-object-broken",
            "文書の中のオブジェクトが壊れています",
            "An object in the document is broken",
        ),
    ],
};

fn run(bytes: &[u8], specimen: &mut Specimen<'_, '_>) {
    let document = reader::read(bytes.get(..RTF_BYTES).unwrap_or(bytes));
    properties(&document, specimen);
    specimen.text(&document.text);
    for field in &document.fields {
        follow(specimen, field);
    }
    for template in &document.templates {
        let lower = template.to_ascii_lowercase();
        specimen.relation("template", template);
        if lower.contains("://") || lower.starts_with("\\\\") {
            specimen.tell("remote-template", template);
        }
    }
    if document.objects_cut {
        specimen.odd("rtf-objects-limit", "");
    }
    for object in &document.objects {
        embedded(specimen, object);
    }
    for store in &document.stores {
        if !specimen.child(Entry { content: Some(store), ..Entry::default() }) {
            return;
        }
    }
    if document.pictures_seen > 0 {
        specimen.property("document.pictures", document.pictures_seen.to_string());
    }
    for picture in &document.pictures {
        let entry = Entry { content: Some(picture), inline: true, ..Entry::default() };
        if !specimen.child(entry) {
            return;
        }
    }
}

fn properties(document: &Document, specimen: &mut Specimen<'_, '_>) {
    for (name, value) in &document.info {
        let property = match name.as_str() {
            "author" => "document.author",
            "title" => "document.title",
            "operator" => "document.last-saved-by",
            "subject" => "document.subject",
            "company" => "document.company",
            "manager" => "document.manager",
            "keywords" => "document.keywords",
            "doccomm" => "document.comments",
            "hlinkbase" => "document.link-base",
            "creatim" => "document.created",
            "revtim" => "document.modified",
            "printim" => "document.printed",
            "generator" => "document.program",
            _ => continue,
        };
        specimen.property(property, value);
    }
    if let Some(page) = document.code_page {
        specimen.property("document.code-page", page.to_string());
    }
    if let Some(language) = document.language {
        specimen.property("document.language", language.to_string());
    }
}

/// A field's instruction: where it leads.
fn follow(specimen: &mut Specimen<'_, '_>, field: &str) {
    let field = field.trim();
    let word = field.split_whitespace().next().unwrap_or("").to_ascii_uppercase();
    let quoted = || {
        let rest = field.get(word.len()..).unwrap_or("").trim();
        let target = match rest.split_once('"') {
            Some((before, inner)) if !before.contains("\\l") => inner.split('"').next().unwrap_or(""),
            _ => rest.split_whitespace().next().unwrap_or(""),
        };
        target.replace("\\\\", "\\")
    };
    match word.as_str() {
        "HYPERLINK" => {
            let target = quoted();
            if !target.starts_with("\\l") && !target.starts_with('#') {
                specimen.relation("link", &target);
            }
        }
        "INCLUDEPICTURE" | "INCLUDETEXT" | "IMPORT" | "INCLUDE" => specimen.relation("external", &quoted()),
        "DDE" | "DDEAUTO" => {
            specimen.relation("dde", field);
            specimen.script("dde", "", field);
            specimen.tell("dde-command", field);
        }
        "LINK" => specimen.relation("link", field),
        _ => {}
    }
}

/// An embedded object: its class, and what it holds.
fn embedded(specimen: &mut Specimen<'_, '_>, found: &Object) {
    if !found.class.is_empty() {
        specimen.property("object.class", &found.class);
    }
    let read = object::read(&found.data);
    let class = read.as_ref().map(|o| o.class.clone()).unwrap_or_default();
    if !class.is_empty() {
        specimen.property("object.class", &class);
    }
    let name = if class.is_empty() { found.class.clone() } else { class };
    if found.updates {
        specimen.tell("rtf-object-updates-itself", &name);
    }
    if found.tricks >= reader::TRICKS {
        specimen.tell("rtf-object-obfuscated", &name);
    }
    if name.to_ascii_lowercase().starts_with("equation") || object::is_equation(&found.data) {
        specimen.tell("equation-object", &name);
    }
    let Some(read) = read else {
        if found.data.len() > 8 {
            specimen.odd("rtf-object-broken", "");
            specimen.child(Entry { content: Some(&found.data), ..Entry::default() });
        }
        return;
    };
    if let Some(target) = &read.link {
        specimen.relation("object-link", target);
    }
    if let Some(source) = &read.source {
        specimen.property("object.path", source);
    }
    if !read.content.is_empty() {
        specimen.child(Entry { name: read.name, content: Some(&read.content), ..Entry::default() });
    }
}

/// The name and content of the file in a packager's stream.
pub(crate) fn package(native: &[u8]) -> Option<(Option<String>, Vec<u8>)> {
    object::package(native).filter(|read| !read.content.is_empty()).map(|read| (read.name, read.content))
}

/// The charset label of a Windows code page.
fn label(page: u16) -> String {
    match page {
        932 => "cp932".to_owned(),
        936 => "gbk".to_owned(),
        949 => "euc-kr".to_owned(),
        950 => "big5".to_owned(),
        65001 => "utf-8".to_owned(),
        10000 => "macintosh".to_owned(),
        10001 => "cp932".to_owned(),
        other => format!("windows-{other}"),
    }
}

fn decode(bytes: &[u8], page: u16) -> String {
    charset::decode(bytes, Some(&label(page))).text.into_owned()
}

#[cfg(test)]
mod tests;
