//! .NET programs: the id that each build gives its module.

use crate::binary::{guid, piece, u16_at, u32_at};
use crate::specimen::Specimen;

use super::{Pe, text};

/// Streams of the metadata that are read.
const STREAMS: usize = 16;

pub(super) fn read(pe: &Pe<'_>, specimen: &mut Specimen<'_, '_>) {
    let Some((header, _)) = pe.directory(14) else {
        return;
    };
    let Some(root) = pe.pointer(header + 8).and_then(|address| pe.at(address)) else {
        return;
    };
    let metadata = pe.bytes.get(root..).unwrap_or(&[]);
    if !metadata.starts_with(b"BSJB") {
        return;
    }
    let length = usize::try_from(u32_at(metadata, 12).unwrap_or(0)).unwrap_or(0).min(256);
    specimen.property("pe.dotnet", text(piece(metadata, 16, length)));
    let mut at = 16 + length + 4;
    for _ in 0..usize::from(u16_at(metadata, at - 2).unwrap_or(0)).min(STREAMS) {
        let name = text(piece(metadata, at + 8, 32));
        let place = u32_at(metadata, at).and_then(|o| usize::try_from(o).ok()).unwrap_or(usize::MAX);
        if name == "#GUID" {
            // The module's own id is the first; other ids come with edit-and-continue builds only.
            let id = metadata.get(place..).and_then(guid);
            specimen.property("pe.dotnet-mvid", id.unwrap_or_default());
        }
        at += 8 + (name.len() / 4 + 1) * 4;
    }
}
