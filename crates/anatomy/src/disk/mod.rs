//! Disk images: what a file system holds, wherever it stands in the image.

mod exfat;
pub(crate) mod fat;
pub(crate) mod iso;
mod ntfs;
pub(crate) mod part;
mod udf;
mod view;
mod virtual_disk;

use std::borrow::Cow;

use crate::archive::{Seen, next};
use crate::specimen::{Entry, Specimen};

/// A file of a file system.
#[derive(Default)]
struct Found {
    /// Its name with its folders.
    name: String,
    /// Its size as the folder tells it.
    size: usize,
    /// Bytes that may stand behind it; no more than the image has.
    packed: u64,
    /// Its dates.
    modified: Option<String>,
    created: Option<String>,
}

/// Tells a file and opens it; `read` gives at most so many bytes of it. False if no more may be told.
fn give<'b>(
    specimen: &mut Specimen<'_, '_>,
    seen: &mut Seen,
    found: Found,
    read: impl FnOnce(usize) -> Cow<'b, [u8]>,
) -> bool {
    if !specimen.has_room() {
        specimen.odd("files-limit", "");
        return false;
    }
    seen.name(specimen, &found.name);
    let room = specimen.room(found.packed.min(found.size as u64));
    let content = read(found.size.min(room));
    if found.size > room {
        specimen.odd("unpacked-size-limit", &next(specimen));
    } else if content.len() < found.size {
        specimen.odd("disk-cut", &next(specimen));
    }
    specimen.child(Entry {
        name: Some(found.name),
        size: found.size as u64,
        content: Some(&content),
        properties: vec![
            ("entry.modified", found.modified.unwrap_or_default()),
            ("entry.created", found.created.unwrap_or_default()),
        ],
        ..Entry::default()
    })
}

#[cfg(test)]
mod tests;
