//! PDF: what it says of itself, where it leads, what it does when it is opened, and the files inside.
//!
//! The reader is the product's own: every object of every revision is found by one pass over the bytes, so a wrong
//! or missing cross-reference hides nothing, and only streams that matter are unpacked.

mod file;
mod filters;
mod syntax;
mod walk;
mod words;

use crate::registry::Analyser;
use crate::specimen::Specimen;
use crate::{oddities, tells};

/// Bytes at the start in which the header may stand.
const HEADER_BYTES: usize = 1_024;

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
    oddities: &[oddities::entry(
        "pdf-objects-limit",
        "PDFの中のオブジェクトが多すぎるため一部だけを読みました",
        "The PDF has too many objects; only the first were read",
    )],
};

fn run(bytes: &[u8], specimen: &mut Specimen<'_, '_>) {
    let head = crate::binary::piece(bytes, 0, HEADER_BYTES);
    if let Some(at) = memchr::memmem::find(head, b"%PDF-") {
        let version = crate::binary::piece(head, at + 5, 3);
        specimen.property("pdf.version", String::from_utf8_lossy(version));
    }
    let found = file::scan(bytes);
    let packed = file::packed(&found.objects, |_, raw| raw.to_vec());
    let file = file::file(found, &packed);
    if file.cut {
        specimen.odd("pdf-objects-limit", "");
    }
    // The words alone, in a text or in a picture, encrypt nothing.
    let encrypted = file.trailer.get(b"Encrypt").is_some();
    specimen.file.encrypted = Some(encrypted);
    let mut walk = walk::Walk::new(&file, specimen);
    walk.everything();
    let (pages, images) = (walk.pages, walk.images);
    for (name, count) in [("document.pages", pages), ("document.images", images)] {
        if count > 0 {
            specimen.property(name, count.to_string());
        }
    }
}
