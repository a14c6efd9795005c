//! Compiled HTML help (`.chm`): its pages and whatever else was packed beside them, and what it says of itself.
//!
//! Pages in it may run programs by themselves, which makes it a program rather than a document; what they run is told
//! by the reader of pages (`markup/help_control.rs`), because such a page needs no help file around it.

mod directory;
mod section;
mod system;

use std::borrow::Cow;

use crate::archive::{Seen, names, next};
use crate::binary::piece;
use crate::oddities;
use crate::registry::Analyser;
use crate::specimen::{Entry, Specimen};
use directory::Listed;

pub(crate) static ANALYSER: Analyser = Analyser {
    kinds: &["chm"],
    run,
    tells: &[],
    oddities: &[oddities::entry(
        "help-directory-broken",
        "ヘルプファイルの目次が壊れているため、一部のファイルしか分かりません",
        "The directory of the help file is broken; only some of its files are known",
    )],
};

fn run(bytes: &[u8], specimen: &mut Specimen<'_, '_>) {
    let Some(directory) = directory::read(bytes) else {
        specimen.odd("archive-cut", "");
        return;
    };
    if directory.broken {
        specimen.odd("help-directory-broken", "");
    }
    if directory.more {
        specimen.odd("files-limit", "");
    }
    match directory.size {
        Some(size) if size > bytes.len() => specimen.odd("archive-cut", ""),
        Some(size) if size < bytes.len() => specimen.odd("archive-data-after", ""),
        _ => {}
    }
    let packed = section::packed(bytes, &directory);
    let room = specimen.room(bytes.len() as u64);
    let section = packed.as_ref().map(|packed| section::unpack(packed, room));
    if let Some(packed) = &packed {
        specimen.property("archive.method", format!("lzx, {} KiB window", packed.window >> 10));
    }
    let content = |file: &Listed<'_>| -> Option<&[u8]> {
        match file.section {
            0 => Some(piece(bytes, directory.content.checked_add(file.offset)?, file.length)),
            1 => Some(piece(&section.as_ref()?.bytes, file.offset, file.length)),
            _ => None,
        }
    };
    let about = directory.files.iter().find(|file| file.name == b"/#SYSTEM").and_then(content);
    system::tell(specimen, directory.language, about.unwrap_or(&[]));
    let files: Vec<&Listed<'_>> = directory.files.iter().filter(|file| !is_internal(file.name)).collect();
    specimen.property("archive.entries", files.len().to_string());
    let raw: Vec<&[u8]> = files.iter().map(|file| file.name).collect();
    let over = section.as_ref().is_some_and(|section| section.over);
    let mut seen = Seen::default();
    for (file, name) in files.iter().zip(names::decode(&raw)) {
        if !specimen.has_room() {
            specimen.odd("files-limit", "");
            return;
        }
        let name = name.strip_prefix('/').map_or(Cow::Borrowed(name.as_str()), |n| Cow::Owned(n.to_owned()));
        seen.name(specimen, &name);
        let place = next(specimen);
        let content = content(file);
        match content {
            None if file.section == 1 => specimen.odd("archive-undecodable", &place),
            None => specimen.odd("archive-method-unknown", &place),
            Some(content) if content.len() < file.length => {
                let id = match file.section {
                    0 => "archive-cut",
                    _ if over => "unpacked-size-limit",
                    _ => "archive-undecodable",
                };
                specimen.odd(id, &place);
            }
            Some(_) => {}
        }
        let method = if file.section == 0 { "store" } else { "lzx" };
        specimen.child(Entry {
            name: Some(name.into_owned()),
            size: file.length as u64,
            content: content.filter(|content| !content.is_empty() || file.length == 0),
            properties: vec![("entry.method", method.to_owned())],
            ..Entry::default()
        });
    }
}

/// Files that every compiler adds and no page shows. Whatever else begins with their signs is told: it can be reached
/// by its name.
const INTERNAL: [&[u8]; 16] = [
    b"/#BSSC",
    b"/#GRPINF",
    b"/#IDXHDR",
    b"/#ITBITS",
    b"/#IVB",
    b"/#STRINGS",
    b"/#SUBSETS",
    b"/#SYSTEM",
    b"/#TOCIDX",
    b"/#TOPICS",
    b"/#URLSTR",
    b"/#URLTBL",
    b"/#WINDOWS",
    b"/$FIftiMain",
    b"/$HHTitleMap",
    b"/$OBJINST",
];

fn is_internal(name: &[u8]) -> bool {
    name.ends_with(b"/")
        || name.starts_with(b"::")
        || name.starts_with(b"/$WWAssociativeLinks/")
        || name.starts_with(b"/$WWKeywordLinks/")
        || INTERNAL.contains(&name)
}

#[cfg(test)]
mod tests;
