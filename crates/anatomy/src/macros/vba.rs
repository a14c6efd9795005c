//! VBA projects ([MS-OVBA]): in OLE documents, in PowerPoint's compressed storages, in packages' vbaProject.bin.

use std::io::Read;

use forensics::ole::{self, Ole};

use super::calls::Language;
use super::{decompress, dir, part, study};
use crate::binary::{u16_at, u32_at};
use crate::oddities;
use crate::registry::Analyser;
use crate::specimen::Specimen;

/// Projects in one file.
const PROJECTS: usize = 20;

/// Streams looked at in one project.
const STREAMS: usize = 500;

/// Bytes of one stream.
const STREAM_BYTES: usize = 16 << 20;

/// Bytes of a storage that PowerPoint packed.
const PACKED_STORAGE_BYTES: usize = 16 << 20;

/// Bytes of module streams and sources of one project.
const PROJECT_BYTES: usize = 32 << 20;

/// Storages searched for forms.
const FORM_STORAGES: usize = 500;

/// Bytes in which the packed data of an ActiveMime part starts.
const ACTIVE_MIME_HEAD: usize = 1_024;

/// Records of a presentation.
const RECORDS: usize = 200_000;

/// Bytes of compiled code that a module without source must have to count as stomped.
const COMPILED_BYTES: usize = 256;

pub(crate) static ANALYSER: Analyser = Analyser {
    kinds: &[
        "doc", "dot", "xls", "xlt", "xla", "ppt", "pot", "pps", "wiz", "ole", "vsd", "pub", "docm", "dotm",
        "xlsm", "xltm", "xlam", "xlsb", "pptm", "potm", "ppsm", "ppam", "docx", "dotx", "xlsx", "xltx",
        "pptx", "potx", "ppsx", "vsdx",
    ],
    run,
    tells: study::TELLS,
    oddities: &[
        oddities::entry(
            "vba-directory-broken",
            "マクロの目録が壊れているため、ソースを探して読みました",
            "The directory of its macros is broken; the sources were found by searching",
        ),
        oddities::entry(
            "vba-projects-limit",
            "マクロのプロジェクトが多すぎるため一部だけを読みました",
            "It has too many macro projects; only the first were read",
        ),
    ],
};

fn run(bytes: &[u8], specimen: &mut Specimen<'_, '_>) {
    if bytes.starts_with(ole::MAGIC) {
        if let Some(ole) = Ole::open(bytes) {
            document(&ole, specimen);
        }
        return;
    }
    for part in part::list(bytes) {
        let lower = part.name.to_ascii_lowercase();
        if lower.ends_with("vbaproject.bin")
            && let Some(bytes) = part::read(bytes, &part)
            && let Some(ole) = Ole::open(&bytes)
        {
            projects(&ole, specimen);
        }
    }
}

fn document(ole: &Ole<'_>, specimen: &mut Specimen<'_, '_>) {
    projects(ole, specimen);
    if let Some(entry) = ole.find("PowerPoint Document") {
        let stream = ole.stream(entry, 64 << 20);
        storages(&stream, |storage| {
            if let Some(inner) = Ole::open(storage) {
                projects(&inner, specimen);
            }
        });
    }
}

/// The storages of a presentation (ExOleObjStg, [MS-PPT] 2.10.34) that hold a project.
fn storages(stream: &[u8], mut give: impl FnMut(&[u8])) {
    let mut found = 0;
    let mut at = 0;
    for _ in 0..RECORDS {
        let (Some(version), Some(kind), Some(size)) =
            (u16_at(stream, at), u16_at(stream, at + 2), u32_at(stream, at + 4))
        else {
            break;
        };
        let size = usize::try_from(size).unwrap_or(usize::MAX);
        if kind == 0x1011 && found < PROJECTS {
            let data = crate::binary::piece(stream, at + 8, size);
            let storage = if version >> 4 == 1 {
                let mut inflated = Vec::new();
                let cap = u64::try_from(PACKED_STORAGE_BYTES).unwrap_or(u64::MAX);
                let packed = data.get(4..).unwrap_or(&[]);
                // What is whole before an error counts.
                let _ = flate2::read::ZlibDecoder::new(packed).take(cap).read_to_end(&mut inflated);
                inflated
            } else {
                data.to_vec()
            };
            // Embedded objects are storages of the same kind; only those with a project matter here.
            if memchr::memmem::find(&storage, b"V\0B\0A\0\0").is_some() {
                found += 1;
                give(&storage);
            }
        }
        // A container's records follow its head.
        let step = if version & 0x0f == 0x0f { 8 } else { size.saturating_add(8) };
        match at.checked_add(step).filter(|next| *next < stream.len()) {
            Some(next) => at = next,
            None => break,
        }
    }
}

/// What Word puts into XML and web archives instead of the compound file with the macros: its bytes.
pub(crate) fn active_mime(bytes: &[u8]) -> Option<Vec<u8>> {
    if !bytes.starts_with(b"ActiveMime") {
        return None;
    }
    let head = crate::binary::piece(bytes, 0, ACTIVE_MIME_HEAD);
    let start = memchr::memchr_iter(0x78, head).find(|at| {
        // A zlib header is a multiple of 31.
        bytes.get(at + 1).is_some_and(|next| (0x7800 + usize::from(*next)).is_multiple_of(31)) && *at >= 0x20
    })?;
    let mut out = Vec::new();
    let cap = u64::try_from(PACKED_STORAGE_BYTES).unwrap_or(u64::MAX);
    // What is whole before an error counts.
    let _ = flate2::read::ZlibDecoder::new(bytes.get(start..)?).take(cap).read_to_end(&mut out);
    (!out.is_empty()).then_some(out)
}

/// Every project of a compound file: a storage `VBA`, or module streams whose storage is lost.
fn projects(ole: &Ole<'_>, specimen: &mut Specimen<'_, '_>) {
    let mut found = 0;
    for (index, entry) in ole.entries.iter().enumerate() {
        if entry.is_stream() || !entry.name.eq_ignore_ascii_case("VBA") {
            continue;
        }
        found += 1;
        if found > PROJECTS {
            specimen.odd("vba-projects-limit", "");
            return;
        }
        project(ole, index, specimen);
    }
    if found > 0 {
        forms(ole, specimen);
    }
}

/// The label that `charset::decode` knows a code page by.
fn label(code_page: u16) -> String {
    match code_page {
        932 | 10001 => "cp932".to_owned(),
        936 | 10008 => "gbk".to_owned(),
        949 | 10003 => "euc-kr".to_owned(),
        950 | 10002 => "big5".to_owned(),
        10000 => "macintosh".to_owned(),
        10007 => "x-mac-cyrillic".to_owned(),
        65001 => "utf-8".to_owned(),
        other => format!("windows-{other}"),
    }
}

fn project(ole: &Ole<'_>, storage: usize, specimen: &mut Specimen<'_, '_>) {
    let children = ole.children(storage);
    let stream = |name: &str| {
        let index = children.iter().find(|i| {
            ole.entries.get(**i).is_some_and(|e| e.is_stream() && e.name.eq_ignore_ascii_case(name))
        })?;
        ole.entries.get(*index).map(|entry| ole.stream(entry, STREAM_BYTES))
    };
    let directory =
        stream("dir").and_then(|bytes| decompress::container(&bytes)).map(|bytes| dir::read(&bytes));
    let broken = directory.as_ref().is_none_or(|d| d.modules.is_empty());
    let directory = directory.unwrap_or_else(|| dir::Dir { code_page: 1252, ..dir::Dir::default() });
    let label = label(directory.code_page);
    let decode = |bytes: &[u8]| forensics::charset::decode(bytes, Some(&label)).text.into_owned();
    specimen.property("macro.project", decode(&directory.name));
    if !directory.modules.is_empty() {
        specimen.property("macro.code-page", directory.code_page.to_string());
    }
    specimen.property("macro.description", decode(&directory.description));
    for reference in &directory.references {
        let text = decode(reference);
        // `*\G{GUID}#2.0#0#path#description`: honest libraries lie in system folders; a project elsewhere is a
        // place that the document leads to.
        specimen.property("macro.reference", text.rsplit('#').next().unwrap_or(""));
        if let Some(path) = text.strip_prefix("*\\C").or_else(|| text.strip_prefix("*\\D")) {
            // The name alone is a template that everybody has.
            if path.contains(['/', '\\']) {
                specimen.relation("macro-reference", path);
            }
        }
    }
    let mut read = Vec::new();
    let mut left = PROJECT_BYTES;
    for module in directory.modules.iter().take(STREAMS) {
        let name = decode(&module.name);
        let wide = crate::binary::utf16(&module.stream_wide);
        let narrow = decode(&module.stream);
        let Some((used, bytes)) =
            [wide, narrow, name.clone()].into_iter().find_map(|n| stream(&n).map(|bytes| (n, bytes)))
        else {
            continue;
        };
        let used = used.to_ascii_lowercase();
        // A stream named twice, or more than any project has, is made to keep readers busy.
        left = left.saturating_sub(bytes.len());
        if read.contains(&used) || left == 0 {
            continue;
        }
        read.push(used);
        let source = bytes.get(module.offset..).and_then(decompress::container);
        let source = source.or_else(|| searched(&bytes));
        left = left.saturating_sub(source.as_ref().map_or(0, Vec::len));
        let text = source.as_deref().map(&decode).unwrap_or_default();
        specimen.property("macro.module", &name);
        if text.trim_matches(['\0', ' ', '\r', '\n', '\t']).is_empty() {
            stomped(specimen, &name, module.offset, bytes.len());
            continue;
        }
        study::study(specimen, Language::Vba, &name, &text);
    }
    // Modules that the directory does not name.
    for index in children.iter().take(STREAMS) {
        let Some(entry) = ole.entries.get(*index).filter(|e| e.is_stream()) else {
            continue;
        };
        let lower = entry.name.to_ascii_lowercase();
        if read.contains(&lower)
            || matches!(lower.as_str(), "dir" | "_vba_project")
            || lower.starts_with("__srp_")
        {
            continue;
        }
        let bytes = ole.stream(entry, STREAM_BYTES);
        left = left.saturating_sub(bytes.len());
        if left == 0 {
            break;
        }
        if let Some(source) = searched(&bytes) {
            left = left.saturating_sub(source.len());
            if broken {
                specimen.odd("vba-directory-broken", "");
            }
            specimen.property("macro.module", &entry.name);
            study::study(specimen, Language::Vba, &entry.name, &decode(&source));
        }
    }
}

fn searched(bytes: &[u8]) -> Option<Vec<u8>> {
    let at = decompress::find_source(bytes)?;
    decompress::container(bytes.get(at..)?)
}

/// A module always has at least its attributes as source: where there is none but compiled code, somebody took it.
fn stomped(specimen: &mut Specimen<'_, '_>, name: &str, offset: usize, length: usize) {
    let whole = offset >= COMPILED_BYTES && length >= offset;
    if whole && specimen.file.encrypted != Some(true) {
        specimen.tell("vba-stomped", name);
    }
}

/// The texts in forms: a hiding place for what macros run.
fn forms(ole: &Ole<'_>, specimen: &mut Specimen<'_, '_>) {
    let (mut storages, mut examined) = (0, 0);
    for (index, entry) in ole.entries.iter().enumerate() {
        if entry.is_stream() || storages >= PROJECTS {
            continue;
        }
        examined += 1;
        if examined > FORM_STORAGES {
            break;
        }
        if ole.child(index, "f").is_none() {
            continue;
        }
        storages += 1;
        let Some(stream) = ole.child(index, "o").and_then(|o| ole.entries.get(o)) else {
            continue;
        };
        let bytes = ole.stream(stream, 1 << 20);
        let text = crate::script::words(&bytes);
        specimen.script("form", &entry.name, &text);
    }
}

#[cfg(test)]
mod tests;
