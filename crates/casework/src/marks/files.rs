//! Attachments: their bytes, and what their files say of who and what made them.

use lexicon::facts::Attachment;
use lexicon::text;
use sha2::{Digest, Sha256};

use crate::alike_files::{PARTS, Tlsh};
use crate::letters::letters;
use crate::mark::{MAX_VALUE, Mark, MarkKind};
use crate::profile::FILE;

/// Attachments looked at in one mail, archive entries included.
const MAX_ATTACHMENTS: usize = 64;
/// How deep archives in archives are looked into.
const MAX_DEPTH: usize = 8;
/// Marks that the files of one mail make at most, but for parts of TLSH.
const MAX_MARKS: usize = 96;
/// Files of one mail whose TLSH is looked at, the outer ones first.
const MAX_ALIKE: usize = 3;
/// A file smaller than this (bytes) is a stub, a spacer image or an empty part.
const MIN_FILE: u64 = 256;
/// An image smaller than this (bytes) is an icon, a logo or part of somebody's signature.
const MIN_IMAGE: u64 = 20_000;
/// A macro with fewer bytes of letters than this is a stub that the program writes by itself.
const MIN_MACRO: usize = 120;
/// A password shorter than this (characters) is tried by everybody.
const MIN_PASSWORD: usize = 4;

/// What only one machine, build or file leaves.
const ORIGINS: [&str; 5] =
    ["lnk.birth-droid-file", "lnk.droid-file", "pe.pdb-guid", "pe.dotnet-mvid", "lnk.volume-serial"];

/// What a file says of its maker, and what it weighs. None ties alone: a template's author is a thousand people's.
const TRAITS: [(&str, f64); 10] = [
    ("lnk.machine-id", 0.55),
    ("lnk.mac-address", 0.55),
    ("pe.imphash", 0.5),
    ("pe.rich-hash", 0.5),
    ("pe.pdb", 0.55),
    ("document.author", 0.4),
    ("document.last-saved-by", 0.45),
    ("document.template", 0.4),
    ("document.company", 0.3),
    ("macro.project", 0.3),
];

/// What programs write where nobody said anything.
const NOBODYS: &[&str] = &[
    "",
    "-",
    "admin",
    "administrator",
    "author",
    "default",
    "microsoft",
    "microsoft office user",
    "normal",
    "normal.dotm",
    "normal.dot",
    "owner",
    "pc",
    "project",
    "python-docx",
    "test",
    "user",
    "users",
    "vbaproject",
    "windows user",
    "unknown",
];

/// Passwords that everybody uses: they tie nothing.
const EVERYBODYS: &[&str] = &[
    "infected",
    "password",
    "passw0rd",
    "malware",
    "virus",
    "1234",
    "12345",
    "123456",
    "0000",
    "velvetsweatshop",
];

pub(super) fn marks(files: &[Attachment], marks: &mut Vec<Mark>) {
    let mut open: Vec<(&Attachment, usize)> = files.iter().rev().map(|file| (file, 0)).collect();
    let (mut alike, before) = (0, marks.len());
    for _ in 0..MAX_ATTACHMENTS {
        let Some((file, depth)) = open.pop() else { return };
        if depth < MAX_DEPTH {
            open.extend(file.children.iter().take(MAX_ATTACHMENTS).rev().map(|child| (child, depth + 1)));
        }
        one(file, marks);
        if alike < MAX_ALIKE
            && let Some(tlsh) = fuzzy(file)
        {
            alike += 1;
            let name = file.name.as_deref().unwrap_or("");
            let name =
                text::cut(&format!("{} {name}", file.tlsh.as_deref().unwrap_or("")), MAX_VALUE).to_owned();
            marks.extend(tlsh.parts().iter().map(|part| {
                let mut mark = Mark::new(MarkKind::Alike, &format!("{} {part}", file.kind), 0.7);
                mark.name = name.as_str().into();
                mark
            }));
        }
        if marks.len() - before >= MAX_MARKS + alike * PARTS {
            return;
        }
    }
}

fn one(file: &Attachment, marks: &mut Vec<Mark>) {
    if let Some(kind) = file_kind(file) {
        let base = match kind {
            MarkKind::Program => 1.0,
            MarkKind::Image => 0.8,
            _ => FILE,
        };
        let mut mark = Mark::new(kind, &file.sha256, base);
        mark.name = text::cut(file.name.as_deref().unwrap_or(""), MAX_VALUE).into();
        marks.push(mark);
    }
    let told = |name: &str| {
        let value = file.property(name)?.trim();
        let bare = value.trim_matches(['{', '}']);
        let empty = bare.chars().all(|c| matches!(c, '0' | '-' | ':'));
        (!empty && !NOBODYS.contains(&bare.to_lowercase().as_str())).then(|| format!("{name} {value}"))
    };
    marks.extend(
        ORIGINS.iter().filter_map(|name| told(name)).map(|value| Mark::new(MarkKind::Origin, &value, 0.85)),
    );
    marks.extend(
        TRAITS.iter().filter_map(|&(name, base)| Some(Mark::new(MarkKind::Trait, &told(name)?, base))),
    );
    if let Some(password) = file.password.as_deref()
        && password.chars().count() >= MIN_PASSWORD
        && !EVERYBODYS.contains(&password.to_lowercase().as_str())
    {
        marks.push(Mark::new(MarkKind::Password, password, 0.7));
    }
    for script in file.scripts.iter().take(MAX_ATTACHMENTS) {
        let source = letters(&script.text);
        if source.len() >= MIN_MACRO {
            let digest: String = Sha256::digest(&source).iter().map(|byte| format!("{byte:02x}")).collect();
            let mut mark = Mark::new(MarkKind::Macro, &digest, 0.9);
            mark.name = text::cut(&script.name, MAX_VALUE).into();
            marks.push(mark);
        }
    }
}

/// Kinds of files that run something when they are opened.
const RUNS: &[&str] = &[
    "exe", "dll", "scr", "sys", "com", "pif", "elf", "macho", "msi", "msix", "appx", "cab-exe", "lnk", "url",
    "iqy", "slk", "wiz", "js", "jse", "vbs", "vbe", "wsf", "wsh", "hta", "ps1", "bat", "cmd", "jar", "class",
    "apk", "chm", "reg", "iso", "udf", "img", "vhd", "vhdx", "one", "xll", "cpl", "inf", "docm", "xlsm",
    "xlsb", "pptm", "dotm",
];

/// Kinds of files that are pictures.
const IMAGES: &[&str] =
    &["avif", "bmp", "emf", "gif", "heic", "ico", "jpeg", "jpg", "png", "psd", "tif", "tiff", "webp", "wmf"];

/// True where opening the file runs something, or somebody took care that nobody looks into it.
fn runs(file: &Attachment, depth: usize) -> bool {
    RUNS.contains(&file.kind.as_str())
        || !file.scripts.is_empty()
        || file.encrypted == Some(true)
        || file.password.is_some()
        || (depth < MAX_DEPTH
            && file.children.iter().take(MAX_ATTACHMENTS).any(|child| runs(child, depth + 1)))
}

/// Kinds whose bytes say nothing of what is in them, or that are somebody else's mail. Documents that are archives are
/// among them: two that have nothing in common share the styles and fonts of the program that wrote them.
const OPAQUE: &[&str] = &[
    "7z", "ace", "apk", "appx", "arj", "bz2", "cab", "chm", "csv", "docm", "docx", "dotm", "dotx", "eml",
    "epub", "gz", "hwpx", "jar", "lzh", "mht", "msg", "msix", "odp", "ods", "odt", "potm", "potx", "ppsm",
    "ppsx", "pptm", "pptx", "rar", "tar", "txt", "vsdx", "xlam", "xlsb", "xlsm", "xlsx", "xltm", "xltx",
    "xps", "xz", "zip", "zst",
];

/// The TLSH of a file that can be known again by it.
fn fuzzy(file: &Attachment) -> Option<Tlsh> {
    let says = !OPAQUE.contains(&file.kind.as_str()) && file.encrypted != Some(true);
    let ties = matches!(file_kind(file), Some(MarkKind::Program | MarkKind::File));
    Tlsh::read(file.tlsh.as_deref()?).filter(|_| says && ties)
}

/// Whether an attachment can tie, and as what. Whether it is a picture follows from its bytes alone, whatever a mail
/// declares of them: what a value weighs must not depend on the mail that brings it.
fn file_kind(file: &Attachment) -> Option<MarkKind> {
    if file.sha256.len() != 64 || file.size < MIN_FILE {
        return None;
    }
    let declared = file.content_type.to_ascii_lowercase();
    let image = IMAGES.contains(&file.kind.as_str());
    // A drawing is a page that scripts run in; what a mail shows by itself is its decoration.
    let drawing = file.kind == "svg";
    let small = file.size < MIN_IMAGE && !drawing;
    if (image || drawing || declared.starts_with("image/")) && (file.inline || small) {
        return None;
    }
    if image {
        return Some(MarkKind::Image);
    }
    // Signatures, visiting cards and delivery reports are of the sender or the system, not of the attack.
    let of_the_system =
        matches!(file.kind.as_str(), "vcf" | "vcard" | "asc" | "pgp" | "p7s" | "pkcs7-signature")
            || ["pgp-signature", "pkcs7-signature", "delivery-status", "vcard", "x-vcard", "rfc822-headers"]
                .iter()
                .any(|kind| declared.ends_with(kind));
    // An attached mail and its parts: what somebody forwards is not what somebody sends.
    let mail = matches!(file.kind.as_str(), "eml" | "msg");
    if of_the_system {
        return None;
    }
    Some(if !mail && runs(file, 0) { MarkKind::Program } else { MarkKind::File })
}
