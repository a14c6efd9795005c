//! What a file is, by its content: a short stable word, and whether it needs a password.
//!
//! The name decides only between forms that share one content (a script is text, a Word wizard is a Word file).
//! To add a kind: its signature in `magic`, or its text sign in `text_kind`, and a line in the tests.

mod archives;
mod documents;
mod names;

pub use documents::Macros;
pub use names::ALL;

use crate::ole::{self, Ole};
use crate::zipdir;

/// What a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kind {
    /// A short stable word: `pdf`, `docx`, `zip`, `exe` … `txt` for text without a sign of more, `empty` for
    /// nothing, `bin` for the rest.
    pub word: &'static str,
    /// True if it cannot be read without a password; `None` where the kind cannot be encrypted, or where that
    /// does not show without opening it.
    pub encrypted: Option<bool>,
}

impl Kind {
    const fn plain(word: &'static str) -> Self {
        Self { word, encrypted: None }
    }
}

/// A kind with what was seen on the way to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Look {
    /// What it is.
    pub kind: Kind,
    /// Whether a document carries macros.
    pub macros: Macros,
}

/// Entries of a zip looked at to tell documents from archives.
const ZIP_ENTRIES: usize = 2_000;

/// Bytes from the start in which text signs are looked for.
const TEXT_BYTES: usize = 4 << 10;

/// The kind of a file with that name and content; the content may be cut short.
///
/// ```
/// assert_eq!(forensics::kind::of(Some("a.doc"), b"%PDF-1.4 ...").word, "pdf");
/// assert_eq!(forensics::kind::of(Some("run.js"), b"var a = 1;").word, "js");
/// ```
pub fn of(name: Option<&str>, bytes: &[u8]) -> Kind {
    look(name, bytes).kind
}

/// The file name's last extension in lower case, without the dot.
pub fn extension(name: Option<&str>) -> String {
    let name = name.unwrap_or("");
    // Blanks and dots at the end are dropped by Windows.
    let name = name.trim_end_matches(|c: char| c.is_whitespace() || c == '.');
    let base = name.rsplit(['/', '\\']).next().unwrap_or(name);
    match base.rsplit_once('.') {
        Some((_, extension)) if extension.len() <= 20 => extension.trim().to_ascii_lowercase(),
        _ => String::new(),
    }
}

/// What a listed but unopened file should be, going by its name alone.
pub fn word_by_name(name: &str) -> &'static str {
    let extension = extension(Some(name));
    let extension = match extension.as_str() {
        "jpeg" => "jpg",
        "tif" => "tiff",
        "rtfd" => "rtf",
        "tgz" => "gz",
        "lzs" | "lha" | "pma" => "lzh",
        "zipx" => "zip",
        "bin" | "empty" => "",
        other => other,
    };
    if let Some((_, word)) = TEXT_EXTENSIONS.iter().find(|(e, _)| *e == extension) {
        return word;
    }
    ALL.iter().find(|(word, ..)| *word == extension).map_or("bin", |(word, ..)| word)
}

/// The kind of a file, and whether it is a document with macros.
pub fn look(name: Option<&str>, bytes: &[u8]) -> Look {
    let extension = extension(name);
    let simple = |kind: Kind| Look { kind, macros: Macros::None };
    if bytes.is_empty() {
        return simple(Kind::plain("empty"));
    }
    if bytes.starts_with(b"PK\x03\x04")
        || bytes.starts_with(b"PK\x05\x06")
        || bytes.starts_with(b"PK\x07\x08")
        || bytes.starts_with(b"PK00PK\x03\x04")
    {
        return documents::zip(bytes, &extension, ZIP_ENTRIES);
    }
    if bytes.starts_with(ole::MAGIC) {
        let look = Ole::open(bytes).map(|ole| documents::ole(&ole, &extension));
        let look = look.unwrap_or(simple(Kind::plain("ole")));
        // Office opens a zip behind a compound file's first bytes.
        if look.kind.word == "ole" && zipdir::is_archive(bytes) {
            return documents::zip(bytes, &extension, ZIP_ENTRIES);
        }
        return look;
    }
    if let Some(kind) = archives::archive(bytes) {
        return simple(kind);
    }
    if let Some(kind) = magic(bytes, &extension) {
        return simple(kind);
    }
    let word = text_kind(bytes, &extension);
    if word == "bin" && zipdir::is_archive(bytes) {
        // Something was put before the archive: programs open it all the same.
        return documents::zip(bytes, &extension, ZIP_ENTRIES);
    }
    simple(Kind::plain(word))
}

/// Signatures at the start.
const SIGNS: [(&[u8], &str); 52] = [
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"\xff\xd8\xff", "jpg"),
    (b"GIF87a", "gif"),
    (b"GIF89a", "gif"),
    (b"II*\0", "tiff"),
    (b"MM\0*", "tiff"),
    (b"\0\0\x01\0", "ico"),
    (b"\0\0\x02\0", "cur"),
    (b"8BPS", "psd"),
    (b"\x4c\0\0\0\x01\x14\x02\0", "lnk"),
    (b"{\\rt", "rtf"),
    (b"ITSF\x03\0", "chm"),
    (b"\xe4\x52\x5c\x7b\x8c\xd8\xa7\x4d\xae\xb1\x53\x78\xd0\x29\x96\xd3", "one"),
    (b"\xa1\x2f\xff\x43\xd9\xef\x76\x4c\x9e\xe2\x10\xea\x57\x22\x76\x5f", "onetoc2"),
    (b"\x78\x9f\x3e\x22", "tnef"),
    (b"!BDN", "pst"),
    (b"vhdxfile", "vhdx"),
    (b"KDMV", "vmdk"),
    (b"MSWIM\0\0\0", "wim"),
    (b"ID3", "mp3"),
    (b"OggS", "ogg"),
    (b"fLaC", "flac"),
    (b"\x1aE\xdf\xa3", "mkv"),
    (b"FLV\x01", "flv"),
    (b"FWS", "swf"),
    (b"CWS", "swf"),
    (b"ZWS", "swf"),
    (b"\x7fELF", "elf"),
    (b"\xca\xfe\xba\xbe", "class"),
    (b"\xcf\xfa\xed\xfe", "macho"),
    (b"\xce\xfa\xed\xfe", "macho"),
    (b"wOFF", "woff"),
    (b"wOF2", "woff2"),
    (b"conectix", "vhd"),
    (b"\0\x01\0\0Standard Jet DB\0", "mdb"),
    (b"\0\x01\0\0Standard ACE DB\0", "accdb"),
    (b"ActiveMime", "activemime"),
    (b"AC10", "dwg"),
    (b"?_\x03\0", "hlp"),
    (b"\0\x01\0\0\0", "ttf"),
    (b"OTTO", "otf"),
    (b"SQLite format 3\0", "sqlite"),
    (b"regf", "hive"),
    (b"ElfFile\0", "evtx"),
    (b"\xd7\xcd\xc6\x9a", "wmf"),
    (b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", "wmv"),
    (b"\x99\x01\x0d\x04", "pgp"),
    (b"\x99\x02\x0d\x04", "pgp"),
    (b"-----BEGIN PGP", "pgp"),
    (b"#@~^", "vbe"),
    (b"HWP Document File", "hwp"),
    (b"%!PS", "ps"),
];

/// Signatures at fixed places.
fn magic(bytes: &[u8], extension: &str) -> Option<Kind> {
    if bytes.starts_with(b"MZ") {
        return Some(Kind::plain(documents::windows_program(bytes, extension)));
    }
    if let Some(kind) = documents::pdf(bytes) {
        return Some(kind);
    }
    if let Some((_, word)) = SIGNS.iter().find(|(sign, _)| bytes.starts_with(sign)) {
        let word = if *word == "vbe" && extension == "jse" { "jse" } else { word };
        let encrypted = if *word == *"pgp" { Some(true) } else { None };
        return Some(Kind { word, encrypted: encrypted.filter(|_| is_pgp_message(bytes)) });
    }
    if let Some(kind) = pem(bytes.get(..TEXT_BYTES).unwrap_or(bytes)).and_then(|der| pkcs7(&der, extension)) {
        return Some(kind);
    }
    let at = |offset: usize, sign: &[u8]| bytes.get(offset..).is_some_and(|b| b.starts_with(sign));
    let word = if bytes.starts_with(b"RIFF") {
        match bytes.get(8..12) {
            Some(b"WEBP") => "webp",
            Some(b"WAVE") => "wav",
            Some(b"AVI ") => "avi",
            Some(b"ACON") => "ani",
            _ => "riff",
        }
    } else if at(4, b"ftyp") {
        match bytes.get(8..11) {
            Some(b"hei" | b"mif") => "heic",
            Some(b"avi") => "avif",
            Some(b"qt ") => "mov",
            Some(b"M4A") => "m4a",
            _ => "mp4",
        }
    } else if at(4, b"moov") || at(4, b"mdat") {
        "mov"
    } else if at(0x8001, b"CD001") || at(0x8001, b"BEA01") || at(0x8801, b"CD001") {
        if extension == "img" { "img" } else { "iso" }
    } else if at(40, b" EMF") && bytes.starts_with(b"\x01\0\0\0") {
        "emf"
    } else if bytes.starts_with(b"BM")
        && bytes.get(14..18).is_some_and(|s| matches!(s, [12 | 40 | 52 | 56 | 64 | 108 | 124, 0, 0, 0]))
    {
        "bmp"
    } else if matches!(bytes, [0xff, 0xfb | 0xf3 | 0xf2 | 0xfa, ..]) {
        "mp3"
    } else if bytes.len() > 512 && bytes.get(bytes.len() - 512..).is_some_and(|f| f.starts_with(b"conectix"))
    {
        "vhd"
    } else if bytes.len() > 512
        && bytes.get(bytes.len() - 512..).is_some_and(|f| f.starts_with(b"koly\0\0\0\x04"))
    {
        "dmg"
    } else if at(510, b"\x55\xaa")
        && (extension == "img"
            || at(54, b"FAT1")
            || at(82, b"FAT32")
            || at(3, b"NTFS    ")
            || at(512, b"EFI PART"))
    {
        "img"
    } else if extension == "com" && bytes.first().is_some_and(|b| matches!(b, 0xe8 | 0xe9 | 0xeb)) {
        "com"
    } else if bytes.first() == Some(&0x30) && at(1, b"\x80") | at(1, b"\x82") | at(1, b"\x83") {
        return pkcs7(bytes, extension);
    } else {
        return None;
    };
    Some(Kind::plain(word))
}

fn is_pgp_message(bytes: &[u8]) -> bool {
    bytes.starts_with(b"-----BEGIN PGP MESSAGE")
}

/// What S/MIME written as text (RFC 7468) holds; `None` for any other text.
///
/// ```
/// let text = b"-----BEGIN PKCS7-----\nMAsGCQ==\n-----END PKCS7-----\n";
/// assert_eq!(forensics::kind::pem(text).as_deref(), Some(&[0x30, 0x0b, 0x06, 0x09][..]));
/// assert_eq!(forensics::kind::pem(b"hello"), None);
/// ```
pub fn pem(bytes: &[u8]) -> Option<Vec<u8>> {
    const SIGNS: [&str; 3] =
        ["-----BEGIN PKCS7-----", "-----BEGIN CMS-----", "-----BEGIN PKCS #7 SIGNED DATA-----"];
    let text = bytes.trim_ascii_start();
    let rest = SIGNS.iter().find_map(|sign| text.strip_prefix(sign.as_bytes()))?;
    let end = memchr::memmem::find(rest, b"-----").unwrap_or(rest.len());
    Some(crate::transfer::base64(rest.get(..end)?))
}

/// S/MIME: the object identifier tells signed data from encrypted data.
fn pkcs7(bytes: &[u8], extension: &str) -> Option<Kind> {
    let head = bytes.get(..64).unwrap_or(bytes);
    let oid = |last: u8| {
        memchr::memmem::find(head, &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, last]).is_some()
    };
    if oid(2) {
        return Some(Kind { word: if extension == "p7m" { "p7m" } else { "p7s" }, encrypted: Some(false) });
    }
    if oid(3) {
        return Some(Kind { word: "p7m", encrypted: Some(true) });
    }
    // Compressed, and encrypted with a check of its own: the longer numbers of S/MIME.
    let smime = |last: u8| {
        let number = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x10, 0x01, last];
        memchr::memmem::find(head, &number).is_some()
    };
    if smime(0x09) || smime(0x17) {
        return Some(Kind { word: "p7m", encrypted: Some(smime(0x17)) });
    }
    match extension {
        "p12" | "pfx" => Some(Kind::plain("p12")),
        "cer" | "crt" | "der" => Some(Kind::plain("cer")),
        _ => None,
    }
}

/// Extensions of scripts and other text that a program runs or reads: content alone cannot tell them.
const TEXT_EXTENSIONS: [(&str, &str); 38] = [
    ("js", "js"),
    ("jse", "jse"),
    ("mjs", "js"),
    ("vbs", "vbs"),
    ("vbe", "vbe"),
    ("wsf", "wsf"),
    ("wsh", "wsh"),
    ("wsc", "wsc"),
    ("sct", "sct"),
    ("ps1", "ps1"),
    ("psm1", "ps1"),
    ("bat", "bat"),
    ("cmd", "bat"),
    ("hta", "hta"),
    ("iqy", "iqy"),
    ("slk", "slk"),
    ("reg", "reg"),
    ("inf", "inf"),
    ("scf", "scf"),
    ("url", "url"),
    ("website", "url"),
    ("library-ms", "library-ms"),
    ("settingcontent-ms", "settingcontent-ms"),
    ("rdp", "rdp"),
    ("jnlp", "jnlp"),
    ("py", "py"),
    ("sh", "sh"),
    ("csv", "csv"),
    ("json", "json"),
    ("ics", "ics"),
    ("vcf", "vcf"),
    ("svg", "svg"),
    ("xml", "xml"),
    ("htm", "html"),
    ("html", "html"),
    ("xhtml", "html"),
    ("shtml", "html"),
    ("mht", "mht"),
];

fn text_kind(bytes: &[u8], extension: &str) -> &'static str {
    let head = bytes.get(..TEXT_BYTES).unwrap_or(bytes);
    let wide;
    let head = if head.starts_with(b"\xff\xfe") || head.starts_with(b"\xfe\xff") {
        wide = crate::charset::decode(head, None).text.into_owned();
        wide.as_bytes()
    } else {
        head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head)
    };
    let binary = head.iter().filter(|b| matches!(b, 0..=8 | 14..=26 | 28..=31)).count();
    if binary * 50 > head.len() {
        return "bin";
    }
    let start = head.trim_ascii_start();
    let begins =
        |sign: &str| start.get(..sign.len()).is_some_and(|s| s.eq_ignore_ascii_case(sign.as_bytes()));
    let lower = head.to_ascii_lowercase();
    let holds = |sign: &str| memchr::memmem::find(&lower, sign.as_bytes()).is_some();
    let by_name = TEXT_EXTENSIONS.iter().find(|(e, _)| *e == extension).map(|(_, word)| *word);
    // Signs that no other kind of text has.
    if holds("<hta:application") {
        return "hta";
    }
    if begins("web\r\n1") || begins("web\n1") {
        return "iqy";
    }
    if begins("id;p") {
        return "slk";
    }
    if begins("[internetshortcut]") || holds("\n[internetshortcut]") {
        return "url";
    }
    if begins("begin:vcalendar") {
        return "ics";
    }
    if begins("begin:vcard") {
        return "vcf";
    }
    if begins("windows registry editor") || begins("regedit4") {
        return "reg";
    }
    if begins("<job") || begins("<package") || (begins("<?xml") && (holds("<job") && holds("<script"))) {
        return "wsf";
    }
    if begins("-----begin pgp") {
        return "pgp";
    }
    let office = holds("schemas-microsoft-com:office") || holds("content-location: file:///");
    if begins("mime-version:") && office && !looks_like_mail(start) {
        return "office-mht";
    }
    if begins("content-type: multipart/") || begins("mime-version: 1.0") && holds("\ncontent-type:") {
        return "eml";
    }
    if holds("<?mso-application") || holds("/2006/xmlpackage") {
        let about = |sign: &str| holds(sign);
        return match () {
            () if about("word.document") => "doc-xml",
            () if about("excel.sheet") => "xls-xml",
            () => "xml",
        };
    }
    if by_name.is_none() && looks_like_mail(start) {
        return "eml";
    }
    let html = ["<!doctype html", "<html", "<head", "<body", "<script", "<meta", "<title", "<iframe"];
    if html.iter().any(|sign| begins(sign)) || holds("<html") {
        return match by_name {
            Some(word @ ("hta" | "svg" | "wsf" | "sct" | "mht")) => word,
            _ => "html",
        };
    }
    if begins("<svg") || (begins("<?xml") || begins("<!--") || begins("<!doctype svg")) && holds("<svg") {
        return "svg";
    }
    if let Some(word) = by_name {
        return word;
    }
    if looks_like_mail(start) {
        return "eml";
    }
    if begins("<?xml") {
        return "xml";
    }
    if holds("mime-version:") && holds("content-location:") {
        return "mht";
    }
    "txt"
}

/// True if `bytes` start with header fields of a mail, at least three of them known ones.
pub fn looks_like_mail(bytes: &[u8]) -> bool {
    const NAMES: [&str; 12] = [
        "from",
        "to",
        "subject",
        "date",
        "received",
        "message-id",
        "return-path",
        "delivered-to",
        "mime-version",
        "reply-to",
        "x-mailer",
        "cc",
    ];
    let head = bytes.get(..TEXT_BYTES).unwrap_or(bytes);
    if !head.iter().take(40).any(|b| *b == b':') && !head.starts_with(b"From ") {
        return false;
    }
    let block = crate::header::read(head, 60, true);
    let known = NAMES.iter().filter(|name| block.get(name).is_some()).count();
    known >= 3 && !block.oddities.iter().any(|(id, _)| *id == "header-missing")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(name: &str, bytes: &[u8], word: &str, encrypted: Option<bool>) {
        let got = of(Some(name), bytes);
        assert_eq!((got.word, got.encrypted), (word, encrypted), "{name}");
    }

    #[test]
    fn content_decides_what_a_file_is() {
        check("a.doc", b"%PDF-1.7\n", "pdf", Some(false));
        check("a.pdf", b"%PDF-1.7\ntrailer<</Encrypt 5 0 R>>", "pdf", Some(true));
        check("a.pdf", b"\x89PNG\r\n\x1a\n\0", "png", None);
        check("a.txt", b"\x4c\0\0\0\x01\x14\x02\0\0\0\0\0\xc0\0\0\0", "lnk", None);
        check("photo.jpg", b"MZ\x90\0", "exe", None);
        check("a.scr", b"MZ\x90\0", "scr", None);
        check("a.bin", b"{\\rtf1", "rtf", None);
        check("x.dat", b"WEB\r\n1\r\nhttp://a.example/", "iqy", None);
        check("x", b"[InternetShortcut]\r\nURL=http://a.example/", "url", None);
        check("x", b"<html><body>", "html", None);
        check("x.hta", b"<html><script>", "hta", None);
        check("x.svg", b"<?xml version='1.0'?><svg xmlns=''>", "svg", None);
        check("x.js", b"var a;", "js", None);
        check("x.txt", b"plain", "txt", None);
        check("a.pma", b"\x20\x00-pm1-", "lzh", None);
        check("a.lz4", b"\x04\x22\x4d\x18", "lz4", None);
        check("a.lzma", b"\x5d\0\0\x80\0\xff\xff\xff\xff\xff\xff\xff\xff\0", "lzma", None);
        check("a", b"070701", "cpio", None);
        check("a.wri", b"\0\x01\0\0Standard Jet DB\0", "mdb", None);
        check("a.mso", b"ActiveMime\0", "activemime", None);
        check("a.dwg", b"AC1032\0\0", "dwg", None);
        check("a.com", b"\xe9\0\0\0", "com", None);
        check("a.doc", b"<?xml version='1.0'?><?mso-application progid='Word.Document'?>", "doc-xml", None);
        check("a.xls", b"<?xml version='1.0'?><?mso-application progid='Excel.Sheet'?>", "xls-xml", None);
        check(
            "a.doc",
            b"MIME-Version: 1.0\nContent-Type: multipart/related\n\nContent-Location: file:///C:/a\n",
            "office-mht",
            None,
        );
        check("x", b"\0\x01\x02\x03\x04\x05", "bin", None);
        check("x", b"", "empty", None);
        check("x.dat", b"From: a@example.com\nTo: b@example.com\nSubject: x\n\nbody", "eml", None);
        check("x.txt", "日本語の文".as_bytes(), "txt", None);
    }

    #[test]
    fn compressed_files_without_a_plain_signature_are_known() {
        check("a.lz4", b"\x04\x22\x4d\x18\x64", "lz4", None);
        check("a.lz", b"LZIP\x01\x0c", "lz", None);
        check("a", b"\x5d\0\0\x80\0\xff\xff\xff\xff\xff\xff\xff\xff\0\x11", "lzma", None);
        let mut tar = vec![0u8; 1024];
        tar[..5].copy_from_slice(b"a.txt");
        let sum = 32 * 8 + b"a.txt".iter().map(|b| u64::from(*b)).sum::<u64>();
        tar[148..155].copy_from_slice(format!("{sum:06o}\0").as_bytes());
        check("a", &tar, "tar", None);
        tar[0] = b'b';
        check("a", &tar, "bin", None);
    }

    #[test]
    fn extensions_are_read_as_windows_reads_them() {
        for (name, expect) in
            [("a.PDF ", "pdf"), ("a.b.exe.", "exe"), ("dir.x/file", ""), ("a", ""), ("請求書.zip", "zip")]
        {
            assert_eq!(extension(Some(name)), expect, "{name}");
        }
    }

    /// Kinds told by their first bytes: one line each is in the tables themselves.
    #[test]
    fn every_sign_gives_its_kind_and_every_kind_has_a_name() {
        let named = |word: &str| ALL.iter().any(|(known, ..)| *known == word);
        for (sign, word) in SIGNS.iter().chain(archives::SIGNS.iter()) {
            assert!(named(word), "{word} has no name");
            let mut bytes = sign.to_vec();
            bytes.extend([0; 64]);
            assert_eq!(of(None, &bytes).word, *word, "{word}");
        }
        for (extension, word) in TEXT_EXTENSIONS {
            assert!(named(word), "{word} has no name");
            if !matches!(extension, "eml") {
                assert_eq!(of(Some(&format!("a.{extension}")), b"some text").word, word, "{extension}");
            }
        }
        let words: std::collections::BTreeSet<_> = ALL.iter().map(|(word, ..)| word).collect();
        assert_eq!(words.len(), ALL.len(), "a word stands twice");
        assert!(ALL.is_sorted_by_key(|(word, ..)| word));
        for (word, ja, en) in ALL {
            assert!(!ja.is_empty() && !en.is_empty(), "{word}");
        }
    }

    /// Every word that the code names as a literal result is in [`ALL`].
    #[test]
    fn every_word_in_the_code_has_a_name() {
        let sources =
            [include_str!("kind.rs"), include_str!("kind/archives.rs"), include_str!("kind/documents.rs")];
        for source in sources {
            let code = source.split("#[cfg(test)]").next().unwrap();
            for mark in ["plain(\"", "=> \"", "word: \"", "{ \"", "return \"", "Some(\""] {
                for piece in code.split(mark).skip(1) {
                    let word = piece.split('"').next().unwrap();
                    let plausible = (1..18).contains(&word.len())
                        && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
                    if plausible {
                        assert!(ALL.iter().any(|(known, ..)| *known == word), "{word} has no name");
                    }
                }
            }
        }
    }
}
