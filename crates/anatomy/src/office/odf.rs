//! OpenDocument files: properties, text, links, embedded objects.

use crate::specimen::{Entry, Specimen};

use super::links::{self, relate};
use super::ooxml::{EMBEDDED, properties, told};
use super::package::Package;
use super::parts::{dde_link, push};
use super::xml::{self, Item};

/// Links gathered from one part.
const LINKS: usize = 2_000;

pub(super) fn run(bytes: &[u8], specimen: &mut Specimen<'_, '_>) {
    let package = Package::open(bytes);
    if package.torn {
        specimen.odd("document-damaged", "");
    }
    if let Some(meta) = package.named("meta.xml") {
        let health = properties(specimen, &meta.bytes);
        told(specimen, health, "meta.xml");
    }
    if encrypted(&package) {
        specimen.file.encrypted = Some(true);
        specimen.property("document.encryption", "OpenDocument");
        specimen.odd("document-encryption-unknown", "");
        return;
    }
    let mut text = String::new();
    for name in ["content.xml", "styles.xml"] {
        if let Some(content) = package.named(name) {
            let mut found = Vec::new();
            let mut dde = Vec::new();
            let (mut inside, mut body) = (0usize, false);
            let health = xml::walk(&content.bytes, |item| match item {
                Item::Open("body" | "master-styles", _) => body = true,
                Item::Open("p" | "h", _) => inside += 1,
                Item::Open("tab", _) => push(&mut text, "\t"),
                Item::Open("s", _) => push(&mut text, " "),
                Item::Open("line-break", _) => push(&mut text, "\n"),
                Item::Open(element, attributes) => {
                    if found.len() < LINKS
                        && let Some(target) = attributes.get("href")
                    {
                        found.push((element.to_owned(), target));
                    }
                    if let Some(service) = attributes.get("dde-application").filter(|_| dde.len() < LINKS) {
                        dde.push((service, attributes.get("dde-topic").unwrap_or_default()));
                    }
                }
                Item::Close("p" | "h") => {
                    inside = inside.saturating_sub(1);
                    push(&mut text, "\n");
                }
                Item::Text(piece) if inside > 0 && body => push(&mut text, piece),
                _ => {}
            });
            told(specimen, health, name);
            for (element, target) in found {
                // Paths inside the package have no scheme.
                let kind = match element.as_str() {
                    "a" => "hyperlink",
                    "image" => "image",
                    "object" | "object-ole" | "plugin" => "ole-link",
                    "floating-frame" => "frame",
                    "event-listener" | "script" => "action",
                    _ => "external",
                };
                if target.contains(':') || links::is_remote(&target) {
                    relate(specimen, kind, &target);
                }
            }
            for (service, topic) in dde {
                dde_link(specimen, &service, &topic);
            }
        }
    }
    embedded(specimen, &package);
    links::visible_text(specimen, &text);
}

/// True if the list of files says that they are encrypted.
fn encrypted(package: &Package<'_>) -> bool {
    let mut found = false;
    if let Some(manifest) = package.named("META-INF/manifest.xml") {
        xml::walk(&manifest.bytes, |item| found |= matches!(item, Item::Open("encryption-data", _)));
    }
    found
}

fn embedded(specimen: &mut Specimen<'_, '_>, package: &Package<'_>) {
    let is_picture = |name: &str| name.starts_with("pictures/") && !name.ends_with('/');
    let pictures = package.parts.iter().filter(|p| is_picture(&p.lower)).count();
    specimen.property("document.images", pictures.to_string());
    let is_object = |name: &str| {
        let plain = !name.contains('/') || name.starts_with("objectreplacements/");
        name.starts_with("object ") && plain
    };
    let wanted = package.parts.iter().filter(|p| is_picture(&p.lower) || is_object(&p.lower));
    for part in wanted.take(EMBEDDED) {
        let content = package.read(part, specimen.room(part.packed as u64));
        if content.cut {
            specimen.odd("unpacked-size-limit", &part.name);
        }
        let entry = Entry {
            name: Some(part.name.clone()),
            content: Some(content.bytes.as_slice()).filter(|b| !b.is_empty()),
            inline: is_picture(&part.lower),
            ..Entry::default()
        };
        if !specimen.child(entry) {
            break;
        }
    }
}
