//! Documents and programs: zip-based and OLE-based office files, PDF, Windows programs.

use super::{Kind, Look};
use crate::ole::{Ole, u32_at};
use crate::zipdir;

/// Whether a document carries macros.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Macros {
    /// None.
    None,
    /// Some.
    Present,
}

/// Bytes from the start in which an OpenDocument names its type.
const ODF_HEAD: usize = 512;

/// The forms that share one content: document, with macros, template, template with macros, show, add-in. Which of
/// them it is stands in a compressed part, so the name decides; macros that are there make a form with macros of it.
const FORMS: [(&str, &[(&str, &str)]); 3] = [
    ("docx", &[("docx", "docm"), ("docm", "docm"), ("dotx", "dotm"), ("dotm", "dotm"), ("wiz", "wiz")]),
    (
        "xlsx",
        &[
            ("xlsx", "xlsm"),
            ("xlsm", "xlsm"),
            ("xltx", "xltm"),
            ("xltm", "xltm"),
            ("xlam", "xlam"),
            ("xlsb", "xlsb"),
        ],
    ),
    (
        "pptx",
        &[
            ("pptx", "pptm"),
            ("pptm", "pptm"),
            ("potx", "potm"),
            ("potm", "potm"),
            ("ppsx", "ppsm"),
            ("ppsm", "ppsm"),
            ("ppam", "ppam"),
        ],
    ),
];

/// See [`FORMS`].
fn form(family: &'static str, extension: &str, macros: bool) -> &'static str {
    let forms = FORMS.iter().find(|(word, _)| *word == family).map_or(&[][..], |(_, forms)| forms);
    let known = forms.iter().find(|(word, _)| *word == extension).or(forms.first());
    known.map_or(family, |(plain, with)| if macros { with } else { plain })
}

/// The old forms that share one content, decided by the name.
fn old_form(word: &'static str, extension: &str) -> &'static str {
    match (word, extension) {
        ("doc", "dot") => "dot",
        ("doc", "wiz") => "wiz",
        ("xls", "xlt") => "xlt",
        ("xls", "xla") => "xla",
        ("ppt", "pot") => "pot",
        ("ppt", "pps") => "pps",
        ("jtd", "jtt") => "jtt",
        ("jtdc", "jttc") => "jttc",
        _ => word,
    }
}

/// A zip file: an office document if it holds one's parts, else an archive.
pub(super) fn zip(bytes: &[u8], extension: &str, limit: usize) -> Look {
    let list = zipdir::list(bytes, limit);
    let has = |name: &str| list.entries.iter().any(|e| e.name.eq_ignore_ascii_case(name));
    let below = |folder: &str| {
        list.entries
            .iter()
            .any(|e| e.name.get(..folder.len()).is_some_and(|p| p.eq_ignore_ascii_case(folder)))
    };
    let macros = list.entries.iter().any(|e| {
        let lower = e.name.to_ascii_lowercase();
        lower.ends_with("vbaproject.bin") || lower.starts_with("xl/macrosheets/")
    });
    let encrypted = list.entries.iter().any(|e| e.encrypted);
    let office = has("[Content_Types].xml");
    let word = if office && below("word/") {
        Some(form("docx", extension, macros))
    } else if office && below("xl/") {
        Some(if has("xl/workbook.bin") { "xlsb" } else { form("xlsx", extension, macros) })
    } else if office && below("ppt/") {
        Some(form("pptx", extension, macros))
    } else if office && below("visio/") {
        Some("vsdx")
    } else if has("mimetype") && has("content.xml") {
        let head = bytes.get(..ODF_HEAD).unwrap_or(bytes);
        let says = |sign: &[u8]| memchr::memmem::find(head, sign).is_some();
        Some(match extension {
            _ if says(b"opendocument.spreadsheet") => "ods",
            _ if says(b"opendocument.presentation") => "odp",
            "ods" => "ods",
            "odp" => "odp",
            _ => "odt",
        })
    } else if has("Contents/content.hpf") {
        Some("hwpx")
    } else if list.entries.iter().any(|e| e.name.to_ascii_lowercase().ends_with(".fdseq")) {
        Some("xps")
    } else if has("AndroidManifest.xml") {
        Some("apk")
    } else if has("AppxManifest.xml") {
        Some(if extension == "appx" { "appx" } else { "msix" })
    } else if has("META-INF/MANIFEST.MF") {
        Some("jar")
    } else {
        None
    };
    let macros = if macros { Macros::Present } else { Macros::None };
    match word {
        Some(word) => Look { kind: Kind { word, encrypted: Some(encrypted) }, macros },
        None => Look { kind: Kind { word: "zip", encrypted: Some(encrypted) }, macros: Macros::None },
    }
}

/// CLSIDs as they stand in the file.
const JTD: [[u8; 4]; 2] = [[0x01, 0x70, 0x59, 0x78], [0x02, 0x70, 0x59, 0x78]];
const JTD_REST: [u8; 12] = [0x84, 0x1d, 0xcf, 0x11, 0x97, 0x13, 0x00, 0x20, 0xaf, 0xd8, 0x06, 0xf4];
const MSI: [[u8; 4]; 3] = [[0x84, 0x10, 0x0c, 0x00], [0x86, 0x10, 0x0c, 0x00], [0x82, 0x10, 0x0c, 0x00]];
const MSI_REST: [u8; 12] = [0, 0, 0, 0, 0xc0, 0, 0, 0, 0, 0, 0, 0x46];

fn clsid_is(clsid: &[u8; 16], firsts: &[[u8; 4]], rest: &[u8; 12]) -> bool {
    clsid.get(4..) == Some(rest.as_slice()) && firsts.iter().any(|f| clsid.starts_with(f))
}

/// Bytes of a stream's head that are looked at.
const HEAD: usize = 8 << 10;

/// An OLE compound file, by its root's class and the names of its streams.
pub(super) fn ole(ole: &Ole<'_>, extension: &str) -> Look {
    let root = ole.entries.first().map(|e| e.clsid).unwrap_or_default();
    let head = |name: &str, limit: usize| ole.find(name).map(|e| ole.stream(e, limit));
    let kind = if clsid_is(&root, &JTD, &JTD_REST)
        || ole.has("JSCompDocument")
        || ole.has("JSRV_SegmentInformation")
        || ole.has("\u{4}JSRV_SegmentInformation")
    {
        Kind::plain(old_form(if ole.has("JSCompDocument") { "jtdc" } else { "jtd" }, extension))
    } else if ole.has("EncryptedPackage") {
        let family = match extension.get(..2).unwrap_or("") {
            "xl" => "xlsx",
            "pp" | "po" => "pptx",
            _ => "docx",
        };
        let word = form(family, extension, false);
        Kind { word, encrypted: Some(true) }
    } else if ole.has("WordDocument") {
        // FibBase.fEncrypted, [MS-DOC] 2.5.2.
        let encrypted = head("WordDocument", 16).is_some_and(|h| h.get(11).is_some_and(|b| b & 1 != 0));
        Kind { word: old_form("doc", extension), encrypted: Some(encrypted) }
    } else if ole.has("Workbook") || ole.has("Book") {
        let book = head("Workbook", HEAD).or_else(|| head("Book", HEAD)).unwrap_or_default();
        Kind { word: old_form("xls", extension), encrypted: Some(has_file_pass(&book)) }
    } else if ole.has("PowerPoint Document") {
        // CurrentUserAtom.headerToken, [MS-PPT] 2.3.2.
        let user = head("Current User", 64).unwrap_or_default();
        Kind { word: old_form("ppt", extension), encrypted: Some(u32_at(&user, 12) == 0xf3d1_c4df) }
    } else if ole.has("__properties_version1.0") {
        Kind::plain("msg")
    } else if clsid_is(&root, &MSI, &MSI_REST) {
        Kind::plain("msi")
    } else if ole.has("VisioDocument") {
        Kind::plain("vsd")
    } else if ole.has("Quill") {
        Kind::plain("pub")
    } else if head("FileHeader", 32).is_some_and(|h| h.starts_with(b"HWP Document File")) {
        Kind::plain("hwp")
    } else if ole.has("CONTENTS") && extension == "wps" {
        Kind::plain("wps")
    } else if extension == "wiz" {
        Kind::plain("wiz")
    } else if ole.entries.iter().any(|e| e.name.eq_ignore_ascii_case("Catalog")) {
        Kind::plain("thumbs")
    } else {
        Kind::plain("ole")
    };
    let macros = ["_VBA_PROJECT", "_VBA_PROJECT_CUR", "Macros"].iter().any(|n| ole.has(n));
    let macros = if macros && kind.word != "msg" { Macros::Present } else { Macros::None };
    Look { kind, macros }
}

/// True if the workbook's first records hold FilePass ([MS-XLS] 2.4.117).
fn has_file_pass(book: &[u8]) -> bool {
    let mut rest = book;
    while let [a, b, c, d, tail @ ..] = rest {
        let (id, length) = (u16::from_le_bytes([*a, *b]), u16::from_le_bytes([*c, *d]));
        match id {
            0x2f => return true,
            0 => return false,
            _ => {}
        }
        match tail.get(usize::from(length)..) {
            Some(next) => rest = next,
            None => return false,
        }
    }
    false
}

/// Bytes in which a PDF's header may stand, as readers tolerate it.
const PDF_HEADER: usize = 1_024;

/// A PDF: its header within the first kilobyte; encrypted if a trailer says so.
pub(super) fn pdf(bytes: &[u8]) -> Option<Kind> {
    let head = bytes.get(..PDF_HEADER).unwrap_or(bytes);
    memchr::memmem::find(head, b"%PDF-")?;
    // A MIME or HTML text that merely speaks of PDF is no PDF.
    if !bytes.starts_with(b"%PDF") && head.starts_with(b"<") {
        return None;
    }
    Some(Kind { word: "pdf", encrypted: Some(memchr::memmem::find(bytes, b"/Encrypt").is_some()) })
}

/// `exe`, `dll`, or what its extension makes of it.
pub(super) fn windows_program(bytes: &[u8], extension: &str) -> &'static str {
    match extension {
        "scr" => return "scr",
        "cpl" => return "cpl",
        "com" => return "com",
        "pif" => return "pif",
        "sys" => return "sys",
        "ocx" => return "dll",
        "xll" => return "xll",
        _ => {}
    }
    let pe = usize::try_from(u32_at(bytes, 0x3c)).unwrap_or(usize::MAX);
    let header = pe.checked_add(24).and_then(|end| bytes.get(pe..end));
    match header {
        Some([b'P', b'E', 0, 0, rest @ ..]) => {
            let flags = rest.get(18..20).map_or(0, |b| u16::from_le_bytes([b[0], b[1]]));
            if flags & 0x2000 != 0 { "dll" } else { "exe" }
        }
        _ => "exe",
    }
}
