//! Functions that a program takes from libraries and gives to others, and the import hash.

use md5::{Digest, Md5};

use crate::binary::{hex, piece, u32_at, u64_at};
use crate::specimen::Specimen;

use super::{Pe, ordinals, text};

/// Libraries that are read.
const LIBRARIES: usize = 512;

/// Functions of all libraries that are read.
const FUNCTIONS: usize = 30_000;

/// Library names that are told.
const NAMES: usize = 64;

pub(super) fn read(pe: &Pe<'_>, specimen: &mut Specimen<'_, '_>) {
    imports(pe, specimen);
    exports(pe, specimen);
}

fn imports(pe: &Pe<'_>, specimen: &mut Specimen<'_, '_>) {
    let Some((table, _)) = pe.directory(1) else {
        return;
    };
    let mut hash = Md5::new();
    let mut functions = 0;
    let mut names = Vec::new();
    for index in 0..LIBRARIES {
        let entry = table + index * 20;
        let (Some(lookup), Some(name), Some(bound)) =
            (pe.pointer(entry), pe.pointer(entry + 12), pe.pointer(entry + 16))
        else {
            break;
        };
        if name == 0 || (lookup == 0 && bound == 0) {
            break;
        }
        let Some(name) = pe.text(name).filter(|n| !n.is_empty()) else {
            break;
        };
        let lower = name.to_lowercase();
        let ending = [".dll", ".ocx", ".sys"].iter().find_map(|e| lower.strip_suffix(e));
        let library = ending.unwrap_or(&lower);
        let thunks = pe.at(lookup).filter(|_| lookup != 0).or_else(|| pe.at(bound));
        for function in thunks.into_iter().flat_map(|at| thunks_at(pe, at)) {
            if functions >= FUNCTIONS {
                break;
            }
            let Some(function) = called(pe, &lower, function) else {
                break;
            };
            if functions > 0 {
                hash.update(b",");
            }
            hash.update(format!("{library}.{}", function.to_lowercase()).as_bytes());
            functions += 1;
        }
        names.push(name);
    }
    if names.is_empty() {
        return;
    }
    if functions > 0 {
        specimen.property("pe.imphash", hex(&hash.finalize()));
    }
    specimen.property("pe.imported-functions", functions.to_string());
    names.truncate(NAMES);
    specimen.property("pe.imports", names.join(", "));
}

/// The entries of a lookup table, up to its zero: bit 63 says that it is a number.
fn thunks_at<'p>(pe: &'p Pe<'_>, start: usize) -> impl Iterator<Item = u64> + 'p {
    let step = if pe.wide { 8 } else { 4 };
    (0..FUNCTIONS).map_while(move |index| {
        let at = start + index * step;
        let value = if pe.wide {
            u64_at(pe.bytes, at)?
        } else {
            let value = u64::from(u32_at(pe.bytes, at)?);
            (value & 0x7fff_ffff) | (value >> 31) << 63
        };
        (value != 0).then_some(value)
    })
}

/// The name that the import hash counts.
fn called(pe: &Pe<'_>, library: &str, thunk: u64) -> Option<String> {
    if thunk >> 63 == 1 {
        let number = u16::try_from(thunk & 0xffff).unwrap_or(0);
        let stem = library.strip_suffix(".dll").unwrap_or(library);
        return Some(ordinals::name(stem, number).map_or_else(|| format!("ord{number}"), str::to_owned));
    }
    let at = pe.at(usize::try_from(thunk & 0x7fff_ffff).ok()?)?;
    let name = text(piece(pe.bytes, at + 2, super::NAME));
    (!name.is_empty()).then_some(name)
}

fn exports(pe: &Pe<'_>, specimen: &mut Specimen<'_, '_>) {
    let Some(at) = pe.directory(0).and_then(|(table, _)| pe.at(table)) else {
        return;
    };
    let name = u32_at(pe.bytes, at + 12).and_then(|a| pe.text(usize::try_from(a).ok()?));
    specimen.property("pe.export-name", name.unwrap_or_default());
    let count = u32_at(pe.bytes, at + 24).unwrap_or(0);
    specimen.property("pe.exports", count.to_string());
    let names = u32_at(pe.bytes, at + 32).and_then(|a| pe.at(usize::try_from(a).ok()?));
    let shown = (0..usize::try_from(count).unwrap_or(0).min(NAMES)).map_while(|index| {
        let name = u32_at(pe.bytes, names? + index * 4)?;
        pe.text(usize::try_from(name).ok()?)
    });
    specimen.property("pe.exported", shown.collect::<Vec<_>>().join(", "));
}
