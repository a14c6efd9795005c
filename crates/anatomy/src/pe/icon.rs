//! The icon that Windows shows for a program, and whether it is one of documents or folders.

use crate::binary::{u8_at, u16_at};
use crate::icon::{self, Raster};
use crate::specimen::Specimen;
use crate::tells;

use super::resources::{ICON, ICON_GROUP, Leaf};

/// Icons of one group that are looked at.
const IMAGES: usize = 64;

pub(super) static TELLS: &[tells::Entry] = &[tells::entry(
    "program-with-document-icon",
    4,
    "プログラムなのに、文書やフォルダのアイコンを付けています",
    "The program wears the icon of a document or a folder",
    "IPA 標的型攻撃メールの例と見分け方; MITRE ATT&CK T1036.008",
)];

/// Kinds whose icon a reader sees.
const SHOWN: [&str; 5] = ["exe", "scr", "com", "pif", "cpl"];

pub(super) fn look(leaves: &[Leaf<'_>], specimen: &mut Specimen<'_, '_>) {
    if !SHOWN.contains(&specimen.file.kind.as_str()) {
        return;
    }
    let Some(icon) = shown(leaves) else { return };
    if let Some(likeness) = icon::likeness(&icon) {
        let words = likeness.words();
        specimen.property("pe.icon-looks-like", words.as_str());
        specimen.tell("program-with-document-icon", &words);
    }
}

/// The picture of the first group that has the most pixels and colours. Windows takes the first group.
fn shown(leaves: &[Leaf<'_>]) -> Option<Raster> {
    let group = leaves.iter().find(|leaf| leaf.kind == ICON_GROUP)?.data;
    let count = usize::from(u16_at(group, 4)?).min(IMAGES);
    let mut images: Vec<(usize, u16, u16)> = (0..count)
        .map_while(|index| {
            let at = 6 + index * 14;
            // 0 stands for 256.
            let side = usize::from(u8_at(group, at)?.wrapping_sub(1)) + 1;
            Some((side, u16_at(group, at + 6)?, u16_at(group, at + 12)?))
        })
        .collect();
    images.sort_unstable_by(|a, b| b.cmp(a));
    images.iter().find_map(|(_, _, id)| {
        let leaf = leaves.iter().find(|leaf| leaf.kind == ICON && leaf.name == u32::from(*id))?;
        icon::read(leaf.data)
    })
}
