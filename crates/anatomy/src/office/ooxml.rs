//! OOXML packages: properties, relations, text, fields, sheets and embedded files, part by part, each read once.

use crate::specimen::{Entry, Specimen};

use super::links::{self, relate};
use super::package::{PART_BYTES, Package, Part};
use super::parts;
use super::xml::{self, Health, Item};
use super::{activity, xlsb};

/// Bytes of visible text that are gathered.
pub(super) const TEXT_BYTES: usize = 1 << 20;

/// Embedded files and pictures handed on.
pub(super) const EMBEDDED: usize = 200;

/// Links of one part.
const RELATIONS: usize = 5_000;

pub(super) fn run(bytes: &[u8], specimen: &mut Specimen<'_, '_>) {
    let package = Package::open(bytes);
    if package.torn {
        specimen.odd("document-damaged", "");
    }
    for name in ["docProps/core.xml", "docProps/app.xml", "docProps/custom.xml"] {
        if let Some(content) = package.named(name) {
            let health = properties(specimen, &content.bytes);
            told(specimen, health, name);
        }
    }
    if let Some(types) = package.named("[Content_Types].xml") {
        form(&types.bytes, specimen);
    }
    let mut text = String::new();
    for part in &package.parts {
        one(specimen, &package, part, &mut text);
    }
    embedded(specimen, &package);
    links::visible_text(specimen, &text);
}

/// The forms that share one content, by the type of their main part: Office goes by it, whatever the name says.
const FORMS: [(&str, &str, &str); 11] = [
    ("wordprocessingml.template.main+xml", "docx", "dotx"),
    ("ms-word.template.macroEnabledTemplate.main+xml", "docx", "dotm"),
    ("spreadsheetml.template.main+xml", "xlsx", "xltx"),
    ("ms-excel.template.macroEnabled.main+xml", "xlsx", "xltm"),
    ("ms-excel.addin.macroEnabled.main+xml", "xlsx", "xlam"),
    ("presentationml.template.main+xml", "pptx", "potx"),
    ("presentationml.slideshow.main+xml", "pptx", "ppsx"),
    ("ms-powerpoint.template.macroEnabled.main+xml", "pptx", "potm"),
    ("ms-powerpoint.slideshow.macroEnabled.main+xml", "pptx", "ppsm"),
    ("ms-powerpoint.addin.macroEnabled.main+xml", "pptx", "ppam"),
    ("ms-word.document.macroEnabled.main+xml", "docx", "docm"),
];

/// Calls a template, a show or an add-in by its kind, where the name told only the family.
fn form(types: &[u8], specimen: &mut Specimen<'_, '_>) {
    let plain = ["docx", "docm", "xlsx", "xlsm", "pptx", "pptm"];
    let Some(known) = plain.into_iter().find(|kind| *kind == specimen.file.kind) else { return };
    let says = |name: &str| memchr::memmem::find(types, name.as_bytes()).is_some();
    let found = FORMS
        .iter()
        .find(|(name, family, _)| known.as_bytes().first() == family.as_bytes().first() && says(name));
    if let Some((_, _, kind)) = found {
        specimen.file.kind = (*kind).to_owned();
    }
}

/// Bytes of a flat document's beginning that name its program.
const FLAT_HEAD: usize = 4 << 10;

/// A document saved as one flat XML file: its fields and links. The text is that of the file itself.
pub(super) fn flat(bytes: &[u8], specimen: &mut Specimen<'_, '_>) {
    let head = bytes.get(..FLAT_HEAD).unwrap_or(bytes);
    let names = ["mso-application", "schemas.microsoft.com/office", "schemas.openxmlformats.org"];
    if !names.iter().any(|name| memchr::memmem::find(head, name.as_bytes()).is_some()) {
        return;
    }
    let bytes = bytes.get(..PART_BYTES).unwrap_or(bytes);
    let health = relations(specimen, bytes);
    told(specimen, health, "");
    parts::word(specimen, bytes, &mut String::new());
    let mut formulas = Vec::new();
    xml::walk(bytes, |item| {
        if let Item::Open("Cell", element) = item
            && formulas.len() < RELATIONS
        {
            formulas.extend(element.get("Formula"));
        }
    });
    for formula in formulas {
        parts::formula_links(specimen, &formula);
    }
}

/// Tells what was wrong with a part.
pub(super) fn told(specimen: &mut Specimen<'_, '_>, health: Health, part: &str) {
    if health.entities {
        specimen.odd("xml-doctype", part);
    }
    if health.broken {
        specimen.odd("document-damaged", part);
    }
}

/// What reads a part: it is given the part's bytes, and adds to the visible text.
type Reader = fn(&mut Specimen<'_, '_>, &[u8], &mut String) -> Health;

/// The reader of a part by its name in lower case.
fn reader(name: &str) -> Option<Reader> {
    let (folder, file) = name.rsplit_once('/').unwrap_or(("", name));
    let (_, ending) = file.rsplit_once('.').unwrap_or(("", ""));
    Some(match (folder, file, ending) {
        (_, _, "rels") => |specimen, bytes, _| relations(specimen, bytes),
        ("word", "styles.xml" | "fonttable.xml" | "numbering.xml", _) => return None,
        ("word", _, "xml") | ("word/glossary", "document.xml", _) => parts::word,
        ("xl", "sharedstrings.xml", _) => parts::shared_strings,
        ("xl", "workbook.xml" | "connections.xml", _) => parts::workbook,
        ("xl/externallinks" | "xl/querytables", _, "xml") => parts::workbook,
        ("xl/worksheets" | "xl/macrosheets", _, "xml") => parts::sheet,
        ("ppt/slides" | "ppt/notesslides" | "xl/drawings" | "visio/pages", _, "xml") => parts::slide,
        ("ppt/slidemasters" | "ppt/slidelayouts", _, "xml") => |specimen, bytes, _| {
            // Their text is that of the form: only what they lead to matters.
            parts::slide(specimen, bytes, &mut String::new())
        },
        (folder, _, "xml") if folder.ends_with("/activex") => parts::control,
        ("xl", "sharedstrings.bin" | "workbook.bin", _) | ("xl/externallinks", _, "bin") => xlsb::run,
        _ => return None,
    })
}

fn one(specimen: &mut Specimen<'_, '_>, package: &Package<'_>, part: &Part, text: &mut String) {
    let Some(reader) = reader(&part.lower) else { return };
    let content = package.text(part);
    if content.damaged {
        specimen.odd("document-damaged", &part.name);
    } else if content.cut {
        specimen.odd("document-limit", &part.name);
    }
    let health = reader(specimen, &content.bytes, text);
    // A part that was cut off is told already.
    told(
        specimen,
        Health { broken: health.broken && !content.damaged && !content.cut, ..health },
        &part.name,
    );
}

/// Links that lead out of the package.
fn relations(specimen: &mut Specimen<'_, '_>, bytes: &[u8]) -> Health {
    let mut found = Vec::new();
    let health = xml::walk(bytes, |item| {
        if let Item::Open("Relationship", element) = item
            && found.len() < RELATIONS
            && element.get("TargetMode").is_some_and(|m| m.eq_ignore_ascii_case("external"))
        {
            let kind = element.get("Type").unwrap_or_default();
            found.push((kind, element.get("Target").unwrap_or_default()));
        }
    });
    for (kind, target) in found {
        let kind = kind.rsplit('/').next().unwrap_or("");
        let kind = match kind {
            "attachedTemplate" => "template",
            "oleObject" | "package" => "ole-link",
            "aFChunk" => "alt-chunk",
            "subDocument" => "sub-document",
            "frame" => "frame",
            "image" => "image",
            "hyperlink" => "hyperlink",
            "externalLinkPath" | "externalLink" | "xlExternalLinkPath" => "external-link",
            "mailMergeSource" => "data-source",
            "video" | "audio" | "media" => "media",
            "transform" => "transform",
            _ => "external",
        };
        relate(specimen, kind, &target);
    }
    health
}

/// The names that core, extended and OpenDocument properties share with the OLE ones.
pub(super) fn property_name(element: &str) -> Option<&'static str> {
    Some(match element {
        "title" => "document.title",
        "subject" => "document.subject",
        "creator" | "initial-creator" => "document.author",
        "lastModifiedBy" => "document.last-saved-by",
        "created" | "creation-date" => "document.created",
        "modified" => "document.saved",
        "lastPrinted" | "print-date" => "document.printed",
        "revision" | "editing-cycles" => "document.revision",
        "TotalTime" => "document.editing-time",
        "editing-duration" => "document.editing-time",
        "Application" | "generator" => "document.application",
        "AppVersion" => "document.application-version",
        "Company" => "document.company",
        "Manager" => "document.manager",
        "Template" => "document.template",
        "language" => "document.language",
        "Pages" => "document.pages",
        "Slides" => "document.slides",
        "Words" => "document.words",
        "keywords" | "keyword" => "document.keywords",
        "description" => "document.comments",
        "category" => "document.category",
        "contentStatus" => "document.status",
        "HyperlinkBase" => "document.hyperlink-base",
        "DocSecurity" => "document.security",
        _ => return None,
    })
}

/// Core, extended and custom properties.
pub(super) fn properties(specimen: &mut Specimen<'_, '_>, bytes: &[u8]) -> Health {
    let mut found: Vec<(String, String)> = Vec::new();
    let mut open: Option<String> = None;
    let mut custom: Option<String> = None;
    let health = xml::walk(bytes, |item| match item {
        Item::Open("property" | "user-defined", element) => {
            let name = element.get("name").unwrap_or_default();
            custom = Some(name.clone());
            found.push((format!("document.custom.{}", key(&name)), String::new()));
        }
        Item::Close("property" | "user-defined") => custom = None,
        Item::Open("template", element) => {
            found.push(("document.template".to_owned(), element.get("href").unwrap_or_default()));
        }
        Item::Open(name, _) => {
            open = property_name(name).map(str::to_owned);
            if let Some(name) = open.clone().filter(|_| custom.is_none()) {
                found.push((name, String::new()));
            }
        }
        Item::Close(_) => open = None,
        Item::Text(text) => {
            if (open.is_some() || custom.is_some())
                && let Some((_, value)) = found.last_mut()
                && value.len() < super::parts::FIELD_BYTES
            {
                value.push_str(text);
            }
        }
    });
    for (name, value) in found {
        let value = match name.as_str() {
            // OOXML counts minutes; OpenDocument writes a duration of its own.
            "document.editing-time" => value.parse().map_or(value, |n: u64| format!("{n} min")),
            "document.security" if value.trim() == "0" => continue,
            _ => value,
        };
        if name == "document.hyperlink-base" {
            relate(specimen, "hyperlink-base", &value);
        }
        specimen.property(&name, value);
    }
    health
}

/// A custom property's name as a key.
pub(super) fn key(name: &str) -> String {
    let key: String = name.chars().take(60).map(|c| if c.is_alphanumeric() { c } else { '-' }).collect();
    key.to_lowercase()
}

/// Pictures, embedded files and controls as files inside.
fn embedded(specimen: &mut Specimen<'_, '_>, package: &Package<'_>) {
    let inside = |folder: &str, name: &str| name.split('/').rev().nth(1) == Some(folder);
    let pictures = package.parts.iter().filter(|p| inside("media", &p.lower)).count();
    specimen.property("document.images", pictures.to_string());
    let wanted = |part: &&Part| {
        let name = part.lower.as_str();
        let control = inside("activex", name) && name.ends_with(".bin");
        // What another program put in, or what is imported as a whole.
        let chunk = name.rsplit_once("/afchunk").is_some();
        control || chunk || inside("embeddings", name) || inside("media", name) || inside("oleobjects", name)
    };
    for part in package.parts.iter().filter(wanted).take(EMBEDDED) {
        if !specimen.has_room() {
            break;
        }
        let room = specimen.room(part.packed as u64);
        let content = package.read(part, room);
        if content.cut {
            specimen.odd("unpacked-size-limit", &part.name);
        }
        let entry = Entry {
            name: Some(part.name.clone()),
            content: Some(&content.bytes).filter(|b| !b.is_empty()).map(Vec::as_slice),
            inline: inside("media", &part.lower),
            ..Entry::default()
        };
        if !specimen.child(entry) {
            break;
        }
    }
}

/// Objects named in a part's XML.
pub(super) fn objects(specimen: &mut Specimen<'_, '_>, programs: Vec<String>) {
    for name in programs {
        activity::program(specimen, &name);
    }
}
