//! Pictures: their size, and the QR codes that a reader is meant to scan.

mod exif;
mod gray;
mod parts;
mod qr;

use crate::registry::Analyser;
use crate::specimen::{Entry, Specimen};
use crate::{oddities, tells};
pub(crate) use gray::{Gray, jpeg};
pub(crate) use qr::SIDE;

pub(crate) static ANALYSER: Analyser = Analyser {
    kinds: &["png", "jpg", "gif", "bmp", "webp", "tiff"],
    run,
    tells: &[
        tells::entry(
            "image-carries-file",
            4,
            "画像の後ろに、プログラムや書庫などのファイルがつなげてあります",
            "A program, an archive or the like is joined to the end of the picture",
            "MITRE ATT&CK T1027.003, T1027.009",
        ),
        tells::entry(
            "qr-code-link",
            2,
            "画像のQRコードにURLが入っています（スマートフォンなど別の端末で開かせる手口）",
            "A QR code in a picture holds a URL; it takes the reader to another device",
            "MITRE ATT&CK T1566.002",
        ),
    ],
    oddities: &[oddities::entry(
        "image-too-large",
        "画像が大きすぎるため、QRコードを探していません",
        "The picture is too large; no QR code was looked for",
    )],
};

/// Bytes behind a picture from which on they are told: cameras and editors pad.
const APPENDED: usize = 16;

fn run(bytes: &[u8], specimen: &mut Specimen<'_, '_>) {
    if !specimen.bench.limits.judge {
        return;
    }
    let kind = specimen.file.kind.clone();
    about(&kind, bytes, specimen);
    let Some((width, height)) = gray::size(&kind, bytes) else { return };
    specimen.property("image.width", width.to_string());
    specimen.property("image.height", height.to_string());
    if width.saturating_mul(height) > gray::most(&kind, bytes) {
        specimen.odd("image-too-large", "");
        return;
    }
    if width.min(height) >= qr::SIDE
        && let Some(gray) = gray::read(&kind, bytes)
    {
        tell_codes(&gray, specimen);
    }
}

/// What is written about the picture, and what follows it.
fn about(kind: &str, bytes: &[u8], specimen: &mut Specimen<'_, '_>) {
    let parts = parts::read(kind, bytes);
    for block in &parts.blocks {
        match block {
            parts::Block::Exif(exif) => exif::tell(exif, specimen),
            parts::Block::Xmp(xml) => xmp(&String::from_utf8_lossy(xml), specimen),
            parts::Block::Text(keyword, text) => {
                let text = forensics::charset::decode(text, None).text;
                let name = match keyword.as_str() {
                    "Software" => "image.software",
                    "Author" => "image.artist",
                    "Creation Time" => "image.taken",
                    "Copyright" => "image.copyright",
                    "" | "Comment" | "Description" | "Title" => "image.comment",
                    _ => continue,
                };
                specimen.property(name, text.as_ref());
            }
        }
    }
    if let Some(end) = parts.end {
        appended(bytes, end, specimen);
    }
}

/// The program that made it and the ids that its copies share, as editors write them.
fn xmp(xml: &str, specimen: &mut Specimen<'_, '_>) {
    for (name, property) in [
        ("xmp:CreatorTool", "xmp.creator-tool"),
        ("xmpMM:DocumentID", "xmp.document-id"),
        ("xmpMM:OriginalDocumentID", "xmp.document-id"),
    ] {
        let Some(at) = xml.find(name) else { continue };
        let rest = lexicon::text::cut(xml.get(at + name.len()..).unwrap_or(""), 400);
        // As an attribute, or as an element.
        let value = match rest.strip_prefix("=\"") {
            Some(rest) => rest.split('"').next(),
            None => rest.strip_prefix('>').and_then(|rest| rest.split('<').next()),
        };
        specimen.property(property, value.unwrap_or(""));
    }
}

/// Tells what stands behind the picture, and opens it if it is more than padding or a second picture.
fn appended(bytes: &[u8], end: usize, specimen: &mut Specimen<'_, '_>) {
    let rest = bytes.get(end..).unwrap_or(&[]);
    let padding = rest.iter().take_while(|byte| matches!(byte, 0 | b'\r' | b'\n' | b' ' | 0xff)).count();
    let rest = rest.get(padding..).unwrap_or(&[]);
    if rest.len() < APPENDED {
        return;
    }
    let kind = forensics::kind::look(None, rest).kind.word;
    specimen.property("image.appended", format!("{} bytes, {kind}", rest.len()));
    // Cameras put previews, films and notes of their own there.
    if matches!(kind, "bin" | "txt" | "jpg" | "png" | "mp4" | "mov" | "heic" | "json" | "xml") {
        return;
    }
    specimen.tell("image-carries-file", &format!("{kind}, {} bytes", rest.len()));
    if specimen.has_room() {
        specimen.child(Entry {
            size: rest.len() as u64,
            content: Some(rest),
            properties: vec![("entry.offset", (end + padding).to_string())],
            ..Entry::default()
        });
    }
}

/// Width and height from which on a picture is one of a camera, and is looked at in smaller sizes too.
const PHOTOGRAPH: usize = 900;

/// Smaller sizes in which a photograph is looked at, each half of the one before.
const SIZES: usize = 3;

/// Tells the QR codes of a picture.
pub(crate) fn tell_codes(gray: &Gray, specimen: &mut Specimen<'_, '_>) {
    let mut codes = qr::codes(gray);
    // What a camera sees is smooth only from afar.
    if codes.is_empty() && gray.width.min(gray.height) >= PHOTOGRAPH {
        let mut now = gray.halved();
        for _ in 0..SIZES {
            codes = qr::codes(&now);
            if !codes.is_empty() {
                break;
            }
            now = now.halved();
        }
    }
    for text in codes {
        specimen.relation("qr", &text);
        let lower = text.trim_start().to_ascii_lowercase();
        if lower.starts_with("http:") || lower.starts_with("https:") || lower.starts_with("www.") {
            specimen.tell("qr-code-link", &text);
        }
    }
}
