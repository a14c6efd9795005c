//! PDF: what it says of itself, where it leads, what it does when it is opened, and the files inside.
//!
//! The reader is the product's own: every object of every revision is found by one pass over the bytes, so a wrong
//! or missing cross-reference hides nothing, and only streams that matter are unpacked.

mod crypt;
mod file;
mod filters;
mod font;
mod page;
mod syntax;
mod walk;
mod words;
mod xref;

use crate::registry::Analyser;
use crate::specimen::Specimen;
use crate::{oddities, tells};

/// Bytes at the start in which the header may stand.
const HEADER_BYTES: usize = 1_024;

/// Pictures of one document in which QR codes are looked for.
const PICTURES: usize = 2;

/// Pixels of those pictures together, as they claim.
const PICTURE_PIXELS: usize = 2_000_000;

/// Pages of a document in whose pictures QR codes are looked for, and of one that is nothing but a lure.
const FEW_PAGES: usize = 2;

/// Letters of a document that is seen as having almost no text.
const FEW_LETTERS: usize = 40;

/// Width and height of a picture that can show a whole message.
const LURE_SIDES: (usize, usize) = (300, 200);

pub(crate) static ANALYSER: Analyser = Analyser {
    kinds: &["pdf"],
    run,
    tells: &[
        tells::entry(
            "pdf-embeds-file",
            4,
            "PDFの中に、実行できるファイルまたは圧縮ファイルが埋め込まれています",
            "The PDF holds a file that runs code, or an archive",
            "MITRE ATT&CK T1027.009, T1204.002",
        ),
        tells::entry(
            "pdf-image-lure",
            3,
            "PDFの中身が画像だけで、押すとWebサイトが開くリンクが付いています",
            "The PDF shows nothing but a picture, with a link that opens a web site when it is pressed",
            "MITRE ATT&CK T1566.001, T1204.001",
        ),
        tells::entry(
            "pdf-javascript",
            2,
            "PDFの中にJavaScriptが含まれています",
            "The PDF contains JavaScript",
            "MITRE ATT&CK T1059.007",
        ),
        tells::entry(
            "pdf-launch",
            5,
            "PDFに、プログラムまたはファイルを起動する動作（Launch）が仕込まれています",
            "The PDF has an action that starts a program or a file (Launch)",
            "MITRE ATT&CK T1204.002",
        ),
    ],
    oddities: &[
        oddities::entry(
            "pdf-objects-limit",
            "PDFの中のオブジェクトが多すぎるため一部だけを読みました",
            "The PDF has too many objects; only the first were read",
        ),
        oddities::entry(
            "pdf-xref-broken",
            "PDFの相互参照表が壊れているため、見つかったオブジェクトをすべて読みました",
            "The PDF's cross-reference is broken; every object that was found was read",
        ),
    ],
};

fn run(bytes: &[u8], specimen: &mut Specimen<'_, '_>) {
    let head = crate::binary::piece(bytes, 0, HEADER_BYTES);
    if let Some(at) = memchr::memmem::find(head, b"%PDF-") {
        let version = crate::binary::piece(head, at + 5, 3);
        specimen.property("pdf.version", String::from_utf8_lossy(version));
    }
    let mut found = file::scan(bytes);
    // The word alone, in a text or in a picture, encrypts nothing.
    specimen.file.encrypted = Some(false);
    let mut key = None;
    if let Some((lock, number)) = file::lock(&found) {
        let Some(opened) = open(lock.as_ref(), specimen) else {
            // Its strings would be noise.
            specimen.file.encrypted = Some(true);
            specimen.odd("password-unknown", "");
            return;
        };
        file::unlock(&mut found, &opened, number);
        key = Some(opened);
    }
    let table = xref::read(bytes, &found);
    let packed = file::packed(&found.objects, key.as_ref());
    let file = file::file(found, &packed, &table, key);
    if file.cut {
        specimen.odd("pdf-objects-limit", "");
    }
    // What was not read to its end cannot agree with its cross-reference.
    if file.lost && !file.cut {
        specimen.odd("pdf-xref-broken", "");
    }
    if file.unlisted > 0 {
        specimen.property("pdf.unlisted-objects", file.unlisted.to_string());
    }
    let mut walk = walk::Walk::new(&file, specimen);
    walk.everything();
    let (pages, images) = (walk.pages, walk.images);
    for (name, count) in [("document.pages", pages), ("document.images", images)] {
        if count > 0 {
            specimen.property(name, count.to_string());
        }
    }
    let shown = page::Pages::read(&file);
    let letters = shown.text.chars().filter(|c| !c.is_whitespace()).count();
    specimen.text(&shown.text);
    specimen.property("document.text-length", letters.to_string());
    if pages <= FEW_PAGES {
        pictures(&file, &shown.pictures, specimen);
        if letters <= FEW_LETTERS {
            lure(&file, &shown.pictures, specimen);
        }
    }
}

/// Tells a document that shows nothing but a picture, with one or two links for whoever presses it.
fn lure(file: &file::File<'_>, shown: &[u32], specimen: &mut Specimen<'_, '_>) {
    let large = |number: &u32| {
        let side = |key: &[u8]| file.object(*number)?.dict()?.int(key).and_then(|n| usize::try_from(n).ok());
        side(b"Width").is_some_and(|width| width >= LURE_SIDES.0)
            && side(b"Height").is_some_and(|height| height >= LURE_SIDES.1)
    };
    let links = specimen.file.relations.iter().filter(|r| r.kind == "link");
    let links: Vec<&str> =
        links.map(|r| r.target.as_str()).filter(|target| target.starts_with("http")).collect();
    if let [first] | [first, _] = links.as_slice()
        && shown.iter().any(large)
    {
        let first = (*first).to_owned();
        specimen.tell("pdf-image-lure", &first);
    }
}

/// Looks for QR codes in the first pictures shown, as far as they are JPEG.
fn pictures(file: &file::File<'_>, shown: &[u32], specimen: &mut Specimen<'_, '_>) {
    if !specimen.bench.limits.judge {
        return;
    }
    let mut room = PICTURE_PIXELS;
    for object in shown.iter().take(PICTURES).filter_map(|number| file.object(*number)) {
        let Some(dict) = object.dict() else { continue };
        let side = |key: &[u8]| dict.int(key).and_then(|n| usize::try_from(n).ok()).unwrap_or(0);
        let pixels = side(b"Width").saturating_mul(side(b"Height"));
        if side(b"Width").min(side(b"Height")) < crate::image::SIDE || pixels > room {
            continue;
        }
        let (data, rest) = object.data(file.key.as_ref(), file::STREAM_BYTES);
        if rest == Some(b"DCTDecode")
            && let Some(gray) = crate::image::jpeg(&data)
        {
            room = room.saturating_sub(gray.pixels.len());
            crate::image::tell_codes(&gray, specimen);
        }
    }
}

/// The key: of the empty password, which readers try without asking, or of one that is known.
fn open(lock: Option<&crypt::Lock>, specimen: &mut Specimen<'_, '_>) -> Option<crypt::Key> {
    let lock = lock?;
    specimen.property("document.encryption", lock.words());
    if let Some(key) = lock.open("") {
        return Some(key);
    }
    for password in specimen.passwords() {
        if let Some(key) = lock.open(&password.value) {
            specimen.file.encrypted = Some(true);
            specimen.file.password = Some(password.value.clone());
            specimen.file.password_from = Some(password.from.clone());
            return Some(key);
        }
    }
    None
}
